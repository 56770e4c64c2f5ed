/* Identities: made, told, set up, deleted, by SES v2. */
#include "config.h"

#include "api/test-call.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "conf/conf.h"
#include "ops/identity.h"
#include "ops/identity_keys.h"
#include "ops/test-admin.h"
#include "store/store.h"

#define V2(operation, input) test_call_ok(t, API_V2, operation, input)
#define V2_FAILS(operation, code, text, input)                                 \
	test_call_fails(t, API_V2, operation, code, text, input)

/* ---- making --------------------------------------------------------------- */

static void
domain_with_keys_to_publish(void **state)
{
	struct test_call *t = *state;

	V2("CreateEmailIdentity", "{'EmailIdentity':'New.EXAMPLE.'}");
	test_call_is(t, "IdentityType", "DOMAIN");
	test_call_is(t, "VerifiedForSendingStatus", "false");
	test_call_is(t, "DkimAttributes.SigningEnabled", "true");
	test_call_is(t, "DkimAttributes.Status", "PENDING");
	test_call_is(t, "DkimAttributes.SigningHostedZone", "new.example");
	test_call_is(t, "DkimAttributes.SigningAttributesOrigin", "AWS_SES");
	test_call_is(
	    t, "DkimAttributes.CurrentSigningKeyLength", "RSA_2048_BIT");
	assert_memory_equal(
	    test_call_value(t, "DkimAttributes.Tokens.0"), "sw", 2);
	assert_false(test_call_has(t, "DkimAttributes.Tokens.1"));
	test_call_is(t, "DnsRecords.0.Type", "TXT");
	assert_memory_equal(
	    test_call_value(t, "DnsRecords.0.Value"), "v=DKIM1", 7);
	test_call_is(t, "DnsRecords.1.Name", "_sendward.new.example");

	V2("GetEmailIdentity", "{'EmailIdentity':'NEW.example'}");
	test_call_is(t, "VerificationStatus", "PENDING");
	test_call_is(t, "VerifiedForSendingStatus", "false");
	test_call_is(t, "FeedbackForwardingStatus", "true");
	test_call_is(
	    t, "DkimAttributes.LastKeyGenerationTimestamp", "1790000040");
	test_call_is(
	    t, "MailFromAttributes.BehaviorOnMxFailure", "USE_DEFAULT_VALUE");
	assert_false(test_call_has(t, "MailFromAttributes.MailFromDomain"));
	test_call_is(t, "VerificationInfo", "{}");
	test_call_is(t, "Policies", "{}");
	test_call_is(t, "Tags", "[]");
	assert_false(test_call_has(t, "ConfigurationSetName"));
}

static void
domain_with_easy_dkim(void **state)
{
	struct test_call *t = *state;

	admin_fixture_set(&t->f->conf->dkim_zone, "dkim.test");
	V2("CreateEmailIdentity", "{'EmailIdentity':'new.example'}");
	test_call_is(t, "DkimAttributes.SigningHostedZone", "dkim.test");
	assert_int_equal(
	    strlen(test_call_value(t, "DkimAttributes.Tokens.2")), 32);
	assert_false(test_call_has(t, "DkimAttributes.Tokens.3"));
	test_call_is(t, "DnsRecords.0.Type", "CNAME");

	V2("CreateEmailIdentity",
	    "{'EmailIdentity':'short.example','DkimSigningAttributes':{"
	    "'NextSigningKeyLength':'RSA_1024_BIT'}}");
	test_call_is(t, "DkimAttributes.NextSigningKeyLength", "RSA_1024_BIT");
	test_call_is(
	    t, "DkimAttributes.CurrentSigningKeyLength", "RSA_1024_BIT");
}

static void
domain_with_own_key(void **state)
{
	struct test_call *t = *state;
	char key[ADMIN_FIXTURE_KEY_MAX];

	admin_fixture_key(key);
	V2("CreateEmailIdentity",
	    test_call_input(t,
		"{'EmailIdentity':'own.example','DkimSigningAttributes':{"
		"'DomainSigningSelector':'Mail',"
		"'DomainSigningPrivateKey':'%s'}}",
		key));
	test_call_is(t, "DkimAttributes.SigningAttributesOrigin", "EXTERNAL");
	test_call_is(t, "DkimAttributes.Tokens", "[\"mail\"]");
	test_call_is(t, "DkimAttributes.Status", "PENDING");
	assert_false(test_call_has(t, "DkimAttributes.SigningHostedZone"));
	assert_false(
	    test_call_has(t, "DkimAttributes.CurrentSigningKeyLength"));
	test_call_is(t, "DnsRecords.0.Name", "mail._domainkey.own.example");
}

static void
everything_at_once(void **state)
{
	struct test_call *t = *state;

	test_call_add_set(t, "shop", "news");
	V2("CreateEmailIdentity",
	    "{'EmailIdentity':'b@example.org','ConfigurationSetName':'news',"
	    "'Tags':[{'Key':'a','Value':'1'}]}");
	test_call_is(t, "IdentityType", "EMAIL_ADDRESS");
	test_call_is(t, "DkimAttributes.Status", "NOT_STARTED");
	test_call_is(t, "DkimAttributes.Tokens", "[]");
	V2("GetEmailIdentity", "{'EmailIdentity':'b@example.org'}");
	test_call_is(t, "ConfigurationSetName", "news");
	test_call_is(t, "Tags.0.Key", "a");
	test_call_is(t, "Tags.0.Value", "1");
	V2("GetEmailIdentity", "{'EmailIdentity':'a@example.org'}");
	test_call_is(t, "VerifiedForSendingStatus", "true");
	test_call_is(t, "VerificationStatus", "SUCCESS");
}

static void
wrong_ones_are_refused(void **state)
{
	static const struct {
		const char *code, *text, *input;
	} rows[] = {
	    {"AlreadyExistsException", "example.com",
		"{'EmailIdentity':'EXAMPLE.com'}"},
	    {"BadRequestException", "no domain",
		"{'EmailIdentity':'no domain'}"},
	    {"BadRequestException", "bounce.test",
		"{'EmailIdentity':'x.bounce.test'}"},
	    {"NotFoundException", "<rivals>",
		"{'EmailIdentity':'n.example','ConfigurationSetName':"
		"'rivals'}"},
	    {"BadRequestException", "aws:x",
		"{'EmailIdentity':'n.example','Tags':[{'Key':'aws:x'}]}"},
	    {"BadRequestException", "address",
		"{'EmailIdentity':'n@example.org','DkimSigningAttributes':{"
		"'NextSigningKeyLength':'RSA_2048_BIT'}}"},
	    {"BadRequestException", "one of them is missing",
		"{'EmailIdentity':'n.example','DkimSigningAttributes':{"
		"'DomainSigningSelector':'a'}}"},
	    {"BadRequestException", "DomainSigningSelector has",
		"{'EmailIdentity':'n.example','DkimSigningAttributes':{"
		"'DomainSigningSelector':'a_b','DomainSigningPrivateKey':"
		"'x'}}"},
	    {"BadRequestException", "",
		"{'EmailIdentity':'n.example','DkimSigningAttributes':{"
		"'DomainSigningSelector':'a','DomainSigningPrivateKey':"
		"'x'}}"},
	    {"BadRequestException", "NextSigningKeyLength",
		"{'EmailIdentity':'n.example','DkimSigningAttributes':{"
		"'DomainSigningSelector':'a','DomainSigningPrivateKey':'x',"
		"'NextSigningKeyLength':'RSA_2048_BIT'}}"},
	    {"BadRequestException", "AWS_SES_US_EAST_1",
		"{'EmailIdentity':'n.example','DkimSigningAttributes':{"
		"'DomainSigningAttributesOrigin':'AWS_SES_US_EAST_1'}}"},
	};
	struct test_call *t = *state;

	test_call_add_set(t, "rival", "rivals");
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		V2_FAILS("CreateEmailIdentity", rows[i].code, rows[i].text,
		    rows[i].input);
	V2_FAILS("GetEmailIdentity", "NotFoundException", "n.example",
	    "{'EmailIdentity':'n.example'}");
	V2_FAILS("GetEmailIdentity", "NotFoundException", "n@example.org",
	    "{'EmailIdentity':'n@example.org'}");
}

/* An account's letters are counted, so that nobody is pestered. */
static void
letters_have_a_pace(void **state)
{
	struct test_call *t = *state;

	V2("CreateEmailIdentity", "{'EmailIdentity':'n@example.org'}");
	V2("DeleteEmailIdentity", "{'EmailIdentity':'n@example.org'}");
	V2_FAILS("CreateEmailIdentity", "TooManyRequestsException",
	    "n@example.org", "{'EmailIdentity':'n@example.org'}");
	t->now_sec += 61;
	V2("CreateEmailIdentity", "{'EmailIdentity':'n@example.org'}");
}

static void
fill_account(struct test_call *t, const char *account, int count)
{
	struct admin_fixture *f = t->f;
	struct store_identity row = {
	    .account_id = admin_fixture_account(f, account),
	    .facts = {.type = RULES_IDENTITY_DOMAIN}};

	assert_code(f, SG_OK, store_begin(f->store, &f->err));
	for (int i = 0; i < count; i++) {
		(void)snprintf(
		    row.facts.name, sizeof(row.facts.name), "d%05d.example", i);
		assert_code(
		    f, SG_OK, store_identity_create(f->store, &row, &f->err));
	}
	assert_code(f, SG_OK, store_commit(f->store, &f->err));
}

static void
ten_thousand_are_the_most(void **state)
{
	struct test_call *t = *state;

	fill_account(t, "shop", IDENTITY_MOST - 2);
	V2_FAILS("CreateEmailIdentity", "LimitExceededException", "10000",
	    "{'EmailIdentity':'n.example'}");
	test_call_fails(t, API_V1, "VerifyEmailIdentity", "LimitExceeded",
	    "10000", "{'EmailAddress':'n@example.org'}");
	test_call_fails(t, API_V1, "VerifyEmailAddress", "LimitExceeded",
	    "10000", "{'EmailAddress':'n@example.org'}");
	test_call_fails(t, API_V1, "VerifyDomainIdentity", "LimitExceeded",
	    "10000", "{'Domain':'n.example'}");
	test_call_fails(t, API_V1, "VerifyDomainDkim", "LimitExceeded", "10000",
	    "{'Domain':'n.example'}");
	V2("DeleteEmailIdentity", "{'EmailIdentity':'d00000.example'}");
	V2("CreateEmailIdentity", "{'EmailIdentity':'n.example'}");
}

/* ---- listing and deleting ---------------------------------------------------- */

static void
pages(void **state)
{
	struct test_call *t = *state;
	char token[512];

	fill_account(t, "shop", 1100);
	V2("ListEmailIdentities", "{'PageSize':1}");
	test_call_is(t, "EmailIdentities.0.IdentityName", "a@example.org");
	test_call_is(t, "EmailIdentities.0.IdentityType", "EMAIL_ADDRESS");
	test_call_is(t, "EmailIdentities.0.SendingEnabled", "true");
	test_call_is(t, "EmailIdentities.0.VerificationStatus", "SUCCESS");
	assert_false(test_call_has(t, "EmailIdentities.1"));
	(void)snprintf(
	    token, sizeof(token), "%s", test_call_value(t, "NextToken"));
	V2("ListEmailIdentities",
	    test_call_input(t, "{'NextToken':'%s'}", token));
	test_call_is(t, "EmailIdentities.0.IdentityName", "d00000.example");
	test_call_is(t, "EmailIdentities.999.IdentityName", "d00999.example");
	assert_false(test_call_has(t, "EmailIdentities.1000"));
	test_call_next(t, API_V2, "ListEmailIdentities", "");
	test_call_is(t, "EmailIdentities.100.IdentityName", "example.com");
	assert_false(test_call_has(t, "EmailIdentities.101"));
	assert_false(test_call_has(t, "NextToken"));

	V2_FAILS("ListEmailIdentities", "BadRequestException", "PageSize",
	    "{'PageSize':1001}");
	V2_FAILS("ListEmailIdentities", "BadRequestException", "PageSize",
	    "{'PageSize':-1}");
	V2_FAILS("ListEmailIdentities", "BadRequestException", "NextToken",
	    "{'NextToken':'abc'}");
	t->account = "rival";
	V2("ListEmailIdentities", "{'PageSize':0}");
	test_call_is(t, "EmailIdentities.0.IdentityName", "rival.example");
	assert_false(test_call_has(t, "EmailIdentities.1"));
}

static void
deleted_with_all(void **state)
{
	struct test_call *t = *state;

	V2("TagResource",
	    "{'ResourceArn':'arn:aws:ses:us-east-1:000000000001:identity/"
	    "example.com','Tags':[{'Key':'a','Value':'b'}]}");
	V2("DeleteEmailIdentity", "{'EmailIdentity':'Example.COM'}");
	V2_FAILS("DeleteEmailIdentity", "NotFoundException", "example.com",
	    "{'EmailIdentity':'example.com'}");
	V2("CreateEmailIdentity", "{'EmailIdentity':'example.com'}");
	V2("GetEmailIdentity", "{'EmailIdentity':'example.com'}");
	test_call_is(t, "Tags", "[]");
	test_call_is(t, "VerificationStatus", "PENDING");
}

/* ---- settings ------------------------------------------------------------------ */

static void
signing_on_and_off(void **state)
{
	struct test_call *t = *state;

	V2("PutEmailIdentityDkimAttributes",
	    "{'EmailIdentity':'example.com','SigningEnabled':false}");
	assert_false(
	    test_call_identity(t, "example.com").facts.signing_enabled);
	V2("PutEmailIdentityDkimAttributes",
	    "{'EmailIdentity':'example.com','SigningEnabled':true}");
	assert_true(test_call_identity(t, "example.com").facts.signing_enabled);
	V2("PutEmailIdentityDkimAttributes", "{'EmailIdentity':'example.com'}");
	assert_false(
	    test_call_identity(t, "example.com").facts.signing_enabled);
}

static void
mail_from(void **state)
{
	struct test_call *t = *state;

	V2("PutEmailIdentityMailFromAttributes",
	    "{'EmailIdentity':'example.com','MailFromDomain':"
	    "'Bounce.example.com','BehaviorOnMxFailure':'REJECT_MESSAGE'}");
	V2("GetEmailIdentity", "{'EmailIdentity':'example.com'}");
	test_call_is(
	    t, "MailFromAttributes.MailFromDomain", "bounce.example.com");
	test_call_is(t, "MailFromAttributes.MailFromDomainStatus", "PENDING");
	test_call_is(
	    t, "MailFromAttributes.BehaviorOnMxFailure", "REJECT_MESSAGE");
	V2_FAILS("PutEmailIdentityMailFromAttributes", "BadRequestException",
	    "subdomain",
	    "{'EmailIdentity':'example.com','MailFromDomain':"
	    "'bounce.example.net'}");
	V2("PutEmailIdentityMailFromAttributes",
	    "{'EmailIdentity':'example.com'}");
	V2("GetEmailIdentity", "{'EmailIdentity':'example.com'}");
	assert_false(test_call_has(t, "MailFromAttributes.MailFromDomain"));
}

static void
forwarding_and_set(void **state)
{
	struct test_call *t = *state;

	test_call_add_set(t, "shop", "news");
	test_call_add_set(t, "rival", "rivals");
	V2("PutEmailIdentityFeedbackAttributes",
	    "{'EmailIdentity':'example.com'}");
	assert_false(test_call_identity(t, "example.com").forwarding);
	V2("PutEmailIdentityFeedbackAttributes",
	    "{'EmailIdentity':'example.com','EmailForwardingEnabled':true}");
	assert_true(test_call_identity(t, "example.com").forwarding);
	V2("PutEmailIdentityConfigurationSetAttributes",
	    "{'EmailIdentity':'example.com','ConfigurationSetName':'news'}");
	V2("GetEmailIdentity", "{'EmailIdentity':'example.com'}");
	test_call_is(t, "ConfigurationSetName", "news");
	V2_FAILS("PutEmailIdentityConfigurationSetAttributes",
	    "NotFoundException", "<rivals>",
	    "{'EmailIdentity':'example.com','ConfigurationSetName':'rivals'}");
	V2("PutEmailIdentityConfigurationSetAttributes",
	    "{'EmailIdentity':'example.com'}");
	assert_int_equal(
	    test_call_identity(t, "example.com").facts.default_set_id, 0);
}

static void
looks_are_told(void **state)
{
	struct test_call *t = *state;
	struct verification look = {.checked_sec = 1790000001,
	    .success_sec = 1780000000,
	    .error = VERIFICATION_HOST_NOT_FOUND};

	assert_code(t->f, SG_OK,
	    store_verification_put(t->f->store,
		test_call_identity(t, "example.com").facts.id,
		VERIFICATION_IDENTITY, &look, &t->f->err));
	V2("GetEmailIdentity", "{'EmailIdentity':'example.com'}");
	test_call_is(t, "VerificationInfo.LastCheckedTimestamp", "1790000001");
	test_call_is(t, "VerificationInfo.LastSuccessTimestamp", "1780000000");
	test_call_is(t, "VerificationInfo.ErrorType", "HOST_NOT_FOUND");
}

/* ---- keys ------------------------------------------------------------------------ */

/* Makes the waiting keys sign, as the operator's word does. */
static void
let_sign(struct test_call *t, const char *name)
{
	struct identity_key_set set;

	assert_code(t->f, SG_OK,
	    identity_key_set_load(t->f->store,
		test_call_identity(t, name).facts.id, &set, &t->f->err));
	for (size_t i = 0; i < set.count; i++)
		if (identity_key_waits(&set.list[i]))
			assert_code(t->f, SG_OK,
			    store_key_set_active(t->f->store, set.list[i].id,
				true, t->now_sec, &t->f->err));
}

static void
put_own(struct test_call *t, const char *selector, const char *key)
{
	V2("PutEmailIdentityDkimSigningAttributes",
	    test_call_input(t,
		"{'EmailIdentity':'new.example','SigningAttributesOrigin':"
		"'EXTERNAL','SigningAttributes':{'DomainSigningSelector':'%s',"
		"'DomainSigningPrivateKey':'%s'}}",
		selector, key));
}

static void
from_easy_to_own_and_back(void **state)
{
	struct test_call *t = *state;
	char key[ADMIN_FIXTURE_KEY_MAX], token[64];

	admin_fixture_set(&t->f->conf->dkim_zone, "dkim.test");
	admin_fixture_key(key);
	V2("CreateEmailIdentity", "{'EmailIdentity':'new.example'}");
	(void)snprintf(token, sizeof(token), "%s",
	    test_call_value(t, "DkimAttributes.Tokens.0"));
	let_sign(t, "new.example");

	put_own(t, "mail", key);
	test_call_is(t, "DkimStatus", "PENDING");
	test_call_is(t, "DkimTokens", "[\"mail\"]");
	assert_false(test_call_has(t, "SigningHostedZone"));
	put_own(t, "mail", key); /* the same once more */
	test_call_is(t, "DkimTokens", "[\"mail\"]");
	let_sign(t, "new.example");
	V2("GetEmailIdentity", "{'EmailIdentity':'new.example'}");
	test_call_is(t, "DkimAttributes.SigningAttributesOrigin", "EXTERNAL");

	V2("PutEmailIdentityDkimSigningAttributes",
	    "{'EmailIdentity':'new.example','SigningAttributesOrigin':"
	    "'AWS_SES'}");
	test_call_is(t, "DkimStatus", "PENDING");
	test_call_is(t, "DkimTokens.0", token);
	test_call_is(t, "SigningHostedZone", "dkim.test");
	V2("GetEmailIdentity", "{'EmailIdentity':'new.example'}");
	test_call_is(t, "DkimAttributes.SigningAttributesOrigin", "AWS_SES");
}

static void
put_length(struct test_call *t, int bits)
{
	char input[256];

	(void)snprintf(input, sizeof(input),
	    "{'EmailIdentity':'new.example','SigningAttributesOrigin':"
	    "'AWS_SES','SigningAttributes':{'NextSigningKeyLength':"
	    "'RSA_%d_BIT'}}",
	    bits);
	if (bits == 1024)
		V2("PutEmailIdentityDkimSigningAttributes", input);
	else
		V2_FAILS("PutEmailIdentityDkimSigningAttributes",
		    "BadRequestException", "once in 24 hours", input);
}

static void
length_once_a_day(void **state)
{
	struct test_call *t = *state;

	admin_fixture_set(&t->f->conf->dkim_zone, "dkim.test");
	V2("CreateEmailIdentity", "{'EmailIdentity':'new.example'}");
	let_sign(t, "new.example");
	put_length(t, 1024); /* the first way down is free */
	V2("GetEmailIdentity", "{'EmailIdentity':'new.example'}");
	test_call_is(
	    t, "DkimAttributes.CurrentSigningKeyLength", "RSA_2048_BIT");
	test_call_is(t, "DkimAttributes.NextSigningKeyLength", "RSA_1024_BIT");
	put_length(t, 1024); /* the same is no change */
	t->now_sec += 1;
	let_sign(t, "new.example");
	put_length(t, 2048);
	t->now_sec += 86400;
	V2("PutEmailIdentityDkimSigningAttributes",
	    "{'EmailIdentity':'new.example','SigningAttributesOrigin':"
	    "'AWS_SES','SigningAttributes':{'NextSigningKeyLength':"
	    "'RSA_2048_BIT'}}");
	V2("GetEmailIdentity", "{'EmailIdentity':'new.example'}");
	test_call_is(
	    t, "DkimAttributes.CurrentSigningKeyLength", "RSA_1024_BIT");
	test_call_is(t, "DkimAttributes.NextSigningKeyLength", "RSA_2048_BIT");
}

static void
keys_for_one_without(void **state)
{
	struct test_call *t = *state;
	struct store_identity row;

	V2("GetEmailIdentity", "{'EmailIdentity':'example.com'}");
	test_call_is(t, "DkimAttributes.Status", "NOT_STARTED");
	V2("PutEmailIdentityDkimSigningAttributes",
	    "{'EmailIdentity':'example.com','SigningAttributesOrigin':"
	    "'AWS_SES'}");
	test_call_is(t, "DkimStatus", "PENDING");
	assert_memory_equal(test_call_value(t, "DkimTokens.0"), "sw", 2);
	test_call_is(t, "SigningHostedZone", "example.com");
	/* one that failed begins anew */
	row = test_call_identity(t, "example.com");
	row.facts.status = RULES_IDENTITY_FAILED;
	assert_code(
	    t->f, SG_OK, store_identity_update(t->f->store, &row, &t->f->err));
	V2("PutEmailIdentityDkimSigningAttributes",
	    "{'EmailIdentity':'example.com','SigningAttributesOrigin':"
	    "'AWS_SES'}");
	V2("GetEmailIdentity", "{'EmailIdentity':'example.com'}");
	test_call_is(t, "VerificationStatus", "PENDING");
}

static void
wrong_keys_are_refused(void **state)
{
	static const struct {
		const char *text, *input;
	} rows[] = {
	    {"EXTERNAL goes with", "'SigningAttributesOrigin':'EXTERNAL'"},
	    {"EXTERNAL goes with",
		"'SigningAttributesOrigin':'AWS_SES','SigningAttributes':{"
		"'DomainSigningSelector':'a','DomainSigningPrivateKey':'x'}"},
	    {"AWS_SES_EU_WEST_1",
		"'SigningAttributesOrigin':'AWS_SES_EU_WEST_1'"},
	    {"missing",
		"'SigningAttributesOrigin':'EXTERNAL','SigningAttributes':{"
		"'DomainSigningPrivateKey':'x'}"},
	    {"", "'SigningAttributesOrigin':'EXTERNAL','SigningAttributes':{"
		 "'DomainSigningSelector':'a','DomainSigningPrivateKey':'x'}"},
	};
	struct test_call *t = *state;
	char input[512];

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		(void)snprintf(input, sizeof(input),
		    "{'EmailIdentity':'example.com',%s}", rows[i].input);
		V2_FAILS("PutEmailIdentityDkimSigningAttributes",
		    "BadRequestException", rows[i].text, input);
	}
	V2_FAILS("PutEmailIdentityDkimSigningAttributes", "BadRequestException",
	    "address",
	    "{'EmailIdentity':'a@example.org','SigningAttributesOrigin':"
	    "'AWS_SES'}");
}

/* ---- isolation -------------------------------------------------------------------- */

static void
rivals_are_not_found(void **state)
{
	static const char *const operations[] = {"GetEmailIdentity",
	    "DeleteEmailIdentity", "PutEmailIdentityDkimAttributes",
	    "PutEmailIdentityDkimSigningAttributes",
	    "PutEmailIdentityMailFromAttributes",
	    "PutEmailIdentityFeedbackAttributes",
	    "PutEmailIdentityConfigurationSetAttributes",
	    "CreateEmailIdentityPolicy", "UpdateEmailIdentityPolicy",
	    "DeleteEmailIdentityPolicy", "GetEmailIdentityPolicies"};
	static const char *const names[] = {"rival.example", "none.example",
	    "no name",
	    "arn:aws:ses:us-east-1:000000000002:identity/"
	    "rival.example"};
	struct test_call *t = *state;

	for (size_t i = 0; i < sizeof(operations) / sizeof(*operations); i++)
		for (size_t j = 0; j < sizeof(names) / sizeof(*names); j++)
			V2_FAILS(operations[i], "NotFoundException", names[j],
			    test_call_input(t,
				"{'EmailIdentity':'%s',"
				"'SigningAttributesOrigin':'AWS_SES',"
				"'PolicyName':'p','Policy':'{}'}",
				names[j]));
	/* Two accounts may have the same name. */
	V2("CreateEmailIdentity", "{'EmailIdentity':'rival.example'}");
	V2("DeleteEmailIdentity", "{'EmailIdentity':'rival.example'}");
	t->account = "rival";
	V2("GetEmailIdentity", "{'EmailIdentity':'rival.example'}");
	test_call_is(t, "VerificationStatus", "SUCCESS");
	test_call_is(t, "DkimAttributes.SigningEnabled", "true");
}

#define CALL_TEST(name)                                                        \
	cmocka_unit_test_setup_teardown(                                       \
	    name, test_call_setup, test_call_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    CALL_TEST(domain_with_keys_to_publish),
	    CALL_TEST(domain_with_easy_dkim),
	    CALL_TEST(domain_with_own_key),
	    CALL_TEST(everything_at_once),
	    CALL_TEST(wrong_ones_are_refused),
	    CALL_TEST(letters_have_a_pace),
	    CALL_TEST(ten_thousand_are_the_most),
	    CALL_TEST(pages),
	    CALL_TEST(deleted_with_all),
	    CALL_TEST(signing_on_and_off),
	    CALL_TEST(mail_from),
	    CALL_TEST(forwarding_and_set),
	    CALL_TEST(looks_are_told),
	    CALL_TEST(from_easy_to_own_and_back),
	    CALL_TEST(length_once_a_day),
	    CALL_TEST(keys_for_one_without),
	    CALL_TEST(wrong_keys_are_refused),
	    CALL_TEST(rivals_are_not_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
