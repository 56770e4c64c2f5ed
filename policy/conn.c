/* Connections of the policy server, on libevent. */
#include "config.h"
#include "policy/conn.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <event2/event.h>

#include "base/clock.h"
#include "base/log.h"
#include "rules/verdict.h"

/* Enough for two of the largest requests; more stays in the socket. */
#define IN_MAX (2 * POLICY_REQUEST_MAX)
/* No more requests are taken while so much waits to be sent. */
#define OUT_FULL 16384
#define OUT_MAX (OUT_FULL + 4096)
/* A buffer that has grown beyond this is freed when it is empty. */
#define KEEP_MAX 4096
#define COMPLAINTS_PER_SECOND 5

/* Anyone who reaches the socket may send rubbish: the log must not grow with it. */
static void
complain(struct policy_conn *conn, const char *error)
{
	struct policy_conns *conns = conn->owner;

	if (conns->complaints >= COMPLAINTS_PER_SECOND) {
		conns->silenced++;
		return;
	}
	conns->complaints++;
	log_event(LOG_POLICY_INPUT_EVENT, NULL, "error", error, NULL);
}

static void
free_event(struct event **event)
{
	if (*event != NULL)
		event_free(*event);
	*event = NULL;
}

static void
end_conn(struct policy_conn *conn)
{
	struct policy_conns *conns = conn->owner;

	if (conn->state == POLICY_CONN_PENDING)
		conns->on_gone(conns->ctx, conn);
	free_event(&conn->read_event);
	free_event(&conn->write_event);
	free_event(&conn->hold_event);
	(void)close(conn->fd);
	buf_fini(&conn->in);
	buf_fini(&conn->out);
	TAILQ_REMOVE(&conns->list, conn, link);
	conns->count--;
	free(conn);
}

static void
break_conn(struct policy_conn *conn, const char *error)
{
	complain(conn, error);
	conn->is_broken = true;
}

void
policy_conn_set_pending(struct policy_conn *conn)
{
	conn->state = POLICY_CONN_PENDING;
}

static void on_held(evutil_socket_t fd, short what, void *arg);

/* False: no memory for the timer; the answer then goes out at once. */
static bool
hold(struct policy_conn *conn, int64_t wait_usec)
{
	const struct timeval wait = {
	    .tv_sec = wait_usec / 1000000, .tv_usec = wait_usec % 1000000};

	if (conn->hold_event == NULL)
		conn->hold_event =
		    event_new(conn->owner->base, -1, 0, on_held, conn);
	if (conn->hold_event == NULL ||
	    evtimer_add(conn->hold_event, &wait) != 0)
		return false;
	conn->state = POLICY_CONN_HELD;
	return true;
}

static void
put_answer(struct policy_conn *conn, const struct rules_verdict *verdict)
{
	conn->state = POLICY_CONN_READING;
	if (!policy_reply(&conn->out, verdict))
		break_conn(conn, "no memory for an answer");
}

void
policy_conn_answer(struct policy_conn *conn,
    const struct rules_verdict *verdict, int64_t wait_usec)
{
	if (wait_usec <= 0 || !hold(conn, wait_usec))
		put_answer(conn, verdict);
}

static void
on_held(evutil_socket_t fd, short what, void *arg)
{
	struct policy_conn *conn = arg;
	struct rules_verdict verdict;

	(void)fd;
	(void)what;
	verdict_accept(&verdict);
	conn->started_msec = clock_mono_msec();
	put_answer(conn, &verdict);
	policy_conn_go_on(conn);
}

bool
policy_conn_next(struct policy_conn *conn)
{
	struct err err;
	size_t used;
	enum policy_parse result;

	if (conn->is_broken || conn->owner->is_stopping ||
	    conn->in_at == conn->in.len || conn->out.len >= OUT_FULL)
		return false;
	result = policy_parse(&conn->parser, conn->in.data + conn->in_at,
	    conn->in.len - conn->in_at, &used, &err);
	conn->in_at += used;
	if (result == POLICY_PARSE_DONE)
		conn->started_msec = conn->active_msec;
	else if (result == POLICY_PARSE_BAD)
		break_conn(conn, err.text);
	return result == POLICY_PARSE_DONE;
}

static void
drop_parsed(struct policy_conn *conn)
{
	if (conn->in_at == 0)
		return;
	buf_consume(&conn->in, conn->in_at);
	conn->in_at = 0;
	if (conn->in.len == 0 && conn->in.size > KEEP_MAX)
		buf_fini(&conn->in);
}

/* Sends what it can. */
static void
flush(struct policy_conn *conn)
{
	ssize_t n;

	if (conn->out.len == 0)
		return;
	n = send(conn->fd, conn->out.data, conn->out.len,
	    MSG_NOSIGNAL | MSG_DONTWAIT);
	if (n > 0) {
		conn->active_msec = clock_mono_msec();
		buf_consume(&conn->out, (size_t)n);
		if (conn->out.len == 0 && conn->out.size > KEEP_MAX)
			buf_fini(&conn->out);
	} else if (n < 0 && errno != EAGAIN && errno != EINTR) {
		conn->is_broken = true; /* it is gone: nothing to complain of */
		buf_clear(&conn->out);
	}
}

static void
on_writable(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	policy_conn_go_on(arg);
}

/* Waits for room when there is something left to send. */
static void
watch_writing(struct policy_conn *conn)
{
	bool is_wanted = conn->out.len > 0;

	if (is_wanted == conn->is_writing)
		return;
	if (is_wanted && conn->write_event == NULL)
		conn->write_event = event_new(conn->owner->base, conn->fd,
		    EV_WRITE | EV_PERSIST, on_writable, conn);
	if (conn->write_event == NULL ||
	    (is_wanted ? event_add(conn->write_event, NULL)
		       : event_del(conn->write_event)) != 0) {
		conn->is_broken = true;
		buf_clear(&conn->out);
		return;
	}
	conn->is_writing = is_wanted;
}

static void
watch_reading(struct policy_conn *conn)
{
	bool is_wanted = !conn->is_eof && !conn->is_broken &&
			 conn->in.len < IN_MAX && conn->out.len < OUT_FULL;

	if (is_wanted == conn->is_reading)
		return;
	if ((is_wanted ? event_add(conn->read_event, NULL)
		       : event_del(conn->read_event)) != 0) {
		conn->is_broken = true;
		return;
	}
	conn->is_reading = is_wanted;
}

/* Is there nothing more to be done for it? */
static bool
is_over(const struct policy_conn *conn)
{
	bool is_last =
	    conn->is_eof || conn->is_broken || conn->owner->is_stopping;

	return is_last && conn->state == POLICY_CONN_READING &&
	       conn->out.len == 0;
}

/* Takes what is whole; true when only the full output stopped it. */
static bool
take_requests(struct policy_conn *conn)
{
	struct policy_conns *conns = conn->owner;

	while (conn->state == POLICY_CONN_READING && policy_conn_next(conn))
		conns->on_request(conns->ctx, conn);
	return conn->out.len >= OUT_FULL;
}

void
policy_conn_go_on(struct policy_conn *conn)
{
	bool was_full;

	do {
		was_full = take_requests(conn);
		flush(conn);
	} while (was_full && conn->out.len == 0);
	drop_parsed(conn);
	watch_writing(conn);
	watch_reading(conn);
	if (is_over(conn))
		end_conn(conn);
}

static void
on_readable(evutil_socket_t fd, short what, void *arg)
{
	static char chunk[IN_MAX];
	struct policy_conn *conn = arg;
	ssize_t n = recv(fd, chunk, IN_MAX - conn->in.len, MSG_DONTWAIT);

	(void)what;
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n > 0) {
		conn->active_msec = clock_mono_msec();
		if (!policy_parser_is_started(&conn->parser, conn->in.len))
			conn->started_msec = conn->active_msec;
		if (!buf_append(&conn->in, chunk, (size_t)n))
			break_conn(conn, "no memory for a request");
	} else if (n == 0) {
		conn->is_eof = true;
	} else {
		conn->is_broken = true;
		buf_clear(&conn->out);
	}
	policy_conn_go_on(conn);
}

/* Between requests, with nothing to say. */
static bool
is_idle(const struct policy_conn *conn)
{
	return conn->state == POLICY_CONN_READING && conn->out.len == 0 &&
	       !policy_parser_is_started(
		   &conn->parser, conn->in.len - conn->in_at);
}

static bool
make_room(struct policy_conns *conns)
{
	struct policy_conn *conn, *oldest = NULL;

	for (conn = TAILQ_FIRST(&conns->list); conn != NULL;
	     conn = TAILQ_NEXT(conn, link))
		if (is_idle(conn) &&
		    (oldest == NULL || conn->active_msec < oldest->active_msec))
			oldest = conn;
	if (oldest != NULL)
		end_conn(oldest);
	return oldest != NULL;
}

static struct policy_conn *
conn_new(struct policy_conns *conns, int fd)
{
	struct policy_conn *conn = calloc(1, sizeof(*conn));

	if (conn == NULL)
		return NULL;
	conn->owner = conns;
	conn->fd = fd;
	policy_parser_init(&conn->parser);
	buf_init(&conn->in, IN_MAX);
	buf_init(&conn->out, OUT_MAX);
	conn->active_msec = clock_mono_msec();
	conn->read_event =
	    event_new(conns->base, fd, EV_READ | EV_PERSIST, on_readable, conn);
	if (conn->read_event == NULL ||
	    event_add(conn->read_event, NULL) != 0) {
		free_event(&conn->read_event);
		free(conn);
		return NULL;
	}
	conn->is_reading = true;
	return conn;
}

void
policy_conns_accept(struct policy_conns *conns, int fd)
{
	struct policy_conn *conn = NULL;

	if (conns->count < conns->limits.max_connections || make_room(conns))
		conn = conn_new(conns, fd);
	if (conn == NULL) {
		(void)close(fd);
		return;
	}
	TAILQ_INSERT_TAIL(&conns->list, conn, link);
	conns->count++;
}

/* Why it must end, NULL when it may stay; "" needs no word. */
static const char *
overdue(const struct policy_conn *conn, int64_t now)
{
	const struct policy_conns_limits *limits = &conn->owner->limits;

	if (conn->out.len > 0)
		return now - conn->active_msec > limits->timeout_msec
			   ? "answers are not taken"
			   : NULL;
	if (conn->state != POLICY_CONN_READING)
		return NULL;
	if (!is_idle(conn))
		return now - conn->started_msec > limits->timeout_msec
			   ? "a request does not come to its end"
			   : NULL;
	return now - conn->active_msec > limits->idle_msec ? "" : NULL;
}

static void
report_silenced(struct policy_conns *conns)
{
	char count[24];

	conns->complaints = 0;
	if (conns->silenced == 0)
		return;
	(void)snprintf(count, sizeof(count), "%" PRId64, conns->silenced);
	conns->silenced = 0;
	log_event(LOG_POLICY_INPUT_EVENT, NULL, "error",
	    "more of the same, not logged one by one", "count", count, NULL);
}

void
policy_conns_sweep(struct policy_conns *conns)
{
	struct policy_conn *conn = TAILQ_FIRST(&conns->list);
	int64_t now = clock_mono_msec();

	report_silenced(conns);
	while (conn != NULL) {
		struct policy_conn *next = TAILQ_NEXT(conn, link);
		const char *error = overdue(conn, now);

		if (error != NULL) {
			if (error[0] != '\0')
				complain(conn, error);
			end_conn(conn);
		}
		conn = next;
	}
}

void
policy_conns_stop(struct policy_conns *conns)
{
	struct policy_conn *conn = TAILQ_FIRST(&conns->list);

	conns->is_stopping = true;
	while (conn != NULL) {
		struct policy_conn *next = TAILQ_NEXT(conn, link);

		policy_conn_go_on(conn);
		conn = next;
	}
}

void
policy_conns_fini(struct policy_conns *conns)
{
	struct policy_conn *conn;

	while ((conn = TAILQ_FIRST(&conns->list)) != NULL)
		end_conn(conn);
}
