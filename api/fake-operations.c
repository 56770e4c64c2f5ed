/* Operations without handlers: see fake-operations.h. */
#include "config.h"

#include "api/fake-operations.h"

#include <stdlib.h>
#include <string.h>

#include <libxml/parser.h>

#include "api/call.h"
#include "api/codec.h"
#include "api/fault.h"
#include "api/operation.h"
#include "api/shapes.h"
#include "api/validate.h"

#define ECHO(list) list, list, 0, "", NULL

/* clang-format off */
static const struct api_operation rows[] = {
	{API_V2, "SendEmail", "POST", "/v2/email/outbound-emails", ECHO(api_in_v2_send_email)},
	{API_V2, "SendBulkEmail", "POST", "/v2/email/outbound-bulk-emails", ECHO(api_in_v2_send_bulk_email)},
	{API_V2, "GetEmailIdentity", "GET", "/v2/email/identities/{EmailIdentity}", ECHO(api_in_v2_get_email_identity)},
	{API_V2, "ListEmailIdentities", "GET", "/v2/email/identities", ECHO(api_in_v2_list_email_identities)},
	{API_V2, "ListSuppressedDestinations", "GET", "/v2/email/suppression/addresses", ECHO(api_in_v2_list_suppressed_destinations)},
	{API_V2, "PutEmailIdentityDkimSigningAttributes", "PUT", "/v2/email/identities/{EmailIdentity}/dkim/signing", ECHO(api_in_v2_put_email_identity_dkim_signing_attributes)},
	{API_V2, "CreateConfigurationSetEventDestination", "POST", "/v2/email/configuration-sets/{ConfigurationSetName}/event-destinations", ECHO(api_in_v2_create_configuration_set_event_destination)},
	{API_V2, "GetReputationEntity", "GET", "/v2/email/reputation/entities/{ReputationEntityType}/{ReputationEntityReference}", ECHO(api_in_v2_get_reputation_entity)},
	{API_V2, "BatchGetMetricData", "POST", "/v2/email/metrics/batch", ECHO(api_in_v2_batch_get_metric_data)},
	{API_V2, "ListRecommendations", "POST", "/v2/email/vdm/recommendations", ECHO(api_in_v2_list_recommendations)},
	{API_V2, "UntagResource", "DELETE", "/v2/email/tags", ECHO(api_in_v2_untag_resource)},
	{API_V1, "SendEmail", NULL, NULL, ECHO(api_in_v1_send_email)},
	{API_V1, "SendRawEmail", NULL, NULL, ECHO(api_in_v1_send_raw_email)},
	{API_V1, "SendBulkTemplatedEmail", NULL, NULL, ECHO(api_in_v1_send_bulk_templated_email)},
	{API_V1, "ListIdentities", NULL, NULL, ECHO(api_in_v1_list_identities)},
	{API_V1, "SetIdentityDkimEnabled", NULL, NULL, ECHO(api_in_v1_set_identity_dkim_enabled)},
	{API_V1, "CreateConfigurationSetEventDestination", NULL, NULL, ECHO(api_in_v1_create_configuration_set_event_destination)},
	{API_V1, "DescribeConfigurationSet", NULL, NULL, api_out_v1_describe_configuration_set, api_out_v1_describe_configuration_set, 0, "", NULL},
	{API_V1, "GetSendStatistics", NULL, NULL, api_out_v1_get_send_statistics, api_out_v1_get_send_statistics, 0, "", NULL},
	{API_V1, "GetSendQuota", NULL, NULL, api_out_v1_get_send_quota, api_out_v1_get_send_quota, 0, "", NULL},
	{API_SNS, "CreateTopic", NULL, NULL, ECHO(api_in_sns_create_topic)},
	{API_SNS, "Publish", NULL, NULL, ECHO(api_in_sns_publish)},
	{API_SNS, "Subscribe", NULL, NULL, ECHO(api_in_sns_subscribe)},
	{.name = NULL}};
/* clang-format on */

const struct api_operation *const api_operations[] = {rows, NULL};

const struct api_operation *
api_operation_find(enum api_protocol protocol, const char *name)
{
	for (const struct api_operation *row = rows; row->name != NULL; row++)
		if (row->protocol == protocol && strcmp(row->name, name) == 0)
			return row;
	return NULL;
}

/* ---- what must hold ------------------------------------------------------------ */

static void
must(bool condition)
{
	if (!condition)
		__builtin_trap();
}

/* What was read keeps its shape: checked again it is the same. */
static void
check_input(const struct api_operation *operation, const json_t *in)
{
	struct api_fault fault = {.code = ""};
	json_t *again =
	    api_validate_new(operation->protocol, operation->in, in, &fault);

	must(again != NULL && json_equal(again, in));
	json_decref(again);
}

static void
check_json(const struct api_response *response, const json_t *in)
{
	json_t *body = json_loadb(
	    response->body.data, response->body.len, JSON_ALLOW_NUL, NULL);

	must(json_is_object(body));
	/* Reals may lose digits. */
	if (in != NULL)
		must(json_object_size(body) == json_object_size(in));
	else
		must(json_is_string(json_object_get(body, "message")) &&
		     json_is_string(json_object_get(body, "__type")));
	json_decref(body);
}

static void
check_xml(const struct api_response *response)
{
	xmlDoc *doc = xmlReadMemory(response->body.data,
	    (int)response->body.len, NULL, NULL,
	    XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_NONET);

	must(doc != NULL);
	xmlFreeDoc(doc);
}

static void
check_answer(enum api_protocol protocol, const struct api_operation *operation,
    const json_t *in, const struct api_fault *fault)
{
	struct api_response response;

	if (in == NULL)
		must(api_fault_find(fault->code) != NULL &&
		     fault->message[0] != '\0');
	api_response_init(&response);
	api_codec_answer(
	    protocol, operation, in, in == NULL ? fault : NULL, &response);
	must((response.status == 200) == (in != NULL));
	if (api_protocol_is_json(protocol))
		check_json(&response, in);
	else
		check_xml(&response);
	api_response_fini(&response);
}

static void
call(const struct api_request *request)
{
	const struct api_operation *operation;
	enum api_protocol protocol;
	struct api_fault fault = {.code = ""};
	json_t *in = NULL;

	if (!api_codec_takes(request, &protocol))
		return;
	operation = api_codec_find(request, protocol, &fault);
	if (operation != NULL) {
		must(operation->protocol == protocol);
		in = api_codec_read(operation, request, &fault);
	}
	if (in != NULL)
		check_input(operation, in);
	check_answer(protocol, operation, in, &fault);
	json_decref(in);
}

/* ---- bytes ------------------------------------------------------------------------ */

/* Cuts the line at *at off and ends it; "" when there is none. */
static char *
take_line(char **at)
{
	char *line = *at, *end = strchr(line, '\n');

	if (end == NULL) {
		*at = line + strlen(line);
		return line;
	}
	*end = '\0';
	*at = end + 1;
	return line;
}

void
fake_operations_fuzz(const unsigned char *data, size_t size, bool has_type)
{
	char *text = malloc(size + 1), *at = text, *target, *query;
	struct api_field fields[] = {
	    {"Authorization", "AWS4-HMAC-SHA256"}, {"Content-Type", ""}};
	struct api_request request = {
	    .fields = fields, .field_count = 2, .client = "192.0.2.1"};

	must(text != NULL);
	memcpy(text, data, size);
	text[size] = '\0';
	request.verb = take_line(&at);
	if (has_type)
		fields[1].value = take_line(&at);
	/* A NUL ends the head; behind it is the body's business. */
	request.body = at;
	request.body_len = size - (size_t)(at - text);
	target = strchr(request.verb, ' ');
	if (target != NULL) {
		*target++ = '\0';
		query = strchr(target, '?');
		if (query != NULL)
			*query++ = '\0';
		request.method = api_method_of(request.verb);
		request.path = target;
		request.query = query == NULL ? "" : query;
		call(&request);
	}
	free(text);
}
