/* Counters of sendward-apid itself, and all numbers as Prometheus' text format
 * 0.0.4. Any thread may count at any time. */
#ifndef SENDWARD_API_METRICS_H
#define SENDWARD_API_METRICS_H

#include <stdint.h>
#include "base/buf.h"

struct api_metrics;
struct api_operation;
struct health_watch;
struct store_notification_numbers;
struct store_numbers;

/* Why a connection was not served to its end. */
enum api_metrics_drop {
	API_DROP_FULL,    /* api.max_connections */
	API_DROP_ADDRESS, /* api.max_connections_per_address */
	API_DROP_LATE,    /* api.timeout_sec */
	API_DROPS
};

struct api_metrics *api_metrics_new(void); /* NULL: no memory */
void api_metrics_free(struct api_metrics **metrics);

/* route: a name of the table, or "none". */
void api_metrics_request(struct api_metrics *metrics, const char *route,
    int status, int64_t took_usec);
/* A call of the API. operation: NULL when it was not found. */
void api_metrics_call(struct api_metrics *metrics,
    const struct api_operation *operation, int status);
void api_metrics_accepted(struct api_metrics *metrics);
void api_metrics_closed(struct api_metrics *metrics);
void api_metrics_dropped(
    struct api_metrics *metrics, enum api_metrics_drop why);

/* numbers NULL: the store cannot be read; of watch is written what does not come from
 * it. */
void api_metrics_write(const struct api_metrics *metrics,
    const struct store_numbers *numbers,
    const struct store_notification_numbers *notifications,
    const struct health_watch *watch, struct buf *out);

#endif
