/* Pools of sending addresses, and the addresses. Part of store.h: its rules on
 * threads, errors and lists hold here. */
#ifndef SENDWARD_STORE_POOLS_H
#define SENDWARD_STORE_POOLS_H

#include <stdbool.h>
#include <stdint.h>
#include "base/err.h"
#include "store/store.h"

/* Numbers are in stores: never reorder. */
enum store_scaling { STORE_SCALING_STANDARD, STORE_SCALING_MANAGED };
struct store_pool {
	int64_t id;
	int64_t account_id; /* 0: the operator's, for all */
	char name[65];
	enum store_scaling scaling;
	int64_t created_sec;
};
typedef bool store_pool_fn(void *ctx, const struct store_pool *row);
enum sg_err store_pool_create(struct store *store, struct store_pool *row,
    struct err *err_r); /* SG_EXISTS; id is filled */
enum sg_err store_pool_get(struct store *store, int64_t account_id,
    const char *name, struct store_pool *row_r, struct err *err_r);
/* Its addresses stay, in no pool. */
enum sg_err store_pool_delete(
    struct store *store, int64_t id, struct err *err_r);
enum sg_err store_pool_count(struct store *store, int64_t account_id,
    int64_t *count_r, struct err *err_r);
/* Of the account (0: the operator's), with names behind `after`, in their order. */
enum sg_err store_pool_list(struct store *store, int64_t account_id,
    const char *after, int64_t most, store_pool_fn *fn, void *ctx,
    struct err *err_r);
/* Of everybody. */
enum sg_err store_pool_list_all(
    struct store *store, store_pool_fn *fn, void *ctx, struct err *err_r);
/* Who uses the pool: a configuration set ("account/set") or an account. SG_MISSING:
 * nobody. */
enum sg_err store_pool_user(struct store *store, const struct store_pool *pool,
    char user_r[160], struct err *err_r);

/* Numbers are in stores: never reorder. */
enum store_warmup {
	STORE_WARMUP_NOT_APPLICABLE,
	STORE_WARMUP_IN_PROGRESS,
	STORE_WARMUP_DONE
};
#define STORE_IP_MAX 45
struct store_ip {
	char address[STORE_IP_MAX + 1];
	int64_t account_id; /* 0: the operator's */
	int64_t pool_id;    /* 0 none */
	char pool[65];      /* its name; not written */
	enum store_warmup warmup;
	int percentage;
	int64_t created_sec;
};
typedef bool store_ip_fn(void *ctx, const struct store_ip *row);
enum sg_err store_ip_add(struct store *store, const struct store_ip *row,
    struct err *err_r); /* SG_EXISTS */
enum sg_err store_ip_get(struct store *store, const char *address,
    struct store_ip *row_r, struct err *err_r);
/* account_id, pool_id, warmup, percentage. */
enum sg_err store_ip_update(
    struct store *store, const struct store_ip *row, struct err *err_r);
enum sg_err store_ip_remove(
    struct store *store, const char *address, struct err *err_r);
/* Of the account (-1: of everybody), in that pool (-1: in any), behind `after`, in
 * the order of their text. */
enum sg_err store_ip_list(struct store *store, int64_t account_id,
    int64_t pool_id, const char *after, int64_t most, store_ip_fn *fn,
    void *ctx, struct err *err_r);

#endif
