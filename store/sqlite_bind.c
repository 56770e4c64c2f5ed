/* Parameters of SQLite's statements, by name: SQLite goes through all names for
 * each, which was a tenth of what a statement of many rows costs. */
#include "config.h"

#include "store/sqlite.h"

#include <stdlib.h>
#include <string.h>

void
sqlite_stmt_free(struct driver_stmt *stmt)
{
	if (stmt == NULL)
		return;
	(void)sqlite3_finalize(stmt->stmt); /* repeats the last failure */
	for (int i = 0; i < stmt->params; i++)
		free(stmt->list[i].name);
	free(stmt);
}

struct driver_stmt *
sqlite_stmt_new(sqlite3_stmt *of)
{
	int params = sqlite3_bind_parameter_count(of);
	struct driver_stmt *stmt =
	    calloc(1, sizeof(*stmt) + (size_t)params * sizeof(stmt->list[0]));

	if (stmt == NULL) {
		(void)sqlite3_finalize(of); /* it was not run */
		return NULL;
	}
	stmt->stmt = of;
	stmt->params = params;
	for (int i = 0; i < params; i++) {
		const char *name = sqlite3_bind_parameter_name(of, i + 1);

		/* SQLite's own goes when it prepares the statement anew */
		stmt->list[i].name = strdup(name != NULL ? name : "");
		if (stmt->list[i].name == NULL) {
			sqlite_stmt_free(stmt);
			return NULL;
		}
		stmt->list[i].next = (i + 1) % params;
	}
	return stmt;
}

/* SQLite's number of it; 0: there is none. They are bound in the same order again
 * and again. */
static int
index_of(struct driver_stmt *stmt, const char *name)
{
	int i, next;

	if (stmt->params == 0)
		return 0;
	next = stmt->list[stmt->last].next;
	if (strcmp(stmt->list[next].name, name) != 0) {
		for (i = 0; i < stmt->params; i++)
			if (strcmp(stmt->list[i].name, name) == 0)
				break;
		if (i == stmt->params)
			return 0;
		stmt->list[stmt->last].next = next = i;
	}
	stmt->last = next;
	return next + 1;
}

static enum sg_err
bind_result(struct driver_stmt *stmt, const char *name, int index, int rc,
    struct err *err_r)
{
	if (index == 0)
		return err_set(err_r, SG_BUG, "a statement has no %s", name);
	return rc == SQLITE_OK ? SG_OK
			       : sqlite_stmt_fail(stmt->stmt, rc, err_r);
}

enum sg_err
sqlite_bind_int(struct driver_stmt *stmt, const char *name, int64_t value,
    struct err *err_r)
{
	int i = index_of(stmt, name);
	int rc = sqlite3_bind_int64(stmt->stmt, i, value);

	return bind_result(stmt, name, i, rc, err_r);
}

enum sg_err
sqlite_bind_real(
    struct driver_stmt *stmt, const char *name, double value, struct err *err_r)
{
	int i = index_of(stmt, name);
	int rc = sqlite3_bind_double(stmt->stmt, i, value);

	return bind_result(stmt, name, i, rc, err_r);
}

enum sg_err
sqlite_bind_text(struct driver_stmt *stmt, const char *name, const char *text,
    struct err *err_r)
{
	int i = index_of(stmt, name);
	int rc = sqlite3_bind_text(stmt->stmt, i, text, -1, SQLITE_STATIC);

	return bind_result(stmt, name, i, rc, err_r);
}

enum sg_err
sqlite_bind_blob(struct driver_stmt *stmt, const char *name, const void *data,
    size_t len, struct err *err_r)
{
	int i = index_of(stmt, name);
	int rc = sqlite3_bind_blob64(
	    stmt->stmt, i, len > 0 ? data : "", len, SQLITE_STATIC);

	return bind_result(stmt, name, i, rc, err_r);
}
