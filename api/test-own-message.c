/* Messages as the console shows them. */
#include "config.h"

#include "api/test-call.h"

#include <stdio.h>
#include <string.h>

#include "conf/conf.h"
#include "ops/journal.h"
#include "store/events.h"

#define FACTS                                                                  \
	"{\"commonHeaders\":{\"subject\":\"=?utf-8?Q?Gr=C3=BC=C3=9Fe?=\"},"    \
	"\"headers\":[{\"name\":\"Subject\",\"value\":\"x\"}],"                \
	"\"tags\":{\"campaign\":[\"may\"]},\"identity\":\"example.com\","      \
	"\"set\":\"news\",\"tenant\":\"t1\"}"

static void
add_message(struct test_call *t, const char *account, const char *queue_id)
{
	struct store_message row = {
	    .account_id = admin_fixture_account(t->f, account),
	    .sent_msec = t->now_sec * 1000,
	    .login = "app",
	    .sender = "a@example.com",
	    .source_ip = "192.0.2.1",
	    .size = 1234,
	    .recipients = "E ann@a.example\nE bob@b.example\n",
	    .facts = FACTS};
	bool is_new;

	(void)snprintf(row.queue_id, sizeof(row.queue_id), "%s", queue_id);
	assert_code(t->f, SG_OK,
	    store_message_add(t->f->store, &row, &is_new, &t->f->err));
}

static void
add_event(struct test_call *t, const char *account, const char *queue_id,
    enum store_event_kind kind, const char *recipients, const char *detail)
{
	struct store_event row = {
	    .account_id = admin_fixture_account(t->f, account),
	    .kind = kind,
	    .at_msec = t->now_sec * 1000,
	    .recipients = recipients,
	    .detail = detail};

	(void)snprintf(row.queue_id, sizeof(row.queue_id), "%s", queue_id);
	assert_code(
	    t->f, SG_OK, store_event_add(t->f->store, &row, &t->f->err));
}

static void
add_report(struct test_call *t, const char *account, const char *queue_id,
    unsigned char hash)
{
	struct store_report row = {.hash = {hash},
	    .account_id = admin_fixture_account(t->f, account),
	    .state = STORE_REPORT_MATCHED,
	    .format = "dsn",
	    .content = (const unsigned char *)"<script>",
	    .content_len = 8};
	bool is_new;

	(void)snprintf(row.queue_id, sizeof(row.queue_id), "%s", queue_id);
	assert_code(t->f, SG_OK,
	    store_report_add(t->f->store, &row, &is_new, &t->f->err));
}

static int
setup(void **state)
{
	struct test_call *t;

	if (test_call_setup(state) != 0)
		return -1;
	t = *state;
	add_message(t, "shop", "4Q1");
	add_message(t, "shop", "4Q2");
	add_message(t, "rival", "4Q3");
	add_event(t, "shop", "4Q1", STORE_EVENT_DELIVERY, "ann@a.example",
	    "{\"smtpResponse\":\"250 ok\"}");
	add_event(t, "shop", "4Q1", STORE_EVENT_BOUNCE, "bob@b.example",
	    "{\"bounceType\":\"Permanent\",\"bounceSubType\":\"General\","
	    "\"bouncedRecipients\":[{\"emailAddress\":\"bob@b.example\","
	    "\"status\":\"5.1.1\",\"diagnosticCode\":\"smtp; 550 <b>\"}]}");
	add_report(t, "shop", "4Q1", 1);
	add_report(t, "rival", "4Q3", 2);
	return 0;
}

static void
messages_are_listed(void **state)
{
	struct test_call *t = *state;

	test_call_ok(t, API_OWN, "ListMessages", "{'PageSize': 1}");
	assert_string_equal(test_call_value(t, "Messages.0.MessageId"), "4Q2");
	assert_string_equal(
	    test_call_value(t, "Messages.0.Outcomes.0"), "PENDING");
	test_call_next(t, API_OWN, "ListMessages", "'PageSize': 1, ");
	assert_string_equal(test_call_value(t, "Messages.0.MessageId"), "4Q1");
	assert_string_equal(test_call_value(t, "Messages.0.Subject"),
	    "Gr\xc3\xbc\xc3\x9f"
	    "e");
	assert_string_equal(
	    test_call_value(t, "Messages.0.Recipients.1"), "bob@b.example");
	assert_string_equal(
	    test_call_value(t, "Messages.0.RecipientCount"), "2");
	assert_string_equal(
	    test_call_value(t, "Messages.0.Outcomes.0"), "DELIVERED");
	assert_string_equal(
	    test_call_value(t, "Messages.0.Outcomes.1"), "BOUNCED");
	assert_string_equal(
	    test_call_value(t, "Messages.0.ConfigurationSetName"), "news");
	assert_string_equal(test_call_value(t, "Messages.0.SizeBytes"), "1234");
	assert_false(test_call_has(t, "NextToken"));
	test_call_ok(t, API_OWN, "ListMessages",
	    "{'Recipient': 'ANN@a.example', 'Status': 'BOUNCED', "
	    "'Tag': 'campaign=may', 'MessageId': '4', 'Since': 1}");
	assert_string_equal(test_call_value(t, "Messages.0.MessageId"), "4Q1");
	assert_false(test_call_has(t, "Messages.1"));
	test_call_fails(t, API_OWN, "ListMessages", "BadRequestException",
	    "NAME=VALUE", "{'Tag': 'campaign'}");
}

static void
a_message_is_told(void **state)
{
	static const struct {
		const char *path, *want;
	} rows[] = {
	    {"MessageId", "4Q1"},
	    {"Sender", "a@example.com"},
	    {"SourceIp", "192.0.2.1"},
	    {"Credential", "app"},
	    {"IdentityName", "example.com"},
	    {"TenantName", "t1"},
	    {"Tags.campaign", "may"},
	    {"Headers.0.Name", "Subject"},
	    {"Recipients.0.Address", "ann@a.example"},
	    {"Recipients.0.Outcome", "DELIVERED"},
	    {"Recipients.0.DiagnosticText", "250 ok"},
	    {"Recipients.0.Suppressed", "false"},
	    {"Recipients.1.Outcome", "BOUNCED"},
	    {"Recipients.1.StatusCode", "5.1.1"},
	    {"Recipients.1.DiagnosticText", "smtp; 550 <b>"},
	    {"Recipients.1.BounceType", "Permanent"},
	    {"Recipients.1.BounceSubtype", "General"},
	    {"Events.1.Type", "Bounce"},
	    {"Events.1.Recipients.0", "bob@b.example"},
	    {"Events.1.Detail.bounceType", "Permanent"},
	    {"Reports.0.ReportId", "1"},
	    {"Reports.0.State", "MATCHED"},
	};
	struct test_call *t = *state;

	test_call_ok(t, API_OWN, "GetMessage", "{'MessageId': '4Q1'}");
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		assert_string_equal(
		    test_call_value(t, rows[i].path), rows[i].want);
	assert_true(test_call_has(t, "Notifications"));
	assert_false(test_call_has(t, "Notifications.0"));
}

static void
others_are_not_found(void **state)
{
	struct test_call *t = *state;

	test_call_fails(t, API_OWN, "GetMessage", "NotFoundException",
	    "Message 4Q3", "{'MessageId': '4Q3'}");
	test_call_fails(t, API_OWN, "GetMessage", "NotFoundException",
	    "Message x", "{'MessageId': 'x'}");
	test_call_fails(t, API_OWN, "GetMessageReport", "NotFoundException",
	    "Report 2", "{'MessageId': '4Q3', 'ReportId': '2'}");
	test_call_fails(t, API_OWN, "GetMessageReport", "NotFoundException",
	    "Report 1", "{'MessageId': '4Q2', 'ReportId': '1'}");
	test_call_fails(t, API_OWN, "GetMessageReport", "NotFoundException",
	    "Report 9", "{'MessageId': '4Q1', 'ReportId': '9'}");
	test_call_ok(t, API_OWN, "GetMessageReport",
	    "{'MessageId': '4Q1', 'ReportId': '1'}");
	assert_string_equal(test_call_value(t, "Content"), "<script>");
	assert_string_equal(test_call_value(t, "Truncated"), "false");
}

#define REFUSED                                                                \
	"{\"reason\":\"x\",\"reply\":\"550 5.7.1 no\",\"-mail\":{\"login\":"   \
	"\"app\",\"sender\":\"a@example.com\",\"ip\":\"192.0.2.9\","           \
	"\"recipients\":\"E eve@c.example\\n\",\"facts\":\"{}\"}}"

static void
refused_ones_are_told(void **state)
{
	struct test_call *t = *state;

	add_event(
	    t, "shop", "4R1", STORE_EVENT_REJECT, "eve@c.example", REFUSED);
	test_call_ok(t, API_OWN, "ListMessages", "{'Status': 'REJECTED'}");
	assert_string_equal(test_call_value(t, "Messages.0.MessageId"), "4R1");
	assert_string_equal(
	    test_call_value(t, "Messages.0.Outcomes.0"), "REJECTED");
	test_call_ok(t, API_OWN, "GetMessage", "{'MessageId': '4R1'}");
	assert_string_equal(test_call_value(t, "SourceIp"), "192.0.2.9");
	assert_string_equal(
	    test_call_value(t, "Recipients.0.Outcome"), "REJECTED");
	assert_string_equal(
	    test_call_value(t, "Recipients.0.DiagnosticText"), "550 5.7.1 no");
	assert_false(test_call_has(t, "Events.0.Detail.-mail"));
}

/* What was accepted a moment ago is there. */
static void
the_journal_is_read(void **state)
{
	struct test_call *t = *state;
	const struct journal_entry entry = {.kind = JOURNAL_SENT,
	    .account_id = admin_fixture_account(t->f, "shop"),
	    .queue_id = "4J1",
	    .at_msec = t->now_sec * 1000,
	    .login = "app",
	    .sender = "a@example.com",
	    .source_ip = "192.0.2.1",
	    .identity = "example.com",
	    .set_name = "",
	    .tenant_name = "",
	    .recipients = "E ann@a.example\n"};
	struct journal *journal;
	char dir[128];

	(void)snprintf(dir, sizeof(dir), "%s/journal", t->f->dir);
	admin_fixture_set(&t->f->conf->journal, dir);
	assert_code(t->f, SG_OK, journal_open(dir, &journal, &t->f->err));
	assert_code(t->f, SG_OK, journal_append(journal, &entry, &t->f->err));
	journal_close(&journal);
	test_call_ok(t, API_OWN, "GetMessage", "{'MessageId': '4J1'}");
	assert_string_equal(
	    test_call_value(t, "Recipients.0.Outcome"), "PENDING");
	admin_fixture_remove(dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		messages_are_listed, setup, test_call_teardown),
	    cmocka_unit_test_setup_teardown(
		a_message_is_told, setup, test_call_teardown),
	    cmocka_unit_test_setup_teardown(
		others_are_not_found, setup, test_call_teardown),
	    cmocka_unit_test_setup_teardown(
		refused_ones_are_told, setup, test_call_teardown),
	    cmocka_unit_test_setup_teardown(
		the_journal_is_read, setup, test_call_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
