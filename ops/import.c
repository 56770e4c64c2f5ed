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
#include "ops/publish.h"
#include "ops/suppression.h"
#include "ops/suppression_line.h"

#define FILE_SCHEME "s3://"
#define PART_MAX 255

/* ---- files ---------------------------------------------------------------------- */

bool
import_is_file(const char *source)
{
	return strncasecmp(source, FILE_SCHEME, strlen(FILE_SCHEME)) == 0;
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

enum sg_err
import_open(const struct conf *conf, const char *account, const char *source,
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

/* ---- jobs ----------------------------------------------------------------------- */

static enum sg_err
check_source(const struct conf *conf, const char *source, struct err *err_r)
{
	char clean[STORE_ENDPOINT_MAX + 1];
	const char *protocol = NULL;

	if (import_is_file(source))
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

enum sg_err
import_create(struct store *store, const struct conf *conf, const char *account,
    enum store_import_format format, enum store_import_action action,
    const char *source, int64_t now_sec, struct store_import *row_r,
    struct err *err_r)
{
	struct store_account owner;
	enum sg_err rc;

	*row_r = (struct store_import){
	    .format = format, .action = action, .created_sec = now_sec};
	if (strlen(source) >= sizeof(row_r->source))
		return err_set(err_r, SG_INVALID,
		    "S3Url has more than %zu characters",
		    sizeof(row_r->source) - 1);
	memcpy(row_r->source, source, strlen(source) + 1);
	rc = check_source(conf, source, err_r);
	if (rc == SG_OK)
		rc = publish_uuid(row_r->uuid, err_r);
	if (rc == SG_OK)
		rc = store_begin(store, err_r);
	if (rc != SG_OK)
		return rc;
	rc = account_get(store, account, &owner, err_r);
	row_r->account_id = owner.facts.id;
	if (rc == SG_OK)
		rc = add(store, row_r, err_r);
	return store_finish(store, rc, err_r);
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
	struct store_import *row;
	bool (*stops)(void *ctx);
	void *ctx;
	size_t len; /* of row->error */
};

static bool
run_stops(void *ctx)
{
	const struct run *run = ctx;

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
	struct run run = {.row = row, .stops = stops, .ctx = ctx};
	const struct suppression_how how = {.reason = -1,
	    .is_removal = row->action == STORE_IMPORT_DELETE,
	    .stops = run_stops,
	    .reject = note_rejected,
	    .ctx = &run};
	struct suppression_import counts;
	struct store_account owner;
	enum sg_err rc;

	row->error[0] = '\0';
	if (is_too_long(in)) {
		char why[64];

		(void)snprintf(why, sizeof(why),
		    "the file has more than %d records", IMPORT_RECORDS_MAX);
		return import_fail(store, row, why, now_sec, err_r);
	}
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
