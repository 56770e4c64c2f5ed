/* Rows of letter. What a letter says is made elsewhere. */
#include "config.h"

#include <stdio.h>

#include "store/query.h"
#include "store/store.h"
#include "store/utf8.h"

/* Stores hold these numbers. */
_Static_assert(
    STORE_LETTER_CONFIRM == 0 && STORE_LETTER_VERIFIED == 1 &&
	STORE_LETTER_FAILED == 2 && STORE_LETTER_WARNING == 3 &&
	STORE_LETTER_RESTORED == 4 && STORE_LETTER_REVOKED == 5 &&
	STORE_LETTER_KEY_READY == 6 && STORE_LETTER_KEY_OLD == 7 &&
	STORE_LETTER_REQUEST == 8 && STORE_LETTER_REQUEST_GRANTED == 9 &&
	STORE_LETTER_REQUEST_DENIED == 10 && STORE_LETTER_PAUSED == 11 &&
	STORE_LETTER_REVIEW == 12 && STORE_LETTER_THROTTLED == 13 &&
	STORE_LETTER_OURS == 14 && STORE_LETTER_FORWARD == 15 &&
	STORE_LETTER_SIMULATED_OOTO == 16 &&
	STORE_LETTER_SIMULATED_COMPLAINT == 17,
    "letter.kind");

/* facts and sealed point into the query's row. */
static bool
letter_read(struct query *q, struct store_letter *row_r)
{
	*row_r = (struct store_letter){0};
	row_r->id = query_int(q, 0);
	row_r->kind = (enum store_letter_kind)query_int(q, 1);
	row_r->account_id = query_int(q, 2);
	row_r->identity_id = query_int(q, 3);
	query_copy(q, 4, row_r->recipient, sizeof(row_r->recipient));
	row_r->facts = query_text(q, 5);
	row_r->sealed = query_blob(q, 6, &row_r->sealed_len);
	row_r->created_sec = query_int(q, 7);
	row_r->next_sec = query_int(q, 8);
	row_r->attempts = query_int(q, 9);
	query_copy(q, 10, row_r->error, sizeof(row_r->error));
	row_r->report_id = query_int(q, 11);
	return q->failed == SG_OK;
}

static enum sg_err
letter_rows(struct query *q, store_letter_fn *fn, void *ctx)
{
	struct store_letter row;

	while (query_next(q))
		if (!letter_read(q, &row) || !fn(ctx, &row))
			break;
	return query_close(q);
}

enum sg_err
store_letter_put(
    struct store *store, struct store_letter *row, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_LETTER_PUT, err_r);
	query_bind_int(&q, "$kind", row->kind);
	query_bind_int(&q, "$account_id", row->account_id);
	query_bind_int(&q, "$identity_id", row->identity_id);
	query_bind_text(&q, "$recipient", row->recipient);
	query_bind_text(&q, "$facts", row->facts);
	query_bind_blob(&q, "$sealed", row->sealed, row->sealed_len);
	query_bind_int(&q, "$created_sec", row->created_sec);
	query_bind_int(&q, "$next_sec", row->next_sec);
	query_bind_int(&q, "$attempts", row->attempts);
	query_bind_text(&q, "$error", row->error);
	query_bind_int(&q, "$report_id", row->report_id);
	if (query_next(&q))
		row->id = query_int(&q, 0);
	return query_run(&q, NULL);
}

enum sg_err
store_letter_due(struct store *store, int64_t now_sec, int most,
    store_letter_fn *fn, void *ctx, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_LETTER_DUE, err_r);
	query_bind_int(&q, "$now", now_sec);
	query_bind_int(&q, "$most", most);
	return letter_rows(&q, fn, ctx);
}

enum sg_err
store_letter_list(
    struct store *store, store_letter_fn *fn, void *ctx, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_LETTER_LIST, err_r);
	return letter_rows(&q, fn, ctx);
}

/* A peer's reply: as much of it as is read again. */
#define ERROR_SIZE sizeof(((struct store_letter *)NULL)->error)

enum sg_err
store_letter_retry(struct store *store, int64_t id, int64_t attempts,
    int64_t next_sec, const char *error, struct err *err_r)
{
	char cut[ERROR_SIZE];
	struct query q;

	(void)snprintf(cut, sizeof(cut), "%s", error);
	utf8_mend(cut);
	query_open(&q, store, QUERY_LETTER_RETRY, err_r);
	query_bind_int(&q, "$id", id);
	query_bind_int(&q, "$attempts", attempts);
	query_bind_int(&q, "$next_sec", next_sec);
	query_bind_text(&q, "$error", cut);
	return query_run_one(&q, "such letter");
}

enum sg_err
store_letter_error(
    struct store *store, int64_t id, const char *error, struct err *err_r)
{
	char cut[ERROR_SIZE];
	struct query q;

	(void)snprintf(cut, sizeof(cut), "%s", error);
	utf8_mend(cut);
	query_open(&q, store, QUERY_LETTER_ERROR, err_r);
	query_bind_int(&q, "$id", id);
	query_bind_text(&q, "$error", cut);
	return query_run(&q, NULL);
}

enum sg_err
store_letter_delete(struct store *store, int64_t id, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_LETTER_DELETE, err_r);
	query_bind_int(&q, "$id", id);
	return query_run(&q, NULL);
}

enum sg_err
store_letter_delete_kind(struct store *store, int64_t identity_id,
    enum store_letter_kind kind, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_LETTER_DELETE_KIND, err_r);
	query_bind_int(&q, "$identity_id", identity_id);
	query_bind_int(&q, "$kind", kind);
	return query_run(&q, NULL);
}
