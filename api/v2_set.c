/* SES v2: configuration sets and event destinations. */
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
get_configuration_set(struct api_call *call)
{
	api_fail(
	    call, "InternalFailure", "GetConfigurationSet is not there yet");
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
put_configuration_set_delivery_options(struct api_call *call)
{
	api_fail(call, "InternalFailure",
	    "PutConfigurationSetDeliveryOptions is not there yet");
}

static void
put_configuration_set_reputation_options(struct api_call *call)
{
	api_fail(call, "InternalFailure",
	    "PutConfigurationSetReputationOptions is not there yet");
}

static void
put_configuration_set_sending_options(struct api_call *call)
{
	api_fail(call, "InternalFailure",
	    "PutConfigurationSetSendingOptions is not there yet");
}

static void
put_configuration_set_suppression_options(struct api_call *call)
{
	api_fail(call, "InternalFailure",
	    "PutConfigurationSetSuppressionOptions is not there yet");
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
get_configuration_set_event_destinations(struct api_call *call)
{
	api_fail(call, "InternalFailure",
	    "GetConfigurationSetEventDestinations is not there yet");
}

/* clang-format off */
const struct api_operation api_v2_set[] = {
	{API_V2, "CreateConfigurationSet", "POST", "/v2/email/configuration-sets",
	    api_in_v2_create_configuration_set, NULL, 0,
	    "AlreadyExistsException|ConcurrentModificationException|"
	    "LimitExceededException|NotFoundException",
	    create_configuration_set},
	{API_V2, "GetConfigurationSet", "GET", "/v2/email/configuration-sets/{ConfigurationSetName}",
	    api_in_v2_get_configuration_set, NULL, API_OP_READS,
	    "NotFoundException", get_configuration_set},
	{API_V2, "ListConfigurationSets", "GET", "/v2/email/configuration-sets",
	    api_in_v2_list_configuration_sets, NULL, API_OP_READS,
	    "", list_configuration_sets},
	{API_V2, "DeleteConfigurationSet", "DELETE", "/v2/email/configuration-sets/{ConfigurationSetName}",
	    api_in_v2_delete_configuration_set, NULL, 0,
	    "ConcurrentModificationException|NotFoundException",
	    delete_configuration_set},
	{API_V2, "PutConfigurationSetDeliveryOptions", "PUT", "/v2/email/configuration-sets/{ConfigurationSetName}/delivery-options",
	    api_in_v2_put_configuration_set_delivery_options, NULL, 0,
	    "NotFoundException", put_configuration_set_delivery_options},
	{API_V2, "PutConfigurationSetReputationOptions", "PUT", "/v2/email/configuration-sets/{ConfigurationSetName}/reputation-options",
	    api_in_v2_put_configuration_set_reputation_options, NULL, 0,
	    "NotFoundException", put_configuration_set_reputation_options},
	{API_V2, "PutConfigurationSetSendingOptions", "PUT", "/v2/email/configuration-sets/{ConfigurationSetName}/sending",
	    api_in_v2_put_configuration_set_sending_options, NULL, 0,
	    "NotFoundException", put_configuration_set_sending_options},
	{API_V2, "PutConfigurationSetSuppressionOptions", "PUT", "/v2/email/configuration-sets/{ConfigurationSetName}/suppression-options",
	    api_in_v2_put_configuration_set_suppression_options, NULL, 0,
	    "NotFoundException", put_configuration_set_suppression_options},
	{API_V2, "CreateConfigurationSetEventDestination", "POST", "/v2/email/configuration-sets/{ConfigurationSetName}/event-destinations",
	    api_in_v2_create_configuration_set_event_destination, NULL, 0,
	    "AlreadyExistsException|LimitExceededException|NotFoundException",
	    create_configuration_set_event_destination},
	{API_V2, "UpdateConfigurationSetEventDestination", "PUT", "/v2/email/configuration-sets/{ConfigurationSetName}/event-destinations/{EventDestinationName}",
	    api_in_v2_update_configuration_set_event_destination, NULL, 0,
	    "NotFoundException", update_configuration_set_event_destination},
	{API_V2, "DeleteConfigurationSetEventDestination", "DELETE", "/v2/email/configuration-sets/{ConfigurationSetName}/event-destinations/{EventDestinationName}",
	    api_in_v2_delete_configuration_set_event_destination, NULL, 0,
	    "NotFoundException", delete_configuration_set_event_destination},
	{API_V2, "GetConfigurationSetEventDestinations", "GET", "/v2/email/configuration-sets/{ConfigurationSetName}/event-destinations",
	    api_in_v2_get_configuration_set_event_destinations, NULL,
	    API_OP_READS,
	    "NotFoundException", get_configuration_set_event_destinations},
	{.name = NULL}};
/* clang-format on */
