/* Rows that are gathered until something else is asked, and then written by one
 * statement, which has an array for each value (queries_pgsql.h). */
#include "config.h"

#include "store/pgsql.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

/* Of one statement. */
#define ROWS_MAX 4096
#define FULL_BYTES (1024 * 1024)
#define COLUMN_BYTES_MAX (512 * 1024 * 1024)

/* pg_type.dat: what arrays are called. */
static const unsigned array_types[][2] = {
    {PGSQL_OID_INT8, 1016},
    {PGSQL_OID_TEXT, 1009},
    {PGSQL_OID_FLOAT8, 1022},
    {PGSQL_OID_BYTEA, 1001},
};

/* In network order: one dimension, no NULLs, then the elements, each behind its
 * length. */
struct array_head {
	uint32_t dimensions, has_null, type, count, first;
};

struct pgsql_gather {
	struct driver_stmt *next; /* gathered before it */
	unsigned types[PGSQL_PARAMS_MAX];
	struct buf columns[PGSQL_PARAMS_MAX];
	size_t rows;
};

static unsigned
array_of(unsigned type)
{
	for (size_t i = 0; i < sizeof(array_types) / sizeof(array_types[0]);
	     i++)
		if (array_types[i][0] == type)
			return array_types[i][1];
	return 0;
}

static void
begin_columns(struct driver_stmt *stmt)
{
	static const struct array_head none = {0};

	for (int i = 0; i < stmt->params; i++) {
		struct buf *column = &stmt->gather->columns[i];

		buf_clear(column);
		buf_append(column, &none, sizeof(none));
		stmt->gather->types[i] = stmt->types[i];
	}
}

/* The lists as the statement's values. */
static void
bind_columns(struct driver_stmt *stmt)
{
	struct pgsql_gather *gather = stmt->gather;

	for (int i = 0; i < stmt->params; i++) {
		const struct array_head head = {
		    .dimensions = htobe32(1),
		    .type = htobe32(gather->types[i]),
		    .count = htobe32((uint32_t)gather->rows),
		    .first = htobe32(1),
		};
		struct buf *column = &gather->columns[i];

		memcpy(column->data, &head, sizeof(head));
		stmt->values[i] = column->data;
		stmt->lengths[i] = (int)column->len;
		stmt->types[i] = array_of(gather->types[i]);
		stmt->formats[i] = 1;
	}
}

static void
unlink_gathered(struct driver_stmt *stmt)
{
	struct driver_stmt **at = &stmt->db->gathered;

	while (*at != NULL && *at != stmt)
		at = &(*at)->gather->next;
	if (*at != NULL)
		*at = stmt->gather->next;
	stmt->gather->rows = 0;
}

static enum sg_err
write_gathered(struct driver_stmt *stmt, struct err *err_r)
{
	enum sg_err code;

	bind_columns(stmt);
	unlink_gathered(stmt);
	code = pgsql_send_bound(stmt, err_r);
	memset(stmt->types, 0, sizeof(stmt->types));
	memset(stmt->values, 0, sizeof(stmt->values));
	return code;
}

enum sg_err
pgsql_write_gathered(struct driver_db *d, struct err *err_r)
{
	enum sg_err code = SG_OK;

	while (d->gathered != NULL && code == SG_OK)
		code = write_gathered(d->gathered, err_r);
	return code;
}

void
pgsql_drop_gathered(struct driver_db *d)
{
	while (d->gathered != NULL)
		unlink_gathered(d->gathered);
}

void
pgsql_gather_free(struct driver_stmt *stmt)
{
	if (stmt->gather == NULL)
		return;
	unlink_gathered(stmt);
	for (int i = 0; i < stmt->params; i++)
		buf_fini(&stmt->gather->columns[i]);
	free(stmt->gather);
	stmt->gather = NULL;
}

static struct pgsql_gather *
gather_new(void)
{
	struct pgsql_gather *gather = calloc(1, sizeof(*gather));

	for (int i = 0; i < PGSQL_PARAMS_MAX && gather != NULL; i++)
		buf_init(&gather->columns[i], COLUMN_BYTES_MAX);
	return gather;
}

/* *bytes_r: of the largest column. */
static enum sg_err
append_row(struct driver_stmt *stmt, size_t *bytes_r, struct err *err_r)
{
	*bytes_r = 0;
	for (int i = 0; i < stmt->params; i++) {
		struct buf *column = &stmt->gather->columns[i];
		uint32_t len = htobe32((uint32_t)stmt->lengths[i]);

		if (stmt->values[i] == NULL ||
		    stmt->types[i] != stmt->gather->types[i])
			return err_set(err_r, SG_BUG,
			    "gathered rows: %s has no value, or one of "
			    "another type",
			    stmt->names[i]);
		buf_append(column, &len, sizeof(len));
		buf_append(column, stmt->values[i], (size_t)stmt->lengths[i]);
		if (column->failed)
			return err_set(
			    err_r, SG_NOMEM, "no memory for gathered rows");
		if (column->len > *bytes_r)
			*bytes_r = column->len;
	}
	return SG_OK;
}

enum sg_err
pgsql_gather(struct driver_stmt *stmt, struct err *err_r)
{
	struct driver_db *d = stmt->db;
	struct err err = {0};
	enum sg_err code;
	size_t bytes;

	if (d->broken.code != SG_OK)
		return pgsql_ready(d, err_r);
	if (stmt->gather == NULL)
		stmt->gather = gather_new();
	if (stmt->gather == NULL)
		return err_set(err_r, SG_NOMEM, "no memory for gathered rows");
	if (stmt->gather->rows == 0) {
		begin_columns(stmt);
		stmt->gather->next = d->gathered;
		d->gathered = stmt;
	}
	code = append_row(stmt, &bytes, &err);
	if (code != SG_OK) { /* some columns have it, others do not */
		pgsql_break(d, code, &err);
		return err_set(err_r, code, "%s", err.text);
	}
	stmt->gather->rows++;
	if (stmt->gather->rows < ROWS_MAX && bytes < FULL_BYTES)
		return SG_OK;
	return pgsql_ready(d, err_r);
}
