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

#include "base/arena.h"
#include "conf/conf.h"
#include "dkim/sign.h"
#include "milter/message.h"
#include "ops/fake-snapshot.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define NOW_SEC 1764000000
#define QUEUE_ID "4jYjJ93vgwz1bYMv"

/* clang-format off */
static const struct rules_account accounts[] = {
	{.id = 1, .name = "shop",  .production = true,  .daily_quota = -1, .rate = 10},
	{.id = 2, .name = "young", .production = false, .daily_quota = 200, .rate = 1},
	{.id = 3, .name = "still", .production = true,  .daily_quota = -1, .rate = 10,
	    .paused = true, .pause_reason = "bounces"},
};
static const struct fake_login logins[] = {
	{"shop", "shop"}, {"young", "young"}, {"still", "still"},
};
static const struct fake_identity identities[] = {
	{1, {.id = 1, .type = RULES_IDENTITY_DOMAIN, .status = RULES_IDENTITY_SUCCESS,
	    .signing_enabled = true, .key_id = {1, 2}, .name = "shop.example"}},
	{1, {.id = 2, .type = RULES_IDENTITY_EMAIL, .status = RULES_IDENTITY_SUCCESS,
	    .signing_enabled = true, .name = "me@other.example"}},
	{1, {.id = 3, .type = RULES_IDENTITY_DOMAIN, .status = RULES_IDENTITY_SUCCESS,
	    .signing_enabled = false, .key_id = {1, 0}, .name = "off.example"}},
	{1, {.id = 4, .type = RULES_IDENTITY_DOMAIN, .status = RULES_IDENTITY_SUCCESS,
	    .signing_enabled = true, .key_id = {99, 0}, .name = "lost.example"}},
	{1, {.id = 5, .type = RULES_IDENTITY_DOMAIN, .status = RULES_IDENTITY_SUCCESS,
	    .signing_enabled = true, .name = "bare.example"}},
	{2, {.id = 6, .type = RULES_IDENTITY_DOMAIN, .status = RULES_IDENTITY_SUCCESS,
	    .signing_enabled = true, .key_id = {1, 0}, .name = "young.example"}},
	{3, {.id = 7, .type = RULES_IDENTITY_DOMAIN, .status = RULES_IDENTITY_SUCCESS,
	    .signing_enabled = true, .key_id = {1, 0}, .name = "still.example"}},
};
static const struct fake_suppression suppressions[] = {
	{1, "gone@reader.example", {RULES_SUPPRESSED_BOUNCE, 1700000000}},
};
/* clang-format on */

static const struct snapshot facts = {
    .accounts = accounts,
    .account_count = COUNT(accounts),
    .logins = logins,
    .login_count = COUNT(logins),
    .identities = identities,
    .identity_count = COUNT(identities),
    .suppressions = suppressions,
    .suppression_count = COUNT(suppressions),
    .is_fresh = true,
};

/* Keys 1 (RSA) and 2 (Ed25519) are there, all others are lost. */
static struct dkim_key *test_keys[2];

static enum sg_err
get_key(void *ctx, int64_t key_id, struct dkim_keyring_entry *entry_r,
    struct err *err_r)
{
	(void)ctx;
	if (key_id != 1 && key_id != 2)
		return err_set(err_r, SG_CRYPTO, "damaged");
	entry_r->key = dkim_key_ref(test_keys[key_id - 1]);
	(void)snprintf(
	    entry_r->selector, sizeof(entry_r->selector), "s%d", (int)key_id);
	return SG_OK;
}

static bool is_mac_broken;

static bool
fake_mac(void *ctx, const void *data, size_t len,
    unsigned char mac_r[RETURN_PATH_MAC_BYTES])
{
	(void)ctx;
	(void)data;
	memset(mac_r, (int)len, RETURN_PATH_MAC_BYTES);
	return !is_mac_broken;
}

/* What one test works with. */
struct run {
	struct conf *conf;
	struct message_env env;
	struct message_mail mail;
	struct arena *arena;
	struct message *m;
	struct edits edits;
	struct rules_verdict v;
};

static void
begin(struct run *r, const char *login, const char *path)
{
	memset(r, 0, sizeof(*r));
	r->conf = conf_new_defaults();
	assert_non_null(r->conf);
	r->env = (struct message_env){
	    .admit = {r->conf, &facts}, .get_key = get_key, .mac = fake_mac};
	r->mail = (struct message_mail){.path = path,
	    .client = {login, "", "smtpd", NULL},
	    .session = "192.0.2.1:40000",
	    .is_fresh = true};
	r->arena = arena_new(message_arena_max(r->conf));
	assert_non_null(r->arena);
}

static enum message_step
mail(struct run *r)
{
	return message_mail(&r->env, r->arena, &r->mail, &r->m, &r->v);
}

static void
finish(struct run *r)
{
	message_fini(r->m);
	arena_free(&r->arena);
	conf_unref(&r->conf);
}

static void
send_body(struct run *r, const char *from)
{
	message_header(r->m, "From", from);
	message_header(r->m, "Subject", "hello");
	message_end_of_headers(r->m, true);
	message_body(r->m, "hello\r\n", 7);
}

static enum message_step
end(struct run *r)
{
	return message_end(r->m, NOW_SEC, &r->edits, &r->v);
}

static size_t
count_edits(const struct run *r, enum edit_kind kind)
{
	size_t n = 0;

	for (size_t i = 0; i < r->edits.count; i++)
		n += r->edits.list[i].kind == kind;
	return n;
}

static const struct edit *
find_edit(const struct run *r, enum edit_kind kind, size_t nth)
{
	for (size_t i = 0; i < r->edits.count; i++) {
		if (r->edits.list[i].kind == kind && nth-- == 0)
			return &r->edits.list[i];
	}
	fail_msg("no such edit");
	return NULL;
}

static void
test_accepted(void **state)
{
	struct run r;
	const struct edit *sender;

	(void)state;
	begin(&r, "shop", "<a@shop.example>");
	assert_int_equal(mail(&r), MESSAGE_GOES_ON);
	assert_int_equal(
	    message_rcpt(r.m, "<x@reader.example>", &r.v), MESSAGE_GOES_ON);
	send_body(&r, "A <a@shop.example>");
	message_queue_id(r.m, QUEUE_ID);
	assert_int_equal(end(&r), MESSAGE_GOES_ON);
	message_log_accepted(r.m);
	sender = find_edit(&r, EDIT_SENDER, 0);
	assert_memory_equal(sender->value, "<b-", 3);
	assert_non_null(strstr(sender->value, "@bounce.test>"));
	/* RSA ends on top: it is inserted last. */
	assert_int_equal(count_edits(&r, EDIT_INSERT_HEADER), 2);
	assert_non_null(strstr(
	    find_edit(&r, EDIT_INSERT_HEADER, 0)->value, "a=ed25519-sha256"));
	assert_non_null(strstr(
	    find_edit(&r, EDIT_INSERT_HEADER, 1)->value, "a=rsa-sha256"));
	assert_non_null(strstr(
	    find_edit(&r, EDIT_INSERT_HEADER, 1)->value, "d=shop.example"));
	assert_true(find_edit(&r, EDIT_INSERT_HEADER, 1)->value[0] != ' ');
	assert_int_equal(count_edits(&r, EDIT_DELETE_RECIPIENT), 0);
	assert_int_equal(count_edits(&r, EDIT_DELETE_HEADER), 0);
	assert_true(message_is_counted(r.m));
	finish(&r);
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
		struct snapshot after = facts;
		struct run r;

		print_message("  %s\n", rows[i].name);
		begin(&r, "shop", "<a@shop.example>");
		assert_int_equal(mail(&r), MESSAGE_GOES_ON);
		(void)message_rcpt(r.m, "<x@reader.example>", &r.v);
		send_body(&r, "A <a@shop.example>");
		message_queue_id(r.m, QUEUE_ID);
		after.accounts = &rows[i].account;
		after.account_count = 1;
		r.env.admit.snapshot = &after;
		assert_int_equal(end(&r), MESSAGE_ANSWERED);
		assert_int_equal(r.v.code, 554);
		assert_string_equal(r.v.text, rows[i].text);
		finish(&r);
	}
}

static void
test_headers_removed(void **state)
{
	/* clang-format off */
	static const struct rules_header list[] = {
		{"X-SES-Configuration-Set", "one"}, {"From", "a@shop.example"},
		{"Bcc", "h@reader.example"}, {"x-ses-message-tags", "a=b"},
		{"Return-Path", "<a@shop.example>"}, {"BCC", ""},
		{"X-SES-MESSAGE-TAGS", "c=d"}, {"X-Session", "stays"},
		{"X-SES-Message-Tags", "e=f"},
	};
	static const struct { const char *name; size_t index; } gone[] = {
		{"BCC", 2}, {"Bcc", 1}, {"Return-Path", 1},
		{"X-SES-Configuration-Set", 1}, {"X-SES-Message-Tags", 3},
		{"X-SES-MESSAGE-TAGS", 2}, {"x-ses-message-tags", 1},
	};
	/* clang-format on */
	struct run r;

	(void)state;
	begin(&r, "shop", "<>");
	assert_int_equal(mail(&r), MESSAGE_GOES_ON);
	(void)message_rcpt(r.m, "<x@reader.example>", &r.v);
	for (size_t i = 0; i < COUNT(list); i++)
		message_header(r.m, list[i].name, list[i].value);
	message_end_of_headers(r.m, true);
	message_queue_id(r.m, QUEUE_ID);
	assert_int_equal(end(&r), MESSAGE_GOES_ON);
	assert_int_equal(count_edits(&r, EDIT_DELETE_HEADER), COUNT(gone));
	for (size_t i = 0; i < COUNT(gone); i++) {
		const struct edit *e = find_edit(&r, EDIT_DELETE_HEADER, i);

		assert_string_equal(e->name, gone[i].name);
		assert_int_equal(e->index, gone[i].index);
	}
	finish(&r);
}

static void
test_suppressed(void **state)
{
	struct run r;

	(void)state;
	begin(&r, "shop", "<a@shop.example>");
	assert_int_equal(mail(&r), MESSAGE_GOES_ON);
	(void)message_rcpt(r.m, "<x@reader.example>", &r.v);
	assert_int_equal(
	    message_rcpt(r.m, "<Gone@reader.example>", &r.v), MESSAGE_GOES_ON);
	send_body(&r, "a@shop.example");
	message_queue_id(r.m, QUEUE_ID);
	assert_int_equal(end(&r), MESSAGE_GOES_ON);
	assert_int_equal(count_edits(&r, EDIT_DELETE_RECIPIENT), 1);
	assert_string_equal(find_edit(&r, EDIT_DELETE_RECIPIENT, 0)->value,
	    "<Gone@reader.example>");
	finish(&r);

	begin(&r, "shop", "<a@shop.example>");
	r.conf->suppressed = CONF_SUPPRESSED_REJECT;
	assert_int_equal(mail(&r), MESSAGE_GOES_ON);
	assert_int_equal(
	    message_rcpt(r.m, "<gone@reader.example>", &r.v), MESSAGE_ANSWERED);
	assert_int_equal(r.v.code, 550);
	finish(&r);
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
	{"domain without a key", "shop", "<a@bare.example>", "<x@reader.example>",
	    "a@bare.example", "end", 451, "4.3.0", RULES_REASON_UNAVAILABLE},
};
/* clang-format on */

/* Runs a row; returns the stage at which it was answered, "" when it left. */
static const char *
run_row(struct run *r, const struct refusal_row *row)
{
	if (mail(r) == MESSAGE_ANSWERED)
		return "mail";
	if (message_rcpt(r->m, row->rcpt, &r->v) == MESSAGE_ANSWERED)
		return "rcpt";
	send_body(r, row->from);
	message_queue_id(r->m, QUEUE_ID);
	return end(r) == MESSAGE_ANSWERED ? "end" : "";
}

static void
test_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(refusal_rows); i++) {
		const struct refusal_row *row = &refusal_rows[i];
		struct run r;

		print_message("  %s\n", row->name);
		begin(&r, row->login, row->path);
		assert_string_equal(run_row(&r, row), row->stage);
		assert_int_equal(r.v.code, row->code);
		assert_string_equal(r.v.status, row->status);
		assert_int_equal(r.v.reason, row->reason);
		finish(&r);
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
		begin(&r, row->login, path);
		r.mail.session = "";
		assert_string_equal(run_row(&r, row), "end");
		assert_int_equal(r.v.action, RULES_REJECT);
		assert_int_equal(r.v.code, 554);
		assert_int_equal(r.v.status[0], '5');
		assert_int_equal(r.v.reason, row->reason);
		finish(&r);
	}
}

/* An SMTP client that leaves the brackets out is still one. */
static void
test_no_brackets(void **state)
{
	struct run r;

	(void)state;
	begin(&r, "shop", "a@evil.example");
	assert_int_equal(mail(&r), MESSAGE_ANSWERED);
	assert_int_equal(r.v.code, 554);
	finish(&r);
	begin(&r, "shop", "a@shop.example");
	r.mail.is_fresh = false;
	assert_int_equal(mail(&r), MESSAGE_ANSWERED);
	assert_int_equal(r.v.code, 451);
	finish(&r);
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
		begin(&r, row->login, row->path);
		r.conf->mode = CONF_MODE_MONITOR;
		assert_int_equal(mail(&r), MESSAGE_GOES_ON);
		assert_int_equal(
		    message_rcpt(r.m, row->rcpt, &r.v), MESSAGE_GOES_ON);
		send_body(&r, row->from);
		message_queue_id(r.m, QUEUE_ID);
		assert_int_equal(end(&r), MESSAGE_PASSES);
		finish(&r);
	}
}

static void
test_accepted_in_monitor(void **state)
{
	struct run r;

	(void)state;
	begin(&r, "shop", "<a@shop.example>");
	r.conf->mode = CONF_MODE_MONITOR;
	assert_int_equal(mail(&r), MESSAGE_GOES_ON);
	(void)message_rcpt(r.m, "<gone@reader.example>", &r.v);
	send_body(&r, "a@shop.example");
	message_queue_id(r.m, QUEUE_ID);
	assert_int_equal(end(&r), MESSAGE_GOES_ON);
	assert_int_equal(count_edits(&r, EDIT_SENDER), 1);
	assert_int_equal(count_edits(&r, EDIT_INSERT_HEADER), 2);
	assert_int_equal(count_edits(&r, EDIT_DELETE_RECIPIENT), 0);
	finish(&r);
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
	};
	/* clang-format on */
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct run r;

		print_message("  %s\n", rows[i].name);
		begin(&r, "shop", "<a@shop.example>");
		assert_int_equal(mail(&r), MESSAGE_GOES_ON);
		(void)message_rcpt(r.m, "<x@reader.example>", &r.v);
		send_body(&r, rows[i].from);
		message_queue_id(r.m, QUEUE_ID);
		assert_int_equal(end(&r), MESSAGE_GOES_ON);
		assert_int_equal(count_edits(&r, EDIT_INSERT_HEADER), 0);
		assert_string_equal(r.m->content.dkim, rows[i].dkim);
		finish(&r);
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
	begin(&r, "shop", "<a@shop.example>");
	assert_int_equal(mail(&r), MESSAGE_GOES_ON);
	for (int i = 0; i < 100000; i++)
		message_header(r.m, "X-Much", "v");
	send_body(&r, "a@shop.example");
	message_queue_id(r.m, QUEUE_ID);
	assert_int_equal(end(&r), MESSAGE_ANSWERED);
	assert_int_equal(r.v.code, 554);
	assert_non_null(strstr(r.v.text, "1000 header fields"));
	finish(&r);
	/* one long field: the MTA may not have shown all of it */
	begin(&r, "shop", "<a@shop.example>");
	assert_int_equal(mail(&r), MESSAGE_GOES_ON);
	memset(field, ' ', sizeof(field) - 1);
	memcpy(field, "a@shop.example", 14);
	send_body(&r, field);
	message_queue_id(r.m, QUEUE_ID);
	assert_int_equal(end(&r), MESSAGE_ANSWERED);
	assert_int_equal(r.v.code, 554);
	assert_string_equal(r.v.text, "Transaction failed: "
				      "A header field is longer than 32768 "
				      "bytes.");
	finish(&r);
	/* bytes of header */
	begin(&r, "shop", "<a@shop.example>");
	assert_int_equal(mail(&r), MESSAGE_GOES_ON);
	for (int i = 0; i < 300; i++)
		message_header(r.m, "X-Long", piece);
	send_body(&r, "a@shop.example");
	message_queue_id(r.m, QUEUE_ID);
	assert_int_equal(end(&r), MESSAGE_ANSWERED);
	assert_int_equal(r.v.code, 552);
	finish(&r);
	/* the same with the options set */
	begin(&r, "shop", "<a@shop.example>");
	r.conf->milter_max_headers = 10;
	assert_int_equal(mail(&r), MESSAGE_GOES_ON);
	for (int i = 0; i < 10; i++)
		message_header(r.m, "X-Much", "v");
	send_body(&r, "a@shop.example");
	message_queue_id(r.m, QUEUE_ID);
	assert_int_equal(end(&r), MESSAGE_ANSWERED);
	assert_non_null(strstr(r.v.text, "10 header fields"));
	finish(&r);
	begin(&r, "shop", "<a@shop.example>");
	r.conf->milter_max_header_bytes = sizeof(piece);
	assert_int_equal(mail(&r), MESSAGE_GOES_ON);
	message_header(r.m, "X-Long", piece);
	send_body(&r, "a@shop.example");
	message_queue_id(r.m, QUEUE_ID);
	assert_int_equal(end(&r), MESSAGE_ANSWERED);
	assert_int_equal(r.v.code, 552);
	finish(&r);
	/* bytes of the message */
	begin(&r, "shop", "<a@shop.example>");
	r.conf->max_message_bytes = 100000;
	assert_int_equal(mail(&r), MESSAGE_GOES_ON);
	send_body(&r, "a@shop.example");
	for (int i = 0; i < 30; i++)
		message_body(r.m, piece, sizeof(piece));
	message_queue_id(r.m, QUEUE_ID);
	assert_int_equal(end(&r), MESSAGE_ANSWERED);
	assert_int_equal(r.v.code, 552);
	assert_string_equal(r.v.text, "Message is too long.");
	finish(&r);
	/* declared */
	begin(&r, "shop", "<a@shop.example>");
	r.mail.declared_size = 41943041;
	assert_int_equal(mail(&r), MESSAGE_ANSWERED);
	assert_int_equal(r.v.code, 552);
	finish(&r);
}

static void
test_recipients(void **state)
{
	struct run r;
	char path[40];

	(void)state;
	begin(&r, "shop", "<a@shop.example>");
	assert_int_equal(mail(&r), MESSAGE_GOES_ON);
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
	send_body(&r, "a@shop.example");
	message_queue_id(r.m, QUEUE_ID);
	assert_int_equal(end(&r), MESSAGE_GOES_ON);
	assert_int_equal(count_edits(&r, EDIT_DELETE_RECIPIENT), 25);
	finish(&r);
}

/* A header of the most that the configuration lets in is still edited. */
static void
test_worst_header(void **state)
{
	struct run r;

	(void)state;
	begin(&r, "shop", "<a@shop.example>");
	assert_int_equal(mail(&r), MESSAGE_GOES_ON);
	(void)message_rcpt(r.m, "<x@reader.example>", &r.v);
	for (int i = 0; i < 998; i++)
		message_header(r.m, "X-SES-A", "v");
	send_body(&r, "a@shop.example");
	message_queue_id(r.m, QUEUE_ID);
	assert_int_equal(end(&r), MESSAGE_GOES_ON);
	assert_int_equal(count_edits(&r, EDIT_DELETE_HEADER), 998);
	assert_int_equal(find_edit(&r, EDIT_DELETE_HEADER, 0)->index, 998);
	finish(&r);
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
		begin(&r, "shop", "<a@shop.example>");
		assert_int_equal(mail(&r), MESSAGE_GOES_ON);
		(void)message_rcpt(r.m, "<x@reader.example>", &r.v);
		send_body(&r, "a@shop.example");
		message_queue_id(r.m, rows[i]);
		assert_int_equal(end(&r), MESSAGE_ANSWERED);
		assert_int_equal(r.v.code, 451);
		finish(&r);
	}
	is_mac_broken = true;
	begin(&r, "shop", "<a@shop.example>");
	assert_int_equal(mail(&r), MESSAGE_GOES_ON);
	send_body(&r, "a@shop.example");
	message_queue_id(r.m, QUEUE_ID);
	assert_int_equal(end(&r), MESSAGE_ANSWERED);
	assert_int_equal(r.v.code, 451);
	is_mac_broken = false;
	finish(&r);
}

/* A snapshot that may be out of date: what could be an account's waits. */
static void
test_stale(void **state)
{
	struct run r;

	(void)state;
	begin(&r, "shop", "<a@shop.example>");
	r.mail.is_fresh = false;
	assert_int_equal(mail(&r), MESSAGE_ANSWERED);
	assert_int_equal(r.v.code, 451);
	assert_string_equal(r.v.status, "4.3.0");
	finish(&r);
	begin(&r, "", "<a@shop.example>");
	r.mail.is_fresh = false;
	assert_int_equal(mail(&r), MESSAGE_PASSES);
	finish(&r);
	begin(&r, "", "<a@shop.example>");
	r.mail.is_fresh = false;
	r.mail.client.daemon_name = "sendward-unix";
	assert_int_equal(mail(&r), MESSAGE_ANSWERED);
	finish(&r);
	/* It went stale on the way. */
	begin(&r, "shop", "<a@shop.example>");
	assert_int_equal(mail(&r), MESSAGE_GOES_ON);
	message_header(r.m, "From", "a@shop.example");
	message_end_of_headers(r.m, false);
	message_queue_id(r.m, QUEUE_ID);
	assert_int_equal(end(&r), MESSAGE_ANSWERED);
	assert_int_equal(r.v.code, 451);
	finish(&r);
	/* The program is about to end. */
	begin(&r, "shop", "<a@shop.example>");
	r.mail.is_ending = true;
	assert_int_equal(mail(&r), MESSAGE_ANSWERED);
	assert_int_equal(r.v.code, 451);
	finish(&r);
}

static void
test_nobody(void **state)
{
	struct run r;

	(void)state;
	begin(&r, "", "<someone@elsewhere.example>");
	assert_int_equal(mail(&r), MESSAGE_PASSES);
	assert_null(r.m);
	finish(&r);
}

static int
make_keys(void **state)
{
	struct err err;

	(void)state;
	if (dkim_sign_init(&err) != SG_OK ||
	    dkim_key_generate(DKIM_RSA_SHA256, 1024, &test_keys[0], &err) !=
		SG_OK ||
	    dkim_key_generate(DKIM_ED25519_SHA256, 0, &test_keys[1], &err) !=
		SG_OK)
		return -1;
	return 0;
}

static int
free_keys(void **state)
{
	(void)state;
	dkim_key_unref(&test_keys[0]);
	dkim_key_unref(&test_keys[1]);
	dkim_sign_fini();
	return 0;
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
	    cmocka_unit_test(test_accepted_in_monitor),
	    cmocka_unit_test(test_unsigned),
	    cmocka_unit_test(test_limits),
	    cmocka_unit_test(test_recipients),
	    cmocka_unit_test(test_worst_header),
	    cmocka_unit_test(test_queue_id),
	    cmocka_unit_test(test_stale),
	    cmocka_unit_test(test_nobody),
	};

	return cmocka_run_group_tests(tests, make_keys, free_keys);
}
