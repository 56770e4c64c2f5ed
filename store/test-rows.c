/* Tests of many rows at once: query_send_rows and query_gather. On PostgreSQL they go
 * by COPY and by arrays, and come back the same. */
#include "config.h"

#include "store/test-store.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/driver.h"
#include "store/events.h"
#include "store/figures.h"
#include "store/query.h"
#include "store/store.h"
#include "store/tenants.h"

#define ROWS 100
#define LONG_BYTES 60000

/* What COPY, arrays or a statement of text would take for their own. */
static const char *const hostile[] = {
    "",
    "\\N",
    "\\.",
    "a\tb\nc\r\nd\\t",
    "it's \"quoted\", {\"a\",NULL} (1,2)",
    "$1 $a0 '; DROP TABLE event; --",
    "\x01\x7f \xc3\xa4\xe2\x82\xac\xf0\x9f\x93\xa7",
};
#define HOSTILE (sizeof(hostile) / sizeof(hostile[0]))

static void
make_events(struct store_event rows_r[], size_t count, int64_t account)
{
	memset(rows_r, 0, count * sizeof(rows_r[0]));
	for (size_t i = 0; i < count; i++) {
		rows_r[i].account_id = account;
		rows_r[i].set_id = INT64_MAX - (int64_t)i;
		rows_r[i].kind = STORE_EVENT_SEND;
		rows_r[i].at_msec = -(int64_t)i;
		rows_r[i].recipients = hostile[i % HOSTILE];
		rows_r[i].detail = hostile[(i + 1) % HOSTILE];
		(void)snprintf(
		    rows_r[i].queue_id, sizeof(rows_r[i].queue_id), "q%zu", i);
	}
}

struct check {
	const struct store_event *rows;
	size_t count;
};

static bool
check_event(void *ctx, const struct store_event *row)
{
	struct check *check = ctx;
	const struct store_event *want = &check->rows[check->count++];

	assert_int_equal(row->account_id, want->account_id);
	assert_true(row->set_id == want->set_id);
	assert_int_equal(row->at_msec, want->at_msec);
	assert_string_equal(row->queue_id, want->queue_id);
	assert_string_equal(row->recipients, want->recipients);
	assert_string_equal(row->detail, want->detail);
	return true;
}

static void
assert_events(struct fixture *f, const struct store_event *rows, size_t count)
{
	const struct store_event_filter filter = {
	    .queue_id = "", .oldest_first = true, .most = INT32_MAX};
	struct check check = {.rows = rows};

	assert_ok(f,
	    store_event_list(f->store, &filter, check_event, &check, &f->err));
	assert_int_equal(check.count, count);
}

static int64_t
events(struct fixture *f)
{
	return fixture_sql(f, "SELECT count(*) FROM event");
}

/* ---- query_send_rows ------------------------------------------------------------- */

static void
test_texts_come_back(void **state)
{
	struct fixture *f = *state;
	struct store_event rows[ROWS];

	make_events(rows, ROWS, f->account);
	assert_ok(f, store_begin(f->store, &f->err));
	assert_ok(f, store_event_add_many(f->store, rows, ROWS, &f->err));
	assert_events(f, rows, ROWS); /* within the transaction, too */
	assert_ok(f, store_commit(f->store, &f->err));
	assert_events(f, rows, ROWS);
	assert_ok(f, store_begin_parallel(f->store, &f->err));
	assert_ok(f, store_event_add_many(f->store, rows, ROWS, &f->err));
	store_rollback(f->store);
	assert_int_equal(events(f), ROWS);
	/* few, and without a transaction */
	assert_ok(f, store_event_add_many(f->store, rows, 5, &f->err));
	assert_int_equal(events(f), ROWS + 5);
}

/* More than one COPY takes, in bytes and in rows. */
static void
test_very_many(void **state)
{
	enum { COUNT = 17000 };
	struct fixture *f = *state;
	struct store_event *rows = calloc(COUNT, sizeof(*rows));
	char *text = malloc(LONG_BYTES + 1);

	assert_non_null(rows);
	assert_non_null(text);
	memset(text, 'x', LONG_BYTES);
	text[LONG_BYTES] = '\0';
	make_events(rows, COUNT, f->account);
	for (size_t i = 0; i < ROWS; i++)
		rows[i].detail = text;
	assert_ok(f, store_begin(f->store, &f->err));
	assert_ok(f, store_event_add_many(f->store, rows, COUNT, &f->err));
	assert_ok(f, store_commit(f->store, &f->err));
	assert_events(f, rows, COUNT);
	free(text);
	free(rows);
}

/* One of many rows is no good: its error is told, and nothing is kept. */
static void
test_a_bad_row(void **state)
{
	struct fixture *f = *state;
	struct store_event rows[ROWS];

	for (int in_parallel = 0; in_parallel < 2; in_parallel++) {
		make_events(rows, ROWS, f->account);
		rows[70].account_id = 77;
		assert_ok(f, in_parallel
				 ? store_begin_parallel(f->store, &f->err)
				 : store_begin(f->store, &f->err));
		assert_code(f, SG_MISSING,
		    store_event_add_many(f->store, rows, ROWS, &f->err));
		store_rollback(f->store);
		assert_int_equal(events(f), 0);
	}
	make_events(rows, ROWS, f->account);
	rows[99].kind = 99;
	assert_ok(f, store_begin(f->store, &f->err));
	assert_code(
	    f, SG_INVALID, store_event_add_many(f->store, rows, ROWS, &f->err));
	store_rollback(f->store);
	/* what was bound before it goes into no later statement */
	if (!fixture_is_sqlite()) {
		make_events(rows, ROWS, f->account);
		rows[50].detail = "\xff";
		assert_ok(f, store_begin(f->store, &f->err));
		assert_code(f, SG_INVALID,
		    store_event_add_many(f->store, rows, ROWS, &f->err));
		store_rollback(f->store);
	}
	make_events(rows, ROWS, f->account);
	assert_ok(f, store_begin(f->store, &f->err));
	assert_ok(f, store_event_add_many(f->store, rows, ROWS, &f->err));
	assert_ok(f, store_commit(f->store, &f->err));
	assert_events(f, rows, ROWS);
}

static void
make_messages(struct store_message rows_r[], size_t count, int64_t account,
    const char *prefix)
{
	memset(rows_r, 0, count * sizeof(rows_r[0]));
	for (size_t i = 0; i < count; i++) {
		rows_r[i].account_id = account;
		rows_r[i].sent_msec = (int64_t)i;
		rows_r[i].login = hostile[i % HOSTILE];
		rows_r[i].sender = "a@x.example";
		rows_r[i].source_ip = "192.0.2.1";
		rows_r[i].recipients = "E b@y.example";
		rows_r[i].facts = "{}";
		(void)snprintf(rows_r[i].queue_id, sizeof(rows_r[i].queue_id),
		    "%s%zu", prefix, i);
	}
}

/* Messages that are there, or stand twice in the list, are passed over. */
static void
test_rows_that_are_there(void **state)
{
	struct fixture *f = *state;
	struct store_message first[ROWS], rows[ROWS];
	int64_t last_id;
	size_t added = 0;

	make_messages(first, ROWS, f->account, "a");
	make_messages(rows, ROWS, f->account, "b");
	assert_ok(f, store_begin(f->store, &f->err));
	assert_ok(f,
	    store_message_add_many(f->store, first, ROWS, &last_id, &f->err));
	rows[0] = first[40];
	rows[50] = rows[51];
	rows[99] = first[0];
	assert_ok(
	    f, store_message_add_many(f->store, rows, ROWS, &last_id, &f->err));
	assert_ok(f, store_commit(f->store, &f->err));
	for (size_t i = 0; i < ROWS; i++)
		added += rows[i].id != 0;
	assert_int_equal(added, ROWS - 3);
	assert_int_equal(rows[0].id, 0);
	assert_int_equal(rows[99].id, 0);
	assert_true(rows[98].id > first[99].id);
	assert_int_equal(
	    fixture_sql(f, "SELECT count(*) FROM message"), 2 * ROWS - 3);
}

/* Of what is written for each message no statement is lost to the slow way. */
static void
test_what_is_copied(void **state)
{
	static const struct {
		enum query_id id;
		bool is_copied;
	} cases[] = {
	    {QUERY_EVENT_ADD_ONE, true},
	    {QUERY_MESSAGE_ADD_ONE, true},
	    {QUERY_EVENT_ADD_MANY, false},
	    {QUERY_MESSAGE_ADD, false}, /* RETURNING */
	    {QUERY_FLOW_ADD, false},    /* DO UPDATE */
	    {QUERY_EVENT_UPDATE, false},
	    {QUERY_ACCOUNT_GET, false},
	};
	struct fixture *f = *state;
	const struct driver *driver = f->store->driver;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct query q;

		query_open(&q, f->store, cases[i].id, &f->err);
		assert_int_equal(
		    driver->can_copy != NULL && driver->can_copy(q.stmt),
		    !fixture_is_sqlite() && cases[i].is_copied);
		assert_ok(f, query_close(&q));
	}
}

/* The server goes within a transaction, before and between rows. */
static void
test_lost_server(void **state)
{
	struct fixture *f = *state;
	struct store_event rows[ROWS];

	if (fixture_is_sqlite())
		skip();
	make_events(rows, ROWS, f->account);
	assert_ok(f, store_begin(f->store, &f->err));
	assert_ok(f, store_event_add_many(f->store, rows, ROWS, &f->err));
	fixture_sql(f, "SELECT count(pg_terminate_backend(pid, 5000)) "
		       "FROM pg_stat_activity "
		       "WHERE datname = current_database() "
		       "AND pid <> pg_backend_pid()");
	assert_code(
	    f, SG_IO, store_event_add_many(f->store, rows, ROWS, &f->err));
	assert_code(
	    f, SG_IO, store_event_add_many(f->store, rows, ROWS, &f->err));
	assert_code(f, SG_IO, store_commit(f->store, &f->err));
	assert_int_equal(events(f), 0);
	assert_ok(f, store_begin(f->store, &f->err));
	assert_ok(f, store_event_add_many(f->store, rows, ROWS, &f->err));
	assert_ok(f, store_commit(f->store, &f->err));
	assert_int_equal(events(f), ROWS);
}

/* ---- query_gather ---------------------------------------------------------------- */

static enum sg_err
send_tally(struct fixture *f, int64_t account, int64_t bucket_sec, int64_t sent)
{
	return store_tally_send(f->store,
	    &(struct store_tally){
		.account_id = account, .bucket_sec = bucket_sec, .sent = sent},
	    &f->err);
}

static enum sg_err
send_flow(struct fixture *f, int64_t at_sec)
{
	static const int64_t recipients[STORE_FLOW_KINDS] = {1, 2, 3, 4, 5, 6};

	return store_flow_send(
	    f->store, f->account, at_sec, recipients, &f->err);
}

static enum sg_err
send_metric(struct fixture *f, int64_t recipients)
{
	return store_metric_send(f->store,
	    &(struct store_metric){.account_id = f->account,
		.kind = STORE_METRIC_SEND,
		.identity_id = 3,
		.recipients = recipients},
	    &f->err);
}

static int64_t
sum(struct fixture *f, const char *what)
{
	char sql[200];

	(void)snprintf(
	    sql, sizeof(sql), "SELECT COALESCE(SUM(sent), 0) FROM %s", what);
	return fixture_sql(f, sql);
}

/* Also of one key several times, and of a minute and its hour. */
static void
test_sums(void **state)
{
	struct fixture *f = *state;

	for (int i = 0; i < 2; i++) {
		assert_ok(f, store_begin(f->store, &f->err));
		for (int64_t n = 0; n < 10000; n++) {
			assert_ok(f, send_tally(f, f->account, n % 7, n));
			if (n < 120)
				assert_ok(f, send_flow(f, n * 30));
		}
		assert_ok(f, send_metric(f, 3));
		assert_ok(f, send_metric(f, 4));
		assert_ok(f, store_commit(f->store, &f->err));
	}
	assert_int_equal(fixture_sql(f, "SELECT count(*) FROM tally"), 7);
	assert_int_equal(sum(f, "tally"), 2 * 9999 * 5000);
	assert_int_equal(sum(f, "flow WHERE step_sec = 60"), 240);
	assert_int_equal(sum(f, "flow WHERE step_sec = 3600"), 240);
	assert_int_equal(
	    fixture_sql(f, "SELECT count(*) FROM flow WHERE step_sec = 60"),
	    60);
	assert_int_equal(
	    fixture_sql(f, "SELECT MIN(delayed) FROM flow"), 4 * 6);
	assert_int_equal(fixture_sql(f, "SELECT recipients FROM metric"), 14);
}

static bool
add_sent(void *ctx, const struct store_tally *row)
{
	*(int64_t *)ctx += row->sent;
	return true;
}

/* What is asked next sees them; what is rolled back is not kept. */
static void
test_sums_are_in_order(void **state)
{
	struct fixture *f = *state;
	int64_t sent = 0;

	assert_ok(f, store_begin(f->store, &f->err));
	assert_ok(f, send_tally(f, f->account, 900, 5));
	assert_ok(f, store_tally_list(
			 f->store, f->account, 0, 0, add_sent, &sent, &f->err));
	assert_int_equal(sent, 5);
	assert_ok(f, send_tally(f, f->account, 900, 6));
	store_rollback(f->store);
	assert_int_equal(sum(f, "tally"), 0);
	assert_ok(f, store_begin(f->store, &f->err));
	assert_ok(f, store_commit(f->store, &f->err));
	assert_int_equal(sum(f, "tally"), 0);
	assert_ok(f, store_begin_parallel(f->store, &f->err));
	assert_ok(f, send_tally(f, f->account, 900, 7));
	assert_ok(f, store_commit(f->store, &f->err));
	assert_int_equal(sum(f, "tally"), 7);
}

/* At the latest the commit tells; nothing is kept. */
static void
test_a_bad_sum(void **state)
{
	struct fixture *f = *state;
	enum sg_err code;

	assert_ok(f, store_begin(f->store, &f->err));
	assert_ok(f, send_tally(f, f->account, 900, 5));
	code = send_tally(f, 77, 900, 5);
	if (code == SG_OK) {
		code = store_commit(f->store, &f->err);
	} else {
		store_rollback(f->store);
	}
	assert_int_equal(code, SG_MISSING);
	assert_int_equal(sum(f, "tally"), 0);
	if (!fixture_is_sqlite()) {
		assert_ok(f, store_begin(f->store, &f->err));
		assert_ok(f, send_tally(f, f->account, 900, 5));
		fixture_sql(f, "SELECT count(pg_terminate_backend(pid, 5000)) "
			       "FROM pg_stat_activity "
			       "WHERE datname = current_database() "
			       "AND pid <> pg_backend_pid()");
		assert_code(f, SG_IO, store_commit(f->store, &f->err));
		assert_int_equal(sum(f, "tally"), 0);
	}
	assert_ok(f, store_begin(f->store, &f->err));
	assert_ok(f, send_tally(f, f->account, 900, 5));
	assert_ok(f, store_commit(f->store, &f->err));
	assert_int_equal(sum(f, "tally"), 5);
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int test_many_rows(void);

int
test_many_rows(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_texts_come_back),
	    TEST(test_very_many),
	    TEST(test_a_bad_row),
	    TEST(test_rows_that_are_there),
	    TEST(test_what_is_copied),
	    TEST(test_lost_server),
	    TEST(test_sums),
	    TEST(test_sums_are_in_order),
	    TEST(test_a_bad_sum),
	};

	return cmocka_run_group_tests_name("many rows", tests, NULL, NULL);
}
