/* Identities: made with keys, verified, signing keys imported; explained. */
#include "config.h"
#include "ops/identity.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/seal.h"
#include "conf/conf.h"
#include "dkim/key.h"
#include "ops/account.h"
#include "ops/explain.h"
#include "ops/login.h"
#include "ops/suppression.h"
#include "ops/test-admin.h"

struct keys {
	const struct seal *seal;
	int count, active, readable;
	char algorithms[2][8], selectors[8][64];
};

static bool
see_key(void *ctx, const struct store_key *row)
{
	struct keys *keys = ctx;
	struct dkim_key *key = NULL;
	unsigned char *pem = NULL;
	size_t len = 0;

	if (seal_unwrap(keys->seal, "dkim.key", row->sealed, row->sealed_len,
		&pem, &len, NULL) == SG_OK &&
	    dkim_key_from_text((const char *)pem, len, &key, NULL) == SG_OK) {
		char *public_base64 = dkim_key_public_dup(key);

		keys->readable +=
		    public_base64 != NULL &&
		    strcmp(public_base64, row->public_base64) == 0 &&
		    dkim_key_bits(key) == row->bits;
		free(public_base64);
	}
	dkim_key_unref(&key);
	seal_wipe_free(&pem, len);
	if (keys->count < 2)
		(void)snprintf(
		    keys->algorithms[keys->count], 8, "%s", row->algorithm);
	if (keys->count < 8)
		(void)snprintf(
		    keys->selectors[keys->count], 64, "%s", row->selector);
	keys->count++;
	keys->active += row->active;
	return true;
}

static struct keys
keys_of(struct admin_fixture *f, const char *name)
{
	struct keys keys = {.seal = f->seal};
	struct store_identity row;

	assert_code(
	    f, SG_OK, identity_get(f->store, "shop", name, &row, &f->err));
	assert_code(f, SG_OK,
	    identity_key_list(f->store, &row, see_key, &keys, &f->err));
	return keys;
}

static void
test_kinds(void **state)
{
	static const struct {
		const char *name;
		int keys;
	} rows[] = {
	    {"none", 0},
	    {"rsa1024", 1},
	    {"rsa2048", 1},
	    {"ed25519", 1},
	    {"both", 2},
	};
	struct admin_fixture *f = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		int kind = identity_keys_from_name(rows[i].name);
		struct store_identity row;
		struct keys keys;
		char domain[64];

		assert_true(kind >= 0);
		(void)snprintf(
		    domain, sizeof(domain), "%s.example", rows[i].name);
		assert_code(f, SG_OK,
		    identity_create(f->store, f->seal, f->conf, "shop", domain,
			(enum identity_keys)kind, false, TEST_NOW, &row,
			&f->err));
		assert_int_equal(row.facts.status, RULES_IDENTITY_PENDING);
		assert_true(row.facts.signing_enabled);
		keys = keys_of(f, domain);
		assert_int_equal(keys.count, rows[i].keys);
		assert_int_equal(keys.active, 0); /* DNS has none */
		assert_int_equal(keys.readable, rows[i].keys);
		assert_int_equal(row.facts.dkim_status,
		    rows[i].keys > 0 ? RULES_IDENTITY_PENDING
				     : RULES_IDENTITY_NOT_STARTED);
		assert_int_equal(strlen(row.txt_token), 44);
		assert_string_equal(row.easy_tokens[0], "");
		for (int k = 0; k < keys.count; k++) {
			assert_int_equal(strlen(keys.selectors[k]), 10);
			assert_memory_equal(keys.selectors[k], "sw", 2);
		}
	}
	assert_int_equal(identity_keys_from_name("rsa"), -1);
	assert_int_equal(identity_keys_from_name(""), -1);
}

static void
test_create(void **state)
{
	static const struct {
		const char *account, *name, *stored;
		enum sg_err code;
	} rows[] = {
	    {"shop", "Shop.Example.", "shop.example", SG_OK},
	    {"shop", "shop.example", NULL, SG_EXISTS},
	    {"shop", "Boss@Other.Example", "Boss@other.example", SG_OK},
	    {"nobody", "a.example", NULL, SG_MISSING},
	    {"shop", "localhost", NULL, SG_INVALID},
	    {"shop", "a b.example", NULL, SG_INVALID},
	    {"shop", "a@b@c.example", NULL, SG_INVALID},
	    {"shop", "", NULL, SG_INVALID},
	    {"shop", "b\xc3\xbc.example", NULL, SG_INVALID},
	};
	struct admin_fixture *f = *state;
	struct store_identity row;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		assert_code(f, rows[i].code,
		    identity_create(f->store, f->seal, f->conf, rows[i].account,
			rows[i].name, IDENTITY_KEYS_ED25519, false, TEST_NOW,
			&row, &f->err));
		if (rows[i].stored != NULL)
			assert_string_equal(row.facts.name, rows[i].stored);
	}
	assert_int_equal(keys_of(f, "Boss@other.example").count, 0);
}

static void
test_states(void **state)
{
	struct admin_fixture *f = *state;
	struct store_identity row;

	assert_code(f, SG_OK,
	    identity_create(f->store, f->seal, f->conf, "shop", "shop.example",
		IDENTITY_KEYS_NONE, false, TEST_NOW, &row, &f->err));
	assert_code(f, SG_OK,
	    identity_verify(
		f->store, "shop", "SHOP.example", TEST_NOW + 1, &row, &f->err));
	assert_int_equal(row.facts.status, RULES_IDENTITY_SUCCESS);
	assert_int_equal(row.verified_sec, TEST_NOW + 1);
	assert_code(f, SG_OK,
	    identity_verify(
		f->store, "shop", "shop.example", TEST_NOW + 9, &row, &f->err));
	assert_int_equal(row.verified_sec, TEST_NOW + 1);
	assert_code(f, SG_OK,
	    identity_set_signing(
		f->store, "shop", "shop.example", false, &row, &f->err));
	assert_false(row.facts.signing_enabled);
	assert_code(f, SG_MISSING,
	    identity_verify(
		f->store, "shop", "other.example", TEST_NOW, &row, &f->err));
	assert_non_null(strstr(f->err.text, "identity list shop"));
	assert_code(f, SG_OK,
	    identity_delete(f->store, "shop", "shop.example", &f->err));
	assert_code(f, SG_MISSING,
	    identity_delete(f->store, "shop", "shop.example", &f->err));
}

static enum sg_err
import(
    struct admin_fixture *f, const char *selector, const char *text, bool now)
{
	return identity_import_key(f->store, f->seal, "shop", "shop.example",
	    selector, text, strlen(text), now, TEST_NOW, &f->err);
}

static void
test_import(void **state)
{
	static const char *const bad_selectors[] = {"", "A", "a_b", "-a", "a-",
	    ".a", "a.", "a..b", "a.-b", "a-.b", "a b",
	    ("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	     "a")};
	struct admin_fixture *f = *state;
	struct dkim_key *key;
	unsigned char *pem;
	struct keys keys;
	size_t len;

	assert_code(
	    f, SG_OK, dkim_key_generate(DKIM_RSA_SHA256, 1024, &key, &f->err));
	assert_code(f, SG_OK, dkim_key_to_pem(key, &pem, &len, &f->err));
	assert_code(f, SG_MISSING, import(f, "mail", (char *)pem, true));
	assert_code(f, SG_OK,
	    identity_create(f->store, f->seal, f->conf, "shop", "shop.example",
		IDENTITY_KEYS_BOTH, false, TEST_NOW, NULL, &f->err));
	for (size_t i = 0; i < sizeof(bad_selectors) / sizeof(char *); i++)
		assert_code(f, SG_INVALID,
		    import(f, bad_selectors[i], (char *)pem, true));
	assert_code(f, SG_INVALID, import(f, "mail", "no key", true));
	assert_int_equal(keys_of(f, "shop.example").count, 2);
	assert_code(f, SG_OK,
	    identity_verify(
		f->store, "shop", "shop.example", TEST_NOW, NULL, &f->err));
	assert_int_equal(keys_of(f, "shop.example").active, 2);
	assert_code(f, SG_OK, import(f, "2026.mail-1", (char *)pem, true));
	assert_code(f, SG_EXISTS, import(f, "2026.mail-1", (char *)pem, true));
	keys = keys_of(f, "shop.example");
	assert_int_equal(keys.count, 3);
	assert_int_equal(keys.readable, 3);
	assert_int_equal(keys.active, 2); /* the generated RSA key rests */
	seal_wipe_free(&pem, len);
	dkim_key_unref(&key);
}

/* ---- explain ------------------------------------------------------------- */

struct chain {
	char text[512]; /* checks and reasons: "account:NONE sender:NONE …" */
};

static void
take_step(void *ctx, const struct explain_step *step)
{
	struct chain *chain = ctx;
	size_t len = strlen(chain->text);

	(void)snprintf(chain->text + len, sizeof(chain->text) - len, "%s%s:%s",
	    len == 0 ? "" : " ", explain_check_name(step->check),
	    rules_reason_token(step->verdict.reason));
}

static void
make_shop(struct admin_fixture *f)
{
	struct store_suppression row;

	assert_code(f, SG_OK,
	    identity_create(f->store, f->seal, f->conf, "shop", "shop.example",
		IDENTITY_KEYS_ED25519, false, TEST_NOW, NULL, &f->err));
	assert_code(f, SG_OK,
	    identity_verify(
		f->store, "shop", "shop.example", TEST_NOW, NULL, &f->err));
	assert_code(
	    f, SG_OK, login_add(f->store, "shop", "info", TEST_NOW, &f->err));
	assert_code(f, SG_OK,
	    suppression_add(f->store, "shop", "gone@shop.example",
		RULES_SUPPRESSED_BOUNCE, TEST_NOW, &row, &f->err));
}

static void
test_explain(void **state)
{
	static const struct {
		const char *login, *from, *header_from, *to;
		bool accepted;
		const char *chain;
	} rows[] = {
	    {"info", "info@shop.example", "", "boss@shop.example", true,
		"account:NONE sender:NONE recipient:NONE limits:NONE "
		"headers:NONE signature:NONE"},
	    {"nobody", "info@shop.example", "", "boss@shop.example", false,
		"account:NO_ACCOUNT"},
	    {"", "info@shop.example", "", "boss@shop.example", true,
		"account:NONE"},
	    {"info", "a@bank.example", "", "boss@shop.example", false,
		"account:NONE sender:NOT_VERIFIED recipient:NONE limits:NONE "
		"headers:NOT_VERIFIED"},
	    {"info", "info@shop.example", "Bank <a@bank.example>",
		"boss@shop.example", false,
		"account:NONE sender:NONE recipient:NONE limits:NONE "
		"headers:NOT_VERIFIED"},
	    {"info", "info@shop.example", "", "jane@customer.example", false,
		"account:NONE sender:NONE recipient:SANDBOX headers:NONE "
		"signature:NONE"},
	    {"info", "info@shop.example", "", "gone@shop.example", true,
		"account:NONE sender:NONE recipient:SUPPRESSED limits:NONE "
		"headers:NONE signature:NONE"},
	    {"info", "no address", "", "boss@shop.example", false,
		"account:NONE sender:NOT_VERIFIED recipient:NONE limits:NONE "
		"headers:BAD_HEADER"},
	};
	struct admin_fixture *f = *state;
	struct explain_result result;

	make_shop(f);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct chain chain = {""};
		struct explain_request request = {.login = rows[i].login,
		    .sender = rows[i].from,
		    .header_from = rows[i].header_from,
		    .recipients = &rows[i].to,
		    .recipient_count = 1,
		    .now_usec = TEST_NOW * 1000000};

		assert_code(f, SG_OK,
		    explain_message(f->conf, f->store, &request, take_step,
			&chain, &result, &f->err));
		assert_string_equal(chain.text, rows[i].chain);
		assert_int_equal(result.accepted, rows[i].accepted);
	}
}

/* Nothing is counted, and monitor lets pass what would be refused. */
static void
test_explain_changes_nothing(void **state)
{
	static const char *const to[] = {
	    "a@shop.example", "b@shop.example", "jane@customer.example"};
	struct admin_fixture *f = *state;
	struct explain_request request = {.login = "info",
	    .sender = "info@shop.example",
	    .header_from = "",
	    .recipients = to,
	    .recipient_count = 3,
	    .now_usec = TEST_NOW * 1000000};
	struct explain_result result;
	struct account_quota quota;

	make_shop(f);
	f->conf->mode = CONF_MODE_MONITOR;
	for (int i = 0; i < 3; i++) {
		struct chain chain = {""};

		assert_code(f, SG_OK,
		    explain_message(f->conf, f->store, &request, take_step,
			&chain, &result, &f->err));
		assert_true(result.accepted);
		assert_true(result.observed);
		assert_int_equal(result.signature_count, 1);
		assert_string_equal(
		    result.signatures[0].domain, "shop.example");
		assert_string_equal(result.signatures[0].algorithm, "ed25519");
	}
	assert_code(f, SG_OK,
	    account_quota(f->store, "shop", TEST_NOW, &quota, &f->err));
	assert_int_equal(quota.used, 0);
}

#define WITH_STORE(test)                                                       \
	cmocka_unit_test_setup_teardown(                                       \
	    test, admin_fixture_setup, admin_fixture_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    WITH_STORE(test_kinds),
	    WITH_STORE(test_create),
	    WITH_STORE(test_states),
	    WITH_STORE(test_import),
	    WITH_STORE(test_explain),
	    WITH_STORE(test_explain_changes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
