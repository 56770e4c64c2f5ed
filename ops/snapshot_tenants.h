/* Tenants by account and name, and what is theirs: tables of a snapshot. Reads no
 * store and takes no lock. Internal to ops/snapshot.c. */
#ifndef SENDWARD_OPS_SNAPSHOT_TENANTS_H
#define SENDWARD_OPS_SNAPSHOT_TENANTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/hash.h"
#include "ops/snapshot_named.h"
#include "rules/types.h"

/* All-zero but for named.key: empty. */
struct tenant_table {
	struct named_table named;
	/* 16 bytes each: the resource as a keyed hash alone, as suppressions
	 * are (snapshot_content.h). */
	struct hash_map resources;
};

void tenants_fini(struct tenant_table *table);
/* Adds or replaces. False: no memory; the tenant may be missing then. */
bool tenants_put(struct tenant_table *table, const struct rules_tenant *tenant);
bool tenants_find_name(const struct tenant_table *table, int64_t account_id,
    const char *name, struct rules_tenant *tenant_r);
/* False: no memory. */
bool tenants_put_resource(
    struct tenant_table *table, int64_t tenant_id, const char *resource);
void tenants_drop_resource(
    struct tenant_table *table, int64_t tenant_id, const char *resource);
bool tenants_have_resource(
    const struct tenant_table *table, int64_t tenant_id, const char *resource);
size_t tenants_bytes(const struct tenant_table *table);

#endif
