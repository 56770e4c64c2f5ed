/* What left by a pool's addresses and what became of it, by day; and how far a day's
 * plan of a warm-up is spent. Counts nothing itself: metric.h does. */
#ifndef SENDWARD_OPS_POOL_FIGURE_H
#define SENDWARD_OPS_POOL_FIGURE_H

#include <stdbool.h>
#include <stdint.h>
#include "base/err.h"
#include "store/pools.h"
#include "store/tenants.h"

struct pool_figure {
	int64_t day_sec;
	char address[STORE_IP_MAX + 1]; /* "" of a sum */
	int64_t counts[STORE_METRIC_KINDS];
};
typedef bool pool_figure_fn(void *ctx, const struct pool_figure *row);
/* Of so many days, today (UTC) among them, in the order of day and address. */
enum sg_err pool_figure_list(struct store *store, int64_t pool_id, int64_t days,
    int64_t now_sec, pool_figure_fn *fn, void *ctx, struct err *err_r);
/* All addresses and days together. */
enum sg_err pool_figure_sum(struct store *store, int64_t pool_id, int64_t days,
    int64_t now_sec, struct pool_figure *sum_r, struct err *err_r);

struct pool_plan {
	int64_t cap;   /* recipients that it may have today; -1 any number */
	int64_t taken; /* of them, by the programs together */
};
/* row becomes what it is now, as by pool_ip_at. */
enum sg_err pool_plan_get(struct store *store, struct store_ip *row,
    int64_t now_sec, struct pool_plan *plan_r, struct err *err_r);

#endif
