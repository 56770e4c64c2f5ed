/* The account's operations. */
#include "config.h"

#include "api/test-call.h"

#include <string.h>

#include "ops/account.h"
#include "store/store.h"

/* ---- what is told ------------------------------------------------------------ */

/* Counts as the gate does. */
static void
sends(struct test_call *t, const char *account, int64_t recipients)
{
	struct store_take take = {
	    .account_id = admin_fixture_account(t->f, account),
	    .recipients = recipients,
	    .daily_quota = -1,
	    .now_sec = t->now_sec,
	    .now_usec = t->now_sec * 1000000,
	    .rate_cost_usec = 0,
	    .rate_ceiling_usec = 1000000,
	    .rate_horizon_usec = INT64_MAX / 2,
	};
	struct store_counter counter;
	enum store_taken taken;

	assert_code(t->f, SG_OK,
	    store_quota_take(t->f->store, &take, &taken, &counter, &t->f->err));
	assert_int_equal(taken, STORE_TAKEN);
}

static void
tells_quota_and_use(void **state)
{
	const struct account_change change = {
	    .has_daily = true, .daily = -1, .has_rate = true, .rate = 2.5};
	struct test_call *t = *state;

	sends(t, "shop", 7);
	sends(t, "rival", 100);
	test_call_ok(t, API_V2, "GetAccount", "{}");
	assert_string_equal(
	    test_call_value(t, "SendQuota.SentLast24Hours"), "7.0");
	assert_string_equal(
	    test_call_value(t, "ProductionAccessEnabled"), "true");
	assert_string_equal(test_call_value(t, "SendingEnabled"), "true");
	assert_string_equal(test_call_value(t, "EnforcementStatus"), "HEALTHY");
	assert_code(t->f, SG_OK,
	    account_change(
		t->f->store, t->f->conf, "shop", &change, NULL, &t->f->err));
	test_call_ok(t, API_V2, "GetAccount", "{}");
	assert_string_equal(
	    test_call_value(t, "SendQuota.Max24HourSend"), "-1.0");
	assert_string_equal(test_call_value(t, "SendQuota.MaxSendRate"), "2.5");
	test_call_ok(t, API_V1, "GetSendQuota", "{}");
	assert_string_equal(test_call_value(t, "Max24HourSend"), "-1.0");
	assert_string_equal(test_call_value(t, "MaxSendRate"), "2.5");
	assert_string_equal(test_call_value(t, "SentLast24Hours"), "7.0");
	t->now_sec += 25 * 3600;
	test_call_ok(t, API_V1, "GetSendQuota", "{}");
	assert_string_equal(test_call_value(t, "SentLast24Hours"), "0.0");
}

int
main(void)
{
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(                                       \
	    name, test_call_setup, test_call_teardown)
	const struct CMUnitTest tests[] = {
	    TEST(tells_quota_and_use),
	};
#undef TEST

	return cmocka_run_group_tests(tests, NULL, NULL);
}
