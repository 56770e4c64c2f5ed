/* Signing in: right and wrong, locked, second factor, sessions. */
#include "config.h"
#include "ops/sign_in.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <liboath/oath.h>
#include <sodium.h>

#include "conf/conf.h"
#include "ops/test-admin.h"
#include "ops/user.h"
#include "store/store.h"

#define PASSWORD "a password that is long"

struct test {
	struct admin_fixture *f;
	struct sign_in_env env;
	struct sign_in_result result;
	unsigned char secret[SECOND_FACTOR_BYTES];
	char code[8];
};

static int
setup(void **state)
{
	char random[PASSWORD_RANDOM_LEN + 1];
	struct test *t = calloc(1, sizeof(*t));

	assert_non_null(t);
	assert_int_equal(admin_fixture_setup((void **)&t->f), 0);
	assert_code(t->f, SG_OK,
	    user_create(t->f->store, "ann", "shop", PASSWORD, TEST_NOW, NULL,
		random, &t->f->err));
	t->env = (struct sign_in_env){.store = t->f->store,
	    .conf = t->f->conf,
	    .seal = t->f->seal,
	    .address = "192.0.2.1",
	    .now_sec = TEST_NOW};
	*state = t;
	return 0;
}

static int
teardown(void **state)
{
	struct test *t = *state;
	int rc = admin_fixture_teardown((void **)&t->f);

	free(t);
	return rc;
}

static void
try(struct test *t, const char *user, const char *password, const char *code,
    enum sign_in_outcome want)
{
	assert_code(t->f, SG_OK,
	    sign_in(&t->env, user, password, code, "Browser",
		t->result.session.id, &t->result, &t->f->err));
	assert_int_equal(t->result.outcome, want);
}

static enum sg_err
find(struct test *t, const char *token, int64_t now_sec)
{
	struct store_session row;

	return user_session_find(
	    t->f->store, t->f->conf, token, now_sec, &row, &t->f->err);
}

static void
test_sign_in(void **state)
{
	struct test *t = *state;
	char first[USER_SESSION_TOKEN_LEN + 1];

	try(t, "ann", "wrong", "", SIGN_IN_WRONG);
	try(t, "nobody", PASSWORD, "", SIGN_IN_WRONG);
	try(t, "no name at all", PASSWORD, "", SIGN_IN_WRONG);
	try(t, "Ann", PASSWORD, "", SIGN_IN_DONE);
	assert_string_equal(t->result.session.user, "ann");
	assert_code(t->f, SG_OK, find(t, t->result.token, TEST_NOW));
	memcpy(first, t->result.token, sizeof(first));
	/* a new token, and the old session of the same browser ends */
	try(t, "ann", PASSWORD, "", SIGN_IN_DONE);
	assert_string_not_equal(t->result.token, first);
	assert_code(t->f, SG_MISSING, find(t, first, TEST_NOW));
	assert_code(t->f, SG_MISSING, find(t, "short", TEST_NOW));
}

static void
test_expiry(void **state)
{
	struct test *t = *state;
	int64_t now = TEST_NOW;

	try(t, "ann", PASSWORD, "", SIGN_IN_DONE);
	assert_code(t->f, SG_MISSING, find(t, t->result.token, now + 3600));
	/* used again and again, until the end */
	for (; now < TEST_NOW + 12 * 3600; now += 3500)
		assert_code(t->f, SG_OK, find(t, t->result.token, now));
	assert_code(
	    t->f, SG_MISSING, find(t, t->result.token, TEST_NOW + 12 * 3600));
}

static void
test_locked(void **state)
{
	struct test *t = *state;

	for (int i = 0; i < 5; i++)
		try(t, "ann", "wrong", "", SIGN_IN_WRONG);
	try(t, "ann", PASSWORD, "", SIGN_IN_LOCKED);
	assert_int_equal(t->result.until_sec, TEST_NOW + 900);
	t->env.address = "198.51.100.1";
	try(t, "ann", PASSWORD, "", SIGN_IN_DONE);
	t->env.address = "192.0.2.2";
	try(t, "ann", PASSWORD, "", SIGN_IN_LOCKED);
	t->env.now_sec += 900;
	try(t, "ann", PASSWORD, "", SIGN_IN_DONE);
}

static void
test_disabled(void **state)
{
	const struct user_change off = {.has_enabled = true};
	struct test *t = *state;
	char random[PASSWORD_RANDOM_LEN + 1];
	struct store_user row;

	try(t, "ann", PASSWORD, "", SIGN_IN_DONE);
	assert_code(t->f, SG_OK,
	    user_change(t->f->store, "ann", &off, 0, TEST_NOW, &row, random,
		&t->f->err));
	assert_code(t->f, SG_MISSING, find(t, t->result.token, TEST_NOW));
	try(t, "ann", PASSWORD, "", SIGN_IN_WRONG);
}

static const char *
code_of(struct test *t)
{
	assert_int_equal(
	    oath_totp_generate((const char *)t->secret, SECOND_FACTOR_BYTES,
		(time_t)t->env.now_sec, 30, 0, 6, t->code),
	    OATH_OK);
	return t->code;
}

static void
begin_factor(struct test *t)
{
	struct sign_in_proof proof = {.password = PASSWORD};

	assert_code(t->f, SG_OK,
	    sign_in_begin_factor(
		&t->env, &t->result.session, &proof, t->secret, &t->f->err));
	assert_int_equal(proof.outcome, SIGN_IN_DONE);
}

static void
test_second_factor(void **state)
{
	struct test *t = *state;
	struct sign_in_proof proof = {.password = PASSWORD, .code = "000000"};

	try(t, "ann", PASSWORD, "", SIGN_IN_DONE);
	assert_code(t->f, SG_MISSING,
	    sign_in_confirm_factor(
		&t->env, &t->result.session, &proof, &t->f->err));
	begin_factor(t);
	try(t, "ann", PASSWORD, "", SIGN_IN_DONE); /* not in force yet */
	if (strcmp(code_of(t), "000000") != 0) {
		assert_code(t->f, SG_OK,
		    sign_in_confirm_factor(
			&t->env, &t->result.session, &proof, &t->f->err));
		assert_int_equal(proof.outcome, SIGN_IN_CODE_WRONG);
	}
	proof.code = code_of(t);
	assert_code(t->f, SG_OK,
	    sign_in_confirm_factor(
		&t->env, &t->result.session, &proof, &t->f->err));
	assert_int_equal(proof.outcome, SIGN_IN_DONE);
	try(t, "ann", PASSWORD, "", SIGN_IN_CODE_NEEDED);
	try(t, "ann", "wrong", code_of(t), SIGN_IN_WRONG);
	/* taken when it was confirmed */
	try(t, "ann", PASSWORD, code_of(t), SIGN_IN_CODE_WRONG);
	t->env.now_sec += 60;
	try(t, "ann", PASSWORD, code_of(t), SIGN_IN_DONE);
	try(t, "ann", PASSWORD, code_of(t), SIGN_IN_CODE_WRONG);
	t->env.now_sec += 60;
	try(t, "ann", PASSWORD, code_of(t), SIGN_IN_DONE);
	proof = (struct sign_in_proof){.password = PASSWORD};
	assert_code(t->f, SG_EXISTS,
	    sign_in_begin_factor(&t->env, &t->result.session, &proof,
		(unsigned char[SECOND_FACTOR_BYTES]){0}, &t->f->err));
	t->env.now_sec += 60;
	proof.code = code_of(t);
	assert_code(t->f, SG_OK,
	    sign_in_remove_factor(
		&t->env, &t->result.session, &proof, &t->f->err));
	assert_int_equal(proof.outcome, SIGN_IN_DONE);
	assert_code(t->f, SG_MISSING,
	    sign_in_remove_factor(
		&t->env, &t->result.session, &proof, &t->f->err));
	try(t, "ann", PASSWORD, "", SIGN_IN_DONE);
}

/* Codes are guessed at the cost of a lock. */
static void
test_codes_lock(void **state)
{
	struct test *t = *state;
	struct sign_in_proof proof = {.password = PASSWORD};

	try(t, "ann", PASSWORD, "", SIGN_IN_DONE);
	begin_factor(t);
	proof.code = code_of(t);
	assert_code(t->f, SG_OK,
	    sign_in_confirm_factor(
		&t->env, &t->result.session, &proof, &t->f->err));
	t->env.now_sec += 60;
	for (int i = 0; i < 5; i++)
		try(t, "ann", PASSWORD, "12345", SIGN_IN_CODE_WRONG);
	try(t, "ann", PASSWORD, code_of(t), SIGN_IN_LOCKED);
}

static void
test_change_password(void **state)
{
	struct test *t = *state;
	struct sign_in_proof proof = {.password = PASSWORD};
	char other[USER_SESSION_TOKEN_LEN + 1];
	static const char fresh[] = "quite another password";

	try(t, "ann", PASSWORD, "", SIGN_IN_DONE);
	memcpy(other, t->result.token, sizeof(other));
	t->result.session.id = 0; /* another browser */
	try(t, "ann", PASSWORD, "", SIGN_IN_DONE);
	assert_code(t->f, SG_INVALID,
	    sign_in_change_password(
		&t->env, &t->result.session, &proof, "short", &t->f->err));
	assert_code(t->f, SG_INVALID,
	    sign_in_change_password(
		&t->env, &t->result.session, &proof, PASSWORD, &t->f->err));
	proof.password = "wrong";
	assert_code(t->f, SG_OK,
	    sign_in_change_password(
		&t->env, &t->result.session, &proof, fresh, &t->f->err));
	assert_int_equal(proof.outcome, SIGN_IN_WRONG);
	proof.password = PASSWORD;
	assert_code(t->f, SG_OK,
	    sign_in_change_password(
		&t->env, &t->result.session, &proof, fresh, &t->f->err));
	assert_int_equal(proof.outcome, SIGN_IN_DONE);
	assert_code(t->f, SG_OK, find(t, t->result.token, TEST_NOW));
	assert_code(t->f, SG_MISSING, find(t, other, TEST_NOW));
	try(t, "ann", PASSWORD, "", SIGN_IN_WRONG);
	try(t, "ann", fresh, "", SIGN_IN_DONE);
}

static void
test_end(void **state)
{
	struct test *t = *state;
	struct store_session row;

	try(t, "ann", PASSWORD, "", SIGN_IN_DONE);
	row = t->result.session;
	assert_code(t->f, SG_OK, sign_in_end(&t->env, &row, false, &t->f->err));
	assert_code(t->f, SG_MISSING, find(t, t->result.token, TEST_NOW));
	assert_code(
	    t->f, SG_MISSING, sign_in_end(&t->env, &row, false, &t->f->err));
	try(t, "ann", PASSWORD, "", SIGN_IN_DONE);
	assert_code(t->f, SG_OK, sign_in_end(&t->env, &row, true, &t->f->err));
	assert_code(t->f, SG_MISSING, find(t, t->result.token, TEST_NOW));
}

/* An old hash is made anew when the password is right. */
static void
test_rehash(void **state)
{
	struct test *t = *state;
	char old[crypto_pwhash_STRBYTES];
	struct store_user ann;

	assert_int_equal(crypto_pwhash_str(old, PASSWORD, strlen(PASSWORD), 1,
			     8 * 1024 * 1024),
	    0);
	assert_code(
	    t->f, SG_OK, store_user_get(t->f->store, "ann", &ann, &t->f->err));
	assert_code(t->f, SG_OK,
	    store_user_set_password(
		t->f->store, ann.id, old, false, TEST_NOW, &t->f->err));
	try(t, "ann", "wrong", "", SIGN_IN_WRONG);
	assert_code(
	    t->f, SG_OK, store_user_get(t->f->store, "ann", &ann, &t->f->err));
	assert_string_equal(ann.password_hash, old);
	try(t, "ann", PASSWORD, "", SIGN_IN_DONE);
	assert_code(
	    t->f, SG_OK, store_user_get(t->f->store, "ann", &ann, &t->f->err));
	assert_non_null(strstr(ann.password_hash, "$m=8,t=1,"));
	try(t, "ann", PASSWORD, "", SIGN_IN_DONE);
}

/* What happens while a password is being hashed. */
static struct test *meanwhile_of;
static void (*meanwhile)(struct test *t);
int __real_crypto_pwhash_str_verify(
    const char *hash, const char *password, unsigned long long len);
int __wrap_crypto_pwhash_str_verify(
    const char *hash, const char *password, unsigned long long len);

int
__wrap_crypto_pwhash_str_verify(
    const char *hash, const char *password, unsigned long long len)
{
	if (meanwhile != NULL)
		meanwhile(meanwhile_of);
	return __real_crypto_pwhash_str_verify(hash, password, len);
}

static void
change_ann(struct test *t, const struct user_change *change)
{
	char random[PASSWORD_RANDOM_LEN + 1];
	struct store_user row;

	assert_code(t->f, SG_OK,
	    user_change(t->f->store, "ann", change, 0, TEST_NOW + 1, &row,
		random, &t->f->err));
}

static void
disable_ann(struct test *t)
{
	change_ann(t, &(const struct user_change){.has_enabled = true});
}

static void
reset_ann(struct test *t)
{
	change_ann(t, &(const struct user_change){.reset_password = true});
}

static void
delete_ann(struct test *t)
{
	assert_code(
	    t->f, SG_OK, user_delete(t->f->store, "ann", 0, &t->f->err));
}

/* Who is put out while he signs in stays out. */
static void
test_meanwhile(void **state)
{
	struct test *t = *state;

	meanwhile_of = t;
	meanwhile = disable_ann;
	try(t, "ann", PASSWORD, "", SIGN_IN_WRONG);
	meanwhile = NULL;
	change_ann(t,
	    &(const struct user_change){.has_enabled = true, .enabled = true});
	assert_code(t->f, SG_MISSING, find(t, t->result.token, TEST_NOW));
	meanwhile = reset_ann;
	try(t, "ann", PASSWORD, "", SIGN_IN_WRONG);
	meanwhile = NULL;
	assert_string_equal(t->result.token, "");
	change_ann(t, &(const struct user_change){.password = PASSWORD});
	try(t, "ann", PASSWORD, "", SIGN_IN_DONE);
	meanwhile = delete_ann;
	try(t, "ann", PASSWORD, "", SIGN_IN_WRONG);
	meanwhile = NULL;
}

/* Signing in again and again leaves so many. */
static void
test_many_sessions(void **state)
{
	struct test *t = *state;
	char first[USER_SESSION_TOKEN_LEN + 1] = "";
	struct store_session row;
	struct store_user ann;

	try(t, "ann", PASSWORD, "", SIGN_IN_DONE);
	memcpy(first, t->result.token, sizeof(first));
	assert_code(
	    t->f, SG_OK, store_user_get(t->f->store, "ann", &ann, &t->f->err));
	for (int i = 0; i < USER_SESSIONS_MOST - 1; i++) {
		row = t->result.session;
		assert_code(t->f, SG_OK,
		    user_session_new(
			t->f->store, &row, t->result.token, &t->f->err));
	}
	assert_code(t->f, SG_OK, find(t, first, TEST_NOW));
	try(t, "ann", PASSWORD, "", SIGN_IN_DONE);
	assert_code(t->f, SG_MISSING, find(t, first, TEST_NOW));
	assert_code(t->f, SG_OK, find(t, t->result.token, TEST_NOW));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_sign_in),
	    TEST(test_expiry),
	    TEST(test_locked),
	    TEST(test_disabled),
	    TEST(test_second_factor),
	    TEST(test_codes_lock),
	    TEST(test_change_password),
	    TEST(test_end),
	    TEST(test_rehash),
	    TEST(test_meanwhile),
	    TEST(test_many_sessions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
