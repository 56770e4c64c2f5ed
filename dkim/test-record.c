/* dkim/record.c: names, values, zone lines in strings of at most 255 bytes. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "dkim/record.h"

static void
test_short(void **state)
{
	struct dkim_record r = {"s1", "a.example", "ed25519", "AAAA"};
	struct buf b;

	(void)state;
	buf_init(&b, 4096);
	assert_true(dkim_record_name(&r, &b));
	assert_string_equal(buf_str(&b), "s1._domainkey.a.example");
	buf_clear(&b);
	assert_true(dkim_record_value(&r, &b));
	assert_string_equal(buf_str(&b), "v=DKIM1; k=ed25519; p=AAAA");
	buf_clear(&b);
	assert_true(dkim_record_zone(&r, &b));
	assert_string_equal(buf_str(&b), "s1._domainkey.a.example. IN TXT ( "
					 "\"v=DKIM1; k=ed25519; p=AAAA\" )\n");
	buf_fini(&b);
}

/* Joined again, the quoted strings are the value; none is too long. */
static void
check_split(size_t key_len)
{
	char key[2000];
	struct dkim_record r = {"s1", "a.example", "rsa", key};
	struct buf zone, value, joined;
	const char *p = NULL, *q = NULL;

	memset(key, 'k', key_len);
	key[key_len] = '\0';
	buf_init(&zone, 8192);
	buf_init(&value, 8192);
	buf_init(&joined, 8192);
	assert_true(dkim_record_zone(&r, &zone));
	assert_true(dkim_record_value(&r, &value));
	for (p = strchr(buf_str(&zone), '"'); p != NULL;
	     p = strchr(q + 1, '"')) {
		q = strchr(p + 1, '"');
		assert_non_null(q);
		assert_in_range(q - p - 1, 1, 255);
		assert_true(buf_append(&joined, p + 1, (size_t)(q - p - 1)));
	}
	assert_string_equal(buf_str(&joined), buf_str(&value));
	buf_fini(&zone);
	buf_fini(&value);
	buf_fini(&joined);
}

static void
test_split(void **state)
{
	size_t len = 0;

	(void)state;
	for (len = 200; len < 1100; len++)
		check_split(len);
}

static void
test_cap(void **state)
{
	struct dkim_record r = {"s1", "a.example", "rsa", "AAAA"};
	struct buf b;

	(void)state;
	buf_init(&b, 20);
	assert_false(dkim_record_zone(&r, &b));
	buf_fini(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_short),
	    cmocka_unit_test(test_split), cmocka_unit_test(test_cap)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
