/* A thread that gives reservations back, so that the mail path never waits for a
 * write. Does not decide which. */
#ifndef SENDWARD_OPS_RELEASER_H
#define SENDWARD_OPS_RELEASER_H

#include <stdbool.h>
#include "base/err.h"

struct releaser;

#define RELEASER_QUEUE_MAX 1024

/* url is copied. The store is opened when the first message is to be given back. */
enum sg_err releaser_new(
    const char *url, struct releaser **releaser_r, struct err *err_r);
enum sg_err releaser_start(struct releaser *releaser, struct err *err_r);

/* As reserve_release: the reservation of the message with that queue id ("" not
 * known), or of the session ("" not known). Copied; any thread; never waits.
 * False: the queue is full or ending, the recipients stay counted. */
bool releaser_push(
    struct releaser *releaser, const char *queue_id, const char *session);

/* Works the queue off and ends the thread; releaser_push is safe afterwards. */
void releaser_stop(struct releaser *releaser);
void releaser_free(struct releaser **releaser);

#endif
