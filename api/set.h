/* What operations of SES v1 and v2 on configuration sets share. Knows no event
 * destinations (destination.h). */
#ifndef SENDWARD_API_SET_H
#define SENDWARD_API_SET_H

#include <stdbool.h>
#include "api/call.h"
#include "ops/set.h"

/* The set that the input names; false: the call has failed (no_set). */
bool api_set_find(
    struct api_call *call, const char *no_set, struct store_set *row_r);
/* Deletes the one that the input names; none: no_set. */
void api_set_delete(struct api_call *call, const char *no_set);
/* Tells a page of the caller's sets as ConfigurationSets: names, or objects with the
 * name as `member` (NULL: names). size: as of api_page_open. */
void api_set_list(struct api_call *call, const char *size, const char *member);

#endif
