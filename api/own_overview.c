/* sendward's own operations: how an account stands, and what left in time. */
#include "config.h"

#include <string.h>

#include "api/call.h"
#include "api/operation.h"
#include "api/own_account.h"
#include "api/shapes.h"
#include "conf/conf.h"
#include "ops/figure.h"
#include "ops/reputation.h"
#include "store/figures.h"

static void
put_paused(struct api_call *call)
{
	const struct store_account *row = &call->owner;
	json_t *out;

	api_put_flag(call->out, "Production", row->facts.production);
	if (!row->facts.paused)
		return;
	out = api_put_object(call->out, "Paused");
	api_put_text(out, "Reason", row->facts.pause_reason);
	api_put_text(out, "By", api_own_paused_by[row->paused_by]);
	api_put_time(out, "Timestamp", row->paused_sec);
}

static void
put_quota(struct api_call *call)
{
	json_t *out = api_put_object(call->out, "Quota");
	int64_t used = 0, id = call->owner.facts.id;
	struct err err = {0};
	double rate = 0;

	if (!api_check(call,
		store_quota_used(call->store, id, call->now_sec, &used, &err),
		&err, &api_v2_codes) ||
	    !api_check(call,
		figure_rate(call->store, id, call->now_sec, &rate, &err), &err,
		&api_v2_codes))
		return;
	api_put_integer(out, "Max24Hour", call->owner.facts.daily_quota);
	api_put_integer(out, "Used24Hour", used);
	api_put_number(out, "MaxSendRate", call->owner.facts.rate);
	api_put_number(out, "SendRate", rate);
}

static void
put_rate(json_t *reputation, const char *name, int64_t count, int64_t volume,
    double review, double pause)
{
	json_t *out = api_put_object(reputation, name);
	double low, high;

	api_put_integer(out, "Count", count);
	api_put_number(out, "Review", review);
	api_put_number(out, "Pause", pause);
	if (volume <= 0)
		return;
	figure_interval(count, volume, &low, &high);
	api_put_number(out, "Rate", (double)count / (double)volume);
	api_put_number(out, "Low", low);
	api_put_number(out, "High", high);
}

static void
put_reputation(struct api_call *call)
{
	json_t *out = api_put_object(call->out, "Reputation");
	struct reputation_figures figures;
	struct reputation_limits limits;
	struct err err = {0};

	if (!api_check(call,
		reputation_of_account(call->store, call->conf,
		    call->owner.facts.id, call->now_sec, &figures, &err),
		&err, &api_v2_codes))
		return;
	reputation_limits_of(call->conf, &limits);
	api_put_text(out, "Standing", api_own_standings[figures.standing]);
	api_put_text(out, "Policy", figures.policy);
	api_put_integer(out, "Volume", figures.counts.eligible);
	api_put_integer(out, "MinimumVolume", limits.minimum);
	put_rate(out, "Bounce", figures.counts.bounces, figures.counts.eligible,
	    limits.bounce_review, limits.bounce_pause);
	put_rate(out, "Complaint", figures.counts.complaints,
	    figures.counts.eligible, limits.complaint_review,
	    limits.complaint_pause);
}

static void
put_request(struct api_call *call)
{
	struct store_request row;
	struct err err = {0};
	enum sg_err rc =
	    store_request_get(call->store, call->owner.facts.id, &row, &err);
	json_t *out;

	if (rc == SG_MISSING || !api_check(call, rc, &err, &api_v2_codes))
		return;
	out = api_put_object(call->out, "Request");
	api_put_text(out, "Status", row.status);
	if (row.reason[0] != '\0')
		api_put_text(out, "Reason", row.reason);
	api_put_time(out, "CreatedTimestamp", row.created_sec);
	if (row.decided_sec != 0)
		api_put_time(out, "DecidedTimestamp", row.decided_sec);
}

static void
put_counts(struct api_call *call)
{
	json_t *out = api_put_object(call->out, "Counts");
	struct store_account_counts counts;
	struct err err = {0};
	bool is_more;

	if (!api_check(call,
		store_account_counts(
		    call->store, call->owner.facts.id, &counts, &err),
		&err, &api_v2_codes))
		return;
	is_more = counts.suppressed > STORE_COUNT_MOST;
	api_put_integer(out, "Identities", counts.identities);
	api_put_integer(out, "VerifiedIdentities", counts.verified_identities);
	api_put_integer(out, "Credentials", counts.credentials);
	api_put_integer(out, "SuppressedAddresses",
	    is_more ? STORE_COUNT_MOST : counts.suppressed);
	api_put_flag(out, "SuppressedMore", is_more);
}

static void
get_overview(struct api_call *call)
{
	static void (*const parts[])(struct api_call *) = {
	    put_paused, put_quota, put_reputation, put_request, put_counts};

	api_put_text(call->out, "AccountName", call->account);
	for (size_t i = 0;
	     i < sizeof(parts) / sizeof(*parts) && !api_failed(call); i++)
		parts[i](call);
}

/* ---- in time ---------------------------------------------------------------------- */

static void
put_flow(json_t *out, const int64_t recipients[STORE_FLOW_KINDS])
{
	static const char *const names[STORE_FLOW_KINDS] = {
	    [STORE_FLOW_SENT] = "Sent",
	    [STORE_FLOW_DELIVERED] = "Delivered",
	    [STORE_FLOW_BOUNCED] = "Bounced",
	    [STORE_FLOW_COMPLAINED] = "Complained",
	    [STORE_FLOW_REJECTED] = "Rejected",
	    [STORE_FLOW_DELAYED] = "Delayed",
	};

	for (int i = 0; i < STORE_FLOW_KINDS; i++)
		api_put_integer(out, names[i], recipients[i]);
}

static void
get_timeline(struct api_call *call)
{
	const char *name = api_text(call->in, "Period");
	enum figure_period period = strcmp(name, "DAY") == 0 ? FIGURE_DAY
				    : strcmp(name, "FORTNIGHT") == 0
					? FIGURE_FORTNIGHT
					: FIGURE_HOUR;
	struct figure_timeline timeline;
	struct err err = {0};
	json_t *list;

	if (!api_check(call,
		figure_timeline(call->store, call->owner.facts.id, period,
		    call->now_sec, &timeline, &err),
		&err, &api_v2_codes))
		return;
	api_put_integer(call->out, "Step", timeline.step_sec);
	list = api_put_list(call->out, "Points");
	for (int i = 0; i < timeline.count; i++) {
		json_t *point = api_add_object(list);

		api_put_time(point, "Timestamp", timeline.steps[i].start_sec);
		put_flow(point, timeline.steps[i].recipients);
	}
	put_flow(api_put_object(call->out, "Totals"), timeline.totals);
}

/* clang-format off */
const struct api_operation api_own_overview[] = {
	{API_OWN, "GetOverview", "GET", "/sendward/overview",
	    NULL, NULL, API_OP_READS, "", get_overview},
	{API_OWN, "GetTimeline", "GET", "/sendward/timeline",
	    api_in_own_get_timeline, NULL, API_OP_READS, "", get_timeline},
	{.name = NULL}};
/* clang-format on */
