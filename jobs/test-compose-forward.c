/* Reports that are forwarded, read back by GMime; reports and facts that would be
 * fields, parts or bare line ends. */
#include "config.h"

#include "jobs/compose_forward.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <gmime/gmime.h>

#include "base/buf.h"
#include "conf/conf.h"
#include "jobs/compose.h"

#define NOW INT64_C(1790000040)

static struct conf *conf;

struct parsed {
	GMimeMessage *message;
	GMimeMultipart *parts;
	char *text;
};

static struct parsed
compose(const char *facts, const void *report, size_t len, struct buf *raw)
{
	struct store_letter row = {.id = 7,
	    .kind = STORE_LETTER_FORWARD,
	    .account_id = 1,
	    .recipient = "jane@shop.example",
	    .facts = facts,
	    .created_sec = NOW};
	struct parsed p;
	struct err err = {0};
	GMimeStream *stream;
	GMimeParser *parser;

	buf_init(raw, COMPOSE_FORWARD_EXTRA_BYTES + 2 * len);
	if (compose_forward(conf, &row, report, len, NOW, raw, &err) != SG_OK)
		fail_msg("%s", err.text);
	stream = g_mime_stream_mem_new_with_buffer(raw->data, raw->len);
	parser = g_mime_parser_new_with_stream(stream);
	p.message = g_mime_parser_construct_message(parser, NULL);
	assert_non_null(p.message);
	assert_true(GMIME_IS_MULTIPART(p.message->mime_part));
	p.parts = GMIME_MULTIPART(p.message->mime_part);
	p.text = g_mime_text_part_get_text(
	    GMIME_TEXT_PART(g_mime_multipart_get_part(p.parts, 0)));
	for (char *from = p.text, *to = p.text;; from++) {
		if (*from != '\r')
			*to++ = *from;
		if (*from == '\0')
			break;
	}
	g_object_unref(parser);
	g_object_unref(stream);
	return p;
}

static void
parsed_fini(struct parsed *p, struct buf *raw)
{
	g_free(p->text);
	g_object_unref(p->message);
	buf_fini(raw);
}

/* Every line ends in CRLF, none is too long, no NUL. */
static void
assert_lines(const struct buf *raw)
{
	size_t column = 0;

	for (size_t i = 0; i < raw->len; i++) {
		char c = raw->data[i];

		assert_int_not_equal(c, 0);
		if (c == '\n')
			assert_true(i > 0 && raw->data[i - 1] == '\r');
		if (c == '\r')
			assert_true(raw->data[i + 1] == '\n');
		column = c == '\n' ? 0 : column + 1;
		assert_true(column <= 999);
	}
}

static void
assert_has(const char *text, const char *part)
{
	if (strstr(text, part) == NULL)
		fail_msg("no \"%s\" in:\n%s", part, text);
}

static void
test_bounce(void **state)
{
	static const char report[] =
	    "From: mailer@mx.example\nSubject: Undelivered\n\nno such user\n";
	struct buf raw;
	struct parsed p = compose(
	    "{\"account\":\"shop\",\"what\":\"bounce\",\"recipients\":"
	    "\"a@mx.example, b@mx.example\",\"diagnostic\":\"550 5.1.1 no\","
	    "\"id\":\"4jYjQ12\"}",
	    report, strlen(report), &raw);
	GMimeObject *part;

	(void)state;
	assert_lines(&raw);
	assert_string_equal(g_mime_message_get_subject(p.message),
	    "Not delivered: your message to a@mx.example");
	assert_string_equal(
	    g_mime_object_get_header(GMIME_OBJECT(p.message), "Auto-Submitted"),
	    "auto-generated");
	assert_has(p.text, "To:       a@mx.example, b@mx.example\n");
	assert_has(p.text, "Answer:   550 5.1.1 no\n");
	assert_has(p.text, "Message:  4jYjQ12\n");
	assert_has(p.text,
	    "sendwardctl identity set shop IDENTITY --forwarding off\n");
	assert_int_equal(g_mime_multipart_get_count(p.parts), 2);
	part = g_mime_multipart_get_part(p.parts, 1);
	assert_true(GMIME_IS_MESSAGE_PART(part));
	assert_string_equal(
	    g_mime_message_get_subject(
		g_mime_message_part_get_message(GMIME_MESSAGE_PART(part))),
	    "Undelivered");
	parsed_fini(&p, &raw);
}

static void
test_kinds(void **state)
{
	static const struct {
		const char *facts, *subject, *text;
	} rows[] = {
	    {"{\"what\":\"complaint\",\"recipients\":\"a@mx.example\"}",
		"Complaint about your message to a@mx.example", "unwanted"},
	    {"{\"what\":\"autoreply\",\"recipients\":\"a@mx.example\"}",
		"Automatic reply to your message to a@mx.example",
		"answered automatically"},
	    {"{}", "Report about your message to somebody", "reports on"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct buf raw;
		struct parsed p = compose(rows[i].facts, NULL, 0, &raw);

		assert_string_equal(
		    g_mime_message_get_subject(p.message), rows[i].subject);
		assert_has(p.text, rows[i].text);
		assert_has(p.text, "no longer kept");
		assert_int_equal(g_mime_multipart_get_count(p.parts), 1);
		parsed_fini(&p, &raw);
	}
}

#define EVIL "x\\r\\nBcc: all@evil.example\\r\\n\\r\\n--=_b\\u001b[31m"

static void
test_hostile(void **state)
{
	static char report[20000];
	struct buf raw;
	struct parsed p;

	(void)state;
	(void)memset(report, 'x', sizeof(report)); /* one line */
	memcpy(report, "A: b\r\rC: \xff\0\n.\n..\r\n\r\n", 20);
	p = compose("{\"account\":\"" EVIL "\",\"what\":\"" EVIL
		    "\",\"recipients\":\"" EVIL "\",\"diagnostic\":\"" EVIL
		    "\",\"id\":\"" EVIL "\",\"number\":7}",
	    report, sizeof(report), &raw);
	assert_lines(&raw);
	assert_null(g_mime_object_get_header(GMIME_OBJECT(p.message), "Bcc"));
	assert_null(strchr(p.text, '\x1b'));
	assert_int_equal(g_mime_multipart_get_count(p.parts), 2);
	parsed_fini(&p, &raw);
}

static void
test_bad_rows(void **state)
{
	struct store_letter row = {.kind = STORE_LETTER_FORWARD,
	    .recipient = "jane@shop.example",
	    .facts = "[]"};
	struct buf raw;

	(void)state;
	buf_init(&raw, COMPOSE_FORWARD_EXTRA_BYTES);
	assert_int_equal(
	    compose_forward(conf, &row, "", 0, NOW, &raw, NULL), SG_INVALID);
	row.facts = "{}";
	(void)snprintf(row.recipient, sizeof(row.recipient), "a\nb");
	assert_int_equal(
	    compose_forward(conf, &row, "", 0, NOW, &raw, NULL), SG_INVALID);
	buf_fini(&raw);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_bounce),
	    cmocka_unit_test(test_kinds),
	    cmocka_unit_test(test_hostile),
	    cmocka_unit_test(test_bad_rows),
	};
	int rc;

	compose_init();
	conf = conf_new_defaults();
	if (conf == NULL)
		return 1;
	free(conf->mail_from);
	conf->mail_from = strdup("post@mail.example");
	rc = cmocka_run_group_tests(tests, NULL, NULL);
	conf_unref(&conf);
	return rc;
}
