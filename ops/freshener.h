/* A thread that keeps a snapshot fresh with a store handle of its own, opens the
 * store anew when it was lost, and says once that it is gone and once that it is
 * back. Does not decide what a stale snapshot means. */
#ifndef SENDWARD_OPS_FRESHENER_H
#define SENDWARD_OPS_FRESHENER_H

#include <stdbool.h>
#include <stdint.h>
#include "base/err.h"

struct freshener;
struct snapshot;

/* Loads the snapshot once in the calling thread (an error means that a program
 * should not start), without making a thread. url is copied; the snapshot is
 * borrowed until freshener_free. */
enum sg_err freshener_new(const char *url, struct snapshot *snapshot,
    struct freshener **freshener_r, struct err *err_r);
/* From here on every SNAPSHOT_REFRESH_MSEC. */
enum sg_err freshener_start(struct freshener *freshener, struct err *err_r);
/* For what was not found and may be there by now: waits for a look that begins
 * after the call, at most for max_msec. False: there was none. Any thread, also
 * after freshener_stop. However many call, no more than one look in
 * FRESHENER_LEAST_MSEC is made. */
#define FRESHENER_LEAST_MSEC 10
bool freshener_hurry(struct freshener *freshener, int64_t max_msec);
/* Ends the thread, when there is one. */
void freshener_stop(struct freshener *freshener);
void freshener_free(struct freshener **freshener);

#endif
