/* Events as Amazon SES writes them: the rows of the store with what belongs around
 * them. Does not send. */
#ifndef SENDWARD_OPS_EVENT_H
#define SENDWARD_OPS_EVENT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include "base/err.h"
#include "store/events.h"

struct conf;

/* "Send", "Delivery", "Bounce", "Complaint", "DeliveryDelay", "Reject",
 * "Rendering Failure": eventType. */
const char *event_type(enum store_event_kind kind);
/* "SEND", "DELIVERY_DELAY", …: the API's names, and back (any case, with or without
 * underscores and blanks, so those of v1 and eventType, too); -1 unknown. */
const char *event_name(enum store_event_kind kind);
int event_kind_from_name(const char *name);
/* "bounce", "deliveryDelay": the key of the detail. */
const char *event_key(enum store_event_kind kind);

/* "2026-11-28T12:34:56.789Z" */
#define EVENT_TIME_MAX 32
const char *event_time(int64_t msec, char text_r[EVENT_TIME_MAX]);
/* An identifier as SES makes them, the same for the same input. */
#define EVENT_FEEDBACK_ID_MAX 64
void event_feedback_id(
    const void *data, size_t len, char text_r[EVENT_FEEDBACK_ID_MAX + 1]);
/* 12 digits of an account. */
void event_account_number(int64_t account_id, char text_r[21]);

enum event_form {
	EVENT_PUBLISHED, /* eventType, with header and tags: event destinations */
	EVENT_NOTIFIED, /* notificationType, no tags: an identity's topics */
};
/* What a detail keeps of a message that has no row (Reject), for `mail`: an object
 * with login, sender, ip, recipients (rules/recipients.h), facts (the text of a
 * message's). Not shown itself. */
#define EVENT_PRIVATE_KEY "-mail"
/* It as a message, without an id; texts belong to detail. False: there is none. */
bool event_read_private(const json_t *detail, const struct store_event *event,
    struct store_message *message_r);

/* The whole document of an event. message NULL: not known (any more); then mail
 * has what the event itself says. with_headers: of EVENT_NOTIFIED. NULL: no memory. */
json_t *event_document(const struct conf *conf, enum event_form form,
    bool with_headers, const struct store_event *event,
    const struct store_message *message);

/* Writes the event and hands it to those who listen (ops/publish.h): destinations
 * of its configuration set; topics of its identity. Of a message that is not known
 * (NULL) only those of event->set_id. Within the caller's transaction. */
enum sg_err event_put(struct store *store, const struct conf *conf,
    struct store_event *event /* id is filled */,
    const struct store_message *message, struct err *err_r);

#endif
