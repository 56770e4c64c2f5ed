/* sendward's own operations: the operator's addresses, and everybody's pools. */
#include "config.h"

#include "api/call.h"
#include "api/listing.h"
#include "api/operation.h"
#include "api/shapes.h"
#include "ops/account.h"
#include "ops/pool.h"
#include "ops/pool_figure.h"

#define PAGE_MOST 50
/* Addresses of a pool that are told. */
#define ADDRESSES_MOST 256
#define FIGURE_DAYS 14

/* In use is a conflict. */
static const struct api_codes delete_codes = {
    "ConflictException", "NotFoundException", NULL};

/* The account whose pool it is; 0: the operator's. False: the call has failed. */
static bool
find_owner(struct api_call *call, int64_t *account_id_r)
{
	const char *name = api_text(call->in, "AccountName");
	struct store_account row;
	struct err err = {0};

	*account_id_r = 0;
	if (name[0] == '\0')
		return true;
	if (!api_check(call, account_get(call->store, name, &row, &err), &err,
		&api_v2_codes))
		return false;
	*account_id_r = row.facts.id;
	return true;
}

/* ---- pools --------------------------------------------------------------------- */

struct pool_list {
	struct api_listing list;
	struct err *err_r;
	enum sg_err rc;
};

/* Addresses of one of them. */
struct address_list {
	struct pool_list *pools;
	json_t *list;
};

static bool
add_address(void *ctx, const struct store_ip *stored)
{
	struct address_list *addresses = ctx;
	struct pool_list *pools = addresses->pools;
	struct api_call *call = pools->list.call;
	struct store_ip row = *stored;
	struct pool_plan plan;
	json_t *out;

	pools->rc = pool_plan_get(
	    call->store, &row, call->now_sec, &plan, pools->err_r);
	if (pools->rc != SG_OK)
		return false;
	out = api_add_object(addresses->list);
	api_put_text(out, "Address", row.address);
	api_put_text(out, "WarmupStatus", pool_warmup_name(row.warmup));
	api_put_integer(out, "WarmupPercentage", row.percentage);
	api_put_time(out, "CreatedTimestamp", row.created_sec);
	if (plan.cap >= 0) {
		api_put_integer(out, "DailyPlan", plan.cap);
		api_put_integer(out, "DailyTaken", plan.taken);
	}
	return true;
}

/* What left by it lately. */
static enum sg_err
put_figures(struct pool_list *pools, int64_t pool_id, json_t *out)
{
	struct api_call *call = pools->list.call;
	struct pool_figure sum;
	enum sg_err rc = pool_figure_sum(call->store, pool_id, FIGURE_DAYS,
	    call->now_sec, &sum, pools->err_r);

	api_put_integer(out, "Sent", sum.counts[STORE_METRIC_SEND]);
	api_put_integer(out, "Delivered", sum.counts[STORE_METRIC_DELIVERY]);
	api_put_integer(
	    out, "Bounced", sum.counts[STORE_METRIC_PERMANENT_BOUNCE]);
	api_put_integer(out, "Complained", sum.counts[STORE_METRIC_COMPLAINT]);
	return rc;
}

static bool
add_pool(
    void *ctx, const struct store_pool *row, const char *account, int64_t users)
{
	struct pool_list *pools = ctx;
	struct address_list addresses = {.pools = pools};
	enum sg_err rc;
	json_t *out;

	if (!api_listing_takes_id(&pools->list, row->id))
		return false;
	out = api_add_object(pools->list.list);
	api_put_text(out, "PoolName", row->name);
	if (account[0] != '\0')
		api_put_text(out, "AccountName", account);
	api_put_integer(out, "Accounts", users);
	addresses.list = api_put_list(out, "Addresses");
	rc = store_ip_list(pools->list.call->store, -1, row->id, "",
	    ADDRESSES_MOST, add_address, &addresses, pools->err_r);
	if (pools->rc == SG_OK)
		pools->rc = rc;
	if (pools->rc == SG_OK)
		pools->rc =
		    put_figures(pools, row->id, api_put_object(out, "Figures"));
	return pools->rc == SG_OK;
}

static void
list_pools(struct api_call *call)
{
	struct err err = {0};
	struct pool_list pools = {.err_r = &err, .rc = SG_OK};
	enum sg_err rc;

	if (!api_listing_open(
		call, "PageSize", PAGE_MOST, "Pools", &pools.list))
		return;
	rc = store_pool_page(call->store, api_listing_last_id(&pools.list),
	    pools.list.page.most + 1, add_pool, &pools, &err);
	if (rc == SG_OK)
		rc = pools.rc;
	(void)api_check(call, rc, &err, &api_v2_codes);
}

static void
create_pool(struct api_call *call)
{
	struct store_pool row;
	struct err err = {0};
	int64_t account_id;
	bool is_full;
	enum sg_err rc;

	if (!find_owner(call, &account_id))
		return;
	rc =
	    pool_create(call->store, account_id, api_text(call->in, "PoolName"),
		call->now_sec, &row, &is_full, &err);
	if (is_full)
		api_fail(call, "LimitExceededException", "%s", err.text);
	else
		(void)api_check(call, rc, &err, &api_v2_codes);
}

static void
delete_pool(struct api_call *call)
{
	struct err err = {0};
	int64_t account_id;

	if (find_owner(call, &account_id))
		(void)api_check(call,
		    pool_delete(call->store, account_id,
			api_text(call->in, "PoolName"), &err),
		    &err, &delete_codes);
}

/* ---- addresses ------------------------------------------------------------------ */

static void
add_pool_address(struct api_call *call)
{
	struct store_pool pool;
	struct err err = {0};
	int64_t account_id;
	enum sg_err rc;

	if (!find_owner(call, &account_id))
		return;
	rc = pool_get(call->store, account_id, api_text(call->in, "PoolName"),
	    &pool, &err);
	if (rc == SG_OK)
		rc = pool_ip_add(call->store, &pool,
		    api_text(call->in, "Address"),
		    (int)api_integer(call->in, "WarmupPercentage", 100),
		    call->now_sec, &err);
	(void)api_check(call, rc, &err, &api_v2_codes);
}

static void
set_pool_address(struct api_call *call)
{
	struct store_ip row;
	struct err err = {0};
	enum sg_err rc = pool_ip_find(
	    call->store, api_text(call->in, "Address"), &row, &err);

	if (rc == SG_OK)
		rc = pool_ip_warm_up(call->store, row.account_id, row.address,
		    api_integer(call->in, "WarmupPercentage", -1),
		    call->now_sec, &err);
	(void)api_check(call, rc, &err, &api_v2_codes);
}

static void
delete_pool_address(struct api_call *call)
{
	struct err err = {0};

	(void)api_check(call,
	    pool_ip_delete(call->store, api_text(call->in, "Address"), &err),
	    &err, &api_v2_codes);
}

/* clang-format off */
const struct api_operation api_own_pool[] = {
	{API_OWN, "ListPools", "GET", "/sendward/operator/pools",
	    api_in_own_list_pools, NULL, API_OP_READS | API_OP_OPERATOR,
	    "", list_pools},
	{API_OWN, "CreatePool", "POST", "/sendward/operator/pools",
	    api_in_own_create_pool, NULL, API_OP_OPERATOR,
	    "NotFoundException|AlreadyExistsException|LimitExceededException",
	    create_pool},
	{API_OWN, "DeletePool", "DELETE", "/sendward/operator/pools/{PoolName}",
	    api_in_own_delete_pool, NULL, API_OP_OPERATOR,
	    "NotFoundException|ConflictException", delete_pool},
	{API_OWN, "AddPoolAddress", "POST",
	    "/sendward/operator/pools/{PoolName}/addresses",
	    api_in_own_add_pool_address, NULL, API_OP_OPERATOR,
	    "NotFoundException", add_pool_address},
	{API_OWN, "SetPoolAddress", "PUT",
	    "/sendward/operator/pool-addresses/{Address}",
	    api_in_own_set_pool_address, NULL, API_OP_OPERATOR,
	    "NotFoundException", set_pool_address},
	{API_OWN, "DeletePoolAddress", "DELETE",
	    "/sendward/operator/pool-addresses/{Address}",
	    api_in_own_delete_pool_address, NULL, API_OP_OPERATOR,
	    "NotFoundException", delete_pool_address},
	{.name = NULL}};
/* clang-format on */
