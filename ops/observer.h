/* Counts who sends as whom, in memory, and a thread that brings the counts into the
 * store: the mail path waits for no database. Decides nothing. */
#ifndef SENDWARD_OPS_OBSERVER_H
#define SENDWARD_OPS_OBSERVER_H

#include <stdbool.h>
#include <stdint.h>
#include "base/err.h"

struct observer;

#define OBSERVER_EVERY_MSEC 5000
/* Different ones between two writings, and in the store; all beyond them are counted
 * together, as OBSERVED_OTHER (observed.h). */
#define OBSERVER_KEYS_MAX 10000
#define OBSERVER_ROWS_MAX 20000

/* A message. Any bytes; all is borrowed for the call. */
struct observer_seen {
	const char *login;     /* "" none */
	const char *source_ip; /* the client's, for mail without a login; "" */
	const char *from;      /* the address of From; what cannot be read as
	                          it came */
	int64_t account_id;    /* the client network's; 0 */
	const char
	    *reason; /* it would have been refused for; NULL: it passes */
};

/* url is copied. The store is opened when there is something to write. */
enum sg_err observer_new(
    const char *url, struct observer **observer_r, struct err *err_r);
enum sg_err observer_start(struct observer *observer, struct err *err_r);

/* Any thread; never waits for the store. Without memory it is not counted. */
void observer_add(struct observer *observer, const struct observer_seen *seen,
    int64_t now_sec);

/* Writes what there is with a handle of the caller's: what could not be written is
 * kept for the next time. For the thread, and for tests. */
struct store;
enum sg_err observer_write(
    struct observer *observer, struct store *store, struct err *err_r);

/* Writes what there is and ends the thread; observer_add is safe afterwards. */
void observer_stop(struct observer *observer);
void observer_free(struct observer **observer);

#endif
