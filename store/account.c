/* Rows of account. */
#include "config.h"

#include "store/query.h"
#include "store/store.h"

/* The schema holds these numbers. */
_Static_assert(
    RULES_HEALTHY == 0 && RULES_UNDER_REVIEW == 1 && RULES_SHUT_DOWN == 2,
    "account.standing");
_Static_assert(STORE_PAUSED_BY_OPERATOR == 0 &&
		   STORE_PAUSED_BY_REPUTATION == 1 &&
		   STORE_PAUSED_BY_ACCOUNT == 2,
    "account.paused_by");
_Static_assert(RULES_REASONS_BOUNCE == 1 && RULES_REASONS_COMPLAINT == 2,
    "account.suppressed_reasons");

static void
account_bind(struct query *q, const struct store_account *row)
{
	query_bind_int(q, "$production", row->facts.production);
	query_bind_int(q, "$paused", row->facts.paused);
	query_bind_text(q, "$pause_reason", row->facts.pause_reason);
	query_bind_int(q, "$daily_quota", row->facts.daily_quota);
	query_bind_real(q, "$rate", row->facts.rate);
	query_bind_text(q, "$policy", row->policy);
	query_bind_text(q, "$pool", row->pool);
	query_bind_text(q, "$contact", row->contact);
	query_bind_int(q, "$standing", row->standing);
	query_bind_int(q, "$paused_by", row->paused_by);
	query_bind_int(q, "$paused_sec", row->paused_sec);
	query_bind_int(q, "$fresh_start_sec", row->fresh_start_sec);
	query_bind_int(q, "$suppressed_reasons", row->facts.suppressed_reasons);
	query_bind_int(q, "$auto_warmup", row->auto_warmup);
}

/* The columns of ACCOUNT_COLUMNS. False: a value does not fit. */
static bool
account_read(struct query *q, struct store_account *row_r)
{
	*row_r = (struct store_account){0};
	row_r->facts.id = query_int(q, 0);
	query_copy(q, 1, row_r->facts.name, sizeof(row_r->facts.name));
	row_r->facts.production = query_int(q, 2) != 0;
	row_r->facts.paused = query_int(q, 3) != 0;
	query_copy(
	    q, 4, row_r->facts.pause_reason, sizeof(row_r->facts.pause_reason));
	row_r->facts.daily_quota = query_int(q, 5);
	row_r->facts.rate = query_real(q, 6);
	query_copy(q, 7, row_r->policy, sizeof(row_r->policy));
	query_copy(q, 8, row_r->pool, sizeof(row_r->pool));
	query_copy(q, 9, row_r->contact, sizeof(row_r->contact));
	row_r->created_sec = query_int(q, 10);
	row_r->standing = (enum rules_standing)query_int(q, 11);
	row_r->paused_by = (enum store_paused_by)query_int(q, 12);
	row_r->paused_sec = query_int(q, 13);
	row_r->fresh_start_sec = query_int(q, 14);
	row_r->facts.suppressed_reasons = (int)query_int(q, 15);
	row_r->auto_warmup = query_int(q, 16) != 0;
	return q->failed == SG_OK;
}

enum sg_err
store_account_create(
    struct store *store, struct store_account *row, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_ACCOUNT_CREATE, err_r);
	query_bind_text(&q, "$name", row->facts.name);
	query_bind_int(&q, "$created_sec", row->created_sec);
	account_bind(&q, row);
	if (query_next(&q))
		row->facts.id = query_int(&q, 0);
	return query_run(&q, NULL);
}

static enum sg_err
account_get(struct query *q, struct store_account *row_r, bool *found_r)
{
	*found_r = query_next(q);
	if (*found_r)
		account_read(q, row_r);
	return query_close(q);
}

enum sg_err
store_account_get(struct store *store, const char *name,
    struct store_account *row_r, struct err *err_r)
{
	struct query q;
	enum sg_err code;
	bool found;

	query_open(&q, store, QUERY_ACCOUNT_GET, err_r);
	query_bind_text(&q, "$name", name);
	code = account_get(&q, row_r, &found);
	if (code == SG_OK && !found)
		code = err_set(err_r, SG_MISSING, "no account %s", name);
	return code;
}

enum sg_err
store_account_get_by_id(struct store *store, int64_t id,
    struct store_account *row_r, struct err *err_r)
{
	struct query q;
	enum sg_err code;
	bool found;

	query_open(&q, store, QUERY_ACCOUNT_GET_BY_ID, err_r);
	query_bind_int(&q, "$id", id);
	code = account_get(&q, row_r, &found);
	if (code == SG_OK && !found)
		code = err_set(err_r, SG_MISSING, "no account with id %lld",
		    (long long)id);
	return code;
}

enum sg_err
store_account_update(
    struct store *store, const struct store_account *row, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_ACCOUNT_UPDATE, err_r);
	query_bind_int(&q, "$id", row->facts.id);
	account_bind(&q, row);
	return query_run_one(&q, "such account");
}

enum sg_err
store_account_delete(struct store *store, int64_t id, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_ACCOUNT_DELETE, err_r);
	query_bind_int(&q, "$id", id);
	return query_run_one(&q, "such account");
}

enum sg_err
store_account_list(
    struct store *store, store_account_fn *fn, void *ctx, struct err *err_r)
{
	struct store_account row;
	struct query q;

	query_open(&q, store, QUERY_ACCOUNT_LIST, err_r);
	while (query_next(&q))
		if (!account_read(&q, &row) || !fn(ctx, &row))
			break;
	return query_close(&q);
}
