/* The decisions of the gate, each from facts to a verdict with its reply. The
 * order of checks is the caller's (ops/admit). Pure. */
#ifndef SENDWARD_RULES_VERDICT_H
#define SENDWARD_RULES_VERDICT_H

#include "rules/types.h"

void verdict_accept(struct rules_verdict *v);

/* Replies. Each fills *v completely. Addresses from outside are cut and
 * cleaned: what is not printable ASCII becomes '?'. */
void verdict_no_account(struct rules_verdict *v, const char *login);
void verdict_paused(struct rules_verdict *v, const char *why);
void verdict_rate(struct rules_verdict *v);
void verdict_quota(struct rules_verdict *v);
/* region is shown in upper case; names are joined by ", " and end in "..." when
 * they do not all fit. */
void verdict_not_verified(struct rules_verdict *v, const char *region,
    const char *const *names, size_t count, enum rules_reason reason);
/* Adds " (NOTE)" to a reply when all of it fits. */
void verdict_add_note(struct rules_verdict *v, const char *note);
/* 554 5.7.1; domain: the MAIL FROM domain that DNS does not have as it must */
void verdict_mail_from(struct rules_verdict *v, const char *domain);
/* 553 5.1.3 "ADDRESS: WHY" */
void verdict_bad_recipient(
    struct rules_verdict *v, const char *address, const char *why);
/* 554 5.6.0 "Transaction failed: DETAIL" */
void verdict_bad_header(struct rules_verdict *v, const char *detail);
void verdict_too_many(struct rules_verdict *v, int64_t max);
void verdict_too_large(struct rules_verdict *v);
void verdict_suppressed(struct rules_verdict *v, const char *address,
    const struct rules_suppression *s, bool drop);
void verdict_unavailable(struct rules_verdict *v);
/* 454 4.7.1 "Throttling failure: WHAT" */
void verdict_throttled(struct rules_verdict *v, const char *what);
/* 554 5.7.1; name: the configuration set that a message names */
void verdict_no_set(struct rules_verdict *v, const char *name);
/* 554 5.7.1; without a reason why the name stands in its place */
void verdict_set_paused(
    struct rules_verdict *v, const char *name, const char *why);
/* 554 5.7.1; name: the tenant that a message names */
void verdict_no_tenant(struct rules_verdict *v, const char *name);
/* 554 5.7.1; without a reason why the name stands in its place */
void verdict_tenant_paused(
    struct rules_verdict *v, const char *name, const char *why);
/* 554 5.7.1; kind: "identity", "configuration set"; what: its name */
void verdict_not_the_tenants(struct rules_verdict *v, const char *tenant,
    const char *kind, const char *what);
/* 451 4.3.5, names the stage */
void verdict_wrong_stage(struct rules_verdict *v, const char *stage);

/* Sandbox: may this account send to this recipient? recipient_verified: an
 * identity of the account covers the address; simulator_domain "" = none. */
bool sandbox_allows(const struct rules_account *account, const char *recipient,
    bool recipient_verified, const char *simulator_domain);

#endif
