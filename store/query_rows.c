/* Many rows by few statements. Knows neither tables nor databases. */
#include "config.h"

#include "store/query.h"

#include "store/driver.h"

/* Fewer rows are on their way by statements before a COPY has begun. */
#define COPY_LEAST 16

/* Closes. Adds what is known to be written: a statement that goes its way does not
 * tell. */
static enum sg_err
send_one(struct query *q, size_t *known)
{
	int64_t changed = 0;
	enum sg_err code;

	if (q->store->driver->send != NULL)
		return query_send(q);
	code = query_run(q, &changed);
	*known += (size_t)changed;
	return code;
}

static enum sg_err
send_rows(struct store *store, const struct query_rows *how, const char *row,
    size_t count, size_t *known, struct err *err_r)
{
	enum sg_err code = SG_OK;

	while (count > 0 && code == SG_OK) {
		size_t n = count >= how->at_once ? how->at_once : 1;
		struct query q;

		query_open(&q, store, n > 1 ? how->many : how->one, err_r);
		for (size_t i = 0; i < n; i++, row += how->row_size)
			how->bind(&q, (int)i, row);
		count -= n;
		code = send_one(&q, known);
	}
	return code;
}

/* The first rows, at most count, by what can_copy stands for. *count_r: how many it
 * were; *twice_r as copy_end. */
static enum sg_err
copy_rows(struct query *q, const struct query_rows *how, const char *row,
    size_t count, size_t *count_r, bool *twice_r)
{
	const struct driver *driver = q->store->driver;
	bool is_full = false;
	size_t n;

	for (n = 0; n < count && !is_full && q->failed == SG_OK; n++) {
		how->bind(q, 0, row + n * how->row_size);
		if (q->failed == SG_OK)
			q->failed =
			    driver->copy_add(q->stmt, &is_full, q->err_r);
	}
	*count_r = n;
	*twice_r = false;
	if (q->failed == SG_OK)
		q->failed = driver->copy_end(q->stmt, twice_r, q->err_r);
	return q->failed;
}

static bool
may_copy(const struct query *q, size_t count)
{
	const struct driver *driver = q->store->driver;

	return q->failed == SG_OK && count >= COPY_LEAST &&
	       q->store->in_transaction && driver->can_copy != NULL &&
	       driver->can_copy(q->stmt);
}

enum sg_err
query_send_rows(struct store *store, const struct query_rows *how,
    const void *rows, size_t count, size_t *known_r, struct err *err_r)
{
	const char *row = rows;
	size_t known = 0;
	enum sg_err code = SG_OK;

	while (count > 0 && code == SG_OK) {
		bool copies, twice = false;
		size_t n = count;
		struct query q;

		query_open(&q, store, how->one, err_r);
		copies = may_copy(&q, count);
		if (copies)
			code = copy_rows(&q, how, row, count, &n, &twice);
		(void)query_close(&q); /* its failure is code, or comes again */
		if (!copies || twice)
			code = send_rows(store, how, row, n, &known, err_r);
		else if (code == SG_OK)
			known += n;
		row += n * how->row_size;
		count -= n;
	}
	if (known_r != NULL)
		*known_r = known;
	return code;
}
