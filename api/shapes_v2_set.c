/* Shapes of SES v2: configuration sets, pools, reputation, tenants, metrics */
#include "config.h"

#include "api/shapes.h"

/* clang-format off */

static const struct api_member tracking_options[] = {
	{"CustomRedirectDomain", NULL, REQUIRED, TEXT(0, 0)},
	{"HttpsPolicy", NULL, 0, CHOICE("REQUIRE|REQUIRE_OPEN_ONLY|OPTIONAL")},
	END};

static const struct api_member delivery_options[] = {
	{"TlsPolicy", NULL, 0, CHOICE("REQUIRE|OPTIONAL")},
	{"SendingPoolName", NULL, 0, TEXT(0, 0)},
	{"MaxDeliverySeconds", NULL, 0, INTEGER(300, 50400)},
	END};

static const struct api_member reputation_options[] = {
	{"ReputationMetricsEnabled", NULL, 0, FLAG},
	{"LastFreshStart", NULL, 0, TIME},
	END};

static const struct api_member sending_options[] = {
	{"SendingEnabled", NULL, 0, FLAG},
	END};

static const struct api_member tag[] = {
	{"Key", NULL, REQUIRED, TEXT(0, 0)},
	{"Value", NULL, REQUIRED, TEXT(0, 0)},
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

static const struct api_member suppression_validation_options[] = {
	{"ConditionThreshold", NULL, REQUIRED,
	    STRUCT(suppression_condition_threshold)},
	END};

static const struct api_member suppression_options[] = {
	{"SuppressedReasons", NULL, 0, LIST(0, 0, CHOICE("BOUNCE|COMPLAINT"))},
	{"ValidationOptions", NULL, 0, STRUCT(suppression_validation_options)},
	END};

static const struct api_member dashboard_options[] = {
	{"EngagementMetrics", NULL, 0, CHOICE("ENABLED|DISABLED")},
	END};

static const struct api_member guardian_options[] = {
	{"OptimizedSharedDelivery", NULL, 0, CHOICE("ENABLED|DISABLED")},
	END};

static const struct api_member vdm_options[] = {
	{"DashboardOptions", NULL, 0, STRUCT(dashboard_options)},
	{"GuardianOptions", NULL, 0, STRUCT(guardian_options)},
	END};

static const struct api_member archiving_options[] = {
	{"ArchiveArn", NULL, 0, TEXT(20, 1011)},
	END};

const struct api_member api_in_v2_create_configuration_set[] = {
	{"ConfigurationSetName", NULL, REQUIRED, TEXT(0, 0)},
	{"TrackingOptions", NULL, 0, STRUCT(tracking_options)},
	{"DeliveryOptions", NULL, 0, STRUCT(delivery_options)},
	{"ReputationOptions", NULL, 0, STRUCT(reputation_options)},
	{"SendingOptions", NULL, 0, STRUCT(sending_options)},
	{"Tags", NULL, 0, LIST(0, 0, STRUCT(tag))},
	{"SuppressionOptions", NULL, 0, STRUCT(suppression_options)},
	{"VdmOptions", NULL, 0, STRUCT(vdm_options)},
	{"ArchivingOptions", NULL, 0, STRUCT(archiving_options)},
	END};

const struct api_member api_in_v2_get_configuration_set[] = {
	{"ConfigurationSetName", NULL, REQUIRED | IN_PATH, TEXT(0, 0)},
	END};

const struct api_member api_in_v2_list_configuration_sets[] = {
	{"NextToken", NULL, IN_QUERY, TEXT(0, 0)},
	{"PageSize", NULL, IN_QUERY, INTEGER(INT32_MIN, INT32_MAX)},
	END};

const struct api_member api_in_v2_delete_configuration_set[] = {
	{"ConfigurationSetName", NULL, REQUIRED | IN_PATH, TEXT(0, 0)},
	END};

const struct api_member api_in_v2_put_configuration_set_delivery_options[] = {
	{"ConfigurationSetName", NULL, REQUIRED | IN_PATH, TEXT(0, 0)},
	{"TlsPolicy", NULL, 0, CHOICE("REQUIRE|OPTIONAL")},
	{"SendingPoolName", NULL, 0, TEXT(0, 0)},
	{"MaxDeliverySeconds", NULL, 0, INTEGER(300, 50400)},
	END};

const struct api_member api_in_v2_put_configuration_set_reputation_options[] = {
	{"ConfigurationSetName", NULL, REQUIRED | IN_PATH, TEXT(0, 0)},
	{"ReputationMetricsEnabled", NULL, 0, FLAG},
	END};

const struct api_member api_in_v2_put_configuration_set_sending_options[] = {
	{"ConfigurationSetName", NULL, REQUIRED | IN_PATH, TEXT(0, 0)},
	{"SendingEnabled", NULL, 0, FLAG},
	END};

const struct api_member api_in_v2_put_configuration_set_suppression_options[] = {
	{"ConfigurationSetName", NULL, REQUIRED | IN_PATH, TEXT(0, 0)},
	{"SuppressedReasons", NULL, 0, LIST(0, 0, CHOICE("BOUNCE|COMPLAINT"))},
	{"ValidationOptions", NULL, 0, STRUCT(suppression_validation_options)},
	END};

static const struct api_member kinesis_firehose_destination[] = {
	{"IamRoleArn", NULL, REQUIRED, TEXT(1, 0)},
	{"DeliveryStreamArn", NULL, REQUIRED, TEXT(1, 0)},
	END};

static const struct api_member cloud_watch_dimension_configuration[] = {
	{"DimensionName", NULL, REQUIRED, TEXT(0, 0)},
	{"DimensionValueSource", NULL, REQUIRED, CHOICE("MESSAGE_TAG|"
	    "EMAIL_HEADER|LINK_TAG")},
	{"DefaultDimensionValue", NULL, REQUIRED, TEXT(0, 0)},
	END};

static const struct api_member cloud_watch_destination[] = {
	{"DimensionConfigurations", NULL, REQUIRED, LIST(0, 0,
	    STRUCT(cloud_watch_dimension_configuration))},
	END};

static const struct api_member sns_destination[] = {
	{"TopicArn", NULL, REQUIRED, TEXT(1, 0)},
	END};

static const struct api_member event_bridge_destination[] = {
	{"EventBusArn", NULL, REQUIRED, TEXT(1, 0)},
	END};

static const struct api_member pinpoint_destination[] = {
	{"ApplicationArn", NULL, 0, TEXT(1, 0)},
	END};

static const struct api_member event_destination_definition[] = {
	{"Enabled", NULL, 0, FLAG},
	{"MatchingEventTypes", NULL, 0, LIST(0, 0, CHOICE("SEND|REJECT|BOUNCE|"
	    "COMPLAINT|DELIVERY|OPEN|CLICK|RENDERING_FAILURE|DELIVERY_DELAY|"
	    "SUBSCRIPTION"))},
	{"KinesisFirehoseDestination", NULL, 0,
	    STRUCT(kinesis_firehose_destination)},
	{"CloudWatchDestination", NULL, 0, STRUCT(cloud_watch_destination)},
	{"SnsDestination", NULL, 0, STRUCT(sns_destination)},
	{"EventBridgeDestination", NULL, 0, STRUCT(event_bridge_destination)},
	{"PinpointDestination", NULL, 0, STRUCT(pinpoint_destination)},
	END};

const struct api_member api_in_v2_create_configuration_set_event_destination[] = {
	{"ConfigurationSetName", NULL, REQUIRED | IN_PATH, TEXT(0, 0)},
	{"EventDestinationName", NULL, REQUIRED, TEXT(0, 0)},
	{"EventDestination", NULL, REQUIRED,
	    STRUCT(event_destination_definition)},
	END};

const struct api_member api_in_v2_update_configuration_set_event_destination[] = {
	{"ConfigurationSetName", NULL, REQUIRED | IN_PATH, TEXT(0, 0)},
	{"EventDestinationName", NULL, REQUIRED | IN_PATH, TEXT(0, 0)},
	{"EventDestination", NULL, REQUIRED,
	    STRUCT(event_destination_definition)},
	END};

const struct api_member api_in_v2_delete_configuration_set_event_destination[] = {
	{"ConfigurationSetName", NULL, REQUIRED | IN_PATH, TEXT(0, 0)},
	{"EventDestinationName", NULL, REQUIRED | IN_PATH, TEXT(0, 0)},
	END};

const struct api_member api_in_v2_get_configuration_set_event_destinations[] = {
	{"ConfigurationSetName", NULL, REQUIRED | IN_PATH, TEXT(0, 0)},
	END};

const struct api_member api_in_v2_create_dedicated_ip_pool[] = {
	{"PoolName", NULL, REQUIRED, TEXT(0, 0)},
	{"Tags", NULL, 0, LIST(0, 0, STRUCT(tag))},
	{"ScalingMode", NULL, 0, CHOICE("STANDARD|MANAGED")},
	END};

const struct api_member api_in_v2_get_dedicated_ip_pool[] = {
	{"PoolName", NULL, REQUIRED | IN_PATH, TEXT(0, 0)},
	END};

const struct api_member api_in_v2_list_dedicated_ip_pools[] = {
	{"NextToken", NULL, IN_QUERY, TEXT(0, 0)},
	{"PageSize", NULL, IN_QUERY, INTEGER(INT32_MIN, INT32_MAX)},
	END};

const struct api_member api_in_v2_delete_dedicated_ip_pool[] = {
	{"PoolName", NULL, REQUIRED | IN_PATH, TEXT(0, 0)},
	END};

const struct api_member api_in_v2_put_dedicated_ip_pool_scaling_attributes[] = {
	{"PoolName", NULL, REQUIRED | IN_PATH, TEXT(0, 0)},
	{"ScalingMode", NULL, REQUIRED, CHOICE("STANDARD|MANAGED")},
	END};

const struct api_member api_in_v2_get_dedicated_ip[] = {
	{"Ip", "IP", REQUIRED | IN_PATH, TEXT(0, 0)},
	END};

const struct api_member api_in_v2_get_dedicated_ips[] = {
	{"PoolName", NULL, IN_QUERY, TEXT(0, 0)},
	{"NextToken", NULL, IN_QUERY, TEXT(0, 0)},
	{"PageSize", NULL, IN_QUERY, INTEGER(INT32_MIN, INT32_MAX)},
	END};

const struct api_member api_in_v2_put_dedicated_ip_in_pool[] = {
	{"Ip", "IP", REQUIRED | IN_PATH, TEXT(0, 0)},
	{"DestinationPoolName", NULL, REQUIRED, TEXT(0, 0)},
	END};

const struct api_member api_in_v2_put_dedicated_ip_warmup_attributes[] = {
	{"Ip", "IP", REQUIRED | IN_PATH, TEXT(0, 0)},
	{"WarmupPercentage", NULL, REQUIRED, INTEGER(INT32_MIN, INT32_MAX)},
	END};

const struct api_member api_in_v2_get_reputation_entity[] = {
	{"ReputationEntityReference", NULL, REQUIRED | IN_PATH, TEXT(1, 0)},
	{"ReputationEntityType", NULL, REQUIRED | IN_PATH, CHOICE("RESOURCE")},
	END};

const struct api_member api_in_v2_list_reputation_entities[] = {
	{"Filter", NULL, 0, MAP(0, TEXT(1, 512))},
	{"NextToken", NULL, 0, TEXT(0, 0)},
	{"PageSize", NULL, 0, INTEGER(INT32_MIN, INT32_MAX)},
	END};

const struct api_member api_in_v2_update_reputation_entity_policy[] = {
	{"ReputationEntityType", NULL, REQUIRED | IN_PATH, CHOICE("RESOURCE")},
	{"ReputationEntityReference", NULL, REQUIRED | IN_PATH, TEXT(1, 0)},
	{"ReputationEntityPolicy", NULL, REQUIRED, TEXT(1, 0)},
	END};

const struct api_member api_in_v2_update_reputation_entity_customer_managed_status[] = {
	{"ReputationEntityType", NULL, REQUIRED | IN_PATH, CHOICE("RESOURCE")},
	{"ReputationEntityReference", NULL, REQUIRED | IN_PATH, TEXT(1, 0)},
	{"SendingStatus", NULL, REQUIRED,
	    CHOICE("ENABLED|REINSTATED|DISABLED")},
	END};

const struct api_member api_in_v2_create_tenant[] = {
	{"TenantName", NULL, REQUIRED, TEXT(1, 0)},
	{"Tags", NULL, 0, LIST(0, 0, STRUCT(tag))},
	END};

const struct api_member api_in_v2_get_tenant[] = {
	{"TenantName", NULL, REQUIRED, TEXT(1, 0)},
	END};

const struct api_member api_in_v2_list_tenants[] = {
	{"NextToken", NULL, 0, TEXT(0, 0)},
	{"PageSize", NULL, 0, INTEGER(INT32_MIN, INT32_MAX)},
	END};

const struct api_member api_in_v2_delete_tenant[] = {
	{"TenantName", NULL, REQUIRED, TEXT(1, 0)},
	END};

const struct api_member api_in_v2_create_tenant_resource_association[] = {
	{"TenantName", NULL, REQUIRED, TEXT(1, 0)},
	{"ResourceArn", NULL, REQUIRED, TEXT(1, 0)},
	END};

const struct api_member api_in_v2_delete_tenant_resource_association[] = {
	{"TenantName", NULL, REQUIRED, TEXT(1, 0)},
	{"ResourceArn", NULL, REQUIRED, TEXT(1, 0)},
	END};

const struct api_member api_in_v2_list_tenant_resources[] = {
	{"TenantName", NULL, REQUIRED, TEXT(1, 0)},
	{"Filter", NULL, 0, MAP(0, TEXT(1, 512))},
	{"PageSize", NULL, 0, INTEGER(INT32_MIN, INT32_MAX)},
	{"NextToken", NULL, 0, TEXT(0, 0)},
	END};

const struct api_member api_in_v2_list_resource_tenants[] = {
	{"ResourceArn", NULL, REQUIRED, TEXT(1, 0)},
	{"PageSize", NULL, 0, INTEGER(INT32_MIN, INT32_MAX)},
	{"NextToken", NULL, 0, TEXT(0, 0)},
	END};

const struct api_member api_in_v2_list_recommendations[] = {
	{"Filter", NULL, 0, MAP(2, TEXT(1, 512))},
	{"NextToken", NULL, 0, TEXT(0, 0)},
	{"PageSize", NULL, 0, INTEGER(INT32_MIN, INT32_MAX)},
	END};

static const struct api_member batch_get_metric_data_query[] = {
	{"Id", NULL, REQUIRED, TEXT(1, 255)},
	{"Namespace", NULL, REQUIRED, CHOICE("VDM")},
	{"Metric", NULL, REQUIRED, CHOICE("SEND|COMPLAINT|PERMANENT_BOUNCE|"
	    "TRANSIENT_BOUNCE|OPEN|CLICK|DELIVERY|DELIVERY_OPEN|DELIVERY_CLICK|"
	    "DELIVERY_COMPLAINT")},
	{"Dimensions", NULL, 0, MAP(3, TEXT(0, 0))},
	{"StartDate", NULL, REQUIRED, TIME},
	{"EndDate", NULL, REQUIRED, TIME},
	END};

const struct api_member api_in_v2_batch_get_metric_data[] = {
	{"Queries", NULL, REQUIRED, LIST(1, 10,
	    STRUCT(batch_get_metric_data_query))},
	END};

const struct api_member api_in_v2_get_message_insights[] = {
	{"MessageId", NULL, REQUIRED | IN_PATH, TEXT(0, 0)},
	END};
/* clang-format on */
