/* The binomial tail beside values made with exact and 60-digit arithmetic (Python's
 * fractions and decimal); who is paused and who is not; honest senders by chance. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "rules/reputation.h"

/* The options' defaults. */
static const struct reputation_limits limits = {
    .volume = 10000,
    .minimum = 500,
    .bounce_review = 0.05,
    .bounce_pause = 0.10,
    .complaint_review = 0.001,
    .complaint_pause = 0.005,
};

/* ---- the distribution ------------------------------------------------------ */

/* clang-format off */
static const struct {
	int64_t events, volume;
	double rate, tail;
} tails[] = {
	{ 0, 0, 0.1, 1 },
	{ -1, 10, 0.1, 1 },
	{ 1, 0, 0.1, 0 },
	{ 11, 10, 0.1, 0 },
	{ 5, 10, 0, 0 },
	{ 5, 10, -1, 0 },
	{ 5, 10, 1, 1 },
	{ 10, 10, 2, 1 },
	{ 1, 1, 0.1, 0.1 },
	{ 3, 20, 0.1, 3.230731948105340e-1 },
	{ 20, 20, 0.1, 1.000000000000001e-20 },
	{ 1, 20, 0.05, 6.415140775914578e-1 },
	{ 5, 10, 0.5, 6.230468750000000e-1 },
	{ 2, 500, 0.001, 9.012808974282651e-2 },
	{ 5, 499, 0.005, 1.076519193202096e-1 },
	{ 4, 499, 0.005, 2.410844424561328e-1 },
	{ 110, 1000, 0.1, 1.582575301887022e-1 },
	{ 90, 1000, 0.1, 8.665962282358927e-1 },
	{ 90, 1000, 0.05, 9.743965305003968e-8 },
	{ 100, 1000, 0.1, 5.154177095659205e-1 },
	{ 999, 1000, 0.5, 9.341968821217221e-299 },
	{ 1, 1000, 0.005, 9.933460314211680e-1 },
	{ 1060, 10000, 0.1, 2.438040426084875e-2 },
	{ 57, 10000, 0.005, 1.773164242564033e-1 },
	{ 13, 10000, 0.001, 2.083486705547826e-1 },
	{ 500, 10000, 0.05, 5.064066356891921e-1 },
	{ 100500, 1000000, 0.1, 4.803478220540275e-2 },
	{ 5060, 1000000, 0.005, 1.992657334857701e-1 },
	{ 1, 1000000, 1e-06, 6.321207427683549e-1 },
	{ 100008000, 1000000000, 0.1, 1.995511978090627e-1 },
	{ 5001800, 1000000000, 0.005, 2.098890815066853e-1 },
	{ 99990000, 1000000000, 0.1, 8.540921487625960e-1 },
	{ 1001000, 1000000000, 0.001, 1.586552136145995e-1 },
	{ 900000000, 1000000000, 0.9, 5.000266330664099e-1 },
	{ 110000000, 1000000000, 0.1, 0 },
};
/* clang-format on */

static void
test_tail(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof tails / sizeof tails[0]; i++) {
		double got = reputation_tail(
		    tails[i].events, tails[i].volume, tails[i].rate);
		double off = fabs(got - tails[i].tail);

		/* small ones to their own digits, too */
		if (!(off <= 1e-11 && off <= 1e-9 * tails[i].tail + 1e-300))
			fail_msg("%lld of %lld at %g: %.15e",
			    (long long)tails[i].events,
			    (long long)tails[i].volume, tails[i].rate, got);
	}
}

/* More events are less probable, a higher rate makes them more so; all of it is a
 * probability. */
static void
test_tail_is_monotone(void **state)
{
	static const int64_t volumes[] = {1, 7, 100, 499, 500, 10000};

	(void)state;
	for (size_t i = 0; i < sizeof volumes / sizeof volumes[0]; i++) {
		int64_t n = volumes[i], step = n > 1000 ? 37 : 1;

		for (int64_t k = 0; k <= n; k += step) {
			double now = reputation_tail(k, n, 0.1);
			double next = reputation_tail(k + 1, n, 0.1);

			assert_true(now >= 0 && now <= 1 + 1e-12);
			assert_true(next <= now + 1e-12);
			assert_true(reputation_tail(k, n, 0.11) >= now - 1e-12);
		}
	}
}

/* At its lower end a rate is just what is in doubt, or all of one of the formulas
 * is wrong. */
static void
test_lower_end(void **state)
{
	static const struct {
		int64_t events, volume;
		double doubt;
	} rows[] = {{1, 1, 0.001}, {3, 20, 0.001}, {20, 20, 0.001},
	    {499, 499, 0.001}, {1, 500, 0.2}, {110, 1000, 0.2},
	    {57, 10000, 0.2}, {10000, 10000, 0.2},
	    {100008000, 1000000000, 0.2}};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		double low =
		    reputation_lower_end(rows[i].events, rows[i].volume, 500);

		assert_true(low > 0 && low < (double)rows[i].events /
						 (double)rows[i].volume);
		assert_true(
		    fabs(reputation_tail(rows[i].events, rows[i].volume, low) -
			 rows[i].doubt) < 1e-6);
	}
	assert_true(reputation_lower_end(0, 1000, 500) == 0);
	assert_true(reputation_lower_end(5, 0, 500) == 0);
	assert_true(reputation_lower_end(-5, -7, 500) == 0);
	assert_true(
	    reputation_lower_end(9, 8, 500) == reputation_lower_end(8, 8, 500));
}

/* ---- who is paused ------------------------------------------------------------ */

/* clang-format off */
static const struct {
	const char *name;
	int64_t eligible, bounces, complaints;
	enum rules_standing standing;
	enum reputation_cause cause;
} judged[] = {
	{ "nothing sent",            0, 0, 0,       RULES_HEALTHY, REPUTATION_CAUSE_NONE },
	{ "nothing that counts",     0, 5, 5,       RULES_HEALTHY, REPUTATION_CAUSE_NONE },
	{ "taken back too much",     -3, -1, -1,    RULES_HEALTHY, REPUTATION_CAUSE_NONE },
	{ "1 of 1",                  1, 1, 0,       RULES_HEALTHY, REPUTATION_CAUSE_NONE },
	{ "3 of 3",                  3, 3, 0,       RULES_HEALTHY, REPUTATION_CAUSE_NONE },
	{ "9 of 9",                  9, 9, 0,       RULES_HEALTHY, REPUTATION_CAUSE_NONE },
	{ "10 of 10",                10, 10, 0,     RULES_SHUT_DOWN, REPUTATION_CAUSE_BOUNCES },
	{ "9 of 100",                100, 9, 0,     RULES_HEALTHY, REPUTATION_CAUSE_NONE },
	{ "10 of 50",                50, 10, 0,     RULES_UNDER_REVIEW, REPUTATION_CAUSE_BOUNCES },
	{ "2 complaints of 9",       9, 0, 2,       RULES_HEALTHY, REPUTATION_CAUSE_NONE },
	{ "10 complaints of 400",    400, 0, 10,    RULES_SHUT_DOWN, REPUTATION_CAUSE_COMPLAINTS },
	{ "3 of 20",                 20, 3, 0,      RULES_HEALTHY, REPUTATION_CAUSE_NONE },
	{ "20 of 20",                20, 20, 0,     RULES_SHUT_DOWN, REPUTATION_CAUSE_BOUNCES },
	{ "more than all",           20, 40, 0,     RULES_SHUT_DOWN, REPUTATION_CAUSE_BOUNCES },
	{ "11 % of 100",             100, 11, 0,    RULES_HEALTHY, REPUTATION_CAUSE_NONE },
	{ "9 % of 1000",             1000, 90, 0,   RULES_UNDER_REVIEW, REPUTATION_CAUSE_BOUNCES },
	{ "10 % of 1000",            1000, 100, 0,  RULES_UNDER_REVIEW, REPUTATION_CAUSE_BOUNCES },
	{ "11 % of 1000",            1000, 110, 0,  RULES_SHUT_DOWN, REPUTATION_CAUSE_BOUNCES },
	{ "5 % of 1000",             1000, 50, 0,   RULES_HEALTHY, REPUTATION_CAUSE_NONE },
	/* sendward(7) names these */
	{ "500, all but",            500, 56, 0,    RULES_UNDER_REVIEW, REPUTATION_CAUSE_BOUNCES },
	{ "500, enough",             500, 57, 0,    RULES_SHUT_DOWN, REPUTATION_CAUSE_BOUNCES },
	{ "1000, all but",           1000, 108, 0,  RULES_UNDER_REVIEW, REPUTATION_CAUSE_BOUNCES },
	{ "1000, enough",            1000, 109, 0,  RULES_SHUT_DOWN, REPUTATION_CAUSE_BOUNCES },
	{ "10000, all but",          10000, 1025, 0, RULES_UNDER_REVIEW, REPUTATION_CAUSE_BOUNCES },
	{ "10000, enough",           10000, 1026, 0, RULES_SHUT_DOWN, REPUTATION_CAUSE_BOUNCES },
	{ "100, all but",            100, 20, 0,    RULES_UNDER_REVIEW, REPUTATION_CAUSE_BOUNCES },
	{ "100, enough",             100, 21, 0,    RULES_SHUT_DOWN, REPUTATION_CAUSE_BOUNCES },
	{ "complaints of 500, all but", 500, 0, 4,  RULES_UNDER_REVIEW, REPUTATION_CAUSE_COMPLAINTS },
	{ "complaints of 500, enough", 500, 0, 5,   RULES_SHUT_DOWN, REPUTATION_CAUSE_COMPLAINTS },
	{ "complaints of 10000, all but", 10000, 0, 56, RULES_UNDER_REVIEW, REPUTATION_CAUSE_COMPLAINTS },
	{ "complaints of 10000, enough", 10000, 0, 57, RULES_SHUT_DOWN, REPUTATION_CAUSE_COMPLAINTS },
	{ "2 % of 10000",            10000, 200, 0, RULES_HEALTHY, REPUTATION_CAUSE_NONE },
	{ "1 complaint of 100",      100, 0, 1,     RULES_HEALTHY, REPUTATION_CAUSE_NONE },
	{ "1 complaint of 500",      500, 0, 1,     RULES_HEALTHY, REPUTATION_CAUSE_NONE },
	{ "0.1 % complain",          10000, 0, 10,  RULES_HEALTHY, REPUTATION_CAUSE_NONE },
	{ "0.14 % complain",         10000, 0, 14,  RULES_UNDER_REVIEW, REPUTATION_CAUSE_COMPLAINTS },
	{ "0.5 % complain",          10000, 0, 50,  RULES_UNDER_REVIEW, REPUTATION_CAUSE_COMPLAINTS },
	{ "0.6 % complain",          10000, 0, 60,  RULES_SHUT_DOWN, REPUTATION_CAUSE_COMPLAINTS },
	{ "both, complaints worse",  10000, 700, 60, RULES_SHUT_DOWN, REPUTATION_CAUSE_COMPLAINTS },
	{ "both, bounces worse",     10000, 1100, 14, RULES_SHUT_DOWN, REPUTATION_CAUSE_BOUNCES },
	{ "both alike",              10000, 1100, 60, RULES_SHUT_DOWN, REPUTATION_CAUSE_BOUNCES },
};
/* clang-format on */

static void
test_judge(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof judged / sizeof judged[0]; i++) {
		struct reputation_counts counts = {
		    .eligible = judged[i].eligible,
		    .bounces = judged[i].bounces,
		    .complaints = judged[i].complaints};
		struct reputation_verdict v;

		reputation_judge(&counts, &limits, &v);
		if (v.standing != judged[i].standing ||
		    v.cause != judged[i].cause)
			fail_msg("%s: %d %d", judged[i].name, (int)v.standing,
			    (int)v.cause);
		/* the interval says the same as the tail */
		if (counts.eligible >= limits.minimum)
			assert_int_equal(v.standing == RULES_SHUT_DOWN,
			    v.bounce_lower_end > limits.bounce_pause ||
				v.complaint_lower_end > limits.complaint_pause);
		assert_true(v.bounce_rate >= v.bounce_lower_end);
		assert_true(v.bounce_rate <= 1 && v.bounce_rate >= 0);
	}
}

/* One bounce more never makes it better, one good recipient more never worse. */
static void
test_judge_is_monotone(void **state)
{
	(void)state;
	for (int64_t n = 1; n < 700; n += 3) {
		enum rules_standing before = RULES_HEALTHY;

		for (int64_t k = 0; k <= n; k += 1 + k / 20) {
			struct reputation_counts counts = {
			    .eligible = n, .bounces = k};
			struct reputation_counts more = {
			    .eligible = n + 1, .bounces = k};
			struct reputation_verdict v, w;

			reputation_judge(&counts, &limits, &v);
			reputation_judge(&more, &limits, &w);
			assert_true(v.standing >= before);
			/* the step to the minimum changes what is asked for */
			if (n + 1 != limits.minimum)
				assert_true(w.standing <= v.standing);
			before = v.standing;
		}
	}
}

static void
test_consequence(void **state)
{
	static const struct {
		const char *policy;
		enum rules_standing standing, follows;
	} rows[] = {
	    {"standard", RULES_HEALTHY, RULES_HEALTHY},
	    {"standard", RULES_UNDER_REVIEW, RULES_UNDER_REVIEW},
	    {"standard", RULES_SHUT_DOWN, RULES_SHUT_DOWN},
	    {"strict", RULES_HEALTHY, RULES_HEALTHY},
	    {"strict", RULES_UNDER_REVIEW, RULES_SHUT_DOWN},
	    {"strict", RULES_SHUT_DOWN, RULES_SHUT_DOWN},
	    {"none", RULES_HEALTHY, RULES_HEALTHY},
	    {"none", RULES_UNDER_REVIEW, RULES_UNDER_REVIEW},
	    {"none", RULES_SHUT_DOWN, RULES_UNDER_REVIEW},
	    {"", RULES_SHUT_DOWN, RULES_SHUT_DOWN},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		assert_int_equal(
		    reputation_consequence(rows[i].standing, rows[i].policy),
		    rows[i].follows);
}

static void
test_kept(void **state)
{
	struct reputation_verdict above = {.bounce_rate = 0.05};
	struct reputation_verdict complained = {.complaint_rate = 0.002};
	struct reputation_verdict below = {
	    .bounce_rate = 0.049, .complaint_rate = 0.0009};

	(void)state;
	assert_int_equal(
	    reputation_kept(RULES_UNDER_REVIEW, RULES_HEALTHY, &limits, &above),
	    RULES_UNDER_REVIEW);
	assert_int_equal(reputation_kept(RULES_UNDER_REVIEW, RULES_HEALTHY,
			     &limits, &complained),
	    RULES_UNDER_REVIEW);
	assert_int_equal(
	    reputation_kept(RULES_UNDER_REVIEW, RULES_HEALTHY, &limits, &below),
	    RULES_HEALTHY);
	assert_int_equal(
	    reputation_kept(RULES_HEALTHY, RULES_HEALTHY, &limits, &above),
	    RULES_HEALTHY);
	assert_int_equal(
	    reputation_kept(RULES_SHUT_DOWN, RULES_HEALTHY, &limits, &above),
	    RULES_UNDER_REVIEW);
	assert_int_equal(reputation_kept(RULES_UNDER_REVIEW, RULES_SHUT_DOWN,
			     &limits, &below),
	    RULES_SHUT_DOWN);
}

/* ---- what is counted --------------------------------------------------------- */

static void
test_add(void **state)
{
	struct reputation_limits few = limits;
	struct reputation_counts counts = {0};

	(void)state;
	few.volume = 100;
	assert_true(reputation_add(&counts, &few, 9000, 60, 3, 1));
	assert_true(reputation_add(&counts, &few, 8100, 0, -1, -1));
	assert_true(reputation_add(&counts, &few, 7200, 50, 2, 0));
	assert_int_equal(counts.eligible, 110);
	assert_int_equal(counts.bounces, 5);
	assert_int_equal(counts.complaints, 1);
	assert_int_equal(counts.since_sec, 7200);
	assert_false(reputation_add(&counts, &few, 6300, 50, 50, 50));
	assert_int_equal(counts.eligible, 110);
	assert_int_equal(counts.bounces, 5);
	assert_int_equal(counts.since_sec, 7200);
	few.volume = INT64_MAX;
	assert_true(reputation_add(&counts, &few, 0, INT64_MAX - 111, 0, 0));
	assert_true(reputation_add(&counts, &few, 0, INT64_MAX, INT64_MAX, 9));
	assert_int_equal(counts.eligible, INT64_MAX);
	assert_int_equal(counts.bounces, INT64_MAX);
}

static void
test_bucket(void **state)
{
	static const struct {
		int64_t sent, fresh, bucket;
	} rows[] = {
	    {900, 0, 900},
	    {1799, 0, 900},
	    {1800, 0, 1800},
	    {-1, 0, -900},
	    /* a fresh start at 1000: before it, at it, after it */
	    {999, 1000, 900},
	    {1000, 1000, 1000},
	    {1799, 1000, 1000},
	    {1800, 1000, 1800},
	    {899, 1000, 0},
	    {1000, 900, 900},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		assert_int_equal(
		    reputation_bucket(rows[i].sent, 900, rows[i].fresh),
		    rows[i].bucket);
}

/* ---- honest senders, looked at after each message ------------------------------ */

enum { MESSAGES = 5000, SENDERS = 2000 };

static uint64_t
splitmix(uint64_t *seed)
{
	uint64_t z = *seed += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

/* The fewest events of each volume that reach the rate; volume + 1: none do. */
static void
find_fewest(double rate, int16_t fewest_r[MESSAGES + 1])
{
	int16_t k = 1;

	for (int n = 1; n <= MESSAGES; n++) {
		double doubt = n >= limits.minimum ? 0.2 : 0.001;

		if (n == limits.minimum)
			k = 1;
		else if (n < limits.minimum && k < REPUTATION_EVENTS_SMALL)
			k = REPUTATION_EVENTS_SMALL;
		while (k <= n &&
		       !(reputation_tail(k, n, rate) < doubt * (1 - 1e-12)))
			k++;
		fewest_r[n] = k;
	}
}

/* How many of the senders have reached it at some time. */
static int
count_reached(const int16_t fewest[MESSAGES + 1], double rate, uint64_t seed)
{
	int reached = 0;

	for (int sender = 0; sender < SENDERS; sender++) {
		int events = 0, n;

		for (n = 1; n <= MESSAGES; n++) {
			events +=
			    (double)(splitmix(&seed) >> 11) * 0x1p-53 < rate;
			if (events >= fewest[n])
				break;
		}
		reached += n <= MESSAGES;
	}
	return reached;
}

/* The manual names these figures. */
static void
test_chance(void **state)
{
	static int16_t bounces[MESSAGES + 1], complaints[MESSAGES + 1];
	static int16_t early[MESSAGES + 1];
	int two, nine, nine_early, eleven, few, many;

	(void)state;
	find_fewest(limits.bounce_pause, bounces);
	find_fewest(limits.complaint_pause, complaints);
	memcpy(early, bounces, sizeof early);
	for (int n = (int)limits.minimum; n <= MESSAGES; n++)
		early[n] = INT16_MAX;
	two = count_reached(bounces, 0.02, 1);
	nine = count_reached(bounces, 0.09, 2);
	nine_early = count_reached(early, 0.09, 2);
	eleven = count_reached(bounces, 0.12, 3);
	few = count_reached(complaints, 0.001, 4);
	many = count_reached(complaints, 0.01, 5);
	print_message("paused of %d senders, looked at after each of %d "
		      "messages: bounces 2 %%: %d; 9 %%: %d (%d before %lld "
		      "messages); 12 %%: %d; complaints 0.1 %%: %d; 1 %%: %d\n",
	    SENDERS, MESSAGES, two, nine, nine_early, (long long)limits.minimum,
	    eleven, few, many);
	assert_int_equal(two, 0);
	assert_true(nine < SENDERS / 5);
	assert_true(eleven > SENDERS * 95 / 100);
	assert_true(few < SENDERS / 50);
	assert_true(many > SENDERS * 95 / 100);
}

/* The table of the fewest is what reputation_judge says. */
static void
test_chance_is_judged(void **state)
{
	static int16_t fewest[MESSAGES + 1];

	(void)state;
	find_fewest(limits.bounce_pause, fewest);
	for (int n = 1; n <= MESSAGES; n += 1 + n / 20) {
		struct reputation_counts counts = {.eligible = n};
		struct reputation_verdict v;

		counts.bounces = fewest[n] - 1;
		reputation_judge(&counts, &limits, &v);
		assert_int_not_equal(v.standing, RULES_SHUT_DOWN);
		counts.bounces = fewest[n];
		if (fewest[n] > n)
			continue;
		reputation_judge(&counts, &limits, &v);
		assert_int_equal(v.standing, RULES_SHUT_DOWN);
	}
	assert_int_equal(fewest[9], 10);
	assert_int_equal(fewest[10], 10);
	assert_int_equal(fewest[500], 57);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_tail),
	    cmocka_unit_test(test_tail_is_monotone),
	    cmocka_unit_test(test_lower_end),
	    cmocka_unit_test(test_judge),
	    cmocka_unit_test(test_judge_is_monotone),
	    cmocka_unit_test(test_consequence),
	    cmocka_unit_test(test_kept),
	    cmocka_unit_test(test_add),
	    cmocka_unit_test(test_bucket),
	    cmocka_unit_test(test_chance),
	    cmocka_unit_test(test_chance_is_judged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
