/* Pauses between attempts. */
#include "config.h"

#include "jobs/phases.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void
test_http(void **state)
{
	static const int64_t wanted[] = {
	    20, 20, 20, 20, 39, 78, 154, 304, 600, 600, 600, 600, -1, -1};

	(void)state;
	for (int i = 0; i < (int)(sizeof(wanted) / sizeof(*wanted)); i++)
		assert_int_equal(
		    phases_pause_sec(&phases_http, i + 1), wanted[i]);
	/* SNS: no policy may last longer */
	assert_true(phases_total_sec(&phases_http) <= 3600);
	assert_true(phases_total_sec(&phases_http) > 45 * 60);
}

static void
test_mail(void **state)
{
	int64_t attempts = 1;

	(void)state;
	assert_int_equal(phases_pause_sec(&phases_mail, 1), 10);
	assert_int_equal(phases_pause_sec(&phases_mail, 2), 10);
	while (phases_pause_sec(&phases_mail, attempts) >= 0)
		attempts++;
	assert_int_equal(attempts, 50);
	assert_true(phases_total_sec(&phases_mail) > 6 * 3600);
	assert_true(phases_total_sec(&phases_mail) < 7 * 3600);
}

/* One that was replayed, or whose count is nonsense, begins anew. */
static void
test_edges(void **state)
{
	(void)state;
	assert_int_equal(phases_pause_sec(&phases_http, 0), 20);
	assert_int_equal(phases_pause_sec(&phases_http, -5), 20);
	assert_int_equal(phases_pause_sec(&phases_http, INT64_MAX), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_http),
	    cmocka_unit_test(test_mail),
	    cmocka_unit_test(test_edges),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
