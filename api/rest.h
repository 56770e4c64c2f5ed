/* SES v2: method, path, query and JSON body to an operation and its input. Knows no
 * credentials; checks no shapes: validate.h does. */
#ifndef SENDWARD_API_REST_H
#define SENDWARD_API_REST_H

#include <jansson.h>
#include "api/exchange.h"
#include "api/operation.h"

struct api_fault;

/* NULL: fault_r. */
const struct api_operation *api_rest_find(
    const struct api_request *request, struct api_fault *fault_r);

/* The members of path, query and body, not yet checked. NULL: fault_r. */
json_t *api_rest_read_new(const struct api_operation *operation,
    const struct api_request *request, struct api_fault *fault_r);

#endif
