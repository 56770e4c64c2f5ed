/* Messages by their keys, reports by state, and publications with what became of
 * them: see messages.h. Which message is wanted is decided elsewhere. */
#include "config.h"

#include "store/messages.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/query.h"
#include "store/runs.h"
#include "store/topic.h"

/* What is behind all texts that begin with one: the last character of Unicode. */
#define LAST_CHARACTER "\xf4\x8f\xbf\xbf"

/* The schema holds these numbers. */
_Static_assert(STORE_EVENT_DELIVERY == 1 && STORE_EVENT_DELIVERY_DELAY == 4 &&
		   STORE_EVENT_REJECT == 5,
    "message_key.key, event_refused");

/* ---- keys ---------------------------------------------------------------------- */

/* The first column of the first row. key NULL: it has none. */
static enum sg_err
seek_row(struct store *store, enum query_id id, int64_t account_id,
    const char *key, int64_t before_id, int64_t *id_r, struct err *err_r)
{
	struct query q;

	query_open(&q, store, id, err_r);
	query_bind_int(&q, "$account_id", account_id);
	if (key != NULL)
		query_bind_text(&q, "$key", key);
	query_bind_int(&q, "$before", before_id);
	if (query_next(&q))
		*id_r = query_int(&q, 0);
	return query_close(&q);
}

enum sg_err
store_message_seek(struct store *store, int64_t account_id, const char *key,
    int64_t before_id, int64_t *id_r, struct err *err_r)
{
	bool is_pending = strcmp(key, STORE_MESSAGE_PENDING) == 0;
	enum sg_err code = SG_OK;

	*id_r = 0;
	if (key[0] == '\0')
		return seek_row(store, QUERY_MESSAGE_SEEK_ANY, account_id, NULL,
		    before_id, id_r, err_r);
	if (is_pending)
		code = seek_row(store, QUERY_MESSAGE_SEEK_PENDING, account_id,
		    NULL, before_id, id_r, err_r);
	if (code == SG_OK && *id_r == 0)
		code = seek_row(store, QUERY_MESSAGE_SEEK, account_id, key,
		    before_id, id_r, err_r);
	/* what has happened to them has rows alone */
	if (code == SG_OK && key[0] != 's')
		code = run_seek(store, account_id, key, before_id, id_r, err_r);
	return code;
}

enum sg_err
store_message_range(struct store *store, int64_t account_id, const char *prefix,
    bool is_queue_id, int64_t from_id, int64_t before_id, int most,
    store_message_id_fn *fn, void *ctx, struct err *err_r)
{
	char to[1024];
	struct query q;
	enum sg_err code;

	if ((size_t)snprintf(to, sizeof(to), "%s" LAST_CHARACTER, prefix) >=
	    sizeof(to))
		return err_set(err_r, SG_INVALID, "a key that is too long");
	query_open(&q, store,
	    is_queue_id ? QUERY_MESSAGE_RANGE_QUEUE_ID : QUERY_MESSAGE_RANGE,
	    err_r);
	query_bind_int(&q, "$account_id", account_id);
	query_bind_text(&q, "$from", prefix);
	query_bind_text(&q, "$to", to);
	query_bind_int(&q, "$from_id", from_id);
	query_bind_int(&q, "$before", before_id);
	query_bind_int(&q, "$most", most);
	while (most > 0 && query_next(&q)) {
		most--;
		if (!fn(ctx, query_int(&q, 0)))
			most = 0;
	}
	code = query_close(&q);
	if (code == SG_OK && !is_queue_id && most > 0)
		code = run_range(store, account_id, prefix, from_id, before_id,
		    most, fn, ctx, err_r);
	return code;
}

enum sg_err
store_message_outcomes(struct store *store, int64_t account_id, int64_t id,
    int *kinds_r, struct err *err_r)
{
	struct query q;

	*kinds_r = 0;
	query_open(&q, store, QUERY_MESSAGE_OUTCOMES, err_r);
	query_bind_int(&q, "$account_id", account_id);
	query_bind_int(&q, "$id", id);
	while (query_next(&q))
		*kinds_r |= 1 << (query_text(&q, 0)[2] - '0');
	return query_close(&q);
}

enum sg_err
store_message_id_at(
    struct store *store, int64_t since_msec, int64_t *id_r, struct err *err_r)
{
	struct query q;

	*id_r = 0;
	query_open(&q, store, QUERY_MESSAGE_ID_AT, err_r);
	query_bind_int(&q, "$since", since_msec);
	if (query_next(&q))
		*id_r = query_int(&q, 0);
	return query_close(&q);
}

/* ---- dead letters ---------------------------------------------------------------- */

enum sg_err
store_dead_letter_list(struct store *store, int64_t account_id,
    int64_t before_id, int most, store_notification_fn *fn, void *ctx,
    struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_DEAD_LETTER_LIST, err_r);
	query_bind_int(&q, "$account_id", account_id);
	query_bind_int(&q, "$before", before_id > 0 ? before_id : INT64_MAX);
	query_bind_int(&q, "$most", most);
	return publication_rows(&q, fn, ctx);
}

enum sg_err
store_dead_letter_has(struct store *store, int64_t account_id, int64_t id,
    bool *has_r, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_DEAD_LETTER_HAS, err_r);
	query_bind_int(&q, "$account_id", account_id);
	query_bind_int(&q, "$id", id);
	*has_r = query_next(&q);
	return query_close(&q);
}

enum sg_err
store_dead_letter_retry(struct store *store, int64_t account_id, int64_t id,
    int64_t now_sec, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_DEAD_LETTER_RETRY, err_r);
	query_bind_int(&q, "$account_id", account_id);
	query_bind_int(&q, "$id", id);
	query_bind_int(&q, "$now", now_sec);
	return query_run_one(&q, "such dead letter");
}

/* ---- notifications that are there -------------------------------------------------- */

enum sg_err
store_notification_of_message(struct store *store, int64_t account_id,
    const char *queue_id, int most, store_notification_fn *fn, void *ctx,
    struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_NOTIFICATION_OF_MESSAGE, err_r);
	query_bind_int(&q, "$account_id", account_id);
	query_bind_text(&q, "$queue_id", queue_id);
	query_bind_int(&q, "$most", most);
	return publication_rows(&q, fn, ctx);
}

enum sg_err
store_notification_of_publication(struct store *store, int64_t publication_id,
    int most, store_notification_fn *fn, void *ctx, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_NOTIFICATION_OF_PUBLICATION, err_r);
	query_bind_int(&q, "$publication_id", publication_id);
	query_bind_int(&q, "$most", most);
	return publication_rows(&q, fn, ctx);
}

/* ---- what was delivered ------------------------------------------------------------ */

static enum sg_err
past_publication_add(struct store *store, const struct store_publication *row,
    bool *is_new_r, struct err *err_r)
{
	struct query q;
	int64_t changed = 0;
	enum sg_err code;

	query_open(&q, store, QUERY_PAST_PUBLICATION_ADD, err_r);
	query_bind_int(&q, "$topic_id", row->topic_id);
	query_bind_int(&q, "$id", row->id);
	query_bind_text(&q, "$uuid", row->uuid);
	query_bind_text(&q, "$subject", row->subject);
	query_bind_int(&q, "$created_msec", row->created_msec);
	code = query_run(&q, &changed);
	*is_new_r = code == SG_OK && changed > 0;
	return code;
}

static enum sg_err
past_prune(struct store *store, int64_t topic_id, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_PAST_PUBLICATION_PRUNE, err_r);
	query_bind_int(&q, "$topic_id", topic_id);
	query_bind_int(&q, "$kept", STORE_PAST_MOST);
	return query_run(&q, NULL);
}

static enum sg_err
past_delivery_add(struct store *store, const struct store_notification *row,
    struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_PAST_DELIVERY_ADD, err_r);
	query_bind_int(&q, "$topic_id", row->publication.topic_id);
	query_bind_int(&q, "$id", row->publication.id);
	query_bind_int(&q, "$subscription_id", row->subscription.id);
	query_bind_int(&q, "$attempts", row->attempts);
	return query_run(&q, NULL);
}

/* The publication may be gone by the prune already: then it is an old one. Its topic
 * may be gone, too. */
static enum sg_err
remember(struct store *store, const struct store_notification *row,
    struct err *err_r)
{
	bool is_new;
	enum sg_err code =
	    past_publication_add(store, &row->publication, &is_new, err_r);

	if (code == SG_MISSING)
		return SG_OK;
	if (code == SG_OK && is_new)
		code = past_prune(store, row->publication.topic_id, err_r);
	if (code == SG_OK)
		code = past_delivery_add(store, row, err_r);
	return code;
}

enum sg_err
store_notification_delivered(struct store *store,
    const struct store_notification *row, struct err *err_r)
{
	bool own;
	enum sg_err code = store_scope_begin(store, &own, err_r);

	if (code == SG_OK &&
	    row->publication.type == STORE_PUBLICATION_NOTIFICATION)
		code = remember(store, row, err_r);
	if (code == SG_OK)
		code = store_notification_delete(store, row->id, err_r);
	return store_scope_end(store, own, code, err_r);
}

enum sg_err
store_publication_newest(struct store *store, int64_t topic_id, int most,
    store_past_fn *fn, void *ctx, struct err *err_r)
{
	struct store_past row;
	struct query q;

	query_open(&q, store, QUERY_PUBLICATION_NEWEST, err_r);
	query_bind_int(&q, "$topic_id", topic_id);
	query_bind_int(&q, "$most", most);
	while (query_next(&q)) {
		row.id = query_int(&q, 0);
		row.uuid = query_text(&q, 1);
		row.subject = query_text(&q, 2);
		row.created_msec = query_int(&q, 3);
		if (!fn(ctx, &row))
			break;
	}
	return query_close(&q);
}

enum sg_err
store_past_delivery_list(struct store *store, int64_t topic_id,
    int64_t publication_id, int most, store_past_delivery_fn *fn, void *ctx,
    struct err *err_r)
{
	struct store_past_delivery row;
	struct query q;

	query_open(&q, store, QUERY_PAST_DELIVERY_LIST, err_r);
	query_bind_int(&q, "$topic_id", topic_id);
	query_bind_int(&q, "$publication_id", publication_id);
	query_bind_int(&q, "$most", most);
	while (query_next(&q)) {
		query_copy(&q, 0, row.uuid, sizeof(row.uuid));
		query_copy(&q, 1, row.protocol, sizeof(row.protocol));
		query_copy(&q, 2, row.endpoint, sizeof(row.endpoint));
		row.attempts = query_int(&q, 3);
		if (q.failed != SG_OK || !fn(ctx, &row))
			break;
	}
	return query_close(&q);
}
