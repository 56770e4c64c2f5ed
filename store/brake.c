/* Rows of brake, and what was used of them: a window is counted in parts, the
 * oldest of which is forgotten as time goes by. Decides nothing. */
#include "config.h"

#include "store/brakes.h"
#include "store/query.h"

/* The schema holds these numbers. */
_Static_assert(RULES_BRAKE_LOGIN == 0 && RULES_BRAKE_CREDENTIAL == 1 &&
		   RULES_BRAKE_IDENTITY == 2 && RULES_BRAKE_DOMAIN == 3,
    "brake.scope");
_Static_assert(RULES_BRAKE_MESSAGES == 0 && RULES_BRAKE_RECIPIENTS == 1 &&
		   RULES_BRAKE_BYTES == 2 && RULES_BRAKE_NEW_RECIPIENTS == 3,
    "brake.measure");

enum sg_err
store_brake_add(struct store *store, struct store_brake *row, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_BRAKE_ADD, err_r);
	query_bind_int(&q, "$account_id", row->account_id);
	query_bind_int(&q, "$scope", row->scope);
	query_bind_text(&q, "$subject", row->subject);
	query_bind_int(&q, "$measure", row->measure);
	query_bind_int(&q, "$window_sec", row->window_sec);
	query_bind_int(&q, "$most", row->most);
	query_bind_int(&q, "$created_sec", row->created_sec);
	if (query_next(&q))
		row->id = query_int(&q, 0);
	return query_run(&q, NULL);
}

enum sg_err
store_brake_remove(struct store *store, int64_t id, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_BRAKE_REMOVE, err_r);
	query_bind_int(&q, "$id", id);
	return query_run_one(&q, "such brake");
}

static bool
brake_read(struct query *q, struct store_brake *row_r)
{
	*row_r = (struct store_brake){0};
	row_r->id = query_int(q, 0);
	row_r->account_id = query_int(q, 1);
	row_r->scope = (enum rules_brake_scope)query_int(q, 2);
	query_copy(q, 3, row_r->subject, sizeof(row_r->subject));
	row_r->measure = (enum rules_brake_measure)query_int(q, 4);
	row_r->window_sec = query_int(q, 5);
	row_r->most = query_int(q, 6);
	row_r->created_sec = query_int(q, 7);
	return q->failed == SG_OK;
}

enum sg_err
store_brake_list(struct store *store, int64_t account_id, store_brake_fn *fn,
    void *ctx, struct err *err_r)
{
	struct store_brake row;
	struct query q;

	if (account_id == 0) {
		query_open(&q, store, QUERY_BRAKE_LIST_ALL, err_r);
	} else {
		query_open(&q, store, QUERY_BRAKE_LIST, err_r);
		query_bind_int(&q, "$account_id", account_id);
	}
	while (query_next(&q))
		if (!brake_read(&q, &row) || !fn(ctx, &row))
			break;
	return query_close(&q);
}

/* ---- what was used ---- */

struct window {
	int64_t part_sec;
	int64_t bucket; /* the part of now */
	/* The part that holds the window's first second still counts whole. Parts
	 * of a future farther than a window were written under a wrong clock. */
	int64_t first, last;
};

static struct window
window_at(int64_t window_sec, int64_t now_sec)
{
	struct window w;
	int64_t parts;

	w.part_sec = (window_sec + STORE_BRAKE_PARTS - 1) / STORE_BRAKE_PARTS;
	if (w.part_sec < 1)
		w.part_sec = 1;
	parts = (window_sec + w.part_sec - 1) / w.part_sec;
	w.bucket = now_sec / w.part_sec;
	w.first = (now_sec - window_sec) / w.part_sec;
	w.last = w.bucket + parts;
	return w;
}

static void
bind_subject(struct query *q, const struct store_brake *brake,
    int64_t account_id, const char *subject)
{
	query_bind_int(q, "$brake_id", brake->id);
	query_bind_int(q, "$account_id", account_id);
	query_bind_text(q, "$subject", subject);
}

enum sg_err
store_brake_used(struct store *store, const struct store_brake *brake,
    int64_t account_id, const char *subject, int64_t now_sec, int64_t *used_r,
    struct err *err_r)
{
	struct window w = window_at(brake->window_sec, now_sec);
	struct query q;

	*used_r = 0;
	query_open(&q, store, QUERY_BRAKE_USED, err_r);
	bind_subject(&q, brake, account_id, subject);
	query_bind_int(&q, "$first", w.first);
	query_bind_int(&q, "$last", w.last);
	if (query_next(&q))
		*used_r = query_int(&q, 0);
	return query_close(&q);
}

static enum sg_err
forget(struct store *store, enum query_id id, const char *limit, int64_t value,
    const struct store_brake *brake, int64_t account_id, const char *subject,
    struct err *err_r)
{
	struct query q;

	query_open(&q, store, id, err_r);
	bind_subject(&q, brake, account_id, subject);
	query_bind_int(&q, limit, value);
	return query_run(&q, NULL);
}

static enum sg_err
use_inside(struct store *store, const struct store_brake *brake,
    const struct window *w, int64_t account_id, const char *subject,
    int64_t amount, struct err *err_r)
{
	struct query q;
	enum sg_err code;

	query_open(&q, store, QUERY_BRAKE_USE, err_r);
	bind_subject(&q, brake, account_id, subject);
	query_bind_int(&q, "$bucket", w->bucket);
	query_bind_int(&q, "$used", amount);
	query_bind_int(
	    &q, "$end_sec", (w->bucket + 1) * w->part_sec + brake->window_sec);
	code = query_run(&q, NULL);
	if (code == SG_OK)
		code = forget(store, QUERY_BRAKE_FORGET, "$first", w->first,
		    brake, account_id, subject, err_r);
	if (code == SG_OK)
		code = forget(store, QUERY_BRAKE_FORGET_FUTURE, "$last",
		    w->last, brake, account_id, subject, err_r);
	return code;
}

enum sg_err
store_brake_use(struct store *store, const struct store_brake *brake,
    int64_t account_id, const char *subject, int64_t amount, int64_t now_sec,
    struct err *err_r)
{
	struct window w = window_at(brake->window_sec, now_sec);
	bool own;
	enum sg_err code = store_scope_begin(store, &own, err_r);

	if (code == SG_OK)
		code = use_inside(
		    store, brake, &w, account_id, subject, amount, err_r);
	return store_scope_end(store, own, code, err_r);
}
