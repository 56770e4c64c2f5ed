/* What goes out by dedicated addresses: who is assigned to pools, budgets of warm-up,
 * figures. Decides nothing. */
#include "config.h"

#include "store/pools.h"

#include "store/query.h"

enum sg_err
store_pool_assigned(
    struct store *store, store_assigned_fn *fn, void *ctx, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_POOL_ASSIGNED, err_r);
	while (query_next(&q)) {
		struct store_assigned row = {.account_id = query_int(&q, 2)};

		if (query_int(&q, 0) != 0)
			row.set_id = query_int(&q, 1);
		query_copy(&q, 3, row.pool, sizeof(row.pool));
		if (q.failed != SG_OK || !fn(ctx, &row))
			break;
	}
	return query_close(&q);
}

enum sg_err
store_pool_clock(struct store *store, int64_t *now_sec_r, struct err *err_r)
{
	struct query q;

	*now_sec_r = 0;
	query_open(&q, store, QUERY_POOL_CLOCK, err_r);
	if (query_next(&q))
		*now_sec_r = query_int(&q, 0);
	return query_close(&q);
}

/* ---- budgets of warm-up ---- */

static void
open_day(struct query *q, struct store *store, enum query_id id,
    const char *address, int64_t day_sec, struct err *err_r)
{
	query_open(q, store, id, err_r);
	query_bind_text(q, "$address", address);
	query_bind_int(q, "$day_sec", day_sec);
}

enum sg_err
store_warmup_take(struct store *store, const char *address, int64_t day_sec,
    int64_t cap, int64_t most, int64_t *granted_r, struct err *err_r)
{
	struct query q;
	enum sg_err code;

	*granted_r = 0;
	open_day(&q, store, QUERY_WARMUP_BEGIN, address, day_sec, err_r);
	code = query_run(&q, NULL);
	if (code != SG_OK)
		return code;
	open_day(&q, store, QUERY_WARMUP_TAKE, address, day_sec, err_r);
	query_bind_int(&q, "$cap", cap);
	query_bind_int(&q, "$most", most);
	if (query_next(&q))
		*granted_r = query_int(&q, 0);
	code = query_run(&q, NULL);
	if (code != SG_OK)
		*granted_r = 0;
	return code;
}

enum sg_err
store_warmup_return(struct store *store, const char *address, int64_t day_sec,
    int64_t rest, struct err *err_r)
{
	struct query q;

	open_day(&q, store, QUERY_WARMUP_RETURN, address, day_sec, err_r);
	query_bind_int(&q, "$rest", rest);
	return query_run(&q, NULL);
}

enum sg_err
store_warmup_taken(struct store *store, const char *address, int64_t day_sec,
    int64_t *taken_r, struct err *err_r)
{
	struct query q;

	*taken_r = 0;
	open_day(&q, store, QUERY_WARMUP_TAKEN, address, day_sec, err_r);
	if (query_next(&q))
		*taken_r = query_int(&q, 0);
	return query_close(&q);
}

static enum sg_err
purge(struct store *store, enum query_id id, int64_t before_sec,
    struct err *err_r)
{
	struct query q;

	query_open(&q, store, id, err_r);
	query_bind_int(&q, "$before", before_sec);
	return query_run(&q, NULL);
}

enum sg_err
store_warmup_purge(struct store *store, int64_t before_sec, struct err *err_r)
{
	return purge(store, QUERY_WARMUP_PURGE, before_sec, err_r);
}

/* ---- figures ---- */

enum sg_err
store_pool_metric_add(
    struct store *store, const struct store_pool_metric *row, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_POOL_METRIC_ADD, err_r);
	query_bind_int(&q, "$pool_id", row->pool_id);
	query_bind_text(&q, "$address", row->address);
	query_bind_int(&q, "$day_sec", row->day_sec);
	query_bind_int(&q, "$kind", row->kind);
	query_bind_int(&q, "$recipients", row->recipients);
	return query_run(&q, NULL);
}

enum sg_err
store_pool_metric_list(struct store *store, int64_t pool_id, int64_t first_sec,
    store_pool_metric_fn *fn, void *ctx, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_POOL_METRIC_SUMS, err_r);
	query_bind_int(&q, "$pool_id", pool_id);
	query_bind_int(&q, "$first", first_sec);
	while (query_next(&q)) {
		struct store_pool_metric row = {.pool_id = pool_id,
		    .day_sec = query_int(&q, 0),
		    .kind = (int)query_int(&q, 2),
		    .recipients = query_int(&q, 3)};

		query_copy(&q, 1, row.address, sizeof(row.address));
		if (q.failed != SG_OK || !fn(ctx, &row))
			break;
	}
	return query_close(&q);
}

enum sg_err
store_pool_purge(struct store *store, int64_t before_sec, struct err *err_r)
{
	return purge(store, QUERY_POOL_METRIC_PURGE, before_sec, err_r);
}
