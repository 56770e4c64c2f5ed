/* sendward's own operations: requests for production access, and what waits for an
 * operator. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/call.h"
#include "api/listing.h"
#include "api/operation.h"
#include "api/own_account.h"
#include "api/shapes.h"
#include "ops/request.h"
#include "store/figures.h"
#include "store/observed.h"

#define OBSERVED_MOST 1000
#define UNMATCHED_SEC (INT64_C(7) * 86400)

/* ---- the list --------------------------------------------------------------------- */

struct listing {
	struct api_call *call;
	json_t *list;
	int64_t most, count;
	char key[32]; /* of the last one told */
	bool is_full;
	enum sg_err rc;
	struct err *err_r;
};

static bool
list_request(void *ctx, const struct store_request *row)
{
	struct listing *list = ctx;
	bool is_open = strcmp(row->status, "PENDING") == 0;
	struct store_account account;
	json_t *out;

	if (list->count == list->most) {
		api_page_more(list->call, list->key);
		list->is_full = true;
		return false;
	}
	list->rc = store_account_get_by_id(
	    list->call->store, row->account_id, &account, list->err_r);
	if (list->rc == SG_MISSING) {
		list->rc = SG_OK; /* deleted meanwhile */
		return true;
	}
	if (list->rc != SG_OK)
		return false;
	list->count++;
	(void)snprintf(list->key, sizeof(list->key), "%c%lld",
	    is_open ? 'o' : 'd', (long long)row->id);
	out = api_add_object(list->list);
	api_put_text(out, "AccountName", account.facts.name);
	api_put_text(out, "Status", row->status);
	api_put_text(out, "MailType", row->mail_type);
	api_put_text(out, "WebsiteUrl", row->website);
	api_put_text(out, "UseCaseDescription", row->use_case);
	if (row->reason[0] != '\0')
		api_put_text(out, "Reason", row->reason);
	api_put_time(out, "CreatedTimestamp", row->created_sec);
	if (row->decided_sec != 0)
		api_put_time(out, "DecidedTimestamp", row->decided_sec);
	return true;
}

/* Those that are open, then the others, unless one status is asked for; after: the
 * key of the last one told. */
static enum sg_err
list_all(struct listing *list, const char *status, const char *after)
{
	int64_t before_id =
	    after[0] != '\0' ? strtoll(after + 1, NULL, 10) : INT64_MAX;
	const char *first = status[0] != '\0' ? status : "PENDING";
	enum sg_err rc = SG_OK;

	if (status[0] != '\0' || after[0] != 'd') {
		rc = store_request_page(list->call->store, first, before_id,
		    list->most - list->count + 1, list_request, list,
		    list->err_r);
		before_id = INT64_MAX;
	}
	if (rc == SG_OK && list->rc == SG_OK && !list->is_full &&
	    status[0] == '\0')
		rc = store_request_page(list->call->store, "", before_id,
		    list->most - list->count + 1, list_request, list,
		    list->err_r);
	return rc != SG_OK ? rc : list->rc;
}

static void
list_requests(struct api_call *call)
{
	struct err err = {0};
	struct listing list = {.call = call, .err_r = &err};
	struct api_page page;

	if (!api_listing_page_own(call, &page))
		return;
	list.most = page.most;
	list.list = api_put_list(call->out, "Requests");
	(void)api_check(call,
	    list_all(&list, api_text(call->in, "Status"), page.after), &err,
	    &api_v2_codes);
}

/* ---- the answer ---------------------------------------------------------------------- */

static void
decide_request(struct api_call *call)
{
	const char *name = api_text(call->in, "AccountName");
	const char *reason = api_text(call->in, "Reason");
	bool grants = strcmp(api_text(call->in, "Decision"), "GRANT") == 0;
	struct store_request row;
	struct err err = {0};
	enum sg_err rc;

	if (!grants && reason[0] == '\0') {
		api_fail(call, "BadRequestException",
		    "Reason is missing: the account reads why its request is "
		    "denied");
		return;
	}
	if (grants)
		rc = request_approve(call->store, call->conf, name, 0, 0,
		    call->now_sec, &row, &err);
	else
		rc = request_deny(call->store, call->conf, name, reason,
		    call->now_sec, &row, &err);
	if (rc == SG_MISSING)
		api_fail(call, "NotFoundException",
		    "Account %.64s has no open request: it may have been "
		    "decided meanwhile.",
		    name);
	else if (api_own_account_check(call, rc, &err))
		api_own_acted(call, grants ? "grant-request" : "deny-request",
		    name, reason);
}

/* ---- what waits ---------------------------------------------------------------------- */

static void
get_summary(struct api_call *call)
{
	struct store_summary summary;
	struct store_totals totals;
	struct err err = {0};
	int64_t observed = 0;

	if (!api_check(call, store_totals(call->store, &totals, &err), &err,
		&api_v2_codes) ||
	    !api_check(call,
		store_summary(
		    call->store, call->now_sec - UNMATCHED_SEC, &summary, &err),
		&err, &api_v2_codes) ||
	    !api_check(call,
		store_observed_count_open(
		    call->store, OBSERVED_MOST, &observed, &err),
		&err, &api_v2_codes))
		return;
	api_put_integer(call->out, "Accounts", totals.accounts);
	api_put_integer(call->out, "Paused", totals.paused);
	api_put_integer(call->out, "UnderReview", totals.under_review);
	api_put_integer(call->out, "RequestsOpen", summary.requests_open);
	api_put_integer(
	    call->out, "ReportsUnmatched", summary.reports_unmatched);
	api_put_integer(call->out, "DeadLetters", summary.dead_letters);
	api_put_integer(call->out, "ObservedOpen", observed);
	api_put_integer(call->out, "Sent24Hour", summary.used);
}

/* clang-format off */
const struct api_operation api_own_request[] = {
	{API_OWN, "ListRequests", "GET", "/sendward/operator/requests",
	    api_in_own_list_requests, NULL, API_OP_OPERATOR | API_OP_READS,
	    "", list_requests},
	{API_OWN, "DecideRequest", "POST",
	    "/sendward/operator/requests/{AccountName}",
	    api_in_own_decide_request, NULL, API_OP_OPERATOR,
	    "NotFoundException", decide_request},
	{API_OWN, "GetSummary", "GET", "/sendward/operator/summary",
	    NULL, NULL, API_OP_OPERATOR | API_OP_READS, "", get_summary},
	{.name = NULL}};
/* clang-format on */
