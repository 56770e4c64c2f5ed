/* Figures of pools: see pool_figure.h. */
#include "config.h"

#include "ops/pool_figure.h"

#include <string.h>

#include "ops/pool.h"
#include "rules/pool_choice.h"

/* Rows of one day and address become one. */
struct gathering {
	struct pool_figure row;
	bool has_row, goes_on;
	pool_figure_fn *fn;
	void *ctx;
};

static void
hand_on(struct gathering *gathering)
{
	if (gathering->has_row && gathering->goes_on)
		gathering->goes_on =
		    gathering->fn(gathering->ctx, &gathering->row);
	gathering->has_row = false;
}

static bool
gather(void *ctx, const struct store_pool_metric *metric)
{
	struct gathering *gathering = ctx;
	struct pool_figure *row = &gathering->row;

	if (gathering->has_row &&
	    (row->day_sec != metric->day_sec ||
		strcmp(row->address, metric->address) != 0))
		hand_on(gathering);
	if (!gathering->has_row) {
		*row = (struct pool_figure){.day_sec = metric->day_sec};
		memcpy(row->address, metric->address, sizeof(row->address));
		gathering->has_row = true;
	}
	if (metric->kind >= 0 && metric->kind < STORE_METRIC_KINDS)
		row->counts[metric->kind] += metric->recipients;
	return gathering->goes_on;
}

enum sg_err
pool_figure_list(struct store *store, int64_t pool_id, int64_t days,
    int64_t now_sec, pool_figure_fn *fn, void *ctx, struct err *err_r)
{
	struct gathering gathering = {.goes_on = true, .fn = fn, .ctx = ctx};
	int64_t today_sec = now_sec - now_sec % STORE_METRIC_DAY_SEC;
	enum sg_err rc = store_pool_metric_list(store, pool_id,
	    today_sec - (days - 1) * STORE_METRIC_DAY_SEC, gather, &gathering,
	    err_r);

	if (rc == SG_OK)
		hand_on(&gathering);
	return rc;
}

static bool
add_up(void *ctx, const struct pool_figure *row)
{
	struct pool_figure *sum = ctx;

	for (int i = 0; i < STORE_METRIC_KINDS; i++)
		sum->counts[i] += row->counts[i];
	return true;
}

enum sg_err
pool_figure_sum(struct store *store, int64_t pool_id, int64_t days,
    int64_t now_sec, struct pool_figure *sum_r, struct err *err_r)
{
	*sum_r = (struct pool_figure){.day_sec = 0};
	return pool_figure_list(
	    store, pool_id, days, now_sec, add_up, sum_r, err_r);
}

enum sg_err
pool_plan_get(struct store *store, struct store_ip *row, int64_t now_sec,
    struct pool_plan *plan_r, struct err *err_r)
{
	bool is_automatic;
	enum sg_err rc = pool_ip_is_automatic(store, row, &is_automatic, err_r);

	*plan_r = (struct pool_plan){.cap = -1};
	if (rc != SG_OK)
		return rc;
	pool_ip_at(row, is_automatic, now_sec);
	if (row->warmup != STORE_WARMUP_IN_PROGRESS)
		return SG_OK;
	plan_r->cap = pool_warmup_cap(row->percentage);
	return store_warmup_taken(store, row->address,
	    now_sec - now_sec % STORE_WARMUP_DAY_SEC, &plan_r->taken, err_r);
}
