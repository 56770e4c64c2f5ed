/* The account's operations. */
#include "config.h"

#include "api/test-call.h"

static void
two_accounts_are_there(void **state)
{
	struct test_call *t = *state;

	assert_non_null(t->f->store);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		two_accounts_are_there, test_call_setup, test_call_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
