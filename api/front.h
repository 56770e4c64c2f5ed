/* The API's way from a request to its answer: codec, caller, handler, codec. The one
 * place where they meet. Knows no HTTP library. */
#ifndef SENDWARD_API_FRONT_H
#define SENDWARD_API_FRONT_H

#include <stdbool.h>
#include "api/exchange.h"

struct api_service;

/* Is the request the API's? */
bool api_front_takes(const struct api_request *request);

/* The protocol that answers are to be in (enum api_protocol), or -1: it is not the
 * API's. The method may be unknown yet: then SES v2's alone are known. */
int api_front_form(const struct api_request *request);

/* Will its operation take long? Then api_front_answer is to be called in a thread of
 * the pool. Looks at the request line and the form's Action alone. */
bool api_front_is_slow(const struct api_request *request);

/* May the body come, by the header alone? False: no known key is named, and response_r
 * is the answer. What the signature is worth is not known before the body is. */
bool api_front_admits(struct api_service *service,
    const struct api_request *request, struct api_response *response_r);

/* Answers it. Any thread: uses the thread's own store. */
void api_front_answer(struct api_service *service,
    const struct api_request *request, struct api_response *response_r);

/* An answer in the API's form to a request that is refused as it came (413, 408, …). */
void api_front_refuse(const struct api_request *request, int status,
    struct api_response *response_r);

/* The same for a request that did not arrive in time, in this form. */
void api_front_late(int form, struct api_response *response_r);

#endif
