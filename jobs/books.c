/* Journals, the mail log, reputation and retention in their time: see books.h. */
#include "config.h"

#include "jobs/books.h"

#include <string.h>

#include "conf/conf.h"
#include "jobs/worker.h"
#include "ops/duty.h"
#include "ops/heartbeat.h"
#include "ops/ingest.h"
#include "ops/lockout.h"
#include "ops/maillog.h"
#include "ops/observed.h"
#include "ops/reputation.h"
#include "ops/topic.h"
#include "ops/once.h"
#include "store/events.h"
#include "store/figures.h"
#include "store/messages.h"
#include "store/observed.h"
#include "store/topics.h"
#include "store/once.h"

#define DAY_SEC INT64_C(86400)
/* Statistics are asked for so far back (SES: two weeks), whatever the window. */
#define TALLY_DAYS 15

void
books_init(struct books *books, const char *url)
{
	(void)memset(books, 0, sizeof(*books));
	books->memory = ingest_memory_new(); /* NULL: it goes without */
	line_init(&books->journal, "journal", url, STORE_OPEN_BULK);
	line_init(&books->log, "mail log", url, STORE_OPEN_WRITE);
	line_init(&books->reputation, "reputation", url, STORE_OPEN_WRITE);
	line_init(&books->retention, "retention", url, STORE_OPEN_WRITE);
}

void
books_fini(struct books *books)
{
	ingest_memory_free(&books->memory);
	line_fini(&books->journal);
	line_fini(&books->log);
	line_fini(&books->reputation);
	line_fini(&books->retention);
}

/* Also when the clock was put back. */
static bool
is_time(int64_t last_sec, int64_t every_sec, int64_t now_sec)
{
	return now_sec >= last_sec + every_sec || now_sec < last_sec;
}

static void
turn_journal(struct books *books, const struct conf *conf, int64_t now_sec,
    int64_t now_msec)
{
	struct line *line = &books->journal;
	struct err err = {0};
	int64_t messages = 0;
	enum sg_err rc;

	if (now_msec < books->journal_msec ||
	    line_wait_msec(line, now_msec) > 0)
		return;
	rc = line_open(line, &err);
	if (rc == SG_OK)
		rc = ingest_follow(
		    line->store, conf, books->memory, now_sec, &messages, &err);
	line_report(line, rc, &err, now_msec);
	books->journal_msec = now_msec + BOOKS_JOURNAL_MSEC;
}

static void
turn_log(struct books *books, const struct conf *conf, int64_t now_sec,
    int64_t now_msec)
{
	struct line *line = &books->log;
	struct err err = {0};
	int64_t events = 0;
	enum sg_err rc;

	if (conf->mail_log[0] == '\0' || now_msec < books->log_msec ||
	    line_wait_msec(line, now_msec) > 0)
		return;
	rc = line_open(line, &err);
	if (rc == SG_OK)
		rc = maillog_follow(line->store, conf, now_sec, &events, &err);
	line_report(line, rc, &err, now_msec);
	books->log_msec = now_msec + BOOKS_LOG_MSEC;
}

static void
turn_reputation(struct books *books, const struct conf *conf, int64_t now_sec,
    int64_t now_msec)
{
	struct line *line = &books->reputation;
	struct err err = {0};
	enum sg_err rc;

	if (!duties_holds(books->duties, DUTY_REPUTATION) ||
	    !is_time(books->reputation_sec, BOOKS_REPUTATION_SEC, now_sec) ||
	    line_wait_msec(line, now_msec) > 0)
		return;
	rc = line_open(line, &err);
	if (rc == SG_OK)
		rc = reputation_update_all(line->store, conf, now_sec, &err);
	line_report(line, rc, &err, now_msec);
	if (rc == SG_OK)
		books->reputation_sec = now_sec;
}

/* ---- retention ---------------------------------------------------------------- */

/* One transaction of a step; *gone_r 0: there is no more of it. */
typedef enum sg_err step_fn(struct store *store, const struct conf *conf,
    int64_t now_sec, int64_t *gone_r, struct err *err_r);

static enum sg_err
expire_suppressions(struct store *store, const struct conf *conf,
    int64_t now_sec, int64_t *gone_r, struct err *err_r)
{
	(void)conf;
	return store_suppression_expire(
	    store, now_sec, BOOKS_PURGE_ROWS, gone_r, err_r);
}

static enum sg_err
expire_subscriptions(struct store *store, const struct conf *conf,
    int64_t now_sec, int64_t *gone_r, struct err *err_r)
{
	(void)conf;
	return topic_expire(store, now_sec, BOOKS_PURGE_ROWS, gone_r, err_r);
}

static enum sg_err
purge_mail(struct store *store, const struct conf *conf, int64_t now_sec,
    int64_t *gone_r, struct err *err_r)
{
	int64_t tally_days = conf->reputation_window_days > TALLY_DAYS
				 ? conf->reputation_window_days
				 : TALLY_DAYS;

	return store_purge(store,
	    (now_sec - conf->retention_days * DAY_SEC) * 1000,
	    now_sec - tally_days * DAY_SEC, conf->feedback_unmatched_most,
	    BOOKS_PURGE_ROWS, gone_r, err_r);
}

static enum sg_err
purge_dead_letters(struct store *store, const struct conf *conf,
    int64_t now_sec, int64_t *gone_r, struct err *err_r)
{
	return store_notification_purge(store,
	    (now_sec - conf->retention_days * DAY_SEC) * 1000, BOOKS_PURGE_ROWS,
	    gone_r, err_r);
}

/* What the API's sends were answered. */
static enum sg_err
purge_once(struct store *store, const struct conf *conf, int64_t now_sec,
    int64_t *gone_r, struct err *err_r)
{
	(void)conf;
	return store_once_purge(store, (now_sec - ONCE_KEEP_SEC) * 1000,
	    BOOKS_PURGE_ROWS, gone_r, err_r);
}

static enum sg_err
purge_flow(struct store *store, const struct conf *conf, int64_t now_sec,
    int64_t *gone_r, struct err *err_r)
{
	(void)conf;
	return store_flow_purge(
	    store, now_sec, BOOKS_PURGE_ROWS, gone_r, err_r);
}

/* Programs that were killed, senders that are not seen any more. */
static enum sg_err
purge_seen(struct store *store, const struct conf *conf, int64_t now_sec,
    int64_t *gone_r, struct err *err_r)
{
	int64_t senders = 0;
	enum sg_err rc = store_heartbeat_purge(store,
	    now_sec - HEARTBEAT_KEEP_SEC, BOOKS_PURGE_ROWS, gone_r, err_r);

	(void)conf;
	if (rc == SG_OK)
		rc = store_observed_purge(store, now_sec - OBSERVED_KEEP_SEC,
		    BOOKS_PURGE_ROWS, &senders, err_r);
	*gone_r += senders;
	return rc;
}

/* Where somebody was signed in, and tries of people who may never come again. */
static enum sg_err
purge_people(struct store *store, const struct conf *conf, int64_t now_sec,
    int64_t *gone_r, struct err *err_r)
{
	(void)conf;
	return lockout_purge(store, now_sec, BOOKS_PURGE_ROWS, gone_r, err_r);
}

/* Not what goes, but what waits for it. */
static enum sg_err
settle_mail(struct store *store, const struct conf *conf, int64_t now_sec,
    int64_t *gone_r, struct err *err_r)
{
	bool is_done;
	enum sg_err rc = store_message_settle(
	    store, now_sec, BOOKS_SETTLE_ROWS, &is_done, err_r);

	(void)conf;
	*gone_r = !is_done;
	return rc;
}

static step_fn *const steps[] = {expire_suppressions, expire_subscriptions,
    settle_mail, purge_mail, purge_dead_letters, purge_once, purge_flow,
    purge_seen, purge_people};
#define STEPS ((int)(sizeof(steps) / sizeof(steps[0])))

/* One transaction a turn. */
static void
turn_retention(struct books *books, const struct conf *conf, int64_t now_sec,
    int64_t now_msec)
{
	struct line *line = &books->retention;
	struct err err = {0};
	int64_t gone = 0;
	enum sg_err rc;

	if ((books->step == 0 &&
		!is_time(books->retention_sec, BOOKS_RETENTION_SEC, now_sec)) ||
	    now_msec < books->purge_msec ||
	    line_wait_msec(line, now_msec) > 0 ||
	    !duties_holds(books->duties, DUTY_RETENTION))
		return;
	rc = line_open(line, &err);
	if (rc == SG_OK)
		rc =
		    steps[books->step](line->store, conf, now_sec, &gone, &err);
	line_report(line, rc, &err, now_msec);
	books->purge_msec = now_msec + BOOKS_PURGE_MSEC;
	if (rc != SG_OK || gone > 0)
		return;
	books->step = (books->step + 1) % STEPS;
	if (books->step == 0)
		books->retention_sec = now_sec;
}

int64_t
books_turn(struct books *books, const struct conf *conf, struct worker *worker,
    int64_t now_sec, int64_t now_msec)
{
	turn_journal(books, conf, now_sec, now_msec);
	if (!worker_is_stopping(worker))
		turn_log(books, conf, now_sec, now_msec);
	if (!worker_is_stopping(worker))
		turn_reputation(books, conf, now_sec, now_msec);
	if (!worker_is_stopping(worker))
		turn_retention(books, conf, now_sec, now_msec);
	return books->step > 0 ? BOOKS_PURGE_MSEC : BOOKS_JOURNAL_MSEC;
}
