/* SES v2: tenants and what is theirs. */
#include "config.h"

#include "api/call.h"
#include "api/operation.h"
#include "api/shapes.h"

static void
create_tenant(struct api_call *call)
{
	api_fail(call, "InternalFailure", "CreateTenant is not there yet");
}

static void
get_tenant(struct api_call *call)
{
	api_fail(call, "InternalFailure", "GetTenant is not there yet");
}

static void
list_tenants(struct api_call *call)
{
	api_fail(call, "InternalFailure", "ListTenants is not there yet");
}

static void
delete_tenant(struct api_call *call)
{
	api_fail(call, "InternalFailure", "DeleteTenant is not there yet");
}

static void
create_tenant_resource_association(struct api_call *call)
{
	api_fail(call, "InternalFailure",
	    "CreateTenantResourceAssociation is not there yet");
}

static void
delete_tenant_resource_association(struct api_call *call)
{
	api_fail(call, "InternalFailure",
	    "DeleteTenantResourceAssociation is not there yet");
}

static void
list_tenant_resources(struct api_call *call)
{
	api_fail(
	    call, "InternalFailure", "ListTenantResources is not there yet");
}

static void
list_resource_tenants(struct api_call *call)
{
	api_fail(
	    call, "InternalFailure", "ListResourceTenants is not there yet");
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
