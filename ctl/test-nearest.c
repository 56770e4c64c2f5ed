/* Mistyped words and the nearest known one. */
#include "config.h"
#include "ctl/nearest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void
test_distance(void **state)
{
	static const struct {
		const char *a, *b;
		size_t distance;
	} rows[] = {
	    {"", "", 0},
	    {"list", "list", 0},
	    {"", "list", 4},
	    {"lst", "list", 1},
	    {"lisst", "list", 1},
	    {"lost", "list", 1},
	    {"lsit", "list", 1},
	    {"kitten", "sitting", 3},
	};
	char far[200];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		assert_int_equal(
		    nearest_distance(rows[i].a, rows[i].b), rows[i].distance);
		assert_int_equal(
		    nearest_distance(rows[i].b, rows[i].a), rows[i].distance);
	}
	memset(far, 'a', sizeof(far));
	far[sizeof(far) - 1] = '\0';
	assert_int_equal(nearest_distance(far, far), 63);
}

static void
test_nearest(void **state)
{
	static const char *const known[] = {
	    "account", "credential", "db", "login", "suppression"};
	static const struct {
		const char *word, *nearest; /* NULL: none */
	} rows[] = {
	    {"acount", "account"},
	    {"suppresion", "suppression"},
	    {"supersession", "suppression"},
	    {"logins", "login"},
	    {"x", NULL},
	    {"", NULL},
	    {"frobnicate", NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const char *best = NULL;

		for (size_t k = 0; k < sizeof(known) / sizeof(*known); k++)
			best = nearest_of(rows[i].word, best, known[k]);
		if (rows[i].nearest == NULL)
			assert_null(best);
		else
			assert_string_equal(best, rows[i].nearest);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_distance),
	    cmocka_unit_test(test_nearest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
