/* Threads that take messages, each with a store handle of its own, so that the loop
 * that reads sockets never waits for the store. Knows nothing of sockets. */
#ifndef SENDWARD_FEEDBACK_POOL_H
#define SENDWARD_FEEDBACK_POOL_H

#include <stdbool.h>
#include <stddef.h>
#include "base/buf.h"
#include "base/err.h"
#include "feedback/session.h"

struct heartbeat;
struct pool;
struct return_mac;
struct settings;

/* A message on its way. The caller fills it, and has it back from pool_collect. */
struct pool_job {
	struct pool_job *next;     /* the pool's */
	struct settings *settings; /* a reference */
	const struct session
	    *from; /* sender and recipients; unchanged until then */
	struct buf body;
	bool is_taken[SESSION_RECIPIENTS_MAX]; /* the answer, by recipient */
	void *ctx;                             /* the caller's */
};

/* mac, heartbeat: borrowed until pool_free. By heartbeat (may be NULL) the threads
 * say, too, that the program runs. */
enum sg_err pool_new(struct return_mac *mac, struct heartbeat *heartbeat,
    struct pool **pool_r, struct err *err_r);
/* Waits for what is in hand; jobs that nobody collected are left to their owner. */
void pool_free(struct pool **pool);

/* Never waits. */
void pool_give(struct pool *pool, struct pool_job *job);
/* The next that is done, or NULL. */
struct pool_job *pool_collect(struct pool *pool);
/* Turns readable when there is something to collect; pool_collect until NULL. */
int pool_fd(const struct pool *pool);

#endif
