/* Passwords: what may be one, and the hash that is kept of it, at its real cost. */
#include "config.h"
#include "ops/password.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define PASSWORD "a password that is long"

static void
test_check(void **state)
{
	static const struct {
		const char *text;
		enum sg_err code;
	} rows[] = {
	    {"12345678901", SG_INVALID},
	    {"123456789012", SG_OK},
	    {"\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4", SG_INVALID},
	    {"\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4 and so on",
		SG_OK},
	    {"1234567890123\xff", SG_INVALID},
	    {"Long.Name@Example.com", SG_INVALID},
	};
	char much[PASSWORD_MOST + 2];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (password_check(rows[i].text, "long.name@example.com",
			NULL) != rows[i].code)
			fail_msg("row %zu", i);
	memset(much, 'x', sizeof(much));
	much[PASSWORD_MOST + 1] = '\0';
	assert_int_equal(password_check(much, "ann", NULL), SG_INVALID);
	much[PASSWORD_MOST] = '\0';
	assert_int_equal(password_check(much, "ann", NULL), SG_OK);
}

static void
test_hash(void **state)
{
	char hash[PASSWORD_HASH_MAX + 1];
	bool is_right, is_old;

	(void)state;
	assert_int_equal(password_hash(PASSWORD, hash, NULL), SG_OK);
	assert_non_null(strstr(hash, "$argon2id$v=19$m=65536,t=2,p=1$"));
	assert_int_equal(
	    password_verify(hash, PASSWORD, &is_right, &is_old, NULL), SG_OK);
	assert_true(is_right && !is_old);
	assert_int_equal(
	    password_verify(hash, "another", &is_right, &is_old, NULL), SG_OK);
	assert_false(is_right);
	assert_int_equal(
	    password_verify(NULL, PASSWORD, &is_right, &is_old, NULL), SG_OK);
	assert_false(is_right);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_check),
	    cmocka_unit_test(test_hash),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
