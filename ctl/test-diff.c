/* Rows of diff_show: what is shown of two values. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

#include "ctl/diff.h"

struct row {
	const char *name, *wanted, *found, *text;
};

/* clang-format off */
static const struct row rows[] = {
{"one letter", "10 a.example", "10 b.example",
 "wanted  10 a.example\n"
 "found   10 b.example\n"
 "           ^ differs from here on, character 4\n"},
{"first letter", "abc", "xbc",
 "wanted  abc\nfound   xbc\n        ^ differs from here on, character 1\n"},
{"too short", "v=DKIM1; p=AAAA", "v=DKIM1; p=AA",
 "wanted  v=DKIM1; p=AAAA\n"
 "found   v=DKIM1; p=AA\n"
 "                     ^ it ends here, after 13 of 15 characters\n"},
{"too long", "ab", "ab ",
 "wanted  ab\nfound   ab \n          ^ it goes on here: 3 characters instead of 2\n"},
{"nothing there", "ab", "",
 "wanted  ab\nfound   \n        ^ it ends here, after 0 of 2 characters\n"},
{"the same", "ab", "ab",
 "wanted  ab\nfound   ab\n          ^ the same text\n"},
{"no terminal is driven", "ab", "a\033[2J\n\x9b",
 "wanted  ab\nfound   a?[2J??\n         ^ differs from here on, character 2\n"},
{"wide, at the end",
 "0123456789012345678901234567890123456789012345678901234567890123456789A",
 "0123456789012345678901234567890123456789012345678901234567890123456789B",
 "wanted  ...01234567890123456789A\n"
 "found   ...01234567890123456789B\n"
 "                               ^ differs from here on, character 71\n"},
{"wide, at the start",
 "A123456789012345678901234567890123456789012345678901234567890123456789",
 "B123456789012345678901234567890123456789012345678901234567890123456789",
 "wanted  A123456789012345678901234567890123456...\n"
 "found   B123456789012345678901234567890123456...\n"
 "        ^ differs from here on, character 1\n"},
{"wide, in the middle",
 "012345678901234567890123456789A1234567890123456789012345678901234567890",
 "012345678901234567890123456789B1234567890123456789012345678901234567890",
 "wanted  ...01234567890123456789A1234567890123...\n"
 "found   ...01234567890123456789B1234567890123...\n"
 "                               ^ differs from here on, character 31\n"},
{"no room on the right",
 "0123456789012345678901234567890123456A",
 "0123456789012345678901234567890123456B",
 "wanted  0123456789012345678901234567890123456A\n"
 "found   0123456789012345678901234567890123456B\n"
 "          differs from here on, character 38 ^\n"},
{"wide against nothing",
 "012345678901234567890123456789012345678901234567890", "",
 "wanted  0123456789012345678901234567890123456...\n"
 "found   \n"
 "        ^ it ends here, after 0 of 51 characters\n"},
};
/* clang-format on */

static void
every_row(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct buf out;

		buf_init(&out, 4096);
		assert_true(
		    diff_show(rows[i].wanted, rows[i].found, "", 40, &out));
		if (strcmp(buf_str(&out), rows[i].text) != 0)
			fail_msg("%s:\n%s", rows[i].name, buf_str(&out));
		buf_fini(&out);
	}
}

static void
a_full_buffer_is_told(void **state)
{
	struct buf out;

	(void)state;
	buf_init(&out, 10);
	assert_false(diff_show("a", "b", "  ", 40, &out));
	buf_fini(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_row),
	    cmocka_unit_test(a_full_buffer_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
