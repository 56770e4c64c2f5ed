/* Settings of rspamd, as values with their names. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "ctl/import_ucl.h"

static char all[8192];

static void
put(const char *text)
{
	(void)snprintf(
	    all + strlen(all), sizeof(all) - strlen(all), "%s", text);
}

/* "LINE a.b=VALUE#BLOCK|" */
static void
value(void *ctx, const struct import_ucl_value *v)
{
	char number[64];

	(void)ctx;
	(void)snprintf(number, sizeof(number), "%zu ", v->line);
	put(number);
	for (size_t i = 0; i < v->depth; i++) {
		put(v->names[i]);
		put(i + 1 == v->depth ? "=" : "/");
	}
	put(v->value);
	(void)snprintf(number, sizeof(number), "#%zu|", v->block);
	put(number);
}

static void
macro(void *ctx, size_t line)
{
	char text[64];

	(void)ctx;
	(void)snprintf(text, sizeof(text), "%zu macro|", line);
	put(text);
}

static const char *
read_text(const char *text, size_t *line_r)
{
	all[0] = '\0';
	return import_ucl_read(text, strlen(text), value, macro, NULL, line_r);
}

static void
values(void **state)
{
	static const struct {
		const char *text, *values;
	} cases[] = {
	    {"", ""},
	    {"a = b;", "1 a=b#0|"},
	    {"a b\nc: \"d e\"\n", "1 a=b#0|2 c=d e#0|"},
	    {"path = \"/x/$domain.$selector.key\"; # why\n/* /* no */ */ b=1",
		"1 path=/x/$domain.$selector.key#0|2 b=1#0|"},
	    {"domain {\n a.example { selector = s }\n}",
		"2 domain/a.example/selector=s#2|"},
	    {"domain a.example { selector s; path = /k }",
		"1 domain/a.example/selector=s#1|"
		"1 domain/a.example/path=/k#1|"},
	    {"d { x { s [ {a: 1}, {a: 2} ] } }",
		"1 d/x/s/a=1#3|1 d/x/s/a=2#4|"},
	    {"d { x { s { a=1 } s { a=2 } } }", "1 d/x/s/a=1#3|1 d/x/s/a=2#4|"},
	    {"{\"a\": {\"b\": true, \"c\": [1, \"x\\\"\"]}}",
		"1 a/b=true#2|1 a/c=1#2|1 a/c=x\"#2|"},
	    {".include \"x\"\na=1", "1 macro|2 a=1#0|"},
	    {"*** Section dkim_signing ***\na=1;\n*** End ***\n", "2 a=1#0|"},
	    {"a = '1'\n* { b = 2 }", "1 a=1#0|2 */b=2#1|"},
	};
	size_t line;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		print_message("%s\n", cases[i].text);
		assert_null(read_text(cases[i].text, &line));
		assert_string_equal(all, cases[i].values);
	}
}

static void
what_is_wrong(void **state)
{
	static const struct {
		const char *text;
		size_t line;
	} cases[] = {
	    {"a = 1\nb {", 2},
	    {"a = [ 1", 1},
	    {"a = \"x\n", 2},
	    {"\n/* x", 2},
	    {"a = <<EOT\nx\nEOT\n", 1},
	    {"a;\n", 1},
	    {"}", 1},
	    {"a = \"\\u0041\"", 1},
	    {"a{a{a{a{a{a{a{a{a{", 1},
	    {"a=[[[[[[[[[[", 1},
	    {"a = \x01", 1},
	};
	char text[3 * IMPORT_UCL_VALUE_MAX];
	size_t line;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		print_message("%s\n", cases[i].text);
		assert_non_null(read_text(cases[i].text, &line));
		assert_int_equal(line, cases[i].line);
	}
	memset(text, 'x', sizeof(text));
	memcpy(text, "a = ", 4);
	text[4 + IMPORT_UCL_VALUE_MAX] = '\0';
	assert_null(read_text(text, &line));
	text[4 + IMPORT_UCL_VALUE_MAX] = 'x';
	text[4 + IMPORT_UCL_VALUE_MAX + 1] = '\0';
	assert_non_null(read_text(text, &line));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(values),
	    cmocka_unit_test(what_is_wrong),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
