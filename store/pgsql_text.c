/* Texts: statements with numbered parameters, and what the errors of PostgreSQL
 * mean. Talks to no server. */
#include "config.h"

#include "store/pgsql.h"

#include <stdlib.h>
#include <string.h>

#include <libpq-fe.h>

#include "base/buf.h"

#define SQL_MAX_BYTES (64 * 1024)

static bool
is_name(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '_';
}

/* The number of a name (with its dollar), from 1; 0: too many, or no memory. */
static int
number_of(struct driver_stmt *stmt, const char *name, size_t len)
{
	for (int i = 0; i < stmt->params; i++)
		if (strncmp(stmt->names[i], name, len) == 0 &&
		    stmt->names[i][len] == '\0')
			return i + 1;
	if (stmt->params == PGSQL_PARAMS_MAX)
		return 0;
	stmt->names[stmt->params] = strndup(name, len);
	if (stmt->names[stmt->params] == NULL)
		return 0;
	return ++stmt->params;
}

/* Copies a literal or a name in quotation marks; returns what is behind it. */
static const char *
copy_quoted(struct buf *out, const char *sql)
{
	const char *end = strchr(sql + 1, *sql);

	end = end != NULL ? end + 1 : sql + strlen(sql);
	buf_append(out, sql, (size_t)(end - sql));
	return end;
}

static bool
number_names(struct driver_stmt *stmt, const char *sql, struct buf *out)
{
	while (*sql != '\0') {
		size_t len = strcspn(sql, "'\"$");

		buf_append(out, sql, len);
		sql += len;
		if (*sql == '\'' || *sql == '"') {
			sql = copy_quoted(out, sql);
		} else if (*sql == '$') {
			int number;

			for (len = 1; is_name(sql[len]); len++)
				continue;
			number = number_of(stmt, sql, len);
			if (number == 0)
				return false;
			buf_printf(out, "$%d", number);
			sql += len;
		}
	}
	return !out->failed;
}

static bool
begins_with(const char *sql, const char *word)
{
	return strncmp(sql, word, strlen(word)) == 0;
}

enum sg_err
pgsql_rewrite(struct driver_stmt *stmt, const char *sql, struct err *err_r)
{
	enum sg_err code = SG_OK;
	struct buf out;

	buf_init(&out, SQL_MAX_BYTES);
	if (!number_names(stmt, sql, &out) ||
	    (stmt->sql = strdup(buf_str(&out))) == NULL)
		code = err_set(err_r, SG_NOMEM,
		    "a statement is too long, or there is no memory");
	buf_fini(&out);
	stmt->may_conflict =
	    begins_with(sql, "INSERT") || begins_with(sql, "UPDATE");
	stmt->is_writing = stmt->may_conflict || begins_with(sql, "DELETE");
	stmt->is_list = !stmt->is_writing && strstr(sql, "LIMIT") == NULL;
	return code;
}

/* ---- errors ---------------------------------------------------------------------- */

struct meaning {
	const char *state; /* SQLSTATE, or the beginning of it */
	enum sg_err code;
	const char *text; /* "": as PostgreSQL says */
};

/* The first that fits. */
static const struct meaning meanings[] = {
    {"23505", SG_EXISTS, "it exists already"},
    {"23P01", SG_EXISTS, "it exists already"},
    {"23503", SG_MISSING, "what it belongs to is not there"},
    {"23", SG_INVALID, "not acceptable"},
    {"22021", SG_INVALID, "a text is not UTF-8"},
    {"22P05", SG_INVALID, "a text is not UTF-8"},
    {"54000", SG_INVALID, "a value is too large"},
    {"22", SG_INVALID, "not acceptable"},
    {"40", SG_BUSY, "in the way of another transaction"},
    {"55P03", SG_BUSY, "locked by another process"},
    {"57014", SG_IO, "it took too long"},
    {"25006", SG_IO, "the database is read-only"},
    {"25P0", SG_IO, ""},
    {"42501", SG_IO, ""},
    {"53100", SG_IO, "the disk is full"},
    {"53200", SG_IO, "the server has no memory"},
    {"0A000", SG_BUG, ""},
    {"42", SG_BUG, ""},
    {"26", SG_BUG, ""},
    {"", SG_IO, ""},
};

/* The message without its line end. */
static const char *
field(const PGresult *result, int which)
{
	const char *text = PQresultErrorField(result, which);

	return text != NULL ? text : "";
}

enum sg_err
pgsql_fail(struct driver_db *d, const PGresult *result, struct err *err_r)
{
	const char *state = field(result, PG_DIAG_SQLSTATE);
	const char *said = field(result, PG_DIAG_MESSAGE_PRIMARY);
	const struct meaning *m = meanings;

	if (PQresultStatus(result) == PGRES_PIPELINE_ABORTED)
		return err_set(err_r, SG_IO,
		    "%s: a statement before this one failed", d->name);
	if (state[0] == '\0')
		said = PQresultErrorMessage(result);
	while (!begins_with(state, m->state))
		m++;
	if (m->text[0] == '\0')
		return err_set(err_r, m->code, "%s: %s", d->name, said);
	if (m->code == SG_EXISTS || m->code == SG_MISSING ||
	    m->code == SG_INVALID)
		return err_set(err_r, m->code, "%s (%s)", m->text, said);
	return err_set(err_r, m->code, "%s: %s (%s)", d->name, m->text, said);
}
