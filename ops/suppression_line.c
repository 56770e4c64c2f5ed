/* One line of a suppression file: see suppression_line.h. Stores nothing. */
#include "config.h"

#include "ops/suppression_line.h"

#include <string.h>
#include <strings.h>
#include <jansson.h>

#define BLANKS " \t\r"

/* In place: what remains between the blanks. */
static void
trim(char *text)
{
	size_t lead = strspn(text, BLANKS), len;

	memmove(text, text + lead, strlen(text + lead) + 1);
	len = strlen(text);
	while (len > 0 && strchr(BLANKS, text[len - 1]) != NULL)
		text[--len] = '\0';
}

bool
suppression_line_read(FILE *in, char *line, size_t size, const char **wrong_r)
{
	size_t len = 0;
	int c = getc(in);

	*wrong_r = NULL;
	if (c == EOF)
		return false;
	for (; c != EOF && c != '\n'; c = getc(in)) {
		if (c == '\0')
			*wrong_r = "the line holds a NUL byte";
		else if (len + 1 < size)
			line[len++] = (char)c;
		else
			*wrong_r = "the line is too long";
	}
	if (*wrong_r != NULL)
		len = 0;
	line[len] = '\0';
	if (len >= 3 && memcmp(line, "\xef\xbb\xbf", 3) == 0)
		memmove(line, line + 3, len - 2);
	trim(line);
	return true;
}

static bool
copy(char *to, size_t size, const char *from, size_t len)
{
	if (len >= size)
		return false;
	memcpy(to, from, len);
	to[len] = '\0';
	trim(to);
	return true;
}

static bool
copy_json(char *to, size_t size, const json_t *object, const char *key,
    const char *other_key)
{
	const json_t *value = json_object_get(object, key);

	if (value == NULL)
		value = json_object_get(object, other_key);
	to[0] = '\0';
	if (value == NULL)
		return true;
	return json_is_string(value) && copy(to, size, json_string_value(value),
					    json_string_length(value));
}

static const char *
parse_json(const char *line, struct suppression_line *line_r)
{
	json_t *object = json_loads(line, JSON_REJECT_DUPLICATES, NULL);
	const char *wrong = NULL;

	if (!json_is_object(object))
		wrong = "the line is not a JSON object";
	else if (!copy_json(line_r->address, sizeof(line_r->address), object,
		     "emailAddress", "EmailAddress") ||
		 line_r->address[0] == '\0')
		wrong = "there is no emailAddress in the JSON object";
	else if (!copy_json(line_r->reason, sizeof(line_r->reason), object,
		     "reason", "Reason"))
		wrong = "the reason is not BOUNCE, COMPLAINT or MANUAL";
	json_decref(object);
	return wrong;
}

/* A quoted field (RFC 4180 §2.7) with doubled quotes inside; NULL: broken. Else
 * where the text goes on. */
static const char *
unquote(const char *text, char *to, size_t size)
{
	size_t len = 0;

	for (text++; *text != '\0'; text++) {
		if (*text == '"' && text[1] != '"')
			break;
		if (*text == '"')
			text++;
		if (len + 1 < size)
			to[len] = *text;
		len++;
	}
	if (*text != '"' || len >= size)
		return NULL;
	to[len] = '\0';
	return text + 1;
}

/* A field up to its comma or the end: is it a reason, or the heading of them? */
static bool
is_reason_field(const char *text)
{
	static const char *const words[] = {
	    "BOUNCE", "COMPLAINT", "MANUAL", "reason"};
	size_t len = strcspn(text, ",");

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strlen(words[i]) == len &&
		    strncasecmp(text, words[i], len) == 0)
			return true;
	return false;
}

/* Before the reason: an address may hold commas, and after the reason there may be
 * more columns, which an export has. NULL: there is no comma. */
static const char *
reason_comma(const char *line)
{
	const char *comma = strchr(line, ',');

	while (comma != NULL && !is_reason_field(comma + 1))
		comma = strchr(comma + 1, ',');
	return comma != NULL ? comma : strrchr(line, ',');
}

/* An export says '=…, '+…, '-… and '@…, so that no spreadsheet takes them for
 * formulas. */
static void
cut_guard(char *address)
{
	if (address[0] == '\'' && address[1] != '\0' &&
	    strchr("=+-@", address[1]) != NULL)
		memmove(address, address + 1, strlen(address));
}

const char *
suppression_line_parse(const char *line, struct suppression_line *line_r)
{
	const char *comma = reason_comma(line);
	const char *rest;
	size_t len;

	if (line[0] == '{')
		return parse_json(line, line_r);
	if (line[0] == '"') {
		rest = unquote(line, line_r->address, sizeof(line_r->address));
		if (rest == NULL || (*rest != '\0' && *rest != ','))
			return "a quote is not closed, or more follows it";
		comma = *rest == ',' ? rest : NULL;
	} else if (!copy(line_r->address, sizeof(line_r->address), line,
		       comma == NULL ? strlen(line) : (size_t)(comma - line)))
		return "the address is too long";
	cut_guard(line_r->address);
	rest = comma == NULL ? "" : comma + 1;
	len = is_reason_field(rest) ? strcspn(rest, ",") : strlen(rest);
	if (!copy(line_r->reason, sizeof(line_r->reason), rest, len))
		return "the reason is not BOUNCE, COMPLAINT or MANUAL";
	if (line_r->reason[0] == '"') { /* "BOUNCE" */
		char text[sizeof(line_r->reason)];

		rest = unquote(line_r->reason, text, sizeof(text));
		if (rest == NULL || *rest != '\0')
			return "a quote is not closed, or more follows it";
		memcpy(line_r->reason, text, sizeof(text));
	}
	return NULL;
}

bool
suppression_line_is_heading(const char *line)
{
	struct suppression_line names;

	return line[0] != '{' && suppression_line_parse(line, &names) == NULL &&
	       strcasecmp(names.reason, "reason") == 0 &&
	       strchr(names.address, '@') == NULL;
}
