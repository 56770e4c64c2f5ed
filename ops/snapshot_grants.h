/* What accounts may send as beside their own, by account and identity: a table of
 * a snapshot. Reads no store and takes no lock; does not know whether an identity
 * is verified. Internal to ops/snapshot.c. */
#ifndef SENDWARD_OPS_SNAPSHOT_GRANTS_H
#define SENDWARD_OPS_SNAPSHOT_GRANTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/hash.h"

struct grant_entry;

/* All-zero but for key: empty. */
struct grant_table {
	const struct hash_key *key;
	/* the first of a list each */
	struct hash_map by_account;
	struct hash_map by_name; /* account and identity */
	size_t entry_bytes;
};
void grants_fini(struct grant_table *table);

struct grant {
	int64_t account_id; /* may send */
	int64_t owner_id;   /* as this one's identity */
	int64_t identity_id;
	const char *identity;     /* its name */
	const char *from_pattern; /* both borrowed */
};

/* A list that is not in a table yet. Puts a copy in front; false: no memory. */
bool grant_list_add(struct grant_entry **list, const struct grant *grant);
void grant_list_free(struct grant_entry **list);

/* Moves the list into the table. False: no memory, some are not in it. */
bool grants_put(struct grant_table *table, struct grant_entry **list);
/* All that this account has. */
void grants_drop(struct grant_table *table, int64_t account_id);

/* The nth (from 0) that account_id has for the identity of that name. */
bool grants_find(const struct grant_table *table, int64_t account_id,
    const char *identity, size_t nth, struct grant *grant_r);

/* Bytes of entries and tables, with malloc's own. */
size_t grants_bytes(const struct grant_table *table);

#endif
