/* Leases of quota and rate: how large they are, and which slot of a rate may be
 * used when. Holds no state; reads no clock. */
#ifndef SENDWARD_RULES_LEASE_H
#define SENDWARD_RULES_LEASE_H

#include <stdbool.h>
#include <stdint.h>
#include "rules/rate.h"

/* ---- quota ------------------------------------------------------------------ */
struct lease_demand {
	int64_t asked;  /* recipients that wait; 0: taken ahead */
	int64_t least;  /* of one message among them, the most */
	int64_t lately; /* recipients a second that were spent here */
	int64_t held;   /* unspent */
};
#define LEASE_UNLIMITED INT64_MAX
/* How many recipients to take: what is asked, and, as far as free (of the daily
 * quota, LEASE_UNLIMITED) is plenty for all holders (>= 1), what two seconds may
 * need. Never less than demand->least, also when no more than that is free; 0:
 * nothing is needed. */
int64_t lease_quota_size(
    const struct lease_demand *demand, int64_t free, int64_t holders);
/* A lease that had `size` and holds `held`: is it time to take the next? */
bool lease_is_low(int64_t size, int64_t held);

/* ---- rate ------------------------------------------------------------------- */
/* A slot is one token's theoretical arrival time a, taken in the store. The
 * recipient may pass from a - early on, until a + late at most. early + late is the
 * bucket's tolerance, so in any time T pass at most rate * T + burst, whoever took
 * which slots (a message's further recipients are debt, as in rate.h). So both
 * depend on the rate alone. A rate without the tolerance for that is taken message
 * by message: each costs its `late` more. */
struct lease_pace {
	int64_t interval_usec;
	int64_t early_usec;
	int64_t late_usec;
	bool is_single;
};
/* need_usec: what a single slot must be able to be late for: the way to the store
 * and back. */
struct lease_pace lease_pace_of(double per_sec, int64_t need_usec);

/* What a take of n slots adds to the state. At most 10^17, so that sums stay far
 * from the ends of int64_t. */
int64_t lease_cost_usec(const struct lease_pace *pace, int64_t n);
/* How long a slot may be waited for: pacing_usec, and, message by message, twice what
 * one costs more, a quarter of a second at least, so that a message is not refused
 * for what the one before it cost. */
int64_t lease_patience_usec(const struct lease_pace *pace, int64_t pacing_usec);
/* The state up to which n slots may be taken, so that the last is free within this
 * patience. */
int64_t lease_ceiling_usec(const struct lease_pace *pace, int64_t now_usec,
    int64_t pacing_usec, int64_t n);
/* How many slots from state on are free within it; 0: not even one. */
int64_t lease_slots_free(const struct lease_pace *pace, int64_t state_usec,
    int64_t now_usec, int64_t pacing_usec);
/* How many slots to take: what is asked, and what `lately` needs while slots live;
 * only what is asked of a single pace. */
int64_t lease_slots_size(
    const struct lease_pace *pace, const struct lease_demand *demand);

#endif
