/* Rows of holders and leases. Grants nothing: counter.c does. */
#include "config.h"

#include "store/leases.h"

#include "base/clock.h"
#include "rules/quota.h"
#include "store/query.h"

#define USEC_PER_SEC INT64_C(1000000)

enum sg_err
store_clock(struct store *store, int64_t *now_usec_r, struct err *err_r)
{
	struct query q;
	int64_t now = 0;

	query_open(&q, store, QUERY_CLOCK_NOW, err_r);
	if (query_next(&q))
		now = query_int(&q, 0);
	*now_usec_r = now == 0 ? clock_now_usec() : clock_moved_usec(now);
	return query_close(&q);
}

/* ---- holders ----------------------------------------------------------------- */

enum sg_err
store_holder_add(
    struct store *store, struct store_holder *row, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_HOLDER_ADD, err_r);
	query_bind_text(&q, "$host", row->host);
	query_bind_text(&q, "$program", row->program);
	query_bind_int(&q, "$mark", row->mark);
	query_bind_int(&q, "$now", row->made_sec);
	if (query_next(&q))
		row->id = query_int(&q, 0);
	row->renewed_sec = row->made_sec;
	return query_run(&q, NULL);
}

enum sg_err
store_holder_renew(
    struct store *store, int64_t id, int64_t now_sec, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_HOLDER_RENEW, err_r);
	query_bind_int(&q, "$id", id);
	query_bind_int(&q, "$now", now_sec);
	return query_run_one(&q, "holder of leases");
}

enum sg_err
store_holder_delete(struct store *store, int64_t id, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_HOLDER_DELETE, err_r);
	query_bind_int(&q, "$id", id);
	return query_run(&q, NULL);
}

enum sg_err
store_holder_list(
    struct store *store, store_holder_fn *fn, void *ctx, struct err *err_r)
{
	struct store_holder row;
	struct query q;
	bool goes_on = true;

	query_open(&q, store, QUERY_HOLDER_LIST, err_r);
	while (goes_on && query_next(&q)) {
		row.id = query_int(&q, 0);
		query_copy(&q, 1, row.host, sizeof(row.host));
		query_copy(&q, 2, row.program, sizeof(row.program));
		row.mark = query_int(&q, 3);
		row.made_sec = query_int(&q, 4);
		row.renewed_sec = query_int(&q, 5);
		goes_on = q.failed == SG_OK && fn(ctx, &row);
	}
	return query_close(&q);
}

enum sg_err
store_holder_count(
    struct store *store, int64_t since_sec, int64_t *count_r, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_HOLDER_COUNT, err_r);
	query_bind_int(&q, "$since", since_sec);
	*count_r = query_next(&q) ? query_int(&q, 0) : 0;
	return query_close(&q);
}

enum sg_err
store_holder_purge(struct store *store, int64_t before_sec, int64_t now_usec,
    struct err *err_r)
{
	struct query q;
	enum sg_err code;

	query_open(&q, store, QUERY_LEASE_PURGE, err_r);
	query_bind_int(&q, "$before", before_sec);
	query_bind_int(
	    &q, "$expired", quota_expired_bucket(now_usec / USEC_PER_SEC));
	query_bind_int(&q, "$now_usec", now_usec);
	code = query_run(&q, NULL);
	if (code != SG_OK)
		return code;
	query_open(&q, store, QUERY_HOLDER_PURGE, err_r);
	query_bind_int(&q, "$before", before_sec);
	return query_run(&q, NULL);
}

/* ---- leases ------------------------------------------------------------------ */

static void
open_row(struct query *q, struct store *store, enum query_id id,
    int64_t holder_id, const struct store_lease *row, struct err *err_r)
{
	query_open(q, store, id, err_r);
	query_bind_int(q, "$holder_id", holder_id);
	query_bind_int(q, "$account_id", row->account_id);
	query_bind_int(q, "$bucket", row->bucket_sec);
}

enum sg_err
store_lease_put(struct store *store, int64_t holder_id,
    const struct store_lease *row, struct err *err_r)
{
	struct query q;

	open_row(&q, store, QUERY_LEASE_PUT, holder_id, row, err_r);
	query_bind_int(&q, "$serial", row->serial);
	query_bind_int(&q, "$recipients", row->granted);
	query_bind_int(&q, "$spent", row->spent);
	query_bind_int(&q, "$until", row->until_usec);
	return query_send(&q);
}

enum sg_err
store_lease_end(struct store *store, int64_t holder_id,
    const struct store_lease *row, int64_t *back_r, struct err *err_r)
{
	struct query q;
	int64_t granted = 0;
	enum sg_err code;

	*back_r = 0;
	open_row(&q, store, QUERY_LEASE_DELETE, holder_id, row, err_r);
	if (query_next(&q))
		granted = query_int(&q, 0);
	code = query_run(&q, NULL);
	if (code != SG_OK || granted <= row->spent)
		return code;
	*back_r = granted - row->spent;
	return store_quota_give_back(
	    store, row->account_id, row->bucket_sec, *back_r, err_r);
}

enum sg_err
store_lease_list(struct store *store, int64_t holder_id, store_lease_fn *fn,
    void *ctx, struct err *err_r)
{
	struct store_lease row;
	struct query q;
	bool goes_on = true;

	query_open(&q, store, QUERY_LEASE_LIST, err_r);
	query_bind_int(&q, "$holder_id", holder_id);
	while (goes_on && query_next(&q)) {
		row.account_id = query_int(&q, 0);
		row.bucket_sec = query_int(&q, 1);
		row.serial = query_int(&q, 2);
		row.granted = query_int(&q, 3);
		row.spent = query_int(&q, 4);
		row.until_usec = query_int(&q, 5);
		query_copy(&q, 6, row.account, sizeof(row.account));
		goes_on = q.failed == SG_OK && fn(ctx, &row);
	}
	return query_close(&q);
}

enum sg_err
store_lease_elsewhere(struct store *store, int64_t holder_id,
    int64_t account_id, int64_t now_usec, int64_t *unspent_r,
    int64_t *holders_r, struct err *err_r)
{
	struct query q;

	*unspent_r = *holders_r = 0;
	query_open(&q, store, QUERY_LEASE_ELSEWHERE, err_r);
	query_bind_int(&q, "$account_id", account_id);
	query_bind_int(&q, "$holder_id", holder_id);
	query_bind_int(&q, "$now_usec", now_usec);
	if (query_next(&q)) {
		*unspent_r = query_int(&q, 0);
		*holders_r = query_int(&q, 1);
	}
	return query_close(&q);
}

enum sg_err
store_lease_recalled(struct store *store, int64_t holder_id,
    store_recalled_fn *fn, void *ctx, struct err *err_r)
{
	struct query q;
	bool goes_on = true;

	query_open(&q, store, QUERY_LEASE_RECALLED, err_r);
	query_bind_int(&q, "$holder_id", holder_id);
	while (goes_on && query_next(&q))
		goes_on = fn(ctx, query_int(&q, 0));
	return query_close(&q);
}
