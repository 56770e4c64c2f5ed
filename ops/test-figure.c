/* Tests of figures for people. */
#include "config.h"

#include "ops/figure.h"

#include <math.h>

#include "ops/test-admin.h"

/* ---- pure ----------------------------------------------------------------------- */

/* R: binom.test(x, n)$conf.int */
static void
test_interval(void **state)
{
	static const struct {
		int64_t events, volume;
		double low, high;
	} rows[] = {
	    {0, 10, 0, 0.3085}, {10, 10, 0.6915, 1}, {1, 10, 0.0025, 0.4450},
	    {50, 1000, 0.0373, 0.0654},
	    {12, 10, 0.6915, 1}, /* more than there can be */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		double low, high;

		figure_interval(rows[i].events, rows[i].volume, &low, &high);
		assert_true(fabs(low - rows[i].low) < 0.0001);
		assert_true(fabs(high - rows[i].high) < 0.0001);
	}
}

static void
test_risk(void **state)
{
	const struct reputation_limits limits = {
	    .bounce_pause = 0.1, .complaint_pause = 0.005};
	const struct reputation_counts counts = {
	    .eligible = 1000, .bounces = 30, .complaints = 4};
	struct reputation_verdict verdict = {
	    .bounce_lower_end = 0.02, .complaint_lower_end = 0.003};
	struct store_figure figure;

	(void)state;
	figure_of(7, &counts, &verdict, &limits, 99, &figure);
	assert_true(fabs(figure.risk - 0.6) < 1e-9);
	assert_int_equal(figure.volume, 1000);
	assert_int_equal(figure.complaints, 4);
	verdict.bounce_lower_end = 0.2;
	figure_of(7, &counts, &verdict, &limits, 99, &figure);
	assert_true(fabs(figure.risk - 2) < 1e-9);
}

/* ---- kept ------------------------------------------------------------------------ */

static struct store_figure
kept(struct admin_fixture *f, int64_t id)
{
	struct store_figure row;

	assert_code(f, SG_OK, store_figure_get(f->store, id, &row, &f->err));
	return row;
}

/* Those that are not what is kept, together; none of an account that is gone. */
static void
test_batch(void **state)
{
	struct admin_fixture *f = *state;
	struct figure_batch batch = {.count = 0};
	int64_t id = admin_fixture_account(f, "shop");
	struct store_figure figure = {
	    .account_id = id, .volume = 5, .judged_sec = TEST_NOW};

	assert_code(
	    f, SG_OK, figure_batch_add(f->store, &batch, &figure, &f->err));
	assert_int_equal(batch.count, 1);
	assert_int_equal(kept(f, id).volume, 0);
	assert_code(f, SG_OK, figure_batch_write(f->store, &batch, &f->err));
	assert_int_equal(kept(f, id).volume, 5);
	assert_int_equal(kept(f, id).judged_sec, TEST_NOW);
	assert_code(
	    f, SG_OK, figure_batch_add(f->store, &batch, &figure, &f->err));
	assert_int_equal(batch.count, 0);
	figure.account_id = 99;
	assert_code(
	    f, SG_OK, figure_batch_add(f->store, &batch, &figure, &f->err));
	assert_int_equal(batch.count, 0);
}

/* A minute is weighed by how much of it is in the last 60 seconds. */
static void
test_rate(void **state)
{
	struct admin_fixture *f = *state;
	int64_t id = admin_fixture_account(f, "shop");
	int64_t minute_sec = TEST_NOW - TEST_NOW % 60;
	const int64_t sent[STORE_FLOW_KINDS] = {120};
	double rate;

	assert_code(
	    f, SG_OK, store_flow_add(f->store, id, minute_sec, sent, &f->err));
	assert_code(f, SG_OK,
	    figure_rate(f->store, id, minute_sec + 59, &rate, &f->err));
	assert_true(fabs(rate - 2) < 1e-9);
	assert_code(f, SG_OK,
	    figure_rate(f->store, id, minute_sec + 75, &rate, &f->err));
	assert_true(fabs(rate - 1.5) < 1e-9);
	assert_code(f, SG_OK,
	    figure_rate(f->store, id, minute_sec + 120, &rate, &f->err));
	assert_true(fabs(rate) < 1e-9);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_interval),
	    cmocka_unit_test(test_risk),
	    cmocka_unit_test_setup_teardown(
		test_batch, admin_fixture_setup, admin_fixture_teardown),
	    cmocka_unit_test_setup_teardown(
		test_rate, admin_fixture_setup, admin_fixture_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
