/* sendward's own operations: credentials, and where to use them. */
#include "config.h"

#include "api/test-call.h"

#include <stdio.h>
#include <string.h>

#include "conf/conf.h"
#include "ops/credential.h"
#include "ops/test-admin.h"

#define OWN(operation, input) test_call_ok(t, API_OWN, operation, input)
#define OWN_FAILS(operation, code, text, input)                                \
	test_call_fails(t, API_OWN, operation, code, text, input)

static void
create(struct test_call *t, char id_r[CREDENTIAL_ID_MAX + 1])
{
	OWN("CreateCredential", "{}");
	(void)snprintf(id_r, CREDENTIAL_ID_MAX + 1, "%s",
	    test_call_value(t, "AccessKeyId"));
}

static void
made_and_changed(void **state)
{
	struct test_call *t = *state;
	char password[CREDENTIAL_SMTP_PASSWORD_MAX + 1];
	char id[CREDENTIAL_ID_MAX + 1];

	create(t, id);
	assert_memory_equal(id, "SWKA", 4);
	test_call_is(t, "SmtpUserName", id);
	assert_int_equal(strlen(test_call_value(t, "SecretAccessKey")), 40);
	assert_code(t->f, SG_OK,
	    credential_smtp_password(test_call_value(t, "SecretAccessKey"),
		t->f->conf->region, password, &t->f->err));
	test_call_is(t, "SmtpPassword", password);

	OWN("ListCredentials", "{}");
	test_call_is(t, "Credentials.0.AccessKeyId", id);
	test_call_is(t, "Credentials.0.Permission", "ALL");
	test_call_is(t, "Credentials.0.Enabled", "true");
	test_call_is(t, "Credentials.0.CreatedTimestamp", "1790000040");
	assert_false(test_call_has(t, "Credentials.0.SecretAccessKey"));

	OWN("SetCredential",
	    test_call_input(t,
		"{'AccessKeyId':'%s','Enabled':false,'Permission':'READ'}",
		id));
	OWN("ListCredentials", "{}");
	test_call_is(t, "Credentials.0.Permission", "READ");
	test_call_is(t, "Credentials.0.Enabled", "false");
	OWN_FAILS("SetCredential", "BadRequestException", "Enabled",
	    test_call_input(t, "{'AccessKeyId':'%s'}", id));

	OWN("DeleteCredential", test_call_input(t, "{'AccessKeyId':'%s'}", id));
	OWN("ListCredentials", "{}");
	test_call_is(t, "Credentials", "[]");
}

static void
anothers_is_not_there(void **state)
{
	struct test_call *t = *state;
	char id[CREDENTIAL_ID_MAX + 1];

	t->account = "rival";
	create(t, id);
	t->account = "shop";
	OWN("ListCredentials", "{}");
	test_call_is(t, "Credentials", "[]");
	OWN_FAILS("SetCredential", "NotFoundException", id,
	    test_call_input(t, "{'AccessKeyId':'%s','Enabled':false}", id));
	OWN_FAILS("DeleteCredential", "NotFoundException", id,
	    test_call_input(t, "{'AccessKeyId':'%s'}", id));
	t->account = "rival";
	OWN("ListCredentials", "{}");
	test_call_is(t, "Credentials.0.Enabled", "true");
}

static void
pages_and_most(void **state)
{
	struct test_call *t = *state;
	char id[CREDENTIAL_ID_MAX + 1];

	for (int i = 0; i < 100; i++)
		create(t, id);
	OWN_FAILS("CreateCredential", "LimitExceededException", "100", "{}");
	OWN("ListCredentials", "{}");
	assert_true(test_call_has(t, "Credentials.49"));
	assert_false(test_call_has(t, "Credentials.50"));
	OWN("ListCredentials", "{'PageSize':60}");
	assert_true(test_call_has(t, "Credentials.59"));
	assert_false(test_call_has(t, "Credentials.60"));
	test_call_next(t, API_OWN, "ListCredentials", "'PageSize':60,");
	assert_true(test_call_has(t, "Credentials.39"));
	assert_false(test_call_has(t, "Credentials.40"));
	assert_false(test_call_has(t, "NextToken"));
}

static void
endpoints(void **state)
{
	struct test_call *t = *state;
	struct conf *conf = t->f->conf;

	OWN("GetEndpoints", "{}");
	test_call_is(t, "ApiUrl", "http://127.0.0.1:8025");
	test_call_is(t, "SmtpHost", "127.0.0.1");
	test_call_is(t, "SmtpPorts.0.Port", "587");
	test_call_is(t, "SmtpPorts.0.Tls", "STARTTLS");
	test_call_is(t, "SmtpPorts.1.Port", "465");
	test_call_is(t, "SmtpPorts.1.Tls", "TLS");
	assert_false(test_call_has(t, "SimulatorDomain"));

	admin_fixture_set(&conf->api_url, "https://[2001:db8::1]:8025");
	OWN("GetEndpoints", "{}");
	test_call_is(t, "SmtpHost", "2001:db8::1");

	/* options console.smtp_host, console.smtp_ports */
	admin_fixture_set(&conf->console_smtp_host, "smtp.shop.example");
	admin_fixture_set(&conf->console_smtp_ports, "2587 2465/tls");
	admin_fixture_set(&conf->simulator_domain, "simulator.example");
	OWN("GetEndpoints", "{}");
	test_call_is(t, "ApiUrl", "https://[2001:db8::1]:8025");
	test_call_is(t, "SmtpHost", "smtp.shop.example");
	test_call_is(t, "SmtpPorts.0.Port", "2587");
	test_call_is(t, "SmtpPorts.0.Tls", "STARTTLS");
	test_call_is(t, "SmtpPorts.1.Port", "2465");
	test_call_is(t, "SmtpPorts.1.Tls", "TLS");
	assert_false(test_call_has(t, "SmtpPorts.2"));
	test_call_is(t, "SimulatorDomain", "simulator.example");
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(                                       \
	    name, test_call_setup, test_call_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {TEST(made_and_changed),
	    TEST(anothers_is_not_there), TEST(pages_and_most), TEST(endpoints)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
