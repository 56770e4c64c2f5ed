/* Brakes: limits beside the quota, what was used of them, who has crossed one.
 * Part of store.h: its rules on threads, errors and lists hold here. */
#ifndef SENDWARD_STORE_BRAKES_H
#define SENDWARD_STORE_BRAKES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/err.h"
#include "rules/types.h"
#include "store/store.h"

struct store_brake {
	int64_t id;
	int64_t account_id; /* 0: every account */
	enum rules_brake_scope scope;
	char subject[RULES_ADDRESS_MAX + 1]; /* "": each one by itself */
	enum rules_brake_measure measure;
	int64_t window_sec;
	int64_t most;
	int64_t created_sec;
};
typedef bool store_brake_fn(void *ctx, const struct store_brake *row);
enum sg_err store_brake_add(
    struct store *store, struct store_brake *row, struct err *err_r);
enum sg_err store_brake_remove(
    struct store *store, int64_t id, struct err *err_r);
/* account_id 0: all there are; else those of the account and of every account. */
enum sg_err store_brake_list(struct store *store, int64_t account_id,
    store_brake_fn *fn, void *ctx, struct err *err_r);

/* A window is counted in this many parts. */
#define STORE_BRAKE_PARTS 60
/* What was used in the window that ends now; does not write. */
enum sg_err store_brake_used(struct store *store,
    const struct store_brake *brake, int64_t account_id, const char *subject,
    int64_t now_sec, int64_t *used_r, struct err *err_r);
/* Adds to the part of now, and forgets parts that have left the window. Within the
 * transaction that store_brake_used was asked in. */
enum sg_err store_brake_use(struct store *store,
    const struct store_brake *brake, int64_t account_id, const char *subject,
    int64_t amount, int64_t now_sec, struct err *err_r);

struct store_throttle {
	int64_t id;
	int64_t account_id;
	enum rules_brake_scope scope;
	char subject[RULES_ADDRESS_MAX + 1];
	char why[256];
	int64_t since_sec;
	int64_t released_sec; /* 0: in force */
	char released_by[65];
	char note[256];
};
typedef bool store_throttle_fn(void *ctx, const struct store_throttle *row);
/* *is_new_r false: it is throttled already. */
enum sg_err store_throttle_add(struct store *store, struct store_throttle *row,
    bool *is_new_r, struct err *err_r);
/* In force. SG_MISSING */
enum sg_err store_throttle_get(struct store *store, int64_t account_id,
    enum rules_brake_scope scope, const char *subject,
    struct store_throttle *row_r, struct err *err_r);
/* released_sec, released_by, note of one in force (by id); forgets what its subject
 * has used. SG_MISSING */
enum sg_err store_throttle_release(
    struct store *store, const struct store_throttle *row, struct err *err_r);
/* account_id 0: all; is_all: also those that were released; the newest first. */
enum sg_err store_throttle_list(struct store *store, int64_t account_id,
    bool is_all, store_throttle_fn *fn, void *ctx, struct err *err_r);

/* Whom an account has written to (hashes of lower-case addresses). *is_new_r: it
 * had not. */
enum sg_err store_known_add(struct store *store, int64_t account_id,
    int64_t hash, bool *is_new_r, struct err *err_r);
enum sg_err store_known_has(struct store *store, int64_t account_id,
    int64_t hash, bool *has_r, struct err *err_r);

#endif
