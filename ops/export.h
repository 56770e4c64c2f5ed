/* Exports: an account has its suppression list, or what it sent, written into a file
 * (CSV, RFC 4180), which sendward-jobd does, and fetches it later. What is written is
 * never more than what the lists tell. */
#ifndef SENDWARD_OPS_EXPORT_H
#define SENDWARD_OPS_EXPORT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include "base/err.h"
#include "store/exports.h"

struct conf;

#define EXPORT_OPEN_MAX 5
#define EXPORT_KEPT_MAX 20
#define EXPORT_KEPT_DAYS 7
#define EXPORT_BYTES_MAX (INT64_C(2) << 30)

/* filter: members of the list's query, as the API checked them; NULL all. Address (a
 * prefix) and Reason of suppressions; Recipient, MessageId, Status, Tag, Since and
 * Until of messages. SG_INVALID: one of the other kind; SG_EXISTS: too many are under
 * way, or kept: the text says which. */
enum sg_err export_create(struct store *store, int64_t account_id,
    enum store_export_kind kind, const json_t *filter, int64_t now_sec,
    struct store_export *row_r, struct err *err_r);
/* With its file. SG_MISSING. */
enum sg_err export_delete(struct store *store, const struct conf *conf,
    int64_t account_id, const char *uuid, struct err *err_r);
/* The file of one that is done, for reading. SG_MISSING, also when it is not done, or
 * its time is over. */
enum sg_err export_open(struct store *store, const struct conf *conf,
    int64_t account_id, const char *uuid, int64_t now_sec,
    struct store_export *row_r, int *fd_r, int64_t *bytes_r, struct err *err_r);

/* Writes the file from its begin and ends the export: DONE, or FAILED with a text for
 * people. Between pages of rows it notes how far it is. Errors are the store's (the
 * export is open still, and begins anew); SG_BUSY: stops() was true; SG_MISSING: it
 * was deleted meanwhile. */
enum sg_err export_run(struct store *store, const struct conf *conf,
    struct store_export *row, bool (*stops)(void *ctx), void *ctx,
    int64_t now_sec, struct err *err_r);
/* Those whose time is over go, with files that nobody wants any more. */
enum sg_err export_purge(struct store *store, const struct conf *conf,
    int64_t now_sec, struct err *err_r);

#endif
