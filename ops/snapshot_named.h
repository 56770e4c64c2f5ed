/* Things of accounts by id, and by account and name: the table of a snapshot that
 * configuration sets and tenants are kept in. Reads no store and takes no lock.
 * Internal to ops/snapshot.c. */
#ifndef SENDWARD_OPS_SNAPSHOT_NAMED_H
#define SENDWARD_OPS_SNAPSHOT_NAMED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/hash.h"

struct named_entry {
	int64_t id;
	int64_t account_id;
	int listens_kinds;              /* sets alone */
	signed char suppressed_reasons; /* sets alone */
	bool paused;
	char name[]; /* name, NUL, pause_reason, NUL */
};

/* All-zero but for key: empty. */
struct named_table {
	const struct hash_key *key;
	struct hash_map by_id;
	struct hash_map by_name; /* the same entries */
	size_t entry_bytes;
};

void named_fini(struct named_table *table);
/* Adds or replaces; of facts all but the name is read. False: no memory; the entry
 * may be missing then. */
bool named_put(struct named_table *table, const struct named_entry *facts,
    const char *name, const char *pause_reason);
/* Nothing when there is none. */
void named_drop(struct named_table *table, int64_t id);
/* NULL: none; else until the next put or drop. */
const struct named_entry *named_find(
    const struct named_table *table, int64_t id);
const struct named_entry *named_find_name(
    const struct named_table *table, int64_t account_id, const char *name);
const char *named_pause_reason(const struct named_entry *entry);
size_t named_bytes(const struct named_table *table);

/* Of an id and a text; a very long text is cut, the same way each time: names of
 * things are shorter. */
uint64_t named_hash(const struct hash_key *key, int64_t id, const char *text);

#endif
