/* Rows of pool and dedicated_ip. What goes out by them is in pool_way.c. */
#include "config.h"

#include "store/pools.h"

#include "store/query.h"

/* The schema holds these numbers. */
_Static_assert(STORE_WARMUP_NOT_APPLICABLE == 0 &&
		   STORE_WARMUP_IN_PROGRESS == 1 && STORE_WARMUP_DONE == 2,
    "dedicated_ip.warmup");

/* ---- pools ---- */

static bool
pool_read(struct query *q, struct store_pool *row_r)
{
	*row_r = (struct store_pool){0};
	row_r->id = query_int(q, 0);
	row_r->account_id = query_int(q, 1);
	query_copy(q, 2, row_r->name, sizeof(row_r->name));
	row_r->scaling = (enum store_scaling)query_int(q, 3);
	row_r->created_sec = query_int(q, 4);
	return q->failed == SG_OK;
}

enum sg_err
store_pool_create(
    struct store *store, struct store_pool *row, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_POOL_CREATE, err_r);
	query_bind_int(&q, "$account_id", row->account_id);
	query_bind_text(&q, "$name", row->name);
	query_bind_int(&q, "$scaling", row->scaling);
	query_bind_int(&q, "$created_sec", row->created_sec);
	if (query_next(&q))
		row->id = query_int(&q, 0);
	return query_run(&q, NULL);
}

enum sg_err
store_pool_get(struct store *store, int64_t account_id, const char *name,
    struct store_pool *row_r, struct err *err_r)
{
	struct query q;
	enum sg_err code;
	bool found;

	query_open(&q, store, QUERY_POOL_GET, err_r);
	query_bind_int(&q, "$account_id", account_id);
	query_bind_text(&q, "$name", name);
	found = query_next(&q);
	if (found)
		pool_read(&q, row_r);
	code = query_close(&q);
	if (code == SG_OK && !found)
		code = err_set(err_r, SG_MISSING, "no pool %s", name);
	return code;
}

enum sg_err
store_pool_delete(struct store *store, int64_t id, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_POOL_DELETE, err_r);
	query_bind_int(&q, "$id", id);
	return query_run_one(&q, "such pool");
}

enum sg_err
store_pool_count(struct store *store, int64_t account_id, int64_t *count_r,
    struct err *err_r)
{
	struct query q;

	*count_r = 0;
	query_open(&q, store, QUERY_POOL_COUNT, err_r);
	query_bind_int(&q, "$account_id", account_id);
	if (query_next(&q))
		*count_r = query_int(&q, 0);
	return query_close(&q);
}

/* Closes q. */
static enum sg_err
pool_rows(struct query *q, store_pool_fn *fn, void *ctx)
{
	struct store_pool row;

	while (query_next(q))
		if (!pool_read(q, &row) || !fn(ctx, &row))
			break;
	return query_close(q);
}

enum sg_err
store_pool_list(struct store *store, int64_t account_id, const char *after,
    int64_t most, store_pool_fn *fn, void *ctx, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_POOL_LIST, err_r);
	query_bind_int(&q, "$account_id", account_id);
	query_bind_text(&q, "$after", after);
	query_bind_int(&q, "$most", most);
	return pool_rows(&q, fn, ctx);
}

enum sg_err
store_pool_list_all(
    struct store *store, store_pool_fn *fn, void *ctx, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_POOL_LIST_ALL, err_r);
	return pool_rows(&q, fn, ctx);
}

enum sg_err
store_pool_page(struct store *store, int64_t after, int64_t most,
    store_pool_page_fn *fn, void *ctx, struct err *err_r)
{
	struct store_pool row;
	struct query q;

	query_open(&q, store, QUERY_POOL_PAGE, err_r);
	query_bind_int(&q, "$after", after);
	query_bind_int(&q, "$most", most);
	while (query_next(&q))
		if (!pool_read(&q, &row) ||
		    !fn(ctx, &row, query_text(&q, 5), query_int(&q, 6)))
			break;
	return query_close(&q);
}

enum sg_err
store_pool_user(struct store *store, const struct store_pool *pool,
    char user_r[160], struct err *err_r)
{
	struct query q;
	enum sg_err code;
	bool found;

	query_open(&q, store, QUERY_POOL_USER, err_r);
	query_bind_int(&q, "$account_id", pool->account_id);
	query_bind_text(&q, "$name", pool->name);
	found = query_next(&q);
	if (found)
		query_copy(&q, 0, user_r, 160);
	code = query_close(&q);
	if (code == SG_OK && !found)
		code = err_set(
		    err_r, SG_MISSING, "nobody uses the pool %s", pool->name);
	return code;
}

/* ---- addresses ---- */

static bool
ip_read(struct query *q, struct store_ip *row_r)
{
	*row_r = (struct store_ip){0};
	query_copy(q, 0, row_r->address, sizeof(row_r->address));
	row_r->account_id = query_int(q, 1);
	row_r->pool_id = query_int(q, 2);
	query_copy(q, 3, row_r->pool, sizeof(row_r->pool));
	row_r->warmup = (enum store_warmup)query_int(q, 4);
	row_r->percentage = (int)query_int(q, 5);
	row_r->created_sec = query_int(q, 6);
	query_copy(q, 7, row_r->label, sizeof(row_r->label));
	query_copy(q, 8, row_r->helo, sizeof(row_r->helo));
	query_copy(q, 9, row_r->host, sizeof(row_r->host));
	row_r->weight = (int)query_int(q, 10);
	row_r->warmup_since_sec = query_int(q, 11);
	return q->failed == SG_OK;
}

static void
ip_bind(struct query *q, const struct store_ip *row)
{
	query_bind_text(q, "$address", row->address);
	query_bind_int(q, "$account_id", row->account_id);
	query_bind_int(q, "$pool_id", row->pool_id);
	query_bind_int(q, "$warmup", row->warmup);
	query_bind_int(q, "$percentage", row->percentage);
	query_bind_text(q, "$helo", row->helo);
	query_bind_text(q, "$host", row->host);
	query_bind_int(q, "$weight", row->weight);
	query_bind_int(q, "$warmup_since_sec", row->warmup_since_sec);
}

enum sg_err
store_ip_add(struct store *store, const struct store_ip *row, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_IP_ADD, err_r);
	ip_bind(&q, row);
	query_bind_int(&q, "$created_sec", row->created_sec);
	query_bind_text(&q, "$label", row->label);
	return query_run(&q, NULL);
}

enum sg_err
store_ip_has_label(
    struct store *store, const char *label, bool *has_r, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_IP_HAS_LABEL, err_r);
	query_bind_text(&q, "$label", label);
	*has_r = query_next(&q);
	return query_close(&q);
}

enum sg_err
store_ip_get(struct store *store, const char *address, struct store_ip *row_r,
    struct err *err_r)
{
	struct query q;
	enum sg_err code;
	bool found;

	query_open(&q, store, QUERY_IP_GET, err_r);
	query_bind_text(&q, "$address", address);
	found = query_next(&q);
	if (found)
		ip_read(&q, row_r);
	code = query_close(&q);
	if (code == SG_OK && !found)
		code = err_set(err_r, SG_MISSING, "no address %s", address);
	return code;
}

enum sg_err
store_ip_update(
    struct store *store, const struct store_ip *row, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_IP_UPDATE, err_r);
	ip_bind(&q, row);
	return query_run_one(&q, "such address");
}

enum sg_err
store_ip_remove(struct store *store, const char *address, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_IP_REMOVE, err_r);
	query_bind_text(&q, "$address", address);
	return query_run_one(&q, "such address");
}

enum sg_err
store_ip_list(struct store *store, int64_t account_id, int64_t pool_id,
    const char *after, int64_t most, store_ip_fn *fn, void *ctx,
    struct err *err_r)
{
	struct store_ip row;
	struct query q;

	query_open(&q, store, QUERY_IP_LIST, err_r);
	query_bind_int(&q, "$account_id", account_id);
	query_bind_int(&q, "$pool_id", pool_id);
	query_bind_text(&q, "$after", after);
	query_bind_int(&q, "$most", most);
	while (query_next(&q))
		if (!ip_read(&q, &row) || !fn(ctx, &row))
			break;
	return query_close(&q);
}

enum sg_err
store_ip_list_warming(struct store *store, int64_t account_id, store_ip_fn *fn,
    void *ctx, struct err *err_r)
{
	struct store_ip row;
	struct query q;

	query_open(&q, store, QUERY_IP_LIST_WARMING, err_r);
	query_bind_int(&q, "$account_id", account_id);
	while (query_next(&q))
		if (!ip_read(&q, &row) || !fn(ctx, &row))
			break;
	return query_close(&q);
}
