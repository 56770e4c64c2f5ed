/* What the files of the SQLite driver share. Internal to store/. */
#ifndef SENDWARD_STORE_SQLITE_H
#define SENDWARD_STORE_SQLITE_H

#include <stddef.h>
#include <stdint.h>

#include <sqlite3.h>

#include "base/err.h"

struct driver_stmt {
	sqlite3_stmt *stmt;
	int params, last; /* bound; from 0 */
	struct sqlite_param {
		char *name; /* with its dollar */
		int next;   /* the one that was bound after it last time */
	} list[];
};

/* ---- sqlite.c ---------------------------------------------------------------- */
/* The statement's failure as a code of ours. */
enum sg_err sqlite_stmt_fail(sqlite3_stmt *stmt, int rc, struct err *err_r);

/* ---- sqlite_bind.c ----------------------------------------------------------- */
/* Takes the statement over. NULL: no memory, and it is gone. */
struct driver_stmt *sqlite_stmt_new(sqlite3_stmt *stmt);
void sqlite_stmt_free(struct driver_stmt *stmt);
/* As in driver.h. */
enum sg_err sqlite_bind_int(struct driver_stmt *stmt, const char *name,
    int64_t value, struct err *err_r);
enum sg_err sqlite_bind_real(struct driver_stmt *stmt, const char *name,
    double value, struct err *err_r);
enum sg_err sqlite_bind_text(struct driver_stmt *stmt, const char *name,
    const char *text, struct err *err_r);
enum sg_err sqlite_bind_blob(struct driver_stmt *stmt, const char *name,
    const void *data, size_t len, struct err *err_r);

#endif
