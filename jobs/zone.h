/* Keeps the keys of Easy DKIM in the operator's zone: what is new, what has been
 * there for a day, what must go. Written again as long as it takes.
 *
 * Thread rule: one thread. */
#ifndef SENDWARD_JOBS_ZONE_H
#define SENDWARD_JOBS_ZONE_H

#include <stdbool.h>
#include <stdint.h>
#include "base/err.h"
#include "dns/update.h"

struct conf;
struct store;
struct worker;

/* One update of the zone: dns_update with its updater, or a test's. */
typedef enum sg_err zone_update_fn(void *updater,
    const struct dns_change *changes, size_t count, struct err *err_r);

struct zone {
	zone_update_fn *update;
	void *updater; /* NULL: nobody takes updates */
	int failures;  /* in a row */
	int64_t resume_msec;
};

/* Another server may have taken its place: try at once. */
void zone_use(struct zone *zone, zone_update_fn *update, void *updater);

/* Writes what waits, in batches, until nothing does, the server fails or the
 * worker (may be NULL) is to stop. An error of the server is no error of the
 * call: it is logged once (dkim.unpublished), and nothing is tried before a
 * growing while, at most a minute, has passed. Errors are the store's. */
enum sg_err zone_turn(struct zone *zone, struct store *store,
    const struct conf *conf, struct worker *worker, int64_t now_sec,
    int64_t now_msec, struct err *err_r);

#endif
