/* Tags of resources, for the operations that make, tell and delete these. Knows no
 * resource itself. */
#ifndef SENDWARD_API_V2_TAG_H
#define SENDWARD_API_V2_TAG_H

#include <jansson.h>
#include <stdbool.h>
#include "api/call.h"
#include "ops/tag.h"

/* tags: a list of {Key, Value}, as the Tags of an input; NULL: none. Before
 * something is made: are they good? Else the call has failed (BadRequestException),
 * and it is false. */
bool api_tags_check(struct api_call *call, const json_t *tags);

/* Puts them on what is the caller's and there. resource: "identity/example.com",
 * "configuration-set/NAME", "template/NAME",
 * "custom-verification-email-template/NAME", "dedicated-ip-pool/NAME",
 * "tenant/NAME"; the name as the store has it. Within the handler's transaction when
 * one is open (store_scope_begin). False: the call has failed. */
bool api_tags_put(
    struct api_call *call, const char *resource, const json_t *tags);

/* Adds {Key, Value} of each to list, in the order of the keys. */
void api_tags_list(struct api_call *call, const char *resource, json_t *list);

/* The list as ops/tag.h takes it; borrowed from tags. False: too many, the call has
 * failed. */
bool api_tags_read(struct api_call *call, const json_t *tags,
    struct tag list_r[TAG_MOST], size_t *count_r);

#endif
