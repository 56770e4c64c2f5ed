/* Leases: a part of an account's daily quota and of its sending rate that one
 * process takes from the store at once and spends from memory. Which message it is
 * spent for is not known here (ops/reserve.h).
 *
 * What holds, whatever dies, is cut off, or steps its clock:
 * - A lease is debited in the store before any of it is spent, so the sum over all
 *   processes and hosts never passes the limit.
 * - It is debited in the bucket in which it ends, never an earlier one: what is
 *   spent comes free no sooner than 24 h after it was sent.
 * - It ends a fixed time after it was asked for, by this machine's monotonic clock;
 *   then nothing of it is spent any more, here or anywhere.
 * - What is unspent is given back at the end of the process, when it lies idle, when
 *   it ends, and when another process needs it (its row says so).
 * - How much was spent stands in a mapped file of this process before the spender
 *   hears it: the next process of that name gives the rest back after kill -9. After
 *   a power cut (another boot) the file proves nothing: the lease counts as spent.
 *   So does that of a host that never comes back; it leaves the window as everything
 *   does, or the operator gives it back by hand.
 * - Rate is leased as slots of the account's theoretical arrival times
 *   (rules/rate.h), each usable for a short time; that time is taken from the burst
 *   beforehand, so that slots spent late never make more than the burst together.
 *
 * One thread (the keeper) speaks with the store. Spending touches memory alone. */
#ifndef SENDWARD_OPS_LEASE_H
#define SENDWARD_OPS_LEASE_H

#include <stdbool.h>
#include <stdint.h>
#include "base/err.h"

struct conf;
struct leases;

/* name: of the program, "policyd"; with conf->host it names the holder. Gives back
 * what an earlier process of that name left, when that can be known: by the file
 * leases/NAME beside the folder `journal`. To be called as the user that the program
 * runs as, after its last fork. conf is borrowed for the call. SG_BUSY: another
 * process of that name runs. */
enum sg_err leases_open(const struct conf *conf, const char *name,
    struct leases **leases_r, struct err *err_r);
/* Gives back what is unspent, waiting for the store 2 s at most; what it could not
 * give back the next process of the name does. */
void leases_close(struct leases **leases);

struct lease_order {
	int64_t account_id;
	int64_t recipients;     /* >= 1 */
	int64_t daily_quota;    /* -1 unlimited */
	double rate;            /* recipients a second */
	int64_t pacing_usec;    /* how long an answer may be held back */
	int64_t max_recipients; /* of any message of anybody's, at present */
	bool is_unlimited;      /* monitor: count, whatever the limits say */
};
enum lease_answer {
	LEASE_SPENT,
	LEASE_QUOTA_FULL,
	LEASE_RATE_FULL,
	LEASE_PENDING, /* the store is asked: try again when told, or after 2 s,
	                     should it not answer at all */
	LEASE_UNAVAILABLE /* it cannot be asked at present */
};
/* What was spent, for giving it back. */
struct lease_spent {
	int64_t account_id;
	int64_t recipients;
	int64_t bucket_sec; /* quota bucket that it stands in */
	int64_t wait_usec;  /* hold the answer back for this long */
	int64_t used;       /* in the window, as far as known here */
};
/* All or nothing. Any thread; waits for nothing, touches neither store nor disk. Full
 * quota is told before full rate, and neither before the store was asked: an
 * account's last recipients are not refused while they lie unspent elsewhere,
 * unless they do not come within the pacing. */
enum lease_answer lease_spend(struct leases *leases,
    const struct lease_order *order, struct lease_spent *spent_r);
/* The message was refused: all or a part of what was spent for it, once. The rate is
 * not given back. Any thread. */
void lease_give_back(
    struct leases *leases, const struct lease_spent *spent, int64_t recipients);

/* Readable after answers to LEASE_PENDING came; leases_heard makes it unreadable. */
int leases_fd(const struct leases *leases);
void leases_heard(struct leases *leases);
/* For those without an event loop: until the next answers, at most so long. */
void leases_wait(struct leases *leases, int64_t max_msec);

#endif
