/* Rows of dkim_key. Private keys stay sealed here. */
#include "config.h"

#include "store/query.h"
#include "store/store.h"

/* public_base64 and sealed point into the query's row. */
static bool
key_read(struct query *q, struct store_key *row_r)
{
	*row_r = (struct store_key){0};
	row_r->id = query_int(q, 0);
	row_r->identity_id = query_int(q, 1);
	query_copy(q, 2, row_r->selector, sizeof(row_r->selector));
	query_copy(q, 3, row_r->algorithm, sizeof(row_r->algorithm));
	row_r->bits = (int)query_int(q, 4);
	row_r->active = query_int(q, 5) != 0;
	row_r->created_sec = query_int(q, 6);
	row_r->public_base64 = query_text(q, 7);
	row_r->sealed = query_blob(q, 8, &row_r->sealed_len);
	return q->failed == SG_OK;
}

enum sg_err
store_key_add(struct store *store, struct store_key *row, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_KEY_ADD, err_r);
	query_bind_int(&q, "$identity_id", row->identity_id);
	query_bind_text(&q, "$selector", row->selector);
	query_bind_text(&q, "$algorithm", row->algorithm);
	query_bind_int(&q, "$bits", row->bits);
	query_bind_int(&q, "$active", row->active);
	query_bind_int(&q, "$created_sec", row->created_sec);
	query_bind_text(&q, "$public_base64", row->public_base64);
	query_bind_blob(&q, "$sealed", row->sealed, row->sealed_len);
	if (query_next(&q))
		row->id = query_int(&q, 0);
	return query_run(&q, NULL);
}

static enum sg_err
retire_others(struct store *store, int64_t id, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_KEY_RETIRE_OTHERS, err_r);
	query_bind_int(&q, "$id", id);
	return query_run(&q, NULL);
}

enum sg_err
store_key_set_active(
    struct store *store, int64_t id, bool active, struct err *err_r)
{
	struct query q;
	bool own;
	enum sg_err code = store_scope_begin(store, &own, err_r);

	if (code == SG_OK && active)
		code = retire_others(store, id, err_r);
	if (code == SG_OK) {
		query_open(&q, store, QUERY_KEY_SET_ACTIVE, err_r);
		query_bind_int(&q, "$id", id);
		query_bind_int(&q, "$active", active);
		code = query_run_one(&q, "such key");
	}
	return store_scope_end(store, own, code, err_r);
}

enum sg_err
store_key_delete(struct store *store, int64_t id, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_KEY_DELETE, err_r);
	query_bind_int(&q, "$id", id);
	return query_run_one(&q, "such key");
}

enum sg_err
store_key_get(struct store *store, int64_t id, store_key_fn *fn, void *ctx,
    struct err *err_r)
{
	struct store_key row;
	struct query q;
	enum sg_err code;
	bool found;

	query_open(&q, store, QUERY_KEY_GET, err_r);
	query_bind_int(&q, "$id", id);
	found = query_next(&q);
	if (found && key_read(&q, &row))
		(void)fn(ctx, &row); /* one row: nothing to end */
	code = query_close(&q);
	if (code == SG_OK && !found)
		code = err_set(
		    err_r, SG_MISSING, "no key with id %lld", (long long)id);
	return code;
}

enum sg_err
store_key_list(struct store *store, int64_t identity_id, store_key_fn *fn,
    void *ctx, struct err *err_r)
{
	struct store_key row;
	struct query q;

	query_open(&q, store, QUERY_KEY_LIST, err_r);
	query_bind_int(&q, "$identity_id", identity_id);
	while (query_next(&q))
		if (!key_read(&q, &row) || !fn(ctx, &row))
			break;
	return query_close(&q);
}
