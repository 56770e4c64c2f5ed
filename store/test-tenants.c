/* Tests of tenants, what is theirs, figures by the day, findings, pools and
 * addresses. */
#include "config.h"

#include "store/test-store.h"

#include <stdio.h>
#include <string.h>

#include "store/events.h"
#include "store/pools.h"
#include "store/tenants.h"

#define NOW INT64_C(1700000000)

static struct store_tenant
tenant_add(struct fixture *f, int64_t account, const char *name)
{
	struct store_tenant row = {.facts.account_id = account,
	    .policy = "standard",
	    .status_by = STORE_PAUSED_BY_ACCOUNT,
	    .status_sec = NOW,
	    .created_sec = NOW};

	(void)snprintf(row.facts.name, sizeof(row.facts.name), "%s", name);
	(void)snprintf(row.uuid, sizeof(row.uuid), "tn-%lld-%.20s",
	    (long long)account, name);
	assert_ok(f, store_tenant_create(f->store, &row, &f->err));
	return row;
}

static bool
add_tenant(void *ctx, const struct store_tenant *row)
{
	return names_add(ctx, row->facts.name);
}

static void
assert_page(
    struct fixture *f, struct store_tenant_filter filter, const char *want)
{
	struct names names = {0};

	filter.after = filter.after != NULL ? filter.after : "";
	filter.prefix = filter.prefix != NULL ? filter.prefix : "";
	assert_ok(f, store_tenant_page(f->store, f->account, &filter,
			 add_tenant, &names, &f->err));
	assert_string_equal(names.text, want);
}

static void
test_tenant(void **state)
{
	struct fixture *f = *state;
	struct store_tenant row = tenant_add(f, f->account, "b"), read;
	int64_t count;

	assert_ok(
	    f, store_tenant_get(f->store, f->account, "b", &read, &f->err));
	assert_int_equal(read.facts.id, row.facts.id);
	assert_false(read.facts.paused);
	assert_string_equal(read.uuid, row.uuid);
	assert_code(f, SG_EXISTS, store_tenant_create(f->store, &row, &f->err));
	row.status = STORE_TENANT_DISABLED;
	memcpy(row.status_cause, "why", 4);
	row.standing = row.impact = RULES_SHUT_DOWN;
	row.finding = 2;
	memcpy(row.finding_text, "much", 5);
	row.found_sec = 3;
	row.judged_sec = 4;
	row.fresh_start_sec = 5;
	memcpy(row.policy, "strict", 7);
	assert_ok(f, store_tenant_update(f->store, &row, &f->err));
	assert_ok(
	    f, store_tenant_get_by_id(f->store, row.facts.id, &read, &f->err));
	assert_true(read.facts.paused);
	assert_string_equal(read.facts.pause_reason, "why");
	assert_string_equal(read.policy, "strict");
	assert_string_equal(read.finding_text, "much");
	assert_int_equal(read.finding + read.found_sec + read.judged_sec +
			     read.fresh_start_sec,
	    14);
	row.stopped = true;
	memcpy(row.stop_reason, "spam", 5);
	row.stopped_sec = NOW;
	assert_ok(f, store_tenant_update(f->store, &row, &f->err));
	assert_ok(
	    f, store_tenant_get_by_id(f->store, row.facts.id, &read, &f->err));
	assert_string_equal(read.facts.pause_reason, "spam");
	assert_ok(f, store_tenant_count(f->store, f->account, &count, &f->err));
	assert_int_equal(count, 1);
	assert_ok(f, store_tenant_delete(f->store, row.facts.id, &f->err));
	assert_code(f, SG_MISSING,
	    store_tenant_delete(f->store, row.facts.id, &f->err));
	assert_code(f, SG_MISSING,
	    store_tenant_get_by_id(f->store, row.facts.id, &read, &f->err));
	assert_code(f, SG_MISSING,
	    store_tenant_get(f->store, f->account, "b", &read, &f->err));
	assert_code(
	    f, SG_MISSING, store_tenant_update(f->store, &row, &f->err));
	row.facts.account_id = 77;
	assert_code(
	    f, SG_MISSING, store_tenant_create(f->store, &row, &f->err));
}

static void
test_tenant_lists(void **state)
{
	struct fixture *f = *state;
	int64_t shop = fixture_account(f, "shop");
	struct names all = {0}, unwell = {0}, findings = {0};
	struct store_tenant row;

	tenant_add(f, f->account, "b");
	tenant_add(f, f->account, "ab");
	tenant_add(f, shop, "a");
	row = tenant_add(f, f->account, "c");
	row.stopped = true;
	row.standing = RULES_UNDER_REVIEW;
	row.impact = RULES_SHUT_DOWN;
	assert_ok(f, store_tenant_update(f->store, &row, &f->err));
	assert_page(f,
	    (struct store_tenant_filter){.status = -1, .impact = -1, .most = 9},
	    "ab b c");
	assert_page(f,
	    (struct store_tenant_filter){
		.after = "ab", .status = -1, .impact = -1, .most = 1},
	    "b");
	assert_page(f,
	    (struct store_tenant_filter){
		.prefix = "a", .status = -1, .impact = -1, .most = 9},
	    "ab");
	assert_page(f,
	    (struct store_tenant_filter){.status = 1, .impact = -1, .most = 9},
	    "c");
	assert_page(f,
	    (struct store_tenant_filter){.status = 0, .impact = -1, .most = 9},
	    "ab b");
	assert_page(f,
	    (struct store_tenant_filter){.status = -1, .impact = 2, .most = 9},
	    "c");
	assert_ok(f, store_tenant_list(f->store, add_tenant, &all, &f->err));
	assert_int_equal(all.count, 4);
	assert_ok(f,
	    store_tenant_list_unwell(f->store, add_tenant, &unwell, &f->err));
	assert_string_equal(unwell.text, "c");
	assert_ok(f, store_tenant_findings(f->store, f->account, 0, 9,
			 add_tenant, &findings, &f->err));
	assert_string_equal(findings.text, "c");
	assert_ok(f, store_tenant_findings(f->store, f->account, row.facts.id,
			 9, add_tenant, &findings, &f->err));
	assert_string_equal(findings.text, "c");
}

static bool
add_resource(void *ctx, const struct store_resource *row)
{
	return names_add(ctx, row->resource);
}

static bool
add_holder(void *ctx, const struct store_tenant *row, int64_t since_sec)
{
	char text[100];

	(void)snprintf(text, sizeof(text), "%s@%lld", row->facts.name,
	    (long long)since_sec);
	return names_add(ctx, text);
}

static void
resource_add(struct fixture *f, int64_t tenant, const char *resource)
{
	struct store_resource row = {.tenant_id = tenant, .created_sec = 7};

	(void)snprintf(row.resource, sizeof(row.resource), "%s", resource);
	assert_ok(f, store_resource_add(f->store, &row, &f->err));
	assert_code(f, SG_EXISTS, store_resource_add(f->store, &row, &f->err));
}

static void
assert_resources(struct fixture *f, int64_t tenant, const char *prefix,
    const char *after, const char *want)
{
	struct names names = {0};

	assert_ok(f, store_resource_list(f->store, tenant, prefix, after, 9,
			 add_resource, &names, &f->err));
	assert_string_equal(names.text, want);
}

static void
test_resources(void **state)
{
	struct fixture *f = *state;
	int64_t shop = fixture_account(f, "shop");
	int64_t a = tenant_add(f, f->account, "a").facts.id;
	int64_t b = tenant_add(f, f->account, "b").facts.id;
	int64_t other = tenant_add(f, shop, "a").facts.id;
	struct names holders = {0}, rest = {0};
	bool has;

	resource_add(f, a, "identity/x.example");
	resource_add(f, a, "configuration-set/s");
	resource_add(f, b, "identity/x.example");
	resource_add(f, other, "identity/x.example");
	assert_resources(
	    f, a, "", "", "configuration-set/s identity/x.example");
	assert_resources(f, a, "identity/", "", "identity/x.example");
	assert_resources(f, a, "", "configuration-set/s", "identity/x.example");
	assert_ok(
	    f, store_resource_holders(f->store, f->account,
		   "identity/x.example", 0, 9, add_holder, &holders, &f->err));
	assert_string_equal(holders.text, "a@7 b@7");
	assert_ok(
	    f, store_resource_holders(f->store, f->account,
		   "identity/x.example", a, 9, add_holder, &rest, &f->err));
	assert_string_equal(rest.text, "b@7");
	assert_ok(f, store_resource_has(
			 f->store, b, "identity/x.example", &has, &f->err));
	assert_true(has);
	assert_ok(f,
	    store_resource_remove(f->store, b, "identity/x.example", &f->err));
	assert_code(f, SG_MISSING,
	    store_resource_remove(f->store, b, "identity/x.example", &f->err));
	assert_ok(f, store_resource_has(
			 f->store, b, "identity/x.example", &has, &f->err));
	assert_false(has);
}

/* What is gone is nobody's, and what comes under its name is new. */
static void
test_resources_go(void **state)
{
	struct fixture *f = *state;
	int64_t shop = fixture_account(f, "shop");
	int64_t a = tenant_add(f, f->account, "a").facts.id;
	int64_t other = tenant_add(f, shop, "a").facts.id;
	struct store_identity identity = {.account_id = f->account};
	bool exists;

	memcpy(identity.facts.name, "x.example", 10);
	identity.facts.type = RULES_IDENTITY_DOMAIN;
	assert_ok(f, store_identity_create(f->store, &identity, &f->err));
	assert_ok(f, store_resource_exists(f->store, f->account,
			 "identity/x.example", &exists, &f->err));
	assert_true(exists);
	assert_ok(f, store_resource_exists(f->store, f->account,
			 "template/x.example", &exists, &f->err));
	assert_false(exists);
	assert_ok(f, store_resource_exists(f->store, shop, "identity/x.example",
			 &exists, &f->err));
	assert_false(exists);
	resource_add(f, a, "identity/x.example");
	resource_add(f, other, "identity/x.example");
	assert_ok(f, store_identity_delete(
			 f->store, f->account, identity.facts.id, &f->err));
	assert_resources(f, a, "", "", "");
	assert_resources(f, 0, "", "", "identity/x.example");
	assert_ok(f, store_account_delete(f->store, shop, &f->err));
	assert_resources(f, 0, "", "", "");
}

static bool
add_figure(void *ctx, int64_t day_sec, int64_t recipients)
{
	char text[64];

	(void)snprintf(text, sizeof(text), "%lld:%lld", (long long)day_sec,
	    (long long)recipients);
	return names_add(ctx, text);
}

static void
assert_sums(struct fixture *f, int64_t set, int64_t identity, int64_t last,
    const char *want)
{
	struct store_metric which = {.account_id = f->account,
	    .kind = STORE_METRIC_SEND,
	    .set_id = set,
	    .identity_id = identity};
	struct names names = {0};

	assert_ok(f, store_metric_sums(f->store, &which, 0, last, add_figure,
			 &names, &f->err));
	assert_string_equal(names.text, want);
}

static void
test_metric(void **state)
{
	struct fixture *f = *state;
	const int64_t rows[][5] = {{0, 0, 0, 0, 2}, {0, 0, 5, 1, 3},
	    {86400, 0, 5, 1, 4}, {86400, 0, 5, 1, 1}, {0, 1, 5, 1, 100}};
	int64_t gone;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct store_metric row = {.account_id = f->account,
		    .day_sec = rows[i][0],
		    .kind = (enum store_metric_kind)rows[i][1],
		    .set_id = rows[i][2],
		    .identity_id = rows[i][3],
		    .recipients = rows[i][4]};

		assert_ok(f, store_metric_add(f->store, &row, &f->err));
	}
	assert_sums(f, -1, -1, 200000, "0:5 86400:5");
	assert_sums(f, 5, -1, 200000, "0:3 86400:5");
	assert_sums(f, -1, 0, 200000, "0:2");
	assert_sums(f, -1, -1, 86400, "0:5");
	assert_ok(f, store_purge(f->store, 0, 86400, 100, 2, &gone, &f->err));
	assert_int_equal(gone, 2);
	assert_ok(f, store_purge(f->store, 0, 86400, 100, 2, &gone, &f->err));
	assert_sums(f, -1, -1, 200000, "86400:5");
}

static bool
add_finding(void *ctx, const struct store_finding *row)
{
	char text[700];

	(void)snprintf(text, sizeof(text), "%s:%d:%s:%d:%lld", row->name,
	    (int)row->dkim_status, row->mail_from, (int)row->mail_from_status,
	    (long long)row->dkim_since_sec);
	return names_add(ctx, text);
}

static void
assert_findings(struct fixture *f, enum verification_subject subject,
    const char *after, const char *want)
{
	struct names names = {0};

	assert_ok(f, store_finding_list(f->store, f->account, subject, after, 9,
			 add_finding, &names, &f->err));
	assert_string_equal(names.text, want);
}

static void
test_findings(void **state)
{
	struct fixture *f = *state;
	struct store_identity identity = {
	    .account_id = f->account, .created_sec = 3};
	struct verification v = {.started_sec = 5};

	identity.facts.type = RULES_IDENTITY_DOMAIN;
	identity.facts.dkim_status = RULES_IDENTITY_SUCCESS;
	memcpy(identity.facts.name, "good.example", 13);
	assert_ok(f, store_identity_create(f->store, &identity, &f->err));
	identity.facts.dkim_status = RULES_IDENTITY_FAILED;
	memcpy(identity.facts.name, "a.example", 10);
	assert_ok(f, store_identity_create(f->store, &identity, &f->err));
	assert_ok(f, store_verification_put(f->store, identity.facts.id,
			 VERIFICATION_DKIM, &v, &f->err));
	identity.facts.dkim_status = RULES_IDENTITY_SUCCESS;
	identity.mail_from_status = RULES_IDENTITY_PENDING;
	memcpy(identity.facts.name, "b.example", 10);
	memcpy(identity.facts.mail_from, "m.b.example", 12);
	assert_ok(f, store_identity_create(f->store, &identity, &f->err));
	assert_findings(f, VERIFICATION_DKIM, "", "a.example:3::0:5");
	assert_findings(f, VERIFICATION_DKIM, "a.example", "");
	assert_findings(
	    f, VERIFICATION_MAIL_FROM, "", "b.example:2:m.b.example:1:3");
}

/* ---- pools ---- */

static bool
add_pool(void *ctx, const struct store_pool *row)
{
	char text[100];

	(void)snprintf(text, sizeof(text), "%lld:%s",
	    (long long)row->account_id, row->name);
	return names_add(ctx, text);
}

static struct store_pool
pool_add(struct fixture *f, int64_t account, const char *name)
{
	struct store_pool row = {.account_id = account, .created_sec = NOW};

	(void)snprintf(row.name, sizeof(row.name), "%s", name);
	assert_ok(f, store_pool_create(f->store, &row, &f->err));
	return row;
}

static void
test_pool(void **state)
{
	struct fixture *f = *state;
	struct store_pool own = pool_add(f, f->account, "p"), read;
	struct store_pool shared = pool_add(f, 0, "p");
	struct names all = {0}, page = {0};
	char user[160];
	int64_t count;

	assert_code(f, SG_EXISTS, store_pool_create(f->store, &own, &f->err));
	assert_code(
	    f, SG_EXISTS, store_pool_create(f->store, &shared, &f->err));
	pool_add(f, f->account, "q");
	assert_ok(f, store_pool_get(f->store, 0, "p", &read, &f->err));
	assert_int_equal(read.id, shared.id);
	assert_code(
	    f, SG_MISSING, store_pool_get(f->store, 0, "q", &read, &f->err));
	assert_ok(f, store_pool_count(f->store, f->account, &count, &f->err));
	assert_int_equal(count, 2);
	assert_ok(f, store_pool_list(f->store, f->account, "p", 5, add_pool,
			 &page, &f->err));
	assert_string_equal(page.text, "1:q");
	assert_ok(f, store_pool_list_all(f->store, add_pool, &all, &f->err));
	assert_string_equal(all.text, "0:p 1:p 1:q");
	assert_code(
	    f, SG_MISSING, store_pool_user(f->store, &own, user, &f->err));
	fixture_sql(f, "INSERT INTO configuration_set (account_id, name, "
		       "paused, pause_reason, suppressed_reasons, reputation, "
		       "standing, fresh_start_sec, created_sec, pool) VALUES "
		       "(1, 's', 0, '', -1, 0, 0, 0, 0, 'p')");
	assert_ok(f, store_pool_user(f->store, &own, user, &f->err));
	assert_string_equal(user, "demo/s");
	/* the account's own of that name is meant */
	assert_code(
	    f, SG_MISSING, store_pool_user(f->store, &shared, user, &f->err));
	assert_ok(f, store_pool_delete(f->store, own.id, &f->err));
	assert_ok(f, store_pool_user(f->store, &shared, user, &f->err));
	assert_code(
	    f, SG_MISSING, store_pool_delete(f->store, own.id, &f->err));
}

static bool
add_ip(void *ctx, const struct store_ip *row)
{
	char text[200];

	(void)snprintf(text, sizeof(text), "%s:%lld:%s:%d:%d", row->address,
	    (long long)row->account_id, row->pool, (int)row->warmup,
	    row->percentage);
	return names_add(ctx, text);
}

static void
assert_ips(struct fixture *f, int64_t account, int64_t pool, const char *after,
    const char *want)
{
	struct names names = {0};

	assert_ok(f, store_ip_list(f->store, account, pool, after, 9, add_ip,
			 &names, &f->err));
	assert_string_equal(names.text, want);
}

static void
test_ip(void **state)
{
	struct fixture *f = *state;
	struct store_pool pool = pool_add(f, f->account, "p");
	struct store_ip row = {.address = "192.0.2.1",
	    .account_id = f->account,
	    .pool_id = pool.id,
	    .warmup = STORE_WARMUP_DONE,
	    .percentage = 100};
	struct store_ip read;

	assert_ok(f, store_ip_add(f->store, &row, &f->err));
	assert_code(f, SG_EXISTS, store_ip_add(f->store, &row, &f->err));
	memcpy(row.address, "192.0.2.2", 10);
	row.account_id = row.pool_id = 0;
	assert_ok(f, store_ip_add(f->store, &row, &f->err));
	assert_ips(f, -1, -1, "", "192.0.2.1:1:p:2:100 192.0.2.2:0::2:100");
	assert_ips(f, f->account, -1, "", "192.0.2.1:1:p:2:100");
	assert_ips(f, -1, pool.id, "", "192.0.2.1:1:p:2:100");
	assert_ips(f, -1, -1, "192.0.2.1", "192.0.2.2:0::2:100");
	row.account_id = f->account;
	row.warmup = STORE_WARMUP_IN_PROGRESS;
	row.percentage = 5;
	assert_ok(f, store_ip_update(f->store, &row, &f->err));
	assert_ok(f, store_ip_get(f->store, "192.0.2.2", &read, &f->err));
	assert_int_equal(read.percentage, 5);
	assert_ok(f, store_pool_delete(f->store, pool.id, &f->err));
	assert_ips(f, f->account, 0, "", "192.0.2.1:1::2:100 192.0.2.2:1::1:5");
	assert_ok(f, store_ip_remove(f->store, "192.0.2.2", &f->err));
	assert_code(
	    f, SG_MISSING, store_ip_remove(f->store, "192.0.2.2", &f->err));
	assert_code(
	    f, SG_MISSING, store_ip_get(f->store, "192.0.2.2", &read, &f->err));
	assert_code(f, SG_MISSING, store_ip_update(f->store, &row, &f->err));
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int test_tenants(void);

int
test_tenants(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_tenant),
	    TEST(test_tenant_lists),
	    TEST(test_resources),
	    TEST(test_resources_go),
	    TEST(test_metric),
	    TEST(test_findings),
	    TEST(test_pool),
	    TEST(test_ip),
	};

	return cmocka_run_group_tests_name("tenants", tests, NULL, NULL);
}
