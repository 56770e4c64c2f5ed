/* Tests of messages, events, fates, reports, tallies and bookmarks. */
#include "config.h"

#include "store/test-store.h"

#include <stdio.h>
#include <string.h>

#include "store/events.h"

static int64_t
count(struct fixture *f, const char *what)
{
	char sql[200];

	(void)snprintf(sql, sizeof(sql), "SELECT count(*) FROM %s", what);
	return fixture_sql(f, sql);
}

/* ---- messages ---- */

static int64_t
message_add(struct fixture *f, int64_t account, const char *queue_id,
    int64_t sent_msec, bool want_new)
{
	struct store_message row = {
	    .account_id = account,
	    .sent_msec = sent_msec,
	    .login = "app",
	    .sender = "a@demo.example",
	    .source_ip = "192.0.2.1",
	    .identity_id = 3,
	    .set_id = 4,
	    .size = 5,
	    .recipients = "E x@y.example\nB z@y.example\n",
	    .facts = "{\"subject\":\"Hi\"}",
	};
	bool is_new = !want_new;

	(void)snprintf(row.queue_id, sizeof(row.queue_id), "%s", queue_id);
	assert_ok(f, store_message_add(f->store, &row, &is_new, &f->err));
	assert_int_equal(is_new, want_new);
	return row.id;
}

static bool
add_message(void *ctx, const struct store_message *row)
{
	char line[128];

	(void)snprintf(line, sizeof(line), "%s:%lld", row->queue_id,
	    (long long)row->account_id);
	return names_add(ctx, line);
}

static bool
check_message(void *ctx, const struct store_message *row)
{
	assert_int_equal(row->id, *(int64_t *)ctx);
	assert_int_equal(row->account_id, 1);
	assert_string_equal(row->queue_id, "4abc");
	assert_int_equal(row->sent_msec, 1000);
	assert_string_equal(row->login, "app");
	assert_string_equal(row->sender, "a@demo.example");
	assert_string_equal(row->source_ip, "192.0.2.1");
	assert_int_equal(row->identity_id, 3);
	assert_int_equal(row->set_id, 4);
	assert_int_equal(row->size, 5);
	assert_string_equal(row->recipients, "E x@y.example\nB z@y.example\n");
	assert_string_equal(row->facts, "{\"subject\":\"Hi\"}");
	return true;
}

static void
assert_message(
    struct fixture *f, int64_t account, const char *queue_id, const char *want)
{
	struct names names = {0};

	assert_ok(f, store_message_get(f->store, account, queue_id, add_message,
			 &names, &f->err));
	assert_string_equal(names.text, want);
}

static void
test_message(void **state)
{
	struct fixture *f = *state;
	int64_t shop = fixture_account(f, "shop");
	int64_t id = message_add(f, f->account, "4abc", 1000, true);

	assert_ok(f, store_message_get(f->store, f->account, "4abc",
			 check_message, &id, &f->err));
	/* once for each account: it passed the milter for both */
	assert_int_equal(message_add(f, f->account, "4abc", 2000, false), 0);
	message_add(f, shop, "4abc", 1500, true);
	assert_message(f, f->account, "4abc", "4abc:1");
	assert_message(f, 0, "4abc", "4abc:2");
	assert_code(f, SG_MISSING,
	    store_message_get(
		f->store, shop, "4abd", check_message, &id, &f->err));
	assert_code(f, SG_MISSING,
	    store_message_get(
		f->store, 0, "4abd", check_message, &id, &f->err));
	assert_string_equal(f->err.text, "no message 4abd");
}

static void
test_message_refusals(void **state)
{
	struct fixture *f = *state;
	struct store_message row = {.account_id = 77,
	    .queue_id = "4abc",
	    .login = "",
	    .sender = "",
	    .source_ip = "",
	    .recipients = "",
	    .facts = "{}"};
	bool is_new = true;

	assert_code(
	    f, SG_MISSING, store_message_add(f->store, &row, &is_new, &f->err));
	row.account_id = f->account;
	row.queue_id[0] = '\0';
	assert_code(
	    f, SG_INVALID, store_message_add(f->store, &row, &is_new, &f->err));
	assert_int_equal(count(f, "message"), 0);
}

static void
assert_messages(struct fixture *f, int64_t account, int64_t before, int most,
    const char *want)
{
	struct names names = {0};

	assert_ok(f, store_message_list(f->store, account, before, most,
			 add_message, &names, &f->err));
	assert_string_equal(names.text, want);
}

static void
test_message_pages(void **state)
{
	struct fixture *f = *state;
	int64_t shop = fixture_account(f, "shop");
	struct names one = {.most = 1};

	message_add(f, f->account, "a", 1, true);
	message_add(f, shop, "b", 1, true);
	message_add(f, f->account, "c", 1, true);
	message_add(f, f->account, "d", 1, true);
	assert_messages(f, 0, 0, 10, "d:1 c:1 b:2 a:1");
	assert_messages(f, 0, 0, 2, "d:1 c:1");
	assert_messages(f, 0, 3, 10, "b:2 a:1");
	assert_messages(f, f->account, 0, 2, "d:1 c:1");
	assert_messages(f, f->account, 3, 2, "a:1");
	assert_messages(f, shop, 2, 2, "");
	assert_ok(f,
	    store_message_list(f->store, 0, 0, 10, add_message, &one, &f->err));
	assert_string_equal(one.text, "d:1");
}

/* ---- events ---- */

static int64_t
event_add(struct fixture *f, int64_t account, enum store_event_kind kind,
    const char *queue_id, int64_t at_msec)
{
	struct store_event row = {.account_id = account,
	    .set_id = 9,
	    .kind = kind,
	    .at_msec = at_msec,
	    .recipients = "x@y.example\nz@y.example",
	    .detail = "{}"};

	(void)snprintf(row.queue_id, sizeof(row.queue_id), "%s", queue_id);
	assert_ok(f, store_event_add(f->store, &row, &f->err));
	return row.id;
}

static bool
add_event(void *ctx, const struct store_event *row)
{
	char line[32];

	(void)snprintf(line, sizeof(line), "%lld", (long long)row->id);
	return names_add(ctx, line);
}

static bool
check_event(void *ctx, const struct store_event *row)
{
	assert_int_equal(row->id, *(int64_t *)ctx);
	assert_int_equal(row->account_id, 1);
	assert_int_equal(row->set_id, 9);
	assert_int_equal(row->kind, STORE_EVENT_RENDERING_FAILURE);
	assert_string_equal(row->queue_id, "4abc");
	assert_int_equal(row->at_msec, 1700000000123);
	assert_string_equal(row->recipients, "x@y.example\nz@y.example");
	assert_string_equal(row->detail, "{}");
	return true;
}

static void
test_event(void **state)
{
	struct fixture *f = *state;
	struct store_event row = {.account_id = 77,
	    .queue_id = "q",
	    .recipients = "",
	    .detail = "{}"};
	int64_t id = event_add(f, f->account, STORE_EVENT_RENDERING_FAILURE,
	    "4abc", 1700000000123);

	assert_ok(f, store_event_get(f->store, id, check_event, &id, &f->err));
	assert_code(f, SG_MISSING,
	    store_event_get(f->store, 77, check_event, &id, &f->err));
	assert_code(f, SG_MISSING, store_event_add(f->store, &row, &f->err));
	row.id = 77;
	assert_code(f, SG_MISSING, store_event_update(f->store, &row, &f->err));
	row.account_id = f->account;
	row.kind = STORE_EVENT_KINDS;
	assert_code(f, SG_INVALID, store_event_add(f->store, &row, &f->err));
}

static bool
check_changed(void *ctx, const struct store_event *row)
{
	(void)ctx;
	assert_int_equal(row->kind, STORE_EVENT_BOUNCE);
	assert_string_equal(row->queue_id, "4abc");
	assert_string_equal(row->recipients, "x@y.example");
	assert_string_equal(row->detail, "{\"a\":1}");
	return true;
}

static void
test_event_update(void **state)
{
	struct fixture *f = *state;
	struct store_event row = {
	    .recipients = "x@y.example", .detail = "{\"a\":1}"};

	row.id = event_add(f, f->account, STORE_EVENT_BOUNCE, "4abc", 10);
	assert_ok(f, store_event_update(f->store, &row, &f->err));
	assert_ok(
	    f, store_event_get(f->store, row.id, check_changed, NULL, &f->err));
}

static void
test_event_list(void **state)
{
	static const struct {
		struct store_event_filter filter;
		const char *want;
	} rows[] = {
	    {{.queue_id = "", .most = 9}, "5 4 3 2 1"},
	    {{.queue_id = "", .most = 2}, "5 4"},
	    {{.queue_id = "", .most = 9, .since_msec = 25}, "5 4 3"},
	    {{.queue_id = "", .most = 9, .since_msec = 30}, "5 4 3"},
	    {{.queue_id = "", .most = 9, .kinds = 1 << STORE_EVENT_SEND},
		"5 1"},
	    {{.queue_id = "",
		 .most = 9,
		 .kinds = 1 << STORE_EVENT_BOUNCE | 1 << STORE_EVENT_COMPLAINT},
		"4 3"},
	    {{.queue_id = "", .most = 9, .account_id = 1}, "4 3 2 1"},
	    {{.queue_id = "", .most = 2, .account_id = 1}, "4 3"},
	    {{.queue_id = "", .most = 9, .account_id = 2}, "5"},
	    {{.queue_id = "q1", .most = 9}, "5 3 2 1"},
	    {{.queue_id = "q1", .most = 9, .account_id = 1}, "3 2 1"},
	    {{.queue_id = "q1", .most = 1, .account_id = 1}, "3"},
	    {{.queue_id = "q3", .most = 9}, ""},
	    {{.queue_id = "", .most = 3, .oldest_first = true}, "1 2 3"},
	    {{.queue_id = "",
		 .most = 9,
		 .oldest_first = true,
		 .account_id = 1,
		 .since_msec = 20},
		"2 3 4"},
	    {{.queue_id = "q1",
		 .most = 9,
		 .oldest_first = true,
		 .kinds = 1 << STORE_EVENT_SEND},
		"1 5"},
	};
	struct fixture *f = *state;
	int64_t shop = fixture_account(f, "shop");

	event_add(f, f->account, STORE_EVENT_SEND, "q1", 10);
	event_add(f, f->account, STORE_EVENT_DELIVERY, "q1", 20);
	event_add(f, f->account, STORE_EVENT_BOUNCE, "q1", 30);
	event_add(f, f->account, STORE_EVENT_COMPLAINT, "q2", 40);
	event_add(f, shop, STORE_EVENT_SEND, "q1", 50);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct names names = {0};

		assert_ok(f, store_event_list(f->store, &rows[i].filter,
				 add_event, &names, &f->err));
		assert_string_equal(names.text, rows[i].want);
	}
}

/* ---- fates ---- */

static struct store_fate
fate(struct fixture *f, const char *queue_id, const char *recipient)
{
	struct store_fate row = {.account_id = f->account,
	    .kind = STORE_FATE_BOUNCE,
	    .at_msec = 11,
	    .type = 1,
	    .subtype = 2,
	    .fault = 1,
	    .status = "5.1.1",
	    .rule = "no-such-user",
	    .counted = STORE_FATE_WAITS,
	    .event_id = 21,
	    .report_id = 31};

	(void)snprintf(row.queue_id, sizeof(row.queue_id), "%s", queue_id);
	(void)snprintf(row.recipient, sizeof(row.recipient), "%s", recipient);
	return row;
}

static void
fate_add(struct fixture *f, const struct store_fate *row, bool want_new)
{
	bool is_new = !want_new;

	assert_ok(f, store_fate_add(f->store, row, &is_new, &f->err));
	assert_int_equal(is_new, want_new);
}

static bool
add_fate(void *ctx, const struct store_fate *row)
{
	char line[512];

	(void)snprintf(line, sizeof(line), "%s:%s:%d", row->queue_id,
	    row->recipient, (int)row->kind);
	return names_add(ctx, line);
}

static bool
take_fate(void *ctx, const struct store_fate *row)
{
	*(struct store_fate *)ctx = *row;
	return true;
}

/* However many reports tell of it. */
static void
test_fate_is_once(void **state)
{
	struct fixture *f = *state;
	struct store_fate row = fate(f, "q1", "x@y.example");
	struct store_fate got;
	bool is_new;

	fate_add(f, &row, true);
	assert_ok(f, store_fate_list(
			 f->store, f->account, "q1", take_fate, &got, &f->err));
	assert_memory_equal(&got, &row, sizeof(got));
	row.report_id = 32;
	row.type = 2;
	fate_add(f, &row, false);
	assert_ok(f, store_fate_list(
			 f->store, f->account, "q1", take_fate, &got, &f->err));
	assert_int_equal(got.type, 1);
	assert_int_equal(got.report_id, 31);
	row.kind = STORE_FATE_COMPLAINT;
	fate_add(f, &row, true);
	row.account_id = 77;
	assert_code(
	    f, SG_MISSING, store_fate_add(f->store, &row, &is_new, &f->err));
	assert_false(is_new);
}

static void
test_fate_update(void **state)
{
	struct fixture *f = *state;
	struct store_fate row = fate(f, "q1", "x@y.example"), got;
	struct store_fate other = fate(f, "q1", "z@y.example");

	fate_add(f, &row, true);
	fate_add(f, &other, true);
	row.type = 2;
	row.subtype = 5;
	row.fault = 0;
	memcpy(row.status, "5.2.2", sizeof("5.2.2"));
	memset(row.rule, 0, sizeof(row.rule));
	memcpy(row.rule, "full", sizeof("full"));
	row.counted = STORE_FATE_COUNTED;
	row.suppressed = true;
	row.event_id = 22;
	assert_ok(f, store_fate_update(f->store, &row, &f->err));
	assert_ok(f, store_fate_list(
			 f->store, f->account, "q1", take_fate, &got, &f->err));
	assert_memory_equal(&got, &other, sizeof(got));
	fixture_sql(f, "DELETE FROM fate WHERE recipient = 'z@y.example'");
	assert_ok(f, store_fate_list(
			 f->store, f->account, "q1", take_fate, &got, &f->err));
	assert_memory_equal(&got, &row, sizeof(got));
	assert_code(
	    f, SG_MISSING, store_fate_update(f->store, &other, &f->err));
}

static void
test_fate_lists(void **state)
{
	struct fixture *f = *state;
	struct store_fate rows[] = {fate(f, "q1", "z@y.example"),
	    fate(f, "q1", "a@y.example"), fate(f, "q2", "a@y.example")};
	struct names message = {0}, report = {0}, none = {0};

	rows[0].report_id = 32;
	for (size_t i = 0; i < 3; i++)
		fate_add(f, &rows[i], true);
	assert_ok(f, store_fate_list(f->store, f->account, "q1", add_fate,
			 &message, &f->err));
	assert_string_equal(message.text, "q1:a@y.example:0 q1:z@y.example:0");
	assert_ok(f, store_fate_list_of_report(
			 f->store, 31, add_fate, &report, &f->err));
	assert_string_equal(report.text, "q1:a@y.example:0 q2:a@y.example:0");
	assert_ok(
	    f, store_fate_list(f->store, 77, "q1", add_fate, &none, &f->err));
	assert_string_equal(none.text, "");
}

/* ---- reports ---- */

static struct store_report
report(int64_t account, char first, const char *queue_id)
{
	struct store_report row = {.hash = {(unsigned char)first, 0, 1},
	    .account_id = account,
	    .recipient = "b-x@bounce.example",
	    .received_msec = 70,
	    .state = STORE_REPORT_MATCHED,
	    .why = "",
	    .format = "dsn",
	    .content = (const unsigned char *)"From\0: a",
	    .content_len = 8};

	(void)snprintf(row.queue_id, sizeof(row.queue_id), "%s", queue_id);
	return row;
}

static int64_t
report_add(struct fixture *f, int64_t account, char first, const char *queue_id,
    bool want_new)
{
	struct store_report row = report(account, first, queue_id);
	bool is_new = !want_new;

	assert_ok(f, store_report_add(f->store, &row, &is_new, &f->err));
	assert_int_equal(is_new, want_new);
	return row.id;
}

static bool
add_report(void *ctx, const struct store_report *row)
{
	char line[32];

	assert_null(row->content);
	assert_int_equal(row->content_len, 0);
	(void)snprintf(line, sizeof(line), "%lld", (long long)row->id);
	return names_add(ctx, line);
}

static bool
add_whole_report(void *ctx, const struct store_report *row)
{
	char line[32];

	assert_int_equal(row->content_len, 8);
	assert_memory_equal(row->content, "From\0: a", 8);
	(void)snprintf(line, sizeof(line), "%lld", (long long)row->id);
	return names_add(ctx, line);
}

/* All but content, which is another pointer. */
static bool
check_report(void *ctx, const struct store_report *row)
{
	struct store_report want = *(struct store_report *)ctx;

	assert_memory_equal(row->content, want.content, want.content_len);
	want.content = row->content;
	assert_memory_equal(row, &want, sizeof(want));
	return true;
}

static void
test_report(void **state)
{
	struct fixture *f = *state;
	struct store_report row = report(f->account, 'a', "q1");
	bool is_new;

	assert_ok(f, store_report_add(f->store, &row, &is_new, &f->err));
	assert_true(is_new);
	assert_ok(
	    f, store_report_get(f->store, row.id, check_report, &row, &f->err));
	row.state = STORE_REPORT_STRANGE;
	(void)snprintf(row.why, sizeof(row.why), "no such recipient");
	(void)snprintf(row.format, sizeof(row.format), "qmail");
	assert_ok(f, store_report_update(f->store, &row, &f->err));
	assert_ok(
	    f, store_report_get(f->store, row.id, check_report, &row, &f->err));
	row.id = 77;
	assert_code(
	    f, SG_MISSING, store_report_update(f->store, &row, &f->err));
	assert_code(f, SG_MISSING,
	    store_report_get(f->store, 77, check_report, &row, &f->err));
}

/* A second copy, in whatever transaction, for whomever, is the first. */
static void
test_report_is_once(void **state)
{
	struct fixture *f = *state;
	int64_t first = report_add(f, f->account, 'a', "q1", true);
	struct store_report foreign = report(77, 'c', "q1");
	bool is_new = true;

	assert_int_equal(report_add(f, f->account, 'a', "q1", false), first);
	assert_int_equal(report_add(f, 0, 'a', "", false), first);
	assert_ok(f, store_begin(f->store, &f->err));
	assert_int_equal(report_add(f, f->account, 'a', "q1", false), first);
	report_add(f, 0, 'b', "", true);
	assert_ok(f, store_commit(f->store, &f->err));
	assert_int_equal(count(f, "report"), 2);
	assert_code(f, SG_MISSING,
	    store_report_add(f->store, &foreign, &is_new, &f->err));
	assert_false(is_new);
}

static void
assert_reports(struct fixture *f, int64_t account, const char *queue_id,
    int64_t before, int most, const char *want)
{
	struct names names = {0};

	assert_ok(f, store_report_list(f->store, account, queue_id, before,
			 most, add_report, &names, &f->err));
	assert_string_equal(names.text, want);
}

static void
test_report_lists(void **state)
{
	struct fixture *f = *state;
	int64_t shop = fixture_account(f, "shop"), n, bytes;
	struct names replay = {0};

	report_add(f, f->account, 'a', "q1", true);
	report_add(f, 0, 'b', "", true);
	report_add(f, f->account, 'c', "q1", true);
	report_add(f, shop, 'd', "q1", true);
	report_add(f, 0, 'e', "q1", true); /* said so, but the MAC was wrong */
	report_add(f, f->account, 'f', "q2", true);
	assert_reports(f, 0, "", 0, 9, "6 5 4 3 2 1");
	assert_reports(f, 0, "", 5, 2, "4 3");
	assert_reports(f, f->account, "", 0, 9, "6 3 1");
	assert_reports(f, f->account, "", 6, 1, "3");
	assert_reports(f, -1, "", 0, 9, "5 2");
	assert_reports(f, -1, "", 5, 9, "2");
	assert_reports(f, 0, "q1", 0, 9, "5 4 3 1");
	assert_reports(f, 0, "q1", 4, 1, "3");
	assert_reports(f, f->account, "q1", 0, 9, "3 1");
	assert_reports(f, -1, "q1", 0, 9, "5");
	assert_ok(f, store_report_replay(
			 f->store, 3, 2, add_whole_report, &replay, &f->err));
	assert_string_equal(replay.text, "4 5");
	assert_ok(f, store_report_count(
			 f->store, f->account, "q1", &n, &bytes, &f->err));
	assert_int_equal(n, 2);
	assert_int_equal(bytes, 16);
	assert_ok(f, store_report_count(
			 f->store, f->account, "q3", &n, &bytes, &f->err));
	assert_int_equal(n, 0);
	assert_int_equal(bytes, 0);
}

/* ---- tallies ---- */

static void
tally_add(struct fixture *f, int64_t account, int64_t set_id,
    int64_t bucket_sec, int64_t sent, int64_t bounces)
{
	struct store_tally row = {.account_id = account,
	    .set_id = set_id,
	    .bucket_sec = bucket_sec,
	    .sent = sent,
	    .eligible = sent - 1,
	    .bounces = bounces,
	    .complaints = -bounces};

	assert_ok(f, store_tally_add(f->store, &row, &f->err));
}

static bool
add_tally(void *ctx, const struct store_tally *row)
{
	char line[128];

	(void)snprintf(line, sizeof(line), "%lld.%lld.%lld=%lld,%lld,%lld,%lld",
	    (long long)row->account_id, (long long)row->set_id,
	    (long long)row->bucket_sec, (long long)row->sent,
	    (long long)row->eligible, (long long)row->bounces,
	    (long long)row->complaints);
	return names_add(ctx, line);
}

static bool
add_who(void *ctx, int64_t account_id, int64_t set_id)
{
	char line[64];

	(void)snprintf(line, sizeof(line), "%lld.%lld", (long long)account_id,
	    (long long)set_id);
	return names_add(ctx, line);
}

static void
assert_tallies(struct fixture *f, int64_t account, int64_t set_id,
    int64_t since, const char *want)
{
	struct names names = {0};

	assert_ok(f, store_tally_list(f->store, account, set_id, since,
			 add_tally, &names, &f->err));
	assert_string_equal(names.text, want);
}

static void
test_tally(void **state)
{
	struct fixture *f = *state;
	int64_t shop = fixture_account(f, "shop");
	struct store_tally foreign = {.account_id = 77};
	struct names all = {0}, some = {0}, one = {.most = 1};

	tally_add(f, f->account, 0, 900, 10, 2);
	tally_add(f, f->account, 0, 900, 5, -1);
	tally_add(f, f->account, 0, 1800, 1, 0);
	tally_add(f, f->account, 3, 900, 4, 1);
	tally_add(f, shop, 0, 900, 7, 0);
	assert_tallies(
	    f, f->account, 0, 0, "1.0.1800=1,0,0,0 1.0.900=15,13,1,-1");
	assert_tallies(f, f->account, 0, 901, "1.0.1800=1,0,0,0");
	assert_tallies(f, f->account, 3, 900, "1.3.900=4,3,1,-1");
	assert_tallies(f, 0, 3, 0,
	    "1.0.1800=1,0,0,0 1.0.900=15,13,1,-1 1.3.900=4,3,1,-1 "
	    "2.0.900=7,6,0,0");
	assert_tallies(f, 0, 0, 1800, "1.0.1800=1,0,0,0");
	assert_ok(f, store_tally_who(f->store, 900, add_who, &all, &f->err));
	assert_string_equal(all.text, "1.0 1.3 2.0");
	assert_ok(f, store_tally_who(f->store, 901, add_who, &some, &f->err));
	assert_string_equal(some.text, "1.0");
	assert_ok(
	    f, store_tally_list(f->store, 0, 0, 0, add_tally, &one, &f->err));
	assert_int_equal(one.count, 1);
	assert_code(
	    f, SG_MISSING, store_tally_add(f->store, &foreign, &f->err));
}

/* ---- bookmarks ---- */

static void
test_bookmark(void **state)
{
	struct fixture *f = *state;
	struct store_bookmark row = {"maillog", "8.123", 4096, 7}, got;

	assert_code(f, SG_MISSING,
	    store_bookmark_get(f->store, "maillog", &got, &f->err));
	assert_ok(f, store_bookmark_put(f->store, &row, &f->err));
	assert_ok(f, store_bookmark_get(f->store, "maillog", &got, &f->err));
	assert_memory_equal(&got, &row, sizeof(got));
	memset(row.file, 0, sizeof(row.file));
	row.offset = 0;
	row.updated_sec = 8;
	assert_ok(f, store_bookmark_put(f->store, &row, &f->err));
	assert_ok(f, store_bookmark_get(f->store, "maillog", &got, &f->err));
	assert_memory_equal(&got, &row, sizeof(got));
	assert_ok(f, store_bookmark_delete(f->store, "maillog", &f->err));
	assert_ok(f, store_bookmark_delete(f->store, "maillog", &f->err));
	assert_code(f, SG_MISSING,
	    store_bookmark_get(f->store, "maillog", &got, &f->err));
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int test_events(void);

int
test_events(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_message),
	    TEST(test_message_refusals),
	    TEST(test_message_pages),
	    TEST(test_event),
	    TEST(test_event_update),
	    TEST(test_event_list),
	    TEST(test_fate_is_once),
	    TEST(test_fate_update),
	    TEST(test_fate_lists),
	    TEST(test_report),
	    TEST(test_report_is_once),
	    TEST(test_report_lists),
	    TEST(test_tally),
	    TEST(test_bookmark),
	};

	return cmocka_run_group_tests_name("events", tests, NULL, NULL);
}
