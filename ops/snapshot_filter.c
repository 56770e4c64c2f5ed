/* Tables of shortened hashes: see snapshot_filter.h. */
#include "config.h"

#include "ops/snapshot_filter.h"

#include <stdlib.h>

#define PART_SIZE_MIN 4
#define PART_SIZE_MAX (UINT32_MAX / 2)

static uint64_t
part_of(uint64_t hash)
{
	return hash % FILTER_PARTS;
}

/* 0 marks a free slot. */
static uint32_t
kept_of(uint64_t hash)
{
	uint32_t kept = (uint32_t)(hash >> 32);

	return kept != 0 ? kept : 1;
}

void
filter_fini(struct filter *filter)
{
	for (size_t i = 0; filter->parts != NULL && i < FILTER_PARTS; i++)
		free(filter->parts[i].slots);
	free(filter->parts);
	*filter = (struct filter){0};
}

/* Where it is, or would be. */
static uint32_t *
slot_of(const struct filter_part *part, uint32_t kept)
{
	uint32_t i = (uint32_t)((uint64_t)kept * part->size >> 32);

	while (part->slots[i] != 0 && part->slots[i] != kept)
		i = i + 1 < part->size ? i + 1 : 0;
	return &part->slots[i];
}

/* By a quarter, until 7 of 8 slots are in use: 4.6 to 5.7 bytes each. */
static bool
part_grow(struct filter *filter, struct filter_part *part)
{
	struct filter_part next = {
	    .size = part->size / 4 + part->size + PART_SIZE_MIN,
	    .used = part->used};

	if (next.size > PART_SIZE_MAX)
		return false;
	next.slots = calloc(next.size, sizeof(*next.slots));
	if (next.slots == NULL)
		return false;
	for (uint32_t i = 0; i < part->size; i++)
		if (part->slots[i] != 0)
			*slot_of(&next, part->slots[i]) = part->slots[i];
	filter->bytes += (next.size - part->size) * sizeof(*next.slots);
	free(part->slots);
	*part = next;
	return true;
}

static bool
parts_new(struct filter *filter)
{
	filter->parts = calloc(FILTER_PARTS, sizeof(*filter->parts));
	if (filter->parts != NULL)
		filter->bytes += FILTER_PARTS * sizeof(*filter->parts);
	return filter->parts != NULL;
}

bool
filter_add(struct filter *filter, uint64_t hash)
{
	uint32_t kept = kept_of(hash);
	struct filter_part *part;
	uint32_t *slot;

	if (filter->parts == NULL && !parts_new(filter))
		return false;
	part = &filter->parts[part_of(hash)];
	if (part->used >= part->size / 8 * 7 && !part_grow(filter, part))
		return false;
	slot = slot_of(part, kept);
	if (*slot == kept)
		return true;
	*slot = kept;
	part->used++;
	filter->used++;
	return true;
}

bool
filter_may_have(const struct filter *filter, uint64_t hash)
{
	const struct filter_part *part;

	if (filter->parts == NULL)
		return false;
	part = &filter->parts[part_of(hash)];
	return part->size > 0 && *slot_of(part, kept_of(hash)) != 0;
}
