/* Tests of another master key: what is sealed by the one of before is opened all the
 * time, and in the end by the new one alone. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/seal.h"
#include "conf/conf.h"
#include "ops/credential.h"
#include "ops/identity.h"
#include "ops/master_key.h"
#include "ops/return_mac.h"
#include "ops/test-admin.h"
#include "store/sealed.h"
#include "store/store.h"
#include "store/users.h"

/* A credential, a domain's key, and both secrets of a user. */
static void
fill(struct admin_fixture *f)
{
	struct credential_pair pair;
	struct store_identity domain;
	struct store_user user = {.name = "ann",
	    .role = STORE_ROLE_ACCOUNT,
	    .account_id = admin_fixture_account(f, "shop"),
	    .password_hash = "x",
	    .enabled = true};
	unsigned char *blob;

	assert_code(f, SG_OK,
	    credential_pair_given("AKIAEXAMPLEEXAMPLE", "secretsecretsecret",
		"local", &pair, &f->err));
	assert_code(f, SG_OK,
	    credential_keep(f->store, f->seal, "shop", &pair, STORE_MAY_ALL,
		TEST_NOW, &f->err));
	assert_code(f, SG_OK,
	    seal_wrap(f->seal, "user.totp", "totp", 4, &blob, &user.totp_len,
		&f->err));
	memcpy(user.totp, blob, user.totp_len);
	memcpy(user.pending, blob, user.totp_len);
	user.pending_len = user.totp_len;
	seal_wipe_free(&blob, user.totp_len);
	assert_code(f, SG_OK,
	    identity_create(f->store, f->seal, f->conf, "shop", "a.example",
		IDENTITY_KEYS_ED25519, false, TEST_NOW, &domain, &f->err));
	assert_code(f, SG_OK, store_user_create(f->store, &user, &f->err));
}

static struct seal *
keys(struct admin_fixture *f)
{
	struct seal *seal;

	assert_code(
	    f, SG_OK, seal_open(f->conf->master_key_file, &seal, &f->err));
	return seal;
}

static int64_t
reseal(struct admin_fixture *f)
{
	struct seal *seal = keys(f);
	struct master_key_count count;

	assert_code(
	    f, SG_OK, master_key_reseal(f->store, seal, &count, &f->err));
	assert_int_equal(count.sealed, 4);
	seal_free(&seal);
	return count.renewed;
}

static int64_t
others(struct admin_fixture *f, const struct seal *seal)
{
	struct master_key_count count;

	assert_code(
	    f, SG_OK, master_key_count(f->store, seal, &count, &f->err));
	return count.renewed;
}

static void
test_rotation(void **state)
{
	struct admin_fixture *f = *state;
	const char *path = f->conf->master_key_file;
	struct seal *both, *turned, *last;
	struct master_key_count count;
	struct stat st;

	fill(f);
	assert_code(f, SG_MISSING, seal_file_turn(path, &f->err));
	assert_code(f, SG_OK, seal_file_add(path, &f->err));
	assert_code(f, SG_EXISTS, seal_file_add(path, &f->err));
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0400);
	both = keys(f);
	assert_int_equal(seal_count(both), 2);
	assert_true(seal_has_next(both));
	/* it seals nothing yet: programs of before open all there is */
	assert_int_equal(reseal(f), 0);
	assert_int_equal(others(f, f->seal), 0);

	assert_code(f, SG_OK, seal_file_turn(path, &f->err));
	turned = keys(f);
	assert_false(seal_has_next(turned));
	assert_int_equal(others(f, turned), 4);
	assert_int_equal(reseal(f), 4);
	assert_int_equal(reseal(f), 0);
	/* who was restarted in between opens it, who was not does not */
	assert_int_equal(others(f, both), 4);
	assert_code(
	    f, SG_CRYPTO, master_key_count(f->store, f->seal, &count, &f->err));

	assert_code(f, SG_OK, seal_file_drop(path, &f->err));
	last = keys(f);
	assert_int_equal(seal_count(last), 1);
	assert_int_equal(others(f, last), 0);
	seal_free(&last);
	seal_free(&turned);
	seal_free(&both);
}

/* A secret that cannot be opened changes none. */
static void
test_all_or_none(void **state)
{
	struct admin_fixture *f = *state;
	const char *path = f->conf->master_key_file;
	struct store_sealed row = {.id = 0};
	struct master_key_count count;
	struct seal *seal;

	fill(f);
	assert_code(f, SG_OK,
	    store_sealed_next(
		f->store, STORE_SEALED_TOTP_PENDING, &row, &f->err));
	row.blob[row.len - 1] ^= 1;
	assert_code(f, SG_OK,
	    store_sealed_put(
		f->store, STORE_SEALED_TOTP_PENDING, &row, &f->err));
	assert_code(f, SG_OK, seal_file_add(path, &f->err));
	assert_code(f, SG_OK, seal_file_turn(path, &f->err));
	seal = keys(f);
	assert_code(
	    f, SG_CRYPTO, master_key_reseal(f->store, seal, &count, &f->err));
	seal_free(&seal);
	row.blob[row.len - 1] ^= 1;
	assert_code(f, SG_OK,
	    store_sealed_put(
		f->store, STORE_SEALED_TOTP_PENDING, &row, &f->err));
	assert_int_equal(others(f, f->seal), 0);
	assert_int_equal(reseal(f), 4);
}

static enum return_path_error
ask(struct admin_fixture *f, const char *local)
{
	struct seal *seal = keys(f);
	struct return_mac *mac;
	struct return_path path;
	enum return_path_error found;

	assert_code(f, SG_OK, return_mac_new(seal, &mac, &f->err));
	found = return_mac_decode(mac, local, strlen(local), &path);
	return_mac_free(&mac);
	seal_free(&seal);
	return found;
}

/* Mail that has left comes back for a while. */
static void
test_return_paths(void **state)
{
	struct admin_fixture *f = *state;
	const char *file = f->conf->master_key_file;
	const struct return_path path = {
	    .account_id = 1, .day = 20000, .queue_id = "4bWz3n1Xb5z4kT"};
	char local[RETURN_PATH_LOCAL_MAX + 1];
	struct return_mac *mac;

	assert_code(f, SG_OK, return_mac_new(f->seal, &mac, &f->err));
	assert_true(return_path_encode(&path, return_mac_compute, mac, local));
	return_mac_free(&mac);
	assert_int_equal(ask(f, local), RETURN_PATH_OK);
	assert_code(f, SG_OK, seal_file_add(file, &f->err));
	assert_int_equal(ask(f, local), RETURN_PATH_OK);
	assert_code(f, SG_OK, seal_file_turn(file, &f->err));
	assert_int_equal(ask(f, local), RETURN_PATH_OK);
	assert_code(f, SG_OK, seal_file_drop(file, &f->err));
	assert_int_equal(ask(f, local), RETURN_PATH_FORGED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		test_rotation, admin_fixture_setup, admin_fixture_teardown),
	    cmocka_unit_test_setup_teardown(
		test_all_or_none, admin_fixture_setup, admin_fixture_teardown),
	    cmocka_unit_test_setup_teardown(
		test_return_paths, admin_fixture_setup, admin_fixture_teardown),
	};

	return cmocka_run_group_tests_name("master key", tests, NULL, NULL);
}
