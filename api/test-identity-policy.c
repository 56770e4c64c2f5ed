/* Policies of identities, by SES v2 and v1. What a document may say is tested with
 * ops/policy.h. */
#include "config.h"

#include "api/test-call.h"

#include <stdio.h>
#include <string.h>

#include "ops/explain.h"
#include "ops/login.h"
#include "ops/test-admin.h"

#define DOCUMENT                                                               \
	"{\\'Version\\':\\'2012-10-17\\',\\'Statement\\':{\\'Effect\\':"       \
	"\\'Allow\\',\\'Principal\\':{\\'AWS\\':\\'000000000002\\'},"          \
	"\\'Action\\':[\\'ses:SendEmail\\'],\\'Resource\\':"                   \
	"\\'arn:aws:ses:us-east-1:000000000001:identity/example.com\\'%s}}"
/* As it is kept. */
#define KEPT                                                                   \
	"{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Allow\","     \
	"\"Principal\":{\"AWS\":\"000000000002\"},\"Action\":"                 \
	"[\"ses:SendEmail\"],\"Resource\":"                                    \
	"\"arn:aws:ses:us-east-1:000000000001:identity/example.com\"%s}}"
#define FROM_NEWS                                                              \
	",\\'Condition\\':{\\'StringLike\\':{\\'ses:FromAddress\\':"           \
	"\\'news*@example.com\\'}}"

/* The call's input: identity (its member), name, document with `more` in it. */
static const char *
input_of(const char *member, const char *name, const char *more)
{
	static char text[4096];
	size_t len = (size_t)snprintf(text, sizeof(text),
	    "{'%s':'example.com','PolicyName':'%s','Policy':'", member, name);

	len += (size_t)snprintf(text + len, sizeof(text) - len, DOCUMENT, more);
	(void)snprintf(text + len, sizeof(text) - len, "'}");
	return text;
}

static void
ignore_step(void *ctx, const struct explain_step *step)
{
	(void)ctx;
	(void)step;
}

/* May rival send from there? */
static bool
may_send(struct test_call *t, const char *from)
{
	static const char *const to[] = {"a@reader.example"};
	struct explain_request request = {.login = "rivals-login",
	    .sender = from,
	    .header_from = from,
	    .recipients = to,
	    .recipient_count = 1,
	    .now_usec = TEST_NOW * 1000000};
	struct explain_result result;

	assert_code(t->f, SG_OK,
	    explain_message(t->f->conf, t->f->store, &request, ignore_step,
		NULL, &result, &t->f->err));
	return result.accepted;
}

/* example.com must be signed, or nobody may send as it: signing is off. */
static int
setup(void **state)
{
	struct test_call *t;

	assert_int_equal(test_call_setup(state), 0);
	t = *state;
	assert_code(t->f, SG_OK,
	    login_add(
		t->f->store, "rival", "rivals-login", TEST_NOW, &t->f->err));
	test_call_ok(t, API_V2, "PutEmailIdentityDkimAttributes",
	    "{'EmailIdentity':'example.com'}");
	return 0;
}

static void
by_v2(void **state)
{
	struct test_call *t = *state;
	char want[1024];

	assert_false(may_send(t, "a@example.com"));
	test_call_ok(t, API_V2, "CreateEmailIdentityPolicy",
	    input_of("EmailIdentity", "one", ""));
	assert_true(may_send(t, "a@example.com"));
	test_call_fails(t, API_V2, "CreateEmailIdentityPolicy",
	    "AlreadyExistsException", "one",
	    input_of("EmailIdentity", "one", ""));
	test_call_ok(t, API_V2, "UpdateEmailIdentityPolicy",
	    input_of("EmailIdentity", "one", FROM_NEWS));
	assert_false(may_send(t, "a@example.com"));
	assert_true(may_send(t, "news1@example.com"));
	test_call_ok(t, API_V2, "UpdateEmailIdentityPolicy",
	    input_of("EmailIdentity", "two", ""));

	test_call_ok(t, API_V2, "GetEmailIdentityPolicies",
	    "{'EmailIdentity':'example.com'}");
	(void)snprintf(want, sizeof(want), KEPT, "");
	assert_string_equal(test_call_value(t, "Policies.two"), want);
	assert_true(test_call_has(t, "Policies.one"));
	test_call_ok(
	    t, API_V2, "GetEmailIdentity", "{'EmailIdentity':'example.com'}");
	assert_string_equal(test_call_value(t, "Policies.two"), want);

	test_call_ok(t, API_V2, "DeleteEmailIdentityPolicy",
	    "{'EmailIdentity':'example.com','PolicyName':'two'}");
	test_call_ok(t, API_V2, "DeleteEmailIdentityPolicy",
	    "{'EmailIdentity':'example.com','PolicyName':'two'}");
	assert_false(may_send(t, "a@example.com"));
	assert_true(may_send(t, "news1@example.com"));
	test_call_ok(t, API_V2, "DeleteEmailIdentity",
	    "{'EmailIdentity':'example.com'}");
	assert_false(may_send(t, "news1@example.com"));
}

static void
by_v1(void **state)
{
	struct test_call *t = *state;
	char want[1024];

	test_call_ok(
	    t, API_V1, "PutIdentityPolicy", input_of("Identity", "one", ""));
	test_call_ok(t, API_V1, "PutIdentityPolicy",
	    input_of("Identity", "one", FROM_NEWS));
	test_call_ok(
	    t, API_V1, "PutIdentityPolicy", input_of("Identity", "two", ""));
	assert_true(may_send(t, "a@example.com"));
	test_call_ok(
	    t, API_V1, "ListIdentityPolicies", "{'Identity':'example.com'}");
	assert_string_equal(
	    test_call_value(t, "PolicyNames"), "[\"one\", \"two\"]");
	test_call_ok(t, API_V1, "GetIdentityPolicies",
	    "{'Identity':'example.com','PolicyNames':['two','none']}");
	(void)snprintf(want, sizeof(want), KEPT, "");
	assert_string_equal(test_call_value(t, "Policies.two"), want);
	assert_false(test_call_has(t, "Policies.one"));
	test_call_ok(t, API_V1, "DeleteIdentityPolicy",
	    "{'Identity':'example.com','PolicyName':'two'}");
	test_call_ok(t, API_V1, "DeleteIdentityPolicy",
	    "{'Identity':'example.com','PolicyName':'none'}");
	assert_false(may_send(t, "a@example.com"));
}

static void
wrong_ones_are_refused(void **state)
{
	static const char *const names[] = {"a b", "", "\xc3\xbc",
	    "12345678901234567890123456789012345678901234567890123456789012345"};
	static const char deny[] =
	    "{'EmailIdentity':'example.com','Identity':'example.com',"
	    "'PolicyName':'p','Policy':'{\\'Statement\\':{\\'Effect\\':"
	    "\\'Deny\\'}}'}";
	struct test_call *t = *state;

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		test_call_fails(t, API_V2, "CreateEmailIdentityPolicy",
		    "BadRequestException", "PolicyName",
		    input_of("EmailIdentity", names[i], ""));
		test_call_fails(t, API_V2, "UpdateEmailIdentityPolicy",
		    "BadRequestException", "PolicyName",
		    input_of("EmailIdentity", names[i], ""));
		test_call_fails(t, API_V2, "DeleteEmailIdentityPolicy",
		    "BadRequestException", "PolicyName",
		    input_of("EmailIdentity", names[i], ""));
		test_call_fails(t, API_V1, "PutIdentityPolicy",
		    "InvalidParameterValue", "PolicyName",
		    input_of("Identity", names[i], ""));
		test_call_fails(t, API_V1, "DeleteIdentityPolicy",
		    "InvalidParameterValue", "PolicyName",
		    input_of("Identity", names[i], ""));
	}
	test_call_fails(t, API_V2, "CreateEmailIdentityPolicy",
	    "BadRequestException", "only Allow is supported", deny);
	test_call_fails(t, API_V2, "UpdateEmailIdentityPolicy",
	    "BadRequestException", "only Allow is supported", deny);
	test_call_fails(t, API_V1, "PutIdentityPolicy", "InvalidPolicy",
	    "only Allow is supported", deny);
	test_call_ok(t, API_V2, "GetEmailIdentityPolicies",
	    "{'EmailIdentity':'example.com'}");
	assert_string_equal(test_call_value(t, "Policies"), "{}");
}

static void
twenty_are_the_most(void **state)
{
	struct test_call *t = *state;
	char input[1024], name[16];
	size_t len = (size_t)snprintf(input, sizeof(input),
	    "{'Identity':'example.com','PolicyNames':['x'");

	for (int i = 0; i < 20; i++) {
		(void)snprintf(name, sizeof(name), "p%d", i);
		test_call_ok(t, API_V2, "CreateEmailIdentityPolicy",
		    input_of("EmailIdentity", name, ""));
		len += (size_t)snprintf(
		    input + len, sizeof(input) - len, ",'%s'", name);
	}
	test_call_fails(t, API_V2, "CreateEmailIdentityPolicy",
	    "LimitExceededException", "20",
	    input_of("EmailIdentity", "more", ""));
	test_call_fails(t, API_V2, "UpdateEmailIdentityPolicy",
	    "LimitExceededException", "20",
	    input_of("EmailIdentity", "more", ""));
	test_call_fails(t, API_V1, "PutIdentityPolicy", "LimitExceeded", "20",
	    input_of("Identity", "more", ""));
	test_call_ok(t, API_V2, "UpdateEmailIdentityPolicy",
	    input_of("EmailIdentity", "p0", ""));
	(void)snprintf(input + len, sizeof(input) - len, "]}");
	test_call_fails(t, API_V1, "GetIdentityPolicies",
	    "InvalidParameterValue", "at most 20", input);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(by_v2, setup, test_call_teardown),
	    cmocka_unit_test_setup_teardown(by_v1, setup, test_call_teardown),
	    cmocka_unit_test_setup_teardown(
		wrong_ones_are_refused, setup, test_call_teardown),
	    cmocka_unit_test_setup_teardown(
		twenty_are_the_most, setup, test_call_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
