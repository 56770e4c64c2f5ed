/* SES v1: templates. */
#include "config.h"

#include "api/call.h"
#include "api/operation.h"
#include "api/shapes.h"
#include "api/template.h"
#include "api/verification.h"

static const struct api_template_words words = {.subject = "SubjectPart",
    .text = "TextPart",
    .html = "HtmlPart",
    .list_name = "Name",
    .size = "MaxItems",
    .missing = "TemplateDoesNotExist",
    .exists = "AlreadyExists",
    .full = "LimitExceeded",
    .invalid = "InvalidTemplate",
    .bad_data = "InvalidRenderingParameter",
    .missing_data = "MissingRenderingAttribute"};

static void
create_template(struct api_call *call)
{
	const json_t *template = api_object(call->in, "Template");

	api_template_create(
	    call, &words, api_text(template, "TemplateName"), template, NULL);
}

static void
update_template(struct api_call *call)
{
	const json_t *template = api_object(call->in, "Template");

	api_template_update(
	    call, &words, api_text(template, "TemplateName"), template);
}

static void
get_template(struct api_call *call)
{
	const char *name = api_text(call->in, "TemplateName");
	json_t *template = api_put_object(call->out, "Template");

	api_put_text(template, "TemplateName", name);
	(void)api_template_get(call, &words, name, template);
}

static void
list_templates(struct api_call *call)
{
	api_template_list(call, &words);
}

static void
delete_template(struct api_call *call)
{
	api_template_delete(
	    call, &words, api_text(call->in, "TemplateName"), false);
}

static void
test_render_template(struct api_call *call)
{
	api_template_test(call, &words, api_text(call->in, "TemplateName"),
	    api_text(call->in, "TemplateData"));
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
	    API_OP_READS | API_OP_SLOW,
	    "InvalidRenderingParameter|MissingRenderingAttribute|"
	    "TemplateDoesNotExist", test_render_template},
	{API_V1, "CreateCustomVerificationEmailTemplate", NULL, NULL,
	    api_in_v1_create_custom_verification_email_template, NULL,
	    API_OP_NO_RESULT,
	    "CustomVerificationEmailInvalidContent|"
	    "CustomVerificationEmailTemplateAlreadyExists|"
	    "FromEmailAddressNotVerified|LimitExceeded",
	    api_verification_create},
	{API_V1, "UpdateCustomVerificationEmailTemplate", NULL, NULL,
	    api_in_v1_update_custom_verification_email_template, NULL,
	    API_OP_NO_RESULT,
	    "CustomVerificationEmailInvalidContent|"
	    "CustomVerificationEmailTemplateDoesNotExist|"
	    "FromEmailAddressNotVerified",
	    api_verification_update},
	{API_V1, "GetCustomVerificationEmailTemplate", NULL, NULL,
	    api_in_v1_get_custom_verification_email_template,
	    api_out_v1_get_custom_verification_email_template, API_OP_READS,
	    "CustomVerificationEmailTemplateDoesNotExist",
	    api_verification_get},
	{API_V1, "ListCustomVerificationEmailTemplates", NULL, NULL,
	    api_in_v1_list_custom_verification_email_templates,
	    api_out_v1_list_custom_verification_email_templates, API_OP_READS,
	    "", api_verification_list},
	{API_V1, "DeleteCustomVerificationEmailTemplate", NULL, NULL,
	    api_in_v1_delete_custom_verification_email_template, NULL,
	    API_OP_NO_RESULT,
	    "", api_verification_delete},
	{.name = NULL}};
/* clang-format on */
