/* Pools of sending addresses: see pool.h. */
#include "config.h"

#include "ops/pool.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "rules/ascii.h"

#define NAME_LEN_MAX 64

const char *
pool_scaling_name(enum store_scaling scaling)
{
	return scaling == STORE_SCALING_MANAGED ? "MANAGED" : "STANDARD";
}

const char *
pool_warmup_name(enum store_warmup warmup)
{
	static const char *const names[] = {
	    [STORE_WARMUP_NOT_APPLICABLE] = "NOT_APPLICABLE",
	    [STORE_WARMUP_IN_PROGRESS] = "IN_PROGRESS",
	    [STORE_WARMUP_DONE] = "DONE",
	};

	return names[warmup];
}

/* ---- pools ----------------------------------------------------------------------- */

static bool
is_name(const char *name)
{
	size_t len = strnlen(name, NAME_LEN_MAX + 1);

	if (len == 0 || len > NAME_LEN_MAX || strncmp(name, "ses-", 4) == 0)
		return false;
	for (size_t i = 0; i < len; i++)
		if (!ascii_is_digit(name[i]) && name[i] != '_' &&
		    name[i] != '-' && !(name[i] >= 'a' && name[i] <= 'z'))
			return false;
	return true;
}

static enum sg_err
create(struct store *store, struct store_pool *row, bool *is_full_r,
    struct err *err_r)
{
	int64_t count;
	enum sg_err rc =
	    store_pool_count(store, row->account_id, &count, err_r);

	*is_full_r = rc == SG_OK && row->account_id != 0 && count >= POOL_MOST;
	if (*is_full_r)
		return err_set(err_r, SG_INVALID,
		    "the account has %d pools already", POOL_MOST);
	if (rc == SG_OK)
		rc = store_pool_create(store, row, err_r);
	if (rc == SG_EXISTS)
		(void)err_set(err_r, rc, "Dedicated IP pool %s already exists.",
		    row->name);
	return rc;
}

enum sg_err
pool_create(struct store *store, int64_t account_id, const char *name,
    int64_t now_sec, struct store_pool *row_r, bool *is_full_r,
    struct err *err_r)
{
	bool own;
	enum sg_err rc;

	*is_full_r = false;
	if (!is_name(name))
		return err_set(err_r, SG_INVALID,
		    "The name of a pool has 1 to %d of a-z 0-9 _ - and does "
		    "not begin with ses-",
		    NAME_LEN_MAX);
	*row_r = (struct store_pool){
	    .account_id = account_id, .created_sec = now_sec};
	(void)snprintf(row_r->name, sizeof(row_r->name), "%s", name);
	rc = store_scope_begin(store, &own, err_r);
	if (rc != SG_OK)
		return rc;
	rc = create(store, row_r, is_full_r, err_r);
	return store_scope_end(store, own, rc, err_r);
}

enum sg_err
pool_get(struct store *store, int64_t account_id, const char *name,
    struct store_pool *row_r, struct err *err_r)
{
	enum sg_err rc = store_pool_get(store, account_id, name, row_r, err_r);

	if (rc == SG_MISSING)
		(void)err_set(err_r, rc,
		    "Dedicated IP pool %.100s does not exist.", name);
	return rc;
}

static enum sg_err
delete_unused(struct store *store, int64_t account_id, const char *name,
    struct err *err_r)
{
	struct store_pool row;
	char user[160];
	enum sg_err rc = pool_get(store, account_id, name, &row, err_r);

	if (rc != SG_OK)
		return rc;
	rc = store_pool_user(store, &row, user, err_r);
	if (rc == SG_OK)
		return err_set(err_r, SG_INVALID,
		    "Dedicated IP pool %s is used by %s.", name,
		    strchr(user, '/') != NULL && account_id != 0
			? strchr(user, '/') + 1
			: user);
	return rc == SG_MISSING ? store_pool_delete(store, row.id, err_r) : rc;
}

enum sg_err
pool_delete(struct store *store, int64_t account_id, const char *name,
    struct err *err_r)
{
	bool own;
	enum sg_err rc = store_scope_begin(store, &own, err_r);

	if (rc != SG_OK)
		return rc;
	rc = delete_unused(store, account_id, name, err_r);
	return store_scope_end(store, own, rc, err_r);
}

enum sg_err
pool_check(struct store *store, int64_t account_id, const char *name,
    struct err *err_r)
{
	struct store_pool row;
	enum sg_err rc;

	if (strcmp(name, POOL_SHARED) == 0 || strcmp(name, POOL_DEFAULT) == 0)
		return SG_OK;
	rc = pool_get(store, account_id, name, &row, err_r);
	return rc == SG_MISSING ? pool_get(store, 0, name, &row, err_r) : rc;
}

/* ---- addresses --------------------------------------------------------------------- */

/* As the store has addresses. */
static enum sg_err
parse_ip(const char *text, char address_r[STORE_IP_MAX + 1], struct err *err_r)
{
	struct in6_addr six;
	struct in_addr four;

	if (inet_pton(AF_INET, text, &four) == 1 &&
	    inet_ntop(AF_INET, &four, address_r, STORE_IP_MAX + 1) != NULL)
		return SG_OK;
	if (inet_pton(AF_INET6, text, &six) == 1 &&
	    inet_ntop(AF_INET6, &six, address_r, STORE_IP_MAX + 1) != NULL)
		return SG_OK;
	return err_set(
	    err_r, SG_INVALID, "%.60s is no IPv4 or IPv6 address", text);
}

static enum sg_err
set_percentage(struct store_ip *row, int64_t percentage, struct err *err_r)
{
	if (percentage < 0 || percentage > 100)
		return err_set(err_r, SG_INVALID,
		    "WarmupPercentage must be from 0 to 100");
	row->percentage = (int)percentage;
	row->warmup =
	    percentage == 100 ? STORE_WARMUP_DONE : STORE_WARMUP_IN_PROGRESS;
	return SG_OK;
}

enum sg_err
pool_ip_add(struct store *store, const struct store_pool *pool,
    const char *address, int percentage, int64_t now_sec, struct err *err_r)
{
	struct store_ip row = {.account_id = pool->account_id,
	    .pool_id = pool->id,
	    .created_sec = now_sec};
	enum sg_err rc = parse_ip(address, row.address, err_r);

	if (rc == SG_OK)
		rc = set_percentage(&row, percentage, err_r);
	if (rc == SG_OK)
		rc = store_ip_add(store, &row, err_r);
	return rc == SG_EXISTS ? store_ip_update(store, &row, err_r) : rc;
}

static enum sg_err
no_address(const char *address, struct err *err_r)
{
	return err_set(err_r, SG_MISSING,
	    "Dedicated IP address %.60s does not exist.", address);
}

enum sg_err
pool_ip_remove(struct store *store, const struct store_pool *pool,
    const char *address, struct err *err_r)
{
	char clean[STORE_IP_MAX + 1];
	struct store_ip row;
	enum sg_err rc = parse_ip(address, clean, err_r);

	if (rc == SG_OK)
		rc = store_ip_get(store, clean, &row, err_r);
	if (rc == SG_MISSING || (rc == SG_OK && row.pool_id != pool->id))
		return err_set(err_r, SG_MISSING,
		    "pool %s has no address %.60s", pool->name, address);
	return rc == SG_OK ? store_ip_remove(store, clean, err_r) : rc;
}

enum sg_err
pool_ip_get(struct store *store, int64_t account_id, const char *address,
    struct store_ip *row_r, struct err *err_r)
{
	char clean[STORE_IP_MAX + 1];
	enum sg_err rc = parse_ip(address, clean, err_r);

	if (rc == SG_OK)
		rc = store_ip_get(store, clean, row_r, err_r);
	if (rc == SG_MISSING ||
	    (rc == SG_OK && row_r->account_id != account_id))
		return no_address(address, err_r);
	return rc;
}

static enum sg_err
move(struct store *store, int64_t account_id, const char *address,
    const char *name, struct err *err_r)
{
	struct store_pool pool = {.id = 0};
	struct store_ip row;
	enum sg_err rc = pool_ip_get(store, account_id, address, &row, err_r);

	if (rc == SG_OK && strcmp(name, POOL_DEFAULT) != 0)
		rc = pool_get(store, account_id, name, &pool, err_r);
	row.pool_id = pool.id;
	return rc == SG_OK ? store_ip_update(store, &row, err_r) : rc;
}

enum sg_err
pool_ip_move(struct store *store, int64_t account_id, const char *address,
    const char *pool, struct err *err_r)
{
	bool own;
	enum sg_err rc = store_scope_begin(store, &own, err_r);

	if (rc != SG_OK)
		return rc;
	rc = move(store, account_id, address, pool, err_r);
	return store_scope_end(store, own, rc, err_r);
}

enum sg_err
pool_ip_warm_up(struct store *store, int64_t account_id, const char *address,
    int64_t percentage, struct err *err_r)
{
	struct store_ip row;
	bool own;
	enum sg_err rc = store_scope_begin(store, &own, err_r);

	if (rc != SG_OK)
		return rc;
	rc = pool_ip_get(store, account_id, address, &row, err_r);
	if (rc == SG_OK)
		rc = set_percentage(&row, percentage, err_r);
	if (rc == SG_OK)
		rc = store_ip_update(store, &row, err_r);
	return store_scope_end(store, own, rc, err_r);
}
