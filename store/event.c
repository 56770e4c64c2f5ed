/* Rows of event. What stands in one is made elsewhere. */
#include "config.h"

#include "store/query.h"
#include "store/events.h"

/* The schema holds these numbers. */
_Static_assert(STORE_EVENT_SEND == 0 && STORE_EVENT_DELIVERY == 1 &&
		   STORE_EVENT_BOUNCE == 2 && STORE_EVENT_COMPLAINT == 3 &&
		   STORE_EVENT_DELIVERY_DELAY == 4 && STORE_EVENT_REJECT == 5 &&
		   STORE_EVENT_RENDERING_FAILURE == 6,
    "event.kind");

#define ALL_KINDS ((1 << STORE_EVENT_KINDS) - 1)

/* Texts point into the query's row. */
static bool
event_read(struct query *q, struct store_event *row_r)
{
	*row_r = (struct store_event){0};
	row_r->id = query_int(q, 0);
	row_r->account_id = query_int(q, 1);
	row_r->set_id = query_int(q, 2);
	row_r->kind = (enum store_event_kind)query_int(q, 3);
	query_copy(q, 4, row_r->queue_id, sizeof(row_r->queue_id));
	row_r->at_msec = query_int(q, 5);
	row_r->recipients = query_text(q, 6);
	row_r->detail = query_text(q, 7);
	return q->failed == SG_OK;
}

enum sg_err
store_event_add(struct store *store, struct store_event *row, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_EVENT_ADD, err_r);
	query_bind_int(&q, "$account_id", row->account_id);
	query_bind_int(&q, "$set_id", row->set_id);
	query_bind_int(&q, "$kind", row->kind);
	query_bind_text(&q, "$queue_id", row->queue_id);
	query_bind_int(&q, "$at_msec", row->at_msec);
	query_bind_text(&q, "$recipients", row->recipients);
	query_bind_text(&q, "$detail", row->detail);
	if (query_next(&q))
		row->id = query_int(&q, 0);
	return query_run(&q, NULL);
}

enum sg_err
store_event_update(
    struct store *store, const struct store_event *row, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_EVENT_UPDATE, err_r);
	query_bind_int(&q, "$id", row->id);
	query_bind_text(&q, "$recipients", row->recipients);
	query_bind_text(&q, "$detail", row->detail);
	return query_run_one(&q, "such event");
}

enum sg_err
store_event_get(struct store *store, int64_t id, store_event_fn *fn, void *ctx,
    struct err *err_r)
{
	struct store_event row;
	struct query q;
	enum sg_err code;
	bool found;

	query_open(&q, store, QUERY_EVENT_GET, err_r);
	query_bind_int(&q, "$id", id);
	found = query_next(&q);
	if (found && event_read(&q, &row))
		(void)fn(ctx, &row); /* there is no more that it could end */
	code = query_close(&q);
	if (code == SG_OK && !found)
		code = err_set(
		    err_r, SG_MISSING, "no event with id %lld", (long long)id);
	return code;
}

/* Opens the list with what its own WHERE needs. */
static void
open_list(struct query *q, struct store *store,
    const struct store_event_filter *filter, struct err *err_r)
{
	static const enum query_id ids[3][2] = {
	    {QUERY_EVENT_LIST_ALL, QUERY_EVENT_OLDEST_ALL},
	    {QUERY_EVENT_LIST, QUERY_EVENT_OLDEST},
	    {QUERY_EVENT_LIST_OF_MESSAGE, QUERY_EVENT_OLDEST_OF_MESSAGE},
	};
	bool is_message = filter->queue_id[0] != '\0';
	int which = is_message ? 2 : filter->account_id != 0;

	query_open(q, store, ids[which][filter->oldest_first], err_r);
	if (which > 0)
		query_bind_int(q, "$account_id", filter->account_id);
	if (is_message)
		query_bind_text(q, "$queue_id", filter->queue_id);
	if (!filter->oldest_first)
		query_bind_int(q, "$before",
		    filter->before_id > 0 ? filter->before_id : INT64_MAX);
}

enum sg_err
store_event_list(struct store *store, const struct store_event_filter *filter,
    store_event_fn *fn, void *ctx, struct err *err_r)
{
	struct store_event row;
	struct query q;

	if (filter->oldest_first && filter->before_id != 0)
		return err_set(
		    err_r, SG_BUG, "events: the oldest first have no pages");
	open_list(&q, store, filter, err_r);
	query_bind_int(
	    &q, "$kinds", filter->kinds != 0 ? filter->kinds : ALL_KINDS);
	query_bind_int(&q, "$since",
	    filter->since_msec != 0 ? filter->since_msec : INT64_MIN);
	query_bind_int(&q, "$most", filter->most);
	while (query_next(&q))
		if (!event_read(&q, &row) || !fn(ctx, &row))
			break;
	return query_close(&q);
}
