/* The mapped file that says how much of each lease was spent, for the process that
 * comes after this one was killed. Knows neither store nor accounts' limits. One
 * thread opens, makes and frees records; spending is one plain store. */
#ifndef SENDWARD_OPS_LEASE_MAP_H
#define SENDWARD_OPS_LEASE_MAP_H

#include <stdbool.h>
#include <stdint.h>
#include "base/err.h"

struct lease_map;

/* Of one lease; 0 in serial: free. */
struct lease_record {
	int64_t serial;
	int64_t account_id;
	int64_t bucket_sec;
	int64_t spent; /* changed by whoever holds the account's lock */
};

/* Makes the file and its folder when they are missing, and locks it (SG_BUSY:
 * another process has it). */
enum sg_err lease_map_open(
    const char *path, struct lease_map **map_r, struct err *err_r);
void lease_map_close(struct lease_map **map);

/* Whether the file was written by the holder of that id and mark since this
 * machine was started. */
bool lease_map_is_of(
    const struct lease_map *map, int64_t holder_id, int64_t mark);
/* Before the first call of lease_map_spent. */
enum sg_err lease_map_index(struct lease_map *map, struct err *err_r);
/* How much was spent of a lease; 0 also of one that the file does not know: a record
 * is made before anything is spent. INT64_MAX: that cannot be said. */
int64_t lease_map_spent(const struct lease_map *map, int64_t serial,
    int64_t account_id, int64_t bucket_sec);
/* Forgets all records; from now on the file is that holder's. */
void lease_map_begin(struct lease_map *map, int64_t holder_id, int64_t mark);
/* The records stay, with another holder. */
void lease_map_rename(struct lease_map *map, int64_t holder_id, int64_t mark);

/* A new record; NULL: the disk is full, or there are a million. */
struct lease_record *lease_map_add(struct lease_map *map, int64_t serial,
    int64_t account_id, int64_t bucket_sec);
void lease_map_free(struct lease_map *map, struct lease_record **record);

#endif
