/* SES v1: handlers of the operations on an identity's notifications; their rows stand
 * in v1_identity.c. */
#ifndef SENDWARD_API_V1_IDENTITY_NOTIFY_H
#define SENDWARD_API_V1_IDENTITY_NOTIFY_H

#include <jansson.h>
#include "api/operation.h"

api_operation_fn api_notify_get, api_notify_set_topic,
    api_notify_set_forwarding, api_notify_set_headers;

/* Calls fn for each identity of the member Identities that the caller has, with an
 * object of its own in the map; `name` is as the client wrote it. */
struct store_identity;
typedef void api_notify_fn(
    struct api_call *call, const struct store_identity *row, json_t *object);
void api_notify_each(struct api_call *call, const char *map, api_notify_fn *fn);

#endif
