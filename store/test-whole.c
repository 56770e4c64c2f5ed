/* Tests that what is written together is there together or not at all: on full disks,
 * when the writer is killed. */
#include "config.h"

#include "store/test-store.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/events.h"
#include "store/store.h"
#include "store/topics.h"

static void
assert_sound(struct fixture *f)
{
	assert_int_equal(
	    fixture_sql(f, "SELECT count(*) FROM pragma_integrity_check "
			   "WHERE integrity_check <> 'ok'"),
	    0);
}

/* No handle may be open over a fork: SQLite's locks belong to the process. */
static void
reopen(struct fixture *f)
{
	assert_ok(
	    f, store_open(f->url, STORE_OPEN_WRITE, 5000, &f->store, &f->err));
}

/* A new link takes the old one's place whole or not at all. */
static void
test_full_disk_while_a_link_is_put(void **state)
{
	struct fixture *f = *state;
	struct store_identity identity = {
	    .facts = {.name = "a@demo.example"}, .account_id = f->account};
	struct store_link link = {.hash = {1}, .created_sec = 5}, got;
	unsigned char old[STORE_LINK_HASH_BYTES];
	struct rlimit limit, small;
	int64_t count, last;

	assert_ok(f, store_identity_create(f->store, &identity, &f->err));
	link.identity_id = identity.facts.id;
	assert_ok(f, store_link_put(f->store, &link, f->account,
			 "a@demo.example", &f->err));
	memcpy(old, link.hash, sizeof(old));
	link.hash[0] = 2;
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	small = limit;
	small.rlim_cur = 4096;
	(void)signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	assert_code(f, SG_IO,
	    store_link_put(
		f->store, &link, f->account, "a@demo.example", &f->err));
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	assert_code(
	    f, SG_MISSING, store_link_get(f->store, link.hash, &got, &f->err));
	assert_ok(f, store_link_get(f->store, old, &got, &f->err));
	assert_ok(f, store_link_sent(f->store, "a@demo.example", 0, &count,
			 &last, &f->err));
	assert_int_equal(count, 1);
	assert_ok(f, store_link_put(f->store, &link, f->account,
			 "a@demo.example", &f->err));
	assert_sound(f);
}

/* Publishes until the disk is full. */
static int64_t
publish_until_full(struct fixture *f, int64_t topic_id)
{
	struct store_publication row = {
	    .topic_id = topic_id, .subject = "", .body = "{}"};
	enum sg_err code = SG_OK;
	int64_t done = 0;

	for (int i = 0; i < 1000 && code == SG_OK; i++) {
		(void)snprintf(row.uuid, sizeof(row.uuid), "m%d", i);
		code = store_publication_add(f->store, &row, 0, 5, &f->err);
		done += code == SG_OK;
	}
	assert_code(f, SG_IO, code);
	return done;
}

/* A message to a topic is there with all its ways, or not at all. */
static void
test_full_disk_while_published(void **state)
{
	struct fixture *f = *state;
	struct store_topic topic = {
	    .account_id = f->account, .name = "t", .signature_version = 2};
	struct store_subscription subscription = {
	    .protocol = "https", .confirmed = true};
	struct rlimit limit, small;
	int64_t done;

	assert_ok(f, store_topic_create(f->store, &topic, &f->err));
	subscription.topic_id = topic.id;
	for (int i = 0; i < 3; i++) {
		(void)snprintf(
		    subscription.uuid, sizeof(subscription.uuid), "u%d", i);
		(void)snprintf(subscription.endpoint,
		    sizeof(subscription.endpoint), "e%d", i);
		assert_ok(f,
		    store_subscription_add(f->store, &subscription, &f->err));
	}
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	small = limit;
	small.rlim_cur = 600 * 1024;
	(void)signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	done = publish_until_full(f, topic.id);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	assert_int_equal(
	    fixture_sql(f, "SELECT count(*) FROM publication"), done);
	assert_int_equal(
	    fixture_sql(f, "SELECT count(*) FROM notification"), 3 * done);
	assert_sound(f);
}

/* A child adds what becomes of a message, row after row, each message's in one
 * transaction, until it is killed. */
static void
write_story(struct fixture *f, int ready)
{
	struct store_report report = {
	    .account_id = f->account, .content = (const unsigned char *)""};
	struct store_fate fate = {.account_id = f->account, .recipient = "a@b"};
	struct store_tally tally = {.account_id = f->account, .bounces = 1};
	bool is_new;

	for (int i = 0;; i++) {
		(void)snprintf(fate.queue_id, sizeof(fate.queue_id), "q%d", i);
		memcpy(report.hash, &i, sizeof(i));
		if (store_begin(f->store, &f->err) != SG_OK ||
		    store_report_add(f->store, &report, &is_new, &f->err) !=
			SG_OK ||
		    store_fate_add(f->store, &fate, &is_new, &f->err) !=
			SG_OK ||
		    store_tally_add(f->store, &tally, &f->err) != SG_OK ||
		    store_commit(f->store, &f->err) != SG_OK)
			_exit(1);
		if (i == 20 && write(ready, "x", 1) != 1)
			_exit(1);
	}
}

/* Whatever moment a reader of reports is killed at, its counts agree. */
static void
test_killed_reader_of_reports(void **state)
{
	struct fixture *f = *state;
	int ends[2], status;
	char byte;
	pid_t pid;

	store_close(&f->store);
	assert_int_equal(pipe(ends), 0);
	pid = fork();
	if (pid == 0) {
		reopen(f);
		write_story(f, ends[1]);
	}
	assert_int_equal(read(ends[0], &byte, 1), 1);
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	reopen(f);
	assert_true(fixture_sql(f, "SELECT count(*) FROM report") > 20);
	assert_int_equal(
	    fixture_sql(f, "SELECT (SELECT count(*) FROM report) - "
			   "(SELECT count(*) FROM fate)"),
	    0);
	assert_int_equal(
	    fixture_sql(f, "SELECT (SELECT count(*) FROM report) - "
			   "(SELECT sum(bounces) FROM tally)"),
	    0);
	assert_sound(f);
	(void)close(ends[0]);
	(void)close(ends[1]);
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_full_disk_while_a_link_is_put),
	    TEST(test_full_disk_while_published),
	    TEST(test_killed_reader_of_reports),
	};

	if (!fixture_is_sqlite()) /* files */
		return 77;
	return cmocka_run_group_tests_name("whole", tests, NULL, NULL);
}
