/* Durable in groups: see journal_group.h. */
#include "config.h"

#include "ops/journal_group.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

void
journal_group_init(
    struct journal_group *group, pthread_mutex_t *lock, const int *fd)
{
	memset(group, 0, sizeof(*group));
	group->sync = fdatasync;
	group->lock = lock;
	group->fd = fd;
	(void)pthread_cond_init(&group->work, NULL); /* does not fail here */
}

void
journal_group_fini(struct journal_group *group)
{
	(void)pthread_mutex_lock(group->lock);
	group->is_ending = true;
	(void)pthread_cond_signal(&group->work);
	(void)pthread_mutex_unlock(group->lock);
	if (group->is_running)
		(void)pthread_join(group->thread, NULL);
	(void)pthread_cond_destroy(&group->work);
}

void
journal_group_written(struct journal_group *group)
{
	group->written++;
}

static bool
sync_file(struct journal_group *group, int fd)
{
	int rc;

	do
		rc = group->sync(fd);
	while (rc != 0 && errno == EINTR);
	return rc == 0;
}

static bool
is_in_turn(const struct journal_group *group, uint64_t number)
{
	return number >= group->turn_from && number <= group->turn_upto;
}

/* The records up to that one were synced. Returns who is to be told. A file that is
 * closed within a turn is synced once more; the kernel tells of a failure once, so
 * those of the turn have their answer from both. */
static struct journal_waiter *
settle(struct journal_group *group, uint64_t upto, bool is_durable)
{
	struct journal_waiter **link = &group->waiters, *settled = NULL;

	while (*link != NULL) {
		struct journal_waiter *w = *link;

		if (w->number <= upto && !is_durable)
			w->is_lost = true;
		if (w->number > upto || is_in_turn(group, w->number)) {
			link = &w->next;
			continue;
		}
		*link = w->next;
		w->next = settled;
		settled = w;
	}
	if (upto > group->settled)
		group->settled = upto;
	group->turns++;
	return settled;
}

/* They go on at once, and what they were is gone. */
static void
tell(struct journal_waiter *list)
{
	while (list != NULL) {
		struct journal_waiter *next = list->next;

		(void)sem_post(&list->told);
		list = next;
	}
}

/* The file may be closed meanwhile, so the turn has a handle of its own. With the
 * lock, which is given up in between. */
static void
take_turn(struct journal_group *group)
{
	struct journal_waiter *settled;
	uint64_t upto = group->written;
	int own = fcntl(*group->fd, F_DUPFD_CLOEXEC, 0);
	bool is_durable = false;

	group->turn_from = group->settled + 1;
	group->turn_upto = upto;
	(void)pthread_mutex_unlock(group->lock);
	if (own >= 0) {
		is_durable = sync_file(group, own);
		(void)close(own);
	}
	(void)pthread_mutex_lock(group->lock);
	group->turn_from = group->turn_upto = 0;
	settled = settle(group, upto, is_durable);
	(void)pthread_mutex_unlock(group->lock);
	tell(settled);
	(void)pthread_mutex_lock(group->lock);
}

static void *
take_turns(void *ctx)
{
	struct journal_group *group = ctx;

	(void)pthread_mutex_lock(group->lock);
	while (group->waiters != NULL || !group->is_ending) {
		if (group->waiters == NULL)
			(void)pthread_cond_wait(&group->work, group->lock);
		else
			take_turn(group);
	}
	(void)pthread_mutex_unlock(group->lock);
	return NULL;
}

/* It handles no signal. */
static bool
start(struct journal_group *group)
{
	sigset_t all, before;

	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	group->is_running =
	    pthread_create(&group->thread, NULL, take_turns, group) == 0;
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	return group->is_running;
}

enum sg_err
journal_group_begin(struct journal_group *group, struct journal_waiter *waiter,
    struct err *err_r)
{
	uint64_t number = ++group->written;

	if (!group->is_running && !start(group))
		return err_set(
		    err_r, SG_NOMEM, "no thread to sync the journal");
	waiter->number = number;
	waiter->is_lost = false;
	(void)sem_init(&waiter->told, 0, 0); /* fails for large values alone */
	waiter->next = group->waiters;
	group->waiters = waiter;
	(void)pthread_cond_signal(&group->work);
	return SG_OK;
}

enum sg_err
journal_group_end(struct journal_waiter *waiter, struct err *err_r)
{
	while (sem_wait(&waiter->told) != 0)
		continue; /* a signal */
	(void)sem_destroy(&waiter->told);
	if (!waiter->is_lost)
		return SG_OK;
	return err_set(err_r, SG_IO, "the journal cannot be synced to disk");
}

bool
journal_group_settle(struct journal_group *group, int fd)
{
	bool is_durable;

	if (group->settled == group->written)
		return true;
	is_durable = sync_file(group, fd);
	tell(settle(group, group->written, is_durable));
	return is_durable;
}
