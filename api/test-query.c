/* Forms to objects. */
#include "config.h"

#include "api/test-request.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/fault.h"
#include "api/query.h"
#include "api/value.h"

/* clang-format off */
static const struct api_member pair[] = {
	{"Name", NULL, 0, TEXT(0, 0)},
	{"Value", NULL, 0, TEXT(0, 0)},
	END};
static const struct api_member inner[] = {
	{"To", NULL, 0, LIST(0, 0, TEXT(0, 0))},
	{"Tags", NULL, 0, LIST(0, 0, STRUCT(pair))},
	{"Times", NULL, 0, LIST(0, 0, TIME)},
	END};
static const struct api_member outer[] = {
	{"Text", NULL, 0, TEXT(0, 0)},
	{"Choice", NULL, 0, CHOICE("A|B")},
	{"Integer", NULL, 0, INTEGER(INT64_MIN, INT64_MAX)},
	{"Number", NULL, 0, NUMBER},
	{"Flag", NULL, 0, FLAG},
	{"Time", NULL, 0, TIME},
	{"Blob", NULL, 0, BLOB(0)},
	{"In", NULL, 0, STRUCT(inner)},
	{"List", NULL, 0, LIST(0, 0, STRUCT(inner))},
	{"Map", NULL, 0, MAP(0, TEXT(0, 0))},
	{"Values", NULL, 0, MAP(0, STRUCT(pair))},
	END};

static const struct {
	const char *form, *wanted;
} rows[] = {
	{"", "{}"},
	{"&&&", "{}"},
	{"Text", "{\"Text\":\"\"}"},
	{"Text=", "{\"Text\":\"\"}"},
	{"Text=a+b%20c%2B%3D%26%c3%ab", "{\"Text\":\"a b c+=&ë\"}"},
	{"Text=a=b=c", "{\"Text\":\"a=b=c\"}"},
	{"Text=a&Text=b", "{\"Text\":\"a\"}"},
	{"%54ext=a", "{\"Text\":\"a\"}"},
	{"text=a", "{}"},
	{"Text.x=a", "{}"},
	{"Text.=a", "{}"},
	{"=a&.=b&..=c", "{}"},
	{"Unknown.member.1=a&Action=X&Version=1", "{}"},
	{"Text=%", "MalformedQueryString: Text is not UTF-8 text in percent-encoding"},
	{"Text=%4", "MalformedQueryString: Text is not UTF-8 text in percent-encoding"},
	{"Text=%4g", "MalformedQueryString: Text is not UTF-8 text in percent-encoding"},
	{"Text=%00", "MalformedQueryString: Text is not UTF-8 text in percent-encoding"},
	{"Text=%c3", "MalformedQueryString: Text is not UTF-8 text in percent-encoding"},
	{"Text=\xff", "MalformedQueryString: Text is not UTF-8 text in percent-encoding"},
	{"%ff=a", "MalformedQueryString: The name of a parameter is not UTF-8 in percent-encoding"},

	{"Choice=A", "{\"Choice\":\"A\"}"},
	{"Integer=-5", "{\"Integer\":-5}"},
	{"Integer=9223372036854775807", "{\"Integer\":9223372036854775807}"},
	{"Integer=9223372036854775808", "InvalidParameterValue: Integer must be an integer"},
	{"Integer=", "InvalidParameterValue: Integer must be an integer"},
	{"Integer=+5", "InvalidParameterValue: Integer must be an integer"},
	{"Integer=5.0", "InvalidParameterValue: Integer must be an integer"},
	{"Integer=%205", "InvalidParameterValue: Integer must be an integer"},
	{"Integer=-", "InvalidParameterValue: Integer must be an integer"},
	{"Number=2.5e1", "{\"Number\":25.0}"},
	{"Number=3", "{\"Number\":3.0}"},
	{"Number=1e400", "InvalidParameterValue: Number must be a number"},
	{"Number=nan", "InvalidParameterValue: Number must be a number"},
	{"Number=0x10", "InvalidParameterValue: Number must be a number"},
	{"Flag=true", "{\"Flag\":true}"},
	{"Flag=False", "{\"Flag\":false}"},
	{"Flag=1", "InvalidParameterValue: Flag must be true or false"},
	{"Flag=", "InvalidParameterValue: Flag must be true or false"},
	{"Time=2026-01-02T03:04:05Z", "{\"Time\":1767323045}"},
	{"Time=x", "InvalidParameterValue: Time must be a time as in 2026-01-02T03:04:05Z"},
	{"Blob=ab%2F%2B%3D%3D", "{\"Blob\":\"ab/+==\"}"},

	{"In.To.member.1=a&In.To.member.2=b", "{\"In\":{\"To\":[\"a\",\"b\"]}}"},
	{"In.To.member.10=c&In.To.member.2=b&In.To.member.1=a", "{\"In\":{\"To\":[\"a\",\"b\",\"c\"]}}"},
	{"In.To.member.999999999=z&In.To.member.5=a", "{\"In\":{\"To\":[\"a\",\"z\"]}}"},
	{"In.To.member.01=a&In.To.member.1=b", "{\"In\":{\"To\":[\"a\"]}}"},
	{"In.To.member.1=", "{\"In\":{\"To\":[\"\"]}}"},
	{"In.To=", "{\"In\":{\"To\":[]}}"},
	{"In.To=a", "InvalidParameterValue: In.To must be a list: NAME.member.1"},
	{"In.To.1=a", "{\"In\":{}}"},
	{"In.To.member=a", "{\"In\":{}}"},
	{"In.To.member.0=a", "{\"In\":{}}"},
	{"In.To.member.-1=a", "{\"In\":{}}"},
	{"In.To.member.x=a", "{\"In\":{}}"},
	{"In.To.member.1000000000=a", "{\"In\":{}}"},
	{"In.To.entry.1=a", "{\"In\":{}}"},
	{"In.To.member.1.x=a", "{\"In\":{\"To\":[]}}"},
	{"In=a", "{\"In\":{}}"},
	{"In.Tags.member.1.Name=a&In.Tags.member.1.Value=b&In.Tags.member.2.Name=c",
	    "{\"In\":{\"Tags\":[{\"Name\":\"a\",\"Value\":\"b\"},{\"Name\":\"c\"}]}}"},
	{"In.Times.member.1=2026-01-02T03:04:05.5Z&In.Times.member.2=7", "{\"In\":{\"Times\":[1767323045.5,7]}}"},
	{"List.member.1.To.member.1=a&List.member.2.To=&List.member.2.Tags.member.1.Name=x",
	    "{\"List\":[{\"To\":[\"a\"]},{\"Tags\":[{\"Name\":\"x\"}],\"To\":[]}]}"},

	{"In.Times.member.7=5&In.Times.member.9=x", "InvalidParameterValue: In.Times[1] must be a time as in 2026-01-02T03:04:05Z"},
	{"Map.entry.1.key=a&Map.entry.1.value=b&Map.entry.2.value=d&Map.entry.2.key=c", "{\"Map\":{\"a\":\"b\",\"c\":\"d\"}}"},
	{"Map.entry.1.key=a", "{\"Map\":{}}"},
	{"Map.entry.1.key=a.b%3D&Map.entry.1.value=", "{\"Map\":{\"a.b=\":\"\"}}"},
	{"Map.entry.1.value=b", "InvalidParameterValue: Map must be a map whose every entry has a key"},
	{"Map.entry.1.other=b", "{\"Map\":{}}"},
	{"Map.entry.1=b", "{\"Map\":{}}"},
	{"Map=", "{\"Map\":{}}"},
	{"Map=x", "InvalidParameterValue: Map must be a map: NAME.entry.1.key"},
	{"Map.member.1.key=a", "{}"},
	{"Values.entry.1.Name=k&Values.entry.1.Value.Name=a&Values.entry.1.Value.Value=b",
	    "{\"Values\":{\"k\":{\"Name\":\"a\",\"Value\":\"b\"}}}"},
};
/* clang-format on */
#define COUNT(list) (sizeof(list) / sizeof(list[0]))

static char *
read_new(enum api_protocol protocol, const char *first, const char *second)
{
	struct api_fault fault = {.code = ""};
	struct api_query query;
	json_t *object = NULL;
	char *text;

	if (api_query_parse(
		&query, first, strlen(first), second, strlen(second), &fault)) {
		object = api_query_object_new(&query, protocol, outer, &fault);
		api_query_fini(&query);
	}
	text = object == NULL
		   ? malloc(1200)
		   : json_dumps(object, JSON_COMPACT | JSON_SORT_KEYS);
	assert_non_null(text);
	if (object == NULL)
		(void)snprintf(text, 1200, "%s: %s", fault.code, fault.message);
	json_decref(object);
	return text;
}

static void
forms_become_objects(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char *text = read_new(API_V1, rows[i].form, "");

		if (strcmp(text, rows[i].wanted) != 0)
			fail_msg("%s: %s, expected %s", rows[i].form, text,
			    rows[i].wanted);
		free(text);
	}
}

static void
sns_has_its_own_words(void **state)
{
	char *text = read_new(API_SNS, "Integer=x", "");

	(void)state;
	assert_string_equal(text, "InvalidParameter: Invalid parameter: "
				  "Integer Reason: it must be an integer");
	free(text);
}

static void
query_string_and_body_are_one(void **state)
{
	char *text = read_new(API_V1, "Text=a&Flag=true", "Text=b&Integer=3");

	(void)state;
	assert_string_equal(
	    text, "{\"Flag\":true,\"Integer\":3,\"Text\":\"a\"}");
	free(text);
}

static void
parameters_have_bounds(void **state)
{
	size_t size = 40 * (API_QUERY_PARAMS_MAX + 1);
	char *form = malloc(size), *text, name[API_QUERY_NAME_MAX + 3];
	size_t len = 0;

	(void)state;
	assert_non_null(form);
	for (int i = 1; i <= API_QUERY_PARAMS_MAX; i++)
		len += (size_t)snprintf(form + len, size - len,
		    "&In.To.member.%d=a", API_QUERY_PARAMS_MAX - i + 1);
	text = read_new(API_V1, form, "");
	assert_int_equal(
	    strlen(text), strlen("{'In':{'To':[]}}") + 4 * 10000 - 1);
	free(text);
	text = read_new(API_V1, form, "b=1");
	assert_string_equal(
	    text, "MalformedQueryString: The request has too many parameters");
	free(text);
	free(form);

	memset(name, 'a', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	text = read_new(API_V1, name, "");
	assert_string_equal(
	    text, "MalformedQueryString: The name of a parameter is too long");
	free(text);
	name[API_QUERY_NAME_MAX] = '\0';
	text = read_new(API_V1, name, "");
	assert_string_equal(text, "{}");
	free(text);
}

static void
one_parameter_is_found_without_the_others(void **state)
{
	static const char form[] = "x=%&Actions=a&Action=Send%45mail&Action=b";
	char value[16], small[9];

	(void)state;
	assert_true(
	    api_query_peek(form, strlen(form), "Action", value, sizeof(value)));
	assert_string_equal(value, "SendEmail");
	assert_false(
	    api_query_peek(form, strlen(form), "Action", small, sizeof(small)));
	assert_false(api_query_peek(
	    form, strlen(form), "Version", value, sizeof(value)));
	assert_false(
	    api_query_peek(form, strlen(form), "x", value, sizeof(value)));
	assert_false(api_query_peek("", 0, "x", value, sizeof(value)));
}

static void
times_are_read(void **state)
{
	/* clang-format off */
	static const struct {
		const char *text;
		double sec; /* -1e18: none */
	} times[] = {
		{"1970-01-01T00:00:00Z", 0},
		{"2024-02-29T23:59:59Z", 1709251199},
		{"2024-02-29", 1709164800},
		{"2024-01-02T03:04:05.25Z", 1704164645.25},
		{"2024-01-02T03:04:05.123456789012Z", 1704164645.123456789},
		{"2024-01-02T03:04:05+01:30", 1704159245},
		{"2024-01-02T03:04:05-0030", 1704166445},
		{"2024-01-02t03:04:05z", 1704164645},
		{"2016-12-31T23:59:60Z", 1483228800},
		{"0001-01-01T00:00:00Z", -62135596800.0},
		{"9999-12-31T23:59:59Z", 253402300799.0},
		{"1700000000", 1700000000},
		{"1700000000.5", 1700000000.5},
		{"", -1e18}, {".", -1e18}, {"1.2.3", -1e18},
		{"2023-02-29T00:00:00Z", -1e18},
		{"2024-13-01T00:00:00Z", -1e18},
		{"2024-00-01T00:00:00Z", -1e18},
		{"2024-01-32T00:00:00Z", -1e18},
		{"0000-01-01T00:00:00Z", -1e18},
		{"2024-01-01T24:00:00Z", -1e18},
		{"2024-01-01T00:00:00", -1e18},
		{"2024-01-01T00:00:00.Z", -1e18},
		{"2024-01-01T00:00:00Zx", -1e18},
		{"2024-01-01T00:00Z", -1e18},
		{"24-01-01T00:00:00Z", -1e18},
		{"0001-01-01T00:00:00+01:00", -1e18},
		{"99999999999999999999999999999999", -1e18},
		{"Mon, 01 Jan 2024 00:00:00 GMT", -1e18},
	};
	/* clang-format on */

	(void)state;
	for (size_t i = 0; i < COUNT(times); i++) {
		json_t *time = api_value_time_new(times[i].text);
		double seen = time == NULL ? -1e18 : json_number_value(time);

		if (seen < times[i].sec - 1e-6 || seen > times[i].sec + 1e-6)
			fail_msg("%s: %f", times[i].text, seen);
		json_decref(time);
	}
}

static void
times_are_written(void **state)
{
	/* clang-format off */
	static const struct {
		double sec;
		const char *wanted;
	} times[] = {
		{0, "1970-01-01T00:00:00Z"},
		{1704164645, "2024-01-02T03:04:05Z"},
		{1704164645.25, "2024-01-02T03:04:05.250Z"},
		{1704164645.9999, "2024-01-02T03:04:06Z"},
		{-0.5, "1969-12-31T23:59:59.500Z"},
		{-62135596800.0, "0001-01-01T00:00:00Z"},
		{253402300799.0, "9999-12-31T23:59:59Z"},
		{1e300, "1970-01-01T00:00:00Z"},
	};
	/* clang-format on */
	char text[API_VALUE_TIME_MAX];

	(void)state;
	for (size_t i = 0; i < COUNT(times); i++) {
		api_value_time_text(times[i].sec, text);
		assert_string_equal(text, times[i].wanted);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(forms_become_objects),
	    cmocka_unit_test(sns_has_its_own_words),
	    cmocka_unit_test(query_string_and_body_are_one),
	    cmocka_unit_test(parameters_have_bounds),
	    cmocka_unit_test(one_parameter_is_found_without_the_others),
	    cmocka_unit_test(times_are_read),
	    cmocka_unit_test(times_are_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
