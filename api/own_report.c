/* sendward's own operations: reports that came in, for operators; and what other
 * operations show of them. Reads none. */
#include "config.h"

#include "api/own_report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/call.h"
#include "api/listing.h"
#include "api/operation.h"
#include "api/shapes.h"
#include "ops/message.h"
#include "ops/text_json.h"
#include "store/messages.h"

/* Of a report's text. */
#define CONTENT_MAX ((size_t)256 * 1024)

int64_t
api_own_id(struct api_call *call, const char *member)
{
	const char *text = api_text(call->in, member);

	if (text[0] == '\0' || strlen(text) > 18 ||
	    text[strspn(text, "0123456789")] != '\0')
		return 0;
	return strtoll(text, NULL, 10);
}

void
api_own_put_content(struct api_call *call, const struct store_report *report)
{
	bool is_cut = report->content_len > CONTENT_MAX;

	(void)json_object_set_new(call->out, "Content",
	    text_json_new((const char *)report->content,
		is_cut ? CONTENT_MAX : report->content_len));
	api_put_flag(call->out, "Truncated", is_cut);
}

/* ---- operators --------------------------------------------------------------- */

static void
put_report(json_t *out, const struct store_report *row)
{
	char id[24];

	(void)snprintf(id, sizeof(id), "%lld", (long long)row->id);
	api_put_text(out, "ReportId", id);
	api_put_time(out, "Timestamp", row->received_msec / 1000);
	api_put_text(out, "Recipient", row->recipient);
	api_put_text(out, "State", message_report_state_name(row->state));
	api_put_text(out, "Why", row->why);
	api_put_text(out, "Format", row->format);
	if (row->queue_id[0] != '\0')
		api_put_text(out, "MessageId", row->queue_id);
}

static bool
add_report(void *ctx, const struct store_report *row)
{
	struct api_listing *listing = ctx;

	if (!api_listing_takes_id(listing, row->id))
		return false;
	put_report(api_add_object(listing->list), row);
	return true;
}

/* -1: any. */
static int
state_of(const char *name)
{
	for (int i = STORE_REPORT_MATCHED; i <= STORE_REPORT_LATE; i++)
		if (strcmp(name, message_report_state_name(
				     (enum store_report_state)i)) == 0)
			return i;
	return -1;
}

static void
list_reports(struct api_call *call)
{
	int state = state_of(api_text(call->in, "State"));
	struct api_listing listing;
	struct err err = {0};
	int64_t before;
	int most;
	enum sg_err rc;

	if (!api_listing_open_own(call, "Reports", &listing))
		return;
	before = api_listing_last_id(&listing);
	most = (int)listing.page.most + 1;
	if (state < 0)
		rc = store_report_list(call->store, 0, "", before, most,
		    add_report, &listing, &err);
	else
		rc = store_report_list_state(call->store,
		    (enum store_report_state)state, before, most, add_report,
		    &listing, &err);
	(void)api_check(call, rc, &err, &api_v2_codes);
}

static bool
tell_report(void *ctx, const struct store_report *row)
{
	struct api_call *call = ctx;

	put_report(call->out, row);
	api_own_put_content(call, row);
	return true;
}

static void
get_report(struct api_call *call)
{
	struct err err = {0};
	enum sg_err rc = store_report_get(
	    call->store, api_own_id(call, "ReportId"), tell_report, call, &err);

	if (rc == SG_MISSING)
		api_fail(call, "NotFoundException",
		    "Report %.100s does not exist (any more).",
		    api_text(call->in, "ReportId"));
	else
		(void)api_check(call, rc, &err, &api_v2_codes);
}

/* clang-format off */
const struct api_operation api_own_report[] = {
	{API_OWN, "ListReports", "GET", "/sendward/operator/reports",
	    api_in_own_list_reports, NULL, API_OP_READS | API_OP_OPERATOR, "",
	    list_reports},
	{API_OWN, "GetReport", "GET", "/sendward/operator/reports/{ReportId}",
	    api_in_own_get_report, NULL, API_OP_READS | API_OP_OPERATOR,
	    "NotFoundException", get_report},
	{.name = NULL}};
/* clang-format on */
