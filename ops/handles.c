/* Store handles that read: see handles.h. */
#include "config.h"

#include "ops/handles.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "store/store.h"

#define HANDLES_BUSY_MSEC 1000

struct handles {
	char *url;
	pthread_mutex_t lock; /* guards all below */
	pthread_cond_t is_free;
	struct store *idle[HANDLES_MAX]; /* open ones, from the front */
	size_t idle_count;
	size_t free_count; /* how many more may ask */
};

enum sg_err
handles_new(const char *url, struct handles **handles_r, struct err *err_r)
{
	struct handles *h = calloc(1, sizeof(*h));
	pthread_condattr_t attr;

	*handles_r = h;
	if (h == NULL)
		return err_set(err_r, SG_NOMEM, "no memory");
	(void)pthread_mutex_init(&h->lock, NULL);
	(void)pthread_condattr_init(&attr);
	(void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	(void)pthread_cond_init(&h->is_free, &attr);
	(void)pthread_condattr_destroy(&attr);
	h->free_count = HANDLES_MAX;
	h->url = strdup(url);
	if (h->url != NULL)
		return SG_OK;
	handles_free(handles_r);
	return err_set(err_r, SG_NOMEM, "no memory");
}

void
handles_free(struct handles **handles)
{
	struct handles *h = *handles;

	*handles = NULL;
	if (h == NULL)
		return;
	while (h->idle_count > 0)
		store_close(&h->idle[--h->idle_count]);
	(void)pthread_cond_destroy(&h->is_free);
	(void)pthread_mutex_destroy(&h->lock);
	free(h->url);
	free(h);
}

static struct timespec
latest(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	t.tv_sec += HANDLES_WAIT_MSEC / 1000;
	return t;
}

/* The right to ask; *store_r NULL: a handle is to be opened. */
static bool
take(struct handles *h, struct store **store_r)
{
	const struct timespec until = latest();
	int rc = 0;
	bool is_taken;

	*store_r = NULL;
	(void)pthread_mutex_lock(&h->lock);
	while (h->free_count == 0 && rc == 0)
		rc = pthread_cond_timedwait(&h->is_free, &h->lock, &until);
	is_taken = h->free_count > 0;
	if (is_taken)
		h->free_count--;
	if (is_taken && h->idle_count > 0)
		*store_r = h->idle[--h->idle_count];
	(void)pthread_mutex_unlock(&h->lock);
	return is_taken;
}

/* store NULL: it is not open any more. */
static void
put_back(struct handles *h, struct store *store)
{
	(void)pthread_mutex_lock(&h->lock);
	if (store != NULL)
		h->idle[h->idle_count++] = store;
	h->free_count++;
	(void)pthread_cond_signal(&h->is_free);
	(void)pthread_mutex_unlock(&h->lock);
}

/* What says that the handle itself is of no use. */
static bool
is_lost(enum sg_err rc)
{
	return rc == SG_IO || rc == SG_BUG || rc == SG_SCHEMA;
}

static enum sg_err
ask(struct handles *h, struct store **store, handles_fn *fn, void *ctx,
    struct err *err_r)
{
	enum sg_err rc;

	if (*store == NULL)
		rc = store_open(
		    h->url, STORE_OPEN_READ, HANDLES_BUSY_MSEC, store, err_r);
	else
		rc = store_maybe_changed(*store, NULL, err_r);
	if (rc == SG_OK)
		rc = fn(ctx, *store, err_r);
	if (is_lost(rc))
		store_close(store);
	return rc;
}

enum sg_err
handles_ask(struct handles *h, handles_fn *fn, void *ctx, struct err *err_r)
{
	struct store *store;
	enum sg_err rc;
	bool was_open;

	if (!take(h, &store))
		return err_set(err_r, SG_BUSY, "all store handles are in use");
	was_open = store != NULL;
	rc = ask(h, &store, fn, ctx, err_r);
	if (was_open && is_lost(rc))
		rc = ask(h, &store, fn, ctx, err_r);
	put_back(h, store);
	return rc;
}
