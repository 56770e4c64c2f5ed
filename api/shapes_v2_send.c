/* Shapes of SES v2: sending, templates */
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

static const struct api_member message_header[] = {
	{"Name", NULL, REQUIRED, TEXT(1, 126)},
	{"Value", NULL, REQUIRED, TEXT(1, 995)},
	END};

static const struct api_member attachment[] = {
	{"RawContent", NULL, REQUIRED, BLOB(0)},
	{"ContentDisposition", NULL, 0, CHOICE("ATTACHMENT|INLINE")},
	{"FileName", NULL, REQUIRED, TEXT(0, 255)},
	{"ContentDescription", NULL, 0, TEXT(0, 1000)},
	{"ContentId", NULL, 0, TEXT(1, 78)},
	{"ContentTransferEncoding", NULL, 0, CHOICE("BASE64|QUOTED_PRINTABLE|"
	    "SEVEN_BIT")},
	{"ContentType", NULL, 0, TEXT(1, 78)},
	END};

static const struct api_member message[] = {
	{"Subject", NULL, REQUIRED, STRUCT(content)},
	{"Body", NULL, REQUIRED, STRUCT(body)},
	{"Headers", NULL, 0, LIST(0, 15, STRUCT(message_header))},
	{"Attachments", NULL, 0, LIST(0, 0, STRUCT(attachment))},
	END};

static const struct api_member raw_message[] = {
	{"Data", NULL, REQUIRED, BLOB(0)},
	END};

static const struct api_member email_template_content[] = {
	{"Subject", NULL, 0, TEXT(0, 0)},
	{"Text", NULL, 0, TEXT(0, 0)},
	{"Html", NULL, 0, TEXT(0, 0)},
	END};

static const struct api_member template[] = {
	{"TemplateName", NULL, 0, TEXT(1, 0)},
	{"TemplateArn", NULL, 0, TEXT(1, 0)},
	{"TemplateContent", NULL, 0, STRUCT(email_template_content)},
	{"TemplateData", NULL, 0, TEXT(0, 262144)},
	{"Headers", NULL, 0, LIST(0, 15, STRUCT(message_header))},
	{"Attachments", NULL, 0, LIST(0, 0, STRUCT(attachment))},
	END};

static const struct api_member email_content[] = {
	{"Simple", NULL, 0, STRUCT(message)},
	{"Raw", NULL, 0, STRUCT(raw_message)},
	{"Template", NULL, 0, STRUCT(template)},
	END};

static const struct api_member message_tag[] = {
	{"Name", NULL, REQUIRED, TEXT(0, 0)},
	{"Value", NULL, REQUIRED, TEXT(0, 0)},
	END};

static const struct api_member list_management_options[] = {
	{"ContactListName", NULL, REQUIRED, TEXT(0, 0)},
	{"TopicName", NULL, 0, TEXT(0, 0)},
	END};

const struct api_member api_in_v2_send_email[] = {
	{"FromEmailAddress", NULL, 0, TEXT(0, 0)},
	{"FromEmailAddressIdentityArn", NULL, 0, TEXT(1, 0)},
	{"Destination", NULL, 0, STRUCT(destination)},
	{"ReplyToAddresses", NULL, 0, LIST(0, 0, TEXT(0, 0))},
	{"FeedbackForwardingEmailAddress", NULL, 0, TEXT(0, 0)},
	{"FeedbackForwardingEmailAddressIdentityArn", NULL, 0, TEXT(1, 0)},
	{"Content", NULL, REQUIRED, STRUCT(email_content)},
	{"EmailTags", NULL, 0, LIST(0, 0, STRUCT(message_tag))},
	{"ConfigurationSetName", NULL, 0, TEXT(0, 0)},
	{"EndpointId", NULL, 0, TEXT(0, 0)},
	{"TenantName", NULL, 0, TEXT(1, 0)},
	{"ListManagementOptions", NULL, 0, STRUCT(list_management_options)},
	END};

static const struct api_member bulk_email_content[] = {
	{"Template", NULL, 0, STRUCT(template)},
	END};

static const struct api_member replacement_template[] = {
	{"ReplacementTemplateData", NULL, 0, TEXT(0, 262144)},
	END};

static const struct api_member replacement_email_content[] = {
	{"ReplacementTemplate", NULL, 0, STRUCT(replacement_template)},
	END};

static const struct api_member bulk_email_entry[] = {
	{"Destination", NULL, REQUIRED, STRUCT(destination)},
	{"ReplacementTags", NULL, 0, LIST(0, 0, STRUCT(message_tag))},
	{"ReplacementEmailContent", NULL, 0, STRUCT(replacement_email_content)},
	{"ReplacementHeaders", NULL, 0, LIST(0, 15, STRUCT(message_header))},
	END};

const struct api_member api_in_v2_send_bulk_email[] = {
	{"FromEmailAddress", NULL, 0, TEXT(0, 0)},
	{"FromEmailAddressIdentityArn", NULL, 0, TEXT(1, 0)},
	{"ReplyToAddresses", NULL, 0, LIST(0, 0, TEXT(0, 0))},
	{"FeedbackForwardingEmailAddress", NULL, 0, TEXT(0, 0)},
	{"FeedbackForwardingEmailAddressIdentityArn", NULL, 0, TEXT(1, 0)},
	{"DefaultEmailTags", NULL, 0, LIST(0, 0, STRUCT(message_tag))},
	{"DefaultContent", NULL, REQUIRED, STRUCT(bulk_email_content)},
	{"BulkEmailEntries", NULL, REQUIRED, LIST(0, 0,
	    STRUCT(bulk_email_entry))},
	{"ConfigurationSetName", NULL, 0, TEXT(0, 0)},
	{"EndpointId", NULL, 0, TEXT(0, 0)},
	{"TenantName", NULL, 0, TEXT(1, 0)},
	END};

const struct api_member api_in_v2_send_custom_verification_email[] = {
	{"EmailAddress", NULL, REQUIRED, TEXT(0, 0)},
	{"TemplateName", NULL, REQUIRED, TEXT(1, 0)},
	{"ConfigurationSetName", NULL, 0, TEXT(0, 0)},
	END};

static const struct api_member tag[] = {
	{"Key", NULL, REQUIRED, TEXT(0, 0)},
	{"Value", NULL, REQUIRED, TEXT(0, 0)},
	END};

const struct api_member api_in_v2_create_email_template[] = {
	{"TemplateName", NULL, REQUIRED, TEXT(1, 0)},
	{"TemplateContent", NULL, REQUIRED, STRUCT(email_template_content)},
	{"Tags", NULL, 0, LIST(0, 0, STRUCT(tag))},
	END};

const struct api_member api_in_v2_update_email_template[] = {
	{"TemplateName", NULL, REQUIRED | IN_PATH, TEXT(1, 0)},
	{"TemplateContent", NULL, REQUIRED, STRUCT(email_template_content)},
	END};

const struct api_member api_in_v2_get_email_template[] = {
	{"TemplateName", NULL, REQUIRED | IN_PATH, TEXT(1, 0)},
	END};

const struct api_member api_in_v2_list_email_templates[] = {
	{"NextToken", NULL, IN_QUERY, TEXT(0, 0)},
	{"PageSize", NULL, IN_QUERY, INTEGER(INT32_MIN, INT32_MAX)},
	END};

const struct api_member api_in_v2_delete_email_template[] = {
	{"TemplateName", NULL, REQUIRED | IN_PATH, TEXT(1, 0)},
	END};

const struct api_member api_in_v2_test_render_email_template[] = {
	{"TemplateName", NULL, REQUIRED | IN_PATH, TEXT(1, 0)},
	{"TemplateData", NULL, REQUIRED, TEXT(0, 262144)},
	END};

const struct api_member api_in_v2_create_custom_verification_email_template[] = {
	{"TemplateName", NULL, REQUIRED, TEXT(1, 0)},
	{"FromEmailAddress", NULL, REQUIRED, TEXT(0, 0)},
	{"TemplateSubject", NULL, REQUIRED, TEXT(0, 0)},
	{"TemplateContent", NULL, REQUIRED, TEXT(0, 0)},
	{"Tags", NULL, 0, LIST(0, 0, STRUCT(tag))},
	{"SuccessRedirectionURL", NULL, REQUIRED, TEXT(0, 0)},
	{"FailureRedirectionURL", NULL, REQUIRED, TEXT(0, 0)},
	END};

const struct api_member api_in_v2_update_custom_verification_email_template[] = {
	{"TemplateName", NULL, REQUIRED | IN_PATH, TEXT(1, 0)},
	{"FromEmailAddress", NULL, REQUIRED, TEXT(0, 0)},
	{"TemplateSubject", NULL, REQUIRED, TEXT(0, 0)},
	{"TemplateContent", NULL, REQUIRED, TEXT(0, 0)},
	{"SuccessRedirectionURL", NULL, REQUIRED, TEXT(0, 0)},
	{"FailureRedirectionURL", NULL, REQUIRED, TEXT(0, 0)},
	END};

const struct api_member api_in_v2_get_custom_verification_email_template[] = {
	{"TemplateName", NULL, REQUIRED | IN_PATH, TEXT(1, 0)},
	END};

const struct api_member api_in_v2_list_custom_verification_email_templates[] = {
	{"NextToken", NULL, IN_QUERY, TEXT(0, 0)},
	{"PageSize", NULL, IN_QUERY, INTEGER(INT32_MIN, INT32_MAX)},
	END};

const struct api_member api_in_v2_delete_custom_verification_email_template[] = {
	{"TemplateName", NULL, REQUIRED | IN_PATH, TEXT(1, 0)},
	END};
/* clang-format on */
