/* import opendkim: domains and keys that OpenDKIM signs with, by opendkim.conf with its
 * KeyTable and SigningTable. */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <openssl/crypto.h>

#include "ctl/import.h"
#include "ctl/import_text.h"
#include "ctl/input.h"
#include "ctl/verbs.h"
#include "rules/identity.h"

#define CONF_PATH "/etc/opendkim.conf"
#define PATH_SIZE 4096

/* What opendkim.conf says; later lines win. */
struct wanted {
	char key_table[PATH_SIZE], signing_table[PATH_SIZE];
	char domain[PATH_SIZE], selector[PATH_SIZE], key_file[PATH_SIZE];
	size_t domain_line;
};

struct table {
	const char *path; /* without its type */
	bool is_refile;
	struct buf text;
};

struct key_line {
	struct import_key_row row; /* borrowed from text */
	char *text;
	size_t size;
	size_t line;
	bool is_used;
};

struct reading {
	struct import *in;
	struct table keys, signers;
	struct key_line *lines;
	size_t count, room;
	json_t *names; /* in lower case, with their numbers */
};

/* ---- opendkim.conf --------------------------------------------------------------- */

static void
set_value(struct import *in, const struct import_at *at, char *field,
    const char *value)
{
	size_t len = strlen(value);

	if (len < PATH_SIZE)
		memcpy(field, value, len + 1);
	else
		(void)import_refuse(in, at, "", "the value is too long");
}

static void
take_directive(struct import *in, const struct import_at *at, char *row,
    struct wanted *wanted)
{
	char *value = row, *name = import_text_word(&value);
	const struct {
		const char *name;
		char *field;
	} known[] = {
	    {"KeyTable", wanted->key_table},
	    {"SigningTable", wanted->signing_table},
	    {"Domain", wanted->domain},
	    {"Selector", wanted->selector},
	    {"KeyFile", wanted->key_file},
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (strcasecmp(name, known[i].name) == 0)
			set_value(in, at, known[i].field, value);
	if (strcasecmp(name, "Domain") == 0)
		wanted->domain_line = at->line;
	if (strcasecmp(name, "Include") == 0)
		(void)import_refuse(in, at, "",
		    "Include is not followed; give the tables by --key-table "
		    "and --signing-table");
}

static int
read_conf(struct import *in, const char *path, struct wanted *wanted)
{
	char row[IMPORT_LINE_MAX + 1];
	struct import_text text;
	struct import_at at = {.file = import_label(path)};
	const char *why;
	struct buf data;
	struct err err;
	int rc = CTL_DONE;

	if (import_read(path, IMPORT_FILE_MAX, &data, &err) != SG_OK)
		rc = ctl_refuse(in->ctl, "%s", err.text);
	import_text_begin(&text, buf_str(&data), data.len, false);
	while (rc == CTL_DONE && import_text_row(&text, row, &why)) {
		at.line = text.line;
		if (why != NULL)
			(void)import_refuse(in, &at, "", "%s", why);
		else
			take_directive(in, &at, row, wanted);
	}
	input_wipe(&data);
	return rc;
}

/* Domain, Selector and KeyFile, without tables. */
static int
take_single(struct import *in, const char *path, struct wanted *wanted)
{
	const struct import_at at = {.file = path, .line = wanted->domain_line};
	char *rest = wanted->domain, *domain;

	if (wanted->domain[0] == '\0' || wanted->selector[0] == '\0' ||
	    wanted->key_file[0] == '\0')
		return ctl_refuse(in->ctl,
		    "%s names no KeyTable, nor Domain, Selector and KeyFile",
		    path);
	if (strchr(wanted->domain, '/') != NULL) {
		(void)import_refuse(in, &at, wanted->domain,
		    "Domain is a file; make a KeyTable and give it by "
		    "--key-table");
		return CTL_DONE;
	}
	for (; *rest != '\0'; rest += strspn(rest, ", \t")) {
		domain = rest;
		rest += strcspn(rest, ", \t");
		if (*rest != '\0')
			*rest++ = '\0';
		(void)import_add_key(
		    in, &at, domain, wanted->selector, wanted->key_file);
	}
	return CTL_DONE;
}

/* ---- tables ---------------------------------------------------------------------- */

/* "refile:/path", "file:/path", "/path". */
static int
open_table(struct import *in, const char *spec, struct table *table)
{
	const char *colon = strchr(spec, ':');
	struct err err;

	table->path = spec;
	table->is_refile = strncasecmp(spec, "refile:", 7) == 0;
	if (table->is_refile || strncasecmp(spec, "file:", 5) == 0)
		table->path = colon + 1;
	else if (spec[0] != '/' && colon != NULL)
		return ctl_refuse(in->ctl,
		    "%s: a table of this type is not read; write its rows into "
		    "a text file and give it by --key-table or "
		    "--signing-table",
		    spec);
	return import_read(table->path, IMPORT_FILE_MAX, &table->text, &err) ==
		       SG_OK
		   ? CTL_DONE
		   : ctl_refuse(in->ctl, "%s", err.text);
}

/* Of the table's names case does not count. */
static void
lower(const char *name, char lower_r[IMPORT_LINE_MAX + 1])
{
	size_t i = 0;

	for (; name[i] != '\0'; i++)
		lower_r[i] = name[i] >= 'A' && name[i] <= 'Z'
				 ? (char)(name[i] + 32)
				 : name[i];
	lower_r[i] = '\0';
}

/* The first of a name is the one that OpenDKIM finds. */
static const char *
note_name(struct reading *r, const char *name)
{
	char key[IMPORT_LINE_MAX + 1];

	lower(name, key);
	if (json_object_get(r->names, key) != NULL)
		return "the name stands before it already";
	return json_object_set_new(
		   r->names, key, json_integer((json_int_t)r->count)) == 0
		   ? NULL
		   : "the name is not UTF-8";
}

static struct key_line *
find_line(struct reading *r, const char *name)
{
	char key[IMPORT_LINE_MAX + 1];
	const json_t *number;

	lower(name, key);
	number = json_object_get(r->names, key);
	return number == NULL ? NULL : &r->lines[json_integer_value(number)];
}

/* The text may hold a private key. */
static void
free_line(struct key_line *line)
{
	OPENSSL_cleanse(line->text, line->size);
	free(line->text);
}

static bool
has_room(struct reading *r)
{
	size_t room = r->room * 2 + 64;
	struct key_line *lines;

	if (r->count < r->room)
		return true;
	lines = r->in->failed || r->count >= IMPORT_TABLE_MAX
		    ? NULL
		    : realloc(r->lines, room * sizeof(*lines));
	if (lines == NULL)
		return false;
	r->lines = lines;
	r->room = room;
	return true;
}

static void
keep_line(struct reading *r, const char *row, size_t line)
{
	const struct import_at at = {.file = r->keys.path, .line = line};
	struct key_line *kept;
	const char *why;

	if (!has_room(r)) {
		r->in->failed = true;
		return;
	}
	kept = &r->lines[r->count];
	*kept = (struct key_line){
	    .text = strdup(row), .size = strlen(row), .line = line};
	if (kept->text == NULL) {
		r->in->failed = true;
		return;
	}
	why = import_text_key_row(kept->text, &kept->row);
	if (why == NULL)
		why = note_name(r, kept->row.name);
	if (why == NULL) {
		r->count++;
		return;
	}
	(void)import_refuse(r->in, &at, "", "%s", why);
	free_line(kept);
}

static void
read_keys(struct reading *r)
{
	char row[IMPORT_LINE_MAX + 1];
	struct import_text text;
	struct import_at at = {.file = r->keys.path};
	const char *why;

	import_text_begin(
	    &text, buf_str(&r->keys.text), r->keys.text.len, false);
	while (import_text_row(&text, row, &why)) {
		at.line = text.line;
		if (why != NULL)
			(void)import_refuse(r->in, &at, "", "%s", why);
		else
			keep_line(r, row, text.line);
	}
	OPENSSL_cleanse(row, sizeof(row));
}

/* The key's place with the sender's domain for each %. */
static bool
expand(const char *key, const char *domain, struct buf *out)
{
	bool is_path = key[0] == '/';

	for (; *key != '\0'; key++)
		if (is_path && *key == '%')
			(void)buf_puts(out, domain);
		else
			(void)buf_putc(out, *key);
	return !out->failed;
}

/* domain: of the sender, in lower case; "" when it is not known. at: the row that
 * brought here. */
static void
add_line(struct reading *r, const struct import_at *at, struct key_line *line,
    const char *domain)
{
	const struct import_at key_at = {
	    .file = r->keys.path, .line = line->line};
	const struct import_key_row *row = &line->row;
	const char *signer =
	    strcmp(row->domain, "%") == 0 ? domain : row->domain;
	bool needs = signer != row->domain ||
		     (row->key[0] == '/' && strchr(row->key, '%') != NULL);
	struct buf key;

	line->is_used = true;
	if (needs && domain[0] == '\0') {
		(void)import_refuse(r->in, at, row->name,
		    "%% stands for any domain here: bring each by sendwardctl "
		    "identity create and dkim import");
		return;
	}
	buf_init(&key, IMPORT_LINE_MAX + PATH_SIZE);
	if (expand(row->key, domain, &key))
		(void)import_add_key(
		    r->in, &key_at, signer, row->selector, buf_str(&key));
	else
		(void)import_refuse(r->in, &key_at, row->name,
		    "the path of its key is too long");
	input_wipe(&key);
}

/* ---- the signing table ----------------------------------------------------------- */

/* Is the key's domain that of the senders, or one above it? sender: "" any. */
static bool
is_own(const char *sender, const char *domain)
{
	char clean[RULES_ADDRESS_MAX + 1];
	enum rules_identity_type type;

	if (sender[0] == '\0' || strcmp(domain, "%") == 0 ||
	    identity_check_name(domain, clean, &type) != NULL)
		return true; /* import_add_key says what is wrong */
	return strcmp(sender, clean) == 0 || identity_is_below(sender, clean);
}

static void
take_sender(struct reading *r, const struct import_at *at,
    const struct import_signing_row *signer, const char *sender)
{
	const char *one = signer->scope == IMPORT_SCOPE_DOMAIN ? sender : "";
	const char *name = signer->key_name;
	struct key_line *line =
	    find_line(r, strcmp(name, "%") == 0 ? one : name);

	if (line == NULL) {
		(void)import_refuse(r->in, at, signer->pattern,
		    "the key table has no key %.100s", name);
		return;
	}
	line->is_used = true;
	if (is_own(sender, line->row.domain))
		add_line(r, at, line, one);
	else
		(void)import_refuse(r->in, at, signer->pattern,
		    "its mail was signed as %.200s; here a domain's mail is "
		    "signed by a key of its own: sendwardctl identity create",
		    line->row.domain);
}

static void
take_signer(struct reading *r, const struct import_at *at,
    const struct import_signing_row *signer)
{
	char sender[RULES_ADDRESS_MAX + 1] = "";
	enum rules_identity_type type;
	const char *wrong = NULL;

	if (signer->domain[0] != '\0')
		wrong = identity_check_name(signer->domain, sender, &type);
	if (signer->scope == IMPORT_SCOPE_ODD)
		wrong =
		    r->signers.is_refile && strchr(signer->pattern, '@') == NULL
			? "the pattern matches no address: write *@DOMAIN"
			: "no domain can be told from the pattern";
	if (signer->scope == IMPORT_SCOPE_DOMAIN && wrong == NULL &&
	    !import_wants(r->in, sender))
		return;
	if (wrong != NULL)
		(void)import_refuse(r->in, at, signer->pattern, "%s", wrong);
	else
		take_sender(r, at, signer, sender);
}

static void
read_signers(struct reading *r)
{
	char row[IMPORT_LINE_MAX + 1];
	struct import_signing_row signer;
	struct import_text text;
	struct import_at at = {.file = r->signers.path};
	const char *why;

	import_text_begin(
	    &text, buf_str(&r->signers.text), r->signers.text.len, false);
	while (import_text_row(&text, row, &why)) {
		at.line = text.line;
		if (why == NULL)
			why = import_text_signing_row(
			    row, r->signers.is_refile, &signer);
		if (why != NULL)
			(void)import_refuse(r->in, &at, "", "%s", why);
		else
			take_signer(r, &at, &signer);
	}
}

/* Keys that no sender leads to were not used; without a table of signers all are. */
static void
take_others(struct reading *r, bool has_signers)
{
	for (size_t i = 0; i < r->count; i++) {
		struct key_line *line = &r->lines[i];
		const struct import_at at = {
		    .file = r->keys.path, .line = line->line};

		if (!has_signers)
			add_line(r, &at, line, "");
		else if (!line->is_used &&
			 import_wants(r->in, line->row.domain))
			(void)import_refuse(r->in, &at, line->row.domain,
			    "no row of %.200s uses the key %.100s",
			    r->signers.path, line->row.name);
	}
}

/* ---- the command ----------------------------------------------------------------- */

static int
take_tables(struct import *in, const struct wanted *wanted)
{
	struct reading r = {.in = in, .names = json_object()};
	bool has_signers = wanted->signing_table[0] != '\0';
	int rc;

	buf_init(&r.keys.text, 0);
	buf_init(&r.signers.text, 0);
	in->failed = in->failed || r.names == NULL;
	rc = open_table(in, wanted->key_table, &r.keys);
	if (rc == CTL_DONE && has_signers)
		rc = open_table(in, wanted->signing_table, &r.signers);
	if (rc == CTL_DONE) {
		read_keys(&r);
		if (has_signers)
			read_signers(&r);
		take_others(&r, has_signers);
	}
	for (size_t i = 0; i < r.count; i++)
		free_line(&r.lines[i]);
	free(r.lines);
	json_decref(r.names);
	input_wipe(&r.keys.text);
	input_wipe(&r.signers.text);
	return rc;
}

/* What the command line says instead. */
static int
read_wanted(struct import *in, const char *path, struct wanted *wanted)
{
	struct ctl *ctl = in->ctl;
	const char *keys = ctl_value(ctl, "key-table");
	const char *signers = ctl_value(ctl, "signing-table");
	const struct import_at at = {.file = "the command line"};

	if (keys != NULL && ctl->arg_count > 0)
		return ctl_usage(
		    ctl, "give opendkim.conf, or --key-table, not both");
	if (signers != NULL && keys == NULL)
		return ctl_usage(ctl, "--signing-table needs --key-table");
	if (keys == NULL)
		return read_conf(in, path, wanted);
	set_value(in, &at, wanted->key_table, keys);
	if (signers != NULL)
		set_value(in, &at, wanted->signing_table, signers);
	return CTL_DONE;
}

int
import_run_opendkim(struct ctl *ctl)
{
	const char *path = ctl->arg_count > 0 ? ctl_arg(ctl, 0) : CONF_PATH;
	struct wanted wanted = {0};
	struct import in;
	int rc;

	import_begin_list(&in, ctl);
	rc = read_wanted(&in, path, &wanted);
	if (rc == CTL_DONE)
		rc = wanted.key_table[0] != '\0'
			 ? take_tables(&in, &wanted)
			 : take_single(&in, path, &wanted);
	if (rc == CTL_DONE)
		return import_finish(&in);
	import_end_list(&in);
	return rc;
}
