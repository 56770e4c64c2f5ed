/* LMTP connections: their bytes, time and number. A message that is whole goes to
 * the pool, and its answers to the client. Decides nothing of messages. */
#ifndef SENDWARD_FEEDBACK_CONNS_H
#define SENDWARD_FEEDBACK_CONNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

struct conn;
struct pollfd;
struct pool;
struct return_mac;
struct settings;

TAILQ_HEAD(conn_list, conn);

/* All belongs to the thread of the loop. */
struct conns {
	struct conn_list list;
	size_t count;
	struct pool *pool;
	struct return_mac *mac;
	struct settings *settings; /* in force; replaced by the owner */
	bool is_stopping;
	int complaints; /* logged since the last sweep */
};
/* Both are borrowed. */
void conns_init(struct conns *conns, struct pool *pool, struct return_mac *mac);
/* After the pool has ended. */
void conns_fini(struct conns *conns);

/* Owns fd. When there are feedback.max_connections, one that waits for its next
 * message is closed for it (421), or one whose message takes longer than
 * feedback.timeout_sec; else the newcomer hears 421. */
void conns_accept(struct conns *conns, int fd);

/* Fills one entry a connection (count of them), and after poll(2) acts on them;
 * nothing may be accepted between. */
void conns_fill(struct conns *conns, struct pollfd *wait);
void conns_serve(struct conns *conns, const struct pollfd *wait);
/* Takes what the pool has done. */
void conns_collect(struct conns *conns);
/* Every second: closes those that were silent for too long. */
void conns_sweep(struct conns *conns);
/* Closes those that wait for their next message, now and from now on. */
void conns_stop(struct conns *conns);

#endif
