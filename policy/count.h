/* Requests that count: answered in the turn of the event loop in which they came
 * when a lease is at hand; else they wait for one, for a bounded time. Does not
 * touch sockets. */
#ifndef SENDWARD_POLICY_COUNT_H
#define SENDWARD_POLICY_COUNT_H

#include "base/err.h"
#include "policy/conn.h"

struct admit;
struct event_base;
struct leases;
struct policy_count;
struct releaser_message;

/* admit is borrowed and may change between calls (a reload). leases is borrowed. */
enum sg_err policy_count_new(struct event_base *base, const struct admit *admit,
    struct leases *leases, struct policy_count **count_r, struct err *err_r);
void policy_count_free(struct policy_count **count);

/* Answers conn's request, whose account is in conn->account, or marks it pending and
 * answers later. To be called where its answer is wanted (policy_request_fn). */
void policy_count_request(struct policy_count *count, struct policy_conn *conn);
/* The connection ends while its request is pending. */
void policy_count_remove(struct policy_count *count, struct policy_conn *conn);

/* The milter refused a message. */
void policy_count_release(
    struct policy_count *count, const struct releaser_message *message);

/* To be called every second. */
void policy_count_sweep(struct policy_count *count);

#endif
