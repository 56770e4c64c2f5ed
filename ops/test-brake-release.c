/* Who is held and released; which brakes there can be; that many at once get no more
 * than the limit. */
#include "config.h"
#include "ops/test-brake.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "conf/conf.h"
#include "ops/brake_parts.h"

/* ---- held and released ------------------------------------------------------------------- */

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
	struct brake_message m = fixture_message(f, "app", "E a@b.example\n");
	struct fixture_throttles t;

	fixture_add(
	    f, "shop", RULES_BRAKE_LOGIN, "", RULES_BRAKE_MESSAGES, HOUR, 2);
	assert_accepts(f, &m);
	assert_accepts(f, &m);
	assert_code(
	    f, SG_MISSING, release(f, RULES_BRAKE_LOGIN, "app", TEST_NOW));
	assert_non_null(strstr(f->err.text, "login app of account shop"));
	assert_held(f, &m, "2 messages");
	t = fixture_throttles(f, false);
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
	assert_int_equal(fixture_throttles(f, false).count, 0);
	t = fixture_throttles(f, true);
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
	assert_int_equal(fixture_letters(f).count, 4);
	assert_code(f, SG_MISSING,
	    brake_release(f->store, "nobody", RULES_BRAKE_LOGIN, "app", "root",
		"", TEST_NOW, &f->err));
}

/* Who is held stays so when his brake is taken away. */
static void
test_remove(void **state)
{
	struct admin_fixture *f = *state;
	struct brake_message m = fixture_message(f, "app", "E a@b.example\n");
	int64_t id = fixture_add(f, "shop", RULES_BRAKE_DOMAIN, "Shop.Example",
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
	struct brake_message m = fixture_message(f, "app", "E a@b.example\n");
	int64_t used;
	struct store_brake brake = {.scope = RULES_BRAKE_LOGIN,
	    .measure = RULES_BRAKE_MESSAGES,
	    .window_sec = HOUR,
	    .most = 2};

	f->conf->mode = CONF_MODE_MONITOR;
	brake.id = fixture_add(f, "shop", brake.scope, "", brake.measure,
	    brake.window_sec, brake.most);
	assert_accepts(f, &m);
	assert_accepts(f, &m);
	/* says what would have been, and goes on counting */
	for (int i = 0; i < 3; i++)
		assert_held(f, &m, "2 messages in 1 hour");
	assert_int_equal(fixture_throttles(f, true).count, 0);
	assert_int_equal(fixture_letters(f).count, 0);
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
	struct crowd crowd = {
	    .f = f, .account_id = admin_fixture_account(f, "shop")};
	pthread_t threads[THREADS];

	fixture_add(
	    f, "shop", RULES_BRAKE_LOGIN, "", RULES_BRAKE_MESSAGES, HOUR, MOST);
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(
		    pthread_create(&threads[i], NULL, send_many, &crowd), 0);
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	assert_int_equal(crowd.failed, 0);
	assert_int_equal(crowd.accepted, MOST);
	assert_int_equal(crowd.held, THREADS * EACH - MOST);
	assert_int_equal(fixture_throttles(f, true).count, 1);
	assert_int_equal(fixture_letters(f).count, 2);
}

/* No store: the message waits. */
static void
test_store_fails(void **state)
{
	struct admin_fixture *f = *state;
	struct brake_message m = fixture_message(f, "app", "E a@b.example\n");
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
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
