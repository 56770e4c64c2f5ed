/* Entries of runs, and the bytes of a row of message_chunk: see runs.h. Pure. */
#include "config.h"

#include "store/runs.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"

#define TEXT_MAX_BYTES (256 * 1024 * 1024)

static void
put_number(unsigned char bytes_r[8], int64_t number)
{
	for (int i = 7; i >= 0; i--, number >>= 8)
		bytes_r[i] = (unsigned char)(number & 0xff);
}

int
run_entry_compare(const struct run_entry *a, const struct run_entry *b)
{
	size_t len = a->len < b->len ? a->len : b->len;
	int order = memcmp(a->key, b->key, len);

	if (order == 0)
		order = (a->len > b->len) - (a->len < b->len);
	return order != 0 ? order : (a->id > b->id) - (a->id < b->id);
}

/* ---- lists ---------------------------------------------------------------------- */

static enum sg_err
no_memory(struct err *err_r)
{
	return err_set(err_r, SG_NOMEM, "no memory for keys of messages");
}

enum sg_err
run_entries_init(struct run_entries *entries, struct err *err_r)
{
	*entries = (struct run_entries){.arena = arena_new(TEXT_MAX_BYTES)};
	return entries->arena != NULL ? SG_OK : no_memory(err_r);
}

void
run_entries_fini(struct run_entries *entries)
{
	free(entries->list);
	arena_free(&entries->arena);
	*entries = (struct run_entries){.list = NULL};
}

/* With room for the key's bytes, which are the caller's to fill in. */
static enum sg_err
add(struct run_entries *entries, size_t len, int64_t id, unsigned char **key_r,
    struct err *err_r)
{
	if (entries->count == entries->size) {
		size_t size = entries->size * 2 + 64;
		struct run_entry *list =
		    realloc(entries->list, size * sizeof(*list));

		if (list == NULL)
			return no_memory(err_r);
		entries->list = list;
		entries->size = size;
	}
	*key_r = arena_alloc(entries->arena, len);
	if (*key_r == NULL)
		return no_memory(err_r);
	entries->list[entries->count++] =
	    (struct run_entry){.key = *key_r, .len = len, .id = id};
	return SG_OK;
}

enum sg_err
run_entries_add(struct run_entries *entries, int64_t account_id,
    const char *text, size_t len, int64_t id, struct err *err_r)
{
	unsigned char *key;
	enum sg_err code;

	if (len > RUN_TEXT_MAX)
		return SG_OK;
	code = add(entries, RUN_ACCOUNT_BYTES + len, id, &key, err_r);
	if (code != SG_OK)
		return code;
	put_number(key, account_id);
	memcpy(key + RUN_ACCOUNT_BYTES, text, len);
	return SG_OK;
}

enum sg_err
run_entries_copy(struct run_entries *entries, const struct run_entry *entry,
    struct err *err_r)
{
	unsigned char *key;
	enum sg_err code = add(entries, entry->len, entry->id, &key, err_r);

	if (code == SG_OK)
		memcpy(key, entry->key, entry->len);
	return code;
}

/* Two sorted neighbours, of which one begins at `half`. */
static void
merge(const struct run_entry *from, struct run_entry *to, size_t half,
    size_t count)
{
	size_t left = 0, right = half;

	for (size_t i = 0; i < count; i++) {
		bool is_left = left < half &&
			       (right == count || run_entry_compare(&from[left],
						      &from[right]) <= 0);

		to[i] = is_left ? from[left++] : from[right++];
	}
}

/* Where what is sorted already ends. */
static size_t
sorted_end(const struct run_entry *list, size_t from, size_t count)
{
	while (from + 1 < count &&
	       run_entry_compare(&list[from], &list[from + 1]) <= 0)
		from++;
	return from < count ? from + 1 : count;
}

/* One pass: neighbours become one. True: there is but one left. */
static bool
merge_pass(const struct run_entry *from, struct run_entry *to, size_t count)
{
	size_t begin = 0, passes = 0;

	while (begin < count) {
		size_t half = sorted_end(from, begin, count);
		size_t end = sorted_end(from, half, count);

		merge(from + begin, to + begin, half - begin, end - begin);
		begin = end;
		passes++;
	}
	return passes <= 1;
}

static void
drop_twins(struct run_entries *entries)
{
	size_t kept = 0;

	for (size_t i = 0; i < entries->count; i++)
		if (kept == 0 || run_entry_compare(&entries->list[kept - 1],
				     &entries->list[i]) != 0)
			entries->list[kept++] = entries->list[i];
	entries->count = kept;
}

/* What comes from runs is sorted in long stretches. */
enum sg_err
run_entries_sort(struct run_entries *entries, struct err *err_r)
{
	struct run_entry *other, *list;
	bool is_done = false;

	if (entries->count < 2)
		return SG_OK;
	other = malloc(entries->size * sizeof(*other));
	if (other == NULL)
		return no_memory(err_r);
	while (!is_done) {
		is_done = merge_pass(entries->list, other, entries->count);
		list = entries->list;
		entries->list = other;
		other = list;
	}
	free(other);
	drop_twins(entries);
	return SG_OK;
}

size_t
run_place(const struct run_entry *entry, unsigned char place_r[RUN_PLACE_MAX])
{
	memcpy(place_r, entry->key, entry->len);
	place_r[entry->len] = 0;
	put_number(place_r + entry->len + 1, entry->id);
	return entry->len + 1 + 8;
}

/* ---- bytes ---------------------------------------------------------------------- */

static size_t
put_varint(unsigned char *to, uint64_t number)
{
	size_t n = 0;

	for (; number >= 0x80; number >>= 7)
		to[n++] = (unsigned char)(number | 0x80);
	to[n++] = (unsigned char)number;
	return n;
}

void
run_put(struct buf *bytes, const struct run_entry *prev,
    const struct run_entry *entry)
{
	unsigned char text[2 * 10 + RUN_ACCOUNT_BYTES + RUN_TEXT_MAX + 10];
	size_t shared = 0, n;

	while (prev != NULL && shared < prev->len && shared < entry->len &&
	       prev->key[shared] == entry->key[shared])
		shared++;
	n = put_varint(text, shared);
	n += put_varint(text + n, entry->len - shared);
	memcpy(text + n, entry->key + shared, entry->len - shared);
	n += entry->len - shared;
	n += put_varint(text + n, (uint64_t)entry->id);
	(void)buf_append(bytes, text, n); /* bytes->failed tells */
}

void
run_reader_init(struct run_reader *reader, const void *data, size_t len)
{
	reader->at = data;
	reader->end = reader->at + (data != NULL ? len : 0);
	reader->entry = (struct run_entry){.key = reader->key};
	reader->is_bad = false;
}

static uint64_t
take_varint(struct run_reader *reader)
{
	uint64_t number = 0;

	for (unsigned shift = 0; shift < 64 && reader->at < reader->end;
	     shift += 7) {
		unsigned char c = *reader->at++;

		number |= (uint64_t)(c & 0x7f) << shift;
		if (c < 0x80)
			return number;
	}
	reader->is_bad = true;
	return 0;
}

bool
run_reader_next(struct run_reader *reader)
{
	uint64_t shared, len;

	if (reader->at == reader->end || reader->is_bad)
		return false;
	shared = take_varint(reader);
	len = take_varint(reader);
	if (reader->is_bad || shared > reader->entry.len ||
	    len > (uint64_t)(reader->end - reader->at) ||
	    shared + len > sizeof(reader->key) ||
	    shared + len < RUN_ACCOUNT_BYTES) {
		reader->is_bad = true;
		return false;
	}
	memcpy(reader->key + shared, reader->at, (size_t)len);
	reader->at += len;
	reader->entry.len = (size_t)(shared + len);
	reader->entry.id = (int64_t)take_varint(reader);
	return !reader->is_bad;
}
