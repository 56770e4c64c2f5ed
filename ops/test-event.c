/* Events as Amazon SES writes them: names, times, the two forms of a document. */
#include "config.h"

#include "ops/event.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "conf/conf.h"

static void
test_names(void **state)
{
	static const struct {
		const char *name;
		int kind;
	} rows[] = {
	    {"SEND", STORE_EVENT_SEND},
	    {"bounce", STORE_EVENT_BOUNCE},
	    {"Delivery", STORE_EVENT_DELIVERY},
	    {"deliveryDelay", STORE_EVENT_DELIVERY_DELAY},
	    {"DELIVERY_DELAY", STORE_EVENT_DELIVERY_DELAY},
	    {"renderingFailure", STORE_EVENT_RENDERING_FAILURE},
	    {"Rendering Failure", STORE_EVENT_RENDERING_FAILURE},
	    {"reject", STORE_EVENT_REJECT},
	    {"OPEN", -1},
	    {"", -1},
	    {"SENDS", -1},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (event_kind_from_name(rows[i].name) != rows[i].kind)
			fail_msg("%s", rows[i].name);
	for (int i = 0; i < STORE_EVENT_KINDS; i++) {
		enum store_event_kind kind = (enum store_event_kind)i;

		assert_int_equal(event_kind_from_name(event_name(kind)), i);
		assert_int_equal(event_kind_from_name(event_type(kind)), i);
		assert_string_not_equal(event_key(kind), "");
	}
	assert_string_equal(event_type(STORE_EVENT_KINDS), "");
}

static void
test_texts(void **state)
{
	char text[EVENT_TIME_MAX], number[21];
	char a[EVENT_FEEDBACK_ID_MAX + 1], b[EVENT_FEEDBACK_ID_MAX + 1];

	(void)state;
	assert_string_equal(event_time(INT64_C(1790000040789), text),
	    "2026-09-21T14:14:00.789Z");
	assert_string_equal(event_time(0, text), "1970-01-01T00:00:00.000Z");
	assert_string_equal(event_time(-1, text), "1969-12-31T23:59:59.999Z");
	event_account_number(1, number);
	assert_string_equal(number, "000000000001");
	event_feedback_id("x", 1, a);
	event_feedback_id("x", 1, b);
	assert_string_equal(a, b);
	assert_int_equal(strlen(a), 60);
	event_feedback_id("y", 1, b);
	assert_string_not_equal(a, b);
}

/* ---- documents ------------------------------------------------------------------- */

static const struct store_message message = {
    .account_id = 7,
    .queue_id = "4abcDEF",
    .sent_msec = INT64_C(1790000040123),
    .login = "shop",
    .sender = "a@shop.example",
    .source_ip = "192.0.2.1",
    .recipients = "E x@y.example\nM listed@y.example\n",
    .facts = "{\"headers\":[{\"name\":\"From\",\"value\":\"a@shop.example\"}],"
	     "\"commonHeaders\":{\"from\":[\"a@shop.example\"],"
	     "\"messageId\":\"<1@shop.example>\"},"
	     "\"tags\":{\"campaign\":[\"spring\"],\"ses:source-ip\":[\"0\"]},"
	     "\"identity\":\"a@shop.example\",\"set\":\"main\"}",
};
static const struct store_event bounce = {
    .account_id = 7,
    .kind = STORE_EVENT_BOUNCE,
    .queue_id = "4abcDEF",
    .at_msec = INT64_C(1790000050000),
    .recipients = "x@y.example",
    .detail = "{\"bounceType\":\"Permanent\"}",
};

static const char *
text_at(const json_t *document, const char *a, const char *b)
{
	const char *text =
	    json_string_value(json_object_get(json_object_get(document, a), b));

	return text != NULL ? text : "";
}

static json_t *
document_of(enum event_form form, bool with_headers,
    const struct store_event *event, const struct store_message *of)
{
	struct conf *conf = conf_new_defaults();
	json_t *document;

	assert_non_null(conf);
	document = event_document(conf, form, with_headers, event, of);
	conf_unref(&conf);
	assert_non_null(document);
	return document;
}

static void
test_published(void **state)
{
	json_t *document =
	    document_of(EVENT_PUBLISHED, false, &bounce, &message);
	const json_t *mail = json_object_get(document, "mail");
	const json_t *tags = json_object_get(mail, "tags");

	(void)state;
	assert_string_equal(
	    json_string_value(json_object_get(document, "eventType")),
	    "Bounce");
	assert_null(json_object_get(document, "notificationType"));
	assert_string_equal(
	    text_at(document, "bounce", "bounceType"), "Permanent");
	assert_string_equal(
	    text_at(document, "mail", "timestamp"), "2026-09-21T14:14:00.123Z");
	assert_string_equal(text_at(document, "mail", "messageId"), "4abcDEF");
	assert_string_equal(
	    text_at(document, "mail", "source"), "a@shop.example");
	assert_string_equal(text_at(document, "mail", "sourceArn"),
	    "arn:aws:ses:local:000000000007:identity/a@shop.example");
	assert_string_equal(text_at(document, "mail", "sourceIp"), "192.0.2.1");
	assert_string_equal(
	    text_at(document, "mail", "callerIdentity"), "shop");
	assert_string_equal(
	    text_at(document, "mail", "sendingAccountId"), "000000000007");
	assert_int_equal(
	    json_array_size(json_object_get(mail, "destination")), 2);
	assert_true(json_is_false(json_object_get(mail, "headersTruncated")));
	assert_int_equal(json_array_size(json_object_get(mail, "headers")), 1);
	assert_string_equal(
	    text_at(mail, "commonHeaders", "messageId"), "4abcDEF");
	assert_int_equal(json_object_size(tags), 5);
	/* the client cannot say where it came from */
	assert_string_equal(json_string_value(json_array_get(
				json_object_get(tags, "ses:source-ip"), 0)),
	    "192.0.2.1");
	assert_string_equal(json_string_value(json_array_get(
				json_object_get(tags, "ses:from-domain"), 0)),
	    "shop.example");
	assert_string_equal(json_string_value(json_array_get(
				json_object_get(tags, "campaign"), 0)),
	    "spring");
	json_decref(document);
}

static void
test_notified(void **state)
{
	json_t *document =
	    document_of(EVENT_NOTIFIED, false, &bounce, &message);
	const json_t *mail = json_object_get(document, "mail");

	(void)state;
	assert_string_equal(
	    json_string_value(json_object_get(document, "notificationType")),
	    "Bounce");
	assert_null(json_object_get(document, "eventType"));
	assert_null(json_object_get(mail, "tags"));
	assert_null(json_object_get(mail, "headers"));
	assert_null(json_object_get(mail, "commonHeaders"));
	json_decref(document);
	document = document_of(EVENT_NOTIFIED, true, &bounce, &message);
	mail = json_object_get(document, "mail");
	assert_int_equal(json_array_size(json_object_get(mail, "headers")), 1);
	/* in notifications it is the client's own */
	assert_string_equal(
	    text_at(mail, "commonHeaders", "messageId"), "<1@shop.example>");
	json_decref(document);
}

static void
test_without_message(void **state)
{
	struct store_event event = bounce;
	json_t *document;

	(void)state;
	event.recipients = "x@y.example\nz@y.example";
	document = document_of(EVENT_PUBLISHED, false, &event, NULL);
	assert_string_equal(
	    text_at(document, "mail", "timestamp"), "2026-09-21T14:14:10.000Z");
	assert_int_equal(json_array_size(json_object_get(
			     json_object_get(document, "mail"), "destination")),
	    2);
	json_decref(document);
	event.detail = "no JSON";
	document = document_of(EVENT_PUBLISHED, false, &event, NULL);
	assert_int_equal(
	    json_object_size(json_object_get(document, "bounce")), 0);
	json_decref(document);
}

/* A refused message has no row: the event itself keeps who sent it. */
static void
test_reject(void **state)
{
	struct store_event event = bounce;
	json_t *private = json_pack("{s:s, s:s, s:s, s:s, s:s}", "login",
	    "shop", "sender", "a@shop.example", "ip", "192.0.2.1", "recipients",
	    message.recipients, "facts", message.facts);
	json_t *detail = json_pack(
	    "{s:s, s:o}", "reason", "BAD_HEADER", EVENT_PRIVATE_KEY, private);
	char *text = json_dumps(detail, 0);
	json_t *document;

	(void)state;
	assert_non_null(text);
	event.kind = STORE_EVENT_REJECT;
	event.detail = text;
	document = document_of(EVENT_PUBLISHED, false, &event, NULL);
	assert_string_equal(
	    text_at(document, "reject", "reason"), "BAD_HEADER");
	assert_int_equal(
	    json_object_size(json_object_get(document, "reject")), 1);
	assert_string_equal(
	    text_at(document, "mail", "source"), "a@shop.example");
	assert_string_equal(
	    text_at(document, "mail", "callerIdentity"), "shop");
	json_decref(document);
	json_decref(detail);
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_names),
	    cmocka_unit_test(test_texts),
	    cmocka_unit_test(test_published),
	    cmocka_unit_test(test_notified),
	    cmocka_unit_test(test_without_message),
	    cmocka_unit_test(test_reject),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
