/* Runs the statements of queries.h, prepared once for each handle. Knows neither
 * tables nor databases. */
#include "config.h"

#include "store/query.h"

#include <string.h>

#include "store/driver.h"
#include "store/store.h"

/* clang-format off */
static const char *const query_texts[] = {
#define X(id, text) [QUERY_##id] = text,
	STORE_QUERIES(X)
#undef X
};
/* clang-format on */

void
query_open(
    struct query *q, struct store *store, enum query_id id, struct err *err_r)
{
	struct query_slot *slot = &store->slots[id];
	const char *const *own = store->driver->texts;

	*q = (struct query){.store = store, .id = id, .err_r = err_r};
	if (slot->stmt == NULL || slot->in_use) {
		q->failed = store->driver->prepare(store->db,
		    own != NULL && own[id] != NULL ? own[id] : query_texts[id],
		    &q->stmt, err_r);
		if (q->failed != SG_OK)
			return;
		q->is_extra = slot->in_use;
		if (!q->is_extra)
			slot->stmt = q->stmt;
	}
	if (!q->is_extra) {
		q->stmt = slot->stmt;
		slot->in_use = true;
	}
	if (store->is_reading && store->driver->is_writing(q->stmt))
		store_read_end(store);
}

void
query_bind_int(struct query *q, const char *name, int64_t value)
{
	if (q->failed == SG_OK)
		q->failed =
		    q->store->driver->bind_int(q->stmt, name, value, q->err_r);
}

void
query_bind_real(struct query *q, const char *name, double value)
{
	if (q->failed == SG_OK)
		q->failed =
		    q->store->driver->bind_real(q->stmt, name, value, q->err_r);
}

void
query_bind_text(struct query *q, const char *name, const char *text)
{
	if (q->failed == SG_OK)
		q->failed =
		    q->store->driver->bind_text(q->stmt, name, text, q->err_r);
}

void
query_bind_blob(struct query *q, const char *name, const void *data, size_t len)
{
	if (q->failed == SG_OK)
		q->failed = q->store->driver->bind_blob(
		    q->stmt, name, data, len, q->err_r);
}

bool
query_next(struct query *q)
{
	bool row = false;

	if (q->failed == SG_OK && !q->is_done)
		q->failed = q->store->driver->step(q->stmt, &row, q->err_r);
	q->is_done = !row;
	return q->failed == SG_OK && row;
}

int64_t
query_int(struct query *q, int column)
{
	return q->store->driver->column_int(q->stmt, column);
}

double
query_real(struct query *q, int column)
{
	return q->store->driver->column_real(q->stmt, column);
}

const char *
query_text(struct query *q, int column)
{
	return q->store->driver->column_text(q->stmt, column);
}

const void *
query_blob(struct query *q, int column, size_t *len_r)
{
	return q->store->driver->column_blob(q->stmt, column, len_r);
}

void
query_copy(struct query *q, int column, char *text_r, size_t size)
{
	const char *text = query_text(q, column);
	size_t len = strlen(text);

	if (len >= size) {
		text_r[0] = '\0';
		if (q->failed == SG_OK)
			q->failed = err_set(q->err_r, SG_IO,
			    "a text of %zu bytes in the database is too long "
			    "(at most %zu): %.40s",
			    len, size - 1, text);
		return;
	}
	memcpy(text_r, text, len + 1);
}

enum sg_err
query_close(struct query *q)
{
	const struct driver *driver = q->store->driver;

	if (q->is_extra)
		driver->finalize(q->stmt);
	else if (q->stmt != NULL) {
		driver->reset(q->stmt);
		q->store->slots[q->id].in_use = false;
	}
	q->stmt = NULL;
	return q->failed;
}

enum sg_err
query_run(struct query *q, int64_t *changed_r)
{
	while (query_next(q))
		continue;
	if (changed_r != NULL)
		*changed_r = q->failed == SG_OK
				 ? q->store->driver->changed_rows(q->store->db)
				 : 0;
	return query_close(q);
}

enum sg_err
query_send(struct query *q)
{
	const struct driver *driver = q->store->driver;

	if (driver->send == NULL || !q->store->in_transaction)
		return query_run(q, NULL);
	if (q->failed == SG_OK)
		q->failed = driver->send(q->stmt, q->err_r);
	return query_close(q);
}

enum sg_err
query_gather(struct query *q)
{
	const struct driver *driver = q->store->driver;

	if (driver->gather == NULL)
		return query_send(q);
	if (q->failed == SG_OK && (!q->store->in_transaction || q->is_extra))
		q->failed = err_set(q->err_r, SG_BUG,
		    "rows are gathered within a transaction alone");
	if (q->failed == SG_OK)
		q->failed = driver->gather(q->stmt, q->err_r);
	return query_close(q);
}

enum sg_err
query_run_one(struct query *q, const char *what)
{
	struct err *err_r = q->err_r;
	int64_t changed;
	enum sg_err code = query_run(q, &changed);

	if (code == SG_OK && changed == 0)
		code = err_set(err_r, SG_MISSING, "no %s", what);
	return code;
}
enum sg_err
query_run_due(struct query *q, bool (*fn)(void *, int64_t, int64_t), void *ctx)
{
	while (query_next(q))
		if (!fn(ctx, query_int(q, 0), query_int(q, 1)))
			break;
	return query_close(q);
}
