/* SES v2: the suppression list and import jobs. */
#include "config.h"

#include "api/call.h"
#include "api/operation.h"
#include "api/shapes.h"

static void
put_suppressed_destination(struct api_call *call)
{
	api_fail(call, "InternalFailure",
	    "PutSuppressedDestination is not there yet");
}

static void
get_suppressed_destination(struct api_call *call)
{
	api_fail(call, "InternalFailure",
	    "GetSuppressedDestination is not there yet");
}

static void
list_suppressed_destinations(struct api_call *call)
{
	api_fail(call, "InternalFailure",
	    "ListSuppressedDestinations is not there yet");
}

static void
delete_suppressed_destination(struct api_call *call)
{
	api_fail(call, "InternalFailure",
	    "DeleteSuppressedDestination is not there yet");
}

static void
create_import_job(struct api_call *call)
{
	api_fail(call, "InternalFailure", "CreateImportJob is not there yet");
}

static void
get_import_job(struct api_call *call)
{
	api_fail(call, "InternalFailure", "GetImportJob is not there yet");
}

static void
list_import_jobs(struct api_call *call)
{
	api_fail(call, "InternalFailure", "ListImportJobs is not there yet");
}

/* clang-format off */
const struct api_operation api_v2_suppression[] = {
	{API_V2, "PutSuppressedDestination", "PUT", "/v2/email/suppression/addresses",
	    api_in_v2_put_suppressed_destination, NULL, 0,
	    "", put_suppressed_destination},
	{API_V2, "GetSuppressedDestination", "GET", "/v2/email/suppression/addresses/{EmailAddress}",
	    api_in_v2_get_suppressed_destination, NULL, API_OP_READS,
	    "NotFoundException", get_suppressed_destination},
	{API_V2, "ListSuppressedDestinations", "GET", "/v2/email/suppression/addresses",
	    api_in_v2_list_suppressed_destinations, NULL, API_OP_READS,
	    "InvalidNextTokenException", list_suppressed_destinations},
	{API_V2, "DeleteSuppressedDestination", "DELETE", "/v2/email/suppression/addresses/{EmailAddress}",
	    api_in_v2_delete_suppressed_destination, NULL, 0,
	    "NotFoundException", delete_suppressed_destination},
	{API_V2, "CreateImportJob", "POST", "/v2/email/import-jobs",
	    api_in_v2_create_import_job, NULL, 0,
	    "LimitExceededException", create_import_job},
	{API_V2, "GetImportJob", "GET", "/v2/email/import-jobs/{JobId}",
	    api_in_v2_get_import_job, NULL, API_OP_READS,
	    "NotFoundException", get_import_job},
	{API_V2, "ListImportJobs", "POST", "/v2/email/import-jobs/list",
	    api_in_v2_list_import_jobs, NULL, API_OP_READS,
	    "", list_import_jobs},
	{.name = NULL}};
/* clang-format on */
