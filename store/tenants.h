/* An account's own customers: tenants, what is theirs, figures by the day. Part of
 * store.h: its rules on threads, errors and lists hold here. */
#ifndef SENDWARD_STORE_TENANTS_H
#define SENDWARD_STORE_TENANTS_H

#include <stdbool.h>
#include <stdint.h>
#include "base/err.h"
#include "rules/types.h"
#include "store/store.h"

/* ---- tenants ------------------------------------------------------------------- */
/* Numbers are in stores: never reorder. */
enum store_tenant_status {
	STORE_TENANT_ENABLED,
	STORE_TENANT_DISABLED,
	STORE_TENANT_REINSTATED, /* may send whatever its figures say, until
	                            they are well again */
};
#define STORE_TENANT_UUID_MAX 36
struct store_tenant {
	/* paused and pause_reason are made of status and stopped by the store */
	struct rules_tenant facts;
	char uuid[STORE_TENANT_UUID_MAX + 1];
	char policy[16]; /* none, standard, strict */
	enum store_tenant_status status;
	enum store_paused_by status_by; /* ACCOUNT or REPUTATION */
	char status_cause[161];
	int64_t status_sec;
	bool stopped; /* by the operator, beside status */
	char stop_reason[161];
	int64_t stopped_sec; /* when that changed last; 0 never */
	enum rules_standing standing;
	enum rules_standing impact; /* of the figures, whatever the policy */
	int finding;                /* enum reputation_cause: what of */
	char finding_text[161];
	int64_t found_sec, judged_sec; /* first, changed last */
	int64_t fresh_start_sec;
	int64_t created_sec;
};
typedef bool store_tenant_fn(void *ctx, const struct store_tenant *row);
enum sg_err store_tenant_create(struct store *store,
    struct store_tenant *row /* facts.id is filled */, struct err *err_r);
enum sg_err store_tenant_get(struct store *store, int64_t account_id,
    const char *name, struct store_tenant *row_r, struct err *err_r);
enum sg_err store_tenant_get_by_id(struct store *store, int64_t id,
    struct store_tenant *row_r, struct err *err_r);
/* All but id, account, uuid, name, created_sec. */
enum sg_err store_tenant_update(
    struct store *store, const struct store_tenant *row, struct err *err_r);
/* With what is noted as its own. */
enum sg_err store_tenant_delete(
    struct store *store, int64_t id, struct err *err_r);
enum sg_err store_tenant_count(struct store *store, int64_t account_id,
    int64_t *count_r, struct err *err_r);
/* Of every account, in no order. */
enum sg_err store_tenant_list(
    struct store *store, store_tenant_fn *fn, void *ctx, struct err *err_r);
/* Of every account, those with a standing that is not healthy. */
enum sg_err store_tenant_list_unwell(
    struct store *store, store_tenant_fn *fn, void *ctx, struct err *err_r);
struct store_tenant_filter {
	const char *after;  /* a name: those behind it */
	const char *prefix; /* of "NAME/UUID"; "" any */
	int status;         /* what follows of status and stopped; -1 any */
	int impact;         /* -1 any */
	int64_t most;
};
/* Of one account, by name. */
enum sg_err store_tenant_page(struct store *store, int64_t account_id,
    const struct store_tenant_filter *filter, store_tenant_fn *fn, void *ctx,
    struct err *err_r);
/* Of one account, those with a finding, by id. */
enum sg_err store_tenant_findings(struct store *store, int64_t account_id,
    int64_t after_id, int64_t most, store_tenant_fn *fn, void *ctx,
    struct err *err_r);

/* tally.set_id of a tenant. */
#define STORE_TALLY_TENANT(id) (-(id))

/* ---- what is a tenant's ----------------------------------------------------------- */
#define STORE_RESOURCE_MAX (RULES_ADDRESS_MAX + 64)
struct store_resource {
	int64_t tenant_id;
	char resource[STORE_RESOURCE_MAX + 1]; /* "identity/example.com" */
	int64_t created_sec;
};
typedef bool store_resource_fn(void *ctx, const struct store_resource *row);
enum sg_err store_resource_add(struct store *store,
    const struct store_resource *row, struct err *err_r); /* SG_EXISTS */
enum sg_err store_resource_remove(struct store *store, int64_t tenant_id,
    const char *resource, struct err *err_r);
enum sg_err store_resource_has(struct store *store, int64_t tenant_id,
    const char *resource, bool *has_r, struct err *err_r);
/* tenant_id 0: of all, and the rest is ignored. Those behind `after` that begin with
 * `prefix` ("" all), in their order. */
enum sg_err store_resource_list(struct store *store, int64_t tenant_id,
    const char *prefix, const char *after, int64_t most, store_resource_fn *fn,
    void *ctx, struct err *err_r);
/* Tenants of the account that have the resource, with ids above after_id, in their
 * order; since when they have it. */
typedef bool store_holder_fn(
    void *ctx, const struct store_tenant *tenant, int64_t since_sec);
enum sg_err store_resource_holders(struct store *store, int64_t account_id,
    const char *resource, int64_t after_id, int64_t most, store_holder_fn *fn,
    void *ctx, struct err *err_r);
/* Has the account an identity, a configuration set or a template of that name?
 * resource: "identity/NAME", "configuration-set/NAME", "template/NAME"; else no. */
enum sg_err store_resource_exists(struct store *store, int64_t account_id,
    const char *resource, bool *exists_r, struct err *err_r);

/* ---- figures by the day ------------------------------------------------------------- */
/* Numbers are in stores: never reorder. */
enum store_metric_kind {
	STORE_METRIC_SEND,
	STORE_METRIC_DELIVERY,
	STORE_METRIC_PERMANENT_BOUNCE,
	STORE_METRIC_TRANSIENT_BOUNCE,
	STORE_METRIC_COMPLAINT,
	STORE_METRIC_KINDS
};
#define STORE_METRIC_DAY_SEC 86400
struct store_metric {
	int64_t account_id;
	int64_t day_sec; /* a multiple of STORE_METRIC_DAY_SEC */
	enum store_metric_kind kind;
	int64_t set_id, identity_id; /* 0 none */
	int64_t recipients;
};
/* Adds to what is there. */
enum sg_err store_metric_add(
    struct store *store, const struct store_metric *row, struct err *err_r);
/* The same within a transaction; a failure may come with a later statement. */
enum sg_err store_metric_send(
    struct store *store, const struct store_metric *row, struct err *err_r);
/* Sums of a kind by day, from first_sec to before last_sec. set_id, identity_id: -1
 * any. Of row day_sec and recipients are filled. */
typedef bool store_metric_fn(void *ctx, int64_t day_sec, int64_t recipients);
enum sg_err store_metric_sums(struct store *store,
    const struct store_metric *which, int64_t first_sec, int64_t last_sec,
    store_metric_fn *fn, void *ctx, struct err *err_r);

/* ---- what is wrong with identities -------------------------------------------------- */
struct store_finding {
	char name[RULES_ADDRESS_MAX + 1];
	enum rules_identity_status dkim_status, mail_from_status;
	char mail_from[RULES_DOMAIN_MAX + 1]; /* "" none */
	/* when each was first and last looked for; 0 not yet */
	int64_t dkim_since_sec, dkim_checked_sec;
	int64_t mail_from_since_sec, mail_from_checked_sec;
};
typedef bool store_finding_fn(void *ctx, const struct store_finding *row);
/* Domains of an account whose DKIM records (VERIFICATION_DKIM) or MAIL FROM domain
 * (VERIFICATION_MAIL_FROM) are not proved, with names behind `after`, in their
 * order. */
enum sg_err store_finding_list(struct store *store, int64_t account_id,
    enum verification_subject subject, const char *after, int64_t most,
    store_finding_fn *fn, void *ctx, struct err *err_r);

#endif
