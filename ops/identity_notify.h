/* Where the bounces, complaints and deliveries of an identity's mail are told, and
 * which configuration set its mail has by itself. Does not tell anybody. */
#ifndef SENDWARD_OPS_IDENTITY_NOTIFY_H
#define SENDWARD_OPS_IDENTITY_NOTIFY_H

#include <stdbool.h>
#include <stdint.h>
#include "base/err.h"
#include "store/events.h"
#include "store/store.h"

/* What is not given stays as it is. Topics and the set are the account's own, by
 * name; "": none. */
struct identity_notify_change {
	bool has_forwarding, forwarding; /* to the sender, by mail */
	const char *bounce_topic, *complaint_topic, *delivery_topic;
	bool has_headers;
	int headers; /* sum of 1 << kind: these notifications have the header */
	int headers_with, headers_without; /* these only; the others stay */
	const char *set;
};
/* SG_MISSING names what is not there. SG_INVALID: headers of other kinds than
 * bounce, complaint and delivery. */
enum sg_err identity_notify_change(struct store *store, const char *account,
    const char *name, const struct identity_notify_change *change,
    struct store_identity *row_r, struct err *err_r);

/* The names for people and JSON; "" none. */
struct identity_notify_names {
	char bounce_topic[257], complaint_topic[257], delivery_topic[257];
	char set[65];
};
enum sg_err identity_notify_names(struct store *store,
    const struct store_identity *row, struct identity_notify_names *names_r,
    struct err *err_r);

#endif
