/* SNS's operations. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "api/test-call.h"
#include "conf/conf.h"
#include "ops/topic.h"
#include "store/topics.h"

#define SHOP_TOPIC "arn:aws:sns:us-east-1:000000000001:news"

/* A topic of shop's with a subscription by mail that waits. */
static void
make_topic(struct test_call *t)
{
	test_call_ok(t, API_SNS, "CreateTopic",
	    "{'Name': 'news', 'Attributes': {'DisplayName': 'News'}}");
}

static const char *
subscribe(struct test_call *t, const char *endpoint, char arn_r[TOPIC_ARN_MAX])
{
	char input[512];

	(void)snprintf(input, sizeof(input),
	    "{'TopicArn': '" SHOP_TOPIC "', 'Protocol': 'https', 'Endpoint': "
	    "'%s', 'ReturnSubscriptionArn': true}",
	    endpoint);
	test_call_ok(t, API_SNS, "Subscribe", input);
	(void)snprintf(
	    arn_r, TOPIC_ARN_MAX, "%s", test_call_value(t, "SubscriptionArn"));
	return arn_r;
}

/* format has one %s for the ARN. */
static const char *
with_arn(const char *before, const char *arn, const char *after)
{
	static char input[1024];

	(void)snprintf(input, sizeof(input), "%s%s%s", before, arn, after);
	return input;
}

static void
topics_are_made_once_and_changed(void **state)
{
	struct test_call *t = *state;

	make_topic(t);
	assert_string_equal(test_call_value(t, "TopicArn"),
	    "arn:aws:sns:local:000000000001:news");
	make_topic(t); /* again is the same */
	test_call_ok(t, API_SNS, "SetTopicAttributes",
	    "{'TopicArn': '" SHOP_TOPIC "', 'AttributeName': "
	    "'SignatureVersion', 'AttributeValue': '2'}");
	test_call_ok(
	    t, API_SNS, "GetTopicAttributes", "{'TopicArn': '" SHOP_TOPIC "'}");
	assert_string_equal(
	    test_call_value(t, "Attributes.SignatureVersion"), "2");
	assert_string_equal(
	    test_call_value(t, "Attributes.DisplayName"), "News");
	assert_string_equal(
	    test_call_value(t, "Attributes.SubscriptionsPending"), "0");
	test_call_ok(t, API_SNS, "ListTopics", "{}");
	assert_true(test_call_has(t, "Topics.0.TopicArn"));
	assert_false(test_call_has(t, "Topics.1"));
	test_call_ok(
	    t, API_SNS, "DeleteTopic", "{'TopicArn': '" SHOP_TOPIC "'}");
	test_call_ok(
	    t, API_SNS, "DeleteTopic", "{'TopicArn': '" SHOP_TOPIC "'}");
	test_call_ok(t, API_SNS, "ListTopics", "{}");
	assert_false(test_call_has(t, "Topics.0"));
}

static void
topics_are_refused(void **state)
{
	struct test_call *t = *state;

	test_call_fails(t, API_SNS, "CreateTopic", "InvalidParameter",
	    "A-Z a-z", "{'Name': 'a b'}");
	/* all or nothing */
	test_call_fails(t, API_SNS, "CreateTopic", "InvalidParameter",
	    "KmsMasterKeyId",
	    "{'Name': 'news', 'Attributes': {'KmsMasterKeyId': 'x'}}");
	test_call_fails(t, API_SNS, "GetTopicAttributes", "NotFound",
	    "Topic does not exist", "{'TopicArn': '" SHOP_TOPIC "'}");
	test_call_fails(t, API_SNS, "GetTopicAttributes", "InvalidParameter",
	    "at least 6 elements, not 1", "{'TopicArn': 'news'}");
	make_topic(t);
	test_call_fails(t, API_SNS, "SetTopicAttributes", "InvalidParameter",
	    "signature version",
	    "{'TopicArn': '" SHOP_TOPIC "', 'AttributeName': "
	    "'SignatureVersion', 'AttributeValue': '3'}");
	test_call_fails(t, API_SNS, "DeleteTopic", "InvalidParameter", "ARN",
	    "{'TopicArn': 'x'}");
	test_call_fails(t, API_SNS, "ListTopics", "InvalidParameter",
	    "NextToken", "{'NextToken': 'bad'}");
}

static void
topics_come_page_by_page(void **state)
{
	struct test_call *t = *state;
	char input[128], seen[32] = "";
	int count = 0;

	for (int i = 0; i < 205; i++) {
		(void)snprintf(input, sizeof(input), "{'Name': 't%03d'}", i);
		test_call_ok(t, API_SNS, "CreateTopic", input);
	}
	(void)snprintf(input, sizeof(input), "{}");
	for (int page = 0; page < 3; page++) {
		const json_t *list,
		    *out = test_call_ok(t, API_SNS, "ListTopics", input);

		list = json_object_get(out, "Topics");
		assert_int_equal(json_array_size(list), page < 2 ? 100 : 5);
		for (size_t i = 0; i < json_array_size(list); i++) {
			const char *arn = json_string_value(json_object_get(
			    json_array_get(list, i), "TopicArn"));

			assert_true(strcmp(strrchr(arn, ':'), seen) > 0);
			(void)snprintf(
			    seen, sizeof(seen), "%s", strrchr(arn, ':'));
			count++;
		}
		assert_int_equal(test_call_has(t, "NextToken"), page < 2);
		if (page < 2)
			(void)snprintf(input, sizeof(input),
			    "{'NextToken': '%s'}",
			    test_call_value(t, "NextToken"));
	}
	assert_int_equal(count, 205);
}

static void
a_subscription_lives(void **state)
{
	struct test_call *t = *state;
	char arn[TOPIC_ARN_MAX];

	make_topic(t);
	subscribe(t, "https://hook.example/x", arn);
	test_call_ok(t, API_SNS, "GetSubscriptionAttributes",
	    with_arn("{'SubscriptionArn': '", arn, "'}"));
	assert_string_equal(
	    test_call_value(t, "Attributes.PendingConfirmation"), "true");
	assert_string_equal(test_call_value(t, "Attributes.Endpoint"),
	    "https://hook.example/x");
	test_call_ok(t, API_SNS, "SetSubscriptionAttributes",
	    with_arn("{'SubscriptionArn': '", arn,
		"', 'AttributeName': 'RawMessageDelivery', "
		"'AttributeValue': 'true'}"));
	test_call_ok(t, API_SNS, "GetSubscriptionAttributes",
	    with_arn("{'SubscriptionArn': '", arn, "'}"));
	assert_string_equal(
	    test_call_value(t, "Attributes.RawMessageDelivery"), "true");
	test_call_ok(t, API_SNS, "ListSubscriptions", "{}");
	assert_string_equal(
	    test_call_value(t, "Subscriptions.0.SubscriptionArn"),
	    "PendingConfirmation");
	test_call_ok(t, API_SNS, "ListSubscriptionsByTopic",
	    "{'TopicArn': '" SHOP_TOPIC "'}");
	assert_string_equal(
	    test_call_value(t, "Subscriptions.0.Protocol"), "https");
	test_call_ok(t, API_SNS, "Unsubscribe",
	    with_arn("{'SubscriptionArn': '", arn, "'}"));
	test_call_ok(t, API_SNS, "Unsubscribe",
	    with_arn("{'SubscriptionArn': '", arn, "'}"));
	test_call_fails(t, API_SNS, "GetSubscriptionAttributes", "NotFound",
	    "Subscription does not exist",
	    with_arn("{'SubscriptionArn': '", arn, "'}"));
}

static void
subscribing_without_an_arn_is_pending(void **state)
{
	struct test_call *t = *state;

	make_topic(t);
	test_call_ok(t, API_SNS, "Subscribe",
	    "{'TopicArn': '" SHOP_TOPIC "', 'Protocol': 'email', 'Endpoint': "
	    "'a@b.example'}");
	assert_string_equal(
	    test_call_value(t, "SubscriptionArn"), "pending confirmation");
	/* soon again: nobody is pestered */
	test_call_fails(t, API_SNS, "Subscribe", "Throttled", "later",
	    "{'TopicArn': '" SHOP_TOPIC "', 'Protocol': 'email', 'Endpoint': "
	    "'a@b.example'}");
}

static void
subscriptions_are_refused(void **state)
{
	struct test_call *t = *state;
	char arn[TOPIC_ARN_MAX];

	make_topic(t);
	test_call_fails(t, API_SNS, "Subscribe", "InvalidParameter",
	    "does not support this protocol string: sms",
	    "{'TopicArn': '" SHOP_TOPIC "', 'Protocol': 'sms', 'Endpoint': "
	    "'1'}");
	test_call_fails(t, API_SNS, "Subscribe", "InvalidParameter",
	    "protocol string: command",
	    "{'TopicArn': '" SHOP_TOPIC "', 'Protocol': 'command', "
	    "'Endpoint': 'sh'}");
	test_call_fails(t, API_SNS, "Subscribe", "InvalidParameter", "",
	    "{'TopicArn': '" SHOP_TOPIC "', 'Protocol': 'http', 'Endpoint': "
	    "'http://127.0.0.1/'}");
	test_call_fails(t, API_SNS, "Subscribe", "InvalidParameter",
	    "FilterPolicy",
	    "{'TopicArn': '" SHOP_TOPIC "', 'Protocol': 'https', 'Endpoint': "
	    "'https://a.example/', 'Attributes': {'FilterPolicy': '{}'}}");
	test_call_fails(t, API_SNS, "Subscribe", "NotFound", "Topic",
	    "{'TopicArn': 'arn:aws:sns:us-east-1:000000000001:other', "
	    "'Protocol': 'email', 'Endpoint': 'a@b.example'}");
	test_call_fails(t, API_SNS, "ConfirmSubscription", "InvalidParameter",
	    "Token", "{'TopicArn': '" SHOP_TOPIC "', 'Token': '0123456789'}");
	subscribe(t, "https://hook.example/x", arn);
	test_call_fails(t, API_SNS, "SetSubscriptionAttributes",
	    "InvalidParameter", "true or false",
	    with_arn("{'SubscriptionArn': '", arn,
		"', 'AttributeName': 'RawMessageDelivery', "
		"'AttributeValue': 'yes'}"));
	test_call_fails(t, API_SNS, "Unsubscribe", "InvalidParameter", "ARN",
	    "{'SubscriptionArn': 'x'}");
	test_call_fails(t, API_SNS, "ListSubscriptions", "InvalidParameter",
	    "NextToken", "{'NextToken': 'bad'}");
}

static void
messages_are_published(void **state)
{
	struct test_call *t = *state;

	make_topic(t);
	test_call_ok(t, API_SNS, "Publish",
	    "{'TopicArn': '" SHOP_TOPIC "', 'Message': 'x', 'Subject': 's'}");
	assert_int_equal(strlen(test_call_value(t, "MessageId")), 36);
	test_call_ok(t, API_SNS, "Publish",
	    "{'TargetArn': '" SHOP_TOPIC "', 'MessageStructure': 'json', "
	    "'Message': '{\\'default\\': \\'x\\'}'}");
	test_call_fails(t, API_SNS, "Publish", "InvalidParameter", "default",
	    "{'TopicArn': '" SHOP_TOPIC "', 'MessageStructure': 'json', "
	    "'Message': '[1]'}");
	test_call_fails(t, API_SNS, "Publish", "InvalidParameter", "message",
	    "{'TopicArn': '" SHOP_TOPIC "', 'Message': ''}");
	test_call_fails(t, API_SNS, "Publish", "InvalidParameter", "text",
	    "{'PhoneNumber': '+1', 'Message': 'x'}");
	test_call_fails(t, API_SNS, "Publish", "InvalidParameter",
	    "MessageAttributes",
	    "{'TopicArn': '" SHOP_TOPIC "', 'Message': 'x', "
	    "'MessageAttributes': {'a': {'DataType': 'String', "
	    "'StringValue': 'b'}}}");
	test_call_fails(t, API_SNS, "Publish", "NotFound", "Topic",
	    "{'TopicArn': 'arn:aws:sns:us-east-1:000000000001:other', "
	    "'Message': 'x'}");
}

/* Every operation, with shop's names. */
static void
rivals_see_nothing(void **state)
{
	struct test_call *t = *state;
	char arn[TOPIC_ARN_MAX], twisted[TOPIC_ARN_MAX];
	const char *topic = "{'TopicArn': '" SHOP_TOPIC "'}";

	make_topic(t);
	subscribe(t, "https://hook.example/x", arn);
	t->account = "rival";
	test_call_fails(
	    t, API_SNS, "GetTopicAttributes", "NotFound", "Topic", topic);
	test_call_fails(t, API_SNS, "SetTopicAttributes", "NotFound", "Topic",
	    "{'TopicArn': '" SHOP_TOPIC "', 'AttributeName': 'DisplayName', "
	    "'AttributeValue': 'mine'}");
	test_call_fails(t, API_SNS, "Subscribe", "NotFound", "Topic",
	    "{'TopicArn': '" SHOP_TOPIC "', 'Protocol': 'email', 'Endpoint': "
	    "'a@b.example'}");
	test_call_fails(t, API_SNS, "ConfirmSubscription", "NotFound", "Topic",
	    "{'TopicArn': '" SHOP_TOPIC "', 'Token': 'x'}");
	test_call_fails(
	    t, API_SNS, "ListSubscriptionsByTopic", "NotFound", "Topic", topic);
	test_call_fails(t, API_SNS, "Publish", "NotFound", "Topic",
	    "{'TopicArn': '" SHOP_TOPIC "', 'Message': 'x'}");
	test_call_ok(t, API_SNS, "DeleteTopic", topic); /* does nothing */
	test_call_ok(t, API_SNS, "Unsubscribe",
	    with_arn("{'SubscriptionArn': '", arn, "'}"));
	test_call_fails(t, API_SNS, "GetSubscriptionAttributes", "NotFound",
	    "Subscription", with_arn("{'SubscriptionArn': '", arn, "'}"));
	/* a topic of his own in front of another's subscription */
	test_call_ok(t, API_SNS, "CreateTopic", "{'Name': 'news'}");
	(void)snprintf(twisted, sizeof(twisted),
	    "arn:aws:sns:local:000000000002:news%s", strrchr(arn, ':'));
	test_call_fails(t, API_SNS, "SetSubscriptionAttributes", "NotFound",
	    "Subscription",
	    with_arn("{'SubscriptionArn': '", twisted,
		"', 'AttributeName': 'RawMessageDelivery', "
		"'AttributeValue': 'true'}"));
	test_call_ok(t, API_SNS, "ListSubscriptions", "{}");
	assert_false(test_call_has(t, "Subscriptions.0"));
	t->account = "shop";
	test_call_ok(t, API_SNS, "GetSubscriptionAttributes",
	    with_arn("{'SubscriptionArn': '", arn, "'}"));
	assert_string_equal(
	    test_call_value(t, "Attributes.RawMessageDelivery"), "false");
}

/* As many as there may be, put into the store directly. */
static void
limits_are_kept(void **state)
{
	struct test_call *t = *state;
	struct admin_fixture *f = t->f;
	struct store_topic topic = {.account_id = 1, .signature_version = 1};
	struct store_subscription row = {.protocol = "https"};

	make_topic(t);
	assert_code(f, SG_OK, store_begin(f->store, &f->err));
	for (int i = 1; i < 10000; i++) {
		(void)snprintf(topic.name, sizeof(topic.name), "t%d", i);
		assert_code(
		    f, SG_OK, store_topic_create(f->store, &topic, &f->err));
	}
	row.topic_id = topic.id;
	for (int i = 0; i < 10000; i++) {
		(void)snprintf(row.uuid, sizeof(row.uuid), "u%d", i);
		(void)snprintf(row.endpoint, sizeof(row.endpoint), "e%d", i);
		assert_code(
		    f, SG_OK, store_subscription_add(f->store, &row, &f->err));
	}
	assert_code(f, SG_OK, store_commit(f->store, &f->err));
	test_call_fails(t, API_SNS, "CreateTopic", "TopicLimitExceeded",
	    "10000", "{'Name': 'more'}");
	test_call_ok(t, API_SNS, "CreateTopic", "{'Name': 'news'}");
	test_call_fails(t, API_SNS, "Subscribe", "SubscriptionLimitExceeded",
	    "10000",
	    "{'TopicArn': 'arn:aws:sns:x:000000000001:t9999', 'Protocol': "
	    "'https', 'Endpoint': 'https://hook.example/'}");
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(                                       \
	    name, test_call_setup, test_call_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(topics_are_made_once_and_changed),
	    TEST(topics_are_refused),
	    TEST(topics_come_page_by_page),
	    TEST(a_subscription_lives),
	    TEST(subscribing_without_an_arn_is_pending),
	    TEST(subscriptions_are_refused),
	    TEST(messages_are_published),
	    TEST(rivals_see_nothing),
	    TEST(limits_are_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
