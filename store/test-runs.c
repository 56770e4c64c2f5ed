/* Tests of what messages tell and have without rows of their own: Send events, keys
 * in runs, who waits. */
#include "config.h"

#include "store/test-store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "store/messages.h"
#include "store/runs.h"

static int64_t
count(struct fixture *f, const char *what)
{
	char sql[200];

	(void)snprintf(sql, sizeof(sql), "SELECT count(*) FROM %s", what);
	return fixture_sql(f, sql);
}

static int64_t
add(struct fixture *f, int64_t account, const char *queue_id, int64_t msec,
    const char *recipients, bool tells_send)
{
	struct store_message row = {.account_id = account,
	    .sent_msec = msec,
	    .login = "",
	    .sender = "",
	    .source_ip = "",
	    .set_id = 9,
	    .recipients = recipients,
	    .facts = "{\"tags\":{\"a\":[\"b\"]}}",
	    .tells_send = tells_send};
	bool is_new;

	(void)snprintf(row.queue_id, sizeof(row.queue_id), "%s", queue_id);
	assert_ok(f, store_message_add(f->store, &row, &is_new, &f->err));
	assert_true(is_new);
	return row.id;
}

static void
event_add(struct fixture *f, int64_t account, enum store_event_kind kind,
    const char *queue_id, int64_t at_msec)
{
	struct store_event row = {.account_id = account,
	    .kind = kind,
	    .at_msec = at_msec,
	    .recipients = "x@y.example",
	    .detail = "{}"};

	(void)snprintf(row.queue_id, sizeof(row.queue_id), "%s", queue_id);
	assert_ok(f, store_event_add(f->store, &row, &f->err));
}

/* ---- Send events ---- */

#define TWO "E x@y.example\nB z@y.example\n"

static bool
add_told(void *ctx, const struct store_event *row)
{
	char line[160];

	assert_int_equal(row->id == 0,
	    row->kind == STORE_EVENT_SEND && strcmp(row->queue_id, "old") != 0);
	if (row->id == 0) {
		assert_int_equal(row->set_id, 9);
		assert_string_equal(
		    row->recipients, "x@y.example\nz@y.example");
		assert_string_equal(row->detail, "{}");
	}
	(void)snprintf(line, sizeof(line), "%s/%d@%lld", row->queue_id,
	    row->kind, (long long)row->at_msec);
	return names_add(ctx, line);
}

/* Among rows, also those of before, which have a Send of their own. */
static void
test_event_list_sends(void **state)
{
	static const struct {
		struct store_event_filter filter;
		const char *want;
	} rows[] = {
	    {{.queue_id = "", .most = 9},
		"q3/0@60 q2/2@50 q2/0@50 q1/1@30 q1/0@20 old/1@15 old/0@10"},
	    {{.queue_id = "", .most = 3}, "q3/0@60 q2/2@50 q2/0@50"},
	    {{.queue_id = "", .most = 9, .since_msec = 30},
		"q3/0@60 q2/2@50 q2/0@50 q1/1@30"},
	    {{.queue_id = "", .most = 9, .kinds = 1 << STORE_EVENT_SEND},
		"q3/0@60 q2/0@50 q1/0@20 old/0@10"},
	    {{.queue_id = "", .most = 9, .kinds = 1 << STORE_EVENT_BOUNCE},
		"q2/2@50"},
	    {{.queue_id = "", .most = 9, .account_id = 2}, "q3/0@60"},
	    {{.queue_id = "", .most = 3, .account_id = 1, .oldest_first = true},
		"old/0@10 old/1@15 q1/0@20"},
	    {{.queue_id = "", .most = 9, .oldest_first = true},
		"old/0@10 old/1@15 q1/0@20 q1/1@30 q2/0@50 q2/2@50 q3/0@60"},
	    {{.queue_id = "q2", .most = 9, .oldest_first = true},
		"q2/0@50 q2/2@50"},
	    {{.queue_id = "q2", .most = 1}, "q2/2@50"},
	    {{.queue_id = "q2", .most = 9, .account_id = 2}, ""},
	    {{.queue_id = "old", .most = 9}, "old/1@15 old/0@10"},
	    {{.queue_id = "", .most = 0}, ""},
	};
	struct fixture *f = *state;
	int64_t shop = fixture_account(f, "shop"), gone;

	(void)add(f, f->account, "old", 10, TWO, false);
	event_add(f, f->account, STORE_EVENT_SEND, "old", 10);
	event_add(f, f->account, STORE_EVENT_DELIVERY, "old", 15);
	(void)add(f, f->account, "q1", 20, TWO, true);
	event_add(f, f->account, STORE_EVENT_DELIVERY, "q1", 30);
	(void)add(f, f->account, "q2", 50, TWO, true);
	event_add(f, f->account, STORE_EVENT_BOUNCE, "q2", 50);
	(void)add(f, shop, "q3", 60, TWO, true);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct names names = {0};

		assert_ok(f, store_event_list(f->store, &rows[i].filter,
				 add_told, &names, &f->err));
		if (strcmp(names.text, rows[i].want) != 0)
			fail_msg(
			    "row %zu: %s, not %s", i, names.text, rows[i].want);
	}
	/* the time of retention ends both */
	assert_ok(f, store_purge(f->store, 31, 0, 9, 9, &gone, &f->err));
	assert_int_equal(count(f, "message"), 2);
	assert_int_equal(count(f, "event"), 1);
}

/* ---- bytes of entries ---- */

static void
read_all(const struct buf *bytes, size_t len)
{
	struct run_reader reader;

	run_reader_init(&reader, bytes->data, len);
	while (run_reader_next(&reader))
		assert_true(reader.entry.len <= sizeof(reader.key));
}

static void
test_entries(void **state)
{
	static const struct {
		int64_t account, id;
		const char *text;
	} rows[] = {{2, 7, "r:b"}, {1, 300, "r:ann@a.example"},
	    {1, 299, "r:ann@a.example"}, {256, 1, ""}, {1, 300, "r:ann"},
	    {1, 300, "r:ann@a.example"}, {1, INT64_MAX, "r:ann\xc3\xbc"}};
	struct fixture *f = *state;
	char long_text[RUN_TEXT_MAX + 2];
	struct run_entries list;
	struct run_reader reader;
	struct buf bytes;
	size_t n = 0;

	assert_ok(f, run_entries_init(&list, &f->err));
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_ok(
		    f, run_entries_add(&list, rows[i].account, rows[i].text,
			   strlen(rows[i].text), rows[i].id, &f->err));
	memset(long_text, 'x', sizeof(long_text));
	for (size_t len = RUN_TEXT_MAX; len <= RUN_TEXT_MAX + 1; len++)
		assert_ok(
		    f, run_entries_add(&list, 1, long_text, len, 1, &f->err));
	assert_ok(f, run_entries_sort(&list, &f->err));
	assert_int_equal(list.count, 7); /* one was a twin, one too long */
	buf_init(&bytes, 10000);
	for (size_t i = 0; i < list.count; i++)
		run_put(
		    &bytes, i > 0 ? &list.list[i - 1] : NULL, &list.list[i]);
	run_reader_init(&reader, bytes.data, bytes.len);
	for (; run_reader_next(&reader); n++) {
		assert_int_equal(
		    run_entry_compare(&reader.entry, &list.list[n]), 0);
		assert_true(n == 0 || run_entry_compare(&list.list[n - 1],
					  &list.list[n]) < 0);
	}
	assert_false(reader.is_bad);
	assert_int_equal(n, list.count);
	/* any beginning of it, and any other byte, comes to an end */
	for (size_t i = 0; i < bytes.len; i++) {
		read_all(&bytes, i);
		bytes.data[i] = (char)(bytes.data[i] ^ 0xff);
		read_all(&bytes, bytes.len);
		bytes.data[i] = (char)(bytes.data[i] ^ 0xff);
	}
	buf_fini(&bytes);
	run_entries_fini(&list);
}

/* ---- runs ---- */

#define MANY 400

/* Recipients of 50 names in three domains. */
static void
add_many(struct fixture *f, int64_t account, int first)
{
	assert_ok(f, store_begin(f->store, &f->err));
	for (int i = 0; i < MANY; i++) {
		char queue_id[16], recipients[64];

		(void)snprintf(queue_id, sizeof(queue_id), "Q%d", first + i);
		(void)snprintf(recipients, sizeof(recipients),
		    "E u%d@d%d.example\n", i % 50, i % 3);
		(void)add(
		    f, account, queue_id, 1000 + first + i, recipients, true);
	}
	assert_ok(f, store_commit(f->store, &f->err));
}

/* How many of the account's have the key, asked for one after the other. */
static int
found(struct fixture *f, int64_t account, const char *key)
{
	int64_t id = INT64_MAX;
	int n = 0;

	for (;; n++) {
		int64_t before = id;

		assert_ok(f, store_message_seek(
				 f->store, account, key, before, &id, &f->err));
		if (id == 0)
			return n;
		assert_true(id < before);
	}
}

static bool
add_to_sum(void *ctx, int64_t id)
{
	*(int64_t *)ctx += id;
	return true;
}

static int64_t
range_sum(struct fixture *f, int64_t account, int most)
{
	int64_t sum = 0;

	assert_ok(f, store_message_range(f->store, account, "r:u1", false, 0,
			 INT64_MAX, most, add_to_sum, &sum, &f->err));
	return sum;
}

static void
tidy(struct fixture *f)
{
	bool is_done = false;

	while (!is_done)
		assert_ok(f, store_message_tidy(f->store, &is_done, &f->err));
}

static void
test_runs_are_brought_together(void **state)
{
	struct fixture *f = *state;
	int64_t other = fixture_account(f, "other"), sum;

	add_many(f, f->account, 0);
	add_many(f, other, MANY);
	assert_int_equal(count(f, "message_run"), 2 * MANY);
	assert_int_equal(count(f, "message_key"), 0);
	assert_int_equal(found(f, f->account, "r:u7@d1.example"), 3);
	sum = range_sum(f, f->account, 9999);
	tidy(f);
	assert_true(count(f, "message_run") < 50);
	assert_int_equal(count(f, "message_chunk WHERE run_id NOT IN "
				  "(SELECT id FROM message_run)"),
	    0);
	assert_int_equal(found(f, f->account, "r:u7@d1.example"), 3);
	assert_int_equal(found(f, f->account, "t:a=b"), MANY);
	assert_int_equal(found(f, other, "t:a=b"), MANY);
	assert_int_equal(found(f, other, "d:d0.example"), 134);
	assert_int_equal(found(f, other, "d:d0.exampl"), 0);
	assert_int_equal(range_sum(f, f->account, 9999), sum);
	assert_true(sum > 0);
	assert_true(range_sum(f, f->account, 5) < sum);
}

static void
test_runs_forget(void **state)
{
	struct fixture *f = *state;
	int64_t other = fixture_account(f, "other"), gone = 1;
	int steps = 0;

	add_many(f, f->account, 0);
	add_many(f, other, MANY);
	tidy(f);
	for (; gone > 0; steps++)
		assert_ok(f, store_account_forget(
				 f->store, f->account, 90, &gone, &f->err));
	assert_true(steps > 5);
	assert_int_equal(count(f, "message"), MANY);
	assert_int_equal(found(f, f->account, "t:a=b"), 0);
	assert_int_equal(range_sum(f, f->account, 9999), 0);
	assert_int_equal(found(f, other, "t:a=b"), MANY);
	assert_int_equal(found(f, other, "d:d0.example"), 134);
}

static void
test_runs_go_with_time(void **state)
{
	struct fixture *f = *state;
	int64_t gone = 1;

	add_many(f, f->account, 0);
	tidy(f);
	/* one message keeps its run */
	assert_ok(f,
	    store_purge(f->store, 1000 + MANY - 1, 0, 9, MANY, &gone, &f->err));
	assert_int_equal(count(f, "message"), 1);
	assert_true(count(f, "message_run") > 0);
	assert_true(found(f, f->account, "r:u49@d0.example") > 0);
	for (gone = 1; gone > 0;)
		assert_ok(f, store_purge(f->store, 1000 + MANY, 0, 9, 3, &gone,
				 &f->err));
	assert_int_equal(count(f, "message_run"), 0);
	assert_int_equal(count(f, "message_chunk"), 0);
	assert_int_equal(found(f, f->account, "t:a=b"), 0);
}

static void
test_bad_bytes(void **state)
{
	struct fixture *f = *state;
	int64_t id;

	(void)add(f, f->account, "Q1", 1, "E a@b.example\n", true);
	(void)fixture_sql(
	    f, fixture_is_sqlite()
		   ? "UPDATE message_chunk SET entries = x'7f7f7f'"
		   : "UPDATE message_chunk SET entries = '\\x7f7f7f'");
	assert_code(f, SG_IO,
	    store_message_seek(
		f->store, f->account, "r:a@b.example", 9, &id, &f->err));
}

/* ---- who waits ---- */

static bool
settle(struct fixture *f, int64_t now_sec)
{
	bool is_done = false;

	assert_ok(
	    f, store_message_settle(f->store, now_sec, 150, &is_done, &f->err));
	return is_done;
}

static void
test_settle(void **state)
{
	struct fixture *f = *state;
	int64_t now = 1700000000;

	add_many(f, f->account, 0);
	event_add(f, f->account, STORE_EVENT_DELIVERY, "Q5", 3000);
	assert_int_equal(found(f, f->account, STORE_MESSAGE_PENDING), MANY - 1);
	assert_true(settle(f, now)); /* the goal; then nothing for an hour */
	assert_true(settle(f, now + 3599));
	assert_int_equal(count(f, "message_key WHERE key = 's:'"), 0);
	(void)add(f, f->account, "LATE", 9, TWO, true);
	for (int i = 0; i < 3; i++) {
		assert_false(settle(f, now + 3600));
		assert_int_equal(
		    found(f, f->account, STORE_MESSAGE_PENDING), MANY);
	}
	assert_int_equal(count(f, "message_key WHERE key = 's:'"), MANY - 1);
	event_add(f, f->account, STORE_EVENT_BOUNCE, "Q9", 3000);
	event_add(f, f->account, STORE_EVENT_BOUNCE, "LATE", 3000);
	assert_int_equal(found(f, f->account, STORE_MESSAGE_PENDING), MANY - 2);
	assert_int_equal(found(f, f->account, "s:2"), 2);
	/* a new goal, and a clock that was set back */
	assert_true(settle(f, now + 3600));
	assert_false(settle(f, now - 9));
}

int test_runs(void);

int
test_runs(void)
{
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
	    TEST(test_event_list_sends),
	    TEST(test_entries),
	    TEST(test_runs_are_brought_together),
	    TEST(test_runs_forget),
	    TEST(test_runs_go_with_time),
	    TEST(test_bad_bytes),
	    TEST(test_settle),
	};

	return cmocka_run_group_tests_name("runs", tests, NULL, NULL);
}
