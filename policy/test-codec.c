/* The policy protocol: what is a request, what is none, how answers look. */
#include "config.h"
#include "policy/codec.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/buf.h"
#include "rules/verdict.h"

#define TYPE "request=smtpd_access_policy\n"

static const char postfix[] =
    TYPE "protocol_state=RCPT\n"
	 "protocol_name=ESMTP\nclient_address=192.0.2.7\nclient_name=unknown\n"
	 "client_port=40001\nreverse_client_name=unknown\n"
	 "server_address=127.0.0.1\nserver_port=587\nhelo_name=app.example\n"
	 "sender=news@shop.example\nrecipient=ann@there.example\n"
	 "recipient_count=0\nqueue_id=4jYmJK1tsxz1bY3Z\n"
	 "instance=7b.6744a1b2.4c4b4.0\nsize=0\netrn_domain=\nstress=\n"
	 "sasl_method=PLAIN\nsasl_username=shop\nsasl_sender=\nccert_subject=\n"
	 "ccert_issuer=\nccert_fingerprint=\nccert_pubkey_fingerprint=\n"
	 "encryption_protocol=TLSv1.3\nencryption_cipher=X\n"
	 "encryption_keysize=256\npolicy_context=private\n\n";

static enum policy_parse
parse_all(struct policy_parser *parser, const char *data, size_t len,
    size_t *used_r, struct err *err_r)
{
	policy_parser_init(parser);
	return policy_parse(parser, data, len, used_r, err_r);
}

static void
test_postfix_request(void **state)
{
	struct policy_parser parser;
	struct policy_request *r = &parser.request;
	struct err err;
	size_t used;

	(void)state;
	assert_int_equal(
	    parse_all(&parser, postfix, strlen(postfix), &used, &err),
	    POLICY_PARSE_DONE);
	assert_int_equal(used, strlen(postfix));
	assert_int_equal(r->stage, POLICY_STAGE_RCPT);
	assert_int_equal(r->recipient_count, 0);
	assert_null(r->too_long);
	assert_string_equal(r->instance, "7b.6744a1b2.4c4b4.0");
	assert_string_equal(r->queue_id, "4jYmJK1tsxz1bY3Z");
	assert_string_equal(r->recipient, "ann@there.example");
	assert_string_equal(r->client_address, "192.0.2.7");
	assert_string_equal(r->client_port, "40001");
	assert_string_equal(r->sasl_username, "shop");
	assert_string_equal(r->sasl_sender, "");
	assert_string_equal(r->policy_context, "private");
}

static const struct {
	const char *name;
	const char *data;
	enum policy_parse result;
	const char *error; /* for POLICY_PARSE_BAD */
} rows[] = {
    {"nothing", "", POLICY_PARSE_MORE, NULL},
    {"half a line", "request=smtpd_acc", POLICY_PARSE_MORE, NULL},
    {"lines without an end", TYPE "protocol_state=RCPT\n", POLICY_PARSE_MORE,
	NULL},
    {"only the type", TYPE "\n", POLICY_PARSE_DONE, NULL},
    {"type last", "instance=1\n" TYPE "\n", POLICY_PARSE_DONE, NULL},
    {"unknown attribute", TYPE "x-new=1\n\n", POLICY_PARSE_DONE, NULL},
    {"equals in a value", TYPE "sender=a=b@c.example\n\n", POLICY_PARSE_DONE,
	NULL},
    {"empty value", TYPE "instance=\n\n", POLICY_PARSE_DONE, NULL},
    {"no type", "protocol_state=RCPT\n\n", POLICY_PARSE_BAD,
	"no request=smtpd_access_policy"},
    {"an empty line alone", "\n", POLICY_PARSE_BAD,
	"no request=smtpd_access_policy"},
    {"another type", "request=junk\n", POLICY_PARSE_BAD,
	"request is not smtpd_access_policy"},
    {"type cut", "request=smtpd_access_polic\n", POLICY_PARSE_BAD,
	"request is not smtpd_access_policy"},
    {"no equals", TYPE "instance\n\n", POLICY_PARSE_BAD,
	"a line is no name=value"},
    {"no name", TYPE "=7\n\n", POLICY_PARSE_BAD, "a line is no name=value"},
    {"HTTP", "GET / HTTP/1.1\r\nHost: x\r\n\r\n", POLICY_PARSE_BAD,
	"a line is no name=value"},
};

static void
test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct policy_parser parser;
		struct err err = {0};
		size_t used;

		print_message("row: %s\n", rows[i].name);
		assert_int_equal(parse_all(&parser, rows[i].data,
				     strlen(rows[i].data), &used, &err),
		    rows[i].result);
		if (rows[i].error != NULL)
			assert_string_equal(err.text, rows[i].error);
	}
}

static void
test_nul(void **state)
{
	static const char data[] = TYPE "sasl_username=shop\0x\n\n";
	struct policy_parser parser;
	struct err err;
	size_t used;

	(void)state;
	assert_int_equal(
	    parse_all(&parser, data, sizeof(data) - 1, &used, &err),
	    POLICY_PARSE_BAD);
	assert_string_equal(err.text, "NUL in a request");
}

/* The same whatever the pieces are in which it comes. */
static void
test_byte_by_byte(void **state)
{
	struct policy_parser parser;
	struct err err;
	size_t at = 0, have = 0, used;
	enum policy_parse result = POLICY_PARSE_MORE;

	(void)state;
	policy_parser_init(&parser);
	assert_false(policy_parser_is_started(&parser, 0));
	while (result == POLICY_PARSE_MORE && have < strlen(postfix)) {
		have++;
		result =
		    policy_parse(&parser, postfix + at, have - at, &used, &err);
		at += used;
		if (result == POLICY_PARSE_MORE)
			assert_true(
			    policy_parser_is_started(&parser, have - at));
	}
	assert_int_equal(result, POLICY_PARSE_DONE);
	assert_int_equal(at, strlen(postfix));
	assert_false(policy_parser_is_started(&parser, 0));
	assert_string_equal(parser.request.sasl_username, "shop");
}

/* Two in one piece; nothing of the first is left in the second. */
static void
test_pipelined(void **state)
{
	static const char data[] =
	    TYPE "instance=1\nrecipient=a@b.example\nrecipient_count=3\n\n" TYPE
		 "protocol_state=BDAT\ninstance=2\n\ninst";
	struct policy_parser parser;
	struct err err;
	size_t used, second;

	(void)state;
	assert_int_equal(parse_all(&parser, data, strlen(data), &used, &err),
	    POLICY_PARSE_DONE);
	assert_string_equal(parser.request.instance, "1");
	assert_int_equal(parser.request.recipient_count, 3);
	assert_int_equal(parser.request.stage, POLICY_STAGE_OTHER);
	assert_int_equal(policy_parse(&parser, data + used, strlen(data) - used,
			     &second, &err),
	    POLICY_PARSE_DONE);
	assert_string_equal(parser.request.instance, "2");
	assert_string_equal(parser.request.recipient, "");
	assert_int_equal(parser.request.recipient_count, 0);
	assert_int_equal(parser.request.stage, POLICY_STAGE_DATA);
	assert_int_equal(strlen(data) - used - second, 4);
}

static const struct {
	const char *text;
	enum policy_stage stage;
} stages[] = {
    {"CONNECT", POLICY_STAGE_CONNECT},
    {"EHLO", POLICY_STAGE_EHLO},
    {"HELO", POLICY_STAGE_HELO},
    {"MAIL", POLICY_STAGE_MAIL},
    {"RCPT", POLICY_STAGE_RCPT},
    {"DATA", POLICY_STAGE_DATA},
    {"BDAT", POLICY_STAGE_DATA},
    {"END-OF-MESSAGE", POLICY_STAGE_END_OF_MESSAGE},
    {"VRFY", POLICY_STAGE_VRFY},
    {"ETRN", POLICY_STAGE_ETRN},
    {"OTHER", POLICY_STAGE_OTHER},
    {"rcpt", POLICY_STAGE_OTHER},
    {"RCPT ", POLICY_STAGE_OTHER},
    {"", POLICY_STAGE_OTHER},
};

static void
test_stages(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(stages) / sizeof(stages[0]); i++) {
		struct policy_parser parser;
		struct err err;
		struct buf data;
		size_t used;

		buf_init(&data, 1000);
		assert_true(buf_printf(
		    &data, TYPE "protocol_state=%s\n\n", stages[i].text));
		assert_int_equal(
		    parse_all(&parser, data.data, data.len, &used, &err),
		    POLICY_PARSE_DONE);
		assert_int_equal(parser.request.stage, stages[i].stage);
		buf_fini(&data);
	}
	assert_string_equal(policy_stage_name(POLICY_STAGE_COUNT), "OTHER");
}

static const struct {
	const char *text;
	int64_t count;
} counts[] = {
    {"1", 1},
    {"050", 50},
    {"9999999999", INT64_C(9999999999)},
    {"99999999999", 0},
    {"-1", 0},
    {"+1", 0},
    {"1 ", 0},
    {"", 0},
    {"x", 0},
};

static void
test_counts(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		struct policy_parser parser;
		struct err err;
		struct buf data;
		size_t used;

		buf_init(&data, 1000);
		assert_true(buf_printf(
		    &data, TYPE "recipient_count=%s\n\n", counts[i].text));
		assert_int_equal(
		    parse_all(&parser, data.data, data.len, &used, &err),
		    POLICY_PARSE_DONE);
		assert_int_equal(
		    parser.request.recipient_count, counts[i].count);
		buf_fini(&data);
	}
}

/* A line of `len` bytes in all, in a request. */
static enum policy_parse
parse_long(const char *name, size_t len, bool has_end,
    struct policy_parser *parser, struct err *err_r)
{
	struct buf data;
	size_t used;
	enum policy_parse result;

	buf_init(&data, 1 << 21);
	assert_true(buf_printf(&data, TYPE "%s=", name));
	for (size_t i = strlen(name) + 1; i < len; i++)
		assert_true(buf_putc(&data, 'x'));
	if (has_end)
		assert_true(buf_puts(&data, "\n\n"));
	result = parse_all(parser, data.data, data.len, &used, err_r);
	buf_fini(&data);
	return result;
}

static void
test_long_lines(void **state)
{
	struct policy_parser parser;
	struct err err;

	(void)state;
	assert_int_equal(
	    parse_long("sender", POLICY_LINE_MAX, true, &parser, &err),
	    POLICY_PARSE_DONE);
	assert_int_equal(
	    parse_long("sender", POLICY_LINE_MAX + 1, true, &parser, &err),
	    POLICY_PARSE_BAD);
	assert_string_equal(err.text, "a line over 4096 bytes");
	assert_int_equal(
	    parse_long("sender", POLICY_LINE_MAX + 1, false, &parser, &err),
	    POLICY_PARSE_BAD);
	assert_string_equal(err.text, "a line over 4096 bytes");
	assert_int_equal(parse_long("sender", 1 << 20, false, &parser, &err),
	    POLICY_PARSE_BAD);
}

static void
test_too_long_value(void **state)
{
	struct policy_parser parser;
	struct err err;

	(void)state;
	assert_int_equal(
	    parse_long("recipient", 10 + 1023, true, &parser, &err),
	    POLICY_PARSE_DONE);
	assert_null(parser.request.too_long);
	assert_int_equal(
	    parse_long("recipient", 10 + 1024, true, &parser, &err),
	    POLICY_PARSE_DONE);
	assert_string_equal(parser.request.too_long, "recipient");
	assert_int_equal(strlen(parser.request.recipient), 1023);
	assert_int_equal(parse_long("instance", 200, true, &parser, &err),
	    POLICY_PARSE_DONE);
	assert_string_equal(parser.request.too_long, "instance");
}

static enum policy_parse
parse_many(int lines, const char *line, struct err *err_r)
{
	struct policy_parser parser;
	struct buf data;
	size_t used;
	enum policy_parse result;

	buf_init(&data, 1 << 21);
	assert_true(buf_puts(&data, TYPE));
	for (int i = 0; i < lines; i++)
		assert_true(buf_puts(&data, line));
	assert_true(buf_puts(&data, "\n"));
	result = parse_all(&parser, data.data, data.len, &used, err_r);
	buf_fini(&data);
	return result;
}

static void
test_many_lines(void **state)
{
	char line[1003];
	struct err err;

	(void)state;
	assert_int_equal(parse_many(POLICY_ATTRIBUTES_MAX - 1, "a=b\n", &err),
	    POLICY_PARSE_DONE);
	assert_int_equal(
	    parse_many(POLICY_ATTRIBUTES_MAX, "a=b\n", &err), POLICY_PARSE_BAD);
	assert_string_equal(err.text, "more than 128 attributes");
	memset(line, 'x', sizeof(line));
	memcpy(line, "a=", 2);
	memcpy(line + sizeof(line) - 2, "\n", 2);
	assert_int_equal(parse_many(16, line, &err), POLICY_PARSE_DONE);
	assert_int_equal(parse_many(17, line, &err), POLICY_PARSE_BAD);
	assert_string_equal(err.text, "a request over 16384 bytes");
}

static void
check_reply(const struct rules_verdict *v, const char *text)
{
	struct buf out;

	buf_init(&out, 1000);
	assert_true(policy_reply(&out, v));
	assert_string_equal(buf_str(&out), text);
	buf_fini(&out);
}

static void
test_replies(void **state)
{
	struct rules_verdict v;

	(void)state;
	verdict_accept(&v);
	check_reply(&v, "action=DUNNO\n\n");
	v.action = RULES_DROP;
	check_reply(&v, "action=DUNNO\n\n");
	verdict_unavailable(&v);
	check_reply(&v, "action=451 4.3.0 Temporary service failure\n\n");
	verdict_quota(&v);
	check_reply(&v, "action=454 4.7.1 Throttling failure: Daily message "
			"quota exceeded\n\n");
	verdict_paused(&v, "review\r\n250 ok");
	assert_null(strchr(v.text, '\n'));
	/* a text that breaks its contract cannot forge a line */
	memcpy(v.text, "a\nb\r\xffz", 7);
	check_reply(&v, "action=554 5.7.1 a?b??z\n\n");
}

static void
test_reply_when_full(void **state)
{
	struct rules_verdict v;
	struct buf out;

	(void)state;
	buf_init(&out, 10);
	verdict_accept(&v);
	assert_false(policy_reply(&out, &v));
	verdict_quota(&v);
	assert_false(policy_reply(&out, &v));
	buf_fini(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_postfix_request),
	    cmocka_unit_test(test_rows),
	    cmocka_unit_test(test_nul),
	    cmocka_unit_test(test_byte_by_byte),
	    cmocka_unit_test(test_pipelined),
	    cmocka_unit_test(test_stages),
	    cmocka_unit_test(test_counts),
	    cmocka_unit_test(test_long_lines),
	    cmocka_unit_test(test_too_long_value),
	    cmocka_unit_test(test_many_lines),
	    cmocka_unit_test(test_replies),
	    cmocka_unit_test(test_reply_when_full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
