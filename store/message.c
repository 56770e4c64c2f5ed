/* Rows of message: what left, as the milter noted it. Reads neither recipients nor
 * facts. */
#include "config.h"

#include "store/query.h"
#include "store/events.h"

/* Texts point into the query's row. */
static bool
message_read(struct query *q, struct store_message *row_r)
{
	*row_r = (struct store_message){0};
	row_r->id = query_int(q, 0);
	row_r->account_id = query_int(q, 1);
	query_copy(q, 2, row_r->queue_id, sizeof(row_r->queue_id));
	row_r->sent_msec = query_int(q, 3);
	row_r->login = query_text(q, 4);
	row_r->sender = query_text(q, 5);
	row_r->source_ip = query_text(q, 6);
	row_r->identity_id = query_int(q, 7);
	row_r->set_id = query_int(q, 8);
	row_r->size = query_int(q, 9);
	row_r->recipients = query_text(q, 10);
	row_r->facts = query_text(q, 11);
	row_r->tenant_id = query_int(q, 12);
	return q->failed == SG_OK;
}

enum sg_err
store_message_add(struct store *store, struct store_message *row,
    bool *is_new_r, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_MESSAGE_ADD, err_r);
	query_bind_int(&q, "$account_id", row->account_id);
	query_bind_text(&q, "$queue_id", row->queue_id);
	query_bind_int(&q, "$sent_msec", row->sent_msec);
	query_bind_text(&q, "$login", row->login);
	query_bind_text(&q, "$sender", row->sender);
	query_bind_text(&q, "$source_ip", row->source_ip);
	query_bind_int(&q, "$identity_id", row->identity_id);
	query_bind_int(&q, "$set_id", row->set_id);
	query_bind_int(&q, "$size", row->size);
	query_bind_text(&q, "$recipients", row->recipients);
	query_bind_text(&q, "$facts", row->facts);
	query_bind_int(&q, "$tenant_id", row->tenant_id);
	*is_new_r = query_next(&q);
	if (*is_new_r)
		row->id = query_int(&q, 0);
	return query_run(&q, NULL);
}

enum sg_err
store_message_get(struct store *store, int64_t account_id, const char *queue_id,
    store_message_fn *fn, void *ctx, struct err *err_r)
{
	struct store_message row;
	struct query q;
	enum sg_err code;
	bool found;

	if (account_id == 0) {
		query_open(&q, store, QUERY_MESSAGE_GET_ANY, err_r);
	} else {
		query_open(&q, store, QUERY_MESSAGE_GET, err_r);
		query_bind_int(&q, "$account_id", account_id);
	}
	query_bind_text(&q, "$queue_id", queue_id);
	found = query_next(&q);
	if (found && message_read(&q, &row))
		(void)fn(ctx, &row); /* there is no more that it could end */
	code = query_close(&q);
	if (code == SG_OK && !found)
		code = err_set(err_r, SG_MISSING, "no message %s", queue_id);
	return code;
}

enum sg_err
store_message_list(struct store *store, int64_t account_id, int64_t before_id,
    int most, store_message_fn *fn, void *ctx, struct err *err_r)
{
	struct store_message row;
	struct query q;

	if (account_id == 0) {
		query_open(&q, store, QUERY_MESSAGE_LIST_ALL, err_r);
	} else {
		query_open(&q, store, QUERY_MESSAGE_LIST, err_r);
		query_bind_int(&q, "$account_id", account_id);
	}
	query_bind_int(&q, "$before", before_id > 0 ? before_id : INT64_MAX);
	query_bind_int(&q, "$most", most);
	while (query_next(&q))
		if (!message_read(&q, &row) || !fn(ctx, &row))
			break;
	return query_close(&q);
}
