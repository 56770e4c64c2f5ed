/* Exports: files that an account wants to be written. Searches of the suppression
 * list. Part of store.h: its rules on threads, errors and lists hold here. */
#ifndef SENDWARD_STORE_EXPORTS_H
#define SENDWARD_STORE_EXPORTS_H

#include <stdbool.h>
#include <stdint.h>
#include "base/err.h"
#include "store/imports.h"
#include "store/store.h"

/* Numbers are in stores: never reorder. */
enum store_export_kind { STORE_EXPORT_SUPPRESSIONS, STORE_EXPORT_MESSAGES };
enum store_export_state {
	STORE_EXPORT_WAITING,
	STORE_EXPORT_RUNNING,
	STORE_EXPORT_DONE,
	STORE_EXPORT_FAILED
};
#define STORE_EXPORT_FILTER_MAX 4000
struct store_export {
	int64_t id;
	char uuid[STORE_UUID_MAX + 1];
	int64_t account_id;
	enum store_export_kind kind;
	char filter[STORE_EXPORT_FILTER_MAX + 1]; /* JSON */
	enum store_export_state state;
	int64_t created_sec, expires_sec;
	int64_t records, bytes; /* written so far */
	int64_t percent;        /* -1: not known */
	char error[256];
};
typedef bool store_export_fn(void *ctx, const struct store_export *row);
/* WAITING; id is filled. */
enum sg_err store_export_add(
    struct store *store, struct store_export *row, struct err *err_r);
/* state, expires_sec, records, bytes, percent, error. SG_MISSING. */
enum sg_err store_export_update(
    struct store *store, const struct store_export *row, struct err *err_r);
enum sg_err store_export_get(struct store *store, int64_t account_id,
    const char *uuid, struct store_export *row_r, struct err *err_r);
/* As store_import_next: the accounts in turn. SG_MISSING. */
enum sg_err store_export_next(struct store *store, int64_t after_account_id,
    struct store_export *row_r, struct err *err_r);
/* The newest `most` of ids below before_id (0: of all). */
enum sg_err store_export_page(struct store *store, int64_t account_id,
    int64_t before_id, int64_t most, store_export_fn *fn, void *ctx,
    struct err *err_r);
/* open: those that are not at their end. */
enum sg_err store_export_count(struct store *store, int64_t account_id,
    int64_t *all_r, int64_t *open_r, struct err *err_r);
/* SG_MISSING. */
enum sg_err store_export_delete(struct store *store, int64_t account_id,
    const char *uuid, struct err *err_r);
/* Those at their end whose time is over. */
enum sg_err store_export_expire(
    struct store *store, int64_t now_sec, struct err *err_r);

/* Is there an export of that uuid, or an open import of it whose source is
 * `source`? */
enum sg_err store_file_is_wanted(struct store *store, const char *uuid,
    const char *source, bool *is_wanted_r, struct err *err_r);

/* Entries whose addresses begin with prefix ("" any), by address. */
struct store_suppression_search {
	int64_t account_id;
	int reason;         /* of enum rules_suppression_reason; -1 any */
	const char *prefix; /* at most RULES_ADDRESS_MAX bytes */
	const char *after;  /* behind this address; "" from the beginning */
	int64_t most;
};
enum sg_err store_suppression_search(struct store *store,
    const struct store_suppression_search *search, store_suppression_fn *fn,
    void *ctx, struct err *err_r);
/* How many begin with prefix: a walk through all of them. */
enum sg_err store_suppression_count(struct store *store, int64_t account_id,
    const char *prefix, int64_t *count_r, struct err *err_r);

/* When the account's first message was sent; 0: there is none. */
enum sg_err store_message_oldest(struct store *store, int64_t account_id,
    int64_t *sent_msec_r, struct err *err_r);

#endif
