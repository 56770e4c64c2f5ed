/* SES v2: templates. */
#include "config.h"

#include <stdio.h>

#include "api/call.h"
#include "api/operation.h"
#include "api/shapes.h"
#include "api/template.h"
#include "api/v2_tag.h"
#include "api/verification.h"
#include "store/templates.h"

static const struct api_template_words words = {.subject = "Subject",
    .text = "Text",
    .html = "Html",
    .list_name = "TemplateName",
    .size = "PageSize",
    .missing = "NotFoundException",
    .exists = "AlreadyExistsException",
    .full = "LimitExceededException",
    .invalid = "BadRequestException",
    .bad_data = "BadRequestException",
    .missing_data = "BadRequestException"};

static void
create_email_template(struct api_call *call)
{
	api_template_create(call, &words, api_text(call->in, "TemplateName"),
	    api_object(call->in, "TemplateContent"),
	    api_object(call->in, "Tags"));
}

static void
update_email_template(struct api_call *call)
{
	api_template_update(call, &words, api_text(call->in, "TemplateName"),
	    api_object(call->in, "TemplateContent"));
}

static void
get_email_template(struct api_call *call)
{
	const char *name = api_text(call->in, "TemplateName");
	char resource[STORE_TEMPLATE_NAME_MAX + 16];
	json_t *content = api_put_object(call->out, "TemplateContent");

	if (!api_template_get(call, &words, name, content))
		return;
	api_put_text(call->out, "TemplateName", name);
	(void)snprintf(
	    resource, sizeof(resource), "template/%s", name); /* fits */
	api_tags_list(call, resource, api_put_list(call->out, "Tags"));
}

static void
list_email_templates(struct api_call *call)
{
	api_template_list(call, &words);
}

static void
delete_email_template(struct api_call *call)
{
	api_template_delete(
	    call, &words, api_text(call->in, "TemplateName"), true);
}

static void
test_render_email_template(struct api_call *call)
{
	api_template_test(call, &words, api_text(call->in, "TemplateName"),
	    api_text(call->in, "TemplateData"));
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
	    api_in_v2_test_render_email_template, NULL,
	    API_OP_READS | API_OP_SLOW,
	    "NotFoundException", test_render_email_template},
	{API_V2, "CreateCustomVerificationEmailTemplate", "POST", "/v2/email/custom-verification-email-templates",
	    api_in_v2_create_custom_verification_email_template, NULL, 0,
	    "AlreadyExistsException|LimitExceededException",
	    api_verification_create},
	{API_V2, "UpdateCustomVerificationEmailTemplate", "PUT", "/v2/email/custom-verification-email-templates/{TemplateName}",
	    api_in_v2_update_custom_verification_email_template, NULL, 0,
	    "NotFoundException", api_verification_update},
	{API_V2, "GetCustomVerificationEmailTemplate", "GET", "/v2/email/custom-verification-email-templates/{TemplateName}",
	    api_in_v2_get_custom_verification_email_template, NULL,
	    API_OP_READS,
	    "NotFoundException", api_verification_get},
	{API_V2, "ListCustomVerificationEmailTemplates", "GET", "/v2/email/custom-verification-email-templates",
	    api_in_v2_list_custom_verification_email_templates, NULL,
	    API_OP_READS,
	    "", api_verification_list},
	{API_V2, "DeleteCustomVerificationEmailTemplate", "DELETE", "/v2/email/custom-verification-email-templates/{TemplateName}",
	    api_in_v2_delete_custom_verification_email_template, NULL, 0,
	    "NotFoundException", api_verification_delete},
	{.name = NULL}};
/* clang-format on */
