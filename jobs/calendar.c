/* What is done because it is time: see calendar.h. */
#include "config.h"

#include "jobs/calendar.h"

#include "jobs/worker.h"
#include "ops/link.h"
#include "ops/rotation.h"
#include "store/store.h"

#define KEYS_EVERY_SEC 3600
#define LINKS_EVERY_SEC 60
#define SENT_EVERY_SEC 86400
#define SENT_KEEP_SEC (2 * 86400) /* longer than anybody counts them */
/* A key takes up to a second to make: a stop is noticed in between. */
#define KEYS_AT_ONCE 2
#define LINKS_AT_ONCE 100

/* Also when the clock was put back. */
static bool
is_time(int64_t last_sec, int64_t every_sec, int64_t now_sec)
{
	return now_sec >= last_sec + every_sec || now_sec < last_sec;
}

static enum sg_err
turn_keys(struct calendar *calendar, struct store *store,
    const struct seal *seal, const struct conf *conf, struct worker *worker,
    int64_t now_sec, struct err *err_r)
{
	int done = 1;

	if (!is_time(calendar->keys_sec, KEYS_EVERY_SEC, now_sec))
		return SG_OK;
	while (done > 0) {
		enum sg_err rc = SG_OK;

		if (worker_is_stopping(worker))
			return SG_OK;
		rc = rotation_calendar(
		    store, seal, conf, KEYS_AT_ONCE, now_sec, &done, err_r);
		if (rc != SG_OK)
			return rc;
	}
	calendar->keys_sec = now_sec;
	return SG_OK;
}

static enum sg_err
turn_links(struct calendar *calendar, struct store *store,
    struct worker *worker, int64_t now_sec, struct err *err_r)
{
	int done = LINKS_AT_ONCE;

	if (!is_time(calendar->links_sec, LINKS_EVERY_SEC, now_sec))
		return SG_OK;
	while (done == LINKS_AT_ONCE) {
		enum sg_err rc = SG_OK;

		if (worker_is_stopping(worker))
			return SG_OK;
		rc = link_expire(store, LINKS_AT_ONCE, now_sec, &done, err_r);
		if (rc != SG_OK)
			return rc;
	}
	calendar->links_sec = now_sec;
	return SG_OK;
}

static enum sg_err
turn_sent(struct calendar *calendar, struct store *store, int64_t now_sec,
    struct err *err_r)
{
	enum sg_err rc;

	if (!is_time(calendar->sent_sec, SENT_EVERY_SEC, now_sec))
		return SG_OK;
	rc = store_link_sent_purge(store, now_sec - SENT_KEEP_SEC, err_r);
	if (rc == SG_OK)
		calendar->sent_sec = now_sec;
	return rc;
}

enum sg_err
calendar_turn(struct calendar *calendar, struct store *store,
    const struct seal *seal, const struct conf *conf, struct worker *worker,
    int64_t now_sec, struct err *err_r)
{
	enum sg_err rc = turn_links(calendar, store, worker, now_sec, err_r);

	if (rc == SG_OK)
		rc = turn_sent(calendar, store, now_sec, err_r);
	if (rc == SG_OK)
		rc = turn_keys(
		    calendar, store, seal, conf, worker, now_sec, err_r);
	return rc;
}
