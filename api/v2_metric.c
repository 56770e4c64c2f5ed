/* SES v2: figures, the story of a message, recommendations. */
#include "config.h"

#include "api/call.h"
#include "api/operation.h"
#include "api/shapes.h"

static void
list_recommendations(struct api_call *call)
{
	api_fail(
	    call, "InternalFailure", "ListRecommendations is not there yet");
}

static void
batch_get_metric_data(struct api_call *call)
{
	api_fail(
	    call, "InternalFailure", "BatchGetMetricData is not there yet");
}

static void
get_message_insights(struct api_call *call)
{
	api_fail(
	    call, "InternalFailure", "GetMessageInsights is not there yet");
}

/* clang-format off */
const struct api_operation api_v2_metric[] = {
	{API_V2, "ListRecommendations", "POST", "/v2/email/vdm/recommendations",
	    api_in_v2_list_recommendations, NULL, API_OP_READS,
	    "NotFoundException", list_recommendations},
	{API_V2, "BatchGetMetricData", "POST", "/v2/email/metrics/batch",
	    api_in_v2_batch_get_metric_data, NULL, API_OP_READS,
	    "InternalServiceErrorException|NotFoundException",
	    batch_get_metric_data},
	{API_V2, "GetMessageInsights", "GET", "/v2/email/insights/{MessageId}/",
	    api_in_v2_get_message_insights, NULL, API_OP_READS,
	    "NotFoundException", get_message_insights},
	{.name = NULL}};
/* clang-format on */
