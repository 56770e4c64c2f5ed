/* Leases for administrators: see lease_admin.h. Spends none. */
#include "config.h"

#include "ops/lease_admin.h"

#include <stdlib.h>
#include <string.h>

#include "store/store.h"

#define USEC_PER_SEC INT64_C(1000000)
/* A process renews its row every ten seconds. */
#define LIVE_SEC 30
#define HOLDERS_MAX 10000

struct holders {
	struct store_holder *rows;
	size_t count, size;
};

static bool
add_holder(void *ctx, const struct store_holder *row)
{
	struct holders *holders = ctx;

	if (holders->count == holders->size) {
		size_t size = holders->size * 2 + 64;
		struct store_holder *rows =
		    size > HOLDERS_MAX
			? NULL
			: realloc(holders->rows, size * sizeof(*rows));

		if (rows == NULL)
			return false;
		holders->rows = rows;
		holders->size = size;
	}
	holders->rows[holders->count++] = *row;
	return true;
}

static bool
lives(const struct store_holder *holder, int64_t now_usec)
{
	return holder->renewed_sec > now_usec / USEC_PER_SEC - LIVE_SEC;
}

/* ---- list -------------------------------------------------------------------- */

struct listing {
	lease_admin_fn *fn;
	void *ctx;
	const struct store_holder *holder;
	int64_t now_usec;
	int64_t count;
	bool goes_on;
};

static bool
add_lease(void *ctx, const struct store_lease *row)
{
	struct listing *listing = ctx;

	listing->count++;
	listing->goes_on = listing->fn(listing->ctx, listing->holder, row,
	    lives(listing->holder, listing->now_usec) ||
		row->until_usec > listing->now_usec);
	return listing->goes_on;
}

enum sg_err
lease_admin_list(
    struct store *store, lease_admin_fn *fn, void *ctx, struct err *err_r)
{
	struct holders holders = {.rows = NULL};
	struct listing listing = {.fn = fn, .ctx = ctx, .goes_on = true};
	enum sg_err code = store_clock(store, &listing.now_usec, err_r);

	if (code == SG_OK)
		code = store_holder_list(store, add_holder, &holders, err_r);
	for (size_t i = 0;
	     i < holders.count && code == SG_OK && listing.goes_on; i++) {
		listing.holder = &holders.rows[i];
		listing.count = 0;
		code = store_lease_list(
		    store, listing.holder->id, add_lease, &listing, err_r);
		if (code == SG_OK && listing.count == 0)
			listing.goes_on = fn(ctx, listing.holder, NULL,
			    lives(listing.holder, listing.now_usec));
	}
	free(holders.rows);
	return code;
}

/* ---- return ------------------------------------------------------------------ */

struct rows {
	struct store_lease *rows;
	size_t count, size;
	int64_t until_usec; /* the latest */
	bool is_full;
};

static bool
add_row(void *ctx, const struct store_lease *row)
{
	struct rows *rows = ctx;

	if (rows->count == rows->size) {
		size_t size = rows->size * 2 + 64;
		struct store_lease *more =
		    realloc(rows->rows, size * sizeof(*more));

		rows->is_full = more == NULL;
		if (more == NULL)
			return false;
		rows->rows = more;
		rows->size = size;
	}
	if (row->until_usec > rows->until_usec)
		rows->until_usec = row->until_usec;
	rows->rows[rows->count++] = *row;
	return true;
}

static enum sg_err
return_holder(struct store *store, const struct store_holder *holder,
    int64_t now_usec, struct lease_admin_returned *returned, struct err *err_r)
{
	struct rows rows = {.rows = NULL};
	enum sg_err code =
	    store_lease_list(store, holder->id, add_row, &rows, err_r);
	int64_t back;

	if (code == SG_OK && rows.is_full)
		code = err_set(err_r, SG_NOMEM, "no memory");
	if (code == SG_OK && lives(holder, now_usec))
		code = err_set(err_r, SG_INVALID,
		    "%s of host \"%s\" runs; it gives back itself what it "
		    "does not need",
		    holder->program, holder->host);
	if (code == SG_OK && rows.until_usec > now_usec)
		code = err_set(err_r, SG_INVALID,
		    "leases of host \"%s\" end in %lld seconds; try again then",
		    holder->host,
		    (long long)((rows.until_usec - now_usec) / USEC_PER_SEC +
				1));
	for (size_t i = 0; i < rows.count && code == SG_OK; i++) {
		code = store_lease_end(
		    store, holder->id, &rows.rows[i], &back, err_r);
		returned->leases++;
		returned->recipients += back;
	}
	free(rows.rows);
	return code == SG_OK ? store_holder_delete(store, holder->id, err_r)
			     : code;
}

enum sg_err
lease_admin_return(struct store *store, const char *host,
    struct lease_admin_returned *returned_r, struct err *err_r)
{
	struct holders holders = {.rows = NULL};
	int64_t now, found = 0;
	enum sg_err code = store_begin(store, err_r);

	*returned_r = (struct lease_admin_returned){0};
	if (code != SG_OK)
		return code;
	code = store_clock(store, &now, err_r);
	if (code == SG_OK)
		code = store_holder_list(store, add_holder, &holders, err_r);
	for (size_t i = 0; i < holders.count && code == SG_OK; i++) {
		if (strcmp(holders.rows[i].host, host) != 0)
			continue;
		found++;
		code = return_holder(
		    store, &holders.rows[i], now, returned_r, err_r);
	}
	if (code == SG_OK && found == 0)
		code = err_set(
		    err_r, SG_MISSING, "host \"%s\" has no leases", host);
	free(holders.rows);
	return store_finish(store, code, err_r);
}
