/* SES v2: the suppression list. Its import jobs: v2_import.c. */
#include "config.h"

#include "api/suppression.h"

#include <stdio.h>
#include <string.h>

#include "api/call.h"
#include "api/operation.h"
#include "api/shapes.h"
#include "api/v2_import.h"
#include "ops/suppression.h"

#define PAGE_MAX 1000

int
api_suppressed_reasons(const json_t *object)
{
	const json_t *list = api_object(object, "SuppressedReasons");
	const json_t *reason;
	size_t i;
	int reasons = 0;

	json_array_foreach(list, i, reason) reasons |=
	    strcmp(json_string_value(reason), "BOUNCE") == 0
		? RULES_REASONS_BOUNCE
		: RULES_REASONS_COMPLAINT;
	return reasons;
}

void
api_put_reasons(json_t *object, int reasons)
{
	json_t *list = api_put_list(object, "SuppressedReasons");

	if ((reasons & RULES_REASONS_BOUNCE) != 0)
		api_add_text(list, "BOUNCE");
	if ((reasons & RULES_REASONS_COMPLAINT) != 0)
		api_add_text(list, "COMPLAINT");
}

/* By hand stands for a bounce: SES knows two reasons. */
static const char *
reason_name(enum rules_suppression_reason reason)
{
	return reason == RULES_SUPPRESSED_COMPLAINT ? "COMPLAINT" : "BOUNCE";
}

static void
put_suppressed_destination(struct api_call *call)
{
	const char *reason = api_text(call->in, "Reason");
	struct err err;
	enum sg_err rc = suppression_add(call->store, call->account,
	    api_text(call->in, "EmailAddress"),
	    (enum rules_suppression_reason)suppression_reason_from_name(reason),
	    call->now_sec, NULL, &err);

	(void)api_check(call, rc, &err, &api_v2_codes);
}

/* SG_MISSING is said in the words of the API. */
static bool
check_found(struct api_call *call, enum sg_err rc, const struct err *err)
{
	if (rc == SG_MISSING)
		api_fail(call, "NotFoundException",
		    "Email address %.320s does not exist on your suppression "
		    "list.",
		    api_text(call->in, "EmailAddress"));
	return api_check(call, rc, err, &api_v2_codes);
}

static void
put_entry(json_t *out, const struct store_suppression *row)
{
	api_put_text(out, "EmailAddress", row->address);
	api_put_text(out, "Reason", reason_name(row->facts.reason));
	api_put_time(out, "LastUpdateTime", row->facts.since_sec);
}

static void
get_suppressed_destination(struct api_call *call)
{
	struct store_suppression row;
	struct err err;
	enum sg_err rc = suppression_get(call->store, call->account,
	    api_text(call->in, "EmailAddress"), &row, &err);
	json_t *out, *attributes;

	if (!check_found(call, rc, &err))
		return;
	out = api_put_object(call->out, "SuppressedDestination");
	put_entry(out, &row);
	if (row.queue_id[0] == '\0' && row.feedback_id[0] == '\0')
		return;
	attributes = api_put_object(out, "Attributes");
	if (row.queue_id[0] != '\0')
		api_put_text(attributes, "MessageId", row.queue_id);
	if (row.feedback_id[0] != '\0')
		api_put_text(attributes, "FeedbackId", row.feedback_id);
}

/* A time of the input; fractions are cut. */
static int64_t
time_of(const json_t *in, const char *name, int64_t fallback)
{
	const json_t *value = json_object_get(in, name);
	double sec = json_number_value(value);

	if (!json_is_number(value))
		return fallback;
	return sec < -1e12  ? -1000000000000
	       : sec > 1e12 ? 1000000000000
			    : (int64_t)sec;
}

static int
wanted_reasons(const json_t *in)
{
	const json_t *list = api_object(in, "Reasons"), *reason;
	size_t i;
	int reasons = 0;

	json_array_foreach(list, i, reason) reasons |=
	    strcmp(json_string_value(reason), "COMPLAINT") == 0
		? 1 << RULES_SUPPRESSED_COMPLAINT
		: 1 << RULES_SUPPRESSED_BOUNCE | 1 << RULES_SUPPRESSED_MANUAL;
	return reasons != 0 ? reasons : ~0;
}

struct listing {
	struct api_call *call;
	json_t *list;
	int64_t left;
	char key[SUPPRESSION_KEY_MAX + 1]; /* of the last one told */
};

static bool
list_entry(void *ctx, const char *key, const struct store_suppression *row)
{
	struct listing *listing = ctx;

	if (listing->left-- == 0) { /* one more than the page: there are more */
		api_page_more(listing->call, listing->key);
		return false;
	}
	put_entry(api_add_object(listing->list), row);
	(void)snprintf(listing->key, sizeof(listing->key), "%s", key);
	return true;
}

static void
list_suppressed_destinations(struct api_call *call)
{
	const struct suppression_filter filter = {
	    .reasons = wanted_reasons(call->in),
	    .since_sec = time_of(call->in, "StartDate", INT64_MIN),
	    .before_sec = time_of(call->in, "EndDate", INT64_MAX)};
	struct listing listing = {.call = call};
	struct api_page page;
	struct err err;

	if (!api_page_open(call, "PageSize", PAGE_MAX, &page))
		return;
	listing.left = page.most;
	listing.list =
	    api_put_list(call->out, "SuppressedDestinationSummaries");
	(void)api_check(call,
	    suppression_page(call->store, call->owner.facts.id, &filter,
		page.after, page.most + 1, list_entry, &listing, &err),
	    &err,
	    &(const struct api_codes){"InvalidNextTokenException", NULL, NULL});
}

static void
delete_suppressed_destination(struct api_call *call)
{
	struct err err;

	(void)check_found(call,
	    suppression_remove(call->store, call->account,
		api_text(call->in, "EmailAddress"), &err),
	    &err);
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
	    "LimitExceededException", api_create_import_job},
	{API_V2, "GetImportJob", "GET", "/v2/email/import-jobs/{JobId}",
	    api_in_v2_get_import_job, NULL, API_OP_READS,
	    "NotFoundException", api_get_import_job},
	{API_V2, "ListImportJobs", "POST", "/v2/email/import-jobs/list",
	    api_in_v2_list_import_jobs, NULL, API_OP_READS,
	    "", api_list_import_jobs},
	{.name = NULL}};
/* clang-format on */
