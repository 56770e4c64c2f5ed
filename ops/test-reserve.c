/* The book of what is counted, with injected time, on leases of its own: once per
 * message, in which buckets, what is given back, what waits. */
#include "config.h"
#include "ops/reserve.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "conf/conf.h"
#include "ops/lease.h"
#include "ops/reserve_table.h"
#include "rules/quota.h"

/* The first second of a bucket. */
#define T0 INT64_C(1790000040)
#define SPANS_MAX 64
#define SESSION "192.0.2.1:4000"

/* ---- leases: a window of buckets, and what the test wants to happen ------ */

struct span {
	int64_t account_id, bucket_sec, recipients;
};

struct leases {
	struct span spans[SPANS_MAX];
	int64_t now_sec;
	int64_t ends_after_sec; /* a lease in use stands so far ahead */
	enum lease_answer next; /* LEASE_SPENT: by the limits */
	int nexts;              /* answers that `next` is given for */
	int64_t wait_usec;
	int orders;
	bool has_pending; /* the order before was answered PENDING */
	struct lease_order last;
};

static int64_t
used_by(const struct leases *l, int64_t account_id)
{
	int64_t used = 0;

	for (int i = 0; i < SPANS_MAX; i++)
		if (l->spans[i].account_id == account_id &&
		    l->spans[i].bucket_sec > quota_expired_bucket(l->now_sec))
			used += l->spans[i].recipients;
	return used;
}

static struct span *
span_of(struct leases *l, int64_t account_id, int64_t bucket_sec)
{
	for (int i = 0; i < SPANS_MAX; i++) {
		struct span *s = &l->spans[i];

		if (s->account_id == 0)
			*s = (struct span){account_id, bucket_sec, 0};
		if (s->account_id == account_id && s->bucket_sec == bucket_sec)
			return s;
	}
	fail_msg("more buckets than the test has");
	return NULL;
}

enum lease_answer
lease_spend(struct leases *l, const struct lease_order *order,
    struct lease_spent *spent_r)
{
	int64_t used = used_by(l, order->account_id);
	int64_t bucket = quota_bucket(l->now_sec + l->ends_after_sec);

	l->orders++;
	l->last = *order;
	assert_true(order->recipients >= 1);
	if (l->nexts > 0) {
		l->nexts--;
		return l->next;
	}
	if (!order->is_unlimited &&
	    !quota_allows(used, order->recipients, order->daily_quota))
		return LEASE_QUOTA_FULL;
	span_of(l, order->account_id, bucket)->recipients += order->recipients;
	*spent_r = (struct lease_spent){.account_id = order->account_id,
	    .recipients = order->recipients,
	    .bucket_sec = bucket,
	    .wait_usec = l->wait_usec,
	    .used = used + order->recipients};
	return LEASE_SPENT;
}

void
lease_give_back(
    struct leases *l, const struct lease_spent *spent, int64_t recipients)
{
	struct span *s = span_of(l, spent->account_id, spent->bucket_sec);

	assert_true(recipients > 0);
	assert_true(recipients <= spent->recipients);
	assert_true(recipients <= s->recipients);
	s->recipients -= recipients;
}

/* ---- fixture ------------------------------------------------------------- */

struct fixture {
	struct leases leases;
	struct reserve_book *book;
	struct conf *conf;
	struct rules_account account;
	struct reserve_answer answer;
};

static int
set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	assert_int_equal(
	    reserve_new(&f->leases, RESERVE_MESSAGES_MAX, &f->book, NULL),
	    SG_OK);
	f->account = (struct rules_account){
	    .id = 7, .name = "shop", .daily_quota = 10, .rate = 1e6};
	f->conf = conf_new_defaults();
	assert_non_null(f->conf);
	*state = f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	reserve_free(&f->book);
	conf_unref(&f->conf);
	free(f);
	return 0;
}

static int64_t
used(struct fixture *f, int64_t now_sec)
{
	f->leases.now_sec = now_sec;
	return used_by(&f->leases, f->account.id);
}

/* What the client hears is in f->answer; -1: the answer is pending. */
static int
again(struct fixture *f, const struct reserve_request *request)
{
	f->leases.now_sec = request->now_sec;
	if (reserve_decide(f->book, f->conf, &f->account, request,
		&f->answer) == RESERVE_PENDING)
		return -1;
	return f->answer.verdict.code;
}

static int
ask_for(struct fixture *f, const struct reserve_request *request)
{
	f->answer = (struct reserve_answer){0};
	return again(f, request);
}

static struct reserve_request
request_of(enum reserve_stage stage, const char *instance,
    const char *recipient, int64_t count, int64_t now_sec)
{
	return (struct reserve_request){.stage = stage,
	    .instance = instance,
	    .queue_id = "",
	    .session = SESSION,
	    .recipient = recipient,
	    .recipient_count = count,
	    .now_sec = now_sec,
	    .now_mono_msec = (now_sec - T0 + 86400) * 1000};
}

static int
ask(struct fixture *f, enum reserve_stage stage, const char *instance,
    const char *recipient, int64_t count, int64_t now_sec)
{
	const struct reserve_request request =
	    request_of(stage, instance, recipient, count, now_sec);

	return ask_for(f, &request);
}

static int
rcpt(struct fixture *f, const char *instance, const char *recipient,
    int64_t now_sec)
{
	return ask(f, RESERVE_RCPT, instance, recipient, 0, now_sec);
}

/* ---- counted once -------------------------------------------------------- */

/* One step of a message: what is asked, what is counted by it. */
static const struct step {
	const char *name;
	enum reserve_stage stage;
	const char *instance;
	const char *recipient;
	int64_t count;
	int code;
	int64_t counted;
	int64_t used;
} steps[] = {
    {"first", RESERVE_RCPT, "m1", "a@x", 0, 0, 1, 1},
    {"repeated", RESERVE_RCPT, "m1", "a@x", 0, 0, 0, 1},
    {"second", RESERVE_RCPT, "m1", "b@x", 0, 0, 1, 2},
    {"another case is another", RESERVE_RCPT, "m1", "B@x", 0, 0, 1, 3},
    {"the same in another message", RESERVE_RCPT, "m2", "a@x", 0, 0, 1, 4},
    {"DATA agrees", RESERVE_DATA, "m1", "", 3, 0, 0, 4},
    {"DATA again", RESERVE_DATA, "m1", "", 3, 0, 0, 4},
    {"RCPT repeated after DATA", RESERVE_RCPT, "m1", "b@x", 0, 0, 0, 4},
    {"new RCPT after DATA waits for the next number", RESERVE_RCPT, "m1", "c@x",
	0, 0, 0, 4},
    {"END-OF-MESSAGE has more", RESERVE_END_OF_MESSAGE, "m1", "", 5, 0, 2, 6},
    {"END-OF-MESSAGE has fewer", RESERVE_END_OF_MESSAGE, "m1", "", 2, 0, -3, 3},
    {"DATA after END-OF-MESSAGE has fewer", RESERVE_DATA, "m1", "", 1, 0, -1,
	2},
    {"and as many as before", RESERVE_DATA, "m1", "", 2, 0, 1, 3},
    {"no number, but counted", RESERVE_DATA, "m2", "", 0, 0, 0, 3},
    {"no number, nothing counted", RESERVE_DATA, "m3", "", 0, 451, 0, 3},
    {"negative number", RESERVE_DATA, "m3", "", -7, 451, 0, 3},
    {"no number, one named", RESERVE_DATA, "m3", "a@x", 0, 0, 1, 4},
    {"empty recipient counts", RESERVE_RCPT, "m4", "", 0, 0, 1, 5},
    {"exactly full", RESERVE_DATA, "m5", "", 5, 0, 5, 10},
    {"full at RCPT", RESERVE_RCPT, "m6", "a@x", 0, 454, 0, 10},
    {"full at DATA", RESERVE_DATA, "m7", "", 1, 454, 0, 10},
    {"repeats are free when full", RESERVE_DATA, "m5", "", 5, 0, 0, 10},
    {"refused with more: all is given back", RESERVE_END_OF_MESSAGE, "m5", "",
	6, 454, -5, 5},
    {"and its name is free again", RESERVE_RCPT, "m5", "a@x", 0, 0, 1, 6},
    {"more than the quota in one", RESERVE_DATA, "m8", "", 11, 454, 0, 6},
    {"a huge number", RESERVE_DATA, "m8", "", INT64_C(9999999999), 454, 0, 6},
};

static void
test_steps(void **state)
{
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		const struct step *s = &steps[i];

		print_message("row: %s\n", s->name);
		assert_int_equal(
		    ask(f, s->stage, s->instance, s->recipient, s->count, T0),
		    s->code);
		assert_int_equal(f->answer.counted, s->counted);
		assert_int_equal(used(f, T0), s->used);
		if (s->counted > 0)
			assert_int_equal(f->answer.used, s->used);
	}
}

static void
test_refused_rcpt_keeps_the_others(void **state)
{
	struct fixture *f = *state;
	char recipient[16];

	for (int i = 0; i < 10; i++) {
		(void)snprintf(recipient, sizeof(recipient), "r%d@x", i);
		assert_int_equal(rcpt(f, "m1", recipient, T0), 0);
	}
	assert_int_equal(rcpt(f, "m1", "r10@x", T0), 454);
	assert_string_equal(f->answer.verdict.text,
	    "Throttling failure: Daily message quota exceeded");
	assert_int_equal(ask(f, RESERVE_DATA, "m1", "", 10, T0), 0);
	assert_int_equal(used(f, T0), 10);
}

static void
test_what_is_ordered(void **state)
{
	struct fixture *f = *state;

	f->account.rate = 2.5;
	f->conf->pacing_sec = 4;
	f->leases.wait_usec = 1500000;
	assert_int_equal(ask(f, RESERVE_DATA, "m1", "", 3, T0), 0);
	assert_int_equal(f->answer.wait_usec, 1500000);
	assert_int_equal(f->leases.last.account_id, f->account.id);
	assert_int_equal(f->leases.last.recipients, 3);
	assert_int_equal(f->leases.last.daily_quota, 10);
	assert_true(f->leases.last.rate == 2.5);
	assert_int_equal(f->leases.last.pacing_usec, 4000000);
	assert_false(f->leases.last.is_unlimited);
	assert_int_equal(ask(f, RESERVE_DATA, "m1", "", 3, T0), 0);
	assert_int_equal(f->answer.wait_usec, 0); /* a repeat */
	f->leases.next = LEASE_RATE_FULL;
	f->leases.nexts = 1;
	assert_int_equal(ask(f, RESERVE_DATA, "m2", "", 3, T0), 454);
	assert_int_equal(f->answer.verdict.reason, RULES_REASON_RATE);
	assert_int_equal(f->answer.counted, 0);
}

/* Accounts do not share an entry, whatever name comes. */
static void
test_accounts_are_apart(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(rcpt(f, "m1", "a@x", T0), 0);
	f->account.id = 8;
	assert_int_equal(rcpt(f, "m1", "a@x", T0), 0);
	assert_int_equal(f->answer.counted, 1);
	assert_int_equal(used(f, T0), 1);
	f->account.id = 7;
	assert_int_equal(used(f, T0), 1);
}

/* More recipients than are remembered one by one: counted, corrected later. */
static void
test_many_recipients(void **state)
{
	struct fixture *f = *state;
	char recipient[24];

	f->account.daily_quota = -1;
	for (int i = 0; i < RESERVE_RECIPIENTS_MAX + 30; i++) {
		(void)snprintf(recipient, sizeof(recipient), "r%d@x", i);
		assert_int_equal(rcpt(f, "m1", recipient, T0), 0);
		assert_int_equal(f->answer.counted, 1);
	}
	assert_int_equal(used(f, T0), RESERVE_RECIPIENTS_MAX + 30);
	assert_int_equal(rcpt(f, "m1", "r7@x", T0), 0);
	assert_int_equal(f->answer.counted, 0);
	assert_int_equal(ask(f, RESERVE_DATA, "m1", "", 1000, T0), 0);
	assert_int_equal(used(f, T0), 1000);
}

static void
test_bad_names(void **state)
{
	struct fixture *f = *state;
	char name[RESERVE_INSTANCE_MAX + 2];

	memset(name, 'x', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	assert_int_equal(rcpt(f, "", "a@x", T0), 451);
	assert_int_equal(f->answer.verdict.reason, RULES_REASON_UNAVAILABLE);
	assert_int_equal(rcpt(f, name, "a@x", T0), 451);
	assert_int_equal(f->leases.orders, 0);
	name[RESERVE_INSTANCE_MAX] = '\0';
	assert_int_equal(rcpt(f, name, "a@x", T0), 0);
}

/* ---- buckets ------------------------------------------------------------- */

/* A long transaction stands in the bucket of its last stage: what came free
 * with its first RCPT would be early. */
static void
test_long_transaction_counts_from_its_end(void **state)
{
	struct fixture *f = *state;
	const int64_t end = T0 + 1800, day = QUOTA_WINDOW_SEC;

	assert_int_equal(rcpt(f, "m1", "a@x", T0), 0);
	assert_int_equal(rcpt(f, "m1", "b@x", T0 + 600), 0);
	assert_int_equal(used(f, T0 + 600), 2);
	assert_int_equal(ask(f, RESERVE_END_OF_MESSAGE, "m1", "", 2, end), 0);
	assert_int_equal(f->answer.counted, 0);
	assert_int_equal(used(f, end), 2);
	assert_int_equal(used(f, T0 + 600 + day + 60), 2);
	assert_int_equal(used(f, end + day - 1), 2);
	assert_int_equal(used(f, end + day + 60), 0);
}

/* It moves also when nothing is left for another: it had its share. */
static void
test_moves_when_full(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(ask(f, RESERVE_DATA, "m1", "", 10, T0), 0);
	assert_int_equal(
	    ask(f, RESERVE_END_OF_MESSAGE, "m1", "", 10, T0 + 90), 0);
	assert_true(f->leases.last.is_unlimited);
	assert_int_equal(used(f, T0 + 90), 10);
	assert_int_equal(used(f, T0 + QUOTA_WINDOW_SEC + 60), 10);
}

/* Leases stand ahead: what is in a bucket to come stays there. */
static void
test_buckets_ahead(void **state)
{
	struct fixture *f = *state;

	f->leases.ends_after_sec = 50;
	for (int i = 0; i < 4; i++) {
		char recipient[16];

		(void)snprintf(recipient, sizeof(recipient), "r%d@x", i);
		assert_int_equal(rcpt(f, "m1", recipient, T0 + i * 8), 0);
		assert_int_equal(f->answer.counted, 1);
	}
	assert_int_equal(f->leases.orders, 4);
	assert_int_equal(span_of(&f->leases, 7, T0)->recipients, 2);
	assert_int_equal(span_of(&f->leases, 7, T0 + 60)->recipients, 2);
	/* given back from the earlier */
	assert_int_equal(ask(f, RESERVE_DATA, "m1", "", 3, T0 + 40), 0);
	assert_int_equal(span_of(&f->leases, 7, T0)->recipients, 1);
	assert_int_equal(ask(f, RESERVE_DATA, "m1", "", 1, T0 + 41), 0);
	assert_int_equal(span_of(&f->leases, 7, T0)->recipients, 0);
	assert_int_equal(span_of(&f->leases, 7, T0 + 60)->recipients, 1);
	assert_int_equal(reserve_release(f->book, "", SESSION), 1);
	assert_int_equal(used(f, T0 + 41), 0);
}

static void
test_given_back_over_buckets(void **state)
{
	struct fixture *f = *state;

	for (int i = 0; i < 5; i++) {
		char recipient[16];

		(void)snprintf(recipient, sizeof(recipient), "r%d@x", i);
		assert_int_equal(rcpt(f, "m1", recipient, T0 + i * 70), 0);
	}
	assert_int_equal(ask(f, RESERVE_DATA, "m1", "", 3, T0 + 400), 0);
	assert_int_equal(used(f, T0 + 400), 3);
	assert_int_equal(reserve_release(f->book, "", SESSION), 3);
	assert_int_equal(used(f, T0 + 400), 0);
}

static void
test_clock_goes_back(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(rcpt(f, "m1", "a@x", T0 + 3600), 0);
	assert_int_equal(rcpt(f, "m1", "b@x", T0), 0);
	assert_int_equal(ask(f, RESERVE_DATA, "m1", "", 1, T0), 0);
	assert_int_equal(used(f, T0 + 3600), 1);
}

/* A store whose clock is behind ours: no bucket is ever that of the present. */
static void
test_store_in_the_past(void **state)
{
	struct fixture *f = *state;
	char recipient[16];

	f->leases.ends_after_sec = -600;
	for (int i = 0; i < 8; i++) {
		(void)snprintf(recipient, sizeof(recipient), "r%d@x", i);
		assert_int_equal(rcpt(f, "m1", recipient, T0 + i), 0);
		assert_int_equal(f->answer.counted, 1);
	}
	assert_int_equal(used(f, T0 + 8), 8);
	assert_int_equal(reserve_release(f->book, "", SESSION), 8);
	assert_int_equal(used(f, T0 + 8), 0);
}

/* ---- given back ---------------------------------------------------------- */

static void
test_release_once_by_queue_id(void **state)
{
	struct fixture *f = *state;
	struct reserve_request request =
	    request_of(RESERVE_RCPT, "m1", "a@x", 0, T0);

	request.session = "";
	assert_int_equal(ask_for(f, &request), 0);
	request.queue_id = "4jYmJK1tsxz1bY3Z"; /* known from the second on */
	request.recipient = "b@x";
	assert_int_equal(ask_for(f, &request), 0);
	assert_int_equal(used(f, T0), 2);
	assert_int_equal(reserve_release(f->book, "4jYmJK1tsxz1bY3Y", ""), 0);
	assert_int_equal(reserve_release(f->book, "4jYmJK1tsxz1bY3Z", ""), 2);
	assert_int_equal(reserve_release(f->book, "4jYmJK1tsxz1bY3Z", ""), 0);
	assert_int_equal(used(f, T0), 0);
}

static void
test_forgotten_stays_counted(void **state)
{
	struct fixture *f = *state;
	struct reserve_request request =
	    request_of(RESERVE_RCPT, "m1", "a@x", 0, T0);
	struct reserve_size size;

	request.queue_id = "m1";
	assert_int_equal(ask_for(f, &request), 0);
	reserve_forget(f->book, "m2");
	reserve_forget(f->book, "m1");
	reserve_size(f->book, &size);
	assert_int_equal(size.messages, 0);
	assert_int_equal(reserve_release(f->book, "m1", ""), 0);
	assert_int_equal(used(f, T0), 1);
}

/* By its session a message is found only while it is the one in hand, and its
 * queue id is not known. */
static void
test_release_by_session(void **state)
{
	struct fixture *f = *state;
	struct reserve_request known =
	    request_of(RESERVE_DATA, "1a.6f.3.0", "", 1, T0);

	assert_int_equal(ask(f, RESERVE_DATA, "1a.6f.1.0", "", 1, T0), 0);
	assert_int_equal(ask(f, RESERVE_DATA, "1a.6f.2.1", "", 4, T0), 0);
	assert_int_equal(reserve_release(f->book, "4jYm", SESSION), 4);
	assert_int_equal(reserve_release(f->book, "4jYm", SESSION), 0);
	known.queue_id = "4jYk";
	assert_int_equal(ask_for(f, &known), 0);
	assert_int_equal(reserve_release(f->book, "", SESSION), 0);
	assert_int_equal(reserve_release(f->book, "4jYk", SESSION), 1);
	assert_int_equal(used(f, T0), 1);
	assert_int_equal(reserve_release(f->book, "", ""), 0);
}

/* The message before was accepted: one that is refused at once, and was never
 * counted, does not give it back. */
static void
test_refused_does_not_give_back_another(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(ask(f, RESERVE_DATA, "m1", "", 10, T0), 0);
	assert_int_equal(rcpt(f, "m2", "a@x", T0), 454);
	assert_int_equal(reserve_release(f->book, "", SESSION), 0);
	assert_int_equal(used(f, T0), 10);
}

/* ---- what waits, and what is not to be had ------------------------------- */

static void
test_pending_changes_nothing(void **state)
{
	struct fixture *f = *state;
	const struct reserve_request request =
	    request_of(RESERVE_DATA, "m1", "", 4, T0);
	struct reserve_size size;

	f->leases.next = LEASE_PENDING;
	f->leases.nexts = 3;
	assert_int_equal(ask_for(f, &request), -1);
	assert_int_equal(again(f, &request), -1);
	reserve_size(f->book, &size);
	assert_int_equal(size.messages, 0);
	assert_int_equal(again(f, &request), -1);
	assert_int_equal(again(f, &request), 0);
	assert_int_equal(f->answer.counted, 4);
	assert_int_equal(used(f, T0), 4);
	/* while it moves into another bucket */
	f->leases.nexts = 1;
	assert_int_equal(
	    ask(f, RESERVE_END_OF_MESSAGE, "m1", "", 5, T0 + 70), -1);
	assert_int_equal(used(f, T0 + 70), 4);
	assert_int_equal(
	    ask(f, RESERVE_END_OF_MESSAGE, "m1", "", 5, T0 + 70), 0);
	assert_int_equal(f->answer.counted, 1);
	assert_int_equal(span_of(&f->leases, 7, T0 + 60)->recipients, 5);
}

static void
test_unavailable(void **state)
{
	struct fixture *f = *state;

	f->leases.next = LEASE_UNAVAILABLE;
	f->leases.nexts = 2;
	assert_int_equal(rcpt(f, "m1", "a@x", T0), 451);
	assert_int_equal(f->answer.verdict.reason, RULES_REASON_UNAVAILABLE);
	assert_int_equal(ask(f, RESERVE_DATA, "m1", "", 2, T0), 451);
	assert_int_equal(ask(f, RESERVE_DATA, "m1", "", 2, T0), 0);
	assert_int_equal(used(f, T0), 2);
	f->leases.nexts = 1;
	assert_int_equal(ask(f, RESERVE_DATA, "m1", "", 3, T0), 451);
	assert_int_equal(used(f, T0), 2); /* what it has, it keeps */
}

static void
test_monitor_counts_beyond(void **state)
{
	struct fixture *f = *state;
	const struct reserve_request request =
	    request_of(RESERVE_DATA, "m3", "", 5, T0);

	f->conf->mode = CONF_MODE_MONITOR;
	assert_int_equal(ask(f, RESERVE_DATA, "m1", "", 8, T0), 0);
	assert_int_equal(ask(f, RESERVE_DATA, "m2", "", 8, T0), 454);
	assert_int_equal(f->answer.counted, 8);
	assert_int_equal(f->answer.wait_usec, 0);
	assert_int_equal(used(f, T0), 16);
	assert_int_equal(ask(f, RESERVE_DATA, "m2", "", 8, T0), 0);
	assert_int_equal(f->answer.counted, 0);
	/* the verdict stays while what is beyond it is pending */
	f->answer = (struct reserve_answer){0};
	f->leases.next = LEASE_RATE_FULL;
	f->leases.nexts = 1;
	f->account.daily_quota = -1;
	assert_int_equal(again(f, &request), 454);
	assert_int_equal(f->answer.verdict.reason, RULES_REASON_RATE);
	assert_int_equal(used(f, T0), 21);
}

static void
test_monitor_pending_beyond(void **state)
{
	struct fixture *f = *state;
	const struct reserve_request request =
	    request_of(RESERVE_DATA, "m1", "", 11, T0);

	f->conf->mode = CONF_MODE_MONITOR;
	f->answer = (struct reserve_answer){.is_beyond = true};
	f->answer.verdict = (struct rules_verdict){
	    .action = RULES_DEFER, .reason = RULES_REASON_QUOTA, .code = 454};
	f->leases.next = LEASE_PENDING;
	f->leases.nexts = 1;
	assert_int_equal(again(f, &request), -1);
	assert_int_equal(again(f, &request), 454);
	assert_int_equal(f->answer.counted, 11);
	assert_true(f->leases.last.is_unlimited);
	assert_int_equal(f->leases.orders, 2);
}

/* ---- forgotten ----------------------------------------------------------- */

static void
test_forgotten_after_an_hour(void **state)
{
	struct fixture *f = *state;
	const int64_t made_msec = INT64_C(86400) * 1000;
	struct reserve_size size;

	f->account.daily_quota = -1;
	assert_int_equal(ask(f, RESERVE_DATA, "m1", "", 2, T0), 0);
	assert_int_equal(ask(f, RESERVE_DATA, "m2", "", 2, T0 + 1), 0);
	reserve_expire(f->book, made_msec + RESERVE_KEEP_SEC * 1000);
	reserve_size(f->book, &size);
	assert_int_equal(size.messages, 2);
	reserve_expire(f->book, made_msec + (RESERVE_KEEP_SEC + 1) * 1000);
	reserve_size(f->book, &size);
	assert_int_equal(size.messages, 1);
	/* counted again, never less */
	assert_int_equal(ask(f, RESERVE_DATA, "m1", "", 2, T0 + 3601), 0);
	assert_int_equal(f->answer.counted, 2);
	assert_int_equal(ask(f, RESERVE_DATA, "m2", "", 2, T0 + 3601), 0);
	assert_int_equal(f->answer.counted, 0);
}

static int
ask_number(struct fixture *f, long number, int64_t recipients)
{
	char instance[32], session[32], queue_id[32];
	struct reserve_request request =
	    request_of(RESERVE_DATA, instance, "", recipients, T0);

	(void)snprintf(instance, sizeof(instance), "1a.%lx.0", number);
	(void)snprintf(session, sizeof(session), "192.0.2.1:%ld", number);
	(void)snprintf(queue_id, sizeof(queue_id), "4jYm%lx", number);
	request.session = session;
	request.queue_id = number % 3 == 0 ? "" : queue_id;
	return ask_for(f, &request);
}

/* A full book forgets its oldest, and grows no more. */
static void
test_bounded(void **state)
{
	struct fixture *f = *state;
	const long most = 4096;
	struct reserve_size size, full;

	reserve_free(&f->book);
	assert_int_equal(
	    reserve_new(&f->leases, (size_t)most, &f->book, NULL), SG_OK);
	f->account.daily_quota = -1;
	for (long i = 0; i < most; i++)
		assert_int_equal(ask_number(f, i, 1), 0);
	reserve_size(f->book, &full);
	assert_int_equal(full.messages, most);
	assert_in_range(full.bytes, 1, (size_t)most * 200);
	for (long i = most; i < 5 * most; i++)
		assert_int_equal(ask_number(f, i, 1), 0);
	reserve_size(f->book, &size);
	assert_int_equal(size.messages, most);
	assert_int_equal(size.bytes, full.bytes);
	for (long i = 4 * most; i < 5 * most; i++) {
		assert_int_equal(ask_number(f, i, 1), 0);
		assert_int_equal(f->answer.counted, 0);
	}
	assert_int_equal(ask_number(f, 4 * most - 1, 1), 0);
	assert_int_equal(f->answer.counted, 1);
	/* what is forgotten gives its memory back */
	reserve_expire(f->book, INT64_C(90001) * 1000);
	reserve_size(f->book, &size);
	assert_int_equal(size.messages, 0);
	assert_in_range(size.bytes, 0, full.bytes / 3);
}

/* Entries that go in the middle leave no holes for long. */
static void
test_gaps_are_closed(void **state)
{
	struct fixture *f = *state;
	struct reserve_size size;
	char queue_id[32];

	f->account.daily_quota = -1;
	assert_int_equal(ask_number(f, 0, 1), 0);
	for (long i = 1; i < 50000; i++) {
		assert_int_equal(ask_number(f, i, 2), 0);
		(void)snprintf(queue_id, sizeof(queue_id), "4jYm%lx", i);
		if (i % 3 != 0)
			assert_int_equal(
			    reserve_release(f->book, queue_id, ""), 2);
		else
			assert_int_equal(
			    reserve_release(f->book, "", "192.0.2.1:none"), 0);
		if (i % 3 == 0 && i > 300)
			assert_int_equal(ask_number(f, i - 300, 0), 0);
	}
	reserve_size(f->book, &size);
	assert_int_equal(size.messages, 1 + 49999 / 3);
	assert_in_range(size.bytes, 1, 65536 * 200);
	assert_int_equal(ask_number(f, 0, 1), 0);
	assert_int_equal(f->answer.counted, 0);
}

/* Thousands of messages with a thousand recipients each by RCPT. */
static void
test_recipients_are_bounded(void **state)
{
	struct fixture *f = *state;
	char instance[16], recipient[24];
	struct reserve_size size;

	reserve_free(&f->book);
	assert_int_equal(reserve_new(&f->leases, 1024, &f->book, NULL), SG_OK);
	f->account.daily_quota = -1;
	for (int i = 0; i < 200; i++) {
		(void)snprintf(instance, sizeof(instance), "m%d", i);
		for (int k = 0; k < 500; k++) {
			(void)snprintf(
			    recipient, sizeof(recipient), "r%d@x", k);
			assert_int_equal(rcpt(f, instance, recipient, T0), 0);
			assert_int_equal(f->answer.counted, 1);
		}
	}
	reserve_size(f->book, &size);
	assert_in_range(size.bytes, 1, 1024 * (200 + 64));
	assert_in_range(size.messages, 2, 199);
	assert_int_equal(rcpt(f, instance, "r499@x", T0), 0);
	assert_int_equal(f->answer.counted, 0);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    TEST(test_steps),
	    TEST(test_refused_rcpt_keeps_the_others),
	    TEST(test_what_is_ordered),
	    TEST(test_accounts_are_apart),
	    TEST(test_many_recipients),
	    TEST(test_bad_names),
	    TEST(test_long_transaction_counts_from_its_end),
	    TEST(test_moves_when_full),
	    TEST(test_buckets_ahead),
	    TEST(test_given_back_over_buckets),
	    TEST(test_clock_goes_back),
	    TEST(test_store_in_the_past),
	    TEST(test_release_once_by_queue_id),
	    TEST(test_forgotten_stays_counted),
	    TEST(test_release_by_session),
	    TEST(test_refused_does_not_give_back_another),
	    TEST(test_pending_changes_nothing),
	    TEST(test_unavailable),
	    TEST(test_monitor_counts_beyond),
	    TEST(test_monitor_pending_beyond),
	    TEST(test_forgotten_after_an_hour),
	    TEST(test_bounded),
	    TEST(test_gaps_are_closed),
	    TEST(test_recipients_are_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
