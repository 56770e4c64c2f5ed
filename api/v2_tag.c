/* SES v2: tags of resources. */
#include "config.h"

#include "api/call.h"
#include "api/operation.h"
#include "api/shapes.h"

static void
tag_resource(struct api_call *call)
{
	api_fail(call, "InternalFailure", "TagResource is not there yet");
}

static void
untag_resource(struct api_call *call)
{
	api_fail(call, "InternalFailure", "UntagResource is not there yet");
}

static void
list_tags_for_resource(struct api_call *call)
{
	api_fail(
	    call, "InternalFailure", "ListTagsForResource is not there yet");
}

/* clang-format off */
const struct api_operation api_v2_tag[] = {
	{API_V2, "TagResource", "POST", "/v2/email/tags",
	    api_in_v2_tag_resource, NULL, 0,
	    "ConcurrentModificationException|NotFoundException", tag_resource},
	{API_V2, "UntagResource", "DELETE", "/v2/email/tags",
	    api_in_v2_untag_resource, NULL, 0,
	    "ConcurrentModificationException|NotFoundException",
	    untag_resource},
	{API_V2, "ListTagsForResource", "GET", "/v2/email/tags",
	    api_in_v2_list_tags_for_resource, NULL, API_OP_READS,
	    "NotFoundException", list_tags_for_resource},
	{.name = NULL}};
/* clang-format on */
