/* Threads for what may take long, such as handing a message to the MTA: started when
 * there is work, ended when there was none for a minute. Knows nothing of the work. */
#ifndef SENDWARD_API_POOL_H
#define SENDWARD_API_POOL_H

#include <stdbool.h>
#include <stddef.h>
#include "base/err.h"

struct api_pool;

typedef void api_pool_fn(void *job);

/* At most so many threads, and so many jobs that wait for one. */
enum sg_err api_pool_new(size_t threads_max, size_t waiting_max,
    struct api_pool **pool_r, struct err *err_r);

/* fn(job) will be called in a thread of the pool, the first added first. False: too
 * many wait, the pool was stopped, or no thread can be had. Any thread. */
bool api_pool_add(struct api_pool *pool, api_pool_fn *fn, void *job);

/* Does all that waits, takes nothing more, and ends the threads with what they keep
 * (pthread_key_create's destructors). Again is harmless. */
void api_pool_stop(struct api_pool *pool);

/* Stops it before, if need be. */
void api_pool_free(struct api_pool **pool);

#endif
