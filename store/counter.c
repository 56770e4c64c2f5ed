/* Quota and rate: the one place that grants. quota.used is always the sum of the
 * account's usage rows; old rows are taken off when the first take of a new
 * minute finds quota.expired_bucket out of date. What a process has taken ahead
 * and not spent (lease.c) is in both, like what was sent. */
#include "config.h"

#include "rules/quota.h"
#include "store/query.h"
#include "store/store.h"

/* Farther ahead than this only a clock that was wrong can have written. */
#define FUTURE_SEC QUOTA_WINDOW_SEC

/* On PostgreSQL whoever changes an account's usage has its quota row first: so
 * none waits for another crosswise, and sums are of what nobody changes. */
static enum sg_err
lock(struct store *store, int64_t account_id, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_QUOTA_LOCK, err_r);
	query_bind_int(&q, "$account_id", account_id);
	return query_run(&q, NULL);
}

static enum sg_err
usage_add(struct store *store, int64_t account_id, int64_t bucket,
    int64_t recipients, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_USAGE_ADD, err_r);
	query_bind_int(&q, "$account_id", account_id);
	query_bind_int(&q, "$bucket", bucket);
	query_bind_int(&q, "$recipients", recipients);
	return query_send(&q);
}

static enum sg_err
usage_sum_after(struct store *store, int64_t account_id, int64_t last,
    int64_t *sum_r, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_USAGE_SUM_AFTER, err_r);
	query_bind_int(&q, "$account_id", account_id);
	query_bind_int(&q, "$last", last);
	*sum_r = query_next(&q) ? query_int(&q, 0) : 0;
	return query_close(&q);
}

/* Buckets from a future that the clock has given up count as used now: they were
 * sent, and would otherwise stay for as long. */
static enum sg_err
redate_future(
    struct store *store, int64_t account_id, int64_t now_sec, struct err *err_r)
{
	int64_t last = now_sec + FUTURE_SEC;
	struct query q;
	int64_t sum;
	enum sg_err code;

	code = usage_sum_after(store, account_id, last, &sum, err_r);
	if (code != SG_OK || sum == 0)
		return code;
	query_open(&q, store, QUERY_USAGE_DELETE_AFTER, err_r);
	query_bind_int(&q, "$account_id", account_id);
	query_bind_int(&q, "$last", last);
	code = query_run(&q, NULL);
	if (code == SG_OK)
		code = usage_add(
		    store, account_id, quota_bucket(now_sec), sum, err_r);
	return code;
}

/* seen: quota.expired_bucket as it was read. When it is another now, somebody else
 * was faster and there is nothing to do. */
static enum sg_err
expire(struct store *store, int64_t account_id, int64_t seen, int64_t now_sec,
    struct err *err_r)
{
	int64_t expired = quota_expired_bucket(now_sec);
	struct query q;
	int64_t changed;
	enum sg_err code;

	code = lock(store, account_id, err_r);
	if (code != SG_OK)
		return code;
	query_open(&q, store, QUERY_QUOTA_EXPIRE, err_r);
	query_bind_int(&q, "$account_id", account_id);
	query_bind_int(&q, "$seen", seen);
	query_bind_int(&q, "$expired", expired);
	code = query_run(&q, &changed);
	if (code != SG_OK || changed == 0)
		return code;
	query_open(&q, store, QUERY_USAGE_EXPIRE, err_r);
	query_bind_int(&q, "$account_id", account_id);
	query_bind_int(&q, "$expired", expired);
	code = query_run(&q, NULL);
	return code == SG_OK ? redate_future(store, account_id, now_sec, err_r)
			     : code;
}

/* changed_r NULL: without an answer. */
static enum sg_err
quota_make(struct store *store, const struct store_take *take,
    int64_t *changed_r, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_QUOTA_CREATE, err_r);
	query_bind_int(&q, "$account_id", take->account_id);
	query_bind_int(&q, "$expired", quota_expired_bucket(take->now_sec));
	return changed_r == NULL ? query_send(&q) : query_run(&q, changed_r);
}

static enum sg_err
quota_create(
    struct store *store, const struct store_take *take, struct err *err_r)
{
	int64_t changed;
	enum sg_err code = quota_make(store, take, &changed, err_r);

	if (code == SG_OK && changed == 0)
		code = err_set(err_r, SG_MISSING, "no account %lld",
		    (long long)take->account_id);
	return code;
}

/* The conditional UPDATE. *taken_r false: some condition did not hold. */
static enum sg_err
try_take(struct store *store, const struct store_take *take, bool *taken_r,
    struct store_counter *counter_r, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_QUOTA_TAKE, err_r);
	query_bind_int(&q, "$account_id", take->account_id);
	query_bind_int(&q, "$recipients", take->recipients);
	query_bind_int(&q, "$daily_quota", take->daily_quota);
	query_bind_int(&q, "$expired", quota_expired_bucket(take->now_sec));
	query_bind_int(&q, "$now_usec", take->now_usec);
	query_bind_int(&q, "$absurd", take->rate_horizon_usec);
	query_bind_int(&q, "$cost", take->rate_cost_usec);
	query_bind_int(&q, "$ceiling", take->rate_ceiling_usec);
	*taken_r = query_next(&q);
	if (*taken_r) {
		counter_r->used = query_int(&q, 0);
		counter_r->rate_state_usec =
		    query_int(&q, 1) - take->rate_cost_usec;
	}
	return query_run(&q, NULL);
}

/* The row after a try that took nothing. When it is missing or not expired up to
 * now, that is mended and *again_r set. */
static enum sg_err
look(struct store *store, const struct store_take *take, bool *again_r,
    struct store_counter *counter_r, struct err *err_r)
{
	struct query q;
	int64_t seen = 0;
	enum sg_err code;
	bool found;

	*again_r = false;
	query_open(&q, store, QUERY_QUOTA_GET, err_r);
	query_bind_int(&q, "$account_id", take->account_id);
	found = query_next(&q);
	if (found) {
		counter_r->used = query_int(&q, 0);
		counter_r->rate_state_usec = query_int(&q, 1);
		seen = query_int(&q, 2);
	}
	code = query_close(&q);
	if (code != SG_OK)
		return code;
	*again_r = !found || seen != quota_expired_bucket(take->now_sec);
	if (!found)
		return quota_create(store, take, err_r);
	if (*again_r)
		return expire(
		    store, take->account_id, seen, take->now_sec, err_r);
	return SG_OK;
}

static enum sg_err
take_inside(struct store *store, const struct store_take *take,
    enum store_taken *taken_r, struct store_counter *counter_r,
    struct err *err_r)
{
	bool taken, again = false;
	enum sg_err code;

	/* Known to be the first: the row is made without being missed. */
	code = take->is_first ? quota_make(store, take, NULL, err_r) : SG_OK;
	if (code != SG_OK)
		return code;
	do {
		code = try_take(store, take, &taken, counter_r, err_r);
		if (code == SG_OK && !taken)
			code = look(store, take, &again, counter_r, err_r);
	} while (code == SG_OK && !taken && again);
	if (code != SG_OK)
		return code;
	if (taken) {
		*taken_r = STORE_TAKEN;
		return take->recipients == 0
			   ? SG_OK
			   : usage_add(store, take->account_id,
				 take->bucket_sec != 0
				     ? take->bucket_sec
				     : quota_bucket(take->now_sec),
				 take->recipients, err_r);
	}
	*taken_r =
	    quota_allows(counter_r->used, take->recipients, take->daily_quota)
		? STORE_RATE_FULL
		: STORE_QUOTA_FULL;
	return SG_OK;
}

enum sg_err
store_quota_take(struct store *store, const struct store_take *take,
    enum store_taken *taken_r, struct store_counter *counter_r,
    struct err *err_r)
{
	enum sg_err code;
	bool own;

	*counter_r = (struct store_counter){0};
	*taken_r = STORE_QUOTA_FULL;
	if (take->recipients < 0)
		return err_set(err_r, SG_BUG, "a take of %lld recipients",
		    (long long)take->recipients);
	code = store_scope_begin(store, &own, err_r);
	if (code == SG_OK)
		code = take_inside(store, take, taken_r, counter_r, err_r);
	return store_scope_end(store, own, code, err_r);
}

static enum sg_err
bind_and_run(struct store *store, enum query_id id, int64_t account_id,
    int64_t recipients, int64_t *changed_r, struct err *err_r)
{
	struct query q;

	query_open(&q, store, id, err_r);
	query_bind_int(&q, "$account_id", account_id);
	query_bind_int(&q, "$recipients", recipients);
	return query_run(&q, changed_r);
}

static enum sg_err
usage_subtract(struct store *store, int64_t account_id, int64_t bucket,
    int64_t recipients, int64_t *changed_r, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_USAGE_SUBTRACT, err_r);
	query_bind_int(&q, "$account_id", account_id);
	query_bind_int(&q, "$bucket", bucket);
	query_bind_int(&q, "$recipients", recipients);
	return query_run(&q, changed_r);
}

/* What the bucket has left, which is less than was to be given back. */
static enum sg_err
give_back_rest(
    struct store *store, int64_t account_id, int64_t bucket, struct err *err_r)
{
	struct query q;
	int64_t rest = 0;
	enum sg_err code;

	query_open(&q, store, QUERY_USAGE_DELETE, err_r);
	query_bind_int(&q, "$account_id", account_id);
	query_bind_int(&q, "$bucket", bucket);
	if (query_next(&q))
		rest = query_int(&q, 0);
	code = query_run(&q, NULL);
	if (code != SG_OK || rest == 0)
		return code;
	return bind_and_run(
	    store, QUERY_QUOTA_SUBTRACT, account_id, rest, NULL, err_r);
}

/* The quota row first: see lock(). */
static enum sg_err
give_back_inside(struct store *store, int64_t account_id, int64_t bucket,
    int64_t recipients, struct err *err_r)
{
	int64_t changed, done;
	enum sg_err code;

	code = bind_and_run(store, QUERY_QUOTA_SUBTRACT, account_id, recipients,
	    &changed, err_r);
	if (code == SG_OK && changed == 0)
		code = lock(store, account_id, err_r);
	if (code == SG_OK)
		code = usage_subtract(
		    store, account_id, bucket, recipients, &done, err_r);
	if (code != SG_OK || done > 0)
		return code;
	if (changed > 0)
		code = bind_and_run(store, QUERY_QUOTA_RESTORE, account_id,
		    recipients, NULL, err_r);
	return code == SG_OK ? give_back_rest(store, account_id, bucket, err_r)
			     : code;
}

enum sg_err
store_quota_give_back(struct store *store, int64_t account_id,
    int64_t bucket_sec, int64_t recipients, struct err *err_r)
{
	bool own;
	enum sg_err code;

	if (recipients <= 0)
		return SG_OK;
	code = store_scope_begin(store, &own, err_r);
	if (code == SG_OK)
		code = give_back_inside(
		    store, account_id, bucket_sec, recipients, err_r);
	return store_scope_end(store, own, code, err_r);
}

enum sg_err
store_quota_used(struct store *store, int64_t account_id, int64_t now_sec,
    int64_t *used_r, struct err *err_r)
{
	struct query q;

	*used_r = 0;
	query_open(&q, store, QUERY_QUOTA_USED, err_r);
	query_bind_int(&q, "$account_id", account_id);
	query_bind_int(&q, "$expired", quota_expired_bucket(now_sec));
	query_bind_int(&q, "$now_usec", now_sec * 1000000);
	if (query_next(&q))
		*used_r = query_int(&q, 0);
	return query_close(&q);
}
