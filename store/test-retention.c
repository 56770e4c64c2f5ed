/* Tests of what goes with its age or with its account, and of what accounts and
 * suppressions have gained for feedback. */
#include "config.h"

#include "store/test-store.h"

#include <stdio.h>
#include <string.h>

#include "store/events.h"

static int64_t
count(struct fixture *f, const char *what)
{
	char sql[200];

	(void)snprintf(sql, sizeof(sql), "SELECT count(*) FROM %s", what);
	return fixture_sql(f, sql);
}

/* ---- retention ---- */

/* Ten of each kind: at 1000 to 10000 milliseconds, tallies at 1 to 10 seconds. */
static void
fill(struct fixture *f)
{
	fixture_sql(f,
	    "CREATE TEMP TABLE n AS WITH RECURSIVE n (i) AS (SELECT 1 UNION "
	    "ALL SELECT i + 1 FROM n WHERE i < 10) SELECT i FROM n;"
	    "INSERT INTO message SELECT i, 1, 'q' || i, i * 1000, '', '', '', "
	    "0, 0, 0, '', '{}', 0, 0 FROM n;"
	    "INSERT INTO event SELECT i, 1, 0, 0, 'q' || i, i * 1000, '', "
	    "'{}' FROM n;"
	    "INSERT INTO report SELECT i, CAST('h' || i AS BLOB), 1, 'q' || i, "
	    "'', i * 1000, 0, '', '', '' FROM n;"
	    "INSERT INTO fate SELECT 1, 'q' || i, 'x@y.example', 0, i * 1000, "
	    "0, 0, 0, '', '', 0, 0, 0, 0 FROM n;"
	    "INSERT INTO tally SELECT 1, 0, i, 1, 1, 0, 0, 0 FROM n;"
	    "INSERT INTO brake VALUES (1, NULL, 0, '', 0, 60, 1, 0);"
	    "INSERT INTO brake_use SELECT 1, 1, 'app', i, 1, i FROM n");
}

static void
test_purge_in_steps(void **state)
{
	struct fixture *f = *state;
	int64_t gone, sum = 0;
	int steps = 0;

	fill(f);
	do {
		assert_ok(
		    f, store_purge(f->store, 6000, 8, 1000, 2, &gone, &f->err));
		assert_true(gone <= 7 * 2);
		sum += gone;
		steps++;
	} while (gone > 0);
	assert_int_equal(steps, 5); /* tallies go by the seventh, then none */
	assert_int_equal(sum, 5 * 5 + 7);
	assert_int_equal(count(f, "message WHERE sent_msec < 6000"), 0);
	assert_int_equal(count(f, "message"), 5);
	assert_int_equal(count(f, "event WHERE at_msec >= 6000"), 5);
	assert_int_equal(count(f, "event"), 5);
	assert_int_equal(count(f, "report WHERE received_msec >= 6000"), 5);
	assert_int_equal(count(f, "report"), 5);
	assert_int_equal(count(f, "fate WHERE at_msec >= 6000"), 5);
	assert_int_equal(count(f, "fate"), 5);
	assert_int_equal(count(f, "tally WHERE bucket_sec >= 8"), 3);
	assert_int_equal(count(f, "tally"), 3);
	assert_int_equal(count(f, "brake_use WHERE end_sec >= 6"), 5);
	assert_int_equal(count(f, "brake_use"), 5);
}

/* Of what is nobody's the newest are kept, however young the others are. */
static void
test_purge_of_nobodys(void **state)
{
	struct fixture *f = *state;
	int64_t gone;

	fill(f);
	fixture_sql(f, "UPDATE report SET account_id = NULL WHERE id <> 2");
	assert_ok(f, store_purge(f->store, 0, 0, 4, 3, &gone, &f->err));
	assert_int_equal(gone, 3);
	assert_ok(f, store_purge(f->store, 0, 0, 4, 3, &gone, &f->err));
	assert_int_equal(gone, 2);
	assert_ok(f, store_purge(f->store, 0, 0, 4, 3, &gone, &f->err));
	assert_int_equal(gone, 0);
	assert_int_equal(count(f, "report WHERE id IN (2, 7, 8, 9, 10)"), 5);
	assert_int_equal(count(f, "report"), 5);
	assert_ok(f, store_begin(f->store, &f->err));
	assert_ok(f, store_purge(f->store, 0, 0, 0, 9, &gone, &f->err));
	assert_int_equal(gone, 4);
	store_rollback(f->store);
	assert_int_equal(count(f, "report"), 5);
}

/* In steps, and nobody else's. */
static void
test_forget_account(void **state)
{
	static const char *const tables[] = {
	    "message", "event", "report", "fate"};
	struct fixture *f = *state;
	int64_t shop = fixture_account(f, "shop"), gone;

	fill(f);
	assert_ok(f, store_account_forget(f->store, shop, 4, &gone, &f->err));
	assert_int_equal(gone, 0);
	assert_ok(
	    f, store_account_forget(f->store, f->account, 4, &gone, &f->err));
	assert_int_equal(gone, 16);
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		assert_int_equal(count(f, tables[i]), 6);
	assert_ok(
	    f, store_account_forget(f->store, f->account, 100, &gone, &f->err));
	assert_int_equal(gone, 24);
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		assert_int_equal(count(f, tables[i]), 0);
}

static void
test_cascade_of_account(void **state)
{
	static const char *const tables[] = {
	    "message", "event", "report", "fate", "tally", "brake_use"};
	struct fixture *f = *state;

	fill(f);
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		assert_int_equal(count(f, tables[i]), 10);
	assert_ok(f, store_account_delete(f->store, f->account, &f->err));
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		assert_int_equal(count(f, tables[i]), 0);
}

/* ---- what accounts, identities, suppressions have gained ---- */

static void
test_account_standing(void **state)
{
	struct fixture *f = *state;
	struct store_account row, got;

	assert_ok(f, store_account_get(f->store, "demo", &row, &f->err));
	assert_int_equal(row.standing, RULES_HEALTHY);
	assert_int_equal(row.facts.suppressed_reasons, 0);
	row.standing = RULES_SHUT_DOWN;
	row.paused_by = STORE_PAUSED_BY_REPUTATION;
	row.paused_sec = 5;
	row.fresh_start_sec = 6;
	row.facts.suppressed_reasons =
	    RULES_REASONS_BOUNCE | RULES_REASONS_COMPLAINT;
	assert_ok(f, store_account_update(f->store, &row, &f->err));
	assert_ok(f, store_account_get(f->store, "demo", &got, &f->err));
	assert_memory_equal(&got, &row, sizeof(got));
	(void)snprintf(row.facts.name, sizeof(row.facts.name), "second");
	assert_ok(f, store_account_create(f->store, &row, &f->err));
	assert_ok(f, store_account_get(f->store, "second", &got, &f->err));
	assert_memory_equal(&got, &row, sizeof(got));
}

static void
suppress(struct fixture *f, const char *address, int64_t expires_sec)
{
	struct store_suppression row = {.account_id = f->account,
	    .facts = {RULES_SUPPRESSED_BOUNCE, 7},
	    .expires_sec = expires_sec,
	    .queue_id = "q1",
	    .feedback_id = "event-1"};
	struct store_suppression got;

	(void)snprintf(row.address, sizeof(row.address), "%s", address);
	assert_ok(f, store_suppression_put(f->store, &row, &f->err));
	assert_ok(f, store_suppression_get(
			 f->store, f->account, address, &got, &f->err));
	assert_memory_equal(&got, &row, sizeof(got));
}

static void
test_suppression_expires(void **state)
{
	struct fixture *f = *state;
	int64_t gone;

	suppress(f, "never@y.example", 0);
	suppress(f, "a@y.example", 100);
	suppress(f, "b@y.example", 100);
	suppress(f, "c@y.example", 101);
	suppress(f, "d@y.example", 102);
	suppress(f, "a@y.example", 99); /* replaced */
	assert_ok(f, store_suppression_expire(f->store, 98, 9, &gone, &f->err));
	assert_int_equal(gone, 0);
	assert_ok(
	    f, store_suppression_expire(f->store, 101, 2, &gone, &f->err));
	assert_int_equal(gone, 2);
	assert_ok(
	    f, store_suppression_expire(f->store, 101, 2, &gone, &f->err));
	assert_int_equal(gone, 1);
	assert_int_equal(count(f, "suppression WHERE address IN "
				  "('never@y.example', 'd@y.example')"),
	    2);
	assert_int_equal(count(f, "suppression"), 2);
	/* readers of changes hear of it */
	assert_int_equal(
	    count(f, "change WHERE kind = 5 AND name = 'c@y.example'"), 2);
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int test_retention(void);

int
test_retention(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_purge_in_steps),
	    TEST(test_purge_of_nobodys),
	    TEST(test_forget_account),
	    TEST(test_cascade_of_account),
	    TEST(test_account_standing),
	    TEST(test_suppression_expires),
	};

	return cmocka_run_group_tests_name("retention", tests, NULL, NULL);
}
