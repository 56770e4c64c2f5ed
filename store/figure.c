/* Rows of flow and account_figure, and counts of other tables: figures for people.
 * Judges nothing. */
#include "config.h"

#include "store/figures.h"

#include <stdio.h>
#include <string.h>

#include "rules/quota.h"
#include "store/events.h"
#include "store/query.h"

/* ---- what left ------------------------------------------------------------------ */

static int64_t
step_of(int64_t at_sec, int64_t step_sec)
{
	return at_sec - at_sec % step_sec;
}

static void
open_add(struct query *q, struct store *store, enum query_id id,
    int64_t account_id, int64_t at_sec,
    const int64_t recipients[STORE_FLOW_KINDS], struct err *err_r)
{
	static const char *const names[STORE_FLOW_KINDS] = {"$sent",
	    "$delivered", "$bounced", "$complained", "$rejected", "$delayed"};

	query_open(q, store, id, err_r);
	query_bind_int(q, "$account_id", account_id);
	query_bind_int(q, "$minute", step_of(at_sec, STORE_FLOW_MINUTE_SEC));
	query_bind_int(q, "$hour", step_of(at_sec, STORE_FLOW_HOUR_SEC));
	for (int i = 0; i < STORE_FLOW_KINDS; i++)
		query_bind_int(q, names[i], recipients[i]);
}

enum sg_err
store_flow_add(struct store *store, int64_t account_id, int64_t at_sec,
    const int64_t recipients[STORE_FLOW_KINDS], struct err *err_r)
{
	struct query q;

	open_add(
	    &q, store, QUERY_FLOW_ADD, account_id, at_sec, recipients, err_r);
	return query_run(&q, NULL);
}

enum sg_err
store_flow_send(struct store *store, int64_t account_id, int64_t at_sec,
    const int64_t recipients[STORE_FLOW_KINDS], struct err *err_r)
{
	struct query q;

	open_add(&q, store, QUERY_FLOW_ADD_MANY, account_id, at_sec, recipients,
	    err_r);
	return query_gather(&q);
}

enum sg_err
store_flow_list(struct store *store, int64_t account_id, int64_t step_sec,
    int64_t first_sec, int64_t before_sec, store_flow_fn *fn, void *ctx,
    struct err *err_r)
{
	struct store_flow row;
	struct query q;

	query_open(&q, store, QUERY_FLOW_LIST, err_r);
	query_bind_int(&q, "$account_id", account_id);
	query_bind_int(&q, "$step", step_sec);
	query_bind_int(&q, "$first", first_sec);
	query_bind_int(&q, "$before", before_sec);
	while (query_next(&q)) {
		row.start_sec = query_int(&q, 0);
		for (int i = 0; i < STORE_FLOW_KINDS; i++)
			row.recipients[i] = query_int(&q, 1 + i);
		if (!fn(ctx, &row))
			break;
	}
	return query_close(&q);
}

static enum sg_err
purge_step(struct store *store, int64_t step_sec, int64_t before_sec, int most,
    int64_t *gone, struct err *err_r)
{
	int64_t changed = 0;
	enum sg_err code;
	struct query q;

	query_open(&q, store, QUERY_FLOW_PURGE, err_r);
	query_bind_int(&q, "$step", step_sec);
	query_bind_int(&q, "$before", before_sec);
	query_bind_int(&q, "$most", most);
	code = query_run(&q, &changed);
	*gone += changed;
	return code;
}

enum sg_err
store_flow_purge(struct store *store, int64_t now_sec, int most,
    int64_t *gone_r, struct err *err_r)
{
	enum sg_err code;

	*gone_r = 0;
	code = purge_step(store, STORE_FLOW_MINUTE_SEC,
	    now_sec - STORE_FLOW_MINUTE_KEEP_SEC, most, gone_r, err_r);
	if (code == SG_OK)
		code = purge_step(store, STORE_FLOW_HOUR_SEC,
		    now_sec - STORE_FLOW_HOUR_KEEP_SEC, most, gone_r, err_r);
	return code;
}

/* ---- accounts ------------------------------------------------------------------- */

static void
figure_read(struct query *q, struct store_figure *row_r)
{
	row_r->account_id = query_int(q, 0);
	row_r->weight = (enum store_weight)query_int(q, 1);
	row_r->risk = query_real(q, 2);
	row_r->used = query_int(q, 3);
	row_r->volume = query_int(q, 4);
	row_r->bounces = query_int(q, 5);
	row_r->complaints = query_int(q, 6);
	row_r->judged_sec = query_int(q, 7);
}

enum sg_err
store_figure_put(struct store *store, const struct store_figure *row,
    int64_t every_sec, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_FIGURE_PUT, err_r);
	query_bind_int(&q, "$account_id", row->account_id);
	query_bind_real(&q, "$risk", row->risk);
	query_bind_int(&q, "$volume", row->volume);
	query_bind_int(&q, "$bounces", row->bounces);
	query_bind_int(&q, "$complaints", row->complaints);
	query_bind_int(&q, "$now", row->judged_sec);
	query_bind_int(&q, "$every", every_sec);
	query_bind_int(&q, "$expired", quota_expired_bucket(row->judged_sec));
	return query_run(&q, NULL);
}

enum sg_err
store_figure_get(struct store *store, int64_t account_id,
    struct store_figure *row_r, struct err *err_r)
{
	struct query q;
	enum sg_err code;
	bool found;

	query_open(&q, store, QUERY_FIGURE_GET, err_r);
	query_bind_int(&q, "$account_id", account_id);
	found = query_next(&q);
	if (found)
		figure_read(&q, row_r);
	code = query_close(&q);
	if (code == SG_OK && !found)
		code = err_set(err_r, SG_MISSING, "no such account");
	return code;
}

/* to: lives as long as the statement is read. */
static void
bind_filter(struct query *q, const struct store_account_page *page,
    char to[RULES_NAME_MAX + 8])
{
	/* names have no sign behind 'z' */
	(void)snprintf(
	    to, RULES_NAME_MAX + 8, "%.*s{", RULES_NAME_MAX, page->prefix);
	query_bind_int(q, "$state", page->state);
	query_bind_text(q, "$from", page->prefix);
	query_bind_text(q, "$to", to);
	query_bind_int(q, "$most", page->most);
}

/* Of those with the largest first. */
static void
bind_key(struct query *q, const struct store_account_page *page)
{
	const struct store_figure *after = &page->after;
	bool is_first = after->account_id == 0;

	query_bind_int(q, "$id", is_first ? INT64_MAX : after->account_id);
	if (page->order == STORE_ORDER_RISK) {
		query_bind_int(q, "$weight",
		    is_first ? STORE_WEIGHT_PAUSED + 1 : (int)after->weight);
		query_bind_real(q, "$risk", after->risk);
	} else if (page->order == STORE_ORDER_USED) {
		query_bind_int(q, "$used", is_first ? INT64_MAX : after->used);
	}
}

enum sg_err
store_figure_page(struct store *store, const struct store_account_page *page,
    store_figure_fn *fn, void *ctx, struct err *err_r)
{
	static const enum query_id ids[STORE_ORDERS] = {QUERY_FIGURE_BY_RISK,
	    QUERY_FIGURE_BY_USED, QUERY_FIGURE_BY_NAME, QUERY_FIGURE_BY_ID};
	char to[RULES_NAME_MAX + 8];
	struct store_figure row;
	struct query q;

	query_open(&q, store, ids[page->order], err_r);
	bind_filter(&q, page, to);
	if (page->order == STORE_ORDER_NAME)
		query_bind_text(&q, "$after", page->after_name);
	else
		bind_key(&q, page);
	while (query_next(&q)) {
		figure_read(&q, &row);
		if (!fn(ctx, &row))
			break;
	}
	return query_close(&q);
}

/* ---- counts --------------------------------------------------------------------- */

enum sg_err
store_account_counts(struct store *store, int64_t account_id,
    struct store_account_counts *counts_r, struct err *err_r)
{
	struct query q;

	*counts_r = (struct store_account_counts){0};
	query_open(&q, store, QUERY_ACCOUNT_COUNTS, err_r);
	query_bind_int(&q, "$account_id", account_id);
	query_bind_int(&q, "$verified", RULES_IDENTITY_SUCCESS);
	query_bind_int(&q, "$most", STORE_COUNT_MOST + 1);
	if (query_next(&q)) {
		counts_r->identities = query_int(&q, 0);
		counts_r->verified_identities = query_int(&q, 1);
		counts_r->credentials = query_int(&q, 2);
		counts_r->suppressed = query_int(&q, 3);
	}
	return query_close(&q);
}

enum sg_err
store_totals(
    struct store *store, struct store_totals *totals_r, struct err *err_r)
{
	struct query q;

	*totals_r = (struct store_totals){0};
	query_open(&q, store, QUERY_TOTALS, err_r);
	if (query_next(&q)) {
		totals_r->accounts = query_int(&q, 0);
		totals_r->production = query_int(&q, 1);
		totals_r->paused = query_int(&q, 2);
		totals_r->under_review = query_int(&q, 3);
	}
	return query_close(&q);
}

enum sg_err
store_summary(struct store *store, int64_t since_sec,
    struct store_summary *summary_r, struct err *err_r)
{
	struct query q;

	*summary_r = (struct store_summary){0};
	query_open(&q, store, QUERY_SUMMARY, err_r);
	query_bind_int(&q, "$since", since_sec * 1000);
	query_bind_int(&q, "$unmatched", STORE_REPORT_UNMATCHED);
	query_bind_int(&q, "$most", STORE_COUNT_MOST);
	if (query_next(&q)) {
		summary_r->requests_open = query_int(&q, 0);
		summary_r->reports_unmatched = query_int(&q, 1);
		summary_r->dead_letters = query_int(&q, 2);
		summary_r->used = query_int(&q, 3);
	}
	return query_close(&q);
}
