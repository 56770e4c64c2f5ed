/* Writes the configuration in force: see conf.h.
 * Does not write into files of its own choice. */
#include "config.h"

#include "conf/conf.h"
#include "conf/parts.h"

#include <arpa/inet.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#define CIDR_MAX (INET6_ADDRSTRLEN + 8)

static void
put_string(FILE *out, const char *value, size_t len)
{
	(void)putc('"', out);
	for (size_t i = 0; i < len; i++) {
		if (value[i] == '"' || value[i] == '\\')
			(void)putc('\\', out);
		(void)putc(value[i], out);
	}
	(void)putc('"', out);
}

static void
put_text(FILE *out, const char *value)
{
	put_string(out, value, strlen(value));
}

char *
conf_store_shown(const char *url)
{
	char *shown = strdup(url);
	char *user = shown != NULL ? strstr(shown, "//") : NULL;
	char *at, *from;

	if (user == NULL || strncmp(url, "postgres", 8) != 0)
		return shown;
	at = memrchr(user, '@', strcspn(user, "?"));
	if (at == NULL)
		at = strrchr(user, '@');
	from = at != NULL ? memchr(user, ':', (size_t)(at - user)) : NULL;
	if (from != NULL)
		memmove(from, at, strlen(at) + 1);
	from = shown;
	while ((from = strstr(from, "password=")) != NULL) {
		from += strlen("password=");
		at = from + strcspn(from, "&");
		memmove(from, at, strlen(at) + 1);
	}
	return shown;
}

static const void *
value_of(const struct conf *conf, const struct conf_option *option)
{
	return (const char *)conf + option->offset;
}

static const char *
string_of(const struct conf *conf, const struct conf_option *option)
{
	return *(char *const *)value_of(conf, option);
}

/* Without secrets; malloc'ed. NULL: no memory. */
static char *
shown_of(const struct conf *conf, const struct conf_option *option)
{
	const char *value = string_of(conf, option);

	return value == conf->store ? conf_store_shown(value) : strdup(value);
}

static long long
int_of(const struct conf *conf, const struct conf_option *option)
{
	return *(const int64_t *)value_of(conf, option);
}

static const char *
enum_of(
    const struct conf *conf, const struct conf_option *option, size_t *len_r)
{
	return conf_choice_name(
	    option, *(const int *)value_of(conf, option), len_r);
}

static void
put_value(FILE *out, const struct conf *conf, const struct conf_option *option)
{
	const char *name;
	char *text;
	size_t len;

	switch (option->type) {
	case CONF_TYPE_STRING:
		text = shown_of(conf, option);
		put_text(out, text != NULL ? text : "");
		free(text);
		break;
	case CONF_TYPE_INT:
		(void)fprintf(out, "%lld", int_of(conf, option));
		break;
	case CONF_TYPE_ENUM:
		name = enum_of(conf, option, &len);
		put_string(out, name, len);
		break;
	}
}

/* Bytes of the group's name in a path, 0 at the top. */
static size_t
group_len(const char *path)
{
	const char *dot = strchr(path, '.');

	return dot == NULL ? 0 : (size_t)(dot - path);
}

static void
put_networks(FILE *out, const struct conf *conf)
{
	(void)fprintf(out, "networks = (");
	for (size_t i = 0; i < conf->network_count; i++) {
		char cidr[CIDR_MAX];

		conf_network_format(&conf->networks[i], cidr, sizeof(cidr));
		(void)fprintf(out,
		    "%s\n\t{ cidr = \"%s\"; account = ", i == 0 ? "" : ",",
		    cidr);
		put_text(out, conf->networks[i].account);
		(void)fprintf(out, "; }");
	}
	(void)fprintf(out, "%s);\n", conf->network_count > 0 ? "\n" : " ");
}

/* The options of a group stand together in the table. */
void
conf_dump(const struct conf *conf, FILE *out)
{
	const char *group = "";
	size_t open_len = 0;

	for (size_t i = 0; i < conf_table_len; i++) {
		const char *path = conf_table[i].path;
		size_t len = group_len(path);

		if (len != open_len || strncmp(path, group, len) != 0) {
			if (open_len > 0)
				(void)fprintf(out, "};\n");
			if (len > 0)
				(void)fprintf(
				    out, "%.*s = {\n", (int)len, path);
			group = path;
			open_len = len;
		}
		(void)fprintf(out, "%s%s = ", len > 0 ? "\t" : "",
		    path + (len > 0 ? len + 1 : 0));
		put_value(out, conf, &conf_table[i]);
		(void)fprintf(out, ";\n");
	}
	if (open_len > 0)
		(void)fprintf(out, "};\n");
	put_networks(out, conf);
}

static json_t *
json_value(const struct conf *conf, const struct conf_option *option)
{
	const char *name;
	json_t *value;
	char *text;
	size_t len;

	switch (option->type) {
	case CONF_TYPE_STRING:
		text = shown_of(conf, option);
		value = json_string(text); /* NULL of NULL */
		free(text);
		return value;
	case CONF_TYPE_INT:
		return json_integer(int_of(conf, option));
	case CONF_TYPE_ENUM:
		name = enum_of(conf, option, &len);
		return json_stringn(name, len);
	}
	return NULL;
}

static json_t *
json_networks(const struct conf *conf)
{
	json_t *list = json_array();

	for (size_t i = 0; i < conf->network_count; i++) {
		char cidr[CIDR_MAX];

		conf_network_format(&conf->networks[i], cidr, sizeof(cidr));
		/* Takes the new object, also when it fails. */
		if (json_array_append_new(
			list, json_pack("{s:s, s:s}", "cidr", cidr, "account",
				  conf->networks[i].account)) != 0) {
			json_decref(list);
			return NULL;
		}
	}
	return list;
}

enum sg_err
conf_dump_json(const struct conf *conf, FILE *out)
{
	json_t *object = json_object();
	int failed = 0;

	for (size_t i = 0; i < conf_table_len; i++)
		failed |= json_object_set_new(object, conf_table[i].path,
		    json_value(conf, &conf_table[i]));
	failed |= json_object_set_new(object, "networks", json_networks(conf));
	if (failed == 0)
		failed = json_dumpf(object, out, JSON_INDENT(2));
	json_decref(object);
	if (failed != 0)
		return SG_NOMEM;
	return fputc('\n', out) == EOF ? SG_IO : SG_OK;
}
