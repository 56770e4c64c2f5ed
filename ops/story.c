/* One message as people read it: see story.h. */
#include "config.h"

#include "ops/story.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ops/event.h"
#include "ops/message.h"
#include "report/fields.h"
#include "report/report.h"
#include "rules/ascii.h"
#include "rules/recipients.h"

struct story {
	const struct message_file *file;
	json_t **details; /* of each event */
	json_t *private;  /* owns what message points to */
	struct store_message message;
	bool has_message;
	json_t *facts;
	json_t *last; /* by address in lower case: index of an event */
};

/* ---- events --------------------------------------------------------------------- */

static bool
is_for_good(const json_t *detail)
{
	const char *type =
	    json_string_value(json_object_get(detail, "bounceType"));

	return type != NULL && strcmp(type, "Permanent") == 0;
}

/* The greater counts, of equals the later. */
static int
weight(enum store_event_kind kind, const json_t *detail)
{
	switch (kind) {
	case STORE_EVENT_COMPLAINT:
		return 5;
	case STORE_EVENT_BOUNCE:
		return is_for_good(detail) ? 4 : 3;
	case STORE_EVENT_DELIVERY:
		return 3;
	case STORE_EVENT_DELIVERY_DELAY:
		return 2;
	case STORE_EVENT_REJECT:
	case STORE_EVENT_RENDERING_FAILURE:
		return 1;
	default:
		return 0;
	}
}

static bool
note_one(struct story *story, size_t index, const char *line, size_t len)
{
	const struct store_event *events = story->file->events;
	char key[RULES_ADDRESS_MAX + 1];
	const json_t *before;
	size_t other;

	ascii_copy_lower(line, len, key, sizeof(key));
	before = json_object_get(story->last, key);
	other = (size_t)json_integer_value(before);
	if (before != NULL &&
	    weight(events[other].kind, story->details[other]) >
		weight(events[index].kind, story->details[index]))
		return true;
	return json_object_set_new(
		   story->last, key, json_integer((json_int_t)index)) == 0;
}

static bool
note_event(struct story *story, size_t index)
{
	const struct store_event *event = &story->file->events[index];
	const char *line = event->recipients;

	if (weight(event->kind, story->details[index]) == 0)
		return true;
	while (*line != '\0') {
		size_t len = strcspn(line, "\n");

		if (!note_one(story, index, line, len))
			return false;
		line += len + (line[len] == '\n');
	}
	return true;
}

/* What is not shown is taken out; of a message without a row it is the message. */
static bool
load_detail(struct story *story, size_t index)
{
	const struct store_event *event = &story->file->events[index];
	json_t *detail = json_loads(event->detail, 0, NULL);

	if (!json_is_object(detail)) {
		json_decref(detail);
		detail = json_object();
	}
	if (!story->has_message &&
	    event_read_private(detail, event, &story->message)) {
		story->has_message = true;
		story->private =
		    json_incref(json_object_get(detail, EVENT_PRIVATE_KEY));
	}
	(void)json_object_del(detail, EVENT_PRIVATE_KEY);
	story->details[index] = detail;
	return detail != NULL;
}

struct story *
story_new(const struct message_file *file)
{
	struct story *story = calloc(1, sizeof(*story));
	bool ok;

	if (story == NULL)
		return NULL;
	story->file = file;
	story->has_message = file->is_known;
	story->message = file->row;
	story->last = json_object();
	story->details = calloc(file->event_count + 1, sizeof(json_t *));
	ok = story->details != NULL && story->last != NULL;
	for (size_t i = 0; i < file->event_count && ok; i++)
		ok = load_detail(story, i) && note_event(story, i);
	if (!ok) {
		story_free(&story);
		return NULL;
	}
	if (story->has_message)
		story->facts = json_loads(story->message.facts, 0, NULL);
	return story;
}

void
story_free(struct story **story)
{
	if (*story == NULL)
		return;
	for (size_t i = 0;
	     (*story)->details != NULL && i < (*story)->file->event_count; i++)
		json_decref((*story)->details[i]);
	free((*story)->details);
	json_decref((*story)->private);
	json_decref((*story)->facts);
	json_decref((*story)->last);
	free(*story);
	*story = NULL;
}

const struct store_message *
story_message(const struct story *story)
{
	return story->has_message ? &story->message : NULL;
}

const json_t *
story_facts(const struct story *story)
{
	return story->facts;
}

const json_t *
story_detail(const struct story *story, size_t index)
{
	return story->details[index];
}

/* ---- recipients ------------------------------------------------------------------ */

static const char *
outcome_of(enum store_event_kind kind)
{
	static const char *const names[STORE_EVENT_KINDS] = {
	    [STORE_EVENT_SEND] = "PENDING",
	    [STORE_EVENT_DELIVERY] = "DELIVERED",
	    [STORE_EVENT_BOUNCE] = "BOUNCED",
	    [STORE_EVENT_COMPLAINT] = "COMPLAINED",
	    [STORE_EVENT_DELIVERY_DELAY] = "DELAYED",
	    [STORE_EVENT_REJECT] = "REJECTED",
	    [STORE_EVENT_RENDERING_FAILURE] = "REJECTED",
	};

	return names[kind];
}

/* Where the detail of a kind speaks of each recipient. */
static const json_t *
own_part(const json_t *detail, const char *address)
{
	static const char *const keys[] = {
	    "bouncedRecipients", "delayedRecipients", "complainedRecipients"};
	const json_t *one;
	size_t k, i;

	for (k = 0; k < sizeof(keys) / sizeof(*keys); k++)
		json_array_foreach(json_object_get(detail, keys[k]), i, one)
		{
			const char *text = json_string_value(
			    json_object_get(one, "emailAddress"));

			if (text != NULL && ascii_casecmp(text, address) == 0)
				return one;
		}
	return NULL;
}

static bool
is_suppressed(const struct story *story, const struct recipient *recipient)
{
	const struct message_file *file = story->file;

	if (recipients_is_dropped(recipient->flag))
		return true;
	for (size_t i = 0; i < file->fate_count; i++)
		if (file->fates[i].suppressed &&
		    ascii_casecmp(
			file->fates[i].recipient, recipient->address) == 0)
			return true;
	return false;
}

static void
make_recipient(const struct story *story, const struct recipient *recipient,
    struct story_recipient *out)
{
	char key[RULES_ADDRESS_MAX + 1];
	const json_t *index;
	size_t i;

	*out = (struct story_recipient){.outcome = "PENDING",
	    .suppressed = is_suppressed(story, recipient)};
	(void)snprintf(
	    out->address, sizeof(out->address), "%s", recipient->address);
	ascii_copy_lower(
	    recipient->address, RULES_ADDRESS_MAX, key, sizeof(key));
	index = json_object_get(story->last, key);
	if (index == NULL)
		return;
	i = (size_t)json_integer_value(index);
	out->outcome = outcome_of(story->file->events[i].kind);
	out->at_msec = story->file->events[i].at_msec;
	out->detail = story->details[i];
	out->own = own_part(out->detail, out->address);
}

void
story_recipients(const struct story *story, story_fn *fn, void *ctx)
{
	const char *text = story->has_message ? story->message.recipients : "";
	struct story_recipient out;
	struct recipient recipient;

	for (int i = 0;
	     i < STORY_RECIPIENTS_MOST && recipients_next(&text, &recipient);
	     i++) {
		make_recipient(story, &recipient, &out);
		if (!fn(ctx, &out))
			break;
	}
}

/* ---- subject --------------------------------------------------------------------- */

static bool
take_subject(void *data, size_t block, const char *name, const char *value)
{
	(void)block;
	(void)name;
	(void)snprintf(data, STORY_SUBJECT_MAX, "%s", value);
	return false;
}

void
story_subject(const json_t *facts, char text_r[STORY_SUBJECT_MAX])
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	char field[STORY_SUBJECT_MAX + 16];
	const char *text = json_string_value(json_object_get(
	    json_object_get(facts, "commonHeaders"), "subject"));

	if (text == NULL)
		text = "";
	(void)snprintf(text_r, STORY_SUBJECT_MAX, "%s", text);
	if (strstr(text, "=?") == NULL)
		return;
	(void)pthread_once(&once, report_init);
	(void)snprintf(field, sizeof(field), "Subject: %s\n", text_r);
	fields_read(field, strlen(field), take_subject, text_r);
}
