/* Events on their way to those who listen: see publish.h. Decides nothing but whom
 * they go to. */
#include "config.h"

#include "ops/publish.h"

#include <stdlib.h>

#include <jansson.h>

#include "base/clock.h"
#include "ops/event.h"
#include "ops/publish_parts.h"

/* Destinations of a set that one event goes to: more than may be made. */
#define TARGETS_MAX 64
#define EVENT_SUBJECT "Amazon SES Email Event Notification"

struct targets {
	int kind;
	int64_t topics[TARGETS_MAX];
	size_t count;
};

static bool
note_destination(void *ctx, const struct store_destination *row)
{
	struct targets *targets = ctx;

	if (row->enabled && (row->kinds & (1 << targets->kind)) != 0)
		targets->topics[targets->count++] = row->topic_id;
	return targets->count < TARGETS_MAX;
}

static char *
text_dup(const struct conf *conf, enum event_form form, bool with_headers,
    const struct store_event *event, const struct store_message *message)
{
	json_t *document =
	    event_document(conf, form, with_headers, event, message);
	char *text =
	    document != NULL ? json_dumps(document, JSON_COMPACT) : NULL;

	json_decref(document);
	return text;
}

/* To all of targets. When it is published is now, not when it happened; but the
 * attempts do not wait for a clock that went back. */
static enum sg_err
put_event(struct store *store, const struct targets *targets,
    const char *subject, const char *text, const struct store_event *event,
    struct err *err_r)
{
	int64_t now_msec = clock_now_usec() / 1000;
	int64_t due_msec =
	    event->at_msec < now_msec ? event->at_msec : now_msec;
	enum sg_err rc = SG_OK;

	if (text == NULL)
		return err_set(err_r, SG_NOMEM, "no memory for an event");
	for (size_t i = 0; i < targets->count && rc == SG_OK; i++)
		rc = publish_put(store, targets->topics[i], subject, text,
		    event->queue_id, now_msec,
		    due_msec > 1000 ? due_msec / 1000 : 1, NULL, err_r);
	return rc;
}

static enum sg_err
publish_to_set(struct store *store, const struct conf *conf,
    const struct store_event *event, const struct store_message *message,
    struct err *err_r)
{
	struct targets targets = {.kind = (int)event->kind};
	enum sg_err rc;
	char *text;

	if (event->set_id == 0)
		return SG_OK;
	rc = store_destination_list(
	    store, event->set_id, note_destination, &targets, err_r);
	if (rc != SG_OK || targets.count == 0)
		return rc;
	text = text_dup(conf, EVENT_PUBLISHED, true, event, message);
	rc = put_event(store, &targets, EVENT_SUBJECT, text, event, err_r);
	free(text);
	return rc;
}

static int64_t
topic_of(const struct store_identity *identity, enum store_event_kind kind)
{
	switch (kind) {
	case STORE_EVENT_BOUNCE:
		return identity->bounce_topic_id;
	case STORE_EVENT_COMPLAINT:
		return identity->complaint_topic_id;
	case STORE_EVENT_DELIVERY:
		return identity->delivery_topic_id;
	default:
		return 0;
	}
}

static enum sg_err
publish_to_identity(struct store *store, const struct conf *conf,
    const struct store_event *event, const struct store_message *message,
    struct err *err_r)
{
	struct store_identity identity;
	struct targets targets = {.count = 1};
	bool with_headers;
	enum sg_err rc;
	char *text;

	if (message == NULL || message->identity_id == 0)
		return SG_OK;
	rc = store_identity_get_by_id(
	    store, message->identity_id, &identity, err_r);
	if (rc == SG_MISSING ||
	    (rc == SG_OK && identity.account_id != event->account_id))
		return SG_OK;
	if (rc != SG_OK)
		return rc;
	targets.topics[0] = topic_of(&identity, event->kind);
	if (targets.topics[0] == 0)
		return SG_OK;
	with_headers =
	    (identity.facts.notify_headers & (1 << event->kind)) != 0;
	text = text_dup(conf, EVENT_NOTIFIED, with_headers, event, message);
	rc = put_event(store, &targets, "", text, event, err_r);
	free(text);
	return rc;
}

enum sg_err
publish_event(struct store *store, const struct conf *conf,
    const struct store_event *event, const struct store_message *message,
    struct err *err_r)
{
	enum sg_err rc = publish_to_set(store, conf, event, message, err_r);

	return rc == SG_OK
		   ? publish_to_identity(store, conf, event, message, err_r)
		   : rc;
}
