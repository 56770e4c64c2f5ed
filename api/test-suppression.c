/* The suppression list and its import jobs. */
#include "config.h"

#include "api/test-call.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conf/conf.h"
#include "ops/import.h"
#include "ops/suppression.h"
#include "store/imports.h"
#include "store/store.h"

/* ---- entries --------------------------------------------------------------------- */

static void
an_entry_comes_and_goes(void **state)
{
	struct test_call *t = *state;

	test_call_ok(t, API_V2, "PutSuppressedDestination",
	    "{'EmailAddress': 'A+b/C@Example.ORG', 'Reason': 'COMPLAINT'}");
	test_call_ok(t, API_V2, "GetSuppressedDestination",
	    "{'EmailAddress': 'a+B/c@example.org'}");
	assert_string_equal(
	    test_call_value(t, "SuppressedDestination.EmailAddress"),
	    "a+b/c@example.org");
	assert_string_equal(
	    test_call_value(t, "SuppressedDestination.Reason"), "COMPLAINT");
	assert_string_equal(
	    test_call_value(t, "SuppressedDestination.LastUpdateTime"),
	    "1790000040");
	assert_false(test_call_has(t, "SuppressedDestination.Attributes"));
	t->account = "rival";
	test_call_fails(t, API_V2, "GetSuppressedDestination",
	    "NotFoundException", "a+b/c@example.org does not exist",
	    "{'EmailAddress': 'a+b/c@example.org'}");
	test_call_fails(t, API_V2, "DeleteSuppressedDestination",
	    "NotFoundException", "does not exist",
	    "{'EmailAddress': 'a+b/c@example.org'}");
	test_call_ok(t, API_V2, "ListSuppressedDestinations", "{}");
	assert_string_equal(
	    test_call_value(t, "SuppressedDestinationSummaries"), "[]");
	t->account = "shop";
	test_call_ok(t, API_V2, "DeleteSuppressedDestination",
	    "{'EmailAddress': 'A+B/C@example.org'}");
	test_call_fails(t, API_V2, "DeleteSuppressedDestination",
	    "NotFoundException", "A+B/C@example.org",
	    "{'EmailAddress': 'A+B/C@example.org'}");
	test_call_fails(t, API_V2, "GetSuppressedDestination",
	    "NotFoundException", "no address",
	    "{'EmailAddress': 'no address'}");
	test_call_fails(t, API_V2, "PutSuppressedDestination",
	    "BadRequestException", "no address",
	    "{'EmailAddress': 'no address', 'Reason': 'BOUNCE'}");
}

static void
tells_where_it_is_from(void **state)
{
	struct test_call *t = *state;
	const struct store_suppression row = {
	    .account_id = admin_fixture_account(t->f, "shop"),
	    .address = "a@a.example",
	    .facts = {.reason = RULES_SUPPRESSED_BOUNCE, .since_sec = 5},
	    .queue_id = "4QUEUE",
	    .feedback_id = "feed"};

	assert_code(
	    t->f, SG_OK, store_suppression_put(t->f->store, &row, &t->f->err));
	test_call_ok(t, API_V2, "GetSuppressedDestination",
	    "{'EmailAddress': 'a@a.example'}");
	assert_string_equal(
	    test_call_value(t, "SuppressedDestination.Attributes.MessageId"),
	    "4QUEUE");
	assert_string_equal(
	    test_call_value(t, "SuppressedDestination.Attributes.FeedbackId"),
	    "feed");
}

/* ---- pages ---------------------------------------------------------------------- */

static void
suppress(struct test_call *t, const char *account, const char *address,
    enum rules_suppression_reason reason, int64_t since_sec)
{
	assert_code(t->f, SG_OK,
	    suppression_add(t->f->store, account, address, reason, since_sec,
		NULL, &t->f->err));
}

/* Page by page; the first letters of what is listed. */
static void
walk(struct test_call *t, const char *filter, char letters_r[64])
{
	char token[512] = "";
	size_t len = 0;

	do {
		const json_t *list, *row;
		size_t i;

		test_call_ok(t, API_V2, "ListSuppressedDestinations",
		    test_call_input(t, "{%s%s%s%s}", filter,
			token[0] != '\0' ? ", 'NextToken': '" : "", token,
			token[0] != '\0' ? "'" : ""));
		list =
		    json_object_get(t->out, "SuppressedDestinationSummaries");
		assert_true(json_array_size(list) <= 2);
		json_array_foreach(list, i, row) letters_r[len++] =
		    json_string_value(json_object_get(row, "EmailAddress"))[0];
		(void)snprintf(token, sizeof(token), "%s",
		    test_call_has(t, "NextToken")
			? test_call_value(t, "NextToken")
			: "");
	} while (token[0] != '\0');
	letters_r[len] = '\0';
}

static void
lists_page_by_page(void **state)
{
	struct test_call *t = *state;
	char letters[64];

	suppress(t, "shop", "c@a.example", RULES_SUPPRESSED_BOUNCE, 30);
	suppress(t, "shop", "b@a.example", RULES_SUPPRESSED_BOUNCE, 20);
	suppress(t, "shop", "a@a.example", RULES_SUPPRESSED_BOUNCE, 20);
	suppress(t, "shop", "d@a.example", RULES_SUPPRESSED_COMPLAINT, 10);
	suppress(t, "shop", "e@a.example", RULES_SUPPRESSED_MANUAL, 20);
	suppress(t, "rival", "x@a.example", RULES_SUPPRESSED_BOUNCE, 20);
	walk(t, "'PageSize': 2", letters);
	assert_string_equal(letters, "abcde");
	walk(t, "'PageSize': 1", letters);
	assert_string_equal(letters, "abcde");
	walk(t, "'PageSize': 2, 'Reasons': ['COMPLAINT']", letters);
	assert_string_equal(letters, "d");
	walk(t, "'PageSize': 2, 'Reasons': ['BOUNCE']", letters);
	assert_string_equal(letters, "abce");
	walk(t, "'PageSize': 2, 'Reasons': ['COMPLAINT', 'BOUNCE']", letters);
	assert_string_equal(letters, "abcde");
	walk(t, "'PageSize': 1, 'StartDate': 20, 'EndDate': 30", letters);
	assert_string_equal(letters, "abe");
	walk(t, "'PageSize': 2, 'StartDate': 20.5", letters);
	assert_string_equal(letters, "abce");
	walk(t, "'PageSize': 2, 'StartDate': 1e300", letters);
	assert_string_equal(letters, "");
	test_call_fails(t, API_V2, "ListSuppressedDestinations",
	    "InvalidNextTokenException", "NextToken", "{'NextToken': 'x'}");
}

/* ---- import jobs -------------------------------------------------------------------- */

#define JOB(url, action)                                                       \
	"{'ImportDestination': {'SuppressionListDestination': "                \
	"{'SuppressionListImportAction': '" action "'}}, "                     \
	"'ImportDataSource': {'S3Url': '" url "', 'DataFormat': 'CSV'}}"

static void
has_import_jobs(void **state)
{
	struct test_call *t = *state;
	char id[64], input[128];

	test_call_ok(t, API_V2, "CreateImportJob",
	    JOB("https://files.example/list.csv?x=1", "DELETE"));
	(void)snprintf(id, sizeof(id), "%s", test_call_value(t, "JobId"));
	assert_int_equal(strlen(id), 36);
	(void)snprintf(input, sizeof(input), "{'JobId': '%s'}", id);
	test_call_ok(t, API_V2, "GetImportJob", input);
	assert_string_equal(test_call_value(t, "JobId"), id);
	assert_string_equal(test_call_value(t, "JobStatus"), "CREATED");
	assert_string_equal(
	    test_call_value(t, "ImportDestination.SuppressionListDestination."
			       "SuppressionListImportAction"),
	    "DELETE");
	assert_string_equal(test_call_value(t, "ImportDataSource.S3Url"),
	    "https://files.example/list.csv?x=1");
	assert_string_equal(
	    test_call_value(t, "ImportDataSource.DataFormat"), "CSV");
	assert_string_equal(
	    test_call_value(t, "CreatedTimestamp"), "1790000040");
	assert_false(test_call_has(t, "CompletedTimestamp"));
	assert_false(test_call_has(t, "FailureInfo"));
	t->account = "rival";
	test_call_fails(
	    t, API_V2, "GetImportJob", "NotFoundException", id, input);
	test_call_ok(t, API_V2, "ListImportJobs", "{}");
	assert_string_equal(test_call_value(t, "ImportJobs"), "[]");
}

static void
tells_how_a_job_ended(void **state)
{
	struct test_call *t = *state;
	struct store_import job;
	test_call_ok(t, API_V2, "CreateImportJob",
	    JOB("https://files.example/list.csv", "PUT"));
	assert_code(
	    t->f, SG_OK, store_import_next(t->f->store, 0, &job, &t->f->err));
	job.processed = 5;
	job.failed = 2;
	assert_code(t->f, SG_OK,
	    import_fail(
		t->f->store, &job, "HTTP 404", t->now_sec + 9, &t->f->err));
	test_call_ok(t, API_V2, "GetImportJob",
	    test_call_input(t, "{'JobId': '%s'}", job.uuid));
	assert_string_equal(test_call_value(t, "JobStatus"), "FAILED");
	assert_string_equal(
	    test_call_value(t, "CompletedTimestamp"), "1790000049");
	assert_string_equal(
	    test_call_value(t, "FailureInfo.ErrorMessage"), "HTTP 404");
	assert_string_equal(test_call_value(t, "ProcessedRecordsCount"), "5");
	assert_string_equal(test_call_value(t, "FailedRecordsCount"), "2");
}

static void
refuses_import_jobs(void **state)
{
	static const char *const urls[] = {JOB("file:///etc/passwd", "PUT"),
	    JOB("http://127.0.0.1/list", "PUT"), JOB("http://[::1]/x", "PUT"),
	    JOB("s3://bucket/key", "PUT"), JOB("", "PUT")};
	static const char *const keys[] = {JOB("s3://bucket", "PUT"),
	    JOB("s3://bucket/", "PUT"), JOB("s3://../key", "PUT"),
	    JOB("s3://bucket/../key", "PUT"), JOB("s3://bucket/a/./b", "PUT"),
	    JOB("s3:///key", "PUT"), JOB("s3://bucket//key", "PUT")};
	struct test_call *t = *state;

	for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++)
		test_call_fails(t, API_V2, "CreateImportJob",
		    "BadRequestException", "", urls[i]);
	admin_fixture_set(&t->f->conf->api_import_dir, t->f->dir);
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		test_call_fails(t, API_V2, "CreateImportJob",
		    "BadRequestException", "S3Url", keys[i]);
	test_call_fails(t, API_V2, "CreateImportJob", "BadRequestException",
	    "contact lists",
	    "{'ImportDestination': {'ContactListDestination': "
	    "{'ContactListName': 'a', 'ContactListImportAction': 'PUT'}}, "
	    "'ImportDataSource': {'S3Url': 'https://a.example', "
	    "'DataFormat': 'CSV'}}");
	for (int i = 0; i < IMPORT_OPEN_MAX; i++)
		test_call_ok(t, API_V2, "CreateImportJob",
		    JOB("s3://bucket/key", "PUT"));
	test_call_fails(t, API_V2, "CreateImportJob", "LimitExceededException",
	    "10 import jobs", JOB("s3://bucket/key", "PUT"));
}

static void
lists_import_jobs(void **state)
{
	struct test_call *t = *state;

	for (int i = 0; i < 3; i++)
		test_call_ok(t, API_V2, "CreateImportJob",
		    JOB("https://files.example/list.csv", "PUT"));
	test_call_ok(t, API_V2, "ListImportJobs",
	    "{'PageSize': 2, 'ImportDestinationType': 'SUPPRESSION_LIST'}");
	assert_true(test_call_has(t, "ImportJobs.1.JobId"));
	assert_false(test_call_has(t, "ImportJobs.2"));
	test_call_next(t, API_V2, "ListImportJobs", "");
	assert_true(test_call_has(t, "ImportJobs.0.JobId"));
	assert_false(test_call_has(t, "ImportJobs.1"));
	assert_false(test_call_has(t, "NextToken"));
	test_call_ok(t, API_V2, "ListImportJobs",
	    "{'ImportDestinationType': 'CONTACT_LIST'}");
	assert_string_equal(test_call_value(t, "ImportJobs"), "[]");
	test_call_fails(t, API_V2, "ListImportJobs", "BadRequestException",
	    "NextToken", "{'NextToken': 'x'}");
}

int
main(void)
{
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(                                       \
	    name, test_call_setup, test_call_teardown)
	const struct CMUnitTest tests[] = {
	    TEST(an_entry_comes_and_goes),
	    TEST(tells_where_it_is_from),
	    TEST(lists_page_by_page),
	    TEST(has_import_jobs),
	    TEST(tells_how_a_job_ended),
	    TEST(refuses_import_jobs),
	    TEST(lists_import_jobs),
	};
#undef TEST

	return cmocka_run_group_tests(tests, NULL, NULL);
}
