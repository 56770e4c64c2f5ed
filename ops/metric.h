/* Figures by the day: counted with the events, asked for by account, configuration
 * set and identity. Not what reputation is judged by (reputation.h). */
#ifndef SENDWARD_OPS_METRIC_H
#define SENDWARD_OPS_METRIC_H

#include <stdint.h>
#include "base/err.h"
#include "store/events.h"
#include "store/tenants.h"

/* Counts the event's recipients by its day, within the caller's transaction: sends
 * (those that the suppression list held back, too), deliveries, bounces, complaints;
 * not the mailbox simulator's. Other kinds, and messages that are not known
 * (NULL), count nothing. */
enum sg_err metric_count(struct store *store, const struct store_event *event,
    const struct store_message *message, struct err *err_r);

/* What the Send event of the message counts. */
int64_t metric_count_sends(const struct store_message *message);

struct metric_question {
	int64_t account_id;
	enum store_metric_kind kind;
	const char *set, *identity;  /* names of the account's; "" any */
	int64_t first_sec, last_sec; /* days that begin in [first, last) */
};
/* Days with a figure, in their order. SG_MISSING: no such set or identity. */
enum sg_err metric_ask(struct store *store,
    const struct metric_question *question, store_metric_fn *fn, void *ctx,
    struct err *err_r);

#endif
