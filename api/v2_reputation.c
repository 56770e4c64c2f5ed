/* SES v2: reputation of tenants, which are the entities that have one. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "api/call.h"
#include "api/operation.h"
#include "api/shapes.h"
#include "conf/conf.h"
#include "ops/tenant.h"

#define PAGE_MOST 100
#define POLICY_PREFIX "arn:aws:ses:"
#define POLICY_INFIX ":aws:reputation-policy/"

/* SG_EXISTS of a status: what stands against it. */
static const struct api_codes update_codes = {
    "BadRequestException", "BadRequestException", "ConflictException"};

/* ---- an entity ------------------------------------------------------------------ */

static void
put_record(json_t *entity, const char *member, enum store_tenant_status status,
    const char *cause, int64_t updated_sec)
{
	json_t *out = api_put_object(entity, member);

	api_put_text(out, "Status", tenant_status_name(status));
	if (cause[0] != '\0')
		api_put_text(out, "Cause", cause);
	api_put_time(out, "LastUpdatedTimestamp", updated_sec);
}

static void
put_entity(
    const struct api_call *call, json_t *out, const struct store_tenant *row)
{
	char text[128], arn[API_ARN_MAX];

	(void)snprintf(
	    text, sizeof(text), "%s/%s", row->facts.name, row->uuid); /* fits */
	api_arn(call, "tenant", text, arn);
	api_put_text(out, "ReputationEntityReference", arn);
	api_put_text(out, "ReputationEntityType", "RESOURCE");
	(void)snprintf(arn, sizeof(arn), POLICY_PREFIX "%s" POLICY_INFIX "%s",
	    call->conf->region, row->policy);
	api_put_text(out, "ReputationManagementPolicy", arn);
	put_record(out, "CustomerManagedStatus", row->status, row->status_cause,
	    row->status_sec);
	put_record(out, "AwsSesManagedStatus",
	    row->stopped ? STORE_TENANT_DISABLED : STORE_TENANT_ENABLED,
	    row->stop_reason,
	    row->stopped_sec != 0 ? row->stopped_sec : row->created_sec);
	api_put_text(out, "SendingStatusAggregate",
	    tenant_status_name(tenant_effect(row)));
	if (row->impact != RULES_HEALTHY)
		api_put_text(out, "ReputationImpact",
		    row->impact == RULES_SHUT_DOWN ? "HIGH" : "LOW");
}

/* The name of the caller's tenant that the reference is: its ARN, with its id or
 * without. False: the call has failed with that code. */
static bool
read_reference(struct api_call *call, const char *code, char name_r[65])
{
	const char *arn = api_text(call->in, "ReputationEntityReference");
	struct store_tenant row;
	struct err err = {0};
	char kind[64];
	const char *name = api_arn_name(call, arn, kind);
	size_t len = name == NULL ? 0 : strcspn(name, "/");

	if (name != NULL && strcmp(kind, "tenant") == 0 && len > 0 &&
	    len < 65) {
		enum sg_err rc;

		(void)snprintf(name_r, 65, "%.*s", (int)len, name);
		rc = tenant_get(
		    call->store, call->owner.facts.id, name_r, &row, &err);
		if (rc != SG_OK && rc != SG_MISSING)
			return api_check(call, rc, &err, &api_v2_codes);
		if (rc == SG_OK && (name[len] == '\0' ||
				       strcmp(name + len + 1, row.uuid) == 0))
			return true;
	}
	api_fail(call, code, "Reputation entity %.400s does not exist.", arn);
	return false;
}

static void
get_reputation_entity(struct api_call *call)
{
	struct store_tenant row;
	struct err err = {0};
	char name[65];

	if (!read_reference(call, "NotFoundException", name) ||
	    !api_check(call,
		tenant_get(call->store, call->owner.facts.id, name, &row, &err),
		&err, &api_v2_codes))
		return;
	put_entity(call, api_put_object(call->out, "ReputationEntity"), &row);
}

/* ---- lists ------------------------------------------------------------------------ */

struct wanted {
	int status, impact;            /* -1 any */
	char prefix[API_ARN_MAX + 64]; /* of "NAME/ID" */
	bool is_nobody;                /* the prefix is of no tenant's ARN */
};

static bool
want_type(struct wanted *wanted, const struct api_call *call, const char *value)
{
	(void)wanted;
	(void)call;
	return strcmp(value, "RESOURCE") == 0;
}

static bool
want_impact(
    struct wanted *wanted, const struct api_call *call, const char *value)
{
	(void)call;
	if (strcmp(value, "HIGH") == 0)
		wanted->impact = RULES_SHUT_DOWN;
	else if (strcmp(value, "LOW") == 0)
		wanted->impact = RULES_UNDER_REVIEW;
	return wanted->impact >= 0;
}

static bool
want_status(
    struct wanted *wanted, const struct api_call *call, const char *value)
{
	(void)call;
	wanted->status = tenant_status_from_name(value);
	return wanted->status >= 0;
}

/* What is before the name is the same for all tenants of the caller. */
static bool
want_prefix(
    struct wanted *wanted, const struct api_call *call, const char *value)
{
	char head[API_ARN_MAX];
	size_t len, value_len = strlen(value);

	api_arn(call, "tenant", "", head);
	len = strlen(head);
	wanted->is_nobody =
	    strncmp(head, value, len < value_len ? len : value_len) != 0;
	if (value_len > len)
		(void)snprintf(
		    wanted->prefix, sizeof(wanted->prefix), "%s", value + len);
	return true;
}

static const struct {
	const char *key;
	bool (*want)(struct wanted *, const struct api_call *, const char *);
	const char *values;
} filters[] = {
    {"ENTITY_TYPE", want_type, "RESOURCE"},
    {"REPUTATION_IMPACT", want_impact, "LOW or HIGH"},
    {"SENDING_STATUS", want_status, "ENABLED, DISABLED or REINSTATED"},
    {"ENTITY_REFERENCE_PREFIX", want_prefix, "the beginning of an ARN"},
};
#define FILTERS (sizeof(filters) / sizeof(*filters))

/* False: the call has failed. */
static bool
read_filter(struct api_call *call, struct wanted *wanted_r)
{
	const json_t *filter = api_object(call->in, "Filter");
	size_t known = 0;

	*wanted_r = (struct wanted){.status = -1, .impact = -1};
	for (size_t i = 0; i < FILTERS; i++) {
		if (!api_has(filter, filters[i].key))
			continue;
		known++;
		if (filters[i].want(
			wanted_r, call, api_text(filter, filters[i].key)))
			continue;
		api_fail(call, "BadRequestException", "Filter: %s is %s",
		    filters[i].key, filters[i].values);
		return false;
	}
	if (known == json_object_size(filter))
		return true;
	api_fail(call, "BadRequestException",
	    "Filter: the keys are ENTITY_TYPE, REPUTATION_IMPACT, "
	    "SENDING_STATUS and ENTITY_REFERENCE_PREFIX");
	return false;
}

struct entity_list {
	struct api_call *call;
	struct api_page page;
	json_t *list;
};

static bool
list_entity(void *ctx, const struct store_tenant *row)
{
	struct entity_list *list = ctx;

	if (list->page.count == list->page.most) {
		api_page_more(list->call, list->page.after);
		return false;
	}
	list->page.count++;
	(void)snprintf(
	    list->page.after, sizeof(list->page.after), "%s", row->facts.name);
	put_entity(list->call, api_add_object(list->list), row);
	return true;
}

static void
list_reputation_entities(struct api_call *call)
{
	struct entity_list list = {.call = call};
	struct store_tenant_filter filter;
	char after[API_PAGE_KEY_MAX + 1];
	struct wanted wanted;
	struct err err = {0};

	if (!read_filter(call, &wanted) ||
	    !api_page_open(call, "PageSize", PAGE_MOST, &list.page))
		return;
	list.list = api_put_list(call->out, "ReputationEntities");
	if (wanted.is_nobody)
		return;
	(void)snprintf(after, sizeof(after), "%s", list.page.after);
	filter = (struct store_tenant_filter){.after = after,
	    .prefix = wanted.prefix,
	    .status = wanted.status,
	    .impact = wanted.impact,
	    .most = list.page.most + 1};
	(void)api_check(call,
	    store_tenant_page(call->store, call->owner.facts.id, &filter,
		list_entity, &list, &err),
	    &err, &api_v2_codes);
}

/* ---- changes ------------------------------------------------------------------------ */

static void
update_reputation_entity_policy(struct api_call *call)
{
	const char *policy = api_text(call->in, "ReputationEntityPolicy");
	const char *name = strstr(policy, POLICY_INFIX);
	struct err err = {0};
	char tenant[65];

	if (strncmp(policy, POLICY_PREFIX, strlen(POLICY_PREFIX)) != 0 ||
	    name == NULL) {
		api_fail(call, "BadRequestException",
		    "ReputationEntityPolicy: %.400s is not "
		    "arn:aws:ses:REGION:aws:reputation-policy/none, "
		    "…/standard or …/strict",
		    policy);
		return;
	}
	if (read_reference(call, "BadRequestException", tenant))
		(void)api_check(call,
		    tenant_set_policy(call->store, call->owner.facts.id, tenant,
			name + strlen(POLICY_INFIX), call->now_sec, &err),
		    &err, &update_codes);
}

static void
update_reputation_entity_customer_managed_status(struct api_call *call)
{
	int status =
	    tenant_status_from_name(api_text(call->in, "SendingStatus"));
	struct err err = {0};
	char tenant[65];

	if (status < 0) {
		api_fail(call, "BadRequestException",
		    "SendingStatus is ENABLED, DISABLED or REINSTATED");
		return;
	}
	if (read_reference(call, "BadRequestException", tenant))
		(void)api_check(call,
		    tenant_set_status(call->store, call->owner.facts.id, tenant,
			(enum store_tenant_status)status, call->now_sec, &err),
		    &err, &update_codes);
}

/* clang-format off */
const struct api_operation api_v2_reputation[] = {
	{API_V2, "GetReputationEntity", "GET", "/v2/email/reputation/entities/{ReputationEntityType}/{ReputationEntityReference}",
	    api_in_v2_get_reputation_entity, NULL, API_OP_READS,
	    "NotFoundException", get_reputation_entity},
	{API_V2, "ListReputationEntities", "POST", "/v2/email/reputation/entities",
	    api_in_v2_list_reputation_entities, NULL, API_OP_READS,
	    "", list_reputation_entities},
	{API_V2, "UpdateReputationEntityPolicy", "PUT", "/v2/email/reputation/entities/{ReputationEntityType}/{ReputationEntityReference}/policy",
	    api_in_v2_update_reputation_entity_policy, NULL, 0,
	    "", update_reputation_entity_policy},
	{API_V2, "UpdateReputationEntityCustomerManagedStatus", "PUT", "/v2/email/reputation/entities/{ReputationEntityType}/{ReputationEntityReference}/customer-managed-status",
	    api_in_v2_update_reputation_entity_customer_managed_status, NULL, 0,
	    "ConflictException",
	    update_reputation_entity_customer_managed_status},
	{.name = NULL}};
/* clang-format on */
