/* Figures for people: what left by steps of time, accounts in the order of their
 * risk, what is counted for a first page. Part of store.h: its rules on threads,
 * errors and lists hold here. */
#ifndef SENDWARD_STORE_FIGURES_H
#define SENDWARD_STORE_FIGURES_H

#include <stdbool.h>
#include <stdint.h>
#include "base/err.h"
#include "store/store.h"

/* ---- what left, and what became of it ---------------------------------------- */
enum store_flow_kind {
	STORE_FLOW_SENT,
	STORE_FLOW_DELIVERED,
	STORE_FLOW_BOUNCED,
	STORE_FLOW_COMPLAINED,
	STORE_FLOW_REJECTED,
	STORE_FLOW_DELAYED,
	STORE_FLOW_KINDS
};
#define STORE_FLOW_MINUTE_SEC 60
#define STORE_FLOW_HOUR_SEC 3600
/* How long they are kept, from their beginnings. */
#define STORE_FLOW_MINUTE_KEEP_SEC (3 * 3600)
#define STORE_FLOW_HOUR_KEEP_SEC (15 * 86400 + 3600)
struct store_flow {
	int64_t start_sec;
	int64_t recipients[STORE_FLOW_KINDS];
};
/* Adds to the minute and to the hour that at_sec is in. */
enum sg_err store_flow_add(struct store *store, int64_t account_id,
    int64_t at_sec, const int64_t recipients[STORE_FLOW_KINDS],
    struct err *err_r);
/* The same within a transaction; a failure may come with a later statement. */
enum sg_err store_flow_send(struct store *store, int64_t account_id,
    int64_t at_sec, const int64_t recipients[STORE_FLOW_KINDS],
    struct err *err_r);
/* Steps of an account that begin in [first, before), in their order; those without
 * a count are not there. step_sec: one of the two. */
typedef bool store_flow_fn(void *ctx, const struct store_flow *row);
enum sg_err store_flow_list(struct store *store, int64_t account_id,
    int64_t step_sec, int64_t first_sec, int64_t before_sec, store_flow_fn *fn,
    void *ctx, struct err *err_r);
/* Deletes what is not kept any more, at most `most` of each step; *gone_r how many:
 * call again while it is not 0. */
enum sg_err store_flow_purge(struct store *store, int64_t now_sec, int most,
    int64_t *gone_r, struct err *err_r);

/* ---- accounts by their figures ------------------------------------------------ */
enum store_weight {
	STORE_WEIGHT_NONE,
	STORE_WEIGHT_REVIEW,
	STORE_WEIGHT_PAUSED
};
struct store_figure {
	int64_t account_id;
	/* read alone: paused, by whomever; else of a standing that is not
	 * healthy; the account's own row says so */
	enum store_weight weight;
	double risk;    /* share of the threshold of a pause that is proved */
	int64_t used;   /* recipients of 24 hours, when it was judged */
	int64_t volume; /* that bounces and complaints are of */
	int64_t bounces, complaints;
	int64_t judged_sec; /* 0 never */
};
/* What was judged; every account has a row. Not when the bounces and complaints are
 * those of before and it was judged less than every_sec ago. `used` is read from the
 * quota, not from row. SG_OK also when there is no such account. */
enum sg_err store_figure_put(struct store *store,
    const struct store_figure *row, int64_t every_sec, struct err *err_r);
enum sg_err store_figure_get(struct store *store, int64_t account_id,
    struct store_figure *row_r, struct err *err_r); /* SG_MISSING */

enum store_account_order {
	STORE_ORDER_RISK,    /* paused ones, those under review, the riskiest */
	STORE_ORDER_USED,    /* most recipients in 24 hours first */
	STORE_ORDER_NAME,    /* in the alphabet's order */
	STORE_ORDER_CREATED, /* the newest first */
	STORE_ORDERS
};
/* PAUSED and REVIEW: by their weight. */
enum store_account_state {
	STORE_STATE_ANY,
	STORE_STATE_SANDBOX,
	STORE_STATE_PRODUCTION,
	STORE_STATE_PAUSED,
	STORE_STATE_REVIEW
};
/* Accounts behind one (its figures, name and id; account_id 0: from the beginning). */
struct store_account_page {
	enum store_account_order order;
	enum store_account_state state;
	const char *prefix; /* of names (lower case); "" any */
	struct store_figure after;
	const char *after_name; /* "" from the beginning */
	int64_t most;
};
typedef bool store_figure_fn(void *ctx, const struct store_figure *row);
enum sg_err store_figure_page(struct store *store,
    const struct store_account_page *page, store_figure_fn *fn, void *ctx,
    struct err *err_r);

/* ---- requests in pages ----------------------------------------------------------- */
/* The newest first, those with an id below before_id. status "": all that are not
 * PENDING. */
enum sg_err store_request_page(struct store *store, const char *status,
    int64_t before_id, int64_t most, store_request_fn *fn, void *ctx,
    struct err *err_r);

/* ---- counts ------------------------------------------------------------------------ */
/* Suppressed addresses, reports and dead letters are counted up to this. */
#define STORE_COUNT_MOST 10000
struct store_account_counts {
	int64_t identities, verified_identities, credentials;
	int64_t suppressed; /* STORE_COUNT_MOST + 1: more */
};
enum sg_err store_account_counts(struct store *store, int64_t account_id,
    struct store_account_counts *counts_r, struct err *err_r);

struct store_totals {
	int64_t accounts, production, paused, under_review;
};
enum sg_err store_totals(
    struct store *store, struct store_totals *totals_r, struct err *err_r);

struct store_summary {
	int64_t requests_open;
	int64_t reports_unmatched; /* since since_sec */
	int64_t dead_letters;
	int64_t used; /* sum of store_figure's */
};
enum sg_err store_summary(struct store *store, int64_t since_sec,
    struct store_summary *summary_r, struct err *err_r);

#endif
