/* Counting for MTAs that ask no policy server: see quota.h. */
#include "config.h"

#include "milter/quota.h"

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "conf/conf.h"
#include "milter/message.h"
#include "milter/report.h"
#include "ops/counting.h"
#include "ops/lease.h"
#include "ops/reserve.h"
#include "rules/verdict.h"

/* Of the holder of leases, and of its file. */
#define NAME "milter"
/* Those who wait for a lease look up so often: is the end near? */
#define LOOK_MSEC 100
/* At the end: how long for those who look up. */
#define STOP_MSEC 1000
#define NAP_MSEC 10

struct quota {
	struct leases *leases;
	struct reserve_book *book;
	uint64_t names;  /* of messages; atomic */
	bool is_failing; /* ops/counting.h */
	/* Atomic, in one order for all threads: who is inside uses the leases, and
	 * nobody comes in at the end. */
	int inside;
	bool is_ending;
};

enum sg_err
quota_open(const struct conf *conf, struct quota **quota_r, struct err *err_r)
{
	struct quota *q = calloc(1, sizeof(*q));
	enum sg_err rc;

	*quota_r = NULL;
	if (q == NULL)
		return err_set(err_r, SG_NOMEM, "no memory");
	rc = leases_open(conf, NAME, &q->leases, err_r);
	if (rc == SG_OK)
		rc = reserve_new(
		    q->leases, RESERVE_MESSAGES_MAX, &q->book, err_r);
	if (rc != SG_OK) {
		leases_close(&q->leases);
		free(q);
		return rc;
	}
	*quota_r = q;
	return SG_OK;
}

static void
nap(int64_t usec)
{
	const struct timespec t = {
	    .tv_sec = usec / 1000000, .tv_nsec = usec % 1000000 * 1000};

	(void)nanosleep(&t, NULL);
}

void
quota_stop(struct quota *q)
{
	if (q == NULL)
		return;
	__atomic_store_n(&q->is_ending, true, __ATOMIC_SEQ_CST);
	for (int napped = 0; napped < STOP_MSEC &&
			     __atomic_load_n(&q->inside, __ATOMIC_SEQ_CST) > 0;
	     napped += NAP_MSEC)
		nap(NAP_MSEC * 1000);
	/* Else the process after this one gives back, as after a kill. */
	if (__atomic_load_n(&q->inside, __ATOMIC_SEQ_CST) == 0)
		leases_close(&q->leases);
}

static bool
is_ending(struct quota *q)
{
	return __atomic_load_n(&q->is_ending, __ATOMIC_SEQ_CST);
}

static void
leave(struct quota *q)
{
	(void)__atomic_sub_fetch(&q->inside, 1, __ATOMIC_SEQ_CST);
}

static bool
enter(struct quota *q)
{
	(void)__atomic_add_fetch(&q->inside, 1, __ATOMIC_SEQ_CST);
	if (!is_ending(q))
		return true;
	leave(q);
	return false;
}

/* The queue id is the MTA's, and two MTAs may have the same. */
static void
name_message(struct quota *q, struct message *m)
{
	if (m->counted_as[0] == '\0')
		(void)snprintf(m->counted_as, sizeof(m->counted_as), "%" PRIu64,
		    __atomic_add_fetch(&q->names, 1, __ATOMIC_RELAXED));
}

/* Asks until there is an answer, for a bounded time. */
static void
ask(struct quota *q, struct message *m, struct reserve_request *request,
    struct reserve_answer *answer_r)
{
	const struct conf *conf = m->env->admit.conf;
	int64_t asked_msec = clock_mono_msec();
	int64_t now_msec = asked_msec;

	for (;;) {
		request->now_sec = clock_now_sec();
		request->now_mono_msec = now_msec;
		if (reserve_decide(q->book, conf, &m->account, request,
			answer_r) == RESERVE_ANSWERED)
			return;
		now_msec = clock_mono_msec();
		if (is_ending(q) ||
		    now_msec - asked_msec >= counting_patience_msec(conf))
			break;
		leases_wait(q->leases, LOOK_MSEC);
	}
	verdict_unavailable(&answer_r->verdict);
}

/* False: *v is the refusal. */
static bool
count(struct message *m, struct reserve_request *request, const char *stage,
    const char *address, struct rules_verdict *v)
{
	struct quota *q = m->env->quota;
	struct reserve_answer answer = {0};

	name_message(q, m);
	request->instance = request->queue_id = m->counted_as;
	request->session = "";
	if (enter(q)) {
		ask(q, m, request, &answer);
		leave(q);
	} else {
		verdict_unavailable(&answer.verdict);
	}
	counting_say_state(&q->is_failing, &answer);
	if (m->env->admit.conf->log_level == CONF_LOG_DEBUG)
		counting_log(
		    m->queue_id, &m->account, stage, m->counted_as, &answer);
	if (m->is_monitor) {
		if (answer.verdict.action != RULES_ACCEPT)
			report_refused(m, stage, address, &answer.verdict);
		return true;
	}
	if (answer.verdict.action != RULES_ACCEPT) {
		*v = answer.verdict;
		return false;
	}
	if (answer.wait_usec > 0)
		nap(answer.wait_usec);
	return true;
}

bool
quota_recipient(struct message *m, const char *address, struct rules_verdict *v)
{
	struct reserve_request request = {.stage = RESERVE_RCPT};
	char number[24];

	if (m->env->quota == NULL || m->owner != ADMIT_ACCOUNT)
		return true;
	/* As at DATA, an address that is named twice counts twice. */
	(void)snprintf(number, sizeof(number), "%" PRId64, m->rcpt_seen);
	request.recipient = number;
	return count(m, &request, "rcpt", address, v);
}

bool
quota_message(struct message *m, struct rules_verdict *v)
{
	struct reserve_request request = {.stage = RESERVE_END_OF_MESSAGE,
	    .recipient = "",
	    .recipient_count = m->is_monitor ? m->rcpt_seen : m->rcpt_taken};

	if (m->env->quota == NULL || m->owner != ADMIT_ACCOUNT)
		return true;
	return count(m, &request, "end", NULL, v);
}

void
quota_settle(struct message *m, bool has_left)
{
	struct quota *q = m->env->quota;
	int64_t recipients;

	if (q == NULL || m->counted_as[0] == '\0' || !enter(q))
		return;
	if (has_left) {
		reserve_forget(q->book, m->counted_as);
	} else {
		recipients = reserve_release(q->book, m->counted_as, "");
		if (recipients > 0 &&
		    m->env->admit.conf->log_level == CONF_LOG_DEBUG)
			counting_log_release(m->queue_id, m->account.name,
			    m->session, recipients);
	}
	leave(q);
}
