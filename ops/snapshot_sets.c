/* Configuration sets, and who has brakes: see snapshot_sets.h. */
#include "config.h"

#include "ops/snapshot_sets.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#define MALLOC_HEAD_BYTES sizeof(size_t)

struct set_entry {
	int64_t id;
	int64_t account_id;
	int listens_kinds;
	signed char suppressed_reasons;
	bool paused;
	char text[]; /* name, NUL, pause_reason, NUL */
};

struct named {
	int64_t account_id;
	const char *name;
};

static struct set_entry *
entry_of(const struct hash_slot *slot)
{
	return slot != NULL ? (void *)(uintptr_t)slot->value : NULL;
}

static void
entry_free(struct set_table *table, struct set_entry *entry)
{
	table->entry_bytes -= malloc_usable_size(entry) + MALLOC_HEAD_BYTES;
	free(entry);
}

static bool
is_set_id(const void *ctx, uint64_t value)
{
	const struct set_entry *entry = (const void *)(uintptr_t)value;

	return entry->id == *(const int64_t *)ctx;
}

static bool
is_set_name(const void *ctx, uint64_t value)
{
	const struct set_entry *entry = (const void *)(uintptr_t)value;
	const struct named *named = ctx;

	return entry->account_id == named->account_id &&
	       strcmp(entry->text, named->name) == 0;
}

static uint64_t
hash_id(const struct hash_key *key, int64_t id)
{
	return hash_bytes(key, &id, sizeof(id));
}

/* No set has a name as long as `key` holds: what is cut is found nowhere. */
static uint64_t
hash_name(const struct set_table *table, int64_t account_id, const char *name)
{
	unsigned char
	    key[sizeof(account_id) + sizeof(((struct rules_set *)NULL)->name)];
	size_t len = strnlen(name, sizeof(key) - sizeof(account_id));

	memcpy(key, &account_id, sizeof(account_id));
	memcpy(key + sizeof(account_id), name, len);
	return hash_bytes(table->key, key, sizeof(account_id) + len);
}

static struct hash_slot *
id_slot(const struct set_table *table, int64_t id)
{
	return hash_map_find(
	    &table->by_id, hash_id(table->key, id), is_set_id, &id);
}

static struct hash_slot *
name_slot(const struct set_table *table, int64_t account_id, const char *name)
{
	const struct named named = {account_id, name};

	return hash_map_find(&table->by_name,
	    hash_name(table, account_id, name), is_set_name, &named);
}

void
sets_fini(struct set_table *table)
{
	for (size_t i = 0; i < table->by_id.size; i++)
		if (table->by_id.slots[i].hash != 0)
			free(entry_of(&table->by_id.slots[i]));
	hash_map_fini(&table->by_id);
	hash_map_fini(&table->by_name); /* the same entries */
	table->entry_bytes = 0;
}

static struct set_entry *
entry_new(struct set_table *table, const struct rules_set *set)
{
	size_t name_size = strlen(set->name) + 1;
	size_t reason_size = strlen(set->pause_reason) + 1;
	struct set_entry *entry =
	    calloc(1, sizeof(*entry) + name_size + reason_size);

	if (entry == NULL)
		return NULL;
	table->entry_bytes += malloc_usable_size(entry) + MALLOC_HEAD_BYTES;
	entry->id = set->id;
	entry->account_id = set->account_id;
	entry->listens_kinds = set->listens_kinds;
	entry->suppressed_reasons = (signed char)set->suppressed_reasons;
	entry->paused = set->paused;
	memcpy(entry->text, set->name, name_size);
	memcpy(entry->text + name_size, set->pause_reason, reason_size);
	return entry;
}

static bool
add(struct set_table *table, struct set_entry *entry)
{
	uint64_t value = (uintptr_t)entry;

	if (!hash_map_add(&table->by_id, hash_id(table->key, entry->id), value))
		return false;
	if (hash_map_add(&table->by_name,
		hash_name(table, entry->account_id, entry->text), value))
		return true;
	hash_map_remove(&table->by_id, id_slot(table, entry->id));
	return false;
}

bool
sets_put(struct set_table *table, const struct rules_set *set)
{
	struct set_entry *entry = entry_new(table, set);
	struct set_entry *same;

	if (entry == NULL)
		return false;
	/* the name may have been one's that is gone, or the id had another */
	sets_drop(table, set->id);
	same = entry_of(name_slot(table, set->account_id, set->name));
	if (same != NULL)
		sets_drop(table, same->id);
	if (add(table, entry))
		return true;
	entry_free(table, entry);
	return false;
}

void
sets_drop(struct set_table *table, int64_t id)
{
	struct hash_slot *slot = id_slot(table, id);
	struct set_entry *entry = entry_of(slot);

	if (entry == NULL)
		return;
	hash_map_remove(&table->by_id, slot);
	slot = name_slot(table, entry->account_id, entry->text);
	if (slot != NULL)
		hash_map_remove(&table->by_name, slot);
	entry_free(table, entry);
}

static bool
fill(const struct set_entry *entry, struct rules_set *set_r)
{
	size_t name_size;

	if (entry == NULL)
		return false;
	*set_r = (struct rules_set){.id = entry->id,
	    .account_id = entry->account_id,
	    .paused = entry->paused,
	    .suppressed_reasons = entry->suppressed_reasons,
	    .listens_kinds = entry->listens_kinds};
	name_size = strlen(entry->text) + 1;
	memcpy(set_r->name, entry->text, name_size);
	memcpy(set_r->pause_reason, entry->text + name_size,
	    strlen(entry->text + name_size) + 1);
	return true;
}

bool
sets_find(const struct set_table *table, int64_t id, struct rules_set *set_r)
{
	return fill(entry_of(id_slot(table, id)), set_r);
}

bool
sets_find_name(const struct set_table *table, int64_t account_id,
    const char *name, struct rules_set *set_r)
{
	return fill(entry_of(name_slot(table, account_id, name)), set_r);
}

size_t
sets_bytes(const struct set_table *table)
{
	return table->entry_bytes + (table->by_id.size + table->by_name.size) *
					sizeof(struct hash_slot);
}

/* ---- brakes ---- */

void
sets_brakes_fini(struct brake_table *table)
{
	hash_map_fini(&table->accounts);
	table->is_everybody = false;
}

static bool
is_equal(const void *ctx, uint64_t value)
{
	return (int64_t)value == *(const int64_t *)ctx;
}

static const struct hash_slot *
account_slot(const struct brake_table *table, int64_t account_id)
{
	return hash_map_find(&table->accounts, hash_id(table->key, account_id),
	    is_equal, &account_id);
}

bool
sets_brakes_add(struct brake_table *table, int64_t account_id)
{
	if (account_id == 0)
		table->is_everybody = true;
	return account_id == 0 || account_slot(table, account_id) != NULL ||
	       hash_map_add(&table->accounts, hash_id(table->key, account_id),
		   (uint64_t)account_id);
}

bool
sets_brakes_has(const struct brake_table *table, int64_t account_id)
{
	return table->is_everybody || account_slot(table, account_id) != NULL;
}
