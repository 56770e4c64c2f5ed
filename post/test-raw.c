/* Tests of messages that clients built themselves. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <gmime/gmime.h>

#include "base/buf.h"
#include "base/err.h"
#include "post/raw.h"

#define OWN "Date: now\r\nMessage-ID: <a@b>\r\n"

static const struct raw_wish no_wish = {.from = "",
    .set = "",
    .tags = "",
    .tenant = "",
    .message_id_domain = "mail.example",
    .now_sec = 1700000000,
    .wants_recipients = true};

static bool
add_address(void *ctx, const char *address)
{
	struct buf *list = ctx;

	return buf_printf(list, "%s ", address);
}

static enum sg_err
prepare(const char *text, size_t len, const struct raw_wish *wish,
    struct raw_found *found_r, struct buf *out, struct buf *list,
    struct err *err)
{
	buf_init(out, 10000);
	buf_init(list, 10000);
	return raw_prepare(
	    text, len, wish, add_address, list, found_r, out, err);
}

struct row {
	const char *name, *in, *out, *recipients, *error;
};

static const struct row rows[] = {
    {"stays as it is",
	"From: a@b.example\r\nTo: c@d.example\r\n" OWN "\r\nhi\r\n",
	"From: a@b.example\r\nTo: c@d.example\r\n" OWN "\r\nhi\r\n",
	"c@d.example ", NULL},
    {"line ends", "From: a@b.example\nto: c@d.example\n" OWN "\n.\n\nx",
	"From: a@b.example\r\nto: c@d.example\r\n" OWN "\r\n.\r\n\r\nx\r\n",
	"c@d.example ", NULL},
    {"Bcc goes, with its folds",
	"Bcc: c@d.example,\r\n X <e@f.example>\r\n" OWN "\r\n", OWN "\r\n",
	"c@d.example e@f.example ", NULL},
    {"all of To, Cc, Bcc",
	"To: a@b.example\nCC: c@d.example\nTO: e@f.example\nbcc: g@h.example\n" OWN
	"\n",
	"To: a@b.example\r\nCC: c@d.example\r\nTO: e@f.example\r\n" OWN "\r\n",
	"a@b.example c@d.example e@f.example g@h.example ", NULL},
    {"nobody is told", "To: undisclosed-recipients:;\nCc:\n" OWN "\n",
	"To: undisclosed-recipients:;\r\nCc:\r\n" OWN "\r\n", "", NULL},
    {"a forged name", "X-Sendward-Submission: x\nTo: a@b.example\n" OWN "\n",
	"To: a@b.example\r\n" OWN "\r\n", "a@b.example ", NULL},
    {"no body", "To: a@b.example\n" OWN, "To: a@b.example\r\n" OWN "\r\n",
	"a@b.example ", NULL},
    {"no header", "\r\nhi", NULL, NULL, "no header"},
    {"nothing", "", NULL, NULL, "no header"},
    {"no field", "To: a@b.example\nhello\n\n", NULL, NULL, "no field"},
    {"begins with a fold", " To: a@b.example\n\n", NULL, NULL, "no field"},
    {"bare CR in the header", "To: a@b.example\rX: y\n\n", NULL, NULL, "To: "},
    {"bare CR in the body", OWN "\na\rb\n", NULL, NULL, "carriage return"},
    {"bad recipient", "To: a@b@c\n" OWN "\n", NULL, NULL, "To: "},
};

static void
test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *row = &rows[i];
		struct raw_found found;
		struct buf out, list;
		struct err err = {0};
		enum sg_err rc = prepare(row->in, strlen(row->in), &no_wish,
		    &found, &out, &list, &err);

		if ((rc == SG_OK) != (row->error == NULL) ||
		    (row->error != NULL &&
			strstr(err.text, row->error) == NULL))
			fail_msg("%s: %s", row->name, err.text);
		if (row->error == NULL &&
		    (strcmp(buf_str(&out), row->out) != 0 ||
			strcmp(buf_str(&list), row->recipients) != 0))
			fail_msg("%s: \"%s\" to %s", row->name, buf_str(&out),
			    buf_str(&list));
		buf_fini(&out);
		buf_fini(&list);
	}
}

static void
test_wishes(void **state)
{
	static const char in[] = "X-SES-Configuration-Set: mine\n"
				 "X-Ses-Message-Tags: a=b\nTo: a@b.example\n\n";
	struct raw_wish wish = no_wish;
	struct raw_found found;
	struct buf out, list;
	struct err err = {0};
	const char *text;

	(void)state;
	wish.from = "Ann <ann@b.example>";
	wish.tags = "c=d, e=f";
	wish.wants_recipients = false;
	assert_int_equal(
	    prepare(in, sizeof(in) - 1, &wish, &found, &out, &list, &err),
	    SG_OK);
	text = buf_str(&out);
	assert_string_equal(found.set, "mine");
	assert_string_equal(found.from, "");
	assert_string_equal(buf_str(&list), "");
	assert_non_null(strstr(text, "\r\nFrom: Ann <ann@b.example>\r\n"));
	assert_non_null(
	    strstr(text, "\r\nX-SES-MESSAGE-TAGS: c=d,\r\n e=f\r\n"));
	assert_null(strstr(text, "a=b"));
	assert_non_null(strstr(text, "X-SES-Configuration-Set: mine\r\n"));
	assert_non_null(
	    strstr(text, "\r\nDate: Tue, 14 Nov 2023 22:13:20 +0000\r\n"));
	assert_non_null(strstr(text, "\r\nMessage-ID: <"));
	assert_non_null(strstr(text, "@mail.example>\r\n\r\n"));
	buf_fini(&out);
	buf_fini(&list);
}

/* Whatever name the message has for it, what the call says holds. */
static void
test_replaced(void **state)
{
	static const char in[] = "X-SES-Configuration-Set: a\n"
				 "X-Sendward-Configuration-Set: a\n"
				 "X-SES-Tenant: a\nX-Sendward-Tenant: a\n"
				 "X-SES-Message-Tags: a=b\n\n";
	struct raw_wish wish = no_wish;
	struct raw_found found;
	struct buf out, list;
	struct err err = {0};
	const char *text;

	(void)state;
	wish.set = "set";
	wish.tenant = "tenant";
	wish.tags = "c=d";
	assert_int_equal(
	    prepare(in, sizeof(in) - 1, &wish, &found, &out, &list, &err),
	    SG_OK);
	text = buf_str(&out);
	assert_memory_equal(text,
	    "X-SES-CONFIGURATION-SET: set\r\nX-SES-MESSAGE-TAGS: c=d\r\n"
	    "X-SES-TENANT: tenant\r\nDate: ",
	    83);
	buf_fini(&out);
	buf_fini(&list);
	wish.tenant = "tenant\r\nX-Other: field";
	assert_int_equal(
	    prepare(in, sizeof(in) - 1, &wish, &found, &out, &list, &err),
	    SG_INVALID);
	buf_fini(&out);
	buf_fini(&list);
}

static void
test_from(void **state)
{
	static const char one[] = "From: \"A, B\" <a@B.Example>\n\n";
	static const char two[] = "From: a@b.example, c@d.example\n\n";
	struct raw_found found;
	struct buf out, list;
	struct err err = {0};

	(void)state;
	assert_int_equal(
	    prepare(one, sizeof(one) - 1, &no_wish, &found, &out, &list, &err),
	    SG_OK);
	assert_string_equal(found.from, "a@b.example");
	buf_fini(&out);
	assert_int_equal(
	    prepare(two, sizeof(two) - 1, &no_wish, &found, &out, &list, &err),
	    SG_OK);
	assert_string_equal(found.from, "");
	buf_fini(&out);
}

static void
test_bytes(void **state)
{
	char text[1200] = "To: a@b.example\n\n";
	size_t head = strlen(text);
	struct raw_found found;
	struct buf out, list;
	struct err err = {0};

	(void)state;
	memset(text + head, 'x', 998);
	assert_int_equal(
	    prepare(text, head + 998, &no_wish, &found, &out, &list, &err),
	    SG_OK);
	buf_fini(&out);
	buf_fini(&list);
	memset(text + head, 'x', 999);
	assert_int_equal(
	    prepare(text, head + 999, &no_wish, &found, &out, &list, &err),
	    SG_INVALID);
	buf_fini(&out);
	buf_fini(&list);
	text[head + 5] = '\0';
	assert_int_equal(
	    prepare(text, head + 10, &no_wish, &found, &out, &list, &err),
	    SG_INVALID);
	buf_fini(&out);
	buf_fini(&list);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_rows),
	    cmocka_unit_test(test_wishes),
	    cmocka_unit_test(test_replaced),
	    cmocka_unit_test(test_from),
	    cmocka_unit_test(test_bytes),
	};

	g_mime_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
