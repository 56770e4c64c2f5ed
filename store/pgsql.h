/* What the parts of the PostgreSQL driver share. pgsql.c: transactions and the
 * table of functions; pgsql_connect.c: connections; pgsql_pipe.c: what is on its
 * way to the server and back; pgsql_stmt.c: statements and rows; pgsql_copy.c and
 * pgsql_gather.c: many rows by one statement; pgsql_text.c: texts of statements,
 * errors. Internal to store/.
 *
 * A connection is always in libpq's pipeline mode (but for scripts). Commands are
 * sent without waiting; pgsql_flush ends a group of them (a sync), and their results
 * come back in their order. */
#ifndef SENDWARD_STORE_PGSQL_H
#define SENDWARD_STORE_PGSQL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "store/driver.h"

/* libpq-fe.h: PGconn, PGresult; its Oid is an unsigned. */
struct pg_conn;
struct pg_result;

/* Advisory locks: this number, and what is locked. Schema files know them, too. */
#define PGSQL_LOCK_CLASS 1936027236
#define PGSQL_LOCK_WRITER 1

/* pg_type.dat: these never change. */
#define PGSQL_OID_BOOL 16
#define PGSQL_OID_BYTEA 17
#define PGSQL_OID_INT8 20
#define PGSQL_OID_INT2 21
#define PGSQL_OID_INT4 23
#define PGSQL_OID_TEXT 25
#define PGSQL_OID_FLOAT8 701
#define PGSQL_OID_NUMERIC 1700

#define PGSQL_PARAMS_MAX 64
#define PGSQL_GROUPS_MAX 2

enum pgsql_transaction {
	PGSQL_NONE,
	PGSQL_EXCLUSIVE, /* store_begin */
	PGSQL_PARALLEL,  /* store_begin_parallel */
	PGSQL_READING,   /* store_read_begin */
};

struct driver_db {
	char *url;
	enum driver_mode mode;
	int busy_msec;
	char name[256];
	struct pg_conn *conn; /* NULL: none */
	unsigned generation;  /* of the connection, from 1 */
	int64_t retry_msec;   /* no try to connect before */
	struct err retry_err;
	int64_t notice_msec;    /* when one was told last; 0 never */
	unsigned notices;       /* that were not told since */
	int64_t statement_msec; /* a longer answer means a lost server; 0 any */

	enum pgsql_transaction transaction;
	bool is_begun;      /* its BEGIN was sent */
	bool has_savepoint; /* one is open */
	struct err broken;  /* code SG_OK: the transaction is sound */

	/* Commands whose results are awaited: of groups that were ended, the
	 * oldest first, and of the present one. */
	size_t ended[PGSQL_GROUPS_MAX];
	size_t groups;
	size_t sent;
	struct driver_stmt *streaming; /* whose rows still come */
	struct driver_stmt *gathered;  /* has rows that wait; NULL: none */

	int64_t changed_rows;
	unsigned
	    statements; /* prepared on this handle so far: for their names */
	bool is_listening;
	bool is_changed;
};

struct pgsql_row; /* copied, for a list that another statement interrupted */
struct pgsql_copy;
struct pgsql_gather;

struct driver_stmt {
	struct driver_db *db;
	char *sql; /* with $1, $2 */
	char *names[PGSQL_PARAMS_MAX];
	int params;
	bool is_writing;
	bool may_conflict; /* INSERT, UPDATE: a constraint may be against it */
	bool is_list;      /* no LIMIT: its rows are fetched one by one */

	char name[16];       /* on the server */
	unsigned generation; /* of the connection that knows it; 0 none */
	unsigned prepared[PGSQL_PARAMS_MAX]; /* types it was prepared with */

	unsigned types[PGSQL_PARAMS_MAX]; /* 0: NULL */
	const char *values[PGSQL_PARAMS_MAX];
	int lengths[PGSQL_PARAMS_MAX];
	int formats[PGSQL_PARAMS_MAX]; /* 1: all are binary */
	int last; /* bound: the next one is often behind it */
	uint64_t numbers[PGSQL_PARAMS_MAX]; /* in network order */

	bool is_open; /* it was run, rows are to be read */
	bool is_cut;  /* its rows were on their way when the server was lost */
	struct pg_result *result;
	int row;                /* the present one of result */
	struct pg_result *held; /* of the present row, before it was copied */
	unsigned *column_types;
	int columns;
	struct pgsql_row *copied, *last_copied; /* present one first */
	bool at_copied;                         /* the present row is *copied */

	struct pgsql_copy *copy; /* NULL: none yet, or cannot_copy */
	bool cannot_copy;
	struct pgsql_gather *gather; /* NULL: none yet */
};

/* ---- pgsql_text.c ------------------------------------------------------------ */
/* The statement with numbers in the place of names. Literals and names in quotation
 * marks are left alone. */
enum sg_err pgsql_rewrite(
    struct driver_stmt *stmt, const char *sql, struct err *err_r);
/* What a failed result means to the callers of store.h. */
enum sg_err pgsql_fail(
    struct driver_db *d, const struct pg_result *result, struct err *err_r);

/* ---- pgsql_connect.c --------------------------------------------------------- */
/* Connects unless it is; not within a transaction. Bounded: some seconds for each
 * host of the url; after a failure the next try comes a second later at the
 * earliest. */
enum sg_err pgsql_connect(struct driver_db *d, struct err *err_r);
/* Gives up the connection: what was on its way is lost. */
void pgsql_disconnect(struct driver_db *d);
/* SG_IO with the reason. Within a transaction it is broken by that. */
enum sg_err pgsql_lost(struct driver_db *d, struct err *err_r);

/* ---- pgsql_pipe.c ------------------------------------------------------------ */
/* Sends a command; its result is looked at later. */
enum sg_err pgsql_send(struct driver_db *d, const char *sql, struct err *err_r);
/* Ends the group, and does not wait for it. */
enum sg_err pgsql_flush(struct driver_db *d, struct err *err_r);
/* Reads the results of all that was sent, but for the last `own` commands of the
 * newest group, which must have been ended. Returns its first failure; those of an
 * older group nobody waits for. */
enum sg_err pgsql_collect(struct driver_db *d, size_t own, struct err *err_r);
/* The next result of the present command; NULL: there is none any more. A lost or
 * silent server: *code_r SG_IO. */
struct pg_result *pgsql_result(
    struct driver_db *d, enum sg_err *code_r, struct err *err_r);
/* Reads the end of the newest group, when its commands were read. */
enum sg_err pgsql_finish(struct driver_db *d, struct err *err_r);
/* Flush, collect all, finish. */
enum sg_err pgsql_wait(struct driver_db *d, struct err *err_r);

/* ---- pgsql_stmt.c ------------------------------------------------------------ */
enum sg_err pgsql_prepare(struct driver_db *d, const char *sql,
    struct driver_stmt **stmt_r, struct err *err_r);
void pgsql_finalize(struct driver_stmt *stmt);
enum sg_err pgsql_bind_int(struct driver_stmt *stmt, const char *name,
    int64_t value, struct err *err_r);
enum sg_err pgsql_bind_real(struct driver_stmt *stmt, const char *name,
    double value, struct err *err_r);
enum sg_err pgsql_bind_text(struct driver_stmt *stmt, const char *name,
    const char *text, struct err *err_r);
enum sg_err pgsql_bind_blob(struct driver_stmt *stmt, const char *name,
    const void *data, size_t len, struct err *err_r);
enum sg_err pgsql_step(
    struct driver_stmt *stmt, bool *row_r, struct err *err_r);
/* Sends a statement that yields no rows, within a transaction; as query_send. */
enum sg_err pgsql_stmt_send(struct driver_stmt *stmt, struct err *err_r);
/* The same behind pgsql_ready. */
enum sg_err pgsql_send_bound(struct driver_stmt *stmt, struct err *err_r);
void pgsql_reset(struct driver_stmt *stmt);
int64_t pgsql_column_int(struct driver_stmt *stmt, int column);
double pgsql_column_real(struct driver_stmt *stmt, int column);
const char *pgsql_column_text(struct driver_stmt *stmt, int column);
const void *pgsql_column_blob(
    struct driver_stmt *stmt, int column, size_t *len_r);
/* Takes the rows of an open list into memory, so that another command may be
 * sent. */
enum sg_err pgsql_make_room(struct driver_db *d, struct err *err_r);

/* ---- pgsql_copy.c ------------------------------------------------------------ */
/* As struct driver has them. */
bool pgsql_can_copy(struct driver_stmt *stmt);
enum sg_err pgsql_copy_add(
    struct driver_stmt *stmt, bool *is_full_r, struct err *err_r);
enum sg_err pgsql_copy_end(
    struct driver_stmt *stmt, bool *twice_r, struct err *err_r);
void pgsql_copy_drop(struct driver_stmt *stmt);
void pgsql_copy_free(struct driver_stmt *stmt);

/* ---- pgsql_gather.c ---------------------------------------------------------- */
/* As struct driver has it. */
enum sg_err pgsql_gather(struct driver_stmt *stmt, struct err *err_r);
/* Sends all rows that wait. */
enum sg_err pgsql_write_gathered(struct driver_db *d, struct err *err_r);
/* Forgets them: their transaction is at its end. */
void pgsql_drop_gathered(struct driver_db *d);
void pgsql_gather_free(struct driver_stmt *stmt);

/* ---- pgsql.c ----------------------------------------------------------------- */
/* What stands before each statement: the connection, the transaction's state, and
 * the rows that were gathered. */
enum sg_err pgsql_ready(struct driver_db *d, struct err *err_r);
/* Marks the transaction (if any) as broken by code and *err. */
void pgsql_break(struct driver_db *d, enum sg_err code, const struct err *err);
/* Sends BEGIN, if it was put off. */
enum sg_err pgsql_send_begin(struct driver_db *d, struct err *err_r);

#endif
