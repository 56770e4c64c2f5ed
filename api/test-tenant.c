/* Tests of the operations on tenants and what is theirs. */
#include "config.h"

#include "api/test-call.h"
#include "conf/conf.h"

#include <stdio.h>
#include <string.h>

#include "ops/tenant.h"
#include "store/topics.h"

static const char *
arn_of(
    struct test_call *t, const char *account, const char *rest, char arn_r[400])
{
	(void)snprintf(arn_r, 400, "arn:aws:ses:local:%012lld:%s",
	    (long long)admin_fixture_account(t->f, account), rest);
	return arn_r;
}

static void
create(struct test_call *t, const char *name)
{
	test_call_ok(t, API_V2, "CreateTenant",
	    test_call_input(t, "{'TenantName': '%s'}", name));
}

static void
associate(struct test_call *t, const char *name, const char *resource)
{
	char arn[400];

	test_call_ok(t, API_V2, "CreateTenantResourceAssociation",
	    test_call_input(t, "{'TenantName': '%s', 'ResourceArn': '%s'}",
		name, arn_of(t, t->account, resource, arn)));
}

static void
refuse(struct test_call *t, const char *operation, const char *code,
    const char *text, const char *tenant, const char *arn)
{
	test_call_fails(t, API_V2, operation, code, text,
	    test_call_input(
		t, "{'TenantName': '%s', 'ResourceArn': '%s'}", tenant, arn));
}

static void
test_create(void **state)
{
	struct test_call *t = *state;
	char arn[400], id[64];

	test_call_ok(t, API_V2, "CreateTenant",
	    "{'TenantName': 'one', 'Tags': [{'Key': 'k', 'Value': 'v'}]}");
	assert_string_equal(test_call_value(t, "TenantName"), "one");
	assert_string_equal(test_call_value(t, "SendingStatus"), "ENABLED");
	assert_string_equal(test_call_value(t, "Tags.0.Key"), "k");
	(void)snprintf(id, sizeof(id), "%s", test_call_value(t, "TenantId"));
	assert_int_equal(strncmp(id, "tn-", 3), 0);
	(void)arn_of(t, "shop", "tenant/one/", arn);
	(void)strncat(arn, id, 64);
	assert_string_equal(test_call_value(t, "TenantArn"), arn);
	test_call_ok(t, API_V2, "GetTenant", "{'TenantName': 'one'}");
	assert_string_equal(test_call_value(t, "Tenant.TenantId"), id);
	assert_string_equal(test_call_value(t, "Tenant.TenantArn"), arn);
	assert_string_equal(test_call_value(t, "Tenant.Tags.0.Value"), "v");
	assert_string_equal(
	    test_call_value(t, "Tenant.SendingStatus"), "ENABLED");
	assert_string_equal(
	    test_call_value(t, "Tenant.CreatedTimestamp"), "1790000040");
}

static void
test_create_wrong(void **state)
{
	struct test_call *t = *state;

	create(t, "one");
	test_call_fails(t, API_V2, "CreateTenant", "AlreadyExistsException",
	    "one", "{'TenantName': 'one'}");
	test_call_fails(t, API_V2, "CreateTenant", "BadRequestException",
	    "1 to 64", "{'TenantName': 'a b'}");
	test_call_fails(t, API_V2, "CreateTenant", "BadRequestException", "",
	    "{'TenantName': 'two', 'Tags': [{'Key': '', 'Value': ''}]}");
	test_call_fails(t, API_V2, "GetTenant", "NotFoundException", "two",
	    "{'TenantName': 'two'}");
	t->account = "rival"; /* a name is free in another account */
	create(t, "one");
}

/* Rows behind the store's back would be quicker, but this is what counts. */
static void
test_too_many(void **state)
{
	struct test_call *t = *state;
	int64_t id = admin_fixture_account(t->f, "shop");
	struct store_tenant row;
	char name[32];
	bool is_full;

	assert_code(t->f, SG_OK, store_begin(t->f->store, &t->f->err));
	for (int i = 0; i < TENANT_MOST; i++) {
		row = (struct store_tenant){
		    .facts.account_id = id, .policy = "none"};
		(void)snprintf(name, sizeof(name), "t%d", i);
		memcpy(row.facts.name, name, sizeof(name));
		memcpy(row.uuid, name, sizeof(name));
		assert_code(t->f, SG_OK,
		    store_tenant_create(t->f->store, &row, &t->f->err));
	}
	assert_code(t->f, SG_OK, store_commit(t->f->store, &t->f->err));
	test_call_fails(t, API_V2, "CreateTenant", "LimitExceededException",
	    "10000", "{'TenantName': 'more'}");
	assert_code(t->f, SG_INVALID,
	    tenant_create(
		t->f->store, id, "more", 1, &row, &is_full, &t->f->err));
	assert_true(is_full);
}

static void
test_of_another(void **state)
{
	struct test_call *t = *state;
	const char *const names[] = {
	    "GetTenant", "DeleteTenant", "ListTenantResources"};

	create(t, "one");
	t->account = "rival";
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		test_call_fails(t, API_V2, names[i], "NotFoundException",
		    "Tenant one does not exist", "{'TenantName': 'one'}");
	test_call_ok(t, API_V2, "ListTenants", "{}");
	assert_false(test_call_has(t, "Tenants.0"));
	t->account = "shop";
	test_call_ok(t, API_V2, "GetTenant", "{'TenantName': 'one'}");
}

static void
test_list(void **state)
{
	struct test_call *t = *state;

	create(t, "b");
	create(t, "a");
	create(t, "c");
	test_call_ok(t, API_V2, "ListTenants", "{'PageSize': 2}");
	assert_string_equal(test_call_value(t, "Tenants.0.TenantName"), "a");
	assert_string_equal(test_call_value(t, "Tenants.1.TenantName"), "b");
	assert_false(test_call_has(t, "Tenants.2"));
	test_call_next(t, API_V2, "ListTenants", "'PageSize': 2, ");
	assert_string_equal(test_call_value(t, "Tenants.0.TenantName"), "c");
	assert_false(test_call_has(t, "Tenants.1"));
	assert_false(test_call_has(t, "NextToken"));
	test_call_fails(t, API_V2, "ListTenants", "BadRequestException",
	    "NextToken", "{'NextToken': 'x'}");
}

static void
test_delete(void **state)
{
	struct test_call *t = *state;

	create(t, "one");
	associate(t, "one", "identity/example.com");
	test_call_ok(t, API_V2, "DeleteTenant", "{'TenantName': 'one'}");
	test_call_fails(t, API_V2, "DeleteTenant", "NotFoundException", "one",
	    "{'TenantName': 'one'}");
	create(t, "one"); /* another one, which has nothing */
	test_call_ok(t, API_V2, "ListTenantResources", "{'TenantName': 'one'}");
	assert_false(test_call_has(t, "TenantResources.0"));
}

static void
test_resources(void **state)
{
	struct test_call *t = *state;
	char arn[400];

	test_call_add_set(t, "shop", "s");
	create(t, "one");
	associate(t, "one", "identity/example.com");
	associate(t, "one", "identity/a@example.org");
	associate(t, "one", "configuration-set/s");
	test_call_ok(t, API_V2, "ListTenantResources",
	    "{'TenantName': 'one', 'PageSize': 1}");
	assert_string_equal(test_call_value(t, "TenantResources.0.ResourceArn"),
	    arn_of(t, "shop", "configuration-set/s", arn));
	assert_string_equal(
	    test_call_value(t, "TenantResources.0.ResourceType"),
	    "CONFIGURATION_SET");
	test_call_next(
	    t, API_V2, "ListTenantResources", "'TenantName': 'one', ");
	assert_string_equal(test_call_value(t, "TenantResources.1.ResourceArn"),
	    arn_of(t, "shop", "identity/example.com", arn));
	assert_false(test_call_has(t, "NextToken"));
	test_call_ok(t, API_V2, "ListTenantResources",
	    "{'TenantName': 'one', 'Filter': {'RESOURCE_TYPE': "
	    "'EMAIL_TEMPLATE'}}");
	assert_false(test_call_has(t, "TenantResources.0"));
	test_call_ok(t, API_V2, "ListTenantResources",
	    "{'TenantName': 'one', 'Filter': {'RESOURCE_TYPE': "
	    "'EMAIL_IDENTITY'}}");
	assert_true(test_call_has(t, "TenantResources.1"));
	assert_false(test_call_has(t, "TenantResources.2"));
	test_call_fails(t, API_V2, "ListTenantResources", "BadRequestException",
	    "RESOURCE_TYPE",
	    "{'TenantName': 'one', 'Filter': {'RESOURCE_TYPE': 'X'}}");
	test_call_fails(t, API_V2, "ListTenantResources", "BadRequestException",
	    "RESOURCE_TYPE", "{'TenantName': 'one', 'Filter': {'X': 'Y'}}");
}

static void
test_resources_wrong(void **state)
{
	struct test_call *t = *state;
	static const char operation[] = "CreateTenantResourceAssociation";
	char arn[400];

	create(t, "one");
	associate(t, "one", "identity/example.com");
	refuse(t, operation, "AlreadyExistsException", "already", "one",
	    arn_of(t, "shop", "identity/example.com", arn));
	/* in any case */
	refuse(t, operation, "AlreadyExistsException", "already", "one",
	    arn_of(t, "shop", "identity/EXAMPLE.com", arn));
	refuse(t, operation, "NotFoundException", "Tenant two", "two",
	    arn_of(t, "shop", "identity/example.com", arn));
	refuse(t, operation, "NotFoundException", "x.example", "one",
	    arn_of(t, "shop", "identity/x.example", arn));
	refuse(t, operation, "NotFoundException", "template/x", "one",
	    arn_of(t, "shop", "template/x", arn));
	refuse(t, operation, "NotFoundException", "configuration-set/x", "one",
	    arn_of(t, "shop", "configuration-set/x", arn));
	refuse(t, operation, "NotFoundException", "rival.example", "one",
	    arn_of(t, "rival", "identity/rival.example", arn));
	/* it does not help to call it one's own */
	refuse(t, operation, "NotFoundException", "rival.example", "one",
	    arn_of(t, "shop", "identity/rival.example", arn));
	refuse(t, operation, "BadRequestException", "ARN", "one",
	    arn_of(t, "shop", "tenant/one/tn-1", arn));
	refuse(t, operation, "BadRequestException", "ARN", "one", "x");
}

static void
test_dissociate(void **state)
{
	struct test_call *t = *state;
	static const char operation[] = "DeleteTenantResourceAssociation";
	char arn[400];

	create(t, "one");
	associate(t, "one", "identity/example.com");
	(void)arn_of(t, "shop", "identity/example.com", arn);
	t->account = "rival";
	refuse(t, operation, "NotFoundException", "", "one", arn);
	t->account = "shop";
	refuse(t, operation, "NotFoundException", "Tenant two", "two", arn);
	test_call_ok(t, API_V2, operation,
	    test_call_input(
		t, "{'TenantName': 'one', 'ResourceArn': '%s'}", arn));
	refuse(t, operation, "NotFoundException", "not associated", "one", arn);
	refuse(t, operation, "BadRequestException", "ARN", "one", "x");
}

static void
test_holders(void **state)
{
	struct test_call *t = *state;
	char arn[400];

	create(t, "one");
	create(t, "two");
	create(t, "none");
	associate(t, "two", "identity/example.com");
	associate(t, "one", "identity/example.com");
	(void)arn_of(t, "shop", "identity/example.com", arn);
	test_call_ok(t, API_V2, "ListResourceTenants",
	    test_call_input(t, "{'ResourceArn': '%s', 'PageSize': 1}", arn));
	assert_string_equal(
	    test_call_value(t, "ResourceTenants.0.TenantName"), "one");
	assert_string_equal(
	    test_call_value(t, "ResourceTenants.0.ResourceArn"), arn);
	assert_string_equal(
	    test_call_value(t, "ResourceTenants.0.AssociatedTimestamp"),
	    "1790000040");
	test_call_ok(t, API_V2, "ListResourceTenants",
	    test_call_input(t, "{'ResourceArn': '%s', 'NextToken': '%s'}", arn,
		test_call_value(t, "NextToken")));
	assert_string_equal(
	    test_call_value(t, "ResourceTenants.0.TenantName"), "two");
	assert_false(test_call_has(t, "ResourceTenants.1"));
	assert_false(test_call_has(t, "NextToken"));
	refuse(t, "ListResourceTenants", "NotFoundException", "x.example", "",
	    arn_of(t, "shop", "identity/x.example", arn));
	refuse(t, "ListResourceTenants", "BadRequestException", "ARN", "", "x");
	t->account = "rival";
	refuse(t, "ListResourceTenants", "NotFoundException", "", "",
	    arn_of(t, "shop", "identity/example.com", arn));
}

/* By name; what comes with the call is nobody's. */
static void
test_template_of_a_tenant(void **state)
{
	static const char mail[] =
	    "{'FromEmailAddress': 'a@example.com', 'TenantName': 'one', "
	    "'Destination': {'ToAddresses': ['b@example.net']}, 'Content': "
	    "{'Template': {'TemplateName': 'hello', 'TemplateData': '{}'}}}";
	struct test_call *t = *state;

	admin_fixture_set(&t->f->conf->api_submission, "unix:/nonexistent");
	create(t, "one");
	test_call_ok(t, API_V2, "CreateEmailTemplate",
	    "{'TemplateName': 'hello', 'TemplateContent': {'Subject': 's', "
	    "'Text': 't'}}");
	test_call_fails(t, API_V2, "SendEmail", "BadRequestException",
	    "Template hello is not associated with tenant one", mail);
	test_call_fails(t, API_V2, "SendBulkEmail", "BadRequestException",
	    "Template hello is not associated with tenant one",
	    "{'FromEmailAddress': 'a@example.com', 'TenantName': 'one', "
	    "'DefaultContent': {'Template': {'TemplateName': 'hello', "
	    "'TemplateData': '{}'}}, 'BulkEmailEntries': [{'Destination': "
	    "{'ToAddresses': ['b@example.net']}}]}");
	associate(t, "one", "template/hello");
	/* as far as the mail server, which is not there */
	test_call_fails(t, API_V2, "SendEmail", "ServiceUnavailable", "", mail);
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(                                       \
	    name, test_call_setup, test_call_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_create),
	    TEST(test_create_wrong),
	    TEST(test_too_many),
	    TEST(test_of_another),
	    TEST(test_list),
	    TEST(test_delete),
	    TEST(test_resources),
	    TEST(test_resources_wrong),
	    TEST(test_dissociate),
	    TEST(test_holders),
	    TEST(test_template_of_a_tenant),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
