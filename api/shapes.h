/* What each operation takes, and, where the answer is XML, what it answers: one
 * list of members an operation. Facts of the services' own models; see shape.h for
 * their form. Checks nothing: validate.h does. */
#ifndef SENDWARD_API_SHAPES_H
#define SENDWARD_API_SHAPES_H

#include "api/shape.h"

extern const struct api_member api_in_own_sign_in[];
extern const struct api_member api_in_own_change_password[];
extern const struct api_member api_in_own_begin_second_factor[];
extern const struct api_member api_in_own_confirm_second_factor[];
extern const struct api_member api_in_own_remove_second_factor[];
extern const struct api_member api_in_own_list_users[];
extern const struct api_member api_in_own_create_user[];
extern const struct api_member api_in_own_set_user[];
extern const struct api_member api_in_own_delete_user[];
extern const struct api_member api_in_v2_send_email[];
extern const struct api_member api_in_v2_send_bulk_email[];
extern const struct api_member api_in_v2_send_custom_verification_email[];
extern const struct api_member api_in_v2_create_email_template[];
extern const struct api_member api_in_v2_update_email_template[];
extern const struct api_member api_in_v2_get_email_template[];
extern const struct api_member api_in_v2_list_email_templates[];
extern const struct api_member api_in_v2_delete_email_template[];
extern const struct api_member api_in_v2_test_render_email_template[];
extern const struct api_member
    api_in_v2_create_custom_verification_email_template[];
extern const struct api_member
    api_in_v2_update_custom_verification_email_template[];
extern const struct api_member
    api_in_v2_get_custom_verification_email_template[];
extern const struct api_member
    api_in_v2_list_custom_verification_email_templates[];
extern const struct api_member
    api_in_v2_delete_custom_verification_email_template[];
extern const struct api_member api_in_v2_create_email_identity[];
extern const struct api_member api_in_v2_get_email_identity[];
extern const struct api_member api_in_v2_list_email_identities[];
extern const struct api_member api_in_v2_delete_email_identity[];
extern const struct api_member api_in_v2_put_email_identity_dkim_attributes[];
extern const struct api_member
    api_in_v2_put_email_identity_dkim_signing_attributes[];
extern const struct api_member
    api_in_v2_put_email_identity_mail_from_attributes[];
extern const struct api_member
    api_in_v2_put_email_identity_feedback_attributes[];
extern const struct api_member
    api_in_v2_put_email_identity_configuration_set_attributes[];
extern const struct api_member api_in_v2_create_email_identity_policy[];
extern const struct api_member api_in_v2_update_email_identity_policy[];
extern const struct api_member api_in_v2_delete_email_identity_policy[];
extern const struct api_member api_in_v2_get_email_identity_policies[];
extern const struct api_member api_in_v2_put_account_details[];
extern const struct api_member api_in_v2_put_account_sending_attributes[];
extern const struct api_member api_in_v2_put_account_suppression_attributes[];
extern const struct api_member
    api_in_v2_put_account_dedicated_ip_warmup_attributes[];
extern const struct api_member api_in_v2_put_suppressed_destination[];
extern const struct api_member api_in_v2_get_suppressed_destination[];
extern const struct api_member api_in_v2_list_suppressed_destinations[];
extern const struct api_member api_in_v2_delete_suppressed_destination[];
extern const struct api_member api_in_v2_create_import_job[];
extern const struct api_member api_in_v2_get_import_job[];
extern const struct api_member api_in_v2_list_import_jobs[];
extern const struct api_member api_in_v2_tag_resource[];
extern const struct api_member api_in_v2_untag_resource[];
extern const struct api_member api_in_v2_list_tags_for_resource[];
extern const struct api_member api_in_v2_create_configuration_set[];
extern const struct api_member api_in_v2_get_configuration_set[];
extern const struct api_member api_in_v2_list_configuration_sets[];
extern const struct api_member api_in_v2_delete_configuration_set[];
extern const struct api_member
    api_in_v2_put_configuration_set_delivery_options[];
extern const struct api_member
    api_in_v2_put_configuration_set_reputation_options[];
extern const struct api_member
    api_in_v2_put_configuration_set_sending_options[];
extern const struct api_member
    api_in_v2_put_configuration_set_suppression_options[];
extern const struct api_member
    api_in_v2_create_configuration_set_event_destination[];
extern const struct api_member
    api_in_v2_update_configuration_set_event_destination[];
extern const struct api_member
    api_in_v2_delete_configuration_set_event_destination[];
extern const struct api_member
    api_in_v2_get_configuration_set_event_destinations[];
extern const struct api_member api_in_v2_create_dedicated_ip_pool[];
extern const struct api_member api_in_v2_get_dedicated_ip_pool[];
extern const struct api_member api_in_v2_list_dedicated_ip_pools[];
extern const struct api_member api_in_v2_delete_dedicated_ip_pool[];
extern const struct api_member
    api_in_v2_put_dedicated_ip_pool_scaling_attributes[];
extern const struct api_member api_in_v2_get_dedicated_ip[];
extern const struct api_member api_in_v2_get_dedicated_ips[];
extern const struct api_member api_in_v2_put_dedicated_ip_in_pool[];
extern const struct api_member api_in_v2_put_dedicated_ip_warmup_attributes[];
extern const struct api_member api_in_v2_get_reputation_entity[];
extern const struct api_member api_in_v2_list_reputation_entities[];
extern const struct api_member api_in_v2_update_reputation_entity_policy[];
extern const struct api_member
    api_in_v2_update_reputation_entity_customer_managed_status[];
extern const struct api_member api_in_v2_create_tenant[];
extern const struct api_member api_in_v2_get_tenant[];
extern const struct api_member api_in_v2_list_tenants[];
extern const struct api_member api_in_v2_delete_tenant[];
extern const struct api_member api_in_v2_create_tenant_resource_association[];
extern const struct api_member api_in_v2_delete_tenant_resource_association[];
extern const struct api_member api_in_v2_list_tenant_resources[];
extern const struct api_member api_in_v2_list_resource_tenants[];
extern const struct api_member api_in_v2_list_recommendations[];
extern const struct api_member api_in_v2_batch_get_metric_data[];
extern const struct api_member api_in_v2_get_message_insights[];
extern const struct api_member api_in_own_identity[];
extern const struct api_member api_in_own_list_credentials[];
extern const struct api_member api_in_own_create_credential[];
extern const struct api_member api_in_own_set_credential[];
extern const struct api_member api_in_own_credential[];
extern const struct api_member api_in_own_get_timeline[];
extern const struct api_member api_in_own_list_accounts[];
extern const struct api_member api_in_own_account[];
extern const struct api_member api_in_own_create_account[];
extern const struct api_member api_in_own_set_account[];
extern const struct api_member api_in_own_pause_account[];
extern const struct api_member api_in_own_resume_account[];
extern const struct api_member api_in_own_release_throttle[];
extern const struct api_member api_in_own_list_requests[];
extern const struct api_member api_in_own_decide_request[];
extern const struct api_member api_in_own_render_content[];
extern const struct api_member api_in_own_list_messages[];
extern const struct api_member api_in_own_get_message[];
extern const struct api_member api_in_own_get_message_report[];
extern const struct api_member api_in_own_list_reports[];
extern const struct api_member api_in_own_get_report[];
extern const struct api_member api_in_own_list_dead_letters[];
extern const struct api_member api_in_own_dead_letter[];
extern const struct api_member api_in_own_list_deliveries[];
extern const struct api_member api_in_own_create_export[];
extern const struct api_member api_in_own_list_exports[];
extern const struct api_member api_in_own_delete_export[];
extern const struct api_member api_in_own_import_suppressions[];
extern const struct api_member api_in_own_get_import[];
extern const struct api_member api_in_own_list_suppressions[];
extern const struct api_member api_in_v1_verify_email_identity[];
extern const struct api_member api_in_v1_verify_email_address[];
extern const struct api_member api_in_v1_verify_domain_identity[];
extern const struct api_member api_out_v1_verify_domain_identity[];
extern const struct api_member api_in_v1_verify_domain_dkim[];
extern const struct api_member api_out_v1_verify_domain_dkim[];
extern const struct api_member api_in_v1_delete_identity[];
extern const struct api_member api_in_v1_delete_verified_email_address[];
extern const struct api_member api_in_v1_list_identities[];
extern const struct api_member api_out_v1_list_identities[];
extern const struct api_member api_out_v1_list_verified_email_addresses[];
extern const struct api_member api_in_v1_get_identity_verification_attributes[];
extern const struct api_member
    api_out_v1_get_identity_verification_attributes[];
extern const struct api_member api_in_v1_get_identity_dkim_attributes[];
extern const struct api_member api_out_v1_get_identity_dkim_attributes[];
extern const struct api_member api_in_v1_set_identity_dkim_enabled[];
extern const struct api_member
    api_in_v1_get_identity_mail_from_domain_attributes[];
extern const struct api_member
    api_out_v1_get_identity_mail_from_domain_attributes[];
extern const struct api_member api_in_v1_set_identity_mail_from_domain[];
extern const struct api_member api_in_v1_get_identity_notification_attributes[];
extern const struct api_member
    api_out_v1_get_identity_notification_attributes[];
extern const struct api_member api_in_v1_set_identity_notification_topic[];
extern const struct api_member
    api_in_v1_set_identity_feedback_forwarding_enabled[];
extern const struct api_member
    api_in_v1_set_identity_headers_in_notifications_enabled[];
extern const struct api_member api_in_v1_put_identity_policy[];
extern const struct api_member api_in_v1_get_identity_policies[];
extern const struct api_member api_out_v1_get_identity_policies[];
extern const struct api_member api_in_v1_list_identity_policies[];
extern const struct api_member api_out_v1_list_identity_policies[];
extern const struct api_member api_in_v1_delete_identity_policy[];
extern const struct api_member api_out_v1_get_send_quota[];
extern const struct api_member api_out_v1_get_send_statistics[];
extern const struct api_member api_out_v1_get_account_sending_enabled[];
extern const struct api_member api_in_v1_update_account_sending_enabled[];
extern const struct api_member api_in_v1_create_configuration_set[];
extern const struct api_member api_in_v1_describe_configuration_set[];
extern const struct api_member api_out_v1_describe_configuration_set[];
extern const struct api_member api_in_v1_list_configuration_sets[];
extern const struct api_member api_out_v1_list_configuration_sets[];
extern const struct api_member api_in_v1_delete_configuration_set[];
extern const struct api_member
    api_in_v1_create_configuration_set_event_destination[];
extern const struct api_member
    api_in_v1_update_configuration_set_event_destination[];
extern const struct api_member
    api_in_v1_delete_configuration_set_event_destination[];
extern const struct api_member
    api_in_v1_put_configuration_set_delivery_options[];
extern const struct api_member
    api_in_v1_update_configuration_set_sending_enabled[];
extern const struct api_member
    api_in_v1_update_configuration_set_reputation_metrics_enabled[];
extern const struct api_member api_in_v1_send_email[];
extern const struct api_member api_out_v1_send_email[];
extern const struct api_member api_in_v1_send_raw_email[];
extern const struct api_member api_out_v1_send_raw_email[];
extern const struct api_member api_in_v1_send_templated_email[];
extern const struct api_member api_out_v1_send_templated_email[];
extern const struct api_member api_in_v1_send_bulk_templated_email[];
extern const struct api_member api_out_v1_send_bulk_templated_email[];
extern const struct api_member api_in_v1_send_custom_verification_email[];
extern const struct api_member api_out_v1_send_custom_verification_email[];
extern const struct api_member api_in_v1_create_template[];
extern const struct api_member api_in_v1_update_template[];
extern const struct api_member api_in_v1_get_template[];
extern const struct api_member api_out_v1_get_template[];
extern const struct api_member api_in_v1_list_templates[];
extern const struct api_member api_out_v1_list_templates[];
extern const struct api_member api_in_v1_delete_template[];
extern const struct api_member api_in_v1_test_render_template[];
extern const struct api_member api_out_v1_test_render_template[];
extern const struct api_member
    api_in_v1_create_custom_verification_email_template[];
extern const struct api_member
    api_in_v1_update_custom_verification_email_template[];
extern const struct api_member
    api_in_v1_get_custom_verification_email_template[];
extern const struct api_member
    api_out_v1_get_custom_verification_email_template[];
extern const struct api_member
    api_in_v1_list_custom_verification_email_templates[];
extern const struct api_member
    api_out_v1_list_custom_verification_email_templates[];
extern const struct api_member
    api_in_v1_delete_custom_verification_email_template[];
extern const struct api_member api_in_sns_create_topic[];
extern const struct api_member api_out_sns_create_topic[];
extern const struct api_member api_in_sns_delete_topic[];
extern const struct api_member api_in_sns_list_topics[];
extern const struct api_member api_out_sns_list_topics[];
extern const struct api_member api_in_sns_get_topic_attributes[];
extern const struct api_member api_out_sns_get_topic_attributes[];
extern const struct api_member api_in_sns_set_topic_attributes[];
extern const struct api_member api_in_sns_subscribe[];
extern const struct api_member api_out_sns_subscribe[];
extern const struct api_member api_in_sns_confirm_subscription[];
extern const struct api_member api_out_sns_confirm_subscription[];
extern const struct api_member api_in_sns_unsubscribe[];
extern const struct api_member api_in_sns_list_subscriptions[];
extern const struct api_member api_out_sns_list_subscriptions[];
extern const struct api_member api_in_sns_list_subscriptions_by_topic[];
extern const struct api_member api_out_sns_list_subscriptions_by_topic[];
extern const struct api_member api_in_sns_get_subscription_attributes[];
extern const struct api_member api_out_sns_get_subscription_attributes[];
extern const struct api_member api_in_sns_set_subscription_attributes[];
extern const struct api_member api_in_sns_publish[];
extern const struct api_member api_out_sns_publish[];
extern const struct api_member api_in_own_list_observed[];
extern const struct api_member api_in_own_adopt_observed[];
extern const struct api_member api_in_own_list_pools[];
extern const struct api_member api_in_own_create_pool[];
extern const struct api_member api_in_own_delete_pool[];
extern const struct api_member api_in_own_add_pool_address[];
extern const struct api_member api_in_own_set_pool_address[];
extern const struct api_member api_in_own_delete_pool_address[];

#endif
