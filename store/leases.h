/* Leases: what processes have taken of quotas and rates, to spend it from memory.
 * Part of store.h: its rules on threads, errors and lists hold here. What is
 * granted is debited already (quota, usage); giving back is what lease_end does.
 * Times that are compared between hosts are those of store_clock. */
#ifndef SENDWARD_STORE_LEASES_H
#define SENDWARD_STORE_LEASES_H

#include <stdbool.h>
#include <stdint.h>
#include "base/err.h"
#include "rules/types.h"
#include "store/store.h"

/* The database's clock where it has one (PostgreSQL), else this machine's. */
enum sg_err store_clock(
    struct store *store, int64_t *now_usec_r, struct err *err_r);

/* ---- holders ----------------------------------------------------------------- */
struct store_holder {
	int64_t id;
	char host[65];
	char program[33];
	int64_t mark; /* random */
	int64_t made_sec, renewed_sec;
};
typedef bool store_holder_fn(void *ctx, const struct store_holder *row);
/* id is filled; renewed_sec is made_sec. */
enum sg_err store_holder_add(
    struct store *store, struct store_holder *row, struct err *err_r);
/* SG_MISSING */
enum sg_err store_holder_renew(
    struct store *store, int64_t id, int64_t now_sec, struct err *err_r);
/* Only one without leases. SG_OK also when nothing was deleted. */
enum sg_err store_holder_delete(
    struct store *store, int64_t id, struct err *err_r);
/* By host, program, id. */
enum sg_err store_holder_list(
    struct store *store, store_holder_fn *fn, void *ctx, struct err *err_r);
/* Those that were renewed after since_sec. */
enum sg_err store_holder_count(struct store *store, int64_t since_sec,
    int64_t *count_r, struct err *err_r);
/* Of holders last renewed at before_sec or earlier: leases whose bucket has left
 * the window, then holders without leases. */
enum sg_err store_holder_purge(struct store *store, int64_t before_sec,
    int64_t now_usec, struct err *err_r);

/* ---- leases ------------------------------------------------------------------ */
struct store_lease {
	int64_t account_id;
	int64_t bucket_sec; /* quota bucket that it is debited in */
	int64_t serial;
	int64_t granted;
	int64_t spent; /* as last reported */
	int64_t until_usec;
	char account[RULES_NAME_MAX + 1]; /* name; filled by lists */
};
typedef bool store_lease_fn(void *ctx, const struct store_lease *row);
/* After store_quota_take, in the same transaction: adds row->granted to the
 * holder's lease of account and bucket; spent and until_usec take the place of
 * what was there. */
enum sg_err store_lease_put(struct store *store, int64_t holder_id,
    const struct store_lease *row, struct err *err_r);
/* Quota and rate of many accounts at once, in a transaction of store_begin_parallel
 * of its own: first store_lease_begin for all accounts that it touches, by their
 * ids. From then on nobody else changes their usage; ends and takes follow. */
struct store_lease_account {
	int64_t account_id;
	bool is_first; /* there may be no row of its quota yet */
	bool is_stale; /* there may be buckets that have left the window */
};
enum sg_err store_lease_begin(struct store *store,
    const struct store_lease_account *accounts, size_t count, int64_t now_sec,
    struct err *err_r);
/* One account's take, as store_quota_take and store_lease_put do it. */
struct store_lease_take {
	struct store_take take;
	int64_t serial, spent; /* of its lease */
	/* what became of it */
	enum store_taken taken;
	bool is_missing; /* no such account */
	struct store_counter counter;
	int64_t others;  /* holders of leases of it; -1 not looked at */
	int64_t unspent; /* with them; only when it was refused */
};
struct store_lease_taking {
	int64_t holder_id;
	int64_t now_usec;   /* store_clock */
	int64_t bucket_sec; /* of all takes */
	int64_t until_usec;
	bool is_shared; /* there are other holders, who are to be counted */
};
/* takes: by account_id, each once. A refusal is no failure. */
enum sg_err store_lease_take(struct store *store,
    const struct store_lease_taking *taking, struct store_lease_take *takes,
    size_t count, struct err *err_r);
/* Of one lease of a holder. */
struct store_lease_spent {
	int64_t account_id, bucket_sec;
	int64_t spent;
};
/* Reports; those that are gone are passed over. In a transaction. Many cost one
 * way to a database that is far. */
enum sg_err store_lease_report(struct store *store, int64_t holder_id,
    const struct store_lease_spent *rows, size_t count, struct err *err_r);
/* Ends the lease of row->account_id and bucket_sec, of which row->spent was spent:
 * the rest of what was granted goes back (*back_r; 0 also when it is gone). In
 * store_begin_parallel, accounts in their order. */
enum sg_err store_lease_end(struct store *store, int64_t holder_id,
    const struct store_lease *row, int64_t *back_r, struct err *err_r);
/* The same of many, each once, without an answer. After store_lease_begin for
 * their accounts. */
enum sg_err store_lease_end_many(struct store *store, int64_t holder_id,
    const struct store_lease_spent *rows, size_t count, struct err *err_r);
/* A holder's, by account and bucket. */
enum sg_err store_lease_list(struct store *store, int64_t holder_id,
    store_lease_fn *fn, void *ctx, struct err *err_r);
/* What of the account lies unspent with other holders, and how many they are. */
enum sg_err store_lease_elsewhere(struct store *store, int64_t holder_id,
    int64_t account_id, int64_t now_usec, int64_t *unspent_r,
    int64_t *holders_r, struct err *err_r);
/* Asks the other holders of these accounts for what they have not spent. In no
 * transaction that took or gave back anything (its locks would be held meanwhile).
 * A lease that is just being changed may be passed over: to be asked again. */
enum sg_err store_lease_recall(struct store *store, int64_t holder_id,
    const int64_t *account_ids, size_t count, int64_t now_usec,
    struct err *err_r);
/* Accounts that somebody asked this holder for; one may come twice. */
typedef bool store_recalled_fn(void *ctx, int64_t account_id);
enum sg_err store_lease_recalled(struct store *store, int64_t holder_id,
    store_recalled_fn *fn, void *ctx, struct err *err_r);

#endif
