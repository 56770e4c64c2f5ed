/* SES v2's requests: paths, queries, JSON bodies. */
#include "config.h"

#include "api/test-request.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define V2 "/v2/email"

struct row {
	const char *verb, *target, *body, *wanted;
};

static void
check_finds(const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		char name[64];

		test_request_find(
		    rows[i].verb, rows[i].target, rows[i].body, name);
		if (strcmp(name, rows[i].wanted) != 0)
			fail_msg("%s %s: %s, expected %s", rows[i].verb,
			    rows[i].target, name, rows[i].wanted);
	}
}

static void
check_reads(const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		char *text = test_request_read(
		    rows[i].verb, rows[i].target, rows[i].body);

		if (strcmp(text, rows[i].wanted) != 0)
			fail_msg("%s %s %s: %s, expected %s", rows[i].verb,
			    rows[i].target, rows[i].body, text, rows[i].wanted);
		free(text);
	}
}
#define COUNT(rows) (sizeof(rows) / sizeof(rows[0]))

static void
operations_are_found_by_method_and_path(void **state)
{
	/* clang-format off */
	static const struct row rows[] = {
		{"GET", V2 "/account", "", "GetAccount"},
		{"POST", V2 "/account/details", "", "PutAccountDetails"},
		{"POST", V2 "/outbound-emails", "", "SendEmail"},
		{"GET", V2 "/identities", "", "ListEmailIdentities"},
		{"GET", V2 "/identities?PageSize=3", "", "ListEmailIdentities"},
		{"POST", V2 "/identities", "", "CreateEmailIdentity"},
		{"GET", V2 "/identities/x", "", "GetEmailIdentity"},
		{"DELETE", V2 "/identities/x", "", "DeleteEmailIdentity"},
		{"PUT", V2 "/identities/x/dkim", "", "PutEmailIdentityDkimAttributes"},
		{"PUT", V2 "/identities/x/dkim/signing", "", "PutEmailIdentityDkimSigningAttributes"},
		{"POST", V2 "/tenants", "", "CreateTenant"},
		{"POST", V2 "/tenants/list", "", "ListTenants"},
		{"POST", V2 "/tenants/resources/list", "", "ListTenantResources"},
		/* where clients of other versions look */
		{"POST", V2 "/list-identities", "", "ListEmailIdentities"},
		{"POST", V2 "/list-configuration-sets", "", "ListConfigurationSets"},
		{"POST", V2 "/import-jobs/list", "", "ListImportJobs"},
		{"GET", V2 "/import-jobs", "", "ListImportJobs"},
		{"GET", V2 "/import-jobs/list", "", "GetImportJob"},
		{"PUT", "/v1/email/identities/x/dkim/signing", "", "PutEmailIdentityDkimSigningAttributes"},
		{"GET", V2 "/insights/m", "", "GetMessageInsights"},
		{"GET", V2 "/insights/m/", "", "GetMessageInsights"},
		/* not here */
		{"POST", V2 "/contact-lists", "", "NotImplementedException"},
		{"PUT", V2 "/account/vdm", "", "NotImplementedException"},
		{"GET", V2 "/contact-lists/l/contacts/c%40d", "", "NotImplementedException"},
		/* other methods */
		{"HEAD", V2 "/account", "", "MethodNotAllowed"},
		{"OPTIONS", V2 "/account", "", "MethodNotAllowed"},
		{"DELETE", V2 "/account", "", "MethodNotAllowed"},
		{"get", V2 "/account", "", "MethodNotAllowed"},
		{"PATCH", V2 "/contact-lists", "", "MethodNotAllowed"},
		/* nobody's */
		{"GET", V2 "/", "", "UnknownOperationException"},
		{"GET", V2 "/nothing", "", "UnknownOperationException"},
		{"GET", V2 "/account/", "", "UnknownOperationException"},
		{"GET", V2 "/identities/", "", "UnknownOperationException"},
		{"GET", V2 "/identities//", "", "UnknownOperationException"},
		{"GET", V2 "//identities", "", "UnknownOperationException"},
		{"GET", V2 "/insights/", "", "UnknownOperationException"},
		{"GET", V2 "/insights//", "", "UnknownOperationException"},
		{"GET", V2 "/ACCOUNT", "", "UnknownOperationException"},
		{"GET", V2 "/identities/x/y", "", "UnknownOperationException"},
		{"GET", V2 "/a/b/c/d/e/f/g/h/i/j/k/l/m/n", "", "UnknownOperationException"},
		{"GET", "/v1/email/account", "", "UnknownOperationException"},
	};
	/* clang-format on */

	(void)state;
	check_finds(rows, COUNT(rows));
}

static void
escapes_make_no_other_path(void **state)
{
	/* clang-format off */
	static const struct row rows[] = {
		{"GET", V2 "/identities/x%2Fpolicies", "", "GetEmailIdentity"},
		{"GET", V2 "/identities%2Fx", "", "UnknownOperationException"},
		{"GET", V2 "/acc%6Funt", "", "GetAccount"},
		{"GET", V2 "/identities/..", "", "UnknownOperationException"},
		{"GET", V2 "/identities/../account", "", "UnknownOperationException"},
		{"GET", V2 "/identities/%2E%2e", "", "UnknownOperationException"},
		{"GET", V2 "/./account", "", "UnknownOperationException"},
		{"GET", V2 "/identities/a%00b", "", "UnknownOperationException"},
		{"GET", V2 "/identities/a%", "", "UnknownOperationException"},
		{"GET", V2 "/identities/a%4", "", "UnknownOperationException"},
		{"GET", V2 "/identities/a%zz", "", "UnknownOperationException"},
		{"GET", V2 "/identities/a%-1", "", "UnknownOperationException"},
		{"GET", V2 "/identities/%ff", "", "UnknownOperationException"},
		{"GET", V2 "/identities/%ed%a0%80", "", "UnknownOperationException"},
		{"GET", V2 "/identities/%c0%ae%c0%ae", "", "UnknownOperationException"},
	};
	static const struct row reads[] = {
		{"GET", V2 "/identities/s%2Btag%40example.com", "",
		    "{\"EmailIdentity\":\"s+tag@example.com\"}"},
		{"GET", V2 "/identities/s+tag@example.com", "",
		    "{\"EmailIdentity\":\"s+tag@example.com\"}"},
		{"GET", V2 "/identities/a%252Bb", "",
		    "{\"EmailIdentity\":\"a%2Bb\"}"},
		{"GET", V2 "/identities/a%2Fb%20c", "",
		    "{\"EmailIdentity\":\"a/b c\"}"},
		{"GET", V2 "/identities/Zo%c3%ab", "",
		    "{\"EmailIdentity\":\"Zoë\"}"},
		{"PUT", "/v1/email/identities/a%40b/dkim/signing",
		    "{\"SigningAttributesOrigin\":\"AWS_SES\"}",
		    "{\"EmailIdentity\":\"a@b\",\"SigningAttributesOrigin\":\"AWS_SES\"}"},
		{"GET", V2 "/insights/0100%2F1/", "", "{\"MessageId\":\"0100/1\"}"},
		{"GET", V2 "/reputation/entities/RESOURCE/arn%3Aaws%3Ases%3Aus-east-1%3A1%3Atenant%2Ft%2Ftn-1", "",
		    "{\"ReputationEntityReference\":\"arn:aws:ses:us-east-1:1:tenant/t/tn-1\","
		    "\"ReputationEntityType\":\"RESOURCE\"}"},
		{"GET", V2 "/reputation/entities/OTHER/x", "",
		    "BadRequestException: ReputationEntityType must be one of RESOURCE"},
		/* the path's word counts */
		{"PUT", V2 "/identities/a/dkim",
		    "{\"EmailIdentity\":\"b\",\"SigningEnabled\":true}",
		    "{\"EmailIdentity\":\"a\",\"SigningEnabled\":true}"},
	};
	/* clang-format on */

	(void)state;
	check_finds(rows, COUNT(rows));
	check_reads(reads, COUNT(reads));
}

static void
queries_are_read(void **state)
{
	/* clang-format off */
	static const struct row rows[] = {
		{"GET", V2 "/identities?PageSize=3&NextToken=ab%2Fc%2Bd%3D%3D", "",
		    "{\"NextToken\":\"ab/c+d==\",\"PageSize\":3}"},
		{"GET", V2 "/identities?NextToken=a+b%20c", "",
		    "{\"NextToken\":\"a b c\"}"},
		{"GET", V2 "/identities?&&PageSize=3&&Other=x&", "",
		    "{\"PageSize\":3}"},
		{"GET", V2 "/identities?PageSize=3&PageSize=4", "",
		    "{\"PageSize\":4}"},
		{"GET", V2 "/identities?PageSize=x", "",
		    "BadRequestException: PageSize in the query must be an integer"},
		{"GET", V2 "/identities?PageSize=", "",
		    "BadRequestException: PageSize in the query must be an integer"},
		{"GET", V2 "/identities?PageSize=99999999999999999999", "",
		    "BadRequestException: PageSize in the query must be an integer"},
		{"GET", V2 "/identities?PageSize=2147483648", "",
		    "BadRequestException: PageSize must be an integer from -2147483648 to 2147483647"},
		{"GET", V2 "/identities?NextToken=%ff", "",
		    "BadRequestException: NextToken is not UTF-8 text in percent-encoding"},
		{"GET", V2 "/suppression/addresses?Reason=BOUNCE&Reason=COMPLAINT", "",
		    "{\"Reasons\":[\"BOUNCE\",\"COMPLAINT\"]}"},
		{"GET", V2 "/suppression/addresses?Reason=BOUNCE&Reason=OTHER", "",
		    "BadRequestException: Reasons[1] must be one of BOUNCE, COMPLAINT"},
		{"GET", V2 "/suppression/addresses?StartDate=2024-01-02T03:04:05Z&EndDate=2001-09-09T01%3A46%3A40.500Z", "",
		    "{\"EndDate\":1000000000.5,\"StartDate\":1704164645}"},
		{"GET", V2 "/suppression/addresses?StartDate=yesterday", "",
		    "BadRequestException: StartDate in the query must be a time as in 2026-01-02T03:04:05Z"},
		{"DELETE", V2 "/tags?ResourceArn=arn%3Aa&TagKeys=a&TagKeys=b", "",
		    "{\"ResourceArn\":\"arn:a\",\"TagKeys\":[\"a\",\"b\"]}"},
		{"DELETE", V2 "/tags?ResourceArn=arn%3Aa", "",
		    "BadRequestException: TagKeys is required"},
		/* a body's word counts only with POST */
		{"GET", V2 "/identities?PageSize=3", "{\"PageSize\":5,\"NextToken\":\"x\"}",
		    "{\"PageSize\":3}"},
		{"POST", V2 "/list-identities", "{\"PageSize\":5,\"NextToken\":\"x\"}",
		    "{\"NextToken\":\"x\",\"PageSize\":5}"},
		{"POST", V2 "/list-identities?PageSize=6", "{\"PageSize\":5}",
		    "{\"PageSize\":6}"},
		{"GET", V2 "/import-jobs?PageSize=6", "{\"ImportDestinationType\":\"SUPPRESSION_LIST\"}",
		    "{\"ImportDestinationType\":\"SUPPRESSION_LIST\",\"PageSize\":6}"},
	};
	/* clang-format on */

	(void)state;
	check_reads(rows, COUNT(rows));
}

static void
bodies_are_json_objects(void **state)
{
	/* clang-format off */
	static const struct row rows[] = {
		{"PUT", V2 "/account/sending", "", "{}"},
		{"PUT", V2 "/account/sending", "{}", "{}"},
		{"PUT", V2 "/account/sending", " {\"SendingEnabled\" : false}\r\n ",
		    "{\"SendingEnabled\":false}"},
		{"PUT", V2 "/account/sending", "{\"SendingEnabled\":null}", "{}"},
		{"PUT", V2 "/account/sending", "{\"SendingEnabled\":true,\"SendingEnabled\":false}",
		    "{\"SendingEnabled\":false}"},
		{"PUT", V2 "/account/sending", "{\"New\":[{\"a\":1}],\"SendingEnabled\":true}",
		    "{\"SendingEnabled\":true}"},
		{"PUT", V2 "/account/sending", "{\"SendingEnabled\":\"true\"}",
		    "BadRequestException: SendingEnabled must be true or false"},
		{"PUT", V2 "/account/sending", "[]",
		    "SerializationException: The body must be a JSON object"},
		{"PUT", V2 "/account/sending", "{} {}",
		    "SerializationException: The body is not JSON: line 1, column 4"},
		{"PUT", V2 "/account/sending", "null",
		    "SerializationException: The body is not JSON: line 1, column 4"},
		{"PUT", V2 "/account/sending", "{\"a\":1e400}",
		    "SerializationException: The body is not JSON: line 1, column 10"},
		{"PUT", V2 "/account/sending", "{\"a\":99999999999999999999}",
		    "SerializationException: The body is not JSON: line 1, column 25"},
		{"PUT", V2 "/account/sending", "{\"a\":\"\xff\"}",
		    "SerializationException: The body is not JSON: line 1, column 6"},
		{"PUT", V2 "/account/sending", "{\"a\":\"\\u0000\"}",
		    "SerializationException: The body is not JSON: line 1, column 13"},
		{"PUT", V2 "/account/sending", "a=b&c=d",
		    "SerializationException: The body is not JSON: line 1, column 1"},
	};
	/* clang-format on */

	(void)state;
	check_reads(rows, COUNT(rows));
}

/* {"a":[ and `entry` n times, then `close` n times. */
static char *
repeated(const char *entry, const char *close, size_t n)
{
	size_t len = strlen(entry), close_len = strlen(close);
	char *text = malloc(16 + n * (len + close_len)), *at = text;

	assert_non_null(text);
	memcpy(at, "{\"a\":[", 6);
	at += 6;
	for (size_t i = 0; i < n; i++, at += len)
		memcpy(at, entry, len);
	for (size_t i = 0; i < n; i++, at += close_len)
		memcpy(at, close, close_len);
	memcpy(at, "0]}", 4);
	return text;
}

static void
bodies_have_bounds(void **state)
{
	static const char many[] = "SerializationException: The body has too "
				   "many values, or they are nested too deeply";
	/* clang-format off */
	static const struct {
		const char *name, *entry, *close;
		size_t count;
		const char *wanted;
	} rows[] = {
		{"as many values as may be", "0,", "", 99997, "{}"},
		{"too many", "0,", "", 100001, many},
		{"brackets in strings", "\"[[[{{{\\\"[[,,,\",", "", 20000, "{}"},
		{"as deep as may be", "[0],[", "],0", 30, NULL},
		{"too deep", "[", "]", 63, many},
		{"far too deep", "[", "]", 100000, many},
		{"objects, too", "{\"a\":", "}", 100000, many},
	};
	/* clang-format on */

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char *body =
		    repeated(rows[i].entry, rows[i].close, rows[i].count);
		char *text =
		    test_request_read("PUT", V2 "/account/sending", body);

		if (rows[i].wanted != NULL && strcmp(text, rows[i].wanted) != 0)
			fail_msg("%s: %.200s", rows[i].name, text);
		if (rows[i].wanted == NULL)
			assert_null(strstr(text, "too many"));
		free(text);
		free(body);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(operations_are_found_by_method_and_path),
	    cmocka_unit_test(escapes_make_no_other_path),
	    cmocka_unit_test(queries_are_read),
	    cmocka_unit_test(bodies_are_json_objects),
	    cmocka_unit_test(bodies_have_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
