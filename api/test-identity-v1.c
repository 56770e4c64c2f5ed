/* Identities and their notifications, by SES v1. */
#include "config.h"

#include "api/test-call.h"

#include <stdio.h>
#include <string.h>

#include "conf/conf.h"
#include "ops/identity.h"
#include "ops/identity_keys.h"
#include "ops/test-admin.h"
#include "store/store.h"

#define V1(operation, input) test_call_ok(t, API_V1, operation, input)
#define V1_FAILS(operation, code, text, input)                                 \
	test_call_fails(t, API_V1, operation, code, text, input)
#define TOPICS "arn:aws:sns:us-east-1:000000000001:"
#define TOLD "arn:aws:sns:local:000000000001:" /* with our own region */

/* A member of a map: names have dots. */
static const char *
value_of(
    struct test_call *t, const char *map, const char *name, const char *member)
{
	const json_t *value = json_object_get(
	    json_object_get(json_object_get(t->out, map), name), member);

	if (json_is_boolean(value))
		return json_is_true(value) ? "true" : "false";
	if (!json_is_string(value))
		fail_msg("no %s of %s in %s", member, name, map);
	return json_string_value(value);
}

static bool
has(struct test_call *t, const char *map, const char *name, const char *member)
{
	const json_t *object =
	    json_object_get(json_object_get(t->out, map), name);

	return (member == NULL ? object : json_object_get(object, member)) !=
	       NULL;
}

/* ---- proofs ---------------------------------------------------------------- */

static bool
count_letter(void *ctx, const struct store_letter *row)
{
	int *count = ctx;

	*count += row->kind == STORE_LETTER_CONFIRM;
	return true;
}

static int
letters(struct test_call *t)
{
	int count = 0;

	assert_code(t->f, SG_OK,
	    store_letter_list(t->f->store, count_letter, &count, &t->f->err));
	return count;
}

static void
set_status(
    struct test_call *t, const char *name, enum rules_identity_status status)
{
	struct store_identity row = test_call_identity(t, name);

	row.facts.status = status;
	assert_code(
	    t->f, SG_OK, store_identity_update(t->f->store, &row, &t->f->err));
}

static void
addresses(void **state)
{
	struct test_call *t = *state;

	V1("VerifyEmailIdentity", "{'EmailAddress':'n@example.org'}");
	assert_int_equal(letters(t), 1);
	V1("VerifyEmailIdentity", "{'EmailAddress':'n@EXAMPLE.org'}");
	V1("VerifyEmailAddress", "{'EmailAddress':'n@example.org'}");
	assert_int_equal(letters(t), 1); /* one has just left */
	V1("GetIdentityVerificationAttributes",
	    "{'Identities':['n@example.org']}");
	assert_string_equal(value_of(t, "VerificationAttributes",
				"n@example.org", "VerificationStatus"),
	    "Pending");
	assert_false(has(
	    t, "VerificationAttributes", "n@example.org", "VerificationToken"));
	set_status(t, "n@example.org", RULES_IDENTITY_FAILED);
	V1_FAILS("VerifyEmailIdentity", "Throttling", "n@example.org",
	    "{'EmailAddress':'n@example.org'}");
	t->now_sec += 61;
	V1("VerifyEmailIdentity", "{'EmailAddress':'n@example.org'}");
	assert_int_equal(test_call_identity(t, "n@example.org").facts.status,
	    RULES_IDENTITY_PENDING);
	/* verified: nothing is to be done */
	t->now_sec += 61;
	V1("VerifyEmailIdentity", "{'EmailAddress':'a@example.org'}");
	assert_int_equal(test_call_identity(t, "a@example.org").facts.status,
	    RULES_IDENTITY_SUCCESS);

	V1_FAILS("VerifyEmailIdentity", "InvalidParameterValue",
	    "Missing final '@domain'", "{'EmailAddress':'example.org'}");
	V1_FAILS("VerifyEmailAddress", "InvalidParameterValue", "no domain or",
	    "{'EmailAddress':'a b@'}");
	admin_fixture_set(&t->f->conf->mail_from, "");
	V1("VerifyEmailIdentity", "{'EmailAddress':'m@example.org'}");
	V1("VerifyEmailIdentity", "{'EmailAddress':'m@example.org'}");
}

static void
domains_by_text(void **state)
{
	struct test_call *t = *state;
	char token[65];

	V1("VerifyDomainIdentity", "{'Domain':'New.example'}");
	(void)snprintf(token, sizeof(token), "%s",
	    test_call_value(t, "VerificationToken"));
	assert_int_equal(strlen(token), 44);
	V1("VerifyDomainIdentity", "{'Domain':'new.example'}");
	assert_string_equal(test_call_value(t, "VerificationToken"), token);
	V1("GetIdentityVerificationAttributes",
	    "{'Identities':['NEW.example','none.example','rival.example',"
	    "'arn:aws:ses:us-east-1:000000000001:identity/new.example']}");
	assert_string_equal(value_of(t, "VerificationAttributes", "NEW.example",
				"VerificationToken"),
	    token);
	assert_true(has(t, "VerificationAttributes",
	    "arn:aws:ses:us-east-1:000000000001:identity/new.example", NULL));
	assert_false(has(t, "VerificationAttributes", "none.example", NULL));
	assert_false(has(t, "VerificationAttributes", "rival.example", NULL));

	/* one that failed begins anew */
	set_status(t, "new.example", RULES_IDENTITY_FAILED);
	V1("GetIdentityVerificationAttributes",
	    "{'Identities':['new.example']}");
	assert_string_equal(value_of(t, "VerificationAttributes", "new.example",
				"VerificationStatus"),
	    "Failed");
	V1("VerifyDomainIdentity", "{'Domain':'new.example'}");
	assert_int_equal(test_call_identity(t, "new.example").facts.status,
	    RULES_IDENTITY_PENDING);
	V1("VerifyDomainIdentity", "{'Domain':'example.com'}");
	assert_int_equal(test_call_identity(t, "example.com").facts.status,
	    RULES_IDENTITY_SUCCESS);
	V1_FAILS("VerifyDomainIdentity", "InvalidParameterValue",
	    "Invalid domain name", "{'Domain':'a@example.org'}");
	V1_FAILS("VerifyDomainIdentity", "InvalidParameterValue", "bounce.test",
	    "{'Domain':'bounce.test'}");
}

static void
domains_by_keys(void **state)
{
	struct test_call *t = *state;
	char token[65];

	admin_fixture_set(&t->f->conf->dkim_zone, "dkim.test");
	V1("VerifyDomainDkim", "{'Domain':'new.example'}");
	(void)snprintf(
	    token, sizeof(token), "%s", test_call_value(t, "DkimTokens.2"));
	assert_int_equal(strlen(token), 32);
	V1("VerifyDomainDkim", "{'Domain':'new.example'}");
	assert_string_equal(test_call_value(t, "DkimTokens.2"), token);
	V1("GetIdentityDkimAttributes",
	    "{'Identities':['new.example','a@example.org','rival.example',"
	    "'example.com']}");
	assert_string_equal(value_of(t, "DkimAttributes", "new.example",
				"DkimVerificationStatus"),
	    "Pending");
	assert_string_equal(
	    value_of(t, "DkimAttributes", "new.example", "DkimEnabled"),
	    "true");
	assert_true(has(t, "DkimAttributes", "new.example", "DkimTokens"));
	assert_string_equal(value_of(t, "DkimAttributes", "a@example.org",
				"DkimVerificationStatus"),
	    "NotStarted");
	assert_false(has(t, "DkimAttributes", "a@example.org", "DkimTokens"));
	assert_string_equal(value_of(t, "DkimAttributes", "example.com",
				"DkimVerificationStatus"),
	    "NotStarted");
	assert_false(has(t, "DkimAttributes", "rival.example", NULL));
	/* one that failed begins anew */
	set_status(t, "new.example", RULES_IDENTITY_FAILED);
	V1("VerifyDomainDkim", "{'Domain':'new.example'}");
	assert_int_equal(test_call_identity(t, "new.example").facts.status,
	    RULES_IDENTITY_PENDING);
	/* one that has no keys gets some */
	V1("VerifyDomainDkim", "{'Domain':'example.com'}");
	assert_true(test_call_has(t, "DkimTokens.2"));
	V1_FAILS("VerifyDomainDkim", "InvalidParameterValue",
	    "Invalid domain name", "{'Domain':'a@example.org'}");
}

/* A key that the customer brought is not given up by an old client's call. */
static void
own_keys_stay(void **state)
{
	struct test_call *t = *state;
	struct admin_fixture *f = t->f;
	char key[ADMIN_FIXTURE_KEY_MAX];

	admin_fixture_key(key);
	assert_code(f, SG_OK,
	    identity_import_key(f->store, f->seal, "shop", "example.com",
		"mail", key, strlen(key), true, TEST_NOW, &f->err));
	V1("VerifyDomainDkim", "{'Domain':'example.com'}");
	assert_string_equal(test_call_value(t, "DkimTokens"), "[\"mail\"]");
	V1("GetIdentityDkimAttributes", "{'Identities':['example.com']}");
	assert_string_equal(value_of(t, "DkimAttributes", "example.com",
				"DkimVerificationStatus"),
	    "Success");
}

static void
dkim_on_and_off(void **state)
{
	struct test_call *t = *state;

	V1("SetIdentityDkimEnabled",
	    "{'Identity':'example.com','DkimEnabled':false}");
	assert_false(
	    test_call_identity(t, "example.com").facts.signing_enabled);
	V1("SetIdentityDkimEnabled",
	    "{'Identity':'arn:aws:ses:us-east-1:000000000001:identity/"
	    "example.com','DkimEnabled':true}");
	assert_true(test_call_identity(t, "example.com").facts.signing_enabled);
}

/* ---- deleting and listing ----------------------------------------------------- */

static void
deleting(void **state)
{
	struct test_call *t = *state;

	V1("DeleteIdentity", "{'Identity':'example.com'}");
	V1("DeleteIdentity", "{'Identity':'example.com'}");
	V1("DeleteIdentity", "{'Identity':'rival.example'}");
	V1("DeleteVerifiedEmailAddress", "{'EmailAddress':'a@example.org'}");
	V1("DeleteVerifiedEmailAddress", "{'EmailAddress':'a@example.org'}");
	V1_FAILS("DeleteVerifiedEmailAddress", "InvalidParameterValue",
	    "Missing final '@domain'", "{'EmailAddress':'example.com'}");
	V1("ListIdentities", "{}");
	assert_string_equal(test_call_value(t, "Identities"), "[]");
	t->account = "rival";
	V1("ListIdentities", "{}");
	assert_string_equal(
	    test_call_value(t, "Identities"), "[\"rival.example\"]");
}

static void
listing(void **state)
{
	struct test_call *t = *state;

	V1("VerifyEmailIdentity", "{'EmailAddress':'n@example.org'}");
	V1("ListIdentities", "{}");
	assert_string_equal(test_call_value(t, "Identities"),
	    "[\"a@example.org\", \"example.com\", \"n@example.org\"]");
	V1("ListIdentities", "{'IdentityType':'Domain'}");
	assert_string_equal(
	    test_call_value(t, "Identities"), "[\"example.com\"]");
	V1("ListIdentities", "{'IdentityType':'EmailAddress','MaxItems':1}");
	assert_string_equal(
	    test_call_value(t, "Identities"), "[\"a@example.org\"]");
	test_call_next(
	    t, API_V1, "ListIdentities", "'IdentityType':'EmailAddress',");
	assert_string_equal(
	    test_call_value(t, "Identities"), "[\"n@example.org\"]");
	V1_FAILS("ListIdentities", "InvalidParameterValue", "MaxItems",
	    "{'MaxItems':1001}");
	V1_FAILS("ListIdentities", "InvalidParameterValue", "NextToken",
	    "{'NextToken':'x'}");
	V1("ListVerifiedEmailAddresses", "{}");
	assert_string_equal(test_call_value(t, "VerifiedEmailAddresses"),
	    "[\"a@example.org\"]");
	t->account = "rival";
	V1("ListVerifiedEmailAddresses", "{}");
	assert_string_equal(test_call_value(t, "VerifiedEmailAddresses"), "[]");
}

/* ---- MAIL FROM -------------------------------------------------------------------- */

static void
mail_from(void **state)
{
	struct test_call *t = *state;

	V1("SetIdentityMailFromDomain",
	    "{'Identity':'example.com','MailFromDomain':'b.example.com',"
	    "'BehaviorOnMXFailure':'RejectMessage'}");
	V1("GetIdentityMailFromDomainAttributes",
	    "{'Identities':['example.com','a@example.org','rival.example']}");
	assert_string_equal(value_of(t, "MailFromDomainAttributes",
				"example.com", "MailFromDomain"),
	    "b.example.com");
	assert_string_equal(value_of(t, "MailFromDomainAttributes",
				"example.com", "MailFromDomainStatus"),
	    "Pending");
	assert_string_equal(value_of(t, "MailFromDomainAttributes",
				"example.com", "BehaviorOnMXFailure"),
	    "RejectMessage");
	assert_string_equal(value_of(t, "MailFromDomainAttributes",
				"a@example.org", "BehaviorOnMXFailure"),
	    "UseDefaultValue");
	assert_false(has(
	    t, "MailFromDomainAttributes", "a@example.org", "MailFromDomain"));
	assert_false(has(t, "MailFromDomainAttributes", "rival.example", NULL));
	V1_FAILS("SetIdentityMailFromDomain", "InvalidParameterValue",
	    "subdomain",
	    "{'Identity':'example.com','MailFromDomain':'other.example'}");
	V1("SetIdentityMailFromDomain", "{'Identity':'example.com'}");
	assert_string_equal(
	    test_call_identity(t, "example.com").facts.mail_from, "");
}

/* ---- notifications ------------------------------------------------------------------ */

static void
topics(void **state)
{
	static const char *const wrong[] = {TOPICS "none", TOPICS "rivals",
	    "arn:aws:sns:us-east-1:000000000002:rivals", "news",
	    "arn:aws:sns:", TOPICS, TOPICS "news:x"};
	static const char map[] = "NotificationAttributes";
	struct test_call *t = *state;

	(void)test_call_add_topic(t, "shop", "news");
	(void)test_call_add_topic(t, "rival", "rivals");
	V1("SetIdentityNotificationTopic",
	    "{'Identity':'example.com','NotificationType':'Bounce','SnsTopic':"
	    "'" TOPICS "news'}");
	V1("SetIdentityNotificationTopic",
	    "{'Identity':'example.com','NotificationType':'Delivery',"
	    "'SnsTopic':'arn:aws:sns:eu-west-1:000000000001:news'}");
	V1("GetIdentityNotificationAttributes",
	    "{'Identities':['example.com','rival.example']}");
	assert_string_equal(
	    value_of(t, map, "example.com", "BounceTopic"), TOLD "news");
	assert_string_equal(
	    value_of(t, map, "example.com", "DeliveryTopic"), TOLD "news");
	assert_false(has(t, map, "example.com", "ComplaintTopic"));
	assert_string_equal(
	    value_of(t, map, "example.com", "ForwardingEnabled"), "true");
	assert_string_equal(value_of(t, map, "example.com",
				"HeadersInBounceNotificationsEnabled"),
	    "false");
	assert_false(has(t, map, "rival.example", NULL));

	V1("SetIdentityNotificationTopic",
	    "{'Identity':'example.com','NotificationType':'Bounce'}");
	assert_int_equal(
	    test_call_identity(t, "example.com").bounce_topic_id, 0);
	assert_int_not_equal(
	    test_call_identity(t, "example.com").delivery_topic_id, 0);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		V1_FAILS("SetIdentityNotificationTopic",
		    "InvalidParameterValue", wrong[i],
		    test_call_input(t,
			"{'Identity':'example.com',"
			"'NotificationType':'Complaint',"
			"'SnsTopic':'%s'}",
			wrong[i]));
	}
}

static void
forwarding(void **state)
{
	struct test_call *t = *state;

	(void)test_call_add_topic(t, "shop", "news");
	V1_FAILS("SetIdentityFeedbackForwardingEnabled",
	    "InvalidParameterValue", "topics for bounces and complaints",
	    "{'Identity':'example.com','ForwardingEnabled':false}");
	V1("SetIdentityNotificationTopic",
	    "{'Identity':'example.com','NotificationType':'Bounce','SnsTopic':"
	    "'" TOPICS "news'}");
	V1_FAILS("SetIdentityFeedbackForwardingEnabled",
	    "InvalidParameterValue", "topics for bounces and complaints",
	    "{'Identity':'example.com','ForwardingEnabled':false}");
	V1("SetIdentityNotificationTopic",
	    "{'Identity':'example.com','NotificationType':'Complaint',"
	    "'SnsTopic':'" TOPICS "news'}");
	V1("SetIdentityFeedbackForwardingEnabled",
	    "{'Identity':'example.com','ForwardingEnabled':false}");
	assert_false(test_call_identity(t, "example.com").forwarding);
	V1("SetIdentityFeedbackForwardingEnabled",
	    "{'Identity':'example.com','ForwardingEnabled':true}");
	assert_true(test_call_identity(t, "example.com").forwarding);
}

static void
headers(void **state)
{
	static const char map[] = "NotificationAttributes";
	struct test_call *t = *state;

	(void)test_call_add_topic(t, "shop", "news");
	V1_FAILS("SetIdentityHeadersInNotificationsEnabled",
	    "InvalidParameterValue", "no topic for Complaint",
	    "{'Identity':'example.com','NotificationType':'Complaint',"
	    "'Enabled':true}");
	V1("SetIdentityHeadersInNotificationsEnabled",
	    "{'Identity':'example.com','NotificationType':'Complaint',"
	    "'Enabled':false}");
	V1("SetIdentityNotificationTopic",
	    "{'Identity':'example.com','NotificationType':'Complaint',"
	    "'SnsTopic':'" TOPICS "news'}");
	V1("SetIdentityNotificationTopic",
	    "{'Identity':'example.com','NotificationType':'Delivery',"
	    "'SnsTopic':'" TOPICS "news'}");
	V1("SetIdentityHeadersInNotificationsEnabled",
	    "{'Identity':'example.com','NotificationType':'Complaint',"
	    "'Enabled':true}");
	V1("SetIdentityHeadersInNotificationsEnabled",
	    "{'Identity':'example.com','NotificationType':'Delivery',"
	    "'Enabled':true}");
	V1("SetIdentityHeadersInNotificationsEnabled",
	    "{'Identity':'example.com','NotificationType':'Delivery',"
	    "'Enabled':false}");
	V1("GetIdentityNotificationAttributes",
	    "{'Identities':['example.com']}");
	assert_string_equal(value_of(t, map, "example.com",
				"HeadersInComplaintNotificationsEnabled"),
	    "true");
	assert_string_equal(value_of(t, map, "example.com",
				"HeadersInDeliveryNotificationsEnabled"),
	    "false");
}

/* ---- limits and isolation ---------------------------------------------------------- */

static void
hundred_at_a_time(void **state)
{
	static const char *const operations[] = {
	    "GetIdentityVerificationAttributes", "GetIdentityDkimAttributes",
	    "GetIdentityMailFromDomainAttributes",
	    "GetIdentityNotificationAttributes"};
	struct test_call *t = *state;
	char input[4096];
	size_t len =
	    (size_t)snprintf(input, sizeof(input), "{'Identities':['x'");

	for (int i = 0; i < 99; i++)
		len += (size_t)snprintf(
		    input + len, sizeof(input) - len, ",'d%d.example'", i);
	(void)snprintf(input + len, sizeof(input) - len, "]}");
	for (size_t i = 0; i < 4; i++)
		V1(operations[i], input);
	(void)snprintf(input + len, sizeof(input) - len, ",'y']}");
	for (size_t i = 0; i < 4; i++)
		V1_FAILS(operations[i], "InvalidParameterValue", "at most 100",
		    input);
}

static void
rivals_are_not_found(void **state)
{
	static const char *const operations[] = {"SetIdentityDkimEnabled",
	    "SetIdentityMailFromDomain", "SetIdentityNotificationTopic",
	    "SetIdentityFeedbackForwardingEnabled",
	    "SetIdentityHeadersInNotificationsEnabled", "PutIdentityPolicy",
	    "GetIdentityPolicies", "ListIdentityPolicies",
	    "DeleteIdentityPolicy"};
	static const char *const names[] = {"rival.example", "none.example",
	    "arn:aws:ses:us-east-1:000000000002:identity/rival.example",
	    "arn:aws:ses:us-east-1:000000000001:template/example.com"};
	struct test_call *t = *state;

	for (size_t i = 0; i < sizeof(operations) / sizeof(*operations); i++)
		for (size_t j = 0; j < sizeof(names) / sizeof(*names); j++)
			V1_FAILS(operations[i], "InvalidParameterValue",
			    names[j],
			    test_call_input(t,
				"{'Identity':'%s','NotificationType':'Bounce',"
				"'PolicyName':'p','Policy':'{}','PolicyNames':"
				"['p']}",
				names[j]));
	t->account = "rival";
	assert_true(
	    test_call_identity(t, "rival.example").facts.signing_enabled);
	assert_true(test_call_identity(t, "rival.example").forwarding);
}

#define CALL_TEST(name)                                                        \
	cmocka_unit_test_setup_teardown(                                       \
	    name, test_call_setup, test_call_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    CALL_TEST(addresses),
	    CALL_TEST(domains_by_text),
	    CALL_TEST(domains_by_keys),
	    CALL_TEST(own_keys_stay),
	    CALL_TEST(dkim_on_and_off),
	    CALL_TEST(deleting),
	    CALL_TEST(listing),
	    CALL_TEST(mail_from),
	    CALL_TEST(topics),
	    CALL_TEST(forwarding),
	    CALL_TEST(headers),
	    CALL_TEST(hundred_at_a_time),
	    CALL_TEST(rivals_are_not_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
