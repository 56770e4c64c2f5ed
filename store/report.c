/* Rows of report: what was read, as it came. Does not look into it. */
#include "config.h"

#include <string.h>

#include "store/query.h"
#include "store/events.h"
#include "store/messages.h"

/* The schema holds these numbers. */
_Static_assert(STORE_REPORT_MATCHED == 0 && STORE_REPORT_UNMATCHED == 1 &&
		   STORE_REPORT_FORGED == 2 && STORE_REPORT_STRANGE == 3 &&
		   STORE_REPORT_LATE == 4,
    "report.state");

#define CONTENT_COLUMN 9

/* content points into the query's row. */
static bool
report_read(struct query *q, bool has_content, struct store_report *row_r)
{
	size_t len;
	const void *hash = query_blob(q, 1, &len);

	*row_r = (struct store_report){0};
	row_r->id = query_int(q, 0);
	if (len == sizeof(row_r->hash))
		memcpy(row_r->hash, hash, len);
	else if (q->failed == SG_OK)
		q->failed = err_set(
		    q->err_r, SG_IO, "a report in the database has no hash");
	row_r->account_id = query_int(q, 2);
	query_copy(q, 3, row_r->queue_id, sizeof(row_r->queue_id));
	query_copy(q, 4, row_r->recipient, sizeof(row_r->recipient));
	row_r->received_msec = query_int(q, 5);
	row_r->state = (enum store_report_state)query_int(q, 6);
	query_copy(q, 7, row_r->why, sizeof(row_r->why));
	query_copy(q, 8, row_r->format, sizeof(row_r->format));
	if (has_content)
		row_r->content =
		    query_blob(q, CONTENT_COLUMN, &row_r->content_len);
	return q->failed == SG_OK;
}

static enum sg_err
report_rows(struct query *q, bool has_content, store_report_fn *fn, void *ctx)
{
	struct store_report row;

	while (query_next(q))
		if (!report_read(q, has_content, &row) || !fn(ctx, &row))
			break;
	return query_close(q);
}

static enum sg_err
report_insert(struct store *store, struct store_report *row, bool *is_new_r,
    struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_REPORT_ADD, err_r);
	query_bind_blob(&q, "$hash", row->hash, sizeof(row->hash));
	query_bind_int(&q, "$account_id", row->account_id);
	query_bind_text(&q, "$queue_id", row->queue_id);
	query_bind_text(&q, "$recipient", row->recipient);
	query_bind_int(&q, "$received_msec", row->received_msec);
	query_bind_int(&q, "$state", row->state);
	query_bind_text(&q, "$why", row->why);
	query_bind_text(&q, "$format", row->format);
	query_bind_blob(&q, "$content", row->content, row->content_len);
	*is_new_r = query_next(&q);
	if (*is_new_r)
		row->id = query_int(&q, 0);
	return query_run(&q, NULL);
}

enum sg_err
store_report_add(struct store *store, struct store_report *row, bool *is_new_r,
    struct err *err_r)
{
	struct query q;
	bool own;
	enum sg_err code = store_scope_begin(store, &own, err_r);

	*is_new_r = false;
	if (code == SG_OK)
		code = report_insert(store, row, is_new_r, err_r);
	if (code == SG_OK && !*is_new_r) {
		query_open(&q, store, QUERY_REPORT_BY_HASH, err_r);
		query_bind_blob(&q, "$hash", row->hash, sizeof(row->hash));
		if (query_next(&q))
			row->id = query_int(&q, 0);
		code = query_close(&q);
	}
	return store_scope_end(store, own, code, err_r);
}

enum sg_err
store_report_update(
    struct store *store, const struct store_report *row, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_REPORT_UPDATE, err_r);
	query_bind_int(&q, "$id", row->id);
	query_bind_text(&q, "$format", row->format);
	query_bind_int(&q, "$state", row->state);
	query_bind_text(&q, "$why", row->why);
	return query_run_one(&q, "such report");
}

enum sg_err
store_report_get(struct store *store, int64_t id, store_report_fn *fn,
    void *ctx, struct err *err_r)
{
	struct store_report row;
	struct query q;
	enum sg_err code;
	bool found;

	query_open(&q, store, QUERY_REPORT_GET, err_r);
	query_bind_int(&q, "$id", id);
	found = query_next(&q);
	if (found && report_read(&q, true, &row))
		(void)fn(ctx, &row); /* there is no more that it could end */
	code = query_close(&q);
	if (code == SG_OK && !found)
		code = err_set(
		    err_r, SG_MISSING, "no report with id %lld", (long long)id);
	return code;
}

enum sg_err
store_report_list(struct store *store, int64_t account_id, const char *queue_id,
    int64_t before_id, int most, store_report_fn *fn, void *ctx,
    struct err *err_r)
{
	bool is_message = queue_id[0] != '\0';
	enum query_id id = is_message        ? QUERY_REPORT_LIST_OF_MESSAGE
			   : account_id == 0 ? QUERY_REPORT_LIST_ALL
			   : account_id < 0  ? QUERY_REPORT_LIST_NOBODYS
					     : QUERY_REPORT_LIST;
	struct query q;

	query_open(&q, store, id, err_r);
	if (is_message)
		query_bind_text(&q, "$queue_id", queue_id);
	if (is_message || account_id > 0)
		query_bind_int(&q, "$account_id", account_id);
	query_bind_int(&q, "$before", before_id > 0 ? before_id : INT64_MAX);
	query_bind_int(&q, "$most", most);
	return report_rows(&q, false, fn, ctx);
}

enum sg_err
store_report_replay(struct store *store, int64_t after_id, int most,
    store_report_fn *fn, void *ctx, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_REPORT_REPLAY, err_r);
	query_bind_int(&q, "$after", after_id);
	query_bind_int(&q, "$most", most);
	return report_rows(&q, true, fn, ctx);
}

enum sg_err
store_report_count(struct store *store, int64_t account_id,
    const char *queue_id, int64_t *count_r, int64_t *bytes_r, struct err *err_r)
{
	struct query q;

	*count_r = *bytes_r = 0;
	query_open(&q, store, QUERY_REPORT_COUNT, err_r);
	query_bind_int(&q, "$account_id", account_id);
	query_bind_text(&q, "$queue_id", queue_id);
	if (query_next(&q)) {
		*count_r = query_int(&q, 0);
		*bytes_r = query_int(&q, 1);
	}
	return query_close(&q);
}

enum sg_err
store_report_list_state(struct store *store, enum store_report_state state,
    int64_t before_id, int most, store_report_fn *fn, void *ctx,
    struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_REPORT_LIST_STATE, err_r);
	query_bind_int(&q, "$state", state);
	query_bind_int(&q, "$before", before_id > 0 ? before_id : INT64_MAX);
	query_bind_int(&q, "$most", most);
	return report_rows(&q, false, fn, ctx);
}
