/* Tenants, and what is theirs: see snapshot_tenants.h. */
#include "config.h"

#include "ops/snapshot_tenants.h"

#include <stdio.h>

void
tenants_fini(struct tenant_table *table)
{
	named_fini(&table->named);
	hash_map_fini(&table->resources);
}

bool
tenants_put(struct tenant_table *table, const struct rules_tenant *tenant)
{
	const struct named_entry facts = {.id = tenant->id,
	    .account_id = tenant->account_id,
	    .paused = tenant->paused};

	return named_put(
	    &table->named, &facts, tenant->name, tenant->pause_reason);
}

bool
tenants_find_name(const struct tenant_table *table, int64_t account_id,
    const char *name, struct rules_tenant *tenant_r)
{
	const struct named_entry *entry =
	    named_find_name(&table->named, account_id, name);

	if (entry == NULL)
		return false;
	*tenant_r = (struct rules_tenant){.id = entry->id,
	    .account_id = entry->account_id,
	    .paused = entry->paused};
	(void)snprintf(
	    tenant_r->name, sizeof(tenant_r->name), "%s", entry->name);
	(void)snprintf(tenant_r->pause_reason, sizeof(tenant_r->pause_reason),
	    "%s", named_pause_reason(entry));
	return true;
}

/* ---- what is a tenant's ---- */

static struct hash_slot *
resource_slot(
    const struct tenant_table *table, int64_t tenant_id, const char *resource)
{
	return hash_map_find(&table->resources,
	    named_hash(table->named.key, tenant_id, resource), NULL, NULL);
}

bool
tenants_put_resource(
    struct tenant_table *table, int64_t tenant_id, const char *resource)
{
	return resource_slot(table, tenant_id, resource) != NULL ||
	       hash_map_add(&table->resources,
		   named_hash(table->named.key, tenant_id, resource), 1);
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
	return named_bytes(&table->named) +
	       table->resources.size * sizeof(struct hash_slot);
}
