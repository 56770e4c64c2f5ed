/* Tests of messages by their keys, of reports by state, and of what is remembered of
 * publications. */
#include "config.h"

#include "store/test-store.h"

#include <stdio.h>
#include <string.h>

#include "store/messages.h"

/* ---- what is there ---- */

static int64_t
message_add(struct fixture *f, int64_t account, const char *queue_id,
    const char *recipients, const char *facts)
{
	struct store_message row = {
	    .account_id = account,
	    .sent_msec = 1000,
	    .login = "app",
	    .sender = "a@demo.example",
	    .source_ip = "192.0.2.1",
	    .size = 5,
	    .recipients = recipients,
	    .facts = facts,
	};
	bool is_new = false;

	(void)snprintf(row.queue_id, sizeof(row.queue_id), "%s", queue_id);
	assert_ok(f, store_message_add(f->store, &row, &is_new, &f->err));
	assert_true(is_new);
	return row.id;
}

static int64_t
event_add(struct fixture *f, int64_t account, const char *queue_id, int kind)
{
	struct store_event row = {.account_id = account,
	    .kind = (enum store_event_kind)kind,
	    .at_msec = 2000,
	    .recipients = "x@y.example",
	    .detail = "{}"};

	(void)snprintf(row.queue_id, sizeof(row.queue_id), "%s", queue_id);
	assert_ok(f, store_event_add(f->store, &row, &f->err));
	return row.id;
}

/* All ids that have the key, the newest first. */
static void
assert_key(struct fixture *f, const char *key, const char *want)
{
	struct names names = {0};
	int64_t id = INT64_MAX;
	char text[32];

	for (;;) {
		assert_ok(f, store_message_seek(
				 f->store, f->account, key, id, &id, &f->err));
		if (id == 0)
			break;
		(void)snprintf(text, sizeof(text), "%lld", (long long)id);
		(void)names_add(&names, text);
	}
	if (strcmp(names.text, want) != 0)
		fail_msg("%s: %s, not %s", key, names.text, want);
}

/* So many messages have the key. */
static void
assert_count(struct fixture *f, const char *key, int want)
{
	int64_t id = INT64_MAX;
	int count = -1;

	for (; id != 0; count++)
		assert_ok(f, store_message_seek(
				 f->store, f->account, key, id, &id, &f->err));
	assert_int_equal(count, want);
}

static void
assert_keys(struct fixture *f, int64_t want)
{
	assert_int_equal(
	    fixture_sql(f, "SELECT count(*) FROM message_key"), want);
}

static bool
add_id(void *ctx, int64_t id)
{
	char text[32];

	(void)snprintf(text, sizeof(text), "%lld", (long long)id);
	return names_add(ctx, text);
}

static void
assert_range(
    struct fixture *f, const char *prefix, bool is_queue_id, const char *want)
{
	struct names names = {0};

	assert_ok(
	    f, store_message_range(f->store, f->account, prefix, is_queue_id, 0,
		   INT64_MAX, 9, add_id, &names, &f->err));
	assert_string_equal(names.text, want);
}

/* ---- keys ---- */

#define TAGGED "{\"tags\":{\"a\":[\"1\",\"x=y\"],\"b\":[\"\xc3\xbc\"]}}"

static void
test_keys(void **state)
{
	struct fixture *f = *state;
	int64_t other = fixture_account(f, "other");

	message_add(f, f->account, "Q1",
	    "E Ann@Example.COM\nS bob@example.com\nB ann@b.example\n", TAGGED);
	message_add(f, f->account, "Q2", "E ann@example.com\n", "no JSON");
	message_add(f, other, "Q3", "E ann@example.com\n", TAGGED);
	assert_key(f, "", "2 1");
	assert_key(f, "r:ann@example.com", "2 1");
	assert_key(f, "r:bob@example.com", "1");
	assert_key(f, "d:example.com", "2 1");
	assert_key(f, "d:b.example", "1");
	assert_key(f, "d:com", "");
	assert_key(f, "t:a=1", "1");
	assert_key(f, "t:a=x=y", "1");
	assert_key(f, "t:b=\xc3\xbc", "1");
	assert_key(f, STORE_MESSAGE_PENDING, "2 1");
	assert_range(f, "r:ann@", false, "2 1 1");
	assert_range(f, "Q", true, "1 2");
	assert_range(f, "Q2", true, "2");
	assert_range(f, "Q3", true, "");
}

#define ODD_RECIPIENTS                                                         \
	"E \"a\\\\n@b\"@x.example\nE \"\\\"\"@y.example\n"                     \
	"E \xc3\xbc@z.example\n"

/* Addresses with all that may stand in one. */
static void
test_odd_recipients(void **state)
{
	struct fixture *f = *state;

	/* what is no UTF-8 PostgreSQL does not take */
	message_add(f, f->account, "Q1",
	    fixture_is_sqlite()
		? ODD_RECIPIENTS "E \xff@w.example\nno line\n\nE nobody"
		: ODD_RECIPIENTS "E y@w.example\nno line\n\nE nobody",
	    "{}");
	assert_key(f, "r:\"a\\\\n@b\"@x.example", "1");
	assert_key(f, "d:x.example", "1");
	assert_key(f, "r:\"\\\"\"@y.example", "1");
	assert_key(f, "r:\xc3\xbc@z.example", "1");
	assert_key(f, "d:w.example", "1");
	assert_key(f, "r:nobody", "1");
	message_add(f, f->account, "Q2", "E a\tb@x.example\n",
	    "{\"tags\":{\"a\":\"b\",\"c\":{\"d\":1},\"e\":[]}}");
	assert_key(f, STORE_MESSAGE_PENDING, "2 1");
}

static void
test_outcomes(void **state)
{
	struct fixture *f = *state;
	int64_t other = fixture_account(f, "other");
	int64_t id = message_add(f, f->account, "Q1", "E a@b.example\n", "{}");
	int kinds;

	event_add(f, f->account, "Q1", STORE_EVENT_SEND);
	event_add(f, other, "Q1", STORE_EVENT_BOUNCE);
	assert_key(f, "s:", "1");
	event_add(f, f->account, "Q1", STORE_EVENT_DELIVERY_DELAY);
	event_add(f, f->account, "Q1", STORE_EVENT_DELIVERY);
	event_add(f, f->account, "Q1", STORE_EVENT_DELIVERY);
	assert_key(f, "s:", "");
	assert_key(f, "s:1", "1");
	assert_key(f, "s:2", "");
	assert_key(f, "s:4", "1");
	assert_ok(f,
	    store_message_outcomes(f->store, f->account, id, &kinds, &f->err));
	assert_int_equal(
	    kinds, 1 << STORE_EVENT_DELIVERY | 1 << STORE_EVENT_DELIVERY_DELAY);
	/* it may come before its message */
	event_add(f, f->account, "Q2", STORE_EVENT_BOUNCE);
	message_add(f, f->account, "Q2", "E a@b.example\n", "{}");
	assert_key(f, "s:2", "2");
	assert_key(f, "s:", "");
}

/* Nothing is left, whatever goes first. */
static void
test_keys_go(void **state)
{
	struct fixture *f = *state;
	int64_t other = fixture_account(f, "other"), gone;

	message_add(
	    f, f->account, "Q1", "E a@b.example\nE c@d.example\n", TAGGED);
	event_add(f, f->account, "Q1", STORE_EVENT_BOUNCE);
	fixture_sql(f, "DELETE FROM event");
	message_add(f, other, "Q2", "E a@b.example\n", TAGGED);
	event_add(f, other, "Q2", STORE_EVENT_COMPLAINT);
	assert_keys(f, 2);
	assert_ok(f, store_purge(f->store, 1500, 0, 9, 1, &gone, &f->err));
	assert_keys(f, 1);
	assert_ok(f, store_account_delete(f->store, other, &f->err));
	assert_keys(f, 0);
}

static bool
check_message(void *ctx, const struct store_message *row)
{
	assert_string_equal(row->queue_id, "Q1");
	*(int64_t *)ctx = row->id;
	return true;
}

static void
test_message_by_id(void **state)
{
	struct fixture *f = *state;
	int64_t other = fixture_account(f, "other"), found = 0;
	int64_t id = message_add(f, f->account, "Q1", "E a@b.example\n", "{}");

	assert_ok(f, store_message_get_by_id(f->store, f->account, id,
			 check_message, &found, &f->err));
	assert_int_equal(found, id);
	assert_code(f, SG_MISSING,
	    store_message_get_by_id(
		f->store, other, id, check_message, &found, &f->err));
	assert_ok(f, store_message_id_at(f->store, 1000, &found, &f->err));
	assert_int_equal(found, id);
	assert_ok(f, store_message_id_at(f->store, 1001, &found, &f->err));
	assert_int_equal(found, 0);
}

static bool
add_event(void *ctx, const struct store_event *row)
{
	return names_add(ctx, row->queue_id);
}

static void
test_refused(void **state)
{
	struct fixture *f = *state;
	struct names names = {0}, page = {0};
	int64_t last;

	event_add(f, f->account, "Q1", STORE_EVENT_REJECT);
	event_add(f, f->account, "Q2", STORE_EVENT_BOUNCE);
	last = event_add(f, f->account, "Q3", STORE_EVENT_RENDERING_FAILURE);
	event_add(f, fixture_account(f, "other"), "Q4", STORE_EVENT_REJECT);
	assert_ok(f, store_event_refused(f->store, f->account, INT64_MAX, 9,
			 add_event, &names, &f->err));
	assert_string_equal(names.text, "Q3 Q1");
	assert_ok(f, store_event_refused(f->store, f->account, last, 9,
			 add_event, &page, &f->err));
	assert_string_equal(page.text, "Q1");
}

/* ---- reports ---- */

static bool
add_report(void *ctx, const struct store_report *row)
{
	return names_add(ctx, row->why);
}

static void
test_report_state(void **state)
{
	struct fixture *f = *state;
	struct names names = {0};

	for (int i = 1; i < 5; i++) {
		struct store_report row = {.hash = {(unsigned char)i},
		    .state = i % 2 ? STORE_REPORT_FORGED : STORE_REPORT_LATE,
		    .content = (const unsigned char *)"x",
		    .content_len = 1};
		bool is_new;

		(void)snprintf(row.why, sizeof(row.why), "w%d", i);
		assert_ok(
		    f, store_report_add(f->store, &row, &is_new, &f->err));
	}
	assert_ok(f, store_report_list_state(f->store, STORE_REPORT_FORGED, 0,
			 9, add_report, &names, &f->err));
	assert_string_equal(names.text, "w3 w1");
	assert_ok(f, store_report_list_state(f->store, STORE_REPORT_LATE, 4, 9,
			 add_report, &names, &f->err));
	assert_string_equal(names.text, "w3 w1 w2");
}

/* ---- notifications ---- */

static int64_t
topic_add(struct fixture *f, int64_t account, const char *name)
{
	struct store_topic row = {
	    .account_id = account, .signature_version = 1};

	(void)snprintf(row.name, sizeof(row.name), "%s", name);
	assert_ok(f, store_topic_create(f->store, &row, &f->err));
	return row.id;
}

static int64_t
subscription_add(struct fixture *f, int64_t topic, const char *uuid)
{
	struct store_subscription row = {.topic_id = topic, .confirmed = true};

	(void)snprintf(row.uuid, sizeof(row.uuid), "%s", uuid);
	(void)snprintf(row.protocol, sizeof(row.protocol), "https");
	(void)snprintf(row.endpoint, sizeof(row.endpoint), "https://%s", uuid);
	assert_ok(f, store_subscription_add(f->store, &row, &f->err));
	return row.id;
}

static int64_t
publish(struct fixture *f, int64_t topic, int number, const char *queue_id)
{
	struct store_publication row = {.topic_id = topic,
	    .subject = "s",
	    .body = "b",
	    .queue_id = queue_id,
	    .created_msec = number};

	(void)snprintf(row.uuid, sizeof(row.uuid), "p%d", number);
	assert_ok(f, store_publication_add(f->store, &row, 0, 10, &f->err));
	return row.id;
}

static bool
add_notification(void *ctx, const struct store_notification *row)
{
	char text[80];

	(void)snprintf(text, sizeof(text), "%s>%s", row->publication.uuid,
	    row->subscription.uuid);
	return names_add(ctx, text);
}

static void
assert_dead(struct fixture *f, int64_t account, int64_t before, int most,
    const char *want)
{
	struct names names = {0};

	assert_ok(f, store_dead_letter_list(f->store, account, before, most,
			 add_notification, &names, &f->err));
	assert_string_equal(names.text, want);
}

static void
test_dead_letters(void **state)
{
	struct fixture *f = *state;
	int64_t other = fixture_account(f, "other");
	int64_t topic = topic_add(f, f->account, "t");
	int64_t rivals = topic_add(f, other, "t");
	struct names names = {0};
	bool has;

	subscription_add(f, topic, "x");
	subscription_add(f, topic, "y");
	subscription_add(f, rivals, "z");
	publish(f, topic, 1, "Q1");  /* 1 and 2 */
	publish(f, topic, 2, NULL);  /* 3 and 4 */
	publish(f, rivals, 3, "Q1"); /* 5 */
	for (int id = 1; id <= 5; id++)
		if (id != 2)
			assert_ok(f, store_notification_retry(
					 f->store, id, 0, "e", &f->err));
	assert_dead(f, f->account, 0, 9, "p2>y p2>x p1>x");
	assert_dead(f, f->account, 0, 2, "p2>y p2>x");
	assert_dead(f, f->account, 3, 2, "p1>x");
	assert_dead(f, other, 0, 2, "p3>z");
	assert_ok(f, store_dead_letter_has(f->store, other, 1, &has, &f->err));
	assert_false(has);
	assert_ok(
	    f, store_dead_letter_has(f->store, f->account, 2, &has, &f->err));
	assert_false(has);
	assert_ok(
	    f, store_dead_letter_has(f->store, f->account, 1, &has, &f->err));
	assert_true(has);
	assert_code(f, SG_MISSING,
	    store_dead_letter_retry(f->store, other, 1, 50, &f->err));
	assert_ok(
	    f, store_dead_letter_retry(f->store, f->account, 1, 50, &f->err));
	assert_dead(f, f->account, 0, 9, "p2>y p2>x");
	assert_int_equal(fixture_sql(f, "SELECT next_sec * 100 + attempts "
					"FROM notification WHERE id = 1"),
	    5000);
	assert_ok(f, store_notification_of_message(f->store, f->account, "Q1",
			 9, add_notification, &names, &f->err));
	assert_string_equal(names.text, "p1>x p1>y");
	assert_ok(f, store_notification_of_message(f->store, f->account, "", 9,
			 add_notification, &names, &f->err));
	assert_ok(f, store_notification_of_publication(
			 f->store, 2, 9, add_notification, &names, &f->err));
	assert_string_equal(names.text, "p1>x p1>y p2>x p2>y");
}

static bool
add_past(void *ctx, const struct store_past *row)
{
	assert_string_equal(row->subject, "s");
	return names_add(ctx, row->uuid);
}

static bool
add_delivery(void *ctx, const struct store_past_delivery *row)
{
	char text[2200];

	assert_string_equal(row->protocol, "https");
	(void)snprintf(text, sizeof(text), "%s=%s,%lld", row->uuid,
	    row->endpoint, (long long)row->attempts);
	return names_add(ctx, text);
}

/* The first subscription's way of a publication has ended. */
static bool
take_first(void *ctx, const struct store_notification *row)
{
	struct store_notification *first = ctx;

	*first = *row;
	first->publication.subject = "s";
	first->publication.body = "b";
	return false;
}

static void
deliver(struct fixture *f, int64_t publication)
{
	struct store_notification row;

	assert_ok(f, store_notification_of_publication(
			 f->store, publication, 1, take_first, &row, &f->err));
	row.attempts = 3;
	assert_ok(f, store_notification_delivered(f->store, &row, &f->err));
}

static void
test_past(void **state)
{
	struct fixture *f = *state;
	int64_t topic = topic_add(f, f->account, "t"), id;
	struct names names = {0}, newest = {0};

	subscription_add(f, topic, "x");
	subscription_add(f, topic, "y");
	id = publish(f, topic, 1, NULL);
	deliver(f, id);
	assert_ok(f, store_past_delivery_list(f->store, topic, id, 9,
			 add_delivery, &names, &f->err));
	assert_string_equal(names.text, "x=https://x,3");
	deliver(f, id);
	assert_int_equal(fixture_sql(f, "SELECT count(*) FROM publication"), 0);
	assert_ok(f, store_past_delivery_list(f->store, topic, id, 9,
			 add_delivery, &names, &f->err));
	assert_string_equal(
	    names.text, "x=https://x,3 x=https://x,3 y=https://y,3");
	for (int i = 2; i <= STORE_PAST_MOST + 3; i++) {
		id = publish(f, topic, i, NULL);
		if (i != 5)
			deliver(f, id);
	}
	assert_int_equal(
	    fixture_sql(f, "SELECT count(*) FROM past_publication"),
	    STORE_PAST_MOST);
	assert_int_equal(fixture_sql(f, "SELECT count(*) FROM past_delivery"),
	    STORE_PAST_MOST);
	/* one that is older than all that is remembered */
	deliver(f, 2);
	assert_int_equal(fixture_sql(f, "SELECT count(*) FROM past_delivery"),
	    STORE_PAST_MOST);
	assert_ok(f, store_publication_newest(
			 f->store, topic, 3, add_past, &newest, &f->err));
	assert_string_equal(newest.text, "p23 p22 p21");
	assert_ok(f, store_topic_delete(f->store, topic, &f->err));
	assert_int_equal(
	    fixture_sql(f, "SELECT count(*) FROM past_delivery"), 0);
}

/* ---- many at once ---- */

static struct store_message
many_row(const struct fixture *f, int number)
{
	struct store_message row = {
	    .account_id = f->account,
	    .sent_msec = 1000 + number,
	    .login = "app",
	    .sender = "a@demo.example",
	    .source_ip = "192.0.2.1",
	    .size = 5,
	    .recipients = "E One@Y.example\nE two@y.example\nE x@z.example\n",
	    .facts = "{\"tags\":{\"a\":[\"b\",\"c\"]},\"set\":\"\"}",
	};

	(void)snprintf(row.queue_id, sizeof(row.queue_id), "Q%d", number);
	return row;
}

static void
test_many(void **state)
{
	struct fixture *f = *state;
	struct store_message rows[9];
	int64_t last_id = -1, before;

	before = message_add(f, f->account, "Q2", "E o@o.example\n", "{}");
	event_add(f, f->account, "Q5", STORE_EVENT_DELIVERY);
	for (int i = 0; i < 7; i++)
		rows[i] = many_row(f, i);
	rows[7] = many_row(f, 3); /* a twin */
	rows[8] = many_row(f, 8);
	assert_ok(f, store_begin(f->store, &f->err));
	assert_ok(
	    f, store_message_add_many(f->store, rows, 9, &last_id, &f->err));
	assert_ok(f, store_commit(f->store, &f->err));
	assert_int_equal(last_id, before);
	for (int i = 0; i < 9; i++)
		assert_int_equal(rows[i].id != 0, i != 2 && i != 7);
	assert_int_equal(fixture_sql(f, "SELECT COUNT(*) FROM message"), 8);
	assert_count(f, "r:one@y.example", 7);
	assert_count(f, "r:two@y.example", 7);
	assert_count(f, "d:y.example", 7);
	assert_count(f, "t:a=b", 7);
	assert_count(f, "t:a=c", 7);
	assert_key(f, "d:o.example", "1");
	assert_int_equal(fixture_sql(f, "SELECT COUNT(*) FROM message_run"), 2);
	assert_count(f, STORE_MESSAGE_PENDING, 7);
	assert_int_equal(fixture_sql(f, "SELECT COUNT(*) FROM message_key k "
					"JOIN message m ON m.id = k.message_id "
					"WHERE k.key = 's:1' "
					"AND m.queue_id = 'Q5'"),
	    1);
	assert_keys(f, 1);
}

static void
test_many_events(void **state)
{
	struct fixture *f = *state;
	struct store_event rows[6];

	for (int i = 0; i < 6; i++) {
		rows[i] = (struct store_event){.account_id = f->account,
		    .kind = STORE_EVENT_SEND,
		    .at_msec = 2000 + i,
		    .recipients = "x@y.example",
		    .detail = "{}"};
		(void)snprintf(
		    rows[i].queue_id, sizeof(rows[i].queue_id), "Q%d", i);
	}
	assert_ok(f, store_begin(f->store, &f->err));
	assert_ok(f, store_event_add_many(f->store, rows, 6, &f->err));
	assert_ok(f, store_commit(f->store, &f->err));
	assert_int_equal(fixture_sql(f, "SELECT COUNT(*) FROM event"), 6);
	assert_int_equal(fixture_sql(f, "SELECT COUNT(DISTINCT queue_id) "
					"FROM event WHERE at_msec = "
					"2000 + CAST(substr(queue_id, 2) AS "
					"INTEGER)"),
	    6);
}

/* ---- who is counted, and what waits ---- */

static bool
see_counted(void *ctx, const struct store_counted *row)
{
	int64_t *sum = ctx;

	*sum += row->id * 1000 + row->fresh_start_sec + row->tells_sends;
	return true;
}

static void
test_counted(void **state)
{
	struct fixture *f = *state;
	int64_t ids[20], sum = 0;

	(void)fixture_sql(f, "UPDATE account SET fresh_start_sec = 7");
	for (int i = 0; i < 20; i++)
		ids[i] = 1000 + i;
	ids[18] = f->account;
	for (int kind = 0; kind <= STORE_COUNTED_TENANT; kind++)
		assert_ok(f,
		    store_counted_list(f->store, (enum store_counted_kind)kind,
			ids, 20, see_counted, &sum, &f->err));
	assert_int_equal(sum, f->account * 1000 + 7);
}

static bool
see_waiting(void *ctx, int64_t account_id, const char *queue_id)
{
	(void)account_id;
	(void)snprintf(ctx, 16, "%s", queue_id);
	return true;
}

static void
test_waiting(void **state)
{
	struct fixture *f = *state;
	struct store_fate row = {.account_id = f->account,
	    .queue_id = "Q1",
	    .recipient = "x@y.example",
	    .counted = STORE_FATE_WAITS};
	char found[16] = "";
	int64_t id;
	bool is_new;

	assert_ok(f, store_fate_add(f->store, &row, &is_new, &f->err));
	(void)snprintf(row.queue_id, sizeof(row.queue_id), "Q2");
	row.counted = STORE_FATE_COUNTED;
	assert_ok(f, store_fate_add(f->store, &row, &is_new, &f->err));
	id = message_add(f, f->account, "Q1", "E x@y.example\n", "{}");
	(void)message_add(f, f->account, "Q2", "E x@y.example\n", "{}");
	assert_ok(f,
	    store_fate_waiting(f->store, id - 1, see_waiting, found, &f->err));
	assert_string_equal(found, "Q1");
	found[0] = '\0';
	assert_ok(
	    f, store_fate_waiting(f->store, id, see_waiting, found, &f->err));
	assert_string_equal(found, "");
}

int test_message_search(void);

int
test_message_search(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		test_keys, fixture_setup, fixture_teardown),
	    cmocka_unit_test_setup_teardown(
		test_odd_recipients, fixture_setup, fixture_teardown),
	    cmocka_unit_test_setup_teardown(
		test_outcomes, fixture_setup, fixture_teardown),
	    cmocka_unit_test_setup_teardown(
		test_keys_go, fixture_setup, fixture_teardown),
	    cmocka_unit_test_setup_teardown(
		test_message_by_id, fixture_setup, fixture_teardown),
	    cmocka_unit_test_setup_teardown(
		test_refused, fixture_setup, fixture_teardown),
	    cmocka_unit_test_setup_teardown(
		test_report_state, fixture_setup, fixture_teardown),
	    cmocka_unit_test_setup_teardown(
		test_dead_letters, fixture_setup, fixture_teardown),
	    cmocka_unit_test_setup_teardown(
		test_past, fixture_setup, fixture_teardown),
	    cmocka_unit_test_setup_teardown(
		test_many, fixture_setup, fixture_teardown),
	    cmocka_unit_test_setup_teardown(
		test_many_events, fixture_setup, fixture_teardown),
	    cmocka_unit_test_setup_teardown(
		test_counted, fixture_setup, fixture_teardown),
	    cmocka_unit_test_setup_teardown(
		test_waiting, fixture_setup, fixture_teardown),
	};

	return cmocka_run_group_tests_name("message search", tests, NULL, NULL);
}
