/* Import jobs: an account names a file of addresses that are to enter its suppression
 * list or to leave it; sendward-jobd reads it later. Fetches nothing itself: what
 * http(s) addresses give is handed in. */
#ifndef SENDWARD_OPS_IMPORT_H
#define SENDWARD_OPS_IMPORT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include "base/err.h"
#include "store/imports.h"

struct conf;

#define IMPORT_RECORDS_MAX 100000
#define IMPORT_BYTES_MAX (32 * 1024 * 1024)
#define IMPORT_OPEN_MAX 10
/* Jobs that ended are kept that long. */
#define IMPORT_KEPT_DAYS 90

/* source: http(s)://…, which endpoint.h allows; or s3://BUCKET/KEY, the file
 * BUCKET/KEY of the account's folder below api.import_dir. SG_INVALID: it is none of
 * these; SG_EXISTS: IMPORT_OPEN_MAX jobs of the account are under way. */
enum sg_err import_create(struct store *store, const struct conf *conf,
    const char *account, enum store_import_format format,
    enum store_import_action action, const char *source, int64_t now_sec,
    struct store_import *row_r, struct err *err_r);
/* SG_MISSING. */
enum sg_err import_get(struct store *store, int64_t account_id,
    const char *uuid, struct store_import *row_r, struct err *err_r);

/* The same of an upload: content is the file, of len bytes. SG_INVALID, with a text
 * for people: it is empty, too long, or has more than IMPORT_RECORDS_MAX records. */
enum sg_err import_upload(struct store *store, const struct conf *conf,
    const char *account, enum store_import_format format,
    enum store_import_action action, const char *content, size_t len,
    int64_t now_sec, struct store_import *row_r, struct err *err_r);

bool import_is_file(const char *source); /* s3://…, or an upload */

/* Opens the file of such a source: a regular one, reached over no link, of at most
 * IMPORT_BYTES_MAX. SG_INVALID says what is wrong, for the account: no paths. */
enum sg_err import_open(const struct conf *conf, const char *account,
    const char *source, FILE **file_r, struct err *err_r);

/* The job is under way from now on. */
enum sg_err import_begin(
    struct store *store, struct store_import *row, struct err *err_r);
/* Reads the file from its begin (it is read twice), notes now and then how far it is,
 * and ends the job: COMPLETED with its counts and the first records that were not taken, or FAILED. Errors are the
 * store's (the job is open still, and begins anew); SG_BUSY: stops() was true. */
enum sg_err import_run(struct store *store, struct store_import *row, FILE *in,
    bool (*stops)(void *ctx), void *ctx, int64_t now_sec, struct err *err_r);
/* When it has ended: an upload goes. */
void import_tidy(const struct conf *conf, const struct store_import *row);
/* Ends it: FAILED. */
enum sg_err import_fail(struct store *store, struct store_import *row,
    const char *why, int64_t now_sec, struct err *err_r);

#endif
