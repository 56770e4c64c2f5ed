/* Exports of accounts, one after another (ops/export.h writes them), and the end of
 * those whose time is over. One that was under way when the process ended begins
 * anew.
 *
 * Thread rule: one thread. */
#ifndef SENDWARD_JOBS_EXPORTS_H
#define SENDWARD_JOBS_EXPORTS_H

#include <stdbool.h>
#include <stdint.h>
#include "base/err.h"

struct conf;
struct store;
struct worker;

/* Between two looks for what is over. */
#define EXPORTS_PURGE_SEC 600

struct exports {
	int64_t account_id; /* that had its turn */
	int64_t purged_sec;
}; /* zeroed at first */

/* One export that is open, the accounts in turn. *is_idle_r: there is none. worker
 * may be NULL. Errors are the store's, or the folder's; the export is open still. */
enum sg_err exports_turn(struct exports *exports, struct store *store,
    const struct conf *conf, struct worker *worker, int64_t now_sec,
    bool *is_idle_r, struct err *err_r);

#endif
