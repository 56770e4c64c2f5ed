/* What the sends of both protocols have in common: one message, or many from one
 * template, handed in and answered. Internal to api/v1_send.c and api/v2_send.c. */
#ifndef SENDWARD_API_SEND_PARTS_H
#define SENDWARD_API_SEND_PARTS_H

#include <jansson.h>
#include <stdbool.h>
#include "api/call.h"
#include "api/outgoing.h"
#include "api/rendering.h"
#include "api/sender.h"

#define SEND_BULK_MAX 50

/* Each answers the call: MessageId, or an error. o has its recipients. */
void send_one(struct api_call *call, struct api_try *try,
    struct api_outgoing *o, struct post_mail *mail, const json_t *headers,
    const json_t *attachments);
void send_raw(struct api_call *call, struct api_try *try,
    struct api_outgoing *o, const char *base64);
/* A message that cannot be rendered is answered as one that was sent, as SES does:
 * an event tells of it. */
void send_rendered(struct api_call *call, struct api_try *try,
    struct api_outgoing *o, const struct api_rendering *rendering,
    const char *data, const json_t *headers, const json_t *attachments);

/* What the protocol calls the members of a call with many. An entry has Destination,
 * and its data under ReplacementTemplateData, or deeper, in
 * ReplacementEmailContent.ReplacementTemplate. */
struct send_bulk_names {
	const char *entries, *results; /* lists: of the input, of the output */
	const char *tags, *headers;    /* of an entry; NULL none */
};
/* False: the call has failed: none, or more than SEND_BULK_MAX. */
bool send_is_bulk(struct api_call *call, const struct send_bulk_names *bulk);
void send_bulk(struct api_call *call, struct api_try *try,
    const struct api_outgoing_names *names, const struct send_bulk_names *bulk,
    const struct api_rendering *rendering, const char *defaults,
    const json_t *headers, const json_t *attachments);

#endif
