/* What a message's row keeps of its header, in Amazon SES's form: see
 * ingest_parts.h. Decodes nothing. */
#include "config.h"

#include "ops/ingest_parts.h"

#include <stdlib.h>
#include <string.h>

#include "ops/text_json.h"
#include "rules/ascii.h"

/* Where a field goes among commonHeaders; a list has an entry for each address. */
static const struct common {
	const char *name, *key;
	bool is_list;
} common_fields[INGEST_COMMON] = {
    {"From", "from", true},
    {"To", "to", true},
    {"Cc", "cc", true},
    {"Reply-To", "replyTo", true},
    {"Date", "date", false},
    {"Message-ID", "messageId", false},
    {"Subject", "subject", false},
    {"Return-Path", "returnPath", false},
};

int
ingest_common_find(
    const char *name, size_t len, const char **key_r, bool *is_list_r)
{
	for (int i = 0; i < INGEST_COMMON; i++) {
		const struct common *field = &common_fields[i];

		if (strlen(field->name) != len ||
		    !ascii_has_prefix(name, field->name))
			continue;
		*key_r = field->key;
		*is_list_r = field->is_list;
		return i;
	}
	return -1;
}

/* Without line ends and blanks around it; in place. */
static char *
unfold(char *value)
{
	char *to = value;

	for (const char *c = value; *c != '\0'; c++)
		if (*c != '\r' && *c != '\n')
			*to++ = *c == '\t' ? ' ' : *c;
	*to = '\0';
	value += strspn(value, " ");
	while (to > value && to[-1] == ' ')
		*--to = '\0';
	return value;
}

size_t
ingest_address_len(const char *text)
{
	bool quoted = false;
	int depth = 0;
	size_t i = 0;

	for (; text[i] != '\0'; i++) {
		if (text[i] == '\\' && text[i + 1] != '\0')
			i++;
		else if (text[i] == '"' && depth == 0)
			quoted = !quoted;
		else if (!quoted && text[i] == '(')
			depth++;
		else if (!quoted && text[i] == ')' && depth > 0)
			depth--;
		else if (!quoted && depth == 0 && text[i] == ',')
			break;
	}
	return i;
}

static bool
append_addresses(json_t *list, const char *value)
{
	bool ok = true;

	while (ok && *value != '\0') {
		size_t len = ingest_address_len(value);
		size_t from = strspn(value, " ");
		size_t to = len;

		while (to > from && value[to - 1] == ' ')
			to--;
		if (to > from)
			ok = json_array_append_new(list,
				 text_json_new(value + from, to - from)) == 0;
		value += len + (value[len] == ',');
	}
	return ok;
}

static bool
add_common(json_t *common, const char *name, const char *value)
{
	const char *key;
	bool is_list;
	json_t *list;

	if (ingest_common_find(name, strlen(name), &key, &is_list) < 0)
		return true;
	list = json_object_get(common, key);
	if (!is_list)
		return list != NULL || json_object_set_new(common, key,
					   json_string(value)) == 0;
	if (list == NULL) {
		list = json_array();
		if (json_object_set_new(common, key, list) != 0)
			return false;
	}
	return append_addresses(list, value);
}

static bool
add_header(json_t *headers, const char *name, const char *value)
{
	json_t *header = json_object();

	if (json_object_set_new(header, "name", json_string(name)) != 0 ||
	    json_object_set_new(header, "value", json_string(value)) != 0) {
		json_decref(header);
		return false;
	}
	return json_array_append_new(headers, header) == 0;
}

/* All pairs of one of the line's lists; headers may be NULL. */
static bool
add_fields(const json_t *pairs, json_t *headers, json_t *common)
{
	const json_t *pair;
	bool ok = true;
	size_t i;

	json_array_foreach(pairs, i, pair)
	{
		const char *name = json_string_value(json_array_get(pair, 0));
		const char *value = json_string_value(json_array_get(pair, 1));
		char *copy;

		if (name == NULL || value == NULL)
			continue;
		copy = strdup(value);
		if (copy == NULL)
			return false;
		value = unfold(copy);
		ok =
		    ok && (headers == NULL || add_header(headers, name, value));
		ok = ok && add_common(common, name, value);
		free(copy);
	}
	return ok;
}

static bool
set_headers(json_t *facts, const json_t *line)
{
	const json_t *kept = json_object_get(line, "headers");
	json_t *common = json_object();
	json_t *headers = kept != NULL ? json_array() : NULL;
	bool ok = common != NULL && (kept == NULL || headers != NULL);

	ok = ok && add_fields(kept, headers, common);
	ok = ok && add_fields(json_object_get(line, "common"), NULL, common);
	if (json_is_true(json_object_get(line, "truncated")))
		ok &= json_object_set_new(
			  facts, "headersTruncated", json_true()) == 0;
	if (headers != NULL)
		ok &= json_object_set_new(facts, "headers", headers) == 0;
	return json_object_set_new(facts, "commonHeaders", common) == 0 && ok;
}

/* {"name": [values]} */
static bool
set_tags(json_t *facts, const json_t *line)
{
	const json_t *pairs = json_object_get(line, "tags");
	json_t *tags = json_object();
	const json_t *pair;
	bool ok = tags != NULL;
	size_t i;

	json_array_foreach(pairs, i, pair)
	{
		const char *name = json_string_value(json_array_get(pair, 0));
		json_t *value = json_array_get(pair, 1);
		json_t *values;

		if (name == NULL || !json_is_string(value))
			continue;
		values = json_object_get(tags, name);
		if (values == NULL) {
			values = json_array();
			ok &= json_object_set_new(tags, name, values) == 0;
		}
		ok = ok && json_array_append(values, value) == 0;
	}
	return json_object_set_new(facts, "tags", tags) == 0 && ok;
}

/* Of a few lines alone. */
static bool
set_text_if(json_t *facts, const char *key, const json_t *line)
{
	json_t *value = json_object_get(line, key);

	return !json_is_string(value) ||
	       json_object_set(facts, key, value) == 0;
}

static bool
set_number_if(json_t *facts, const char *key, const json_t *line)
{
	json_t *value = json_object_get(line, key);

	return !json_is_integer(value) ||
	       json_object_set(facts, key, value) == 0;
}

static bool
set_text(json_t *facts, const char *key, const json_t *line)
{
	json_t *value = json_object_get(line, key);

	return json_object_set_new(facts, key,
		   json_is_string(value) ? json_incref(value)
					 : json_string("")) == 0;
}

json_t *
ingest_facts(const json_t *line)
{
	json_t *facts = json_object();

	if (!set_headers(facts, line) || !set_tags(facts, line) ||
	    !set_text(facts, "identity", line) ||
	    !set_text(facts, "set", line) ||
	    !set_text_if(facts, "submission", line) ||
	    !set_text_if(facts, "operation", line) ||
	    !set_text_if(facts, "outgoingIp", line) ||
	    !set_number_if(facts, "outgoingPoolId", line) ||
	    (json_object_get(line, "tenant") != NULL &&
		!set_text(facts, "tenant", line))) {
		json_decref(facts);
		return NULL;
	}
	return facts;
}
