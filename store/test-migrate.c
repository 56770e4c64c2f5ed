/* Tests of migrations, with schema files of its own in the place of the built-in
 * ones. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "store/migrate.h"
#include "store/store.h"

static const char *const first[] = {
    "CREATE TABLE schema_version (version INTEGER NOT NULL);\n",
    "INSERT INTO schema_version VALUES (0);\n",
    "CREATE TABLE a (x);\n",
    NULL,
};
static const char *const second[] = {
    "CREATE TABLE b (x);\n",
    "INSERT INTO b SELECT x FROM a;\n",
    NULL,
};
static const char *const third[] = {
    "CREATE TABLE c (x);\n",
    "INSERT INTO c VALUES ('text with \" and \\ and ; in it');\n",
    "CREATE UNIQUE INDEX b_once ON b (x);\n", /* fails when b has twins */
    NULL,
};
static const struct schema_file files[] = {
    {1, "001-first.sql", first},
    {2, "002-second.sql", second},
    {3, "003-third.sql", third},
};
const struct schema schema_sqlite = {files, 3};
const struct schema schema_pgsql = {files, 3};

static char path[128], url[144];
static struct err err;

static void
sql(const char *text)
{
	sqlite3 *db;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	if (sqlite3_exec(db, text, NULL, NULL, NULL) != SQLITE_OK)
		fail_msg("%s: %s", text, sqlite3_errmsg(db));
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static int
setup(void **state)
{
	const char *tmp = getenv("TMPDIR");
	int fd;

	(void)state;
	(void)snprintf(path, sizeof(path), "%s/migrate-XXXXXX",
	    tmp != NULL ? tmp : "/tmp");
	fd = mkstemp(path);
	assert_true(fd >= 0);
	(void)close(fd);
	(void)snprintf(url, sizeof(url), "sqlite:%s", path);
	return 0;
}

static int
teardown(void **state)
{
	static const char *const ends[] = {"-wal", "-shm", ""};
	char name[160];

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		(void)snprintf(name, sizeof(name), "%s%s", path, ends[i]);
		(void)unlink(name); /* a test may not have made it */
	}
	return 0;
}

static void
assert_migrate(enum sg_err want, int want_from, int want_to)
{
	int from, to;
	enum sg_err code = store_migrate(url, &from, &to, &err);

	if (code != want)
		fail_msg("%s: %s", err_name(code), err.text);
	assert_int_equal(from, want_from);
	assert_int_equal(to, want_to);
}

static void
assert_open(enum sg_err want, const char *text)
{
	struct store *store;
	enum sg_err code = store_open(url, STORE_OPEN_READ, 0, &store, &err);

	if (code != want || (text != NULL && strstr(err.text, text) == NULL))
		fail_msg("%s: %s", err_name(code), err.text);
	store_close(&store);
}

static void
test_new(void **state)
{
	(void)state;
	assert_int_equal(store_schema_version(), 3);
	assert_migrate(SG_OK, 0, 3);
	assert_open(SG_OK, NULL);
	assert_migrate(SG_OK, 3, 3);
	sql("INSERT INTO c SELECT x FROM b");
}

/* As an older program left it. */
static void
make_version_1(void)
{
	for (size_t i = 0; first[i] != NULL; i++)
		sql(first[i]);
	sql("UPDATE schema_version SET version = 1");
}

static void
test_older(void **state)
{
	(void)state;
	make_version_1();
	sql("INSERT INTO a VALUES (7)");
	assert_open(SG_SCHEMA,
	    ": schema 1, but this program needs 3; bring it up with: "
	    "sendwardctl db migrate");
	assert_migrate(SG_OK, 1, 3);
	assert_open(SG_OK, NULL);
	sql("DELETE FROM b WHERE x = 7; INSERT INTO c VALUES (changes())");
}

/* What file 3 did before it failed is undone; file 2 stays. */
static void
test_failing_file(void **state)
{
	(void)state;
	make_version_1();
	sql("INSERT INTO a VALUES (7), (7)");
	assert_migrate(SG_EXISTS, 1, 2);
	assert_non_null(strstr(err.text, "schema 003-third.sql: "));
	assert_open(SG_SCHEMA, "schema 2,");
	sql("CREATE TABLE c (x); DROP TABLE c; DELETE FROM b");
	assert_migrate(SG_OK, 2, 3);
	assert_open(SG_OK, NULL);
}

static void
test_newer(void **state)
{
	(void)state;
	assert_migrate(SG_OK, 0, 3);
	sql("UPDATE schema_version SET version = 4");
	assert_open(SG_SCHEMA,
	    ": schema 4 is newer than this program's 3; install the newer "
	    "sendward");
	assert_migrate(SG_SCHEMA, 4, 4);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_new),
	    TEST(test_older),
	    TEST(test_failing_file),
	    TEST(test_newer),
	};

	return cmocka_run_group_tests_name("migrate", tests, NULL, NULL);
}
