/* The journal's files into the store: see ingest.h. Reads no line itself. */
#include "config.h"

#include "ops/ingest.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "conf/conf.h"
#include "ops/ingest_parts.h"
#include "ops/journal.h"
#include "ops/reputation.h"
#include "store/tenants.h"

#define CHUNK_BYTES (256 * 1024)

struct ingest {
	struct store *store;
	const struct conf *conf;
	int64_t now_sec;
	int64_t messages;
	char **names; /* malloc'ed */
	size_t count;
	bool failed;
};

/* A file that is read. */
struct source {
	const char *name;
	int fd;
	int64_t end;    /* what was there at the beginning */
	int64_t offset; /* before the next line */
	char *data;     /* what was read from data_offset on; malloc'ed */
	size_t len, size;
	int64_t data_offset;
};

/* ---- lines -------------------------------------------------------------------- */

/* Reads from source->offset on as much as there is room for. */
static enum sg_err
fill(struct source *source, size_t size, struct err *err_r)
{
	if (source->size < size) {
		char *data = realloc(source->data, size);

		if (data == NULL)
			return err_set(
			    err_r, SG_NOMEM, "no memory to read the journal");
		source->data = data;
		source->size = size;
	}
	source->len = 0;
	source->data_offset = source->offset;
	while (source->len < source->size) {
		ssize_t n = pread(source->fd, source->data + source->len,
		    source->size - source->len,
		    (off_t)(source->offset + (int64_t)source->len));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_set(err_r, SG_IO, "%s: %s", source->name,
			    strerror(errno));
		if (n == 0)
			break;
		source->len += (size_t)n;
	}
	return SG_OK;
}

/* The line at source->offset. *line_r NULL: there is no whole one. */
static enum sg_err
next_line(struct source *source, const char **line_r, size_t *len_r,
    struct err *err_r)
{
	for (;;) {
		size_t from = (size_t)(source->offset - source->data_offset);
		const char *line = NULL, *end = NULL;
		size_t left = 0;
		enum sg_err rc;

		if (from < source->len) {
			line = source->data + from;
			left = source->len - from;
			end = memchr(line, '\n', left);
		}
		*line_r = end != NULL ? line : NULL;
		*len_r = end != NULL ? (size_t)(end - line) : left;
		if (end != NULL || (source->len > 0 && from == 0 &&
				       (source->len < source->size ||
					   left > JOURNAL_LINE_MAX)))
			return SG_OK;
		if (source->offset >= source->end)
			return SG_OK;
		rc = fill(source,
		    from == 0 && source->len > 0 ? JOURNAL_LINE_MAX + 1
						 : CHUNK_BYTES,
		    err_r);
		if (rc != SG_OK || source->len == 0)
			return rc;
	}
}

/* ---- batches ------------------------------------------------------------------- */

static enum sg_err
write_counts(struct ingest_batch *batch, struct err *err_r)
{
	enum sg_err rc = SG_OK;

	for (size_t i = 0; i < batch->tally_count && rc == SG_OK; i++)
		rc = store_tally_add(batch->store, &batch->tallies[i], err_r);
	return rc;
}

/* Was the account and set, or the tenant, looked at already, for a bucket before? */
static bool
is_judged(const struct ingest_batch *batch, size_t index)
{
	const struct store_tally *tally = &batch->tallies[index];

	for (size_t i = 0; i < batch->tally_count; i++) {
		const struct store_tally *other = &batch->tallies[i];

		if (other->account_id != tally->account_id || i == index)
			continue;
		/* that of a set looks at its account, too */
		if (i < index && other->set_id == tally->set_id)
			return true;
		if (tally->set_id == 0 && other->set_id > 0)
			return true;
	}
	return false;
}

/* Did the batch bring bounces or complaints of that account, too? */
static bool
has_feedback(const struct ingest_batch *batch, int64_t account_id)
{
	for (size_t i = 0; i < batch->tally_count; i++) {
		const struct store_tally *tally = &batch->tallies[i];

		if (tally->account_id == account_id &&
		    (tally->bounces > 0 || tally->complaints > 0))
			return true;
	}
	return false;
}

static enum sg_err
judge_one(struct ingest_batch *batch, const struct store_tally *tally,
    struct err *err_r)
{
	bool is_news = has_feedback(batch, tally->account_id);

	if (tally->set_id < 0)
		return reputation_update_tenant(batch->store, batch->conf,
		    STORE_TALLY_TENANT(tally->set_id), is_news, batch->now_sec,
		    err_r);
	return (is_news ? reputation_update : reputation_update_sent)(
	    batch->store, batch->conf, tally->account_id, tally->set_id,
	    batch->now_sec, err_r);
}

static enum sg_err
judge(struct ingest_batch *batch, struct err *err_r)
{
	enum sg_err rc = SG_OK;

	for (size_t i = 0; i < batch->tally_count && rc == SG_OK; i++) {
		if (!is_judged(batch, i))
			rc = judge_one(batch, &batch->tallies[i], err_r);
	}
	return rc;
}

static void
log_line(const struct source *source, const char *why)
{
	char where[32];

	(void)snprintf(where, sizeof(where), "%lld", (long long)source->offset);
	log_event(LOG_JOURNAL_LINE_EVENT, NULL, "file", source->name,
	    "position", where, "error", why, NULL);
}

/* The line at source->offset, which moves behind it. One that cannot be read is read
 * once more: what stands there may have been the half of one that its writer has
 * taken back; then the place stays. */
static enum sg_err
take_line(struct ingest_batch *batch, struct source *source, const char *line,
    size_t len, struct err *err_r)
{
	enum sg_err rc = ingest_line(batch, line, len, err_r);

	if (rc == SG_INVALID) {
		rc = fill(source, source->size, err_r);
		if (rc == SG_OK)
			rc = next_line(source, &line, &len, err_r);
		if (rc != SG_OK || line == NULL)
			return rc;
		rc = ingest_line(batch, line, len, err_r);
	}
	if (rc == SG_INVALID) {
		log_line(source, err_r->text);
		rc = SG_OK;
	}
	if (rc == SG_OK)
		source->offset += (int64_t)len + 1;
	return rc;
}

/* Lines from where the bookmark says on; *count_r how many. */
static enum sg_err
take_lines(struct ingest_batch *batch, struct source *source, int *count_r,
    struct err *err_r)
{
	enum sg_err rc = SG_OK;

	for (*count_r = 0; *count_r < INGEST_BATCH && rc == SG_OK;
	     (*count_r)++) {
		const char *line;
		size_t len;

		rc = next_line(source, &line, &len, err_r);
		if (rc != SG_OK || (line == NULL && len <= JOURNAL_LINE_MAX))
			break;
		if (line == NULL) {
			log_line(source, "a line without an end");
			source->offset += (int64_t)len;
		} else {
			rc = take_line(batch, source, line, len, err_r);
		}
	}
	return rc;
}

/* Where the last reading ended, and whether the file is still to be read: another
 * who read it to its end has removed it, and then the bookmark. */
static enum sg_err
find_place(struct ingest *ingest, struct source *source,
    struct store_bookmark *mark_r, struct err *err_r)
{
	struct stat st;
	enum sg_err rc;

	*mark_r = (struct store_bookmark){0};
	rc = store_bookmark_get(ingest->store, source->name, mark_r, err_r);
	if (rc != SG_OK && rc != SG_MISSING)
		return rc;
	(void)snprintf(mark_r->name, sizeof(mark_r->name), "%s", source->name);
	source->offset = mark_r->offset;
	if (fstat(source->fd, &st) != 0 || st.st_nlink == 0)
		source->end = source->offset;
	return SG_OK;
}

/* Within a transaction. *count_r 0: there was no more. */
static enum sg_err
read_batch(struct ingest *ingest, struct source *source,
    struct ingest_batch *batch, int *count_r, struct err *err_r)
{
	struct store_bookmark mark;
	enum sg_err rc = find_place(ingest, source, &mark, err_r);

	*count_r = 0;
	if (rc == SG_OK && source->offset < source->end)
		rc = take_lines(batch, source, count_r, err_r);
	if (rc != SG_OK || *count_r == 0)
		return rc;
	rc = write_counts(batch, err_r);
	if (rc == SG_OK)
		rc = judge(batch, err_r);
	mark.offset = source->offset;
	mark.updated_sec = ingest->now_sec;
	if (rc == SG_OK)
		rc = store_bookmark_put(ingest->store, &mark, err_r);
	return rc;
}

static enum sg_err
run_batch(struct ingest *ingest, struct source *source, int *count_r,
    struct err *err_r)
{
	struct ingest_batch batch = {.store = ingest->store,
	    .conf = ingest->conf,
	    .now_sec = ingest->now_sec};
	enum sg_err rc = store_begin(ingest->store, err_r);

	*count_r = 0;
	if (rc != SG_OK)
		return rc;
	rc = read_batch(ingest, source, &batch, count_r, err_r);
	rc = store_finish(ingest->store, rc, err_r);
	if (rc == SG_OK)
		ingest->messages += batch.messages;
	free(batch.tallies);
	return rc;
}

/* ---- files ---------------------------------------------------------------------- */

/* Deletes a file that was read to its end, when it has no writer any more. The lock
 * keeps a writer away who has just made it. */
static enum sg_err
end_file(struct ingest *ingest, struct source *source, const char *path,
    struct err *err_r)
{
	struct stat st;

	if (flock(source->fd, LOCK_EX | LOCK_NB) != 0)
		return SG_OK;
	if (fstat(source->fd, &st) != 0 || st.st_nlink == 0 ||
	    st.st_size > source->end)
		return SG_OK;
	if (st.st_size > source->offset)
		log_line(source, "the last line has no end");
	if (unlink(path) != 0)
		return err_set(err_r, SG_IO, "%s: %s", path, strerror(errno));
	return store_bookmark_delete(ingest->store, source->name, err_r);
}

static enum sg_err
read_source(struct ingest *ingest, struct source *source, const char *path,
    struct err *err_r)
{
	struct store_bookmark mark;
	enum sg_err rc = find_place(ingest, source, &mark, err_r);
	int count = 1;

	/* nothing new is the usual case: it costs no transaction */
	while (rc == SG_OK && count > 0 && source->offset < source->end)
		rc = run_batch(ingest, source, &count, err_r);
	if (rc == SG_OK)
		rc = end_file(ingest, source, path, err_r);
	return rc;
}

static enum sg_err
read_file(struct ingest *ingest, const char *name, struct err *err_r)
{
	struct source source = {.name = name};
	char path[4096 + 256];
	struct stat st;
	enum sg_err rc = SG_OK;

	if ((size_t)snprintf(path, sizeof(path), "%s/%s", ingest->conf->journal,
		name) >= sizeof(path))
		return err_set(err_r, SG_IO, "%s: a long name", name);
	source.fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY);
	if (source.fd < 0 && errno == ENOENT)
		return SG_OK;
	if (source.fd < 0 || fstat(source.fd, &st) != 0)
		rc = err_set(err_r, SG_IO, "%s: %s", path, strerror(errno));
	else if (S_ISREG(st.st_mode)) {
		source.end = st.st_size;
		rc = read_source(ingest, &source, path, err_r);
	}
	free(source.data);
	if (source.fd >= 0)
		(void)close(source.fd);
	return rc;
}

static bool
note_name(void *ctx, const char *name)
{
	struct ingest *ingest = ctx;
	char **names =
	    realloc(ingest->names, (ingest->count + 1) * sizeof(*names));

	if (names != NULL)
		ingest->names = names;
	if (names == NULL || (names[ingest->count] = strdup(name)) == NULL) {
		ingest->failed = true;
		return false;
	}
	ingest->count++;
	return true;
}

enum sg_err
ingest_run(struct store *store, const struct conf *conf, int64_t now_sec,
    int64_t *messages_r, struct err *err_r)
{
	struct ingest ingest = {
	    .store = store, .conf = conf, .now_sec = now_sec};
	struct err own;
	enum sg_err rc;

	if (err_r == NULL)
		err_r = &own;
	rc = journal_list(conf->journal, note_name, &ingest, err_r);
	if (rc == SG_OK && ingest.failed)
		rc = err_set(err_r, SG_NOMEM, "no memory for names of files");
	for (size_t i = 0; i < ingest.count && rc == SG_OK; i++)
		rc = read_file(&ingest, ingest.names[i], err_r);
	for (size_t i = 0; i < ingest.count; i++)
		free(ingest.names[i]);
	free(ingest.names);
	*messages_r = ingest.messages;
	return rc;
}
