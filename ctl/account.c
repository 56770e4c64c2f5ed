/* account and quota: verbs of the command table. */
#include "config.h"

#include <string.h>

#include "base/clock.h"
#include "ctl/input.h"
#include "ctl/out.h"
#include "ctl/reputation.h"
#include "ctl/verbs.h"
#include "ops/account.h"
#include "ops/request.h"
#include "ops/set.h"

static const struct out_column fields[] = {
    {"name", "account", OUT_PLAIN},
    {"production", "production", OUT_ON_OFF},
    {"paused", "paused", OUT_PLAIN},
    {"pause_reason", "pause reason", OUT_PLAIN},
    {"paused_by", "paused by", OUT_PLAIN},
    {"paused_since", "paused since", OUT_PLAIN},
    {"standing_text", "standing", OUT_PLAIN},
    {"fresh_start", "fresh start", OUT_PLAIN},
    {"daily_quota", "recipients/24 h", OUT_LIMIT},
    {"rate", "recipients/s", OUT_PLAIN},
    {"policy", "policy", OUT_PLAIN},
    {"suppress", "suppression list", OUT_PLAIN},
    {"pool", "pool", OUT_PLAIN},
    {"contact", "contact", OUT_PLAIN},
    {"created", "created", OUT_PLAIN},
    {NULL, NULL, OUT_PLAIN},
};

static const struct out_column columns[] = {
    {"name", "ACCOUNT", OUT_PLAIN},
    {"production", "PRODUCTION", OUT_ON_OFF},
    {"paused", "PAUSED", OUT_PLAIN},
    {"daily_quota", "RECIPIENTS/24H", OUT_LIMIT},
    {"rate", "RATE/S", OUT_PLAIN},
    {"policy", "POLICY", OUT_PLAIN},
    {"standing_text", "STANDING", OUT_PLAIN},
    {"paused_by", "PAUSED BY", OUT_PLAIN},
    {"created", "CREATED", OUT_PLAIN},
    {NULL, NULL, OUT_PLAIN},
};

static json_t *
account_json(const struct store_account *row)
{
	const struct rules_account *facts = &row->facts;

	return json_pack("{s:o, s:b, s:b, s:o, s:o, s:o, s:s, s:o, s:I, s:f, "
			 "s:o, s:s, s:o, s:o, s:o}",
	    "name", out_string(facts->name), "production", facts->production,
	    "paused", facts->paused, "pause_reason",
	    out_string(facts->pause_reason), "paused_by",
	    reputation_paused_by(facts->paused, row->paused_by), "paused_since",
	    out_time(facts->paused ? row->paused_sec : 0), "standing",
	    reputation_standing_name(row->standing), "fresh_start",
	    out_time(row->fresh_start_sec), "daily_quota",
	    (json_int_t)facts->daily_quota, "rate", facts->rate, "policy",
	    out_string(row->policy), "suppress",
	    set_suppressed_name(facts->suppressed_reasons), "pool",
	    out_string(row->pool), "contact", out_string(row->contact),
	    "created", out_time(row->created_sec));
}

/* The same with what only people read. */
static json_t *
account_for(const struct ctl *ctl, const struct store_account *row)
{
	json_t *doc = account_json(row);

	if (!ctl->json)
		out_set(&doc, "standing_text",
		    json_string(reputation_standing_text(row->standing)));
	return doc;
}

static int
print_account(
    const struct ctl *ctl, const struct store_account *row, const char *text)
{
	return out_print_with(ctl, account_for(ctl, row), fields, text);
}

int
account_run_create(struct ctl *ctl)
{
	const char *contact = ctl_value(ctl, "contact");
	const char *name = ctl_arg(ctl, 0);
	const char *wrong = account_check_name(name);
	struct store_account row;
	struct err err;
	int rc;

	if (wrong != NULL)
		return ctl_refuse(ctl, "%.40s: %s", name, wrong);
	rc = ctl_open(ctl, CTL_WRITE);
	if (rc != CTL_DONE)
		return rc;
	if (account_create(ctl->store, ctl->conf, name,
		contact == NULL ? "" : contact, clock_now_sec(), &row,
		&err) != SG_OK)
		return ctl_fail(ctl, &err);
	return print_account(ctl, &row,
	    "The account is in the sandbox: it reaches verified recipients "
	    "alone.\nNext: give it a domain to send from (sendwardctl identity "
	    "create) and a\ncredential (sendwardctl credential create) or a "
	    "login (sendwardctl login add).");
}

struct list {
	const struct ctl *ctl;
	json_t *doc;
};

static bool
add_account(void *ctx, const struct store_account *row)
{
	struct list *list = ctx;

	return out_add(&list->doc, account_for(list->ctl, row));
}

int
account_run_list(struct ctl *ctl)
{
	struct list list = {.ctl = ctl};
	struct err err;
	int rc = ctl_open(ctl, CTL_READ);

	if (rc != CTL_DONE)
		return rc;
	list.doc = json_array();
	return out_list(ctl, &list.doc,
	    account_list(ctl->store, add_account, &list, &err), &err, columns,
	    "no accounts yet; make one: sendwardctl account create NAME");
}

/* What became of the account's newest request, in one line. */
static void
request_line(const struct store_request *request, char *line, size_t size)
{
	char when[CLOCK_ISO_MAX];
	int64_t sec = request->decided_sec == 0 ? request->created_sec
						: request->decided_sec;

	(void)snprintf(line, size, /* fits */
	    "Request for production access: %s since %s (sendwardctl request "
	    "show)",
	    request->status, clock_iso(sec, when));
}

int
account_run_show(struct ctl *ctl)
{
	struct store_request request;
	struct store_account row;
	char line[160] = "";
	json_t *doc;
	struct err err;
	enum sg_err found;
	int rc = ctl_open(ctl, CTL_READ);

	if (rc != CTL_DONE)
		return rc;
	if (account_get(ctl->store, ctl_arg(ctl, 0), &row, &err) != SG_OK)
		return ctl_fail(ctl, &err);
	found = request_get(ctl->store, ctl_arg(ctl, 0), &request, &err);
	if (found != SG_OK && found != SG_MISSING)
		return ctl_fail(ctl, &err);
	if (found == SG_OK)
		request_line(&request, line, sizeof(line));
	doc = account_for(ctl, &row);
	out_set(&doc, "request",
	    found == SG_OK ? json_string(request.status) : json_null());
	return out_print_with(ctl, doc, fields, line);
}

/* Reads the options of `account set`. */
static int
read_change(const struct ctl *ctl, struct account_change *change_r)
{
	const char *production = ctl_value(ctl, "production");
	const char *daily = ctl_value(ctl, "daily");
	const char *rate = ctl_value(ctl, "rate");

	memset(change_r, 0, sizeof(*change_r));
	change_r->has_production = production != NULL;
	change_r->has_daily = daily != NULL;
	change_r->has_rate = rate != NULL;
	change_r->pool = ctl_value(ctl, "pool");
	change_r->policy = ctl_value(ctl, "policy");
	change_r->contact = ctl_value(ctl, "contact");
	change_r->suppressed = ctl_value(ctl, "suppress");
	if (ctl->given_count == 0)
		return ctl_usage(ctl, "nothing to set: give an option");
	if (production != NULL &&
	    !input_on_off(production, &change_r->production))
		return ctl_usage(ctl, "--production must be on or off");
	if (daily != NULL && strcmp(daily, "unlimited") == 0)
		change_r->daily = -1;
	else if (daily != NULL && !input_int(daily, &change_r->daily))
		return ctl_usage(ctl, "--daily must be a whole number");
	if (rate != NULL && !input_real(rate, &change_r->rate))
		return ctl_usage(ctl, "--rate must be a number");
	return CTL_DONE;
}

int
account_run_set(struct ctl *ctl)
{
	struct account_change change;
	struct store_account row;
	struct err err;
	int rc = read_change(ctl, &change);

	if (rc == CTL_DONE)
		rc = ctl_open(ctl, CTL_WRITE);
	if (rc != CTL_DONE)
		return rc;
	if (account_change(ctl->store, ctl->conf, ctl_arg(ctl, 0), &change,
		&row, &err) != SG_OK)
		return ctl_fail(ctl, &err);
	return print_account(ctl, &row, "");
}

int
account_run_pause(struct ctl *ctl)
{
	const char *reason = ctl_value(ctl, "reason");
	struct store_account row;
	struct err err;
	int rc = ctl_open(ctl, CTL_WRITE);

	if (rc != CTL_DONE)
		return rc;
	if (account_pause(ctl->store, ctl_arg(ctl, 0),
		reason == NULL ? "paused by the operator" : reason,
		clock_now_sec(), &row, &err) != SG_OK)
		return ctl_fail(ctl, &err);
	return out_done(ctl, account_json(&row),
	    "account %s is paused, within a second: %s", row.facts.name,
	    row.facts.pause_reason);
}

int
account_run_resume(struct ctl *ctl)
{
	bool is_fresh = ctl_value(ctl, "fresh-start") != NULL;
	struct store_account row;
	const char *note;
	struct err err;
	int rc = ctl_open(ctl, CTL_WRITE);

	if (rc != CTL_DONE)
		return rc;
	if (account_resume(ctl->store, ctl_arg(ctl, 0), is_fresh,
		clock_now_sec(), &row, &err) != SG_OK)
		return ctl_fail(ctl, &err);
	note = account_resume_note(&row);
	return out_done(ctl, account_json(&row),
	    "account %s may send again%s%s%s", row.facts.name,
	    is_fresh ? ", and its reputation counts anew from now" : "",
	    note[0] == '\0' ? "" : "; ", note);
}

int
account_run_delete(struct ctl *ctl)
{
	const char *name = ctl_arg(ctl, 0);
	struct err err;
	int rc;

	if (ctl_value(ctl, "yes") == NULL)
		return ctl_refuse(ctl,
		    "account %.64s would be deleted with its identities, keys, "
		    "users, credentials, logins, suppression list and counters; to do "
		    "it: sendwardctl account delete %.64s --yes",
		    name, name);
	rc = ctl_open(ctl, CTL_WRITE);
	if (rc != CTL_DONE)
		return rc;
	if (account_delete(ctl->store, name, &err) != SG_OK)
		return ctl_fail(ctl, &err);
	return out_done(ctl,
	    json_pack("{s:s, s:b}", "name", name, "deleted", 1),
	    "account %s is deleted with all that belonged to it", name);
}

int
quota_run_show(struct ctl *ctl)
{
	static const struct out_column quota_fields[] = {
	    {"account", "account", OUT_PLAIN},
	    {"production", "production", OUT_ON_OFF},
	    {"used", "used in 24 h", OUT_PLAIN},
	    {"daily_quota", "limit", OUT_LIMIT},
	    {"remaining", "remaining", OUT_LIMIT},
	    {"rate", "recipients/s", OUT_PLAIN},
	    {NULL, NULL, OUT_PLAIN},
	};
	const char *name = ctl_arg(ctl, 0);
	struct account_quota quota;
	struct err err;
	int rc = ctl_open(ctl, CTL_READ);

	if (rc != CTL_DONE)
		return rc;
	if (account_quota(ctl->store, name, clock_now_sec(), &quota, &err) !=
	    SG_OK)
		return ctl_fail(ctl, &err);
	return out_print(ctl,
	    json_pack("{s:s, s:I, s:I, s:I, s:f, s:b}", "account", name, "used",
		(json_int_t)quota.used, "daily_quota", (json_int_t)quota.limit,
		"remaining", (json_int_t)quota.remaining, "rate", quota.rate,
		"production", quota.production),
	    quota_fields, "");
}
