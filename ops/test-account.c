/* Accounts: names, the sandbox and the way out of it, pauses, quota. */
#include "config.h"
#include "ops/account.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conf/conf.h"
#include "ops/admin.h"
#include "ops/statistics.h"
#include "ops/test-admin.h"
#include "store/events.h"

static void
test_names(void **state)
{
	static const struct {
		const char *name;
		bool is_good;
	} rows[] = {
	    {"shop", true},
	    {"a", true},
	    {"0-9._x", true},
	    {"", false},
	    {"Shop", false},
	    {".shop", false},
	    {"-shop", false},
	    {"sh op", false},
	    {"sh\nop", false},
	    {"sh\xc3\xb6p", false},
	    {"a/b", false},
	    {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	     "a",
		true},
	    {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	     "aa",
		false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if ((account_check_name(rows[i].name) == NULL) !=
		    rows[i].is_good)
			fail_msg("%s", rows[i].name);
}

static void
test_create(void **state)
{
	struct admin_fixture *f = *state;
	struct store_account row;

	assert_code(f, SG_OK,
	    account_create(f->store, f->conf, "blog", "boss@blog.example",
		TEST_NOW, &row, &f->err));
	assert_false(row.facts.production);
	assert_false(row.facts.paused);
	assert_int_equal(row.facts.daily_quota, f->conf->sandbox_daily);
	assert_true(row.facts.rate == (double)f->conf->sandbox_rate);
	assert_string_equal(row.policy, "standard");
	assert_code(f, SG_EXISTS,
	    account_create(
		f->store, f->conf, "blog", "", TEST_NOW, NULL, &f->err));
	assert_code(f, SG_INVALID,
	    account_create(
		f->store, f->conf, "Blog", "", TEST_NOW, NULL, &f->err));
	assert_code(f, SG_INVALID,
	    account_create(f->store, f->conf, "blog2", "blog.example", TEST_NOW,
		NULL, &f->err));
	assert_code(
	    f, SG_MISSING, account_get(f->store, "nobody", &row, &f->err));
	assert_non_null(strstr(f->err.text, "account list"));
	assert_code(
	    f, SG_MISSING, account_get(f->store, "no\nbody", &row, &f->err));
	assert_null(strchr(f->err.text, '\n'));
}

/* The sandbox's and production's figures come with --production. */
static void
test_production(void **state)
{
	struct admin_fixture *f = *state;
	struct account_change change = {
	    .has_production = true, .production = true};
	struct store_account row;

	assert_code(f, SG_OK,
	    account_change(f->store, f->conf, "shop", &change, &row, &f->err));
	assert_true(row.facts.production);
	assert_int_equal(row.facts.daily_quota, f->conf->production_daily);
	assert_true(row.facts.rate == (double)f->conf->production_rate);

	change.has_daily = change.has_rate = true;
	change.daily = 7;
	change.rate = 0.5;
	assert_code(f, SG_OK,
	    account_change(f->store, f->conf, "shop", &change, &row, &f->err));
	assert_int_equal(row.facts.daily_quota, 7);
	assert_true(row.facts.rate == 0.5);

	change = (struct account_change){.has_production = true};
	assert_code(f, SG_OK,
	    account_change(f->store, f->conf, "shop", &change, &row, &f->err));
	assert_int_equal(row.facts.daily_quota, f->conf->sandbox_daily);
}

static void
test_change(void **state)
{
	static const struct {
		const char *name;
		struct account_change change;
		enum sg_err code;
	} rows[] = {
	    {"unlimited", {.has_daily = true, .daily = -1}, SG_OK},
	    {"no quota", {.has_daily = true, .daily = 0}, SG_INVALID},
	    {"negative", {.has_daily = true, .daily = -2}, SG_INVALID},
	    {"slow", {.has_rate = true, .rate = 0.001}, SG_OK},
	    {"stopped", {.has_rate = true, .rate = 0}, SG_INVALID},
	    {"no number", {.has_rate = true, .rate = NAN}, SG_INVALID},
	    {"too fast", {.has_rate = true, .rate = 2e6}, SG_INVALID},
	    {"policy", {.policy = "strict"}, SG_OK},
	    {"unknown policy", {.policy = "strong"}, SG_INVALID},
	    {"pool", {.pool = "pool-1"}, SG_OK},
	    {"no pool", {.pool = ""}, SG_OK},
	    {"bad pool", {.pool = "a b"}, SG_INVALID},
	    {"contact", {.contact = "a@b.example"}, SG_OK},
	    {"bad contact", {.contact = "a@"}, SG_INVALID},
	    {"no contact", {.contact = ""}, SG_OK},
	};
	struct admin_fixture *f = *state;
	struct store_account row;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (account_change(f->store, f->conf, "shop", &rows[i].change,
			&row, &f->err) != rows[i].code)
			fail_msg("%s: %s", rows[i].name, f->err.text);
	assert_int_equal(row.facts.daily_quota, -1);
	assert_true(row.facts.rate == 0.001);
	assert_string_equal(row.policy, "strict");
	assert_string_equal(row.pool, "");
	assert_code(f, SG_MISSING,
	    account_change(
		f->store, f->conf, "nobody", &rows[0].change, &row, &f->err));
}

static void
test_pause(void **state)
{
	struct admin_fixture *f = *state;
	struct store_account row;
	char reason[200];

	assert_code(f, SG_OK,
	    account_pause(
		f->store, "shop", "call us", TEST_NOW, &row, &f->err));
	assert_true(row.facts.paused);
	assert_string_equal(row.facts.pause_reason, "call us");
	assert_int_equal(row.paused_by, STORE_PAUSED_BY_OPERATOR);
	assert_int_equal(row.paused_sec, TEST_NOW);
	assert_code(f, SG_OK,
	    account_resume(
		f->store, "shop", false, TEST_NOW + 1, &row, &f->err));
	assert_false(row.facts.paused);
	assert_string_equal(row.facts.pause_reason, "");
	assert_int_equal(row.paused_sec, 0);
	assert_int_equal(row.fresh_start_sec, 0);
	assert_string_equal(account_resume_note(&row), "");
	memset(reason, 'x', sizeof(reason));
	reason[161] = '\0';
	assert_code(f, SG_INVALID,
	    account_pause(f->store, "shop", reason, TEST_NOW, &row, &f->err));
	reason[160] = '\0';
	assert_code(f, SG_OK,
	    account_pause(f->store, "shop", reason, TEST_NOW, &row, &f->err));
	assert_code(f, SG_INVALID,
	    account_pause(f->store, "shop", "a\r\nb", TEST_NOW, &row, &f->err));
	assert_code(f, SG_INVALID,
	    account_pause(f->store, "shop", "", TEST_NOW, &row, &f->err));
	assert_code(f, SG_MISSING,
	    account_pause(f->store, "nobody", "x", TEST_NOW, &row, &f->err));
	assert_code(f, SG_MISSING,
	    account_resume(f->store, "nobody", true, TEST_NOW, &row, &f->err));
}

/* What reputation paused: resumed with its old figures, or counting anew. */
static void
test_resume(void **state)
{
	struct admin_fixture *f = *state;
	struct store_account row;

	assert_code(f, SG_OK, account_get(f->store, "shop", &row, &f->err));
	row.facts.paused = true;
	row.standing = RULES_SHUT_DOWN;
	row.paused_by = STORE_PAUSED_BY_REPUTATION;
	row.paused_sec = TEST_NOW;
	assert_string_equal(account_resume_note(&row), "");
	assert_code(f, SG_OK, store_account_update(f->store, &row, &f->err));
	assert_code(f, SG_OK,
	    account_resume(f->store, "shop", false, TEST_NOW, NULL, &f->err));
	assert_code(f, SG_OK, account_get(f->store, "shop", &row, &f->err));
	assert_false(row.facts.paused);
	assert_int_equal(row.standing, RULES_SHUT_DOWN);
	assert_int_equal(row.paused_by, STORE_PAUSED_BY_OPERATOR);
	assert_int_equal(row.fresh_start_sec, 0);
	assert_non_null(strstr(account_resume_note(&row), "--fresh-start"));
	assert_code(f, SG_OK,
	    account_resume(
		f->store, "shop", true, TEST_NOW + 7, &row, &f->err));
	assert_int_equal(row.standing, RULES_HEALTHY);
	assert_int_equal(row.fresh_start_sec, TEST_NOW + 7);
	assert_string_equal(account_resume_note(&row), "");
}

static void
test_suppressed(void **state)
{
	static const struct {
		const char *name;
		enum sg_err code;
		int reasons;
	} rows[] = {
	    {NULL, SG_OK, RULES_REASONS_BOUNCE | RULES_REASONS_COMPLAINT},
	    {"none", SG_OK, 0},
	    {"BOUNCE", SG_OK, RULES_REASONS_BOUNCE},
	    {"account", SG_INVALID, RULES_REASONS_BOUNCE},
	    {"", SG_INVALID, RULES_REASONS_BOUNCE},
	    {"complaint", SG_OK, RULES_REASONS_COMPLAINT},
	    {"BOUNCE,COMPLAINT", SG_OK,
		RULES_REASONS_BOUNCE | RULES_REASONS_COMPLAINT},
	};
	struct admin_fixture *f = *state;
	struct store_account row;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct account_change change = {.suppressed = rows[i].name};

		assert_code(f, rows[i].code,
		    account_change(
			f->store, f->conf, "shop", &change, &row, &f->err));
		assert_code(
		    f, SG_OK, account_get(f->store, "shop", &row, &f->err));
		assert_int_equal(row.facts.suppressed_reasons, rows[i].reasons);
	}
}

static void
test_quota(void **state)
{
	struct admin_fixture *f = *state;
	struct store_take take = {.recipients = 150,
	    .daily_quota = 200,
	    .now_sec = TEST_NOW,
	    .now_usec = TEST_NOW * 1000000,
	    .rate_ceiling_usec = 2 * TEST_NOW * 1000000,
	    .rate_horizon_usec = 2 * TEST_NOW * 1000000};
	struct account_quota quota;
	struct store_account row;
	struct store_counter counter;
	enum store_taken taken;

	assert_code(f, SG_OK, account_get(f->store, "shop", &row, &f->err));
	take.account_id = row.facts.id;
	assert_code(f, SG_OK,
	    store_quota_take(f->store, &take, &taken, &counter, &f->err));
	assert_int_equal(taken, STORE_TAKEN);
	assert_code(f, SG_OK,
	    account_quota(f->store, "shop", TEST_NOW, &quota, &f->err));
	assert_int_equal(quota.used, 150);
	assert_int_equal(quota.limit, 200);
	assert_int_equal(quota.remaining, 50);
	assert_code(f, SG_OK,
	    account_quota(f->store, "shop", TEST_NOW + 90000, &quota, &f->err));
	assert_int_equal(quota.remaining, 200);
}

static void
test_delete(void **state)
{
	struct admin_fixture *f = *state;
	struct store_account row;

	assert_code(f, SG_OK, account_delete(f->store, "shop", &f->err));
	assert_code(
	    f, SG_MISSING, account_get(f->store, "shop", &row, &f->err));
	assert_code(f, SG_MISSING, account_delete(f->store, "shop", &f->err));
}

static void
test_names_by_id(void **state)
{
	struct admin_fixture *f = *state;
	struct account_names names;
	struct store_account row;
	int64_t id;

	assert_code(f, SG_OK, account_get(f->store, "shop", &row, &f->err));
	assert_code(
	    f, SG_OK, account_names_load(f->store, NULL, &names, &id, &f->err));
	assert_int_equal(id, 0);
	assert_string_equal(account_names_find(&names, row.facts.id), "shop");
	assert_string_equal(account_names_find(&names, 4711), "");
	account_names_fini(&names);
	assert_code(f, SG_MISSING,
	    account_names_load(f->store, "nobody", &names, &id, &f->err));
	account_names_fini(&names);
}

/* Migrating again is harmless; the store is for its owner and group alone. */
static void
test_migrate_again(void **state)
{
	struct admin_fixture *f = *state;
	struct admin_migrated done;
	struct stat st;

	assert_code(f, SG_OK, admin_migrate(f->conf, &done, &f->err));
	assert_int_equal(done.from, done.to);
	assert_false(done.key_created);
	if (admin_fixture_is_sqlite()) {
		assert_int_equal(stat(admin_store_file(f->conf), &st), 0);
		assert_int_equal(st.st_mode & 0777, 0640 & ~umask(umask(022)));
	}
	assert_int_equal(stat(f->conf->master_key_file, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0400);
}

static void
test_migrate_nowhere(void **state)
{
	struct admin_fixture *f = *state;
	struct admin_migrated done;
	char *good = f->conf->store;

	f->conf->store = (char[]){"sqlite:/nonexistent/folder/db"};
	assert_code(f, SG_INVALID, admin_migrate(f->conf, &done, &f->err));
	assert_non_null(strstr(f->err.text, "install -d"));
	f->conf->store = good;
}

static void
test_backup(void **state)
{
	struct admin_fixture *f = *state;
	char path[128];
	struct stat st;
	int64_t at_sec;

	(void)snprintf(path, sizeof(path), "%s/copy", f->dir);
	if (!admin_fixture_is_sqlite()) {
		assert_code(f, SG_INVALID,
		    admin_backup(f->conf, path, TEST_NOW, &f->err));
		assert_non_null(strstr(f->err.text, "pg_dump"));
		return;
	}
	assert_code(f, SG_OK, admin_backup_sec(f->store, &at_sec, &f->err));
	assert_int_equal(at_sec, 0);
	assert_code(f, SG_OK, admin_backup(f->conf, path, TEST_NOW, &f->err));
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_code(
	    f, SG_EXISTS, admin_backup(f->conf, path, TEST_NOW, &f->err));
	assert_code(f, SG_OK, admin_backup_sec(f->store, &at_sec, &f->err));
	assert_int_equal(at_sec, TEST_NOW);
}

/* The account's own switch: on, off, and below somebody else's pause. */
static void
test_switch(void **state)
{
	struct admin_fixture *f = *state;
	struct store_account row;

	assert_code(
	    f, SG_OK, account_switch(f->store, "shop", true, 5, &row, &f->err));
	assert_false(row.facts.paused);
	assert_code(f, SG_OK,
	    account_switch(f->store, "shop", false, 6, &row, &f->err));
	assert_true(row.facts.paused);
	assert_int_equal(row.paused_by, STORE_PAUSED_BY_ACCOUNT);
	assert_int_equal(row.paused_sec, 6);
	assert_string_not_equal(row.facts.pause_reason, "");
	assert_code(f, SG_OK,
	    account_switch(f->store, "shop", false, 7, &row, &f->err));
	assert_int_equal(row.paused_sec, 6);
	assert_code(
	    f, SG_OK, account_switch(f->store, "shop", true, 8, &row, &f->err));
	assert_false(row.facts.paused);
	assert_int_equal(row.paused_sec, 0);
	assert_string_equal(row.facts.pause_reason, "");
	assert_code(f, SG_OK,
	    account_pause(f->store, "shop", "spam", 9, NULL, &f->err));
	assert_code(f, SG_OK,
	    account_switch(f->store, "shop", false, 10, &row, &f->err));
	assert_int_equal(row.paused_by, STORE_PAUSED_BY_OPERATOR);
	assert_string_equal(row.facts.pause_reason, "spam");
	assert_code(f, SG_INVALID,
	    account_switch(f->store, "shop", true, 11, &row, &f->err));
	assert_non_null(strstr(f->err.text, "operator (spam)"));
	assert_code(f, SG_MISSING,
	    account_switch(f->store, "nobody", true, 12, &row, &f->err));
}

struct points {
	struct statistics_point list[4];
	int count;
};

static bool
add_point(void *ctx, const struct statistics_point *point)
{
	struct points *points = ctx;

	points->list[points->count++] = *point;
	return points->count < 4;
}

static void
test_statistics(void **state)
{
	struct admin_fixture *f = *state;
	struct store_tally row = {
	    .account_id = admin_fixture_account(f, "shop"), .sent = 2};
	struct points points = {.count = 0};
	int64_t now = 900 * 1000000;
	static const int64_t at[] = {0, 899, -900, -4500, -14 * 86400 - 900};

	for (size_t i = 0; i < sizeof(at) / sizeof(at[0]); i++) {
		row.bucket_sec = now + at[i];
		assert_code(f, SG_OK, store_tally_add(f->store, &row, &f->err));
	}
	row.bucket_sec = now - 1800;
	row.sent = 0;
	assert_code(f, SG_OK, store_tally_add(f->store, &row, &f->err));
	row.bucket_sec = now - 900;
	row.set_id = 7; /* is in the account's already */
	row.sent = 50;
	assert_code(f, SG_OK, store_tally_add(f->store, &row, &f->err));
	assert_code(f, SG_OK,
	    statistics_list(
		f->store, row.account_id, now, add_point, &points, &f->err));
	assert_int_equal(points.count, 3);
	assert_int_equal(points.list[0].sec, now);
	assert_int_equal(points.list[0].sent, 4);
	assert_int_equal(points.list[1].sec, now - 900);
	assert_int_equal(points.list[1].sent, 2);
	assert_int_equal(points.list[2].sec, now - 4500);
}

#define WITH_STORE(test)                                                       \
	cmocka_unit_test_setup_teardown(                                       \
	    test, admin_fixture_setup, admin_fixture_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_names),
	    WITH_STORE(test_create),
	    WITH_STORE(test_production),
	    WITH_STORE(test_change),
	    WITH_STORE(test_pause),
	    WITH_STORE(test_resume),
	    WITH_STORE(test_switch),
	    WITH_STORE(test_statistics),
	    WITH_STORE(test_suppressed),
	    WITH_STORE(test_quota),
	    WITH_STORE(test_delete),
	    WITH_STORE(test_names_by_id),
	    WITH_STORE(test_migrate_again),
	    WITH_STORE(test_migrate_nowhere),
	    WITH_STORE(test_backup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
