/* Rows of export_job; what exports and uploads ask of import_job and message. */
#include "config.h"

#include "store/exports.h"

#include "store/query.h"

/* The schema holds these numbers. */
_Static_assert(STORE_EXPORT_MESSAGES == 1, "export_job.kind");
_Static_assert(
    STORE_EXPORT_DONE == 2 && STORE_EXPORT_FAILED == 3, "export_job.state");

static bool
export_read(struct query *q, struct store_export *row_r)
{
	*row_r = (struct store_export){0};
	row_r->id = query_int(q, 0);
	query_copy(q, 1, row_r->uuid, sizeof(row_r->uuid));
	row_r->account_id = query_int(q, 2);
	row_r->kind = (enum store_export_kind)query_int(q, 3);
	query_copy(q, 4, row_r->filter, sizeof(row_r->filter));
	row_r->state = (enum store_export_state)query_int(q, 5);
	row_r->created_sec = query_int(q, 6);
	row_r->expires_sec = query_int(q, 7);
	row_r->records = query_int(q, 8);
	row_r->bytes = query_int(q, 9);
	row_r->percent = query_int(q, 10);
	query_copy(q, 11, row_r->error, sizeof(row_r->error));
	return q->failed == SG_OK;
}

enum sg_err
store_export_add(
    struct store *store, struct store_export *row, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_EXPORT_ADD, err_r);
	query_bind_text(&q, "$uuid", row->uuid);
	query_bind_int(&q, "$account_id", row->account_id);
	query_bind_int(&q, "$kind", row->kind);
	query_bind_text(&q, "$filter", row->filter);
	query_bind_int(&q, "$created_sec", row->created_sec);
	query_bind_int(&q, "$expires_sec", row->expires_sec);
	if (query_next(&q))
		row->id = query_int(&q, 0);
	return query_run(&q, NULL);
}

enum sg_err
store_export_update(
    struct store *store, const struct store_export *row, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_EXPORT_UPDATE, err_r);
	query_bind_int(&q, "$id", row->id);
	query_bind_int(&q, "$state", row->state);
	query_bind_int(&q, "$expires_sec", row->expires_sec);
	query_bind_int(&q, "$records", row->records);
	query_bind_int(&q, "$bytes", row->bytes);
	query_bind_int(&q, "$percent", row->percent);
	query_bind_text(&q, "$error", row->error);
	return query_run_one(&q, "such export");
}

/* Takes the open query to its end. */
static enum sg_err
read_one(struct query *q, struct store_export *row_r, struct err *err_r)
{
	bool found = query_next(q);
	enum sg_err code;

	if (found)
		export_read(q, row_r);
	code = query_close(q);
	if (code == SG_OK && !found)
		code = err_set(err_r, SG_MISSING, "no such export");
	return code;
}

enum sg_err
store_export_get(struct store *store, int64_t account_id, const char *uuid,
    struct store_export *row_r, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_EXPORT_GET, err_r);
	query_bind_int(&q, "$account_id", account_id);
	query_bind_text(&q, "$uuid", uuid);
	return read_one(&q, row_r, err_r);
}

enum sg_err
store_export_next(struct store *store, int64_t after_account_id,
    struct store_export *row_r, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_EXPORT_NEXT, err_r);
	query_bind_int(&q, "$after", after_account_id);
	return read_one(&q, row_r, err_r);
}

enum sg_err
store_export_page(struct store *store, int64_t account_id, int64_t before_id,
    int64_t most, store_export_fn *fn, void *ctx, struct err *err_r)
{
	struct store_export row;
	struct query q;

	query_open(&q, store, QUERY_EXPORT_PAGE, err_r);
	query_bind_int(&q, "$account_id", account_id);
	query_bind_int(&q, "$before", before_id > 0 ? before_id : INT64_MAX);
	query_bind_int(&q, "$most", most);
	while (query_next(&q))
		if (!export_read(&q, &row) || !fn(ctx, &row))
			break;
	return query_close(&q);
}

enum sg_err
store_export_count(struct store *store, int64_t account_id, int64_t *all_r,
    int64_t *open_r, struct err *err_r)
{
	struct query q;

	*all_r = *open_r = 0;
	query_open(&q, store, QUERY_EXPORT_COUNT, err_r);
	query_bind_int(&q, "$account_id", account_id);
	if (query_next(&q)) {
		*all_r = query_int(&q, 0);
		*open_r = query_int(&q, 1);
	}
	return query_close(&q);
}

enum sg_err
store_export_delete(struct store *store, int64_t account_id, const char *uuid,
    struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_EXPORT_DELETE, err_r);
	query_bind_int(&q, "$account_id", account_id);
	query_bind_text(&q, "$uuid", uuid);
	return query_run_one(&q, "such export");
}

enum sg_err
store_export_expire(struct store *store, int64_t now_sec, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_EXPORT_EXPIRE, err_r);
	query_bind_int(&q, "$now", now_sec);
	return query_run(&q, NULL);
}

enum sg_err
store_file_is_wanted(struct store *store, const char *uuid, const char *source,
    bool *is_wanted_r, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_FILE_IS_WANTED, err_r);
	query_bind_text(&q, "$uuid", uuid);
	query_bind_text(&q, "$source", source);
	*is_wanted_r = query_next(&q);
	return query_close(&q);
}

/* ---- messages ------------------------------------------------------------------------ */

enum sg_err
store_message_oldest(struct store *store, int64_t account_id,
    int64_t *sent_msec_r, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_MESSAGE_OLDEST, err_r);
	query_bind_int(&q, "$account_id", account_id);
	*sent_msec_r = query_next(&q) ? query_int(&q, 0) : 0;
	return query_close(&q);
}
