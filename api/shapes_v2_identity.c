/* Shapes of SES v2: identities, account, suppression, tags */
#include "config.h"

#include "api/shapes.h"

/* clang-format off */

static const struct api_member tag[] = {
	{"Key", NULL, REQUIRED, TEXT(0, 0)},
	{"Value", NULL, REQUIRED, TEXT(0, 0)},
	END};

static const struct api_member dkim_signing_attributes[] = {
	{"DomainSigningSelector", NULL, 0, TEXT(1, 63)},
	{"DomainSigningPrivateKey", NULL, 0, TEXT(1, 20480)},
	{"NextSigningKeyLength", NULL, 0, CHOICE("RSA_1024_BIT|RSA_2048_BIT")},
	{"DomainSigningAttributesOrigin", NULL, 0, CHOICE("AWS_SES|EXTERNAL|"
	    "AWS_SES_AF_SOUTH_1|AWS_SES_EU_NORTH_1|AWS_SES_AP_SOUTH_1|"
	    "AWS_SES_EU_WEST_3|AWS_SES_EU_WEST_2|AWS_SES_EU_SOUTH_1|"
	    "AWS_SES_EU_WEST_1|AWS_SES_AP_NORTHEAST_3|AWS_SES_AP_NORTHEAST_2|"
	    "AWS_SES_ME_SOUTH_1|AWS_SES_AP_NORTHEAST_1|AWS_SES_IL_CENTRAL_1|"
	    "AWS_SES_SA_EAST_1|AWS_SES_CA_CENTRAL_1|AWS_SES_AP_SOUTHEAST_1|"
	    "AWS_SES_AP_SOUTHEAST_2|AWS_SES_AP_SOUTHEAST_3|"
	    "AWS_SES_EU_CENTRAL_1|AWS_SES_US_EAST_1|AWS_SES_US_EAST_2|"
	    "AWS_SES_US_WEST_1|AWS_SES_US_WEST_2|AWS_SES_ME_CENTRAL_1|"
	    "AWS_SES_AP_SOUTH_2|AWS_SES_EU_CENTRAL_2|AWS_SES_AP_SOUTHEAST_5|"
	    "AWS_SES_CA_WEST_1")},
	END};

const struct api_member api_in_v2_create_email_identity[] = {
	{"EmailIdentity", NULL, REQUIRED, TEXT(1, 0)},
	{"Tags", NULL, 0, LIST(0, 0, STRUCT(tag))},
	{"DkimSigningAttributes", NULL, 0, STRUCT(dkim_signing_attributes)},
	{"ConfigurationSetName", NULL, 0, TEXT(0, 0)},
	END};

const struct api_member api_in_v2_get_email_identity[] = {
	{"EmailIdentity", NULL, REQUIRED | IN_PATH, TEXT(1, 0)},
	END};

const struct api_member api_in_v2_list_email_identities[] = {
	{"NextToken", NULL, IN_QUERY, TEXT(0, 0)},
	{"PageSize", NULL, IN_QUERY, INTEGER(INT32_MIN, INT32_MAX)},
	END};

const struct api_member api_in_v2_delete_email_identity[] = {
	{"EmailIdentity", NULL, REQUIRED | IN_PATH, TEXT(1, 0)},
	END};

const struct api_member api_in_v2_put_email_identity_dkim_attributes[] = {
	{"EmailIdentity", NULL, REQUIRED | IN_PATH, TEXT(1, 0)},
	{"SigningEnabled", NULL, 0, FLAG},
	END};

const struct api_member api_in_v2_put_email_identity_dkim_signing_attributes[] = {
	{"EmailIdentity", NULL, REQUIRED | IN_PATH, TEXT(1, 0)},
	{"SigningAttributesOrigin", NULL, REQUIRED, CHOICE("AWS_SES|EXTERNAL|"
	    "AWS_SES_AF_SOUTH_1|AWS_SES_EU_NORTH_1|AWS_SES_AP_SOUTH_1|"
	    "AWS_SES_EU_WEST_3|AWS_SES_EU_WEST_2|AWS_SES_EU_SOUTH_1|"
	    "AWS_SES_EU_WEST_1|AWS_SES_AP_NORTHEAST_3|AWS_SES_AP_NORTHEAST_2|"
	    "AWS_SES_ME_SOUTH_1|AWS_SES_AP_NORTHEAST_1|AWS_SES_IL_CENTRAL_1|"
	    "AWS_SES_SA_EAST_1|AWS_SES_CA_CENTRAL_1|AWS_SES_AP_SOUTHEAST_1|"
	    "AWS_SES_AP_SOUTHEAST_2|AWS_SES_AP_SOUTHEAST_3|"
	    "AWS_SES_EU_CENTRAL_1|AWS_SES_US_EAST_1|AWS_SES_US_EAST_2|"
	    "AWS_SES_US_WEST_1|AWS_SES_US_WEST_2|AWS_SES_ME_CENTRAL_1|"
	    "AWS_SES_AP_SOUTH_2|AWS_SES_EU_CENTRAL_2|AWS_SES_AP_SOUTHEAST_5|"
	    "AWS_SES_CA_WEST_1")},
	{"SigningAttributes", NULL, 0, STRUCT(dkim_signing_attributes)},
	END};

const struct api_member api_in_v2_put_email_identity_mail_from_attributes[] = {
	{"EmailIdentity", NULL, REQUIRED | IN_PATH, TEXT(1, 0)},
	{"MailFromDomain", NULL, 0, TEXT(0, 0)},
	{"BehaviorOnMxFailure", NULL, 0, CHOICE("USE_DEFAULT_VALUE|"
	    "REJECT_MESSAGE")},
	END};

const struct api_member api_in_v2_put_email_identity_feedback_attributes[] = {
	{"EmailIdentity", NULL, REQUIRED | IN_PATH, TEXT(1, 0)},
	{"EmailForwardingEnabled", NULL, 0, FLAG},
	END};

const struct api_member api_in_v2_put_email_identity_configuration_set_attributes[] = {
	{"EmailIdentity", NULL, REQUIRED | IN_PATH, TEXT(1, 0)},
	{"ConfigurationSetName", NULL, 0, TEXT(0, 0)},
	END};

const struct api_member api_in_v2_create_email_identity_policy[] = {
	{"EmailIdentity", NULL, REQUIRED | IN_PATH, TEXT(1, 0)},
	{"PolicyName", NULL, REQUIRED | IN_PATH, TEXT(1, 64)},
	{"Policy", NULL, REQUIRED, TEXT(1, 0)},
	END};

const struct api_member api_in_v2_update_email_identity_policy[] = {
	{"EmailIdentity", NULL, REQUIRED | IN_PATH, TEXT(1, 0)},
	{"PolicyName", NULL, REQUIRED | IN_PATH, TEXT(1, 64)},
	{"Policy", NULL, REQUIRED, TEXT(1, 0)},
	END};

const struct api_member api_in_v2_delete_email_identity_policy[] = {
	{"EmailIdentity", NULL, REQUIRED | IN_PATH, TEXT(1, 0)},
	{"PolicyName", NULL, REQUIRED | IN_PATH, TEXT(1, 64)},
	END};

const struct api_member api_in_v2_get_email_identity_policies[] = {
	{"EmailIdentity", NULL, REQUIRED | IN_PATH, TEXT(1, 0)},
	END};

const struct api_member api_in_v2_put_account_details[] = {
	{"MailType", NULL, REQUIRED, CHOICE("MARKETING|TRANSACTIONAL")},
	{"WebsiteURL", NULL, REQUIRED, TEXT(1, 1000)},
	{"ContactLanguage", NULL, 0, CHOICE("EN|JA")},
	{"UseCaseDescription", NULL, 0, TEXT(0, 5000)},
	{"AdditionalContactEmailAddresses", NULL, 0, LIST(1, 4, TEXT(6, 254))},
	{"ProductionAccessEnabled", NULL, 0, FLAG},
	END};

const struct api_member api_in_v2_put_account_sending_attributes[] = {
	{"SendingEnabled", NULL, 0, FLAG},
	END};

static const struct api_member suppression_confidence_threshold[] = {
	{"ConfidenceVerdictThreshold", NULL, REQUIRED, CHOICE("MEDIUM|HIGH|"
	    "MANAGED")},
	END};

static const struct api_member suppression_condition_threshold[] = {
	{"ConditionThresholdEnabled", NULL, REQUIRED,
	    CHOICE("ENABLED|DISABLED")},
	{"OverallConfidenceThreshold", NULL, 0,
	    STRUCT(suppression_confidence_threshold)},
	END};

static const struct api_member suppression_validation_attributes[] = {
	{"ConditionThreshold", NULL, REQUIRED,
	    STRUCT(suppression_condition_threshold)},
	END};

const struct api_member api_in_v2_put_account_suppression_attributes[] = {
	{"SuppressedReasons", NULL, 0, LIST(0, 0, CHOICE("BOUNCE|COMPLAINT"))},
	{"ValidationAttributes", NULL, 0,
	    STRUCT(suppression_validation_attributes)},
	END};

const struct api_member api_in_v2_put_account_dedicated_ip_warmup_attributes[] = {
	{"AutoWarmupEnabled", NULL, 0, FLAG},
	END};

const struct api_member api_in_v2_put_suppressed_destination[] = {
	{"EmailAddress", NULL, REQUIRED, TEXT(0, 0)},
	{"Reason", NULL, REQUIRED, CHOICE("BOUNCE|COMPLAINT")},
	END};

const struct api_member api_in_v2_get_suppressed_destination[] = {
	{"EmailAddress", NULL, REQUIRED | IN_PATH, TEXT(0, 0)},
	END};

const struct api_member api_in_v2_list_suppressed_destinations[] = {
	{"Reasons", "Reason", IN_QUERY, LIST(0, 0, CHOICE("BOUNCE|COMPLAINT"))},
	{"StartDate", NULL, IN_QUERY, TIME},
	{"EndDate", NULL, IN_QUERY, TIME},
	{"NextToken", NULL, IN_QUERY, TEXT(0, 0)},
	{"PageSize", NULL, IN_QUERY, INTEGER(INT32_MIN, INT32_MAX)},
	END};

const struct api_member api_in_v2_delete_suppressed_destination[] = {
	{"EmailAddress", NULL, REQUIRED | IN_PATH, TEXT(0, 0)},
	END};

static const struct api_member suppression_list_destination[] = {
	{"SuppressionListImportAction", NULL, REQUIRED, CHOICE("DELETE|PUT")},
	END};

static const struct api_member contact_list_destination[] = {
	{"ContactListName", NULL, REQUIRED, TEXT(0, 0)},
	{"ContactListImportAction", NULL, REQUIRED, CHOICE("DELETE|PUT")},
	END};

static const struct api_member import_destination[] = {
	{"SuppressionListDestination", NULL, 0,
	    STRUCT(suppression_list_destination)},
	{"ContactListDestination", NULL, 0, STRUCT(contact_list_destination)},
	END};

static const struct api_member import_data_source[] = {
	{"S3Url", NULL, REQUIRED, TEXT(0, 0)},
	{"DataFormat", NULL, REQUIRED, CHOICE("CSV|JSON")},
	END};

const struct api_member api_in_v2_create_import_job[] = {
	{"ImportDestination", NULL, REQUIRED, STRUCT(import_destination)},
	{"ImportDataSource", NULL, REQUIRED, STRUCT(import_data_source)},
	END};

const struct api_member api_in_v2_get_import_job[] = {
	{"JobId", NULL, REQUIRED | IN_PATH, TEXT(1, 0)},
	END};

const struct api_member api_in_v2_list_import_jobs[] = {
	{"ImportDestinationType", NULL, 0, CHOICE("SUPPRESSION_LIST|"
	    "CONTACT_LIST")},
	{"NextToken", NULL, 0, TEXT(0, 0)},
	{"PageSize", NULL, 0, INTEGER(INT32_MIN, INT32_MAX)},
	END};

const struct api_member api_in_v2_tag_resource[] = {
	{"ResourceArn", NULL, REQUIRED, TEXT(1, 0)},
	{"Tags", NULL, REQUIRED, LIST(0, 0, STRUCT(tag))},
	END};

const struct api_member api_in_v2_untag_resource[] = {
	{"ResourceArn", NULL, REQUIRED | IN_QUERY, TEXT(1, 0)},
	{"TagKeys", NULL, REQUIRED | IN_QUERY, LIST(0, 0, TEXT(0, 0))},
	END};

const struct api_member api_in_v2_list_tags_for_resource[] = {
	{"ResourceArn", NULL, REQUIRED | IN_QUERY, TEXT(1, 0)},
	END};
/* clang-format on */
