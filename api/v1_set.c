/* SES v1: configuration sets and event destinations. */
#include "config.h"

#include <string.h>

#include "api/call.h"
#include "api/destination.h"
#include "api/operation.h"
#include "api/set.h"
#include "api/shapes.h"
#include "ops/set.h"

static const struct api_destination_words words = {
    .no_set = "ConfigurationSetDoesNotExist",
    .no_destination = "EventDestinationDoesNotExist",
    .no_topic = "InvalidSNSDestination",
    .exists = "EventDestinationAlreadyExists",
    .full = "LimitExceeded",
    .invalid = "InvalidParameterValue",
    .sns = "SNSDestination",
    .topic_arn = "TopicARN",
    .is_lower = true,
};

static void
create_configuration_set(struct api_call *call)
{
	const char *name =
	    api_text(api_object(call->in, "ConfigurationSet"), "Name");
	const struct set_change nothing = {0};
	bool is_full;
	struct err err;
	enum sg_err rc = set_create_as(call->store, call->account, name,
	    &nothing, call->now_sec, &is_full, &err);

	if (is_full)
		api_fail(call, "LimitExceeded", "%s", err.text);
	if (rc == SG_EXISTS)
		api_fail(call, "ConfigurationSetAlreadyExists",
		    "Configuration set <%s> already exists.", name);
	(void)api_check(call, rc, &err,
	    &(const struct api_codes){"InvalidConfigurationSet", NULL, NULL});
}

/* Does the caller ask for this part? */
static bool
is_wanted(const struct api_call *call, const char *part)
{
	const json_t *list =
	    api_object(call->in, "ConfigurationSetAttributeNames");
	const json_t *name;
	size_t i;

	json_array_foreach(list, i,
	    name) if (strcmp(json_string_value(name), part) == 0) return true;
	return false;
}

static void
describe_configuration_set(struct api_call *call)
{
	struct store_set set;
	json_t *part;

	if (!api_set_find(call, words.no_set, &set))
		return;
	api_put_text(api_put_object(call->out, "ConfigurationSet"), "Name",
	    set.facts.name);
	if (is_wanted(call, "eventDestinations") &&
	    !api_destination_list(call, &words, set.facts.id,
		api_put_list(call->out, "EventDestinations")))
		return;
	if (is_wanted(call, "deliveryOptions"))
		api_put_text(api_put_object(call->out, "DeliveryOptions"),
		    "TlsPolicy", "Optional");
	if (!is_wanted(call, "reputationOptions"))
		return;
	part = api_put_object(call->out, "ReputationOptions");
	api_put_flag(part, "SendingEnabled", !set.facts.paused);
	api_put_flag(part, "ReputationMetricsEnabled", set.reputation);
	if (set.fresh_start_sec != 0)
		api_put_time(part, "LastFreshStart", set.fresh_start_sec);
}

static void
list_configuration_sets(struct api_call *call)
{
	api_set_list(call, "MaxItems", "Name");
}

static void
delete_configuration_set(struct api_call *call)
{
	api_set_delete(call, words.no_set);
}

/* ---- event destinations ------------------------------------------------------- */

static void
write_destination(struct api_call *call, enum set_presence presence)
{
	const json_t *definition = api_object(call->in, "EventDestination");

	if (api_has(definition, "CloudWatchDestination"))
		api_fail(call, "InvalidCloudWatchDestination",
		    "CloudWatchDestination is not available: events go to SNS "
		    "topics alone");
	else if (api_has(definition, "KinesisFirehoseDestination"))
		api_fail(call, "InvalidFirehoseDestination",
		    "KinesisFirehoseDestination is not available: events go "
		    "to SNS topics alone");
	else
		api_destination_write(call, &words,
		    api_text(definition, "Name"), definition, presence);
}

static void
create_configuration_set_event_destination(struct api_call *call)
{
	write_destination(call, SET_NEW);
}

static void
update_configuration_set_event_destination(struct api_call *call)
{
	write_destination(call, SET_OLD);
}

static void
delete_configuration_set_event_destination(struct api_call *call)
{
	api_destination_remove(
	    call, &words, api_text(call->in, "EventDestinationName"));
}

/* ---- options -------------------------------------------------------------------- */

static void
put_configuration_set_delivery_options(struct api_call *call)
{
	const json_t *options = api_object(call->in, "DeliveryOptions");
	struct store_set set;

	if (api_set_find(call, words.no_set, &set) &&
	    strcmp(api_text(options, "TlsPolicy"), "Require") == 0)
		api_fail(call, "InvalidDeliveryOptions",
		    "TlsPolicy Require is not available: the mail server's "
		    "own settings hold for all messages");
}

static void
change_set(
    struct api_call *call, const struct set_change *change, const char *paused)
{
	const struct api_codes paused_codes = {paused, NULL, NULL};
	struct store_set set;
	struct err err;

	if (api_set_find(call, words.no_set, &set))
		(void)api_check(call,
		    set_change(call->store, call->account, set.facts.name,
			change, &set, &err),
		    &err, &paused_codes);
}

static void
update_configuration_set_sending_enabled(struct api_call *call)
{
	const struct set_change change = {
	    .has_enabled = true, .enabled = api_flag(call->in, "Enabled")};

	change_set(call, &change, "ConfigurationSetSendingPausedException");
}

static void
update_configuration_set_reputation_metrics_enabled(struct api_call *call)
{
	const struct set_change change = {.has_reputation = true,
	    .reputation = api_flag(call->in, "Enabled")};

	change_set(call, &change, "InvalidParameterValue");
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
	    "ConfigurationSetDoesNotExist|"
	    "ConfigurationSetSendingPausedException",
	    update_configuration_set_sending_enabled},
	{API_V1, "UpdateConfigurationSetReputationMetricsEnabled", NULL, NULL,
	    api_in_v1_update_configuration_set_reputation_metrics_enabled,
	    NULL, API_OP_NO_RESULT,
	    "ConfigurationSetDoesNotExist",
	    update_configuration_set_reputation_metrics_enabled},
	{.name = NULL}};
/* clang-format on */
