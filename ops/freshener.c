/* A thread that keeps a snapshot fresh: see freshener.h. Does not look at what
 * the snapshot holds. */
#include "config.h"

#include "ops/freshener.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "ops/heartbeat.h"
#include "ops/snapshot.h"
#include "store/store.h"

#define FRESHENER_BUSY_MSEC 1000

struct freshener {
	char *url;
	struct snapshot *snapshot;
	struct store *store;         /* NULL: to be opened */
	bool is_said;                /* that the store is gone */
	bool is_loading;             /* the snapshot, bit by bit */
	struct heartbeat *heartbeat; /* NULL: none */
	pthread_t thread;
	bool has_thread;
	pthread_mutex_t lock; /* guards what is below */
	pthread_cond_t wake;
	bool is_ending;
	bool is_wanted;         /* somebody waits for a look */
	bool is_hurried;        /* this look is that one; the thread's own */
	uint64_t begun, ended;  /* looks */
	pthread_cond_t is_over; /* ended has changed, or is_ending */
};

static void
tell_loaded(const struct freshener *f)
{
	struct snapshot_size size;
	char identities[24], suppressions[24], mib[24];

	snapshot_size(f->snapshot, &size);
	(void)snprintf(identities, sizeof(identities), "%zu", size.identities);
	(void)snprintf(
	    suppressions, sizeof(suppressions), "%zu", size.suppressions);
	(void)snprintf(mib, sizeof(mib), "%zu", size.bytes >> 20);
	log_event(LOG_STORE_LOADED_EVENT, NULL, "identities", identities,
	    "suppressions", suppressions, "mib", mib, NULL);
}

static enum sg_err
freshen(struct freshener *f, struct err *err_r)
{
	enum sg_err rc = SG_OK;

	if (f->store == NULL)
		rc = store_open(f->url, STORE_OPEN_READ, FRESHENER_BUSY_MSEC,
		    &f->store, err_r);
	if (f->is_hurried)
		snapshot_doubt(f->snapshot);
	if (rc == SG_OK)
		rc = snapshot_refresh(
		    f->snapshot, f->store, clock_mono_msec(), err_r);
	if (rc == SG_OK && f->is_loading && !snapshot_is_loading(f->snapshot))
		tell_loaded(f);
	f->is_loading = snapshot_is_loading(f->snapshot);
	/* A handle that failed may never recover: the next try gets a new one. */
	if (rc != SG_OK && rc != SG_BUSY)
		store_close(&f->store);
	return rc;
}

static void
tell(struct freshener *f, enum sg_err rc, const struct err *err)
{
	bool is_fresh = snapshot_is_fresh(f->snapshot, clock_mono_msec());

	if (rc == SG_OK && f->is_said) {
		f->is_said = false;
		log_event(LOG_STORE_BACK_EVENT, NULL, NULL);
	} else if (rc != SG_OK && !is_fresh && !f->is_said) {
		f->is_said = true;
		log_event(LOG_STORE_STALE_EVENT, NULL, "error", err->text,
		    "code", err_name(err->code), NULL);
	}
}

static struct timespec
after_msec(int64_t msec)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	t.tv_sec += msec / 1000;
	t.tv_nsec += (msec % 1000) * 1000000L;
	t.tv_sec += t.tv_nsec / 1000000000L;
	t.tv_nsec %= 1000000000L;
	return t;
}

/* With the lock held: until `until`, the end, or, when it may be cut short,
 * somebody wants a look. */
static void
sleep_until(
    struct freshener *f, const struct timespec *until, bool can_be_short)
{
	int rc = 0;

	while (!f->is_ending && !(can_be_short && f->is_wanted) && rc == 0)
		rc = pthread_cond_timedwait(&f->wake, &f->lock, until);
}

/* Waits for the next look. False: asked to end. */
static bool
pause_until_next(struct freshener *f)
{
	const struct timespec soonest = after_msec(FRESHENER_LEAST_MSEC);
	const struct timespec latest = after_msec(
	    f->is_loading ? FRESHENER_LEAST_MSEC : SNAPSHOT_REFRESH_MSEC);
	bool goes_on;

	(void)pthread_mutex_lock(&f->lock);
	sleep_until(f, &soonest, false);
	sleep_until(f, &latest, true);
	f->is_hurried = f->is_wanted;
	f->is_wanted = false;
	f->begun++;
	goes_on = !f->is_ending;
	(void)pthread_mutex_unlock(&f->lock);
	return goes_on;
}

static void
tell_waiters(struct freshener *f)
{
	(void)pthread_mutex_lock(&f->lock);
	f->ended = f->begun;
	(void)pthread_cond_broadcast(&f->is_over);
	(void)pthread_mutex_unlock(&f->lock);
}

static void *
freshener_main(void *ctx)
{
	struct freshener *f = ctx;

	while (pause_until_next(f)) {
		struct err err = {0};
		enum sg_err rc = freshen(f, &err);

		tell(f, rc, &err);
		tell_waiters(f);
		heartbeat_turn(f->heartbeat, clock_mono_msec());
	}
	heartbeat_end(f->heartbeat);
	return NULL;
}

bool
freshener_hurry(struct freshener *f, int64_t max_msec)
{
	const struct timespec until = after_msec(max_msec);
	uint64_t wanted;
	int rc = 0;
	bool is_there;

	(void)pthread_mutex_lock(&f->lock);
	wanted = f->begun + 1;
	f->is_wanted = true;
	(void)pthread_cond_signal(&f->wake);
	while (f->has_thread && !f->is_ending && f->ended < wanted && rc == 0)
		rc = pthread_cond_timedwait(&f->is_over, &f->lock, &until);
	is_there = f->ended >= wanted;
	(void)pthread_mutex_unlock(&f->lock);
	return is_there;
}

static void
init_locks(struct freshener *f)
{
	pthread_condattr_t attr;

	(void)pthread_mutex_init(&f->lock, NULL);
	(void)pthread_condattr_init(&attr);
	(void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	(void)pthread_cond_init(&f->wake, &attr);
	(void)pthread_cond_init(&f->is_over, &attr);
	(void)pthread_condattr_destroy(&attr);
}

enum sg_err
freshener_new(const char *url, struct snapshot *snapshot,
    struct freshener **freshener_r, struct err *err_r)
{
	struct freshener *f = calloc(1, sizeof(*f));
	enum sg_err rc;

	*freshener_r = NULL;
	if (f == NULL)
		return err_set(err_r, SG_NOMEM, "no memory");
	init_locks(f);
	f->snapshot = snapshot;
	f->url = strdup(url);
	rc = f->url == NULL ? err_set(err_r, SG_NOMEM, "no memory")
			    : snapshot_set_store(snapshot, url, err_r);
	if (rc == SG_OK)
		rc = freshen(f, err_r);
	/* The program may change its user, or fork, before it goes on. */
	store_close(&f->store);
	if (rc != SG_OK)
		freshener_free(&f);
	*freshener_r = f;
	return rc;
}

void
freshener_set_heartbeat(struct freshener *f, struct heartbeat *heartbeat)
{
	heartbeat_free(&f->heartbeat);
	f->heartbeat = heartbeat;
}

enum sg_err
freshener_start(struct freshener *f, struct err *err_r)
{
	int rc = pthread_create(&f->thread, NULL, freshener_main, f);

	if (rc != 0)
		return err_set(err_r, SG_IO, "thread: %s", strerror(rc));
	(void)pthread_mutex_lock(&f->lock);
	f->has_thread = true;
	(void)pthread_mutex_unlock(&f->lock);
	return SG_OK;
}

void
freshener_stop(struct freshener *f)
{
	bool had_thread;

	(void)pthread_mutex_lock(&f->lock);
	had_thread = f->has_thread;
	f->has_thread = false;
	f->is_ending = true;
	(void)pthread_cond_signal(&f->wake);
	(void)pthread_cond_broadcast(&f->is_over);
	(void)pthread_mutex_unlock(&f->lock);
	if (had_thread)
		(void)pthread_join(f->thread, NULL);
	store_close(&f->store);
}

void
freshener_free(struct freshener **freshener)
{
	struct freshener *f = *freshener;

	*freshener = NULL;
	if (f == NULL)
		return;
	freshener_stop(f);
	heartbeat_free(&f->heartbeat);
	(void)pthread_cond_destroy(&f->is_over);
	(void)pthread_cond_destroy(&f->wake);
	(void)pthread_mutex_destroy(&f->lock);
	free(f->url);
	free(f);
}
