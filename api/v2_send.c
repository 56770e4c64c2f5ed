/* SES v2: sending. */
#include "config.h"

#include "api/call.h"
#include "api/operation.h"
#include "api/shapes.h"

static void
send_email(struct api_call *call)
{
	api_fail(call, "InternalFailure", "SendEmail is not there yet");
}

static void
send_bulk_email(struct api_call *call)
{
	api_fail(call, "InternalFailure", "SendBulkEmail is not there yet");
}

static void
send_custom_verification_email(struct api_call *call)
{
	api_fail(call, "InternalFailure",
	    "SendCustomVerificationEmail is not there yet");
}

/* clang-format off */
const struct api_operation api_v2_send[] = {
	{API_V2, "SendEmail", "POST", "/v2/email/outbound-emails",
	    api_in_v2_send_email, NULL, API_OP_SENDS | API_OP_SLOW,
	    "AccountSuspendedException|LimitExceededException|"
	    "MailFromDomainNotVerifiedException|MessageRejected|"
	    "NotFoundException|SendingPausedException", send_email},
	{API_V2, "SendBulkEmail", "POST", "/v2/email/outbound-bulk-emails",
	    api_in_v2_send_bulk_email, NULL, API_OP_SENDS | API_OP_SLOW,
	    "AccountSuspendedException|LimitExceededException|"
	    "MailFromDomainNotVerifiedException|MessageRejected|"
	    "NotFoundException|SendingPausedException", send_bulk_email},
	{API_V2, "SendCustomVerificationEmail", "POST", "/v2/email/outbound-custom-verification-emails",
	    api_in_v2_send_custom_verification_email, NULL, API_OP_SENDS
	    | API_OP_SLOW,
	    "LimitExceededException|MailFromDomainNotVerifiedException|"
	    "MessageRejected|NotFoundException|SendingPausedException",
	    send_custom_verification_email},
	{.name = NULL}};
/* clang-format on */
