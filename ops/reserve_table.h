/* The messages that ops/reserve.c counts, in memory: found by name, by queue id
 * and by session; in the order in which they came, with the oldest leaving when
 * there is no room. Knows hashes alone, and spends nothing. One thread at a
 * time. */
#ifndef SENDWARD_OPS_RESERVE_TABLE_H
#define SENDWARD_OPS_RESERVE_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Buckets that the recipients of one message stand in: those in which leases end
 * that were in use at about one time. */
#define RESERVE_PARTS 3
/* Recipients of a message that are known one by one. */
#define RESERVE_RECIPIENTS_MAX 1000

struct reserve_part {
	int64_t bucket_sec;
	int64_t recipients; /* 0: the part is free */
};

enum reserve_chain {
	RESERVE_BY_NAME,
	RESERVE_BY_QUEUE_ID,
	RESERVE_BY_SESSION,
	RESERVE_CHAINS,
};

/* keys and what is below `next` are changed by reserve_table_… alone. */
struct reserve_row {
	int64_t account_id;
	int64_t recipients; /* counted so far */
	struct reserve_part parts[RESERVE_PARTS];
	bool is_closed; /* counted at DATA or later: RCPT counts nothing */

	uint64_t *hashes; /* of the recipients counted at RCPT */
	uint32_t hash_count, hash_room;
	uint32_t made_sec; /* monotonic */
	bool is_live;
	uint32_t next[RESERVE_CHAINS];
	uint64_t keys[RESERVE_CHAINS]; /* 0: not in that chain */
	uint64_t name_check;           /* the name's second hash */
};

struct reserve_table {
	struct reserve_row *rows; /* a ring: row N is at N mod size */
	uint32_t *heads[RESERVE_CHAINS];
	size_t chained[RESERVE_CHAINS]; /* rows in each */
	size_t size; /* a power of 2; 0 before the first row */
	size_t size_max;
	size_t hash_bytes, hash_bytes_max; /* of all rows' hashes */
	uint64_t first, next;              /* row numbers: the ring's ends */
	size_t live;
};

/* messages_max: rounded up to a power of 2. Allocates nothing. */
void reserve_table_init(struct reserve_table *table, size_t messages_max);
void reserve_table_fini(struct reserve_table *table);
size_t reserve_table_bytes(const struct reserve_table *table);

/* Hashes are not 0. The newest row with that key, or NULL. */
struct reserve_row *reserve_table_find(const struct reserve_table *table,
    enum reserve_chain chain, uint64_t key, uint64_t name_check);

/* Makes room for a row: where no more memory may be used, the oldest goes. False:
 * there is no memory. Rows move. */
bool reserve_table_make_room(struct reserve_table *table);
/* After reserve_table_make_room. */
struct reserve_row *reserve_table_add(struct reserve_table *table,
    uint64_t name, uint64_t name_check, int64_t now_sec);
void reserve_table_remove(struct reserve_table *table, struct reserve_row *row);

/* RESERVE_BY_QUEUE_ID or RESERVE_BY_SESSION; 0: takes it out of that chain. */
void reserve_table_set_key(struct reserve_table *table, struct reserve_row *row,
    enum reserve_chain chain, uint64_t key);

bool reserve_table_has_hash(const struct reserve_row *row, uint64_t hash);
/* What finds no room is not remembered. Other rows may go. */
void reserve_table_add_hash(
    struct reserve_table *table, struct reserve_row *row, uint64_t hash);
void reserve_table_drop_hashes(
    struct reserve_table *table, struct reserve_row *row);

/* Forgets rows made before that second, at most so many; gives memory back when
 * few are left. */
void reserve_table_expire(
    struct reserve_table *table, int64_t before_sec, size_t most);

#endif
