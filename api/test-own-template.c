/* Tests of templates while they are written. */
#include "config.h"

#include "api/test-call.h"

#include <stdlib.h>
#include <string.h>

static void
render(struct test_call *t, const char *input)
{
	(void)test_call_ok(t, API_OWN, "RenderContent", input);
}

static void
test_renders(void **state)
{
	struct test_call *t = *state;

	render(t,
	    "{'Subject':'Hi {{a}}','Text':'{{#each l}}{{this}},{{/each}}',"
	    "'Html':'<b>{{a}}</b>',"
	    "'Data':'{\\'a\\':\\'<i>\\',\\'l\\':[1,2]}'}");
	test_call_is(t, "Subject", "Hi <i>");
	test_call_is(t, "Text", "1,2,");
	test_call_is(t, "Html", "<b><i></b>");
	assert_false(test_call_has(t, "Failures.0"));
	render(t, "{'Text':'as it is','Data':' \\n'}");
	test_call_is(t, "Text", "as it is");
	assert_false(test_call_has(t, "Subject"));
	assert_false(test_call_has(t, "Html"));
}

/* What is right is rendered all the same. */
static void
test_places(void **state)
{
	struct test_call *t = *state;

	render(t, "{'Subject':'fine','Text':'one\\ntwo {{#if a}}',"
		  "'Html':'{{b.c}}','Data':'{}'}");
	test_call_is(t, "Subject", "fine");
	assert_false(test_call_has(t, "Text"));
	test_call_is(t, "Failures.0.Part", "Text");
	test_call_is(t, "Failures.0.Line", "2");
	assert_true(test_call_has(t, "Failures.0.Column"));
	assert_null(strstr(test_call_value(t, "Failures.0.Message"), "line"));
	test_call_is(t, "Failures.1.Part", "Html");
	test_call_is(t, "Failures.1.Attribute", "b.c");
	assert_false(test_call_has(t, "Failures.1.Line"));
}

static void
test_data(void **state)
{
	struct test_call *t = *state;

	render(t, "{'Subject':'{{a','Text':'t','Data':'{\\n\\'a\\' 1}'}");
	test_call_is(t, "Failures.0.Part", "Data");
	test_call_is(t, "Failures.0.Line", "2");
	test_call_is(t, "Failures.1.Part", "Subject");
	assert_false(test_call_has(t, "Text"));
	render(t, "{'Text':'t','Data':'[1]'}");
	test_call_is(t, "Failures.0.Part", "Data");
	test_call_is(t, "Failures.0.Message", "must be a JSON object");
	assert_false(test_call_has(t, "Failures.0.Line"));
}

/* A rendering that never ends ends. */
static void
test_limits(void **state)
{
	struct test_call *t = *state;

	render(t, "{'Subject':'fine','Text':'{{#*inline \\'p\\'}}"
		  "{{> p}}{{> p}}{{/inline}}{{> p}}','Data':''}");
	test_call_is(t, "Subject", "fine");
	test_call_is(t, "Failures.0.Part", "Text");
	assert_false(test_call_has(t, "Failures.0.Attribute"));
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(                                       \
	    name, test_call_setup, test_call_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_renders),
	    TEST(test_places),
	    TEST(test_data),
	    TEST(test_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
