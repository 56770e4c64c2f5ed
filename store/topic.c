/* Rows of topic. */
#include "config.h"

#include "store/topic.h"

#include "store/query.h"
#include "store/topics.h"

bool
topic_read(struct query *q, int first, struct store_topic *row_r)
{
	*row_r = (struct store_topic){0};
	row_r->id = query_int(q, first);
	row_r->account_id = query_int(q, first + 1);
	query_copy(q, first + 2, row_r->name, sizeof(row_r->name));
	query_copy(
	    q, first + 3, row_r->display_name, sizeof(row_r->display_name));
	row_r->signature_version = (int)query_int(q, first + 4);
	row_r->created_sec = query_int(q, first + 5);
	return q->failed == SG_OK;
}

enum sg_err
store_topic_create(
    struct store *store, struct store_topic *row, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_TOPIC_CREATE, err_r);
	query_bind_int(&q, "$account_id", row->account_id);
	query_bind_text(&q, "$name", row->name);
	query_bind_text(&q, "$display_name", row->display_name);
	query_bind_int(&q, "$signature_version", row->signature_version);
	query_bind_int(&q, "$created_sec", row->created_sec);
	if (query_next(&q))
		row->id = query_int(&q, 0);
	return query_run(&q, NULL);
}

static enum sg_err
topic_get(struct query *q, struct store_topic *row_r, bool *found_r)
{
	*found_r = query_next(q);
	if (*found_r)
		topic_read(q, 0, row_r);
	return query_close(q);
}

enum sg_err
store_topic_get(struct store *store, int64_t account_id, const char *name,
    struct store_topic *row_r, struct err *err_r)
{
	struct query q;
	enum sg_err code;
	bool found;

	query_open(&q, store, QUERY_TOPIC_GET, err_r);
	query_bind_int(&q, "$account_id", account_id);
	query_bind_text(&q, "$name", name);
	code = topic_get(&q, row_r, &found);
	if (code == SG_OK && !found)
		code = err_set(err_r, SG_MISSING, "no topic %s", name);
	return code;
}

enum sg_err
store_topic_get_by_id(struct store *store, int64_t id,
    struct store_topic *row_r, struct err *err_r)
{
	struct query q;
	enum sg_err code;
	bool found;

	query_open(&q, store, QUERY_TOPIC_GET_BY_ID, err_r);
	query_bind_int(&q, "$id", id);
	code = topic_get(&q, row_r, &found);
	if (code == SG_OK && !found)
		code = err_set(
		    err_r, SG_MISSING, "no topic with id %lld", (long long)id);
	return code;
}

enum sg_err
store_topic_update(
    struct store *store, const struct store_topic *row, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_TOPIC_UPDATE, err_r);
	query_bind_int(&q, "$id", row->id);
	query_bind_text(&q, "$display_name", row->display_name);
	query_bind_int(&q, "$signature_version", row->signature_version);
	return query_run_one(&q, "such topic");
}

enum sg_err
store_topic_delete(struct store *store, int64_t id, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_TOPIC_DELETE, err_r);
	query_bind_int(&q, "$id", id);
	return query_run_one(&q, "such topic");
}

enum sg_err
store_topic_list(struct store *store, int64_t account_id, store_topic_fn *fn,
    void *ctx, struct err *err_r)
{
	struct store_topic row;
	struct query q;

	if (account_id == 0) {
		query_open(&q, store, QUERY_TOPIC_LIST_ALL, err_r);
	} else {
		query_open(&q, store, QUERY_TOPIC_LIST, err_r);
		query_bind_int(&q, "$account_id", account_id);
	}
	while (query_next(&q))
		if (!topic_read(&q, 0, &row) || !fn(ctx, &row))
			break;
	return query_close(&q);
}

enum sg_err
store_topic_page(struct store *store, int64_t account_id, const char *after,
    int64_t most, store_topic_fn *fn, void *ctx, struct err *err_r)
{
	struct store_topic row;
	struct query q;

	query_open(&q, store, QUERY_TOPIC_PAGE, err_r);
	query_bind_int(&q, "$account_id", account_id);
	query_bind_text(&q, "$after", after);
	query_bind_int(&q, "$most", most);
	while (query_next(&q))
		if (!topic_read(&q, 0, &row) || !fn(ctx, &row))
			break;
	return query_close(&q);
}

enum sg_err
store_topic_count(struct store *store, int64_t account_id, int64_t *count_r,
    struct err *err_r)
{
	struct query q;

	*count_r = 0;
	query_open(&q, store, QUERY_TOPIC_COUNT, err_r);
	query_bind_int(&q, "$account_id", account_id);
	if (query_next(&q))
		*count_r = query_int(&q, 0);
	return query_close(&q);
}
