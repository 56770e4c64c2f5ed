/* Loads sendward.conf: see conf.h. Nothing here knows a single option; all is
 * done by the rows of conf/options.h. Does not apply anything. */
#include "config.h"

#include "conf/conf.h"
#include "conf/parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PATH_MAX_BYTES 160

#ifdef __SANITIZE_ADDRESS__
/* libconfig 1.5 forgets a string that stands where none may: some bytes at each
 * load of a file with such a fault. */
const char *__lsan_default_suppressions(void);

const char *
__lsan_default_suppressions(void)
{
	return "leak:strbuf_append\nleak:libconfig_yylex\n";
}
#endif

/* One load: the conf that is being built, and where it comes from. */
struct load {
	struct conf *conf;
	struct conf_source source;
	config_t parsed;
	struct err *err_r;
};

static bool
set_string(
    struct conf *conf, const struct conf_option *option, const char *value)
{
	char **place = conf_string_at(conf, option);
	char *copy = strdup(value);

	if (copy == NULL)
		return false;
	free(*place);
	*place = copy;
	return true;
}

static bool
set_default(struct conf *conf, const struct conf_option *option)
{
	switch (option->type) {
	case CONF_TYPE_STRING:
		return set_string(conf, option, option->def);
	case CONF_TYPE_INT:
		*conf_int_at(conf, option) = strtoll(option->def, NULL, 10);
		return true;
	case CONF_TYPE_ENUM:
		*conf_enum_at(conf, option) =
		    conf_choice_index(option, option->def);
		return true;
	}
	return false;
}

static void
free_conf(struct conf *conf)
{
	for (size_t i = 0; i < conf_table_len; i++)
		if (conf_table[i].type == CONF_TYPE_STRING)
			free(*conf_string_at(conf, &conf_table[i]));
	free(conf->networks);
	free(conf);
}

static struct conf *
new_conf(void)
{
	struct conf *conf = calloc(1, sizeof(*conf));

	if (conf == NULL)
		return NULL;
	conf->refs = 1;
	for (size_t i = 0; i < conf_table_len; i++) {
		if (!set_default(conf, &conf_table[i])) {
			free_conf(conf);
			return NULL;
		}
	}
	return conf;
}

struct conf *
conf_new_defaults(void)
{
	struct conf *conf = new_conf();

	if (conf == NULL)
		return NULL;
	if (!set_string(conf, conf_option_find("bounce_domain"), "bounce.test"))
		conf_unref(&conf);
	return conf;
}

struct conf *
conf_ref(struct conf *conf)
{
	(void)__atomic_add_fetch(&conf->refs, 1, __ATOMIC_RELAXED);
	return conf;
}

void
conf_unref(struct conf **conf)
{
	if (*conf != NULL &&
	    __atomic_sub_fetch(&(*conf)->refs, 1, __ATOMIC_ACQ_REL) == 0)
		free_conf(*conf);
	*conf = NULL;
}

static const char *
type_name(const config_setting_t *setting)
{
	switch (config_setting_type(setting)) {
	case CONFIG_TYPE_GROUP:
		return "a group { }";
	case CONFIG_TYPE_INT:
	case CONFIG_TYPE_INT64:
		return "a number";
	case CONFIG_TYPE_FLOAT:
		return "a number with a fraction";
	case CONFIG_TYPE_STRING:
		return "a string";
	case CONFIG_TYPE_BOOL:
		return "true or false";
	default:
		return "a list";
	}
}

/* A url that is not understood may hold a password: of it the scheme alone is told. */
static enum sg_err
bad_string(struct load *load, const struct conf_option *option, unsigned line,
    const char *value, const char *problem)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz";
	const char *more = "";
	int len = 100;

	if (strcmp(option->path, "store") == 0 &&
	    strncmp(value, "sqlite:", 7) != 0) {
		len = (int)strspn(value, letters);
		len = value[len] == ':' && len < 32 ? len + 1 : 0;
		more = "…";
	}
	return conf_fault(load->err_r, &load->source, line, option->path,
	    "\"%.*s%s\" %s", len, value, more, problem);
}

static enum sg_err
load_string(struct load *load, const struct conf_option *option,
    const config_setting_t *setting)
{
	unsigned line = config_setting_source_line(setting);
	const char *value = config_setting_get_string(setting);
	const char *problem;
	int64_t len;

	if (value == NULL)
		return conf_fault(load->err_r, &load->source, line,
		    option->path,
		    "must be a string, is %s; write it in "
		    "quotes, such as \"%s\"",
		    type_name(setting), option->def);
	len = (int64_t)strlen(value);
	if (len < option->least || len > option->most)
		return conf_fault(load->err_r, &load->source, line,
		    option->path, "has %lld bytes; it must have %lld to %lld",
		    (long long)len, (long long)option->least,
		    (long long)option->most);
	problem = conf_check_string(option, value);
	if (problem != NULL)
		return bad_string(load, option, line, value, problem);
	if (!set_string(load->conf, option, value))
		return err_set(load->err_r, SG_NOMEM, "out of memory");
	return SG_OK;
}

static enum sg_err
load_int(struct load *load, const struct conf_option *option,
    const config_setting_t *setting)
{
	unsigned line = config_setting_source_line(setting);
	int type = config_setting_type(setting);
	long long value = config_setting_get_int64(setting);

	if (type != CONFIG_TYPE_INT && type != CONFIG_TYPE_INT64)
		return conf_fault(load->err_r, &load->source, line,
		    option->path,
		    "must be a whole number, is %s; write it "
		    "without quotes, such as %s",
		    type_name(setting), option->def);
	if (value < option->least || value > option->most)
		return conf_fault(load->err_r, &load->source, line,
		    option->path,
		    "%lld is out of range; it must be %lld to "
		    "%lld",
		    value, (long long)option->least, (long long)option->most);
	*conf_int_at(load->conf, option) = value;
	return SG_OK;
}

/* "enforce|monitor" as "enforce", "monitor" */
static void
list_choices(const struct conf_option *option, char *text_r, size_t size)
{
	size_t used = 0;
	const char *name;
	size_t len;

	text_r[0] = '\0';
	for (int i = 0; used < size; i++) {
		name = conf_choice_name(option, i, &len);
		if (len == 0)
			return;
		used += (size_t)snprintf(text_r + used, size - used,
		    "%s\"%.*s\"", i == 0 ? "" : ", ", (int)len, name);
	}
}

/* It takes true and false, too. */
static bool
is_switch(const struct conf_option *option)
{
	return strcmp(option->choices, "no|yes") == 0;
}

static enum sg_err
load_enum(struct load *load, const struct conf_option *option,
    const config_setting_t *setting)
{
	unsigned line = config_setting_source_line(setting);
	const char *value = config_setting_get_string(setting);
	char choices[200];
	int index;

	list_choices(option, choices, sizeof(choices));
	if (is_switch(option) &&
	    config_setting_type(setting) == CONFIG_TYPE_BOOL)
		value = config_setting_get_bool(setting) ? "yes" : "no";
	if (value == NULL)
		return conf_fault(load->err_r, &load->source, line,
		    option->path, "must be one of %s, is %s", choices,
		    type_name(setting));
	index = conf_choice_index(option, value);
	if (index < 0)
		return conf_fault(load->err_r, &load->source, line,
		    option->path,
		    "\"%.64s\" is none of its values; it must "
		    "be one of %s",
		    value, choices);
	*conf_enum_at(load->conf, option) = index;
	return SG_OK;
}

static enum sg_err
load_option(struct load *load, const struct conf_option *option,
    const config_setting_t *setting)
{
	switch (option->type) {
	case CONF_TYPE_STRING:
		return load_string(load, option, setting);
	case CONF_TYPE_INT:
		return load_int(load, option, setting);
	case CONF_TYPE_ENUM:
		return load_enum(load, option, setting);
	}
	return err_set(load->err_r, SG_BUG, "%s has no type", option->path);
}

static enum sg_err load_group(
    struct load *load, const char *prefix, const config_setting_t *group);

/* One setting, at the top or in a group. */
static enum sg_err
load_setting(
    struct load *load, const char *prefix, const config_setting_t *setting)
{
	unsigned line = config_setting_source_line(setting);
	const char *name = config_setting_name(setting);
	const struct conf_option *option;
	char path[PATH_MAX_BYTES];

	(void)snprintf(path, sizeof(path), "%s%s%.64s", prefix,
	    prefix[0] == '\0' ? "" : ".", name);
	option = conf_option_find(path);
	if (option != NULL)
		return load_option(load, option, setting);
	if (strcmp(path, "networks") == 0)
		return conf_networks_load(
		    load->conf, &load->source, setting, load->err_r);
	if (prefix[0] != '\0' || !conf_is_group(path))
		return conf_fault(load->err_r, &load->source, line, path,
		    "unknown option; did you mean %s?", conf_nearest(path));
	if (!config_setting_is_group(setting))
		return conf_fault(load->err_r, &load->source, line, path,
		    "must be a group, is %s; write %s = { ... };",
		    type_name(setting), path);
	return load_group(load, path, setting);
}

static enum sg_err
load_group(struct load *load, const char *prefix, const config_setting_t *group)
{
	int count = config_setting_length(group);

	for (int i = 0; i < count; i++) {
		enum sg_err rc = load_setting(
		    load, prefix, config_setting_get_elem(group, (unsigned)i));

		if (rc != SG_OK)
			return rc;
	}
	return SG_OK;
}

/* The first word of a line, for errors that libconfig does not name. */
static void
word_of_line(const char *text, unsigned line, char word_r[65])
{
	size_t len;

	while (line > 1 && *text != '\0') {
		text += strcspn(text, "\n");
		if (*text == '\n')
			text++;
		line--;
	}
	text += strspn(text, " \t{");
	len = strcspn(text, " \t\r\n=:;{}");
	(void)snprintf(word_r, 65, "%.*s", (int)(len < 64 ? len : 64), text);
}

static enum sg_err
syntax_fault(struct load *load)
{
	const char *text = config_error_text(&load->parsed);
	int line = config_error_line(&load->parsed);
	char word[65];

	if (text == NULL)
		text = "syntax error";
	word_of_line(load->source.text, (unsigned)line, word);
	if (strstr(text, "duplicate") != NULL)
		return conf_fault(load->err_r, &load->source, (unsigned)line,
		    word, "is set twice; keep one of the lines");
	return conf_fault(load->err_r, &load->source, (unsigned)line, NULL,
	    "%s near \"%s\"; look for a missing ; \" or } here and on the line "
	    "before",
	    text, word);
}

/* What has no default must have been set. */
static enum sg_err
check_required(struct load *load)
{
	for (size_t i = 0; i < conf_table_len; i++) {
		const struct conf_option *option = &conf_table[i];

		if (option->type != CONF_TYPE_STRING || option->least == 0 ||
		    (*conf_string_at(load->conf, option))[0] != '\0')
			continue;
		return conf_fault(load->err_r, &load->source, 0, option->path,
		    "is required; add a line %s = \"...\"; (%s)", option->path,
		    option->help);
	}
	return SG_OK;
}

static enum sg_err
check_whole(struct load *load)
{
	const char *option;
	const char *problem = conf_check_whole(load->conf, &option);
	const config_setting_t *setting;

	if (problem == NULL)
		return SG_OK;
	setting = config_lookup(&load->parsed, option);
	return conf_fault(load->err_r, &load->source,
	    setting == NULL ? 0 : config_setting_source_line(setting), option,
	    "%s", problem);
}

static enum sg_err
parse(struct load *load)
{
	enum sg_err rc;

	if (config_read_string(&load->parsed, load->source.text) != CONFIG_TRUE)
		return syntax_fault(load);
	rc = load_group(load, "", config_root_setting(&load->parsed));
	if (rc == SG_OK)
		rc = check_required(load);
	return rc == SG_OK ? check_whole(load) : rc;
}

enum sg_err
conf_load(const char *path, struct conf **conf_r, struct err *err_r)
{
	struct load load = {.conf = new_conf(), .err_r = err_r};
	enum sg_err rc;

	*conf_r = NULL;
	if (load.conf == NULL)
		return err_set(err_r, SG_NOMEM, "out of memory");
	config_init(&load.parsed);
	rc = conf_source_read(&load.source, path, err_r);
	if (rc == SG_OK)
		rc = parse(&load);
	config_destroy(&load.parsed);
	free(load.source.text);
	if (rc != SG_OK)
		conf_unref(&load.conf);
	*conf_r = load.conf;
	return rc;
}
