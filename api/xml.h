/* Answers of SES v1 and SNS as XML. Knows no HTTP. */
#ifndef SENDWARD_API_XML_H
#define SENDWARD_API_XML_H

#include <jansson.h>
#include <stdbool.h>
#include "api/operation.h"
#include "base/buf.h"

struct api_fault;

/* Both append to out_r; false: it does not fit, or there is no memory. */

/* <OpResponse> with what out has of the operation's shape. */
bool api_xml_answer(const struct api_operation *operation, const json_t *out,
    const char *request_id, struct buf *out_r);

/* <ErrorResponse> */
bool api_xml_error(enum api_protocol protocol, const struct api_fault *fault,
    const char *request_id, struct buf *out_r);

#endif
