/* The process as a holder of leases: its row, and what the one before it left.
 * Spends nothing. */
#include "config.h"

#include "ops/lease_parts.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/log.h"
#include "store/leases.h"
#include "store/store.h"

/* A holder that was not renewed for so long does not live. */
#define DEAD_SEC 300
#define LIVE_SEC 60
#define OLD_MAX 64

struct rows {
	struct store_lease *rows;
	size_t count, size;
	bool is_full; /* no memory */
};

static bool
add_row(void *ctx, const struct store_lease *row)
{
	struct rows *rows = ctx;

	if (rows->count == rows->size) {
		size_t size = rows->size * 2 + 256;
		struct store_lease *more =
		    realloc(rows->rows, size * sizeof(*more));

		if (more == NULL) {
			rows->is_full = true;
			return false;
		}
		rows->rows = more;
		rows->size = size;
	}
	rows->rows[rows->count++] = *row;
	return true;
}

static enum sg_err
list(struct leases *l, int64_t holder_id, struct rows *rows, struct err *err_r)
{
	enum sg_err code =
	    store_lease_list(l->store, holder_id, add_row, rows, err_r);

	if (code == SG_OK && rows->is_full)
		code = err_set(err_r, SG_NOMEM, "no memory");
	return code;
}

/* ---- what the one before left ---------------------------------------------------- */

struct old {
	const struct leases *l;
	struct store_holder rows[OLD_MAX];
	size_t count;
};

static bool
add_old(void *ctx, const struct store_holder *row)
{
	struct old *old = ctx;

	if (strcmp(row->host, old->l->host) == 0 &&
	    strcmp(row->program, old->l->name) == 0 && old->count < OLD_MAX)
		old->rows[old->count++] = *row;
	return true;
}

static void
say(enum log_event_id event, const struct store_holder *holder, size_t leases,
    int64_t back)
{
	char count[24], recipients[24];

	(void)snprintf(count, sizeof(count), "%zu", leases);
	(void)snprintf(recipients, sizeof(recipients), "%" PRId64, back);
	log_event(event, NULL, "host", holder->host, "program", holder->program,
	    "leases", count, "recipients", recipients, NULL);
}

/* How many rows one statement ends. */
#define ENDS_MOST 512

/* In a transaction. */
static enum sg_err
end_rows(struct leases *l, int64_t holder_id, const struct rows *rows,
    struct err *err_r)
{
	struct store_lease_account accounts[ENDS_MOST];
	struct store_lease_spent spent[ENDS_MOST];
	enum sg_err code = SG_OK;

	for (size_t done = 0, n; done < rows->count && code == SG_OK;
	     done += n) {
		for (n = 0; n < ENDS_MOST && done + n < rows->count; n++) {
			const struct store_lease *row = &rows->rows[done + n];

			accounts[n] = (struct store_lease_account){
			    .account_id = row->account_id};
			spent[n] = (struct store_lease_spent){
			    row->account_id, row->bucket_sec, row->spent};
		}
		code = store_lease_begin(l->store, accounts, n, 0, err_r);
		if (code == SG_OK)
			code = store_lease_end_many(
			    l->store, holder_id, spent, n, err_r);
	}
	return code;
}

static enum sg_err
end_holder(struct leases *l, const struct store_holder *holder,
    struct rows *rows, int64_t *back_r, struct err *err_r)
{
	enum sg_err code;

	*back_r = 0;
	for (size_t i = 0; i < rows->count; i++) {
		struct store_lease *row = &rows->rows[i];

		row->spent = lease_map_spent(
		    l->map, row->serial, row->account_id, row->bucket_sec);
		if (row->spent < row->granted)
			*back_r += row->granted - row->spent;
	}
	code = end_rows(l, holder->id, rows, err_r);
	return code == SG_OK ? store_holder_delete(l->store, holder->id, err_r)
			     : code;
}

/* By the file, which says how much of each lease was spent. */
static enum sg_err
give_back_known(
    struct leases *l, const struct store_holder *holder, struct err *err_r)
{
	struct rows rows = {.rows = NULL};
	int64_t back = 0;
	enum sg_err code = lease_map_index(l->map, err_r);

	if (code == SG_OK)
		code = list(l, holder->id, &rows, err_r);
	if (code == SG_OK)
		code = store_begin_parallel(l->store, err_r);
	if (code == SG_OK) {
		code = end_holder(l, holder, &rows, &back, err_r);
		code = store_finish(l->store, code, err_r);
	}
	if (code == SG_OK && rows.count > 0)
		say(LOG_LEASE_BACK_EVENT, holder, rows.count, back);
	free(rows.rows);
	return code;
}

/* Nobody knows how much was spent: all of it counts. */
static enum sg_err
leave_unknown(
    struct leases *l, const struct store_holder *holder, struct err *err_r)
{
	struct rows rows = {.rows = NULL};
	int64_t unspent = 0;
	enum sg_err code = list(l, holder->id, &rows, err_r);

	for (size_t i = 0; i < rows.count; i++)
		unspent += rows.rows[i].granted - rows.rows[i].spent;
	if (code == SG_OK && rows.count > 0)
		say(LOG_LEASE_LOST_EVENT, holder, rows.count, unspent);
	free(rows.rows);
	return code;
}

static enum sg_err
give_back_old(struct leases *l, struct err *err_r)
{
	struct old *old = calloc(1, sizeof(*old));
	enum sg_err code;

	if (old == NULL)
		return err_set(err_r, SG_NOMEM, "no memory");
	old->l = l;
	code = store_holder_list(l->store, add_old, old, err_r);
	for (size_t i = 0; i < old->count && code == SG_OK; i++)
		code =
		    lease_map_is_of(l->map, old->rows[i].id, old->rows[i].mark)
			? give_back_known(l, &old->rows[i], err_r)
			: leave_unknown(l, &old->rows[i], err_r);
	free(old);
	return code;
}

/* ---- this one --------------------------------------------------------------------- */

static enum sg_err
make_row(struct leases *l, int64_t now_usec, struct err *err_r)
{
	struct store_holder row = {.made_sec = now_usec / LEASE_USEC};
	enum sg_err code;

	if (getrandom(&row.mark, sizeof(row.mark), 0) != sizeof(row.mark))
		return err_set(err_r, SG_IO, "getrandom");
	(void)snprintf(row.host, sizeof(row.host), "%s", l->host);
	(void)snprintf(row.program, sizeof(row.program), "%s", l->name);
	code = store_holder_add(l->store, &row, err_r);
	if (code != SG_OK)
		return code;
	l->holder_id = row.id;
	l->mark = row.mark;
	return SG_OK;
}

enum sg_err
lease_holder_begin(struct leases *l, struct err *err_r)
{
	int64_t now;
	enum sg_err code = give_back_old(l, err_r);

	if (code == SG_OK)
		code = store_clock(l->store, &now, err_r);
	if (code == SG_OK)
		code = make_row(l, now, err_r);
	if (code == SG_OK)
		lease_map_begin(l->map, l->holder_id, l->mark);
	return code;
}

enum sg_err
lease_holder_renew(struct leases *l, int64_t now_usec, struct err *err_r)
{
	int64_t now = now_usec / LEASE_USEC;
	enum sg_err code =
	    store_holder_renew(l->store, l->holder_id, now, err_r);

	if (code == SG_MISSING) {
		/* The records stay: their leases are given back in vain. */
		lease_close_all(l);
		code = make_row(l, now_usec, err_r);
		if (code == SG_OK)
			lease_map_rename(l->map, l->holder_id, l->mark);
	}
	return code == SG_OK ? store_holder_count(
				   l->store, now - LIVE_SEC, &l->holders, err_r)
			     : code;
}

enum sg_err
lease_holder_purge(struct leases *l, int64_t now_usec, struct err *err_r)
{
	return store_holder_purge(
	    l->store, now_usec / LEASE_USEC - DEAD_SEC, now_usec, err_r);
}

enum sg_err
lease_holder_end(struct leases *l, struct err *err_r)
{
	return store_holder_delete(l->store, l->holder_id, err_r);
}

/* ---- after a commit that may have been one ------------------------------------------ */

/* True: memory knows the lease; it is as large as its row then. */
static bool
compare(struct leases *l, const struct store_lease *row)
{
	struct lease_shard *shard = lease_shard_of(l, row->account_id);
	struct lease_account *a;
	struct lease_part *part = NULL;

	(void)pthread_mutex_lock(&shard->lock);
	a = *lease_root_of(l, row->account_id);
	while (a != NULL && a->id != row->account_id)
		a = a->next;
	if (a != NULL)
		part = a->parts;
	while (part != NULL && part->serial != row->serial)
		part = part->next;
	if (part != NULL)
		part->granted = row->granted;
	(void)pthread_mutex_unlock(&shard->lock);
	return part != NULL;
}

enum sg_err
lease_holder_compare(struct leases *l, struct err *err_r)
{
	struct rows rows = {.rows = NULL};
	enum sg_err code = list(l, l->holder_id, &rows, err_r);
	size_t unknown = 0;

	for (size_t i = 0; i < rows.count && code == SG_OK; i++) {
		if (compare(l, &rows.rows[i]))
			continue;
		rows.rows[unknown] = rows.rows[i];
		rows.rows[unknown++].spent = 0;
	}
	rows.count = unknown;
	if (code == SG_OK && unknown > 0)
		code = store_begin_parallel(l->store, err_r);
	if (code == SG_OK && unknown > 0) {
		code = end_rows(l, l->holder_id, &rows, err_r);
		code = store_finish(l->store, code, err_r);
	}
	free(rows.rows);
	if (code == SG_OK)
		l->is_unsure = false;
	return code;
}
