/* sendward's own operations: records, and a look at them. */
#include "config.h"

#include "api/test-call.h"

#include <stdio.h>

#include "conf/conf.h"
#include "ops/identity.h"
#include "ops/test-admin.h"

#define OWN(operation, input) test_call_ok(t, API_OWN, operation, input)
#define OWN_FAILS(operation, code, text, input)                                \
	test_call_fails(t, API_OWN, operation, code, text, input)
#define V2(operation, input) test_call_ok(t, API_V2, operation, input)

static void
records_of_a_key(void **state)
{
	struct test_call *t = *state;

	V2("CreateEmailIdentity", "{'EmailIdentity':'new.example'}");
	V2("PutEmailIdentityMailFromAttributes",
	    "{'EmailIdentity':'new.example',"
	    "'MailFromDomain':'mail.new.example'}");
	OWN("GetRecords", "{'EmailIdentity':'new.example'}");
	test_call_is(t, "Records.0.For", "DKIM");
	test_call_is(
	    t, "Records.0.Purpose", "public key of DKIM (rsa, 2048 bits)");
	test_call_is(t, "Records.0.Type", "TXT");
	assert_memory_equal(
	    test_call_value(t, "Records.0.Value"), "v=DKIM1", 7);
	test_call_is(t, "Records.0.Required", "true");
	assert_false(test_call_has(t, "Records.0.Note"));
	test_call_is(t, "Records.1.For", "IDENTITY");
	test_call_is(t, "Records.1.Name", "_sendward.new.example");
	test_call_is(t, "Records.1.Required", "false");
	assert_true(test_call_has(t, "Records.1.Note"));
	test_call_is(t, "Records.2.For", "MAIL_FROM");
	test_call_is(t, "Records.2.Type", "MX");
	test_call_is(t, "Records.2.Priority", "10");
	test_call_is(t, "Records.2.Value", "bounce.test");
	test_call_is(t, "Records.3.Value", "v=spf1 include:bounce.test ~all");
	test_call_is(t, "Records.3.Required", "true");
	test_call_is(t, "Records.4.For", "DMARC");
	test_call_is(t, "Records.4.Name", "_dmarc.new.example");
	assert_false(test_call_has(t, "Records.5"));
}

static void
records_of_easy_dkim(void **state)
{
	struct test_call *t = *state;
	struct admin_fixture *f = t->f;

	admin_fixture_set(&f->conf->dkim_zone, "dkim.test");
	assert_code(f, SG_OK,
	    identity_create(f->store, f->seal, f->conf, "shop", "both.example",
		IDENTITY_KEYS_RSA1024, false, TEST_NOW, NULL, &f->err));
	OWN("GetRecords", "{'EmailIdentity':'both.example'}");
	test_call_is(t, "Records.0.Type", "TXT");
	test_call_is(t, "Records.0.Required", "false");
	assert_true(test_call_has(t, "Records.0.Note"));
	test_call_is(t, "Records.1.Type", "CNAME");
	test_call_is(t, "Records.1.Purpose", "Easy DKIM, one of three");
	test_call_is(t, "Records.3.Required", "true");
	test_call_is(t, "Records.4.Required", "false");
}

static void
records_of_an_address(void **state)
{
	struct test_call *t = *state;

	OWN("GetRecords", "{'EmailIdentity':'a@example.org'}");
	test_call_is(t, "Records", "[]");
	OWN_FAILS("GetRecords", "NotFoundException", "rival.example",
	    "{'EmailIdentity':'rival.example'}");
}

static void
look_at_an_address(void **state)
{
	struct test_call *t = *state;

	OWN("CheckIdentity", "{'EmailIdentity':'a@example.org'}");
	test_call_is(t, "Status", "SUCCESS");
	test_call_is(t, "Findings", "[]");

	V2("CreateEmailIdentity", "{'EmailIdentity':'b@example.org'}");
	OWN("CheckIdentity", "{'EmailIdentity':'b@example.org'}");
	test_call_is(t, "Status", "PENDING");
	test_call_is(t, "Link.SentTimestamp", "1790000040");
	test_call_is(t, "Link.ExpiresTimestamp", "1790086440");
}

static void
begun_anew(void **state)
{
	struct test_call *t = *state;

	V2("CreateEmailIdentity", "{'EmailIdentity':'b@example.org'}");
	OWN_FAILS("RestartIdentity", "TooManyRequestsException",
	    "0 seconds ago", "{'EmailIdentity':'b@example.org'}");
	t->now_sec += 60;
	OWN("RestartIdentity", "{'EmailIdentity':'b@example.org'}");
	test_call_is(t, "Status", "PENDING");
	OWN("CheckIdentity", "{'EmailIdentity':'b@example.org'}");
	test_call_is(t, "Link.SentTimestamp", "1790000100");
	OWN_FAILS("RestartIdentity", "NotFoundException", "rival.example",
	    "{'EmailIdentity':'rival.example'}");
}

/* A server that refuses each question at once. */
static void
look_without_answers(void **state)
{
	struct test_call *t = *state;

	admin_fixture_set(&t->f->conf->dns_servers, "127.0.0.1@1");
	t->f->conf->dns_timeout_sec = 1;
	V2("CreateEmailIdentity", "{'EmailIdentity':'new.example'}");
	OWN("CheckIdentity", "{'EmailIdentity':'new.example'}");
	test_call_is(t, "Status", "PENDING");
	test_call_is(t, "Findings.0.For", "DKIM");
	test_call_is(t, "Findings.0.Type", "TXT");
	test_call_is(t, "Findings.0.Result", "NO_ANSWER");
	test_call_is(t, "Findings.0.Found", "[]");
	assert_memory_equal(
	    test_call_value(t, "Findings.0.Wanted"), "v=DKIM1", 7);
	test_call_is(t, "Findings.2.For", "SPF");
	test_call_is(t, "Findings.3.For", "DMARC");
	test_call_is(t, "Findings.3.Result", "NO_ANSWER");
	OWN_FAILS("CheckIdentity", "NotFoundException", "rival.example",
	    "{'EmailIdentity':'rival.example'}");
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(                                       \
	    name, test_call_setup, test_call_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {TEST(records_of_a_key),
	    TEST(records_of_easy_dkim), TEST(records_of_an_address),
	    TEST(look_at_an_address), TEST(begun_anew),
	    TEST(look_without_answers)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
