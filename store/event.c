/* Rows of event. What stands in one is made elsewhere. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "rules/recipients.h"
#include "store/query.h"
#include "store/events.h"
#include "store/messages.h"

/* The schema holds these numbers. */
_Static_assert(STORE_EVENT_SEND == 0 && STORE_EVENT_DELIVERY == 1 &&
		   STORE_EVENT_BOUNCE == 2 && STORE_EVENT_COMPLAINT == 3 &&
		   STORE_EVENT_DELIVERY_DELAY == 4 && STORE_EVENT_REJECT == 5 &&
		   STORE_EVENT_RENDERING_FAILURE == 6,
    "event.kind");

/* Rows of QUERY_EVENT_ADD_MANY. */
#define MANY 4
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

static void
bind_row(struct query *q, int row, const void *ctx)
{
	const struct store_event *event = ctx;
	char name[4] = {'$', 'a', (char)('0' + row), '\0'};

	query_bind_int(q, name, event->account_id);
	name[1] = 'b';
	query_bind_int(q, name, event->set_id);
	name[1] = 'c';
	query_bind_int(q, name, event->kind);
	name[1] = 'd';
	query_bind_text(q, name, event->queue_id);
	name[1] = 'e';
	query_bind_int(q, name, event->at_msec);
	name[1] = 'f';
	query_bind_text(q, name, event->recipients);
	name[1] = 'g';
	query_bind_text(q, name, event->detail);
}

enum sg_err
store_event_add_many(struct store *store, const struct store_event *rows,
    size_t count, struct err *err_r)
{
	static const struct query_rows how = {.many = QUERY_EVENT_ADD_MANY,
	    .one = QUERY_EVENT_ADD_ONE,
	    .at_once = MANY,
	    .bind = bind_row,
	    .row_size = sizeof(*rows)};

	return query_send_rows(store, &how, rows, count, NULL, err_r);
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

/* ---- lists ----------------------------------------------------------------------- */

/* Rows, or Send events that messages tell; with the one that is the next. */
struct stream {
	struct query q;
	bool is_open;
	bool has_row;
	struct store_event row;
	char *
	    recipients; /* malloc'ed, of the row's when they were a message's */
};

/* Opens the list with what its own WHERE needs. */
static void
open_list(struct stream *stream, struct store *store,
    const struct store_event_filter *filter, bool is_sends, struct err *err_r)
{
	static const enum query_id ids[2][3][2] = {
	    {{QUERY_EVENT_LIST_ALL, QUERY_EVENT_OLDEST_ALL},
		{QUERY_EVENT_LIST, QUERY_EVENT_OLDEST},
		{QUERY_EVENT_LIST_OF_MESSAGE, QUERY_EVENT_OLDEST_OF_MESSAGE}},
	    {{QUERY_SEND_LIST_ALL, QUERY_SEND_OLDEST_ALL},
		{QUERY_SEND_LIST, QUERY_SEND_OLDEST},
		{QUERY_SEND_LIST_OF_MESSAGE, QUERY_SEND_OLDEST_OF_MESSAGE}},
	};
	bool is_message = filter->queue_id[0] != '\0';
	int which = is_message ? 2 : filter->account_id != 0;
	struct query *q = &stream->q;

	query_open(q, store, ids[is_sends][which][filter->oldest_first], err_r);
	if (which > 0)
		query_bind_int(q, "$account_id", filter->account_id);
	if (is_message)
		query_bind_text(q, "$queue_id", filter->queue_id);
	if (!is_sends)
		query_bind_int(q, "$kinds",
		    filter->kinds != 0 ? filter->kinds : ALL_KINDS);
	query_bind_int(q, "$since",
	    filter->since_msec != 0 ? filter->since_msec : INT64_MIN);
	query_bind_int(q, "$most", filter->most);
	stream->is_open = true;
}

/* A message's recipients without their flags. */
static bool
read_recipients(struct stream *stream)
{
	const char *text = stream->row.recipients;
	struct recipient recipient;
	size_t used = 0;

	free(stream->recipients);
	stream->recipients = malloc(strlen(text) + 1);
	if (stream->recipients == NULL)
		return false;
	while (recipients_next(&text, &recipient)) {
		size_t len = strlen(recipient.address);

		if (used > 0)
			stream->recipients[used++] = '\n';
		/* shorter than its line */
		memcpy(stream->recipients + used, recipient.address, len);
		used += len;
	}
	stream->recipients[used] = '\0';
	stream->row.recipients = stream->recipients;
	return true;
}

static void
next_row(struct stream *stream, bool is_sends)
{
	struct query *q = &stream->q;

	stream->has_row = query_next(q) && event_read(q, &stream->row);
	if (stream->has_row && is_sends && !read_recipients(stream)) {
		stream->has_row = false;
		q->failed =
		    err_set(q->err_r, SG_NOMEM, "no memory for the recipients");
	}
}

/* Of both the one that comes first. */
static int
choose(const struct stream streams[2], bool oldest_first)
{
	const struct stream *rows = &streams[0], *sends = &streams[1];

	if (!rows->has_row || !sends->has_row)
		return sends->has_row;
	if (rows->row.at_msec != sends->row.at_msec)
		return (sends->row.at_msec < rows->row.at_msec) == oldest_first;
	return oldest_first;
}

enum sg_err
store_event_list(struct store *store, const struct store_event_filter *filter,
    store_event_fn *fn, void *ctx, struct err *err_r)
{
	struct stream streams[2] = {{.is_open = false}};
	int kinds = filter->kinds != 0 ? filter->kinds : ALL_KINDS;
	enum sg_err code = SG_OK;

	for (int i = 0; i < 2; i++) {
		if (i == 1 && (kinds & (1 << STORE_EVENT_SEND)) == 0)
			break;
		open_list(&streams[i], store, filter, i == 1, err_r);
		next_row(&streams[i], i == 1);
	}
	for (int left = filter->most; left > 0; left--) {
		int i = choose(streams, filter->oldest_first);

		if (!streams[i].has_row || !fn(ctx, &streams[i].row))
			break;
		next_row(&streams[i], i == 1);
	}
	for (int i = 0; i < 2; i++) {
		enum sg_err closed = SG_OK;

		if (streams[i].is_open)
			closed = query_close(&streams[i].q);
		if (code == SG_OK)
			code = closed;
		free(streams[i].recipients);
	}
	return code;
}

enum sg_err
store_event_refused(struct store *store, int64_t account_id, int64_t before_id,
    int most, store_event_fn *fn, void *ctx, struct err *err_r)
{
	struct store_event row;
	struct query q;

	query_open(&q, store, QUERY_EVENT_REFUSED, err_r);
	query_bind_int(&q, "$account_id", account_id);
	query_bind_int(&q, "$before", before_id);
	query_bind_int(&q, "$most", most);
	while (query_next(&q))
		if (!event_read(&q, &row) || !fn(ctx, &row))
			break;
	return query_close(&q);
}
