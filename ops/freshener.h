/* A thread that keeps a snapshot fresh with a store handle of its own, opens the
 * store anew when it was lost, and says once that it is gone and once that it is
 * back. Does not decide what a stale snapshot means. */
#ifndef SENDWARD_OPS_FRESHENER_H
#define SENDWARD_OPS_FRESHENER_H

#include <stdbool.h>
#include <stdint.h>
#include "base/err.h"

struct freshener;
struct heartbeat;
struct snapshot;

/* Loads what the snapshot needs to answer, once, in the calling thread (an error means
 * that a program should not start), without making a thread. What is many follows
 * when the thread runs, some tens of milliseconds at a time. url is copied; the
 * snapshot is borrowed until freshener_free, and asks that store. */
enum sg_err freshener_new(const char *url, struct snapshot *snapshot,
    struct freshener **freshener_r, struct err *err_r);
/* Before freshener_start: the thread says by it, too, that the program runs. Owned
 * by the freshener; NULL: nobody does. */
void freshener_set_heartbeat(
    struct freshener *freshener, struct heartbeat *heartbeat);
/* From here on every SNAPSHOT_REFRESH_MSEC; while there is more to load, every
 * FRESHENER_LEAST_MSEC. */
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
