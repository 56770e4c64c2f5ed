/* Reputation and what follows: see reputation.h. The judgement is
 * rules/reputation.h; the stored history is reputation_history.c. */
#include "config.h"

#include "ops/reputation.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "conf/conf.h"
#include "ops/account.h"
#include "ops/figure.h"
#include "ops/reputation_parts.h"
#include "ops/tell.h"
#include "store/events.h"
#include "store/tenants.h"

#define SEC_PER_DAY 86400
/* How often an account's figures are written again for sends alone. */
#define FIGURE_SEC 10

/* A threshold that cannot be read is one that nobody reaches. */
static double
fraction_of(const char *percent)
{
	double fraction;

	return conf_percent(percent, &fraction) ? fraction : 1;
}

void
reputation_limits_of(
    const struct conf *conf, struct reputation_limits *limits_r)
{
	*limits_r = (struct reputation_limits){
	    .volume = conf->reputation_volume,
	    .minimum = conf->reputation_minimum,
	    .bounce_review = fraction_of(conf->reputation_bounce_review),
	    .bounce_pause = fraction_of(conf->reputation_bounce_pause),
	    .complaint_review = fraction_of(conf->reputation_complaint_review),
	    .complaint_pause = fraction_of(conf->reputation_complaint_pause),
	};
}

/* ---- counting ------------------------------------------------------------------ */

struct counting {
	const struct reputation_limits *limits;
	struct reputation_counts *counts;
};

static bool
count_bucket(void *ctx, const struct store_tally *row)
{
	const struct counting *c = ctx;

	return reputation_add(c->counts, c->limits, row->bucket_sec,
	    row->eligible, row->bounces, row->complaints);
}

static int64_t
window_begins(const struct conf *conf, int64_t fresh_start_sec, int64_t now_sec)
{
	int64_t since = now_sec - conf->reputation_window_days * SEC_PER_DAY;

	return fresh_start_sec > since ? fresh_start_sec : since;
}

/* Everything that a judgement is made of, and it. */
struct look {
	struct reputation_limits limits;
	struct store_account account;
	struct store_set set;       /* facts.id 0: the account itself, or */
	struct store_tenant tenant; /* facts.id 0: none */
	struct reputation_counts counts;
	struct reputation_verdict verdict;
};

static bool
is_of_tenant(const struct look *look)
{
	return look->tenant.facts.id != 0;
}

static bool
is_of_set(const struct look *look)
{
	return look->set.facts.id != 0;
}

static int64_t
fresh_start_of(const struct look *look)
{
	if (is_of_tenant(look))
		return look->tenant.fresh_start_sec;
	return is_of_set(look) ? look->set.fresh_start_sec
			       : look->account.fresh_start_sec;
}

static enum rules_standing
standing_of(const struct look *look)
{
	if (is_of_tenant(look))
		return look->tenant.standing;
	return is_of_set(look) ? look->set.standing : look->account.standing;
}

static const char *
policy_of(const struct look *look)
{
	return is_of_tenant(look) ? look->tenant.policy : look->account.policy;
}

static enum sg_err
judge(struct store *store, const struct conf *conf, int64_t now_sec,
    struct look *look, struct err *err_r)
{
	struct counting c = {&look->limits, &look->counts};
	int64_t fresh_sec = fresh_start_of(look);
	enum sg_err rc = store_tally_list(store, look->account.facts.id,
	    is_of_tenant(look) ? STORE_TALLY_TENANT(look->tenant.facts.id)
			       : look->set.facts.id,
	    window_begins(conf, fresh_sec, now_sec), count_bucket, &c, err_r);

	if (rc == SG_OK)
		reputation_judge(&look->counts, &look->limits, &look->verdict);
	return rc;
}

/* What stands beside the account. */
static enum sg_err
look_beside(struct store *store, int64_t account_id, int64_t set_id,
    struct look *look, struct err *err_r)
{
	enum sg_err rc;

	if (set_id < 0) {
		rc = store_tenant_get_by_id(
		    store, STORE_TALLY_TENANT(set_id), &look->tenant, err_r);
		if (rc == SG_OK && look->tenant.facts.account_id != account_id)
			rc = err_set(err_r, SG_MISSING, "no such tenant");
		return rc;
	}
	if (set_id == 0)
		return SG_OK;
	rc = store_set_get_by_id(store, set_id, &look->set, err_r);
	if (rc == SG_OK &&
	    (look->set.facts.account_id != account_id || !look->set.reputation))
		rc = err_set(err_r, SG_MISSING,
		    "the configuration set is not counted by itself");
	return rc;
}

/* set_id below 0: a tenant. SG_MISSING: there is none such (any more). */
static enum sg_err
look_at(struct store *store, const struct conf *conf, int64_t account_id,
    int64_t set_id, int64_t now_sec, struct look *look_r, struct err *err_r)
{
	enum sg_err rc;

	memset(look_r, 0, sizeof(*look_r));
	reputation_limits_of(conf, &look_r->limits);
	rc =
	    store_account_get_by_id(store, account_id, &look_r->account, err_r);
	if (rc == SG_OK)
		rc = look_beside(store, account_id, set_id, look_r, err_r);
	return rc == SG_OK ? judge(store, conf, now_sec, look_r, err_r) : rc;
}

/* ---- what follows ----------------------------------------------------------------- */

static bool
is_monitor(const struct conf *conf)
{
	return conf->mode == CONF_MODE_MONITOR;
}

struct outcome {
	enum rules_standing before, after;
	bool pauses;
	enum rules_standing impact; /* of a tenant */
	bool is_over;               /* a reinstated tenant is well again */
};

/* Paused, but not by itself: that does not keep reputation from it. */
static bool
is_paused(const struct look *look)
{
	if (is_of_tenant(look))
		return look->tenant.status == STORE_TENANT_DISABLED &&
		       look->tenant.status_by == STORE_PAUSED_BY_REPUTATION;
	if (is_of_set(look))
		return look->set.facts.paused &&
		       look->set.paused_by != STORE_PAUSED_BY_ACCOUNT;
	return look->account.facts.paused &&
	       look->account.paused_by != STORE_PAUSED_BY_ACCOUNT;
}

/* Its owner took the figures upon himself. */
static bool
is_reinstated(const struct look *look)
{
	return is_of_tenant(look) &&
	       look->tenant.status == STORE_TENANT_REINSTATED;
}

/* is_news: a bounce or complaint was counted. Without one a person's word that mail
 * may go on under these figures holds: standing SHUT_DOWN, but not paused. */
static struct outcome
outcome_of(const struct look *look, bool is_news, bool is_monitor)
{
	struct outcome o = {.before = standing_of(look),
	    .after = standing_of(look),
	    .impact = look->tenant.impact};

	if (is_paused(look) && o.before == RULES_SHUT_DOWN)
		return o;
	o.after = reputation_kept(o.before,
	    reputation_consequence(look->verdict.standing, policy_of(look)),
	    &look->limits, &look->verdict);
	if (is_of_tenant(look))
		o.impact = reputation_kept(look->tenant.impact,
		    look->verdict.standing, &look->limits, &look->verdict);
	o.is_over = is_reinstated(look) && o.after == RULES_HEALTHY;
	o.pauses = o.after == RULES_SHUT_DOWN && !is_paused(look) &&
		   !is_reinstated(look) && !is_monitor &&
		   (is_news || o.before != RULES_SHUT_DOWN);
	return o;
}

static bool
is_change(const struct look *look, const struct outcome *o)
{
	return o->pauses || o->is_over || o->before != o->after ||
	       o->impact != look->tenant.impact;
}

/* With so many digits that it is seen to be above. */
static void
percent_above(double rate, double threshold, int digits, char text_r[32])
{
	do
		(void)snprintf(text_r, 32, "%.*f", digits, rate * 100);
	while (digits++ < 6 && strtod(text_r, NULL) <= threshold * 100);
}

/* "bounce rate 11.0 % of the last 1000 recipients is above 10 %"; "" when nothing is
 * above anything. */
static void
reason_of(const struct look *look, char text_r[161])
{
	const struct reputation_limits *limits = &look->limits;
	bool is_bounces = look->verdict.cause == REPUTATION_CAUSE_BOUNCES;
	bool is_pause = look->verdict.standing == RULES_SHUT_DOWN;
	double rate = is_bounces ? look->verdict.bounce_rate
				 : look->verdict.complaint_rate;
	double review =
	    is_bounces ? limits->bounce_review : limits->complaint_review;
	double pause =
	    is_bounces ? limits->bounce_pause : limits->complaint_pause;
	double threshold = is_pause ? pause : review;
	char percent[32];

	text_r[0] = '\0';
	if (look->verdict.cause == REPUTATION_CAUSE_NONE)
		return;
	percent_above(rate, threshold, is_bounces ? 1 : 2, percent);
	(void)snprintf(text_r, 161, /* fits */
	    "%s rate %s %% of the last %" PRId64 " recipients is above %.6g %%",
	    is_bounces ? "bounce" : "complaint", percent, look->counts.eligible,
	    threshold * 100);
}

static void
write_log(const struct conf *conf, const struct look *look,
    const struct outcome *o, const char *why)
{
	static const char *const names[] = {
	    [RULES_HEALTHY] = "healthy",
	    [RULES_UNDER_REVIEW] = "review",
	    [RULES_SHUT_DOWN] = "paused",
	};
	char bounces[24], complaints[24], eligible[24];

	(void)snprintf(
	    bounces, sizeof(bounces), "%" PRId64, look->counts.bounces);
	(void)snprintf(complaints, sizeof(complaints), "%" PRId64,
	    look->counts.complaints);
	(void)snprintf(
	    eligible, sizeof(eligible), "%" PRId64, look->counts.eligible);
	log_event(LOG_REPUTATION_STANDING_EVENT, NULL, "account",
	    look->account.facts.name, "set",
	    is_of_set(look) ? look->set.facts.name : NULL, "tenant",
	    is_of_tenant(look) ? look->tenant.facts.name : NULL, "standing",
	    names[o->after], "before", names[o->before], "bounces", bounces,
	    "complaints", complaints, "eligible", eligible, "policy",
	    policy_of(look), "mode", is_monitor(conf) ? "monitor" : NULL, "why",
	    why[0] != '\0' ? why : NULL, NULL);
}

static void
figures_text(const struct reputation_counts *counts, char text_r[128])
{
	(void)snprintf(text_r, 128, /* fits */
	    "%" PRId64 " bounce%s and %" PRId64 " complaint%s of %" PRId64
	    " recipients",
	    counts->bounces, counts->bounces == 1 ? "" : "s",
	    counts->complaints, counts->complaints == 1 ? "" : "s",
	    counts->eligible);
}

static enum sg_err
write_letters(struct store *store, const struct conf *conf,
    const struct look *look, const struct outcome *o, const char *why,
    int64_t now_sec, struct err *err_r)
{
	const char *name = look->account.facts.name;
	const char *set = look->set.facts.name;
	char who[192], figures[128], resume[256];
	const struct letter_fact facts[] = {
	    {"who", who},
	    {"why", why},
	    {"figures", figures},
	    {"set", set},
	    {"resume", o->pauses ? resume : ""},
	    {NULL, NULL},
	};

	figures_text(&look->counts, figures);
	if (is_of_tenant(look)) {
		(void)snprintf(who, sizeof(who), "tenant %s of account %s",
		    look->tenant.facts.name, name);
		(void)snprintf(resume, sizeof(resume),
		    "sendwardctl tenant resume %s %s --fresh-start", name,
		    look->tenant.facts.name);
	} else if (set[0] == '\0') {
		(void)snprintf(who, sizeof(who), "account %s", name);
		(void)snprintf(resume, sizeof(resume),
		    "sendwardctl account resume %s --fresh-start", name);
	} else {
		(void)snprintf(who, sizeof(who),
		    "configuration set %s of account %s", set, name);
		(void)snprintf(resume, sizeof(resume),
		    "sendwardctl configset resume %s %s --fresh-start", name,
		    set);
	}
	return tell_both(store, conf,
	    o->pauses ? STORE_LETTER_PAUSED : STORE_LETTER_REVIEW,
	    &look->account, facts, now_sec, err_r);
}

static enum sg_err
write_tenant(struct store *store, struct look *look, const struct outcome *o,
    const char *why, int64_t now_sec, struct err *err_r)
{
	struct store_tenant *tenant = &look->tenant;

	if (tenant->impact == RULES_HEALTHY)
		tenant->found_sec = now_sec;
	tenant->standing = o->after;
	tenant->impact = o->impact;
	tenant->judged_sec = now_sec;
	if (o->impact == RULES_HEALTHY)
		tenant->finding = REPUTATION_CAUSE_NONE;
	else if (look->verdict.cause != REPUTATION_CAUSE_NONE)
		tenant->finding = (int)look->verdict.cause;
	if (o->impact == RULES_HEALTHY || why[0] != '\0')
		(void)snprintf(tenant->finding_text,
		    sizeof(tenant->finding_text), "%s", why);
	if (o->pauses || o->is_over) {
		tenant->status =
		    o->pauses ? STORE_TENANT_DISABLED : STORE_TENANT_ENABLED;
		tenant->status_by = STORE_PAUSED_BY_REPUTATION;
		(void)snprintf(tenant->status_cause,
		    sizeof(tenant->status_cause), "%s",
		    o->pauses ? why : "the findings are closed");
		tenant->status_sec = now_sec;
	}
	return store_tenant_update(store, tenant, err_r);
}

static enum sg_err
write_row(struct store *store, struct look *look, const struct outcome *o,
    const char *why, int64_t now_sec, struct err *err_r)
{
	struct store_account *account = &look->account;
	struct store_set *set = &look->set;

	if (is_of_tenant(look))
		return write_tenant(store, look, o, why, now_sec, err_r);
	if (set->facts.id != 0) {
		set->standing = o->after;
		if (o->pauses) {
			set->facts.paused = true;
			set->paused_by = STORE_PAUSED_BY_REPUTATION;
			(void)snprintf(set->facts.pause_reason,
			    sizeof(set->facts.pause_reason), "%s", why);
		}
		return store_set_update(store, set, err_r);
	}
	account->standing = o->after;
	if (o->pauses) {
		account->facts.paused = true;
		(void)snprintf(account->facts.pause_reason,
		    sizeof(account->facts.pause_reason), "%s", why);
		account->paused_by = STORE_PAUSED_BY_REPUTATION;
		account->paused_sec = now_sec;
	}
	return store_account_update(store, account, err_r);
}

static enum sg_err
apply(struct store *store, const struct conf *conf, struct look *look,
    const struct outcome *o, int64_t now_sec, struct err *err_r)
{
	bool tells = !is_monitor(conf) &&
		     (o->pauses || (o->after == RULES_UNDER_REVIEW &&
				       o->before == RULES_HEALTHY));
	char why[161];
	enum sg_err rc;

	reason_of(look, why);
	rc = write_row(store, look, o, why, now_sec, err_r);
	if (rc == SG_OK && tells)
		rc = write_letters(store, conf, look, o, why, now_sec, err_r);
	if (rc == SG_OK && (o->pauses || o->before != o->after))
		write_log(conf, look, o, why);
	return rc;
}

/* Keeps the figures of an account for its list. */
static enum sg_err
keep_figure(struct store *store, const struct look *look, int64_t now_sec,
    struct err *err_r)
{
	struct store_figure figure;

	if (is_of_set(look) || is_of_tenant(look))
		return SG_OK;
	figure_of(look->account.facts.id, &look->counts, &look->verdict,
	    &look->limits, now_sec, &figure);
	return store_figure_put(store, &figure, FIGURE_SEC, err_r);
}

static enum sg_err
update(struct store *store, const struct conf *conf, int64_t account_id,
    int64_t set_id, bool is_news, int64_t now_sec, struct err *err_r)
{
	struct look look;
	struct outcome o;
	enum sg_err rc =
	    look_at(store, conf, account_id, set_id, now_sec, &look, err_r);

	if (rc == SG_MISSING && set_id != 0)
		return SG_OK; /* not counted by itself, or deleted */
	if (rc != SG_OK)
		return rc;
	rc = keep_figure(store, &look, now_sec, err_r);
	o = outcome_of(&look, is_news, is_monitor(conf));
	if (rc != SG_OK || !is_change(&look, &o))
		return rc;
	return apply(store, conf, &look, &o, now_sec, err_r);
}

/* The account, and its set. */
static enum sg_err
update_both(struct store *store, const struct conf *conf, int64_t account_id,
    int64_t set_id, bool is_news, int64_t now_sec, struct err *err_r)
{
	enum sg_err rc =
	    update(store, conf, account_id, 0, is_news, now_sec, err_r);

	if (rc == SG_OK && set_id != 0)
		rc = update(
		    store, conf, account_id, set_id, is_news, now_sec, err_r);
	return rc;
}

enum sg_err
reputation_update(struct store *store, const struct conf *conf,
    int64_t account_id, int64_t set_id, int64_t now_sec, struct err *err_r)
{
	return update_both(
	    store, conf, account_id, set_id, true, now_sec, err_r);
}

enum sg_err
reputation_update_sent(struct store *store, const struct conf *conf,
    int64_t account_id, int64_t set_id, int64_t now_sec, struct err *err_r)
{
	return update_both(
	    store, conf, account_id, set_id, false, now_sec, err_r);
}

enum sg_err
reputation_update_tenant(struct store *store, const struct conf *conf,
    int64_t tenant_id, bool is_news, int64_t now_sec, struct err *err_r)
{
	struct store_tenant tenant;
	enum sg_err rc =
	    store_tenant_get_by_id(store, tenant_id, &tenant, err_r);

	if (rc == SG_OK)
		rc = update(store, conf, tenant.facts.account_id,
		    STORE_TALLY_TENANT(tenant_id), is_news, now_sec, err_r);
	return rc == SG_MISSING ? SG_OK : rc;
}

/* ---- all of them ------------------------------------------------------------------- */

struct who {
	int64_t account_id, set_id;
};
struct everyone {
	struct who *list;
	size_t count, size;
	bool failed;
};

static bool
add_who(void *ctx, int64_t account_id, int64_t set_id)
{
	struct everyone *all = ctx;

	if (all->count == all->size) {
		size_t size = all->size == 0 ? 64 : 2 * all->size;
		void *list = realloc(all->list, size * sizeof(*all->list));

		if (list == NULL) {
			all->failed = true;
			return false;
		}
		all->list = list;
		all->size = size;
	}
	all->list[all->count++] = (struct who){account_id, set_id};
	return true;
}

/* Those that are not healthy may become so without any mail. */
static bool
add_account(void *ctx, const struct store_account *row)
{
	return row->standing == RULES_HEALTHY || add_who(ctx, row->facts.id, 0);
}

static bool
add_set(void *ctx, const struct store_set *row)
{
	return row->standing == RULES_HEALTHY ||
	       add_who(ctx, row->facts.account_id, row->facts.id);
}

static bool
add_tenant(void *ctx, const struct store_tenant *row)
{
	return add_who(
	    ctx, row->facts.account_id, STORE_TALLY_TENANT(row->facts.id));
}

static int
by_who(const void *a, const void *b)
{
	const struct who *x = a, *y = b;

	if (x->account_id != y->account_id)
		return x->account_id < y->account_id ? -1 : 1;
	if ((x->set_id < 0) != (y->set_id < 0)) /* tenants come last */
		return x->set_id < 0 ? 1 : -1;
	return (x->set_id > y->set_id) - (x->set_id < y->set_id);
}

static enum sg_err
find_everyone(struct store *store, int64_t since_sec, struct everyone *all,
    struct err *err_r)
{
	enum sg_err rc = store_tally_who(store, since_sec, add_who, all, err_r);

	if (rc == SG_OK)
		rc = store_account_list(store, add_account, all, err_r);
	if (rc == SG_OK)
		rc = store_set_list(store, 0, add_set, all, err_r);
	if (rc == SG_OK)
		rc = store_tenant_list_unwell(store, add_tenant, all, err_r);
	if (rc == SG_OK && all->failed)
		rc = err_set(err_r, SG_NOMEM, "no memory for reputation");
	if (rc == SG_OK && all->count > 1)
		qsort(all->list, all->count, sizeof(*all->list), by_who);
	return rc;
}

static enum sg_err
collect_figure(struct store *store, const struct look *look, int64_t now_sec,
    struct figure_batch *figures, struct err *err_r)
{
	struct store_figure figure;

	if (is_of_set(look) || is_of_tenant(look))
		return SG_OK;
	figure_of(look->account.facts.id, &look->counts, &look->verdict,
	    &look->limits, now_sec, &figure);
	return figure_batch_add(store, figures, &figure, err_r);
}

/* Looks without a transaction first: nearly always nothing is to be written, and
 * writers shall not wait for that. */
static enum sg_err
update_one(struct store *store, const struct conf *conf, const struct who *who,
    int64_t now_sec, struct figure_batch *figures, struct err *err_r)
{
	struct look look;
	struct outcome o;
	enum sg_err rc = look_at(
	    store, conf, who->account_id, who->set_id, now_sec, &look, err_r);

	if (rc == SG_MISSING)
		return SG_OK; /* deleted meanwhile */
	if (rc != SG_OK)
		return rc;
	o = outcome_of(&look, false, is_monitor(conf));
	if (!is_change(&look, &o))
		return collect_figure(store, &look, now_sec, figures, err_r);
	rc = store_begin(store, err_r);
	if (rc != SG_OK)
		return rc;
	rc = update(
	    store, conf, who->account_id, who->set_id, false, now_sec, err_r);
	if (rc == SG_MISSING)
		rc = SG_OK;
	return store_finish(store, rc, err_r);
}

enum sg_err
reputation_update_all(struct store *store, const struct conf *conf,
    int64_t now_sec, struct err *err_r)
{
	struct figure_batch figures = {.count = 0};
	struct everyone all = {0};
	enum sg_err rc =
	    find_everyone(store, window_begins(conf, 0, now_sec), &all, err_r);

	for (size_t i = 0; i < all.count && rc == SG_OK; i++)
		if (i == 0 || by_who(&all.list[i - 1], &all.list[i]) != 0)
			rc = update_one(store, conf, &all.list[i], now_sec,
			    &figures, err_r);
	if (rc == SG_OK)
		rc = figure_batch_write(store, &figures, err_r);
	free(all.list);
	return rc;
}

/* ---- for people ----------------------------------------------------------------------- */

static bool
add_any_account(void *ctx, const struct store_account *row)
{
	return add_who(ctx, row->facts.id, 0);
}

static bool
add_counted_set(void *ctx, const struct store_set *row)
{
	return !row->reputation ||
	       add_who(ctx, row->facts.account_id, row->facts.id);
}

static enum sg_err
add_tenants(struct store *store, int64_t account_id, struct everyone *all,
    struct err *err_r)
{
	const struct store_tenant_filter any = {.after = "",
	    .prefix = "",
	    .status = -1,
	    .impact = -1,
	    .most = INT64_MAX};

	if (account_id == 0)
		return store_tenant_list(store, add_tenant, all, err_r);
	return store_tenant_page(
	    store, account_id, &any, add_tenant, all, err_r);
}

enum sg_err
reputation_everyone(struct store *store, const char *account,
    reputation_who_fn *fn, void *ctx, struct err *err_r)
{
	struct everyone all = {0};
	struct store_account row;
	int64_t account_id = 0;
	bool goes_on = true;
	enum sg_err rc = SG_OK;

	if (account != NULL) {
		rc = account_get(store, account, &row, err_r);
		if (rc != SG_OK)
			return rc;
		account_id = row.facts.id;
		(void)add_who(&all, account_id, 0); /* sets failed */
	} else {
		rc = store_account_list(store, add_any_account, &all, err_r);
	}
	if (rc == SG_OK)
		rc = store_set_list(
		    store, account_id, add_counted_set, &all, err_r);
	if (rc == SG_OK)
		rc = add_tenants(store, account_id, &all, err_r);
	if (rc == SG_OK && all.failed)
		rc = err_set(err_r, SG_NOMEM, "no memory for reputation");
	if (all.count > 1)
		qsort(all.list, all.count, sizeof(*all.list), by_who);
	for (size_t i = 0; i < all.count && rc == SG_OK && goes_on; i++)
		rc = fn(ctx, all.list[i].account_id, all.list[i].set_id,
		    &goes_on, err_r);
	free(all.list);
	return rc;
}

struct show_ctx {
	struct store *store;
	const struct conf *conf;
	int64_t now_sec;
	reputation_figures_fn *fn;
	void *ctx;
};

static enum sg_err
show_one(void *ctx, int64_t account_id, int64_t set_id, bool *goes_on_r,
    struct err *err_r)
{
	const struct show_ctx *show = ctx;
	struct look look;
	struct reputation_figures f = {.account_id = account_id};
	enum sg_err rc = look_at(show->store, show->conf, account_id, set_id,
	    show->now_sec, &look, err_r);

	*goes_on_r = true;
	if (rc == SG_MISSING)
		return SG_OK; /* deleted meanwhile */
	if (rc != SG_OK)
		return rc;
	memcpy(f.account, look.account.facts.name, sizeof(f.account));
	memcpy(f.set, look.set.facts.name, sizeof(f.set));
	memcpy(f.tenant, look.tenant.facts.name, sizeof(f.tenant));
	(void)snprintf(f.policy, sizeof(f.policy), "%s", policy_of(&look));
	if (is_of_tenant(&look))
		f.paused = look.tenant.facts.paused;
	else
		f.paused = is_of_set(&look) ? look.set.facts.paused
					    : look.account.facts.paused;
	f.standing = standing_of(&look);
	f.fresh_start_sec = fresh_start_of(&look);
	f.counts = look.counts;
	f.verdict = look.verdict;
	*goes_on_r = show->fn(show->ctx, &f);
	return SG_OK;
}

enum sg_err
reputation_show(struct store *store, const struct conf *conf,
    const char *account, int64_t now_sec, reputation_figures_fn *fn, void *ctx,
    struct err *err_r)
{
	struct show_ctx show = {store, conf, now_sec, fn, ctx};

	return reputation_everyone(store, account, show_one, &show, err_r);
}

static bool
take_figures(void *ctx, const struct reputation_figures *figures)
{
	*(struct reputation_figures *)ctx = *figures;
	return true;
}

enum sg_err
reputation_of_account(struct store *store, const struct conf *conf,
    int64_t account_id, int64_t now_sec, struct reputation_figures *figures_r,
    struct err *err_r)
{
	struct show_ctx show = {store, conf, now_sec, take_figures, figures_r};
	bool goes_on;
	enum sg_err rc;

	figures_r->account_id = 0;
	rc = show_one(&show, account_id, 0, &goes_on, err_r);
	if (rc == SG_OK && figures_r->account_id == 0)
		rc = err_set(err_r, SG_MISSING, "no such account");
	return rc;
}
