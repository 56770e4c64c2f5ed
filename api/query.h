/* Forms and query strings: names with dots to objects by an operation's shape. Knows
 * no HTTP. Checks the form alone; validate.h the rest. */
#ifndef SENDWARD_API_QUERY_H
#define SENDWARD_API_QUERY_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include "api/operation.h"

struct api_fault;

#define API_QUERY_PARAMS_MAX 10000
#define API_QUERY_NAME_MAX 512

/* Decoded, NUL-terminated both. */
struct api_query_param {
	const char *name, *value;
	size_t value_len;
};

struct api_query {
	struct api_query_param *params; /* in the order they came */
	size_t count;
	char *memory;
};

/* What one or two forms hold (query string, body). Frees nothing of an earlier one.
 * False: fault_r; nothing to free. */
bool api_query_parse(struct api_query *query_r, const char *first,
    size_t first_len, const char *second, size_t second_len,
    struct api_fault *fault_r);
void api_query_fini(struct api_query *query);

/* The value of the first parameter with the name, without parsing all: decoded into
 * value_r. False: there is none, or it is longer than size - 1. */
bool api_query_peek(
    const char *form, size_t len, const char *name, char *value_r, size_t size);

/* "A.member.1.B", "A.entry.1.key" and so on to an object, a new reference; parameters
 * that the shape does not know are left out. Lists are in the order of their
 * indices. members NULL: takes nothing. NULL: fault_r. */
json_t *api_query_object_new(const struct api_query *query,
    enum api_protocol protocol, const struct api_member *members,
    struct api_fault *fault_r);

#endif
