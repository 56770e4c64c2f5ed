/* Configuration sets by id, and by account and name; which accounts have a brake:
 * tables of a snapshot. Reads no store and takes no lock. Internal to
 * ops/snapshot.c. */
#ifndef SENDWARD_OPS_SNAPSHOT_SETS_H
#define SENDWARD_OPS_SNAPSHOT_SETS_H

#include <stdbool.h>
#include <stdint.h>
#include "base/hash.h"
#include "ops/snapshot_named.h"
#include "rules/types.h"

/* Adds or replaces. False: no memory; the set may be missing then. */
bool sets_put(struct named_table *table, const struct rules_set *set);
bool sets_find(
    const struct named_table *table, int64_t id, struct rules_set *set_r);
bool sets_find_name(const struct named_table *table, int64_t account_id,
    const char *name, struct rules_set *set_r);

/* Who has brakes. All-zero but for key: nobody. */
struct brake_table {
	const struct hash_key *key;
	struct hash_map accounts;
	bool is_everybody; /* one is of every account */
};

void sets_brakes_fini(struct brake_table *table);
/* account_id 0: every account. False: no memory. */
bool sets_brakes_add(struct brake_table *table, int64_t account_id);
bool sets_brakes_has(const struct brake_table *table, int64_t account_id);

#endif
