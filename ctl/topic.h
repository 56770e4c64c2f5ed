/* Topics and subscriptions as JSON, for the verbs of both. */
#ifndef SENDWARD_CTL_TOPIC_H
#define SENDWARD_CTL_TOPIC_H

#include <jansson.h>
#include "ctl/command.h"
#include "ctl/out.h"

struct listing_subscription;

/* {id, arn, account, topic, protocol, endpoint, confirmed, raw, created, waiting,
 * dead} */
json_t *topic_subscription_json(
    const struct ctl *ctl, const struct listing_subscription *subscription);
extern const struct out_column topic_subscription_columns[];

#endif
