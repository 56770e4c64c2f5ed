/* Tests of figures by the day, the story of a message, recommendations. */
#include "config.h"

#include "api/test-call.h"

#include <stdio.h>
#include <string.h>

#include "ops/event.h"
#include "ops/metric.h"
#include "ops/set.h"
#include "ops/tenant.h"
#include "rules/reputation.h"
#include "store/events.h"

#define DAY (TEST_NOW - TEST_NOW % 86400)

static int64_t
identity_id(struct test_call *t, const char *account, const char *name)
{
	struct store_identity row;

	assert_code(t->f, SG_OK,
	    store_identity_get(t->f->store,
		admin_fixture_account(t->f, account), name, &row, &t->f->err));
	return row.facts.id;
}

static struct store_message
message_of(struct test_call *t, const char *account, const char *queue_id,
    const char *recipients, const char *facts)
{
	struct store_message message = {
	    .account_id = admin_fixture_account(t->f, account),
	    .sent_msec = TEST_NOW * 1000,
	    .login = "",
	    .sender = "envelope@example.com",
	    .source_ip = "",
	    .identity_id = strcmp(account, "shop") == 0
			       ? identity_id(t, "shop", "example.com")
			       : 0,
	    .recipients = recipients,
	    .facts = facts};
	bool is_new;

	(void)snprintf(
	    message.queue_id, sizeof(message.queue_id), "%s", queue_id);
	assert_code(t->f, SG_OK,
	    store_message_add(t->f->store, &message, &is_new, &t->f->err));
	return message;
}

/* As everything that happens to a message is written. */
static void
event(struct test_call *t, const struct store_message *message,
    enum store_event_kind kind, int64_t at_sec, const char *recipients,
    const char *detail)
{
	struct store_event row = {.account_id = message->account_id,
	    .set_id = message->set_id,
	    .kind = kind,
	    .at_msec = at_sec * 1000,
	    .recipients = recipients,
	    .detail = detail};

	(void)snprintf(
	    row.queue_id, sizeof(row.queue_id), "%s", message->queue_id);
	assert_code(t->f, SG_OK, store_begin(t->f->store, &t->f->err));
	assert_code(t->f, SG_OK,
	    event_put(t->f->store, t->f->conf, &row, message, &t->f->err));
	assert_code(t->f, SG_OK, store_commit(t->f->store, &t->f->err));
}

#define PERMANENT                                                              \
	"{\"bounceType\":\"Permanent\",\"bounceSubType\":\"General\","         \
	"\"bouncedRecipients\":[{\"emailAddress\":\"b@y.example\","            \
	"\"diagnosticCode\":\"smtp; 550 no\"}]}"
#define COMPLAINT                                                              \
	"{\"complaintFeedbackType\":\"abuse\",\"complaintSubType\":null}"

/* Three recipients, one of them the simulator's, one held back. */
static void
send_mail(struct test_call *t)
{
	struct store_message m = message_of(t, "shop", "4cQ1",
	    "E a@x.example\nE B@y.example\nS success@simulator.test\n",
	    "{\"commonHeaders\":{\"from\":[\"Shop <news@example.com>\"],"
	    "\"subject\":\"Hello\"},\"tags\":{\"campaign\":[\"spring\"]}}");

	event(t, &m, STORE_EVENT_SEND, TEST_NOW,
	    "a@x.example\nB@y.example\nsuccess@simulator.test", "{}");
	event(t, &m, STORE_EVENT_DELIVERY, TEST_NOW + 1,
	    "a@x.example\nsuccess@simulator.test", "{}");
	event(
	    t, &m, STORE_EVENT_BOUNCE, TEST_NOW + 2, "b@y.example", PERMANENT);
	event(t, &m, STORE_EVENT_BOUNCE, TEST_NOW + 3, "a@x.example",
	    "{\"bounceType\":\"Transient\"}");
	event(t, &m, STORE_EVENT_COMPLAINT, TEST_NOW + 86400, "a@x.example",
	    COMPLAINT);
	event(t, &m, STORE_EVENT_DELIVERY_DELAY, TEST_NOW + 4, "b@y.example",
	    "{}");
}

static const char *
query(const char *metric, const char *dimensions, int days)
{
	static char input[500];

	(void)snprintf(input, sizeof(input),
	    "{'Queries': [{'Id': 'q', 'Namespace': 'VDM', 'Metric': '%s', "
	    "%s'StartDate': %lld, 'EndDate': %lld}]}",
	    metric, dimensions, (long long)TEST_NOW,
	    (long long)(DAY + days * INT64_C(86400)));
	return input;
}

static void
assert_values(struct test_call *t, const char *metric, const char *dimensions,
    const char *want)
{
	test_call_ok(
	    t, API_V2, "BatchGetMetricData", query(metric, dimensions, 2));
	assert_string_equal(test_call_value(t, "Results.0.Id"), "q");
	assert_string_equal(test_call_value(t, "Results.0.Values"), want);
	assert_false(test_call_has(t, "Errors.0"));
}

static void
test_figures(void **state)
{
	struct test_call *t = *state;
	char day[32];

	send_mail(t);
	assert_values(t, "SEND", "", "[2, 0]");
	assert_values(t, "DELIVERY", "", "[1, 0]");
	assert_values(t, "PERMANENT_BOUNCE", "", "[1, 0]");
	assert_values(t, "TRANSIENT_BOUNCE", "", "[1, 0]");
	assert_values(t, "COMPLAINT", "", "[0, 1]");
	(void)snprintf(day, sizeof(day), "%lld", (long long)DAY);
	assert_string_equal(test_call_value(t, "Results.0.Timestamps.0"), day);
	assert_values(t, "SEND",
	    "'Dimensions': {'EMAIL_IDENTITY': 'example.com'}, ", "[2, 0]");
	assert_values(t, "SEND",
	    "'Dimensions': {'EMAIL_IDENTITY': 'a@example.org'}, ", "[0, 0]");
	assert_values(t, "SEND",
	    "'Dimensions': {'EMAIL_IDENTITY': '*', 'ISP': '*'}, ", "[2, 0]");
	t->account = "rival";
	assert_values(t, "SEND", "", "[0, 0]");
}

static void
test_figures_wrong(void **state)
{
	struct test_call *t = *state;
	struct store_set set;

	assert_code(t->f, SG_OK,
	    set_create(t->f->store, "shop", "s", 1, &set, &t->f->err));
	assert_values(
	    t, "SEND", "'Dimensions': {'CONFIGURATION_SET': 's'}, ", "[0, 0]");
	test_call_ok(t, API_V2, "BatchGetMetricData", query("OPEN", "", 2));
	assert_string_equal(
	    test_call_value(t, "Errors.0.Code"), "INTERNAL_FAILURE");
	assert_string_equal(
	    test_call_value(t, "Errors.0.Message"), "OPEN is not measured");
	assert_string_equal(test_call_value(t, "Errors.0.Id"), "q");
	assert_false(test_call_has(t, "Results.0"));
	test_call_ok(t, API_V2, "BatchGetMetricData",
	    query("SEND", "'Dimensions': {'ISP': 'Gmail'}, ", 2));
	assert_string_equal(test_call_value(t, "Errors.0.Id"), "q");
	test_call_fails(t, API_V2, "BatchGetMetricData", "BadRequestException",
	    "EndDate", query("SEND", "", -1));
	test_call_fails(t, API_V2, "BatchGetMetricData", "BadRequestException",
	    "400 days", query("SEND", "", 500));
	test_call_fails(t, API_V2, "BatchGetMetricData", "BadRequestException",
	    "keys", query("SEND", "'Dimensions': {'X': 'y'}, ", 2));
	test_call_fails(t, API_V2, "BatchGetMetricData", "NotFoundException",
	    "nowhere",
	    query(
		"SEND", "'Dimensions': {'CONFIGURATION_SET': 'nowhere'}, ", 2));
	test_call_fails(t, API_V2, "BatchGetMetricData", "BadRequestException",
	    "two have the Id q",
	    "{'Queries': [{'Id': 'q', 'Metric': 'SEND', 'StartDate': 1, "
	    "'EndDate': 2}, {'Id': 'q', 'Metric': 'SEND', 'StartDate': 1, "
	    "'EndDate': 2}]}");
	t->account = "rival";
	test_call_fails(t, API_V2, "BatchGetMetricData", "NotFoundException",
	    "s",
	    query("SEND", "'Dimensions': {'CONFIGURATION_SET': 's'}, ", 2));
	test_call_fails(t, API_V2, "BatchGetMetricData", "NotFoundException",
	    "example.com",
	    query("SEND", "'Dimensions': {'EMAIL_IDENTITY': 'example.com'}, ",
		2));
}

/* ---- the story of a message ---- */

static void
assert_event(struct test_call *t, int recipient, int nth, const char *member,
    const char *want)
{
	char path[128];

	(void)snprintf(path, sizeof(path), "Insights.%d.Events.%d.%s",
	    recipient, nth, member);
	if (want == NULL)
		assert_false(test_call_has(t, path));
	else
		assert_string_equal(test_call_value(t, path), want);
}

static void
test_insights(void **state)
{
	struct test_call *t = *state;

	send_mail(t);
	test_call_ok(t, API_V2, "GetMessageInsights", "{'MessageId': '4cQ1'}");
	assert_string_equal(test_call_value(t, "MessageId"), "4cQ1");
	assert_string_equal(
	    test_call_value(t, "FromEmailAddress"), "news@example.com");
	assert_string_equal(test_call_value(t, "Subject"), "Hello");
	assert_string_equal(test_call_value(t, "EmailTags.0.Name"), "campaign");
	assert_string_equal(test_call_value(t, "EmailTags.0.Value"), "spring");
	assert_string_equal(
	    test_call_value(t, "Insights.0.Destination"), "a@x.example");
	assert_string_equal(test_call_value(t, "Insights.0.Isp"), "x.example");
	assert_event(t, 0, 0, "Type", "SEND");
	assert_event(t, 0, 0, "Timestamp", "1790000040");
	assert_event(t, 0, 0, "Details", NULL);
	assert_event(t, 0, 1, "Type", "DELIVERY");
	assert_event(t, 0, 2, "Details.Bounce.BounceType", "TRANSIENT");
	assert_event(
	    t, 0, 3, "Details.Complaint.ComplaintFeedbackType", "abuse");
	assert_event(t, 0, 3, "Details.Complaint.ComplaintSubType", NULL);
	assert_event(t, 0, 4, "Type", NULL);
	assert_string_equal(
	    test_call_value(t, "Insights.1.Destination"), "B@y.example");
	assert_event(t, 1, 1, "Details.Bounce.BounceType", "PERMANENT");
	assert_event(t, 1, 1, "Details.Bounce.BounceSubType", "General");
	assert_event(t, 1, 1, "Details.Bounce.DiagnosticCode", "smtp; 550 no");
	assert_event(t, 1, 2, "Type", "DELIVERY_DELAY");
	assert_false(test_call_has(t, "Insights.3"));
}

static void
test_insights_wrong(void **state)
{
	struct test_call *t = *state;

	send_mail(t);
	(void)message_of(t, "shop", "bare", "E a@x.example\n", "{}");
	test_call_ok(t, API_V2, "GetMessageInsights", "{'MessageId': 'bare'}");
	assert_string_equal(
	    test_call_value(t, "FromEmailAddress"), "envelope@example.com");
	assert_false(test_call_has(t, "Subject"));
	test_call_fails(t, API_V2, "GetMessageInsights", "NotFoundException",
	    "other", "{'MessageId': 'other'}");
	test_call_fails(t, API_V2, "GetMessageInsights", "NotFoundException",
	    "", "{'MessageId': ''}");
	t->account = "rival";
	test_call_fails(t, API_V2, "GetMessageInsights", "NotFoundException",
	    "4cQ1", "{'MessageId': '4cQ1'}");
}

/* ---- recommendations ---- */

static void
add_tenant(struct test_call *t, const char *name, enum rules_standing impact,
    int finding)
{
	int64_t id = admin_fixture_account(t->f, "shop");
	struct store_tenant row;
	bool is_full;

	assert_code(t->f, SG_OK,
	    tenant_create(
		t->f->store, id, name, TEST_NOW, &row, &is_full, &t->f->err));
	row.impact = impact;
	row.finding = finding;
	row.found_sec = 5;
	row.judged_sec = 6;
	(void)snprintf(
	    row.finding_text, sizeof(row.finding_text), "of %s", name);
	assert_code(
	    t->f, SG_OK, store_tenant_update(t->f->store, &row, &t->f->err));
}

/* "TYPE:IMPACT" of each, in their order. */
static void
assert_advice(struct test_call *t, const char *input, const char *want)
{
	char text[400] = "", path[64];

	test_call_ok(t, API_V2, "ListRecommendations", input);
	for (int i = 0;; i++) {
		const char *type;

		(void)snprintf(
		    path, sizeof(path), "Recommendations.%d.Type", i);
		if (!test_call_has(t, path))
			break;
		type = test_call_value(t, path);
		(void)snprintf(
		    path, sizeof(path), "Recommendations.%d.Impact", i);
		(void)snprintf(text + strlen(text), 100, "%s%s:%s",
		    i > 0 ? " " : "", type, test_call_value(t, path));
	}
	assert_string_equal(text, want);
}

static void
test_advice(void **state)
{
	struct test_call *t = *state;
	char input[700], token[600];

	assert_advice(t, "{}", "DKIM:HIGH"); /* example.com has no keys */
	assert_string_equal(
	    test_call_value(t, "Recommendations.0.Status"), "OPEN");
	assert_non_null(
	    strstr(test_call_value(t, "Recommendations.0.ResourceArn"),
		":identity/example.com"));
	add_tenant(t, "a", RULES_SHUT_DOWN, REPUTATION_CAUSE_COMPLAINTS);
	add_tenant(t, "b", RULES_UNDER_REVIEW, REPUTATION_CAUSE_BOUNCES);
	add_tenant(t, "c", RULES_HEALTHY, 0);
	assert_advice(t, "{}", "DKIM:HIGH COMPLAINT:HIGH BOUNCE:LOW");
	assert_string_equal(
	    test_call_value(t, "Recommendations.1.Description"), "of a");
	assert_string_equal(
	    test_call_value(t, "Recommendations.1.CreatedTimestamp"), "5");
	assert_string_equal(
	    test_call_value(t, "Recommendations.1.LastUpdatedTimestamp"), "6");
	assert_advice(t, "{'Filter': {'TYPE': 'BOUNCE'}}", "BOUNCE:LOW");
	assert_advice(t, "{'Filter': {'IMPACT': 'HIGH', 'STATUS': 'OPEN'}}",
	    "DKIM:HIGH COMPLAINT:HIGH");
	assert_advice(t, "{'Filter': {'STATUS': 'FIXED'}}", "");
	(void)snprintf(input, sizeof(input),
	    "{'Filter': {'RESOURCE_ARN': "
	    "'arn:aws:ses:us-east-1:%012lld:identity/example.com'}}",
	    (long long)admin_fixture_account(t->f, "shop"));
	assert_advice(t, input, "DKIM:HIGH");
	assert_advice(t, "{'PageSize': 2}", "DKIM:HIGH COMPLAINT:HIGH");
	(void)snprintf(
	    token, sizeof(token), "%s", test_call_value(t, "NextToken"));
	(void)snprintf(
	    input, sizeof(input), "{'PageSize': 2, 'NextToken': '%s'}", token);
	assert_advice(t, input, "BOUNCE:LOW");
	assert_false(test_call_has(t, "NextToken"));
	assert_advice(t, "{'PageSize': 1}", "DKIM:HIGH");
	(void)snprintf(input, sizeof(input),
	    "{'PageSize': 1, 'NextToken': '%s'}",
	    test_call_value(t, "NextToken"));
	assert_advice(t, input, "COMPLAINT:HIGH");
}

static void
test_advice_of_identities(void **state)
{
	struct test_call *t = *state;
	struct store_identity row;

	assert_code(t->f, SG_OK,
	    store_identity_get(t->f->store, admin_fixture_account(t->f, "shop"),
		"example.com", &row, &t->f->err));
	row.facts.dkim_status = RULES_IDENTITY_TEMPORARY_FAILURE;
	memcpy(row.facts.mail_from, "m.example.com", 14);
	row.mail_from_status = RULES_IDENTITY_FAILED;
	assert_code(
	    t->f, SG_OK, store_identity_update(t->f->store, &row, &t->f->err));
	assert_advice(t, "{}", "DKIM:LOW SPF:LOW");
	assert_non_null(
	    strstr(test_call_value(t, "Recommendations.1.Description"),
		"m.example.com"));
	row.facts.dkim_status = RULES_IDENTITY_SUCCESS;
	row.mail_from_status = RULES_IDENTITY_SUCCESS;
	assert_code(
	    t->f, SG_OK, store_identity_update(t->f->store, &row, &t->f->err));
	assert_advice(t, "{}", "");
}

static void
test_advice_wrong(void **state)
{
	struct test_call *t = *state;

	test_call_fails(t, API_V2, "ListRecommendations", "BadRequestException",
	    "TYPE", "{'Filter': {'TYPE': 'X'}}");
	test_call_fails(t, API_V2, "ListRecommendations", "BadRequestException",
	    "keys", "{'Filter': {'X': 'X'}}");
	test_call_fails(t, API_V2, "ListRecommendations", "BadRequestException",
	    "NextToken", "{'NextToken': 'x'}");
	test_call_fails(t, API_V2, "ListRecommendations", "NotFoundException",
	    "does not exist", "{'Filter': {'RESOURCE_ARN': 'x'}}");
	t->account = "rival";
	assert_advice(t, "{}", "DKIM:HIGH"); /* of its own */
	test_call_fails(t, API_V2, "ListRecommendations", "NotFoundException",
	    "does not exist",
	    "{'Filter': {'RESOURCE_ARN': "
	    "'arn:aws:ses:us-east-1:000000000001:identity/example.com'}}");
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(                                       \
	    name, test_call_setup, test_call_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_figures),
	    TEST(test_figures_wrong),
	    TEST(test_insights),
	    TEST(test_insights_wrong),
	    TEST(test_advice),
	    TEST(test_advice_of_identities),
	    TEST(test_advice_wrong),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
