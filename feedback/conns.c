/* Connections of the LMTP server: see conns.h. */
#include "config.h"

#include "feedback/conns.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "conf/conf.h"
#include "feedback/lmtp.h"
#include "feedback/pool.h"
#include "feedback/session.h"
#include "feedback/settings.h"
#include "feedback/simulator.h"

/* At least LMTP_LINE_MAX; more stays in the socket. */
#define IN_MAX 65536
/* No more is read while so much waits to be sent. */
#define OUT_FULL 16384
#define OUT_MAX (OUT_FULL + 65536)
/* Messages in memory at once: an absurd feedback.max_report_bytes shall not take
 * all of it. */
#define BODIES_MAX (256L * 1024 * 1024)
#define BODIES_LEAST 4
#define COMPLAINTS_PER_SECOND 5

struct conn {
	TAILQ_ENTRY(conn) link;
	struct conns *owner;
	int fd; /* -1: it is gone, but its message is in hand */
	struct lmtp_parser parser;
	struct session session;
	struct buf in, out;
	size_t in_at, out_at;
	struct pool_job *job; /* from DATA to its answers */
	bool is_in_pool;
	bool is_closing;    /* when all is sent */
	int64_t seen_msec;  /* the last byte, either way */
	int64_t begun_msec; /* its message; 0: it waits for the next */
};

/* Anyone who reaches the socket may send rubbish: the log must not grow with it. */
static void
complain(struct conns *conns, const char *error)
{
	if (conns->complaints++ < COMPLAINTS_PER_SECOND)
		log_event(LOG_FEEDBACK_INPUT_EVENT, NULL, "error", error, NULL);
}

/* ---- beginning and end ------------------------------------------------------- */

void
conns_init(struct conns *conns, struct pool *pool, struct return_mac *mac)
{
	memset(conns, 0, sizeof(*conns));
	TAILQ_INIT(&conns->list);
	conns->pool = pool;
	conns->mac = mac;
}

static void
free_job(struct pool_job **job)
{
	if (*job == NULL)
		return;
	buf_fini(&(*job)->body);
	settings_unref(&(*job)->settings);
	free(*job);
	*job = NULL;
}

static void
free_conn(struct conn *conn)
{
	TAILQ_REMOVE(&conn->owner->list, conn, link);
	conn->owner->count--;
	if (conn->fd >= 0)
		(void)close(conn->fd);
	free_job(&conn->job);
	session_fini(&conn->session);
	buf_fini(&conn->in);
	buf_fini(&conn->out);
	free(conn);
}

/* What is in the pool ends there first. */
static void
end_conn(struct conn *conn)
{
	if (!conn->is_in_pool) {
		free_conn(conn);
		return;
	}
	if (conn->fd >= 0)
		(void)close(conn->fd);
	conn->fd = -1;
}

void
conns_fini(struct conns *conns)
{
	struct conn *conn;

	if (conns->list.tqh_last == NULL)
		return;
	while ((conn = TAILQ_FIRST(&conns->list)) != NULL)
		free_conn(conn);
}

/* ---- output ------------------------------------------------------------------- */

/* False: the connection is over. */
static bool
flush(struct conn *conn)
{
	while (conn->out_at < conn->out.len) {
		ssize_t n = send(conn->fd, conn->out.data + conn->out_at,
		    conn->out.len - conn->out_at, MSG_DONTWAIT | MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno == EAGAIN || errno == EWOULDBLOCK;
		conn->out_at += (size_t)n;
		conn->seen_msec = clock_mono_msec();
	}
	if (conn->out.failed)
		return false;
	buf_clear(&conn->out);
	conn->out_at = 0;
	return !conn->is_closing;
}

static void
say_goodbye(struct conn *conn, const char *status, const char *text)
{
	session_goodbye(status, text, &conn->out);
	conn->is_closing = true;
	if (!flush(conn))
		end_conn(conn);
}

/* ---- messages ------------------------------------------------------------------ */

static bool
is_crowded(const struct conns *conns)
{
	int64_t most = conns->settings->conf->feedback_max_report_bytes;
	int64_t limit =
	    most * BODIES_LEAST > BODIES_MAX ? most * BODIES_LEAST : BODIES_MAX;
	int64_t held = most;
	const struct conn *conn;

	TAILQ_FOREACH(conn, &conns->list, link)
	{
		if (conn->job == NULL)
			continue;
		held += (int64_t)(conn->is_in_pool ? conn->job->body.len
						   : conn->job->body.max);
	}
	return held > limit;
}

/* For the answer to DATA. False: no memory. */
static bool
expect_message(struct conn *conn)
{
	struct conns *conns = conn->owner;
	struct pool_job *job = calloc(1, sizeof(*job));

	if (job == NULL)
		return false;
	job->settings = settings_ref(conns->settings);
	job->from = &conn->session;
	job->ctx = conn;
	buf_init(&job->body,
	    (size_t)conns->settings->conf->feedback_max_report_bytes);
	conn->job = job;
	lmtp_expect_data(&conn->parser);
	return true;
}

static void
answer_message(struct conn *conn)
{
	for (size_t i = 0; i < conn->session.count; i++)
		(void)buf_puts(&conn->out,
		    conn->job->is_taken[i]
			? "250 2.0.0 Taken\r\n"
			: "451 4.3.0 Cannot be taken now, please come "
			  "again\r\n");
	session_reset(&conn->session);
	free_job(&conn->job);
	conn->begun_msec = 0;
}

static void
message_is_whole(struct conn *conn)
{
	if (conn->job->body.failed) { /* no memory: for none of them */
		answer_message(conn);
		return;
	}
	conn->is_in_pool = true;
	pool_give(conn->owner->pool, conn->job);
}

/* ---- input ----------------------------------------------------------------------- */

static void
obey(struct conn *conn, const struct lmtp_command *command)
{
	struct conns *conns = conn->owner;

	conn->session.is_crowded =
	    command->verb == LMTP_DATA && is_crowded(conns);
	switch (session_command(
	    &conn->session, conns->settings->conf, command, &conn->out)) {
	case SESSION_CLOSE:
		if (command->verb != LMTP_QUIT)
			complain(conns, "too much of what is no LMTP");
		conn->is_closing = true;
		break;
	case SESSION_TAKE_DATA:
		if (!expect_message(conn)) {
			complain(conns, "no memory for a message");
			conn->is_closing = true;
		}
		break;
	case SESSION_GO_ON:
		break;
	}
	if (!conn->session.has_mail)
		conn->begun_msec = 0;
	else if (conn->begun_msec == 0)
		conn->begun_msec = clock_mono_msec();
}

/* All commands and messages that are there; stops at one that is in the pool. */
static void
process(struct conn *conn)
{
	struct buf none;
	struct lmtp_command command;

	buf_init(&none, 0);
	while (!conn->is_closing && !conn->is_in_pool &&
	       conn->out.len - conn->out_at < OUT_FULL) {
		size_t used;
		enum lmtp_result result =
		    lmtp_parse(&conn->parser, conn->in.data + conn->in_at,
			conn->in.len - conn->in_at, &used, &command,
			conn->job != NULL ? &conn->job->body : &none);

		conn->in_at += used;
		if (result == LMTP_MORE)
			break;
		if (result == LMTP_COMMAND)
			obey(conn, &command);
		else
			message_is_whole(conn);
	}
	buf_consume(&conn->in, conn->in_at);
	conn->in_at = 0;
}

/* Reads once, so that each has its turn. False: the connection is over. */
static bool
take_input(struct conn *conn)
{
	char piece[IN_MAX];
	size_t room = IN_MAX - conn->in.len;
	ssize_t n;

	if (room == 0)
		return true;
	n = recv(conn->fd, piece, room, MSG_DONTWAIT);
	if (n == 0)
		return false;
	if (n < 0)
		return errno == EAGAIN || errno == EWOULDBLOCK ||
		       errno == EINTR;
	conn->seen_msec = clock_mono_msec();
	return buf_append(&conn->in, piece, (size_t)n);
}

/* What came in is obeyed and what is to be said is sent, until neither goes on. */
static void
go_on(struct conn *conn)
{
	size_t before;

	do {
		before = conn->in.len;
		process(conn);
		if (!flush(conn)) {
			end_conn(conn);
			return;
		}
	} while (conn->in.len > 0 && conn->in.len != before &&
		 !conn->is_in_pool && conn->out.len == 0);
	if (conn->owner->is_stopping && conn->begun_msec == 0)
		say_goodbye(conn, "4.3.2", "Shutting down");
}

/* ---- the loop's side ----------------------------------------------------------------- */

static void
refuse(struct conns *conns, int fd)
{
	static const char text[] =
	    "421 4.3.2 Too many connections, please come again\r\n";

	complain(conns, "too many connections");
	(void)send(fd, text, sizeof(text) - 1, MSG_DONTWAIT | MSG_NOSIGNAL);
	(void)close(fd);
}

/* The one that has waited longest for its next message, else the one whose message
 * takes absurdly long. */
static struct conn *
find_dispensable(const struct conns *conns)
{
	int64_t now_msec = clock_mono_msec();
	int64_t most_msec = conns->settings->conf->feedback_timeout_sec * 1000;
	struct conn *conn, *idle = NULL, *slow = NULL;

	TAILQ_FOREACH(conn, &conns->list, link)
	{
		if (conn->is_in_pool || conn->is_closing)
			continue;
		if (conn->begun_msec == 0) {
			if (idle == NULL || conn->seen_msec < idle->seen_msec)
				idle = conn;
		} else if (now_msec - conn->begun_msec > most_msec &&
			   (slow == NULL ||
			       conn->begun_msec < slow->begun_msec)) {
			slow = conn;
		}
	}
	return idle != NULL ? idle : slow;
}

static bool
make_room(struct conns *conns)
{
	size_t most = (size_t)conns->settings->conf->feedback_max_connections;
	struct conn *conn;

	if (conns->count < most)
		return true;
	conn = find_dispensable(conns);
	if (conn == NULL)
		return false;
	say_goodbye(conn, "4.3.2", "Another needs the place");
	return conns->count < most;
}

void
conns_accept(struct conns *conns, int fd)
{
	struct conn *conn = NULL;

	if (make_room(conns))
		conn = calloc(1, sizeof(*conn));
	if (conn == NULL) {
		refuse(conns, fd);
		return;
	}
	conn->owner = conns;
	conn->fd = fd;
	conn->seen_msec = clock_mono_msec();
	lmtp_parser_init(&conn->parser);
	session_init(&conn->session, simulator_is_own, conns->mac);
	buf_init(&conn->in, IN_MAX);
	buf_init(&conn->out, OUT_MAX);
	TAILQ_INSERT_TAIL(&conns->list, conn, link);
	conns->count++;
	session_greet(&conn->out);
	if (!flush(conn))
		end_conn(conn);
}

void
conns_fill(struct conns *conns, struct pollfd *wait)
{
	struct conn *conn;

	TAILQ_FOREACH(conn, &conns->list, link)
	{
		bool has_output = conn->out_at < conn->out.len;

		/* Also one that hung up while its message is in hand would wake
		 * the loop again and again. */
		wait->fd = conn->is_in_pool && !has_output ? -1 : conn->fd;
		wait->events = has_output ? POLLOUT : POLLIN;
		wait->revents = 0;
		wait++;
	}
}

void
conns_serve(struct conns *conns, const struct pollfd *wait)
{
	struct conn *conn = TAILQ_FIRST(&conns->list), *next;

	for (; conn != NULL; conn = next, wait++) {
		next = TAILQ_NEXT(conn, link);
		if (wait->revents == 0 || conn->fd < 0)
			continue;
		if (!conn->is_in_pool && wait->events == POLLIN &&
		    !take_input(conn))
			end_conn(conn);
		else
			go_on(conn);
	}
}

void
conns_collect(struct conns *conns)
{
	struct pool_job *job;

	while ((job = pool_collect(conns->pool)) != NULL) {
		struct conn *conn = job->ctx;

		conn->is_in_pool = false;
		conn->seen_msec = clock_mono_msec();
		answer_message(conn);
		if (conn->fd < 0)
			free_conn(conn);
		else
			go_on(conn);
	}
}

void
conns_sweep(struct conns *conns)
{
	int64_t now_msec = clock_mono_msec();
	int64_t most_msec = conns->settings->conf->feedback_timeout_sec * 1000;
	struct conn *conn = TAILQ_FIRST(&conns->list), *next;

	conns->complaints = 0;
	for (; conn != NULL; conn = next) {
		next = TAILQ_NEXT(conn, link);
		if (conn->is_in_pool || now_msec - conn->seen_msec < most_msec)
			continue;
		if (conn->is_closing)
			end_conn(conn);
		else
			say_goodbye(conn, "4.4.2", "Silent for too long");
	}
}

void
conns_stop(struct conns *conns)
{
	struct conn *conn = TAILQ_FIRST(&conns->list), *next;

	conns->is_stopping = true;
	for (; conn != NULL; conn = next) {
		next = TAILQ_NEXT(conn, link);
		if (!conn->is_in_pool && conn->begun_msec == 0 &&
		    !conn->is_closing)
			say_goodbye(conn, "4.3.2", "Shutting down");
	}
}
