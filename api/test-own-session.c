/* Tests of signing in and of what people change of themselves. */
#include "config.h"

#include "api/test-call.h"

#include <stdio.h>
#include <string.h>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "conf/conf.h"
#include "ops/user.h"
#include "store/users.h"

#define PASSWORD "a password that is long"
#define SIGN_IN "{'UserName': 'ann', 'Password': '" PASSWORD "'}"

static int64_t
add_user(struct test_call *t, const char *name, const char *account)
{
	char random[PASSWORD_RANDOM_LEN + 1];
	struct store_user row;

	assert_code(t->f, SG_OK,
	    user_create(t->f->store, name, account, PASSWORD, TEST_NOW, &row,
		random, &t->f->err));
	return row.id;
}

static bool
note_id(void *ctx, const struct store_session *row)
{
	*(int64_t *)ctx = row->id;
	return false;
}

/* Signs in; who calls from now on is that user by his newest session. */
static void
sign_in_as(struct test_call *t, int64_t user_id, const char *input)
{
	struct store_user user;

	memset(&t->session, 0, sizeof(t->session));
	/* no session yet: the operation is open */
	t->session.user_id = user_id;
	test_call_ok(t, API_OWN, "SignIn", input);
	assert_code(t->f, SG_OK,
	    store_user_get_by_id(t->f->store, user_id, &user, &t->f->err));
	assert_code(t->f, SG_OK,
	    store_session_list(t->f->store, user_id, t->now_sec, 0, 1, note_id,
		&t->session.id, &t->f->err));
	assert_int_not_equal(t->session.id, 0);
	(void)snprintf(
	    t->session.user, sizeof(t->session.user), "%s", user.name);
	t->session.role = user.role == STORE_ROLE_OPERATOR ? API_ROLE_OPERATOR
							   : API_ROLE_ACCOUNT;
}

static void
test_sign_in(void **state)
{
	struct test_call *t = *state;
	int64_t ann = add_user(t, "ann", "shop");

	test_call_fails(t, API_OWN, "SignIn", "SignInFailedException",
	    "name or the password", "{'UserName': 'ann', 'Password': 'no'}");
	test_call_fails(t, API_OWN, "SignIn", "SignInFailedException",
	    "name or the password", "{'UserName': 'bob', 'Password': 'no'}");
	sign_in_as(t, ann, SIGN_IN);
	assert_string_equal(test_call_value(t, "SignedIn"), "true");
	assert_string_equal(test_call_value(t, "UserName"), "ann");
	assert_string_equal(test_call_value(t, "Role"), "ACCOUNT");
	assert_string_equal(test_call_value(t, "AccountName"), "shop");
	assert_string_equal(test_call_value(t, "Mode"), "enforce");
	assert_string_equal(test_call_value(t, "Region"), t->f->conf->region);
	assert_string_equal(test_call_value(t, "SecondFactor"), "false");
	assert_string_equal(test_call_value(t, "MustChangePassword"), "false");
	assert_int_equal(strlen(test_call_value(t, "Csrf")), 64);
	assert_true(test_call_has(t, "ExpiresTimestamp"));
	assert_string_equal(test_call_value(t, "Version"), PACKAGE_VERSION);
}

static void
test_locked(void **state)
{
	struct test_call *t = *state;

	(void)add_user(t, "ann", "shop");
	for (int i = 0; i < 5; i++)
		test_call_fails(t, API_OWN, "SignIn", "SignInFailedException",
		    "", "{'UserName': 'ann', 'Password': 'no'}");
	test_call_fails(t, API_OWN, "SignIn", "TooManyRequestsException",
	    "2026-09-21T14:29:00Z", SIGN_IN);
	t->now_sec += 900;
	test_call_ok(t, API_OWN, "SignIn", SIGN_IN);
}

static void
test_get_session(void **state)
{
	struct test_call *t = *state;
	int64_t root = add_user(t, "root", "");

	t->session.user_id = root; /* and no session */
	test_call_ok(t, API_OWN, "GetSession", "{}");
	assert_string_equal(test_call_value(t, "SignedIn"), "false");
	assert_false(test_call_has(t, "UserName"));
	sign_in_as(t, root, "{'UserName': 'root', 'Password': '" PASSWORD "'}");
	t->f->conf->mode = CONF_MODE_MONITOR;
	test_call_ok(t, API_OWN, "GetSession", "{}");
	assert_string_equal(test_call_value(t, "SignedIn"), "true");
	assert_string_equal(test_call_value(t, "Role"), "OPERATOR");
	assert_string_equal(test_call_value(t, "Mode"), "monitor");
	assert_false(test_call_has(t, "AccountName"));
}

static void
test_sessions(void **state)
{
	struct test_call *t = *state;
	int64_t ann = add_user(t, "ann", "shop"), bob;
	struct api_session session;

	bob = add_user(t, "bob", "rival");
	sign_in_as(t, ann, SIGN_IN);
	sign_in_as(t, ann, SIGN_IN);
	session = t->session;
	test_call_ok(t, API_OWN, "ListSessions", "{}");
	assert_true(test_call_has(t, "Sessions.1"));
	assert_false(test_call_has(t, "Sessions.2"));
	assert_string_equal(test_call_value(t, "Sessions.0.IsCurrent"), "true");
	assert_string_equal(
	    test_call_value(t, "Sessions.1.IsCurrent"), "false");
	assert_string_equal(
	    test_call_value(t, "Sessions.0.Address"), "192.0.2.1");
	assert_true(test_call_has(t, "Sessions.0.SessionId"));
	assert_true(test_call_has(t, "Sessions.0.CreatedTimestamp"));
	assert_true(test_call_has(t, "Sessions.0.LastUsedTimestamp"));
	assert_true(test_call_has(t, "Sessions.0.UserAgent"));
	/* another's are not seen, and do not end */
	sign_in_as(t, bob, "{'UserName': 'bob', 'Password': '" PASSWORD "'}");
	test_call_ok(t, API_OWN, "ListSessions", "{}");
	assert_false(test_call_has(t, "Sessions.1"));
	test_call_ok(t, API_OWN, "SignOutEverywhere", "{}");
	t->session = session;
	test_call_ok(t, API_OWN, "SignOut", "{}");
	test_call_ok(t, API_OWN, "SignOut", "{}"); /* again */
	test_call_ok(t, API_OWN, "ListSessions", "{}");
	assert_true(test_call_has(t, "Sessions.0"));
	assert_false(test_call_has(t, "Sessions.1"));
	test_call_ok(t, API_OWN, "SignOutEverywhere", "{}");
	test_call_ok(t, API_OWN, "ListSessions", "{}");
	assert_false(test_call_has(t, "Sessions.0"));
}

static void
test_change_password(void **state)
{
	struct test_call *t = *state;
	int64_t ann = add_user(t, "ann", "shop");

	sign_in_as(t, ann, SIGN_IN);
	test_call_fails(t, API_OWN, "ChangePassword", "BadRequestException",
	    "present password",
	    "{'Password': 'no', 'NewPassword': 'another long one'}");
	test_call_fails(t, API_OWN, "ChangePassword", "BadRequestException",
	    "fewer than 12",
	    "{'Password': '" PASSWORD "', 'NewPassword': 'short'}");
	test_call_ok(t, API_OWN, "ChangePassword",
	    "{'Password': '" PASSWORD "', 'NewPassword': 'another long one'}");
	test_call_fails(
	    t, API_OWN, "SignIn", "SignInFailedException", "", SIGN_IN);
	test_call_ok(t, API_OWN, "SignIn",
	    "{'UserName': 'ann', 'Password': 'another long one'}");
}

/* ---- second factor ---------------------------------------------------------------- */

static size_t
read_base32(const char *text, unsigned char *bytes_r)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
	unsigned value = 0;
	int bits = 0;
	size_t len = 0;

	for (; *text != '\0'; text++) {
		const char *at = strchr(letters, *text);

		assert_non_null(at);
		value = value << 5 | (unsigned)(at - letters);
		bits += 5;
		if (bits >= 8)
			bytes_r[len++] = (unsigned char)(value >> (bits -= 8));
	}
	return len;
}

/* RFC 4226 §5.3. */
static const char *
code_of(const char *secret, int64_t now_sec, char code_r[8])
{
	unsigned char key[64], counter[8], mac[20];
	int64_t step = now_sec / 30;
	unsigned len = sizeof(mac), at, value;

	for (int i = 7; i >= 0; i--, step >>= 8)
		counter[i] = (unsigned char)step;
	assert_non_null(HMAC(EVP_sha1(), key, (int)read_base32(secret, key),
	    counter, sizeof(counter), mac, &len));
	at = mac[19] & 15;
	value = ((unsigned)(mac[at] & 127) << 24 | (unsigned)mac[at + 1] << 16 |
		    (unsigned)mac[at + 2] << 8 | mac[at + 3]) %
		1000000;
	(void)snprintf(code_r, 8, "%06u", value);
	return code_r;
}

static void
test_second_factor(void **state)
{
	struct test_call *t = *state;
	int64_t ann = add_user(t, "ann", "shop");
	char secret[64], code[8];

	sign_in_as(t, ann, SIGN_IN);
	test_call_fails(t, API_OWN, "ConfirmSecondFactor", "NotFoundException",
	    "begun", "{'Code': '123456'}");
	test_call_fails(t, API_OWN, "BeginSecondFactor", "BadRequestException",
	    "present password", "{'Password': 'no'}");
	test_call_ok(
	    t, API_OWN, "BeginSecondFactor", "{'Password': '" PASSWORD "'}");
	(void)snprintf(
	    secret, sizeof(secret), "%s", test_call_value(t, "Secret"));
	assert_int_equal(strlen(secret), 32);
	assert_non_null(
	    strstr(test_call_value(t, "Uri"), "otpauth://totp/sendward:ann?"));
	assert_ptr_equal(strstr(test_call_value(t, "QrSvg"), "<svg "),
	    test_call_value(t, "QrSvg"));
	test_call_fails(t, API_OWN, "ConfirmSecondFactor",
	    "BadRequestException", "Code", "{'Code': '12345'}");
	test_call_ok(t, API_OWN, "ConfirmSecondFactor",
	    test_call_input(
		t, "{'Code': '%s'}", code_of(secret, t->now_sec, code)));
	test_call_fails(t, API_OWN, "BeginSecondFactor", "ConflictException",
	    "remove it first", "{'Password': '" PASSWORD "'}");
	test_call_fails(t, API_OWN, "SignIn", "SecondFactorRequiredException",
	    "give the code", SIGN_IN);
	test_call_fails(t, API_OWN, "SignIn", "SecondFactorRequiredException",
	    "used before",
	    test_call_input(t,
		"{'UserName': 'ann', 'Password': '" PASSWORD "', 'Code': '%s'}",
		code));
	t->now_sec += 60;
	test_call_fails(t, API_OWN, "RemoveSecondFactor", "BadRequestException",
	    "Code", "{'Password': '" PASSWORD "', 'Code': '12345'}");
	test_call_ok(t, API_OWN, "RemoveSecondFactor",
	    test_call_input(t, "{'Password': '" PASSWORD "', 'Code': '%s'}",
		code_of(secret, t->now_sec, code)));
	test_call_fails(t, API_OWN, "RemoveSecondFactor", "NotFoundException",
	    "no second factor",
	    test_call_input(
		t, "{'Password': '" PASSWORD "', 'Code': '%s'}", code));
	test_call_ok(t, API_OWN, "SignIn", SIGN_IN);
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(                                       \
	    name, test_call_setup, test_call_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_sign_in),
	    TEST(test_locked),
	    TEST(test_get_session),
	    TEST(test_sessions),
	    TEST(test_change_password),
	    TEST(test_second_factor),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
