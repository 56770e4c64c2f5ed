/* Tests of what operators have in the console beside accounts: health, observed
 * senders, pools. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "api/test-call.h"
#include "conf/conf.h"
#include "store/observed.h"

static void
observe(struct test_call *t, const char *login, const char *domain,
    int64_t messages, const char *reason)
{
	struct store_observed row = {.messages = messages,
	    .first_sec = TEST_NOW,
	    .last_sec = TEST_NOW + 5,
	    .verdict = reason[0] != '\0' ? STORE_OBSERVED_REFUSE
					 : STORE_OBSERVED_PASS};
	struct err err;

	(void)snprintf(row.login, sizeof(row.login), "%s", login);
	if (login[0] == '\0')
		(void)snprintf(
		    row.network, sizeof(row.network), "192.0.2.0/24");
	(void)snprintf(row.domain, sizeof(row.domain), "%s", domain);
	(void)snprintf(row.reason, sizeof(row.reason), "%s", reason);
	assert_int_equal(store_observed_add(t->f->store, &row, &err), SG_OK);
}

static void
test_list_observed(void **state)
{
	struct test_call *t = *state;

	test_call_ok(t, API_OWN, "ListObserved", "{}");
	assert_false(test_call_has(t, "Observed.0"));
	observe(t, "info", "a.example", 3, "NO_ACCOUNT");
	observe(t, "info", "b.example", 9, "NO_ACCOUNT");
	observe(t, "", "c.example", 5, "");
	test_call_ok(t, API_OWN, "ListObserved", "{'PageSize': 2}");
	test_call_is(t, "Observed.0.FromDomain", "b.example");
	test_call_is(t, "Observed.0.Login", "info");
	test_call_is(t, "Observed.0.Messages", "9");
	test_call_is(t, "Observed.0.Verdict", "REFUSE");
	test_call_is(t, "Observed.0.Reason", "NO_ACCOUNT");
	assert_false(test_call_has(t, "Observed.0.AccountName"));
	assert_false(test_call_has(t, "Observed.0.Network"));
	test_call_is(t, "Observed.1.Network", "192.0.2.0/24");
	test_call_is(t, "Observed.1.Verdict", "PASS");
	assert_false(test_call_has(t, "Observed.1.Reason"));
	assert_false(test_call_has(t, "Observed.2"));
	test_call_next(t, API_OWN, "ListObserved", "'PageSize': 2, ");
	test_call_is(t, "Observed.0.FromDomain", "a.example");
	assert_false(test_call_has(t, "NextToken"));
	test_call_fails(t, API_OWN, "ListObserved", "BadRequestException",
	    "NextToken", "{'NextToken': 'bm8'}");
}

static void
test_adopt_observed(void **state)
{
	struct test_call *t = *state;
	const char *both = "{'Senders': [{'Login': 'info', 'FromDomain': "
			   "'a.example'}, {'Login': 'info', 'FromDomain': "
			   "'(malformed)'}], 'AccountName': 'shop', "
			   "'Verify': true}";

	observe(t, "info", "a.example", 3, "NO_ACCOUNT");
	observe(t, "web", "a.example", 2, "NO_ACCOUNT");
	test_call_ok(t, API_OWN, "AdoptObserved", both);
	test_call_is(t, "Logins.0", "info");
	test_call_is(t, "Identities.0", "a.example");
	assert_false(test_call_has(t, "Identities.1"));
	t->account = "shop";
	assert_int_equal(test_call_identity(t, "a.example").facts.status,
	    RULES_IDENTITY_SUCCESS);
	test_call_ok(t, API_OWN, "AdoptObserved", both);
	assert_false(test_call_has(t, "Logins.0"));
	assert_false(test_call_has(t, "Identities.0"));
	test_call_ok(t, API_OWN, "ListObserved", "{'State': 'ADOPTED'}");
	test_call_is(t, "Observed.0.AccountName", "shop");
	assert_false(test_call_has(t, "Observed.1"));
	test_call_ok(t, API_OWN, "ListObserved", "{'State': 'OPEN'}");
	test_call_is(t, "Observed.0.Login", "web");
	assert_false(test_call_has(t, "Observed.1"));
	test_call_fails(t, API_OWN, "AdoptObserved", "ConflictException",
	    "belongs to the account shop",
	    "{'Senders': [{'Login': 'info', 'FromDomain': 'a.example'}], "
	    "'AccountName': 'rival'}");
	test_call_fails(t, API_OWN, "AdoptObserved", "NotFoundException",
	    "nobody",
	    "{'Senders': [{'Login': 'web', 'FromDomain': 'a.example'}], "
	    "'AccountName': 'nobody'}");
	test_call_fails(t, API_OWN, "AdoptObserved", "BadRequestException",
	    "no domain name",
	    "{'Senders': [{'Login': 'web', 'FromDomain': 'a b'}], "
	    "'AccountName': 'shop'}");
	test_call_ok(t, API_OWN, "AdoptObserved",
	    "{'Senders': [{'Login': 'web', 'FromDomain': 'a.example'}], "
	    "'AccountName': 'nobody', 'CreateAccount': true}");
	test_call_is(t, "Logins.0", "web");
}

static void
test_pools(void **state)
{
	struct test_call *t = *state;

	test_call_ok(t, API_OWN, "CreatePool", "{'PoolName': 'one'}");
	test_call_ok(t, API_OWN, "CreatePool",
	    "{'PoolName': 'one', 'AccountName': 'rival'}");
	test_call_ok(t, API_OWN, "CreatePool", "{'PoolName': 'two'}");
	test_call_fails(t, API_OWN, "CreatePool", "AlreadyExistsException",
	    "one", "{'PoolName': 'one'}");
	test_call_fails(t, API_OWN, "CreatePool", "NotFoundException", "nobody",
	    "{'PoolName': 'x', 'AccountName': 'nobody'}");
	test_call_fails(t, API_OWN, "CreatePool", "BadRequestException", "a-z",
	    "{'PoolName': 'Not This'}");
	test_call_ok(t, API_OWN, "AddPoolAddress",
	    "{'PoolName': 'one', 'Address': '192.0.2.7', "
	    "'WarmupPercentage': 40}");
	test_call_ok(t, API_OWN, "AddPoolAddress",
	    "{'PoolName': 'one', 'Address': '2001:DB8::7', "
	    "'AccountName': 'rival'}");
	test_call_ok(t, API_OWN, "ListPools", "{'PageSize': 2}");
	test_call_is(t, "Pools.0.PoolName", "one");
	assert_false(test_call_has(t, "Pools.0.AccountName"));
	test_call_is(t, "Pools.0.Accounts", "0");
	test_call_is(t, "Pools.0.Addresses.0.Address", "192.0.2.7");
	test_call_is(t, "Pools.0.Addresses.0.WarmupStatus", "IN_PROGRESS");
	test_call_is(t, "Pools.0.Addresses.0.WarmupPercentage", "40");
	test_call_is(t, "Pools.0.Addresses.0.DailyPlan", "843");
	test_call_is(t, "Pools.0.Addresses.0.DailyTaken", "0");
	test_call_is(t, "Pools.0.Figures.Sent", "0");
	assert_false(test_call_has(t, "Pools.1.Addresses.0.DailyPlan"));
	assert_false(test_call_has(t, "Pools.0.Addresses.1"));
	test_call_is(t, "Pools.1.AccountName", "rival");
	test_call_is(t, "Pools.1.Addresses.0.Address", "2001:db8::7");
	test_call_next(t, API_OWN, "ListPools", "'PageSize': 2, ");
	test_call_is(t, "Pools.0.PoolName", "two");
	assert_false(test_call_has(t, "Pools.1"));
	test_call_ok(t, API_OWN, "DeletePool", "{'PoolName': 'two'}");
	test_call_fails(t, API_OWN, "DeletePool", "NotFoundException", "two",
	    "{'PoolName': 'two'}");
	test_call_fails(t, API_OWN, "DeletePool", "NotFoundException", "one",
	    "{'PoolName': 'one', 'AccountName': 'shop'}");
}

static void
test_pool_in_use(void **state)
{
	struct test_call *t = *state;
	struct store_account row;
	struct err err;

	test_call_ok(t, API_OWN, "CreatePool", "{'PoolName': 'one'}");
	assert_int_equal(
	    store_account_get(t->f->store, "rival", &row, &err), SG_OK);
	(void)snprintf(row.pool, sizeof(row.pool), "one");
	assert_int_equal(store_account_update(t->f->store, &row, &err), SG_OK);
	test_call_ok(t, API_OWN, "ListPools", "{}");
	test_call_is(t, "Pools.0.Accounts", "1");
	test_call_fails(t, API_OWN, "DeletePool", "ConflictException",
	    "is used by rival", "{'PoolName': 'one'}");
}

static void
test_full_pools(void **state)
{
	struct test_call *t = *state;

	for (int i = 0; i < 50; i++)
		test_call_ok(t, API_OWN, "CreatePool",
		    test_call_input(
			t, "{'PoolName': 'p%d', 'AccountName': 'shop'}", i));
	test_call_fails(t, API_OWN, "CreatePool", "LimitExceededException",
	    "50", "{'PoolName': 'more', 'AccountName': 'shop'}");
}

static void
test_addresses(void **state)
{
	struct test_call *t = *state;

	test_call_ok(t, API_OWN, "CreatePool",
	    "{'PoolName': 'one', 'AccountName': 'rival'}");
	test_call_fails(t, API_OWN, "AddPoolAddress", "NotFoundException",
	    "one", "{'PoolName': 'one', 'Address': '192.0.2.7'}");
	test_call_fails(t, API_OWN, "AddPoolAddress", "BadRequestException",
	    "no IPv4 or IPv6 address",
	    "{'PoolName': 'one', 'AccountName': 'rival', "
	    "'Address': '192.0.2.700'}");
	test_call_ok(t, API_OWN, "AddPoolAddress",
	    "{'PoolName': 'one', 'AccountName': 'rival', "
	    "'Address': '2001:db8::7'}");
	test_call_ok(t, API_OWN, "SetPoolAddress",
	    "{'Address': '2001:DB8:0::7', 'WarmupPercentage': 5}");
	test_call_ok(t, API_OWN, "ListPools", "{}");
	test_call_is(t, "Pools.0.Addresses.0.WarmupPercentage", "5");
	test_call_fails(t, API_OWN, "SetPoolAddress", "NotFoundException",
	    "192.0.2.7", "{'Address': '192.0.2.7', 'WarmupPercentage': 5}");
	test_call_fails(t, API_OWN, "SetPoolAddress", "BadRequestException",
	    "no IPv4", "{'Address': 'x', 'WarmupPercentage': 5}");
	test_call_ok(
	    t, API_OWN, "DeletePoolAddress", "{'Address': '2001:db8::7'}");
	test_call_fails(t, API_OWN, "DeletePoolAddress", "NotFoundException",
	    "2001:db8::7", "{'Address': '2001:db8::7'}");
	test_call_fails(t, API_OWN, "DeletePoolAddress", "BadRequestException",
	    "no IPv4", "{'Address': 'x'}");
}

/* Nothing runs here: that, too, is told. */
static void
test_health(void **state)
{
	struct test_call *t = *state;

	admin_fixture_set(&t->f->conf->milter_socket, "unix:/nonexistent/m");
	admin_fixture_set(&t->f->conf->dns_servers, "127.0.0.1@1");
	t->f->conf->mode = CONF_MODE_MONITOR;
	test_call_ok(t, API_OWN, "GetHealth", "{}");
	test_call_is(t, "Status", "FAIL");
	test_call_is(t, "Mode", "monitor");
	test_call_is(t, "Parts.0.Name", "milter");
	test_call_is(t, "Parts.0.Status", "FAIL");
	assert_non_null(
	    strstr(test_call_value(t, "Parts.0.Detail"), "/nonexistent/m"));
	assert_non_null(strstr(test_call_value(t, "Parts.0.Advice"),
	    "systemctl restart sendward-milter"));
	test_call_is(t, "Parts.0.Facts.0.Name", "Listens at");
	test_call_is(t, "Parts.5.Name", "store");
	test_call_is(t, "Parts.5.Status", "OK");
	assert_false(test_call_has(t, "Parts.5.Advice"));
	test_call_is(t, "Parts.9.Name", "mode");
	test_call_is(t, "Parts.9.Status", "WARN");
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(                                       \
	    name, test_call_setup, test_call_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_list_observed),
	    TEST(test_adopt_observed),
	    TEST(test_pools),
	    TEST(test_pool_in_use),
	    TEST(test_full_pools),
	    TEST(test_addresses),
	    TEST(test_health),
	};

	return cmocka_run_group_tests_name("operator", tests, NULL, NULL);
}
