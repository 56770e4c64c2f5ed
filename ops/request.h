/* Requests for production access: asked by an account, decided by the operator,
 * who says why when he declines. */
#ifndef SENDWARD_OPS_REQUEST_H
#define SENDWARD_OPS_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/err.h"
#include "store/store.h"

struct conf;

/* mail_type: TRANSACTIONAL or MARKETING (any case); website: http(s)://…, 1-1000
 * bytes; use_case: 1-5000 bytes. SG_EXISTS: one is open; SG_INVALID: a value, or
 * the account is out of the sandbox already. A letter to mail.operator. */
enum sg_err request_create(struct store *store, const struct conf *conf,
    const char *account, const char *mail_type, const char *website,
    const char *use_case, int64_t now_sec, struct store_request *row_r,
    struct err *err_r);
/* What an account says of itself and its mail, all of which takes the place of what
 * it said before. language: EN, JA or ""; contacts: at most REQUEST_CONTACTS_MAX. */
#define REQUEST_CONTACTS_MAX 4
struct request_details {
	const char *mail_type, *website, *use_case; /* use_case may be "" */
	const char *language;
	const char *const *contacts;
	size_t contact_count;
};
/* Keeps it; and with asks, when the account is in the sandbox, asks for production
 * access by it as request_create does. SG_EXISTS: a request is open, nothing was
 * changed. */
enum sg_err request_tell(struct store *store, const struct conf *conf,
    const char *account, const struct request_details *details, bool asks,
    int64_t now_sec, struct err *err_r);
/* SG_MISSING: it never said anything, by request_create neither. */
enum sg_err request_details_get(struct store *store, int64_t account_id,
    struct store_details *row_r, struct err *err_r);

/* Out of the sandbox with this quota and rate (0: the configured ones), in one
 * transaction, and a letter. SG_MISSING: none is open. */
enum sg_err request_approve(struct store *store, const struct conf *conf,
    const char *account, int64_t daily, double rate, int64_t now_sec,
    struct store_request *row_r, struct err *err_r);
/* reason: 1-1000 bytes, which the account reads. */
enum sg_err request_deny(struct store *store, const struct conf *conf,
    const char *account, const char *reason, int64_t now_sec,
    struct store_request *row_r, struct err *err_r);
enum sg_err request_get(struct store *store, const char *account,
    struct store_request *row_r, struct err *err_r); /* the newest */
/* account NULL: all. */
typedef bool request_list_fn(
    void *ctx, const char *account, const struct store_request *row);
enum sg_err request_list(struct store *store, const char *account,
    request_list_fn *fn, void *ctx, struct err *err_r);

#endif
