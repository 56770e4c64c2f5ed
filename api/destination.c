/* Event destinations: see destination.h. */
#include "config.h"

#include "api/destination.h"

#include <stdio.h>
#include <string.h>

#include "api/set.h"
#include "ops/event.h"
#include "ops/listing.h"
#include "ops/topic.h"

/* ---- kinds -------------------------------------------------------------------- */

/* Kinds that SES has and that never come here: clients ask for them, and read them
 * back. */
static const struct {
	int kind;
	const char *name, *lower;
} extra[] = {
    {SET_KIND_OPEN, "OPEN", "open"},
    {SET_KIND_CLICK, "CLICK", "click"},
    {SET_KIND_SUBSCRIPTION, "SUBSCRIPTION", "subscription"},
};
#define EXTRA_COUNT (sizeof(extra) / sizeof(extra[0]))

static int
kind_of(const char *name)
{
	int kind = event_kind_from_name(name);

	for (size_t i = 0; i < EXTRA_COUNT; i++)
		if (strcmp(extra[i].name, name) == 0 ||
		    strcmp(extra[i].lower, name) == 0)
			return extra[i].kind;
	return kind < 0 ? 0 : 1 << kind;
}

static int
kinds_of(const json_t *list)
{
	const json_t *name;
	size_t i;
	int kinds = 0;

	json_array_foreach(list, i, name) kinds |=
	    kind_of(json_string_value(name));
	return kinds;
}

/* SES v1's names are the keys of its events but for this one. */
static const char *
lower_name(enum store_event_kind kind)
{
	return kind == STORE_EVENT_RENDERING_FAILURE ? "renderingFailure"
						     : event_key(kind);
}

static void
put_kinds(json_t *out, int kinds, bool is_lower)
{
	json_t *list = api_put_list(out, "MatchingEventTypes");

	for (int i = 0; i < STORE_EVENT_KINDS; i++)
		if ((kinds & 1 << i) != 0)
			api_add_text(list,
			    is_lower ? lower_name((enum store_event_kind)i)
				     : event_name((enum store_event_kind)i));
	for (size_t i = 0; i < EXTRA_COUNT; i++)
		if ((kinds & extra[i].kind) != 0)
			api_add_text(
			    list, is_lower ? extra[i].lower : extra[i].name);
}

/* ---- what is found ---------------------------------------------------------------- */

/* What is there of that name; topic: its topic's name. */
struct old {
	const char *name;
	bool found;
	struct store_destination row;
	char topic[sizeof(((struct store_topic *)NULL)->name)];
};

static bool
note_old(void *ctx, const char *topic, const struct store_destination *row)
{
	struct old *old = ctx;

	old->found = strcmp(row->name, old->name) == 0;
	if (!old->found)
		return true;
	old->row = *row;
	(void)snprintf(old->topic, sizeof(old->topic), "%s", topic);
	return false;
}

/* ---- writing ------------------------------------------------------------------------ */

static bool
find_topic(struct api_call *call, const struct api_destination_words *words,
    const char *arn, const char **name_r)
{
	static const struct api_codes codes = {NULL, NULL, NULL};
	const char *name = topic_arn_name(call->owner.facts.id, arn);
	struct store_topic topic;
	struct err err;
	enum sg_err rc = SG_MISSING;

	if (name != NULL)
		rc = topic_get(call->store, call->account, name, &topic, &err);
	*name_r = name;
	if (rc == SG_MISSING)
		api_fail(call, words->no_topic, "SNS topic <%.300s> not found.",
		    arn);
	return api_check(call, rc, &err, &codes);
}

static void
write_it(struct api_call *call, const struct api_destination_words *words,
    const char *set, const struct set_destination *wanted)
{
	const struct api_codes codes = {
	    words->invalid, words->no_destination, words->exists};
	bool is_full;
	struct err err;
	enum sg_err rc = set_destination_write(call->store, call->account, set,
	    wanted, call->now_msec, &is_full, &err);

	if (is_full)
		api_fail(call, words->full, "%s", err.text);
	(void)api_check(call, rc, &err, &codes);
}

void
api_destination_write(struct api_call *call,
    const struct api_destination_words *words, const char *name,
    const json_t *definition, enum set_presence presence)
{
	const json_t *sns = api_object(definition, words->sns);
	const char *arn = api_text(sns, words->topic_arn);
	struct set_destination wanted = {.name = name, .presence = presence};
	struct old old = {.name = name};
	struct store_set set;
	struct err err;

	if (!api_set_find(call, words->no_set, &set) ||
	    !api_check(call,
		listing_destinations(
		    call->store, set.facts.id, note_old, &old, &err),
		&err, &api_v2_codes))
		return;
	if (presence == SET_NEW || !old.found)
		old = (struct old){.name = name};
	wanted.enabled = api_has(definition, "Enabled")
			     ? api_flag(definition, "Enabled")
			     : old.row.enabled;
	wanted.kinds =
	    api_has(definition, "MatchingEventTypes")
		? kinds_of(api_object(definition, "MatchingEventTypes"))
		: old.row.kinds;
	wanted.topic = old.topic;
	if (presence == SET_OLD && !old.found)
		api_fail(call, words->no_destination,
		    "Event destination <%.100s> does not exist.", name);
	else if (sns == NULL && !old.found)
		api_fail(call, words->invalid,
		    "%s is missing: events go to SNS topics alone", words->sns);
	else if (sns == NULL || find_topic(call, words, arn, &wanted.topic))
		write_it(call, words, set.facts.name, &wanted);
}

void
api_destination_remove(struct api_call *call,
    const struct api_destination_words *words, const char *name)
{
	struct store_set set;
	struct err err;
	enum sg_err rc;

	if (!api_set_find(call, words->no_set, &set))
		return;
	rc = set_destination_remove(
	    call->store, call->account, set.facts.name, name, &err);
	if (rc == SG_MISSING)
		api_fail(call, words->no_destination,
		    "Event destination <%.100s> does not exist.", name);
	(void)api_check(call, rc, &err, &api_v2_codes);
}

/* ---- telling -------------------------------------------------------------------------- */

struct telling {
	struct api_call *call;
	const struct api_destination_words *words;
	json_t *list;
};

static bool
put_destination(
    void *ctx, const char *topic, const struct store_destination *row)
{
	const struct telling *telling = ctx;
	struct store_topic named = {
	    .account_id = telling->call->owner.facts.id};
	json_t *out = api_add_object(telling->list);
	char arn[TOPIC_ARN_MAX];

	(void)snprintf(named.name, sizeof(named.name), "%s", topic);
	topic_arn(telling->call->conf, &named, arn);
	api_put_text(out, "Name", row->name);
	api_put_flag(out, "Enabled", row->enabled);
	put_kinds(out, row->kinds, telling->words->is_lower);
	api_put_text(api_put_object(out, telling->words->sns),
	    telling->words->topic_arn, arn);
	return true;
}

bool
api_destination_list(struct api_call *call,
    const struct api_destination_words *words, int64_t set_id, json_t *list)
{
	struct telling telling = {.call = call, .words = words, .list = list};
	struct err err;

	return api_check(call,
	    listing_destinations(
		call->store, set_id, put_destination, &telling, &err),
	    &err, &api_v2_codes);
}
