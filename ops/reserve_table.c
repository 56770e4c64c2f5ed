/* A ring of messages with three indexes: see reserve_table.h. */
#include "config.h"

#include "ops/reserve_table.h"

#include <stdlib.h>
#include <string.h>

#define SIZE_MIN 1024
#define NONE UINT32_MAX
#define HASHES_MIN 4
/* Room for recipients by RCPT, of all messages together: bytes a message. */
#define HASH_BYTES_EACH 64

void
reserve_table_init(struct reserve_table *table, size_t messages_max)
{
	*table = (struct reserve_table){.size_max = SIZE_MIN};
	while (table->size_max < messages_max && table->size_max < NONE / 2)
		table->size_max *= 2;
	table->hash_bytes_max = table->size_max * HASH_BYTES_EACH;
}

void
reserve_table_fini(struct reserve_table *table)
{
	for (uint64_t n = table->first; n < table->next; n++)
		free(table->rows[n & (table->size - 1)].hashes);
	for (int chain = 0; chain < RESERVE_CHAINS; chain++)
		free(table->heads[chain]);
	free(table->rows);
	*table = (struct reserve_table){.size_max = table->size_max,
	    .hash_bytes_max = table->hash_bytes_max};
}

size_t
reserve_table_bytes(const struct reserve_table *table)
{
	const size_t each =
	    sizeof(struct reserve_row) + RESERVE_CHAINS * sizeof(uint32_t);

	return table->size * each + table->hash_bytes;
}

static uint32_t *
head_of(const struct reserve_table *table, int chain, uint64_t key)
{
	return &table->heads[chain][key & (table->size - 1)];
}

struct reserve_row *
reserve_table_find(const struct reserve_table *table, enum reserve_chain chain,
    uint64_t key, uint64_t name_check)
{
	uint32_t at;

	if (table->chained[chain] == 0)
		return NULL; /* where no RCPT is asked: no session's head */
	at = *head_of(table, chain, key);
	while (at != NONE) {
		struct reserve_row *row = &table->rows[at];

		if (row->keys[chain] == key &&
		    (chain != RESERVE_BY_NAME || row->name_check == name_check))
			return row;
		at = row->next[chain];
	}
	return NULL;
}

static void
link_row(struct reserve_table *table, struct reserve_row *row, int chain)
{
	uint32_t *head = head_of(table, chain, row->keys[chain]);

	row->next[chain] = *head;
	*head = (uint32_t)(row - table->rows);
	table->chained[chain]++;
}

static void
unlink_row(struct reserve_table *table, struct reserve_row *row, int chain)
{
	uint32_t at = (uint32_t)(row - table->rows);
	uint32_t *link = head_of(table, chain, row->keys[chain]);

	while (*link != at)
		link = &table->rows[*link].next[chain];
	*link = row->next[chain];
	table->chained[chain]--;
}

void
reserve_table_set_key(struct reserve_table *table, struct reserve_row *row,
    enum reserve_chain chain, uint64_t key)
{
	if (row->keys[chain] != 0)
		unlink_row(table, row, chain);
	row->keys[chain] = key;
	if (key != 0)
		link_row(table, row, chain);
}

void
reserve_table_drop_hashes(struct reserve_table *table, struct reserve_row *row)
{
	table->hash_bytes -= row->hash_room * sizeof(row->hashes[0]);
	free(row->hashes);
	row->hashes = NULL;
	row->hash_count = row->hash_room = 0;
}

/* Rows that are gone at the old end of the ring leave it. */
static void
trim(struct reserve_table *table)
{
	while (table->first < table->next &&
	       !table->rows[table->first & (table->size - 1)].is_live)
		table->first++;
}

void
reserve_table_remove(struct reserve_table *table, struct reserve_row *row)
{
	for (int chain = 0; chain < RESERVE_CHAINS; chain++)
		if (row->keys[chain] != 0)
			unlink_row(table, row, chain);
	reserve_table_drop_hashes(table, row);
	row->is_live = false;
	table->live--;
	trim(table);
}

static bool
new_arrays(struct reserve_table *fresh)
{
	bool has_all;

	fresh->rows = malloc(fresh->size * sizeof(*fresh->rows));
	has_all = fresh->rows != NULL;
	for (int chain = 0; chain < RESERVE_CHAINS; chain++) {
		size_t bytes = fresh->size * sizeof(uint32_t);

		fresh->heads[chain] = malloc(bytes);
		if (fresh->heads[chain] != NULL)
			memset(fresh->heads[chain], 0xff, bytes);
		else
			has_all = false;
	}
	return has_all;
}

static void
free_arrays(struct reserve_table *table)
{
	free(table->rows);
	for (int chain = 0; chain < RESERVE_CHAINS; chain++)
		free(table->heads[chain]);
}

/* Moves the live rows, in their order, into arrays of that size. */
static bool
rebuild(struct reserve_table *table, size_t size)
{
	struct reserve_table fresh = *table;

	fresh.size = size;
	fresh.first = fresh.next = 0;
	memset(fresh.chained, 0, sizeof(fresh.chained));
	if (!new_arrays(&fresh)) {
		free_arrays(&fresh);
		return false;
	}
	for (uint64_t n = table->first; n < table->next; n++) {
		const struct reserve_row *old =
		    &table->rows[n & (table->size - 1)];
		struct reserve_row *row = &fresh.rows[fresh.next];

		if (!old->is_live)
			continue;
		*row = *old;
		fresh.next++;
		for (int chain = 0; chain < RESERVE_CHAINS; chain++)
			if (row->keys[chain] != 0)
				link_row(&fresh, row, chain);
	}
	free_arrays(table);
	*table = fresh;
	return true;
}

static struct reserve_row *
oldest(struct reserve_table *table)
{
	return &table->rows[table->first & (table->size - 1)];
}

bool
reserve_table_make_room(struct reserve_table *table)
{
	if (table->size == 0)
		return rebuild(table, SIZE_MIN);
	if (table->next - table->first < table->size)
		return true;
	/* many are gone in the middle: close the gaps */
	if (table->live < table->size / 4 * 3 && rebuild(table, table->size))
		return true;
	if (table->size < table->size_max && rebuild(table, table->size * 2))
		return true;
	reserve_table_remove(table, oldest(table));
	return true;
}

struct reserve_row *
reserve_table_add(struct reserve_table *table, uint64_t name,
    uint64_t name_check, int64_t now_sec)
{
	struct reserve_row *row =
	    &table->rows[table->next++ & (table->size - 1)];

	*row = (struct reserve_row){.is_live = true,
	    .made_sec = (uint32_t)now_sec,
	    .name_check = name_check,
	    .keys[RESERVE_BY_NAME] = name};
	link_row(table, row, RESERVE_BY_NAME);
	table->live++;
	return row;
}

bool
reserve_table_has_hash(const struct reserve_row *row, uint64_t hash)
{
	for (uint32_t i = 0; i < row->hash_count; i++)
		if (row->hashes[i] == hash)
			return true;
	return false;
}

/* Of all messages together; the oldest go for the newer ones. */
static bool
make_hash_room(
    struct reserve_table *table, const struct reserve_row *row, size_t bytes)
{
	while (table->hash_bytes + bytes > table->hash_bytes_max) {
		if (oldest(table) == row)
			return false;
		reserve_table_remove(table, oldest(table));
	}
	return true;
}

static bool
grow_hashes(struct reserve_table *table, struct reserve_row *row)
{
	uint32_t room = row->hash_room == 0 ? HASHES_MIN : 2 * row->hash_room;
	size_t more = (room - row->hash_room) * sizeof(row->hashes[0]);
	uint64_t *hashes;

	if (row->hash_count >= RESERVE_RECIPIENTS_MAX ||
	    !make_hash_room(table, row, more))
		return false;
	hashes = realloc(row->hashes, room * sizeof(row->hashes[0]));
	if (hashes == NULL)
		return false;
	row->hashes = hashes;
	row->hash_room = room;
	table->hash_bytes += more;
	return true;
}

void
reserve_table_add_hash(
    struct reserve_table *table, struct reserve_row *row, uint64_t hash)
{
	if (row->hash_count < row->hash_room || grow_hashes(table, row))
		row->hashes[row->hash_count++] = hash;
}

static void
shrink(struct reserve_table *table)
{
	size_t size = table->size;

	while (size > SIZE_MIN && table->live * 4 <= size / 2)
		size /= 2;
	if (size < table->size / 2)
		(void)rebuild(table, size); /* else: the large one serves */
}

void
reserve_table_expire(
    struct reserve_table *table, int64_t before_sec, size_t most)
{
	for (; most > 0 && table->first < table->next; most--) {
		struct reserve_row *row = oldest(table);

		if ((int64_t)row->made_sec >= before_sec)
			break;
		reserve_table_remove(table, row);
	}
	shrink(table);
}
