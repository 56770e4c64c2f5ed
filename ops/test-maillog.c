/* The MTA's log: single lines, and files that grow, rotate and are cut off. */
#include "config.h"

#include "ops/maillog.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "conf/conf.h"
#include "ops/account.h"
#include "ops/test-admin.h"
#include "rules/recipients.h"
#include "store/events.h"

/* ---- lines ---------------------------------------------------------------- */

static const struct {
	const char *line;
	bool is_status;
	enum maillog_result result;
	const char *queue_id, *recipient, *host, *address, *dsn, *reply;
	double delay;
} lines[] = {
    {"Nov 28 12:00:00 mx postfix/smtp[12]: 4jYjJ93vgwz1bYMv: "
     "to=<a@b.example>, relay=mx.b.example[192.0.2.1]:25, delay=1.3, "
     "delays=0.1/0/0.2/1, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued)",
	true, MAILLOG_SENT, "4jYjJ93vgwz1bYMv", "a@b.example", "mx.b.example",
	"192.0.2.1", "2.0.0", "250 2.0.0 Ok: queued", 1.3},
    {"2026-11-28T12:00:00.5+01:00 mx postfix-out/smtp[12]: ABC: "
     "to=<alias@c.example>, orig_to=<a@b.example>, "
     "relay=mx[2001:db8::1]:25, delay=4, dsn=4.2.2, status=deferred (host "
     "mx[2001:db8::1] said: 452 4.2.2 full (in reply to RCPT TO command))",
	true, MAILLOG_DEFERRED, "ABC", "a@b.example", "mx", "2001:db8::1",
	"4.2.2",
	"host mx[2001:db8::1] said: 452 4.2.2 full (in reply to RCPT TO "
	"command)",
	4},
    {"Nov  8 02:00:00 mx postfix/smtp[1]: ABC: to=<a@b.example>, relay=none, "
     "delay=30, dsn=4.4.1, status=deferred (connect to b[192.0.2.1]:25: "
     "Connection refused)",
	true, MAILLOG_DEFERRED, "ABC", "a@b.example", "", "", "4.4.1",
	"connect to b[192.0.2.1]:25: Connection refused", 30},
    {"Nov 28 12:00:00 mx postfix/smtp[1]: ABC: to=<a@b.example>, relay=x[1]:25,"
     " dsn=5.1.1, status=bounced (said: 550 status=sent (250 ok))",
	true, MAILLOG_BOUNCED, "ABC", "a@b.example", "x", "1", "5.1.1",
	"said: 550 status=sent (250 ok)", 0},
    {"Nov 28 12:00:00 mx sendmail[7]: 5ASC0ABC012345: to=<a@b.example>, "
     "ctladdr=<x@y.example> (0/0), delay=00:01:05, xdelay=00:00:01, "
     "mailer=relay, pri=120345, relay=mx.b.example. [192.0.2.1], dsn=2.0.0, "
     "stat=Sent (Ok: queued as X)",
	true, MAILLOG_SENT, "5ASC0ABC012345", "a@b.example", "mx.b.example",
	"192.0.2.1", "2.0.0", "Ok: queued as X", 65},
    {"Nov 28 12:00:00 mx sm-mta[7]: 5ASC: to=<a@b.example>, delay=1+00:00:02, "
     "dsn=4.0.0, stat=Deferred: Connection refused by b.example.",
	true, MAILLOG_DEFERRED, "5ASC", "a@b.example", "", "", "4.0.0",
	"Connection refused by b.example.", 86402},
    /* A comma in a quoted local part does not end the address. */
    {"Nov 28 12:00:00 mx postfix/smtp[1]: ABC: to=<\"x, y\"@b.example>, "
     "dsn=2.0.0, status=sent (ok)",
	true, MAILLOG_SENT, "ABC", "\"x, y\"@b.example", "", "", "2.0.0", "ok",
	0},
    {"Nov 28 12:00:00 mx postfix/qmgr[1]: ABC: from=<a@b.example>, size=1, "
     "nrcpt=1 (queue active)",
	false, 0, "", "", "", "", "", "", 0},
    {"Nov 28 12:00:00 mx postfix/smtpd[1]: ABC: to=<a@b.example>, dsn=2.0.0, "
     "status=sent (x)",
	false, 0, "", "", "", "", "", "", 0},
    {"Nov 28 12:00:00 mx other[1]: ABC: to=<a@b.example>, dsn=2.0.0, "
     "status=sent (x)",
	false, 0, "", "", "", "", "", "", 0},
    {"Nov 28 12:00:00 mx postfix/smtp[1]: ABC: to=<a@b.example>", false, 0, "",
	"", "", "", "", "", 0},
    {"Nov 28 12:00:00 mx postfix/smtp[1]: to=<a@b.example>, status=sent (x)",
	false, 0, "", "", "", "", "", "", 0},
    {"[1]: status=sent (", false, 0, "", "", "", "", "", "", 0},
    {"", false, 0, "", "", "", "", "", "", 0},
};

static void
each_line_is_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct maillog_status s;
		char *line = strdup(lines[i].line);
		bool is_status = maillog_read_line(line, TEST_NOW, &s);

		if (is_status != lines[i].is_status)
			fail_msg("%s", lines[i].line);
		if (is_status) {
			assert_int_equal(s.result, lines[i].result);
			assert_string_equal(s.queue_id, lines[i].queue_id);
			assert_string_equal(s.recipient, lines[i].recipient);
			assert_string_equal(s.relay_host, lines[i].host);
			assert_string_equal(s.relay_address, lines[i].address);
			assert_string_equal(s.dsn, lines[i].dsn);
			assert_string_equal(s.reply, lines[i].reply);
			assert_true(s.delay_sec > lines[i].delay - 0.001 &&
				    s.delay_sec < lines[i].delay + 0.001);
		}
		free(line);
	}
}

static void
times_are_read(void **state)
{
	static const struct {
		const char *line;
		int64_t msec;
	} rows[] = {
	    {"2026-11-28T12:00:00.250+01:00 x", INT64_C(1795863600250)},
	    {"2026-11-28T12:00:00Z x", INT64_C(1795867200000)},
	    {"2026-11-28T12:00:00-05:30 x", INT64_C(1795887000000)},
	    {"Nov 28 12:00:00 x", INT64_C(1795867200000)},
	    {"Dec 31 23:59:59 x", INT64_C(1767225599000)}, /* last year */
	    {"once upon a time", 0},
	};

	(void)state;
	(void)setenv("TZ", "UTC", 1);
	tzset();
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct maillog_status s;
		char *line = strdup(rows[i].line);

		(void)maillog_read_line(line, INT64_C(1795867300), &s);
		assert_int_equal(s.at_msec, rows[i].msec);
		free(line);
	}
}

/* ---- files ---------------------------------------------------------------- */

struct log {
	struct admin_fixture *f;
	char path[128];
};

static struct log
log_begin(struct admin_fixture *f)
{
	struct log log = {.f = f};

	(void)snprintf(log.path, sizeof(log.path), "%s/mail.log", f->dir);
	free(f->conf->mail_log);
	f->conf->mail_log = strdup(log.path);
	free(f->conf->journal);
	f->conf->journal = strdup(f->dir);
	assert_non_null(f->conf->mail_log);
	assert_non_null(f->conf->journal);
	return log;
}

static void
log_write(struct log *log, const char *text)
{
	FILE *out = fopen(log->path, "a");

	assert_non_null(out);
	assert_true(fputs(text, out) >= 0);
	assert_int_equal(fclose(out), 0);
}

static void
log_status(struct log *log, const char *queue_id, const char *status)
{
	char line[512];

	(void)snprintf(line, sizeof(line),
	    "Nov 28 12:00:00 mx postfix/smtp[1]: %s: to=<A@b.example>, "
	    "relay=mx[192.0.2.1]:25, delay=0.3, dsn=2.0.0, status=%s (text)\n",
	    queue_id, status);
	log_write(log, line);
}

static void
message(struct admin_fixture *f, const char *queue_id)
{
	struct store_account account;
	struct store_message row = {.sent_msec = TEST_NOW * 1000,
	    .login = "",
	    .sender = "s@shop.example",
	    .source_ip = "",
	    .recipients = "E a@b.example\nB gone@b.example",
	    .facts = "{}"};
	bool is_new;

	assert_code(f, SG_OK, account_get(f->store, "shop", &account, &f->err));
	row.account_id = account.facts.id;
	(void)snprintf(row.queue_id, sizeof(row.queue_id), "%s", queue_id);
	assert_code(
	    f, SG_OK, store_message_add(f->store, &row, &is_new, &f->err));
	assert_true(is_new);
}

static int
follow(struct log *log)
{
	int64_t events;

	assert_code(log->f, SG_OK,
	    maillog_follow(
		log->f->store, log->f->conf, TEST_NOW, &events, &log->f->err));
	return (int)events;
}

static bool
count_event(void *ctx, const struct store_event *row)
{
	int *counts = ctx;

	counts[row->kind]++;
	assert_string_equal(row->recipients, "a@b.example");
	return true;
}

static void
assert_events(struct log *log, int delivered, int delayed)
{
	struct store_event_filter filter = {.queue_id = "", .most = 100};
	int counts[STORE_EVENT_KINDS] = {0};

	assert_code(log->f, SG_OK,
	    store_event_list(
		log->f->store, &filter, count_event, counts, &log->f->err));
	assert_int_equal(counts[STORE_EVENT_DELIVERY], delivered);
	assert_int_equal(counts[STORE_EVENT_DELIVERY_DELAY], delayed);
}

static void
what_was_there_before_is_not_read(void **state)
{
	struct log log = log_begin(*state);

	message(*state, "A1");
	log_status(&log, "A1", "sent");
	assert_int_equal(follow(&log), 0);
	log_status(&log, "A1", "deferred");
	log_status(&log, "A1", "sent");
	log_status(&log, "A1", "bounced"); /* its report will come */
	log_status(&log, "FOREIGN", "sent");
	assert_int_equal(follow(&log), 2);
	assert_int_equal(follow(&log), 0);
	assert_events(&log, 1, 1);
}

static void
a_file_that_comes_later_is_read_whole(void **state)
{
	struct log log = log_begin(*state);

	message(*state, "A1");
	assert_int_equal(follow(&log), 0);
	assert_int_equal(follow(&log), 0);
	log_status(&log, "A1", "sent");
	assert_int_equal(follow(&log), 1);
	assert_events(&log, 1, 0);
}

static void
half_a_line_waits(void **state)
{
	struct log log = log_begin(*state);

	message(*state, "A1");
	log_write(&log, "first\n");
	assert_int_equal(follow(&log), 0);
	log_write(&log, "Nov 28 12:00:00 mx postfix/smtp[1]: A1: to=<a@b.");
	assert_int_equal(follow(&log), 0);
	log_write(&log, "example>, dsn=2.0.0, status=sent (ok)\n");
	assert_int_equal(follow(&log), 1);
	assert_events(&log, 1, 0);
}

static void
a_recipient_left_out_has_no_delivery(void **state)
{
	struct log log = log_begin(*state);

	message(*state, "A1");
	log_write(&log, "first\n");
	assert_int_equal(follow(&log), 0);
	log_write(&log, "Nov 28 12:00:00 mx postfix/smtp[1]: A1: "
			"to=<gone@b.example>, dsn=2.0.0, status=sent (ok)\n"
			"Nov 28 12:00:00 mx postfix/smtp[1]: A1: "
			"to=<other@b.example>, dsn=2.0.0, status=sent (ok)\n");
	assert_int_equal(follow(&log), 0);
}

static void
rotation_loses_nothing(void **state)
{
	struct log log = log_begin(*state);
	char old[160];

	message(*state, "A1");
	log_write(&log, "first\n");
	assert_int_equal(follow(&log), 0);
	log_status(&log, "A1", "deferred");
	(void)snprintf(old, sizeof(old), "%s.1", log.path);
	assert_int_equal(rename(log.path, old), 0);
	assert_int_equal(follow(&log), 0); /* no new file yet */
	log_status(&log, "A1", "sent");
	assert_int_equal(follow(&log), 2);
	assert_int_equal(follow(&log), 0);
	assert_events(&log, 1, 1);
}

static void
a_file_that_was_cut_is_read_anew(void **state)
{
	struct log log = log_begin(*state);

	message(*state, "A1");
	log_write(&log, "a first line that is longer than what comes then; so "
			"long that a whole line of status is shorter than it "
			"is, and a little more, and more, and yet more, to be "
			"quite sure of that, whatever the line may hold\n");
	assert_int_equal(follow(&log), 0);
	assert_int_equal(truncate(log.path, 0), 0);
	log_status(&log, "A1", "sent");
	assert_int_equal(follow(&log), 1);
	assert_events(&log, 1, 0);
}

static void
many_lines_are_all_read(void **state)
{
	struct log log = log_begin(*state);

	message(*state, "A1");
	log_write(&log, "first\n");
	assert_int_equal(follow(&log), 0);
	for (int i = 0; i < 3000; i++)
		log_status(&log, "FOREIGN", "sent");
	log_status(&log, "A1", "sent");
	assert_int_equal(follow(&log), 1);
}

int
main(void)
{
#define WITH_STORE(test)                                                       \
	cmocka_unit_test_setup_teardown(                                       \
	    test, admin_fixture_setup, admin_fixture_teardown)
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_line_is_read),
	    cmocka_unit_test(times_are_read),
	    WITH_STORE(what_was_there_before_is_not_read),
	    WITH_STORE(a_file_that_comes_later_is_read_whole),
	    WITH_STORE(half_a_line_waits),
	    WITH_STORE(a_recipient_left_out_has_no_delivery),
	    WITH_STORE(rotation_loses_nothing),
	    WITH_STORE(a_file_that_was_cut_is_read_anew),
	    WITH_STORE(many_lines_are_all_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
