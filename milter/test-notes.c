/* What a message's header asks for, who is left out, and what is noted of it:
 * whole messages through milter/message.c. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "conf/conf.h"
#include "milter/test-run.h"
#include "rules/message_tags.h"
#include "rules/verdict.h"

#define NOW_MSEC (NOW_SEC * INT64_C(1000) + 7)

/* Up to the last byte; fields end with an empty name. */
static void
send_all(struct run *r, const char *const *paths, const char *from,
    const struct rules_header *fields)
{
	assert_int_equal(test_mail(r), MESSAGE_GOES_ON);
	for (; *paths != NULL; paths++)
		assert_int_equal(
		    message_rcpt(r->m, *paths, &r->v), MESSAGE_GOES_ON);
	message_queue_id(r->m, QUEUE_ID);
	for (; fields != NULL && fields->name != NULL; fields++)
		message_header(r->m, fields->name, fields->value);
	test_send_body(r, from);
}

static const char *const one[] = {"<x@reader.example>", NULL};

/* ---- configuration sets ---- */

struct set_row {
	const char *name;
	const char *login, *from;
	struct rules_header fields[3];
	const char *set; /* "" none; NULL: refused */
	enum rules_reason reason;
};

/* clang-format off */
static const struct set_row set_rows[] = {
	{"none", "shop", "a@shop.example", {{NULL, NULL}}, "", 0},
	{"named", "shop", "a@shop.example", {{"X-SES-CONFIGURATION-SET", "plain"}}, "plain", 0},
	{"in another case, folded", "shop", "a@shop.example",
	    {{"x-ses-configuration-set", "\r\n\tplain \r\n "}}, "plain", 0},
	{"by the other name", "shop", "a@shop.example",
	    {{"X-Sendward-Configuration-Set", " plain"}}, "plain", 0},
	{"the first of two", "shop", "a@shop.example",
	    {{"X-SES-CONFIGURATION-SET", "none"}, {"X-Sendward-Configuration-Set", "plain"}},
	    "none", 0},
	{"an empty one names none", "shop", "a@shop.example",
	    {{"X-SES-CONFIGURATION-SET", " "}, {"X-SES-CONFIGURATION-SET", "plain"}}, "plain", 0},
	{"default of the identity", "shop", "a@path.example", {{NULL, NULL}}, "default", 0},
	{"named in its place", "shop", "a@path.example",
	    {{"X-SES-CONFIGURATION-SET", "plain"}}, "plain", 0},
	{"default of another's identity", "agency", "a@path.example", {{NULL, NULL}}, "", 0},
	{"own set with another's identity", "agency", "a@path.example",
	    {{"X-SES-CONFIGURATION-SET", "agency"}}, "agency", 0},
	{"another's set", "agency", "a@path.example",
	    {{"X-SES-CONFIGURATION-SET", "plain"}}, NULL, RULES_REASON_SET},
	{"unknown", "shop", "a@shop.example",
	    {{"X-SES-CONFIGURATION-SET", "nowhere"}}, NULL, RULES_REASON_SET},
	{"two words", "shop", "a@shop.example",
	    {{"X-SES-CONFIGURATION-SET", "plain plain"}}, NULL, RULES_REASON_SET},
	{"paused", "shop", "a@shop.example",
	    {{"X-SES-CONFIGURATION-SET", "stopped"}}, NULL, RULES_REASON_SET_PAUSED},
	/* From is looked at first */
	{"unknown, with a wrong From", "shop", "a@evil.example",
	    {{"X-SES-CONFIGURATION-SET", "nowhere"}}, NULL, RULES_REASON_NOT_VERIFIED},
};
/* clang-format on */

static void
test_sets(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(set_rows); i++) {
		const struct set_row *row = &set_rows[i];
		struct run r;

		print_message("  %s\n", row->name);
		test_begin(&r, row->login, "<>");
		send_all(&r, one, row->from, row->fields);
		assert_int_equal(test_end(&r),
		    row->set != NULL ? MESSAGE_GOES_ON : MESSAGE_ANSWERED);
		if (row->set != NULL) {
			assert_string_equal(r.m->content.set.name, row->set);
		} else {
			assert_int_equal(r.v.reason, row->reason);
			assert_int_equal(r.v.code, 554);
		}
		test_finish(&r);
	}
}

/* A name longer than any set's is no set, and no longer reply. */
static void
test_long_set_name(void **state)
{
	static char name[20000];
	const struct rules_header fields[] = {
	    {"X-SES-CONFIGURATION-SET", name}, {NULL, NULL}};
	struct run r;

	(void)state;
	memset(name, 'p', sizeof(name) - 1);
	test_begin(&r, "shop", "<>");
	send_all(&r, one, "a@shop.example", fields);
	assert_int_equal(test_end(&r), MESSAGE_ANSWERED);
	assert_int_equal(r.v.reason, RULES_REASON_SET);
	assert_true(strlen(r.v.text) < RULES_REPLY_MAX);
	test_finish(&r);
}

/* Paused or deleted between the header and the last byte. */
static void
test_set_changes(void **state)
{
	static const struct rules_set stopped = {
	    .id = 1, .account_id = 1, .name = "plain", .paused = true};
	static const struct rules_header fields[] = {
	    {"X-SES-CONFIGURATION-SET", "plain"}, {NULL, NULL}};
	struct snapshot after = test_facts;
	struct run r;

	(void)state;
	for (size_t count = 0; count < 2; count++) {
		after.sets = &stopped;
		after.set_count = count;
		test_begin(&r, "shop", "<>");
		send_all(&r, one, "a@shop.example", fields);
		r.env.admit.snapshot = &after;
		assert_int_equal(test_end(&r), MESSAGE_ANSWERED);
		assert_int_equal(r.v.reason,
		    count == 0 ? RULES_REASON_SET : RULES_REASON_SET_PAUSED);
		test_finish(&r);
	}
}

static bool
look(void *ctx)
{
	struct run *r = ctx;

	r->env.admit.snapshot = &test_facts;
	return true;
}

static void
test_set_made_a_moment_ago(void **state)
{
	static const struct rules_header fields[] = {
	    {"X-SES-CONFIGURATION-SET", "plain"}, {NULL, NULL}};
	struct snapshot before = test_facts;
	struct run r;

	(void)state;
	before.set_count = 0;
	test_begin(&r, "shop", "<>");
	r.env.admit.snapshot = &before;
	r.env.look_again = look;
	r.env.look_ctx = &r;
	send_all(&r, one, "a@shop.example", fields);
	assert_int_equal(test_end(&r), MESSAGE_GOES_ON);
	assert_int_equal(r.m->content.set.id, 1);
	test_finish(&r);
}

/* ---- tags ---- */

static void
test_tags(void **state)
{
	static const struct rules_header fields[] = {
	    {"X-SES-MESSAGE-TAGS", " a=b, bad, c=d"},
	    {"x-ses-message-tags", "e=f,\r\n a=other"}, {NULL, NULL}};
	struct journal_entry note;
	struct run r;

	(void)state;
	test_begin(&r, "shop", "<>");
	send_all(&r, one, "a@shop.example", fields);
	assert_int_equal(test_end(&r), MESSAGE_GOES_ON);
	assert_true(message_note(r.m, NOW_MSEC, NULL, &note));
	assert_int_equal(note.tag_count, 3);
	assert_string_equal(note.tags[0].name, "a");
	assert_string_equal(note.tags[0].value, "b");
	assert_string_equal(note.tags[1].name, "c");
	assert_string_equal(note.tags[2].name, "e");
	assert_string_equal(note.tags[2].value, "f");
	test_finish(&r);
}

static void
test_many_tags(void **state)
{
	static char text[30000];
	const struct rules_header fields[] = {
	    {"X-SES-MESSAGE-TAGS", text}, {NULL, NULL}};
	struct journal_entry note;
	struct run r;
	size_t len = 0;

	(void)state;
	for (int i = 0; i < 55; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len,
		    "%s%0256d=%0256d", i > 0 ? "," : "", i, i);
	test_begin(&r, "shop", "<>");
	send_all(&r, one, "a@shop.example", fields);
	assert_int_equal(test_end(&r), MESSAGE_GOES_ON);
	assert_true(message_note(r.m, NOW_MSEC, NULL, &note));
	assert_int_equal(note.tag_count, MESSAGE_TAGS_MAX);
	test_finish(&r);
}

/* ---- who is left out ---- */

/* The account holds bounces back; complaints pass unless a set says so. */
struct held_row {
	const char *set;
	const char *dropped; /* first letters of local parts */
	const char *noted;
};

static void
test_suppression(void **state)
{
	static const char *const paths[] = {"<x@reader.example>",
	    "<gone@reader.example>", "<spam@reader.example>",
	    "<never@reader.example>", "<Me@shop.example>",
	    "<\"spam\"@Reader.example>", "<bounce@simulator.example>", NULL};
	/* clang-format off */
	static const struct held_row rows[] = {
		{NULL, "gn", "E x@reader.example\nB gone@reader.example\n"
		    "E spam@reader.example\nM never@reader.example\nV Me@shop.example\n"
		    "E spam@reader.example\nS bounce@simulator.example\n"},
		{"plain", "gn", "E x@reader.example\nB gone@reader.example\n"
		    "E spam@reader.example\nM never@reader.example\nV Me@shop.example\n"
		    "E spam@reader.example\nS bounce@simulator.example\n"},
		{"none", "n", "E x@reader.example\nE gone@reader.example\n"
		    "E spam@reader.example\nM never@reader.example\nV Me@shop.example\n"
		    "E spam@reader.example\nS bounce@simulator.example\n"},
		{"complaints", "sn\"", "E x@reader.example\nE gone@reader.example\n"
		    "C spam@reader.example\nM never@reader.example\nV Me@shop.example\n"
		    "C spam@reader.example\nS bounce@simulator.example\n"},
	};
	/* clang-format on */
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct rules_header fields[] = {
		    {rows[i].set != NULL ? "X-SES-CONFIGURATION-SET" : "X-None",
			rows[i].set != NULL ? rows[i].set : ""},
		    {NULL, NULL}};
		size_t count = strlen(rows[i].dropped);
		struct journal_entry note;
		struct run r;

		test_begin(&r, "shop", "<a@shop.example>");
		free(r.conf->simulator_domain);
		r.conf->simulator_domain = strdup("simulator.example");
		send_all(&r, paths, "a@shop.example", fields);
		assert_int_equal(test_end(&r), MESSAGE_GOES_ON);
		message_log_accepted(r.m);
		assert_true(message_note(r.m, NOW_MSEC, NULL, &note));
		assert_string_equal(note.recipients, rows[i].noted);
		assert_int_equal(
		    test_count_edits(&r, EDIT_DELETE_RECIPIENT), count);
		for (size_t k = 0; k < count; k++)
			assert_int_equal(
			    test_find_edit(&r, EDIT_DELETE_RECIPIENT, k)
				->value[1],
			    rows[i].dropped[k]);
		assert_int_equal(r.m->rcpt_dropped, count);
		test_finish(&r);
	}
}

/* suppressed = "reject": by the account's rule at RCPT, by the set's at the end. */
static void
test_suppression_rejects(void **state)
{
	static const char *const paths[] = {
	    "<x@reader.example>", "<spam@reader.example>", NULL};
	static const struct rules_header fields[] = {
	    {"X-SES-CONFIGURATION-SET", "complaints"}, {NULL, NULL}};
	struct journal_entry note;
	struct run r;

	(void)state;
	test_begin(&r, "shop", "<a@shop.example>");
	r.conf->suppressed = CONF_SUPPRESSED_REJECT;
	send_all(&r, paths, "a@shop.example", fields);
	assert_int_equal(
	    message_rcpt(r.m, "<gone@reader.example>", &r.v), MESSAGE_ANSWERED);
	assert_int_equal(r.v.code, 550);
	assert_int_equal(message_rcpt(r.m, "<never@reader.example>", &r.v),
	    MESSAGE_ANSWERED);
	assert_int_equal(test_end(&r), MESSAGE_GOES_ON);
	assert_true(message_note(r.m, NOW_MSEC, NULL, &note));
	assert_string_equal(
	    note.recipients, "E x@reader.example\nC spam@reader.example\n");
	test_finish(&r);
}

/* Every recipient is left out: it is sent, and nobody gets it. */
static void
test_all_left_out(void **state)
{
	static const char *const paths[] = {"<gone@reader.example>", NULL};
	struct journal_entry note;
	struct run r;

	(void)state;
	test_begin(&r, "shop", "<a@shop.example>");
	send_all(&r, paths, "a@shop.example", NULL);
	assert_int_equal(test_end(&r), MESSAGE_GOES_ON);
	assert_int_equal(test_count_edits(&r, EDIT_DELETE_RECIPIENT), 1);
	assert_true(message_note(r.m, NOW_MSEC, NULL, &note));
	assert_int_equal(note.kind, JOURNAL_SENT);
	assert_string_equal(note.recipients, "B gone@reader.example\n");
	test_finish(&r);
}

/* Monitor mode: all leave, also who would have been refused. */
static void
test_suppression_in_monitor(void **state)
{
	static const char *const paths[] = {"<x@reader.example>",
	    "<gone@reader.example>", "<x%y@reader.example>", NULL};
	struct journal_entry note;
	struct run r;

	(void)state;
	test_begin(&r, "shop", "<a@shop.example>");
	r.conf->mode = CONF_MODE_MONITOR;
	send_all(&r, paths, "a@shop.example", NULL);
	assert_int_equal(test_end(&r), MESSAGE_GOES_ON);
	message_log_accepted(r.m);
	assert_int_equal(test_count_edits(&r, EDIT_DELETE_RECIPIENT), 0);
	assert_true(message_note(r.m, NOW_MSEC, NULL, &note));
	assert_string_equal(note.recipients,
	    "E x@reader.example\nE gone@reader.example\n"
	    "E x%y@reader.example\n");
	test_finish(&r);
}

/* As many as the options allow, with addresses as long as there are. */
static void
test_many_recipients(void **state)
{
	static const struct rules_header none = {NULL, NULL};
	char path[RULES_ADDRESS_MAX + 3];
	struct journal_entry note;
	struct run r;

	(void)state;
	test_begin(&r, "shop", "<a@shop.example>");
	r.conf->max_recipients = 10000;
	arena_free(&r.arena);
	r.arena = arena_new(message_arena_max(r.conf));
	send_all(&r, one, "a@shop.example", &none);
	for (int i = 1; i < 10000; i++) {
		(void)snprintf(path, sizeof(path),
		    "<%064d@%060d.%060d.%060d.reader.example>", i, 1, 1, 1);
		assert_int_equal(
		    message_rcpt(r.m, path, &r.v), MESSAGE_GOES_ON);
	}
	assert_int_equal(test_end(&r), MESSAGE_GOES_ON);
	assert_true(message_note(r.m, NOW_MSEC, NULL, &note));
	assert_true(strlen(note.recipients) > 9999 * 264);
	test_finish(&r);
}

/* ---- the token ---- */

static void
test_token(void **state)
{
	const char *path, *token;
	struct run r;

	(void)state;
	test_begin(&r, "shop", "<a@shop.example>");
	send_all(&r, one, "a@shop.example", NULL);
	assert_int_equal(test_end(&r), MESSAGE_GOES_ON);
	path = test_find_edit(&r, EDIT_SENDER, 0)->value;
	token = test_find_token(&r);
	assert_non_null(token);
	assert_memory_equal(path + 1, token, strlen(token));
	assert_int_equal(path[1 + strlen(token)], '@');
	for (size_t i = 0; i < 2; i++)
		assert_non_null(
		    strcasestr(test_find_edit(&r, EDIT_INSERT_HEADER, i)->value,
			"X-Sendward-Token"));
	test_finish(&r);
	/* An MTA that says the queue id late: there, but not signed. */
	test_begin(&r, "shop", "<a@shop.example>");
	assert_int_equal(test_mail(&r), MESSAGE_GOES_ON);
	(void)message_rcpt(r.m, one[0], &r.v);
	test_send_body(&r, "a@shop.example");
	message_queue_id(r.m, QUEUE_ID);
	assert_int_equal(test_end(&r), MESSAGE_GOES_ON);
	assert_non_null(test_find_token(&r));
	assert_null(strcasestr(test_find_edit(&r, EDIT_INSERT_HEADER, 0)->value,
	    "X-Sendward-Token"));
	test_finish(&r);
}

/* ---- what is noted ---- */

static void
test_note_sent(void **state)
{
	static const struct rules_header fields[] = {
	    {"X-SES-CONFIGURATION-SET", "plain"}, {"To", "x@reader.example"},
	    {NULL, NULL}};
	struct journal_entry note;
	struct run r;

	(void)state;
	test_begin(&r, "AKIASHOP", "<Me@shop.example>");
	send_all(&r, one, "A <a@shop.example>", fields);
	assert_int_equal(test_end(&r), MESSAGE_GOES_ON);
	assert_true(message_note(r.m, NOW_MSEC, NULL, &note));
	assert_int_equal(note.kind, JOURNAL_SENT);
	assert_int_equal(note.account_id, 1);
	assert_string_equal(note.queue_id, QUEUE_ID);
	assert_int_equal(note.at_msec, NOW_MSEC);
	assert_string_equal(note.login, "AKIASHOP");
	assert_string_equal(note.sender, "Me@shop.example");
	assert_string_equal(note.source_ip, "192.0.2.1");
	assert_int_equal(note.identity_id, 1);
	assert_string_equal(note.identity, "shop.example");
	assert_int_equal(note.set_id, 1);
	assert_string_equal(note.set_name, "plain");
	assert_int_equal(note.size, r.m->content.size);
	assert_string_equal(note.recipients, "E x@reader.example\n");
	assert_int_equal(note.header_count, 4);
	assert_string_equal(note.headers[2].name, "From");
	assert_false(note.keeps_headers);
	assert_int_equal(note.tag_count, 0);
	test_finish(&r);
}

/* Headers are kept for those who listen. */
static void
test_note_headers(void **state)
{
	static const struct {
		const char *from, *set;
		bool keeps;
	} rows[] = {
	    {"a@shop.example", "plain", false},
	    {"a@shop.example", "complaints", true}, /* destinations listen */
	    {"me@other.example", "plain", true},    /* its topics want them */
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct rules_header fields[] = {
		    {"X-SES-CONFIGURATION-SET", rows[i].set}, {NULL, NULL}};
		struct journal_entry note;
		struct run r;

		test_begin(&r, "shop", "<>");
		send_all(&r, one, rows[i].from, fields);
		assert_int_equal(test_end(&r), MESSAGE_GOES_ON);
		assert_true(message_note(r.m, NOW_MSEC, NULL, &note));
		assert_int_equal(note.keeps_headers, rows[i].keeps);
		assert_string_equal(note.sender, "");
		test_finish(&r);
	}
}

static void
test_note_rejected(void **state)
{
	struct journal_entry note;
	struct rules_verdict v;
	struct run r;

	(void)state;
	test_begin(&r, "shop", "<a@shop.example>");
	send_all(&r, one, "a@evil.example", NULL);
	assert_int_equal(test_end(&r), MESSAGE_ANSWERED);
	assert_true(message_note(r.m, NOW_MSEC, &r.v, &note));
	assert_int_equal(note.kind, JOURNAL_REJECTED);
	assert_int_equal(note.account_id, 1);
	assert_string_equal(note.queue_id, QUEUE_ID);
	assert_string_equal(note.recipients, "E x@reader.example\n");
	assert_string_equal(note.reason, "NOT_VERIFIED");
	assert_memory_equal(note.reply, "554 5.7.1 Message rejected: ", 28);
	assert_int_equal(note.identity_id, 0);
	/* what may come again is not noted */
	verdict_unavailable(&v);
	assert_false(message_note(r.m, NOW_MSEC, &v, &note));
	test_finish(&r);
	/* nothing to find it by */
	test_begin(&r, "shop", "<a@shop.example>");
	assert_int_equal(test_mail(&r), MESSAGE_GOES_ON);
	(void)message_rcpt(r.m, one[0], &r.v);
	test_send_body(&r, "a@evil.example");
	assert_int_equal(test_end(&r), MESSAGE_ANSWERED);
	assert_false(message_note(r.m, NOW_MSEC, &r.v, &note));
	test_finish(&r);
	/* nobody's: sendmail(1) hears it at the end */
	test_begin(&r, "mallory", "a@shop.example");
	r.mail.session = "";
	send_all(&r, one, "a@shop.example", NULL);
	assert_int_equal(test_end(&r), MESSAGE_ANSWERED);
	assert_false(message_note(r.m, NOW_MSEC, &r.v, &note));
	test_finish(&r);
}

/* ---- brakes ---- */

struct brakes {
	int asked;
	struct brake_message message;
	char recipients[200];
	enum sg_err rc;
	bool throttles;
};

static enum sg_err
brake(void *ctx, const struct conf *conf, const struct brake_message *message,
    struct rules_verdict *v, struct err *err_r)
{
	struct brakes *b = ctx;

	(void)conf;
	b->asked++;
	b->message = *message;
	(void)snprintf(
	    b->recipients, sizeof(b->recipients), "%s", message->recipients);
	verdict_accept(v);
	if (b->throttles)
		verdict_throttled(v, "too many recipients");
	return b->rc == SG_OK ? SG_OK : err_set(err_r, b->rc, "no store");
}

static void
begin_brakes(
    struct run *r, struct snapshot *facts, struct brakes *b, const char *login)
{
	*facts = test_facts;
	facts->has_brakes = true;
	test_begin(r, login, "<a@shop.example>");
	r->env.admit.snapshot = facts;
	r->env.brake = brake;
	r->env.brake_ctx = b;
}

/* ---- what the API says ---- */

struct said_row {
	const char *name, *daemon, *login, *author, *value;
	bool is_taken;
};

/* clang-format off */
static const struct said_row said_rows[] = {
	{"the private door", "sendward-unix", "", "shop",
	    " uuid-0 SendEmail AKIA 192.0.2.1", true},
	{"folded, IPv6", "sendward-unix", "", "shop",
	    "uuid-0 SendEmail\r\n AKIA ::1", true},
	{"another door", "smtpd", "shop", "shop",
	    "uuid-0 SendEmail AKIA 192.0.2.1", false},
	{"a login", "smtpd", "shop", "", "uuid-0 SendEmail AKIA 192.0.2.1",
	    false},
	{"no address", "sendward-unix", "", "shop", "uuid-0 SendEmail AKIA",
	    false},
	{"one word more", "sendward-unix", "", "shop",
	    "uuid-0 SendEmail AKIA 192.0.2.1 x", false},
	{"odd name", "sendward-unix", "", "shop",
	    "uuid\"0 SendEmail AKIA 192.0.2.1", false},
	{"nothing", "sendward-unix", "", "shop", "", false},
};
/* clang-format on */

static void
test_said_by_the_api(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(said_rows); i++) {
		const struct said_row *row = &said_rows[i];
		const struct rules_header fields[] = {
		    {"X-Sendward-Submission", row->value},
		    {"X-Sendward-Submission", "second-1 X Y 192.0.2.3"},
		    {NULL, NULL}};
		struct journal_entry note;
		struct run r;

		test_begin(&r, row->login, "<>");
		r.mail.client.daemon_name = row->daemon;
		r.mail.client.auth_author = row->author;
		send_all(&r, one, "a@shop.example", fields);
		assert_int_equal(test_end(&r), MESSAGE_GOES_ON);
		assert_true(message_note(r.m, NOW_MSEC, NULL, &note));
		if ((note.submission != NULL) != row->is_taken)
			fail_msg("%s", row->name);
		if (row->is_taken) {
			assert_string_equal(note.submission, "uuid-0");
			assert_string_equal(note.operation, "SendEmail");
			assert_string_equal(note.login, "AKIA");
		} else {
			assert_string_equal(note.login, row->login);
		}
		assert_int_equal(test_count_edits(&r, EDIT_DELETE_HEADER), 2);
		test_finish(&r);
	}
}

static void
test_brakes(void **state)
{
	static const char *const paths[] = {
	    "<x@reader.example>", "<gone@reader.example>", NULL};
	struct snapshot facts;
	struct brakes b = {.asked = 0};
	struct run r;

	(void)state;
	begin_brakes(&r, &facts, &b, "AKIASHOP");
	send_all(&r, paths, "a@x.shop.example", NULL);
	assert_int_equal(test_end(&r), MESSAGE_GOES_ON);
	assert_int_equal(b.asked, 1);
	assert_int_equal(b.message.account_id, 1);
	assert_string_equal(b.message.login, "AKIASHOP");
	assert_true(b.message.is_credential);
	assert_string_equal(b.message.identity, "shop.example");
	assert_string_equal(b.message.domain, "x.shop.example");
	assert_int_equal(b.message.bytes, r.m->content.size);
	assert_int_equal(b.message.now_sec, NOW_SEC);
	assert_string_equal(
	    b.recipients, "E x@reader.example\nB gone@reader.example\n");
	test_finish(&r);
	/* a login; refused mail does not count */
	begin_brakes(&r, &facts, &b, "shop");
	send_all(&r, paths, "a@shop.example", NULL);
	assert_int_equal(test_end(&r), MESSAGE_GOES_ON);
	assert_false(b.message.is_credential);
	test_finish(&r);
	begin_brakes(&r, &facts, &b, "shop");
	send_all(&r, paths, "a@evil.example", NULL);
	assert_int_equal(test_end(&r), MESSAGE_ANSWERED);
	assert_int_equal(b.asked, 2);
	test_finish(&r);
	/* nobody is asked who has none */
	begin_brakes(&r, &facts, &b, "shop");
	facts.has_brakes = false;
	send_all(&r, paths, "a@shop.example", NULL);
	assert_int_equal(test_end(&r), MESSAGE_GOES_ON);
	assert_int_equal(b.asked, 2);
	test_finish(&r);
}

static void
test_throttled(void **state)
{
	struct brakes b = {.throttles = true};
	struct journal_entry note;
	struct snapshot facts;
	struct run r;

	(void)state;
	begin_brakes(&r, &facts, &b, "shop");
	send_all(&r, one, "a@shop.example", NULL);
	assert_int_equal(test_end(&r), MESSAGE_ANSWERED);
	assert_int_equal(r.v.code, 454);
	assert_int_equal(r.v.reason, RULES_REASON_THROTTLED);
	assert_false(message_note(r.m, NOW_MSEC, &r.v, &note));
	assert_int_equal(r.edits.count, 0);
	test_finish(&r);
	/* sendmail(1) would try again for ever */
	begin_brakes(&r, &facts, &b, "shop");
	r.mail.session = "";
	r.mail.path = "a@shop.example";
	send_all(&r, one, "a@shop.example", NULL);
	assert_int_equal(test_end(&r), MESSAGE_ANSWERED);
	assert_int_equal(r.v.code, 554);
	test_finish(&r);
	/* the store is not to be had */
	b = (struct brakes){.rc = SG_IO};
	begin_brakes(&r, &facts, &b, "shop");
	send_all(&r, one, "a@shop.example", NULL);
	assert_int_equal(test_end(&r), MESSAGE_ANSWERED);
	assert_int_equal(r.v.code, 451);
	test_finish(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_sets),
	    cmocka_unit_test(test_long_set_name),
	    cmocka_unit_test(test_set_changes),
	    cmocka_unit_test(test_set_made_a_moment_ago),
	    cmocka_unit_test(test_tags),
	    cmocka_unit_test(test_many_tags),
	    cmocka_unit_test(test_suppression),
	    cmocka_unit_test(test_suppression_rejects),
	    cmocka_unit_test(test_all_left_out),
	    cmocka_unit_test(test_suppression_in_monitor),
	    cmocka_unit_test(test_many_recipients),
	    cmocka_unit_test(test_token),
	    cmocka_unit_test(test_note_sent),
	    cmocka_unit_test(test_note_headers),
	    cmocka_unit_test(test_note_rejected),
	    cmocka_unit_test(test_said_by_the_api),
	    cmocka_unit_test(test_brakes),
	    cmocka_unit_test(test_throttled),
	};

	return cmocka_run_group_tests(tests, test_make_keys, test_free_keys);
}
