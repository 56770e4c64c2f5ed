/* Rows of templates, data, and what comes of them; tests/template compares hundreds
 * with the engine that this one follows. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "template/template.h"

#define ROWS(table) (sizeof(table) / sizeof((table)[0]))
#define OUT_MAX 100000

static const char data_text[] =
    "{\"name\":\"<A&B>\",\"n\":7,\"price\":1.10,\"whole\":2.0,\"tiny\":0.1,"
    "\"yes\":true,\"no\":false,\"zero\":0,\"empty\":\"\",\"nothing\":null,"
    "\"list\":[\"a\",\"b\"],\"none\":[],\"o\":{\"k\":{\"x\":1}},"
    "\"odd key\":\"odd\",\"items\":[{\"n\":\"x\"},{\"n\":\"y\"}]}";

/* "MISSING path", "INVALID why" or "NOMEM why" when it is not rendered. */
static void
render(const char *text, bool escapes, size_t max, struct buf *out)
{
	char missing[TEMPLATE_PATH_MAX] = "";
	json_t *data = json_loads(data_text, 0, NULL);
	struct template *template;
	struct err err = {.text = ""};
	enum sg_err rc;

	assert_non_null(data);
	buf_init(out, max);
	rc = template_parse(text, strlen(text), escapes, &template, &err);
	if (rc == SG_OK)
		rc = template_render(template, data, out, missing, &err);
	template_free(&template);
	json_decref(data);
	if (rc == SG_OK)
		return;
	buf_fini(out);
	buf_init(out, OUT_MAX);
	assert_true(buf_printf(out, "%s %s",
	    rc == SG_MISSING   ? "MISSING"
	    : rc == SG_INVALID ? "INVALID"
			       : "NOMEM",
	    rc == SG_MISSING ? missing : err.text));
}

static const struct row {
	const char *text, *wanted;
} rows[] = {
    {"", ""},
    {"plain", "plain"},
    {"{{name}} {{{name}}} {{&name}}", "<A&B> <A&B> <A&B>"},
    {"{{n}} {{price}} {{whole}} {{tiny}} {{yes}} {{no}} {{zero}}",
	"7 1.1 2.0 0.1 true false 0"},
    {"{{list}} {{o}}", "[\"a\",\"b\"] {\"k\":{\"x\":1}}"},
    {"{{o.k.x}}{{o/k/x}}{{[odd key]}}{{list.length}}{{list.1}}", "11odd2b"},
    {"{{#if yes}}a{{else}}b{{/if}}{{#if zero}}a{{else}}b{{/if}}", "ab"},
    {"{{#if none}}a{{else if empty}}b{{else if o}}c{{else}}d{{/if}}", "c"},
    {"{{#if missing}}a{{/if}}{{#unless missing}}b{{/unless}}", "b"},
    {"{{#each items}}{{@index}}{{n}}{{../n}}{{#unless @last}},{{/unless}}"
     "{{/each}}",
	"0x7,1y7"},
    {"{{#each o}}{{@key}}{{x}}{{/each}}{{#each none}}x{{else}}e{{/each}}",
	"k1e"},
    {"{{#with o.k}}{{x}}{{../n}}{{/with}}", "17"},
    {"{{#each list as |i n|}}{{i}}{{n}}{{@root.n}}{{/each}}", "a07b17"},
    {"{{#*inline \"p\"}}[{{n}}]{{/inline}}{{> p}}{{#each items}}{{> p}}"
     "{{/each}}",
	"[7][x][y]"},
    {"{{! note }}{{!-- }} --}}\\{{name}}", "{{name}}"},
    {"a\n{{#if yes}}\nb\n{{/if}}\nc", "a\nb\nc"},
    {"a {{~#if yes~}} b {{~/if~}} c", "abc"},
    {"{{missing}}", "MISSING missing"},
    {"{{nothing}}", "MISSING nothing"},
    {"{{#each items}}{{o.k}}{{/each}}", "MISSING o.k"},
    {"{{#if yes}}", "INVALID line 1, column 1: {{#if}} is not closed"},
    {"a\nb {{/if}}",
	"INVALID line 2, column 3: the end of a block that was not begun"},
    {"ü{{#if a}}{{/each}}",
	"INVALID line 1, column 11: {{/each}} where {{/if}} is expected"},
    {"{{eq a b}}", "INVALID line 1, column 1: there is no helper {{eq}}"},
    {"{{> p}}", "INVALID line 1, column 1: there is no part \"p\""},
    {"{{#if (eq a b)}}{{/if}}",
	"INVALID line 1, column 7: expressions in parentheses are not "
	"supported"},
    {"{{name", "INVALID line 1, column 1: a tag does not end"},
    {"{{#*inline \"p\"}}{{> p}}{{/inline}}{{> p}}",
	"NOMEM the template's parts and blocks go deeper than 256"},
};

static void
test_rows(void **state)
{
	struct buf out;

	(void)state;
	for (size_t i = 0; i < ROWS(rows); i++) {
		render(rows[i].text, false, OUT_MAX, &out);
		if (strcmp(buf_str(&out), rows[i].wanted) != 0)
			fail_msg("%s: \"%s\", expected \"%s\"", rows[i].text,
			    buf_str(&out), rows[i].wanted);
		buf_fini(&out);
	}
}

static void
test_escapes(void **state)
{
	struct buf out;

	(void)state;
	render("{{name}} {{{name}}} {{&name}}", true, OUT_MAX, &out);
	assert_string_equal(buf_str(&out), "&lt;A&amp;B&gt; <A&B> <A&B>");
	buf_fini(&out);
}

static void
test_limits(void **state)
{
	static const char steps[] =
	    "{{#each list}}{{#each @root.list}}{{#each @root.list}}{{#each @root.list}}"
	    "{{#each @root.list}}{{#each @root.list}}{{#each @root.list}}"
	    "{{#each @root.list}}{{#each @root.list}}{{#each @root.list}}"
	    "{{#each @root.list}}{{#each @root.list}}{{#each @root.list}}"
	    "{{#each @root.list}}{{#each @root.list}}{{#each @root.list}}"
	    "{{#each @root.list}}{{#each @root.list}}{{#each @root.list}}"
	    "{{/each}}{{/each}}{{/each}}{{/each}}{{/each}}{{/each}}{{/each}}"
	    "{{/each}}{{/each}}{{/each}}{{/each}}{{/each}}{{/each}}{{/each}}"
	    "{{/each}}{{/each}}{{/each}}{{/each}}{{/each}}";
	struct template *template;
	struct buf out, deep;
	struct err err;
	char *large = calloc(1, TEMPLATE_TEXT_MAX + 2);

	(void)state;
	render(steps, false, OUT_MAX, &out);
	assert_string_equal(
	    buf_str(&out), "NOMEM the template takes more than 200000 steps");
	buf_fini(&out);
	render("{{name}}{{name}}", false, 8, &out);
	assert_string_equal(buf_str(&out),
	    "NOMEM what the template makes is larger than 8 bytes");
	buf_fini(&out);
	buf_init(&deep, OUT_MAX);
	for (int i = 0; i <= TEMPLATE_DEPTH_MAX; i++)
		(void)buf_puts(&deep, "{{#if yes}}");
	render(buf_str(&deep), false, OUT_MAX, &out);
	assert_non_null(strstr(buf_str(&out), "more than 32 blocks"));
	buf_fini(&out);
	buf_fini(&deep);
	assert_non_null(large);
	memset(large, ' ', TEMPLATE_TEXT_MAX + 1);
	assert_int_equal(template_parse(large, TEMPLATE_TEXT_MAX + 1, false,
			     &template, &err),
	    SG_NOMEM);
	assert_int_equal(
	    template_parse("a\0b", 3, false, &template, &err), SG_INVALID);
	free(large);
}

/* Turns, with something about a name of that length in the innermost. */
static void
render_long_name(const char *before, const char *behind, struct buf *out)
{
	static const char turn[] = "{{#each @root.list}}", end[] = "{{/each}}";
	struct buf text;

	buf_init(&text, TEMPLATE_TEXT_MAX);
	for (int i = 0; i < 12; i++)
		(void)buf_puts(&text, turn);
	(void)buf_puts(&text, before);
	for (int i = 0; i < 60000; i++)
		(void)buf_putc(&text, 'n');
	(void)buf_puts(&text, behind);
	for (int i = 0; i < 12; i++)
		(void)buf_puts(&text, end);
	assert_false(text.failed);
	render(buf_str(&text), false, OUT_MAX, out);
	buf_fini(&text);
}

static void
test_long_names(void **state)
{
	static const char *const uses[][2] = {
	    {"{{#if @root.", "}}{{/if}}"},
	    {"{{#if ", "}}{{/if}}"},
	    {"{{#if \"", "\"}}{{/if}}"},
	};
	struct buf out;

	(void)state;
	for (size_t i = 0; i < ROWS(uses); i++) {
		render_long_name(uses[i][0], uses[i][1], &out);
		assert_string_equal(buf_str(&out),
		    "NOMEM the template takes more than 200000 steps");
		buf_fini(&out);
	}
}

static void
test_parts_share_room(void **state)
{
	struct buf out;

	(void)state;
	render("{{#*inline \"a\"}}12345{{gone}}{{/inline}}123456\n  {{> a}}\n",
	    false, 8, &out);
	assert_string_equal(buf_str(&out),
	    "NOMEM what the template makes is larger than 8 bytes");
	buf_fini(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_rows),
	    cmocka_unit_test(test_escapes),
	    cmocka_unit_test(test_limits),
	    cmocka_unit_test(test_long_names),
	    cmocka_unit_test(test_parts_share_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
