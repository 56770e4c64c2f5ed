/* Rows of configuration_set and event_destination. What a set does to a message is
 * decided elsewhere. */
#include "config.h"

#include "store/query.h"
#include "store/events.h"
#include "store/topics.h"

/* queries_topics.h asks for these bits, one by one. */
_Static_assert(STORE_EVENT_KINDS == 7, "event_destination.kinds");

/* ---- sets ---- */

static bool
set_read(struct query *q, struct store_set *row_r)
{
	struct rules_set *facts = &row_r->facts;

	*row_r = (struct store_set){0};
	facts->id = query_int(q, 0);
	facts->account_id = query_int(q, 1);
	query_copy(q, 2, facts->name, sizeof(facts->name));
	facts->paused = query_int(q, 3) != 0;
	query_copy(q, 4, facts->pause_reason, sizeof(facts->pause_reason));
	facts->suppressed_reasons = (int)query_int(q, 5);
	row_r->reputation = query_int(q, 6) != 0;
	row_r->standing = (enum rules_standing)query_int(q, 7);
	row_r->fresh_start_sec = query_int(q, 8);
	row_r->created_sec = query_int(q, 9);
	facts->listens_kinds = (int)query_int(q, 10);
	row_r->paused_by = (enum store_paused_by)query_int(q, 11);
	query_copy(q, 12, row_r->pool, sizeof(row_r->pool));
	return q->failed == SG_OK;
}

/* What create and update write alike. */
static void
set_bind(struct query *q, const struct store_set *row)
{
	query_bind_int(q, "$paused", row->facts.paused);
	query_bind_text(q, "$pause_reason", row->facts.pause_reason);
	query_bind_int(q, "$suppressed_reasons", row->facts.suppressed_reasons);
	query_bind_int(q, "$reputation", row->reputation);
	query_bind_int(q, "$standing", row->standing);
	query_bind_int(q, "$fresh_start_sec", row->fresh_start_sec);
	query_bind_int(q, "$paused_by", row->paused_by);
	query_bind_text(q, "$pool", row->pool);
}

enum sg_err
store_set_create(struct store *store, struct store_set *row, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_SET_CREATE, err_r);
	query_bind_int(&q, "$account_id", row->facts.account_id);
	query_bind_text(&q, "$name", row->facts.name);
	query_bind_int(&q, "$created_sec", row->created_sec);
	set_bind(&q, row);
	if (query_next(&q))
		row->facts.id = query_int(&q, 0);
	return query_run(&q, NULL);
}

static enum sg_err
set_get(struct query *q, struct store_set *row_r, bool *found_r)
{
	*found_r = query_next(q);
	if (*found_r)
		set_read(q, row_r);
	return query_close(q);
}

enum sg_err
store_set_get(struct store *store, int64_t account_id, const char *name,
    struct store_set *row_r, struct err *err_r)
{
	struct query q;
	enum sg_err code;
	bool found;

	query_open(&q, store, QUERY_SET_GET, err_r);
	query_bind_int(&q, "$account_id", account_id);
	query_bind_text(&q, "$name", name);
	code = set_get(&q, row_r, &found);
	if (code == SG_OK && !found)
		code =
		    err_set(err_r, SG_MISSING, "no configuration set %s", name);
	return code;
}

enum sg_err
store_set_get_by_id(
    struct store *store, int64_t id, struct store_set *row_r, struct err *err_r)
{
	struct query q;
	enum sg_err code;
	bool found;

	query_open(&q, store, QUERY_SET_GET_BY_ID, err_r);
	query_bind_int(&q, "$id", id);
	code = set_get(&q, row_r, &found);
	if (code == SG_OK && !found)
		code = err_set(err_r, SG_MISSING,
		    "no configuration set with id %lld", (long long)id);
	return code;
}

enum sg_err
store_set_update(
    struct store *store, const struct store_set *row, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_SET_UPDATE, err_r);
	query_bind_int(&q, "$id", row->facts.id);
	set_bind(&q, row);
	return query_run_one(&q, "such configuration set");
}

enum sg_err
store_set_delete(struct store *store, int64_t id, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_SET_DELETE, err_r);
	query_bind_int(&q, "$id", id);
	return query_run_one(&q, "such configuration set");
}

enum sg_err
store_set_list(struct store *store, int64_t account_id, store_set_fn *fn,
    void *ctx, struct err *err_r)
{
	struct store_set row;
	struct query q;

	if (account_id == 0) {
		query_open(&q, store, QUERY_SET_LIST_ALL, err_r);
	} else {
		query_open(&q, store, QUERY_SET_LIST, err_r);
		query_bind_int(&q, "$account_id", account_id);
	}
	while (query_next(&q))
		if (!set_read(&q, &row) || !fn(ctx, &row))
			break;
	return query_close(&q);
}

enum sg_err
store_set_count(struct store *store, int64_t account_id, int64_t *count_r,
    struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_SET_COUNT, err_r);
	query_bind_int(&q, "$account_id", account_id);
	*count_r = query_next(&q) ? query_int(&q, 0) : 0;
	return query_close(&q);
}

enum sg_err
store_set_page(struct store *store, int64_t account_id, const char *after,
    int64_t most, store_set_fn *fn, void *ctx, struct err *err_r)
{
	struct store_set row;
	struct query q;

	query_open(&q, store, QUERY_SET_PAGE, err_r);
	query_bind_int(&q, "$account_id", account_id);
	query_bind_text(&q, "$after", after);
	query_bind_int(&q, "$most", most);
	while (query_next(&q))
		if (!set_read(&q, &row) || !fn(ctx, &row))
			break;
	return query_close(&q);
}

/* ---- destinations ---- */

static void
destination_bind(struct query *q, const struct store_destination *row)
{
	query_bind_int(q, "$set_id", row->set_id);
	query_bind_text(q, "$name", row->name);
	query_bind_int(q, "$enabled", row->enabled);
	query_bind_int(q, "$kinds", row->kinds);
	query_bind_int(q, "$topic_id", row->topic_id);
}

enum sg_err
store_destination_add(
    struct store *store, struct store_destination *row, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_DESTINATION_ADD, err_r);
	destination_bind(&q, row);
	if (query_next(&q))
		row->id = query_int(&q, 0);
	return query_run(&q, NULL);
}

enum sg_err
store_destination_update(
    struct store *store, const struct store_destination *row, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_DESTINATION_UPDATE, err_r);
	destination_bind(&q, row);
	return query_run_one(&q, "such event destination");
}

enum sg_err
store_destination_remove(
    struct store *store, int64_t set_id, const char *name, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_DESTINATION_REMOVE, err_r);
	query_bind_int(&q, "$set_id", set_id);
	query_bind_text(&q, "$name", name);
	return query_run_one(&q, "such event destination");
}

static bool
destination_read(struct query *q, struct store_destination *row_r)
{
	*row_r = (struct store_destination){0};
	row_r->id = query_int(q, 0);
	row_r->set_id = query_int(q, 1);
	query_copy(q, 2, row_r->name, sizeof(row_r->name));
	row_r->enabled = query_int(q, 3) != 0;
	row_r->kinds = (int)query_int(q, 4);
	row_r->topic_id = query_int(q, 5);
	return q->failed == SG_OK;
}

enum sg_err
store_destination_list(struct store *store, int64_t set_id,
    store_destination_fn *fn, void *ctx, struct err *err_r)
{
	struct store_destination row;
	struct query q;

	query_open(&q, store, QUERY_DESTINATION_LIST, err_r);
	query_bind_int(&q, "$set_id", set_id);
	while (query_next(&q))
		if (!destination_read(&q, &row) || !fn(ctx, &row))
			break;
	return query_close(&q);
}
