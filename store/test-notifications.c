/* Tests of publications, their way to each subscriber, and the keys that sign
 * them. */
#include "config.h"

#include "store/test-store.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "store/topics.h"

static int64_t
count(struct fixture *f, const char *what)
{
	char sql[200];

	(void)snprintf(sql, sizeof(sql), "SELECT count(*) FROM %s", what);
	return fixture_sql(f, sql);
}

static int64_t
topic_add(struct fixture *f, const char *name)
{
	struct store_topic row = {
	    .account_id = f->account, .signature_version = 2};

	(void)snprintf(row.name, sizeof(row.name), "%s", name);
	assert_ok(f, store_topic_create(f->store, &row, &f->err));
	return row.id;
}

static int64_t
subscription_add(
    struct fixture *f, int64_t topic_id, const char *endpoint, bool confirmed)
{
	struct store_subscription row = {.topic_id = topic_id,
	    .protocol = "https",
	    .confirmed = confirmed,
	    .created_sec = 5};

	(void)snprintf(row.uuid, sizeof(row.uuid), "u-%s", endpoint);
	(void)snprintf(row.endpoint, sizeof(row.endpoint), "%s", endpoint);
	assert_ok(f, store_subscription_add(f->store, &row, &f->err));
	return row.id;
}

static int64_t
publish_to(struct fixture *f, int64_t topic_id, const char *uuid,
    int64_t subscription_id, int64_t now_sec)
{
	struct store_publication row = {.topic_id = topic_id,
	    .type = STORE_PUBLICATION_CONFIRMATION,
	    .subject = "S",
	    .body = "{\"a\":1}",
	    .sealed = (const unsigned char *)"t\0k",
	    .sealed_len = 3,
	    .created_msec = now_sec * 1000};

	(void)snprintf(row.uuid, sizeof(row.uuid), "%s", uuid);
	assert_ok(f, store_publication_add(
			 f->store, &row, subscription_id, now_sec, &f->err));
	return row.id;
}

static int64_t
publish(struct fixture *f, int64_t topic_id, const char *uuid, int64_t now_sec)
{
	return publish_to(f, topic_id, uuid, 0, now_sec);
}

/* MessageId>endpoint for each. */
static bool
add_notification(void *ctx, const struct store_notification *row)
{
	char line[STORE_ENDPOINT_MAX + 64];

	(void)snprintf(line, sizeof(line), "%s>%s", row->publication.uuid,
	    row->subscription.endpoint);
	return names_add(ctx, line);
}

static void
assert_due(
    struct fixture *f, int64_t now_sec, int most, int each, const char *want)
{
	struct names names = {0};

	assert_ok(f, store_notification_due(f->store, now_sec, most, each,
			 add_notification, &names, &f->err));
	assert_string_equal(names.text, want);
}

static void
assert_listed(
    struct fixture *f, int64_t subscription_id, bool is_dead, const char *want)
{
	struct names names = {0};

	assert_ok(f, store_notification_list(f->store, subscription_id, is_dead,
			 9, add_notification, &names, &f->err));
	assert_string_equal(names.text, want);
}

static void
assert_numbers(struct fixture *f, int64_t subscription_id, int64_t waiting,
    int64_t due, int64_t dead)
{
	struct store_notification_numbers n;

	assert_ok(f, store_notification_count(
			 f->store, subscription_id, 100, &n, &f->err));
	assert_int_equal(n.waiting, waiting);
	assert_int_equal(n.due, due);
	assert_int_equal(n.dead, dead);
}

/* ---- publishing ---- */

static bool
check_notification(void *ctx, const struct store_notification *row)
{
	assert_int_equal(row->id, 1);
	assert_int_equal(row->next_sec, 10);
	assert_int_equal(row->attempts, 0);
	assert_string_equal(row->error, "");
	assert_int_equal(row->publication.id, 1);
	assert_string_equal(row->publication.uuid, "m1");
	assert_int_equal(row->publication.topic_id, 1);
	assert_int_equal(row->publication.type, STORE_PUBLICATION_CONFIRMATION);
	assert_string_equal(row->publication.subject, "S");
	assert_string_equal(row->publication.body, "{\"a\":1}");
	assert_int_equal(row->publication.sealed_len, 3);
	assert_memory_equal(row->publication.sealed, "t\0k", 3);
	assert_int_equal(row->publication.created_msec, 10000);
	assert_int_equal(row->subscription.id, 1);
	assert_string_equal(row->subscription.uuid, "u-x");
	assert_int_equal(row->subscription.created_sec, 5);
	assert_int_equal(row->topic.id, 1);
	assert_string_equal(row->topic.name, "a");
	assert_int_equal(row->topic.signature_version, 2);
	return names_add(ctx, "seen");
}

static void
test_publication(void **state)
{
	struct fixture *f = *state;
	int64_t topic = topic_add(f, "a");
	struct names names = {0};

	subscription_add(f, topic, "x", true);
	assert_int_equal(publish(f, topic, "m1", 10), 1);
	assert_ok(f, store_notification_due(f->store, 10, 9, 9,
			 check_notification, &names, &f->err));
	assert_string_equal(names.text, "seen");
}

static void
test_publication_to_whom(void **state)
{
	struct fixture *f = *state;
	int64_t topic = topic_add(f, "a"), other = topic_add(f, "b");
	int64_t waits = subscription_add(f, topic, "waits", false);

	assert_int_equal(publish(f, topic, "m1", 10), 0); /* nobody */
	subscription_add(f, topic, "x", true);
	subscription_add(f, topic, "y", true);
	subscription_add(f, other, "z", true);
	assert_true(publish(f, topic, "m2", 11) > 0);
	assert_due(f, 20, 9, 9, "m2>x m2>y");
	/* to one alone, confirmed or not */
	assert_true(publish_to(f, topic, "m3", waits, 12) > 0);
	assert_due(f, 20, 9, 9, "m2>x m2>y m3>waits");
	/* which must be the topic's */
	assert_int_equal(publish_to(f, other, "m4", waits, 12), 0);
	assert_int_equal(publish_to(f, topic, "m4", 77, 12), 0);
	assert_int_equal(publish(f, 77, "m4", 12), 0);
	assert_int_equal(count(f, "publication"), 2);
}

/* Neither the message nor any of its ways is kept when one cannot be. */
static void
test_publication_is_whole(void **state)
{
	struct fixture *f = *state;
	struct store_publication row = {
	    .uuid = "m1", .subject = "", .body = ""};

	row.topic_id = topic_add(f, "a");
	subscription_add(f, row.topic_id, "x", true);
	publish(f, row.topic_id, "m1", 10);
	assert_code(f, SG_EXISTS,
	    store_publication_add(f->store, &row, 0, 10, &f->err));
	assert_int_equal(count(f, "notification"), 1);
	fixture_sql(
	    f, fixture_is_sqlite()
		   ? "CREATE TRIGGER no BEFORE INSERT ON notification BEGIN "
		     "SELECT RAISE(ABORT, 'no'); END"
		   : "CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS "
		     "$$ BEGIN RAISE unique_violation; END $$; "
		     "CREATE TRIGGER no BEFORE INSERT ON notification "
		     "FOR EACH ROW EXECUTE FUNCTION no()");
	memcpy(row.uuid, "m2", sizeof("m2"));
	assert_code(f, SG_EXISTS, /* what the driver makes of a trigger */
	    store_publication_add(f->store, &row, 0, 10, &f->err));
	assert_int_equal(count(f, "publication"), 1);
}

/* ---- what is due ---- */

static void
test_due_order(void **state)
{
	struct fixture *f = *state;
	int64_t topic = topic_add(f, "a");
	struct names one = {.most = 1};

	subscription_add(f, topic, "x", true);
	publish(f, topic, "m1", 30);
	publish(f, topic, "m2", 10);
	publish(f, topic, "m3", 20);
	publish(f, topic, "m4", 40);
	assert_due(f, 9, 9, 9, "");
	assert_due(f, 10, 9, 9, "m2>x");
	assert_due(f, 30, 9, 9, "m2>x m3>x m1>x");
	assert_due(f, 30, 2, 9, "m2>x m3>x");
	assert_ok(f, store_notification_due(
			 f->store, 90, 9, 9, add_notification, &one, &f->err));
	assert_string_equal(one.text, "m2>x");
}

/* One that lets everything wait takes no more than its share. */
static void
test_due_of_each(void **state)
{
	struct fixture *f = *state;
	int64_t slow = topic_add(f, "slow"), fast = topic_add(f, "fast");

	subscription_add(f, slow, "s", true);
	subscription_add(f, fast, "x", true);
	subscription_add(f, fast, "y", true);
	for (int i = 0; i < 9; i++) {
		char uuid[16];

		(void)snprintf(uuid, sizeof(uuid), "s%d", i);
		publish(f, slow, uuid, 10 + i);
	}
	publish(f, fast, "m1", 50);
	publish(f, fast, "m2", 51);
	assert_due(f, 60, 9, 2, "s0>s s1>s m1>x m1>y m2>x m2>y");
	assert_due(f, 60, 3, 2, "s0>s s1>s m1>x");
	assert_due(f, 60, 9, 1, "s0>s m1>x m1>y");
	assert_due(f, 50, 9, 2, "s0>s s1>s m1>x m1>y");
	assert_due(f, 60, 9, 0, "");
}

static int64_t
cpu_msec(void)
{
	struct timespec ts;

	assert_int_equal(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts), 0);
	return ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* A look costs as much however many wait for one subscriber: 0.1 ms here, while
 * the reading of all rows took a hundred. */
static void
test_due_is_bounded(void **state)
{
	struct fixture *f = *state;
	int64_t topic = topic_add(f, "a"), start;

	subscription_add(f, topic, "dead", true);
	subscription_add(f, topic_add(f, "b"), "x", true);
	fixture_sql(f,
	    "BEGIN; WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL "
	    "SELECT i + 1 FROM n WHERE i < 100000) INSERT INTO publication "
	    "SELECT i, 'm' || i, 1, 0, '', '{}', '', i, '' FROM n;"
	    "INSERT INTO notification SELECT id, id, 1, 10, 0, '' "
	    "FROM publication; COMMIT;");
	publish(f, 2, "new", 50);
	assert_due(f, 60, 9, 2, "m1>dead m2>dead new>x");
	start = cpu_msec();
	for (int i = 0; i < 20; i++)
		assert_due(f, 60, 9, 2, "m1>dead m2>dead new>x");
	assert_true(cpu_msec() - start < 1000); /* also with sanitizers */
}

/* ---- attempts ---- */

static bool
take_state(void *ctx, const struct store_notification *row)
{
	(void)snprintf(ctx, 512, "%lld,%lld,%s", (long long)row->next_sec,
	    (long long)row->attempts, row->error);
	return true;
}

static void
assert_state(struct fixture *f, bool is_dead, const char *want)
{
	char text[512] = "";

	assert_ok(f, store_notification_list(
			 f->store, 0, is_dead, 9, take_state, text, &f->err));
	assert_string_equal(text, want);
}

static void
test_attempts(void **state)
{
	struct fixture *f = *state;
	int64_t topic = topic_add(f, "a"), again;
	int64_t x = subscription_add(f, topic, "x", true);
	char text[600], want[300];

	publish(f, topic, "m1", 10);
	assert_ok(
	    f, store_notification_retry(f->store, 1, 30, "HTTP 500", &f->err));
	assert_state(f, false, "30,1,HTTP 500");
	assert_due(f, 29, 9, 9, "");
	assert_ok(
	    f, store_notification_set(f->store, 1, 40, "in hand", &f->err));
	assert_state(f, false, "40,1,in hand");
	memset(text, 'e', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	assert_ok(f, store_notification_retry(f->store, 1, 0, text, &f->err));
	text[255] = '\0';
	assert_state(f, false, "");
	assert_listed(f, x, true, "m1>x");
	assert_due(f, 999, 9, 9, "");
	assert_ok(
	    f, store_notification_replay(f->store, x, 50, &again, &f->err));
	assert_int_equal(again, 1);
	assert_due(f, 50, 9, 9, "m1>x");
	(void)snprintf(want, sizeof(want), "50,0,%.255s", text);
	assert_state(f, false, want);
	/* what is gone is gone */
	assert_ok(f, store_notification_retry(f->store, 77, 1, "", &f->err));
	assert_ok(f, store_notification_set(f->store, 77, 1, "", &f->err));
}

static void
test_lists_and_numbers(void **state)
{
	struct fixture *f = *state;
	int64_t topic = topic_add(f, "a"), again;
	int64_t x = subscription_add(f, topic, "x", true);
	int64_t y = subscription_add(f, topic, "y", true);

	publish(f, topic, "m1", 20); /* 1 and 2 */
	publish(f, topic, "m2", 10); /* 3 and 4 */
	publish(f, topic, "m3", 200);
	assert_ok(f, store_notification_retry(f->store, 1, 0, "e", &f->err));
	assert_ok(f, store_notification_retry(f->store, 3, 0, "e", &f->err));
	assert_ok(f, store_notification_retry(f->store, 4, 0, "e", &f->err));
	assert_listed(f, 0, false, "m1>y m3>x m3>y");
	assert_listed(f, y, false, "m1>y m3>y");
	assert_listed(f, 0, true, "m1>x m2>x m2>y");
	assert_listed(f, x, true, "m1>x m2>x");
	assert_numbers(f, 0, 3, 1, 3);
	assert_numbers(f, x, 1, 0, 2);
	assert_numbers(f, y, 2, 1, 1);
	assert_numbers(f, 77, 0, 0, 0);
	assert_ok(
	    f, store_notification_replay(f->store, x, 60, &again, &f->err));
	assert_int_equal(again, 2);
	assert_numbers(f, 0, 5, 3, 1);
}

/* The message goes with the last of its notifications. */
static void
test_delivered(void **state)
{
	struct fixture *f = *state;
	int64_t topic = topic_add(f, "a");

	subscription_add(f, topic, "x", true);
	subscription_add(f, topic, "y", true);
	publish(f, topic, "m1", 10);
	assert_ok(f, store_notification_delete(f->store, 1, &f->err));
	assert_ok(f, store_notification_delete(f->store, 1, &f->err));
	assert_int_equal(count(f, "publication"), 1);
	assert_due(f, 10, 9, 9, "m1>y");
	assert_ok(f, store_notification_delete(f->store, 2, &f->err));
	assert_int_equal(count(f, "publication"), 0);
	assert_ok(f, store_notification_delete(f->store, 2, &f->err));
}

/* ---- what goes ---- */

static void
test_notification_purge(void **state)
{
	struct fixture *f = *state;
	int64_t topic = topic_add(f, "a"), gone;
	int64_t x = subscription_add(f, topic, "x", true);

	subscription_add(f, topic, "y", true);
	for (int i = 1; i < 6; i++) {
		char uuid[16];

		(void)snprintf(uuid, sizeof(uuid), "m%d", i);
		publish(f, topic, uuid, i);
	}
	/* m1 to m4 are dead for x; m2 still waits for y */
	fixture_sql(f,
	    "UPDATE notification SET next_sec = 0 WHERE publication_id < 5;"
	    "UPDATE notification SET next_sec = 900 WHERE publication_id = 2 "
	    "AND subscription_id = 2");
	assert_ok(
	    f, store_notification_purge(f->store, 4000, 2, &gone, &f->err));
	assert_int_equal(gone, 2 + 1); /* m1's and the message */
	do
		assert_ok(f, store_notification_purge(
				 f->store, 4000, 2, &gone, &f->err));
	while (gone > 0);
	assert_listed(f, 0, true, "m4>x m4>y");
	assert_listed(f, 0, false, "m2>y m5>x m5>y");
	assert_int_equal(count(f, "publication"), 3);
	/* an old message whose readers are gone is nobody's */
	assert_ok(f, store_subscription_delete(f->store, x, &f->err));
	assert_ok(f, store_subscription_delete(f->store, 2, &f->err));
	assert_int_equal(count(f, "notification"), 0);
	assert_ok(
	    f, store_notification_purge(f->store, 5000, 9, &gone, &f->err));
	assert_int_equal(gone, 2);
	assert_int_equal(count(f, "publication"), 1); /* m5 is too young */
}

static void
test_cascades(void **state)
{
	struct fixture *f = *state;
	int64_t a = topic_add(f, "a"), b = topic_add(f, "b");

	subscription_add(f, a, "x", true);
	subscription_add(f, b, "y", true);
	publish(f, a, "m1", 10);
	publish(f, b, "m2", 10);
	assert_ok(f, store_topic_delete(f->store, a, &f->err));
	assert_due(f, 10, 9, 9, "m2>y");
	assert_int_equal(count(f, "publication"), 1);
	assert_int_equal(count(f, "subscription"), 1);
	assert_ok(f, store_account_delete(f->store, f->account, &f->err));
	assert_int_equal(count(f, "topic"), 0);
	assert_int_equal(count(f, "publication"), 0);
	assert_int_equal(count(f, "subscription"), 0);
	assert_int_equal(count(f, "notification"), 0);
}

/* ---- keys ---- */

static bool
add_certificate(void *ctx, const struct store_certificate *row)
{
	assert_string_equal(row->certificate, "-----BEGIN");
	assert_int_equal(row->sealed_len, 3);
	assert_memory_equal(row->sealed, "k\0y", 3);
	assert_int_equal(row->created_sec, 7);
	return names_add(ctx, row->name);
}

static void
test_certificate(void **state)
{
	struct fixture *f = *state;
	struct store_certificate row = {.name = "aa",
	    .certificate = "-----BEGIN",
	    .sealed = (const unsigned char *)"k\0y",
	    .sealed_len = 3,
	    .created_sec = 7};
	struct names names = {0};

	assert_code(f, SG_MISSING,
	    store_certificate_get(
		f->store, NULL, add_certificate, &names, &f->err));
	assert_ok(f, store_certificate_add(f->store, &row, &f->err));
	assert_code(
	    f, SG_EXISTS, store_certificate_add(f->store, &row, &f->err));
	memcpy(row.name, "bb", sizeof("bb"));
	assert_ok(f, store_certificate_add(f->store, &row, &f->err));
	assert_true(row.id > 1);
	assert_ok(f, store_certificate_get(
			 f->store, NULL, add_certificate, &names, &f->err));
	assert_ok(f, store_certificate_get(
			 f->store, "aa", add_certificate, &names, &f->err));
	assert_string_equal(names.text, "bb aa");
	assert_code(f, SG_MISSING,
	    store_certificate_get(
		f->store, "cc", add_certificate, &names, &f->err));
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int test_notifications(void);

int
test_notifications(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_publication),
	    TEST(test_publication_to_whom),
	    TEST(test_publication_is_whole),
	    TEST(test_due_order),
	    TEST(test_due_of_each),
	    TEST(test_due_is_bounded),
	    TEST(test_attempts),
	    TEST(test_lists_and_numbers),
	    TEST(test_delivered),
	    TEST(test_notification_purge),
	    TEST(test_cascades),
	    TEST(test_certificate),
	};

	return cmocka_run_group_tests_name("notifications", tests, NULL, NULL);
}
