/* Sends by the API that are to happen once: what each credential's tries have come
 * to. Part of store.h: its rules hold here. */
#ifndef SENDWARD_STORE_ONCE_H
#define SENDWARD_STORE_ONCE_H

#include <stdbool.h>
#include <stdint.h>
#include "base/err.h"
#include "rules/types.h"

struct store;

struct store_once {
	const char *access_key_id;
	const char *key; /* up to 64 bytes */
	int64_t account_id;
	const char *body_hash;
	bool is_answered;
	const char *holder; /* who has begun it; "" nobody any more */
	const char *answer; /* before it is answered: the try's name */
	int64_t created_msec;
};
/* *is_new_r false: there is one of that credential and key, created at before_msec
 * or later; nothing was written. */
enum sg_err store_once_begin(struct store *store, const struct store_once *row,
    int64_t before_msec, bool *is_new_r, struct err *err_r);
/* SG_MISSING. Texts of the row are borrowed for the call. */
typedef void store_once_fn(void *ctx, const struct store_once *row);
enum sg_err store_once_get(struct store *store, const char *access_key_id,
    const char *key, store_once_fn *fn, void *ctx, struct err *err_r);
/* Each of one that is begun and held by row->holder (by `old`); SG_MISSING: it is
 * not. take: by row->holder from now on. answer: writes row->answer. */
enum sg_err store_once_take(struct store *store, const struct store_once *row,
    const char *old, struct err *err_r);
enum sg_err store_once_answer(
    struct store *store, const struct store_once *row, struct err *err_r);
enum sg_err store_once_forget(
    struct store *store, const struct store_once *row, struct err *err_r);
/* Those that are older go, at most `most`; *gone_r how many. */
enum sg_err store_once_purge(struct store *store, int64_t before_msec, int most,
    int64_t *gone_r, struct err *err_r);

/* The queue id of the account's message that was handed in under this name (facts'
 * "submission": letters, digits and -) at since_msec or later. SG_MISSING. */
enum sg_err store_message_submitted(struct store *store, int64_t account_id,
    const char *submission, int64_t since_msec,
    char queue_id_r[RULES_QUEUE_ID_MAX + 1], struct err *err_r);

#endif
