/* A message's whole life: noted, brought in, bounced or complained about; what decides
 * about the list. */
#include "config.h"
#include "ops/test-feedback.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "conf/conf.h"
#include "ops/account.h"
#include "ops/suppression.h"

/* ---- a message's life ---------------------------------------------------------------- */

static void
test_bounce(void **state)
{
	struct house *house = *state;
	struct store_suppression entry;
	struct house_letters forwarded;
	struct house_fates fates;
	struct house_seen seen;
	json_t *detail, *one;

	house_mail(house, "4abcDEF", "E Jane@y.example\n");
	house_take(house, house_address(house, "4abcDEF"), "jane@Y.example",
	    "failed", "5.1.1");
	assert_int_equal(house->result.state, STORE_REPORT_MATCHED);
	assert_false(house->result.is_repeated);
	assert_int_equal(house->result.account_id, house->account_id);
	assert_string_equal(house->result.queue_id, "4abcDEF");
	assert_int_equal(house->result.bounces, 1);
	assert_int_equal(house_events(house, STORE_EVENT_SEND).count, 1);
	seen = house_events(house, STORE_EVENT_BOUNCE);
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
	fates = house_fates(house, "4abcDEF");
	assert_int_equal(fates.count, 1);
	assert_string_equal(fates.list[0].recipient, "jane@y.example");
	assert_int_equal(fates.list[0].counted, STORE_FATE_COUNTED);
	assert_true(fates.list[0].suppressed);
	assert_string_equal(fates.list[0].rule, "gone");
	assert_int_equal(fates.list[0].event_id, seen.event.id);
	assert_int_equal(fates.list[0].report_id, house_reports(house).last.id);
	assert_code(house->admin, SG_OK,
	    store_suppression_get(house->store, house->account_id,
		"jane@y.example", &entry, &house->admin->err));
	assert_int_equal(entry.facts.reason, RULES_SUPPRESSED_BOUNCE);
	assert_string_equal(entry.queue_id, "4abcDEF");
	assert_string_equal(entry.feedback_id,
	    json_string_value(json_object_get(detail, "feedbackId")));
	assert_int_equal(entry.expires_sec, 0);
	json_decref(detail);
	assert_int_equal(house_tally(house, 0).sent, 1);
	assert_int_equal(house_tally(house, 0).eligible, 1);
	assert_int_equal(house_tally(house, 0).bounces, 1);
	forwarded = house_letters(house, STORE_LETTER_FORWARD);
	assert_int_equal(forwarded.count, 1);
	assert_string_equal(forwarded.recipient, "sender@shop.example");
	assert_int_equal(forwarded.report_id, house_reports(house).last.id);
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
	struct house_part part = {
	    "x@y.example", "failed", "5.1.1", "550 other"};
	const char *address;

	house_mail(house, "4abc", "E x@y.example\n");
	address = house_address(house, "4abc");
	house_take(house, address, "x@y.example", "failed", "5.1.1");
	house_take(house, address, "x@y.example", "failed", "5.1.1");
	assert_true(house->result.is_repeated);
	assert_int_equal(house->result.state, STORE_REPORT_MATCHED);
	assert_int_equal(house_reports(house).count, 1);
	house_take_parts(house, address, "another", &part, 1);
	assert_false(house->result.is_repeated);
	assert_int_equal(house->result.bounces, 0);
	assert_int_equal(house_reports(house).count, 2);
	assert_int_equal(house_events(house, STORE_EVENT_BOUNCE).count, 1);
	assert_int_equal(house_tally(house, 0).bounces, 1);
	assert_int_equal(house_letters(house, STORE_LETTER_FORWARD).count, 1);
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
	struct house_part part = {
	    "x@y.example", "failed", "5.1.1", "550 other"};
	char *text = house_dsn_dup("one", &part, 1);
	const char *address;
	char copy[4096];

	house_mail(house, "4abc", "E x@y.example\n");
	address = house_address(house, "4abc");
	for (size_t i = 0; i < sizeof(traces) / sizeof(traces[0]); i++) {
		(void)snprintf(copy, sizeof(copy), "%s%s", traces[i], text);
		house_take_text(house, address, copy);
		assert_int_equal(house->result.is_repeated, i > 0);
	}
	free(text);
	assert_int_equal(house_reports(house).count, 1);
}

/* What is bounced in the same words belongs to two messages all the same. */
static void
test_same_words(void **state)
{
	struct house *house = *state;

	house_mail(house, "4abc", "E x@y.example\n");
	house_mail(house, "4def", "E x@y.example\n");
	house_take(house, house_address(house, "4abc"), "x@y.example", "failed",
	    "5.1.1");
	house_take(house, house_address(house, "4def"), "x@y.example", "failed",
	    "5.1.1");
	assert_false(house->result.is_repeated);
	assert_int_equal(house_events(house, STORE_EVENT_BOUNCE).count, 2);
}

/* One event for all of one type; others have their own. */
static void
test_groups(void **state)
{
	static const struct house_part parts[] = {
	    {"a@y.example", "failed", "5.1.1", "550 no"},
	    {"b@y.example", "failed", "5.2.2", "552 full"},
	    {"c@y.example", "failed", "5.1.1", "550 no"},
	    {"c@y.example", "failed", "5.1.1", "550 again"},
	    {"d@y.example", "failed", "5.1.1", "550 a stranger"},
	};
	struct house *house = *state;
	struct house_seen seen;

	house_mail(house, "4abc",
	    "E a@y.example\nE b@y.example\nE c@y.example\nE e@y.example\n"
	    "B f@y.example\n");
	house_take_parts(house, house_address(house, "4abc"), "", parts, 5);
	assert_int_equal(house->result.state, STORE_REPORT_MATCHED);
	assert_int_equal(house->result.bounces, 3);
	seen = house_events(house, STORE_EVENT_BOUNCE);
	assert_int_equal(seen.count, 3); /* one is of the list */
	assert_int_equal(house_tally(house, 0).bounces, 2);
	assert_int_equal(house_fates(house, "4abc").count, 3);
	assert_int_equal(
	    house_listed(house, "a@y.example"), RULES_SUPPRESSED_BOUNCE);
	assert_int_equal(house_listed(house, "b@y.example"), -1);
	assert_int_equal(house_listed(house, "d@y.example"), -1);
	assert_int_equal(house_listed(house, "e@y.example"), -1);
	assert_int_equal(house_letters(house, STORE_LETTER_FORWARD).count, 1);
}

static void
test_delays_and_deliveries(void **state)
{
	static const struct house_part parts[] = {
	    {"a@y.example", "delayed", "4.4.1", "450 timed out"},
	    {"b@y.example", "delayed", "4.2.2", "452 full"},
	    {"c@y.example", "relayed", "2.0.0", "250 ok"},
	    {"d@y.example", "delivered", "2.0.0", "250 ok"},
	};
	struct house *house = *state;
	const char *address;
	struct house_seen seen;

	house_mail(house, "4abc",
	    "E a@y.example\nE b@y.example\nE c@y.example\nE d@y.example\n");
	address = house_address(house, "4abc");
	house_take_parts(house, address, "", parts, 4);
	assert_int_equal(house->result.delays, 2);
	assert_int_equal(house->result.bounces, 0);
	assert_int_equal(house_events(house, STORE_EVENT_BOUNCE).count, 0);
	seen = house_events(house, STORE_EVENT_DELIVERY_DELAY);
	assert_int_equal(seen.count, 2);
	assert_non_null(
	    strstr(seen.detail, "\"TransientCommunicationFailure\""));
	seen = house_events(house, STORE_EVENT_DELIVERY);
	assert_int_equal(seen.count, 2);
	assert_non_null(strstr(seen.detail, "\"processingTimeMillis\""));
	assert_non_null(strstr(seen.detail, "\"smtpResponse\""));
	/* once a recipient */
	house_take_parts(house, address, "again", parts + 2, 2);
	assert_int_equal(house_events(house, STORE_EVENT_DELIVERY).count, 2);
	assert_int_equal(house_tally(house, 0).bounces, 0);
	assert_int_equal(house_letters(house, STORE_LETTER_FORWARD).count, 0);
}

/* ---- complaints ------------------------------------------------------------------------ */

static void
test_complaint(void **state)
{
	struct house *house = *state;
	struct house_seen seen;

	house->admin->conf->suppression_complaint_days = 10;
	house_mail(house, "4abc", "E x@y.example\nE z@y.example\n");
	house_complain(
	    house, house_address(house, "4abc"), "x@y.example", "abuse");
	assert_int_equal(house->result.complaints, 1);
	seen = house_events(house, STORE_EVENT_COMPLAINT);
	assert_int_equal(seen.count, 1);
	assert_string_equal(seen.recipients, "x@y.example");
	assert_non_null(
	    strstr(seen.detail, "\"complaintFeedbackType\":\"abuse\""));
	assert_non_null(strstr(seen.detail, "\"complaintSubType\":null"));
	assert_non_null(strstr(seen.detail, "\"userAgent\":\"Loop/1.0\""));
	assert_non_null(strstr(
	    seen.detail, "\"arrivalDate\":\"2026-09-21T14:14:10.000Z\""));
	assert_int_equal(
	    house_listed(house, "x@y.example"), RULES_SUPPRESSED_COMPLAINT);
	assert_int_equal(house_tally(house, 0).complaints, 1);
	assert_int_equal(house_tally(house, 0).bounces, 0);
	assert_int_equal(house_letters(house, STORE_LETTER_FORWARD).count, 1);
	/* once a recipient, and beside a bounce */
	house_complain(
	    house, house_address(house, "4abc"), "x@y.example", "fraud");
	assert_int_equal(house_tally(house, 0).complaints, 1);
	house_take(house, house_address(house, "4abc"), "x@y.example", "failed",
	    "5.1.1");
	assert_int_equal(house_tally(house, 0).bounces, 1);
	assert_int_equal(
	    house_listed(house, "x@y.example"), RULES_SUPPRESSED_COMPLAINT);
}

/* Providers hide who it was: all are told of, one counts, nobody is listed. */
static void
test_redacted(void **state)
{
	struct house *house = *state;
	struct house_seen seen;

	house_mail(
	    house, "4abc", "E x@y.example\nE z@y.example\nE other@w.example\n");
	house_complain(house, house_address(house, "4abc"), "", "abuse");
	seen = house_events(house, STORE_EVENT_COMPLAINT);
	assert_int_equal(seen.count, 1);
	assert_string_equal(seen.recipients, "x@y.example\nz@y.example");
	assert_int_equal(house_tally(house, 0).complaints, 1);
	assert_int_equal(house_listed(house, "x@y.example"), -1);
	assert_int_equal(house_listed(house, "z@y.example"), -1);
	house_complain(house, house_address(house, "4abc"), "", "fraud");
	assert_int_equal(house_tally(house, 0).complaints, 1);
	/* one of them by name */
	house_complain(
	    house, house_address(house, "4abc"), "z@y.example", "abuse");
	assert_int_equal(
	    house_listed(house, "z@y.example"), RULES_SUPPRESSED_COMPLAINT);
	/* of a message to one it is clear */
	house_mail(house, "4def", "E only@y.example\n");
	house_complain(house, house_address(house, "4def"), "", "abuse");
	assert_int_equal(
	    house_listed(house, "only@y.example"), RULES_SUPPRESSED_COMPLAINT);
}

/* Nobody complains by these. */
static void
test_mild(void **state)
{
	struct house *house = *state;

	house_mail(house, "4abc", "E x@y.example\n");
	house_complain(
	    house, house_address(house, "4abc"), "x@y.example", "not-spam");
	house_complain(
	    house, house_address(house, "4abc"), "x@y.example", "auth-failure");
	assert_int_equal(house->result.complaints, 0);
	assert_int_equal(house_events(house, STORE_EVENT_COMPLAINT).count, 2);
	assert_int_equal(house_tally(house, 0).complaints, 0);
	assert_int_equal(house_listed(house, "x@y.example"), -1);
	assert_int_equal(house_letters(house, STORE_LETTER_FORWARD).count, 0);
	house_complain(
	    house, house_address(house, "4abc"), "x@y.example", "abuse");
	assert_int_equal(house_tally(house, 0).complaints, 1);
}

/* However often one report says so. */
static void
test_mild_many(void **state)
{
	static const char text[] =
	    "From: fbl@provider.example\nSubject: complaint\n"
	    "MIME-Version: 1.0\n"
	    "Content-Type: multipart/report; report-type=feedback-report;\n"
	    " boundary=\"B\"\n\n"
	    "--B\nContent-Type: message/feedback-report\n\n"
	    "Feedback-Type: not-spam\nUser-Agent: Loop/1.0\nVersion: 1\n"
	    "Original-Rcpt-To: x@y.example\nOriginal-Rcpt-To: a@n.example\n"
	    "Original-Rcpt-To: b@n.example\nOriginal-Rcpt-To: c@n.example\n"
	    "Original-Rcpt-To: d@n.example\n--B--\n";
	struct house *house = *state;

	house_mail(house, "4abc", "E x@y.example\nE z@y.example\n");
	house_take_text(house, house_address(house, "4abc"), text);
	/* of the one, and of those who may be meant by the others */
	assert_int_equal(house_events(house, STORE_EVENT_COMPLAINT).count, 2);
}

static void
test_autoreply(void **state)
{
	static const char text[] =
	    "From: x@y.example\nSubject: Away\n"
	    "Auto-Submitted: auto-replied\n\nI am on holiday.\n";
	struct house *house = *state;

	house_mail(house, "4abc", "E x@y.example\n");
	house_take_text(house, house_address(house, "4abc"), text);
	assert_int_equal(house->result.state, STORE_REPORT_MATCHED);
	assert_int_equal(house_events(house, STORE_EVENT_BOUNCE).count, 0);
	assert_int_equal(house_events(house, STORE_EVENT_COMPLAINT).count, 0);
	assert_int_equal(house_tally(house, 0).bounces, 0);
	assert_int_equal(house_listed(house, "x@y.example"), -1);
	assert_int_equal(house_fates(house, "4abc").count, 0);
	assert_int_equal(house_reports(house).count, 1);
	assert_non_null(strstr(
	    house_letters(house, STORE_LETTER_FORWARD).facts, "autoreply"));
}

/* ---- what decides about the list --------------------------------------------------------- */

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
			set_id = house_set(house, rows[i].set);
		(void)snprintf(queue_id, sizeof(queue_id), "4q%zu", i);
		(void)snprintf(b, sizeof(b), "b%zu@y.example", i);
		(void)snprintf(c, sizeof(c), "c%zu@y.example", i);
		(void)snprintf(to, sizeof(to), "E %s\nE %s\n", b, c);
		house_mail_with(
		    house, queue_id, to, rows[i].set == -3 ? 77 : set_id);
		house_take(house, house_address(house, queue_id), b, "failed",
		    "5.1.1");
		house_complain(
		    house, house_address(house, queue_id), c, "abuse");
		if ((house_listed(house, b) >= 0) != rows[i].bounce ||
		    (house_listed(house, c) >= 0) != rows[i].complaint)
			fail_msg("%s", rows[i].name);
		if (set_id == 0)
			continue;
		assert_int_equal(house_tally(house, set_id).bounces, 1);
		assert_int_equal(house_tally(house, set_id).complaints, 1);
		assert_code(
		    f, SG_OK, store_set_delete(house->store, set_id, &f->err));
	}
}

/* Recipients that do not count. */
static void
test_flags(void **state)
{
	struct house *house = *state;

	house_mail(house, "4abc", "S bounce@sim.example\nV own@shop.example\n");
	house_take(house, house_address(house, "4abc"), "bounce@sim.example",
	    "failed", "5.1.1");
	house_complain(
	    house, house_address(house, "4abc"), "bounce@sim.example", "abuse");
	house_take(house, house_address(house, "4abc"), "own@shop.example",
	    "failed", "5.1.1");
	assert_int_equal(house_events(house, STORE_EVENT_BOUNCE).count, 2);
	assert_int_equal(house_events(house, STORE_EVENT_COMPLAINT).count, 1);
	assert_int_equal(house_tally(house, 0).sent, 2);
	assert_int_equal(house_tally(house, 0).eligible, 0);
	assert_int_equal(house_tally(house, 0).bounces, 0);
	assert_int_equal(house_tally(house, 0).complaints, 0);
	assert_int_equal(house_listed(house, "bounce@sim.example"), -1);
	assert_int_equal(
	    house_listed(house, "own@shop.example"), RULES_SUPPRESSED_BOUNCE);
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
	house_mail(house, "4abc", "E x@y.example\nE z@y.example\n");
	house_take(house, house_address(house, "4abc"), "x@y.example", "failed",
	    "5.1.1");
	assert_int_equal(
	    house_listed(house, "x@y.example"), RULES_SUPPRESSED_MANUAL);
	assert_false(house_fates(house, "4abc").list[0].suppressed);
	house_take(house, house_address(house, "4abc"), "z@y.example", "failed",
	    "5.1.1");
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
	struct house_part a = {"a@y.example", "failed", "5.1.1", why};
	struct house_part b = {"b@y.example", "failed", "5.1.1", why};
	struct house_part c = {"c@y.example", "failed", "5.1.1", why};
	struct house_letters seen;
	const char *address;

	house_mail(
	    house, "4abc", "E a@y.example\nE b@y.example\nE c@y.example\n");
	address = house_address(house, "4abc");
	house_take_parts(house, address, "", &a, 1);
	house_take_parts(house, address, "", &b, 1);
	assert_int_equal(house_events(house, STORE_EVENT_BOUNCE).count, 2);
	assert_int_equal(house_tally(house, 0).bounces, 0);
	assert_int_equal(house_listed(house, "a@y.example"), -1);
	seen = house_letters(house, STORE_LETTER_OURS);
	assert_int_equal(seen.count, 1);
	assert_string_equal(seen.recipient, "operator@bounce.test");
	assert_non_null(strstr(seen.facts, "remote.example"));
	house->now_msec += DAY_MSEC;
	house_take_parts(house, address, "", &c, 1);
	assert_int_equal(house_letters(house, STORE_LETTER_OURS).count, 2);
}

/* Whatever bytes it came with, and speaks of: it is taken, not asked for again and
 * again. */
static void
test_odd_bytes(void **state)
{
	static const char *const odd[] = {"\xff@y.example", "jos\xe9@y.example",
	    "\xed\xa0\x80@y.example", "\xc3@y.example", "x@\xc3\xa9.example",
	    "x@y\x01.example", "x\\@y.example", "%_@y.example", "'@y.example"};
	struct house *house = *state;
	char address[RULES_ADDRESS_MAX + 1], queue_id[32];

	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
		(void)snprintf(queue_id, sizeof(queue_id), "4abc%zu", i);
		(void)snprintf(address, sizeof(address), "%s",
		    house_address(house, queue_id));
		/* unknown as yet */
		house_take(house, address, odd[i], "failed", "5.1.1");
		house_complain(house, address, odd[i], "abuse");
		(void)snprintf(queue_id, sizeof(queue_id), "E %s\n", odd[i]);
		(void)snprintf(address, sizeof(address), "4abc%zu", i);
		house_mail(house, address, queue_id);
		house_take(house, house_address(house, address), odd[i],
		    "delayed", "4.1.1");
		/* nobody's */
		house_take(house, odd[i], odd[i], "failed", "5.1.1");
		assert_int_equal(house->result.state, STORE_REPORT_UNMATCHED);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    WITH_HOUSE(test_bounce),
	    WITH_HOUSE(test_odd_bytes),
	    WITH_HOUSE(test_repeated),
	    WITH_HOUSE(test_repeated_by_another_way),
	    WITH_HOUSE(test_same_words),
	    WITH_HOUSE(test_groups),
	    WITH_HOUSE(test_delays_and_deliveries),
	    WITH_HOUSE(test_complaint),
	    WITH_HOUSE(test_redacted),
	    WITH_HOUSE(test_mild),
	    WITH_HOUSE(test_mild_many),
	    WITH_HOUSE(test_autoreply),
	    WITH_HOUSE(test_reasons),
	    WITH_HOUSE(test_flags),
	    WITH_HOUSE(test_by_hand),
	    WITH_HOUSE(test_ours),
	};

	house_start("test-feedback");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
