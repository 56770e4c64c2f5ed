/* The journal's files into the store: see ingest.h. Reads no line itself. */
#include "config.h"

#include "ops/ingest.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/folder.h"
#include "base/log.h"
#include "conf/conf.h"
#include "ops/ingest_parts.h"
#include "ops/journal.h"
#include "ops/reputation.h"
#include "store/messages.h"
#include "store/tenants.h"

#define CHUNK_BYTES (256 * 1024)
#define BATCH_BYTES (8 * 1024 * 1024)
/* Less is read when it is its turn. */
#define AHEAD_BYTES (64 * 1024)

struct ingest {
	struct store *store;
	const struct conf *conf;
	struct ingest_memory *memory; /* NULL: none */
	int64_t now_sec;
	int64_t messages;
	int lines;    /* of the next batch */
	int singly;   /* so many are taken alone: one of them is no good */
	char **names; /* malloc'ed */
	size_t count;
	bool failed;
};

/* When an account, set or tenant was judged for what it sent. */
struct judged {
	int64_t account_id, set_id; /* as store_tally */
	int64_t sec;
};
struct ingest_memory {
	struct ingest_table judged;
	int lines; /* of the last batch */
};
#define JUDGED_MOST 1000000

/* A file that is read. */
struct source {
	const char *name;
	int fd;
	int64_t end;    /* what was there at the beginning */
	int64_t offset; /* before the next line */
	char *data;     /* what was read from data_offset on; malloc'ed */
	size_t len, size;
	int64_t data_offset;
	bool is_waiting; /* for the writer to end a line */
};

/* Lines that were read for one transaction. */
struct part {
	const struct ingest *ingest;
	struct source *source; /* nobody else's while it is read */
	int most;
	struct ingest_batch batch;
	int64_t begin, end; /* of the lines in the file */
	int count;          /* of the lines; 0: there was no more */
	enum sg_err rc;
	struct err err;
	pthread_t thread;
	bool is_ahead; /* its thread is to be joined */
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

/* The first byte of the line at source->offset, as it is by now. */
static void
read_mark(const struct source *source, char *first)
{
	ssize_t n;

	do
		n = pread(source->fd, first, 1, (off_t)source->offset);
	while (n < 0 && errno == EINTR);
}

/* Whether the message of the line at source->offset is still being signed. Once its
 * writer is dead it did not leave; but when the machine stopped, the line's end may have
 * been lost, and it counts as one that did. */
static bool
is_open(struct source *source, char *first)
{
	if (*first == JOURNAL_OPEN)
		read_mark(source, first);
	if (*first != JOURNAL_OPEN)
		return false;
	source->is_waiting = flock(source->fd, LOCK_EX | LOCK_NB) != 0;
	if (source->is_waiting)
		return true;
	read_mark(source, first); /* it may have been the writer's last deed */
	if (*first == JOURNAL_OPEN)
		*first = journal_is_of_this_boot(source->name)
			     ? JOURNAL_WITHDRAWN
			     : '{';
	return false;
}

/* The line at source->offset. *line_r NULL: there is no whole one, or it is open. */
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
		if (end != NULL && is_open(source, source->data + from)) {
			*line_r = NULL;
			*len_r = 0;
			return SG_OK;
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

static const struct ingest_sum *
tally_at(const struct ingest_batch *batch, size_t index)
{
	const struct ingest_sum *sums = (const void *)batch->sums.entries;

	if (index >= batch->sums.count || sums[index].kind != INGEST_TALLY)
		return NULL;
	return &sums[index];
}

/* Is the account and set, or the tenant, looked at with a later one? Tallies of an
 * account stand together, its sets at their end, the buckets of one in a row. */
static bool
is_judged_later(const struct ingest_batch *batch, size_t index)
{
	const struct ingest_sum *sum = tally_at(batch, index), *next;

	while ((next = tally_at(batch, ++index)) != NULL &&
	       next->account_id == sum->account_id) {
		if (next->set_id == sum->set_id)
			return true;
		/* that of a set looks at its account, too */
		if (sum->set_id == 0 && next->set_id > 0)
			return true;
	}
	return false;
}

/* Did the batch bring bounces or complaints of that account, too? */
static bool
has_feedback(const struct ingest_batch *batch, size_t index)
{
	const struct ingest_sum *sums = (const void *)batch->sums.entries;
	int64_t account_id = sums[index].account_id;
	const struct ingest_sum *sum;

	while (index > 0 && sums[index - 1].account_id == account_id)
		index--;
	while ((sum = tally_at(batch, index++)) != NULL &&
	       sum->account_id == account_id)
		if (sum->numbers[2] > 0 || sum->numbers[3] > 0)
			return true;
	return false;
}

static enum sg_err
judge_one(const struct ingest_batch *batch, const struct ingest_sum *sum,
    bool is_news, struct err *err_r)
{
	enum sg_err rc;

	if (sum->set_id < 0)
		return reputation_update_tenant(batch->store, batch->conf,
		    STORE_TALLY_TENANT(sum->set_id), is_news, batch->now_sec,
		    err_r);
	rc = (is_news ? reputation_update : reputation_update_sent)(
	    batch->store, batch->conf, sum->account_id, sum->set_id,
	    batch->now_sec, err_r);
	return rc == SG_MISSING ? SG_OK : rc; /* deleted meanwhile */
}

/* Was it judged a moment ago? If not, it is now. */
static bool
is_fresh(
    struct ingest_memory *memory, const struct ingest_sum *sum, int64_t now_sec)
{
	const int64_t key[2] = {sum->account_id, sum->set_id};
	struct judged *judged;
	bool is_new;

	if (memory == NULL)
		return false;
	if (memory->judged.count >= JUDGED_MOST)
		ingest_table_fini(&memory->judged);
	judged = ingest_table_get(&memory->judged, key, &is_new);
	if (judged == NULL)
		return false;
	if (!is_new && now_sec >= judged->sec &&
	    now_sec < judged->sec + INGEST_JUDGED_SEC)
		return true;
	judged->sec = now_sec;
	return false;
}

/* Those with news, or those without. */
static enum sg_err
judge(struct ingest *ingest, const struct ingest_batch *batch, bool is_news,
    struct err *err_r)
{
	enum sg_err rc = SG_OK;

	for (size_t i = 0; i < batch->sums.count && rc == SG_OK; i++) {
		const struct ingest_sum *sum = tally_at(batch, i);

		if (sum == NULL || is_judged_later(batch, i) ||
		    has_feedback(batch, i) != is_news)
			continue;
		if (is_news || !is_fresh(ingest->memory, sum, ingest->now_sec))
			rc = judge_one(batch, sum, is_news, err_r);
	}
	return rc;
}

/* After the batch: nothing is lost when it does not come to it, for all are judged
 * again and again. */
static enum sg_err
judge_sends(
    struct ingest *ingest, const struct ingest_batch *batch, struct err *err_r)
{
	enum sg_err rc = store_begin(ingest->store, err_r);

	if (rc != SG_OK)
		return rc;
	rc = judge(ingest, batch, false, err_r);
	return store_finish(ingest->store, rc, err_r);
}

static void
log_line(const struct source *source, const char *why)
{
	char where[32];

	(void)snprintf(where, sizeof(where), "%lld", (long long)source->offset);
	log_event(LOG_JOURNAL_LINE_EVENT, NULL, "file", source->name,
	    "position", where, "error", why, NULL);
}

static enum sg_err
put_line(
    struct ingest_batch *batch, const char *line, size_t len, struct err *err_r)
{
	return line[0] == JOURNAL_WITHDRAWN
		   ? SG_OK
		   : ingest_line(batch, line, len, err_r);
}

/* The line at source->offset, which moves behind it. One that cannot be read is read
 * once more: what stands there may have been the half of one that its writer has
 * taken back; then the place stays. */
static enum sg_err
take_line(struct ingest_batch *batch, struct source *source, const char *line,
    size_t len, struct err *err_r)
{
	enum sg_err rc = put_line(batch, line, len, err_r);

	if (rc == SG_INVALID) {
		rc = fill(source, source->size, err_r);
		if (rc == SG_OK)
			rc = next_line(source, &line, &len, err_r);
		if (rc != SG_OK || line == NULL)
			return rc;
		rc = put_line(batch, line, len, err_r);
	}
	if (rc == SG_INVALID) {
		log_line(source, err_r->text);
		rc = SG_OK;
	}
	if (rc == SG_OK)
		source->offset += (int64_t)len + 1;
	return rc;
}

/* Lines from source->offset on; *count_r how many. */
static enum sg_err
take_lines(struct ingest_batch *batch, struct source *source, int most,
    int *count_r, struct err *err_r)
{
	enum sg_err rc = SG_OK;

	for (*count_r = 0;
	     *count_r < most && batch->bytes < BATCH_BYTES && rc == SG_OK;
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

/* ---- parts ---------------------------------------------------------------------- */

/* Asks nothing of the store. */
static void
part_read(struct part *part)
{
	const struct ingest *ingest = part->ingest;
	struct source *source = part->source;

	part->begin = source->offset;
	part->count = 0;
	part->rc = ingest_batch_init(&part->batch, ingest->store, ingest->conf,
	    ingest->now_sec, &part->err);
	if (part->rc == SG_OK && source->offset < source->end)
		part->rc = take_lines(
		    &part->batch, source, part->most, &part->count, &part->err);
	part->end = source->offset;
}

static void *
part_main(void *ctx)
{
	part_read(ctx);
	return NULL;
}

static void
part_begin(
    struct part *part, const struct ingest *ingest, struct source *source)
{
	*part = (struct part){.ingest = ingest,
	    .source = source,
	    .most = ingest->singly > 0 ? 1 : ingest->lines};
}

/* Reads while the store is busy with what was read before. Small things are left to
 * part_end. */
static void
part_begin_ahead(
    struct part *part, const struct ingest *ingest, struct source *source)
{
	part_begin(part, ingest, source);
	if (ingest->singly == 0 && source->end - source->offset > AHEAD_BYTES)
		part->is_ahead =
		    pthread_create(&part->thread, NULL, part_main, part) == 0;
}

static void
part_end(struct part *part)
{
	if (part->is_ahead)
		(void)pthread_join(part->thread, NULL); /* it is ours */
	else
		part_read(part);
	part->is_ahead = false;
}

static void
part_fini(struct part *part)
{
	if (part->is_ahead)
		(void)pthread_join(part->thread, NULL); /* it is ours */
	part->is_ahead = false;
	ingest_batch_fini(&part->batch);
}

/* ---- places --------------------------------------------------------------------- */

/* Where the last reading ended, and whether the file is still to be read: another
 * who read it to its end has removed it, and then the bookmark. */
static enum sg_err
find_place(struct ingest *ingest, const struct source *source,
    struct store_bookmark *mark_r, bool *is_gone_r, struct err *err_r)
{
	struct stat st;
	enum sg_err rc;

	*mark_r = (struct store_bookmark){0};
	rc = store_bookmark_get(ingest->store, source->name, mark_r, err_r);
	if (rc != SG_OK && rc != SG_MISSING)
		return rc;
	(void)snprintf(mark_r->name, sizeof(mark_r->name), "%s", source->name);
	*is_gone_r = fstat(source->fd, &st) != 0 || st.st_nlink == 0;
	return SG_OK;
}

static enum sg_err
put_place(struct ingest *ingest, struct store_bookmark *mark, int64_t offset,
    struct err *err_r)
{
	mark->offset = offset;
	mark->updated_sec = ingest->now_sec;
	return store_bookmark_put(ingest->store, mark, err_r);
}

/* ---- transactions ----------------------------------------------------------------- */

/* Within a transaction. *is_stale_r: another has gone past its beginning meanwhile,
 * and nothing is written. */
static enum sg_err
write_part(struct ingest *ingest, const struct source *source,
    struct part *part, bool *is_stale_r, struct err *err_r)
{
	struct store_bookmark mark;
	bool is_gone;
	enum sg_err rc = find_place(ingest, source, &mark, &is_gone, err_r);

	*is_stale_r = rc == SG_OK && (is_gone || mark.offset != part->begin);
	if (rc != SG_OK || *is_stale_r)
		return rc;
	rc = ingest_batch_write(&part->batch, err_r);
	if (rc == SG_OK)
		rc = judge(ingest, &part->batch, true, err_r);
	return rc == SG_OK ? put_place(ingest, &mark, part->end, err_r) : rc;
}

/* *msec_r: how long others waited. */
static enum sg_err
commit_part(struct ingest *ingest, const struct source *source,
    struct part *part, bool *is_stale_r, int64_t *msec_r, struct err *err_r)
{
	enum sg_err rc = store_begin(ingest->store, err_r);
	int64_t begin_msec = clock_mono_msec();

	*is_stale_r = false;
	if (rc != SG_OK)
		return rc;
	rc = write_part(ingest, source, part, is_stale_r, err_r);
	rc = store_finish(ingest->store, rc, err_r);
	*msec_r = clock_mono_msec() - begin_msec;
	return rc;
}

/* Large ones cost less a line, but others wait for the store meanwhile. The next part
 * may have been begun with what was before. */
static void
adapt(struct ingest *ingest, const struct part *part, int64_t msec)
{
	int lines = part->most * (msec < INGEST_BATCH_MSEC / 4 ? 4 : 2);

	if (ingest->singly > 0) {
		ingest->singly -= part->count;
	} else if (msec > INGEST_BATCH_MSEC) {
		lines = part->most / 2;
		ingest->lines = lines > INGEST_BATCH ? lines : INGEST_BATCH;
	} else if (msec < INGEST_BATCH_MSEC / 2 && part->count == part->most &&
		   lines > ingest->lines) {
		ingest->lines =
		    lines < INGEST_BATCH_MOST ? lines : INGEST_BATCH_MOST;
	}
}

/* The line at begin cannot be written. Unless another has gone past it meanwhile. */
static enum sg_err
skip_line(struct ingest *ingest, struct source *source, int64_t begin,
    const char *why, struct err *err_r)
{
	struct store_bookmark mark;
	const char *line = NULL;
	size_t len = 0;
	bool is_gone;
	enum sg_err rc = store_begin(ingest->store, err_r);

	if (rc != SG_OK)
		return rc;
	rc = find_place(ingest, source, &mark, &is_gone, err_r);
	if (rc == SG_OK && !is_gone && mark.offset == begin)
		rc = next_line(source, &line, &len, err_r);
	if (rc == SG_OK && line != NULL) {
		log_line(source, why);
		source->offset += (int64_t)len + 1;
		rc = put_place(ingest, &mark, source->offset, err_r);
	}
	ingest->singly--;
	return store_finish(ingest->store, rc, err_r);
}

/* What cannot be written of many is found one by one: the others are. */
static enum sg_err
blame(struct ingest *ingest, struct source *source, const struct part *part,
    struct err *err_r)
{
	struct err why = *err_r;

	source->offset = part->begin; /* nothing was written */
	if (ingest->singly > 0)
		return skip_line(ingest, source, part->begin, why.text, err_r);
	ingest->singly = part->count;
	return SG_OK;
}

/* To where the bookmark says. */
static enum sg_err
seek(struct ingest *ingest, struct source *source, struct err *err_r)
{
	struct store_bookmark mark;
	bool is_gone;
	enum sg_err rc = find_place(ingest, source, &mark, &is_gone, err_r);

	if (rc != SG_OK)
		return rc;
	source->offset = mark.offset;
	if (is_gone)
		source->end = source->offset;
	return SG_OK;
}

static enum sg_err
after_part(
    struct ingest *ingest, struct part *part, int64_t msec, struct err *err_r)
{
	bool is_tidy;
	enum sg_err rc = SG_OK;

	ingest->messages += part->batch.messages;
	adapt(ingest, part, msec);
	if (part->batch.sums.count > 0)
		rc = judge_sends(ingest, &part->batch, err_r);
	if (rc == SG_OK && part->batch.messages > 0)
		rc = store_message_tidy(ingest->store, &is_tidy, err_r);
	return rc;
}

/* Writes one part while the next one is read. *goes_on_r false: that one is to be
 * read again, from source->offset on. */
static enum sg_err
run_part(struct ingest *ingest, struct source *source, struct part *part,
    struct part *next, bool *goes_on_r, struct err *err_r)
{
	int64_t msec = 0;
	bool is_stale;
	enum sg_err rc;

	part_begin_ahead(next, ingest, source);
	rc = commit_part(ingest, source, part, &is_stale, &msec, err_r);
	*goes_on_r = rc == SG_OK && !is_stale;
	if (*goes_on_r)
		return after_part(ingest, part, msec, err_r);
	part_fini(next);
	if (rc == SG_INVALID)
		return blame(ingest, source, part, err_r);
	return rc == SG_OK ? seek(ingest, source, err_r) : rc;
}

/* From source->offset on. */
static enum sg_err
run_parts(struct ingest *ingest, struct source *source, struct err *err_r)
{
	struct part parts[2];
	struct part *part = &parts[0], *next = &parts[1], *done;
	bool goes_on = false;
	enum sg_err rc = SG_OK;

	while (rc == SG_OK) {
		if (!goes_on)
			part_begin(part, ingest, source);
		part_end(part);
		if (part->rc != SG_OK)
			rc = err_set(err_r, part->rc, "%s", part->err.text);
		if (rc != SG_OK || part->count == 0)
			break;
		rc = run_part(ingest, source, part, next, &goes_on, err_r);
		ingest_batch_fini(&part->batch);
		if (!goes_on)
			continue;
		done = part;
		part = next;
		next = done;
	}
	part_fini(part);
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
	enum sg_err rc;

	if (source->is_waiting || flock(source->fd, LOCK_EX | LOCK_NB) != 0)
		return SG_OK;
	if (fstat(source->fd, &st) != 0 || st.st_nlink == 0 ||
	    st.st_size > source->end)
		return SG_OK;
	if (st.st_size > source->offset)
		log_line(source, "the last line has no end");
	if (unlink(path) != 0)
		return err_set(err_r, SG_IO, "%s: %s", path, strerror(errno));
	(void)flock(source->fd, LOCK_UN); /* who waits makes another */
	/* Without its bookmark a file that came back would be read anew. */
	rc = folder_sync(ingest->conf->journal, err_r);
	return rc == SG_OK
		   ? store_bookmark_delete(ingest->store, source->name, err_r)
		   : rc;
}

static enum sg_err
read_source(struct ingest *ingest, struct source *source, const char *path,
    struct err *err_r)
{
	enum sg_err rc = seek(ingest, source, err_r);

	/* nothing new is the usual case: it costs no transaction */
	if (rc == SG_OK && source->offset < source->end)
		rc = run_parts(ingest, source, err_r);
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
ingest_follow(struct store *store, const struct conf *conf,
    struct ingest_memory *memory, int64_t now_sec, int64_t *messages_r,
    struct err *err_r)
{
	struct ingest ingest = {.store = store,
	    .conf = conf,
	    .memory = memory,
	    .now_sec = now_sec,
	    .lines = memory != NULL ? memory->lines : INGEST_BATCH};
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
	if (memory != NULL)
		memory->lines = ingest.lines;
	*messages_r = ingest.messages;
	return rc;
}

enum sg_err
ingest_run(struct store *store, const struct conf *conf, int64_t now_sec,
    int64_t *messages_r, struct err *err_r)
{
	return ingest_follow(store, conf, NULL, now_sec, messages_r, err_r);
}

struct ingest_memory *
ingest_memory_new(void)
{
	struct ingest_memory *memory = calloc(1, sizeof(*memory));

	if (memory != NULL)
		memory->lines = INGEST_BATCH;
	if (memory != NULL)
		memory->judged =
		    (struct ingest_table){.entry_size = sizeof(struct judged),
			.key_size = offsetof(struct judged, sec)};
	return memory;
}

void
ingest_memory_free(struct ingest_memory **memory)
{
	if (*memory != NULL)
		ingest_table_fini(&(*memory)->judged);
	free(*memory);
	*memory = NULL;
}
