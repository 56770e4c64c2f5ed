/* Requests to inputs, outputs to answers: see codec.h. The three protocols' parts
 * are in rest.c, query.c, validate.c and xml.c. */
#include "config.h"

#include "api/codec.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "api/fault.h"
#include "api/query.h"
#include "api/rest.h"
#include "api/unsupported.h"
#include "api/validate.h"
#include "api/xml.h"
#include "ops/text_json.h"

#define ACTION_MAX 129
#define FORM "application/x-www-form-urlencoded"

static bool
starts_with(const char *text, const char *start)
{
	return strncmp(text, start, strlen(start)) == 0;
}

/* ---- whose it is ------------------------------------------------------------------ */

/* From query string or body, whichever has it. */
static bool
peek(const struct api_request *request, const char *name, char *value_r,
    size_t size)
{
	if (api_query_peek(
		request->query, strlen(request->query), name, value_r, size))
		return true;
	return request->method == API_POST &&
	       api_query_peek(
		   request->body, request->body_len, name, value_r, size);
}

static bool
is_signed(const struct api_request *request)
{
	char signature[256];

	return api_request_field(request, "authorization")[0] != '\0' ||
	       api_query_peek(request->query, strlen(request->query),
		   "X-Amz-Signature", signature, sizeof(signature));
}

/* SES v1 and SNS share a path: Version tells them apart, and where that fails, what
 * the client signed for. */
static enum api_protocol
protocol_of(const struct api_request *request)
{
	char version[32], scope[256];

	if (peek(request, "Version", version, sizeof(version)) &&
	    version[0] != '\0')
		return strcmp(version, "2010-03-31") == 0 ? API_SNS : API_V1;
	if (strstr(api_request_field(request, "authorization"),
		"/sns/aws4_request") != NULL)
		return API_SNS;
	if (api_query_peek(request->query, strlen(request->query),
		"X-Amz-Credential", scope, sizeof(scope)) &&
	    strstr(scope, "/sns/aws4_request") != NULL)
		return API_SNS;
	return API_V1;
}

bool
api_codec_takes(
    const struct api_request *request, enum api_protocol *protocol_r)
{
	char action[ACTION_MAX];

	*protocol_r = API_V2;
	if (starts_with(request->path, "/sendward/")) {
		*protocol_r = API_OWN;
		return true;
	}
	if (starts_with(request->path, "/v2/email/") ||
	    starts_with(request->path, "/v1/email/"))
		return true;
	if (strcmp(request->path, "/") != 0)
		return false;
	if (request->method != API_POST &&
	    (request->method != API_GET || !is_signed(request) ||
		!peek(request, "Action", action, sizeof(action))))
		return false;
	*protocol_r = protocol_of(request);
	return true;
}

/* ---- operations --------------------------------------------------------------------- */

static bool
is_form(const struct api_request *request)
{
	const char *type = api_request_field(request, "content-type");
	size_t len = strcspn(type, "; \t");

	return len == 0 || request->body_len == 0 ||
	       (len == strlen(FORM) && strncasecmp(type, FORM, len) == 0);
}

static const struct api_operation *
find_action(const struct api_request *request, enum api_protocol protocol,
    struct api_fault *fault_r)
{
	const char *wanted = protocol == API_SNS ? "2010-03-31" : "2010-12-01";
	const struct api_operation *operation;
	char action[ACTION_MAX], version[32];

	if (!is_form(request)) {
		api_fault_say(fault_r, "MalformedQueryString",
		    "The body must be of the type " FORM);
		return NULL;
	}
	if (!peek(request, "Action", action, sizeof(action)) ||
	    action[0] == '\0') {
		api_fault_say(
		    fault_r, "MissingAction", "The request names no Action");
		return NULL;
	}
	operation = api_operation_find(protocol, action);
	if (peek(request, "Version", version, sizeof(version)) &&
	    version[0] != '\0' && strcmp(version, wanted) != 0)
		api_fault_say(fault_r, "InvalidAction",
		    "Could not find operation %s for version %s", action,
		    version);
	else if (operation != NULL)
		return operation;
	else if (api_unsupported_has(protocol, action))
		api_fault_say(fault_r, "NotImplemented",
		    "This service does not have %s", action);
	else
		api_fault_say(fault_r, "InvalidAction",
		    "Could not find operation %s for version %s", action,
		    wanted);
	return NULL;
}

const struct api_operation *
api_codec_find(const struct api_request *request, enum api_protocol protocol,
    struct api_fault *fault_r)
{
	if (api_protocol_is_json(protocol))
		return api_rest_find(request, fault_r);
	if (strcmp(request->verb, "GET") == 0 ||
	    strcmp(request->verb, "POST") == 0)
		return find_action(request, protocol, fault_r);
	api_fault_say(fault_r, "MethodNotAllowed",
	    "The method %.20s is not one of GET and POST", request->verb);
	return NULL;
}

/* ---- input ------------------------------------------------------------------------- */

static json_t *
read_form(const struct api_operation *operation,
    const struct api_request *request, struct api_fault *fault_r)
{
	bool is_post = request->method == API_POST;
	struct api_query query;
	json_t *object;

	if (!api_query_parse(&query, request->query, strlen(request->query),
		is_post ? request->body : "", is_post ? request->body_len : 0,
		fault_r))
		return NULL;
	object = api_query_object_new(
	    &query, operation->protocol, operation->in, fault_r);
	api_query_fini(&query);
	return object;
}

json_t *
api_codec_read(const struct api_operation *operation,
    const struct api_request *request, struct api_fault *fault_r)
{
	json_t *raw, *in = NULL;

	*fault_r = (struct api_fault){.code = ""};
	raw = api_protocol_is_json(operation->protocol)
		  ? api_rest_read_new(operation, request, fault_r)
		  : read_form(operation, request, fault_r);
	if (raw != NULL)
		in = api_validate_new(
		    operation->protocol, operation->in, raw, fault_r);
	json_decref(raw);
	if (in == NULL && fault_r->code[0] == '\0')
		api_fault_say(fault_r, "ServiceUnavailable",
		    "The service is temporarily unavailable; please try "
		    "again");
	return in;
}

/* ---- answers ------------------------------------------------------------------------ */

static int
append(const char *data, size_t len, void *ctx)
{
	return buf_append(ctx, data, len) ? 0 : -1;
}

static bool
write_json(const json_t *value, struct buf *out_r)
{
	/* Fifteen digits are read back as they were written by people. */
	return json_dump_callback(value, append, out_r,
		   JSON_COMPACT | JSON_REAL_PRECISION(15)) == 0 &&
	       !out_r->failed;
}

static bool
write_json_fault(const struct api_fault *fault, struct buf *out_r)
{
	json_t *object = json_object();
	bool is_good;

	(void)json_object_set_new(object, "message",
	    text_json_new(fault->message, strlen(fault->message)));
	(void)json_object_set_new(object, "__type", json_string(fault->code));
	is_good = object != NULL && write_json(object, out_r);
	json_decref(object);
	return is_good;
}

static bool
write_output(const struct api_operation *operation, const json_t *out,
    struct api_response *response_r)
{
	if (!api_protocol_is_json(operation->protocol))
		return api_xml_answer(
		    operation, out, response_r->request_id, &response_r->body);
	if (!json_is_object(out))
		return buf_puts(&response_r->body, "{}");
	return write_json(out, &response_r->body);
}

static void
answer_fault(enum api_protocol protocol, const struct api_fault *fault,
    struct api_response *response_r)
{
	const struct api_fault_kind *kind = api_fault_find(fault->code);

	response_r->status = kind == NULL ? 500 : kind->status;
	(void)snprintf(
	    response_r->error, sizeof(response_r->error), "%s", fault->code);
	(void)snprintf(
	    response_r->why, sizeof(response_r->why), "%s", fault->why);
	if (response_r->status == 405)
		(void)snprintf(response_r->allow, sizeof(response_r->allow),
		    "%s",
		    api_protocol_is_json(protocol) ? "GET, POST, PUT, DELETE"
						   : "GET, POST");
	buf_clear(&response_r->body);
	if (api_protocol_is_json(protocol))
		(void)write_json_fault(fault, &response_r->body);
	else
		(void)api_xml_error(
		    protocol, fault, response_r->request_id, &response_r->body);
}

void
api_codec_answer(enum api_protocol protocol,
    const struct api_operation *operation, const json_t *out,
    const struct api_fault *fault, struct api_response *response_r)
{
	struct api_fault own;

	response_r->content_type =
	    api_protocol_is_json(protocol) ? "application/json" : "text/xml";
	if (fault != NULL && fault->code[0] != '\0') {
		answer_fault(protocol, fault, response_r);
		return;
	}
	buf_clear(&response_r->body);
	if (operation != NULL && write_output(operation, out, response_r)) {
		response_r->status = 200;
		return;
	}
	api_fault_say(&own, "InternalFailure",
	    "The request failed because of an internal error");
	(void)snprintf(own.why, sizeof(own.why),
	    "the answer is too large, or there is no memory for it");
	answer_fault(protocol, &own, response_r);
}
