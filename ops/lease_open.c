/* Making and ending the leases of a process. Neither takes nor spends any. */
#include "config.h"

#include "ops/lease.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "conf/conf.h"
#include "ops/lease_parts.h"
#include "store/store.h"

#define OPEN_BUSY_MSEC 5000
#define CLOSE_SEC 3

const struct lease_times lease_times_usual = {
    .valid_usec = 20 * LEASE_USEC,
    .idle_usec = 5 * LEASE_USEC,
    .report_usec = LEASE_USEC / 4,
    .sweep_usec = LEASE_USEC,
    .again_usec = LEASE_USEC / 20,
    .full_usec = LEASE_USEC / 5,
    .renew_usec = 10 * LEASE_USEC,
    .hang_usec = 2 * LEASE_USEC,
};

static bool
init_locks(struct leases *l)
{
	pthread_condattr_t attr;
	bool is_done = pthread_mutex_init(&l->lock, NULL) == 0;

	for (size_t i = 0; i < LEASE_SHARDS; i++)
		is_done = pthread_mutex_init(&l->shards[i].lock, NULL) == 0 &&
			  is_done;
	(void)pthread_condattr_init(&attr);
	(void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	is_done = pthread_cond_init(&l->wake, &attr) == 0 &&
		  pthread_cond_init(&l->told, &attr) == 0 && is_done;
	(void)pthread_condattr_destroy(&attr);
	return is_done;
}

/* As other programs have it: without a host name there is none to share with. */
static void
find_host(struct leases *l, const struct conf *conf)
{
	char host[HOST_NAME_MAX + 1] = "";

	if (conf->host != NULL && conf->host[0] != '\0')
		(void)snprintf(host, sizeof(host), "%s", conf->host);
	else if (gethostname(host, sizeof(host) - 1) != 0 || host[0] == '\0')
		(void)snprintf(host, sizeof(host), "localhost");
	host[sizeof(l->host) - 1] = '\0';
	(void)snprintf(l->host, sizeof(l->host), "%s", host);
}

/* In the folder "leases" beside the journal's. */
static enum sg_err
open_map(struct leases *l, const struct conf *conf, struct err *err_r)
{
	size_t len = strlen(conf->journal);
	char path[PATH_MAX];
	int size;

	while (len > 0 && conf->journal[len - 1] == '/')
		len--;
	while (len > 0 && conf->journal[len - 1] != '/')
		len--;
	size = snprintf(path, sizeof(path), "%.*sleases/%s", (int)len,
	    conf->journal, l->name);
	if (size < 0 || (size_t)size >= sizeof(path))
		return err_set(err_r, SG_INVALID, "journal: the path is long");
	return lease_map_open(path, &l->map, err_r);
}

/* The first question also prepares what it asks, and a slot that is too late when
 * the answer comes is lost. */
#define FIRST_NEED_USEC (LEASE_USEC / 10)

static struct leases *
new_leases(
    const struct conf *conf, const char *name, const struct lease_times *times)
{
	struct leases *l = calloc(1, sizeof(*l));

	if (l == NULL)
		return NULL;
	l->times = *times;
	l->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	l->url = strdup(conf->store);
	l->roots = calloc(LEASE_ROOTS, sizeof(struct lease_account *));
	atomic_init(&l->max_recipients, conf->max_recipients);
	atomic_init(&l->pacing_usec, conf->pacing_sec * LEASE_USEC);
	l->holders = 1;
	l->need_usec = FIRST_NEED_USEC;
	l->reopen_wait_usec = LEASE_USEC / 10;
	(void)snprintf(l->name, sizeof(l->name), "%s", name);
	find_host(l, conf);
	return l;
}

static void
free_leases(struct leases **leases)
{
	struct leases *l = *leases;

	*leases = NULL;
	for (size_t i = 0; l->roots != NULL && i < LEASE_ROOTS; i++) {
		struct lease_account *a, *next;

		for (a = l->roots[i]; a != NULL; a = next) {
			struct lease_part *part, *after;

			for (part = a->parts; part != NULL; part = after) {
				after = part->next;
				free(part);
			}
			next = a->next;
			free(a);
		}
	}
	store_close(&l->store);
	lease_map_close(&l->map);
	if (l->fd >= 0)
		(void)close(l->fd);
	for (size_t i = 0; i < LEASE_SHARDS; i++)
		(void)pthread_mutex_destroy(&l->shards[i].lock);
	(void)pthread_mutex_destroy(&l->lock);
	(void)pthread_cond_destroy(&l->wake);
	(void)pthread_cond_destroy(&l->told);
	free(l->backs);
	free(l->roots);
	free(l->url);
	free(l);
}

enum sg_err
lease_open_with(const struct conf *conf, const char *name,
    const struct lease_times *times, struct leases **leases_r,
    struct err *err_r)
{
	struct leases *l = new_leases(conf, name, times);
	enum sg_err code;

	*leases_r = l;
	if (l == NULL)
		return err_set(err_r, SG_NOMEM, "no memory");
	if (!init_locks(l) || l->fd < 0 || l->url == NULL || l->roots == NULL) {
		free_leases(leases_r);
		return err_set(err_r, SG_NOMEM, "no memory for leases");
	}
	code = open_map(l, conf, err_r);
	if (code == SG_OK)
		code = store_open(
		    l->url, STORE_OPEN_COUNT, OPEN_BUSY_MSEC, &l->store, err_r);
	if (code == SG_OK)
		code = lease_holder_begin(l, err_r);
	/* The keeper waits less long. */
	store_close(&l->store);
	if (code == SG_OK &&
	    pthread_create(&l->thread, NULL, lease_keeper_main, l) != 0)
		code = err_set(err_r, SG_IO, "no thread for leases");
	if (code != SG_OK)
		free_leases(leases_r);
	else
		l->has_thread = true;
	return code;
}

enum sg_err
leases_open(const struct conf *conf, const char *name, struct leases **leases_r,
    struct err *err_r)
{
	return lease_open_with(conf, name, &lease_times_usual, leases_r, err_r);
}

/* A keeper that the store does not answer is left behind, with all it has. */
void
leases_close(struct leases **leases)
{
	struct leases *l = *leases;
	struct timespec until;
	bool is_over;
	int rc = 0;

	*leases = NULL;
	if (l == NULL)
		return;
	atomic_store(&l->is_ending, true);
	lease_wake(l);
	(void)clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += CLOSE_SEC;
	(void)pthread_mutex_lock(&l->lock);
	while (!l->is_over && rc == 0)
		rc = pthread_cond_timedwait(&l->told, &l->lock, &until);
	is_over = l->is_over;
	(void)pthread_mutex_unlock(&l->lock);
	if (!is_over) {
		(void)pthread_detach(l->thread);
		return;
	}
	(void)pthread_join(l->thread, NULL);
	free_leases(&l);
}
