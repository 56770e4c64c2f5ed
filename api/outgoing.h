/* What a call that sends asks for, whichever protocol it speaks: from whom, to whom,
 * under which configuration set, with which tags; and the messages that are made of
 * it. Hands in nothing: sender.h does. */
#ifndef SENDWARD_API_OUTGOING_H
#define SENDWARD_API_OUTGOING_H

#include <stdbool.h>
#include <stddef.h>
#include "api/call.h"
#include "api/rendering.h"
#include "api/sender.h"
#include "base/buf.h"
#include "post/compose.h"
#include "rules/types.h"

/* What the protocol calls the members. */
struct api_outgoing_names {
	const char *from, *feedback, *tags;
	bool needs_from; /* else the message's own may do */
};

struct api_outgoing {
	const char *from; /* a mailbox; "" none */
	/* the envelope's sender; "": from's, which is not known yet */
	char sender[RULES_ADDRESS_MAX + 1];
	const char *set, *tenant; /* "" none */
	struct buf tags;          /* X-SES-MESSAGE-TAGS */
	const char **reply_to;
	/* of one destination */
	const char **to, **cc;
	char **recipients; /* bare addresses; ends with NULL */
	size_t count, room;
	size_t most;
	enum sg_err failed; /* of adding recipients */
};

/* False: the call has failed: an address, a tag, a configuration set that does not
 * exist. In any case api_outgoing_close is due. */
bool api_outgoing_open(struct api_call *call,
    const struct api_outgoing_names *names, struct api_outgoing *o_r);
void api_outgoing_close(struct api_outgoing *o);

/* Each of one message: SG_INVALID is the client's fault, err_r says which. */
/* Recipients from now on: Destination {ToAddresses, CcAddresses, BccAddresses}. */
enum sg_err api_outgoing_address(
    struct api_outgoing *o, const json_t *destination, struct err *err_r);
/* More recipients, as texts of a list of JSON: v1's Destinations. */
enum sg_err api_outgoing_add(
    struct api_outgoing *o, const json_t *list, struct err *err_r);
/* Tags before those of the call, which count less. first: a list {Name, Value}. */
enum sg_err api_outgoing_tags(const struct api_outgoing *o, const json_t *first,
    struct buf *tags_r, struct err *err_r);

/* Appends the message; mail: subject, bodies and what else is not o's, all other
 * members are filled in. headers, attachments: lists of the request, or NULL. more:
 * headers that count instead of those of the same name. */
enum sg_err api_outgoing_compose(const struct api_call *call,
    const struct api_outgoing *o, const char *tags, struct post_mail *mail,
    const json_t *headers, const json_t *more, const json_t *attachments,
    struct buf *out, struct err *err_r);
/* Appends the message that the client built: base64. Its own recipients, when none
 * are known yet, and its From as the envelope's sender. */
enum sg_err api_outgoing_raw(const struct api_call *call,
    struct api_outgoing *o, const char *base64, struct buf *out,
    struct err *err_r);

/* How many bytes the message may have: the buffer's maximum. */
size_t api_outgoing_max(const struct api_call *call);
/* The error of one message as the call's. */
void api_outgoing_fail(
    struct api_call *call, enum sg_err rc, const struct err *err);

/* Tells the account's listeners that a message could not be rendered, as SES does
 * in its place; message_id names it. */
enum sg_err api_outgoing_tell_failure(struct api_call *call,
    const struct api_outgoing *o, const char *tags, const char *template,
    const char *why, const char *message_id, struct err *err_r);

#endif
