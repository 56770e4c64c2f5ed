/* SES v1: sending. */
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
send_raw_email(struct api_call *call)
{
	api_fail(call, "InternalFailure", "SendRawEmail is not there yet");
}

static void
send_templated_email(struct api_call *call)
{
	api_fail(
	    call, "InternalFailure", "SendTemplatedEmail is not there yet");
}

static void
send_bulk_templated_email(struct api_call *call)
{
	api_fail(
	    call, "InternalFailure", "SendBulkTemplatedEmail is not there yet");
}

static void
send_custom_verification_email(struct api_call *call)
{
	api_fail(call, "InternalFailure",
	    "SendCustomVerificationEmail is not there yet");
}

/* clang-format off */
const struct api_operation api_v1_send[] = {
	{API_V1, "SendEmail", NULL, NULL,
	    api_in_v1_send_email, api_out_v1_send_email, API_OP_SENDS
	    | API_OP_SLOW,
	    "AccountSendingPausedException|ConfigurationSetDoesNotExist|"
	    "ConfigurationSetSendingPausedException|"
	    "MailFromDomainNotVerifiedException|MessageRejected", send_email},
	{API_V1, "SendRawEmail", NULL, NULL,
	    api_in_v1_send_raw_email, api_out_v1_send_raw_email,
	    API_OP_SENDS | API_OP_SLOW,
	    "AccountSendingPausedException|ConfigurationSetDoesNotExist|"
	    "ConfigurationSetSendingPausedException|"
	    "MailFromDomainNotVerifiedException|MessageRejected",
	    send_raw_email},
	{API_V1, "SendTemplatedEmail", NULL, NULL,
	    api_in_v1_send_templated_email, api_out_v1_send_templated_email,
	    API_OP_SENDS | API_OP_SLOW,
	    "AccountSendingPausedException|ConfigurationSetDoesNotExist|"
	    "ConfigurationSetSendingPausedException|"
	    "MailFromDomainNotVerifiedException|MessageRejected|"
	    "TemplateDoesNotExist", send_templated_email},
	{API_V1, "SendBulkTemplatedEmail", NULL, NULL,
	    api_in_v1_send_bulk_templated_email,
	    api_out_v1_send_bulk_templated_email, API_OP_SENDS | API_OP_SLOW,
	    "AccountSendingPausedException|ConfigurationSetDoesNotExist|"
	    "ConfigurationSetSendingPausedException|"
	    "MailFromDomainNotVerifiedException|MessageRejected|"
	    "TemplateDoesNotExist", send_bulk_templated_email},
	{API_V1, "SendCustomVerificationEmail", NULL, NULL,
	    api_in_v1_send_custom_verification_email,
	    api_out_v1_send_custom_verification_email, API_OP_SENDS
	    | API_OP_SLOW,
	    "ConfigurationSetDoesNotExist|"
	    "CustomVerificationEmailTemplateDoesNotExist|"
	    "FromEmailAddressNotVerified|MessageRejected|"
	    "ProductionAccessNotGranted", send_custom_verification_email},
	{.name = NULL}};
/* clang-format on */
