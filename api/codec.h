/* From a request of one of the protocols to an operation and its input, and from
 * output or error to the answer: JSON for SES v2 and sendward's own, forms and XML for SES v1 and
 * SNS. What an input must be is in the operation's shape, and checked here, before
 * any handler. Knows no credentials. */
#ifndef SENDWARD_API_CODEC_H
#define SENDWARD_API_CODEC_H

#include <jansson.h>
#include <stdbool.h>
#include "api/call.h"
#include "api/exchange.h"
#include "api/operation.h"

/* Is it the API's at all? /v2/email/…, /v1/email/…, /sendward/…, and / by POST, or by GET with
 * Action and a signature; then *protocol_r is what an error is to look like. */
bool api_codec_takes(
    const struct api_request *request, enum api_protocol *protocol_r);

/* Which operation: by method and path, or by Action and Version. NULL: fault_r says
 * why (UnknownOperationException, InvalidAction, NotImplemented for those outside the
 * core, MethodNotAllowed). Cheap: done before the signature is checked. */
const struct api_operation *api_codec_find(const struct api_request *request,
    enum api_protocol protocol, struct api_fault *fault_r);

/* The input as an object that keeps the shape; unknown members are left out. NULL:
 * fault_r names the member and what is wrong with it. */
json_t *api_codec_read(const struct api_operation *operation,
    const struct api_request *request, struct api_fault *fault_r);

/* The answer. operation may be NULL with a fault. response_r->request_id is set
 * before. */
void api_codec_answer(enum api_protocol protocol,
    const struct api_operation *operation, const json_t *out,
    const struct api_fault *fault, struct api_response *response_r);

#endif
