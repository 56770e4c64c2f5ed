/* Rows of credential. Secrets stay sealed here. */
#include "config.h"

#include "store/query.h"
#include "store/store.h"

/* sealed_secret points into the query's row. */
static bool
credential_read(struct query *q, struct store_credential *row_r)
{
	*row_r = (struct store_credential){0};
	query_copy(q, 0, row_r->access_key_id, sizeof(row_r->access_key_id));
	row_r->account_id = query_int(q, 1);
	row_r->enabled = query_int(q, 2) != 0;
	row_r->created_sec = query_int(q, 3);
	query_copy(q, 4, row_r->smtp_hash, sizeof(row_r->smtp_hash));
	row_r->sealed_secret = query_blob(q, 5, &row_r->sealed_len);
	row_r->permission = (enum store_permission)query_int(q, 6);
	return q->failed == SG_OK;
}

enum sg_err
store_credential_add(
    struct store *store, const struct store_credential *row, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_CREDENTIAL_ADD, err_r);
	query_bind_text(&q, "$access_key_id", row->access_key_id);
	query_bind_int(&q, "$account_id", row->account_id);
	query_bind_int(&q, "$enabled", row->enabled);
	query_bind_int(&q, "$created_sec", row->created_sec);
	query_bind_text(&q, "$smtp_hash", row->smtp_hash);
	query_bind_blob(
	    &q, "$sealed_secret", row->sealed_secret, row->sealed_len);
	query_bind_int(&q, "$permission", row->permission);
	return query_run(&q, NULL);
}

enum sg_err
store_credential_get(struct store *store, const char *access_key_id,
    store_credential_fn *fn, void *ctx, struct err *err_r)
{
	struct store_credential row;
	struct query q;
	enum sg_err code;
	bool found;

	query_open(&q, store, QUERY_CREDENTIAL_GET, err_r);
	query_bind_text(&q, "$access_key_id", access_key_id);
	found = query_next(&q);
	if (found && credential_read(&q, &row))
		(void)fn(ctx, &row); /* one row: nothing to end */
	code = query_close(&q);
	if (code == SG_OK && !found)
		code = err_set(
		    err_r, SG_MISSING, "no credential %s", access_key_id);
	return code;
}

enum sg_err
store_credential_set_enabled(struct store *store, int64_t account_id,
    const char *access_key_id, bool enabled, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_CREDENTIAL_ENABLE, err_r);
	query_bind_int(&q, "$account_id", account_id);
	query_bind_text(&q, "$access_key_id", access_key_id);
	query_bind_int(&q, "$enabled", enabled);
	return query_run_one(&q, "such credential of the account");
}

enum sg_err
store_credential_set_permission(struct store *store, int64_t account_id,
    const char *access_key_id, enum store_permission permission,
    struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_CREDENTIAL_PERMIT, err_r);
	query_bind_text(&q, "$access_key_id", access_key_id);
	query_bind_int(&q, "$account_id", account_id);
	query_bind_int(&q, "$permission", permission);
	return query_run_one(&q, "such credential of the account");
}

enum sg_err
store_credential_delete(struct store *store, int64_t account_id,
    const char *access_key_id, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_CREDENTIAL_DELETE, err_r);
	query_bind_int(&q, "$account_id", account_id);
	query_bind_text(&q, "$access_key_id", access_key_id);
	return query_run_one(&q, "such credential of the account");
}

enum sg_err
store_credential_list(struct store *store, int64_t account_id,
    store_credential_fn *fn, void *ctx, struct err *err_r)
{
	struct store_credential row;
	struct query q;

	if (account_id == 0) {
		query_open(&q, store, QUERY_CREDENTIAL_LIST_ALL, err_r);
	} else {
		query_open(&q, store, QUERY_CREDENTIAL_LIST, err_r);
		query_bind_int(&q, "$account_id", account_id);
	}
	while (query_next(&q))
		if (!credential_read(&q, &row) || !fn(ctx, &row))
			break;
	return query_close(&q);
}
