/* Tries that fail: networks, windows, locks. */
#include "config.h"
#include "ops/lockout.h"

#include <stdio.h>
#include <string.h>

#include "ops/test-admin.h"
#include "store/users.h"

static void
test_network(void **state)
{
	static const struct {
		const char *address, *network;
	} rows[] = {
	    {"192.0.2.77", "192.0.2.0/24"},
	    {"::ffff:192.0.2.77", "192.0.2.0/24"},
	    {"2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"},
	    {"::1", "::/64"},
	    {"local", "local"},
	    {"", "?"},
	};
	char network[LOCKOUT_NETWORK_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		lockout_network(rows[i].address, network);
		assert_string_equal(network, rows[i].network);
	}
}

static void
fail_times(struct store_failure *row, const struct lockout_rule *rule,
    int64_t times, int64_t now_sec)
{
	for (int64_t i = 0; i < times; i++)
		assert_true(lockout_count(row, rule, now_sec));
}

static void
test_pair_doubles(void **state)
{
	struct store_failure row = {.user = "ann"};
	int64_t now = TEST_NOW, want = 900;

	(void)state;
	for (int i = 0; i < 9; i++) {
		fail_times(&row, &lockout_pair, 5, now);
		assert_int_equal(row.locked_until_sec - now, want);
		assert_false(lockout_count(&row, &lockout_pair, now));
		assert_false(lockout_count(
		    &row, &lockout_pair, row.locked_until_sec - 1));
		now = row.locked_until_sec;
		want = want * 2 < 86400 ? want * 2 : 86400;
	}
	/* a quiet day forgives */
	fail_times(&row, &lockout_pair, 5, now + 86400);
	assert_int_equal(row.locked_until_sec, now + 86400 + 900);
}

static void
test_windows(void **state)
{
	struct store_failure row = {.user = ""};

	(void)state;
	fail_times(&row, &lockout_of_network, 29, TEST_NOW);
	fail_times(&row, &lockout_of_network, 29, TEST_NOW + 900);
	assert_int_equal(row.locked_until_sec, 0);
	fail_times(&row, &lockout_of_network, 1, TEST_NOW + 901);
	assert_int_equal(row.locked_until_sec, TEST_NOW + 901 + 900);
	row = (struct store_failure){.user = "ann"};
	fail_times(&row, &lockout_of_user, 100, TEST_NOW);
	assert_int_equal(row.locked_until_sec, TEST_NOW + 3600);
}

static void
test_taken_back(void **state)
{
	struct store_failure row = {.user = "ann"};

	(void)state;
	fail_times(&row, &lockout_pair, 5, TEST_NOW);
	lockout_uncount(&row, &lockout_pair);
	assert_int_equal(row.locked_until_sec + row.locks, 0);
	assert_int_equal(row.failures, 4);
	fail_times(&row, &lockout_pair, 1, TEST_NOW);
	assert_int_equal(row.locked_until_sec, TEST_NOW + 900);
}

static void
test_stored(void **state)
{
	struct admin_fixture *f = *state;
	char user[16];
	int64_t until;

	for (int i = 0; i < 5; i++) {
		assert_code(f, SG_OK,
		    lockout_begin(
			f->store, "ann", "net", TEST_NOW, &until, &f->err));
		assert_int_equal(until, 0);
	}
	assert_code(f, SG_OK,
	    lockout_begin(f->store, "ann", "net", TEST_NOW, &until, &f->err));
	assert_int_equal(until, TEST_NOW + 900);
	assert_code(f, SG_OK,
	    lockout_is_locked(
		f->store, "ann", "net", TEST_NOW, &until, &f->err));
	assert_int_equal(until, TEST_NOW + 900);
	/* from elsewhere it goes on */
	assert_code(f, SG_OK,
	    lockout_begin(f->store, "ann", "far", TEST_NOW, &until, &f->err));
	assert_int_equal(until, 0);
	/* others from there, until the network is locked */
	for (int i = 0; i < 25; i++) {
		(void)snprintf(user, sizeof(user), "user%d", i);
		assert_code(f, SG_OK,
		    lockout_begin(
			f->store, user, "net", TEST_NOW, &until, &f->err));
		assert_int_equal(until, 0);
	}
	assert_code(f, SG_OK,
	    lockout_begin(f->store, "zoe", "net", TEST_NOW, &until, &f->err));
	assert_int_equal(until, TEST_NOW + 900);
	/* the last one was right */
	assert_code(
	    f, SG_OK, lockout_end(f->store, "user24", "net", true, &f->err));
	assert_code(f, SG_OK,
	    lockout_begin(f->store, "zoe", "net", TEST_NOW, &until, &f->err));
	assert_int_equal(until, 0);
}

/* A right password without a code does not make the next locks shorter. */
static void
test_code_needed_forgives_nothing(void **state)
{
	struct admin_fixture *f = *state;
	int64_t until, now = TEST_NOW;

	for (int i = 0; i < 5; i++)
		assert_code(f, SG_OK,
		    lockout_begin(
			f->store, "ann", "net", now, &until, &f->err));
	now += 900;
	assert_code(f, SG_OK,
	    lockout_begin(f->store, "ann", "net", now, &until, &f->err));
	assert_int_equal(until, 0);
	assert_code(
	    f, SG_OK, lockout_end(f->store, "ann", "net", false, &f->err));
	for (int i = 0; i < 5; i++)
		assert_code(f, SG_OK,
		    lockout_begin(
			f->store, "ann", "net", now, &until, &f->err));
	assert_code(f, SG_OK,
	    lockout_is_locked(f->store, "ann", "net", now, &until, &f->err));
	assert_int_equal(until, now + 1800);
}

#define STORED(test)                                                           \
	cmocka_unit_test_setup_teardown(                                       \
	    test, admin_fixture_setup, admin_fixture_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_network),
	    cmocka_unit_test(test_pair_doubles),
	    cmocka_unit_test(test_windows),
	    cmocka_unit_test(test_taken_back),
	    STORED(test_stored),
	    STORED(test_code_needed_forgives_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
