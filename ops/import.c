/* Import jobs: see import.h. Fetches nothing. */
#include "config.h"

#include "ops/import.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "conf/conf.h"
#include "ops/account.h"
#include "ops/endpoint.h"
#include "ops/files.h"
#include "ops/publish.h"
#include "ops/suppression.h"
#include "ops/suppression_line.h"

#define FILE_SCHEME "s3://"
#define PART_MAX 255
#define RECORDS_BETWEEN_NOTES 2000

/* ---- files ---------------------------------------------------------------------- */

static bool
is_in_folder(const char *source)
{
	return strncasecmp(source, FILE_SCHEME, strlen(FILE_SCHEME)) == 0;
}

static bool
is_upload(const char *source)
{
	return strncmp(source, FILES_UPLOAD_SOURCE,
		   strlen(FILES_UPLOAD_SOURCE)) == 0;
}

bool
import_is_file(const char *source)
{
	return is_in_folder(source) || is_upload(source);
}

/* The next part of a path; *path moves behind it. False: it is none that a file
 * can have here. */
static bool
next_part(const char **path, char part_r[PART_MAX + 1])
{
	size_t len = strcspn(*path, "/");

	if (len == 0 || len > PART_MAX)
		return false;
	memcpy(part_r, *path, len);
	part_r[len] = '\0';
	*path += len + ((*path)[len] == '/' && (*path)[len + 1] != '\0');
	return strcmp(part_r, ".") != 0 && strcmp(part_r, "..") != 0;
}

static enum sg_err
check_file(const struct conf *conf, const char *source, struct err *err_r)
{
	const char *path = source + strlen(FILE_SCHEME);
	char part[PART_MAX + 1];
	int parts = 0;

	if (conf->api_import_dir[0] == '\0')
		return err_set(err_r, SG_INVALID,
		    "S3Url: there are no buckets here; give an address that "
		    "begins with https://");
	for (; *path != '\0'; parts++)
		if (!next_part(&path, part) || *path == '/')
			return err_set(err_r, SG_INVALID,
			    "S3Url is no s3://BUCKET/KEY of a file");
	if (parts < 2)
		return err_set(
		    err_r, SG_INVALID, "S3Url is no s3://BUCKET/KEY");
	return SG_OK;
}

/* Opens part below dir, which it closes. */
static int
step(int dir, const char *part, int flags)
{
	int fd = openat(dir, part, flags | O_RDONLY | O_NOFOLLOW | O_CLOEXEC);

	(void)close(dir);
	return fd;
}

/* -1: there is none. */
static int
open_below(const char *dir, const char *account, const char *path)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	char part[PART_MAX + 1];

	if (fd >= 0)
		fd = step(fd, account, O_DIRECTORY);
	while (fd >= 0 && *path != '\0') {
		if (!next_part(&path, part)) {
			(void)close(fd);
			return -1;
		}
		/* a pipe must not be waited for */
		fd = step(fd, part, *path != '\0' ? O_DIRECTORY : O_NONBLOCK);
	}
	return fd;
}

static enum sg_err
open_upload(
    const struct conf *conf, const char *uuid, FILE **file_r, struct err *err_r)
{
	int64_t bytes;
	int fd;
	enum sg_err rc =
	    files_open(conf, uuid, FILES_UPLOAD, &fd, &bytes, err_r);

	if (rc == SG_MISSING)
		return err_set(err_r, SG_INVALID,
		    "the upload is not there any more: please send it again");
	if (rc == SG_OK && (*file_r = fdopen(fd, "r")) == NULL) {
		(void)close(fd);
		rc = err_set(err_r, SG_NOMEM, "no memory for a file");
	}
	return rc;
}

static enum sg_err
open_in_folder(const struct conf *conf, const char *account, const char *source,
    FILE **file_r, struct err *err_r)
{
	enum sg_err rc = check_file(conf, source, err_r);
	struct stat st;
	int fd = -1;

	*file_r = NULL;
	if (rc != SG_OK)
		return rc;
	if (account_check_name(account) == NULL)
		fd = open_below(conf->api_import_dir, account,
		    source + strlen(FILE_SCHEME));
	if (fd < 0 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
		rc = err_set(err_r, SG_INVALID,
		    "there is no file %.200s that can be read", source);
	else if (st.st_size > IMPORT_BYTES_MAX)
		rc = err_set(err_r, SG_INVALID,
		    "the file has more than %d bytes", IMPORT_BYTES_MAX);
	else if ((*file_r = fdopen(fd, "r")) == NULL)
		rc = err_set(err_r, SG_NOMEM, "no memory for a file");
	if (rc != SG_OK && fd >= 0)
		(void)close(fd);
	return rc;
}

enum sg_err
import_open(const struct conf *conf, const char *account, const char *source,
    FILE **file_r, struct err *err_r)
{
	*file_r = NULL;
	return is_upload(source)
		   ? open_upload(conf, source + strlen(FILES_UPLOAD_SOURCE),
			 file_r, err_r)
		   : open_in_folder(conf, account, source, file_r, err_r);
}

/* ---- jobs ----------------------------------------------------------------------- */

static enum sg_err
check_source(const struct conf *conf, const char *source, struct err *err_r)
{
	char clean[STORE_ENDPOINT_MAX + 1];
	const char *protocol = NULL;

	if (is_in_folder(source))
		return check_file(conf, source, err_r);
	if (strncasecmp(source, "https://", 8) == 0)
		protocol = "https";
	else if (strncasecmp(source, "http://", 7) == 0)
		protocol = "http";
	else
		return err_set(err_r, SG_INVALID,
		    "S3Url begins with https://, http:// or s3://");
	return endpoint_check(conf, protocol, source, clean, err_r);
}

static enum sg_err
add(struct store *store, struct store_import *row, struct err *err_r)
{
	int64_t open;
	enum sg_err rc = store_import_purge(store, row->account_id,
	    row->created_sec - IMPORT_KEPT_DAYS * 86400, err_r);

	if (rc == SG_OK)
		rc = store_import_count_open(
		    store, row->account_id, &open, err_r);
	if (rc == SG_OK && open >= IMPORT_OPEN_MAX)
		return err_set(err_r, SG_EXISTS,
		    "%d import jobs of the account are under way",
		    IMPORT_OPEN_MAX);
	return rc == SG_OK ? store_import_add(store, row, err_r) : rc;
}

/* In a transaction of its own. */
static enum sg_err
add_for(struct store *store, const char *account, struct store_import *row,
    struct err *err_r)
{
	struct store_account owner;
	enum sg_err rc = store_begin(store, err_r);

	if (rc != SG_OK)
		return rc;
	rc = account_get(store, account, &owner, err_r);
	row->account_id = owner.facts.id;
	if (rc == SG_OK)
		rc = add(store, row, err_r);
	return store_finish(store, rc, err_r);
}

enum sg_err
import_create(struct store *store, const struct conf *conf, const char *account,
    enum store_import_format format, enum store_import_action action,
    const char *source, int64_t now_sec, struct store_import *row_r,
    struct err *err_r)
{
	enum sg_err rc;

	*row_r = (struct store_import){.format = format,
	    .action = action,
	    .created_sec = now_sec,
	    .percent = -1};
	if (strlen(source) >= sizeof(row_r->source))
		return err_set(err_r, SG_INVALID,
		    "S3Url has more than %zu characters",
		    sizeof(row_r->source) - 1);
	memcpy(row_r->source, source, strlen(source) + 1);
	rc = check_source(conf, source, err_r);
	if (rc == SG_OK)
		rc = publish_uuid(row_r->uuid, err_r);
	return rc == SG_OK ? add_for(store, account, row_r, err_r) : rc;
}

/* ---- uploads -------------------------------------------------------------------- */

/* As is_too_long() counts: lines that hold something; a heading is none. */
static enum sg_err
check_content(const char *content, size_t len, struct err *err_r)
{
	const char *end = content + len, *line = content;
	int64_t records = 0;

	if (len == 0)
		return err_set(err_r, SG_INVALID, "Content is empty");
	if (len > IMPORT_BYTES_MAX)
		return err_set(err_r, SG_INVALID,
		    "Content has more than %d MB: split it into several files",
		    IMPORT_BYTES_MAX / 1024 / 1024);
	while (line < end) {
		const char *lf = memchr(line, '\n', (size_t)(end - line));

		if (lf == NULL)
			lf = end;
		records += lf - line > (lf > line && lf[-1] == '\r');
		line = lf + 1;
	}
	if (records > IMPORT_RECORDS_MAX + 1)
		return err_set(err_r, SG_INVALID,
		    "Content has %lld records, and one import takes at most "
		    "%d: split it into several files",
		    (long long)records, IMPORT_RECORDS_MAX);
	return SG_OK;
}

static enum sg_err
write_upload(const struct conf *conf, const char *uuid, const char *content,
    size_t len, struct err *err_r)
{
	FILE *file;
	enum sg_err rc = files_create(conf, uuid, FILES_UPLOAD, &file, err_r);
	bool is_written;

	if (rc != SG_OK)
		return rc;
	is_written = fwrite(content, 1, len, file) == len &&
		     fflush(file) == 0 && fsync(fileno(file)) == 0;
	if (fclose(file) == 0 && is_written)
		return SG_OK;
	rc = err_set(err_r, SG_IO, "an upload could not be written: %s",
	    strerror(errno));
	files_remove(conf, uuid, FILES_UPLOAD);
	return rc;
}

enum sg_err
import_upload(struct store *store, const struct conf *conf, const char *account,
    enum store_import_format format, enum store_import_action action,
    const char *content, size_t len, int64_t now_sec,
    struct store_import *row_r, struct err *err_r)
{
	enum sg_err rc = check_content(content, len, err_r);

	*row_r = (struct store_import){.format = format,
	    .action = action,
	    .created_sec = now_sec,
	    .percent = -1};
	if (rc == SG_OK)
		rc = publish_uuid(row_r->uuid, err_r);
	if (rc != SG_OK)
		return rc;
	(void)snprintf(row_r->source, sizeof(row_r->source), "%s%s",
	    FILES_UPLOAD_SOURCE, row_r->uuid);
	rc = write_upload(conf, row_r->uuid, content, len, err_r);
	if (rc != SG_OK)
		return rc;
	rc = add_for(store, account, row_r, err_r);
	if (rc != SG_OK)
		files_remove(conf, row_r->uuid, FILES_UPLOAD);
	return rc;
}

void
import_tidy(const struct conf *conf, const struct store_import *row)
{
	if (row->state >= STORE_IMPORT_COMPLETED && is_upload(row->source))
		files_remove(conf, row->uuid, FILES_UPLOAD);
}

enum sg_err
import_get(struct store *store, int64_t account_id, const char *uuid,
    struct store_import *row_r, struct err *err_r)
{
	return store_import_get(store, account_id, uuid, row_r, err_r);
}

enum sg_err
import_begin(struct store *store, struct store_import *row, struct err *err_r)
{
	row->state = STORE_IMPORT_PROCESSING;
	row->processed = row->failed = 0;
	row->percent = -1;
	return store_import_update(store, row, err_r);
}

/* ---- the run -------------------------------------------------------------------- */

static enum sg_err
end_job(struct store *store, struct store_import *row,
    enum store_import_state state, int64_t now_sec, struct err *err_r)
{
	enum sg_err rc;

	row->state = state;
	row->completed_sec = now_sec;
	row->percent = state == STORE_IMPORT_COMPLETED ? 100 : -1;
	rc = store_import_update(store, row, err_r);
	if (rc == SG_OK)
		log_event(LOG_IMPORT_ENDED_EVENT, NULL, "job", row->uuid,
		    "state",
		    state == STORE_IMPORT_COMPLETED ? "completed" : "failed",
		    "error", row->error, NULL);
	return rc;
}

enum sg_err
import_fail(struct store *store, struct store_import *row, const char *why,
    int64_t now_sec, struct err *err_r)
{
	(void)snprintf(row->error, sizeof(row->error), "%.1000s", why);
	return end_job(store, row, STORE_IMPORT_FAILED, now_sec, err_r);
}

/* More records than a job may have? */
static bool
is_too_long(FILE *in)
{
	char line[SUPPRESSION_LINE_MAX + 1];
	const char *wrong;
	int64_t records = 0;

	while (records <= IMPORT_RECORDS_MAX + 1 &&
	       suppression_line_read(in, line, sizeof(line), &wrong))
		records += wrong != NULL || line[0] != '\0';
	rewind(in);
	return records > IMPORT_RECORDS_MAX + 1; /* a heading is none */
}

struct run {
	struct store *store;
	struct store_import *row;
	FILE *in;
	long bytes;   /* of the file */
	int64_t told; /* records, when the row was last written */
	const struct suppression_import *counts;
	bool (*stops)(void *ctx);
	void *ctx;
	size_t len; /* of row->error */
};

/* How far it is; what cannot be noted is of no weight. */
static void
tell_progress(struct run *run)
{
	long at = ftell(run->in);

	if (run->counts->lines < run->told + RECORDS_BETWEEN_NOTES)
		return;
	run->told = run->counts->lines;
	run->row->processed = run->counts->lines;
	run->row->failed = run->counts->rejected;
	if (run->bytes > 0 && at >= 0)
		run->row->percent =
		    at < run->bytes ? (int64_t)at * 100 / run->bytes : 99;
	(void)store_import_update(run->store, run->row, NULL);
}

static bool
run_stops(void *ctx)
{
	struct run *run = ctx;

	tell_progress(run);
	return run->stops != NULL && run->stops(run->ctx);
}

/* The first ones, as many as there is room for. */
static void
note_rejected(void *ctx, int64_t number, const char *why)
{
	struct run *run = ctx;
	size_t room = sizeof(run->row->error) - run->len;
	int len = snprintf(run->row->error + run->len, room, "%sline %lld: %s",
	    run->len > 0 ? "; " : "", (long long)number, why);

	if (len < 0 || (size_t)len >= room)
		run->row->error[run->len] = '\0';
	else
		run->len += (size_t)len;
}

enum sg_err
import_run(struct store *store, struct store_import *row, FILE *in,
    bool (*stops)(void *ctx), void *ctx, int64_t now_sec, struct err *err_r)
{
	struct suppression_import counts = {0};
	struct run run = {.store = store,
	    .row = row,
	    .in = in,
	    .counts = &counts,
	    .stops = stops,
	    .ctx = ctx};
	const struct suppression_how how = {.reason = -1,
	    .is_removal = row->action == STORE_IMPORT_DELETE,
	    .stops = run_stops,
	    .reject = note_rejected,
	    .ctx = &run};
	struct store_account owner;
	enum sg_err rc;

	row->error[0] = '\0';
	if (is_too_long(in)) {
		char why[64];

		(void)snprintf(why, sizeof(why),
		    "the file has more than %d records", IMPORT_RECORDS_MAX);
		return import_fail(store, row, why, now_sec, err_r);
	}
	if (fseek(in, 0, SEEK_END) == 0)
		run.bytes = ftell(in);
	rewind(in);
	rc = store_account_get_by_id(store, row->account_id, &owner, err_r);
	if (rc == SG_OK)
		rc = suppression_import_by(
		    store, owner.facts.name, in, &how, now_sec, &counts, err_r);
	if (rc == SG_INVALID) /* the file could not be read to its end */
		return import_fail(store, row, err_r->text, now_sec, err_r);
	if (rc != SG_OK)
		return rc;
	row->processed = counts.lines;
	row->failed = counts.rejected;
	return end_job(store, row,
	    counts.lines > 0 && counts.taken == 0 ? STORE_IMPORT_FAILED
						  : STORE_IMPORT_COMPLETED,
	    now_sec, err_r);
}
