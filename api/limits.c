/* Judges requests by their header: see limits.h. */
#include "config.h"

#include "api/limits.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct found {
	int hosts, lengths, codings;
	uint64_t length;
	bool is_bad; /* the length */
	bool is_odd; /* another reader may see another field there */
};

/* RFC 9110, 5.1 and 5.5: "Name :" is none, nor is a line end within a value. */
static bool
is_odd(const struct api_field *field)
{
	static const char token[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "abcdefghijklmnopqrstuvwxyz"
				    "0123456789!#$%&'*+-.^_`|~";

	return field->name[0] == '\0' ||
	       field->name[strspn(field->name, token)] != '\0' ||
	       strpbrk(field->value, "\r\n") != NULL;
}

static void
see_length(struct found *found, const char *value)
{
	size_t digits = strspn(value, "0123456789");

	found->lengths++;
	found->is_bad |= digits == 0 || digits > 18 || value[digits] != '\0';
	if (!found->is_bad)
		found->length = strtoull(value, NULL, 10);
}

static struct found
look(const struct api_request *request)
{
	struct found found = {0};

	for (size_t i = 0; i < request->field_count; i++) {
		const char *name = request->fields[i].name;

		found.is_odd |= is_odd(&request->fields[i]);
		if (strcasecmp(name, "Host") == 0)
			found.hosts++;
		else if (strcasecmp(name, "Content-Length") == 0)
			see_length(&found, request->fields[i].value);
		else if (strcasecmp(name, "Transfer-Encoding") == 0)
			found.codings++;
	}
	return found;
}

int
api_limits_judge(const struct api_limits *limits,
    const struct api_request *request, size_t header_bytes,
    uint64_t *body_bytes_r)
{
	struct found found = look(request);

	*body_bytes_r = found.is_bad ? 0 : found.length;
	if (strlen(request->path) + strlen(request->query) >= API_TARGET_MAX)
		return 414;
	if (header_bytes > limits->header_bytes)
		return 431;
	if (found.hosts > 1 || found.is_odd)
		return 400;
	if (found.codings > 0)
		return found.lengths == 0 ? 411 : 400;
	if (found.is_bad || found.lengths > 1)
		return 400;
	return found.length > limits->body_bytes ? 413 : 0;
}
