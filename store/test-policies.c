/* Policies of identities with what they allow, tags, and pages of identities. */
#include "config.h"

#include "store/test-store.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "store/policies.h"
#include "store/store.h"

int test_policies(void);

static int64_t
make_identity(struct fixture *f, int64_t account, const char *name)
{
	struct store_identity row = {.account_id = account, .created_sec = 9};

	row.facts.type = strchr(name, '@') != NULL ? RULES_IDENTITY_EMAIL
						   : RULES_IDENTITY_DOMAIN;
	(void)snprintf(row.facts.name, sizeof(row.facts.name), "%s", name);
	assert_ok(f, store_identity_create(f->store, &row, &f->err));
	return row.facts.id;
}

/* ---- policies ---- */

static struct store_policy
put_policy(
    struct fixture *f, int64_t identity, const char *name, const char *document)
{
	struct store_policy row = {
	    .identity_id = identity, .document = document, .created_sec = 5};

	(void)snprintf(row.name, sizeof(row.name), "%s", name);
	assert_ok(f, store_policy_put(f->store, &row, &f->err));
	assert_true(row.id > 0);
	return row;
}

static bool
add_policy(void *ctx, const struct store_policy *row)
{
	char text[128];

	assert_int_equal(row->created_sec, 5);
	assert_true(row->identity_id > 0);
	(void)snprintf(text, sizeof(text), "%" PRId64 ":%s=%s", row->id,
	    row->name, row->document);
	return names_add(ctx, text);
}

static void
assert_policies(struct fixture *f, int64_t identity, const char *want)
{
	struct names names = {0};

	assert_ok(f,
	    store_policy_list(f->store, identity, add_policy, &names, &f->err));
	assert_string_equal(names.text, want);
}

static bool
add_grant(void *ctx, const struct store_grant *row)
{
	char text[1024];

	(void)snprintf(text, sizeof(text), "%s>%" PRId64 ":%s%s%s",
	    row->identity, row->account_id, row->from_pattern,
	    row->policy[0] != '\0' ? "/" : "", row->policy);
	return names_add(ctx, text);
}

static void
assert_grants(
    struct fixture *f, int64_t identity, int64_t account, const char *want)
{
	struct names names = {0};

	assert_ok(f, store_grant_list(f->store, identity, account, add_grant,
			 &names, &f->err));
	assert_string_equal(names.text, want);
}

static bool
add_change(void *ctx, const struct store_change *change)
{
	char text[64];

	if (change->kind != STORE_CHANGE_GRANT)
		return true;
	(void)snprintf(text, sizeof(text), "%" PRId64 ">%" PRId64, change->id,
	    change->owner_id);
	return names_add(ctx, text);
}

static void
test_documents(void **state)
{
	struct fixture *f = *state;
	int64_t a = make_identity(f, f->account, "a.example");
	int64_t b = make_identity(f, f->account, "b.example");
	struct store_policy lost = {.identity_id = 77, .document = "{}"};

	put_policy(f, a, "two", "{2}");
	put_policy(f, a, "one", "{1}");
	put_policy(f, b, "one", "{b}");
	assert_policies(f, a, "2:one={1} 1:two={2}");
	put_policy(f, a, "two", "{22}");
	assert_policies(f, a, "2:one={1} 1:two={22}");
	(void)snprintf(lost.name, sizeof(lost.name), "x");
	assert_code(f, SG_MISSING, store_policy_put(f->store, &lost, &f->err));
	assert_ok(f, store_policy_delete(f->store, a, "one", &f->err));
	assert_code(
	    f, SG_MISSING, store_policy_delete(f->store, a, "one", &f->err));
	assert_policies(f, a, "1:two={22}");
	assert_policies(f, b, "3:one={b}");
}

static void
test_policies_allow(void **state)
{
	struct fixture *f = *state;
	int64_t shop = fixture_account(f, "shop");
	int64_t a = make_identity(f, f->account, "a.example");
	struct store_policy one = put_policy(f, a, "one", "{}");
	struct store_policy two = put_policy(f, a, "two", "{}");
	struct store_grant single = {
	    .identity_id = a, .account_id = shop, .from_pattern = "*"};
	int64_t count;

	assert_ok(f, store_grant_add(f->store, &single, &f->err));
	assert_ok(
	    f, store_policy_grant_add(f->store, &one, shop, "*", &f->err));
	assert_ok(
	    f, store_policy_grant_add(f->store, &one, shop, "*", &f->err));
	assert_ok(
	    f, store_policy_grant_add(f->store, &two, shop, "b*", &f->err));
	assert_code(f, SG_MISSING,
	    store_policy_grant_add(f->store, &two, 77, "*", &f->err));
	assert_grants(
	    f, 0, 0, "a.example>2:* a.example>2:*/one a.example>2:b*/two");
	assert_grants(
	    f, a, shop, "a.example>2:* a.example>2:*/one a.example>2:b*/two");
	assert_grants(f, a, f->account, "");
	assert_ok(
	    f, store_policy_grant_count(f->store, f->account, &count, &f->err));
	assert_int_equal(count, 2);
	assert_ok(f, store_policy_grant_count(f->store, shop, &count, &f->err));
	assert_int_equal(count, 0);

	/* the single one is taken back alone, a policy's with the policy */
	assert_ok(f, store_grant_remove(f->store, a, shop, NULL, &f->err));
	assert_grants(f, 0, shop, "a.example>2:*/one a.example>2:b*/two");
	assert_ok(f, store_policy_delete(f->store, a, "one", &f->err));
	assert_grants(f, 0, shop, "a.example>2:b*/two");
	assert_ok(f, store_policy_grant_clear(f->store, two.id, &f->err));
	assert_grants(f, 0, 0, "");
}

static void
test_policies_are_told(void **state)
{
	struct fixture *f = *state;
	struct store_position position = {0, 0};
	struct names names = {0};
	int64_t shop = fixture_account(f, "shop");
	int64_t a = make_identity(f, f->account, "a.example");
	int64_t b = make_identity(f, f->account, "b.example");
	struct store_policy one = put_policy(f, a, "one", "{}");
	struct store_policy two = put_policy(f, b, "two", "{}");
	bool gap;

	assert_ok(
	    f, store_policy_grant_add(f->store, &one, shop, "*", &f->err));
	assert_ok(
	    f, store_policy_grant_add(f->store, &two, shop, "*", &f->err));
	assert_ok(f, store_policy_delete(f->store, a, "one", &f->err));
	assert_ok(f, store_identity_delete(f->store, f->account, b, &f->err));
	assert_ok(f, store_changes(f->store, &position, add_change, &names,
			 &gap, &f->err));
	assert_string_equal(names.text, "1>2 2>2 1>2 2>2");
}

/* ---- tags ---- */

static bool
add_tag(void *ctx, const char *key, const char *value)
{
	char text[64];

	(void)snprintf(text, sizeof(text), "%s=%s", key, value);
	return names_add(ctx, text);
}

static void
assert_tags(struct fixture *f, int64_t account, const char *resource,
    const char *want, int64_t want_count)
{
	struct names names = {0};
	int64_t count;

	assert_ok(f, store_tag_list(f->store, account, resource, add_tag,
			 &names, &f->err));
	assert_string_equal(names.text, want);
	assert_ok(
	    f, store_tag_count(f->store, account, resource, &count, &f->err));
	assert_int_equal(count, want_count);
}

static void
put_tag(struct fixture *f, int64_t account, const char *resource,
    const char *key, const char *value)
{
	assert_ok(
	    f, store_tag_put(f->store, account, resource, key, value, &f->err));
}

static void
test_tags(void **state)
{
	static const char set[] = "configuration-set/s";
	struct fixture *f = *state;
	int64_t shop = fixture_account(f, "shop");

	put_tag(f, f->account, set, "b", "2");
	put_tag(f, f->account, set, "a", "1");
	put_tag(f, shop, set, "a", "other");
	put_tag(f, f->account, set, "b", "3");
	assert_tags(f, f->account, set, "a=1 b=3", 2);
	assert_tags(f, shop, set, "a=other", 1);
	assert_ok(f, store_tag_delete(f->store, f->account, set, "a", &f->err));
	assert_ok(f, store_tag_delete(f->store, f->account, set, "a", &f->err));
	assert_tags(f, f->account, set, "b=3", 1);
	assert_ok(
	    f, store_tag_delete(f->store, f->account, set, NULL, &f->err));
	assert_tags(f, f->account, set, "", 0);
	assert_tags(f, shop, set, "a=other", 1);
	assert_code(
	    f, SG_MISSING, store_tag_put(f->store, 77, set, "a", "1", &f->err));
}

/* Each kind: made, tagged, deleted. */
static void
test_tags_go(void **state)
{
	static const struct {
		const char *resource, *make, *unmake;
	} rows[] = {
	    {"identity/a.example", NULL, "DELETE FROM identity"},
	    {"configuration-set/s",
		"INSERT INTO configuration_set (account_id, name, paused, "
		"pause_reason, suppressed_reasons, reputation, standing, "
		"fresh_start_sec, created_sec) "
		"VALUES (1, 's', 0, '', -1, 0, 0, 0, 1)",
		"DELETE FROM configuration_set"},
	    {"template/t",
		"INSERT INTO template (account_id, name, subject, text, html, "
		"created_sec) VALUES (1, 't', '', '', '', 1)",
		"DELETE FROM template"},
	    {"custom-verification-email-template/v",
		"INSERT INTO verification_template (account_id, name, "
		"from_address, subject, content, success_url, failure_url, "
		"created_sec) VALUES (1, 'v', '', '', '', '', '', 1)",
		"DELETE FROM verification_template"},
	    {"dedicated-ip-pool/p",
		"INSERT INTO pool (account_id, name, created_sec) "
		"VALUES (1, 'p', 1)",
		"DELETE FROM pool"},
	    {"tenant/n",
		"INSERT INTO tenant (account_id, uuid, name, created_sec) "
		"VALUES (1, 'u', 'n', 1)",
		"DELETE FROM tenant"},
	};
	struct fixture *f = *state;
	int64_t shop = fixture_account(f, "shop");

	assert_int_equal(f->account, 1);
	make_identity(f, f->account, "a.example");
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		if (rows[i].make != NULL)
			fixture_sql(f, rows[i].make);
		put_tag(f, f->account, rows[i].resource, "k", "v");
		put_tag(f, shop, rows[i].resource, "k", "v");
		fixture_sql(f, rows[i].unmake);
		assert_tags(f, f->account, rows[i].resource, "", 0);
		assert_tags(f, shop, rows[i].resource, "k=v", 1);
	}
}

static void
assert_has(struct fixture *f, enum store_tag_resource kind, const char *name,
    const char *uuid, bool want)
{
	bool has;

	assert_ok(f, store_tag_resource_has(f->store, f->account, kind, name,
			 uuid, &has, &f->err));
	assert_int_equal(has, want);
}

static void
test_resources(void **state)
{
	struct fixture *f = *state;

	fixture_account(f, "shop");
	fixture_sql(f,
	    "INSERT INTO tenant (account_id, uuid, name, "
	    "created_sec) VALUES (1, 'u', 'n', 1), (2, 'w', 'm', 1)");
	fixture_sql(f, "INSERT INTO pool (account_id, name, created_sec) "
		       "VALUES (1, 'n2', 1), (NULL, 'all', 1)");
	assert_has(f, STORE_TAG_RESOURCE_TENANT, "n", "", true);
	assert_has(f, STORE_TAG_RESOURCE_TENANT, "n", "u", true);
	assert_has(f, STORE_TAG_RESOURCE_TENANT, "n", "w", false);
	assert_has(f, STORE_TAG_RESOURCE_TENANT, "m", "", false);
	assert_has(f, STORE_TAG_RESOURCE_POOL, "n2", "", true);
	assert_has(f, STORE_TAG_RESOURCE_POOL, "all", "", false);
	assert_has(f, STORE_TAG_RESOURCE_SET, "n", "", false);
	assert_has(f, STORE_TAG_RESOURCE_TEMPLATE, "n", "", false);
	assert_has(f, STORE_TAG_RESOURCE_VERIFICATION_TEMPLATE, "n", "", false);
}

/* ---- pages of identities ---- */

static bool
add_identity(void *ctx, const struct store_identity *row)
{
	return names_add(ctx, row->facts.name);
}

static void
assert_page(struct fixture *f, int type, const char *after, int64_t most,
    const char *want)
{
	struct names names = {0};

	assert_ok(f, store_identity_page(f->store, f->account, type, after,
			 most, add_identity, &names, &f->err));
	assert_string_equal(names.text, want);
}

static void
test_identity_page(void **state)
{
	struct fixture *f = *state;
	int64_t shop = fixture_account(f, "shop");

	make_identity(f, f->account, "c.example");
	make_identity(f, f->account, "b@a.example");
	make_identity(f, f->account, "a.example");
	make_identity(f, shop, "b.example");
	assert_page(f, -1, "", 9, "a.example b@a.example c.example");
	assert_page(f, -1, "", 2, "a.example b@a.example");
	assert_page(f, -1, "b@a.example", 2, "c.example");
	assert_page(f, RULES_IDENTITY_DOMAIN, "", 2, "a.example c.example");
	assert_page(f, RULES_IDENTITY_EMAIL, "", 2, "b@a.example");
	assert_page(f, -1, "c.example", 2, "");
}

int
test_policies(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		test_documents, fixture_setup, fixture_teardown),
	    cmocka_unit_test_setup_teardown(
		test_policies_allow, fixture_setup, fixture_teardown),
	    cmocka_unit_test_setup_teardown(
		test_policies_are_told, fixture_setup, fixture_teardown),
	    cmocka_unit_test_setup_teardown(
		test_tags, fixture_setup, fixture_teardown),
	    cmocka_unit_test_setup_teardown(
		test_tags_go, fixture_setup, fixture_teardown),
	    cmocka_unit_test_setup_teardown(
		test_resources, fixture_setup, fixture_teardown),
	    cmocka_unit_test_setup_teardown(
		test_identity_page, fixture_setup, fixture_teardown),
	};

	return cmocka_run_group_tests_name("policies", tests, NULL, NULL);
}
