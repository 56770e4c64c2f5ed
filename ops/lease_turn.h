/* What the keeper's transaction knows of its accounts. For lease_turn.c and
 * lease_take.c alone. */
#ifndef SENDWARD_OPS_LEASE_TURN_H
#define SENDWARD_OPS_LEASE_TURN_H

#include "ops/lease_parts.h"
#include "store/leases.h"

#define TURN_MAX 256 /* accounts */
#define PARTS_MAX 8  /* of one account; more wait for the next turn */

/* One account's part of the transaction: copied from it under its lock. */
struct job {
	struct lease_account *account;
	int64_t account_id;
	/* to be ended, with what was spent of each */
	struct lease_part *ended[PARTS_MAX];
	struct store_lease_spent ended_rows[PARTS_MAX];
	int ended_count;
	int64_t back; /* by ending them */
	/* to be taken */
	int64_t daily_quota, pacing_usec;
	double rate;
	struct lease_pace pace;
	struct lease_demand quota, slots;
	int64_t asked, least, asked_over; /* by waiters */
	int64_t used, max_recipients;
	bool is_low;  /* taken ahead */
	bool has_own; /* something unspent lies here, in too small parts */
	/* of the next try */
	int64_t tried, tried_slots, ceiling_usec;
	bool is_open;            /* there is one */
	struct lease_part *part; /* it comes to; made when there is none */
	bool is_new;
	int64_t part_spent;
	/* what became of it */
	int64_t taken, over, slots_taken;
	int64_t first_usec; /* state before the slots, by the store's clock */
	int64_t until_usec;
	enum store_taken answer;
	struct store_counter counter;
	bool is_asked, is_recalled;
	int64_t others;  /* holders; 0 not known */
	int64_t unspent; /* with them */
	bool is_stale;   /* buckets may have left the window */
	bool is_gone;    /* no such account, or no room for another lease */
	bool is_again;   /* to be put back into the queue */
};

struct turn {
	struct leases *l;
	struct job *jobs[TURN_MAX];
	size_t count;
	int64_t asked_usec, got_usec; /* before and after the clock was read */
	int64_t now_usec;             /* of the store */
	int64_t bucket_sec;
	int64_t expired_sec; /* buckets up to it are not counted any more */
};

/* Within the transaction: ends what is to be ended, then takes. A failure leaves it
 * to be rolled back. */
enum sg_err lease_take(struct turn *turn, struct err *err_r);

#endif
