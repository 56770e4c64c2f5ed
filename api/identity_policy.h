/* Handlers of the operations on policies of identities, of SES v2 and v1; their rows
 * stand in v2_identity.c and v1_identity.c. */
#ifndef SENDWARD_API_IDENTITY_POLICY_H
#define SENDWARD_API_IDENTITY_POLICY_H

#include "api/operation.h"

api_operation_fn api_policy_v2_create, api_policy_v2_update,
    api_policy_v2_delete, api_policy_v2_get;
api_operation_fn api_policy_v1_put, api_policy_v1_get, api_policy_v1_list,
    api_policy_v1_delete;

/* Policies as GetEmailIdentity tells them: a map of names and documents. */
struct store_identity;
void api_policy_put_all(
    struct api_call *call, const struct store_identity *row);

#endif
