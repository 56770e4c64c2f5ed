/* Exports of accounts: see exports.h. Writes no line of them. */
#include "config.h"

#include "jobs/exports.h"

#include "jobs/worker.h"
#include "ops/export.h"

/* Also when the clock was put back. */
static bool
is_time(const struct exports *exports, int64_t now_sec)
{
	return now_sec >= exports->purged_sec + EXPORTS_PURGE_SEC ||
	       now_sec < exports->purged_sec;
}

enum sg_err
exports_turn(struct exports *exports, struct store *store,
    const struct conf *conf, struct worker *worker, int64_t now_sec,
    bool *is_idle_r, struct err *err_r)
{
	struct store_export row;
	enum sg_err rc = SG_OK;

	*is_idle_r = true;
	if (is_time(exports, now_sec)) {
		rc = export_purge(store, conf, now_sec, err_r);
		if (rc == SG_OK)
			exports->purged_sec = now_sec;
	}
	if (rc == SG_OK)
		rc = store_export_next(store, exports->account_id, &row, err_r);
	if (rc != SG_OK)
		return rc == SG_MISSING ? SG_OK : rc;
	*is_idle_r = false;
	exports->account_id = row.account_id;
	rc = export_run(
	    store, conf, &row, worker_shall_stop, worker, now_sec, err_r);
	/* it was deleted, or the end comes: nothing is amiss */
	if (rc == SG_MISSING || worker_is_stopping(worker))
		rc = SG_OK;
	return rc;
}
