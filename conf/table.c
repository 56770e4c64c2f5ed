/* The option table as data, and its names: see parts.h.
 * Does not read files. */
#include "config.h"

#include "conf/parts.h"

#include <string.h>

const struct conf_option conf_table[] = {
#define X(path, field, type, least, most, choices, def, help)                  \
	{path, CONF_TYPE_##type, least, most, choices, def, help,              \
	    offsetof(struct conf, field)},
    CONF_OPTIONS(X)
#undef X
};
const size_t conf_table_len = sizeof(conf_table) / sizeof(conf_table[0]);

#define NAME_MAX_BYTES 64

static void *
value_at(struct conf *conf, const struct conf_option *option)
{
	return (char *)conf + option->offset;
}

char **
conf_string_at(struct conf *conf, const struct conf_option *option)
{
	return value_at(conf, option);
}

int64_t *
conf_int_at(struct conf *conf, const struct conf_option *option)
{
	return value_at(conf, option);
}

int *
conf_enum_at(struct conf *conf, const struct conf_option *option)
{
	return value_at(conf, option);
}

const struct conf_option *
conf_option_find(const char *path)
{
	for (size_t i = 0; i < conf_table_len; i++)
		if (strcmp(conf_table[i].path, path) == 0)
			return &conf_table[i];
	return NULL;
}

bool
conf_is_group(const char *name)
{
	size_t len = strlen(name);

	for (size_t i = 0; i < conf_table_len; i++)
		if (strncmp(conf_table[i].path, name, len) == 0 &&
		    conf_table[i].path[len] == '.')
			return true;
	return false;
}

static size_t
least_of(size_t a, size_t b, size_t c)
{
	size_t least = a < b ? a : b;

	return least < c ? least : c;
}

/* Levenshtein's distance of the first NAME_MAX_BYTES bytes. */
static size_t
distance_of(const char *a, size_t a_len, const char *b, size_t b_len)
{
	size_t row[NAME_MAX_BYTES + 1];

	if (a_len > NAME_MAX_BYTES)
		a_len = NAME_MAX_BYTES;
	if (b_len > NAME_MAX_BYTES)
		b_len = NAME_MAX_BYTES;
	for (size_t j = 0; j <= b_len; j++)
		row[j] = j;
	for (size_t i = 1; i <= a_len; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= b_len; j++) {
			size_t above = row[j];
			size_t change = a[i - 1] == b[j - 1] ? 0 : 1;

			row[j] = least_of(
			    above + 1, row[j - 1] + 1, diagonal + change);
			diagonal = above;
		}
	}
	return row[b_len];
}

static size_t
distance(const char *a, const char *b)
{
	return distance_of(a, strlen(a), b, strlen(b));
}

static const char *
last_part(const char *path)
{
	const char *dot = strrchr(path, '.');

	return dot == NULL ? path : dot + 1;
}

/* An option in the wrong group, or a group's name alone, is as near as one with
 * one letter wrong. */
static size_t
path_distance(const char *wrong, const char *known)
{
	size_t whole = distance(wrong, known);
	size_t last = distance(last_part(wrong), last_part(known)) + 1;
	size_t first =
	    distance_of(wrong, strlen(wrong), known, strcspn(known, ".")) + 1;

	return least_of(whole, last, first);
}

const char *
conf_nearest(const char *path)
{
	const char *nearest = "networks";
	size_t least = path_distance(path, nearest);

	for (size_t i = 0; i < conf_table_len; i++) {
		size_t d = path_distance(path, conf_table[i].path);

		if (d < least) {
			least = d;
			nearest = conf_table[i].path;
		}
	}
	return nearest;
}

const char *
conf_choice_name(const struct conf_option *option, int index, size_t *len_r)
{
	const char *name = option->choices;

	while (index-- > 0) {
		name += strcspn(name, "|");
		if (*name == '|')
			name++;
	}
	*len_r = strcspn(name, "|");
	return name;
}

int
conf_choice_index(const struct conf_option *option, const char *name)
{
	size_t wanted = strlen(name);

	for (int i = 0;; i++) {
		size_t len;
		const char *choice = conf_choice_name(option, i, &len);

		if (len == 0)
			return -1;
		if (len == wanted && memcmp(choice, name, len) == 0)
			return i;
	}
}
