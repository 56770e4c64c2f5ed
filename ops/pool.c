/* Pools of sending addresses: see pool.h. */
#include "config.h"

#include "ops/pool.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rules/ascii.h"
#include "rules/pool_choice.h"

#define NAME_LEN_MAX 64
#define LABEL_ATTEMPTS 32
#define WEIGHT_MOST 1000

_Static_assert(POOL_LABEL_MAX == STORE_IP_LABEL_MAX, "labels");

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
pool_find(struct store *store, int64_t account_id, const char *name,
    struct store_pool *row_r, struct err *err_r)
{
	bool is_default = strcmp(name, POOL_DEFAULT) == 0;
	enum sg_err rc;

	*row_r = (struct store_pool){.account_id = is_default ? account_id : 0};
	if (is_default || strcmp(name, POOL_SHARED) == 0)
		return SG_OK;
	rc = pool_get(store, account_id, name, row_r, err_r);
	return rc == SG_MISSING ? pool_get(store, 0, name, row_r, err_r) : rc;
}

enum sg_err
pool_check(struct store *store, int64_t account_id, const char *name,
    struct err *err_r)
{
	struct store_pool row;

	return pool_find(store, account_id, name, &row, err_r);
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
set_percentage(struct store_ip *row, int64_t percentage, int64_t now_sec,
    struct err *err_r)
{
	if (percentage < 0 || percentage > 100)
		return err_set(err_r, SG_INVALID,
		    "WarmupPercentage must be from 0 to 100");
	row->percentage = (int)percentage;
	row->warmup =
	    percentage == 100 ? STORE_WARMUP_DONE : STORE_WARMUP_IN_PROGRESS;
	row->warmup_since_sec = now_sec;
	return SG_OK;
}

/* A label that no other address has. */
static enum sg_err
find_label(struct store *store, struct store_ip *row, struct err *err_r)
{
	bool has = true;
	enum sg_err rc = SG_OK;

	for (unsigned i = 0; rc == SG_OK && has && i < LABEL_ATTEMPTS; i++) {
		pool_label(row->address, i, row->label);
		rc = store_ip_has_label(store, row->label, &has, err_r);
	}
	return rc == SG_OK && has
		   ? err_set(err_r, SG_INVALID, "there is no label left for %s",
			 row->address)
		   : rc;
}

/* A new one, or one that is moved and keeps what else is known of it. */
static enum sg_err
add_ip(struct store *store, const struct store_pool *pool, const char *clean,
    int percentage, int64_t now_sec, struct err *err_r)
{
	struct store_ip row;
	enum sg_err rc = store_ip_get(store, clean, &row, err_r);
	bool is_new = rc == SG_MISSING;

	if (rc != SG_OK && !is_new)
		return rc;
	if (is_new) {
		row = (struct store_ip){.created_sec = now_sec, .weight = 1};
		(void)snprintf(row.address, sizeof(row.address), "%s", clean);
	}
	row.account_id = pool->account_id;
	row.pool_id = pool->id;
	rc = set_percentage(&row, percentage, now_sec, err_r);
	if (rc != SG_OK)
		return rc;
	if (!is_new)
		return store_ip_update(store, &row, err_r);
	rc = find_label(store, &row, err_r);
	return rc == SG_OK ? store_ip_add(store, &row, err_r) : rc;
}

enum sg_err
pool_ip_add(struct store *store, const struct store_pool *pool,
    const char *address, int percentage, int64_t now_sec, struct err *err_r)
{
	char clean[STORE_IP_MAX + 1];
	bool own;
	enum sg_err rc = parse_ip(address, clean, err_r);

	if (rc == SG_OK)
		rc = store_scope_begin(store, &own, err_r);
	if (rc != SG_OK)
		return rc;
	rc = add_ip(store, pool, clean, percentage, now_sec, err_r);
	return store_scope_end(store, own, rc, err_r);
}

/* A host name as HELO wants it (RFC 5321 section 4.1.2): it stands in master.cf. */
static bool
is_host_name(const char *name)
{
	size_t len = strlen(name);

	for (size_t i = 0; i < len; i++)
		if (!ascii_is_alnum(name[i]) &&
		    (strchr("-.", name[i]) == NULL || i == 0 || i + 1 == len))
			return false;
	return len <= RULES_DOMAIN_MAX;
}

static enum sg_err
set_ip(struct store *store, const char *address,
    const struct pool_ip_change *change, struct err *err_r)
{
	struct store_ip row;
	enum sg_err rc = pool_ip_find(store, address, &row, err_r);

	if (rc != SG_OK)
		return rc;
	if (change->helo != NULL)
		(void)snprintf(row.helo, sizeof(row.helo), "%s", change->helo);
	if (change->host != NULL)
		(void)snprintf(row.host, sizeof(row.host), "%s", change->host);
	if (change->weight >= 0)
		row.weight = change->weight;
	return store_ip_update(store, &row, err_r);
}

enum sg_err
pool_ip_set(struct store *store, const char *address,
    const struct pool_ip_change *change, struct err *err_r)
{
	bool own;
	enum sg_err rc;

	if (change->helo != NULL && !is_host_name(change->helo))
		return err_set(err_r, SG_INVALID, "%.100s is no name for HELO",
		    change->helo);
	if (change->host != NULL &&
	    strlen(change->host) >= sizeof((struct store_ip *)NULL)->host)
		return err_set(err_r, SG_INVALID,
		    "the name of a machine has at most 64 characters");
	if (change->weight > WEIGHT_MOST)
		return err_set(
		    err_r, SG_INVALID, "a weight is from 0 to %d", WEIGHT_MOST);
	rc = store_scope_begin(store, &own, err_r);
	if (rc != SG_OK)
		return rc;
	rc = set_ip(store, address, change, err_r);
	return store_scope_end(store, own, rc, err_r);
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

enum sg_err
pool_ip_find(struct store *store, const char *address, struct store_ip *row_r,
    struct err *err_r)
{
	char clean[STORE_IP_MAX + 1];
	enum sg_err rc = parse_ip(address, clean, err_r);

	if (rc == SG_OK)
		rc = store_ip_get(store, clean, row_r, err_r);
	return rc == SG_MISSING ? no_address(address, err_r) : rc;
}

enum sg_err
pool_ip_delete(struct store *store, const char *address, struct err *err_r)
{
	struct store_ip row;
	enum sg_err rc = pool_ip_find(store, address, &row, err_r);

	if (rc == SG_OK)
		rc = store_ip_remove(store, row.address, err_r);
	return rc == SG_MISSING ? no_address(address, err_r) : rc;
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
    int64_t percentage, int64_t now_sec, struct err *err_r)
{
	struct store_ip row;
	bool own;
	enum sg_err rc = store_scope_begin(store, &own, err_r);

	if (rc != SG_OK)
		return rc;
	rc = pool_ip_get(store, account_id, address, &row, err_r);
	if (rc == SG_OK)
		rc = set_percentage(&row, percentage, now_sec, err_r);
	if (rc == SG_OK)
		rc = store_ip_update(store, &row, err_r);
	return store_scope_end(store, own, rc, err_r);
}

/* ---- warm-up by itself -------------------------------------------------------------- */

void
pool_ip_at(struct store_ip *row, bool is_automatic, int64_t now_sec)
{
	if (row->warmup != STORE_WARMUP_IN_PROGRESS)
		return;
	row->percentage = pool_warmup_percentage(
	    row->percentage, row->warmup_since_sec, is_automatic, now_sec);
	if (row->percentage >= 100)
		row->warmup = STORE_WARMUP_DONE;
}

enum sg_err
pool_ip_is_automatic(struct store *store, const struct store_ip *row,
    bool *is_automatic_r, struct err *err_r)
{
	struct store_account account;
	enum sg_err rc = SG_OK;

	*is_automatic_r = true;
	if (row->account_id == 0 || row->warmup != STORE_WARMUP_IN_PROGRESS)
		return SG_OK;
	rc = store_account_get_by_id(store, row->account_id, &account, err_r);
	if (rc == SG_OK)
		*is_automatic_r = account.auto_warmup;
	return rc;
}

/* Rows of a list that is written to afterwards. */
struct warming {
	struct store_ip *list;
	size_t count;
	bool failed;
};

static bool
note_warming(void *ctx, const struct store_ip *row)
{
	struct warming *warming = ctx;
	struct store_ip *list = realloc(
	    warming->list, (warming->count + 1) * sizeof(*warming->list));

	warming->failed = list == NULL;
	if (list == NULL)
		return false;
	warming->list = list;
	list[warming->count++] = *row;
	return true;
}

static enum sg_err
settle(struct store *store, int64_t account_id, bool was_automatic,
    int64_t now_sec, struct err *err_r)
{
	struct warming warming = {.failed = false};
	enum sg_err rc = store_ip_list_warming(
	    store, account_id, note_warming, &warming, err_r);

	if (rc == SG_OK && warming.failed)
		rc = err_set(err_r, SG_NOMEM, "no memory for addresses");
	for (size_t i = 0; i < warming.count && rc == SG_OK; i++) {
		struct store_ip *row = &warming.list[i];

		pool_ip_at(row, was_automatic, now_sec);
		row->warmup_since_sec = now_sec;
		rc = store_ip_update(store, row, err_r);
	}
	free(warming.list);
	return rc;
}

enum sg_err
pool_ip_settle(struct store *store, int64_t account_id, bool was_automatic,
    int64_t now_sec, struct err *err_r)
{
	bool own;
	enum sg_err rc = store_scope_begin(store, &own, err_r);

	if (rc != SG_OK)
		return rc;
	rc = settle(store, account_id, was_automatic, now_sec, err_r);
	return store_scope_end(store, own, rc, err_r);
}
