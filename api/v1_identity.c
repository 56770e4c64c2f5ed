/* SES v1: identities. */
#include "config.h"

#include "api/call.h"
#include "api/operation.h"
#include "api/shapes.h"

static void
verify_email_identity(struct api_call *call)
{
	api_fail(
	    call, "InternalFailure", "VerifyEmailIdentity is not there yet");
}

static void
verify_email_address(struct api_call *call)
{
	api_fail(
	    call, "InternalFailure", "VerifyEmailAddress is not there yet");
}

static void
verify_domain_identity(struct api_call *call)
{
	api_fail(
	    call, "InternalFailure", "VerifyDomainIdentity is not there yet");
}

static void
verify_domain_dkim(struct api_call *call)
{
	api_fail(call, "InternalFailure", "VerifyDomainDkim is not there yet");
}

static void
delete_identity(struct api_call *call)
{
	api_fail(call, "InternalFailure", "DeleteIdentity is not there yet");
}

static void
delete_verified_email_address(struct api_call *call)
{
	api_fail(call, "InternalFailure",
	    "DeleteVerifiedEmailAddress is not there yet");
}

static void
list_identities(struct api_call *call)
{
	api_fail(call, "InternalFailure", "ListIdentities is not there yet");
}

static void
list_verified_email_addresses(struct api_call *call)
{
	api_fail(call, "InternalFailure",
	    "ListVerifiedEmailAddresses is not there yet");
}

static void
get_identity_verification_attributes(struct api_call *call)
{
	api_fail(call, "InternalFailure",
	    "GetIdentityVerificationAttributes is not there yet");
}

static void
get_identity_dkim_attributes(struct api_call *call)
{
	api_fail(call, "InternalFailure",
	    "GetIdentityDkimAttributes is not there yet");
}

static void
set_identity_dkim_enabled(struct api_call *call)
{
	api_fail(
	    call, "InternalFailure", "SetIdentityDkimEnabled is not there yet");
}

static void
get_identity_mail_from_domain_attributes(struct api_call *call)
{
	api_fail(call, "InternalFailure",
	    "GetIdentityMailFromDomainAttributes is not there yet");
}

static void
set_identity_mail_from_domain(struct api_call *call)
{
	api_fail(call, "InternalFailure",
	    "SetIdentityMailFromDomain is not there yet");
}

static void
get_identity_notification_attributes(struct api_call *call)
{
	api_fail(call, "InternalFailure",
	    "GetIdentityNotificationAttributes is not there yet");
}

static void
set_identity_notification_topic(struct api_call *call)
{
	api_fail(call, "InternalFailure",
	    "SetIdentityNotificationTopic is not there yet");
}

static void
set_identity_feedback_forwarding_enabled(struct api_call *call)
{
	api_fail(call, "InternalFailure",
	    "SetIdentityFeedbackForwardingEnabled is not there yet");
}

static void
set_identity_headers_in_notifications_enabled(struct api_call *call)
{
	api_fail(call, "InternalFailure",
	    "SetIdentityHeadersInNotificationsEnabled is not there yet");
}

static void
put_identity_policy(struct api_call *call)
{
	api_fail(call, "InternalFailure", "PutIdentityPolicy is not there yet");
}

static void
get_identity_policies(struct api_call *call)
{
	api_fail(
	    call, "InternalFailure", "GetIdentityPolicies is not there yet");
}

static void
list_identity_policies(struct api_call *call)
{
	api_fail(
	    call, "InternalFailure", "ListIdentityPolicies is not there yet");
}

static void
delete_identity_policy(struct api_call *call)
{
	api_fail(
	    call, "InternalFailure", "DeleteIdentityPolicy is not there yet");
}

/* clang-format off */
const struct api_operation api_v1_identity[] = {
	{API_V1, "VerifyEmailIdentity", NULL, NULL,
	    api_in_v1_verify_email_identity, NULL, 0,
	    "", verify_email_identity},
	{API_V1, "VerifyEmailAddress", NULL, NULL,
	    api_in_v1_verify_email_address, NULL, API_OP_NO_RESULT,
	    "", verify_email_address},
	{API_V1, "VerifyDomainIdentity", NULL, NULL,
	    api_in_v1_verify_domain_identity,
	    api_out_v1_verify_domain_identity, API_OP_SLOW,
	    "", verify_domain_identity},
	{API_V1, "VerifyDomainDkim", NULL, NULL,
	    api_in_v1_verify_domain_dkim, api_out_v1_verify_domain_dkim,
	    API_OP_SLOW,
	    "", verify_domain_dkim},
	{API_V1, "DeleteIdentity", NULL, NULL,
	    api_in_v1_delete_identity, NULL, 0,
	    "", delete_identity},
	{API_V1, "DeleteVerifiedEmailAddress", NULL, NULL,
	    api_in_v1_delete_verified_email_address, NULL, API_OP_NO_RESULT,
	    "", delete_verified_email_address},
	{API_V1, "ListIdentities", NULL, NULL,
	    api_in_v1_list_identities, api_out_v1_list_identities, API_OP_READS,
	    "", list_identities},
	{API_V1, "ListVerifiedEmailAddresses", NULL, NULL,
	    NULL, api_out_v1_list_verified_email_addresses, API_OP_READS,
	    "", list_verified_email_addresses},
	{API_V1, "GetIdentityVerificationAttributes", NULL, NULL,
	    api_in_v1_get_identity_verification_attributes,
	    api_out_v1_get_identity_verification_attributes, API_OP_READS,
	    "", get_identity_verification_attributes},
	{API_V1, "GetIdentityDkimAttributes", NULL, NULL,
	    api_in_v1_get_identity_dkim_attributes,
	    api_out_v1_get_identity_dkim_attributes, API_OP_READS,
	    "", get_identity_dkim_attributes},
	{API_V1, "SetIdentityDkimEnabled", NULL, NULL,
	    api_in_v1_set_identity_dkim_enabled, NULL, 0,
	    "", set_identity_dkim_enabled},
	{API_V1, "GetIdentityMailFromDomainAttributes", NULL, NULL,
	    api_in_v1_get_identity_mail_from_domain_attributes,
	    api_out_v1_get_identity_mail_from_domain_attributes, API_OP_READS,
	    "", get_identity_mail_from_domain_attributes},
	{API_V1, "SetIdentityMailFromDomain", NULL, NULL,
	    api_in_v1_set_identity_mail_from_domain, NULL, 0,
	    "", set_identity_mail_from_domain},
	{API_V1, "GetIdentityNotificationAttributes", NULL, NULL,
	    api_in_v1_get_identity_notification_attributes,
	    api_out_v1_get_identity_notification_attributes, API_OP_READS,
	    "", get_identity_notification_attributes},
	{API_V1, "SetIdentityNotificationTopic", NULL, NULL,
	    api_in_v1_set_identity_notification_topic, NULL, 0,
	    "", set_identity_notification_topic},
	{API_V1, "SetIdentityFeedbackForwardingEnabled", NULL, NULL,
	    api_in_v1_set_identity_feedback_forwarding_enabled, NULL, 0,
	    "", set_identity_feedback_forwarding_enabled},
	{API_V1, "SetIdentityHeadersInNotificationsEnabled", NULL, NULL,
	    api_in_v1_set_identity_headers_in_notifications_enabled, NULL, 0,
	    "", set_identity_headers_in_notifications_enabled},
	{API_V1, "PutIdentityPolicy", NULL, NULL,
	    api_in_v1_put_identity_policy, NULL, 0,
	    "InvalidPolicy", put_identity_policy},
	{API_V1, "GetIdentityPolicies", NULL, NULL,
	    api_in_v1_get_identity_policies, api_out_v1_get_identity_policies,
	    API_OP_READS,
	    "", get_identity_policies},
	{API_V1, "ListIdentityPolicies", NULL, NULL,
	    api_in_v1_list_identity_policies,
	    api_out_v1_list_identity_policies, API_OP_READS,
	    "", list_identity_policies},
	{API_V1, "DeleteIdentityPolicy", NULL, NULL,
	    api_in_v1_delete_identity_policy, NULL, 0,
	    "", delete_identity_policy},
	{.name = NULL}};
/* clang-format on */
