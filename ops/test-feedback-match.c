/* Whose a report is: tokens that are forged, strange or late, messages that are not
 * known; several at once, and killed. */
#include "config.h"
#include "ops/test-feedback.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "conf/conf.h"
#include "ops/admin.h"

/* ---- whose it is ------------------------------------------------------------------------ */

static void
assert_untouched(struct house *house)
{
	assert_int_equal(house_events(house, STORE_EVENT_BOUNCE).count, 0);
	assert_int_equal(house_tally(house, 0).bounces, 0);
	assert_int_equal(house_listed(house, "x@y.example"), -1);
	assert_int_equal(house_letters(house, STORE_LETTER_FORWARD).count, 0);
}

static void
test_forged(void **state)
{
	struct house *house = *state;
	char address[RULES_ADDRESS_MAX + 1];
	struct house_reports kept;

	house_mail(house, "4abc", "E x@y.example\n");
	(void)snprintf(
	    address, sizeof(address), "%s", house_address(house, "4abc"));
	address[5] = address[5] == 'a' ? 'b' : 'a';
	house_take(house, address, "x@y.example", "failed", "5.1.1");
	assert_int_equal(house->result.state, STORE_REPORT_FORGED);
	assert_int_equal(house->result.account_id, 0);
	kept = house_reports(house);
	assert_int_equal(kept.count, 1);
	assert_int_equal(kept.last.state, STORE_REPORT_FORGED);
	assert_int_equal(kept.last.account_id, 0);
	assert_string_not_equal(kept.last.why, "");
	house_take(
	    house, "someone@bounce.test", "x@y.example", "failed", "5.1.1");
	assert_int_equal(house->result.state, STORE_REPORT_UNMATCHED);
	house_take(house, "", "x@y.example", "failed", "5.1.1");
	assert_int_equal(house->result.state, STORE_REPORT_UNMATCHED);
	house_take(house, "b-x@bounce.test", "x@y.example", "failed", "5.1.1");
	assert_int_not_equal(house->result.state, STORE_REPORT_MATCHED);
	assert_untouched(house);
	/* of nobody's one text is kept once */
	assert_int_equal(house_reports(house).count, 1);
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
		house_take(house, "someone@bounce.test", to, "failed", "5.1.1");
		assert_int_equal(house->result.state, STORE_REPORT_UNMATCHED);
		assert_false(house->result.is_repeated);
	}
	assert_int_equal(house_reports(house).count, 3);
	house_mail(house, "4abc", "E x@y.example\n");
	house_take(house, house_address(house, "4abc"), "x@y.example", "failed",
	    "5.1.1");
	assert_int_equal(house_reports(house).count, 4);
}

/* One that comes to many addresses, none of them a message's, takes the room of one. */
static void
test_nobodys_copies(void **state)
{
	static const struct house_part part = {
	    "x@y.example", "failed", "5.1.1", "550 no"};
	static const char *const addresses[] = {"b-xyz@bounce.test",
	    "b-aeaaaaab@bounce.test", "postmaster@bounce.test"};
	struct house *house = *state;

	for (size_t i = 0; i < 3; i++)
		house_take_parts(house, addresses[i], "", &part, 1);
	assert_int_equal(house_reports(house).count, 1);
	assert_true(house->result.is_repeated);
	house_mail(house, "4abc", "E x@y.example\n");
	house_take_parts(house, house_address(house, "4abc"), "", &part, 1);
	assert_int_equal(house_reports(house).count, 2);
	assert_int_equal(house->result.bounces, 1);
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

	house_mail(house, "4abc", "E x@y.example\n");
	(void)snprintf(
	    address, sizeof(address), "%s", house_address(house, "4abc"));
	(void)snprintf(text, sizeof(text),
	    "%s\nFinal-Recipient: rfc822; x@y.example\nAction: failed\n"
	    "Status: 5.1.1\n\n--B\nContent-Type: message/rfc822\n\n"
	    "Return-Path: <%s>\nFrom: news@shop.example\n\nHello\n--B--\n",
	    house_dsn_head, address);
	house_take_text(house, "postmaster@bounce.test", text);
	assert_int_equal(house->result.state, STORE_REPORT_MATCHED);
	assert_int_equal(house->result.bounces, 1);
	house_mail(house, "4DEF", "E x@y.example\n");
	(void)snprintf(
	    address, sizeof(address), "%s", house_address(house, "4DEF"));
	upper(address);
	house_take(house, address, "x@y.example", "failed", "5.1.1");
	assert_int_equal(house->result.state, STORE_REPORT_MATCHED);
	assert_string_equal(house->result.queue_id, "4DEF");
}

static void
test_strange(void **state)
{
	struct house *house = *state;
	struct house_reports kept;

	house_mail(
	    house, "4abc", "E a@y.example\nE b@y.example\nB x@y.example\n");
	house_take(house, house_address(house, "4abc"), "z@y.example", "failed",
	    "5.1.1");
	assert_int_equal(house->result.state, STORE_REPORT_STRANGE);
	kept = house_reports(house);
	assert_int_equal(kept.last.state, STORE_REPORT_STRANGE);
	assert_string_equal(kept.last.queue_id, "4abc");
	/* nor one who was left out */
	house_take(house, house_address(house, "4abc"), "x@y.example", "failed",
	    "5.1.1");
	assert_int_equal(house->result.state, STORE_REPORT_STRANGE);
	assert_int_equal(house_fates(house, "4abc").count, 0);
	assert_int_equal(house_tally(house, 0).bounces, 0);
	/* of a message to one it can be nobody else's: he has forwarded it */
	house_mail(house, "4def", "E one@y.example\nB x@y.example\n");
	house_take(house, house_address(house, "4def"), "z@elsewhere.example",
	    "failed", "5.1.1");
	assert_int_equal(house->result.state, STORE_REPORT_MATCHED);
	assert_int_equal(
	    house_listed(house, "one@y.example"), RULES_SUPPRESSED_BOUNCE);
	assert_int_equal(house_listed(house, "z@elsewhere.example"), -1);
}

static void
test_late(void **state)
{
	struct house *house = *state;

	house_mail(house, "4abc", "E x@y.example\n");
	house->now_msec = SENT_MSEC + 32 * DAY_MSEC;
	house_take(house, house_address(house, "4abc"), "x@y.example", "failed",
	    "5.1.1");
	assert_int_equal(house->result.state, STORE_REPORT_LATE);
	assert_untouched(house);
	house->admin->conf->retention_days = 60;
	house_mail(house, "4def", "E x@y.example\n");
	house_take(house, house_address(house, "4def"), "x@y.example", "failed",
	    "5.1.1");
	assert_int_equal(house->result.state, STORE_REPORT_MATCHED);
	assert_int_equal(house->result.bounces, 1);
}

/* Its message is not known: it waits, and nothing is done on its word alone. */
static void
test_waits(void **state)
{
	struct house *house = *state;
	struct house_fates fates;

	house_take(house, house_address(house, "4abc"), "X@y.example", "failed",
	    "5.1.1");
	assert_int_equal(house->result.state, STORE_REPORT_MATCHED);
	fates = house_fates(house, "4abc");
	assert_int_equal(fates.count, 1);
	assert_int_equal(fates.list[0].counted, STORE_FATE_WAITS);
	assert_int_equal(house_events(house, STORE_EVENT_BOUNCE).count, 1);
	assert_int_equal(house_listed(house, "x@y.example"), -1);
	assert_int_equal(house_tally(house, 0).bounces, 0);
	house_mail(house, "4abc", "E x@y.example\nE z@y.example\n");
	/* the next report brings the message in */
	house_take(house, house_address(house, "4abc"), "z@y.example", "failed",
	    "5.1.1");
	fates = house_fates(house, "4abc");
	assert_int_equal(fates.count, 2);
	assert_int_equal(fates.list[0].counted, STORE_FATE_COUNTED);
	assert_int_equal(house_tally(house, 0).bounces, 2);
	assert_int_equal(house_events(house, STORE_EVENT_BOUNCE).count, 2);
	assert_int_equal(
	    house_listed(house, "x@y.example"), RULES_SUPPRESSED_BOUNCE);
}

/* Those who listen hear of it then, once for all of its recipients. */
static void
test_waits_told_once(void **state)
{
	static const struct house_part parts[] = {
	    {"x@y.example", "failed", "5.1.1", "550 no"},
	    {"z@y.example", "failed", "5.1.1", "550 no"}};
	struct house *house = *state;
	struct admin_fixture *f = house->admin;
	struct store_topic topic = {.account_id = house->account_id,
	    .name = "t",
	    .signature_version = 1,
	    .created_sec = TEST_NOW};
	struct store_subscription listener = {.uuid = "u",
	    .protocol = "https",
	    .endpoint = "https://a.example/",
	    .confirmed = true,
	    .created_sec = TEST_NOW};
	struct store_notification_numbers numbers;
	struct store_identity identity;

	assert_code(
	    f, SG_OK, store_topic_create(house->store, &topic, &f->err));
	listener.topic_id = topic.id;
	assert_code(
	    f, SG_OK, store_subscription_add(house->store, &listener, &f->err));
	assert_code(f, SG_OK,
	    store_identity_get_by_id(
		house->store, house->identity_id, &identity, &f->err));
	identity.bounce_topic_id = topic.id;
	assert_code(
	    f, SG_OK, store_identity_update(house->store, &identity, &f->err));
	house_take_parts(house, house_address(house, "4abc"), "", parts, 2);
	assert_code(f, SG_OK,
	    store_notification_count(
		house->store, 0, TEST_NOW, &numbers, &f->err));
	assert_int_equal(numbers.waiting, 0);
	house_mail(house, "4abc", "E x@y.example\nE z@y.example\n");
	house_take(house, house_address(house, "4abc"), "", "delayed", "4.4.1");
	assert_int_equal(house_tally(house, 0).bounces, 2);
	assert_code(f, SG_OK,
	    store_notification_count(
		house->store, 0, TEST_NOW, &numbers, &f->err));
	assert_int_equal(numbers.waiting, 1);
}

static void
test_account_gone(void **state)
{
	struct house *house = *state;

	assert_code(house->admin, SG_OK,
	    store_account_delete(
		house->store, house->account_id, &house->admin->err));
	house_take(house, house_address(house, "4abc"), "x@y.example", "failed",
	    "5.1.1");
	assert_int_equal(house->result.state, STORE_REPORT_UNMATCHED);
	assert_int_equal(house_reports(house).last.account_id, 0);
}

/* Who knows a token can write as often as he likes. */
static void
test_many_reports(void **state)
{
	struct house *house = *state;
	char note[32];

	house_mail(house, "4abc", "E x@y.example\nE z@y.example\n");
	for (int i = 0; i < FEEDBACK_REPORTS_PER_MESSAGE + 20; i++) {
		struct house_part part = {
		    "x@y.example", "delayed", "4.4.1", "450 later"};

		(void)snprintf(note, sizeof(note), "%d", i);
		house_take_parts(
		    house, house_address(house, "4abc"), note, &part, 1);
	}
	assert_int_equal(
	    house_reports(house).count, FEEDBACK_REPORTS_PER_MESSAGE);
	assert_int_equal(house_events(house, STORE_EVENT_DELIVERY_DELAY).count,
	    FEEDBACK_REPORTS_PER_MESSAGE);
	/* what counts is still taken */
	house_take(house, house_address(house, "4abc"), "x@y.example", "failed",
	    "5.1.1");
	assert_int_equal(house->result.bounces, 1);
	assert_int_equal(house_tally(house, 0).bounces, 1);
	/* but not of a message that nobody knows */
	for (int i = 0; i < FEEDBACK_REPORTS_PER_MESSAGE + 20; i++) {
		struct house_part part = {note, "failed", "5.1.1", "550 no"};

		(void)snprintf(note, sizeof(note), "u%d@y.example", i);
		house_take_parts(
		    house, house_address(house, "4zzz"), note, &part, 1);
	}
	assert_int_equal(house_events(house, STORE_EVENT_BOUNCE).count,
	    FEEDBACK_REPORTS_PER_MESSAGE + 1);
}

/* Nor as much as he likes. */
static void
test_large_reports(void **state)
{
	enum { NOTE_BYTES = 700 * 1024 };
	struct house *house = *state;
	char *note = calloc(1, NOTE_BYTES + 1);
	struct house_reports kept;

	assert_non_null(note);
	memset(note, 'x', NOTE_BYTES);
	house_mail(house, "4abc", "E x@y.example\nE z@y.example\n");
	for (int i = 0; i < 15; i++) {
		struct house_part part = {
		    "x@y.example", "delayed", "4.4.1", "450 later"};

		note[NOTE_BYTES - 1] = (char)('a' + i);
		house_take_parts(
		    house, house_address(house, "4abc"), note, &part, 1);
	}
	free(note);
	kept = house_reports(house);
	assert_true(kept.count > 1);
	assert_true(
	    (int64_t)kept.count * NOTE_BYTES < FEEDBACK_REPORTS_MAX_BYTES);
	house_take(house, house_address(house, "4abc"), "z@y.example", "failed",
	    "5.1.1");
	assert_int_equal(house_tally(house, 0).bounces, 1);
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
		struct house_part part = {to, "failed", "5.1.1", "550 no"};
		struct feedback_result result;
		struct err err;
		char *text;

		(void)snprintf(queue_id, sizeof(queue_id), "4m%d", number);
		(void)snprintf(to, sizeof(to), "u%d@y.example", number);
		text = house_dsn_dup(to, &part, 1);
		ok = feedback_take(&env,
			 house_address((struct house *)house, queue_id), text,
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
		house_mail(house, queue_id, to);
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
	assert_int_equal(house_reports(house).count, MANY);
	assert_int_equal(house_events(house, STORE_EVENT_SEND).count, MANY);
	assert_int_equal(house_events(house, STORE_EVENT_BOUNCE).count, MANY);
	assert_int_equal(
	    house_letters(house, STORE_LETTER_FORWARD).count, MANY);
	assert_int_equal(house_tally(house, 0).sent, MANY);
	assert_int_equal(house_tally(house, 0).bounces, MANY);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    WITH_HOUSE(test_forged),
	    WITH_HOUSE(test_unmatched_most),
	    WITH_HOUSE(test_nobodys_copies),
	    WITH_HOUSE(test_token),
	    WITH_HOUSE(test_strange),
	    WITH_HOUSE(test_late),
	    WITH_HOUSE(test_waits),
	    WITH_HOUSE(test_waits_told_once),
	    WITH_HOUSE(test_account_gone),
	    WITH_HOUSE(test_many_reports),
	    WITH_HOUSE(test_large_reports),
	    WITH_HOUSE(test_killed),
	};

	house_start("test-feedback-match");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
