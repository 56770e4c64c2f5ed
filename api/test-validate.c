/* Inputs against shapes. */
#include "config.h"

#include "api/test-request.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/validate.h"

/* clang-format off */
static const struct api_member tag[] = {
	{"Key", NULL, REQUIRED, TEXT(1, 4)},
	{"Value", NULL, 0, TEXT(0, 0)},
	END};
static const struct api_member text[] = {
	{"Data", NULL, REQUIRED, TEXT(0, 0)},
	END};
static const struct api_member simple[] = {
	{"Subject", NULL, REQUIRED, STRUCT(text)},
	END};
static const struct api_member content[] = {
	{"Simple", NULL, 0, STRUCT(simple)},
	{"Raw", NULL, 0, BLOB(6)},
	END};
static const struct api_member optional[] = {
	{"Content", NULL, 0, STRUCT(content)},
	{"Tags", NULL, 0, LIST(1, 2, STRUCT(tag))},
	{"Choice", NULL, 0, CHOICE("ONE|TWO")},
	{"Integer", NULL, 0, INTEGER(-1, 100)},
	{"Long", NULL, 0, INTEGER(INT64_MIN, INT64_MAX)},
	{"Number", NULL, 0, NUMBER},
	{"Flag", NULL, 0, FLAG},
	{"Time", NULL, 0, TIME},
	{"Map", NULL, 0, MAP(2, INTEGER(0, 9))},
	{"List", NULL, 0, LIST(0, 0, TEXT(0, 0))},
	END};
static const struct api_member required[] = {
	{"Name", NULL, REQUIRED, TEXT(0, 0)},
	{"Content", NULL, 0, STRUCT(content)},
	END};

static const struct {
	const struct api_member *members;
	const char *in, *wanted; /* NULL: as it is; "CODE: message" */
} rows[] = {
	{NULL, "{\"a\":1}", "{}"},
	{optional, "{}", NULL},
	{optional, "{\"Other\":{\"a\":[1]},\"Flag\":true}", "{\"Flag\":true}"},
	{optional, "{\"Tags\":null,\"Content\":null,\"List\":null}", "{}"},

	{required, "{}", "BadRequestException: Name is required"},
	{required, "{\"Name\":null}", "BadRequestException: Name is required"},
	{required, "{\"Name\":\"\"}", NULL},
	{required, "{\"Name\":1}", "BadRequestException: Name must be a string"},
	{optional, "{\"Content\":{}}", NULL},
	{optional, "{\"Content\":[]}", "BadRequestException: Content must be an object"},
	{optional, "{\"Content\":\"x\"}", "BadRequestException: Content must be an object"},
	{optional, "{\"Content\":{\"Simple\":{}}}", "BadRequestException: Content.Simple.Subject is required"},
	{optional, "{\"Content\":{\"Simple\":{\"Subject\":{\"Data\":null}}}}", "BadRequestException: Content.Simple.Subject.Data is required"},
	{optional, "{\"Content\":{\"Simple\":{\"Subject\":{\"Data\":[]}}}}", "BadRequestException: Content.Simple.Subject.Data must be a string"},

	/* characters, not bytes */
	{optional, "{\"Tags\":[{\"Key\":\"ëëëë\"}]}", NULL},
	{optional, "{\"Tags\":[{\"Key\":\"日本語😀\"}]}", NULL},
	{optional, "{\"Tags\":[{\"Key\":\"ëëëëë\"}]}", "BadRequestException: Tags[0].Key must have at most 4 characters"},
	{optional, "{\"Tags\":[{\"Key\":\"a\"},{\"Key\":\"\"}]}", "BadRequestException: Tags[1].Key must have at least 1 character"},
	{optional, "{\"Tags\":[{\"Key\":\"a\"},{\"Value\":\"\"}]}", "BadRequestException: Tags[1].Key is required"},
	{optional, "{\"Tags\":[]}", "BadRequestException: Tags must have at least 1 entry"},
	{optional, "{\"Tags\":[{\"Key\":\"a\"},{\"Key\":\"b\"},{\"Key\":\"c\"}]}", "BadRequestException: Tags must have at most 2 entries"},
	{optional, "{\"Tags\":{\"Key\":\"a\"}}", "BadRequestException: Tags must be a list"},
	{optional, "{\"Tags\":[null]}", "BadRequestException: Tags[0] must be an object"},
	{optional, "{\"List\":[\"a\",\"\"]}", NULL},
	{optional, "{\"List\":[]}", NULL},
	{optional, "{\"List\":[\"a\",null]}", "BadRequestException: List[1] must be a string"},
	{optional, "{\"List\":[[\"a\"]]}", "BadRequestException: List[0] must be a string"},

	{optional, "{\"Choice\":\"TWO\"}", NULL},
	{optional, "{\"Choice\":\"one\"}", "BadRequestException: Choice must be one of ONE, TWO"},
	{optional, "{\"Choice\":\"ONE|TWO\"}", "BadRequestException: Choice must be one of ONE, TWO"},
	{optional, "{\"Choice\":\"ON\"}", "BadRequestException: Choice must be one of ONE, TWO"},
	{optional, "{\"Choice\":\"\"}", "BadRequestException: Choice must be one of ONE, TWO"},
	{optional, "{\"Choice\":1}", "BadRequestException: Choice must be one of ONE, TWO"},

	{optional, "{\"Integer\":-1}", NULL},
	{optional, "{\"Integer\":100}", NULL},
	{optional, "{\"Integer\":101}", "BadRequestException: Integer must be an integer from -1 to 100"},
	{optional, "{\"Integer\":-2}", "BadRequestException: Integer must be an integer from -1 to 100"},
	{optional, "{\"Integer\":\"5\"}", "BadRequestException: Integer must be an integer"},
	{optional, "{\"Integer\":5.0}", "BadRequestException: Integer must be an integer"},
	{optional, "{\"Integer\":true}", "BadRequestException: Integer must be an integer"},
	{optional, "{\"Long\":-9223372036854775808}", NULL},
	{optional, "{\"Number\":1}", NULL},
	{optional, "{\"Number\":1.5}", NULL},
	{optional, "{\"Number\":\"1.5\"}", "BadRequestException: Number must be a number"},
	{optional, "{\"Flag\":\"true\"}", "BadRequestException: Flag must be true or false"},
	{optional, "{\"Flag\":0}", "BadRequestException: Flag must be true or false"},

	{optional, "{\"Time\":1700000000}", NULL},
	{optional, "{\"Time\":1700000000.5}", NULL},
	{optional, "{\"Time\":\"2023-11-14T22:13:20Z\"}", "{\"Time\":1700000000}"},
	{optional, "{\"Time\":1e300}", "BadRequestException: Time must be a time, in seconds since 1970 or as in 2026-01-02T03:04:05Z"},
	{optional, "{\"Time\":\"now\"}", "BadRequestException: Time must be a time, in seconds since 1970 or as in 2026-01-02T03:04:05Z"},
	{optional, "{\"Time\":true}", "BadRequestException: Time must be a time, in seconds since 1970 or as in 2026-01-02T03:04:05Z"},

	{optional, "{\"Map\":{\"a\":1,\"b\":2}}", NULL},
	{optional, "{\"Map\":{\"a\":null,\"b\":2}}", "{\"Map\":{\"b\":2}}"},
	{optional, "{\"Map\":{\"a\":1,\"b\":10}}", "BadRequestException: Map.b must be an integer from 0 to 9"},
	{optional, "{\"Map\":{\"a\":1,\"b\":2,\"c\":3}}", "BadRequestException: Map must have at most 2 entries"},
	{optional, "{\"Map\":[]}", "BadRequestException: Map must be an object"},

	{optional, "{\"Content\":{\"Raw\":\"\"}}", NULL},
	{optional, "{\"Content\":{\"Raw\":\"YQ==\"}}", NULL},
	{optional, "{\"Content\":{\"Raw\":\"YWI=\"}}", NULL},
	{optional, "{\"Content\":{\"Raw\":\"+/+/YWJj\"}}", NULL},
	{optional, "{\"Content\":{\"Raw\":\"YWJjYWJjYQ==\"}}", "BadRequestException: Content.Raw must have at most 6 bytes"},
	{optional, "{\"Content\":{\"Raw\":\"YQ\"}}", "BadRequestException: Content.Raw must be base64"},
	{optional, "{\"Content\":{\"Raw\":\"YQ=\"}}", "BadRequestException: Content.Raw must be base64"},
	{optional, "{\"Content\":{\"Raw\":\"Y===\"}}", "BadRequestException: Content.Raw must be base64"},
	{optional, "{\"Content\":{\"Raw\":\"====\"}}", "BadRequestException: Content.Raw must be base64"},
	{optional, "{\"Content\":{\"Raw\":\"YQ==YQ==\"}}", "BadRequestException: Content.Raw must be base64"},
	{optional, "{\"Content\":{\"Raw\":\"YWJj\\n\"}}", "BadRequestException: Content.Raw must be base64"},
	{optional, "{\"Content\":{\"Raw\":\"-_-_\"}}", "BadRequestException: Content.Raw must be base64"},
	{optional, "{\"Content\":{\"Raw\":\"YWJj YWJj\"}}", "BadRequestException: Content.Raw must be base64"},
	{optional, "{\"Content\":{\"Raw\":[1,2]}}", "BadRequestException: Content.Raw must be base64"},
};
/* clang-format on */

static char *
check_new(enum api_protocol protocol, const struct api_member *members,
    const char *in)
{
	json_t *object = json_loads(in, 0, NULL), *out;
	struct api_fault fault = {.code = ""};
	char *seen;

	assert_non_null(object);
	out = api_validate_new(protocol, members, object, &fault);
	json_decref(object);
	if (out != NULL) {
		assert_string_equal(fault.code, "");
		seen = json_dumps(out, JSON_COMPACT);
		json_decref(out);
		return seen;
	}
	seen = malloc(1200);
	assert_non_null(seen);
	(void)snprintf(seen, 1200, "%s: %s", fault.code, fault.message);
	return seen;
}

static void
inputs_are_held_against_shapes(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *wanted =
		    rows[i].wanted == NULL ? rows[i].in : rows[i].wanted;
		char *seen = check_new(API_V2, rows[i].members, rows[i].in);

		if (strcmp(seen, wanted) != 0)
			fail_msg(
			    "%s: %s, expected %s", rows[i].in, seen, wanted);
		free(seen);
	}
}

static void
each_protocol_has_its_codes(void **state)
{
	/* clang-format off */
	static const struct {
		enum api_protocol protocol;
		const struct api_member *members;
		const char *in, *wanted;
	} others[] = {
		{API_V1, required, "{}", "ValidationError: Name is required"},
		{API_SNS, required, "{}", "ValidationError: Name is required"},
		{API_V1, optional, "{\"Choice\":\"x\"}", "InvalidParameterValue: Choice must be one of ONE, TWO"},
		{API_SNS, optional, "{\"Choice\":\"x\"}", "InvalidParameter: Invalid parameter: Choice Reason: it must be one of ONE, TWO"},
	};
	/* clang-format on */

	(void)state;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		char *seen = check_new(
		    others[i].protocol, others[i].members, others[i].in);

		assert_string_equal(seen, others[i].wanted);
		free(seen);
	}
}

/* A path and a list of choices longer than there is room for. */
static void
long_names_are_cut(void **state)
{
	char in[2048], *seen;

	(void)state;
	(void)snprintf(in, sizeof(in), "{\"Map\":{\"%0*d\":\"x\"}}", 1500, 0);
	seen = check_new(API_V2, optional, in);
	assert_non_null(strstr(seen, "Map.0000"));
	assert_non_null(strstr(seen, " must be an integer"));
	assert_true(strlen(seen) < 400);
	free(seen);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(inputs_are_held_against_shapes),
	    cmocka_unit_test(each_protocol_has_its_codes),
	    cmocka_unit_test(long_names_are_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
