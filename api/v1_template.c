/* SES v1: templates. */
#include "config.h"

#include "api/call.h"
#include "api/operation.h"
#include "api/shapes.h"

static void
create_template(struct api_call *call)
{
	api_fail(call, "InternalFailure", "CreateTemplate is not there yet");
}

static void
update_template(struct api_call *call)
{
	api_fail(call, "InternalFailure", "UpdateTemplate is not there yet");
}

static void
get_template(struct api_call *call)
{
	api_fail(call, "InternalFailure", "GetTemplate is not there yet");
}

static void
list_templates(struct api_call *call)
{
	api_fail(call, "InternalFailure", "ListTemplates is not there yet");
}

static void
delete_template(struct api_call *call)
{
	api_fail(call, "InternalFailure", "DeleteTemplate is not there yet");
}

static void
test_render_template(struct api_call *call)
{
	api_fail(
	    call, "InternalFailure", "TestRenderTemplate is not there yet");
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
const struct api_operation api_v1_template[] = {
	{API_V1, "CreateTemplate", NULL, NULL,
	    api_in_v1_create_template, NULL, 0,
	    "AlreadyExists|InvalidTemplate|LimitExceeded", create_template},
	{API_V1, "UpdateTemplate", NULL, NULL,
	    api_in_v1_update_template, NULL, 0,
	    "InvalidTemplate|TemplateDoesNotExist", update_template},
	{API_V1, "GetTemplate", NULL, NULL,
	    api_in_v1_get_template, api_out_v1_get_template, API_OP_READS,
	    "TemplateDoesNotExist", get_template},
	{API_V1, "ListTemplates", NULL, NULL,
	    api_in_v1_list_templates, api_out_v1_list_templates, API_OP_READS,
	    "", list_templates},
	{API_V1, "DeleteTemplate", NULL, NULL,
	    api_in_v1_delete_template, NULL, 0,
	    "", delete_template},
	{API_V1, "TestRenderTemplate", NULL, NULL,
	    api_in_v1_test_render_template, api_out_v1_test_render_template,
	    API_OP_READS,
	    "InvalidRenderingParameter|MissingRenderingAttribute|"
	    "TemplateDoesNotExist", test_render_template},
	{API_V1, "CreateCustomVerificationEmailTemplate", NULL, NULL,
	    api_in_v1_create_custom_verification_email_template, NULL,
	    API_OP_NO_RESULT,
	    "CustomVerificationEmailInvalidContent|"
	    "CustomVerificationEmailTemplateAlreadyExists|"
	    "FromEmailAddressNotVerified|LimitExceeded",
	    create_custom_verification_email_template},
	{API_V1, "UpdateCustomVerificationEmailTemplate", NULL, NULL,
	    api_in_v1_update_custom_verification_email_template, NULL,
	    API_OP_NO_RESULT,
	    "CustomVerificationEmailInvalidContent|"
	    "CustomVerificationEmailTemplateDoesNotExist|"
	    "FromEmailAddressNotVerified",
	    update_custom_verification_email_template},
	{API_V1, "GetCustomVerificationEmailTemplate", NULL, NULL,
	    api_in_v1_get_custom_verification_email_template,
	    api_out_v1_get_custom_verification_email_template, API_OP_READS,
	    "CustomVerificationEmailTemplateDoesNotExist",
	    get_custom_verification_email_template},
	{API_V1, "ListCustomVerificationEmailTemplates", NULL, NULL,
	    api_in_v1_list_custom_verification_email_templates,
	    api_out_v1_list_custom_verification_email_templates, API_OP_READS,
	    "", list_custom_verification_email_templates},
	{API_V1, "DeleteCustomVerificationEmailTemplate", NULL, NULL,
	    api_in_v1_delete_custom_verification_email_template, NULL,
	    API_OP_NO_RESULT,
	    "", delete_custom_verification_email_template},
	{.name = NULL}};
/* clang-format on */
