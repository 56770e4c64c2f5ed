/* A thread that writes notices: see notices.h. */
#include "config.h"
#include "policy/notices.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "store/store.h"

#define BUSY_MSEC 2000
#define AGAIN_SEC 5

struct policy_notices {
	char *url;
	unsigned seen; /* bits of enum policy_stage */
	pthread_t thread;
	bool has_thread;
	pthread_mutex_t lock; /* guards all below */
	pthread_cond_t wake;
	unsigned due;
	bool is_ending;
};

enum sg_err
policy_notices_new(
    const char *url, struct policy_notices **notices_r, struct err *err_r)
{
	struct policy_notices *n = calloc(1, sizeof(*n));
	pthread_condattr_t attr;

	*notices_r = n;
	if (n == NULL)
		return err_set(err_r, SG_NOMEM, "no memory");
	(void)pthread_mutex_init(&n->lock, NULL);
	(void)pthread_condattr_init(&attr);
	(void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	(void)pthread_cond_init(&n->wake, &attr);
	(void)pthread_condattr_destroy(&attr);
	n->url = strdup(url);
	if (n->url == NULL) {
		policy_notices_free(notices_r);
		return err_set(err_r, SG_NOMEM, "no memory");
	}
	return SG_OK;
}

void
policy_notices_free(struct policy_notices **notices)
{
	struct policy_notices *n = *notices;

	*notices = NULL;
	if (n == NULL)
		return;
	(void)pthread_mutex_lock(&n->lock);
	n->is_ending = true;
	(void)pthread_cond_signal(&n->wake);
	(void)pthread_mutex_unlock(&n->lock);
	if (n->has_thread)
		(void)pthread_join(n->thread, NULL);
	(void)pthread_cond_destroy(&n->wake);
	(void)pthread_mutex_destroy(&n->lock);
	free(n->url);
	free(n);
}

static enum sg_err
write_all(struct store *store, unsigned due, struct err *err_r)
{
	enum sg_err rc = SG_OK;
	char key[64];

	for (int i = 0; i < POLICY_STAGE_COUNT && rc == SG_OK; i++) {
		if ((due & 1U << i) == 0)
			continue;
		(void)snprintf(key, sizeof(key), "policy.stage %s",
		    policy_stage_name((enum policy_stage)i));
		rc = store_notice_add(store, key,
		    "the policy service is asked where it cannot count: in "
		    "main.cf, check_policy_service belongs into "
		    "smtpd_data_restrictions (or recipient, or "
		    "end_of_data), nowhere else",
		    clock_now_sec(), err_r);
	}
	return rc;
}

/* The log has it already (policy.stage): that it fails is no news. */
static bool
write_due(const char *url, unsigned due)
{
	struct store *store = NULL;
	struct err err;
	enum sg_err rc =
	    store_open(url, STORE_OPEN_COUNT, BUSY_MSEC, &store, &err);

	if (rc == SG_OK)
		rc = store_begin(store, &err);
	if (rc == SG_OK)
		rc = store_finish(store, write_all(store, due, &err), &err);
	store_close(&store);
	return rc == SG_OK;
}

static void
nap(struct policy_notices *n)
{
	const struct timespec until = {
	    .tv_sec = clock_mono_msec() / 1000 + AGAIN_SEC};

	(void)pthread_cond_timedwait(&n->wake, &n->lock, &until);
}

static void *
notices_main(void *ctx)
{
	struct policy_notices *n = ctx;

	(void)pthread_mutex_lock(&n->lock);
	while (!n->is_ending) {
		unsigned due = n->due;
		bool is_done;

		if (due == 0) {
			(void)pthread_cond_wait(&n->wake, &n->lock);
			continue;
		}
		(void)pthread_mutex_unlock(&n->lock);
		is_done = write_due(n->url, due);
		(void)pthread_mutex_lock(&n->lock);
		if (is_done)
			n->due &= ~due;
		else if (!n->is_ending)
			nap(n);
	}
	(void)pthread_mutex_unlock(&n->lock);
	return NULL;
}

void
policy_notices_stage(struct policy_notices *n, enum policy_stage stage)
{
	unsigned bit = 1U << stage;

	if ((n->seen & bit) != 0)
		return;
	if (!n->has_thread)
		n->has_thread =
		    pthread_create(&n->thread, NULL, notices_main, n) == 0;
	if (!n->has_thread)
		return; /* the next one tries again */
	n->seen |= bit;
	(void)pthread_mutex_lock(&n->lock);
	n->due |= bit;
	(void)pthread_cond_signal(&n->wake);
	(void)pthread_mutex_unlock(&n->lock);
}
