/* Messages found by keys: see message_search.h. Every filter is a list of ids in
 * falling order, from which one can ask for the next at or below a place; what is in
 * all of them is found by going from one to the other. So the rarest decides how much
 * is looked at, without anybody having to know which that is. */
#include "config.h"

#include "ops/message_search.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "ops/event.h"
#include "rules/ascii.h"
#include "rules/recipients.h"
#include "store/messages.h"

/* Asked of the store for one page. */
#define LOOKS_MOST 4000
/* Ids of a filter that says how something begins; beyond, each message is looked at
 * itself. */
#define RANGE_MOST 50000
/* Ids follow times as far as journals of several writers do. */
#define SLACK_MSEC (INT64_C(3600) * 1000)
#define FILTERS_MOST 4
#define KEY_MAX 640

static const struct {
	const char *name;
	int kind;
} statuses[] = {
    {"PENDING", STORE_EVENT_SEND},
    {"DELIVERED", STORE_EVENT_DELIVERY},
    {"BOUNCED", STORE_EVENT_BOUNCE},
    {"COMPLAINED", STORE_EVENT_COMPLAINT},
    {"DELAYED", STORE_EVENT_DELIVERY_DELAY},
    {"REJECTED", STORE_EVENT_REJECT},
    {"REJECTED", STORE_EVENT_RENDERING_FAILURE},
};

struct filter {
	char key[KEY_MAX];
	int64_t *ids; /* falling; instead of key */
	size_t count, at;
};

struct search {
	struct store *store;
	const struct message_query *query;
	struct filter filters[FILTERS_MOST];
	size_t count;
	bool looks_at_recipient, looks_at_id; /* of each message itself */
	int64_t from_id, before_id;
	int looks;
	message_search_fn *fn;
	void *ctx;
	bool goes_on;
	int shown;
	int64_t last_id;
	enum sg_err code;
	struct err *err_r;
};

const char *
message_search_status(enum store_event_kind kind)
{
	for (size_t i = 1; i < sizeof(statuses) / sizeof(*statuses); i++)
		if (statuses[i].kind == (int)kind)
			return statuses[i].name;
	return NULL;
}

/* -1: there is none of that name. */
static int
kind_of(const char *status)
{
	for (size_t i = 0; i < sizeof(statuses) / sizeof(*statuses); i++)
		if (strcmp(statuses[i].name, status) == 0)
			return statuses[i].kind;
	return -1;
}

/* ---- filters ------------------------------------------------------------------ */

/* "r:" and the text in lower case. */
static enum sg_err
make_key(char key_r[KEY_MAX], const char *kind, const char *text, bool is_lower,
    struct err *err_r)
{
	if ((size_t)snprintf(key_r, KEY_MAX, "%s%s", kind, text) >= KEY_MAX)
		return err_set(err_r, SG_INVALID, "a filter that is too long");
	for (char *c = key_r; is_lower && *c != '\0'; c++)
		*c = ascii_lower(*c);
	return SG_OK;
}

static bool
keep_id(void *ctx, int64_t id)
{
	struct filter *filter = ctx;

	filter->ids[filter->count++] = id;
	return filter->count < RANGE_MOST + 1;
}

static int
falling(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x < y) - (x > y);
}

/* *is_long_r: there are too many; the filter is not used. */
static enum sg_err
add_range(struct search *s, const char *prefix, bool is_queue_id,
    bool *is_long_r, struct err *err_r)
{
	struct filter *filter = &s->filters[s->count];
	enum sg_err rc;

	filter->ids = malloc((RANGE_MOST + 1) * sizeof(*filter->ids));
	if (filter->ids == NULL)
		return err_set(err_r, SG_NOMEM, "no memory for a list");
	rc = store_message_range(s->store, s->query->account_id, prefix,
	    is_queue_id, s->from_id, s->before_id, RANGE_MOST + 1, keep_id,
	    filter, err_r);
	*is_long_r = filter->count > RANGE_MOST;
	if (rc != SG_OK || *is_long_r) {
		free(filter->ids);
		*filter = (struct filter){.ids = NULL};
		return rc;
	}
	qsort(filter->ids, filter->count, sizeof(*filter->ids), falling);
	s->count++;
	return SG_OK;
}

static enum sg_err
add_recipient(struct search *s, const char *text, struct err *err_r)
{
	bool is_domain = text[0] == '@';
	char *key = s->filters[s->count].key;
	int64_t id = 1;
	enum sg_err rc;

	if (text[0] == '\0')
		return SG_OK;
	rc = make_key(
	    key, is_domain ? "d:" : "r:", text + is_domain, true, err_r);
	if (rc == SG_OK && !is_domain)
		rc = store_message_seek(
		    s->store, s->query->account_id, key, INT64_MAX, &id, err_r);
	if (rc != SG_OK)
		return rc;
	if (id > 0) {
		s->count++;
		return SG_OK;
	}
	return add_range(s, key, false, &s->looks_at_recipient, err_r);
}

/* Ids outside need no look. */
static enum sg_err
set_bounds(
    struct search *s, const struct message_query *query, struct err *err_r)
{
	int64_t id;
	enum sg_err rc = SG_OK;

	s->before_id = query->before > 0 ? query->before : INT64_MAX;
	if (query->since_msec > 0) {
		rc = store_message_id_at(
		    s->store, query->since_msec - SLACK_MSEC, &id, err_r);
		s->from_id = id > 0 ? id : INT64_MAX;
	}
	if (rc == SG_OK && query->until_msec > 0) {
		rc = store_message_id_at(
		    s->store, query->until_msec + SLACK_MSEC, &id, err_r);
		if (rc == SG_OK && id > 0 && id < s->before_id)
			s->before_id = id;
	}
	return rc;
}

static enum sg_err
add_filters(struct search *s, const struct message_query *query, int kind,
    struct err *err_r)
{
	enum sg_err rc = add_recipient(s, query->recipient, err_r);

	if (rc == SG_OK && query->message_id[0] != '\0')
		rc = add_range(
		    s, query->message_id, true, &s->looks_at_id, err_r);
	if (rc == SG_OK && query->tag[0] != '\0')
		rc = make_key(
		    s->filters[s->count++].key, "t:", query->tag, false, err_r);
	if (rc == SG_OK && query->status[0] != '\0') {
		char number[16] = "";

		if (kind != STORE_EVENT_SEND)
			(void)snprintf(number, sizeof(number), "%d", kind);
		rc = make_key(
		    s->filters[s->count++].key, "s:", number, false, err_r);
	}
	if (s->count == 0)
		s->count = 1; /* of any key */
	return rc;
}

/* ---- what is in all of them ------------------------------------------------------ */

/* The filter's next below before_id; 0: none. */
static enum sg_err
seek(struct search *s, struct filter *filter, int64_t before_id, int64_t *id_r,
    struct err *err_r)
{
	s->looks++;
	if (filter->ids == NULL)
		return store_message_seek(s->store, s->query->account_id,
		    filter->key, before_id, id_r, err_r);
	while (
	    filter->at < filter->count && filter->ids[filter->at] >= before_id)
		filter->at++;
	*id_r = filter->at < filter->count ? filter->ids[filter->at] : 0;
	return SG_OK;
}

/* The next below *before_id that all filters have. *id_r 0: none; or, when too much
 * was looked at, *before_id is where to go on. */
static enum sg_err
find(struct search *s, int64_t *before_id, int64_t *id_r, struct err *err_r)
{
	size_t agreed = 0;
	enum sg_err rc = SG_OK;

	*id_r = 0;
	for (size_t i = 0; agreed < s->count; i = (i + 1) % s->count) {
		int64_t id;

		if (s->looks >= LOOKS_MOST) {
			*id_r = 0;
			return SG_OK;
		}
		rc = seek(s, &s->filters[i], *before_id, &id, err_r);
		if (rc != SG_OK || id < s->from_id || id == 0) {
			*id_r = *before_id = 0;
			return rc;
		}
		agreed = id == *id_r ? agreed + 1 : 1;
		*id_r = id;
		*before_id = id + 1;
	}
	*before_id = *id_r;
	return rc;
}

/* ---- messages -------------------------------------------------------------------- */

static bool
begins_with(const char *text, const char *start)
{
	while (*start != '\0')
		if (ascii_lower(*text++) != ascii_lower(*start++))
			return false;
	return true;
}

static bool
has_recipient(const char *recipients, const char *wanted)
{
	struct recipient recipient;

	while (recipients_next(&recipients, &recipient)) {
		const char *at = strrchr(recipient.address, '@');

		if (wanted[0] != '@' && begins_with(recipient.address, wanted))
			return true;
		if (wanted[0] == '@' && at != NULL &&
		    ascii_casecmp(at, wanted) == 0)
			return true;
	}
	return false;
}

static bool
is_wanted(const struct search *s, const struct store_message *row,
    bool looks_at_recipient, bool looks_at_id)
{
	const struct message_query *query = s->query;

	if (query->since_msec > 0 && row->sent_msec < query->since_msec)
		return false;
	if (query->until_msec > 0 && row->sent_msec > query->until_msec)
		return false;
	if (looks_at_recipient &&
	    !has_recipient(row->recipients, query->recipient))
		return false;
	return !looks_at_id || strncmp(row->queue_id, query->message_id,
				   strlen(query->message_id)) == 0;
}

static bool
show(void *ctx, const struct store_message *row)
{
	struct search *s = ctx;
	int kinds;

	if (!is_wanted(s, row, s->looks_at_recipient, s->looks_at_id))
		return false;
	if (s->shown == s->query->most) { /* there is one more */
		s->goes_on = false;
		return false;
	}
	s->code = store_message_outcomes(
	    s->store, row->account_id, row->id, &kinds, s->err_r);
	if (s->code != SG_OK)
		return false;
	s->shown++;
	s->last_id = row->id;
	s->goes_on = s->fn(s->ctx, row, kinds);
	return false;
}

static enum sg_err
search_left(struct search *s, int64_t *next_r, struct err *err_r)
{
	int64_t before = s->before_id, id = 1;
	enum sg_err rc = SG_OK;

	while (rc == SG_OK && s->goes_on) {
		rc = find(s, &before, &id, err_r);
		if (rc != SG_OK || id == 0)
			break;
		s->looks++;
		rc = store_message_get_by_id(
		    s->store, s->query->account_id, id, show, s, err_r);
		if (rc == SG_MISSING) /* its keys go later */
			rc = SG_OK;
		if (rc == SG_OK)
			rc = s->code;
	}
	if (rc == SG_OK && !s->goes_on)
		*next_r = s->last_id;
	else if (rc == SG_OK)
		*next_r = before;
	return rc;
}

/* ---- those that never left --------------------------------------------------------- */

static bool
has_tag(const char *facts, const char *tag)
{
	const char *end = strchr(tag, '=');
	json_t *object = json_loads(facts, 0, NULL);
	const json_t *values = NULL, *value;
	char name[KEY_MAX];
	bool has = false;
	size_t i;

	if (end != NULL && (size_t)(end - tag) < sizeof(name)) {
		(void)snprintf(
		    name, sizeof(name), "%.*s", (int)(end - tag), tag);
		values = json_object_get(json_object_get(object, "tags"), name);
	}
	json_array_foreach(values, i, value) has =
	    has || (json_is_string(value) &&
		       strcmp(json_string_value(value), end + 1) == 0);
	json_decref(object);
	return has;
}

static bool
show_refused(void *ctx, const struct store_event *event)
{
	struct search *s = ctx;
	json_t *detail = json_loads(event->detail, 0, NULL);
	struct store_message row;

	s->looks++;
	if (event_read_private(detail, event, &row) &&
	    is_wanted(s, &row, s->query->recipient[0] != '\0', true) &&
	    (s->query->tag[0] == '\0' || has_tag(row.facts, s->query->tag))) {
		if (s->shown == s->query->most) {
			s->goes_on = false;
		} else {
			s->shown++;
			s->goes_on = s->fn(s->ctx, &row, 1 << event->kind);
		}
	}
	if (s->goes_on || s->shown < s->query->most)
		s->last_id = event->id;
	json_decref(detail);
	return s->goes_on;
}

static enum sg_err
search_refused(struct search *s, int64_t *next_r, struct err *err_r)
{
	enum sg_err rc = store_event_refused(s->store, s->query->account_id,
	    s->query->before > 0 ? s->query->before : INT64_MAX, LOOKS_MOST / 4,
	    show_refused, s, err_r);

	if (rc == SG_OK && (!s->goes_on || s->looks == LOOKS_MOST / 4))
		*next_r = s->last_id;
	return rc;
}

enum sg_err
message_search(struct store *store, const struct message_query *query,
    message_search_fn *fn, void *ctx, int64_t *next_r, struct err *err_r)
{
	struct search s = {.store = store,
	    .query = query,
	    .fn = fn,
	    .ctx = ctx,
	    .goes_on = true,
	    .err_r = err_r};
	int kind = query->status[0] != '\0' ? kind_of(query->status) : -1;
	enum sg_err rc = SG_OK;

	*next_r = 0;
	if (query->status[0] != '\0' && kind < 0)
		return err_set(err_r, SG_INVALID, "no status of that name");
	if (kind >= STORE_EVENT_REJECT)
		return search_refused(&s, next_r, err_r);
	rc = set_bounds(&s, query, err_r);
	if (rc == SG_OK && s.from_id < INT64_MAX)
		rc = add_filters(&s, query, kind, err_r);
	if (rc == SG_OK && s.count > 0)
		rc = search_left(&s, next_r, err_r);
	for (size_t i = 0; i < FILTERS_MOST; i++)
		free(s.filters[i].ids);
	return rc;
}
