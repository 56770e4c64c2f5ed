/* When an identity is looked at next, moved by what sendward-jobd did itself.
 * Looks at nothing. */
#ifndef SENDWARD_OPS_SCHEDULE_H
#define SENDWARD_OPS_SCHEDULE_H

#include <stdint.h>
#include "base/err.h"
#include "store/store.h"

struct conf;

/* The key was put into dkim.zone. When it was not there before, its identity is
 * looked at as soon as the key may sign, at the latest. SG_MISSING: it is gone. */
enum sg_err schedule_published(struct store *store, const struct conf *conf,
    const struct store_key *key, int64_t now_sec, struct err *err_r);

/* What is due of the identity is not before until_sec: looking at it failed. */
enum sg_err schedule_postpone(struct store *store, int64_t identity_id,
    int64_t now_sec, int64_t until_sec, struct err *err_r);

#endif
