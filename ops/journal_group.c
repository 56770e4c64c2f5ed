/* Durable in groups: see journal_group.h. */
#include "config.h"

#include "ops/journal_group.h"

#include <errno.h>
#include <fcntl.h>
#include <semaphore.h>
#include <string.h>
#include <unistd.h>

/* On the stack of who waits. */
struct journal_waiter {
	uint64_t number;
	bool has_turn; /* he is awake, or on his way: nobody wakes him */
	bool is_settled, is_lost;
	sem_t woken;
	struct journal_waiter *next;
};

void
journal_group_init(struct journal_group *group, pthread_mutex_t *lock)
{
	memset(group, 0, sizeof(*group));
	group->sync = fdatasync;
	group->lock = lock;
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

/* The records up to that one were synced. Returns who is to be woken, with his
 * answer. A file that is closed within a turn is synced once more; the kernel tells
 * of a failure once, so those of the turn have their answer from both. */
static struct journal_waiter *
settle(struct journal_group *group, uint64_t upto, bool is_durable)
{
	struct journal_waiter **link = &group->waiters, *answered = NULL;

	while (*link != NULL) {
		struct journal_waiter *w = *link;

		if (w->number <= upto && !is_durable)
			w->is_lost = true;
		if (w->number > upto || is_in_turn(group, w->number)) {
			link = &w->next;
			continue;
		}
		*link = w->next;
		w->is_settled = true;
		if (w->has_turn)
			continue;
		w->next = answered;
		answered = w;
	}
	if (upto > group->settled)
		group->settled = upto;
	group->turns++;
	return answered;
}

/* They go on at once, and what they were is gone. */
static void
wake(struct journal_waiter *list)
{
	while (list != NULL) {
		struct journal_waiter *next = list->next;

		(void)sem_post(&list->woken);
		list = next;
	}
}

/* The file may be closed meanwhile, so the turn has a handle of its own. */
static struct journal_waiter *
take_turn(struct journal_group *group, int fd)
{
	uint64_t upto = group->written;
	int own = fcntl(fd, F_DUPFD_CLOEXEC, 0);
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
	return settle(group, upto, is_durable);
}

/* Whoever has it next; NULL: nobody waits. */
static struct journal_waiter *
pass_turn(struct journal_group *group)
{
	struct journal_waiter *next = group->waiters;

	group->is_turning = next != NULL;
	if (next != NULL)
		next->has_turn = true;
	return next;
}

/* With the lock, which it gives up. */
static void
turn(struct journal_group *group, int fd, const struct journal_waiter *own)
{
	struct journal_waiter *answered = NULL, *next;

	if (!own->is_settled) /* nobody closed the file meanwhile */
		answered = take_turn(group, fd);
	next = pass_turn(group);
	(void)pthread_mutex_unlock(group->lock);
	if (next != NULL)
		(void)sem_post(&next->woken);
	wake(answered);
}

enum sg_err
journal_group_wait(
    struct journal_group *group, const int *fd, struct err *err_r)
{
	struct journal_waiter own = {.number = ++group->written,
	    .has_turn = !group->is_turning,
	    .next = group->waiters};

	(void)sem_init(&own.woken, 0, 0); /* fails for large values alone */
	group->waiters = &own;
	group->is_turning = true;
	if (own.has_turn) {
		turn(group, *fd, &own);
	} else {
		(void)pthread_mutex_unlock(group->lock);
		while (sem_wait(&own.woken) != 0)
			continue; /* a signal */
		if (own.has_turn) {
			(void)pthread_mutex_lock(group->lock);
			turn(group, *fd, &own);
		}
	}
	(void)sem_destroy(&own.woken);
	if (!own.is_lost)
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
	wake(settle(group, group->written, is_durable));
	return is_durable;
}
