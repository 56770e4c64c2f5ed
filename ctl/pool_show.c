/* pool show: a pool's addresses, and what left by them. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "ctl/out.h"
#include "ctl/verbs.h"
#include "ops/account.h"
#include "ops/pool.h"
#include "ops/pool_figure.h"
#include "rules/pool_choice.h"

#define DAYS_DEFAULT 14
#define DAYS_MOST 366

struct listing {
	struct ctl *ctl;
	json_t *list;
	struct err *err;
	enum sg_err code;
	int64_t now_sec;
};

static bool
add_address(void *ctx, const struct store_ip *stored)
{
	struct listing *listing = ctx;
	struct store_ip row = *stored;
	char warmup[POOL_WARMUP_TEXT_MAX];
	struct pool_plan plan;

	listing->code = pool_plan_get(
	    listing->ctl->store, &row, listing->now_sec, &plan, listing->err);
	if (listing->code != SG_OK)
		return false;
	pool_warmup_text(row.percentage, warmup);
	return out_add(&listing->list,
	    json_pack("{s:s, s:s, s:i, s:i, s:s, s:o, s:o, s:i, s:s, s:o, s:I}",
		"address", row.address, "warmup", pool_warmup_name(row.warmup),
		"percentage", row.percentage, "day",
		pool_warmup_day(row.percentage), "stage", warmup, "helo",
		out_text(row.helo), "host", out_text(row.host), "weight",
		row.weight, "label", row.label, "plan_today",
		plan.cap < 0 ? json_null() : json_integer(plan.cap),
		"taken_today", (json_int_t)plan.taken));
}

static bool
add_figure(void *ctx, const struct pool_figure *row)
{
	struct listing *listing = ctx;
	char day[sizeof("2026-01-01")] = "";
	time_t at = (time_t)row->day_sec;
	struct tm date;
	json_t *doc;

	if (gmtime_r(&at, &date) != NULL)
		(void)strftime(day, sizeof(day), "%Y-%m-%d", &date);
	doc = json_pack("{s:s, s:s, s:I, s:I, s:I, s:I, s:I}", "day", day,
	    "address", row->address, "sent",
	    (json_int_t)row->counts[STORE_METRIC_SEND], "delivered",
	    (json_int_t)row->counts[STORE_METRIC_DELIVERY], "bounced",
	    (json_int_t)row->counts[STORE_METRIC_PERMANENT_BOUNCE],
	    "bounced_for_a_time",
	    (json_int_t)row->counts[STORE_METRIC_TRANSIENT_BOUNCE],
	    "complained", (json_int_t)row->counts[STORE_METRIC_COMPLAINT]);

	return out_add(&listing->list, doc);
}

static int
read_days(struct ctl *ctl, int64_t *days_r)
{
	const char *text = ctl_value(ctl, "days");
	char *end = NULL;

	*days_r = DAYS_DEFAULT;
	if (text == NULL)
		return CTL_DONE;
	*days_r = strtol(text, &end, 10);
	if (*text < '0' || *text > '9' || *end != '\0' || *days_r < 1 ||
	    *days_r > DAYS_MOST)
		return ctl_usage(ctl, "--days must be from 1 to 366");
	return CTL_DONE;
}

static int
print_pool(struct ctl *ctl, const struct store_pool *pool, json_t *addresses,
    json_t *figures)
{
	static const struct out_column address_columns[] = {
	    {"address", "ADDRESS", OUT_PLAIN},
	    {"helo", "HELO", OUT_PLAIN},
	    {"host", "HOST", OUT_PLAIN},
	    {"weight", "WEIGHT", OUT_PLAIN},
	    {"stage", "WARM-UP", OUT_PLAIN},
	    {"plan_today", "TODAY AT MOST", OUT_PLAIN},
	    {"taken_today", "HANDED OUT", OUT_PLAIN},
	    {NULL, NULL, OUT_PLAIN},
	};
	static const struct out_column figure_columns[] = {
	    {"day", "DAY", OUT_PLAIN},
	    {"address", "ADDRESS", OUT_PLAIN},
	    {"sent", "SENT", OUT_PLAIN},
	    {"delivered", "DELIVERED", OUT_PLAIN},
	    {"bounced", "BOUNCED", OUT_PLAIN},
	    {"bounced_for_a_time", "FOR A TIME", OUT_PLAIN},
	    {"complained", "COMPLAINED", OUT_PLAIN},
	    {NULL, NULL, OUT_PLAIN},
	};
	bool ok;

	if (ctl->json)
		return out_print(ctl,
		    json_pack("{s:s, s:O, s:O}", "name", pool->name,
			"addresses", addresses, "figures", figures),
		    NULL, "");
	if (json_array_size(addresses) == 0)
		(void)printf("pool %s has no address\n", pool->name);
	ok = json_array_size(addresses) == 0 ||
	     out_table(addresses, address_columns);
	(void)puts("");
	if (json_array_size(figures) == 0)
		(void)puts("nothing left by it in this time");
	else
		ok = ok && out_table(figures, figure_columns);
	return ok ? CTL_DONE : ctl_refuse(ctl, "no memory");
}

static int
show(struct ctl *ctl, int64_t days)
{
	struct err err;
	struct listing addresses = {.ctl = ctl,
	    .list = json_array(),
	    .err = &err,
	    .code = SG_OK,
	    .now_sec = clock_now_sec()};
	struct listing figures = addresses;
	struct store_pool pool;
	enum sg_err code;
	int rc = pool_open(ctl, CTL_READ, &pool);

	figures.list = json_array();
	if (rc != CTL_DONE)
		goto out;
	code = store_ip_list(ctl->store, -1, pool.id, "", INT64_MAX,
	    add_address, &addresses, &err);
	if (addresses.code != SG_OK)
		code = addresses.code;
	if (code == SG_OK)
		code = pool_figure_list(ctl->store, pool.id, days,
		    addresses.now_sec, add_figure, &figures, &err);
	rc = code == SG_OK
		 ? print_pool(ctl, &pool, addresses.list, figures.list)
		 : ctl_fail(ctl, &err);
out:
	json_decref(addresses.list);
	json_decref(figures.list);
	return rc;
}

int
pool_run_show(struct ctl *ctl)
{
	int64_t days;
	int rc = read_days(ctl, &days);

	return rc == CTL_DONE ? show(ctl, days) : rc;
}
