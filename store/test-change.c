/* Tests of the list of changes. */
#include "config.h"

#include "store/test-store.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "store/store.h"

/* "kind:id:owner:name " for each change. */
static bool
add_change(void *ctx, const struct store_change *change)
{
	char *text = ctx;
	size_t len = strlen(text);

	(void)snprintf(text + len, 1024 - len, "%d:%lld:%lld:%s ",
	    (int)change->kind, (long long)change->id,
	    (long long)change->owner_id, change->name);
	return true;
}

static void
assert_changes(
    struct fixture *f, struct store_position *position, const char *want)
{
	char text[1024] = "";
	bool gap;

	assert_ok(f,
	    store_changes(f->store, position, add_change, text, &gap, &f->err));
	assert_false(gap);
	assert_string_equal(text, want);
}

static void
fill(struct fixture *f)
{
	fixture_sql(f,
	    "INSERT INTO login VALUES ('app', 1, 0);"
	    "INSERT INTO credential VALUES ('AKIA', 1, 1, 0, 'h', CAST('k' AS BLOB), 0);"
	    "INSERT INTO identity (id, account_id, name, type, status, "
	    "signing_enabled, created_sec, verified_sec) VALUES "
	    "(5, 1, 'a.example', 1, 2, 1, 0, 0);"
	    "INSERT INTO dkim_key (id, identity_id, selector, algorithm, bits, "
	    "active, created_sec, public_base64, sealed) VALUES "
	    "(9, 5, 's', 'rsa', 2048, 1, 0, 'p', "
	    "CAST('k' AS BLOB));"
	    "INSERT INTO suppression (account_id, address, reason, "
	    "since_sec) VALUES (1, 'x@y.example', 0, 0);");
}

static void
test_every_table(void **state)
{
	struct fixture *f = *state;
	struct store_position position = {0, 0};

	fill(f);
	assert_changes(f, &position,
	    "0:1:1:demo 1:1:1:app 2:1:1:AKIA 3:5:1:a.example 4:9:5: "
	    "5:1:1:x@y.example ");
	assert_changes(f, &position, "");
	fixture_sql(f, "UPDATE account SET paused = 1");
	assert_changes(f, &position, "0:1:1:demo ");
	fixture_sql(f, "UPDATE credential SET enabled = 0");
	assert_changes(f, &position, "2:1:1:AKIA 2:1:1:AKIA ");
	fixture_sql(f, "UPDATE login SET name = 'new'");
	assert_changes(f, &position, "1:1:1:app 1:1:1:new ");
	fixture_sql(f, "UPDATE identity SET status = 3");
	assert_changes(f, &position, "3:5:1:a.example 3:5:1:a.example ");
	fixture_sql(f, "UPDATE dkim_key SET active = 0");
	assert_changes(f, &position, "4:9:5: 4:9:5: ");
	fixture_sql(f, "UPDATE suppression SET reason = 2");
	assert_changes(f, &position, "5:1:1:x@y.example 5:1:1:x@y.example ");
	fixture_sql(f, "DELETE FROM suppression");
	assert_changes(f, &position, "5:1:1:x@y.example ");
	fixture_sql(f, "DELETE FROM dkim_key");
	assert_changes(f, &position, "4:9:5: ");
}

/* What goes with its account is told, and its counters go, too. */
static void
test_cascade(void **state)
{
	struct fixture *f = *state;
	struct store_position position = {0, 0};
	char text[1024] = "";
	bool gap;

	fill(f);
	fixture_sql(f, "INSERT INTO quota VALUES (1, 3, 0, 0);"
		       "INSERT INTO usage VALUES (1, 60, 3);");
	assert_ok(
	    f, store_changes(f->store, &position, NULL, NULL, &gap, &f->err));
	assert_ok(f, store_account_delete(f->store, f->account, &f->err));
	assert_ok(f, store_changes(
			 f->store, &position, add_change, text, &gap, &f->err));
	assert_non_null(strstr(text, "0:1:1:demo "));
	assert_non_null(strstr(text, "1:1:1:app "));
	assert_non_null(strstr(text, "2:1:1:AKIA "));
	assert_non_null(strstr(text, "3:5:1:a.example "));
	assert_non_null(strstr(text, "4:9:5: "));
	assert_non_null(strstr(text, "5:1:1:x@y.example "));
	assert_int_equal(fixture_sql(f, "SELECT (SELECT count(*) FROM quota) + "
					"(SELECT count(*) FROM usage)"),
	    0);
}

static void
test_rolled_back(void **state)
{
	struct fixture *f = *state;
	struct store_position position = {0, 0};

	assert_changes(f, &position, "0:1:1:demo ");
	assert_ok(f, store_begin(f->store, &f->err));
	fixture_account(f, "gone");
	store_rollback(f->store);
	assert_changes(f, &position, "");
}

static bool
stop_at_once(void *ctx, const struct store_change *change)
{
	(void)change;
	++*(int *)ctx;
	return false;
}

/* A reader that stops in between goes on from there. */
static void
test_stopped_reader(void **state)
{
	struct fixture *f = *state;
	struct store_position position = {0, 0};
	int calls = 0;
	bool gap;

	fixture_account(f, "second");
	assert_ok(f, store_changes(f->store, &position, stop_at_once, &calls,
			 &gap, &f->err));
	assert_int_equal(calls, 1);
	assert_changes(f, &position, "0:2:2:second ");
}

static void
assert_gap(struct fixture *f, struct store_position position)
{
	struct store_position at = position, newest = {0, 0};
	char text[1024] = "";
	bool gap, first;

	assert_ok(
	    f, store_changes(f->store, &at, add_change, text, &gap, &f->err));
	assert_true(gap);
	assert_ok(
	    f, store_changes(f->store, &newest, NULL, NULL, &first, &f->err));
	assert_memory_equal(&at, &newest, sizeof(at));
}

static void
test_gaps(void **state)
{
	struct fixture *f = *state;
	struct store_position start = {0, 0}, position = {0, 0};
	struct store_position ahead;

	assert_changes(f, &position, "0:1:1:demo ");
	/* the database is older than what the reader knows */
	ahead = position;
	ahead.seq += 5;
	assert_gap(f, ahead);
	/* another database: the same number, another mark */
	ahead = position;
	ahead.mark ^= 1;
	assert_gap(f, ahead);
	fixture_account(f, "second");
	fixture_sql(f, "DELETE FROM change WHERE seq = 1");
	assert_gap(f, position);
	assert_gap(f, start);
}

static void
test_purge(void **state)
{
	struct fixture *f = *state;
	struct store_position position = {0, 0};

	if (fixture_is_sqlite())
		fixture_sql(f,
		    "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 "
		    "FROM n WHERE i < 101500) INSERT INTO change (kind, id, "
		    "owner_id, name) SELECT 0, i, i, '' FROM n");
	else
		fixture_sql(f, "SELECT change_add(0, i, i, '') "
			       "FROM generate_series(1, 101500) i");
	assert_int_equal(fixture_sql(f, "SELECT count(*) FROM change"), 100501);
	assert_gap(f, position);
}

static bool
count_change(void *ctx, const struct store_change *change)
{
	int64_t *next = ctx;

	assert_int_equal(change->id, *next);
	++*next;
	return true;
}

/* More than are read at a time; a gap behind the first of them is one, too. */
static void
test_many(void **state)
{
	struct fixture *f = *state;
	struct store_position position = {0, 0}, before;
	int64_t next = 1;
	bool gap;

	assert_changes(f, &position, "0:1:1:demo ");
	before = position;
	fixture_sql(f,
	    "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n "
	    "WHERE i < 10000) INSERT INTO change (kind, id, owner_id, name) "
	    "SELECT 0, i, i, '' FROM n");
	assert_ok(f, store_changes(f->store, &position, count_change, &next,
			 &gap, &f->err));
	assert_false(gap);
	assert_int_equal(next, 10001);
	assert_changes(f, &position, "");
	fixture_sql(f, "DELETE FROM change WHERE seq <= 5000");
	next = 5000;
	assert_ok(f, store_changes(f->store, &before, count_change, &next, &gap,
			 &f->err));
	assert_true(gap);
	assert_memory_equal(&before, &position, sizeof(before));
}

static bool
add_identity(void *ctx, const struct store_identity *row)
{
	return names_add(ctx, row->facts.name);
}

static bool
add_suppressed(void *ctx, int64_t account_id, const char *address)
{
	assert_in_range(account_id, 1, 2);
	return names_add(ctx, address);
}

/* All accounts' rows, a page behind the other. */
static void
test_pages(void **state)
{
	struct fixture *f = *state;
	struct names names = {.most = 0};

	fill(f);
	fixture_account(f, "second");
	fixture_sql(f,
	    "INSERT INTO identity (id, account_id, name, type, status, "
	    "signing_enabled, created_sec, verified_sec) VALUES "
	    "(3, 2, 'b.example', 1, 2, 1, 0, 0), "
	    "(7, 2, 'c.example', 1, 2, 1, 0, 0);"
	    "INSERT INTO suppression (account_id, address, reason, since_sec) "
	    "VALUES (2, 'a@y.example', 0, 0), (1, 'y@y.example', 0, 0)");
	assert_ok(f, store_identity_page_all(
			 f->store, 0, 2, add_identity, &names, &f->err));
	assert_string_equal(names.text, "b.example a.example");
	names = (struct names){.most = 0};
	assert_ok(f, store_identity_page_all(
			 f->store, 5, 2, add_identity, &names, &f->err));
	assert_string_equal(names.text, "c.example");
	names = (struct names){.most = 0};
	assert_ok(f, store_suppression_page_all(
			 f->store, 0, "", 2, add_suppressed, &names, &f->err));
	assert_string_equal(names.text, "x@y.example y@y.example");
	names = (struct names){.most = 0};
	assert_ok(f, store_suppression_page_all(f->store, 1, "x@y.example", 2,
			 add_suppressed, &names, &f->err));
	assert_string_equal(names.text, "y@y.example a@y.example");
	names = (struct names){.most = 0};
	assert_ok(f, store_suppression_page_all(f->store, 2, "a@y.example", 2,
			 add_suppressed, &names, &f->err));
	assert_string_equal(names.text, "");
}

/* PostgreSQL tells other sessions a moment after the commit. */
static bool
has_changed(struct fixture *f, struct store *reader)
{
	const struct timespec nap = {0, 10000000};
	bool changed = false;

	for (int i = 0; i < 100 && !changed; i++) {
		if (i > 0)
			(void)nanosleep(&nap, NULL);
		assert_ok(f, store_maybe_changed(reader, &changed, &f->err));
		if (fixture_is_sqlite())
			break;
	}
	return changed;
}

static void
test_maybe_changed(void **state)
{
	struct fixture *f = *state;
	struct store *reader;
	bool changed;

	assert_ok(f, store_open(f->url, STORE_OPEN_READ, 0, &reader, &f->err));
	for (int i = 0; i < 3; i++) {
		assert_ok(f, store_maybe_changed(reader, &changed, &f->err));
		assert_true(changed == (i == 0));
	}
	fixture_account(f, "second");
	assert_true(has_changed(f, reader));
	assert_ok(f, store_maybe_changed(reader, &changed, &f->err));
	assert_false(changed);
	store_close(&reader);
	/* a handle sees its own changes, too */
	assert_ok(f, store_maybe_changed(f->store, &changed, &f->err));
	fixture_account(f, "third");
	assert_true(has_changed(f, f->store));
	assert_ok(f, store_maybe_changed(f->store, NULL, &f->err));
}

/* Accounts, as a handle sees them. */
static int
count_accounts(struct fixture *f, struct store *store)
{
	struct store_account row;

	return (int)(store_account_get(store, "first", &row, &f->err) ==
		     SG_OK) +
	       (int)(store_account_get(store, "second", &row, &f->err) ==
		     SG_OK) +
	       (int)(store_account_get(store, "third", &row, &f->err) == SG_OK);
}

static void
test_read(void **state)
{
	struct fixture *f = *state;
	struct store *store;
	struct store_account row;

	assert_ok(f, store_open(f->url, STORE_OPEN_WRITE, 0, &store, &f->err));
	fixture_account(f, "first");
	assert_ok(f, store_read_begin(store, &f->err));
	assert_int_equal(count_accounts(f, store), 1);
	fixture_account(f, "second");
	/* one moment, however often it begins */
	assert_ok(f, store_read_begin(store, &f->err));
	assert_int_equal(count_accounts(f, store), 1);
	store_read_end(store);
	store_read_end(store);
	assert_int_equal(count_accounts(f, store), 2);

	/* what writes ends it, and is committed at once */
	assert_ok(f, store_read_begin(store, &f->err));
	assert_ok(f, store_account_get(store, "first", &row, &f->err));
	fixture_account(f, "third");
	row.auto_warmup = true;
	assert_ok(f, store_account_update(store, &row, &f->err));
	assert_int_equal(count_accounts(f, store), 3);
	assert_ok(f, store_account_get(f->store, "first", &row, &f->err));
	assert_true(row.auto_warmup);

	/* so does a transaction, in which there is none */
	assert_ok(f, store_read_begin(store, &f->err));
	assert_int_equal(count_accounts(f, store), 3);
	assert_ok(f, store_begin(store, &f->err));
	assert_ok(f, store_read_begin(store, &f->err));
	row.auto_warmup = false;
	assert_ok(f, store_account_update(store, &row, &f->err));
	store_read_end(store);
	store_rollback(store);
	assert_ok(f, store_account_get(f->store, "first", &row, &f->err));
	assert_true(row.auto_warmup);
	store_close(&store);
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int test_change(void);

int
test_change(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_every_table),
	    TEST(test_cascade),
	    TEST(test_rolled_back),
	    TEST(test_stopped_reader),
	    TEST(test_gaps),
	    TEST(test_purge),
	    TEST(test_many),
	    TEST(test_pages),
	    TEST(test_maybe_changed),
	    TEST(test_read),
	};

	return cmocka_run_group_tests_name("changes", tests, NULL, NULL);
}
