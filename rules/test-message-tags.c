/* Tests of message tags as a header field has them. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "rules/message_tags.h"

#define X64 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
#define X256 X64 X64 X64 X64

/* What message_tags_next makes of the text: "name=value" with blanks between. */
static void
read_all(const char *text, char *all_r, size_t size)
{
	struct message_tag tag;
	size_t len = 0;

	all_r[0] = '\0';
	while (message_tags_next(&text, &tag) && len < size)
		len += (size_t)snprintf(all_r + len, size - len, "%s%s=%s",
		    len > 0 ? " " : "", tag.name, tag.value);
	assert_int_equal(text[0], '\0');
}

static void
test_next(void **state)
{
	static const struct {
		const char *text, *want;
	} rows[] = {
	    {"", ""},
	    {"a=b", "a=b"},
	    {"a=b, c=d", "a=b c=d"},
	    {"a=b,c=d,", "a=b c=d"},
	    {" a = b ,\r\n\tc\t=\td\r\n ", "a=b c=d"},
	    {"campaign=spring_2026-a, Kind=letter",
		"campaign=spring_2026-a Kind=letter"},
	    {"a=b, a=c", "a=b a=c"},
	    /* what is no tag is left out, the rest stays */
	    {"a, b=c", "b=c"},
	    {"=b, c=d, e=, =", "c=d"},
	    {"a=b=c, d=e", "d=e"},
	    {"a b=c, d=e f, g=h", "g=h"},
	    {"a.b=c, d=e@f, ses:x=y, g=h", "g=h"},
	    {"a=b; c=d, e=f", "e=f"},
	    {"\xc3\xa4=b, c=\xff, d=e", "d=e"},
	    {",,,", ""},
	    {X256 "=a", X256 "=a"},
	    {"a=" X256 ", b=c", "a=" X256 " b=c"},
	    {X256 "x=a, a=" X256 "x, b=c", "b=c"},
	};
	char all[600];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		read_all(rows[i].text, all, sizeof(all));
		assert_string_equal(all, rows[i].want);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_next),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
