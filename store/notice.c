/* Rows of notice. */
#include "config.h"

#include "store/query.h"
#include "store/store.h"

enum sg_err
store_notice_add(struct store *store, const char *key, const char *text,
    int64_t now_sec, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_NOTICE_ADD, err_r);
	query_bind_text(&q, "$key", key);
	query_bind_text(&q, "$text", text);
	query_bind_int(&q, "$now", now_sec);
	return query_run(&q, NULL);
}

enum sg_err
store_notice_list(
    struct store *store, store_notice_fn *fn, void *ctx, struct err *err_r)
{
	struct store_notice row;
	struct query q;

	query_open(&q, store, QUERY_NOTICE_LIST, err_r);
	while (query_next(&q)) {
		query_copy(&q, 0, row.key, sizeof(row.key));
		query_copy(&q, 1, row.text, sizeof(row.text));
		row.first_sec = query_int(&q, 2);
		row.last_sec = query_int(&q, 3);
		row.count = query_int(&q, 4);
		if (q.failed != SG_OK || !fn(ctx, &row))
			break;
	}
	return query_close(&q);
}

enum sg_err
store_notice_clear(struct store *store, const char *key, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_NOTICE_CLEAR, err_r);
	query_bind_text(&q, "$key", key);
	return query_run(&q, NULL);
}
