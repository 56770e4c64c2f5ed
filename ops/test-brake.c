/* Brakes on a real store: who is held, who is not, and that many at once get no more
 * than the limit. */
#include "config.h"
#include "ops/brake.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/conf.h"
#include "ops/account.h"
#include "ops/admin.h"
#include "ops/brake_parts.h"
#include "ops/test-admin.h"
#include "rules/recipients.h"
#include "store/events.h"

static void
set_text(char **option, const char *text)
{
	free(*option);
	*option = strdup(text);
	assert_non_null(*option);
}

static int
setup(void **state)
{
	struct admin_fixture *f;
	struct account_change change = {.contact = "owner@shop.example"};

	assert_int_equal(admin_fixture_setup(state), 0);
	f = *state;
	/* nothing waits for the disk */
	admin_store_close(&f->store);
	assert_code(f, SG_OK,
	    admin_store_open(f->conf, STORE_OPEN_COUNT, &f->store, &f->err));
	set_text(&f->conf->mail_from, "no-reply@mail.example");
	set_text(&f->conf->mail_operator, "operator@mail.example");
	assert_code(f, SG_OK,
	    account_change(f->store, f->conf, "shop", &change, NULL, &f->err));
	return 0;
}

static int64_t
account_id(struct admin_fixture *f, const char *name)
{
	struct store_account row;

	assert_code(f, SG_OK, account_get(f->store, name, &row, &f->err));
	return row.facts.id;
}

static int64_t
add(struct admin_fixture *f, const char *account, enum rules_brake_scope scope,
    const char *subject, enum rules_brake_measure measure, int64_t window_sec,
    int64_t most)
{
	struct store_brake brake = {.scope = scope,
	    .measure = measure,
	    .window_sec = window_sec,
	    .most = most};
	int64_t id = 0;

	(void)snprintf(brake.subject, sizeof(brake.subject), "%s", subject);
	assert_code(f, SG_OK,
	    brake_add(f->store, account, &brake, TEST_NOW, &id, &f->err));
	assert_true(id > 0);
	return id;
}

static struct brake_message
message(struct admin_fixture *f, const char *login, const char *recipients)
{
	return (struct brake_message){
	    .account_id = account_id(f, "shop"),
	    .login = login,
	    .identity = "shop.example",
	    .domain = "shop.example",
	    .bytes = 1000,
	    .recipients = recipients,
	    .now_sec = TEST_NOW,
	};
}

static struct rules_verdict
decide(struct admin_fixture *f, const struct brake_message *m)
{
	struct rules_verdict v;

	assert_code(f, SG_OK, brake_decide(f->store, f->conf, m, &v, &f->err));
	return v;
}

static void
assert_accepts(struct admin_fixture *f, const struct brake_message *m)
{
	struct rules_verdict v = decide(f, m);

	if (v.action != RULES_ACCEPT)
		fail_msg("%s", v.text);
}

static void
assert_held(
    struct admin_fixture *f, const struct brake_message *m, const char *limit)
{
	struct rules_verdict v = decide(f, m);

	assert_int_equal(v.action, RULES_DEFER);
	assert_int_equal(v.reason, RULES_REASON_THROTTLED);
	assert_int_equal(v.code, 454);
	assert_string_equal(v.status, "4.7.1");
	if (strstr(v.text, limit) == NULL)
		fail_msg("no \"%s\" in %s", limit, v.text);
}

struct letters {
	int count;
	bool to_owner, to_operator;
	char facts[1024];
};

static bool
see_letter(void *ctx, const struct store_letter *row)
{
	struct letters *l = ctx;

	assert_int_equal(row->kind, STORE_LETTER_THROTTLED);
	l->count++;
	l->to_owner |= strcmp(row->recipient, "owner@shop.example") == 0;
	l->to_operator |= strcmp(row->recipient, "operator@mail.example") == 0;
	(void)snprintf(l->facts, sizeof(l->facts), "%s", row->facts);
	return true;
}

static struct letters
letters(struct admin_fixture *f)
{
	struct letters l = {0};

	assert_code(
	    f, SG_OK, store_letter_list(f->store, see_letter, &l, &f->err));
	return l;
}

/* ---- limits ------------------------------------------------------------------------ */

#define HOUR INT64_C(3600)

static void
test_messages(void **state)
{
	struct admin_fixture *f = *state;
	struct brake_message one = message(f, "app", "E a@b.example\n");
	struct brake_message other = message(f, "web", "E a@b.example\n");
	struct letters l;

	add(f, "shop", RULES_BRAKE_LOGIN, "", RULES_BRAKE_MESSAGES, HOUR, 3);
	for (int i = 0; i < 3; i++)
		assert_accepts(f, &one);
	assert_int_equal(letters(f).count, 0);
	assert_string_equal(decide(f, &one).text,
	    "Throttling failure: login app has crossed a limit: 3 messages in "
	    "1 hour; sending with it is held until it is released");
	l = letters(f);
	assert_int_equal(l.count, 2);
	assert_true(l.to_owner && l.to_operator);
	assert_non_null(strstr(l.facts, "login app"));
	assert_non_null(strstr(l.facts, "3 messages in 1 hour"));
	assert_non_null(
	    strstr(l.facts, "\"sendwardctl limit release shop login app\""));
	/* again, and when the window is over: held, and told once */
	assert_held(f, &one, "3 messages in 1 hour");
	one.now_sec += 5 * HOUR;
	assert_held(f, &one, "3 messages in 1 hour");
	assert_int_equal(letters(f).count, 2);
	/* nobody else is */
	assert_accepts(f, &other);
	other.login = "";
	for (int i = 0; i < 5; i++)
		assert_accepts(f, &other);
}

static void
test_measures(void **state)
{
	struct admin_fixture *f = *state;
	struct brake_message three = message(f, "recipients",
	    "E a@b.example\nV c@d.example\nB left@out.example\nS s@s.example\n"
	    "M left@out.example\nC left@out.example\n");
	struct brake_message big = message(f, "bytes", "E a@b.example\n");

	add(f, "shop", RULES_BRAKE_LOGIN, "recipients", RULES_BRAKE_RECIPIENTS,
	    86400, 7);
	add(f, "shop", RULES_BRAKE_LOGIN, "bytes", RULES_BRAKE_BYTES, 120,
	    5000);
	assert_accepts(f, &three);
	assert_accepts(f, &three);
	assert_held(f, &three, "7 recipients in 1 day;");
	big.bytes = 2500;
	assert_accepts(f, &big);
	assert_accepts(f, &big);
	big.bytes = 0;
	assert_accepts(f, &big);
	big.bytes = 1;
	assert_held(f, &big, "5000 bytes in 2 minutes;");
}

static void
test_whole_message_or_none(void **state)
{
	struct admin_fixture *f = *state;
	struct brake_message two =
	    message(f, "app", "E a@b.example\nE b@b.example\n");

	add(f, "shop", RULES_BRAKE_LOGIN, "", RULES_BRAKE_RECIPIENTS, HOUR, 3);
	add(f, "shop", RULES_BRAKE_DOMAIN, "", RULES_BRAKE_RECIPIENTS, HOUR, 4);
	assert_accepts(f, &two);
	assert_held(f, &two, "login app has crossed a limit: 3 recipients");
	/* what was held is not counted: two are left to the domain */
	two.login = "web";
	assert_accepts(f, &two);
	two.login = "third";
	assert_held(f, &two, "domain shop.example has crossed");
}

static void
test_window_slides(void **state)
{
	struct admin_fixture *f = *state;
	struct brake_message m = message(f, "app", "E a@b.example\n");
	int64_t start = TEST_NOW - TEST_NOW % 60;

	add(f, "shop", RULES_BRAKE_LOGIN, "", RULES_BRAKE_MESSAGES, HOUR, 61);
	/* one a minute for ever is within it: the part of the window that holds
	 * its first second counts whole */
	for (int minute = 0; minute < 200; minute++) {
		m.now_sec = start + minute * 60;
		assert_accepts(f, &m);
	}
	/* and one more is not */
	assert_held(f, &m, "61 messages");
}

static void
test_windows_together(void **state)
{
	struct admin_fixture *f = *state;
	struct brake_message m = message(f, "app", "E a@b.example\n");

	add(f, "shop", RULES_BRAKE_LOGIN, "", RULES_BRAKE_MESSAGES, 60, 2);
	add(f, "shop", RULES_BRAKE_LOGIN, "", RULES_BRAKE_MESSAGES, 86400, 5);
	for (int i = 0; i < 5; i++) {
		m.now_sec = TEST_NOW + i * 60;
		assert_accepts(f, &m);
	}
	m.now_sec += 120;
	assert_held(f, &m, "5 messages in 1 day");
}

static void
test_nothing_allowed(void **state)
{
	struct admin_fixture *f = *state;
	struct brake_message m = message(f, "app", "B gone@b.example\n");

	add(f, "shop", RULES_BRAKE_LOGIN, "", RULES_BRAKE_RECIPIENTS, 60, 0);
	assert_accepts(f, &m); /* nobody gets it */
	m.recipients = "E a@b.example\n";
	assert_held(f, &m, "0 recipients in 1 minute");
}

/* ---- scopes -------------------------------------------------------------------------- */

static void
test_scopes(void **state)
{
	struct admin_fixture *f = *state;
	struct brake_message m = message(f, "AKIDEXAMPLE", "E a@b.example\n");

	add(f, "shop", RULES_BRAKE_CREDENTIAL, "", RULES_BRAKE_MESSAGES, HOUR,
	    1);
	add(f, "shop", RULES_BRAKE_IDENTITY, "boss@shop.example",
	    RULES_BRAKE_MESSAGES, HOUR, 1);
	add(f, "shop", RULES_BRAKE_DOMAIN, "NEWS.shop.example",
	    RULES_BRAKE_MESSAGES, HOUR, 1);
	/* a login that is no credential */
	assert_accepts(f, &m);
	assert_accepts(f, &m);
	m.is_credential = true;
	assert_accepts(f, &m);
	assert_held(f, &m, "credential AKIDEXAMPLE has crossed");
	m = message(f, "web", "E a@b.example\n");
	m.identity = "boss@shop.example";
	assert_accepts(f, &m);
	assert_held(f, &m, "identity boss@shop.example has crossed");
	m = message(f, "web", "E a@b.example\n");
	assert_accepts(f, &m);
	m.domain = "News.Shop.Example";
	assert_accepts(f, &m);
	assert_held(f, &m, "domain news.shop.example has crossed");
	m.domain = "shop.example";
	assert_accepts(f, &m);
	m.login = m.identity = m.domain = "";
	assert_accepts(f, &m);
}

static void
test_every_account(void **state)
{
	struct admin_fixture *f = *state;
	struct brake_message m = message(f, "app", "E a@b.example\n");
	struct brake_message theirs = m;
	struct store_account blog;

	assert_code(f, SG_OK,
	    account_create(
		f->store, f->conf, "blog", "", TEST_NOW, &blog, &f->err));
	theirs.account_id = blog.facts.id;
	add(f, NULL, RULES_BRAKE_DOMAIN, "", RULES_BRAKE_MESSAGES, HOUR, 2);
	assert_accepts(f, &m);
	assert_accepts(f, &m);
	assert_held(f, &m, "2 messages");
	/* the domain is another's there */
	assert_accepts(f, &theirs);
	assert_accepts(f, &theirs);
	assert_held(f, &theirs, "2 messages");
}

static void
test_long_subject(void **state)
{
	struct admin_fixture *f = *state;
	char login[256] = "";
	struct brake_message m = message(f, login, "E a@b.example\n");

	memset(login, 'x', sizeof(login) - 1);
	add(f, "shop", RULES_BRAKE_LOGIN, "", RULES_BRAKE_MESSAGES, HOUR, 0);
	assert_held(f, &m,
	    "xxx... has crossed a limit: 0 messages in 1 hour; "
	    "sending with it is held until it is released");
}

/* What is copied from the letter into a shell is one word. */
static void
test_release_command(void **state)
{
	static const struct {
		const char *login, *command;
	} rows[] = {
	    {"a@b.example", "release shop login a@b.example\""},
	    {"a; reboot", "release shop login 'a; reboot'\""},
	    {"o'neil$(x)", "release shop login 'o'\\\\''neil$(x)'\""},
	    {"-x", "release shop login '-x'\""},
	};
	struct admin_fixture *f = *state;

	add(f, "shop", RULES_BRAKE_LOGIN, "", RULES_BRAKE_MESSAGES, HOUR, 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct brake_message m =
		    message(f, rows[i].login, "E a@b.example\n");
		struct letters l;

		assert_held(f, &m, "0 messages");
		l = letters(f);
		if (strstr(l.facts, rows[i].command) == NULL)
			fail_msg("%s: %s", rows[i].login, l.facts);
	}
}

static void
test_longest_release_command(void **state)
{
	struct admin_fixture *f = *state;
	char login[RULES_ADDRESS_MAX + 1];
	struct brake_message m;

	memset(login, '\'', sizeof(login) - 1);
	login[sizeof(login) - 1] = '\0';
	m = message(f, login, "E a@b.example\n");
	add(f, "shop", RULES_BRAKE_LOGIN, "", RULES_BRAKE_MESSAGES, HOUR, 0);
	assert_held(f, &m, "0 messages");
	assert_int_equal(letters(f).count, 2);
}

/* ---- first-time recipients -------------------------------------------------------------- */

static void
test_new_recipients(void **state)
{
	struct admin_fixture *f = *state;
	struct brake_message m = message(f, "app",
	    "E a@b.example\nE A@B.example\nE b@b.example\nB c@b.example\n");

	add(f, "shop", RULES_BRAKE_LOGIN, "", RULES_BRAKE_NEW_RECIPIENTS, HOUR,
	    3);
	/* two, in any case; the one that was left out is none */
	for (int i = 0; i < 10; i++)
		assert_accepts(f, &m);
	m.recipients = "E c@b.example\nE a@b.example\n";
	assert_accepts(f, &m);
	m.recipients = "E d@b.example\n";
	assert_held(f, &m, "3 new recipients in 1 hour");
	/* other logins have a limit of their own, and know whom this one knew */
	m.login = "web";
	m.recipients = "E a@b.example\nE b@b.example\nE c@b.example\n"
		       "E d@b.example\nE e@b.example\nE f@b.example\n";
	assert_accepts(f, &m);
	m.recipients = "E g@b.example\n";
	assert_held(f, &m, "3 new recipients in 1 hour");
}

static void
keep_message(struct admin_fixture *f, const char *account, const char *queue_id,
    const char *recipients)
{
	struct store_message row = {.account_id = account_id(f, account),
	    .sent_msec = TEST_NOW * 1000,
	    .login = "app",
	    .sender = "a@shop.example",
	    .source_ip = "",
	    .recipients = recipients,
	    .facts = "{}"};
	bool is_new;

	(void)snprintf(row.queue_id, sizeof(row.queue_id), "%s", queue_id);
	assert_code(
	    f, SG_OK, store_message_add(f->store, &row, &is_new, &f->err));
	assert_true(is_new);
}

static bool
is_known(struct admin_fixture *f, const char *account, const char *address)
{
	int64_t hash;
	bool known;

	assert_true(brake_hash(address, &hash));
	assert_code(f, SG_OK,
	    store_known_has(
		f->store, account_id(f, account), hash, &known, &f->err));
	return known;
}

/* More than a page of what was sent before. */
static void
test_learns_from_kept_mail(void **state)
{
	struct admin_fixture *f = *state;
	char id[32], recipients[64];

	assert_code(f, SG_OK,
	    account_create(
		f->store, f->conf, "blog", "", TEST_NOW, NULL, &f->err));
	assert_code(f, SG_OK, store_begin(f->store, &f->err));
	for (int i = 0; i < 1203; i++) {
		(void)snprintf(id, sizeof(id), "q%d", i);
		(void)snprintf(recipients, sizeof(recipients),
		    "E R%d@b.example\nB dropped%d@b.example\n", i, i);
		keep_message(f, "shop", id, recipients);
	}
	keep_message(f, "blog", "b1", "E blog@b.example\n");
	assert_code(f, SG_OK, store_commit(f->store, &f->err));
	add(f, "shop", RULES_BRAKE_LOGIN, "", RULES_BRAKE_MESSAGES, HOUR, 9);
	assert_false(is_known(f, "shop", "r0@b.example"));
	add(f, "shop", RULES_BRAKE_LOGIN, "", RULES_BRAKE_NEW_RECIPIENTS, HOUR,
	    9);
	for (int i = 0; i < 1203; i += 401) {
		(void)snprintf(
		    recipients, sizeof(recipients), "r%d@B.EXAMPLE", i);
		assert_true(is_known(f, "shop", recipients));
	}
	assert_true(is_known(f, "shop", "r1202@b.example"));
	assert_false(is_known(f, "shop", "dropped1@b.example"));
	assert_false(is_known(f, "blog", "blog@b.example"));
	/* one for all learns of all, though one account has its own */
	add(f, NULL, RULES_BRAKE_LOGIN, "", RULES_BRAKE_NEW_RECIPIENTS, HOUR,
	    9);
	assert_true(is_known(f, "blog", "blog@b.example"));
	assert_false(is_known(f, "blog", "r0@b.example"));
	/* from the second one on nothing is learnt again */
	keep_message(f, "blog", "b2", "E late@b.example\n");
	add(f, "blog", RULES_BRAKE_LOGIN, "", RULES_BRAKE_NEW_RECIPIENTS, 60,
	    9);
	assert_false(is_known(f, "blog", "late@b.example"));
}

/* It is in stores. */
static void
test_hash(void **state)
{
	int64_t a, b;

	(void)state;
	assert_true(brake_hash("Jane@Shop.Example", &a));
	assert_true(brake_hash("jane@shop.example", &b));
	assert_true(a == b);
	/* printf jane@shop.example | sha256sum */
	assert_true((uint64_t)a == UINT64_C(0x8911f29841d783b7));
}

/* ---- held and released ------------------------------------------------------------------- */

struct throttles {
	int count;
	struct store_throttle last;
};

static bool
see_throttle(void *ctx, const struct store_throttle *row)
{
	struct throttles *t = ctx;

	t->count++;
	t->last = *row;
	return true;
}

static struct throttles
throttles(struct admin_fixture *f, bool is_all)
{
	struct throttles t = {0};

	assert_code(f, SG_OK,
	    store_throttle_list(
		f->store, 0, is_all, see_throttle, &t, &f->err));
	return t;
}

static enum sg_err
release(struct admin_fixture *f, enum rules_brake_scope scope,
    const char *subject, int64_t now_sec)
{
	return brake_release(f->store, "shop", scope, subject, "root",
	    "password changed", now_sec, &f->err);
}

static void
test_release(void **state)
{
	struct admin_fixture *f = *state;
	struct brake_message m = message(f, "app", "E a@b.example\n");
	struct throttles t;

	add(f, "shop", RULES_BRAKE_LOGIN, "", RULES_BRAKE_MESSAGES, HOUR, 2);
	assert_accepts(f, &m);
	assert_accepts(f, &m);
	assert_code(
	    f, SG_MISSING, release(f, RULES_BRAKE_LOGIN, "app", TEST_NOW));
	assert_non_null(strstr(f->err.text, "login app of account shop"));
	assert_held(f, &m, "2 messages");
	t = throttles(f, false);
	assert_int_equal(t.count, 1);
	assert_string_equal(t.last.subject, "app");
	assert_string_equal(t.last.why, "2 messages in 1 hour");
	assert_int_equal(t.last.since_sec, TEST_NOW);
	assert_code(
	    f, SG_MISSING, release(f, RULES_BRAKE_CREDENTIAL, "app", TEST_NOW));
	assert_code(f, SG_INVALID,
	    release(f, RULES_BRAKE_DOMAIN, "a@b.example", TEST_NOW));
	assert_code(
	    f, SG_OK, release(f, RULES_BRAKE_LOGIN, "app", TEST_NOW + 9));
	assert_int_equal(throttles(f, false).count, 0);
	t = throttles(f, true);
	assert_int_equal(t.count, 1);
	assert_string_equal(t.last.released_by, "root");
	assert_string_equal(t.last.note, "password changed");
	assert_int_equal(t.last.released_sec, TEST_NOW + 9);
	assert_code(
	    f, SG_MISSING, release(f, RULES_BRAKE_LOGIN, "app", TEST_NOW));
	/* it begins anew, and is told anew */
	assert_accepts(f, &m);
	assert_accepts(f, &m);
	assert_held(f, &m, "2 messages");
	assert_int_equal(letters(f).count, 4);
	assert_code(f, SG_MISSING,
	    brake_release(f->store, "nobody", RULES_BRAKE_LOGIN, "app", "root",
		"", TEST_NOW, &f->err));
}

/* Who is held stays so when his brake is taken away. */
static void
test_remove(void **state)
{
	struct admin_fixture *f = *state;
	struct brake_message m = message(f, "app", "E a@b.example\n");
	int64_t id = add(f, "shop", RULES_BRAKE_DOMAIN, "Shop.Example",
	    RULES_BRAKE_MESSAGES, HOUR, 0);

	assert_held(f, &m, "0 messages");
	assert_code(f, SG_OK, brake_remove(f->store, id, &f->err));
	assert_held(f, &m, "0 messages");
	assert_code(
	    f, SG_OK, release(f, RULES_BRAKE_DOMAIN, "SHOP.example", TEST_NOW));
	assert_accepts(f, &m);
	assert_code(f, SG_MISSING, brake_remove(f->store, id, &f->err));
	assert_non_null(strstr(f->err.text, "limit list"));
}

static void
test_monitor(void **state)
{
	struct admin_fixture *f = *state;
	struct brake_message m = message(f, "app", "E a@b.example\n");
	int64_t used;
	struct store_brake brake = {.scope = RULES_BRAKE_LOGIN,
	    .measure = RULES_BRAKE_MESSAGES,
	    .window_sec = HOUR,
	    .most = 2};

	f->conf->mode = CONF_MODE_MONITOR;
	brake.id = add(f, "shop", brake.scope, "", brake.measure,
	    brake.window_sec, brake.most);
	assert_accepts(f, &m);
	assert_accepts(f, &m);
	/* says what would have been, and goes on counting */
	for (int i = 0; i < 3; i++)
		assert_held(f, &m, "2 messages in 1 hour");
	assert_int_equal(throttles(f, true).count, 0);
	assert_int_equal(letters(f).count, 0);
	assert_code(f, SG_OK,
	    store_brake_used(f->store, &brake, m.account_id, "app", TEST_NOW,
		&used, &f->err));
	assert_int_equal(used, 5);
	m.login = "web";
	assert_accepts(f, &m);
}

static void
test_bad_brakes(void **state)
{
	static const struct {
		struct store_brake brake;
		enum sg_err code;
	} rows[] = {
	    {{.window_sec = 60, .most = 1}, SG_OK},
	    {{.window_sec = 2678400, .most = 0}, SG_OK},
	    {{.window_sec = 59, .most = 1}, SG_INVALID},
	    {{.window_sec = 2678401, .most = 1}, SG_INVALID},
	    {{.window_sec = -60, .most = 1}, SG_INVALID},
	    {{.window_sec = 60, .most = -1}, SG_INVALID},
	    {{.window_sec = 60, .most = INT64_MAX}, SG_INVALID},
	    {{.window_sec = 60, .most = 1, .scope = RULES_BRAKE_DOMAIN + 1},
		SG_INVALID},
	    {{.window_sec = 60,
		 .most = 1,
		 .measure = RULES_BRAKE_NEW_RECIPIENTS + 1},
		SG_INVALID},
	    {{.window_sec = 60,
		 .most = 1,
		 .scope = RULES_BRAKE_DOMAIN,
		 .subject = "a@shop.example"},
		SG_INVALID},
	    {{.window_sec = 60,
		 .most = 1,
		 .scope = RULES_BRAKE_IDENTITY,
		 .subject = "a@Shop.Example"},
		SG_OK},
	    {{.window_sec = 60,
		 .most = 1,
		 .scope = RULES_BRAKE_IDENTITY,
		 .subject = "no identity"},
		SG_INVALID},
	    {{.window_sec = 60, .most = 1, .subject = "two\nlines"},
		SG_INVALID},
	};
	struct admin_fixture *f = *state;
	int64_t id;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (brake_add(f->store, "shop", &rows[i].brake, TEST_NOW, &id,
			&f->err) != rows[i].code)
			fail_msg("row %zu: %s", i, f->err.text);
	assert_code(f, SG_MISSING,
	    brake_add(
		f->store, "nobody", &rows[0].brake, TEST_NOW, &id, &f->err));
}

static void
test_names(void **state)
{
	struct store_brake brake = {.most = 1};
	char text[256];

	(void)state;
	for (int i = 0; i <= RULES_BRAKE_DOMAIN; i++)
		assert_int_equal(brake_scope_from_name(brake_scope_name(
				     (enum rules_brake_scope)i)),
		    i);
	for (int i = 0; i <= RULES_BRAKE_NEW_RECIPIENTS; i++)
		assert_int_equal(brake_measure_from_name(brake_measure_name(
				     (enum rules_brake_measure)i)),
		    i);
	assert_int_equal(brake_scope_from_name("Login"), -1);
	assert_int_equal(brake_measure_from_name(""), -1);
	assert_string_equal(brake_scope_name(9), "unknown");
	assert_string_equal(brake_measure_name(9), "unknown");
	brake.window_sec = 86400;
	brake.measure = RULES_BRAKE_NEW_RECIPIENTS;
	brake_limit_text(&brake, text);
	assert_string_equal(text, "1 new recipient in 1 day");
	brake.window_sec = 5400;
	brake.most = 2;
	brake.measure = RULES_BRAKE_BYTES;
	brake_limit_text(&brake, text);
	assert_string_equal(text, "2 bytes in 90 minutes");
	brake.window_sec = 61;
	brake_limit_text(&brake, text);
	assert_string_equal(text, "2 bytes in 61 seconds");
}

/* ---- many at once ---------------------------------------------------------------------------- */

enum { THREADS = 8, EACH = 40, MOST = 100 };

struct crowd {
	struct admin_fixture *f;
	int64_t account_id;
	atomic_int accepted, held, failed;
};

static void *
send_many(void *ctx)
{
	struct crowd *crowd = ctx;
	struct brake_message m = {.account_id = crowd->account_id,
	    .login = "app",
	    .identity = "",
	    .domain = "",
	    .recipients = "E a@b.example\n",
	    .now_sec = TEST_NOW};
	struct store *store;
	struct err err;

	if (store_open(crowd->f->conf->store, STORE_OPEN_COUNT, 60000, &store,
		&err) != SG_OK) {
		crowd->failed++;
		return NULL;
	}
	for (int i = 0; i < EACH; i++) {
		struct rules_verdict v;

		if (brake_decide(store, crowd->f->conf, &m, &v, &err) != SG_OK)
			crowd->failed++;
		else if (v.action == RULES_ACCEPT)
			crowd->accepted++;
		else
			crowd->held++;
	}
	store_close(&store);
	return NULL;
}

static void
test_many_at_once(void **state)
{
	struct admin_fixture *f = *state;
	struct crowd crowd = {.f = f, .account_id = account_id(f, "shop")};
	pthread_t threads[THREADS];

	add(f, "shop", RULES_BRAKE_LOGIN, "", RULES_BRAKE_MESSAGES, HOUR, MOST);
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(
		    pthread_create(&threads[i], NULL, send_many, &crowd), 0);
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	assert_int_equal(crowd.failed, 0);
	assert_int_equal(crowd.accepted, MOST);
	assert_int_equal(crowd.held, THREADS * EACH - MOST);
	assert_int_equal(throttles(f, true).count, 1);
	assert_int_equal(letters(f).count, 2);
}

/* No store: the message waits. */
static void
test_store_fails(void **state)
{
	struct admin_fixture *f = *state;
	struct brake_message m = message(f, "app", "E a@b.example\n");
	struct rules_verdict v;
	struct store *locker;

	assert_code(f, SG_OK,
	    store_open(f->conf->store, STORE_OPEN_WRITE, 0, &locker, &f->err));
	assert_code(f, SG_OK, store_begin(f->store, &f->err));
	assert_code(f, SG_BUSY, brake_decide(locker, f->conf, &m, &v, &f->err));
	assert_int_equal(v.action, RULES_DEFER);
	assert_int_equal(v.reason, RULES_REASON_UNAVAILABLE);
	store_rollback(f->store);
	store_close(&locker);
}

#define WITH_STORE(test)                                                       \
	cmocka_unit_test_setup_teardown(test, setup, admin_fixture_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    WITH_STORE(test_messages),
	    WITH_STORE(test_measures),
	    WITH_STORE(test_whole_message_or_none),
	    WITH_STORE(test_window_slides),
	    WITH_STORE(test_windows_together),
	    WITH_STORE(test_nothing_allowed),
	    WITH_STORE(test_scopes),
	    WITH_STORE(test_every_account),
	    WITH_STORE(test_long_subject),
	    WITH_STORE(test_release_command),
	    WITH_STORE(test_longest_release_command),
	    WITH_STORE(test_new_recipients),
	    WITH_STORE(test_learns_from_kept_mail),
	    cmocka_unit_test(test_hash),
	    WITH_STORE(test_release),
	    WITH_STORE(test_remove),
	    WITH_STORE(test_monitor),
	    WITH_STORE(test_bad_brakes),
	    cmocka_unit_test(test_names),
	    WITH_STORE(test_many_at_once),
	    WITH_STORE(test_store_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
