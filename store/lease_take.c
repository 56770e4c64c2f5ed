/* Takes, reports, ends and recalls of many accounts in a few statements, so that a
 * database far away is asked a few times for all of them. What takes mean is
 * counter.c's, which also does what is seldom: accounts without a row, clocks that
 * were wrong. */
#include "config.h"

#include "store/leases.h"

#include <inttypes.h>

#include "base/buf.h"
#include "rules/quota.h"
#include "store/driver.h"
#include "store/query.h"

/* Of one account's object: its names, and the longest numbers. */
#define OBJECT_MAX 320

/* $rows of queries_leases.h. */
struct rows {
	struct buf text;
	size_t count;
	bool is_closed;
};

static void
rows_begin(struct rows *rows, size_t most)
{
	*rows = (struct rows){.count = 0};
	buf_init(&rows->text, most * OBJECT_MAX + 3);
}

static void
rows_restart(struct rows *rows)
{
	rows->count = 0;
	rows->is_closed = false;
	buf_clear(&rows->text);
}

static void
open_object(struct rows *rows, int64_t account_id)
{
	(void)buf_printf(&rows->text, "%s{\"account\":%" PRId64,
	    rows->count++ > 0 ? "," : "[", account_id);
}

static void
add_number(struct rows *rows, const char *name, int64_t number)
{
	(void)buf_printf(&rows->text, ",\"%s\":%" PRId64, name, number);
}

static void
close_object(struct rows *rows)
{
	(void)buf_putc(&rows->text, '}');
}

static void
open_query(struct query *q, struct store *store, enum query_id id,
    struct rows *rows, struct err *err_r)
{
	if (!rows->is_closed)
		(void)buf_putc(&rows->text, ']');
	rows->is_closed = true;
	query_open(q, store, id, err_r);
	if (rows->text.failed && q->failed == SG_OK)
		q->failed = err_set(err_r, SG_NOMEM, "no memory for leases");
	query_bind_text(q, "$rows", buf_str(&rows->text));
}

/* ---- before ------------------------------------------------------------------ */

static enum sg_err
make_first(struct store *store, const struct store_lease_account *accounts,
    size_t count, int64_t now_sec, struct err *err_r)
{
	enum sg_err code = SG_OK;
	struct query q;

	for (size_t i = 0; i < count && code == SG_OK; i++) {
		if (!accounts[i].is_first)
			continue;
		query_open(&q, store, QUERY_QUOTA_CREATE, err_r);
		query_bind_int(&q, "$account_id", accounts[i].account_id);
		query_bind_int(&q, "$expired", quota_expired_bucket(now_sec));
		code = query_send(&q);
	}
	return code;
}

static enum sg_err
expire(
    struct store *store, struct rows *rows, int64_t now_sec, struct err *err_r)
{
	static const enum query_id ids[] = {
	    QUERY_LEASE_QUOTA_EXPIRE, QUERY_LEASE_USAGE_EXPIRE};
	enum sg_err code = SG_OK;
	struct query q;

	if (rows->count == 0)
		return SG_OK;
	for (int i = 0; i < 2 && code == SG_OK; i++) {
		open_query(&q, store, ids[i], rows, err_r);
		query_bind_int(&q, "$expired", quota_expired_bucket(now_sec));
		query_bind_int(&q, "$last", now_sec + QUOTA_WINDOW_SEC);
		code = query_send(&q);
	}
	return code;
}

enum sg_err
store_lease_begin(struct store *store,
    const struct store_lease_account *accounts, size_t count, int64_t now_sec,
    struct err *err_r)
{
	enum sg_err code = make_first(store, accounts, count, now_sec, err_r);
	struct rows rows;
	struct query q;

	if (code != SG_OK || count == 0 || store->driver->send == NULL)
		return code;
	rows_begin(&rows, count);
	for (size_t i = 0; i < count; i++) {
		open_object(&rows, accounts[i].account_id);
		close_object(&rows);
	}
	open_query(&q, store, QUERY_LEASE_LOCK, &rows, err_r);
	code = query_send(&q);
	rows_restart(&rows);
	for (size_t i = 0; i < count; i++) {
		if (!accounts[i].is_stale)
			continue;
		open_object(&rows, accounts[i].account_id);
		close_object(&rows);
	}
	if (code == SG_OK)
		code = expire(store, &rows, now_sec, err_r);
	buf_fini(&rows.text);
	return code;
}

/* ---- taking ------------------------------------------------------------------ */

static struct store_lease_take *
find(struct store_lease_take *takes, size_t count, int64_t account_id)
{
	size_t low = 0, high = count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (takes[middle].take.account_id < account_id)
			low = middle + 1;
		else
			high = middle;
	}
	return low < count && takes[low].take.account_id == account_id
		   ? &takes[low]
		   : NULL;
}

static void
add_take(struct rows *rows, const struct store_take *take)
{
	open_object(rows, take->account_id);
	add_number(rows, "recipients", take->recipients);
	add_number(rows, "quota", take->daily_quota);
	add_number(rows, "now", take->now_usec);
	add_number(rows, "absurd", take->rate_horizon_usec);
	add_number(rows, "cost", take->rate_cost_usec);
	add_number(rows, "ceiling", take->rate_ceiling_usec);
	close_object(rows);
}

static void
bind_others(struct query *q, const struct store_lease_taking *taking)
{
	query_bind_int(q, "$holder_id", taking->holder_id);
	query_bind_int(q, "$now_usec", taking->now_usec);
}

/* Those whose conditions hold are STORE_TAKEN, the others STORE_QUOTA_FULL. */
static enum sg_err
try_all(struct store *store, const struct store_lease_taking *taking,
    struct store_lease_take *takes, size_t count, struct rows *rows,
    struct err *err_r)
{
	struct query q;

	rows_restart(rows);
	for (size_t i = 0; i < count; i++) {
		add_take(rows, &takes[i].take);
		takes[i].taken = STORE_QUOTA_FULL;
		takes[i].counter = (struct store_counter){0};
		takes[i].is_missing = false;
		takes[i].others = -1;
		takes[i].unspent = 0;
	}
	open_query(&q, store, QUERY_LEASE_QUOTA_TAKE, rows, err_r);
	query_bind_int(
	    &q, "$expired", quota_expired_bucket(takes[0].take.now_sec));
	query_bind_int(&q, "$is_shared", taking->is_shared);
	bind_others(&q, taking);
	while (query_next(&q)) {
		struct store_lease_take *t =
		    find(takes, count, query_int(&q, 0));

		if (t == NULL)
			continue;
		t->taken = STORE_TAKEN;
		t->counter.used = query_int(&q, 1);
		t->counter.rate_state_usec =
		    query_int(&q, 2) - t->take.rate_cost_usec;
		t->others = taking->is_shared ? query_int(&q, 3) : -1;
	}
	return query_close(&q);
}

/* A row that has no expired buckets says why it was refused. */
static void
refuse(struct store_lease_take *t, struct query *q)
{
	t->counter.used = query_int(q, 1);
	t->counter.rate_state_usec = query_int(q, 2);
	t->others = query_int(q, 4);
	t->unspent = query_int(q, 5);
	if (quota_allows(
		t->counter.used, t->take.recipients, t->take.daily_quota))
		t->taken = STORE_RATE_FULL;
}

/* *rest_r: of those in rows nothing is known; all others of them were refused. */
static enum sg_err
look_at_refused(struct store *store, const struct store_lease_taking *taking,
    struct store_lease_take *takes, size_t count, struct rows *rows,
    size_t *rest_r, struct err *err_r)
{
	int64_t expired = quota_expired_bucket(takes[0].take.now_sec);
	struct query q;

	rows_restart(rows);
	for (size_t i = 0; i < count; i++) {
		if (takes[i].taken == STORE_TAKEN)
			continue;
		open_object(rows, takes[i].take.account_id);
		close_object(rows);
	}
	*rest_r = rows->count;
	if (rows->count == 0)
		return SG_OK;
	open_query(&q, store, QUERY_LEASE_QUOTA_GET, rows, err_r);
	bind_others(&q, taking);
	while (query_next(&q)) {
		struct store_lease_take *t =
		    find(takes, count, query_int(&q, 0));

		if (t == NULL || query_int(&q, 3) != expired)
			continue;
		refuse(t, &q);
		--*rest_r;
	}
	return query_close(&q);
}

/* Of those that were taken. */
static enum sg_err
put_all(struct store *store, const struct store_lease_taking *taking,
    const struct store_lease_take *takes, size_t count, struct rows *rows,
    enum query_id id, struct err *err_r)
{
	struct query q;

	rows_restart(rows);
	for (size_t i = 0; i < count; i++) {
		const struct store_lease_take *t = &takes[i];

		if (t->taken != STORE_TAKEN || t->take.recipients == 0)
			continue;
		open_object(rows, t->take.account_id);
		add_number(rows, "recipients", t->take.recipients);
		add_number(rows, "serial", t->serial);
		add_number(rows, "spent", t->spent);
		close_object(rows);
	}
	if (rows->count == 0)
		return SG_OK;
	open_query(&q, store, id, rows, err_r);
	query_bind_int(&q, "$bucket", taking->bucket_sec);
	if (id == QUERY_LEASE_PUT_MANY) {
		query_bind_int(&q, "$holder_id", taking->holder_id);
		query_bind_int(&q, "$until", taking->until_usec);
	}
	return query_send(&q);
}

static enum sg_err
take_one(struct store *store, struct store_lease_take *t, struct err *err_r)
{
	enum sg_err code =
	    store_quota_take(store, &t->take, &t->taken, &t->counter, err_r);

	if (code != SG_MISSING)
		return code;
	t->is_missing = true;
	t->taken = STORE_QUOTA_FULL;
	return SG_OK;
}

/* Those of which look_at_refused told nothing. */
static enum sg_err
take_rest(struct store *store, struct store_lease_take *takes, size_t count,
    struct err *err_r)
{
	enum sg_err code = SG_OK;

	for (size_t i = 0; i < count && code == SG_OK; i++)
		if (takes[i].taken != STORE_TAKEN && takes[i].others < 0)
			code = take_one(store, &takes[i], err_r);
	return code;
}

static enum sg_err
take_all(struct store *store, const struct store_lease_taking *taking,
    struct store_lease_take *takes, size_t count, struct rows *rows,
    struct err *err_r)
{
	size_t rest = 0;
	enum sg_err code = try_all(store, taking, takes, count, rows, err_r);

	/* Before the rest: store_quota_take counts what it takes itself. */
	if (code == SG_OK)
		code = put_all(store, taking, takes, count, rows,
		    QUERY_LEASE_USAGE_ADD, err_r);
	if (code == SG_OK)
		code = look_at_refused(
		    store, taking, takes, count, rows, &rest, err_r);
	if (code == SG_OK && rest > 0)
		code = take_rest(store, takes, count, err_r);
	return code == SG_OK ? put_all(store, taking, takes, count, rows,
				   QUERY_LEASE_PUT_MANY, err_r)
			     : code;
}

/* Where the database is near, statements for one account each are the fastest. */
static enum sg_err
take_near(struct store *store, const struct store_lease_taking *taking,
    struct store_lease_take *t, struct err *err_r)
{
	struct store_lease row = {.account_id = t->take.account_id,
	    .bucket_sec = taking->bucket_sec,
	    .serial = t->serial,
	    .granted = t->take.recipients,
	    .spent = t->spent,
	    .until_usec = taking->until_usec};
	enum sg_err code;

	t->is_missing = false;
	t->others = -1;
	t->unspent = 0;
	code = take_one(store, t, err_r);
	if (code == SG_OK && t->taken == STORE_TAKEN && row.granted > 0)
		code = store_lease_put(store, taking->holder_id, &row, err_r);
	if (code == SG_OK && !t->is_missing && t->take.daily_quota >= 0 &&
	    (taking->is_shared || t->taken == STORE_QUOTA_FULL))
		code = store_lease_elsewhere(store, taking->holder_id,
		    row.account_id, taking->now_usec, &t->unspent, &t->others,
		    err_r);
	return code;
}

enum sg_err
store_lease_take(struct store *store, const struct store_lease_taking *taking,
    struct store_lease_take *takes, size_t count, struct err *err_r)
{
	struct rows rows;
	enum sg_err code = SG_OK;

	if (count == 0)
		return SG_OK;
	if (store->driver->send == NULL) {
		for (size_t i = 0; i < count && code == SG_OK; i++)
			code = take_near(store, taking, &takes[i], err_r);
		return code;
	}
	rows_begin(&rows, count);
	code = take_all(store, taking, takes, count, &rows, err_r);
	buf_fini(&rows.text);
	return code;
}

/* ---- what was spent ------------------------------------------------------------ */

static enum sg_err
send_spent(struct store *store, enum query_id id, int64_t holder_id,
    const struct store_lease_spent *row, struct err *err_r)
{
	struct query q;

	query_open(&q, store, id, err_r);
	query_bind_int(&q, "$holder_id", holder_id);
	query_bind_int(&q, "$account_id", row->account_id);
	query_bind_int(&q, "$bucket", row->bucket_sec);
	if (id != QUERY_LEASE_END)
		query_bind_int(&q, "$spent", row->spent);
	return query_send(&q);
}

/* The statements of `many` for all rows, or, where the database is near, those of
 * `one` for each. */
static enum sg_err
send_all_spent(struct store *store, const enum query_id *many,
    const enum query_id *one, size_t ids, int64_t holder_id,
    const struct store_lease_spent *spent, size_t count, struct err *err_r)
{
	enum sg_err code = SG_OK;
	struct rows rows;
	struct query q;

	if (store->driver->send == NULL) {
		for (size_t i = 0; i < ids * count && code == SG_OK; i++)
			code = send_spent(store, one[i % ids], holder_id,
			    &spent[i / ids], err_r);
		return code;
	}
	rows_begin(&rows, count);
	for (size_t i = 0; i < count; i++) {
		open_object(&rows, spent[i].account_id);
		add_number(&rows, "bucket", spent[i].bucket_sec);
		add_number(&rows, "spent", spent[i].spent);
		close_object(&rows);
	}
	for (size_t i = 0; i < ids && count > 0 && code == SG_OK; i++) {
		open_query(&q, store, many[i], &rows, err_r);
		query_bind_int(&q, "$holder_id", holder_id);
		code = query_send(&q);
	}
	buf_fini(&rows.text);
	return code;
}

enum sg_err
store_lease_report(struct store *store, int64_t holder_id,
    const struct store_lease_spent *rows, size_t count, struct err *err_r)
{
	static const enum query_id many[] = {QUERY_LEASE_SPENT_MANY};
	static const enum query_id one[] = {QUERY_LEASE_SPENT};

	return send_all_spent(
	    store, many, one, 1, holder_id, rows, count, err_r);
}

enum sg_err
store_lease_end_many(struct store *store, int64_t holder_id,
    const struct store_lease_spent *rows, size_t count, struct err *err_r)
{
	static const enum query_id many[] = {QUERY_LEASE_END_QUOTA_MANY,
	    QUERY_LEASE_END_USAGE_MANY, QUERY_LEASE_END_MANY};
	static const enum query_id one[] = {
	    QUERY_LEASE_END_QUOTA, QUERY_LEASE_END_USAGE, QUERY_LEASE_END};

	return send_all_spent(
	    store, many, one, 3, holder_id, rows, count, err_r);
}

enum sg_err
store_lease_recall(struct store *store, int64_t holder_id,
    const int64_t *account_ids, size_t count, int64_t now_usec,
    struct err *err_r)
{
	enum sg_err code;
	struct rows rows;
	struct query q;

	if (count == 0)
		return SG_OK;
	rows_begin(&rows, count);
	for (size_t i = 0; i < count; i++) {
		open_object(&rows, account_ids[i]);
		close_object(&rows);
	}
	open_query(&q, store, QUERY_LEASE_RECALL, &rows, err_r);
	query_bind_int(&q, "$holder_id", holder_id);
	query_bind_int(&q, "$now_usec", now_usec);
	code = query_run(&q, NULL);
	buf_fini(&rows.text);
	return code;
}
