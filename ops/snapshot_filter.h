/* Which hashes were added: says "surely not" or "perhaps", 4 to 6 bytes each. Never
 * forgets one. Reads no store and takes no lock. Internal to ops/snapshot.c. */
#ifndef SENDWARD_OPS_SNAPSHOT_FILTER_H
#define SENDWARD_OPS_SNAPSHOT_FILTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A hash has 64 bits: 12 choose the part, 32 others are kept there. Of hashes that
 * were not added n / 2^44 are "perhaps": with ten million one of 1.7 million. Parts
 * grow one by one, so that no add takes long. */
#define FILTER_PARTS 4096
struct filter_part {
	uint32_t *slots; /* 0: free */
	uint32_t size, used;
};

/* All-zero: empty. */
struct filter {
	struct filter_part *parts; /* FILTER_PARTS, or NULL */
	size_t used;               /* different ones */
	size_t bytes;
};

void filter_fini(struct filter *filter);
/* Nothing when it is there. False: no memory. */
bool filter_add(struct filter *filter, uint64_t hash);
bool filter_may_have(const struct filter *filter, uint64_t hash);

#endif
