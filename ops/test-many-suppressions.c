/* What a long suppression list costs the milter: memory, time to load, time of a
 * look-up. 300,000 entries, or as many as SENDWARD_TEST_SUPPRESSIONS says:
 *   SENDWARD_TEST_SUPPRESSIONS=10000000 ops/test-many-suppressions
 * prints the figures that are to be reached with 10 million: 1 GB, 5 us. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "ops/snapshot.h"
#include "store/store.h"

#define ROWS_DEFAULT INT64_C(300000)
#define LOOKUPS 300000
#define LOOKUP_MOST_NSEC 5000
/* Of 10 million: 1 GB; what the process takes by itself, too. */
#define BYTES_PER_ROW 100
#define BASE_MIB 32

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define IS_SANITIZED true
#else
#define IS_SANITIZED false
#endif

struct fixture {
	char dir[128], path[160], url[176];
	int64_t rows;
	struct store *reader;
	struct snapshot *snapshot;
	struct err err;
};

#define assert_ok(f, call)                                                     \
	do {                                                                   \
		if ((call) != SG_OK)                                           \
			fail_msg("%s: %s", #call, (f)->err.text);              \
	} while (0)

/* Of this process alone: others may be at work. */
static double
cpu_sec(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double
status_mib(const char *key)
{
	FILE *file = fopen("/proc/self/status", "r");
	char line[256];
	double kib = 0;

	while (file != NULL && fgets(line, sizeof(line), file) != NULL)
		if (strncmp(line, key, strlen(key)) == 0)
			kib = strtod(line + strlen(key), NULL);
	if (file != NULL)
		(void)fclose(file);
	return kib / 1024;
}

static void
run_sql(struct fixture *f, const char *text)
{
	sqlite3 *db;
	char *message = NULL;

	assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
	(void)sqlite3_busy_timeout(db, 5000);
	if (sqlite3_exec(db, text, NULL, NULL, &message) != SQLITE_OK)
		fail_msg("%.200s: %s", text, message);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

/* In a process of its own, so that its memory does not count here. */
static void
fill(struct fixture *f)
{
	char text[1200];
	pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (pid == 0) {
		(void)snprintf(text, sizeof(text),
		    "PRAGMA synchronous = OFF; PRAGMA cache_size = -200000; BEGIN;"
		    "INSERT INTO account (id, name, production, paused, "
		    "pause_reason, daily_quota, rate, policy, pool, contact, "
		    "created_sec) VALUES (1, 'demo', 1, 0, '', -1, 10, 'none', "
		    "'', '', 0); DROP TRIGGER suppression_insert;"
		    "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 "
		    "FROM n WHERE i < %lld) INSERT INTO suppression "
		    "(account_id, address, reason, since_sec) SELECT 1, "
		    "printf('%%08d.reader@customer-%%d.example', i, i %% 1000), "
		    "i %% 2, 1700000000 + i FROM n; COMMIT;",
		    (long long)f->rows);
		run_sql(f, text);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	const char *tmp = getenv("TMPDIR");
	const char *rows = getenv("SENDWARD_TEST_SUPPRESSIONS");
	int from, to;

	assert_non_null(f);
	f->rows = rows != NULL ? strtoll(rows, NULL, 10) : ROWS_DEFAULT;
	(void)snprintf(f->dir, sizeof(f->dir), "%s/suppressions-XXXXXX",
	    tmp != NULL ? tmp : "/tmp");
	assert_non_null(mkdtemp(f->dir));
	(void)snprintf(f->path, sizeof(f->path), "%s/a.db", f->dir);
	(void)snprintf(f->url, sizeof(f->url), "sqlite:%s", f->path);
	assert_ok(f, store_migrate(f->url, &from, &to, &f->err));
	fill(f);
	assert_ok(
	    f, store_open(f->url, STORE_OPEN_READ, 1000, &f->reader, &f->err));
	assert_ok(f, snapshot_new(SNAPSHOT_ACCOUNTS | SNAPSHOT_SUPPRESSIONS,
			 &f->snapshot, &f->err));
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	static const char *const ends[] = {"", "-wal", "-shm"};
	struct fixture *f = *state;
	char name[200];

	snapshot_free(&f->snapshot);
	store_close(&f->reader);
	for (size_t i = 0; i < 3; i++) {
		(void)snprintf(name, sizeof(name), "%s%s", f->path, ends[i]);
		(void)unlink(name);
	}
	(void)rmdir(f->dir);
	free(f);
	return 0;
}

/* Nanoseconds each; half of them are on the list. */
static double
look_up(struct fixture *f)
{
	double start = cpu_sec();
	uint64_t at = 1;
	int found = 0;

	for (int i = 0; i < LOOKUPS; i++) {
		struct rules_suppression s;
		char address[80];
		int64_t row;

		at = at * UINT64_C(6364136223846793005) + 1;
		row = (int64_t)((at >> 33) % (uint64_t)f->rows) + 1;
		(void)snprintf(address, sizeof(address),
		    "%08d.%s@Customer-%d.example", (int)row,
		    i % 2 == 0 ? "reader" : "stranger", (int)(row % 1000));
		if (snapshot_suppression(f->snapshot, 1, address, &s)) {
			found++;
			assert_int_equal(s.since_sec, 1700000000 + row);
		}
	}
	assert_int_equal(found, LOOKUPS / 2);
	return (cpu_sec() - start) / LOOKUPS * 1e9;
}

static void
report(struct fixture *f, const char *what, double sec)
{
	struct snapshot_size size;

	snapshot_size(f->snapshot, &size);
	assert_int_equal(size.suppressions, f->rows);
	print_message(
	    "%s: %lld entries, %.2f s of CPU, tables %.0f MiB, process "
	    "%.0f MiB now, %.0f MiB at most\n",
	    what, (long long)f->rows, sec, (double)size.bytes / 1048576,
	    status_mib("VmRSS:"), status_mib("VmHWM:"));
	if (!IS_SANITIZED)
		assert_true(
		    status_mib("VmHWM:") <
		    BASE_MIB + (double)f->rows * BYTES_PER_ROW / 1048576);
}

static void
test_many(void **state)
{
	struct fixture *f = *state;
	double start = cpu_sec(), nsec;

	assert_ok(f, snapshot_refresh(f->snapshot, f->reader, 1000, &f->err));
	report(f, "loaded", cpu_sec() - start);
	nsec = look_up(f);
	print_message("%.0f ns a look-up\n", nsec);
	assert_true(nsec < LOOKUP_MOST_NSEC * (IS_SANITIZED ? 10 : 1));
	/* A reload: the old list stays in force until the new one is whole. */
	run_sql(f, "UPDATE account SET rate = 5; DELETE FROM change");
	start = cpu_sec();
	assert_ok(f, snapshot_refresh(f->snapshot, f->reader, 2000, &f->err));
	report(f, "loaded anew", cpu_sec() - start);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_many, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
