/* Rows of once, and the message that came of one. */
#include "config.h"

#include "store/once.h"

#include <stdio.h>

#include "store/query.h"

static void
bind_key(struct query *q, const struct store_once *row)
{
	query_bind_text(q, "$access_key_id", row->access_key_id);
	query_bind_text(q, "$key", row->key);
}

enum sg_err
store_once_begin(struct store *store, const struct store_once *row,
    int64_t before_msec, bool *is_new_r, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_ONCE_BEGIN, err_r);
	bind_key(&q, row);
	query_bind_int(&q, "$account_id", row->account_id);
	query_bind_text(&q, "$body_hash", row->body_hash);
	query_bind_text(&q, "$holder", row->holder);
	query_bind_text(&q, "$answer", row->answer);
	query_bind_int(&q, "$created_msec", row->created_msec);
	query_bind_int(&q, "$before_msec", before_msec);
	*is_new_r = query_next(&q);
	return query_run(&q, NULL);
}

enum sg_err
store_once_get(struct store *store, const char *access_key_id, const char *key,
    store_once_fn *fn, void *ctx, struct err *err_r)
{
	struct store_once row = {.access_key_id = access_key_id, .key = key};
	struct query q;
	enum sg_err code;
	bool found;

	query_open(&q, store, QUERY_ONCE_GET, err_r);
	bind_key(&q, &row);
	found = query_next(&q);
	if (found) {
		row.account_id = query_int(&q, 0);
		row.body_hash = query_text(&q, 1);
		row.is_answered = query_int(&q, 2) != 0;
		row.holder = query_text(&q, 3);
		row.answer = query_text(&q, 4);
		row.created_msec = query_int(&q, 5);
		if (q.failed == SG_OK)
			fn(ctx, &row);
	}
	code = query_close(&q);
	if (code == SG_OK && !found)
		code = err_set(err_r, SG_MISSING, "no such send");
	return code;
}

enum sg_err
store_once_take(struct store *store, const struct store_once *row,
    const char *old, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_ONCE_TAKE, err_r);
	bind_key(&q, row);
	query_bind_text(&q, "$holder", row->holder);
	query_bind_text(&q, "$old", old);
	return query_run_one(&q, "such send is begun");
}

enum sg_err
store_once_answer(
    struct store *store, const struct store_once *row, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_ONCE_ANSWER, err_r);
	bind_key(&q, row);
	query_bind_text(&q, "$holder", row->holder);
	query_bind_text(&q, "$answer", row->answer);
	return query_run_one(&q, "such send is begun");
}

enum sg_err
store_once_forget(
    struct store *store, const struct store_once *row, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_ONCE_FORGET, err_r);
	bind_key(&q, row);
	query_bind_text(&q, "$holder", row->holder);
	return query_run_one(&q, "such send is begun");
}

enum sg_err
store_once_purge(struct store *store, int64_t before_msec, int most,
    int64_t *gone_r, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_ONCE_PURGE, err_r);
	query_bind_int(&q, "$before_msec", before_msec);
	query_bind_int(&q, "$most", most);
	return query_run(&q, gone_r);
}

enum sg_err
store_message_submitted(struct store *store, int64_t account_id,
    const char *submission, int64_t since_msec,
    char queue_id_r[RULES_QUEUE_ID_MAX + 1], struct err *err_r)
{
	char pattern[160];
	struct query q;
	enum sg_err code;
	bool found;

	(void)snprintf(pattern, sizeof(pattern), "%%\"%.128s\"%%", submission);
	query_open(&q, store, QUERY_MESSAGE_SUBMITTED, err_r);
	query_bind_int(&q, "$account_id", account_id);
	query_bind_int(&q, "$since_msec", since_msec);
	query_bind_text(&q, "$pattern", pattern);
	found = query_next(&q);
	if (found)
		query_copy(&q, 0, queue_id_r, RULES_QUEUE_ID_MAX + 1);
	code = query_close(&q);
	if (code == SG_OK && !found)
		code = err_set(err_r, SG_MISSING, "no such message");
	return code;
}
