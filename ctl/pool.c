/* pool: verbs of the command table. Addresses that mail leaves from. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "ctl/out.h"
#include "ctl/verbs.h"
#include "ops/account.h"
#include "ops/pool.h"

/* --account; *id_r 0: the operator's own, for all. Returns the exit status. */
static int
find_owner(struct ctl *ctl, int64_t *id_r)
{
	const char *name = ctl_value(ctl, "account");
	struct store_account account;
	struct err err;

	*id_r = 0;
	if (name == NULL)
		return CTL_DONE;
	if (account_get(ctl->store, name, &account, &err) != SG_OK)
		return ctl_fail(ctl, &err);
	*id_r = account.facts.id;
	return CTL_DONE;
}

/* The pool that the first argument and --account name. */
static int
open_pool(struct ctl *ctl, struct store_pool *row_r)
{
	struct err err;
	int64_t owner;
	int rc = ctl_open(ctl, CTL_WRITE);

	if (rc == CTL_DONE)
		rc = find_owner(ctl, &owner);
	if (rc != CTL_DONE)
		return rc;
	if (pool_get(ctl->store, owner, ctl_arg(ctl, 0), row_r, &err) != SG_OK)
		return ctl_fail(ctl, &err);
	return CTL_DONE;
}

static const char *
owner_text(const struct ctl *ctl)
{
	const char *name = ctl_value(ctl, "account");

	return name != NULL ? name : "";
}

int
pool_run_create(struct ctl *ctl)
{
	const char *name = ctl_arg(ctl, 0);
	struct store_pool row;
	struct err err;
	int64_t owner;
	bool is_full;
	int rc = ctl_open(ctl, CTL_WRITE);

	if (rc == CTL_DONE)
		rc = find_owner(ctl, &owner);
	if (rc != CTL_DONE)
		return rc;
	if (pool_create(ctl->store, owner, name, clock_now_sec(), &row,
		&is_full, &err) != SG_OK)
		return ctl_fail(ctl, &err);
	return out_done(ctl,
	    json_pack("{s:s, s:o}", "name", row.name, "account",
		out_text(owner_text(ctl))),
	    "pool %s is made; give it addresses: sendwardctl pool add-ip %s "
	    "ADDRESS",
	    row.name, row.name);
}

/* ---- list ------------------------------------------------------------------------ */

struct listing {
	struct ctl *ctl;
	json_t *list;
	struct err *err;
	enum sg_err code;
};

static bool
add_address(void *ctx, const struct store_ip *row)
{
	return out_add(ctx,
	    json_pack("{s:s, s:s, s:i}", "address", row->address, "warmup",
		pool_warmup_name(row->warmup), "percentage", row->percentage));
}

static bool
add_pool(void *ctx, const struct store_pool *row)
{
	struct listing *listing = ctx;
	struct store_account account = {.facts.name = ""};
	json_t *addresses = json_array(), *doc;

	if (row->account_id != 0)
		listing->code = store_account_get_by_id(listing->ctl->store,
		    row->account_id, &account, listing->err);
	if (listing->code == SG_OK)
		listing->code = store_ip_list(listing->ctl->store, -1, row->id,
		    "", INT64_MAX, add_address, &addresses, listing->err);
	if (listing->code != SG_OK) {
		json_decref(addresses);
		return false;
	}
	doc = json_pack("{s:s, s:o, s:s, s:I}", "name", row->name, "account",
	    out_text(account.facts.name), "scaling",
	    pool_scaling_name(row->scaling), "count",
	    (json_int_t)json_array_size(addresses));
	out_set(&doc, "addresses", addresses);
	return out_add(&listing->list, doc);
}

static void
print_addresses(const json_t *list)
{
	const json_t *pool, *row;
	size_t i, n;

	json_array_foreach(list, i, pool) json_array_foreach(
	    json_object_get(pool, "addresses"), n, row)(void)
	    printf("%s%s: %s, warm-up %d %%\n", i + n == 0 ? "\n" : "",
		json_string_value(json_object_get(pool, "name")),
		json_string_value(json_object_get(row, "address")),
		(int)json_integer_value(json_object_get(row, "percentage")));
}

int
pool_run_list(struct ctl *ctl)
{
	static const struct out_column columns[] = {
	    {"name", "POOL", OUT_PLAIN},
	    {"account", "ACCOUNT", OUT_PLAIN},
	    {"scaling", "SCALING", OUT_PLAIN},
	    {"count", "ADDRESSES", OUT_PLAIN},
	    {NULL, NULL, OUT_PLAIN},
	};
	struct err err;
	struct listing listing = {.ctl = ctl, .err = &err, .code = SG_OK};
	enum sg_err code;
	json_t *kept;
	int rc = ctl_open(ctl, CTL_READ);

	if (rc != CTL_DONE)
		return rc;
	listing.list = json_array();
	code = store_pool_list_all(ctl->store, add_pool, &listing, &err);
	if (code == SG_OK)
		code = listing.code;
	kept = json_incref(listing.list);
	rc = out_list(ctl, &listing.list, code, &err, columns,
	    "no pools; make one: sendwardctl pool create NAME");
	if (rc == CTL_DONE && !ctl->json)
		print_addresses(kept);
	json_decref(kept);
	return rc;
}

/* ---- addresses ---------------------------------------------------------------------- */

/* --warmup; 100 when it is not given. False: it is none. */
static bool
read_percentage(const struct ctl *ctl, int *percentage_r)
{
	const char *text = ctl_value(ctl, "warmup");
	size_t len = text == NULL ? 0 : strspn(text, "0123456789");

	*percentage_r = 100;
	if (text == NULL)
		return true;
	if (len == 0 || len > 3 || text[len] != '\0')
		return false;
	*percentage_r = (int)strtol(text, NULL, 10);
	return *percentage_r <= 100;
}

int
pool_run_add_ip(struct ctl *ctl)
{
	struct store_pool pool;
	struct err err;
	int percentage, rc;

	if (!read_percentage(ctl, &percentage))
		return ctl_usage(ctl, "--warmup must be from 0 to 100");
	rc = open_pool(ctl, &pool);
	if (rc != CTL_DONE)
		return rc;
	if (pool_ip_add(ctl->store, &pool, ctl_arg(ctl, 1), percentage,
		clock_now_sec(), &err) != SG_OK)
		return ctl_fail(ctl, &err);
	return out_done(ctl,
	    json_pack("{s:s, s:s, s:i}", "pool", pool.name, "address",
		ctl_arg(ctl, 1), "percentage", percentage),
	    "%s is in pool %s", ctl_arg(ctl, 1), pool.name);
}

int
pool_run_remove_ip(struct ctl *ctl)
{
	struct store_pool pool;
	struct err err;
	int rc = open_pool(ctl, &pool);

	if (rc != CTL_DONE)
		return rc;
	if (pool_ip_remove(ctl->store, &pool, ctl_arg(ctl, 1), &err) != SG_OK)
		return ctl_fail(ctl, &err);
	return out_done(ctl,
	    json_pack(
		"{s:s, s:s}", "pool", pool.name, "address", ctl_arg(ctl, 1)),
	    "%s is in no pool any more", ctl_arg(ctl, 1));
}

int
pool_run_set(struct ctl *ctl)
{
	const char *address = ctl_arg(ctl, 1);
	struct store_pool pool;
	struct store_ip row;
	struct err err;
	int percentage, rc;

	if (!read_percentage(ctl, &percentage))
		return ctl_usage(ctl, "--warmup must be from 0 to 100");
	rc = open_pool(ctl, &pool);
	if (rc != CTL_DONE)
		return rc;
	if (pool_ip_get(ctl->store, pool.account_id, address, &row, &err) !=
	    SG_OK)
		return ctl_fail(ctl, &err);
	if (row.pool_id != pool.id)
		return ctl_refuse(
		    ctl, "pool %s has no address %s", pool.name, address);
	if (pool_ip_warm_up(ctl->store, pool.account_id, address, percentage,
		&err) != SG_OK)
		return ctl_fail(ctl, &err);
	return out_done(ctl,
	    json_pack("{s:s, s:s, s:i}", "pool", pool.name, "address",
		row.address, "percentage", percentage),
	    "the warm-up of %s is at %d %%", row.address, percentage);
}

int
pool_run_delete(struct ctl *ctl)
{
	struct store_pool pool;
	struct err err;
	int rc = open_pool(ctl, &pool);

	if (rc != CTL_DONE)
		return rc;
	if (pool_delete(ctl->store, pool.account_id, pool.name, &err) != SG_OK)
		return ctl_fail(ctl, &err);
	return out_done(ctl, json_pack("{s:s}", "name", pool.name),
	    "pool %s is deleted; its addresses are in no pool", pool.name);
}
