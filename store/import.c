/* Rows of import_job. */
#include "config.h"

#include "store/imports.h"

#include <stdio.h>
#include "store/query.h"
#include "store/utf8.h"

/* The schema holds these numbers. */
_Static_assert(
    STORE_IMPORT_JSON == 1 && STORE_IMPORT_DELETE == 1, "import_job");
_Static_assert(STORE_IMPORT_COMPLETED == 2 && STORE_IMPORT_FAILED == 3,
    "import_job.state");

static bool
import_read(struct query *q, struct store_import *row_r)
{
	*row_r = (struct store_import){0};
	row_r->id = query_int(q, 0);
	query_copy(q, 1, row_r->uuid, sizeof(row_r->uuid));
	row_r->account_id = query_int(q, 2);
	row_r->format = (enum store_import_format)query_int(q, 3);
	row_r->action = (enum store_import_action)query_int(q, 4);
	query_copy(q, 5, row_r->source, sizeof(row_r->source));
	row_r->state = (enum store_import_state)query_int(q, 6);
	row_r->created_sec = query_int(q, 7);
	row_r->completed_sec = query_int(q, 8);
	row_r->processed = query_int(q, 9);
	row_r->failed = query_int(q, 10);
	query_copy(q, 11, row_r->error, sizeof(row_r->error));
	row_r->percent = query_int(q, 12);
	return q->failed == SG_OK;
}

enum sg_err
store_import_add(
    struct store *store, struct store_import *row, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_IMPORT_ADD, err_r);
	query_bind_text(&q, "$uuid", row->uuid);
	query_bind_int(&q, "$account_id", row->account_id);
	query_bind_int(&q, "$format", row->format);
	query_bind_int(&q, "$action", row->action);
	query_bind_text(&q, "$source", row->source);
	query_bind_int(&q, "$created_sec", row->created_sec);
	if (query_next(&q))
		row->id = query_int(&q, 0);
	return query_run(&q, NULL);
}

enum sg_err
store_import_update(
    struct store *store, const struct store_import *row, struct err *err_r)
{
	char error[sizeof(row->error)];
	struct query q;

	(void)snprintf(error, sizeof(error), "%s", row->error);
	utf8_mend(error);
	query_open(&q, store, QUERY_IMPORT_UPDATE, err_r);
	query_bind_int(&q, "$id", row->id);
	query_bind_int(&q, "$state", row->state);
	query_bind_int(&q, "$completed_sec", row->completed_sec);
	query_bind_int(&q, "$processed", row->processed);
	query_bind_int(&q, "$failed", row->failed);
	query_bind_text(&q, "$error", error);
	query_bind_int(&q, "$percent", row->percent);
	return query_run_one(&q, "such import job");
}

/* Takes the open query to its end. */
static enum sg_err
read_one(struct query *q, struct store_import *row_r, struct err *err_r)
{
	bool found = query_next(q);
	enum sg_err code;

	if (found)
		import_read(q, row_r);
	code = query_close(q);
	if (code == SG_OK && !found)
		code = err_set(err_r, SG_MISSING, "no such import job");
	return code;
}

enum sg_err
store_import_get(struct store *store, int64_t account_id, const char *uuid,
    struct store_import *row_r, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_IMPORT_GET, err_r);
	query_bind_int(&q, "$account_id", account_id);
	query_bind_text(&q, "$uuid", uuid);
	return read_one(&q, row_r, err_r);
}

enum sg_err
store_import_next(struct store *store, int64_t after_account_id,
    struct store_import *row_r, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_IMPORT_NEXT, err_r);
	query_bind_int(&q, "$after", after_account_id);
	return read_one(&q, row_r, err_r);
}

enum sg_err
store_import_page(struct store *store, int64_t account_id, int64_t after_id,
    int64_t most, store_import_fn *fn, void *ctx, struct err *err_r)
{
	struct store_import row;
	struct query q;

	query_open(&q, store, QUERY_IMPORT_PAGE, err_r);
	query_bind_int(&q, "$account_id", account_id);
	query_bind_int(&q, "$after", after_id);
	query_bind_int(&q, "$most", most);
	while (query_next(&q))
		if (!import_read(&q, &row) || !fn(ctx, &row))
			break;
	return query_close(&q);
}

enum sg_err
store_import_newest(struct store *store, int64_t account_id, int64_t before_id,
    int64_t most, store_import_fn *fn, void *ctx, struct err *err_r)
{
	struct store_import row;
	struct query q;

	query_open(&q, store, QUERY_IMPORT_NEWEST, err_r);
	query_bind_int(&q, "$account_id", account_id);
	query_bind_int(&q, "$before", before_id > 0 ? before_id : INT64_MAX);
	query_bind_int(&q, "$most", most);
	while (query_next(&q))
		if (!import_read(&q, &row) || !fn(ctx, &row))
			break;
	return query_close(&q);
}

enum sg_err
store_import_purge(struct store *store, int64_t account_id, int64_t before_sec,
    struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_IMPORT_PURGE, err_r);
	query_bind_int(&q, "$account_id", account_id);
	query_bind_int(&q, "$before_sec", before_sec);
	return query_run(&q, NULL);
}

enum sg_err
store_import_count_open(struct store *store, int64_t account_id,
    int64_t *count_r, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_IMPORT_COUNT_OPEN, err_r);
	query_bind_int(&q, "$account_id", account_id);
	*count_r = query_next(&q) ? query_int(&q, 0) : 0;
	return query_close(&q);
}
