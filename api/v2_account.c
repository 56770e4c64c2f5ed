/* SES v2: the account, its quota and statistics. */
#include "config.h"

#include "api/call.h"
#include "api/operation.h"
#include "api/shapes.h"

static void
get_account(struct api_call *call)
{
	api_fail(call, "InternalFailure", "GetAccount is not there yet");
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
