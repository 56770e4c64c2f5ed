/* tenant: verbs of the command table. An account's own customers; the account makes
 * them, by the API. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "ctl/out.h"
#include "ctl/reputation.h"
#include "ctl/verbs.h"
#include "ops/account.h"
#include "ops/tenant.h"

static const struct out_column fields[] = {
    {"name", "tenant", OUT_PLAIN},
    {"account", "account", OUT_PLAIN},
    {"id", "id", OUT_PLAIN},
    {"paused", "paused", OUT_PLAIN},
    {"pauseReason", "pause reason", OUT_PLAIN},
    {"status", "status", OUT_PLAIN},
    {"statusCause", "its cause", OUT_PLAIN},
    {"stopped", "paused by operator", OUT_PLAIN},
    {"policy", "policy", OUT_PLAIN},
    {"standing", "standing", OUT_PLAIN},
    {"finding", "finding", OUT_PLAIN},
    {"freshStart", "fresh start", OUT_PLAIN},
    {"created", "created", OUT_PLAIN},
    {NULL, NULL, OUT_PLAIN},
};

static json_t *
tenant_json(const char *account, const struct store_tenant *row)
{
	return json_pack("{s:o, s:s, s:s, s:b, s:o, s:s, s:o, s:b, s:s, s:s, "
			 "s:o, s:o, s:o}",
	    "account", out_string(account), "name", row->facts.name, "id",
	    row->uuid, "paused", row->facts.paused, "pauseReason",
	    out_text(row->facts.pause_reason), "status",
	    tenant_status_name(row->status), "statusCause",
	    out_text(row->status_cause), "stopped", row->stopped, "policy",
	    row->policy, "standing", reputation_standing_name(row->standing),
	    "finding", out_text(row->finding_text), "freshStart",
	    out_time(row->fresh_start_sec), "created",
	    out_time(row->created_sec));
}

struct listing {
	const char *account;
	json_t *list;
};

static bool
add_tenant(void *ctx, const struct store_tenant *row)
{
	struct listing *listing = ctx;

	return out_add(&listing->list, tenant_json(listing->account, row));
}

int
tenant_run_list(struct ctl *ctl)
{
	static const struct out_column columns[] = {
	    {"name", "TENANT", OUT_PLAIN},
	    {"paused", "PAUSED", OUT_PLAIN},
	    {"status", "STATUS", OUT_PLAIN},
	    {"policy", "POLICY", OUT_PLAIN},
	    {"standing", "STANDING", OUT_PLAIN},
	    {"created", "CREATED", OUT_PLAIN},
	    {NULL, NULL, OUT_PLAIN},
	};
	const struct store_tenant_filter all = {.after = "",
	    .prefix = "",
	    .status = -1,
	    .impact = -1,
	    .most = INT64_MAX};
	struct listing listing = {.account = ctl_arg(ctl, 0)};
	struct store_account account;
	struct err err;
	int rc = ctl_open(ctl, CTL_READ);

	if (rc != CTL_DONE)
		return rc;
	if (account_get(ctl->store, listing.account, &account, &err) != SG_OK)
		return ctl_fail(ctl, &err);
	listing.list = json_array();
	return out_list(ctl, &listing.list,
	    store_tenant_page(
		ctl->store, account.facts.id, &all, add_tenant, &listing, &err),
	    &err, columns,
	    "no tenants; an account makes them by the API: CreateTenant");
}

static bool
add_resource(void *ctx, const struct store_resource *row)
{
	return out_add(ctx, out_string(row->resource));
}

/* What is its own, as JSON and for people. */
static enum sg_err
add_resources(
    struct ctl *ctl, int64_t tenant_id, json_t **doc, struct err *err_r)
{
	json_t *list = json_array();
	enum sg_err code = store_resource_list(ctl->store, tenant_id, "", "",
	    INT64_MAX, add_resource, &list, err_r);

	out_set(doc, "resources", list);
	return code;
}

static int
print_tenant(struct ctl *ctl, json_t *doc)
{
	const json_t *list = json_object_get(doc, "resources");
	const json_t *row;
	size_t i;
	int rc;

	if (ctl->json)
		return out_print(ctl, doc, fields, "");
	(void)json_incref(doc);
	rc = out_print_some(ctl, doc, fields);
	if (rc == CTL_DONE) {
		(void)puts(json_array_size(list) == 0
			       ? "\nNothing is its own: it cannot send"
			       : "\nIts own:");
		json_array_foreach(list, i, row)(void)
		    printf("  %s\n", json_string_value(row));
	}
	json_decref(doc);
	return rc;
}

int
tenant_run_show(struct ctl *ctl)
{
	const char *name = ctl_arg(ctl, 0);
	struct store_account account;
	struct store_tenant row;
	struct err err;
	json_t *doc;
	int rc = ctl_open(ctl, CTL_READ);

	if (rc != CTL_DONE)
		return rc;
	if (account_get(ctl->store, name, &account, &err) != SG_OK ||
	    tenant_get(ctl->store, account.facts.id, ctl_arg(ctl, 1), &row,
		&err) != SG_OK)
		return ctl_fail(ctl, &err);
	doc = tenant_json(name, &row);
	if (add_resources(ctl, row.facts.id, &doc, &err) != SG_OK) {
		json_decref(doc);
		return ctl_fail(ctl, &err);
	}
	if (doc == NULL)
		return ctl_refuse(ctl, "no memory for the answer");
	return print_tenant(ctl, doc);
}

int
tenant_run_pause(struct ctl *ctl)
{
	const char *name = ctl_arg(ctl, 0), *tenant = ctl_arg(ctl, 1);
	const char *reason = ctl_value(ctl, "reason");
	struct store_account account;
	struct err err;
	int rc = ctl_open(ctl, CTL_WRITE);

	if (rc != CTL_DONE)
		return rc;
	if (reason == NULL)
		reason = "paused by the operator";
	if (account_get(ctl->store, name, &account, &err) != SG_OK ||
	    tenant_pause(ctl->store, account.facts.id, tenant, reason,
		clock_now_sec(), &err) != SG_OK)
		return ctl_fail(ctl, &err);
	return out_done(ctl,
	    json_pack("{s:o, s:s, s:b, s:o}", "account", out_string(name),
		"name", tenant, "stopped", true, "pauseReason",
		out_string(reason)),
	    "tenant %s of account %s is paused: %s", tenant, name, reason);
}

int
tenant_run_resume(struct ctl *ctl)
{
	const char *name = ctl_arg(ctl, 0), *tenant = ctl_arg(ctl, 1);
	bool is_fresh = ctl_value(ctl, "fresh-start") != NULL;
	struct store_account account;
	struct store_tenant row;
	struct err err;
	int rc = ctl_open(ctl, CTL_WRITE);

	if (rc != CTL_DONE)
		return rc;
	if (account_get(ctl->store, name, &account, &err) != SG_OK ||
	    tenant_resume(ctl->store, account.facts.id, tenant, is_fresh,
		clock_now_sec(), &err) != SG_OK ||
	    tenant_get(ctl->store, account.facts.id, tenant, &row, &err) !=
		SG_OK)
		return ctl_fail(ctl, &err);
	return out_done(ctl, tenant_json(name, &row),
	    "tenant %s of account %s %s%s", tenant, name,
	    row.facts.paused ? "is still disabled by the account"
			     : "sends again",
	    is_fresh ? "; its reputation counts from now on" : "");
}
