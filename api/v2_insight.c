/* SES v2: the story of one message: see v2_insight.h. */
#include "config.h"

#include "api/v2_insight.h"

#include <stdio.h>
#include <string.h>

#include "api/call.h"
#include "ops/event.h"
#include "ops/text_json.h"
#include "rules/ascii.h"
#include "rules/mailbox.h"
#include "rules/recipients.h"
#include "store/events.h"

/* More of one message are left out. */
#define EVENTS_MOST 5000
#define SUBJECT_MAX 998

struct story {
	struct api_call *call;
	json_t *facts;      /* of the message */
	json_t *list;       /* Insights */
	json_t *by_address; /* lower case: its entry of list, borrowed */
	bool failed;        /* no memory */
};

static json_t *
entry_of(const struct story *story, const char *address, size_t len)
{
	char key[RULES_ADDRESS_MAX + 1];

	ascii_copy_lower(address, len, key, sizeof(key));
	return json_object_get(story->by_address, key);
}

/* ---- the message ----------------------------------------------------------------- */

static void
add_recipients(struct story *story, const char *text)
{
	struct recipient recipient;

	while (recipients_next(&text, &recipient)) {
		const char *at = strrchr(recipient.address, '@');
		char key[RULES_ADDRESS_MAX + 1];
		json_t *out;

		ascii_copy_lower(
		    recipient.address, RULES_ADDRESS_MAX, key, sizeof(key));
		if (json_object_get(story->by_address, key) != NULL)
			continue;
		out = api_add_object(story->list);
		api_put_text(out, "Destination", recipient.address);
		api_put_text(out, "Isp", at != NULL ? at + 1 : "");
		(void)api_put_list(out, "Events");
		if (json_object_set(story->by_address, key, out) != 0)
			story->failed = true;
	}
}

/* From as the header has it, without its name; else the envelope's. */
static void
put_from(struct story *story, const struct store_message *row)
{
	const json_t *from = json_object_get(
	    json_object_get(story->facts, "commonHeaders"), "from");
	const char *text = json_string_value(json_array_get(from, 0));
	struct mailbox box;
	size_t count;

	if (text != NULL && mailbox_parse_list(text, strlen(text), &box, 1,
				&count) == MAILBOX_OK)
		text = box.address;
	else
		text = row->sender;
	if (text[0] != '\0')
		api_put_text(story->call->out, "FromEmailAddress", text);
}

static void
put_subject(struct story *story)
{
	const char *text = json_string_value(json_object_get(
	    json_object_get(story->facts, "commonHeaders"), "subject"));

	if (text != NULL && text[0] != '\0')
		(void)json_object_set_new(story->call->out, "Subject",
		    text_json_new(text, strnlen(text, SUBJECT_MAX)));
}

static void
put_tags(struct story *story)
{
	json_t *list = api_put_list(story->call->out, "EmailTags");
	json_t *tags = json_object_get(story->facts, "tags");
	const char *name;
	json_t *values;

	json_object_foreach(tags, name, values)
	{
		json_t *out = api_add_object(list);

		api_put_text(out, "Name", name);
		(void)json_object_set(out, "Value", json_array_get(values, 0));
	}
}

static bool
take_message(void *ctx, const struct store_message *row)
{
	struct story *story = ctx;
	json_t *out = story->call->out;

	story->facts = json_loads(row->facts, 0, NULL);
	api_put_text(out, "MessageId", row->queue_id);
	put_from(story, row);
	put_subject(story);
	put_tags(story);
	story->list = api_put_list(out, "Insights");
	add_recipients(story, row->recipients);
	return true;
}

/* ---- events -------------------------------------------------------------------------- */

static const char *const event_types[STORE_EVENT_KINDS] = {
    [STORE_EVENT_SEND] = "SEND",
    [STORE_EVENT_DELIVERY] = "DELIVERY",
    [STORE_EVENT_BOUNCE] = "BOUNCE",
    [STORE_EVENT_COMPLAINT] = "COMPLAINT",
    [STORE_EVENT_DELIVERY_DELAY] = "DELIVERY_DELAY",
    [STORE_EVENT_REJECT] = "REJECT",
    [STORE_EVENT_RENDERING_FAILURE] = "RENDERING_FAILURE",
};

/* A text of the event, if it has one. */
static void
put_some(json_t *out, const char *member, const json_t *from, const char *key)
{
	const char *text = json_string_value(json_object_get(from, key));

	if (text != NULL)
		api_put_text(out, member, text);
}

static const json_t *
bounced_one(const json_t *detail, const char *address)
{
	const json_t *list = json_object_get(detail, "bouncedRecipients");
	const json_t *one;
	size_t i;

	json_array_foreach(list, i, one)
	{
		const char *text =
		    json_string_value(json_object_get(one, "emailAddress"));

		if (text != NULL && ascii_casecmp(text, address) == 0)
			return one;
	}
	return NULL;
}

static void
put_bounce(json_t *event, const json_t *detail, const char *address)
{
	json_t *out =
	    api_put_object(api_put_object(event, "Details"), "Bounce");
	const char *type =
	    json_string_value(json_object_get(detail, "bounceType"));
	char upper[32];
	size_t i = 0;

	for (; type != NULL && type[i] != '\0' && i < sizeof(upper) - 1; i++)
		upper[i] = ascii_upper(type[i]);
	upper[i] = '\0';
	api_put_text(out, "BounceType", upper);
	put_some(out, "BounceSubType", detail, "bounceSubType");
	put_some(out, "DiagnosticCode", bounced_one(detail, address),
	    "diagnosticCode");
}

static void
put_complaint(json_t *event, const json_t *detail)
{
	json_t *out =
	    api_put_object(api_put_object(event, "Details"), "Complaint");

	put_some(out, "ComplaintSubType", detail, "complaintSubType");
	put_some(out, "ComplaintFeedbackType", detail, "complaintFeedbackType");
}

static void
add_event(json_t *entry, const struct store_event *row, const json_t *detail)
{
	json_t *event = api_add_object(json_object_get(entry, "Events"));

	api_put_time(event, "Timestamp", row->at_msec / 1000);
	api_put_text(event, "Type", event_types[row->kind]);
	if (row->kind == STORE_EVENT_BOUNCE)
		put_bounce(event, detail, api_text(entry, "Destination"));
	else if (row->kind == STORE_EVENT_COMPLAINT)
		put_complaint(event, detail);
}

static bool
take_event(void *ctx, const struct store_event *row)
{
	struct story *story = ctx;
	json_t *detail = json_loads(row->detail, 0, NULL);
	const char *line = row->recipients;

	while (*line != '\0') {
		size_t len = strcspn(line, "\n");
		json_t *entry = entry_of(story, line, len);

		if (entry != NULL)
			add_event(entry, row, detail);
		line += len + (line[len] == '\n');
	}
	json_decref(detail);
	return true;
}

/* ---- both ------------------------------------------------------------------------------ */

static void
tell(struct story *story, const char *queue_id)
{
	struct api_call *call = story->call;
	const struct store_event_filter filter = {
	    .account_id = call->owner.facts.id,
	    .queue_id = queue_id,
	    .most = EVENTS_MOST,
	    .oldest_first = true};
	struct err err = {0};
	enum sg_err rc = store_message_get(call->store, call->owner.facts.id,
	    queue_id, take_message, story, &err);

	if (rc == SG_MISSING) {
		api_fail(call, "NotFoundException",
		    "Message %.100s does not exist.", queue_id);
		return;
	}
	if (rc == SG_OK && story->failed)
		rc = err_set(&err, SG_NOMEM, "no memory for a message");
	if (rc == SG_OK)
		rc = store_event_list(
		    call->store, &filter, take_event, story, &err);
	(void)api_check(call, rc, &err, &api_v2_codes);
}

void
api_get_message_insights(struct api_call *call)
{
	struct story story = {.call = call, .by_address = json_object()};
	const char *id = api_text(call->in, "MessageId");

	/* "" would mean any */
	if (id[0] == '\0' || strlen(id) > RULES_QUEUE_ID_MAX)
		api_fail(call, "NotFoundException",
		    "Message %.100s does not exist.", id);
	else
		tell(&story, id);
	json_decref(story.by_address);
	json_decref(story.facts);
}
