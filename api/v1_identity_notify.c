/* SES v1: topics, forwarding and headers of an identity's notifications. See
 * v1_identity_notify.h. */
#include "config.h"

#include "api/v1_identity_notify.h"

#include <string.h>

#include "api/call.h"
#include "api/identity.h"
#include "ops/event.h"
#include "ops/identity_notify.h"
#include "ops/topic.h"
#include "store/topics.h"

#define IDENTITIES_MOST 100

void
api_notify_each(struct api_call *call, const char *map, api_notify_fn *fn)
{
	const json_t *names = api_object(call->in, "Identities");
	json_t *out = api_put_object(call->out, map);
	struct store_identity row;
	struct err err = {0};

	if (json_array_size(names) > IDENTITIES_MOST)
		api_fail(call, "InvalidParameterValue",
		    "Identities holds at most %d identities", IDENTITIES_MOST);
	for (size_t i = 0; i < json_array_size(names) && !api_failed(call);
	     i++) {
		const char *text = json_string_value(json_array_get(names, i));
		enum sg_err rc;

		if (text == NULL)
			continue;
		rc = identity_get(call->store, call->account,
		    api_identity_name(call, text), &row, &err);
		if (rc == SG_OK)
			fn(call, &row, api_put_object(out, text));
		else if (rc != SG_MISSING)
			(void)api_identity_done(call, rc, &err, text);
	}
}

/* ---- kinds -------------------------------------------------------------------------- */

static enum store_event_kind
kind_of(const struct api_call *call)
{
	const char *type = api_text(call->in, "NotificationType");

	return strcmp(type, "Bounce") == 0      ? STORE_EVENT_BOUNCE
	       : strcmp(type, "Complaint") == 0 ? STORE_EVENT_COMPLAINT
						: STORE_EVENT_DELIVERY;
}

static int64_t
topic_of(const struct store_identity *row, enum store_event_kind kind)
{
	return kind == STORE_EVENT_BOUNCE      ? row->bounce_topic_id
	       : kind == STORE_EVENT_COMPLAINT ? row->complaint_topic_id
					       : row->delivery_topic_id;
}

static const char *
identity_of(const struct api_call *call)
{
	return api_identity_name(call, api_text(call->in, "Identity"));
}

static void
change(struct api_call *call, const struct identity_notify_change *wanted)
{
	struct store_identity row;
	struct err err = {0};

	(void)api_identity_done(call,
	    identity_notify_change(call->store, call->account,
		identity_of(call), wanted, &row, &err),
	    &err, identity_of(call));
}

/* ---- telling --------------------------------------------------------------------------- */

static void
put_topic(struct api_call *call, json_t *object, const char *member, int64_t id)
{
	char arn[TOPIC_ARN_MAX];
	struct store_topic topic;
	struct err err = {0};
	enum sg_err rc;

	if (id == 0)
		return;
	rc = store_topic_get_by_id(call->store, id, &topic, &err);
	if (rc == SG_OK) {
		topic_arn(call->conf, &topic, arn);
		api_put_text(object, member, arn);
	} else if (rc != SG_MISSING) {
		(void)api_check(call, rc, &err, &api_v2_codes);
	}
}

static void
put_attributes(
    struct api_call *call, const struct store_identity *row, json_t *object)
{
	static const struct {
		const char *topic, *headers;
		enum store_event_kind kind;
	} kinds[] = {
	    {"BounceTopic", "HeadersInBounceNotificationsEnabled",
		STORE_EVENT_BOUNCE},
	    {"ComplaintTopic", "HeadersInComplaintNotificationsEnabled",
		STORE_EVENT_COMPLAINT},
	    {"DeliveryTopic", "HeadersInDeliveryNotificationsEnabled",
		STORE_EVENT_DELIVERY},
	};

	api_put_flag(object, "ForwardingEnabled", row->forwarding);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		put_topic(
		    call, object, kinds[i].topic, topic_of(row, kinds[i].kind));
		api_put_flag(object, kinds[i].headers,
		    (row->facts.notify_headers & 1 << kinds[i].kind) != 0);
	}
}

void
api_notify_get(struct api_call *call)
{
	api_notify_each(call, "NotificationAttributes", put_attributes);
}

/* ---- setting ---------------------------------------------------------------------------- */

/* "": none is wanted. NULL: the call has failed. */
static const char *
take_topic(struct api_call *call)
{
	const char *arn = api_text(call->in, "SnsTopic");
	const char *name =
	    arn[0] == '\0' ? "" : topic_arn_name(call->owner.facts.id, arn);
	struct store_topic topic;
	struct err err = {0};
	enum sg_err rc = SG_MISSING;

	if (arn[0] == '\0')
		return name;
	if (name != NULL)
		rc = topic_get(call->store, call->account, name, &topic, &err);
	if (rc == SG_MISSING || rc == SG_INVALID)
		api_fail(call, "InvalidParameterValue",
		    "SNS topic <%.500s> not found.", arn);
	else
		(void)api_check(call, rc, &err, &api_v2_codes);
	return rc == SG_OK ? name : NULL;
}

void
api_notify_set_topic(struct api_call *call)
{
	struct identity_notify_change wanted = {.set = NULL};
	struct store_identity row;
	const char *name;

	if (!api_identity_find(call, identity_of(call), &row))
		return;
	name = take_topic(call);
	if (name == NULL)
		return;
	if (kind_of(call) == STORE_EVENT_BOUNCE)
		wanted.bounce_topic = name;
	else if (kind_of(call) == STORE_EVENT_COMPLAINT)
		wanted.complaint_topic = name;
	else
		wanted.delivery_topic = name;
	change(call, &wanted);
}

void
api_notify_set_forwarding(struct api_call *call)
{
	const struct identity_notify_change wanted = {.has_forwarding = true,
	    .forwarding = api_flag(call->in, "ForwardingEnabled")};
	struct store_identity row;

	if (!api_identity_find(call, identity_of(call), &row))
		return;
	if (!wanted.forwarding &&
	    (row.bounce_topic_id == 0 || row.complaint_topic_id == 0))
		api_fail(call, "InvalidParameterValue",
		    "Identity %.400s must have topics for bounces and "
		    "complaints before forwarding is disabled.",
		    row.facts.name);
	else
		change(call, &wanted);
}

void
api_notify_set_headers(struct api_call *call)
{
	enum store_event_kind kind = kind_of(call);
	bool is_on = api_flag(call->in, "Enabled");
	struct identity_notify_change wanted = {
	    .headers_with = is_on ? 1 << kind : 0,
	    .headers_without = is_on ? 0 : 1 << kind};
	struct store_identity row;

	if (!api_identity_find(call, identity_of(call), &row))
		return;
	if (is_on && topic_of(&row, kind) == 0)
		api_fail(call, "InvalidParameterValue",
		    "Identity %.400s has no topic for %s notifications.",
		    row.facts.name, api_text(call->in, "NotificationType"));
	else
		change(call, &wanted);
}
