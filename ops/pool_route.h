/* Which address a message leaves from: pools, who is assigned, and what warming
 * addresses may still have today, in memory. A thread looks for changes and takes
 * budgets of warm-up from the store ahead; a choice touches memory alone. What it
 * says, the MTA does: the label in the return path names the transport.
 *
 * A budget is debited in the store before any of it is spent, so all processes of all
 * hosts together never pass the day's plan. What a process did not spend it gives
 * back at its end and when it lies idle; what one that died had is lost for the day. */
#ifndef SENDWARD_OPS_POOL_ROUTE_H
#define SENDWARD_OPS_POOL_ROUTE_H

#include <stdint.h>
#include "base/err.h"
#include "store/pools.h"

struct conf;
struct pool_route;

/* Loads once in the calling thread, without making one. conf is borrowed for the
 * call. */
enum sg_err pool_route_new(
    const struct conf *conf, struct pool_route **route_r, struct err *err_r);
/* From here on every POOL_ROUTE_MSEC, and as soon as a budget runs low. */
#define POOL_ROUTE_MSEC 500
enum sg_err pool_route_start(struct pool_route *route, struct err *err_r);
/* Ends the thread, when there is one, and gives back what was not spent. Choices may
 * go on. */
void pool_route_stop(struct pool_route *route);
void pool_route_free(struct pool_route **route);
/* One turn of the thread, in the calling one; for tests. */
enum sg_err pool_route_refresh(
    struct pool_route *route, int64_t now_mono_msec, struct err *err_r);

/* Whose message, and how many it is for. set_id: 0 none. */
struct pool_order {
	int64_t account_id, set_id;
	const char *queue_id;
	int64_t recipients;
};
struct pool_way {
	char label[STORE_IP_LABEL_MAX + 1]; /* "" the shared addresses */
	char address[STORE_IP_MAX + 1];     /* "" then, too */
	int64_t pool_id;                    /* 0 none */
};
/* The configuration set's pool, else the account's, else the account's addresses that
 * are in no pool (POOL_DEFAULT); among them by weight. Shared: there is no such pool
 * or address on this host, or the day's plan is spent. Any thread; spends. */
void pool_route_choose(struct pool_route *route, const struct pool_order *order,
    int64_t now_mono_msec, struct pool_way *way_r);

#endif
