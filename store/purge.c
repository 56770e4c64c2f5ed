/* What is older than the time of retention goes, in steps. Does not decide how long
 * that is. */
#include "config.h"

#include "store/query.h"
#include "store/events.h"

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

enum sg_err
store_purge(struct store *store, int64_t before_msec, int64_t tally_before_sec,
    int64_t unmatched_most, int most, int64_t *gone_r, struct err *err_r)
{
	static const enum query_id kinds[] = {QUERY_MESSAGE_PURGE,
	    QUERY_EVENT_PURGE, QUERY_REPORT_PURGE, QUERY_FATE_PURGE};
	bool own;
	enum sg_err code = store_scope_begin(store, &own, err_r);

	*gone_r = 0;
	for (size_t i = 0;
	     code == SG_OK && i < sizeof(kinds) / sizeof(kinds[0]); i++)
		code = purge_old(
		    store, kinds[i], before_msec, most, gone_r, err_r);
	if (code == SG_OK)
		code = purge_old(store, QUERY_TALLY_PURGE, tally_before_sec,
		    most, gone_r, err_r);
	if (code == SG_OK)
		code =
		    purge_nobodys(store, unmatched_most, most, gone_r, err_r);
	return store_scope_end(store, own, code, err_r);
}
