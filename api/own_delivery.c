/* sendward's own operations: notifications that were given up, and what became of a
 * topic's last publications. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "api/call.h"
#include "api/listing.h"
#include "api/operation.h"
#include "api/own_report.h"
#include "api/shapes.h"
#include "ops/topic.h"
#include "store/messages.h"
#include "store/topics.h"

/* Of one publication. */
#define DELIVERIES_MOST 100

static void
put_id(json_t *out, const char *member, int64_t id)
{
	char text[24];

	(void)snprintf(text, sizeof(text), "%lld", (long long)id);
	api_put_text(out, member, text);
}

/* ---- dead letters --------------------------------------------------------------- */

static bool
add_dead_letter(void *ctx, const struct store_notification *row)
{
	struct api_listing *listing = ctx;
	json_t *out;

	if (!api_listing_takes_id(listing, row->id))
		return false;
	out = api_add_object(listing->list);
	put_id(out, "NotificationId", row->id);
	api_put_text(out, "TopicName", row->topic.name);
	api_put_text(out, "Protocol", row->subscription.protocol);
	api_put_text(out, "Endpoint", row->subscription.endpoint);
	api_put_text(out, "Subject", row->publication.subject);
	api_put_time(
	    out, "CreatedTimestamp", row->publication.created_msec / 1000);
	api_put_integer(out, "Attempts", row->attempts);
	api_put_text(out, "Error", row->error);
	return true;
}

static void
list_dead_letters(struct api_call *call)
{
	struct api_listing listing;
	struct err err = {0};

	if (!api_listing_open_own(call, "DeadLetters", &listing))
		return;
	(void)api_check(call,
	    store_dead_letter_list(call->store, call->owner.facts.id,
		api_listing_last_id(&listing), (int)listing.page.most + 1,
		add_dead_letter, &listing, &err),
	    &err, &api_v2_codes);
}

static void
end_dead_letter(struct api_call *call, enum sg_err rc, const struct err *err)
{
	if (rc == SG_MISSING)
		api_fail(call, "NotFoundException",
		    "Dead letter %.100s does not exist (any more).",
		    api_text(call->in, "NotificationId"));
	else
		(void)api_check(call, rc, err, &api_v2_codes);
}

static void
retry_dead_letter(struct api_call *call)
{
	struct err err = {0};
	enum sg_err rc =
	    store_dead_letter_retry(call->store, call->owner.facts.id,
		api_own_id(call, "NotificationId"), call->now_sec, &err);

	end_dead_letter(call, rc, &err);
}

static void
delete_dead_letter(struct api_call *call)
{
	int64_t id = api_own_id(call, "NotificationId");
	struct err err = {0};
	bool has = false;
	enum sg_err rc = store_begin(call->store, &err);

	if (rc == SG_OK) {
		rc = store_dead_letter_has(
		    call->store, call->owner.facts.id, id, &has, &err);
		if (rc == SG_OK && has)
			rc = store_notification_delete(call->store, id, &err);
		rc = store_finish(call->store, rc, &err);
	}
	if (rc == SG_OK && !has)
		rc = SG_MISSING;
	end_dead_letter(call, rc, &err);
}

/* ---- deliveries ------------------------------------------------------------------ */

struct deliveries {
	struct api_call *call;
	struct store_topic topic;
	json_t *list; /* of publications, then of one's deliveries */
	struct {
		int64_t id;
		json_t *list;
	} found[STORE_PAST_MOST];
	int count;
	json_t *out;
};

static json_t *
add_delivery(struct deliveries *d, const char *uuid, const char *protocol,
    const char *endpoint, const char *status, int64_t attempts)
{
	char arn[TOPIC_ARN_MAX];
	json_t *out = api_add_object(d->out);

	topic_subscription_arn(d->call->conf, &d->topic, uuid, arn);
	api_put_text(out, "SubscriptionArn", arn);
	api_put_text(out, "Protocol", protocol);
	api_put_text(out, "Endpoint", endpoint);
	api_put_text(out, "Status", status);
	api_put_integer(out, "Attempts", attempts);
	return out;
}

static bool
add_waiting(void *ctx, const struct store_notification *row)
{
	const struct store_subscription *to = &row->subscription;
	json_t *out = add_delivery(ctx, to->uuid, to->protocol, to->endpoint,
	    row->next_sec == 0 ? "DEAD" : "WAITING", row->attempts);

	if (row->error[0] != '\0')
		api_put_text(out, "Error", row->error);
	if (row->next_sec > 0)
		api_put_time(out, "NextTimestamp", row->next_sec);
	return true;
}

static bool
add_delivered(void *ctx, const struct store_past_delivery *row)
{
	(void)add_delivery(ctx, row->uuid, row->protocol, row->endpoint,
	    "DELIVERED", row->attempts);
	return true;
}

static bool
add_publication(void *ctx, const struct store_past *row)
{
	struct deliveries *d = ctx;
	json_t *out = api_add_object(d->list);

	put_id(out, "PublicationId", row->id);
	api_put_text(out, "MessageId", row->uuid);
	api_put_text(out, "Subject", row->subject);
	api_put_time(out, "CreatedTimestamp", row->created_msec / 1000);
	d->found[d->count].id = row->id;
	d->found[d->count++].list = api_put_list(out, "Deliveries");
	return d->count < STORE_PAST_MOST;
}

static enum sg_err
fill_publications(struct deliveries *d, struct err *err_r)
{
	struct store *store = d->call->store;
	enum sg_err rc = SG_OK;

	for (int i = 0; i < d->count && rc == SG_OK; i++) {
		d->out = d->found[i].list;
		rc = store_notification_of_publication(store, d->found[i].id,
		    DELIVERIES_MOST, add_waiting, d, err_r);
		if (rc == SG_OK)
			rc = store_past_delivery_list(store, d->topic.id,
			    d->found[i].id, DELIVERIES_MOST, add_delivered, d,
			    err_r);
	}
	return rc;
}

static void
list_deliveries(struct api_call *call)
{
	const char *name = api_text(call->in, "TopicName");
	struct deliveries d = {.call = call};
	struct err err = {0};
	enum sg_err rc = store_topic_get(
	    call->store, call->owner.facts.id, name, &d.topic, &err);

	if (rc == SG_MISSING) {
		api_fail(call, "NotFoundException",
		    "Topic %.256s does not exist.", name);
		return;
	}
	d.list = api_put_list(call->out, "Publications");
	if (rc == SG_OK)
		rc = store_publication_newest(call->store, d.topic.id,
		    STORE_PAST_MOST, add_publication, &d, &err);
	if (rc == SG_OK)
		rc = fill_publications(&d, &err);
	(void)api_check(call, rc, &err, &api_v2_codes);
}

/* clang-format off */
const struct api_operation api_own_delivery[] = {
	{API_OWN, "ListDeadLetters", "GET", "/sendward/dead-letters",
	    api_in_own_list_dead_letters, NULL, API_OP_READS, "",
	    list_dead_letters},
	{API_OWN, "RetryDeadLetter", "POST",
	    "/sendward/dead-letters/{NotificationId}",
	    api_in_own_dead_letter, NULL, 0, "NotFoundException",
	    retry_dead_letter},
	{API_OWN, "DeleteDeadLetter", "DELETE",
	    "/sendward/dead-letters/{NotificationId}",
	    api_in_own_dead_letter, NULL, 0, "NotFoundException",
	    delete_dead_letter},
	{API_OWN, "ListDeliveries", "GET",
	    "/sendward/topics/{TopicName}/deliveries",
	    api_in_own_list_deliveries, NULL, API_OP_READS,
	    "NotFoundException", list_deliveries},
	{.name = NULL}};
/* clang-format on */
