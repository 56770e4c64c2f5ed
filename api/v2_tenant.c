/* SES v2: tenants and what is theirs. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/call.h"
#include "api/listing.h"
#include "api/operation.h"
#include "api/shapes.h"
#include "api/v2_tag.h"
#include "ops/identity.h"
#include "ops/tenant.h"
#include "rules/identity.h"

#define PAGE_MOST 100
#define RESOURCE_TEXT_MAX (STORE_RESOURCE_MAX + 1)

/* ---- ARNs ------------------------------------------------------------------------ */

static void
put_arn(const struct api_call *call, json_t *out, const char *member,
    const struct store_tenant *row)
{
	char name[128], arn[API_ARN_MAX];

	(void)snprintf(
	    name, sizeof(name), "%s/%s", row->facts.name, row->uuid); /* fits */
	api_arn(call, "tenant", name, arn);
	api_put_text(out, member, arn);
}

/* "identity/example.com" of the caller's ARN. False: the call has failed. */
static bool
read_resource(
    struct api_call *call, const char *arn, char resource_r[RESOURCE_TEXT_MAX])
{
	char kind[64], clean[RULES_ADDRESS_MAX + 1];
	enum rules_identity_type type;
	const char *name = api_arn_name(call, arn, kind);

	if (name != NULL && strcmp(kind, "identity") == 0 &&
	    identity_check_name(name, clean, &type) == NULL)
		name = clean;
	if (name != NULL &&
	    (strcmp(kind, "identity") == 0 ||
		strcmp(kind, "configuration-set") == 0 ||
		strcmp(kind, "template") == 0) &&
	    (size_t)snprintf(resource_r, RESOURCE_TEXT_MAX, "%s/%s", kind,
		name) < RESOURCE_TEXT_MAX)
		return true;
	if (strncmp(arn, "arn:aws:ses:", 12) == 0 && name == NULL)
		api_fail(call, "NotFoundException",
		    "Resource %.400s does not exist.", arn);
	else
		api_fail(call, "BadRequestException",
		    "ResourceArn: %.400s is no ARN of an email identity, a "
		    "configuration set or a template",
		    arn);
	return false;
}

static void
put_resource_arn(const struct api_call *call, json_t *out, const char *resource)
{
	const char *slash = strchr(resource, '/');
	char kind[64], arn[API_ARN_MAX];

	(void)snprintf(
	    kind, sizeof(kind), "%.*s", (int)(slash - resource), resource);
	api_arn(call, kind, slash + 1, arn);
	api_put_text(out, "ResourceArn", arn);
}

/* ---- tenants ------------------------------------------------------------------------ */

static void
put_tenant(
    const struct api_call *call, json_t *out, const struct store_tenant *row)
{
	api_put_text(out, "TenantName", row->facts.name);
	api_put_text(out, "TenantId", row->uuid);
	put_arn(call, out, "TenantArn", row);
	api_put_time(out, "CreatedTimestamp", row->created_sec);
}

static void
put_more(struct api_call *call, json_t *out, const struct store_tenant *row)
{
	char resource[80];

	(void)snprintf(
	    resource, sizeof(resource), "tenant/%s", row->facts.name);
	api_tags_list(call, resource, api_put_list(out, "Tags"));
	api_put_text(
	    out, "SendingStatus", tenant_status_name(tenant_effect(row)));
}

/* Within a transaction. */
static enum sg_err
create(struct api_call *call, struct store_tenant *row_r, struct err *err_r)
{
	const char *name = api_text(call->in, "TenantName");
	const json_t *tags = api_object(call->in, "Tags");
	char resource[80];
	bool is_full;
	enum sg_err rc = tenant_create(call->store, call->owner.facts.id, name,
	    call->now_sec, row_r, &is_full, err_r);

	if (is_full)
		api_fail(call, "LimitExceededException", "%s", err_r->text);
	if (rc != SG_OK || json_array_size(tags) == 0)
		return rc;
	(void)snprintf(resource, sizeof(resource), "tenant/%s", name);
	if (!api_tags_put(call, resource, tags)) /* the call has failed */
		return err_set(err_r, SG_INVALID, "tags");
	return SG_OK;
}

static void
create_tenant(struct api_call *call)
{
	struct store_tenant row;
	struct err err = {0};
	bool own;

	if (!api_tags_check(call, api_object(call->in, "Tags")) ||
	    !api_check(call, store_scope_begin(call->store, &own, &err), &err,
		&api_v2_codes))
		return;
	if (!api_check(call,
		store_scope_end(
		    call->store, own, create(call, &row, &err), &err),
		&err, &api_v2_codes))
		return;
	put_tenant(call, call->out, &row);
	put_more(call, call->out, &row);
}

/* False: the call has failed. */
static bool
find_tenant(struct api_call *call, struct store_tenant *row_r)
{
	struct err err = {0};

	return api_check(call,
	    tenant_get(call->store, call->owner.facts.id,
		api_text(call->in, "TenantName"), row_r, &err),
	    &err, &api_v2_codes);
}

static void
get_tenant(struct api_call *call)
{
	struct store_tenant row;
	json_t *out;

	if (!find_tenant(call, &row))
		return;
	out = api_put_object(call->out, "Tenant");
	put_tenant(call, out, &row);
	put_more(call, out, &row);
}

static bool
list_tenant(void *ctx, const struct store_tenant *row)
{
	struct api_listing *list = ctx;

	if (!api_listing_takes(list, row->facts.name))
		return false;
	put_tenant(list->call, api_add_object(list->list), row);
	return true;
}

static void
list_tenants(struct api_call *call)
{
	struct api_listing list;
	struct err err = {0};
	struct store_tenant_filter filter = {
	    .prefix = "", .status = -1, .impact = -1};

	if (!api_listing_open(call, "PageSize", PAGE_MOST, "Tenants", &list))
		return;
	filter.after = list.page.after;
	filter.most = list.page.most + 1;
	(void)api_check(call,
	    store_tenant_page(call->store, call->owner.facts.id, &filter,
		list_tenant, &list, &err),
	    &err, &api_v2_codes);
}

static void
delete_tenant(struct api_call *call)
{
	struct err err = {0};

	(void)api_check(call,
	    tenant_delete(call->store, call->owner.facts.id,
		api_text(call->in, "TenantName"), &err),
	    &err, &api_v2_codes);
}

/* ---- what is a tenant's ---------------------------------------------------------------- */

static void
create_tenant_resource_association(struct api_call *call)
{
	char resource[RESOURCE_TEXT_MAX];
	struct err err = {0};

	if (read_resource(call, api_text(call->in, "ResourceArn"), resource))
		(void)api_check(call,
		    tenant_associate(call->store, call->owner.facts.id,
			api_text(call->in, "TenantName"), resource,
			call->now_sec, &err),
		    &err, &api_v2_codes);
}

static void
delete_tenant_resource_association(struct api_call *call)
{
	char resource[RESOURCE_TEXT_MAX];
	struct err err = {0};

	if (read_resource(call, api_text(call->in, "ResourceArn"), resource))
		(void)api_check(call,
		    tenant_dissociate(call->store, call->owner.facts.id,
			api_text(call->in, "TenantName"), resource, &err),
		    &err, &api_v2_codes);
}

static const struct {
	const char *type, *prefix;
} resource_types[] = {
    {"EMAIL_IDENTITY", "identity/"},
    {"CONFIGURATION_SET", "configuration-set/"},
    {"EMAIL_TEMPLATE", "template/"},
};
#define RESOURCE_TYPES (sizeof(resource_types) / sizeof(*resource_types))

/* The prefix that the filter means; NULL: the call has failed. */
static const char *
read_filter(struct api_call *call)
{
	const json_t *filter = api_object(call->in, "Filter");
	const char *type = api_text(filter, "RESOURCE_TYPE");

	if (json_object_size(filter) == 0)
		return "";
	if (json_object_size(filter) > 1 || type[0] == '\0') {
		api_fail(call, "BadRequestException",
		    "Filter: the only key is RESOURCE_TYPE");
		return NULL;
	}
	for (size_t i = 0; i < RESOURCE_TYPES; i++)
		if (strcmp(resource_types[i].type, type) == 0)
			return resource_types[i].prefix;
	api_fail(call, "BadRequestException",
	    "Filter: RESOURCE_TYPE is EMAIL_IDENTITY, CONFIGURATION_SET or "
	    "EMAIL_TEMPLATE");
	return NULL;
}

static bool
list_resource(void *ctx, const struct store_resource *row)
{
	struct api_listing *list = ctx;
	json_t *out;

	if (!api_listing_takes(list, row->resource))
		return false;
	out = api_add_object(list->list);
	for (size_t i = 0; i < RESOURCE_TYPES; i++)
		if (strncmp(resource_types[i].prefix, row->resource,
			strlen(resource_types[i].prefix)) == 0)
			api_put_text(
			    out, "ResourceType", resource_types[i].type);
	put_resource_arn(list->call, out, row->resource);
	return true;
}

static void
list_tenant_resources(struct api_call *call)
{
	const char *prefix = read_filter(call);
	struct store_tenant tenant;
	struct api_listing list;
	struct err err = {0};

	if (prefix == NULL || !find_tenant(call, &tenant) ||
	    !api_listing_open(
		call, "PageSize", PAGE_MOST, "TenantResources", &list))
		return;
	(void)api_check(call,
	    store_resource_list(call->store, tenant.facts.id, prefix,
		list.page.after, list.page.most + 1, list_resource, &list,
		&err),
	    &err, &api_v2_codes);
}

struct holders {
	struct api_listing listing;
	const char *resource;
};

static bool
list_holder(void *ctx, const struct store_tenant *tenant, int64_t since_sec)
{
	struct holders *holders = ctx;
	struct api_listing *list = &holders->listing;
	char key[24];
	json_t *out;

	(void)snprintf(key, sizeof(key), "%lld", (long long)tenant->facts.id);
	if (!api_listing_takes(list, key))
		return false;
	out = api_add_object(list->list);
	api_put_text(out, "TenantName", tenant->facts.name);
	api_put_text(out, "TenantId", tenant->uuid);
	put_resource_arn(list->call, out, holders->resource);
	api_put_time(out, "AssociatedTimestamp", since_sec);
	return true;
}

/* False: the call has failed. */
static bool
resource_exists(struct api_call *call, const char *resource)
{
	struct err err = {0};
	bool exists = false;

	if (api_check(call,
		store_resource_exists(
		    call->store, call->owner.facts.id, resource, &exists, &err),
		&err, &api_v2_codes) &&
	    !exists)
		api_fail(call, "NotFoundException",
		    "Resource %.400s does not exist.", resource);
	return exists;
}

static void
list_resource_tenants(struct api_call *call)
{
	char resource[RESOURCE_TEXT_MAX];
	struct holders holders = {.resource = resource};
	const struct api_page *page = &holders.listing.page;
	struct err err = {0};

	if (!read_resource(call, api_text(call->in, "ResourceArn"), resource) ||
	    !resource_exists(call, resource) ||
	    !api_listing_open(call, "PageSize", PAGE_MOST, "ResourceTenants",
		&holders.listing))
		return;
	(void)api_check(call,
	    store_resource_holders(call->store, call->owner.facts.id, resource,
		strtoll(page->after, NULL, 10), page->most + 1, list_holder,
		&holders, &err),
	    &err, &api_v2_codes);
}

/* clang-format off */
const struct api_operation api_v2_tenant[] = {
	{API_V2, "CreateTenant", "POST", "/v2/email/tenants",
	    api_in_v2_create_tenant, NULL, 0,
	    "AlreadyExistsException|LimitExceededException", create_tenant},
	{API_V2, "GetTenant", "POST", "/v2/email/tenants/get",
	    api_in_v2_get_tenant, NULL, API_OP_READS,
	    "NotFoundException", get_tenant},
	{API_V2, "ListTenants", "POST", "/v2/email/tenants/list",
	    api_in_v2_list_tenants, NULL, API_OP_READS,
	    "", list_tenants},
	{API_V2, "DeleteTenant", "POST", "/v2/email/tenants/delete",
	    api_in_v2_delete_tenant, NULL, 0,
	    "NotFoundException", delete_tenant},
	{API_V2, "CreateTenantResourceAssociation", "POST", "/v2/email/tenants/resources",
	    api_in_v2_create_tenant_resource_association, NULL, 0,
	    "AlreadyExistsException|NotFoundException",
	    create_tenant_resource_association},
	{API_V2, "DeleteTenantResourceAssociation", "POST", "/v2/email/tenants/resources/delete",
	    api_in_v2_delete_tenant_resource_association, NULL, 0,
	    "NotFoundException", delete_tenant_resource_association},
	{API_V2, "ListTenantResources", "POST", "/v2/email/tenants/resources/list",
	    api_in_v2_list_tenant_resources, NULL, API_OP_READS,
	    "NotFoundException", list_tenant_resources},
	{API_V2, "ListResourceTenants", "POST", "/v2/email/resources/tenants/list",
	    api_in_v2_list_resource_tenants, NULL, API_OP_READS,
	    "NotFoundException", list_resource_tenants},
	{.name = NULL}};
/* clang-format on */
