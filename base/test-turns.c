/* Turns: so many at once, so many wait. */
#include "config.h"

#include "base/turns.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <pthread.h>

static void
test_so_many(void **state)
{
	(void)state;
	for (int i = 0; i < TURNS_AT_ONCE; i++)
		assert_true(turns_take(0));
	assert_false(turns_take(0));
	assert_false(turns_take(20));
	turns_give();
	assert_true(turns_take(0));
	for (int i = 0; i < TURNS_AT_ONCE; i++)
		turns_give();
}

static void *
take_and_give(void *ctx)
{
	if (turns_take(60000)) {
		*(bool *)ctx = true;
		turns_give();
	}
	return NULL;
}

static void
test_one_waits(void **state)
{
	pthread_t thread;
	bool had_turn = false;

	(void)state;
	for (int i = 0; i < TURNS_AT_ONCE; i++)
		assert_true(turns_take(0));
	assert_int_equal(
	    pthread_create(&thread, NULL, take_and_give, &had_turn), 0);
	for (int i = 0; i < TURNS_AT_ONCE; i++)
		turns_give();
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_true(had_turn);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_so_many),
	    cmocka_unit_test(test_one_waits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
