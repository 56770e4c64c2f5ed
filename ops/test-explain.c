/* ops/explain.c with configuration sets, on a real store: the same answers as the
 * gate's. Its other steps are tested in test-identity.c. */
#include "config.h"

#include "ops/explain.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/conf.h"
#include "ops/account.h"
#include "ops/identity.h"
#include "ops/login.h"
#include "ops/set.h"
#include "ops/suppression.h"
#include "ops/tenant.h"
#include "ops/test-admin.h"

struct chain {
	char text[512]; /* "recipient:SUPPRESSED …"; d: left out */
};

static void
take_step(void *ctx, const struct explain_step *step)
{
	struct chain *chain = ctx;
	size_t len = strlen(chain->text);

	if (step->check != EXPLAIN_RECIPIENT && step->check != EXPLAIN_HEADERS)
		return;
	(void)snprintf(chain->text + len, sizeof(chain->text) - len,
	    "%s%s:%s%s", len == 0 ? "" : " ", explain_check_name(step->check),
	    rules_reason_token(step->verdict.reason),
	    step->verdict.action == RULES_DROP ? ":d" : "");
}

/* One that holds back bounces alone, with a default set of no rule of its own. */
static void
make_shop(struct admin_fixture *f)
{
	static const struct account_change change = {
	    .has_production = true, .production = true, .suppressed = "BOUNCE"};
	static const struct {
		const char *name, *suppressed;
	} sets[] = {{"plain", "account"}, {"none", "none"},
	    {"complaints", "COMPLAINT"}, {"stopped", "account"}};
	struct store_identity identity;
	struct store_set set;

	assert_code(f, SG_OK,
	    account_change(f->store, f->conf, "shop", &change, NULL, &f->err));
	assert_code(f, SG_OK,
	    identity_create(f->store, f->seal, f->conf, "shop", "shop.example",
		IDENTITY_KEYS_ED25519, false, TEST_NOW, NULL, &f->err));
	assert_code(f, SG_OK,
	    identity_verify(f->store, "shop", "shop.example", TEST_NOW,
		&identity, &f->err));
	assert_code(
	    f, SG_OK, login_add(f->store, "shop", "info", TEST_NOW, &f->err));
	for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++) {
		struct set_change rule = {.suppressed = sets[i].suppressed};

		assert_code(f, SG_OK,
		    set_create(f->store, "shop", sets[i].name, TEST_NOW, &set,
			&f->err));
		assert_code(f, SG_OK,
		    set_change(
			f->store, "shop", sets[i].name, &rule, &set, &f->err));
	}
	assert_code(f, SG_OK,
	    set_pause(f->store, "shop", "stopped", "bounces", &f->err));
	assert_code(f, SG_OK,
	    store_set_get(
		f->store, identity.account_id, "plain", &set, &f->err));
	identity.facts.default_set_id = set.facts.id;
	assert_code(
	    f, SG_OK, store_identity_update(f->store, &identity, &f->err));
}

static void
make_list(struct admin_fixture *f)
{
	static const char *const addresses[] = {"bounced@reader.example",
	    "complained@reader.example", "listed@reader.example"};
	struct store_suppression row;

	for (int reason = 0; reason < 3; reason++)
		assert_code(f, SG_OK,
		    suppression_add(f->store, "shop", addresses[reason],
			(enum rules_suppression_reason)reason, TEST_NOW, &row,
			&f->err));
}

#define R "recipient:"

struct row {
	const char *set;
	bool rejects; /* suppressed = "reject" */
	const char *chain;
	const char *found;
};

static void
test_sets(void **state)
{
	/* bounced, complained, listed by hand */
	static const struct row rows[] = {
	    {NULL, false,
		R "SUPPRESSED:d " R "NONE " R "SUPPRESSED:d headers:NONE",
		"plain"},
	    {"", false,
		R "SUPPRESSED:d " R "NONE " R "SUPPRESSED:d headers:NONE",
		"plain"},
	    {"none", false, R "NONE " R "NONE " R "SUPPRESSED:d headers:NONE",
		"none"},
	    {"complaints", false,
		R "NONE " R "SUPPRESSED:d " R "SUPPRESSED:d headers:NONE",
		"complaints"},
	    {"complaints", true,
		R "SUPPRESSED " R "SUPPRESSED:d " R "SUPPRESSED headers:NONE",
		"complaints"},
	    {"nowhere", false,
		R "SUPPRESSED:d " R "NONE " R
		  "SUPPRESSED:d headers:CONFIGURATION_SET",
		""},
	    {"stopped", false,
		R "SUPPRESSED:d " R "NONE " R
		  "SUPPRESSED:d headers:CONFIGURATION_SET_PAUSED",
		""},
	};
	static const char *const to[] = {"Bounced@reader.example",
	    "complained@reader.example", "listed@reader.example"};
	struct admin_fixture *f = *state;

	make_shop(f);
	make_list(f);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct chain chain = {""};
		struct explain_result result;
		struct explain_request request = {.login = "info",
		    .sender = "info@shop.example",
		    .header_from = "",
		    .recipients = to,
		    .recipient_count = 3,
		    .set = rows[i].set,
		    .now_usec = TEST_NOW * 1000000};

		f->conf->suppressed = rows[i].rejects ? CONF_SUPPRESSED_REJECT
						      : CONF_SUPPRESSED_ACCEPT;
		assert_code(f, SG_OK,
		    explain_message(f->conf, f->store, &request, take_step,
			&chain, &result, &f->err));
		assert_string_equal(chain.text, rows[i].chain);
		assert_string_equal(result.set, rows[i].found);
	}
}

static void
add_tenant(struct admin_fixture *f, const char *name, const char *set)
{
	int64_t id = admin_fixture_account(f, "shop");
	struct store_tenant row;
	bool is_full;

	assert_code(f, SG_OK,
	    tenant_create(
		f->store, id, name, TEST_NOW, &row, &is_full, &f->err));
	assert_code(f, SG_OK,
	    tenant_associate(f->store, id, name, "identity/shop.example",
		TEST_NOW, &f->err));
	if (set[0] != '\0')
		assert_code(f, SG_OK,
		    tenant_associate(
			f->store, id, name, set, TEST_NOW, &f->err));
}

/* The gate's answers for a message that names a tenant. */
static void
test_tenants(void **state)
{
	static const struct {
		const char *tenant, *chain;
	} rows[] = {
	    {"", R "NONE headers:NONE"},
	    {"one", R "NONE headers:NONE"},
	    {"bare", R "NONE headers:NOT_THE_TENANTS"},
	    {"stopped", R "NONE headers:TENANT_PAUSED"},
	    {"nobody", R "NONE headers:TENANT"},
	};
	static const char *const to[] = {"x@reader.example"};
	struct admin_fixture *f = *state;
	bool has;

	make_shop(f);
	add_tenant(f, "one", "configuration-set/plain");
	add_tenant(f, "bare", "");
	add_tenant(f, "stopped", "");
	assert_code(f, SG_OK,
	    tenant_pause(f->store, admin_fixture_account(f, "shop"), "stopped",
		"spam", TEST_NOW, &f->err));
	assert_code(f, SG_OK,
	    tenant_has(f->store, admin_fixture_account(f, "shop"), "one",
		"configuration-set/plain", &has, &f->err));
	assert_true(has);
	assert_code(f, SG_OK,
	    tenant_has(f->store, admin_fixture_account(f, "shop"), "bare",
		"configuration-set/plain", &has, &f->err));
	assert_false(has);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct chain chain = {""};
		struct explain_result result;
		struct explain_request request = {.login = "info",
		    .sender = "info@shop.example",
		    .header_from = "",
		    .recipients = to,
		    .recipient_count = 1,
		    .tenant = rows[i].tenant,
		    .now_usec = TEST_NOW * 1000000};

		assert_code(f, SG_OK,
		    explain_message(f->conf, f->store, &request, take_step,
			&chain, &result, &f->err));
		assert_string_equal(chain.text, rows[i].chain);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		test_sets, admin_fixture_setup, admin_fixture_teardown),
	    cmocka_unit_test_setup_teardown(
		test_tenants, admin_fixture_setup, admin_fixture_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
