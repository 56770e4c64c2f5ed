/* The arithmetic of leases. Holds no lease; reads no clock. */
#include "config.h"

#include "rules/lease.h"

#define AHEAD_SEC 2
/* Of what is free each holder may take so much ahead. */
#define SHARE 4
#define SLOTS_MOST 100000

#define LATE_MOST_USEC INT64_C(200000)
#define LATE_SINGLE_USEC INT64_C(20000)
#define LATE_SINGLE_MOST_USEC INT64_C(1000000)
/* With less tolerance the burst would be worth nothing any more. */
/* Twice what a slot cost more: when answers take less time from one to the next,
 * the one before cost more than this one. */
#define PATIENCE_LEAST_USEC INT64_C(250000)
#define TOLERANCE_LEAST_USEC INT64_C(400000)
#define COST_MOST_USEC INT64_C(100000000000000000)

static int64_t
least_of(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t
most_of(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

int64_t
lease_quota_size(
    const struct lease_demand *demand, int64_t free, int64_t holders)
{
	int64_t asked = most_of(demand->asked, demand->least);
	int64_t share = free == LEASE_UNLIMITED ? free : free / SHARE / holders;
	int64_t ahead = demand->lately > INT64_MAX / 4
			    ? INT64_MAX / 2
			    : demand->lately * AHEAD_SEC;
	int64_t wanted = most_of(asked, ahead - demand->held);

	if (wanted <= 0)
		return 0;
	wanted = least_of(wanted, most_of(asked, share));
	return most_of(least_of(wanted, free), demand->least);
}

bool
lease_is_low(int64_t size, int64_t held)
{
	return held <= size / 2;
}

struct lease_pace
lease_pace_of(double per_sec, int64_t need_usec)
{
	struct rate_limit limit = rate_limit_of(per_sec);
	struct lease_pace pace = {.interval_usec = limit.interval_usec};

	if (limit.tolerance_usec < TOLERANCE_LEAST_USEC) {
		pace.is_single = true;
		pace.early_usec = limit.tolerance_usec;
		pace.late_usec = least_of(most_of(need_usec, LATE_SINGLE_USEC),
		    LATE_SINGLE_MOST_USEC);
		return pace;
	}
	pace.late_usec = least_of(limit.tolerance_usec / 5, LATE_MOST_USEC);
	pace.early_usec = limit.tolerance_usec - pace.late_usec;
	return pace;
}

int64_t
lease_cost_usec(const struct lease_pace *pace, int64_t n)
{
	int64_t cost;

	if (n <= 0)
		return 0;
	if (__builtin_mul_overflow(pace->interval_usec, n, &cost) ||
	    cost > COST_MOST_USEC - LATE_SINGLE_MOST_USEC)
		return COST_MOST_USEC;
	return cost + (pace->is_single ? pace->late_usec : 0);
}

int64_t
lease_patience_usec(const struct lease_pace *pace, int64_t pacing_usec)
{
	return most_of(pacing_usec, 0) +
	       (pace->is_single
		       ? most_of(2 * pace->late_usec, PATIENCE_LEAST_USEC)
		       : 0);
}

int64_t
lease_ceiling_usec(const struct lease_pace *pace, int64_t now_usec,
    int64_t pacing_usec, int64_t n)
{
	struct lease_pace plain = {.interval_usec = pace->interval_usec};

	return now_usec + pace->early_usec +
	       lease_patience_usec(pace, pacing_usec) -
	       lease_cost_usec(&plain, n - 1);
}

int64_t
lease_slots_free(const struct lease_pace *pace, int64_t state_usec,
    int64_t now_usec, int64_t pacing_usec)
{
	int64_t last = lease_ceiling_usec(pace, now_usec, pacing_usec, 1);

	state_usec = most_of(state_usec, now_usec);
	if (state_usec > last)
		return 0;
	return (last - state_usec) / pace->interval_usec + 1;
}

int64_t
lease_slots_size(
    const struct lease_pace *pace, const struct lease_demand *demand)
{
	int64_t asked = most_of(demand->asked, demand->least);
	int64_t ahead;

	if (pace->is_single)
		return least_of(asked, most_of(demand->least, 1));
	ahead = least_of(demand->lately, SLOTS_MOST * 10) *
		    most_of(pace->late_usec, LATE_MOST_USEC) / 1000000 -
		demand->held;
	asked = most_of(least_of(asked, SLOTS_MOST), demand->least);
	return most_of(most_of(asked, ahead), 0);
}
