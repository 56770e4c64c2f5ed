/* The filter of a snapshot: what was added is never missed, what was not is rarely
 * taken for it, and an entry has few bytes. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ops/snapshot_filter.h"

/* splitmix64 (Steele, Lea, Flood 2014): each i another number. */
static uint64_t
number(uint64_t i)
{
	uint64_t z = i * UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

static void
test_empty(void **state)
{
	struct filter filter = {0};

	(void)state;
	assert_false(filter_may_have(&filter, 0));
	assert_false(filter_may_have(&filter, number(1)));
	filter_fini(&filter);
	filter_fini(&filter);
}

static void
test_nothing_is_missed(void **state)
{
	static const uint64_t counts[] = {1, 5, 100, 4096, 100000, 1000000};
	struct filter filter = {0};
	uint64_t added = 0, wrong;

	(void)state;
	for (size_t c = 0; c < sizeof(counts) / sizeof(counts[0]); c++) {
		while (added < counts[c])
			assert_true(filter_add(&filter, number(++added)));
		for (uint64_t i = 1; i <= added; i++)
			if (!filter_may_have(&filter, number(i)))
				fail_msg("%d of %d", (int)i, (int)added);
		wrong = 0;
		for (uint64_t i = 1; i <= 1000000; i++)
			wrong += filter_may_have(
			    &filter, number(UINT64_C(1) << 32 | i));
		assert_in_range(wrong, 0, 2); /* 0.06 are to be expected */
	}
	assert_in_range(filter.used, added - 2, added);
	assert_in_range(filter.bytes / added, 4, 6);
	filter_fini(&filter);
	assert_int_equal(filter.bytes, 0);
}

/* Twice the same, also the two that are kept alike: 0 stands for a free slot. */
static void
test_same(void **state)
{
	struct filter filter = {0};

	(void)state;
	for (int i = 0; i < 100; i++) {
		assert_true(filter_add(&filter, 7));
		assert_true(filter_add(&filter, UINT64_C(1) << 32 | 7));
		assert_true(filter_add(&filter, UINT64_MAX));
	}
	assert_int_equal(filter.used, 2);
	assert_true(filter_may_have(&filter, 7));
	assert_true(filter_may_have(&filter, UINT64_MAX));
	assert_false(filter_may_have(&filter, 8));
	filter_fini(&filter);
}

/* All in one part, one behind the other. */
static void
test_one_part(void **state)
{
	struct filter filter = {0};

	(void)state;
	for (uint64_t i = 1; i <= 5000; i++)
		assert_true(filter_add(
		    &filter, (UINT64_C(0xfffff000) + i % 0xfff) << 32 | 5));
	for (uint64_t i = 1; i < 0xfff; i++)
		assert_true(filter_may_have(
		    &filter, (UINT64_C(0xfffff000) + i) << 32 | 5));
	assert_false(filter_may_have(&filter, UINT64_C(1) << 32 | 5));
	assert_int_equal(filter.used, 0xfff);
	filter_fini(&filter);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_empty),
	    cmocka_unit_test(test_nothing_is_missed),
	    cmocka_unit_test(test_same),
	    cmocka_unit_test(test_one_part),
	};

	return cmocka_run_group_tests_name("filter", tests, NULL, NULL);
}
