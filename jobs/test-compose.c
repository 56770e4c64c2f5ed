/* Letters of every kind, read back by GMime; facts that would be fields, parts or
 * markup. */
#include "config.h"

#include "jobs/compose.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <gmime/gmime.h>

#include "base/buf.h"
#include "base/seal.h"
#include "conf/conf.h"
#include "dkim/sign.h"
#include "jobs/letter_sign.h"
#include "jobs/letter_texts.h"

#define NOW INT64_C(1790000040) /* 2026-09-21 14:14:00 UTC */
#define TOKEN "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-"

static struct conf *conf;
static struct seal *seal;
static struct err err;

/* ---- a letter read back -------------------------------------------------------- */

struct parsed {
	GMimeMessage *message;
	char *text, *html; /* decoded */
};

/* Decoded, with LF alone. */
static char *
part_text(GMimeMultipart *parts, int i, const char *type)
{
	GMimeObject *part = g_mime_multipart_get_part(parts, i);
	char *seen = g_mime_content_type_get_mime_type(
	    g_mime_object_get_content_type(part));
	char *text, *to;

	assert_string_equal(seen, type);
	g_free(seen);
	to = text = g_mime_text_part_get_text(GMIME_TEXT_PART(part));
	for (const char *from = text; *from != '\0'; from++)
		if (*from != '\r')
			*to++ = *from;
	*to = '\0';
	return text;
}

static struct parsed
parse(const struct buf *raw)
{
	struct parsed p;
	GMimeStream *stream =
	    g_mime_stream_mem_new_with_buffer(buf_str(raw), raw->len);
	GMimeParser *parser = g_mime_parser_new_with_stream(stream);
	GMimeMultipart *parts;
	char *type;

	p.message = g_mime_parser_construct_message(parser, NULL);
	assert_non_null(p.message);
	g_object_unref(parser);
	g_object_unref(stream);
	assert_true(
	    GMIME_IS_MULTIPART(g_mime_message_get_mime_part(p.message)));
	parts = GMIME_MULTIPART(g_mime_message_get_mime_part(p.message));
	type = g_mime_content_type_get_mime_type(
	    g_mime_object_get_content_type(GMIME_OBJECT(parts)));
	assert_string_equal(type, "multipart/alternative");
	g_free(type);
	assert_int_equal(g_mime_multipart_get_count(parts), 2);
	p.text = part_text(parts, 0, "text/plain");
	p.html = part_text(parts, 1, "text/html");
	return p;
}

static void
parsed_fini(struct parsed *p)
{
	g_free(p->text);
	g_free(p->html);
	g_object_unref(p->message);
}

static const char *
field(const struct parsed *p, const char *name)
{
	const char *value =
	    g_mime_object_get_header(GMIME_OBJECT(p->message), name);

	return value != NULL ? value : "(none)";
}

/* Fields are these and no others, each once. */
static void
assert_fields(const struct parsed *p)
{
	static const char *const names[] = {"From", "To", "Subject", "Date",
	    "Message-Id", "Auto-Submitted", "MIME-Version"};
	GMimeHeaderList *list =
	    g_mime_object_get_header_list(GMIME_OBJECT(p->message));
	int count = g_mime_header_list_get_count(list);

	assert_int_equal(count, sizeof(names) / sizeof(*names));
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (!g_mime_header_list_contains(list, names[i]))
			fail_msg("no %s", names[i]);
}

static void
assert_lines(const struct buf *raw)
{
	size_t column = 0;

	for (size_t i = 0; i < raw->len; i++) {
		unsigned char c = (unsigned char)raw->data[i];

		if (c == '\n'
			? (i == 0 || raw->data[i - 1] != '\r')
			: (c >= 0x80 || (c < ' ' && c != '\r' && c != '\t')))
			fail_msg("byte %zu: %d", i, c);
		column = c == '\n' ? 0 : column + 1;
		assert_true(column <= 998);
	}
	assert_int_equal(raw->data[raw->len - 1], '\n');
}

static struct store_letter
letter(enum store_letter_kind kind, const char *facts)
{
	return (struct store_letter){
	    .id = 7,
	    .kind = kind,
	    .account_id = 1,
	    .recipient = "jane@shop.example",
	    .facts = facts,
	    .created_sec = NOW,
	};
}

static enum sg_err
compose(const struct store_letter *row, struct buf *raw)
{
	struct store_letter sealed = *row;
	unsigned char *blob = NULL;
	size_t len;
	enum sg_err rc;

	buf_init(raw, COMPOSE_MAX_BYTES);
	if (row->kind == STORE_LETTER_CONFIRM && row->sealed == NULL) {
		assert_int_equal(seal_wrap(seal, "link", TOKEN, strlen(TOKEN),
				     &blob, &len, &err),
		    SG_OK);
		sealed.sealed = blob;
		sealed.sealed_len = len;
	}
	rc = compose_letter(conf, seal, &sealed, NOW, raw, &err);
	free(blob);
	return rc;
}

static struct parsed
compose_ok(const struct store_letter *row)
{
	struct parsed p;
	struct buf raw;

	if (compose(row, &raw) != SG_OK)
		fail_msg("kind %d: %s", (int)row->kind, err.text);
	assert_lines(&raw);
	p = parse(&raw);
	assert_fields(&p);
	buf_fini(&raw);
	return p;
}

static void
assert_has(const char *text, const char *part)
{
	if (strstr(text, part) == NULL)
		fail_msg("no \"%s\" in:\n%s", part, text);
}

static void
assert_has_not(const char *text, const char *part)
{
	if (strstr(text, part) != NULL)
		fail_msg("\"%s\" in:\n%s", part, text);
}

/* ---- kinds ------------------------------------------------------------------------ */

#define DOMAIN "\"account\":\"shop\",\"identity\":\"shop.example\""
#define RECORDS                                                                \
	"\"records\":\"s._domainkey.shop.example. TXT\\n  \\\"v=DKIM1; "       \
	"p=MIIB\\\"\""
#define UNTIL "\"until\":\"2026-09-24T14:14:00Z\""

/* The others are made of mail. */
static bool
has_words(int kind)
{
	return letter_texts[kind].subject != NULL;
}

static void
test_kinds(void **state)
{
	static const struct {
		enum store_letter_kind kind;
		const char *facts, *subject;
		const char *text[5];
	} rows[] = {
	    {STORE_LETTER_CONFIRM,
		"{\"account\":\"shop\",\"identity\":\"jane@shop.example\","
		"\"expires\":\"2026-09-22T14:14:00Z\"}",
		"Please confirm jane@shop.example",
		{"account shop", "http://127.0.0.1:8025/verify/" TOKEN "\n",
		    "valid for 24 hours", "2026-09-22 14:14 UTC",
		    "If you did not ask for this, do nothing."}},
	    {STORE_LETTER_VERIFIED, "{" DOMAIN ",\"subject\":\"identity\"}",
		"Verified: shop.example",
		{"Verified: shop.example (account shop).",
		    "The account may send from it.", "DNS records must stay"}},
	    {STORE_LETTER_FAILED,
		"{" DOMAIN
		",\"subject\":\"DKIM\",\"why\":\"no such name\"," RECORDS "}",
		"Not verified: DKIM of shop.example",
		{"Why: no such name", "  \"v=DKIM1; p=MIIB\"\n",
		    "without its DKIM signature",
		    "identity restart shop shop.example"}},
	    {STORE_LETTER_WARNING,
		"{" DOMAIN ",\"subject\":\"MAIL FROM domain\","
		"\"why\":\"NXDOMAIN\"," RECORDS "," UNTIL "}",
		"Please act: DNS records are missing, MAIL FROM domain of "
		"shop.example",
		{"Nothing changes until 2026-09-24 14:14 UTC.", "return path",
		    "Why: NXDOMAIN", "s._domainkey"}},
	    {STORE_LETTER_RESTORED, "{" DOMAIN ",\"subject\":\"identity\"}",
		"Found again: shop.example", {"nothing to do"}},
	    {STORE_LETTER_REVOKED,
		"{" DOMAIN ",\"subject\":\"identity\"," RECORDS "}",
		"No longer verified: shop.example",
		{"missing for 72 hours", "The account cannot send from it.",
		    "s._domainkey"}},
	    {STORE_LETTER_KEY_READY, "{" DOMAIN "," RECORDS "," UNTIL "}",
		"A new signing key for shop.example waits for DNS",
		{"s._domainkey", "7 days", "by 2026-09-24 14:14 UTC"}},
	    {STORE_LETTER_KEY_OLD, "{" DOMAIN "}",
		"Time for a new signing key of shop.example",
		{"dkim import shop shop.example"}},
	    {STORE_LETTER_REQUEST,
		"{\"account\":\"shop\",\"mail_type\":\"MARKETING\","
		"\"website\":\"https://shop.example\","
		"\"use_case\":\"news\\r\\nonce a week\"}",
		"Account shop asks for production access",
		{"MARKETING", "https://shop.example",
		    "    news\n    once a week\n", "request approve shop",
		    "request deny shop"}},
	    {STORE_LETTER_REQUEST_GRANTED,
		"{\"account\":\"shop\",\"daily\":\"50000\",\"rate\":\"14\"}",
		"Account shop may send to everybody", {"50000", "14"}},
	    {STORE_LETTER_REQUEST_DENIED,
		"{\"account\":\"shop\",\"reason\":\"no web site\"}",
		"Account shop stays in the sandbox", {"no web site"}},
	    {STORE_LETTER_PAUSED,
		"{\"account\":\"shop\",\"who\":\"account shop\","
		"\"why\":\"bounce rate 11.0 % of the last 1000 recipients is "
		"above 10 %\",\"figures\":\"110 bounces and 1 complaint of "
		"1000 recipients\",\"set\":\"\",\"resume\":\"sendwardctl "
		"account resume shop --fresh-start\"}",
		"Sending is paused: account shop",
		{"Sending is paused for the account shop:",
		    "Why: bounce rate 11.0 %", "110 bounces and 1 complaint of",
		    "    sendwardctl account resume shop --fresh-start\n"}},
	    {STORE_LETTER_REVIEW,
		"{\"account\":\"shop\",\"who\":\"configuration set news of "
		"account shop\",\"why\":\"complaint rate 0.20 % of the last "
		"1000 recipients is above 0.1 %\",\"figures\":\"0 bounces and "
		"2 complaints of 1000 recipients\",\"set\":\"news\","
		"\"resume\":\"\"}",
		"Under review: configuration set news of account shop",
		{"but too much of its mail", "Why: complaint rate 0.20 %",
		    "2 complaints", "ends by itself"}},
	    {STORE_LETTER_THROTTLED,
		"{\"account\":\"shop\",\"who\":\"login app\","
		"\"why\":\"500 new recipients in 1 hour\","
		"\"release\":\"sendwardctl limit release shop login app\"}",
		"Held: login app of account shop",
		{"500 new recipients in 1 hour.", "have the password",
		    "    sendwardctl limit release shop login app\n"}},
	    {STORE_LETTER_OURS,
		"{\"account\":\"shop\",\"domain\":\"mx.example\","
		"\"rule\":\"listed\",\"diagnostic\":\"554 5.7.1 192.0.2.1 is "
		"listed\",\"recipient\":\"jane@mx.example\","
		"\"id\":\"4jYjQ12\"}",
		"mx.example refuses mail of this server",
		{"    554 5.7.1 192.0.2.1 is listed\n",
		    "Recipient: jane@mx.example", "Message: 4jYjQ12",
		    "Rule that told it: listed",
		    "    sendwardctl message show 4jYjQ12\n"}},
	};
	bool seen[STORE_LETTER_KINDS] = {false};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct store_letter row = letter(rows[i].kind, rows[i].facts);
		struct parsed p = compose_ok(&row);

		seen[rows[i].kind] = true;
		assert_string_equal(
		    g_mime_message_get_subject(p.message), rows[i].subject);
		for (size_t k = 0; k < 5 && rows[i].text[k] != NULL; k++)
			assert_has(p.text, rows[i].text[k]);
		assert_has_not(p.text, "{");
		assert_has(p.text, "\n-- \n");
		assert_has_not(p.html, "http-equiv");
		assert_has_not(p.html, "<img");
		parsed_fini(&p);
	}
	for (int i = 0; i < STORE_LETTER_KINDS; i++)
		if (seen[i] != has_words(i))
			fail_msg("kind %d", i);
}

static void
test_fields(void **state)
{
	struct store_letter row = letter(
	    STORE_LETTER_RESTORED, "{" DOMAIN ",\"subject\":\"identity\"}");
	struct store_letter other = row;
	struct parsed p = compose_ok(&row), again = compose_ok(&row), q;

	(void)state;
	other.id++;
	q = compose_ok(&other);
	assert_string_equal(field(&p, "From"), "no-reply@mail.example");
	assert_string_equal(field(&p, "To"), "jane@shop.example");
	assert_string_equal(
	    field(&p, "Date"), "Mon, 21 Sep 2026 14:14:00 +0000");
	assert_string_equal(field(&p, "Auto-Submitted"), "auto-generated");
	assert_has(field(&p, "Message-Id"), "@mail.example");
	/* a second try is the same message, another letter is not */
	assert_string_equal(
	    field(&p, "Message-Id"), field(&again, "Message-Id"));
	assert_string_not_equal(
	    field(&p, "Message-Id"), field(&q, "Message-Id"));
	parsed_fini(&p);
	parsed_fini(&again);
	parsed_fini(&q);
}

/* What a letter has no fact for is not spoken of. */
static void
test_missing_facts(void **state)
{
	(void)state;
	for (int kind = 0; kind < STORE_LETTER_KINDS; kind++) {
		struct store_letter row = letter(kind, "{}");
		struct parsed p;

		if (!has_words(kind))
			continue;
		p = compose_ok(&row);
		assert_has_not(p.text, "{");
		assert_has_not(p.text, "Why:");
		assert_has_not(p.text, "must have:");
		assert_has_not(p.text, "The reason:");
		assert_true(strlen(g_mime_message_get_subject(p.message)) > 10);
		parsed_fini(&p);
	}
}

/* ---- hostile facts -------------------------------------------------------------------- */

#define EVIL                                                                   \
	"x\\r\\nBcc: all@evil.example\\r\\n\\r\\n<script>&\\\"'</script>"      \
	"\\u0000\\u001b[31m\\u202e --- =_boundary {account}{link}"
#define EVIL_FACTS                                                             \
	"{\"account\":\"" EVIL "\",\"identity\":\"" EVIL                       \
	"\",\"subject\":\"" EVIL "\",\"why\":\"" EVIL "\",\"records\":\"" EVIL \
	"\\n.\\n.\\r\\nQUIT\\n\",\"until\":\"" EVIL "\",\"mail_type\":\"" EVIL \
	"\",\"website\":\"javascript:" EVIL "\",\"use_case\":\"" EVIL          \
	"\",\"reason\":\"" EVIL "\",\"daily\":\"" EVIL "\",\"rate\":\"" EVIL   \
	"\",\"link\":\"http://evil.example/\",\"effect\":\"" EVIL              \
	"\",\"what\":\"" EVIL "\",\"command\":\"" EVIL "\",\"keep\":\"" EVIL   \
	"\",\"who\":\"" EVIL "\",\"figures\":\"" EVIL "\",\"resume\":\"" EVIL  \
	"\",\"release\":\"" EVIL "\",\"domain\":\"" EVIL                       \
	"\",\"diagnostic\":\"" EVIL "\",\"recipient\":\"" EVIL                 \
	"\",\"id\":\"" EVIL "\",\"rule\":\"" EVIL                              \
	"\",\"number\":7,\"none\":null}"

static void
test_hostile_facts(void **state)
{
	/* a NUL in JSON is refused as a whole */
	struct store_letter nul = letter(STORE_LETTER_WARNING, EVIL_FACTS);
	char *facts = strdup(EVIL_FACTS), *at;
	struct buf raw;

	(void)state;
	assert_int_equal(compose(&nul, &raw), SG_INVALID);
	buf_fini(&raw);
	while ((at = strstr(facts, "\\u0000")) != NULL)
		memcpy(at, "\\u0001", 6);
	for (int kind = 0; kind < STORE_LETTER_KINDS; kind++) {
		struct store_letter row = letter(kind, facts);
		struct parsed p;

		if (!has_words(kind))
			continue;
		p = compose_ok(&row); /* fields are as ever */
		assert_string_equal(field(&p, "Bcc"), "(none)");
		assert_has_not(p.html, "<script");
		assert_has_not(p.html, "\"'");
		assert_has_not(p.html, "href=\"http://evil");
		assert_has_not(p.html, "href=\"javascript");
		assert_has_not(p.text, "\x1b");
		assert_has_not(p.text, "http://evil.example/");
		assert_has_not(g_mime_message_get_subject(p.message), "\n");
		parsed_fini(&p);
	}
	free(facts);
}

/* Names in other scripts, in a field as in the text. */
static void
test_utf8(void **state)
{
	struct store_letter row = letter(STORE_LETTER_REQUEST_DENIED,
	    "{\"account\":\"sh\xc3\xb6p\",\"reason\":\"\xd0\xb4\xd0\xb0 "
	    "\xe2\x82\xac\"}");
	struct parsed p = compose_ok(&row);

	(void)state;
	assert_string_equal(g_mime_message_get_subject(p.message),
	    "Account sh\xc3\xb6p stays in the sandbox");
	assert_has(p.text, "    \xd0\xb4\xd0\xb0 \xe2\x82\xac\n");
	assert_has(p.html, "\xd0\xb4\xd0\xb0 \xe2\x82\xac");
	parsed_fini(&p);
}

static void
test_long_facts(void **state)
{
	char facts[20000];
	struct store_letter row = letter(STORE_LETTER_REQUEST_DENIED, facts);
	struct parsed p;

	(void)state;
	(void)snprintf(facts, sizeof(facts),
	    "{\"account\":\"shop\",\"reason\":\"%05000d\"}", 1);
	p = compose_ok(&row);
	assert_has(p.text, "00000000001\n");
	parsed_fini(&p);
}

static void
test_bad_rows(void **state)
{
	static const char *const recipients[] = {"", "<>", "jane",
	    "jane@shop.example\r\nBcc: x@y.example", "a@b.example, c@d.example",
	    "<a@b.example> SIZE=1", "a b@c.example"};
	static const char *const facts[] = {
	    "", "x", "[]", "\"text\"", "{\"a\":1,\"a\":2}", "{\"a\":\"\xff\"}"};
	struct store_letter row = letter(STORE_LETTER_RESTORED, "{}");
	struct buf raw;

	(void)state;
	for (size_t i = 0; i < sizeof(facts) / sizeof(*facts); i++) {
		row.facts = facts[i];
		assert_int_equal(compose(&row, &raw), SG_INVALID);
		buf_fini(&raw);
	}
	row.facts = "{}";
	for (size_t i = 0; i < sizeof(recipients) / sizeof(*recipients); i++) {
		(void)snprintf(
		    row.recipient, sizeof(row.recipient), "%s", recipients[i]);
		if (compose(&row, &raw) != SG_INVALID)
			fail_msg("%s", recipients[i]);
		buf_fini(&raw);
	}
	row = letter((enum store_letter_kind)99, "{}");
	assert_int_equal(compose(&row, &raw), SG_INVALID);
	buf_fini(&raw);
	row = letter(STORE_LETTER_CONFIRM, "{}");
	row.sealed = (const unsigned char *)"nothing that was sealed here.....";
	row.sealed_len = 33;
	assert_int_equal(compose(&row, &raw), SG_CRYPTO);
	buf_fini(&raw);
}

static void
set_text(char **option, const char *text)
{
	free(*option);
	*option = strdup(text);
	assert_non_null(*option);
}

static void
test_sender(void **state)
{
	struct store_letter row = letter(STORE_LETTER_RESTORED, "{}");
	struct buf raw;

	(void)state;
	set_text(&conf->mail_from, "no address");
	assert_int_equal(compose(&row, &raw), SG_MISSING);
	buf_fini(&raw);
	set_text(&conf->mail_from, "");
	assert_int_equal(compose(&row, &raw), SG_MISSING);
	buf_fini(&raw);
	set_text(&conf->mail_from, "no-reply@mail.example");
}

static void
test_base_url(void **state)
{
	static const struct {
		const char *url, *listen, *certificate, *want;
	} rows[] = {
	    {"https://mail.example", "127.0.0.1:8025", "",
		"https://mail.example"},
	    {"", "127.0.0.1:8025", "", "http://127.0.0.1:8025"},
	    {"", "[::1]:8025", "/x.pem", "https://[::1]:8025"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct buf url;

		buf_init(&url, 2000);
		set_text(&conf->api_url, rows[i].url);
		set_text(&conf->api_listen, rows[i].listen);
		set_text(&conf->api_tls_certificate_file, rows[i].certificate);
		assert_int_equal(compose_base_url(conf, &url, &err), SG_OK);
		assert_string_equal(buf_str(&url), rows[i].want);
		buf_fini(&url);
	}
	set_text(&conf->api_listen, "0.0.0.0:8025");
	set_text(&conf->api_tls_certificate_file, "");
	{
		struct buf url;

		buf_init(&url, 2000);
		assert_int_equal(compose_base_url(conf, &url, &err), SG_OK);
		assert_has_not(buf_str(&url), "0.0.0.0");
		assert_has(buf_str(&url), ":8025");
		buf_fini(&url);
	}
	set_text(&conf->api_listen, "127.0.0.1:8025");
}

/* ---- the operator's signature ------------------------------------------------------------ */

static void
test_signed(void **state)
{
	struct store_letter row = letter(
	    STORE_LETTER_RESTORED, "{" DOMAIN ",\"subject\":\"identity\"}");
	struct dkim_key *key = NULL;
	struct buf raw, plain;

	(void)state;
	assert_int_equal(dkim_sign_init(&err), SG_OK);
	assert_int_equal(
	    dkim_key_generate(DKIM_RSA_SHA256, 1024, &key, &err), SG_OK);
	assert_int_equal(compose(&row, &plain), SG_OK);
	assert_int_equal(compose(&row, &raw), SG_OK);
	if (letter_sign(key, "sel", "mail.example", &raw, &err) != SG_OK)
		fail_msg("%s", err.text);
	assert_memory_equal(raw.data, "DKIM-Signature: v=1;", 20);
	assert_has(buf_str(&raw), "d=mail.example");
	assert_has(buf_str(&raw), "s=sel");
	assert_true(raw.len > plain.len);
	assert_has(
	    strstr(buf_str(&raw), "\r\nFrom: "), "no-reply@mail.example");
	assert_lines(&raw);
	buf_clear(&raw);
	buf_puts(&raw, "Subject: no end\r\n");
	assert_int_equal(
	    letter_sign(key, "sel", "mail.example", &raw, &err), SG_INVALID);
	buf_clear(&raw);
	buf_puts(&raw, "no field\r\n\r\n");
	assert_int_equal(
	    letter_sign(key, "sel", "mail.example", &raw, &err), SG_INVALID);
	buf_fini(&raw);
	buf_fini(&plain);
	dkim_key_unref(&key);
	dkim_sign_fini();
}

static int
group_setup(void **state)
{
	char path[] = "/tmp/test-compose.XXXXXX";
	char file[64];

	(void)state;
	compose_init();
	conf = conf_new_defaults();
	assert_non_null(conf);
	set_text(&conf->mail_from, "no-reply@mail.example");
	assert_non_null(mkdtemp(path));
	(void)snprintf(file, sizeof(file), "%s/key", path);
	assert_int_equal(seal_create_file(file, &err), SG_OK);
	assert_int_equal(seal_open(file, &seal, &err), SG_OK);
	(void)unlink(file);
	(void)rmdir(path);
	return 0;
}

static int
group_teardown(void **state)
{
	(void)state;
	seal_free(&seal);
	conf_unref(&conf);
	g_mime_shutdown();
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_kinds),
	    cmocka_unit_test(test_fields),
	    cmocka_unit_test(test_missing_facts),
	    cmocka_unit_test(test_hostile_facts),
	    cmocka_unit_test(test_utf8),
	    cmocka_unit_test(test_long_facts),
	    cmocka_unit_test(test_bad_rows),
	    cmocka_unit_test(test_sender),
	    cmocka_unit_test(test_base_url),
	    cmocka_unit_test(test_signed),
	};

	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
