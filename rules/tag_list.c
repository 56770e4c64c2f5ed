/* Tag lists: see tag_list.h. Knows no tag. */
#include "config.h"

#include "rules/tag_list.h"

#include <string.h>

#include "rules/ascii.h"

bool
tag_is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void
trim(const char **text, size_t *len)
{
	while (*len > 0 && tag_is_space(**text)) {
		(*text)++;
		(*len)--;
	}
	while (*len > 0 && tag_is_space((*text)[*len - 1]))
		(*len)--;
}

static bool
is_name(const char *text, size_t len)
{
	if (len == 0 || !ascii_is_alnum(text[0]) || ascii_is_digit(text[0]))
		return false;
	for (size_t i = 0; i < len; i++)
		if (!ascii_is_alnum(text[i]) && text[i] != '_')
			return false;
	return true;
}

static bool
is_value(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (!ascii_is_print(text[i]) && !tag_is_space(text[i]))
			return false;
	return true;
}

static bool
has_name(const struct tag *tag, const char *name, size_t len)
{
	return tag->name_len == len && memcmp(tag->name, name, len) == 0;
}

static bool
add_tag(struct tag_list *list, const char *text, size_t len)
{
	const char *equals = memchr(text, '=', len);
	struct tag tag = {.name = text};

	if (equals == NULL || list->count == TAG_LIST_MAX)
		return false;
	tag.name_len = (size_t)(equals - text);
	tag.value = equals + 1;
	tag.value_len = len - tag.name_len - 1;
	trim(&tag.name, &tag.name_len);
	trim(&tag.value, &tag.value_len);
	if (!is_name(tag.name, tag.name_len) ||
	    !is_value(tag.value, tag.value_len))
		return false;
	for (size_t i = 0; i < list->count; i++)
		if (has_name(&list->tags[i], tag.name, tag.name_len))
			return false;
	list->tags[list->count++] = tag;
	return true;
}

bool
tag_list_parse(const char *text, size_t len, struct tag_list *list_r)
{
	list_r->count = 0;
	trim(&text, &len);
	if (len > 0 && text[len - 1] == ';')
		len--;
	while (len > 0) {
		const char *end = memchr(text, ';', len);
		size_t part = end == NULL ? len : (size_t)(end - text);

		if (!add_tag(list_r, text, part))
			return false;
		if (end == NULL)
			return true;
		text = end + 1;
		len -= part + 1;
		if (len == 0)
			return false;
	}
	return list_r->count > 0;
}

const struct tag *
tag_list_find(const struct tag_list *list, const char *name)
{
	for (size_t i = 0; i < list->count; i++)
		if (has_name(&list->tags[i], name, strlen(name)))
			return &list->tags[i];
	return NULL;
}

bool
tag_is(const struct tag *tag, const char *text)
{
	return tag->value_len == strlen(text) &&
	       memcmp(tag->value, text, tag->value_len) == 0;
}

bool
tag_has_item(const struct tag *tag, const char *item)
{
	const char *text = tag->value;
	size_t left = tag->value_len;

	for (;;) {
		const char *end = memchr(text, ':', left);
		const char *part = text;
		size_t len = end == NULL ? left : (size_t)(end - text);

		left -= end == NULL ? len : len + 1;
		trim(&part, &len);
		if (len == strlen(item) && memcmp(part, item, len) == 0)
			return true;
		if (end == NULL)
			return false;
		text = end + 1;
	}
}
