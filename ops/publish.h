/* Puts what subscribers are told into the store, in the transaction that is the
 * reason for it; sendward-jobd delivers it. Sends nothing. */
#ifndef SENDWARD_OPS_PUBLISH_H
#define SENDWARD_OPS_PUBLISH_H

#include <stdint.h>
#include "base/err.h"
#include "store/events.h"
#include "store/topics.h"

struct conf;

/* 36 characters, RFC 9562 version 4. */
enum sg_err publish_uuid(char uuid_r[STORE_UUID_MAX + 1], struct err *err_r);

/* One message to all confirmed subscriptions of a topic. uuid_r may be NULL; ""
 * when nobody subscribes. */
enum sg_err publish_message(struct store *store, int64_t topic_id,
    const char *subject, const char *body, int64_t now_msec,
    char uuid_r[STORE_UUID_MAX + 1], struct err *err_r);

/* To whoever listens: the enabled destinations of event->set_id that want its kind,
 * and, for bounces, complaints and deliveries, the topic of the identity of message
 * (when it belongs to the event's account). */
enum sg_err publish_event(struct store *store, const struct conf *conf,
    const struct store_event *event, const struct store_message *message,
    struct err *err_r);

#endif
