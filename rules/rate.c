/* Token buckets as one number. Holds no state; reads no clock. */
#include "config.h"

#include "rules/rate.h"

#define USEC_PER_SEC 1000000

/* Slower rates are taken as one token in 31 years: the sums below then stay far
 * from the ends of int64_t. */
#define INTERVAL_MAX_USEC INT64_C(1000000000000000)

static int64_t
add_saturated(int64_t a, int64_t b)
{
	int64_t sum;

	if (!__builtin_add_overflow(a, b, &sum))
		return sum;
	return b < 0 ? INT64_MIN : INT64_MAX;
}

struct rate_limit
rate_limit_of(double per_sec)
{
	struct rate_limit limit = {INTERVAL_MAX_USEC, 0};
	double interval;
	int64_t burst = 1;

	/* Written so that NaN, zero and negative rates land here too. */
	if (!(per_sec > (double)USEC_PER_SEC / INTERVAL_MAX_USEC))
		return limit;
	if (per_sec >= USEC_PER_SEC) {
		limit.interval_usec = 1;
		limit.tolerance_usec = USEC_PER_SEC - 1;
		return limit;
	}
	interval = USEC_PER_SEC / per_sec;
	limit.interval_usec = (int64_t)interval;
	if ((double)limit.interval_usec < interval)
		limit.interval_usec++;
	if (per_sec >= 2)
		burst = (int64_t)per_sec;
	limit.tolerance_usec = (burst - 1) * limit.interval_usec;
	return limit;
}

int64_t
rate_cost_usec(struct rate_limit limit, int64_t n)
{
	int64_t cost;

	if (n <= 0)
		return 0;
	if (__builtin_mul_overflow(limit.interval_usec, n, &cost))
		return INT64_MAX;
	return cost;
}

int64_t
rate_ceiling_usec(
    struct rate_limit limit, int64_t now_usec, int64_t pacing_usec)
{
	if (pacing_usec < 0)
		pacing_usec = 0;
	return add_saturated(
	    add_saturated(now_usec, limit.tolerance_usec), pacing_usec);
}

int64_t
rate_wait_usec(struct rate_limit limit, int64_t state_usec, int64_t now_usec)
{
	int64_t free_at = add_saturated(state_usec, -limit.tolerance_usec);
	int64_t wait;

	if (free_at <= now_usec)
		return 0;
	if (__builtin_sub_overflow(free_at, now_usec, &wait))
		return INT64_MAX;
	return wait;
}

int64_t
rate_horizon_usec(struct rate_limit limit, int64_t now_usec,
    int64_t pacing_usec, int64_t max_n)
{
	return add_saturated(rate_ceiling_usec(limit, now_usec, pacing_usec),
	    rate_cost_usec(limit, max_n));
}
