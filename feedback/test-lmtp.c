/* The LMTP parser: commands, messages, and what is neither. */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "feedback/lmtp.h"

/* Feeds text in pieces of `step` bytes, as a caller does. */
struct feed {
	struct lmtp_parser parser;
	struct buf in, body;
	const char *text;
	size_t len, at, step;
};

static void
feed_init(struct feed *f, const char *text, size_t len, size_t step)
{
	memset(f, 0, sizeof(*f));
	lmtp_parser_init(&f->parser);
	buf_init(&f->in, 65536);
	buf_init(&f->body, 65536);
	f->text = text;
	f->len = len;
	f->step = step;
}

static void
feed_fini(struct feed *f)
{
	buf_fini(&f->in);
	buf_fini(&f->body);
}

static enum lmtp_result
feed_next(struct feed *f, struct lmtp_command *command_r)
{
	for (;;) {
		size_t used, more;
		enum lmtp_result result = lmtp_parse(&f->parser, f->in.data,
		    f->in.len, &used, command_r, &f->body);

		buf_consume(&f->in, used);
		if (result != LMTP_MORE || f->at == f->len)
			return result;
		more = f->len - f->at < f->step ? f->len - f->at : f->step;
		assert_true(buf_append(&f->in, f->text + f->at, more));
		f->at += more;
	}
}

static const struct {
	const char *line;
	enum lmtp_verb verb;
	const char *path; /* NULL: none */
} commands[] = {
    {"LHLO mx.example\r\n", LMTP_LHLO, NULL},
    {"lhlo\n", LMTP_LHLO, NULL},
    {"HELO x\r\n", LMTP_UNKNOWN, NULL},
    {"EHLO x\r\n", LMTP_UNKNOWN, NULL},
    {"LHLOX\r\n", LMTP_UNKNOWN, NULL},
    {"\r\n", LMTP_UNKNOWN, NULL},
    {"DATA\r\n", LMTP_DATA, NULL},
    {"data \r\n", LMTP_DATA, NULL},
    {"RSET\r\n", LMTP_RSET, NULL},
    {"NOOP and more\r\n", LMTP_NOOP, NULL},
    {"VRFY x\r\n", LMTP_VRFY, NULL},
    {"QUIT\r\n", LMTP_QUIT, NULL},
    {"MAIL FROM:<>\r\n", LMTP_MAIL, ""},
    {"MAIL FROM:<> SIZE=10 BODY=8BITMIME\r\n", LMTP_MAIL, ""},
    {"mail from: <a@b.example>\r\n", LMTP_MAIL, "a@b.example"},
    {"MAIL FROM:a@b.example SIZE=1\r\n", LMTP_MAIL, "a@b.example"},
    {"MAIL <a@b.example>\r\n", LMTP_MAIL, NULL},
    {"MAIL\r\n", LMTP_MAIL, NULL},
    {"MAIL FROM:\r\n", LMTP_MAIL, NULL},
    {"MAIL FROM:<a@b.example\r\n", LMTP_MAIL, NULL},
    {"MAIL TO:<a@b.example>\r\n", LMTP_MAIL, NULL},
    {"RCPT TO:<b-tok@bounce.example> ORCPT=rfc822;x\r\n", LMTP_RCPT,
	"b-tok@bounce.example"},
    {"RCPT TO:<\"a>b\"@c.example>\r\n", LMTP_RCPT, "\"a>b\"@c.example"},
    {"RCPT TO:<\"a\\\">b\"@c.example>\r\n", LMTP_RCPT, "\"a\\\">b\"@c.example"},
    {"RCPT TO:<@r.example,@s.example:a@b.example>\r\n", LMTP_RCPT,
	"a@b.example"},
    {"RCPT TO:<@>\r\n", LMTP_RCPT, "@"},
    {"RCPT TO:<a\x01@b.example>\r\n", LMTP_RCPT, ""},
    {"RCPT TO:<j\xc3\xb6@b.example>\r\n", LMTP_RCPT, "j\xc3\xb6@b.example"},
    {"RCPT FROM:<a@b.example>\r\n", LMTP_RCPT, NULL},
};

static void
test_commands(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		const char *line = commands[i].line;

		for (size_t step = 1; step < 40; step += 12) {
			struct lmtp_command command = {0};
			struct feed f;

			feed_init(&f, line, strlen(line), step);
			assert_int_equal(feed_next(&f, &command), LMTP_COMMAND);
			if (command.verb != commands[i].verb ||
			    command.has_path != (commands[i].path != NULL) ||
			    (command.has_path &&
				strcmp(command.path, commands[i].path) != 0))
				fail_msg("%s: verb %d path %s", line,
				    (int)command.verb, command.path);
			assert_int_equal(feed_next(&f, &command), LMTP_MORE);
			feed_fini(&f);
		}
	}
}

static void
test_rubbish(void **state)
{
	static char line[LMTP_LINE_MAX + 100];
	struct lmtp_command command = {0};
	struct feed f;

	(void)state;
	/* One of the greatest length is one, one more is none. */
	for (size_t len = LMTP_LINE_MAX; len <= LMTP_LINE_MAX + 1; len++) {
		for (size_t step = 7; step < 20000; step *= 11) {
			memset(line, 'x', len);
			memcpy(line, "NOOP ", 5);
			line[len - 1] = '\n';
			memcpy(line + len, "QUIT\r\n", 6);
			feed_init(&f, line, len + 6, step);
			assert_int_equal(feed_next(&f, &command), LMTP_COMMAND);
			assert_int_equal(command.verb,
			    len == LMTP_LINE_MAX ? LMTP_NOOP : LMTP_RUBBISH);
			assert_int_equal(feed_next(&f, &command), LMTP_COMMAND);
			assert_int_equal(command.verb, LMTP_QUIT);
			feed_fini(&f);
		}
	}
	feed_init(&f, "NO\0OP\r\nRCPT TO:<a\0b@c>\r\n", 24, 5);
	assert_int_equal(feed_next(&f, &command), LMTP_COMMAND);
	assert_int_equal(command.verb, LMTP_RUBBISH);
	assert_int_equal(feed_next(&f, &command), LMTP_COMMAND);
	assert_int_equal(command.verb, LMTP_RUBBISH);
	feed_fini(&f);
}

static void
test_long_path(void **state)
{
	char line[1000];
	struct lmtp_command command = {0};
	struct feed f;

	(void)state;
	for (int len = RULES_ADDRESS_MAX; len <= RULES_ADDRESS_MAX + 1; len++) {
		(void)snprintf(
		    line, sizeof(line), "RCPT TO:<%0*d>\r\n", len, 0);
		feed_init(&f, line, strlen(line), 100);
		assert_int_equal(feed_next(&f, &command), LMTP_COMMAND);
		assert_true(command.has_path);
		assert_int_equal(strlen(command.path),
		    len == RULES_ADDRESS_MAX ? RULES_ADDRESS_MAX : 0);
		feed_fini(&f);
	}
}

#define TEXT(s) s, sizeof(s) - 1
static const struct {
	const char *sent;
	size_t sent_len;
	const char *kept;
	size_t kept_len;
	bool is_whole;
} messages[] = {
    {TEXT("a\r\n.\r\n"), TEXT("a\r\n"), true},
    {TEXT(".\r\n"), TEXT(""), true},
    {TEXT("..\r\n.\r\n"), TEXT(".\r\n"), true},
    {TEXT("...x\r\n.\r\n"), TEXT("..x\r\n"), true},
    {TEXT(".x\r\n.\r\n"), TEXT("x\r\n"), true},
    {TEXT("\r\n\r\n.\r\n"), TEXT("\r\n\r\n"), true},
    {TEXT("a\0b\r\n.\r\n"), TEXT("a\0b\r\n"), true},
    /* no end: each could be one for another program */
    {TEXT("a\n.\nb\r\n.\r\n"), TEXT("a\n.\nb\r\n"), true},
    {TEXT("a\n.\r\nb\r\n.\r\n"), TEXT("a\n.\r\nb\r\n"), true},
    {TEXT("a\r\n.\nb\r\n.\r\n"), TEXT("a\r\n\nb\r\n"), true},
    {TEXT("a\r.\r\nb\r\n.\r\n"), TEXT("a\r.\r\nb\r\n"), true},
    {TEXT("a\r\n.\rb\r\n.\r\n"), TEXT("a\r\n\rb\r\n"), true},
    {TEXT("a\r\n.\r\rb\r\n.\r\n"), TEXT("a\r\n\r\rb\r\n"), true},
    {TEXT("a\r\n.\r\r\n.\r\n"), TEXT("a\r\n\r\r\n"), true},
    {TEXT("a\r\r\n.\r\n"), TEXT("a\r\r\n"), true},
    {TEXT("a\r\n."), TEXT("a\r\n"), false},
    {TEXT("a\r\n.\r"), TEXT("a\r\n"), false},
    {TEXT("a\r"), TEXT("a\r"), false},
};

static void
test_messages(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(messages) / sizeof(messages[0]); i++) {
		for (size_t step = 1; step < 12; step++) {
			struct lmtp_command command = {0};
			struct feed f;

			feed_init(
			    &f, messages[i].sent, messages[i].sent_len, step);
			lmtp_expect_data(&f.parser);
			if (feed_next(&f, &command) !=
				(messages[i].is_whole ? LMTP_END : LMTP_MORE) ||
			    f.body.len != messages[i].kept_len ||
			    (f.body.len > 0 &&
				memcmp(f.body.data, messages[i].kept,
				    f.body.len) != 0))
				fail_msg("message %zu in steps of %zu: %s", i,
				    step, buf_str(&f.body));
			feed_fini(&f);
		}
	}
}

static void
test_command_behind_message(void **state)
{
	static const char text[] = "x\r\n.\r\nRSET\r\n";
	struct lmtp_command command = {0};
	struct feed f;

	(void)state;
	feed_init(&f, text, sizeof(text) - 1, sizeof(text));
	lmtp_expect_data(&f.parser);
	assert_int_equal(feed_next(&f, &command), LMTP_END);
	assert_int_equal(feed_next(&f, &command), LMTP_COMMAND);
	assert_int_equal(command.verb, LMTP_RSET);
	feed_fini(&f);
}

static void
test_maximum(void **state)
{
	static char text[5000];
	struct lmtp_command command = {0};
	struct feed f;

	(void)state;
	memset(text, 'y', sizeof(text));
	memcpy(text + sizeof(text) - 5, "\r\n.\r\n", 5);
	feed_init(&f, text, sizeof(text), 777);
	buf_init(&f.body, 1000);
	lmtp_expect_data(&f.parser);
	assert_int_equal(feed_next(&f, &command), LMTP_END);
	assert_int_equal(f.body.len, 1000);
	assert_false(f.body.failed);
	feed_fini(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_commands),
	    cmocka_unit_test(test_rubbish),
	    cmocka_unit_test(test_long_path),
	    cmocka_unit_test(test_messages),
	    cmocka_unit_test(test_command_behind_message),
	    cmocka_unit_test(test_maximum),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
