/* sendward's own operations: exports. They are written by sendward-jobd (ops/export.h)
 * and fetched at /console/exports/ID (console.h). */
#include "config.h"

#include <string.h>

#include "api/call.h"
#include "api/listing.h"
#include "api/operation.h"
#include "api/shapes.h"
#include "ops/export.h"

static void
create_export(struct api_call *call)
{
	const char *kind = api_text(call->in, "Kind");
	struct store_export row;
	struct err err;
	enum sg_err rc = export_create(call->store, call->owner.facts.id,
	    strcmp(kind, "MESSAGES") == 0 ? STORE_EXPORT_MESSAGES
					  : STORE_EXPORT_SUPPRESSIONS,
	    api_object(call->in, "Filter"), call->now_sec, &row, &err);

	if (api_check(call, rc, &err,
		&(const struct api_codes){
		    "BadRequestException", NULL, "LimitExceededException"}))
		api_put_text(call->out, "ExportId", row.uuid);
}

static void
put_export(json_t *out, const struct store_export *row)
{
	static const char *const states[] = {[STORE_EXPORT_WAITING] = "WAITING",
	    [STORE_EXPORT_RUNNING] = "RUNNING",
	    [STORE_EXPORT_DONE] = "DONE",
	    [STORE_EXPORT_FAILED] = "FAILED"};

	api_put_text(out, "ExportId", row->uuid);
	api_put_text(out, "Kind",
	    row->kind == STORE_EXPORT_MESSAGES ? "MESSAGES" : "SUPPRESSIONS");
	api_put_text(out, "Status", states[row->state]);
	api_put_integer(out, "Records", row->records);
	api_put_integer(out, "Bytes", row->bytes);
	if (row->percent >= 0)
		api_put_integer(out, "PercentDone", row->percent);
	if (row->error[0] != '\0')
		api_put_text(out, "Error", row->error);
	api_put_time(out, "CreatedTimestamp", row->created_sec);
	api_put_time(out, "ExpiresTimestamp", row->expires_sec);
}

static bool
list_export(void *ctx, const struct store_export *row)
{
	struct api_listing *listing = ctx;

	if (!api_listing_takes_id(listing, row->id))
		return false;
	put_export(api_add_object(listing->list), row);
	return true;
}

static void
list_exports(struct api_call *call)
{
	struct api_listing listing;
	struct err err;

	if (!api_listing_open_own(call, "Exports", &listing))
		return;
	(void)api_check(call,
	    store_export_page(call->store, call->owner.facts.id,
		api_listing_last_id(&listing), listing.page.most + 1,
		list_export, &listing, &err),
	    &err, &api_v2_codes);
}

static void
delete_export(struct api_call *call)
{
	const char *id = api_text(call->in, "ExportId");
	struct err err;
	enum sg_err rc = export_delete(
	    call->store, call->conf, call->owner.facts.id, id, &err);

	if (rc == SG_MISSING)
		api_fail(call, "NotFoundException",
		    "Export %.100s does not exist.", id);
	(void)api_check(call, rc, &err, &api_v2_codes);
}

/* clang-format off */
const struct api_operation api_own_export[] = {
	{API_OWN, "CreateExport", "POST", "/sendward/exports",
	    api_in_own_create_export, NULL, 0,
	    "LimitExceededException", create_export},
	{API_OWN, "ListExports", "GET", "/sendward/exports",
	    api_in_own_list_exports, NULL, API_OP_READS,
	    "", list_exports},
	{API_OWN, "DeleteExport", "DELETE", "/sendward/exports/{ExportId}",
	    api_in_own_delete_export, NULL, 0,
	    "NotFoundException", delete_export},
	{.name = NULL}};
/* clang-format on */
