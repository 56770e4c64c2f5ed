/* SNS: topics and subscriptions. */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "api/call.h"
#include "api/operation.h"
#include "api/shapes.h"
#include "conf/conf.h"
#include "ops/event.h"
#include "ops/publish.h"
#include "ops/topic.h"
#include "store/topics.h"

/* Entries of a list's page, as SNS has them. */
#define PAGE_MOST 100
#define TOPICS_MOST 10000
#define SUBSCRIPTIONS_MOST 10000

static const struct api_codes codes = {"InvalidParameter", "NotFound", NULL};

/* ---- names ------------------------------------------------------------------- */

/* The part of an ARN of the caller's own that names a topic, and behind it, when
 * there is one, a subscription. Other regions are ours, too: clients put whatever
 * they were given. False: it is another account's, or none; told as SNS does. */
struct topic_name {
	char topic[257];
	char uuid[STORE_UUID_MAX + 1]; /* "" none */
};

static bool
read_arn(
    const struct api_call *call, const char *arn, struct topic_name *name_r)
{
	size_t len;

	arn = topic_arn_name(call->owner.facts.id, arn);
	if (arn == NULL)
		return false;
	len = strcspn(arn, ":");
	if (len == 0 || len >= sizeof(name_r->topic))
		return false;
	memcpy(name_r->topic, arn, len);
	name_r->topic[len] = '\0';
	(void)snprintf(name_r->uuid, sizeof(name_r->uuid), "%.36s",
	    arn[len] == ':' ? arn + len + 1 : "");
	return arn[len] == '\0' || strlen(arn + len + 1) == STORE_UUID_MAX;
}

static bool
has_form(struct api_call *call, const char *member, const char *arn)
{
	size_t colons = 0;

	for (const char *c = arn; *c != '\0'; c++)
		colons += *c == ':';
	if (colons >= 5)
		return true;
	api_fail(call, "InvalidParameter",
	    "Invalid parameter: %s Reason: An ARN must have at least 6 "
	    "elements, not %zu",
	    member, colons + 1);
	return false;
}

static bool
is_found(struct api_call *call, enum sg_err rc, const struct err *err,
    const char *kind)
{
	if (rc == SG_MISSING)
		api_fail(call, "NotFound", "%s does not exist", kind);
	else
		(void)api_check(call, rc, err, &codes);
	return rc == SG_OK;
}

/* The topic that the member names. */
static bool
find_topic(struct api_call *call, const char *member, struct store_topic *row_r)
{
	const char *arn = api_text(call->in, member);
	struct topic_name name;
	struct err err;
	enum sg_err rc = SG_MISSING;

	if (!has_form(call, member, arn))
		return false;
	if (read_arn(call, arn, &name) && name.uuid[0] == '\0')
		rc = store_topic_get(
		    call->store, call->owner.facts.id, name.topic, row_r, &err);
	return is_found(call, rc, &err, "Topic");
}

/* The subscription of SubscriptionArn, with its topic. */
static bool
find_subscription(struct api_call *call, struct store_subscription *row_r,
    struct store_topic *topic_r)
{
	const char *arn = api_text(call->in, "SubscriptionArn");
	struct topic_name name;
	struct err err;
	enum sg_err rc = SG_MISSING;

	if (!has_form(call, "SubscriptionArn", arn))
		return false;
	if (read_arn(call, arn, &name) && name.uuid[0] != '\0')
		rc = store_topic_get(call->store, call->owner.facts.id,
		    name.topic, topic_r, &err);
	if (rc == SG_OK)
		rc =
		    store_subscription_get(call->store, name.uuid, row_r, &err);
	if (rc == SG_OK && row_r->topic_id != topic_r->id)
		rc = SG_MISSING;
	return is_found(call, rc, &err, "Subscription");
}

static void
put_topic_arn(
    struct api_call *call, json_t *object, const struct store_topic *topic)
{
	char arn[TOPIC_ARN_MAX];

	topic_arn(call->conf, topic, arn);
	api_put_text(object, "TopicArn", arn);
}

static void
put_subscription_arn(struct api_call *call, json_t *object,
    const struct store_topic *topic, const struct store_subscription *row)
{
	char arn[TOPIC_ARN_MAX];

	topic_subscription_arn(call->conf, topic, row->uuid, arn);
	api_put_text(object, "SubscriptionArn", arn);
}

static void
put_owner(struct api_call *call, json_t *object)
{
	char number[21];

	event_account_number(call->owner.facts.id, number);
	api_put_text(object, "Owner", number);
}

/* ---- topics ------------------------------------------------------------------- */

/* What a topic may be told to be. False: api_fail was called. */
static bool
set_topic_attribute(struct api_call *call, struct store_topic *topic,
    const char *name, const char *value)
{
	int version = 0;
	struct err err;

	if (strcmp(name, "SignatureVersion") == 0) {
		version = strcmp(value, "1") == 0   ? 1
			  : strcmp(value, "2") == 0 ? 2
						    : 9; /* refused below */
		return api_check(call,
		    topic_change(call->store, call->account, topic->name,
			version, NULL, topic, &err),
		    &err, &codes);
	}
	if (strcmp(name, "DisplayName") == 0)
		return api_check(call,
		    topic_change(call->store, call->account, topic->name, 0,
			value, topic, &err),
		    &err, &codes);
	/* Who may publish is settled: the account, and events of its mail. */
	if (strcmp(name, "Policy") == 0 ||
	    (strcmp(name, "FifoTopic") == 0 && strcmp(value, "false") == 0))
		return true;
	api_fail(call, "InvalidParameter",
	    "Invalid parameter: AttributeName: %.64s is not supported", name);
	return false;
}

static bool
has_room(struct api_call *call, const char *name)
{
	struct store_topic there;
	struct err err;
	int64_t count;
	enum sg_err rc = store_topic_get(
	    call->store, call->owner.facts.id, name, &there, &err);

	if (rc != SG_MISSING)
		return api_check(call, rc, &err, &codes);
	rc = store_topic_count(call->store, call->owner.facts.id, &count, &err);
	if (rc == SG_OK && count >= TOPICS_MOST)
		api_fail(call, "TopicLimitExceeded",
		    "An account has at most %d topics", TOPICS_MOST);
	return api_check(call, rc, &err, &codes) && !api_failed(call);
}

static bool
set_topic_attribute_list(struct api_call *call, struct store_topic *topic)
{
	const char *key;
	json_t *value;

	json_object_foreach(
	    (json_t *)api_object(call->in, "Attributes"), key, value)
	{
		if (!set_topic_attribute(
			call, topic, key, json_string_value(value)))
			return false;
	}
	return true;
}

/* All of it or nothing. */
static void
create_topic(struct api_call *call)
{
	const char *name = api_text(call->in, "Name");
	struct store_topic topic;
	bool is_new;
	struct err err;
	enum sg_err rc;

	if (!has_room(call, name) ||
	    !api_check(call, store_begin(call->store, &err), &err, &codes))
		return;
	rc = topic_create(call->store, call->account, name, call->now_sec,
	    &topic, &is_new, &err);
	if (!api_check(call, rc, &err, &codes) ||
	    !set_topic_attribute_list(call, &topic)) {
		store_rollback(call->store);
		return;
	}
	if (api_check(call, store_commit(call->store, &err), &err, &codes))
		put_topic_arn(call, call->out, &topic);
}

static void
delete_topic(struct api_call *call)
{
	struct store_topic topic;
	struct err err;

	if (find_topic(call, "TopicArn", &topic))
		(void)api_check(call,
		    store_topic_delete(call->store, topic.id, &err), &err,
		    &codes);
	else if (strcmp(call->fault.code, "NotFound") == 0)
		call->fault.code[0] = '\0'; /* as SNS: gone is gone */
}

struct topic_page {
	struct api_call *call;
	struct api_page page;
	json_t *list;
};

static bool
add_topic(void *ctx, const struct store_topic *row)
{
	struct topic_page *page = ctx;
	bool is_full;

	if (api_page_takes(page->call, &page->page, row->name, &is_full))
		put_topic_arn(page->call, api_add_object(page->list), row);
	return !is_full;
}

static void
list_topics(struct api_call *call)
{
	struct topic_page page = {.call = call};
	struct err err;

	if (!api_page_open(call, "", PAGE_MOST, &page.page))
		return;
	page.list = api_put_list(call->out, "Topics");
	(void)api_check(call,
	    store_topic_page(call->store, call->owner.facts.id, page.page.after,
		PAGE_MOST + 1, add_topic, &page, &err),
	    &err, &codes);
}

static void
put_number(json_t *object, const char *name, int64_t value)
{
	char text[24];

	(void)snprintf(text, sizeof(text), "%" PRId64, value);
	api_put_text(object, name, text);
}

static void
get_topic_attributes(struct api_call *call)
{
	struct store_topic topic;
	int64_t confirmed, pending;
	json_t *map;
	struct err err;

	if (!find_topic(call, "TopicArn", &topic) ||
	    !api_check(call,
		store_subscription_count(
		    call->store, topic.id, &confirmed, &pending, &err),
		&err, &codes))
		return;
	map = api_put_object(call->out, "Attributes");
	put_topic_arn(call, map, &topic);
	put_owner(call, map);
	api_put_text(map, "DisplayName", topic.display_name);
	put_number(map, "SubscriptionsConfirmed", confirmed);
	put_number(map, "SubscriptionsPending", pending);
	put_number(map, "SubscriptionsDeleted", 0);
	put_number(map, "SignatureVersion", topic.signature_version);
}

static void
set_topic_attributes(struct api_call *call)
{
	struct store_topic topic;

	if (find_topic(call, "TopicArn", &topic))
		(void)set_topic_attribute(call, &topic,
		    api_text(call->in, "AttributeName"),
		    api_text(call->in, "AttributeValue"));
}

/* ---- subscriptions --------------------------------------------------------------- */

/* RawMessageDelivery alone; false: api_fail was called. */
static bool
read_raw(
    struct api_call *call, const char *name, const char *value, bool *raw_r)
{
	if (strcmp(name, "RawMessageDelivery") != 0)
		api_fail(call, "InvalidParameter",
		    "Invalid parameter: AttributeName: %.64s is not supported",
		    name);
	else if (strcasecmp(value, "true") != 0 &&
		 strcasecmp(value, "false") != 0)
		api_fail(call, "InvalidParameter",
		    "Invalid parameter: RawMessageDelivery must be true or "
		    "false");
	*raw_r = strcasecmp(value, "true") == 0;
	return !api_failed(call);
}

static bool
read_subscribe(struct api_call *call, struct topic_subscribe *wanted_r)
{
	const char *key;
	json_t *value;

	*wanted_r = (struct topic_subscribe){
	    .protocol = api_text(call->in, "Protocol"),
	    .endpoint = api_text(call->in, "Endpoint"),
	};
	if (strcmp(wanted_r->protocol, "http") != 0 &&
	    strcmp(wanted_r->protocol, "https") != 0 &&
	    strcmp(wanted_r->protocol, "email") != 0 &&
	    strcmp(wanted_r->protocol, "email-json") != 0) {
		api_fail(call, "InvalidParameter",
		    "Invalid parameter: This server does not support this "
		    "protocol string: %.64s",
		    wanted_r->protocol);
		return false;
	}
	json_object_foreach(
	    (json_t *)api_object(call->in, "Attributes"), key, value)
	{
		if (!read_raw(
			call, key, json_string_value(value), &wanted_r->raw))
			return false;
	}
	return true;
}

static bool
may_subscribe(struct api_call *call, const struct store_topic *topic)
{
	int64_t confirmed, pending;
	struct err err;

	if (!api_check(call,
		store_subscription_count(
		    call->store, topic->id, &confirmed, &pending, &err),
		&err, &codes))
		return false;
	if (confirmed + pending >= SUBSCRIPTIONS_MOST)
		api_fail(call, "SubscriptionLimitExceeded",
		    "A topic has at most %d subscriptions", SUBSCRIPTIONS_MOST);
	return !api_failed(call);
}

static void
subscribe(struct api_call *call)
{
	struct topic_subscribe wanted;
	struct store_subscription row;
	struct store_topic topic;
	struct err err;
	enum sg_err rc;

	if (!find_topic(call, "TopicArn", &topic) ||
	    !read_subscribe(call, &wanted) || !may_subscribe(call, &topic))
		return;
	if (call->seal == NULL) {
		api_fail(call, "ServiceUnavailable",
		    "The service is temporarily unavailable");
		return;
	}
	rc = topic_subscribe(call->store, call->conf, call->seal, call->account,
	    topic.name, &wanted, call->now_msec, &row, &err);
	if (rc == SG_BUSY)
		api_fail(call, "Throttled",
		    "This endpoint was asked to confirm a moment ago, or too "
		    "often today; please try again later");
	else if (!api_check(call, rc, &err, &codes))
		return;
	else if (row.confirmed || api_flag(call->in, "ReturnSubscriptionArn"))
		put_subscription_arn(call, call->out, &topic, &row);
	else
		api_put_text(
		    call->out, "SubscriptionArn", "pending confirmation");
}

static void
confirm_subscription(struct api_call *call)
{
	const char *token = api_text(call->in, "Token");
	struct store_subscription row;
	struct store_topic wanted, topic;
	struct err err;
	enum sg_err rc;

	if (!find_topic(call, "TopicArn", &wanted))
		return;
	rc = topic_look(call->store, token, call->now_sec, &row, &topic, &err);
	if (rc == SG_OK && topic.id == wanted.id)
		rc = topic_confirm(
		    call->store, token, call->now_sec, &row, &err);
	else if (rc == SG_OK)
		rc = SG_MISSING;
	if (rc == SG_MISSING)
		api_fail(call, "InvalidParameter", "Invalid parameter: Token");
	else if (api_check(call, rc, &err, &codes))
		put_subscription_arn(call, call->out, &topic, &row);
}

static void
unsubscribe(struct api_call *call)
{
	struct store_subscription row;
	struct store_topic topic;
	struct err err;

	if (!find_subscription(call, &row, &topic)) {
		if (strcmp(call->fault.code, "NotFound") == 0)
			call->fault.code[0] = '\0'; /* as SNS */
		return;
	}
	if (call->seal == NULL)
		api_fail(call, "ServiceUnavailable",
		    "The service is temporarily unavailable");
	else
		(void)api_check(call,
		    topic_unsubscribe(call->store, call->conf, call->seal,
			row.uuid, call->now_msec, &err),
		    &err, &codes);
}

struct subscription_page {
	struct api_call *call;
	struct api_page page;
	const struct store_topic *topic; /* NULL: each its own */
	json_t *list;
	struct err err;
	enum sg_err rc;
};

static void
put_subscription(struct subscription_page *page,
    const struct store_topic *topic, const struct store_subscription *row)
{
	json_t *object = api_add_object(page->list);

	if (row->confirmed)
		put_subscription_arn(page->call, object, topic, row);
	else
		api_put_text(object, "SubscriptionArn", "PendingConfirmation");
	put_owner(page->call, object);
	api_put_text(object, "Protocol", row->protocol);
	api_put_text(object, "Endpoint", row->endpoint);
	put_topic_arn(page->call, object, topic);
}

static bool
add_subscription(void *ctx, const struct store_subscription *row)
{
	struct subscription_page *page = ctx;
	struct store_topic own;
	const struct store_topic *topic = page->topic;
	char key[24];
	bool is_full;

	/* in the order of the ids, as texts, too */
	(void)snprintf(key, sizeof(key), "%019" PRId64, row->id);
	if (!api_page_takes(page->call, &page->page, key, &is_full))
		return !is_full;
	if (topic == NULL) {
		page->rc = store_topic_get_by_id(
		    page->call->store, row->topic_id, &own, &page->err);
		topic = &own;
	}
	if (page->rc == SG_OK)
		put_subscription(page, topic, row);
	return page->rc == SG_OK;
}

static void
list_page(struct api_call *call, const struct store_topic *topic)
{
	struct subscription_page page = {.call = call, .topic = topic};
	struct err err;
	enum sg_err rc;

	if (!api_page_open(call, "", PAGE_MOST, &page.page))
		return;
	page.list = api_put_list(call->out, "Subscriptions");
	rc = store_subscription_page(call->store, call->owner.facts.id,
	    topic == NULL ? 0 : topic->id, strtoll(page.page.after, NULL, 10),
	    PAGE_MOST + 1, add_subscription, &page, &err);
	if (api_check(call, rc, &err, &codes))
		(void)api_check(call, page.rc, &page.err, &codes);
}

static void
list_subscriptions(struct api_call *call)
{
	list_page(call, NULL);
}

static void
list_subscriptions_by_topic(struct api_call *call)
{
	struct store_topic topic;

	if (find_topic(call, "TopicArn", &topic))
		list_page(call, &topic);
}

static void
get_subscription_attributes(struct api_call *call)
{
	struct store_subscription row;
	struct store_topic topic;
	json_t *map;

	if (!find_subscription(call, &row, &topic))
		return;
	map = api_put_object(call->out, "Attributes");
	put_subscription_arn(call, map, &topic, &row);
	put_topic_arn(call, map, &topic);
	put_owner(call, map);
	api_put_text(map, "Protocol", row.protocol);
	api_put_text(map, "Endpoint", row.endpoint);
	api_put_text(
	    map, "PendingConfirmation", row.confirmed ? "false" : "true");
	api_put_text(map, "ConfirmationWasAuthenticated", "false");
	api_put_text(map, "RawMessageDelivery", row.raw ? "true" : "false");
}

static void
set_subscription_attributes(struct api_call *call)
{
	struct store_subscription row;
	struct store_topic topic;
	struct err err;

	if (!find_subscription(call, &row, &topic) ||
	    !read_raw(call, api_text(call->in, "AttributeName"),
		api_text(call->in, "AttributeValue"), &row.raw))
		return;
	if (row.raw && strncmp(row.protocol, "email", 5) == 0)
		api_fail(call, "InvalidParameter",
		    "Invalid parameter: RawMessageDelivery is not for "
		    "subscriptions by mail");
	else
		(void)api_check(call,
		    store_subscription_update(call->store, &row, &err), &err,
		    &codes);
}

/* ---- publishing -------------------------------------------------------------------- */

/* The text that goes out: with MessageStructure json that of "default". NULL:
 * api_fail was called. *free_r is to be freed with json_decref. */
static const char *
read_message(struct api_call *call, json_t **free_r)
{
	const char *message = api_text(call->in, "Message");
	const char *structure = api_text(call->in, "MessageStructure");
	const char *text;

	*free_r = NULL;
	if (structure[0] == '\0')
		return message;
	if (strcmp(structure, "json") == 0)
		*free_r = json_loads(message, JSON_REJECT_DUPLICATES, NULL);
	text = json_string_value(json_object_get(*free_r, "default"));
	if (text == NULL)
		api_fail(call, "InvalidParameter",
		    "Invalid parameter: Message Structure - a JSON object "
		    "with a text named default");
	else if (json_object_size(*free_r) > 1)
		api_fail(call, "InvalidParameter",
		    "Invalid parameter: Message Structure - one text for all "
		    "protocols is supported: default");
	return api_failed(call) ? NULL : text;
}

static bool
may_publish(struct api_call *call)
{
	if (api_has(call->in, "PhoneNumber"))
		api_fail(call, "InvalidParameter",
		    "Invalid parameter: PhoneNumber: this server sends no "
		    "text messages");
	else if (json_object_size(api_object(call->in, "MessageAttributes")) >
		 0)
		api_fail(call, "InvalidParameter",
		    "Invalid parameter: MessageAttributes are not supported");
	return !api_failed(call);
}

static void
publish(struct api_call *call)
{
	const char *member =
	    api_has(call->in, "TopicArn") ? "TopicArn" : "TargetArn";
	char uuid[STORE_UUID_MAX + 1];
	struct store_topic topic;
	const char *text;
	json_t *owned;
	struct err err;
	enum sg_err rc;

	if (!may_publish(call) || !find_topic(call, member, &topic))
		return;
	text = read_message(call, &owned);
	if (text != NULL) {
		rc = publish_message(call->store, topic.id,
		    api_text(call->in, "Subject"), text, call->now_msec, uuid,
		    &err);
		/* nobody listens: it has an id all the same */
		if (rc == SG_OK && uuid[0] == '\0')
			rc = publish_uuid(uuid, &err);
		if (api_check(call, rc, &err, &codes))
			api_put_text(call->out, "MessageId", uuid);
	}
	json_decref(owned);
}

/* clang-format off */
const struct api_operation api_sns_topic[] = {
	{API_SNS, "CreateTopic", NULL, NULL,
	    api_in_sns_create_topic, api_out_sns_create_topic, 0,
	    "TopicLimitExceeded", create_topic},
	{API_SNS, "DeleteTopic", NULL, NULL,
	    api_in_sns_delete_topic, NULL, API_OP_NO_RESULT,
	    "", delete_topic},
	{API_SNS, "ListTopics", NULL, NULL,
	    api_in_sns_list_topics, api_out_sns_list_topics, API_OP_READS,
	    "", list_topics},
	{API_SNS, "GetTopicAttributes", NULL, NULL,
	    api_in_sns_get_topic_attributes, api_out_sns_get_topic_attributes,
	    API_OP_READS,
	    "NotFound", get_topic_attributes},
	{API_SNS, "SetTopicAttributes", NULL, NULL,
	    api_in_sns_set_topic_attributes, NULL, API_OP_NO_RESULT,
	    "NotFound", set_topic_attributes},
	{API_SNS, "Subscribe", NULL, NULL,
	    api_in_sns_subscribe, api_out_sns_subscribe, 0,
	    "NotFound|SubscriptionLimitExceeded", subscribe},
	{API_SNS, "ConfirmSubscription", NULL, NULL,
	    api_in_sns_confirm_subscription, api_out_sns_confirm_subscription,
	    0,
	    "NotFound", confirm_subscription},
	{API_SNS, "Unsubscribe", NULL, NULL,
	    api_in_sns_unsubscribe, NULL, API_OP_NO_RESULT,
	    "", unsubscribe},
	{API_SNS, "ListSubscriptions", NULL, NULL,
	    api_in_sns_list_subscriptions, api_out_sns_list_subscriptions,
	    API_OP_READS,
	    "", list_subscriptions},
	{API_SNS, "ListSubscriptionsByTopic", NULL, NULL,
	    api_in_sns_list_subscriptions_by_topic,
	    api_out_sns_list_subscriptions_by_topic, API_OP_READS,
	    "NotFound", list_subscriptions_by_topic},
	{API_SNS, "GetSubscriptionAttributes", NULL, NULL,
	    api_in_sns_get_subscription_attributes,
	    api_out_sns_get_subscription_attributes, API_OP_READS,
	    "NotFound", get_subscription_attributes},
	{API_SNS, "SetSubscriptionAttributes", NULL, NULL,
	    api_in_sns_set_subscription_attributes, NULL, API_OP_NO_RESULT,
	    "NotFound", set_subscription_attributes},
	{API_SNS, "Publish", NULL, NULL,
	    api_in_sns_publish, api_out_sns_publish, 0,
	    "NotFound", publish},
	{.name = NULL}};
/* clang-format on */
