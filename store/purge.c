/* What is older than the time of retention goes, in steps. Does not decide how long
 * that is. */
#include "config.h"

#include "store/query.h"
#include "store/events.h"
#include "store/pools.h"
#include "store/runs.h"

static enum sg_err
purge_old(struct store *store, enum query_id id, int64_t before, int most,
    int64_t *gone, struct err *err_r)
{
	struct query q;
	int64_t changed;
	enum sg_err code;

	query_open(&q, store, id, err_r);
	query_bind_int(&q, "$before", before);
	query_bind_int(&q, "$most", most);
	code = query_run(&q, &changed);
	*gone += changed;
	return code;
}

static enum sg_err
purge_nobodys(struct store *store, int64_t kept, int most, int64_t *gone,
    struct err *err_r)
{
	struct query q;
	int64_t changed;
	enum sg_err code;

	query_open(&q, store, QUERY_REPORT_PURGE_NOBODYS, err_r);
	query_bind_int(&q, "$kept", kept);
	query_bind_int(&q, "$most", most);
	code = query_run(&q, &changed);
	*gone += changed;
	return code;
}

/* ---- keys with texts: one by one, for SQLite looks up several columns at once by
 * numbers alone ---- */

static enum sg_err
delete_fate(struct query *old, struct store *store, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_FATE_DELETE, err_r);
	query_bind_int(&q, "$account_id", query_int(old, 0));
	query_bind_text(&q, "$queue_id", query_text(old, 1));
	query_bind_text(&q, "$recipient", query_text(old, 2));
	query_bind_int(&q, "$kind", query_int(old, 3));
	return query_run(&q, NULL);
}

static enum sg_err
delete_use(struct query *old, struct store *store, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_BRAKE_USE_DELETE, err_r);
	query_bind_int(&q, "$brake_id", query_int(old, 0));
	query_bind_int(&q, "$account_id", query_int(old, 1));
	query_bind_text(&q, "$subject", query_text(old, 2));
	query_bind_int(&q, "$bucket", query_int(old, 3));
	return query_run(&q, NULL);
}

static enum sg_err
purge_each(struct store *store, enum query_id id, int64_t before, int most,
    enum sg_err (*delete_row)(struct query *, struct store *, struct err *),
    int64_t *gone, struct err *err_r)
{
	struct query q;
	enum sg_err code = SG_OK, closed;

	query_open(&q, store, id, err_r);
	query_bind_int(&q, "$before", before);
	query_bind_int(&q, "$most", most);
	while (code == SG_OK && query_next(&q)) {
		code = delete_row(&q, store, err_r);
		*gone += code == SG_OK;
	}
	closed = query_close(&q);
	return code == SG_OK ? closed : code;
}

static enum sg_err
purge_inside(struct store *store, int64_t before_msec, int64_t tally_before_sec,
    int64_t unmatched_most, int most, int64_t *gone, struct err *err_r)
{
	static const enum query_id kinds[] = {
	    QUERY_MESSAGE_PURGE, QUERY_EVENT_PURGE, QUERY_REPORT_PURGE};
	enum sg_err code = SG_OK;

	for (size_t i = 0;
	     code == SG_OK && i < sizeof(kinds) / sizeof(kinds[0]); i++)
		code =
		    purge_old(store, kinds[i], before_msec, most, gone, err_r);
	if (code == SG_OK)
		code = run_purge(store, before_msec, most, gone, err_r);
	if (code == SG_OK)
		code = purge_each(store, QUERY_FATE_LIST_OLD, before_msec, most,
		    delete_fate, gone, err_r);
	if (code == SG_OK)
		code = purge_old(store, QUERY_TALLY_PURGE, tally_before_sec,
		    most, gone, err_r);
	if (code == SG_OK)
		code = purge_old(store, QUERY_METRIC_PURGE, tally_before_sec,
		    most, gone, err_r);
	if (code == SG_OK)
		code = store_pool_purge(store, tally_before_sec, err_r);
	if (code == SG_OK)
		code = purge_nobodys(store, unmatched_most, most, gone, err_r);
	if (code == SG_OK)
		code = purge_each(store, QUERY_BRAKE_USE_LIST_OLD,
		    before_msec / 1000, most, delete_use, gone, err_r);
	return code;
}

enum sg_err
store_purge(struct store *store, int64_t before_msec, int64_t tally_before_sec,
    int64_t unmatched_most, int most, int64_t *gone_r, struct err *err_r)
{
	bool own;
	enum sg_err code = store_scope_begin(store, &own, err_r);

	*gone_r = 0;
	if (code == SG_OK)
		code = purge_inside(store, before_msec, tally_before_sec,
		    unmatched_most, most, gone_r, err_r);
	return store_scope_end(store, own, code, err_r);
}

enum sg_err
store_account_forget(struct store *store, int64_t account_id, int most,
    int64_t *gone_r, struct err *err_r)
{
	static const enum query_id kinds[] = {QUERY_MESSAGE_FORGET,
	    QUERY_EVENT_FORGET, QUERY_REPORT_FORGET, QUERY_FATE_FORGET};
	bool own;
	enum sg_err code = store_scope_begin(store, &own, err_r);

	*gone_r = 0;
	for (size_t i = 0;
	     code == SG_OK && i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct query q;
		int64_t changed;

		query_open(&q, store, kinds[i], err_r);
		query_bind_int(&q, "$account_id", account_id);
		query_bind_int(&q, "$most", most);
		code = query_run(&q, &changed);
		*gone_r += changed;
	}
	/* when the messages are gone */
	if (code == SG_OK && *gone_r == 0)
		code = run_forget(store, account_id, most, gone_r, err_r);
	return store_scope_end(store, own, code, err_r);
}
