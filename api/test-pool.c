/* Tests of the operations on pools of dedicated addresses. */
#include "config.h"

#include "api/test-call.h"

#include <stdio.h>

#include "ops/pool.h"

static void
create(struct test_call *t, const char *name)
{
	test_call_ok(t, API_V2, "CreateDedicatedIpPool",
	    test_call_input(t, "{'PoolName': '%s'}", name));
}

/* As the operator does. */
static void
give(struct test_call *t, const char *account, const char *name,
    const char *address)
{
	struct store_pool pool;

	assert_code(t->f, SG_OK,
	    pool_get(t->f->store, admin_fixture_account(t->f, account), name,
		&pool, &t->f->err));
	assert_code(t->f, SG_OK,
	    pool_ip_add(
		t->f->store, &pool, address, 100, TEST_NOW, &t->f->err));
}

static void
test_create(void **state)
{
	struct test_call *t = *state;

	test_call_ok(t, API_V2, "CreateDedicatedIpPool",
	    "{'PoolName': 'p', 'ScalingMode': 'STANDARD', "
	    "'Tags': [{'Key': 'k', 'Value': 'v'}]}");
	test_call_ok(t, API_V2, "GetDedicatedIpPool", "{'PoolName': 'p'}");
	assert_string_equal(
	    test_call_value(t, "DedicatedIpPool.PoolName"), "p");
	assert_string_equal(
	    test_call_value(t, "DedicatedIpPool.ScalingMode"), "STANDARD");
	test_call_fails(t, API_V2, "CreateDedicatedIpPool",
	    "AlreadyExistsException", "p", "{'PoolName': 'p'}");
	test_call_fails(t, API_V2, "CreateDedicatedIpPool",
	    "BadRequestException", "1 to 64", "{'PoolName': 'P'}");
	test_call_fails(t, API_V2, "CreateDedicatedIpPool",
	    "BadRequestException", "ses-", "{'PoolName': 'ses-mine'}");
	test_call_fails(t, API_V2, "CreateDedicatedIpPool",
	    "BadRequestException", "MANAGED",
	    "{'PoolName': 'q', 'ScalingMode': 'MANAGED'}");
	test_call_fails(t, API_V2, "CreateDedicatedIpPool",
	    "BadRequestException", "",
	    "{'PoolName': 'q', 'Tags': [{'Key': '', 'Value': ''}]}");
	test_call_fails(t, API_V2, "GetDedicatedIpPool", "NotFoundException",
	    "q", "{'PoolName': 'q'}");
}

static void
test_too_many(void **state)
{
	struct test_call *t = *state;
	char name[16];

	for (int i = 0; i < POOL_MOST; i++) {
		(void)snprintf(name, sizeof(name), "p%d", i);
		create(t, name);
	}
	test_call_fails(t, API_V2, "CreateDedicatedIpPool",
	    "LimitExceededException", "50", "{'PoolName': 'more'}");
	t->account = "rival";
	create(t, "more");
}

static void
test_list(void **state)
{
	struct test_call *t = *state;

	create(t, "b");
	create(t, "a");
	t->account = "rival";
	create(t, "r");
	t->account = "shop";
	test_call_ok(t, API_V2, "ListDedicatedIpPools", "{'PageSize': 1}");
	assert_string_equal(test_call_value(t, "DedicatedIpPools.0"), "a");
	test_call_next(t, API_V2, "ListDedicatedIpPools", "");
	assert_string_equal(test_call_value(t, "DedicatedIpPools.0"), "b");
	assert_false(test_call_has(t, "DedicatedIpPools.1"));
	assert_false(test_call_has(t, "NextToken"));
	test_call_fails(t, API_V2, "ListDedicatedIpPools",
	    "BadRequestException", "NextToken", "{'NextToken': 'x'}");
}

static void
test_change_and_delete(void **state)
{
	struct test_call *t = *state;
	const char *const names[] = {"GetDedicatedIpPool",
	    "DeleteDedicatedIpPool", "PutDedicatedIpPoolScalingAttributes"};

	create(t, "p");
	test_call_ok(t, API_V2, "PutDedicatedIpPoolScalingAttributes",
	    "{'PoolName': 'p', 'ScalingMode': 'STANDARD'}");
	test_call_fails(t, API_V2, "PutDedicatedIpPoolScalingAttributes",
	    "BadRequestException", "MANAGED",
	    "{'PoolName': 'p', 'ScalingMode': 'MANAGED'}");
	t->account = "rival";
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		test_call_fails(t, API_V2, names[i], "NotFoundException",
		    "Dedicated IP pool p does not exist", "{'PoolName': 'p'}");
	t->account = "shop";
	test_call_ok(t, API_V2, "DeleteDedicatedIpPool", "{'PoolName': 'p'}");
	test_call_fails(t, API_V2, "DeleteDedicatedIpPool", "NotFoundException",
	    "p", "{'PoolName': 'p'}");
}

static void
test_addresses(void **state)
{
	struct test_call *t = *state;

	create(t, "p");
	create(t, "q");
	give(t, "shop", "p", "192.0.2.1");
	give(t, "shop", "p", "2001:DB8::1");
	test_call_ok(t, API_V2, "GetDedicatedIp", "{'Ip': '192.0.2.1'}");
	assert_string_equal(test_call_value(t, "DedicatedIp.Ip"), "192.0.2.1");
	assert_string_equal(test_call_value(t, "DedicatedIp.PoolName"), "p");
	assert_string_equal(
	    test_call_value(t, "DedicatedIp.WarmupStatus"), "DONE");
	assert_string_equal(
	    test_call_value(t, "DedicatedIp.WarmupPercentage"), "100");
	test_call_ok(t, API_V2, "PutDedicatedIpWarmupAttributes",
	    "{'Ip': '192.0.2.1', 'WarmupPercentage': 30}");
	test_call_ok(t, API_V2, "PutDedicatedIpInPool",
	    "{'Ip': '192.0.2.1', 'DestinationPoolName': 'q'}");
	test_call_ok(t, API_V2, "GetDedicatedIps", "{'PoolName': 'q'}");
	assert_string_equal(
	    test_call_value(t, "DedicatedIps.0.WarmupStatus"), "IN_PROGRESS");
	assert_string_equal(
	    test_call_value(t, "DedicatedIps.0.WarmupPercentage"), "30");
	assert_false(test_call_has(t, "DedicatedIps.1"));
	test_call_ok(t, API_V2, "PutDedicatedIpInPool",
	    "{'Ip': '2001:db8:0::1', 'DestinationPoolName': "
	    "'ses-default-dedicated-pool'}");
	test_call_ok(t, API_V2, "GetDedicatedIps",
	    "{'PoolName': 'ses-default-dedicated-pool'}");
	assert_string_equal(
	    test_call_value(t, "DedicatedIps.0.Ip"), "2001:db8::1");
	assert_string_equal(test_call_value(t, "DedicatedIps.0.PoolName"),
	    "ses-default-dedicated-pool");
	/* a pool that goes leaves its addresses */
	test_call_ok(t, API_V2, "DeleteDedicatedIpPool", "{'PoolName': 'q'}");
	test_call_ok(t, API_V2, "GetDedicatedIp", "{'Ip': '192.0.2.1'}");
	assert_string_equal(test_call_value(t, "DedicatedIp.PoolName"),
	    "ses-default-dedicated-pool");
}

static void
test_address_pages(void **state)
{
	struct test_call *t = *state;

	create(t, "p");
	give(t, "shop", "p", "192.0.2.1");
	give(t, "shop", "p", "192.0.2.2");
	test_call_ok(t, API_V2, "GetDedicatedIps", "{'PageSize': 1}");
	assert_string_equal(
	    test_call_value(t, "DedicatedIps.0.Ip"), "192.0.2.1");
	test_call_next(t, API_V2, "GetDedicatedIps", "");
	assert_string_equal(
	    test_call_value(t, "DedicatedIps.0.Ip"), "192.0.2.2");
	assert_false(test_call_has(t, "NextToken"));
	test_call_fails(t, API_V2, "GetDedicatedIps", "BadRequestException",
	    "NextToken", "{'NextToken': 'x'}");
}

static void
test_addresses_wrong(void **state)
{
	struct test_call *t = *state;

	create(t, "p");
	give(t, "shop", "p", "192.0.2.1");
	test_call_fails(t, API_V2, "GetDedicatedIp", "BadRequestException",
	    "address", "{'Ip': 'x'}");
	test_call_fails(t, API_V2, "GetDedicatedIp", "NotFoundException",
	    "192.0.2.9", "{'Ip': '192.0.2.9'}");
	test_call_fails(t, API_V2, "PutDedicatedIpInPool", "NotFoundException",
	    "pool x", "{'Ip': '192.0.2.1', 'DestinationPoolName': 'x'}");
	test_call_fails(t, API_V2, "PutDedicatedIpWarmupAttributes",
	    "BadRequestException", "0 to 100",
	    "{'Ip': '192.0.2.1', 'WarmupPercentage': 101}");
	test_call_fails(t, API_V2, "GetDedicatedIps", "NotFoundException",
	    "pool x", "{'PoolName': 'x'}");
	t->account = "rival";
	create(t, "r");
	test_call_fails(t, API_V2, "GetDedicatedIp", "NotFoundException",
	    "192.0.2.1", "{'Ip': '192.0.2.1'}");
	test_call_fails(t, API_V2, "PutDedicatedIpInPool", "NotFoundException",
	    "192.0.2.1", "{'Ip': '192.0.2.1', 'DestinationPoolName': 'r'}");
	test_call_fails(t, API_V2, "PutDedicatedIpWarmupAttributes",
	    "NotFoundException", "192.0.2.1",
	    "{'Ip': '192.0.2.1', 'WarmupPercentage': 0}");
	test_call_fails(t, API_V2, "GetDedicatedIps", "NotFoundException",
	    "pool p", "{'PoolName': 'p'}");
	test_call_ok(t, API_V2, "GetDedicatedIps", "{}");
	assert_false(test_call_has(t, "DedicatedIps.0"));
}

/* Who may name a pool, and that it cannot go meanwhile. */
static void
test_use(void **state)
{
	struct test_call *t = *state;
	struct admin_fixture *f = t->f;
	int64_t shop = admin_fixture_account(f, "shop");
	struct store_account account;
	struct store_pool pool;
	bool is_full;

	create(t, "p");
	assert_code(f, SG_OK,
	    pool_create(
		f->store, 0, "all", TEST_NOW, &pool, &is_full, &f->err));
	assert_code(f, SG_OK, pool_check(f->store, shop, "p", &f->err));
	assert_code(f, SG_OK, pool_check(f->store, shop, "all", &f->err));
	assert_code(f, SG_OK, pool_check(f->store, shop, POOL_SHARED, &f->err));
	assert_code(
	    f, SG_OK, pool_check(f->store, shop, POOL_DEFAULT, &f->err));
	assert_code(f, SG_MISSING,
	    pool_check(
		f->store, admin_fixture_account(f, "rival"), "p", &f->err));
	assert_code(
	    f, SG_OK, store_account_get(f->store, "shop", &account, &f->err));
	(void)snprintf(account.pool, sizeof(account.pool), "p");
	assert_code(
	    f, SG_OK, store_account_update(f->store, &account, &f->err));
	test_call_fails(t, API_V2, "DeleteDedicatedIpPool",
	    "BadRequestException", "used by shop", "{'PoolName': 'p'}");
	assert_code(f, SG_OK, pool_delete(f->store, 0, "all", &f->err));
	give(t, "shop", "p", "192.0.2.1");
	assert_code(f, SG_OK, pool_get(f->store, shop, "p", &pool, &f->err));
	assert_code(f, SG_MISSING,
	    pool_ip_remove(f->store, &pool, "192.0.2.2", &f->err));
	assert_code(
	    f, SG_OK, pool_ip_remove(f->store, &pool, "192.0.2.1", &f->err));
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(                                       \
	    name, test_call_setup, test_call_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_create),
	    TEST(test_too_many),
	    TEST(test_list),
	    TEST(test_change_and_delete),
	    TEST(test_addresses),
	    TEST(test_address_pages),
	    TEST(test_addresses_wrong),
	    TEST(test_use),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
