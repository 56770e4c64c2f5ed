/* Rows of observed. Does not collect them. */
#include "config.h"

#include "store/observed.h"

#include "store/query.h"

/* The schema and its statements hold these numbers. */
_Static_assert(
    STORE_OBSERVED_PASS == 0 && STORE_OBSERVED_REFUSE == 1, "observed.verdict");
_Static_assert(STORE_OBSERVED_ALL == 0 && STORE_OBSERVED_OPEN == 1 &&
		   STORE_OBSERVED_ADOPTED == 2,
    "OBSERVED_PAGE");

static void
bind_key(struct query *q, const struct store_observed *row)
{
	query_bind_text(q, "$login", row->login);
	query_bind_text(q, "$network", row->network);
	query_bind_text(q, "$domain", row->domain);
}

enum sg_err
store_observed_add(
    struct store *store, const struct store_observed *row, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_OBSERVED_ADD, err_r);
	bind_key(&q, row);
	query_bind_int(&q, "$account_id", row->account_id);
	query_bind_int(&q, "$messages", row->messages);
	query_bind_int(&q, "$first_sec", row->first_sec);
	query_bind_int(&q, "$last_sec", row->last_sec);
	query_bind_int(&q, "$verdict", row->verdict);
	query_bind_text(&q, "$reason", row->reason);
	return query_run(&q, NULL);
}

enum sg_err
store_observed_has(struct store *store, const struct store_observed *row,
    bool *has_r, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_OBSERVED_HAS, err_r);
	bind_key(&q, row);
	*has_r = query_next(&q);
	return query_close(&q);
}

enum sg_err
store_observed_count(struct store *store, int64_t *count_r, struct err *err_r)
{
	struct query q;

	*count_r = 0;
	query_open(&q, store, QUERY_OBSERVED_COUNT, err_r);
	if (query_next(&q))
		*count_r = query_int(&q, 0);
	return query_close(&q);
}

enum sg_err
store_observed_count_open(
    struct store *store, int64_t most, int64_t *count_r, struct err *err_r)
{
	struct query q;

	*count_r = 0;
	query_open(&q, store, QUERY_OBSERVED_COUNT_OPEN, err_r);
	query_bind_int(&q, "$most", most);
	if (query_next(&q))
		*count_r = query_int(&q, 0);
	return query_close(&q);
}

static bool
observed_read(struct query *q, struct store_observed *row_r)
{
	*row_r = (struct store_observed){0};
	row_r->id = query_int(q, 0);
	query_copy(q, 1, row_r->login, sizeof(row_r->login));
	query_copy(q, 2, row_r->network, sizeof(row_r->network));
	query_copy(q, 3, row_r->domain, sizeof(row_r->domain));
	row_r->account_id = query_int(q, 4);
	row_r->messages = query_int(q, 5);
	row_r->first_sec = query_int(q, 6);
	row_r->last_sec = query_int(q, 7);
	row_r->verdict = (enum store_observed_verdict)query_int(q, 8);
	query_copy(q, 9, row_r->reason, sizeof(row_r->reason));
	query_copy(q, 10, row_r->account, sizeof(row_r->account));
	return q->failed == SG_OK;
}

/* Closes q. */
static enum sg_err
observed_rows(struct query *q, store_observed_fn *fn, void *ctx)
{
	struct store_observed row;

	while (query_next(q))
		if (!observed_read(q, &row) || !fn(ctx, &row))
			break;
	return query_close(q);
}

enum sg_err
store_observed_page(struct store *store, enum store_observed_state state,
    int64_t messages, int64_t id, int64_t most, store_observed_fn *fn,
    void *ctx, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_OBSERVED_PAGE, err_r);
	query_bind_int(&q, "$state", state);
	query_bind_int(&q, "$messages", messages);
	query_bind_int(&q, "$id", id);
	query_bind_int(&q, "$most", most);
	return observed_rows(&q, fn, ctx);
}

enum sg_err
store_observed_of_login(struct store *store, const char *login,
    const char *after, int64_t most, store_observed_fn *fn, void *ctx,
    struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_OBSERVED_OF_LOGIN, err_r);
	query_bind_text(&q, "$login", login);
	query_bind_text(&q, "$after", after);
	query_bind_int(&q, "$most", most);
	return observed_rows(&q, fn, ctx);
}

enum sg_err
store_observed_purge(struct store *store, int64_t before_sec, int64_t most,
    int64_t *gone_r, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_OBSERVED_PURGE, err_r);
	query_bind_int(&q, "$before", before_sec);
	query_bind_int(&q, "$most", most);
	return query_run(&q, gone_r);
}
