/* Rows of subscription. Tokens are never here, only their hashes. */
#include "config.h"

#include <string.h>

#include "store/query.h"
#include "store/topic.h"
#include "store/topics.h"

/* The column is empty when no token is valid. */
static void
token_read(struct query *q, int column, struct store_subscription *row_r)
{
	size_t len;
	const void *hash = query_blob(q, column, &len);

	if (len == sizeof(row_r->token_hash))
		memcpy(row_r->token_hash, hash, len);
	else if (len != 0 && q->failed == SG_OK)
		q->failed = err_set(
		    q->err_r, SG_IO, "a token's hash in the database is none");
}

bool
subscription_read(struct query *q, int first, struct store_subscription *row_r)
{
	*row_r = (struct store_subscription){0};
	row_r->id = query_int(q, first);
	query_copy(q, first + 1, row_r->uuid, sizeof(row_r->uuid));
	row_r->topic_id = query_int(q, first + 2);
	query_copy(q, first + 3, row_r->protocol, sizeof(row_r->protocol));
	query_copy(q, first + 4, row_r->endpoint, sizeof(row_r->endpoint));
	row_r->confirmed = query_int(q, first + 5) != 0;
	token_read(q, first + 6, row_r);
	row_r->token_expires_sec = query_int(q, first + 7);
	row_r->raw = query_int(q, first + 8) != 0;
	row_r->created_sec = query_int(q, first + 9);
	return q->failed == SG_OK;
}

/* What add and update write alike. */
static void
subscription_bind(struct query *q, const struct store_subscription *row)
{
	bool has_token = row->token_expires_sec > 0;

	query_bind_int(q, "$confirmed", row->confirmed);
	query_bind_blob(q, "$token_hash", row->token_hash,
	    has_token ? sizeof(row->token_hash) : 0);
	query_bind_int(
	    q, "$token_expires_sec", has_token ? row->token_expires_sec : 0);
	query_bind_int(q, "$raw", row->raw);
}

enum sg_err
store_subscription_add(
    struct store *store, struct store_subscription *row, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_SUBSCRIPTION_ADD, err_r);
	query_bind_text(&q, "$uuid", row->uuid);
	query_bind_int(&q, "$topic_id", row->topic_id);
	query_bind_text(&q, "$protocol", row->protocol);
	query_bind_text(&q, "$endpoint", row->endpoint);
	query_bind_int(&q, "$created_sec", row->created_sec);
	subscription_bind(&q, row);
	if (query_next(&q))
		row->id = query_int(&q, 0);
	return query_run(&q, NULL);
}

/* Reads the one row and closes; SG_MISSING. */
static enum sg_err
subscription_get(
    struct query *q, struct store_subscription *row_r, const char *what)
{
	struct err *err_r = q->err_r;
	bool found = query_next(q);
	enum sg_err code;

	if (found)
		subscription_read(q, 0, row_r);
	code = query_close(q);
	if (code == SG_OK && !found)
		code = err_set(err_r, SG_MISSING, "no subscription %s", what);
	return code;
}

enum sg_err
store_subscription_get(struct store *store, const char *uuid,
    struct store_subscription *row_r, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_SUBSCRIPTION_GET, err_r);
	query_bind_text(&q, "$uuid", uuid);
	return subscription_get(&q, row_r, uuid);
}

enum sg_err
store_subscription_get_by_id(struct store *store, int64_t id,
    struct store_subscription *row_r, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_SUBSCRIPTION_GET_BY_ID, err_r);
	query_bind_int(&q, "$id", id);
	return subscription_get(&q, row_r, "with this id");
}

enum sg_err
store_subscription_get_by_endpoint(struct store *store, int64_t topic_id,
    const char *protocol, const char *endpoint,
    struct store_subscription *row_r, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_SUBSCRIPTION_GET_BY_ENDPOINT, err_r);
	query_bind_int(&q, "$topic_id", topic_id);
	query_bind_text(&q, "$protocol", protocol);
	query_bind_text(&q, "$endpoint", endpoint);
	return subscription_get(&q, row_r, endpoint);
}

enum sg_err
store_subscription_get_by_token(struct store *store,
    const unsigned char hash[32], struct store_subscription *row_r,
    struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_SUBSCRIPTION_GET_BY_TOKEN, err_r);
	query_bind_blob(&q, "$token_hash", hash, sizeof(row_r->token_hash));
	return subscription_get(&q, row_r, "with this token");
}

enum sg_err
store_subscription_update(struct store *store,
    const struct store_subscription *row, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_SUBSCRIPTION_UPDATE, err_r);
	query_bind_int(&q, "$id", row->id);
	subscription_bind(&q, row);
	return query_run_one(&q, "such subscription");
}

enum sg_err
store_subscription_delete(struct store *store, int64_t id, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_SUBSCRIPTION_DELETE, err_r);
	query_bind_int(&q, "$id", id);
	return query_run_one(&q, "such subscription");
}

enum sg_err
store_subscription_list(struct store *store, int64_t topic_id,
    store_subscription_fn *fn, void *ctx, struct err *err_r)
{
	struct store_subscription row;
	struct query q;

	if (topic_id == 0) {
		query_open(&q, store, QUERY_SUBSCRIPTION_LIST_ALL, err_r);
	} else {
		query_open(&q, store, QUERY_SUBSCRIPTION_LIST, err_r);
		query_bind_int(&q, "$topic_id", topic_id);
	}
	while (query_next(&q))
		if (!subscription_read(&q, 0, &row) || !fn(ctx, &row))
			break;
	return query_close(&q);
}

enum sg_err
store_subscription_page(struct store *store, int64_t account_id,
    int64_t topic_id, int64_t after_id, int64_t most, store_subscription_fn *fn,
    void *ctx, struct err *err_r)
{
	struct store_subscription row;
	struct query q;

	query_open(&q, store, QUERY_SUBSCRIPTION_PAGE, err_r);
	query_bind_int(&q, "$account_id", account_id);
	query_bind_int(&q, "$topic_id", topic_id);
	query_bind_int(&q, "$after_id", after_id);
	query_bind_int(&q, "$most", most);
	while (query_next(&q))
		if (!subscription_read(&q, 0, &row) || !fn(ctx, &row))
			break;
	return query_close(&q);
}

enum sg_err
store_subscription_count(struct store *store, int64_t topic_id,
    int64_t *confirmed_r, int64_t *pending_r, struct err *err_r)
{
	struct query q;

	*confirmed_r = *pending_r = 0;
	query_open(&q, store, QUERY_SUBSCRIPTION_COUNT, err_r);
	query_bind_int(&q, "$topic_id", topic_id);
	if (query_next(&q)) {
		*confirmed_r = query_int(&q, 0);
		*pending_r = query_int(&q, 1);
	}
	return query_close(&q);
}
