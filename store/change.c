/* The list of changes that the schema's triggers write. */
#include "config.h"

#include "store/query.h"
#include "store/store.h"

/* The schema's triggers hold these numbers. */
_Static_assert(STORE_CHANGE_ACCOUNT == 0 && STORE_CHANGE_LOGIN == 1 &&
		   STORE_CHANGE_CREDENTIAL == 2 && STORE_CHANGE_IDENTITY == 3 &&
		   STORE_CHANGE_KEY == 4 && STORE_CHANGE_SUPPRESSION == 5 &&
		   STORE_CHANGE_GRANT == 6 && STORE_CHANGE_SET == 7 &&
		   STORE_CHANGE_BRAKE == 8,
    "change.kind");

/* Enough that few questions follow an import, few enough to hold in memory. */
#define CHANGES_AT_ONCE 5000

/* One page of changes. */
struct page {
	struct store_position next;
	int64_t count;
	bool is_ended; /* fn said so */
};

static enum sg_err
page_read(struct store *store, struct page *page, store_change_fn *fn,
    void *ctx, struct err *err_r)
{
	struct store_change change;
	struct query q;

	query_open(&q, store, QUERY_CHANGE_LIST, err_r);
	query_bind_int(&q, "$since", page->next.seq);
	query_bind_int(&q, "$most", CHANGES_AT_ONCE);
	while (query_next(&q)) {
		change.kind = (enum store_change_kind)query_int(&q, 2);
		change.id = query_int(&q, 3);
		change.owner_id = query_int(&q, 4);
		change.name = query_text(&q, 5);
		page->next.seq = query_int(&q, 0);
		page->next.mark = query_int(&q, 1);
		page->count++;
		page->is_ended = !fn(ctx, &change);
		if (page->is_ended)
			break;
	}
	return query_close(&q);
}

/* Is the position still in the list? Then all that came after it is, too. */
static enum sg_err
position_known(struct store *store, const struct store_position *position,
    bool *known_r, struct err *err_r)
{
	struct query q;

	*known_r = false;
	if (position->seq == 0) {
		query_open(&q, store, QUERY_CHANGE_OLDEST, err_r);
		*known_r = query_next(&q) && query_int(&q, 0) <= 1;
		return query_close(&q);
	}
	query_open(&q, store, QUERY_CHANGE_KNOWN, err_r);
	query_bind_int(&q, "$seq", position->seq);
	query_bind_int(&q, "$mark", position->mark);
	*known_r = query_next(&q);
	return query_close(&q);
}

static enum sg_err
position_newest(
    struct store *store, struct store_position *position_r, struct err *err_r)
{
	struct query q;

	*position_r = (struct store_position){0, 0};
	query_open(&q, store, QUERY_CHANGE_NEWEST, err_r);
	if (query_next(&q)) {
		position_r->seq = query_int(&q, 0);
		position_r->mark = query_int(&q, 1);
	}
	return query_close(&q);
}

/* Those of one page. *more_r: there may be others behind it. */
static enum sg_err
follow_page(struct store *store, struct store_position *position,
    store_change_fn *fn, void *ctx, bool *known_r, bool *more_r,
    struct err *err_r)
{
	struct page page = {.next = *position};
	enum sg_err code = page_read(store, &page, fn, ctx, err_r);

	*known_r = *more_r = false;
	/* After the rows: what is purged meanwhile takes the position with it
	 * and is seen as a gap, not missed. */
	if (code == SG_OK)
		code = position_known(store, position, known_r, err_r);
	if (code != SG_OK || !*known_r)
		return code;
	*position = page.next;
	*more_r = !page.is_ended && page.count == CHANGES_AT_ONCE;
	return SG_OK;
}

/* What is there now, and no more: a reader of changes that never end would never
 * know how fresh it is. */
static enum sg_err
follow_all(struct store *store, struct store_position *position,
    store_change_fn *fn, void *ctx, bool *known_r, struct err *err_r)
{
	struct store_position newest;
	enum sg_err code = position_newest(store, &newest, err_r);
	bool more = true;

	while (code == SG_OK && more) {
		code = follow_page(
		    store, position, fn, ctx, known_r, &more, err_r);
		more = more && position->seq < newest.seq;
	}
	return code;
}

enum sg_err
store_changes(struct store *store, struct store_position *position,
    store_change_fn *fn, void *ctx, bool *gap_r, struct err *err_r)
{
	struct store_position newest;
	enum sg_err code;
	bool known;

	*gap_r = true;
	if (fn == NULL)
		code = position_known(store, position, &known, err_r);
	else
		code = follow_all(store, position, fn, ctx, &known, err_r);
	if (code == SG_OK && (!known || fn == NULL)) {
		code = position_newest(store, &newest, err_r);
		if (code == SG_OK)
			*position = newest;
	}
	if (code == SG_OK)
		*gap_r = !known;
	return code;
}
