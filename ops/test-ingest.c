/* From the journal into the store: rows, events, counts; several at once; killed
 * at any moment. */
#include "config.h"

#include "ops/ingest.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "conf/conf.h"
#include "ops/account.h"
#include "ops/admin.h"
#include "ops/test-ingest.h"
#include "report/report.h"

/* ---- rows ----------------------------------------------------------------------- */

static void
test_message(void **state)
{
	static const struct rules_header headers[] = {
	    {"From", "\"A, B\" <a@shop.example>"},
	    {"To", "x@y.example,\r\n\t Z (a, b) <z@y.example>"},
	    {"Subject", " two\n words "},
	    {"Message-ID", "<1@shop.example>"},
	};
	static const struct journal_tag tags[] = {
	    {"campaign", "spring"}, {"campaign", "2026"}};
	struct house *house = *state;
	struct journal_entry entry = ingest_house_entry(house, "4abcDEF");
	struct seen seen;
	json_t *facts, *list, *first, *campaign;
	const char *from, *to, *subject, *identity;

	entry.headers = headers;
	entry.header_count = 4;
	entry.keeps_headers = true;
	entry.tags = tags;
	entry.tag_count = 2;
	ingest_house_note(house, &entry);
	assert_int_equal(ingest_house_run(house), 1);
	assert_int_equal(ingest_house_run(house), 0);
	seen = ingest_house_messages(house);
	assert_int_equal(seen.count, 1);
	assert_int_equal(seen.message.account_id, house->account_id);
	assert_string_equal(seen.message.queue_id, "4abcDEF");
	assert_int_equal(seen.message.sent_msec, SENT_MSEC);
	assert_int_equal(seen.message.identity_id, 3);
	assert_int_equal(seen.message.size, 100);
	assert_string_equal(seen.recipients, "E x@y.example\n");
	facts = json_loads(seen.facts, 0, NULL);
	assert_int_equal(
	    json_unpack(facts, "{s:o, s:{s:[s], s:[o,s!], s:s}, s:{s:o}, s:s}",
		"headers", &list, "commonHeaders", "from", &from, "to", &first,
		&to, "subject", &subject, "tags", "campaign", &campaign,
		"identity", &identity),
	    0);
	assert_int_equal(json_array_size(list), 4);
	assert_string_equal(from, "\"A, B\" <a@shop.example>");
	assert_string_equal(to, "Z (a, b) <z@y.example>");
	assert_string_equal(subject, "two words");
	assert_int_equal(json_array_size(campaign), 2);
	assert_string_equal(identity, "shop.example");
	json_decref(facts);
	seen = ingest_house_events(house, STORE_EVENT_SEND);
	assert_int_equal(seen.count, 1);
	assert_string_equal(seen.recipients, "x@y.example");
	assert_string_equal(seen.detail, "{}");
}

/* Its tenant is kept, and counted by itself. */
static void
test_tenant(void **state)
{
	struct house *house = *state;
	struct journal_entry other = ingest_house_entry(house, "4abc");
	struct journal_entry entry = ingest_house_entry(house, "4abd");
	struct seen seen;

	other.tenant_id = 5;
	other.tenant_name = "customer";
	ingest_house_note(house, &other);
	ingest_house_note(house, &entry);
	assert_int_equal(ingest_house_run(house), 2);
	seen = ingest_house_messages(house);
	assert_int_equal(seen.message.tenant_id, 5); /* the older comes last */
	assert_non_null(strstr(seen.facts, "\"tenant\":\"customer\""));
	assert_int_equal(ingest_house_tally(house, 0).sent, 2);
	assert_int_equal(
	    ingest_house_tally(house, STORE_TALLY_TENANT(5)).sent, 1);
	assert_int_equal(
	    ingest_house_tally(house, STORE_TALLY_TENANT(5)).eligible, 1);
}

/* Who was left out is told as Amazon SES tells it; who counts is counted. */
static void
test_recipients(void **state)
{
	struct house *house = *state;
	struct journal_entry entry = ingest_house_entry(house, "4abc");
	struct seen seen;

	entry.recipients = "E e@y.example\nS success@sim.example\n"
			   "V v@shop.example\nB b@y.example\nM m@y.example\n"
			   "C c@y.example\n";
	entry.set_id = 9;
	entry.set_name = "main";
	ingest_house_note(house, &entry);
	assert_int_equal(ingest_house_run(house), 1);
	seen = ingest_house_events(house, STORE_EVENT_SEND);
	assert_non_null(strstr(seen.recipients, "c@y.example"));
	assert_int_equal(seen.set_id, 9);
	seen = ingest_house_events(house, STORE_EVENT_BOUNCE);
	assert_int_equal(seen.count, 1);
	assert_string_equal(seen.recipients, "b@y.example\nm@y.example");
	assert_non_null(strstr(seen.detail, "\"OnAccountSuppressionList\""));
	assert_non_null(strstr(seen.detail, "\"Permanent\""));
	seen = ingest_house_events(house, STORE_EVENT_COMPLAINT);
	assert_int_equal(seen.count, 1);
	assert_string_equal(seen.recipients, "c@y.example");
	assert_non_null(strstr(seen.detail, "SubType\":\"OnAccountSupp"));
	for (int64_t set_id = 0; set_id <= 9; set_id += 9) {
		const struct store_tally sum =
		    ingest_house_tally(house, set_id);

		assert_int_equal(sum.sent, 3);
		assert_int_equal(sum.eligible, 1);
		assert_int_equal(sum.bounces, 0);
		assert_int_equal(sum.bucket_sec % STORE_TALLY_BUCKET_SEC, 0);
		assert_true(sum.bucket_sec <= SENT_MSEC / 1000);
	}
}

static void
test_rejected(void **state)
{
	struct house *house = *state;
	struct journal_entry entry = ingest_house_entry(house, "4abc");
	struct seen seen;

	entry.kind = JOURNAL_REJECTED;
	entry.reason = "BAD_HEADER";
	entry.reply = "554 5.6.0 no From";
	ingest_house_note(house, &entry);
	assert_int_equal(ingest_house_run(house), 0);
	assert_int_equal(ingest_house_messages(house).count, 0);
	seen = ingest_house_events(house, STORE_EVENT_REJECT);
	assert_int_equal(seen.count, 1);
	assert_string_equal(seen.recipients, "x@y.example");
	assert_non_null(strstr(seen.detail, "\"reason\":\"BAD_HEADER\""));
	assert_non_null(strstr(seen.detail, EVENT_PRIVATE_KEY));
	assert_int_equal(ingest_house_tally(house, 0).sent, 0);
	assert_int_equal(ingest_house_tally(house, 0).rejected, 1);
}

static void
test_account_gone(void **state)
{
	struct house *house = *state;
	struct journal_entry entry = ingest_house_entry(house, "4abc");

	entry.account_id = 77;
	ingest_house_note(house, &entry);
	entry.kind = JOURNAL_REJECTED;
	ingest_house_note(house, &entry);
	entry = ingest_house_entry(house, "4def");
	ingest_house_note(house, &entry);
	assert_int_equal(ingest_house_run(house), 1);
	assert_int_equal(ingest_house_messages(house).count, 1);
	assert_int_equal(
	    ingest_house_events(house, STORE_EVENT_REJECT).count, 0);
}

/* ---- what waited ------------------------------------------------------------------ */

static struct store_fate
waiting(const struct house *house, const char *recipient, int type)
{
	struct store_fate fate = {.account_id = house->account_id,
	    .queue_id = "4abc",
	    .kind = STORE_FATE_BOUNCE,
	    .at_msec = SENT_MSEC,
	    .type = type,
	    .subtype = REPORT_SUB_GENERAL,
	    .fault = REPORT_FAULT_RECIPIENT,
	    .counted = STORE_FATE_WAITS};

	(void)snprintf(fate.recipient, sizeof(fate.recipient), "%s", recipient);
	return fate;
}

static bool
see_fate(void *ctx, const struct store_fate *row)
{
	struct store_fate *fates = ctx;

	for (int i = 0; i < 3; i++)
		if (fates[i].account_id == 0) {
			fates[i] = *row;
			break;
		}
	return true;
}

/* A report was faster than its message: it counts when that becomes known. */
static void
test_waits(void **state)
{
	struct house *house = *state;
	struct admin_fixture *f = house->admin;
	struct journal_entry entry = ingest_house_entry(house, "4abc");
	struct store_fate rows[] = {
	    waiting(house, "hard@y.example", REPORT_PERMANENT),
	    waiting(house, "soft@y.example", REPORT_TRANSIENT),
	    waiting(house, "stranger@y.example", REPORT_PERMANENT),
	};
	struct store_fate after[3] = {0};
	struct store_suppression entry_row;
	bool is_new;

	for (size_t i = 0; i < 3; i++)
		assert_code(f, SG_OK,
		    store_fate_add(f->store, &rows[i], &is_new, &f->err));
	entry.recipients =
	    "E Hard@y.example\nE soft@y.example\nE other@y.example\n";
	ingest_house_note(house, &entry);
	assert_int_equal(ingest_house_run(house), 1);
	assert_code(f, SG_OK,
	    store_fate_list(
		f->store, house->account_id, "4abc", see_fate, after, &f->err));
	assert_int_equal(after[0].counted, STORE_FATE_COUNTED);
	assert_true(after[0].suppressed);
	assert_int_equal(after[1].counted, STORE_FATE_NOT_COUNTED);
	assert_false(after[1].suppressed);
	assert_int_equal(after[2].counted, STORE_FATE_NOT_COUNTED);
	assert_false(after[2].suppressed);
	assert_int_equal(ingest_house_tally(house, 0).bounces, 1);
	assert_int_equal(ingest_house_tally(house, 0).eligible, 3);
	assert_code(f, SG_OK,
	    store_suppression_get(f->store, house->account_id, "hard@y.example",
		&entry_row, &f->err));
	assert_string_equal(entry_row.queue_id, "4abc");
	assert_code(f, SG_MISSING,
	    store_suppression_get(f->store, house->account_id,
		"stranger@y.example", &entry_row, &f->err));
}

/* ---- reputation ------------------------------------------------------------------ */

static void
write_account(struct house *house, int64_t fresh_start_sec, bool resumed)
{
	struct admin_fixture *f = house->admin;
	struct store_account row;

	assert_code(f, SG_OK, account_get(f->store, "shop", &row, &f->err));
	row.fresh_start_sec = fresh_start_sec;
	row.standing = resumed ? RULES_SHUT_DOWN : RULES_HEALTHY;
	assert_code(f, SG_OK, store_account_update(f->store, &row, &f->err));
}

static bool
see_bucket(void *ctx, const struct store_tally *row)
{
	struct store_tally *newest = ctx;

	*newest = *row;
	return false;
}

/* What is sent after a fresh start counts from that moment on, in the same quarter of
 * an hour, too. */
static void
test_fresh_start(void **state)
{
	struct house *house = *state;
	struct admin_fixture *f = house->admin;
	struct journal_entry entry = ingest_house_entry(house, "4abc");
	struct store_tally newest = {0};

	ingest_house_note(house, &entry);
	assert_int_equal(ingest_house_run(house), 1);
	write_account(house, SENT_MSEC / 1000 + 1, false);
	entry = ingest_house_entry(house, "4def");
	entry.at_msec += 2000;
	ingest_house_note(house, &entry);
	assert_int_equal(ingest_house_run(house), 1);
	assert_code(f, SG_OK,
	    store_tally_list(f->store, house->account_id, 0,
		SENT_MSEC / 1000 + 1, see_bucket, &newest, &f->err));
	assert_int_equal(newest.bucket_sec, SENT_MSEC / 1000 + 1);
	assert_int_equal(newest.eligible, 1);
	assert_int_equal(ingest_house_tally(house, 0).eligible, 2);
}

/* Whom a person resumed under figures that are bad still is not paused again by the
 * next message, only by the next bounce. */
static void
test_resumed(void **state)
{
	struct house *house = *state;
	struct admin_fixture *f = house->admin;
	struct journal_entry entry = ingest_house_entry(house, "4abc");
	struct store_tally bad = {.account_id = house->account_id,
	    .bucket_sec = SENT_MSEC / 1000 / STORE_TALLY_BUCKET_SEC *
			  STORE_TALLY_BUCKET_SEC,
	    .sent = 1000,
	    .eligible = 1000,
	    .bounces = 500};
	struct store_fate fate =
	    waiting(house, "hard@y.example", REPORT_PERMANENT);
	struct store_account row;
	bool is_new;

	assert_code(f, SG_OK, store_tally_add(f->store, &bad, &f->err));
	write_account(house, 0, true);
	ingest_house_note(house, &entry);
	assert_int_equal(ingest_house_run(house), 1);
	assert_code(f, SG_OK, account_get(f->store, "shop", &row, &f->err));
	assert_false(row.facts.paused);

	(void)snprintf(fate.queue_id, sizeof(fate.queue_id), "4def");
	assert_code(
	    f, SG_OK, store_fate_add(f->store, &fate, &is_new, &f->err));
	entry = ingest_house_entry(house, "4def");
	entry.recipients = "E hard@y.example\n";
	ingest_house_note(house, &entry);
	assert_int_equal(ingest_house_run(house), 1);
	assert_code(f, SG_OK, account_get(f->store, "shop", &row, &f->err));
	assert_true(row.facts.paused);
}

/* ---- several, and killed ----------------------------------------------------------- */

#define MANY 600

static void
note_many(struct house *house, int from, int count)
{
	for (int i = from; i < from + count; i++) {
		struct journal_entry entry;
		char queue_id[32];

		(void)snprintf(queue_id, sizeof(queue_id), "4m%d", i);
		entry = ingest_house_entry(house, queue_id);
		entry.at_msec = SENT_MSEC - i * 1000;
		if (i % 10 == 0)
			entry.kind = JOURNAL_REJECTED;
		ingest_house_note(house, &entry);
		if (i % 150 == 149) { /* the next file */
			journal_close(&house->journal);
			assert_int_equal(
			    journal_open(house->dir, &house->journal, NULL),
			    SG_OK);
		}
	}
}

static void
assert_many(struct house *house, int count)
{
	int rejected = (count + 9) / 10;

	assert_int_equal(ingest_house_messages(house).count, count - rejected);
	assert_int_equal(ingest_house_events(house, STORE_EVENT_SEND).count,
	    count - rejected);
	assert_int_equal(
	    ingest_house_events(house, STORE_EVENT_REJECT).count, rejected);
	assert_int_equal(ingest_house_tally(house, 0).sent, count - rejected);
	assert_int_equal(
	    ingest_house_tally(house, 0).eligible, count - rejected);
}

static void *
ingest_thread(void *ctx)
{
	const struct house *house = ctx;
	struct store *store;
	int64_t count = -1;
	struct err err;

	if (store_open(house->admin->conf->store, STORE_OPEN_WRITE, 5000,
		&store, &err) != SG_OK)
		return ctx;
	for (int i = 0; i < 5; i++)
		if (ingest_run(store, house->admin->conf, TEST_NOW, &count,
			&err) != SG_OK) {
			print_error("%s\n", err.text);
			return ctx;
		}
	store_close(&store);
	return NULL;
}

static void
test_two_at_once(void **state)
{
	struct house *house = *state;
	pthread_t threads[3];

	note_many(house, 0, MANY / 2);
	for (int i = 0; i < 3; i++)
		assert_int_equal(
		    pthread_create(&threads[i], NULL, ingest_thread, house), 0);
	note_many(house, MANY / 2, MANY / 2);
	for (int i = 0; i < 3; i++) {
		void *failed;

		assert_int_equal(pthread_join(threads[i], &failed), 0);
		assert_null(failed);
	}
	journal_close(&house->journal);
	(void)ingest_house_run(house);
	assert_many(house, MANY);
	assert_int_equal(ingest_house_files(house).count, 0);
}

#define AHEAD 2500

/* In one file, and one that is no good among them. */
static void
append_many(struct house *house, int count)
{
	struct journal_entry entry = ingest_house_entry(house, "4m0");
	struct buf text;

	buf_init(&text, 1024 * 1024);
	entry.kind = JOURNAL_REJECTED;
	ingest_house_note(house, &entry);
	for (int i = 1; i < count; i++) {
		assert_true(buf_printf(&text,
		    "{\"kind\":\"%s\",\"account\":%lld,\"id\":\"4m%d\","
		    "\"at\":%lld,\"sender\":\"news@shop.example\","
		    "\"identity\":\"shop.example\","
		    "\"recipients\":\"E user%d@y.example\"}\n",
		    i % 10 == 0 ? "rejected" : "sent",
		    (long long)house->account_id, i, (long long)(SENT_MSEC - i),
		    i));
		if (i == count / 2)
			assert_true(buf_puts(&text, "no JSON\n"));
	}
	ingest_house_append(
	    house, ingest_house_files(house).first, buf_str(&text));
	buf_fini(&text);
	journal_close(&house->journal);
}

/* Each reads ahead, and sees what it has read come into the store by another. */
static void
test_reading_ahead(void **state)
{
	struct house *house = *state;
	pthread_t threads[2];

	append_many(house, AHEAD);
	for (int i = 0; i < 2; i++)
		assert_int_equal(
		    pthread_create(&threads[i], NULL, ingest_thread, house), 0);
	for (int i = 0; i < 2; i++) {
		void *failed;

		assert_int_equal(pthread_join(threads[i], &failed), 0);
		assert_null(failed);
	}
	(void)ingest_house_run(house);
	assert_many(house, AHEAD);
	assert_int_equal(ingest_house_files(house).count, 0);
}

/* A process that brings the journal in until it is killed. */
static pid_t
start_child(const struct house *house)
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid != 0)
		return pid;
	for (;;)
		if (ingest_thread((void *)house) != NULL)
			_exit(1);
}

/* kill -9 at any moment: nothing is lost, nothing comes twice. */
static void
test_killed(void **state)
{
	struct house *house = *state;
	unsigned seed = (unsigned)clock_now_usec();

	print_message("seed %u\n", seed);
	srand(seed);
	admin_store_close(&house->admin->store);
	for (int i = 0; i < 15; i++) {
		pid_t pid = start_child(house);
		int status;

		note_many(house, i * MANY / 15, MANY / 15);
		(void)usleep((useconds_t)(rand() % 30000));
		assert_int_equal(kill(pid, SIGKILL), 0);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_true(WIFSIGNALED(status));
	}
	assert_code(house->admin, SG_OK,
	    admin_store_open(house->admin->conf, STORE_OPEN_WRITE,
		&house->admin->store, &house->admin->err));
	journal_close(&house->journal);
	(void)ingest_house_run(house);
	assert_many(house, MANY);
	assert_int_equal(ingest_house_files(house).count, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    WITH_HOUSE(test_message),
	    WITH_HOUSE(test_recipients),
	    WITH_HOUSE(test_tenant),
	    WITH_HOUSE(test_rejected),
	    WITH_HOUSE(test_account_gone),
	    WITH_HOUSE(test_waits),
	    WITH_HOUSE(test_fresh_start),
	    WITH_HOUSE(test_resumed),
	    WITH_HOUSE(test_two_at_once),
	    WITH_HOUSE(test_reading_ahead),
	    WITH_HOUSE(test_killed),
	};

	(void)log_open("test-ingest", "stderr", LOG_LEVEL_ERROR);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
