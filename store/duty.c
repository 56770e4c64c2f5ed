/* Rows of duty: who does what for all hosts. Does none of it. */
#include "config.h"

#include "store/duties.h"

#include "store/query.h"

enum sg_err
store_duty_take(struct store *store, const struct store_duty *row,
    const struct store_duty *from, bool *held_r, struct err *err_r)
{
	struct query q;
	int64_t changed = 0;
	enum sg_err code;

	query_open(&q, store, QUERY_DUTY_TAKE, err_r);
	query_bind_text(&q, "$name", row->name);
	query_bind_text(&q, "$host", row->host);
	query_bind_text(&q, "$boot", row->boot);
	query_bind_int(&q, "$pid", row->pid);
	query_bind_int(&q, "$mark", row->mark);
	query_bind_int(&q, "$now", row->kept_usec);
	query_bind_int(&q, "$old_mark", from != NULL ? from->mark : 0);
	query_bind_int(&q, "$old_kept", from != NULL ? from->kept : 0);
	code = query_run(&q, &changed);
	*held_r = code == SG_OK && changed > 0;
	return code;
}

enum sg_err
store_duty_leave(
    struct store *store, const char *name, int64_t mark, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_DUTY_LEAVE, err_r);
	query_bind_text(&q, "$name", name);
	query_bind_int(&q, "$mark", mark);
	return query_run(&q, NULL);
}

enum sg_err
store_duty_list(
    struct store *store, store_duty_fn *fn, void *ctx, struct err *err_r)
{
	struct store_duty row;
	struct query q;

	query_open(&q, store, QUERY_DUTY_LIST, err_r);
	while (query_next(&q)) {
		row = (struct store_duty){0};
		query_copy(&q, 0, row.name, sizeof(row.name));
		query_copy(&q, 1, row.host, sizeof(row.host));
		query_copy(&q, 2, row.boot, sizeof(row.boot));
		row.pid = query_int(&q, 3);
		row.mark = query_int(&q, 4);
		row.kept = query_int(&q, 5);
		row.taken_usec = query_int(&q, 6);
		row.kept_usec = query_int(&q, 7);
		if (q.failed != SG_OK || !fn(ctx, &row))
			break;
	}
	return query_close(&q);
}
