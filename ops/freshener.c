/* A thread that keeps a snapshot fresh: see freshener.h. Does not look at what
 * the snapshot holds. */
#include "config.h"

#include "ops/freshener.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "ops/snapshot.h"
#include "store/store.h"

#define FRESHENER_BUSY_MSEC 1000

struct freshener {
	char *url;
	struct snapshot *snapshot;
	struct store *store; /* NULL: to be opened */
	bool is_said;        /* that the store is gone */
	pthread_t thread;
	bool has_thread;
	pthread_mutex_t lock; /* guards is_ending */
	pthread_cond_t wake;
	bool is_ending;
};

static enum sg_err
freshen(struct freshener *f, struct err *err_r)
{
	enum sg_err rc = SG_OK;

	if (f->store == NULL)
		rc = store_open(f->url, STORE_OPEN_READ, FRESHENER_BUSY_MSEC,
		    &f->store, err_r);
	if (rc == SG_OK)
		rc = snapshot_refresh(
		    f->snapshot, f->store, clock_mono_msec(), err_r);
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

/* Waits for the next look. False: asked to end. */
static bool
pause_until_next(struct freshener *f)
{
	struct timespec until;
	bool goes_on;
	int rc = 0;

	(void)clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += SNAPSHOT_REFRESH_MSEC * 1000000L;
	until.tv_sec += until.tv_nsec / 1000000000L;
	until.tv_nsec %= 1000000000L;
	(void)pthread_mutex_lock(&f->lock);
	while (!f->is_ending && rc == 0)
		rc = pthread_cond_timedwait(&f->wake, &f->lock, &until);
	goes_on = !f->is_ending;
	(void)pthread_mutex_unlock(&f->lock);
	return goes_on;
}

static void *
freshener_main(void *ctx)
{
	struct freshener *f = ctx;

	while (pause_until_next(f)) {
		struct err err = {0};
		enum sg_err rc = freshen(f, &err);

		tell(f, rc, &err);
	}
	return NULL;
}

static void
init_locks(struct freshener *f)
{
	pthread_condattr_t attr;

	(void)pthread_mutex_init(&f->lock, NULL);
	(void)pthread_condattr_init(&attr);
	(void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	(void)pthread_cond_init(&f->wake, &attr);
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
			    : freshen(f, err_r);
	/* The program may change its user, or fork, before it goes on. */
	store_close(&f->store);
	if (rc != SG_OK)
		freshener_free(&f);
	*freshener_r = f;
	return rc;
}

enum sg_err
freshener_start(struct freshener *f, struct err *err_r)
{
	int rc = pthread_create(&f->thread, NULL, freshener_main, f);

	if (rc != 0)
		return err_set(err_r, SG_IO, "thread: %s", strerror(rc));
	f->has_thread = true;
	return SG_OK;
}

void
freshener_free(struct freshener **freshener)
{
	struct freshener *f = *freshener;

	*freshener = NULL;
	if (f == NULL)
		return;
	(void)pthread_mutex_lock(&f->lock);
	f->is_ending = true;
	(void)pthread_cond_signal(&f->wake);
	(void)pthread_mutex_unlock(&f->lock);
	if (f->has_thread)
		(void)pthread_join(f->thread, NULL);
	store_close(&f->store);
	(void)pthread_cond_destroy(&f->wake);
	(void)pthread_mutex_destroy(&f->lock);
	free(f->url);
	free(f);
}
