/* Rows of identity_policy and of policy_grant. Single grants are in grant.c. */
#include "config.h"

#include "store/policies.h"

#include "store/query.h"

enum sg_err
store_policy_put(
    struct store *store, struct store_policy *row, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_POLICY_PUT, err_r);
	query_bind_int(&q, "$identity_id", row->identity_id);
	query_bind_text(&q, "$name", row->name);
	query_bind_text(&q, "$document", row->document);
	query_bind_int(&q, "$created_sec", row->created_sec);
	if (query_next(&q))
		row->id = query_int(&q, 0);
	return query_close(&q);
}

enum sg_err
store_policy_list(struct store *store, int64_t identity_id, store_policy_fn *fn,
    void *ctx, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_POLICY_LIST, err_r);
	query_bind_int(&q, "$identity_id", identity_id);
	while (query_next(&q)) {
		struct store_policy row = {.id = query_int(&q, 0)};

		row.identity_id = query_int(&q, 1);
		query_copy(&q, 2, row.name, sizeof(row.name));
		row.document = query_text(&q, 3);
		row.created_sec = query_int(&q, 4);
		if (q.failed != SG_OK || !fn(ctx, &row))
			break;
	}
	return query_close(&q);
}

enum sg_err
store_policy_delete(struct store *store, int64_t identity_id, const char *name,
    struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_POLICY_DELETE, err_r);
	query_bind_int(&q, "$identity_id", identity_id);
	query_bind_text(&q, "$name", name);
	return query_run_one(&q, "such policy");
}

enum sg_err
store_policy_grant_add(struct store *store, const struct store_policy *policy,
    int64_t account_id, const char *from_pattern, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_POLICY_GRANT_ADD, err_r);
	query_bind_int(&q, "$policy_id", policy->id);
	query_bind_int(&q, "$account_id", account_id);
	query_bind_text(&q, "$from_pattern", from_pattern);
	query_bind_int(&q, "$identity_id", policy->identity_id);
	return query_run(&q, NULL);
}

enum sg_err
store_policy_grant_clear(
    struct store *store, int64_t policy_id, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_POLICY_GRANT_CLEAR, err_r);
	query_bind_int(&q, "$policy_id", policy_id);
	return query_run(&q, NULL);
}

enum sg_err
store_policy_grant_count(struct store *store, int64_t account_id,
    int64_t *count_r, struct err *err_r)
{
	struct query q;

	*count_r = 0;
	query_open(&q, store, QUERY_POLICY_GRANT_COUNT, err_r);
	query_bind_int(&q, "$account_id", account_id);
	if (query_next(&q))
		*count_r = query_int(&q, 0);
	return query_close(&q);
}
