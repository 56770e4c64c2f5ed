/* Figures for people: what is counted by the minute and the hour with each event, and
 * how an account stands in its list. Not what reputation is judged by. */
#ifndef SENDWARD_OPS_FIGURE_H
#define SENDWARD_OPS_FIGURE_H

#include <stdint.h>
#include "base/err.h"
#include "rules/reputation.h"
#include "store/events.h"
#include "store/figures.h"

/* Counts the event's recipients by its time, within the caller's transaction: sends,
 * deliveries, permanent bounces, complaints, delays; as rejected what the gate
 * refused and what the suppression list held back. The mailbox simulator's, too.
 * A message that is not known (NULL) counts nothing, unless it was refused. */
enum sg_err figure_count(struct store *store, const struct store_event *event,
    const struct store_message *message, struct err *err_r);

/* What the Send event of the message counts: adds to counts. */
void figure_count_sends(
    const struct store_message *message, int64_t counts[STORE_FLOW_KINDS]);

/* What a judgement says of an account, at now_sec. risk: of its bounces and
 * complaints what is proved, as a share of the pause's thresholds, the larger one. */
void figure_of(int64_t account_id, const struct reputation_counts *counts,
    const struct reputation_verdict *verdict,
    const struct reputation_limits *limits, int64_t now_sec,
    struct store_figure *figure_r);

/* Figures that are written together: of one account after the other, when they are
 * not those that are kept. Both open a transaction of their own when they write. */
#define FIGURE_BATCH_MAX 256
struct figure_batch {
	struct store_figure list[FIGURE_BATCH_MAX];
	int count;
};
enum sg_err figure_batch_add(struct store *store, struct figure_batch *batch,
    const struct store_figure *figure, struct err *err_r);
enum sg_err figure_batch_write(
    struct store *store, struct figure_batch *batch, struct err *err_r);

/* ---- steps of a period ------------------------------------------------------- */
enum figure_period { FIGURE_HOUR, FIGURE_DAY, FIGURE_FORTNIGHT };
#define FIGURE_STEPS_MAX 60
struct figure_timeline {
	int64_t step_sec;
	int count;
	struct store_flow steps[FIGURE_STEPS_MAX]; /* the oldest first */
	int64_t totals[STORE_FLOW_KINDS];
};
/* 60 minutes, 24 hours or 14 days (of UTC), the last one is going on; those of which
 * nothing is known have zeroes. */
enum sg_err figure_timeline(struct store *store, int64_t account_id,
    enum figure_period period, int64_t now_sec,
    struct figure_timeline *timeline_r, struct err *err_r);

/* The exact 95 % interval of a rate of which so many were seen (Clopper and Pearson).
 * volume > 0. Pure. */
void figure_interval(
    int64_t events, int64_t volume, double *low_r, double *high_r);

/* Recipients a second, mean of the last minute. */
enum sg_err figure_rate(struct store *store, int64_t account_id,
    int64_t now_sec, double *rate_r, struct err *err_r);

#endif
