/* What accounts may send as beside their own: see snapshot_grants.h. */
#include "config.h"

#include "ops/snapshot_grants.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "rules/types.h"

#define MALLOC_HEAD_BYTES sizeof(size_t)

struct grant_entry {
	struct grant_entry *next;      /* of the account, or of a list */
	struct grant_entry *next_same; /* of the account, for this identity */
	int64_t account_id;
	int64_t owner_id;
	int64_t identity_id;
	char text[]; /* identity, NUL, from_pattern, NUL */
};

struct named {
	int64_t account_id;
	const char *name;
};

static struct grant_entry *
entry_of(const struct hash_slot *slot)
{
	return slot != NULL ? (void *)(uintptr_t)slot->value : NULL;
}

static size_t
bytes_of(struct grant_entry *entry)
{
	return malloc_usable_size(entry) + MALLOC_HEAD_BYTES;
}

bool
grant_list_add(struct grant_entry **list, const struct grant *grant)
{
	size_t name_size = strlen(grant->identity) + 1;
	size_t pattern_size = strlen(grant->from_pattern) + 1;
	struct grant_entry *entry =
	    calloc(1, sizeof(*entry) + name_size + pattern_size);

	if (entry == NULL)
		return false;
	entry->account_id = grant->account_id;
	entry->owner_id = grant->owner_id;
	entry->identity_id = grant->identity_id;
	memcpy(entry->text, grant->identity, name_size);
	memcpy(entry->text + name_size, grant->from_pattern, pattern_size);
	entry->next = *list;
	*list = entry;
	return true;
}

void
grant_list_free(struct grant_entry **list)
{
	while (*list != NULL) {
		struct grant_entry *entry = *list;

		*list = entry->next;
		free(entry);
	}
}

void
grants_fini(struct grant_table *table)
{
	for (size_t i = 0; i < table->by_account.size; i++) {
		const struct hash_slot *slot = &table->by_account.slots[i];
		struct grant_entry *list =
		    slot->hash != 0 ? entry_of(slot) : NULL;

		grant_list_free(&list);
	}
	hash_map_fini(&table->by_account);
	hash_map_fini(&table->by_name); /* the same entries */
	table->entry_bytes = 0;
}

static bool
is_of_account(const void *ctx, uint64_t value)
{
	const struct grant_entry *entry = (const void *)(uintptr_t)value;

	return entry->account_id == *(const int64_t *)ctx;
}

static bool
is_for_identity(const void *ctx, uint64_t value)
{
	const struct grant_entry *entry = (const void *)(uintptr_t)value;
	const struct named *named = ctx;

	return entry->account_id == named->account_id &&
	       strcmp(entry->text, named->name) == 0;
}

static uint64_t
hash_account(const struct grant_table *table, int64_t account_id)
{
	return hash_bytes(table->key, &account_id, sizeof(account_id));
}

static uint64_t
hash_name(const struct grant_table *table, int64_t account_id, const char *name)
{
	unsigned char key[sizeof(account_id) + RULES_ADDRESS_MAX];
	size_t len = strnlen(name, RULES_ADDRESS_MAX);

	memcpy(key, &account_id, sizeof(account_id));
	memcpy(key + sizeof(account_id), name, len);
	return hash_bytes(table->key, key, sizeof(account_id) + len);
}

static struct hash_slot *
account_slot(const struct grant_table *table, int64_t account_id)
{
	return hash_map_find(&table->by_account,
	    hash_account(table, account_id), is_of_account, &account_id);
}

static struct hash_slot *
name_slot(const struct grant_table *table, int64_t account_id, const char *name)
{
	const struct named named = {account_id, name};

	return hash_map_find(&table->by_name,
	    hash_name(table, account_id, name), is_for_identity, &named);
}

/* The table owns what is in by_account. False: it is not there. */
static bool
put_by_account(struct grant_table *table, struct grant_entry *entry)
{
	struct hash_slot *slot = account_slot(table, entry->account_id);

	entry->next = entry_of(slot);
	if (slot != NULL)
		slot->value = (uintptr_t)entry;
	else if (!hash_map_add(&table->by_account,
		     hash_account(table, entry->account_id), (uintptr_t)entry))
		return false;
	table->entry_bytes += bytes_of(entry);
	return true;
}

static bool
put_by_name(struct grant_table *table, struct grant_entry *entry)
{
	struct hash_slot *slot =
	    name_slot(table, entry->account_id, entry->text);

	entry->next_same = entry_of(slot);
	if (slot == NULL)
		return hash_map_add(&table->by_name,
		    hash_name(table, entry->account_id, entry->text),
		    (uintptr_t)entry);
	slot->value = (uintptr_t)entry;
	return true;
}

bool
grants_put(struct grant_table *table, struct grant_entry **list)
{
	bool done = true;

	while (*list != NULL && done) {
		struct grant_entry *entry = *list;

		*list = entry->next;
		done = put_by_account(table, entry);
		if (!done)
			free(entry);
		else
			done = put_by_name(table, entry);
	}
	grant_list_free(list);
	return done;
}

void
grants_drop(struct grant_table *table, int64_t account_id)
{
	struct hash_slot *slot = account_slot(table, account_id);
	struct grant_entry *list = entry_of(slot);

	if (list == NULL)
		return;
	hash_map_remove(&table->by_account, slot);
	for (struct grant_entry *e = list; e != NULL; e = e->next) {
		table->entry_bytes -= bytes_of(e);
		slot = name_slot(table, account_id, e->text);
		if (slot != NULL)
			hash_map_remove(&table->by_name, slot);
	}
	grant_list_free(&list);
}

bool
grants_find(const struct grant_table *table, int64_t account_id,
    const char *identity, size_t nth, struct grant *grant_r)
{
	const struct grant_entry *entry =
	    entry_of(name_slot(table, account_id, identity));

	for (; entry != NULL && nth > 0; nth--)
		entry = entry->next_same;
	if (entry == NULL)
		return false;
	*grant_r = (struct grant){
	    .account_id = account_id,
	    .owner_id = entry->owner_id,
	    .identity_id = entry->identity_id,
	    .identity = entry->text,
	    .from_pattern = entry->text + strlen(entry->text) + 1,
	};
	return true;
}

size_t
grants_bytes(const struct grant_table *table)
{
	return table->entry_bytes +
	       (table->by_account.size + table->by_name.size) *
		   sizeof(struct hash_slot);
}
