/* Rows of what composing refuses, and what it writes; tests/post reads whole messages
 * with another hand. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "post/compose.h"

#define ROWS(table) (sizeof(table) / sizeof((table)[0]))

static const char *const one_to[] = {"Zoë <to@example.org>", NULL};

static struct post_mail
plain_mail(void)
{
	return (struct post_mail){.from = "Shop <a@example.com>",
	    .to = one_to,
	    .subject = {.data = "Hello"},
	    .text = {.data = "Hi\n"},
	    .message_id_domain = "example.com",
	    .now_sec = 1700000000};
}

/* The message, or "ERROR: " and why. Valid until the next call with out. */
static const char *
composed(const struct post_mail *mail, struct buf *out)
{
	struct err err = {.text = ""};
	enum sg_err rc;

	buf_fini(out);
	rc = post_compose(mail, out, &err);
	if (rc != SG_OK) {
		buf_clear(out);
		assert_true(
		    buf_printf(out, "ERROR %s: %s", err_name(rc), err.text));
	}
	return buf_str(out);
}

static void
assert_holds(const char *text, const char *part)
{
	if (strstr(text, part) == NULL)
		print_error("looked for: %s\nin: %s\n", part, text);
	assert_non_null(strstr(text, part));
}

static void
test_plain(void **state)
{
	struct post_mail mail = plain_mail();
	const char *text;
	struct buf out;

	(void)state;
	buf_init(&out, 100000);
	text = composed(&mail, &out);
	assert_holds(text, "From: Shop <a@example.com>\r\n");
	assert_holds(text, "To: =?utf-8?B?Wm/Dqw==?= <to@example.org>\r\n");
	assert_holds(text, "Subject: Hello\r\n");
	assert_holds(text, "\r\nDate: Tue, 14 Nov 2023 22:13:20 +0000\r\n");
	assert_holds(text, "\r\nContent-Type: text/plain; charset=utf-8\r\n");
	assert_holds(text, "\r\n\r\nHi\r\n");
	assert_null(strstr(text, "multipart"));
	buf_fini(&out);
}

static void
test_structure(void **state)
{
	const struct post_attachment files[] = {
	    {.data = (const unsigned char *)"\0\1",
		.len = 2,
		.file_name = "a.png",
		.is_inline = true,
		.content_id = "<img@x>"},
	    {.data = (const unsigned char *)"x",
		.len = 1,
		.file_name = "b.pdf"},
	};
	/* in the order that they come in */
	static const char *const order[] = {"multipart/mixed",
	    "multipart/alternative", "text/plain", "multipart/related",
	    "text/html", "image/png", "Content-Id: <img@x>", "application/pdf"};
	struct post_mail mail = plain_mail();
	const char *text;
	struct buf out;

	(void)state;
	mail.html.data = "<img src=cid:img@x>";
	mail.attachments = files;
	mail.attachment_count = 2;
	buf_init(&out, 100000);
	text = composed(&mail, &out);
	for (size_t i = 0; i < ROWS(order); i++) {
		assert_holds(text, order[i]);
		text = strstr(text, order[i]) + 1;
	}
	buf_fini(&out);
}

static void
test_refused(void **state)
{
	static const char *const bad_to[] = {"nobody", NULL};
	static const struct post_field bad_field[] = {
	    {"Bcc", "x@example.org"}, {NULL, NULL}};
	/* an encoded word within a parameter */
	static const struct post_attachment bad_type = {
	    .data = (const unsigned char *)"x",
	    .len = 1,
	    .file_name = "a.txt",
	    .content_type = "text/plain; x==?utf-8?q?a=0D=0AX-B:_c?="};
	struct post_mail mails[8];
	static const char *const why[ROWS(mails)] = {
	    "SG_INVALID: FromEmailAddress: Missing address",
	    "SG_INVALID: ToAddresses: Missing final '@domain': nobody",
	    "SG_INVALID: Subject: line ends",
	    "SG_INVALID: Text: unknown charset x-none",
	    "SG_INVALID: Headers: Bcc may not",
	    "SG_INVALID: Text: the text is not UTF-8",
	    "SG_INVALID: X-SES-TENANT: the value must be printable ASCII",
	    "SG_INVALID: Attachments.ContentType: a parameter"};
	struct buf out;

	(void)state;
	for (size_t i = 0; i < ROWS(mails); i++)
		mails[i] = plain_mail();
	mails[0].from = "";
	mails[1].to = bad_to;
	mails[2].subject.data = "a\nBcc: x@example.org";
	mails[3].text.charset = "x-none";
	mails[4].fields = bad_field;
	mails[5].text.data = "\xff";
	mails[6].tenant = "tenant\r\nX-Other: field";
	mails[7].attachments = &bad_type;
	mails[7].attachment_count = 1;
	buf_init(&out, 100000);
	for (size_t i = 0; i < ROWS(mails); i++)
		assert_holds(composed(&mails[i], &out), why[i]);
	buf_fini(&out);
}

static void
test_too_large(void **state)
{
	struct post_mail mail = plain_mail();
	struct buf out;

	(void)state;
	buf_init(&out, 100);
	assert_holds(composed(&mail, &out), "SG_NOMEM");
	buf_fini(&out);
}

static bool
note_address(void *ctx, const char *address)
{
	char *seen = ctx;
	size_t len = strlen(seen);

	(void)snprintf(seen + len, 300 - len, "%s ", address); /* fits */
	return strstr(seen, "stop@") == NULL;
}

static void
test_addresses(void **state)
{
	static const char *const list[] = {"A <A@Example.COM>, b@example.com",
	    "\"Müller, C.\" <c@bücher.example>", "stop@example.com",
	    "d@example.com", NULL};
	static const char *const bad[] = {"a@example.com", "a b c", NULL};
	char seen[300] = "";
	struct err err;

	(void)state;
	assert_int_equal(
	    post_addresses("To", list, note_address, seen, &err), SG_OK);
	assert_string_equal(seen,
	    "A@example.com b@example.com c@xn--bcher-kva.example "
	    "stop@example.com ");
	seen[0] = '\0';
	assert_int_equal(
	    post_addresses("To", bad, note_address, seen, &err), SG_INVALID);
	assert_true(strncmp(err.text, "To: ", 4) == 0);
	assert_holds(err.text, "a b c");
	assert_string_equal(seen, "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_plain),
	    cmocka_unit_test(test_structure),
	    cmocka_unit_test(test_refused),
	    cmocka_unit_test(test_too_large),
	    cmocka_unit_test(test_addresses),
	};

	post_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
