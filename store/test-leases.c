/* Tests of rows of holders and leases. */
#include "config.h"

#include "store/test-store.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "rules/quota.h"
#include "store/leases.h"
#include "store/query.h"
#include "store/store.h"

#define T0 INT64_C(1700000040) /* a minute's start */
#define USEC INT64_C(1000000)
#define DAY 86400

static int64_t
holder(struct fixture *f, const char *host)
{
	struct store_holder row = {
	    .program = "policyd", .mark = 7, .made_sec = T0};

	(void)snprintf(row.host, sizeof(row.host), "%s", host);
	assert_ok(f, store_holder_add(f->store, &row, &f->err));
	assert_true(row.id > 0);
	return row.id;
}

/* n of the quota of 100, into the bucket of T0 + 60. */
static enum store_taken
grant(struct fixture *f, int64_t holder_id, int64_t n, int64_t spent)
{
	struct store_take take = {.account_id = f->account,
	    .recipients = n,
	    .daily_quota = 100,
	    .now_sec = T0,
	    .bucket_sec = T0 + 60,
	    .now_usec = T0 * USEC,
	    .rate_ceiling_usec = (T0 + DAY) * USEC,
	    .rate_horizon_usec = (T0 + DAY) * USEC};
	struct store_lease row = {.account_id = f->account,
	    .bucket_sec = T0 + 60,
	    .serial = 3,
	    .granted = n,
	    .spent = spent,
	    .until_usec = (T0 + 70) * USEC};
	struct store_counter counter;
	enum store_taken taken;

	assert_ok(f, store_begin_parallel(f->store, &f->err));
	assert_ok(
	    f, store_quota_take(f->store, &take, &taken, &counter, &f->err));
	if (taken == STORE_TAKEN)
		assert_ok(
		    f, store_lease_put(f->store, holder_id, &row, &f->err));
	assert_ok(f, store_commit(f->store, &f->err));
	return taken;
}

static int64_t
used(struct fixture *f, int64_t now_sec)
{
	int64_t n;

	assert_ok(
	    f, store_quota_used(f->store, f->account, now_sec, &n, &f->err));
	return n;
}

static int64_t
end(struct fixture *f, int64_t holder_id, int64_t spent)
{
	struct store_lease row = {
	    .account_id = f->account, .bucket_sec = T0 + 60, .spent = spent};
	int64_t back;

	assert_ok(f, store_begin_parallel(f->store, &f->err));
	assert_ok(
	    f, store_lease_end(f->store, holder_id, &row, &back, &f->err));
	assert_ok(f, store_commit(f->store, &f->err));
	return back;
}

static void
report(struct fixture *f, int64_t holder_id, int64_t spent)
{
	struct store_lease_spent row = {f->account, T0 + 60, spent};

	assert_ok(f, store_begin_parallel(f->store, &f->err));
	assert_ok(f, store_lease_report(f->store, holder_id, &row, 1, &f->err));
	assert_ok(f, store_commit(f->store, &f->err));
}

static void
test_used_is_what_was_spent(void **state)
{
	struct fixture *f = *state;
	int64_t id = holder(f, "a");

	assert_int_equal(grant(f, id, 40, 0), STORE_TAKEN);
	assert_int_equal(used(f, T0), 0);
	report(f, id, 15);
	assert_int_equal(used(f, T0), 15);
	assert_int_equal(grant(f, id, 60, 15), STORE_TAKEN);
	assert_int_equal(used(f, T0), 15);
	/* debited all the same */
	assert_int_equal(grant(f, id, 1, 15), STORE_QUOTA_FULL);
	/* whoever does not come back has spent it */
	assert_int_equal(used(f, T0 + 70), 100);
	/* until its bucket leaves the window */
	assert_int_equal(used(f, T0 + 60 + DAY), 100);
	assert_int_equal(used(f, T0 + 120 + DAY), 0);
}

static void
test_rest_goes_back(void **state)
{
	struct fixture *f = *state;
	int64_t id = holder(f, "a");

	assert_int_equal(grant(f, id, 100, 0), STORE_TAKEN);
	assert_int_equal(end(f, id, 30), 70);
	assert_int_equal(used(f, T0), 30);
	assert_int_equal(end(f, id, 0), 0); /* gone */
	assert_int_equal(used(f, T0), 30);
	assert_int_equal(grant(f, id, 70, 0), STORE_TAKEN);
	/* more than was granted: nothing */
	assert_int_equal(end(f, id, 1000), 0);
	assert_int_equal(used(f, T0), 100);
}

static void
test_rest_goes_back_unasked(void **state)
{
	struct fixture *f = *state;
	int64_t id = holder(f, "a");
	struct store_lease_spent row = {f->account, T0 + 60, 30};

	assert_int_equal(grant(f, id, 100, 0), STORE_TAKEN);
	for (int i = 0; i < 2; i++) { /* once */
		assert_ok(f, store_begin_parallel(f->store, &f->err));
		assert_ok(
		    f, store_lease_end_many(f->store, id, &row, 1, &f->err));
		assert_ok(f, store_commit(f->store, &f->err));
		assert_int_equal(used(f, T0), 30);
		assert_int_equal(
		    fixture_sql(f, "SELECT SUM(recipients) FROM usage"), 30);
		assert_int_equal(
		    fixture_sql(f, "SELECT COUNT(*) FROM lease"), 0);
	}
	/* all was spent, and more than that */
	assert_int_equal(grant(f, id, 5, 0), STORE_TAKEN);
	assert_ok(f, store_begin_parallel(f->store, &f->err));
	assert_ok(f, store_lease_end_many(f->store, id, &row, 1, &f->err));
	assert_ok(f, store_commit(f->store, &f->err));
	assert_int_equal(used(f, T0), 35);
	/* as far as the bucket has it */
	assert_int_equal(grant(f, id, 40, 0), STORE_TAKEN);
	fixture_sql(f, "UPDATE usage SET recipients = 7");
	fixture_sql(f, "UPDATE quota SET used = 7");
	assert_ok(f, store_begin_parallel(f->store, &f->err));
	assert_ok(f, store_lease_end_many(f->store, id, &row, 1, &f->err));
	assert_ok(f, store_commit(f->store, &f->err));
	assert_int_equal(used(f, T0), 0);
}

struct found {
	int64_t count, granted, spent, serial;
	char account[RULES_NAME_MAX + 1];
};

static bool
add_lease(void *ctx, const struct store_lease *row)
{
	struct found *found = ctx;

	found->count++;
	found->granted += row->granted;
	found->spent += row->spent;
	found->serial = row->serial;
	(void)snprintf(
	    found->account, sizeof(found->account), "%s", row->account);
	return true;
}

static void
test_list(void **state)
{
	struct fixture *f = *state;
	int64_t a = holder(f, "a"), b = holder(f, "b");
	struct found found = {0};

	grant(f, a, 10, 0);
	grant(f, a, 5, 4);
	grant(f, b, 7, 0);
	assert_ok(f, store_lease_list(f->store, a, add_lease, &found, &f->err));
	assert_int_equal(found.count, 1);
	assert_int_equal(found.granted, 15);
	assert_int_equal(found.spent, 4);
	assert_int_equal(found.serial, 3);
	assert_string_equal(found.account, "demo");
	assert_ok(f, store_account_delete(f->store, f->account, &f->err));
	found.count = 0;
	assert_ok(f, store_lease_list(f->store, a, add_lease, &found, &f->err));
	assert_int_equal(found.count, 0);
}

static bool
add_recalled(void *ctx, int64_t account_id)
{
	*(int64_t *)ctx += account_id;
	return true;
}

static int64_t
recalled(struct fixture *f, int64_t holder_id)
{
	int64_t sum = 0;

	assert_ok(f, store_lease_recalled(
			 f->store, holder_id, add_recalled, &sum, &f->err));
	return sum;
}

static void
test_recall(void **state)
{
	struct fixture *f = *state;
	int64_t a = holder(f, "a"), b = holder(f, "b");
	int64_t unspent, others;

	grant(f, a, 10, 0);
	grant(f, b, 7, 2);
	assert_ok(f, store_lease_elsewhere(f->store, a, f->account, T0 * USEC,
			 &unspent, &others, &f->err));
	assert_int_equal(unspent, 5);
	assert_int_equal(others, 1);
	assert_ok(
	    f, store_lease_recall(f->store, a, NULL, 0, T0 * USEC, &f->err));
	assert_int_equal(recalled(f, b), 0);
	assert_ok(f, store_lease_recall(f->store, a,
			 (int64_t[]){f->account + 1000, f->account}, 2,
			 T0 * USEC, &f->err));
	assert_int_equal(recalled(f, a), 0);
	assert_int_equal(recalled(f, b), f->account);
	end(f, b, 2);
	assert_int_equal(recalled(f, b), 0);
	/* what is over is not waited for */
	assert_ok(f, store_lease_elsewhere(f->store, b, f->account,
			 (T0 + 70) * USEC, &unspent, &others, &f->err));
	assert_int_equal(unspent, 0);
}

struct holders {
	int count;
	struct store_holder last;
};

static bool
add_holder(void *ctx, const struct store_holder *row)
{
	struct holders *holders = ctx;

	holders->count++;
	holders->last = *row;
	return true;
}

static struct holders
list_holders(struct fixture *f)
{
	struct holders holders = {0};

	assert_ok(
	    f, store_holder_list(f->store, add_holder, &holders, &f->err));
	return holders;
}

static void
test_holders(void **state)
{
	struct fixture *f = *state;
	int64_t a = holder(f, "a"), b = holder(f, "b");
	struct holders holders = list_holders(f);
	int64_t count;

	assert_int_equal(holders.count, 2);
	assert_string_equal(holders.last.host, "b");
	assert_string_equal(holders.last.program, "policyd");
	assert_int_equal(holders.last.mark, 7);
	assert_int_equal(holders.last.made_sec, T0);
	assert_ok(f, store_holder_renew(f->store, b, T0 + 50, &f->err));
	assert_int_equal(list_holders(f).last.renewed_sec, T0 + 50);
	assert_ok(f, store_holder_count(f->store, T0, &count, &f->err));
	assert_int_equal(count, 1);
	grant(f, a, 10, 0);
	/* one with leases stays */
	assert_ok(f, store_holder_delete(f->store, a, &f->err));
	assert_ok(f, store_holder_delete(f->store, b, &f->err));
	assert_int_equal(list_holders(f).count, 1);
	assert_code(
	    f, SG_MISSING, store_holder_renew(f->store, b, T0, &f->err));
}

static void
test_purge(void **state)
{
	struct fixture *f = *state;
	int64_t a = holder(f, "a");
	int64_t gone = T0 + DAY + 120;

	grant(f, a, 10, 0);
	assert_ok(
	    f, store_holder_purge(f->store, gone, (gone - 1) * USEC, &f->err));
	assert_int_equal(list_holders(f).count, 1);
	/* it lives */
	assert_ok(
	    f, store_holder_purge(f->store, T0 - 1, gone * USEC, &f->err));
	assert_int_equal(list_holders(f).count, 1);
	assert_ok(f, store_holder_purge(f->store, gone, gone * USEC, &f->err));
	assert_int_equal(list_holders(f).count, 0);
	assert_int_equal(fixture_sql(f, "SELECT COUNT(*) FROM lease"), 0);
}

static void
test_clock(void **state)
{
	struct fixture *f = *state;
	int64_t before = clock_now_usec(), now;

	assert_ok(f, store_clock(f->store, &now, &f->err));
	assert_in_range(now, before - USEC, clock_now_usec() + USEC);
}

/* A take of slots alone counts no recipients. */
static void
test_slots_alone(void **state)
{
	struct fixture *f = *state;
	struct store_take take = {.account_id = f->account,
	    .daily_quota = 0,
	    .now_sec = T0,
	    .now_usec = T0 * USEC,
	    .rate_cost_usec = 5,
	    .rate_ceiling_usec = T0 * USEC,
	    .rate_horizon_usec = (T0 + DAY) * USEC};
	struct store_counter counter;
	enum store_taken taken;

	assert_ok(
	    f, store_quota_take(f->store, &take, &taken, &counter, &f->err));
	assert_int_equal(taken, STORE_TAKEN);
	assert_int_equal(counter.rate_state_usec, T0 * USEC);
	assert_int_equal(fixture_sql(f, "SELECT COUNT(*) FROM usage"), 0);
	assert_ok(
	    f, store_quota_take(f->store, &take, &taken, &counter, &f->err));
	assert_int_equal(taken, STORE_RATE_FULL);
}

/* ---- many at once ---------------------------------------------------------------- */

static struct store_lease_take
wanted(int64_t account_id, int64_t n)
{
	return (struct store_lease_take){
	    .take = {.account_id = account_id,
		.recipients = n,
		.daily_quota = 100,
		.now_sec = T0,
		.bucket_sec = T0 + 60,
		.now_usec = T0 * USEC,
		.rate_cost_usec = 5,
		.rate_ceiling_usec = T0 * USEC,
		.rate_horizon_usec = (T0 + DAY) * USEC},
	    .serial = 3,
	    .spent = 1};
}

static void
take_all(struct fixture *f, int64_t holder_id, struct store_lease_take *takes,
    size_t count, bool is_known)
{
	struct store_lease_taking taking = {.holder_id = holder_id,
	    .now_usec = T0 * USEC,
	    .bucket_sec = T0 + 60,
	    .until_usec = (T0 + 70) * USEC,
	    .is_shared = true};
	struct store_lease_account accounts[8];

	for (size_t i = 0; i < count; i++)
		accounts[i] = (struct store_lease_account){
		    takes[i].take.account_id, !is_known, !is_known};
	assert_ok(f, store_begin_parallel(f->store, &f->err));
	assert_ok(f, store_lease_begin(f->store, accounts, count, T0, &f->err));
	assert_ok(
	    f, store_lease_take(f->store, &taking, takes, count, &f->err));
	assert_ok(f, store_commit(f->store, &f->err));
}

static void
test_many(void **state)
{
	struct fixture *f = *state;
	int64_t id = holder(f, "a"), other = holder(f, "b");
	int64_t second = fixture_account(f, "second");
	int64_t third = fixture_account(f, "third");
	struct store_lease_take takes[] = {wanted(f->account, 40),
	    wanted(second, 60), wanted(third, 0), wanted(third + 1000, 1)};

	take_all(f, id, takes, 4, false);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(takes[i].taken, STORE_TAKEN);
		assert_int_equal(
		    takes[i].counter.used, takes[i].take.recipients);
		assert_int_equal(takes[i].counter.rate_state_usec, T0 * USEC);
		assert_int_equal(takes[i].others, 0);
	}
	assert_true(takes[3].is_missing);
	assert_int_equal(fixture_sql(f, "SELECT SUM(used) FROM quota"), 100);
	assert_int_equal(
	    fixture_sql(f, "SELECT SUM(recipients) FROM usage"), 100);
	assert_int_equal(fixture_sql(f, "SELECT COUNT(*) FROM lease"), 2);
	assert_int_equal(
	    fixture_sql(f, "SELECT SUM(granted - spent) FROM lease"), 98);

	/* each for its own reason, and nothing of them is counted */
	takes[1].take.rate_ceiling_usec = takes[2].take.rate_ceiling_usec =
	    (T0 + 1) * USEC;
	takes[0].take.recipients = 10;
	take_all(f, other, takes, 3, true);
	assert_int_equal(takes[0].taken, STORE_RATE_FULL);
	assert_int_equal(takes[0].counter.rate_state_usec, T0 * USEC + 5);
	assert_int_equal(takes[1].taken, STORE_QUOTA_FULL);
	assert_int_equal(takes[1].counter.used, 60);
	assert_int_equal(takes[1].unspent, 59);
	assert_int_equal(takes[1].others, 1);
	assert_int_equal(takes[2].taken, STORE_TAKEN);
	assert_int_equal(takes[2].counter.rate_state_usec, T0 * USEC + 5);
	assert_int_equal(fixture_sql(f, "SELECT SUM(used) FROM quota"), 100);
}

/* Rows of a holder, two of them of one account; another's stay. */
static void
test_many_spent(void **state)
{
	struct fixture *f = *state;
	int64_t id = holder(f, "a"), other = holder(f, "b");
	int64_t second = fixture_account(f, "second");
	struct store_lease_take takes[] = {
	    wanted(f->account, 30), wanted(second, 40)};
	const struct store_lease_spent rows[] = {
	    {f->account, T0 + 60, 11},
	    {f->account, T0 + 120, 5},
	    {second, T0 + 60, INT64_MAX},
	    {second + 1000, T0 + 60, 1},
	};

	take_all(f, id, takes, 2, false);
	fixture_sql(f, "UPDATE quota SET rate_state_usec = 0");
	takes[0].take.recipients = takes[1].take.recipients = 20;
	take_all(f, other, takes, 2, true);
	fixture_sql(f,
	    "INSERT INTO usage (account_id, bucket, recipients) SELECT id, "
	    "1700000160, 7 FROM account WHERE name = 'demo'");
	fixture_sql(f,
	    "INSERT INTO lease (holder_id, account_id, bucket_sec, serial, "
	    "granted, spent, until_usec, recalled) SELECT h.id, a.id, "
	    "1700000160, 9, 7, 0, 1, 0 FROM account a, holder h "
	    "WHERE a.name = 'demo' AND h.host = 'a'");
	fixture_sql(f, "UPDATE quota SET used = used + 7 WHERE account_id = "
		       "(SELECT id FROM account WHERE name = 'demo')");
	assert_ok(f, store_begin_parallel(f->store, &f->err));
	assert_ok(f, store_lease_report(f->store, id, rows, 2, &f->err));
	assert_ok(f, store_commit(f->store, &f->err));
	assert_int_equal(
	    fixture_sql(f, "SELECT SUM(spent) FROM lease"), 11 + 5 + 1 + 1 + 1);
	for (int i = 0; i < 2; i++) { /* once */
		assert_ok(f, store_begin_parallel(f->store, &f->err));
		assert_ok(
		    f, store_lease_end_many(f->store, id, rows, 4, &f->err));
		assert_ok(f, store_commit(f->store, &f->err));
		assert_int_equal(
		    fixture_sql(f, "SELECT COUNT(*) FROM lease"), 2);
		assert_int_equal(
		    fixture_sql(f, "SELECT SUM(recipients) FROM usage"),
		    11 + 5 + 40 + 20 + 20);
		assert_int_equal(fixture_sql(f, "SELECT SUM(used) FROM quota"),
		    11 + 5 + 40 + 20 + 20);
	}
}

static void
test_many_expire(void **state)
{
	struct fixture *f = *state;
	int64_t id = holder(f, "a");
	int64_t second = fixture_account(f, "second");
	struct store_lease_take takes[] = {
	    wanted(f->account, 50), wanted(second, 50)};

	fixture_sql(f, "INSERT INTO quota (account_id, used, rate_state_usec, "
		       "expired_bucket) SELECT id, 90, 0, 0 FROM account");
	fixture_sql(f, "INSERT INTO usage (account_id, bucket, recipients) "
		       "SELECT id, 60, 70 FROM account");
	/* One account's rest is of a future that is none: it counts as used now. */
	fixture_sql(f, "INSERT INTO usage (account_id, bucket, recipients) "
		       "SELECT id, CASE WHEN name = 'second' THEN 1700200020 "
		       "ELSE 1700000040 END, 20 FROM account");
	for (int known = 1; known >= 0; known--) {
		take_all(f, id, takes, 2, known == 1);
		assert_int_equal(takes[0].taken, STORE_TAKEN);
		assert_int_equal(takes[1].taken, STORE_TAKEN);
		assert_int_equal(takes[0].counter.used, 70);
		assert_int_equal(takes[1].counter.used, 70);
		assert_int_equal(
		    fixture_sql(f, "SELECT SUM(recipients) FROM usage"), 140);
		assert_int_equal(
		    fixture_sql(f,
			"SELECT COUNT(*) FROM usage WHERE bucket > 1700100000"),
		    0);
		fixture_sql(f, "DELETE FROM lease");
		fixture_sql(f, "DELETE FROM usage");
		fixture_sql(f,
		    "UPDATE quota SET used = 90, expired_bucket = 0, "
		    "rate_state_usec = 0");
		fixture_sql(f,
		    "INSERT INTO usage (account_id, bucket, recipients) "
		    "SELECT id, 60, 70 FROM account");
		fixture_sql(f,
		    "INSERT INTO usage (account_id, bucket, recipients) "
		    "SELECT id, CASE WHEN name = 'second' THEN 1700200020 "
		    "ELSE 1700000040 END, 20 FROM account");
	}
}

/* SQLite is asked for each account alone; it must understand them all the same. */
static void
test_many_statements(void **state)
{
	static const enum query_id ids[] = {QUERY_LEASE_LOCK,
	    QUERY_LEASE_QUOTA_EXPIRE, QUERY_LEASE_USAGE_EXPIRE,
	    QUERY_LEASE_QUOTA_TAKE, QUERY_LEASE_QUOTA_GET,
	    QUERY_LEASE_USAGE_ADD, QUERY_LEASE_PUT_MANY, QUERY_LEASE_SPENT_MANY,
	    QUERY_LEASE_END_QUOTA_MANY, QUERY_LEASE_END_USAGE_MANY,
	    QUERY_LEASE_END_MANY};
	struct fixture *f = *state;
	struct query q;

	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		query_open(&q, f->store, ids[i], &f->err);
		query_bind_text(&q, "$rows", "[]");
		assert_ok(f, query_close(&q));
	}
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int test_leases(void);

int
test_leases(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_used_is_what_was_spent),
	    TEST(test_rest_goes_back),
	    TEST(test_rest_goes_back_unasked),
	    TEST(test_list),
	    TEST(test_recall),
	    TEST(test_holders),
	    TEST(test_purge),
	    TEST(test_clock),
	    TEST(test_slots_alone),
	    TEST(test_many),
	    TEST(test_many_spent),
	    TEST(test_many_expire),
	    TEST(test_many_statements),
	};

	return cmocka_run_group_tests_name("leases", tests, NULL, NULL);
}
