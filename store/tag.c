/* Rows of tag. */
#include "config.h"

#include "store/policies.h"

#include "store/query.h"

enum sg_err
store_tag_put(struct store *store, int64_t account_id, const char *resource,
    const char *key, const char *value, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_TAG_PUT, err_r);
	query_bind_int(&q, "$account_id", account_id);
	query_bind_text(&q, "$resource", resource);
	query_bind_text(&q, "$key", key);
	query_bind_text(&q, "$value", value);
	return query_run(&q, NULL);
}

enum sg_err
store_tag_list(struct store *store, int64_t account_id, const char *resource,
    store_tag_fn *fn, void *ctx, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_TAG_LIST, err_r);
	query_bind_int(&q, "$account_id", account_id);
	query_bind_text(&q, "$resource", resource);
	while (query_next(&q))
		if (!fn(ctx, query_text(&q, 0), query_text(&q, 1)))
			break;
	return query_close(&q);
}

enum sg_err
store_tag_count(struct store *store, int64_t account_id, const char *resource,
    int64_t *count_r, struct err *err_r)
{
	struct query q;

	*count_r = 0;
	query_open(&q, store, QUERY_TAG_COUNT, err_r);
	query_bind_int(&q, "$account_id", account_id);
	query_bind_text(&q, "$resource", resource);
	if (query_next(&q))
		*count_r = query_int(&q, 0);
	return query_close(&q);
}

enum sg_err
store_tag_delete(struct store *store, int64_t account_id, const char *resource,
    const char *key, struct err *err_r)
{
	struct query q;

	query_open(&q, store,
	    key != NULL ? QUERY_TAG_DELETE : QUERY_TAG_DELETE_ALL, err_r);
	query_bind_int(&q, "$account_id", account_id);
	query_bind_text(&q, "$resource", resource);
	if (key != NULL)
		query_bind_text(&q, "$key", key);
	return query_run(&q, NULL);
}

enum sg_err
store_tag_resource_has(struct store *store, int64_t account_id,
    enum store_tag_resource kind, const char *name, const char *uuid,
    bool *has_r, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_TAG_RESOURCE_HAS, err_r);
	query_bind_int(&q, "$account_id", account_id);
	query_bind_int(&q, "$kind", kind);
	query_bind_text(&q, "$name", name);
	query_bind_text(&q, "$uuid", uuid);
	*has_r = query_next(&q);
	return query_close(&q);
}
