/* Tests of patterns with * and ?. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "rules/pattern.h"
#include "rules/types.h"

static void
test_match(void **state)
{
	static const struct {
		const char *pattern, *text;
		bool want;
	} rows[] = {
	    {"*", "a@b.example", true},
	    {"*", "", true},
	    {"", "", true},
	    {"", "a", false},
	    {"?", "", false},
	    {"**", "", true},
	    {"a@b.example", "a@b.example", true},
	    {"a@b.example", "a@b.example.org", false},
	    {"a@b.example", "xa@b.example", false},
	    {"*@b.example", "a@b.example", true},
	    {"*@b.example", "a@sub.b.example", false},
	    {"*@*.b.example", "a@sub.b.example", true},
	    {"*b.example", "a@sub.b.example", true},
	    {"news-?@b.example", "news-1@b.example", true},
	    {"news-?@b.example", "news-@b.example", false},
	    {"news-?@b.example", "news-12@b.example", false},
	    {"a*b*c@d", "aXbXXbYc@d", true},
	    {"a*b*c@d", "aXcXc@d", false},
	    {"*a", "aaa", true},
	    {"a*a", "a", false},
	    {"a*", "a", true},
	    {"*aab", "aaaab", true},
	    /* the domain in any case, the local part as written */
	    {"a@B.Example", "a@b.example", true},
	    {"a@b.example", "a@B.EXAMPLE", true},
	    {"A@b.example", "a@b.example", false},
	    {"*A@b.example", "bA@b.example", true},
	    {"*a@*", "bA@b.example", false},
	    {"A@b@C", "A@b@c", true},
	    {"A@B@c", "A@b@c", false}, /* only what follows the last @ */
	    {"B.Example", "b.example", true},
	    /* no other signs: brackets, backslashes */
	    {"[ab]@c", "a@c", false},
	    {"[ab]@c", "[ab]@c", true},
	    {"\\*@c", "*@c", false},
	    {"\\*@c", "\\x@c", true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (pattern_match(rows[i].pattern, rows[i].text) !=
		    rows[i].want)
			fail_msg("%s %s", rows[i].pattern, rows[i].text);
}

/* The worst a pattern can ask for takes no time. */
static void
test_match_worst(void **state)
{
	char pattern[RULES_ADDRESS_MAX + 1], text[100001];

	(void)state;
	for (size_t i = 0; i + 2 < sizeof(pattern); i += 2)
		memcpy(pattern + i, "*a", 2);
	pattern[RULES_ADDRESS_MAX - 1] = 'b';
	pattern[RULES_ADDRESS_MAX] = '\0';
	memset(text, 'a', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	assert_false(pattern_match(pattern, text));
	assert_true(pattern_can_meet(pattern, "*"));
	assert_false(pattern_can_meet(pattern, text)); /* too long */
}

static void
test_can_meet(void **state)
{
	static const struct {
		const char *a, *b;
		bool want;
	} rows[] = {
	    {"", "", true},
	    {"", "*", true},
	    {"", "?", false},
	    {"*", "*", true},
	    {"a", "A", true},
	    {"a", "b", false},
	    {"a*", "*b", true},
	    {"a*", "b*", false},
	    {"a?c", "?b?", true},
	    {"a?", "?", false},
	    {"*a*b*", "*b*a*", true},
	    {"*ab", "*ba", false},
	    {"x*y", "*?*", true},
	    {"**", "a", true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (pattern_can_meet(rows[i].a, rows[i].b) != rows[i].want ||
		    pattern_can_meet(rows[i].b, rows[i].a) != rows[i].want)
			fail_msg("%s %s", rows[i].a, rows[i].b);
}

static void
test_fits_identity(void **state)
{
	static const struct {
		const char *pattern, *identity;
		bool want;
	} rows[] = {
	    {"*", "b.example", true},
	    {"*@b.example", "b.example", true},
	    {"*@B.EXAMPLE", "b.example", true},
	    {"a@b.example", "b.example", true},
	    {"a@sub.b.example", "b.example", true},
	    {"a@*.b.example", "b.example", true},
	    {"*.b.example", "b.example", true},
	    {"news*", "b.example", true},
	    {"*example", "b.example", true},
	    {"a@?.example", "b.example", true},
	    {"a@c.example", "b.example", false},
	    {"a@xb.example", "b.example", false},
	    {"a@b.example.org", "b.example", false},
	    {"*@*.c.example", "b.example", false},
	    {"a@.b.example", "b.example", false},
	    {"@b.example", "b.example", false},
	    {"b.example", "b.example", false}, /* a domain is no address */
	    {"", "b.example", false},
	    {"*", "a@b.example", true},
	    {"a@b.example", "a@b.example", true},
	    {"?@B.example", "a@b.example", true},
	    {"b@b.example", "a@b.example", false},
	    {"A@b.example", "a@b.example", false},
	    {"a@sub.b.example", "a@b.example", false},
	    {"a+news@b.example", "a@b.example", true},
	    {"a+*@b.example", "a@b.example", true},
	    {"ab+news@b.example", "a@b.example", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (pattern_fits_identity(rows[i].pattern, rows[i].identity) !=
		    rows[i].want)
			fail_msg("%s %s", rows[i].pattern, rows[i].identity);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_match),
	    cmocka_unit_test(test_match_worst),
	    cmocka_unit_test(test_can_meet),
	    cmocka_unit_test(test_fits_identity),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
