/* Codes against RFC 6238's vectors, texts, times. */
#include "config.h"
#include "ops/second_factor.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

/* Appendix B: the last six of its eight digits. */
static const unsigned char secret[] = "12345678901234567890";

static void
test_vectors(void **state)
{
	static const struct {
		int64_t now;
		const char *code;
	} rows[] = {
	    {59, "287082"},
	    {1111111109, "081804"},
	    {1111111111, "050471"},
	    {1234567890, "005924"},
	    {2000000000, "279037"},
	    {20000000000, "353130"},
	};
	int64_t step;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_true(second_factor_matches(
		    secret, rows[i].code, rows[i].now, &step));
		assert_int_equal(step, rows[i].now / 30);
	}
}

static void
test_window(void **state)
{
	static const struct {
		int64_t now;
		const char *code;
		bool matches;
	} rows[] = {
	    {1234567890 - 30, "005924", true},
	    {1234567890 + 30, "005924", true},
	    {1234567890 + 59, "005924", true},
	    {1234567890 - 31, "005924", false},
	    {1234567890 + 60, "005924", false},
	    {1234567890, "005 924", true},
	    {1234567890, "005925", false},
	    {1234567890, "00592", false},
	    {1234567890, "0059244", false},
	    {1234567890, "00592a", false},
	    {1234567890, "", false},
	};
	int64_t step;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (second_factor_matches(secret, rows[i].code, rows[i].now,
			&step) != rows[i].matches)
			fail_msg("row %zu", i);
		if (rows[i].matches)
			assert_int_equal(step, 1234567890 / 30);
	}
}

static void
test_texts(void **state)
{
	char text[SECOND_FACTOR_TEXT_MAX], uri[SECOND_FACTOR_URI_MAX];
	unsigned char one[SECOND_FACTOR_BYTES], two[SECOND_FACTOR_BYTES];

	(void)state;
	assert_int_equal(second_factor_text(secret, text, NULL), 0);
	assert_string_equal(text, "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
	assert_int_equal(
	    second_factor_uri(secret, "ann", "mail.example", uri, NULL), 0);
	assert_string_equal(uri,
	    "otpauth://totp/mail.example:ann?secret="
	    "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=mail.example");
	assert_int_equal(second_factor_uri(secret, "ann", "", uri, NULL), 0);
	assert_non_null(strstr(uri, "&issuer=sendward"));
	assert_int_equal(second_factor_new(one, NULL), 0);
	assert_int_equal(second_factor_new(two, NULL), 0);
	assert_memory_not_equal(one, two, sizeof(one));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_vectors),
	    cmocka_unit_test(test_window),
	    cmocka_unit_test(test_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
