/* Pools in memory: see pool_table.h. */
#include "config.h"

#include "ops/pool_table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ops/pool.h"
#include "store/store.h"

#define ROOM_FIRST 16

/* A list that grows; its first member is what is allocated. */
struct rows {
	void *list;
	size_t count, room, size;
	bool failed;
};

/* NULL: no memory. */
static void *
add_row(struct rows *rows)
{
	if (rows->count == rows->room) {
		size_t room = rows->room > 0 ? rows->room * 2 : ROOM_FIRST;
		void *list = realloc(rows->list, room * rows->size);

		rows->failed = list == NULL;
		if (list == NULL)
			return NULL;
		rows->list = list;
		rows->room = room;
	}
	return (char *)rows->list + rows->count++ * rows->size;
}

struct loader {
	struct store *store;
	const char *host;
	struct rows ips, users, pools, assigned;
	struct err *err_r;
	enum sg_err rc;
};

static bool
take_ip(void *ctx, const struct store_ip *row)
{
	struct loader *l = ctx;
	struct pool_ip *ip;
	bool is_automatic;

	if (row->label[0] == '\0' || row->weight <= 0 ||
	    (row->pool_id == 0 && row->account_id == 0) ||
	    (row->host[0] != '\0' && strcmp(row->host, l->host) != 0))
		return true;
	l->rc = pool_ip_is_automatic(l->store, row, &is_automatic, l->err_r);
	if (l->rc != SG_OK)
		return false;
	ip = add_row(&l->ips);
	if (ip == NULL)
		return false;
	*ip = (struct pool_ip){
	    .group = row->pool_id != 0 ? row->pool_id : -row->account_id,
	    .weight = row->weight,
	    .is_warming = row->warmup == STORE_WARMUP_IN_PROGRESS,
	    .percentage = row->percentage,
	    .since_sec = row->warmup_since_sec,
	    .is_automatic = is_automatic,
	    .budget.day_sec = -1};
	memcpy(ip->address, row->address, sizeof(ip->address));
	memcpy(ip->label, row->label, sizeof(ip->label));
	return true;
}

static bool
take_pool(void *ctx, const struct store_pool *row)
{
	struct store_pool *pool = add_row(ctx);

	if (pool != NULL)
		*pool = *row;
	return pool != NULL;
}

static bool
take_assigned(void *ctx, const struct store_assigned *row)
{
	struct store_assigned *assigned = add_row(ctx);

	if (assigned != NULL)
		*assigned = *row;
	return assigned != NULL;
}

static enum sg_err
load_rows(struct loader *l)
{
	enum sg_err rc = store_ip_list(
	    l->store, -1, -1, "", INT64_MAX, take_ip, l, l->err_r);

	if (rc == SG_OK)
		rc = l->rc;
	if (rc != SG_OK || l->ips.count == 0)
		return rc;
	rc = store_pool_list_all(l->store, take_pool, &l->pools, l->err_r);
	if (rc == SG_OK)
		rc = store_pool_assigned(
		    l->store, take_assigned, &l->assigned, l->err_r);
	return rc;
}

/* As pool_find, in memory. A name that means nothing (any more): the shared ones. */
static int64_t
group_of(const struct loader *l, const struct store_assigned *assigned)
{
	const struct store_pool *pools = l->pools.list;
	int64_t shared = 0;

	if (strcmp(assigned->pool, POOL_DEFAULT) == 0)
		return -assigned->account_id;
	for (size_t i = 0; i < l->pools.count; i++) {
		if (strcmp(pools[i].name, assigned->pool) != 0)
			continue;
		if (pools[i].account_id == assigned->account_id)
			return pools[i].id;
		if (pools[i].account_id == 0)
			shared = pools[i].id;
	}
	return shared;
}

static enum sg_err
resolve(struct loader *l)
{
	const struct store_assigned *assigned = l->assigned.list;

	for (size_t i = 0; i < l->assigned.count; i++) {
		struct pool_user *user = add_row(&l->users);

		if (user == NULL)
			break;
		*user = (struct pool_user){.account_id = assigned[i].account_id,
		    .set_id = assigned[i].set_id,
		    .group = group_of(l, &assigned[i])};
	}
	return l->ips.failed || l->pools.failed || l->assigned.failed ||
		       l->users.failed
		   ? err_set(l->err_r, SG_NOMEM, "no memory for pools")
		   : SG_OK;
}

static int
compare_int(int64_t a, int64_t b)
{
	return a < b ? -1 : a > b;
}

static int
compare_ips(const void *left, const void *right)
{
	const struct pool_ip *a = left, *b = right;
	int order = compare_int(a->group, b->group);

	return order != 0 ? order : strcmp(a->address, b->address);
}

static int
compare_users(const void *left, const void *right)
{
	const struct pool_user *a = left, *b = right;
	int order = compare_int(a->account_id, b->account_id);

	return order != 0 ? order : compare_int(a->set_id, b->set_id);
}

enum sg_err
pool_table_load(struct store *store, const char *host,
    struct pool_table **table_r, struct err *err_r)
{
	struct loader l = {.store = store,
	    .host = host,
	    .ips.size = sizeof(struct pool_ip),
	    .users.size = sizeof(struct pool_user),
	    .pools.size = sizeof(struct store_pool),
	    .assigned.size = sizeof(struct store_assigned),
	    .err_r = err_r,
	    .rc = SG_OK};
	struct pool_table *table = calloc(1, sizeof(*table));
	enum sg_err rc = table == NULL
			     ? err_set(err_r, SG_NOMEM, "no memory for pools")
			     : load_rows(&l);

	if (rc == SG_OK)
		rc = resolve(&l);
	free(l.pools.list);
	free(l.assigned.list);
	*table_r = table;
	if (table != NULL)
		*table = (struct pool_table){.ips = l.ips.list,
		    .ip_count = l.ips.count,
		    .users = l.users.list,
		    .user_count = l.users.count};
	if (rc != SG_OK) {
		pool_table_free(table_r);
		return rc;
	}
	if (table->ip_count > 0)
		qsort(table->ips, table->ip_count, sizeof(*table->ips),
		    compare_ips);
	if (table->user_count > 0)
		qsort(table->users, table->user_count, sizeof(*table->users),
		    compare_users);
	return SG_OK;
}

void
pool_table_free(struct pool_table **table)
{
	struct pool_table *t = *table;

	*table = NULL;
	if (t == NULL)
		return;
	free(t->ips);
	free(t->users);
	free(t);
}

/* ---- look-ups ---------------------------------------------------------------------- */

static const struct pool_user *
find_user(const struct pool_table *table, int64_t account_id, int64_t set_id)
{
	const struct pool_user key = {
	    .account_id = account_id, .set_id = set_id};

	if (table->user_count == 0)
		return NULL;
	return bsearch(
	    &key, table->users, table->user_count, sizeof(key), compare_users);
}

int64_t
pool_table_group(
    const struct pool_table *table, int64_t account_id, int64_t set_id)
{
	const struct pool_user *user = NULL;

	if (set_id != 0)
		user = find_user(table, account_id, set_id);
	if (user == NULL)
		user = find_user(table, account_id, 0);
	return user != NULL ? user->group : -account_id;
}

struct pool_ip *
pool_table_ips(const struct pool_table *table, int64_t group, size_t *count_r)
{
	size_t low = 0, high = table->ip_count, count = 0;

	while (group != 0 && low < high) {
		size_t middle = low + (high - low) / 2;

		if (table->ips[middle].group < group)
			low = middle + 1;
		else
			high = middle;
	}
	while (low + count < table->ip_count &&
	       table->ips[low + count].group == group)
		count++;
	*count_r = count;
	return count > 0 ? &table->ips[low] : NULL;
}

struct pool_ip *
pool_table_find(const struct pool_table *table, const char *address)
{
	for (size_t i = 0; i < table->ip_count; i++)
		if (strcmp(table->ips[i].address, address) == 0)
			return &table->ips[i];
	return NULL;
}
