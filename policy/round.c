/* Rounds of decisions in the store. Does not touch sockets. */
#include "config.h"
#include "policy/round.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <event2/event.h>

#include "base/clock.h"
#include "base/log.h"
#include "conf/conf.h"
#include "ops/admit.h"
#include "ops/reserve.h"
#include "ops/snapshot.h"
#include "policy/decide.h"
#include "policy/report.h"
#include "rules/verdict.h"
#include "store/store.h"

/* Answers in one transaction; more wait for the next. */
#define ROUND_MAX 256
#define REOPEN_FIRST_MSEC 100
#define REOPEN_MOST_MSEC 5000
#define BUSY_NAP_MOST_MSEC 20
#define PURGE_ROWS 200

/* A decision that waits for its commit. The request is conn->parser's. */
struct entry {
	struct policy_conn *conn;
	struct reserve_answer answer;
};

struct policy_round {
	const struct admit *admit;
	char *url;
	struct store *store; /* NULL: to be opened at reopen_msec */
	int64_t reopen_msec, reopen_wait_msec;
	bool is_failing; /* said in the log */

	struct policy_conn_list pending;
	size_t pending_count;
	struct event *timer; /* wakes the loop for another try */
	int64_t retry_msec;
	int busy_tries;

	unsigned notices_seen, notices_due; /* bits of enum policy_stage */
	bool is_purge_due;
	size_t entry_count;
	struct entry entries[ROUND_MAX];
};

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	/* the round runs after each turn of the loop */
	(void)fd;
	(void)what;
	(void)arg;
}

enum sg_err
policy_round_new(struct event_base *base, const struct admit *admit,
    const char *url, struct policy_round **round_r, struct err *err_r)
{
	struct policy_round *round = calloc(1, sizeof(*round));

	*round_r = round;
	if (round == NULL)
		return err_set(err_r, SG_NOMEM, "no memory");
	round->admit = admit;
	round->reopen_wait_msec = REOPEN_FIRST_MSEC;
	TAILQ_INIT(&round->pending);
	round->url = strdup(url);
	round->timer = event_new(base, -1, 0, on_timer, NULL);
	if (round->url == NULL || round->timer == NULL) {
		policy_round_free(round_r);
		return err_set(err_r, SG_NOMEM, "no memory");
	}
	return SG_OK;
}

void
policy_round_free(struct policy_round **round)
{
	if (*round == NULL)
		return;
	store_close(&(*round)->store);
	if ((*round)->timer != NULL)
		event_free((*round)->timer);
	free((*round)->url);
	free(*round);
	*round = NULL;
}

enum sg_err
policy_round_open(struct policy_round *round, struct err *err_r)
{
	return store_open(
	    round->url, STORE_OPEN_COUNT, 0, &round->store, err_r);
}

void
policy_round_add(struct policy_round *round, struct policy_conn *conn)
{
	conn->asked_msec = clock_mono_msec();
	policy_conn_set_pending(conn);
	TAILQ_INSERT_TAIL(&round->pending, conn, pending_link);
	round->pending_count++;
}

void
policy_round_remove(struct policy_round *round, struct policy_conn *conn)
{
	TAILQ_REMOVE(&round->pending, conn, pending_link);
	round->pending_count--;
}

void
policy_round_notice(struct policy_round *round, enum policy_stage stage)
{
	unsigned bit = 1U << stage;

	if ((round->notices_seen & bit) == 0)
		round->notices_due |= bit;
	round->notices_seen |= bit;
}

void
policy_round_purge(struct policy_round *round)
{
	round->is_purge_due = true;
}

/* Another turn of the loop, in so many milliseconds. */
static void
wake_in(struct policy_round *round, int64_t msec)
{
	const struct timeval wait = {
	    .tv_sec = msec / 1000, .tv_usec = msec % 1000 * 1000};

	(void)evtimer_add(
	    round->timer, &wait); /* else: with the next request */
}

/* ---- failures ----------------------------------------------------------- */

static void
say_failed(struct policy_round *round, const struct err *err)
{
	if (!round->is_failing)
		log_event(LOG_STORE_FAILED_EVENT, NULL, "error", err->text,
		    "code", err_name(err->code), NULL);
	round->is_failing = true;
}

static void
say_works(struct policy_round *round)
{
	if (round->is_failing)
		log_event(LOG_STORE_BACK_EVENT, NULL, NULL);
	round->is_failing = false;
	round->busy_tries = 0;
	round->reopen_wait_msec = REOPEN_FIRST_MSEC;
}

/* A handle that failed may never recover: the next one is opened later. */
static void
lose_store(struct policy_round *round)
{
	store_close(&round->store);
	round->reopen_msec = clock_mono_msec() + round->reopen_wait_msec;
	round->reopen_wait_msec *= 2;
	if (round->reopen_wait_msec > REOPEN_MOST_MSEC)
		round->reopen_wait_msec = REOPEN_MOST_MSEC;
}

/* Nothing can be counted: 451 4.3.0, or in monitor nothing at all. */
static void
answer_unavailable(struct policy_round *round, struct policy_conn *conn)
{
	bool is_monitor = round->admit->conf->mode == CONF_MODE_MONITOR;
	struct rules_verdict verdict;

	policy_round_remove(round, conn);
	verdict_unavailable(&verdict);
	policy_report_refusal(
	    &conn->parser.request, &conn->account, &verdict, is_monitor);
	if (is_monitor)
		verdict_accept(&verdict);
	policy_conn_answer(conn, &verdict, 0);
	policy_conn_go_on(conn);
}

/* Answers those that were asked before a moment; the others wait on. What is
 * added meanwhile by the same connections stands behind them. */
static void
give_up(struct policy_round *round, int64_t asked_before_msec)
{
	struct policy_conn *conn;

	for (size_t most = round->pending_count; most > 0; most--) {
		conn = TAILQ_FIRST(&round->pending);
		if (conn == NULL || conn->asked_msec > asked_before_msec)
			break;
		answer_unavailable(round, conn);
	}
}

/* Locked by another: tried again soon, at uneven intervals, lest several
 * processes keep in step. */
static void
wait_for_lock(struct policy_round *round, const struct err *err)
{
	int64_t now = clock_mono_msec();
	int64_t nap = 1 + round->busy_tries / 2;

	if (nap > BUSY_NAP_MOST_MSEC)
		nap = BUSY_NAP_MOST_MSEC - (round->busy_tries & 7);
	round->busy_tries++;
	if (!TAILQ_EMPTY(&round->pending) &&
	    TAILQ_FIRST(&round->pending)->asked_msec <= now - POLICY_BUSY_MSEC)
		say_failed(round, err);
	give_up(round, now - POLICY_BUSY_MSEC);
	round->retry_msec = now + nap;
	wake_in(round, nap);
}

/* ---- one transaction ---------------------------------------------------- */

static enum sg_err
add_notices(struct policy_round *round, struct err *err_r)
{
	enum sg_err rc = SG_OK;
	char key[64];

	for (int i = 0; i < POLICY_STAGE_COUNT && rc == SG_OK; i++) {
		if ((round->notices_due & 1U << i) == 0)
			continue;
		(void)snprintf(key, sizeof(key), "policy.stage %s",
		    policy_stage_name((enum policy_stage)i));
		rc = store_notice_add(round->store, key,
		    "the policy service is asked where it cannot count: in "
		    "main.cf, check_policy_service belongs into "
		    "smtpd_data_restrictions (or recipient, or "
		    "end_of_data), nowhere else",
		    clock_now_sec(), err_r);
	}
	return rc;
}

static enum sg_err
standing_work(struct policy_round *round, bool *has_more_r, struct err *err_r)
{
	enum sg_err rc = add_notices(round, err_r);
	int gone = 0;

	*has_more_r = false;
	if (rc == SG_OK && round->is_purge_due)
		rc = store_reservation_purge(round->store,
		    clock_now_sec() - RESERVE_KEEP_SEC, PURGE_ROWS, &gone,
		    err_r);
	*has_more_r = gone >= PURGE_ROWS;
	return rc;
}

static enum sg_err
count_one(struct policy_round *round, struct entry *e, int64_t now_usec,
    struct err *err_r)
{
	char session[POLICY_SESSION_MAX];
	struct reserve_request reserve = {.now_usec = now_usec};

	policy_reserve_request(&e->conn->parser.request, session, &reserve);
	return reserve_decide(round->admit, round->store, &e->conn->account,
	    &reserve, &e->answer, err_r);
}

/* From the head of the list, which keeps them until they are answered. */
static void
collect(struct policy_round *round)
{
	struct policy_conn *conn = TAILQ_FIRST(&round->pending);

	round->entry_count = 0;
	while (conn != NULL && round->entry_count < ROUND_MAX) {
		round->entries[round->entry_count++].conn = conn;
		conn = TAILQ_NEXT(conn, pending_link);
	}
}

/* All entries in the transaction that is open; commits or rolls back. */
static enum sg_err
count_all(struct policy_round *round, bool *has_more_r, struct err *err_r)
{
	int64_t now_usec = clock_now_usec();
	enum sg_err rc = standing_work(round, has_more_r, err_r);

	collect(round);
	for (size_t i = 0; i < round->entry_count && rc == SG_OK; i++)
		rc = count_one(round, &round->entries[i], now_usec, err_r);
	if (rc == SG_OK)
		return store_commit(round->store, err_r);
	store_rollback(round->store);
	return rc;
}

/* ---- answers ------------------------------------------------------------ */

static void
report(const struct policy_round *round, const struct entry *e)
{
	const struct conf *conf = round->admit->conf;
	const struct policy_conn *conn = e->conn;

	if (e->answer.verdict.action != RULES_ACCEPT)
		policy_report_refusal(&conn->parser.request, &conn->account,
		    &e->answer.verdict, conf->mode == CONF_MODE_MONITOR);
	if (conf->log_level == CONF_LOG_DEBUG)
		policy_report_count(&conn->parser.request, &conn->account,
		    e->answer.counted, e->answer.used, e->answer.wait_usec);
}

/* Committed now: the clients may hear it. */
static void
answer(struct policy_round *round, struct entry *e)
{
	policy_round_remove(round, e->conn);
	report(round, e);
	if (round->admit->conf->mode == CONF_MODE_MONITOR) {
		verdict_accept(&e->answer.verdict);
		e->answer.wait_usec = 0;
	}
	policy_conn_answer(e->conn, &e->answer.verdict, e->answer.wait_usec);
	policy_conn_go_on(e->conn);
}

static void
answer_all(struct policy_round *round)
{
	for (size_t i = 0; i < round->entry_count; i++)
		answer(round, &round->entries[i]);
}

/* One request of a round was impossible (its account was deleted a moment ago):
 * it must not take the others with it. */
static void
count_singly(struct policy_round *round)
{
	struct err err;
	enum sg_err rc;

	for (size_t i = 0; i < round->entry_count; i++) {
		struct entry *e = &round->entries[i];

		rc = store_begin(round->store, &err);
		if (rc == SG_OK) {
			rc = count_one(round, e, clock_now_usec(), &err);
			if (rc == SG_OK)
				rc = store_commit(round->store, &err);
			else
				store_rollback(round->store);
		}
		if (rc == SG_OK) {
			answer(round, e);
			continue;
		}
		log_event(LOG_STORE_FAILED_EVENT,
		    e->conn->parser.request.queue_id, "error", err.text, "code",
		    err_name(err.code), "account", e->conn->account.name, NULL);
		answer_unavailable(round, e->conn);
	}
}

static void
round_failed(struct policy_round *round, enum sg_err rc, const struct err *err)
{
	round->is_purge_due = false;
	if (rc == SG_MISSING || rc == SG_INVALID || rc == SG_EXISTS) {
		round->notices_due = 0;
		count_singly(round);
		return;
	}
	say_failed(round, err);
	lose_store(round);
	give_up(round, INT64_MAX);
}

static void
round_done(struct policy_round *round, bool has_more)
{
	say_works(round);
	round->notices_due = 0;
	round->is_purge_due = has_more;
	answer_all(round);
	if (has_more || !TAILQ_EMPTY(&round->pending))
		wake_in(round, 0);
}

/* False: there is no store at present. */
static bool
has_store(struct policy_round *round)
{
	struct err err;

	if (round->store != NULL)
		return true;
	if (clock_mono_msec() < round->reopen_msec)
		return false;
	if (policy_round_open(round, &err) == SG_OK)
		return true;
	say_failed(round, &err);
	lose_store(round);
	return false;
}

void
policy_round_run(struct policy_round *round)
{
	bool has_more = false;
	struct err err;
	enum sg_err rc;

	if (TAILQ_EMPTY(&round->pending) && round->notices_due == 0 &&
	    !round->is_purge_due)
		return;
	if (!has_store(round)) {
		give_up(round, INT64_MAX);
		return;
	}
	if (round->busy_tries > 0 && clock_mono_msec() < round->retry_msec)
		return;
	rc = store_begin(round->store, &err);
	if (rc == SG_OK) {
		round->busy_tries = 0;
		rc = count_all(round, &has_more, &err);
	}
	if (rc == SG_BUSY)
		wait_for_lock(round, &err);
	else if (rc != SG_OK)
		round_failed(round, rc, &err);
	else
		round_done(round, has_more);
}
