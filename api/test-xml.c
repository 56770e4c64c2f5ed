/* Answers as XML. */
#include "config.h"

#include "api/test-request.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/fault.h"
#include "api/xml.h"

/* clang-format off */
static const struct api_member point[] = {
	{"Time", NULL, 0, TIME},
	{"Count", NULL, 0, INTEGER(0, 0)},
	END};
static const struct api_member members[] = {
	{"Text", NULL, 0, TEXT(0, 0)},
	{"Number", NULL, 0, NUMBER},
	{"Flag", NULL, 0, FLAG},
	{"List", NULL, 0, LIST(0, 0, TEXT(0, 0))},
	{"Points", NULL, 0, LIST(0, 0, STRUCT(point))},
	{"Map", NULL, 0, MAP(0, STRUCT(point))},
	{"Texts", NULL, 0, MAP(0, TEXT(0, 0))},
	END};
static const struct api_operation v1 = {
	.protocol = API_V1, .name = "Op", .out = members};
static const struct api_operation sns = {
	.protocol = API_SNS, .name = "Op", .out = members};
static const struct api_operation nothing = {
	.protocol = API_V1, .name = "Op"};
static const struct api_operation no_result = {
	.protocol = API_V1, .name = "Op", .flags = API_OP_NO_RESULT};

#define V1_NS "http://ses.amazonaws.com/doc/2010-12-01/"
#define SNS_NS "http://sns.amazonaws.com/doc/2010-03-31/"
#define META "<ResponseMetadata><RequestId>r-1</RequestId></ResponseMetadata>"
#define RESULT(inside) \
	"<OpResponse xmlns=\"" V1_NS "\"><OpResult>" inside \
	"</OpResult>" META "</OpResponse>"
#define EMPTY(ns) \
	"<OpResponse xmlns=\"" ns "\"><OpResult/>" META "</OpResponse>"

static const struct {
	const struct api_operation *operation;
	const char *out, *wanted;
} rows[] = {
	{&v1, "{}", EMPTY(V1_NS)},
	{&sns, "{}", EMPTY(SNS_NS)},
	{&nothing, "{\"Text\":\"a\"}", EMPTY(V1_NS)},
	{&no_result, "{}", "<OpResponse xmlns=\"" V1_NS "\">" META "</OpResponse>"},
	{&v1, "{\"Text\":\"a\",\"Other\":1}", RESULT("<Text>a</Text>")},
	{&v1, "{\"Text\":null}", EMPTY(V1_NS)},
	{&v1, "{\"Text\":\"\"}", RESULT("<Text></Text>")},
	{&v1, "{\"Text\":\"<a> & \\\"b\\\" 'c' ]]>\"}",
	    RESULT("<Text>&lt;a&gt; &amp; &quot;b&quot; 'c' ]]&gt;</Text>")},
	{&v1, "{\"Text\":\"Zo\xc3\xab \xf0\x9f\x98\x80\"}",
	    RESULT("<Text>Zo\xc3\xab \xf0\x9f\x98\x80</Text>")},
	{&v1, "{\"Text\":\"a\\tb\\nc\\rd\"}", RESULT("<Text>a\tb\nc&#13;d</Text>")},
	{&v1, "{\"Text\":\"a\\u0001b\\u001fc\\u007f\"}",
	    RESULT("<Text>a\xef\xbf\xbd" "b\xef\xbf\xbd" "c\x7f</Text>")},
	{&v1, "{\"Text\":\"\\u0000x\"}", RESULT("<Text>\xef\xbf\xbdx</Text>")},
	{&v1, "{\"Text\":\"\xef\xbf\xbe\xef\xbf\xbf\xef\xbf\xbd\xef\xbf\xa0\"}",
	    RESULT("<Text>\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xa0</Text>")},
	{&v1, "{\"Number\":200}", RESULT("<Number>200.0</Number>")},
	{&v1, "{\"Number\":200.0}", RESULT("<Number>200.0</Number>")},
	{&v1, "{\"Number\":0.1}", RESULT("<Number>0.1</Number>")},
	{&v1, "{\"Number\":-0.25}", RESULT("<Number>-0.25</Number>")},
	{&v1, "{\"Flag\":false}", RESULT("<Flag>false</Flag>")},
	{&v1, "{\"Flag\":true}", RESULT("<Flag>true</Flag>")},
	{&v1, "{\"List\":[]}", RESULT("<List/>")},
	{&v1, "{\"List\":[\"a\",\"b\"]}",
	    RESULT("<List><member>a</member><member>b</member></List>")},
	{&v1, "{\"Points\":[{\"Time\":1700000000,\"Count\":7},{\"Time\":1700000000.5}]}",
	    RESULT("<Points><member><Time>2023-11-14T22:13:20Z</Time><Count>7</Count></member>"
		"<member><Time>2023-11-14T22:13:20.500Z</Time></member></Points>")},
	{&v1, "{\"Map\":{}}", RESULT("<Map/>")},
	{&v1, "{\"Map\":{\"a@b\":{\"Count\":1}}}",
	    RESULT("<Map><entry><key>a@b</key><value><Count>1</Count></value></entry></Map>")},
	{&v1, "{\"Texts\":{\"<\":\"&\"}}",
	    RESULT("<Texts><entry><key>&lt;</key><value>&amp;</value></entry></Texts>")},
};
/* clang-format on */

static void
outputs_are_written_by_their_shape(void **state)
{
	struct buf buf;

	(void)state;
	buf_init(&buf, 10000);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		json_t *out = json_loads(rows[i].out, JSON_ALLOW_NUL, NULL);

		assert_non_null(out);
		buf_clear(&buf);
		assert_true(
		    api_xml_answer(rows[i].operation, out, "r-1", &buf));
		if (strcmp(buf_str(&buf), rows[i].wanted) != 0)
			fail_msg("%s: %s, expected %s", rows[i].out,
			    buf_str(&buf), rows[i].wanted);
		json_decref(out);
	}
	buf_fini(&buf);
}

static void
errors_are_written(void **state)
{
	/* clang-format off */
	static const struct {
		enum api_protocol protocol;
		const char *code, *message, *wanted;
	} faults[] = {
		{API_V1, "MessageRejected", "no <a@b> & \"c\"",
		    "<ErrorResponse xmlns=\"" V1_NS "\"><Error><Type>Sender</Type><Code>MessageRejected</Code>"
		    "<Message>no &lt;a@b&gt; &amp; &quot;c&quot;</Message></Error><RequestId>r-1</RequestId></ErrorResponse>"},
		{API_SNS, "InternalFailure", "x",
		    "<ErrorResponse xmlns=\"" SNS_NS "\"><Error><Type>Receiver</Type><Code>InternalFailure</Code>"
		    "<Message>x</Message></Error><RequestId>r-1</RequestId></ErrorResponse>"},
		{API_V1, "NotImplemented", "\xff" "a\x01",
		    "<ErrorResponse xmlns=\"" V1_NS "\"><Error><Type>Sender</Type><Code>NotImplemented</Code>"
		    "<Message>\xef\xbf\xbd" "a\xef\xbf\xbd</Message></Error><RequestId>r-1</RequestId></ErrorResponse>"},
	};
	/* clang-format on */
	struct api_fault fault;
	struct buf buf;

	(void)state;
	buf_init(&buf, 10000);
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		buf_clear(&buf);
		api_fault_say(&fault, faults[i].code, "%s", faults[i].message);
		assert_true(
		    api_xml_error(faults[i].protocol, &fault, "r-1", &buf));
		assert_string_equal(buf_str(&buf), faults[i].wanted);
	}
	buf_fini(&buf);
}

static void
what_does_not_fit_is_said(void **state)
{
	json_t *out = json_pack("{s:s}", "Text", "0123456789");
	struct buf buf;

	(void)state;
	buf_init(&buf, 100);
	assert_false(api_xml_answer(&v1, out, "r-1", &buf));
	buf_fini(&buf);
	json_decref(out);
}

static void *
write_many(void *ctx)
{
	json_t *out = json_pack("{s:s}", "Text", "a&b");
	size_t *good = ctx;
	struct buf buf;

	buf_init(&buf, 10000);
	for (int i = 0; i < 100; i++) {
		buf_clear(&buf);
		if (api_xml_answer(&v1, out, "r-1", &buf) &&
		    strcmp(buf_str(&buf), RESULT("<Text>a&amp;b</Text>")) == 0)
			(*good)++;
	}
	buf_fini(&buf);
	json_decref(out);
	return NULL;
}

/* The first of the process, so that libxml2 has nothing of its own yet. */
static void
threads_write_at_the_same_time(void **state)
{
	pthread_t threads[4];
	size_t good[4] = {0};

	(void)state;
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(
		    pthread_create(&threads[i], NULL, write_many, &good[i]), 0);
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(pthread_join(threads[i], NULL), 0);
		assert_int_equal(good[i], 100);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(threads_write_at_the_same_time),
	    cmocka_unit_test(outputs_are_written_by_their_shape),
	    cmocka_unit_test(errors_are_written),
	    cmocka_unit_test(what_does_not_fit_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
