/* Lists for people: see listing.h. Changes nothing. */
#include "config.h"

#include "ops/listing.h"

#include <stdlib.h>
#include <string.h>

#include "ops/account.h"
#include "ops/topic.h"

struct listing {
	struct store *store;
	struct account_names names;
	int64_t account_id; /* 0: all */
	union {
		listing_set_fn *set;
		listing_destination_fn *destination;
		listing_topic_fn *topic;
		listing_subscription_fn *subscription;
		listing_brake_fn *brake;
		listing_throttle_fn *throttle;
	} fn;
	void *ctx;
	int64_t now_sec;
	/* of what was asked within a list */
	enum sg_err code;
	struct err *err_r;
};

static enum sg_err
listing_begin(struct listing *listing, struct store *store, const char *account,
    struct err *err_r)
{
	listing->store = store;
	listing->err_r = err_r;
	return account_names_load(
	    store, account, &listing->names, &listing->account_id, err_r);
}

static enum sg_err
listing_end(struct listing *listing, enum sg_err code)
{
	account_names_fini(&listing->names);
	return code == SG_OK ? listing->code : code;
}

static const char *
name_of(const struct listing *listing, int64_t account_id)
{
	return account_names_find(&listing->names, account_id);
}

/* ---- configuration sets, topics ---------------------------------------------- */

static bool
list_set(void *ctx, const struct store_set *row)
{
	const struct listing *listing = ctx;

	return listing->fn.set(
	    listing->ctx, name_of(listing, row->facts.account_id), row);
}

enum sg_err
listing_sets(struct store *store, const char *account, listing_set_fn *fn,
    void *ctx, struct err *err_r)
{
	struct listing listing = {.fn.set = fn, .ctx = ctx};
	enum sg_err rc = listing_begin(&listing, store, account, err_r);

	if (rc == SG_OK)
		rc = store_set_list(
		    store, listing.account_id, list_set, &listing, err_r);
	return listing_end(&listing, rc);
}

static bool
list_destination(void *ctx, const struct store_destination *row)
{
	struct listing *listing = ctx;
	struct store_topic topic;

	listing->code = store_topic_get_by_id(
	    listing->store, row->topic_id, &topic, listing->err_r);
	return listing->code == SG_OK &&
	       listing->fn.destination(listing->ctx, topic.name, row);
}

enum sg_err
listing_destinations(struct store *store, int64_t set_id,
    listing_destination_fn *fn, void *ctx, struct err *err_r)
{
	struct listing listing = {
	    .store = store, .fn.destination = fn, .ctx = ctx, .err_r = err_r};
	enum sg_err rc = store_destination_list(
	    store, set_id, list_destination, &listing, err_r);

	return rc == SG_OK ? listing.code : rc;
}

static bool
list_topic(void *ctx, const struct store_topic *row)
{
	const struct listing *listing = ctx;

	return listing->fn.topic(
	    listing->ctx, name_of(listing, row->account_id), row);
}

enum sg_err
listing_topics(struct store *store, const char *account, listing_topic_fn *fn,
    void *ctx, struct err *err_r)
{
	struct listing listing = {.fn.topic = fn, .ctx = ctx};
	enum sg_err rc = listing_begin(&listing, store, account, err_r);

	if (rc == SG_OK)
		rc = store_topic_list(
		    store, listing.account_id, list_topic, &listing, err_r);
	return listing_end(&listing, rc);
}

/* ---- subscriptions ------------------------------------------------------------ */

static bool
list_subscription(void *ctx, const struct store_subscription *row)
{
	struct listing *listing = ctx;
	struct listing_subscription shown = {.row = *row};

	listing->code = store_topic_get_by_id(
	    listing->store, row->topic_id, &shown.topic, listing->err_r);
	if (listing->code != SG_OK)
		return false;
	if (listing->account_id != 0 &&
	    shown.topic.account_id != listing->account_id)
		return true;
	listing->code = store_notification_count(listing->store, row->id,
	    listing->now_sec, &shown.numbers, listing->err_r);
	if (listing->code != SG_OK)
		return false;
	shown.account = name_of(listing, shown.topic.account_id);
	return listing->fn.subscription(listing->ctx, &shown);
}

enum sg_err
listing_subscriptions(struct store *store, const char *account,
    const char *topic, int64_t now_sec, listing_subscription_fn *fn, void *ctx,
    struct err *err_r)
{
	struct listing listing = {
	    .fn.subscription = fn, .ctx = ctx, .now_sec = now_sec};
	struct store_topic found = {.id = 0};
	enum sg_err rc = listing_begin(&listing, store, account, err_r);

	if (rc == SG_OK && topic != NULL)
		rc = topic_get(store, account, topic, &found, err_r);
	if (rc == SG_OK)
		rc = store_subscription_list(
		    store, found.id, list_subscription, &listing, err_r);
	return listing_end(&listing, rc);
}

enum sg_err
listing_subscription(struct store *store, const char *uuid, int64_t now_sec,
    listing_subscription_fn *fn, void *ctx, struct err *err_r)
{
	struct listing listing = {
	    .fn.subscription = fn, .ctx = ctx, .now_sec = now_sec};
	const char *colon = strrchr(uuid, ':');
	struct store_subscription row;
	enum sg_err rc = listing_begin(&listing, store, NULL, err_r);

	if (rc == SG_OK)
		rc = store_subscription_get(
		    store, colon == NULL ? uuid : colon + 1, &row, err_r);
	if (rc == SG_OK)
		(void)list_subscription(&listing, &row);
	if (rc == SG_MISSING)
		rc = err_set(err_r, SG_MISSING,
		    "no subscription %.100s; see: sendwardctl subscription "
		    "list",
		    uuid);
	return listing_end(&listing, rc);
}

/* ---- brakes --------------------------------------------------------------------- */

static bool
list_brake(void *ctx, const struct store_brake *row)
{
	const struct listing *listing = ctx;

	return listing->fn.brake(listing->ctx,
	    row->account_id == 0 ? "" : name_of(listing, row->account_id), row);
}

enum sg_err
listing_brakes(struct store *store, const char *account, listing_brake_fn *fn,
    void *ctx, struct err *err_r)
{
	struct listing listing = {.fn.brake = fn, .ctx = ctx};
	enum sg_err rc = listing_begin(&listing, store, account, err_r);

	if (rc == SG_OK)
		rc = store_brake_list(
		    store, listing.account_id, list_brake, &listing, err_r);
	return listing_end(&listing, rc);
}

static bool
list_throttle(void *ctx, const struct store_throttle *row)
{
	const struct listing *listing = ctx;

	return listing->fn.throttle(
	    listing->ctx, name_of(listing, row->account_id), row);
}

enum sg_err
listing_throttles(struct store *store, const char *account, bool is_all,
    listing_throttle_fn *fn, void *ctx, struct err *err_r)
{
	struct listing listing = {.fn.throttle = fn, .ctx = ctx};
	enum sg_err rc = listing_begin(&listing, store, account, err_r);

	if (rc == SG_OK)
		rc = store_throttle_list(store, listing.account_id, is_all,
		    list_throttle, &listing, err_r);
	return listing_end(&listing, rc);
}
