/* What a database must be able to do: one const struct of functions for each.
 * Knows no table. Internal to store/.
 *
 * Functions that may fail return the code and fill err_r, as store.h says.
 * Statements are text with $names; a driver whose database wants numbers
 * rewrites them in prepare(). */
#ifndef SENDWARD_STORE_DRIVER_H
#define SENDWARD_STORE_DRIVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/err.h"

struct driver_db;   /* a connection; each driver has its own */
struct driver_stmt; /* a prepared statement of it */
struct schema;      /* migrate.h */

enum driver_mode {
	DRIVER_READ,
	DRIVER_COUNT,
	DRIVER_WRITE,
	DRIVER_BULK,
	DRIVER_CREATE
};

struct driver {
	const struct schema *schema; /* its files */
	/* Statements in a form of its own, by enum query_id; NULL: the common
	 * one. */
	const char *const *texts;

	/* where: the url behind the colon. The schema is not looked at. */
	enum sg_err (*open)(const char *where, enum driver_mode mode,
	    int busy_msec, struct driver_db **db_r, struct err *err_r);
	void (*close)(struct driver_db *db);
	/* For messages: a path or an address, never a password. */
	const char *(*name)(struct driver_db *db);

	/* 0: an empty database; SG_SCHEMA: a database of something else. */
	enum sg_err (*version)(
	    struct driver_db *db, int *version_r, struct err *err_r);
	/* Runs statements that are not prepared: a schema file. */
	enum sg_err (*script)(
	    struct driver_db *db, const char *sql, struct err *err_r);

	enum sg_err (*prepare)(struct driver_db *db, const char *sql,
	    struct driver_stmt **stmt_r, struct err *err_r);
	void (*finalize)(struct driver_stmt *stmt);
	/* name: with its dollar. Text and blobs are borrowed until reset. */
	enum sg_err (*bind_int)(struct driver_stmt *stmt, const char *name,
	    int64_t value, struct err *err_r);
	enum sg_err (*bind_real)(struct driver_stmt *stmt, const char *name,
	    double value, struct err *err_r);
	enum sg_err (*bind_text)(struct driver_stmt *stmt, const char *name,
	    const char *text, struct err *err_r);
	enum sg_err (*bind_blob)(struct driver_stmt *stmt, const char *name,
	    const void *data, size_t len, struct err *err_r);
	/* *row_r false: the end. */
	enum sg_err (*step)(
	    struct driver_stmt *stmt, bool *row_r, struct err *err_r);
	/* As query_send. NULL: the driver has no faster way than step. */
	enum sg_err (*send)(struct driver_stmt *stmt, struct err *err_r);
	/* As query_gather. NULL: send. */
	enum sg_err (*gather)(struct driver_stmt *stmt, struct err *err_r);
	/* Rows of a statement INSERT INTO … (…) VALUES ($a, …) in one go, within a
	 * transaction; behind it may stand ON CONFLICT … DO NOTHING. can_copy
	 * NULL, or false: not of this one. copy_add takes what is bound as a row;
	 * after one that is full copy_end is due. copy_end writes them, as
	 * query_send; *twice_r: the statement would have passed over a row, so
	 * none was written. reset forgets what was not written. */
	bool (*can_copy)(struct driver_stmt *stmt);
	enum sg_err (*copy_add)(
	    struct driver_stmt *stmt, bool *is_full_r, struct err *err_r);
	enum sg_err (*copy_end)(
	    struct driver_stmt *stmt, bool *twice_r, struct err *err_r);
	void (*reset)(struct driver_stmt *stmt);

	/* Columns of the present row, from 0. Text and blobs live until the next
	 * step or reset; NULL is 0 or empty. */
	int64_t (*column_int)(struct driver_stmt *stmt, int column);
	double (*column_real)(struct driver_stmt *stmt, int column);
	const char *(*column_text)(struct driver_stmt *stmt, int column);
	const void *(*column_blob)(
	    struct driver_stmt *stmt, int column, size_t *len_r);
	/* Rows that the last finished statement wrote. */
	int64_t (*changed_rows)(struct driver_db *db);

	/* A transaction that may write, the only one. commit that fails has rolled
	 * back. A statement that fails with SG_EXISTS, SG_MISSING or SG_INVALID
	 * is as if it had not been run. */
	enum sg_err (*begin)(struct driver_db *db, struct err *err_r);
	/* As store_begin_parallel: after any failure nothing but rollback. NULL:
	 * begin. */
	enum sg_err (*begin_parallel)(struct driver_db *db, struct err *err_r);
	enum sg_err (*commit)(struct driver_db *db, struct err *err_r);
	void (*rollback)(struct driver_db *db);

	/* One that only reads: it locks once, and sees one moment. */
	enum sg_err (*begin_read)(struct driver_db *db, struct err *err_r);
	bool (*is_writing)(struct driver_stmt *stmt);

	/* As store_maybe_changed and store_backup (db: opened for it). */
	enum sg_err (*maybe_changed)(
	    struct driver_db *db, bool *changed_r, struct err *err_r);
	enum sg_err (*backup)(
	    struct driver_db *db, const char *path, struct err *err_r);
};

extern const struct driver driver_sqlite;
extern const struct driver driver_pgsql;

#endif
