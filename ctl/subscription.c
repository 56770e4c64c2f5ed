/* subscription: verbs of the command table. Who is told of what is published to a
 * topic, and what could not be delivered. */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "conf/conf.h"
#include "ctl/input.h"
#include "ctl/topic.h"
#include "ctl/verbs.h"
#include "ops/listing.h"
#include "ops/outbox.h"
#include "ops/topic.h"

#define MOST 100
#define PATH_BYTES 4096

const struct out_column topic_subscription_columns[] = {
    {"id", "ID", OUT_PLAIN},
    {"account", "ACCOUNT", OUT_PLAIN},
    {"topic", "TOPIC", OUT_PLAIN},
    {"protocol", "PROTOCOL", OUT_PLAIN},
    {"endpoint", "ENDPOINT", OUT_PLAIN},
    {"confirmed", "CONFIRMED", OUT_PLAIN},
    {"waiting", "WAITING", OUT_PLAIN},
    {"dead", "DEAD", OUT_PLAIN},
    {NULL, NULL, OUT_PLAIN},
};

json_t *
topic_subscription_json(
    const struct ctl *ctl, const struct listing_subscription *subscription)
{
	const struct store_subscription *row = &subscription->row;
	char arn[TOPIC_ARN_MAX];

	topic_subscription_arn(ctl->conf, &subscription->topic, row->uuid, arn);
	return json_pack(
	    "{s:s, s:s, s:o, s:s, s:s, s:o, s:b, s:b, s:o, s:I, s:I}", "id",
	    row->uuid, "arn", arn, "account", out_string(subscription->account),
	    "topic", subscription->topic.name, "protocol", row->protocol,
	    "endpoint", out_string(row->endpoint), "confirmed", row->confirmed,
	    "raw", row->raw, "created", out_time(row->created_sec), "waiting",
	    (json_int_t)subscription->numbers.waiting, "dead",
	    (json_int_t)subscription->numbers.dead);
}

/* ---- add, confirm, remove ------------------------------------------------------ */

struct shown {
	const struct ctl *ctl;
	json_t *doc;
};

static bool
take_subscription(void *ctx, const struct listing_subscription *subscription)
{
	struct shown *shown = ctx;

	shown->doc = topic_subscription_json(shown->ctl, subscription);
	return false;
}

/* {…} of the subscription, for the answer to a change. */
static int
load_subscription(const struct ctl *ctl, const char *uuid, json_t **doc_r)
{
	struct shown shown = {.ctl = ctl};
	struct err err;

	if (listing_subscription(ctl->store, uuid, clock_now_sec(),
		take_subscription, &shown, &err) != SG_OK)
		return ctl_fail(ctl, &err);
	*doc_r = shown.doc;
	return CTL_DONE;
}

/* The program may be installed later: said, not refused. */
static bool
is_missing_program(const struct ctl *ctl, const struct store_subscription *row)
{
	char path[2 * PATH_BYTES];

	if (strcmp(row->protocol, "command") != 0)
		return false;
	(void)snprintf(path, sizeof(path), "%s/%s",
	    ctl->conf->notify_command_dir, row->endpoint); /* fits */
	return access(path, X_OK) != 0;
}

int
subscription_run_add(struct ctl *ctl)
{
	const struct topic_subscribe wanted = {
	    .protocol = ctl_arg(ctl, 2),
	    .endpoint = ctl_arg(ctl, 3),
	    .raw = ctl_value(ctl, "raw") != NULL,
	    .is_operator = true,
	    .is_confirmed = ctl_value(ctl, "confirmed") != NULL,
	};
	struct store_subscription row;
	json_t *doc = NULL;
	struct err err;
	int rc = ctl_open(ctl, CTL_WRITE | CTL_KEY);

	if (rc != CTL_DONE)
		return rc;
	if (topic_subscribe(ctl->store, ctl->conf, ctl->seal, ctl_arg(ctl, 0),
		ctl_arg(ctl, 1), &wanted, clock_now_usec() / 1000, &row,
		&err) != SG_OK)
		return ctl_fail(ctl, &err);
	rc = load_subscription(ctl, row.uuid, &doc);
	if (rc != CTL_DONE)
		return rc;
	return out_done(ctl, doc,
	    row.confirmed
		? "%s %s is told of what is published to topic %s%s%s"
		: "%s %s gets a request to confirm; until it has, it is told "
		  "nothing of topic %s%s%s",
	    row.protocol, row.endpoint, ctl_arg(ctl, 1),
	    is_missing_program(ctl, &row)
		? "\nBut there is no such program yet in "
		: "",
	    is_missing_program(ctl, &row) ? ctl->conf->notify_command_dir : "");
}

int
subscription_run_confirm(struct ctl *ctl)
{
	struct store_subscription row;
	json_t *doc = NULL;
	struct err err;
	int rc = ctl_open(ctl, CTL_WRITE);

	if (rc != CTL_DONE)
		return rc;
	if (topic_confirm(ctl->store, ctl_arg(ctl, 0), clock_now_sec(), &row,
		&err) != SG_OK)
		return ctl_fail(ctl, &err);
	rc = load_subscription(ctl, row.uuid, &doc);
	if (rc != CTL_DONE)
		return rc;
	return out_done(
	    ctl, doc, "%s %s is confirmed", row.protocol, row.endpoint);
}

/* The UUID alone is taken, and the ARN that ends with it. */
static const char *
uuid_of(const char *text)
{
	const char *colon = strrchr(text, ':');

	return colon == NULL ? text : colon + 1;
}

int
subscription_run_remove(struct ctl *ctl)
{
	const char *uuid = uuid_of(ctl_arg(ctl, 0));
	struct err err;
	int rc = ctl_open(ctl, CTL_WRITE | CTL_KEY);

	if (rc != CTL_DONE)
		return rc;
	if (topic_unsubscribe(ctl->store, ctl->conf, ctl->seal, uuid,
		clock_now_usec() / 1000, &err) != SG_OK)
		return ctl_fail(ctl, &err);
	return out_done(ctl,
	    json_pack("{s:o, s:b}", "id", out_string(uuid), "removed", 1),
	    "subscription %s has ended", uuid);
}

/* ---- list, show ------------------------------------------------------------------ */

struct list {
	const struct ctl *ctl;
	json_t *doc;
};

static bool
add_subscription(void *ctx, const struct listing_subscription *subscription)
{
	struct list *list = ctx;

	return out_add(
	    &list->doc, topic_subscription_json(list->ctl, subscription));
}

int
subscription_run_list(struct ctl *ctl)
{
	struct list list = {.ctl = ctl};
	enum sg_err code;
	struct err err;
	int rc = ctl_open(ctl, CTL_READ);

	if (rc != CTL_DONE)
		return rc;
	list.doc = json_array();
	code = listing_subscriptions(ctl->store, ctl_arg(ctl, 0),
	    ctl_arg(ctl, 1), clock_now_sec(), add_subscription, &list, &err);
	return out_list(ctl, &list.doc, code, &err, topic_subscription_columns,
	    "no subscriptions; make one: sendwardctl subscription add ACCOUNT "
	    "TOPIC PROTOCOL ENDPOINT");
}

int
subscription_run_show(struct ctl *ctl)
{
	static const struct out_column fields[] = {
	    {"id", "subscription", OUT_PLAIN},
	    {"arn", "ARN", OUT_PLAIN},
	    {"account", "account", OUT_PLAIN},
	    {"topic", "topic", OUT_PLAIN},
	    {"protocol", "protocol", OUT_PLAIN},
	    {"endpoint", "endpoint", OUT_PLAIN},
	    {"confirmed", "confirmed", OUT_PLAIN},
	    {"raw", "raw", OUT_PLAIN},
	    {"created", "created", OUT_PLAIN},
	    {"waiting", "waiting", OUT_PLAIN},
	    {"dead", "dead letters", OUT_PLAIN},
	    {NULL, NULL, OUT_PLAIN},
	};
	json_t *doc = NULL;
	bool has_dead;
	int rc = ctl_open(ctl, CTL_READ);

	if (rc == CTL_DONE)
		rc = load_subscription(ctl, ctl_arg(ctl, 0), &doc);
	if (rc != CTL_DONE)
		return rc;
	has_dead = json_integer_value(json_object_get(doc, "dead")) > 0;
	return out_print_with(ctl, doc, fields,
	    has_dead ? "Why they are dead: sendwardctl subscription dead. To "
		       "send them again:\nsendwardctl subscription replay ID"
		     : "");
}

/* ---- dead letters ---------------------------------------------------------------- */

static bool
add_dead(void *ctx, const char *account, const struct store_notification *row)
{
	static const char *const types[] = {
	    [STORE_PUBLICATION_NOTIFICATION] = "Notification",
	    [STORE_PUBLICATION_CONFIRMATION] = "SubscriptionConfirmation",
	    [STORE_PUBLICATION_UNSUBSCRIBED] = "UnsubscribeConfirmation",
	};

	return out_add(ctx,
	    json_pack("{s:s, s:s, s:o, s:s, s:s, s:o, s:s, s:o, s:o, s:I, s:o}",
		"messageId", row->publication.uuid, "subscription",
		row->subscription.uuid, "account", out_string(account), "topic",
		row->topic.name, "protocol", row->subscription.protocol,
		"endpoint", out_string(row->subscription.endpoint), "type",
		types[row->publication.type], "subject",
		out_text(row->publication.subject), "published",
		out_msec(row->publication.created_msec), "attempts",
		(json_int_t)row->attempts, "error", out_string(row->error)));
}

int
subscription_run_dead(struct ctl *ctl)
{
	static const struct out_column columns[] = {
	    {"published", "PUBLISHED", OUT_MOMENT},
	    {"account", "ACCOUNT", OUT_PLAIN},
	    {"topic", "TOPIC", OUT_PLAIN},
	    {"subscription", "SUBSCRIPTION", OUT_PLAIN},
	    {"endpoint", "ENDPOINT", OUT_PLAIN},
	    {"attempts", "TRIES", OUT_PLAIN},
	    {"error", "LAST ERROR", OUT_PLAIN},
	    {NULL, NULL, OUT_PLAIN},
	};
	enum sg_err code;
	struct err err;
	json_t *list;
	int most, rc = input_most(ctl, MOST, &most);

	if (rc == CTL_DONE)
		rc = ctl_open(ctl, CTL_READ);
	if (rc != CTL_DONE)
		return rc;
	list = json_array();
	code = outbox_dead(
	    ctl->store, ctl_arg(ctl, 0), most, add_dead, &list, &err);
	return out_list(ctl, &list, code, &err, columns,
	    "no dead letters: everything was delivered, or is on its way");
}

int
subscription_run_replay(struct ctl *ctl)
{
	const char *uuid = ctl_arg(ctl, 0);
	int64_t count;
	struct err err;
	int rc = ctl_open(ctl, CTL_WRITE);

	if (rc != CTL_DONE)
		return rc;
	if (outbox_replay(ctl->store, uuid, clock_now_sec(), &count, &err) !=
	    SG_OK)
		return ctl_fail(ctl, &err);
	return out_done(ctl,
	    json_pack("{s:o, s:I}", "id", out_string(uuid_of(uuid)), "replayed",
		(json_int_t)count),
	    "%lld dead letter%s to be delivered again%s", (long long)count,
	    count == 1 ? "" : "s",
	    count > 0 ? ", with the MessageId of before" : "");
}
