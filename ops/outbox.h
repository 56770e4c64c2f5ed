/* What is on its way to subscribers, for people: dead letters looked at and begun
 * anew. Delivers nothing. */
#ifndef SENDWARD_OPS_OUTBOX_H
#define SENDWARD_OPS_OUTBOX_H

#include <stdbool.h>
#include <stdint.h>
#include "base/err.h"
#include "store/topics.h"

/* Notifications that were given up, at most `most`. account NULL: all accounts'. */
typedef bool outbox_fn(
    void *ctx, const char *account, const struct store_notification *row);
enum sg_err outbox_dead(struct store *store, const char *account, int most,
    outbox_fn *fn, void *ctx, struct err *err_r);

/* The dead letters of a subscription (uuid, or the ARN that ends with it) are due
 * at once, as if they were new. SG_MISSING: no such subscription. */
enum sg_err outbox_replay(struct store *store, const char *uuid,
    int64_t now_sec, int64_t *count_r, struct err *err_r);

#endif
