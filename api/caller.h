/* Who calls: a person (session.h), or the credential whose secret signed the request
 * (Signature Version 4), its account, what it may do, and how often. Knows no operations' inside. */
#ifndef SENDWARD_API_CALLER_H
#define SENDWARD_API_CALLER_H

#include <stdbool.h>
#include <stdint.h>
#include "api/call.h"
#include "api/exchange.h"
#include "api/operation.h"
#include "api/session.h"
#include "store/store.h"

struct api_service;
struct api_throttle;

struct api_caller {
	char access_key_id[129];
	char region[64]; /* of the credential scope */
	enum store_permission permission;
	struct store_account account;
	char body_hash[65];         /* SHA-256, hexadecimal */
	struct api_session session; /* of a person; else zeroed */
	bool is_person;             /* called without a signature */
};

/* False: fault_r, in the protocol's own codes: no signature, incomplete, unknown or
 * disabled key, wrong signature, too old or too new, another service or region, body
 * hash that is not the body's. */
bool api_caller_find(struct api_service *service, struct store *store,
    const struct api_request *request, enum api_protocol protocol,
    struct api_caller *caller_r, struct api_fault *fault_r);

/* May it call this operation, and now? False: AccessDenied…, or throttled. */
bool api_caller_may(struct api_service *service,
    const struct api_caller *caller, const struct api_operation *operation,
    struct api_fault *fault_r);

#endif
