/* Policies of identities: what they may say, what they allow, and that the gate
 * holds them. */
#include "config.h"

#include "ops/policy.h"

#include <stdio.h>
#include <string.h>

#include "conf/conf.h"
#include "ops/account.h"
#include "ops/explain.h"
#include "ops/grant.h"
#include "ops/identity.h"
#include "ops/login.h"
#include "ops/test-admin.h"

#define SHOP INT64_C(1)

/* ---- documents ---- */

/* ' stands for ". */
static void
quote(const char *text, char *text_r, size_t size)
{
	assert_true(strlen(text) < size);
	for (; *text != '\0'; text++)
		*text_r++ = (char)(*text == '\'' ? '"' : *text);
	*text_r = '\0';
}

#define HEAD "{'Version':'2012-10-17','Statement':"
#define ALLOW "'Effect':'Allow',"
#define AWS "'Principal':{'AWS':'000000000002'},"
#define SEND "'Action':'ses:SendEmail',"
#define ARN "arn:aws:ses:us-east-1:000000000001:identity/shop.example"
#define RES "'Resource':'" ARN "'"
#define GOOD ALLOW AWS SEND RES
#define FROM(op, value) ",'Condition':{'" op "':{'ses:FromAddress':" value "}}"

static const struct {
	const char *text;
	const char *want; /* "2:* 3:a*", or of the error */
	bool is_wrong;
} documents[] = {
    {HEAD "{" GOOD "}}", "2:*", false},
    {"{'Statement':[{" GOOD "}]}", "2:*", false},
    {"{'Id':'x','Version':'2008-10-17','Statement':[{'Sid':'a'," GOOD "}]}",
	"2:*", false},
    {HEAD "{" ALLOW "'Principal':{'AWS':['arn:aws:iam::000000000002:root',"
	  "'000000000003','000000000001']}," SEND RES "}}",
	"2:* 3:*", false},
    {HEAD "[{" GOOD FROM(
	 "StringLike", "'News*@SHOP.example'") "},"
					       "{" GOOD FROM("StringEquals",
						   "['a@shop.example',"
						   "'b@shop.example']") "}]}",
	"2:News*@shop.example 2:a@shop.example 2:b@shop.example", false},
    {HEAD "{" ALLOW AWS "'Action':['SES:sendrawemail','ses:Send*',"
	  "'ses:*','ses:SendTemplatedEmail'],'Resource':["
	  "'arn:aws:ses:eu-west-1:000000000001:identity/SHOP.example']"
	  "}}",
	"2:*", false},

    {"", "no JSON", true},
    {"[]", "not an object", true},
    {"{'Statement':[]}", "Statement is missing", true},
    {"{'Version':'2012-10-17'}", "Statement is missing", true},
    {"{'Version':'1999','Statement':{" GOOD "}}", "Version", true},
    {"{'Version':2,'Statement':{" GOOD "}}", "Version", true},
    {"{'Extra':1,'Statement':{" GOOD "}}", "Extra", true},
    {HEAD "['x']}", "not an object", true},
    {HEAD "{" GOOD "," RES "}}", "no JSON", true},
    {HEAD "{'Effect':'Deny'," AWS SEND RES "}}", "Effect", true},
    {HEAD "[{" GOOD "},{'Effect':'Deny'," AWS SEND RES "}]}", "Deny", true},
    {HEAD "{" AWS SEND RES "}}", "Effect", true},
    {HEAD "{" ALLOW SEND RES "}}", "Principal", true},
    {HEAD "{" ALLOW "'Principal':'*'," SEND RES "}}", "everybody", true},
    {HEAD "{" ALLOW "'Principal':{'AWS':'*'}," SEND RES "}}", "everybody",
	true},
    {HEAD "{" ALLOW "'Principal':{'AWS':[]}," SEND RES "}}", "Principal AWS",
	true},
    {HEAD "{" ALLOW "'Principal':{'AWS':[2]}," SEND RES "}}", "Principal AWS",
	true},
    {HEAD "{" ALLOW "'Principal':{'Service':'x'}," SEND RES "}}", "Service",
	true},
    {HEAD "{" ALLOW "'Principal':{'AWS':'000000000002','Service':'x'}," SEND RES
	  "}}",
	"Service", true},
    {HEAD "{" ALLOW
	  "'Principal':{'AWS':'arn:aws:iam::000000000002:user/x'}," SEND RES
	  "}}",
	"only accounts", true},
    {HEAD "{" ALLOW "'Principal':{'AWS':'2'}," SEND RES "}}",
	"neither the number", true},
    {HEAD "{" ALLOW "'Principal':{'AWS':'00000000000x'}," SEND RES "}}",
	"neither the number", true},
    {HEAD "{" ALLOW "'Principal':{'AWS':'0000000000000000002'}," SEND RES "}}",
	"neither the number", true},
    {HEAD "{" ALLOW "'NotPrincipal':{'AWS':'000000000002'}," SEND RES "}}",
	"NotPrincipal", true},
    {HEAD "{" ALLOW AWS RES "}}", "Action", true},
    {HEAD "{" ALLOW AWS "'Action':'ses:GetSendQuota'," RES "}}",
	"ses:GetSendQuota", true},
    {HEAD "{" ALLOW AWS "'Action':'*'," RES "}}", "Action", true},
    {HEAD "{" ALLOW AWS "'Action':'ses:SendTemplatedEmail'," RES "}}",
	"templated", true},
    {HEAD "{" ALLOW AWS "'NotAction':'ses:SendEmail'," RES "}}", "NotAction",
	true},
    {HEAD "{" ALLOW AWS "'Action':'ses:SendEmail'}}", "Resource", true},
    {HEAD "{" ALLOW AWS SEND "'Resource':'*'}}", "Resource", true},
    {HEAD "{" ALLOW AWS SEND "'Resource':['" ARN "','" ARN "x']}}", "Resource",
	true},
    {HEAD "{" ALLOW AWS SEND "'Resource':'arn:aws:ses:us-east-1:"
	  "000000000002:identity/shop.example'}}",
	"Resource", true},
    {HEAD "{" ALLOW AWS SEND "'Resource':'arn:aws:ses:us-east-1:"
	  "000000000001:template/shop.example'}}",
	"Resource", true},
    {HEAD "{" ALLOW AWS SEND "'Resource':'arn:aws:ses:'}}", "Resource", true},
    {HEAD "{" GOOD ",'Condition':{}}}", "exactly one", true},
    {HEAD "{" GOOD ",'Condition':[]}}", "not an object", true},
    {HEAD "{" GOOD ",'Condition':{'StringEquals':{}}}}", "exactly one", true},
    {HEAD "{" GOOD FROM("StringNotLike", "'*'") "}}", "StringNotLike", true},
    {HEAD "{" GOOD ",'Condition':{'StringLike':{'ses:FromAddress':'*',"
	  "'ses:Recipients':'*'}}}}",
	"exactly one key", true},
    {HEAD "{" GOOD ",'Condition':{'StringLike':{'ses:Recipients':'*'}}"
	  "}}",
	"ses:Recipients", true},
    {HEAD "{" GOOD ",'Condition':{'IpAddress':{'aws:SourceIp':'*'}}}}",
	"IpAddress", true},
    {HEAD "{" GOOD ",'Condition':{'StringEquals':{'ses:FromAddress':"
	  "'a@shop.example'},'StringLike':{'ses:FromAddress':'*'}}}}",
	"exactly one", true},
    {HEAD "{" GOOD FROM("StringLike", "[]") "}}", "ses:FromAddress", true},
    {HEAD "{" GOOD FROM("StringEquals", "'*@shop.example'") "}}", "StringLike",
	true},
    {HEAD "{" GOOD FROM("StringLike", "'${aws:username}@*'") "}}", "variables",
	true},
    {HEAD "{" GOOD FROM("StringLike", "'*@other.example'") "}}",
	"no address of shop.example", true},
    {HEAD "{" GOOD FROM("StringLike", "''") "}}", "1 to 320", true},
    {HEAD "{" GOOD "}} x", "no JSON", true},
};

static void
test_documents(void **state)
{
	struct policy_document document;
	struct err err;
	char text[2048];

	(void)state;
	for (size_t i = 0; i < sizeof(documents) / sizeof(*documents); i++) {
		char got[512] = "";
		size_t len = 0;
		enum sg_err rc;

		quote(documents[i].text, text, sizeof(text));
		rc = policy_document_read(
		    text, strlen(text), "shop.example", SHOP, &document, &err);
		for (size_t j = 0; rc == SG_OK && j < document.count; j++)
			len += (size_t)snprintf(got + len, sizeof(got) - len,
			    "%s%d:%s", j > 0 ? " " : "",
			    (int)document.list[j].account_id,
			    document.list[j].pattern);
		if (documents[i].is_wrong
			? rc != SG_INVALID ||
			      strstr(err.text, documents[i].want) == NULL
			: rc != SG_OK || strcmp(got, documents[i].want) != 0)
			fail_msg("%s: %s, %s %s, not %s", text, err_name(rc),
			    rc == SG_OK ? "" : err.text, got,
			    documents[i].want);
	}
}

static void
test_document_limits(void **state)
{
	struct policy_document document;
	struct err err;
	char text[POLICY_BYTES_MAX + 2], good[512];
	size_t len, used;

	(void)state;
	quote(HEAD "{" GOOD "}}", good, sizeof(good));
	len = strlen(good);
	memset(text, ' ', sizeof(text));
	memcpy(text, good, len);
	assert_int_equal(policy_document_read(text, POLICY_BYTES_MAX,
			     "shop.example", SHOP, &document, &err),
	    SG_OK);
	assert_int_equal(policy_document_read(text, POLICY_BYTES_MAX + 1,
			     "shop.example", SHOP, &document, &err),
	    SG_INVALID);
	assert_non_null(strstr(err.text, "4096"));

	used = (size_t)snprintf(text, sizeof(text),
	    "{\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"ses:*\","
	    "\"Resource\":\"" ARN "\",\"Principal\":{\"AWS\":[");
	for (int i = 0; i < 101; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used,
		    "%s\"%012d\"", i > 0 ? "," : "", i + 2);
	(void)snprintf(text + used, sizeof(text) - used, "]}}}");
	assert_int_equal(policy_document_read(text, strlen(text),
			     "shop.example", SHOP, &document, &err),
	    SG_INVALID);
	assert_non_null(strstr(err.text, "at most 100"));
	memset(text, '[', sizeof(text));
	assert_int_equal(policy_document_read(text, POLICY_BYTES_MAX,
			     "shop.example", SHOP, &document, &err),
	    SG_INVALID);
}

/* ---- what they allow ---- */

/* shop with shop.example, blog, news: all in production. */
static int
setup(void **state)
{
	static const struct account_change change = {
	    .has_production = true, .production = true};
	static const char *const names[] = {"shop", "blog", "news"};
	struct admin_fixture *f;

	assert_int_equal(admin_fixture_setup(state), 0);
	f = *state;
	for (size_t i = 0; i < 3; i++) {
		if (i > 0)
			assert_code(f, SG_OK,
			    account_create(f->store, f->conf, names[i], "",
				TEST_NOW, NULL, &f->err));
		assert_code(f, SG_OK,
		    account_change(
			f->store, f->conf, names[i], &change, NULL, &f->err));
		assert_code(f, SG_OK,
		    login_add(f->store, names[i], names[i], TEST_NOW, &f->err));
	}
	assert_code(f, SG_OK,
	    identity_create(f->store, f->seal, f->conf, "shop", "shop.example",
		IDENTITY_KEYS_ED25519, false, TEST_NOW, NULL, &f->err));
	assert_code(f, SG_OK,
	    identity_verify(
		f->store, "shop", "shop.example", TEST_NOW, NULL, &f->err));
	return 0;
}

static enum sg_err
put(struct admin_fixture *f, const char *account, const char *name,
    const char *document, bool create, bool *is_full_r)
{
	char text[2048];

	quote(document, text, sizeof(text));
	return policy_put(f->store, account, "Shop.example", name, text, create,
	    TEST_NOW, is_full_r, &f->err);
}

static void
ignore_step(void *ctx, const struct explain_step *step)
{
	(void)ctx;
	(void)step;
}

/* May the account send from here? By the gate's own decisions. */
static bool
may_send(struct admin_fixture *f, const char *login, const char *from)
{
	static const char *const to[] = {"a@reader.example"};
	struct explain_request request = {.login = login,
	    .sender = from,
	    .header_from = from,
	    .recipients = to,
	    .recipient_count = 1,
	    .now_usec = TEST_NOW * 1000000};
	struct explain_result result;

	assert_code(f, SG_OK,
	    explain_message(f->conf, f->store, &request, ignore_step, NULL,
		&result, &f->err));
	return result.accepted;
}

static void
test_gate(void **state)
{
	struct admin_fixture *f = *state;
	struct store_grant grant;
	bool is_full;

	assert_true(may_send(f, "shop", "a@shop.example"));
	assert_false(may_send(f, "blog", "a@shop.example"));
	assert_code(f, SG_OK,
	    put(f, "shop", "one",
		HEAD "{" GOOD FROM("StringLike", "'news*@shop.example'") "}}",
		true, &is_full));
	assert_true(may_send(f, "blog", "news1@shop.example"));
	assert_false(may_send(f, "blog", "a@shop.example"));
	assert_false(may_send(f, "news", "news1@shop.example"));

	/* replaced: what was allowed is so no more */
	assert_code(f, SG_OK,
	    put(f, "shop", "one",
		HEAD "{" GOOD FROM("StringEquals", "'a@shop.example'") "}}",
		false, &is_full));
	assert_false(may_send(f, "blog", "news1@shop.example"));
	assert_true(may_send(f, "blog", "a@shop.example"));

	/* a single grant of the same stays when the policy goes */
	assert_code(f, SG_OK,
	    grant_allow(f->store, "shop", "shop.example", "blog",
		"a@shop.example", TEST_NOW, &grant, &f->err));
	assert_code(f, SG_OK,
	    policy_delete(f->store, "shop", "shop.example", "one", &f->err));
	assert_true(may_send(f, "blog", "a@shop.example"));
	assert_code(f, SG_OK,
	    put(f, "shop", "two", HEAD "{" GOOD "}}", true, &is_full));
	assert_code(f, SG_OK,
	    grant_disallow(
		f->store, "shop", "shop.example", "blog", NULL, &f->err));
	assert_true(may_send(f, "blog", "a@shop.example"));
	assert_code(f, SG_OK,
	    policy_delete(f->store, "shop", "shop.example", "two", &f->err));
	assert_false(may_send(f, "blog", "a@shop.example"));
}

struct found {
	char text[512];
};

static bool
take(void *ctx, const struct store_policy *row)
{
	struct found *found = ctx;
	size_t len = strlen(found->text);

	(void)snprintf(found->text + len, sizeof(found->text) - len, "%s%s",
	    len > 0 ? " " : "", row->name);
	return true;
}

static void
test_put(void **state)
{
	struct admin_fixture *f = *state;
	struct found found = {""};
	bool is_full;

	assert_code(
	    f, SG_OK, put(f, "shop", "b", HEAD "{" GOOD "}}", true, &is_full));
	assert_code(f, SG_EXISTS,
	    put(f, "shop", "b", HEAD "{" GOOD "}}", true, &is_full));
	assert_code(
	    f, SG_OK, put(f, "shop", "a", HEAD "{" GOOD "}}", false, &is_full));
	assert_code(f, SG_INVALID,
	    put(f, "shop", "a b", HEAD "{" GOOD "}}", true, &is_full));
	assert_code(f, SG_MISSING,
	    put(f, "blog", "c", HEAD "{" GOOD "}}", true, &is_full));
	/* a document that is refused changes nothing */
	assert_code(f, SG_INVALID,
	    put(f, "shop", "a",
		HEAD "{" ALLOW "'Principal':{'AWS':'000000000009'}," SEND RES
		     "}}",
		false, &is_full));
	assert_non_null(strstr(f->err.text, "000000000009"));
	assert_true(may_send(f, "blog", "a@shop.example"));
	assert_code(f, SG_OK,
	    policy_list(
		f->store, "shop", "shop.example", take, &found, &f->err));
	assert_string_equal(found.text, "a b");
	assert_code(f, SG_MISSING,
	    policy_list(
		f->store, "blog", "shop.example", take, &found, &f->err));
	assert_code(f, SG_MISSING,
	    policy_delete(f->store, "blog", "shop.example", "a", &f->err));
	assert_code(f, SG_MISSING,
	    policy_delete(f->store, "shop", "shop.example", "c", &f->err));
	assert_false(is_full);
}

static void
test_twenty_policies(void **state)
{
	struct admin_fixture *f = *state;
	char name[16];
	bool is_full;

	for (int i = 0; i < POLICY_MOST; i++) {
		(void)snprintf(name, sizeof(name), "p%d", i);
		assert_code(f, SG_OK,
		    put(f, "shop", name, HEAD "{" GOOD "}}", true, &is_full));
	}
	assert_code(f, SG_INVALID,
	    put(f, "shop", "more", HEAD "{" GOOD "}}", true, &is_full));
	assert_true(is_full);
	assert_code(f, SG_OK,
	    put(f, "shop", "p0", HEAD "{" GOOD "}}", false, &is_full));
	assert_false(is_full);
}

/* The gate has them in memory: an account may not fill it. */
static void
test_ten_thousand_grants(void **state)
{
	struct admin_fixture *f = *state;
	struct store_identity row;
	struct store_policy policy = {.document = "{}", .name = "many"};
	char pattern[32];
	bool is_full;

	assert_code(f, SG_OK,
	    identity_get(f->store, "shop", "shop.example", &row, &f->err));
	policy.identity_id = row.facts.id;
	assert_code(f, SG_OK, store_begin(f->store, &f->err));
	assert_code(f, SG_OK, store_policy_put(f->store, &policy, &f->err));
	for (int i = 0; i < POLICY_GRANTS_MOST - 1; i++) {
		(void)snprintf(pattern, sizeof(pattern), "%d@*", i);
		assert_code(f, SG_OK,
		    store_policy_grant_add(f->store, &policy,
			row.account_id + 1, pattern, &f->err));
	}
	assert_code(f, SG_OK, store_commit(f->store, &f->err));
	assert_code(f, SG_OK,
	    put(f, "shop", "last", HEAD "{" GOOD "}}", true, &is_full));
	assert_code(f, SG_INVALID,
	    put(f, "shop", "more", HEAD "{" GOOD "}}", true, &is_full));
	assert_true(is_full);
	assert_non_null(strstr(f->err.text, "10000"));
	assert_code(f, SG_OK,
	    put(f, "shop", "many", HEAD "{" GOOD "}}", false, &is_full));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_documents),
	    cmocka_unit_test(test_document_limits),
	    cmocka_unit_test_setup_teardown(
		test_gate, setup, admin_fixture_teardown),
	    cmocka_unit_test_setup_teardown(
		test_put, setup, admin_fixture_teardown),
	    cmocka_unit_test_setup_teardown(
		test_twenty_policies, setup, admin_fixture_teardown),
	    cmocka_unit_test_setup_teardown(
		test_ten_thousand_grants, setup, admin_fixture_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
