/* Runs of keys of messages: written once, read from the newest on, brought together
 * while they are small. A key costs a twentieth of what a row of its own did. What
 * stands in a row: run_entry.c. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "store/query.h"
#include "store/messages.h"
#include "store/runs.h"

/* Of a row: PostgreSQL keeps larger ones at another place. */
#define CHUNK_BYTES 1800
#define CHUNK_BYTES_MAX (CHUNK_BYTES + 1024)
/* Rows of QUERY_CHUNK_ADD_MANY. */
#define MANY 4
/* Runs that are looked at by one question: the first mostly has it. */
#define SEEK_FIRST 4
#define SEEK_MOST 64

/* ---- writing ------------------------------------------------------------------ */

struct chunk {
	int64_t run_id;
	unsigned char first[RUN_PLACE_MAX];
	size_t first_len;
	const struct buf *bytes;
	size_t begin, len; /* of these */
};

struct chunks {
	struct buf bytes; /* of all */
	struct chunk *list;
	size_t count, size;
};

static void
bind_chunk(struct query *q, int row, const void *ctx)
{
	const struct chunk *chunk = ctx;
	char name[4] = {'$', 'a', (char)('0' + row), '\0'};

	query_bind_int(q, name, chunk->run_id);
	name[1] = 'b';
	query_bind_blob(q, name, chunk->first, chunk->first_len);
	name[1] = 'c';
	query_bind_blob(q, name, chunk->bytes->data + chunk->begin, chunk->len);
}

static enum sg_err
no_memory(struct err *err_r)
{
	return err_set(err_r, SG_NOMEM, "no memory for keys of messages");
}

static struct chunk *
next_chunk(struct chunks *chunks)
{
	if (chunks->count == chunks->size) {
		size_t size = chunks->size * 2 + 16;
		struct chunk *list =
		    realloc(chunks->list, size * sizeof(*list));

		if (list == NULL)
			return NULL;
		chunks->list = list;
		chunks->size = size;
	}
	return &chunks->list[chunks->count++];
}

static enum sg_err
make_chunks(struct chunks *chunks, const struct run *run,
    const struct run_entries *entries, struct err *err_r)
{
	struct chunk *chunk = NULL;

	for (size_t i = 0; i < entries->count; i++) {
		const struct run_entry *entry = &entries->list[i];
		bool is_first = chunk == NULL || chunk->len >= CHUNK_BYTES;

		if (is_first) {
			chunk = next_chunk(chunks);
			if (chunk == NULL)
				return no_memory(err_r);
			chunk->run_id = run->id;
			chunk->first_len = run_place(entry, chunk->first);
			chunk->bytes = &chunks->bytes;
			chunk->begin = chunks->bytes.len;
		}
		run_put(&chunks->bytes, is_first ? NULL : entry - 1, entry);
		chunk->len = chunks->bytes.len - chunk->begin;
	}
	return chunks->bytes.failed ? no_memory(err_r) : SG_OK;
}

static enum sg_err
write_chunks(
    struct store *store, const struct chunks *chunks, struct err *err_r)
{
	static const struct query_rows how = {.many = QUERY_CHUNK_ADD_MANY,
	    .one = QUERY_CHUNK_ADD,
	    .at_once = MANY,
	    .bind = bind_chunk,
	    .row_size = sizeof(struct chunk)};

	return query_send_rows(
	    store, &how, chunks->list, chunks->count, NULL, err_r);
}

enum sg_err
run_write(struct store *store, struct run *run,
    const struct run_entries *entries, struct err *err_r)
{
	struct chunks chunks = {.list = NULL};
	struct query q;
	enum sg_err code;

	if (entries->count == 0)
		return SG_OK;
	buf_init(&chunks.bytes, SIZE_MAX / 2);
	code = make_chunks(&chunks, run, entries, err_r);
	run->bytes = (int64_t)chunks.bytes.len;
	if (code == SG_OK) {
		query_open(&q, store, QUERY_RUN_ADD, err_r);
		query_bind_int(&q, "$id", run->id);
		query_bind_int(&q, "$first_id", run->first_id);
		query_bind_int(&q, "$until_msec", run->until_msec);
		query_bind_int(&q, "$bytes", run->bytes);
		code = query_send(&q);
	}
	if (code == SG_OK)
		code = write_chunks(store, &chunks, err_r);
	buf_fini(&chunks.bytes);
	free(chunks.list);
	return code;
}

/* ---- reading ------------------------------------------------------------------ */

static enum sg_err
bad_bytes(struct err *err_r)
{
	return err_set(
	    err_r, SG_IO, "message_chunk: bytes that are no keys of messages");
}

static enum sg_err
make_entry(struct run_entries *entries, int64_t account_id, const char *text,
    int64_t id, struct err *err_r)
{
	enum sg_err code = run_entries_init(entries, err_r);

	if (code == SG_OK)
		code = run_entries_add(
		    entries, account_id, text, strlen(text), id, err_r);
	return code;
}

/* The greatest id of that key up to the entry's; 0: there is none. */
static int64_t
find_in_chunk(
    struct query *q, int column, const struct run_entry *last, bool *is_bad_r)
{
	struct run_reader reader;
	int64_t id = 0;
	size_t len;
	const void *data = query_blob(q, column, &len);

	run_reader_init(&reader, data, len);
	while (run_reader_next(&reader) &&
	       run_entry_compare(&reader.entry, last) <= 0)
		if (reader.entry.len == last->len &&
		    memcmp(reader.key, last->key, last->len) == 0)
			id = reader.entry.id;
	*is_bad_r = reader.is_bad;
	return id;
}

/* Up to `most` runs below *below. *is_end_r: there are no more of them. */
static enum sg_err
seek_some(struct store *store, const struct run_entry *last, int most,
    int64_t *below, int64_t *found, bool *is_end_r, struct err *err_r)
{
	unsigned char place[RUN_PLACE_MAX];
	size_t place_len = run_place(last, place);
	bool is_bad = false;
	int n = 0;
	struct query q;
	enum sg_err code;

	query_open(&q, store, QUERY_RUN_SEEK, err_r);
	query_bind_blob(&q, "$place", place, place_len);
	query_bind_int(&q, "$below", *below);
	query_bind_int(&q, "$found", *found);
	query_bind_int(&q, "$before", last->id + 1);
	query_bind_int(&q, "$most", most);
	*is_end_r = false;
	while (!is_bad && !*is_end_r && query_next(&q)) {
		int64_t id = 0;

		*below = query_int(&q, 0);
		*is_end_r = *below <= *found; /* and all further ones, too */
		if (!*is_end_r)
			id = find_in_chunk(&q, 1, last, &is_bad);
		if (id > *found)
			*found = id;
		n++;
	}
	*is_end_r = *is_end_r || n < most;
	code = query_close(&q);
	return code == SG_OK && is_bad ? bad_bytes(err_r) : code;
}

enum sg_err
run_seek(struct store *store, int64_t account_id, const char *key,
    int64_t before_id, int64_t *found, struct err *err_r)
{
	struct run_entries one;
	int64_t below = INT64_MAX;
	bool is_end = false;
	enum sg_err code =
	    make_entry(&one, account_id, key, before_id - 1, err_r);

	for (int most = SEEK_FIRST; one.count == 1 && code == SG_OK && !is_end;
	     most = SEEK_MOST)
		code = seek_some(
		    store, one.list, most, &below, found, &is_end, err_r);
	run_entries_fini(&one);
	return code;
}

/* ---- ranges of entries ---------------------------------------------------------- */

struct range {
	const struct run_entry *prefix;
	int64_t from_id, before_id;
	int left; /* of those that are wanted */
	bool (*fn)(void *ctx, int64_t id);
	void *ctx;
};

static bool
has_prefix(const struct run_entry *entry, const struct run_entry *prefix)
{
	return entry->len >= prefix->len &&
	       memcmp(entry->key, prefix->key, prefix->len) == 0;
}

static void
show_chunk(struct query *q, struct range *range, bool *is_bad_r)
{
	struct run_reader reader;
	size_t len;
	const void *data = query_blob(q, 1, &len);

	run_reader_init(&reader, data, len);
	while (range->left > 0 && run_reader_next(&reader)) {
		if (!has_prefix(&reader.entry, range->prefix) ||
		    reader.entry.id < range->from_id ||
		    reader.entry.id >= range->before_id)
			continue;
		range->left--;
		if (!range->fn(range->ctx, reader.entry.id))
			range->left = 0;
	}
	*is_bad_r = reader.is_bad;
}

#define RANGE_END (RUN_PLACE_MAX + 1)
/* Rows that may have keys with the prefix. to: stays until the query is closed. */
static void
open_range(struct query *q, struct store *store, int64_t run_id,
    const struct run_entry *prefix, int most, unsigned char to[RANGE_END],
    struct err *err_r)
{
	memcpy(to, prefix->key, prefix->len);
	memset(to + prefix->len, 0xff, RANGE_END - prefix->len);
	query_open(q, store, QUERY_CHUNK_RANGE, err_r);
	query_bind_int(q, "$run", run_id);
	query_bind_blob(q, "$from", prefix->key, prefix->len);
	query_bind_blob(q, "$to", to, RANGE_END);
	query_bind_int(q, "$most", most);
}

static enum sg_err
range_of_run(
    struct store *store, int64_t run_id, struct range *range, struct err *err_r)
{
	unsigned char to[RANGE_END];
	bool is_bad = false;
	struct query q;
	enum sg_err code;

	/* but at the edges each has some that are wanted */
	open_range(
	    &q, store, run_id, range->prefix, range->left + 2, to, err_r);
	while (!is_bad && range->left > 0 && query_next(&q))
		show_chunk(&q, range, &is_bad);
	code = query_close(&q);
	return code == SG_OK && is_bad ? bad_bytes(err_r) : code;
}

static enum sg_err
each_run(struct store *store, struct range *range, struct err *err_r)
{
	struct query q;
	enum sg_err code = SG_OK, closed;

	query_open(&q, store, QUERY_RUN_LIST, err_r);
	query_bind_int(&q, "$from_id", range->from_id);
	query_bind_int(&q, "$before", range->before_id);
	while (code == SG_OK && range->left > 0 && query_next(&q))
		code = range_of_run(store, query_int(&q, 0), range, err_r);
	closed = query_close(&q);
	return code == SG_OK ? closed : code;
}

enum sg_err
run_range(struct store *store, int64_t account_id, const char *prefix,
    int64_t from_id, int64_t before_id, int most,
    bool (*fn)(void *ctx, int64_t id), void *ctx, struct err *err_r)
{
	struct run_entries one;
	struct range range = {.from_id = from_id,
	    .before_id = before_id,
	    .left = most,
	    .fn = fn,
	    .ctx = ctx};
	enum sg_err code = make_entry(&one, account_id, prefix, 0, err_r);

	range.prefix = one.list;
	if (code == SG_OK && one.count == 1)
		code = each_run(store, &range, err_r);
	run_entries_fini(&one);
	return code;
}

/* ---- what goes ------------------------------------------------------------------ */

enum sg_err
run_purge(struct store *store, int64_t before_msec, int most, int64_t *gone,
    struct err *err_r)
{
	static const enum query_id steps[] = {
	    QUERY_RUN_LOCK_OLD, QUERY_CHUNK_PURGE, QUERY_RUN_PURGE};
	enum sg_err code = SG_OK;

	for (size_t i = 0; i < 3 && code == SG_OK; i++) {
		struct query q;
		int64_t changed = 0;

		query_open(&q, store, steps[i], err_r);
		query_bind_int(&q, "$before", before_msec);
		if (i == 1)
			query_bind_int(&q, "$most", most);
		code = query_run(&q, &changed);
		if (i == 0 && changed == 0) /* there are none: the usual case */
			break;
		*gone += i == 0 ? 0 : changed;
	}
	return code;
}

/* A row without the account's entries; empty: it goes. */
struct rest {
	int64_t id;
	struct buf bytes;
};

/* False: it has none of the account's. */
static bool
strip(struct query *q, const struct run_entry *account, struct rest *rest,
    bool *is_bad_r)
{
	unsigned char key[sizeof(((struct run_reader *)0)->key)];
	struct run_entry prev = {.key = key};
	struct run_reader reader;
	bool has_some = false;
	size_t len;
	const void *data = query_blob(q, 1, &len);

	rest->id = query_int(q, 0);
	buf_init(&rest->bytes, len + CHUNK_BYTES_MAX);
	run_reader_init(&reader, data, len);
	while (run_reader_next(&reader)) {
		if (has_prefix(&reader.entry, account)) {
			has_some = true;
			continue;
		}
		run_put(
		    &rest->bytes, prev.len > 0 ? &prev : NULL, &reader.entry);
		memcpy(key, reader.key, reader.entry.len);
		prev.len = reader.entry.len;
	}
	*is_bad_r = reader.is_bad;
	return has_some;
}

static enum sg_err
write_rest(struct store *store, struct rest *rest, struct err *err_r)
{
	bool is_empty = rest->bytes.len == 0;
	struct query q;

	if (rest->bytes.failed)
		return no_memory(err_r);
	query_open(&q, store,
	    is_empty ? QUERY_CHUNK_DELETE : QUERY_CHUNK_UPDATE, err_r);
	query_bind_int(&q, "$id", rest->id);
	if (!is_empty)
		query_bind_blob(
		    &q, "$entries", rest->bytes.data, rest->bytes.len);
	return query_run(&q, NULL);
}

/* Rows of one run, at most `most`, without the account's entries. */
static enum sg_err
forget_in_run(struct store *store, int64_t run_id,
    const struct run_entry *account, int most, int64_t *gone, struct err *err_r)
{
	struct rest *rests = calloc((size_t)most, sizeof(*rests));
	unsigned char to[RANGE_END];
	bool is_bad = false;
	int count = 0;
	struct query q;
	enum sg_err code;

	if (rests == NULL)
		return no_memory(err_r);
	open_range(&q, store, run_id, account, most + 2, to, err_r);
	while (count < most && !is_bad && query_next(&q)) {
		if (strip(&q, account, &rests[count], &is_bad))
			count++;
		else
			buf_fini(&rests[count].bytes);
	}
	code = query_close(&q);
	if (code == SG_OK && is_bad)
		code = bad_bytes(err_r);
	for (int i = 0; i < count; i++) {
		if (code == SG_OK)
			code = write_rest(store, &rests[i], err_r);
		buf_fini(&rests[i].bytes);
	}
	*gone += count;
	free(rests);
	return code;
}

enum sg_err
run_forget(struct store *store, int64_t account_id, int most, int64_t *gone,
    struct err *err_r)
{
	struct run_entries one;
	int64_t done = 0;
	struct query q;
	enum sg_err closed, code = make_entry(&one, account_id, "", 0, err_r);

	if (code == SG_OK) {
		query_open(&q, store, QUERY_RUN_LIST, err_r);
		query_bind_int(&q, "$from_id", 0);
		query_bind_int(&q, "$before", INT64_MAX);
		while (code == SG_OK && done < most && query_next(&q))
			code = forget_in_run(store, query_int(&q, 0), one.list,
			    most - (int)done, &done, err_r);
		closed = query_close(&q);
		if (code == SG_OK)
			code = closed;
	}
	run_entries_fini(&one);
	*gone += done;
	return code;
}
