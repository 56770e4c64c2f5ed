/* Tenants, an account's own customers: made, deleted, paused; what is theirs. Judges
 * no figures (reputation.h) and no message (admit.h). Every call is one transaction.
 *
 * A tenant sends unless its status is DISABLED (the account's word, or reputation's)
 * or the operator has stopped it. */
#ifndef SENDWARD_OPS_TENANT_H
#define SENDWARD_OPS_TENANT_H

#include <stdbool.h>
#include <stdint.h>
#include "base/err.h"
#include "store/tenants.h"

#define TENANT_MOST 10000 /* of an account (SES) */

/* Names: 1 to 64 of A-Z a-z 0-9 _ -. SG_INVALID; SG_EXISTS; SG_BUSY never;
 * *is_full_r: the account has TENANT_MOST (SG_INVALID). */
enum sg_err tenant_create(struct store *store, int64_t account_id,
    const char *name, int64_t now_sec, struct store_tenant *row_r,
    bool *is_full_r, struct err *err_r);
enum sg_err tenant_get(struct store *store, int64_t account_id,
    const char *name, struct store_tenant *row_r, struct err *err_r);
enum sg_err tenant_delete(struct store *store, int64_t account_id,
    const char *name, struct err *err_r);

/* The account's word. ENABLED does not end a pause by reputation, REINSTATED does:
 * SG_EXISTS says so. The operator's word is left alone. */
enum sg_err tenant_set_status(struct store *store, int64_t account_id,
    const char *name, enum store_tenant_status status, int64_t now_sec,
    struct err *err_r);
/* none, standard, strict: of the account's choice. SG_INVALID. */
enum sg_err tenant_set_policy(struct store *store, int64_t account_id,
    const char *name, const char *policy, int64_t now_sec, struct err *err_r);

/* The operator's word, which only he takes back. */
enum sg_err tenant_pause(struct store *store, int64_t account_id,
    const char *name, const char *reason, int64_t now_sec, struct err *err_r);
/* Ends the operator's pause and one by reputation; the account's own stays.
 * is_fresh: figures count anew from now on. */
enum sg_err tenant_resume(struct store *store, int64_t account_id,
    const char *name, bool is_fresh, int64_t now_sec, struct err *err_r);

/* resource: "identity/NAME", "configuration-set/NAME", "template/NAME" of the
 * account. SG_INVALID: of another kind; SG_MISSING: tenant or resource; SG_EXISTS:
 * it is the tenant's. */
enum sg_err tenant_associate(struct store *store, int64_t account_id,
    const char *name, const char *resource, int64_t now_sec, struct err *err_r);
/* SG_MISSING: no such tenant, or it is not the tenant's. */
enum sg_err tenant_dissociate(struct store *store, int64_t account_id,
    const char *name, const char *resource, struct err *err_r);
/* May mail of the tenant be made of it (a template, by whoever builds the message)?
 * SG_MISSING: no such tenant. */
enum sg_err tenant_has(struct store *store, int64_t account_id,
    const char *name, const char *resource, bool *has_r, struct err *err_r);

/* "ENABLED", "DISABLED", "REINSTATED"; -1: none of these. */
const char *tenant_status_name(enum store_tenant_status status);
int tenant_status_from_name(const char *name);
/* What follows of status and the operator's word. */
enum store_tenant_status tenant_effect(const struct store_tenant *row);

#endif
