/* Rows of tenant, tenant_resource and metric. What a tenant may do is decided
 * elsewhere. */
#include "config.h"

#include "store/tenants.h"

#include <stdio.h>
#include <string.h>

#include "store/query.h"

/* The schema holds these numbers. */
_Static_assert(STORE_TENANT_ENABLED == 0 && STORE_TENANT_DISABLED == 1 &&
		   STORE_TENANT_REINSTATED == 2,
    "tenant.status");

/* ---- tenants ---- */

static void
make_facts(struct store_tenant *row)
{
	struct rules_tenant *facts = &row->facts;
	const char *why = "";

	facts->paused = row->stopped || row->status == STORE_TENANT_DISABLED;
	if (row->stopped)
		why = row->stop_reason;
	else if (facts->paused)
		why = row->status_cause;
	(void)snprintf(
	    facts->pause_reason, sizeof(facts->pause_reason), "%s", why);
}

static bool
tenant_read(struct query *q, struct store_tenant *row_r)
{
	struct rules_tenant *facts = &row_r->facts;

	*row_r = (struct store_tenant){0};
	facts->id = query_int(q, 0);
	facts->account_id = query_int(q, 1);
	query_copy(q, 2, facts->name, sizeof(facts->name));
	query_copy(q, 3, row_r->uuid, sizeof(row_r->uuid));
	query_copy(q, 4, row_r->policy, sizeof(row_r->policy));
	row_r->status = (enum store_tenant_status)query_int(q, 5);
	row_r->status_by = (enum store_paused_by)query_int(q, 6);
	query_copy(q, 7, row_r->status_cause, sizeof(row_r->status_cause));
	row_r->status_sec = query_int(q, 8);
	row_r->stopped = query_int(q, 9) != 0;
	query_copy(q, 10, row_r->stop_reason, sizeof(row_r->stop_reason));
	row_r->stopped_sec = query_int(q, 11);
	row_r->standing = (enum rules_standing)query_int(q, 12);
	row_r->impact = (enum rules_standing)query_int(q, 13);
	row_r->finding = (int)query_int(q, 14);
	query_copy(q, 15, row_r->finding_text, sizeof(row_r->finding_text));
	row_r->found_sec = query_int(q, 16);
	row_r->judged_sec = query_int(q, 17);
	row_r->fresh_start_sec = query_int(q, 18);
	row_r->created_sec = query_int(q, 19);
	make_facts(row_r);
	return q->failed == SG_OK;
}

/* What create and update write alike. */
static void
tenant_bind(struct query *q, const struct store_tenant *row)
{
	query_bind_text(q, "$policy", row->policy);
	query_bind_int(q, "$status", row->status);
	query_bind_int(q, "$status_by", row->status_by);
	query_bind_text(q, "$status_cause", row->status_cause);
	query_bind_int(q, "$status_sec", row->status_sec);
	query_bind_int(q, "$stopped", row->stopped);
	query_bind_text(q, "$stop_reason", row->stop_reason);
	query_bind_int(q, "$stopped_sec", row->stopped_sec);
	query_bind_int(q, "$standing", row->standing);
	query_bind_int(q, "$impact", row->impact);
	query_bind_int(q, "$finding", row->finding);
	query_bind_text(q, "$finding_text", row->finding_text);
	query_bind_int(q, "$found_sec", row->found_sec);
	query_bind_int(q, "$judged_sec", row->judged_sec);
	query_bind_int(q, "$fresh_start_sec", row->fresh_start_sec);
}

enum sg_err
store_tenant_create(
    struct store *store, struct store_tenant *row, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_TENANT_CREATE, err_r);
	query_bind_int(&q, "$account_id", row->facts.account_id);
	query_bind_text(&q, "$name", row->facts.name);
	query_bind_text(&q, "$uuid", row->uuid);
	query_bind_int(&q, "$created_sec", row->created_sec);
	tenant_bind(&q, row);
	if (query_next(&q))
		row->facts.id = query_int(&q, 0);
	return query_run(&q, NULL);
}

/* Closes q. */
static enum sg_err
tenant_get(struct query *q, struct store_tenant *row_r, const char *name,
    struct err *err_r)
{
	bool found = query_next(q);
	enum sg_err code;

	if (found)
		tenant_read(q, row_r);
	code = query_close(q);
	if (code == SG_OK && !found)
		code = err_set(err_r, SG_MISSING, "no tenant %s", name);
	return code;
}

enum sg_err
store_tenant_get(struct store *store, int64_t account_id, const char *name,
    struct store_tenant *row_r, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_TENANT_GET, err_r);
	query_bind_int(&q, "$account_id", account_id);
	query_bind_text(&q, "$name", name);
	return tenant_get(&q, row_r, name, err_r);
}

enum sg_err
store_tenant_get_by_id(struct store *store, int64_t id,
    struct store_tenant *row_r, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_TENANT_GET_BY_ID, err_r);
	query_bind_int(&q, "$id", id);
	return tenant_get(&q, row_r, "with that id", err_r);
}

enum sg_err
store_tenant_update(
    struct store *store, const struct store_tenant *row, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_TENANT_UPDATE, err_r);
	query_bind_int(&q, "$id", row->facts.id);
	tenant_bind(&q, row);
	return query_run_one(&q, "such tenant");
}

enum sg_err
store_tenant_delete(struct store *store, int64_t id, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_TENANT_DELETE, err_r);
	query_bind_int(&q, "$id", id);
	return query_run_one(&q, "such tenant");
}

enum sg_err
store_tenant_count(struct store *store, int64_t account_id, int64_t *count_r,
    struct err *err_r)
{
	struct query q;

	*count_r = 0;
	query_open(&q, store, QUERY_TENANT_COUNT, err_r);
	query_bind_int(&q, "$account_id", account_id);
	if (query_next(&q))
		*count_r = query_int(&q, 0);
	return query_close(&q);
}

/* Closes q. */
static enum sg_err
tenant_rows(struct query *q, store_tenant_fn *fn, void *ctx)
{
	struct store_tenant row;

	while (query_next(q))
		if (!tenant_read(q, &row) || !fn(ctx, &row))
			break;
	return query_close(q);
}

enum sg_err
store_tenant_list(
    struct store *store, store_tenant_fn *fn, void *ctx, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_TENANT_LIST_ALL, err_r);
	return tenant_rows(&q, fn, ctx);
}

enum sg_err
store_tenant_list_unwell(
    struct store *store, store_tenant_fn *fn, void *ctx, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_TENANT_LIST_UNWELL, err_r);
	return tenant_rows(&q, fn, ctx);
}

enum sg_err
store_tenant_page(struct store *store, int64_t account_id,
    const struct store_tenant_filter *filter, store_tenant_fn *fn, void *ctx,
    struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_TENANT_PAGE, err_r);
	query_bind_int(&q, "$account_id", account_id);
	query_bind_text(&q, "$after", filter->after);
	query_bind_text(&q, "$prefix", filter->prefix);
	query_bind_int(&q, "$status", filter->status);
	query_bind_int(&q, "$impact", filter->impact);
	query_bind_int(&q, "$most", filter->most);
	return tenant_rows(&q, fn, ctx);
}

enum sg_err
store_tenant_findings(struct store *store, int64_t account_id, int64_t after_id,
    int64_t most, store_tenant_fn *fn, void *ctx, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_TENANT_FINDINGS, err_r);
	query_bind_int(&q, "$account_id", account_id);
	query_bind_int(&q, "$after", after_id);
	query_bind_int(&q, "$most", most);
	return tenant_rows(&q, fn, ctx);
}

/* ---- what is a tenant's ---- */

enum sg_err
store_resource_add(
    struct store *store, const struct store_resource *row, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_RESOURCE_ADD, err_r);
	query_bind_int(&q, "$tenant_id", row->tenant_id);
	query_bind_text(&q, "$resource", row->resource);
	query_bind_int(&q, "$created_sec", row->created_sec);
	return query_run(&q, NULL);
}

enum sg_err
store_resource_remove(struct store *store, int64_t tenant_id,
    const char *resource, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_RESOURCE_REMOVE, err_r);
	query_bind_int(&q, "$tenant_id", tenant_id);
	query_bind_text(&q, "$resource", resource);
	return query_run_one(&q, "such resource of the tenant");
}

enum sg_err
store_resource_has(struct store *store, int64_t tenant_id, const char *resource,
    bool *has_r, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_RESOURCE_HAS, err_r);
	query_bind_int(&q, "$tenant_id", tenant_id);
	query_bind_text(&q, "$resource", resource);
	*has_r = query_next(&q);
	return query_close(&q);
}

enum sg_err
store_resource_list(struct store *store, int64_t tenant_id, const char *prefix,
    const char *after, int64_t most, store_resource_fn *fn, void *ctx,
    struct err *err_r)
{
	struct store_resource row;
	struct query q;

	if (tenant_id == 0) {
		query_open(&q, store, QUERY_RESOURCE_LIST_ALL, err_r);
	} else {
		query_open(&q, store, QUERY_RESOURCE_LIST, err_r);
		query_bind_int(&q, "$tenant_id", tenant_id);
		query_bind_text(&q, "$prefix", prefix);
		query_bind_text(&q, "$after", after);
		query_bind_int(&q, "$most", most);
	}
	while (query_next(&q)) {
		row = (struct store_resource){.tenant_id = query_int(&q, 0),
		    .created_sec = query_int(&q, 2)};
		query_copy(&q, 1, row.resource, sizeof(row.resource));
		if (q.failed != SG_OK || !fn(ctx, &row))
			break;
	}
	return query_close(&q);
}

enum sg_err
store_resource_holders(struct store *store, int64_t account_id,
    const char *resource, int64_t after_id, int64_t most, store_holder_fn *fn,
    void *ctx, struct err *err_r)
{
	struct store_tenant row;
	struct query q;

	query_open(&q, store, QUERY_RESOURCE_HOLDERS, err_r);
	query_bind_int(&q, "$account_id", account_id);
	query_bind_text(&q, "$resource", resource);
	query_bind_int(&q, "$after", after_id);
	query_bind_int(&q, "$most", most);
	while (query_next(&q))
		if (!tenant_read(&q, &row) || !fn(ctx, &row, query_int(&q, 20)))
			break;
	return query_close(&q);
}

enum sg_err
store_resource_exists(struct store *store, int64_t account_id,
    const char *resource, bool *exists_r, struct err *err_r)
{
	const char *slash = strchr(resource, '/');
	struct query q;

	query_open(&q, store, QUERY_RESOURCE_EXISTS, err_r);
	query_bind_int(&q, "$account_id", account_id);
	query_bind_text(&q, "$resource", resource);
	query_bind_text(&q, "$name", slash != NULL ? slash + 1 : "");
	*exists_r = query_next(&q);
	return query_close(&q);
}

/* ---- figures by the day ---- */

static void
open_metric_add(struct query *q, struct store *store, enum query_id id,
    const struct store_metric *row, struct err *err_r)
{
	query_open(q, store, id, err_r);
	query_bind_int(q, "$account_id", row->account_id);
	query_bind_int(q, "$day_sec", row->day_sec);
	query_bind_int(q, "$kind", row->kind);
	query_bind_int(q, "$set_id", row->set_id);
	query_bind_int(q, "$identity_id", row->identity_id);
	query_bind_int(q, "$recipients", row->recipients);
}

enum sg_err
store_metric_add(
    struct store *store, const struct store_metric *row, struct err *err_r)
{
	struct query q;

	open_metric_add(&q, store, QUERY_METRIC_ADD, row, err_r);
	return query_run(&q, NULL);
}

enum sg_err
store_metric_send(
    struct store *store, const struct store_metric *row, struct err *err_r)
{
	struct query q;

	open_metric_add(&q, store, QUERY_METRIC_ADD_MANY, row, err_r);
	return query_gather(&q);
}

enum sg_err
store_metric_sums(struct store *store, const struct store_metric *which,
    int64_t first_sec, int64_t last_sec, store_metric_fn *fn, void *ctx,
    struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_METRIC_SUMS, err_r);
	query_bind_int(&q, "$account_id", which->account_id);
	query_bind_int(&q, "$kind", which->kind);
	query_bind_int(&q, "$set_id", which->set_id);
	query_bind_int(&q, "$identity_id", which->identity_id);
	query_bind_int(&q, "$first", first_sec);
	query_bind_int(&q, "$last", last_sec);
	return query_run_due(&q, fn, ctx);
}

/* ---- what is wrong with identities ---- */

enum sg_err
store_finding_list(struct store *store, int64_t account_id,
    enum verification_subject subject, const char *after, int64_t most,
    store_finding_fn *fn, void *ctx, struct err *err_r)
{
	struct store_finding row;
	struct query q;

	query_open(&q, store, QUERY_FINDING_LIST, err_r);
	query_bind_int(&q, "$subject", subject);
	query_bind_int(&q, "$account_id", account_id);
	query_bind_text(&q, "$after", after);
	query_bind_int(&q, "$most", most);
	while (query_next(&q)) {
		row = (struct store_finding){
		    .dkim_status = (enum rules_identity_status)query_int(&q, 1),
		    .mail_from_status =
			(enum rules_identity_status)query_int(&q, 2),
		    .dkim_since_sec = query_int(&q, 4),
		    .dkim_checked_sec = query_int(&q, 5),
		    .mail_from_since_sec = query_int(&q, 6),
		    .mail_from_checked_sec = query_int(&q, 7)};
		query_copy(&q, 0, row.name, sizeof(row.name));
		query_copy(&q, 3, row.mail_from, sizeof(row.mail_from));
		if (q.failed != SG_OK || !fn(ctx, &row))
			break;
	}
	return query_close(&q);
}
