/* Tests of sending: what is handed in, what is refused, and that it happens once. */
#include "config.h"

#include "api/test-call.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "api/test-smtp.h"
#include "base/buf.h"
#include "conf/conf.h"
#include "ops/journal.h"
#include "ops/set.h"
#include "store/events.h"

#define FROM "'FromEmailAddress':'Ann <ann@example.com>',"
#define TO "'Destination':{'ToAddresses':['x@reader.example']},"
#define SIMPLE                                                                 \
	"'Content':{'Simple':{'Subject':{'Data':'Hello'},"                     \
	"'Body':{'Text':{'Data':'Text'}}}}"
#define V2 "{" FROM TO SIMPLE "}"
#define V1_BODY                                                                \
	"'Message':{'Subject':{'Data':'Hello'},'Body':{'Text':{'Data':"        \
	"'Text'}}}"
#define V1 "{'Source':'ann@example.com'," TO V1_BODY "}"

struct send_case {
	struct test_call *t;
	struct test_smtp *smtp;
};

static int
setup(void **state)
{
	struct send_case *c = calloc(1, sizeof(*c));
	char path[96], option[128];

	assert_non_null(c);
	assert_int_equal(test_call_setup((void **)&c->t), 0);
	(void)snprintf(path, sizeof(path), "%s/smtp", c->t->f->dir);
	(void)snprintf(option, sizeof(option), "unix:%s", path);
	admin_fixture_set(&c->t->f->conf->api_submission, option);
	(void)snprintf(option, sizeof(option), "%s.journal", c->t->f->dir);
	admin_fixture_set(&c->t->f->conf->journal, option);
	c->smtp = test_smtp_start(path);
	*state = c;
	return 0;
}

static int
teardown(void **state)
{
	struct send_case *c = *state;
	int rc;

	test_smtp_stop(&c->smtp);
	(void)rmdir(c->t->f->conf->journal);
	rc = test_call_teardown((void **)&c->t);
	free(c);
	return rc;
}

static void
ok(struct send_case *c, enum api_protocol protocol, const char *operation,
    const char *input)
{
	(void)test_call_ok(c->t, protocol, operation, input);
}

static void
assert_has(const char *text, const char *part)
{
	if (strstr(text, part) == NULL)
		fail_msg("no \"%s\" in \"%s\"", part, text);
}

static void
assert_lacks(const char *text, const char *part)
{
	if (strstr(text, part) != NULL)
		fail_msg("\"%s\" in \"%s\"", part, text);
}

static int
count(const char *text, const char *part)
{
	int n = 0;

	while ((text = strstr(text, part)) != NULL) {
		text += strlen(part);
		n++;
	}
	return n;
}

/* ---- what is handed in --------------------------------------------------------- */

static void
test_simple(void **state)
{
	struct send_case *c = *state;
	const char *commands, *message;

	ok(c, API_V2, "SendEmail",
	    "{" FROM "'Destination':{'ToAddresses':['x@reader.example'],"
	    "'CcAddresses':['Y <y@reader.example>'],"
	    "'BccAddresses':['z@reader.example']},"
	    "'ReplyToAddresses':['re@example.com'],"
	    "'EmailTags':[{'Name':'a','Value':'b'},{'Name':'c','Value':'d'}],"
	    "'TenantName':'t'," SIMPLE "}");
	assert_string_equal(test_call_value(c->t, "MessageId"), "QUEUEID");
	commands = test_smtp_commands(c->smtp);
	/* a libcurl that writes it another way fails here */
	assert_has(commands, "MAIL FROM:<ann@example.com> AUTH=<shop>\n"
			     "RCPT TO:<x@reader.example>\n"
			     "RCPT TO:<y@reader.example>\n"
			     "RCPT TO:<z@reader.example>\nDATA\n");
	message = test_smtp_messages(c->smtp);
	assert_int_equal(strncmp(message, "X-Sendward-Submission: ", 23), 0);
	assert_has(message, "-0 SendEmail AKIATEST 192.0.2.1\r\n");
	assert_has(message, "\r\nFrom: Ann <ann@example.com>\r\n");
	assert_has(message, "\r\nTo: x@reader.example\r\n");
	assert_has(message, "\r\nCc: Y <y@reader.example>\r\n");
	assert_has(message, "\r\nReply-To: re@example.com\r\n");
	assert_has(message, "a=b");
	assert_has(message, "c=d");
	assert_lacks(message, "z@reader.example");
}

static void
test_v1(void **state)
{
	struct send_case *c = *state;

	ok(c, API_V1, "SendEmail",
	    "{'Source':'ann@example.com','ReturnPath':'bounce@example.com'," TO
		V1_BODY "}");
	assert_string_equal(test_call_value(c->t, "MessageId"), "QUEUEID");
	assert_has(test_smtp_commands(c->smtp),
	    "MAIL FROM:<bounce@example.com> AUTH=<shop>\n");
	assert_has(test_smtp_messages(c->smtp), "From: ann@example.com\r\n");
}

static void
test_headers_and_attachments(void **state)
{
	struct send_case *c = *state;
	const char *message;

	ok(c, API_V2, "SendEmail",
	    "{" FROM TO "'Content':{'Simple':{'Subject':{'Data':'Hello'},"
	    "'Body':{'Html':{'Data':'<p>'}},"
	    "'Headers':[{'Name':'X-Mine','Value':'yes'}],"
	    "'Attachments':[{'FileName':'a.txt','RawContent':'aGVsbG8=',"
	    "'ContentTransferEncoding':'BASE64'}]}}}");
	message = test_smtp_messages(c->smtp);
	assert_has(message, "\r\nX-Mine: yes\r\n");
	assert_has(message, "a.txt");
	assert_has(message, "aGVsbG8=");
}

/* "From: ann@example.com\nTo: x@reader.example\nBcc: y@reader.example\n\nhi\n" */
#define RAW                                                                    \
	"RnJvbTogYW5uQGV4YW1wbGUuY29tClRvOiB4QHJlYWRlci5leGFtcGxlCkJjYzogeUBy" \
	"ZWFkZXIuZXhhbXBsZQoKaGkK"

static void
test_raw(void **state)
{
	struct send_case *c = *state;
	const char *message;

	ok(c, API_V2, "SendEmail", "{'Content':{'Raw':{'Data':'" RAW "'}}}");
	assert_has(test_smtp_commands(c->smtp),
	    "MAIL FROM:<ann@example.com> AUTH=<shop>\n"
	    "RCPT TO:<x@reader.example>\nRCPT TO:<y@reader.example>\nDATA\n");
	message = test_smtp_messages(c->smtp);
	assert_lacks(message, "y@reader.example");
	assert_has(message, "\r\n\r\nhi\r\n");
	/* those that are given are all */
	ok(c, API_V1, "SendRawEmail",
	    "{'Source':'bob@example.com','Destinations':['q@reader.example'],"
	    "'RawMessage':{'Data':'" RAW "'}}");
	assert_has(test_smtp_commands(c->smtp),
	    "MAIL FROM:<bob@example.com> AUTH=<shop>\n"
	    "RCPT TO:<q@reader.example>\nDATA\n");
}

static void
test_connection_is_kept(void **state)
{
	struct send_case *c = *state;

	ok(c, API_V2, "SendEmail", V2);
	ok(c, API_V2, "SendEmail", V2);
	assert_int_equal(test_smtp_connections(c->smtp), 1);
	/* one that died meanwhile is made anew, and one message sent */
	test_smtp_hang_up(c->smtp);
	(void)test_smtp_messages(c->smtp);
	(void)usleep(50000);
	ok(c, API_V2, "SendEmail", V2);
	assert_int_equal(test_smtp_connections(c->smtp), 2);
	assert_int_equal(count(test_smtp_messages(c->smtp), "---\n"), 1);
	/* the server says that it closes */
	test_smtp_answer(c->smtp, "MAIL", "421 4.4.2 time-out");
	test_call_fails(
	    c->t, API_V2, "SendEmail", "ServiceUnavailable", "", V2);
	assert_int_equal(test_smtp_connections(c->smtp), 3);
}

/* ---- templates -------------------------------------------------------------------- */

#define INLINE(subject)                                                        \
	"'Template':{'TemplateContent':{'Subject':'" subject                   \
	"','Text':'Dear {{name}}'},'TemplateData':'{}','Headers':[{'Name':"    \
	"'X-A','Value':'default'},{'Name':'X-B','Value':'stays'}]}"
#define ENTRY(to, data)                                                        \
	"{'Destination':{'ToAddresses':['" to "']},'ReplacementEmailContent':" \
	"{'ReplacementTemplate':{'ReplacementTemplateData':" data "}}"
#define DATA(name) "'{\\'name\\':\\'" name "\\'}'"

static void
test_bulk(void **state)
{
	struct send_case *c = *state;
	const char *messages;

	test_smtp_answer(c->smtp, "RCPT TO:<bad@", "550 5.1.1 no such user");
	ok(c, API_V2, "SendBulkEmail",
	    "{" FROM "'DefaultEmailTags':[{'Name':'a','Value':'b'}],"
	    "'DefaultContent':{" INLINE(
		"Hello {{name}}") "},"
				  "'BulkEmailEntries':[" ENTRY(
				      "one@reader.example",
				      DATA(
					  "Ann")) ",'ReplacementHeaders':["
						  "{'Name':'x-a','Value':'other'}],'ReplacementTags':[{'Name':'c',"
						  "'Value':'d'}]}," ENTRY(
						      "bad@reader.example",
						      DATA(
							  "Bob")) "}," ENTRY("nowhere",
						      DATA(
							  "Cy")) "}," ENTRY("four@reader.example",
						      "'{}'") "}," ENTRY("five@reader.example",
						      "'no JSON'") "}]}");
	assert_string_equal(
	    test_call_value(c->t, "BulkEmailEntryResults.0.Status"), "SUCCESS");
	assert_string_equal(
	    test_call_value(c->t, "BulkEmailEntryResults.0.MessageId"),
	    "QUEUEID");
	assert_string_equal(
	    test_call_value(c->t, "BulkEmailEntryResults.1.Status"),
	    "MESSAGE_REJECTED");
	assert_has(test_call_value(c->t, "BulkEmailEntryResults.1.Error"),
	    "bad@reader.example");
	assert_string_equal(
	    test_call_value(c->t, "BulkEmailEntryResults.2.Status"),
	    "INVALID_PARAMETER");
	/* not rendered: an event tells, as SES does */
	assert_string_equal(
	    test_call_value(c->t, "BulkEmailEntryResults.3.Status"), "SUCCESS");
	assert_string_equal(
	    test_call_value(c->t, "BulkEmailEntryResults.4.Status"),
	    "INVALID_PARAMETER");
	messages = test_smtp_messages(c->smtp);
	assert_int_equal(count(messages, "---\n"), 1);
	assert_has(messages, "Subject: Hello Ann\r\n");
	assert_has(messages, "Dear Ann");
	assert_has(messages, "x-a: other\r\n");
	assert_has(messages, "X-B: stays\r\n");
	assert_lacks(messages, "default");
	assert_has(messages, "c=d");
	assert_has(messages, "a=b");
}

static void
test_bulk_is_invalid(void **state)
{
	struct send_case *c = *state;
	char input[16384] =
	    "{" FROM "'DefaultContent':{" INLINE("x") "},'BulkEmailEntries':[";
	size_t len = strlen(input);

	test_call_fails(c->t, API_V2, "SendBulkEmail", "BadRequestException",
	    "1 to 50 entries",
	    "{" FROM "'DefaultContent':{" INLINE("x") "},"
						      "'BulkEmailEntries':[]}");
	test_call_fails(c->t, API_V2, "SendBulkEmail", "BadRequestException",
	    "Template",
	    "{" FROM "'DefaultContent':{},'BulkEmailEntries':[{}]}");
	test_call_fails(c->t, API_V2, "SendBulkEmail", "NotFoundException",
	    "nowhere",
	    "{" FROM "'DefaultContent':{'Template':{'TemplateName':'nowhere',"
	    "'TemplateData':'{}'}},'BulkEmailEntries':[{}]}");
	for (int i = 0; i < 51; i++)
		len += (size_t)snprintf(
		    input + len, sizeof(input) - len, "%s{}", i > 0 ? "," : "");
	(void)snprintf(input + len, sizeof(input) - len, "]}");
	test_call_fails(c->t, API_V2, "SendBulkEmail", "BadRequestException",
	    "1 to 50 entries", input);
	test_call_fails(c->t, API_V1, "SendBulkTemplatedEmail",
	    "TemplateDoesNotExist", "nowhere",
	    "{'Source':'ann@example.com','Template':'nowhere',"
	    "'DefaultTemplateData':'{}','Destinations':[{}]}");
	test_call_fails(c->t, API_V1, "SendTemplatedEmail",
	    "TemplateDoesNotExist", "nowhere",
	    "{'Source':'ann@example.com','Template':'nowhere'," TO
	    "'TemplateData':'{}'}");
	test_call_fails(c->t, API_V2, "SendBulkEmail", "NotFoundException",
	    "<none>",
	    "{'ConfigurationSetName':'none'," FROM
	    "'DefaultContent':{" INLINE("x") "},'BulkEmailEntries':[{}]}");
}

static bool
show_event(void *ctx, const struct store_event *row)
{
	struct buf *text = ctx;

	return buf_printf(text, "%d %s %s %s", (int)row->kind, row->queue_id,
	    row->recipients, row->detail);
}

static void
test_rendering_failure(void **state)
{
	struct send_case *c = *state;
	struct store_event_filter filter = {
	    .account_id = admin_fixture_account(c->t->f, "shop"),
	    .queue_id = "",
	    .most = 10};
	struct buf text;

	ok(c, API_V2, "SendEmail",
	    "{" FROM TO "'Content':{" INLINE("Hello {{name}}") "}}");
	assert_string_equal(test_smtp_commands(c->smtp), "");
	buf_init(&text, 10000);
	assert_code(c->t->f, SG_OK,
	    store_event_list(
		c->t->f->store, &filter, show_event, &text, &c->t->f->err));
	assert_has(buf_str(&text), test_call_value(c->t, "MessageId"));
	assert_has(buf_str(&text), "x@reader.example");
	assert_has(buf_str(&text), "Attribute 'name' is not present");
	buf_fini(&text);
}

/* ---- what is refused --------------------------------------------------------------- */

static void
test_invalid(void **state)
{
	static const struct {
		const char *text, *input;
	} rows[] = {
	    {"one of Simple, Raw and Template", "{" FROM TO "'Content':{}}"},
	    {"FromEmailAddress is required", "{" TO SIMPLE "}"},
	    {"FromEmailAddress",
		"{'FromEmailAddress':'a@b.example, c@d.example'," TO SIMPLE
		"}"},
	    {"FromEmailAddress",
		"{'FromEmailAddress':'a@b.example> X=<y'," TO SIMPLE "}"},
	    {"FeedbackForwardingEmailAddress",
		"{'FeedbackForwardingEmailAddress':'nobody'," FROM TO SIMPLE
		"}"},
	    {"names no recipient", "{" FROM SIMPLE "}"},
	    {"", "{" FROM "'Destination':{'ToAddresses':['x@r.example\\r\\n"
		 "RCPT TO:<y@r.example>']}," SIMPLE "}"},
	    {"", "{" FROM "'Destination':{'ToAddresses':['']}," SIMPLE "}"},
	    {"Invalid tag name",
		"{'EmailTags':[{'Name':'a b','Value':'c'}]," FROM TO SIMPLE
		"}"},
	    {"Invalid tag value",
		"{'EmailTags':[{'Name':'a','Value':''}]," FROM TO SIMPLE "}"},
	    {"contact lists",
		"{'ListManagementOptions':{'ContactListName':'x'}," FROM TO
		    SIMPLE "}"},
	    {"multi-region", "{'EndpointId':'x.y'," FROM TO SIMPLE "}"},
	    {"Text or Html",
		"{" FROM TO "'Content':{'Simple':{'Subject':{'Data':'x'},"
		"'Body':{}}}}"},
	    {"no header", "{'Content':{'Raw':{'Data':'Cg=='}}}"},
	    {"names a recipient",
		"{'Content':{'Raw':{'Data':'RnJvbTogYUBiLmV4YW1wbGUKCg=='}}}"},
	};
	struct send_case *c = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		test_call_fails(c->t, API_V2, "SendEmail",
		    "BadRequestException", rows[i].text, rows[i].input);
	test_call_fails(c->t, API_V1, "SendEmail", "InvalidParameterValue",
	    "recipient", "{'Source':'ann@example.com'," V1_BODY "}");
	test_call_fails(c->t, API_V1, "SendEmail", "InvalidParameterValue",
	    "Text or Html",
	    "{'Source':'ann@example.com'," TO
	    "'Message':{'Subject':{'Data':'x'},'Body':{}}}");
	assert_string_equal(test_smtp_commands(c->smtp), "");
}

static void
test_too_much(void **state)
{
	struct send_case *c = *state;
	char input[4096] = "{" FROM "'Destination':{'ToAddresses':[";
	size_t len = strlen(input);

	for (int i = 0; i < 51; i++)
		len += (size_t)snprintf(input + len, sizeof(input) - len,
		    "%s'r%d@reader.example'", i > 0 ? "," : "", i);
	(void)snprintf(input + len, sizeof(input) - len, "]}," SIMPLE "}");
	test_call_fails(c->t, API_V2, "SendEmail", "BadRequestException",
	    "Recipient count exceeds 50", input);
	c->t->f->conf->max_message_bytes = 1024 - 65536;
	test_call_fails(c->t, API_V2, "SendEmail", "BadRequestException",
	    "Message length is more than",
	    "{" FROM TO "'Content':{'Simple':{'Subject':{'Data':'x'},"
	    "'Body':{'Text':{'Data':'" RAW RAW RAW RAW RAW RAW RAW RAW RAW "'}"
	    "}}}}");
	assert_string_equal(test_smtp_commands(c->smtp), "");
}

struct refusal {
	const char *command, *reply, *v2, *v1, *text;
};

static const struct refusal refusals[] = {
    {"RCPT TO:<x@", "550 5.1.1 User unknown", "MessageRejected",
	"MessageRejected", ".example: User unknown"},
    {"MAIL", "554 5.7.1 Message rejected: Email address is not verified.",
	"MessageRejected", "MessageRejected", "Email address is not verified."},
    {".", "554-5.7.1 Message rejected: line one\r\n554 5.7.1 line two",
	"MessageRejected", "MessageRejected", "line one line two"},
    {".",
	"554 5.7.1 MAIL FROM domain not verified: DNS setup for MAIL FROM "
	"domain m.example is invalid.",
	"MailFromDomainNotVerifiedException",
	"MailFromDomainNotVerifiedException", "m.example"},
    {"MAIL", "554 5.7.1 Message rejected: Sending paused for this account",
	"SendingPausedException", "AccountSendingPausedException", "paused"},
    {".",
	"554 5.7.1 Message rejected: Sending paused for this configuration set"
	": x",
	"SendingPausedException", "ConfigurationSetSendingPausedException",
	"x"},
    {".", "554 5.7.1 Transaction failed: Configuration set x does not exist",
	"NotFoundException", "ConfigurationSetDoesNotExist", "x"},
    {"DATA",
	"454 4.7.1 <DATA>: Data command rejected: Throttling failure: Maximum "
	"sending rate exceeded",
	"TooManyRequestsException", "Throttling",
	"Maximum sending rate exceeded"},
    {"DATA",
	"454 4.7.1 <DATA>: Data command rejected: Throttling failure: Daily "
	"message quota exceeded",
	"LimitExceededException", "Throttling", "Daily message quota exceeded"},
    {"RCPT", "451 4.3.0 Temporary service failure", "ServiceUnavailable",
	"ServiceUnavailable", ""},
    {"MAIL", "554 5.7.1 login x belongs to no account", "ServiceUnavailable",
	"ServiceUnavailable", ""},
};

/* Every way to send; the names are made by make_templates. */
static const struct way {
	enum api_protocol protocol;
	const char *operation;
	bool is_bulk; /* its answer tells of each message */
	const char *input;
} ways[] = {
    {API_V2, "SendEmail", false, V2},
    {API_V1, "SendEmail", false, V1},
    {API_V1, "SendRawEmail", false,
	"{'Source':'ann@example.com','Destinations':['x@reader.example'],"
	"'RawMessage':{'Data':'" RAW "'}}"},
    {API_V1, "SendTemplatedEmail", false,
	"{'Source':'ann@example.com','Template':'t'," TO
	"'TemplateData':'{}'}"},
    {API_V2, "SendCustomVerificationEmail", false,
	"{'EmailAddress':'x@reader.example','TemplateName':'t'}"},
    {API_V1, "SendCustomVerificationEmail", false,
	"{'EmailAddress':'x@elsewhere.example','TemplateName':'t'}"},
    {API_V2, "SendBulkEmail", true,
	"{" FROM "'DefaultContent':{'Template':{'TemplateName':'t',"
	"'TemplateData':'{}'}},'BulkEmailEntries':[{" TO
	"'ReplacementTags':[]}]}"},
    {API_V1, "SendBulkTemplatedEmail", true,
	"{'Source':'ann@example.com','Template':'t','DefaultTemplateData':"
	"'{}','Destinations':[{" TO "'ReplacementTags':[]}]}"},
};
#define WAYS (sizeof(ways) / sizeof(ways[0]))

static void
make_templates(struct send_case *c)
{
	ok(c, API_V1, "CreateTemplate",
	    "{'Template':{'TemplateName':'t','SubjectPart':'Hello',"
	    "'TextPart':'Text'}}");
	ok(c, API_V1, "CreateCustomVerificationEmailTemplate",
	    "{'TemplateName':'t','FromEmailAddress':'ann@example.com',"
	    "'TemplateSubject':'Welcome','TemplateContent':'<p>Hello</p>',"
	    "'SuccessRedirectionURL':'https://example.com/yes',"
	    "'FailureRedirectionURL':'https://example.com/no'}");
}

static void
test_refusals(void **state)
{
	struct send_case *c = *state;

	make_templates(c);
	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		const struct refusal *row = &refusals[i];

		test_smtp_answer(c->smtp, row->command, row->reply);
		for (size_t j = 0; j < WAYS; j++)
			if (!ways[j].is_bulk)
				test_call_fails(c->t, ways[j].protocol,
				    ways[j].operation,
				    ways[j].protocol == API_V2 ? row->v2
							       : row->v1,
				    row->text, ways[j].input);
		test_smtp_answer(c->smtp, row->command, NULL);
	}
	assert_lacks(test_smtp_commands(c->smtp), "y@");
}

/* One of them is refused: nobody gets it. */
static void
test_all_or_nothing(void **state)
{
	struct send_case *c = *state;

	test_smtp_answer(c->smtp, "RCPT TO:<bad@", "550 5.1.1 no");
	test_call_fails(c->t, API_V2, "SendEmail", "MessageRejected",
	    "bad@reader.example",
	    "{" FROM "'Destination':{'ToAddresses':['x@reader.example',"
	    "'bad@reader.example','y@reader.example']}," SIMPLE "}");
	assert_string_equal(test_smtp_messages(c->smtp), "");
	assert_lacks(test_smtp_commands(c->smtp), "DATA");
}

static void
test_sets(void **state)
{
	struct send_case *c = *state;
	struct store_set row;
	struct admin_fixture *f = c->t->f;

	assert_code(f, SG_OK,
	    set_create(f->store, "shop", "mine", TEST_NOW, &row, &f->err));
	assert_code(f, SG_OK,
	    set_create(f->store, "rival", "theirs", TEST_NOW, &row, &f->err));
	ok(c, API_V2, "SendEmail",
	    "{'ConfigurationSetName':'mine'," FROM TO SIMPLE "}");
	assert_has(test_smtp_messages(c->smtp),
	    "\r\nX-SES-CONFIGURATION-SET: mine\r\n");
	test_call_fails(c->t, API_V2, "SendEmail", "NotFoundException",
	    "Configuration set <theirs> does not exist.",
	    "{'ConfigurationSetName':'theirs'," FROM TO SIMPLE "}");
	test_call_fails(c->t, API_V1, "SendEmail",
	    "ConfigurationSetDoesNotExist", "<theirs>",
	    "{'ConfigurationSetName':'theirs','Source':'ann@example.com'," TO
		V1_BODY "}");
	test_call_fails(c->t, API_V1, "SendRawEmail",
	    "ConfigurationSetDoesNotExist", "<no>",
	    "{'ConfigurationSetName':'no','RawMessage':{'Data':'" RAW "'}}");
	make_templates(c);
	test_call_fails(c->t, API_V1, "SendTemplatedEmail",
	    "ConfigurationSetDoesNotExist", "<theirs>",
	    "{'ConfigurationSetName':'theirs','Source':'ann@example.com',"
	    "'Template':'t'," TO "'TemplateData':'{}'}");
	test_call_fails(c->t, API_V1, "SendBulkTemplatedEmail",
	    "ConfigurationSetDoesNotExist", "<theirs>",
	    "{'ConfigurationSetName':'theirs','Source':'ann@example.com',"
	    "'Template':'t','DefaultTemplateData':'{}','Destinations':[{" TO
	    "'ReplacementTags':[]}]}");
}

/* Nobody listens; it heals. */
static void
test_server_is_down(void **state)
{
	struct send_case *c = *state;
	char *option = strdup(c->t->f->conf->api_submission);

	admin_fixture_set(
	    &c->t->f->conf->api_submission, "unix:/nonexistent/socket");
	test_call_fails(
	    c->t, API_V2, "SendEmail", "ServiceUnavailable", "try again", V2);
	admin_fixture_set(&c->t->f->conf->api_submission, option);
	ok(c, API_V2, "SendEmail", V2);
	free(option);
}

/* ---- once ------------------------------------------------------------------------------ */

static void
test_once(void **state)
{
	struct send_case *c = *state;

	c->t->once_key = "invocation";
	c->t->body_hash = "body";
	ok(c, API_V2, "SendEmail", V2);
	test_smtp_answer(c->smtp, ".", "250 2.0.0 Ok: queued as OTHER");
	ok(c, API_V2, "SendEmail", V2);
	assert_string_equal(test_call_value(c->t, "MessageId"), "QUEUEID");
	assert_int_equal(count(test_smtp_messages(c->smtp), "---\n"), 1);
	c->t->body_hash = "other body";
	test_call_fails(c->t, API_V2, "SendEmail",
	    "IdempotentParameterMismatch", "x-sendward-idempotency-key", V2);
	/* another operation, another account, another day */
	ok(c, API_V1, "SendEmail", V1);
	assert_string_equal(test_call_value(c->t, "MessageId"), "OTHER");
	test_call_fails(c->t, API_V1, "SendEmail",
	    "IdempotentParameterMismatch", "", (c->t->body_hash = "x", V1));
	test_call_fails(c->t, API_V1, "SendRawEmail", "MessageRejected", "",
	    (test_smtp_answer(c->smtp, "MAIL", "550 no"),
		"{'RawMessage':{'Data':'" RAW "'}}"));
	test_smtp_answer(c->smtp, "MAIL", NULL);
	(void)test_smtp_messages(c->smtp);
	c->t->body_hash = "body";
	c->t->now_sec += 86401;
	ok(c, API_V2, "SendEmail", V2);
	assert_string_equal(test_call_value(c->t, "MessageId"), "OTHER");
	assert_int_equal(count(test_smtp_messages(c->smtp), "---\n"), 1);
}

/* Each looks at the name of the try. */
static void
test_other_body(void **state)
{
	struct send_case *c = *state;

	make_templates(c);
	c->t->once_key = "invocation";
	for (size_t i = 0; i < WAYS; i++) {
		c->t->body_hash = "body";
		ok(c, ways[i].protocol, ways[i].operation, ways[i].input);
		c->t->body_hash = "other body";
		test_call_fails(c->t, ways[i].protocol, ways[i].operation,
		    "IdempotentParameterMismatch", "x-sendward-idempotency-key",
		    ways[i].input);
	}
	assert_int_equal(
	    count(test_smtp_messages(c->smtp), "---\n"), (int)WAYS);
}

/* What sent nothing may be tried again. */
static void
test_failures_are_forgotten(void **state)
{
	struct send_case *c = *state;

	c->t->once_key = "invocation";
	test_smtp_answer(c->smtp, "MAIL", "451 4.3.0 later");
	test_call_fails(
	    c->t, API_V2, "SendEmail", "ServiceUnavailable", "", V2);
	test_smtp_answer(c->smtp, "MAIL", NULL);
	ok(c, API_V2, "SendEmail", V2);
	assert_int_equal(count(test_smtp_messages(c->smtp), "---\n"), 1);
}

/* As the milter notes what came under the name in the message's first field. */
static void
note(struct send_case *c, const char *message)
{
	static const char field[] = "X-Sendward-Submission: ";
	struct admin_fixture *f = c->t->f;
	char name[65];
	struct journal_entry entry = {.kind = JOURNAL_SENT,
	    .account_id = admin_fixture_account(f, "shop"),
	    .queue_id = "NOTED",
	    .at_msec = TEST_NOW * 1000 + 1,
	    .login = "",
	    .sender = "ann@example.com",
	    .source_ip = "",
	    .identity = "",
	    .set_name = "",
	    .recipients = "E x@reader.example\n",
	    .submission = name};
	struct journal *journal;

	assert_int_equal(strncmp(message, field, sizeof(field) - 1), 0);
	message += sizeof(field) - 1;
	(void)snprintf(
	    name, sizeof(name), "%.*s", (int)strcspn(message, " "), message);
	assert_code(
	    f, SG_OK, journal_open(f->conf->journal, &journal, &f->err));
	assert_code(f, SG_OK, journal_append(journal, &entry, &f->err));
	journal_close(&journal);
}

/* The server had all of it, and its reply got lost. */
static void
test_lost_reply(void **state)
{
	struct send_case *c = *state;

	c->t->once_key = "invocation";
	test_smtp_answer(c->smtp, ".", "");
	test_call_fails(
	    c->t, API_V2, "SendEmail", "ServiceUnavailable", "", V2);
	test_smtp_answer(c->smtp, ".", NULL);
	/* it was taken */
	note(c, test_smtp_messages(c->smtp));
	ok(c, API_V2, "SendEmail", V2);
	assert_string_equal(test_call_value(c->t, "MessageId"), "NOTED");
	assert_string_equal(test_smtp_messages(c->smtp), "");
	/* and is known from now on */
	ok(c, API_V2, "SendEmail", V2);
	assert_string_equal(test_call_value(c->t, "MessageId"), "NOTED");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_simple),
	    TEST(test_v1),
	    TEST(test_headers_and_attachments),
	    TEST(test_raw),
	    TEST(test_connection_is_kept),
	    TEST(test_bulk),
	    TEST(test_bulk_is_invalid),
	    TEST(test_rendering_failure),
	    TEST(test_invalid),
	    TEST(test_too_much),
	    TEST(test_refusals),
	    TEST(test_all_or_nothing),
	    TEST(test_sets),
	    TEST(test_server_is_down),
	    TEST(test_once),
	    TEST(test_other_body),
	    TEST(test_failures_are_forgotten),
	    TEST(test_lost_reply),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
