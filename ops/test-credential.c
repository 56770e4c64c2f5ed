/* Credentials: the derivation's published vectors, hashes, what is kept. */
#include "config.h"
#include "ops/credential.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/seal.h"
#include "conf/conf.h"
#include "ops/login.h"
#include "ops/test-admin.h"

#define EXAMPLE_SECRET "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"

static void
test_smtp_password(void **state)
{
	static const struct {
		const char *region, *password;
	} rows[] = {
	    {"us-east-1", "BLBM/9hSUELfq8Gw+rU1YcBjkOxGbhT2XG763xVLGWL9"},
	    {"us-west-2", "BF2PynzbSCAjX08zhZZnP/kW+T9P5zs/1Er0pi5vTEmd"},
	    {"eu-west-1", "BMW5RDrXmmVs0lV7GpI4oLkHXpZ4stDsk6q91z1g38Pk"},
	    {"local", "BCPiDCcWtEfrAGeLF/0lxxX3gmO5OES+V3bZFxmF2VE9"},
	};
	char password[CREDENTIAL_SMTP_PASSWORD_MAX + 1];
	char too_long[200];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		assert_int_equal(credential_smtp_password(EXAMPLE_SECRET,
				     rows[i].region, password, NULL),
		    SG_OK);
		assert_string_equal(password, rows[i].password);
	}
	memset(too_long, 'a', sizeof(too_long));
	too_long[sizeof(too_long) - 1] = '\0';
	assert_int_equal(
	    credential_smtp_password(too_long, "local", password, NULL),
	    SG_INVALID);
}

/* `doveadm pw -t HASH -p secret` of Dovecot 2.3 says that it is verified. */
static void
test_smtp_hash(void **state)
{
	static const unsigned char salt[CREDENTIAL_SALT_BYTES] = {
	    0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
	char hash[256], small[32];

	(void)state;
	assert_int_equal(
	    credential_smtp_hash("secret", salt, hash, sizeof(hash), NULL),
	    SG_OK);
	assert_string_equal(hash,
	    "{SSHA256}AAztJD1mCljEDl2sgjDF/mJZo8ne8aW9Ya1MgeYWBAYAAQIDBAUGBwgJCgsMDQ4P");
	assert_int_equal(
	    credential_smtp_hash("secret", salt, small, sizeof(small), NULL),
	    SG_CRYPTO);
}

static void
test_generate(void **state)
{
	struct credential_pair a, b;

	(void)state;
	assert_int_equal(credential_pair_generate("local", &a, NULL), SG_OK);
	assert_int_equal(credential_pair_generate("local", &b, NULL), SG_OK);
	assert_int_equal(strlen(a.access_key_id), 20);
	assert_memory_equal(a.access_key_id, "SWKA", 4);
	assert_int_equal(
	    strspn(a.access_key_id, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"), 20);
	assert_int_equal(strlen(a.secret), 40);
	assert_int_equal(strlen(a.smtp_password), 44);
	assert_string_not_equal(a.access_key_id, b.access_key_id);
	assert_string_not_equal(a.secret, b.secret);
	credential_pair_wipe(&a);
	assert_string_equal(a.secret, "");
}

static void
test_given(void **state)
{
	static const struct {
		const char *name, *id, *secret;
		enum sg_err code;
	} rows[] = {
	    {"as Amazon's", "AKIAIOSFODNN7EXAMPLE", EXAMPLE_SECRET, SG_OK},
	    {"short id", "AKIAIOSFODNN7EX", EXAMPLE_SECRET, SG_INVALID},
	    {"blank in id", "AKIA IOSFODNN7EXAMPLE", EXAMPLE_SECRET,
		SG_INVALID},
	    {"id with a quote", "AKIAIOSFODNN7EXAMPL'", EXAMPLE_SECRET,
		SG_INVALID},
	    {"short secret", "AKIAIOSFODNN7EXAMPLE", "abc", SG_INVALID},
	    {"blank in secret", "AKIAIOSFODNN7EXAMPLE",
		"wJalrXUtnFEMI K7MDENG/bPxRfiCYEXAMPLEKEY", SG_INVALID},
	    {"UTF-8 in secret", "AKIAIOSFODNN7EXAMPLE",
		"wJalrXUtnFEMI\xc3\xa4K7MDENG/bPxRfiCYEXAMPLEK", SG_INVALID},
	    {"empty", "", "", SG_INVALID},
	};
	struct credential_pair pair;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (credential_pair_given(rows[i].id, rows[i].secret, "local",
			&pair, NULL) != rows[i].code)
			fail_msg("%s", rows[i].name);
}

struct seen {
	const struct seal *seal;
	int rows;
	bool enabled;
	char secret[64], hash[256], account[65];
};

static bool
see(void *ctx, const char *account, const struct store_credential *row)
{
	struct seen *seen = ctx;
	unsigned char *secret = NULL;
	size_t len = 0;

	seen->rows++;
	seen->enabled = row->enabled;
	(void)snprintf(seen->account, sizeof(seen->account), "%s", account);
	(void)snprintf(seen->hash, sizeof(seen->hash), "%s", row->smtp_hash);
	if (seal_unwrap(seen->seal, "credential.secret", row->sealed_secret,
		row->sealed_len, &secret, &len, NULL) == SG_OK)
		(void)snprintf(
		    seen->secret, sizeof(seen->secret), "%s", secret);
	seal_wipe_free(&secret, len);
	return true;
}

static void
test_keep(void **state)
{
	struct admin_fixture *f = *state;
	struct seen seen = {.seal = f->seal};
	struct credential_pair pair;

	assert_code(f, SG_OK,
	    credential_pair_given("AKIAIOSFODNN7EXAMPLE", EXAMPLE_SECRET,
		"local", &pair, &f->err));
	assert_code(f, SG_MISSING,
	    credential_keep(f->store, f->seal, "nobody", &pair, STORE_MAY_ALL,
		TEST_NOW, &f->err));
	assert_code(f, SG_OK,
	    credential_keep(f->store, f->seal, "shop", &pair, STORE_MAY_ALL,
		TEST_NOW, &f->err));
	assert_code(f, SG_EXISTS,
	    credential_keep(f->store, f->seal, "shop", &pair, STORE_MAY_ALL,
		TEST_NOW, &f->err));
	assert_code(
	    f, SG_OK, credential_list(f->store, NULL, see, &seen, &f->err));
	assert_int_equal(seen.rows, 1);
	assert_string_equal(seen.account, "shop");
	assert_string_equal(seen.secret, EXAMPLE_SECRET);
	assert_memory_equal(seen.hash, "{SSHA256}", 9);
	assert_null(strstr(seen.hash, pair.smtp_password));
}

static void
test_switch(void **state)
{
	static const char id[] = "AKIAIOSFODNN7EXAMPLE";
	struct admin_fixture *f = *state;
	struct seen seen = {.seal = f->seal};
	struct credential_pair pair;

	assert_code(f, SG_OK,
	    credential_pair_given(id, EXAMPLE_SECRET, "local", &pair, &f->err));
	assert_code(f, SG_OK,
	    credential_keep(f->store, f->seal, "shop", &pair, STORE_MAY_ALL,
		TEST_NOW, &f->err));
	assert_code(f, SG_OK,
	    credential_set_enabled(f->store, "shop", id, false, &f->err));
	assert_code(
	    f, SG_OK, credential_list(f->store, "shop", see, &seen, &f->err));
	assert_false(seen.enabled);
	assert_code(f, SG_MISSING,
	    credential_set_enabled(f->store, "shop", "other", true, &f->err));
	assert_non_null(strstr(f->err.text, "credential list shop"));
	assert_code(f, SG_OK, credential_delete(f->store, "shop", id, &f->err));
	assert_code(
	    f, SG_MISSING, credential_delete(f->store, "shop", id, &f->err));
}

static bool
see_permission(
    void *ctx, const char *account, const struct store_credential *row)
{
	(void)account;
	*(enum store_permission *)ctx = row->permission;
	return true;
}

static void
test_permission(void **state)
{
	static const char id[] = "AKIAIOSFODNN7EXAMPLE";
	struct admin_fixture *f = *state;
	struct credential_pair pair;
	enum store_permission permission = STORE_MAY_ALL;

	assert_code(f, SG_OK,
	    credential_pair_given(id, EXAMPLE_SECRET, "local", &pair, &f->err));
	assert_code(f, SG_OK,
	    credential_keep(f->store, f->seal, "shop", &pair, STORE_MAY_SEND,
		TEST_NOW, &f->err));
	assert_code(f, SG_OK,
	    credential_list(
		f->store, "shop", see_permission, &permission, &f->err));
	assert_int_equal(permission, STORE_MAY_SEND);
	assert_code(f, SG_OK,
	    credential_set_permission(
		f->store, "shop", id, STORE_MAY_READ, &f->err));
	assert_code(f, SG_OK,
	    credential_list(
		f->store, "shop", see_permission, &permission, &f->err));
	assert_int_equal(permission, STORE_MAY_READ);
	assert_code(f, SG_MISSING,
	    credential_set_permission(
		f->store, "shop", "other", STORE_MAY_ALL, &f->err));
	assert_code(f, SG_MISSING,
	    credential_set_permission(
		f->store, "nobody", id, STORE_MAY_ALL, &f->err));
}

static void
test_permission_names(void **state)
{
	static const enum store_permission all[] = {
	    STORE_MAY_ALL, STORE_MAY_SEND, STORE_MAY_READ};
	enum store_permission permission;

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++) {
		assert_true(credential_permission_read(
		    credential_permission_name(all[i]), &permission));
		assert_int_equal(permission, all[i]);
	}
	assert_false(credential_permission_read("Send", &permission));
	assert_false(credential_permission_read("", &permission));
}

/* A SASL name is a login or a credential, of one account. */
static void
test_logins(void **state)
{
	static const struct {
		const char *name;
		enum sg_err code;
	} rows[] = {
	    {"info@shop.example", SG_OK},
	    {"info@shop.example", SG_EXISTS},
	    {"INFO@shop.example", SG_OK},
	    {"j\xc3\xbcrgen", SG_OK},
	    {"", SG_INVALID},
	    {"a b", SG_INVALID},
	    {"a\tb", SG_INVALID},
	    {"AKIAIOSFODNN7EXAMPLE", SG_EXISTS},
	};
	struct admin_fixture *f = *state;
	struct credential_pair pair;
	char name[300];

	assert_code(f, SG_OK,
	    credential_pair_given("AKIAIOSFODNN7EXAMPLE", EXAMPLE_SECRET,
		"local", &pair, &f->err));
	assert_code(f, SG_OK,
	    credential_keep(f->store, f->seal, "shop", &pair, STORE_MAY_ALL,
		TEST_NOW, &f->err));
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		assert_code(f, rows[i].code,
		    login_add(
			f->store, "shop", rows[i].name, TEST_NOW, &f->err));
	memset(name, 'a', sizeof(name));
	name[256] = '\0';
	assert_code(f, SG_INVALID,
	    login_add(f->store, "shop", name, TEST_NOW, &f->err));
	name[255] = '\0';
	assert_code(
	    f, SG_OK, login_add(f->store, "shop", name, TEST_NOW, &f->err));
	assert_code(f, SG_OK, login_remove(f->store, "shop", name, &f->err));
	assert_code(
	    f, SG_MISSING, login_remove(f->store, "shop", name, &f->err));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_smtp_password),
	    cmocka_unit_test(test_smtp_hash),
	    cmocka_unit_test(test_generate),
	    cmocka_unit_test(test_given),
	    cmocka_unit_test_setup_teardown(
		test_keep, admin_fixture_setup, admin_fixture_teardown),
	    cmocka_unit_test_setup_teardown(
		test_switch, admin_fixture_setup, admin_fixture_teardown),
	    cmocka_unit_test(test_permission_names),
	    cmocka_unit_test_setup_teardown(
		test_permission, admin_fixture_setup, admin_fixture_teardown),
	    cmocka_unit_test_setup_teardown(
		test_logins, admin_fixture_setup, admin_fixture_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
