/* Sessions of people: cookies, whence a request comes, who may call what. */
#include "config.h"

#include "api/session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/caller.h"
#include "api/service.h"
#include "conf/conf.h"
#include "ops/account.h"
#include "ops/test-admin.h"
#include "ops/user.h"
#include "ops/user_session.h"

#define FIELDS_MAX 8

struct test {
	struct admin_fixture *f;
	struct api_service *service;
	struct api_caller caller;
	struct api_fault fault;
	struct api_field fields[FIELDS_MAX];
	size_t field_count;
	char token[2][USER_SESSION_TOKEN_LEN + 1]; /* of the roles */
	char cookie[2][96], csrf[2][65];
	int64_t now_sec;
};

static void
add_user(
    struct test *t, enum api_role role, const char *name, const char *account)
{
	char random[PASSWORD_RANDOM_LEN + 1], token[sizeof(t->token[0])];
	struct store_session row = {
	    .created_sec = TEST_NOW, .expires_sec = TEST_NOW + 12 * 3600};
	struct store_user user;

	assert_code(t->f, SG_OK,
	    user_create(t->f->store, name, account, "a long password", TEST_NOW,
		&user, random, &t->f->err));
	row.user_id = user.id;
	assert_code(t->f, SG_OK,
	    user_session_new(t->f->store, &row, t->token[role], &t->f->err));
	memcpy(token, t->token[role], sizeof(token));
	(void)snprintf(t->cookie[role], sizeof(t->cookie[0]),
	    "a=b; sendward_session=%s", token);
	assert_true(api_session_csrf(t->token[role], t->csrf[role]));
}

static int
setup(void **state)
{
	struct test *t = calloc(1, sizeof(*t));

	assert_non_null(t);
	assert_int_equal(admin_fixture_setup((void **)&t->f), 0);
	assert_code(t->f, SG_OK,
	    api_service_new(
		t->f->conf, t->f->seal, NULL, &t->service, &t->f->err));
	add_user(t, API_ROLE_OPERATOR, "root", "");
	add_user(t, API_ROLE_ACCOUNT, "ann", "shop");
	t->now_sec = TEST_NOW;
	*state = t;
	return 0;
}

static int
teardown(void **state)
{
	struct test *t = *state;
	int rc;

	api_service_free(&t->service);
	rc = admin_fixture_teardown((void **)&t->f);
	free(t);
	return rc;
}

static void
add_field(struct test *t, const char *name, const char *value)
{
	assert_true(t->field_count < FIELDS_MAX);
	t->fields[t->field_count++] = (struct api_field){name, value};
}

/* The fields of a right request. */
static void
be(struct test *t, enum api_role role)
{
	t->field_count = 0;
	add_field(t, "Cookie", t->cookie[role]);
	add_field(t, "X-Sendward-Csrf", t->csrf[role]);
}

static struct api_request
request_of(const struct test *t)
{
	return (struct api_request){.verb = "GET",
	    .path = "/",
	    .query = "",
	    .fields = t->fields,
	    .field_count = t->field_count,
	    .body = "",
	    .client = "192.0.2.1",
	    .now_sec = t->now_sec};
}

static bool
call(struct test *t, enum api_protocol protocol, int flags)
{
	const struct api_operation operation = {
	    .protocol = protocol, .name = "Operation", .flags = flags};
	const struct api_request request = request_of(t);

	return api_session_find(t->service, t->f->store, &request, &operation,
	    &t->caller, &t->fault);
}

static void
assert_may(struct test *t, enum api_protocol protocol, int flags)
{
	if (!call(t, protocol, flags))
		fail_msg("%s: %s", t->fault.code, t->fault.message);
	assert_true(t->caller.is_person);
}

static void
assert_refused(struct test *t, enum api_protocol protocol, int flags,
    const char *code, const char *text)
{
	assert_false(call(t, protocol, flags));
	if (strcmp(t->fault.code, code) != 0 ||
	    strstr(t->fault.message, text) == NULL)
		fail_msg("%s: %s", t->fault.code, t->fault.message);
}

static void
test_takes(void **state)
{
	static const struct {
		enum api_protocol protocol;
		const char *name, *value, *query;
		bool takes;
	} rows[] = {
	    {API_OWN, "X", "", "", true},
	    {API_OWN, "Authorization", "AWS4", "", true},
	    {API_V2, "X", "", "", false},
	    {API_V2, "Cookie", "sendward_session=a", "", true},
	    {API_V2, "cookie", "x=y;__Host-sendward_session=a", "", true},
	    {API_V1, "Cookie", "sendward_session=a", "", true},
	    {API_SNS, "Cookie", "sendward_session=a", "", true},
	    {API_SNS, "Cookie", "sendward_session=a", "X-Amz-Signature=1",
		false},
	    {API_V2, "Cookie", "not_sendward_session=a", "", false},
	    {API_V2, "Cookie", "sendward_session", "", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct api_field fields[2] = {{rows[i].name, rows[i].value},
		    {"Authorization", "AWS4-HMAC-SHA256"}};
		struct api_request request = {
		    .query = rows[i].query, .fields = fields, .field_count = 1};

		if (api_session_takes(&request, rows[i].protocol) !=
		    rows[i].takes)
			fail_msg("row %zu", i);
		request.field_count = 2;
		assert_int_equal(api_session_takes(&request, rows[i].protocol),
		    rows[i].protocol == API_OWN);
	}
}

static void
test_cookie(void **state)
{
	struct test *t = *state;
	char cookie[API_SESSION_COOKIE_MAX];

	api_session_cookie(t->f->conf, "TOKEN", cookie);
	assert_string_equal(cookie,
	    "sendward_session=TOKEN; Path=/; HttpOnly; SameSite=Strict");
	admin_fixture_set(&t->f->conf->api_url, "https://mail.example:8025");
	api_session_cookie(t->f->conf, "TOKEN", cookie);
	assert_string_equal(cookie, "__Host-sendward_session=TOKEN; Path=/; "
				    "HttpOnly; SameSite=Strict; Secure");
	api_session_cookie(t->f->conf, "", cookie);
	assert_non_null(strstr(cookie, "_session=; "));
	assert_non_null(strstr(cookie, "; Max-Age=0"));
	/* the cookie of another name is none then */
	be(t, API_ROLE_ACCOUNT);
	assert_refused(t, API_OWN, 0, "SessionRequiredException", "sign in");
}

static void
test_who(void **state)
{
	struct test *t = *state;

	be(t, API_ROLE_ACCOUNT);
	assert_may(t, API_OWN, 0);
	assert_string_equal(t->caller.account.facts.name, "shop");
	assert_string_equal(t->caller.access_key_id, "console:ann");
	assert_string_equal(t->caller.session.user, "ann");
	assert_false(t->caller.session.is_viewing);
	assert_may(t, API_V2, API_OP_SENDS);
	assert_may(t, API_OWN, API_OP_PERSON);
	assert_string_equal(t->caller.account.facts.name, "");
	/* the cookie twice, none, another, a changed one */
	add_field(t, "Cookie", t->cookie[API_ROLE_ACCOUNT]);
	assert_refused(t, API_OWN, 0, "SessionRequiredException", "");
	t->field_count = 0;
	assert_refused(t, API_OWN, 0, "SessionRequiredException", "");
	assert_may(t, API_OWN, API_OP_OPEN);
	assert_int_equal(t->caller.session.id, 0);
	be(t, API_ROLE_ACCOUNT);
	t->cookie[API_ROLE_ACCOUNT][30] ^= 1;
	assert_refused(t, API_OWN, 0, "SessionRequiredException", "");
	assert_may(t, API_OWN, API_OP_OPEN);
}

static void
test_csrf(void **state)
{
	struct test *t = *state;
	char csrf[65];

	be(t, API_ROLE_ACCOUNT);
	t->field_count = 1;
	assert_refused(t, API_OWN, API_OP_READS, "AccessDeniedException",
	    "x-sendward-csrf");
	assert_refused(t, API_V1, 0, "AccessDenied", "x-sendward-csrf");
	assert_refused(t, API_SNS, 0, "AuthorizationError", "x-sendward-csrf");
	assert_may(t, API_OWN, API_OP_OPEN);
	assert_string_equal(t->caller.session.csrf, t->csrf[API_ROLE_ACCOUNT]);
	add_field(t, "x-sendward-csrf", t->csrf[API_ROLE_OPERATOR]);
	assert_refused(t, API_OWN, 0, "AccessDeniedException", "csrf");
	(void)snprintf(csrf, sizeof(csrf), "%.63s", t->csrf[API_ROLE_ACCOUNT]);
	t->fields[1].value = csrf;
	assert_refused(t, API_OWN, 0, "AccessDeniedException", "csrf");
	t->fields[1].value = "";
	assert_refused(t, API_OWN, 0, "AccessDeniedException", "csrf");
}

static void
test_whence(void **state)
{
	static const struct {
		const char *name, *value;
		bool may, may_page;
	} rows[] = {
	    {"Sec-Fetch-Site", "same-origin", true, true},
	    {"Sec-Fetch-Site", "none", false, true},
	    {"Sec-Fetch-Site", "same-site", false, false},
	    {"Sec-Fetch-Site", "cross-site", false, false},
	    {"Origin", "http://mail.example:8025", true, true},
	    {"Origin", "https://mail.example:8025", false, false},
	    {"Origin", "http://mail.example", false, false},
	    {"Origin", "http://mail.example:8025.evil.example", false, false},
	    {"Origin", "null", false, false},
	    {"Origin", "https://proxy.example", true, true},
	    {"Origin", "https://proxy.example.evil", false, false},
	    {"X-Other", "", true, true},
	};
	struct test *t = *state;
	struct api_session session;
	int64_t account_id;

	admin_fixture_set(&t->f->conf->api_url, "https://proxy.example/path");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct api_request request;

		be(t, API_ROLE_ACCOUNT);
		(void)snprintf(t->cookie[API_ROLE_ACCOUNT], 96,
		    "__Host-sendward_session=%s", t->token[API_ROLE_ACCOUNT]);
		add_field(t, "Host", "mail.example:8025");
		add_field(t, rows[i].name, rows[i].value);
		if (call(t, API_OWN, 0) != rows[i].may ||
		    call(t, API_OWN, API_OP_OPEN) != rows[i].may)
			fail_msg("row %zu: %s", i, t->fault.message);
		request = request_of(t);
		if (api_session_page(t->service, t->f->store, &request, NULL,
			NULL, &session, &account_id) != rows[i].may_page)
			fail_msg("row %zu: page", i);
	}
}

static void
test_roles(void **state)
{
	struct test *t = *state;

	be(t, API_ROLE_ACCOUNT);
	assert_refused(t, API_OWN, API_OP_OPERATOR | API_OP_READS,
	    "AccessDeniedException", "operators");
	add_field(t, "x-sendward-account", "rival");
	assert_may(t, API_OWN, API_OP_READS);
	assert_string_equal(t->caller.account.facts.name, "shop");
	be(t, API_ROLE_OPERATOR);
	assert_may(t, API_OWN, API_OP_OPERATOR);
	assert_string_equal(t->caller.account.facts.name, "");
	assert_refused(t, API_OWN, API_OP_READS, "BadRequestException",
	    "x-sendward-account");
	assert_refused(
	    t, API_V1, API_OP_READS, "InvalidParameterValue", "account");
	add_field(t, "x-sendward-account", "shop");
	assert_may(t, API_V2, API_OP_READS);
	assert_string_equal(t->caller.account.facts.name, "shop");
	assert_true(t->caller.session.is_viewing);
	assert_refused(t, API_V2, 0, "AccessDeniedException", "may look");
	assert_refused(
	    t, API_V2, API_OP_SENDS, "AccessDeniedException", "may look");
	assert_refused(t, API_SNS, 0, "AuthorizationError", "may look");
	assert_may(t, API_OWN, API_OP_OPERATOR);
	assert_false(t->caller.session.is_viewing);
	t->fields[2].value = "none";
	assert_refused(
	    t, API_V2, API_OP_READS, "BadRequestException", "no account none");
}

static void
test_over(void **state)
{
	const struct user_change reset = {.reset_password = true},
				 off = {.has_enabled = true};
	struct test *t = *state;
	char random[PASSWORD_RANDOM_LEN + 1];
	struct store_user row;

	be(t, API_ROLE_ACCOUNT);
	t->now_sec += 3600;
	assert_refused(t, API_OWN, 0, "SessionRequiredException", "");
	t->now_sec -= 1;
	assert_may(t, API_OWN, 0);
	assert_code(t->f, SG_OK,
	    user_change(t->f->store, "ann", &off, 0, TEST_NOW, &row, random,
		&t->f->err));
	assert_refused(t, API_OWN, 0, "SessionRequiredException", "");
	be(t, API_ROLE_OPERATOR);
	assert_may(t, API_OWN, API_OP_OPERATOR);
	assert_code(t->f, SG_OK,
	    user_change(t->f->store, "root", &reset, 0, TEST_NOW, &row, random,
		&t->f->err));
	assert_refused(
	    t, API_OWN, API_OP_OPERATOR, "SessionRequiredException", "");
	be(t, API_ROLE_ACCOUNT);
	assert_code(
	    t->f, SG_OK, account_delete(t->f->store, "shop", &t->f->err));
	assert_refused(t, API_OWN, 0, "SessionRequiredException", "");
}

static void
test_must_change(void **state)
{
	static const struct {
		const char *name;
		int flags;
		bool may;
	} rows[] = {
	    {"GetSession", API_OP_OPEN, true},
	    {"SignOut", API_OP_PERSON, true},
	    {"ChangePassword", API_OP_PERSON, true},
	    {"ListSessions", API_OP_PERSON, false},
	    {"GetOverview", API_OP_READS, false},
	};
	struct test *t = *state;
	const struct api_request request = {.verb = "GET",
	    .query = "",
	    .fields = t->fields,
	    .field_count = 2,
	    .body = "",
	    .client = "192.0.2.1",
	    .now_sec = TEST_NOW};
	struct store_user ann;

	be(t, API_ROLE_ACCOUNT);
	assert_code(
	    t->f, SG_OK, user_get(t->f->store, "ann", &ann, &t->f->err));
	assert_code(t->f, SG_OK,
	    store_user_set_password(t->f->store, ann.id, ann.password_hash,
		true, TEST_NOW, &t->f->err));
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct api_operation operation = {.protocol = API_OWN,
		    .name = rows[i].name,
		    .flags = rows[i].flags};

		if (api_session_find(t->service, t->f->store, &request,
			&operation, &t->caller, &t->fault) != rows[i].may)
			fail_msg("%s: %s", rows[i].name, t->fault.message);
		if (!rows[i].may)
			assert_non_null(
			    strstr(t->fault.message, "change your password"));
	}
}

static void
test_rate(void **state)
{
	struct test *t = *state;
	int refused = 0;

	t->f->conf->api_calls_per_second = 1;
	be(t, API_ROLE_ACCOUNT);
	for (int i = 0; i < 30; i++)
		refused += !call(t, API_OWN, API_OP_READS);
	assert_true(refused > 0 && refused <= 20);
	assert_string_equal(t->fault.code, "TooManyRequestsException");
	be(t, API_ROLE_OPERATOR);
	assert_may(t, API_OWN, API_OP_OPERATOR);
}

static void
test_admits(void **state)
{
	struct test *t = *state;
	struct api_request request;

	be(t, API_ROLE_ACCOUNT);
	request = request_of(t);
	assert_true(
	    api_session_admits(t->service, t->f->store, &request, &t->fault));
	request.field_count = 1;
	assert_false(
	    api_session_admits(t->service, t->f->store, &request, &t->fault));
	assert_string_equal(t->fault.code, "AccessDeniedException");
	request.field_count = 0;
	assert_false(
	    api_session_admits(t->service, t->f->store, &request, &t->fault));
	assert_string_equal(t->fault.code, "SessionRequiredException");
}

static void
test_page(void **state)
{
	struct test *t = *state;
	struct api_request request;
	struct api_session session;
	int64_t id, shop = admin_fixture_account(t->f, "shop");

	be(t, API_ROLE_ACCOUNT);
	request = request_of(t);
	assert_true(api_session_page(
	    t->service, t->f->store, &request, NULL, "rival", &session, &id));
	assert_int_equal(id, shop);
	assert_true(api_session_page(t->service, t->f->store, &request,
	    t->csrf[API_ROLE_ACCOUNT], NULL, &session, &id));
	assert_false(api_session_page(
	    t->service, t->f->store, &request, "", NULL, &session, &id));
	be(t, API_ROLE_OPERATOR);
	request = request_of(t);
	assert_true(api_session_page(
	    t->service, t->f->store, &request, NULL, NULL, &session, &id));
	assert_int_equal(id, 0);
	assert_true(api_session_page(
	    t->service, t->f->store, &request, NULL, "shop", &session, &id));
	assert_int_equal(id, shop);
	assert_true(session.is_viewing);
	assert_false(api_session_page(
	    t->service, t->f->store, &request, NULL, "none", &session, &id));
	request.field_count = 0;
	assert_false(api_session_page(
	    t->service, t->f->store, &request, NULL, NULL, &session, &id));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_takes),
	    TEST(test_cookie),
	    TEST(test_who),
	    TEST(test_csrf),
	    TEST(test_whence),
	    TEST(test_roles),
	    TEST(test_over),
	    TEST(test_must_change),
	    TEST(test_rate),
	    TEST(test_admits),
	    TEST(test_page),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
