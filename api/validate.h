/* Is an input what its operation's shape wants? Whatever the protocol. Decides
 * nothing about mail. */
#ifndef SENDWARD_API_VALIDATE_H
#define SENDWARD_API_VALIDATE_H

#include <jansson.h>
#include "api/operation.h"

struct api_fault;

/* A new object with the members that the shape knows, null ones left out, times as
 * numbers. members NULL: takes nothing. NULL: fault_r names the first wrong member
 * by its path ("Content.Simple.Subject.Data", "Tags[1].Key") and says what it must
 * be. */
json_t *api_validate_new(enum api_protocol protocol,
    const struct api_member *members, const json_t *in,
    struct api_fault *fault_r);

#endif
