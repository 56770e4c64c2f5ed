/* Rows of login. */
#include "config.h"

#include "store/query.h"
#include "store/store.h"

static bool
login_read(struct query *q, struct store_login *row_r)
{
	*row_r = (struct store_login){0};
	query_copy(q, 0, row_r->name, sizeof(row_r->name));
	row_r->account_id = query_int(q, 1);
	row_r->created_sec = query_int(q, 2);
	return q->failed == SG_OK;
}

enum sg_err
store_login_add(
    struct store *store, const struct store_login *row, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_LOGIN_ADD, err_r);
	query_bind_text(&q, "$name", row->name);
	query_bind_int(&q, "$account_id", row->account_id);
	query_bind_int(&q, "$created_sec", row->created_sec);
	return query_run(&q, NULL);
}

enum sg_err
store_login_get(struct store *store, const char *name,
    struct store_login *row_r, struct err *err_r)
{
	struct query q;
	enum sg_err code;
	bool found;

	query_open(&q, store, QUERY_LOGIN_GET, err_r);
	query_bind_text(&q, "$name", name);
	found = query_next(&q);
	if (found)
		login_read(&q, row_r);
	code = query_close(&q);
	if (code == SG_OK && !found)
		code = err_set(err_r, SG_MISSING, "no login %s", name);
	return code;
}

enum sg_err
store_login_remove(struct store *store, int64_t account_id, const char *name,
    struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_LOGIN_REMOVE, err_r);
	query_bind_text(&q, "$name", name);
	query_bind_int(&q, "$account_id", account_id);
	return query_run_one(&q, "such login of the account");
}

enum sg_err
store_login_list(struct store *store, int64_t account_id, store_login_fn *fn,
    void *ctx, struct err *err_r)
{
	struct store_login row;
	struct query q;

	if (account_id == 0) {
		query_open(&q, store, QUERY_LOGIN_LIST_ALL, err_r);
	} else {
		query_open(&q, store, QUERY_LOGIN_LIST, err_r);
		query_bind_int(&q, "$account_id", account_id);
	}
	while (query_next(&q))
		if (!login_read(&q, &row) || !fn(ctx, &row))
			break;
	return query_close(&q);
}
