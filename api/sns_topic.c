/* SNS: topics and subscriptions. */
#include "config.h"

#include "api/call.h"
#include "api/operation.h"
#include "api/shapes.h"

static void
create_topic(struct api_call *call)
{
	api_fail(call, "InternalFailure", "CreateTopic is not there yet");
}

static void
delete_topic(struct api_call *call)
{
	api_fail(call, "InternalFailure", "DeleteTopic is not there yet");
}

static void
list_topics(struct api_call *call)
{
	api_fail(call, "InternalFailure", "ListTopics is not there yet");
}

static void
get_topic_attributes(struct api_call *call)
{
	api_fail(
	    call, "InternalFailure", "GetTopicAttributes is not there yet");
}

static void
set_topic_attributes(struct api_call *call)
{
	api_fail(
	    call, "InternalFailure", "SetTopicAttributes is not there yet");
}

static void
subscribe(struct api_call *call)
{
	api_fail(call, "InternalFailure", "Subscribe is not there yet");
}

static void
confirm_subscription(struct api_call *call)
{
	api_fail(
	    call, "InternalFailure", "ConfirmSubscription is not there yet");
}

static void
unsubscribe(struct api_call *call)
{
	api_fail(call, "InternalFailure", "Unsubscribe is not there yet");
}

static void
list_subscriptions(struct api_call *call)
{
	api_fail(call, "InternalFailure", "ListSubscriptions is not there yet");
}

static void
list_subscriptions_by_topic(struct api_call *call)
{
	api_fail(call, "InternalFailure",
	    "ListSubscriptionsByTopic is not there yet");
}

static void
get_subscription_attributes(struct api_call *call)
{
	api_fail(call, "InternalFailure",
	    "GetSubscriptionAttributes is not there yet");
}

static void
set_subscription_attributes(struct api_call *call)
{
	api_fail(call, "InternalFailure",
	    "SetSubscriptionAttributes is not there yet");
}

static void
publish(struct api_call *call)
{
	api_fail(call, "InternalFailure", "Publish is not there yet");
}

/* clang-format off */
const struct api_operation api_sns_topic[] = {
	{API_SNS, "CreateTopic", NULL, NULL,
	    api_in_sns_create_topic, api_out_sns_create_topic, 0,
	    "AuthorizationError|ConcurrentAccess|InternalError|"
	    "InvalidParameter|InvalidSecurity|StaleTag|TagLimitExceeded|"
	    "TagPolicy|TopicLimitExceeded", create_topic},
	{API_SNS, "DeleteTopic", NULL, NULL,
	    api_in_sns_delete_topic, NULL, API_OP_NO_RESULT,
	    "AuthorizationError|ConcurrentAccess|InternalError|"
	    "InvalidParameter|InvalidState|NotFound|StaleTag|TagPolicy",
	    delete_topic},
	{API_SNS, "ListTopics", NULL, NULL,
	    api_in_sns_list_topics, api_out_sns_list_topics, API_OP_READS,
	    "AuthorizationError|InternalError|InvalidParameter", list_topics},
	{API_SNS, "GetTopicAttributes", NULL, NULL,
	    api_in_sns_get_topic_attributes, api_out_sns_get_topic_attributes,
	    API_OP_READS,
	    "AuthorizationError|InternalError|InvalidParameter|InvalidSecurity|"
	    "NotFound", get_topic_attributes},
	{API_SNS, "SetTopicAttributes", NULL, NULL,
	    api_in_sns_set_topic_attributes, NULL, API_OP_NO_RESULT,
	    "AuthorizationError|InternalError|InvalidParameter|InvalidSecurity|"
	    "NotFound", set_topic_attributes},
	{API_SNS, "Subscribe", NULL, NULL,
	    api_in_sns_subscribe, api_out_sns_subscribe, 0,
	    "AuthorizationError|FilterPolicyLimitExceeded|InternalError|"
	    "InvalidParameter|InvalidSecurity|NotFound|ReplayLimitExceeded|"
	    "SubscriptionLimitExceeded", subscribe},
	{API_SNS, "ConfirmSubscription", NULL, NULL,
	    api_in_sns_confirm_subscription, api_out_sns_confirm_subscription,
	    0,
	    "AuthorizationError|FilterPolicyLimitExceeded|InternalError|"
	    "InvalidParameter|NotFound|ReplayLimitExceeded|"
	    "SubscriptionLimitExceeded", confirm_subscription},
	{API_SNS, "Unsubscribe", NULL, NULL,
	    api_in_sns_unsubscribe, NULL, API_OP_NO_RESULT,
	    "AuthorizationError|InternalError|InvalidParameter|InvalidSecurity|"
	    "NotFound", unsubscribe},
	{API_SNS, "ListSubscriptions", NULL, NULL,
	    api_in_sns_list_subscriptions, api_out_sns_list_subscriptions,
	    API_OP_READS,
	    "AuthorizationError|InternalError|InvalidParameter",
	    list_subscriptions},
	{API_SNS, "ListSubscriptionsByTopic", NULL, NULL,
	    api_in_sns_list_subscriptions_by_topic,
	    api_out_sns_list_subscriptions_by_topic, API_OP_READS,
	    "AuthorizationError|InternalError|InvalidParameter|NotFound",
	    list_subscriptions_by_topic},
	{API_SNS, "GetSubscriptionAttributes", NULL, NULL,
	    api_in_sns_get_subscription_attributes,
	    api_out_sns_get_subscription_attributes, API_OP_READS,
	    "AuthorizationError|InternalError|InvalidParameter|NotFound",
	    get_subscription_attributes},
	{API_SNS, "SetSubscriptionAttributes", NULL, NULL,
	    api_in_sns_set_subscription_attributes, NULL, API_OP_NO_RESULT,
	    "AuthorizationError|FilterPolicyLimitExceeded|InternalError|"
	    "InvalidParameter|NotFound|ReplayLimitExceeded",
	    set_subscription_attributes},
	{API_SNS, "Publish", NULL, NULL,
	    api_in_sns_publish, api_out_sns_publish, API_OP_SENDS,
	    "AuthorizationError|EndpointDisabled|InternalError|"
	    "InvalidParameter|InvalidSecurity|KMSAccessDenied|KMSDisabled|"
	    "KMSInvalidState|KMSNotFound|KMSOptInRequired|KMSThrottling|"
	    "NotFound|ParameterValueInvalid|PlatformApplicationDisabled|"
	    "ValidationException", publish},
	{.name = NULL}};
/* clang-format on */
