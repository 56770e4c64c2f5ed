/* Import jobs: files of a suppression list that an account wants to be read. Part of
 * store.h: its rules on threads, errors and lists hold here. */
#ifndef SENDWARD_STORE_IMPORTS_H
#define SENDWARD_STORE_IMPORTS_H

#include <stdbool.h>
#include <stdint.h>
#include "base/err.h"
#include "store/topics.h"

/* Numbers are in stores: never reorder. */
enum store_import_format { STORE_IMPORT_CSV, STORE_IMPORT_JSON };
enum store_import_action { STORE_IMPORT_PUT, STORE_IMPORT_DELETE };
enum store_import_state {
	STORE_IMPORT_CREATED,
	STORE_IMPORT_PROCESSING,
	STORE_IMPORT_COMPLETED,
	STORE_IMPORT_FAILED
};
struct store_import {
	int64_t id;
	char uuid[STORE_UUID_MAX + 1];
	int64_t account_id;
	enum store_import_format format;
	enum store_import_action action;
	char source[2049];
	enum store_import_state state;
	int64_t created_sec, completed_sec; /* 0: not yet */
	int64_t processed, failed;          /* records */
	char error[1025]; /* why it failed, or the first that did; "" */
	int64_t percent;  /* of the file that was read; -1 not known */
};
typedef bool store_import_fn(void *ctx, const struct store_import *row);
/* CREATED; id is filled. */
enum sg_err store_import_add(
    struct store *store, struct store_import *row, struct err *err_r);
/* state, completed_sec, processed, failed, error, percent. SG_MISSING. */
enum sg_err store_import_update(
    struct store *store, const struct store_import *row, struct err *err_r);
enum sg_err store_import_get(struct store *store, int64_t account_id,
    const char *uuid, struct store_import *row_r, struct err *err_r);
/* The oldest that is not at its end, of the next account after this one (0: of the
 * first) that has any: one with many, or slow ones, keeps nobody else's waiting.
 * SG_MISSING. */
enum sg_err store_import_next(struct store *store, int64_t after_account_id,
    struct store_import *row_r, struct err *err_r);
/* The first `most` of ids above after_id. */
enum sg_err store_import_page(struct store *store, int64_t account_id,
    int64_t after_id, int64_t most, store_import_fn *fn, void *ctx,
    struct err *err_r);
/* The newest `most` of ids below before_id (0: of all). */
enum sg_err store_import_newest(struct store *store, int64_t account_id,
    int64_t before_id, int64_t most, store_import_fn *fn, void *ctx,
    struct err *err_r);
/* Deletes those that ended and were made before. */
enum sg_err store_import_purge(struct store *store, int64_t account_id,
    int64_t before_sec, struct err *err_r);
enum sg_err store_import_count_open(struct store *store, int64_t account_id,
    int64_t *count_r, struct err *err_r);

#endif
