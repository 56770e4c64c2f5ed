/* Makes and drops databases for tests, on SQLite and on PostgreSQL. */
#include "config.h"

#include "store/test-database.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <libpq-fe.h>
#include <sqlite3.h>

#include "base/err.h"
#include "store/store.h"

#define DIR_SIZE 256

bool
test_database_is_postgresql(void)
{
	const char *kind = getenv("SENDWARD_TEST_STORE");

	return kind != NULL && strcmp(kind, "postgresql") == 0;
}

static bool
migrate(const char *url)
{
	struct err err;
	int from, to;

	if (store_migrate(url, &from, &to, &err) == SG_OK)
		return true;
	(void)fprintf(stderr, "test database: %s\n", err.text);
	return false;
}

/* ---- SQLite: a file test.db in a new folder --------------------------------- */

/* In memory where there is such a place: each commit syncs. */
static const char *
tmp_dir(void)
{
	const char *tmp = getenv("TMPDIR");

	if (tmp != NULL)
		return tmp;
	return access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
}

static bool
file_make_empty(char url_r[], size_t size)
{
	char dir[DIR_SIZE];

	(void)snprintf(dir, sizeof(dir), "%s/store-XXXXXX", tmp_dir());
	if (mkdtemp(dir) == NULL) {
		perror(dir);
		return false;
	}
	(void)snprintf(url_r, size, "sqlite:%s/test.db", dir);
	return true;
}

/* A new database as a file's bytes: made once, for that takes most of the time. */
static struct {
	unsigned char *bytes;
	size_t len;
} empty;

static bool
read_empty(const char *path)
{
	FILE *file = fopen(path, "rb");
	long len = -1;

	if (file != NULL && fseek(file, 0, SEEK_END) == 0)
		len = ftell(file);
	if (len > 0) {
		rewind(file);
		empty.len = (size_t)len;
		empty.bytes = malloc(empty.len);
		if (empty.bytes != NULL &&
		    fread(empty.bytes, 1, empty.len, file) != empty.len)
			len = -1;
	}
	if (file != NULL)
		(void)fclose(file);
	return len > 0 && empty.bytes != NULL;
}

static bool
file_fill(const char *url)
{
	const char *path = strchr(url, ':') + 1;
	FILE *file;
	bool ok;

	if (empty.bytes == NULL)
		return migrate(url) && read_empty(path);
	file = fopen(path, "wb");
	ok = file != NULL &&
	     fwrite(empty.bytes, 1, empty.len, file) == empty.len;
	if (file != NULL && fclose(file) != 0)
		ok = false;
	if (!ok)
		perror(path);
	return ok;
}

static void
file_drop(const char *url)
{
	char dir_path[DIR_SIZE + 16];
	char name[3 * DIR_SIZE];
	struct dirent *entry;
	char *slash;
	DIR *dir;

	(void)snprintf(dir_path, sizeof(dir_path), "%s", strchr(url, ':') + 1);
	slash = strrchr(dir_path, '/');
	if (slash == NULL)
		return;
	*slash = '\0';
	dir = opendir(dir_path);
	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		(void)snprintf(
		    name, sizeof(name), "%s/%s", dir_path, entry->d_name);
		(void)unlink(name); /* not . and .. */
	}
	if (dir != NULL)
		(void)closedir(dir);
	(void)rmdir(dir_path);
}

static bool
file_sql(const char *url, const char *sql, int64_t *value_r)
{
	sqlite3 *db;
	sqlite3_stmt *stmt;
	int rc = sqlite3_open(strchr(url, ':') + 1, &db);

	(void)sqlite3_busy_timeout(db, 5000);
	(void)sqlite3_exec(db, "PRAGMA foreign_keys = 1", NULL, NULL, NULL);
	while (rc == SQLITE_OK && *sql != '\0') {
		rc = sqlite3_prepare_v2(db, sql, -1, &stmt, &sql);
		while (rc == SQLITE_OK && stmt != NULL &&
		       (rc = sqlite3_step(stmt)) == SQLITE_ROW) {
			*value_r = sqlite3_column_int64(stmt, 0);
			rc = SQLITE_OK;
		}
		if (rc == SQLITE_DONE)
			rc = SQLITE_OK;
		if (rc != SQLITE_OK)
			(void)fprintf(
			    stderr, "test database: %s\n", sqlite3_errmsg(db));
		(void)sqlite3_finalize(stmt);
	}
	(void)sqlite3_close(db);
	return rc == SQLITE_OK;
}

/* ---- PostgreSQL: databases sendward_test_PID_NUMBER; 0 is the template --------
 * To make one takes long, to empty one does not: those that were dropped are used
 * again, unless a test changed their tables. */

#define SPARE_MAX 4
#define EMPTY_FROM 100000 /* numbers of those without a schema */

static const char *
server_url(void)
{
	const char *url = getenv("SENDWARD_TEST_PG");

	return url != NULL ? url : "";
}

/* The server's url with another database in it. */
static void
url_of(const char *database, char url_r[], size_t size)
{
	const char *url = server_url();
	const char *host = strstr(url, "://");
	const char *name, *rest;

	host = host != NULL ? host + 3 : url;
	name = host + strcspn(host, "/?");
	rest = name + strcspn(name, "?");
	(void)snprintf(
	    url_r, size, "%.*s/%s%s", (int)(name - url), url, database, rest);
}

static bool
server_sql(const char *url, const char *sql, int64_t *value_r)
{
	PGconn *conn = PQconnectdb(url);
	PGresult *result = NULL;
	ExecStatusType status;
	bool ok = false;

	if (PQstatus(conn) == CONNECTION_OK) {
		result = PQexec(conn, "SET client_min_messages = warning");
		PQclear(result);
		result = PQexec(conn, sql);
		status = PQresultStatus(result);
		ok = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
	}
	if (!ok)
		(void)fprintf(
		    stderr, "test database: %s", PQerrorMessage(conn));
	if (ok && value_r != NULL && PQntuples(result) > 0 &&
	    PQnfields(result) > 0)
		*value_r = strtoll(
		    PQgetvalue(result, PQntuples(result) - 1, 0), NULL, 10);
	PQclear(result);
	PQfinish(conn);
	return ok;
}

/* PostgreSQL does not count what was inserted with a number of its own; SQLite
 * does, and tests rely on it. */
static bool
count_on(const char *url, const char *sql)
{
	static const char format[] =
	    "DO $$ DECLARE c record; m bigint; l bigint; BEGIN "
	    "FOR c IN SELECT attname AS name, pg_get_serial_sequence('%.*s', "
	    "attname) AS seq FROM pg_attribute "
	    "WHERE attrelid = to_regclass('%.*s') AND attidentity <> '' LOOP "
	    "EXECUTE format('SELECT max(%%I) FROM %.*s', c.name) INTO m; "
	    "EXECUTE 'SELECT last_value FROM ' || c.seq INTO l; "
	    "IF m >= l THEN PERFORM setval(c.seq, m); END IF; END LOOP; "
	    "END $$";
	char text[1024];
	int64_t ignored;
	int len;

	while ((sql = strstr(sql, "INSERT INTO ")) != NULL) {
		sql += strlen("INSERT INTO ");
		len = (int)strcspn(sql, " (");
		(void)snprintf(
		    text, sizeof(text), format, len, sql, len, sql, len, sql);
		if (!server_sql(url, text, &ignored))
			return false;
	}
	return true;
}

static bool
server_create(int number, const char *template, char url_r[], size_t size)
{
	char name[64], sql[256];
	int64_t ignored;

	(void)snprintf(
	    name, sizeof(name), "sendward_test_%d_%d", (int)getpid(), number);
	(void)snprintf(sql, sizeof(sql),
	    "CREATE DATABASE \"%s\" TEMPLATE \"%s\"", name, template);
	url_of(name, url_r, size);
	return server_sql(server_url(), sql, &ignored);
}

static void
server_drop(const char *url)
{
	char name[64], sql[128];
	const char *at = strstr(url, "/sendward_test_");
	int64_t ignored;

	if (at == NULL)
		return;
	(void)snprintf(
	    name, sizeof(name), "%.*s", (int)strcspn(at + 1, "?"), at + 1);
	(void)snprintf(sql, sizeof(sql),
	    "DROP DATABASE IF EXISTS \"%s\" WITH (FORCE)", name);
	(void)server_sql(server_url(), sql, &ignored);
}

static char template_url[TEST_DATABASE_URL_SIZE];
static pid_t template_pid;

/* Emptied ones. */
static char spares[SPARE_MAX][TEST_DATABASE_URL_SIZE];
static size_t spare_count;

static void
drop_ours(void)
{
	if (template_pid != getpid())
		return;
	while (spare_count > 0)
		server_drop(spares[--spare_count]);
	server_drop(template_url);
}

/* As it was made: no rows but the schema's own, numbers from 1 on. */
static const char empty_sql[] =
    "SET session_replication_role = replica; "
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
    "WHERE datname = current_database() AND pid <> pg_backend_pid(); "
    "DO $$ DECLARE t text; BEGIN "
    "FOR t IN SELECT format('%I.%I', schemaname, tablename) FROM pg_tables "
    "WHERE schemaname = current_schema() AND tablename <> 'schema_version' "
    "LOOP EXECUTE 'DELETE FROM ' || t; END LOOP; "
    "FOR t IN SELECT format('%I.%I', schemaname, sequencename) "
    "FROM pg_sequences WHERE last_value IS NOT NULL "
    "LOOP PERFORM setval(t, 1, false); END LOOP; END $$; "
    "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace";

/* Rows that the schema itself wrote would be missing. */
static bool
can_be_emptied(void)
{
	int64_t rows;

	return server_sql(template_url,
		   "DO $$ DECLARE t text; n bigint; sum bigint := 0; BEGIN "
		   "FOR t IN SELECT tablename FROM pg_tables "
		   "WHERE schemaname = current_schema() "
		   "AND tablename <> 'schema_version' LOOP "
		   "EXECUTE format('SELECT count(*) FROM %I', t) INTO n; "
		   "sum := sum + n; END LOOP; "
		   "PERFORM set_config('test.rows', sum::text, false); END $$; "
		   "SELECT current_setting('test.rows')",
		   &rows) &&
	       rows == 0;
}

static bool is_reusable;

static bool
make_template(void)
{
	if (!server_create(0, "template0", template_url, sizeof(template_url)))
		return false;
	template_pid = getpid();
	spare_count = 0;
	(void)atexit(drop_ours);
	/* what SQLite calls a BLOB */
	if (!migrate(template_url) ||
	    !server_sql(template_url, "CREATE DOMAIN blob AS bytea", NULL))
		return false;
	is_reusable = can_be_emptied();
	return true;
}

static bool
server_make(char url_r[], size_t size)
{
	static int number;
	char name[64];

	if (template_pid != getpid() && !make_template())
		return false;
	if (spare_count > 0) {
		(void)snprintf(url_r, size, "%s", spares[--spare_count]);
		return true;
	}
	(void)snprintf(name, sizeof(name), "sendward_test_%d_0", (int)getpid());
	return server_create(++number, name, url_r, size);
}

/* Told by test_database_sql: the one whose tables are not the schema's any more. */
static char changed_url[TEST_DATABASE_URL_SIZE];

static void
server_give_back(const char *url)
{
	int64_t ignored;
	bool is_ours = template_pid == getpid() && is_reusable &&
		       spare_count < SPARE_MAX &&
		       strcmp(url, changed_url) != 0 &&
		       strtol(strrchr(url, '_') + 1, NULL, 10) < EMPTY_FROM;

	if (is_ours && server_sql(url, empty_sql, &ignored))
		(void)snprintf(
		    spares[spare_count++], TEST_DATABASE_URL_SIZE, "%s", url);
	else
		server_drop(url);
}

static bool
server_make_empty(char url_r[], size_t size)
{
	static int number = EMPTY_FROM;

	return server_create(++number, "template0", url_r, size);
}

/* ---- whichever it is --------------------------------------------------------- */

bool
test_database_make_empty(char url_r[], size_t size)
{
	return test_database_is_postgresql() ? server_make_empty(url_r, size)
					     : file_make_empty(url_r, size);
}

bool
test_database_make(char url_r[], size_t size)
{
	if (test_database_is_postgresql())
		return server_make(url_r, size);
	return file_make_empty(url_r, size) && file_fill(url_r);
}

void
test_database_drop(const char *url)
{
	if (strncmp(url, "sqlite:", 7) == 0)
		file_drop(url);
	else
		server_give_back(url);
}

bool
test_database_sql(const char *url, const char *sql, int64_t *value_r)
{
	int64_t value = 0;
	bool ok = strncmp(url, "sqlite:", 7) == 0
		      ? file_sql(url, sql, &value)
		      : server_sql(url, sql, &value) && count_on(url, sql);

	if (strstr(sql, "CREATE") != NULL || strstr(sql, "DROP") != NULL ||
	    strstr(sql, "ALTER") != NULL)
		(void)snprintf(changed_url, sizeof(changed_url), "%s", url);
	if (value_r != NULL)
		*value_r = value;
	return ok;
}
