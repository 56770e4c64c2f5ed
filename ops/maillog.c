/* The MTA's log, followed: see maillog.h. Does not read single lines
 * (maillog_line.c). */
#include "config.h"

#include "ops/maillog.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "conf/conf.h"
#include "ops/event.h"
#include "ops/duty.h"
#include "ops/ingest.h"
#include "rules/recipients.h"
#include "store/events.h"

/* Read at once; a longer line is skipped. */
#define CHUNK_BYTES (256 * 1024)
/* Of one turn: the rest is read in the next. */
#define CHUNKS_MOST 64

struct follow {
	struct store *store;
	const struct conf *conf;
	int64_t now_sec;
	int64_t events;
	struct err *err_r;
};

/* ---- one status ----------------------------------------------------------- */

static const char *
delay_type(const char *dsn)
{
	if (strncmp(dsn, "4.2.2", 5) == 0)
		return "MailboxFull";
	if (strncmp(dsn, "4.4.", 4) == 0)
		return "TransientCommunicationFailure";
	if (strncmp(dsn, "4.3.", 4) == 0)
		return "RecipientServerError";
	return "General";
}

/* JSON takes UTF-8 alone. */
static json_t *
text_json(const char *text)
{
	json_t *value = json_string(text);

	return value != NULL ? value : json_string("");
}

static json_t *
delivery_json(const struct maillog_status *status, const char *recipient,
    int64_t at_msec, int64_t sent_msec)
{
	char time[EVENT_TIME_MAX];
	int64_t msec = at_msec - sent_msec;

	if (msec < 0 || (double)msec > status->delay_sec * 1000 + 2000)
		msec = (int64_t)(status->delay_sec * 1000);
	return json_pack("{s:s, s:I, s:[o], s:o, s:o, s:o}", "timestamp",
	    event_time(at_msec, time), "processingTimeMillis", (json_int_t)msec,
	    "recipients", text_json(recipient), "smtpResponse",
	    text_json(status->reply), "reportingMTA",
	    text_json(status->relay_host), "remoteMtaIp",
	    text_json(status->relay_address));
}

static json_t *
delay_json(
    const struct maillog_status *status, const char *recipient, int64_t at_msec)
{
	char time[EVENT_TIME_MAX];

	return json_pack("{s:s, s:s, s:[{s:o, s:o, s:o}]}", "timestamp",
	    event_time(at_msec, time), "delayType", delay_type(status->dsn),
	    "delayedRecipients", "emailAddress", text_json(recipient), "status",
	    text_json(status->dsn), "diagnosticCode", text_json(status->reply));
}

struct status_ctx {
	struct follow *follow;
	const struct maillog_status *status;
	const char *recipient;
	enum sg_err code;
};

/* An event of a message of ours. */
static bool
put_event(void *ctx, const struct store_message *message)
{
	struct status_ctx *c = ctx;
	const struct maillog_status *status = c->status;
	bool is_sent = status->result == MAILLOG_SENT;
	struct store_event event = {
	    .account_id = message->account_id,
	    .set_id = message->set_id,
	    .kind = is_sent ? STORE_EVENT_DELIVERY : STORE_EVENT_DELIVERY_DELAY,
	    .at_msec = status->at_msec > 0 ? status->at_msec
					   : c->follow->now_sec * 1000,
	};
	struct recipient known;
	json_t *detail;
	char *text = NULL;

	/* A log without fractions of seconds would put it before the Send. */
	if (event.at_msec < message->sent_msec)
		event.at_msec = message->sent_msec;
	if (!recipients_find(message->recipients, c->recipient, &known) ||
	    recipients_is_dropped(known.flag))
		return false;
	detail = is_sent ? delivery_json(status, known.address, event.at_msec,
			       message->sent_msec)
			 : delay_json(status, known.address, event.at_msec);
	if (detail != NULL)
		text = json_dumps(detail, JSON_COMPACT);
	json_decref(detail);
	if (text == NULL) {
		c->code = err_set(c->follow->err_r, SG_NOMEM, "no memory");
		return false;
	}
	(void)snprintf(
	    event.queue_id, sizeof(event.queue_id), "%s", message->queue_id);
	event.recipients = known.address;
	event.detail = text;
	c->code = event_put(c->follow->store, c->follow->conf, &event, message,
	    c->follow->err_r);
	if (c->code == SG_OK)
		c->follow->events++;
	free(text);
	return false;
}

static enum sg_err
put_recipient(struct follow *f, const struct maillog_status *status,
    const char *recipient)
{
	struct status_ctx ctx = {
	    .follow = f, .status = status, .recipient = recipient};
	enum sg_err code = store_message_get(
	    f->store, 0, status->queue_id, put_event, &ctx, f->err_r);

	if (code == SG_MISSING)
		return SG_OK;
	return code == SG_OK ? ctx.code : code;
}

static enum sg_err
put_line(struct follow *f, char *line)
{
	struct maillog_status status;
	enum sg_err code = SG_OK;
	char *recipient, *next;

	if (strstr(line, "stat") == NULL ||
	    !maillog_read_line(line, f->now_sec, &status) ||
	    status.result == MAILLOG_BOUNCED)
		return SG_OK;
	recipient = status.recipient;
	for (; code == SG_OK && recipient != NULL; recipient = next) {
		next = strstr(recipient, ">,<");
		if (next != NULL) {
			*next = '\0';
			next += 3;
		}
		code = put_recipient(f, &status, recipient);
	}
	return code;
}

/* ---- the file ------------------------------------------------------------- */

static void
file_name(const struct stat *st, char text_r[64])
{
	(void)snprintf(text_r, 64, "%" PRIu64 ":%" PRIu64, (uint64_t)st->st_dev,
	    (uint64_t)st->st_ino);
}

static enum sg_err
put_lines(struct follow *f, char *data, size_t len)
{
	enum sg_err code = SG_OK;
	char *end = data + len;

	while (code == SG_OK && data < end) {
		char *newline = memchr(data, '\n', (size_t)(end - data));

		*newline = '\0';
		code = put_line(f, data);
		data = newline + 1;
	}
	return code;
}

/* Whole lines of one chunk, with the place that was reached. *used_r 0: there is no
 * whole line (yet). */
static enum sg_err
read_chunk(struct follow *f, int fd, char *buffer, struct store_bookmark *mark,
    size_t *used_r)
{
	ssize_t got = pread(fd, buffer, CHUNK_BYTES, (off_t)mark->offset);
	size_t used = got > 0 ? (size_t)got : 0;
	enum sg_err code;

	*used_r = 0;
	if (got < 0)
		return err_set(f->err_r, SG_IO, "%s: %s", f->conf->mail_log,
		    strerror(errno));
	while (used > 0 && buffer[used - 1] != '\n')
		used--;
	if (used == 0 && got == CHUNK_BYTES)
		used = (size_t)got; /* no line of a log */
	if (used == 0)
		return SG_OK;
	/* What was logged left before: its note is in the journal. */
	code =
	    ingest_run(f->store, f->conf, f->now_sec, &(int64_t){0}, f->err_r);
	if (code == SG_OK)
		code = store_begin(f->store, f->err_r);
	if (code != SG_OK)
		return code;
	if (buffer[used - 1] == '\n')
		code = put_lines(f, buffer, used);
	mark->offset += (int64_t)used;
	mark->updated_sec = f->now_sec;
	if (code == SG_OK)
		code = store_bookmark_put(f->store, mark, f->err_r);
	*used_r = used;
	return store_finish(f->store, code, f->err_r);
}

/* chunks: at most so many; 0: to the end. */
static enum sg_err
read_file(struct follow *f, int fd, int chunks, struct store_bookmark *mark)
{
	char *buffer = malloc(CHUNK_BYTES + 1);
	enum sg_err code = SG_OK;
	size_t used = 1;

	if (buffer == NULL)
		return err_set(f->err_r, SG_NOMEM, "no memory");
	for (int i = 0;
	     code == SG_OK && used > 0 && (chunks == 0 || i < chunks); i++)
		code = read_chunk(f, fd, buffer, mark, &used);
	free(buffer);
	return code;
}

/* The file of that inode in the log's folder: it was renamed, not yet packed.
 * -1: not there. */
static int
open_rotated(const char *path, const char *file)
{
	const char *slash = strrchr(path, '/');
	char name[64], dir[4096];
	struct dirent *entry;
	struct stat st;
	DIR *d;
	int fd = -1;

	(void)snprintf(dir, sizeof(dir), "%.*s",
	    slash > path ? (int)(slash - path) : 1, path);
	d = opendir(dir);
	while (d != NULL && fd < 0 && (entry = readdir(d)) != NULL) {
		if (strncmp(entry->d_name, slash + 1, strlen(slash + 1)) != 0)
			continue;
		fd = openat(dirfd(d), entry->d_name,
		    O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
		if (fd < 0 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
			st = (struct stat){0};
		file_name(&st, name);
		if (fd >= 0 && strcmp(name, file) != 0) {
			(void)close(fd);
			fd = -1;
		}
	}
	if (d != NULL)
		(void)closedir(d);
	return fd;
}

static void
say_lost(const struct follow *f, const char *why)
{
	log_event(LOG_MAIL_LOG_LOST_EVENT, NULL, "file", f->conf->mail_log,
	    "why", why, NULL);
}

/* The log was rotated: what is left of the old file first. */
static enum sg_err
finish_old(struct follow *f, struct store_bookmark *mark)
{
	int fd = open_rotated(f->conf->mail_log, mark->file);
	enum sg_err code;

	if (fd < 0) {
		say_lost(f, "it was replaced, and the old one is gone");
		return SG_OK;
	}
	code = read_file(f, fd, 0, mark);
	(void)close(fd);
	return code;
}

#define PLAIN_NAME "mail_log:%.240s"

void
maillog_mark_name(const struct conf *conf, char name_r[MAILLOG_MARK_MAX])
{
	char host[256];

	if (conf->host[0] == '\0' && strncmp(conf->store, "sqlite:", 7) == 0) {
		(void)snprintf(
		    name_r, MAILLOG_MARK_MAX, PLAIN_NAME, conf->mail_log);
		return;
	}
	duty_host(conf, host);
	(void)snprintf(name_r, MAILLOG_MARK_MAX, "mail_log:%.63s:%.170s", host,
	    conf->mail_log);
}

static void
mark_name(const struct follow *f, struct store_bookmark *mark)
{
	char name[MAILLOG_MARK_MAX];

	maillog_mark_name(f->conf, name);
	(void)snprintf(mark->name, sizeof(mark->name), "%s", name);
}

/* Before the host had a name its bookmark had none of it: that of this very file is
 * gone on with. */
static enum sg_err
adopt_mark(struct follow *f, struct store_bookmark *mark, const char *file,
    int64_t size)
{
	struct store_bookmark old = {0};
	char name[MAILLOG_MARK_MAX];
	enum sg_err code;

	(void)snprintf(name, sizeof(name), PLAIN_NAME, f->conf->mail_log);
	code = store_bookmark_get(f->store, name, &old, f->err_r);
	if (code != SG_OK && code != SG_MISSING)
		return code;
	(void)snprintf(mark->file, sizeof(mark->file), "%s", file);
	mark->offset = size;
	if (code == SG_OK && strcmp(old.file, file) == 0 && old.offset <= size)
		mark->offset = old.offset;
	mark->updated_sec = f->now_sec;
	return store_bookmark_put(f->store, mark, f->err_r);
}

/* Where to go on in the file of that name and size. */
static enum sg_err
find_place(struct follow *f, struct store_bookmark *mark, const char *file,
    int64_t size)
{
	enum sg_err code =
	    store_bookmark_get(f->store, mark->name, mark, f->err_r);

	if (code == SG_MISSING)
		return adopt_mark(f, mark, file, size);
	if (code == SG_OK && strcmp(mark->file, file) != 0) {
		if (mark->file[0] != '\0')
			code = finish_old(f, mark);
		(void)snprintf(mark->file, sizeof(mark->file), "%s", file);
		mark->offset = 0;
	} else if (code == SG_OK && mark->offset > size) {
		say_lost(f, "it was cut off");
		mark->offset = 0;
	}
	return code;
}

/* No file yet, or none between two of a rotation. One that comes is read from its
 * beginning. */
static enum sg_err
await_file(struct follow *f)
{
	struct store_bookmark mark = {.updated_sec = f->now_sec};
	enum sg_err code;

	mark_name(f, &mark);
	code = store_bookmark_get(f->store, mark.name, &mark, f->err_r);
	return code == SG_MISSING
		   ? store_bookmark_put(f->store, &mark, f->err_r)
		   : code;
}

static enum sg_err
follow_file(struct follow *f, int fd)
{
	struct store_bookmark mark = {0};
	struct stat st;
	char file[64];
	enum sg_err code;

	if (fstat(fd, &st) != 0)
		return err_set(f->err_r, SG_IO, "%s: %s", f->conf->mail_log,
		    strerror(errno));
	file_name(&st, file);
	mark_name(f, &mark);
	code = find_place(f, &mark, file, (int64_t)st.st_size);
	return code == SG_OK ? read_file(f, fd, CHUNKS_MOST, &mark) : code;
}

enum sg_err
maillog_follow(struct store *store, const struct conf *conf, int64_t now_sec,
    int64_t *events_r, struct err *err_r)
{
	struct follow f = {
	    .store = store, .conf = conf, .now_sec = now_sec, .err_r = err_r};
	enum sg_err code;
	int fd;

	*events_r = 0;
	if (conf->mail_log[0] == '\0')
		return SG_OK;
	fd = open(conf->mail_log, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0 && errno == ENOENT)
		return await_file(&f);
	if (fd < 0)
		return err_set(
		    err_r, SG_IO, "%s: %s", conf->mail_log, strerror(errno));
	code = follow_file(&f, fd);
	(void)close(fd);
	*events_r = f.events;
	return code;
}
