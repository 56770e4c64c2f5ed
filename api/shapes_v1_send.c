/* Shapes of SES v1: sending, templates */
#include "config.h"

#include "api/shapes.h"

/* clang-format off */

static const struct api_member destination[] = {
	{"ToAddresses", NULL, 0, LIST(0, 0, TEXT(0, 0))},
	{"CcAddresses", NULL, 0, LIST(0, 0, TEXT(0, 0))},
	{"BccAddresses", NULL, 0, LIST(0, 0, TEXT(0, 0))},
	END};

static const struct api_member content[] = {
	{"Data", NULL, REQUIRED, TEXT(0, 0)},
	{"Charset", NULL, 0, TEXT(0, 0)},
	END};

static const struct api_member body[] = {
	{"Text", NULL, 0, STRUCT(content)},
	{"Html", NULL, 0, STRUCT(content)},
	END};

static const struct api_member message[] = {
	{"Subject", NULL, REQUIRED, STRUCT(content)},
	{"Body", NULL, REQUIRED, STRUCT(body)},
	END};

static const struct api_member message_tag[] = {
	{"Name", NULL, REQUIRED, TEXT(0, 0)},
	{"Value", NULL, REQUIRED, TEXT(0, 0)},
	END};

const struct api_member api_in_v1_send_email[] = {
	{"Source", NULL, REQUIRED, TEXT(0, 0)},
	{"Destination", NULL, REQUIRED, STRUCT(destination)},
	{"Message", NULL, REQUIRED, STRUCT(message)},
	{"ReplyToAddresses", NULL, 0, LIST(0, 0, TEXT(0, 0))},
	{"ReturnPath", NULL, 0, TEXT(0, 0)},
	{"SourceArn", NULL, 0, TEXT(0, 0)},
	{"ReturnPathArn", NULL, 0, TEXT(0, 0)},
	{"Tags", NULL, 0, LIST(0, 0, STRUCT(message_tag))},
	{"ConfigurationSetName", NULL, 0, TEXT(0, 0)},
	END};

const struct api_member api_out_v1_send_email[] = {
	{"MessageId", NULL, REQUIRED, TEXT(0, 0)},
	END};

static const struct api_member raw_message[] = {
	{"Data", NULL, REQUIRED, BLOB(0)},
	END};

const struct api_member api_in_v1_send_raw_email[] = {
	{"Source", NULL, 0, TEXT(0, 0)},
	{"Destinations", NULL, 0, LIST(0, 0, TEXT(0, 0))},
	{"RawMessage", NULL, REQUIRED, STRUCT(raw_message)},
	{"FromArn", NULL, 0, TEXT(0, 0)},
	{"SourceArn", NULL, 0, TEXT(0, 0)},
	{"ReturnPathArn", NULL, 0, TEXT(0, 0)},
	{"Tags", NULL, 0, LIST(0, 0, STRUCT(message_tag))},
	{"ConfigurationSetName", NULL, 0, TEXT(0, 0)},
	END};

const struct api_member api_out_v1_send_raw_email[] = {
	{"MessageId", NULL, REQUIRED, TEXT(0, 0)},
	END};

const struct api_member api_in_v1_send_templated_email[] = {
	{"Source", NULL, REQUIRED, TEXT(0, 0)},
	{"Destination", NULL, REQUIRED, STRUCT(destination)},
	{"ReplyToAddresses", NULL, 0, LIST(0, 0, TEXT(0, 0))},
	{"ReturnPath", NULL, 0, TEXT(0, 0)},
	{"SourceArn", NULL, 0, TEXT(0, 0)},
	{"ReturnPathArn", NULL, 0, TEXT(0, 0)},
	{"Tags", NULL, 0, LIST(0, 0, STRUCT(message_tag))},
	{"ConfigurationSetName", NULL, 0, TEXT(0, 0)},
	{"Template", NULL, REQUIRED, TEXT(0, 0)},
	{"TemplateArn", NULL, 0, TEXT(0, 0)},
	{"TemplateData", NULL, REQUIRED, TEXT(0, 262144)},
	END};

const struct api_member api_out_v1_send_templated_email[] = {
	{"MessageId", NULL, REQUIRED, TEXT(0, 0)},
	END};

static const struct api_member bulk_email_destination[] = {
	{"Destination", NULL, REQUIRED, STRUCT(destination)},
	{"ReplacementTags", NULL, 0, LIST(0, 0, STRUCT(message_tag))},
	{"ReplacementTemplateData", NULL, 0, TEXT(0, 262144)},
	END};

const struct api_member api_in_v1_send_bulk_templated_email[] = {
	{"Source", NULL, REQUIRED, TEXT(0, 0)},
	{"SourceArn", NULL, 0, TEXT(0, 0)},
	{"ReplyToAddresses", NULL, 0, LIST(0, 0, TEXT(0, 0))},
	{"ReturnPath", NULL, 0, TEXT(0, 0)},
	{"ReturnPathArn", NULL, 0, TEXT(0, 0)},
	{"ConfigurationSetName", NULL, 0, TEXT(0, 0)},
	{"DefaultTags", NULL, 0, LIST(0, 0, STRUCT(message_tag))},
	{"Template", NULL, REQUIRED, TEXT(0, 0)},
	{"TemplateArn", NULL, 0, TEXT(0, 0)},
	{"DefaultTemplateData", NULL, 0, TEXT(0, 262144)},
	{"Destinations", NULL, REQUIRED, LIST(0, 0,
	    STRUCT(bulk_email_destination))},
	END};

static const struct api_member bulk_email_destination_status[] = {
	{"Status", NULL, 0, CHOICE("Success|MessageRejected|"
	    "MailFromDomainNotVerified|ConfigurationSetDoesNotExist|"
	    "TemplateDoesNotExist|AccountSuspended|AccountThrottled|"
	    "AccountDailyQuotaExceeded|InvalidSendingPoolName|"
	    "AccountSendingPaused|ConfigurationSetSendingPaused|"
	    "InvalidParameterValue|TransientFailure|Failed")},
	{"Error", NULL, 0, TEXT(0, 0)},
	{"MessageId", NULL, 0, TEXT(0, 0)},
	END};

const struct api_member api_out_v1_send_bulk_templated_email[] = {
	{"Status", NULL, REQUIRED, LIST(0, 0,
	    STRUCT(bulk_email_destination_status))},
	END};

const struct api_member api_in_v1_send_custom_verification_email[] = {
	{"EmailAddress", NULL, REQUIRED, TEXT(0, 0)},
	{"TemplateName", NULL, REQUIRED, TEXT(0, 0)},
	{"ConfigurationSetName", NULL, 0, TEXT(0, 0)},
	END};

const struct api_member api_out_v1_send_custom_verification_email[] = {
	{"MessageId", NULL, 0, TEXT(0, 0)},
	END};

static const struct api_member template[] = {
	{"TemplateName", NULL, REQUIRED, TEXT(0, 0)},
	{"SubjectPart", NULL, 0, TEXT(0, 0)},
	{"TextPart", NULL, 0, TEXT(0, 0)},
	{"HtmlPart", NULL, 0, TEXT(0, 0)},
	END};

const struct api_member api_in_v1_create_template[] = {
	{"Template", NULL, REQUIRED, STRUCT(template)},
	END};

const struct api_member api_in_v1_update_template[] = {
	{"Template", NULL, REQUIRED, STRUCT(template)},
	END};

const struct api_member api_in_v1_get_template[] = {
	{"TemplateName", NULL, REQUIRED, TEXT(0, 0)},
	END};

const struct api_member api_out_v1_get_template[] = {
	{"Template", NULL, 0, STRUCT(template)},
	END};

const struct api_member api_in_v1_list_templates[] = {
	{"NextToken", NULL, 0, TEXT(0, 0)},
	{"MaxItems", NULL, 0, INTEGER(INT32_MIN, INT32_MAX)},
	END};

static const struct api_member template_metadata[] = {
	{"Name", NULL, 0, TEXT(0, 0)},
	{"CreatedTimestamp", NULL, 0, TIME},
	END};

const struct api_member api_out_v1_list_templates[] = {
	{"TemplatesMetadata", NULL, 0, LIST(0, 0, STRUCT(template_metadata))},
	{"NextToken", NULL, 0, TEXT(0, 0)},
	END};

const struct api_member api_in_v1_delete_template[] = {
	{"TemplateName", NULL, REQUIRED, TEXT(0, 0)},
	END};

const struct api_member api_in_v1_test_render_template[] = {
	{"TemplateName", NULL, REQUIRED, TEXT(0, 0)},
	{"TemplateData", NULL, REQUIRED, TEXT(0, 262144)},
	END};

const struct api_member api_out_v1_test_render_template[] = {
	{"RenderedTemplate", NULL, 0, TEXT(0, 0)},
	END};

const struct api_member api_in_v1_create_custom_verification_email_template[] = {
	{"TemplateName", NULL, REQUIRED, TEXT(0, 0)},
	{"FromEmailAddress", NULL, REQUIRED, TEXT(0, 0)},
	{"TemplateSubject", NULL, REQUIRED, TEXT(0, 0)},
	{"TemplateContent", NULL, REQUIRED, TEXT(0, 0)},
	{"SuccessRedirectionURL", NULL, REQUIRED, TEXT(0, 0)},
	{"FailureRedirectionURL", NULL, REQUIRED, TEXT(0, 0)},
	END};

const struct api_member api_in_v1_update_custom_verification_email_template[] = {
	{"TemplateName", NULL, REQUIRED, TEXT(0, 0)},
	{"FromEmailAddress", NULL, 0, TEXT(0, 0)},
	{"TemplateSubject", NULL, 0, TEXT(0, 0)},
	{"TemplateContent", NULL, 0, TEXT(0, 0)},
	{"SuccessRedirectionURL", NULL, 0, TEXT(0, 0)},
	{"FailureRedirectionURL", NULL, 0, TEXT(0, 0)},
	END};

const struct api_member api_in_v1_get_custom_verification_email_template[] = {
	{"TemplateName", NULL, REQUIRED, TEXT(0, 0)},
	END};

const struct api_member api_out_v1_get_custom_verification_email_template[] = {
	{"TemplateName", NULL, 0, TEXT(0, 0)},
	{"FromEmailAddress", NULL, 0, TEXT(0, 0)},
	{"TemplateSubject", NULL, 0, TEXT(0, 0)},
	{"TemplateContent", NULL, 0, TEXT(0, 0)},
	{"SuccessRedirectionURL", NULL, 0, TEXT(0, 0)},
	{"FailureRedirectionURL", NULL, 0, TEXT(0, 0)},
	END};

const struct api_member api_in_v1_list_custom_verification_email_templates[] = {
	{"NextToken", NULL, 0, TEXT(0, 0)},
	{"MaxResults", NULL, 0, INTEGER(1, 50)},
	END};

static const struct api_member custom_verification_email_template[] = {
	{"TemplateName", NULL, 0, TEXT(0, 0)},
	{"FromEmailAddress", NULL, 0, TEXT(0, 0)},
	{"TemplateSubject", NULL, 0, TEXT(0, 0)},
	{"SuccessRedirectionURL", NULL, 0, TEXT(0, 0)},
	{"FailureRedirectionURL", NULL, 0, TEXT(0, 0)},
	END};

const struct api_member api_out_v1_list_custom_verification_email_templates[] = {
	{"CustomVerificationEmailTemplates", NULL, 0, LIST(0, 0,
	    STRUCT(custom_verification_email_template))},
	{"NextToken", NULL, 0, TEXT(0, 0)},
	END};

const struct api_member api_in_v1_delete_custom_verification_email_template[] = {
	{"TemplateName", NULL, REQUIRED, TEXT(0, 0)},
	END};
/* clang-format on */
