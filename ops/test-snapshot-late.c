/* What is many, loaded while mail flows: look-ups are right before it is whole, while
 * much changes, when the list of changes does not go back so far; what cannot be asked
 * is unknown; what another process writes is in force within a second. */
#include "config.h"

#include <setjmp.h>
#include <signal.h>
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

#include "base/clock.h"
#include "base/log.h"
#include "ops/freshener.h"
#include "ops/snapshot.h"
#include "store/store.h"
#include "store/test-database.h"

#define PARTS                                                                  \
	(SNAPSHOT_ACCOUNTS | SNAPSHOT_IDENTITIES | SNAPSHOT_SUPPRESSIONS |     \
	    SNAPSHOT_SETS)
#define MANY 30000
#define ROWS(count)                                                            \
	"WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n "     \
	"WHERE i < " #count ") "
#define INSERT_SUPPRESSION                                                     \
	"INSERT INTO suppression (account_id, address, reason, since_sec) "
#define INSERT_IDENTITY                                                        \
	"INSERT INTO identity (id, account_id, name, type, status, "           \
	"signing_enabled, created_sec, verified_sec) "

struct fixture {
	char url[TEST_DATABASE_URL_SIZE];
	struct store *reader;
	struct snapshot *snapshot;
	struct err err;
};

#define assert_done(f, call)                                                   \
	do {                                                                   \
		if ((call) != SG_OK)                                           \
			fail_msg("%s: %s", #call, (f)->err.text);              \
	} while (0)

static void
sql(struct fixture *f, const char *text)
{
	int64_t value;

	if (!test_database_sql(f->url, text, &value))
		fail_msg("%.200s", text);
}

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	assert_true(test_database_make(f->url, sizeof(f->url)));
	assert_done(
	    f, store_open(f->url, STORE_OPEN_READ, 1000, &f->reader, &f->err));
	assert_done(f, snapshot_new(PARTS, &f->snapshot, &f->err));
	assert_done(f, snapshot_set_store(f->snapshot, f->url, &f->err));
	sql(f, "INSERT INTO account (id, name, production, paused, "
	       "pause_reason, daily_quota, rate, policy, pool, contact, "
	       "created_sec) VALUES (1, 'demo', 1, 0, '', 500, 10.5, 'none', "
	       "'', '', 0)");
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	snapshot_free(&f->snapshot);
	store_close(&f->reader);
	test_database_drop(f->url);
	free(f);
	return 0;
}

/* With a new handle: a server tells of changes a moment later, a new handle looks. */
static void
refresh(struct fixture *f)
{
	if (test_database_is_postgresql()) {
		store_close(&f->reader);
		assert_done(f, store_open(f->url, STORE_OPEN_READ, 1000,
				   &f->reader, &f->err));
	}
	assert_done(f, snapshot_refresh(f->snapshot, f->reader, 1000, &f->err));
}

static void
load(struct fixture *f)
{
	int turns = 0;

	do {
		refresh(f);
		assert_true(turns++ < 1000);
	} while (snapshot_is_loading(f->snapshot));
}

static void
fill(struct fixture *f)
{
	bool is_server = test_database_is_postgresql();

	if (is_server)
		sql(f, "ALTER TABLE identity DISABLE TRIGGER USER; "
		       "ALTER TABLE suppression DISABLE TRIGGER USER");
	sql(f, "BEGIN; " ROWS(30000) INSERT_IDENTITY
	    "SELECT i, 1, 'n' || i || '.example', 1, 2, 1, 0, 0 FROM n; " ROWS(
		30000) INSERT_SUPPRESSION
	    "SELECT 1, i || '@gone.example', 0, i FROM n; COMMIT");
	if (is_server)
		sql(f, "ALTER TABLE identity ENABLE TRIGGER USER; "
		       "ALTER TABLE suppression ENABLE TRIGGER USER");
}

/* -1: unknown; 0: no; else the status, which is at least 1. */
static int
status_of(const struct fixture *f, const char *name)
{
	struct rules_identity i;

	switch (snapshot_identity(f->snapshot, 1, name, &i)) {
	case SNAPSHOT_YES:
		return (int)i.status;
	case SNAPSHOT_NO:
		return 0;
	case SNAPSHOT_UNKNOWN:
		break;
	}
	return -1;
}

/* -1: unknown; 0: no; else since when. */
static int64_t
since_of(const struct fixture *f, const char *address)
{
	struct rules_suppression s;

	switch (snapshot_suppression(f->snapshot, 1, address, &s)) {
	case SNAPSHOT_YES:
		return s.since_sec;
	case SNAPSHOT_NO:
		return 0;
	case SNAPSHOT_UNKNOWN:
		break;
	}
	return -1;
}

static void
assert_filled(const struct fixture *f)
{
	assert_int_equal(status_of(f, "n1.example"), 2);
	assert_int_equal(status_of(f, "n30000.example"), 2);
	assert_int_equal(status_of(f, "n30001.example"), 0);
	assert_int_equal(since_of(f, "1@Gone.example"), 1);
	assert_int_equal(since_of(f, "30000@gone.example"), 30000);
	assert_int_equal(since_of(f, "30001@gone.example"), 0);
}

static void
test_right_before_it_is_whole(void **state)
{
	struct fixture *f = *state;
	struct snapshot_size size;
	struct rules_account a;

	fill(f);
	refresh(f);
	assert_true(snapshot_is_loading(f->snapshot));
	assert_true(snapshot_is_fresh(f->snapshot, 1000));
	assert_true(snapshot_account_by_name(f->snapshot, "demo", &a));
	assert_filled(f);
	load(f);
	assert_filled(f);
	snapshot_size(f->snapshot, &size);
	assert_int_equal(size.identities, MANY);
	assert_in_range(size.suppressions, MANY - 2, MANY);
}

/* Changes on both sides of where loading has come to. */
static void
test_changes_while_it_loads(void **state)
{
	struct fixture *f = *state;

	fill(f);
	refresh(f);
	assert_true(snapshot_is_loading(f->snapshot));
	sql(f, "UPDATE identity SET status = 1 WHERE id IN (1, 30000)");
	sql(f, "DELETE FROM identity WHERE id IN (2, 29999)");
	sql(f, INSERT_IDENTITY
	    "VALUES (40000, 1, 'n40000.example', 1, 2, 1, 0, 0)");
	sql(f, "DELETE FROM suppression WHERE address IN "
	       "('1@gone.example', '9@gone.example')");
	sql(f, INSERT_SUPPRESSION "VALUES (1, '!@gone.example', 0, 5), "
				  "(1, 'z@gone.example', 0, 6)");
	for (int turn = 0; turn == 0 || snapshot_is_loading(f->snapshot);
	     turn++) {
		refresh(f);
		assert_int_equal(status_of(f, "n1.example"), 1);
		assert_int_equal(status_of(f, "n30000.example"), 1);
		assert_int_equal(status_of(f, "n2.example"), 0);
		assert_int_equal(status_of(f, "n29999.example"), 0);
		assert_int_equal(status_of(f, "n40000.example"), 2);
		assert_int_equal(since_of(f, "1@gone.example"), 0);
		assert_int_equal(since_of(f, "9@gone.example"), 0);
		assert_int_equal(since_of(f, "2@gone.example"), 2);
		assert_int_equal(since_of(f, "!@gone.example"), 5);
		assert_int_equal(since_of(f, "z@gone.example"), 6);
		/* and one more each time, in front of all */
		if (turn == 0)
			sql(f, INSERT_SUPPRESSION
			    "VALUES (1, '!!@gone.example', 0, 7)");
	}
	assert_int_equal(since_of(f, "!!@gone.example"), 7);
}

/* The list of changes was purged: all is right after one refresh, and fresh. */
static void
test_gap_is_no_outage(void **state)
{
	struct fixture *f = *state;

	fill(f);
	load(f);
	sql(f, "UPDATE identity SET status = 1 WHERE id = 1; "
	       "DELETE FROM suppression WHERE address = '1@gone.example'; "
	       "DELETE FROM change");
	sql(f, INSERT_SUPPRESSION "VALUES (1, 'new@gone.example', 0, 5)");
	refresh(f);
	assert_true(snapshot_is_loading(f->snapshot));
	assert_true(snapshot_is_fresh(f->snapshot, 1000));
	for (int turn = 0; turn < 2; turn++) {
		assert_int_equal(status_of(f, "n1.example"), 1);
		assert_int_equal(status_of(f, "n2.example"), 2);
		assert_int_equal(since_of(f, "1@gone.example"), 0);
		assert_int_equal(since_of(f, "2@gone.example"), 2);
		assert_int_equal(since_of(f, "new@gone.example"), 5);
		load(f);
	}
}

/* More changed than is followed row by row. */
static void
test_too_many_changes(void **state)
{
	struct fixture *f = *state;

	fill(f);
	load(f);
	sql(f, "UPDATE identity SET status = 1 WHERE id <= 10000");
	refresh(f);
	assert_true(snapshot_is_loading(f->snapshot));
	for (int turn = 0; turn < 2; turn++) {
		assert_int_equal(status_of(f, "n1.example"), 1);
		assert_int_equal(status_of(f, "n10000.example"), 1);
		assert_int_equal(status_of(f, "n10001.example"), 2);
		load(f);
	}
	/* some are followed without */
	sql(f, "UPDATE identity SET status = 2 WHERE id <= 1000");
	refresh(f);
	assert_false(snapshot_is_loading(f->snapshot));
	assert_int_equal(status_of(f, "n1000.example"), 2);
	assert_int_equal(status_of(f, "n1001.example"), 1);
}

/* An import: in force at once, and nothing is loaded anew for it. */
static void
test_import_is_followed(void **state)
{
	struct fixture *f = *state;

	load(f);
	sql(f, ROWS(60000) INSERT_SUPPRESSION
	    "SELECT 1, i || '@gone.example', 0, i FROM n");
	refresh(f);
	assert_false(snapshot_is_loading(f->snapshot));
	assert_int_equal(since_of(f, "1@gone.example"), 1);
	assert_int_equal(since_of(f, "60000@gone.example"), 60000);
	assert_int_equal(since_of(f, "60001@gone.example"), 0);
}

/* Entries that come and go: the filter is made anew, and right meanwhile. */
static void
test_filter_does_not_grow(void **state)
{
	struct fixture *f = *state;
	struct snapshot_size size;

	load(f);
	sql(f, ROWS(60000) INSERT_SUPPRESSION
	    "SELECT 1, i || '@gone.example', 0, i FROM n");
	refresh(f);
	sql(f, "DELETE FROM suppression WHERE since_sec > 1");
	refresh(f);
	assert_false(snapshot_is_loading(f->snapshot));
	sql(f, ROWS(50000) INSERT_SUPPRESSION
	    "SELECT 1, i || '@left.example', 0, i FROM n");
	refresh(f);
	do {
		refresh(f);
		assert_int_equal(since_of(f, "1@gone.example"), 1);
		assert_int_equal(since_of(f, "2@gone.example"), 0);
		assert_int_equal(since_of(f, "50000@left.example"), 50000);
	} while (snapshot_is_loading(f->snapshot));
	snapshot_size(f->snapshot, &size);
	assert_in_range(size.suppressions, 50000 - 2, 50001);
}

static void
test_unknown(void **state)
{
	struct fixture *f = *state;
	struct snapshot *alone = NULL;

	fill(f);
	/* not loaded at all, nothing to ask */
	assert_done(f, snapshot_new(PARTS, &alone, &f->err));
	snapshot_free(&f->snapshot);
	f->snapshot = alone;
	assert_int_equal(status_of(f, "n1.example"), -1);
	assert_int_equal(since_of(f, "1@gone.example"), -1);
	assert_int_equal(since_of(f, "a@b.example"), -1);
	/* whole: what is surely not on the list needs nobody */
	load(f);
	assert_int_equal(status_of(f, "n1.example"), 2);
	assert_int_equal(since_of(f, "1@gone.example"), -1);
	assert_int_equal(since_of(f, "a@b.example"), 0);
}

/* ---- another process ---- */

#define WRITES 20

static void
nap_msec(long msec)
{
	const struct timespec nap = {0, msec * 1000000L};

	(void)nanosleep(&nap, NULL);
}

/* Adds entries; says of each when it was committed. */
static void
write_on(const char *url, int fd)
{
	struct store_suppression row = {
	    .account_id = 1, .facts = {RULES_SUPPRESSED_MANUAL, 5}};
	struct store *store = NULL;
	struct err err;

	if (store_open(url, STORE_OPEN_WRITE, 5000, &store, &err) != SG_OK)
		_exit(1);
	for (int i = 0; i < WRITES; i++) {
		int64_t at_msec;

		nap_msec(i * 37 % 100);
		(void)snprintf(
		    row.address, sizeof(row.address), "%d@late.example", i);
		if (store_suppression_put(store, &row, &err) != SG_OK)
			_exit(1);
		at_msec = clock_mono_msec();
		if (write(fd, &at_msec, sizeof(at_msec)) != sizeof(at_msec))
			_exit(1);
	}
	(void)kill(getpid(), SIGKILL); /* what is committed is in force */
}

static int
by_size(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static void
test_fresh_within_a_second(void **state)
{
	struct fixture *f = *state;
	struct freshener *freshener;
	int64_t took[WRITES];
	int fds[2], status;
	pid_t pid;

	fill(f);
	store_close(&f->reader);
	assert_int_equal(pipe(fds), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		write_on(f->url, fds[1]);
	assert_done(f, freshener_new(f->url, f->snapshot, &freshener, &f->err));
	assert_done(f, freshener_start(freshener, &f->err));
	for (int i = 0; i < WRITES; i++) {
		char address[40];
		int64_t at_msec;

		assert_int_equal(
		    read(fds[0], &at_msec, sizeof(at_msec)), sizeof(at_msec));
		(void)snprintf(address, sizeof(address), "%d@late.example", i);
		do
			took[i] = clock_mono_msec() - at_msec;
		while (since_of(f, address) != 5 && took[i] < 20000);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	freshener_free(&freshener);
	(void)close(fds[0]);
	(void)close(fds[1]);
	qsort(took, WRITES, sizeof(took[0]), by_size);
	print_message("in force after %lld ms (median), %lld ms (most)\n",
	    (long long)took[WRITES / 2], (long long)took[WRITES - 1]);
	assert_true(took[WRITES / 2] < 1000);
	assert_true(took[WRITES - 1] < SNAPSHOT_STALE_MSEC);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_right_before_it_is_whole),
	    TEST(test_changes_while_it_loads),
	    TEST(test_gap_is_no_outage),
	    TEST(test_too_many_changes),
	    TEST(test_import_is_followed),
	    TEST(test_filter_does_not_grow),
	    TEST(test_unknown),
	    TEST(test_fresh_within_a_second),
	};

	return cmocka_run_group_tests_name("late", tests, NULL, NULL);
}
