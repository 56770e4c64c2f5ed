/* Store handles for brakes: many threads that come and go ask them, each with a
 * handle of its own meanwhile. Does not decide (ops/brake.h does). */
#ifndef SENDWARD_OPS_BRAKE_POOL_H
#define SENDWARD_OPS_BRAKE_POOL_H

#include "base/err.h"

struct brake_message;
struct brake_pool;
struct conf;
struct rules_verdict;

/* So many decisions at once, of which the database takes one after another; the
 * others wait for a handle, at most for so long (SG_BUSY). */
#define BRAKE_POOL_HANDLES 4
#define BRAKE_POOL_WAIT_MSEC 5000

/* url is copied. Nothing is opened before the first decision. */
enum sg_err brake_pool_new(
    const char *url, struct brake_pool **pool_r, struct err *err_r);
/* Nobody may be asking any more. NULL inside is fine. */
void brake_pool_free(struct brake_pool **pool);

/* brake_decide with one of the handles. Any thread. */
enum sg_err brake_pool_decide(struct brake_pool *pool, const struct conf *conf,
    const struct brake_message *message, struct rules_verdict *v,
    struct err *err_r);

#endif
