/* Tests of the operations on users. */
#include "config.h"

#include "api/test-call.h"

#include <stdio.h>
#include <string.h>

#include "ops/user.h"
#include "store/users.h"

/* The operator who calls. */
static void
be_operator(struct test_call *t)
{
	char random[PASSWORD_RANDOM_LEN + 1];
	struct store_user row;

	assert_code(t->f, SG_OK,
	    user_create(t->f->store, "root", "", NULL, TEST_NOW, &row, random,
		&t->f->err));
	t->session = (struct api_session){.id = 1,
	    .user_id = row.id,
	    .role = API_ROLE_OPERATOR,
	    .user = "root"};
}

static void
create(struct test_call *t, const char *name, const char *account)
{
	test_call_ok(t, API_OWN, "CreateUser",
	    test_call_input(t,
		account[0] == '\0' ? "{'UserName': '%s', 'Role': 'OPERATOR'}"
				   : "{'UserName': '%s', 'Role': 'ACCOUNT', "
				     "'AccountName': '%s'}",
		name, account));
	assert_int_equal(
	    strlen(test_call_value(t, "Password")), PASSWORD_RANDOM_LEN);
}

static void
test_create(void **state)
{
	struct test_call *t = *state;

	be_operator(t);
	create(t, "ann", "shop");
	test_call_fails(t, API_OWN, "CreateUser", "AlreadyExistsException",
	    "ann", "{'UserName': 'ann', 'Role': 'OPERATOR'}");
	test_call_fails(t, API_OWN, "CreateUser", "NotFoundException", "none",
	    "{'UserName': 'bob', 'Role': 'ACCOUNT', 'AccountName': 'none'}");
	test_call_fails(t, API_OWN, "CreateUser", "BadRequestException",
	    "AccountName", "{'UserName': 'bob', 'Role': 'ACCOUNT'}");
	test_call_fails(t, API_OWN, "CreateUser", "BadRequestException",
	    "AccountName",
	    "{'UserName': 'bob', 'Role': 'OPERATOR', 'AccountName': 'shop'}");
	test_call_fails(t, API_OWN, "CreateUser", "BadRequestException",
	    "small letters", "{'UserName': 'Bob', 'Role': 'OPERATOR'}");
}

static void
test_list(void **state)
{
	struct test_call *t = *state;

	be_operator(t);
	create(t, "ann", "shop");
	create(t, "zoe", "rival");
	test_call_ok(t, API_OWN, "ListUsers", "{'PageSize': 2}");
	assert_string_equal(test_call_value(t, "Users.0.UserName"), "ann");
	assert_string_equal(test_call_value(t, "Users.0.Role"), "ACCOUNT");
	assert_string_equal(test_call_value(t, "Users.0.AccountName"), "shop");
	assert_string_equal(test_call_value(t, "Users.0.Enabled"), "true");
	assert_string_equal(
	    test_call_value(t, "Users.0.SecondFactor"), "false");
	assert_false(test_call_has(t, "Users.0.SignedInTimestamp"));
	assert_false(test_call_has(t, "Users.0.LockedUntilTimestamp"));
	assert_string_equal(test_call_value(t, "Users.1.UserName"), "root");
	test_call_next(t, API_OWN, "ListUsers", "'PageSize': 2, ");
	assert_string_equal(test_call_value(t, "Users.0.UserName"), "zoe");
	assert_false(test_call_has(t, "Users.1"));
	test_call_ok(t, API_OWN, "ListUsers", "{'AccountName': 'rival'}");
	assert_string_equal(test_call_value(t, "Users.0.UserName"), "zoe");
	assert_false(test_call_has(t, "Users.1"));
	test_call_fails(t, API_OWN, "ListUsers", "NotFoundException", "none",
	    "{'AccountName': 'none'}");
}

static void
test_set(void **state)
{
	const struct store_failure lock = {.user = "ann",
	    .network = "net",
	    .failures = 5,
	    .last_sec = TEST_NOW,
	    .locked_until_sec = TEST_NOW + 900};
	struct test_call *t = *state;

	be_operator(t);
	create(t, "ann", "shop");
	assert_code(
	    t->f, SG_OK, store_failure_put(t->f->store, &lock, &t->f->err));
	test_call_ok(t, API_OWN, "ListUsers", "{}");
	assert_true(test_call_has(t, "Users.0.LockedUntilTimestamp"));
	test_call_ok(
	    t, API_OWN, "SetUser", "{'UserName': 'ann', 'Unlock': true}");
	assert_false(test_call_has(t, "Password"));
	test_call_ok(t, API_OWN, "ListUsers", "{}");
	assert_false(test_call_has(t, "Users.0.LockedUntilTimestamp"));
	test_call_ok(t, API_OWN, "SetUser",
	    "{'UserName': 'ann', 'Enabled': false, 'ResetPassword': true, "
	    "'RemoveSecondFactor': true}");
	assert_int_equal(
	    strlen(test_call_value(t, "Password")), PASSWORD_RANDOM_LEN);
	test_call_ok(t, API_OWN, "ListUsers", "{}");
	assert_string_equal(test_call_value(t, "Users.0.Enabled"), "false");
	test_call_fails(t, API_OWN, "SetUser", "NotFoundException", "bob",
	    "{'UserName': 'bob', 'Enabled': true}");
	test_call_fails(t, API_OWN, "SetUser", "ConflictException", "himself",
	    "{'UserName': 'root', 'Enabled': false}");
}

static void
test_delete(void **state)
{
	struct test_call *t = *state;

	be_operator(t);
	create(t, "ann", "shop");
	create(t, "boss", "");
	test_call_ok(t, API_OWN, "DeleteUser", "{'UserName': 'ann'}");
	test_call_fails(t, API_OWN, "DeleteUser", "NotFoundException", "ann",
	    "{'UserName': 'ann'}");
	test_call_fails(t, API_OWN, "DeleteUser", "ConflictException",
	    "himself", "{'UserName': 'root'}");
	test_call_ok(t, API_OWN, "DeleteUser", "{'UserName': 'boss'}");
	t->session.user_id = 99; /* deleted meanwhile */
	test_call_fails(t, API_OWN, "DeleteUser", "ConflictException",
	    "last operator", "{'UserName': 'root'}");
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(                                       \
	    name, test_call_setup, test_call_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_create),
	    TEST(test_list),
	    TEST(test_set),
	    TEST(test_delete),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
