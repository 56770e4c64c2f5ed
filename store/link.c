/* Rows of link and link_sent. Tokens are never here, only their hashes. */
#include "config.h"

#include <string.h>

#include "store/query.h"
#include "store/store.h"

static enum sg_err
note_sent(struct store *store, int64_t account_id, const char *address,
    int64_t now_sec, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_LINK_SENT_ADD, err_r);
	query_bind_text(&q, "$address", address);
	query_bind_int(&q, "$sent_sec", now_sec);
	query_bind_int(&q, "$account_id", account_id);
	return query_run(&q, NULL);
}

enum sg_err
store_link_put(struct store *store, const struct store_link *row,
    int64_t account_id, const char *address, struct err *err_r)
{
	struct query q;
	bool own;
	enum sg_err code = store_scope_begin(store, &own, err_r);

	if (code == SG_OK) {
		query_open(&q, store, QUERY_LINK_PUT, err_r);
		query_bind_blob(&q, "$hash", row->hash, sizeof(row->hash));
		query_bind_int(&q, "$identity_id", row->identity_id);
		query_bind_int(&q, "$created_sec", row->created_sec);
		query_bind_int(&q, "$expires_sec", row->expires_sec);
		code = query_run(&q, NULL);
	}
	if (code == SG_OK)
		code = note_sent(
		    store, account_id, address, row->created_sec, err_r);
	return store_scope_end(store, own, code, err_r);
}

static void
link_read(struct query *q, struct store_link *row_r)
{
	size_t len;
	const void *hash = query_blob(q, 0, &len);

	*row_r = (struct store_link){0};
	if (len == sizeof(row_r->hash))
		memcpy(row_r->hash, hash, len);
	else if (q->failed == SG_OK)
		q->failed = err_set(
		    q->err_r, SG_IO, "a link in the database has no hash");
	row_r->identity_id = query_int(q, 1);
	row_r->created_sec = query_int(q, 2);
	row_r->expires_sec = query_int(q, 3);
}

static enum sg_err
link_close(struct query *q, struct store_link *row_r)
{
	bool found = query_next(q);
	enum sg_err code;

	if (found)
		link_read(q, row_r);
	code = query_close(q);
	if (code == SG_OK && !found)
		code = err_set(q->err_r, SG_MISSING, "no such link");
	return code;
}

enum sg_err
store_link_get(struct store *store,
    const unsigned char hash[STORE_LINK_HASH_BYTES], struct store_link *row_r,
    struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_LINK_GET, err_r);
	query_bind_blob(&q, "$hash", hash, STORE_LINK_HASH_BYTES);
	return link_close(&q, row_r);
}

enum sg_err
store_link_of(struct store *store, int64_t identity_id,
    struct store_link *row_r, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_LINK_OF, err_r);
	query_bind_int(&q, "$identity_id", identity_id);
	return link_close(&q, row_r);
}

enum sg_err
store_link_delete(struct store *store, int64_t identity_id, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_LINK_DELETE, err_r);
	query_bind_int(&q, "$identity_id", identity_id);
	return query_run(&q, NULL);
}

enum sg_err
store_link_sent(struct store *store, const char *address, int64_t since_sec,
    int64_t *count_r, int64_t *last_sec_r, struct err *err_r)
{
	struct query q;

	*count_r = *last_sec_r = 0;
	query_open(&q, store, QUERY_LINK_SENT_GET, err_r);
	query_bind_text(&q, "$address", address);
	query_bind_int(&q, "$since", since_sec);
	if (query_next(&q)) {
		*count_r = query_int(&q, 0);
		*last_sec_r = query_int(&q, 1);
	}
	return query_close(&q);
}

enum sg_err
store_link_sent_by(struct store *store, int64_t account_id, int64_t since_sec,
    int64_t *count_r, struct err *err_r)
{
	struct query q;

	*count_r = 0;
	query_open(&q, store, QUERY_LINK_SENT_BY, err_r);
	query_bind_int(&q, "$account_id", account_id);
	query_bind_int(&q, "$since", since_sec);
	if (query_next(&q))
		*count_r = query_int(&q, 0);
	return query_close(&q);
}

enum sg_err
store_link_sent_purge(
    struct store *store, int64_t before_sec, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_LINK_SENT_PURGE, err_r);
	query_bind_int(&q, "$before", before_sec);
	return query_run(&q, NULL);
}

enum sg_err
store_link_expired(struct store *store, int64_t now_sec, int most,
    store_due_fn *fn, void *ctx, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_LINK_EXPIRED, err_r);
	query_bind_int(&q, "$now", now_sec);
	query_bind_int(&q, "$most", most);
	return query_run_due(&q, fn, ctx);
}
