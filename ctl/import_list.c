/* Entries of an import: see import.h. Knows no format, asks no store. */
#include "config.h"

#include "ctl/import.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>
#include <openssl/crypto.h>

#include "ctl/input.h"
#include "dkim/key.h"
#include "ops/identity.h"
#include "ops/suppression.h"
#include "rules/identity.h"

#define LOGIN_MAX 255
#define WEAK_BITS 2048

/* ---- files ----------------------------------------------------------------------- */

static enum sg_err
read_fd(
    int fd, const char *path, size_t max, struct buf *out, struct err *err_r)
{
	char piece[16384];
	ssize_t n;
	enum sg_err rc = SG_OK;

	while (rc == SG_OK && (n = read(fd, piece, sizeof(piece))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			rc = err_set(err_r, SG_IO, "cannot read %.200s: %s",
			    path, strerror(errno));
		else if (out->len + (size_t)n > max)
			rc = err_set(err_r, SG_INVALID,
			    "%.200s is larger than %zu bytes", path, max);
		else if (!buf_append(out, piece, (size_t)n))
			rc = err_set(err_r, SG_NOMEM, "no memory");
	}
	OPENSSL_cleanse(piece, sizeof(piece));
	return rc;
}

const char *
import_label(const char *path)
{
	return strcmp(path, "-") == 0 ? "stdin" : path;
}

enum sg_err
import_read(const char *path, size_t max, struct buf *out, struct err *err_r)
{
	bool is_stdin = strcmp(path, "-") == 0;
	struct stat st;
	int fd = is_stdin ? 0 : open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	enum sg_err rc;

	buf_init(out, max);
	if (fd < 0)
		return err_set(err_r, SG_IO, "cannot read %.200s: %s", path,
		    strerror(errno));
	if (is_stdin || (fstat(fd, &st) == 0 && S_ISREG(st.st_mode)))
		rc = read_fd(fd, import_label(path), max, out, err_r);
	else
		rc = err_set(err_r, SG_INVALID,
		    "cannot read %.200s: it is no file", path);
	if (!is_stdin)
		(void)close(fd);
	return rc;
}

/* ---- the list -------------------------------------------------------------------- */

void
import_begin_list(struct import *in, struct ctl *ctl)
{
	*in = (struct import){.ctl = ctl, .seen = json_object()};
	in->failed = in->seen == NULL;
}

static void
settings_free(struct import_settings *settings)
{
	if (settings == NULL)
		return;
	free(settings->mail_from);
	free(settings->set);
	free(settings);
}

static void
entry_fini(struct import_entry *entry)
{
	if (entry->key_text != NULL)
		OPENSSL_cleanse(entry->key_text, strlen(entry->key_text));
	free(entry->place);
	free(entry->name);
	free(entry->note);
	free(entry->selector);
	free(entry->key_text);
	free(entry->public_base64);
	settings_free(entry->settings);
}

void
import_end_list(struct import *in)
{
	for (size_t i = 0; i < in->count; i++)
		entry_fini(&in->list[i]);
	for (size_t i = 0; i < in->file_count; i++)
		free(in->files[i]);
	free(in->list);
	free(in->files);
	json_decref(in->seen);
	*in = (struct import){.ctl = in->ctl};
}

static char *
dup_text(struct import *in, const char *text)
{
	char *copy = strdup(text);

	if (copy == NULL)
		in->failed = true;
	return copy;
}

/* Most entries are of the file that the one before is of. */
static char *
file_name(struct import *in, const char *file)
{
	char **files;

	if (in->file_count > 0 &&
	    strcmp(in->files[in->file_count - 1], file) == 0)
		return in->files[in->file_count - 1];
	files = realloc(in->files, (in->file_count + 1) * sizeof(*files));
	if (files == NULL) {
		in->failed = true;
		return NULL;
	}
	in->files = files;
	files[in->file_count] = dup_text(in, file);
	return files[in->file_count] == NULL ? NULL : files[in->file_count++];
}

static bool
has_room(struct import *in)
{
	size_t room = in->room * 2 + 64;
	struct import_entry *list;

	if (in->count >= IMPORT_ENTRIES_MAX)
		return false;
	if (in->count < in->room)
		return true;
	list = realloc(in->list, room * sizeof(*list));
	if (list == NULL)
		return false;
	in->list = list;
	in->room = room;
	return true;
}

static struct import_entry *
add(struct import *in, const struct import_at *at, enum import_kind kind,
    const char *name)
{
	struct import_entry *entry;

	if (in->failed || !has_room(in)) {
		in->failed = true;
		return NULL;
	}
	entry = &in->list[in->count];
	*entry = (struct import_entry){.kind = kind,
	    .file = file_name(in, at->file),
	    .line = at->line,
	    .place = at->place == NULL ? NULL : dup_text(in, at->place),
	    .name = dup_text(in, name)};
	in->count++;
	return in->failed ? NULL : entry;
}

void
import_note(
    struct import *in, struct import_entry *entry, const char *format, ...)
{
	char text[IMPORT_NOTE_MAX + 1], whole[2 * IMPORT_NOTE_MAX + 4];
	va_list ap;

	if (entry == NULL)
		return;
	va_start(ap, format);
	(void)vsnprintf(text, sizeof(text), format, ap); /* may be cut */
	va_end(ap);
	(void)snprintf(whole, sizeof(whole), "%.*s%s%s", IMPORT_NOTE_MAX,
	    entry->note == NULL ? "" : entry->note,
	    entry->note == NULL ? "" : "; ", text); /* may be cut */
	free(entry->note);
	entry->note = dup_text(in, whole);
}

struct import_entry *
import_refuse(struct import *in, const struct import_at *at, const char *name,
    const char *format, ...)
{
	struct import_entry *entry = add(in, at, IMPORT_OTHER, name);
	char text[IMPORT_NOTE_MAX + 1];
	va_list ap;

	if (entry == NULL)
		return NULL;
	va_start(ap, format);
	(void)vsnprintf(text, sizeof(text), format, ap); /* may be cut */
	va_end(ap);
	entry->state = IMPORT_REFUSED;
	import_note(in, entry, "%s", text);
	return entry;
}

/* The entry of that kind and name that is in the list already; else NULL, and it is
 * noted that the next one is it. */
static struct import_entry *
find(struct import *in, enum import_kind kind, const char *name)
{
	char key[RULES_ADDRESS_MAX + LOGIN_MAX + 16];
	json_t *number;

	(void)snprintf(key, sizeof(key), "%d %s", (int)kind, name);
	number = in->failed ? NULL : json_object_get(in->seen, key);
	if (number != NULL)
		return &in->list[json_integer_value(number)];
	if (in->failed || json_object_set_new(in->seen, key,
			      json_integer((json_int_t)in->count)) != 0)
		in->failed = true; /* names are ASCII, or were looked at */
	return NULL;
}

bool
import_wants(const struct import *in, const char *name)
{
	const char *at = strrchr(name, '@');
	const char *domain = at == NULL ? name : at + 1;
	bool has_only = false;

	for (size_t i = 0; i < in->ctl->given_count; i++) {
		const struct ctl_given *given = &in->ctl->given[i];

		if (strcmp(given->option->name, "only") != 0)
			continue;
		has_only = true;
		if (strcasecmp(given->value, domain) == 0)
			return true;
	}
	return !has_only;
}

/* ---- kinds ----------------------------------------------------------------------- */

struct import_entry *
import_add_login(
    struct import *in, const struct import_at *at, const char *name)
{
	json_t *text = json_string(name);
	bool is_utf8 = text != NULL;

	json_decref(text);
	if (!is_utf8 || strlen(name) > LOGIN_MAX)
		return import_refuse(in, at, name,
		    "a login's name has 1 to %d bytes of UTF-8", LOGIN_MAX);
	if (find(in, IMPORT_LOGIN, name) != NULL)
		return NULL;
	return add(in, at, IMPORT_LOGIN, name);
}

struct import_entry *
import_add_identity(
    struct import *in, const struct import_at *at, const char *name)
{
	char clean[RULES_ADDRESS_MAX + 1];
	enum rules_identity_type type;
	const char *wrong;

	if (!import_wants(in, name))
		return NULL;
	wrong = identity_check_name(name, clean, &type);
	if (wrong != NULL)
		return import_refuse(in, at, name,
		    "it is no domain or e-mail address: %s", wrong);
	if (find(in, IMPORT_IDENTITY, clean) != NULL)
		return NULL;
	return add(in, at, IMPORT_IDENTITY, clean);
}

struct import_entry *
import_add_suppression(struct import *in, const struct import_at *at,
    const char *address, const char *reason, int64_t since_sec)
{
	char clean[RULES_ADDRESS_MAX + 1];
	int number = suppression_reason_from_name(reason);
	const char *wrong = suppression_normalise(address, clean);
	struct import_entry *entry;

	if (wrong == NULL && number < 0)
		wrong = "the reason is not BOUNCE or COMPLAINT";
	if (wrong != NULL)
		return import_refuse(in, at, address, "%s", wrong);
	if (find(in, IMPORT_SUPPRESSION, clean) != NULL)
		return NULL;
	entry = add(in, at, IMPORT_SUPPRESSION, clean);
	if (entry != NULL) {
		entry->reason = number;
		entry->since_sec = since_sec;
	}
	return entry;
}

/* ---- keys ------------------------------------------------------------------------ */

/* A selector in lower case, as DNS takes it. NULL when fine. */
static const char *
clean_selector(const char *selector, char clean_r[IDENTITY_SELECTOR_MAX + 1])
{
	size_t len = strlen(selector);

	if (len > IDENTITY_SELECTOR_MAX)
		return "the selector is too long";
	for (size_t i = 0; i <= len; i++)
		clean_r[i] = selector[i] >= 'A' && selector[i] <= 'Z'
				 ? (char)(selector[i] + 32)
				 : selector[i];
	return identity_is_selector(clean_r)
		   ? NULL
		   : "a selector is made of a-z 0-9 - and inner dots here; make "
		     "a new key: sendwardctl identity create";
}

/* The text of a key that stands in the table, or in the file that it names. */
static enum sg_err
read_key(const char *key, struct buf *text, struct err *err_r)
{
	if (key[0] == '/')
		return import_read(key, IMPORT_KEY_FILE_MAX, text, err_r);
	buf_init(text, IMPORT_KEY_FILE_MAX);
	if (key[0] == '.')
		return err_set(err_r, SG_INVALID,
		    "the path %.100s depends on the folder that the program "
		    "was started in; write all of it",
		    key);
	return buf_puts(text, key) ? SG_OK
				   : err_set(err_r, SG_INVALID, "too long");
}

static void
fill_key(struct import *in, struct import_entry *entry, const char *selector,
    const struct dkim_key *key, const struct buf *text)
{
	entry->selector = dup_text(in, selector);
	entry->key_text = dup_text(in, buf_str(text));
	entry->public_base64 = dkim_key_public_dup(key);
	entry->algorithm = dkim_algorithm_name(dkim_key_algorithm(key));
	entry->bits = dkim_key_bits(key);
	if (entry->public_base64 == NULL)
		in->failed = true;
	if (dkim_key_algorithm(key) == DKIM_RSA_SHA256 &&
	    entry->bits < WEAK_BITS)
		import_note(in, entry,
		    "%d bits are weak: make a new key when mail flows "
		    "(sendwardctl dkim rotate)",
		    entry->bits);
}

/* One key of an algorithm signs for a domain. */
static struct import_entry *
add_read_key(struct import *in, const struct import_at *at, const char *domain,
    const char *selector, const struct dkim_key *key, const struct buf *text)
{
	char name[RULES_ADDRESS_MAX + 16];
	const struct import_entry *before;
	struct import_entry *entry;
	char *public_base64;

	(void)snprintf(name, sizeof(name), "%s %s",
	    dkim_algorithm_name(dkim_key_algorithm(key)), domain); /* fits */
	before = find(in, IMPORT_KEY, name);
	if (before == NULL) {
		entry = add(in, at, IMPORT_KEY, domain);
		if (entry != NULL)
			fill_key(in, entry, selector, key, text);
		return entry;
	}
	public_base64 = dkim_key_public_dup(key);
	if (public_base64 == NULL) {
		in->failed = true;
		return NULL;
	}
	if (strcmp(public_base64, before->public_base64) == 0 &&
	    strcmp(selector, before->selector) == 0)
		entry = NULL;
	else
		entry = import_refuse(in, at, domain,
		    "one %s key signs for a domain, and the one with selector "
		    "%s comes first",
		    before->algorithm, before->selector);
	free(public_base64);
	return entry;
}

/* A domain's name as it is kept. NULL when fine. */
static const char *
clean_domain(const char *domain, char clean_r[RULES_ADDRESS_MAX + 1])
{
	enum rules_identity_type type;
	const char *wrong = identity_check_name(domain, clean_r, &type);

	if (wrong == NULL && type != RULES_IDENTITY_DOMAIN)
		wrong = "an address has no key of its own";
	return wrong;
}

struct import_entry *
import_add_key(struct import *in, const struct import_at *at,
    const char *domain, const char *selector, const char *key_text)
{
	char name[RULES_ADDRESS_MAX + 1], clean[IDENTITY_SELECTOR_MAX + 1];
	struct import_entry *entry;
	struct dkim_key *key = NULL;
	struct buf text;
	struct err err;
	const char *wrong;

	if (!import_wants(in, domain))
		return NULL;
	wrong = clean_domain(domain, name);
	if (wrong == NULL)
		wrong = clean_selector(selector, clean);
	if (wrong != NULL)
		return import_refuse(in, at, domain, "%s", wrong);
	if (read_key(key_text, &text, &err) != SG_OK)
		entry = import_refuse(in, at, domain, "%s", err.text);
	else if (dkim_key_from_text(buf_str(&text), text.len, &key, &err) !=
		 SG_OK)
		entry = import_refuse(in, at, domain, "%.200s%s%s",
		    key_text[0] == '/' ? key_text : "",
		    key_text[0] == '/' ? ": " : "", err.text);
	else
		entry = add_read_key(in, at, name, clean, key, &text);
	dkim_key_unref(&key);
	input_wipe(&text);
	return entry;
}
