/* SES v2: dedicated addresses and their pools. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "api/call.h"
#include "api/listing.h"
#include "api/operation.h"
#include "api/shapes.h"
#include "api/v2_tag.h"
#include "ops/pool.h"

#define PAGE_MOST 100

/* The operator gives addresses: sendward adds and removes none by itself. */
static bool
is_standard(struct api_call *call)
{
	if (strcmp(api_text(call->in, "ScalingMode"), "MANAGED") != 0)
		return true;
	api_fail(call, "BadRequestException",
	    "ScalingMode: MANAGED is not supported; the operator gives "
	    "addresses to pools");
	return false;
}

/* Within a transaction. */
static enum sg_err
create(struct api_call *call, struct err *err_r)
{
	const char *name = api_text(call->in, "PoolName");
	const json_t *tags = api_object(call->in, "Tags");
	char resource[128];
	struct store_pool row;
	bool is_full;
	enum sg_err rc = pool_create(call->store, call->owner.facts.id, name,
	    call->now_sec, &row, &is_full, err_r);

	if (is_full)
		api_fail(call, "LimitExceededException", "%s", err_r->text);
	if (rc != SG_OK || json_array_size(tags) == 0)
		return rc;
	(void)snprintf(
	    resource, sizeof(resource), "dedicated-ip-pool/%s", row.name);
	if (!api_tags_put(call, resource, tags)) /* the call has failed */
		return err_set(err_r, SG_INVALID, "tags");
	return SG_OK;
}

static void
create_dedicated_ip_pool(struct api_call *call)
{
	struct err err = {0};
	bool own;

	if (is_standard(call) &&
	    api_tags_check(call, api_object(call->in, "Tags")) &&
	    api_check(call, store_scope_begin(call->store, &own, &err), &err,
		&api_v2_codes))
		(void)api_check(call,
		    store_scope_end(call->store, own, create(call, &err), &err),
		    &err, &api_v2_codes);
}

/* False: the call has failed. */
static bool
find_pool(struct api_call *call, struct store_pool *row_r)
{
	struct err err = {0};

	return api_check(call,
	    pool_get(call->store, call->owner.facts.id,
		api_text(call->in, "PoolName"), row_r, &err),
	    &err, &api_v2_codes);
}

static void
get_dedicated_ip_pool(struct api_call *call)
{
	struct store_pool row;
	json_t *out;

	if (!find_pool(call, &row))
		return;
	out = api_put_object(call->out, "DedicatedIpPool");
	api_put_text(out, "PoolName", row.name);
	api_put_text(out, "ScalingMode", pool_scaling_name(row.scaling));
}

static bool
list_pool(void *ctx, const struct store_pool *row)
{
	struct api_listing *list = ctx;

	if (!api_listing_takes(list, row->name))
		return false;
	api_add_text(list->list, row->name);
	return true;
}

static void
list_dedicated_ip_pools(struct api_call *call)
{
	struct api_listing list;
	struct err err = {0};

	if (api_listing_open(
		call, "PageSize", PAGE_MOST, "DedicatedIpPools", &list))
		(void)api_check(call,
		    store_pool_list(call->store, call->owner.facts.id,
			list.page.after, list.page.most + 1, list_pool, &list,
			&err),
		    &err, &api_v2_codes);
}

static void
delete_dedicated_ip_pool(struct api_call *call)
{
	struct err err = {0};

	(void)api_check(call,
	    pool_delete(call->store, call->owner.facts.id,
		api_text(call->in, "PoolName"), &err),
	    &err, &api_v2_codes);
}

/* Every pool scales so already. */
static void
put_dedicated_ip_pool_scaling_attributes(struct api_call *call)
{
	struct store_pool row;

	if (find_pool(call, &row))
		(void)is_standard(call);
}

/* ---- addresses ----------------------------------------------------------------- */

static void
put_ip(json_t *out, const struct api_call *call, const struct store_ip *stored)
{
	struct store_ip row = *stored;

	pool_ip_at(&row, call->owner.auto_warmup, call->now_sec);
	api_put_text(out, "Ip", row.address);
	api_put_text(out, "WarmupStatus", pool_warmup_name(row.warmup));
	api_put_integer(out, "WarmupPercentage", row.percentage);
	api_put_text(
	    out, "PoolName", row.pool[0] != '\0' ? row.pool : POOL_DEFAULT);
}

static void
get_dedicated_ip(struct api_call *call)
{
	struct store_ip row;
	struct err err = {0};

	if (api_check(call,
		pool_ip_get(call->store, call->owner.facts.id,
		    api_text(call->in, "Ip"), &row, &err),
		&err, &api_v2_codes))
		put_ip(api_put_object(call->out, "DedicatedIp"), call, &row);
}

static bool
list_ip(void *ctx, const struct store_ip *row)
{
	struct api_listing *list = ctx;

	if (!api_listing_takes(list, row->address))
		return false;
	put_ip(api_add_object(list->list), list->call, row);
	return true;
}

static void
get_dedicated_ips(struct api_call *call)
{
	const char *name = api_text(call->in, "PoolName");
	struct store_pool pool = {.id = name[0] != '\0' ? 0 : -1};
	struct api_listing list;
	struct err err = {0};

	if (name[0] != '\0' && strcmp(name, POOL_DEFAULT) != 0 &&
	    !find_pool(call, &pool))
		return;
	if (api_listing_open(
		call, "PageSize", PAGE_MOST, "DedicatedIps", &list))
		(void)api_check(call,
		    store_ip_list(call->store, call->owner.facts.id, pool.id,
			list.page.after, list.page.most + 1, list_ip, &list,
			&err),
		    &err, &api_v2_codes);
}

static void
put_dedicated_ip_in_pool(struct api_call *call)
{
	struct err err = {0};

	(void)api_check(call,
	    pool_ip_move(call->store, call->owner.facts.id,
		api_text(call->in, "Ip"),
		api_text(call->in, "DestinationPoolName"), &err),
	    &err, &api_v2_codes);
}

static void
put_dedicated_ip_warmup_attributes(struct api_call *call)
{
	struct err err = {0};

	(void)api_check(call,
	    pool_ip_warm_up(call->store, call->owner.facts.id,
		api_text(call->in, "Ip"),
		api_integer(call->in, "WarmupPercentage", -1), call->now_sec,
		&err),
	    &err, &api_v2_codes);
}

/* clang-format off */
const struct api_operation api_v2_pool[] = {
	{API_V2, "CreateDedicatedIpPool", "POST", "/v2/email/dedicated-ip-pools",
	    api_in_v2_create_dedicated_ip_pool, NULL, 0,
	    "AlreadyExistsException|LimitExceededException", create_dedicated_ip_pool},
	{API_V2, "GetDedicatedIpPool", "GET", "/v2/email/dedicated-ip-pools/{PoolName}",
	    api_in_v2_get_dedicated_ip_pool, NULL, API_OP_READS,
	    "NotFoundException", get_dedicated_ip_pool},
	{API_V2, "ListDedicatedIpPools", "GET", "/v2/email/dedicated-ip-pools",
	    api_in_v2_list_dedicated_ip_pools, NULL, API_OP_READS,
	    "", list_dedicated_ip_pools},
	{API_V2, "DeleteDedicatedIpPool", "DELETE", "/v2/email/dedicated-ip-pools/{PoolName}",
	    api_in_v2_delete_dedicated_ip_pool, NULL, 0,
	    "NotFoundException",
	    delete_dedicated_ip_pool},
	{API_V2, "PutDedicatedIpPoolScalingAttributes", "PUT", "/v2/email/dedicated-ip-pools/{PoolName}/scaling",
	    api_in_v2_put_dedicated_ip_pool_scaling_attributes, NULL, 0,
	    "NotFoundException",
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
