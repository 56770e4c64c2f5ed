/* Tests of observed senders: counted in memory, brought into the store, taken over. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "conf/conf.h"
#include "ops/credential.h"
#include "ops/identity.h"
#include "ops/login.h"
#include "ops/observed.h"
#include "ops/observer.h"
#include "ops/test-admin.h"

#define ALL INT64_MAX

static void
see(struct observer *o, const char *login, const char *from, const char *reason,
    int64_t now_sec)
{
	const struct observer_seen seen = {.login = login,
	    .source_ip = "192.0.2.77",
	    .from = from,
	    .account_id = 9,
	    .reason = reason};

	observer_add(o, &seen, now_sec);
}

struct told {
	char text[2048];
};

static bool
keep(void *ctx, const struct store_observed *row)
{
	struct told *told = ctx;
	size_t len = strlen(told->text);

	(void)snprintf(told->text + len, sizeof(told->text) - len,
	    "%s%s:%s=%d %d-%d %s\n", row->login, row->network, row->domain,
	    (int)row->messages, (int)(row->first_sec - TEST_NOW),
	    (int)(row->last_sec - TEST_NOW),
	    row->verdict == STORE_OBSERVED_PASS ? "pass" : row->reason);
	return true;
}

static void
assert_rows(struct admin_fixture *f, const char *wanted)
{
	struct told told = {.text = ""};

	assert_code(f, SG_OK,
	    store_observed_page(f->store, STORE_OBSERVED_ALL, ALL, ALL, 99,
		keep, &told, &f->err));
	assert_string_equal(told.text, wanted);
}

static void
test_counting(void **state)
{
	struct admin_fixture *f = *state;
	struct observer *o;
	char login[300];

	assert_code(f, SG_OK, observer_new(f->conf->store, &o, &f->err));
	see(o, "info", "a@Example.COM", "NOT_VERIFIED", TEST_NOW);
	see(o, "info", "b@example.com", NULL, TEST_NOW + 3);
	see(o, "info", "b@example.com", NULL, TEST_NOW + 4);
	see(o, "", "a@example.org", NULL, TEST_NOW);
	see(o, "info", "x@exa\nmple.com", "BAD_HEADER", TEST_NOW);
	assert_code(f, SG_OK, observer_write(o, f->store, &f->err));
	assert_rows(f, "info:example.com=3 0-4 pass\n"
		       "info:(malformed)=1 0-0 BAD_HEADER\n"
		       "192.0.2.0/24:example.org=1 0-0 pass\n");
	/* what is written is not written again */
	assert_code(f, SG_OK, observer_write(o, f->store, &f->err));
	memset(login, 'x', sizeof(login) - 1);
	login[sizeof(login) - 1] = '\0';
	see(o, "info", "b@example.com", "QUOTA_EXCEEDED", TEST_NOW + 9);
	see(o, login, "b@example.com", NULL, TEST_NOW);
	assert_code(f, SG_OK, observer_write(o, f->store, &f->err));
	assert_rows(f, "info:example.com=4 0-9 QUOTA_EXCEEDED\n"
		       ":(other)=1 0-0 pass\n"
		       "info:(malformed)=1 0-0 BAD_HEADER\n"
		       "192.0.2.0/24:example.org=1 0-0 pass\n");
	observer_free(&o);
}

/* What a store may not take holds nobody else up. */
static void
test_odd_login(void **state)
{
	struct admin_fixture *f = *state;
	struct observer *o;
	struct told told = {.text = ""};

	assert_code(f, SG_OK, observer_new(f->conf->store, &o, &f->err));
	see(o, "\xff", "a@example.com", NULL, TEST_NOW);
	see(o, "info", "a@example.com", NULL, TEST_NOW);
	assert_code(f, SG_OK, observer_write(o, f->store, &f->err));
	assert_code(f, SG_OK,
	    store_observed_page(f->store, STORE_OBSERVED_ALL, ALL, ALL, 99,
		keep, &told, &f->err));
	assert_non_null(strstr(told.text, "info:example.com=1 0-0 pass\n"));
	observer_free(&o);
}

/* A locked store loses nothing, and the end writes what there is. */
static void
test_locked_and_end(void **state)
{
	struct admin_fixture *f = *state;
	struct store *other = NULL;
	struct observer *o;

	assert_code(f, SG_OK, observer_new(f->conf->store, &o, &f->err));
	assert_code(f, SG_OK,
	    store_open(f->conf->store, STORE_OPEN_COUNT, 0, &other, &f->err));
	see(o, "info", "a@example.com", NULL, TEST_NOW);
	assert_code(f, SG_OK, store_begin(f->store, &f->err));
	assert_code(f, SG_BUSY, observer_write(o, other, &f->err));
	see(o, "info", "a@example.com", NULL, TEST_NOW + 1);
	assert_code(f, SG_BUSY, observer_write(o, other, &f->err));
	store_rollback(f->store);
	assert_code(f, SG_OK, observer_start(o, &f->err));
	observer_stop(o);
	assert_rows(f, "info:example.com=2 0-1 pass\n");
	see(o, "info", "a@example.com", NULL, TEST_NOW);
	observer_free(&o);
	store_close(&other);
}

static void
test_too_many(void **state)
{
	struct admin_fixture *f = *state;
	struct observer *o;
	int64_t count;

	assert_code(f, SG_OK, observer_new(f->conf->store, &o, &f->err));
	for (int i = 0; i < OBSERVER_KEYS_MAX + 5; i++) {
		char from[64];

		(void)snprintf(from, sizeof(from), "a@d%d.example", i);
		see(o, "info", from, NULL, TEST_NOW);
	}
	assert_code(f, SG_OK, observer_write(o, f->store, &f->err));
	assert_code(f, SG_OK, store_observed_count(f->store, &count, &f->err));
	assert_int_equal(count, OBSERVER_KEYS_MAX + 1);
	observer_free(&o);
}

/* clang-format off */
static const struct {
	const char *address, *domain;
} domains[] = {
	{"a@b.example", "b.example"},
	{"a@B.Example", "b.example"},
	{"\"a@b\"@c.example", "c.example"},
	{"a", OBSERVED_MALFORMED},
	{"", OBSERVED_MALFORMED},
	{"a@", OBSERVED_MALFORMED},
	{"a@b..example", OBSERVED_MALFORMED},
	{"a@[192.0.2.1]", OBSERVED_MALFORMED},
	{"a@b.example, c@d.example>", OBSERVED_MALFORMED},
	{"a@\xc3\xbc.example", OBSERVED_MALFORMED},
};
/* clang-format on */

static void
test_domains(void **state)
{
	char domain[RULES_DOMAIN_MAX + 1], long_one[400];

	(void)state;
	for (size_t i = 0; i < sizeof(domains) / sizeof(domains[0]); i++) {
		observed_domain(domains[i].address, domain);
		assert_string_equal(domain, domains[i].domain);
	}
	memset(long_one, 'a', sizeof(long_one) - 1);
	long_one[1] = '@';
	long_one[sizeof(long_one) - 1] = '\0';
	observed_domain(long_one, domain);
	assert_string_equal(domain, OBSERVED_MALFORMED);
}

/* ---- taking over ------------------------------------------------------------------ */

static void
tell(void *ctx, const char *name)
{
	struct told *told = ctx;
	size_t len = strlen(told->text);

	(void)snprintf(told->text + len, sizeof(told->text) - len, "%s ", name);
}

static enum sg_err
adopt(struct admin_fixture *f, struct observed_wish wish, struct told *told)
{
	const struct observed_teller teller = {
	    .login = tell, .identity = tell, .ctx = told};

	told->text[0] = '\0';
	return observed_adopt(
	    f->store, f->seal, f->conf, &wish, TEST_NOW, &teller, &f->err);
}

static void
observe(struct admin_fixture *f, const char *login, const char *domain)
{
	struct store_observed row = {.messages = 1,
	    .first_sec = TEST_NOW,
	    .last_sec = TEST_NOW,
	    .verdict = STORE_OBSERVED_REFUSE};

	(void)snprintf(row.login, sizeof(row.login), "%s", login);
	(void)snprintf(row.domain, sizeof(row.domain), "%s", domain);
	assert_code(f, SG_OK, store_observed_add(f->store, &row, &f->err));
}

static void
test_adopting(void **state)
{
	struct admin_fixture *f = *state;
	struct observed_sender all[] = {
	    {.login = "info", .domain = NULL},
	    {.login = "web", .domain = "C.example"},
	};
	struct observed_wish wish = {
	    .account = "shop", .senders = all, .count = 2};
	struct store_identity row;
	struct told told;
	int64_t open;

	observe(f, "info", "a.example");
	observe(f, "info", "b.example");
	observe(f, "info", OBSERVED_MALFORMED);
	observe(f, "web", "c.example");
	observe(f, "web", "d.example");
	assert_code(f, SG_OK, adopt(f, wish, &told));
	assert_string_equal(
	    told.text, "info a.example b.example web c.example ");
	assert_code(f, SG_OK,
	    identity_get(f->store, "shop", "a.example", &row, &f->err));
	assert_int_equal(row.facts.status, RULES_IDENTITY_PENDING);
	/* again is harmless, and the word is given for what is there */
	wish.is_verified = true;
	assert_code(f, SG_OK, adopt(f, wish, &told));
	assert_string_equal(told.text, "");
	assert_code(f, SG_OK,
	    identity_get(f->store, "shop", "a.example", &row, &f->err));
	assert_int_equal(row.facts.status, RULES_IDENTITY_SUCCESS);
	assert_code(
	    f, SG_OK, store_observed_count_open(f->store, 9, &open, &f->err));
	assert_int_equal(open, 2); /* (malformed), and d.example */
}

/* An access key sends, too: its domains are adopted, and it stays what it is. */
static void
test_adopting_of_a_credential(void **state)
{
	struct admin_fixture *f = *state;
	struct observed_sender one = {
	    .login = "AKIAEXAMPLEEXAMPLE", .domain = "a.example"};
	struct observed_wish wish = {
	    .account = "shop", .senders = &one, .count = 1};
	struct credential_pair pair;
	struct told told;

	assert_code(f, SG_OK,
	    credential_pair_given(
		one.login, "secretsecretsecret", "local", &pair, &f->err));
	assert_code(f, SG_OK,
	    credential_keep(f->store, f->seal, "shop", &pair, STORE_MAY_ALL,
		TEST_NOW, &f->err));
	assert_code(f, SG_OK, adopt(f, wish, &told));
	assert_string_equal(told.text, "a.example ");
	wish.account = "other";
	wish.can_create = true;
	assert_code(f, SG_EXISTS, adopt(f, wish, &told));
	assert_non_null(strstr(f->err.text, "belongs to the account shop"));
}

static void
test_adopting_wrongly(void **state)
{
	struct admin_fixture *f = *state;
	struct observed_sender one = {.login = "info", .domain = "a.example"};
	struct observed_sender two[] = {
	    {.login = "new", .domain = "a.example"},
	    {.login = "taken", .domain = "a.example"},
	};
	struct observed_wish wish = {
	    .account = "fresh", .senders = &one, .count = 1};
	struct told told;

	assert_code(f, SG_MISSING, adopt(f, wish, &told));
	wish.can_create = true;
	assert_code(f, SG_OK, adopt(f, wish, &told));
	assert_string_equal(told.text, "info a.example ");
	/* nothing is done before all is known to be right */
	assert_code(
	    f, SG_OK, login_add(f->store, "shop", "taken", TEST_NOW, &f->err));
	wish.senders = two;
	wish.count = 2;
	assert_code(f, SG_EXISTS, adopt(f, wish, &told));
	assert_non_null(strstr(f->err.text, "belongs to the account shop"));
	assert_string_equal(told.text, "");
	one.domain = "no domain";
	wish.senders = &one;
	wish.count = 1;
	assert_code(f, SG_INVALID, adopt(f, wish, &told));
	wish.account = "No Name";
	assert_code(f, SG_INVALID, adopt(f, wish, &told));
	one.domain = OBSERVED_OTHER;
	wish.account = "shop";
	one.login = "";
	assert_code(f, SG_OK, adopt(f, wish, &told));
	assert_string_equal(told.text, "");
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(                                       \
	    name, admin_fixture_setup, admin_fixture_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_counting),
	    TEST(test_odd_login),
	    TEST(test_locked_and_end),
	    TEST(test_too_many),
	    cmocka_unit_test(test_domains),
	    TEST(test_adopting),
	    TEST(test_adopting_of_a_credential),
	    TEST(test_adopting_wrongly),
	};

	return cmocka_run_group_tests_name("observed", tests, NULL, NULL);
}
