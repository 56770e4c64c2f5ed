/* Forms to objects: see query.h.
 * Two steps: parameters into a tree of objects, one level for each part of the name,
 * a text at "" of the leaf; then the tree by the shape. */
#include "config.h"

#include "api/query.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/call.h"
#include "api/fault.h"
#include "api/value.h"

/* ---- parameters ------------------------------------------------------------------ */

/* The next "name=value" of a form; false at its end. Empty ones are passed over. */
struct cursor {
	const char *at, *end;
};
struct piece {
	const char *name, *value;
	size_t name_len, value_len;
};

static bool
next_piece(struct cursor *cursor, struct piece *piece_r)
{
	while (cursor->at < cursor->end && *cursor->at == '&')
		cursor->at++;
	if (cursor->at >= cursor->end)
		return false;

	size_t left = (size_t)(cursor->end - cursor->at);
	const char *end = memchr(cursor->at, '&', left);
	size_t len = end == NULL ? left : (size_t)(end - cursor->at);
	const char *equals = memchr(cursor->at, '=', len);

	piece_r->name = cursor->at;
	piece_r->name_len =
	    equals == NULL ? len : (size_t)(equals - cursor->at);
	piece_r->value = equals == NULL ? cursor->at + len : equals + 1;
	piece_r->value_len = equals == NULL ? 0 : len - piece_r->name_len - 1;
	cursor->at += len;
	return true;
}

static bool
malformed(struct api_fault *fault_r, const char *text)
{
	api_fault_say(fault_r, "MalformedQueryString", "%s", text);
	return false;
}

/* Appends the form's parameters; *memory moves on. */
static bool
parse_form(struct api_query *query, const char *form, size_t len, char **memory,
    struct api_fault *fault_r)
{
	struct cursor cursor = {form, form + len};
	struct piece piece;

	while (next_piece(&cursor, &piece)) {
		struct api_query_param *param = &query->params[query->count];
		char *name = *memory, *value;
		size_t name_len;

		if (query->count == API_QUERY_PARAMS_MAX)
			return malformed(
			    fault_r, "The request has too many parameters");
		if (piece.name_len > API_QUERY_NAME_MAX)
			return malformed(
			    fault_r, "The name of a parameter is too long");
		if (!api_value_decode(
			piece.name, piece.name_len, true, name, &name_len))
			return malformed(fault_r,
			    "The name of a parameter is not UTF-8 in "
			    "percent-encoding");
		value = name + name_len + 1;
		if (!api_value_decode(piece.value, piece.value_len, true, value,
			&param->value_len)) {
			api_fault_say(fault_r, "MalformedQueryString",
			    "%s is not UTF-8 text in percent-encoding", name);
			return false;
		}
		param->name = name;
		param->value = value;
		*memory = value + param->value_len + 1;
		query->count++;
	}
	return true;
}

static size_t
count_params(const char *form, size_t len)
{
	size_t count = len == 0 ? 0 : 1;

	for (const char *at = form; len > 0 && count <= API_QUERY_PARAMS_MAX;
	     count++) {
		at = memchr(at, '&', (size_t)(form + len - at));
		if (at == NULL)
			break;
		at++;
	}
	return count;
}

bool
api_query_parse(struct api_query *query_r, const char *first, size_t first_len,
    const char *second, size_t second_len, struct api_fault *fault_r)
{
	size_t most =
	    count_params(first, first_len) + count_params(second, second_len);
	char *memory;

	/* Two NUL more than what is decoded for each. */
	*query_r = (struct api_query){
	    .params = calloc(most + 1, sizeof(struct api_query_param))};
	memory = query_r->memory =
	    malloc(first_len + second_len + 2 * (most + 1));
	if (query_r->params == NULL || memory == NULL) {
		api_query_fini(query_r);
		api_fault_say(fault_r, "ServiceUnavailable",
		    "The service is temporarily unavailable; please try "
		    "again");
		return false;
	}
	if (parse_form(query_r, first, first_len, &memory, fault_r) &&
	    parse_form(query_r, second, second_len, &memory, fault_r))
		return true;
	api_query_fini(query_r);
	return false;
}

void
api_query_fini(struct api_query *query)
{
	free(query->params);
	free(query->memory);
	*query = (struct api_query){.params = NULL};
}

bool
api_query_peek(
    const char *form, size_t len, const char *name, char *value_r, size_t size)
{
	struct cursor cursor = {form, form + len};
	struct piece piece;
	size_t name_len = strlen(name), value_len;

	for (int i = 0; i < API_QUERY_PARAMS_MAX; i++) {
		if (!next_piece(&cursor, &piece))
			return false;
		if (piece.name_len != name_len ||
		    memcmp(piece.name, name, name_len) != 0)
			continue;
		return piece.value_len < size &&
		       api_value_decode(piece.value, piece.value_len, true,
			   value_r, &value_len);
	}
	return false;
}

/* ---- the tree --------------------------------------------------------------------- */

/* The part of a name before its next dot; *rest_r behind it, NULL at the end. */
struct part {
	const char *text, *rest;
	size_t len;
};

static struct part
part_of(const char *name)
{
	struct part part = {.text = name, .len = strcspn(name, ".")};

	part.rest = name[part.len] == '.' ? name + part.len + 1 : NULL;
	return part;
}

static bool
is_part(const struct part *part, const char *word)
{
	return strlen(word) == part->len &&
	       strncmp(part->text, word, part->len) == 0;
}

/* "1" to "999999999"; leading zeros are the same number. */
static bool
is_index(const struct part *part, int64_t *index_r)
{
	*index_r = 0;
	if (part->len == 0 || part->len > 9)
		return false;
	for (size_t i = 0; i < part->len; i++) {
		if (part->text[i] < '0' || part->text[i] > '9')
			return false;
		*index_r = *index_r * 10 + (part->text[i] - '0');
	}
	return *index_r > 0;
}

/* The node's child of that name, made when it is missing. NULL: no memory. */
static json_t *
child_of(json_t *node, const char *name)
{
	json_t *child = json_object_get(node, name);

	if (child == NULL) {
		child = json_object();
		if (json_object_set_new(node, name, child) != 0)
			return NULL;
	}
	return child;
}

static const struct api_member *
member_of(const struct api_member *members, const struct part *part)
{
	for (; members != NULL && members->name != NULL; members++)
		if (is_part(part, members->name))
			return members;
	return NULL;
}

/* "member.3" or "entry.3": the child "3" of node; what follows is in *name. NULL: it
 * is neither. */
static json_t *
indexed_child(json_t *node, const char **name, const char *word)
{
	struct part part = part_of(*name), number;
	char text[24];
	int64_t index;

	if (!is_part(&part, word) || part.rest == NULL)
		return NULL;
	number = part_of(part.rest);
	if (!is_index(&number, &index))
		return NULL;
	(void)snprintf(text, sizeof(text), "%lld", (long long)index);
	*name = number.rest;
	return child_of(node, text);
}

/* The node where a parameter's value belongs; NULL when the shape knows no such.
 * Goes down the shape with the name, so that no other node is ever made. */
static json_t *
node_of(json_t *root, const struct api_member *members, const char *name)
{
	struct part part = part_of(name);
	const struct api_member *member = member_of(members, &part);
	const struct api_shape *shape;
	json_t *node;

	if (member == NULL)
		return NULL;
	shape = member->shape;
	node = child_of(root, member->name);
	for (name = part.rest; name != NULL && node != NULL;) {
		if (shape->kind == API_LIST) {
			node = indexed_child(node, &name, "member");
			shape = shape->element;
		} else if (shape->kind == API_MAP) {
			node = indexed_child(node, &name, "entry");
			if (node == NULL || name == NULL)
				return NULL;
			part = part_of(name);
			name = part.rest;
			if (is_part(&part, "key") || is_part(&part, "Name"))
				return name == NULL ? child_of(node, "key")
						    : NULL;
			if (!is_part(&part, "value") &&
			    !is_part(&part, "Value"))
				return NULL;
			node = child_of(node, "value");
			shape = shape->element;
		} else if (shape->kind == API_STRUCT) {
			part = part_of(name);
			name = part.rest;
			member = member_of(shape->members, &part);
			if (member == NULL)
				return NULL;
			shape = member->shape;
			node = child_of(node, member->name);
		} else {
			return NULL;
		}
	}
	return node;
}

/* ---- the tree by the shape --------------------------------------------------------- */

/* path: of the value at hand, for errors: "Content.Tags[1].Name". */
struct reading {
	enum api_protocol protocol;
	struct api_fault *fault_r;
	char path[256];
};

static json_t *value_new(
    struct reading *reading, const struct api_shape *shape, const json_t *node);

/* Both give what leave() takes back; a path too long is cut. */
static size_t
enter_member(struct reading *reading, const char *name)
{
	size_t len = strlen(reading->path);

	(void)snprintf(reading->path + len, sizeof(reading->path) - len, "%s%s",
	    len == 0 ? "" : ".", name);
	return len;
}

static size_t
enter_element(struct reading *reading, size_t index)
{
	size_t len = strlen(reading->path);

	(void)snprintf(
	    reading->path + len, sizeof(reading->path) - len, "[%zu]", index);
	return len;
}

static void
leave(struct reading *reading, size_t len)
{
	reading->path[len] = '\0';
}

static json_t *
wrong(struct reading *reading, const char *wanted)
{
	if (reading->protocol == API_SNS)
		api_fault_say(reading->fault_r, "InvalidParameter",
		    "Invalid parameter: %s Reason: it must be %s",
		    reading->path, wanted);
	else
		api_fault_say(reading->fault_r,
		    api_fault_invalid(reading->protocol), "%s must be %s",
		    reading->path, wanted);
	return NULL;
}

static json_t *
leaf_new(struct reading *reading, const struct api_shape *shape, json_t *text)
{
	static const char *const wanted[] = {[API_INTEGER] = "an integer",
	    [API_NUMBER] = "a number",
	    [API_FLAG] = "true or false",
	    [API_TIME] = "a time as in 2026-01-02T03:04:05Z"};
	const char *value = text == NULL ? "" : json_string_value(text);
	bool is_text = shape->kind >= sizeof(wanted) / sizeof(wanted[0]) ||
		       wanted[shape->kind] == NULL;
	json_t *leaf;

	/* It may be a message of many megabytes. */
	if (is_text && text != NULL)
		return json_incref(text);
	leaf = api_value_new(shape, value, strlen(value));
	return leaf != NULL || is_text ? leaf
				       : wrong(reading, wanted[shape->kind]);
}

static json_t *
struct_new(struct reading *reading, const struct api_member *members,
    const json_t *node)
{
	json_t *object = json_object();

	for (; members != NULL && members->name != NULL; members++) {
		const json_t *child = json_object_get(node, members->name);
		size_t len;
		json_t *value;

		/* A node without anything: a name that went wrong below it. */
		if (child == NULL || json_object_size(child) == 0)
			continue;
		len = enter_member(reading, members->name);
		value = value_new(reading, members->shape, child);
		leave(reading, len);
		if (value == NULL) {
			json_decref(object);
			return NULL;
		}
		(void)json_object_set_new(object, members->name, value);
	}
	return object;
}

static int
compare_indices(const void *a, const void *b)
{
	const char *x = *(const char *const *)a, *y = *(const char *const *)b;
	size_t x_len = strlen(x), y_len = strlen(y);

	return x_len != y_len ? (x_len < y_len ? -1 : 1) : strcmp(x, y);
}

/* The node's keys that are numbers, in their order. NULL: no memory. */
static const char **
indices_new(const json_t *node, size_t *count_r)
{
	const char **keys = calloc(json_object_size(node) + 1, sizeof(*keys));
	const char *key;
	json_t *child;

	*count_r = 0;
	if (keys == NULL)
		return NULL;
	json_object_foreach((json_t *)(uintptr_t)node, key,
	    child) if (key[0] != '\0') keys[(*count_r)++] = key;
	qsort(keys, *count_r, sizeof(*keys), compare_indices);
	return keys;
}

static bool
add_entry(struct reading *reading, const struct api_shape *shape,
    const json_t *node, json_t *out)
{
	const json_t *key = json_object_get(json_object_get(node, "key"), "");
	const json_t *child = json_object_get(node, "value");
	size_t len;
	json_t *value;

	if (key == NULL) {
		(void)wrong(reading, "a map whose every entry has a key");
		return false;
	}
	if (child == NULL)
		return true;
	len = enter_member(reading, json_string_value(key));
	value = value_new(reading, shape->element, child);
	leave(reading, len);
	return value != NULL &&
	       json_object_set_new(out, json_string_value(key), value) == 0;
}

static bool
add_element(struct reading *reading, const struct api_shape *shape,
    const json_t *node, json_t *out)
{
	size_t len;
	json_t *value;

	/* A name that went wrong below it. */
	if (json_object_size(node) == 0)
		return true;
	if (shape->kind == API_MAP)
		return add_entry(reading, shape, node, out);
	len = enter_element(reading, json_array_size(out));
	value = value_new(reading, shape->element, node);
	leave(reading, len);
	return value != NULL && json_array_append_new(out, value) == 0;
}

static bool
add_elements(struct reading *reading, const struct api_shape *shape,
    const json_t *node, json_t *out)
{
	size_t count, i = 0;
	const char **keys = indices_new(node, &count);
	bool is_good = keys != NULL;

	for (; is_good && i < count; i++)
		is_good = add_element(
		    reading, shape, json_object_get(node, keys[i]), out);
	free(keys);
	return is_good;
}

/* An empty scalar is how clients send a list without entries. */
static json_t *
collection_new(
    struct reading *reading, const struct api_shape *shape, const json_t *node)
{
	const char *scalar = json_string_value(json_object_get(node, ""));
	json_t *out;

	if (scalar != NULL && scalar[0] != '\0')
		return wrong(reading, shape->kind == API_LIST
					  ? "a list: NAME.member.1"
					  : "a map: NAME.entry.1.key");
	out = shape->kind == API_LIST ? json_array() : json_object();
	if (add_elements(reading, shape, node, out))
		return out;
	json_decref(out);
	return NULL;
}

static json_t *
value_new(
    struct reading *reading, const struct api_shape *shape, const json_t *node)
{
	switch (shape->kind) {
	case API_STRUCT:
		return struct_new(reading, shape->members, node);
	case API_LIST:
	case API_MAP:
		return collection_new(reading, shape, node);
	default:
		return leaf_new(reading, shape, json_object_get(node, ""));
	}
}

json_t *
api_query_object_new(const struct api_query *query, enum api_protocol protocol,
    const struct api_member *members, struct api_fault *fault_r)
{
	struct reading reading = {protocol, fault_r, ""};
	json_t *root = json_object(), *object = NULL;

	for (size_t i = 0; i < query->count; i++) {
		const struct api_query_param *param = &query->params[i];
		json_t *node = node_of(root, members, param->name);

		/* The first one counts. */
		if (node != NULL && json_object_get(node, "") == NULL)
			(void)json_object_set_new(node, "",
			    json_stringn(param->value, param->value_len));
	}
	if (root != NULL)
		object = struct_new(&reading, members, root);
	json_decref(root);
	return object;
}
