/* Tests of duties: one holder, and how another takes one over. */
#include "config.h"

#include "store/test-store.h"

#include <stdio.h>

#include "store/duties.h"

#define NOW INT64_C(1700000000000000)

static void
assert_take(struct fixture *f, int64_t mark, const struct store_duty *from,
    int64_t now_usec, bool want)
{
	struct store_duty row = {.name = "letters",
	    .boot = "b",
	    .pid = 7,
	    .mark = mark,
	    .kept_usec = now_usec};
	bool held;

	(void)snprintf(row.host, sizeof(row.host), "mail%lld", (long long)mark);
	assert_ok(f, store_duty_take(f->store, &row, from, &held, &f->err));
	assert_int_equal(held, want);
}

static bool
copy_row(void *ctx, const struct store_duty *row)
{
	*(struct store_duty *)ctx = *row;
	return true;
}

static struct store_duty
present(struct fixture *f)
{
	struct store_duty row = {0};

	assert_ok(f, store_duty_list(f->store, copy_row, &row, &f->err));
	return row;
}

static void
test_one_holder(void **state)
{
	struct fixture *f = *state;
	struct store_duty seen;

	assert_take(f, 1, NULL, NOW, true);
	assert_take(f, 2, NULL, NOW + 1, false);
	assert_take(f, 1, NULL, NOW + 2, true);
	seen = present(f);
	assert_string_equal(seen.name, "letters");
	assert_string_equal(seen.host, "mail1");
	assert_string_equal(seen.boot, "b");
	assert_int_equal(seen.pid, 7);
	assert_int_equal(seen.kept, 2);
	assert_int_equal(seen.taken_usec, NOW);
	assert_int_equal(seen.kept_usec, NOW + 2);
}

/* Only from one that stood still since it was looked at. */
static void
test_taken_over(void **state)
{
	struct fixture *f = *state;
	struct store_duty seen;

	assert_take(f, 1, NULL, NOW, true);
	seen = present(f);
	assert_take(f, 1, NULL, NOW + 1, true);
	assert_take(f, 2, &seen, NOW + 2, false);
	seen = present(f);
	assert_take(f, 2, &seen, NOW + 3, true);
	assert_take(f, 3, &seen, NOW + 3, false);
	assert_take(f, 1, NULL, NOW + 4, false);
	seen = present(f);
	assert_string_equal(seen.host, "mail2");
	assert_int_equal(seen.taken_usec, NOW + 3);
}

static void
test_left(void **state)
{
	struct fixture *f = *state;

	assert_take(f, 1, NULL, NOW, true);
	assert_ok(f, store_duty_leave(f->store, "letters", 2, &f->err));
	assert_int_equal(present(f).mark, 1);
	assert_ok(f, store_duty_leave(f->store, "letters", 1, &f->err));
	assert_int_equal(present(f).mark, 0);
	assert_take(f, 2, NULL, NOW, true);
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int test_duties(void);

int
test_duties(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_one_holder),
	    TEST(test_taken_over),
	    TEST(test_left),
	};

	return cmocka_run_group_tests_name("duties", tests, NULL, NULL);
}
