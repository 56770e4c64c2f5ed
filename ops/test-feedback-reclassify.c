/* Who gets reports forwarded; what a change of rules does to those that are kept; a
 * record as people see it. */
#include "config.h"
#include "ops/test-feedback.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "conf/conf.h"
#include "ops/suppression.h"

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
	int64_t set_id = house_set(house, -1);
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
		house_mail_with(house, queue_id, "E x@y.example\n", set_id);
		house_take(house, house_address(house, queue_id), "x@y.example",
		    "failed", "5.1.1");
		after = house_letters(house, STORE_LETTER_FORWARD).count;
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

/* What leaves no fate is not told again each time it is read. */
static void
test_reclassify_mild(void **state)
{
	struct house *house = *state;
	struct feedback_replay counts;

	house_mail(house, "4abc", "E x@y.example\n");
	house_complain(
	    house, house_address(house, "4abc"), "x@y.example", "not-spam");
	for (int i = 0; i < 2; i++)
		assert_int_equal(reclassify(house, false, &counts).count, 0);
	assert_int_equal(house_events(house, STORE_EVENT_COMPLAINT).count, 1);
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
	struct house_fates fates;

	house_mail(house, "4abc", "E x@y.example\nE z@y.example\n");
	house_take(house, house_address(house, "4abc"), "x@y.example", "failed",
	    "5.1.1");
	house_take(house, house_address(house, "4abc"), "z@y.example", "failed",
	    "5.2.2");
	seen = reclassify(house, false, &counts);
	assert_int_equal(seen.count, 0);
	assert_int_equal(counts.reports, 2);
	assert_int_equal(counts.recipients, 2);
	house_rules(house, softer_rules);
	for (int dry = 1; dry >= 0; dry--) {
		assert_int_equal(house_tally(house, 0).bounces, 1);
		assert_int_equal(house_listed(house, "x@y.example"),
		    RULES_SUPPRESSED_BOUNCE);
		seen = reclassify(house, dry, &counts);
		assert_int_equal(seen.count, 1);
		assert_int_equal(counts.changed, 1);
		assert_string_equal(seen.last,
		    "shop 4abc x@y.example: Permanent/General (gone) -> "
		    "Transient/General (throttled)");
		assert_true(seen.suppressed_before);
		assert_false(seen.suppressed_after);
	}
	assert_int_equal(house_tally(house, 0).bounces, 0);
	assert_int_equal(house_listed(house, "x@y.example"), -1);
	fates = house_fates(house, "4abc");
	assert_int_equal(fates.list[0].type, REPORT_TRANSIENT);
	assert_int_equal(fates.list[0].counted, STORE_FATE_NOT_COUNTED);
	assert_int_equal(house_events(house, STORE_EVENT_BOUNCE).count, 2);
	assert_null(strstr(
	    house_events(house, STORE_EVENT_BOUNCE).detail, "Permanent"));
	assert_int_equal(house_letters(house, STORE_LETTER_FORWARD).count, 2);
	/* and back */
	house_rules(house, house_rules_text);
	seen = reclassify(house, false, &counts);
	assert_int_equal(seen.count, 1);
	assert_int_equal(house_tally(house, 0).bounces, 1);
	assert_int_equal(
	    house_listed(house, "x@y.example"), RULES_SUPPRESSED_BOUNCE);
	assert_int_equal(house_letters(house, STORE_LETTER_FORWARD).count, 2);
	assert_int_equal(reclassify(house, false, &counts).count, 0);
}

/* What people have done to the list meanwhile is theirs. */
static void
test_reclassify_touched(void **state)
{
	struct house *house = *state;
	struct feedback_replay counts;

	house_mail(house, "4abc", "E x@y.example\nE z@y.example\n");
	house_take(house, house_address(house, "4abc"), "x@y.example", "failed",
	    "5.1.1");
	house_take(house, house_address(house, "4abc"), "z@y.example", "failed",
	    "5.1.1");
	assert_code(house->admin, SG_OK,
	    suppression_add(house->store, "shop", "x@y.example",
		RULES_SUPPRESSED_BOUNCE, TEST_NOW + 100, NULL,
		&house->admin->err));
	assert_code(house->admin, SG_OK,
	    suppression_remove(
		house->store, "shop", "z@y.example", &house->admin->err));
	assert_int_equal(reclassify(house, false, &counts).count, 0);
	assert_int_equal(house_listed(house, "z@y.example"), -1);
	house_rules(house, softer_rules);
	assert_int_equal(reclassify(house, false, &counts).count, 2);
	assert_int_equal(
	    house_listed(house, "x@y.example"), RULES_SUPPRESSED_BOUNCE);
	assert_int_equal(house_listed(house, "z@y.example"), -1);
	assert_int_equal(house_tally(house, 0).bounces, 0);
}

/* One event says one type: it becomes two when its recipients part. */
static void
test_reclassify_splits(void **state)
{
	static const struct house_part parts[] = {
	    {"a@y.example", "failed", "5.1.1", "550 no such user"},
	    {"b@y.example", "failed", "5.1.1", "550 too fast"},
	    {"c@y.example", "failed", "5.1.1", "550 too fast"},
	};
	struct house *house = *state;
	struct feedback_replay counts;
	struct house_fates fates;
	struct house_seen seen;
	char text[1024];

	house_mail(
	    house, "4abc", "E a@y.example\nE b@y.example\nE c@y.example\n");
	house_take_parts(house, house_address(house, "4abc"), "", parts, 3);
	assert_int_equal(house_events(house, STORE_EVENT_BOUNCE).count, 1);
	(void)snprintf(text, sizeof(text),
	    "rule fast\n  is Transient/General\n  fault network\n"
	    "  text too fast\n%s",
	    house_rules_text);
	house_rules(house, text);
	assert_int_equal(reclassify(house, false, &counts).count, 2);
	seen = house_events(house, STORE_EVENT_BOUNCE);
	assert_int_equal(seen.count, 2);
	assert_string_equal(seen.recipients, "a@y.example");
	assert_non_null(strstr(seen.detail, "Permanent"));
	assert_null(strstr(seen.detail, "b@y.example"));
	fates = house_fates(house, "4abc");
	assert_int_equal(fates.list[0].event_id, seen.event.id);
	assert_int_not_equal(fates.list[1].event_id, seen.event.id);
	assert_int_equal(fates.list[1].event_id, fates.list[2].event_id);
	assert_int_equal(house_tally(house, 0).bounces, 1);
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

	house_mail(house, "4abc", "E x@y.example\n");
	house_take_text(house, house_address(house, "4abc"), text);
	assert_int_equal(house->result.bounces, 0);
	(void)snprintf(rules, sizeof(rules),
	    "notice german\n  means bounce\n  format text\n"
	    "  subject ^Nicht zustellbar\n"
	    "recipient ^Unzustellbar an: <(\\S+@\\S+)>\n"
	    "rule unbekannt\n  is Permanent/General\n  fault recipient\n"
	    "  text empfaenger unbekannt\n%s",
	    house_rules_text);
	house_rules(house, rules);
	seen = reclassify(house, false, &counts);
	assert_int_equal(seen.count, 1);
	assert_string_equal(seen.last,
	    "shop 4abc x@y.example: none -> Permanent/General (unbekannt)");
	assert_int_equal(house_events(house, STORE_EVENT_BOUNCE).count, 1);
	assert_int_equal(house_tally(house, 0).bounces, 1);
	assert_int_equal(
	    house_listed(house, "x@y.example"), RULES_SUPPRESSED_BOUNCE);
	assert_int_equal(house_letters(house, STORE_LETTER_FORWARD).count, 0);
	/* and it is none after all */
	house_rules(house, house_rules_text);
	seen = reclassify(house, false, &counts);
	assert_int_equal(seen.count, 1);
	assert_int_equal(house_tally(house, 0).bounces, 0);
	assert_int_equal(house_listed(house, "x@y.example"), -1);
}

/* ---- for people -------------------------------------------------------------------------- */

static void
test_record_json(void **state)
{
	static const struct house_part part = {
	    "x@y.example", "failed", "5.1.1", "550 no such user"};
	struct house *house = *state;
	char *text = house_dsn_dup("", &part, 1);
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    WITH_HOUSE(test_forwarding),
	    WITH_HOUSE(test_reclassify),
	    WITH_HOUSE(test_reclassify_mild),
	    WITH_HOUSE(test_reclassify_touched),
	    WITH_HOUSE(test_reclassify_splits),
	    WITH_HOUSE(test_reclassify_finds),
	    WITH_HOUSE(test_record_json),
	    WITH_HOUSE(test_record_json_of_others),
	};

	house_start("test-feedback-reclassify");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
