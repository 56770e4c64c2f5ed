/* Failed recipients in text for people, and what is said of each. One way for
 * all programs: an address that begins a line, stands alone, or follows words
 * that the rules name. Does not know what is a bounce, nor why it bounced. */
#include "config.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <glib.h>

#include "report/address.h"
#include "report/limits.h"
#include "report/reading.h"
#include "report/wording.h"

/* How sure it is that an address is a failed recipient's. */
enum tier {
	TIER_NAMED, /* after words of the rules */
	TIER_LEADS, /* begins a line that is about it, or is alone in it */
	TIER_BRACKETS,
	TIER_ANY,
	TIER_COUNT
};

struct mention {
	size_t from, to; /* the address in the text */
	size_t line;     /* where its line begins */
	uint32_t hash;   /* of the address, case aside */
	enum tier tier;
};

/* All mentions in a report's text. */
struct text {
	struct reading *r;
	struct mention mentions[LIMIT_MENTIONS];
	size_t count;
};

/* FNV-1a: only to compare fewer addresses. */
static uint32_t
hash_of(const char *address)
{
	uint32_t hash = 2166136261U;

	for (; *address != '\0'; address++)
		hash = (hash ^ (uint32_t)g_ascii_tolower(*address)) * 16777619U;
	return hash;
}

static bool
is_bullet(char c)
{
	return c != '\0' && strchr(" \t*-+>#<|\"'(=:", c) != NULL;
}

/* Does what stands after the address at the beginning of a line say that the
 * line is about it? */
static bool
is_about(const char *rest, size_t len, bool is_bracketed)
{
	size_t i = 0;

	while (i < len && strchr(" \t>\"')", rest[i]) != NULL)
		i++;
	if (i == len || is_bracketed || strchr(":,;([<=", rest[i]) != NULL)
		return true;
	if (len - i >= 3 && (strncmp(rest + i, "...", 3) == 0 ||
				strncmp(rest + i, "-- ", 3) == 0 ||
				strncmp(rest + i, "on ", 3) == 0))
		return true;
	return rest[i] == '-' || memchr(rest, '\t', i) != NULL;
}

static void
add_mention(struct text *t, size_t from, size_t to, size_t line, enum tier tier)
{
	char address[RULES_ADDRESS_MAX + 1];
	struct mention *m;

	if (t->count == LIMIT_MENTIONS ||
	    !address_copy(address, t->r->text + from, to - from))
		return;
	m = &t->mentions[t->count++];
	m->hash = hash_of(address);
	m->from = from;
	m->to = to;
	m->line = line;
	m->tier = tier;
}

static void
read_line(struct text *t, size_t from, size_t to)
{
	const char *text = t->r->text;
	struct address_place place;
	size_t at = from, lead = from;
	bool leads = true;
	enum tier tier;

	while (lead < to && is_bullet(text[lead]))
		lead++;
	while (address_next(text, to, at, &place)) {
		leads = leads && place.from == lead &&
			is_about(
			    text + place.to, to - place.to, place.is_bracketed);
		tier = leads                ? TIER_LEADS
		       : place.is_bracketed ? TIER_BRACKETS
					    : TIER_ANY;
		add_mention(t, place.from, place.to, from, tier);
		/* "a@b, c@d": the next one leads as well */
		lead = place.to;
		while (lead < to && strchr(" \t>,;<", text[lead]) != NULL)
			lead++;
		leads = leads && memchr(text + place.to, ',', lead - place.to);
		at = place.to;
	}
}

static void
read_lines(struct text *t)
{
	const char *text = t->r->text, *end;
	size_t at = 0, to, len = t->r->text_len;

	while (at < len) {
		end = memchr(text + at, '\n', len - at);
		to = end == NULL ? len : (size_t)(end - text);
		read_line(t, at, to);
		at = to + 1;
	}
}

/* Raises the tier of what the rules' words point at. */
static void
read_named(struct text *t)
{
	struct reading *r = t->r;
	struct match_place place;
	size_t at = 0, i = 0, found = 0;

	while (found++ < LIMIT_MENTIONS &&
	       match_place(r->match, r->rules->recipient, r->text, r->text_len,
		   at, &place)) {
		at = place.to > at ? place.to : at + 1;
		if (place.group_to == 0)
			continue;
		while (i < t->count && t->mentions[i].from < place.group_from)
			i++;
		if (i < t->count && t->mentions[i].from < place.group_to)
			t->mentions[i].tier = TIER_NAMED;
	}
}

static bool
copy_mention(const struct text *t, const struct mention *m,
    char to[RULES_ADDRESS_MAX + 1])
{
	return address_copy(to, t->r->text + m->from, m->to - m->from);
}

static bool
is_mention_of(const struct text *t, const struct mention *m,
    const char *address, uint32_t hash)
{
	char other[RULES_ADDRESS_MAX + 1];

	return m->hash == hash && copy_mention(t, m, other) &&
	       address_equal(other, address);
}

/* One that sends or reports is hardly the one who could not be reached. */
static bool
is_excluded(const struct reading *r, const char *address)
{
	return address_is_daemon(address) ||
	       address_equal(address, r->sender) ||
	       address_equal(address, r->own) ||
	       address_equal(address, r->reporter) ||
	       address_equal(address, r->report->original_from);
}

static const struct mention *
first_mention(const struct text *t, const char *address)
{
	const struct mention *any = NULL;
	uint32_t hash = hash_of(address);
	size_t i;

	for (i = 0; i < t->count; i++) {
		if (!is_mention_of(t, &t->mentions[i], address, hash))
			continue;
		if (t->mentions[i].tier <= TIER_LEADS)
			return &t->mentions[i];
		if (any == NULL)
			any = &t->mentions[i];
	}
	return any;
}

/* Does the text name somebody for sure? */
static bool
has_leading(const struct text *t)
{
	char address[RULES_ADDRESS_MAX + 1];
	size_t i;

	for (i = 0; i < t->count; i++)
		if (t->mentions[i].tier <= TIER_LEADS &&
		    copy_mention(t, &t->mentions[i], address) &&
		    !is_excluded(t->r, address))
			return true;
	return false;
}

static struct report_record *
record_of(struct reading *r, const char *address)
{
	size_t i;

	for (i = 0; i < r->report->count; i++)
		if (address_equal(r->report->records[i].recipient, address))
			return &r->report->records[i];
	return NULL;
}

static void
add_record(struct reading *r, const char *address)
{
	struct report_record *record;

	if (record_of(r, address) != NULL)
		return;
	record = reading_record(r);
	if (record == NULL)
		return;
	record->kind = REPORT_BOUNCE;
	record->action = REPORT_ACTION_FAILED;
	wording_copy(record->recipient, sizeof(record->recipient), address,
	    strlen(address));
}

/* Takes the mentions of tiers first to last; of the lowest only one. */
static bool
take_tiers(struct text *t, enum tier first, enum tier last, bool spares)
{
	char address[RULES_ADDRESS_MAX + 1];
	size_t i;

	for (i = 0; i < t->count; i++) {
		if (t->mentions[i].tier < first || t->mentions[i].tier > last ||
		    !copy_mention(t, &t->mentions[i], address) ||
		    (spares && is_excluded(t->r, address)))
			continue;
		add_record(t->r, address);
		if (last == TIER_ANY)
			break;
	}
	return t->r->report->count > 0;
}

/* Exim's and Gmail's field says it best, where the text does not say otherwise
 * (somebody has forwarded it, or changed its addresses). */
static bool
take_field(struct text *t)
{
	const char *value =
	    parts_header(t->r->parts.message, "X-Failed-Recipients");
	struct address_place place;
	char address[RULES_ADDRESS_MAX + 1];
	size_t at = 0, len = value == NULL ? 0 : strlen(value);
	bool is_known = false;

	while (address_next(value, len, at, &place)) {
		at = place.to;
		if (!address_copy(
			address, value + place.from, place.to - place.from))
			continue;
		is_known = is_known || first_mention(t, address) != NULL;
		add_record(t->r, address);
	}
	if (t->r->report->count > 0 && !is_known && has_leading(t))
		t->r->report->count = 0;
	return t->r->report->count > 0;
}

static void
take_recipients(struct text *t)
{
	struct reading *r = t->r;

	if (take_field(t) || take_tiers(t, TIER_NAMED, TIER_LEADS, true) ||
	    take_tiers(t, TIER_BRACKETS, TIER_BRACKETS, true) ||
	    take_tiers(t, TIER_ANY, TIER_ANY, true))
		return;
	if (r->returned_to[0] != '\0')
		add_record(r, r->returned_to);
	else if (!take_tiers(t, TIER_NAMED, TIER_LEADS, false))
		(void)take_tiers(t, TIER_BRACKETS, TIER_ANY, false);
}

/* Lines that name the address, apart from the one where its segment begins. */
static void
put_other_lines(const struct text *t, const struct mention *first,
    const char *address, struct buf *out)
{
	const char *text = t->r->text, *end;
	size_t i, last = (size_t)-1, to;

	for (i = 0; i < t->count && out->len < LIMIT_REPLY_BYTES; i++) {
		const struct mention *m = &t->mentions[i];

		if (m->line == first->line || m->line == last ||
		    !is_mention_of(t, m, address, first->hash))
			continue;
		last = m->line;
		end = memchr(text + m->to, '\n', t->r->text_len - m->to);
		to = end == NULL ? t->r->text_len : (size_t)(end - text);
		wording_line(out, text + m->line, to - m->line, 600);
		(void)buf_putc(out, ' ');
	}
}

/* Where what is said of the next recipient begins. */
static size_t
next_from(const struct text *t, const struct mention *first)
{
	char address[RULES_ADDRESS_MAX + 1];
	const struct mention *m;

	for (m = first + 1; m < t->mentions + t->count; m++)
		if (m->tier <= TIER_LEADS && m->line != first->line &&
		    m->hash != first->hash && copy_mention(t, m, address) &&
		    !is_excluded(t->r, address))
			return m->line;
	return t->r->text_len;
}

/* What is said of address: its lines, and from its first mention to the next
 * recipient's. */
static void
put_about(const struct text *t, const char *address, struct buf *out)
{
	const struct mention *first = first_mention(t, address);
	size_t to = t->r->text_len;

	if (first == NULL)
		return;
	if (t->r->report->count > 1) {
		put_other_lines(t, first, address, out);
		to = next_from(t, first);
	}
	wording_line(
	    out, t->r->text + first->line, to - first->line, LIMIT_REPLY_BYTES);
}

/* The mentions of the report's text, looked for once; NULL: no memory. */
static struct text *
text_of(struct reading *r)
{
	struct text *t = r->mentions;

	if (t != NULL)
		return t;
	t = malloc(sizeof(*t));
	if (t == NULL) {
		r->has_no_memory = true;
		return NULL;
	}
	t->r = r;
	t->count = 0;
	read_lines(t);
	read_named(t);
	r->mentions = t;
	return t;
}

void
text_forget(struct reading *r)
{
	free(r->mentions);
	r->mentions = NULL;
}

static void
set_diagnostics(struct text *t)
{
	struct report *report = t->r->report;
	struct buf about;
	size_t i;

	buf_init(&about, LIMIT_REPLY_BYTES * 8);
	for (i = 0; i < report->count && i < LIMIT_ABOUT; i++) {
		buf_clear(&about);
		put_about(t, report->records[i].recipient, &about);
		wording_copy(report->records[i].diagnostic,
		    sizeof(report->records[i].diagnostic), buf_str(&about),
		    about.len);
	}
	buf_fini(&about);
}

bool
text_names_nobody(struct reading *r)
{
	struct text *t = text_of(r);

	return t != NULL && !has_leading(t) &&
	       parts_header(r->parts.message, "X-Failed-Recipients") == NULL;
}

void
text_read(struct reading *r)
{
	struct text *t = text_of(r);
	struct report_record *record;

	if (t == NULL)
		return;
	take_recipients(t);
	set_diagnostics(t);
	if (r->report->count == 0 && (record = reading_record(r)) != NULL) {
		record->kind = REPORT_BOUNCE;
		record->action = REPORT_ACTION_FAILED;
	}
}

/* The address that text_read would find. */
static void
find_one(struct text *t, char to[RULES_ADDRESS_MAX + 1])
{
	struct report *whole = t->r->report, *only = calloc(1, sizeof(*only));

	if (only == NULL) {
		t->r->has_no_memory = true;
		return;
	}
	memcpy(only->original_from, whole->original_from,
	    sizeof(only->original_from));
	t->r->report = only;
	take_recipients(t);
	if (only->count > 0)
		memcpy(to, only->records[0].recipient,
		    sizeof(only->records[0].recipient));
	t->r->report = whole;
	report_free(&only);
}

void
text_complete(struct reading *r)
{
	struct report *report = r->report;
	struct text *t;

	/* with several, nobody knows whose address it is */
	if (report->count != 1 || report->records[0].recipient[0] != '\0')
		return;
	t = text_of(r);
	if (t != NULL)
		find_one(t, report->records[0].recipient);
}

void
text_about(
    struct reading *r, const struct report_record *record, struct buf *out)
{
	struct text *t = text_of(r);

	buf_clear(out);
	if (t != NULL)
		put_about(t, record->recipient, out);
}
