/* Users and passwords: made, changed, deleted; who may not. */
#include "config.h"
#include "ops/user.h"

#include <stdio.h>
#include <string.h>

#include "ops/password.h"
#include "ops/test-admin.h"
#include "ops/user_session.h"
#include "store/store.h"

#define PASSWORD "a password that is long"

static struct store_user
add(struct admin_fixture *f, const char *name, const char *account)
{
	char random[PASSWORD_RANDOM_LEN + 1];
	struct store_user row;

	assert_code(f, SG_OK,
	    user_create(f->store, name, account, PASSWORD, TEST_NOW, &row,
		random, &f->err));
	assert_string_equal(random, "");
	return row;
}

static void
test_names(void **state)
{
	(void)state;
	assert_null(user_check_name("ann"));
	assert_null(user_check_name("ann.o_x-1@example.com"));
	assert_non_null(user_check_name(""));
	assert_non_null(user_check_name("Ann"));
	assert_non_null(user_check_name("an n"));
	assert_non_null(user_check_name(
	    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"));
}

static void
test_create(void **state)
{
	struct admin_fixture *f = *state;
	char random[PASSWORD_RANDOM_LEN + 1];
	struct store_user row;

	assert_code(f, SG_OK,
	    user_create(f->store, "ann", "shop", NULL, TEST_NOW, &row, random,
		&f->err));
	assert_int_equal(strlen(random), PASSWORD_RANDOM_LEN);
	assert_true(row.must_change);
	assert_string_equal(row.account, "shop");
	assert_code(f, SG_EXISTS,
	    user_create(
		f->store, "ann", "", NULL, TEST_NOW, NULL, random, &f->err));
	assert_string_equal(random, "");
	assert_code(f, SG_MISSING,
	    user_create(f->store, "bob", "none", NULL, TEST_NOW, NULL, random,
		&f->err));
	assert_code(f, SG_INVALID,
	    user_create(
		f->store, "Bob", "", NULL, TEST_NOW, NULL, random, &f->err));
	assert_code(f, SG_INVALID,
	    user_create(
		f->store, "bob", "", "short", TEST_NOW, NULL, random, &f->err));
	row = add(f, "root", "");
	assert_false(row.must_change);
	assert_int_equal(row.role, STORE_ROLE_OPERATOR);
}

static int64_t
sessions_of(struct admin_fixture *f, const struct store_user *user)
{
	int64_t gone;

	assert_code(f, SG_OK,
	    store_session_end_of(f->store, user->id, 0, &gone, &f->err));
	return gone;
}

static void
begin_session(struct admin_fixture *f, const struct store_user *user)
{
	struct store_session row = {.user_id = user->id,
	    .created_sec = TEST_NOW,
	    .expires_sec = TEST_NOW + 3600};
	char token[USER_SESSION_TOKEN_LEN + 1];

	assert_code(f, SG_OK, user_session_new(f->store, &row, token, &f->err));
}

static void
test_change(void **state)
{
	struct admin_fixture *f = *state;
	struct store_user root = add(f, "root", ""),
			  ann = add(f, "ann", "shop");
	const struct user_change off = {.has_enabled = true},
				 reset = {.reset_password = true},
				 unlock = {.unlock = true};
	char random[PASSWORD_RANDOM_LEN + 1];
	struct store_user row;

	begin_session(f, &ann);
	assert_code(f, SG_OK,
	    user_change(f->store, "ann", &unlock, root.id, TEST_NOW, &row,
		random, &f->err));
	assert_int_equal(sessions_of(f, &ann), 1);
	begin_session(f, &ann);
	assert_code(f, SG_OK,
	    user_change(f->store, "ann", &reset, root.id, TEST_NOW, &row,
		random, &f->err));
	assert_true(row.must_change);
	assert_int_equal(strlen(random), PASSWORD_RANDOM_LEN);
	assert_int_equal(sessions_of(f, &ann), 0);
	assert_code(f, SG_OK,
	    user_change(f->store, "ann", &off, root.id, TEST_NOW, &row, random,
		&f->err));
	assert_false(row.enabled);
	assert_code(f, SG_MISSING,
	    user_change(f->store, "bob", &off, root.id, TEST_NOW, &row, random,
		&f->err));
	/* oneself, the last one; the command line may */
	assert_code(f, SG_INVALID,
	    user_change(f->store, "root", &off, root.id, TEST_NOW, &row, random,
		&f->err));
	assert_code(f, SG_INVALID,
	    user_change(f->store, "root", &off, ann.id, TEST_NOW, &row, random,
		&f->err));
	assert_code(f, SG_OK,
	    user_change(
		f->store, "root", &off, 0, TEST_NOW, &row, random, &f->err));
}

static void
test_delete(void **state)
{
	struct admin_fixture *f = *state;
	struct store_user root = add(f, "root", "");

	(void)add(f, "ann", "shop");
	assert_code(f, SG_OK, user_delete(f->store, "ann", root.id, &f->err));
	assert_code(
	    f, SG_MISSING, user_delete(f->store, "ann", root.id, &f->err));
	assert_code(
	    f, SG_INVALID, user_delete(f->store, "root", root.id, &f->err));
	assert_code(f, SG_INVALID, user_delete(f->store, "root", 99, &f->err));
	(void)add(f, "boss", "");
	assert_code(f, SG_OK, user_delete(f->store, "root", 99, &f->err));
	assert_code(f, SG_OK, user_delete(f->store, "boss", 0, &f->err));
}

#define STORED(test)                                                           \
	cmocka_unit_test_setup_teardown(                                       \
	    test, admin_fixture_setup, admin_fixture_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_names),
	    STORED(test_create),
	    STORED(test_change),
	    STORED(test_delete),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
