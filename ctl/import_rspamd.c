/* import rspamd: domains and keys of rspamd's module dkim_signing, by its settings with
 * the maps of selectors and paths. */
#include "config.h"

#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "ctl/import.h"
#include "ctl/import_text.h"
#include "ctl/import_ucl.h"
#include "ctl/input.h"
#include "ctl/verbs.h"

#define CONF_PATH "/etc/rspamd/local.d/dkim_signing.conf"
#define DEFAULT_KEYS "/var/lib/rspamd/dkim/$domain.$selector.key"
#define DEFAULT_SELECTOR "dkim"
#define TEXT_SIZE (IMPORT_UCL_VALUE_MAX + 1)

/* A domain with what is said of it; a domain with several keys has several. */
struct pair {
	char *domain, *selector, *path; /* the last two may be NULL */
	const char *file;
	size_t line, block;
};

struct reading {
	struct import *in;
	const char *file;
	char path[TEXT_SIZE], selector[TEXT_SIZE];
	char selector_map[TEXT_SIZE], path_map[TEXT_SIZE];
	size_t path_line;
	bool has_fallback, uses_redis;
	size_t redis_line;
	struct pair *pairs;
	size_t count;
};

/* ---- pairs ----------------------------------------------------------------------- */

static struct pair *
add_pair(struct reading *r, const char *domain, const char *file, size_t line,
    size_t block)
{
	struct pair *pairs =
	    r->in->failed || r->count >= IMPORT_TABLE_MAX
		? NULL
		: realloc(r->pairs, (r->count + 1) * sizeof(*pairs));

	if (pairs == NULL) {
		r->in->failed = true;
		return NULL;
	}
	r->pairs = pairs;
	pairs[r->count] = (struct pair){.domain = strdup(domain),
	    .file = file,
	    .line = line,
	    .block = block};
	if (pairs[r->count].domain == NULL) {
		r->in->failed = true;
		return NULL;
	}
	return &pairs[r->count++];
}

static void
set(struct reading *r, char **field, const char *value)
{
	free(*field);
	*field = strdup(value);
	if (*field == NULL)
		r->in->failed = true;
}

/* That of the block; made when there is none. Blocks are read one after another, so
 * it is among the last. */
static struct pair *
pair_of_block(struct reading *r, const char *domain, size_t block, size_t line)
{
	for (size_t i = r->count; i-- > 0 && r->count - i < 16;)
		if (r->pairs[i].block == block)
			return &r->pairs[i];
	return add_pair(r, domain, r->file, line, block);
}

/* ---- settings -------------------------------------------------------------------- */

static bool
is_true(const char *value)
{
	return strcasecmp(value, "true") == 0 ||
	       strcasecmp(value, "yes") == 0 || strcasecmp(value, "on") == 0;
}

static void
copy(char to[TEXT_SIZE], const char *value)
{
	(void)snprintf(to, TEXT_SIZE, "%s", value); /* fits */
}

static void
take_setting(
    struct reading *r, const char *name, const char *value, size_t line)
{
	if (strcmp(name, "path") == 0) {
		copy(r->path, value);
		r->path_line = line;
	} else if (strcmp(name, "selector") == 0) {
		copy(r->selector, value);
	} else if (strcmp(name, "selector_map") == 0) {
		copy(r->selector_map, value);
	} else if (strcmp(name, "path_map") == 0) {
		copy(r->path_map, value);
	} else if (strcmp(name, "try_fallback") == 0) {
		r->has_fallback = is_true(value);
	} else if (strcmp(name, "use_redis") == 0 ||
		   strcmp(name, "use_vault") == 0) {
		r->uses_redis = is_true(value) || r->uses_redis;
		r->redis_line = line;
	}
}

/* domain { NAME { selector, path, selectors [ { selector, path } ] } } */
static void
take_domain(struct reading *r, const struct import_ucl_value *v,
    const char *const *names)
{
	const char *name = v->names[v->depth - 1];
	struct pair *pair;

	if (strcmp(name, "selector") != 0 && strcmp(name, "path") != 0)
		return;
	pair = pair_of_block(r, names[1], v->block, v->line);
	if (pair != NULL)
		set(r, name[0] == 's' ? &pair->selector : &pair->path,
		    v->value);
}

static void
take_value(void *ctx, const struct import_ucl_value *v)
{
	struct reading *r = ctx;
	const char *const *names = v->names;
	size_t depth = v->depth;

	if (depth > 1 && strcmp(names[0], "dkim_signing") == 0) {
		names++;
		depth--;
	}
	if (depth == 1)
		take_setting(r, names[0], v->value, v->line);
	else if (depth > 2 && strcmp(names[0], "domain") == 0)
		take_domain(r, v, names);
	else if (depth == 2 && strncmp(names[1], "url", 3) == 0)
		take_setting(r, names[0], v->value, v->line);
}

static void
note_macro(void *ctx, size_t line)
{
	struct reading *r = ctx;
	const struct import_at at = {.file = r->file, .line = line};

	(void)import_refuse(r->in, &at, "",
	    "macros (.include) are not followed; let rspamd print it all: "
	    "rspamadm configdump dkim_signing > FILE");
}

static int
read_settings(struct reading *r)
{
	struct import_at at = {.file = r->file};
	const char *wrong;
	struct buf text;
	struct err err;
	int rc = CTL_DONE;

	if (import_read(r->file, IMPORT_FILE_MAX, &text, &err) != SG_OK) {
		rc = ctl_refuse(r->in->ctl, "%s", err.text);
	} else {
		wrong = import_ucl_read(buf_str(&text), text.len, take_value,
		    note_macro, r, &at.line);
		if (wrong != NULL)
			rc = ctl_refuse(
			    r->in->ctl, "%s:%zu: %s", r->file, at.line, wrong);
	}
	input_wipe(&text);
	return rc;
}

/* ---- maps ------------------------------------------------------------------------ */

/* A file's path in "/path", "file:///path", "map:///path", "glob;/path"; NULL when it
 * is none. */
static const char *
map_path(const char *map)
{
	static const char *const prefixes[] = {
	    "file://", "map://", "fallback+file://", "glob;"};

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(*prefixes); i++)
		if (strncasecmp(map, prefixes[i], strlen(prefixes[i])) == 0)
			map += strlen(prefixes[i]);
	return map[0] == '/' ? map : NULL;
}

static struct pair *
pair_of_map(struct reading *r, const char *domain, size_t first)
{
	for (size_t i = first; i < r->count; i++)
		if (strcasecmp(r->pairs[i].domain, domain) == 0)
			return &r->pairs[i];
	return NULL;
}

static void
take_row(struct reading *r, char *row, const struct import_at *at, size_t first,
    bool is_path)
{
	char *value = row, *domain = import_text_word(&value);
	struct pair *pair;

	if (value[0] == '\0') {
		(void)import_refuse(r->in, at, domain, "it is no DOMAIN %s",
		    is_path ? "PATH" : "SELECTOR");
		return;
	}
	pair = pair_of_map(r, domain, first);
	if (pair == NULL)
		pair = add_pair(r, domain, at->file, at->line, 0);
	if (pair != NULL)
		set(r, is_path ? &pair->path : &pair->selector, value);
}

/* Rows behind `first` are those of the maps. */
static int
read_map(struct reading *r, const char *map, size_t first, bool is_path)
{
	char row[IMPORT_LINE_MAX + 1];
	struct import_at at = {.file = map_path(map)};
	struct import_text text;
	const char *why;
	struct buf data;
	struct err err;
	int rc = CTL_DONE;

	if (at.file == NULL)
		return ctl_refuse(r->in->ctl,
		    "%s: the map %.200s is no file; write its rows into one",
		    r->file, map);
	if (import_read(at.file, IMPORT_FILE_MAX, &data, &err) != SG_OK)
		rc = ctl_refuse(r->in->ctl, "%s", err.text);
	import_text_begin(&text, buf_str(&data), data.len, false);
	while (rc == CTL_DONE && import_text_row(&text, row, &why)) {
		at.line = text.line;
		if (why != NULL)
			(void)import_refuse(r->in, &at, "", "%s", why);
		else
			take_row(r, row, &at, first, is_path);
	}
	buf_fini(&data);
	return rc;
}

/* ---- keys ------------------------------------------------------------------------ */

/* $domain and $selector in their places. domain NULL: "*", as glob(3) reads it. */
static bool
expand(
    const char *path, const char *domain, const char *selector, struct buf *out)
{
	buf_clear(out);
	while (*path != '\0') {
		if (strncmp(path, "$domain", 7) == 0) {
			(void)buf_puts(out, domain == NULL ? "*" : domain);
			path += 7;
		} else if (strncmp(path, "$selector", 9) == 0) {
			(void)buf_puts(out, selector);
			path += 9;
		} else {
			(void)buf_putc(out, *path++);
		}
	}
	return !out->failed;
}

static void
take_pair(struct reading *r, const struct pair *pair)
{
	const struct import_at at = {.file = pair->file, .line = pair->line};
	const char *selector =
	    pair->selector == NULL ? r->selector : pair->selector;
	const char *path = pair->path == NULL ? r->path : pair->path;
	struct buf key;

	if (strcmp(pair->domain, "*") == 0) {
		(void)import_refuse(r->in, &at, "*",
		    "* stands for any domain: bring each by sendwardctl "
		    "identity create and dkim import");
		return;
	}
	buf_init(&key, IMPORT_LINE_MAX);
	if (expand(path, pair->domain, selector, &key) &&
	    buf_str(&key)[0] == '/')
		(void)import_add_key(
		    r->in, &at, pair->domain, selector, buf_str(&key));
	else
		(void)import_refuse(r->in, &at, pair->domain,
		    "the path of its key is no file's, or too long");
	input_wipe(&key);
}

/* What stands for $domain in a path that glob(3) found; false when it is no such. */
static bool
domain_of(const struct reading *r, const char *found, char domain_r[256],
    struct buf *again)
{
	const char *mark = strstr(r->path, "$domain"), *tail;
	char head[TEXT_SIZE];
	size_t before;

	(void)snprintf(head, sizeof(head), "%.*s", (int)(mark - r->path),
	    r->path); /* fits */
	if (!expand(head, "", r->selector, again))
		return false;
	before = again->len;
	if (strlen(found) <= before)
		return false;
	tail = found + before;
	for (size_t len = 1;
	     len < 256 && tail[len - 1] != '\0' && tail[len - 1] != '/';
	     len++) {
		memcpy(domain_r, tail, len);
		domain_r[len] = '\0';
		if (expand(r->path, domain_r, r->selector, again) &&
		    strcmp(buf_str(again), found) == 0)
			return true;
	}
	return false;
}

/* Keys that lie where the module looks for those of a domain it is not told of. */
static void
take_fallback(struct reading *r)
{
	const struct import_at at = {.file = r->file, .line = r->path_line};
	char domain[256];
	struct buf pattern;
	glob_t found = {0};

	if (strstr(r->path, "$domain") == NULL) {
		(void)import_refuse(r->in, &at, "",
		    "path is one key for all domains: bring each by "
		    "sendwardctl identity create and dkim import");
		return;
	}
	buf_init(&pattern, IMPORT_LINE_MAX);
	if (strpbrk(r->path, "*?[\\") == NULL &&
	    expand(r->path, NULL, r->selector, &pattern) &&
	    glob(buf_str(&pattern), GLOB_NOSORT, NULL, &found) == 0)
		for (size_t i = 0; i < found.gl_pathc; i++)
			if (domain_of(r, found.gl_pathv[i], domain, &pattern) &&
			    pair_of_map(r, domain, 0) == NULL)
				(void)import_add_key(r->in, &at, domain,
				    r->selector, found.gl_pathv[i]);
	globfree(&found);
	buf_fini(&pattern);
}

/* ---- the command ----------------------------------------------------------------- */

static int
take_all(struct reading *r)
{
	const struct import_at at = {.file = r->file, .line = r->redis_line};
	size_t first = r->count;
	int rc = CTL_DONE;

	if (r->selector_map[0] != '\0')
		rc = read_map(r, r->selector_map, first, false);
	if (rc == CTL_DONE && r->path_map[0] != '\0')
		rc = read_map(r, r->path_map, first, true);
	if (rc != CTL_DONE)
		return rc;
	if (r->uses_redis)
		(void)import_refuse(r->in, &at, "",
		    "keys that are in Redis or Vault are not read; put them "
		    "into files, and name those");
	for (size_t i = 0; i < r->count; i++)
		take_pair(r, &r->pairs[i]);
	if (r->has_fallback && !r->uses_redis &&
	    (r->path_line > 0 || r->count == 0))
		take_fallback(r);
	return CTL_DONE;
}

static void
free_pairs(struct reading *r)
{
	for (size_t i = 0; i < r->count; i++) {
		free(r->pairs[i].domain);
		free(r->pairs[i].selector);
		free(r->pairs[i].path);
	}
	free(r->pairs);
}

int
import_run_rspamd(struct ctl *ctl)
{
	struct import in;
	struct reading r = {.in = &in,
	    .file = ctl->arg_count > 0 ? ctl_arg(ctl, 0) : CONF_PATH,
	    .path = DEFAULT_KEYS,
	    .selector = DEFAULT_SELECTOR,
	    .has_fallback = true};
	int rc;

	import_begin_list(&in, ctl);
	rc = read_settings(&r);
	if (rc == CTL_DONE)
		rc = take_all(&r);
	free_pairs(&r);
	if (rc == CTL_DONE)
		return import_finish(&in);
	import_end_list(&in);
	return rc;
}
