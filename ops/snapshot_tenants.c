/* Tenants, and what is theirs: see snapshot_tenants.h. */
#include "config.h"

#include "ops/snapshot_tenants.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#define MALLOC_HEAD_BYTES sizeof(size_t)
/* What is longer is cut, the same way each time: names of resources are shorter. */
#define TEXT_MAX (RULES_ADDRESS_MAX + 64)

struct tenant_entry {
	int64_t id;
	int64_t account_id;
	bool paused;
	char text[]; /* name, NUL, pause_reason, NUL */
};

struct named {
	int64_t account_id;
	const char *name;
};

static struct tenant_entry *
entry_of(const struct hash_slot *slot)
{
	return slot != NULL ? (void *)(uintptr_t)slot->value : NULL;
}

static void
entry_free(struct tenant_table *table, struct tenant_entry *entry)
{
	table->entry_bytes -= malloc_usable_size(entry) + MALLOC_HEAD_BYTES;
	free(entry);
}

static bool
is_tenant_id(const void *ctx, uint64_t value)
{
	const struct tenant_entry *entry = (const void *)(uintptr_t)value;

	return entry->id == *(const int64_t *)ctx;
}

static bool
is_tenant_name(const void *ctx, uint64_t value)
{
	const struct tenant_entry *entry = (const void *)(uintptr_t)value;
	const struct named *named = ctx;

	return entry->account_id == named->account_id &&
	       strcmp(entry->text, named->name) == 0;
}

static uint64_t
hash_id(const struct tenant_table *table, int64_t id)
{
	return hash_bytes(table->key, &id, sizeof(id));
}

static uint64_t
hash_text(const struct tenant_table *table, int64_t id, const char *text)
{
	unsigned char key[sizeof(id) + TEXT_MAX];
	size_t len = strnlen(text, TEXT_MAX);

	memcpy(key, &id, sizeof(id));
	memcpy(key + sizeof(id), text, len);
	return hash_bytes(table->key, key, sizeof(id) + len);
}

static struct hash_slot *
id_slot(const struct tenant_table *table, int64_t id)
{
	return hash_map_find(
	    &table->by_id, hash_id(table, id), is_tenant_id, &id);
}

static struct hash_slot *
name_slot(
    const struct tenant_table *table, int64_t account_id, const char *name)
{
	const struct named named = {account_id, name};

	return hash_map_find(&table->by_name,
	    hash_text(table, account_id, name), is_tenant_name, &named);
}

void
tenants_fini(struct tenant_table *table)
{
	for (size_t i = 0; i < table->by_id.size; i++)
		if (table->by_id.slots[i].hash != 0)
			free(entry_of(&table->by_id.slots[i]));
	hash_map_fini(&table->by_id);
	hash_map_fini(&table->by_name); /* the same entries */
	hash_map_fini(&table->resources);
	table->entry_bytes = 0;
}

static struct tenant_entry *
entry_new(struct tenant_table *table, const struct rules_tenant *tenant)
{
	size_t name_size = strlen(tenant->name) + 1;
	size_t reason_size = strlen(tenant->pause_reason) + 1;
	struct tenant_entry *entry =
	    calloc(1, sizeof(*entry) + name_size + reason_size);

	if (entry == NULL)
		return NULL;
	table->entry_bytes += malloc_usable_size(entry) + MALLOC_HEAD_BYTES;
	entry->id = tenant->id;
	entry->account_id = tenant->account_id;
	entry->paused = tenant->paused;
	memcpy(entry->text, tenant->name, name_size);
	memcpy(entry->text + name_size, tenant->pause_reason, reason_size);
	return entry;
}

static bool
add(struct tenant_table *table, struct tenant_entry *entry)
{
	uint64_t value = (uintptr_t)entry;

	if (!hash_map_add(&table->by_id, hash_id(table, entry->id), value))
		return false;
	if (hash_map_add(&table->by_name,
		hash_text(table, entry->account_id, entry->text), value))
		return true;
	hash_map_remove(&table->by_id, id_slot(table, entry->id));
	return false;
}

bool
tenants_put(struct tenant_table *table, const struct rules_tenant *tenant)
{
	struct tenant_entry *entry = entry_new(table, tenant);
	struct tenant_entry *same;

	if (entry == NULL)
		return false;
	/* the name may have been one's that is gone */
	tenants_drop(table, tenant->id);
	same = entry_of(name_slot(table, tenant->account_id, tenant->name));
	if (same != NULL)
		tenants_drop(table, same->id);
	if (add(table, entry))
		return true;
	entry_free(table, entry);
	return false;
}

void
tenants_drop(struct tenant_table *table, int64_t id)
{
	struct hash_slot *slot = id_slot(table, id);
	struct tenant_entry *entry = entry_of(slot);

	if (entry == NULL)
		return;
	hash_map_remove(&table->by_id, slot);
	slot = name_slot(table, entry->account_id, entry->text);
	if (slot != NULL)
		hash_map_remove(&table->by_name, slot);
	entry_free(table, entry);
}

bool
tenants_find_name(const struct tenant_table *table, int64_t account_id,
    const char *name, struct rules_tenant *tenant_r)
{
	const struct tenant_entry *entry =
	    entry_of(name_slot(table, account_id, name));
	size_t name_size;

	if (entry == NULL)
		return false;
	*tenant_r = (struct rules_tenant){.id = entry->id,
	    .account_id = entry->account_id,
	    .paused = entry->paused};
	name_size = strlen(entry->text) + 1;
	memcpy(tenant_r->name, entry->text, name_size);
	memcpy(tenant_r->pause_reason, entry->text + name_size,
	    strlen(entry->text + name_size) + 1);
	return true;
}

/* ---- what is a tenant's ---- */

static struct hash_slot *
resource_slot(
    const struct tenant_table *table, int64_t tenant_id, const char *resource)
{
	return hash_map_find(&table->resources,
	    hash_text(table, tenant_id, resource), NULL, NULL);
}

bool
tenants_put_resource(
    struct tenant_table *table, int64_t tenant_id, const char *resource)
{
	return resource_slot(table, tenant_id, resource) != NULL ||
	       hash_map_add(
		   &table->resources, hash_text(table, tenant_id, resource), 1);
}

void
tenants_drop_resource(
    struct tenant_table *table, int64_t tenant_id, const char *resource)
{
	struct hash_slot *slot = resource_slot(table, tenant_id, resource);

	if (slot != NULL)
		hash_map_remove(&table->resources, slot);
}

bool
tenants_have_resource(
    const struct tenant_table *table, int64_t tenant_id, const char *resource)
{
	return resource_slot(table, tenant_id, resource) != NULL;
}

size_t
tenants_bytes(const struct tenant_table *table)
{
	return table->entry_bytes + (table->by_id.size + table->by_name.size +
					table->resources.size) *
					sizeof(struct hash_slot);
}
