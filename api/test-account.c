/* The account's operations. */
#include "config.h"

#include "api/test-call.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ops/account.h"
#include "ops/request.h"
#include "store/events.h"
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

/* ---- standing and pauses ---------------------------------------------------------- */

static void
enforces(struct test_call *t, const char *status, const char *sending)
{
	test_call_ok(t, API_V2, "GetAccount", "{}");
	assert_string_equal(test_call_value(t, "EnforcementStatus"), status);
	assert_string_equal(test_call_value(t, "SendingEnabled"), sending);
}

static void
stand(struct test_call *t, enum rules_standing standing,
    enum store_paused_by paused_by, bool paused)
{
	struct store_account row;

	assert_code(
	    t->f, SG_OK, account_get(t->f->store, "shop", &row, &t->f->err));
	row.standing = standing;
	row.facts.paused = paused;
	row.paused_by = paused_by;
	(void)snprintf(row.facts.pause_reason, sizeof(row.facts.pause_reason),
	    "bounce rate 12 %%");
	assert_code(
	    t->f, SG_OK, store_account_update(t->f->store, &row, &t->f->err));
}

static void
tells_the_standing(void **state)
{
	struct test_call *t = *state;

	stand(t, RULES_UNDER_REVIEW, STORE_PAUSED_BY_OPERATOR, false);
	enforces(t, "PROBATION", "true");
	stand(t, RULES_SHUT_DOWN, STORE_PAUSED_BY_REPUTATION, true);
	enforces(t, "SHUTDOWN", "false");
	stand(t, RULES_SHUT_DOWN, STORE_PAUSED_BY_OPERATOR, false);
	enforces(t, "PROBATION", "true");
	stand(t, RULES_HEALTHY, STORE_PAUSED_BY_OPERATOR, true);
	enforces(t, "SHUTDOWN", "false");
	stand(t, RULES_HEALTHY, STORE_PAUSED_BY_ACCOUNT, true);
	enforces(t, "HEALTHY", "false");
}

static void
has_a_switch_of_its_own(void **state)
{
	struct test_call *t = *state;

	test_call_ok(t, API_V2, "PutAccountSendingAttributes", "{}");
	enforces(t, "HEALTHY", "false");
	test_call_ok(t, API_V1, "GetAccountSendingEnabled", "{}");
	assert_string_equal(test_call_value(t, "Enabled"), "false");
	t->account = "rival";
	enforces(t, "HEALTHY", "true");
	t->account = "shop";
	test_call_ok(t, API_V2, "PutAccountSendingAttributes",
	    "{'SendingEnabled': true}");
	enforces(t, "HEALTHY", "true");
	test_call_ok(
	    t, API_V1, "UpdateAccountSendingEnabled", "{'Enabled': false}");
	enforces(t, "HEALTHY", "false");
	test_call_ok(
	    t, API_V1, "UpdateAccountSendingEnabled", "{'Enabled': true}");
	test_call_ok(t, API_V1, "GetAccountSendingEnabled", "{}");
	assert_string_equal(test_call_value(t, "Enabled"), "true");
}

static void
lifts_nobody_elses_pause(void **state)
{
	struct test_call *t = *state;

	stand(t, RULES_SHUT_DOWN, STORE_PAUSED_BY_REPUTATION, true);
	test_call_fails(t, API_V2, "PutAccountSendingAttributes",
	    "BadRequestException", "reputation (bounce rate 12 %)",
	    "{'SendingEnabled': true}");
	test_call_fails(t, API_V1, "UpdateAccountSendingEnabled",
	    "AccountSendingPausedException", "reputation", "{'Enabled': true}");
	stand(t, RULES_HEALTHY, STORE_PAUSED_BY_OPERATOR, true);
	test_call_fails(t, API_V2, "PutAccountSendingAttributes",
	    "BadRequestException", "operator", "{'SendingEnabled': true}");
	/* nor does it take it over */
	test_call_ok(t, API_V2, "PutAccountSendingAttributes", "{}");
	test_call_fails(t, API_V2, "PutAccountSendingAttributes",
	    "BadRequestException", "operator", "{'SendingEnabled': true}");
	enforces(t, "SHUTDOWN", "false");
}

/* ---- attributes --------------------------------------------------------------------- */

static void
keeps_its_attributes(void **state)
{
	struct test_call *t = *state;

	test_call_ok(t, API_V2, "GetAccount", "{}");
	assert_string_equal(
	    test_call_value(t, "DedicatedIpAutoWarmupEnabled"), "true");
	assert_string_equal(
	    test_call_value(t, "SuppressionAttributes.SuppressedReasons"),
	    "[\"BOUNCE\", \"COMPLAINT\"]");
	test_call_ok(t, API_V2, "PutAccountSuppressionAttributes",
	    "{'SuppressedReasons': ['COMPLAINT']}");
	test_call_ok(t, API_V2, "PutAccountDedicatedIpWarmupAttributes", "{}");
	test_call_ok(t, API_V2, "GetAccount", "{}");
	assert_string_equal(
	    test_call_value(t, "DedicatedIpAutoWarmupEnabled"), "false");
	assert_string_equal(
	    test_call_value(t, "SuppressionAttributes.SuppressedReasons"),
	    "[\"COMPLAINT\"]");
	test_call_ok(t, API_V2, "PutAccountSuppressionAttributes",
	    "{'ValidationAttributes': {'ConditionThreshold': "
	    "{'ConditionThresholdEnabled': 'DISABLED'}}}");
	test_call_ok(t, API_V2, "GetAccount", "{}");
	assert_string_equal(
	    test_call_value(t, "SuppressionAttributes.SuppressedReasons"),
	    "[\"COMPLAINT\"]");
	test_call_ok(t, API_V2, "PutAccountSuppressionAttributes", "{}");
	test_call_ok(t, API_V2, "GetAccount", "{}");
	assert_string_equal(
	    test_call_value(t, "SuppressionAttributes.SuppressedReasons"),
	    "[]");
	test_call_fails(t, API_V2, "PutAccountSuppressionAttributes",
	    "BadRequestException", "ValidationAttributes",
	    "{'ValidationAttributes': {'ConditionThreshold': "
	    "{'ConditionThresholdEnabled': 'ENABLED'}}}");
	test_call_ok(t, API_V2, "PutAccountDedicatedIpWarmupAttributes",
	    "{'AutoWarmupEnabled': true}");
	t->account = "rival";
	test_call_ok(t, API_V2, "GetAccount", "{}");
	assert_string_equal(
	    test_call_value(t, "SuppressionAttributes.SuppressedReasons"),
	    "[\"BOUNCE\", \"COMPLAINT\"]");
}

/* ---- production access ---------------------------------------------------------------- */

#define DETAILS                                                                \
	"'MailType': 'TRANSACTIONAL', 'WebsiteURL': 'https://shop.example'"

static void
sandbox(struct test_call *t)
{
	const struct account_change change = {.has_production = true};

	assert_code(t->f, SG_OK,
	    account_change(
		t->f->store, t->f->conf, "shop", &change, NULL, &t->f->err));
}

static void
asks_for_production(void **state)
{
	struct test_call *t = *state;
	struct store_request request;

	sandbox(t);
	test_call_ok(t, API_V2, "PutAccountDetails",
	    "{" DETAILS ", 'ContactLanguage': 'EN', 'UseCaseDescription': "
	    "'receipts', 'AdditionalContactEmailAddresses': "
	    "['a@shop.example', 'b@shop.example'], "
	    "'ProductionAccessEnabled': true}");
	test_call_ok(t, API_V2, "GetAccount", "{}");
	assert_string_equal(
	    test_call_value(t, "ProductionAccessEnabled"), "false");
	assert_string_equal(
	    test_call_value(t, "Details.MailType"), "TRANSACTIONAL");
	assert_string_equal(
	    test_call_value(t, "Details.WebsiteURL"), "https://shop.example");
	assert_string_equal(
	    test_call_value(t, "Details.ContactLanguage"), "EN");
	assert_string_equal(
	    test_call_value(t, "Details.UseCaseDescription"), "receipts");
	assert_string_equal(
	    test_call_value(t, "Details.AdditionalContactEmailAddresses"),
	    "[\"a@shop.example\", \"b@shop.example\"]");
	assert_string_equal(
	    test_call_value(t, "Details.ReviewDetails.Status"), "PENDING");
	assert_true(test_call_has(t, "Details.ReviewDetails.CaseId"));
	test_call_fails(t, API_V2, "PutAccountDetails", "ConflictException",
	    "open", "{" DETAILS ", 'ProductionAccessEnabled': false}");
	assert_code(t->f, SG_OK,
	    request_deny(t->f->store, t->f->conf, "shop", "no list", t->now_sec,
		&request, &t->f->err));
	test_call_ok(t, API_V2, "GetAccount", "{}");
	assert_string_equal(
	    test_call_value(t, "Details.ReviewDetails.Status"), "DENIED");
	test_call_ok(t, API_V2, "PutAccountDetails",
	    "{" DETAILS ", 'ProductionAccessEnabled': true}");
	assert_code(t->f, SG_OK,
	    request_approve(t->f->store, t->f->conf, "shop", 0, 0, t->now_sec,
		&request, &t->f->err));
	test_call_ok(t, API_V2, "GetAccount", "{}");
	assert_string_equal(
	    test_call_value(t, "Details.ReviewDetails.Status"), "GRANTED");
	assert_string_equal(
	    test_call_value(t, "ProductionAccessEnabled"), "true");
	t->account = "rival";
	test_call_ok(t, API_V2, "GetAccount", "{}");
	assert_false(test_call_has(t, "Details"));
}

static void
keeps_details_alone(void **state)
{
	struct test_call *t = *state;

	sandbox(t);
	test_call_ok(t, API_V2, "PutAccountDetails",
	    "{" DETAILS ", 'ProductionAccessEnabled': false}");
	test_call_ok(t, API_V2, "PutAccountDetails",
	    "{'MailType': 'MARKETING', 'WebsiteURL': 'https://b.example'}");
	test_call_ok(t, API_V2, "GetAccount", "{}");
	assert_string_equal(
	    test_call_value(t, "Details.MailType"), "MARKETING");
	assert_false(test_call_has(t, "Details.ReviewDetails"));
	assert_false(test_call_has(t, "Details.ContactLanguage"));
}

static void
refuses_bad_details(void **state)
{
	struct test_call *t = *state;

	test_call_fails(t, API_V2, "PutAccountDetails", "BadRequestException",
	    "web site",
	    "{'MailType': 'MARKETING', 'WebsiteURL': 'shop.example'}");
	test_call_fails(t, API_V2, "PutAccountDetails", "BadRequestException",
	    "additional contact shop.example",
	    "{" DETAILS
	    ", 'AdditionalContactEmailAddresses': ['shop.example']}");
	test_call_fails(t, API_V2, "PutAccountDetails", "BadRequestException",
	    "more than 4",
	    "{" DETAILS ", 'AdditionalContactEmailAddresses': ['a@a.example', "
	    "'b@a.example', 'c@a.example', 'd@a.example', 'e@a.example', "
	    "'f@a.example']}");
	test_call_ok(t, API_V2, "GetAccount", "{}");
	assert_false(test_call_has(t, "Details"));
}

/* ---- statistics ------------------------------------------------------------------------ */

static void
count(struct test_call *t, const char *account, int64_t bucket_sec,
    int64_t sent, int64_t rejected)
{
	const struct store_tally row = {
	    .account_id = admin_fixture_account(t->f, account),
	    .bucket_sec = bucket_sec,
	    .sent = sent,
	    .eligible = sent,
	    .bounces = sent / 10,
	    .complaints = sent / 100,
	    .rejected = rejected,
	};

	assert_code(
	    t->f, SG_OK, store_tally_add(t->f->store, &row, &t->f->err));
}

static void
tells_statistics(void **state)
{
	struct test_call *t = *state;
	int64_t sec = t->now_sec - t->now_sec % 900;

	count(t, "shop", sec, 100, 3);
	count(t, "shop", sec + 7, 20, 0); /* after a fresh start */
	count(t, "shop", sec - 900, 0, 2);
	count(t, "shop", sec - 1800, 0, 0);
	count(t, "shop", sec - 15 * 86400, 5, 5);
	count(t, "rival", sec, 1000, 0);
	test_call_ok(t, API_V1, "GetSendStatistics", "{}");
	assert_int_equal(
	    json_array_size(json_object_get(t->out, "SendDataPoints")), 2);
	assert_int_equal(
	    strtoll(test_call_value(t, "SendDataPoints.0.Timestamp"), NULL, 10),
	    sec);
	assert_string_equal(
	    test_call_value(t, "SendDataPoints.0.DeliveryAttempts"), "120");
	assert_string_equal(
	    test_call_value(t, "SendDataPoints.0.Bounces"), "12");
	assert_string_equal(
	    test_call_value(t, "SendDataPoints.0.Complaints"), "1");
	assert_string_equal(
	    test_call_value(t, "SendDataPoints.0.Rejects"), "3");
	assert_string_equal(
	    test_call_value(t, "SendDataPoints.1.Rejects"), "2");
}

int
main(void)
{
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(                                       \
	    name, test_call_setup, test_call_teardown)
	const struct CMUnitTest tests[] = {
	    TEST(tells_quota_and_use),
	    TEST(tells_the_standing),
	    TEST(has_a_switch_of_its_own),
	    TEST(lifts_nobody_elses_pause),
	    TEST(keeps_its_attributes),
	    TEST(asks_for_production),
	    TEST(keeps_details_alone),
	    TEST(refuses_bad_details),
	    TEST(tells_statistics),
	};
#undef TEST

	return cmocka_run_group_tests(tests, NULL, NULL);
}
