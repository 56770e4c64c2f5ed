/* Sending authorization by policies: an identity's owner writes a document, and the
 * accounts that it allows may send as the identity until it is gone. Single grants
 * are in grant.h. Does not decide about mail: ops/admit.h does. */
#ifndef SENDWARD_OPS_POLICY_H
#define SENDWARD_OPS_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/err.h"
#include "ops/policy_document.h"
#include "store/policies.h"

#define POLICY_MOST 20 /* an identity's */
/* By all policies of one account: the gate has them in memory. */
#define POLICY_GRANTS_MOST 10000

/* 1 to 64 of A-Z a-z 0-9 _ -. */
bool policy_is_name(const char *name);

/* Puts the document, as it is, and what it allows in the place of what a policy of
 * that name allowed. create: SG_EXISTS when there is one. SG_INVALID: name or document
 * (ops/policy_document.h), an account that does not exist, a pattern that no address
 * of the identity matches; *is_full_r: a limit above is reached. SG_MISSING: no such
 * identity. */
enum sg_err policy_put(struct store *store, const char *account,
    const char *identity, const char *name, const char *document, bool create,
    int64_t now_sec, bool *is_full_r, struct err *err_r);
/* SG_MISSING: no such identity, or no such policy. */
enum sg_err policy_delete(struct store *store, const char *account,
    const char *identity, const char *name, struct err *err_r);
/* By name. SG_MISSING: no such identity. */
enum sg_err policy_list(struct store *store, const char *account,
    const char *identity, store_policy_fn *fn, void *ctx, struct err *err_r);

#endif
