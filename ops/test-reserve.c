/* Reservations on a real store with injected time: once per message, the rolling
 * window, the rate, what is given back. */
#include "config.h"
#include "ops/reserve.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "conf/conf.h"
#include "rules/quota.h"
#include "store/store.h"

/* The first second of a bucket. */
#define T0 INT64_C(1790000040)
#define USEC INT64_C(1000000)

struct fixture {
	char dir[64];
	char url[128];
	struct conf *conf;
	struct store *store;
	struct admit admit;
	struct rules_account account;
	struct reserve_answer answer;
};

static int
set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct store_account row = {.policy = "none",
	    .facts = {.name = "shop", .daily_quota = 10, .rate = 1e6}};
	int from, to;

	assert_non_null(f);
	(void)snprintf(f->dir, sizeof(f->dir), "/tmp/test-reserve.XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	(void)snprintf(f->url, sizeof(f->url), "sqlite:%s/db", f->dir);
	assert_int_equal(store_migrate(f->url, &from, &to, NULL), SG_OK);
	assert_int_equal(
	    store_open(f->url, STORE_OPEN_WRITE, 0, &f->store, NULL), SG_OK);
	assert_int_equal(store_account_create(f->store, &row, NULL), SG_OK);
	f->account = row.facts;
	f->conf = conf_new_defaults();
	assert_non_null(f->conf);
	f->admit.conf = f->conf;
	*state = f;
	return 0;
}

static int
tear_down(void **state)
{
	static const char *const names[] = {"db", "db-wal", "db-shm"};
	struct fixture *f = *state;
	char path[128];

	store_close(&f->store);
	conf_unref(&f->conf);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", f->dir, names[i]);
		(void)unlink(path);
	}
	(void)rmdir(f->dir);
	free(f);
	return 0;
}

static int64_t
used(struct fixture *f, int64_t now_sec)
{
	int64_t n = -1;

	assert_int_equal(
	    store_quota_used(f->store, f->account.id, now_sec, &n, NULL),
	    SG_OK);
	return n;
}

/* Asks in a transaction of its own; what the client hears is in f->answer. */
static int
ask_usec(struct fixture *f, const struct reserve_request *request)
{
	struct err err = {0};

	assert_int_equal(store_begin(f->store, &err), SG_OK);
	assert_int_equal(reserve_decide(&f->admit, f->store, &f->account,
			     request, &f->answer, &err),
	    SG_OK);
	assert_int_equal(store_commit(f->store, &err), SG_OK);
	return f->answer.verdict.code;
}

static int
ask(struct fixture *f, enum reserve_stage stage, const char *instance,
    const char *recipient, int64_t count, int64_t now_sec)
{
	const struct reserve_request request = {.stage = stage,
	    .instance = instance,
	    .queue_id = "",
	    .session = "192.0.2.1:4000",
	    .recipient = recipient,
	    .recipient_count = count,
	    .now_usec = now_sec * USEC};

	return ask_usec(f, &request);
}

static int
rcpt(struct fixture *f, const char *instance, const char *recipient,
    int64_t now_sec)
{
	return ask(f, RESERVE_RCPT, instance, recipient, 0, now_sec);
}

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

/* Free after 24 h, not a second earlier. */
static void
test_window_rolls(void **state)
{
	struct fixture *f = *state;
	const int64_t sent = T0 + 59; /* last second of a bucket */
	const int64_t day = QUOTA_WINDOW_SEC;

	assert_int_equal(ask(f, RESERVE_DATA, "m1", "", 4, T0 - 3600), 0);
	assert_int_equal(ask(f, RESERVE_DATA, "m2", "", 6, sent), 0);
	assert_int_equal(rcpt(f, "m3", "a@x", sent + 1), 454);
	assert_int_equal(rcpt(f, "m3", "a@x", T0 - 3600 + day - 1), 454);
	assert_int_equal(
	    ask(f, RESERVE_DATA, "m4", "", 4, T0 - 3600 + day + 60), 0);
	assert_int_equal(rcpt(f, "m5", "a@x", sent + day - 1), 454);
	assert_int_equal(rcpt(f, "m5", "a@x", sent + day), 454);
	assert_int_equal(ask(f, RESERVE_DATA, "m6", "", 6, sent + day + 60), 0);
	assert_int_equal(used(f, sent + day + 60), 10);
}

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

static void
test_given_back_over_buckets(void **state)
{
	struct fixture *f = *state;
	int64_t given_back = 0;

	for (int i = 0; i < 5; i++) {
		char recipient[16];

		(void)snprintf(recipient, sizeof(recipient), "r%d@x", i);
		assert_int_equal(rcpt(f, "m1", recipient, T0 + i * 70), 0);
	}
	assert_int_equal(ask(f, RESERVE_DATA, "m1", "", 3, T0 + 400), 0);
	assert_int_equal(used(f, T0 + 400), 3);
	assert_int_equal(
	    reserve_release(f->store, "", "192.0.2.1:4000", &given_back, NULL),
	    SG_OK);
	assert_int_equal(given_back, 3);
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

static void
test_release_once_by_queue_id(void **state)
{
	struct fixture *f = *state;
	int64_t given_back = 0;
	struct reserve_request request = {.stage = RESERVE_RCPT,
	    .instance = "m1",
	    .queue_id = "",
	    .session = "",
	    .recipient = "a@x",
	    .now_usec = T0 * USEC};

	assert_int_equal(ask_usec(f, &request), 0);
	request.queue_id = "4jYmJK1tsxz1bY3Z"; /* known from the second on */
	request.recipient = "b@x";
	assert_int_equal(ask_usec(f, &request), 0);
	assert_int_equal(used(f, T0), 2);
	assert_int_equal(reserve_release(f->store, "4jYmJK1tsxz1bY3Y", "",
			     &given_back, NULL),
	    SG_OK);
	assert_int_equal(given_back, 0);
	assert_int_equal(reserve_release(f->store, "4jYmJK1tsxz1bY3Z", "",
			     &given_back, NULL),
	    SG_OK);
	assert_int_equal(given_back, 2);
	assert_int_equal(reserve_release(f->store, "4jYmJK1tsxz1bY3Z", "",
			     &given_back, NULL),
	    SG_OK);
	assert_int_equal(given_back, 0);
	assert_int_equal(used(f, T0), 0);
}

/* Of one session's messages the newest is given back, also when Postfix's
 * numbers get longer within a second. */
static void
test_release_takes_the_newest(void **state)
{
	struct fixture *f = *state;
	int64_t given_back = 0;

	assert_int_equal(ask(f, RESERVE_DATA, "1a.6f.ffff.0", "", 1, T0), 0);
	assert_int_equal(ask(f, RESERVE_DATA, "1a.6f.10001.1", "", 4, T0), 0);
	assert_int_equal(ask(f, RESERVE_DATA, "1a.6f.fffe.0", "", 2, T0), 0);
	assert_int_equal(
	    reserve_release(f->store, "", "192.0.2.1:4000", &given_back, NULL),
	    SG_OK);
	assert_int_equal(given_back, 4);
	assert_int_equal(ask(f, RESERVE_DATA, "1a.5f.0.0", "", 3, T0 + 1), 0);
	assert_int_equal(
	    reserve_release(f->store, "", "192.0.2.1:4000", &given_back, NULL),
	    SG_OK);
	assert_int_equal(given_back, 3);
	assert_int_equal(used(f, T0 + 1), 3);
	assert_int_equal(
	    reserve_release(f->store, "", "", &given_back, NULL), SG_OK);
	assert_int_equal(given_back, 0);
}

/* Accounts do not share a reservation, whatever name comes. */
static void
test_accounts_are_apart(void **state)
{
	struct fixture *f = *state;
	struct store_account row = {.policy = "none",
	    .facts = {.name = "other", .daily_quota = 10, .rate = 1e6}};
	struct rules_account shop = f->account;

	assert_int_equal(store_account_create(f->store, &row, NULL), SG_OK);
	assert_int_equal(rcpt(f, "m1", "a@x", T0), 0);
	f->account = row.facts;
	assert_int_equal(rcpt(f, "m1", "a@x", T0), 0);
	assert_int_equal(f->answer.counted, 1);
	assert_int_equal(used(f, T0), 1);
	f->account = shop;
	assert_int_equal(used(f, T0), 1);
}

static void
test_rate(void **state)
{
	struct fixture *f = *state;
	struct reserve_request request = {.stage = RESERVE_DATA,
	    .instance = "m1",
	    .queue_id = "",
	    .session = "",
	    .recipient = "",
	    .recipient_count = 1,
	    .now_usec = T0 * USEC};

	f->account.daily_quota = -1;
	f->account.rate = 2; /* two at once, then one each half second */
	f->conf->pacing_sec = 1;
	assert_int_equal(ask_usec(f, &request), 0);
	assert_int_equal(f->answer.wait_usec, 0);
	request.instance = "m2";
	assert_int_equal(ask_usec(f, &request), 0);
	assert_int_equal(f->answer.wait_usec, 0);
	request.instance = "m3";
	assert_int_equal(ask_usec(f, &request), 0);
	assert_int_equal(f->answer.wait_usec, 500000);
	assert_int_equal(ask_usec(f, &request), 0); /* a repeat */
	assert_int_equal(f->answer.wait_usec, 0);
	request.instance = "m4";
	assert_int_equal(ask_usec(f, &request), 0);
	assert_int_equal(f->answer.wait_usec, 1000000);
	request.instance = "m5";
	assert_int_equal(ask_usec(f, &request), 454);
	assert_int_equal(f->answer.verdict.reason, RULES_REASON_RATE);
	assert_int_equal(f->answer.counted, 0);
	request.now_usec += 500000;
	assert_int_equal(ask_usec(f, &request), 0);
	assert_int_equal(f->answer.wait_usec, 1000000);
	request.now_usec += 60 * USEC;
	request.instance = "m6";
	request.recipient_count =
	    50; /* more than a second's worth: into debt */
	assert_int_equal(ask_usec(f, &request), 0);
	assert_int_equal(f->answer.wait_usec, 0);
	request.instance = "m7";
	assert_int_equal(ask_usec(f, &request), 454);
}

/* The debt of a slow account reaches days ahead, and is no wrong clock's. */
static void
test_slow_rate(void **state)
{
	struct fixture *f = *state;
	const int64_t debt_sec = 50 * 10000;

	f->account.daily_quota = -1;
	f->account.rate = 0.0001;
	f->conf->pacing_sec = 0;
	assert_int_equal(ask(f, RESERVE_DATA, "m1", "", 50, T0), 0);
	assert_int_equal(ask(f, RESERVE_DATA, "m2", "", 1, T0 + 1), 454);
	assert_int_equal(f->answer.verdict.reason, RULES_REASON_RATE);
	assert_int_equal(
	    ask(f, RESERVE_DATA, "m3", "", 1, T0 + debt_sec - 1), 454);
	assert_int_equal(ask(f, RESERVE_DATA, "m4", "", 1, T0 + debt_sec), 0);
}

/* A clock that was wrong leaves no debt, also when it was wrong by less than a day;
 * hosts whose clocks differ by seconds do not forgive each other's. */
static void
test_rate_after_a_wrong_clock(void **state)
{
	struct fixture *f = *state;

	f->account.daily_quota = -1;
	f->account.rate = 10;
	f->conf->pacing_sec = 0;
	assert_int_equal(ask(f, RESERVE_DATA, "m1", "", 50, T0 + 7200), 0);
	assert_int_equal(ask(f, RESERVE_DATA, "m2", "", 50, T0), 0);
	assert_int_equal(ask(f, RESERVE_DATA, "m3", "", 1, T0 - 30), 454);
}

static void
test_monitor_counts_beyond(void **state)
{
	struct fixture *f = *state;

	f->conf->mode = CONF_MODE_MONITOR;
	assert_int_equal(ask(f, RESERVE_DATA, "m1", "", 8, T0), 0);
	assert_int_equal(ask(f, RESERVE_DATA, "m2", "", 8, T0), 454);
	assert_int_equal(f->answer.counted, 8);
	assert_int_equal(used(f, T0), 16);
	assert_int_equal(ask(f, RESERVE_DATA, "m2", "", 8, T0), 0);
	assert_int_equal(f->answer.counted, 0);
	f->account.daily_quota = -1;
	f->account.rate = 1;
	f->conf->pacing_sec = 0;
	assert_int_equal(ask(f, RESERVE_DATA, "m3", "", 5, T0 + 60), 0);
	assert_int_equal(ask(f, RESERVE_DATA, "m4", "", 9, T0 + 60), 454);
	assert_int_equal(used(f, T0 + 60), 30);
	/* what was let through beyond the rate left no debt */
	assert_int_equal(ask(f, RESERVE_DATA, "m5", "", 1, T0 + 66), 0);
}

/* More recipients than are remembered one by one: counted, corrected later. */
static void
test_many_recipients(void **state)
{
	struct fixture *f = *state;
	struct err err;
	char recipient[24];

	f->account.daily_quota = -1;
	assert_int_equal(store_begin(f->store, &err), SG_OK);
	for (int i = 0; i < STORE_RESERVATION_MAX_HASHES + 5; i++) {
		const struct reserve_request request = {.stage = RESERVE_RCPT,
		    .instance = "m1",
		    .queue_id = "",
		    .session = "",
		    .recipient = recipient,
		    .now_usec = T0 * USEC};

		(void)snprintf(recipient, sizeof(recipient), "r%d@x", i);
		assert_int_equal(reserve_decide(&f->admit, f->store,
				     &f->account, &request, &f->answer, &err),
		    SG_OK);
		assert_int_equal(f->answer.counted, 1);
	}
	assert_int_equal(store_commit(f->store, &err), SG_OK);
	assert_int_equal(used(f, T0), STORE_RESERVATION_MAX_HASHES + 5);
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
	struct reserve_request request = {.stage = RESERVE_RCPT,
	    .instance = "",
	    .queue_id = "",
	    .session = "",
	    .recipient = "a@x",
	    .now_usec = T0 * USEC};
	struct err err;

	memset(name, 'x', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	for (int i = 0; i < 2; i++) {
		assert_int_equal(reserve_decide(&f->admit, f->store,
				     &f->account, &request, &f->answer, &err),
		    SG_INVALID);
		assert_int_equal(f->answer.verdict.code, 451);
		request.instance = name;
	}
	name[RESERVE_INSTANCE_MAX] = '\0';
	assert_int_equal(ask_usec(f, &request), 0);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    TEST(test_steps),
	    TEST(test_refused_rcpt_keeps_the_others),
	    TEST(test_window_rolls),
	    TEST(test_long_transaction_counts_from_its_end),
	    TEST(test_given_back_over_buckets),
	    TEST(test_clock_goes_back),
	    TEST(test_release_once_by_queue_id),
	    TEST(test_release_takes_the_newest),
	    TEST(test_accounts_are_apart),
	    TEST(test_rate),
	    TEST(test_slow_rate),
	    TEST(test_rate_after_a_wrong_clock),
	    TEST(test_monitor_counts_beyond),
	    TEST(test_many_recipients),
	    TEST(test_bad_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
