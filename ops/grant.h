/* Sending authorization: an identity's owner lets another account send as it.
 * Both must be out of the sandbox when mail is sent. Does not decide about mail:
 * ops/admit.h does. */
#ifndef SENDWARD_OPS_GRANT_H
#define SENDWARD_OPS_GRANT_H

#include "base/err.h"
#include "store/store.h"

/* owner NULL: the one account whose verified identity it is; SG_INVALID when
 * there are several. pattern: From addresses with * and ?, NULL any; must be able
 * to match an address of the identity (SG_INVALID). SG_EXISTS, SG_MISSING. A
 * sandboxed side is no error: row_r's accounts are looked at by the caller. */
enum sg_err grant_allow(struct store *store, const char *owner,
    const char *identity, const char *delegate, const char *pattern,
    int64_t now_sec, struct store_grant *row_r, struct err *err_r);
/* The pattern as it is kept (the domain in lower case); NULL: "*". SG_INVALID: no
 * address of the identity (its normalised name) can match it, blanks, too long. */
enum sg_err grant_pattern(const char *pattern, const char *identity,
    char pattern_r[RULES_ADDRESS_MAX + 1], struct err *err_r);
/* pattern NULL: all patterns of that delegate. A policy's stay (ops/policy.h). */
enum sg_err grant_disallow(struct store *store, const char *owner,
    const char *identity, const char *delegate, const char *pattern,
    struct err *err_r);
/* account NULL: all; those that it gave and those that it got. */
typedef bool grant_list_fn(void *ctx, const char *owner, const char *delegate,
    const struct store_grant *row);
enum sg_err grant_list(struct store *store, const char *account,
    grant_list_fn *fn, void *ctx, struct err *err_r);

#endif
