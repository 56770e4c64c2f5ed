/* Token bucket as one number, the theoretical arrival time (GCRA, ITU-T I.371):
 * the state is when the bucket will be full again. Holds no state. */
#ifndef SENDWARD_RULES_RATE_H
#define SENDWARD_RULES_RATE_H

#include "rules/types.h"

struct rate_limit {
	int64_t interval_usec; /* one token's time */
	int64_t
	    tolerance_usec; /* (burst - 1) intervals; burst = one second's tokens,
	                           at least one */
};

/* per_sec > 0 (anything else is taken as nearly never). The interval is rounded
 * up to a whole microsecond: never faster than asked, at most 10^6 a second. */
struct rate_limit rate_limit_of(double per_sec);

/* What n tokens add to the state. */
int64_t rate_cost_usec(struct rate_limit limit, int64_t n);

/* A request is let in when the state is at most now + this: one token is free
 * within pacing_usec. Larger requests put the bucket into debt, so that a
 * message with more recipients than a second's worth can be sent at all. */
int64_t rate_ceiling_usec(
    struct rate_limit limit, int64_t now_usec, int64_t pacing_usec);

/* How long the answer must wait, given the state before the request; 0 none. */
int64_t rate_wait_usec(
    struct rate_limit limit, int64_t state_usec, int64_t now_usec);

/* The latest state that requests of at most max_n tokens can have left behind.
 * A later one was written before the clock went back: the caller takes the
 * bucket for full, lest the account be silent for as long as the clock jumped. */
int64_t rate_horizon_usec(struct rate_limit limit, int64_t now_usec,
    int64_t pacing_usec, int64_t max_n);

#endif
