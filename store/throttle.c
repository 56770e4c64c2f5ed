/* Rows of throttle: who has crossed a brake. */
#include "config.h"

#include "store/brakes.h"
#include "store/query.h"

static bool
throttle_read(struct query *q, struct store_throttle *row_r)
{
	*row_r = (struct store_throttle){0};
	row_r->id = query_int(q, 0);
	row_r->account_id = query_int(q, 1);
	row_r->scope = (enum rules_brake_scope)query_int(q, 2);
	query_copy(q, 3, row_r->subject, sizeof(row_r->subject));
	query_copy(q, 4, row_r->why, sizeof(row_r->why));
	row_r->since_sec = query_int(q, 5);
	row_r->released_sec = query_int(q, 6);
	query_copy(q, 7, row_r->released_by, sizeof(row_r->released_by));
	query_copy(q, 8, row_r->note, sizeof(row_r->note));
	return q->failed == SG_OK;
}

enum sg_err
store_throttle_add(struct store *store, struct store_throttle *row,
    bool *is_new_r, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_THROTTLE_ADD, err_r);
	query_bind_int(&q, "$account_id", row->account_id);
	query_bind_int(&q, "$scope", row->scope);
	query_bind_text(&q, "$subject", row->subject);
	query_bind_text(&q, "$why", row->why);
	query_bind_int(&q, "$since_sec", row->since_sec);
	*is_new_r = query_next(&q);
	if (*is_new_r)
		row->id = query_int(&q, 0);
	return query_run(&q, NULL);
}

enum sg_err
store_throttle_get(struct store *store, int64_t account_id,
    enum rules_brake_scope scope, const char *subject,
    struct store_throttle *row_r, struct err *err_r)
{
	struct query q;
	enum sg_err code;
	bool found;

	query_open(&q, store, QUERY_THROTTLE_GET, err_r);
	query_bind_int(&q, "$account_id", account_id);
	query_bind_int(&q, "$scope", scope);
	query_bind_text(&q, "$subject", subject);
	found = query_next(&q);
	if (found)
		throttle_read(&q, row_r);
	code = query_close(&q);
	if (code == SG_OK && !found)
		code =
		    err_set(err_r, SG_MISSING, "%s is not throttled", subject);
	return code;
}

/* Whom it was about, in row_r. */
static enum sg_err
mark_released(struct store *store, const struct store_throttle *row,
    struct store_throttle *row_r, struct err *err_r)
{
	struct query q;
	enum sg_err code;
	bool found;

	query_open(&q, store, QUERY_THROTTLE_RELEASE, err_r);
	query_bind_int(&q, "$id", row->id);
	query_bind_int(&q, "$released_sec", row->released_sec);
	query_bind_text(&q, "$released_by", row->released_by);
	query_bind_text(&q, "$note", row->note);
	found = query_next(&q);
	if (found) {
		row_r->account_id = query_int(&q, 0);
		row_r->scope = (enum rules_brake_scope)query_int(&q, 1);
		query_copy(&q, 2, row_r->subject, sizeof(row_r->subject));
	}
	code = query_run(&q, NULL);
	if (code == SG_OK && !found)
		code = err_set(err_r, SG_MISSING,
		    "no throttle with id %lld is in force", (long long)row->id);
	return code;
}

enum sg_err
store_throttle_release(
    struct store *store, const struct store_throttle *row, struct err *err_r)
{
	struct store_throttle about = {0};
	struct query q;
	bool own;
	enum sg_err code = store_scope_begin(store, &own, err_r);

	if (code == SG_OK)
		code = mark_released(store, row, &about, err_r);
	if (code == SG_OK) {
		query_open(&q, store, QUERY_BRAKE_FORGET_SUBJECT, err_r);
		query_bind_int(&q, "$account_id", about.account_id);
		query_bind_int(&q, "$scope", about.scope);
		query_bind_text(&q, "$subject", about.subject);
		code = query_run(&q, NULL);
	}
	return store_scope_end(store, own, code, err_r);
}

enum sg_err
store_throttle_list(struct store *store, int64_t account_id, bool is_all,
    store_throttle_fn *fn, void *ctx, struct err *err_r)
{
	struct store_throttle row;
	struct query q;

	if (account_id == 0) {
		query_open(&q, store, QUERY_THROTTLE_LIST_ALL, err_r);
	} else {
		query_open(&q, store, QUERY_THROTTLE_LIST, err_r);
		query_bind_int(&q, "$account_id", account_id);
	}
	query_bind_int(&q, "$all", is_all);
	while (query_next(&q))
		if (!throttle_read(&q, &row) || !fn(ctx, &row))
			break;
	return query_close(&q);
}
