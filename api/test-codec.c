/* Whose a request is, which operation it asks for, and what answers look like. */
#include "config.h"

#include "api/test-request.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/fault.h"

#define SIGNED(service)                                                        \
	"AWS4-HMAC-SHA256 Credential=AKID/20260102/us-east-1/" service         \
	"/aws4_request, SignedHeaders=host, Signature=00"
#define COUNT(rows) (sizeof(rows) / sizeof(rows[0]))

static void
requests_have_their_protocol(void **state)
{
	/* clang-format off */
	static const struct {
		const char *verb, *target, *body, *authorization;
		int protocol; /* -1: not the API's */
	} rows[] = {
		{"GET", "/v2/email/account", "", NULL, API_V2},
		{"OPTIONS", "/v2/email/", "", NULL, API_V2},
		{"PUT", "/v1/email/identities/x/dkim/signing", "", NULL, API_V2},
		{"GET", "/v2/emails", "", NULL, -1},
		{"GET", "/healthz", "", NULL, -1},
		{"POST", "/healthz", "Action=X", NULL, -1},
		{"POST", "/", "Action=ListIdentities&Version=2010-12-01", NULL, API_V1},
		{"POST", "/", "Action=ListTopics&Version=2010-03-31", NULL, API_SNS},
		{"POST", "/", "Version=2010%2D03-31&Action=ListTopics", NULL, API_SNS},
		{"POST", "/?Version=2010-03-31", "Action=ListTopics", NULL, API_SNS},
		{"POST", "/", "", NULL, API_V1},
		{"POST", "/", "", SIGNED("sns"), API_SNS},
		{"POST", "/", "", SIGNED("ses"), API_V1},
		/* what the client says counts for more than what it signed for */
		{"POST", "/", "Version=2010-12-01", SIGNED("sns"), API_V1},
		{"GET", "/", "", NULL, -1},
		/* links in letters and notifications are not signed */
		{"GET", "/?Action=ConfirmSubscription&Version=2010-03-31", "", NULL, -1},
		{"GET", "/?Action=ListTopics&Version=2010-03-31", "", SIGNED("sns"), API_SNS},
		{"GET", "/?Action=ListTopics&Version=2010-03-31&X-Amz-Signature=0", "", NULL, API_SNS},
		{"GET", "/?Action=ListTopics&X-Amz-Credential=A%2F1%2Fr%2Fsns%2Faws4_request&X-Amz-Signature=0", "", NULL, API_SNS},
		{"GET", "/?Version=2010-03-31", "", SIGNED("sns"), -1},
		{"PUT", "/?Action=ListTopics", "", SIGNED("sns"), -1},
	};
	/* clang-format on */

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		enum api_protocol protocol = API_PROTOCOLS;
		struct test_request t;
		bool is_ours;

		test_request_init(
		    &t, rows[i].verb, rows[i].target, NULL, rows[i].body);
		if (rows[i].authorization != NULL) {
			t.fields[1] = (struct api_field){
			    "AUTHORIZATION", rows[i].authorization};
			t.request.field_count = 2;
		}
		is_ours = api_codec_takes(&t.request, &protocol);
		if (is_ours != (rows[i].protocol >= 0) ||
		    (is_ours && (int)protocol != rows[i].protocol))
			fail_msg("%s %s %s: %d %d", rows[i].verb,
			    rows[i].target, rows[i].body, is_ours,
			    (int)protocol);
	}
}

static void
actions_are_found(void **state)
{
	/* clang-format off */
	static const struct {
		const char *verb, *target, *body, *wanted;
	} rows[] = {
		{"POST", "/", "Action=SendEmail&Version=2010-12-01", "SendEmail"},
		{"POST", "/", "Source=a&Version=2010-12-01&Action=SendEmail", "SendEmail"},
		{"POST", "/", "Action=SendEmail", "SendEmail"},
		{"POST", "/", "Action=SendEmail&Action=GetSendQuota", "SendEmail"},
		{"POST", "/?Action=GetSendQuota&Version=2010-12-01", "", "GetSendQuota"},
		{"POST", "/", "Action=ListTopics&Version=2010-03-31", "ListTopics"},
		{"POST", "/", "Action=Publish&Version=2010-12-01", "InvalidAction"},
		{"POST", "/", "Action=SendEmail&Version=2010-03-31", "InvalidAction"},
		{"POST", "/", "Action=SendEmail&Version=2006-01-01", "InvalidAction"},
		{"POST", "/", "Action=sendemail&Version=2010-12-01", "InvalidAction"},
		{"POST", "/", "Action=GetAccount&Version=2010-12-01", "InvalidAction"},
		{"POST", "/", "Action=%00&Version=2010-12-01", "MissingAction"},
		{"POST", "/", "Action=&Version=2010-12-01", "MissingAction"},
		{"POST", "/", "Version=2010-12-01", "MissingAction"},
		{"POST", "/", "", "MissingAction"},
		{"POST", "/", "Action=CreateReceiptRule&Version=2010-12-01", "NotImplemented"},
		{"POST", "/", "Action=SendBounce&Version=2010-12-01", "NotImplemented"},
		{"POST", "/", "Action=CreatePlatformApplication&Version=2010-03-31", "NotImplemented"},
	};
	/* clang-format on */
	char name[64];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		test_request_find(
		    rows[i].verb, rows[i].target, rows[i].body, name);
		if (strcmp(name, rows[i].wanted) != 0)
			fail_msg(
			    "%s %s: %s", rows[i].target, rows[i].body, name);
	}
}

static void
forms_are_known_by_their_media_type(void **state)
{
	/* clang-format off */
	static const struct {
		const char *type;
		bool is_good;
	} rows[] = {
		{NULL, true},
		{"", true},
		{"application/x-www-form-urlencoded", true},
		{"application/x-www-form-urlencoded; charset=utf-8", true},
		{"Application/X-WWW-Form-Urlencoded ;charset=utf-8", true},
		{"application/json", false},
		{"application/x-www-form-urlencodedx", false},
		{"multipart/form-data; boundary=x", false},
	};
	/* clang-format on */

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct api_fault fault = {.code = ""};
		struct test_request t;

		test_request_init(
		    &t, "POST", "/", rows[i].type, "Action=GetSendQuota");
		assert_int_equal(
		    api_codec_find(&t.request, API_V1, &fault) != NULL,
		    rows[i].is_good);
		assert_string_equal(
		    fault.code, rows[i].is_good ? "" : "MalformedQueryString");
	}
}

static void
other_methods_are_refused(void **state)
{
	struct api_fault fault;
	struct test_request t;

	(void)state;
	test_request_init(&t, "HEAD", "/?Action=GetSendQuota", NULL, "");
	assert_null(api_codec_find(&t.request, API_V1, &fault));
	assert_string_equal(fault.code, "MethodNotAllowed");
}

static void
inputs_are_read_by_protocol(void **state)
{
	/* clang-format off */
	static const struct {
		const char *verb, *target, *body, *wanted;
	} rows[] = {
		{"POST", "/", "Action=SendEmail&Version=2010-12-01&Source=a%40b&Destination.BccAddresses="
		    "&Destination.ToAddresses.member.1=c%40d&Message.Subject.Data=Hi+all"
		    "&Message.Body.Text.Data=x&Tags.member.1.Name=a&Tags.member.1.Value=b",
		    "{\"Destination\":{\"BccAddresses\":[],\"ToAddresses\":[\"c@d\"]},"
		    "\"Message\":{\"Body\":{\"Text\":{\"Data\":\"x\"}},\"Subject\":{\"Data\":\"Hi all\"}},"
		    "\"Source\":\"a@b\",\"Tags\":[{\"Name\":\"a\",\"Value\":\"b\"}]}"},
		{"POST", "/", "Action=SendEmail&Version=2010-12-01&Source=a",
		    "ValidationError: Destination is required"},
		{"POST", "/", "Action=SendRawEmail&RawMessage.Data=YQ%3D%3D",
		    "{\"RawMessage\":{\"Data\":\"YQ==\"}}"},
		{"POST", "/", "Action=SendRawEmail&RawMessage.Data=YQ",
		    "InvalidParameterValue: RawMessage.Data must be base64"},
		{"POST", "/?Action=ListIdentities&MaxItems=3", "IdentityType=Domain",
		    "{\"IdentityType\":\"Domain\",\"MaxItems\":3}"},
		{"POST", "/", "Action=GetSendQuota&Other=1", "{}"},
		{"POST", "/", "Action=UpdateAccountSendingEnabled", "{}"},
		{"POST", "/", "Action=Publish&Version=2010-03-31&TopicArn=t&Message=m"
		    "&MessageAttributes.entry.1.Name=k&MessageAttributes.entry.1.Value.DataType=String"
		    "&MessageAttributes.entry.1.Value.StringValue=v",
		    "{\"Message\":\"m\",\"MessageAttributes\":{\"k\":{\"DataType\":\"String\",\"StringValue\":\"v\"}},\"TopicArn\":\"t\"}"},
		{"POST", "/", "Action=Publish&Version=2010-03-31&Message=m"
		    "&MessageAttributes.entry.1.Name=k&MessageAttributes.entry.1.Value.StringValue=v",
		    "ValidationError: MessageAttributes.k.DataType is required"},
		{"POST", "/", "Action=CreateTopic&Version=2010-03-31&Name=n&Attributes.entry.1.key=DisplayName"
		    "&Attributes.entry.1.value=D",
		    "{\"Attributes\":{\"DisplayName\":\"D\"},\"Name\":\"n\"}"},
		{"POST", "/", "Action=GetSendQuota&x=%zz",
		    "MalformedQueryString: x is not UTF-8 text in percent-encoding"},
	};
	/* clang-format on */

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char *text = test_request_read(
		    rows[i].verb, rows[i].target, rows[i].body);

		if (strcmp(text, rows[i].wanted) != 0)
			fail_msg("%s: %s", rows[i].body, text);
		free(text);
	}
}

/* ---- answers ------------------------------------------------------------------------ */

static void
check_answer(enum api_protocol protocol, const char *name, const char *out,
    const struct api_fault *fault, int status, const char *wanted)
{
	json_t *object = out == NULL ? NULL : json_loads(out, 0, NULL);
	struct api_response response;

	api_response_init(&response);
	(void)snprintf(response.request_id, sizeof(response.request_id), "r-1");
	api_codec_answer(protocol, api_operation_find(protocol, name), object,
	    fault, &response);
	assert_string_equal(buf_str(&response.body), wanted);
	assert_int_equal(response.status, status);
	assert_string_equal(response.content_type,
	    protocol == API_V2 ? "application/json" : "text/xml");
	assert_string_equal(response.error, fault == NULL ? "" : fault->code);
	assert_string_equal(response.why, fault == NULL ? "" : fault->why);
	api_response_fini(&response);
	json_decref(object);
}

static void
outputs_are_answered(void **state)
{
	static const struct api_fault none = {.code = ""};

	(void)state;
	check_answer(API_V2, "GetAccount", "{}", NULL, 200, "{}");
	check_answer(API_V2, "GetAccount", NULL, NULL, 200, "{}");
	check_answer(API_V2, "GetAccount", "{\"a\":[1.5,0.1,200.0,1700000000]}",
	    NULL, 200, "{\"a\":[1.5,0.1,200.0,1700000000]}");
	check_answer(API_V1, "VerifyEmailIdentity", "{}", &none, 200,
	    "<VerifyEmailIdentityResponse "
	    "xmlns=\"http://ses.amazonaws.com/doc/2010-12-01/\">"
	    "<VerifyEmailIdentityResult/><ResponseMetadata><RequestId>r-1"
	    "</RequestId></ResponseMetadata></VerifyEmailIdentityResponse>");
	check_answer(API_SNS, "DeleteTopic", "{}", NULL, 200,
	    "<DeleteTopicResponse "
	    "xmlns=\"http://sns.amazonaws.com/doc/2010-03-31/\">"
	    "<ResponseMetadata><RequestId>r-1</RequestId></ResponseMetadata>"
	    "</DeleteTopicResponse>");
}

static void
errors_are_answered(void **state)
{
	struct api_fault fault = {
	    "NotFoundException", "Zo\xc3\xab \"<\xff", ""};
	struct api_fault inside = {"InternalFailure", "x", "disk full"};
	struct api_fault unknown = {"Nonsense", "x", ""};

	(void)state;
	check_answer(API_V2, "GetAccount", "{\"a\":1}", &fault, 404,
	    "{\"message\":\"Zo\xc3\xab \\\"<\xef\xbf\xbd\","
	    "\"__type\":\"NotFoundException\"}");
	check_answer(API_V2, "", NULL, &inside, 500,
	    "{\"message\":\"x\",\"__type\":\"InternalFailure\"}");
	check_answer(API_V2, "", NULL, &unknown, 500,
	    "{\"message\":\"x\",\"__type\":\"Nonsense\"}");
	check_answer(API_V1, "", NULL, &inside, 500,
	    "<ErrorResponse "
	    "xmlns=\"http://ses.amazonaws.com/doc/2010-12-01/\"><Error>"
	    "<Type>Receiver</Type><Code>InternalFailure</Code>"
	    "<Message>x</Message></Error><RequestId>r-1</RequestId>"
	    "</ErrorResponse>");
}

static void
other_methods_are_named(void **state)
{
	struct api_fault fault = {"MethodNotAllowed", "x", ""};
	struct api_response response;

	(void)state;
	api_response_init(&response);
	api_codec_answer(API_V2, NULL, NULL, &fault, &response);
	assert_int_equal(response.status, 405);
	assert_string_equal(response.allow, "GET, POST, PUT, DELETE");
	api_codec_answer(API_V1, NULL, NULL, &fault, &response);
	assert_string_equal(response.allow, "GET, POST");
	api_response_fini(&response);
}

static void
an_answer_that_does_not_fit_is_an_error(void **state)
{
	enum api_protocol protocols[] = {API_V2, API_V1};
	const char *names[] = {"GetAccount", "VerifyDomainDkim"};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		json_t *out = json_object(), *list = json_array();
		struct api_response response;

		for (int n = 0; n < 200; n++)
			(void)json_array_append_new(
			    list, json_string("0123456789"));
		(void)json_object_set_new(out, "DkimTokens", list);
		api_response_init(&response);
		response.body.max = 500;
		api_codec_answer(protocols[i],
		    api_operation_find(protocols[i], names[i]), out, NULL,
		    &response);
		assert_int_equal(response.status, 500);
		assert_string_equal(response.error, "InternalFailure");
		assert_true(response.body.len > 0);
		assert_non_null(strstr(response.why, "too large"));
		api_response_fini(&response);
		json_decref(out);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(requests_have_their_protocol),
	    cmocka_unit_test(actions_are_found),
	    cmocka_unit_test(forms_are_known_by_their_media_type),
	    cmocka_unit_test(other_methods_are_refused),
	    cmocka_unit_test(inputs_are_read_by_protocol),
	    cmocka_unit_test(outputs_are_answered),
	    cmocka_unit_test(errors_are_answered),
	    cmocka_unit_test(other_methods_are_named),
	    cmocka_unit_test(an_answer_that_does_not_fit_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
