/* sendward's own operations: the suppression list as people look at it, and files that
 * they upload for it, which sendward-jobd reads (ops/import.h). */
#include "config.h"

#include <string.h>

#include "api/call.h"
#include "api/listing.h"
#include "api/operation.h"
#include "api/shapes.h"
#include "ops/import.h"
#include "ops/suppression.h"
#include "rules/ascii.h"
#include "store/exports.h"

/* ---- the list -------------------------------------------------------------------- */

static bool
list_suppression(void *ctx, const struct store_suppression *row)
{
	struct api_listing *listing = ctx;
	json_t *out;

	if (!api_listing_takes(listing, row->address))
		return false;
	out = api_add_object(listing->list);
	api_put_text(out, "EmailAddress", row->address);
	api_put_text(out, "Reason", suppression_reason_name(row->facts.reason));
	api_put_time(out, "Timestamp", row->facts.since_sec);
	if (row->expires_sec != 0)
		api_put_time(out, "ExpiresTimestamp", row->expires_sec);
	if (row->queue_id[0] != '\0')
		api_put_text(out, "MessageId", row->queue_id);
	return true;
}

static void
list_suppressions(struct api_call *call)
{
	char prefix[RULES_ADDRESS_MAX + 1];
	struct store_suppression_search search = {
	    .account_id = call->owner.facts.id,
	    .reason =
		suppression_reason_from_name(api_text(call->in, "Reason")),
	    .prefix = prefix};
	struct api_listing listing;
	struct err err;

	ascii_copy_lower(api_text(call->in, "Address"), RULES_ADDRESS_MAX,
	    prefix, sizeof(prefix));
	if (!api_listing_open_own(call, "Suppressions", &listing))
		return;
	search.after = listing.page.after;
	search.most = listing.page.most + 1;
	(void)api_check(call,
	    store_suppression_search(
		call->store, &search, list_suppression, &listing, &err),
	    &err, &api_v2_codes);
}

/* ---- imports --------------------------------------------------------------------- */

static void
import_suppressions(struct api_call *call)
{
	const json_t *content = json_object_get(call->in, "Content");
	struct store_import row;
	struct err err;
	enum sg_err rc = import_upload(call->store, call->conf, call->account,
	    strcmp(api_text(call->in, "Format"), "JSON") == 0
		? STORE_IMPORT_JSON
		: STORE_IMPORT_CSV,
	    strcmp(api_text(call->in, "Action"), "DELETE") == 0
		? STORE_IMPORT_DELETE
		: STORE_IMPORT_PUT,
	    json_string_value(content), json_string_length(content),
	    call->now_sec, &row, &err);

	if (api_check(call, rc, &err,
		&(const struct api_codes){
		    "BadRequestException", NULL, "LimitExceededException"}))
		api_put_text(call->out, "JobId", row.uuid);
}

static void
put_import(json_t *out, const struct store_import *row)
{
	static const char *const states[] = {[STORE_IMPORT_CREATED] = "CREATED",
	    [STORE_IMPORT_PROCESSING] = "PROCESSING",
	    [STORE_IMPORT_COMPLETED] = "COMPLETED",
	    [STORE_IMPORT_FAILED] = "FAILED"};

	api_put_text(out, "JobId", row->uuid);
	api_put_text(out, "Status", states[row->state]);
	api_put_text(out, "Action",
	    row->action == STORE_IMPORT_DELETE ? "DELETE" : "PUT");
	api_put_integer(out, "Processed", row->processed);
	api_put_integer(out, "Failed", row->failed);
	if (row->percent >= 0)
		api_put_integer(out, "PercentDone", row->percent);
	if (row->error[0] != '\0')
		api_put_text(out, "Error", row->error);
	api_put_time(out, "CreatedTimestamp", row->created_sec);
	if (row->completed_sec != 0)
		api_put_time(out, "CompletedTimestamp", row->completed_sec);
}

static void
get_import(struct api_call *call)
{
	const char *id = api_text(call->in, "JobId");
	struct store_import row;
	struct err err;
	enum sg_err rc =
	    import_get(call->store, call->owner.facts.id, id, &row, &err);

	if (rc == SG_MISSING)
		api_fail(call, "NotFoundException",
		    "Import %.100s does not exist.", id);
	if (api_check(call, rc, &err, &api_v2_codes))
		put_import(call->out, &row);
}

static bool
list_import(void *ctx, const struct store_import *row)
{
	struct api_listing *listing = ctx;

	if (!api_listing_takes_id(listing, row->id))
		return false;
	put_import(api_add_object(listing->list), row);
	return true;
}

static void
list_imports(struct api_call *call)
{
	struct api_listing listing;
	struct err err;

	if (!api_listing_open_own(call, "Imports", &listing))
		return;
	(void)api_check(call,
	    store_import_newest(call->store, call->owner.facts.id,
		api_listing_last_id(&listing), listing.page.most + 1,
		list_import, &listing, &err),
	    &err, &api_v2_codes);
}

/* clang-format off */
const struct api_operation api_own_suppression[] = {
	{API_OWN, "ListSuppressions", "GET", "/sendward/suppressions",
	    api_in_own_list_suppressions, NULL, API_OP_READS,
	    "", list_suppressions},
	{API_OWN, "ImportSuppressions", "POST", "/sendward/suppression-imports",
	    api_in_own_import_suppressions, NULL, API_OP_SLOW,
	    "LimitExceededException", import_suppressions},
	{API_OWN, "ListImports", "GET", "/sendward/suppression-imports",
	    api_in_own_list_exports, NULL, API_OP_READS,
	    "", list_imports},
	{API_OWN, "GetImport", "GET", "/sendward/suppression-imports/{JobId}",
	    api_in_own_get_import, NULL, API_OP_READS,
	    "NotFoundException", get_import},
	{.name = NULL}};
/* clang-format on */
