/* Records that are written one by one become durable in groups: whoever finds
 * nobody at it syncs the file, those who come meanwhile wait and share the next
 * turn. So a record waits for two turns at most, and a turn costs the same however
 * many wait. Who waits is woken once, when he has his answer or the next turn is
 * his. Writes nothing itself. */
#ifndef SENDWARD_OPS_JOURNAL_GROUP_H
#define SENDWARD_OPS_JOURNAL_GROUP_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include "base/err.h"

/* As fdatasync; tests put another one in its place. */
typedef int journal_sync_fn(int fd);

struct journal_waiter;
struct journal_group {
	journal_sync_fn *sync;
	pthread_mutex_t *lock; /* the writers'; guards all below */
	struct journal_waiter
	    *waiters;                  /* without an answer, the latest first */
	bool is_turning;               /* somebody syncs, or is about to */
	uint64_t written, settled;     /* numbers of records, from 1 on */
	uint64_t turn_from, turn_upto; /* that are being synced; 0: none */
	uint64_t turns;                /* how often the file was synced */
};

/* lock is borrowed. Nothing is to be freed. */
void journal_group_init(struct journal_group *group, pthread_mutex_t *lock);

/* All with the lock held. */

/* A record was written for which nobody waits. */
void journal_group_written(struct journal_group *group);
/* A record was written: gives the lock up, and waits until the record is on the
 * disk. *fd is the file that is written to. SG_IO: it may not be there. */
enum sg_err journal_group_wait(
    struct journal_group *group, const int *fd, struct err *err_r);
/* Before a file is closed: settles all that was written to it. False: what was not
 * settled yet may not be on the disk. */
bool journal_group_settle(struct journal_group *group, int fd);

#endif
