/* A new database for each test of store/. */
#include "config.h"

#include "store/test-store.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sqlite3.h>

#include "store/store.h"

int64_t
fixture_account(struct fixture *f, const char *name)
{
	struct store_account row = {
	    .facts = {.production = true, .daily_quota = 500, .rate = 10},
	    .policy = "standard",
	    .created_sec = 1000,
	};

	(void)snprintf(row.facts.name, sizeof(row.facts.name), "%s", name);
	assert_ok(f, store_account_create(f->store, &row, &f->err));
	return row.facts.id;
}

/* In memory where there is such a place: each commit syncs. */
static const char *
tmp_dir(void)
{
	const char *tmp = getenv("TMPDIR");

	if (tmp != NULL)
		return tmp;
	return access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
}

/* A new database as a file's bytes: made once, for that takes most of the time. */
static struct {
	unsigned char *bytes;
	size_t len;
} empty;

static void
read_empty(const char *path)
{
	FILE *file = fopen(path, "rb");
	long len;

	assert_non_null(file);
	assert_int_equal(fseek(file, 0, SEEK_END), 0);
	len = ftell(file);
	assert_true(len > 0);
	rewind(file);
	empty.len = (size_t)len;
	empty.bytes = malloc(empty.len);
	assert_non_null(empty.bytes);
	assert_int_equal(fread(empty.bytes, 1, empty.len, file), empty.len);
	(void)fclose(file);
}

static void
make_database(struct fixture *f)
{
	FILE *file;
	int from, to;

	if (empty.bytes == NULL) {
		assert_ok(f, store_migrate(f->url, &from, &to, &f->err));
		read_empty(f->path);
		return;
	}
	file = fopen(f->path, "wb");
	assert_non_null(file);
	assert_int_equal(fwrite(empty.bytes, 1, empty.len, file), empty.len);
	assert_int_equal(fclose(file), 0);
}

int
fixture_setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	(void)snprintf(f->dir, sizeof(f->dir), "%s/store-XXXXXX", tmp_dir());
	assert_non_null(mkdtemp(f->dir));
	(void)snprintf(f->path, sizeof(f->path), "%s/test.db", f->dir);
	(void)snprintf(f->url, sizeof(f->url), "sqlite:%s", f->path);
	make_database(f);
	assert_ok(
	    f, store_open(f->url, STORE_OPEN_WRITE, 5000, &f->store, &f->err));
	f->account = fixture_account(f, "demo");
	*state = f;
	return 0;
}

static void
remove_dir(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *entry;
	char name[512];

	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		(void)snprintf(
		    name, sizeof(name), "%s/%s", path, entry->d_name);
		(void)unlink(name); /* not . and .. */
	}
	if (dir != NULL)
		(void)closedir(dir);
	(void)rmdir(path);
}

int
fixture_teardown(void **state)
{
	struct fixture *f = *state;

	store_close(&f->store);
	remove_dir(f->dir);
	free(f);
	return 0;
}

int64_t
fixture_sql(struct fixture *f, const char *sql)
{
	sqlite3 *db;
	sqlite3_stmt *stmt;
	int64_t value = 0;
	int rc;

	assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
	(void)sqlite3_busy_timeout(db, 5000);
	while (*sql != '\0') {
		rc = sqlite3_prepare_v2(db, sql, -1, &stmt, &sql);
		while (rc == SQLITE_OK && stmt != NULL &&
		       (rc = sqlite3_step(stmt)) == SQLITE_ROW) {
			value = sqlite3_column_int64(stmt, 0);
			rc = SQLITE_OK;
		}
		if (rc != SQLITE_OK && rc != SQLITE_DONE)
			fail_msg("%s: %s", sql, sqlite3_errmsg(db));
		(void)sqlite3_finalize(stmt);
	}
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	return value;
}

bool
names_add(struct names *names, const char *name)
{
	size_t len = strlen(names->text);

	(void)snprintf(names->text + len, sizeof(names->text) - len, "%s%s",
	    len > 0 ? " " : "", name);
	return ++names->count != names->most;
}
