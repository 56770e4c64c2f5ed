/* Exports as the console asks for them. */
#include "config.h"

#include "api/test-call.h"

#include <stdio.h>
#include <string.h>

#include "conf/conf.h"
#include "ops/export.h"
#include "store/exports.h"

static void
run_next(struct test_call *t)
{
	struct store_export row;

	assert_code(
	    t->f, SG_OK, store_export_next(t->f->store, 0, &row, &t->f->err));
	assert_code(t->f, SG_OK,
	    export_run(t->f->store, t->f->conf, &row, NULL, NULL,
		t->now_sec + 3, &t->f->err));
}

static void
an_export_is_made_and_goes(void **state)
{
	struct test_call *t = *state;
	char id[64];

	test_call_ok(t, API_OWN, "CreateExport", "{'Kind': 'SUPPRESSIONS'}");
	(void)snprintf(id, sizeof(id), "%s", test_call_value(t, "ExportId"));
	test_call_ok(t, API_OWN, "ListExports", "{}");
	assert_string_equal(test_call_value(t, "Exports.0.ExportId"), id);
	assert_string_equal(
	    test_call_value(t, "Exports.0.Kind"), "SUPPRESSIONS");
	assert_string_equal(test_call_value(t, "Exports.0.Status"), "WAITING");
	assert_string_equal(
	    test_call_value(t, "Exports.0.CreatedTimestamp"), "1790000040");
	assert_false(test_call_has(t, "Exports.0.PercentDone"));
	run_next(t);
	test_call_ok(t, API_OWN, "ListExports", "{}");
	assert_string_equal(test_call_value(t, "Exports.0.Status"), "DONE");
	assert_string_equal(test_call_value(t, "Exports.0.PercentDone"), "100");
	assert_string_equal(test_call_value(t, "Exports.0.Records"), "0");
	assert_string_equal(
	    test_call_value(t, "Exports.0.ExpiresTimestamp"), "1790604843");
	t->account = "rival";
	test_call_ok(t, API_OWN, "ListExports", "{}");
	assert_false(test_call_has(t, "Exports.0"));
	test_call_fails(t, API_OWN, "DeleteExport", "NotFoundException",
	    "does not exist", test_call_input(t, "{'ExportId': '%s'}", id));
	t->account = "shop";
	test_call_ok(t, API_OWN, "DeleteExport",
	    test_call_input(t, "{'ExportId': '%s'}", id));
	test_call_fails(t, API_OWN, "DeleteExport", "NotFoundException",
	    "does not exist", test_call_input(t, "{'ExportId': '%s'}", id));
}

static void
an_export_can_fail(void **state)
{
	struct test_call *t = *state;
	struct store_export row;

	test_call_ok(t, API_OWN, "CreateExport", "{'Kind': 'MESSAGES'}");
	assert_code(
	    t->f, SG_OK, store_export_next(t->f->store, 0, &row, &t->f->err));
	row.state = STORE_EXPORT_FAILED;
	(void)snprintf(row.error, sizeof(row.error), "no room");
	assert_code(
	    t->f, SG_OK, store_export_update(t->f->store, &row, &t->f->err));
	test_call_ok(t, API_OWN, "ListExports", "{}");
	assert_string_equal(test_call_value(t, "Exports.0.Status"), "FAILED");
	assert_string_equal(test_call_value(t, "Exports.0.Error"), "no room");
	assert_string_equal(test_call_value(t, "Exports.0.Kind"), "MESSAGES");
}

static void
exports_have_limits(void **state)
{
	struct test_call *t = *state;

	test_call_fails(t, API_OWN, "CreateExport", "BadRequestException",
	    "Status",
	    "{'Kind': 'SUPPRESSIONS', 'Filter': {'Status': 'BOUNCED'}}");
	test_call_fails(t, API_OWN, "CreateExport", "BadRequestException",
	    "Reason", "{'Kind': 'MESSAGES', 'Filter': {'Reason': 'BOUNCE'}}");
	for (int i = 0; i < EXPORT_OPEN_MAX; i++)
		test_call_ok(t, API_OWN, "CreateExport",
		    "{'Kind': 'MESSAGES', 'Filter': {'Status': 'BOUNCED'}}");
	test_call_fails(t, API_OWN, "CreateExport", "LimitExceededException",
	    "under way", "{'Kind': 'SUPPRESSIONS'}");
	t->account = "rival";
	test_call_ok(t, API_OWN, "CreateExport", "{'Kind': 'SUPPRESSIONS'}");
}

static void
exports_come_in_pages(void **state)
{
	struct test_call *t = *state;
	char first[64];

	for (int i = 0; i < 3; i++)
		test_call_ok(
		    t, API_OWN, "CreateExport", "{'Kind': 'SUPPRESSIONS'}");
	(void)snprintf(
	    first, sizeof(first), "%s", test_call_value(t, "ExportId"));
	test_call_ok(t, API_OWN, "ListExports", "{'PageSize': 2}");
	assert_string_equal(test_call_value(t, "Exports.0.ExportId"), first);
	assert_false(test_call_has(t, "Exports.2"));
	test_call_next(t, API_OWN, "ListExports", "'PageSize': 2, ");
	assert_true(test_call_has(t, "Exports.0.ExportId"));
	assert_false(test_call_has(t, "Exports.1"));
	assert_false(test_call_has(t, "NextToken"));
	test_call_fails(t, API_OWN, "ListExports", "BadRequestException",
	    "NextToken", "{'NextToken': 'x'}");
}

int
main(void)
{
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(                                       \
	    name, test_call_setup_files, test_call_teardown_files)
	const struct CMUnitTest tests[] = {
	    TEST(an_export_is_made_and_goes),
	    TEST(an_export_can_fail),
	    TEST(exports_have_limits),
	    TEST(exports_come_in_pages),
	};
#undef TEST

	return cmocka_run_group_tests(tests, NULL, NULL);
}
