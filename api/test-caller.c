/* Who calls, what it may do, how often: credentials of a store, requests signed
 * here. */
#include "config.h"

#include "api/caller.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "api/fault.h"
#include "api/keys.h"
#include "api/service.h"
#include "api/sigv4.h"
#include "conf/conf.h"
#include "ops/account.h"
#include "ops/credential.h"
#include "ops/test-admin.h"

#define SIGNED API_OWN /* the protocols before it are signed */
#define KEY "AKIAIOSFODNN7EXAMPLE"
#define SECRET "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
#define EMPTY "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

struct test {
	struct admin_fixture *f;
	struct api_service *service;
	struct api_caller caller;
	struct api_fault fault;
	/* What the next request is signed with. */
	enum api_protocol protocol;
	const char *key, *secret, *region, *client;
	int64_t signed_sec;
};

static int
setup(void **state)
{
	struct test *t = calloc(1, sizeof(*t));
	struct credential_pair pair;

	assert_non_null(t);
	assert_int_equal(admin_fixture_setup((void **)&t->f), 0);
	assert_code(t->f, SG_OK,
	    api_service_new(
		t->f->conf, t->f->seal, NULL, &t->service, &t->f->err));
	assert_code(t->f, SG_OK,
	    credential_pair_given(KEY, SECRET, "local", &pair, &t->f->err));
	assert_code(t->f, SG_OK,
	    credential_keep(t->f->store, t->f->seal, "shop", &pair,
		STORE_MAY_ALL, TEST_NOW, &t->f->err));
	t->protocol = API_V2;
	t->key = KEY;
	t->secret = SECRET;
	t->region = "eu-west-1";
	t->client = "192.0.2.1";
	t->signed_sec = TEST_NOW;
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

/* The time as the request writes it. */
static void
write_time(int64_t sec, char text_r[17])
{
	time_t t = (time_t)sec;
	struct tm tm;

	assert_non_null(gmtime_r(&t, &tm));
	assert_int_equal(strftime(text_r, 17, "%Y%m%dT%H%M%SZ", &tm), 16);
}

/* Signs GET /v2/email/account (for the others: /) and asks who calls. */
static bool
call(struct test *t)
{
	struct sigv4 sig = {
	    .body_hash = EMPTY, .signed_headers = "host;x-amz-date"};
	struct api_field fields[3] = {{"Host", "h"}, {"X-Amz-Date", sig.time}};
	struct api_request request = {.verb = "GET",
	    .path = t->protocol == API_V2 ? "/v2/email/account" : "/",
	    .query = "",
	    .fields = fields,
	    .field_count = 2,
	    .body = "",
	    .client = t->client,
	    .now_sec = TEST_NOW};
	char text[2048];

	write_time(t->signed_sec, sig.time);
	memcpy(sig.date, sig.time, 8);
	(void)snprintf(sig.region, sizeof(sig.region), "%s", t->region);
	(void)snprintf(sig.service, sizeof(sig.service), "%s",
	    t->protocol == API_SNS ? "sns" : "ses");
	assert_true(sigv4_sign(
	    &request, &sig, SIGV4_FORM_SDK, t->secret, sig.signature));
	(void)snprintf(text, sizeof(text),
	    "AWS4-HMAC-SHA256 Credential=%s/%s/%s/%s/aws4_request, "
	    "SignedHeaders=%s, Signature=%s",
	    t->key, sig.date, sig.region, sig.service, sig.signed_headers,
	    sig.signature);
	fields[2] = (struct api_field){"Authorization", text};
	request.field_count = 3;
	return api_caller_find(t->service, t->f->store, &request, t->protocol,
	    &t->caller, &t->fault);
}

static void
assert_refused(struct test *t, const char *code, const char *text)
{
	const struct api_fault_kind *kind;

	assert_false(call(t));
	if (strcmp(t->fault.code, code) != 0 ||
	    strstr(t->fault.message, text) == NULL)
		fail_msg("%s: %s", t->fault.code, t->fault.message);
	kind = api_fault_find(code);
	assert_non_null(kind);
	if (!kind->is_receiver && strstr(code, "hrottl") == NULL &&
	    strcmp(code, "TooManyRequestsException") != 0)
		assert_int_equal(kind->status, 403);
}

static void
assert_right(struct test *t)
{
	if (!call(t))
		fail_msg("%s: %s (%s)", t->fault.code, t->fault.message,
		    t->fault.why);
	assert_string_equal(t->fault.code, "");
}

static void
test_right(void **state)
{
	struct test *t = *state;

	for (int protocol = 0; protocol < SIGNED; protocol++) {
		t->protocol = (enum api_protocol)protocol;
		assert_right(t);
		assert_string_equal(t->caller.access_key_id, KEY);
		assert_string_equal(t->caller.region, "eu-west-1");
		assert_string_equal(t->caller.account.facts.name, "shop");
		assert_string_equal(t->caller.body_hash, EMPTY);
		assert_int_equal(t->caller.permission, STORE_MAY_ALL);
	}
}

static void
test_codes(void **state)
{
	static const char *const codes[SIGNED][3] = {
	    [API_V2] = {"InvalidSignatureException",
		"UnrecognizedClientException", "IncompleteSignature"},
	    [API_V1] = {"SignatureDoesNotMatch", "InvalidClientTokenId",
		"IncompleteSignature"},
	    [API_SNS] = {"SignatureDoesNotMatch", "InvalidClientTokenId",
		"IncompleteSignature"},
	};
	struct test *t = *state;

	for (int protocol = 0; protocol < SIGNED; protocol++) {
		t->protocol = (enum api_protocol)protocol;
		t->secret = SECRET "x";
		assert_refused(
		    t, codes[protocol][0], "request signature we calculated");
		t->secret = SECRET;
		t->signed_sec = TEST_NOW - 901;
		assert_refused(t, codes[protocol][0], "Signature expired: ");
		t->signed_sec = TEST_NOW;
		t->key = "AKIANOBODY";
		assert_refused(t, codes[protocol][1], "security token");
		t->key = "";
		assert_refused(t, codes[protocol][2], "Credential");
		t->key = KEY;
	}
}

static void
test_unsigned(void **state)
{
	struct test *t = *state;
	const struct api_request request = {.verb = "GET",
	    .path = "/v2/email/account",
	    .query = "",
	    .body = "",
	    .client = "192.0.2.1",
	    .now_sec = TEST_NOW};

	assert_false(api_caller_find(
	    t->service, t->f->store, &request, API_V2, &t->caller, &t->fault));
	assert_string_equal(
	    t->fault.code, "MissingAuthenticationTokenException");
	assert_false(api_caller_find(
	    t->service, t->f->store, &request, API_SNS, &t->caller, &t->fault));
	assert_string_equal(t->fault.code, "MissingAuthenticationToken");
}

/* From the very next call on. */
static void
test_switched_off(void **state)
{
	struct test *t = *state;
	struct admin_fixture *f = t->f;

	assert_right(t);
	assert_code(f, SG_OK,
	    credential_set_enabled(f->store, "shop", KEY, false, &f->err));
	assert_refused(t, "UnrecognizedClientException", "security token");
	assert_code(f, SG_OK,
	    credential_set_enabled(f->store, "shop", KEY, true, &f->err));
	assert_right(t);
	assert_code(
	    f, SG_OK, credential_delete(f->store, "shop", KEY, &f->err));
	assert_refused(t, "UnrecognizedClientException", "security token");
}

/* A key that was derived is of its date, region, service and secret alone. */
static void
test_known_key(void **state)
{
	struct test *t = *state;
	struct sigv4 sig = {
	    .date = "20261128", .region = "eu-west-1", .service = "ses"};
	struct api_keys *keys = api_keys_new();
	unsigned char key[SIGV4_KEY_BYTES] = {7}, found[SIGV4_KEY_BYTES] = {0};
	char sealed[200] = "sealed";

	assert_non_null(keys);
	assert_false(api_keys_find(keys, sealed, 100, &sig, found));
	api_keys_add(keys, sealed, 100, &sig, key);
	assert_true(api_keys_find(keys, sealed, 100, &sig, found));
	assert_memory_equal(found, key, sizeof(key));
	assert_false(api_keys_find(keys, sealed, 99, &sig, found));
	assert_false(api_keys_find(keys, "sealee", 7, &sig, found));
	sig.date[7] = '9';
	assert_false(api_keys_find(keys, sealed, 100, &sig, found));
	api_keys_add(keys, sealed, 100, &sig, key);
	sig.date[7] = '8';
	assert_false(api_keys_find(keys, sealed, 100, &sig, found));
	api_keys_add(keys, sealed, 100, &sig, key);
	sig.region[0] = 'x';
	assert_false(api_keys_find(keys, sealed, 100, &sig, found));
	sig.region[0] = 'e';
	sig.service[1] = 'n';
	assert_false(api_keys_find(keys, sealed, 100, &sig, found));
	api_keys_add(keys, sealed, 200, &sig, key);
	assert_false(api_keys_find(keys, sealed, 200, &sig, found));
	api_keys_free(&keys);
	assert_null(keys);

	assert_right(t);
	t->secret = SECRET "x";
	assert_refused(t, "InvalidSignatureException", "calculated");
	t->secret = SECRET;
	t->region = "local";
	assert_right(t);
	t->region = "eu-west-1";
	assert_right(t);
}

static void
test_paused_account(void **state)
{
	struct test *t = *state;
	struct admin_fixture *f = t->f;

	assert_code(f, SG_OK,
	    account_pause(
		f->store, "shop", "for a test", TEST_NOW, NULL, &f->err));
	assert_right(t);
	assert_true(t->caller.account.facts.paused);
}

static void
test_regions(void **state)
{
	struct test *t = *state;

	admin_fixture_set(&t->f->conf->api_regions, " local  eu-west-1 ");
	assert_right(t);
	t->region = "local";
	assert_right(t);
	t->region = "eu-west";
	assert_refused(
	    t, "InvalidSignatureException", "a valid region, not 'eu-west'");
	assert_refused(t, "InvalidSignatureException", "local  eu-west-1");
	admin_fixture_set(&t->f->conf->api_regions, "");
	assert_right(t);
}

static void
test_without_master_key(void **state)
{
	struct test *t = *state;
	struct api_service *service;

	assert_code(t->f, SG_OK,
	    api_service_new(t->f->conf, NULL, NULL, &service, &t->f->err));
	api_service_free(&t->service);
	t->service = service;
	assert_refused(t, "ServiceUnavailable", "try again");
	assert_non_null(strstr(t->fault.why, "master key"));
}

static void
test_guessing(void **state)
{
	struct test *t = *state;

	t->secret = "a guess";
	for (int i = 0; i < 30; i++)
		assert_refused(t, "InvalidSignatureException", "calculated");
	for (int i = 0;
	     i < 5 && strcmp(t->fault.code, "TooManyRequestsException") != 0;
	     i++)
		assert_false(call(t));
	assert_string_equal(t->fault.code, "TooManyRequestsException");
	t->client = "192.0.2.2";
	t->secret = SECRET;
	assert_right(t);
}

/* ---- permission and rate ---- */

static bool
may(struct test *t, enum store_permission permission,
    enum api_protocol protocol, int flags)
{
	const struct api_operation operation = {
	    .protocol = protocol, .name = "DoIt", .flags = flags};
	struct api_caller caller = {
	    .access_key_id = KEY, .permission = permission};

	return api_caller_may(t->service, &caller, &operation, &t->fault);
}

static void
test_permission(void **state)
{
	static const char *const denied[SIGNED] = {
	    "AccessDeniedException", "AccessDenied", "AuthorizationError"};
	static const struct {
		enum store_permission permission;
		int flags;
		bool may;
	} rows[] = {
	    {STORE_MAY_ALL, 0, true},
	    {STORE_MAY_ALL, API_OP_READS, true},
	    {STORE_MAY_ALL, API_OP_SENDS, true},
	    {STORE_MAY_SEND, 0, false},
	    {STORE_MAY_SEND, API_OP_READS, false},
	    {STORE_MAY_SEND, API_OP_SENDS, true},
	    {STORE_MAY_SEND, API_OP_SENDS | API_OP_SLOW, true},
	    {STORE_MAY_READ, 0, false},
	    {STORE_MAY_READ, API_OP_READS, true},
	    {STORE_MAY_READ, API_OP_SENDS, false},
	    {(enum store_permission)3, API_OP_READS | API_OP_SENDS, false},
	};
	struct test *t = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		for (int protocol = 0; protocol < SIGNED; protocol++) {
			assert_int_equal(
			    may(t, rows[i].permission,
				(enum api_protocol)protocol, rows[i].flags),
			    rows[i].may);
			if (rows[i].may)
				continue;
			assert_string_equal(t->fault.code, denied[protocol]);
			assert_non_null(strstr(t->fault.message, KEY));
			assert_non_null(strstr(t->fault.message,
			    protocol == API_SNS ? "sns:DoIt" : "ses:DoIt"));
		}
}

static void
test_rate(void **state)
{
	static const char *const throttled[SIGNED] = {
	    "TooManyRequestsException", "Throttling", "Throttled"};
	struct test *t = *state;

	t->f->conf->api_calls_per_second = 1;
	for (int i = 0; i < 50; i++)
		assert_true(may(t, STORE_MAY_ALL, API_V2, API_OP_SENDS));
	assert_true(may(t, STORE_MAY_ALL, API_V2, 0));
	assert_true(may(t, STORE_MAY_ALL, API_V2, API_OP_READS));
	for (int protocol = 0; protocol < SIGNED; protocol++) {
		assert_false(
		    may(t, STORE_MAY_ALL, (enum api_protocol)protocol, 0));
		assert_string_equal(t->fault.code, throttled[protocol]);
		assert_non_null(strstr(t->fault.message, KEY));
	}
	assert_true(may(t, STORE_MAY_ALL, API_V2, API_OP_SENDS));
}

int
main(void)
{
#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)
	const struct CMUnitTest tests[] = {
	    TEST(test_right),
	    TEST(test_codes),
	    TEST(test_unsigned),
	    TEST(test_switched_off),
	    TEST(test_known_key),
	    TEST(test_paused_account),
	    TEST(test_regions),
	    TEST(test_without_master_key),
	    TEST(test_guessing),
	    TEST(test_permission),
	    TEST(test_rate),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
