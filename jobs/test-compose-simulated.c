/* The mailbox simulator's answers, from headers that are good, hostile and none. */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/buf.h"
#include "jobs/compose.h"
#include "jobs/compose_simulated.h"

#define PATH "b-aeaaaaab@bounce.example"
#define BOX "complaint+x@simulator.example"
#define NOW 1795870000

/* The message made of these facts; the code. */
static enum sg_err
compose(enum store_letter_kind kind, const char *recipient,
    const char *simulator, const char *header, struct buf *out)
{
	struct store_letter row = {
	    .id = 7, .kind = kind, .account_id = 1, .created_sec = NOW};
	json_t *facts =
	    json_pack("{s:s, s:s}", "simulator", simulator, "header", header);
	char *text = json_dumps(facts, JSON_COMPACT);
	struct err err;
	enum sg_err rc;

	assert_non_null(text);
	(void)snprintf(row.recipient, sizeof(row.recipient), "%s", recipient);
	row.facts = text;
	buf_clear(out);
	rc = compose_simulated(&row, NOW, out, &err);
	free(text);
	json_decref(facts);
	return rc;
}

static bool
has(const struct buf *out, const char *text)
{
	return strstr(buf_str(out), text) != NULL;
}

static int
count(const struct buf *out, const char *text)
{
	int n = 0;

	for (const char *c = strstr(buf_str(out), text); c != NULL;
	     c = strstr(c + 1, text))
		n++;
	return n;
}

static const char good[] =
    "From: News <news@shop.example>\r\n"
    "To: complaint+x@simulator.example\r\n"
    "Subject: =?utf-8?q?gr=C3=BC=C3=9Fe?= and\r\n more\r\n"
    "Date: Sat, 28 Nov 2026 12:00:00 +0000\r\n"
    "Message-ID: <one@shop.example>\r\n"
    "X-Sendward-Token: b-aeaaaaab\r\n";

static void
test_reply(void **state)
{
	struct buf out;

	(void)state;
	buf_init(&out, COMPOSE_MAX_BYTES);
	assert_int_equal(compose(STORE_LETTER_SIMULATED_OOTO, PATH,
			     "ooto@simulator.example", good, &out),
	    SG_OK);
	assert_true(has(&out, "From: ooto@simulator.example\r\n"));
	assert_true(has(&out, "To: " PATH "\r\n"));
	assert_true(has(&out, "Auto-Submitted: auto-replied\r\n"));
	assert_true(has(&out, "In-Reply-To: <one@shop.example>\r\n"));
	assert_true(has(&out, "References: <one@shop.example>\r\n"));
	assert_true(has(&out, "Subject: "));
	assert_false(has(&out, "multipart"));
	buf_fini(&out);
}

static void
test_complaint(void **state)
{
	struct buf out;

	(void)state;
	buf_init(&out, COMPOSE_MAX_BYTES);
	assert_int_equal(
	    compose(STORE_LETTER_SIMULATED_COMPLAINT, PATH, BOX, good, &out),
	    SG_OK);
	assert_true(has(&out, "multipart/report"));
	assert_true(has(&out, "report-type=feedback-report"));
	assert_true(has(&out, "Content-Type: message/feedback-report\r\n"));
	assert_true(has(&out, "\r\nFeedback-Type: abuse\r\n"));
	assert_true(has(&out, "\r\nVersion: 1\r\n"));
	assert_true(has(&out, "\r\nOriginal-Mail-From: <" PATH ">\r\n"));
	assert_true(has(&out, "\r\nOriginal-Rcpt-To: <" BOX ">\r\n"));
	assert_true(has(
	    &out, "\r\nReceived-Date: Sat, 28 Nov 2026 12:00:00 +0000\r\n"));
	assert_true(has(&out, "Content-Type: text/rfc822-headers\r\n"));
	assert_true(has(&out, "\r\nX-Sendward-Token: b-aeaaaaab\r\n"));
	assert_false(has(&out, "Auto-Submitted"));
	buf_fini(&out);
}

/* Anybody's header adds no field, and ends no part. */
static void
test_hostile_headers(void **state)
{
	static const char *const headers[] = {
	    "",
	    "\r\n\r\n",
	    "no header at all",
	    ":\r\n: \r\nSubject\r\n",
	    "Subject: a\rBcc: evil@x.example\r\n",
	    "Subject: =?utf-8?q?a=0D=0ABcc:_evil=40x.example?=\r\n",
	    "Message-ID: <a\r\n b@c>\r\n",
	    "Message-ID: <>\r\n",
	    "Date: \xf0\x9f\x92\xa5\r\n",
	    "Content-Type: multipart/mixed; boundary=\"=-x\"\r\n\r\n--=-x\r\n",
	};
	struct buf out;

	(void)state;
	buf_init(&out, COMPOSE_MAX_BYTES);
	for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++) {
		for (int kind = STORE_LETTER_SIMULATED_OOTO;
		     kind <= STORE_LETTER_SIMULATED_COMPLAINT; kind++) {
			const char *end;

			assert_int_equal(compose((enum store_letter_kind)kind,
					     PATH, BOX, headers[i], &out),
			    SG_OK);
			end = strstr(buf_str(&out), "\r\n\r\n");
			assert_non_null(end);
			assert_null(memmem(buf_str(&out),
			    (size_t)(end - buf_str(&out)), "\nBcc:", 5));
			assert_int_equal(
			    count(&out, "\r\nFrom: ") +
				(strncmp(buf_str(&out), "From: ", 6) == 0),
			    1);
			assert_int_equal(count(&out, "\r\nTo: "), 1);
		}
	}
	buf_fini(&out);
}

static void
test_impossible(void **state)
{
	struct store_letter row = {
	    .kind = STORE_LETTER_SIMULATED_OOTO, .facts = "no JSON"};
	struct buf out;
	struct err err;

	(void)state;
	buf_init(&out, COMPOSE_MAX_BYTES);
	assert_int_equal(compose_simulated(&row, NOW, &out, &err), SG_INVALID);
	assert_int_equal(
	    compose(STORE_LETTER_SIMULATED_OOTO, "nobody", BOX, good, &out),
	    SG_INVALID);
	assert_int_equal(compose(STORE_LETTER_SIMULATED_OOTO, PATH,
			     "a@b\r\nBcc: x@y.example", good, &out),
	    SG_INVALID);
	assert_int_equal(
	    compose(STORE_LETTER_CONFIRM, PATH, BOX, good, &out), SG_INVALID);
	assert_false(compose_is_simulated(STORE_LETTER_FORWARD));
	buf_fini(&out);
}

static void
test_same_again(void **state)
{
	struct buf first, second;

	(void)state;
	buf_init(&first, COMPOSE_MAX_BYTES);
	buf_init(&second, COMPOSE_MAX_BYTES);
	assert_int_equal(
	    compose(STORE_LETTER_SIMULATED_OOTO, PATH, BOX, good, &first),
	    SG_OK);
	assert_int_equal(
	    compose(STORE_LETTER_SIMULATED_OOTO, PATH, BOX, good, &second),
	    SG_OK);
	assert_string_equal(buf_str(&first), buf_str(&second));
	buf_fini(&first);
	buf_fini(&second);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_reply),
	    cmocka_unit_test(test_complaint),
	    cmocka_unit_test(test_hostile_headers),
	    cmocka_unit_test(test_impossible),
	    cmocka_unit_test(test_same_again),
	};

	compose_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
