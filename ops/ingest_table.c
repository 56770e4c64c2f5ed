/* A table of sums, found by numbers: see ingest_parts.h. */
#include "config.h"

#include "ops/ingest_parts.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_SLOTS 256

static char *
entry_at(const struct ingest_table *table, size_t index)
{
	return table->entries + index * table->entry_size;
}

static uint64_t
hash_of(const struct ingest_table *table, const void *key)
{
	const char *bytes = key;
	uint64_t hash = 0, part;

	for (size_t i = 0; i < table->key_size; i += sizeof(part)) {
		memcpy(&part, bytes + i, sizeof(part));
		hash = (hash ^ part) * UINT64_C(0x9e3779b97f4a7c15);
		hash ^= hash >> 32;
	}
	return hash;
}

/* The slot of the key: its own, or a free one. */
static uint32_t *
slot_of(const struct ingest_table *table, const void *key)
{
	size_t at = hash_of(table, key) & (table->slot_count - 1);

	while (table->slots[at] != 0 &&
	       memcmp(entry_at(table, table->slots[at] - 1), key,
		   table->key_size) != 0)
		at = (at + 1) & (table->slot_count - 1);
	return &table->slots[at];
}

static bool
widen(struct ingest_table *table)
{
	size_t count =
	    table->slot_count == 0 ? FIRST_SLOTS : table->slot_count * 2;
	uint32_t *slots = calloc(count, sizeof(*slots));
	char *entries = realloc(table->entries, count / 2 * table->entry_size);

	if (entries != NULL)
		table->entries = entries;
	if (slots == NULL || entries == NULL) {
		free(slots);
		return false;
	}
	free(table->slots);
	table->slots = slots;
	table->slot_count = count;
	table->room = count / 2;
	for (size_t i = 0; i < table->count; i++)
		*slot_of(table, entry_at(table, i)) = (uint32_t)i + 1;
	return true;
}

void *
ingest_table_get(struct ingest_table *table, const void *key, bool *is_new_r)
{
	uint32_t *slot;
	char *entry;

	*is_new_r = false;
	if (table->count == table->room && !widen(table))
		return NULL;
	slot = slot_of(table, key);
	if (*slot != 0)
		return entry_at(table, *slot - 1);
	entry = entry_at(table, table->count);
	memset(entry, 0, table->entry_size);
	memcpy(entry, key, table->key_size);
	*slot = (uint32_t)++table->count;
	*is_new_r = true;
	return entry;
}

static int
by_account(const void *a, const void *b)
{
	const struct ingest_sum *x = a, *y = b;

	if (x->account_id != y->account_id)
		return x->account_id < y->account_id ? -1 : 1;
	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	if (x->set_id != y->set_id)
		return x->set_id < y->set_id ? -1 : 1;
	return (x->at_sec > y->at_sec) - (x->at_sec < y->at_sec);
}

void
ingest_table_sort(struct ingest_table *table)
{
	if (table->count > 1)
		qsort(table->entries, table->count, table->entry_size,
		    by_account);
}

void
ingest_table_fini(struct ingest_table *table)
{
	free(table->entries);
	free(table->slots);
	table->entries = NULL;
	table->slots = NULL;
	table->count = table->room = table->slot_count = 0;
}
