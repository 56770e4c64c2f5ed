/* A thread that works in turns: see worker.h. */
#include "config.h"

#include "jobs/worker.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"

struct worker {
	worker_turn_fn *turn;
	void *ctx;
	pthread_t thread;
	pthread_mutex_t lock; /* guards the last two */
	pthread_cond_t wake;  /* for the worker, and at its end for who joins */
	bool is_stopping;
	bool has_ended;
};

static struct timespec
at_msec(int64_t mono_msec)
{
	return (struct timespec){.tv_sec = (time_t)(mono_msec / 1000),
	    .tv_nsec = (long)(mono_msec % 1000) * 1000000};
}

/* False: asked to end. */
static bool
pause_for(struct worker *w, int64_t msec)
{
	struct timespec until = at_msec(clock_mono_msec() + msec);
	bool goes_on;
	int rc = 0;

	(void)pthread_mutex_lock(&w->lock);
	while (!w->is_stopping && rc == 0)
		rc = pthread_cond_timedwait(&w->wake, &w->lock, &until);
	goes_on = !w->is_stopping;
	(void)pthread_mutex_unlock(&w->lock);
	return goes_on;
}

static void *
worker_main(void *ctx)
{
	struct worker *w = ctx;

	while (pause_for(w, w->turn(w->ctx, w)))
		continue;
	(void)pthread_mutex_lock(&w->lock);
	w->has_ended = true;
	(void)pthread_cond_signal(&w->wake);
	(void)pthread_mutex_unlock(&w->lock);
	return NULL;
}

static void
worker_free(struct worker *w)
{
	(void)pthread_cond_destroy(&w->wake);
	(void)pthread_mutex_destroy(&w->lock);
	free(w);
}

enum sg_err
worker_start(worker_turn_fn *turn, void *ctx, struct worker **worker_r,
    struct err *err_r)
{
	struct worker *w = calloc(1, sizeof(*w));
	pthread_condattr_t attr;
	int rc;

	*worker_r = NULL;
	if (w == NULL)
		return err_set(err_r, SG_NOMEM, "no memory");
	w->turn = turn;
	w->ctx = ctx;
	(void)pthread_mutex_init(&w->lock, NULL);
	(void)pthread_condattr_init(&attr);
	(void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	(void)pthread_cond_init(&w->wake, &attr);
	(void)pthread_condattr_destroy(&attr);
	rc = pthread_create(&w->thread, NULL, worker_main, w);
	if (rc != 0) {
		worker_free(w);
		return err_set(err_r, SG_IO, "thread: %s", strerror(rc));
	}
	*worker_r = w;
	return SG_OK;
}

bool
worker_is_stopping(struct worker *w)
{
	bool is_stopping;

	if (w == NULL)
		return false;
	(void)pthread_mutex_lock(&w->lock);
	is_stopping = w->is_stopping;
	(void)pthread_mutex_unlock(&w->lock);
	return is_stopping;
}

bool
worker_shall_stop(void *worker)
{
	return worker_is_stopping(worker);
}

void
worker_stop(struct worker *w)
{
	if (w == NULL)
		return;
	(void)pthread_mutex_lock(&w->lock);
	w->is_stopping = true;
	(void)pthread_cond_signal(&w->wake);
	(void)pthread_mutex_unlock(&w->lock);
}

/* Not pthread_clockjoin_np: ThreadSanitizer does not know it. */
static bool
wait_for_end(struct worker *w, int64_t deadline_msec)
{
	struct timespec until = at_msec(deadline_msec);
	bool has_ended;
	int rc = 0;

	(void)pthread_mutex_lock(&w->lock);
	while (!w->has_ended && rc == 0)
		rc = pthread_cond_timedwait(&w->wake, &w->lock, &until);
	has_ended = w->has_ended;
	(void)pthread_mutex_unlock(&w->lock);
	return has_ended;
}

bool
worker_join(struct worker **worker, int64_t deadline_msec)
{
	if (*worker == NULL)
		return true;
	if (!wait_for_end(*worker, deadline_msec))
		return false;
	(void)pthread_join((*worker)->thread, NULL); /* it is at its end */
	worker_free(*worker);
	*worker = NULL;
	return true;
}
