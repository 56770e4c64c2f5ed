/* What verification.c and verification_send.c share. Internal to them. */
#ifndef SENDWARD_API_VERIFICATION_PARTS_H
#define SENDWARD_API_VERIFICATION_PARTS_H

#include <stdbool.h>
#include "api/call.h"
#include "store/templates.h"

/* Calls back with the template. False: the call has failed. */
bool verification_get(
    struct api_call *call, const char *name, store_wording_fn *fn, void *ctx);

#endif
