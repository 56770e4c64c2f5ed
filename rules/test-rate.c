/* Token buckets with the time running in the test's hand. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <cmocka.h>

#include "rules/rate.h"

#define SEC INT64_C(1000000)
#define START (INT64_C(1700000000) * SEC)

struct limit_row {
	const char *name;
	double per_sec;
	int64_t interval_usec, burst;
};

/* clang-format off */
static const struct limit_row limits[] = {
	{ "sandbox",              1,      1000000,   1 },
	{ "usual first quota",    14,     71429,     14 },
	{ "one in 100 s",         0.01,   100000000, 1 },
	{ "one and a half",       1.5,    666667,    1 },
	{ "two",                  2,      500000,    2 },
	{ "two and a bit",        2.9,    344828,    2 },
	{ "thousand",             1000,   1000,      1000 },
	{ "never faster than asked", 300000, 4,      300000 },
	{ "million",              1e6,    1,         1000000 },
	{ "more than a million",  1e9,    1,         1000000 },
	{ "infinite",             INFINITY, 1,       1000000 },
	{ "one a day",            1.0 / 86400, 86400000000, 1 },
	{ "zero",                 0,      1000000000000000, 1 },
	{ "negative",             -5,     1000000000000000, 1 },
	{ "no number",            NAN,    1000000000000000, 1 },
	{ "almost zero",          1e-300, 1000000000000000, 1 },
};
/* clang-format on */

static void
test_limits(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof limits / sizeof limits[0]; i++) {
		const struct limit_row *row = &limits[i];
		struct rate_limit limit = rate_limit_of(row->per_sec);
		int64_t slack = row->per_sec == 1.0 / 86400 ? 1 : 0;

		if (limit.interval_usec < row->interval_usec ||
		    limit.interval_usec > row->interval_usec + slack)
			fail_msg("%s: interval %lld", row->name,
			    (long long)limit.interval_usec);
		if (limit.tolerance_usec !=
		    (row->burst - 1) * limit.interval_usec)
			fail_msg("%s: tolerance %lld", row->name,
			    (long long)limit.tolerance_usec);
	}
}

/* A bucket as the store keeps it: one number, one conditional update. */
struct bucket {
	struct rate_limit limit;
	int64_t state, pacing;
};

static bool
take(struct bucket *b, int64_t now, int64_t n, int64_t *wait_r)
{
	if (b->state > rate_ceiling_usec(b->limit, now, b->pacing))
		return false;
	*wait_r = rate_wait_usec(b->limit, b->state, now);
	b->state =
	    (b->state > now ? b->state : now) + rate_cost_usec(b->limit, n);
	return true;
}

static int
take_many(struct bucket *b, int64_t now, int tries)
{
	int64_t wait;
	int taken = 0;

	while (tries-- > 0) {
		if (take(b, now, 1, &wait))
			taken++;
	}
	return taken;
}

struct running_row {
	const char *name;
	double per_sec;
	int64_t at_msec[4];
	int tries[4];
	int taken[4];
};

/* clang-format off */
static const struct running_row running[] = {
	{ "one a second", 1,
	    { 0, 999, 1000, 5000 }, { 5, 5, 5, 5 }, { 1, 0, 1, 1 } },
	{ "a second's burst, then refilled", 10,
	    { 0, 100, 350, 10000 }, { 20, 5, 5, 20 }, { 10, 1, 2, 10 } },
	{ "idle time buys one burst, not two", 3,
	    { 0, 1000, 3600000, 3600001 }, { 9, 9, 9, 9 }, { 3, 2, 3, 0 } },
	{ "slow", 0.01,
	    { 0, 99999, 100000, 100001 }, { 2, 2, 2, 2 }, { 1, 0, 1, 0 } },
	{ "clock goes back", 1,
	    { 0, -60000, 999, 1000 }, { 1, 9, 9, 9 }, { 1, 0, 0, 1 } },
};
/* clang-format on */

static void
test_running(void **state)
{
	size_t i, k;

	(void)state;
	for (i = 0; i < sizeof running / sizeof running[0]; i++) {
		const struct running_row *row = &running[i];
		struct bucket b = {rate_limit_of(row->per_sec), 0, 0};

		for (k = 0; k < 4; k++) {
			int taken = take_many(
			    &b, START + row->at_msec[k] * 1000, row->tries[k]);

			if (taken != row->taken[k])
				fail_msg("%s: step %d took %d", row->name,
				    (int)k, taken);
		}
	}
}

/* Over a long time nobody gets more than rate * time + one burst, and who asks
 * often enough gets nearly that. */
static void
test_long_run(void **state)
{
	static const double rates[] = {0.5, 1, 14, 333, 50000, 1e6};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof rates / sizeof rates[0]; i++) {
		struct bucket b = {rate_limit_of(rates[i]), 0, 0};
		int64_t now = START, chunk = (int64_t)(rates[i] / 100) + 1;
		int64_t wait;
		double taken = 0, most = rates[i] * 20;

		for (; now < START + 20 * SEC; now += 1000) {
			if (take(&b, now, chunk, &wait))
				taken += (double)chunk;
		}
		assert_true(taken <= most + rates[i] + (double)chunk + 1);
		assert_true(taken >= most * 0.95);
	}
}

static void
test_pacing(void **state)
{
	struct bucket b = {rate_limit_of(2), 0, 5 * SEC};
	int64_t wait = -1;
	int taken = 0;

	(void)state;
	/* 2 at once, then one each half second, up to 5 s ahead. */
	while (take(&b, START, 1, &wait)) {
		int64_t expected =
		    taken < 2 ? 0 : (taken - 1) * INT64_C(500000);

		assert_int_equal(wait, expected);
		taken++;
	}
	assert_int_equal(taken, 2 + 10);
	assert_int_equal(wait, 5 * SEC);
	assert_false(take(&b, START + 499999, 1, &wait));
	assert_true(take(&b, START + 500000, 1, &wait));
	assert_int_equal(wait, 5 * SEC);
}

static void
test_debt(void **state)
{
	struct bucket b = {rate_limit_of(1), 0, 0};
	int64_t wait;

	(void)state;
	assert_true(take(&b, START, 50, &wait));
	assert_int_equal(wait, 0);
	assert_false(take(&b, START + 49 * SEC, 1, &wait));
	assert_int_equal(
	    rate_wait_usec(b.limit, b.state, START + 49 * SEC), 1 * SEC);
	assert_true(take(&b, START + 50 * SEC, 1, &wait));
}

/* The state that the largest request can leave is the horizon; after the clock
 * went back an hour it lies beyond it. */
static void
test_horizon(void **state)
{
	struct bucket b = {rate_limit_of(10), 0, 5 * SEC};
	int64_t wait;

	(void)state;
	while (take(&b, START, 50, &wait))
		;
	assert_true(b.state <= rate_horizon_usec(b.limit, START, b.pacing, 50));
	assert_true(b.state > rate_horizon_usec(
				  b.limit, START - 3600 * SEC, b.pacing, 50));
	b.state = rate_ceiling_usec(b.limit, START, b.pacing);
	assert_true(take(&b, START, 50, &wait));
	assert_int_equal(
	    b.state, rate_horizon_usec(b.limit, START, b.pacing, 50));
}

static void
test_overflow(void **state)
{
	struct rate_limit slow = rate_limit_of(0), fast = rate_limit_of(1e6);

	(void)state;
	assert_int_equal(rate_cost_usec(fast, 0), 0);
	assert_int_equal(rate_cost_usec(fast, -3), 0);
	assert_int_equal(rate_cost_usec(fast, INT64_MAX), INT64_MAX);
	assert_int_equal(rate_cost_usec(slow, INT64_MAX), INT64_MAX);
	assert_int_equal(rate_ceiling_usec(fast, INT64_MAX, 1), INT64_MAX);
	assert_int_equal(rate_ceiling_usec(fast, 0, INT64_MAX), INT64_MAX);
	assert_int_equal(rate_ceiling_usec(fast, 0, -7), fast.tolerance_usec);
	assert_int_equal(rate_wait_usec(fast, INT64_MIN, 0), 0);
	assert_int_equal(rate_wait_usec(fast, INT64_MAX, INT64_MIN), INT64_MAX);
	assert_int_equal(rate_wait_usec(slow, INT64_MAX, INT64_MAX), 0);
	assert_int_equal(rate_horizon_usec(slow, 0, 0, INT64_MAX), INT64_MAX);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_limits),
	    cmocka_unit_test(test_running),
	    cmocka_unit_test(test_long_run),
	    cmocka_unit_test(test_pacing),
	    cmocka_unit_test(test_debt),
	    cmocka_unit_test(test_horizon),
	    cmocka_unit_test(test_overflow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
