/* One message, or many from one template: see send_parts.h. */
#include "config.h"

#include "api/send_parts.h"

#include <string.h>

#include "api/fault.h"
#include "base/buf.h"
#include "rules/message_tags.h"

#define TAGS_MAX (4 * MESSAGE_TAGS_MAX * (2 * MESSAGE_TAG_MAX + 4))

static const char *const *
recipients_of(const struct api_outgoing *o)
{
	return (const char *const *)o->recipients;
}

/* ---- one ----------------------------------------------------------------------- */

static void
answer(struct api_call *call, const struct api_sent *sent)
{
	if (sent->is_sent)
		api_put_text(call->out, "MessageId", sent->message_id);
	else
		api_sender_fail(call, sent);
}

/* What was composed (rc), or why it could not be. */
static void
hand_in(struct api_call *call, struct api_try *try,
    const struct api_outgoing *o, const struct buf *message, enum sg_err rc,
    const struct err *err)
{
	struct api_sent sent;

	if (rc != SG_OK) {
		api_outgoing_fail(call, rc, err);
		return;
	}
	api_sender_send(
	    call, try, 0, o->sender, recipients_of(o), message, &sent);
	answer(call, &sent);
}

void
send_one(struct api_call *call, struct api_try *try, struct api_outgoing *o,
    struct post_mail *mail, const json_t *headers, const json_t *attachments)
{
	struct buf message;
	struct err err = {0};
	enum sg_err rc;

	buf_init(&message, api_outgoing_max(call));
	api_sender_begin(call, try, 0, &message);
	rc = api_outgoing_compose(call, o, buf_str(&o->tags), mail, headers,
	    NULL, attachments, &message, &err);
	hand_in(call, try, o, &message, rc, &err);
	buf_fini(&message);
}

void
send_raw(struct api_call *call, struct api_try *try, struct api_outgoing *o,
    const char *base64)
{
	struct buf message;
	struct err err = {0};
	enum sg_err rc;

	buf_init(&message, api_outgoing_max(call));
	api_sender_begin(call, try, 0, &message);
	rc = api_outgoing_raw(call, o, base64, &message, &err);
	hand_in(call, try, o, &message, rc, &err);
	buf_fini(&message);
}

/* Instead of sending it. */
static enum sg_err
tell_failure(struct api_call *call, const struct api_try *try, int index,
    const struct api_outgoing *o, const char *tags,
    const struct api_rendering *rendering, const char *why,
    struct api_sent *sent, struct err *err_r)
{
	api_sender_name(try, index, sent->message_id);
	sent->is_sent = true;
	return api_outgoing_tell_failure(call, o, tags,
	    api_rendering_name(rendering), why, sent->message_id, err_r);
}

void
send_rendered(struct api_call *call, struct api_try *try,
    struct api_outgoing *o, const struct api_rendering *rendering,
    const char *data, const json_t *headers, const json_t *attachments)
{
	struct post_mail mail = {.from = NULL};
	struct api_sent sent = {.is_sent = false};
	struct api_rendered rendered;
	struct err err = {0};
	enum sg_err rc;

	api_rendered_init(&rendered);
	rc = api_rendering_run(rendering, "", data, &rendered, &err);
	if (rc == SG_OK) {
		api_rendered_fill(&rendered, &mail);
		send_one(call, try, o, &mail, headers, attachments);
	} else if (rc == SG_INVALID) {
		api_outgoing_fail(call, rc, &err);
	} else {
		rc = tell_failure(call, try, 0, o, buf_str(&o->tags), rendering,
		    rendered.failure, &sent, &err);
		if (rc != SG_OK)
			api_outgoing_fail(call, rc, &err);
		else
			answer(call, &sent);
	}
	api_rendered_fini(&rendered);
}

/* ---- many ------------------------------------------------------------------------ */

struct bulk {
	struct api_call *call;
	struct api_try *try;
	struct api_outgoing *o;
	const struct send_bulk_names *names;
	const struct api_rendering *rendering;
	const char *defaults;
	const json_t *headers, *attachments;
	struct api_rendered rendered;
	struct buf tags, message;
};

bool
send_is_bulk(struct api_call *call, const struct send_bulk_names *bulk)
{
	size_t count = json_array_size(api_object(call->in, bulk->entries));

	if (count > 0 && count <= SEND_BULK_MAX)
		return true;
	api_fail(call, api_fault_invalid(call->operation->protocol),
	    "%s must have 1 to %d entries", bulk->entries, SEND_BULK_MAX);
	return false;
}

static const char *
data_of(const json_t *entry)
{
	const json_t *deeper =
	    api_object(api_object(entry, "ReplacementEmailContent"),
		"ReplacementTemplate");

	return api_text(
	    deeper != NULL ? deeper : entry, "ReplacementTemplateData");
}

static enum sg_err
compose_entry(struct bulk *b, const json_t *entry, int index, struct err *err_r)
{
	const json_t *more = b->names->headers != NULL
				 ? api_object(entry, b->names->headers)
				 : NULL;
	struct post_mail mail = {.from = NULL};

	api_rendered_fill(&b->rendered, &mail);
	buf_clear(&b->message);
	api_sender_begin(b->call, b->try, index, &b->message);
	return api_outgoing_compose(b->call, b->o, buf_str(&b->tags), &mail,
	    b->headers, more, b->attachments, &b->message, err_r);
}

/* SG_OK: sent_r says what became of it. */
static enum sg_err
send_entry(struct bulk *b, const json_t *entry, int index,
    struct api_sent *sent_r, struct err *err_r)
{
	enum sg_err rc =
	    api_outgoing_address(b->o, api_object(entry, "Destination"), err_r);

	if (rc == SG_OK)
		rc = api_outgoing_tags(
		    b->o, api_object(entry, b->names->tags), &b->tags, err_r);
	if (rc == SG_OK && b->o->count == 0)
		rc = err_set(
		    err_r, SG_INVALID, "Destination: it names no recipient");
	if (rc != SG_OK)
		return rc;
	rc = api_rendering_run(
	    b->rendering, b->defaults, data_of(entry), &b->rendered, err_r);
	if (rc == SG_MISSING || rc == SG_NOMEM)
		return tell_failure(b->call, b->try, index, b->o,
		    buf_str(&b->tags), b->rendering, b->rendered.failure,
		    sent_r, err_r);
	if (rc == SG_OK)
		rc = compose_entry(b, entry, index, err_r);
	if (rc == SG_OK)
		api_sender_send(b->call, b->try, index, b->o->sender,
		    recipients_of(b->o), &b->message, sent_r);
	return rc;
}

static void
put_result(const struct bulk *b, json_t *results, enum sg_err rc,
    const struct api_sent *sent, const struct err *err)
{
	enum api_protocol protocol = b->call->operation->protocol;
	json_t *result = api_add_object(results);

	if (rc == SG_OK && sent->is_sent) {
		api_put_text(result, "Status", api_reply_success(protocol));
		api_put_text(result, "MessageId", sent->message_id);
	} else if (rc == SG_OK) {
		api_put_text(result, "Status", sent->reply.status[protocol]);
		api_put_text(result, "Error",
		    sent->reply.is_ours ? "Temporary failure; please try again"
					: sent->reply.text);
	} else {
		api_put_text(result, "Status",
		    api_reply_status(protocol, rc == SG_INVALID
						   ? api_fault_invalid(protocol)
						   : "ServiceUnavailable"));
		api_put_text(result, "Error",
		    rc == SG_INVALID ? err->text
				     : "Temporary failure; please try again");
	}
}

static void
send_entries(struct bulk *b)
{
	const json_t *entries = api_object(b->call->in, b->names->entries);
	json_t *results = api_put_list(b->call->out, b->names->results);
	const json_t *entry;
	size_t i;

	json_array_foreach(entries, i, entry)
	{
		struct api_sent sent = {.is_sent = false};
		struct err err = {0};
		enum sg_err rc = send_entry(b, entry, (int)i, &sent, &err);

		put_result(b, results, rc, &sent, &err);
	}
}

void
send_bulk(struct api_call *call, struct api_try *try,
    const struct api_outgoing_names *names, const struct send_bulk_names *bulk,
    const struct api_rendering *rendering, const char *defaults,
    const json_t *headers, const json_t *attachments)
{
	struct api_outgoing o;
	struct bulk b = {.call = call,
	    .try = try,
	    .o = &o,
	    .names = bulk,
	    .rendering = rendering,
	    .defaults = defaults,
	    .headers = headers,
	    .attachments = attachments};

	api_rendered_init(&b.rendered);
	buf_init(&b.tags, TAGS_MAX);
	buf_init(&b.message, api_outgoing_max(call));
	if (api_outgoing_open(call, names, &o))
		send_entries(&b);
	api_outgoing_close(&o);
	buf_fini(&b.message);
	buf_fini(&b.tags);
	api_rendered_fini(&b.rendered);
}
