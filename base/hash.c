/* SipHash-2-4 and the map on it. Does not know what is hashed. */
#include "config.h"

#include "base/hash.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define MAP_SIZE_MIN 16

bool
hash_key_init(struct hash_key *key)
{
	return getrandom(key, sizeof(*key), 0) == (ssize_t)sizeof(*key);
}

static uint64_t
rotate(uint64_t x, int bits)
{
	return x << bits | x >> (64 - bits);
}

static void
sip_rounds(uint64_t v[4], int rounds)
{
	while (rounds-- > 0) {
		v[0] += v[1];
		v[2] += v[3];
		v[1] = rotate(v[1], 13) ^ v[0];
		v[3] = rotate(v[3], 16) ^ v[2];
		v[0] = rotate(v[0], 32);
		v[2] += v[1];
		v[0] += v[3];
		v[1] = rotate(v[1], 17) ^ v[2];
		v[3] = rotate(v[3], 21) ^ v[0];
		v[2] = rotate(v[2], 32);
	}
}

static void
sip_word(uint64_t v[4], uint64_t word)
{
	v[3] ^= word;
	sip_rounds(v, 2);
	v[0] ^= word;
}

uint64_t
hash_bytes(const struct hash_key *key, const void *data, size_t len)
{
	const unsigned char *p = data;
	uint64_t v[4] = {
	    key->k[0] ^ UINT64_C(0x736f6d6570736575),
	    key->k[1] ^ UINT64_C(0x646f72616e646f6d),
	    key->k[0] ^ UINT64_C(0x6c7967656e657261),
	    key->k[1] ^ UINT64_C(0x7465646279746573),
	};
	uint64_t last = (uint64_t)len << 56;
	uint64_t word;
	size_t i;

	for (i = 0; i + 8 <= len; i += 8) {
		memcpy(&word, p + i, sizeof(word));
		sip_word(v, le64toh(word));
	}
	for (; i < len; i++)
		last |= (uint64_t)p[i] << (8 * (i % 8));
	sip_word(v, last);
	v[2] ^= 0xff;
	sip_rounds(v, 4);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

void
hash_map_fini(struct hash_map *map)
{
	free(map->slots);
	*map = (struct hash_map){0};
}

/* 0 marks a free slot. */
static uint64_t
mark_used(uint64_t hash)
{
	return hash != 0 ? hash : 1;
}

struct hash_slot *
hash_map_find(const struct hash_map *map, uint64_t hash, hash_match_fn *match,
    const void *ctx)
{
	size_t mask = map->size - 1;

	if (map->size == 0)
		return NULL;
	hash = mark_used(hash);
	for (size_t i = hash & mask; map->slots[i].hash != 0;
	     i = (i + 1) & mask) {
		struct hash_slot *slot = &map->slots[i];

		if (slot->hash == hash &&
		    (match == NULL || match(ctx, slot->value)))
			return slot;
	}
	return NULL;
}

static void
place(struct hash_map *map, uint64_t hash, uint64_t value)
{
	size_t mask = map->size - 1;
	size_t i = hash & mask;

	while (map->slots[i].hash != 0)
		i = (i + 1) & mask;
	map->slots[i] = (struct hash_slot){hash, value};
	map->used++;
}

static bool
grow(struct hash_map *map)
{
	struct hash_map next = {
	    .size = map->size > 0 ? map->size * 2 : MAP_SIZE_MIN};

	next.slots = calloc(next.size, sizeof(*next.slots));
	if (next.slots == NULL)
		return false;
	for (size_t i = 0; i < map->size; i++)
		if (map->slots[i].hash != 0)
			place(&next, map->slots[i].hash, map->slots[i].value);
	hash_map_fini(map);
	*map = next;
	return true;
}

bool
hash_map_add(struct hash_map *map, uint64_t hash, uint64_t value)
{
	if (map->used >= map->size / 8 * 7 && !grow(map))
		return false;
	place(map, mark_used(hash), value);
	return true;
}

/* Closes the gap, so that no marks of removed entries are needed: what follows
 * moves back when its probing had passed the gap. */
void
hash_map_remove(struct hash_map *map, struct hash_slot *slot)
{
	size_t mask = map->size - 1;
	size_t gap = (size_t)(slot - map->slots);

	for (size_t i = (gap + 1) & mask; map->slots[i].hash != 0;
	     i = (i + 1) & mask) {
		size_t home = map->slots[i].hash & mask;

		if (((i - home) & mask) >= ((i - gap) & mask)) {
			map->slots[gap] = map->slots[i];
			gap = i;
		}
	}
	map->slots[gap].hash = 0;
	map->used--;
}
