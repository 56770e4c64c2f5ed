/* Paths and bodies of SES v2: see rest.h. */
#include "config.h"

#include "api/rest.h"

#include <stdio.h>
#include <string.h>

#include "api/call.h"
#include "api/fault.h"
#include "api/query.h"
#include "api/unsupported.h"
#include "api/value.h"

/* Other places where clients of some versions look for an operation. */
struct alternate {
	const char *method, *path, *name;
};
/* clang-format off */
static const struct alternate alternates[] = {
	{"POST", "/v2/email/list-identities", "ListEmailIdentities"},
	{"POST", "/v2/email/list-configuration-sets", "ListConfigurationSets"},
	{"GET", "/v2/email/import-jobs", "ListImportJobs"},
	{"PUT", "/v1/email/identities/{EmailIdentity}/dkim/signing",
	    "PutEmailIdentityDkimSigningAttributes"},
};
/* clang-format on */
#define ALTERNATES (sizeof(alternates) / sizeof(alternates[0]))

/* ---- paths ------------------------------------------------------------------------ */

/* A path as the client sent it, split first and then decoded, so that no escape can
 * make a part of two or change which place is meant. */
#define PARTS_MAX 12
struct parts {
	size_t count;
	bool has_slash; /* at the end */
	char *text[PARTS_MAX];
	size_t len[PARTS_MAX];
	char memory[API_TARGET_MAX + PARTS_MAX + 1];
};

/* The part before the next '/', or the last; *at moves behind it. */
static size_t
take_part(const char **at, const char **part_r)
{
	size_t len = strcspn(*at, "/");

	*part_r = *at;
	*at += len;
	if (**at == '/')
		(*at)++;
	return len;
}

/* False: it is nobody's path. */
static bool
split(const char *path, struct parts *parts_r)
{
	char *memory = parts_r->memory;
	size_t len = strlen(path);
	const char *part;

	parts_r->count = 0;
	if (path[0] != '/' || len > API_TARGET_MAX)
		return false;
	parts_r->has_slash = len > 1 && path[len - 1] == '/';
	for (path++; *path != '\0';) {
		size_t part_len = take_part(&path, &part), *decoded;

		if (parts_r->count == PARTS_MAX || part_len == 0)
			return false;
		parts_r->text[parts_r->count] = memory;
		decoded = &parts_r->len[parts_r->count++];
		if (!api_value_decode(part, part_len, false, memory, decoded) ||
		    strcmp(memory, ".") == 0 || strcmp(memory, "..") == 0)
			return false;
		memory += *decoded + 1;
	}
	return true;
}

/* Is it the pattern's path? A slash at the end is one's own, except that a pattern
 * with one is also matched without. With object, the parts in braces become its
 * members, also when the rest does not match. */
static bool
matches(const struct parts *parts, const char *pattern, json_t *object)
{
	size_t len = strlen(pattern), i = 0;
	const char *part;

	if (parts->has_slash && pattern[len - 1] != '/')
		return false;
	for (pattern++; *pattern != '\0'; i++) {
		size_t part_len = take_part(&pattern, &part);
		char name[64];

		if (i == parts->count)
			return false;
		if (part[0] != '{') {
			if (part_len != parts->len[i] ||
			    memcmp(part, parts->text[i], part_len) != 0)
				return false;
			continue;
		}
		if (object == NULL || part_len - 2 >= sizeof(name))
			continue;
		memcpy(name, part + 1, part_len - 2);
		name[part_len - 2] = '\0';
		(void)json_object_set_new(
		    object, name, json_stringn(parts->text[i], parts->len[i]));
	}
	return i == parts->count;
}

/* ---- operations --------------------------------------------------------------------- */

/* verb NULL: any. */
static bool
is_verb(const char *verb, const char *method)
{
	return verb == NULL || strcmp(verb, method) == 0;
}

static const struct api_operation *
find_row(const struct parts *parts, const char *verb)
{
	for (size_t i = 0; api_operations[i] != NULL; i++) {
		const struct api_operation *row = api_operations[i];

		for (; row->name != NULL; row++)
			if (api_protocol_is_json(row->protocol) &&
			    is_verb(verb, row->method) &&
			    matches(parts, row->path, NULL))
				return row;
	}
	return NULL;
}

static const struct api_operation *
find_alternate(const struct parts *parts, const char *verb)
{
	for (size_t i = 0; i < ALTERNATES; i++)
		if (is_verb(verb, alternates[i].method) &&
		    matches(parts, alternates[i].path, NULL))
			return api_operation_find(API_V2, alternates[i].name);
	return NULL;
}

static const struct api_unsupported *
find_unsupported(const struct parts *parts, const char *verb)
{
	const struct api_unsupported *row = api_unsupported;

	for (; row->name != NULL; row++)
		if (row->protocol == API_V2 && is_verb(verb, row->method) &&
		    matches(parts, row->path, NULL))
			return row;
	return NULL;
}

const struct api_operation *
api_rest_find(const struct api_request *request, struct api_fault *fault_r)
{
	const struct api_operation *operation;
	const struct api_unsupported *other;
	struct parts parts;

	if (!split(request->path, &parts)) {
		api_fault_say(fault_r, "UnknownOperationException",
		    "The path is none of an operation, or is not UTF-8 in "
		    "percent-encoding");
		return NULL;
	}
	operation = find_row(&parts, request->verb);
	if (operation == NULL)
		operation = find_alternate(&parts, request->verb);
	if (operation != NULL)
		return operation;
	other = find_unsupported(&parts, request->verb);
	if (other != NULL)
		api_fault_say(fault_r, "NotImplementedException",
		    "This service does not have %s", other->name);
	else if (find_row(&parts, NULL) != NULL ||
		 find_alternate(&parts, NULL) != NULL ||
		 find_unsupported(&parts, NULL) != NULL)
		api_fault_say(fault_r, "MethodNotAllowed",
		    "The path does not have the method %.20s", request->verb);
	else
		api_fault_say(fault_r, "UnknownOperationException",
		    "No operation has this method and path");
	return NULL;
}

/* ---- bodies ------------------------------------------------------------------------ */

/* A value costs memory far beyond its bytes, so that a body's size is no bound. */
#define VALUES_MAX 100000
#define DEPTH_MAX 64

/* Counts by punctuation outside of strings; whether it is JSON is jansson's to say. */
static bool
is_bounded(const char *body, size_t len)
{
	size_t values = 0, depth = 0;

	for (size_t i = 0; i < len; i++) {
		if (body[i] == '"') {
			for (i++; i < len && body[i] != '"'; i++)
				if (body[i] == '\\')
					i++;
		} else if (body[i] == '[' || body[i] == '{') {
			values++;
			if (++depth > DEPTH_MAX)
				return false;
		} else if ((body[i] == ']' || body[i] == '}') && depth > 0) {
			depth--;
		} else if (body[i] == ',') {
			values++;
		}
		if (values > VALUES_MAX)
			return false;
	}
	return true;
}

static json_t *
read_body(const struct api_request *request, struct api_fault *fault_r)
{
	json_error_t error;
	json_t *body;

	if (request->body_len == 0)
		return json_object();
	if (!is_bounded(request->body, request->body_len)) {
		api_fault_say(fault_r, "SerializationException",
		    "The body has too many values, or they are nested too "
		    "deeply");
		return NULL;
	}
	body = json_loadb(request->body, request->body_len, 0, &error);
	if (body != NULL && json_is_object(body))
		return body;
	if (body != NULL)
		api_fault_say(fault_r, "SerializationException",
		    "The body must be a JSON object");
	else
		api_fault_say(fault_r, "SerializationException",
		    "The body is not JSON: line %d, column %d", error.line,
		    error.column);
	json_decref(body);
	return NULL;
}

/* What stands elsewhere must not be said by the body; except that what belongs in
 * the query may come with a POST's. */
static void
drop_foreign(
    const struct api_operation *operation, bool is_post, json_t *object)
{
	const struct api_member *member = operation->in;

	for (; member != NULL && member->name != NULL; member++)
		if ((member->flags & IN_PATH) != 0 ||
		    ((member->flags & IN_QUERY) != 0 && !is_post))
			(void)json_object_del(object, member->name);
}

/* ---- query -------------------------------------------------------------------------- */

static bool
is_leaf(const struct api_shape *shape)
{
	return shape->kind != API_STRUCT && shape->kind != API_LIST &&
	       shape->kind != API_MAP;
}

/* Repeated keys are a list; of a single value the last one counts. */
static bool
set_from_query(const struct api_member *member,
    const struct api_query_param *param, json_t *object,
    struct api_fault *fault_r)
{
	bool is_list = member->shape->kind == API_LIST;
	const struct api_shape *shape =
	    is_list ? member->shape->element : member->shape;
	json_t *value, *list;

	if (!is_leaf(shape))
		return true;
	value = api_value_new(shape, param->value, param->value_len);
	if (value == NULL) {
		api_fault_say(fault_r, "BadRequestException",
		    "%s in the query must be %s", param->name,
		    shape->kind == API_TIME
			? "a time as in 2026-01-02T03:04:05Z"
		    : shape->kind == API_FLAG    ? "true or false"
		    : shape->kind == API_INTEGER ? "an integer"
						 : "a number");
		return false;
	}
	if (!is_list)
		return json_object_set_new(object, member->name, value) == 0;
	list = json_object_get(object, member->name);
	if (!json_is_array(list)) {
		(void)json_object_set_new(object, member->name, json_array());
		list = json_object_get(object, member->name);
	}
	return json_array_append_new(list, value) == 0;
}

/* With GET all comes by the query, also what other versions have in a body. */
static const struct api_member *
member_of_query(
    const struct api_operation *operation, bool is_get, const char *name)
{
	const struct api_member *member = operation->in;

	for (; member != NULL && member->name != NULL; member++)
		if (((member->flags & IN_QUERY) != 0 ||
			(is_get && (member->flags & IN_PATH) == 0)) &&
		    strcmp(member->wire != NULL ? member->wire : member->name,
			name) == 0)
			return member;
	return NULL;
}

static bool
read_query(const struct api_operation *operation,
    const struct api_request *request, json_t *object,
    struct api_fault *fault_r)
{
	bool is_get = strcmp(request->verb, "GET") == 0, is_good = true;
	json_t *found = json_object();
	struct api_query query;

	if (!api_query_parse(&query, request->query, strlen(request->query), "",
		0, fault_r)) {
		/* That code is of forms. */
		if (strcmp(fault_r->code, "MalformedQueryString") == 0)
			(void)snprintf(fault_r->code, sizeof(fault_r->code),
			    "BadRequestException");
		json_decref(found);
		return false;
	}
	for (size_t i = 0; i < query.count && is_good; i++) {
		const struct api_member *member =
		    member_of_query(operation, is_get, query.params[i].name);

		if (member != NULL)
			is_good = set_from_query(
			    member, &query.params[i], found, fault_r);
	}
	(void)json_object_update(object, found);
	json_decref(found);
	api_query_fini(&query);
	return is_good;
}

/* ---- the whole ----------------------------------------------------------------------- */

/* What stands in the braces is the name on the wire. */
static void
set_from_path(
    const struct api_operation *operation, const json_t *found, json_t *object)
{
	const struct api_member *member = operation->in;

	for (; member != NULL && member->name != NULL; member++) {
		const char *name =
		    member->wire != NULL ? member->wire : member->name;

		if ((member->flags & IN_PATH) != 0)
			(void)json_object_set(
			    object, member->name, json_object_get(found, name));
	}
}

static void
read_path(const struct api_operation *operation,
    const struct api_request *request, json_t *object)
{
	json_t *found = json_object();
	struct parts parts;
	bool is_there = split(request->path, &parts) &&
			matches(&parts, operation->path, found);

	for (size_t i = 0; i < ALTERNATES && !is_there; i++)
		is_there = strcmp(alternates[i].name, operation->name) == 0 &&
			   matches(&parts, alternates[i].path, found);
	if (is_there)
		set_from_path(operation, found, object);
	json_decref(found);
}

json_t *
api_rest_read_new(const struct api_operation *operation,
    const struct api_request *request, struct api_fault *fault_r)
{
	json_t *object = read_body(request, fault_r);

	if (object == NULL)
		return NULL;
	drop_foreign(operation, strcmp(request->verb, "POST") == 0, object);
	if (!read_query(operation, request, object, fault_r)) {
		json_decref(object);
		return NULL;
	}
	read_path(operation, request, object);
	return object;
}
