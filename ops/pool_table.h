/* Pools in memory, for pool_route.c alone: addresses, who is assigned, budgets.
 * Loads; locks nothing. */
#ifndef SENDWARD_OPS_POOL_TABLE_H
#define SENDWARD_OPS_POOL_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/err.h"
#include "ops/pool_route.h"

/* What an address in its warm-up may still have. */
struct pool_budget {
	int64_t day_sec;    /* whose it is; -1: none was taken */
	int64_t left;       /* recipients */
	int64_t part;       /* what is taken at once */
	int64_t until_msec; /* monotonic: the end of the day */
	int64_t spent_msec; /* monotonic: the last time */
};

/* Addresses that are used together: a pool's (its id), or those of an account that
 * are in none (its id, negative). 0: the shared ones. */
struct pool_ip {
	int64_t group;
	char address[STORE_IP_MAX + 1];
	char label[STORE_IP_LABEL_MAX + 1];
	int weight;
	bool is_warming;
	int percentage; /* at since_sec */
	int64_t since_sec;
	bool is_automatic;
	struct pool_budget budget;
};
struct pool_user {
	int64_t account_id, set_id; /* set_id 0: the account */
	int64_t group;
};
struct pool_table {
	struct pool_ip *ips; /* by group, then address */
	size_t ip_count;
	struct pool_user *users; /* by account_id, then set_id */
	size_t user_count;
};

/* Everything that this host can use. */
enum sg_err pool_table_load(struct store *store, const char *host,
    struct pool_table **table_r, struct err *err_r);
void pool_table_free(struct pool_table **table);

/* Which addresses: see pool_route_choose. */
int64_t pool_table_group(
    const struct pool_table *table, int64_t account_id, int64_t set_id);
/* The group's; NULL: it has none. */
struct pool_ip *pool_table_ips(
    const struct pool_table *table, int64_t group, size_t *count_r);
struct pool_ip *pool_table_find(
    const struct pool_table *table, const char *address);

#endif
