/* SES v2: dedicated addresses and their pools. */
#include "config.h"

#include "api/call.h"
#include "api/operation.h"
#include "api/shapes.h"

static void
create_dedicated_ip_pool(struct api_call *call)
{
	api_fail(
	    call, "InternalFailure", "CreateDedicatedIpPool is not there yet");
}

static void
get_dedicated_ip_pool(struct api_call *call)
{
	api_fail(
	    call, "InternalFailure", "GetDedicatedIpPool is not there yet");
}

static void
list_dedicated_ip_pools(struct api_call *call)
{
	api_fail(
	    call, "InternalFailure", "ListDedicatedIpPools is not there yet");
}

static void
delete_dedicated_ip_pool(struct api_call *call)
{
	api_fail(
	    call, "InternalFailure", "DeleteDedicatedIpPool is not there yet");
}

static void
put_dedicated_ip_pool_scaling_attributes(struct api_call *call)
{
	api_fail(call, "InternalFailure",
	    "PutDedicatedIpPoolScalingAttributes is not there yet");
}

static void
get_dedicated_ip(struct api_call *call)
{
	api_fail(call, "InternalFailure", "GetDedicatedIp is not there yet");
}

static void
get_dedicated_ips(struct api_call *call)
{
	api_fail(call, "InternalFailure", "GetDedicatedIps is not there yet");
}

static void
put_dedicated_ip_in_pool(struct api_call *call)
{
	api_fail(
	    call, "InternalFailure", "PutDedicatedIpInPool is not there yet");
}

static void
put_dedicated_ip_warmup_attributes(struct api_call *call)
{
	api_fail(call, "InternalFailure",
	    "PutDedicatedIpWarmupAttributes is not there yet");
}

/* clang-format off */
const struct api_operation api_v2_pool[] = {
	{API_V2, "CreateDedicatedIpPool", "POST", "/v2/email/dedicated-ip-pools",
	    api_in_v2_create_dedicated_ip_pool, NULL, 0,
	    "AlreadyExistsException|ConcurrentModificationException|"
	    "LimitExceededException", create_dedicated_ip_pool},
	{API_V2, "GetDedicatedIpPool", "GET", "/v2/email/dedicated-ip-pools/{PoolName}",
	    api_in_v2_get_dedicated_ip_pool, NULL, API_OP_READS,
	    "NotFoundException", get_dedicated_ip_pool},
	{API_V2, "ListDedicatedIpPools", "GET", "/v2/email/dedicated-ip-pools",
	    api_in_v2_list_dedicated_ip_pools, NULL, API_OP_READS,
	    "", list_dedicated_ip_pools},
	{API_V2, "DeleteDedicatedIpPool", "DELETE", "/v2/email/dedicated-ip-pools/{PoolName}",
	    api_in_v2_delete_dedicated_ip_pool, NULL, 0,
	    "ConcurrentModificationException|NotFoundException",
	    delete_dedicated_ip_pool},
	{API_V2, "PutDedicatedIpPoolScalingAttributes", "PUT", "/v2/email/dedicated-ip-pools/{PoolName}/scaling",
	    api_in_v2_put_dedicated_ip_pool_scaling_attributes, NULL, 0,
	    "ConcurrentModificationException|NotFoundException",
	    put_dedicated_ip_pool_scaling_attributes},
	{API_V2, "GetDedicatedIp", "GET", "/v2/email/dedicated-ips/{IP}",
	    api_in_v2_get_dedicated_ip, NULL, API_OP_READS,
	    "NotFoundException", get_dedicated_ip},
	{API_V2, "GetDedicatedIps", "GET", "/v2/email/dedicated-ips",
	    api_in_v2_get_dedicated_ips, NULL, API_OP_READS,
	    "NotFoundException", get_dedicated_ips},
	{API_V2, "PutDedicatedIpInPool", "PUT", "/v2/email/dedicated-ips/{IP}/pool",
	    api_in_v2_put_dedicated_ip_in_pool, NULL, 0,
	    "NotFoundException", put_dedicated_ip_in_pool},
	{API_V2, "PutDedicatedIpWarmupAttributes", "PUT", "/v2/email/dedicated-ips/{IP}/warmup",
	    api_in_v2_put_dedicated_ip_warmup_attributes, NULL, 0,
	    "NotFoundException", put_dedicated_ip_warmup_attributes},
	{.name = NULL}};
/* clang-format on */
