/* Things by id, and by account and name: see snapshot_named.h. */
#include "config.h"

#include "ops/snapshot_named.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "rules/types.h"

#define MALLOC_HEAD_BYTES sizeof(size_t)
#define TEXT_MAX (RULES_ADDRESS_MAX + 64)

struct named {
	int64_t account_id;
	const char *name;
};

static struct named_entry *
entry_of(const struct hash_slot *slot)
{
	return slot != NULL ? (void *)(uintptr_t)slot->value : NULL;
}

static void
entry_free(struct named_table *table, struct named_entry *entry)
{
	table->entry_bytes -= malloc_usable_size(entry) + MALLOC_HEAD_BYTES;
	free(entry);
}

static bool
is_id(const void *ctx, uint64_t value)
{
	const struct named_entry *entry = (const void *)(uintptr_t)value;

	return entry->id == *(const int64_t *)ctx;
}

static bool
is_name(const void *ctx, uint64_t value)
{
	const struct named_entry *entry = (const void *)(uintptr_t)value;
	const struct named *named = ctx;

	return entry->account_id == named->account_id &&
	       strcmp(entry->name, named->name) == 0;
}

static uint64_t
hash_id(const struct named_table *table, int64_t id)
{
	return hash_bytes(table->key, &id, sizeof(id));
}

uint64_t
named_hash(const struct hash_key *key, int64_t id, const char *text)
{
	unsigned char bytes[sizeof(id) + TEXT_MAX];
	size_t len = strnlen(text, TEXT_MAX);

	memcpy(bytes, &id, sizeof(id));
	memcpy(bytes + sizeof(id), text, len);
	return hash_bytes(key, bytes, sizeof(id) + len);
}

static struct hash_slot *
id_slot(const struct named_table *table, int64_t id)
{
	return hash_map_find(&table->by_id, hash_id(table, id), is_id, &id);
}

static struct hash_slot *
name_slot(const struct named_table *table, int64_t account_id, const char *name)
{
	const struct named named = {account_id, name};

	return hash_map_find(&table->by_name,
	    named_hash(table->key, account_id, name), is_name, &named);
}

void
named_fini(struct named_table *table)
{
	for (size_t i = 0; i < table->by_id.size; i++)
		if (table->by_id.slots[i].hash != 0)
			free(entry_of(&table->by_id.slots[i]));
	hash_map_fini(&table->by_id);
	hash_map_fini(&table->by_name); /* the same entries */
	table->entry_bytes = 0;
}

static struct named_entry *
entry_new(struct named_table *table, const struct named_entry *facts,
    const char *name, const char *pause_reason)
{
	size_t name_size = strlen(name) + 1;
	size_t reason_size = strlen(pause_reason) + 1;
	struct named_entry *entry =
	    malloc(sizeof(*entry) + name_size + reason_size);

	if (entry == NULL)
		return NULL;
	table->entry_bytes += malloc_usable_size(entry) + MALLOC_HEAD_BYTES;
	*entry = *facts;
	memcpy(entry->name, name, name_size);
	memcpy(entry->name + name_size, pause_reason, reason_size);
	return entry;
}

static bool
add(struct named_table *table, struct named_entry *entry)
{
	uint64_t value = (uintptr_t)entry;

	if (!hash_map_add(&table->by_id, hash_id(table, entry->id), value))
		return false;
	if (hash_map_add(&table->by_name,
		named_hash(table->key, entry->account_id, entry->name), value))
		return true;
	hash_map_remove(&table->by_id, id_slot(table, entry->id));
	return false;
}

bool
named_put(struct named_table *table, const struct named_entry *facts,
    const char *name, const char *pause_reason)
{
	struct named_entry *entry = entry_new(table, facts, name, pause_reason);
	const struct named_entry *same;

	if (entry == NULL)
		return false;
	/* the name may have been one's that is gone, or the id had another */
	named_drop(table, facts->id);
	same = named_find_name(table, facts->account_id, name);
	if (same != NULL)
		named_drop(table, same->id);
	if (add(table, entry))
		return true;
	entry_free(table, entry);
	return false;
}

void
named_drop(struct named_table *table, int64_t id)
{
	struct hash_slot *slot = id_slot(table, id);
	struct named_entry *entry = entry_of(slot);

	if (entry == NULL)
		return;
	hash_map_remove(&table->by_id, slot);
	slot = name_slot(table, entry->account_id, entry->name);
	if (slot != NULL)
		hash_map_remove(&table->by_name, slot);
	entry_free(table, entry);
}

const struct named_entry *
named_find(const struct named_table *table, int64_t id)
{
	return entry_of(id_slot(table, id));
}

const struct named_entry *
named_find_name(
    const struct named_table *table, int64_t account_id, const char *name)
{
	return entry_of(name_slot(table, account_id, name));
}

const char *
named_pause_reason(const struct named_entry *entry)
{
	return entry->name + strlen(entry->name) + 1;
}

size_t
named_bytes(const struct named_table *table)
{
	return table->entry_bytes + (table->by_id.size + table->by_name.size) *
					sizeof(struct hash_slot);
}
