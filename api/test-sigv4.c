/* Signature Version 4: AWS's published examples, canonical forms, and what is refused
 * without a secret. */
#include "config.h"

#include "api/sigv4.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"

#define SECRET "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
#define NOW_SEC INT64_C(1440938160) /* 20150830T123600Z */
#define SCOPE "AKIDEXAMPLE/20150830/us-east-1/service/aws4_request"
#define EMPTY "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define ZEROS "0000000000000000000000000000000000000000000000000000000000000000"
#define AUTHORIZATION(headers, signature)                                      \
	"AWS4-HMAC-SHA256 Credential=" SCOPE ", SignedHeaders=" headers        \
	", Signature=" signature

#define FIELDS_MAX 8

struct row {
	const char *name;
	const char *verb, *path, *query;
	struct api_field fields[FIELDS_MAX]; /* end with a NULL name */
	const char *body;
};

static struct api_request
request_of(const struct row *row)
{
	struct api_request request = {.verb = row->verb,
	    .path = row->path,
	    .query = row->query,
	    .fields = row->fields,
	    .body = row->body == NULL ? "" : row->body,
	    .client = "192.0.2.1",
	    .now_sec = NOW_SEC};

	request.body_len = strlen(request.body);
	while (row->fields[request.field_count].name != NULL)
		request.field_count++;
	return request;
}

#define HOST                                                                   \
	{                                                                      \
		"Host", "example.amazonaws.com"                                \
	}
#define DATE                                                                   \
	{                                                                      \
		"X-Amz-Date", "20150830T123600Z"                               \
	}
#define SIGNED(headers, signature)                                             \
	{                                                                      \
		"Authorization", AUTHORIZATION(headers, signature)             \
	}
#define PLAIN(signature)                                                       \
	{                                                                      \
		HOST, DATE, SIGNED("host;x-amz-date", signature)               \
	}

/* AWS's test suite for Signature Version 4, and the example of its manual. */
static const struct row published[] = {
    {"get-vanilla", "GET", "/", "",
	PLAIN("5fa00fa31553b73ebf1942676e86291e"
	      "8372ff2a2260956d9b8aae1d763fbf31"),
	NULL},
    {"get-vanilla-query-order-key-case", "GET", "/",
	"Param2=value2&Param1=value1",
	PLAIN("b97d918cfa904a5beff61c982a1b6f45"
	      "8b799221646efd99d3219ec94cdf2500"),
	NULL},
    {"get-relative", "GET", "/example/..", "",
	PLAIN("5fa00fa31553b73ebf1942676e86291e"
	      "8372ff2a2260956d9b8aae1d763fbf31"),
	NULL},
    {"get-slash", "GET", "//", "",
	PLAIN("5fa00fa31553b73ebf1942676e86291e"
	      "8372ff2a2260956d9b8aae1d763fbf31"),
	NULL},
    {"get-slash-dot-slash", "GET", "/./", "",
	PLAIN("5fa00fa31553b73ebf1942676e86291e"
	      "8372ff2a2260956d9b8aae1d763fbf31"),
	NULL},
    {"get-slashes", "GET", "//example//", "",
	PLAIN("9a624bd73a37c9a373b5312afbebe7a7"
	      "14a789de108f0bdfe846570885f57e84"),
	NULL},
    {"get-utf8", "GET", "/\xe1\x88\xb4", "",
	PLAIN("8318018e0b0f223aa2bbf98705b62bb7"
	      "87dc9c0e678f255a891fd03141be5d85"),
	NULL},
    {"get-header-value-trim", "GET", "/", "",
	{HOST, {"My-Header1", " value1"}, {"My-Header2", " \"a   b   c\""},
	    DATE,
	    SIGNED("host;my-header1;my-header2;x-amz-date",
		"acc3ed3afb60bb290fc8d2dd0098b991"
		"1fcaa05412b367055dee359757a9c736")},
	NULL},
    {"get-header-key-duplicate", "GET", "/", "",
	{HOST, {"My-Header1", "value2"}, {"My-Header1", "value2"},
	    {"My-Header1", "value1"}, DATE,
	    SIGNED("host;my-header1;x-amz-date",
		"c9d5ea9f3f72853aea855b47ea873832"
		"890dbdd183b4468f858259531a5138ea")},
	NULL},
    {"post-vanilla", "POST", "/", "",
	PLAIN("5da7c1a2acd57cee7505fc6676e4e544"
	      "621c30862966e37dddb68e92efbe5d6b"),
	NULL},
    {"post-x-www-form-urlencoded", "POST", "/", "",
	{{"Content-Type", "application/x-www-form-urlencoded"}, HOST, DATE,
	    SIGNED("content-type;host;x-amz-date",
		"ff11897932ad3f4e8b18135d722051e5"
		"ac45fc38421b1da7b9d196a0fe09473a")},
	"Param1=value1"},
    {NULL, NULL, NULL, NULL, {{NULL, NULL}}, NULL},
};

static void
test_published(void **state)
{
	(void)state;
	for (const struct row *row = published; row->name != NULL; row++) {
		const struct api_request request = request_of(row);
		struct sigv4 sig;

		if (sigv4_read(&request, "service", &sig) != SIGV4_READ ||
		    sigv4_read_body(&request, &sig) != SIGV4_READ)
			fail_msg("%s: %s", row->name, sig.why);
		assert_string_equal(sig.access_key_id, "AKIDEXAMPLE");
		assert_string_equal(sig.region, "us-east-1");
		assert_string_equal(sig.time, "20150830T123600Z");
		if (!sigv4_matches(&request, &sig, SECRET))
			fail_msg("%s: another signature", row->name);
		assert_false(sigv4_matches(&request, &sig, SECRET "x"));
		assert_false(sigv4_matches(&request, &sig, ""));
	}
}

/* The example of AWS's manual: ListUsers of IAM. */
static void
test_manual(void **state)
{
	const struct row row = {"iam", "GET", "/",
	    "Action=ListUsers&Version=2010-05-08",
	    {{"Content-Type",
		 "application/x-www-form-urlencoded; charset=utf-8"},
		{"Host", "iam.amazonaws.com"}, DATE,
		{"Authorization",
		    "AWS4-HMAC-SHA256 "
		    "Credential=AKIDEXAMPLE/20150830/us-east-1/iam/"
		    "aws4_request, SignedHeaders=content-type;host;x-amz-date, "
		    "Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400"
		    "e06b5924a6f2b5d7"}},
	    NULL};
	static const char canonical[] =
	    "GET\n/\nAction=ListUsers&Version=2010-05-08\n"
	    "content-type:application/x-www-form-urlencoded; charset=utf-8\n"
	    "host:iam.amazonaws.com\nx-amz-date:20150830T123600Z\n\n"
	    "content-type;host;x-amz-date\n" EMPTY;
	const struct api_request request = request_of(&row);
	struct sigv4 sig;
	struct buf text;

	(void)state;
	assert_int_equal(sigv4_read(&request, "iam", &sig), SIGV4_READ);
	assert_int_equal(sigv4_read_body(&request, &sig), SIGV4_READ);
	buf_init(&text, SIGV4_CANONICAL_MAX);
	assert_true(sigv4_canonical(&request, &sig, SIGV4_FORM_SDK, &text));
	assert_string_equal(buf_str(&text), canonical);
	buf_fini(&text);
	assert_true(sigv4_matches(&request, &sig, SECRET));
	assert_int_equal(sigv4_read(&request, "ses", &sig), SIGV4_WRONG);
	assert_string_equal(
	    sig.why, "Credential should be scoped to correct service: 'ses'");
}

/* ---- canonical forms ---- */

static void
assert_canonical(const char *path, const char *query, enum sigv4_form form,
    const char *want_path, const char *want_query)
{
	const struct row row = {"", "GET", path, query, {{NULL, NULL}}, NULL};
	const struct api_request request = request_of(&row);
	const struct sigv4 sig = {.body_hash = "h"};
	char want[512];
	struct buf text;

	buf_init(&text, SIGV4_CANONICAL_MAX);
	assert_true(sigv4_canonical(&request, &sig, form, &text));
	(void)snprintf(
	    want, sizeof(want), "GET\n%s\n%s\n\n\nh", want_path, want_query);
	assert_string_equal(buf_str(&text), want);
	buf_fini(&text);
}

static void
test_paths(void **state)
{
	static const struct {
		const char *path, *want;
	} rows[] = {
	    {"/", "/"},
	    {"", "/"},
	    {"/v2/email/identities/a%2Bb%40example.com",
		"/v2/email/identities/a%252Bb%2540example.com"},
	    {"/a@b", "/a%40b"},
	    {"/-_.~", "/-_.~"},
	    {"/a/./b", "/a/b"},
	    {"/a/.", "/a"},
	    {"/a/./", "/a/"},
	    {"/a/../b", "/b"},
	    {"/../../b", "/b"},
	    {"/a/..", "/"},
	    {"/a/b/..", "/a"},
	    {"/a/b/../", "/a/"},
	    {"/a//b/", "/a/b/"},
	    {"/...", "/..."},
	    {"/%2e%2e/a", "/%252e%252e/a"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_canonical(
		    rows[i].path, "", SIGV4_FORM_SDK, rows[i].want, "");
		assert_canonical(rows[i].path, "", SIGV4_FORM_PATH_AS_SENT,
		    rows[i].path, "");
	}
}

static void
test_queries(void **state)
{
	static const struct {
		const char *query, *want, *want_as_sent;
	} rows[] = {
	    {"b=2&a=1", "a=1&b=2", "a=1&b=2"},
	    {"a", "a=", "a="},
	    {"a=2&a=1&a=", "a=&a=1&a=2", "a=&a=1&a=2"},
	    {"a-=1&a=1", "a=1&a-=1", "a=1&a-=1"},
	    {"a=b=c", "a=b%3Dc", "a=b=c"},
	    {"a=%7e", "a=~", "a=%7e"},
	    {"a=%2b&a=+", "a=%2B&a=%2B", "a=%2b&a=+"},
	    {"%61=1", "a=1", "%61=1"},
	    {"a=%", "a=%25", "a=%"},
	    {"a=%zz", "a=%25zz", "a=%zz"},
	    {"Reason=COMPLAINT&Reason=BOUNCE", "Reason=BOUNCE&Reason=COMPLAINT",
		"Reason=BOUNCE&Reason=COMPLAINT"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_canonical(
		    "/", rows[i].query, SIGV4_FORM_SDK, "/", rows[i].want);
		assert_canonical("/", rows[i].query, SIGV4_FORM_QUERY_AS_SENT,
		    "/", rows[i].want_as_sent);
	}
}

/* ---- what needs no secret ---- */

static void
assert_finding(struct row row, enum sigv4_finding finding, const char *text)
{
	const struct api_request request = request_of(&row);
	struct sigv4 sig;
	enum sigv4_finding seen = sigv4_read(&request, "service", &sig);

	if (seen != finding || strstr(sig.why, text) == NULL)
		fail_msg("%s: %d, \"%s\"", row.name, seen, sig.why);
}

static void
test_refused(void **state)
{
	static const struct {
		const char *authorization, *text;
		enum sigv4_finding finding;
	} rows[] = {
	    {AUTHORIZATION("host;x-amz-date", ZEROS), "", SIGV4_READ},
	    {"Bearer x", "Signature Version 4", SIGV4_ABSENT},
	    {"", "Signature Version 4", SIGV4_ABSENT},
	    {"AWS4-HMAC-SHA256", "no Credential", SIGV4_INCOMPLETE},
	    {"AWS4-HMAC-SHA256 Credential=" SCOPE, "no SignedHeaders",
		SIGV4_INCOMPLETE},
	    {"AWS4-HMAC-SHA256 Credential=" SCOPE ", SignedHeaders=host",
		"Signature itself", SIGV4_INCOMPLETE},
	    {"AWS4-HMAC-SHA256 Credential=a/b/c, SignedHeaders=host, "
	     "Signature=" ZEROS,
		"Credential must have", SIGV4_INCOMPLETE},
	    {"AWS4-HMAC-SHA256 Credential", "Authorization must be",
		SIGV4_INCOMPLETE},
	    {AUTHORIZATION("host;x-amz-date", "00"), "64 hexadecimal",
		SIGV4_INCOMPLETE},
	    {AUTHORIZATION("host", ZEROS), "x-amz-date or date",
		SIGV4_INCOMPLETE},
	    {AUTHORIZATION("x-amz-date", ZEROS), "must name host",
		SIGV4_INCOMPLETE},
	    {AUTHORIZATION("a;host;x-amz-date", ZEROS), "request lacks",
		SIGV4_INCOMPLETE},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct row row = {rows[i].text, "GET", "/", "",
		    {HOST, DATE, {"Authorization", rows[i].authorization}},
		    NULL};

		assert_finding(row, rows[i].finding, rows[i].text);
	}
}

static void
test_without(void **state)
{
	const struct row unsigned_one = {
	    "", "GET", "/", "", {HOST, DATE}, NULL};
	const struct row old = {"", "GET", "/", "",
	    {HOST, {"X-Amzn-Authorization", "AWS3-HTTPS AWSAccessKeyId=a"}},
	    NULL};
	const struct row temporary = {"", "GET", "/", "",
	    {HOST, DATE, SIGNED("host;x-amz-date", ZEROS),
		{"X-Amz-Security-Token", "t"}},
	    NULL};
	const struct row blank = {"", "GET", "/a b", "", PLAIN(ZEROS), NULL};

	(void)state;
	assert_finding(unsigned_one, SIGV4_ABSENT, "missing Authentication");
	assert_finding(old, SIGV4_ABSENT, "no longer taken");
	assert_finding(temporary, SIGV4_UNKNOWN, "security token");
	assert_finding(blank, SIGV4_INCOMPLETE, "blanks");
}

static void
test_many_fields(void **state)
{
	struct api_field fields[SIGV4_FIELDS_MAX + 1];
	const struct row row = {"", "GET", "/", "", PLAIN(ZEROS), NULL};
	struct api_request request = request_of(&row);
	struct sigv4 sig;

	(void)state;
	for (size_t i = 0; i < SIGV4_FIELDS_MAX + 1; i++)
		fields[i] = (struct api_field){"A", "b"};
	memcpy(fields, row.fields, request.field_count * sizeof(fields[0]));
	request.fields = fields;
	request.field_count = SIGV4_FIELDS_MAX;
	assert_int_equal(sigv4_read(&request, "service", &sig), SIGV4_READ);
	request.field_count++;
	assert_int_equal(
	    sigv4_read(&request, "service", &sig), SIGV4_INCOMPLETE);
	assert_string_equal(
	    sig.why, "The request has more than 128 header fields");
}

/* A query longer than is taken. */
static void
test_pairs(void **state)
{
	char query[2 * SIGV4_PAIRS_MAX + 3];
	struct row row = {"", "GET", "/", query, PLAIN(ZEROS), NULL};

	(void)state;
	for (size_t i = 0; i < SIGV4_PAIRS_MAX; i++)
		memcpy(query + 2 * i, "a&", 3);
	query[2 * SIGV4_PAIRS_MAX - 1] = '\0';
	assert_finding(row, SIGV4_READ, "");
	memcpy(query + 2 * SIGV4_PAIRS_MAX - 1, "&a", 3);
	assert_finding(row, SIGV4_INCOMPLETE, "more than 1024");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_published),
	    cmocka_unit_test(test_manual),
	    cmocka_unit_test(test_paths),
	    cmocka_unit_test(test_queries),
	    cmocka_unit_test(test_refused),
	    cmocka_unit_test(test_without),
	    cmocka_unit_test(test_many_fields),
	    cmocka_unit_test(test_pairs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
