/* LMTP conversations: what is answered to which command, and to the addresses of
 * the mailbox simulator. */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "conf/conf.h"
#include "feedback/lmtp.h"
#include "feedback/session.h"
#include "feedback/simulator.h"

struct talk {
	struct conf *conf;
	struct session session;
	struct buf out;
	enum session_next next;
};

static void
set_option(char **field, const char *value)
{
	free(*field);
	*field = strdup(value);
	assert_non_null(*field);
}

static bool
is_own(void *ctx, const char *sender)
{
	(void)ctx;
	return strncmp(sender, "b-", 2) == 0;
}

static int
setup(void **state)
{
	struct talk *t = calloc(1, sizeof(*t));

	assert_non_null(t);
	t->conf = conf_new_defaults();
	assert_non_null(t->conf);
	set_option(&t->conf->simulator_domain, "simulator.example");
	session_init(&t->session, is_own, NULL);
	buf_init(&t->out, 65536);
	*state = t;
	return 0;
}

static int
teardown(void **state)
{
	struct talk *t = *state;

	session_fini(&t->session);
	buf_fini(&t->out);
	conf_unref(&t->conf);
	free(t);
	return 0;
}

/* The answer's beginning, to a line. */
static void
expect_answer(struct talk *t, const char *line, const char *answer)
{
	struct lmtp_parser parser;
	struct lmtp_command command;
	char text[LMTP_LINE_MAX];
	size_t used;

	lmtp_parser_init(&parser);
	(void)snprintf(text, sizeof(text), "%s\r\n", line);
	assert_int_equal(
	    lmtp_parse(&parser, text, strlen(text), &used, &command, NULL),
	    LMTP_COMMAND);
	buf_clear(&t->out);
	t->next = session_command(&t->session, t->conf, &command, &t->out);
	if (strncmp(buf_str(&t->out), answer, strlen(answer)) != 0)
		fail_msg("%s: %s", line, buf_str(&t->out));
}

static void
test_message(void **state)
{
	struct talk *t = *state;

	expect_answer(t, "LHLO mx.example", "250-");
	assert_non_null(strstr(buf_str(&t->out), "\r\n250-PIPELINING\r\n"));
	assert_non_null(
	    strstr(buf_str(&t->out), "\r\n250 ENHANCEDSTATUSCODES\r\n"));
	assert_null(strstr(buf_str(&t->out), "SIZE"));
	expect_answer(t, "MAIL FROM:<> BODY=8BITMIME", "250 2.1.0");
	expect_answer(t, "RCPT TO:<b-tok@bounce.example>", "250 2.1.5");
	expect_answer(t, "RCPT TO:<anyone@any.example>", "250 2.1.5");
	expect_answer(t, "DATA", "354 ");
	assert_int_equal(t->next, SESSION_TAKE_DATA);
	assert_int_equal(t->session.count, 2);
	assert_string_equal(t->session.recipients[0], "b-tok@bounce.example");
	session_reset(&t->session);
	expect_answer(t, "DATA", "451 4.5.1");
	expect_answer(t, "QUIT", "221 ");
	assert_int_equal(t->next, SESSION_CLOSE);
}

static void
test_order(void **state)
{
	struct talk *t = *state;

	expect_answer(t, "RCPT TO:<a@b.example>", "451 4.5.1");
	expect_answer(t, "DATA", "451 4.5.1");
	expect_answer(t, "MAIL FROM:<a@b.example>", "250 ");
	expect_answer(t, "MAIL FROM:<c@d.example>", "451 4.5.1");
	assert_string_equal(t->session.sender, "a@b.example");
	expect_answer(t, "MAIL", "451 ");
	expect_answer(t, "RCPT TO:", "451 4.5.2");
	expect_answer(t, "RCPT TO:<a@b.example>", "250 ");
	expect_answer(t, "RSET", "250 ");
	assert_int_equal(t->session.count, 0);
	expect_answer(t, "RCPT TO:<a@b.example>", "451 4.5.1");
	expect_answer(t, "MAIL FROM:<a@b.example>", "250 ");
	expect_answer(t, "LHLO again", "250-");
	expect_answer(t, "RCPT TO:<a@b.example>", "451 4.5.1");
	expect_answer(t, "VRFY a@b.example", "252 ");
	expect_answer(t, "HELO x", "451 ");
	expect_answer(t, "", "451 ");
	t->session.is_crowded = true;
	expect_answer(t, "MAIL FROM:<>", "250 ");
	expect_answer(t, "RCPT TO:<a@b.example>", "250 ");
	expect_answer(t, "DATA", "451 4.3.1");
	assert_int_equal(t->next, SESSION_GO_ON);
}

static void
test_limits(void **state)
{
	struct talk *t = *state;
	char line[64];

	expect_answer(t, "MAIL FROM:<>", "250 ");
	for (int i = 0; i < SESSION_RECIPIENTS_MAX; i++) {
		(void)snprintf(line, sizeof(line), "RCPT TO:<%d@b.example>", i);
		expect_answer(t, line, "250 ");
	}
	expect_answer(t, "RCPT TO:<more@b.example>", "452 4.5.3");
	assert_int_equal(t->session.count, SESSION_RECIPIENTS_MAX);
	for (int i = 1; i < SESSION_ERRORS_MAX; i++) {
		expect_answer(t, "EHLO x", "451 ");
		assert_int_equal(t->next, SESSION_GO_ON);
	}
	expect_answer(t, "EHLO x", "421 4.7.0");
	assert_int_equal(t->next, SESSION_CLOSE);
}

static const struct {
	const char *address;
	enum simulator_box box;
} boxes[] = {
    {"success@simulator.example", SIMULATOR_SUCCESS},
    {"Success+label@Simulator.EXAMPLE", SIMULATOR_SUCCESS},
    {"bounce@simulator.example", SIMULATOR_BOUNCE},
    {"bounce+a+b@simulator.example", SIMULATOR_BOUNCE},
    {"ooto@simulator.example", SIMULATOR_OOTO},
    {"complaint@simulator.example", SIMULATOR_COMPLAINT},
    {"suppressionlist@simulator.example", SIMULATOR_SUPPRESSED},
    {"bounces@simulator.example", SIMULATOR_UNKNOWN},
    {"bounc@simulator.example", SIMULATOR_UNKNOWN},
    {"+bounce@simulator.example", SIMULATOR_UNKNOWN},
    {"@simulator.example", SIMULATOR_UNKNOWN},
    {"complaint+\xff@simulator.example", SIMULATOR_UNKNOWN},
    {"bounce@a.simulator.example", SIMULATOR_NONE},
    {"bounce@notsimulator.example", SIMULATOR_NONE},
    {"bounce@simulator.amazonses.com", SIMULATOR_NONE},
    {"bounce", SIMULATOR_NONE},
    {"", SIMULATOR_NONE},
};

static void
test_boxes(void **state)
{
	struct talk *t = *state;

	for (size_t i = 0; i < sizeof(boxes) / sizeof(boxes[0]); i++)
		if (simulator_look(t->conf, boxes[i].address) != boxes[i].box)
			fail_msg("%s", boxes[i].address);
	t->conf->simulator_aws = CONF_SIMULATOR_AWS_YES;
	assert_int_equal(
	    simulator_look(t->conf, "ooto@simulator.amazonses.com"),
	    SIMULATOR_OOTO);
	set_option(&t->conf->simulator_domain, "");
	assert_int_equal(simulator_look(t->conf, "ooto@"), SIMULATOR_NONE);
	assert_int_equal(
	    simulator_look(t->conf, "ooto@simulator.example"), SIMULATOR_NONE);
}

static void
test_refusals(void **state)
{
	struct talk *t = *state;

	expect_answer(t, "MAIL FROM:<b-x@bounce.example>", "250 ");
	expect_answer(t, "RCPT TO:<bounce+7@simulator.example>",
	    "550 5.1.1 <bounce+7@simulator.example>: ");
	expect_answer(t, "RCPT TO:<suppressionlist@simulator.example>",
	    "550 5.1.1 <suppressionlist@simulator.example>: Suppressed: on the "
	    "global suppression list of the mailbox simulator");
	expect_answer(t, "RCPT TO:<nobody@simulator.example>", "550 5.1.1 ");
	assert_int_equal(t->session.count, 0);
	expect_answer(t, "DATA", "451 ");
	for (const char **name =
		 (const char *[]){"success", "ooto", "complaint+x", NULL};
	     *name != NULL; name++) {
		char line[128];

		(void)snprintf(line, sizeof(line),
		    "RCPT TO:<%s@simulator.example>", *name);
		expect_answer(t, line, "250 ");
	}
	assert_int_equal(t->session.count, 3);
	/* A stranger hears nothing of it, nor does a forged address. */
	session_reset(&t->session);
	expect_answer(t, "MAIL FROM:<victim@any.example>", "250 ");
	expect_answer(t, "RCPT TO:<bounce@simulator.example>", "250 ");
	expect_answer(t, "RCPT TO:<nobody@simulator.example>", "250 ");
	assert_int_equal(t->session.count, 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_message, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_order, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_limits, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_boxes, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_refusals, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
