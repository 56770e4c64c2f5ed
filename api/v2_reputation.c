/* SES v2: reputation of tenants and others. */
#include "config.h"

#include "api/call.h"
#include "api/operation.h"
#include "api/shapes.h"

static void
get_reputation_entity(struct api_call *call)
{
	api_fail(
	    call, "InternalFailure", "GetReputationEntity is not there yet");
}

static void
list_reputation_entities(struct api_call *call)
{
	api_fail(
	    call, "InternalFailure", "ListReputationEntities is not there yet");
}

static void
update_reputation_entity_policy(struct api_call *call)
{
	api_fail(call, "InternalFailure",
	    "UpdateReputationEntityPolicy is not there yet");
}

static void
update_reputation_entity_customer_managed_status(struct api_call *call)
{
	api_fail(call, "InternalFailure",
	    "UpdateReputationEntityCustomerManagedStatus is not there yet");
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
	    "ConflictException", update_reputation_entity_policy},
	{API_V2, "UpdateReputationEntityCustomerManagedStatus", "PUT", "/v2/email/reputation/entities/{ReputationEntityType}/{ReputationEntityReference}/customer-managed-status",
	    api_in_v2_update_reputation_entity_customer_managed_status, NULL, 0,
	    "ConflictException",
	    update_reputation_entity_customer_managed_status},
	{.name = NULL}};
/* clang-format on */
