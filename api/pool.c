/* Threads for long work: see pool.h. The lock is never held during a job. */
#include "config.h"

#include "api/pool.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define IDLE_SEC 60

enum worker_state { WORKER_NONE, WORKER_RUNS, WORKER_ENDED };

struct worker {
	pthread_t thread;
	/* Whose place it took. What an ended thread still frees may take long, so
	 * its successor waits for it, at its own end. */
	pthread_t before;
	bool has_before;
	enum worker_state state;
	struct api_pool *pool;
};

struct task {
	api_pool_fn *fn;
	void *job;
};

struct api_pool {
	pthread_mutex_t lock;
	pthread_cond_t work; /* there is a task, or the end */
	struct worker *workers;
	size_t worker_count, running, idle;
	struct task *tasks; /* a ring */
	size_t task_size, task_first, task_count;
	bool is_stopping;
};

enum sg_err
api_pool_new(size_t threads_max, size_t waiting_max, struct api_pool **pool_r,
    struct err *err_r)
{
	struct api_pool *pool = calloc(1, sizeof(*pool));
	pthread_condattr_t attr;

	*pool_r = NULL;
	if (pool == NULL)
		return err_set(err_r, SG_NOMEM, "no memory for threads");
	pool->workers = calloc(threads_max, sizeof(*pool->workers));
	/* A task lies in the ring until an idle thread takes it. */
	pool->task_size = threads_max + waiting_max;
	pool->tasks = calloc(pool->task_size, sizeof(*pool->tasks));
	if (pool->workers == NULL || pool->tasks == NULL) {
		free(pool->workers);
		free(pool->tasks);
		free(pool);
		return err_set(err_r, SG_NOMEM, "no memory for threads");
	}
	pool->worker_count = threads_max;
	/* None of these fails on Linux. */
	(void)pthread_condattr_init(&attr);
	(void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	(void)pthread_mutex_init(&pool->lock, NULL);
	(void)pthread_cond_init(&pool->work, &attr);
	(void)pthread_condattr_destroy(&attr);
	*pool_r = pool;
	return SG_OK;
}

/* ---- a worker ------------------------------------------------------------------- */

/* Locked. False: it is to end. */
static bool
wait_for_task(struct api_pool *pool)
{
	struct timespec until;
	int rc = 0;

	(void)clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += IDLE_SEC;
	pool->idle++;
	while (pool->task_count == 0 && !pool->is_stopping && rc != ETIMEDOUT)
		rc = pthread_cond_timedwait(&pool->work, &pool->lock, &until);
	pool->idle--;
	return pool->task_count > 0;
}

static struct task
take_task(struct api_pool *pool)
{
	struct task task = pool->tasks[pool->task_first];

	pool->task_first = (pool->task_first + 1) % pool->task_size;
	pool->task_count--;
	return task;
}

static void *
work(void *arg)
{
	struct worker *worker = arg;
	struct api_pool *pool = worker->pool;
	struct worker self;

	(void)pthread_mutex_lock(&pool->lock);
	self = *worker;
	while (wait_for_task(pool)) {
		struct task task = take_task(pool);

		(void)pthread_mutex_unlock(&pool->lock);
		task.fn(task.job);
		(void)pthread_mutex_lock(&pool->lock);
	}
	worker->state = WORKER_ENDED;
	pool->running--;
	(void)pthread_mutex_unlock(&pool->lock);
	if (self.has_before)
		(void)pthread_join(self.before, NULL);
	return NULL;
}

/* Locked. */
static void
start_worker(struct api_pool *pool)
{
	struct worker *worker = pool->workers;
	struct worker old;

	while (worker->state == WORKER_RUNS)
		worker++;
	old = *worker;
	*worker = (struct worker){.state = WORKER_RUNS,
	    .pool = pool,
	    .before = old.thread,
	    .has_before = old.state == WORKER_ENDED};
	if (pthread_create(&worker->thread, NULL, work, worker) != 0) {
		*worker = old;
		return;
	}
	pool->running++;
}

/* ---- the pool ------------------------------------------------------------------- */

bool
api_pool_add(struct api_pool *pool, api_pool_fn *fn, void *job)
{
	bool is_taken;

	(void)pthread_mutex_lock(&pool->lock);
	is_taken = !pool->is_stopping && pool->task_count < pool->task_size;
	if (is_taken && pool->idle <= pool->task_count &&
	    pool->running < pool->worker_count)
		start_worker(pool);
	is_taken = is_taken && pool->running > 0;
	if (is_taken) {
		size_t last =
		    (pool->task_first + pool->task_count) % pool->task_size;

		pool->tasks[last] = (struct task){fn, job};
		pool->task_count++;
		(void)pthread_cond_signal(&pool->work);
	}
	(void)pthread_mutex_unlock(&pool->lock);
	return is_taken;
}

void
api_pool_stop(struct api_pool *pool)
{
	(void)pthread_mutex_lock(&pool->lock);
	pool->is_stopping = true;
	(void)pthread_cond_broadcast(&pool->work);
	(void)pthread_mutex_unlock(&pool->lock);
	/* No worker is started any more. */
	for (size_t i = 0; i < pool->worker_count; i++) {
		if (pool->workers[i].thread != 0)
			(void)pthread_join(pool->workers[i].thread, NULL);
		pool->workers[i].thread = 0;
	}
}

void
api_pool_free(struct api_pool **pool)
{
	struct api_pool *p = *pool;

	if (p == NULL)
		return;
	api_pool_stop(p);
	(void)pthread_cond_destroy(&p->work);
	(void)pthread_mutex_destroy(&p->lock);
	free(p->workers);
	free(p->tasks);
	free(p);
	*pool = NULL;
}
