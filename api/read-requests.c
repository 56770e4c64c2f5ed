/* For tests: reads requests, one JSON object a line, and prints what the codec made
 * of each; or writes the answer that it is given the output or error of. Never
 * installed.
 * {"method", "target", "content_type", "body"} ->
 *     {"protocol", "operation", "in"} or {"status", "content_type", "body"}
 * {"protocol", "operation", "out" or "code" and "message"} ->
 *     {"status", "content_type", "body", "error"} */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/call.h"
#include "api/codec.h"
#include "api/fault.h"

static const char *const protocol_names[API_PROTOCOLS] = {
    [API_V2] = "v2", [API_V1] = "v1", [API_SNS] = "sns", [API_OWN] = "own"};

static json_t *
answer_new(enum api_protocol protocol, const struct api_operation *operation,
    const json_t *out, const struct api_fault *fault)
{
	struct api_response response;
	json_t *answer = json_object();

	api_response_init(&response);
	(void)snprintf(response.request_id, sizeof(response.request_id),
	    "00000000-0000-4000-8000-000000000001");
	api_codec_answer(protocol, operation, out, fault, &response);
	(void)json_object_set_new(
	    answer, "status", json_integer(response.status));
	(void)json_object_set_new(
	    answer, "content_type", json_string(response.content_type));
	(void)json_object_set_new(answer, "body",
	    json_stringn(response.body.data, response.body.len));
	(void)json_object_set_new(answer, "error", json_string(response.error));
	api_response_fini(&response);
	return answer;
}

static json_t *
request_new(const struct api_request *request)
{
	const struct api_operation *operation;
	enum api_protocol protocol;
	struct api_fault fault;
	json_t *answer, *in;

	if (!api_codec_takes(request, &protocol))
		return json_pack("{s:s}", "protocol", "none");
	operation = api_codec_find(request, protocol, &fault);
	if (operation == NULL)
		return answer_new(protocol, NULL, NULL, &fault);
	in = api_codec_read(operation, request, &fault);
	if (in == NULL)
		return answer_new(protocol, operation, NULL, &fault);
	answer = json_object();
	(void)json_object_set_new(
	    answer, "protocol", json_string(protocol_names[protocol]));
	(void)json_object_set_new(
	    answer, "operation", json_string(operation->name));
	(void)json_object_set_new(answer, "in", in);
	return answer;
}

/* target is cut at its question mark. */
static json_t *
read_request_new(const json_t *line)
{
	char *target = strdup(api_text(line, "target"));
	char *query = strchr(target, '?');
	struct api_field fields[] = {
	    {"Content-Type", api_text(line, "content_type")},
	    {"Authorization", api_text(line, "authorization")}};
	struct api_request request = {.verb = api_text(line, "method"),
	    .path = target,
	    .query = query == NULL ? "" : query + 1,
	    .fields = fields,
	    .field_count = 2,
	    .body = api_text(line, "body"),
	    .body_len = strlen(api_text(line, "body")),
	    .client = "127.0.0.1"};
	json_t *answer;

	if (query != NULL)
		*query = '\0';
	request.method = api_method_of(request.verb);
	answer = request_new(&request);
	free(target);
	return answer;
}

static json_t *
write_answer_new(const json_t *line)
{
	const struct api_operation *operation;
	struct api_fault fault = {.code = ""};
	int protocol = API_V2;

	while (
	    protocol < API_PROTOCOLS - 1 &&
	    strcmp(protocol_names[protocol], api_text(line, "protocol")) != 0)
		protocol++;
	operation = api_operation_find(
	    (enum api_protocol)protocol, api_text(line, "operation"));
	if (api_has(line, "code"))
		api_fault_say(&fault, api_text(line, "code"), "%s",
		    api_text(line, "message"));
	return answer_new((enum api_protocol)protocol, operation,
	    json_object_get(line, "out"), &fault);
}

int
main(void)
{
	char *text = NULL;
	size_t size = 0;

	while (getline(&text, &size, stdin) > 0) {
		json_t *line = json_loads(text, 0, NULL);
		json_t *answer = api_has(line, "target")
				     ? read_request_new(line)
				     : write_answer_new(line);

		(void)json_dumpf(answer, stdout, JSON_COMPACT);
		(void)putchar('\n');
		(void)fflush(stdout);
		json_decref(answer);
		json_decref(line);
	}
	free(text);
	return 0;
}
