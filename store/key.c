/* Rows of dkim_key, and what of them belongs into the operator's zone. Private
 * keys stay sealed here. */
#include "config.h"

#include "store/query.h"
#include "store/store.h"

/* The schema holds these numbers. */
_Static_assert(
    KEY_TXT == 0 && KEY_EASY == 1 && KEY_EXTERNAL == 2, "dkim_key.origin");

static bool
key_read_public(struct query *q, struct store_key *row_r)
{
	*row_r = (struct store_key){0};
	row_r->id = query_int(q, 0);
	row_r->identity_id = query_int(q, 1);
	query_copy(q, 2, row_r->selector, sizeof(row_r->selector));
	query_copy(q, 3, row_r->algorithm, sizeof(row_r->algorithm));
	row_r->bits = (int)query_int(q, 4);
	row_r->active = query_int(q, 5) != 0;
	row_r->created_sec = query_int(q, 6);
	row_r->origin = (enum key_origin)query_int(q, 7);
	row_r->slot = (int)query_int(q, 8);
	row_r->published_sec = query_int(q, 9);
	row_r->seen_sec = query_int(q, 10);
	row_r->last_seen_sec = query_int(q, 11);
	row_r->active_sec = query_int(q, 12);
	row_r->retired_sec = query_int(q, 13);
	row_r->public_base64 = query_text(q, 14);
	return q->failed == SG_OK;
}

/* public_base64 and sealed point into the query's row. */
static bool
key_read(struct query *q, struct store_key *row_r)
{
	bool ok = key_read_public(q, row_r);

	row_r->sealed = query_blob(q, 15, &row_r->sealed_len);
	return ok;
}

enum sg_err
store_key_add(struct store *store, struct store_key *row, struct err *err_r)
{
	struct query q;

	if (row->active && row->active_sec == 0)
		row->active_sec = row->created_sec;
	query_open(&q, store, QUERY_KEY_ADD, err_r);
	query_bind_int(&q, "$identity_id", row->identity_id);
	query_bind_text(&q, "$selector", row->selector);
	query_bind_text(&q, "$algorithm", row->algorithm);
	query_bind_int(&q, "$bits", row->bits);
	query_bind_int(&q, "$active", row->active);
	query_bind_int(&q, "$created_sec", row->created_sec);
	query_bind_int(&q, "$origin", row->origin);
	query_bind_int(&q, "$slot", row->slot);
	query_bind_int(&q, "$published_sec", row->published_sec);
	query_bind_int(&q, "$seen_sec", row->seen_sec);
	query_bind_int(&q, "$last_seen_sec", row->last_seen_sec);
	query_bind_int(&q, "$active_sec", row->active_sec);
	query_bind_int(&q, "$retired_sec", row->retired_sec);
	query_bind_text(&q, "$public_base64", row->public_base64);
	query_bind_blob(&q, "$sealed", row->sealed, row->sealed_len);
	if (query_next(&q))
		row->id = query_int(&q, 0);
	return query_run(&q, NULL);
}

/* A statement with $id and $now. */
static void
open_at(struct query *q, struct store *store, enum query_id statement,
    int64_t id, int64_t now_sec, struct err *err_r)
{
	query_open(q, store, statement, err_r);
	query_bind_int(q, "$id", id);
	query_bind_int(q, "$now", now_sec);
}

enum sg_err
store_key_set_active(struct store *store, int64_t id, bool active,
    int64_t now_sec, struct err *err_r)
{
	struct query q;
	bool own;
	enum sg_err code = store_scope_begin(store, &own, err_r);

	if (code == SG_OK && active) {
		open_at(&q, store, QUERY_KEY_RETIRE_OTHERS, id, now_sec, err_r);
		code = query_run(&q, NULL);
	}
	if (code == SG_OK) {
		open_at(&q, store,
		    active ? QUERY_KEY_ACTIVATE : QUERY_KEY_RETIRE, id, now_sec,
		    err_r);
		code = query_run_one(&q, "such key");
	}
	return store_scope_end(store, own, code, err_r);
}

enum sg_err
store_key_seen(
    struct store *store, int64_t id, int64_t now_sec, struct err *err_r)
{
	struct query q;

	open_at(&q, store, QUERY_KEY_SEEN, id, now_sec, err_r);
	return query_run_one(&q, "such key");
}

enum sg_err
store_key_put_off(
    struct store *store, int64_t id, int64_t since_sec, struct err *err_r)
{
	struct query q;

	open_at(&q, store, QUERY_KEY_PUT_OFF, id, since_sec, err_r);
	return query_run_one(&q, "such key");
}

enum sg_err
store_key_delete(struct store *store, int64_t id, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_KEY_DELETE, err_r);
	query_bind_int(&q, "$id", id);
	return query_run_one(&q, "such key");
}

enum sg_err
store_key_get(struct store *store, int64_t id, store_key_fn *fn, void *ctx,
    struct err *err_r)
{
	struct store_key row;
	struct query q;
	enum sg_err code;
	bool found;

	query_open(&q, store, QUERY_KEY_GET, err_r);
	query_bind_int(&q, "$id", id);
	found = query_next(&q);
	if (found && key_read(&q, &row))
		(void)fn(ctx, &row); /* one row: nothing to end */
	code = query_close(&q);
	if (code == SG_OK && !found)
		code = err_set(
		    err_r, SG_MISSING, "no key with id %lld", (long long)id);
	return code;
}

enum sg_err
store_key_list(struct store *store, int64_t identity_id, store_key_fn *fn,
    void *ctx, struct err *err_r)
{
	struct store_key row;
	struct query q;

	query_open(&q, store, QUERY_KEY_LIST, err_r);
	query_bind_int(&q, "$identity_id", identity_id);
	while (query_next(&q))
		if (!key_read(&q, &row) || !fn(ctx, &row))
			break;
	return query_close(&q);
}

static enum sg_err
list_before(struct store *store, enum query_id statement, int64_t before_sec,
    int most, store_key_fn *fn, void *ctx, struct err *err_r)
{
	struct store_key row;
	struct query q;

	query_open(&q, store, statement, err_r);
	query_bind_int(&q, "$before", before_sec);
	query_bind_int(&q, "$most", most);
	while (query_next(&q))
		if (!key_read_public(&q, &row) || !fn(ctx, &row))
			break;
	return query_close(&q);
}

enum sg_err
store_key_list_aged(struct store *store, int64_t before_sec, int most,
    store_key_fn *fn, void *ctx, struct err *err_r)
{
	return list_before(
	    store, QUERY_KEY_LIST_AGED, before_sec, most, fn, ctx, err_r);
}

enum sg_err
store_key_list_retired(struct store *store, int64_t before_sec, int most,
    store_key_fn *fn, void *ctx, struct err *err_r)
{
	return list_before(
	    store, QUERY_KEY_LIST_RETIRED, before_sec, most, fn, ctx, err_r);
}

/* ---- the operator's zone ---- */

enum sg_err
store_zone_list(struct store *store, int64_t before_sec, int most,
    store_key_fn *fn, void *ctx, struct err *err_r)
{
	return list_before(
	    store, QUERY_ZONE_LIST, before_sec, most, fn, ctx, err_r);
}

enum sg_err
store_key_published(
    struct store *store, int64_t id, int64_t now_sec, struct err *err_r)
{
	struct query q;

	open_at(&q, store, QUERY_KEY_PUBLISHED, id, now_sec, err_r);
	return query_run_one(&q, "such key");
}

enum sg_err
store_zone_removal_list(struct store *store, int most,
    store_zone_removal_fn *fn, void *ctx, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_ZONE_REMOVAL_LIST, err_r);
	query_bind_int(&q, "$most", most);
	while (query_next(&q))
		if (!fn(ctx, query_text(&q, 0), query_int(&q, 1) != 0))
			break;
	return query_close(&q);
}

enum sg_err
store_zone_removal_done(
    struct store *store, const char *name, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_ZONE_REMOVAL_DONE, err_r);
	query_bind_text(&q, "$name", name);
	return query_run(&q, NULL);
}
