/* SES v2: configuration sets and event destinations. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "api/call.h"
#include "api/destination.h"
#include "api/operation.h"
#include "api/set.h"
#include "api/shapes.h"
#include "api/suppression.h"
#include "api/v2_tag.h"
#include "ops/set.h"

static const struct api_destination_words words = {
    .no_set = "NotFoundException",
    .no_destination = "NotFoundException",
    .no_topic = "NotFoundException",
    .exists = "AlreadyExistsException",
    .full = "LimitExceededException",
    .invalid = "BadRequestException",
    .sns = "SnsDestination",
    .topic_arn = "TopicArn",
};

/* ---- options ---------------------------------------------------------------- */

/* Each reads options (NULL: not given) into what is to change. False: they are
 * refused, the call has failed. */

static bool
read_delivery(
    struct api_call *call, const json_t *options, struct set_change *change)
{
	const char *refused = NULL;

	if (strcmp(api_text(options, "TlsPolicy"), "REQUIRE") == 0)
		refused = "TlsPolicy REQUIRE";
	else if (api_has(options, "MaxDeliverySeconds"))
		refused = "MaxDeliverySeconds";
	change->pool = api_text(options, "SendingPoolName");
	if (refused != NULL)
		api_fail(call, "BadRequestException",
		    "%s is not available: the mail server's own settings hold "
		    "for all messages",
		    refused);
	return refused == NULL;
}

static bool
read_suppression(struct api_call *call, const json_t *options,
    const char *validation, struct set_change *change)
{
	const json_t *threshold =
	    api_object(api_object(options, validation), "ConditionThreshold");

	if (strcmp(api_text(threshold, "ConditionThresholdEnabled"),
		"ENABLED") == 0) {
		api_fail(call, "BadRequestException",
		    "%s: addresses are not validated before mail is sent to "
		    "them",
		    validation);
		return false;
	}
	change->suppressed =
	    api_has(options, "SuppressedReasons")
		? set_suppressed_name(api_suppressed_reasons(options))
		: "account";
	return true;
}

static bool
check_rest(struct api_call *call)
{
	const char *domain = api_text(
	    api_object(call->in, "TrackingOptions"), "CustomRedirectDomain");
	const char *archive =
	    api_text(api_object(call->in, "ArchivingOptions"), "ArchiveArn");

	if (domain[0] != '\0')
		api_fail(call, "BadRequestException",
		    "TrackingOptions: opens and clicks are not tracked, so "
		    "there is no CustomRedirectDomain");
	if (archive[0] != '\0')
		api_fail(call, "BadRequestException",
		    "ArchivingOptions: there are no archives");
	return !api_failed(call);
}

static bool
read_options(struct api_call *call, struct set_change *change_r)
{
	const json_t *reputation = api_object(call->in, "ReputationOptions");
	const json_t *sending = api_object(call->in, "SendingOptions");

	*change_r = (struct set_change){
	    .has_reputation = api_has(reputation, "ReputationMetricsEnabled"),
	    .reputation = api_flag(reputation, "ReputationMetricsEnabled"),
	    .has_enabled = api_has(sending, "SendingEnabled"),
	    .enabled = api_flag(sending, "SendingEnabled"),
	};
	return check_rest(call) &&
	       read_delivery(
		   call, api_object(call->in, "DeliveryOptions"), change_r) &&
	       read_suppression(call,
		   api_object(call->in, "SuppressionOptions"),
		   "ValidationOptions", change_r);
}

/* ---- sets ------------------------------------------------------------------- */

/* "configuration-set/NAME", as tags know it. */
static void
resource_of(const char *name, char resource_r[96])
{
	(void)snprintf(resource_r, 96, "configuration-set/%.64s", name);
}

static bool
create(struct api_call *call, const struct set_change *change)
{
	const char *name = api_text(call->in, "ConfigurationSetName");
	char resource[96];
	bool is_full;
	struct err err;
	enum sg_err rc = set_create_as(call->store, call->account, name, change,
	    call->now_sec, &is_full, &err);

	if (is_full)
		api_fail(call, "LimitExceededException", "%s", err.text);
	if (rc == SG_EXISTS)
		api_fail(call, "AlreadyExistsException",
		    "Configuration set <%s> already exists.", name);
	if (rc == SG_MISSING)
		api_fail(call, "NotFoundException",
		    "Dedicated IP pool <%.100s> does not exist.", change->pool);
	resource_of(name, resource);
	return api_check(call, rc, &err, &api_v2_codes) &&
	       api_tags_put(call, resource, api_object(call->in, "Tags"));
}

static void
create_configuration_set(struct api_call *call)
{
	struct set_change change;
	struct err err;
	bool own, ok;

	if (!read_options(call, &change) ||
	    !api_tags_check(call, api_object(call->in, "Tags")) ||
	    !api_check(call, store_scope_begin(call->store, &own, &err), &err,
		&api_v2_codes))
		return;
	ok = create(call, &change);
	(void)api_check(call,
	    store_scope_end(call->store, own, ok ? SG_OK : SG_INVALID, &err),
	    &err, &api_v2_codes);
}

static void
put_options(json_t *out, const struct store_set *set)
{
	json_t *part = api_put_object(out, "DeliveryOptions");

	api_put_text(part, "TlsPolicy", "OPTIONAL");
	if (set->pool[0] != '\0')
		api_put_text(part, "SendingPoolName", set->pool);
	part = api_put_object(out, "ReputationOptions");
	api_put_flag(part, "ReputationMetricsEnabled", set->reputation);
	if (set->fresh_start_sec != 0)
		api_put_time(part, "LastFreshStart", set->fresh_start_sec);
	part = api_put_object(out, "SendingOptions");
	api_put_flag(part, "SendingEnabled", !set->facts.paused);
	if (set->facts.suppressed_reasons >= 0)
		api_put_reasons(api_put_object(out, "SuppressionOptions"),
		    set->facts.suppressed_reasons);
}

static void
get_configuration_set(struct api_call *call)
{
	struct store_set set;
	char resource[96];

	if (!api_set_find(call, words.no_set, &set))
		return;
	api_put_text(call->out, "ConfigurationSetName", set.facts.name);
	put_options(call->out, &set);
	resource_of(set.facts.name, resource);
	api_tags_list(call, resource, api_put_list(call->out, "Tags"));
}

static void
list_configuration_sets(struct api_call *call)
{
	api_set_list(call, "PageSize", NULL);
}

static void
delete_configuration_set(struct api_call *call)
{
	api_set_delete(call, words.no_set);
}

static void
change_set(struct api_call *call, const struct set_change *change)
{
	struct store_set set;
	struct err err;
	enum sg_err rc;

	if (!api_set_find(call, words.no_set, &set))
		return;
	rc = set_change(
	    call->store, call->account, set.facts.name, change, &set, &err);
	if (rc == SG_MISSING)
		api_fail(call, "NotFoundException",
		    "Dedicated IP pool <%.100s> does not exist.",
		    change->pool != NULL ? change->pool : "");
	(void)api_check(call, rc, &err, &api_v2_codes);
}

static void
put_configuration_set_delivery_options(struct api_call *call)
{
	struct set_change change = {0};

	if (read_delivery(call, call->in, &change))
		change_set(call, &change);
}

static void
put_configuration_set_reputation_options(struct api_call *call)
{
	const struct set_change change = {.has_reputation = true,
	    .reputation = api_flag(call->in, "ReputationMetricsEnabled")};

	change_set(call, &change);
}

static void
put_configuration_set_sending_options(struct api_call *call)
{
	const struct set_change change = {.has_enabled = true,
	    .enabled = api_flag(call->in, "SendingEnabled")};

	change_set(call, &change);
}

static void
put_configuration_set_suppression_options(struct api_call *call)
{
	struct set_change change = {0};

	if (read_suppression(call, call->in, "ValidationOptions", &change))
		change_set(call, &change);
}

/* ---- event destinations ------------------------------------------------------- */

/* What has no other side here. */
static bool
check_destination(struct api_call *call, const json_t *definition)
{
	static const char *const others[] = {"CloudWatchDestination",
	    "EventBridgeDestination", "KinesisFirehoseDestination",
	    "PinpointDestination"};

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (api_has(definition, others[i]))
			api_fail(call, "BadRequestException",
			    "%s is not available: events go to SNS topics "
			    "alone",
			    others[i]);
	return !api_failed(call);
}

static void
write_destination(struct api_call *call, enum set_presence presence)
{
	const json_t *definition = api_object(call->in, "EventDestination");

	if (check_destination(call, definition))
		api_destination_write(call, &words,
		    api_text(call->in, "EventDestinationName"), definition,
		    presence);
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

static void
get_configuration_set_event_destinations(struct api_call *call)
{
	json_t *list = api_put_list(call->out, "EventDestinations");
	struct store_set set;

	if (api_set_find(call, words.no_set, &set))
		(void)api_destination_list(call, &words, set.facts.id, list);
}

/* clang-format off */
const struct api_operation api_v2_set[] = {
	{API_V2, "CreateConfigurationSet", "POST", "/v2/email/configuration-sets",
	    api_in_v2_create_configuration_set, NULL, 0,
	    "AlreadyExistsException|LimitExceededException|NotFoundException",
	    create_configuration_set},
	{API_V2, "GetConfigurationSet", "GET", "/v2/email/configuration-sets/{ConfigurationSetName}",
	    api_in_v2_get_configuration_set, NULL, API_OP_READS,
	    "NotFoundException", get_configuration_set},
	{API_V2, "ListConfigurationSets", "GET", "/v2/email/configuration-sets",
	    api_in_v2_list_configuration_sets, NULL, API_OP_READS,
	    "", list_configuration_sets},
	{API_V2, "DeleteConfigurationSet", "DELETE", "/v2/email/configuration-sets/{ConfigurationSetName}",
	    api_in_v2_delete_configuration_set, NULL, 0,
	    "NotFoundException",
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
