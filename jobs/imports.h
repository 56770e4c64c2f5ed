/* Import jobs of the API, one after another: fetches what they name (jobs/wire.h) or
 * opens it, and has it read (ops/import.h). One that was under way when the process
 * ended begins anew: an entry that is there already is only written again.
 *
 * Thread rule: one thread. */
#ifndef SENDWARD_JOBS_IMPORTS_H
#define SENDWARD_JOBS_IMPORTS_H

#include <stdbool.h>
#include <stdint.h>
#include "base/err.h"

struct conf;
struct store;
struct worker;

/* One job that is open, the accounts in turn: *account_id is the one that had its
 * turn (0 at first). *is_idle_r: there is none. worker may be NULL. Errors are the
 * store's; the job is open still. */
enum sg_err imports_turn(struct store *store, const struct conf *conf,
    struct worker *worker, int64_t now_sec, int64_t *account_id,
    bool *is_idle_r, struct err *err_r);

#endif
