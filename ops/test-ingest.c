/* From the journal into the store: rows, events, counts; files that end, that are
 * torn; several at once; killed at any moment. */
#include "config.h"

#include "ops/ingest.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "conf/conf.h"
#include "ops/account.h"
#include "ops/admin.h"
#include "ops/event.h"
#include "ops/journal.h"
#include "ops/test-admin.h"
#include "report/report.h"
#include "store/tenants.h"

#define SENT_MSEC (TEST_NOW * 1000 - 5000)

struct house {
	struct admin_fixture *admin;
	struct journal *journal;
	int64_t account_id;
	char dir[128]; /* of the journal */
};

static int
setup(void **state)
{
	struct house *house = calloc(1, sizeof(*house));
	void *admin;

	assert_non_null(house);
	assert_int_equal(admin_fixture_setup(&admin), 0);
	house->admin = admin;
	(void)snprintf(
	    house->dir, sizeof(house->dir), "%s/j", house->admin->dir);
	admin_fixture_set(&house->admin->conf->journal, house->dir);
	assert_int_equal(
	    journal_open(house->dir, &house->journal, NULL), SG_OK);
	house->account_id = admin_fixture_account(house->admin, "shop");
	*state = house;
	return 0;
}

static int
teardown(void **state)
{
	struct house *house = *state;
	void *admin = house->admin;

	journal_close(&house->journal);
	admin_fixture_remove(house->dir);
	assert_int_equal(admin_fixture_teardown(&admin), 0);
	free(house);
	return 0;
}

static struct journal_entry
entry_of(const struct house *house, const char *queue_id)
{
	return (struct journal_entry){
	    .kind = JOURNAL_SENT,
	    .account_id = house->account_id,
	    .queue_id = queue_id,
	    .at_msec = SENT_MSEC,
	    .login = "shop",
	    .sender = "a@shop.example",
	    .source_ip = "192.0.2.1",
	    .identity_id = 3,
	    .identity = "shop.example",
	    .set_name = "",
	    .size = 100,
	    .recipients = "E x@y.example\n",
	    .reason = "",
	    .reply = "",
	};
}

static void
note(struct house *house, const struct journal_entry *entry)
{
	struct err err;

	if (journal_append(house->journal, entry, &err) != SG_OK)
		fail_msg("%s", err.text);
}

static int64_t
ingest(struct house *house)
{
	int64_t messages = -1;

	assert_code(house->admin, SG_OK,
	    ingest_run(house->admin->store, house->admin->conf, TEST_NOW,
		&messages, &house->admin->err));
	return messages;
}

/* ---- what is in the store ------------------------------------------------------- */

struct seen {
	size_t count;
	char recipients[512], detail[2048], facts[2048];
	struct store_message message;
	int64_t set_id, id;
};

static bool
see_message(void *ctx, const struct store_message *row)
{
	struct seen *seen = ctx;

	seen->count++;
	seen->message = *row;
	(void)snprintf(seen->facts, sizeof(seen->facts), "%s", row->facts);
	(void)snprintf(
	    seen->recipients, sizeof(seen->recipients), "%s", row->recipients);
	return true;
}

static struct seen
messages(struct house *house)
{
	struct seen seen = {0};

	assert_code(house->admin, SG_OK,
	    store_message_list(house->admin->store, 0, 0, 100000, see_message,
		&seen, &house->admin->err));
	return seen;
}

static bool
see_event(void *ctx, const struct store_event *row)
{
	struct seen *seen = ctx;

	seen->count++;
	seen->set_id = row->set_id;
	seen->id = row->id;
	(void)snprintf(
	    seen->recipients, sizeof(seen->recipients), "%s", row->recipients);
	(void)snprintf(seen->detail, sizeof(seen->detail), "%s", row->detail);
	return true;
}

static struct seen
events(struct house *house, enum store_event_kind kind)
{
	struct store_event_filter filter = {
	    .queue_id = "", .kinds = 1 << kind, .most = 100000};
	struct seen seen = {0};

	assert_code(house->admin, SG_OK,
	    store_event_list(house->admin->store, &filter, see_event, &seen,
		&house->admin->err));
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
	sum->rejected += row->rejected;
	sum->bucket_sec = row->bucket_sec;
	return true;
}

static struct store_tally
tally(struct house *house, int64_t set_id)
{
	struct store_tally sum = {0};

	assert_code(house->admin, SG_OK,
	    store_tally_list(house->admin->store, house->account_id, set_id, 0,
		add_tally, &sum, &house->admin->err));
	return sum;
}

struct names {
	char first[256];
	size_t count;
};

static bool
see_name(void *ctx, const char *name)
{
	struct names *names = ctx;

	if (names->count++ == 0)
		(void)snprintf(names->first, sizeof(names->first), "%s", name);
	return true;
}

static struct names
files(const struct house *house)
{
	struct names names = {0};

	assert_int_equal(
	    journal_list(house->dir, see_name, &names, NULL), SG_OK);
	return names;
}

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
	struct journal_entry entry = entry_of(house, "4abcDEF");
	struct seen seen;
	json_t *facts, *list, *first, *campaign;
	const char *from, *to, *subject, *identity;

	entry.headers = headers;
	entry.header_count = 4;
	entry.keeps_headers = true;
	entry.tags = tags;
	entry.tag_count = 2;
	note(house, &entry);
	assert_int_equal(ingest(house), 1);
	assert_int_equal(ingest(house), 0);
	seen = messages(house);
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
	seen = events(house, STORE_EVENT_SEND);
	assert_int_equal(seen.count, 1);
	assert_string_equal(seen.recipients, "x@y.example");
	assert_string_equal(seen.detail, "{}");
}

/* Its tenant is kept, and counted by itself. */
static void
test_tenant(void **state)
{
	struct house *house = *state;
	struct journal_entry other = entry_of(house, "4abc");
	struct journal_entry entry = entry_of(house, "4abd");
	struct seen seen;

	other.tenant_id = 5;
	other.tenant_name = "customer";
	note(house, &other);
	note(house, &entry);
	assert_int_equal(ingest(house), 2);
	seen = messages(house);
	assert_int_equal(seen.message.tenant_id, 5); /* the older comes last */
	assert_non_null(strstr(seen.facts, "\"tenant\":\"customer\""));
	assert_int_equal(tally(house, 0).sent, 2);
	assert_int_equal(tally(house, STORE_TALLY_TENANT(5)).sent, 1);
	assert_int_equal(tally(house, STORE_TALLY_TENANT(5)).eligible, 1);
}

/* Who was left out is told as Amazon SES tells it; who counts is counted. */
static void
test_recipients(void **state)
{
	struct house *house = *state;
	struct journal_entry entry = entry_of(house, "4abc");
	struct seen seen;

	entry.recipients = "E e@y.example\nS success@sim.example\n"
			   "V v@shop.example\nB b@y.example\nM m@y.example\n"
			   "C c@y.example\n";
	entry.set_id = 9;
	entry.set_name = "main";
	note(house, &entry);
	assert_int_equal(ingest(house), 1);
	seen = events(house, STORE_EVENT_SEND);
	assert_non_null(strstr(seen.recipients, "c@y.example"));
	assert_int_equal(seen.set_id, 9);
	seen = events(house, STORE_EVENT_BOUNCE);
	assert_int_equal(seen.count, 1);
	assert_string_equal(seen.recipients, "b@y.example\nm@y.example");
	assert_non_null(strstr(seen.detail, "\"OnAccountSuppressionList\""));
	assert_non_null(strstr(seen.detail, "\"Permanent\""));
	seen = events(house, STORE_EVENT_COMPLAINT);
	assert_int_equal(seen.count, 1);
	assert_string_equal(seen.recipients, "c@y.example");
	assert_non_null(strstr(seen.detail, "SubType\":\"OnAccountSupp"));
	for (int64_t set_id = 0; set_id <= 9; set_id += 9) {
		const struct store_tally sum = tally(house, set_id);

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
	struct journal_entry entry = entry_of(house, "4abc");
	struct seen seen;

	entry.kind = JOURNAL_REJECTED;
	entry.reason = "BAD_HEADER";
	entry.reply = "554 5.6.0 no From";
	note(house, &entry);
	assert_int_equal(ingest(house), 0);
	assert_int_equal(messages(house).count, 0);
	seen = events(house, STORE_EVENT_REJECT);
	assert_int_equal(seen.count, 1);
	assert_string_equal(seen.recipients, "x@y.example");
	assert_non_null(strstr(seen.detail, "\"reason\":\"BAD_HEADER\""));
	assert_non_null(strstr(seen.detail, EVENT_PRIVATE_KEY));
	assert_int_equal(tally(house, 0).sent, 0);
	assert_int_equal(tally(house, 0).rejected, 1);
}

static void
test_account_gone(void **state)
{
	struct house *house = *state;
	struct journal_entry entry = entry_of(house, "4abc");

	entry.account_id = 77;
	note(house, &entry);
	entry.kind = JOURNAL_REJECTED;
	note(house, &entry);
	entry = entry_of(house, "4def");
	note(house, &entry);
	assert_int_equal(ingest(house), 1);
	assert_int_equal(messages(house).count, 1);
	assert_int_equal(events(house, STORE_EVENT_REJECT).count, 0);
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
	struct journal_entry entry = entry_of(house, "4abc");
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
	note(house, &entry);
	assert_int_equal(ingest(house), 1);
	assert_code(f, SG_OK,
	    store_fate_list(
		f->store, house->account_id, "4abc", see_fate, after, &f->err));
	assert_int_equal(after[0].counted, STORE_FATE_COUNTED);
	assert_true(after[0].suppressed);
	assert_int_equal(after[1].counted, STORE_FATE_NOT_COUNTED);
	assert_false(after[1].suppressed);
	assert_int_equal(after[2].counted, STORE_FATE_NOT_COUNTED);
	assert_false(after[2].suppressed);
	assert_int_equal(tally(house, 0).bounces, 1);
	assert_int_equal(tally(house, 0).eligible, 3);
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
	struct journal_entry entry = entry_of(house, "4abc");
	struct store_tally newest = {0};

	note(house, &entry);
	assert_int_equal(ingest(house), 1);
	write_account(house, SENT_MSEC / 1000 + 1, false);
	entry = entry_of(house, "4def");
	entry.at_msec += 2000;
	note(house, &entry);
	assert_int_equal(ingest(house), 1);
	assert_code(f, SG_OK,
	    store_tally_list(f->store, house->account_id, 0,
		SENT_MSEC / 1000 + 1, see_bucket, &newest, &f->err));
	assert_int_equal(newest.bucket_sec, SENT_MSEC / 1000 + 1);
	assert_int_equal(newest.eligible, 1);
	assert_int_equal(tally(house, 0).eligible, 2);
}

/* Whom a person resumed under figures that are bad still is not paused again by the
 * next message, only by the next bounce. */
static void
test_resumed(void **state)
{
	struct house *house = *state;
	struct admin_fixture *f = house->admin;
	struct journal_entry entry = entry_of(house, "4abc");
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
	note(house, &entry);
	assert_int_equal(ingest(house), 1);
	assert_code(f, SG_OK, account_get(f->store, "shop", &row, &f->err));
	assert_false(row.facts.paused);

	(void)snprintf(fate.queue_id, sizeof(fate.queue_id), "4def");
	assert_code(
	    f, SG_OK, store_fate_add(f->store, &fate, &is_new, &f->err));
	entry = entry_of(house, "4def");
	entry.recipients = "E hard@y.example\n";
	note(house, &entry);
	assert_int_equal(ingest(house), 1);
	assert_code(f, SG_OK, account_get(f->store, "shop", &row, &f->err));
	assert_true(row.facts.paused);
}

/* ---- files ---------------------------------------------------------------------- */

static void
append_raw(const struct house *house, const char *name, const char *text)
{
	char path[512];
	int fd;

	(void)snprintf(path, sizeof(path), "%s/%s", house->dir, name);
	fd = open(path, O_WRONLY | O_CREAT | O_APPEND, 0640);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	assert_int_equal(close(fd), 0);
}

static bool
has_bookmark(struct house *house, const char *name)
{
	struct store_bookmark row;

	return store_bookmark_get(house->admin->store, name, &row, NULL) ==
	       SG_OK;
}

/* A file goes when it was read and its writer has ended, its bookmark too. */
static void
test_end_of_file(void **state)
{
	struct house *house = *state;
	struct journal_entry entry = entry_of(house, "4abc");
	struct names names;

	note(house, &entry);
	assert_int_equal(ingest(house), 1);
	names = files(house);
	assert_int_equal(names.count, 1);
	assert_true(has_bookmark(house, names.first));
	entry.queue_id = "4def";
	note(house, &entry);
	journal_close(&house->journal);
	assert_int_equal(ingest(house), 1);
	assert_int_equal(files(house).count, 0);
	assert_false(has_bookmark(house, names.first));
	assert_int_equal(ingest(house), 0);
}

/* Lines that are none cost nobody else anything. */
static void
test_bad_lines(void **state)
{
	static const char *const lines[] = {"\n", "no JSON\n", "[]\n", "{}\n",
	    "{\"kind\":\"sent\"}\n",
	    "{\"kind\":\"sent\",\"account\":1,\"id\":\"\"}\n",
	    "{\"kind\":\"seen\",\"account\":1,\"id\":\"a\"}\n",
	    "{\"kind\":\"sent\",\"account\":1,\"id\":\"\\u0000\"}\n"};
	struct house *house = *state;
	struct journal_entry entry = entry_of(house, "4abc");
	char name[256];

	note(house, &entry);
	(void)snprintf(name, sizeof(name), "%s", files(house).first);
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++)
		append_raw(house, name, lines[i]);
	entry.queue_id = "4def";
	note(house, &entry);
	assert_int_equal(ingest(house), 2);
	journal_close(&house->journal);
	append_raw(house, name, "{\"kind\":\"sent\",\"acc");
	assert_int_equal(ingest(house), 0);
	assert_int_equal(files(house).count, 0);
	assert_int_equal(messages(house).count, 2);
}

/* It is left where it is while its writer lives. */
static void
test_torn_line(void **state)
{
	struct house *house = *state;
	struct journal_entry entry = entry_of(house, "4abc");
	char name[256];

	note(house, &entry);
	(void)snprintf(name, sizeof(name), "%s", files(house).first);
	append_raw(house, name, "{\"kind\":\"sent\",\"account\":1,");
	assert_int_equal(ingest(house), 1);
	assert_int_equal(files(house).count, 1);
	append_raw(house, name, "\"id\":\"4def\",\"recipients\":\"\"}\n");
	assert_int_equal(ingest(house), 1);
}

/* Longer than what is read at once, longer than any line may be. */
static void
test_long_lines(void **state)
{
	struct house *house = *state;
	struct journal_entry entry = entry_of(house, "4abc");
	size_t size = JOURNAL_LINE_MAX * 2 + 100;
	char *text = malloc(size);
	char name[256];

	assert_non_null(text);
	memset(text, 's', JOURNAL_LINE_MAX * 3 / 4);
	text[JOURNAL_LINE_MAX * 3 / 4] = '\0';
	entry.sender = text;
	note(house, &entry);
	assert_int_equal(ingest(house), 1);
	(void)snprintf(name, sizeof(name), "%s", files(house).first);
	memset(text, 'x', size - 2);
	memcpy(text + size - 2, "\n", 2);
	append_raw(house, name, text);
	entry.sender = "";
	entry.queue_id = "4def";
	note(house, &entry);
	assert_int_equal(ingest(house), 1);
	assert_int_equal(messages(house).count, 2);
	free(text);
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
		entry = entry_of(house, queue_id);
		entry.at_msec = SENT_MSEC - i * 1000;
		if (i % 10 == 0)
			entry.kind = JOURNAL_REJECTED;
		note(house, &entry);
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

	assert_int_equal(messages(house).count, count - rejected);
	assert_int_equal(
	    events(house, STORE_EVENT_SEND).count, count - rejected);
	assert_int_equal(events(house, STORE_EVENT_REJECT).count, rejected);
	assert_int_equal(tally(house, 0).sent, count - rejected);
	assert_int_equal(tally(house, 0).eligible, count - rejected);
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
	(void)ingest(house);
	assert_many(house, MANY);
	assert_int_equal(files(house).count, 0);
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
	(void)ingest(house);
	assert_many(house, MANY);
	assert_int_equal(files(house).count, 0);
}

#define WITH_HOUSE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

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
	    WITH_HOUSE(test_end_of_file),
	    WITH_HOUSE(test_bad_lines),
	    WITH_HOUSE(test_torn_line),
	    WITH_HOUSE(test_long_lines),
	    WITH_HOUSE(test_two_at_once),
	    WITH_HOUSE(test_killed),
	};

	(void)log_open("test-ingest", "stderr", LOG_LEVEL_ERROR);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
