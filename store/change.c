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

static enum sg_err
changes_read(struct store *store, struct store_position *position,
    store_change_fn *fn, void *ctx, struct err *err_r)
{
	struct store_change change;
	struct query q;

	query_open(&q, store, QUERY_CHANGE_LIST, err_r);
	query_bind_int(&q, "$since", position->seq);
	while (query_next(&q)) {
		position->seq = query_int(&q, 0);
		position->mark = query_int(&q, 1);
		change.kind = (enum store_change_kind)query_int(&q, 2);
		change.id = query_int(&q, 3);
		change.owner_id = query_int(&q, 4);
		change.name = query_text(&q, 5);
		if (!fn(ctx, &change))
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

enum sg_err
store_changes(struct store *store, struct store_position *position,
    store_change_fn *fn, void *ctx, bool *gap_r, struct err *err_r)
{
	struct store_position next = *position;
	enum sg_err code = SG_OK;
	bool known;

	*gap_r = true;
	if (fn != NULL)
		code = changes_read(store, &next, fn, ctx, err_r);
	/* After the rows: what is purged meanwhile takes the position with it
	 * and is seen as a gap, not missed. */
	if (code == SG_OK)
		code = position_known(store, position, &known, err_r);
	if (code == SG_OK && (!known || fn == NULL))
		code = position_newest(store, &next, err_r);
	if (code != SG_OK)
		return code;
	*gap_r = !known;
	*position = next;
	return SG_OK;
}
