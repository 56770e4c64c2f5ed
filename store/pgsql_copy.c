/* Rows that a plain INSERT would write, by COPY: half of what they cost the server.
 * Chooses nothing: query_rows.c says when. */
#include "config.h"

#include "store/pgsql.h"

#include <endian.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libpq-fe.h>

#include "base/buf.h"
#include "base/clock.h"

/* Of one COPY. A larger row goes alone. */
#define ROWS_MAX 16384
#define FULL_BYTES (1024 * 1024)
#define BYTES_MAX (512 * 1024 * 1024)

/* What is sent of them at once. */
#define SLICE_BYTES (64 * 1024)

struct pgsql_copy {
	char *sql;
	bool passes; /* over rows that are there: ON CONFLICT … DO NOTHING */
	struct buf data;
	size_t rows;
};

/* ---- its text -------------------------------------------------------------------- */

/* Behind "($1, $2, …, $n)" at the beginning of sql; NULL: it is something else. */
static const char *
skip_values(const char *sql, int params)
{
	char want[16];

	for (int i = 1; i <= params; i++) {
		int len = snprintf(
		    want, sizeof(want), "%s$%d", i == 1 ? "(" : ", ", i);

		if (strncmp(sql, want, (size_t)len) != 0)
			return NULL;
		sql += len;
	}
	return *sql == ')' ? sql + 1 : NULL;
}

static struct pgsql_copy *
copy_new(const struct driver_stmt *stmt)
{
	static const char insert[] = "INSERT INTO ", values[] = " VALUES ";
	static const char pass[] = " DO NOTHING";
	const char *middle = strstr(stmt->sql, values);
	const char *end = NULL, *found;
	struct pgsql_copy *copy;
	size_t size;

	if (strncmp(stmt->sql, insert, strlen(insert)) == 0 && middle != NULL)
		end = skip_values(middle + strlen(values), stmt->params);
	if (end == NULL)
		return NULL;
	found = strstr(end, pass);
	if (found != NULL)
		end = found + strlen(pass);
	if (end[strspn(end, " ")] != '\0' ||
	    (copy = calloc(1, sizeof(*copy))) == NULL)
		return NULL;
	size = strlen(stmt->sql) + 64;
	copy->sql = malloc(size);
	if (copy->sql == NULL) {
		free(copy);
		return NULL;
	}
	copy->passes = found != NULL;
	(void)snprintf(copy->sql, size,
	    "%sCOPY %.*s FROM STDIN (FORMAT binary)",
	    copy->passes ? "SAVEPOINT c; " : "",
	    (int)(middle - stmt->sql - (ptrdiff_t)strlen(insert)),
	    stmt->sql + strlen(insert));
	buf_init(&copy->data, BYTES_MAX);
	return copy;
}

bool
pgsql_can_copy(struct driver_stmt *stmt)
{
	if (stmt->copy == NULL && !stmt->cannot_copy) {
		stmt->copy = copy_new(stmt);
		stmt->cannot_copy = stmt->copy == NULL;
	}
	return stmt->copy != NULL;
}

void
pgsql_copy_drop(struct driver_stmt *stmt)
{
	if (stmt->copy != NULL)
		stmt->copy->rows = 0;
}

void
pgsql_copy_free(struct driver_stmt *stmt)
{
	if (stmt->copy == NULL)
		return;
	buf_fini(&stmt->copy->data);
	free(stmt->copy->sql);
	free(stmt->copy);
	stmt->copy = NULL;
}

/* ---- rows ------------------------------------------------------------------------ */

static void
append_number(struct buf *data, uint32_t number, size_t bytes)
{
	number = htobe32(number);
	buf_append(data, (char *)&number + sizeof(number) - bytes, bytes);
}

/* A signature, no flags, no more of a header. */
static void
append_head(struct buf *data)
{
	static const char signature[] = "PGCOPY\n\377\r\n";

	buf_append(data, signature, sizeof(signature)); /* with its NUL */
	append_number(data, 0, sizeof(uint32_t));
	append_number(data, 0, sizeof(uint32_t));
}

enum sg_err
pgsql_copy_add(struct driver_stmt *stmt, bool *is_full_r, struct err *err_r)
{
	struct pgsql_copy *copy = stmt->copy;
	struct buf *data = &copy->data;

	if (copy->rows == 0) {
		buf_clear(data);
		append_head(data);
	}
	append_number(data, (uint32_t)stmt->params, 2);
	for (int i = 0; i < stmt->params; i++) {
		const char *value = stmt->values[i];
		size_t len = value != NULL ? (size_t)stmt->lengths[i] : 0;

		append_number(data, value != NULL ? (uint32_t)len : UINT32_MAX,
		    sizeof(uint32_t));
		buf_append(data, value, len);
	}
	/* what the next row does not bind is NULL */
	memset(stmt->values, 0, sizeof(stmt->values));
	*is_full_r = ++copy->rows >= ROWS_MAX || data->len >= FULL_BYTES;
	if (!data->failed)
		return SG_OK;
	copy->rows = 0;
	return err_set(err_r, SG_NOMEM, "no memory for rows");
}

/* ---- sending --------------------------------------------------------------------- */

/* Waits until all is on its way: the server may not read, but write. */
static enum sg_err
flush_out(struct driver_db *d, struct err *err_r)
{
	int64_t until_msec = clock_mono_msec() + d->statement_msec;
	int more;

	while ((more = PQflush(d->conn)) > 0) {
		struct pollfd fd = {
		    .fd = PQsocket(d->conn), .events = POLLIN | POLLOUT};
		int64_t left =
		    d->statement_msec > 0 ? until_msec - clock_mono_msec() : -1;

		if (d->statement_msec > 0 && left <= 0)
			return pgsql_lost(d, err_r);
		if (poll(&fd, 1, (int)left) < 0 && errno != EINTR)
			return pgsql_lost(d, err_r);
		if ((fd.revents & POLLIN) != 0 && !PQconsumeInput(d->conn))
			return pgsql_lost(d, err_r);
	}
	return more == 0 ? SG_OK : pgsql_lost(d, err_r);
}

static enum sg_err
send_data(struct driver_db *d, const struct buf *data, struct err *err_r)
{
	enum sg_err code = SG_OK;

	if (PQsetnonblocking(d->conn, 1) != 0)
		return pgsql_lost(d, err_r);
	for (size_t at = 0; at < data->len && code == SG_OK;
	     at += SLICE_BYTES) {
		size_t n = data->len - at;

		n = n < SLICE_BYTES ? n : SLICE_BYTES;
		if (PQputCopyData(d->conn, data->data + at, (int)n) <= 0)
			return pgsql_lost(d, err_r);
		code = flush_out(d, err_r);
	}
	if (code == SG_OK && PQputCopyEnd(d->conn, NULL) <= 0)
		code = pgsql_lost(d, err_r);
	if (code == SG_OK)
		code = flush_out(d, err_r);
	if (code == SG_OK && PQsetnonblocking(d->conn, 0) != 0)
		code = pgsql_lost(d, err_r);
	return code;
}

/* Results up to one that is none of a command that went well; NULL: there are no
 * more, or the server is lost (*code_r). */
static PGresult *
next_result(struct driver_db *d, enum sg_err *code_r, struct err *err_r)
{
	PGresult *result;

	while ((result = pgsql_result(d, code_r, err_r)) != NULL &&
	       PQresultStatus(result) == PGRES_COMMAND_OK)
		PQclear(result);
	return result;
}

/* Outside the pipeline. Returns the failure of the COPY, or that of the server. */
static enum sg_err
run_copy(struct driver_db *d, const struct pgsql_copy *copy, struct err *err_r)
{
	enum sg_err code, first = SG_OK;
	PGresult *result;

	if (!PQsendQuery(d->conn, copy->sql))
		return pgsql_lost(d, err_r);
	result = next_result(d, &code, err_r);
	if (result != NULL && PQresultStatus(result) == PGRES_COPY_IN) {
		PQclear(result);
		code = send_data(d, &copy->data, err_r);
		if (code != SG_OK)
			return code;
		result = next_result(d, &code, err_r);
	}
	while (result != NULL) {
		if (first == SG_OK)
			first = pgsql_fail(d, result, err_r);
		PQclear(result);
		result = next_result(d, &code, first == SG_OK ? err_r : NULL);
	}
	return first != SG_OK ? first : code;
}

/* All that was sent before must have been answered. */
static enum sg_err
leave_pipeline(struct driver_db *d, struct err *err_r)
{
	enum sg_err code = pgsql_send_begin(d, err_r);

	if (code == SG_OK && (d->sent > 0 || d->groups > 0))
		code = pgsql_wait(d, err_r);
	if (code == SG_OK && !PQexitPipelineMode(d->conn))
		code = pgsql_lost(d, err_r);
	return code;
}

static enum sg_err
copy_out_of_pipeline(
    struct driver_db *d, const struct pgsql_copy *copy, struct err *err_r)
{
	enum sg_err code = run_copy(d, copy, err_r);

	if (d->conn == NULL)
		return code;
	if (!PQenterPipelineMode(d->conn))
		return pgsql_lost(d, err_r);
	if (!copy->passes)
		return code;
	if (code == SG_OK)
		return pgsql_send(d, "RELEASE c", err_r);
	if (code == SG_EXISTS && pgsql_send(d, "ROLLBACK TO c", NULL) == SG_OK)
		(void)pgsql_send(d, "RELEASE c", NULL);
	return code;
}

enum sg_err
pgsql_copy_end(struct driver_stmt *stmt, bool *twice_r, struct err *err_r)
{
	struct driver_db *d = stmt->db;
	struct pgsql_copy *copy = stmt->copy;
	struct err err = {0};
	enum sg_err code = pgsql_ready(d, err_r);

	*twice_r = false;
	if (code != SG_OK || copy->rows == 0)
		return code;
	append_number(&copy->data, UINT16_MAX, 2);
	code = copy->data.failed ? err_set(&err, SG_NOMEM, "no memory for rows")
				 : leave_pipeline(d, &err);
	if (code == SG_OK)
		code = copy_out_of_pipeline(d, copy, &err);
	copy->rows = 0;
	*twice_r = code == SG_EXISTS && copy->passes && d->conn != NULL;
	if (code == SG_OK || *twice_r)
		return SG_OK;
	pgsql_break(d, code, &err);
	return err_set(err_r, code, "%s", err.text);
}
