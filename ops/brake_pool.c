/* Store handles for brakes: see brake_pool.h. */
#include "config.h"

#include "ops/brake_pool.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ops/brake.h"
#include "store/store.h"

#define BUSY_MSEC 5000

struct brake_pool {
	char *url;
	pthread_mutex_t lock; /* guards all below */
	pthread_cond_t is_free;
	struct store
	    *stores[BRAKE_POOL_HANDLES]; /* not in use; from the front */
	size_t open_count;               /* of these, ones that are open */
	size_t free_count;
};

static void
init_locks(struct brake_pool *pool)
{
	pthread_condattr_t attr;

	(void)pthread_mutex_init(&pool->lock, NULL);
	(void)pthread_condattr_init(&attr);
	(void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	(void)pthread_cond_init(&pool->is_free, &attr);
	(void)pthread_condattr_destroy(&attr);
}

enum sg_err
brake_pool_new(const char *url, struct brake_pool **pool_r, struct err *err_r)
{
	struct brake_pool *pool = calloc(1, sizeof(*pool));

	*pool_r = pool;
	if (pool == NULL)
		return err_set(err_r, SG_NOMEM, "no memory");
	init_locks(pool);
	pool->free_count = BRAKE_POOL_HANDLES;
	pool->url = strdup(url);
	if (pool->url != NULL)
		return SG_OK;
	brake_pool_free(pool_r);
	return err_set(err_r, SG_NOMEM, "no memory");
}

void
brake_pool_free(struct brake_pool **pool)
{
	struct brake_pool *p = *pool;

	*pool = NULL;
	if (p == NULL)
		return;
	while (p->open_count > 0)
		store_close(&p->stores[--p->open_count]);
	(void)pthread_cond_destroy(&p->is_free);
	(void)pthread_mutex_destroy(&p->lock);
	free(p->url);
	free(p);
}

static struct timespec
latest(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	t.tv_sec += BRAKE_POOL_WAIT_MSEC / 1000;
	return t;
}

/* The right to a handle; *store_r NULL: it is to be opened. */
static bool
take(struct brake_pool *pool, struct store **store_r)
{
	const struct timespec until = latest();
	int rc = 0;
	bool is_taken;

	*store_r = NULL;
	(void)pthread_mutex_lock(&pool->lock);
	while (pool->free_count == 0 && rc == 0)
		rc =
		    pthread_cond_timedwait(&pool->is_free, &pool->lock, &until);
	is_taken = pool->free_count > 0;
	if (is_taken)
		pool->free_count--;
	if (is_taken && pool->open_count > 0)
		*store_r = pool->stores[--pool->open_count];
	(void)pthread_mutex_unlock(&pool->lock);
	return is_taken;
}

/* store NULL: it is not open any more. */
static void
put_back(struct brake_pool *pool, struct store *store)
{
	(void)pthread_mutex_lock(&pool->lock);
	if (store != NULL)
		pool->stores[pool->open_count++] = store;
	pool->free_count++;
	(void)pthread_cond_signal(&pool->is_free);
	(void)pthread_mutex_unlock(&pool->lock);
}

/* One whose file was replaced would count where nobody looks. */
static void
drop_stale(struct store **store)
{
	bool changed;

	if (*store != NULL &&
	    store_maybe_changed(*store, &changed, NULL) == SG_IO)
		store_close(store);
}

enum sg_err
brake_pool_decide(struct brake_pool *pool, const struct conf *conf,
    const struct brake_message *message, struct rules_verdict *v,
    struct err *err_r)
{
	struct store *store;
	enum sg_err rc = SG_OK;

	if (!take(pool, &store))
		return err_set(err_r, SG_BUSY, "all store handles are in use");
	drop_stale(&store);
	if (store == NULL)
		rc = store_open(
		    pool->url, STORE_OPEN_COUNT, BUSY_MSEC, &store, err_r);
	if (rc == SG_OK)
		rc = brake_decide(store, conf, message, v, err_r);
	/* A handle that failed may never recover. */
	if (rc != SG_OK && rc != SG_BUSY)
		store_close(&store);
	put_back(pool, store);
	return rc;
}
