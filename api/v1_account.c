/* SES v1: the account, its quota and statistics. */
#include "config.h"

#include "api/call.h"
#include "api/operation.h"
#include "api/shapes.h"
#include "ops/account.h"
#include "ops/statistics.h"

static const struct api_codes codes = {NULL, NULL, NULL};

static void
get_send_quota(struct api_call *call)
{
	const struct rules_account *facts = &call->owner.facts;
	struct err err;
	int64_t used;

	if (!api_check(call,
		store_quota_used(
		    call->store, facts->id, call->now_sec, &used, &err),
		&err, &codes))
		return;
	api_put_number(call->out, "Max24HourSend", (double)facts->daily_quota);
	api_put_number(call->out, "MaxSendRate", facts->rate);
	api_put_number(call->out, "SentLast24Hours", (double)used);
}

static bool
put_point(void *list, const struct statistics_point *point)
{
	json_t *out = api_add_object(list);

	api_put_time(out, "Timestamp", point->sec);
	api_put_integer(out, "DeliveryAttempts", point->sent);
	api_put_integer(out, "Bounces", point->bounces);
	api_put_integer(out, "Complaints", point->complaints);
	api_put_integer(out, "Rejects", point->rejected);
	return true;
}

static void
get_send_statistics(struct api_call *call)
{
	json_t *list = api_put_list(call->out, "SendDataPoints");
	struct err err;
	enum sg_err rc = statistics_list(call->store, call->owner.facts.id,
	    call->now_sec, put_point, list, &err);

	(void)api_check(call, rc, &err, &codes);
}

static void
get_account_sending_enabled(struct api_call *call)
{
	api_put_flag(call->out, "Enabled", !call->owner.facts.paused);
}

static void
update_account_sending_enabled(struct api_call *call)
{
	static const struct api_codes paused = {
	    "AccountSendingPausedException", NULL, NULL};
	struct err err;
	enum sg_err rc = account_switch(call->store, call->account,
	    api_flag(call->in, "Enabled"), call->now_sec, NULL, &err);

	(void)api_check(call, rc, &err, &paused);
}

/* clang-format off */
const struct api_operation api_v1_account[] = {
	{API_V1, "GetSendQuota", NULL, NULL,
	    NULL, api_out_v1_get_send_quota, API_OP_READS,
	    "", get_send_quota},
	{API_V1, "GetSendStatistics", NULL, NULL,
	    NULL, api_out_v1_get_send_statistics, API_OP_READS,
	    "", get_send_statistics},
	{API_V1, "GetAccountSendingEnabled", NULL, NULL,
	    NULL, api_out_v1_get_account_sending_enabled, API_OP_READS,
	    "", get_account_sending_enabled},
	{API_V1, "UpdateAccountSendingEnabled", NULL, NULL,
	    api_in_v1_update_account_sending_enabled, NULL, API_OP_NO_RESULT,
	    "AccountSendingPausedException", update_account_sending_enabled},
	{.name = NULL}};
/* clang-format on */
