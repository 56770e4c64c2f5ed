/* The window's edges to the second, and the limit's edges to the recipient. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "rules/quota.h"

#define DAY QUOTA_WINDOW_SEC

struct bucket_row {
	const char *name;
	int64_t now_sec;
	int64_t bucket;
	int64_t expired;
};

/* clang-format off */
static const struct bucket_row buckets[] = {
	{ "a bucket's first second",  1700000040, 1700000040, 1700000040 - DAY - 60 },
	{ "its second",               1700000041, 1700000040, 1700000040 - DAY - 60 },
	{ "its last second",          1700000099, 1700000040, 1700000040 - DAY - 60 },
	{ "the next bucket",          1700000100, 1700000100, 1700000040 - DAY },
	{ "epoch",                    0,          0,          -DAY - 60 },
	{ "before the epoch",         -1,         -60,        -DAY - 120 },
	{ "a whole minute before",    -60,        -60,        -DAY - 120 },
	{ "end of time",              INT64_MAX,  INT64_MAX - INT64_MAX % 60,
	    INT64_MAX - DAY - (INT64_MAX - DAY) % 60 - 60 },
	{ "beginning of time",        INT64_MIN,  INT64_MIN,  INT64_MIN },
	{ "a day after it",           INT64_MIN + DAY, INT64_MIN + DAY - (60 + (INT64_MIN + DAY) % 60), INT64_MIN },
};

struct allows_row {
	const char *name;
	int64_t used, more, limit;
	bool is_allowed;
};

static const struct allows_row allows[] = {
	{ "nothing used",         0,   1,   200, true },
	{ "the last one",         199, 1,   200, true },
	{ "one too many",         200, 1,   200, false },
	{ "whole message or none", 198, 3,  200, false },
	{ "exactly full",         150, 50,  200, true },
	{ "nothing more, full",   200, 0,   200, true },
	{ "quota lowered below",  300, 1,   200, false },
	{ "quota lowered, nothing more", 300, 0, 200, false },
	{ "nothing allowed",      0,   1,   0,   false },
	{ "nothing of nothing",   0,   0,   0,   true },
	{ "unlimited",            INT64_MAX, INT64_MAX, -1, true },
	{ "negative request",     10,  -1,  200, false },
	{ "negative, unlimited",  10,  -1,  -1,  false },
	{ "no overflow",          INT64_MAX, INT64_MAX, INT64_MAX, false },
	{ "largest limit",        0, INT64_MAX, INT64_MAX, true },
	{ "largest request",      1, INT64_MAX, INT64_MAX, false },
};
/* clang-format on */

static void
test_buckets(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof buckets / sizeof buckets[0]; i++) {
		const struct bucket_row *row = &buckets[i];

		if (quota_bucket(row->now_sec) != row->bucket)
			fail_msg("%s: bucket %lld", row->name,
			    (long long)quota_bucket(row->now_sec));
		if (quota_expired_bucket(row->now_sec) != row->expired)
			fail_msg("%s: expired %lld", row->name,
			    (long long)quota_expired_bucket(row->now_sec));
	}
}

/* Whatever second something was sent in, it counts for 24 h, and for no more
 * than 24 h and one bucket. */
static void
test_window(void **state)
{
	int64_t sent, age;

	(void)state;
	for (sent = 1700000000; sent < 1700000130; sent++) {
		int64_t bucket = quota_bucket(sent);

		for (age = 0; age < DAY; age += 61)
			assert_true(quota_expired_bucket(sent + age) < bucket);
		assert_true(quota_expired_bucket(sent + DAY - 1) < bucket);
		age = DAY + QUOTA_BUCKET_SEC;
		assert_true(quota_expired_bucket(sent + age) >= bucket);
	}
}

/* A sender that always takes what it can gets the limit in every window. */
static void
test_running(void **state)
{
	enum { LIMIT = 500, MINUTES = 3 * 24 * 60 };
	static int64_t sent[MINUTES];
	int64_t start = 1700000000, now, total = 0;
	int minute, old;

	(void)state;
	for (minute = 0; minute < MINUTES; minute++) {
		int64_t used = 0;

		now = start + minute * 60;
		for (old = 0; old < minute; old++) {
			if (quota_bucket(start + old * 60) >
			    quota_expired_bucket(now))
				used += sent[old];
		}
		while (sent[minute] < 7 &&
		       quota_allows(used + sent[minute], 1, LIMIT))
			sent[minute]++;
		total += sent[minute];
		assert_true(used + sent[minute] <= LIMIT);
	}
	assert_true(total <= 3 * LIMIT && total >= 2 * LIMIT);
}

static void
test_allows(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof allows / sizeof allows[0]; i++) {
		const struct allows_row *row = &allows[i];

		if (quota_allows(row->used, row->more, row->limit) !=
		    row->is_allowed)
			fail_msg("%s", row->name);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_buckets),
	    cmocka_unit_test(test_window),
	    cmocka_unit_test(test_running),
	    cmocka_unit_test(test_allows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
