/* Configuration sets, and who has brakes: see snapshot_sets.h. */
#include "config.h"

#include "ops/snapshot_sets.h"

#include <stdio.h>

bool
sets_put(struct named_table *table, const struct rules_set *set)
{
	const struct named_entry facts = {.id = set->id,
	    .account_id = set->account_id,
	    .listens_kinds = set->listens_kinds,
	    .suppressed_reasons = (signed char)set->suppressed_reasons,
	    .paused = set->paused};

	return named_put(table, &facts, set->name, set->pause_reason);
}

static bool
fill(const struct named_entry *entry, struct rules_set *set_r)
{
	if (entry == NULL)
		return false;
	*set_r = (struct rules_set){.id = entry->id,
	    .account_id = entry->account_id,
	    .paused = entry->paused,
	    .suppressed_reasons = entry->suppressed_reasons,
	    .listens_kinds = entry->listens_kinds};
	(void)snprintf(set_r->name, sizeof(set_r->name), "%s", entry->name);
	(void)snprintf(set_r->pause_reason, sizeof(set_r->pause_reason), "%s",
	    named_pause_reason(entry));
	return true;
}

bool
sets_find(const struct named_table *table, int64_t id, struct rules_set *set_r)
{
	return fill(named_find(table, id), set_r);
}

bool
sets_find_name(const struct named_table *table, int64_t account_id,
    const char *name, struct rules_set *set_r)
{
	return fill(named_find_name(table, account_id, name), set_r);
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

static uint64_t
hash_id(const struct brake_table *table, int64_t account_id)
{
	return hash_bytes(table->key, &account_id, sizeof(account_id));
}

static const struct hash_slot *
account_slot(const struct brake_table *table, int64_t account_id)
{
	return hash_map_find(&table->accounts, hash_id(table, account_id),
	    is_equal, &account_id);
}

bool
sets_brakes_add(struct brake_table *table, int64_t account_id)
{
	if (account_id == 0)
		table->is_everybody = true;
	return account_id == 0 || account_slot(table, account_id) != NULL ||
	       hash_map_add(&table->accounts, hash_id(table, account_id),
		   (uint64_t)account_id);
}

bool
sets_brakes_has(const struct brake_table *table, int64_t account_id)
{
	return table->is_everybody || account_slot(table, account_id) != NULL;
}
