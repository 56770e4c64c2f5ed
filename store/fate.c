/* Rows of fate: how a recipient of a message ended. Does not judge it. */
#include "config.h"

#include "store/query.h"
#include "store/events.h"

/* The schema holds these numbers. */
_Static_assert(
    STORE_FATE_BOUNCE == 0 && STORE_FATE_COMPLAINT == 1, "fate.kind");
_Static_assert(STORE_FATE_NOT_COUNTED == 0 && STORE_FATE_COUNTED == 1 &&
		   STORE_FATE_WAITS == 2,
    "fate.counted");

static bool
fate_read(struct query *q, struct store_fate *row_r)
{
	*row_r = (struct store_fate){0};
	row_r->account_id = query_int(q, 0);
	query_copy(q, 1, row_r->queue_id, sizeof(row_r->queue_id));
	query_copy(q, 2, row_r->recipient, sizeof(row_r->recipient));
	row_r->kind = (enum store_fate_kind)query_int(q, 3);
	row_r->at_msec = query_int(q, 4);
	row_r->type = (int)query_int(q, 5);
	row_r->subtype = (int)query_int(q, 6);
	row_r->fault = (int)query_int(q, 7);
	query_copy(q, 8, row_r->status, sizeof(row_r->status));
	query_copy(q, 9, row_r->rule, sizeof(row_r->rule));
	row_r->counted = (enum store_fate_counted)query_int(q, 10);
	row_r->suppressed = query_int(q, 11) != 0;
	row_r->event_id = query_int(q, 12);
	row_r->report_id = query_int(q, 13);
	return q->failed == SG_OK;
}

/* What add and update write alike. */
static void
fate_bind(struct query *q, const struct store_fate *row)
{
	query_bind_int(q, "$account_id", row->account_id);
	query_bind_text(q, "$queue_id", row->queue_id);
	query_bind_text(q, "$recipient", row->recipient);
	query_bind_int(q, "$kind", row->kind);
	query_bind_int(q, "$type", row->type);
	query_bind_int(q, "$subtype", row->subtype);
	query_bind_int(q, "$fault", row->fault);
	query_bind_text(q, "$status", row->status);
	query_bind_text(q, "$rule", row->rule);
	query_bind_int(q, "$counted", row->counted);
	query_bind_int(q, "$suppressed", row->suppressed);
	query_bind_int(q, "$event_id", row->event_id);
}

enum sg_err
store_fate_add(struct store *store, const struct store_fate *row,
    bool *is_new_r, struct err *err_r)
{
	struct query q;
	int64_t changed;
	enum sg_err code;

	query_open(&q, store, QUERY_FATE_ADD, err_r);
	fate_bind(&q, row);
	query_bind_int(&q, "$at_msec", row->at_msec);
	query_bind_int(&q, "$report_id", row->report_id);
	code = query_run(&q, &changed);
	*is_new_r = changed > 0;
	return code;
}

enum sg_err
store_fate_update(
    struct store *store, const struct store_fate *row, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_FATE_UPDATE, err_r);
	fate_bind(&q, row);
	return query_run_one(&q, "such fate");
}

static enum sg_err
fate_rows(struct query *q, store_fate_fn *fn, void *ctx)
{
	struct store_fate row;

	while (query_next(q))
		if (!fate_read(q, &row) || !fn(ctx, &row))
			break;
	return query_close(q);
}

enum sg_err
store_fate_list(struct store *store, int64_t account_id, const char *queue_id,
    store_fate_fn *fn, void *ctx, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_FATE_LIST, err_r);
	query_bind_int(&q, "$account_id", account_id);
	query_bind_text(&q, "$queue_id", queue_id);
	return fate_rows(&q, fn, ctx);
}

enum sg_err
store_fate_list_of_report(struct store *store, int64_t report_id,
    store_fate_fn *fn, void *ctx, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_FATE_LIST_OF_REPORT, err_r);
	query_bind_int(&q, "$report_id", report_id);
	return fate_rows(&q, fn, ctx);
}

enum sg_err
store_fate_waiting(struct store *store, int64_t last_id,
    store_fate_waiting_fn *fn, void *ctx, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_FATE_WAITING, err_r);
	query_bind_int(&q, "$id", last_id);
	while (query_next(&q))
		if (!fn(ctx, query_int(&q, 0), query_text(&q, 1)))
			break;
	return query_close(&q);
}
