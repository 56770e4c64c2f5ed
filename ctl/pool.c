/* pool: verbs of the command table. Addresses that mail leaves from. */
#include "config.h"

#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "ctl/out.h"
#include "ctl/verbs.h"
#include "ops/account.h"
#include "ops/pool.h"
#include "ops/transport.h"
#include "rules/pool_choice.h"

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

int
pool_open(struct ctl *ctl, int needs, struct store_pool *row_r)
{
	struct err err;
	int64_t owner;
	int rc = ctl_open(ctl, needs);

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
	    "pool %s is made; give it addresses (sendwardctl pool add-ip %s "
	    "ADDRESS), then let Postfix know them (sendwardctl pool transports "
	    "--apply)",
	    row.name, row.name);
}

/* ---- list ------------------------------------------------------------------------ */

struct listing {
	struct ctl *ctl;
	json_t *list;
	struct err *err;
	enum sg_err code;
};

/* Those of a pool. */
struct addresses {
	struct listing *listing;
	json_t *list;
};

static bool
add_address(void *ctx, const struct store_ip *stored)
{
	struct addresses *addresses = ctx;
	struct listing *listing = addresses->listing;
	struct store_ip row = *stored;
	bool is_automatic;

	listing->code = pool_ip_is_automatic(
	    listing->ctl->store, &row, &is_automatic, listing->err);
	if (listing->code != SG_OK)
		return false;
	pool_ip_at(&row, is_automatic, clock_now_sec());
	return out_add(&addresses->list,
	    json_pack("{s:s, s:s, s:i, s:i, s:o, s:o, s:i}", "address",
		row.address, "warmup", pool_warmup_name(row.warmup),
		"percentage", row.percentage, "day",
		pool_warmup_day(row.percentage), "helo", out_text(row.helo),
		"host", out_text(row.host), "weight", row.weight));
}

static bool
add_pool(void *ctx, const struct store_pool *row)
{
	struct listing *listing = ctx;
	struct store_account account = {.facts.name = ""};
	struct addresses addresses = {.listing = listing, .list = json_array()};
	enum sg_err code = SG_OK;
	json_t *doc;

	if (row->account_id != 0)
		listing->code = store_account_get_by_id(listing->ctl->store,
		    row->account_id, &account, listing->err);
	if (listing->code == SG_OK)
		code = store_ip_list(listing->ctl->store, -1, row->id, "",
		    INT64_MAX, add_address, &addresses, listing->err);
	if (listing->code == SG_OK)
		listing->code = code;
	if (listing->code != SG_OK) {
		json_decref(addresses.list);
		return false;
	}
	doc = json_pack("{s:s, s:o, s:s, s:I}", "name", row->name, "account",
	    out_text(account.facts.name), "scaling",
	    pool_scaling_name(row->scaling), "count",
	    (json_int_t)json_array_size(addresses.list));
	out_set(&doc, "addresses", addresses.list);
	return out_add(&listing->list, doc);
}

void
pool_warmup_text(int percentage, char text_r[POOL_WARMUP_TEXT_MAX])
{
	int day = pool_warmup_day(percentage);

	if (day == 0)
		(void)snprintf(text_r, POOL_WARMUP_TEXT_MAX, "over");
	else
		(void)snprintf(text_r, POOL_WARMUP_TEXT_MAX,
		    "day %d of %d (%d %%)", day, WARMUP_DAYS, percentage);
}

static void
print_address(const json_t *pool, const json_t *row)
{
	int percentage =
	    (int)json_integer_value(json_object_get(row, "percentage"));
	int64_t cap = pool_warmup_cap(percentage);
	char text[POOL_WARMUP_TEXT_MAX];

	pool_warmup_text(percentage, text);
	(void)printf("%s: %s, warm-up %s",
	    json_string_value(json_object_get(pool, "name")),
	    json_string_value(json_object_get(row, "address")), text);
	if (cap >= 0)
		(void)printf(", at most %lld today", (long long)cap);
	(void)puts("");
}

static void
print_addresses(const json_t *list)
{
	const json_t *pool, *row;
	bool is_first = true;
	size_t i, n;

	json_array_foreach(list, i, pool)
	{
		json_array_foreach(json_object_get(pool, "addresses"), n, row)
		{
			if (is_first)
				(void)puts("");
			is_first = false;
			print_address(pool, row);
		}
	}
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

/* An option's number up to `most`; `other` when it is not given. False: it is none. */
static bool
read_number(const struct ctl *ctl, const char *option, int most, int other,
    int *number_r)
{
	const char *text = ctl_value(ctl, option);
	size_t len = text == NULL ? 0 : strspn(text, "0123456789");

	*number_r = other;
	if (text == NULL)
		return true;
	if (len == 0 || len > 4 || text[len] != '\0')
		return false;
	*number_r = (int)strtol(text, NULL, 10);
	return *number_r <= most;
}

/* What add-ip and set say of an address. */
struct given {
	int percentage; /* -1 nothing */
	struct pool_ip_change change;
};

static int
read_given(struct ctl *ctl, int percentage, struct given *given_r)
{
	if (!read_number(ctl, "warmup", 100, percentage, &given_r->percentage))
		return ctl_usage(ctl, "--warmup must be from 0 to 100");
	if (!read_number(ctl, "weight", 1000, -1, &given_r->change.weight))
		return ctl_usage(ctl, "--weight must be from 0 to 1000");
	given_r->change.helo = ctl_value(ctl, "helo");
	given_r->change.host = ctl_value(ctl, "host");
	return CTL_DONE;
}

static bool
has_change(const struct pool_ip_change *change)
{
	return change->helo != NULL || change->host != NULL ||
	       change->weight >= 0;
}

/* The address' name by DNS, as HELO should have it; "" none. */
static void
find_name(const char *address, char name_r[NI_MAXHOST])
{
	const struct addrinfo hints = {
	    .ai_flags = AI_NUMERICHOST, .ai_socktype = SOCK_STREAM};
	struct addrinfo *found = NULL;

	name_r[0] = '\0';
	if (getaddrinfo(address, NULL, &hints, &found) != 0)
		return;
	if (getnameinfo(found->ai_addr, found->ai_addrlen, name_r, NI_MAXHOST,
		NULL, 0, NI_NAMEREQD) != 0 ||
	    strchr(name_r, '.') == NULL)
		name_r[0] = '\0';
	freeaddrinfo(found);
}

/* What Postfix needs now, for people. */
static void
print_service(const struct store_ip *row)
{
	struct buf line;

	buf_init(&line, 4096);
	if (transport_service(row, &line))
		(void)printf("Postfix needs in master.cf, by sendwardctl pool "
			     "transports --apply:\n%s\n",
		    buf_str(&line));
	buf_fini(&line);
}

/* Ends add-ip and set: the address as it is now. */
static int
tell_address(struct ctl *ctl, const struct store_pool *pool,
    const char *address, bool has_service)
{
	char warmup[POOL_WARMUP_TEXT_MAX];
	struct store_ip row;
	struct err err;
	int rc;

	if (pool_ip_find(ctl->store, address, &row, &err) != SG_OK)
		return ctl_fail(ctl, &err);
	pool_warmup_text(row.percentage, warmup);
	rc = out_done(ctl,
	    json_pack("{s:s, s:s, s:i, s:o, s:o, s:i, s:s}", "pool", pool->name,
		"address", row.address, "percentage", row.percentage, "helo",
		out_text(row.helo), "host", out_text(row.host), "weight",
		row.weight, "label", row.label),
	    "%s is in pool %s; its warm-up: %s", row.address, pool->name,
	    warmup);
	if (rc == CTL_DONE && has_service && !ctl->json)
		print_service(&row);
	return rc;
}

int
pool_run_add_ip(struct ctl *ctl)
{
	char name[NI_MAXHOST];
	struct given given;
	struct store_pool pool;
	struct err err;
	int rc = read_given(ctl, 100, &given);

	if (rc == CTL_DONE)
		rc = pool_open(ctl, CTL_WRITE, &pool);
	if (rc != CTL_DONE)
		return rc;
	if (pool_ip_add(ctl->store, &pool, ctl_arg(ctl, 1), given.percentage,
		clock_now_sec(), &err) != SG_OK)
		return ctl_fail(ctl, &err);
	find_name(ctl_arg(ctl, 1), name);
	if (given.change.helo == NULL && name[0] != '\0')
		given.change.helo = name;
	if (has_change(&given.change) &&
	    pool_ip_set(ctl->store, ctl_arg(ctl, 1), &given.change, &err) !=
		SG_OK)
		return ctl_fail(ctl, &err);
	return tell_address(ctl, &pool, ctl_arg(ctl, 1), true);
}

int
pool_run_remove_ip(struct ctl *ctl)
{
	struct store_pool pool;
	struct err err;
	int rc = pool_open(ctl, CTL_WRITE, &pool);

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
	struct given given;
	struct store_pool pool;
	struct store_ip row;
	struct err err;
	int rc = read_given(ctl, -1, &given);

	if (rc == CTL_DONE && given.percentage < 0 &&
	    !has_change(&given.change))
		rc = ctl_usage(
		    ctl, "say what is to be changed: --warmup, --helo, …");
	if (rc == CTL_DONE)
		rc = pool_open(ctl, CTL_WRITE, &pool);
	if (rc != CTL_DONE)
		return rc;
	if (pool_ip_get(ctl->store, pool.account_id, address, &row, &err) !=
	    SG_OK)
		return ctl_fail(ctl, &err);
	if (row.pool_id != pool.id)
		return ctl_refuse(
		    ctl, "pool %s has no address %s", pool.name, address);
	if (given.percentage >= 0 &&
	    pool_ip_warm_up(ctl->store, pool.account_id, address,
		given.percentage, clock_now_sec(), &err) != SG_OK)
		return ctl_fail(ctl, &err);
	if (has_change(&given.change) &&
	    pool_ip_set(ctl->store, address, &given.change, &err) != SG_OK)
		return ctl_fail(ctl, &err);
	return tell_address(ctl, &pool, address, given.change.helo != NULL);
}

int
pool_run_delete(struct ctl *ctl)
{
	struct store_pool pool;
	struct err err;
	int rc = pool_open(ctl, CTL_WRITE, &pool);

	if (rc != CTL_DONE)
		return rc;
	if (pool_delete(ctl->store, pool.account_id, pool.name, &err) != SG_OK)
		return ctl_fail(ctl, &err);
	return out_done(ctl, json_pack("{s:s}", "name", pool.name),
	    "pool %s is deleted; its addresses are in no pool", pool.name);
}
