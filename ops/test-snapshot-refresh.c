/* How the snapshot is kept fresh: stores that fail or are replaced, changes that are
 * lost, many rows, many readers. */
#include "config.h"
#include "ops/test-snapshot.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void
test_freshness(void **state)
{
	struct fixture *f = *state;

	assert_false(snapshot_is_fresh(f->snapshot, 1000));
	fixture_refresh(f);
	assert_true(snapshot_is_fresh(f->snapshot, 1000));
	assert_true(snapshot_is_fresh(f->snapshot, 1000 + SNAPSHOT_STALE_MSEC));
	assert_false(
	    snapshot_is_fresh(f->snapshot, 1001 + SNAPSHOT_STALE_MSEC));
	/* nothing has changed: it was looked at all the same */
	assert_code(
	    f, SG_OK, snapshot_refresh(f->snapshot, f->reader, 9000, &f->err));
	assert_true(snapshot_is_fresh(f->snapshot, 9000));
}

/* A server that is cut off tells of no change, nor that it is gone: it is asked, or
 * the snapshot would be taken for fresh for as long as that lasts. */
static void
test_silent_store(void **state)
{
	struct fixture *f = *state;

	fixture_refresh(f);
	fixture_sql(f, "ALTER TABLE change RENAME TO changes");
	(void)snapshot_refresh(f->snapshot, f->reader, 1900, &f->err);
	assert_true(snapshot_is_fresh(f->snapshot, 1000 + SNAPSHOT_STALE_MSEC));
	for (int64_t msec = 2000; msec < 8000; msec += 500)
		assert_int_not_equal(
		    snapshot_refresh(f->snapshot, f->reader, msec, &f->err),
		    SG_OK);
	assert_false(
	    snapshot_is_fresh(f->snapshot, 1001 + SNAPSHOT_STALE_MSEC));
	fixture_sql(f, "ALTER TABLE changes RENAME TO change");
	assert_code(
	    f, SG_OK, snapshot_refresh(f->snapshot, f->reader, 8000, &f->err));
	assert_true(snapshot_is_fresh(f->snapshot, 8000));
}

static void
test_database_gone(void **state)
{
	struct fixture *f = *state;
	struct rules_suppression p;
	char text[1024];

	if (test_database_is_postgresql())
		skip(); /* tests/gate/test-postgresql stops the server */
	fixture_sql(f, fixture_fill);
	fixture_refresh(f);
	fixture_remove(f);
	assert_code(
	    f, SG_IO, snapshot_refresh(f->snapshot, f->reader, 7000, &f->err));
	/* in memory is whether it may be suppressed, not what the list says */
	assert_memory_equal(fixture_view(f, text),
	    "app1 akia1 " ACCOUNT IDENTITY,
	    strlen("app1 akia1 " ACCOUNT IDENTITY));
	assert_int_equal(
	    snapshot_suppression(f->snapshot, 1, "x@y.example", &p),
	    SNAPSHOT_UNKNOWN);
	assert_false(snapshot_is_fresh(f->snapshot, 7000));
}

#define TEXT_10 "xxxxxxxxxx"
#define TEXT_50 TEXT_10 TEXT_10 TEXT_10 TEXT_10 TEXT_10
#define TEXT_100 TEXT_50 TEXT_50

/* A row that cannot be read: nothing is forgotten, and once it is mended all that
 * changed meanwhile is seen. */
static void
test_failed_half_way(void **state)
{
	struct fixture *f = *state;
	char text[1024];

	fixture_sql(f, fixture_fill);
	fixture_refresh(f);
	fixture_sql(f, "UPDATE account SET pause_reason = "
		       "replace('0123456789', '5', '" TEXT_100 TEXT_100 "'); "
		       "DELETE FROM login");
	assert_code(
	    f, SG_IO, snapshot_refresh(f->snapshot, f->reader, 7000, &f->err));
	assert_code(
	    f, SG_IO, snapshot_refresh(f->snapshot, f->reader, 7000, &f->err));
	assert_false(snapshot_is_fresh(f->snapshot, 7000));
	fixture_sql(f, "UPDATE account SET pause_reason = ''");
	fixture_refresh(f);
	assert_string_equal(
	    fixture_view(f, text), "app0 akia1 " ACCOUNT IDENTITY SUPPRESSED);
}

static void
test_gap(void **state)
{
	struct fixture *f = *state;
	char text[1024];

	fixture_sql(f, fixture_fill);
	fixture_refresh(f);
	fixture_sql(f, "UPDATE account SET paused = 1; DELETE FROM suppression;"
		       "DELETE FROM login; DELETE FROM change");
	fixture_refresh(f);
	assert_string_equal(fixture_view(f, text),
	    "app0 akia1 demo1:1,demo,11,500,10.5 " IDENTITY NOT_SUPPRESSED);
	fixture_sql(f, "UPDATE account SET paused = 0");
	fixture_refresh(f);
	assert_string_equal(fixture_view(f, text),
	    "app0 akia1 " ACCOUNT IDENTITY NOT_SUPPRESSED);
}

/* Another database at the same path, with as many changes. */
static void
test_database_replaced(void **state)
{
	struct fixture *f = *state;
	char text[1024];

	if (test_database_is_postgresql())
		skip();
	fixture_sql(f, fixture_fill);
	fixture_refresh(f);
	store_close(&f->reader);
	fixture_remove(f);
	fixture_open(f);
	fixture_sql(f, INSERT_ACCOUNT
	    "VALUES (5, 'a', 1, 0, '', 1, 1, 'none', "
	    "'', '', 0), (6, 'b', 1, 0, '', 1, 1, 'none', '', '', 0);"
	    "UPDATE account SET rate = 2; UPDATE account SET rate = 3;");
	fixture_refresh(f);
	assert_string_equal(fixture_view(f, text),
	    "app0 akia0 " NO_ACCOUNT NO_IDENTITY NOT_SUPPRESSED);
}

/* ---- size ---- */

#define MANY 100000

static double
now_sec(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Peak memory of this process, in MiB. */
static double
peak_mib(void)
{
	FILE *file = fopen("/proc/self/status", "r");
	char line[256];
	double kib = 0;

	while (file != NULL && fgets(line, sizeof(line), file) != NULL)
		if (strncmp(line, "VmHWM:", 6) == 0)
			kib = strtod(line + 6, NULL);
	if (file != NULL)
		(void)fclose(file);
	return kib / 1024;
}

/* Nobody follows yet: without noting each change. */
static const char without_triggers_sqlite[] =
    "DROP TRIGGER account_insert; DROP TRIGGER login_insert; "
    "DROP TRIGGER suppression_insert";
static const char without_triggers_pgsql[] =
    "ALTER TABLE account DISABLE TRIGGER USER; "
    "ALTER TABLE login DISABLE TRIGGER USER; "
    "ALTER TABLE suppression DISABLE TRIGGER USER";
static const char many_accounts[] =
    "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n "
    "WHERE i < 100000) " INSERT_ACCOUNT "SELECT i, 'customer-' || i, 1, 0, '', "
    "50000, 14, 'standard', '', '', 0 FROM n";
static const char many_logins[] =
    "INSERT INTO login SELECT 'user-' || id || '@customer.example', id, 0 "
    "FROM account";
static const char many_suppressions[] =
    INSERT_SUPPRESSION "SELECT id, id || '@gone.example', 0, 5 FROM account";

/* In a process of its own, so that its memory does not count here. */
static void
fill_many(struct fixture *f)
{
	pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (pid == 0) {
		fixture_sql(f, test_database_is_postgresql()
				   ? without_triggers_pgsql
				   : without_triggers_sqlite);
		fixture_sql(f, many_accounts);
		fixture_sql(f, many_logins);
		fixture_sql(f, many_suppressions);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void
test_many_accounts(void **state)
{
	struct fixture *f = *state;
	struct snapshot_size size;
	struct rules_account a;
	double before, start;

	fill_many(f);
	before = peak_mib();
	start = now_sec();
	fixture_refresh(f);
	while (snapshot_is_loading(f->snapshot))
		assert_code(f, SG_OK,
		    snapshot_refresh(f->snapshot, f->reader, 1000, &f->err));
	snapshot_size(f->snapshot, &size);
	print_message("%d accounts, logins, suppressions: %.2f s, %.1f MiB in "
		      "tables, peak of the process %.1f -> %.1f MiB\n",
	    MANY, now_sec() - start, (double)size.bytes / 1048576, before,
	    peak_mib());
	assert_int_equal(size.accounts, MANY);
	assert_int_equal(size.logins, MANY);
	assert_int_equal(size.suppressions, MANY);
	assert_true(size.bytes < 24 * 1048576);
	assert_true(snapshot_account_of_login(
	    f->snapshot, "user-77777@customer.example", &a, NULL));
	assert_string_equal(a.name, "customer-77777");
}

/* ---- threads ---- */

#define READERS 8
#define CHANGES 40

struct race {
	const struct snapshot *snapshot;
	atomic_bool is_over;
};

/* The pause and its reason change together; a reader never sees a mixture, and
 * the login never vanishes. */
static void *
read_on(void *ctx)
{
	struct race *race = ctx;
	uintptr_t wrong = 0;

	while (!atomic_load(&race->is_over)) {
		struct rules_account a;
		struct rules_identity i;
		struct rules_suppression p;

		if (!snapshot_account_of_login(
			race->snapshot, "app", &a, NULL) ||
		    a.paused != (a.pause_reason[0] != '\0') ||
		    !snapshot_identity(race->snapshot, 1, "demo.example", &i) ||
		    !snapshot_suppression(
			race->snapshot, 1, "x@y.example", &p) ||
		    !snapshot_is_fresh(race->snapshot, 1000))
			wrong++;
	}
	return (void *)wrong;
}

static void
test_readers_and_refresher(void **state)
{
	struct fixture *f = *state;
	struct race race = {.snapshot = f->snapshot};
	pthread_t threads[READERS];
	uintptr_t wrong = 0;

	fixture_sql(f, fixture_fill);
	fixture_refresh(f);
	for (int i = 0; i < READERS; i++)
		assert_int_equal(
		    pthread_create(&threads[i], NULL, read_on, &race), 0);
	for (int i = 0; i < CHANGES; i++) {
		fixture_sql(f,
		    i % 2 == 0
			? "UPDATE account SET paused = 1, pause_reason = 'x'; "
			  "UPDATE identity SET status = 1"
			: "UPDATE account SET paused = 0, pause_reason = ''; "
			  "INSERT INTO login VALUES ('l' || random(), 1, 0)");
		if (i % 10 == 9)
			fixture_sql(
			    f, "DELETE FROM change"); /* a whole reload */
		fixture_refresh(f);
	}
	atomic_store(&race.is_over, true);
	for (int i = 0; i < READERS; i++) {
		void *result;

		(void)pthread_join(threads[i], &result);
		wrong += (uintptr_t)result;
	}
	assert_int_equal(wrong, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_freshness),
	    TEST(test_silent_store),
	    TEST(test_database_gone),
	    TEST(test_failed_half_way),
	    TEST(test_gap),
	    TEST(test_database_replaced),
	    TEST(test_many_accounts),
	    TEST(test_readers_and_refresher),
	};

	return cmocka_run_group_tests_name("refresh", tests, NULL, NULL);
}
