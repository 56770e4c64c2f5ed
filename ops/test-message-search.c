/* Tests of messages that are looked for, and of what is told of one. */
#include "config.h"

#include "ops/test-admin.h"

#include <stdio.h>
#include <string.h>

#include "ops/account.h"
#include "ops/message.h"
#include "ops/message_search.h"
#include "ops/story.h"
#include "store/messages.h"

#define DAY_MSEC INT64_C(86400000)
#define NOW_MSEC (TEST_NOW * 1000)

static void
add_message(struct admin_fixture *f, const char *account, const char *queue_id,
    int64_t sent_msec, const char *recipients, const char *facts)
{
	struct store_message row = {
	    .account_id = admin_fixture_account(f, account),
	    .sent_msec = sent_msec,
	    .login = "app",
	    .sender = "a@shop.example",
	    .source_ip = "",
	    .recipients = recipients,
	    .facts = facts};
	bool is_new;

	(void)snprintf(row.queue_id, sizeof(row.queue_id), "%s", queue_id);
	assert_code(
	    f, SG_OK, store_message_add(f->store, &row, &is_new, &f->err));
}

static void
add_event(struct admin_fixture *f, const char *queue_id,
    enum store_event_kind kind, const char *recipients, const char *detail)
{
	struct store_event row = {
	    .account_id = admin_fixture_account(f, "shop"),
	    .kind = kind,
	    .at_msec = NOW_MSEC,
	    .recipients = recipients,
	    .detail = detail};

	(void)snprintf(row.queue_id, sizeof(row.queue_id), "%s", queue_id);
	assert_code(f, SG_OK, store_event_add(f->store, &row, &f->err));
}

static bool
add_id(void *ctx, const struct store_message *row, int kinds)
{
	char *text = ctx;
	size_t len = strlen(text);

	(void)kinds;
	(void)snprintf(
	    text + len, 256 - len, "%s%s", len > 0 ? " " : "", row->queue_id);
	return true;
}

/* All pages of `most`, parted by "|". */
static void
assert_found(struct admin_fixture *f, struct message_query query, int most,
    const char *want)
{
	char got[256] = "";
	int64_t next;
	int pages = 0;

	query.account_id = admin_fixture_account(f, "shop");
	query.most = most;
	if (query.recipient == NULL)
		query.recipient = "";
	if (query.message_id == NULL)
		query.message_id = "";
	if (query.tag == NULL)
		query.tag = "";
	if (query.status == NULL)
		query.status = "";
	do {
		if (query.before > 0)
			(void)strncat(got, "|", sizeof(got) - strlen(got) - 1);
		assert_code(f, SG_OK,
		    message_search(
			f->store, &query, add_id, got, &next, &f->err));
		query.before = next;
	} while (query.before > 0 && ++pages < 20);
	assert_string_equal(got, want);
}

#define FIND(...) ((struct message_query){__VA_ARGS__})
#define REFUSED                                                                \
	"{\"reason\":\"x\",\"reply\":\"550 no\",\"-mail\":{\"login\":\"app\"," \
	"\"sender\":\"a@shop.example\",\"ip\":\"\",\"recipients\":"            \
	"\"E eve@c.example\\n\",\"facts\":\"{\\\"tags\\\":{\\\"k\\\":"         \
	"[\\\"v\\\"]}}\"}}"

static int
setup(void **state)
{
	struct admin_fixture *f;

	if (admin_fixture_setup(state) != 0)
		return -1;
	f = *state;
	assert_code(f, SG_OK,
	    account_create(
		f->store, f->conf, "rival", "", TEST_NOW, NULL, &f->err));
	add_message(f, "shop", "4aQ1", NOW_MSEC - 3 * DAY_MSEC,
	    "E ann@a.example\nE bob@b.example\n", "{\"tags\":{\"k\":[\"v\"]}}");
	add_message(f, "shop", "4aQ2", NOW_MSEC - 2 * DAY_MSEC,
	    "E ann@a.example\n", "{\"tags\":{\"k\":[\"w\"]}}");
	add_message(f, "shop", "4bQ3", NOW_MSEC - DAY_MSEC,
	    "E anna@a.example\n", "{\"tags\":{\"k\":[\"v\"]}}");
	add_message(f, "shop", "4bQ4", NOW_MSEC, "E cat@b.example\n", "{}");
	add_event(f, "4aQ1", STORE_EVENT_DELIVERY, "ann@a.example", "{}");
	add_event(f, "4aQ1", STORE_EVENT_BOUNCE, "bob@b.example", "{}");
	add_event(f, "4bQ3", STORE_EVENT_DELIVERY, "anna@a.example", "{}");
	add_event(f, "4cQ5", STORE_EVENT_REJECT, "eve@c.example", REFUSED);
	return 0;
}

static void
each_filter_finds(void **state)
{
	static const struct {
		struct message_query query;
		const char *want;
	} rows[] = {
	    {{0}, "4bQ4 4bQ3 4aQ2 4aQ1"},
	    {{.recipient = "Ann@A.example"}, "4aQ2 4aQ1"},
	    {{.recipient = "ann"}, "4bQ3 4aQ2 4aQ1"},
	    {{.recipient = "@B.example"}, "4bQ4 4aQ1"},
	    {{.recipient = "@example"}, ""},
	    {{.recipient = "nobody"}, ""},
	    {{.message_id = "4aQ2"}, "4aQ2"},
	    {{.message_id = "4b"}, "4bQ4 4bQ3"},
	    {{.tag = "k=v"}, "4bQ3 4aQ1"},
	    {{.tag = "k="}, ""},
	    {{.status = "DELIVERED"}, "4bQ3 4aQ1"},
	    {{.status = "BOUNCED"}, "4aQ1"},
	    {{.status = "COMPLAINED"}, ""},
	    {{.status = "PENDING"}, "4bQ4 4aQ2"},
	    {{.since_msec = NOW_MSEC - DAY_MSEC}, "4bQ4 4bQ3"},
	    {{.until_msec = NOW_MSEC - DAY_MSEC}, "4bQ3 4aQ2 4aQ1"},
	    {{.since_msec = NOW_MSEC + 2 * DAY_MSEC}, ""},
	    {{.recipient = "@a.example", .tag = "k=v"}, "4bQ3 4aQ1"},
	    {{.recipient = "an", .tag = "k=v", .status = "BOUNCED"}, "4aQ1"},
	    {{.recipient = "an", .message_id = "4b"}, "4bQ3"},
	    {{.tag = "k=v", .until_msec = NOW_MSEC - 2 * DAY_MSEC}, "4aQ1"},
	    {{.status = "REJECTED"}, "4cQ5"},
	    {{.status = "REJECTED", .recipient = "EVE@"}, "4cQ5"},
	    {{.status = "REJECTED",
		 .recipient = "@c.example",
		 .tag = "k=v",
		 .message_id = "4c"},
		"4cQ5"},
	    {{.status = "REJECTED", .recipient = "ann"}, ""},
	    {{.status = "REJECTED", .tag = "k=w"}, ""},
	};
	struct admin_fixture *f = *state;

	add_message(f, "rival", "4aQ9", NOW_MSEC, "E ann@a.example\n",
	    "{\"tags\":{\"k\":[\"v\"]}}");
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		assert_found(f, rows[i].query, 9, rows[i].want);
}

static void
pages_go_on(void **state)
{
	struct admin_fixture *f = *state;

	assert_found(f, FIND(0), 1, "4bQ4| 4bQ3| 4aQ2| 4aQ1");
	assert_found(f, FIND(0), 4, "4bQ4 4bQ3 4aQ2 4aQ1");
	assert_found(f, FIND(.recipient = "ann"), 2, "4bQ3 4aQ2| 4aQ1");
	add_event(f, "4cQ6", STORE_EVENT_REJECT, "eve@c.example", REFUSED);
	assert_found(f, FIND(.status = "REJECTED"), 1, "4cQ6| 4cQ5");
}

static void
what_is_wrong_is_refused(void **state)
{
	struct admin_fixture *f = *state;
	char text[1000], got[256] = "";
	struct message_query query = {.account_id = 1,
	    .recipient = text,
	    .message_id = "",
	    .tag = "",
	    .status = "",
	    .most = 1};
	int64_t next;

	memset(text, 'a', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	assert_code(f, SG_INVALID,
	    message_search(f->store, &query, add_id, got, &next, &f->err));
	query.recipient = "";
	query.status = "banana";
	assert_code(f, SG_INVALID,
	    message_search(f->store, &query, add_id, got, &next, &f->err));
}

/* ---- stories ---- */

static bool
add_recipient(void *ctx, const struct story_recipient *recipient)
{
	char *text = ctx;
	size_t len = strlen(text);
	const char *status =
	    json_string_value(json_object_get(recipient->own, "status"));

	(void)snprintf(text + len, 256 - len, "%s %s%s %s\n",
	    recipient->address, recipient->outcome,
	    recipient->suppressed ? "!" : "", status != NULL ? status : "-");
	return true;
}

static void
assert_story(struct admin_fixture *f, const char *queue_id, const char *want)
{
	struct message_file *file;
	struct story *story;
	char got[256] = "";

	assert_code(f, SG_OK,
	    message_file_load_of(f->store, admin_fixture_account(f, "shop"),
		queue_id, &file, &f->err));
	story = story_new(file);
	assert_non_null(story);
	story_recipients(story, add_recipient, got);
	assert_string_equal(got, want);
	assert_non_null(story_message(story));
	assert_string_equal(story_message(story)->sender, "a@shop.example");
	for (size_t i = 0; i < file->event_count; i++)
		assert_null(json_object_get(story_detail(story, i), "-mail"));
	story_free(&story);
	message_file_free(&file);
}

#define BOUNCED(type)                                                          \
	"{\"bounceType\":\"" type                                              \
	"\",\"bouncedRecipients\":[{\"emailAddress\":"                         \
	"\"bob@b.example\",\"status\":\"5.1.1\"}]}"

static void
stories_say_what_happened(void **state)
{
	struct admin_fixture *f = *state;
	struct message_file *file;

	add_message(f, "shop", "S1", NOW_MSEC,
	    "E Ann@a.example\nE Bob@b.example\nB cat@c.example\nE d@d.example\n",
	    "{}");
	add_event(f, "S1", STORE_EVENT_SEND, "ann@a.example", "{}");
	add_event(f, "S1", STORE_EVENT_DELIVERY_DELAY, "ann@a.example", "{}");
	add_event(f, "S1", STORE_EVENT_DELIVERY, "ann@a.example\nbob@b.example",
	    "no JSON");
	add_event(
	    f, "S1", STORE_EVENT_BOUNCE, "bob@b.example", BOUNCED("Permanent"));
	add_event(f, "S1", STORE_EVENT_DELIVERY, "bob@b.example", "{}");
	assert_story(f, "S1",
	    "Ann@a.example DELIVERED -\nBob@b.example BOUNCED 5.1.1\n"
	    "cat@c.example PENDING! -\nd@d.example PENDING -\n");
	add_event(f, "S1", STORE_EVENT_COMPLAINT, "bob@b.example", "{}");
	assert_story(f, "S1",
	    "Ann@a.example DELIVERED -\nBob@b.example COMPLAINED -\n"
	    "cat@c.example PENDING! -\nd@d.example PENDING -\n");
	assert_story(f, "4cQ5", "eve@c.example REJECTED -\n");
	assert_code(f, SG_MISSING,
	    message_file_load_of(f->store, admin_fixture_account(f, "rival"),
		"S1", &file, &f->err));
}

static void
subjects_are_read(void **state)
{
	static const struct {
		const char *text, *want;
	} rows[] = {
	    {"Hello", "Hello"},
	    {"=?utf-8?Q?Gr=C3=BC=C3=9Fe?=", "Gr\xc3\xbc\xc3\x9f"
					    "e"},
	    {"=?iso-8859-1?B?/A==?= =?utf-8?q?x?=", "\xc3\xbcx"},
	    {"=?nothing", "=?nothing"},
	    {"", ""},
	};
	char text[STORY_SUBJECT_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		json_t *facts = json_pack(
		    "{s:{s:s}}", "commonHeaders", "subject", rows[i].text);

		story_subject(facts, text);
		assert_string_equal(text, rows[i].want);
		json_decref(facts);
	}
	story_subject(NULL, text);
	assert_string_equal(text, "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		each_filter_finds, setup, admin_fixture_teardown),
	    cmocka_unit_test_setup_teardown(
		pages_go_on, setup, admin_fixture_teardown),
	    cmocka_unit_test_setup_teardown(
		what_is_wrong_is_refused, setup, admin_fixture_teardown),
	    cmocka_unit_test_setup_teardown(
		stories_say_what_happened, setup, admin_fixture_teardown),
	    cmocka_unit_test(subjects_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
