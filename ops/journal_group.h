/* Records that are written one by one become durable in groups: a thread syncs the
 * file as long as there are records that somebody wants on the disk; those that are
 * written meanwhile share its next turn. So a record waits for two turns at most, a
 * turn costs the same however many wait, and who has something else to do meanwhile
 * does it. Writes nothing itself. */
#ifndef SENDWARD_OPS_JOURNAL_GROUP_H
#define SENDWARD_OPS_JOURNAL_GROUP_H

#include <pthread.h>
#include <semaphore.h>
#include <stdbool.h>
#include <stdint.h>
#include "base/err.h"

/* As fdatasync; tests put another one in its place. */
typedef int journal_sync_fn(int fd);

/* Of one record, from begin to end; where it is it stays. */
struct journal_waiter {
	uint64_t number;
	bool is_lost;
	sem_t told; /* once, when it is settled */
	struct journal_waiter *next;
};

struct journal_group {
	journal_sync_fn *sync;
	pthread_mutex_t *lock; /* the writers'; guards all below */
	const int *fd;         /* the file that is written to; -1 none */
	pthread_cond_t work;
	pthread_t thread;
	bool is_running, is_ending;
	struct journal_waiter *waiters; /* not settled, the latest first */
	uint64_t written, settled;      /* numbers of records, from 1 on */
	uint64_t turn_from, turn_upto;  /* that are being synced; 0: none */
	uint64_t turns;                 /* how often the file was synced */
};

/* lock and fd are borrowed. */
void journal_group_init(
    struct journal_group *group, pthread_mutex_t *lock, const int *fd);
/* Without the lock; nobody waits any more. */
void journal_group_fini(struct journal_group *group);

/* With the lock: a record was written for which nobody waits. */
void journal_group_written(struct journal_group *group);
/* With the lock: a record was written, and is on its way to the disk. Each is ended.
 * An error: it is not, and there is nothing to end. The first call starts the thread. */
enum sg_err journal_group_begin(struct journal_group *group,
    struct journal_waiter *waiter, struct err *err_r);
/* Without the lock: waits until the record is on the disk. SG_IO: it may not be. */
enum sg_err journal_group_end(struct journal_waiter *waiter, struct err *err_r);
/* With the lock, before a file is closed: settles all that was written to it. False:
 * what was not settled yet may not be on the disk. */
bool journal_group_settle(struct journal_group *group, int fd);

#endif
