/* Tests of quota and rate in one process; test-faults.c has several. */
#include "config.h"

#include "store/test-store.h"

#include <stdlib.h>
#include <string.h>

#include "rules/quota.h"
#include "store/store.h"

#define T0 INT64_C(1700000040) /* a minute's start */
#define USEC INT64_C(1000000)
#define DAY 86400

static enum store_taken
take(struct fixture *f, int64_t now_sec, int64_t n, int64_t quota,
    struct store_counter *counter_r)
{
	/* a rate that never holds back */
	struct store_take t = {.account_id = f->account,
	    .recipients = n,
	    .daily_quota = quota,
	    .now_sec = now_sec,
	    .now_usec = now_sec * USEC,
	    .rate_cost_usec = 1,
	    .rate_ceiling_usec = now_sec * USEC + DAY * USEC,
	    .rate_horizon_usec = now_sec * USEC + 2 * DAY * USEC};
	enum store_taken taken;

	assert_ok(
	    f, store_quota_take(f->store, &t, &taken, counter_r, &f->err));
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

static void
test_full(void **state)
{
	struct fixture *f = *state;
	struct store_counter c;

	assert_int_equal(used(f, T0), 0);
	assert_int_equal(take(f, T0, 3, 5, &c), STORE_TAKEN);
	assert_int_equal(c.used, 3);
	assert_int_equal(take(f, T0, 3, 5, &c), STORE_QUOTA_FULL);
	assert_int_equal(c.used, 3);
	assert_int_equal(take(f, T0, 2, 5, &c), STORE_TAKEN);
	assert_int_equal(c.used, 5);
	assert_int_equal(take(f, T0, 1, 5, &c), STORE_QUOTA_FULL);
	assert_int_equal(used(f, T0), 5);
	assert_int_equal(take(f, T0, 1000, -1, &c), STORE_TAKEN);
	assert_int_equal(take(f, T0, 1, 0, &c), STORE_QUOTA_FULL);
}

/* What was sent at second `sent` comes free at `free` and not a second earlier:
 * 24 h after the end of its bucket. */
static void
test_window_rolls(void **state)
{
	static const struct {
		int64_t sent, free;
	} rows[] = {
	    {T0, T0 + DAY + QUOTA_BUCKET_SEC},
	    {T0 + 17, T0 + DAY + QUOTA_BUCKET_SEC},
	    {T0 + 59, T0 + DAY + QUOTA_BUCKET_SEC},
	    {T0 + 60, T0 + DAY + 2 * QUOTA_BUCKET_SEC},
	};
	struct fixture *f = *state;
	struct store_counter c;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		fixture_sql(f, "DELETE FROM quota; DELETE FROM usage");
		assert_int_equal(take(f, rows[i].sent, 5, 5, &c), STORE_TAKEN);
		for (int64_t back = 70; back > 0; back -= 3) {
			assert_int_equal(used(f, rows[i].free - back), 5);
			assert_int_equal(take(f, rows[i].free - back, 1, 5, &c),
			    STORE_QUOTA_FULL);
		}
		assert_int_equal(used(f, rows[i].free - 1), 5);
		assert_int_equal(
		    take(f, rows[i].free - 1, 1, 5, &c), STORE_QUOTA_FULL);
		assert_true(rows[i].free - 1 >= rows[i].sent + DAY);
		assert_int_equal(used(f, rows[i].free), 0);
		assert_int_equal(take(f, rows[i].free, 5, 5, &c), STORE_TAKEN);
		assert_int_equal(c.used, 5);
	}
}

static void
test_clock_steps_back(void **state)
{
	struct fixture *f = *state;
	struct store_counter c;

	assert_int_equal(take(f, T0 + 30, 2, 5, &c), STORE_TAKEN);
	assert_int_equal(take(f, T0 - 30, 2, 5, &c), STORE_TAKEN);
	assert_int_equal(c.used, 4);
	assert_int_equal(take(f, T0 + 90, 2, 5, &c), STORE_QUOTA_FULL);
	/* each leaves with its own bucket */
	assert_int_equal(used(f, T0 + DAY - 1), 4);
	assert_int_equal(used(f, T0 + DAY), 2);
	assert_int_equal(used(f, T0 + DAY + 60), 0);
	assert_int_equal(take(f, T0 + DAY, 3, 5, &c), STORE_TAKEN);
	assert_int_equal(c.used, 5);
	assert_int_equal(take(f, T0 + DAY - 1, 1, 5, &c), STORE_QUOTA_FULL);
}

/* A clock that was years ahead for a moment: what was sent then still counts, for
 * 24 h from the first take after the mend, and the rate does not block for
 * years. */
static void
test_clock_was_far_ahead(void **state)
{
	struct fixture *f = *state;
	struct store_counter c;
	int64_t far = T0 + INT64_C(400) * DAY;

	assert_int_equal(take(f, far, 4, 5, &c), STORE_TAKEN);
	assert_int_equal(take(f, far + 60, 1, 5, &c), STORE_TAKEN);
	assert_int_equal(take(f, T0, 1, 5, &c), STORE_QUOTA_FULL);
	assert_int_equal(c.used, 5);
	assert_int_equal(used(f, T0 + DAY + 59), 5);
	assert_int_equal(take(f, T0 + DAY + 60, 5, 5, &c), STORE_TAKEN);
	assert_int_equal(c.used, 5);
	assert_int_equal(c.rate_state_usec, (T0 + DAY + 60) * USEC);
}

/* 10 recipients a second, burst 10, pacing 1 s: as rules/rate.h would ask. */
static void
test_rate(void **state)
{
	static const struct {
		int64_t after_usec, n, state_usec; /* before, from T0 on */
		enum store_taken taken;
	} rows[] = {
	    {0, 1, 0, STORE_TAKEN},
	    {0, 50, 100000, STORE_TAKEN}, /* into debt */
	    {0, 1, 5100000, STORE_RATE_FULL},
	    {3199999, 1, 5100000, STORE_RATE_FULL},
	    {3200000, 1, 5100000, STORE_TAKEN},
	    {9000000, 1, 9000000, STORE_TAKEN}, /* full again: now */
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int64_t now = T0 * USEC + rows[i].after_usec;
		struct store_take t = {.account_id = f->account,
		    .recipients = rows[i].n,
		    .daily_quota = -1,
		    .now_sec = now / USEC,
		    .now_usec = now,
		    .rate_cost_usec = rows[i].n * 100000,
		    .rate_ceiling_usec = now + 900000 + 1000000,
		    .rate_horizon_usec = now + 900000 + 1000000 + 5000000};
		enum store_taken taken;
		struct store_counter c;

		assert_ok(
		    f, store_quota_take(f->store, &t, &taken, &c, &f->err));
		assert_int_equal(taken, rows[i].taken);
		assert_int_equal(
		    c.rate_state_usec - T0 * USEC, rows[i].state_usec);
	}
	assert_int_equal(used(f, T0), 1 + 50 + 1 + 1);
}

static void
test_quota_is_told_before_rate(void **state)
{
	struct fixture *f = *state;
	struct store_take t = {.account_id = f->account,
	    .recipients = 5,
	    .daily_quota = 5,
	    .now_sec = T0,
	    .now_usec = T0 * USEC,
	    .rate_cost_usec = 100 * USEC,
	    .rate_ceiling_usec = T0 * USEC,
	    .rate_horizon_usec = T0 * USEC};
	enum store_taken taken;
	struct store_counter c;

	assert_ok(f, store_quota_take(f->store, &t, &taken, &c, &f->err));
	assert_int_equal(taken, STORE_TAKEN);
	assert_ok(f, store_quota_take(f->store, &t, &taken, &c, &f->err));
	assert_int_equal(taken, STORE_QUOTA_FULL);
}

static void
test_give_back(void **state)
{
	static const struct {
		const char *name;
		int64_t bucket, n, used;
	} rows[] = {
	    {"some", T0, 2, 8},
	    {"another bucket's stay", T0 + 60, 9, 3},
	    {"a bucket that is not there", T0 + 120, 5, 3},
	    {"nothing", T0, 0, 3},
	    {"the rest", T0, 3, 0},
	    {"once more", T0, 3, 0},
	};
	struct fixture *f = *state;
	struct store_counter c;

	take(f, T0, 5, -1, &c);
	take(f, T0 + 60, 5, -1, &c);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_ok(f, store_quota_give_back(f->store, f->account,
				 rows[i].bucket, rows[i].n, &f->err));
		if (used(f, T0 + 60) != rows[i].used)
			fail_msg("%s", rows[i].name);
	}
}

static void
test_give_back_too_late(void **state)
{
	struct fixture *f = *state;
	struct store_counter c;

	take(f, T0, 5, -1, &c);
	take(f, T0 + DAY + 60, 4, -1, &c); /* the first have left */
	assert_int_equal(c.used, 4);
	assert_ok(
	    f, store_quota_give_back(f->store, f->account, T0, 5, &f->err));
	assert_int_equal(used(f, T0 + DAY + 60), 4);
	/* more than the bucket has: what it has */
	assert_int_equal(take(f, T0 + DAY, 3, 500, &c), STORE_TAKEN);
	assert_ok(f,
	    store_quota_give_back(f->store, f->account, T0 + DAY, 5, &f->err));
	assert_int_equal(used(f, T0 + DAY + 60), 4);
}

static void
test_refusals(void **state)
{
	struct fixture *f = *state;
	struct store_take t = {.account_id = 77,
	    .recipients = 1,
	    .daily_quota = 5,
	    .now_sec = T0,
	    .now_usec = T0 * USEC,
	    .rate_ceiling_usec = T0 * USEC,
	    .rate_horizon_usec = T0 * USEC};
	enum store_taken taken;
	struct store_counter c;

	assert_code(
	    f, SG_MISSING, store_quota_take(f->store, &t, &taken, &c, &f->err));
	t.recipients = -1;
	assert_code(
	    f, SG_BUG, store_quota_take(f->store, &t, &taken, &c, &f->err));
	assert_ok(f, store_quota_give_back(f->store, 77, T0, 1, &f->err));
}

static void
test_rolled_back(void **state)
{
	struct fixture *f = *state;
	struct store_counter c;

	take(f, T0, 1, 5, &c);
	assert_ok(f, store_begin(f->store, &f->err));
	take(f, T0, 4, 5, &c);
	store_rollback(f->store);
	assert_int_equal(used(f, T0), 1);
	assert_int_equal(take(f, T0, 4, 5, &c), STORE_TAKEN);
}

/* A model without any cleverness: every take with its bucket. */
struct model {
	int64_t bucket[4000];
	int64_t n[4000];
	int count;
};

static int64_t
model_used(const struct model *m, int64_t now)
{
	int64_t sum = 0;

	for (int i = 0; i < m->count; i++)
		if (m->bucket[i] > quota_expired_bucket(now))
			sum += m->n[i];
	return sum;
}

static void
test_like_a_model(void **state)
{
	struct fixture *f = *state;
	struct model *m = calloc(1, sizeof(*m));
	unsigned random = 7;
	int64_t now = T0;

	assert_non_null(m);
	assert_ok(f, store_begin(f->store, &f->err));
	for (int step = 0; step < 3000; step++) {
		struct store_counter c;
		int64_t n, want;

		/* versions of a row that one transaction wrote are many */
		if (step % 100 == 99) {
			assert_ok(f, store_commit(f->store, &f->err));
			assert_ok(f, store_begin(f->store, &f->err));
		}
		random = random * 1103515245u + 12345u;
		n = 1 + (random >> 16) % 9;
		now += (random >> 20) % 700;
		want = model_used(m, now);
		if (step % 5 == 0 && m->count > 0) {
			int i = m->count - 1;

			assert_ok(f, store_quota_give_back(f->store, f->account,
					 m->bucket[i], m->n[i], &f->err));
			m->n[i] = 0;
			assert_int_equal(used(f, now), model_used(m, now));
			continue;
		}
		assert_int_equal(take(f, now, n, 900, &c),
		    want + n <= 900 ? STORE_TAKEN : STORE_QUOTA_FULL);
		if (want + n > 900)
			continue;
		assert_int_equal(c.used, want + n);
		m->bucket[m->count] = quota_bucket(now);
		m->n[m->count++] = n;
	}
	assert_ok(f, store_commit(f->store, &f->err));
	free(m);
	/* what left the window left the table, too */
	assert_int_equal(
	    fixture_sql(f,
		"SELECT used - (SELECT sum(recipients) FROM usage) FROM quota"),
	    0);
	assert_true(fixture_sql(f, "SELECT count(*) FROM usage") < 500);
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int test_counter(void);

int
test_counter(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_full),
	    TEST(test_window_rolls),
	    TEST(test_clock_steps_back),
	    TEST(test_clock_was_far_ahead),
	    TEST(test_rate),
	    TEST(test_quota_is_told_before_rate),
	    TEST(test_give_back),
	    TEST(test_give_back_too_late),
	    TEST(test_refusals),
	    TEST(test_rolled_back),
	    TEST(test_like_a_model),
	};

	return cmocka_run_group_tests_name("counters", tests, NULL, NULL);
}
