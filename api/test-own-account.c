/* sendward's own operations: accounts and their requests, by operators. */
#include "config.h"

#include "api/test-call.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/conf.h"
#include "ops/account.h"
#include "ops/reputation.h"
#include "ops/request.h"
#include "ops/test-admin.h"
#include "store/brakes.h"
#include "store/events.h"
#include "store/figures.h"

#define OWN(operation, input) test_call_ok(t, API_OWN, operation, input)
#define OWN_FAILS(operation, code, text, input)                                \
	test_call_fails(t, API_OWN, operation, code, text, input)

static struct store_account
account_of(struct test_call *t, const char *name)
{
	struct store_account row;

	assert_code(
	    t->f, SG_OK, account_get(t->f->store, name, &row, &t->f->err));
	return row;
}

/* ---- the list ----------------------------------------------------------------------- */

/* Counts of bounces, judged as the jobs do. */
static void
judge(struct test_call *t, const char *name, int64_t bounces)
{
	struct store_tally tally = {.account_id = account_of(t, name).facts.id,
	    .bucket_sec = t->now_sec - t->now_sec % 900,
	    .sent = 2000,
	    .eligible = 2000,
	    .bounces = bounces};

	assert_code(
	    t->f, SG_OK, store_tally_add(t->f->store, &tally, &t->f->err));
	assert_code(t->f, SG_OK,
	    reputation_update_all(
		t->f->store, t->f->conf, t->now_sec, &t->f->err));
}

static void
accounts_by_risk(void **state)
{
	struct test_call *t = *state;

	OWN("CreateAccount", "{'AccountName':'new'}");
	judge(t, "shop", 20);
	judge(t, "rival", 60);
	OWN("ListAccounts", "{'PageSize':2}");
	test_call_is(t, "Accounts.0.AccountName", "rival");
	test_call_is(t, "Accounts.0.Volume", "2000");
	assert_true(
	    strtod(test_call_value(t, "Accounts.0.BounceRate"), NULL) > 0.0299);
	assert_true(strtod(test_call_value(t, "Accounts.0.Risk"), NULL) > 0.2);
	test_call_is(t, "Accounts.0.Used24Hour", "0");
	test_call_is(t, "Accounts.1.AccountName", "shop");
	test_call_is(t, "Totals.Accounts", "3");
	test_call_is(t, "Totals.Production", "2");
	test_call_next(t, API_OWN, "ListAccounts", "'PageSize':2,");
	test_call_is(t, "Accounts.0.AccountName", "new");
	assert_false(test_call_has(t, "Accounts.0.BounceRate"));
	assert_false(test_call_has(t, "Accounts.1"));
	assert_false(test_call_has(t, "NextToken"));
	/* who is paused comes first */
	OWN("PauseAccount", "{'AccountName':'new','Reason':'spam'}");
	OWN("ListAccounts", "{}");
	test_call_is(t, "Accounts.0.AccountName", "new");
	test_call_is(t, "Accounts.0.PausedBy", "OPERATOR");
	test_call_is(t, "Totals.Paused", "1");
}

static void
accounts_in_other_orders(void **state)
{
	static const char *const orders[] = {"NAME", "CREATED", "VOLUME"};
	struct test_call *t = *state;

	for (int i = 0; i < 5; i++)
		OWN("CreateAccount",
		    test_call_input(t, "{'AccountName':'more%d'}", i));
	for (size_t i = 0; i < 3; i++) {
		int count = 0;

		OWN("ListAccounts",
		    test_call_input(
			t, "{'PageSize':1,'Order':'%s'}", orders[i]));
		for (count = 1; test_call_has(t, "NextToken"); count++) {
			char more[64];

			(void)snprintf(more, sizeof(more),
			    "'PageSize':1,'Order':'%s',", orders[i]);
			test_call_next(t, API_OWN, "ListAccounts", more);
		}
		assert_int_equal(count, 7);
	}
	OWN("ListAccounts", "{'Order':'NAME'}");
	test_call_is(t, "Accounts.0.AccountName", "more0");
	test_call_is(t, "Accounts.6.AccountName", "shop");
	OWN("ListAccounts", "{'Name':'MORE','State':'SANDBOX'}");
	assert_true(test_call_has(t, "Accounts.4"));
	assert_false(test_call_has(t, "Accounts.5"));
	OWN("ListAccounts", "{'State':'PRODUCTION','Name':'sh'}");
	test_call_is(t, "Accounts.0.AccountName", "shop");
	assert_false(test_call_has(t, "Accounts.1"));
	OWN("ListAccounts", "{'State':'REVIEW'}");
	assert_false(test_call_has(t, "Accounts.0"));
}

/* ---- one account -------------------------------------------------------------------- */

static void
made_and_changed(void **state)
{
	struct test_call *t = *state;

	OWN("CreateAccount", "{'AccountName':'new','Contact':'a@b.example'}");
	OWN("GetAccountFacts", "{'AccountName':'new'}");
	test_call_is(t, "Production", "false");
	test_call_is(t, "Contact", "a@b.example");
	test_call_is(t, "Policy", "standard");
	assert_false(test_call_has(t, "Details"));
	assert_false(test_call_has(t, "Pool"));
	OWN("SetAccount", "{'AccountName':'new','Production':true,"
			  "'Max24Hour':-1,'MaxSendRate':7,'Policy':'strict',"
			  "'Contact':'','Pool':'p'}");
	OWN("GetAccountFacts", "{'AccountName':'new'}");
	test_call_is(t, "Production", "true");
	test_call_is(t, "Max24Hour", "-1");
	test_call_is(t, "Policy", "strict");
	test_call_is(t, "Pool", "p");
	test_call_is(t, "Contact", "");
	OWN_FAILS("CreateAccount", "AlreadyExistsException", "already",
	    "{'AccountName':'new'}");
	OWN_FAILS("CreateAccount", "BadRequestException", "a-z",
	    "{'AccountName':'New'}");
	OWN_FAILS("CreateAccount", "BadRequestException",
	    "Contact must be an e-mail", "{'AccountName':'n','Contact':'x'}");
	OWN_FAILS("SetAccount", "BadRequestException", "Max24Hour must be",
	    "{'AccountName':'new','Max24Hour':0}");
	OWN_FAILS("SetAccount", "NotFoundException", "no account nobody",
	    "{'AccountName':'nobody','Max24Hour':5}");
	OWN_FAILS("GetAccountFacts", "NotFoundException", "no account nobody",
	    "{'AccountName':'nobody'}");
}

static void
paused_and_resumed(void **state)
{
	struct test_call *t = *state;

	OWN("PauseAccount", "{'AccountName':'shop','Reason':'a bad list'}");
	OWN("GetAccountFacts", "{'AccountName':'shop'}");
	test_call_is(t, "Paused", "true");
	test_call_is(t, "PauseReason", "a bad list");
	OWN("ResumeAccount", "{'AccountName':'shop','Reason':'they cleaned it',"
			     "'FreshStart':true}");
	assert_false(account_of(t, "shop").facts.paused);
	assert_int_equal(account_of(t, "shop").fresh_start_sec, t->now_sec);
	OWN_FAILS("PauseAccount", "BadRequestException",
	    "Reason must be printable ASCII",
	    "{'AccountName':'shop','Reason':'\\u00e4'}");
	OWN_FAILS("PauseAccount", "NotFoundException", "no account nobody",
	    "{'AccountName':'nobody','Reason':'x'}");
	OWN_FAILS("ResumeAccount", "NotFoundException", "no account nobody",
	    "{'AccountName':'nobody','Reason':'x'}");
}

static void
throttle_is_released(void **state)
{
	struct test_call *t = *state;
	struct store_throttle row = {
	    .account_id = account_of(t, "shop").facts.id,
	    .scope = RULES_BRAKE_LOGIN,
	    .subject = "app",
	    .why = "too much",
	    .since_sec = TEST_NOW};
	bool is_new;
	char id[24];

	assert_code(t->f, SG_OK,
	    store_throttle_add(t->f->store, &row, &is_new, &t->f->err));
	OWN("GetAccountFacts", "{'AccountName':'shop'}");
	test_call_is(t, "Throttles.0.Scope", "login");
	test_call_is(t, "Throttles.0.Subject", "app");
	test_call_is(t, "Throttles.0.Reason", "too much");
	(void)snprintf(
	    id, sizeof(id), "%s", test_call_value(t, "Throttles.0.ThrottleId"));
	OWN_FAILS("ReleaseThrottle", "NotFoundException", "not in force",
	    test_call_input(t,
		"{'AccountName':'rival','ThrottleId':'%s','Reason':'x'}", id));
	OWN("ReleaseThrottle",
	    test_call_input(t,
		"{'AccountName':'shop','ThrottleId':'%s','Reason':'x'}", id));
	OWN("GetAccountFacts", "{'AccountName':'shop'}");
	assert_false(test_call_has(t, "Throttles.0"));
	OWN_FAILS("ReleaseThrottle", "NotFoundException", "not in force",
	    test_call_input(t,
		"{'AccountName':'shop','ThrottleId':'%s','Reason':'x'}", id));
}

/* ---- requests ------------------------------------------------------------------------- */

static void
ask(struct test_call *t, const char *name)
{
	struct store_request row;

	assert_code(t->f, SG_OK,
	    request_create(t->f->store, t->f->conf, name, "TRANSACTIONAL",
		"https://shop.example/", "Receipts", t->now_sec, &row,
		&t->f->err));
}

static void
requests_are_decided(void **state)
{
	struct test_call *t = *state;

	for (int i = 0; i < 3; i++) {
		char name[16];

		(void)snprintf(name, sizeof(name), "new%d", i);
		OWN("CreateAccount",
		    test_call_input(t, "{'AccountName':'%s'}", name));
		ask(t, name);
	}
	OWN("DecideRequest", "{'AccountName':'new0','Decision':'GRANT'}");
	assert_true(account_of(t, "new0").facts.production);
	assert_int_equal(account_of(t, "new0").facts.daily_quota,
	    t->f->conf->production_daily);
	OWN_FAILS("DecideRequest", "NotFoundException", "no open request",
	    "{'AccountName':'new0','Decision':'GRANT'}");
	OWN_FAILS("DecideRequest", "BadRequestException", "Reason is missing",
	    "{'AccountName':'new1','Decision':'DENY'}");
	OWN("DecideRequest", "{'AccountName':'new1','Decision':'DENY',"
			     "'Reason':'Tell more'}");
	OWN("ListRequests", "{'PageSize':1}");
	test_call_is(t, "Requests.0.AccountName", "new2");
	test_call_is(t, "Requests.0.Status", "PENDING");
	test_call_is(t, "Requests.0.UseCaseDescription", "Receipts");
	test_call_next(t, API_OWN, "ListRequests", "'PageSize':1,");
	test_call_is(t, "Requests.0.AccountName", "new1");
	test_call_is(t, "Requests.0.Reason", "Tell more");
	test_call_next(t, API_OWN, "ListRequests", "'PageSize':1,");
	test_call_is(t, "Requests.0.AccountName", "new0");
	assert_false(test_call_has(t, "NextToken"));
	OWN("ListRequests", "{'Status':'GRANTED'}");
	test_call_is(t, "Requests.0.AccountName", "new0");
	assert_false(test_call_has(t, "Requests.1"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(                                       \
	    name, test_call_setup, test_call_teardown)
	    TEST(accounts_by_risk),
	    TEST(accounts_in_other_orders),
	    TEST(made_and_changed),
	    TEST(paused_and_resumed),
	    TEST(throttle_is_released),
	    TEST(requests_are_decided),
#undef TEST
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
