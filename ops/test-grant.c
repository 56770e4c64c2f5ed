/* Sending authorization: whose, to whom, with which pattern. */
#include "config.h"

#include "ops/grant.h"

#include <stdio.h>
#include <string.h>

#include "conf/conf.h"
#include "ops/account.h"
#include "ops/test-admin.h"

/* shop, blog and news; shop and blog have shop.example, shop alone verified. */
static int
setup(void **state)
{
	static const struct {
		const char *account, *name;
		enum rules_identity_status status;
	} identities[] = {
	    {"shop", "shop.example", RULES_IDENTITY_SUCCESS},
	    {"shop", "jane@mail.example", RULES_IDENTITY_TEMPORARY_FAILURE},
	    {"blog", "shop.example", RULES_IDENTITY_PENDING},
	    {"shop", "both.example", RULES_IDENTITY_SUCCESS},
	    {"blog", "both.example", RULES_IDENTITY_SUCCESS},
	};
	struct admin_fixture *f;

	assert_int_equal(admin_fixture_setup(state), 0);
	f = *state;
	assert_code(f, SG_OK,
	    account_create(
		f->store, f->conf, "blog", "", TEST_NOW, NULL, &f->err));
	assert_code(f, SG_OK,
	    account_create(
		f->store, f->conf, "news", "", TEST_NOW, NULL, &f->err));
	for (size_t i = 0; i < sizeof(identities) / sizeof(*identities); i++) {
		const char *name = identities[i].name;
		struct store_account account;
		struct store_identity row = {
		    .facts = {.status = identities[i].status,
			.type = strchr(name, '@') != NULL
				    ? RULES_IDENTITY_EMAIL
				    : RULES_IDENTITY_DOMAIN}};

		assert_code(f, SG_OK,
		    account_get(
			f->store, identities[i].account, &account, &f->err));
		row.account_id = account.facts.id;
		(void)snprintf(
		    row.facts.name, sizeof(row.facts.name), "%s", name);
		assert_code(
		    f, SG_OK, store_identity_create(f->store, &row, &f->err));
	}
	return 0;
}

static void
test_allow(void **state)
{
	static const struct {
		const char *owner, *identity, *delegate, *pattern;
		enum sg_err code;
		const char
		    *want; /* the pattern as it is kept, or of the error */
	} rows[] = {
	    {"shop", "shop.example", "news", NULL, SG_OK, "*"},
	    {"shop", "Shop.Example.", "news", "*", SG_EXISTS, "already"},
	    {"shop", "shop.example", "news", "News*@SHOP.example", SG_OK,
		"News*@shop.example"},
	    {"shop", "shop.example", "news", "News*@shop.EXAMPLE", SG_EXISTS,
		"already"},
	    {"shop", "shop.example", "news", "a@other.example", SG_INVALID,
		"no address of shop.example"},
	    {"shop", "shop.example", "news", "", SG_INVALID, "1 to 320"},
	    {"shop", "shop.example", "news", "a b@*", SG_INVALID, "ASCII"},
	    {"shop", "shop.example", "news", "\xc3\xbc@*", SG_INVALID, "ASCII"},
	    {"shop", "shop.example", "shop", NULL, SG_INVALID, "own identity"},
	    {"shop", "shop.example", "nobody", NULL, SG_MISSING, "no account"},
	    {"shop", "none.example", "news", NULL, SG_MISSING, ""},
	    {"nobody", "shop.example", "news", NULL, SG_MISSING, ""},
	    {"shop", "jane@mail.example", "news", "j*", SG_OK, "j*"},
	    {"shop", "jane@mail.example", "news", "b*", SG_INVALID, "b*"},
	    /* the owner is found */
	    {NULL, "shop.example", "blog", NULL, SG_OK, "*"},
	    {NULL, "jane@mail.example", "blog", NULL, SG_OK, "*"},
	    {NULL, "both.example", "news", NULL, SG_INVALID, "several"},
	    {NULL, "none.example", "news", NULL, SG_MISSING, "no account has"},
	    {NULL, "no domain", "news", NULL, SG_INVALID, "no domain: "},
	};
	struct admin_fixture *f = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct store_grant row;
		enum sg_err code = grant_allow(f->store, rows[i].owner,
		    rows[i].identity, rows[i].delegate, rows[i].pattern,
		    TEST_NOW, &row, &f->err);

		if (code != rows[i].code)
			fail_msg(
			    "row %zu: %s: %s", i, err_name(code), f->err.text);
		if (code == SG_OK &&
		    strcmp(row.from_pattern, rows[i].want) != 0)
			fail_msg("row %zu: %s", i, row.from_pattern);
		if (code != SG_OK && strstr(f->err.text, rows[i].want) == NULL)
			fail_msg("row %zu: %s", i, f->err.text);
	}
}

static bool
add_grant(void *ctx, const char *owner, const char *delegate,
    const struct store_grant *row)
{
	char *text = ctx;
	size_t len = strlen(text);

	(void)snprintf(text + len, 512 - len, "%s/%s>%s:%s ", owner,
	    row->identity, delegate, row->from_pattern);
	return true;
}

static void
assert_grants(struct admin_fixture *f, const char *account, const char *want)
{
	char text[512] = "";

	assert_code(
	    f, SG_OK, grant_list(f->store, account, add_grant, text, &f->err));
	assert_string_equal(text, want);
}

static void
allow(struct admin_fixture *f, const char *owner, const char *identity,
    const char *delegate, const char *pattern)
{
	struct store_grant row;

	assert_code(f, SG_OK,
	    grant_allow(f->store, owner, identity, delegate, pattern, TEST_NOW,
		&row, &f->err));
}

static void
test_list_and_disallow(void **state)
{
	struct admin_fixture *f = *state;

	allow(f, "shop", "shop.example", "news", "a@shop.example");
	allow(f, "shop", "shop.example", "news", "b@shop.example");
	allow(f, "blog", "both.example", "shop", NULL);
	allow(f, "blog", "both.example", "news", NULL);
	assert_grants(f, NULL,
	    "shop/shop.example>news:a@shop.example "
	    "shop/shop.example>news:b@shop.example "
	    "blog/both.example>shop:* blog/both.example>news:* ");
	assert_grants(f, "shop",
	    "shop/shop.example>news:a@shop.example "
	    "shop/shop.example>news:b@shop.example "
	    "blog/both.example>shop:* ");
	assert_code(f, SG_OK,
	    grant_disallow(f->store, "shop", "shop.example", "news",
		"b@SHOP.example", &f->err));
	assert_code(f, SG_MISSING,
	    grant_disallow(f->store, "shop", "shop.example", "news",
		"b@shop.example", &f->err));
	assert_non_null(strstr(f->err.text, "with the pattern b@shop.example"));
	assert_grants(f, "news",
	    "shop/shop.example>news:a@shop.example blog/both.example>news:* ");
	allow(f, NULL, "shop.example", "news", NULL);
	assert_code(f, SG_OK,
	    grant_disallow(
		f->store, NULL, "shop.example", "news", NULL, &f->err));
	assert_grants(f, "news", "blog/both.example>news:* ");
	assert_code(f, SG_MISSING,
	    grant_disallow(
		f->store, NULL, "shop.example", "news", NULL, &f->err));
	assert_code(f, SG_MISSING,
	    grant_list(f->store, "nobody", add_grant, NULL, &f->err));
}

#define WITH_STORE(test)                                                       \
	cmocka_unit_test_setup_teardown(test, setup, admin_fixture_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    WITH_STORE(test_allow),
	    WITH_STORE(test_list_and_disallow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
