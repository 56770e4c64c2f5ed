/* What is done because it is time: keys get successors and old ones go, links
 * expire. What exactly is ops/rotation.h's and ops/link.h's.
 *
 * Thread rule: one thread. */
#ifndef SENDWARD_JOBS_CALENDAR_H
#define SENDWARD_JOBS_CALENDAR_H

#include <stdint.h>
#include "base/err.h"

struct conf;
struct seal;
struct store;
struct worker;

struct calendar {
	/* When each was done last; 0 never. */
	int64_t keys_sec, links_sec, sent_sec;
};

/* Keys hourly, links every minute, what was sent daily; all of it the first time.
 * A task that is not finished when the worker (may be NULL) is to stop, or fails,
 * is due still. */
enum sg_err calendar_turn(struct calendar *calendar, struct store *store,
    const struct seal *seal, const struct conf *conf, struct worker *worker,
    int64_t now_sec, struct err *err_r);

#endif
