/* Figures for people: see figure.h. */
#include "config.h"

#include "ops/figure.h"

#include <jansson.h>
#include <string.h>

#include "rules/recipients.h"

#define DAY_SEC 86400

/* ---- counting ------------------------------------------------------------------- */

void
figure_count_sends(
    const struct store_message *message, int64_t counts[STORE_FLOW_KINDS])
{
	const char *text = message->recipients;
	struct recipient recipient;

	while (recipients_next(&text, &recipient))
		counts[recipients_is_dropped(recipient.flag)
			   ? STORE_FLOW_REJECTED
			   : STORE_FLOW_SENT]++;
}

static bool
is_dropped(const struct store_message *message, const char *line, size_t len)
{
	char address[RULES_ADDRESS_MAX + 1];
	struct recipient recipient;

	if (len >= sizeof(address))
		return false;
	memcpy(address, line, len);
	address[len] = '\0';
	return recipients_find(message->recipients, address, &recipient) &&
	       recipients_is_dropped(recipient.flag);
}

/* Recipients of the event; without those that were counted as rejected when the
 * message was sent. */
static int64_t
count_others(
    const struct store_event *event, const struct store_message *message)
{
	const char *line = event->recipients;
	int64_t count = 0;

	while (*line != '\0') {
		size_t len = strcspn(line, "\n");

		count += message == NULL || !is_dropped(message, line, len);
		line += len + (line[len] == '\n');
	}
	return count;
}

static bool
is_permanent(const struct store_event *event)
{
	json_t *detail = json_loads(event->detail, 0, NULL);
	const char *type =
	    json_string_value(json_object_get(detail, "bounceType"));
	bool is = type != NULL && strcmp(type, "Permanent") == 0;

	json_decref(detail);
	return is;
}

/* -1: not counted. */
static int
kind_of(const struct store_event *event)
{
	switch (event->kind) {
	case STORE_EVENT_DELIVERY:
		return STORE_FLOW_DELIVERED;
	case STORE_EVENT_BOUNCE:
		return is_permanent(event) ? STORE_FLOW_BOUNCED : -1;
	case STORE_EVENT_COMPLAINT:
		return STORE_FLOW_COMPLAINED;
	case STORE_EVENT_DELIVERY_DELAY:
		return STORE_FLOW_DELAYED;
	case STORE_EVENT_REJECT:
		return STORE_FLOW_REJECTED;
	default:
		return -1;
	}
}

enum sg_err
figure_count(struct store *store, const struct store_event *event,
    const struct store_message *message, struct err *err_r)
{
	int64_t counts[STORE_FLOW_KINDS] = {0};
	int64_t sum = 0;
	int kind;

	if (message == NULL && event->kind != STORE_EVENT_REJECT)
		return SG_OK;
	kind = kind_of(event);
	if (event->kind == STORE_EVENT_SEND)
		figure_count_sends(message, counts);
	else if (kind >= 0)
		counts[kind] = count_others(event, message);
	for (int i = 0; i < STORE_FLOW_KINDS; i++)
		sum += counts[i];
	return sum > 0 ? store_flow_add(store, event->account_id,
			     event->at_msec / 1000, counts, err_r)
		       : SG_OK;
}

/* ---- accounts ------------------------------------------------------------------- */

void
figure_of(int64_t account_id, const struct reputation_counts *counts,
    const struct reputation_verdict *verdict,
    const struct reputation_limits *limits, int64_t now_sec,
    struct store_figure *figure_r)
{
	double bounces = limits->bounce_pause > 0
			     ? verdict->bounce_lower_end / limits->bounce_pause
			     : 0;
	double complaints =
	    limits->complaint_pause > 0
		? verdict->complaint_lower_end / limits->complaint_pause
		: 0;

	*figure_r = (struct store_figure){.account_id = account_id,
	    .risk = bounces > complaints ? bounces : complaints,
	    .volume = counts->eligible,
	    .bounces = counts->bounces,
	    .complaints = counts->complaints,
	    .judged_sec = now_sec};
}

static bool
is_kept(const struct store_figure *kept, const struct store_figure *now,
    int64_t used)
{
	return kept->used == used && kept->volume == now->volume &&
	       kept->bounces == now->bounces &&
	       kept->complaints == now->complaints && kept->risk == now->risk;
}

enum sg_err
figure_batch_add(struct store *store, struct figure_batch *batch,
    const struct store_figure *figure, struct err *err_r)
{
	struct store_figure kept;
	int64_t used = 0;
	enum sg_err rc =
	    store_figure_get(store, figure->account_id, &kept, err_r);

	if (rc == SG_OK)
		rc = store_quota_used(store, figure->account_id,
		    figure->judged_sec, &used, err_r);
	if (rc == SG_MISSING) /* deleted meanwhile */
		return SG_OK;
	if (rc != SG_OK || is_kept(&kept, figure, used))
		return rc;
	batch->list[batch->count++] = *figure;
	return batch->count < FIGURE_BATCH_MAX
		   ? SG_OK
		   : figure_batch_write(store, batch, err_r);
}

enum sg_err
figure_batch_write(
    struct store *store, struct figure_batch *batch, struct err *err_r)
{
	enum sg_err rc;

	if (batch->count == 0)
		return SG_OK;
	rc = store_begin(store, err_r);
	if (rc != SG_OK)
		return rc;
	for (int i = 0; i < batch->count && rc == SG_OK; i++)
		rc = store_figure_put(store, &batch->list[i], 0, err_r);
	batch->count = 0;
	return store_finish(store, rc, err_r);
}

/* ---- steps of a period ---------------------------------------------------------- */

static const struct {
	int64_t step_sec, kept_sec; /* a step is made of kept ones */
	int count;
} periods[] = {
    [FIGURE_HOUR] = {60, STORE_FLOW_MINUTE_SEC, 60},
    [FIGURE_DAY] = {3600, STORE_FLOW_HOUR_SEC, 24},
    [FIGURE_FORTNIGHT] = {DAY_SEC, STORE_FLOW_HOUR_SEC, 14},
};

static bool
add_flow(void *ctx, const struct store_flow *row)
{
	struct figure_timeline *timeline = ctx;
	int64_t step = (row->start_sec - timeline->steps[0].start_sec) /
		       timeline->step_sec;

	if (step < 0 || step >= timeline->count)
		return true;
	for (int i = 0; i < STORE_FLOW_KINDS; i++) {
		timeline->steps[step].recipients[i] += row->recipients[i];
		timeline->totals[i] += row->recipients[i];
	}
	return true;
}

enum sg_err
figure_timeline(struct store *store, int64_t account_id,
    enum figure_period period, int64_t now_sec,
    struct figure_timeline *timeline_r, struct err *err_r)
{
	int64_t step_sec = periods[period].step_sec;
	int count = periods[period].count;
	int64_t first_sec =
	    now_sec - now_sec % step_sec - (count - 1) * step_sec;

	*timeline_r =
	    (struct figure_timeline){.step_sec = step_sec, .count = count};
	for (int i = 0; i < count; i++)
		timeline_r->steps[i].start_sec = first_sec + i * step_sec;
	return store_flow_list(store, account_id, periods[period].kept_sec,
	    first_sec, first_sec + count * step_sec, add_flow, timeline_r,
	    err_r);
}

struct rate {
	int64_t minute_sec; /* that is going on */
	double sent;
	double share; /* of the minute before it */
};

static bool
add_rate(void *ctx, const struct store_flow *row)
{
	struct rate *rate = ctx;
	double sent = (double)row->recipients[STORE_FLOW_SENT];

	rate->sent +=
	    row->start_sec < rate->minute_sec ? sent * rate->share : sent;
	return true;
}

enum sg_err
figure_rate(struct store *store, int64_t account_id, int64_t now_sec,
    double *rate_r, struct err *err_r)
{
	int64_t passed_sec = now_sec % STORE_FLOW_MINUTE_SEC;
	struct rate rate = {.minute_sec = now_sec - passed_sec,
	    .share = 1 - (double)passed_sec / STORE_FLOW_MINUTE_SEC};
	enum sg_err rc = store_flow_list(store, account_id,
	    STORE_FLOW_MINUTE_SEC, rate.minute_sec - STORE_FLOW_MINUTE_SEC,
	    rate.minute_sec + STORE_FLOW_MINUTE_SEC, add_rate, &rate, err_r);

	*rate_r = rate.sent / STORE_FLOW_MINUTE_SEC;
	return rc;
}

/* The rate at which so many events or more are as likely as that. */
static double
rate_at(int64_t events, int64_t volume, double likelihood)
{
	double low = 0, high = 1;

	for (int i = 0; i < 50; i++) {
		double middle = (low + high) / 2;

		if (reputation_tail(events, volume, middle) < likelihood)
			low = middle;
		else
			high = middle;
	}
	return (low + high) / 2;
}

void
figure_interval(int64_t events, int64_t volume, double *low_r, double *high_r)
{
	const double outside = 0.05 / 2;

	if (events > volume)
		events = volume;
	*low_r = events <= 0 ? 0 : rate_at(events, volume, outside);
	*high_r =
	    events >= volume ? 1 : rate_at(events + 1, volume, 1 - outside);
}
