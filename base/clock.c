/* The only place that reads the clock: see clock.h.
 * Does not wait. */
#include "config.h"

#include "base/clock.h"

#include <stdio.h>
#include <time.h>

int64_t
clock_now_sec(void)
{
	return clock_now_usec() / 1000000;
}

int64_t
clock_now_usec(void)
{
	struct timespec now;

	/* Cannot fail with these clocks. */
	(void)clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t
clock_mono_msec(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

const char *
clock_iso(int64_t sec, char text[CLOCK_ISO_MAX])
{
	time_t when = (time_t)sec;
	struct tm utc;

	if (gmtime_r(&when, &utc) == NULL ||
	    strftime(text, CLOCK_ISO_MAX, "%Y-%m-%dT%H:%M:%SZ", &utc) == 0)
		(void)snprintf(text, CLOCK_ISO_MAX, "@%lld", (long long)sec);
	return text;
}
