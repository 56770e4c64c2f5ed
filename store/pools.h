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
/* For operators: of everybody, with ids behind `after`. account: the owner's name,
 * "" the operator; users: accounts that are assigned. */
typedef bool store_pool_page_fn(void *ctx, const struct store_pool *row,
    const char *account, int64_t users);
enum sg_err store_pool_page(struct store *store, int64_t after, int64_t most,
    store_pool_page_fn *fn, void *ctx, struct err *err_r);
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
#define STORE_IP_LABEL_MAX 5
struct store_ip {
	char address[STORE_IP_MAX + 1];
	int64_t account_id; /* 0: the operator's */
	int64_t pool_id;    /* 0 none */
	char pool[65];      /* its name; not written */
	enum store_warmup warmup;
	int percentage; /* at warmup_since_sec */
	int64_t created_sec;
	char label[STORE_IP_LABEL_MAX + 1]; /* its name in return paths */
	char helo[RULES_DOMAIN_MAX + 1];    /* "" the MTA's own */
	char host[65];                      /* that has it; "" all */
	int weight;                         /* 0 to 1000; 0: no new mail */
	int64_t warmup_since_sec;
};
typedef bool store_ip_fn(void *ctx, const struct store_ip *row);
enum sg_err store_ip_add(struct store *store, const struct store_ip *row,
    struct err *err_r); /* SG_EXISTS: the address, or the label */
enum sg_err store_ip_has_label(
    struct store *store, const char *label, bool *has_r, struct err *err_r);
enum sg_err store_ip_get(struct store *store, const char *address,
    struct store_ip *row_r, struct err *err_r);
/* All but address, pool, label and created_sec. */
enum sg_err store_ip_update(
    struct store *store, const struct store_ip *row, struct err *err_r);
enum sg_err store_ip_remove(
    struct store *store, const char *address, struct err *err_r);
/* Of the account (-1: of everybody), in that pool (-1: in any), behind `after`, in
 * the order of their text. */
enum sg_err store_ip_list(struct store *store, int64_t account_id,
    int64_t pool_id, const char *after, int64_t most, store_ip_fn *fn,
    void *ctx, struct err *err_r);
/* Of the account, with a warm-up in progress. fn may not write. */
enum sg_err store_ip_list_warming(struct store *store, int64_t account_id,
    store_ip_fn *fn, void *ctx, struct err *err_r);

/* ---- ways of mail ---- */

/* Who has a pool by name: accounts (set_id 0) and configuration sets. */
struct store_assigned {
	int64_t account_id, set_id;
	char pool[65];
};
typedef bool store_assigned_fn(void *ctx, const struct store_assigned *row);
enum sg_err store_pool_assigned(
    struct store *store, store_assigned_fn *fn, void *ctx, struct err *err_r);

/* The database's own time; 0: it has none, that of this machine is as good. */
enum sg_err store_pool_clock(
    struct store *store, int64_t *now_sec_r, struct err *err_r);
#define STORE_WARMUP_DAY_SEC 86400
/* Takes at most `most` of the `cap` recipients that the address may have on that day
 * (a multiple of STORE_WARMUP_DAY_SEC): *granted_r, 0 when there is no more. */
enum sg_err store_warmup_take(struct store *store, const char *address,
    int64_t day_sec, int64_t cap, int64_t most, int64_t *granted_r,
    struct err *err_r);
/* Some of it was not needed. */
enum sg_err store_warmup_return(struct store *store, const char *address,
    int64_t day_sec, int64_t rest, struct err *err_r);
enum sg_err store_warmup_taken(struct store *store, const char *address,
    int64_t day_sec, int64_t *taken_r, struct err *err_r);
enum sg_err store_warmup_purge(
    struct store *store, int64_t before_sec, struct err *err_r);

/* Figures of a pool by day, address and enum store_metric_kind. */
struct store_pool_metric {
	int64_t pool_id; /* 0: it was in none */
	char address[STORE_IP_MAX + 1];
	int64_t day_sec;
	int kind;
	int64_t recipients;
};
/* Adds to what is there. */
enum sg_err store_pool_metric_add(struct store *store,
    const struct store_pool_metric *row, struct err *err_r);
/* From first_sec on, in the order of day, address and kind. */
typedef bool store_pool_metric_fn(
    void *ctx, const struct store_pool_metric *row);
enum sg_err store_pool_metric_list(struct store *store, int64_t pool_id,
    int64_t first_sec, store_pool_metric_fn *fn, void *ctx, struct err *err_r);
/* Figures of days before. */
enum sg_err store_pool_purge(
    struct store *store, int64_t before_sec, struct err *err_r);

#endif
