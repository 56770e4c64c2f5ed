/* All operations: see operation.h. */
#include "config.h"

#include "api/operation.h"

#include <string.h>

const struct api_operation *const api_operations[] = {api_v2_send,
    api_v2_identity, api_v2_account, api_v2_suppression, api_v2_set,
    api_v2_template, api_v2_pool, api_v2_reputation, api_v2_tenant,
    api_v2_metric, api_v2_tag, api_v1_send, api_v1_identity, api_v1_account,
    api_v1_set, api_v1_template, api_sns_topic, api_own_session, api_own_export,
    api_own_suppression, api_own_user, api_own_identity, api_own_credential,
    api_own_health, api_own_observed, api_own_pool, api_own_overview,
    api_own_account, api_own_request, api_own_message, api_own_report,
    api_own_delivery, api_own_template, NULL};

const struct api_operation *
api_operation_find(enum api_protocol protocol, const char *name)
{
	for (size_t i = 0; api_operations[i] != NULL; i++) {
		const struct api_operation *row = api_operations[i];

		for (; row->name != NULL; row++)
			if (row->protocol == protocol &&
			    strcmp(row->name, name) == 0)
				return row;
	}
	return NULL;
}
