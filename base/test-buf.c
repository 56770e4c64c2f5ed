/* Buffers keep their cap, and say once and for all that they did not. */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/buf.h"

#include <stdlib.h>
#include <string.h>

static void
keeps_what_is_appended(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 1000);
	assert_string_equal(buf_str(&b), "");
	assert_null(b.data);
	assert_true(buf_puts(&b, "ab"));
	assert_true(buf_putc(&b, 'c'));
	assert_true(buf_append(&b, "d\0e", 3));
	assert_true(buf_printf(&b, "-%d-%s", 42, "x"));
	assert_int_equal(b.len, 11);
	assert_memory_equal(b.data, "abcd\0e-42-x", 12);
	buf_fini(&b);
	assert_null(b.data);
	assert_true(buf_puts(&b, "again"));
	assert_string_equal(buf_str(&b), "again");
	buf_fini(&b);
}

static void
grows_to_its_cap_and_not_beyond(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 300);
	for (int i = 0; i < 300; i++)
		assert_true(buf_putc(&b, 'x'));
	assert_int_equal(b.len, 300);
	assert_true(b.size <= 301);
	assert_false(buf_putc(&b, 'y'));
	assert_true(b.failed);
	assert_int_equal(b.len, 300);
	buf_fini(&b);
}

static void
appends_whole_or_not_at_all(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 5);
	assert_true(buf_puts(&b, "abc"));
	assert_false(buf_puts(&b, "def"));
	assert_false(buf_printf(&b, "%d", 123456));
	/* It would fit, but the caller must see that something is missing. */
	assert_false(buf_puts(&b, "d"));
	assert_string_equal(buf_str(&b), "abc");
	buf_clear(&b);
	assert_false(b.failed);
	assert_string_equal(buf_str(&b), "");
	assert_true(buf_printf(&b, "%d", 12345));
	assert_string_equal(buf_str(&b), "12345");
	buf_fini(&b);
}

static void
a_cap_of_zero_holds_nothing(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 0);
	assert_true(buf_puts(&b, ""));
	assert_false(buf_putc(&b, 'x'));
	buf_fini(&b);
	buf_init(&b, SIZE_MAX);
	assert_true(buf_puts(&b, "x"));
	assert_true(b.size < 4096);
	assert_false(buf_append(&b, "", SIZE_MAX));
	buf_fini(&b);
}

static void
consumes_from_the_front(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 100);
	buf_consume(&b, 0);
	assert_true(buf_puts(&b, "hello world"));
	buf_consume(&b, 6);
	assert_string_equal(buf_str(&b), "world");
	buf_consume(&b, 5);
	assert_string_equal(buf_str(&b), "");
	assert_int_equal(b.len, 0);
	buf_fini(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(keeps_what_is_appended),
	    cmocka_unit_test(grows_to_its_cap_and_not_beyond),
	    cmocka_unit_test(appends_whole_or_not_at_all),
	    cmocka_unit_test(a_cap_of_zero_holds_nothing),
	    cmocka_unit_test(consumes_from_the_front),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
