/* What is done to keys of messages behind the one who writes them: small runs are
 * brought together, and who waits for long gets a key that says so. Each call is one
 * transaction of a bounded size. */
#include "config.h"

#include <stdlib.h>

#include "store/query.h"
#include "store/messages.h"
#include "store/runs.h"

/* So many runs of about the same size become one. */
#define FAN 16
#define RUNS_MOST 512
#define SETTLE_SEC 3600

/* ---- runs ---------------------------------------------------------------------- */

struct small {
	struct run list[RUNS_MOST];
	size_t count;
};

/* Sixteen of one size make one of the next. */
static int
size_of(const struct run *run)
{
	int size = 0;

	for (int64_t bytes = 1024; run->bytes >= bytes; bytes *= FAN)
		size++;
	return size;
}

static enum sg_err
list_small(struct store *store, struct small *small, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_RUN_LIST_SMALL, err_r);
	while (small->count < RUNS_MOST && query_next(&q))
		small->list[small->count++] =
		    (struct run){.id = query_int(&q, 0),
			.first_id = query_int(&q, 1),
			.until_msec = query_int(&q, 2),
			.bytes = query_int(&q, 3)};
	return query_close(&q);
}

/* The oldest of one size, if they are many enough, or large enough together; they
 * are moved to the front. */
static size_t
choose(struct small *small)
{
	for (int size = 0; size < 4; size++) {
		int64_t bytes = 0;
		size_t n = 0;

		for (size_t i = 0;
		     i < small->count && n < FAN && bytes < MESSAGE_RUN_FULL;
		     i++)
			if (size_of(&small->list[i]) == size) {
				bytes += small->list[i].bytes;
				n++;
			}
		if (n < FAN && bytes < MESSAGE_RUN_FULL)
			continue;
		for (size_t i = 0, kept = 0; kept < n; i++)
			if (size_of(&small->list[i]) == size)
				small->list[kept++] = small->list[i];
		return n;
	}
	return 0;
}

/* SG_MISSING: another has taken it. */
static enum sg_err
take_run(struct store *store, const struct run *run,
    struct run_entries *entries, struct err *err_r)
{
	struct run_reader reader = {.is_bad = false};
	struct query q;
	enum sg_err code;

	query_open(&q, store, QUERY_RUN_DELETE, err_r);
	query_bind_int(&q, "$id", run->id);
	code = query_run_one(&q, "such run");
	if (code != SG_OK)
		return code;
	query_open(&q, store, QUERY_CHUNK_LIST, err_r);
	query_bind_int(&q, "$run", run->id);
	while (code == SG_OK && !reader.is_bad && query_next(&q)) {
		size_t len;
		const void *data = query_blob(&q, 0, &len);

		run_reader_init(&reader, data, len);
		while (code == SG_OK && run_reader_next(&reader))
			code = run_entries_copy(entries, &reader.entry, err_r);
	}
	if (query_close(&q) != SG_OK && code == SG_OK)
		code = q.failed;
	if (code == SG_OK && reader.is_bad)
		code = err_set(err_r, SG_IO,
		    "message_chunk: bytes that are no keys of messages");
	if (code != SG_OK)
		return code;
	query_open(&q, store, QUERY_CHUNK_FORGET, err_r);
	query_bind_int(&q, "$run", run->id);
	return query_run(&q, NULL);
}

static enum sg_err
bring_together(struct store *store, const struct run *runs, size_t count,
    struct err *err_r)
{
	struct run all = {.first_id = INT64_MAX, .until_msec = INT64_MIN};
	struct run_entries entries;
	enum sg_err code = run_entries_init(&entries, err_r);

	for (size_t i = 0; i < count && code == SG_OK; i++) {
		code = take_run(store, &runs[i], &entries, err_r);
		if (runs[i].id > all.id)
			all.id = runs[i].id;
		if (runs[i].first_id < all.first_id)
			all.first_id = runs[i].first_id;
		if (runs[i].until_msec > all.until_msec)
			all.until_msec = runs[i].until_msec;
	}
	if (code == SG_OK)
		code = run_entries_sort(&entries, err_r);
	if (code == SG_OK)
		code = run_write(store, &all, &entries, err_r);
	run_entries_fini(&entries);
	return code;
}

enum sg_err
store_message_tidy(struct store *store, bool *is_done_r, struct err *err_r)
{
	struct small *small = calloc(1, sizeof(*small));
	size_t count = 0;
	enum sg_err code = SG_OK;

	*is_done_r = true;
	if (small == NULL)
		return err_set(err_r, SG_NOMEM, "no memory for runs");
	code = list_small(store, small, err_r);
	if (code == SG_OK)
		count = choose(small);
	if (count > 0) {
		code = store_begin(store, err_r);
		if (code == SG_OK) {
			code = bring_together(store, small->list, count, err_r);
			code = store_scope_end(store, true, code, err_r);
		}
		*is_done_r = false;
	}
	if (code == SG_MISSING) { /* another is at it */
		code = SG_OK;
		*is_done_r = true;
	}
	free(small);
	return code;
}

/* ---- who waits ------------------------------------------------------------------ */

struct settled {
	int64_t upto, goal, goal_sec;
};

static enum sg_err
read_settled(struct store *store, struct settled *settled, struct err *err_r)
{
	struct query q;

	*settled = (struct settled){0};
	query_open(&q, store, QUERY_SETTLED_GET, err_r);
	if (query_next(&q)) {
		settled->upto = query_int(&q, 0);
		settled->goal = query_int(&q, 1);
		settled->goal_sec = query_int(&q, 2);
	}
	return query_close(&q);
}

static enum sg_err
write_settled(
    struct store *store, const struct settled *settled, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_SETTLED_PUT, err_r);
	query_bind_int(&q, "$upto", settled->upto);
	query_bind_int(&q, "$goal", settled->goal);
	query_bind_int(&q, "$goal_sec", settled->goal_sec);
	return query_run(&q, NULL);
}

/* The greatest id now: in an hour all that has a smaller one is written. */
static enum sg_err
set_goal(struct store *store, struct settled *settled, int64_t now_sec,
    struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_MESSAGE_LAST, err_r);
	if (query_next(&q) && query_int(&q, 0) > settled->goal)
		settled->goal = query_int(&q, 0);
	settled->goal_sec = now_sec;
	return query_close(&q);
}

static enum sg_err
settle(
    struct store *store, struct settled *settled, int most, struct err *err_r)
{
	int64_t from = settled->upto;
	struct query q;

	settled->upto =
	    settled->goal - from > most ? from + most : settled->goal;
	query_open(&q, store, QUERY_PENDING_KEEP, err_r);
	query_bind_int(&q, "$from", from);
	query_bind_int(&q, "$upto", settled->upto);
	return query_run(&q, NULL);
}

static enum sg_err
settle_step(struct store *store, int64_t now_sec, int most, bool *is_done_r,
    struct err *err_r)
{
	struct settled settled;
	enum sg_err code = read_settled(store, &settled, err_r);

	*is_done_r = true;
	if (code != SG_OK)
		return code;
	if (settled.upto < settled.goal) {
		/* a clock that was set back waits no longer than the hour */
		if (now_sec >= settled.goal_sec &&
		    now_sec < settled.goal_sec + SETTLE_SEC)
			return SG_OK;
		code = settle(store, &settled, most, err_r);
		*is_done_r = false;
	} else {
		int64_t goal = settled.goal;

		code = set_goal(store, &settled, now_sec, err_r);
		if (settled.goal == goal)
			return code;
	}
	return code == SG_OK ? write_settled(store, &settled, err_r) : code;
}

enum sg_err
store_message_settle(struct store *store, int64_t now_sec, int most,
    bool *is_done_r, struct err *err_r)
{
	bool own;
	enum sg_err code = store_scope_begin(store, &own, err_r);

	*is_done_r = true;
	if (code == SG_OK)
		code = settle_step(store, now_sec, most, is_done_r, err_r);
	return store_scope_end(store, own, code, err_r);
}
