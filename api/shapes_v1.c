/* Shapes of SES v1: what the actions take and answer */
#include "config.h"

#include "api/shapes.h"

/* clang-format off */

const struct api_member api_in_v1_verify_email_identity[] = {
	{"EmailAddress", NULL, REQUIRED, TEXT(0, 0)},
	END};

const struct api_member api_in_v1_verify_email_address[] = {
	{"EmailAddress", NULL, REQUIRED, TEXT(0, 0)},
	END};

const struct api_member api_in_v1_verify_domain_identity[] = {
	{"Domain", NULL, REQUIRED, TEXT(0, 0)},
	END};

const struct api_member api_out_v1_verify_domain_identity[] = {
	{"VerificationToken", NULL, REQUIRED, TEXT(0, 0)},
	END};

const struct api_member api_in_v1_verify_domain_dkim[] = {
	{"Domain", NULL, REQUIRED, TEXT(0, 0)},
	END};

const struct api_member api_out_v1_verify_domain_dkim[] = {
	{"DkimTokens", NULL, REQUIRED, LIST(0, 0, TEXT(0, 0))},
	END};

const struct api_member api_in_v1_delete_identity[] = {
	{"Identity", NULL, REQUIRED, TEXT(0, 0)},
	END};

const struct api_member api_in_v1_delete_verified_email_address[] = {
	{"EmailAddress", NULL, REQUIRED, TEXT(0, 0)},
	END};

const struct api_member api_in_v1_list_identities[] = {
	{"IdentityType", NULL, 0, CHOICE("EmailAddress|Domain")},
	{"NextToken", NULL, 0, TEXT(0, 0)},
	{"MaxItems", NULL, 0, INTEGER(INT32_MIN, INT32_MAX)},
	END};

const struct api_member api_out_v1_list_identities[] = {
	{"Identities", NULL, REQUIRED, LIST(0, 0, TEXT(0, 0))},
	{"NextToken", NULL, 0, TEXT(0, 0)},
	END};

const struct api_member api_out_v1_list_verified_email_addresses[] = {
	{"VerifiedEmailAddresses", NULL, 0, LIST(0, 0, TEXT(0, 0))},
	END};

const struct api_member api_in_v1_get_identity_verification_attributes[] = {
	{"Identities", NULL, REQUIRED, LIST(0, 0, TEXT(0, 0))},
	END};

static const struct api_member identity_verification_attributes[] = {
	{"VerificationStatus", NULL, REQUIRED, CHOICE("Pending|Success|Failed|"
	    "TemporaryFailure|NotStarted")},
	{"VerificationToken", NULL, 0, TEXT(0, 0)},
	END};

const struct api_member api_out_v1_get_identity_verification_attributes[] = {
	{"VerificationAttributes", NULL, REQUIRED, MAP(0,
	    STRUCT(identity_verification_attributes))},
	END};

const struct api_member api_in_v1_get_identity_dkim_attributes[] = {
	{"Identities", NULL, REQUIRED, LIST(0, 0, TEXT(0, 0))},
	END};

static const struct api_member identity_dkim_attributes[] = {
	{"DkimEnabled", NULL, REQUIRED, FLAG},
	{"DkimVerificationStatus", NULL, REQUIRED, CHOICE("Pending|Success|"
	    "Failed|TemporaryFailure|NotStarted")},
	{"DkimTokens", NULL, 0, LIST(0, 0, TEXT(0, 0))},
	END};

const struct api_member api_out_v1_get_identity_dkim_attributes[] = {
	{"DkimAttributes", NULL, REQUIRED, MAP(0,
	    STRUCT(identity_dkim_attributes))},
	END};

const struct api_member api_in_v1_set_identity_dkim_enabled[] = {
	{"Identity", NULL, REQUIRED, TEXT(0, 0)},
	{"DkimEnabled", NULL, REQUIRED, FLAG},
	END};

const struct api_member api_in_v1_get_identity_mail_from_domain_attributes[] = {
	{"Identities", NULL, REQUIRED, LIST(0, 0, TEXT(0, 0))},
	END};

static const struct api_member identity_mail_from_domain_attributes[] = {
	{"MailFromDomain", NULL, REQUIRED, TEXT(0, 0)},
	{"MailFromDomainStatus", NULL, REQUIRED, CHOICE("Pending|Success|"
	    "Failed|TemporaryFailure")},
	{"BehaviorOnMXFailure", NULL, REQUIRED, CHOICE("UseDefaultValue|"
	    "RejectMessage")},
	END};

const struct api_member api_out_v1_get_identity_mail_from_domain_attributes[] = {
	{"MailFromDomainAttributes", NULL, REQUIRED, MAP(0,
	    STRUCT(identity_mail_from_domain_attributes))},
	END};

const struct api_member api_in_v1_set_identity_mail_from_domain[] = {
	{"Identity", NULL, REQUIRED, TEXT(0, 0)},
	{"MailFromDomain", NULL, 0, TEXT(0, 0)},
	{"BehaviorOnMXFailure", NULL, 0,
	    CHOICE("UseDefaultValue|RejectMessage")},
	END};

const struct api_member api_in_v1_get_identity_notification_attributes[] = {
	{"Identities", NULL, REQUIRED, LIST(0, 0, TEXT(0, 0))},
	END};

static const struct api_member identity_notification_attributes[] = {
	{"BounceTopic", NULL, REQUIRED, TEXT(0, 0)},
	{"ComplaintTopic", NULL, REQUIRED, TEXT(0, 0)},
	{"DeliveryTopic", NULL, REQUIRED, TEXT(0, 0)},
	{"ForwardingEnabled", NULL, REQUIRED, FLAG},
	{"HeadersInBounceNotificationsEnabled", NULL, 0, FLAG},
	{"HeadersInComplaintNotificationsEnabled", NULL, 0, FLAG},
	{"HeadersInDeliveryNotificationsEnabled", NULL, 0, FLAG},
	END};

const struct api_member api_out_v1_get_identity_notification_attributes[] = {
	{"NotificationAttributes", NULL, REQUIRED, MAP(0,
	    STRUCT(identity_notification_attributes))},
	END};

const struct api_member api_in_v1_set_identity_notification_topic[] = {
	{"Identity", NULL, REQUIRED, TEXT(0, 0)},
	{"NotificationType", NULL, REQUIRED,
	    CHOICE("Bounce|Complaint|Delivery")},
	{"SnsTopic", NULL, 0, TEXT(0, 0)},
	END};

const struct api_member api_in_v1_set_identity_feedback_forwarding_enabled[] = {
	{"Identity", NULL, REQUIRED, TEXT(0, 0)},
	{"ForwardingEnabled", NULL, REQUIRED, FLAG},
	END};

const struct api_member api_in_v1_set_identity_headers_in_notifications_enabled[] = {
	{"Identity", NULL, REQUIRED, TEXT(0, 0)},
	{"NotificationType", NULL, REQUIRED,
	    CHOICE("Bounce|Complaint|Delivery")},
	{"Enabled", NULL, REQUIRED, FLAG},
	END};

const struct api_member api_in_v1_put_identity_policy[] = {
	{"Identity", NULL, REQUIRED, TEXT(0, 0)},
	{"PolicyName", NULL, REQUIRED, TEXT(1, 64)},
	{"Policy", NULL, REQUIRED, TEXT(1, 0)},
	END};

const struct api_member api_in_v1_get_identity_policies[] = {
	{"Identity", NULL, REQUIRED, TEXT(0, 0)},
	{"PolicyNames", NULL, REQUIRED, LIST(0, 0, TEXT(1, 64))},
	END};

const struct api_member api_out_v1_get_identity_policies[] = {
	{"Policies", NULL, REQUIRED, MAP(0, TEXT(1, 0))},
	END};

const struct api_member api_in_v1_list_identity_policies[] = {
	{"Identity", NULL, REQUIRED, TEXT(0, 0)},
	END};

const struct api_member api_out_v1_list_identity_policies[] = {
	{"PolicyNames", NULL, REQUIRED, LIST(0, 0, TEXT(1, 64))},
	END};

const struct api_member api_in_v1_delete_identity_policy[] = {
	{"Identity", NULL, REQUIRED, TEXT(0, 0)},
	{"PolicyName", NULL, REQUIRED, TEXT(1, 64)},
	END};

const struct api_member api_out_v1_get_send_quota[] = {
	{"Max24HourSend", NULL, 0, NUMBER},
	{"MaxSendRate", NULL, 0, NUMBER},
	{"SentLast24Hours", NULL, 0, NUMBER},
	END};

static const struct api_member send_data_point[] = {
	{"Timestamp", NULL, 0, TIME},
	{"DeliveryAttempts", NULL, 0, INTEGER(INT64_MIN, INT64_MAX)},
	{"Bounces", NULL, 0, INTEGER(INT64_MIN, INT64_MAX)},
	{"Complaints", NULL, 0, INTEGER(INT64_MIN, INT64_MAX)},
	{"Rejects", NULL, 0, INTEGER(INT64_MIN, INT64_MAX)},
	END};

const struct api_member api_out_v1_get_send_statistics[] = {
	{"SendDataPoints", NULL, 0, LIST(0, 0, STRUCT(send_data_point))},
	END};

const struct api_member api_out_v1_get_account_sending_enabled[] = {
	{"Enabled", NULL, 0, FLAG},
	END};

const struct api_member api_in_v1_update_account_sending_enabled[] = {
	{"Enabled", NULL, 0, FLAG},
	END};

static const struct api_member configuration_set[] = {
	{"Name", NULL, REQUIRED, TEXT(0, 0)},
	END};

const struct api_member api_in_v1_create_configuration_set[] = {
	{"ConfigurationSet", NULL, REQUIRED, STRUCT(configuration_set)},
	END};

const struct api_member api_in_v1_describe_configuration_set[] = {
	{"ConfigurationSetName", NULL, REQUIRED, TEXT(0, 0)},
	{"ConfigurationSetAttributeNames", NULL, 0, LIST(0, 0, CHOICE("eventDestinations|trackingOptions|deliveryOptions|reputationOptions"))},
	END};

static const struct api_member kinesis_firehose_destination[] = {
	{"IAMRoleARN", NULL, REQUIRED, TEXT(0, 0)},
	{"DeliveryStreamARN", NULL, REQUIRED, TEXT(0, 0)},
	END};

static const struct api_member cloud_watch_dimension_configuration[] = {
	{"DimensionName", NULL, REQUIRED, TEXT(0, 0)},
	{"DimensionValueSource", NULL, REQUIRED, CHOICE("messageTag|"
	    "emailHeader|linkTag")},
	{"DefaultDimensionValue", NULL, REQUIRED, TEXT(0, 0)},
	END};

static const struct api_member cloud_watch_destination[] = {
	{"DimensionConfigurations", NULL, REQUIRED, LIST(0, 0,
	    STRUCT(cloud_watch_dimension_configuration))},
	END};

static const struct api_member sns_destination[] = {
	{"TopicARN", NULL, REQUIRED, TEXT(0, 0)},
	END};

static const struct api_member event_destination[] = {
	{"Name", NULL, REQUIRED, TEXT(0, 0)},
	{"Enabled", NULL, 0, FLAG},
	{"MatchingEventTypes", NULL, REQUIRED, LIST(0, 0, CHOICE("send|reject|"
	    "bounce|complaint|delivery|open|click|renderingFailure"))},
	{"KinesisFirehoseDestination", NULL, 0,
	    STRUCT(kinesis_firehose_destination)},
	{"CloudWatchDestination", NULL, 0, STRUCT(cloud_watch_destination)},
	{"SNSDestination", NULL, 0, STRUCT(sns_destination)},
	END};

static const struct api_member tracking_options[] = {
	{"CustomRedirectDomain", NULL, 0, TEXT(0, 0)},
	END};

static const struct api_member delivery_options[] = {
	{"TlsPolicy", NULL, 0, CHOICE("Require|Optional")},
	END};

static const struct api_member reputation_options[] = {
	{"SendingEnabled", NULL, 0, FLAG},
	{"ReputationMetricsEnabled", NULL, 0, FLAG},
	{"LastFreshStart", NULL, 0, TIME},
	END};

const struct api_member api_out_v1_describe_configuration_set[] = {
	{"ConfigurationSet", NULL, 0, STRUCT(configuration_set)},
	{"EventDestinations", NULL, 0, LIST(0, 0, STRUCT(event_destination))},
	{"TrackingOptions", NULL, 0, STRUCT(tracking_options)},
	{"DeliveryOptions", NULL, 0, STRUCT(delivery_options)},
	{"ReputationOptions", NULL, 0, STRUCT(reputation_options)},
	END};

const struct api_member api_in_v1_list_configuration_sets[] = {
	{"NextToken", NULL, 0, TEXT(0, 0)},
	{"MaxItems", NULL, 0, INTEGER(INT32_MIN, INT32_MAX)},
	END};

const struct api_member api_out_v1_list_configuration_sets[] = {
	{"ConfigurationSets", NULL, 0, LIST(0, 0, STRUCT(configuration_set))},
	{"NextToken", NULL, 0, TEXT(0, 0)},
	END};

const struct api_member api_in_v1_delete_configuration_set[] = {
	{"ConfigurationSetName", NULL, REQUIRED, TEXT(0, 0)},
	END};

const struct api_member api_in_v1_create_configuration_set_event_destination[] = {
	{"ConfigurationSetName", NULL, REQUIRED, TEXT(0, 0)},
	{"EventDestination", NULL, REQUIRED, STRUCT(event_destination)},
	END};

const struct api_member api_in_v1_update_configuration_set_event_destination[] = {
	{"ConfigurationSetName", NULL, REQUIRED, TEXT(0, 0)},
	{"EventDestination", NULL, REQUIRED, STRUCT(event_destination)},
	END};

const struct api_member api_in_v1_delete_configuration_set_event_destination[] = {
	{"ConfigurationSetName", NULL, REQUIRED, TEXT(0, 0)},
	{"EventDestinationName", NULL, REQUIRED, TEXT(0, 0)},
	END};

const struct api_member api_in_v1_put_configuration_set_delivery_options[] = {
	{"ConfigurationSetName", NULL, REQUIRED, TEXT(0, 0)},
	{"DeliveryOptions", NULL, 0, STRUCT(delivery_options)},
	END};

const struct api_member api_in_v1_update_configuration_set_sending_enabled[] = {
	{"ConfigurationSetName", NULL, REQUIRED, TEXT(0, 0)},
	{"Enabled", NULL, REQUIRED, FLAG},
	END};

const struct api_member api_in_v1_update_configuration_set_reputation_metrics_enabled[] = {
	{"ConfigurationSetName", NULL, REQUIRED, TEXT(0, 0)},
	{"Enabled", NULL, REQUIRED, FLAG},
	END};
/* clang-format on */
