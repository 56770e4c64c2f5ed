/* Prepared statements: their parameters, how they are run, when their rows are
 * fetched. Knows no table. */
#include "config.h"

#include "store/pgsql.h"
#include "store/utf8.h"

#include <endian.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libpq-fe.h>

/* Results of commands that nobody waits for lie in the socket's buffer: with more of
 * them than it holds, server and client would wait for each other. */
#define SENT_MAX 400

enum sg_err
pgsql_prepare(struct driver_db *d, const char *sql, struct driver_stmt **stmt_r,
    struct err *err_r)
{
	struct driver_stmt *stmt = calloc(1, sizeof(*stmt));
	enum sg_err code;

	*stmt_r = NULL;
	if (stmt == NULL)
		return err_set(err_r, SG_NOMEM, "no memory for a statement");
	stmt->db = d;
	(void)snprintf(stmt->name, sizeof(stmt->name), "s%u", ++d->statements);
	code = pgsql_rewrite(stmt, sql, err_r);
	if (code == SG_OK)
		*stmt_r = stmt;
	else
		pgsql_finalize(stmt);
	return code;
}

/* It is not certain whether the server knows the name. */
static void
forget_name(struct driver_stmt *stmt)
{
	(void)snprintf(
	    stmt->name, sizeof(stmt->name), "s%u", ++stmt->db->statements);
	stmt->generation = 0;
}

static bool
is_known(const struct driver_stmt *stmt)
{
	return stmt->generation == stmt->db->generation &&
	       memcmp(stmt->types, stmt->prepared,
		   (size_t)stmt->params * sizeof(stmt->types[0])) == 0;
}

/* Its name on the server is not used again before the connection ends, unless the
 * statement was for one call: then it must not be kept there for nothing. */
static void
deallocate(struct driver_stmt *stmt)
{
	struct driver_db *d = stmt->db;
	char sql[48];

	if (d->conn == NULL || stmt->generation != d->generation ||
	    d->broken.code != SG_OK)
		return;
	(void)snprintf(sql, sizeof(sql), "DEALLOCATE %s", stmt->name);
	if (pgsql_send_begin(d, NULL) == SG_OK &&
	    pgsql_send(d, sql, NULL) == SG_OK)
		stmt->generation = 0;
}

void
pgsql_finalize(struct driver_stmt *stmt)
{
	if (stmt->sql != NULL) {
		pgsql_reset(stmt);
		deallocate(stmt);
	}
	pgsql_copy_free(stmt);
	pgsql_gather_free(stmt);
	for (int i = 0; i < stmt->params; i++)
		free(stmt->names[i]);
	free(stmt->column_types);
	free(stmt->sql);
	free(stmt);
}

/* ---- parameters ------------------------------------------------------------------ */

static int
index_of(struct driver_stmt *stmt, const char *name, struct err *err_r)
{
	for (int n = 0; n < stmt->params; n++) {
		int i = (stmt->last + 1 + n) % stmt->params;

		if (strcmp(stmt->names[i], name) != 0)
			continue;
		stmt->last = i;
		stmt->formats[i] = 1;
		return i;
	}
	(void)err_set(err_r, SG_BUG, "a statement has no %s", name);
	return -1;
}

static enum sg_err
bind_number(struct driver_stmt *stmt, const char *name, Oid type,
    uint64_t number, struct err *err_r)
{
	int i = index_of(stmt, name, err_r);

	if (i < 0)
		return SG_BUG;
	stmt->numbers[i] = htobe64(number);
	stmt->values[i] = (const char *)&stmt->numbers[i];
	stmt->lengths[i] = sizeof(number);
	stmt->types[i] = type;
	return SG_OK;
}

enum sg_err
pgsql_bind_int(struct driver_stmt *stmt, const char *name, int64_t value,
    struct err *err_r)
{
	return bind_number(stmt, name, PGSQL_OID_INT8, (uint64_t)value, err_r);
}

enum sg_err
pgsql_bind_real(
    struct driver_stmt *stmt, const char *name, double value, struct err *err_r)
{
	uint64_t number;

	memcpy(&number, &value, sizeof(number));
	return bind_number(stmt, name, PGSQL_OID_FLOAT8, number, err_r);
}

static enum sg_err
bind_bytes(struct driver_stmt *stmt, const char *name, Oid type,
    const char *data, size_t len, struct err *err_r)
{
	int i = index_of(stmt, name, err_r);

	if (i < 0)
		return SG_BUG;
	if (len > INT_MAX / 2)
		return err_set(err_r, SG_INVALID, "a value is too large");
	stmt->values[i] = data;
	stmt->lengths[i] = (int)len;
	stmt->types[i] = type;
	return SG_OK;
}

enum sg_err
pgsql_bind_text(struct driver_stmt *stmt, const char *name, const char *text,
    struct err *err_r)
{
	if (!utf8_is(text))
		return err_set(err_r, SG_INVALID,
		    "a text is not UTF-8: what is meant for %s", name + 1);
	return bind_bytes(
	    stmt, name, PGSQL_OID_TEXT, text, strlen(text), err_r);
}

enum sg_err
pgsql_bind_blob(struct driver_stmt *stmt, const char *name, const void *data,
    size_t len, struct err *err_r)
{
	return bind_bytes(
	    stmt, name, PGSQL_OID_BYTEA, len > 0 ? data : "", len, err_r);
}

/* ---- sending --------------------------------------------------------------------- */

/* Makes the statement known to this connection, with the types of what was bound. */
static enum sg_err
send_prepare(struct driver_stmt *stmt, struct err *err_r)
{
	struct driver_db *d = stmt->db;

	if (is_known(stmt))
		return SG_OK;
	deallocate(stmt);
	if (d->conn == NULL)
		return pgsql_lost(d, err_r);
	if (!PQsendPrepare(
		d->conn, stmt->name, stmt->sql, stmt->params, stmt->types))
		return pgsql_lost(d, err_r);
	d->sent++;
	memcpy(stmt->prepared, stmt->types, sizeof(stmt->prepared));
	stmt->generation = d->generation;
	return SG_OK;
}

static enum sg_err
send_execute(struct driver_stmt *stmt, struct err *err_r)
{
	struct driver_db *d = stmt->db;

	if (!PQsendQueryPrepared(d->conn, stmt->name, stmt->params,
		stmt->values, stmt->lengths, stmt->formats, 1))
		return pgsql_lost(d, err_r);
	d->sent++;
	return SG_OK;
}

#define STRING(number) STRING_(number)
#define STRING_(number) #number
#define LOCK_SHARED                                                            \
	"SELECT pg_advisory_xact_lock_shared(" STRING(                         \
	    PGSQL_LOCK_CLASS) ", " STRING(PGSQL_LOCK_WRITER) ")"

/* A statement of its own that writes waits for the end of an exclusive transaction:
 * what was read there must still be so. A group without BEGIN is one transaction. */
static enum sg_err
send_before(struct driver_stmt *stmt, bool with_savepoint, struct err *err_r)
{
	struct driver_db *d = stmt->db;
	enum sg_err code;

	if (d->transaction == PGSQL_NONE)
		return stmt->is_writing ? pgsql_send(d, LOCK_SHARED, err_r)
					: SG_OK;
	code = pgsql_send_begin(d, err_r);
	if (code != SG_OK || !with_savepoint)
		return code;
	if (d->has_savepoint)
		code = pgsql_send(d, "RELEASE w", err_r);
	if (code == SG_OK)
		code = pgsql_send(d, "SAVEPOINT w", err_r);
	return code;
}

static enum sg_err
send_all(struct driver_stmt *stmt, bool with_savepoint, struct err *err_r)
{
	enum sg_err code = send_before(stmt, with_savepoint, err_r);

	if (code == SG_OK)
		code = send_prepare(stmt, err_r);
	if (code == SG_OK)
		code = send_execute(stmt, err_r);
	return code;
}

enum sg_err
pgsql_stmt_send(struct driver_stmt *stmt, struct err *err_r)
{
	enum sg_err code = pgsql_ready(stmt->db, err_r);

	return code == SG_OK ? pgsql_send_bound(stmt, err_r) : code;
}

enum sg_err
pgsql_send_bound(struct driver_stmt *stmt, struct err *err_r)
{
	struct driver_db *d = stmt->db;
	struct err err = {0};
	bool is_new = !is_known(stmt);
	enum sg_err code = send_all(stmt, false, err_r);

	if (code != SG_OK || (!is_new && d->sent < SENT_MAX))
		return code;
	code = pgsql_wait(d, &err);
	if (code == SG_OK)
		return code;
	if (is_new)
		forget_name(stmt);
	pgsql_break(d, code, &err);
	return err_set(err_r, code, "%s", err.text);
}

/* ---- running --------------------------------------------------------------------- */

static enum sg_err
note_columns(struct driver_stmt *stmt, struct err *err_r)
{
	int n = PQnfields(stmt->result);

	if (stmt->column_types == NULL && n > 0) {
		stmt->column_types =
		    calloc((size_t)n, sizeof(stmt->column_types[0]));
		if (stmt->column_types == NULL)
			return err_set(err_r, SG_NOMEM, "no memory");
	}
	for (int i = 0; i < n && stmt->columns == 0; i++)
		stmt->column_types[i] = PQftype(stmt->result, i);
	stmt->columns = n;
	return SG_OK;
}

/* The next result of the running statement, looked at. *more_r false: it was the
 * last one. */
static enum sg_err
next_result(struct driver_stmt *stmt, bool *more_r, struct err *err_r)
{
	struct driver_db *d = stmt->db;
	enum sg_err code;
	PGresult *result = pgsql_result(d, &code, err_r);

	*more_r = result != NULL;
	if (result == NULL)
		return code;
	PQclear(stmt->result);
	stmt->result = result;
	stmt->row = -1;
	switch (PQresultStatus(result)) {
	case PGRES_COMMAND_OK:
	case PGRES_TUPLES_OK:
		d->changed_rows = strtoll(PQcmdTuples(result), NULL, 10);
		return note_columns(stmt, err_r);
	case PGRES_SINGLE_TUPLE:
		return note_columns(stmt, err_r);
	default:
		return pgsql_fail(d, result, err_r);
	}
}

/* Reads the results of the running statement up to the end of its group, or up to
 * the first row of a list. */
static enum sg_err
read_results(struct driver_stmt *stmt, struct err *err_r)
{
	struct driver_db *d = stmt->db;
	enum sg_err first = SG_OK, code;
	bool more = true;
	PGresult *kept = NULL;

	while (more) {
		code = next_result(stmt, &more, first == SG_OK ? err_r : NULL);
		if (first == SG_OK)
			first = code;
		if (d->conn == NULL)
			return first;
		if (more && code == SG_OK &&
		    PQresultStatus(stmt->result) == PGRES_SINGLE_TUPLE)
			return SG_OK;
		if (more) {
			PQclear(kept);
			kept = stmt->result;
			stmt->result = NULL;
		}
	}
	stmt->result = kept;
	d->ended[0]--;
	if (d->streaming == stmt)
		d->streaming = NULL;
	code = pgsql_finish(d, first == SG_OK ? err_r : NULL);
	return first == SG_OK ? code : first;
}

/* The failed statement alone is taken back. */
static enum sg_err
back_to_savepoint(struct driver_db *d, struct err *err_r)
{
	enum sg_err code = pgsql_send(d, "ROLLBACK TO w", err_r);

	return code == SG_OK ? pgsql_wait(d, err_r) : code;
}

static void
after_failure(struct driver_stmt *stmt, bool with_savepoint, enum sg_err code,
    const struct err *err)
{
	struct driver_db *d = stmt->db;

	if (d->conn == NULL || d->transaction == PGSQL_NONE)
		return;
	d->has_savepoint = with_savepoint;
	if (!with_savepoint || back_to_savepoint(d, NULL) != SG_OK)
		pgsql_break(d, code, err);
}

static enum sg_err
run_once(struct driver_stmt *stmt, bool with_savepoint, struct err *err)
{
	struct driver_db *d = stmt->db;
	bool is_new = !is_known(stmt);
	enum sg_err code = send_all(stmt, with_savepoint, err);
	bool is_sound;

	if (code == SG_OK)
		code = pgsql_flush(d, err);
	if (code != SG_OK)
		return code;
	code = pgsql_collect(d, 1, err);
	if (d->conn == NULL)
		return code;
	is_sound = code == SG_OK;
	if (is_sound && stmt->is_list) {
		(void)PQsetSingleRowMode(d->conn); /* else they come at once */
		d->streaming = stmt;
	}
	if (is_sound)
		code = read_results(stmt, err);
	else
		(void)read_results(stmt, NULL);
	if ((is_new && !is_sound) || code == SG_BUG)
		forget_name(stmt);
	if (code == SG_OK)
		d->has_savepoint = d->has_savepoint || with_savepoint;
	else if (d->conn != NULL)
		after_failure(stmt, with_savepoint && is_sound, code, err);
	return code;
}

static enum sg_err
run(struct driver_stmt *stmt, struct err *err_r)
{
	struct driver_db *d = stmt->db;
	bool with_savepoint =
	    d->transaction == PGSQL_EXCLUSIVE && stmt->may_conflict;
	struct err err = {0};
	enum sg_err code = pgsql_ready(d, err_r);

	if (code != SG_OK)
		return code;
	code = run_once(stmt, with_savepoint, &err);
	/* nothing was done, and nothing may have been done */
	if (code != SG_OK && d->conn == NULL && !stmt->is_writing &&
	    d->transaction == PGSQL_NONE && pgsql_ready(d, NULL) == SG_OK)
		code = run_once(stmt, false, &err);
	if (code != SG_OK)
		return err_set(err_r, code, "%s", err.text);
	stmt->is_open = true;
	return SG_OK;
}

/* ---- rows ------------------------------------------------------------------------ */

/* A row that was copied: the lengths of its columns (-1: NULL), then their bytes,
 * each with a NUL behind it. */
struct pgsql_row {
	struct pgsql_row *next;
	int lengths[];
};

static char *
copied_bytes(struct driver_stmt *stmt, struct pgsql_row *row)
{
	return (char *)(row->lengths + stmt->columns);
}

static enum sg_err
copy_row(struct driver_stmt *stmt, int from, struct err *err_r)
{
	size_t n = (size_t)stmt->columns;
	size_t size = sizeof(struct pgsql_row) + n * sizeof(int);
	struct pgsql_row *row;
	char *at;

	for (int i = 0; i < stmt->columns; i++)
		size += (size_t)PQgetlength(stmt->result, from, i) + 1;
	row = malloc(size);
	if (row == NULL)
		return err_set(err_r, SG_NOMEM, "no memory for a list");
	row->next = NULL;
	at = copied_bytes(stmt, row);
	for (int i = 0; i < stmt->columns; i++) {
		int len = PQgetlength(stmt->result, from, i);

		row->lengths[i] = PQgetisnull(stmt->result, from, i) ? -1 : len;
		memcpy(at, PQgetvalue(stmt->result, from, i), (size_t)len + 1);
		at += len + 1;
	}
	if (stmt->last_copied != NULL)
		stmt->last_copied->next = row;
	else
		stmt->copied = row;
	stmt->last_copied = row;
	return SG_OK;
}

static void
drop_copied(struct driver_stmt *stmt)
{
	struct pgsql_row *row = stmt->copied;

	stmt->copied = row->next;
	if (stmt->copied == NULL)
		stmt->last_copied = NULL;
	free(row);
}

static void
drop_held(struct driver_stmt *stmt)
{
	PQclear(stmt->held);
	stmt->held = NULL;
}

/* The present row is copied, too: it must live until the next step. So must its
 * result: texts of it may be in use. */
enum sg_err
pgsql_make_room(struct driver_db *d, struct err *err_r)
{
	struct driver_stmt *stmt = d->streaming;
	enum sg_err code = SG_OK;

	if (stmt == NULL)
		return SG_OK;
	stmt->at_copied = stmt->row == 0;
	while (code == SG_OK && d->streaming == stmt) {
		if (PQntuples(stmt->result) > 0)
			code = copy_row(stmt, 0, err_r);
		if (stmt->at_copied && stmt->held == NULL) {
			stmt->held = stmt->result;
			stmt->result = NULL;
		}
		if (code == SG_OK)
			code = read_results(stmt, err_r);
	}
	if (code == SG_OK && PQntuples(stmt->result) > 0)
		code = copy_row(stmt, 0, err_r);
	PQclear(stmt->result);
	stmt->result = NULL;
	if (code != SG_OK && d->conn != NULL && d->streaming != NULL)
		code = pgsql_lost(d, err_r);
	return code;
}

/* From the rows that were copied. */
static bool
step_copied(struct driver_stmt *stmt)
{
	if (stmt->at_copied)
		drop_copied(stmt);
	drop_held(stmt);
	stmt->at_copied = stmt->copied != NULL;
	return stmt->at_copied;
}

/* From the server, one by one. */
static enum sg_err
step_streaming(struct driver_stmt *stmt, bool *row_r, struct err *err_r)
{
	enum sg_err code = SG_OK;

	if (stmt->row == 0) /* has been read */
		code = read_results(stmt, err_r);
	if (code != SG_OK)
		return code;
	stmt->row = 0;
	*row_r = PQntuples(stmt->result) > 0;
	return SG_OK;
}

enum sg_err
pgsql_step(struct driver_stmt *stmt, bool *row_r, struct err *err_r)
{
	struct driver_db *d = stmt->db;
	enum sg_err code;

	*row_r = false;
	if (!stmt->is_open) {
		code = run(stmt, err_r);
		if (code != SG_OK)
			return code;
	}
	if (stmt->copied != NULL) {
		*row_r = step_copied(stmt);
		return SG_OK;
	}
	if (d->streaming == stmt)
		return step_streaming(stmt, row_r, err_r);
	if (stmt->is_cut)
		return err_set(err_r, SG_IO,
		    "%s: the connection was lost within a list", d->name);
	if (stmt->result == NULL)
		return SG_OK;
	*row_r = ++stmt->row < PQntuples(stmt->result);
	return SG_OK;
}

void
pgsql_reset(struct driver_stmt *stmt)
{
	struct driver_db *d = stmt->db;

	/* the rest of a list that was not read to its end */
	while (d->streaming == stmt)
		if (read_results(stmt, NULL) != SG_OK)
			break;
	while (stmt->copied != NULL)
		drop_copied(stmt);
	drop_held(stmt);
	pgsql_copy_drop(stmt);
	PQclear(stmt->result);
	stmt->result = NULL;
	stmt->is_open = stmt->at_copied = stmt->is_cut = false;
	memset(stmt->types, 0, sizeof(stmt->types));
	memset(stmt->values, 0, sizeof(stmt->values));
}

/* ---- columns --------------------------------------------------------------------- */

/* The bytes of a column of the present row; NULL: there are none. */
static const char *
bytes_of(struct driver_stmt *stmt, int column, int *len_r)
{
	const char *at;

	*len_r = 0;
	if (column >= stmt->columns)
		return NULL;
	if (!stmt->at_copied) {
		if (PQgetisnull(stmt->result, stmt->row, column))
			return NULL;
		*len_r = PQgetlength(stmt->result, stmt->row, column);
		return PQgetvalue(stmt->result, stmt->row, column);
	}
	at = copied_bytes(stmt, stmt->copied);
	for (int i = 0; i < column; i++) {
		int len = stmt->copied->lengths[i];

		at += (len > 0 ? len : 0) + 1;
	}
	*len_r = stmt->copied->lengths[column];
	return *len_r >= 0 ? at : NULL;
}

static uint64_t
big_endian(const char *bytes, int len)
{
	uint64_t number = 0;

	for (int i = 0; i < len; i++)
		number = number << 8 | (unsigned char)bytes[i];
	return number;
}

/* NUMERIC, as sums are: digits to the base 10,000, how many, the first one's weight,
 * sign, scale. What is behind the point is left out of an integer. */
static double
numeric(const char *bytes, int len)
{
	int digits = len >= 8 ? (int)big_endian(bytes, 2) : 0;
	int weight = len >= 8 ? (int16_t)big_endian(bytes + 2, 2) : 0;
	double value = 0, unit = 1;

	for (int i = 0; i < digits && 10 + 2 * i <= len; i++)
		value = value * 10000 +
			(double)big_endian(bytes + 8 + (ptrdiff_t)2 * i, 2);
	for (int i = digits - 1; i < weight; i++)
		unit *= 10000;
	for (int i = weight; i < digits - 1; i++)
		unit /= 10000;
	if (len >= 8 && big_endian(bytes + 4, 2) == 0x4000)
		unit = -unit;
	return value * unit;
}

/* Whole numbers are exact up to 64 bits. */
static int64_t
numeric_int(const char *bytes, int len)
{
	int digits = len >= 8 ? (int)big_endian(bytes, 2) : 0;
	int weight = len >= 8 ? (int16_t)big_endian(bytes + 2, 2) : 0;
	int64_t value = 0;

	for (int i = 0; i <= weight && i < 5; i++)
		value = value * 10000 +
			(i < digits && 10 + 2 * i <= len
				? (int64_t)big_endian(
				      bytes + 8 + (ptrdiff_t)2 * i, 2)
				: 0);
	return len >= 8 && big_endian(bytes + 4, 2) == 0x4000 ? -value : value;
}

static double
float_of(const char *bytes)
{
	uint64_t number = big_endian(bytes, 8);
	double value;

	memcpy(&value, &number, sizeof(value));
	return value;
}

int64_t
pgsql_column_int(struct driver_stmt *stmt, int column)
{
	int len;
	const char *bytes = bytes_of(stmt, column, &len);

	if (bytes == NULL)
		return 0;
	switch (stmt->column_types[column]) {
	case PGSQL_OID_INT8:
	case PGSQL_OID_BOOL:
		return (int64_t)big_endian(bytes, len);
	case PGSQL_OID_INT4:
		return (int32_t)big_endian(bytes, len);
	case PGSQL_OID_INT2:
		return (int16_t)big_endian(bytes, len);
	case PGSQL_OID_NUMERIC:
		return numeric_int(bytes, len);
	case PGSQL_OID_FLOAT8:
		return (int64_t)float_of(bytes);
	default:
		return strtoll(bytes, NULL, 10);
	}
}

double
pgsql_column_real(struct driver_stmt *stmt, int column)
{
	int len;
	const char *bytes = bytes_of(stmt, column, &len);

	if (bytes == NULL)
		return 0;
	switch (stmt->column_types[column]) {
	case PGSQL_OID_FLOAT8:
		return float_of(bytes);
	case PGSQL_OID_NUMERIC:
		return numeric(bytes, len);
	default:
		return (double)pgsql_column_int(stmt, column);
	}
}

const char *
pgsql_column_text(struct driver_stmt *stmt, int column)
{
	int len;
	const char *bytes = bytes_of(stmt, column, &len);

	return bytes != NULL ? bytes : "";
}

const void *
pgsql_column_blob(struct driver_stmt *stmt, int column, size_t *len_r)
{
	int len;
	const char *bytes = bytes_of(stmt, column, &len);

	*len_r = bytes != NULL ? (size_t)len : 0;
	return bytes != NULL ? bytes : "";
}
