/* What snapshot.c and snapshot_look.c share. Inside ops. */
#ifndef SENDWARD_OPS_SNAPSHOT_PARTS_H
#define SENDWARD_OPS_SNAPSHOT_PARTS_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include "ops/snapshot_content.h"
#include "store/store.h"

struct snapshot {
	int parts;
	/* Guards content and refreshed_msec; the refreshing thread alone uses
	 * the rest. Writers come first, or readers that never pause could keep a
	 * snapshot stale. */
	pthread_rwlock_t lock;
	struct snapshot_content *content; /* NULL: not loaded yet */
	int64_t refreshed_msec;
	struct store_position position;
	bool is_behind; /* the last refresh failed half-way */
};

#endif
