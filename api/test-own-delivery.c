/* Dead letters, deliveries and reports as the console shows them. */
#include "config.h"

#include "api/test-call.h"

#include <stdio.h>
#include <string.h>

#include "ops/publish.h"
#include "store/messages.h"
#include "store/topics.h"

static int64_t
topic_id(struct test_call *t, const char *account, const char *name)
{
	struct store_topic topic;

	assert_code(t->f, SG_OK,
	    store_topic_get(t->f->store, admin_fixture_account(t->f, account),
		name, &topic, &t->f->err));
	return topic.id;
}

static void
subscribe(struct test_call *t, int64_t topic, const char *uuid)
{
	struct store_subscription row = {.topic_id = topic,
	    .confirmed = true,
	    .protocol = "https",
	    .created_sec = 1};

	(void)snprintf(row.uuid, sizeof(row.uuid), "%s", uuid);
	(void)snprintf(
	    row.endpoint, sizeof(row.endpoint), "https://%s.example/", uuid);
	assert_code(
	    t->f, SG_OK, store_subscription_add(t->f->store, &row, &t->f->err));
}

static void
publish(struct test_call *t, int64_t topic, const char *subject)
{
	char uuid[STORE_UUID_MAX + 1];

	assert_code(t->f, SG_OK,
	    publish_message(t->f->store, topic, subject, "{}",
		t->now_sec * 1000, uuid, &t->f->err));
}

/* shop has a topic with two subscriptions, rival one; notifications 1 and 2 are
 * shop's, 3 is rival's. */
static int
setup(void **state)
{
	struct test_call *t;

	if (test_call_setup(state) != 0)
		return -1;
	t = *state;
	test_call_add_topic(t, "shop", "events");
	test_call_add_topic(t, "rival", "events");
	subscribe(t, topic_id(t, "shop", "events"), "x");
	subscribe(t, topic_id(t, "shop", "events"), "y");
	subscribe(t, topic_id(t, "rival", "events"), "z");
	publish(t, topic_id(t, "shop", "events"), "one");
	publish(t, topic_id(t, "rival", "events"), "rival");
	return 0;
}

static void
kill_letter(struct test_call *t, int64_t id)
{
	assert_code(t->f, SG_OK,
	    store_notification_retry(
		t->f->store, id, 0, "HTTP 500 \xff", &t->f->err));
}

static void
dead_letters_are_listed(void **state)
{
	struct test_call *t = *state;

	test_call_ok(t, API_OWN, "ListDeadLetters", "{}");
	assert_false(test_call_has(t, "DeadLetters.0"));
	kill_letter(t, 1);
	kill_letter(t, 2);
	kill_letter(t, 3);
	test_call_ok(t, API_OWN, "ListDeadLetters", "{'PageSize': 1}");
	assert_string_equal(
	    test_call_value(t, "DeadLetters.0.NotificationId"), "2");
	assert_string_equal(
	    test_call_value(t, "DeadLetters.0.Endpoint"), "https://y.example/");
	assert_string_equal(test_call_value(t, "DeadLetters.0.Subject"), "one");
	assert_string_equal(test_call_value(t, "DeadLetters.0.Attempts"), "1");
	assert_string_equal(
	    test_call_value(t, "DeadLetters.0.Error"), "HTTP 500 ?");
	test_call_next(t, API_OWN, "ListDeadLetters", "'PageSize': 1, ");
	assert_string_equal(
	    test_call_value(t, "DeadLetters.0.NotificationId"), "1");
	assert_false(test_call_has(t, "NextToken"));
}

static void
dead_letters_are_retried(void **state)
{
	struct test_call *t = *state;

	kill_letter(t, 1);
	kill_letter(t, 3);
	test_call_ok(t, API_OWN, "RetryDeadLetter", "{'NotificationId': '1'}");
	test_call_ok(t, API_OWN, "ListDeadLetters", "{}");
	assert_false(test_call_has(t, "DeadLetters.0"));
	test_call_ok(t, API_OWN, "ListDeliveries", "{'TopicName': 'events'}");
	assert_string_equal(
	    test_call_value(t, "Publications.0.Deliveries.0.Status"),
	    "WAITING");
	assert_string_equal(
	    test_call_value(t, "Publications.0.Deliveries.0.Attempts"), "0");
	test_call_fails(t, API_OWN, "RetryDeadLetter", "NotFoundException",
	    "Dead letter 1", "{'NotificationId': '1'}");
	test_call_fails(t, API_OWN, "RetryDeadLetter", "NotFoundException",
	    "Dead letter 3", "{'NotificationId': '3'}");
	test_call_fails(t, API_OWN, "RetryDeadLetter", "NotFoundException",
	    "Dead letter x", "{'NotificationId': 'x'}");
}

static void
dead_letters_are_deleted(void **state)
{
	struct test_call *t = *state;

	kill_letter(t, 1);
	kill_letter(t, 3);
	test_call_ok(t, API_OWN, "DeleteDeadLetter", "{'NotificationId': '1'}");
	test_call_fails(t, API_OWN, "DeleteDeadLetter", "NotFoundException",
	    "Dead letter 1", "{'NotificationId': '1'}");
	test_call_fails(t, API_OWN, "DeleteDeadLetter", "NotFoundException",
	    "Dead letter 2", "{'NotificationId': '2'}");
	test_call_fails(t, API_OWN, "DeleteDeadLetter", "NotFoundException",
	    "Dead letter 3", "{'NotificationId': '3'}");
	t->account = "rival";
	test_call_ok(t, API_OWN, "ListDeadLetters", "{}");
	assert_string_equal(
	    test_call_value(t, "DeadLetters.0.NotificationId"), "3");
}

/* Its texts are not borrowed. */
static bool
take_first(void *ctx, const struct store_notification *row)
{
	struct store_notification *first = ctx;

	*first = *row;
	first->publication.subject = "one";
	first->publication.body = "{}";
	return false;
}

static void
deliveries_are_told(void **state)
{
	struct test_call *t = *state;
	struct store_notification row;

	publish(t, topic_id(t, "shop", "events"), "two");
	kill_letter(t, 2);
	assert_code(t->f, SG_OK,
	    store_notification_of_publication(
		t->f->store, 1, 1, take_first, &row, &t->f->err));
	row.attempts = 2;
	assert_code(t->f, SG_OK,
	    store_notification_delivered(t->f->store, &row, &t->f->err));
	test_call_ok(t, API_OWN, "ListDeliveries", "{'TopicName': 'events'}");
	assert_string_equal(
	    test_call_value(t, "Publications.0.Subject"), "two");
	assert_string_equal(
	    test_call_value(t, "Publications.0.Deliveries.1.Status"),
	    "WAITING");
	assert_string_equal(
	    test_call_value(t, "Publications.1.Subject"), "one");
	assert_string_equal(
	    test_call_value(t, "Publications.1.Deliveries.0.Status"), "DEAD");
	assert_string_equal(
	    test_call_value(t, "Publications.1.Deliveries.1.Status"),
	    "DELIVERED");
	assert_string_equal(
	    test_call_value(t, "Publications.1.Deliveries.1.Attempts"), "2");
	assert_non_null(strstr(
	    test_call_value(t, "Publications.1.Deliveries.1.SubscriptionArn"),
	    ":events:x"));
	assert_false(test_call_has(t, "Publications.2"));
	test_call_fails(t, API_OWN, "ListDeliveries", "NotFoundException",
	    "Topic unknown", "{'TopicName': 'unknown'}");
}

/* ---- reports ---- */

static void
add_report(struct test_call *t, unsigned char hash,
    enum store_report_state state, const char *content)
{
	struct store_report row = {.hash = {hash},
	    .state = state,
	    .recipient = "b-x@bounces.example",
	    .why = "no token",
	    .format = "dsn",
	    .received_msec = 1000,
	    .content = (const unsigned char *)content,
	    .content_len = strlen(content)};
	bool is_new;

	assert_code(t->f, SG_OK,
	    store_report_add(t->f->store, &row, &is_new, &t->f->err));
}

static void
reports_are_shown(void **state)
{
	struct test_call *t = *state;

	add_report(t, 1, STORE_REPORT_UNMATCHED, "one \xff");
	add_report(t, 2, STORE_REPORT_FORGED, "two");
	add_report(t, 3, STORE_REPORT_UNMATCHED, "three");
	test_call_ok(t, API_OWN, "ListReports", "{'PageSize': 2}");
	assert_string_equal(test_call_value(t, "Reports.1.State"), "FORGED");
	test_call_next(t, API_OWN, "ListReports", "'PageSize': 2, ");
	assert_string_equal(test_call_value(t, "Reports.0.ReportId"), "1");
	assert_false(test_call_has(t, "Reports.1"));
	test_call_ok(
	    t, API_OWN, "ListReports", "{'State': 'UNMATCHED', 'PageSize': 1}");
	assert_string_equal(test_call_value(t, "Reports.0.ReportId"), "3");
	test_call_next(
	    t, API_OWN, "ListReports", "'State': 'UNMATCHED', 'PageSize': 1, ");
	assert_string_equal(test_call_value(t, "Reports.0.ReportId"), "1");
	assert_false(test_call_has(t, "NextToken"));
	test_call_ok(t, API_OWN, "GetReport", "{'ReportId': '1'}");
	assert_string_equal(test_call_value(t, "Content"), "one \xef\xbf\xbd");
	assert_string_equal(test_call_value(t, "Truncated"), "false");
	assert_string_equal(test_call_value(t, "Why"), "no token");
	test_call_fails(t, API_OWN, "GetReport", "NotFoundException",
	    "Report 9", "{'ReportId': '9'}");
	test_call_fails(t, API_OWN, "GetReport", "NotFoundException",
	    "Report 1x", "{'ReportId': '1x'}");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		dead_letters_are_listed, setup, test_call_teardown),
	    cmocka_unit_test_setup_teardown(
		dead_letters_are_retried, setup, test_call_teardown),
	    cmocka_unit_test_setup_teardown(
		dead_letters_are_deleted, setup, test_call_teardown),
	    cmocka_unit_test_setup_teardown(
		deliveries_are_told, setup, test_call_teardown),
	    cmocka_unit_test_setup_teardown(
		reports_are_shown, setup, test_call_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
