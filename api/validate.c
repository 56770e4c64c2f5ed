/* Inputs against shapes: see validate.h. */
#include "config.h"

#include "api/validate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/call.h"
#include "api/fault.h"
#include "api/value.h"

/* Where in the input: for the error's text alone. */
struct place {
	const struct place *up;
	const char *name; /* NULL: an element */
	size_t index;
};

struct check {
	enum api_protocol protocol;
	struct api_fault *fault_r;
};

#define PATH_MAX_LEN 256

static void
path_of(const struct place *place, char path_r[PATH_MAX_LEN])
{
	size_t len;

	path_r[0] = '\0';
	if (place->up != NULL)
		path_of(place->up, path_r);
	len = strlen(path_r);
	if (place->name == NULL)
		(void)snprintf(
		    path_r + len, PATH_MAX_LEN - len, "[%zu]", place->index);
	else
		(void)snprintf(path_r + len, PATH_MAX_LEN - len, "%s%.100s",
		    len == 0 ? "" : ".", place->name);
}

/* SNS begins all of these so, and clients look for it. */
static json_t *
wrong(const struct check *check, const struct place *place, const char *wanted)
{
	char path[PATH_MAX_LEN];

	path_of(place, path);
	if (check->protocol == API_SNS)
		api_fault_say(check->fault_r, "InvalidParameter",
		    "Invalid parameter: %s Reason: it %s", path, wanted);
	else
		api_fault_say(check->fault_r,
		    api_fault_invalid(check->protocol), "%s %s", path, wanted);
	return NULL;
}

static json_t *
missing(const struct check *check, const struct place *place)
{
	char path[PATH_MAX_LEN];

	path_of(place, path);
	api_fault_say(check->fault_r,
	    api_protocol_is_json(check->protocol) ? "BadRequestException"
						  : "ValidationError",
	    "%s is required", path);
	return NULL;
}

static json_t *
without_memory(const struct check *check)
{
	api_fault_say(check->fault_r, "ServiceUnavailable",
	    "The service is temporarily unavailable; please try again");
	return NULL;
}

/* ---- sizes ---------------------------------------------------------------------- */

/* In one and many: "character", "characters". True when it is within the shape's
 * limits. */
static bool
has_size(const struct check *check, const struct api_shape *shape,
    const struct place *place, int64_t size, const char *one, const char *many)
{
	bool is_short = size < shape->least;
	int64_t limit = is_short ? shape->least : shape->most;
	char wanted[96];

	if (!is_short && (shape->most == 0 || size <= shape->most))
		return true;
	(void)snprintf(wanted, sizeof(wanted), "must have at %s %lld %s",
	    is_short ? "least" : "most", (long long)limit,
	    limit == 1 ? one : many);
	(void)wrong(check, place, wanted);
	return false;
}

static int64_t
characters_of(const json_t *text)
{
	const char *bytes = json_string_value(text);
	int64_t count = 0;

	for (size_t i = json_string_length(text); i > 0; i--)
		count += ((unsigned char)bytes[i - 1] & 0xC0) != 0x80;
	return count;
}

/* ---- leaves ----------------------------------------------------------------------- */

static json_t *
check_text(const struct check *check, const struct api_shape *shape,
    const struct place *place, json_t *value)
{
	if (!json_is_string(value))
		return wrong(check, place, "must be a string");
	if (!has_size(check, shape, place, characters_of(value), "character",
		"characters"))
		return NULL;
	return json_incref(value);
}

static bool
is_choice(const char *choices, const char *text)
{
	size_t len = strlen(text);

	for (const char *at = choices;; at++) {
		size_t end = strcspn(at, "|");

		if (end == len && strncmp(at, text, len) == 0)
			return true;
		at += end;
		if (*at == '\0')
			return false;
	}
}

static json_t *
check_choice(const struct check *check, const struct api_shape *shape,
    const struct place *place, json_t *value)
{
	char wanted[1024];
	size_t len;

	if (json_is_string(value) &&
	    is_choice(shape->choices, json_string_value(value)))
		return json_incref(value);
	len = (size_t)snprintf(wanted, sizeof(wanted), "must be one of ");
	for (const char *c = shape->choices;
	     *c != '\0' && len + 3 < sizeof(wanted); c++) {
		wanted[len++] = *c == '|' ? ',' : *c;
		if (*c == '|')
			wanted[len++] = ' ';
	}
	wanted[len] = '\0';
	return wrong(check, place, wanted);
}

static json_t *
check_integer(const struct check *check, const struct api_shape *shape,
    const struct place *place, json_t *value)
{
	int64_t number = json_integer_value(value);
	char wanted[96];

	if (!json_is_integer(value))
		return wrong(check, place, "must be an integer");
	if (number >= shape->least && number <= shape->most)
		return json_incref(value);
	(void)snprintf(wanted, sizeof(wanted),
	    "must be an integer from %lld to %lld", (long long)shape->least,
	    (long long)shape->most);
	return wrong(check, place, wanted);
}

static json_t *
check_time(const struct check *check, const struct place *place, json_t *value)
{
	json_t *time = NULL;

	if (json_is_string(value))
		time = api_value_time_new(json_string_value(value));
	else if (json_is_number(value) &&
		 api_value_is_time(json_number_value(value)))
		time = json_incref(value);
	return time != NULL ? time
			    : wrong(check, place,
				  "must be a time, in seconds since 1970 or as "
				  "in 2026-01-02T03:04:05Z");
}

/* RFC 4648, section 4; neither line breaks nor anything behind the padding. */
static bool
is_base64(const char *text, size_t len, int64_t *bytes_r)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "abcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t pad = 0;

	while (pad < 2 && pad < len && text[len - 1 - pad] == '=')
		pad++;
	*bytes_r = (int64_t)(len / 4 * 3 - (len == 0 ? 0 : pad));
	return len % 4 == 0 && strspn(text, digits) == len - pad;
}

static json_t *
check_blob(const struct check *check, const struct api_shape *shape,
    const struct place *place, json_t *value)
{
	int64_t bytes;

	if (!json_is_string(value) || !is_base64(json_string_value(value),
					  json_string_length(value), &bytes))
		return wrong(check, place, "must be base64");
	if (!has_size(check, shape, place, bytes, "byte", "bytes"))
		return NULL;
	return json_incref(value);
}

/* ---- the whole ------------------------------------------------------------------- */

static json_t *check_value(const struct check *check,
    const struct api_shape *shape, const struct place *place, json_t *value);

static json_t *
check_list(const struct check *check, const struct api_shape *shape,
    const struct place *place, json_t *value)
{
	json_t *list, *item;
	size_t i;

	if (!json_is_array(value))
		return wrong(check, place, "must be a list");
	if (!has_size(check, shape, place, (int64_t)json_array_size(value),
		"entry", "entries"))
		return NULL;
	list = json_array();
	json_array_foreach(value, i, item)
	{
		struct place at = {place, NULL, i};
		json_t *good = check_value(check, shape->element, &at, item);

		if (good == NULL) {
			json_decref(list);
			return NULL;
		}
		(void)json_array_append_new(list, good);
	}
	return list;
}

static json_t *
check_map(const struct check *check, const struct api_shape *shape,
    const struct place *place, json_t *value)
{
	json_t *map, *item;
	const char *key;

	if (!json_is_object(value))
		return wrong(check, place, "must be an object");
	if (!has_size(check, shape, place, (int64_t)json_object_size(value),
		"entry", "entries"))
		return NULL;
	map = json_object();
	json_object_foreach(value, key, item)
	{
		struct place at = {place, key, 0};
		json_t *good;

		if (json_is_null(item))
			continue;
		good = check_value(check, shape->element, &at, item);
		if (good == NULL) {
			json_decref(map);
			return NULL;
		}
		(void)json_object_set_new(map, key, good);
	}
	return map;
}

static json_t *
check_members(const struct check *check, const struct api_member *members,
    const struct place *place, const json_t *value)
{
	json_t *object = json_object();

	if (object == NULL)
		return without_memory(check);
	for (; members != NULL && members->name != NULL; members++) {
		struct place at = {place, members->name, 0};
		json_t *item = json_object_get(value, members->name), *good;

		if (json_is_null(item))
			item = NULL;
		if (item == NULL && (members->flags & REQUIRED) == 0)
			continue;
		good = item == NULL
			   ? missing(check, &at)
			   : check_value(check, members->shape, &at, item);
		if (good == NULL) {
			json_decref(object);
			return NULL;
		}
		(void)json_object_set_new(object, members->name, good);
	}
	return object;
}

static json_t *
check_value(const struct check *check, const struct api_shape *shape,
    const struct place *place, json_t *value)
{
	switch (shape->kind) {
	case API_TEXT:
		return check_text(check, shape, place, value);
	case API_CHOICE:
		return check_choice(check, shape, place, value);
	case API_INTEGER:
		return check_integer(check, shape, place, value);
	case API_NUMBER:
		return json_is_number(value)
			   ? json_incref(value)
			   : wrong(check, place, "must be a number");
	case API_FLAG:
		return json_is_boolean(value)
			   ? json_incref(value)
			   : wrong(check, place, "must be true or false");
	case API_TIME:
		return check_time(check, place, value);
	case API_BLOB:
		return check_blob(check, shape, place, value);
	case API_STRUCT:
		return json_is_object(value)
			   ? check_members(check, shape->members, place, value)
			   : wrong(check, place, "must be an object");
	case API_LIST:
		return check_list(check, shape, place, value);
	case API_MAP:
		return check_map(check, shape, place, value);
	}
	return wrong(check, place, "cannot be read");
}

json_t *
api_validate_new(enum api_protocol protocol, const struct api_member *members,
    const json_t *in, struct api_fault *fault_r)
{
	struct check check = {protocol, fault_r};

	return check_members(&check, members, NULL, in);
}
