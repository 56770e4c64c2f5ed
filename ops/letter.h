/* Letters that sendward writes itself: put into the store in the transaction that
 * is their reason, sent by sendward-jobd. Writes no MIME, sends nothing. */
#ifndef SENDWARD_OPS_LETTER_H
#define SENDWARD_OPS_LETTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/err.h"
#include "store/store.h"

struct conf;

/* "confirm", "verified", …; "unknown". */
const char *letter_kind_name(enum store_letter_kind kind);

struct letter_fact {
	const char *name; /* NULL ends a list */
	const char *value;
};
/* To the account's contact, or when it has none to mail.operator; STORE_LETTER_
 * REQUEST and _OURS always to mail.operator, _CONFIRM to the identity. Without
 * anybody to write to, or with mail.from empty, nothing is written (SG_OK). One
 * of the same kind about the same identity that still waits is replaced. Within
 * the caller's transaction when one is open. sealed may be NULL. */
enum sg_err letter_put(struct store *store, const struct conf *conf,
    enum store_letter_kind kind, int64_t account_id,
    const struct store_identity *identity /* NULL: about none */,
    const struct letter_fact *facts, const unsigned char *sealed,
    size_t sealed_len, int64_t now_sec, struct err *err_r);

/* To `recipient` ("": nothing is written): the operator's copy of what an account
 * is told, and reports that are forwarded (report_id; 0 none). None is replaced.
 * Else as letter_put. */
enum sg_err letter_put_to(struct store *store, const struct conf *conf,
    enum store_letter_kind kind, int64_t account_id, const char *recipient,
    const struct letter_fact *facts, int64_t report_id, int64_t now_sec,
    struct err *err_r);

/* What waits to be sent, the oldest first, with the account's name. facts are the
 * letter's; the sealed token stays sealed. */
typedef bool letter_list_fn(
    void *ctx, const char *account, const struct store_letter *row);
enum sg_err letter_list(
    struct store *store, letter_list_fn *fn, void *ctx, struct err *err_r);

#endif
