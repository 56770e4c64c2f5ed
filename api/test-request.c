/* Requests for tests: see test-request.h. */
#include "config.h"

#include "api/test-request.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void
test_request_init(struct test_request *t, const char *verb, const char *target,
    const char *content_type, const char *body)
{
	char *query;

	memset(t, 0, sizeof(*t));
	assert_true(strlen(target) < sizeof(t->target));
	(void)snprintf(t->target, sizeof(t->target), "%s", target);
	query = strchr(t->target, '?');
	if (query != NULL)
		*query++ = '\0';
	t->fields[0] = (struct api_field){"host", "localhost"};
	t->fields[1] = (struct api_field){"content-type", content_type};
	t->request = (struct api_request){.method = api_method_of(verb),
	    .verb = verb,
	    .path = t->target,
	    .query = query == NULL ? "" : query,
	    .fields = t->fields,
	    .field_count = content_type == NULL ? 1 : 2,
	    .body = body,
	    .body_len = strlen(body),
	    .client = "192.0.2.1"};
}

void
test_request_find(
    const char *verb, const char *target, const char *body, char name_r[64])
{
	const struct api_operation *operation;
	enum api_protocol protocol;
	struct test_request t;
	struct api_fault fault;

	test_request_init(&t, verb, target, NULL, body);
	assert_true(api_codec_takes(&t.request, &protocol));
	operation = api_codec_find(&t.request, protocol, &fault);
	(void)snprintf(
	    name_r, 64, "%s", operation == NULL ? fault.code : operation->name);
}

char *
test_request_read(const char *verb, const char *target, const char *body)
{
	const struct api_operation *operation;
	enum api_protocol protocol;
	struct test_request t;
	struct api_fault fault = {.code = ""};
	json_t *in = NULL;
	char *text;
	size_t size = sizeof(fault.code) + sizeof(fault.message) + 4;

	test_request_init(&t, verb, target, NULL, body);
	assert_true(api_codec_takes(&t.request, &protocol));
	operation = api_codec_find(&t.request, protocol, &fault);
	if (operation != NULL)
		in = api_codec_read(operation, &t.request, &fault);
	if (in != NULL) {
		text = json_dumps(in, JSON_COMPACT | JSON_SORT_KEYS);
		json_decref(in);
		return text;
	}
	text = malloc(size);
	assert_non_null(text);
	(void)snprintf(text, size, "%s: %s", fault.code, fault.message);
	return text;
}
