/* SES v2: templates. */
#include "config.h"

#include "api/call.h"
#include "api/operation.h"
#include "api/shapes.h"

static void
create_email_template(struct api_call *call)
{
	api_fail(
	    call, "InternalFailure", "CreateEmailTemplate is not there yet");
}

static void
update_email_template(struct api_call *call)
{
	api_fail(
	    call, "InternalFailure", "UpdateEmailTemplate is not there yet");
}

static void
get_email_template(struct api_call *call)
{
	api_fail(call, "InternalFailure", "GetEmailTemplate is not there yet");
}

static void
list_email_templates(struct api_call *call)
{
	api_fail(
	    call, "InternalFailure", "ListEmailTemplates is not there yet");
}

static void
delete_email_template(struct api_call *call)
{
	api_fail(
	    call, "InternalFailure", "DeleteEmailTemplate is not there yet");
}

static void
test_render_email_template(struct api_call *call)
{
	api_fail(call, "InternalFailure",
	    "TestRenderEmailTemplate is not there yet");
}

static void
create_custom_verification_email_template(struct api_call *call)
{
	api_fail(call, "InternalFailure",
	    "CreateCustomVerificationEmailTemplate is not there yet");
}

static void
update_custom_verification_email_template(struct api_call *call)
{
	api_fail(call, "InternalFailure",
	    "UpdateCustomVerificationEmailTemplate is not there yet");
}

static void
get_custom_verification_email_template(struct api_call *call)
{
	api_fail(call, "InternalFailure",
	    "GetCustomVerificationEmailTemplate is not there yet");
}

static void
list_custom_verification_email_templates(struct api_call *call)
{
	api_fail(call, "InternalFailure",
	    "ListCustomVerificationEmailTemplates is not there yet");
}

static void
delete_custom_verification_email_template(struct api_call *call)
{
	api_fail(call, "InternalFailure",
	    "DeleteCustomVerificationEmailTemplate is not there yet");
}

/* clang-format off */
const struct api_operation api_v2_template[] = {
	{API_V2, "CreateEmailTemplate", "POST", "/v2/email/templates",
	    api_in_v2_create_email_template, NULL, 0,
	    "AlreadyExistsException|LimitExceededException",
	    create_email_template},
	{API_V2, "UpdateEmailTemplate", "PUT", "/v2/email/templates/{TemplateName}",
	    api_in_v2_update_email_template, NULL, 0,
	    "NotFoundException", update_email_template},
	{API_V2, "GetEmailTemplate", "GET", "/v2/email/templates/{TemplateName}",
	    api_in_v2_get_email_template, NULL, API_OP_READS,
	    "NotFoundException", get_email_template},
	{API_V2, "ListEmailTemplates", "GET", "/v2/email/templates",
	    api_in_v2_list_email_templates, NULL, API_OP_READS,
	    "", list_email_templates},
	{API_V2, "DeleteEmailTemplate", "DELETE", "/v2/email/templates/{TemplateName}",
	    api_in_v2_delete_email_template, NULL, 0,
	    "NotFoundException", delete_email_template},
	{API_V2, "TestRenderEmailTemplate", "POST", "/v2/email/templates/{TemplateName}/render",
	    api_in_v2_test_render_email_template, NULL, API_OP_READS,
	    "NotFoundException", test_render_email_template},
	{API_V2, "CreateCustomVerificationEmailTemplate", "POST", "/v2/email/custom-verification-email-templates",
	    api_in_v2_create_custom_verification_email_template, NULL, 0,
	    "AlreadyExistsException|LimitExceededException|NotFoundException",
	    create_custom_verification_email_template},
	{API_V2, "UpdateCustomVerificationEmailTemplate", "PUT", "/v2/email/custom-verification-email-templates/{TemplateName}",
	    api_in_v2_update_custom_verification_email_template, NULL, 0,
	    "NotFoundException", update_custom_verification_email_template},
	{API_V2, "GetCustomVerificationEmailTemplate", "GET", "/v2/email/custom-verification-email-templates/{TemplateName}",
	    api_in_v2_get_custom_verification_email_template, NULL,
	    API_OP_READS,
	    "NotFoundException", get_custom_verification_email_template},
	{API_V2, "ListCustomVerificationEmailTemplates", "GET", "/v2/email/custom-verification-email-templates",
	    api_in_v2_list_custom_verification_email_templates, NULL,
	    API_OP_READS,
	    "", list_custom_verification_email_templates},
	{API_V2, "DeleteCustomVerificationEmailTemplate", "DELETE", "/v2/email/custom-verification-email-templates/{TemplateName}",
	    api_in_v2_delete_custom_verification_email_template, NULL, 0,
	    "NotFoundException", delete_custom_verification_email_template},
	{.name = NULL}};
/* clang-format on */
