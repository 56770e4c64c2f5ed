/* Whole messages through milter/message.c, without libmilter, store or network. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "conf/conf.h"
#include "milter/test-run.h"

static void
test_accepted(void **state)
{
	struct run r;
	const struct edit *sender;

	(void)state;
	test_begin(&r, "shop", "<a@shop.example>");
	assert_int_equal(test_mail(&r), MESSAGE_GOES_ON);
	assert_int_equal(
	    message_rcpt(r.m, "<x@reader.example>", &r.v), MESSAGE_GOES_ON);
	test_send_body(&r, "A <a@shop.example>");
	message_queue_id(r.m, QUEUE_ID);
	assert_int_equal(test_end(&r), MESSAGE_GOES_ON);
	message_log_accepted(r.m);
	sender = test_find_edit(&r, EDIT_SENDER, 0);
	assert_memory_equal(sender->value, "<b-", 3);
	assert_non_null(strstr(sender->value, "@bounce.test>"));
	/* RSA ends on top: it is inserted last. */
	assert_int_equal(test_count_edits(&r, EDIT_INSERT_HEADER), 2);
	assert_non_null(strstr(test_find_edit(&r, EDIT_INSERT_HEADER, 0)->value,
	    "a=ed25519-sha256"));
	assert_non_null(strstr(
	    test_find_edit(&r, EDIT_INSERT_HEADER, 1)->value, "a=rsa-sha256"));
	assert_non_null(strstr(test_find_edit(&r, EDIT_INSERT_HEADER, 1)->value,
	    "d=shop.example"));
	assert_true(test_find_edit(&r, EDIT_INSERT_HEADER, 1)->value[0] != ' ');
	assert_int_equal(test_count_edits(&r, EDIT_DELETE_RECIPIENT), 0);
	assert_int_equal(test_count_edits(&r, EDIT_DELETE_HEADER), 0);
	assert_true(message_is_counted(r.m));
	test_finish(&r);
}

/* The account as it is after the message's last byte, not as it was at MAIL. */
static void
test_changed_before_the_end(void **state)
{
	static const struct {
		const char *name;
		struct rules_account account;
		const char *text;
	} rows[] = {
	    {"paused", {.id = 1, .name = "shop", .paused = true},
		"Message rejected: Sending paused for this account"},
	    {"gone", {.id = 1, .name = "other"},
		"login shop belongs to no account"},
	    {"made again", {.id = 9, .name = "shop"},
		"login shop belongs to no account"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct snapshot after = test_facts;
		struct run r;

		print_message("  %s\n", rows[i].name);
		test_begin(&r, "shop", "<a@shop.example>");
		assert_int_equal(test_mail(&r), MESSAGE_GOES_ON);
		(void)message_rcpt(r.m, "<x@reader.example>", &r.v);
		test_send_body(&r, "A <a@shop.example>");
		message_queue_id(r.m, QUEUE_ID);
		after.accounts = &rows[i].account;
		after.account_count = 1;
		r.env.admit.snapshot = &after;
		assert_int_equal(test_end(&r), MESSAGE_ANSWERED);
		assert_int_equal(r.v.code, 554);
		assert_string_equal(r.v.text, rows[i].text);
		test_finish(&r);
	}
}

static void
test_headers_removed(void **state)
{
	/* clang-format off */
	static const struct rules_header list[] = {
		{"X-SES-Configuration-Set", " plain"}, {"From", "a@shop.example"},
		{"Bcc", "h@reader.example"}, {"x-ses-message-tags", "a=b"},
		{"Return-Path", "<a@shop.example>"}, {"BCC", ""},
		{"X-SES-MESSAGE-TAGS", "c=d"}, {"X-Session", "stays"},
		{"X-SES-Message-Tags", "e=f"}, {"X-Sendward-Token", "b-forged"},
	};
	static const struct { const char *name; size_t index; } gone[] = {
		{"BCC", 2}, {"Bcc", 1}, {"Return-Path", 1},
		{"X-Sendward-Token", 1},
		{"X-SES-Configuration-Set", 1}, {"X-SES-Message-Tags", 3},
		{"X-SES-MESSAGE-TAGS", 2}, {"x-ses-message-tags", 1},
	};
	/* clang-format on */
	struct run r;

	(void)state;
	test_begin(&r, "shop", "<>");
	assert_int_equal(test_mail(&r), MESSAGE_GOES_ON);
	(void)message_rcpt(r.m, "<x@reader.example>", &r.v);
	for (size_t i = 0; i < COUNT(list); i++)
		message_header(r.m, list[i].name, list[i].value);
	message_end_of_headers(r.m, true, NOW_SEC);
	message_queue_id(r.m, QUEUE_ID);
	assert_int_equal(test_end(&r), MESSAGE_GOES_ON);
	assert_int_equal(test_count_edits(&r, EDIT_DELETE_HEADER), COUNT(gone));
	for (size_t i = 0; i < COUNT(gone); i++) {
		const struct edit *e =
		    test_find_edit(&r, EDIT_DELETE_HEADER, i);

		assert_string_equal(e->name, gone[i].name);
		assert_int_equal(e->index, gone[i].index);
	}
	test_finish(&r);
}

static void
test_suppressed(void **state)
{
	struct run r;

	(void)state;
	test_begin(&r, "shop", "<a@shop.example>");
	assert_int_equal(test_mail(&r), MESSAGE_GOES_ON);
	(void)message_rcpt(r.m, "<x@reader.example>", &r.v);
	assert_int_equal(
	    message_rcpt(r.m, "<Gone@reader.example>", &r.v), MESSAGE_GOES_ON);
	test_send_body(&r, "a@shop.example");
	message_queue_id(r.m, QUEUE_ID);
	assert_int_equal(test_end(&r), MESSAGE_GOES_ON);
	assert_int_equal(test_count_edits(&r, EDIT_DELETE_RECIPIENT), 1);
	assert_string_equal(test_find_edit(&r, EDIT_DELETE_RECIPIENT, 0)->value,
	    "<Gone@reader.example>");
	test_finish(&r);

	test_begin(&r, "shop", "<a@shop.example>");
	r.conf->suppressed = CONF_SUPPRESSED_REJECT;
	assert_int_equal(test_mail(&r), MESSAGE_GOES_ON);
	assert_int_equal(
	    message_rcpt(r.m, "<gone@reader.example>", &r.v), MESSAGE_ANSWERED);
	assert_int_equal(r.v.code, 550);
	test_finish(&r);
}

/* One refusal each; the login is the account's name. */
struct refusal_row {
	const char *name;
	const char *login, *path, *rcpt, *from;
	const char *stage; /* where an SMTP client hears it */
	int code;
	const char *status;
	enum rules_reason reason;
};

/* clang-format off */
static const struct refusal_row refusal_rows[] = {
	{"no account", "mallory", "<a@shop.example>", "<x@reader.example>", "a@shop.example",
	    "mail", 554, "5.7.1", RULES_REASON_NO_ACCOUNT},
	{"paused", "still", "<a@still.example>", "<x@reader.example>", "a@still.example",
	    "mail", 554, "5.7.1", RULES_REASON_PAUSED},
	{"envelope sender", "shop", "<a@evil.example>", "<x@reader.example>", "a@shop.example",
	    "mail", 554, "5.7.1", RULES_REASON_NOT_VERIFIED},
	{"unreadable envelope sender", "shop", "<a@shop.example@evil.example>",
	    "<x@reader.example>", "a@shop.example", "mail", 554, "5.7.1", RULES_REASON_NOT_VERIFIED},
	{"sandbox", "young", "<a@young.example>", "<x@reader.example>", "a@young.example",
	    "rcpt", 554, "5.7.1", RULES_REASON_SANDBOX},
	{"From", "shop", "<a@shop.example>", "<x@reader.example>", "a@evil.example",
	    "end", 554, "5.7.1", RULES_REASON_NOT_VERIFIED},
	{"From, null sender", "shop", "<>", "<x@reader.example>", "a@evil.example",
	    "end", 554, "5.7.1", RULES_REASON_NOT_VERIFIED},
	{"From twice", "shop", "<a@shop.example>", "<x@reader.example>",
	    "a@shop.example, b@shop.example", "end", 554, "5.6.0", RULES_REASON_BAD_HEADER},
	{"no From", "shop", "<a@shop.example>", "<x@reader.example>", "",
	    "end", 554, "5.6.0", RULES_REASON_BAD_HEADER},
	{"key cannot be used", "shop", "<a@lost.example>", "<x@reader.example>", "a@lost.example",
	    "end", 451, "4.3.0", RULES_REASON_UNAVAILABLE},
	{"key is lost", "shop", "<a@keyless.example>", "<x@reader.example>", "a@keyless.example",
	    "end", 451, "4.3.0", RULES_REASON_UNAVAILABLE},
	{"MAIL FROM domain", "shop", "<a@strict.example>", "<x@reader.example>",
	    "a@strict.example", "end", 554, "5.7.1", RULES_REASON_MAIL_FROM},
	{"domain without a key", "shop", "<a@bare.example>", "<x@reader.example>",
	    "a@bare.example", "end", 451, "4.3.0", RULES_REASON_UNAVAILABLE},
};
/* clang-format on */

/* Runs a row; returns the stage at which it was answered, "" when it left. */
static const char *
run_row(struct run *r, const struct refusal_row *row)
{
	if (test_mail(r) == MESSAGE_ANSWERED)
		return "mail";
	if (message_rcpt(r->m, row->rcpt, &r->v) == MESSAGE_ANSWERED)
		return "rcpt";
	test_send_body(r, row->from);
	message_queue_id(r->m, QUEUE_ID);
	return test_end(r) == MESSAGE_ANSWERED ? "end" : "";
}

static void
test_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(refusal_rows); i++) {
		const struct refusal_row *row = &refusal_rows[i];
		struct run r;

		print_message("  %s\n", row->name);
		test_begin(&r, row->login, row->path);
		assert_string_equal(run_row(&r, row), row->stage);
		assert_int_equal(r.v.code, row->code);
		assert_string_equal(r.v.status, row->status);
		assert_int_equal(r.v.reason, row->reason);
		test_finish(&r);
	}
}

/* sendmail(1): nothing before the end, and then 5xx. */
static void
test_refused_not_smtp(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(refusal_rows); i++) {
		const struct refusal_row *row = &refusal_rows[i];
		char path[80];
		struct run r;

		(void)snprintf(path, sizeof(path), "%.*s",
		    (int)strlen(row->path) - 2, row->path + 1);
		print_message("  %s\n", row->name);
		test_begin(&r, row->login, path);
		r.mail.session = "";
		assert_string_equal(run_row(&r, row), "end");
		assert_int_equal(r.v.action, RULES_REJECT);
		assert_int_equal(r.v.code, 554);
		assert_int_equal(r.v.status[0], '5');
		assert_int_equal(r.v.reason, row->reason);
		test_finish(&r);
	}
}

/* An SMTP client that leaves the brackets out is still one. */
static void
test_no_brackets(void **state)
{
	struct run r;

	(void)state;
	test_begin(&r, "shop", "a@evil.example");
	assert_int_equal(test_mail(&r), MESSAGE_ANSWERED);
	assert_int_equal(r.v.code, 554);
	test_finish(&r);
	test_begin(&r, "shop", "a@shop.example");
	r.mail.is_fresh = false;
	assert_int_equal(test_mail(&r), MESSAGE_ANSWERED);
	assert_int_equal(r.v.code, 451);
	test_finish(&r);
}

/* Monitor mode: nothing is said, nothing is changed. */
static void
test_refused_in_monitor(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(refusal_rows); i++) {
		const struct refusal_row *row = &refusal_rows[i];
		struct run r;

		print_message("  %s\n", row->name);
		test_begin(&r, row->login, row->path);
		r.conf->mode = CONF_MODE_MONITOR;
		assert_int_equal(test_mail(&r), MESSAGE_GOES_ON);
		assert_int_equal(
		    message_rcpt(r.m, row->rcpt, &r.v), MESSAGE_GOES_ON);
		test_send_body(&r, row->from);
		message_queue_id(r.m, QUEUE_ID);
		assert_int_equal(test_end(&r), MESSAGE_PASSES);
		test_finish(&r);
	}
}

/* Monitor mode: but who is refused chooses no address that it leaves from. */
static void
test_label_in_monitor(void **state)
{
	struct run r;

	(void)state;
	test_begin(
	    &r, "shop", "<b-aeaaaaabaaaecaaaaaaaaaaaaa-abcde@evil.example>");
	r.conf->mode = CONF_MODE_MONITOR;
	assert_int_equal(test_mail(&r), MESSAGE_GOES_ON);
	assert_int_equal(
	    message_rcpt(r.m, "<a@reader.example>", &r.v), MESSAGE_GOES_ON);
	test_send_body(&r, "a@shop.example");
	message_queue_id(r.m, QUEUE_ID);
	assert_int_equal(test_end(&r), MESSAGE_PASSES);
	assert_int_equal(r.edits.count, 1);
	assert_int_equal(r.edits.list[0].kind, EDIT_SENDER);
	assert_string_equal(
	    r.edits.list[0].value, "b-aeaaaaabaaaecaaaaaaaaaaaaa@evil.example");
	test_finish(&r);
}

static void
test_accepted_in_monitor(void **state)
{
	struct run r;

	(void)state;
	test_begin(&r, "shop", "<a@shop.example>");
	r.conf->mode = CONF_MODE_MONITOR;
	assert_int_equal(test_mail(&r), MESSAGE_GOES_ON);
	(void)message_rcpt(r.m, "<gone@reader.example>", &r.v);
	test_send_body(&r, "a@shop.example");
	message_queue_id(r.m, QUEUE_ID);
	assert_int_equal(test_end(&r), MESSAGE_GOES_ON);
	assert_int_equal(test_count_edits(&r, EDIT_SENDER), 1);
	assert_int_equal(test_count_edits(&r, EDIT_INSERT_HEADER), 2);
	assert_int_equal(test_count_edits(&r, EDIT_DELETE_RECIPIENT), 0);
	test_finish(&r);
}

struct unsigned_row {
	const char *name, *from, *dkim;
};

static void
test_unsigned(void **state)
{
	/* clang-format off */
	static const struct unsigned_row rows[] = {
		{"signing is off", "a@off.example", "off"},
		{"address of somebody's domain", "me@other.example", "none"},
		{"DNS does not have its keys yet", "a@waits.example", "pending"},
		{"DNS never had its keys", "a@failed.example", "pending"},
	};
	/* clang-format on */
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct run r;

		print_message("  %s\n", rows[i].name);
		test_begin(&r, "shop", "<a@shop.example>");
		assert_int_equal(test_mail(&r), MESSAGE_GOES_ON);
		(void)message_rcpt(r.m, "<x@reader.example>", &r.v);
		test_send_body(&r, rows[i].from);
		message_queue_id(r.m, QUEUE_ID);
		assert_int_equal(test_end(&r), MESSAGE_GOES_ON);
		assert_int_equal(test_count_edits(&r, EDIT_INSERT_HEADER), 0);
		assert_string_equal(r.m->content.dkim, rows[i].dkim);
		test_finish(&r);
	}
}

static void
test_limits(void **state)
{
	static char piece[4096], field[60001];
	struct run r;

	(void)state;
	memset(piece, 'x', sizeof(piece) - 1);
	/* fields */
	test_begin(&r, "shop", "<a@shop.example>");
	assert_int_equal(test_mail(&r), MESSAGE_GOES_ON);
	for (int i = 0; i < 100000; i++)
		message_header(r.m, "X-Much", "v");
	test_send_body(&r, "a@shop.example");
	message_queue_id(r.m, QUEUE_ID);
	assert_int_equal(test_end(&r), MESSAGE_ANSWERED);
	assert_int_equal(r.v.code, 554);
	assert_non_null(strstr(r.v.text, "1000 header fields"));
	test_finish(&r);
	/* one long field: the MTA may not have shown all of it */
	test_begin(&r, "shop", "<a@shop.example>");
	assert_int_equal(test_mail(&r), MESSAGE_GOES_ON);
	memset(field, ' ', sizeof(field) - 1);
	memcpy(field, "a@shop.example", 14);
	test_send_body(&r, field);
	message_queue_id(r.m, QUEUE_ID);
	assert_int_equal(test_end(&r), MESSAGE_ANSWERED);
	assert_int_equal(r.v.code, 554);
	assert_string_equal(r.v.text, "Transaction failed: "
				      "A header field is longer than 32768 "
				      "bytes.");
	test_finish(&r);
	/* bytes of header */
	test_begin(&r, "shop", "<a@shop.example>");
	assert_int_equal(test_mail(&r), MESSAGE_GOES_ON);
	for (int i = 0; i < 300; i++)
		message_header(r.m, "X-Long", piece);
	test_send_body(&r, "a@shop.example");
	message_queue_id(r.m, QUEUE_ID);
	assert_int_equal(test_end(&r), MESSAGE_ANSWERED);
	assert_int_equal(r.v.code, 552);
	test_finish(&r);
	/* the same with the options set */
	test_begin(&r, "shop", "<a@shop.example>");
	r.conf->milter_max_headers = 10;
	assert_int_equal(test_mail(&r), MESSAGE_GOES_ON);
	for (int i = 0; i < 10; i++)
		message_header(r.m, "X-Much", "v");
	test_send_body(&r, "a@shop.example");
	message_queue_id(r.m, QUEUE_ID);
	assert_int_equal(test_end(&r), MESSAGE_ANSWERED);
	assert_non_null(strstr(r.v.text, "10 header fields"));
	test_finish(&r);
	test_begin(&r, "shop", "<a@shop.example>");
	r.conf->milter_max_header_bytes = sizeof(piece);
	assert_int_equal(test_mail(&r), MESSAGE_GOES_ON);
	message_header(r.m, "X-Long", piece);
	test_send_body(&r, "a@shop.example");
	message_queue_id(r.m, QUEUE_ID);
	assert_int_equal(test_end(&r), MESSAGE_ANSWERED);
	assert_int_equal(r.v.code, 552);
	test_finish(&r);
	/* bytes of the message */
	test_begin(&r, "shop", "<a@shop.example>");
	r.conf->max_message_bytes = 100000;
	assert_int_equal(test_mail(&r), MESSAGE_GOES_ON);
	test_send_body(&r, "a@shop.example");
	for (int i = 0; i < 30; i++)
		message_body(r.m, piece, sizeof(piece));
	message_queue_id(r.m, QUEUE_ID);
	assert_int_equal(test_end(&r), MESSAGE_ANSWERED);
	assert_int_equal(r.v.code, 552);
	assert_string_equal(r.v.text, "Message is too long.");
	test_finish(&r);
	/* declared */
	test_begin(&r, "shop", "<a@shop.example>");
	r.mail.declared_size = 41943041;
	assert_int_equal(test_mail(&r), MESSAGE_ANSWERED);
	assert_int_equal(r.v.code, 552);
	test_finish(&r);
}

static void
test_recipients(void **state)
{
	struct run r;
	char path[40];

	(void)state;
	test_begin(&r, "shop", "<a@shop.example>");
	assert_int_equal(test_mail(&r), MESSAGE_GOES_ON);
	for (int i = 0; i < 50; i++) {
		(void)snprintf(path, sizeof(path), "<r%d@reader.example>", i);
		assert_int_equal(
		    message_rcpt(
			r.m, i % 2 ? "<gone@reader.example>" : path, &r.v),
		    MESSAGE_GOES_ON);
	}
	assert_int_equal(
	    message_rcpt(r.m, "<r51@reader.example>", &r.v), MESSAGE_ANSWERED);
	assert_int_equal(r.v.code, 452);
	assert_string_equal(r.v.status, "4.5.3");
	test_send_body(&r, "a@shop.example");
	message_queue_id(r.m, QUEUE_ID);
	assert_int_equal(test_end(&r), MESSAGE_GOES_ON);
	assert_int_equal(test_count_edits(&r, EDIT_DELETE_RECIPIENT), 25);
	test_finish(&r);
}

/* A header of the most that the configuration lets in is still edited. */
static void
test_worst_header(void **state)
{
	struct run r;

	(void)state;
	test_begin(&r, "shop", "<a@shop.example>");
	assert_int_equal(test_mail(&r), MESSAGE_GOES_ON);
	(void)message_rcpt(r.m, "<x@reader.example>", &r.v);
	for (int i = 0; i < 998; i++)
		message_header(r.m, "X-SES-A", "v");
	test_send_body(&r, "a@shop.example");
	message_queue_id(r.m, QUEUE_ID);
	assert_int_equal(test_end(&r), MESSAGE_GOES_ON);
	assert_int_equal(test_count_edits(&r, EDIT_DELETE_HEADER), 998);
	assert_int_equal(test_find_edit(&r, EDIT_DELETE_HEADER, 0)->index, 998);
	test_finish(&r);
}

/* Without a queue id nothing ties the message to its bounces. */
static void
test_queue_id(void **state)
{
	static const char *const rows[] = {
	    "", "has space", "../../x", "123456789012345678901", NULL};
	struct run r;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		test_begin(&r, "shop", "<a@shop.example>");
		assert_int_equal(test_mail(&r), MESSAGE_GOES_ON);
		(void)message_rcpt(r.m, "<x@reader.example>", &r.v);
		test_send_body(&r, "a@shop.example");
		message_queue_id(r.m, rows[i]);
		assert_int_equal(test_end(&r), MESSAGE_ANSWERED);
		assert_int_equal(r.v.code, 451);
		test_finish(&r);
	}
	test_is_mac_broken = true;
	test_begin(&r, "shop", "<a@shop.example>");
	assert_int_equal(test_mail(&r), MESSAGE_GOES_ON);
	test_send_body(&r, "a@shop.example");
	message_queue_id(r.m, QUEUE_ID);
	assert_int_equal(test_end(&r), MESSAGE_ANSWERED);
	assert_int_equal(r.v.code, 451);
	test_is_mac_broken = false;
	test_finish(&r);
}

/* A snapshot that may be out of date: what could be an account's waits. */
static void
test_stale(void **state)
{
	struct run r;

	(void)state;
	test_begin(&r, "shop", "<a@shop.example>");
	r.mail.is_fresh = false;
	assert_int_equal(test_mail(&r), MESSAGE_ANSWERED);
	assert_int_equal(r.v.code, 451);
	assert_string_equal(r.v.status, "4.3.0");
	test_finish(&r);
	test_begin(&r, "", "<a@shop.example>");
	r.mail.is_fresh = false;
	assert_int_equal(test_mail(&r), MESSAGE_PASSES);
	test_finish(&r);
	test_begin(&r, "", "<a@shop.example>");
	r.mail.is_fresh = false;
	r.mail.client.daemon_name = "sendward-unix";
	assert_int_equal(test_mail(&r), MESSAGE_ANSWERED);
	test_finish(&r);
	/* It went stale on the way. */
	test_begin(&r, "shop", "<a@shop.example>");
	assert_int_equal(test_mail(&r), MESSAGE_GOES_ON);
	message_header(r.m, "From", "a@shop.example");
	message_end_of_headers(r.m, false, NOW_SEC);
	message_queue_id(r.m, QUEUE_ID);
	assert_int_equal(test_end(&r), MESSAGE_ANSWERED);
	assert_int_equal(r.v.code, 451);
	test_finish(&r);
	/* The program is about to end. */
	test_begin(&r, "shop", "<a@shop.example>");
	r.mail.is_ending = true;
	assert_int_equal(test_mail(&r), MESSAGE_ANSWERED);
	assert_int_equal(r.v.code, 451);
	test_finish(&r);
}

static void
test_nobody(void **state)
{
	struct run r;

	(void)state;
	test_begin(&r, "", "<someone@elsewhere.example>");
	assert_int_equal(test_mail(&r), MESSAGE_PASSES);
	assert_null(r.m);
	test_finish(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_accepted),
	    cmocka_unit_test(test_changed_before_the_end),
	    cmocka_unit_test(test_headers_removed),
	    cmocka_unit_test(test_suppressed),
	    cmocka_unit_test(test_refused),
	    cmocka_unit_test(test_refused_not_smtp),
	    cmocka_unit_test(test_no_brackets),
	    cmocka_unit_test(test_refused_in_monitor),
	    cmocka_unit_test(test_label_in_monitor),
	    cmocka_unit_test(test_accepted_in_monitor),
	    cmocka_unit_test(test_unsigned),
	    cmocka_unit_test(test_limits),
	    cmocka_unit_test(test_recipients),
	    cmocka_unit_test(test_worst_header),
	    cmocka_unit_test(test_queue_id),
	    cmocka_unit_test(test_stale),
	    cmocka_unit_test(test_nobody),
	};

	return cmocka_run_group_tests(tests, test_make_keys, test_free_keys);
}
