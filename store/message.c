/* Rows of message: what left, as the milter noted it. Reads neither recipients nor
 * facts: message_key.c does. */
#include "config.h"

#include <string.h>

#include "store/query.h"
#include "store/events.h"
#include "store/messages.h"

/* Rows of QUERY_MESSAGE_ADD_MANY. */
#define MANY 4
/* Of message.traits. */
#define TELLS_SEND 1
#define HAS_RUN 2

static int64_t
traits_of(const struct store_message *row)
{
	return HAS_RUN | (row->tells_send ? TELLS_SEND : 0);
}

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
	row_r->tells_send = (query_int(q, 13) & TELLS_SEND) != 0;
	return q->failed == SG_OK;
}

static enum sg_err
message_insert(struct store *store, struct store_message *row, bool *is_new_r,
    struct err *err_r)
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
	query_bind_int(&q, "$traits", traits_of(row));
	*is_new_r = query_next(&q);
	if (*is_new_r)
		row->id = query_int(&q, 0);
	return query_run(&q, NULL);
}

static bool
note_there(void *ctx, const struct store_counted *row)
{
	(void)row;
	*(bool *)ctx = true;
	return true;
}

/* PostgreSQL does not look: see schema/pgsql/023-ingest.sql. */
static enum sg_err
find_account(struct store *store, int64_t id, struct err *err_r)
{
	bool is_there = false;
	enum sg_err code = store_counted_list(
	    store, STORE_COUNTED_ACCOUNT, &id, 1, note_there, &is_there, err_r);

	if (code == SG_OK && !is_there)
		code = err_set(err_r, SG_MISSING, "no account with id %lld",
		    (long long)id);
	return code;
}

enum sg_err
store_message_add(struct store *store, struct store_message *row,
    bool *is_new_r, struct err *err_r)
{
	bool own;
	enum sg_err code = store_scope_begin(store, &own, err_r);

	*is_new_r = false;
	if (code == SG_OK)
		code = find_account(store, row->account_id, err_r);
	if (code == SG_OK)
		code = message_insert(store, row, is_new_r, err_r);
	if (code == SG_OK && *is_new_r)
		code =
		    store_message_add_keys(store, row, 1, row->id - 1, err_r);
	return store_scope_end(store, own, code, err_r);
}

/* ---- many ------------------------------------------------------------------------ */

static void
bind_row(struct query *q, int row, const void *ctx)
{
	const struct store_message *message = ctx;
	const int64_t numbers[] = {message->account_id, message->sent_msec,
	    message->identity_id, message->set_id, message->size,
	    message->tenant_id};
	const char *const texts[] = {message->queue_id, message->login,
	    message->sender, message->source_ip, message->recipients,
	    message->facts};
	const char *number_names = "acghil", *text_names = "bdefjk";
	char name[4] = {'$', 'a', (char)('0' + row), '\0'};

	for (int i = 0; i < 6; i++) {
		name[1] = number_names[i];
		query_bind_int(q, name, numbers[i]);
		name[1] = text_names[i];
		query_bind_text(q, name, texts[i]);
	}
	name[1] = 'm';
	query_bind_int(q, name, traits_of(message));
	name[1] = 'n';
	query_bind_int(q, name, message->id);
}

/* Gives each an id behind *last_id_r. */
static enum sg_err
give_ids(struct store *store, struct store_message *rows, size_t count,
    int64_t *last_id_r, struct err *err_r)
{
	struct query q;

	*last_id_r = 0;
	query_open(&q, store, QUERY_MESSAGE_IDS, err_r);
	query_bind_int(&q, "$count", (int64_t)count);
	if (query_next(&q))
		*last_id_r = query_int(&q, 0) - (int64_t)count;
	for (size_t i = 0; i < count; i++)
		rows[i].id = *last_id_r + 1 + (int64_t)i;
	return query_close(&q);
}

static enum sg_err
insert_rows(struct store *store, const struct store_message *rows, size_t count,
    size_t *known_r, struct err *err_r)
{
	static const struct query_rows how = {.many = QUERY_MESSAGE_ADD_MANY,
	    .one = QUERY_MESSAGE_ADD_ONE,
	    .at_once = MANY,
	    .bind = bind_row,
	    .row_size = sizeof(*rows)};

	return query_send_rows(store, &how, rows, count, known_r, err_r);
}

/* Those that are there keep their ids: what was passed over was there before, or is a
 * row's twin. */
static enum sg_err
find_written(struct store *store, struct store_message *rows, size_t count,
    int64_t last_id, struct err *err_r)
{
	size_t i = 0;
	struct query q;

	query_open(&q, store, QUERY_MESSAGE_SINCE, err_r);
	query_bind_int(&q, "$id", last_id);
	while (query_next(&q)) {
		while (i < count && rows[i].id < query_int(&q, 0))
			rows[i++].id = 0;
		i++;
	}
	while (i < count)
		rows[i++].id = 0;
	return query_close(&q);
}

enum sg_err
store_message_add_many(struct store *store, struct store_message *rows,
    size_t count, int64_t *last_id_r, struct err *err_r)
{
	size_t known;
	enum sg_err code = give_ids(store, rows, count, last_id_r, err_r);

	if (code == SG_OK)
		code = insert_rows(store, rows, count, &known, err_r);
	if (code == SG_OK && known < count)
		code = find_written(store, rows, count, *last_id_r, err_r);
	if (code == SG_OK)
		code = store_message_add_keys(
		    store, rows, count, *last_id_r, err_r);
	return code;
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

enum sg_err
store_message_get_by_id(struct store *store, int64_t account_id, int64_t id,
    store_message_fn *fn, void *ctx, struct err *err_r)
{
	struct store_message row;
	struct query q;
	enum sg_err code;
	bool found;

	query_open(&q, store, QUERY_MESSAGE_GET_BY_ID, err_r);
	query_bind_int(&q, "$account_id", account_id);
	query_bind_int(&q, "$id", id);
	found = query_next(&q);
	if (found && message_read(&q, &row))
		(void)fn(ctx, &row); /* there is no more that it could end */
	code = query_close(&q);
	if (code == SG_OK && !found)
		code = err_set(err_r, SG_MISSING, "no message with id %lld",
		    (long long)id);
	return code;
}
