/* All operations: see operation.h. */
#include "config.h"

#include "api/operation.h"

#include <string.h>

const struct api_operation *const api_operations[] = {api_v2_send,
    api_v2_identity, api_v2_account, api_v2_suppression, api_v2_set,
    api_v2_template, api_v2_pool, api_v2_reputation, api_v2_tenant,
    api_v2_metric, api_v2_tag, api_v1_send, api_v1_identity, api_v1_account,
    api_v1_set, api_v1_template, api_sns_topic, NULL};

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
