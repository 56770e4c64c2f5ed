/* SES v2: identities. */
#include "config.h"

#include "api/call.h"
#include "api/operation.h"
#include "api/shapes.h"

static void
create_email_identity(struct api_call *call)
{
	api_fail(
	    call, "InternalFailure", "CreateEmailIdentity is not there yet");
}

static void
get_email_identity(struct api_call *call)
{
	api_fail(call, "InternalFailure", "GetEmailIdentity is not there yet");
}

static void
list_email_identities(struct api_call *call)
{
	api_fail(
	    call, "InternalFailure", "ListEmailIdentities is not there yet");
}

static void
delete_email_identity(struct api_call *call)
{
	api_fail(
	    call, "InternalFailure", "DeleteEmailIdentity is not there yet");
}

static void
put_email_identity_dkim_attributes(struct api_call *call)
{
	api_fail(call, "InternalFailure",
	    "PutEmailIdentityDkimAttributes is not there yet");
}

static void
put_email_identity_dkim_signing_attributes(struct api_call *call)
{
	api_fail(call, "InternalFailure",
	    "PutEmailIdentityDkimSigningAttributes is not there yet");
}

static void
put_email_identity_mail_from_attributes(struct api_call *call)
{
	api_fail(call, "InternalFailure",
	    "PutEmailIdentityMailFromAttributes is not there yet");
}

static void
put_email_identity_feedback_attributes(struct api_call *call)
{
	api_fail(call, "InternalFailure",
	    "PutEmailIdentityFeedbackAttributes is not there yet");
}

static void
put_email_identity_configuration_set_attributes(struct api_call *call)
{
	api_fail(call, "InternalFailure",
	    "PutEmailIdentityConfigurationSetAttributes is not there yet");
}

static void
create_email_identity_policy(struct api_call *call)
{
	api_fail(call, "InternalFailure",
	    "CreateEmailIdentityPolicy is not there yet");
}

static void
update_email_identity_policy(struct api_call *call)
{
	api_fail(call, "InternalFailure",
	    "UpdateEmailIdentityPolicy is not there yet");
}

static void
delete_email_identity_policy(struct api_call *call)
{
	api_fail(call, "InternalFailure",
	    "DeleteEmailIdentityPolicy is not there yet");
}

static void
get_email_identity_policies(struct api_call *call)
{
	api_fail(call, "InternalFailure",
	    "GetEmailIdentityPolicies is not there yet");
}

/* clang-format off */
const struct api_operation api_v2_identity[] = {
	{API_V2, "CreateEmailIdentity", "POST", "/v2/email/identities",
	    api_in_v2_create_email_identity, NULL, API_OP_SLOW,
	    "AlreadyExistsException|ConcurrentModificationException|"
	    "LimitExceededException|NotFoundException", create_email_identity},
	{API_V2, "GetEmailIdentity", "GET", "/v2/email/identities/{EmailIdentity}",
	    api_in_v2_get_email_identity, NULL, API_OP_READS,
	    "NotFoundException", get_email_identity},
	{API_V2, "ListEmailIdentities", "GET", "/v2/email/identities",
	    api_in_v2_list_email_identities, NULL, API_OP_READS,
	    "", list_email_identities},
	{API_V2, "DeleteEmailIdentity", "DELETE", "/v2/email/identities/{EmailIdentity}",
	    api_in_v2_delete_email_identity, NULL, 0,
	    "ConcurrentModificationException|NotFoundException",
	    delete_email_identity},
	{API_V2, "PutEmailIdentityDkimAttributes", "PUT", "/v2/email/identities/{EmailIdentity}/dkim",
	    api_in_v2_put_email_identity_dkim_attributes, NULL, 0,
	    "NotFoundException", put_email_identity_dkim_attributes},
	{API_V2, "PutEmailIdentityDkimSigningAttributes", "PUT", "/v2/email/identities/{EmailIdentity}/dkim/signing",
	    api_in_v2_put_email_identity_dkim_signing_attributes, NULL,
	    API_OP_SLOW,
	    "NotFoundException", put_email_identity_dkim_signing_attributes},
	{API_V2, "PutEmailIdentityMailFromAttributes", "PUT", "/v2/email/identities/{EmailIdentity}/mail-from",
	    api_in_v2_put_email_identity_mail_from_attributes, NULL, 0,
	    "NotFoundException", put_email_identity_mail_from_attributes},
	{API_V2, "PutEmailIdentityFeedbackAttributes", "PUT", "/v2/email/identities/{EmailIdentity}/feedback",
	    api_in_v2_put_email_identity_feedback_attributes, NULL, 0,
	    "NotFoundException", put_email_identity_feedback_attributes},
	{API_V2, "PutEmailIdentityConfigurationSetAttributes", "PUT", "/v2/email/identities/{EmailIdentity}/configuration-set",
	    api_in_v2_put_email_identity_configuration_set_attributes, NULL, 0,
	    "NotFoundException",
	    put_email_identity_configuration_set_attributes},
	{API_V2, "CreateEmailIdentityPolicy", "POST", "/v2/email/identities/{EmailIdentity}/policies/{PolicyName}",
	    api_in_v2_create_email_identity_policy, NULL, 0,
	    "AlreadyExistsException|LimitExceededException|NotFoundException",
	    create_email_identity_policy},
	{API_V2, "UpdateEmailIdentityPolicy", "PUT", "/v2/email/identities/{EmailIdentity}/policies/{PolicyName}",
	    api_in_v2_update_email_identity_policy, NULL, 0,
	    "NotFoundException", update_email_identity_policy},
	{API_V2, "DeleteEmailIdentityPolicy", "DELETE", "/v2/email/identities/{EmailIdentity}/policies/{PolicyName}",
	    api_in_v2_delete_email_identity_policy, NULL, 0,
	    "NotFoundException", delete_email_identity_policy},
	{API_V2, "GetEmailIdentityPolicies", "GET", "/v2/email/identities/{EmailIdentity}/policies",
	    api_in_v2_get_email_identity_policies, NULL, API_OP_READS,
	    "NotFoundException", get_email_identity_policies},
	{.name = NULL}};
/* clang-format on */
