/* sendward's own operations: accounts, by operators. */
#include "config.h"

#include "api/own_account.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/call.h"
#include "api/listing.h"
#include "api/operation.h"
#include "api/session.h"
#include "api/shapes.h"
#include "base/log.h"
#include "ops/account.h"
#include "ops/brake.h"
#include "ops/request.h"
#include "rules/ascii.h"
#include "store/brakes.h"
#include "store/figures.h"
#include "store/users.h"

#define LOGINS_MOST 100
#define USERS_MOST 100
#define REASON_MAX_BYTES 255

const char *const api_own_paused_by[] = {
    [STORE_PAUSED_BY_OPERATOR] = "OPERATOR",
    [STORE_PAUSED_BY_REPUTATION] = "REPUTATION",
    [STORE_PAUSED_BY_ACCOUNT] = "ACCOUNT",
};
const char *const api_own_standings[] = {
    [RULES_HEALTHY] = "HEALTHY",
    [RULES_UNDER_REVIEW] = "UNDER_REVIEW",
    [RULES_SHUT_DOWN] = "SHUT_DOWN",
};

void
api_own_acted(const struct api_call *call, const char *action,
    const char *account, const char *reason)
{
	log_event(LOG_CONSOLE_ACTION_EVENT, NULL, "action", action, "account",
	    account, "by", call->session->user, "client", call->client,
	    "reason", reason[0] != '\0' ? reason : NULL, NULL);
}

/* "--daily must be …": options of sendwardctl, as members. */
static void
fail_invalid(struct api_call *call, const char *text)
{
	static const char *const names[][2] = {
	    {"--contact", "Contact"},
	    {"--daily", "Max24Hour"},
	    {"--rate", "MaxSendRate"},
	    {"--pool", "Pool"},
	    {"--policy", "Policy"},
	    {"--reason", "Reason"},
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		size_t len = strlen(names[i][0]);

		if (strncmp(text, names[i][0], len) == 0) {
			api_fail(call, "BadRequestException", "%s%s",
			    names[i][1], text + len);
			return;
		}
	}
	api_fail(call, "BadRequestException", "%s", text);
}

bool
api_own_account_check(
    struct api_call *call, enum sg_err rc, const struct err *err)
{
	const char *name = api_text(call->in, "AccountName");

	if (rc == SG_MISSING)
		api_fail(call, "NotFoundException",
		    "There is no account %.64s: it may have been deleted.",
		    name);
	else if (rc == SG_EXISTS)
		api_fail(call, "AlreadyExistsException",
		    "There is an account %.64s already: choose another name.",
		    name);
	else if (rc == SG_INVALID)
		fail_invalid(call, err->text);
	else
		return api_check(call, rc, err, &api_v2_codes);
	return false;
}

/* False: the call has failed. */
static bool
find_account(struct api_call *call, struct store_account *row_r)
{
	struct err err = {0};

	return api_own_account_check(call,
	    account_get(
		call->store, api_text(call->in, "AccountName"), row_r, &err),
	    &err);
}

/* ---- the list -------------------------------------------------------------------- */

static void
put_figures(json_t *out, const struct store_figure *figure)
{
	double volume = (double)figure->volume;

	api_put_integer(out, "Volume", figure->volume);
	if (figure->volume > 0) {
		api_put_number(
		    out, "BounceRate", (double)figure->bounces / volume);
		api_put_number(
		    out, "ComplaintRate", (double)figure->complaints / volume);
	}
	api_put_number(out, "Risk", figure->risk);
}

static enum sg_err
put_account(struct api_call *call, json_t *out, const struct store_account *row,
    const struct store_figure *figure, struct err *err_r)
{
	int64_t used = 0;
	enum sg_err rc = store_quota_used(
	    call->store, row->facts.id, call->now_sec, &used, err_r);

	api_put_text(out, "AccountName", row->facts.name);
	api_put_flag(out, "Production", row->facts.production);
	api_put_flag(out, "Paused", row->facts.paused);
	if (row->facts.paused)
		api_put_text(
		    out, "PausedBy", api_own_paused_by[row->paused_by]);
	api_put_text(out, "Standing", api_own_standings[row->standing]);
	api_put_integer(out, "Used24Hour", used);
	api_put_integer(out, "Max24Hour", row->facts.daily_quota);
	put_figures(out, figure);
	api_put_time(out, "CreatedTimestamp", row->created_sec);
	return rc;
}

struct listing {
	struct api_call *call;
	json_t *list;
	int64_t most, count;
	char key[API_PAGE_KEY_MAX + 1]; /* of the last one told */
	enum sg_err rc;
	struct err *err_r;
};

static bool
list_account(void *ctx, const struct store_figure *figure)
{
	struct listing *list = ctx;
	struct store_account row;

	if (list->count == list->most) {
		api_page_more(list->call, list->key);
		return false;
	}
	list->rc = store_account_get_by_id(
	    list->call->store, figure->account_id, &row, list->err_r);
	if (list->rc == SG_MISSING) {
		list->rc = SG_OK; /* deleted meanwhile */
		return true;
	}
	if (list->rc == SG_OK)
		list->rc = put_account(list->call, api_add_object(list->list),
		    &row, figure, list->err_r);
	list->count++;
	(void)snprintf(list->key, sizeof(list->key), "%d %.17g %lld %lld %s",
	    (int)figure->weight, figure->risk, (long long)figure->used,
	    (long long)figure->account_id, row.facts.name);
	return list->rc == SG_OK;
}

/* As list_account writes it; "" at the beginning. */
static void
read_key(const char *key, struct store_account_page *page_r)
{
	struct store_figure *after = &page_r->after;
	char *end = NULL;

	page_r->after_name = "";
	if (key[0] == '\0')
		return;
	after->weight = (enum store_weight)strtol(key, &end, 10);
	after->risk = strtod(end, &end);
	after->used = strtoll(end, &end, 10);
	after->account_id = strtoll(end, &end, 10);
	page_r->after_name = end + (*end == ' ');
}

static int
choice_of(const struct api_call *call, const char *member,
    const char *const names[], int count, int fallback)
{
	const char *text = api_text(call->in, member);

	for (int i = 0; i < count; i++)
		if (names[i] != NULL && strcmp(names[i], text) == 0)
			return i;
	return fallback;
}

static void
put_totals(struct api_call *call)
{
	struct store_totals totals;
	struct err err = {0};
	json_t *out;

	if (!api_check(call, store_totals(call->store, &totals, &err), &err,
		&api_v2_codes))
		return;
	out = api_put_object(call->out, "Totals");
	api_put_integer(out, "Accounts", totals.accounts);
	api_put_integer(out, "Production", totals.production);
	api_put_integer(out, "Paused", totals.paused);
	api_put_integer(out, "UnderReview", totals.under_review);
}

static void
list_accounts(struct api_call *call)
{
	static const char *const orders[] = {[STORE_ORDER_RISK] = "RISK",
	    [STORE_ORDER_USED] = "VOLUME",
	    [STORE_ORDER_NAME] = "NAME",
	    [STORE_ORDER_CREATED] = "CREATED"};
	static const char *const states[] = {[STORE_STATE_SANDBOX] = "SANDBOX",
	    [STORE_STATE_PRODUCTION] = "PRODUCTION",
	    [STORE_STATE_PAUSED] = "PAUSED",
	    [STORE_STATE_REVIEW] = "REVIEW"};
	char prefix[RULES_NAME_MAX + 1];
	struct err err = {0};
	struct listing list = {.call = call, .err_r = &err};
	struct store_account_page page = {
	    .order = (enum store_account_order)choice_of(
		call, "Order", orders, STORE_ORDERS, STORE_ORDER_RISK),
	    .state = (enum store_account_state)choice_of(
		call, "State", states, STORE_STATE_REVIEW + 1, STORE_STATE_ANY),
	    .prefix = prefix};
	struct api_page place;
	enum sg_err rc;

	if (!api_listing_page_own(call, &place))
		return;
	ascii_copy_lower(
	    api_text(call->in, "Name"), RULES_NAME_MAX, prefix, sizeof(prefix));
	read_key(place.after, &page);
	list.most = place.most;
	page.most = place.most + 1;
	list.list = api_put_list(call->out, "Accounts");
	rc = store_figure_page(call->store, &page, list_account, &list, &err);
	if (rc == SG_OK)
		rc = list.rc;
	if (api_check(call, rc, &err, &api_v2_codes))
		put_totals(call);
}

/* ---- one account ------------------------------------------------------------------- */

struct facts {
	json_t *list;
	int most;
};

static bool
add_login(void *ctx, const struct store_login *row)
{
	struct facts *facts = ctx;

	api_add_text(facts->list, row->name);
	return --facts->most > 0;
}

static bool
add_user(void *ctx, const struct store_user *row)
{
	api_add_text(ctx, row->name);
	return true;
}

static bool
add_throttle(void *ctx, const struct store_throttle *row)
{
	json_t *out = api_add_object(ctx);
	char id[24];

	(void)snprintf(id, sizeof(id), "%lld", (long long)row->id);
	api_put_text(out, "ThrottleId", id);
	api_put_text(out, "Scope", brake_scope_name(row->scope));
	api_put_text(out, "Subject", row->subject);
	api_put_text(out, "Reason", row->why);
	api_put_time(out, "Timestamp", row->since_sec);
	return true;
}

static enum sg_err
put_details(struct api_call *call, int64_t account_id, struct err *err_r)
{
	struct store_details row;
	enum sg_err rc =
	    request_details_get(call->store, account_id, &row, err_r);
	json_t *out;

	if (rc != SG_OK)
		return rc == SG_MISSING ? SG_OK : rc;
	out = api_put_object(call->out, "Details");
	api_put_text(out, "MailType", row.mail_type);
	api_put_text(out, "WebsiteUrl", row.website);
	api_put_text(out, "UseCaseDescription", row.use_case);
	return SG_OK;
}

static enum sg_err
put_lists(struct api_call *call, int64_t id, struct err *err_r)
{
	struct facts logins = {api_put_list(call->out, "Logins"), LOGINS_MOST};
	enum sg_err rc =
	    store_login_list(call->store, id, add_login, &logins, err_r);

	if (rc == SG_OK)
		rc = store_user_list(call->store, id, "", USERS_MOST, add_user,
		    api_put_list(call->out, "Users"), err_r);
	if (rc == SG_OK)
		rc = store_throttle_list(call->store, id, false, add_throttle,
		    api_put_list(call->out, "Throttles"), err_r);
	return rc;
}

static void
get_account_facts(struct api_call *call)
{
	struct store_figure figure;
	struct store_account row;
	struct err err = {0};
	enum sg_err rc;

	if (!find_account(call, &row))
		return;
	rc = store_figure_get(call->store, row.facts.id, &figure, &err);
	if (rc == SG_OK)
		rc = put_account(call, call->out, &row, &figure, &err);
	api_put_number(call->out, "MaxSendRate", row.facts.rate);
	api_put_text(call->out, "Contact", row.contact);
	if (row.facts.paused)
		api_put_text(call->out, "PauseReason", row.facts.pause_reason);
	api_put_text(call->out, "Policy", row.policy);
	if (row.pool[0] != '\0')
		api_put_text(call->out, "Pool", row.pool);
	if (rc == SG_OK)
		rc = put_details(call, row.facts.id, &err);
	if (rc == SG_OK)
		rc = put_lists(call, row.facts.id, &err);
	(void)api_own_account_check(call, rc, &err);
}

/* ---- changing ---------------------------------------------------------------------- */

static void
create_account(struct api_call *call)
{
	const char *name = api_text(call->in, "AccountName");
	struct err err = {0};

	if (api_own_account_check(call,
		account_create(call->store, call->conf, name,
		    api_text(call->in, "Contact"), call->now_sec, NULL, &err),
		&err))
		api_own_acted(call, "create-account", name, "");
}

static const char *
text_if(const struct api_call *call, const char *member)
{
	return api_has(call->in, member) ? api_text(call->in, member) : NULL;
}

static void
set_account(struct api_call *call)
{
	const char *name = api_text(call->in, "AccountName");
	const struct account_change change = {
	    .has_production = api_has(call->in, "Production"),
	    .production = api_flag(call->in, "Production"),
	    .has_daily = api_has(call->in, "Max24Hour"),
	    .daily = api_integer(call->in, "Max24Hour", 0),
	    .has_rate = api_has(call->in, "MaxSendRate"),
	    .rate = json_number_value(api_object(call->in, "MaxSendRate")),
	    .pool = text_if(call, "Pool"),
	    .policy = text_if(call, "Policy"),
	    .contact = text_if(call, "Contact"),
	};
	struct err err = {0};

	if (api_own_account_check(call,
		account_change(
		    call->store, call->conf, name, &change, NULL, &err),
		&err))
		api_own_acted(call, "set-account", name, "");
}

static void
pause_account(struct api_call *call)
{
	const char *name = api_text(call->in, "AccountName");
	const char *reason = api_text(call->in, "Reason");
	struct err err = {0};

	if (api_own_account_check(call,
		account_pause(
		    call->store, name, reason, call->now_sec, NULL, &err),
		&err))
		api_own_acted(call, "pause-account", name, reason);
}

static void
resume_account(struct api_call *call)
{
	const char *name = api_text(call->in, "AccountName");
	struct err err = {0};

	if (api_own_account_check(call,
		account_resume(call->store, name,
		    api_flag(call->in, "FreshStart"), call->now_sec, NULL,
		    &err),
		&err))
		api_own_acted(
		    call, "resume-account", name, api_text(call->in, "Reason"));
}

struct throttle {
	const char *id;
	bool is_found;
	struct store_throttle row;
};

static bool
find_throttle(void *ctx, const struct store_throttle *row)
{
	struct throttle *wanted = ctx;
	char id[24];

	(void)snprintf(id, sizeof(id), "%lld", (long long)row->id);
	if (strcmp(id, wanted->id) != 0)
		return true;
	wanted->row = *row;
	wanted->is_found = true;
	return false;
}

static void
release_throttle(struct api_call *call)
{
	const char *reason = api_text(call->in, "Reason");
	struct throttle wanted = {.id = api_text(call->in, "ThrottleId")};
	struct store_account owner;
	struct err err = {0};
	enum sg_err rc;

	if (!find_account(call, &owner))
		return;
	if (strlen(reason) > REASON_MAX_BYTES) {
		api_fail(call, "BadRequestException",
		    "Reason must have at most %d bytes", REASON_MAX_BYTES);
		return;
	}
	rc = store_throttle_list(
	    call->store, owner.facts.id, false, find_throttle, &wanted, &err);
	if (rc == SG_OK && !wanted.is_found)
		rc = SG_MISSING;
	if (rc == SG_OK)
		rc = brake_release(call->store, owner.facts.name,
		    wanted.row.scope, wanted.row.subject, call->session->user,
		    reason, call->now_sec, &err);
	if (rc == SG_MISSING)
		api_fail(call, "NotFoundException",
		    "That throttle is not in force: it may have been released "
		    "meanwhile.");
	else if (api_check(call, rc, &err, &api_v2_codes))
		api_own_acted(
		    call, "release-throttle", owner.facts.name, reason);
}

/* clang-format off */
#define ACCOUNTS "/sendward/operator/accounts"
const struct api_operation api_own_account[] = {
	{API_OWN, "ListAccounts", "GET", ACCOUNTS,
	    api_in_own_list_accounts, NULL, API_OP_OPERATOR | API_OP_READS,
	    "", list_accounts},
	{API_OWN, "GetAccountFacts", "GET", ACCOUNTS "/{AccountName}",
	    api_in_own_account, NULL, API_OP_OPERATOR | API_OP_READS,
	    "NotFoundException", get_account_facts},
	{API_OWN, "CreateAccount", "POST", ACCOUNTS,
	    api_in_own_create_account, NULL, API_OP_OPERATOR,
	    "AlreadyExistsException", create_account},
	{API_OWN, "SetAccount", "PUT", ACCOUNTS "/{AccountName}",
	    api_in_own_set_account, NULL, API_OP_OPERATOR,
	    "NotFoundException", set_account},
	{API_OWN, "PauseAccount", "POST", ACCOUNTS "/{AccountName}/pause",
	    api_in_own_pause_account, NULL, API_OP_OPERATOR,
	    "NotFoundException", pause_account},
	{API_OWN, "ResumeAccount", "DELETE", ACCOUNTS "/{AccountName}/pause",
	    api_in_own_resume_account, NULL, API_OP_OPERATOR,
	    "NotFoundException", resume_account},
	{API_OWN, "ReleaseThrottle", "DELETE",
	    ACCOUNTS "/{AccountName}/throttles/{ThrottleId}",
	    api_in_own_release_throttle, NULL, API_OP_OPERATOR,
	    "NotFoundException", release_throttle},
	{.name = NULL}};
/* clang-format on */
