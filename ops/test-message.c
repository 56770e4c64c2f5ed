/* Messages with all that happened to them, lists of events and reports; what
 * identities tell of their mail; dead letters begun anew. */
#include "config.h"
#include "ops/message.h"

#include <stdio.h>
#include <string.h>

#include "ops/account.h"
#include "ops/identity.h"
#include "ops/identity_notify.h"
#include "ops/listing.h"
#include "ops/outbox.h"
#include "ops/set.h"
#include "ops/test-admin.h"
#include "ops/topic.h"
#include "store/topics.h"

#define MSEC (TEST_NOW * 1000)

static void
add_message(struct admin_fixture *f, int64_t account, const char *queue_id,
    int64_t sent_msec)
{
	struct store_message row = {.account_id = account,
	    .sent_msec = sent_msec,
	    .login = "info",
	    .sender = "news@shop.example",
	    .source_ip = "192.0.2.1",
	    .size = 99,
	    .recipients = "E a@x.example\nB b@x.example\n",
	    .facts = "{}"};
	bool is_new;

	(void)snprintf(row.queue_id, sizeof(row.queue_id), "%s", queue_id);
	assert_code(
	    f, SG_OK, store_message_add(f->store, &row, &is_new, &f->err));
	assert_true(is_new);
}

static int64_t
add_event(struct admin_fixture *f, int64_t account, const char *queue_id,
    enum store_event_kind kind, int64_t at_msec)
{
	struct store_event row = {.account_id = account,
	    .kind = kind,
	    .at_msec = at_msec,
	    .recipients = "a@x.example",
	    .detail = "{\"a\":1}"};

	(void)snprintf(row.queue_id, sizeof(row.queue_id), "%s", queue_id);
	assert_code(f, SG_OK, store_event_add(f->store, &row, &f->err));
	return row.id;
}

static void
add_report(struct admin_fixture *f, int64_t account, const char *queue_id,
    unsigned char mark, enum store_report_state state)
{
	struct store_report row = {.hash = {mark},
	    .account_id = account,
	    .received_msec = MSEC,
	    .state = state,
	    .format = "dsn",
	    .content = (const unsigned char *)"text",
	    .content_len = 4};
	bool is_new;

	(void)snprintf(row.queue_id, sizeof(row.queue_id), "%s", queue_id);
	assert_code(
	    f, SG_OK, store_report_add(f->store, &row, &is_new, &f->err));
	assert_true(is_new);
}

static void
test_file(void **state)
{
	struct admin_fixture *f = *state;
	int64_t shop = admin_fixture_account(f, "shop");
	struct message_file *file = NULL;
	struct store_fate fate = {.account_id = shop,
	    .queue_id = "Q1",
	    .recipient = "a@x.example",
	    .at_msec = MSEC,
	    .rule = "r",
	    .counted = STORE_FATE_COUNTED};
	bool is_new;

	assert_code(
	    f, SG_MISSING, message_file_load(f->store, "Q1", &file, &f->err));
	assert_null(file);
	assert_non_null(strstr(f->err.text, "message list"));
	add_message(f, shop, "Q1", MSEC);
	/* written later, happened earlier */
	(void)add_event(f, shop, "Q1", STORE_EVENT_BOUNCE, MSEC + 9000);
	(void)add_event(f, shop, "Q1", STORE_EVENT_SEND, MSEC);
	(void)add_event(f, shop, "Q2", STORE_EVENT_SEND, MSEC);
	add_report(f, shop, "Q1", 1, STORE_REPORT_MATCHED);
	assert_code(
	    f, SG_OK, store_fate_add(f->store, &fate, &is_new, &f->err));
	assert_code(
	    f, SG_OK, message_file_load(f->store, "Q1", &file, &f->err));
	assert_true(file->is_known);
	assert_false(file->is_cut);
	assert_string_equal(file->account, "shop");
	assert_string_equal(file->identity, "");
	assert_string_equal(file->row.sender, "news@shop.example");
	assert_int_equal(file->event_count, 2);
	assert_int_equal(file->events[0].kind, STORE_EVENT_SEND);
	assert_int_equal(file->events[1].kind, STORE_EVENT_BOUNCE);
	assert_string_equal(file->events[1].detail, "{\"a\":1}");
	assert_int_equal(file->fate_count, 1);
	assert_int_equal(file->report_count, 1);
	assert_null(file->reports[0].content);
	message_file_free(&file);
	assert_null(file);
}

/* A refused message has an event and no row; a report may name one that is gone. */
static void
test_file_without_row(void **state)
{
	struct admin_fixture *f = *state;
	int64_t shop = admin_fixture_account(f, "shop");
	struct message_file *file = NULL;
	char longest[200];

	(void)add_event(f, shop, "R1", STORE_EVENT_REJECT, MSEC);
	assert_code(
	    f, SG_OK, message_file_load(f->store, "R1", &file, &f->err));
	assert_false(file->is_known);
	assert_string_equal(file->account, "shop");
	assert_string_equal(file->row.queue_id, "R1");
	assert_int_equal(file->event_count, 1);
	message_file_free(&file);
	add_report(f, 0, "R2", 2, STORE_REPORT_FORGED);
	assert_code(
	    f, SG_OK, message_file_load(f->store, "R2", &file, &f->err));
	assert_string_equal(file->account, "");
	assert_int_equal(file->report_count, 1);
	message_file_free(&file);
	memset(longest, 'x', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	assert_code(f, SG_MISSING,
	    message_file_load(f->store, longest, &file, &f->err));
	assert_code(
	    f, SG_MISSING, message_file_load(f->store, "", &file, &f->err));
}

/* More events than are shown. */
static void
test_file_is_cut(void **state)
{
	struct admin_fixture *f = *state;
	int64_t shop = admin_fixture_account(f, "shop");
	struct message_file *file = NULL;

	assert_code(f, SG_OK, store_begin(f->store, &f->err));
	for (int i = 0; i < MESSAGE_ROWS_MAX + 1; i++)
		(void)add_event(
		    f, shop, "Q9", STORE_EVENT_DELIVERY_DELAY, MSEC + i);
	assert_code(f, SG_OK, store_commit(f->store, &f->err));
	assert_code(
	    f, SG_OK, message_file_load(f->store, "Q9", &file, &f->err));
	assert_true(file->is_cut);
	assert_int_equal(file->event_count, MESSAGE_ROWS_MAX);
	message_file_free(&file);
}

struct seen {
	char text[512];
	int most; /* ends the list then; 0: not */
	int count;
};

static bool
note(struct seen *seen, const char *a, const char *b)
{
	size_t len = strlen(seen->text);

	(void)snprintf(
	    seen->text + len, sizeof(seen->text) - len, "%s:%s ", a, b);
	return ++seen->count != seen->most;
}

static bool
see_message(void *ctx, const char *account, const struct store_message *row)
{
	return note(ctx, account, row->queue_id);
}

static bool
see_event(void *ctx, const struct store_event *event,
    const struct store_message *message)
{
	return note(
	    ctx, event->queue_id, message == NULL ? "-" : message->login);
}

static bool
see_report(void *ctx, const char *account, const struct store_report *row)
{
	(void)note(ctx, account, message_report_state_name(row->state));
	return note(ctx, row->queue_id, row->content == NULL ? "-" : "text");
}

static void
test_lists(void **state)
{
	struct admin_fixture *f = *state;
	int64_t shop = admin_fixture_account(f, "shop"), blog;
	struct store_event_filter filter = {.queue_id = "", .most = 10};
	struct seen seen = {.text = ""};

	assert_code(f, SG_OK,
	    account_create(
		f->store, f->conf, "blog", "", TEST_NOW, NULL, &f->err));
	blog = admin_fixture_account(f, "blog");
	add_message(f, shop, "Q1", MSEC);
	add_message(f, blog, "Q2", MSEC);
	(void)add_event(f, shop, "Q1", STORE_EVENT_SEND, MSEC);
	(void)add_event(f, blog, "Q3", STORE_EVENT_BOUNCE, MSEC + 5);
	assert_code(f, SG_OK,
	    message_list(f->store, NULL, 10, see_message, &seen, &f->err));
	assert_string_equal(seen.text, "blog:Q2 shop:Q1 ");
	seen = (struct seen){.text = ""};
	assert_code(f, SG_OK,
	    message_list(f->store, "shop", 10, see_message, &seen, &f->err));
	assert_string_equal(seen.text, "shop:Q1 ");
	assert_code(f, SG_MISSING,
	    message_list(f->store, "none", 10, see_message, &seen, &f->err));
	seen = (struct seen){.text = ""};
	assert_code(f, SG_OK,
	    message_event_list(
		f->store, NULL, &filter, see_event, &seen, &f->err));
	assert_string_equal(seen.text, "Q3:- Q1:info ");
	seen = (struct seen){.text = "", .most = 1};
	assert_code(f, SG_OK,
	    message_event_list(
		f->store, NULL, &filter, see_event, &seen, &f->err));
	assert_string_equal(seen.text, "Q3:- ");
	seen = (struct seen){.text = ""};
	filter.kinds = 1 << STORE_EVENT_SEND;
	assert_code(f, SG_OK,
	    message_event_list(
		f->store, "blog", &filter, see_event, &seen, &f->err));
	assert_string_equal(seen.text, "");
	assert_code(f, SG_MISSING,
	    message_event_list(
		f->store, "none", &filter, see_event, &seen, &f->err));
}

static void
test_reports(void **state)
{
	struct admin_fixture *f = *state;
	int64_t shop = admin_fixture_account(f, "shop");
	struct seen seen = {.text = ""};

	add_report(f, shop, "Q1", 1, STORE_REPORT_MATCHED);
	add_report(f, 0, "", 2, STORE_REPORT_UNMATCHED);
	assert_code(f, SG_OK,
	    message_report_list(
		f->store, NULL, false, 10, see_report, &seen, &f->err));
	assert_string_equal(seen.text, ":UNMATCHED :- shop:MATCHED Q1:- ");
	seen = (struct seen){.text = ""};
	assert_code(f, SG_OK,
	    message_report_list(
		f->store, NULL, true, 10, see_report, &seen, &f->err));
	assert_string_equal(seen.text, ":UNMATCHED :- ");
	seen = (struct seen){.text = ""};
	assert_code(f, SG_OK,
	    message_report_list(
		f->store, "shop", false, 10, see_report, &seen, &f->err));
	assert_string_equal(seen.text, "shop:MATCHED Q1:- ");
	seen = (struct seen){.text = ""};
	assert_code(f, SG_OK,
	    message_report_get(f->store, 1, see_report, &seen, &f->err));
	assert_string_equal(seen.text, "shop:MATCHED Q1:text ");
	assert_code(f, SG_MISSING,
	    message_report_get(f->store, 77, see_report, &seen, &f->err));
	for (int i = STORE_REPORT_MATCHED; i <= STORE_REPORT_LATE; i++)
		assert_true(message_report_state_text(
				(enum store_report_state)i)[0] != '\0');
}

/* ---- who is told ------------------------------------------------------------ */

static void
make_topic(struct admin_fixture *f, const char *name)
{
	struct store_topic row;
	bool is_new;

	assert_code(f, SG_OK,
	    topic_create(
		f->store, "shop", name, TEST_NOW, &row, &is_new, &f->err));
}

static void
test_identity_notify(void **state)
{
	struct admin_fixture *f = *state;
	struct identity_notify_change change = {.bounce_topic = "alerts",
	    .set = "news",
	    .has_forwarding = true,
	    .has_headers = true,
	    .headers = 1 << STORE_EVENT_BOUNCE};
	struct identity_notify_names names;
	struct store_identity row;
	struct store_set set;

	assert_code(f, SG_OK,
	    identity_create(f->store, f->seal, f->conf, "shop", "shop.example",
		IDENTITY_KEYS_NONE, false, TEST_NOW, &row, &f->err));
	assert_true(row.forwarding);
	assert_code(f, SG_MISSING,
	    identity_notify_change(
		f->store, "shop", "shop.example", &change, &row, &f->err));
	make_topic(f, "alerts");
	assert_code(f, SG_MISSING,
	    identity_notify_change(
		f->store, "shop", "shop.example", &change, &row, &f->err));
	assert_code(f, SG_OK,
	    set_create(f->store, "shop", "news", TEST_NOW, &set, &f->err));
	assert_code(f, SG_OK,
	    identity_notify_change(
		f->store, "shop", "shop.example", &change, &row, &f->err));
	assert_code(f, SG_OK,
	    identity_get(f->store, "shop", "shop.example", &row, &f->err));
	assert_false(row.forwarding);
	assert_int_equal(row.facts.default_set_id, set.facts.id);
	assert_int_equal(row.facts.notify_headers, 1 << STORE_EVENT_BOUNCE);
	assert_code(
	    f, SG_OK, identity_notify_names(f->store, &row, &names, &f->err));
	assert_string_equal(names.bounce_topic, "alerts");
	assert_string_equal(names.complaint_topic, "");
	assert_string_equal(names.set, "news");
	/* what is not given stays, "" takes away */
	change = (struct identity_notify_change){.bounce_topic = "", .set = ""};
	assert_code(f, SG_OK,
	    identity_notify_change(
		f->store, "shop", "shop.example", &change, &row, &f->err));
	assert_int_equal(row.bounce_topic_id, 0);
	assert_int_equal(row.facts.default_set_id, 0);
	assert_false(row.forwarding);
	change = (struct identity_notify_change){
	    .has_headers = true, .headers = 1 << STORE_EVENT_SEND};
	assert_code(f, SG_INVALID,
	    identity_notify_change(
		f->store, "shop", "shop.example", &change, &row, &f->err));
}

static bool
see_subscription(void *ctx, const struct listing_subscription *subscription)
{
	char numbers[300];

	(void)snprintf(numbers, sizeof(numbers), "%s,%d,%d",
	    subscription->topic.name, (int)subscription->numbers.waiting,
	    (int)subscription->numbers.dead);
	return note(ctx, subscription->account, numbers);
}

static bool
see_dead(void *ctx, const char *account, const struct store_notification *row)
{
	return note(ctx, account, row->error);
}

static bool
take_notification(void *ctx, const struct store_notification *row)
{
	*(int64_t *)ctx = row->id;
	return false;
}

static void
test_dead_letters(void **state)
{
	struct admin_fixture *f = *state;
	struct topic_subscribe wanted = {.protocol = "https",
	    .endpoint = "https://hooks.example/x",
	    .is_operator = true,
	    .is_confirmed = true};
	struct store_publication publication = {
	    .uuid = "00000000-0000-4000-8000-000000000001",
	    .subject = "",
	    .body = "{}",
	    .created_msec = MSEC};
	struct store_subscription row;
	struct seen seen = {.text = ""};
	char arn[128];
	int64_t count, notification_id = 0;

	make_topic(f, "alerts");
	assert_code(f, SG_OK,
	    topic_subscribe(f->store, f->conf, f->seal, "shop", "alerts",
		&wanted, MSEC, &row, &f->err));
	publication.topic_id = row.topic_id;
	assert_code(f, SG_OK,
	    store_publication_add(
		f->store, &publication, 0, TEST_NOW, &f->err));
	assert_code(f, SG_OK,
	    store_notification_list(f->store, row.id, false, 1,
		take_notification, &notification_id, &f->err));
	assert_code(f, SG_OK,
	    store_notification_retry(
		f->store, notification_id, 0, "gone", &f->err));
	assert_code(f, SG_OK,
	    outbox_dead(f->store, "shop", 5, see_dead, &seen, &f->err));
	assert_string_equal(seen.text, "shop:gone ");
	seen = (struct seen){.text = ""};
	assert_code(f, SG_OK,
	    listing_subscriptions(f->store, "shop", "alerts", TEST_NOW,
		see_subscription, &seen, &f->err));
	assert_string_equal(seen.text, "shop:alerts,0,1 ");
	(void)snprintf(arn, sizeof(arn), "arn:aws:sns:x:1:alerts:%s", row.uuid);
	assert_code(
	    f, SG_OK, outbox_replay(f->store, arn, TEST_NOW, &count, &f->err));
	assert_int_equal(count, 1);
	seen = (struct seen){.text = ""};
	assert_code(f, SG_OK,
	    listing_subscription(f->store, row.uuid, TEST_NOW, see_subscription,
		&seen, &f->err));
	assert_string_equal(seen.text, "shop:alerts,1,0 ");
	assert_code(f, SG_MISSING,
	    outbox_replay(f->store, "none", TEST_NOW, &count, &f->err));
	assert_code(f, SG_MISSING,
	    listing_subscription(
		f->store, "none", TEST_NOW, see_subscription, &seen, &f->err));
	assert_code(f, SG_MISSING,
	    outbox_dead(f->store, "none", 5, see_dead, &seen, &f->err));
}

#define WITH_STORE(test)                                                       \
	cmocka_unit_test_setup_teardown(                                       \
	    test, admin_fixture_setup, admin_fixture_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    WITH_STORE(test_file),
	    WITH_STORE(test_file_without_row),
	    WITH_STORE(test_file_is_cut),
	    WITH_STORE(test_lists),
	    WITH_STORE(test_reports),
	    WITH_STORE(test_identity_notify),
	    WITH_STORE(test_dead_letters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
