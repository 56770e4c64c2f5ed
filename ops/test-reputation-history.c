/* What people are shown of reputations, and what other limits would have done; what a
 * look costs. */
#include "config.h"
#include "ops/test-reputation.h"

#include <math.h>
#include <string.h>
#include <time.h>

#include "conf/conf.h"
#include "ops/account.h"
#include "ops/set.h"

struct shown {
	int count;
	struct reputation_figures rows[8];
	int most;
};

static bool
see_figures(void *ctx, const struct reputation_figures *figures)
{
	struct shown *shown = ctx;

	shown->rows[shown->count++] = *figures;
	return shown->most == 0 || shown->count < shown->most;
}

static void
test_show(void **state)
{
	struct admin_fixture *f = *state;
	int64_t news = fixture_set(f, "news");
	struct set_change change = {.has_reputation = true};
	struct store_set row;
	struct shown shown = {0};

	(void)fixture_set(f, "quiet");
	assert_code(f, SG_OK,
	    set_change(f->store, "shop", "quiet", &change, &row, &f->err));
	assert_code(f, SG_OK,
	    account_create(
		f->store, f->conf, "blog", "", TEST_NOW, NULL, &f->err));
	fixture_policy(f, "none");
	fixture_tally(f, 0, TEST_NOW, 1000, 200, 1);
	fixture_tally(f, news, TEST_NOW, 100, 2, 0);
	fixture_update(f, news, TEST_NOW);
	assert_code(f, SG_OK,
	    reputation_show(f->store, f->conf, NULL, TEST_NOW, see_figures,
		&shown, &f->err));
	assert_int_equal(shown.count, 3);
	assert_string_equal(shown.rows[0].account, "shop");
	assert_string_equal(shown.rows[0].set, "");
	assert_string_equal(shown.rows[0].policy, "none");
	assert_false(shown.rows[0].paused);
	assert_int_equal(shown.rows[0].standing, RULES_UNDER_REVIEW);
	assert_int_equal(shown.rows[0].verdict.standing, RULES_SHUT_DOWN);
	assert_int_equal(shown.rows[0].counts.bounces, 200);
	assert_int_equal(shown.rows[0].counts.complaints, 1);
	assert_true(shown.rows[0].verdict.bounce_rate == 0.2);
	assert_string_equal(shown.rows[1].account, "shop");
	assert_string_equal(shown.rows[1].set, "news");
	assert_int_equal(shown.rows[1].counts.eligible, 100);
	assert_string_equal(shown.rows[2].account, "blog");
	assert_int_equal(shown.rows[2].counts.eligible, 0);
	memset(&shown, 0, sizeof(shown));
	assert_code(f, SG_OK,
	    reputation_show(f->store, f->conf, "blog", TEST_NOW, see_figures,
		&shown, &f->err));
	assert_int_equal(shown.count, 1);
	shown = (struct shown){.most = 1};
	assert_code(f, SG_OK,
	    reputation_show(f->store, f->conf, NULL, TEST_NOW, see_figures,
		&shown, &f->err));
	assert_int_equal(shown.count, 1);
	assert_code(f, SG_MISSING,
	    reputation_show(f->store, f->conf, "nobody", TEST_NOW, see_figures,
		&shown, &f->err));
}

struct histories {
	int count;
	struct reputation_history rows[8];
};

static bool
see_history(void *ctx, const struct reputation_history *history)
{
	struct histories *h = ctx;

	h->rows[h->count++] = *history;
	return true;
}

static struct reputation_history
dry_run(struct admin_fixture *f, const char *thresholds)
{
	struct histories h = {0};
	struct reputation_limits limits;

	reputation_limits_of(f->conf, &limits);
	if (thresholds != NULL)
		assert_code(f, SG_OK,
		    reputation_limits_parse(thresholds, &limits, &f->err));
	assert_code(f, SG_OK,
	    reputation_dry_run(f->store, f->conf, &limits, "shop", TEST_NOW,
		see_history, &h, &f->err));
	assert_int_equal(h.count, 1);
	return h.rows[0];
}

static void
test_dry_run(void **state)
{
	struct admin_fixture *f = *state;
	int64_t first = TEST_NOW - TEST_NOW % BUCKET - 40 * DAY;
	struct reputation_history h = dry_run(f, NULL);

	assert_int_equal(h.pause_sec, 0);
	assert_int_equal(h.review_sec, 0);
	/* 2 % for ten days, 20 % on one, nothing but good mail since */
	for (int day = 0; day < 10; day++)
		fixture_tally(f, 0, first + day * DAY, 1000, 20, 0);
	fixture_tally(f, 0, first + 10 * DAY, 1000, 200, 0);
	fixture_tally(f, 0, first + 11 * DAY, 5000, 400, 0);
	for (int day = 12; day < 40; day++)
		fixture_tally(f, 0, first + day * DAY, 1000, 0, 0);
	h = dry_run(f, NULL);
	assert_int_equal(h.pause_sec, 0);
	assert_int_equal(h.review_sec, first + 11 * DAY + BUCKET);
	assert_int_equal(h.counts.eligible, 10000);
	assert_int_equal(h.counts.bounces, 0);
	assert_string_equal(h.account, "shop");
	/* 5 % of the newest 6000 is 600 of 6000 then */
	h = dry_run(f, "volume=6000,bounce_pause=8");
	assert_int_equal(h.pause_sec, first + 11 * DAY + BUCKET);
	assert_int_equal(h.counts.eligible, 6000);
	assert_int_equal(h.counts.bounces, 600);
	assert_int_equal(h.verdict.standing, RULES_SHUT_DOWN);
	h = dry_run(f, "volume=1000");
	assert_int_equal(h.pause_sec, first + 10 * DAY + BUCKET);
	assert_int_equal(h.counts.bounces, 200);
	fixture_policy(f, "strict");
	h = dry_run(f, NULL);
	assert_int_equal(h.pause_sec, first + 11 * DAY + BUCKET);
	fixture_policy(f, "none");
	h = dry_run(f, "volume=1000");
	assert_int_equal(h.pause_sec, 0);
	assert_int_equal(h.review_sec, first + 10 * DAY + BUCKET);
	/* nothing was written */
	assert_int_equal(fixture_shop(f).standing, RULES_HEALTHY);
}

/* At every moment what the walk counts is what a look at that moment would. */
static void
test_dry_run_is_the_real_thing(void **state)
{
	struct admin_fixture *f = *state;
	int64_t first = TEST_NOW - TEST_NOW % BUCKET - 60 * DAY, at = first;
	unsigned seed = 7;
	struct reputation_history h;

	f->conf->reputation_window_days = 5;
	f->conf->reputation_volume = 3000;
	for (int i = 0; i < 300 && !fixture_shop(f).facts.paused; i++) {
		seed = seed * 1103515245 + 12345;
		at += BUCKET * (1 + (seed >> 16) % 40);
		fixture_tally(f, 0, at, (seed >> 8) % 120,
		    (seed >> 8) % 120 * (unsigned)i / 900,
		    (seed >> 20) % 2 == 0 && i > 290);
		fixture_update(f, 0, at + BUCKET);
	}
	assert_true(fixture_shop(f).facts.paused);
	f->conf->retention_days = 100;
	h = dry_run(f, NULL);
	assert_int_equal(h.pause_sec, at + BUCKET);
	assert_true(h.review_sec > 0 && h.review_sec < h.pause_sec);
	{
		struct shown shown = {0};

		assert_code(f, SG_OK,
		    reputation_show(f->store, f->conf, "shop", h.pause_sec,
			see_figures, &shown, &f->err));
		assert_memory_equal(
		    &shown.rows[0].counts, &h.counts, sizeof(h.counts));
	}
}

static void
test_parse(void **state)
{
	static const struct {
		const char *text;
		enum sg_err code;
	} rows[] = {
	    {"bounce_pause=8,complaint_pause=0.3,minimum=200", SG_OK},
	    {"volume=1", SG_OK},
	    {"bounce_review=4", SG_OK},
	    {"complaint_review=0.05,", SG_OK},
	    {"", SG_INVALID},
	    {",", SG_INVALID},
	    {"bounce_pause", SG_INVALID},
	    {"bounce_pause=", SG_INVALID},
	    {"bounce_pause=0", SG_INVALID},
	    {"bounce_pause=101", SG_INVALID},
	    {"bounce_pause=8 ", SG_INVALID},
	    {"bounce=8", SG_INVALID},
	    {"minimum=0", SG_INVALID},
	    {"minimum=-5", SG_INVALID},
	    {"minimum=1.5", SG_INVALID},
	    {"volume=99999999999999999999", SG_INVALID},
	    {"volume=5,nonsense=7", SG_INVALID},
	    {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa=7",
		SG_INVALID},
	};
	struct reputation_limits limits = {.volume = 77, .minimum = 7};
	struct err err;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (reputation_limits_parse(rows[i].text, &limits, &err) !=
		    rows[i].code)
			fail_msg("%s", rows[i].text);
	assert_int_equal(limits.volume, 1);
	assert_int_equal(limits.minimum, 200);
	assert_true(limits.bounce_pause == 0.08);
	assert_true(fabs(limits.complaint_pause - 0.003) < 1e-12);
	assert_true(limits.bounce_review == 0.04);
	assert_true(limits.complaint_review == 0.0005);
	assert_non_null(strstr(err.text, "bounce_review"));
}

/* What a report costs when the window is full and the volume never reached. */
static void
test_cost(void **state)
{
	struct admin_fixture *f = *state;
	int64_t end = TEST_NOW - TEST_NOW % BUCKET;
	struct store_tally row = {
	    .account_id = fixture_shop(f).facts.id, .sent = 1, .eligible = 1};
	struct timespec a, b;
	enum { TIMES = 20 };
	double msec;

	assert_code(f, SG_OK, store_begin(f->store, &f->err));
	for (int i = 0; i < 90 * 96; i++) {
		row.bucket_sec = end - i * (int64_t)BUCKET;
		assert_code(f, SG_OK, store_tally_add(f->store, &row, &f->err));
	}
	assert_code(f, SG_OK, store_commit(f->store, &f->err));
	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &a);
	for (int i = 0; i < TIMES; i++)
		fixture_update(f, 0, TEST_NOW);
	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &b);
	msec = ((double)(b.tv_sec - a.tv_sec) * 1e3 +
		   (double)(b.tv_nsec - a.tv_nsec) / 1e6) /
	       TIMES;
	print_message("a look at 8640 buckets: %.2f ms\n", msec);
	assert_true(msec < 500);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    WITH_STORE(test_show),
	    WITH_STORE(test_dry_run),
	    WITH_STORE(test_dry_run_is_the_real_thing),
	    cmocka_unit_test(test_parse),
	    WITH_STORE(test_cost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
