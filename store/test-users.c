/* Tests of people who sign in, their sessions, failed tries. */
#include "config.h"

#include "store/test-store.h"

#include <stdio.h>
#include <string.h>

#include "store/sealed.h"
#include "store/store.h"
#include "store/users.h"

#define NOW INT64_C(1700000000)
#define HASH "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

static struct store_user
add_user(struct fixture *f, const char *name, int64_t account)
{
	struct store_user row = {
	    .role = account == 0 ? STORE_ROLE_OPERATOR : STORE_ROLE_ACCOUNT,
	    .account_id = account,
	    .password_hash = "$argon2id$",
	    .enabled = true,
	    .created_sec = NOW,
	    .password_sec = NOW};

	(void)snprintf(row.name, sizeof(row.name), "%s", name);
	assert_ok(f, store_user_create(f->store, &row, &f->err));
	return row;
}

static struct store_session
add_session(struct fixture *f, int64_t user_id, const char *hash)
{
	struct store_session row = {.user_id = user_id,
	    .created_sec = NOW,
	    .expires_sec = NOW + 100,
	    .address = "192.0.2.1",
	    .user_agent = "Browser"};

	assert_ok(f, store_session_create(f->store, hash, &row, &f->err));
	return row;
}

static bool
add_name(void *ctx, const struct store_user *row)
{
	return names_add(ctx, row->name);
}

static void
assert_users(
    struct fixture *f, int64_t account, const char *after, const char *want)
{
	struct names names = {0};

	assert_ok(f, store_user_list(f->store, account, after, 2, add_name,
			 &names, &f->err));
	assert_string_equal(names.text, want);
}

static void
test_user(void **state)
{
	struct fixture *f = *state;
	struct store_user root = add_user(f, "root", 0), read;
	struct store_user ann = add_user(f, "ann", f->account), twin = ann;
	int64_t count;

	assert_ok(f, store_user_get(f->store, "ann", &read, &f->err));
	assert_int_equal(read.id, ann.id);
	assert_int_equal(read.account_id, f->account);
	assert_string_equal(read.account, "demo");
	assert_true(read.enabled && !read.must_change);
	assert_int_equal(read.totp_len + read.pending_len, 0);
	assert_ok(f, store_user_get_by_id(f->store, root.id, &read, &f->err));
	assert_string_equal(read.account, "");
	assert_code(f, SG_EXISTS, store_user_create(f->store, &twin, &f->err));
	assert_code(
	    f, SG_MISSING, store_user_get(f->store, "nobody", &read, &f->err));
	(void)add_user(f, "zoe", f->account);
	assert_users(f, 0, "", "ann root");
	assert_users(f, 0, "root", "zoe");
	assert_users(f, f->account, "", "ann zoe");
	assert_users(f, f->account + 1, "", "");
	assert_ok(
	    f, store_user_other_operators(f->store, root.id, &count, &f->err));
	assert_int_equal(count, 0);
	assert_ok(
	    f, store_user_other_operators(f->store, ann.id, &count, &f->err));
	assert_int_equal(count, 1);
	assert_ok(f, store_user_delete(f->store, root.id, &f->err));
	assert_code(
	    f, SG_MISSING, store_user_delete(f->store, root.id, &f->err));
}

static void
test_user_changes(void **state)
{
	struct fixture *f = *state;
	struct store_user ann = add_user(f, "ann", f->account), read;
	struct store_failure lock = {.user = "ann",
	    .network = "net",
	    .failures = 5,
	    .last_sec = NOW,
	    .locked_until_sec = NOW + 9};
	bool is_new;

	assert_ok(f, store_user_set_password(
			 f->store, ann.id, "new", true, NOW + 1, &f->err));
	assert_ok(f, store_user_set_enabled(f->store, ann.id, false, &f->err));
	memcpy(ann.totp, "sealed", 6);
	ann.totp_len = 6;
	memcpy(ann.pending, "other", 5);
	ann.pending_len = 5;
	assert_ok(f, store_user_set_totp(f->store, &ann, &f->err));
	assert_ok(f, store_user_signed_in(f->store, ann.id, NOW + 2, &f->err));
	assert_ok(
	    f, store_user_take_step(f->store, ann.id, 7, &is_new, &f->err));
	assert_true(is_new);
	assert_ok(
	    f, store_user_take_step(f->store, ann.id, 7, &is_new, &f->err));
	assert_false(is_new);
	assert_ok(f, store_failure_put(f->store, &lock, &f->err));
	assert_ok(f, store_user_get(f->store, "ann", &read, &f->err));
	assert_string_equal(read.password_hash, "new");
	assert_true(read.must_change && !read.enabled);
	assert_int_equal(read.password_sec + read.signed_in_sec, 2 * NOW + 3);
	assert_int_equal(read.totp_step, 7);
	assert_int_equal(read.locked_until_sec, NOW + 9);
	assert_memory_equal(read.totp, "sealed", 6);
	assert_memory_equal(read.pending, "other", 5);
	assert_ok(f, store_user_rehash(f->store, &ann, "lost", &f->err));
	assert_ok(f, store_user_rehash(f->store, &read, "kept", &f->err));
	assert_ok(f, store_user_get(f->store, "ann", &read, &f->err));
	assert_string_equal(read.password_hash, "kept");
}

static bool
add_agent(void *ctx, const struct store_session *row)
{
	char text[32];

	(void)snprintf(text, sizeof(text), "%lld", (long long)row->id);
	return names_add(ctx, text);
}

static void
test_session(void **state)
{
	struct fixture *f = *state;
	struct store_user ann = add_user(f, "ann", f->account);
	struct store_session row = add_session(f, ann.id, HASH), read;
	struct store_session two = add_session(f, ann.id, "b");
	struct names names = {0};
	char want[64];
	int64_t gone;

	assert_ok(f, store_session_get(f->store, HASH, &read, &f->err));
	assert_int_equal(read.id, row.id);
	assert_string_equal(read.user, "ann");
	assert_string_equal(read.address, "192.0.2.1");
	assert_int_equal(read.account_id, f->account);
	assert_int_equal(read.role, STORE_ROLE_ACCOUNT);
	assert_int_equal(read.used_sec, NOW);
	assert_ok(
	    f, store_session_use(f->store, row.id, NOW + 50, NOW - 1, &f->err));
	assert_ok(
	    f, store_session_use(f->store, row.id, NOW + 61, NOW, &f->err));
	assert_ok(f, store_session_get(f->store, HASH, &read, &f->err));
	assert_int_equal(read.used_sec, NOW + 61);
	assert_ok(f, store_session_list(f->store, ann.id, NOW, NOW - 1, 9,
			 add_agent, &names, &f->err));
	(void)snprintf(want, sizeof(want), "%lld %lld", (long long)two.id,
	    (long long)row.id);
	assert_string_equal(names.text, want);
	assert_ok(
	    f, store_session_end_old(f->store, ann.id, 2, &gone, &f->err));
	assert_int_equal(gone, 0);
	assert_ok(
	    f, store_session_end_of(f->store, ann.id, row.id, &gone, &f->err));
	assert_int_equal(gone, 1);
	two = add_session(f, ann.id, "newer");
	assert_ok(
	    f, store_session_end_old(f->store, ann.id, 1, &gone, &f->err));
	assert_int_equal(gone, 1);
	assert_code(
	    f, SG_MISSING, store_session_get(f->store, HASH, &read, &f->err));
	assert_ok(f, store_session_get(f->store, "newer", &read, &f->err));
	row = two;
	assert_ok(f, store_session_end(f->store, row.id, &f->err));
	assert_code(
	    f, SG_MISSING, store_session_get(f->store, HASH, &read, &f->err));
	(void)add_session(f, ann.id, "c");
	assert_ok(f, store_user_set_enabled(f->store, ann.id, false, &f->err));
	assert_code(
	    f, SG_MISSING, store_session_get(f->store, "c", &read, &f->err));
	assert_ok(f, store_session_end_all(f->store, &gone, &f->err));
	assert_int_equal(gone, 1);
}

static void
test_user_goes_with_account(void **state)
{
	struct fixture *f = *state;
	struct store_user ann = add_user(f, "ann", f->account), read;

	(void)add_session(f, ann.id, HASH);
	assert_ok(f, store_account_delete(f->store, f->account, &f->err));
	assert_code(
	    f, SG_MISSING, store_user_get(f->store, "ann", &read, &f->err));
	assert_int_equal(
	    fixture_sql(f, "SELECT COUNT(*) FROM console_session"), 0);
}

static void
test_failure(void **state)
{
	struct fixture *f = *state;
	struct store_failure row = {.user = "ann", .network = "net"};

	assert_ok(f, store_failure_get(f->store, &row, &f->err));
	assert_int_equal(row.failures, 0);
	row.failures = 2;
	row.locks = 1;
	row.since_sec = row.last_sec = NOW;
	assert_ok(f, store_failure_put(f->store, &row, &f->err));
	row.failures = 3;
	row.locked_until_sec = NOW + 50;
	assert_ok(f, store_failure_put(f->store, &row, &f->err));
	row = (struct store_failure){.user = "ann", .network = "net"};
	assert_ok(f, store_failure_get(f->store, &row, &f->err));
	assert_int_equal(row.failures + row.locks, 4);
	assert_int_equal(row.since_sec + row.last_sec, 2 * NOW);
	assert_int_equal(row.locked_until_sec, NOW + 50);
	assert_ok(f, store_failure_delete(f->store, &row, &f->err));
	assert_ok(f, store_failure_get(f->store, &row, &f->err));
	assert_int_equal(row.failures, 0);
	row.failures = 1;
	assert_ok(f, store_failure_put(f->store, &row, &f->err));
	row.network = "";
	assert_ok(f, store_failure_put(f->store, &row, &f->err));
	assert_ok(f, store_failure_forgive(f->store, "ann", &f->err));
	assert_int_equal(
	    fixture_sql(f, "SELECT COUNT(*) FROM sign_in_failure"), 0);
}

static void
test_purge(void **state)
{
	struct fixture *f = *state;
	struct store_user ann = add_user(f, "ann", f->account);
	struct store_failure row = {.user = "ann",
	    .network = "net",
	    .last_sec = NOW,
	    .locked_until_sec = NOW + 50};
	int64_t gone;

	(void)add_session(f, ann.id, HASH);
	assert_ok(f, store_failure_put(f->store, &row, &f->err));
	assert_ok(f,
	    store_user_purge(f->store, NOW + 99, NOW + 50, 9, &gone, &f->err));
	assert_int_equal(gone, 0);
	assert_int_equal(
	    fixture_sql(f, "SELECT COUNT(*) FROM sign_in_failure"), 1);
	assert_ok(f,
	    store_user_purge(f->store, NOW + 100, NOW + 51, 9, &gone, &f->err));
	assert_int_equal(gone, 2);
	assert_int_equal(
	    fixture_sql(f, "SELECT COUNT(*) FROM sign_in_failure"), 0);
	assert_int_equal(
	    fixture_sql(f, "SELECT COUNT(*) FROM console_session"), 0);
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

/* Every kind of secret is found, and put in its place. */
static void
test_sealed(void **state)
{
	struct fixture *f = *state;

	for (int kind = 0; kind < STORE_SEALED_KINDS; kind++) {
		struct store_sealed row = {.id = 0};

		assert_int_equal(
		    store_sealed_next(
			f->store, (enum store_sealed_kind)kind, &row, &f->err),
		    SG_MISSING);
		assert_int_equal(
		    store_sealed_put(
			f->store, (enum store_sealed_kind)kind, &row, &f->err),
		    SG_MISSING);
	}
}

int test_users(void);

int
test_users(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_user),
	    TEST(test_user_changes),
	    TEST(test_session),
	    TEST(test_user_goes_with_account),
	    TEST(test_failure),
	    TEST(test_purge),
	    TEST(test_sealed),
	};

	return cmocka_run_group_tests_name("users", tests, NULL, NULL);
}
