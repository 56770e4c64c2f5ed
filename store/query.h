/* Running one statement of queries.h: open, bind, read rows, close. The first
 * failure sticks: later calls do nothing, query_close() returns it. So callers
 * look once. Internal to store/. */
#ifndef SENDWARD_STORE_QUERY_H
#define SENDWARD_STORE_QUERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/err.h"
#include "store/queries.h"

struct driver;
struct driver_db;
struct driver_stmt;

/* struct store of store.h: one database handle. */
struct store {
	const struct driver *driver;
	struct driver_db *db;
	bool in_transaction;
	bool is_reading; /* between store_read_begin and store_read_end */
	struct query_slot {
		struct driver_stmt *stmt; /* NULL: not prepared yet */
		bool in_use;
	} slots[QUERY_COUNT];
};

struct query {
	struct store *store;
	enum query_id id;
	struct driver_stmt *stmt;
	bool is_done; /* stepping again would run it again */
	bool
	    is_extra; /* the slot's statement was busy: prepared for this call */
	enum sg_err failed;
	struct err *err_r;
};

void query_open(
    struct query *q, struct store *store, enum query_id id, struct err *err_r);
void query_bind_int(struct query *q, const char *name, int64_t value);
void query_bind_real(struct query *q, const char *name, double value);
void query_bind_text(struct query *q, const char *name, const char *text);
void query_bind_blob(
    struct query *q, const char *name, const void *data, size_t len);

/* The next row. False: the end, or a failure. */
bool query_next(struct query *q);
int64_t query_int(struct query *q, int column);
double query_real(struct query *q, int column);
const char *query_text(struct query *q, int column);
const void *query_blob(struct query *q, int column, size_t *len_r);
/* Copies text. What does not fit is a failure (SG_IO), never cut. */
void query_copy(struct query *q, int column, char *text_r, size_t size);

enum sg_err query_close(struct query *q);
/* Runs a statement that yields no rows and closes; *changed_r (may be NULL): rows
 * written. */
enum sg_err query_run(struct query *q, int64_t *changed_r);
/* Runs one that writes and yields no rows, within a transaction, and closes: its
 * failure may come at once, with a later statement, or with the commit, so that a
 * database far away need not answer each. */
enum sg_err query_send(struct query *q);
/* The same for one of which queries_pgsql.h has a form with lists in the place of
 * values, which must all be bound: rows wait until something else is asked, then go
 * together. They change the same whatever their order is. */
enum sg_err query_gather(struct query *q);
/* query_send for each of count rows: `many` writes so many at once, `one` the rest.
 * A database that has a faster way for rows of `one` goes it.
 * bind: the row's values under the names of the statement's row `at`, from 0.
 * *known_r (may be NULL): so many were written at least; others may have been there. */
struct query_rows {
	enum query_id many, one;
	size_t at_once;
	void (*bind)(struct query *q, int at, const void *row);
	size_t row_size;
};
enum sg_err query_send_rows(struct store *store, const struct query_rows *how,
    const void *rows, size_t count, size_t *known_r, struct err *err_r);
/* Runs one that must write at least one row; else SG_MISSING with the text
 * "no WHAT". */
enum sg_err query_run_one(struct query *q, const char *what);

/* Calls back for rows of identity id and time, in store.h's way; closes. */
enum sg_err query_run_due(
    struct query *q, bool (*fn)(void *, int64_t, int64_t), void *ctx);

/* Opens without a look at the schema. */
enum sg_err store_connect(const char *url, int driver_mode, int busy_msec,
    struct store **store_r, struct err *err_r);

#endif
