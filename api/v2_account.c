/* SES v2: the account, its quota and statistics. */
#include "config.h"

#include "api/call.h"
#include "api/operation.h"
#include "api/shapes.h"

/* PROBATION also for an account that a person let go on under figures that had shut
 * it down (ops/account.h). */
static const char *
enforcement(const struct store_account *owner)
{
	if (owner->facts.paused && owner->paused_by != STORE_PAUSED_BY_ACCOUNT)
		return "SHUTDOWN";
	return owner->standing == RULES_HEALTHY ? "HEALTHY" : "PROBATION";
}

static void
put_quota(struct api_call *call, int64_t used)
{
	json_t *quota = api_put_object(call->out, "SendQuota");

	api_put_number(
	    quota, "Max24HourSend", (double)call->owner.facts.daily_quota);
	api_put_number(quota, "MaxSendRate", call->owner.facts.rate);
	api_put_number(quota, "SentLast24Hours", (double)used);
}

static void
put_reasons(json_t *out, int reasons)
{
	json_t *list = api_put_list(out, "SuppressedReasons");

	if ((reasons & RULES_REASONS_BOUNCE) != 0)
		api_add_text(list, "BOUNCE");
	if ((reasons & RULES_REASONS_COMPLAINT) != 0)
		api_add_text(list, "COMPLAINT");
}

static void
get_account(struct api_call *call)
{
	const struct store_account *owner = &call->owner;
	struct err err;
	int64_t used;

	if (!api_check(call,
		store_quota_used(
		    call->store, owner->facts.id, call->now_sec, &used, &err),
		&err, &api_v2_codes))
		return;
	put_quota(call, used);
	api_put_flag(
	    call->out, "ProductionAccessEnabled", owner->facts.production);
	api_put_flag(call->out, "SendingEnabled", !owner->facts.paused);
	api_put_text(call->out, "EnforcementStatus", enforcement(owner));
	put_reasons(api_put_object(call->out, "SuppressionAttributes"),
	    owner->facts.suppressed_reasons);
}

static void
put_account_details(struct api_call *call)
{
	api_fail(call, "InternalFailure", "PutAccountDetails is not there yet");
}

static void
put_account_sending_attributes(struct api_call *call)
{
	api_fail(call, "InternalFailure",
	    "PutAccountSendingAttributes is not there yet");
}

static void
put_account_suppression_attributes(struct api_call *call)
{
	api_fail(call, "InternalFailure",
	    "PutAccountSuppressionAttributes is not there yet");
}

static void
put_account_dedicated_ip_warmup_attributes(struct api_call *call)
{
	api_fail(call, "InternalFailure",
	    "PutAccountDedicatedIpWarmupAttributes is not there yet");
}

/* clang-format off */
const struct api_operation api_v2_account[] = {
	{API_V2, "GetAccount", "GET", "/v2/email/account",
	    NULL, NULL, API_OP_READS,
	    "", get_account},
	{API_V2, "PutAccountDetails", "POST", "/v2/email/account/details",
	    api_in_v2_put_account_details, NULL, 0,
	    "ConflictException", put_account_details},
	{API_V2, "PutAccountSendingAttributes", "PUT", "/v2/email/account/sending",
	    api_in_v2_put_account_sending_attributes, NULL, 0,
	    "", put_account_sending_attributes},
	{API_V2, "PutAccountSuppressionAttributes", "PUT", "/v2/email/account/suppression",
	    api_in_v2_put_account_suppression_attributes, NULL, 0,
	    "", put_account_suppression_attributes},
	{API_V2, "PutAccountDedicatedIpWarmupAttributes", "PUT", "/v2/email/account/dedicated-ips/warmup",
	    api_in_v2_put_account_dedicated_ip_warmup_attributes, NULL, 0,
	    "", put_account_dedicated_ip_warmup_attributes},
	{.name = NULL}};
/* clang-format on */
