/* Tests of health: facts judged from a table, probes of sockets, and the way of a
 * heartbeat from a program to a finding. */
#include "config.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "conf/conf.h"
#include "ops/health_parts.h"
#include "ops/heartbeat.h"
#include "ops/test-admin.h"

#define NOW INT64_C(1700000000)

static void
add_beat(struct health_facts *facts, const char *program, const char *host,
    int64_t age_sec, const char *version)
{
	struct store_heartbeat *beat = &facts->beats[facts->beat_count++];

	*beat = (struct store_heartbeat){
	    .pid = 7, .started_sec = NOW - 90, .seen_sec = NOW - age_sec};
	(void)snprintf(beat->program, sizeof(beat->program), "%s", program);
	(void)snprintf(beat->host, sizeof(beat->host), "%s", host);
	(void)snprintf(beat->version, sizeof(beat->version), "%s", version);
}

/* All is well. */
static void
well(struct health_facts *f)
{
	struct health_probe *probes[] = {
	    &f->milter, &f->policy, &f->feedback, &f->mta, &f->dns.probe};

	*f = (struct health_facts){.now_sec = NOW, .version = "1.0"};
	for (size_t i = 0; i < 5; i++) {
		probes[i]->is_good = true;
		(void)snprintf(probes[i]->where, sizeof(probes[i]->where),
		    "unix:/x%d", (int)i);
	}
	add_beat(f, "sendward-apid", "a", 3, "1.0");
	add_beat(f, "sendward-feedback", "a", 3, "1.0");
	add_beat(f, "sendward-jobd", "a", 3, "1.0");
	add_beat(f, "sendward-milter", "a", 3, "1.0");
	add_beat(f, "sendward-policyd", "a", 30, "1.0");
	(void)snprintf(f->dns.domain, sizeof(f->dns.domain), "b.example");
	f->dns.has_mx = true;
	f->store.is_open = true;
	f->store.free_bytes = INT64_C(5000000000);
	f->queues.is_known = true;
	f->queues.journal_free_bytes = f->queues.log_bytes = HEALTH_UNKNOWN;
}

static void
silent(struct health_facts *f, const char *program, int64_t age_sec)
{
	for (size_t i = 0; i < f->beat_count; i++)
		if (strcmp(f->beats[i].program, program) == 0)
			f->beats[i].seen_sec = NOW - age_sec;
}

static void
gone(struct health_facts *f, const char *program)
{
	for (size_t i = 0; i < f->beat_count; i++)
		if (strcmp(f->beats[i].program, program) == 0)
			f->beats[i].program[0] = '\0';
}

static void
mute(struct health_probe *probe, const char *why)
{
	probe->is_good = false;
	(void)snprintf(probe->why, sizeof(probe->why), "%s", why);
}

/* ---- what may be wrong ---------------------------------------------------------- */

static void
nothing(struct health_facts *f)
{
	(void)f;
}

static void
milter_hangs(struct health_facts *f)
{
	silent(f, "sendward-milter", 45);
}

static void
milter_is_mute(struct health_facts *f)
{
	mute(&f->milter, "Connection refused");
}

static void
policyd_is_gone(struct health_facts *f)
{
	gone(f, "sendward-policyd");
	mute(&f->policy, "No such file or directory");
	f->policy.is_absent = true;
}

static void
milter_counts(struct health_facts *f)
{
	policyd_is_gone(f);
	f->is_counted_by_milter = true;
}

static void
both_count(struct health_facts *f)
{
	f->is_counted_by_milter = true;
}

static void
jobd_is_gone(struct health_facts *f)
{
	gone(f, "sendward-jobd");
}

static void
jobd_is_of_the_future(struct health_facts *f)
{
	silent(f, "sendward-jobd", -31);
}

static void
feedback_is_gone(struct health_facts *f)
{
	gone(f, "sendward-feedback");
	mute(&f->feedback, "No such file or directory");
	f->feedback.is_absent = true;
}

static void
feedback_was_killed(struct health_facts *f)
{
	silent(f, "sendward-feedback", 3000);
	mute(&f->feedback, "Connection refused");
}

static void
other_version(struct health_facts *f)
{
	(void)snprintf(f->beats[0].version, sizeof(f->beats[0].version), "0.9");
}

static void
was_killed_before(struct health_facts *f)
{
	add_beat(f, "sendward-policyd", "a", 4000, "0.9");
}

static void
other_host_is_silent(struct health_facts *f)
{
	add_beat(f, "sendward-policyd", "b", 4000, "1.0");
}

static void
store_is_closed(struct health_facts *f)
{
	f->store.is_open = false;
	f->queues.is_known = false;
	f->beat_count = 0;
	(void)snprintf(f->store.why, sizeof(f->store.why),
	    "no database; create it with: sendwardctl db migrate");
}

static void
store_is_locked(struct health_facts *f)
{
	f->store.is_locked = true;
	(void)snprintf(f->store.why, sizeof(f->store.why), "locked");
	for (size_t i = 0; i < f->beat_count; i++)
		f->beats[i].seen_sec = NOW - 100;
}

static void
store_has_no_room(struct health_facts *f)
{
	f->store.free_bytes = 5000000;
}

static void
journal_has_little_room(struct health_facts *f)
{
	f->queues.journal_free_bytes = 500000000;
}

static void
no_name_server(struct health_facts *f)
{
	mute(&f->dns.probe, "no answer");
}

static void
no_mx(struct health_facts *f)
{
	f->dns.has_mx = false;
}

static void
no_mta(struct health_facts *f)
{
	mute(&f->mta, "421 busy");
}

static void
late_letters(struct health_facts *f)
{
	f->queues.numbers.letters_due = 2;
}

static void
late_looks(struct health_facts *f)
{
	f->queues.numbers.looks_due = 3;
}

static void
dead_letters(struct health_facts *f)
{
	f->queues.notifications.dead = 4;
}

static void
unread_journal(struct health_facts *f)
{
	f->queues.journal_bytes = 2000000;
}

static void
unread_log(struct health_facts *f)
{
	f->queues.log_bytes = 200000000;
}

static void
one_notice(struct health_facts *f)
{
	f->queues.notices = 1;
	(void)snprintf(f->queues.notice, sizeof(f->queues.notice), "oh");
}

static void
monitor(struct health_facts *f)
{
	f->is_monitor = true;
}

/* part "": the whole. */
static const struct {
	void (*make)(struct health_facts *f);
	const char *part, *status, *detail, *advice;
} rows[] = {
    {nothing, "", "OK", "", ""},
    {nothing, "milter", "OK", "It runs, for 90 s.", ""},
    {nothing, "mode", "OK", "enforced", ""},
    {milter_hangs, "", "FAIL", "", ""},
    {milter_hangs, "milter", "FAIL", "Nothing was heard of it for 45 s",
	"systemctl restart sendward-milter"},
    {milter_is_mute, "milter", "FAIL",
	"Nobody answers at unix:/x0: Connection refused",
	"systemctl restart sendward-milter"},
    {policyd_is_gone, "policyd", "FAIL", "No such file",
	"systemctl restart sendward-policyd"},
    {milter_counts, "policyd", "OK", "It is not needed", ""},
    {milter_counts, "", "OK", "", ""},
    {both_count, "policyd", "WARN", "it answers 451", "milter.quota to no"},
    {jobd_is_gone, "jobd", "FAIL", "It does not run. Without it no letters",
	"systemctl restart sendward-jobd"},
    {jobd_is_of_the_future, "jobd", "FAIL", "hangs", "restart"},
    {feedback_is_gone, "feedback", "WARN", "does not run", "restart"},
    {feedback_was_killed, "feedback", "FAIL", "refused", "restart"},
    {other_version, "apid", "WARN", "Version 0.9 runs on a",
	"systemctl restart sendward-apid"},
    {other_version, "", "WARN", "", ""},
    {was_killed_before, "policyd", "OK", "It runs", ""},
    {other_host_is_silent, "policyd", "WARN",
	"on b nothing was heard of it for 66 min", "restart"},
    {store_is_closed, "store", "FAIL", "no database", "sendwardctl db migrate"},
    {store_is_closed, "milter", "OK", "It answers", ""},
    {store_is_closed, "jobd", "WARN", "not known", "store"},
    {store_is_closed, "queues", "WARN", "not known", "store"},
    {store_is_locked, "store", "FAIL", "not written: locked", "fuser"},
    {store_is_locked, "policyd", "OK", "It answers", ""},
    {store_is_locked, "jobd", "WARN", "not known", "store"},
    {store_has_no_room, "store", "FAIL", "Only 5.0 MB are free", "make room"},
    {journal_has_little_room, "queues", "WARN", "Only 500.0 MB", "room"},
    {no_name_server, "dns", "FAIL", "No answer about b.example", "servers"},
    {no_mx, "dns", "FAIL", "no MX", "publish b.example MX 10"},
    {no_mta, "mta", "FAIL", "421 busy", "postfix start"},
    {late_letters, "queues", "WARN", "2 letters", "letter list"},
    {late_looks, "queues", "WARN", "3 looks", "sendward-jobd"},
    {dead_letters, "queues", "WARN", "4 notifications", "subscription dead"},
    {unread_journal, "queues", "WARN", "2.0 MB of the journal",
	"sendward-jobd"},
    {unread_log, "queues", "FAIL", "200.0 MB of the mail log", ""},
    {one_notice, "queues", "WARN", "1 complaint of programs: oh",
	"config check"},
    {monitor, "mode", "WARN", "Nothing is refused", "enforce"},
};

static void
assert_has(const char *make, const char *text, const char *wanted)
{
	if (strstr(text, wanted) == NULL ||
	    (wanted[0] == '\0' && text[0] != '\0'))
		fail_msg("%s: \"%s\" is not in \"%s\"", make, wanted, text);
}

static void
test_judgement(void **state)
{
	static struct health_facts facts;
	static struct health health;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct health_part *part = NULL;
		char row[32];

		(void)snprintf(row, sizeof(row), "row %d", (int)i);
		well(&facts);
		rows[i].make(&facts);
		health_judge(&facts, &health);
		if (rows[i].part[0] == '\0') {
			assert_string_equal(
			    health_status_name(health.status), rows[i].status);
			continue;
		}
		for (size_t j = 0; j < health.part_count; j++)
			if (strcmp(health.parts[j].name, rows[i].part) == 0)
				part = &health.parts[j];
		assert_non_null(part);
		assert_has(row, part->detail, rows[i].detail);
		if (rows[i].advice[0] != '\0' || part->status == HEALTH_OK)
			assert_has(row, part->advice, rows[i].advice);
		if (strcmp(health_status_name(part->status), rows[i].status) !=
		    0)
			fail_msg(
			    "%s: %s", row, health_status_name(part->status));
	}
}

/* ---- probes --------------------------------------------------------------------- */

struct listener {
	struct sockaddr_un address;
	int fd;
	const char *answer; /* NULL: none, and the connection stays */
	char heard[256];
	pthread_t thread;
};

static void *
answer_once(void *ctx)
{
	struct listener *l = ctx;
	int fd = accept(l->fd, NULL, NULL);
	ssize_t got;

	if (l->answer != NULL)
		(void)send(fd, l->answer, strlen(l->answer), MSG_NOSIGNAL);
	do {
		size_t len = strlen(l->heard);

		got = recv(fd, l->heard + len, sizeof(l->heard) - 1 - len, 0);
	} while (got > 0);
	(void)close(fd);
	return NULL;
}

static void
listen_at(struct listener *l, struct health_probe *probe, const char *dir,
    const char *answer)
{
	*l = (struct listener){.address.sun_family = AF_UNIX, .answer = answer};
	*probe = (struct health_probe){.is_good = false};
	(void)snprintf(
	    l->address.sun_path, sizeof(l->address.sun_path), "%.90s/s", dir);
	(void)snprintf(
	    probe->where, sizeof(probe->where), "unix:%s", l->address.sun_path);
	(void)unlink(l->address.sun_path);
	l->fd = socket(AF_UNIX, SOCK_STREAM, 0);
	assert_int_equal(bind(l->fd, (const struct sockaddr *)&l->address,
			     sizeof(l->address)),
	    0);
	assert_int_equal(listen(l->fd, 5), 0);
	assert_int_equal(pthread_create(&l->thread, NULL, answer_once, l), 0);
}

static void
end_listener(struct listener *l)
{
	(void)pthread_join(l->thread, NULL);
	(void)close(l->fd);
}

static int64_t
soon(void)
{
	return clock_mono_msec() + 100;
}

static void
test_probes(void **state)
{
	struct admin_fixture *f = *state;
	struct health_probe probe;
	struct listener l;

	listen_at(&l, &probe, f->dir, "220 mail ESMTP\r\nmore");
	health_probe_mta(&probe, soon());
	end_listener(&l);
	assert_true(probe.is_good);
	assert_string_equal(probe.answer, "220 mail ESMTP");
	assert_string_equal(l.heard, "QUIT\r\n");

	listen_at(&l, &probe, f->dir, "421 go away\r\n");
	health_probe_mta(&probe, soon());
	end_listener(&l);
	assert_false(probe.is_good);
	assert_string_equal(probe.why, "421 go away");

	listen_at(&l, &probe, f->dir, NULL);
	health_probe_mta(&probe, soon());
	end_listener(&l);
	assert_false(probe.is_good);
	assert_string_equal(probe.why, "it does not answer in time");

	listen_at(&l, &probe, f->dir, "action=DUNNO\n\n");
	health_probe_policy(&probe, soon());
	end_listener(&l);
	assert_true(probe.is_good);
	assert_non_null(strstr(l.heard, "protocol_state=DATA\n"));
	assert_null(strstr(l.heard, "sasl_username"));

	listen_at(&l, &probe, f->dir, "what?\n\n");
	health_probe_policy(&probe, soon());
	end_listener(&l);
	assert_false(probe.is_good);

	listen_at(&l, &probe, f->dir, NULL);
	health_probe_connect(&probe, soon());
	end_listener(&l);
	assert_true(probe.is_good);

	health_probe_connect(&probe, soon());
	assert_false(probe.is_good);
	assert_string_equal(probe.why, "Connection refused");
	assert_false(probe.is_absent);
	(void)unlink(l.address.sun_path);
	health_probe_connect(&probe, soon());
	assert_true(probe.is_absent);
	(void)snprintf(probe.where, sizeof(probe.where), "inet:x");
	health_probe_connect(&probe, soon());
	assert_string_equal(probe.why, "its address cannot be found");
}

/* ---- heartbeats ------------------------------------------------------------------ */

static bool
keep(void *ctx, const struct store_heartbeat *row)
{
	struct store_heartbeat *kept = ctx;

	*kept = *row;
	return true;
}

static struct store_heartbeat
beat_of(struct admin_fixture *f)
{
	struct store_heartbeat row = {.pid = 0};
	struct err err;

	assert_int_equal(
	    store_heartbeat_list(f->store, 9, keep, &row, &err), SG_OK);
	return row;
}

static void
test_heartbeat(void **state)
{
	struct admin_fixture *f = *state;
	struct heartbeat *h =
	    heartbeat_new("sendward-jobd", f->conf->store, "here");
	struct store_heartbeat row;
	struct err err;

	heartbeat_turn(h, 5);
	row = beat_of(f);
	assert_int_equal(row.pid, getpid());
	assert_string_equal(row.detail, "here");
	assert_string_equal(row.version, PACKAGE_VERSION);
	assert_true(row.seen_sec >= row.started_sec);
	/* not before its time, and a locked store is tried again */
	assert_int_equal(store_heartbeat_delete(
			     f->store, row.program, row.host, row.pid, &err),
	    SG_OK);
	heartbeat_turn(h, 5 + HEARTBEAT_EVERY_MSEC - 1);
	assert_int_equal(beat_of(f).pid, 0);
	assert_int_equal(store_begin(f->store, &err), SG_OK);
	heartbeat_turn(h, 5 + HEARTBEAT_EVERY_MSEC);
	store_rollback(f->store);
	assert_int_equal(beat_of(f).pid, 0);
	heartbeat_turn(h, 5 + HEARTBEAT_EVERY_MSEC + HEARTBEAT_AGAIN_MSEC);
	assert_int_equal(beat_of(f).pid, getpid());
	heartbeat_end(h);
	assert_int_equal(beat_of(f).pid, 0);
	heartbeat_turn(h, INT64_MAX - 1);
	assert_int_equal(beat_of(f).pid, 0);
	heartbeat_free(&h);
	heartbeat_turn(NULL, 1);
}

/* What the store knows becomes facts, and a lock is seen. */
static void
test_reading(void **state)
{
	struct admin_fixture *f = *state;
	struct health_facts *facts = health_facts_new(f->conf, TEST_NOW);
	struct store *other = NULL;
	struct err err;

	health_read(facts, f->conf, f->store, NULL);
	assert_true(facts->store.is_open);
	assert_string_equal(facts->store.why, "");
	if (admin_fixture_is_sqlite())
		assert_true(
		    facts->store.bytes > 0 && facts->store.free_bytes > 0);
	else
		assert_int_equal(facts->store.bytes, HEALTH_UNKNOWN);
	assert_true(facts->queues.is_known);
	assert_int_equal(facts->store.schema, store_schema_version());
	health_facts_free(&facts);

	facts = health_facts_new(f->conf, TEST_NOW);
	assert_int_equal(
	    store_open(f->conf->store, STORE_OPEN_WRITE, 0, &other, &err),
	    SG_OK);
	assert_int_equal(store_begin(other, &err), SG_OK);
	health_read(facts, f->conf, f->store, NULL);
	store_rollback(other);
	store_close(&other);
	assert_true(facts->store.is_locked);
	health_facts_free(&facts);

	facts = health_facts_new(f->conf, TEST_NOW);
	(void)err_set(&err, SG_IO, "gone");
	health_read(facts, f->conf, NULL, &err);
	assert_false(facts->store.is_open);
	assert_string_equal(facts->store.why, "gone");
	health_facts_free(&facts);
}

/* What a monitor is told, with the store and without. */
static void
test_watch(void **state)
{
	struct admin_fixture *f = *state;
	struct store_heartbeat row = {
	    .program = "sendward-jobd", .host = "a", .pid = 1, .seen_sec = 10};
	struct health_watch watch;
	struct err err;

	assert_int_equal(store_heartbeat_put(f->store, &row, &err), SG_OK);
	row.pid = 2;
	row.seen_sec = 20;
	assert_int_equal(store_heartbeat_put(f->store, &row, &err), SG_OK);
	(void)snprintf(row.host, sizeof(row.host), "b");
	assert_int_equal(store_heartbeat_put(f->store, &row, &err), SG_OK);
	health_watch(f->conf, f->store, &watch);
	assert_int_equal(watch.program_count, 2);
	assert_string_equal(watch.programs[0].host, "a");
	assert_int_equal(watch.programs[0].seen_sec, 20);
	assert_string_equal(watch.programs[1].host, "b");
	if (admin_fixture_is_sqlite()) {
		assert_int_equal(watch.backup_sec, 0);
		assert_true(watch.store_free_bytes > 0);
	} else {
		assert_int_equal(watch.backup_sec, HEALTH_UNKNOWN);
		assert_int_equal(watch.store_free_bytes, HEALTH_UNKNOWN);
	}
	health_watch(f->conf, NULL, &watch);
	assert_int_equal(watch.program_count, 0);
	assert_int_equal(watch.journal_bytes, HEALTH_UNKNOWN);
	assert_int_equal(watch.backup_sec, HEALTH_UNKNOWN);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_judgement),
	    cmocka_unit_test_setup_teardown(
		test_probes, admin_fixture_setup, admin_fixture_teardown),
	    cmocka_unit_test_setup_teardown(
		test_heartbeat, admin_fixture_setup, admin_fixture_teardown),
	    cmocka_unit_test_setup_teardown(
		test_reading, admin_fixture_setup, admin_fixture_teardown),
	    cmocka_unit_test_setup_teardown(
		test_watch, admin_fixture_setup, admin_fixture_teardown),
	};

	return cmocka_run_group_tests_name("health", tests, NULL, NULL);
}
