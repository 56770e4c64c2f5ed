/* Tests of the choice among a pool's addresses, of labels, and of the plan of a
 * warm-up. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "rules/pool_choice.h"

#define DAY 86400
#define NOW (20000 * (int64_t)DAY + 3600)

/* How many of 10,000 messages each of three choices gets. */
static void
share(const struct pool_choice *choices, size_t count, int64_t recipients,
    int shares_r[4])
{
	memset(shares_r, 0, 4 * sizeof(*shares_r));
	for (int i = 0; i < 10000; i++) {
		char key[32];
		size_t chosen;

		(void)snprintf(key, sizeof(key), "4c8Xk%05d", i);
		chosen = pool_choice(choices, count, key, recipients);
		shares_r[chosen == POOL_CHOICE_NONE ? 3 : chosen]++;
		assert_true(
		    chosen == pool_choice(choices, count, key, recipients));
	}
}

static void
test_choice(void **state)
{
	static const struct {
		const char *name;
		struct pool_choice choices[3];
		size_t count;
		int64_t recipients;
		int want[4]; /* the last: none */
	} rows[] = {
	    {"nobody", {{0, 0}}, 0, 1, {0, 0, 0, 10000}},
	    {"one", {{1, -1}}, 1, 9, {10000, 0, 0, 0}},
	    {"two share", {{1, -1}, {1, -1}}, 2, 1, {5000, 5000, 0, 0}},
	    {"by weight", {{1, -1}, {3, -1}}, 2, 1, {2500, 7500, 0, 0}},
	    {"no weight", {{0, -1}, {1, -1}}, 2, 1, {0, 10000, 0, 0}},
	    {"all drained", {{0, -1}, {0, -1}}, 2, 1, {0, 0, 0, 10000}},
	    {"warming", {{1, 5}, {1, -1}}, 2, 5, {5000, 5000, 0, 0}},
	    {"enough is not left", {{1, 4}, {1, -1}}, 2, 5, {0, 10000, 0, 0}},
	    {"used up, alone", {{1, 0}}, 1, 1, {0, 0, 0, 10000}},
	    {"gives way by weight", {{2, 0}, {1, -1}, {1, -1}}, 3, 1,
		{0, 5000, 5000, 0}},
	    {"one warms for another", {{1, 0}, {1, 9}}, 2, 1,
		{0, 5000, 0, 5000}},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int shares[4];

		share(
		    rows[i].choices, rows[i].count, rows[i].recipients, shares);
		for (int n = 0; n < 4; n++)
			if (shares[n] < rows[i].want[n] * 9 / 10 ||
			    shares[n] > rows[i].want[n] * 11 / 10)
				fail_msg("%s: %d has %d, not %d", rows[i].name,
				    n, shares[n], rows[i].want[n]);
	}
}

static void
test_label(void **state)
{
	char label[POOL_LABEL_MAX + 1], again[POOL_LABEL_MAX + 1];

	(void)state;
	pool_label("192.0.2.1", 0, label);
	assert_int_equal(strlen(label), POOL_LABEL_MAX);
	assert_int_equal(
	    strspn(label, "abcdefghijklmnopqrstuvwxyz234567"), POOL_LABEL_MAX);
	pool_label("192.0.2.1", 0, again);
	assert_string_equal(label, again);
	pool_label("192.0.2.1", 1, again);
	assert_string_not_equal(label, again);
	pool_label("192.0.2.2", 0, again);
	assert_string_not_equal(label, again);
}

static void
test_percentage(void **state)
{
	static const struct {
		const char *name;
		int percentage;
		int64_t since_sec;
		bool is_automatic;
		int want;
	} rows[] = {
	    {"today", 0, NOW, true, 0},
	    {"since midnight", 0, NOW - 3600, true, 0},
	    {"since before midnight", 0, NOW - 3601, true, 2},
	    {"half", 0, NOW - 22 * DAY, true, 48},
	    {"the last day", 0, NOW - 44 * DAY, true, 97},
	    {"over", 0, NOW - 45 * DAY, true, 100},
	    {"long over", 3, NOW - 4000 * DAY, true, 100},
	    {"went on from", 50, NOW - 22 * DAY, true, 98},
	    {"not beyond", 70, NOW - 22 * DAY, true, 100},
	    {"by hand", 30, NOW - 22 * DAY, false, 30},
	    {"done", 100, 0, false, 100},
	    {"the clock stepped back", 7, NOW + 3 * DAY, true, 7},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int percentage = pool_warmup_percentage(rows[i].percentage,
		    rows[i].since_sec, rows[i].is_automatic, NOW);

		if (percentage != rows[i].want)
			fail_msg("%s: %d, not %d", rows[i].name, percentage,
			    rows[i].want);
	}
}

static void
test_cap(void **state)
{
	int64_t before = 0;

	(void)state;
	assert_int_equal(pool_warmup_cap(0), WARMUP_FIRST_CAP);
	assert_int_equal(pool_warmup_cap(100), -1);
	assert_int_equal(pool_warmup_day(0), 1);
	assert_int_equal(pool_warmup_day(99), WARMUP_DAYS);
	assert_int_equal(pool_warmup_day(100), 0);
	for (int day = 0; day < WARMUP_DAYS; day++)
		assert_int_equal(pool_warmup_day(pool_warmup_percentage(
				     0, 0, true, day * (int64_t)86400)),
		    day + 1);
	for (int i = 0; i < 100; i++) {
		int64_t cap = pool_warmup_cap(i);

		assert_true(cap >= before && cap <= WARMUP_LAST_CAP);
		before = cap;
	}
	/* each day has more than the one before, the last one all */
	before = 0;
	for (int day = 0; day < WARMUP_DAYS; day++) {
		int64_t cap = pool_warmup_cap(pool_warmup_percentage(
		    0, NOW, true, NOW + (int64_t)day * DAY));

		if (cap <= before || (day > 0 && cap > before * 12 / 10 + 1))
			fail_msg("day %d: %lld after %lld", day, (long long)cap,
			    (long long)before);
		before = cap;
	}
	assert_true(before > 45000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_choice),
	    cmocka_unit_test(test_label),
	    cmocka_unit_test(test_percentage),
	    cmocka_unit_test(test_cap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
