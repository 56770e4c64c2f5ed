/* Operations of the services that sendward has not: see rest.h, codec.h. */
#include "config.h"

#include "api/unsupported.h"

#include <stddef.h>
#include <string.h>

/* clang-format off */
const struct api_unsupported api_unsupported[] = {
	{API_V2, "CancelExportJob", "PUT", "/v2/email/export-jobs/{JobId}/cancel"},
	{API_V2, "CreateContact", "POST", "/v2/email/contact-lists/{ContactListName}/contacts"},
	{API_V2, "CreateContactList", "POST", "/v2/email/contact-lists"},
	{API_V2, "CreateDeliverabilityTestReport", "POST", "/v2/email/deliverability-dashboard/test"},
	{API_V2, "CreateExportJob", "POST", "/v2/email/export-jobs"},
	{API_V2, "CreateMultiRegionEndpoint", "POST", "/v2/email/multi-region-endpoints"},
	{API_V2, "DeleteContact", "DELETE", "/v2/email/contact-lists/{ContactListName}/contacts/{EmailAddress}"},
	{API_V2, "DeleteContactList", "DELETE", "/v2/email/contact-lists/{ContactListName}"},
	{API_V2, "DeleteMultiRegionEndpoint", "DELETE", "/v2/email/multi-region-endpoints/{EndpointName}"},
	{API_V2, "GetBlacklistReports", "GET", "/v2/email/deliverability-dashboard/blacklist-report"},
	{API_V2, "GetContact", "GET", "/v2/email/contact-lists/{ContactListName}/contacts/{EmailAddress}"},
	{API_V2, "GetContactList", "GET", "/v2/email/contact-lists/{ContactListName}"},
	{API_V2, "GetDeliverabilityDashboardOptions", "GET", "/v2/email/deliverability-dashboard"},
	{API_V2, "GetDeliverabilityTestReport", "GET", "/v2/email/deliverability-dashboard/test-reports/{ReportId}"},
	{API_V2, "GetDomainDeliverabilityCampaign", "GET", "/v2/email/deliverability-dashboard/campaigns/{CampaignId}"},
	{API_V2, "GetDomainStatisticsReport", "GET", "/v2/email/deliverability-dashboard/statistics-report/{Domain}"},
	{API_V2, "GetEmailAddressInsights", "POST", "/v2/email/email-address-insights/"},
	{API_V2, "GetExportJob", "GET", "/v2/email/export-jobs/{JobId}"},
	{API_V2, "GetMultiRegionEndpoint", "GET", "/v2/email/multi-region-endpoints/{EndpointName}"},
	{API_V2, "ListContactLists", "GET", "/v2/email/contact-lists"},
	{API_V2, "ListContacts", "POST", "/v2/email/contact-lists/{ContactListName}/contacts/list"},
	{API_V2, "ListContacts", "GET", "/v2/email/contact-lists/{ContactListName}/contacts"},
	{API_V2, "ListDeliverabilityTestReports", "GET", "/v2/email/deliverability-dashboard/test-reports"},
	{API_V2, "ListDomainDeliverabilityCampaigns", "GET", "/v2/email/deliverability-dashboard/domains/{SubscribedDomain}/campaigns"},
	{API_V2, "ListExportJobs", "POST", "/v2/email/list-export-jobs"},
	{API_V2, "ListMultiRegionEndpoints", "GET", "/v2/email/multi-region-endpoints"},
	{API_V2, "PutAccountVdmAttributes", "PUT", "/v2/email/account/vdm"},
	{API_V2, "PutConfigurationSetArchivingOptions", "PUT", "/v2/email/configuration-sets/{ConfigurationSetName}/archiving-options"},
	{API_V2, "PutConfigurationSetTrackingOptions", "PUT", "/v2/email/configuration-sets/{ConfigurationSetName}/tracking-options"},
	{API_V2, "PutConfigurationSetVdmOptions", "PUT", "/v2/email/configuration-sets/{ConfigurationSetName}/vdm-options"},
	{API_V2, "PutDeliverabilityDashboardOption", "PUT", "/v2/email/deliverability-dashboard"},
	{API_V2, "UpdateContact", "PUT", "/v2/email/contact-lists/{ContactListName}/contacts/{EmailAddress}"},
	{API_V2, "UpdateContactList", "PUT", "/v2/email/contact-lists/{ContactListName}"},
	{API_V1, "CloneReceiptRuleSet", NULL, NULL},
	{API_V1, "CreateConfigurationSetTrackingOptions", NULL, NULL},
	{API_V1, "CreateReceiptFilter", NULL, NULL},
	{API_V1, "CreateReceiptRule", NULL, NULL},
	{API_V1, "CreateReceiptRuleSet", NULL, NULL},
	{API_V1, "DeleteConfigurationSetTrackingOptions", NULL, NULL},
	{API_V1, "DeleteReceiptFilter", NULL, NULL},
	{API_V1, "DeleteReceiptRule", NULL, NULL},
	{API_V1, "DeleteReceiptRuleSet", NULL, NULL},
	{API_V1, "DescribeActiveReceiptRuleSet", NULL, NULL},
	{API_V1, "DescribeReceiptRule", NULL, NULL},
	{API_V1, "DescribeReceiptRuleSet", NULL, NULL},
	{API_V1, "ListReceiptFilters", NULL, NULL},
	{API_V1, "ListReceiptRuleSets", NULL, NULL},
	{API_V1, "ReorderReceiptRuleSet", NULL, NULL},
	{API_V1, "SendBounce", NULL, NULL},
	{API_V1, "SetActiveReceiptRuleSet", NULL, NULL},
	{API_V1, "SetReceiptRulePosition", NULL, NULL},
	{API_V1, "UpdateConfigurationSetTrackingOptions", NULL, NULL},
	{API_V1, "UpdateReceiptRule", NULL, NULL},
	{API_SNS, "AddPermission", NULL, NULL},
	{API_SNS, "CheckIfPhoneNumberIsOptedOut", NULL, NULL},
	{API_SNS, "CreatePlatformApplication", NULL, NULL},
	{API_SNS, "CreatePlatformEndpoint", NULL, NULL},
	{API_SNS, "CreateSMSSandboxPhoneNumber", NULL, NULL},
	{API_SNS, "DeleteEndpoint", NULL, NULL},
	{API_SNS, "DeletePlatformApplication", NULL, NULL},
	{API_SNS, "DeleteSMSSandboxPhoneNumber", NULL, NULL},
	{API_SNS, "GetDataProtectionPolicy", NULL, NULL},
	{API_SNS, "GetEndpointAttributes", NULL, NULL},
	{API_SNS, "GetPlatformApplicationAttributes", NULL, NULL},
	{API_SNS, "GetSMSAttributes", NULL, NULL},
	{API_SNS, "GetSMSSandboxAccountStatus", NULL, NULL},
	{API_SNS, "ListEndpointsByPlatformApplication", NULL, NULL},
	{API_SNS, "ListOriginationNumbers", NULL, NULL},
	{API_SNS, "ListPhoneNumbersOptedOut", NULL, NULL},
	{API_SNS, "ListPlatformApplications", NULL, NULL},
	{API_SNS, "ListSMSSandboxPhoneNumbers", NULL, NULL},
	{API_SNS, "ListTagsForResource", NULL, NULL},
	{API_SNS, "OptInPhoneNumber", NULL, NULL},
	{API_SNS, "PublishBatch", NULL, NULL},
	{API_SNS, "PutDataProtectionPolicy", NULL, NULL},
	{API_SNS, "RemovePermission", NULL, NULL},
	{API_SNS, "SetEndpointAttributes", NULL, NULL},
	{API_SNS, "SetPlatformApplicationAttributes", NULL, NULL},
	{API_SNS, "SetSMSAttributes", NULL, NULL},
	{API_SNS, "TagResource", NULL, NULL},
	{API_SNS, "UntagResource", NULL, NULL},
	{API_SNS, "VerifySMSSandboxPhoneNumber", NULL, NULL},
	{.name = NULL}};
/* clang-format on */

bool
api_unsupported_has(enum api_protocol protocol, const char *name)
{
	for (size_t i = 0; api_unsupported[i].name != NULL; i++)
		if (api_unsupported[i].protocol == protocol &&
		    strcmp(api_unsupported[i].name, name) == 0)
			return true;
	return false;
}
