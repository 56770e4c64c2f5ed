/* Brakes on a real store: what is counted, for whom, and who is held. */
#include "config.h"
#include "ops/test-brake.h"

#include <stdio.h>
#include <string.h>

#include "ops/account.h"
#include "ops/brake_parts.h"
#include "rules/recipients.h"

/* ---- limits ------------------------------------------------------------------------ */

static void
test_messages(void **state)
{
	struct admin_fixture *f = *state;
	struct brake_message one = fixture_message(f, "app", "E a@b.example\n");
	struct brake_message other =
	    fixture_message(f, "web", "E a@b.example\n");
	struct contact_letters l;

	fixture_add(
	    f, "shop", RULES_BRAKE_LOGIN, "", RULES_BRAKE_MESSAGES, HOUR, 3);
	for (int i = 0; i < 3; i++)
		assert_accepts(f, &one);
	assert_int_equal(fixture_letters(f).count, 0);
	assert_string_equal(fixture_decide(f, &one).text,
	    "Throttling failure: login app has crossed a limit: 3 messages in "
	    "1 hour; sending with it is held until it is released");
	l = fixture_letters(f);
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
	assert_int_equal(fixture_letters(f).count, 2);
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
	struct brake_message three = fixture_message(f, "recipients",
	    "E a@b.example\nV c@d.example\nB left@out.example\nS s@s.example\n"
	    "M left@out.example\nC left@out.example\n");
	struct brake_message big =
	    fixture_message(f, "bytes", "E a@b.example\n");

	fixture_add(f, "shop", RULES_BRAKE_LOGIN, "recipients",
	    RULES_BRAKE_RECIPIENTS, 86400, 7);
	fixture_add(f, "shop", RULES_BRAKE_LOGIN, "bytes", RULES_BRAKE_BYTES,
	    120, 5000);
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
	    fixture_message(f, "app", "E a@b.example\nE b@b.example\n");

	fixture_add(
	    f, "shop", RULES_BRAKE_LOGIN, "", RULES_BRAKE_RECIPIENTS, HOUR, 3);
	fixture_add(
	    f, "shop", RULES_BRAKE_DOMAIN, "", RULES_BRAKE_RECIPIENTS, HOUR, 4);
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
	struct brake_message m = fixture_message(f, "app", "E a@b.example\n");
	int64_t start = TEST_NOW - TEST_NOW % 60;

	fixture_add(
	    f, "shop", RULES_BRAKE_LOGIN, "", RULES_BRAKE_MESSAGES, HOUR, 61);
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
	struct brake_message m = fixture_message(f, "app", "E a@b.example\n");

	fixture_add(
	    f, "shop", RULES_BRAKE_LOGIN, "", RULES_BRAKE_MESSAGES, 60, 2);
	fixture_add(
	    f, "shop", RULES_BRAKE_LOGIN, "", RULES_BRAKE_MESSAGES, 86400, 5);
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
	struct brake_message m =
	    fixture_message(f, "app", "B gone@b.example\n");

	fixture_add(
	    f, "shop", RULES_BRAKE_LOGIN, "", RULES_BRAKE_RECIPIENTS, 60, 0);
	assert_accepts(f, &m); /* nobody gets it */
	m.recipients = "E a@b.example\n";
	assert_held(f, &m, "0 recipients in 1 minute");
}

/* ---- scopes -------------------------------------------------------------------------- */

static void
test_scopes(void **state)
{
	struct admin_fixture *f = *state;
	struct brake_message m =
	    fixture_message(f, "AKIDEXAMPLE", "E a@b.example\n");

	fixture_add(f, "shop", RULES_BRAKE_CREDENTIAL, "", RULES_BRAKE_MESSAGES,
	    HOUR, 1);
	fixture_add(f, "shop", RULES_BRAKE_IDENTITY, "boss@shop.example",
	    RULES_BRAKE_MESSAGES, HOUR, 1);
	fixture_add(f, "shop", RULES_BRAKE_DOMAIN, "NEWS.shop.example",
	    RULES_BRAKE_MESSAGES, HOUR, 1);
	/* a login that is no credential */
	assert_accepts(f, &m);
	assert_accepts(f, &m);
	m.is_credential = true;
	assert_accepts(f, &m);
	assert_held(f, &m, "credential AKIDEXAMPLE has crossed");
	m = fixture_message(f, "web", "E a@b.example\n");
	m.identity = "boss@shop.example";
	assert_accepts(f, &m);
	assert_held(f, &m, "identity boss@shop.example has crossed");
	m = fixture_message(f, "web", "E a@b.example\n");
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
	struct brake_message m = fixture_message(f, "app", "E a@b.example\n");
	struct brake_message theirs = m;
	struct store_account blog;

	assert_code(f, SG_OK,
	    account_create(
		f->store, f->conf, "blog", "", TEST_NOW, &blog, &f->err));
	theirs.account_id = blog.facts.id;
	fixture_add(
	    f, NULL, RULES_BRAKE_DOMAIN, "", RULES_BRAKE_MESSAGES, HOUR, 2);
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
	struct brake_message m = fixture_message(f, login, "E a@b.example\n");

	memset(login, 'x', sizeof(login) - 1);
	fixture_add(
	    f, "shop", RULES_BRAKE_LOGIN, "", RULES_BRAKE_MESSAGES, HOUR, 0);
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

	fixture_add(
	    f, "shop", RULES_BRAKE_LOGIN, "", RULES_BRAKE_MESSAGES, HOUR, 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct brake_message m =
		    fixture_message(f, rows[i].login, "E a@b.example\n");
		struct contact_letters l;

		assert_held(f, &m, "0 messages");
		l = fixture_letters(f);
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
	m = fixture_message(f, login, "E a@b.example\n");
	fixture_add(
	    f, "shop", RULES_BRAKE_LOGIN, "", RULES_BRAKE_MESSAGES, HOUR, 0);
	assert_held(f, &m, "0 messages");
	assert_int_equal(fixture_letters(f).count, 2);
}

/* ---- first-time recipients -------------------------------------------------------------- */

static void
test_new_recipients(void **state)
{
	struct admin_fixture *f = *state;
	struct brake_message m = fixture_message(f, "app",
	    "E a@b.example\nE A@B.example\nE b@b.example\nB c@b.example\n");

	fixture_add(f, "shop", RULES_BRAKE_LOGIN, "",
	    RULES_BRAKE_NEW_RECIPIENTS, HOUR, 3);
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
	struct store_message row = {
	    .account_id = admin_fixture_account(f, account),
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
	    store_known_has(f->store, admin_fixture_account(f, account), hash,
		&known, &f->err));
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
	fixture_add(
	    f, "shop", RULES_BRAKE_LOGIN, "", RULES_BRAKE_MESSAGES, HOUR, 9);
	assert_false(is_known(f, "shop", "r0@b.example"));
	fixture_add(f, "shop", RULES_BRAKE_LOGIN, "",
	    RULES_BRAKE_NEW_RECIPIENTS, HOUR, 9);
	for (int i = 0; i < 1203; i += 401) {
		(void)snprintf(
		    recipients, sizeof(recipients), "r%d@B.EXAMPLE", i);
		assert_true(is_known(f, "shop", recipients));
	}
	assert_true(is_known(f, "shop", "r1202@b.example"));
	assert_false(is_known(f, "shop", "dropped1@b.example"));
	assert_false(is_known(f, "blog", "blog@b.example"));
	/* one for all learns of all, though one account has its own */
	fixture_add(f, NULL, RULES_BRAKE_LOGIN, "", RULES_BRAKE_NEW_RECIPIENTS,
	    HOUR, 9);
	assert_true(is_known(f, "blog", "blog@b.example"));
	assert_false(is_known(f, "blog", "r0@b.example"));
	/* from the second one on nothing is learnt again */
	keep_message(f, "blog", "b2", "E late@b.example\n");
	fixture_add(f, "blog", RULES_BRAKE_LOGIN, "",
	    RULES_BRAKE_NEW_RECIPIENTS, 60, 9);
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
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
