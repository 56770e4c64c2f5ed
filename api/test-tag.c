/* Tags of resources. */
#include "config.h"

#include "api/test-call.h"

#include <stdio.h>
#include <string.h>

#include "ops/identity.h"
#include "ops/set.h"

#define OWN "arn:aws:ses:us-east-1:000000000001:"
#define RIVALS "arn:aws:ses:us-east-1:000000000002:"

/* All tags of the ARN as "a=1 b=2". */
static void
assert_tags(struct test_call *t, const char *arn, const char *want)
{
	char input[800], got[4096] = "";
	const json_t *list, *tag;
	size_t i, len = 0;

	(void)snprintf(input, sizeof(input), "{'ResourceArn':'%s'}", arn);
	list = json_object_get(
	    test_call_ok(t, API_V2, "ListTagsForResource", input), "Tags");
	assert_true(json_is_array(list));
	json_array_foreach(list, i, tag) len += (size_t)snprintf(got + len,
	    sizeof(got) - len, "%s%s=%s", i > 0 ? " " : "",
	    json_string_value(json_object_get(tag, "Key")),
	    json_string_value(json_object_get(tag, "Value")));
	assert_string_equal(got, want);
}

static void
put_tags(struct test_call *t, const char *arn, const char *tags)
{
	char input[800];

	(void)snprintf(input, sizeof(input), "{'ResourceArn':'%s','Tags':[%s]}",
	    arn, tags);
	test_call_ok(t, API_V2, "TagResource", input);
}

static void
tags_are_kept(void **state)
{
	struct test_call *t = *state;

	assert_tags(t, OWN "identity/example.com", "");
	put_tags(t, OWN "identity/EXAMPLE.com",
	    "{'Key':'team','Value':'a'},{'Key':'cost','Value':'\xc3\xbc'}");
	put_tags(t, OWN "identity/example.com",
	    "{'Key':'team','Value':'b'},{'Key':'x'}");
	assert_tags(t,
	    "arn:aws:ses:eu-west-1:000000000001:identity/example.com",
	    "cost=\xc3\xbc team=b x=");
	test_call_ok(t, API_V2, "UntagResource",
	    "{'ResourceArn':'" OWN "identity/example.com',"
	    "'TagKeys':['cost','x','never']}");
	assert_tags(t, OWN "identity/example.com", "team=b");
	assert_tags(t, OWN "identity/a@example.org", "");
}

static void
tags_go_with_their_resource(void **state)
{
	struct test_call *t = *state;
	struct admin_fixture *f = t->f;

	test_call_add_set(t, "shop", "news");
	put_tags(t, OWN "configuration-set/news", "{'Key':'a','Value':'1'}");
	assert_tags(t, OWN "configuration-set/news", "a=1");
	assert_code(f, SG_OK, set_delete(f->store, "shop", "news", &f->err));
	test_call_add_set(t, "shop", "news");
	assert_tags(t, OWN "configuration-set/news", "");

	put_tags(t, OWN "identity/example.com", "{'Key':'a','Value':'1'}");
	assert_code(f, SG_OK,
	    identity_delete(f->store, "shop", "example.com", &f->err));
	assert_code(f, SG_OK,
	    identity_create(f->store, f->seal, f->conf, "shop", "example.com",
		IDENTITY_KEYS_NONE, false, TEST_NOW, NULL, &f->err));
	assert_tags(t, OWN "identity/example.com", "");
}

static void
wrong_tags_are_refused(void **state)
{
	static const struct {
		const char *tags, *text;
	} rows[] = {
	    {"{'Key':'','Value':''}", "1 to 128"},
	    {"{'Key':'a\\n','Value':''}", "control character"},
	    {"{'Key':'a','Value':'\\u0001'}", "the value of tag a"},
	    {"{'Key':'aws:x','Value':''}", "aws:x"},
	    {"{'Key':'a','Value':''},{'Key':'a','Value':'b'}",
		"a is there twice"},
	};
	struct test_call *t = *state;
	char input[1200], text[300];

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		(void)snprintf(input, sizeof(input),
		    "{'ResourceArn':'" OWN "identity/example.com',"
		    "'Tags':[%s]}",
		    rows[i].tags);
		test_call_fails(t, API_V2, "TagResource", "BadRequestException",
		    rows[i].text, input);
	}
	memset(text, 'k', 257);
	text[257] = '\0';
	(void)snprintf(input, sizeof(input),
	    "{'ResourceArn':'" OWN "identity/example.com',"
	    "'Tags':[{'Key':'k','Value':'%s'}]}",
	    text);
	test_call_fails(t, API_V2, "TagResource", "BadRequestException",
	    "more than 256", input);
	text[129] = '\0';
	(void)snprintf(input, sizeof(input),
	    "{'ResourceArn':'" OWN "identity/example.com',"
	    "'Tags':[{'Key':'%s','Value':'k'}]}",
	    text);
	test_call_fails(
	    t, API_V2, "TagResource", "BadRequestException", "1 to 128", input);
	assert_tags(t, OWN "identity/example.com", "");
}

static void
fifty_tags_are_the_most(void **state)
{
	struct test_call *t = *state;
	char tag[64], input[4096];
	size_t len;

	for (int i = 0; i < 50; i++) {
		(void)snprintf(
		    tag, sizeof(tag), "{'Key':'k%d','Value':'v'}", i);
		put_tags(t, OWN "identity/example.com", tag);
	}
	put_tags(t, OWN "identity/example.com", "{'Key':'k0','Value':'w'}");
	test_call_fails(t, API_V2, "TagResource", "BadRequestException",
	    "at most 50",
	    "{'ResourceArn':'" OWN "identity/example.com',"
	    "'Tags':[{'Key':'k0','Value':'x'},{'Key':'k50','Value':'v'}]}");
	test_call_ok(t, API_V2, "ListTagsForResource",
	    "{'ResourceArn':'" OWN "identity/example.com'}");
	assert_string_equal(test_call_value(t, "Tags.0.Value"), "w");
	assert_true(test_call_has(t, "Tags.49.Value"));
	assert_false(test_call_has(t, "Tags.50.Value"));

	len = (size_t)snprintf(input, sizeof(input),
	    "{'ResourceArn':'" OWN "identity/example.com','Tags':[");
	for (int i = 0; i < 51; i++)
		len += (size_t)snprintf(input + len, sizeof(input) - len,
		    "%s{'Key':'%d','Value':''}", i > 0 ? "," : "", i);
	(void)snprintf(input + len, sizeof(input) - len, "]}");
	test_call_fails(t, API_V2, "TagResource", "BadRequestException",
	    "Tags: a resource has at most 50", input);
	len = (size_t)snprintf(input, sizeof(input),
	    "{'ResourceArn':'" OWN "identity/example.com','TagKeys':[");
	for (int i = 0; i < 51; i++)
		len += (size_t)snprintf(input + len, sizeof(input) - len,
		    "%s'%d'", i > 0 ? "," : "", i);
	(void)snprintf(input + len, sizeof(input) - len, "]}");
	test_call_fails(t, API_V2, "UntagResource", "BadRequestException",
	    "TagKeys", input);
}

static void
others_are_not_found(void **state)
{
	static const char *const arns[] = {
	    OWN "identity/unknown.example",
	    OWN "identity/rival.example",
	    RIVALS "identity/rival.example",
	    OWN "configuration-set/unknown",
	    OWN "configuration-set/rivals",
	    OWN "template/unknown",
	    OWN "custom-verification-email-template/unknown",
	    OWN "dedicated-ip-pool/unknown",
	    OWN "tenant/unknown",
	    OWN "tenant/unknown/id",
	    OWN "banana/x",
	    OWN "identity/",
	    "arn:aws:sns:us-east-1:000000000001:topic",
	    "arn:",
	};
	struct test_call *t = *state;
	struct store_set set;
	char input[800];

	assert_code(t->f, SG_OK,
	    set_create(
		t->f->store, "rival", "rivals", TEST_NOW, &set, &t->f->err));
	for (size_t i = 0; i < sizeof(arns) / sizeof(*arns); i++) {
		(void)snprintf(input, sizeof(input),
		    "{'ResourceArn':'%s','Tags':[{'Key':'a','Value':'b'}],"
		    "'TagKeys':['a']}",
		    arns[i]);
		test_call_fails(t, API_V2, "TagResource", "NotFoundException",
		    arns[i], input);
		test_call_fails(t, API_V2, "UntagResource", "NotFoundException",
		    arns[i], input);
		test_call_fails(t, API_V2, "ListTagsForResource",
		    "NotFoundException", arns[i], input);
	}
	test_call_fails(t, API_V2, "ListTagsForResource", "BadRequestException",
	    "ResourceArn is no ARN", "{'ResourceArn':'example.com'}");
	t->account = "rival";
	assert_tags(t, RIVALS "identity/rival.example", "");
	assert_tags(t, RIVALS "configuration-set/rivals", "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		tags_are_kept, test_call_setup, test_call_teardown),
	    cmocka_unit_test_setup_teardown(tags_go_with_their_resource,
		test_call_setup, test_call_teardown),
	    cmocka_unit_test_setup_teardown(
		wrong_tags_are_refused, test_call_setup, test_call_teardown),
	    cmocka_unit_test_setup_teardown(
		fifty_tags_are_the_most, test_call_setup, test_call_teardown),
	    cmocka_unit_test_setup_teardown(
		others_are_not_found, test_call_setup, test_call_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
