/* Pools of sending addresses, and the addresses in them. The operator owns the
 * addresses and gives them to pools of accounts; an account makes pools and moves
 * what is its own. Which of them a message leaves from is pool_route.h's. */
#ifndef SENDWARD_OPS_POOL_H
#define SENDWARD_OPS_POOL_H

#include <stdbool.h>
#include <stdint.h>
#include "base/err.h"
#include "store/pools.h"

#define POOL_MOST 50 /* of an account (SES) */
/* What an address in no pool is told to be in, and the addresses of all. */
#define POOL_DEFAULT "ses-default-dedicated-pool"
#define POOL_SHARED "ses-shared-pool"

/* account_id 0: the operator's, for all. Names: 1 to 64 of a-z 0-9 _ -, not those
 * that begin with "ses-". SG_INVALID, SG_EXISTS; *is_full_r: the account has
 * POOL_MOST (SG_INVALID). */
enum sg_err pool_create(struct store *store, int64_t account_id,
    const char *name, int64_t now_sec, struct store_pool *row_r,
    bool *is_full_r, struct err *err_r);
/* Of the account alone. */
enum sg_err pool_get(struct store *store, int64_t account_id, const char *name,
    struct store_pool *row_r, struct err *err_r);
/* SG_INVALID: a configuration set or an account uses it. Its addresses stay, in no
 * pool. */
enum sg_err pool_delete(struct store *store, int64_t account_id,
    const char *name, struct err *err_r);
/* The pool that a name means for the account: its own, else the operator's. Of
 * POOL_SHARED id and account_id are 0, of POOL_DEFAULT id alone is. SG_MISSING */
enum sg_err pool_find(struct store *store, int64_t account_id, const char *name,
    struct store_pool *row_r, struct err *err_r);
/* May configuration sets of the account name it? Its own, those of the operator
 * for all, POOL_SHARED, and POOL_DEFAULT. SG_MISSING: there is none such. */
enum sg_err pool_check(struct store *store, int64_t account_id,
    const char *name, struct err *err_r);

/* The operator's. The address (IPv4 or IPv6, else SG_INVALID) becomes the pool's
 * account's; one that is there is moved. percentage: of its warm-up, 100 done. */
enum sg_err pool_ip_add(struct store *store, const struct store_pool *pool,
    const char *address, int percentage, int64_t now_sec, struct err *err_r);
/* What else is known of an address: NULL or -1 stays. SG_INVALID, SG_MISSING */
struct pool_ip_change {
	const char *helo; /* a host name; "" the MTA's own */
	const char *host; /* "" every machine has it */
	int weight;       /* 0 to 1000 */
};
enum sg_err pool_ip_set(struct store *store, const char *address,
    const struct pool_ip_change *change, struct err *err_r);
/* From the pool, and from the store. SG_MISSING */
enum sg_err pool_ip_remove(struct store *store, const struct store_pool *pool,
    const char *address, struct err *err_r);
/* Of the account alone (0: the operator's): SG_MISSING for all others. */
enum sg_err pool_ip_get(struct store *store, int64_t account_id,
    const char *address, struct store_ip *row_r, struct err *err_r);
/* For operators: whosever. */
enum sg_err pool_ip_find(struct store *store, const char *address,
    struct store_ip *row_r, struct err *err_r);
/* From its pool, when it is in one, and from the store. */
enum sg_err pool_ip_delete(
    struct store *store, const char *address, struct err *err_r);
/* pool: one of the account's own, or POOL_DEFAULT. */
enum sg_err pool_ip_move(struct store *store, int64_t account_id,
    const char *address, const char *pool, struct err *err_r);
/* 0 to 100. SG_INVALID */
enum sg_err pool_ip_warm_up(struct store *store, int64_t account_id,
    const char *address, int64_t percentage, int64_t now_sec,
    struct err *err_r);
/* Does the warm-up of this address go on by itself? *is_automatic_r: as its account
 * wants it; the operator's own do. */
enum sg_err pool_ip_is_automatic(struct store *store,
    const struct store_ip *row, bool *is_automatic_r, struct err *err_r);
/* The account's warm-ups begin anew from where they are now: before it says that they
 * go on by themselves, or do not any more. */
enum sg_err pool_ip_settle(struct store *store, int64_t account_id,
    bool was_automatic, int64_t now_sec, struct err *err_r);
/* What is told: percentage and warmup become those of now. */
void pool_ip_at(struct store_ip *row, bool is_automatic, int64_t now_sec);

/* "STANDARD", …; "IN_PROGRESS", … */
const char *pool_scaling_name(enum store_scaling scaling);
const char *pool_warmup_name(enum store_warmup warmup);

#endif
