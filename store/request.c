/* Rows of access_request. */
#include "config.h"

#include "store/figures.h"
#include "store/query.h"
#include "store/store.h"

static bool
request_read(struct query *q, struct store_request *row_r)
{
	*row_r = (struct store_request){0};
	row_r->id = query_int(q, 0);
	row_r->account_id = query_int(q, 1);
	query_copy(q, 2, row_r->mail_type, sizeof(row_r->mail_type));
	query_copy(q, 3, row_r->website, sizeof(row_r->website));
	query_copy(q, 4, row_r->use_case, sizeof(row_r->use_case));
	query_copy(q, 5, row_r->status, sizeof(row_r->status));
	query_copy(q, 6, row_r->reason, sizeof(row_r->reason));
	row_r->created_sec = query_int(q, 7);
	row_r->decided_sec = query_int(q, 8);
	return q->failed == SG_OK;
}

enum sg_err
store_request_add(
    struct store *store, struct store_request *row, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_REQUEST_ADD, err_r);
	query_bind_int(&q, "$account_id", row->account_id);
	query_bind_text(&q, "$mail_type", row->mail_type);
	query_bind_text(&q, "$website", row->website);
	query_bind_text(&q, "$use_case", row->use_case);
	query_bind_text(&q, "$status", row->status);
	query_bind_text(&q, "$reason", row->reason);
	query_bind_int(&q, "$created_sec", row->created_sec);
	query_bind_int(&q, "$decided_sec", row->decided_sec);
	if (query_next(&q))
		row->id = query_int(&q, 0);
	return query_run(&q, NULL);
}

enum sg_err
store_request_decide(
    struct store *store, const struct store_request *row, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_REQUEST_DECIDE, err_r);
	query_bind_int(&q, "$id", row->id);
	query_bind_text(&q, "$status", row->status);
	query_bind_text(&q, "$reason", row->reason);
	query_bind_int(&q, "$decided_sec", row->decided_sec);
	return query_run_one(&q, "such request is open");
}

enum sg_err
store_request_get(struct store *store, int64_t account_id,
    struct store_request *row_r, struct err *err_r)
{
	struct query q;
	enum sg_err code;
	bool found;

	query_open(&q, store, QUERY_REQUEST_GET, err_r);
	query_bind_int(&q, "$account_id", account_id);
	found = query_next(&q);
	if (found)
		request_read(&q, row_r);
	code = query_close(&q);
	if (code == SG_OK && !found)
		code = err_set(err_r, SG_MISSING, "no request of the account");
	return code;
}

enum sg_err
store_request_list(struct store *store, int64_t account_id,
    store_request_fn *fn, void *ctx, struct err *err_r)
{
	struct store_request row;
	struct query q;

	if (account_id == 0) {
		query_open(&q, store, QUERY_REQUEST_LIST_ALL, err_r);
	} else {
		query_open(&q, store, QUERY_REQUEST_LIST, err_r);
		query_bind_int(&q, "$account_id", account_id);
	}
	while (query_next(&q))
		if (!request_read(&q, &row) || !fn(ctx, &row))
			break;
	return query_close(&q);
}

enum sg_err
store_request_page(struct store *store, const char *status, int64_t before_id,
    int64_t most, store_request_fn *fn, void *ctx, struct err *err_r)
{
	struct store_request row;
	struct query q;

	if (status[0] != '\0') {
		query_open(&q, store, QUERY_REQUEST_PAGE, err_r);
		query_bind_text(&q, "$status", status);
	} else {
		query_open(&q, store, QUERY_REQUEST_PAGE_DONE, err_r);
	}
	query_bind_int(&q, "$before", before_id);
	query_bind_int(&q, "$most", most);
	while (query_next(&q))
		if (!request_read(&q, &row) || !fn(ctx, &row))
			break;
	return query_close(&q);
}
