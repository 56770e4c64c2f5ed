/* The SQLite driver: files, locks, statements, and what SQLite's codes mean. Knows
 * no table but schema_version. */
#include "config.h"

#include "store/driver.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"
#include "store/migrate.h"
#include "store/sqlite.h"

#define BACKUP_STEP_PAGES 256
#define BACKUP_MAX_WAITS 1000 /* of 10 ms */
#define BUSY_NAP_MAX_MSEC 8
#define OPEN_RETRY_MAX_MSEC 1000
#define LOGGED_MAX_BYTES 256

struct driver_db {
	sqlite3 *db;
	char *path;
	int busy_msec;
	int64_t busy_since_msec;
	sqlite3_stmt *begin;
	sqlite3_stmt *begin_read;
	sqlite3_stmt *commit;
	sqlite3_stmt *data_version;
	int64_t seen_version;
	int64_t seen_changes;
};

static sqlite3_stmt *
stmt_of(struct driver_stmt *stmt)
{
	return stmt->stmt;
}

static enum sg_err
constraint_fail(sqlite3 *db, int rc, struct err *err_r)
{
	const char *text = sqlite3_errmsg(db);

	switch (rc) {
	case SQLITE_CONSTRAINT_UNIQUE:
	case SQLITE_CONSTRAINT_PRIMARYKEY:
	case SQLITE_CONSTRAINT_ROWID:
		return err_set(
		    err_r, SG_EXISTS, "it exists already (%s)", text);
	case SQLITE_CONSTRAINT_TRIGGER: /* the schema raises for names only */
		return err_set(err_r, SG_EXISTS, "it exists already: %s", text);
	case SQLITE_CONSTRAINT_FOREIGNKEY:
		return err_set(
		    err_r, SG_MISSING, "what it belongs to is not there");
	default:
		return err_set(err_r, SG_INVALID, "not acceptable (%s)", text);
	}
}

static const char *
meaning_of(int rc)
{
	switch (rc & 0xff) {
	case SQLITE_FULL:
		return "the disk is full";
	case SQLITE_READONLY:
		return "the database or its folder is read-only";
	case SQLITE_CANTOPEN:
		return "cannot be opened";
	case SQLITE_CORRUPT:
		return "the database is damaged";
	case SQLITE_NOTADB:
		return "not an SQLite database, or damaged";
	case SQLITE_IOERR:
		return "input or output failed";
	default:
		return "cannot be used";
	}
}

/* What SQLite logged last in this thread of a failing system call: errno alone is
 * often that of a later one. Its log has no other way than a function without a
 * handle, hence the variable. */
static _Thread_local struct {
	int rc;
	char text[LOGGED_MAX_BYTES];
} logged;

static bool
is_call(const char *text)
{
	return strncmp(text, "os_unix.c:", strlen("os_unix.c:")) == 0;
}

static void
note_logged(void *ctx, int rc, const char *text)
{
	(void)ctx;
	if ((rc & 0xff) != SQLITE_CANTOPEN && (rc & 0xff) != SQLITE_IOERR)
		return;
	/* what ended by it is logged after the call itself */
	if ((logged.rc & 0xff) == (rc & 0xff) && is_call(logged.text) &&
	    !is_call(text))
		return;
	logged.rc = rc;
	(void)snprintf(logged.text, sizeof(logged.text), "%s", text);
}

static void
log_to_us(void)
{
	/* refused only where SQLite is in use already; then it tells less */
	(void)sqlite3_config(SQLITE_CONFIG_LOG, note_logged, NULL);
}

/* "os_unix.c:LINE: (NUMBER) CALL(PATH) - " */
static int
errno_of(const char *text)
{
	const char *open = is_call(text) ? strchr(text, '(') : NULL;

	return open != NULL ? (int)strtol(open + 1, NULL, 10) : 0;
}

static enum sg_err
io_fail(sqlite3 *db, const char *path, int rc, struct err *err_r)
{
	int number = db != NULL ? sqlite3_system_errno(db) : 0;

	if (logged.rc != 0 && (logged.rc & 0xff) == (rc & 0xff)) {
		logged.rc = 0;
		number = errno_of(logged.text);
		return err_set(err_r, SG_IO, "%s: %s (%s%s%s)", path,
		    meaning_of(rc), number != 0 ? strerror(number) : "",
		    number != 0 ? ": " : "", logged.text);
	}
	if (number == 0 || (rc & 0xff) == SQLITE_CORRUPT ||
	    (rc & 0xff) == SQLITE_NOTADB)
		return err_set(err_r, SG_IO, "%s: %s (%s)", path,
		    meaning_of(rc), sqlite3_errstr(rc));
	return err_set(err_r, SG_IO, "%s: %s (%s)", path, meaning_of(rc),
	    strerror(number));
}

/* What a result code means to the callers of store.h. */
static enum sg_err
sqlite_fail(sqlite3 *db, const char *path, int rc, struct err *err_r)
{
	if (path == NULL)
		path = "database";
	switch (rc & 0xff) {
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return err_set(
		    err_r, SG_BUSY, "%s: locked by another process", path);
	case SQLITE_NOMEM:
		return err_set(err_r, SG_NOMEM, "%s: no memory", path);
	case SQLITE_CONSTRAINT:
		return constraint_fail(db, rc, err_r);
	case SQLITE_TOOBIG:
		return err_set(err_r, SG_INVALID, "a value is too large");
	case SQLITE_ERROR:
	case SQLITE_INTERNAL:
	case SQLITE_MISUSE:
	case SQLITE_RANGE:
	case SQLITE_MISMATCH:
		return err_set(err_r, SG_BUG, "%s: %s", path,
		    db != NULL ? sqlite3_errmsg(db) : sqlite3_errstr(rc));
	default:
		return io_fail(db, path, rc, err_r);
	}
}

enum sg_err
sqlite_stmt_fail(sqlite3_stmt *stmt, int rc, struct err *err_r)
{
	sqlite3 *db = sqlite3_db_handle(stmt);

	return sqlite_fail(db, sqlite3_db_filename(db, "main"), rc, err_r);
}

/* Naps are short and of uneven length: with SQLite's own, which grow to 100 ms,
 * one of two busy writers may wait for seconds. */
static int
busy_wait(void *ctx, int times)
{
	struct driver_db *d = ctx;
	int64_t now = clock_mono_msec();
	struct timespec nap = {0, 0};
	long msec = times < BUSY_NAP_MAX_MSEC ? times : BUSY_NAP_MAX_MSEC;
	unsigned char noise;

	if (times == 0)
		d->busy_since_msec = now;
	if (now - d->busy_since_msec >= d->busy_msec)
		return 0;
	sqlite3_randomness(sizeof(noise), &noise);
	nap.tv_nsec = msec * 1000000 + noise * 4000L;
	(void)nanosleep(&nap, NULL); /* a signal only shortens it */
	return 1;
}

static enum sg_err
run_text(struct driver_db *d, const char *sql, struct err *err_r)
{
	int rc = sqlite3_exec(d->db, sql, NULL, NULL, NULL);

	return rc == SQLITE_OK ? SG_OK : sqlite_fail(d->db, d->path, rc, err_r);
}

/* The first column of the first row; missing 0. */
static enum sg_err
ask_int(
    struct driver_db *d, const char *sql, int64_t *value_r, struct err *err_r)
{
	sqlite3_stmt *stmt = NULL;
	int rc = sqlite3_prepare_v2(d->db, sql, -1, &stmt, NULL);

	*value_r = 0;
	if (rc == SQLITE_OK) {
		rc = sqlite3_step(stmt);
		if (rc == SQLITE_ROW)
			*value_r = sqlite3_column_int64(stmt, 0);
	}
	(void)sqlite3_finalize(stmt); /* repeats the step's failure */
	if (rc == SQLITE_ROW || rc == SQLITE_DONE)
		return SG_OK;
	return sqlite_fail(d->db, d->path, rc, err_r);
}

static void
db_close(struct driver_db *d)
{
	(void)sqlite3_finalize(d->begin); /* these repeat older failures */
	(void)sqlite3_finalize(d->begin_read);
	(void)sqlite3_finalize(d->commit);
	(void)sqlite3_finalize(d->data_version);
	(void)sqlite3_close_v2(d->db);
	free(d->path);
	free(d);
}

/* The group may write, as far as the umask lets it: a WAL reader such as Dovecot's
 * auth process writes to the -shm file. SQLite gives -wal and -shm the mode of
 * the database. */
static enum sg_err
create_file(const char *path, struct err *err_r)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0660);

	if (fd < 0)
		return err_set(err_r, SG_IO, "%s: cannot be created: %s", path,
		    strerror(errno));
	(void)close(fd); /* nothing was written */
	return SG_OK;
}

static enum sg_err
check_file(const char *path, enum driver_mode mode, struct err *err_r)
{
	struct stat st;

	if (path[0] == '\0' || path[0] == ':')
		return err_set(err_r, SG_INVALID,
		    "store: sqlite: must be followed by a file's path");
	if (mode == DRIVER_CREATE)
		return create_file(path, err_r);
	if (stat(path, &st) == 0)
		return S_ISREG(st.st_mode)
			   ? SG_OK
			   : err_set(err_r, SG_IO, "%s: not a file", path);
	if (errno == ENOENT)
		return err_set(err_r, SG_IO,
		    "%s: no database; create it with: sendwardctl db migrate",
		    path);
	return err_set(err_r, SG_IO, "%s: %s", path, strerror(errno));
}

/* Keeps -wal and -shm when the last handle closes (emptied): a reader of the group
 * that may not write to the folder, such as Dovecot's auth process, could not make
 * them. */
static void
keep_log_files(sqlite3 *db)
{
	int on = 1;

	(void)sqlite3_file_control(db, "main", SQLITE_FCNTL_PERSIST_WAL, &on);
}

/* A batch of messages touches more pages than SQLite's 2 MiB hold: each was written
 * several times. Those of one batch are touched by the next ones, too: the log is
 * brought into the file for several at once. */
static enum sg_err
size_cache(struct driver_db *d, enum driver_mode mode, struct err *err_r)
{
	if (mode == DRIVER_BULK)
		return run_text(d,
		    "PRAGMA cache_size = -65536; "
		    "PRAGMA wal_autocheckpoint = 8000; "
		    "PRAGMA journal_size_limit = 67108864",
		    err_r);
	return mode != DRIVER_COUNT
		   ? run_text(d, "PRAGMA cache_size = -8192", err_r)
		   : SG_OK;
}

/* What administrators write survives a power cut: the log is synced at each commit
 * (FULL). Counters sync at checkpoints alone (NORMAL): 44 us of CPU a decision
 * became 30, and kill -9 loses nothing either way. */
static enum sg_err
set_up(struct driver_db *d, enum driver_mode mode, struct err *err_r)
{
	enum sg_err code;

	(void)sqlite3_extended_result_codes(d->db, 1); /* cannot fail */
	(void)sqlite3_busy_handler(d->db, busy_wait, d);
	keep_log_files(d->db);
	(void)sqlite3_db_config(d->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	(void)sqlite3_db_config(d->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	if (mode != DRIVER_READ && sqlite3_db_readonly(d->db, "main") == 1)
		return err_set(err_r, SG_IO, "%s: %s", d->path,
		    meaning_of(SQLITE_READONLY));
	if (mode == DRIVER_CREATE) {
		code = run_text(d, "PRAGMA journal_mode = WAL", err_r);
		if (code != SG_OK)
			return code;
	}
	/* Files for it would be made where access(2) allows it to the real user,
	 * and open(2) then refuses the effective one. */
	code = run_text(d, "PRAGMA temp_store = MEMORY", err_r);
	if (code != SG_OK)
		return code;
	if (mode == DRIVER_READ)
		return run_text(d,
		    "PRAGMA synchronous = NORMAL; PRAGMA query_only = 1; "
		    "PRAGMA journal_size_limit = 16777216",
		    err_r);
	code = run_text(d,
	    "PRAGMA foreign_keys = 1; PRAGMA journal_size_limit = 16777216",
	    err_r);
	if (code != SG_OK)
		return code;
	code = size_cache(d, mode, err_r);
	if (code != SG_OK)
		return code;
	return run_text(d,
	    mode == DRIVER_COUNT ? "PRAGMA synchronous = NORMAL"
				 : "PRAGMA synchronous = FULL",
	    err_r);
}

static enum sg_err
open_handle(struct driver_db *d, enum driver_mode mode, struct err *err_r)
{
	/* A reader opens for writing too, or it could not recover the log
	 * that a killed writer left; query_only keeps it from the tables. */
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX;
	int rc = sqlite3_open_v2(d->path, &d->db, flags, NULL);

	return rc == SQLITE_OK ? set_up(d, mode, err_r)
			       : sqlite_fail(d->db, d->path, rc, err_r);
}

/* The last process that closes, if it is not of ours, removes -wal and -shm: who
 * opens meanwhile may miss them, or the right to make them, for a moment. */
static bool
is_passing(struct driver_db *d, int64_t began_msec)
{
	int64_t most = d->busy_msec < OPEN_RETRY_MAX_MSEC ? d->busy_msec
							  : OPEN_RETRY_MAX_MSEC;

	return d->db != NULL &&
	       (sqlite3_errcode(d->db) & 0xff) == SQLITE_CANTOPEN &&
	       sqlite3_system_errno(d->db) == ENOENT &&
	       clock_mono_msec() - began_msec < most;
}

static enum sg_err
open_patiently(struct driver_db *d, enum driver_mode mode, struct err *err_r)
{
	const struct timespec nap = {0, 5000000};
	int64_t began = clock_mono_msec();
	enum sg_err code;

	for (;;) {
		code = open_handle(d, mode, err_r);
		if (code == SG_OK || !is_passing(d, began))
			return code;
		(void)sqlite3_close_v2(d->db);
		d->db = NULL;
		(void)nanosleep(&nap, NULL); /* a signal only shortens it */
	}
}

static enum sg_err
db_open(const char *where, enum driver_mode mode, int busy_msec,
    struct driver_db **db_r, struct err *err_r)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct driver_db *d;
	enum sg_err code = check_file(where, mode, err_r);

	*db_r = NULL;
	if (code != SG_OK)
		return code;
	(void)pthread_once(&once, log_to_us); /* fails for no reason */
	d = calloc(1, sizeof(*d));
	if (d == NULL || (d->path = strdup(where)) == NULL) {
		free(d);
		return err_set(err_r, SG_NOMEM, "%s: no memory", where);
	}
	d->busy_msec = busy_msec;
	d->seen_version = -1;
	code = open_patiently(d, mode, err_r);
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
	return d->path;
}

static enum sg_err
db_version(struct driver_db *d, int *version_r, struct err *err_r)
{
	int64_t tables, is_ours, version;
	enum sg_err code;

	*version_r = 0;
	code = ask_int(d, "SELECT count(*) FROM sqlite_master", &tables, err_r);
	if (code != SG_OK || tables == 0)
		return code;
	code = ask_int(d,
	    "SELECT count(*) FROM sqlite_master WHERE type = 'table' "
	    "AND name = 'schema_version'",
	    &is_ours, err_r);
	if (code != SG_OK)
		return code;
	if (!is_ours)
		return err_set(err_r, SG_SCHEMA,
		    "%s: an SQLite database, but not one of sendward", d->path);
	code =
	    ask_int(d, "SELECT version FROM schema_version", &version, err_r);
	*version_r = (int)version;
	return code;
}

/* Deleted or replaced behind the handle's back, it would be written in vain. */
static enum sg_err
check_not_moved(struct driver_db *d, struct err *err_r)
{
	int moved = 0;

	if (sqlite3_file_control(
		d->db, "main", SQLITE_FCNTL_HAS_MOVED, &moved) == SQLITE_OK &&
	    moved)
		return err_set(err_r, SG_IO,
		    "%s: the file was deleted or replaced", d->path);
	return SG_OK;
}

static enum sg_err
stmt_prepare(struct driver_db *d, const char *sql, struct driver_stmt **stmt_r,
    struct err *err_r)
{
	sqlite3_stmt *stmt = NULL;
	int rc = sqlite3_prepare_v3(
	    d->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &stmt, NULL);

	*stmt_r = NULL;
	if (rc != SQLITE_OK)
		return sqlite_fail(d->db, d->path, rc, err_r);
	*stmt_r = sqlite_stmt_new(stmt);
	return *stmt_r != NULL
		   ? SG_OK
		   : err_set(err_r, SG_NOMEM, "%s: no memory", d->path);
}

static enum sg_err
stmt_step(struct driver_stmt *stmt, bool *row_r, struct err *err_r)
{
	int rc = sqlite3_step(stmt_of(stmt));

	*row_r = rc == SQLITE_ROW;
	if (rc == SQLITE_ROW || rc == SQLITE_DONE)
		return SG_OK;
	return sqlite_stmt_fail(stmt_of(stmt), rc, err_r);
}

static void
stmt_reset(struct driver_stmt *stmt)
{
	(void)sqlite3_reset(stmt_of(stmt)); /* repeats the step's failure */
	(void)sqlite3_clear_bindings(stmt_of(stmt));
}

static int64_t
stmt_column_int(struct driver_stmt *stmt, int column)
{
	return sqlite3_column_int64(stmt_of(stmt), column);
}

static double
stmt_column_real(struct driver_stmt *stmt, int column)
{
	return sqlite3_column_double(stmt_of(stmt), column);
}

static const char *
stmt_column_text(struct driver_stmt *stmt, int column)
{
	const unsigned char *text = sqlite3_column_text(stmt_of(stmt), column);

	return text != NULL ? (const char *)text : "";
}

static const void *
stmt_column_blob(struct driver_stmt *stmt, int column, size_t *len_r)
{
	const void *data = sqlite3_column_blob(stmt_of(stmt), column);

	*len_r = (size_t)sqlite3_column_bytes(stmt_of(stmt), column);
	return data != NULL ? data : "";
}

static int64_t
db_changed_rows(struct driver_db *d)
{
	return sqlite3_changes64(d->db);
}

static enum sg_err
db_script(struct driver_db *d, const char *sql, struct err *err_r)
{
	return run_text(d, sql, err_r);
}

/* Runs a statement that is kept for the next time. */
static int
run_kept(sqlite3 *db, sqlite3_stmt **stmt, const char *sql)
{
	int rc = SQLITE_OK;

	if (*stmt == NULL)
		rc = sqlite3_prepare_v3(
		    db, sql, -1, SQLITE_PREPARE_PERSISTENT, stmt, NULL);
	if (rc != SQLITE_OK)
		return rc;
	rc = sqlite3_step(*stmt);
	(void)sqlite3_reset(*stmt); /* repeats the step's failure */
	return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

static enum sg_err
db_begin(struct driver_db *d, struct err *err_r)
{
	enum sg_err code = check_not_moved(d, err_r);
	int rc;

	if (code != SG_OK)
		return code;
	rc = run_kept(d->db, &d->begin, "BEGIN IMMEDIATE");
	return rc == SQLITE_OK ? SG_OK : sqlite_fail(d->db, d->path, rc, err_r);
}

/* It locks with its first read. */
static enum sg_err
db_begin_read(struct driver_db *d, struct err *err_r)
{
	int rc = run_kept(d->db, &d->begin_read, "BEGIN");

	return rc == SQLITE_OK ? SG_OK : sqlite_fail(d->db, d->path, rc, err_r);
}

static bool
stmt_is_writing(struct driver_stmt *stmt)
{
	return !sqlite3_stmt_readonly(stmt_of(stmt));
}

static void
db_rollback(struct driver_db *d)
{
	/* some failures have rolled back already */
	if (!sqlite3_get_autocommit(d->db))
		(void)sqlite3_exec(d->db, "ROLLBACK", NULL, NULL, NULL);
}

static enum sg_err
db_commit(struct driver_db *d, struct err *err_r)
{
	enum sg_err code;
	int rc;

	if (sqlite3_get_autocommit(d->db))
		return err_set(err_r, SG_IO,
		    "%s: the transaction was rolled back", d->path);
	rc = run_kept(d->db, &d->commit, "COMMIT");
	if (rc == SQLITE_OK)
		return SG_OK;
	code = sqlite_fail(d->db, d->path, rc, err_r);
	db_rollback(d);
	return code;
}

static enum sg_err
db_maybe_changed(struct driver_db *d, bool *changed_r, struct err *err_r)
{
	enum sg_err code = check_not_moved(d, err_r);
	int64_t version, changes;
	int rc = SQLITE_OK;

	if (changed_r == NULL)
		return code;
	*changed_r = true;
	if (code != SG_OK)
		return code;
	if (d->data_version == NULL)
		rc = sqlite3_prepare_v3(d->db, "PRAGMA data_version", -1,
		    SQLITE_PREPARE_PERSISTENT, &d->data_version, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_step(d->data_version);
	if (rc != SQLITE_ROW) {
		code = sqlite_fail(d->db, d->path, rc, err_r);
		(void)sqlite3_reset(d->data_version);
		return code;
	}
	version = sqlite3_column_int64(d->data_version, 0);
	(void)sqlite3_reset(d->data_version);
	/* data_version tells of other connections only */
	changes = sqlite3_total_changes64(d->db);
	*changed_r = version != d->seen_version || changes != d->seen_changes;
	d->seen_version = version;
	d->seen_changes = changes;
	return SG_OK;
}

/* Copies what is open in `from` to an empty file that nobody else knows. */
static enum sg_err
copy_pages(
    struct driver_db *from, sqlite3 *to, const char *path, struct err *err_r)
{
	sqlite3_backup *copy;
	int waits = 0;
	int rc;

	copy = sqlite3_backup_init(to, "main", from->db, "main");
	if (copy == NULL)
		return sqlite_fail(to, path, sqlite3_errcode(to), err_r);
	do {
		rc = sqlite3_backup_step(copy, BACKUP_STEP_PAGES);
		if (rc == SQLITE_BUSY || rc == SQLITE_LOCKED)
			(void)sqlite3_sleep(10);
	} while (
	    rc == SQLITE_OK || ((rc == SQLITE_BUSY || rc == SQLITE_LOCKED) &&
				   waits++ < BACKUP_MAX_WAITS));
	(void)sqlite3_backup_finish(copy); /* repeats the step's failure */
	return rc == SQLITE_DONE ? SG_OK : sqlite_fail(to, path, rc, err_r);
}

static enum sg_err
fill_copy(struct driver_db *d, const char *path, struct err *err_r)
{
	enum sg_err code;
	sqlite3 *to = NULL;
	int rc = sqlite3_open_v2(
	    path, &to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);

	if (rc != SQLITE_OK) {
		code = sqlite_fail(to, path, rc, err_r);
		goto out;
	}
	/* the file is synced once, and known to others only then */
	(void)sqlite3_exec(to,
	    "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF", NULL, NULL,
	    NULL);
	/* An open reading transaction holds the copy to one moment: without
	 * it each commit of another process starts the copy anew. */
	code = run_text(d, "BEGIN; SELECT 1 FROM sqlite_master", err_r);
	if (code == SG_OK)
		code = copy_pages(d, to, path, err_r);
	db_rollback(d);
out:
	(void)sqlite3_close_v2(to);
	return code;
}

static enum sg_err
db_backup(struct driver_db *d, const char *path, struct err *err_r)
{
	size_t size = strlen(path) + sizeof(".XXXXXX");
	char *part = malloc(size);
	enum sg_err code;
	int fd;

	if (part == NULL)
		return err_set(err_r, SG_NOMEM, "%s: no memory", path);
	memcpy(part, path, size - sizeof(".XXXXXX"));
	memcpy(part + size - sizeof(".XXXXXX"), ".XXXXXX", sizeof(".XXXXXX"));
	fd = mkstemp(part); /* 0600 */
	if (fd < 0) {
		code = err_set(err_r, SG_IO, "%s: cannot be created: %s", path,
		    strerror(errno));
		free(part);
		return code;
	}
	code = fill_copy(d, part, err_r);
	if (code == SG_OK && fsync(fd) != 0)
		code = err_set(err_r, SG_IO, "%s: %s", path, strerror(errno));
	/* link, not rename: what stands there is never overwritten */
	if (code == SG_OK && link(part, path) != 0)
		code = err_set(err_r, errno == EEXIST ? SG_EXISTS : SG_IO,
		    "%s: %s", path, strerror(errno));
	(void)close(fd);
	(void)unlink(part);
	free(part);
	return code;
}

const struct driver driver_sqlite = {
    .schema = &schema_sqlite,
    .open = db_open,
    .close = db_close,
    .name = db_name,
    .version = db_version,
    .script = db_script,
    .prepare = stmt_prepare,
    .finalize = sqlite_stmt_free,
    .bind_int = sqlite_bind_int,
    .bind_real = sqlite_bind_real,
    .bind_text = sqlite_bind_text,
    .bind_blob = sqlite_bind_blob,
    .step = stmt_step,
    .reset = stmt_reset,
    .column_int = stmt_column_int,
    .column_real = stmt_column_real,
    .column_text = stmt_column_text,
    .column_blob = stmt_column_blob,
    .changed_rows = db_changed_rows,
    .begin = db_begin,
    .commit = db_commit,
    .rollback = db_rollback,
    .begin_read = db_begin_read,
    .is_writing = stmt_is_writing,
    .maybe_changed = db_maybe_changed,
    .backup = db_backup,
};
