/* Tests of templates and of letters that confirm addresses, in both protocols. */
#include "config.h"

#include "api/test-call.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api/exchange.h"
#include "api/pages.h"
#include "api/test-smtp.h"
#include "base/buf.h"
#include "conf/conf.h"
#include "ops/account.h"
#include "ops/identity.h"
#include "ops/link.h"
#include "ops/template.h"
#include "ops/verification_template.h"
#include "post/compose.h"
#include "store/events.h"

#define CONTENT                                                                \
	"'TemplateContent':{'Subject':'Hi {{name}}','Text':'Dear {{name}}',"   \
	"'Html':'<b>{{name}}</b>'}"
#define T1 "'TemplateName':'t1'"
#define V1_T1                                                                  \
	"{'Template':{" T1 ",'SubjectPart':'Hi {{name}}',"                     \
	"'TextPart':'Dear {{name}}'}}"
#define URLS                                                                   \
	"'SuccessRedirectionURL':'https://example.com/yes?a=b',"               \
	"'FailureRedirectionURL':'https://example.com/no'"
#define WORDING                                                                \
	"'TemplateName':'v1','FromEmailAddress':'news@example.com',"           \
	"'TemplateSubject':'Welcome','TemplateContent':"                       \
	"'<html><body><p>Hello</p></body></html>'," URLS

static void
ok(struct test_call *t, enum api_protocol protocol, const char *operation,
    const char *input)
{
	(void)test_call_ok(t, protocol, operation, input);
}

static void
assert_has(const char *text, const char *part)
{
	if (strstr(text, part) == NULL)
		fail_msg("no \"%s\" in \"%s\"", part, text);
}

/* ---- templates of v2 ------------------------------------------------------------------ */

static void
test_v2(void **state)
{
	struct test_call *t = *state;

	ok(t, API_V2, "CreateEmailTemplate",
	    "{" T1 "," CONTENT ",'Tags':[{'Key':'k','Value':'v'}]}");
	ok(t, API_V2, "GetEmailTemplate", "{" T1 "}");
	assert_string_equal(test_call_value(t, "TemplateName"), "t1");
	assert_string_equal(
	    test_call_value(t, "TemplateContent.Subject"), "Hi {{name}}");
	assert_string_equal(
	    test_call_value(t, "TemplateContent.Html"), "<b>{{name}}</b>");
	assert_string_equal(test_call_value(t, "Tags.0.Key"), "k");
	ok(t, API_V2, "UpdateEmailTemplate",
	    "{" T1 ",'TemplateContent':{'Subject':'s','Text':'t'}}");
	ok(t, API_V2, "GetEmailTemplate", "{" T1 "}");
	assert_string_equal(test_call_value(t, "TemplateContent.Text"), "t");
	assert_false(test_call_has(t, "TemplateContent.Html"));
	ok(t, API_V2, "DeleteEmailTemplate", "{" T1 "}");
	test_call_fails(t, API_V2, "GetEmailTemplate", "NotFoundException",
	    "Template t1 does not exist", "{" T1 "}");
}

static void
test_v2_wrong(void **state)
{
	struct test_call *t = *state;

	ok(t, API_V2, "CreateEmailTemplate", "{" T1 "," CONTENT "}");
	test_call_fails(t, API_V2, "CreateEmailTemplate",
	    "AlreadyExistsException", "t1", "{" T1 "," CONTENT "}");
	test_call_fails(t, API_V2, "CreateEmailTemplate", "BadRequestException",
	    "TemplateName", "{'TemplateName':'a b'," CONTENT "}");
	test_call_fails(t, API_V2, "CreateEmailTemplate", "BadRequestException",
	    "Html: line 2, column 3: {{#if}}",
	    "{'TemplateName':'t2','TemplateContent':{'Subject':'s',"
	    "'Html':'a\\nb {{#if x}}'}}");
	test_call_fails(t, API_V2, "CreateEmailTemplate", "BadRequestException",
	    "subject", "{'TemplateName':'t2','TemplateContent':{'Html':'a'}}");
	ok(t, API_V2, "CreateEmailTemplate",
	    "{'TemplateName':'bare','TemplateContent':{'Subject':'a'}}");
	ok(t, API_V2, "TestRenderEmailTemplate",
	    "{'TemplateName':'bare','TemplateData':'{}'}");
	test_call_fails(t, API_V2, "CreateEmailTemplate", "BadRequestException",
	    "aws:",
	    "{'TemplateName':'t2'," CONTENT
	    ",'Tags':[{'Key':'aws:x','Value':''}]}");
	test_call_fails(t, API_V2, "UpdateEmailTemplate", "BadRequestException",
	    "Subject: line 1",
	    "{" T1 ",'TemplateContent':{'Subject':'{{','Text':'t'}}");
	test_call_fails(t, API_V2, "UpdateEmailTemplate", "NotFoundException",
	    "t2", "{'TemplateName':'t2'," CONTENT "}");
	test_call_fails(t, API_V2, "DeleteEmailTemplate", "NotFoundException",
	    "t2", "{'TemplateName':'t2'}");
	test_call_fails(t, API_V2, "ListEmailTemplates", "BadRequestException",
	    "NextToken", "{'NextToken':'x'}");
}

static void
test_v2_rival(void **state)
{
	struct test_call *t = *state;

	ok(t, API_V2, "CreateEmailTemplate", "{" T1 "," CONTENT "}");
	t->account = "rival";
	test_call_fails(t, API_V2, "GetEmailTemplate", "NotFoundException",
	    "t1", "{" T1 "}");
	test_call_fails(t, API_V2, "UpdateEmailTemplate", "NotFoundException",
	    "t1", "{" T1 "," CONTENT "}");
	test_call_fails(t, API_V2, "DeleteEmailTemplate", "NotFoundException",
	    "t1", "{" T1 "}");
	test_call_fails(t, API_V2, "TestRenderEmailTemplate",
	    "NotFoundException", "t1", "{" T1 ",'TemplateData':'{}'}");
	ok(t, API_V2, "ListEmailTemplates", "{}");
	assert_false(test_call_has(t, "TemplatesMetadata.0"));
	ok(t, API_V1, "DeleteTemplate", "{" T1 "}");
	ok(t, API_V2, "CreateEmailTemplate", "{" T1 "," CONTENT "}");
	t->account = "shop";
	ok(t, API_V2, "GetEmailTemplate", "{" T1 "}");
}

static void
test_pages(void **state)
{
	struct test_call *t = *state;
	char name[64], input[512];

	for (int i = 0; i < 5; i++) {
		(void)snprintf(input, sizeof(input),
		    "{'TemplateName':'t%d'," CONTENT "}", i);
		ok(t, API_V2, "CreateEmailTemplate", input);
	}
	ok(t, API_V2, "ListEmailTemplates", "{'PageSize':2}");
	assert_string_equal(
	    test_call_value(t, "TemplatesMetadata.1.TemplateName"), "t1");
	assert_false(test_call_has(t, "TemplatesMetadata.2"));
	(void)snprintf(
	    name, sizeof(name), "%s", test_call_value(t, "NextToken"));
	(void)snprintf(
	    input, sizeof(input), "{'PageSize':3,'NextToken':'%s'}", name);
	ok(t, API_V2, "ListEmailTemplates", input);
	assert_string_equal(
	    test_call_value(t, "TemplatesMetadata.2.TemplateName"), "t4");
	assert_false(test_call_has(t, "NextToken"));
	ok(t, API_V1, "ListTemplates", "{'MaxItems':4}");
	assert_string_equal(
	    test_call_value(t, "TemplatesMetadata.3.Name"), "t3");
	assert_true(test_call_has(t, "NextToken"));
}

/* An account that has all that it may have. */
static void
test_full(void **state)
{
	struct test_call *t = *state;
	struct store_template row = {
	    .subject = "s", .text = "t", .html = "", .created_sec = TEST_NOW};
	struct store_account account;
	char name[32];

	assert_code(t->f, SG_OK,
	    account_get(t->f->store, "shop", &account, &t->f->err));
	row.account_id = account.facts.id;
	assert_code(t->f, SG_OK, store_begin(t->f->store, &t->f->err));
	for (int i = 0; i < TEMPLATE_MOST; i++) {
		(void)snprintf(name, sizeof(name), "n%d", i);
		row.name = name;
		assert_code(t->f, SG_OK,
		    store_template_create(t->f->store, &row, &t->f->err));
	}
	assert_code(t->f, SG_OK, store_commit(t->f->store, &t->f->err));
	test_call_fails(t, API_V2, "CreateEmailTemplate",
	    "LimitExceededException", "20000", "{" T1 "," CONTENT "}");
	test_call_fails(
	    t, API_V1, "CreateTemplate", "LimitExceeded", "20000", V1_T1);
}

/* ---- rendering -------------------------------------------------------------------------- */

static void
test_render(void **state)
{
	struct test_call *t = *state;
	const char *text;

	ok(t, API_V2, "CreateEmailTemplate", "{" T1 "," CONTENT "}");
	ok(t, API_V2, "TestRenderEmailTemplate",
	    "{" T1 ",'TemplateData':'{\\\"name\\\":\\\"<Ann>\\\"}'}");
	text = test_call_value(t, "RenderedTemplate");
	assert_has(text, "Subject: Hi <Ann>\r\n");
	assert_has(text, "\r\n\r\nDear <Ann>\r\n");
	assert_has(text, "\r\n\r\n<b><Ann></b>\r\n");
	assert_null(strstr(text, "From:"));
	test_call_fails(t, API_V2, "TestRenderEmailTemplate",
	    "BadRequestException",
	    "Attribute 'name' is not present in the rendering data.",
	    "{" T1 ",'TemplateData':'{}'}");
	test_call_fails(t, API_V2, "TestRenderEmailTemplate",
	    "BadRequestException", "TemplateData is no JSON",
	    "{" T1 ",'TemplateData':''}");
	test_call_fails(t, API_V2, "TestRenderEmailTemplate",
	    "BadRequestException", "TemplateData is no JSON object",
	    "{" T1 ",'TemplateData':'[]'}");
	test_call_fails(t, API_V2, "TestRenderEmailTemplate",
	    "BadRequestException", "Subject: line ends",
	    "{" T1 ",'TemplateData':'{\\\"name\\\":\\\"a\\\\nb\\\"}'}");
	test_call_fails(t, API_V2, "TestRenderEmailTemplate",
	    "NotFoundException", "t2",
	    "{'TemplateName':'t2','TemplateData':'{}'}");
}

static void
test_render_v1(void **state)
{
	struct test_call *t = *state;

	ok(t, API_V1, "CreateTemplate", V1_T1);
	ok(t, API_V1, "TestRenderTemplate",
	    "{" T1 ",'TemplateData':'{\\\"name\\\":7}'}");
	assert_has(test_call_value(t, "RenderedTemplate"), "Subject: Hi 7\r\n");
	test_call_fails(t, API_V1, "TestRenderTemplate",
	    "MissingRenderingAttribute", "'name'",
	    "{" T1 ",'TemplateData':'{}'}");
	test_call_fails(t, API_V1, "TestRenderTemplate",
	    "InvalidRenderingParameter", "JSON", "{" T1 ",'TemplateData':'{'}");
	test_call_fails(t, API_V1, "TestRenderTemplate", "TemplateDoesNotExist",
	    "t2", "{'TemplateName':'t2','TemplateData':'{}'}");
}

static void
test_v1(void **state)
{
	struct test_call *t = *state;

	ok(t, API_V1, "CreateTemplate", V1_T1);
	test_call_fails(
	    t, API_V1, "CreateTemplate", "AlreadyExists", "t1", V1_T1);
	test_call_fails(t, API_V1, "CreateTemplate", "InvalidTemplate",
	    "Text: line 1, column 1",
	    "{'Template':{'TemplateName':'t2','SubjectPart':'s',"
	    "'TextPart':'{{/if}}'}}");
	ok(t, API_V1, "UpdateTemplate",
	    "{'Template':{" T1 ",'SubjectPart':'s','HtmlPart':'h'}}");
	test_call_fails(t, API_V1, "UpdateTemplate", "InvalidTemplate",
	    "subject", "{'Template':{" T1 "}}");
	test_call_fails(t, API_V1, "UpdateTemplate", "TemplateDoesNotExist",
	    "t2",
	    "{'Template':{'TemplateName':'t2','SubjectPart':'s',"
	    "'HtmlPart':'h'}}");
	ok(t, API_V1, "GetTemplate", "{" T1 "}");
	assert_string_equal(test_call_value(t, "Template.TemplateName"), "t1");
	assert_string_equal(test_call_value(t, "Template.HtmlPart"), "h");
	assert_false(test_call_has(t, "Template.TextPart"));
	ok(t, API_V1, "DeleteTemplate", "{" T1 "}");
	ok(t, API_V1, "DeleteTemplate", "{" T1 "}");
	test_call_fails(
	    t, API_V1, "GetTemplate", "TemplateDoesNotExist", "t1", "{" T1 "}");
}

/* ---- letters that confirm addresses --------------------------------------------------------- */

static void
test_wording(void **state)
{
	struct test_call *t = *state;

	for (int protocol = API_V2; protocol <= API_V1; protocol++) {
		ok(t, protocol, "CreateCustomVerificationEmailTemplate",
		    "{" WORDING "}");
		ok(t, protocol, "ListCustomVerificationEmailTemplates", "{}");
		assert_string_equal(
		    test_call_value(
			t, "CustomVerificationEmailTemplates.0.TemplateName"),
		    "v1");
		ok(t, protocol, "UpdateCustomVerificationEmailTemplate",
		    "{'TemplateName':'v1','FromEmailAddress':'a@example.org',"
		    "'TemplateSubject':'New','TemplateContent':'<p>'," URLS
		    "}");
		ok(t, protocol, "GetCustomVerificationEmailTemplate",
		    "{'TemplateName':'v1'}");
		assert_string_equal(
		    test_call_value(t, "TemplateSubject"), "New");
		assert_string_equal(
		    test_call_value(t, "TemplateContent"), "<p>");
		assert_string_equal(test_call_value(t, "SuccessRedirectionURL"),
		    "https://example.com/yes?a=b");
		t->account = "rival";
		ok(t, protocol, "ListCustomVerificationEmailTemplates", "{}");
		assert_false(
		    test_call_has(t, "CustomVerificationEmailTemplates.0"));
		t->account = "shop";
		ok(t, protocol, "DeleteCustomVerificationEmailTemplate",
		    "{'TemplateName':'v1'}");
	}
	/* of v1, which goes on without an error */
	ok(t, API_V1, "DeleteCustomVerificationEmailTemplate",
	    "{'TemplateName':'v1'}");
	test_call_fails(t, API_V2, "DeleteCustomVerificationEmailTemplate",
	    "NotFoundException", "v1", "{'TemplateName':'v1'}");
	ok(t, API_V1, "CreateCustomVerificationEmailTemplate", "{" WORDING "}");
	ok(t, API_V1, "UpdateCustomVerificationEmailTemplate",
	    "{'TemplateName':'v1','TemplateSubject':'Only this'}");
	ok(t, API_V1, "GetCustomVerificationEmailTemplate",
	    "{'TemplateName':'v1'}");
	assert_string_equal(
	    test_call_value(t, "FromEmailAddress"), "news@example.com");
}

static const struct wrong {
	const char *member, *value, *v2, *v1, *text;
} wrongs[] = {
    {"FromEmailAddress", "x@rival.example", "BadRequestException",
	"FromEmailAddressNotVerified", "not verified"},
    {"FromEmailAddress", "nobody", "BadRequestException",
	"FromEmailAddressNotVerified", "not verified"},
    {"TemplateContent", "", "BadRequestException",
	"CustomVerificationEmailInvalidContent", "empty"},
    {"TemplateSubject", "a\\nb", "BadRequestException", "InvalidParameterValue",
	"line ends"},
    {"SuccessRedirectionURL", "javascript:alert(1)", "BadRequestException",
	"InvalidParameterValue", "SuccessRedirectionURL"},
    {"FailureRedirectionURL", "https://a b", "BadRequestException",
	"InvalidParameterValue", "FailureRedirectionURL"},
    {"FailureRedirectionURL", "https:///x", "BadRequestException",
	"InvalidParameterValue", "FailureRedirectionURL"},
};

static void
test_wording_wrong(void **state)
{
	struct test_call *t = *state;
	char input[600];

	for (size_t i = 0; i < sizeof(wrongs) / sizeof(wrongs[0]); i++) {
		const struct wrong *w = &wrongs[i];

		(void)snprintf(input, sizeof(input), "{" WORDING ",'%s':'%s'}",
		    w->member, w->value);
		test_call_fails(t, API_V2,
		    "CreateCustomVerificationEmailTemplate", w->v2, w->text,
		    input);
		test_call_fails(t, API_V1,
		    "CreateCustomVerificationEmailTemplate", w->v1, w->text,
		    input);
	}
	ok(t, API_V2, "CreateCustomVerificationEmailTemplate", "{" WORDING "}");
	test_call_fails(t, API_V2, "CreateCustomVerificationEmailTemplate",
	    "AlreadyExistsException", "v1", "{" WORDING "}");
	test_call_fails(t, API_V1, "CreateCustomVerificationEmailTemplate",
	    "CustomVerificationEmailTemplateAlreadyExists", "v1",
	    "{" WORDING "}");
	for (size_t i = 0; i < 3; i++) {
		(void)snprintf(input, sizeof(input),
		    "{'TemplateName':'v1','%s':'%s'}", wrongs[i].member,
		    wrongs[i].value);
		test_call_fails(t, API_V1,
		    "UpdateCustomVerificationEmailTemplate", wrongs[i].v1,
		    wrongs[i].text, input);
	}
	t->account = "rival";
	test_call_fails(t, API_V2, "GetCustomVerificationEmailTemplate",
	    "NotFoundException", "v1", "{'TemplateName':'v1'}");
	test_call_fails(t, API_V1, "GetCustomVerificationEmailTemplate",
	    "CustomVerificationEmailTemplateDoesNotExist", "v1",
	    "{'TemplateName':'v1'}");
	test_call_fails(t, API_V2, "UpdateCustomVerificationEmailTemplate",
	    "NotFoundException", "v1",
	    "{'TemplateName':'v1','TemplateSubject':'x'}");
	test_call_fails(t, API_V1, "UpdateCustomVerificationEmailTemplate",
	    "CustomVerificationEmailTemplateDoesNotExist", "v1",
	    "{'TemplateName':'v1','TemplateSubject':'x'}");
}

static void
test_wording_full(void **state)
{
	struct test_call *t = *state;
	char input[600];

	for (int i = 0; i < VERIFICATION_TEMPLATE_MOST; i++) {
		(void)snprintf(input, sizeof(input),
		    "{" WORDING ",'TemplateName':'n%d'}", i);
		ok(t, API_V2, "CreateCustomVerificationEmailTemplate", input);
	}
	test_call_fails(t, API_V2, "CreateCustomVerificationEmailTemplate",
	    "LimitExceededException", "50", "{" WORDING "}");
	test_call_fails(t, API_V1, "CreateCustomVerificationEmailTemplate",
	    "LimitExceeded", "50", "{" WORDING "}");
}

/* ---- sent ------------------------------------------------------------------------------------- */

struct mail_case {
	struct test_call *t;
	struct test_smtp *smtp;
};

static int
setup_mail(void **state)
{
	struct mail_case *c = calloc(1, sizeof(*c));
	char path[96], option[128];

	assert_non_null(c);
	assert_int_equal(test_call_setup((void **)&c->t), 0);
	(void)snprintf(path, sizeof(path), "%s/smtp", c->t->f->dir);
	(void)snprintf(option, sizeof(option), "unix:%s", path);
	admin_fixture_set(&c->t->f->conf->api_submission, option);
	admin_fixture_set(&c->t->f->conf->api_url, "https://api.test");
	c->smtp = test_smtp_start(path);
	ok(c->t, API_V2, "CreateCustomVerificationEmailTemplate",
	    "{" WORDING "}");
	*state = c;
	return 0;
}

static int
teardown_mail(void **state)
{
	struct mail_case *c = *state;
	int rc;

	if (c->smtp != NULL)
		test_smtp_stop(&c->smtp);
	rc = test_call_teardown((void **)&c->t);
	free(c);
	return rc;
}

#define SEND "{'EmailAddress':'new@reader.example','TemplateName':'v1'}"

static bool
copy_event(void *ctx, const struct store_event *row)
{
	struct buf *text = ctx;

	buf_printf(text, "%s\n%s\n", row->recipients, row->detail);
	return true;
}

/* The event of a message that could not be rendered has each recipient once. */
static void
test_rendering_failure(void **state)
{
	struct mail_case *c = *state;
	const struct store_event_filter filter = {.queue_id = "", .most = 10};
	struct buf text;

	ok(c->t, API_V2, "CreateEmailTemplate", "{" T1 "," CONTENT "}");
	ok(c->t, API_V2, "SendEmail",
	    "{'FromEmailAddress':'news@example.com','Destination':{"
	    "'ToAddresses':['a@reader.example','b@reader.example']},'Content':"
	    "{'Template':{" T1 ",'TemplateData':'{}'}}}");
	buf_init(&text, 4096);
	assert_code(c->t->f, SG_OK,
	    store_event_list(
		c->t->f->store, &filter, copy_event, &text, &c->t->f->err));
	assert_has(buf_str(&text), "a@reader.example\nb@reader.example\n");
	assert_has(buf_str(&text),
	    "\"recipients\":\"E a@reader.example\\nE b@reader.example\\n\"");
	buf_fini(&text);
	assert_string_equal(test_smtp_messages(c->smtp), "");
}

#define NO_IDENTITY 99

static int
status_of(struct test_call *t, const char *name)
{
	struct store_identity row;

	if (identity_get(t->f->store, "shop", name, &row, &t->f->err) != SG_OK)
		return NO_IDENTITY;
	return (int)row.facts.status;
}

/* The token of the link in a message. */
static void
find_token(const char *message, char token_r[LINK_TOKEN_MAX + 1])
{
	static const char url[] = "https://api.test/verify/";
	const char *at = strstr(message, url);

	assert_non_null(at);
	(void)snprintf(token_r, LINK_TOKEN_MAX + 1, "%.*s", LINK_TOKEN_MAX,
	    at + strlen(url));
}

static void
test_send(void **state)
{
	struct mail_case *c = *state;
	struct test_call *t = c->t;
	struct link_facts facts;
	enum link_state link;
	const char *message;
	char token[LINK_TOKEN_MAX + 1];

	ok(t, API_V2, "SendCustomVerificationEmail", SEND);
	assert_string_equal(test_call_value(t, "MessageId"), "QUEUEID");
	message = test_smtp_messages(c->smtp);
	assert_has(message, "From: news@example.com\r\n");
	assert_has(message, "To: new@reader.example\r\n");
	assert_has(message, "Subject: Welcome\r\n");
	assert_has(message, "<p>Hello</p>\r\n<p style=");
	assert_int_equal(
	    status_of(t, "new@reader.example"), RULES_IDENTITY_PENDING);
	find_token(message, token);
	assert_code(t->f, SG_OK,
	    link_look(t->f->store, token, TEST_NOW, &link, &facts, &t->f->err));
	assert_int_equal(link, LINK_VALID);
	assert_string_equal(facts.next_url, "");
	assert_code(t->f, SG_OK,
	    link_look(t->f->store, token, TEST_NOW + LINK_VALID_SEC, &link,
		&facts, &t->f->err));
	assert_int_equal(link, LINK_VOID);
	assert_string_equal(facts.next_url, "https://example.com/no");
	assert_code(t->f, SG_OK,
	    link_confirm(
		t->f->store, token, TEST_NOW, &link, &facts, &t->f->err));
	assert_int_equal(link, LINK_VALID);
	assert_string_equal(facts.next_url, "https://example.com/yes?a=b");
	assert_int_equal(
	    status_of(t, "new@reader.example"), RULES_IDENTITY_SUCCESS);
	assert_code(t->f, SG_OK,
	    link_look(t->f->store, token, TEST_NOW, &link, &facts, &t->f->err));
	assert_int_equal(link, LINK_VOID);
	assert_string_equal(facts.next_url, "https://example.com/yes?a=b");
}

static void
test_send_v1(void **state)
{
	struct mail_case *c = *state;

	ok(c->t, API_V1, "SendCustomVerificationEmail", SEND);
	test_call_fails(c->t, API_V1, "SendCustomVerificationEmail",
	    "Throttling", "seconds ago", SEND);
	test_call_fails(c->t, API_V2, "SendCustomVerificationEmail",
	    "TooManyRequestsException", "seconds ago", SEND);
	c->t->now_sec += 61;
	ok(c->t, API_V1, "SendCustomVerificationEmail", SEND);
}

static void
test_send_wrong(void **state)
{
	struct mail_case *c = *state;
	struct test_call *t = c->t;

	test_call_fails(t, API_V2, "SendCustomVerificationEmail",
	    "NotFoundException", "v2",
	    "{'EmailAddress':'x@reader.example','TemplateName':'v2'}");
	test_call_fails(t, API_V1, "SendCustomVerificationEmail",
	    "CustomVerificationEmailTemplateDoesNotExist", "v2",
	    "{'EmailAddress':'x@reader.example','TemplateName':'v2'}");
	test_call_fails(t, API_V2, "SendCustomVerificationEmail",
	    "BadRequestException", "EmailAddress",
	    "{'EmailAddress':'reader.example','TemplateName':'v1'}");
	test_call_fails(t, API_V2, "SendCustomVerificationEmail",
	    "NotFoundException", "set",
	    "{'EmailAddress':'x@reader.example','TemplateName':'v1',"
	    "'ConfigurationSetName':'none'}");
	test_call_fails(t, API_V1, "SendCustomVerificationEmail",
	    "ConfigurationSetDoesNotExist", "set",
	    "{'EmailAddress':'x@reader.example','TemplateName':'v1',"
	    "'ConfigurationSetName':'none'}");
	test_call_fails(t, API_V2, "SendCustomVerificationEmail",
	    "BadRequestException", "verified already",
	    "{'EmailAddress':'a@example.org','TemplateName':'v1'}");
	t->account = "rival";
	test_call_fails(t, API_V2, "SendCustomVerificationEmail",
	    "NotFoundException", "v1", SEND);
	assert_int_equal(status_of(t, "x@reader.example"), NO_IDENTITY);
}

/* A letter whose sender is verified no more, and an account that may not. */
static void
test_send_not_allowed(void **state)
{
	const struct account_change sandbox = {
	    .has_production = true, .production = false};
	struct mail_case *c = *state;
	struct test_call *t = c->t;

	assert_code(t->f, SG_OK,
	    identity_delete(t->f->store, "shop", "example.com", &t->f->err));
	test_call_fails(t, API_V2, "SendCustomVerificationEmail",
	    "MessageRejected", "news@example.com", SEND);
	test_call_fails(t, API_V1, "SendCustomVerificationEmail",
	    "FromEmailAddressNotVerified", "news@example.com", SEND);
	assert_code(t->f, SG_OK,
	    account_change(
		t->f->store, t->f->conf, "shop", &sandbox, NULL, &t->f->err));
	test_call_fails(t, API_V1, "SendCustomVerificationEmail",
	    "ProductionAccessNotGranted", "production", SEND);
	test_call_fails(t, API_V2, "SendCustomVerificationEmail",
	    "BadRequestException", "production", SEND);
}

/* The mail server is gone: nothing is left, and the next try need not wait. */
static void
test_send_failed(void **state)
{
	struct mail_case *c = *state;
	struct test_call *t = c->t;
	char path[96];

	test_smtp_stop(&c->smtp);
	test_call_fails(t, API_V2, "SendCustomVerificationEmail",
	    "ServiceUnavailable", "", SEND);
	assert_int_equal(status_of(t, "new@reader.example"), NO_IDENTITY);
	(void)snprintf(path, sizeof(path), "%s/smtp", t->f->dir);
	c->smtp = test_smtp_start(path);
	ok(t, API_V2, "SendCustomVerificationEmail", SEND);
}

/* Whose URL it is decides where it leads, and nothing else. */
static void
test_page(void **state)
{
	struct api_response response;

	(void)state;
	api_response_init(&response);
	api_pages_next(&response, true, "https://example.com/yes?a=b&c=\"d");
	assert_int_equal(response.status, 200);
	assert_has(buf_str(&response.body),
	    "<meta http-equiv=\"refresh\" content=\"0; "
	    "url=https://example.com/yes?a=b&amp;c=&quot;d\">");
	api_pages_next(&response, false, "https://example.com/no");
	assert_int_equal(response.status, 404);
	assert_has(
	    buf_str(&response.body), "<a href=\"https://example.com/no\">");
	api_response_fini(&response);
}

#define CASE(name)                                                             \
	cmocka_unit_test_setup_teardown(                                       \
	    name, test_call_setup, test_call_teardown)
#define MAIL_CASE(name)                                                        \
	cmocka_unit_test_setup_teardown(name, setup_mail, teardown_mail)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    CASE(test_v2),
	    CASE(test_v2_wrong),
	    CASE(test_v2_rival),
	    CASE(test_pages),
	    CASE(test_full),
	    CASE(test_render),
	    CASE(test_render_v1),
	    CASE(test_v1),
	    CASE(test_wording),
	    CASE(test_wording_wrong),
	    CASE(test_wording_full),
	    MAIL_CASE(test_send),
	    MAIL_CASE(test_send_v1),
	    MAIL_CASE(test_send_wrong),
	    MAIL_CASE(test_send_not_allowed),
	    MAIL_CASE(test_send_failed),
	    MAIL_CASE(test_rendering_failure),
	    cmocka_unit_test(test_page),
	};

	post_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
