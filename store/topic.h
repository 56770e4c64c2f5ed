/* Reading rows of topic and subscription, which stand in those of notification, too.
 * Internal to store/. */
#ifndef SENDWARD_STORE_TOPIC_H
#define SENDWARD_STORE_TOPIC_H

#include <stdbool.h>

struct query;
struct store_subscription;
struct store_topic;

/* From column `first` on: TOPIC_COLUMNS, SUBSCRIPTION_COLUMNS. False: a value does
 * not fit, which has made the query fail. */
bool topic_read(struct query *q, int first, struct store_topic *row_r);
bool subscription_read(
    struct query *q, int first, struct store_subscription *row_r);

#endif
