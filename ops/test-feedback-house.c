/* A store with messages, their reports and what came of them: see test-feedback.h. */
#include "config.h"
#include "ops/test-feedback.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "conf/conf.h"
#include "ops/account.h"
#include "ops/journal.h"
#include "ops/return_mac.h"
#include "rules/return_path.h"

/* ---- a house ------------------------------------------------------------------- */

const char house_rules_text[] =
    "rule listed\n  is Transient/General\n  fault ours\n"
    "  text blocked using\n"
    "rule gone\n  is Permanent/General\n  fault recipient\n"
    "  status 5.1.1\n"
    "rule full\n  is Transient/MailboxFull\n  fault recipient\n"
    "  status 5.2.2 4.2.2\n"
    "rule away\n  is Transient/General\n  fault network\n"
    "  status 4.4.1\n"
    "notice vacation\n  means autoreply\n"
    "  header ^Auto-Submitted: auto-replied\n";

void
house_rules(struct house *house, const char *text)
{
	FILE *file = fopen(house->rules_file, "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
	report_rules_free(&house->rules);
	assert_code(house->admin, SG_OK,
	    feedback_rules_load(
		house->admin->conf, &house->rules, &house->admin->err));
	house->env.rules = house->rules;
}

static void
make_identity(struct house *house)
{
	struct store_identity row = {.account_id = house->account_id,
	    .facts = {.type = RULES_IDENTITY_DOMAIN,
		.status = RULES_IDENTITY_SUCCESS,
		.name = "shop.example"},
	    .forwarding = true};

	assert_code(house->admin, SG_OK,
	    store_identity_create(house->store, &row, &house->admin->err));
	house->identity_id = row.facts.id;
}

int64_t
house_set(struct house *house, int reasons)
{
	struct store_set row = {.facts = {.account_id = house->account_id,
				    .name = "main",
				    .suppressed_reasons = reasons},
	    .reputation = true,
	    .created_sec = TEST_NOW};

	assert_code(house->admin, SG_OK,
	    store_set_create(house->store, &row, &house->admin->err));
	return row.facts.id;
}

int
house_setup(void **state)
{
	struct house *house = calloc(1, sizeof(*house));
	struct store_account account;
	struct admin_fixture *f;
	void *admin;

	assert_non_null(house);
	assert_int_equal(admin_fixture_setup(&admin), 0);
	house->admin = f = admin;
	house->store = f->store;
	house->now_msec = NOW_MSEC;
	(void)snprintf(house->dir, sizeof(house->dir), "%s/j", f->dir);
	(void)snprintf(
	    house->rules_file, sizeof(house->rules_file), "%s/rules", f->dir);
	admin_fixture_set(&f->conf->journal, house->dir);
	admin_fixture_set(&f->conf->feedback_rules_file, house->rules_file);
	admin_fixture_set(&f->conf->mail_from, "postmaster@bounce.test");
	admin_fixture_set(&f->conf->mail_operator, "operator@bounce.test");
	assert_code(f, SG_OK, return_mac_new(f->seal, &house->mac, &f->err));
	assert_code(
	    f, SG_OK, journal_open(house->dir, &house->journal, &f->err));
	assert_code(f, SG_OK, account_get(f->store, "shop", &account, &f->err));
	house->account_id = account.facts.id;
	make_identity(house);
	house->env = (struct feedback_env){
	    .conf = f->conf, .mac = house->mac, .store = f->store};
	house_rules(house, house_rules_text);
	*state = house;
	return 0;
}

int
house_teardown(void **state)
{
	struct house *house = *state;
	void *admin = house->admin;

	journal_close(&house->journal);
	report_rules_free(&house->rules);
	return_mac_free(&house->mac);
	admin_fixture_remove(house->dir);
	assert_int_equal(admin_fixture_teardown(&admin), 0);
	free(house);
	return 0;
}

/* ---- messages ---------------------------------------------------------------------- */

void
house_mail_with(struct house *house, const char *queue_id,
    const char *recipients, int64_t set_id)
{
	const struct rules_header from = {"From", "Shop <news@shop.example>"};
	struct journal_entry entry = {
	    .kind = JOURNAL_SENT,
	    .account_id = house->account_id,
	    .queue_id = queue_id,
	    .at_msec = SENT_MSEC,
	    .login = "shop",
	    .sender = "sender@shop.example",
	    .source_ip = "192.0.2.1",
	    .identity_id = house->identity_id,
	    .identity = "shop.example",
	    .set_id = set_id,
	    .set_name = set_id != 0 ? "main" : "",
	    .size = 100,
	    .recipients = recipients,
	    .headers = &from,
	    .header_count = 1,
	    .reason = "",
	    .reply = "",
	};

	assert_code(house->admin, SG_OK,
	    journal_append(house->journal, &entry, &house->admin->err));
}

void
house_mail(struct house *house, const char *queue_id, const char *recipients)
{
	house_mail_with(house, queue_id, recipients, 0);
}

const char *
house_address(struct house *house, const char *queue_id)
{
	static char address[RULES_ADDRESS_MAX + 1];
	struct return_path path = {
	    .account_id = house->account_id, .day = SENT_MSEC / DAY_MSEC};
	char local[RETURN_PATH_LOCAL_MAX + 1];

	(void)snprintf(path.queue_id, sizeof(path.queue_id), "%s", queue_id);
	assert_true(
	    return_path_encode(&path, return_mac_compute, house->mac, local));
	(void)snprintf(address, sizeof(address), "%s@bounce.test", local);
	return address;
}

/* ---- reports ------------------------------------------------------------------------ */

const char house_dsn_head[] =
    "From: MAILER-DAEMON@mx.example\n"
    "To: b@bounce.test\n"
    "Subject: Undelivered Mail Returned to Sender\n"
    "Date: Mon, 21 Sep 2026 14:14:30 +0000\n"
    "MIME-Version: 1.0\n"
    "Content-Type: multipart/report; report-type=delivery-status;\n"
    " boundary=\"B\"\n"
    "\n"
    "--B\nContent-Type: text/plain\n\nIt could not be delivered.\n"
    "--B\nContent-Type: message/delivery-status\n\n"
    "Reporting-MTA: dns; mx.example\n";

char *
house_dsn_dup(const char *note, const struct house_part *parts, size_t count)
{
	struct buf text;
	char *copy;

	buf_init(&text, 1024 * 1024);
	(void)buf_printf(&text, "X-Note: %s\n%s", note, house_dsn_head);
	for (size_t i = 0; i < count; i++)
		(void)buf_printf(&text,
		    "\nFinal-Recipient: rfc822; %s\nAction: %s\nStatus: %s\n"
		    "Remote-MTA: dns; mx1.remote.example\n"
		    "Diagnostic-Code: smtp; %s\n",
		    parts[i].recipient, parts[i].action, parts[i].status,
		    parts[i].diagnostic);
	(void)buf_puts(&text, "\n--B--\n");
	assert_false(text.failed);
	copy = strdup(buf_str(&text));
	assert_non_null(copy);
	buf_fini(&text);
	return copy;
}

void
house_take_text(struct house *house, const char *recipient, const char *text)
{
	assert_code(house->admin, SG_OK,
	    feedback_take(&house->env, recipient, text, strlen(text),
		house->now_msec, &house->result, &house->admin->err));
}

void
house_take_parts(struct house *house, const char *address, const char *note,
    const struct house_part *parts, size_t count)
{
	char *text = house_dsn_dup(note, parts, count);

	house_take_text(house, address, text);
	free(text);
}

void
house_take(struct house *house, const char *address, const char *recipient,
    const char *action, const char *status)
{
	struct house_part part = {
	    recipient, action, status, "550 no such user"};

	house_take_parts(house, address, recipient, &part, 1);
}

void
house_complain(struct house *house, const char *address, const char *recipient,
    const char *type)
{
	char text[2048];

	(void)snprintf(text, sizeof(text),
	    "From: fbl@provider.example\nSubject: complaint\n"
	    "MIME-Version: 1.0\n"
	    "Content-Type: multipart/report; report-type=feedback-report;\n"
	    " boundary=\"B\"\n\n"
	    "--B\nContent-Type: text/plain\n\nA complaint.\n"
	    "--B\nContent-Type: message/feedback-report\n\n"
	    "Feedback-Type: %s\nUser-Agent: Loop/1.0\nVersion: 1\n"
	    "Reporting-MTA: dns; fbl.y.example\n"
	    "Arrival-Date: Mon, 21 Sep 2026 14:14:10 +0000\n%s%s%s"
	    "\n--B\nContent-Type: text/rfc822-headers\n\n"
	    "From: news@shop.example\nSubject: News\n\n--B--\n",
	    type, recipient[0] != '\0' ? "Original-Rcpt-To: " : "", recipient,
	    recipient[0] != '\0' ? "\n" : "");
	house_take_text(house, address, text);
}

/* ---- what is in the store ---------------------------------------------------------- */

static bool
see_event(void *ctx, const struct store_event *row)
{
	struct house_seen *seen = ctx;

	seen->count++;
	seen->event = *row;
	(void)snprintf(
	    seen->recipients, sizeof(seen->recipients), "%s", row->recipients);
	(void)snprintf(seen->detail, sizeof(seen->detail), "%s", row->detail);
	return true;
}

struct house_seen
house_events(struct house *house, enum store_event_kind kind)
{
	struct store_event_filter filter = {
	    .queue_id = "", .kinds = 1 << kind, .most = 100000};
	struct house_seen seen = {0};

	assert_code(house->admin, SG_OK,
	    store_event_list(
		house->store, &filter, see_event, &seen, &house->admin->err));
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
	return true;
}

struct store_tally
house_tally(struct house *house, int64_t set_id)
{
	struct store_tally sum = {0};

	assert_code(house->admin, SG_OK,
	    store_tally_list(house->store, house->account_id, set_id, 0,
		add_tally, &sum, &house->admin->err));
	return sum;
}

int
house_listed(struct house *house, const char *address)
{
	struct store_suppression row;
	enum sg_err rc = store_suppression_get(
	    house->store, house->account_id, address, &row, NULL);

	return rc == SG_OK ? (int)row.facts.reason : -1;
}

static bool
see_fate(void *ctx, const struct store_fate *row)
{
	struct house_fates *fates = ctx;

	assert_true(fates->count < 8);
	fates->list[fates->count++] = *row;
	return true;
}

struct house_fates
house_fates(struct house *house, const char *queue_id)
{
	struct house_fates fates = {0};

	assert_code(house->admin, SG_OK,
	    store_fate_list(house->store, house->account_id, queue_id, see_fate,
		&fates, &house->admin->err));
	return fates;
}

static bool
see_letter(void *ctx, const struct store_letter *row)
{
	struct house_letters *letters = ctx;

	if (row->kind != letters->kind)
		return true;
	letters->count++;
	letters->report_id = row->report_id;
	(void)snprintf(letters->recipient, sizeof(letters->recipient), "%s",
	    row->recipient);
	(void)snprintf(
	    letters->facts, sizeof(letters->facts), "%s", row->facts);
	return true;
}

struct house_letters
house_letters(struct house *house, enum store_letter_kind kind)
{
	struct house_letters seen = {.kind = kind};

	assert_code(house->admin, SG_OK,
	    store_letter_list(
		house->store, see_letter, &seen, &house->admin->err));
	return seen;
}

static bool
see_report(void *ctx, const struct store_report *row)
{
	struct house_reports *reports = ctx;

	if (reports->count++ == 0)
		reports->last = *row;
	return true;
}

struct house_reports
house_reports(struct house *house)
{
	struct house_reports seen = {0};

	assert_code(house->admin, SG_OK,
	    store_report_list(house->store, 0, "", 0, 100000, see_report, &seen,
		&house->admin->err));
	return seen;
}

void
house_start(const char *program)
{
	srand((unsigned)clock_now_usec());
	report_init();
	(void)log_open(program, "stderr", LOG_LEVEL_ERROR);
}
