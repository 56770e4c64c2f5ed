/* Reports that are not meant well: bounded in memory and in time (of the
 * processor: others use it, too), and never a crash. */
#include "config.h"

#include <time.h>

#include "report/limits.h"
#include "report/test-rules.h"

#define MANY_SEC 5.0 /* a tenth of it without sanitizers */

struct made {
	char *data;
	size_t len, size;
};

static void
put(struct made *m, const char *text)
{
	size_t len = strlen(text);

	if (m->len + len > m->size) {
		m->size = (m->len + len) * 2;
		m->data = realloc(m->data, m->size);
		assert_non_null(m->data);
	}
	if (len > 0)
		memcpy(m->data + m->len, text, len);
	m->len += len;
}

static double
now_sec(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static struct report *
read_made(void **state, struct made *m)
{
	double start = now_sec();
	struct report *report;
	struct err err;

	assert_int_equal(
	    report_read(*state, m->data, m->len, &report, &err), SG_OK);
	assert_true(now_sec() - start < MANY_SEC);
	assert_true(report->count >= 1);
	assert_true(report->count <= REPORT_RECORDS_MAX);
	return report;
}

static void
read_and_forget(void **state, struct made *m)
{
	struct report *report = read_made(state, m);

	report_free(&report);
	free(m->data);
	memset(m, 0, sizeof(*m));
}

static void
put_level(struct made *m, int kind, size_t number)
{
	char line[128];

	if (kind == 0)
		(void)snprintf(line, sizeof(line),
		    "Content-Type: multipart/mixed; boundary=\"b%zu\"\n\n"
		    "--b%zu\n",
		    number, number);
	else if (kind == 1)
		(void)snprintf(
		    line, sizeof(line), "Content-Type: message/rfc822\n\n");
	else
		(void)snprintf(line, sizeof(line),
		    "Content-Type: multipart/mixed; boundary=x\n\n--x\n");
	put(m, line);
}

static void
nesting(void **state)
{
	static const size_t depths[] = {1000, 100000};
	struct made m = {NULL, 0, 0};
	size_t i, level;
	int kind;

	for (kind = 0; kind < 3; kind++) {
		for (i = 0; i < 2; i++) {
			put(&m, "From: MAILER-DAEMON@a.example\n");
			for (level = 0; level < depths[i]; level++)
				put_level(&m, kind, level);
			put(&m, "\nhello\n");
			read_and_forget(state, &m);
		}
	}
}

/* Counted all, read as far as there is room. */
static void
recipients(void **state)
{
	struct made m = {NULL, 0, 0};
	struct report *report;
	char text[128];
	size_t i;

	put(&m, "From: MAILER-DAEMON@a.example\nSubject: failure notice\n"
		"Content-Type: message/delivery-status\n\n"
		"Reporting-MTA: dns; a\n\n");
	for (i = 0; i < 100000; i++) {
		(void)snprintf(text, sizeof(text),
		    "Final-Recipient: rfc822; r%zu@rcpt.example\n"
		    "Action: failed\nStatus: 5.1.1\n\n",
		    i);
		put(&m, text);
	}
	report = read_made(state, &m);
	assert_int_equal(report->count, REPORT_RECORDS_MAX);
	assert_true(report->left_out > 500);
	assert_string_equal(
	    report->records[999].recipient, "r999@rcpt.example");
	assert_int_equal(report->records[999].type, REPORT_PERMANENT);
	report_free(&report);
	free(m.data);
}

static void
recipients_in_text(void **state)
{
	struct made m = {NULL, 0, 0};
	char text[64];
	size_t i;

	put(&m, "From: MAILER-DAEMON@a.example\nSubject: failure notice\n\n");
	for (i = 0; i < 100000; i++) {
		(void)snprintf(
		    text, sizeof(text), "<r%zu@rcpt.example>: gone\n", i);
		put(&m, text);
	}
	read_and_forget(state, &m);
}

static void
one_line(void **state)
{
	struct made m = {NULL, 0, 0};
	size_t size = 50 * 1024 * 1024, len;
	static const char *const heads[] = {
	    "", "Subject: ", "From: a@b.example\nSubject: failure notice\n\n"};
	static const char fills[] = "a@<\n";
	size_t i, k;

	for (i = 0; i < 3; i++) {
		for (k = 0; k < sizeof(fills) - 1; k++) {
			/* the whole size once, what is looked at always */
			put(&m, heads[i]);
			len = k == 0 ? size : LIMIT_INPUT_BYTES * 2;
			m.data = realloc(m.data, m.len + len);
			assert_non_null(m.data);
			memset(m.data + m.len, fills[k], len);
			m.len += len;
			read_and_forget(state, &m);
		}
	}
}

static void
header_bomb(void **state)
{
	struct made m = {NULL, 0, 0};
	char text[64];
	size_t i;

	for (i = 0; i < 200000; i++) {
		(void)snprintf(text, sizeof(text), "X-%zu: <>\n", i);
		put(&m, text);
	}
	put(&m, "\n<kim@rcpt.example>: no such user\n");
	read_and_forget(state, &m);
}

static void
null_bytes(void **state)
{
	static const char text[] =
	    "From: MAILER-DAEMON@a.example\0\nSubject: failure\0 notice\n\n"
	    "<kim@rcpt.example>:\0\nno such\0 user\n\0\0\0";
	struct made m = {NULL, sizeof(text) - 1, 0};
	struct report *report;

	m.data = malloc(m.len);
	assert_non_null(m.data);
	memcpy(m.data, text, m.len);
	report = read_made(state, &m);
	assert_string_equal(report->records[0].recipient, "kim@rcpt.example");
	report_free(&report);
	free(m.data);
}

/* Fields that want to be longer than their places. */
static void
long_fields(void **state)
{
	static const char *const names[] = {"Reporting-MTA: dns; ",
	    "Original-Envelope-Id: ", "Final-Recipient: rfc822; ",
	    "Original-Recipient: rfc822; x@", "Action: ", "Status: 5.",
	    "Remote-MTA: dns; ", "Diagnostic-Code: smtp; "};
	struct made m = {NULL, 0, 0};
	size_t i, k;

	put(&m, "From: MAILER-DAEMON@a.example\n"
		"Content-Type: message/delivery-status\n\n");
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		put(&m, names[i]);
		for (k = 0; k < 5000; k++)
			put(&m, "1\xC3\xA4");
		put(&m, "\n");
		if (i == 1)
			put(&m, "\n");
	}
	read_and_forget(state, &m);
}

/* Text that patterns with ".{0,60}" and alternatives could choke on. */
static void
choking_text(void **state)
{
	static const char *const words[] = {"user ", "mailbox ", "quota ",
	    "message is ", "not ", "recipient address ", "(((", "550 5.1.1 ",
	    "550-", "a@b.c "};
	struct made m = {NULL, 0, 0};
	size_t i, k;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		put(&m, "From: MAILER-DAEMON@a.example\n"
			"Subject: failure notice\n\nkim@rcpt.example: ");
		for (k = 0; k < 20000; k++)
			put(&m, words[i]);
		read_and_forget(state, &m);
	}
}

/* An address so long that a cap could cut a character of it in two. */
static void
long_address(void **state)
{
	struct made m = {NULL, 0, 0};
	struct report *report;
	size_t i;

	put(&m, "From: MAILER-DAEMON@a.example\nSubject: failure notice\n\n");
	for (i = 0; i < 201; i++)
		put(&m, "\xC3\xA4");
	put(&m, "@rcpt.example: no such user\n");
	report = read_made(state, &m);
	assert_string_equal(report->records[0].recipient, "");
	report_free(&report);
	free(m.data);
}

#define WHOLE                                                                  \
	"Return-Path: <>\nFrom: MAILER-DAEMON@mta.example\n"                   \
	"Subject: =?utf-8?q?Undelivered_=C3=BC?=\nContent-Type: "              \
	"multipart/report; report-type=delivery-status; boundary=\"BB\"\n\n"   \
	"--BB\nContent-Type: text/html; charset=iso-2022-jp\n\n"               \
	"<p>&#64; <b>kim@rcpt.example</b> &lt;\x1B$B&lt;p\x1B(B</p>\n"         \
	"--BB\nContent-Type: message/delivery-status\n"                        \
	"Content-Transfer-Encoding: quoted-printable\n\n"                      \
	"Reporting-MTA: dns; mta=2Eexample\n\n"                                \
	"Final-Recipient: utf-8; \\x{FC}@rcpt.example\n"                       \
	"Action: failed\nStatus: 5.1.1\n"                                      \
	"\n--BB\nContent-Type: message/rfc822\n\n"                             \
	"Return-Path: <b-1@bounces.example>\nMessage-ID: <o@a.example>\n\n"    \
	"Hi\n--BB--\n"

/* Cut off anywhere, and with a byte changed. */
static void
cut_anywhere(void **state)
{
	static const char whole[] = WHOLE;
	struct report *report;
	struct err err;
	size_t i, len = sizeof(whole) - 1;
	char *copy;

	for (i = 0; i <= len; i += 2) {
		copy = malloc(len + 1); /* of its own: sanitizers see its end */
		assert_non_null(copy);
		memcpy(copy, whole, i);
		assert_int_equal(
		    report_read(*state, copy, i, &report, &err), SG_OK);
		report_free(&report);
		memcpy(copy, whole, len);
		if (i < len)
			copy[i] = (char)(copy[i] ^ 0x80);
		assert_int_equal(
		    report_read(*state, copy, len, &report, &err), SG_OK);
		report_free(&report);
		free(copy);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(nesting),
	    cmocka_unit_test(recipients),
	    cmocka_unit_test(recipients_in_text),
	    cmocka_unit_test(one_line),
	    cmocka_unit_test(header_bomb),
	    cmocka_unit_test(null_bytes),
	    cmocka_unit_test(long_fields),
	    cmocka_unit_test(choking_text),
	    cmocka_unit_test(long_address),
	    cmocka_unit_test(cut_anywhere),
	};

	return cmocka_run_group_tests(
	    tests, test_rules_setup, test_rules_teardown);
}
