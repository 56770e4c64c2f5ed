/* Rows of publication and notification: what was said to a topic, and its way to
 * each subscriber. Delivers nothing. */
#include "config.h"

#include <stdio.h>

#include "store/query.h"
#include "store/topic.h"
#include "store/topics.h"
#include "store/utf8.h"

/* The schema holds these numbers. */
_Static_assert(STORE_PUBLICATION_NOTIFICATION == 0 &&
		   STORE_PUBLICATION_CONFIRMATION == 1 &&
		   STORE_PUBLICATION_UNSUBSCRIBED == 2,
    "publication.type");

/* Columns of NOTIFICATION_COLUMNS. */
#define PUBLICATION_FIRST 4
#define SUBSCRIPTION_FIRST 12
#define TOPIC_FIRST 22

/* ---- publishing ---- */

static enum sg_err
has_readers(struct store *store, int64_t topic_id, int64_t subscription_id,
    bool *has_r, struct err *err_r)
{
	struct query q;

	if (subscription_id == 0) {
		query_open(&q, store, QUERY_PUBLICATION_HAS_READERS, err_r);
	} else {
		query_open(&q, store, QUERY_PUBLICATION_HAS_READER, err_r);
		query_bind_int(&q, "$subscription_id", subscription_id);
	}
	query_bind_int(&q, "$topic_id", topic_id);
	*has_r = query_next(&q);
	return query_close(&q);
}

static enum sg_err
publication_insert(
    struct store *store, struct store_publication *row, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_PUBLICATION_ADD, err_r);
	query_bind_text(&q, "$uuid", row->uuid);
	query_bind_int(&q, "$topic_id", row->topic_id);
	query_bind_int(&q, "$type", row->type);
	query_bind_text(&q, "$subject", row->subject);
	query_bind_text(&q, "$body", row->body);
	query_bind_blob(&q, "$sealed", row->sealed, row->sealed_len);
	query_bind_int(&q, "$created_msec", row->created_msec);
	query_bind_text(
	    &q, "$queue_id", row->queue_id != NULL ? row->queue_id : "");
	if (query_next(&q))
		row->id = query_int(&q, 0);
	return query_run(&q, NULL);
}

static enum sg_err
notifications_insert(struct store *store, int64_t publication_id,
    int64_t subscription_id, int64_t now_sec, struct err *err_r)
{
	struct query q;

	if (subscription_id == 0) {
		query_open(&q, store, QUERY_NOTIFICATION_ADD_ALL, err_r);
	} else {
		query_open(&q, store, QUERY_NOTIFICATION_ADD, err_r);
		query_bind_int(&q, "$subscription_id", subscription_id);
	}
	query_bind_int(&q, "$publication_id", publication_id);
	query_bind_int(&q, "$now", now_sec);
	return query_run(&q, NULL);
}

enum sg_err
store_publication_add(struct store *store, struct store_publication *row,
    int64_t subscription_id, int64_t now_sec, struct err *err_r)
{
	bool has = false, own;
	enum sg_err code = store_scope_begin(store, &own, err_r);

	row->id = 0;
	if (code == SG_OK)
		code = has_readers(
		    store, row->topic_id, subscription_id, &has, err_r);
	if (code == SG_OK && has)
		code = publication_insert(store, row, err_r);
	if (code == SG_OK && has)
		code = notifications_insert(
		    store, row->id, subscription_id, now_sec, err_r);
	return store_scope_end(store, own, code, err_r);
}

/* ---- on their way ---- */

/* Texts point into the query's row. */
static bool
notification_read(struct query *q, struct store_notification *row_r)
{
	struct store_publication *p = &row_r->publication;

	*row_r = (struct store_notification){0};
	row_r->id = query_int(q, 0);
	row_r->next_sec = query_int(q, 1);
	row_r->attempts = query_int(q, 2);
	query_copy(q, 3, row_r->error, sizeof(row_r->error));
	p->id = query_int(q, PUBLICATION_FIRST);
	query_copy(q, PUBLICATION_FIRST + 1, p->uuid, sizeof(p->uuid));
	p->topic_id = query_int(q, PUBLICATION_FIRST + 2);
	p->type =
	    (enum store_publication_type)query_int(q, PUBLICATION_FIRST + 3);
	p->subject = query_text(q, PUBLICATION_FIRST + 4);
	p->body = query_text(q, PUBLICATION_FIRST + 5);
	p->sealed = query_blob(q, PUBLICATION_FIRST + 6, &p->sealed_len);
	p->created_msec = query_int(q, PUBLICATION_FIRST + 7);
	return subscription_read(q, SUBSCRIPTION_FIRST, &row_r->subscription) &&
	       topic_read(q, TOPIC_FIRST, &row_r->topic);
}

enum sg_err
publication_rows(struct query *q, store_notification_fn *fn, void *ctx)
{
	struct store_notification row;

	while (query_next(q))
		if (!notification_read(q, &row) || !fn(ctx, &row))
			break;
	return query_close(q);
}

enum sg_err
store_notification_due(struct store *store, int64_t now_sec, int most, int each,
    store_notification_fn *fn, void *ctx, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_NOTIFICATION_DUE, err_r);
	query_bind_int(&q, "$now", now_sec);
	query_bind_int(&q, "$each", each);
	query_bind_int(&q, "$most", most);
	return publication_rows(&q, fn, ctx);
}

enum sg_err
store_notification_list(struct store *store, int64_t subscription_id,
    bool is_dead, int most, store_notification_fn *fn, void *ctx,
    struct err *err_r)
{
	static const enum query_id ids[2][2] = {
	    {QUERY_NOTIFICATION_WAITING, QUERY_NOTIFICATION_WAITING_OF},
	    {QUERY_NOTIFICATION_DEAD, QUERY_NOTIFICATION_DEAD_OF},
	};
	struct query q;

	query_open(&q, store, ids[is_dead][subscription_id != 0], err_r);
	if (subscription_id != 0)
		query_bind_int(&q, "$subscription_id", subscription_id);
	query_bind_int(&q, "$most", most);
	return publication_rows(&q, fn, ctx);
}

/* A peer's reply: as much of it as is read again. */
#define ERROR_SIZE sizeof(((struct store_notification *)NULL)->error)

static enum sg_err
notification_put(struct store *store, enum query_id query, int64_t id,
    int64_t next_sec, const char *error, struct err *err_r)
{
	char cut[ERROR_SIZE];
	struct query q;

	(void)snprintf(cut, sizeof(cut), "%s", error);
	utf8_mend(cut);
	query_open(&q, store, query, err_r);
	query_bind_int(&q, "$id", id);
	query_bind_int(&q, "$next_sec", next_sec);
	query_bind_text(&q, "$error", cut);
	return query_run(&q, NULL);
}

enum sg_err
store_notification_retry(struct store *store, int64_t id, int64_t next_sec,
    const char *error, struct err *err_r)
{
	return notification_put(
	    store, QUERY_NOTIFICATION_RETRY, id, next_sec, error, err_r);
}

enum sg_err
store_notification_set(struct store *store, int64_t id, int64_t next_sec,
    const char *error, struct err *err_r)
{
	return notification_put(
	    store, QUERY_NOTIFICATION_SET, id, next_sec, error, err_r);
}

enum sg_err
store_notification_delete(struct store *store, int64_t id, struct err *err_r)
{
	struct query q;
	int64_t publication_id = 0;
	bool own;
	enum sg_err code = store_scope_begin(store, &own, err_r);

	if (code == SG_OK) {
		query_open(&q, store, QUERY_NOTIFICATION_DELETE, err_r);
		query_bind_int(&q, "$id", id);
		if (query_next(&q))
			publication_id = query_int(&q, 0);
		code = query_run(&q, NULL);
	}
	if (code == SG_OK && publication_id != 0) {
		query_open(&q, store, QUERY_PUBLICATION_DONE, err_r);
		query_bind_int(&q, "$id", publication_id);
		code = query_run(&q, NULL);
	}
	return store_scope_end(store, own, code, err_r);
}

enum sg_err
store_notification_replay(struct store *store, int64_t subscription_id,
    int64_t now_sec, int64_t *count_r, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_NOTIFICATION_REPLAY, err_r);
	query_bind_int(&q, "$subscription_id", subscription_id);
	query_bind_int(&q, "$now", now_sec);
	return query_run(&q, count_r);
}

enum sg_err
store_notification_purge(struct store *store, int64_t before_msec, int most,
    int64_t *gone_r, struct err *err_r)
{
	static const enum query_id ids[] = {
	    QUERY_NOTIFICATION_PURGE, QUERY_PUBLICATION_PURGE};
	struct query q;
	int64_t changed;
	bool own;
	enum sg_err code = store_scope_begin(store, &own, err_r);

	*gone_r = 0;
	for (size_t i = 0; code == SG_OK && i < 2; i++) {
		query_open(&q, store, ids[i], err_r);
		query_bind_int(&q, "$before", before_msec);
		query_bind_int(&q, "$most", most);
		code = query_run(&q, &changed);
		*gone_r += changed;
	}
	return store_scope_end(store, own, code, err_r);
}

enum sg_err
store_notification_count(struct store *store, int64_t subscription_id,
    int64_t now_sec, struct store_notification_numbers *numbers_r,
    struct err *err_r)
{
	struct query q;

	*numbers_r = (struct store_notification_numbers){0};
	if (subscription_id == 0) {
		query_open(&q, store, QUERY_NOTIFICATION_COUNT, err_r);
	} else {
		query_open(&q, store, QUERY_NOTIFICATION_COUNT_OF, err_r);
		query_bind_int(&q, "$subscription_id", subscription_id);
	}
	query_bind_int(&q, "$now", now_sec);
	if (query_next(&q)) {
		numbers_r->waiting = query_int(&q, 0);
		numbers_r->due = query_int(&q, 1);
		numbers_r->dead = query_int(&q, 2);
	}
	return query_close(&q);
}
