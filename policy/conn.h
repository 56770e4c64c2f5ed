/* Connections of the policy server: bytes in, requests in order, answers out,
 * also late ones. Does not know how a request is decided.
 *
 * One thread. A connection has at most one request in hand; what comes behind it
 * waits in its buffer, so that answers are in the order of the requests. */
#ifndef SENDWARD_POLICY_CONN_H
#define SENDWARD_POLICY_CONN_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>
#include "base/buf.h"
#include "ops/reserve.h"
#include "policy/codec.h"

struct event;
struct event_base;

enum policy_conn_state {
	POLICY_CONN_READING, /* no request in hand */
	POLICY_CONN_PENDING, /* its request waits for a lease */
	POLICY_CONN_HELD,    /* its answer is held back by a timer */
};

struct policy_conns;

/* Fields are read by others, changed by conn.c alone, but for the last group. */
struct policy_conn {
	struct policy_conns *owner;
	TAILQ_ENTRY(policy_conn) link;
	int fd;
	enum policy_conn_state state;
	bool is_eof, is_broken, is_reading, is_writing;
	struct policy_parser parser;
	struct buf in, out;
	size_t in_at; /* bytes of `in` that are parsed */
	struct event *read_event, *write_event, *hold_event;
	int64_t started_msec; /* of an unfinished request */
	int64_t active_msec;  /* last byte in or out */

	/* for whoever decides */
	TAILQ_ENTRY(policy_conn) pending_link;
	int64_t asked_msec;
	struct rules_account account;
	struct reserve_answer answer;
};

TAILQ_HEAD(policy_conn_list, policy_conn);

struct policy_conns_limits {
	int64_t max_connections;
	int64_t timeout_msec; /* for a started request, and for an answer to be
	                         taken */
	int64_t idle_msec;
};

/* Called when conn->parser.request is whole: answers it by policy_conn_answer, or
 * marks it by policy_conn_set_pending and answers later. */
typedef void policy_request_fn(void *ctx, struct policy_conn *conn);
/* A connection ends whose request is PENDING: forget it. */
typedef void policy_gone_fn(void *ctx, struct policy_conn *conn);

struct policy_conns {
	struct event_base *base;
	struct policy_conns_limits limits;
	policy_request_fn *on_request;
	policy_gone_fn *on_gone;
	void *ctx;
	struct policy_conn_list list;
	int64_t count;
	bool is_stopping;
	int complaints; /* logged in this second */
	int64_t silenced;
};

/* Takes over an accepted, non-blocking socket. Over the limit, the connection that
 * was idle the longest makes room (Postfix opens it again when needed); when all
 * are busy, the new one is closed. */
void policy_conns_accept(struct policy_conns *conns, int fd);

/* To be called every second: ends what is idle or too slow. */
void policy_conns_sweep(struct policy_conns *conns);

/* No more requests are taken; connections end when their answer in hand is
 * given. */
void policy_conns_stop(struct policy_conns *conns);

/* Ends all at once. */
void policy_conns_fini(struct policy_conns *conns);

void policy_conn_set_pending(struct policy_conn *conn);

/* The answer to the request in hand, to be sent after wait_usec (only for what is
 * accepted). The connection stays valid until policy_conn_go_on. */
void policy_conn_answer(struct policy_conn *conn,
    const struct rules_verdict *verdict, int64_t wait_usec);

/* Is the next request whole? Then it is in hand, in conn->parser.request. */
bool policy_conn_next(struct policy_conn *conn);

/* Sends, takes the next requests (on_request is called), reads on. Must follow
 * when an answer was given outside on_request; conn may be gone afterwards. */
void policy_conn_go_on(struct policy_conn *conn);

#endif
