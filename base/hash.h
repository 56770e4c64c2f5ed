/* A keyed 64-bit hash (SipHash-2-4), so that nobody outside can choose colliding
 * names, and an open-addressing map from such hashes to 64-bit values. Knows
 * nothing of what is hashed. */
#ifndef SENDWARD_BASE_HASH_H
#define SENDWARD_BASE_HASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct hash_key {
	uint64_t k[2];
};

/* Random; false when the system has no random numbers. */
bool hash_key_init(struct hash_key *key);

/* SipHash-2-4 (Aumasson, Bernstein 2012) of len bytes. */
uint64_t hash_bytes(const struct hash_key *key, const void *data, size_t len);

/* 16 bytes a slot, at most 7/8 of the slots in use. A map belongs to one thread
 * at a time; any number may read while none writes. */
struct hash_slot {
	uint64_t hash; /* 0: free */
	uint64_t value;
};
struct hash_map {
	struct hash_slot *slots;
	size_t size; /* a power of 2, or 0 */
	size_t used;
};

/* Is `value` what is looked for? For hashes that are equal. */
typedef bool hash_match_fn(const void *ctx, uint64_t value);

/* An all-zero map is empty and valid; fini leaves it so. */
void hash_map_fini(struct hash_map *map);

/* The slot with that hash whose value matches (match NULL: any), or NULL. It
 * lives until the next add or remove; its value may be changed. */
struct hash_slot *hash_map_find(const struct hash_map *map, uint64_t hash,
    hash_match_fn *match, const void *ctx);
/* Adds without looking for one that is there. False: no memory. */
bool hash_map_add(struct hash_map *map, uint64_t hash, uint64_t value);
/* slot: as found. */
void hash_map_remove(struct hash_map *map, struct hash_slot *slot);

#endif
