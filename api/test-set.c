/* Configuration sets and their event destinations, by SES v2 and v1. */
#include "config.h"

#include "api/test-call.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ops/event.h"
#include "ops/pool.h"
#include "ops/set.h"
#include "ops/topic.h"
#include "store/events.h"

#define NEWS "{'ConfigurationSetName': 'news'}"

static void
create(struct test_call *t, const char *name)
{
	test_call_ok(t, API_V2, "CreateConfigurationSet",
	    test_call_input(t, "{'ConfigurationSetName': '%s'}", name));
}

/* Every operation that names a set, with the name of one that the caller does not
 * have. */
static void
fails_all(struct test_call *t)
{
	static const struct {
		enum api_protocol protocol;
		const char *operation, *more;
	} rows[] = {
	    {API_V2, "GetConfigurationSet", ""},
	    {API_V2, "DeleteConfigurationSet", ""},
	    {API_V2, "PutConfigurationSetDeliveryOptions", ""},
	    {API_V2, "PutConfigurationSetReputationOptions", ""},
	    {API_V2, "PutConfigurationSetSendingOptions", ""},
	    {API_V2, "PutConfigurationSetSuppressionOptions", ""},
	    {API_V2, "CreateConfigurationSetEventDestination",
		", 'EventDestinationName': 'd', 'EventDestination': {}"},
	    {API_V2, "UpdateConfigurationSetEventDestination",
		", 'EventDestinationName': 'd', 'EventDestination': {}"},
	    {API_V2, "DeleteConfigurationSetEventDestination",
		", 'EventDestinationName': 'd'"},
	    {API_V2, "GetConfigurationSetEventDestinations", ""},
	    {API_V1, "DescribeConfigurationSet", ""},
	    {API_V1, "DeleteConfigurationSet", ""},
	    {API_V1, "CreateConfigurationSetEventDestination",
		", 'EventDestination': {'Name': 'd'}"},
	    {API_V1, "UpdateConfigurationSetEventDestination",
		", 'EventDestination': {'Name': 'd'}"},
	    {API_V1, "DeleteConfigurationSetEventDestination",
		", 'EventDestinationName': 'd'"},
	    {API_V1, "PutConfigurationSetDeliveryOptions", ""},
	    {API_V1, "UpdateConfigurationSetSendingEnabled",
		", 'Enabled': true"},
	    {API_V1, "UpdateConfigurationSetReputationMetricsEnabled",
		", 'Enabled': true"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		test_call_fails(t, rows[i].protocol, rows[i].operation,
		    rows[i].protocol == API_V2 ? "NotFoundException"
					       : "ConfigurationSetDoesNotExist",
		    "news",
		    test_call_input(
			t, "{'ConfigurationSetName': 'news'%s}", rows[i].more));
}

static void
others_sets_are_not_there(void **state)
{
	struct test_call *t = *state;

	fails_all(t);
	create(t, "news");
	t->account = "rival";
	fails_all(t);
	test_call_ok(t, API_V2, "ListConfigurationSets", "{}");
	assert_string_equal(test_call_value(t, "ConfigurationSets"), "[]");
	test_call_ok(t, API_V1, "ListConfigurationSets", "{}");
	assert_string_equal(test_call_value(t, "ConfigurationSets"), "[]");
	create(t, "news"); /* a name of its own */
	test_call_ok(t, API_V2, "DeleteConfigurationSet", NEWS);
	t->account = "shop";
	test_call_ok(t, API_V2, "GetConfigurationSet", NEWS);
}

/* ---- options -------------------------------------------------------------------- */

static void
is_made_with_options(void **state)
{
	struct test_call *t = *state;
	struct store_pool pool;
	bool is_full;

	assert_code(t->f, SG_OK,
	    pool_create(t->f->store, admin_fixture_account(t->f, "shop"),
		"fast", t->now_sec, &pool, &is_full, &t->f->err));
	test_call_ok(t, API_V2, "CreateConfigurationSet",
	    "{'ConfigurationSetName': 'news', 'DeliveryOptions': "
	    "{'TlsPolicy': 'OPTIONAL', 'SendingPoolName': 'fast'}, "
	    "'ReputationOptions': {'ReputationMetricsEnabled': false}, "
	    "'SendingOptions': {'SendingEnabled': false}, "
	    "'SuppressionOptions': {'SuppressedReasons': ['BOUNCE']}, "
	    "'VdmOptions': {}, 'Tags': [{'Key': 'team', 'Value': 'a'}]}");
	test_call_ok(t, API_V2, "GetConfigurationSet", NEWS);
	assert_string_equal(test_call_value(t, "ConfigurationSetName"), "news");
	assert_string_equal(
	    test_call_value(t, "DeliveryOptions.SendingPoolName"), "fast");
	assert_string_equal(
	    test_call_value(t, "DeliveryOptions.TlsPolicy"), "OPTIONAL");
	assert_string_equal(
	    test_call_value(t, "ReputationOptions.ReputationMetricsEnabled"),
	    "false");
	assert_false(test_call_has(t, "ReputationOptions.LastFreshStart"));
	assert_string_equal(
	    test_call_value(t, "SendingOptions.SendingEnabled"), "false");
	assert_string_equal(
	    test_call_value(t, "SuppressionOptions.SuppressedReasons"),
	    "[\"BOUNCE\"]");
	assert_string_equal(test_call_value(t, "Tags.0.Key"), "team");
	test_call_fails(t, API_V2, "CreateConfigurationSet",
	    "AlreadyExistsException", "news", NEWS);
}

static void
changes_options(void **state)
{
	struct test_call *t = *state;

	create(t, "news");
	test_call_ok(t, API_V2, "GetConfigurationSet", NEWS);
	assert_string_equal(
	    test_call_value(t, "SendingOptions.SendingEnabled"), "true");
	assert_false(test_call_has(t, "SuppressionOptions"));
	assert_string_equal(test_call_value(t, "Tags"), "[]");
	test_call_ok(t, API_V2, "PutConfigurationSetDeliveryOptions",
	    "{'ConfigurationSetName': 'news', 'SendingPoolName': "
	    "'ses-shared-pool'}");
	test_call_ok(t, API_V2, "PutConfigurationSetReputationOptions", NEWS);
	test_call_ok(t, API_V2, "PutConfigurationSetSuppressionOptions",
	    "{'ConfigurationSetName': 'news', 'SuppressedReasons': []}");
	test_call_ok(t, API_V2, "GetConfigurationSet", NEWS);
	assert_string_equal(
	    test_call_value(t, "DeliveryOptions.SendingPoolName"),
	    "ses-shared-pool");
	assert_string_equal(
	    test_call_value(t, "ReputationOptions.ReputationMetricsEnabled"),
	    "false");
	assert_string_equal(
	    test_call_value(t, "SuppressionOptions.SuppressedReasons"), "[]");
	test_call_ok(t, API_V2, "PutConfigurationSetDeliveryOptions", NEWS);
	test_call_ok(t, API_V2, "PutConfigurationSetSuppressionOptions", NEWS);
	test_call_ok(t, API_V2, "GetConfigurationSet", NEWS);
	assert_false(test_call_has(t, "DeliveryOptions.SendingPoolName"));
	assert_false(test_call_has(t, "SuppressionOptions"));
}

static void
refuses_what_it_cannot_do(void **state)
{
	static const struct {
		const char *text, *options;
	} rows[] = {
	    {"TlsPolicy REQUIRE",
		"'DeliveryOptions': {'TlsPolicy': 'REQUIRE'}"},
	    {"MaxDeliverySeconds",
		"'DeliveryOptions': {'MaxDeliverySeconds': 300}"},
	    {"CustomRedirectDomain",
		"'TrackingOptions': {'CustomRedirectDomain': 'a.example'}"},
	    {"archives", "'ArchivingOptions': {'ArchiveArn': 'arn:aws:ses:'}"},
	    {"ValidationOptions",
		"'SuppressionOptions': {'ValidationOptions': "
		"{'ConditionThreshold': {'ConditionThresholdEnabled': "
		"'ENABLED'}}}"},
	    {"aws:", "'Tags': [{'Key': 'aws:x', 'Value': 'a'}]"},
	};
	struct test_call *t = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		test_call_fails(t, API_V2, "CreateConfigurationSet",
		    "BadRequestException", rows[i].text,
		    test_call_input(t, "{'ConfigurationSetName': 'news', %s}",
			rows[i].options));
	test_call_fails(t, API_V2, "CreateConfigurationSet",
	    "NotFoundException", "nowhere",
	    "{'ConfigurationSetName': 'news', 'DeliveryOptions': "
	    "{'SendingPoolName': 'nowhere'}}");
	test_call_fails(t, API_V2, "CreateConfigurationSet",
	    "BadRequestException", "1 to 64",
	    "{'ConfigurationSetName': 'no blanks'}");
	/* nothing of it was left behind */
	test_call_ok(t, API_V2, "ListConfigurationSets", "{}");
	assert_string_equal(test_call_value(t, "ConfigurationSets"), "[]");
	create(t, "news");
	test_call_fails(t, API_V2, "PutConfigurationSetDeliveryOptions",
	    "NotFoundException", "nowhere",
	    "{'ConfigurationSetName': 'news', 'SendingPoolName': 'nowhere'}");
	test_call_fails(t, API_V2, "PutConfigurationSetDeliveryOptions",
	    "BadRequestException", "TlsPolicy",
	    "{'ConfigurationSetName': 'news', 'TlsPolicy': 'REQUIRE'}");
	test_call_fails(t, API_V1, "PutConfigurationSetDeliveryOptions",
	    "InvalidDeliveryOptions", "TlsPolicy",
	    "{'ConfigurationSetName': 'news', 'DeliveryOptions': "
	    "{'TlsPolicy': 'Require'}}");
	test_call_ok(t, API_V1, "PutConfigurationSetDeliveryOptions",
	    "{'ConfigurationSetName': 'news', 'DeliveryOptions': "
	    "{'TlsPolicy': 'Optional'}}");
}

/* The switch of the account and the pause of somebody else. */
static void
is_switched_off_and_on(void **state)
{
	struct test_call *t = *state;

	create(t, "news");
	test_call_ok(t, API_V2, "PutConfigurationSetSendingOptions", NEWS);
	test_call_ok(t, API_V1, "DescribeConfigurationSet",
	    "{'ConfigurationSetName': 'news', "
	    "'ConfigurationSetAttributeNames': ['reputationOptions']}");
	assert_string_equal(
	    test_call_value(t, "ReputationOptions.SendingEnabled"), "false");
	test_call_ok(t, API_V1, "UpdateConfigurationSetSendingEnabled",
	    "{'ConfigurationSetName': 'news', 'Enabled': true}");
	test_call_ok(t, API_V2, "GetConfigurationSet", NEWS);
	assert_string_equal(
	    test_call_value(t, "SendingOptions.SendingEnabled"), "true");
	assert_code(t->f, SG_OK,
	    set_pause(t->f->store, "shop", "news", "too many", &t->f->err));
	test_call_fails(t, API_V2, "PutConfigurationSetSendingOptions",
	    "BadRequestException", "too many",
	    "{'ConfigurationSetName': 'news', 'SendingEnabled': true}");
	test_call_fails(t, API_V1, "UpdateConfigurationSetSendingEnabled",
	    "ConfigurationSetSendingPausedException", "too many",
	    "{'ConfigurationSetName': 'news', 'Enabled': true}");
	test_call_ok(t, API_V2, "GetConfigurationSet", NEWS);
	assert_string_equal(
	    test_call_value(t, "SendingOptions.SendingEnabled"), "false");
}

static void
lists_page_by_page(void **state)
{
	struct test_call *t = *state;

	create(t, "c");
	create(t, "a");
	create(t, "b");
	test_call_ok(t, API_V2, "ListConfigurationSets", "{'PageSize': 2}");
	assert_string_equal(
	    test_call_value(t, "ConfigurationSets"), "[\"a\", \"b\"]");
	test_call_next(t, API_V2, "ListConfigurationSets", "");
	assert_string_equal(test_call_value(t, "ConfigurationSets"), "[\"c\"]");
	assert_false(test_call_has(t, "NextToken"));
	test_call_ok(t, API_V1, "ListConfigurationSets", "{'MaxItems': 2}");
	assert_string_equal(
	    test_call_value(t, "ConfigurationSets.1.Name"), "b");
	assert_true(test_call_has(t, "NextToken"));
	test_call_fails(t, API_V2, "ListConfigurationSets",
	    "BadRequestException", "NextToken", "{'NextToken': 'x'}");
	test_call_fails(t, API_V1, "ListConfigurationSets",
	    "InvalidParameterValue", "NextToken", "{'NextToken': 'x'}");
}

/* ---- SES v1 --------------------------------------------------------------------- */

static void
v1_makes_and_describes(void **state)
{
	struct test_call *t = *state;

	test_call_ok(t, API_V1, "CreateConfigurationSet",
	    "{'ConfigurationSet': {'Name': 'news'}}");
	test_call_fails(t, API_V1, "CreateConfigurationSet",
	    "ConfigurationSetAlreadyExists", "news",
	    "{'ConfigurationSet': {'Name': 'news'}}");
	test_call_fails(t, API_V1, "CreateConfigurationSet",
	    "InvalidConfigurationSet", "1 to 64",
	    "{'ConfigurationSet': {'Name': 'no blanks'}}");
	test_call_ok(t, API_V1, "DescribeConfigurationSet", NEWS);
	assert_string_equal(
	    test_call_value(t, "ConfigurationSet.Name"), "news");
	assert_false(test_call_has(t, "ReputationOptions"));
	assert_false(test_call_has(t, "EventDestinations"));
	assert_false(test_call_has(t, "DeliveryOptions"));
	test_call_ok(t, API_V1,
	    "UpdateConfigurationSetReputationMetricsEnabled",
	    "{'ConfigurationSetName': 'news', 'Enabled': false}");
	assert_code(t->f, SG_OK,
	    set_resume(t->f->store, "shop", "news", true, 77, &t->f->err));
	test_call_ok(t, API_V1, "DescribeConfigurationSet",
	    "{'ConfigurationSetName': 'news', "
	    "'ConfigurationSetAttributeNames': ['eventDestinations', "
	    "'trackingOptions', 'deliveryOptions', 'reputationOptions']}");
	assert_string_equal(
	    test_call_value(t, "ReputationOptions.ReputationMetricsEnabled"),
	    "false");
	assert_string_equal(
	    test_call_value(t, "ReputationOptions.LastFreshStart"), "77");
	assert_string_equal(
	    test_call_value(t, "DeliveryOptions.TlsPolicy"), "Optional");
	assert_string_equal(test_call_value(t, "EventDestinations"), "[]");
	test_call_ok(t, API_V1, "DeleteConfigurationSet", NEWS);
	test_call_fails(t, API_V1, "DeleteConfigurationSet",
	    "ConfigurationSetDoesNotExist", "news", NEWS);
}

static void
sets_have_an_end(void **state)
{
	struct test_call *t = *state;
	int64_t account = admin_fixture_account(t->f, "shop");

	assert_code(t->f, SG_OK, store_begin(t->f->store, &t->f->err));
	for (int i = 0; i < SET_MOST; i++) {
		struct store_set row = {
		    .facts = {.account_id = account, .suppressed_reasons = -1}};

		(void)snprintf(
		    row.facts.name, sizeof(row.facts.name), "set%d", i);
		assert_code(t->f, SG_OK,
		    store_set_create(t->f->store, &row, &t->f->err));
	}
	assert_code(t->f, SG_OK, store_commit(t->f->store, &t->f->err));
	test_call_fails(t, API_V2, "CreateConfigurationSet",
	    "LimitExceededException", "10000", NEWS);
	test_call_fails(t, API_V1, "CreateConfigurationSet", "LimitExceeded",
	    "10000", "{'ConfigurationSet': {'Name': 'news'}}");
}

/* ---- event destinations ------------------------------------------------------------ */

static const char *
with_topic(const char *arn, const char *name, const char *types)
{
	static char input[1024];

	(void)snprintf(input, sizeof(input),
	    "{'ConfigurationSetName': 'news', 'EventDestinationName': '%s', "
	    "'EventDestination': {'Enabled': true, 'MatchingEventTypes': [%s], "
	    "'SnsDestination': {'TopicArn': '%s'}}}",
	    name, types, arn);
	return input;
}

static bool
note_publication(void *ctx, const struct store_notification *row)
{
	(void)snprintf(ctx, 256, "%s", row->publication.body);
	return false;
}

/* Subscribes by hand; what comes is read by heard. */
static void
subscribe(struct test_call *t, const char *topic)
{
	const struct topic_subscribe wanted = {.protocol = "https",
	    .endpoint = "https://hook.example/",
	    .is_operator = true,
	    .is_confirmed = true};
	struct store_subscription row;

	assert_code(t->f, SG_OK,
	    topic_subscribe(t->f->store, t->f->conf, t->f->seal, "shop", topic,
		&wanted, t->now_sec * 1000, &row, &t->f->err));
}

static void
heard(struct test_call *t, const char *text)
{
	char body[256] = "";

	assert_code(t->f, SG_OK,
	    store_notification_list(
		t->f->store, 0, false, 10, note_publication, body, &t->f->err));
	assert_string_equal(body, text);
}

static void
tells_a_topic(void **state)
{
	struct test_call *t = *state;
	char arn[TOPIC_ARN_MAX];

	create(t, "news");
	(void)snprintf(
	    arn, sizeof(arn), "%s", test_call_add_topic(t, "shop", "events"));
	subscribe(t, "events");
	test_call_ok(t, API_V2, "CreateConfigurationSetEventDestination",
	    with_topic(arn, "d",
		"'SEND', 'REJECT', 'BOUNCE', 'COMPLAINT', 'DELIVERY', 'OPEN', "
		"'CLICK', 'RENDERING_FAILURE', 'DELIVERY_DELAY', "
		"'SUBSCRIPTION'"));
	heard(t, "Successfully validated SNS topic for Amazon SES event "
		 "publishing.");
	test_call_ok(t, API_V2, "GetConfigurationSetEventDestinations", NEWS);
	assert_string_equal(
	    test_call_value(t, "EventDestinations.0.Name"), "d");
	assert_string_equal(
	    test_call_value(t, "EventDestinations.0.Enabled"), "true");
	assert_string_equal(
	    test_call_value(t, "EventDestinations.0.SnsDestination.TopicArn"),
	    arn);
	assert_string_equal(
	    test_call_value(t, "EventDestinations.0.MatchingEventTypes"),
	    "[\"SEND\", \"DELIVERY\", \"BOUNCE\", \"COMPLAINT\", "
	    "\"DELIVERY_DELAY\", \"REJECT\", \"RENDERING_FAILURE\", "
	    "\"OPEN\", \"CLICK\", \"SUBSCRIPTION\"]");
	/* what is not said stays */
	test_call_ok(t, API_V2, "UpdateConfigurationSetEventDestination",
	    "{'ConfigurationSetName': 'news', 'EventDestinationName': 'd', "
	    "'EventDestination': {'Enabled': false}}");
	test_call_ok(t, API_V2, "UpdateConfigurationSetEventDestination",
	    "{'ConfigurationSetName': 'news', 'EventDestinationName': 'd', "
	    "'EventDestination': {'MatchingEventTypes': ['BOUNCE']}}");
	test_call_ok(t, API_V1, "DescribeConfigurationSet",
	    "{'ConfigurationSetName': 'news', "
	    "'ConfigurationSetAttributeNames': ['eventDestinations']}");
	assert_string_equal(
	    test_call_value(t, "EventDestinations.0.Enabled"), "false");
	assert_string_equal(
	    test_call_value(t, "EventDestinations.0.MatchingEventTypes"),
	    "[\"bounce\"]");
	assert_string_equal(
	    test_call_value(t, "EventDestinations.0.SNSDestination.TopicARN"),
	    arn);
	test_call_ok(t, API_V2, "DeleteConfigurationSetEventDestination",
	    "{'ConfigurationSetName': 'news', 'EventDestinationName': 'd'}");
	test_call_fails(t, API_V2, "DeleteConfigurationSetEventDestination",
	    "NotFoundException", "<d>",
	    "{'ConfigurationSetName': 'news', 'EventDestinationName': 'd'}");
}

static void
refuses_destinations(void **state)
{
	static const char *const others[] = {"CloudWatchDestination",
	    "KinesisFirehoseDestination", "EventBridgeDestination",
	    "PinpointDestination"};
	struct test_call *t = *state;
	char arn[TOPIC_ARN_MAX];

	create(t, "news");
	(void)snprintf(
	    arn, sizeof(arn), "%s", test_call_add_topic(t, "rival", "secret"));
	test_call_fails(t, API_V2, "CreateConfigurationSetEventDestination",
	    "NotFoundException", arn, with_topic(arn, "d", "'SEND'"));
	(void)snprintf(
	    arn, sizeof(arn), "%s", test_call_add_topic(t, "shop", "events"));
	test_call_fails(t, API_V2, "CreateConfigurationSetEventDestination",
	    "BadRequestException", "one kind", with_topic(arn, "d", ""));
	test_call_fails(t, API_V2, "CreateConfigurationSetEventDestination",
	    "BadRequestException", "1 to 64",
	    with_topic(arn, "no blanks", "'SEND'"));
	test_call_fails(t, API_V2, "CreateConfigurationSetEventDestination",
	    "BadRequestException", "SnsDestination",
	    "{'ConfigurationSetName': 'news', 'EventDestinationName': 'd', "
	    "'EventDestination': {'MatchingEventTypes': ['SEND']}}");
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		test_call_fails(t, API_V2,
		    "CreateConfigurationSetEventDestination",
		    "BadRequestException", others[i],
		    test_call_input(t,
			"{'ConfigurationSetName': 'news', "
			"'EventDestinationName': 'd', 'EventDestination': "
			"{'%s': {}}}",
			others[i]));
	test_call_fails(t, API_V2, "UpdateConfigurationSetEventDestination",
	    "NotFoundException", "<d>", with_topic(arn, "d", "'SEND'"));
	for (int i = 0; i < SET_DESTINATIONS_MOST; i++) {
		char name[16];

		(void)snprintf(name, sizeof(name), "d%d", i);
		test_call_ok(t, API_V2,
		    "CreateConfigurationSetEventDestination",
		    with_topic(arn, name, "'SEND'"));
	}
	test_call_fails(t, API_V2, "CreateConfigurationSetEventDestination",
	    "LimitExceededException", "10",
	    with_topic(arn, "eleventh", "'SEND'"));
	test_call_fails(t, API_V2, "CreateConfigurationSetEventDestination",
	    "AlreadyExistsException", "<d3>", with_topic(arn, "d3", "'SEND'"));
	test_call_ok(t, API_V2, "UpdateConfigurationSetEventDestination",
	    with_topic(arn, "d3", "'BOUNCE'"));
}

static const char *
v1_topic(const char *arn, const char *name)
{
	static char input[1024];

	(void)snprintf(input, sizeof(input),
	    "{'ConfigurationSetName': 'news', 'EventDestination': "
	    "{'Name': '%s', 'Enabled': true, 'MatchingEventTypes': "
	    "['send', 'open', 'renderingFailure'], 'SNSDestination': "
	    "{'TopicARN': '%s'}}}",
	    name, arn);
	return input;
}

static void
v1_destinations(void **state)
{
	struct test_call *t = *state;
	char arn[TOPIC_ARN_MAX], rival[TOPIC_ARN_MAX];

	create(t, "news");
	(void)snprintf(rival, sizeof(rival), "%s",
	    test_call_add_topic(t, "rival", "events"));
	(void)snprintf(
	    arn, sizeof(arn), "%s", test_call_add_topic(t, "shop", "events"));
	test_call_fails(t, API_V1, "CreateConfigurationSetEventDestination",
	    "InvalidSNSDestination", rival, v1_topic(rival, "d"));
	test_call_fails(t, API_V1, "CreateConfigurationSetEventDestination",
	    "InvalidParameterValue", "1 to 64", v1_topic(arn, "no blanks"));
	test_call_fails(t, API_V1, "UpdateConfigurationSetEventDestination",
	    "EventDestinationDoesNotExist", "<d>", v1_topic(arn, "d"));
	test_call_ok(t, API_V1, "CreateConfigurationSetEventDestination",
	    v1_topic(arn, "d"));
	test_call_ok(t, API_V1, "DescribeConfigurationSet",
	    "{'ConfigurationSetName': 'news', "
	    "'ConfigurationSetAttributeNames': ['eventDestinations']}");
	assert_string_equal(
	    test_call_value(t, "EventDestinations.0.MatchingEventTypes"),
	    "[\"send\", \"renderingFailure\", \"open\"]");
	test_call_fails(t, API_V1, "CreateConfigurationSetEventDestination",
	    "EventDestinationAlreadyExists", "<d>", v1_topic(arn, "d"));
	test_call_ok(t, API_V1, "UpdateConfigurationSetEventDestination",
	    v1_topic(arn, "d"));
	test_call_fails(t, API_V1, "UpdateConfigurationSetEventDestination",
	    "InvalidSNSDestination", rival, v1_topic(rival, "d"));
	for (int i = 0; i < 2; i++) {
		const char *operation =
		    i == 0 ? "CreateConfigurationSetEventDestination"
			   : "UpdateConfigurationSetEventDestination";

		test_call_fails(t, API_V1, operation,
		    "InvalidCloudWatchDestination", "CloudWatch",
		    "{'ConfigurationSetName': 'news', 'EventDestination': "
		    "{'Name': 'd', 'CloudWatchDestination': {}}}");
		test_call_fails(t, API_V1, operation,
		    "InvalidFirehoseDestination", "Kinesis",
		    "{'ConfigurationSetName': 'news', 'EventDestination': "
		    "{'Name': 'd', 'KinesisFirehoseDestination': {}}}");
	}
	for (int i = 1; i < SET_DESTINATIONS_MOST; i++) {
		char name[16];

		(void)snprintf(name, sizeof(name), "d%d", i);
		test_call_ok(t, API_V1,
		    "CreateConfigurationSetEventDestination",
		    v1_topic(arn, name));
	}
	test_call_fails(t, API_V1, "CreateConfigurationSetEventDestination",
	    "LimitExceeded", "10", v1_topic(arn, "eleventh"));
	test_call_ok(t, API_V1, "DeleteConfigurationSetEventDestination",
	    "{'ConfigurationSetName': 'news', 'EventDestinationName': 'd'}");
	test_call_fails(t, API_V1, "DeleteConfigurationSetEventDestination",
	    "EventDestinationDoesNotExist", "<d>",
	    "{'ConfigurationSetName': 'news', 'EventDestinationName': 'd'}");
}

int
main(void)
{
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(                                       \
	    name, test_call_setup, test_call_teardown)
	const struct CMUnitTest tests[] = {
	    TEST(others_sets_are_not_there),
	    TEST(is_made_with_options),
	    TEST(changes_options),
	    TEST(refuses_what_it_cannot_do),
	    TEST(is_switched_off_and_on),
	    TEST(lists_page_by_page),
	    TEST(v1_makes_and_describes),
	    TEST(sets_have_an_end),
	    TEST(tells_a_topic),
	    TEST(refuses_destinations),
	    TEST(v1_destinations),
	};
#undef TEST

	return cmocka_run_group_tests(tests, NULL, NULL);
}
