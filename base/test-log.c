/* Errors, the clock and log lines: what they look like to the reader. */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char dir[] = "/tmp/sendward-test-log-XXXXXX";
static char path[64];

static int
set_up(void **state)
{
	(void)state;
	if (mkdtemp(dir) == NULL)
		return -1;
	(void)snprintf(path, sizeof(path), "%s/log", dir);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	(void)log_open("test", "stderr", LOG_LEVEL_INFO);
	(void)unlink(path);
	return rmdir(dir);
}

/* What is in the log file; emptied afterwards. */
static const char *
take_log(void)
{
	static char text[256 * 1024];
	int fd = open(path, O_RDWR);
	ssize_t n;

	assert_true(fd >= 0);
	n = read(fd, text, sizeof(text) - 1);
	assert_true(n >= 0);
	text[n] = '\0';
	assert_int_equal(ftruncate(fd, 0), 0);
	(void)close(fd);
	return text;
}

static void
err_texts_are_cut_and_prefixed(void **state)
{
	struct err err = {0};

	(void)state;
	assert_int_equal(err_set(&err, SG_IO, "open %s", "/x"), SG_IO);
	assert_string_equal(err.text, "open /x");
	assert_int_equal(err_prefix(&err, SG_IO, "store %d", 1), SG_IO);
	assert_string_equal(err.text, "store 1: open /x");
	assert_int_equal(err_set(&err, SG_BUSY, "a %s", err.text), SG_BUSY);
	assert_string_equal(err.text, "a store 1: open /x");
	assert_int_equal(err_set(&err, SG_BUG, "%600d", 1), SG_BUG);
	assert_int_equal(strlen(err.text), ERR_TEXT_MAX - 1);
	assert_int_equal(err_prefix(&err, SG_BUG, "%s", "p"), SG_BUG);
	assert_int_equal(strlen(err.text), ERR_TEXT_MAX - 1);
	assert_int_equal(err_set(NULL, SG_NOMEM, "x"), SG_NOMEM);
	assert_int_equal(err_prefix(NULL, SG_NOMEM, "x"), SG_NOMEM);
	assert_string_equal(err_name(SG_BUSY), "SG_BUSY");
	assert_string_equal(err_name((enum sg_err)99), "SG_UNKNOWN");
}

static void
the_clock_writes_iso(void **state)
{
	char text[CLOCK_ISO_MAX];
	int64_t before = clock_now_sec();

	(void)state;
	assert_string_equal(clock_iso(0, text), "1970-01-01T00:00:00Z");
	assert_string_equal(
	    clock_iso(1795532645, text), "2026-11-24T15:04:05Z");
	assert_string_equal(
	    clock_iso(253402300799, text), "9999-12-31T23:59:59Z");
	assert_string_equal(clock_iso(253402300800, text), "@253402300800");
	assert_string_equal(clock_iso(-1, text), "1969-12-31T23:59:59Z");
	assert_string_equal(clock_iso(INT64_MAX, text), "@9223372036854775807");
	assert_true(clock_now_usec() / 1000000 >= before);
	assert_true(clock_mono_msec() <= clock_mono_msec());
}

/* The value as it is passed, the pair as it is written. */
static const struct {
	const char *name, *value, *written;
} values[] = {
    {"plain", "abc@x.example", " key=abc@x.example\n"},
    {"empty", "", " key=\"\"\n"},
    {"blank", "a b", " key=\"a b\"\n"},
    {"quote", "a\"b", " key=\"a\\\"b\"\n"},
    {"backslash", "a\\b", " key=\"a\\\\b\"\n"},
    {"new line", "a\nx: y", " key=\"a\\nx: y\"\n"},
    {"tab, return", "\t\r", " key=\"\\t\\r\"\n"},
    {"control", "\001\033[0m", " key=\"\\x01\\x1b[0m\"\n"},
    {"delete", "a\177", " key=\"a\\x7f\"\n"},
    {"8 bit", "\xc3\xa4", " key=\"\\xc3\\xa4\"\n"},
    {"percent", "%s%n", " key=%s%n\n"},
    {"left out", NULL, ": daemon.start\n"},
};

static void
values_are_escaped(void **state)
{
	(void)state;
	assert_true(log_open("test", path, LOG_LEVEL_INFO));
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		const char *line, *written = values[i].written;

		log_event(
		    LOG_DAEMON_START_EVENT, NULL, "key", values[i].value, NULL);
		line = take_log();
		if (strlen(line) < strlen(written) ||
		    strcmp(line + strlen(line) - strlen(written), written) != 0)
			fail_msg("%s: %s", values[i].name, line);
	}
}

static void
a_line_has_time_program_and_queue_id(void **state)
{
	char expected[128];
	const char *line;

	(void)state;
	assert_true(log_open("sendward-x", path, LOG_LEVEL_INFO));
	errno = EXDEV;
	log_event(
	    LOG_MESSAGE_ACCEPT_EVENT, "4jYj\nX", "a", "1", "b", "2", NULL);
	assert_int_equal(errno, EXDEV);
	line = take_log();
	assert_int_equal(line[4], '-');
	assert_int_equal(line[10], 'T');
	assert_int_equal(line[19], '.');
	assert_int_equal(line[23], 'Z');
	(void)snprintf(expected, sizeof(expected),
	    " sendward-x[%ld]: message.accept id=\"4jYj\\nX\" a=1 b=2\n",
	    (long)getpid());
	assert_string_equal(line + 24, expected);
}

static void
lines_stay_bounded_and_single(void **state)
{
	char *large = malloc(100001);
	const char *line;

	(void)state;
	assert_non_null(large);
	memset(large, '\n', 100000);
	large[100000] = '\0';
	assert_true(log_open("test", path, LOG_LEVEL_INFO));
	log_event(LOG_DAEMON_START_EVENT, large, "a", large, "b", large, "c",
	    large, "d", large, "e", large, NULL);
	line = take_log();
	assert_true(strlen(line) <= 4096);
	assert_ptr_equal(strchr(line, '\n'), line + strlen(line) - 1);
	memset(large, 'x', 100000);
	log_event(LOG_DAEMON_START_EVENT, NULL, "a", large, NULL);
	line = take_log();
	assert_in_range(strlen(line), 512, 700);
	assert_non_null(strstr(line, "xxx...\n"));
	free(large);
}

static void
the_level_holds_back(void **state)
{
	(void)state;
	assert_true(log_open("test", path, LOG_LEVEL_WARN));
	log_event(LOG_POLICY_GRANT_EVENT, NULL, NULL);
	log_event(LOG_MESSAGE_ACCEPT_EVENT, NULL, NULL);
	assert_string_equal(take_log(), "");
	log_event(LOG_MESSAGE_DEFER_EVENT, NULL, NULL);
	log_bug("impossible");
	assert_non_null(strstr(take_log(), "daemon.bug what=impossible"));
	assert_int_equal(log_level_from_name("debug"), LOG_LEVEL_DEBUG);
	assert_int_equal(log_level_from_name("error"), LOG_LEVEL_ERROR);
	assert_int_equal(log_level_from_name("loud"), -1);
}

static void
a_file_that_cannot_be_opened_changes_nothing(void **state)
{
	struct stat st;

	(void)state;
	assert_true(log_open("test", path, LOG_LEVEL_INFO));
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0007, 0);
	assert_false(log_open("test", "relative", LOG_LEVEL_INFO));
	assert_int_equal(errno, EINVAL);
	assert_false(log_open("test", "/nonexistent/log", LOG_LEVEL_INFO));
	assert_int_equal(errno, ENOENT);
	log_event(LOG_DAEMON_START_EVENT, NULL, NULL);
	assert_non_null(strstr(take_log(), "daemon.start\n"));
}

static void *
write_lines(void *unused)
{
	(void)unused;
	for (int i = 0; i < 200; i++)
		log_event(LOG_MESSAGE_ACCEPT_EVENT, "QUEUEID", "key",
		    "some value", NULL);
	return NULL;
}

static void
threads_write_whole_lines_while_it_is_opened_anew(void **state)
{
	pthread_t threads[4];
	const char *line;
	int count = 0;

	(void)state;
	assert_true(log_open("test", path, LOG_LEVEL_INFO));
	for (int i = 0; i < 4; i++)
		assert_int_equal(
		    pthread_create(&threads[i], NULL, write_lines, NULL), 0);
	for (int i = 0; i < 50; i++)
		assert_true(log_open("test", path, LOG_LEVEL_INFO));
	for (int i = 0; i < 4; i++)
		(void)pthread_join(threads[i], NULL);
	for (line = take_log(); *line != '\0'; count++) {
		const char *end = strchr(line, '\n');
		static const char tail[] = " id=QUEUEID key=\"some value\"";

		assert_non_null(end);
		assert_memory_equal(end - strlen(tail), tail, strlen(tail));
		line = end + 1;
	}
	assert_int_equal(count, 800);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(err_texts_are_cut_and_prefixed),
	    cmocka_unit_test(the_clock_writes_iso),
	    cmocka_unit_test(values_are_escaped),
	    cmocka_unit_test(a_line_has_time_program_and_queue_id),
	    cmocka_unit_test(lines_stay_bounded_and_single),
	    cmocka_unit_test(the_level_holds_back),
	    cmocka_unit_test(a_file_that_cannot_be_opened_changes_nothing),
	    cmocka_unit_test(threads_write_whole_lines_while_it_is_opened_anew),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
