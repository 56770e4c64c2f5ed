/* A program says now and then that it runs, with a store handle of its own. Never
 * waits for a locked store, logs nothing, and fails in silence: who looks at the
 * store (health.h) sees that it says nothing.
 *
 * Thread rule: one thread at a time. */
#ifndef SENDWARD_OPS_HEARTBEAT_H
#define SENDWARD_OPS_HEARTBEAT_H

#include <stdint.h>

struct heartbeat;

#define HEARTBEAT_EVERY_MSEC 10000
#define HEARTBEAT_AGAIN_MSEC 1000 /* after a failure */
#define HEARTBEAT_KEEP_SEC 86400  /* of one that was killed */

/* program: "sendward-milter"; url: the option `store`; detail: where it listens, ""
 * nothing. All are copied. NULL: no memory, which the others take. */
struct heartbeat *heartbeat_new(
    const char *program, const char *url, const char *detail);
/* Before the first turn. host: the option `host`; "": the system's name stays. */
void heartbeat_name_host(struct heartbeat *heartbeat, const char *host);
/* Another store from now on, when it is another. */
void heartbeat_use(struct heartbeat *heartbeat, const char *url);
/* Says so when it is time. The process is the one that calls first. */
void heartbeat_turn(struct heartbeat *heartbeat, int64_t now_msec);
/* At a clean end: says that it is over. */
void heartbeat_end(struct heartbeat *heartbeat);
void heartbeat_free(struct heartbeat **heartbeat);

#endif
