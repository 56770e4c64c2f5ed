/* The threads behind the LMTP server: see pool.h. */
#include "config.h"

#include "feedback/pool.h"

#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "feedback/taker.h"
#include "ops/heartbeat.h"

/* The store takes one writer at a time: more threads read reports meanwhile. */
#define POOL_THREADS 3
/* How long a thread waits for a job before it says that it is there. */
#define IDLE_SEC 2

struct job_list {
	struct pool_job *first, **last;
};

struct pool {
	pthread_mutex_t lock;
	pthread_cond_t wake;
	struct job_list waiting, done;
	struct return_mac *mac;
	struct heartbeat *heartbeat; /* NULL: none, or a thread has it */
	pthread_t threads[POOL_THREADS];
	size_t thread_count;
	bool is_ending;
	int fd;
};

static void
list_init(struct job_list *list)
{
	list->first = NULL;
	list->last = &list->first;
}

static void
list_add(struct job_list *list, struct pool_job *job)
{
	job->next = NULL;
	*list->last = job;
	list->last = &job->next;
}

static struct pool_job *
list_take(struct job_list *list)
{
	struct pool_job *job = list->first;

	if (job == NULL)
		return NULL;
	list->first = job->next;
	if (list->first == NULL)
		list->last = &list->first;
	return job;
}

/* ---- threads --------------------------------------------------------------- */

static void
do_job(struct taker *taker, struct pool_job *job)
{
	struct taker_message message = {.sender = job->from->sender,
	    .data = buf_str(&job->body),
	    .len = job->body.len};

	for (size_t i = 0; i < job->from->count; i++) {
		struct err err;

		job->is_taken[i] = taker_take(taker, job->settings, &message,
		    job->from->recipients[i], &err);
	}
	taker_message_fini(&message);
}

static void
tell(struct pool *pool)
{
	const uint64_t one = 1;

	/* It fails only when the counter is full, and then all is said. */
	if (write(pool->fd, &one, sizeof(one)) < 0)
		return;
}

/* The next job; NULL: none came in time. False: the end. */
static bool
wait_for_job(struct pool *pool, struct pool_job **job_r)
{
	struct timespec until;
	bool goes_on;
	int rc = 0;

	(void)clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += IDLE_SEC;
	(void)pthread_mutex_lock(&pool->lock);
	while (pool->waiting.first == NULL && !pool->is_ending && rc == 0)
		rc = pthread_cond_timedwait(&pool->wake, &pool->lock, &until);
	goes_on = !pool->is_ending;
	*job_r = goes_on ? list_take(&pool->waiting) : NULL;
	(void)pthread_mutex_unlock(&pool->lock);
	return goes_on;
}

/* By one thread at a time, whichever. */
static void
say_that_it_runs(struct pool *pool)
{
	struct heartbeat *heartbeat;

	(void)pthread_mutex_lock(&pool->lock);
	heartbeat = pool->heartbeat;
	pool->heartbeat = NULL;
	(void)pthread_mutex_unlock(&pool->lock);
	heartbeat_turn(heartbeat, clock_mono_msec());
	if (heartbeat == NULL)
		return;
	(void)pthread_mutex_lock(&pool->lock);
	pool->heartbeat = heartbeat;
	(void)pthread_mutex_unlock(&pool->lock);
}

static void
finish_job(struct pool *pool, struct taker *taker, struct pool_job *job)
{
	do_job(taker, job);
	(void)pthread_mutex_lock(&pool->lock);
	list_add(&pool->done, job);
	(void)pthread_mutex_unlock(&pool->lock);
	tell(pool);
}

static void *
work(void *arg)
{
	struct pool *pool = arg;
	struct taker taker = {.mac = pool->mac};
	struct pool_job *job;

	say_that_it_runs(pool);
	while (wait_for_job(pool, &job)) {
		if (job != NULL)
			finish_job(pool, &taker, job);
		say_that_it_runs(pool);
	}
	taker_fini(&taker);
	return NULL;
}

/* ---- outside ---------------------------------------------------------------- */

static enum sg_err
start_threads(struct pool *pool, struct err *err_r)
{
	for (size_t i = 0; i < POOL_THREADS; i++) {
		int error = pthread_create(&pool->threads[i], NULL, work, pool);

		if (error != 0)
			return err_set(
			    err_r, SG_NOMEM, "thread: %s", strerror(error));
		pool->thread_count++;
	}
	return SG_OK;
}

static void
init_locks(struct pool *pool)
{
	pthread_condattr_t attr;

	(void)pthread_mutex_init(&pool->lock, NULL);
	(void)pthread_condattr_init(&attr);
	(void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	(void)pthread_cond_init(&pool->wake, &attr);
	(void)pthread_condattr_destroy(&attr);
}

enum sg_err
pool_new(struct return_mac *mac, struct heartbeat *heartbeat,
    struct pool **pool_r, struct err *err_r)
{
	struct pool *pool = calloc(1, sizeof(*pool));
	enum sg_err rc = SG_OK;

	if (pool == NULL)
		return err_set(err_r, SG_NOMEM, "no memory");
	init_locks(pool);
	list_init(&pool->waiting);
	list_init(&pool->done);
	pool->mac = mac;
	pool->heartbeat = heartbeat;
	pool->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (pool->fd < 0)
		rc = err_set(err_r, SG_IO, "eventfd: %s", strerror(errno));
	if (rc == SG_OK)
		rc = start_threads(pool, err_r);
	if (rc != SG_OK)
		pool_free(&pool);
	*pool_r = pool;
	return rc;
}

void
pool_free(struct pool **pool)
{
	struct pool *p = *pool;

	*pool = NULL;
	if (p == NULL)
		return;
	(void)pthread_mutex_lock(&p->lock);
	p->is_ending = true;
	(void)pthread_cond_broadcast(&p->wake);
	(void)pthread_mutex_unlock(&p->lock);
	for (size_t i = 0; i < p->thread_count; i++)
		(void)pthread_join(p->threads[i], NULL);
	if (p->fd >= 0)
		(void)close(p->fd);
	(void)pthread_cond_destroy(&p->wake);
	(void)pthread_mutex_destroy(&p->lock);
	free(p);
}

void
pool_give(struct pool *pool, struct pool_job *job)
{
	(void)pthread_mutex_lock(&pool->lock);
	list_add(&pool->waiting, job);
	(void)pthread_cond_signal(&pool->wake);
	(void)pthread_mutex_unlock(&pool->lock);
}

struct pool_job *
pool_collect(struct pool *pool)
{
	struct pool_job *job;
	uint64_t count;

	(void)pthread_mutex_lock(&pool->lock);
	job = list_take(&pool->done);
	/* Read only when nothing is left: what comes later writes anew. */
	if (job == NULL && read(pool->fd, &count, sizeof(count)) < 0)
		count = 0;
	(void)pthread_mutex_unlock(&pool->lock);
	return job;
}

int
pool_fd(const struct pool *pool)
{
	return pool->fd;
}
