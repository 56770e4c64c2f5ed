/* sendward's own operations: how an account stands, what left in time, and what waits
 * for operators. */
#include "config.h"

#include "api/test-call.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/conf.h"
#include "ops/account.h"
#include "ops/event.h"
#include "ops/figure.h"
#include "ops/request.h"
#include "ops/test-admin.h"
#include "store/events.h"
#include "store/figures.h"

#define OWN(operation, input) test_call_ok(t, API_OWN, operation, input)

static double
number_of(struct test_call *t, const char *path)
{
	return strtod(test_call_value(t, path), NULL);
}

static int64_t
account_id(struct test_call *t, const char *name)
{
	struct store_account row;

	assert_code(
	    t->f, SG_OK, account_get(t->f->store, name, &row, &t->f->err));
	return row.facts.id;
}

/* ---- how it stands ------------------------------------------------------------------ */

static void
overview_of_a_new_account(void **state)
{
	struct test_call *t = *state;

	OWN("GetOverview", "{}");
	test_call_is(t, "AccountName", "shop");
	test_call_is(t, "Production", "true");
	assert_false(test_call_has(t, "Paused"));
	assert_false(test_call_has(t, "Request"));
	test_call_is(t, "Quota.Used24Hour", "0");
	assert_true(number_of(t, "Quota.SendRate") < 0.001);
	test_call_is(t, "Reputation.Standing", "HEALTHY");
	test_call_is(t, "Reputation.MinimumVolume", "500");
	assert_false(test_call_has(t, "Reputation.Bounce.Rate"));
	assert_true(number_of(t, "Reputation.Complaint.Pause") > 0.0049);
	test_call_is(t, "Counts.Identities", "2");
	test_call_is(t, "Counts.VerifiedIdentities", "2");
	test_call_is(t, "Counts.SuppressedMore", "false");
}

static void
overview_of_a_busy_account(void **state)
{
	struct test_call *t = *state;
	int64_t id = account_id(t, "shop");
	struct store_tally tally = {.account_id = id,
	    .bucket_sec = t->now_sec - t->now_sec % 900,
	    .sent = 1000,
	    .eligible = 1000,
	    .bounces = 50};
	const int64_t sent[STORE_FLOW_KINDS] = {120};

	assert_code(
	    t->f, SG_OK, store_tally_add(t->f->store, &tally, &t->f->err));
	assert_code(t->f, SG_OK,
	    store_flow_add(t->f->store, id, t->now_sec, sent, &t->f->err));
	assert_code(t->f, SG_OK,
	    account_pause(t->f->store, "shop", "a bad list", t->now_sec, NULL,
		&t->f->err));
	OWN("GetOverview", "{}");
	test_call_is(t, "Paused.Reason", "a bad list");
	test_call_is(t, "Paused.By", "OPERATOR");
	assert_true(number_of(t, "Quota.SendRate") > 1.99);
	test_call_is(t, "Reputation.Volume", "1000");
	test_call_is(t, "Reputation.Bounce.Count", "50");
	/* Clopper and Pearson: 3.73 % to 6.54 % */
	assert_true(number_of(t, "Reputation.Bounce.Low") > 0.0373);
	assert_true(number_of(t, "Reputation.Bounce.Low") < 0.0374);
	assert_true(number_of(t, "Reputation.Bounce.High") > 0.0653);
	assert_true(number_of(t, "Reputation.Bounce.High") < 0.0655);
	assert_true(number_of(t, "Reputation.Complaint.Low") <= 0);
	t->account = "rival";
	OWN("GetOverview", "{}");
	test_call_is(t, "Reputation.Volume", "0");
	assert_false(test_call_has(t, "Paused"));
}

static void
overview_has_the_request(void **state)
{
	struct test_call *t = *state;
	const struct account_change back = {.has_production = true};
	struct store_request row;

	assert_code(t->f, SG_OK,
	    account_change(
		t->f->store, t->f->conf, "shop", &back, NULL, &t->f->err));
	assert_code(t->f, SG_OK,
	    request_create(t->f->store, t->f->conf, "shop", "MARKETING",
		"https://shop.example/", "News", t->now_sec, &row, &t->f->err));
	OWN("GetOverview", "{}");
	test_call_is(t, "Request.Status", "PENDING");
	assert_false(test_call_has(t, "Request.DecidedTimestamp"));
	assert_code(t->f, SG_OK,
	    request_deny(t->f->store, t->f->conf, "shop", "Tell more",
		t->now_sec + 5, &row, &t->f->err));
	OWN("GetOverview", "{}");
	test_call_is(t, "Request.Status", "DENIED");
	test_call_is(t, "Request.Reason", "Tell more");
	assert_true(test_call_has(t, "Request.DecidedTimestamp"));
}

/* ---- in time ------------------------------------------------------------------------ */

static void
put_event(struct test_call *t, enum store_event_kind kind,
    const char *recipients, const char *detail,
    const struct store_message *message)
{
	struct store_event event = {.account_id = account_id(t, "shop"),
	    .kind = kind,
	    .queue_id = "4QUEUE",
	    .at_msec = (t->now_sec - 60) * 1000,
	    .recipients = recipients,
	    .detail = detail};

	assert_code(t->f, SG_OK,
	    event_put(t->f->store, t->f->conf, &event, message, &t->f->err));
}

static void
timeline_counts_events(void **state)
{
	struct test_call *t = *state;
	const struct store_message message = {
	    .account_id = account_id(t, "shop"),
	    .queue_id = "4QUEUE",
	    .login = "",
	    .sender = "",
	    .source_ip = "",
	    .recipients = "E a@x.example\nE b@x.example\nB c@x.example\n"
			  "S d@x.example\n",
	    .facts = "{}"};
	const char *all = "a@x.example\nb@x.example\nc@x.example\nd@x.example";
	char path[64];

	put_event(t, STORE_EVENT_SEND, all, "{}", &message);
	put_event(t, STORE_EVENT_BOUNCE, "c@x.example",
	    "{\"bounceType\":\"Permanent\"}", &message);
	put_event(t, STORE_EVENT_DELIVERY, "a@x.example", "{}", &message);
	put_event(t, STORE_EVENT_BOUNCE, "b@x.example",
	    "{\"bounceType\":\"Permanent\"}", &message);
	put_event(t, STORE_EVENT_BOUNCE, "a@x.example",
	    "{\"bounceType\":\"Transient\"}", &message);
	put_event(t, STORE_EVENT_COMPLAINT, "a@x.example", "{}", &message);
	put_event(t, STORE_EVENT_DELIVERY_DELAY, "a@x.example", "{}", NULL);
	put_event(t, STORE_EVENT_DELIVERY_DELAY, "b@x.example", "{}", &message);
	put_event(
	    t, STORE_EVENT_REJECT, "e@x.example\nf@x.example", "{}", NULL);
	OWN("GetTimeline", "{'Period':'HOUR'}");
	test_call_is(t, "Step", "60");
	test_call_is(t, "Points.58.Sent", "3");
	test_call_is(t, "Points.58.Delivered", "1");
	test_call_is(t, "Points.58.Bounced", "1");
	test_call_is(t, "Points.58.Complained", "1");
	test_call_is(t, "Points.58.Rejected", "3");
	test_call_is(t, "Points.58.Delayed", "1");
	test_call_is(t, "Points.0.Sent", "0");
	test_call_is(t, "Points.59.Sent", "0");
	assert_false(test_call_has(t, "Points.60"));
	test_call_is(t, "Totals.Sent", "3");
	(void)snprintf(path, sizeof(path), "%lld",
	    (long long)(t->now_sec - t->now_sec % 60));
	test_call_is(t, "Points.59.Timestamp", path);
	OWN("GetTimeline", "{'Period':'DAY'}");
	test_call_is(t, "Step", "3600");
	assert_true(test_call_has(t, "Points.23"));
	assert_false(test_call_has(t, "Points.24"));
	test_call_is(t, "Totals.Rejected", "3");
	OWN("GetTimeline", "{'Period':'FORTNIGHT'}");
	test_call_is(t, "Step", "86400");
	test_call_is(t, "Totals.Complained", "1");
	assert_false(test_call_has(t, "Points.14"));
	t->account = "rival";
	OWN("GetTimeline", "{'Period':'FORTNIGHT'}");
	test_call_is(t, "Totals.Sent", "0");
}

static void
days_are_sums_of_hours(void **state)
{
	struct test_call *t = *state;
	const int64_t one[STORE_FLOW_KINDS] = {1, 1};
	int64_t id = account_id(t, "shop");
	int64_t today = t->now_sec - t->now_sec % 86400;

	for (int hour = 0; hour < 24; hour++)
		assert_code(t->f, SG_OK,
		    store_flow_add(t->f->store, id,
			today - 86400 + hour * INT64_C(3600), one, &t->f->err));
	/* a second before the first day */
	assert_code(t->f, SG_OK,
	    store_flow_add(t->f->store, id, today - INT64_C(13) * 86400 - 1,
		one, &t->f->err));
	OWN("GetTimeline", "{'Period':'FORTNIGHT'}");
	test_call_is(t, "Points.12.Sent", "24");
	test_call_is(t, "Points.13.Sent", "0");
	test_call_is(t, "Totals.Delivered", "24");
}

/* ---- what waits for operators --------------------------------------------------------- */

static void
summary(void **state)
{
	struct test_call *t = *state;

	OWN("GetSummary", "{}");
	test_call_is(t, "Accounts", "2");
	test_call_is(t, "Paused", "0");
	test_call_is(t, "RequestsOpen", "0");
	test_call_is(t, "DeadLetters", "0");
	test_call_is(t, "ReportsUnmatched", "0");
	test_call_is(t, "ObservedOpen", "0");
	test_call_is(t, "Sent24Hour", "0");
	assert_code(t->f, SG_OK,
	    account_pause(t->f->store, "shop", "a bad list", t->now_sec, NULL,
		&t->f->err));
	OWN("GetSummary", "{}");
	test_call_is(t, "Paused", "1");
	test_call_is(t, "UnderReview", "0");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(                                       \
	    name, test_call_setup, test_call_teardown)
	    TEST(overview_of_a_new_account),
	    TEST(overview_of_a_busy_account),
	    TEST(overview_has_the_request),
	    TEST(timeline_counts_events),
	    TEST(days_are_sums_of_hours),
	    TEST(summary),
#undef TEST
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
