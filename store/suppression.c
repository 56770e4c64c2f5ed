/* Rows of suppression. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "store/exports.h"
#include "store/query.h"
#include "store/store.h"

/* The schema holds these numbers. */
_Static_assert(RULES_SUPPRESSED_BOUNCE == 0 &&
		   RULES_SUPPRESSED_COMPLAINT == 1 &&
		   RULES_SUPPRESSED_MANUAL == 2,
    "suppression.reason");

static bool
suppression_read(struct query *q, struct store_suppression *row_r)
{
	*row_r = (struct store_suppression){0};
	row_r->account_id = query_int(q, 0);
	query_copy(q, 1, row_r->address, sizeof(row_r->address));
	row_r->facts.reason = (enum rules_suppression_reason)query_int(q, 2);
	row_r->facts.since_sec = query_int(q, 3);
	row_r->expires_sec = query_int(q, 4);
	query_copy(q, 5, row_r->queue_id, sizeof(row_r->queue_id));
	query_copy(q, 6, row_r->feedback_id, sizeof(row_r->feedback_id));
	return q->failed == SG_OK;
}

enum sg_err
store_suppression_put(
    struct store *store, const struct store_suppression *row, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_SUPPRESSION_PUT, err_r);
	query_bind_int(&q, "$account_id", row->account_id);
	query_bind_text(&q, "$address", row->address);
	query_bind_int(&q, "$reason", row->facts.reason);
	query_bind_int(&q, "$since_sec", row->facts.since_sec);
	query_bind_int(&q, "$expires_sec", row->expires_sec);
	query_bind_text(&q, "$queue_id", row->queue_id);
	query_bind_text(&q, "$feedback_id", row->feedback_id);
	return query_run(&q, NULL);
}

enum sg_err
store_suppression_get(struct store *store, int64_t account_id,
    const char *address, struct store_suppression *row_r, struct err *err_r)
{
	struct query q;
	enum sg_err code;
	bool found;

	query_open(&q, store, QUERY_SUPPRESSION_GET, err_r);
	query_bind_int(&q, "$account_id", account_id);
	query_bind_text(&q, "$address", address);
	found = query_next(&q);
	if (found)
		suppression_read(&q, row_r);
	code = query_close(&q);
	if (code == SG_OK && !found)
		code = err_set(err_r, SG_MISSING,
		    "%s is not on the suppression list", address);
	return code;
}

enum sg_err
store_suppression_delete(struct store *store, int64_t account_id,
    const char *address, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_SUPPRESSION_DELETE, err_r);
	query_bind_int(&q, "$account_id", account_id);
	query_bind_text(&q, "$address", address);
	return query_run_one(&q, "such address on the suppression list");
}

enum sg_err
store_suppression_list(struct store *store, int64_t account_id,
    store_suppression_fn *fn, void *ctx, struct err *err_r)
{
	struct store_suppression row;
	struct query q;

	if (account_id == 0) {
		query_open(&q, store, QUERY_SUPPRESSION_LIST_ALL, err_r);
	} else {
		query_open(&q, store, QUERY_SUPPRESSION_LIST, err_r);
		query_bind_int(&q, "$account_id", account_id);
	}
	while (query_next(&q))
		if (!suppression_read(&q, &row) || !fn(ctx, &row))
			break;
	return query_close(&q);
}

enum sg_err
store_suppression_page(struct store *store,
    const struct store_suppression_page *page, store_suppression_fn *fn,
    void *ctx, struct err *err_r)
{
	struct store_suppression row;
	struct query q;

	query_open(&q, store, QUERY_SUPPRESSION_PAGE, err_r);
	query_bind_int(&q, "$account_id", page->account_id);
	query_bind_int(&q, "$reason", page->reason);
	query_bind_int(&q, "$after_sec", page->after_sec);
	query_bind_text(&q, "$after", page->after);
	query_bind_int(&q, "$before_sec", page->before_sec);
	query_bind_int(&q, "$most", page->most);
	while (query_next(&q))
		if (!suppression_read(&q, &row) || !fn(ctx, &row))
			break;
	return query_close(&q);
}

enum sg_err
store_suppression_page_all(struct store *store, int64_t account_id,
    const char *after, int64_t most, store_suppressed_fn *fn, void *ctx,
    struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_SUPPRESSION_PAGE_ALL, err_r);
	query_bind_int(&q, "$account_id", account_id);
	query_bind_text(&q, "$after", after);
	query_bind_int(&q, "$most", most);
	while (query_next(&q))
		if (!fn(ctx, query_int(&q, 0), query_text(&q, 1)))
			break;
	return query_close(&q);
}

/* One by one: SQLite looks up pairs of a number and a text by the number alone. */
static enum sg_err
delete_listed(
    struct query *q, struct store *store, int64_t *gone, struct err *err_r)
{
	enum sg_err code = SG_OK, closed;

	while (code == SG_OK && query_next(q)) {
		code = store_suppression_delete(
		    store, query_int(q, 0), query_text(q, 1), err_r);
		*gone += code == SG_OK;
	}
	closed = query_close(q);
	return code == SG_OK ? closed : code;
}

enum sg_err
store_suppression_expire(struct store *store, int64_t now_sec, int most,
    int64_t *gone_r, struct err *err_r)
{
	struct query q;
	bool own;
	enum sg_err code = store_scope_begin(store, &own, err_r);

	*gone_r = 0;
	if (code == SG_OK) {
		query_open(&q, store, QUERY_SUPPRESSION_LIST_EXPIRED, err_r);
		query_bind_int(&q, "$now", now_sec);
		query_bind_int(&q, "$most", most);
		code = delete_listed(&q, store, gone_r, err_r);
	}
	return store_scope_end(store, own, code, err_r);
}

/* ---- searched ---------------------------------------------------------------------- */

/* Behind everything that begins with a prefix: no text has this character, the last
 * of Unicode's. */
#define LAST_CHARACTER "\xf4\x8f\xbf\xbf"
#define BOUND_MAX (RULES_ADDRESS_MAX + 8)

/* from: the first address that may be told. */
struct range {
	char from[BOUND_MAX], to[BOUND_MAX];
};

/* Addresses hold no control characters. range: lives as long as the query. */
static void
bind_range(struct query *q, struct range *range, int64_t account_id,
    const char *prefix, const char *after)
{
	if (after[0] == '\0' || strcmp(after, prefix) < 0)
		(void)snprintf(range->from, sizeof(range->from), "%.*s",
		    RULES_ADDRESS_MAX, prefix);
	else
		(void)snprintf(range->from, sizeof(range->from), "%.*s\x01",
		    RULES_ADDRESS_MAX, after);
	(void)snprintf(range->to, sizeof(range->to), "%.*s%s",
	    RULES_ADDRESS_MAX, prefix, LAST_CHARACTER);
	query_bind_int(q, "$account_id", account_id);
	query_bind_text(q, "$from", range->from);
	query_bind_text(q, "$to", range->to);
}

enum sg_err
store_suppression_search(struct store *store,
    const struct store_suppression_search *search, store_suppression_fn *fn,
    void *ctx, struct err *err_r)
{
	struct store_suppression row;
	struct range range;
	struct query q;

	if (search->reason < 0) {
		query_open(&q, store, QUERY_SUPPRESSION_SEARCH, err_r);
	} else {
		query_open(&q, store, QUERY_SUPPRESSION_SEARCH_REASON, err_r);
		query_bind_int(&q, "$reason", search->reason);
	}
	bind_range(
	    &q, &range, search->account_id, search->prefix, search->after);
	query_bind_int(&q, "$most", search->most);
	while (query_next(&q))
		if (!suppression_read(&q, &row) || !fn(ctx, &row))
			break;
	return query_close(&q);
}

enum sg_err
store_suppression_count(struct store *store, int64_t account_id,
    const char *prefix, int64_t *count_r, struct err *err_r)
{
	struct range range;
	struct query q;

	query_open(&q, store, QUERY_SUPPRESSION_COUNT, err_r);
	bind_range(&q, &range, account_id, prefix, "");
	*count_r = query_next(&q) ? query_int(&q, 0) : 0;
	return query_close(&q);
}
