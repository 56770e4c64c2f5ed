/* Which address a message leaves from: see pool_route.h. */
#include "config.h"

#include "ops/pool_route.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "conf/conf.h"
#include "ops/pool_table.h"
#include "rules/pool_choice.h"
#include "store/store.h"

#define ROUTE_BUSY_MSEC 1000
/* Of a day's plan that is taken at once, and what lies idle. */
#define PARTS 8
#define PART_LEAST 10
#define IDLE_MSEC 60000
/* A group's addresses that a message may be given to. */
#define GROUP_MOST 256
#define KEPT_DAYS 7

struct pool_route {
	char *url;
	char host[65];
	struct store *store; /* the thread's */
	pthread_t thread;
	bool has_thread;
	int64_t purged_day;
	size_t ip_count;      /* atomic: 0, there is nothing to choose */
	pthread_mutex_t lock; /* guards what is below */
	pthread_cond_t wake;
	bool is_ending, is_wanted;
	struct pool_table
	    *table; /* budgets: guarded, the rest is the thread's */
};

/* ---- choices ----------------------------------------------------------------------- */

static int64_t
left_of(const struct pool_ip *ip, int64_t now_mono_msec)
{
	if (!ip->is_warming)
		return -1;
	return now_mono_msec < ip->budget.until_msec ? ip->budget.left : 0;
}

static void
ask_for_more(struct pool_route *route, const struct pool_ip *ip)
{
	if (!ip->is_warming || ip->budget.left >= ip->budget.part / 2 ||
	    route->is_wanted)
		return;
	route->is_wanted = true;
	(void)pthread_cond_signal(&route->wake);
}

/* With the lock held. */
static const struct pool_ip *
choose(struct pool_route *route, const struct pool_order *order,
    int64_t now_mono_msec, int64_t *group_r)
{
	struct pool_choice choices[GROUP_MOST];
	size_t count, chosen;
	struct pool_ip *ips;

	*group_r =
	    pool_table_group(route->table, order->account_id, order->set_id);
	ips = pool_table_ips(route->table, *group_r, &count);
	if (count > GROUP_MOST)
		count = GROUP_MOST;
	for (size_t i = 0; i < count; i++) {
		choices[i].weight = ips[i].weight;
		choices[i].left = left_of(&ips[i], now_mono_msec);
	}
	chosen =
	    pool_choice(choices, count, order->queue_id, order->recipients);
	for (size_t i = 0; i < count; i++)
		ask_for_more(route, &ips[i]);
	if (chosen == POOL_CHOICE_NONE)
		return NULL;
	if (ips[chosen].is_warming) {
		ips[chosen].budget.left -= order->recipients;
		ips[chosen].budget.spent_msec = now_mono_msec;
		ask_for_more(route, &ips[chosen]);
	}
	return &ips[chosen];
}

void
pool_route_choose(struct pool_route *route, const struct pool_order *order,
    int64_t now_mono_msec, struct pool_way *way_r)
{
	const struct pool_ip *ip;
	int64_t group;

	*way_r = (struct pool_way){.pool_id = 0};
	if (__atomic_load_n(&route->ip_count, __ATOMIC_RELAXED) == 0)
		return;
	(void)pthread_mutex_lock(&route->lock);
	ip = choose(route, order, now_mono_msec, &group);
	if (ip != NULL) {
		memcpy(way_r->label, ip->label, sizeof(way_r->label));
		memcpy(way_r->address, ip->address, sizeof(way_r->address));
		way_r->pool_id = group > 0 ? group : 0;
	}
	(void)pthread_mutex_unlock(&route->lock);
}

/* ---- budgets: the thread's -------------------------------------------------------- */

/* Takes away and returns it to the store what is over `keep`. */
static enum sg_err
give_back(struct pool_route *route, struct pool_ip *ip, int64_t keep,
    struct err *err_r)
{
	int64_t rest;

	(void)pthread_mutex_lock(&route->lock);
	rest = ip->budget.left - keep;
	if (rest > 0)
		ip->budget.left = keep;
	(void)pthread_mutex_unlock(&route->lock);
	return rest > 0 && ip->budget.day_sec >= 0
		   ? store_warmup_return(route->store, ip->address,
			 ip->budget.day_sec, rest, err_r)
		   : SG_OK;
}

/* A day has begun: what was left of the one before is nothing worth. */
static void
begin_day(struct pool_route *route, struct pool_ip *ip, int64_t day_sec,
    int64_t now_sec, int64_t now_mono_msec)
{
	int64_t end_sec = day_sec + STORE_WARMUP_DAY_SEC;

	(void)pthread_mutex_lock(&route->lock);
	ip->budget = (struct pool_budget){.day_sec = day_sec,
	    .until_msec = now_mono_msec + (end_sec - now_sec - 1) * 1000,
	    .spent_msec = now_mono_msec};
	(void)pthread_mutex_unlock(&route->lock);
}

static enum sg_err
take_part(struct pool_route *route, struct pool_ip *ip, int64_t cap,
    struct err *err_r)
{
	struct pool_budget *budget = &ip->budget;
	int64_t granted, part = cap / PARTS;
	bool is_low;
	enum sg_err rc;

	if (part < PART_LEAST)
		part = PART_LEAST;
	(void)pthread_mutex_lock(&route->lock);
	budget->part = part;
	is_low = budget->left < part / 2;
	part -= budget->left;
	(void)pthread_mutex_unlock(&route->lock);
	if (!is_low)
		return SG_OK;
	rc = store_warmup_take(route->store, ip->address, budget->day_sec, cap,
	    part, &granted, err_r);
	(void)pthread_mutex_lock(&route->lock);
	if (rc == SG_OK)
		budget->left += granted;
	(void)pthread_mutex_unlock(&route->lock);
	return rc;
}

static enum sg_err
fill_one(struct pool_route *route, struct pool_ip *ip, int64_t now_sec,
    int64_t now_mono_msec, struct err *err_r)
{
	int percentage = pool_warmup_percentage(
	    ip->percentage, ip->since_sec, ip->is_automatic, now_sec);
	int64_t day_sec = now_sec - now_sec % STORE_WARMUP_DAY_SEC;
	int64_t cap = pool_warmup_cap(percentage);
	enum sg_err rc;

	if (cap < 0) { /* it is over */
		rc = give_back(route, ip, 0, err_r);
		(void)pthread_mutex_lock(&route->lock);
		ip->is_warming = false;
		(void)pthread_mutex_unlock(&route->lock);
		return rc;
	}
	if (ip->budget.day_sec != day_sec)
		begin_day(route, ip, day_sec, now_sec, now_mono_msec);
	if (ip->budget.part > 0 &&
	    now_mono_msec - ip->budget.spent_msec >= IDLE_MSEC)
		return give_back(route, ip, (ip->budget.part + 3) / 4, err_r);
	return take_part(route, ip, cap, err_r);
}

static enum sg_err
purge(struct pool_route *route, int64_t now_sec, struct err *err_r)
{
	int64_t day = now_sec / STORE_WARMUP_DAY_SEC;

	if (day == route->purged_day)
		return SG_OK;
	route->purged_day = day;
	return store_warmup_purge(
	    route->store, (day - KEPT_DAYS) * STORE_WARMUP_DAY_SEC, err_r);
}

static enum sg_err
fill(struct pool_route *route, int64_t now_mono_msec, struct err *err_r)
{
	struct pool_table *table = route->table;
	int64_t now_sec = 0;
	enum sg_err rc = SG_OK;

	for (size_t i = 0; i < table->ip_count && rc == SG_OK; i++) {
		if (!table->ips[i].is_warming)
			continue;
		if (now_sec == 0) {
			rc = store_pool_clock(route->store, &now_sec, err_r);
			if (rc != SG_OK)
				return rc;
			if (now_sec == 0)
				now_sec = clock_now_sec();
			rc = purge(route, now_sec, err_r);
		}
		if (rc == SG_OK)
			rc = fill_one(route, &table->ips[i], now_sec,
			    now_mono_msec, err_r);
	}
	return rc;
}

/* ---- what changed ------------------------------------------------------------------ */

/* Budgets go over to the new table; those of addresses that are not in it, or are
 * warm now, to *rest_r, which is the old one. */
static void
swap(struct pool_route *route, struct pool_table *fresh,
    struct pool_table **rest_r)
{
	struct pool_table *old;

	(void)pthread_mutex_lock(&route->lock);
	old = route->table;
	for (size_t i = 0; old != NULL && i < fresh->ip_count; i++) {
		struct pool_ip *ip = &fresh->ips[i];
		struct pool_ip *before = pool_table_find(old, ip->address);

		if (before == NULL || !ip->is_warming)
			continue;
		ip->budget = before->budget;
		before->budget = (struct pool_budget){.day_sec = -1};
	}
	route->table = fresh;
	__atomic_store_n(&route->ip_count, fresh->ip_count, __ATOMIC_RELAXED);
	(void)pthread_mutex_unlock(&route->lock);
	*rest_r = old;
}

static enum sg_err
give_all_back(
    struct pool_route *route, struct pool_table *table, struct err *err_r)
{
	enum sg_err rc = SG_OK;

	for (size_t i = 0; table != NULL && i < table->ip_count; i++) {
		enum sg_err one = give_back(route, &table->ips[i], 0, err_r);

		rc = rc == SG_OK ? one : rc;
	}
	return rc;
}

enum sg_err
pool_route_refresh(
    struct pool_route *route, int64_t now_mono_msec, struct err *err_r)
{
	struct pool_table *fresh, *old;
	enum sg_err rc = SG_OK;

	if (route->store == NULL)
		rc = store_open(route->url, STORE_OPEN_WRITE, ROUTE_BUSY_MSEC,
		    &route->store, err_r);
	if (rc == SG_OK)
		rc = pool_table_load(route->store, route->host, &fresh, err_r);
	if (rc == SG_OK) {
		swap(route, fresh, &old);
		rc = give_all_back(route, old, err_r);
		pool_table_free(&old);
	}
	if (rc == SG_OK)
		rc = fill(route, now_mono_msec, err_r);
	/* A handle that failed may never recover: the next try gets a new one. */
	if (rc != SG_OK && rc != SG_BUSY)
		store_close(&route->store);
	return rc;
}

/* ---- the thread --------------------------------------------------------------------- */

/* False: asked to end. */
static bool
pause_until_next(struct pool_route *route)
{
	struct timespec until;
	bool goes_on;
	int rc = 0;

	(void)clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += POOL_ROUTE_MSEC * 1000000L;
	until.tv_sec += until.tv_nsec / 1000000000L;
	until.tv_nsec %= 1000000000L;
	(void)pthread_mutex_lock(&route->lock);
	while (!route->is_ending && !route->is_wanted && rc == 0)
		rc = pthread_cond_timedwait(&route->wake, &route->lock, &until);
	goes_on = !route->is_ending;
	(void)pthread_mutex_unlock(&route->lock);
	return goes_on;
}

/* Budgets that are spent at once must not make a turn for every message. */
static void
rest(struct pool_route *route)
{
	const struct timespec moment = {.tv_nsec = 10 * 1000000L};

	(void)nanosleep(&moment, NULL);
	(void)pthread_mutex_lock(&route->lock);
	route->is_wanted = false;
	(void)pthread_mutex_unlock(&route->lock);
}

static void *
route_main(void *ctx)
{
	struct pool_route *route = ctx;

	/* freshener.c says when the store is gone; the old table holds on */
	while (pause_until_next(route)) {
		struct err err = {0};

		rest(route);
		(void)pool_route_refresh(route, clock_mono_msec(), &err);
	}
	return NULL;
}

static void
init_lock(struct pool_route *route)
{
	pthread_condattr_t attr;

	(void)pthread_mutex_init(&route->lock, NULL);
	(void)pthread_condattr_init(&attr);
	(void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	(void)pthread_cond_init(&route->wake, &attr);
	(void)pthread_condattr_destroy(&attr);
}

enum sg_err
pool_route_new(
    const struct conf *conf, struct pool_route **route_r, struct err *err_r)
{
	struct pool_route *route = calloc(1, sizeof(*route));
	enum sg_err rc;

	*route_r = route;
	if (route == NULL)
		return err_set(err_r, SG_NOMEM, "no memory");
	init_lock(route);
	(void)snprintf(route->host, sizeof(route->host), "%s", conf->host);
	if (conf->host[0] == '\0')
		(void)gethostname(route->host, sizeof(route->host) - 1);
	route->url = strdup(conf->store);
	rc = route->url == NULL
		 ? err_set(err_r, SG_NOMEM, "no memory")
		 : pool_route_refresh(route, clock_mono_msec(), err_r);
	store_close(&route->store); /* the thread opens its own */
	if (rc != SG_OK)
		pool_route_free(route_r);
	return rc;
}

enum sg_err
pool_route_start(struct pool_route *route, struct err *err_r)
{
	int rc = pthread_create(&route->thread, NULL, route_main, route);

	if (rc != 0)
		return err_set(err_r, SG_IO, "thread: %s", strerror(rc));
	route->has_thread = true;
	return SG_OK;
}

void
pool_route_stop(struct pool_route *route)
{
	struct err err = {0};

	(void)pthread_mutex_lock(&route->lock);
	route->is_ending = true;
	(void)pthread_cond_signal(&route->wake);
	(void)pthread_mutex_unlock(&route->lock);
	if (route->has_thread)
		(void)pthread_join(route->thread, NULL);
	route->has_thread = false;
	/* what cannot be given back now is lost for the day */
	if (route->store != NULL)
		(void)give_all_back(route, route->table, &err);
	store_close(&route->store);
}

void
pool_route_free(struct pool_route **route)
{
	struct pool_route *r = *route;

	*route = NULL;
	if (r == NULL)
		return;
	pool_route_stop(r);
	pool_table_free(&r->table);
	(void)pthread_cond_destroy(&r->wake);
	(void)pthread_mutex_destroy(&r->lock);
	free(r->url);
	free(r);
}
