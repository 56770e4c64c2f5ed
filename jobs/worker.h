/* A thread that works in turns and sleeps between them. Knows nothing of what it
 * does. */
#ifndef SENDWARD_JOBS_WORKER_H
#define SENDWARD_JOBS_WORKER_H

#include <stdbool.h>
#include <stdint.h>
#include "base/err.h"

struct worker;

/* One turn, in the worker's thread; returns the milliseconds to sleep before the
 * next. A long one looks at worker_is_stopping now and then. */
typedef int64_t worker_turn_fn(void *ctx, struct worker *worker);

/* ctx is borrowed until the worker has ended. */
enum sg_err worker_start(worker_turn_fn *turn, void *ctx,
    struct worker **worker_r, struct err *err_r);

/* NULL: false. */
bool worker_is_stopping(struct worker *worker);
/* The same, for those who know it as a void pointer. */
bool worker_shall_stop(void *worker);

/* Asks it to end after what it has in hand; does not wait. NULL is fine. */
void worker_stop(struct worker *worker);

/* Waits for its end until deadline_msec (clock_mono_msec()) and frees it. False:
 * it has not ended; it and its ctx must stay as they are until the process is
 * over. NULL: true. */
bool worker_join(struct worker **worker, int64_t deadline_msec);

#endif
