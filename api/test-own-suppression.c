/* The suppression list as the console shows it, and uploads for it. */
#include "config.h"

#include "api/test-call.h"

#include <stdio.h>
#include <string.h>

#include "conf/conf.h"
#include "ops/import.h"
#include "ops/suppression.h"
#include "store/store.h"

static void
suppress(struct test_call *t, const char *address,
    enum rules_suppression_reason reason)
{
	assert_code(t->f, SG_OK,
	    suppression_add(t->f->store, "shop", address, reason, t->now_sec,
		NULL, &t->f->err));
}

/* ---- the list ------------------------------------------------------------------- */

static void
finds_by_prefix_and_reason(void **state)
{
	struct test_call *t = *state;

	suppress(t, "ann@x.example", RULES_SUPPRESSED_BOUNCE);
	suppress(t, "anton@x.example", RULES_SUPPRESSED_MANUAL);
	suppress(t, "bert@x.example", RULES_SUPPRESSED_COMPLAINT);
	test_call_ok(t, API_OWN, "ListSuppressions", "{'Address': 'AN'}");
	assert_string_equal(
	    test_call_value(t, "Suppressions.0.EmailAddress"), "ann@x.example");
	assert_string_equal(
	    test_call_value(t, "Suppressions.0.Reason"), "BOUNCE");
	assert_string_equal(
	    test_call_value(t, "Suppressions.0.Timestamp"), "1790000040");
	assert_false(test_call_has(t, "Suppressions.0.ExpiresTimestamp"));
	assert_false(test_call_has(t, "Suppressions.0.MessageId"));
	assert_string_equal(
	    test_call_value(t, "Suppressions.1.Reason"), "MANUAL");
	assert_false(test_call_has(t, "Suppressions.2"));
	test_call_ok(t, API_OWN, "ListSuppressions", "{'Reason': 'COMPLAINT'}");
	assert_string_equal(test_call_value(t, "Suppressions.0.EmailAddress"),
	    "bert@x.example");
	assert_false(test_call_has(t, "Suppressions.1"));
	t->account = "rival";
	test_call_ok(t, API_OWN, "ListSuppressions", "{}");
	assert_string_equal(test_call_value(t, "Suppressions"), "[]");
}

static void
tells_where_it_is_from(void **state)
{
	struct test_call *t = *state;
	struct store_suppression row;

	suppress(t, "a@x.example", RULES_SUPPRESSED_BOUNCE);
	assert_code(t->f, SG_OK,
	    suppression_get(
		t->f->store, "shop", "a@x.example", &row, &t->f->err));
	row.expires_sec = t->now_sec + 60;
	(void)snprintf(row.queue_id, sizeof(row.queue_id), "Q1");
	assert_code(
	    t->f, SG_OK, store_suppression_put(t->f->store, &row, &t->f->err));
	test_call_ok(t, API_OWN, "ListSuppressions", "{}");
	assert_string_equal(
	    test_call_value(t, "Suppressions.0.MessageId"), "Q1");
	assert_string_equal(
	    test_call_value(t, "Suppressions.0.ExpiresTimestamp"),
	    "1790000100");
}

static void
lists_page_by_page(void **state)
{
	struct test_call *t = *state;

	suppress(t, "a1@x.example", RULES_SUPPRESSED_BOUNCE);
	suppress(t, "a2@x.example", RULES_SUPPRESSED_BOUNCE);
	suppress(t, "a3@x.example", RULES_SUPPRESSED_BOUNCE);
	suppress(t, "b@x.example", RULES_SUPPRESSED_BOUNCE);
	test_call_ok(
	    t, API_OWN, "ListSuppressions", "{'Address': 'a', 'PageSize': 2}");
	assert_false(test_call_has(t, "Suppressions.2"));
	test_call_next(
	    t, API_OWN, "ListSuppressions", "'Address': 'a', 'PageSize': 2, ");
	assert_string_equal(
	    test_call_value(t, "Suppressions.0.EmailAddress"), "a3@x.example");
	assert_false(test_call_has(t, "Suppressions.1"));
	assert_false(test_call_has(t, "NextToken"));
}

/* ---- uploads --------------------------------------------------------------------- */

#define UPLOAD(content, action)                                                \
	"{'Content': '" content "', 'Format': 'CSV', 'Action': '" action "'}"

static void
run_next(struct test_call *t)
{
	struct store_import job;
	FILE *in;

	assert_code(
	    t->f, SG_OK, store_import_next(t->f->store, 0, &job, &t->f->err));
	assert_code(t->f, SG_OK, import_begin(t->f->store, &job, &t->f->err));
	assert_code(t->f, SG_OK,
	    import_open(t->f->conf, "shop", job.source, &in, &t->f->err));
	assert_code(t->f, SG_OK,
	    import_run(
		t->f->store, &job, in, NULL, NULL, t->now_sec + 2, &t->f->err));
	(void)fclose(in);
	import_tidy(t->f->conf, &job);
}

static void
takes_uploads(void **state)
{
	struct test_call *t = *state;
	char id[64];

	test_call_ok(t, API_OWN, "ImportSuppressions",
	    UPLOAD("a@x.example,BOUNCE\\nnonsense,BOUNCE\\n", "PUT"));
	(void)snprintf(id, sizeof(id), "%s", test_call_value(t, "JobId"));
	test_call_ok(
	    t, API_OWN, "GetImport", test_call_input(t, "{'JobId': '%s'}", id));
	assert_string_equal(test_call_value(t, "Status"), "CREATED");
	assert_string_equal(test_call_value(t, "Action"), "PUT");
	assert_false(test_call_has(t, "PercentDone"));
	assert_false(test_call_has(t, "CompletedTimestamp"));
	run_next(t);
	test_call_ok(
	    t, API_OWN, "GetImport", test_call_input(t, "{'JobId': '%s'}", id));
	assert_string_equal(test_call_value(t, "Status"), "COMPLETED");
	assert_string_equal(test_call_value(t, "Processed"), "2");
	assert_string_equal(test_call_value(t, "Failed"), "1");
	assert_string_equal(test_call_value(t, "PercentDone"), "100");
	assert_non_null(strstr(test_call_value(t, "Error"), "line 2"));
	assert_string_equal(
	    test_call_value(t, "CompletedTimestamp"), "1790000042");
	/* the API's own operation knows it, too */
	test_call_ok(t, API_V2, "GetImportJob",
	    test_call_input(t, "{'JobId': '%s'}", id));
	assert_string_equal(test_call_value(t, "JobStatus"), "COMPLETED");
	test_call_ok(
	    t, API_OWN, "ListSuppressions", "{'Address': 'a@x.example'}");
	assert_true(test_call_has(t, "Suppressions.0"));
	t->account = "rival";
	test_call_fails(t, API_OWN, "GetImport", "NotFoundException",
	    "does not exist", test_call_input(t, "{'JobId': '%s'}", id));
	test_call_ok(t, API_OWN, "ListImports", "{}");
	assert_string_equal(test_call_value(t, "Imports"), "[]");
}

static void
refuses_uploads(void **state)
{
	struct test_call *t = *state;

	test_call_fails(t, API_OWN, "ImportSuppressions", "BadRequestException",
	    "empty", UPLOAD("", "PUT"));
	for (int i = 0; i < IMPORT_OPEN_MAX; i++)
		test_call_ok(t, API_OWN, "ImportSuppressions",
		    UPLOAD("a@x.example", "DELETE"));
	test_call_fails(t, API_OWN, "ImportSuppressions",
	    "LimitExceededException", "under way",
	    UPLOAD("a@x.example", "DELETE"));
	test_call_fails(t, API_V2, "CreateImportJob", "BadRequestException",
	    "S3Url begins with",
	    "{'ImportDestination': {'SuppressionListDestination': "
	    "{'SuppressionListImportAction': 'PUT'}}, 'ImportDataSource': "
	    "{'S3Url': 'upload:x', 'DataFormat': 'CSV'}}");
}

static void
lists_imports(void **state)
{
	struct test_call *t = *state;
	char id[64];

	for (int i = 0; i < 3; i++)
		test_call_ok(t, API_OWN, "ImportSuppressions",
		    UPLOAD("a@x.example", "DELETE"));
	(void)snprintf(id, sizeof(id), "%s", test_call_value(t, "JobId"));
	test_call_ok(t, API_OWN, "ListImports", "{'PageSize': 2}");
	assert_string_equal(test_call_value(t, "Imports.0.JobId"), id);
	assert_string_equal(test_call_value(t, "Imports.0.Action"), "DELETE");
	assert_false(test_call_has(t, "Imports.2"));
	test_call_next(t, API_OWN, "ListImports", "'PageSize': 2, ");
	assert_true(test_call_has(t, "Imports.0"));
	assert_false(test_call_has(t, "Imports.1"));
}

int
main(void)
{
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(                                       \
	    name, test_call_setup_files, test_call_teardown_files)
	const struct CMUnitTest tests[] = {
	    TEST(finds_by_prefix_and_reason),
	    TEST(tells_where_it_is_from),
	    TEST(lists_page_by_page),
	    TEST(takes_uploads),
	    TEST(refuses_uploads),
	    TEST(lists_imports),
	};
#undef TEST

	return cmocka_run_group_tests(tests, NULL, NULL);
}
