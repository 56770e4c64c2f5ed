/* Rows of tally: counts for reputation, by the quarter of an hour. Makes no rates
 * of them. */
#include "config.h"

#include <inttypes.h>

#include "base/buf.h"
#include "store/query.h"
#include "store/events.h"

/* Ids of one statement, and the longest of them. */
#define MANY 4096
#define ID_BYTES 22

static void
tally_read(struct query *q, struct store_tally *row_r)
{
	row_r->account_id = query_int(q, 0);
	row_r->set_id = query_int(q, 1);
	row_r->bucket_sec = query_int(q, 2);
	row_r->sent = query_int(q, 3);
	row_r->eligible = query_int(q, 4);
	row_r->bounces = query_int(q, 5);
	row_r->complaints = query_int(q, 6);
	row_r->rejected = query_int(q, 7);
}

static void
open_add(struct query *q, struct store *store, enum query_id id,
    const struct store_tally *row, struct err *err_r)
{
	query_open(q, store, id, err_r);
	query_bind_int(q, "$account_id", row->account_id);
	query_bind_int(q, "$set_id", row->set_id);
	query_bind_int(q, "$bucket_sec", row->bucket_sec);
	query_bind_int(q, "$sent", row->sent);
	query_bind_int(q, "$eligible", row->eligible);
	query_bind_int(q, "$bounces", row->bounces);
	query_bind_int(q, "$complaints", row->complaints);
	query_bind_int(q, "$rejected", row->rejected);
}

enum sg_err
store_tally_add(
    struct store *store, const struct store_tally *row, struct err *err_r)
{
	struct query q;

	open_add(&q, store, QUERY_TALLY_ADD, row, err_r);
	return query_run(&q, NULL);
}

enum sg_err
store_tally_send(
    struct store *store, const struct store_tally *row, struct err *err_r)
{
	struct query q;

	open_add(&q, store, QUERY_TALLY_ADD_MANY, row, err_r);
	return query_gather(&q);
}

/* $ids of queries_events.h. */
static void
write_ids(struct buf *text, const int64_t *ids, size_t count)
{
	buf_init(text, MANY * ID_BYTES);
	for (size_t i = 0; i < count; i++)
		(void)buf_printf(
		    text, "%c%" PRId64, i == 0 ? '[' : ',', ids[i]);
	(void)buf_putc(text, ']'); /* text->failed tells */
}

static enum sg_err
list_counted(struct store *store, enum query_id id, const int64_t *ids,
    size_t count, store_counted_fn *fn, void *ctx, struct err *err_r)
{
	enum sg_err code;
	struct buf text;
	struct query q;

	write_ids(&text, ids, count);
	query_open(&q, store, id, err_r);
	if (text.failed && q.failed == SG_OK)
		q.failed = err_set(err_r, SG_NOMEM, "no memory for ids");
	query_bind_text(&q, "$ids", buf_str(&text));
	while (query_next(&q)) {
		const struct store_counted row = {
		    query_int(&q, 0), query_int(&q, 1), query_int(&q, 2) > 0};

		if (!fn(ctx, &row))
			break;
	}
	code = query_close(&q);
	buf_fini(&text);
	return code;
}

enum sg_err
store_counted_list(struct store *store, enum store_counted_kind kind,
    const int64_t *ids, size_t count, store_counted_fn *fn, void *ctx,
    struct err *err_r)
{
	static const enum query_id queries[] = {
	    QUERY_COUNTED_ACCOUNTS, QUERY_COUNTED_SETS, QUERY_COUNTED_TENANTS};
	enum sg_err code = SG_OK;

	for (size_t i = 0; i < count && code == SG_OK; i += MANY)
		code = list_counted(store, queries[kind], ids + i,
		    count - i < MANY ? count - i : MANY, fn, ctx, err_r);
	return code;
}

enum sg_err
store_tally_list(struct store *store, int64_t account_id, int64_t set_id,
    int64_t since_sec, store_tally_fn *fn, void *ctx, struct err *err_r)
{
	struct store_tally row;
	struct query q;

	if (account_id == 0) {
		query_open(&q, store, QUERY_TALLY_LIST_ALL, err_r);
	} else {
		query_open(&q, store, QUERY_TALLY_LIST, err_r);
		query_bind_int(&q, "$account_id", account_id);
		query_bind_int(&q, "$set_id", set_id);
	}
	query_bind_int(&q, "$since", since_sec);
	while (query_next(&q)) {
		tally_read(&q, &row);
		if (!fn(ctx, &row))
			break;
	}
	return query_close(&q);
}

enum sg_err
store_tally_who(struct store *store, int64_t since_sec, store_tally_who_fn *fn,
    void *ctx, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_TALLY_WHO, err_r);
	query_bind_int(&q, "$since", since_sec);
	return query_run_due(&q, fn, ctx);
}
