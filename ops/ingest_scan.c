/* Lines of the journal as it writes them, read without a tree of values: see
 * ingest_parts.h. Whatever is unusual (blanks, bytes that are not ASCII, other keys
 * or escapes) is left to jansson. */
#include "config.h"

#include "ops/ingest_parts.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "ops/text_json.h"
#include "rules/ascii.h"

#define PAIRS_MAX 256
#define FACTS_MAX (4 * 1024 * 1024)
#define DIGITS_MAX 18

/* Of a string what stands between its quotation marks, escapes and all. */
struct raw {
	const char *text; /* NULL: it is not there */
	size_t len;
};

struct pairs {
	bool is_there;
	int count;
	struct {
		struct raw name, value;
	} list[PAIRS_MAX];
};

struct scan {
	struct arena *arena;
	const char *at, *end;
	bool is_truncated;
	int64_t account, sent_msec, identity_id, set_id, tenant_id, size, pool;
	bool has_pool;
	struct raw kind, id, login, sender, ip, identity, set, tenant,
	    recipients, reason, reply, submission, operation, outgoing;
	struct pairs headers, common, tags;
};

static bool
take(struct scan *s, char c)
{
	if (s->at == s->end || *s->at != c)
		return false;
	s->at++;
	return true;
}

/* Bytes of the escape at text; 0: an unusual one. *c_r: what it stands for. */
static size_t
escape(const char *text, size_t len, char *c_r)
{
	int high, low;

	if (len < 2)
		return 0;
	switch (text[1]) {
	case '"':
	case '\\':
		*c_r = text[1];
		return 2;
	case 'n':
		*c_r = '\n';
		return 2;
	case 'r':
		*c_r = '\r';
		return 2;
	case 't':
		*c_r = '\t';
		return 2;
	case 'u':
		if (len < 6 || text[2] != '0' || text[3] != '0')
			return 0;
		high = ascii_hex_value(text[4]);
		low = ascii_hex_value(text[5]);
		if (high < 0 || high > 7 || low < 0 || high + low == 0)
			return 0;
		*c_r = (char)(high * 16 + low);
		return 6;
	default:
		return 0;
	}
}

static bool
take_string(struct scan *s, struct raw *raw_r)
{
	const char *at = s->at + 1;

	if (s->at == s->end || *s->at != '"')
		return false;
	while (at < s->end && *at != '"') {
		char c;
		size_t len = 1;

		if (*at == '\\')
			len = escape(at, (size_t)(s->end - at), &c);
		else if ((unsigned char)*at < ' ' || ascii_is_8bit(*at))
			len = 0;
		if (len == 0)
			return false;
		at += len;
	}
	if (at == s->end)
		return false;
	*raw_r = (struct raw){s->at + 1, (size_t)(at - s->at - 1)};
	s->at = at + 1;
	return true;
}

static bool
take_number(struct scan *s, int64_t *number_r)
{
	bool is_negative = take(s, '-');
	const char *begin = s->at;
	int64_t number = 0;

	while (s->at < s->end && ascii_is_digit(*s->at) &&
	       s->at - begin < DIGITS_MAX)
		number = number * 10 + (*s->at++ - '0');
	*number_r = is_negative ? -number : number;
	return s->at > begin && (*begin != '0' || s->at == begin + 1) &&
	       s->at < s->end && (*s->at == ',' || *s->at == '}');
}

static bool
take_pairs(struct scan *s, struct pairs *pairs)
{
	if (!take(s, '[') || pairs->is_there)
		return false;
	pairs->is_there = true;
	if (take(s, ']'))
		return true;
	do {
		if (pairs->count == PAIRS_MAX || !take(s, '[') ||
		    !take_string(s, &pairs->list[pairs->count].name) ||
		    !take(s, ',') ||
		    !take_string(s, &pairs->list[pairs->count].value) ||
		    !take(s, ']'))
			return false;
		pairs->count++;
	} while (take(s, ','));
	return take(s, ']');
}

static bool
take_true(struct scan *s)
{
	if (s->end - s->at < 4 || memcmp(s->at, "true", 4) != 0)
		return false;
	s->at += 4;
	s->is_truncated = true;
	return true;
}

static bool
is_raw(const struct raw *raw, const char *text)
{
	return raw->len == strlen(text) &&
	       memcmp(raw->text, text, raw->len) == 0;
}

static bool
take_value(struct scan *s, const struct raw *key)
{
	const struct {
		const char *name;
		struct raw *raw;
	} texts[] = {{"kind", &s->kind}, {"id", &s->id}, {"login", &s->login},
	    {"sender", &s->sender}, {"ip", &s->ip}, {"identity", &s->identity},
	    {"set", &s->set}, {"tenant", &s->tenant},
	    {"recipients", &s->recipients}, {"reason", &s->reason},
	    {"reply", &s->reply}, {"submission", &s->submission},
	    {"operation", &s->operation}, {"outgoingIp", &s->outgoing}};
	const struct {
		const char *name;
		int64_t *number;
	} numbers[] = {{"account", &s->account}, {"at", &s->sent_msec},
	    {"identityId", &s->identity_id}, {"setId", &s->set_id},
	    {"tenantId", &s->tenant_id}, {"size", &s->size},
	    {"outgoingPoolId", &s->pool}};

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		if (is_raw(key, texts[i].name))
			return take_string(s, texts[i].raw);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++)
		if (is_raw(key, numbers[i].name)) {
			s->has_pool |= numbers[i].number == &s->pool;
			return take_number(s, numbers[i].number);
		}
	if (is_raw(key, "headers"))
		return take_pairs(s, &s->headers);
	if (is_raw(key, "common"))
		return take_pairs(s, &s->common);
	if (is_raw(key, "tags"))
		return take_pairs(s, &s->tags);
	return is_raw(key, "truncated") && take_true(s);
}

static bool
take_object(struct scan *s)
{
	struct raw key;

	if (!take(s, '{'))
		return false;
	do {
		if (!take_string(s, &key) || !take(s, ':') ||
		    !take_value(s, &key))
			return false;
	} while (take(s, ','));
	return take(s, '}') && s->at == s->end;
}

/* ---- texts ---------------------------------------------------------------------- */

/* What the escapes stand for; of arena. NULL: no memory. */
static char *
decode(struct arena *arena, const struct raw *raw)
{
	char *text = arena_alloc(arena, raw->len + 1);
	size_t used = 0;

	if (text == NULL)
		return NULL;
	for (size_t i = 0; i < raw->len;) {
		const char *back = memchr(raw->text + i, '\\', raw->len - i);
		size_t len = back != NULL ? (size_t)(back - raw->text) - i
					  : raw->len - i;

		memcpy(text + used, raw->text + i, len);
		used += len;
		i += len;
		if (i < raw->len)
			i += escape(raw->text + i, raw->len - i, &text[used++]);
	}
	text[used] = '\0';
	return text;
}

/* Without line ends and blanks around it, as JSON still; of arena. False: no
 * memory. */
static bool
unfold(struct arena *arena, const struct raw *raw, struct raw *raw_r)
{
	char *text = arena_alloc(arena, raw->len + 1);
	size_t used = 0, from = 0, len;

	if (text == NULL)
		return false;
	for (size_t i = 0; i < raw->len; i += len) {
		char c = raw->text[i];

		len = 1;
		if (c == '\\')
			len = escape(raw->text + i, raw->len - i, &c);
		if (c == '\t') {
			text[used++] = ' ';
		} else if (c != '\r' && c != '\n') {
			memcpy(text + used, raw->text + i, len);
			used += len;
		}
	}
	while (from < used && text[from] == ' ')
		from++;
	while (used > from && text[used - 1] == ' ')
		used--;
	*raw_r = (struct raw){text + from, used - from};
	return true;
}

/* ---- facts ------------------------------------------------------------------------ */

static void
put_raw(struct buf *facts, const struct raw *raw)
{
	(void)buf_putc(facts, '"');
	(void)buf_append(facts, raw->text, raw->len);
	(void)buf_putc(facts, '"');
}

static void
put_headers(struct buf *facts, const struct pairs *headers)
{
	(void)buf_puts(facts, "\"headers\":[");
	for (int i = 0; i < headers->count; i++) {
		(void)buf_puts(facts, i > 0 ? ",{\"name\":" : "{\"name\":");
		put_raw(facts, &headers->list[i].name);
		(void)buf_puts(facts, ",\"value\":");
		put_raw(facts, &headers->list[i].value);
		(void)buf_putc(facts, '}');
	}
	(void)buf_puts(facts, "],");
}

static bool
put_addresses(
    struct scan *s, struct buf *facts, const struct raw *value, bool *is_first)
{
	const char *text = decode(s->arena, value);

	if (text == NULL)
		return false;
	while (*text != '\0') {
		size_t len = ingest_address_len(text);
		size_t from = strspn(text, " ");
		size_t to = len;

		while (to > from && text[to - 1] == ' ')
			to--;
		if (to > from) {
			if (!*is_first)
				(void)buf_putc(facts, ',');
			*is_first = false;
			(void)text_json_write(facts, text + from, to - from);
		}
		text += len + (text[len] == ',');
	}
	return true;
}

/* The fields of both lists in turn. */
static const struct raw *
common_at(const struct scan *s, int i, const struct raw **value_r)
{
	const struct pairs *pairs = &s->headers;

	if (i >= pairs->count) {
		i -= pairs->count;
		pairs = &s->common;
	}
	*value_r = &pairs->list[i].value;
	return &pairs->list[i].name;
}

/* One of commonHeaders, of all fields from the first of its name on. */
static bool
put_common(struct scan *s, struct buf *facts, int first, int number,
    const char *key, bool is_list)
{
	const struct raw *name, *value;
	bool is_first = true, other;
	const char *other_key;

	(void)buf_printf(facts, "\"%s\":", key);
	(void)common_at(s, first, &value);
	if (!is_list) {
		put_raw(facts, value);
		return true;
	}
	(void)buf_putc(facts, '[');
	for (int i = first; i < s->headers.count + s->common.count; i++) {
		name = common_at(s, i, &value);
		if (ingest_common_find(
			name->text, name->len, &other_key, &other) == number &&
		    !put_addresses(s, facts, value, &is_first))
			return false;
	}
	(void)buf_putc(facts, ']');
	return true;
}

static bool
put_commons(struct scan *s, struct buf *facts)
{
	bool is_done[INGEST_COMMON] = {false}, is_first = true, is_list;
	const struct raw *name, *value;
	const char *key;

	(void)buf_puts(facts, "\"commonHeaders\":{");
	for (int i = 0; i < s->headers.count + s->common.count; i++) {
		int number;

		name = common_at(s, i, &value);
		number =
		    ingest_common_find(name->text, name->len, &key, &is_list);
		if (number < 0 || is_done[number])
			continue;
		is_done[number] = true;
		if (!is_first)
			(void)buf_putc(facts, ',');
		is_first = false;
		if (!put_common(s, facts, i, number, key, is_list))
			return false;
	}
	(void)buf_puts(facts, "},");
	return true;
}

static bool
is_same(const struct raw *a, const struct raw *b)
{
	return a->len == b->len && memcmp(a->text, b->text, a->len) == 0;
}

/* Was the name among those before? */
static bool
is_repeated(const struct pairs *tags, int index)
{
	for (int i = 0; i < index; i++)
		if (is_same(&tags->list[i].name, &tags->list[index].name))
			return true;
	return false;
}

static void
put_tags(struct buf *facts, const struct pairs *tags)
{
	bool is_first = true;

	(void)buf_puts(facts, "\"tags\":{");
	for (int i = 0; i < tags->count; i++) {
		if (is_repeated(tags, i))
			continue;
		if (!is_first)
			(void)buf_putc(facts, ',');
		is_first = false;
		put_raw(facts, &tags->list[i].name);
		(void)buf_puts(facts, ":[");
		put_raw(facts, &tags->list[i].value);
		for (int j = i + 1; j < tags->count; j++) {
			if (!is_same(&tags->list[i].name, &tags->list[j].name))
				continue;
			(void)buf_putc(facts, ',');
			put_raw(facts, &tags->list[j].value);
		}
		(void)buf_putc(facts, ']');
	}
	(void)buf_putc(facts, '}');
}

static void
put_text(
    struct buf *facts, const char *key, const struct raw *raw, bool if_there)
{
	static const struct raw none = {"", 0};

	if (raw->text == NULL && if_there)
		return;
	(void)buf_printf(facts, ",\"%s\":", key);
	put_raw(facts, raw->text != NULL ? raw : &none);
}

static bool
unfold_all(struct scan *s, struct pairs *pairs)
{
	for (int i = 0; i < pairs->count; i++)
		if (!unfold(
			s->arena, &pairs->list[i].value, &pairs->list[i].value))
			return false;
	return true;
}

/* As ingest_facts. Of arena; NULL: no memory. */
static const char *
facts_of(struct scan *s)
{
	struct buf facts;
	const char *text = NULL;

	buf_init(&facts, FACTS_MAX);
	(void)buf_putc(&facts, '{');
	if (s->is_truncated)
		(void)buf_puts(&facts, "\"headersTruncated\":true,");
	if (unfold_all(s, &s->headers) && unfold_all(s, &s->common)) {
		if (s->headers.is_there)
			put_headers(&facts, &s->headers);
		if (!put_commons(s, &facts))
			facts.failed = true;
		put_tags(&facts, &s->tags);
		put_text(&facts, "identity", &s->identity, false);
		put_text(&facts, "set", &s->set, false);
		put_text(&facts, "submission", &s->submission, true);
		put_text(&facts, "operation", &s->operation, true);
		put_text(&facts, "outgoingIp", &s->outgoing, true);
		if (s->has_pool)
			(void)buf_printf(&facts, ",\"outgoingPoolId\":%lld",
			    (long long)s->pool);
		put_text(&facts, "tenant", &s->tenant, true);
		if (buf_putc(&facts, '}') && !facts.failed)
			text = arena_strndup(s->arena, facts.data, facts.len);
	}
	buf_fini(&facts);
	return text;
}

/* ---- the record --------------------------------------------------------------------- */

static const char *
text_of(struct scan *s, const struct raw *raw)
{
	return raw->text != NULL ? decode(s->arena, raw) : "";
}

static bool
fill_record(struct scan *s, struct ingest_record *record_r)
{
	const char *queue_id = text_of(s, &s->id);
	struct store_message *message = &record_r->message;

	if (queue_id == NULL || queue_id[0] == '\0' ||
	    strlen(queue_id) > RULES_QUEUE_ID_MAX)
		return false;
	*message = (struct store_message){
	    .account_id = s->account,
	    .sent_msec = s->sent_msec,
	    .login = text_of(s, &s->login),
	    .sender = text_of(s, &s->sender),
	    .source_ip = text_of(s, &s->ip),
	    .identity_id = s->identity_id,
	    .set_id = s->set_id,
	    .tenant_id = s->tenant_id,
	    .size = s->size,
	    .recipients = text_of(s, &s->recipients),
	    .facts = facts_of(s),
	};
	memcpy(message->queue_id, queue_id, strlen(queue_id) + 1);
	record_r->reason = text_of(s, &s->reason);
	record_r->reply = text_of(s, &s->reply);
	return message->login != NULL && message->sender != NULL &&
	       message->source_ip != NULL && message->recipients != NULL &&
	       message->facts != NULL && record_r->reason != NULL &&
	       record_r->reply != NULL;
}

bool
ingest_scan(struct arena *arena, const char *line, size_t len,
    struct ingest_record *record_r)
{
	struct scan s;

	s.headers.count = s.common.count = s.tags.count = 0;
	(void)memset(&s, 0, offsetof(struct scan, headers));
	s.headers.is_there = s.common.is_there = s.tags.is_there = false;
	s.arena = arena;
	s.at = line;
	s.end = line + len;
	if (!take_object(&s) || s.account <= 0 || s.kind.text == NULL)
		return false;
	record_r->is_sent = is_raw(&s.kind, "sent");
	return (record_r->is_sent || is_raw(&s.kind, "rejected")) &&
	       fill_record(&s, record_r);
}
