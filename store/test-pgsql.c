/* Tests of the PostgreSQL driver alone: what it makes of lost servers, of locks and
 * of statements that fail within a transaction; and that both schemas are twins.
 * They are skipped unless the environment names a server (test-database.h). */
#include "config.h"

#include "store/test-store.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <libpq-fe.h>
#include <sqlite3.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "store/driver.h"
#include "store/events.h"
#include "store/migrate.h"
#include "store/query.h"
#include "store/store.h"
#include "store/test-database.h"

static bool
add_account(void *ctx, const struct store_account *row)
{
	return names_add(ctx, row->facts.name);
}

static enum sg_err
login_add(
    struct store *store, const char *name, int64_t account, struct err *err_r)
{
	struct store_login row = {.account_id = account, .created_sec = 1};

	(void)snprintf(row.name, sizeof(row.name), "%s", name);
	return store_login_add(store, &row, err_r);
}

static int64_t
logins(struct fixture *f)
{
	return fixture_sql(f, "SELECT count(*) FROM login");
}

/* Ends all sessions of the fixture's database but the one that asks. */
static void
kill_sessions(struct fixture *f)
{
	const struct timespec nap = {0, 100000000};

	fixture_sql(f, "SELECT count(pg_terminate_backend(pid)) "
		       "FROM pg_stat_activity "
		       "WHERE datname = current_database() "
		       "AND pid <> pg_backend_pid()");
	(void)nanosleep(&nap, NULL);
}

/* ---- statements that fail within a transaction ---------------------------------- */

static void
test_failure_in_a_transaction(void **state)
{
	struct fixture *f = *state;

	assert_ok(f, store_begin(f->store, &f->err));
	assert_ok(f, login_add(f->store, "a", f->account, &f->err));
	assert_code(
	    f, SG_EXISTS, login_add(f->store, "a", f->account, &f->err));
	assert_code(f, SG_MISSING, login_add(f->store, "b", 77, &f->err));
	assert_code(f, SG_INVALID, login_add(f->store, "", 1, &f->err));
	assert_code(f, SG_INVALID, login_add(f->store, "\xff", 1, &f->err));
	assert_ok(f, login_add(f->store, "c", f->account, &f->err));
	assert_ok(f, store_commit(f->store, &f->err));
	assert_int_equal(logins(f), 2);
}

static void
test_failure_in_a_parallel_one(void **state)
{
	struct fixture *f = *state;
	struct store_login row;

	assert_ok(f, store_begin_parallel(f->store, &f->err));
	assert_ok(f, login_add(f->store, "a", f->account, &f->err));
	assert_code(
	    f, SG_EXISTS, login_add(f->store, "a", f->account, &f->err));
	assert_code(f, SG_IO, login_add(f->store, "c", f->account, &f->err));
	assert_non_null(strstr(f->err.text, "exists already"));
	assert_code(f, SG_IO, store_commit(f->store, &f->err));
	assert_int_equal(logins(f), 0);
	/* the handle is as before */
	assert_code(
	    f, SG_MISSING, store_login_get(f->store, "a", &row, &f->err));
	assert_ok(f, login_add(f->store, "a", f->account, &f->err));
}

static enum sg_err
login_send(struct fixture *f, const char *name, int64_t account)
{
	struct query q;

	query_open(&q, f->store, QUERY_LOGIN_ADD, &f->err);
	query_bind_text(&q, "$name", name);
	query_bind_int(&q, "$account_id", account);
	query_bind_int(&q, "$created_sec", 1);
	return query_send(&q);
}

static void
test_sent_statements(void **state)
{
	struct fixture *f = *state;
	struct store_login row;
	char name[16];

	assert_ok(f, store_begin_parallel(f->store, &f->err));
	for (int i = 0; i < 1000; i++) {
		(void)snprintf(name, sizeof(name), "app%d", i);
		assert_ok(f, login_send(f, name, f->account));
	}
	assert_ok(f, store_login_get(f->store, "app999", &row, &f->err));
	assert_ok(f, store_commit(f->store, &f->err));
	assert_int_equal(logins(f), 1000);

	/* the failure comes with the commit, and nothing is kept */
	assert_ok(f, store_begin_parallel(f->store, &f->err));
	assert_ok(f, login_send(f, "new", f->account));
	assert_ok(f, login_send(f, "app1", f->account));
	assert_ok(f, login_send(f, "newer", f->account));
	assert_code(f, SG_EXISTS, store_commit(f->store, &f->err));
	assert_int_equal(logins(f), 1000);

	/* or with what reads */
	assert_ok(f, store_begin(f->store, &f->err));
	assert_ok(f, login_send(f, "new", 77));
	assert_code(
	    f, SG_MISSING, store_login_get(f->store, "app1", &row, &f->err));
	assert_non_null(strstr(f->err.text, "belongs to"));
	store_rollback(f->store);
	assert_ok(f, store_login_get(f->store, "app1", &row, &f->err));
}

/* ---- lists ----------------------------------------------------------------------- */

#define MANY 300

struct walk {
	struct fixture *f;
	int rows;
	int ends_at;
	bool kills;
	enum sg_err inner;
};

/* Another list of the same statement, and another statement, within a list. */
static bool
walk_row(void *ctx, const struct store_account *row)
{
	struct walk *walk = ctx;
	struct store_account got;
	struct names names = {.most = 3};
	char name[65];

	(void)snprintf(name, sizeof(name), "%s", row->facts.name);
	if (walk->kills && walk->rows == 0)
		kill_sessions(walk->f);
	walk->inner =
	    store_account_get(walk->f->store, name, &got, &walk->f->err);
	if (walk->inner == SG_OK && walk->rows % 100 == 0)
		walk->inner = store_account_list(
		    walk->f->store, add_account, &names, &walk->f->err);
	if (walk->inner == SG_OK)
		assert_string_equal(row->facts.name, name);
	return ++walk->rows != walk->ends_at;
}

static void
many_accounts(struct fixture *f)
{
	char name[32];

	assert_ok(f, store_begin(f->store, &f->err));
	for (int i = 1; i < MANY; i++) {
		(void)snprintf(name, sizeof(name), "account%d", i);
		fixture_account(f, name);
	}
	assert_ok(f, store_commit(f->store, &f->err));
}

static void
test_statements_within_a_list(void **state)
{
	struct fixture *f = *state;
	struct walk walk = {.f = f};

	many_accounts(f);
	assert_ok(f, store_account_list(f->store, walk_row, &walk, &f->err));
	assert_int_equal(walk.rows, MANY);
	assert_int_equal(walk.inner, SG_OK);
	walk = (struct walk){.f = f, .ends_at = 7};
	assert_ok(f, store_account_list(f->store, walk_row, &walk, &f->err));
	assert_int_equal(walk.rows, 7);
	fixture_account(f, "last");
}

static bool
ask_then_read(void *ctx, const struct store_event *row)
{
	struct fixture *f = ctx;
	struct store_login login;

	assert_code(f, SG_MISSING,
	    store_login_get(f->store, "nobody", &login, &f->err));
	assert_string_equal(row->recipients, "a@x.example");
	assert_string_equal(row->detail, "{}");
	return true;
}

/* Texts of the present row live on while others are asked for. */
static void
test_texts_within_a_list(void **state)
{
	struct fixture *f = *state;
	struct store_event event = {.account_id = fixture_account(f, "other"),
	    .kind = STORE_EVENT_SEND,
	    .at_msec = 1000,
	    .recipients = "a@x.example",
	    .detail = "{}"};

	assert_ok(f, store_event_add(f->store, &event, &f->err));
	assert_ok(
	    f, store_event_get(f->store, event.id, ask_then_read, f, &f->err));
}

/* A list that is left early. */
static void
test_list_left(void **state)
{
	struct fixture *f = *state;
	struct names names = {.most = 2};

	many_accounts(f);
	assert_ok(
	    f, store_account_list(f->store, add_account, &names, &f->err));
	assert_int_equal(names.count, 2);
	fixture_account(f, "last");
}

/* A list whose server is lost is never taken for a short one. */
static void
test_list_of_a_lost_server(void **state)
{
	struct fixture *f = *state;
	struct walk walk = {.f = f, .kills = true};

	fixture_sql(f, "INSERT INTO account (name, production, paused, "
		       "pause_reason, daily_quota, rate, policy, pool, "
		       "contact, created_sec) SELECT 'b' || i, 0, 0, "
		       "repeat('x', 1000), 1, 1, 'none', '', '', 0 "
		       "FROM generate_series(1, 5000) i");
	assert_code(
	    f, SG_IO, store_account_list(f->store, walk_row, &walk, &f->err));
	assert_true(walk.rows < 5001);
	fixture_account(f, "last");
}

/* ---- lost servers ---------------------------------------------------------------- */

/* Between calls: nothing is felt of it. Within a transaction: it fails whole. */
static void
test_lost_server(void **state)
{
	struct fixture *f = *state;
	struct store_account row;
	bool changed;

	assert_ok(f, store_maybe_changed(f->store, &changed, &f->err));
	kill_sessions(f);
	assert_ok(f, store_account_get(f->store, "demo", &row, &f->err));
	assert_ok(f, store_maybe_changed(f->store, &changed, &f->err));
	assert_true(changed); /* what came meanwhile is not known */
	kill_sessions(f);
	assert_ok(f, store_begin(f->store, &f->err));
	assert_ok(f, login_add(f->store, "a", f->account, &f->err));
	kill_sessions(f);
	assert_code(f, SG_IO, login_add(f->store, "b", f->account, &f->err));
	assert_code(f, SG_IO, login_add(f->store, "c", f->account, &f->err));
	assert_code(f, SG_IO, store_commit(f->store, &f->err));
	assert_int_equal(logins(f), 0);
	assert_ok(f, login_add(f->store, "a", f->account, &f->err));

	assert_ok(f, store_begin(f->store, &f->err));
	assert_ok(f, login_add(f->store, "b", f->account, &f->err));
	kill_sessions(f);
	assert_code(f, SG_IO, store_commit(f->store, &f->err));
	assert_ok(f, store_begin_parallel(f->store, &f->err));
	assert_ok(f, login_send(f, "b", f->account));
	kill_sessions(f);
	assert_code(f, SG_IO, store_commit(f->store, &f->err));
	assert_int_equal(logins(f), 1);
	assert_ok(f, store_read_begin(f->store, &f->err));
	assert_ok(f, store_account_get(f->store, "demo", &row, &f->err));
	store_read_end(f->store);
}

/* The url with another query behind its database. */
static void
url_with(struct fixture *f, const char *more, char url_r[], size_t size)
{
	(void)snprintf(url_r, size, "%s%s%s", f->url,
	    strchr(f->url, '?') != NULL ? "&" : "?", more);
}

static void
test_no_server(void **state)
{
	struct fixture *f = *state;
	struct store *store;
	int64_t start = clock_mono_msec();

	assert_code(f, SG_IO,
	    store_open("postgresql://u:secret@/x?host=/nowhere/at/all",
		STORE_OPEN_READ, 0, &store, &f->err));
	assert_non_null(strstr(f->err.text, "/nowhere/at/all"));
	assert_null(strstr(f->err.text, "secret"));
	assert_in_range(clock_mono_msec() - start, 0, 1000);
}

/* Of two hosts the one that may be written to is found. */
static void
test_two_hosts(void **state)
{
	struct fixture *f = *state;
	const char *host = strstr(f->url, "host=");
	struct store *store;
	char url[1200];

	if (host == NULL)
		skip();
	(void)snprintf(url, sizeof(url), "%.*shost=/nowhere/at/all,%s",
	    (int)(host - f->url), f->url, host + strlen("host="));
	assert_ok(f, store_open(url, STORE_OPEN_WRITE, 0, &store, &f->err));
	assert_ok(f, login_add(store, "a", f->account, &f->err));
	store_close(&store);
}

/* Readers do not take it either, for it may be a standby that is behind; unless the
 * url says so. */
static void
test_read_only_server(void **state)
{
	struct fixture *f = *state;
	struct store *store;
	struct store_account row;
	char url[1200];

	fixture_sql(f, "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET "
		       "default_transaction_read_only = on', "
		       "current_database()); END $$");
	assert_code(
	    f, SG_IO, store_open(f->url, STORE_OPEN_WRITE, 0, &store, &f->err));
	assert_non_null(strstr(f->err.text, "read-only"));
	assert_code(
	    f, SG_IO, store_open(f->url, STORE_OPEN_READ, 0, &store, &f->err));
	assert_non_null(strstr(f->err.text, "read-only"));
	url_with(f, "target_session_attrs=any", url, sizeof(url));
	assert_ok(f, store_open(url, STORE_OPEN_READ, 0, &store, &f->err));
	assert_ok(f, store_account_get(store, "demo", &row, &f->err));
	store_close(&store);
}

/* ---- time ------------------------------------------------------------------------ */

static void
test_statement_timeout(void **state)
{
	struct fixture *f = *state;
	struct store *store;
	char url[1200];

	url_with(f, "options=-cstatement_timeout%3D200", url, sizeof(url));
	assert_ok(f, store_open(url, STORE_OPEN_WRITE, 60000, &store, &f->err));
	assert_ok(f, store_begin(f->store, &f->err));
	assert_ok(f, login_add(f->store, "a", f->account, &f->err));
	assert_code(f, SG_IO, login_add(store, "b", f->account, &f->err));
	assert_non_null(strstr(f->err.text, "too long"));
	store_rollback(f->store);
	assert_ok(f, login_add(store, "b", f->account, &f->err));
	store_close(&store);
}

/* A host that was cut off within a transaction does not stop the others. */
static void
test_forgotten_transaction(void **state)
{
	struct fixture *f = *state;
	struct store *store;
	char url[1200];

	url_with(f, "options=-cidle_in_transaction_session_timeout%3D300", url,
	    sizeof(url));
	assert_ok(f, store_open(url, STORE_OPEN_WRITE, 0, &store, &f->err));
	assert_ok(f, store_begin(store, &f->err));
	assert_ok(f, store_begin(f->store, &f->err)); /* waits */
	assert_ok(f, store_commit(f->store, &f->err));
	assert_code(f, SG_IO, store_commit(store, &f->err));
	assert_ok(f, store_begin(store, &f->err));
	store_close(&store);
}

/* ---- what the server says by itself ---------------------------------------------- */

static int
count_lines(const char *path, const char *with)
{
	FILE *file = fopen(path, "re");
	char line[2000];
	int count = 0;

	assert_non_null(file);
	while (fgets(line, sizeof(line), file) != NULL)
		count += strstr(line, with) != NULL;
	assert_int_equal(fclose(file), 0);
	return count;
}

/* It is logged, not written on stderr, and one of many. */
static void
test_notices(void **state)
{
	static const char raise[] =
	    "DO $$ BEGIN RAISE WARNING 'odd%', chr(10) || 'line'; END $$";
	struct fixture *f = *state;
	char folder[] = "/tmp/store-notice-XXXXXX", path[64];
	int old;

	assert_non_null(mkdtemp(folder));
	(void)snprintf(path, sizeof(path), "%s/log", folder);
	assert_true(log_open("test", path, LOG_LEVEL_INFO));
	old = dup(STDERR_FILENO);
	assert_non_null(freopen(path, "ae", stderr));
	for (int i = 0; i < 3; i++)
		assert_ok(
		    f, f->store->driver->script(f->store->db, raise, &f->err));
	(void)fflush(stderr);
	assert_true(dup2(old, STDERR_FILENO) >= 0);
	assert_int_equal(close(old), 0);
	assert_true(log_open("test", "stderr", LOG_LEVEL_INFO));
	assert_int_equal(count_lines(path, "store.notice"), 1);
	assert_int_equal(count_lines(path, "odd\\nline"), 1);
	assert_int_equal(count_lines(path, "WARNING"), 0);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(folder), 0);
}

/* ---- changes --------------------------------------------------------------------- */

static bool
add_change(void *ctx, const struct store_change *change)
{
	return names_add(ctx, change->name);
}

/* One that began first and ends last comes last: a reader that has read between
 * misses nothing. */
static void
test_changes_in_order_of_commits(void **state)
{
	struct fixture *f = *state;
	struct store_position at = {0, 0};
	struct names names = {0};
	struct store *other;
	bool gap;

	assert_ok(f, store_changes(f->store, &at, NULL, NULL, &gap, &f->err));
	assert_ok(f, store_open(f->url, STORE_OPEN_WRITE, 0, &other, &f->err));
	assert_ok(f, store_begin_parallel(other, &f->err));
	assert_ok(f, login_add(other, "slow", f->account, &f->err));
	assert_ok(f, login_add(f->store, "fast", f->account, &f->err));
	assert_ok(
	    f, store_changes(f->store, &at, add_change, &names, &gap, &f->err));
	assert_string_equal(names.text, "fast");
	assert_ok(f, store_commit(other, &f->err));
	assert_ok(
	    f, store_changes(f->store, &at, add_change, &names, &gap, &f->err));
	assert_string_equal(names.text, "fast slow");
	assert_false(gap);
	store_close(&other);
}

/* ---- twins ----------------------------------------------------------------------- */

/* What a table is, as text: of both schemas the same. */
static const char sqlite_shape[] =
    "SELECT m.name || '.' || c.name || ' ' || CASE upper(c.type) "
    "WHEN 'INTEGER' THEN 'int' WHEN 'REAL' THEN 'real' "
    "WHEN 'BLOB' THEN 'blob' ELSE 'text' END || "
    "CASE WHEN c.\"notnull\" = 1 OR c.pk > 0 THEN ' not null' ELSE '' END "
    "FROM sqlite_master m, pragma_table_info(m.name) c "
    "WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite%' "
    "UNION ALL SELECT 'unique ' || tbl || ' ' || group_concat(name) FROM "
    "(SELECT m.name AS tbl, l.name AS idx, i.name AS name "
    "FROM sqlite_master m, pragma_index_list(m.name) l, "
    "pragma_index_info(l.name) i WHERE m.type = 'table' "
    "AND l.\"unique\" = 1 AND l.origin <> 'pk' ORDER BY 1, 2, i.seqno) "
    "GROUP BY tbl, idx "
    "UNION ALL SELECT 'primary ' || tbl || ' ' || group_concat(name) FROM "
    "(SELECT m.name AS tbl, c.name AS name FROM sqlite_master m, "
    "pragma_table_info(m.name) c WHERE m.type = 'table' AND c.pk > 0 "
    "AND m.name NOT LIKE 'sqlite%' ORDER BY 1, c.pk) GROUP BY tbl";
static const char pgsql_shape[] =
    "SELECT relname || '.' || attname || ' ' || CASE "
    "format_type(atttypid, NULL) WHEN 'bigint' THEN 'int' "
    "WHEN 'double precision' THEN 'real' WHEN 'bytea' THEN 'blob' "
    "ELSE 'text' END || CASE WHEN attnotnull THEN ' not null' ELSE '' END "
    "COLLATE \"C\" FROM pg_class c JOIN pg_attribute a ON attrelid = c.oid "
    "WHERE relkind = 'r' AND attnum > 0 AND NOT attisdropped "
    "AND relnamespace = 'public'::regnamespace "
    "UNION ALL SELECT CASE WHEN indisprimary THEN 'primary ' "
    "ELSE 'unique ' END || c.relname || ' ' || "
    "string_agg(attname, ',' ORDER BY attnum) FROM pg_index x "
    "JOIN pg_class c ON c.oid = x.indrelid "
    "JOIN pg_attribute a ON a.attrelid = x.indexrelid "
    "WHERE indisunique AND indkey[attnum - 1] <> 0 "
    "AND relnamespace = 'public'::regnamespace "
    "GROUP BY x.indexrelid, indisprimary, c.relname";

#define SHAPE_LINES_MAX 2000

struct shape {
	char *lines[SHAPE_LINES_MAX];
	int count;
};

static void
shape_add(struct shape *shape, const char *line)
{
	assert_true(shape->count < SHAPE_LINES_MAX);
	shape->lines[shape->count] = strdup(line);
	assert_non_null(shape->lines[shape->count++]);
}

static int
shape_add_row(void *ctx, int n, char **values, char **names)
{
	(void)n;
	(void)names;
	shape_add(ctx, values[0]);
	return 0;
}

static int
compare_lines(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void
shape_of_sqlite(struct shape *shape_r)
{
	char dir[] = "/tmp/store-twin-XXXXXX";
	char path[64], url[80];
	struct err err;
	sqlite3 *db;
	int from, to;

	assert_non_null(mkdtemp(dir));
	(void)snprintf(path, sizeof(path), "%s/twin.db", dir);
	(void)snprintf(url, sizeof(url), "sqlite:%s", path);
	assert_int_equal(store_migrate(url, &from, &to, &err), SG_OK);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	if (sqlite3_exec(db, sqlite_shape, shape_add_row, shape_r, NULL) !=
	    SQLITE_OK)
		fail_msg("%s", sqlite3_errmsg(db));
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	test_database_drop(url);
}

static void
shape_of_pgsql(const char *url, struct shape *shape_r)
{
	PGconn *conn = PQconnectdb(url);
	PGresult *result = PQexec(conn, pgsql_shape);

	if (PQresultStatus(result) != PGRES_TUPLES_OK)
		fail_msg("%s", PQerrorMessage(conn));
	for (int i = 0; i < PQntuples(result); i++)
		shape_add(shape_r, PQgetvalue(result, i, 0));
	PQclear(result);
	PQfinish(conn);
}

/* Both sorted: what only one of them has is told. */
static int
count_differences(const struct shape *a, const struct shape *b)
{
	int i = 0, j = 0, count = 0;

	while (i < a->count || j < b->count) {
		int order = i == a->count   ? 1
			    : j == b->count ? -1
					    : strcmp(a->lines[i], b->lines[j]);

		if (order != 0) {
			print_error("only %s: %s\n",
			    order < 0 ? "SQLite" : "PostgreSQL",
			    order < 0 ? a->lines[i] : b->lines[j]);
			count++;
		}
		i += order <= 0;
		j += order >= 0;
	}
	return count;
}

static void
test_schemas_are_twins(void **state)
{
	static struct shape sqlite, pgsql;
	struct fixture *f = *state;

	assert_int_equal(schema_pgsql.files[schema_pgsql.count - 1].version,
	    store_schema_version());
	shape_of_sqlite(&sqlite);
	shape_of_pgsql(f->url, &pgsql);
	assert_true(sqlite.count > 100);
	qsort(
	    sqlite.lines, (size_t)sqlite.count, sizeof(char *), compare_lines);
	qsort(pgsql.lines, (size_t)pgsql.count, sizeof(char *), compare_lines);
	assert_int_equal(count_differences(&sqlite, &pgsql), 0);
	for (int i = 0; i < sqlite.count; i++)
		free(sqlite.lines[i]);
	for (int i = 0; i < pgsql.count; i++)
		free(pgsql.lines[i]);
}

/* ---- migration ------------------------------------------------------------------- */

static void
test_migration(void **state)
{
	struct fixture *f = *state;
	char url[TEST_DATABASE_URL_SIZE];
	struct store *store;
	int from, to;

	assert_true(test_database_make_empty(url, sizeof(url)));
	assert_code(
	    f, SG_SCHEMA, store_open(url, STORE_OPEN_READ, 0, &store, &f->err));
	assert_ok(f, store_migrate(url, &from, &to, &f->err));
	assert_int_equal(from, 0);
	assert_int_equal(to, store_schema_version());
	assert_ok(f, store_migrate(url, &from, &to, &f->err));
	assert_int_equal(from, to);
	test_database_drop(url);

	assert_true(test_database_make_empty(url, sizeof(url)));
	assert_true(
	    test_database_sql(url, "CREATE TABLE users (name TEXT)", NULL));
	assert_code(f, SG_SCHEMA, store_migrate(url, &from, &to, &f->err));
	assert_non_null(strstr(f->err.text, "none of sendward"));
	test_database_drop(url);
}

/* The schema as a program of that version left it. */
static void
make_old_schema(const char *url, int version)
{
	PGconn *conn = PQconnectdb(url);
	struct buf sql;

	buf_init(&sql, 1024 * 1024);
	for (size_t i = 0; i < schema_pgsql.count; i++)
		for (size_t j = 0; schema_pgsql.files[i].version <= version &&
				   schema_pgsql.files[i].lines[j] != NULL;
		     j++)
			assert_true(
			    buf_puts(&sql, schema_pgsql.files[i].lines[j]));
	assert_true(buf_printf(
	    &sql, "UPDATE schema_version SET version = %d;", version));
	PQclear(PQexec(conn, buf_str(&sql)));
	assert_string_equal(PQerrorMessage(conn), "");
	PQfinish(conn);
	buf_fini(&sql);
}

/* Messages that are there stay, and go with their account as before. */
static void
test_upgrade_with_messages(void **state)
{
	static const char *const rows[] = {
	    "INSERT INTO account (id, name, production, paused, pause_reason, "
	    "daily_quota, rate, policy, pool, contact, created_sec) SELECT i, "
	    "'a' || i, 1, 0, '', 1, 1, 'none', '', '', 0 "
	    "FROM generate_series(1, 2) i",
	    "INSERT INTO message (account_id, queue_id, sent_msec, login, "
	    "sender, source_ip, identity_id, set_id, size, recipients, facts) "
	    "SELECT 1 + i % 2, 'Q' || i, i, '', '', '', 0, 0, 0, "
	    "'E a@b.example', '{}' FROM generate_series(1, 100) i",
	    "INSERT INTO tally SELECT 1, 0, i * 900, 1, 1, 0, 0, 0 "
	    "FROM generate_series(1, 100) i"};
	struct fixture *f = *state;
	char url[TEST_DATABASE_URL_SIZE];
	struct store *store;
	int64_t value;
	int from, to;

	assert_true(test_database_make_empty(url, sizeof(url)));
	make_old_schema(url, 22);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_true(test_database_sql(url, rows[i], NULL));
	assert_ok(f, store_migrate(url, &from, &to, &f->err));
	assert_int_equal(from, 22);
	assert_ok(f, store_open(url, STORE_OPEN_WRITE, 0, &store, &f->err));
	assert_ok(f, store_account_delete(store, 1, &f->err));
	assert_true(test_database_sql(url,
	    "SELECT count(*) FILTER (WHERE account_id = 2) + "
	    "1000 * count(*) FILTER (WHERE account_id = 1) FROM message",
	    &value));
	assert_int_equal(value, 50);
	store_close(&store);
	test_database_drop(url);
}

static void
test_backup_is_refused(void **state)
{
	struct fixture *f = *state;

	assert_code(f, SG_INVALID, store_backup(f->url, "/nowhere/x", &f->err));
	assert_non_null(strstr(f->err.text, "pg_dump"));
}

/* libpq tells what it cannot read: of a url, parts of it or all. */
static void
test_url_is_not_told(void **state)
{
	static const char *const urls[] = {
	    "postgresql://u:secret%zz@127.0.0.1:1/x",
	    "postgresql://u:secret@[::1/x", "postgresql://u:secret@[::1]z/x",
	    "postgresql://u:secret/z@127.0.0.1:1/x",
	    "postgresql://u:1/secret@127.0.0.1/x",
	    "postgresql://u:z@secret@127.0.0.1:1/x",
	    "postgresql://127.0.0.1:1/x?password=secret%",
	    "postgresql://u:z/?secret@127.0.0.1/x"};
	struct fixture *f = *state;
	struct store *store;

	for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
		assert_code(f, SG_INVALID,
		    store_open(urls[i], STORE_OPEN_READ, 0, &store, &f->err));
		assert_null(strstr(f->err.text, "secret"));
	}
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_failure_in_a_transaction),
	    TEST(test_failure_in_a_parallel_one),
	    TEST(test_sent_statements),
	    TEST(test_statements_within_a_list),
	    TEST(test_texts_within_a_list),
	    TEST(test_list_left),
	    TEST(test_list_of_a_lost_server),
	    TEST(test_lost_server),
	    TEST(test_no_server),
	    TEST(test_two_hosts),
	    TEST(test_read_only_server),
	    TEST(test_statement_timeout),
	    TEST(test_forgotten_transaction),
	    TEST(test_notices),
	    TEST(test_changes_in_order_of_commits),
	    TEST(test_schemas_are_twins),
	    TEST(test_migration),
	    TEST(test_upgrade_with_messages),
	    TEST(test_backup_is_refused),
	    TEST(test_url_is_not_told),
	};

	if (fixture_is_sqlite())
		return 77;
	return cmocka_run_group_tests_name("PostgreSQL", tests, NULL, NULL);
}
