/* Tests of the store with several processes, locks, killed writers, full disks
 * and files that are not what they should be. */
#include "config.h"

#include "store/test-store.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <sqlite3.h>

#include "base/clock.h"
#include "store/events.h"
#include "store/store.h"

#define NOW INT64_C(1700000000)
#define USEC INT64_C(1000000)

static enum sg_err
take_one(struct store *store, int64_t account, int64_t quota,
    enum store_taken *taken_r, struct err *err_r)
{
	struct store_take t = {.account_id = account,
	    .recipients = 1,
	    .daily_quota = quota,
	    .now_sec = NOW,
	    .now_usec = NOW * USEC,
	    .rate_cost_usec = 1,
	    .rate_ceiling_usec = (NOW + 3600) * USEC,
	    .rate_horizon_usec = (NOW + 3600) * USEC};
	struct store_counter counter;

	return store_quota_take(store, &t, taken_r, &counter, err_r);
}

static int64_t
used(struct fixture *f)
{
	int64_t n;

	assert_ok(f, store_quota_used(f->store, f->account, NOW, &n, &f->err));
	return n;
}

/* No handle may be open over a fork: SQLite's locks belong to the process. */
static void
reopen(struct fixture *f)
{
	assert_ok(
	    f, store_open(f->url, STORE_OPEN_WRITE, 5000, &f->store, &f->err));
}

/* The sum is right and SQLite finds nothing wrong. */
static void
assert_sound(struct fixture *f)
{
	assert_int_equal(
	    fixture_sql(f,
		"SELECT coalesce((SELECT sum(used) FROM quota), 0) - "
		"coalesce((SELECT sum(recipients) FROM usage), 0)"),
	    0);
	if (fixture_is_sqlite())
		assert_int_equal(
		    fixture_sql(f, "SELECT count(*) FROM "
				   "pragma_integrity_check "
				   "WHERE integrity_check <> 'ok'"),
		    0);
}

/* ---- several processes ---- */

#define WRITERS 4
#define QUOTA 500

/* A child: takes until the quota is full, `batch` takes a transaction. Its exit
 * goes through the pipe: how many it was granted, or -1. */
static int
take_until_full(struct fixture *f, int batch)
{
	struct store *store;
	struct err err;
	int granted = 0;
	bool full = false;

	if (store_open(f->url, STORE_OPEN_WRITE, 20000, &store, &err) != SG_OK)
		return -1;
	while (!full) {
		if (store_begin(store, &err) != SG_OK)
			return -1;
		for (int i = 0; i < batch && !full; i++) {
			enum store_taken taken;

			if (take_one(store, f->account, QUOTA, &taken, &err) !=
			    SG_OK)
				return -1;
			full = taken != STORE_TAKEN;
			granted += taken == STORE_TAKEN;
		}
		if (store_commit(store, &err) != SG_OK)
			return -1;
	}
	store_close(&store);
	return granted;
}

static void
take_in_parallel(struct fixture *f, int batch)
{
	int ends[2];
	int sum = 0, granted;

	fixture_sql(f, "DELETE FROM quota; DELETE FROM usage");
	store_close(&f->store);
	assert_int_equal(pipe(ends), 0);
	for (int i = 0; i < WRITERS; i++)
		if (fork() == 0) {
			granted = take_until_full(f, batch);
			(void)!write(ends[1], &granted, sizeof(granted));
			_exit(0);
		}
	for (int i = 0; i < WRITERS; i++) {
		assert_int_equal(
		    read(ends[0], &granted, sizeof(granted)), sizeof(granted));
		assert_true(granted >= 0);
		sum += granted;
		assert_true(wait(NULL) > 0);
	}
	(void)close(ends[0]);
	(void)close(ends[1]);
	reopen(f);
	assert_int_equal(sum, QUOTA);
	assert_int_equal(used(f), QUOTA);
	assert_sound(f);
}

static void
test_quota_with_four_processes(void **state)
{
	struct fixture *f = *state;

	take_in_parallel(f, 1);
	take_in_parallel(f, 7);
}

/* ---- one of several wins ---- */

static enum sg_err
add_request(struct store *store, int64_t account, struct err *err_r)
{
	struct store_request row = {
	    .account_id = account,
	    .mail_type = "MARKETING",
	    .website = "https://demo.example",
	    .use_case = "news",
	    .status = "PENDING",
	};

	return store_request_add(store, &row, err_r);
}

static enum sg_err
decide_request(struct store *store, int64_t account, struct err *err_r)
{
	struct store_request row = {.id = account, .status = "GRANTED"};

	return store_request_decide(store, &row, err_r);
}

/* How many of the processes had which result. */
static void
run_in_parallel(struct fixture *f,
    enum sg_err (*call)(struct store *, int64_t, struct err *),
    int counts_r[SG_BUG + 1])
{
	int status;

	memset(counts_r, 0, (SG_BUG + 1) * sizeof(*counts_r));
	store_close(&f->store);
	for (int i = 0; i < WRITERS; i++)
		if (fork() == 0) {
			struct store *store;
			struct err err;

			if (store_open(f->url, STORE_OPEN_WRITE, 20000, &store,
				&err) != SG_OK)
				_exit(SG_BUG);
			_exit((int)call(store, f->account, &err));
		}
	for (int i = 0; i < WRITERS; i++) {
		assert_true(wait(&status) > 0);
		assert_true(WIFEXITED(status));
		assert_in_range(WEXITSTATUS(status), SG_OK, SG_BUG);
		counts_r[WEXITSTATUS(status)]++;
	}
	reopen(f);
}

static void
test_one_request_with_four_processes(void **state)
{
	struct fixture *f = *state;
	int counts[SG_BUG + 1];

	run_in_parallel(f, add_request, counts);
	assert_int_equal(counts[SG_OK], 1);
	assert_int_equal(counts[SG_EXISTS], WRITERS - 1);
	/* the id is 1, as the account's */
	run_in_parallel(f, decide_request, counts);
	assert_int_equal(counts[SG_OK], 1);
	assert_int_equal(counts[SG_MISSING], WRITERS - 1);
}

/* What was committed before the kill is there; what was not is not. */
static void
test_killed_writer(void **state)
{
	struct fixture *f = *state;

	for (int round = 0; round < 5; round++) {
		int64_t before = used(f), after;
		int ends[2], done = 0;
		char byte;
		pid_t pid;

		store_close(&f->store);
		assert_int_equal(pipe(ends), 0);
		pid = fork();
		if (pid == 0) {
			struct store *store;
			struct err err;
			enum store_taken taken;

			if (store_open(f->url, STORE_OPEN_WRITE, 5000, &store,
				&err) != SG_OK)
				_exit(1);
			for (int i = 0; i < 100000; i++)
				if (take_one(store, f->account, -1, &taken,
					&err) != SG_OK ||
				    write(ends[1], "x", 1) != 1)
					_exit(1);
			_exit(0);
		}
		(void)close(ends[1]);
		while (done < 20 + 3 * round && read(ends[0], &byte, 1) == 1)
			done++;
		assert_int_equal(kill(pid, SIGKILL), 0);
		while (read(ends[0], &byte, 1) == 1)
			done++;
		(void)close(ends[0]);
		assert_int_equal(waitpid(pid, NULL, 0), pid);
		reopen(f);
		after = used(f);
		assert_in_range(after - before, done, done + 1);
		assert_sound(f);
	}
}

static void
test_locked(void **state)
{
	struct fixture *f = *state;
	struct store *other;
	struct store_account row;
	int64_t start;

	assert_ok(f, store_begin(f->store, &f->err));
	assert_ok(f, store_open(f->url, STORE_OPEN_WRITE, 0, &other, &f->err));
	assert_code(f, SG_BUSY, store_begin(other, &f->err));
	assert_non_null(strstr(f->err.text, "locked"));
	assert_code(f, SG_BUSY, store_account_delete(other, 1, &f->err));
	assert_ok(f, store_account_get(other, "demo", &row, &f->err));
	store_close(&other);

	assert_ok(f, store_open(f->url, STORE_OPEN_WRITE, 60, &other, &f->err));
	start = clock_mono_msec();
	assert_code(f, SG_BUSY, store_begin(other, &f->err));
	assert_in_range(clock_mono_msec() - start, 60, 600);
	assert_ok(f, store_commit(f->store, &f->err));
	assert_ok(f, store_begin(other, &f->err));
	store_close(&other);
}

/* ---- backup ---- */

static void
test_backup_while_written(void **state)
{
	struct fixture *f = *state;
	struct fixture copy = *f;
	struct stat st;
	char byte;
	int ends[2];
	pid_t pid;

	(void)snprintf(copy.path, sizeof(copy.path), "%s/copy.db", f->dir);
	/* big enough for many steps */
	fixture_sql(f,
	    "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n "
	    "WHERE i < 20000) INSERT INTO suppression (account_id, "
	    "address, reason, since_sec) SELECT 1, "
	    "i || '@gone.example', 0, 5 FROM n");
	store_close(&f->store);
	assert_int_equal(pipe(ends), 0);
	pid = fork();
	if (pid == 0) {
		struct err err;
		enum store_taken taken;

		reopen(f);
		for (int i = 0; i < 100000; i++)
			if (take_one(f->store, f->account, -1, &taken, &err) !=
				SG_OK ||
			    write(ends[1], "x", 1) != 1)
				_exit(1);
		_exit(0);
	}
	(void)close(ends[1]);
	assert_int_equal(read(ends[0], &byte, 1), 1);
	assert_ok(f, store_backup(f->url, copy.path, &f->err));
	assert_int_equal(waitpid(pid, NULL, WNOHANG), 0); /* still writes */
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	(void)close(ends[0]);

	assert_int_equal(stat(copy.path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_sound(&copy);
	assert_int_equal(
	    fixture_sql(&copy, "SELECT count(*) FROM suppression"), 20000);
	assert_true(fixture_sql(&copy, "SELECT used FROM quota") >= 1);
	assert_code(f, SG_EXISTS, store_backup(f->url, copy.path, &f->err));
}

static void
test_backup_refused(void **state)
{
	struct fixture *f = *state;

	assert_code(
	    f, SG_IO, store_backup(f->url, "/nowhere/at/all/copy.db", &f->err));
	assert_code(f, SG_IO,
	    store_backup("sqlite:/nowhere/x.db", "/nowhere/y.db", &f->err));
	assert_non_null(strstr(f->err.text, "no database"));
}

/* ---- what stands in the way of opening ---- */

static void
test_url(void **state)
{
	static const struct {
		const char *url;
		enum sg_err code;
		const char *text;
	} rows[] = {
	    {"", SG_INVALID, "only sqlite:PATH"},
	    {"/var/lib/x.db", SG_INVALID, "only sqlite:PATH"},
	    {"mysql://u:secret@db.example/x", SG_INVALID,
		"store \"mysql\": only sqlite:PATH"},
	    {"postgresql:u:secret@db.example/x", SG_INVALID, "//"},
	    {"sqlite:", SG_INVALID, "path"},
	    {"sqlite::memory:", SG_INVALID, "path"},
	    {"sqlite:/nowhere/x.db", SG_IO,
		"/nowhere/x.db: no database; create it with: sendwardctl db "
		"migrate"},
	    {"sqlite:/dev/null", SG_IO, "not a file"},
	    {"sqlite:/", SG_IO, "not a file"},
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct store *store;

		assert_code(f, rows[i].code,
		    store_open(
			rows[i].url, STORE_OPEN_READ, 0, &store, &f->err));
		assert_null(store);
		if (strstr(f->err.text, rows[i].text) == NULL ||
		    strstr(f->err.text, "secret") != NULL)
			fail_msg("%s: %s", rows[i].url, f->err.text);
	}
}

static void
put_file(const char *path, const char *data, size_t len, long offset)
{
	int fd = open(path, O_WRONLY | O_CREAT, 0600);

	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, data, len, offset), len);
	assert_int_equal(close(fd), 0);
}

static void
test_not_a_database(void **state)
{
	struct fixture *f = *state;
	static const char junk[4096] = "This is no database at all.";
	struct store *store;
	char path[200], url[220];
	int from, to;

	(void)snprintf(path, sizeof(path), "%s/junk", f->dir);
	(void)snprintf(url, sizeof(url), "sqlite:%s", path);
	put_file(path, "", 0, 0);
	assert_code(f, SG_SCHEMA,
	    store_open(url, STORE_OPEN_WRITE, 0, &store, &f->err));
	assert_non_null(strstr(f->err.text, "sendwardctl db migrate"));
	put_file(path, junk, sizeof(junk), 0);
	assert_code(
	    f, SG_IO, store_open(url, STORE_OPEN_READ, 0, &store, &f->err));
	assert_non_null(strstr(f->err.text, "not an SQLite database"));
	assert_code(f, SG_IO, store_migrate(url, &from, &to, &f->err));
}

static void
test_damaged_header(void **state)
{
	struct fixture *f = *state;
	struct store *store;

	store_close(&f->store);
	put_file(f->path, "SQLite format 4", 15, 0);
	assert_code(
	    f, SG_IO, store_open(f->url, STORE_OPEN_WRITE, 0, &store, &f->err));
	assert_null(store);
}

static bool
accept_all(void *ctx, const struct store_account *row)
{
	(void)ctx;
	(void)row;
	return true;
}

static void
test_damaged_pages(void **state)
{
	struct fixture *f = *state;
	char junk[8192];
	struct stat st;
	enum sg_err code;

	memset(junk, 0x5a, sizeof(junk));
	store_close(&f->store);
	assert_int_equal(stat(f->path, &st), 0);
	/* all but the first page, where the header and the schema's root are */
	for (long at = 4096; at + 4096 <= st.st_size; at += 4096)
		put_file(f->path, junk, 4096, at);
	code = store_open(f->url, STORE_OPEN_READ, 0, &f->store, &f->err);
	if (code == SG_OK)
		code = store_account_list(f->store, accept_all, NULL, &f->err);
	assert_code(f, SG_IO, code);
	assert_non_null(strstr(f->err.text, "damaged"));
}

static void
test_file_deleted(void **state)
{
	struct fixture *f = *state;
	bool changed;

	assert_ok(f, store_maybe_changed(f->store, &changed, &f->err));
	assert_int_equal(unlink(f->path), 0);
	assert_code(f, SG_IO, store_maybe_changed(f->store, &changed, &f->err));
	assert_non_null(strstr(f->err.text, "deleted or replaced"));
	assert_code(f, SG_IO, store_begin(f->store, &f->err));
}

static void
test_other_database(void **state)
{
	struct fixture *f = *state;
	struct fixture other = *f;
	struct store *store;
	const char *url = other.url;
	int from, to;

	(void)snprintf(other.url, sizeof(other.url), "sqlite:%s/other", f->dir);
	fixture_sql(&other, "CREATE TABLE users (name)");
	assert_code(
	    f, SG_SCHEMA, store_open(url, STORE_OPEN_READ, 0, &store, &f->err));
	assert_non_null(strstr(f->err.text, "not one of sendward"));
	assert_code(f, SG_SCHEMA, store_migrate(url, &from, &to, &f->err));
	assert_int_equal(
	    fixture_sql(&other, "SELECT count(*) FROM sqlite_master"), 1);
}

/* Without root's rights, or nothing is read-only. */
static void
as_nobody(struct fixture *f, void (*check)(struct fixture *))
{
	int status;
	pid_t pid;

	store_close(&f->store);
	pid = fork();
	if (pid == 0) {
		if (geteuid() == 0 &&
		    (setgroups(0, NULL) != 0 || setgid(65534) != 0 ||
			setuid(65534) != 0))
			_exit(3);
		check(f);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void
open_read_only(struct fixture *f)
{
	struct store *store;

	if (store_open(f->url, STORE_OPEN_WRITE, 0, &store, &f->err) != SG_IO)
		_exit(1);
	if (strstr(f->err.text, "read-only") == NULL)
		_exit(2);
}

static void
test_read_only_file(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(chmod(f->dir, 0755), 0);
	assert_int_equal(chmod(f->path, 0444), 0);
	as_nobody(f, open_read_only);
}

/* As Dovecot's auth process: of the file's group, no right to write to the folder,
 * and no program of sendward runs. */
static void
read_passdb(struct fixture *f)
{
	sqlite3 *db;

	if (sqlite3_open(f->path, &db) != SQLITE_OK ||
	    sqlite3_exec(db, "SELECT * FROM dovecot_passdb", NULL, NULL,
		NULL) != SQLITE_OK ||
	    sqlite3_close(db) != SQLITE_OK)
		_exit(1);
}

static void
test_reader_of_the_group(void **state)
{
	static const char *const ends[] = {"", "-wal", "-shm"};
	struct fixture *f = *state;
	char name[200];

	store_close(&f->store);
	for (size_t i = 0; i < 3; i++) {
		(void)snprintf(name, sizeof(name), "%s%s", f->path, ends[i]);
		assert_int_equal(chmod(name, 0666), 0);
	}
	assert_int_equal(chmod(f->dir, 0555), 0);
	as_nobody(f, read_passdb);
	as_nobody(f, read_passdb);
	assert_int_equal(chmod(f->dir, 0755), 0);
	reopen(f);
	assert_int_equal(used(f), 0);
}

/* As sendwardctl run by root, which has taken the owner's effective user: access(2)
 * goes by the real one, and would offer the root's folder for temporary files. */
static void
delete_as_owner(struct fixture *f)
{
	struct store *store;
	char closed[sizeof(f->dir) + 8];
	int64_t gone;

	(void)snprintf(closed, sizeof(closed), "%s/root", f->dir);
	sqlite3_temp_directory = closed;
	if (mkdir(closed, 0700) != 0 || seteuid(65534) != 0)
		_exit(3);
	if (store_open(f->url, STORE_OPEN_WRITE, 0, &store, &f->err) != SG_OK ||
	    store_account_forget(store, f->account, 1000, &gone, &f->err) !=
		SG_OK ||
	    store_account_delete(store, f->account, &f->err) != SG_OK) {
		(void)fprintf(stderr, "%s\n", f->err.text);
		_exit(1);
	}
	_exit(0);
}

static void
test_temporary_files(void **state)
{
	static const char *const ends[] = {"", "-wal", "-shm"};
	struct fixture *f = *state;
	char name[200];
	int status;
	pid_t child;

	if (geteuid() != 0)
		skip();
	/* more than SQLite keeps of a statement's journal in memory */
	(void)fixture_sql(f,
	    "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n "
	    "WHERE i < 2000) INSERT INTO message (account_id, queue_id, "
	    "sent_msec, login, sender, source_ip, identity_id, set_id, size, "
	    "recipients, facts, tenant_id) SELECT (SELECT MIN(id) FROM "
	    "account), 'q' || i, i, '', 'a@example.com', '', 0, 0, 1, "
	    "'user' || i || '@example.com', '{}', 0 FROM n");
	store_close(&f->store);
	assert_int_equal(chown(f->dir, 65534, 65534), 0);
	for (size_t i = 0; i < 3; i++) {
		(void)snprintf(name, sizeof(name), "%s%s", f->path, ends[i]);
		assert_int_equal(chown(name, 65534, 65534), 0);
	}
	child = fork();
	if (child == 0)
		delete_as_owner(f);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	reopen(f);
}

/* The file may be written, but not its folder: no log can be made. */
static void
open_in_read_only_dir(struct fixture *f)
{
	struct store *store;

	if (store_open(f->url, STORE_OPEN_WRITE, 0, &store, &f->err) != SG_IO)
		_exit(1);
}

static void
test_read_only_dir(void **state)
{
	struct fixture *f = *state;

	char log[200];

	store_close(&f->store);
	(void)snprintf(log, sizeof(log), "%s-wal", f->path);
	assert_int_equal(unlink(log), 0);
	(void)snprintf(log, sizeof(log), "%s-shm", f->path);
	assert_int_equal(unlink(log), 0);
	assert_int_equal(chmod(f->path, 0666), 0);
	assert_int_equal(chmod(f->dir, 0555), 0);
	as_nobody(f, open_in_read_only_dir);
	assert_int_equal(chmod(f->dir, 0755), 0);
}

/* A limit on the size of files stands for a full disk. Nothing is half written,
 * and when there is room again the same handle goes on. */
static void
test_full_disk(void **state)
{
	struct fixture *f = *state;
	struct rlimit old, small;
	enum store_taken taken;
	enum sg_err code = SG_OK;
	int64_t granted = 0;

	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	small = old;
	small.rlim_cur = 600 * 1024;
	(void)signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	for (int i = 0; i < 1000 && code == SG_OK; i++) {
		code = take_one(f->store, f->account, -1, &taken, &f->err);
		granted += code == SG_OK;
	}
	assert_code(f, SG_IO, code);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	assert_int_equal(used(f), granted);
	assert_ok(f, take_one(f->store, f->account, -1, &taken, &f->err));
	assert_int_equal(used(f), granted + 1);
	assert_sound(f);
}

/* The commit of a group fails as one. */
static void
test_full_disk_in_a_group(void **state)
{
	struct fixture *f = *state;
	struct rlimit old, small;
	enum store_taken taken;
	enum sg_err code = SG_OK;

	assert_ok(f, take_one(f->store, f->account, -1, &taken, &f->err));
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	small = old;
	small.rlim_cur = 4096;
	(void)signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	assert_ok(f, store_begin(f->store, &f->err));
	for (int i = 0; i < 10 && code == SG_OK; i++)
		code = take_one(f->store, f->account, -1, &taken, &f->err);
	assert_ok(f, code); /* still in memory */
	assert_code(f, SG_IO, store_commit(f->store, &f->err));
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	assert_int_equal(used(f), 1);
	assert_ok(f, store_begin(f->store, &f->err));
	assert_ok(f, take_one(f->store, f->account, -1, &taken, &f->err));
	assert_ok(f, store_commit(f->store, &f->err));
	assert_int_equal(used(f), 2);
}

/* ---- who may read the files ---- */

static void
test_file_modes(void **state)
{
	static const struct {
		mode_t umask, mode;
	} rows[] = {{0, 0660}, {007, 0660}, {022, 0640}, {077, 0600}};
	static const char *const ends[] = {"", "-wal", "-shm"};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char url[220], path[260];
		struct store *store;
		struct stat st;
		mode_t old = umask(rows[i].umask);
		int from, to;

		(void)snprintf(
		    url, sizeof(url), "sqlite:%s/mode%zu", f->dir, i);
		assert_ok(f, store_migrate(url, &from, &to, &f->err));
		(void)umask(old);
		assert_ok(
		    f, store_open(url, STORE_OPEN_WRITE, 0, &store, &f->err));
		assert_ok(f, store_notice_add(store, "a", "b", 1, &f->err));
		for (size_t k = 0; k < 3; k++) {
			(void)snprintf(path, sizeof(path), "%s%s",
			    url + strlen("sqlite:"), ends[k]);
			assert_int_equal(stat(path, &st), 0);
			assert_int_equal(st.st_mode & 07777, rows[i].mode);
		}
		store_close(&store);
	}
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int
main(void)
{
	const struct CMUnitTest any[] = {
	    TEST(test_quota_with_four_processes),
	    TEST(test_one_request_with_four_processes),
	    TEST(test_killed_writer),
	    TEST(test_locked),
	};
	/* files: test-pgsql has PostgreSQL's own faults */
	const struct CMUnitTest files[] = {
	    TEST(test_backup_while_written),
	    TEST(test_backup_refused),
	    TEST(test_url),
	    TEST(test_not_a_database),
	    TEST(test_damaged_header),
	    TEST(test_damaged_pages),
	    TEST(test_file_deleted),
	    TEST(test_other_database),
	    TEST(test_read_only_file),
	    TEST(test_read_only_dir),
	    TEST(test_reader_of_the_group),
	    TEST(test_temporary_files),
	    TEST(test_full_disk),
	    TEST(test_full_disk_in_a_group),
	    TEST(test_file_modes),
	};

	int failed = cmocka_run_group_tests_name("faults", any, NULL, NULL);

	if (fixture_is_sqlite())
		failed += cmocka_run_group_tests_name(
		    "faults of files", files, NULL, NULL);
	return failed;
}
