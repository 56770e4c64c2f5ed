/* SES v1: configuration sets and event destinations. */
#include "config.h"

#include "api/call.h"
#include "api/operation.h"
#include "api/shapes.h"

static void
create_configuration_set(struct api_call *call)
{
	api_fail(
	    call, "InternalFailure", "CreateConfigurationSet is not there yet");
}

static void
describe_configuration_set(struct api_call *call)
{
	api_fail(call, "InternalFailure",
	    "DescribeConfigurationSet is not there yet");
}

static void
list_configuration_sets(struct api_call *call)
{
	api_fail(
	    call, "InternalFailure", "ListConfigurationSets is not there yet");
}

static void
delete_configuration_set(struct api_call *call)
{
	api_fail(
	    call, "InternalFailure", "DeleteConfigurationSet is not there yet");
}

static void
create_configuration_set_event_destination(struct api_call *call)
{
	api_fail(call, "InternalFailure",
	    "CreateConfigurationSetEventDestination is not there yet");
}

static void
update_configuration_set_event_destination(struct api_call *call)
{
	api_fail(call, "InternalFailure",
	    "UpdateConfigurationSetEventDestination is not there yet");
}

static void
delete_configuration_set_event_destination(struct api_call *call)
{
	api_fail(call, "InternalFailure",
	    "DeleteConfigurationSetEventDestination is not there yet");
}

static void
put_configuration_set_delivery_options(struct api_call *call)
{
	api_fail(call, "InternalFailure",
	    "PutConfigurationSetDeliveryOptions is not there yet");
}

static void
update_configuration_set_sending_enabled(struct api_call *call)
{
	api_fail(call, "InternalFailure",
	    "UpdateConfigurationSetSendingEnabled is not there yet");
}

static void
update_configuration_set_reputation_metrics_enabled(struct api_call *call)
{
	api_fail(call, "InternalFailure",
	    "UpdateConfigurationSetReputationMetricsEnabled is not there yet");
}

/* clang-format off */
const struct api_operation api_v1_set[] = {
	{API_V1, "CreateConfigurationSet", NULL, NULL,
	    api_in_v1_create_configuration_set, NULL, 0,
	    "ConfigurationSetAlreadyExists|InvalidConfigurationSet|"
	    "LimitExceeded", create_configuration_set},
	{API_V1, "DescribeConfigurationSet", NULL, NULL,
	    api_in_v1_describe_configuration_set,
	    api_out_v1_describe_configuration_set, API_OP_READS,
	    "ConfigurationSetDoesNotExist", describe_configuration_set},
	{API_V1, "ListConfigurationSets", NULL, NULL,
	    api_in_v1_list_configuration_sets,
	    api_out_v1_list_configuration_sets, API_OP_READS,
	    "", list_configuration_sets},
	{API_V1, "DeleteConfigurationSet", NULL, NULL,
	    api_in_v1_delete_configuration_set, NULL, 0,
	    "ConfigurationSetDoesNotExist", delete_configuration_set},
	{API_V1, "CreateConfigurationSetEventDestination", NULL, NULL,
	    api_in_v1_create_configuration_set_event_destination, NULL, 0,
	    "ConfigurationSetDoesNotExist|EventDestinationAlreadyExists|"
	    "InvalidCloudWatchDestination|InvalidFirehoseDestination|"
	    "InvalidSNSDestination|LimitExceeded",
	    create_configuration_set_event_destination},
	{API_V1, "UpdateConfigurationSetEventDestination", NULL, NULL,
	    api_in_v1_update_configuration_set_event_destination, NULL, 0,
	    "ConfigurationSetDoesNotExist|EventDestinationDoesNotExist|"
	    "InvalidCloudWatchDestination|InvalidFirehoseDestination|"
	    "InvalidSNSDestination",
	    update_configuration_set_event_destination},
	{API_V1, "DeleteConfigurationSetEventDestination", NULL, NULL,
	    api_in_v1_delete_configuration_set_event_destination, NULL, 0,
	    "ConfigurationSetDoesNotExist|EventDestinationDoesNotExist",
	    delete_configuration_set_event_destination},
	{API_V1, "PutConfigurationSetDeliveryOptions", NULL, NULL,
	    api_in_v1_put_configuration_set_delivery_options, NULL, 0,
	    "ConfigurationSetDoesNotExist|InvalidDeliveryOptions",
	    put_configuration_set_delivery_options},
	{API_V1, "UpdateConfigurationSetSendingEnabled", NULL, NULL,
	    api_in_v1_update_configuration_set_sending_enabled, NULL,
	    API_OP_NO_RESULT,
	    "ConfigurationSetDoesNotExist",
	    update_configuration_set_sending_enabled},
	{API_V1, "UpdateConfigurationSetReputationMetricsEnabled", NULL, NULL,
	    api_in_v1_update_configuration_set_reputation_metrics_enabled,
	    NULL, API_OP_NO_RESULT,
	    "ConfigurationSetDoesNotExist",
	    update_configuration_set_reputation_metrics_enabled},
	{.name = NULL}};
/* clang-format on */
