/* Tests of the operations on reputation, and of what the figures of a tenant do to
 * it and to nobody else. */
#include "config.h"

#include "api/test-call.h"

#include <stdio.h>
#include <string.h>

#include "ops/reputation.h"
#include "ops/tenant.h"
#include "store/events.h"

static struct store_tenant
row_of(struct test_call *t, const char *name)
{
	struct store_tenant row;

	assert_code(t->f, SG_OK,
	    tenant_get(t->f->store, admin_fixture_account(t->f, "shop"), name,
		&row, &t->f->err));
	return row;
}

/* A new tenant of shop. */
static void
create(struct test_call *t, const char *name)
{
	struct store_tenant row;
	bool is_full;

	assert_code(t->f, SG_OK,
	    tenant_create(t->f->store, admin_fixture_account(t->f, "shop"),
		name, TEST_NOW, &row, &is_full, &t->f->err));
}

static const char *
arn_of(struct test_call *t, const char *name, char arn_r[400])
{
	struct store_tenant row = row_of(t, name);

	(void)snprintf(arn_r, 400, "arn:aws:ses:local:%012lld:tenant/%s/%s",
	    (long long)row.facts.account_id, name, row.uuid);
	return arn_r;
}

/* The input that names the tenant, with more members. */
static const char *
input_of(struct test_call *t, const char *name, const char *more)
{
	static char input[700];
	char arn[400];

	(void)snprintf(input, sizeof(input),
	    "{'ReputationEntityType': 'RESOURCE', "
	    "'ReputationEntityReference': '%s'%s}",
	    arn_of(t, name, arn), more);
	return input;
}

static void
set_status(struct test_call *t, const char *name, const char *status)
{
	char more[64];

	(void)snprintf(more, sizeof(more), ", 'SendingStatus': '%s'", status);
	test_call_ok(t, API_V2, "UpdateReputationEntityCustomerManagedStatus",
	    input_of(t, name, more));
}

static void
set_policy(struct test_call *t, const char *name, const char *policy)
{
	char more[160];

	(void)snprintf(more, sizeof(more),
	    ", 'ReputationEntityPolicy': "
	    "'arn:aws:ses:us-east-1:aws:reputation-policy/%s'",
	    policy);
	test_call_ok(
	    t, API_V2, "UpdateReputationEntityPolicy", input_of(t, name, more));
}

/* Counts and judges, as a bounce would. */
static void
count(struct test_call *t, const char *name, int64_t eligible, int64_t bounces,
    int64_t complaints)
{
	struct store_tenant row = row_of(t, name);
	const struct store_tally tally = {.account_id = row.facts.account_id,
	    .set_id = STORE_TALLY_TENANT(row.facts.id),
	    .bucket_sec = t->now_sec - t->now_sec % STORE_TALLY_BUCKET_SEC,
	    .sent = eligible,
	    .eligible = eligible,
	    .bounces = bounces,
	    .complaints = complaints};

	assert_code(
	    t->f, SG_OK, store_tally_add(t->f->store, &tally, &t->f->err));
	assert_code(t->f, SG_OK,
	    reputation_update_tenant(t->f->store, t->f->conf, row.facts.id,
		bounces + complaints > 0, t->now_sec, &t->f->err));
}

static void
assert_entity(
    struct test_call *t, const char *name, const char *member, const char *want)
{
	char path[100];

	test_call_ok(t, API_V2, "GetReputationEntity", input_of(t, name, ""));
	(void)snprintf(path, sizeof(path), "ReputationEntity.%s", member);
	if (want == NULL)
		assert_false(test_call_has(t, path));
	else
		assert_string_equal(test_call_value(t, path), want);
}

static void
test_entity(void **state)
{
	struct test_call *t = *state;
	char arn[400];

	create(t, "one");
	assert_entity(
	    t, "one", "ReputationEntityReference", arn_of(t, "one", arn));
	assert_entity(t, "one", "ReputationEntityType", "RESOURCE");
	assert_entity(t, "one", "ReputationManagementPolicy",
	    "arn:aws:ses:local:aws:reputation-policy/standard");
	assert_entity(t, "one", "CustomerManagedStatus.Status", "ENABLED");
	assert_entity(t, "one", "CustomerManagedStatus.LastUpdatedTimestamp",
	    "1790000040");
	assert_entity(t, "one", "AwsSesManagedStatus.Status", "ENABLED");
	assert_entity(t, "one", "SendingStatusAggregate", "ENABLED");
	assert_entity(t, "one", "ReputationImpact", NULL);
	set_policy(t, "one", "strict");
	assert_entity(t, "one", "ReputationManagementPolicy",
	    "arn:aws:ses:local:aws:reputation-policy/strict");
	test_call_fails(t, API_V2, "UpdateReputationEntityPolicy",
	    "BadRequestException", "none, standard or strict",
	    input_of(t, "one",
		", 'ReputationEntityPolicy': "
		"'arn:aws:ses:us-east-1:aws:reputation-policy/mild'"));
	test_call_fails(t, API_V2, "UpdateReputationEntityPolicy",
	    "BadRequestException", "reputation-policy",
	    input_of(t, "one", ", 'ReputationEntityPolicy': 'strict'"));
	test_call_fails(t, API_V2,
	    "UpdateReputationEntityCustomerManagedStatus",
	    "BadRequestException", "ENABLED",
	    input_of(t, "one", ", 'SendingStatus': 'ON'"));
}

static void
test_of_another(void **state)
{
	struct test_call *t = *state;
	char input[600];

	create(t, "one");
	(void)snprintf(input, sizeof(input), "%s", input_of(t, "one", ""));
	t->account = "rival";
	test_call_fails(t, API_V2, "GetReputationEntity", "NotFoundException",
	    "does not exist", input);
	(void)snprintf(input, sizeof(input), "%s",
	    input_of(t, "one", ", 'SendingStatus': 'DISABLED'"));
	test_call_fails(t, API_V2,
	    "UpdateReputationEntityCustomerManagedStatus",
	    "BadRequestException", "does not exist", input);
	(void)snprintf(input, sizeof(input), "%s",
	    input_of(t, "one",
		", 'ReputationEntityPolicy': "
		"'arn:aws:ses:us-east-1:aws:reputation-policy/none'"));
	test_call_fails(t, API_V2, "UpdateReputationEntityPolicy",
	    "BadRequestException", "does not exist", input);
	test_call_ok(t, API_V2, "ListReputationEntities", "{}");
	assert_false(test_call_has(t, "ReputationEntities.0"));
	t->account = "shop";
	assert_false(row_of(t, "one").facts.paused);
	assert_string_equal(row_of(t, "one").policy, "standard");
	/* one of that name, but not that one */
	test_call_fails(t, API_V2, "GetReputationEntity", "NotFoundException",
	    "does not exist",
	    "{'ReputationEntityReference': "
	    "'arn:aws:ses:us-east-1:000000000001:tenant/one/tn-0'}");
	test_call_fails(t, API_V2, "GetReputationEntity", "NotFoundException",
	    "does not exist", "{'ReputationEntityReference': 'x'}");
}

/* The figures of one pause it alone. */
static void
test_pause(void **state)
{
	struct test_call *t = *state;
	struct store_account account;

	create(t, "bad");
	create(t, "good");
	count(t, "good", 1000, 0, 0);
	count(t, "bad", 1000, 0, 9);
	assert_entity(t, "bad", "CustomerManagedStatus.Status", "DISABLED");
	assert_non_null(
	    strstr(row_of(t, "bad").status_cause, "complaint rate 0.90 %"));
	assert_entity(t, "bad", "AwsSesManagedStatus.Status", "ENABLED");
	assert_entity(t, "bad", "SendingStatusAggregate", "DISABLED");
	assert_entity(t, "bad", "ReputationImpact", "HIGH");
	assert_entity(t, "good", "SendingStatusAggregate", "ENABLED");
	assert_code(t->f, SG_OK,
	    store_account_get(t->f->store, "shop", &account, &t->f->err));
	assert_false(account.facts.paused);
	assert_int_equal(account.standing, RULES_HEALTHY);
	/* only one word ends it, and it holds while the findings are open */
	test_call_fails(t, API_V2,
	    "UpdateReputationEntityCustomerManagedStatus", "ConflictException",
	    "REINSTATED", input_of(t, "bad", ", 'SendingStatus': 'ENABLED'"));
	set_status(t, "bad", "DISABLED");
	assert_int_equal(
	    row_of(t, "bad").status_by, STORE_PAUSED_BY_REPUTATION);
	set_status(t, "bad", "REINSTATED");
	assert_entity(t, "bad", "SendingStatusAggregate", "REINSTATED");
	count(t, "bad", 0, 0, 1);
	assert_entity(t, "bad", "SendingStatusAggregate", "REINSTATED");
	assert_entity(t, "bad", "ReputationImpact", "HIGH");
	count(t, "bad", 20000, 0, 0); /* well again */
	assert_entity(t, "bad", "SendingStatusAggregate", "ENABLED");
	assert_entity(t, "bad", "ReputationImpact", NULL);
	count(t, "bad", 0, 0, 200); /* and ill once more */
	assert_entity(t, "bad", "SendingStatusAggregate", "DISABLED");
}

static void
test_policies(void **state)
{
	struct test_call *t = *state;

	create(t, "none");
	create(t, "standard");
	create(t, "strict");
	set_policy(t, "none", "none");
	set_policy(t, "strict", "strict");
	count(t, "standard", 1000, 70, 0); /* above 5 %, below 10 % */
	count(t, "strict", 1000, 70, 0);
	count(t, "none", 1000, 300, 0);
	assert_entity(t, "standard", "SendingStatusAggregate", "ENABLED");
	assert_entity(t, "standard", "ReputationImpact", "LOW");
	assert_entity(t, "strict", "SendingStatusAggregate", "DISABLED");
	assert_entity(t, "strict", "ReputationImpact", "LOW");
	assert_entity(t, "none", "SendingStatusAggregate", "ENABLED");
	assert_entity(t, "none", "ReputationImpact", "HIGH");
}

/* The operator's word is his alone. */
static void
test_operator(void **state)
{
	struct test_call *t = *state;
	int64_t id = admin_fixture_account(t->f, "shop");

	create(t, "one");
	assert_code(t->f, SG_INVALID,
	    tenant_pause(t->f->store, id, "one", "", 7, &t->f->err));
	assert_code(t->f, SG_OK,
	    tenant_pause(t->f->store, id, "one", "spam", 7, &t->f->err));
	assert_entity(t, "one", "AwsSesManagedStatus.Status", "DISABLED");
	assert_entity(t, "one", "AwsSesManagedStatus.Cause", "spam");
	assert_entity(
	    t, "one", "AwsSesManagedStatus.LastUpdatedTimestamp", "7");
	set_status(t, "one", "REINSTATED");
	assert_entity(t, "one", "SendingStatusAggregate", "DISABLED");
	set_status(t, "one", "ENABLED");
	assert_entity(t, "one", "SendingStatusAggregate", "DISABLED");
	assert_string_equal(row_of(t, "one").facts.pause_reason, "spam");
	count(t, "one", 1000, 0, 9); /* on top of it */
	assert_code(t->f, SG_OK,
	    tenant_resume(
		t->f->store, id, "one", true, TEST_NOW + 1000, &t->f->err));
	assert_entity(t, "one", "SendingStatusAggregate", "ENABLED");
	assert_entity(t, "one", "ReputationImpact", NULL);
	/* the account's own word stays */
	set_status(t, "one", "DISABLED");
	assert_code(t->f, SG_OK,
	    tenant_resume(t->f->store, id, "one", false, 8, &t->f->err));
	assert_entity(t, "one", "SendingStatusAggregate", "DISABLED");
	set_status(t, "one", "ENABLED");
	assert_entity(t, "one", "SendingStatusAggregate", "ENABLED");
}

/* By time alone: what was sent leaves the window. */
static void
test_update_all(void **state)
{
	struct test_call *t = *state;

	create(t, "one");
	count(t, "one", 1000, 70, 0);
	assert_entity(t, "one", "ReputationImpact", "LOW");
	assert_code(t->f, SG_OK,
	    reputation_update_all(t->f->store, t->f->conf,
		TEST_NOW + INT64_C(400) * 86400, &t->f->err));
	assert_entity(t, "one", "ReputationImpact", NULL);
	assert_int_equal(row_of(t, "one").standing, RULES_HEALTHY);
}

static bool
add_figures(void *ctx, const struct reputation_figures *figures)
{
	char *text = ctx;

	(void)snprintf(text + strlen(text), 200 - strlen(text), "%s/%s%s ",
	    figures->account, figures->tenant, figures->paused ? "!" : "");
	return true;
}

static bool
add_history(void *ctx, const struct reputation_history *history)
{
	if (history->tenant[0] != '\0' && history->pause_sec != 0)
		(*(int *)ctx)++;
	return true;
}

static void
test_show(void **state)
{
	struct test_call *t = *state;
	struct reputation_limits limits;
	char text[200] = "";
	int paused = 0;

	create(t, "one");
	create(t, "two");
	count(t, "one", 1000, 0, 9);
	assert_code(t->f, SG_OK,
	    reputation_show(t->f->store, t->f->conf, "shop", TEST_NOW,
		add_figures, text, &t->f->err));
	assert_string_equal(text, "shop/ shop/two shop/one! ");
	reputation_limits_of(t->f->conf, &limits);
	assert_code(t->f, SG_OK,
	    reputation_dry_run(t->f->store, t->f->conf, &limits, "shop",
		TEST_NOW, add_history, &paused, &t->f->err));
	assert_int_equal(paused, 1);
}

static void
assert_list(struct test_call *t, const char *input, const char *first,
    const char *second)
{
	char path[100];
	const char *const names[] = {first, second, NULL};

	test_call_ok(t, API_V2, "ListReputationEntities", input);
	for (size_t i = 0; i < 3; i++) {
		(void)snprintf(path, sizeof(path),
		    "ReputationEntities.%zu.ReputationEntityReference", i);
		if (names[i] == NULL) {
			assert_false(test_call_has(t, path));
			return;
		}
		assert_non_null(strstr(test_call_value(t, path), names[i]));
	}
}

static void
test_list(void **state)
{
	struct test_call *t = *state;
	char input[600];

	create(t, "a");
	create(t, "ab");
	count(t, "ab", 1000, 0, 9);
	assert_list(t, "{}", "tenant/a/", "tenant/ab/");
	assert_list(t, "{'Filter': {'ENTITY_TYPE': 'RESOURCE'}}", "tenant/a/",
	    "tenant/ab/");
	assert_list(t, "{'Filter': {'SENDING_STATUS': 'DISABLED'}}",
	    "tenant/ab/", NULL);
	assert_list(t, "{'Filter': {'REPUTATION_IMPACT': 'LOW'}}", NULL, NULL);
	assert_list(
	    t, "{'Filter': {'REPUTATION_IMPACT': 'HIGH'}}", "tenant/ab/", NULL);
	(void)snprintf(input, sizeof(input),
	    "{'Filter': {'ENTITY_REFERENCE_PREFIX': "
	    "'arn:aws:ses:local:%012lld:tenant/ab'}}",
	    (long long)admin_fixture_account(t->f, "shop"));
	assert_list(t, input, "tenant/ab/", NULL);
	assert_list(t, "{'Filter': {'ENTITY_REFERENCE_PREFIX': 'arn:aws:ses'}}",
	    "tenant/a/", "tenant/ab/");
	assert_list(
	    t, "{'Filter': {'ENTITY_REFERENCE_PREFIX': 'x'}}", NULL, NULL);
	test_call_ok(t, API_V2, "ListReputationEntities", "{'PageSize': 1}");
	(void)snprintf(input, sizeof(input), "{'NextToken': '%s'}",
	    test_call_value(t, "NextToken"));
	assert_list(t, input, "tenant/ab/", NULL);
	test_call_fails(t, API_V2, "ListReputationEntities",
	    "BadRequestException", "SENDING_STATUS",
	    "{'Filter': {'SENDING_STATUS': 'X'}}");
	test_call_fails(t, API_V2, "ListReputationEntities",
	    "BadRequestException", "keys", "{'Filter': {'X': 'X'}}");
	test_call_fails(t, API_V2, "ListReputationEntities",
	    "BadRequestException", "NextToken", "{'NextToken': 'x'}");
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(                                       \
	    name, test_call_setup, test_call_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_entity),
	    TEST(test_of_another),
	    TEST(test_pause),
	    TEST(test_policies),
	    TEST(test_operator),
	    TEST(test_update_all),
	    TEST(test_show),
	    TEST(test_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
