/* From requests to the book of what is counted, and back. */
#include "config.h"
#include "policy/count.h"

#include <stdbool.h>
#include <stdlib.h>

#include <event2/event.h>

#include "base/clock.h"
#include "conf/conf.h"
#include "ops/admit.h"
#include "ops/counting.h"
#include "ops/lease.h"
#include "ops/releaser.h"
#include "ops/reserve.h"
#include "policy/decide.h"
#include "policy/report.h"
#include "rules/verdict.h"

/* How often those that wait are looked at for having waited too long. */
#define LOOK_MSEC 100

struct policy_count {
	const struct admit *admit;
	struct leases *leases;
	struct reserve_book *book;
	struct event *news_event; /* leases_fd */
	struct event *look_event; /* while somebody waits */
	struct policy_conn_list waiting;
	size_t waiting_count;
	bool is_failing; /* said in the log */
};

static void on_news(evutil_socket_t fd, short what, void *arg);
static void on_look(evutil_socket_t fd, short what, void *arg);

enum sg_err
policy_count_new(struct event_base *base, const struct admit *admit,
    struct leases *leases, struct policy_count **count_r, struct err *err_r)
{
	struct policy_count *count = calloc(1, sizeof(*count));
	enum sg_err rc;

	*count_r = count;
	if (count == NULL)
		return err_set(err_r, SG_NOMEM, "no memory");
	count->admit = admit;
	count->leases = leases;
	TAILQ_INIT(&count->waiting);
	rc = reserve_new(leases, RESERVE_MESSAGES_MAX, &count->book, err_r);
	if (rc == SG_OK) {
		count->news_event = event_new(base, leases_fd(leases),
		    EV_READ | EV_PERSIST, on_news, count);
		count->look_event = event_new(base, -1, 0, on_look, count);
		if (count->news_event == NULL || count->look_event == NULL ||
		    event_add(count->news_event, NULL) != 0)
			rc = err_set(err_r, SG_NOMEM, "no memory for events");
	}
	if (rc != SG_OK)
		policy_count_free(count_r);
	return rc;
}

void
policy_count_free(struct policy_count **count)
{
	struct policy_count *c = *count;

	*count = NULL;
	if (c == NULL)
		return;
	if (c->news_event != NULL)
		event_free(c->news_event);
	if (c->look_event != NULL)
		event_free(c->look_event);
	reserve_free(&c->book);
	free(c);
}

/* ---- one request -------------------------------------------------------- */

static bool
is_monitor(const struct policy_count *count)
{
	return count->admit->conf->mode == CONF_MODE_MONITOR;
}

static enum reserve_state
ask_book(struct policy_count *count, struct policy_conn *conn)
{
	char session[POLICY_SESSION_MAX];
	struct reserve_request request;

	policy_reserve_request(&conn->parser.request, session, &request);
	request.now_sec = clock_now_sec();
	request.now_mono_msec = conn->active_msec;
	return reserve_decide(count->book, count->admit->conf, &conn->account,
	    &request, &conn->answer);
}

static void
report(const struct policy_count *count, const struct policy_conn *conn)
{
	const struct policy_request *request = &conn->parser.request;
	const struct reserve_answer *answer = &conn->answer;

	if (answer->verdict.action != RULES_ACCEPT)
		policy_report_refusal(request, &conn->account, &answer->verdict,
		    is_monitor(count));
	if (count->admit->conf->log_level == CONF_LOG_DEBUG)
		counting_log(request->queue_id, &conn->account,
		    policy_stage_name(request->stage), request->instance,
		    answer);
}

static void
give_answer(struct policy_count *count, struct policy_conn *conn)
{
	struct reserve_answer *answer = &conn->answer;

	counting_say_state(&count->is_failing, answer);
	report(count, conn);
	if (is_monitor(count)) {
		verdict_accept(&answer->verdict);
		answer->wait_usec = 0;
	}
	policy_conn_answer(conn, &answer->verdict, answer->wait_usec);
}

/* ---- those that wait ---------------------------------------------------- */

static void
look_soon(struct policy_count *count)
{
	const struct timeval wait = {.tv_usec = LOOK_MSEC * 1000};

	if (!event_pending(count->look_event, EV_TIMEOUT, NULL))
		(void)event_add(count->look_event, &wait);
}

void
policy_count_request(struct policy_count *count, struct policy_conn *conn)
{
	conn->answer = (struct reserve_answer){0};
	if (ask_book(count, conn) == RESERVE_ANSWERED) {
		give_answer(count, conn);
		return;
	}
	conn->asked_msec = clock_mono_msec();
	policy_conn_set_pending(conn);
	TAILQ_INSERT_TAIL(&count->waiting, conn, pending_link);
	count->waiting_count++;
	look_soon(count);
}

void
policy_count_remove(struct policy_count *count, struct policy_conn *conn)
{
	TAILQ_REMOVE(&count->waiting, conn, pending_link);
	count->waiting_count--;
}

static void
answer_waiting(struct policy_count *count, struct policy_conn *conn)
{
	policy_count_remove(count, conn);
	give_answer(count, conn);
	policy_conn_go_on(conn);
}

/* Each of them once, in the order in which they came; what their connections ask
 * meanwhile stands behind them. */
static void
on_news(evutil_socket_t fd, short what, void *arg)
{
	struct policy_count *count = arg;

	(void)fd;
	(void)what;
	leases_heard(count->leases);
	for (size_t most = count->waiting_count; most > 0; most--) {
		struct policy_conn *conn = TAILQ_FIRST(&count->waiting);

		if (conn == NULL)
			break;
		if (ask_book(count, conn) == RESERVE_ANSWERED) {
			answer_waiting(count, conn);
			continue;
		}
		TAILQ_REMOVE(&count->waiting, conn, pending_link);
		TAILQ_INSERT_TAIL(&count->waiting, conn, pending_link);
	}
}

static void
on_look(evutil_socket_t fd, short what, void *arg)
{
	struct policy_count *count = arg;
	int64_t most_msec = counting_patience_msec(count->admit->conf);
	int64_t now_msec = clock_mono_msec();
	struct policy_conn *conn;

	(void)fd;
	(void)what;
	while ((conn = TAILQ_FIRST(&count->waiting)) != NULL &&
	       now_msec - conn->asked_msec >= most_msec) {
		verdict_unavailable(&conn->answer.verdict);
		answer_waiting(count, conn);
	}
	if (conn != NULL)
		look_soon(count);
}

/* ---- beside requests ---------------------------------------------------- */

void
policy_count_release(
    struct policy_count *count, const struct releaser_message *message)
{
	int64_t recipients =
	    reserve_release(count->book, message->queue_id, message->session);

	if (recipients > 0 && count->admit->conf->log_level == CONF_LOG_DEBUG)
		counting_log_release(
		    message->queue_id, "", message->session, recipients);
}

void
policy_count_sweep(struct policy_count *count)
{
	reserve_expire(count->book, clock_mono_msec());
}
