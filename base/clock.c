/* The only place that reads the clock: see clock.h.
 * Does not wait. */
#include "config.h"

#include "base/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

int64_t
clock_now_sec(void)
{
	return clock_now_usec() / 1000000;
}

#ifdef SW_TEST_CLOCK
/* Tests move the wall clock of running programs: SENDWARD_TEST_CLOCK names a file
 * with the seconds to add. Builds for use have no such code. */
static int64_t
test_shift_sec(void)
{
	const char *path = getenv("SENDWARD_TEST_CLOCK");
	FILE *file = path != NULL ? fopen(path, "re") : NULL;
	char text[32] = "";

	if (file == NULL)
		return 0;
	if (fgets(text, sizeof(text), file) == NULL)
		text[0] = '\0'; /* empty counts as 0 */
	(void)fclose(file);
	return strtoll(text, NULL, 10);
}
#else
#define test_shift_sec() 0
#endif

int64_t
clock_now_usec(void)
{
	struct timespec now;

	/* Cannot fail with these clocks. */
	(void)clock_gettime(CLOCK_REALTIME, &now);
	return ((int64_t)now.tv_sec + test_shift_sec()) * 1000000 +
	       now.tv_nsec / 1000;
}

int64_t
clock_moved_usec(int64_t other_usec)
{
	return other_usec + test_shift_sec() * 1000000;
}

int64_t
clock_boot_usec(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_BOOTTIME, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t
clock_peer_sec(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec;
}

int64_t
clock_mono_msec(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Not by strftime(3), which looks at /etc/localtime each time. */
const char *
clock_iso(int64_t sec, char text[CLOCK_ISO_MAX])
{
	time_t when = (time_t)sec;
	struct tm utc;

	if (gmtime_r(&when, &utc) == NULL || utc.tm_year < -1900 ||
	    utc.tm_year > 9999 - 1900) {
		(void)snprintf(text, CLOCK_ISO_MAX, "@%lld", (long long)sec);
		return text;
	}
	(void)snprintf(text, CLOCK_ISO_MAX, "%04u-%02u-%02uT%02u:%02u:%02uZ",
	    (unsigned)(utc.tm_year + 1900) % 10000, (utc.tm_mon + 1U) % 100,
	    (unsigned)utc.tm_mday % 100, (unsigned)utc.tm_hour % 100,
	    (unsigned)utc.tm_min % 100, (unsigned)utc.tm_sec % 100);
	return text;
}

bool
clock_boot_id(char id_r[CLOCK_BOOT_ID_SIZE])
{
	FILE *f = fopen("/proc/sys/kernel/random/boot_id", "re");

	id_r[0] = '\0';
	if (f == NULL)
		return false;
	if (fgets(id_r, CLOCK_BOOT_ID_SIZE, f) == NULL)
		id_r[0] = '\0';
	(void)fclose(f); /* it was only read */
	return id_r[0] != '\0';
}
