/* A message's whole life: noted, brought in, bounced or complained about; and what
 * must not happen to it. */
#include "config.h"

#include "ops/feedback.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <jansson.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "conf/conf.h"
#include "ops/account.h"
#include "ops/admin.h"
#include "ops/journal.h"
#include "ops/ingest.h"
#include "ops/return_mac.h"
#include "ops/suppression.h"
#include "ops/test-admin.h"
#include "rules/return_path.h"
#include "store/events.h"
#include "store/topics.h"

#define SENT_MSEC (TEST_NOW * 1000)
#define NOW_MSEC (TEST_NOW * 1000 + 60000)
#define DAY_MSEC (INT64_C(86400) * 1000)

struct house {
	struct admin_fixture *admin;
	struct store *store;
	struct journal *journal;
	struct return_mac *mac;
	struct feedback_env env;
	struct report_rules *rules;
	int64_t account_id, identity_id;
	char dir[128], rules_file[128];
	struct feedback_result result;
	int64_t now_msec;
};

/* ---- a house ------------------------------------------------------------------- */

static const char rules_text[] =
    "rule listed\n  is Transient/General\n  fault ours\n"
    "  text blocked using\n"
    "rule gone\n  is Permanent/General\n  fault recipient\n"
    "  status 5.1.1\n"
    "rule full\n  is Transient/MailboxFull\n  fault recipient\n"
    "  status 5.2.2 4.2.2\n"
    "rule away\n  is Transient/General\n  fault network\n"
    "  status 4.4.1\n"
    "notice vacation\n  means autoreply\n"
    "  header ^Auto-Submitted: auto-replied\n";

static void
write_rules(struct house *house, const char *text)
{
	FILE *file = fopen(house->rules_file, "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
	report_rules_free(&house->rules);
	assert_code(house->admin, SG_OK,
	    feedback_rules_load(
		house->admin->conf, &house->rules, &house->admin->err));
	house->env.rules = house->rules;
}

static void
set_option(char **option, const char *text)
{
	free(*option);
	*option = strdup(text);
	assert_non_null(*option);
}

static void
make_identity(struct house *house)
{
	struct store_identity row = {.account_id = house->account_id,
	    .facts = {.type = RULES_IDENTITY_DOMAIN,
		.status = RULES_IDENTITY_SUCCESS,
		.name = "shop.example"},
	    .forwarding = true};

	assert_code(house->admin, SG_OK,
	    store_identity_create(house->store, &row, &house->admin->err));
	house->identity_id = row.facts.id;
}

static int
setup(void **state)
{
	struct house *house = calloc(1, sizeof(*house));
	struct store_account account;
	struct admin_fixture *f;
	void *admin;

	assert_non_null(house);
	assert_int_equal(admin_fixture_setup(&admin), 0);
	house->admin = f = admin;
	house->store = f->store;
	house->now_msec = NOW_MSEC;
	(void)snprintf(house->dir, sizeof(house->dir), "%s/j", f->dir);
	(void)snprintf(
	    house->rules_file, sizeof(house->rules_file), "%s/rules", f->dir);
	set_option(&f->conf->journal, house->dir);
	set_option(&f->conf->feedback_rules_file, house->rules_file);
	set_option(&f->conf->mail_from, "postmaster@bounce.test");
	set_option(&f->conf->mail_operator, "operator@bounce.test");
	assert_code(f, SG_OK, return_mac_new(f->seal, &house->mac, &f->err));
	assert_code(
	    f, SG_OK, journal_open(house->dir, &house->journal, &f->err));
	assert_code(f, SG_OK, account_get(f->store, "shop", &account, &f->err));
	house->account_id = account.facts.id;
	make_identity(house);
	house->env = (struct feedback_env){
	    .conf = f->conf, .mac = house->mac, .store = f->store};
	write_rules(house, rules_text);
	*state = house;
	return 0;
}

static bool
remove_file(void *ctx, const char *name)
{
	const struct house *house = ctx;
	char path[512];

	(void)snprintf(path, sizeof(path), "%s/%s", house->dir, name);
	assert_int_equal(unlink(path), 0);
	return true;
}

static int
teardown(void **state)
{
	struct house *house = *state;
	void *admin = house->admin;

	journal_close(&house->journal);
	report_rules_free(&house->rules);
	return_mac_free(&house->mac);
	assert_int_equal(
	    journal_list(house->dir, remove_file, house, NULL), SG_OK);
	assert_int_equal(rmdir(house->dir), 0);
	assert_int_equal(admin_fixture_teardown(&admin), 0);
	free(house);
	return 0;
}

/* ---- messages ---------------------------------------------------------------------- */

/* recipients: "E a@x.example\n…" */
static void
mail_with(struct house *house, const char *queue_id, const char *recipients,
    int64_t set_id)
{
	const struct rules_header from = {"From", "Shop <news@shop.example>"};
	struct journal_entry entry = {
	    .kind = JOURNAL_SENT,
	    .account_id = house->account_id,
	    .queue_id = queue_id,
	    .at_msec = SENT_MSEC,
	    .login = "shop",
	    .sender = "sender@shop.example",
	    .source_ip = "192.0.2.1",
	    .identity_id = house->identity_id,
	    .identity = "shop.example",
	    .set_id = set_id,
	    .set_name = set_id != 0 ? "main" : "",
	    .size = 100,
	    .recipients = recipients,
	    .headers = &from,
	    .header_count = 1,
	    .reason = "",
	    .reply = "",
	};

	assert_code(house->admin, SG_OK,
	    journal_append(house->journal, &entry, &house->admin->err));
}

static void
mail(struct house *house, const char *queue_id, const char *recipients)
{
	mail_with(house, queue_id, recipients, 0);
}

/* "b-TOKEN@bounce.test" of a message; static. */
static const char *
address_of(struct house *house, const char *queue_id)
{
	static char address[RULES_ADDRESS_MAX + 1];
	struct return_path path = {
	    .account_id = house->account_id, .day = SENT_MSEC / DAY_MSEC};
	char local[RETURN_PATH_LOCAL_MAX + 1];

	(void)snprintf(path.queue_id, sizeof(path.queue_id), "%s", queue_id);
	assert_true(
	    return_path_encode(&path, return_mac_compute, house->mac, local));
	(void)snprintf(address, sizeof(address), "%s@bounce.test", local);
	return address;
}

/* ---- reports ------------------------------------------------------------------------ */

static const char dsn_head[] =
    "From: MAILER-DAEMON@mx.example\n"
    "To: b@bounce.test\n"
    "Subject: Undelivered Mail Returned to Sender\n"
    "Date: Mon, 21 Sep 2026 14:14:30 +0000\n"
    "MIME-Version: 1.0\n"
    "Content-Type: multipart/report; report-type=delivery-status;\n"
    " boundary=\"B\"\n"
    "\n"
    "--B\nContent-Type: text/plain\n\nIt could not be delivered.\n"
    "--B\nContent-Type: message/delivery-status\n\n"
    "Reporting-MTA: dns; mx.example\n";

struct part {
	const char *recipient, *action, *status, *diagnostic;
};

/* A delivery status notification; the note makes it another one. malloc'ed. */
static char *
dsn_dup(const char *note, const struct part *parts, size_t count)
{
	struct buf text;
	char *copy;

	buf_init(&text, 1024 * 1024);
	(void)buf_printf(&text, "X-Note: %s\n%s", note, dsn_head);
	for (size_t i = 0; i < count; i++)
		(void)buf_printf(&text,
		    "\nFinal-Recipient: rfc822; %s\nAction: %s\nStatus: %s\n"
		    "Remote-MTA: dns; mx1.remote.example\n"
		    "Diagnostic-Code: smtp; %s\n",
		    parts[i].recipient, parts[i].action, parts[i].status,
		    parts[i].diagnostic);
	(void)buf_puts(&text, "\n--B--\n");
	assert_false(text.failed);
	copy = strdup(buf_str(&text));
	assert_non_null(copy);
	buf_fini(&text);
	return copy;
}

static void
take_text(struct house *house, const char *recipient, const char *text)
{
	assert_code(house->admin, SG_OK,
	    feedback_take(&house->env, recipient, text, strlen(text),
		house->now_msec, &house->result, &house->admin->err));
}

static void
take_parts(struct house *house, const char *address, const char *note,
    const struct part *parts, size_t count)
{
	char *text = dsn_dup(note, parts, count);

	take_text(house, address, text);
	free(text);
}

/* One recipient's. */
static void
take(struct house *house, const char *address, const char *recipient,
    const char *action, const char *status)
{
	struct part part = {recipient, action, status, "550 no such user"};

	take_parts(house, address, recipient, &part, 1);
}

/* From a provider that redacts its customers ("" as it is) or does not. */
static void
complain(struct house *house, const char *address, const char *recipient,
    const char *type)
{
	char text[2048];

	(void)snprintf(text, sizeof(text),
	    "From: fbl@provider.example\nSubject: complaint\n"
	    "MIME-Version: 1.0\n"
	    "Content-Type: multipart/report; report-type=feedback-report;\n"
	    " boundary=\"B\"\n\n"
	    "--B\nContent-Type: text/plain\n\nA complaint.\n"
	    "--B\nContent-Type: message/feedback-report\n\n"
	    "Feedback-Type: %s\nUser-Agent: Loop/1.0\nVersion: 1\n"
	    "Reporting-MTA: dns; fbl.y.example\n"
	    "Arrival-Date: Mon, 21 Sep 2026 14:14:10 +0000\n%s%s%s"
	    "\n--B\nContent-Type: text/rfc822-headers\n\n"
	    "From: news@shop.example\nSubject: News\n\n--B--\n",
	    type, recipient[0] != '\0' ? "Original-Rcpt-To: " : "", recipient,
	    recipient[0] != '\0' ? "\n" : "");
	take_text(house, address, text);
}

/* ---- what is in the store ---------------------------------------------------------- */

struct seen {
	size_t count;
	struct store_event event;
	char recipients[512], detail[4096];
};

static bool
see_event(void *ctx, const struct store_event *row)
{
	struct seen *seen = ctx;

	seen->count++;
	seen->event = *row;
	(void)snprintf(
	    seen->recipients, sizeof(seen->recipients), "%s", row->recipients);
	(void)snprintf(seen->detail, sizeof(seen->detail), "%s", row->detail);
	return true;
}

/* How many, and the oldest. */
static struct seen
events(struct house *house, enum store_event_kind kind)
{
	struct store_event_filter filter = {
	    .queue_id = "", .kinds = 1 << kind, .most = 100000};
	struct seen seen = {0};

	assert_code(house->admin, SG_OK,
	    store_event_list(
		house->store, &filter, see_event, &seen, &house->admin->err));
	return seen;
}

static bool
add_tally(void *ctx, const struct store_tally *row)
{
	struct store_tally *sum = ctx;

	sum->sent += row->sent;
	sum->eligible += row->eligible;
	sum->bounces += row->bounces;
	sum->complaints += row->complaints;
	return true;
}

static struct store_tally
tally(struct house *house, int64_t set_id)
{
	struct store_tally sum = {0};

	assert_code(house->admin, SG_OK,
	    store_tally_list(house->store, house->account_id, set_id, 0,
		add_tally, &sum, &house->admin->err));
	return sum;
}

/* Its reason; -1 not on the list. */
static int
listed(struct house *house, const char *address)
{
	struct store_suppression row;
	enum sg_err rc = store_suppression_get(
	    house->store, house->account_id, address, &row, NULL);

	return rc == SG_OK ? (int)row.facts.reason : -1;
}

struct fates {
	size_t count;
	struct store_fate list[8];
};

static bool
see_fate(void *ctx, const struct store_fate *row)
{
	struct fates *fates = ctx;

	assert_true(fates->count < 8);
	fates->list[fates->count++] = *row;
	return true;
}

static struct fates
fates_of(struct house *house, const char *queue_id)
{
	struct fates fates = {0};

	assert_code(house->admin, SG_OK,
	    store_fate_list(house->store, house->account_id, queue_id, see_fate,
		&fates, &house->admin->err));
	return fates;
}

struct letters {
	enum store_letter_kind kind;
	size_t count;
	char recipient[RULES_ADDRESS_MAX + 1];
	char facts[1024];
	int64_t report_id;
};

static bool
see_letter(void *ctx, const struct store_letter *row)
{
	struct letters *letters = ctx;

	if (row->kind != letters->kind)
		return true;
	letters->count++;
	letters->report_id = row->report_id;
	(void)snprintf(letters->recipient, sizeof(letters->recipient), "%s",
	    row->recipient);
	(void)snprintf(
	    letters->facts, sizeof(letters->facts), "%s", row->facts);
	return true;
}

static struct letters
letters(struct house *house, enum store_letter_kind kind)
{
	struct letters seen = {.kind = kind};

	assert_code(house->admin, SG_OK,
	    store_letter_list(
		house->store, see_letter, &seen, &house->admin->err));
	return seen;
}

struct reports {
	size_t count;
	struct store_report last;
};

static bool
see_report(void *ctx, const struct store_report *row)
{
	struct reports *reports = ctx;

	if (reports->count++ == 0)
		reports->last = *row;
	return true;
}

/* How many, and the newest. */
static struct reports
reports(struct house *house)
{
	struct reports seen = {0};

	assert_code(house->admin, SG_OK,
	    store_report_list(house->store, 0, "", 0, 100000, see_report, &seen,
		&house->admin->err));
	return seen;
}

/* ---- a message's life ---------------------------------------------------------------- */

static void
test_bounce(void **state)
{
	struct house *house = *state;
	struct store_suppression entry;
	struct letters forwarded;
	struct fates fates;
	struct seen seen;
	json_t *detail, *one;

	mail(house, "4abcDEF", "E Jane@y.example\n");
	take(house, address_of(house, "4abcDEF"), "jane@Y.example", "failed",
	    "5.1.1");
	assert_int_equal(house->result.state, STORE_REPORT_MATCHED);
	assert_false(house->result.is_repeated);
	assert_int_equal(house->result.account_id, house->account_id);
	assert_string_equal(house->result.queue_id, "4abcDEF");
	assert_int_equal(house->result.bounces, 1);
	assert_int_equal(events(house, STORE_EVENT_SEND).count, 1);
	seen = events(house, STORE_EVENT_BOUNCE);
	assert_int_equal(seen.count, 1);
	assert_string_equal(seen.recipients, "Jane@y.example");
	assert_string_equal(seen.event.queue_id, "4abcDEF");
	detail = json_loads(seen.detail, 0, NULL);
	assert_string_equal(
	    json_string_value(json_object_get(detail, "bounceType")),
	    "Permanent");
	assert_string_equal(
	    json_string_value(json_object_get(detail, "bounceSubType")),
	    "General");
	assert_string_equal(
	    json_string_value(json_object_get(detail, "timestamp")),
	    "2026-09-21T14:14:30.000Z");
	assert_string_equal(
	    json_string_value(json_object_get(detail, "reportingMTA")),
	    "dns; mx.example");
	one = json_array_get(json_object_get(detail, "bouncedRecipients"), 0);
	assert_string_equal(
	    json_string_value(json_object_get(one, "emailAddress")),
	    "Jane@y.example");
	assert_string_equal(
	    json_string_value(json_object_get(one, "action")), "failed");
	assert_string_equal(
	    json_string_value(json_object_get(one, "status")), "5.1.1");
	assert_non_null(json_object_get(one, "diagnosticCode"));
	fates = fates_of(house, "4abcDEF");
	assert_int_equal(fates.count, 1);
	assert_string_equal(fates.list[0].recipient, "jane@y.example");
	assert_int_equal(fates.list[0].counted, STORE_FATE_COUNTED);
	assert_true(fates.list[0].suppressed);
	assert_string_equal(fates.list[0].rule, "gone");
	assert_int_equal(fates.list[0].event_id, seen.event.id);
	assert_int_equal(fates.list[0].report_id, reports(house).last.id);
	assert_code(house->admin, SG_OK,
	    store_suppression_get(house->store, house->account_id,
		"jane@y.example", &entry, &house->admin->err));
	assert_int_equal(entry.facts.reason, RULES_SUPPRESSED_BOUNCE);
	assert_string_equal(entry.queue_id, "4abcDEF");
	assert_string_equal(entry.feedback_id,
	    json_string_value(json_object_get(detail, "feedbackId")));
	assert_int_equal(entry.expires_sec, 0);
	json_decref(detail);
	assert_int_equal(tally(house, 0).sent, 1);
	assert_int_equal(tally(house, 0).eligible, 1);
	assert_int_equal(tally(house, 0).bounces, 1);
	forwarded = letters(house, STORE_LETTER_FORWARD);
	assert_int_equal(forwarded.count, 1);
	assert_string_equal(forwarded.recipient, "sender@shop.example");
	assert_int_equal(forwarded.report_id, reports(house).last.id);
	assert_non_null(strstr(forwarded.facts, "\"what\": \"bounce\"") != NULL
			    ? forwarded.facts
			    : strstr(forwarded.facts, "\"what\":\"bounce\""));
	assert_non_null(strstr(forwarded.facts, "Jane@y.example"));
}

/* The same once more, and the same in other words: nothing happens. */
static void
test_repeated(void **state)
{
	struct house *house = *state;
	struct part part = {"x@y.example", "failed", "5.1.1", "550 other"};
	const char *address;

	mail(house, "4abc", "E x@y.example\n");
	address = address_of(house, "4abc");
	take(house, address, "x@y.example", "failed", "5.1.1");
	take(house, address, "x@y.example", "failed", "5.1.1");
	assert_true(house->result.is_repeated);
	assert_int_equal(house->result.state, STORE_REPORT_MATCHED);
	assert_int_equal(reports(house).count, 1);
	take_parts(house, address, "another", &part, 1);
	assert_false(house->result.is_repeated);
	assert_int_equal(house->result.bounces, 0);
	assert_int_equal(reports(house).count, 2);
	assert_int_equal(events(house, STORE_EVENT_BOUNCE).count, 1);
	assert_int_equal(tally(house, 0).bounces, 1);
	assert_int_equal(letters(house, STORE_LETTER_FORWARD).count, 1);
}

/* What the MTAs on its way put before it makes no other report of it. */
static void
test_repeated_by_another_way(void **state)
{
	static const char *const traces[] = {
	    "Return-Path: <>\nReceived: from a.example\n\tby b.example; 1\n",
	    "Received: from c.example by b.example; 2\n",
	    "",
	};
	struct house *house = *state;
	struct part part = {"x@y.example", "failed", "5.1.1", "550 other"};
	char *text = dsn_dup("one", &part, 1);
	const char *address;
	char copy[4096];

	mail(house, "4abc", "E x@y.example\n");
	address = address_of(house, "4abc");
	for (size_t i = 0; i < sizeof(traces) / sizeof(traces[0]); i++) {
		(void)snprintf(copy, sizeof(copy), "%s%s", traces[i], text);
		take_text(house, address, copy);
		assert_int_equal(house->result.is_repeated, i > 0);
	}
	free(text);
	assert_int_equal(reports(house).count, 1);
}

/* What is bounced in the same words belongs to two messages all the same. */
static void
test_same_words(void **state)
{
	struct house *house = *state;

	mail(house, "4abc", "E x@y.example\n");
	mail(house, "4def", "E x@y.example\n");
	take(
	    house, address_of(house, "4abc"), "x@y.example", "failed", "5.1.1");
	take(
	    house, address_of(house, "4def"), "x@y.example", "failed", "5.1.1");
	assert_false(house->result.is_repeated);
	assert_int_equal(events(house, STORE_EVENT_BOUNCE).count, 2);
}

/* One event for all of one type; others have their own. */
static void
test_groups(void **state)
{
	static const struct part parts[] = {
	    {"a@y.example", "failed", "5.1.1", "550 no"},
	    {"b@y.example", "failed", "5.2.2", "552 full"},
	    {"c@y.example", "failed", "5.1.1", "550 no"},
	    {"c@y.example", "failed", "5.1.1", "550 again"},
	    {"d@y.example", "failed", "5.1.1", "550 a stranger"},
	};
	struct house *house = *state;
	struct seen seen;

	mail(house, "4abc",
	    "E a@y.example\nE b@y.example\nE c@y.example\nE e@y.example\n"
	    "B f@y.example\n");
	take_parts(house, address_of(house, "4abc"), "", parts, 5);
	assert_int_equal(house->result.state, STORE_REPORT_MATCHED);
	assert_int_equal(house->result.bounces, 3);
	seen = events(house, STORE_EVENT_BOUNCE);
	assert_int_equal(seen.count, 3); /* one is of the list */
	assert_int_equal(tally(house, 0).bounces, 2);
	assert_int_equal(fates_of(house, "4abc").count, 3);
	assert_int_equal(listed(house, "a@y.example"), RULES_SUPPRESSED_BOUNCE);
	assert_int_equal(listed(house, "b@y.example"), -1);
	assert_int_equal(listed(house, "d@y.example"), -1);
	assert_int_equal(listed(house, "e@y.example"), -1);
	assert_int_equal(letters(house, STORE_LETTER_FORWARD).count, 1);
}

static void
test_delays_and_deliveries(void **state)
{
	static const struct part parts[] = {
	    {"a@y.example", "delayed", "4.4.1", "450 timed out"},
	    {"b@y.example", "delayed", "4.2.2", "452 full"},
	    {"c@y.example", "relayed", "2.0.0", "250 ok"},
	    {"d@y.example", "delivered", "2.0.0", "250 ok"},
	};
	struct house *house = *state;
	const char *address;
	struct seen seen;

	mail(house, "4abc",
	    "E a@y.example\nE b@y.example\nE c@y.example\nE d@y.example\n");
	address = address_of(house, "4abc");
	take_parts(house, address, "", parts, 4);
	assert_int_equal(house->result.delays, 2);
	assert_int_equal(house->result.bounces, 0);
	assert_int_equal(events(house, STORE_EVENT_BOUNCE).count, 0);
	seen = events(house, STORE_EVENT_DELIVERY_DELAY);
	assert_int_equal(seen.count, 2);
	assert_non_null(
	    strstr(seen.detail, "\"TransientCommunicationFailure\""));
	seen = events(house, STORE_EVENT_DELIVERY);
	assert_int_equal(seen.count, 2);
	assert_non_null(strstr(seen.detail, "\"processingTimeMillis\""));
	assert_non_null(strstr(seen.detail, "\"smtpResponse\""));
	/* once a recipient */
	take_parts(house, address, "again", parts + 2, 2);
	assert_int_equal(events(house, STORE_EVENT_DELIVERY).count, 2);
	assert_int_equal(tally(house, 0).bounces, 0);
	assert_int_equal(letters(house, STORE_LETTER_FORWARD).count, 0);
}

/* ---- complaints ------------------------------------------------------------------------ */

static void
test_complaint(void **state)
{
	struct house *house = *state;
	struct seen seen;

	house->admin->conf->suppression_complaint_days = 10;
	mail(house, "4abc", "E x@y.example\nE z@y.example\n");
	complain(house, address_of(house, "4abc"), "x@y.example", "abuse");
	assert_int_equal(house->result.complaints, 1);
	seen = events(house, STORE_EVENT_COMPLAINT);
	assert_int_equal(seen.count, 1);
	assert_string_equal(seen.recipients, "x@y.example");
	assert_non_null(
	    strstr(seen.detail, "\"complaintFeedbackType\":\"abuse\""));
	assert_non_null(strstr(seen.detail, "\"complaintSubType\":null"));
	assert_non_null(strstr(seen.detail, "\"userAgent\":\"Loop/1.0\""));
	assert_non_null(strstr(
	    seen.detail, "\"arrivalDate\":\"2026-09-21T14:14:10.000Z\""));
	assert_int_equal(
	    listed(house, "x@y.example"), RULES_SUPPRESSED_COMPLAINT);
	assert_int_equal(tally(house, 0).complaints, 1);
	assert_int_equal(tally(house, 0).bounces, 0);
	assert_int_equal(letters(house, STORE_LETTER_FORWARD).count, 1);
	/* once a recipient, and beside a bounce */
	complain(house, address_of(house, "4abc"), "x@y.example", "fraud");
	assert_int_equal(tally(house, 0).complaints, 1);
	take(
	    house, address_of(house, "4abc"), "x@y.example", "failed", "5.1.1");
	assert_int_equal(tally(house, 0).bounces, 1);
	assert_int_equal(
	    listed(house, "x@y.example"), RULES_SUPPRESSED_COMPLAINT);
}

/* Providers hide who it was: all are told of, one counts, nobody is listed. */
static void
test_redacted(void **state)
{
	struct house *house = *state;
	struct seen seen;

	mail(
	    house, "4abc", "E x@y.example\nE z@y.example\nE other@w.example\n");
	complain(house, address_of(house, "4abc"), "", "abuse");
	seen = events(house, STORE_EVENT_COMPLAINT);
	assert_int_equal(seen.count, 1);
	assert_string_equal(seen.recipients, "x@y.example\nz@y.example");
	assert_int_equal(tally(house, 0).complaints, 1);
	assert_int_equal(listed(house, "x@y.example"), -1);
	assert_int_equal(listed(house, "z@y.example"), -1);
	complain(house, address_of(house, "4abc"), "", "fraud");
	assert_int_equal(tally(house, 0).complaints, 1);
	/* one of them by name */
	complain(house, address_of(house, "4abc"), "z@y.example", "abuse");
	assert_int_equal(
	    listed(house, "z@y.example"), RULES_SUPPRESSED_COMPLAINT);
	/* of a message to one it is clear */
	mail(house, "4def", "E only@y.example\n");
	complain(house, address_of(house, "4def"), "", "abuse");
	assert_int_equal(
	    listed(house, "only@y.example"), RULES_SUPPRESSED_COMPLAINT);
}

/* Nobody complains by these. */
static void
test_mild(void **state)
{
	struct house *house = *state;

	mail(house, "4abc", "E x@y.example\n");
	complain(house, address_of(house, "4abc"), "x@y.example", "not-spam");
	complain(
	    house, address_of(house, "4abc"), "x@y.example", "auth-failure");
	assert_int_equal(house->result.complaints, 0);
	assert_int_equal(events(house, STORE_EVENT_COMPLAINT).count, 2);
	assert_int_equal(tally(house, 0).complaints, 0);
	assert_int_equal(listed(house, "x@y.example"), -1);
	assert_int_equal(letters(house, STORE_LETTER_FORWARD).count, 0);
	complain(house, address_of(house, "4abc"), "x@y.example", "abuse");
	assert_int_equal(tally(house, 0).complaints, 1);
}

static void
test_autoreply(void **state)
{
	static const char text[] =
	    "From: x@y.example\nSubject: Away\n"
	    "Auto-Submitted: auto-replied\n\nI am on holiday.\n";
	struct house *house = *state;

	mail(house, "4abc", "E x@y.example\n");
	take_text(house, address_of(house, "4abc"), text);
	assert_int_equal(house->result.state, STORE_REPORT_MATCHED);
	assert_int_equal(events(house, STORE_EVENT_BOUNCE).count, 0);
	assert_int_equal(events(house, STORE_EVENT_COMPLAINT).count, 0);
	assert_int_equal(tally(house, 0).bounces, 0);
	assert_int_equal(listed(house, "x@y.example"), -1);
	assert_int_equal(fates_of(house, "4abc").count, 0);
	assert_int_equal(reports(house).count, 1);
	assert_non_null(
	    strstr(letters(house, STORE_LETTER_FORWARD).facts, "autoreply"));
}

/* ---- what decides about the list --------------------------------------------------------- */

static int64_t
make_set(struct house *house, int reasons)
{
	struct store_set row = {.facts = {.account_id = house->account_id,
				    .name = "main",
				    .suppressed_reasons = reasons},
	    .reputation = true,
	    .created_sec = TEST_NOW};

	assert_code(house->admin, SG_OK,
	    store_set_create(house->store, &row, &house->admin->err));
	return row.facts.id;
}

static void
test_reasons(void **state)
{
	static const struct {
		const char *name;
		int account, set; /* -2: no set */
		bool bounce, complaint;
	} rows[] = {
	    {"both", 3, -2, true, true},
	    {"none", 0, -2, false, false},
	    {"bounces", 1, -2, true, false},
	    {"complaints", 2, -2, false, true},
	    {"set as account", 3, -1, true, true},
	    {"set: none", 3, 0, false, false},
	    {"set: both", 0, 3, true, true},
	    {"set: bounces", 2, 1, true, false},
	    {"a set that is gone", 3, -3, true, true},
	};
	struct house *house = *state;
	struct admin_fixture *f = house->admin;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct store_account account;
		char queue_id[16], to[96], b[32], c[32];
		int64_t set_id = 0;

		assert_code(f, SG_OK,
		    account_get(house->store, "shop", &account, &f->err));
		account.facts.suppressed_reasons = rows[i].account;
		assert_code(f, SG_OK,
		    store_account_update(house->store, &account, &f->err));
		if (rows[i].set > -2)
			set_id = make_set(house, rows[i].set);
		(void)snprintf(queue_id, sizeof(queue_id), "4q%zu", i);
		(void)snprintf(b, sizeof(b), "b%zu@y.example", i);
		(void)snprintf(c, sizeof(c), "c%zu@y.example", i);
		(void)snprintf(to, sizeof(to), "E %s\nE %s\n", b, c);
		mail_with(house, queue_id, to, rows[i].set == -3 ? 77 : set_id);
		take(house, address_of(house, queue_id), b, "failed", "5.1.1");
		complain(house, address_of(house, queue_id), c, "abuse");
		if ((listed(house, b) >= 0) != rows[i].bounce ||
		    (listed(house, c) >= 0) != rows[i].complaint)
			fail_msg("%s", rows[i].name);
		if (set_id == 0)
			continue;
		assert_int_equal(tally(house, set_id).bounces, 1);
		assert_int_equal(tally(house, set_id).complaints, 1);
		assert_code(
		    f, SG_OK, store_set_delete(house->store, set_id, &f->err));
	}
}

/* Recipients that do not count. */
static void
test_flags(void **state)
{
	struct house *house = *state;

	mail(house, "4abc", "S bounce@sim.example\nV own@shop.example\n");
	take(house, address_of(house, "4abc"), "bounce@sim.example", "failed",
	    "5.1.1");
	complain(
	    house, address_of(house, "4abc"), "bounce@sim.example", "abuse");
	take(house, address_of(house, "4abc"), "own@shop.example", "failed",
	    "5.1.1");
	assert_int_equal(events(house, STORE_EVENT_BOUNCE).count, 2);
	assert_int_equal(events(house, STORE_EVENT_COMPLAINT).count, 1);
	assert_int_equal(tally(house, 0).sent, 2);
	assert_int_equal(tally(house, 0).eligible, 0);
	assert_int_equal(tally(house, 0).bounces, 0);
	assert_int_equal(tally(house, 0).complaints, 0);
	assert_int_equal(listed(house, "bounce@sim.example"), -1);
	assert_int_equal(
	    listed(house, "own@shop.example"), RULES_SUPPRESSED_BOUNCE);
}

/* What a person has put on the list stays as it is. */
static void
test_by_hand(void **state)
{
	struct house *house = *state;
	struct store_suppression row;

	house->admin->conf->suppression_bounce_days = 3;
	assert_code(house->admin, SG_OK,
	    suppression_add(house->store, "shop", "x@y.example",
		RULES_SUPPRESSED_MANUAL, TEST_NOW - 100, NULL,
		&house->admin->err));
	mail(house, "4abc", "E x@y.example\nE z@y.example\n");
	take(
	    house, address_of(house, "4abc"), "x@y.example", "failed", "5.1.1");
	assert_int_equal(listed(house, "x@y.example"), RULES_SUPPRESSED_MANUAL);
	assert_false(fates_of(house, "4abc").list[0].suppressed);
	take(
	    house, address_of(house, "4abc"), "z@y.example", "failed", "5.1.1");
	assert_code(house->admin, SG_OK,
	    store_suppression_get(house->store, house->account_id,
		"z@y.example", &row, &house->admin->err));
	assert_int_equal(row.expires_sec, NOW_MSEC / 1000 + 3 * 86400);
}

/* Our own fault: told, but counts for nobody; the operator hears of it once a day. */
static void
test_ours(void **state)
{
	static const char why[] = "554 5.1.1 blocked using bl.example";
	struct house *house = *state;
	struct part a = {"a@y.example", "failed", "5.1.1", why};
	struct part b = {"b@y.example", "failed", "5.1.1", why};
	struct part c = {"c@y.example", "failed", "5.1.1", why};
	struct letters seen;
	const char *address;

	mail(house, "4abc", "E a@y.example\nE b@y.example\nE c@y.example\n");
	address = address_of(house, "4abc");
	take_parts(house, address, "", &a, 1);
	take_parts(house, address, "", &b, 1);
	assert_int_equal(events(house, STORE_EVENT_BOUNCE).count, 2);
	assert_int_equal(tally(house, 0).bounces, 0);
	assert_int_equal(listed(house, "a@y.example"), -1);
	seen = letters(house, STORE_LETTER_OURS);
	assert_int_equal(seen.count, 1);
	assert_string_equal(seen.recipient, "operator@bounce.test");
	assert_non_null(strstr(seen.facts, "remote.example"));
	house->now_msec += DAY_MSEC;
	take_parts(house, address, "", &c, 1);
	assert_int_equal(letters(house, STORE_LETTER_OURS).count, 2);
}

/* ---- whose it is ------------------------------------------------------------------------ */

static void
assert_untouched(struct house *house)
{
	assert_int_equal(events(house, STORE_EVENT_BOUNCE).count, 0);
	assert_int_equal(tally(house, 0).bounces, 0);
	assert_int_equal(listed(house, "x@y.example"), -1);
	assert_int_equal(letters(house, STORE_LETTER_FORWARD).count, 0);
}

static void
test_forged(void **state)
{
	struct house *house = *state;
	char address[RULES_ADDRESS_MAX + 1];
	struct reports kept;

	mail(house, "4abc", "E x@y.example\n");
	(void)snprintf(
	    address, sizeof(address), "%s", address_of(house, "4abc"));
	address[5] = address[5] == 'a' ? 'b' : 'a';
	take(house, address, "x@y.example", "failed", "5.1.1");
	assert_int_equal(house->result.state, STORE_REPORT_FORGED);
	assert_int_equal(house->result.account_id, 0);
	kept = reports(house);
	assert_int_equal(kept.count, 1);
	assert_int_equal(kept.last.state, STORE_REPORT_FORGED);
	assert_int_equal(kept.last.account_id, 0);
	assert_string_not_equal(kept.last.why, "");
	take(house, "someone@bounce.test", "x@y.example", "failed", "5.1.1");
	assert_int_equal(house->result.state, STORE_REPORT_UNMATCHED);
	take(house, "", "x@y.example", "failed", "5.1.1");
	assert_int_equal(house->result.state, STORE_REPORT_UNMATCHED);
	take(house, "b-x@bounce.test", "x@y.example", "failed", "5.1.1");
	assert_int_not_equal(house->result.state, STORE_REPORT_MATCHED);
	assert_untouched(house);
	assert_int_equal(reports(house).count, 4);
}

/* Reports that are nobody's take no more room than is theirs. */
static void
test_unmatched_most(void **state)
{
	struct house *house = *state;
	char to[32];

	house->admin->conf->feedback_unmatched_most = 3;
	for (int i = 0; i < 8; i++) {
		(void)snprintf(to, sizeof(to), "x%d@y.example", i);
		take(house, "someone@bounce.test", to, "failed", "5.1.1");
		assert_int_equal(house->result.state, STORE_REPORT_UNMATCHED);
		assert_false(house->result.is_repeated);
	}
	assert_int_equal(reports(house).count, 3);
	mail(house, "4abc", "E x@y.example\n");
	take(
	    house, address_of(house, "4abc"), "x@y.example", "failed", "5.1.1");
	assert_int_equal(reports(house).count, 4);
}

static void
upper(char *text)
{
	for (; *text != '\0'; text++)
		if (*text >= 'a' && *text <= 'z')
			*text = (char)(*text - 32);
}

/* A token is read in any case, and from the message that the report returns. */
static void
test_token(void **state)
{
	struct house *house = *state;
	char address[RULES_ADDRESS_MAX + 1], text[4096];

	mail(house, "4abc", "E x@y.example\n");
	(void)snprintf(
	    address, sizeof(address), "%s", address_of(house, "4abc"));
	(void)snprintf(text, sizeof(text),
	    "%s\nFinal-Recipient: rfc822; x@y.example\nAction: failed\n"
	    "Status: 5.1.1\n\n--B\nContent-Type: message/rfc822\n\n"
	    "Return-Path: <%s>\nFrom: news@shop.example\n\nHello\n--B--\n",
	    dsn_head, address);
	take_text(house, "postmaster@bounce.test", text);
	assert_int_equal(house->result.state, STORE_REPORT_MATCHED);
	assert_int_equal(house->result.bounces, 1);
	mail(house, "4DEF", "E x@y.example\n");
	(void)snprintf(
	    address, sizeof(address), "%s", address_of(house, "4DEF"));
	upper(address);
	take(house, address, "x@y.example", "failed", "5.1.1");
	assert_int_equal(house->result.state, STORE_REPORT_MATCHED);
	assert_string_equal(house->result.queue_id, "4DEF");
}

static void
test_strange(void **state)
{
	struct house *house = *state;
	struct reports kept;

	mail(house, "4abc", "E a@y.example\nE b@y.example\nB x@y.example\n");
	take(
	    house, address_of(house, "4abc"), "z@y.example", "failed", "5.1.1");
	assert_int_equal(house->result.state, STORE_REPORT_STRANGE);
	kept = reports(house);
	assert_int_equal(kept.last.state, STORE_REPORT_STRANGE);
	assert_string_equal(kept.last.queue_id, "4abc");
	/* nor one who was left out */
	take(
	    house, address_of(house, "4abc"), "x@y.example", "failed", "5.1.1");
	assert_int_equal(house->result.state, STORE_REPORT_STRANGE);
	assert_int_equal(fates_of(house, "4abc").count, 0);
	assert_int_equal(tally(house, 0).bounces, 0);
	/* of a message to one it can be nobody else's: he has forwarded it */
	mail(house, "4def", "E one@y.example\nB x@y.example\n");
	take(house, address_of(house, "4def"), "z@elsewhere.example", "failed",
	    "5.1.1");
	assert_int_equal(house->result.state, STORE_REPORT_MATCHED);
	assert_int_equal(
	    listed(house, "one@y.example"), RULES_SUPPRESSED_BOUNCE);
	assert_int_equal(listed(house, "z@elsewhere.example"), -1);
}

static void
test_late(void **state)
{
	struct house *house = *state;

	mail(house, "4abc", "E x@y.example\n");
	house->now_msec = SENT_MSEC + 32 * DAY_MSEC;
	take(
	    house, address_of(house, "4abc"), "x@y.example", "failed", "5.1.1");
	assert_int_equal(house->result.state, STORE_REPORT_LATE);
	assert_untouched(house);
	house->admin->conf->retention_days = 60;
	mail(house, "4def", "E x@y.example\n");
	take(
	    house, address_of(house, "4def"), "x@y.example", "failed", "5.1.1");
	assert_int_equal(house->result.state, STORE_REPORT_MATCHED);
	assert_int_equal(house->result.bounces, 1);
}

/* Its message is not known: it waits, and nothing is done on its word alone. */
static void
test_waits(void **state)
{
	struct house *house = *state;
	struct fates fates;

	take(
	    house, address_of(house, "4abc"), "X@y.example", "failed", "5.1.1");
	assert_int_equal(house->result.state, STORE_REPORT_MATCHED);
	fates = fates_of(house, "4abc");
	assert_int_equal(fates.count, 1);
	assert_int_equal(fates.list[0].counted, STORE_FATE_WAITS);
	assert_int_equal(events(house, STORE_EVENT_BOUNCE).count, 1);
	assert_int_equal(listed(house, "x@y.example"), -1);
	assert_int_equal(tally(house, 0).bounces, 0);
	mail(house, "4abc", "E x@y.example\nE z@y.example\n");
	/* the next report brings the message in */
	take(
	    house, address_of(house, "4abc"), "z@y.example", "failed", "5.1.1");
	fates = fates_of(house, "4abc");
	assert_int_equal(fates.count, 2);
	assert_int_equal(fates.list[0].counted, STORE_FATE_COUNTED);
	assert_int_equal(tally(house, 0).bounces, 2);
	assert_int_equal(events(house, STORE_EVENT_BOUNCE).count, 2);
	assert_int_equal(listed(house, "x@y.example"), RULES_SUPPRESSED_BOUNCE);
}

static void
test_account_gone(void **state)
{
	struct house *house = *state;

	assert_code(house->admin, SG_OK,
	    store_account_delete(
		house->store, house->account_id, &house->admin->err));
	take(
	    house, address_of(house, "4abc"), "x@y.example", "failed", "5.1.1");
	assert_int_equal(house->result.state, STORE_REPORT_UNMATCHED);
	assert_int_equal(reports(house).last.account_id, 0);
}

/* Who knows a token can write as often as he likes. */
static void
test_many_reports(void **state)
{
	struct house *house = *state;
	char note[32];

	mail(house, "4abc", "E x@y.example\nE z@y.example\n");
	for (int i = 0; i < FEEDBACK_REPORTS_PER_MESSAGE + 20; i++) {
		struct part part = {
		    "x@y.example", "delayed", "4.4.1", "450 later"};

		(void)snprintf(note, sizeof(note), "%d", i);
		take_parts(house, address_of(house, "4abc"), note, &part, 1);
	}
	assert_int_equal(reports(house).count, FEEDBACK_REPORTS_PER_MESSAGE);
	assert_int_equal(events(house, STORE_EVENT_DELIVERY_DELAY).count,
	    FEEDBACK_REPORTS_PER_MESSAGE);
	/* what counts is still taken */
	take(
	    house, address_of(house, "4abc"), "x@y.example", "failed", "5.1.1");
	assert_int_equal(house->result.bounces, 1);
	assert_int_equal(tally(house, 0).bounces, 1);
	/* but not of a message that nobody knows */
	for (int i = 0; i < FEEDBACK_REPORTS_PER_MESSAGE + 20; i++) {
		struct part part = {note, "failed", "5.1.1", "550 no"};

		(void)snprintf(note, sizeof(note), "u%d@y.example", i);
		take_parts(house, address_of(house, "4zzz"), note, &part, 1);
	}
	assert_int_equal(events(house, STORE_EVENT_BOUNCE).count,
	    FEEDBACK_REPORTS_PER_MESSAGE + 1);
}

/* ---- several, and killed ---------------------------------------------------------------- */

#define MANY 60

/* All reports, from one on; false: an error. */
static bool
take_all(const struct house *house, struct store *store, int from)
{
	struct feedback_env env = house->env;
	bool ok = true;

	env.store = store;
	for (int i = 0; i < MANY && ok; i++) {
		int number = (from + i) % MANY;
		char queue_id[16], to[32];
		struct part part = {to, "failed", "5.1.1", "550 no"};
		struct feedback_result result;
		struct err err;
		char *text;

		(void)snprintf(queue_id, sizeof(queue_id), "4m%d", number);
		(void)snprintf(to, sizeof(to), "u%d@y.example", number);
		text = dsn_dup(to, &part, 1);
		ok = feedback_take(&env,
			 address_of((struct house *)house, queue_id), text,
			 strlen(text), NOW_MSEC, &result, &err) == SG_OK;
		if (!ok)
			print_error("%s\n", err.text);
		free(text);
	}
	return ok;
}

static pid_t
start_child(const struct house *house, int from)
{
	struct store *store;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid != 0)
		return pid;
	if (store_open(house->admin->conf->store, STORE_OPEN_WRITE, 5000,
		&store, NULL) != SG_OK)
		_exit(1);
	for (;;)
		if (!take_all(house, store, from))
			_exit(1);
}

/* Two at once, kill -9 at any moment, and the MTA that comes again: each report has
 * its consequences once. */
static void
test_killed(void **state)
{
	struct house *house = *state;
	struct admin_fixture *f = house->admin;

	for (int i = 0; i < MANY; i++) {
		char queue_id[16], to[32];

		(void)snprintf(queue_id, sizeof(queue_id), "4m%d", i);
		(void)snprintf(to, sizeof(to), "E u%d@y.example\n", i);
		mail(house, queue_id, to);
	}
	admin_store_close(&f->store);
	for (int round = 0; round < 5; round++) {
		pid_t pids[2];

		for (int i = 0; i < 2; i++)
			pids[i] = start_child(house, rand() % MANY);
		(void)usleep((useconds_t)(20000 + rand() % 60000));
		for (int i = 0; i < 2; i++) {
			int status;

			assert_int_equal(kill(pids[i], SIGKILL), 0);
			assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
			assert_true(WIFSIGNALED(status));
		}
	}
	assert_code(f, SG_OK,
	    admin_store_open(f->conf, STORE_OPEN_WRITE, &f->store, &f->err));
	house->store = house->env.store = f->store;
	assert_true(take_all(house, house->store, 0));
	assert_int_equal(reports(house).count, MANY);
	assert_int_equal(events(house, STORE_EVENT_SEND).count, MANY);
	assert_int_equal(events(house, STORE_EVENT_BOUNCE).count, MANY);
	assert_int_equal(letters(house, STORE_LETTER_FORWARD).count, MANY);
	assert_int_equal(tally(house, 0).sent, MANY);
	assert_int_equal(tally(house, 0).bounces, MANY);
}

/* ---- forwarding ------------------------------------------------------------------------- */

static void
test_forwarding(void **state)
{
	static const struct {
		const char *name;
		bool forwarding, has_topic, has_destination;
		size_t letters;
	} rows[] = {
	    {"on", true, false, false, 1},
	    {"on, with a topic", true, true, false, 1},
	    {"off, nobody else hears", false, false, false, 1},
	    {"off, a topic hears", false, true, false, 0},
	    {"off, a destination hears", false, false, true, 0},
	};
	struct house *house = *state;
	struct admin_fixture *f = house->admin;
	struct store_topic topic = {.account_id = house->account_id,
	    .name = "t",
	    .signature_version = 1,
	    .created_sec = TEST_NOW};
	int64_t set_id = make_set(house, -1);
	size_t before = 0;

	assert_code(
	    f, SG_OK, store_topic_create(house->store, &topic, &f->err));
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct store_destination destination = {.set_id = set_id,
		    .name = "d",
		    .enabled = true,
		    .kinds = 1 << STORE_EVENT_BOUNCE,
		    .topic_id = topic.id};
		struct store_identity identity;
		char queue_id[16];
		size_t after;

		assert_code(f, SG_OK,
		    store_identity_get_by_id(
			house->store, house->identity_id, &identity, &f->err));
		identity.forwarding = rows[i].forwarding;
		identity.bounce_topic_id = rows[i].has_topic ? topic.id : 0;
		assert_code(f, SG_OK,
		    store_identity_update(house->store, &identity, &f->err));
		if (rows[i].has_destination)
			assert_code(f, SG_OK,
			    store_destination_add(
				house->store, &destination, &f->err));
		(void)snprintf(queue_id, sizeof(queue_id), "4q%zu", i);
		mail_with(house, queue_id, "E x@y.example\n", set_id);
		take(house, address_of(house, queue_id), "x@y.example",
		    "failed", "5.1.1");
		after = letters(house, STORE_LETTER_FORWARD).count;
		if (after - before != rows[i].letters)
			fail_msg("%s", rows[i].name);
		before = after;
	}
}

/* ---- a change of rules ------------------------------------------------------------------ */

struct differences {
	size_t count;
	char last[512];
	bool suppressed_before, suppressed_after;
};

static void
see_difference(void *ctx, const struct feedback_difference *difference)
{
	struct differences *seen = ctx;

	seen->count++;
	seen->suppressed_before = difference->suppressed_before;
	seen->suppressed_after = difference->suppressed_after;
	(void)snprintf(seen->last, sizeof(seen->last), "%s %s %s: %s -> %s",
	    difference->account, difference->queue_id, difference->recipient,
	    difference->before, difference->after);
}

static struct differences
reclassify(struct house *house, bool is_dry, struct feedback_replay *counts_r)
{
	struct differences seen = {0};

	assert_code(house->admin, SG_OK,
	    feedback_reclassify(&house->env, is_dry, NOW_MSEC / 1000 + 60,
		see_difference, &seen, counts_r, &house->admin->err));
	return seen;
}

/* 5.1.1 was a throttle, in truth. */
static const char softer_rules[] =
    "rule throttled\n  is Transient/General\n  fault network\n"
    "  status 5.1.1\n"
    "rule full\n  is Transient/MailboxFull\n  fault recipient\n"
    "  status 5.2.2\n";

static void
test_reclassify(void **state)
{
	struct house *house = *state;
	struct feedback_replay counts;
	struct differences seen;
	struct fates fates;

	mail(house, "4abc", "E x@y.example\nE z@y.example\n");
	take(
	    house, address_of(house, "4abc"), "x@y.example", "failed", "5.1.1");
	take(
	    house, address_of(house, "4abc"), "z@y.example", "failed", "5.2.2");
	seen = reclassify(house, false, &counts);
	assert_int_equal(seen.count, 0);
	assert_int_equal(counts.reports, 2);
	assert_int_equal(counts.recipients, 2);
	write_rules(house, softer_rules);
	for (int dry = 1; dry >= 0; dry--) {
		assert_int_equal(tally(house, 0).bounces, 1);
		assert_int_equal(
		    listed(house, "x@y.example"), RULES_SUPPRESSED_BOUNCE);
		seen = reclassify(house, dry, &counts);
		assert_int_equal(seen.count, 1);
		assert_int_equal(counts.changed, 1);
		assert_string_equal(seen.last,
		    "shop 4abc x@y.example: Permanent/General (gone) -> "
		    "Transient/General (throttled)");
		assert_true(seen.suppressed_before);
		assert_false(seen.suppressed_after);
	}
	assert_int_equal(tally(house, 0).bounces, 0);
	assert_int_equal(listed(house, "x@y.example"), -1);
	fates = fates_of(house, "4abc");
	assert_int_equal(fates.list[0].type, REPORT_TRANSIENT);
	assert_int_equal(fates.list[0].counted, STORE_FATE_NOT_COUNTED);
	assert_int_equal(events(house, STORE_EVENT_BOUNCE).count, 2);
	assert_null(
	    strstr(events(house, STORE_EVENT_BOUNCE).detail, "Permanent"));
	assert_int_equal(letters(house, STORE_LETTER_FORWARD).count, 2);
	/* and back */
	write_rules(house, rules_text);
	seen = reclassify(house, false, &counts);
	assert_int_equal(seen.count, 1);
	assert_int_equal(tally(house, 0).bounces, 1);
	assert_int_equal(listed(house, "x@y.example"), RULES_SUPPRESSED_BOUNCE);
	assert_int_equal(letters(house, STORE_LETTER_FORWARD).count, 2);
	assert_int_equal(reclassify(house, false, &counts).count, 0);
}

/* What people have done to the list meanwhile is theirs. */
static void
test_reclassify_touched(void **state)
{
	struct house *house = *state;
	struct feedback_replay counts;

	mail(house, "4abc", "E x@y.example\nE z@y.example\n");
	take(
	    house, address_of(house, "4abc"), "x@y.example", "failed", "5.1.1");
	take(
	    house, address_of(house, "4abc"), "z@y.example", "failed", "5.1.1");
	assert_code(house->admin, SG_OK,
	    suppression_add(house->store, "shop", "x@y.example",
		RULES_SUPPRESSED_BOUNCE, TEST_NOW + 100, NULL,
		&house->admin->err));
	assert_code(house->admin, SG_OK,
	    suppression_remove(
		house->store, "shop", "z@y.example", &house->admin->err));
	assert_int_equal(reclassify(house, false, &counts).count, 0);
	assert_int_equal(listed(house, "z@y.example"), -1);
	write_rules(house, softer_rules);
	assert_int_equal(reclassify(house, false, &counts).count, 2);
	assert_int_equal(listed(house, "x@y.example"), RULES_SUPPRESSED_BOUNCE);
	assert_int_equal(listed(house, "z@y.example"), -1);
	assert_int_equal(tally(house, 0).bounces, 0);
}

/* One event says one type: it becomes two when its recipients part. */
static void
test_reclassify_splits(void **state)
{
	static const struct part parts[] = {
	    {"a@y.example", "failed", "5.1.1", "550 no such user"},
	    {"b@y.example", "failed", "5.1.1", "550 too fast"},
	    {"c@y.example", "failed", "5.1.1", "550 too fast"},
	};
	struct house *house = *state;
	struct feedback_replay counts;
	struct fates fates;
	struct seen seen;
	char text[1024];

	mail(house, "4abc", "E a@y.example\nE b@y.example\nE c@y.example\n");
	take_parts(house, address_of(house, "4abc"), "", parts, 3);
	assert_int_equal(events(house, STORE_EVENT_BOUNCE).count, 1);
	(void)snprintf(text, sizeof(text),
	    "rule fast\n  is Transient/General\n  fault network\n"
	    "  text too fast\n%s",
	    rules_text);
	write_rules(house, text);
	assert_int_equal(reclassify(house, false, &counts).count, 2);
	seen = events(house, STORE_EVENT_BOUNCE);
	assert_int_equal(seen.count, 2);
	assert_string_equal(seen.recipients, "a@y.example");
	assert_non_null(strstr(seen.detail, "Permanent"));
	assert_null(strstr(seen.detail, "b@y.example"));
	fates = fates_of(house, "4abc");
	assert_int_equal(fates.list[0].event_id, seen.event.id);
	assert_int_not_equal(fates.list[1].event_id, seen.event.id);
	assert_int_equal(fates.list[1].event_id, fates.list[2].event_id);
	assert_int_equal(tally(house, 0).bounces, 1);
}

/* A bounce that earlier rules took for something else; nobody is told of it now. */
static void
test_reclassify_finds(void **state)
{
	static const char text[] =
	    "From: postmaster@y.example\nSubject: Nicht zustellbar\n\n"
	    "Unzustellbar an: <x@y.example>\nempfaenger unbekannt\n";
	struct house *house = *state;
	struct feedback_replay counts;
	struct differences seen;
	char rules[2048];

	mail(house, "4abc", "E x@y.example\n");
	take_text(house, address_of(house, "4abc"), text);
	assert_int_equal(house->result.bounces, 0);
	(void)snprintf(rules, sizeof(rules),
	    "notice german\n  means bounce\n  format text\n"
	    "  subject ^Nicht zustellbar\n"
	    "recipient ^Unzustellbar an: <(\\S+@\\S+)>\n"
	    "rule unbekannt\n  is Permanent/General\n  fault recipient\n"
	    "  text empfaenger unbekannt\n%s",
	    rules_text);
	write_rules(house, rules);
	seen = reclassify(house, false, &counts);
	assert_int_equal(seen.count, 1);
	assert_string_equal(seen.last,
	    "shop 4abc x@y.example: none -> Permanent/General (unbekannt)");
	assert_int_equal(events(house, STORE_EVENT_BOUNCE).count, 1);
	assert_int_equal(tally(house, 0).bounces, 1);
	assert_int_equal(listed(house, "x@y.example"), RULES_SUPPRESSED_BOUNCE);
	assert_int_equal(letters(house, STORE_LETTER_FORWARD).count, 0);
	/* and it is none after all */
	write_rules(house, rules_text);
	seen = reclassify(house, false, &counts);
	assert_int_equal(seen.count, 1);
	assert_int_equal(tally(house, 0).bounces, 0);
	assert_int_equal(listed(house, "x@y.example"), -1);
}

/* ---- for people -------------------------------------------------------------------------- */

static void
test_record_json(void **state)
{
	static const struct part part = {
	    "x@y.example", "failed", "5.1.1", "550 no such user"};
	struct house *house = *state;
	char *text = dsn_dup("", &part, 1);
	struct report *report;
	json_t *object;

	assert_code(house->admin, SG_OK,
	    report_read(
		house->rules, text, strlen(text), &report, &house->admin->err));
	object = feedback_record_json(report, &report->records[0]);
	assert_non_null(object);
	assert_string_equal(
	    json_string_value(json_object_get(object, "kind")), "bounce");
	assert_string_equal(
	    json_string_value(json_object_get(object, "recipient")),
	    "x@y.example");
	assert_string_equal(
	    json_string_value(json_object_get(object, "bounceType")),
	    "Permanent");
	assert_string_equal(
	    json_string_value(json_object_get(object, "bounceSubType")),
	    "General");
	assert_string_equal(
	    json_string_value(json_object_get(object, "rule")), "gone");
	assert_string_equal(
	    json_string_value(json_object_get(object, "fault")), "recipient");
	assert_null(json_object_get(object, "finalRecipient"));
	json_decref(object);
	report_free(&report);
	free(text);
}

static void
test_record_json_of_others(void **state)
{
	struct house *house = *state;
	struct report report = {.format = "arf", .kind = REPORT_COMPLAINT};
	struct report_record record = {
	    .kind = REPORT_COMPLAINT, .feedback_type = "abuse"};
	json_t *object = feedback_record_json(&report, &record);

	(void)house;
	assert_string_equal(
	    json_string_value(json_object_get(object, "bounceType")),
	    "Complaint");
	assert_string_equal(
	    json_string_value(json_object_get(object, "bounceSubType")),
	    "abuse");
	assert_true(json_is_null(json_object_get(object, "recipient")));
	json_decref(object);
	record.kind = REPORT_AUTOREPLY;
	object = feedback_record_json(&report, &record);
	assert_true(json_is_null(json_object_get(object, "bounceType")));
	assert_true(json_is_null(json_object_get(object, "bounceSubType")));
	assert_null(json_object_get(object, "complaintFeedbackType"));
	json_decref(object);
}

#define WITH_HOUSE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    WITH_HOUSE(test_bounce),
	    WITH_HOUSE(test_repeated),
	    WITH_HOUSE(test_repeated_by_another_way),
	    WITH_HOUSE(test_same_words),
	    WITH_HOUSE(test_groups),
	    WITH_HOUSE(test_delays_and_deliveries),
	    WITH_HOUSE(test_complaint),
	    WITH_HOUSE(test_redacted),
	    WITH_HOUSE(test_mild),
	    WITH_HOUSE(test_autoreply),
	    WITH_HOUSE(test_reasons),
	    WITH_HOUSE(test_flags),
	    WITH_HOUSE(test_by_hand),
	    WITH_HOUSE(test_ours),
	    WITH_HOUSE(test_forged),
	    WITH_HOUSE(test_unmatched_most),
	    WITH_HOUSE(test_token),
	    WITH_HOUSE(test_strange),
	    WITH_HOUSE(test_late),
	    WITH_HOUSE(test_waits),
	    WITH_HOUSE(test_account_gone),
	    WITH_HOUSE(test_many_reports),
	    WITH_HOUSE(test_killed),
	    WITH_HOUSE(test_forwarding),
	    WITH_HOUSE(test_reclassify),
	    WITH_HOUSE(test_reclassify_touched),
	    WITH_HOUSE(test_reclassify_splits),
	    WITH_HOUSE(test_reclassify_finds),
	    WITH_HOUSE(test_record_json),
	    WITH_HOUSE(test_record_json_of_others),
	};

	srand((unsigned)clock_now_usec());
	report_init();
	(void)log_open("test-feedback", "stderr", LOG_LEVEL_ERROR);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
