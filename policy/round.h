/* Group commit: the requests that became ready in one turn of the event loop are
 * counted in one transaction of the store, and answered after it. Also carries
 * small standing work into the same transactions: notices and the purge. Waits
 * for nothing: a locked store is tried again by a timer. */
#ifndef SENDWARD_POLICY_ROUND_H
#define SENDWARD_POLICY_ROUND_H

#include <stdint.h>
#include "base/err.h"
#include "policy/codec.h"
#include "policy/conn.h"

struct admit;
struct event_base;
struct policy_round;

/* A locked store is waited for so long; then the answer is 451 4.3.0. */
#define POLICY_BUSY_MSEC 3000

/* admit is borrowed and may change between calls (a reload); url is copied. */
enum sg_err policy_round_new(struct event_base *base, const struct admit *admit,
    const char *url, struct policy_round **round_r, struct err *err_r);
void policy_round_free(struct policy_round **round);

/* Opens the store; at start an error is reported, later it is tried again. */
enum sg_err policy_round_open(struct policy_round *round, struct err *err_r);

/* Takes conn's request, whose account is in conn->account, for the next round. */
void policy_round_add(struct policy_round *round, struct policy_conn *conn);
/* The connection ends. */
void policy_round_remove(struct policy_round *round, struct policy_conn *conn);

/* Asks for the store notice "policy.stage STAGE", once per process and stage. */
void policy_round_notice(struct policy_round *round, enum policy_stage stage);
/* Asks for a step of purging old reservations. */
void policy_round_purge(struct policy_round *round);

/* To be called after each turn of the event loop. */
void policy_round_run(struct policy_round *round);

#endif
