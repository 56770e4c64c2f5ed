/* Rows of heartbeat, and what waits for programs. Judges neither. */
#include "config.h"

#include "store/observed.h"

#include "store/query.h"

static void
bind_key(struct query *q, const char *program, const char *host, int64_t pid)
{
	query_bind_text(q, "$program", program);
	query_bind_text(q, "$host", host);
	query_bind_int(q, "$pid", pid);
}

enum sg_err
store_heartbeat_put(
    struct store *store, const struct store_heartbeat *row, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_HEARTBEAT_PUT, err_r);
	bind_key(&q, row->program, row->host, row->pid);
	query_bind_int(&q, "$started_sec", row->started_sec);
	query_bind_int(&q, "$seen_sec", row->seen_sec);
	query_bind_text(&q, "$version", row->version);
	query_bind_text(&q, "$detail", row->detail);
	return query_run(&q, NULL);
}

enum sg_err
store_heartbeat_delete(struct store *store, const char *program,
    const char *host, int64_t pid, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_HEARTBEAT_DELETE, err_r);
	bind_key(&q, program, host, pid);
	return query_run(&q, NULL);
}

static bool
heartbeat_read(struct query *q, struct store_heartbeat *row_r)
{
	*row_r = (struct store_heartbeat){0};
	query_copy(q, 0, row_r->program, sizeof(row_r->program));
	query_copy(q, 1, row_r->host, sizeof(row_r->host));
	row_r->pid = query_int(q, 2);
	row_r->started_sec = query_int(q, 3);
	row_r->seen_sec = query_int(q, 4);
	query_copy(q, 5, row_r->version, sizeof(row_r->version));
	query_copy(q, 6, row_r->detail, sizeof(row_r->detail));
	return q->failed == SG_OK;
}

enum sg_err
store_heartbeat_list(struct store *store, int64_t most, store_heartbeat_fn *fn,
    void *ctx, struct err *err_r)
{
	struct store_heartbeat row;
	struct query q;

	query_open(&q, store, QUERY_HEARTBEAT_LIST, err_r);
	query_bind_int(&q, "$most", most);
	while (query_next(&q))
		if (!heartbeat_read(&q, &row) || !fn(ctx, &row))
			break;
	return query_close(&q);
}

enum sg_err
store_heartbeat_purge(struct store *store, int64_t before_sec, int64_t most,
    int64_t *gone_r, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_HEARTBEAT_PURGE, err_r);
	query_bind_int(&q, "$before", before_sec);
	query_bind_int(&q, "$most", most);
	return query_run(&q, gone_r);
}

enum sg_err
store_imports_waiting(struct store *store, int64_t *count_r, struct err *err_r)
{
	struct query q;

	*count_r = 0;
	query_open(&q, store, QUERY_IMPORTS_WAITING, err_r);
	if (query_next(&q))
		*count_r = query_int(&q, 0);
	return query_close(&q);
}
