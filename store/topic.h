/* Reading rows of topic and subscription, which stand in those of notification, too;
 * and these. Internal to store/. */
#ifndef SENDWARD_STORE_TOPIC_H
#define SENDWARD_STORE_TOPIC_H

#include <stdbool.h>
#include "store/topics.h"

struct query;

/* From column `first` on: TOPIC_COLUMNS, SUBSCRIPTION_COLUMNS. False: a value does
 * not fit, which has made the query fail. */
bool topic_read(struct query *q, int first, struct store_topic *row_r);
bool subscription_read(
    struct query *q, int first, struct store_subscription *row_r);
/* Of NOTIFICATION_COLUMNS, in store.h's way; closes. */
enum sg_err publication_rows(
    struct query *q, store_notification_fn *fn, void *ctx);

#endif
