/* What leaves, noted in files: see journal.h. Reads nothing back. */
#include "config.h"

#include "ops/journal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "ops/text_json.h"
#include "rules/ascii.h"

#define SUFFIX ".journal"
/* Each try loses against a reader that takes the new file for an old one. */
#define TRIES 10

struct journal {
	char *dir;
	/* Held while a line is written: a write that fails in the middle is
	 * taken back before another can follow it. */
	pthread_mutex_t lock;
	int fd; /* -1: none is open */
	int64_t opened_msec;
};

/* ---- the line -------------------------------------------------------------- */

bool
journal_is_common(const char *header)
{
	static const char *const names[] = {"From", "To", "Cc", "Reply-To",
	    "Date", "Message-ID", "Subject", "Return-Path"};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (ascii_casecmp(header, names[i]) == 0)
			return true;
	return false;
}

static json_t *
pair_new(const char *name, const char *value)
{
	json_t *pair = json_array();
	int failed =
	    json_array_append_new(pair, text_json_new(name, strlen(name)));

	failed |=
	    json_array_append_new(pair, text_json_new(value, strlen(value)));
	if (failed) {
		json_decref(pair);
		return NULL;
	}
	return pair;
}

/* Where the fields go: those that are kept, those of From, To, … that did not fit
 * or of a header that is not kept. */
struct fields {
	json_t *kept, *common;
	size_t kept_bytes, common_bytes;
	bool truncated;
};

static bool
add_field(struct fields *fields, const struct rules_header *header, bool keeps)
{
	size_t bytes = strlen(header->name) + strlen(header->value);
	bool fits = fields->kept_bytes + bytes <= JOURNAL_HEADERS_MAX_BYTES;

	/* a small one behind a large one would look as if it had been first */
	if (keeps && fits && !fields->truncated) {
		fields->kept_bytes += bytes;
		return json_array_append_new(fields->kept,
			   pair_new(header->name, header->value)) == 0;
	}
	fields->truncated |= keeps;
	if (!journal_is_common(header->name) ||
	    fields->common_bytes + bytes > JOURNAL_HEADERS_MAX_BYTES)
		return true;
	fields->common_bytes += bytes;
	return json_array_append_new(
		   fields->common, pair_new(header->name, header->value)) == 0;
}

/* Takes list. */
static bool
set_list(json_t *line, const char *key, json_t *list)
{
	if (list != NULL && json_array_size(list) == 0) {
		json_decref(list);
		return true;
	}
	return json_object_set_new_nocheck(line, key, list) == 0;
}

static bool
set_headers(json_t *line, const struct journal_entry *entry)
{
	struct fields fields = {.kept = json_array(), .common = json_array()};
	bool ok = fields.kept != NULL && fields.common != NULL;

	for (size_t i = 0; i < entry->header_count; i++)
		ok = ok && add_field(&fields, &entry->headers[i],
			       entry->keeps_headers);
	ok &= set_list(line, "headers", fields.kept);
	ok &= set_list(line, "common", fields.common);
	if (ok && fields.truncated)
		ok = json_object_set_new_nocheck(
			 line, "truncated", json_true()) == 0;
	return ok;
}

static bool
set_tags(json_t *line, const struct journal_entry *entry)
{
	json_t *list = json_array();
	bool ok = true;

	for (size_t i = 0; i < entry->tag_count; i++)
		ok &=
		    json_array_append_new(list, pair_new(entry->tags[i].name,
						    entry->tags[i].value)) == 0;
	return set_list(line, "tags", list) && ok;
}

static bool
set_text(json_t *line, const char *key, const char *text)
{
	return text == NULL || text[0] == '\0' ||
	       json_object_set_new_nocheck(
		   line, key, text_json_new(text, strlen(text))) == 0;
}

static bool
set_number(json_t *line, const char *key, int64_t number)
{
	return number == 0 || json_object_set_new_nocheck(
				  line, key, json_integer(number)) == 0;
}

/* A new reference; NULL: no memory. */
static json_t *
line_json(const struct journal_entry *entry, bool with_headers)
{
	json_t *line = json_object();
	bool ok = line != NULL;

	ok &= set_text(
	    line, "kind", entry->kind == JOURNAL_SENT ? "sent" : "rejected");
	ok &= set_number(line, "account", entry->account_id);
	ok &= set_text(line, "id", entry->queue_id);
	ok &= set_number(line, "at", entry->at_msec);
	ok &= set_text(line, "login", entry->login);
	ok &= set_text(line, "sender", entry->sender);
	ok &= set_text(line, "ip", entry->source_ip);
	ok &= set_number(line, "identityId", entry->identity_id);
	ok &= set_text(line, "identity", entry->identity);
	ok &= set_number(line, "setId", entry->set_id);
	ok &= set_text(line, "set", entry->set_name);
	ok &= set_number(line, "size", entry->size);
	ok &= set_text(line, "recipients", entry->recipients);
	if (with_headers)
		ok &= set_headers(line, entry) && set_tags(line, entry);
	else
		ok &=
		    set_tags(line, entry) && json_object_set_new_nocheck(line,
						 "truncated", json_true()) == 0;
	ok &= set_text(line, "reason", entry->reason);
	ok &= set_text(line, "reply", entry->reply);
	if (!ok) {
		json_decref(line);
		return NULL;
	}
	return line;
}

static int
dump_part(const char *text, size_t len, void *ctx)
{
	return buf_append(ctx, text, len) ? 0 : -1;
}

static enum sg_err
make_line(const struct journal_entry *entry, bool with_headers,
    struct buf *line, struct err *err_r)
{
	json_t *object = line_json(entry, with_headers);

	int failed;

	buf_clear(line);
	if (object == NULL)
		return err_set(err_r, SG_NOMEM, "no memory to note a message");
	failed = json_dump_callback(object, dump_part, line, JSON_COMPACT);
	json_decref(object);
	if (failed != 0 || !buf_putc(line, '\n'))
		return err_set(err_r, SG_INVALID,
		    "message %s takes more than %d bytes to note",
		    entry->queue_id, JOURNAL_LINE_MAX);
	return SG_OK;
}

/* ---- the file -------------------------------------------------------------- */

/* "20261128T121655.123456Z-1234-0123456789abcdef.journal" */
static bool
make_name(char *name_r, size_t size)
{
	int64_t now_usec = clock_now_usec();
	time_t now = (time_t)(now_usec / 1000000);
	uint64_t random;
	char text[32];
	struct tm tm;

	if (getrandom(&random, sizeof(random), 0) != sizeof(random) ||
	    gmtime_r(&now, &tm) == NULL ||
	    strftime(text, sizeof(text), "%Y%m%dT%H%M%S", &tm) == 0)
		return false;
	(void)snprintf(name_r, size, "%s.%06dZ-%ld-%016llx" SUFFIX, text,
	    (int)(now_usec % 1000000), (long)getpid(),
	    (unsigned long long)random);
	return true;
}

/* A new file under a lock of ours. *fd_r -1 with SG_OK: a reader was faster. */
static enum sg_err
create_file(const struct journal *journal, int *fd_r, struct err *err_r)
{
	char name[96], path[4096 + sizeof(name)];
	struct stat st;

	*fd_r = -1;
	if (!make_name(name, sizeof(name)))
		return err_set(err_r, SG_IO, "no name for a journal file");
	(void)snprintf(path, sizeof(path), "%s/%s", journal->dir, name);
	*fd_r = open(path,
	    O_WRONLY | O_APPEND | O_CREAT | O_EXCL | O_CLOEXEC | O_NOCTTY,
	    0640);
	if (*fd_r < 0)
		return err_set(err_r, SG_IO, "%s: %s", path, strerror(errno));
	if (flock(*fd_r, LOCK_SH) != 0 || fstat(*fd_r, &st) != 0) {
		(void)err_set(err_r, SG_IO, "%s: %s", path, strerror(errno));
		(void)close(*fd_r);
		return SG_IO;
	}
	if (st.st_nlink == 0) {
		(void)close(*fd_r);
		*fd_r = -1;
	}
	return SG_OK;
}

static void
close_file(struct journal *journal)
{
	if (journal->fd >= 0)
		(void)close(journal->fd); /* the lock goes with it */
	journal->fd = -1;
}

/* Is the file that is open to be continued? Somebody may have removed it. */
static bool
is_fit(const struct journal *journal, off_t *size_r)
{
	struct stat st;

	if (journal->fd < 0 || fstat(journal->fd, &st) != 0)
		return false;
	*size_r = st.st_size;
	return st.st_nlink > 0 && st.st_size < JOURNAL_FILE_MAX_BYTES &&
	       clock_mono_msec() - journal->opened_msec <
		   INT64_C(1000) * JOURNAL_FILE_MAX_SEC;
}

static enum sg_err
need_file(struct journal *journal, off_t *size_r, struct err *err_r)
{
	enum sg_err rc = SG_OK;

	if (is_fit(journal, size_r))
		return SG_OK;
	close_file(journal);
	*size_r = 0;
	for (int i = 0; i < TRIES && journal->fd < 0 && rc == SG_OK; i++)
		rc = create_file(journal, &journal->fd, err_r);
	if (rc != SG_OK)
		journal->fd = -1;
	else if (journal->fd < 0)
		rc = err_set(
		    err_r, SG_IO, "journal files in %s vanish", journal->dir);
	journal->opened_msec = clock_mono_msec();
	return rc;
}

/* All of it or nothing. */
static enum sg_err
write_line(struct journal *journal, const struct buf *line, off_t size,
    struct err *err_r)
{
	ssize_t n;

	do
		n = write(journal->fd, line->data, line->len);
	while (n < 0 && errno == EINTR);
	if (n == (ssize_t)line->len)
		return SG_OK;
	(void)err_set(err_r, SG_IO, "a file in %s: %s", journal->dir,
	    n < 0 ? strerror(errno) : "no space for a whole line");
	/* What stays half written ends a file, where readers expect it. */
	if (n > 0 && ftruncate(journal->fd, size) != 0)
		close_file(journal);
	return SG_IO;
}

/* ---- for all --------------------------------------------------------------- */

enum sg_err
journal_open(const char *dir, struct journal **journal_r, struct err *err_r)
{
	struct journal *journal;
	struct stat st;

	*journal_r = NULL;
	if (strlen(dir) > 4000)
		return err_set(err_r, SG_INVALID, "the journal's name is long");
	if (mkdir(dir, 0750) != 0 && errno != EEXIST)
		return err_set(err_r, SG_IO, "%s: %s", dir, strerror(errno));
	if (stat(dir, &st) != 0 || !S_ISDIR(st.st_mode))
		return err_set(err_r, SG_IO, "%s is no folder", dir);
	journal = calloc(1, sizeof(*journal));
	if (journal != NULL)
		journal->dir = strdup(dir);
	if (journal == NULL || journal->dir == NULL ||
	    pthread_mutex_init(&journal->lock, NULL) != 0) {
		if (journal != NULL)
			free(journal->dir);
		free(journal);
		return err_set(err_r, SG_NOMEM, "no memory for a journal");
	}
	journal->fd = -1;
	*journal_r = journal;
	return SG_OK;
}

void
journal_close(struct journal **journal)
{
	if (*journal == NULL)
		return;
	close_file(*journal);
	(void)pthread_mutex_destroy(&(*journal)->lock);
	free((*journal)->dir);
	free(*journal);
	*journal = NULL;
}

enum sg_err
journal_append(struct journal *journal, const struct journal_entry *entry,
    struct err *err_r)
{
	struct buf line;
	off_t size = 0;
	enum sg_err rc;

	buf_init(&line, JOURNAL_LINE_MAX);
	rc = make_line(entry, true, &line, err_r);
	if (rc == SG_INVALID)
		rc = make_line(entry, false, &line, err_r);
	if (rc == SG_OK) {
		(void)pthread_mutex_lock(&journal->lock);
		rc = need_file(journal, &size, err_r);
		if (rc == SG_OK)
			rc = write_line(journal, &line, size, err_r);
		(void)pthread_mutex_unlock(&journal->lock);
	}
	buf_fini(&line);
	return rc;
}

static int
is_journal(const struct dirent *entry)
{
	size_t len = strlen(entry->d_name);

	return entry->d_name[0] != '.' && len > sizeof(SUFFIX) - 1 &&
	       strcmp(entry->d_name + len - (sizeof(SUFFIX) - 1), SUFFIX) == 0;
}

/* Whatever the locale. */
static int
by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

enum sg_err
journal_list(const char *dir, journal_file_fn *fn, void *ctx, struct err *err_r)
{
	struct dirent **list = NULL;
	bool goes_on = true;
	int count = scandir(dir, &list, is_journal, by_name);

	if (count < 0 && errno == ENOENT)
		return SG_OK;
	if (count < 0)
		return err_set(err_r, SG_IO, "%s: %s", dir, strerror(errno));
	for (int i = 0; i < count; i++) {
		goes_on = goes_on && fn(ctx, list[i]->d_name);
		free(list[i]);
	}
	free(list);
	return SG_OK;
}
