/* SES v2: import jobs. Reads no file: sendward-jobd does. */
#include "config.h"

#include "api/v2_import.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/call.h"
#include "ops/import.h"

#define PAGE_MAX 1000

void
api_create_import_job(struct api_call *call)
{
	const json_t *to = api_object(call->in, "ImportDestination");
	const json_t *from = api_object(call->in, "ImportDataSource");
	const json_t *list = api_object(to, "SuppressionListDestination");
	const char *action = api_text(list, "SuppressionListImportAction");
	struct store_import row;
	struct err err;
	enum sg_err rc;

	if (api_has(to, "ContactListDestination") || list == NULL) {
		api_fail(call, "BadRequestException",
		    "ImportDestination must be a SuppressionListDestination: "
		    "there are no contact lists");
		return;
	}
	rc = import_create(call->store, call->conf, call->account,
	    strcmp(api_text(from, "DataFormat"), "JSON") == 0
		? STORE_IMPORT_JSON
		: STORE_IMPORT_CSV,
	    strcmp(action, "DELETE") == 0 ? STORE_IMPORT_DELETE
					  : STORE_IMPORT_PUT,
	    api_text(from, "S3Url"), call->now_sec, &row, &err);
	if (api_check(call, rc, &err,
		&(const struct api_codes){
		    "BadRequestException", NULL, "LimitExceededException"}))
		api_put_text(call->out, "JobId", row.uuid);
}

static void
put_job(json_t *out, const struct store_import *row)
{
	static const char *const states[] = {[STORE_IMPORT_CREATED] = "CREATED",
	    [STORE_IMPORT_PROCESSING] = "PROCESSING",
	    [STORE_IMPORT_COMPLETED] = "COMPLETED",
	    [STORE_IMPORT_FAILED] = "FAILED"};
	json_t *list = api_put_object(api_put_object(out, "ImportDestination"),
	    "SuppressionListDestination");

	api_put_text(list, "SuppressionListImportAction",
	    row->action == STORE_IMPORT_DELETE ? "DELETE" : "PUT");
	api_put_text(out, "JobId", row->uuid);
	api_put_text(out, "JobStatus", states[row->state]);
	api_put_time(out, "CreatedTimestamp", row->created_sec);
	api_put_integer(out, "ProcessedRecordsCount", row->processed);
	api_put_integer(out, "FailedRecordsCount", row->failed);
}

void
api_get_import_job(struct api_call *call)
{
	const char *id = api_text(call->in, "JobId");
	struct store_import row;
	struct err err;
	enum sg_err rc =
	    import_get(call->store, call->owner.facts.id, id, &row, &err);
	json_t *part;

	if (rc == SG_MISSING)
		api_fail(call, "NotFoundException",
		    "Import job %.100s does not exist.", id);
	if (!api_check(call, rc, &err, &api_v2_codes))
		return;
	put_job(call->out, &row);
	part = api_put_object(call->out, "ImportDataSource");
	api_put_text(part, "S3Url", row.source);
	api_put_text(part, "DataFormat",
	    row.format == STORE_IMPORT_JSON ? "JSON" : "CSV");
	if (row.completed_sec != 0)
		api_put_time(
		    call->out, "CompletedTimestamp", row.completed_sec);
	if (row.error[0] != '\0')
		api_put_text(api_put_object(call->out, "FailureInfo"),
		    "ErrorMessage", row.error);
}

struct listing {
	struct api_call *call;
	json_t *list;
	int64_t left, last;
};

static bool
list_job(void *ctx, const struct store_import *row)
{
	struct listing *listing = ctx;
	char key[24];

	if (listing->left-- == 0) {
		(void)snprintf(
		    key, sizeof(key), "%lld", (long long)listing->last);
		api_page_more(listing->call, key);
		return false;
	}
	put_job(api_add_object(listing->list), row);
	listing->last = row->id;
	return true;
}

void
api_list_import_jobs(struct api_call *call)
{
	struct listing listing = {.call = call};
	struct api_page page;
	struct err err;

	if (!api_page_open(call, "PageSize", PAGE_MAX, &page))
		return;
	listing.list = api_put_list(call->out, "ImportJobs");
	listing.left = page.most;
	if (strcmp(api_text(call->in, "ImportDestinationType"),
		"CONTACT_LIST") == 0)
		return;
	(void)api_check(call,
	    store_import_page(call->store, call->owner.facts.id,
		strtoll(page.after, NULL, 10), page.most + 1, list_job,
		&listing, &err),
	    &err, &api_v2_codes);
}
