/* Lists for people of what belongs to accounts: configuration sets, topics,
 * subscriptions, brakes, who is throttled. Each row with the names that go with its
 * ids. Changes nothing.
 *
 * account NULL: of all accounts; SG_MISSING: there is no such account. Rows are
 * borrowed for the call of fn; one that returns false ends the list. */
#ifndef SENDWARD_OPS_LISTING_H
#define SENDWARD_OPS_LISTING_H

#include <stdbool.h>
#include <stdint.h>
#include "base/err.h"
#include "store/brakes.h"
#include "store/topics.h"

typedef bool listing_set_fn(
    void *ctx, const char *account, const struct store_set *row);
enum sg_err listing_sets(struct store *store, const char *account,
    listing_set_fn *fn, void *ctx, struct err *err_r);

/* Those of a set; topic: the name of what each tells. */
typedef bool listing_destination_fn(
    void *ctx, const char *topic, const struct store_destination *row);
enum sg_err listing_destinations(struct store *store, int64_t set_id,
    listing_destination_fn *fn, void *ctx, struct err *err_r);

typedef bool listing_topic_fn(
    void *ctx, const char *account, const struct store_topic *row);
enum sg_err listing_topics(struct store *store, const char *account,
    listing_topic_fn *fn, void *ctx, struct err *err_r);

/* How many notifications of a subscription wait, are due at now_sec, or are dead
 * letters. */
struct listing_subscription {
	const char *account;
	struct store_topic topic;
	struct store_subscription row;
	struct store_notification_numbers numbers;
};
typedef bool listing_subscription_fn(
    void *ctx, const struct listing_subscription *subscription);
/* topic NULL: of all topics of the account. */
enum sg_err listing_subscriptions(struct store *store, const char *account,
    const char *topic, int64_t now_sec, listing_subscription_fn *fn, void *ctx,
    struct err *err_r);
/* One of that uuid (or of the ARN that ends with it). SG_MISSING. */
enum sg_err listing_subscription(struct store *store, const char *uuid,
    int64_t now_sec, listing_subscription_fn *fn, void *ctx, struct err *err_r);

/* account of the callback: "" every account. With account those of every account,
 * too, for they are in force for it. */
typedef bool listing_brake_fn(
    void *ctx, const char *account, const struct store_brake *row);
enum sg_err listing_brakes(struct store *store, const char *account,
    listing_brake_fn *fn, void *ctx, struct err *err_r);

/* is_all: also those that were released. */
typedef bool listing_throttle_fn(
    void *ctx, const char *account, const struct store_throttle *row);
enum sg_err listing_throttles(struct store *store, const char *account,
    bool is_all, listing_throttle_fn *fn, void *ctx, struct err *err_r);

#endif
