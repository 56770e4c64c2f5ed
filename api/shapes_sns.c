/* Shapes of SNS */
#include "config.h"

#include "api/shapes.h"

/* clang-format off */

static const struct api_member tag[] = {
	{"Key", NULL, REQUIRED, TEXT(1, 128)},
	{"Value", NULL, REQUIRED, TEXT(0, 256)},
	END};

const struct api_member api_in_sns_create_topic[] = {
	{"Name", NULL, REQUIRED, TEXT(0, 0)},
	{"Attributes", NULL, 0, MAP(0, TEXT(0, 0))},
	{"Tags", NULL, 0, LIST(0, 0, STRUCT(tag))},
	{"DataProtectionPolicy", NULL, 0, TEXT(0, 0)},
	END};

const struct api_member api_out_sns_create_topic[] = {
	{"TopicArn", NULL, 0, TEXT(0, 0)},
	END};

const struct api_member api_in_sns_delete_topic[] = {
	{"TopicArn", NULL, REQUIRED, TEXT(0, 0)},
	END};

const struct api_member api_in_sns_list_topics[] = {
	{"NextToken", NULL, 0, TEXT(0, 0)},
	END};

static const struct api_member topic[] = {
	{"TopicArn", NULL, 0, TEXT(0, 0)},
	END};

const struct api_member api_out_sns_list_topics[] = {
	{"Topics", NULL, 0, LIST(0, 0, STRUCT(topic))},
	{"NextToken", NULL, 0, TEXT(0, 0)},
	END};

const struct api_member api_in_sns_get_topic_attributes[] = {
	{"TopicArn", NULL, REQUIRED, TEXT(0, 0)},
	END};

const struct api_member api_out_sns_get_topic_attributes[] = {
	{"Attributes", NULL, 0, MAP(0, TEXT(0, 0))},
	END};

const struct api_member api_in_sns_set_topic_attributes[] = {
	{"TopicArn", NULL, REQUIRED, TEXT(0, 0)},
	{"AttributeName", NULL, REQUIRED, TEXT(0, 0)},
	{"AttributeValue", NULL, 0, TEXT(0, 0)},
	END};

const struct api_member api_in_sns_subscribe[] = {
	{"TopicArn", NULL, REQUIRED, TEXT(0, 0)},
	{"Protocol", NULL, REQUIRED, TEXT(0, 0)},
	{"Endpoint", NULL, 0, TEXT(0, 0)},
	{"Attributes", NULL, 0, MAP(0, TEXT(0, 0))},
	{"ReturnSubscriptionArn", NULL, 0, FLAG},
	END};

const struct api_member api_out_sns_subscribe[] = {
	{"SubscriptionArn", NULL, 0, TEXT(0, 0)},
	END};

const struct api_member api_in_sns_confirm_subscription[] = {
	{"TopicArn", NULL, REQUIRED, TEXT(0, 0)},
	{"Token", NULL, REQUIRED, TEXT(0, 0)},
	{"AuthenticateOnUnsubscribe", NULL, 0, TEXT(0, 0)},
	END};

const struct api_member api_out_sns_confirm_subscription[] = {
	{"SubscriptionArn", NULL, 0, TEXT(0, 0)},
	END};

const struct api_member api_in_sns_unsubscribe[] = {
	{"SubscriptionArn", NULL, REQUIRED, TEXT(0, 0)},
	END};

const struct api_member api_in_sns_list_subscriptions[] = {
	{"NextToken", NULL, 0, TEXT(0, 0)},
	END};

static const struct api_member subscription[] = {
	{"SubscriptionArn", NULL, 0, TEXT(0, 0)},
	{"Owner", NULL, 0, TEXT(0, 0)},
	{"Protocol", NULL, 0, TEXT(0, 0)},
	{"Endpoint", NULL, 0, TEXT(0, 0)},
	{"TopicArn", NULL, 0, TEXT(0, 0)},
	END};

const struct api_member api_out_sns_list_subscriptions[] = {
	{"Subscriptions", NULL, 0, LIST(0, 0, STRUCT(subscription))},
	{"NextToken", NULL, 0, TEXT(0, 0)},
	END};

const struct api_member api_in_sns_list_subscriptions_by_topic[] = {
	{"TopicArn", NULL, REQUIRED, TEXT(0, 0)},
	{"NextToken", NULL, 0, TEXT(0, 0)},
	END};

const struct api_member api_out_sns_list_subscriptions_by_topic[] = {
	{"Subscriptions", NULL, 0, LIST(0, 0, STRUCT(subscription))},
	{"NextToken", NULL, 0, TEXT(0, 0)},
	END};

const struct api_member api_in_sns_get_subscription_attributes[] = {
	{"SubscriptionArn", NULL, REQUIRED, TEXT(0, 0)},
	END};

const struct api_member api_out_sns_get_subscription_attributes[] = {
	{"Attributes", NULL, 0, MAP(0, TEXT(0, 0))},
	END};

const struct api_member api_in_sns_set_subscription_attributes[] = {
	{"SubscriptionArn", NULL, REQUIRED, TEXT(0, 0)},
	{"AttributeName", NULL, REQUIRED, TEXT(0, 0)},
	{"AttributeValue", NULL, 0, TEXT(0, 0)},
	END};

static const struct api_member message_attribute_value[] = {
	{"DataType", NULL, REQUIRED, TEXT(0, 0)},
	{"StringValue", NULL, 0, TEXT(0, 0)},
	{"BinaryValue", NULL, 0, BLOB(0)},
	END};

const struct api_member api_in_sns_publish[] = {
	{"TopicArn", NULL, 0, TEXT(0, 0)},
	{"TargetArn", NULL, 0, TEXT(0, 0)},
	{"PhoneNumber", NULL, 0, TEXT(0, 0)},
	{"Message", NULL, REQUIRED, TEXT(0, 0)},
	{"Subject", NULL, 0, TEXT(0, 0)},
	{"MessageStructure", NULL, 0, TEXT(0, 0)},
	{"MessageAttributes", NULL, 0, MAP(0, STRUCT(message_attribute_value))},
	{"MessageDeduplicationId", NULL, 0, TEXT(0, 0)},
	{"MessageGroupId", NULL, 0, TEXT(0, 0)},
	END};

const struct api_member api_out_sns_publish[] = {
	{"MessageId", NULL, 0, TEXT(0, 0)},
	{"SequenceNumber", NULL, 0, TEXT(0, 0)},
	END};
/* clang-format on */
