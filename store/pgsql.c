/* The PostgreSQL driver: handles, transactions, schema version, and whether something
 * has changed. Knows no table but schema_version. */
#include "config.h"

#include "store/driver.h"
#include "store/pgsql.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libpq-fe.h>

#include "base/buf.h"
#include "store/migrate.h"
#include "store/queries_pgsql.h"

#define STRING(number) STRING_(number)
#define STRING_(number) #number
#define LOCK_EXCLUSIVE                                                         \
	"SELECT pg_advisory_xact_lock(" STRING(PGSQL_LOCK_CLASS) ", " STRING(  \
	    PGSQL_LOCK_WRITER) ")"

static void
db_close(struct driver_db *d)
{
	pgsql_disconnect(d);
	free(d->url);
	free(d);
}

/* libpq wants the whole url. */
static char *
url_dup(const char *where)
{
	size_t size = sizeof("postgresql:") + strlen(where);
	char *url = malloc(size);

	if (url != NULL)
		(void)snprintf(url, size, "postgresql:%s", where);
	return url;
}

static enum sg_err
db_open(const char *where, enum driver_mode mode, int busy_msec,
    struct driver_db **db_r, struct err *err_r)
{
	struct driver_db *d;
	enum sg_err code;

	*db_r = NULL;
	if (strncmp(where, "//", 2) != 0)
		return err_set(err_r, SG_INVALID,
		    "store: postgresql: must be followed by //, as in "
		    "postgresql://USER@HOST/DATABASE");
	d = calloc(1, sizeof(*d));
	if (d == NULL || (d->url = url_dup(where)) == NULL) {
		free(d);
		return err_set(err_r, SG_NOMEM, "no memory for the store");
	}
	d->mode = mode;
	d->busy_msec = busy_msec;
	(void)snprintf(d->name, sizeof(d->name), "PostgreSQL");
	code = pgsql_connect(d, err_r);
	if (code != SG_OK) {
		db_close(d);
		return code;
	}
	*db_r = d;
	return SG_OK;
}

static const char *
db_name(struct driver_db *d)
{
	return d->name;
}

/* ---- transactions ---------------------------------------------------------------- */

void
pgsql_break(struct driver_db *d, enum sg_err code, const struct err *err)
{
	if (d->transaction == PGSQL_NONE || d->broken.code != SG_OK)
		return;
	(void)err_set(&d->broken, code, "%s", err->text);
}

/* Has the server gone while nothing was asked of it? It costs one look at the
 * socket. */
static bool
is_gone(struct driver_db *d)
{
	return d->conn != NULL && d->groups == 0 && !PQconsumeInput(d->conn);
}

/* A connection on which something may be sent. */
static enum sg_err
be_connected(struct driver_db *d, struct err *err_r)
{
	if (d->broken.code != SG_OK)
		return err_set(err_r, SG_IO,
		    "the transaction failed before: %s", d->broken.text);
	if (d->transaction == PGSQL_NONE || !d->is_begun) {
		if (is_gone(d))
			pgsql_disconnect(d);
		return d->conn != NULL ? pgsql_make_room(d, err_r)
				       : pgsql_connect(d, err_r);
	}
	if (d->conn == NULL)
		return pgsql_lost(d, err_r);
	return pgsql_make_room(d, err_r);
}

enum sg_err
pgsql_ready(struct driver_db *d, struct err *err_r)
{
	enum sg_err code = be_connected(d, err_r);

	return code == SG_OK ? pgsql_write_gathered(d, err_r) : code;
}

enum sg_err
pgsql_send_begin(struct driver_db *d, struct err *err_r)
{
	enum sg_err code = SG_OK;

	if (d->transaction == PGSQL_NONE || d->is_begun)
		return SG_OK;
	if (d->sent > 0) /* not in one transaction with what comes */
		code = pgsql_flush(d, err_r);
	if (code == SG_OK)
		code = pgsql_send(d,
		    d->transaction == PGSQL_READING
			? "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY"
			: "BEGIN",
		    err_r);
	d->is_begun = code == SG_OK;
	return code;
}

static void
end_transaction(struct driver_db *d)
{
	pgsql_drop_gathered(d);
	d->transaction = PGSQL_NONE;
	d->is_begun = d->has_savepoint = false;
	d->broken.code = SG_OK;
}

static enum sg_err
begin_exclusive(struct driver_db *d, struct err *err_r)
{
	enum sg_err code = pgsql_ready(d, err_r);

	d->transaction = PGSQL_EXCLUSIVE;
	if (code == SG_OK)
		code = pgsql_send_begin(d, err_r);
	if (code == SG_OK)
		code = pgsql_send(d, LOCK_EXCLUSIVE, err_r);
	return code == SG_OK ? pgsql_wait(d, err_r) : code;
}

static void
db_rollback(struct driver_db *d)
{
	struct err ignored;

	if (d->conn != NULL && d->is_begun) {
		/* what failed before would take the ROLLBACK with it */
		if (d->streaming != NULL)
			(void)pgsql_make_room(d, &ignored);
		if (d->conn != NULL && d->sent > 0)
			(void)pgsql_wait(d, &ignored);
		if (d->conn != NULL &&
		    pgsql_send(d, "ROLLBACK", &ignored) == SG_OK)
			(void)pgsql_flush(d, &ignored);
	}
	end_transaction(d);
}

/* Once more when the server turned out to be gone: nothing was done yet. */
static enum sg_err
db_begin(struct driver_db *d, struct err *err_r)
{
	enum sg_err code = SG_OK;

	for (int tries = 0; tries < 2; tries++) {
		code = begin_exclusive(d, err_r);
		if (code == SG_OK)
			return code;
		if (d->conn != NULL)
			break;
		end_transaction(d);
	}
	db_rollback(d);
	return code;
}

static enum sg_err
db_begin_parallel(struct driver_db *d, struct err *err_r)
{
	enum sg_err code = pgsql_ready(d, err_r);

	if (code == SG_OK)
		d->transaction = PGSQL_PARALLEL;
	return code;
}

static enum sg_err
db_begin_read(struct driver_db *d, struct err *err_r)
{
	enum sg_err code = pgsql_ready(d, err_r);

	if (code == SG_OK)
		d->transaction = PGSQL_READING;
	return code;
}

/* The result tells whether there was something left to commit. */
static enum sg_err
read_commit(struct driver_db *d, struct err *err_r)
{
	enum sg_err code, ended;
	PGresult *result = pgsql_result(d, &code, err_r);

	if (code != SG_OK)
		return code;
	if (PQresultStatus(result) != PGRES_COMMAND_OK)
		code = pgsql_fail(d, result, err_r);
	else if (strcmp(PQcmdStatus(result), "COMMIT") != 0)
		code = err_set(err_r, SG_IO,
		    "%s: the transaction was rolled back", d->name);
	while (result != NULL && d->conn != NULL) {
		PQclear(result);
		result = pgsql_result(d, &ended, NULL);
	}
	if (d->conn == NULL)
		return SG_IO;
	d->ended[0]--;
	ended = pgsql_finish(d, code == SG_OK ? err_r : NULL);
	return code == SG_OK ? ended : code;
}

static enum sg_err
commit(struct driver_db *d, struct err *err_r)
{
	enum sg_err code = pgsql_ready(d, err_r);

	if (code == SG_OK)
		code = pgsql_send(d, "COMMIT", err_r);
	if (code == SG_OK)
		code = pgsql_flush(d, err_r);
	if (code == SG_OK && d->transaction == PGSQL_READING)
		return code; /* nobody waits for it */
	if (code == SG_OK)
		code = pgsql_collect(d, 1, err_r);
	if (code == SG_OK)
		return read_commit(d, err_r);
	if (d->conn != NULL && d->groups > 0)
		(void)pgsql_finish(d, NULL);
	return code;
}

static enum sg_err
db_commit(struct driver_db *d, struct err *err_r)
{
	enum sg_err code = SG_OK;

	if (d->is_begun || d->gathered != NULL || d->broken.code != SG_OK)
		code = commit(d, err_r);
	if (code != SG_OK)
		db_rollback(d);
	end_transaction(d);
	return code;
}

static int64_t
db_changed_rows(struct driver_db *d)
{
	return d->changed_rows;
}

static bool
stmt_is_writing(struct driver_stmt *stmt)
{
	return stmt->is_writing;
}

/* ---- schema ---------------------------------------------------------------------- */

/* Several statements in one text: outside the pipeline. */
static enum sg_err
db_script(struct driver_db *d, const char *sql, struct err *err_r)
{
	enum sg_err code = pgsql_ready(d, err_r);
	struct err err = {0};
	PGresult *result;

	if (code == SG_OK)
		code = pgsql_send_begin(d, err_r);
	if (code == SG_OK)
		code = pgsql_wait(d, err_r);
	if (code != SG_OK)
		return code;
	if (!PQexitPipelineMode(d->conn))
		return pgsql_lost(d, err_r);
	result = PQexec(d->conn, sql);
	if (PQresultStatus(result) != PGRES_COMMAND_OK &&
	    PQresultStatus(result) != PGRES_TUPLES_OK) {
		code = pgsql_fail(d, result, &err);
		pgsql_break(d, code, &err);
		(void)err_set(err_r, code, "%s", err.text);
	}
	PQclear(result);
	if (!PQenterPipelineMode(d->conn))
		return pgsql_lost(d, err_r);
	return code;
}

/* One number. */
static enum sg_err
ask_int(
    struct driver_db *d, const char *sql, int64_t *value_r, struct err *err_r)
{
	struct driver_stmt *stmt;
	bool row;
	enum sg_err code = pgsql_prepare(d, sql, &stmt, err_r);

	if (code != SG_OK)
		return code;
	code = pgsql_step(stmt, &row, err_r);
	*value_r = code == SG_OK && row ? pgsql_column_int(stmt, 0) : 0;
	pgsql_finalize(stmt);
	return code;
}

static enum sg_err
db_version(struct driver_db *d, int *version_r, struct err *err_r)
{
	int64_t tables, is_ours, version;
	enum sg_err code;

	*version_r = 0;
	/* what extensions brought is nobody's */
	code = ask_int(d,
	    "SELECT count(*) FROM pg_class c "
	    "WHERE relnamespace = current_schema()::regnamespace "
	    "AND relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT EXISTS "
	    "(SELECT 1 FROM pg_depend WHERE classid = 'pg_class'::regclass "
	    "AND objid = c.oid AND deptype = 'e')",
	    &tables, err_r);
	if (code != SG_OK)
		return code;
	code = ask_int(d,
	    "SELECT CAST(to_regclass('schema_version') IS NOT NULL AS INT)",
	    &is_ours, err_r);
	if (code != SG_OK || (!is_ours && tables == 0))
		return code;
	if (!is_ours)
		return err_set(err_r, SG_SCHEMA,
		    "%s: it holds tables, but none of sendward", d->name);
	code =
	    ask_int(d, "SELECT version FROM schema_version", &version, err_r);
	*version_r = (int)version;
	return code;
}

/* ---- changes --------------------------------------------------------------------- */

/* A standby tells of nothing: then something may always have changed. */
static enum sg_err
listen(struct driver_db *d, struct err *err_r)
{
	const char *standby = PQparameterStatus(d->conn, "in_hot_standby");
	enum sg_err code;

	if (standby != NULL && strcmp(standby, "on") == 0)
		return SG_OK;
	code = pgsql_send(d, "LISTEN sendward_change", err_r);
	if (code == SG_OK)
		code = pgsql_wait(d, err_r);
	d->is_listening = code == SG_OK;
	return code;
}

/* Notifications lie in the socket: nothing is asked. */
static enum sg_err
db_maybe_changed(struct driver_db *d, bool *changed_r, struct err *err_r)
{
	enum sg_err code = SG_OK;
	PGnotify *notify;

	if (changed_r != NULL)
		*changed_r = true;
	if (d->transaction != PGSQL_NONE)
		return SG_OK;
	code = pgsql_ready(d, err_r);
	if (code != SG_OK || changed_r == NULL)
		return code;
	if (!d->is_listening) {
		d->is_changed = true;
		code = listen(d, err_r);
	}
	if (code != SG_OK)
		return code;
	while ((notify = PQnotifies(d->conn)) != NULL) {
		d->is_changed = true;
		PQfreemem(notify);
	}
	*changed_r = d->is_changed;
	d->is_changed = !d->is_listening;
	return SG_OK;
}

static enum sg_err
db_backup(struct driver_db *d, const char *path, struct err *err_r)
{
	(void)path;
	return err_set(err_r, SG_INVALID,
	    "%s: copies are PostgreSQL's own business: pg_dump "
	    "--format=custom writes one while others read and write; "
	    "pg_basebackup with archived WAL loses nothing",
	    d->name);
}

/* clang-format off */
static const char *const own_texts[QUERY_COUNT] = {
#define X(id, text) [QUERY_##id] = text,
	STORE_QUERIES_PGSQL(X)
#undef X
};
/* clang-format on */

const struct driver driver_pgsql = {
    .schema = &schema_pgsql,
    .texts = own_texts,
    .open = db_open,
    .close = db_close,
    .name = db_name,
    .version = db_version,
    .script = db_script,
    .prepare = pgsql_prepare,
    .finalize = pgsql_finalize,
    .bind_int = pgsql_bind_int,
    .bind_real = pgsql_bind_real,
    .bind_text = pgsql_bind_text,
    .bind_blob = pgsql_bind_blob,
    .step = pgsql_step,
    .send = pgsql_stmt_send,
    .gather = pgsql_gather,
    .can_copy = pgsql_can_copy,
    .copy_add = pgsql_copy_add,
    .copy_end = pgsql_copy_end,
    .reset = pgsql_reset,
    .column_int = pgsql_column_int,
    .column_real = pgsql_column_real,
    .column_text = pgsql_column_text,
    .column_blob = pgsql_column_blob,
    .changed_rows = db_changed_rows,
    .begin = db_begin,
    .begin_parallel = db_begin_parallel,
    .commit = db_commit,
    .rollback = db_rollback,
    .begin_read = db_begin_read,
    .is_writing = stmt_is_writing,
    .maybe_changed = db_maybe_changed,
    .backup = db_backup,
};
