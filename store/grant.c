/* Rows of identity_grant, and what policies allow beside them (policy.c). */
#include "config.h"

#include "store/query.h"
#include "store/store.h"

static bool
grant_read(struct query *q, struct store_grant *row_r)
{
	*row_r = (struct store_grant){0};
	row_r->identity_id = query_int(q, 0);
	row_r->owner_id = query_int(q, 1);
	query_copy(q, 2, row_r->identity, sizeof(row_r->identity));
	row_r->account_id = query_int(q, 3);
	query_copy(q, 4, row_r->from_pattern, sizeof(row_r->from_pattern));
	row_r->created_sec = query_int(q, 5);
	query_copy(q, 6, row_r->policy, sizeof(row_r->policy));
	return q->failed == SG_OK;
}

enum sg_err
store_grant_add(
    struct store *store, const struct store_grant *row, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_GRANT_ADD, err_r);
	query_bind_int(&q, "$identity_id", row->identity_id);
	query_bind_int(&q, "$account_id", row->account_id);
	query_bind_text(&q, "$from_pattern", row->from_pattern);
	query_bind_int(&q, "$created_sec", row->created_sec);
	return query_run(&q, NULL);
}

enum sg_err
store_grant_remove(struct store *store, int64_t identity_id, int64_t account_id,
    const char *from_pattern, struct err *err_r)
{
	struct query q;

	query_open(&q, store,
	    from_pattern != NULL ? QUERY_GRANT_REMOVE : QUERY_GRANT_REMOVE_ALL,
	    err_r);
	query_bind_int(&q, "$identity_id", identity_id);
	query_bind_int(&q, "$account_id", account_id);
	if (from_pattern != NULL)
		query_bind_text(&q, "$from_pattern", from_pattern);
	return query_run_one(&q, "such grant");
}

enum sg_err
store_grant_list(struct store *store, int64_t identity_id, int64_t account_id,
    store_grant_fn *fn, void *ctx, struct err *err_r)
{
	struct store_grant row;
	struct query q;

	query_open(&q, store,
	    identity_id != 0  ? QUERY_GRANT_LIST_OF
	    : account_id != 0 ? QUERY_GRANT_LIST_TO
			      : QUERY_GRANT_LIST_ALL,
	    err_r);
	if (identity_id != 0)
		query_bind_int(&q, "$identity_id", identity_id);
	if (identity_id != 0 || account_id != 0)
		query_bind_int(&q, "$account_id", account_id);
	while (query_next(&q))
		if (!grant_read(&q, &row) || !fn(ctx, &row))
			break;
	return query_close(&q);
}
