/* Tests of brakes, what was used of them, throttles, and whom an account knows. */
#include "config.h"

#include "store/test-store.h"

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/brakes.h"

#define NOW INT64_C(1700000000)

static int64_t
count(struct fixture *f, const char *what)
{
	char sql[200];

	(void)snprintf(sql, sizeof(sql), "SELECT count(*) FROM %s", what);
	return fixture_sql(f, sql);
}

static struct store_brake
brake_add(struct fixture *f, int64_t account, enum rules_brake_scope scope,
    int64_t window_sec)
{
	struct store_brake row = {.account_id = account,
	    .scope = scope,
	    .measure = RULES_BRAKE_RECIPIENTS,
	    .window_sec = window_sec,
	    .most = 100,
	    .created_sec = 7};

	assert_ok(f, store_brake_add(f->store, &row, &f->err));
	return row;
}

static bool
add_brake(void *ctx, const struct store_brake *row)
{
	char line[512];

	(void)snprintf(line, sizeof(line), "%lld:%lld.%d.%s.%d.%lld.%lld.%lld",
	    (long long)row->id, (long long)row->account_id, (int)row->scope,
	    row->subject, (int)row->measure, (long long)row->window_sec,
	    (long long)row->most, (long long)row->created_sec);
	return names_add(ctx, line);
}

static void
assert_brakes(struct fixture *f, int64_t account, const char *want)
{
	struct names names = {0};

	assert_ok(
	    f, store_brake_list(f->store, account, add_brake, &names, &f->err));
	assert_string_equal(names.text, want);
}

static void
test_brake(void **state)
{
	struct fixture *f = *state;
	int64_t shop = fixture_account(f, "shop");
	struct store_brake row = {.account_id = f->account,
	    .scope = RULES_BRAKE_DOMAIN,
	    .subject = "a.example",
	    .measure = RULES_BRAKE_BYTES,
	    .window_sec = 3600,
	    .most = 0};

	brake_add(f, 0, RULES_BRAKE_LOGIN, 60);
	assert_ok(f, store_brake_add(f->store, &row, &f->err));
	brake_add(f, shop, RULES_BRAKE_CREDENTIAL, 86400);
	assert_brakes(f, 0,
	    "1:0.0..1.60.100.7 2:1.3.a.example.2.3600.0.0 3:2.1..1.86400.100.7");
	assert_brakes(
	    f, f->account, "1:0.0..1.60.100.7 2:1.3.a.example.2.3600.0.0");
	assert_ok(f, store_brake_remove(f->store, 2, &f->err));
	assert_code(f, SG_MISSING, store_brake_remove(f->store, 2, &f->err));
	assert_brakes(f, f->account, "1:0.0..1.60.100.7");
	row.window_sec = 0;
	assert_code(f, SG_INVALID, store_brake_add(f->store, &row, &f->err));
	row.window_sec = 1;
	row.account_id = 77;
	assert_code(f, SG_MISSING, store_brake_add(f->store, &row, &f->err));
}

static bool
add_change(void *ctx, const struct store_change *change)
{
	char line[128];

	(void)snprintf(line, sizeof(line), "%d:%lld:%lld:%s", (int)change->kind,
	    (long long)change->id, (long long)change->owner_id, change->name);
	return names_add(ctx, line);
}

static void
test_brakes_are_told(void **state)
{
	struct fixture *f = *state;
	struct store_position at = {0, 0};
	struct names names = {0};
	bool gap;

	assert_ok(f, store_changes(f->store, &at, NULL, NULL, &gap, &f->err));
	brake_add(f, 0, RULES_BRAKE_LOGIN, 60);
	brake_add(f, f->account, RULES_BRAKE_LOGIN, 60);
	assert_ok(f, store_brake_remove(f->store, 1, &f->err));
	assert_ok(
	    f, store_changes(f->store, &at, add_change, &names, &gap, &f->err));
	assert_string_equal(names.text, "8:1:0: 8:2:1: 8:1:0:");
}

/* ---- what was used ---- */

static void
use(struct fixture *f, const struct store_brake *brake, const char *subject,
    int64_t amount, int64_t now_sec)
{
	assert_ok(f, store_brake_use(f->store, brake, f->account, subject,
			 amount, now_sec, &f->err));
}

static int64_t
used(struct fixture *f, const struct store_brake *brake, const char *subject,
    int64_t now_sec)
{
	int64_t n;

	assert_ok(f, store_brake_used(f->store, brake, f->account, subject,
			 now_sec, &n, &f->err));
	return n;
}

/* Nothing leaves before its window has passed, and all within a part after it. */
static void
test_window(void **state)
{
	static const int64_t windows[] = {1, 7, 59, 60, 61, 100, 3600, 86400};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(windows) / sizeof(windows[0]); i++) {
		int64_t window = windows[i], part = (window + 59) / 60;

		for (int64_t at = NOW; at < NOW + part && at < NOW + 10; at++) {
			struct store_brake b =
			    brake_add(f, 0, RULES_BRAKE_LOGIN, window);

			use(f, &b, "app", 3, at);
			assert_int_equal(used(f, &b, "app", at), 3);
			assert_int_equal(
			    used(f, &b, "app", at + window - 1), 3);
			assert_int_equal(
			    used(f, &b, "app", at + window + part), 0);
		}
	}
}

static void
test_use_adds_up(void **state)
{
	struct fixture *f = *state;
	struct store_brake b = brake_add(f, 0, RULES_BRAKE_LOGIN, 3600);
	struct store_brake other = brake_add(f, 0, RULES_BRAKE_LOGIN, 60);
	int64_t n;

	use(f, &b, "app", 3, NOW);
	use(f, &b, "app", 4, NOW);
	use(f, &b, "app", 5, NOW + 600);
	use(f, &b, "APP", 50, NOW);
	assert_int_equal(used(f, &b, "app", NOW + 600), 12);
	assert_int_equal(used(f, &b, "app", NOW + 3700), 5);
	assert_int_equal(used(f, &b, "APP", NOW + 600), 50);
	assert_int_equal(used(f, &other, "app", NOW), 0);
	assert_ok(f, store_brake_used(f->store, &b, fixture_account(f, "shop"),
			 "app", NOW, &n, &f->err));
	assert_int_equal(n, 0);
	b.id = 77;
	assert_code(f, SG_MISSING,
	    store_brake_use(f->store, &b, f->account, "app", 1, NOW, &f->err));
}

/* No more rows than parts, however long it goes on. */
static void
test_use_forgets(void **state)
{
	struct fixture *f = *state;
	struct store_brake b = brake_add(f, 0, RULES_BRAKE_LOGIN, 600);

	for (int i = 0; i < 500; i++)
		use(f, &b, "app", 1, NOW + i * 10);
	assert_int_equal(count(f, "brake_use"), STORE_BRAKE_PARTS + 1);
	assert_int_equal(used(f, &b, "app", NOW + 4990), 61);
	assert_ok(f, store_brake_remove(f->store, b.id, &f->err));
	assert_int_equal(count(f, "brake_use"), 0);
}

/* What a wrong clock has written in the future throttles nobody for so long. */
static void
test_clock_went_back(void **state)
{
	struct fixture *f = *state;
	struct store_brake b = brake_add(f, 0, RULES_BRAKE_LOGIN, 600);

	use(f, &b, "app", 9, NOW + 86400);
	use(f, &b, "app", 5, NOW + 60); /* a small step counts */
	assert_int_equal(used(f, &b, "app", NOW), 5);
	use(f, &b, "app", 1, NOW);
	assert_int_equal(used(f, &b, "app", NOW), 6);
	assert_int_equal(count(f, "brake_use"), 2);
}

/* Several processes at once add up to what each has written. */
static void
test_use_in_parallel(void **state)
{
	struct fixture *f = *state;
	struct store_brake b = brake_add(f, 0, RULES_BRAKE_LOGIN, 3600);
	int status;

	store_close(&f->store);
	for (int i = 0; i < 3; i++) {
		if (fork() == 0) {
			struct store *store;
			struct err err;
			int left = 50;

			if (store_open(f->url, STORE_OPEN_COUNT, 20000, &store,
				&err) != SG_OK)
				_exit(1);
			while (left > 0 &&
			       store_brake_use(store, &b, f->account, "app", 2,
				   NOW + left, &err) == SG_OK)
				left--;
			store_close(&store);
			_exit(left);
		}
	}
	for (int i = 0; i < 3; i++) {
		assert_true(wait(&status) > 0);
		assert_int_equal(status, 0);
	}
	assert_ok(
	    f, store_open(f->url, STORE_OPEN_WRITE, 5000, &f->store, &f->err));
	assert_int_equal(used(f, &b, "app", NOW + 60), 300);
}

/* ---- throttles ---- */

static int64_t
throttle_add(struct fixture *f, int64_t account, enum rules_brake_scope scope,
    const char *subject, bool want_new)
{
	struct store_throttle row = {.account_id = account,
	    .scope = scope,
	    .why = "600 recipients in a minute",
	    .since_sec = 5};
	bool is_new = !want_new;

	(void)snprintf(row.subject, sizeof(row.subject), "%s", subject);
	assert_ok(f, store_throttle_add(f->store, &row, &is_new, &f->err));
	assert_int_equal(is_new, want_new);
	return row.id;
}

static bool
add_throttle(void *ctx, const struct store_throttle *row)
{
	char line[1024];

	(void)snprintf(line, sizeof(line), "%lld.%d.%s.%lld.%s.%s",
	    (long long)row->account_id, (int)row->scope, row->subject,
	    (long long)row->released_sec, row->released_by, row->note);
	return names_add(ctx, line);
}

static void
assert_throttles(
    struct fixture *f, int64_t account, bool is_all, const char *want)
{
	struct names names = {0};

	assert_ok(f, store_throttle_list(f->store, account, is_all,
			 add_throttle, &names, &f->err));
	assert_string_equal(names.text, want);
}

static enum sg_err
release(struct fixture *f, int64_t id)
{
	struct store_throttle row = {.id = id,
	    .released_sec = 9,
	    .released_by = "root",
	    .note = "phished"};

	return store_throttle_release(f->store, &row, &f->err);
}

static void
test_throttle(void **state)
{
	struct fixture *f = *state;
	int64_t shop = fixture_account(f, "shop");
	struct store_throttle got;
	int64_t id;
	bool is_new;

	id = throttle_add(f, f->account, RULES_BRAKE_LOGIN, "app", true);
	throttle_add(f, f->account, RULES_BRAKE_LOGIN, "app", false);
	throttle_add(f, f->account, RULES_BRAKE_DOMAIN, "app", true);
	throttle_add(f, shop, RULES_BRAKE_LOGIN, "app", true);
	assert_throttles(f, 0, false, "2.0.app.0.. 1.3.app.0.. 1.0.app.0..");
	assert_ok(f, store_throttle_get(f->store, f->account, RULES_BRAKE_LOGIN,
			 "app", &got, &f->err));
	assert_int_equal(got.id, id);
	assert_string_equal(got.why, "600 recipients in a minute");
	assert_int_equal(got.since_sec, 5);
	assert_ok(f, release(f, id));
	assert_code(f, SG_MISSING, release(f, id));
	assert_code(f, SG_MISSING, release(f, 77));
	assert_code(f, SG_MISSING,
	    store_throttle_get(
		f->store, f->account, RULES_BRAKE_LOGIN, "app", &got, &f->err));
	/* once more: another row, the old one is the record */
	throttle_add(f, f->account, RULES_BRAKE_LOGIN, "app", true);
	assert_throttles(f, f->account, false, "1.0.app.0.. 1.3.app.0..");
	assert_throttles(f, f->account, true,
	    "1.0.app.0.. 1.3.app.0.. 1.0.app.9.root.phished");
	assert_throttles(f, 0, true,
	    "1.0.app.0.. 2.0.app.0.. 1.3.app.0.. 1.0.app.9.root.phished");
	got.account_id = 77;
	assert_code(f, SG_MISSING,
	    store_throttle_add(f->store, &got, &is_new, &f->err));
	assert_ok(f, store_account_delete(f->store, f->account, &f->err));
	assert_throttles(f, 0, true, "2.0.app.0..");
}

/* Who was released begins anew; nobody else does. */
static void
test_release_forgets(void **state)
{
	struct fixture *f = *state;
	struct store_brake all = brake_add(f, 0, RULES_BRAKE_LOGIN, 3600);
	struct store_brake own =
	    brake_add(f, f->account, RULES_BRAKE_LOGIN, 60);
	struct store_brake key = brake_add(f, 0, RULES_BRAKE_CREDENTIAL, 60);
	int64_t id =
	    throttle_add(f, f->account, RULES_BRAKE_LOGIN, "app", true);

	use(f, &all, "app", 1, NOW);
	use(f, &own, "app", 2, NOW);
	use(f, &key, "app", 3, NOW);
	use(f, &all, "other", 4, NOW);
	assert_ok(f, store_brake_use(f->store, &all, fixture_account(f, "shop"),
			 "app", 5, NOW, &f->err));
	assert_ok(f, release(f, id));
	assert_int_equal(used(f, &all, "app", NOW), 0);
	assert_int_equal(used(f, &own, "app", NOW), 0);
	assert_int_equal(used(f, &key, "app", NOW), 3);
	assert_int_equal(used(f, &all, "other", NOW), 4);
	assert_int_equal(
	    fixture_sql(f, "SELECT sum(used) FROM brake_use"), 3 + 4 + 5);
}

/* ---- known recipients ---- */

static void
know(struct fixture *f, int64_t account, int64_t hash, bool want_new)
{
	bool is_new = !want_new, has = false;

	assert_ok(
	    f, store_known_add(f->store, account, hash, &is_new, &f->err));
	assert_int_equal(is_new, want_new);
	assert_ok(f, store_known_has(f->store, account, hash, &has, &f->err));
	assert_true(has);
}

static void
test_known(void **state)
{
	struct fixture *f = *state;
	int64_t shop = fixture_account(f, "shop");
	bool has = true, is_new = true;

	know(f, f->account, 5, true);
	know(f, f->account, 5, false);
	know(f, f->account, INT64_MIN, true);
	know(f, shop, 5, true);
	assert_ok(f, store_known_has(f->store, f->account, 6, &has, &f->err));
	assert_false(has);
	assert_code(
	    f, SG_MISSING, store_known_add(f->store, 77, 5, &is_new, &f->err));
	assert_false(is_new);
	assert_ok(f, store_account_delete(f->store, f->account, &f->err));
	assert_int_equal(count(f, "known_recipient"), 1);
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int test_brakes(void);

int
test_brakes(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_brake),
	    TEST(test_brakes_are_told),
	    TEST(test_window),
	    TEST(test_use_adds_up),
	    TEST(test_use_forgets),
	    TEST(test_clock_went_back),
	    TEST(test_use_in_parallel),
	    TEST(test_throttle),
	    TEST(test_release_forgets),
	    TEST(test_known),
	};

	return cmocka_run_group_tests_name("brakes", tests, NULL, NULL);
}
