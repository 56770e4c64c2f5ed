/* Reports of each format, written for this test: which kind, whose address, what
 * is told of the returned message. */
#include "config.h"

#include "report/test-rules.h"

static struct report *
read_text(void **state, const char *text)
{
	struct report *report;
	struct err err;

	assert_int_equal(
	    report_read(*state, text, strlen(text), &report, &err), SG_OK);
	assert_true(report->count >= 1);
	return report;
}

/* A report with one record, as kind|recipient|type/subtype|format. */
static bool
is_read(void **state, const char *text, const char *wanted)
{
	struct report *report = read_text(state, text);
	const struct report_record *r = &report->records[0];
	char seen[1024];
	bool is_right;

	(void)snprintf(seen, sizeof(seen), "%s|%s|%s/%s|%s",
	    report_kind_name(report->kind), r->recipient,
	    report_type_name(r->type), report_subtype_name(r->subtype),
	    report->format);
	if (strcmp(seen, wanted) != 0 || report->count != 1)
		print_error("want %s\ngot  %s, %zu records, by %s: %s\n",
		    wanted, seen, report->count, r->rule, r->diagnostic);
	is_right = strcmp(seen, wanted) == 0 && report->count == 1;
	report_free(&report);
	return is_right;
}

static void
assert_read(void **state, const char *text, const char *wanted)
{
	assert_true(is_read(state, text, wanted));
}

#define DSN_HEADER                                                             \
	"Return-Path: <>\n"                                                    \
	"From: MAILER-DAEMON@mta.example (Mail Delivery System)\n"             \
	"To: b-token@bounces.example\n"                                        \
	"Subject: Undelivered Mail Returned to Sender\n"                       \
	"Message-ID: <report-1@mta.example>\n"                                 \
	"Date: Mon, 5 Oct 2026 10:00:00 +0200\n"                               \
	"MIME-Version: 1.0\n"                                                  \
	"Content-Type: multipart/report; report-type=delivery-status;\n"       \
	"\tboundary=\"BB\"\n\n"
#define DSN_TEXT                                                               \
	"--BB\nContent-Type: text/plain\n\n"                                   \
	"Your message could not be delivered.\n\n"
#define DSN_STATUS "--BB\nContent-Type: message/delivery-status\n\n"
#define DSN_MTA                                                                \
	"Reporting-MTA: dns; mta.example\n"                                    \
	"Original-Envelope-Id: env-77\n"                                       \
	"Arrival-Date: Mon, 5 Oct 2026 09:00:00 +0200\n\n"
#define DSN_RETURNED                                                           \
	"\n--BB\nContent-Type: message/rfc822\n\n"                             \
	"Return-Path: <b-1x2y@bounces.example>\n"                              \
	"X-Sendward-Token: b-3z4w\n"                                           \
	"Message-ID: <orig-9@shop.example>\n"                                  \
	"From: Shop <shop@shop.example>\n"                                     \
	"To: kim@rcpt.example\n"                                               \
	"Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\n\n"                             \
	"Hello\n--BB--\n"

static void
dsn_facts(void **state)
{
	struct report *r =
	    read_text(state, DSN_HEADER DSN_TEXT DSN_STATUS DSN_MTA
		"Final-Recipient: rfc822; kim@Mailbox.Rcpt.Example\n"
		"Original-Recipient: rfc822;Kim+2Bnews@RCPT.example\n"
		"Action: failed\nStatus: 5.0.0\n"
		"Remote-MTA: dns; mx.rcpt.example\n"
		"Diagnostic-Code: smtp; 550-5.1.1 No such\n"
		"    user\n" DSN_RETURNED);
	const struct report_record *record = &r->records[0];

	assert_string_equal(r->format, "dsn");
	assert_int_equal(r->kind, REPORT_BOUNCE);
	assert_int_equal(r->count, 1);
	assert_int_equal(record->action, REPORT_ACTION_FAILED);
	assert_string_equal(record->recipient, "Kim+news@rcpt.example");
	assert_string_equal(
	    record->final_recipient, "kim@mailbox.rcpt.example");
	assert_string_equal(record->status, "5.1.1");
	assert_string_equal(record->remote_mta, "mx.rcpt.example");
	assert_string_equal(record->diagnostic, "550-5.1.1 No such user");
	assert_int_equal(record->type, REPORT_PERMANENT);
	assert_int_equal(record->fault, REPORT_FAULT_RECIPIENT);
	assert_string_equal(r->reporting_mta, "mta.example");
	assert_string_equal(r->envelope_id, "env-77");
	assert_string_equal(r->message_id, "report-1@mta.example");
	assert_int_equal(r->arrival_sec, 1791183600);
	assert_int_equal(r->date_sec, 1791187200);
	assert_string_equal(r->original_message_id, "orig-9@shop.example");
	assert_string_equal(r->original_from, "shop@shop.example");
	assert_string_equal(r->original_subject, "Gr\xC3\xBC\xC3\x9F"
						 "e");
	assert_int_equal(r->token_count, 2);
	assert_string_equal(r->tokens[0], "b-1x2y");
	assert_string_equal(r->tokens[1], "b-3z4w");
	report_free(&r);
}

static void
dsn_of_several(void **state)
{
	struct report *r =
	    read_text(state, DSN_HEADER DSN_TEXT DSN_STATUS DSN_MTA
		"Final-Recipient: rfc822; a@rcpt.example\n"
		"Action: failed\nStatus: 5.1.1\n\n"
		"Final-Recipient: rfc822; b@rcpt.example\n"
		"Action: failed (could not)\nStatus: 5.0.0\n"
		"Diagnostic-Code: smtp; 552 Mailbox full\n\n"
		"Final-Recipient: rfc822; c@rcpt.example\n"
		"Action: relayed (to non-DSN-aware mailer)\nStatus: 2.0.0\n"
		/* no blank line between two */
		"Final-Recipient: rfc822; d@rcpt.example\n"
		"Action: delayed\nStatus: 4.4.1\n"
		"Diagnostic-Code: smtp; connection timed out\n" DSN_RETURNED);

	assert_int_equal(r->count, 4);
	assert_int_equal(r->kind, REPORT_BOUNCE);
	assert_int_equal(r->records[0].type, REPORT_PERMANENT);
	assert_int_equal(r->records[1].subtype, REPORT_SUB_MAILBOX_FULL);
	assert_int_equal(r->records[2].kind, REPORT_OTHER);
	assert_int_equal(r->records[2].action, REPORT_ACTION_RELAYED);
	assert_string_equal(r->records[3].recipient, "d@rcpt.example");
	assert_int_equal(r->records[3].kind, REPORT_OTHER);
	assert_int_equal(r->records[3].action, REPORT_ACTION_DELAYED);
	report_free(&r);
}

/* Fields that are not as they should be. */
static void
dsn_oddities(void **state)
{
	static const struct {
		const char *fields;
		const char *wanted;
	} rows[] = {
	    {"Final-Recipient: utf-8; \\x{6A}\\x{FC}rg@rcpt.example\n"
	     "Action: failed\nStatus: 5.1.1\n",
		"bounce|j\xC3\xBCrg@rcpt.example|Permanent/General|dsn"},
	    {"Original-Recipient: x400; /G=Kim/S=Lee/@x400.example\n"
	     "Final-Recipient: rfc822; kim@rcpt.example\n"
	     "Action: failed\nStatus: 5.1.1\n",
		"bounce|kim@rcpt.example|Permanent/General|dsn"},
	    {"Original-Recipient: unknown; unknown\n"
	     "Final-Recipient: <kim@rcpt.example>\n"
	     "Action: failed\nStatus: 5.2.2 (Over quota)\n",
		"bounce|kim@rcpt.example|Transient/MailboxFull|dsn"},
	    {"Final-Recipient: RFC822;kim@rcpt.example\n"
	     "Status: 5.1.1\n",
		"bounce|kim@rcpt.example|Permanent/General|dsn"},
	    {"Action: failed\n"
	     "Final-recipient: rfc822;kim@rcpt.example",
		"bounce|kim@rcpt.example|Undetermined/Undetermined|dsn"},
	    {"  Final-Recipient: rfc822; kim@rcpt.example\n"
	     "  Action: failed\n  Status: 5.1.1\n",
		"bounce|kim@rcpt.example|Permanent/General|dsn"},
	    {"Final-Recipient: rfc822; /var/spool/kim\n"
	     "Action: failed\nStatus: 5.2.2\n",
		"bounce|kim@rcpt.example|Transient/MailboxFull|dsn"},
	    {"Final-Recipient: rfc822; kim@rcpt.example\n"
	     "Action: deliverable\nStatus: 2.1.5\n",
		"other|kim@rcpt.example|Undetermined/Undetermined|dsn"},
	};
	char text[8192];
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		(void)snprintf(text, sizeof(text), "%s%s%s%s%s",
		    DSN_HEADER DSN_TEXT DSN_STATUS, "Reporting-MTA: dns; a\n\n",
		    rows[i].fields, "\n", DSN_RETURNED);
		assert_read(state, text, rows[i].wanted);
	}
}

static void
dsn_in_base64(void **state)
{
	/* the fields of kim@rcpt.example, failed, 5.1.1 */
	assert_read(state,
	    DSN_HEADER "--BB\nContent-Type: message/delivery-status\n"
		       "Content-Transfer-Encoding: base64\n\n"
		       "UmVwb3J0aW5nLU1UQTogZG5zOyBtdGEuZXhhbXBsZQoKRmluYWwt\n"
		       "UmVjaXBpZW50OiByZmM4MjI7IGtpbUByY3B0LmV4YW1wbGUKQWN0\n"
		       "aW9uOiBmYWlsZWQKU3RhdHVzOiA1LjEuMQo=\n--BB--\n",
	    "bounce|kim@rcpt.example|Permanent/General|dsn");
}

/* RFC 6533: UTF-8 in the status part, and a returned message of its kind. */
static void
dsn_global(void **state)
{
	struct report *r = read_text(state, DSN_HEADER DSN_TEXT
	    "--BB\nContent-Type: message/global-delivery-status\n"
	    "Content-Transfer-Encoding: 8bit\n\n"
	    "Reporting-MTA: dns; mta.example\n\n"
	    "Final-Recipient: utf-8; j\xC3\xBCrg@rcpt.example\n"
	    "Action: failed\nStatus: 5.1.1\n\n"
	    "--BB\nContent-Type: message/global-headers\n\n"
	    "Message-ID: <u-1@shop.example>\n--BB--\n");

	assert_string_equal(
	    r->records[0].recipient, "j\xC3\xBCrg@rcpt.example");
	assert_string_equal(r->original_message_id, "u-1@shop.example");
	report_free(&r);
}

static void
dsn_in_text(void **state)
{
	assert_read(state,
	    "From: Mail Delivery Subsystem <MAILER-DAEMON@mta.example>\n"
	    "Subject: Returned mail: see transcript for details\n\n"
	    "This is a MIME-encapsulated message\n\n"
	    "--AA\n\nThe original message was received at noon\n\n"
	    "--AA\nContent-Type: message/delivery-status\n\n"
	    "Reporting-MTA: dns; mta.example\n\n"
	    "Final-Recipient: RFC822; kim@rcpt.example\n"
	    "Action: failed\nStatus: 5.1.1\n\n"
	    "--AA\nContent-Type: message/rfc822\n\n"
	    "Return-Path: <shop@shop.example>\nSubject: Hello\n",
	    "bounce|kim@rcpt.example|Permanent/General|dsn-text");
}

/* Text alone, of the programs that write it. */
static void
texts(void **state)
{
	static const struct {
		const char *text;
		const char *wanted;
	} rows[] = {
	    {"Return-Path: <>\nFrom: MAILER-DAEMON@mta.example\n"
	     "Subject: failure notice\n\n"
	     "Hi. This is the qmail-send program at mta.example.\n"
	     "I'm afraid I wasn't able to deliver your message to the "
	     "following addresses.\nThis is a permanent error; I've given "
	     "up. Sorry it didn't work out.\n\n<kim@rcpt.example>:\n"
	     "192.0.2.7 does not like recipient.\n"
	     "Remote host said: 552 mailbox is over quota\n"
	     "Giving up on 192.0.2.7.\n\n"
	     "--- Below this line is a copy of the message.\n\n"
	     "Return-Path: <shop@shop.example>\n",
		"bounce|kim@rcpt.example|Transient/MailboxFull|text"},
	    {"From: Mail Delivery System <Mailer-Daemon@mta.example>\n"
	     "X-Failed-Recipients: kim@rcpt.example\n"
	     "Subject: Mail delivery failed: returning message to sender\n\n"
	     "This message was created automatically by mail delivery "
	     "software.\n\n  local-alias\n    (generated from "
	     "other@rcpt.example)\n    unknown local part\n\n"
	     "------ This is a copy of the message, including all the "
	     "headers. ------\n\nReturn-path: <shop@shop.example>\n",
		"bounce|kim@rcpt.example|Permanent/General|text"},
	    {"From: <postmaster@rcpt.example>\nSubject: Undeliverable: Hi\n\n"
	     "Your message\n\n  To:      someone@else.example\n"
	     "  Subject: Hi\n\ndid not reach the following "
	     "recipient(s):\n\nkim@RCPT.example on Mon, 5 Oct 2026\n"
	     "    The recipient name is not recognized\n",
		"bounce|kim@rcpt.example|Permanent/General|text"},
	    {"From: Postmaster@rcpt.example\nSubject: DELIVERY FAILURE\n\n"
	     "Your message\n\n  Subject: Hi\n\nwas not delivered to:\n\n"
	     "  kim@rcpt.example\n\nbecause:\n\n"
	     "  User kim (kim@rcpt.example) not listed in Domino Directory\n",
		"bounce|kim@rcpt.example|Permanent/General|text"},
	    {"From: Mail Delivery Subsystem <mailer-daemon@google.example>\n"
	     "Subject: Delivery Status Notification (Failure)\n\n"
	     "Message not delivered\nYour message couldn't be delivered to "
	     "kim@rcpt.example because the remote server is misconfigured.\n",
		"bounce|kim@rcpt.example|Transient/General|text"},
	    {"From: MAILER-DAEMON@yahoo.example\nSubject: Failure Notice\n\n"
	     "Sorry, we were unable to deliver your message to the following "
	     "address.\n\n<kim@rcpt.example>:\n550: 5.7.1 Message rejected "
	     "as spam\n\n--- Original message follows.\n",
		"bounce|kim@rcpt.example|Transient/ContentRejected|text"},
	    {"From: MAILER-DAEMON@mta.example\nSubject: Returned mail: User "
	     "unknown\n\n   ----- Transcript of session follows -----\n"
	     "550 <kim@rcpt.example>... User unknown\n\n"
	     "   ----- Unsent message follows -----\n"
	     "Received: from a by b\nTo: x@y.example\n",
		"bounce|kim@rcpt.example|Permanent/General|text"},
	    {"From: <postmaster@mta.example>\n"
	     "Subject: Unzustellbar: Hallo\nContent-Type: text/html\n\n"
	     "<html><style>b { x@y }</style><p>Fehler bei der Zustellung an "
	     "folgende Empf&auml;nger:</p><p><a href=\"mailto:z\">"
	     "kim&#64;rcpt.example</a></p><p>Das Postfach ist voll.</html>\n",
		"bounce|kim@rcpt.example|Transient/MailboxFull|text"},
	    {"From: no-reply@sns.example\nSubject: AWS Notification Message\n\n"
	     "{\"notificationType\":\"Bounce\",\"bounce\":{"
	     "\"bouncedRecipients\":[{\"emailAddress\":\"kim@rcpt.example\","
	     "\"diagnosticCode\":\"smtp; 550 5.1.1 user unknown\"}]},"
	     "\"mail\":{\"source\":\"shop@shop.example\"}}\n",
		"bounce|kim@rcpt.example|Permanent/General|sns"},
	    {"Return-Path: <>\nFrom: MAILER-DAEMON@mta.example\n"
	     "Subject: failure notice\n\n"
	     "Something could not be delivered: mailbox full.\n",
		"bounce||Transient/MailboxFull|text"},
	    {"Return-Path: <>\nFrom: MAILER-DAEMON@mta.example\n"
	     "Subject: failure notice\n\n"
	     "Something could not be delivered: no such user.\n",
		"bounce||Permanent/NoEmail|text"},
	    /* what we wrote ourselves is no reason */
	    {"Return-Path: <>\nFrom: postmaster@mta.example\n"
	     "Subject: Undeliverable Mail: \"Your mailbox is full\"\n\n"
	     "Your message:\n  To: kim@rcpt.example\n  Subject: Your mailbox "
	     "is full\n\ncould not be delivered because of\n"
	     "550 User unknown\n",
		"bounce|kim@rcpt.example|Permanent/General|text"},
	};
	size_t i, wrong = 0;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		wrong += !is_read(state, rows[i].text, rows[i].wanted);
	assert_int_equal(wrong, 0);
}

/* Programs that are less known, and providers' own. */
static void
rare_texts(void **state)
{
	static const struct {
		const char *text;
		const char *wanted;
	} rows[] = {
	    {"From: \"Mail Deliver System\" <MAILER-DAEMON@mta.example>\n"
	     "Subject: Returned Mail: User unknown\n\n"
	     "The original message was received at noon\n"
	     "from shop@shop.example\n\n"
	     "---The following addresses had delivery errors---\n\n"
	     "kim@rcpt.example [User unknown]\n",
		"bounce|kim@rcpt.example|Permanent/General|text"},
	    {"From: Robot <robot@mta.example>\n"
	     "Subject: There was an error sending your mail\n\n"
	     "We had trouble delivering your message. Full details follow:\n\n"
	     "Subject: 'Hi'\n\n1 error(s):\n\n"
	     "SMTP Server <mx.rcpt.example> rejected recipient "
	     "<kim@rcpt.example>\n  (Error following RCPT command). It "
	     "responded as follows: [550 5.1.1 User unknown]\n\n"
	     "The attachment contains the original mail headers\n",
		"bounce|kim@rcpt.example|Permanent/General|text"},
	    {"From: <root@mta.example>\nSubject: [BOUNCE]\n\n"
	     "Error message below:\n"
	     "550 - Requested action not taken: no such user here\n\n"
	     "Message details:\n  Subject: Hi\n"
	     "  MAIL FROM: shop@shop.example\n  RCPT TO: kim@rcpt.example\n"
	     "  From: Shop <shop@shop.example>\n  To: list@shop.example\n",
		"bounce|kim@rcpt.example|Permanent/General|text"},
	    {"From: mailer-daemon@gmx.example\n"
	     "Subject: Mail delivery failed: returning message to sender\n\n"
	     "This message was created automatically by mail delivery "
	     "software.\n\nThe following address failed:\n\n"
	     "\"kim@rcpt.example\":\n"
	     "SMTP error from remote server after RCPT command:\n"
	     "host: mx.rcpt.example\n5.1.1 <kim@rcpt.example>... No such\n\n"
	     "--- The header of the original message is following. ---\n\n"
	     "From: shop@shop.example\n",
		"bounce|kim@rcpt.example|Permanent/General|text"},
	    {"From: <Postmaster@mobile.example>\n"
	     "Subject: Mail System Error - Returned Mail\n\n"
	     "Each of the following recipients was rejected by a remote\n"
	     "mail server.\n\n   Recipient: <kim@rcpt.example>\n"
	     "   >>> RCPT TO:<kim@rcpt.example>\n"
	     "   <<< 550 <kim@rcpt.example>: User unknown\n",
		"bounce|kim@rcpt.example|Permanent/General|text"},
	    {"From: postmaster@big.example\nSubject: Returned mail: Full\n\n"
	     "   ----- The following addresses had delivery problems -----\n"
	     "kim@rcpt.example\n\n"
	     "   ----- Non-delivered information -----\n"
	     "The number of messages in recipient's mailbox exceeded the local "
	     "limit.\n",
		"bounce|kim@rcpt.example|Transient/MailboxFull|text"},
	    {"From: postmaster@filter.example\n"
	     "Subject: Message delivery has failed\n\n"
	     "Unable to deliver message to: <kim@rcpt.example>\n"
	     "Delivery failed for the following reason:\n"
	     "Server mx.rcpt.example[192.0.2.2] failed with: 550 "
	     "<kim@rcpt.example> No such user here\n\n"
	     "This has been a permanent failure.\n",
		"bounce|kim@rcpt.example|Permanent/General|text"},
	    {"From: Facebook <mailer-daemon@mx.facebook.example>\n"
	     "Subject: Sorry, your message could not be delivered\n\n"
	     "This message was created automatically by Facebook.\n\n"
	     "Reporting-MTA: dns; 192.0.2.9\n"
	     "Arrival-Date: Thu, 5 Oct 2026 09:00:00 +0000\n\n"
	     "Status: 5.1.1\nLast-Attempt-Date: Thu, 5 Oct 2026 09:00:00 "
	     "+0000\nFinal-Recipient: rfc822; kim@facebook.example\n"
	     "Action: failed\nDiagnostic-Code: smtp; 550 5.1.1 MSG-P1 "
	     "http://postmaster.facebook.example/?code=MSG-P1\n",
		"bounce|kim@facebook.example|Transient/MessageTooLarge|"
		"dsn-text"},
	    {"From: list-admin@list.example\nX-MLServer: fml\n"
	     "Subject: NOT MEMBER article from shop@shop.example\n"
	     "Precedence: bulk\n\n"
	     "You are not a member of this mailing list <list@list.example>.\n"
	     "If you know the general guide of this list, please send mail\n\n"
	     "Original mail as follows:\n\n   From: shop@shop.example\n",
		"bounce|list@list.example|Transient/General|text"},
	    {"From: postmaster@iss.example\n"
	     "Subject: Mail could not be delivered\n\n"
	     "Sent <<< RCPT TO:<kim@rcpt.example>\n"
	     "Received >>> 550 5.1.1 unknown user\n",
		"bounce|kim@rcpt.example|Permanent/General|text"},
	    {"From: postmaster@notes.example\nSubject: Undeliverable message\n\n"
	     "------- Failure Reasons  --------\n\n"
	     "User not listed in public Name & Address Book\n"
	     "kim@rcpt.example\n\n------- Returned Message --------\n\n"
	     "From: shop@shop.example\n",
		"bounce|kim@rcpt.example|Permanent/General|text"},
	    {"From: MAILER-DAEMON@iis.example\n"
	     "Subject: Delivery Status Notification (Failure)\n\n"
	     "This is an automatically generated Delivery Status "
	     "Notification.\n\nUnable to deliver message to the following "
	     "recipients, because the message was forwarded more than the "
	     "maximum allowed times. This could indicate a mail loop.\n\n"
	     "       kim@rcpt.example\n",
		"bounce|kim@rcpt.example|Transient/General|text"},
	    {"From: Postmaster <postmaster@enable.example>\n"
	     "Subject: Message Delivery Failure\n\n"
	     "MailEnable: Message Delivery Failure.\n\n"
	     "The following recipient(s) could not be reached:\n\n"
	     "   [SMTP:kim@rcpt.example]:\n"
	     "   The domain does not exist.\n\nMessage headers follow:\n"
	     "Received: from a by b\n",
		"bounce|kim@rcpt.example|Permanent/General|text"},
	    {"From: PostMaster@qq.example\nSubject: =?utf-8?b?6YCA5L+h?=\n"
	     "Content-Type: text/plain; charset=utf-8\n\n"
	     "很抱歉，您的邮件被退回。\n"
	     "收件人邮件地址：kim@rcpt.example\n"
	     "退信原因：收件人邮箱已满\n",
		"bounce|kim@rcpt.example|Transient/MailboxFull|text"},
	    {"From: Mail Delivery Subsystem <postmaster@web.example>\n"
	     "Subject: Mail delivery failed: returning message to sender\n\n"
	     "Ihre Nachricht konnte nicht zugestellt werden an:\n\n"
	     "kim@rcpt.example\n\nGrund: Die E-Mail-Adresse existiert "
	     "nicht.\n",
		"bounce|kim@rcpt.example|Permanent/General|text"},
	    {"From: postmaster@mail.example\n"
	     "Subject: Mail System Error - Returned Mail\n\n"
	     "Message from yandex: delivery to kim@rcpt.example failed.\n"
	     "550 5.7.1 Message rejected under suspicion of SPAM\n",
		"bounce|kim@rcpt.example|Transient/ContentRejected|text"},
	};
	size_t i, wrong = 0;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		wrong += !is_read(state, rows[i].text, rows[i].wanted);
	assert_int_equal(wrong, 0);
}

/* Two recipients with reasons of their own. */
static void
text_of_several(void **state)
{
	struct report *r = read_text(state,
	    "Return-Path: <>\nFrom: MAILER-DAEMON@mta.example\n"
	    "Subject: failure notice\n\nThis is a permanent error.\n\n"
	    "<a@rcpt.example>:\nSorry, no mailbox here by that name.\n\n"
	    "<b@rcpt.example>:\nMailbox is full\n\n"
	    "--- Below this line is a copy of the message.\n\n"
	    "Message-ID: <orig@shop.example>\nFrom: shop@shop.example\n");

	assert_int_equal(r->count, 2);
	assert_string_equal(r->records[0].recipient, "a@rcpt.example");
	assert_int_equal(r->records[0].type, REPORT_PERMANENT);
	assert_string_equal(r->records[1].recipient, "b@rcpt.example");
	assert_int_equal(r->records[1].subtype, REPORT_SUB_MAILBOX_FULL);
	assert_string_equal(r->original_message_id, "orig@shop.example");
	assert_string_equal(r->original_from, "shop@shop.example");
	report_free(&r);
}

#define ARF(fields, returned)                                                  \
	"From: fbl@provider.example\nSubject: FW: Offers\n"                    \
	"Content-Type: multipart/report; report-type=feedback-report;\n"       \
	" boundary=\"BB\"\n\n--BB\n\nThis is an abuse report.\n\n--BB\n"       \
	"Content-Type: message/feedback-report\n\n" fields                     \
	"\n--BB\nContent-Type: message/rfc822\n\n" returned "\n\nHi\n--BB--\n"

static void
complaints(void **state)
{
	struct report *r = read_text(state,
	    ARF("Feedback-Type: Abuse\nUser-Agent: Loop/1.0\nVersion: 1\n"
		"Original-Mail-From: <b-tok@bounces.example>\n"
		"Original-Rcpt-To: <kim@rcpt.example>\n"
		"Source-IP: 192.0.2.9\n"
		"Arrival-Date: Mon, 5 Oct 2026 09:00:00 +0200\n",
		"Message-ID: <o@shop.example>\nTo: list@shop.example"));

	assert_int_equal(r->kind, REPORT_COMPLAINT);
	assert_string_equal(r->format, "arf");
	assert_string_equal(r->records[0].feedback_type, "abuse");
	assert_string_equal(r->records[0].recipient, "kim@rcpt.example");
	assert_string_equal(r->user_agent, "Loop/1.0");
	assert_string_equal(r->source_ip, "192.0.2.9");
	assert_int_equal(r->arrival_sec, 1791183600);
	assert_string_equal(r->tokens[0], "b-tok");
	assert_string_equal(r->original_message_id, "o@shop.example");
	report_free(&r);

	r = read_text(state,
	    ARF("Feedback-Type: fraud\nOriginal-Rcpt-To: redacted@x.example\n",
		"To: redacted@x.example"));
	assert_string_equal(r->records[0].feedback_type, "fraud");
	assert_string_equal(r->records[0].recipient, "");
	report_free(&r);

	r = read_text(state,
	    "From: staff@hotmail.com\nSubject: complaint about message from "
	    "192.0.2.9\nContent-Type: multipart/mixed; boundary=BB\n\n--BB\n"
	    "Content-Type: message/rfc822\n\n"
	    "X-HmXmrOriginalRecipient: kim@hotmail.example\n"
	    "To: other@shop.example\n\nHi\n--BB--\n");
	assert_string_equal(r->format, "jmrp");
	assert_int_equal(r->kind, REPORT_COMPLAINT);
	assert_string_equal(r->records[0].recipient, "kim@hotmail.example");
	report_free(&r);
}

/* What must cause neither a bounce nor a complaint. */
static void
no_bounces(void **state)
{
	static const struct {
		const char *text;
		const char *kind;
	} rows[] = {
	    {"From: kim@rcpt.example\nSubject: Out of office\n"
	     "Auto-Submitted: auto-replied\n\nI am away. Mail to "
	     "jo@rcpt.example could not be delivered faster.\n",
		"autoreply"},
	    {"Return-Path: <>\nFrom: kim@rcpt.example\n"
	     "Subject: Automatische Antwort: Angebot\n\nIch bin im Urlaub.\n",
		"autoreply"},
	    {"From: kim@rcpt.example\nPrecedence: auto_reply\n"
	     "Subject: Re: Hi\n\nI get too much mail.\n",
		"autoreply"},
	    {"From: kim@rcpt.example\nSubject: Please confirm your message\n"
	     "Auto-Submitted: auto-replied\n\n"
	     "Please reply to confirm that you are a human.\n",
		"autoreply"},
	    {"From: Help Desk <support@rcpt.example>\nPrecedence: bulk\n"
	     "Subject: [Ticket #48213] Your offer\n\n"
	     "Thank you for contacting us. We have received your message.\n",
		"autoreply"},
	    {"From: list-bounces@lists.example\nPrecedence: bulk\n"
	     "Subject: Your message to List awaits moderator approval\n\n"
	     "Your mail to 'List' is being held until the list moderator can "
	     "review it for approval.\n",
		"autoreply"},
	    {"From: Mail Delivery Subsystem <MAILER-DAEMON@mta.example>\n"
	     "Subject: Warning: could not send message for past 4 hours\n\n"
	     "THIS IS A WARNING MESSAGE ONLY\n<kim@rcpt.example>... Deferred: "
	     "Connection timed out\n",
		"other"},
	    {DSN_HEADER DSN_TEXT DSN_STATUS DSN_MTA
		"Final-Recipient: rfc822; kim@rcpt.example\nAction: delayed\n"
		"Status: 4.4.1\n" DSN_RETURNED,
		"other"},
	    {DSN_HEADER DSN_TEXT DSN_STATUS DSN_MTA
		"Final-Recipient: rfc822; kim@rcpt.example\nAction: delivered\n"
		"Status: 2.0.0\n" DSN_RETURNED,
		"other"},
	    {"From: kim@rcpt.example\nSubject: Read: Offer\nContent-Type: "
	     "multipart/report; report-type=disposition-notification; "
	     "boundary=BB\n\n--BB\n\nRead.\n--BB\nContent-Type: "
	     "message/disposition-notification\n\n"
	     "Final-Recipient: rfc822;kim@rcpt.example\n"
	     "Disposition: manual-action/MDN-sent-manually; displayed\n"
	     "--BB--\n",
		"other"},
	    {"From: noreply-dmarc@provider.example\n"
	     "Subject: Report domain: shop.example Submitter: provider.example "
	     "Report-ID: <7>\nContent-Type: application/zip\n\nAAAA\n",
		"other"},
	    {"From: Kim <kim@rcpt.example>\nSubject: Re: Undelivered Mail "
	     "Returned to Sender\n\nWhat is this?\n\n> <jo@rcpt.example>: host "
	     "mx said: 550 5.1.1 User unknown\n",
		"other"},
	    {"From: Kim <kim@rcpt.example>\nSubject: Fwd: failure notice\n\n"
	     "See below: the mailbox is full?\n\n---------- Forwarded message "
	     "----------\nFrom: MAILER-DAEMON@mta.example\n\n"
	     "<jo@rcpt.example>:\nno such user\n",
		"other"},
	    {"From: Parcel Delivery <info@parcels.example>\n"
	     "Subject: Your parcel could not be delivered\n\n"
	     "Nobody was in. Write to help@parcels.example.\n",
		"other"},
	    {"From: Shop <no-reply@shop.example>\nSubject: Your order\n\n"
	     "We could not process your payment. Your order was not sent. "
	     "Write to help@shop.example.\n",
		"other"},
	    {"From: System Administrator <it@firm.example>\n"
	     "Subject: Work on Friday\n\n"
	     "Messages will not be delivered during that time.\n",
		"other"},
	    {"From: Bounce Club <hello@bounce.example>\n"
	     "Subject: Your order is returned\n\n"
	     "The trampoline was not accepted.\n",
		"other"},
	    {"From: no-reply@mta.example\nSubject: Your letter\n\n"
	     "Your message to kim@rcpt.example could not be delivered.\n",
		"bounce"},
	    {"From: Content-filter at mta.example <postmaster@mta.example>\n"
	     "Subject: Considered UNSOLICITED BULK EMAIL, apparently from "
	     "you\n\nA message to:\n-> kim@rcpt.example\n\n"
	     "was considered unsolicited bulk e-mail (UBE).\n",
		"bounce"},
	    {"From: News <news@shop.example>\nPrecedence: bulk\n"
	     "Subject: Error 550: our prices fall\n\n"
	     "Click here to confirm that you are still our reader.\n",
		"other"},
	    {"From: Kim <kim@rcpt.example>\nSubject: mail problems\n\n"
	     "My message could not be delivered to jo@rcpt.example: 550 user "
	     "unknown. Can you look?\n",
		"other"},
	    {"Return-Path: <>\nFrom: Kim <kim@rcpt.example>\n"
	     "Subject: Thank you\n\nI am on leave.\n",
		"autoreply"},
	    {"From: Kim <kim@rcpt.example>\nSubject: unsubscribe\n\n", "other"},
	    {"From: Kim <kim@rcpt.example>\nSubject: Hi\n\nHow are you?\n",
		"other"},
	    {"", "other"},
	    {"\n\n", "other"},
	};
	struct report *r;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		r = read_text(state, rows[i].text);
		if (strcmp(report_kind_name(r->kind), rows[i].kind) != 0)
			print_error("row %zu, by %s\n", i, r->format);
		assert_string_equal(report_kind_name(r->kind), rows[i].kind);
		report_free(&r);
	}
}

/* A returned message where its header is not in its place. */
static void
returned_oddities(void **state)
{
	static const char *const parts[] = {
	    "Content-Type: message/rfc822\n\n\nMessage-ID: <o@a.example>\n",
	    "Message-ID: <o@a.example>\nContent-Type: text/plain\n",
	    "Content-Type: text/rfc822-headers\n\nMessage-ID: <o@a.example>\n",
	    "Content-Type: message/partial; id=1; number=1\n\n"
	    "Message-ID: <o@a.example>\n",
	    "Content-Type: text/plain\n\nReceived: from a by b\n"
	    "Message-ID: <o@a.example>\n",
	};
	char text[4096];
	struct report *r;
	size_t i;

	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		(void)snprintf(text, sizeof(text), "%s%s\n\n--BB--\n",
		    DSN_HEADER DSN_TEXT "--BB\n", parts[i]);
		r = read_text(state, text);
		assert_string_equal(r->original_message_id, "o@a.example");
		report_free(&r);
	}
}

/* A robot's notice around a report of another. */
static void
wrapped(void **state)
{
	assert_read(state,
	    "From: MAILER-DAEMON@relay.example\n"
	    "Subject: Undelivered Mail Returned to Sender\n\n"
	    "The message below could not be delivered.\n"
	    "Please contact <support@relay.example>\n\n"
	    "Return-Path: <>\nFrom: MAILER-DAEMON@mta.example\n"
	    "MIME-Version: 1.0\nContent-Type: multipart/report; "
	    "report-type=delivery-status;\n boundary=BB\n\n" DSN_TEXT DSN_STATUS
	    "Reporting-MTA: dns; mta.example\n\n"
	    "Final-Recipient: rfc822; kim@rcpt.example\n"
	    "Action: failed\nStatus: 5.1.1\n" DSN_RETURNED,
	    "bounce|kim@rcpt.example|Permanent/General|dsn");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(dsn_facts),
	    cmocka_unit_test(dsn_of_several),
	    cmocka_unit_test(dsn_oddities),
	    cmocka_unit_test(dsn_in_base64),
	    cmocka_unit_test(dsn_global),
	    cmocka_unit_test(dsn_in_text),
	    cmocka_unit_test(texts),
	    cmocka_unit_test(rare_texts),
	    cmocka_unit_test(text_of_several),
	    cmocka_unit_test(complaints),
	    cmocka_unit_test(no_bounces),
	    cmocka_unit_test(returned_oddities),
	    cmocka_unit_test(wrapped),
	};

	return cmocka_run_group_tests(
	    tests, test_rules_setup, test_rules_teardown);
}
