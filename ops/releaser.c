/* A thread that gives reservations back: see releaser.h. */
#include "config.h"

#include "ops/releaser.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "ops/reserve.h"
#include "store/store.h"

#define RELEASER_BUSY_MSEC 5000
#define RELEASER_SESSION_MAX 79

struct entry {
	struct entry *next;
	char queue_id[RULES_QUEUE_ID_MAX + 1];
	char session[RELEASER_SESSION_MAX + 1];
};

struct releaser {
	char *url;
	struct store *store; /* the thread's own */
	pthread_t thread;
	bool has_thread;
	pthread_mutex_t lock; /* guards all below */
	pthread_cond_t wake;
	struct entry *first, **last;
	size_t count;
	bool is_ending;
};

static enum sg_err
give_back(struct releaser *r, const struct entry *entry, struct err *err_r)
{
	char text[24];
	int64_t recipients = 0;
	enum sg_err rc = SG_OK;

	if (r->store == NULL)
		rc = store_open(r->url, STORE_OPEN_COUNT, RELEASER_BUSY_MSEC,
		    &r->store, err_r);
	if (rc == SG_OK)
		rc = reserve_release(r->store, entry->queue_id, entry->session,
		    &recipients, err_r);
	if (rc == SG_OK && recipients > 0) {
		(void)snprintf(text, sizeof(text), "%" PRId64, recipients);
		log_event(LOG_POLICY_RELEASE_EVENT, entry->queue_id,
		    "recipients", text, "session", entry->session, NULL);
	}
	if (rc != SG_OK && rc != SG_BUSY)
		store_close(&r->store);
	return rc;
}

/* The next entry; NULL when ending and all is done. */
static struct entry *
take_next(struct releaser *r)
{
	struct entry *entry;

	(void)pthread_mutex_lock(&r->lock);
	while (r->first == NULL && !r->is_ending)
		(void)pthread_cond_wait(&r->wake, &r->lock);
	entry = r->first;
	if (entry != NULL) {
		r->first = entry->next;
		if (r->first == NULL)
			r->last = &r->first;
		r->count--;
	}
	(void)pthread_mutex_unlock(&r->lock);
	return entry;
}

static void *
releaser_main(void *ctx)
{
	struct releaser *r = ctx;
	struct entry *entry;

	while ((entry = take_next(r)) != NULL) {
		struct err err = {0};

		if (give_back(r, entry, &err) != SG_OK)
			log_event(LOG_STORE_FAILED_EVENT, entry->queue_id,
			    "what", "a reservation was not given back", "error",
			    err.text, "code", err_name(err.code), NULL);
		free(entry);
	}
	return NULL;
}

enum sg_err
releaser_new(const char *url, struct releaser **releaser_r, struct err *err_r)
{
	struct releaser *r = calloc(1, sizeof(*r));

	*releaser_r = r;
	if (r == NULL)
		return err_set(err_r, SG_NOMEM, "no memory");
	(void)pthread_mutex_init(&r->lock, NULL);
	(void)pthread_cond_init(&r->wake, NULL);
	r->last = &r->first;
	r->url = strdup(url);
	if (r->url == NULL) {
		releaser_free(releaser_r);
		return err_set(err_r, SG_NOMEM, "no memory");
	}
	return SG_OK;
}

enum sg_err
releaser_start(struct releaser *r, struct err *err_r)
{
	int rc = pthread_create(&r->thread, NULL, releaser_main, r);

	if (rc != 0)
		return err_set(err_r, SG_IO, "thread: %s", strerror(rc));
	r->has_thread = true;
	return SG_OK;
}

bool
releaser_push(struct releaser *r, const char *queue_id, const char *session)
{
	struct entry *entry = calloc(1, sizeof(*entry));
	bool is_taken = false;

	if (entry == NULL)
		return false;
	(void)snprintf(
	    entry->queue_id, sizeof(entry->queue_id), "%s", queue_id);
	(void)snprintf(entry->session, sizeof(entry->session), "%s", session);
	(void)pthread_mutex_lock(&r->lock);
	if (r->count < RELEASER_QUEUE_MAX && !r->is_ending) {
		*r->last = entry;
		r->last = &entry->next;
		r->count++;
		is_taken = true;
		(void)pthread_cond_signal(&r->wake);
	}
	(void)pthread_mutex_unlock(&r->lock);
	if (!is_taken)
		free(entry);
	return is_taken;
}

void
releaser_stop(struct releaser *r)
{
	(void)pthread_mutex_lock(&r->lock);
	r->is_ending = true;
	(void)pthread_cond_signal(&r->wake);
	(void)pthread_mutex_unlock(&r->lock);
	if (r->has_thread)
		(void)pthread_join(r->thread, NULL);
	r->has_thread = false;
	store_close(&r->store);
}

void
releaser_free(struct releaser **releaser)
{
	struct releaser *r = *releaser;
	struct entry *entry;

	*releaser = NULL;
	if (r == NULL)
		return;
	releaser_stop(r);
	while ((entry = r->first) != NULL) {
		r->first = entry->next;
		free(entry);
	}
	(void)pthread_cond_destroy(&r->wake);
	(void)pthread_mutex_destroy(&r->lock);
	free(r->url);
	free(r);
}
