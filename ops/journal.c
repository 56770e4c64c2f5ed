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
#include "base/folder.h"
#include "ops/journal_group.h"
#include "ops/text_json.h"
#include "rules/ascii.h"
#include "rules/headers.h"

#define SUFFIX ".journal"
/* Each try loses against a reader that takes the new file for an old one. */
#define TRIES 10

/* A lock on it says that its writer lives, so it stays open until the last of its
 * lines is ended. */
struct journal_file {
	int fd;      /* appends */
	int mark_fd; /* writes where it is told to */
	size_t tickets;
	bool is_over; /* another is continued */
};

struct journal {
	char *dir;
	/* Held while a line is written: a write that fails in the middle is
	 * taken back before another can follow it. */
	pthread_mutex_t lock;
	struct journal_file *file; /* NULL: none is open */
	int fd;                    /* file->fd, or -1 */
	int64_t opened_msec;
	bool is_synced; /* what leaves waits for the disk */
	struct journal_group group;
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

/* What does not fit is seen at the end, by buf->failed. */
static void
put_string(struct buf *line, const char *text)
{
	(void)text_json_write(line, text, strlen(text));
}

static void
put_text(struct buf *line, const char *key, const char *text)
{
	if (text == NULL || text[0] == '\0')
		return;
	(void)buf_printf(line, ",\"%s\":", key);
	put_string(line, text);
}

static void
put_number(struct buf *line, const char *key, int64_t number)
{
	if (number != 0)
		(void)buf_printf(line, ",\"%s\":%lld", key, (long long)number);
}

/* A list of pairs; it begins with the first of them. */
struct list {
	struct buf *line;
	const char *key;
	size_t count;
};

static void
put_pair(struct list *list, const char *name, const char *value)
{
	if (list->count++ == 0)
		(void)buf_printf(list->line, ",\"%s\":[[", list->key);
	else
		(void)buf_puts(list->line, ",[");
	put_string(list->line, name);
	(void)buf_putc(list->line, ',');
	put_string(list->line, value);
	(void)buf_putc(list->line, ']');
}

static void
end_list(const struct list *list)
{
	if (list->count > 0)
		(void)buf_putc(list->line, ']');
}

static size_t
header_bytes(const struct rules_header *header)
{
	return strlen(header->name) + strlen(header->value);
}

/* How many of the header are kept, from the first on. */
static size_t
put_kept(struct buf *line, const struct journal_entry *entry)
{
	struct list list = {.line = line, .key = "headers"};
	size_t bytes = 0, i = 0;

	if (!entry->keeps_headers)
		return 0;
	for (; i < entry->header_count; i++) {
		if (headers_is_removed(entry->headers[i].name))
			continue;
		bytes += header_bytes(&entry->headers[i]);
		if (bytes > JOURNAL_HEADERS_MAX_BYTES)
			break;
		put_pair(
		    &list, entry->headers[i].name, entry->headers[i].value);
	}
	end_list(&list);
	return i;
}

/* Of those from the kept ones on. */
static void
put_common(struct buf *line, const struct journal_entry *entry, size_t kept)
{
	struct list list = {.line = line, .key = "common"};
	size_t bytes = 0;

	for (size_t i = kept; i < entry->header_count; i++) {
		const struct rules_header *header = &entry->headers[i];

		if (!journal_is_common(header->name) ||
		    bytes + header_bytes(header) > JOURNAL_HEADERS_MAX_BYTES)
			continue;
		bytes += header_bytes(header);
		put_pair(&list, header->name, header->value);
	}
	end_list(&list);
}

static void
put_headers(struct buf *line, const struct journal_entry *entry)
{
	size_t kept = put_kept(line, entry);

	put_common(line, entry, kept);
	if (entry->keeps_headers && kept < entry->header_count)
		(void)buf_puts(line, ",\"truncated\":true");
}

static enum sg_err
make_line(const struct journal_entry *entry, bool with_headers,
    struct buf *line, struct err *err_r)
{
	struct list tags = {.line = line, .key = "tags"};

	buf_clear(line);
	(void)buf_printf(line, "{\"kind\":\"%s\"",
	    entry->kind == JOURNAL_SENT ? "sent" : "rejected");
	put_number(line, "account", entry->account_id);
	put_text(line, "id", entry->queue_id);
	put_number(line, "at", entry->at_msec);
	put_text(line, "login", entry->login);
	put_text(line, "sender", entry->sender);
	put_text(line, "ip", entry->source_ip);
	put_number(line, "identityId", entry->identity_id);
	put_text(line, "identity", entry->identity);
	put_number(line, "setId", entry->set_id);
	put_text(line, "set", entry->set_name);
	put_number(line, "tenantId", entry->tenant_id);
	put_text(line, "tenant", entry->tenant_name);
	put_number(line, "size", entry->size);
	put_text(line, "recipients", entry->recipients);
	if (with_headers)
		put_headers(line, entry);
	else
		(void)buf_puts(line, ",\"truncated\":true");
	for (size_t i = 0; i < entry->tag_count; i++)
		put_pair(&tags, entry->tags[i].name, entry->tags[i].value);
	end_list(&tags);
	put_text(line, "reason", entry->reason);
	put_text(line, "reply", entry->reply);
	put_text(line, "submission", entry->submission);
	put_text(line, "operation", entry->operation);
	put_text(line, "outgoingIp", entry->outgoing_ip);
	put_number(line, "outgoingPoolId", entry->outgoing_pool_id);
	(void)buf_puts(line, "}\n");
	if (line->failed)
		return err_set(err_r, SG_INVALID,
		    "message %s takes more than %d bytes to note",
		    entry->queue_id, JOURNAL_LINE_MAX);
	return SG_OK;
}

/* ---- the file -------------------------------------------------------------- */

/* "20261128T121655.123456Z-1234-01234567-BOOT.journal" */
static bool
make_name(char *name_r, size_t size)
{
	int64_t now_usec = clock_now_usec();
	time_t now = (time_t)(now_usec / 1000000);
	char text[32], boot[CLOCK_BOOT_ID_SIZE];
	uint32_t random;
	struct tm tm;

	(void)clock_boot_id(boot);
	if (getrandom(&random, sizeof(random), 0) != sizeof(random) ||
	    gmtime_r(&now, &tm) == NULL ||
	    strftime(text, sizeof(text), "%Y%m%dT%H%M%S", &tm) == 0)
		return false;
	(void)snprintf(name_r, size, "%s.%06dZ-%ld-%08x-%s" SUFFIX, text,
	    (int)(now_usec % 1000000), (long)getpid(), (unsigned)random, boot);
	return true;
}

bool
journal_is_of_this_boot(const char *name)
{
	char boot[CLOCK_BOOT_ID_SIZE];

	return clock_boot_id(boot) && strstr(name, boot) != NULL;
}

static void
free_file(struct journal_file *file)
{
	if (file->mark_fd >= 0)
		(void)close(file->mark_fd);
	if (file->fd >= 0)
		(void)close(file->fd); /* the lock goes with it */
	free(file);
}

static enum sg_err
path_error(const char *path, struct err *err_r)
{
	return err_set(err_r, SG_IO, "%s: %s", path, strerror(errno));
}

/* Under a lock of ours. *is_there_r false: a reader was faster. */
static enum sg_err
open_file(struct journal_file *file, const char *path, bool *is_there_r,
    struct err *err_r)
{
	struct stat st;

	*is_there_r = false;
	file->fd = open(path,
	    O_WRONLY | O_APPEND | O_CREAT | O_EXCL | O_CLOEXEC | O_NOCTTY,
	    0640);
	if (file->fd < 0 || flock(file->fd, LOCK_SH) != 0 ||
	    fstat(file->fd, &st) != 0)
		return path_error(path, err_r);
	if (st.st_nlink == 0)
		return SG_OK;
	file->mark_fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
	if (file->mark_fd < 0)
		return path_error(path, err_r);
	*is_there_r = true;
	return SG_OK;
}

/* A new file. *file_r NULL with SG_OK: a reader was faster. */
static enum sg_err
create_file(const struct journal *journal, struct journal_file **file_r,
    struct err *err_r)
{
	char name[128], path[4096 + sizeof(name)];
	struct journal_file *file = calloc(1, sizeof(*file));
	bool is_there = false;
	enum sg_err rc;

	*file_r = NULL;
	if (file == NULL)
		return err_set(err_r, SG_NOMEM, "no memory for a journal file");
	file->fd = file->mark_fd = -1;
	if (!make_name(name, sizeof(name))) {
		free_file(file);
		return err_set(err_r, SG_IO, "no name for a journal file");
	}
	(void)snprintf(path, sizeof(path), "%s/%s", journal->dir, name);
	rc = open_file(file, path, &is_there, err_r);
	if (rc == SG_OK && is_there && journal->is_synced)
		rc = folder_sync(journal->dir, err_r);
	if (rc == SG_OK && is_there)
		*file_r = file;
	else
		free_file(file);
	return rc;
}

static void
close_file(struct journal *journal)
{
	struct journal_file *file = journal->file;

	if (file == NULL)
		return;
	if (journal->is_synced || journal->group.waiters != NULL)
		/* whose record it is hears when it fails */
		(void)journal_group_settle(&journal->group, file->fd);
	journal->file = NULL;
	journal->fd = -1;
	file->is_over = true;
	if (file->tickets == 0)
		free_file(file);
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
	for (int i = 0; i < TRIES && journal->file == NULL && rc == SG_OK; i++)
		rc = create_file(journal, &journal->file, err_r);
	if (journal->file != NULL)
		journal->fd = journal->file->fd;
	else if (rc == SG_OK)
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
	journal_group_init(&journal->group, &journal->lock, &journal->fd);
	journal->fd = -1;
	*journal_r = journal;
	return SG_OK;
}

void
journal_close(struct journal **journal)
{
	if (*journal == NULL)
		return;
	journal_group_fini(&(*journal)->group);
	close_file(*journal);
	(void)pthread_mutex_destroy(&(*journal)->lock);
	free((*journal)->dir);
	free(*journal);
	*journal = NULL;
}

void
journal_sync(struct journal *journal, bool is_synced)
{
	(void)pthread_mutex_lock(&journal->lock);
	if (is_synced && !journal->is_synced)
		close_file(
		    journal); /* nor is its name known to be on the disk */
	journal->is_synced = is_synced;
	(void)pthread_mutex_unlock(&journal->lock);
}

/* With the lock: the line was written. A message that was refused comes again or is
 * given up: its record is worth no wait. */
static enum sg_err
keep(struct journal *journal, const struct journal_entry *entry,
    struct journal_ticket *ticket, struct err *err_r)
{
	ticket->is_awaited = journal->is_synced && entry->kind == JOURNAL_SENT;
	if (ticket->is_awaited)
		return journal_group_begin(
		    &journal->group, &ticket->waiter, err_r);
	journal_group_written(&journal->group);
	return SG_OK;
}

/* With the lock. */
static enum sg_err
mark(const struct journal_ticket *ticket, char first, struct err *err_r)
{
	ssize_t n;

	do
		n = pwrite(ticket->file->mark_fd, &first, 1, (off_t)ticket->at);
	while (n < 0 && errno == EINTR);
	if (n == 1)
		return SG_OK;
	return err_set(err_r, SG_IO, "a journal file: %s",
	    n < 0 ? strerror(errno) : "nothing can be written");
}

/* With the lock. A file whose line cannot be marked is not continued: readers would
 * wait at the line. */
static void
withdraw(struct journal *journal, const struct journal_ticket *ticket)
{
	if (mark(ticket, JOURNAL_WITHDRAWN, NULL) != SG_OK &&
	    ticket->file == journal->file)
		close_file(journal);
}

/* With the lock: the line of the ticket is in the file. */
static void
drop(struct journal_ticket *ticket)
{
	ticket->file->tickets--;
	if (ticket->file->is_over && ticket->file->tickets == 0)
		free_file(ticket->file);
	ticket->file = NULL;
}

/* The line begins with first. */
static enum sg_err
begin(struct journal *journal, const struct journal_entry *entry, char first,
    struct journal_ticket *ticket, struct err *err_r)
{
	struct buf line;
	off_t size = 0;
	enum sg_err rc;

	buf_init(&line, JOURNAL_LINE_MAX);
	rc = make_line(entry, true, &line, err_r);
	if (rc == SG_INVALID)
		rc = make_line(entry, false, &line, err_r);
	if (rc == SG_OK)
		line.data[0] = first;
	(void)pthread_mutex_lock(&journal->lock);
	if (rc == SG_OK)
		rc = need_file(journal, &size, err_r);
	if (rc == SG_OK)
		rc = write_line(journal, &line, size, err_r);
	if (rc == SG_OK) {
		ticket->file = journal->file;
		ticket->at = size;
		ticket->file->tickets++;
		rc = keep(journal, entry, ticket, err_r);
		if (rc != SG_OK) {
			withdraw(journal, ticket);
			drop(ticket);
		}
	}
	(void)pthread_mutex_unlock(&journal->lock);
	buf_fini(&line);
	return rc;
}

enum sg_err
journal_begin(struct journal *journal, const struct journal_entry *entry,
    struct journal_ticket *ticket_r, struct err *err_r)
{
	return begin(journal, entry, JOURNAL_OPEN, ticket_r, err_r);
}

enum sg_err
journal_end(struct journal *journal, struct journal_ticket *ticket, bool leaves,
    struct err *err_r)
{
	enum sg_err rc = SG_OK;

	if (ticket->is_awaited)
		rc = journal_group_end(&ticket->waiter, err_r);
	if (!leaves)
		rc = SG_OK;
	(void)pthread_mutex_lock(&journal->lock);
	if (rc == SG_OK && leaves)
		rc = mark(ticket, '{', err_r);
	if (rc != SG_OK || !leaves)
		withdraw(journal, ticket);
	drop(ticket);
	(void)pthread_mutex_unlock(&journal->lock);
	return rc;
}

enum sg_err
journal_append(struct journal *journal, const struct journal_entry *entry,
    struct err *err_r)
{
	struct journal_ticket ticket;
	enum sg_err rc = begin(journal, entry, '{', &ticket, err_r);

	if (rc != SG_OK)
		return rc;
	if (ticket.is_awaited)
		rc = journal_group_end(&ticket.waiter, err_r);
	(void)pthread_mutex_lock(&journal->lock);
	if (rc != SG_OK)
		withdraw(journal, &ticket);
	drop(&ticket);
	(void)pthread_mutex_unlock(&journal->lock);
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
