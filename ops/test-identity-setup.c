/* Identities in the course of their life: proofs begun, the operator's word, new
 * starts, MAIL FROM domains, own keys. */
#include "config.h"
#include "ops/identity.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/seal.h"
#include "conf/conf.h"
#include "dkim/key.h"
#include "ops/account.h"
#include "ops/identity_keys.h"
#include "ops/operator_key.h"
#include "ops/test-admin.h"

#define SHOP "shop.example"

static struct store_identity
create(struct admin_fixture *f, const char *account, const char *name,
    enum identity_keys keys, bool easy_only)
{
	struct store_identity row;

	assert_code(f, SG_OK,
	    identity_create(f->store, f->seal, f->conf, account, name, keys,
		easy_only, TEST_NOW, &row, &f->err));
	return row;
}

static struct store_identity
get(struct admin_fixture *f, const char *name)
{
	struct store_identity row;

	assert_code(
	    f, SG_OK, identity_get(f->store, "shop", name, &row, &f->err));
	return row;
}

static void
put(struct admin_fixture *f, const struct store_identity *row)
{
	assert_code(f, SG_OK, store_identity_update(f->store, row, &f->err));
}

/* The look of a subject; {0} when there is none. */
static struct verification
look_of(struct admin_fixture *f, const struct store_identity *row,
    enum verification_subject subject)
{
	struct verification v = {0};
	enum sg_err rc = store_verification_get(
	    f->store, row->facts.id, subject, &v, &f->err);

	assert_true(rc == SG_OK || rc == SG_MISSING);
	return v;
}

/* The keys as text, such as "rsa/easy0/active rsa/txt". */
static const char *
keys_of(struct admin_fixture *f, const char *name, char text_r[512])
{
	static const char *const origins[] = {"txt", "easy", "own"};
	struct store_identity row = get(f, name);
	struct identity_key_set set;
	size_t len = 0;

	assert_code(f, SG_OK,
	    identity_key_set_load(f->store, row.facts.id, &set, &f->err));
	text_r[0] = '\0';
	for (size_t i = 0; i < set.count; i++) {
		const struct store_key *key = &set.list[i];

		len += (size_t)snprintf(text_r + len, 512 - len, "%s%s/%s%s",
		    i > 0 ? " " : "", key->algorithm, origins[key->origin],
		    key->active             ? "/active"
		    : key->retired_sec != 0 ? "/retired"
					    : "");
	}
	return text_r;
}

#define assert_keys(f, name, want)                                             \
	do {                                                                   \
		char text_[512];                                               \
		assert_string_equal(keys_of(f, name, text_), want);            \
	} while (0)

/* ---- tokens --------------------------------------------------------------- */

static void
test_easy(void **state)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz234567";
	struct admin_fixture *f = *state;
	struct store_identity row;

	assert_code(f, SG_INVALID,
	    identity_create(f->store, f->seal, f->conf, "shop", SHOP,
		IDENTITY_KEYS_RSA1024, true, TEST_NOW, &row, &f->err));
	admin_fixture_set(&f->conf->dkim_zone, "dkim.test");
	row = create(f, "shop", SHOP, IDENTITY_KEYS_ED25519, false);
	for (int i = 0; i < KEY_PLAN_EASY_SLOTS; i++) {
		assert_int_equal(strlen(row.easy_tokens[i]), 32);
		assert_int_equal(strspn(row.easy_tokens[i], letters), 32);
	}
	assert_string_not_equal(row.easy_tokens[0], row.easy_tokens[1]);
	assert_string_not_equal(row.easy_tokens[1], row.easy_tokens[2]);
	assert_keys(f, SHOP, "ed25519/txt rsa/easy");
	(void)create(f, "shop", "easy.example", IDENTITY_KEYS_ED25519, true);
	assert_keys(f, "easy.example", "rsa/easy");
	row = create(f, "shop", "none.example", IDENTITY_KEYS_NONE, false);
	assert_keys(f, "none.example", "");
	assert_string_equal(row.easy_tokens[0], "");
}

/* What was published before proves nothing after delete and create, and another
 * account's records are of no use. */
static void
test_tokens_differ(void **state)
{
	struct admin_fixture *f = *state;
	struct store_identity first, second;

	assert_code(f, SG_OK,
	    account_create(
		f->store, f->conf, "other", "", TEST_NOW, NULL, &f->err));
	first = create(f, "shop", SHOP, IDENTITY_KEYS_ED25519, false);
	second = create(f, "other", SHOP, IDENTITY_KEYS_ED25519, false);
	assert_string_not_equal(first.txt_token, second.txt_token);
	assert_code(f, SG_OK, identity_delete(f->store, "shop", SHOP, &f->err));
	second = create(f, "shop", SHOP, IDENTITY_KEYS_ED25519, false);
	assert_string_not_equal(first.txt_token, second.txt_token);
}

static void
test_looks_begin(void **state)
{
	struct admin_fixture *f = *state;
	struct store_identity row =
	    create(f, "shop", SHOP, IDENTITY_KEYS_ED25519, false);
	struct verification v = look_of(f, &row, VERIFICATION_IDENTITY);

	assert_int_equal(v.started_sec, TEST_NOW);
	assert_int_equal(v.next_sec, TEST_NOW);
	v = look_of(f, &row, VERIFICATION_DKIM);
	assert_int_equal(v.next_sec, TEST_NOW);
	assert_int_equal(look_of(f, &row, VERIFICATION_MAIL_FROM).next_sec, 0);

	row = create(f, "shop", "none.example", IDENTITY_KEYS_NONE, false);
	assert_int_equal(
	    look_of(f, &row, VERIFICATION_IDENTITY).next_sec, TEST_NOW);
	assert_int_equal(look_of(f, &row, VERIFICATION_DKIM).next_sec, 0);

	row =
	    create(f, "shop", "boss@other.example", IDENTITY_KEYS_NONE, false);
	assert_int_equal(look_of(f, &row, VERIFICATION_IDENTITY).next_sec, 0);
}

/* ---- addresses ------------------------------------------------------------- */

static bool
count_letter(void *ctx, const struct store_letter *row)
{
	int *count = ctx;

	assert_int_equal(row->kind, STORE_LETTER_CONFIRM);
	++*count;
	return true;
}

static int
letters(struct admin_fixture *f)
{
	int count = 0;

	assert_code(f, SG_OK,
	    store_letter_list(f->store, count_letter, &count, &f->err));
	return count;
}

static void
test_address(void **state)
{
	struct admin_fixture *f = *state;
	struct store_identity row;

	/* No sender is set: no link. */
	(void)create(f, "shop", "a@other.example", IDENTITY_KEYS_NONE, false);
	assert_int_equal(letters(f), 0);
	assert_code(f, SG_INVALID,
	    identity_restart(f->store, f->seal, f->conf, "shop",
		"a@other.example", TEST_NOW, NULL, &f->err));
	admin_fixture_set(&f->conf->mail_from, "no-reply@mail.test");
	row = create(f, "shop", "b@other.example", IDENTITY_KEYS_BOTH, false);
	assert_int_equal(letters(f), 1);
	assert_int_equal(row.facts.status, RULES_IDENTITY_PENDING);
	assert_keys(f, "b@other.example", "");
	/* Too soon for the next one; and then no identity either. */
	assert_code(f, SG_BUSY,
	    identity_restart(f->store, f->seal, f->conf, "shop",
		"b@other.example", TEST_NOW + 59, NULL, &f->err));
	assert_code(f, SG_OK,
	    identity_delete(f->store, "shop", "b@other.example", &f->err));
	assert_code(f, SG_BUSY,
	    identity_create(f->store, f->seal, f->conf, "shop",
		"b@other.example", IDENTITY_KEYS_NONE, false, TEST_NOW + 59,
		NULL, &f->err));
	assert_code(f, SG_MISSING,
	    identity_get(f->store, "shop", "b@other.example", &row, &f->err));
	assert_code(f, SG_OK,
	    identity_restart(f->store, f->seal, f->conf, "shop",
		"a@other.example", TEST_NOW, NULL, &f->err));
	assert_int_equal(letters(f), 1);
	/* The operator's word makes the link void, and stops the letter. */
	assert_code(f, SG_OK,
	    identity_verify(
		f->store, "shop", "a@other.example", TEST_NOW, &row, &f->err));
	assert_int_equal(row.proofs, STORE_PROOF_WORD);
	assert_int_equal(letters(f), 0);
}

/* A failed address is PENDING again with its new link. */
static void
test_address_again(void **state)
{
	struct admin_fixture *f = *state;
	struct store_identity row;

	admin_fixture_set(&f->conf->mail_from, "no-reply@mail.test");
	row = create(f, "shop", "a@other.example", IDENTITY_KEYS_NONE, false);
	row.facts.status = RULES_IDENTITY_FAILED;
	put(f, &row);
	assert_code(f, SG_OK,
	    identity_restart(f->store, f->seal, f->conf, "shop",
		"a@other.example", TEST_NOW + 90000, &row, &f->err));
	assert_int_equal(row.facts.status, RULES_IDENTITY_PENDING);
}

/* ---- the operator's word ---------------------------------------------------- */

static void
test_word_chooses(void **state)
{
	static const struct {
		const char *name;
		enum identity_keys keys;
		bool easy_only;
		const char *before, *after;
	} rows[] = {
	    {"txt.example", IDENTITY_KEYS_RSA1024, false, "rsa/txt rsa/easy",
		"rsa/txt/active rsa/easy"},
	    {"ed.example", IDENTITY_KEYS_ED25519, false, "ed25519/txt rsa/easy",
		"ed25519/txt/active rsa/easy"},
	    {"easy.example", IDENTITY_KEYS_NONE, true, "rsa/easy",
		"rsa/easy/active"},
	    {"none.example", IDENTITY_KEYS_NONE, false, "", ""},
	};
	struct admin_fixture *f = *state;

	admin_fixture_set(&f->conf->dkim_zone, "dkim.test");
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct store_identity row = create(
		    f, "shop", rows[i].name, rows[i].keys, rows[i].easy_only);

		assert_keys(f, rows[i].name, rows[i].before);
		for (int times = 0; times < 2; times++) {
			assert_code(f, SG_OK,
			    identity_verify(f->store, "shop", rows[i].name,
				TEST_NOW + 5 + times, &row, &f->err));
			assert_keys(f, rows[i].name, rows[i].after);
			assert_int_equal(row.facts.dkim_status,
			    *rows[i].after != '\0'
				? RULES_IDENTITY_SUCCESS
				: RULES_IDENTITY_NOT_STARTED);
			assert_int_equal(row.proofs, STORE_PROOF_WORD);
			assert_int_equal(row.verified_sec, TEST_NOW + 5);
		}
		/* jobd goes on looking */
		assert_int_equal(
		    look_of(f, &row, VERIFICATION_IDENTITY).next_sec,
		    TEST_NOW + 6);
	}
}

/* A domain whose records have no room for their names is none that can be proved;
 * one that has no room for those of Easy DKIM goes without. */
static void
test_long_names(void **state)
{
	static const struct {
		size_t len;
		bool easy_only;
		enum sg_err code;
		const char *keys;
	} rows[] = {
	    {253, false, SG_INVALID, NULL},
	    {232, false, SG_INVALID, NULL},
	    {231, false, SG_OK, "ed25519/txt"},
	    {210, false, SG_OK, "ed25519/txt"},
	    {210, true, SG_INVALID, NULL},
	    {209, true, SG_OK, "rsa/easy"},
	    {208, false, SG_OK, "ed25519/txt rsa/easy"},
	};
	struct admin_fixture *f = *state;

	admin_fixture_set(&f->conf->dkim_zone, "dkim.test");
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char name[RULES_DOMAIN_MAX + 1];
		struct store_identity row;

		memset(name, 'a', sizeof(name));
		for (size_t dot = 50; dot + 1 < rows[i].len; dot += 51)
			name[dot] = '.';
		name[rows[i].len] = '\0';
		assert_code(f, rows[i].code,
		    identity_create(f->store, f->seal, f->conf, "shop", name,
			IDENTITY_KEYS_ED25519, rows[i].easy_only, TEST_NOW,
			&row, &f->err));
		if (rows[i].keys != NULL)
			assert_keys(f, name, rows[i].keys);
		if (rows[i].keys != NULL)
			assert_code(f, SG_OK,
			    identity_restart(f->store, f->seal, f->conf, "shop",
				name, TEST_NOW, &row, &f->err));
		if (rows[i].keys != NULL)
			assert_keys(f, name, rows[i].keys);
	}
}

/* ---- a new start ----------------------------------------------------------- */

static void
test_restart(void **state)
{
	static const struct {
		enum rules_identity_status before, after;
		int64_t started_sec;
	} rows[] = {
	    {RULES_IDENTITY_PENDING, RULES_IDENTITY_PENDING, TEST_NOW + 9},
	    {RULES_IDENTITY_FAILED, RULES_IDENTITY_PENDING, TEST_NOW + 9},
	    {RULES_IDENTITY_SUCCESS, RULES_IDENTITY_SUCCESS, TEST_NOW},
	    {RULES_IDENTITY_TEMPORARY_FAILURE, RULES_IDENTITY_TEMPORARY_FAILURE,
		TEST_NOW},
	};
	struct admin_fixture *f = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct store_identity row, old;
		struct verification v;
		char name[32];

		(void)snprintf(name, sizeof(name), "r%zu.example", i);
		old = create(f, "shop", name, IDENTITY_KEYS_ED25519, false);
		old.facts.status = old.facts.dkim_status = rows[i].before;
		put(f, &old);
		assert_code(f, SG_OK,
		    identity_restart(f->store, f->seal, f->conf, "shop", name,
			TEST_NOW + 9, &row, &f->err));
		assert_int_equal(row.facts.status, rows[i].after);
		assert_int_equal(row.facts.dkim_status, rows[i].after);
		assert_string_equal(row.txt_token, old.txt_token);
		v = look_of(f, &row, VERIFICATION_IDENTITY);
		assert_int_equal(v.started_sec, rows[i].started_sec);
		assert_int_equal(v.next_sec, TEST_NOW + 9);
	}
}

static void
test_restart_mail_from(void **state)
{
	struct admin_fixture *f = *state;
	const char *name = "boss@shop.example";
	struct store_identity row =
	    create(f, "shop", name, IDENTITY_KEYS_NONE, false);

	assert_code(f, SG_OK,
	    identity_verify(f->store, "shop", name, TEST_NOW, &row, &f->err));
	assert_code(f, SG_INVALID,
	    identity_restart(f->store, f->seal, f->conf, "shop", name, TEST_NOW,
		&row, &f->err));
	assert_non_null(strstr(f->err.text, "verified already"));
	assert_code(f, SG_OK,
	    identity_set_mail_from(f->store, f->conf, "shop", name,
		"b.shop.example", false, TEST_NOW, &row, &f->err));
	row.mail_from_status = RULES_IDENTITY_FAILED;
	put(f, &row);
	assert_code(f, SG_OK,
	    identity_restart(f->store, f->seal, f->conf, "shop", name, TEST_NOW,
		&row, &f->err));
	assert_int_equal(row.mail_from_status, RULES_IDENTITY_PENDING);
	assert_int_equal(row.facts.status, RULES_IDENTITY_SUCCESS);
}

/* One from before there were proofs, and before there was a zone. */
static void
test_restart_completes(void **state)
{
	struct admin_fixture *f = *state;
	struct store_identity row =
	    create(f, "shop", SHOP, IDENTITY_KEYS_ED25519, false);

	row.txt_token[0] = '\0';
	put(f, &row);
	admin_fixture_set(&f->conf->dkim_zone, "dkim.test");
	assert_code(f, SG_OK,
	    identity_restart(f->store, f->seal, f->conf, "shop", SHOP, TEST_NOW,
		&row, &f->err));
	assert_int_equal(strlen(row.txt_token), 44);
	assert_int_equal(strlen(row.easy_tokens[2]), 32);
	assert_keys(f, SHOP, "ed25519/txt rsa/easy");
	assert_code(f, SG_OK,
	    identity_restart(f->store, f->seal, f->conf, "shop", SHOP, TEST_NOW,
		&row, &f->err));
	assert_keys(f, SHOP, "ed25519/txt rsa/easy");
}

/* ---- MAIL FROM domains ------------------------------------------------------ */

static enum sg_err
set_mail_from(struct admin_fixture *f, const char *name, const char *domain,
    int64_t now_sec, struct store_identity *row_r)
{
	return identity_set_mail_from(f->store, f->conf, "shop", name, domain,
	    true, now_sec, row_r, &f->err);
}

/* Whose bounces come there could open a link that is sent there. */
static void
test_not_for_bounces(void **state)
{
	static const struct {
		const char *name;
		enum sg_err code;
	} rows[] = {
	    {"bounce.op.example", SG_INVALID},
	    {"Bounce.OP.example.", SG_INVALID},
	    {"x.bounce.op.example", SG_INVALID},
	    {"b-token@bounce.op.example", SG_INVALID},
	    {"b@x.bounce.op.example", SG_INVALID},
	    {"xbounce.op.example", SG_OK},
	    {"boss@op.example", SG_OK},
	};
	struct admin_fixture *f = *state;

	admin_fixture_set(&f->conf->bounce_domain, "bounce.op.example");
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		assert_code(f, rows[i].code,
		    identity_create(f->store, f->seal, f->conf, "shop",
			rows[i].name, IDENTITY_KEYS_NONE, false, TEST_NOW, NULL,
			&f->err));
}

static void
test_mail_from_names(void **state)
{
	static const struct {
		const char *identity, *domain, *stored;
	} rows[] = {
	    {SHOP, "Bounce.Shop.Example.", "bounce.shop.example"},
	    {"boss@shop.example", "a.b.shop.example", "a.b.shop.example"},
	    {SHOP, SHOP, NULL},
	    {SHOP, "bounceshop.example", NULL},
	    {SHOP, "bounce.other.example", NULL},
	    {SHOP, ".shop.example", NULL},
	    {SHOP, "a b.shop.example", NULL},
	    {SHOP, "boss@shop.example", NULL},
	    {SHOP, "sub.shop.example", NULL},         /* an identity */
	    {SHOP, "ours.shop.example", NULL},        /* above bounce_domain */
	    {SHOP, "bounce.ours.shop.example", NULL}, /* it */
	    {SHOP, "x.bounce.ours.shop.example", NULL},
	    {SHOP,
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa."
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa."
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa."
		"shop.example",
		NULL},
	};
	struct admin_fixture *f = *state;
	struct store_identity row;

	admin_fixture_set(&f->conf->bounce_domain, "bounce.ours.shop.example");
	(void)create(f, "shop", SHOP, IDENTITY_KEYS_NONE, false);
	(void)create(f, "shop", "sub.shop.example", IDENTITY_KEYS_NONE, false);
	(void)create(f, "shop", "boss@shop.example", IDENTITY_KEYS_NONE, false);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		assert_code(f, rows[i].stored != NULL ? SG_OK : SG_INVALID,
		    set_mail_from(
			f, rows[i].identity, rows[i].domain, TEST_NOW, &row));
		if (rows[i].stored == NULL)
			continue;
		assert_string_equal(row.facts.mail_from, rows[i].stored);
		assert_int_equal(row.mail_from_status, RULES_IDENTITY_PENDING);
		assert_int_equal(
		    row.facts.mail_from_use, RULES_MAIL_FROM_REJECT);
	}
}

static void
test_mail_from_states(void **state)
{
	struct admin_fixture *f = *state;
	struct store_identity row;

	(void)create(f, "shop", SHOP, IDENTITY_KEYS_NONE, false);
	assert_code(
	    f, SG_OK, set_mail_from(f, SHOP, "b.shop.example", 100, &row));
	row.mail_from_status = RULES_IDENTITY_SUCCESS;
	put(f, &row);
	/* The same again: it stays, and is looked at. */
	assert_code(
	    f, SG_OK, set_mail_from(f, SHOP, "b.shop.example", 200, &row));
	assert_int_equal(row.mail_from_status, RULES_IDENTITY_SUCCESS);
	assert_int_equal(
	    look_of(f, &row, VERIFICATION_MAIL_FROM).started_sec, 100);
	assert_int_equal(
	    look_of(f, &row, VERIFICATION_MAIL_FROM).next_sec, 200);
	/* Another begins anew. */
	assert_code(
	    f, SG_OK, set_mail_from(f, SHOP, "c.shop.example", 300, &row));
	assert_int_equal(row.mail_from_status, RULES_IDENTITY_PENDING);
	assert_int_equal(
	    look_of(f, &row, VERIFICATION_MAIL_FROM).started_sec, 300);
	row.mail_from_status = RULES_IDENTITY_FAILED;
	put(f, &row);
	assert_code(
	    f, SG_OK, set_mail_from(f, SHOP, "c.shop.example", 400, &row));
	assert_int_equal(row.mail_from_status, RULES_IDENTITY_PENDING);
	/* None any more. */
	assert_code(f, SG_OK, set_mail_from(f, SHOP, "", 500, &row));
	assert_int_equal(row.mail_from_status, RULES_IDENTITY_NOT_STARTED);
	assert_int_equal(row.facts.mail_from_use, RULES_MAIL_FROM_NONE);
	assert_int_equal(look_of(f, &row, VERIFICATION_MAIL_FROM).next_sec, 0);
}

/* ---- own keys ----------------------------------------------------------------- */

static enum sg_err
import(struct admin_fixture *f, const char *selector, const char *pem, bool now)
{
	return identity_import_key(f->store, f->seal, "shop", SHOP, selector,
	    pem, strlen(pem), now, TEST_NOW + 7, &f->err);
}

static void
test_own_key(void **state)
{
	struct admin_fixture *f = *state;
	struct store_identity row;
	struct dkim_key *key;
	unsigned char *pem;
	size_t len;

	assert_code(
	    f, SG_OK, dkim_key_generate(DKIM_ED25519_SHA256, 0, &key, &f->err));
	assert_code(f, SG_OK, dkim_key_to_pem(key, &pem, &len, &f->err));
	row = create(f, "shop", SHOP, IDENTITY_KEYS_NONE, false);
	assert_code(f, SG_OK, import(f, "one", (char *)pem, false));
	assert_keys(f, SHOP, "ed25519/own");
	row = get(f, SHOP);
	assert_int_equal(row.facts.dkim_status, RULES_IDENTITY_PENDING);
	assert_int_equal(
	    look_of(f, &row, VERIFICATION_DKIM).next_sec, TEST_NOW + 7);
	/* Nobody saw the first: the second takes its place. */
	assert_code(f, SG_OK, import(f, "two", (char *)pem, false));
	assert_keys(f, SHOP, "ed25519/own");
	/* A failed one begins anew. */
	row.facts.dkim_status = RULES_IDENTITY_FAILED;
	put(f, &row);
	assert_code(f, SG_OK, import(f, "three", (char *)pem, false));
	assert_int_equal(
	    get(f, SHOP).facts.dkim_status, RULES_IDENTITY_PENDING);
	assert_code(f, SG_OK, import(f, "four", (char *)pem, true));
	assert_int_equal(
	    get(f, SHOP).facts.dkim_status, RULES_IDENTITY_SUCCESS);
	assert_code(f, SG_OK, import(f, "five", (char *)pem, true));
	assert_keys(f, SHOP, "ed25519/own/retired ed25519/own/active");
	seal_wipe_free(&pem, len);
	dkim_key_unref(&key);
}

static void
test_key_limit(void **state)
{
	struct admin_fixture *f = *state;
	enum sg_err rc = SG_OK;
	struct dkim_key *key;
	unsigned char *pem;
	size_t len;
	int count;

	assert_code(
	    f, SG_OK, dkim_key_generate(DKIM_ED25519_SHA256, 0, &key, &f->err));
	assert_code(f, SG_OK, dkim_key_to_pem(key, &pem, &len, &f->err));
	(void)create(f, "shop", SHOP, IDENTITY_KEYS_NONE, false);
	for (count = 0; count <= KEY_PLAN_MAX_KEYS && rc == SG_OK; count++) {
		char selector[16];

		(void)snprintf(selector, sizeof(selector), "s%d", count);
		rc = import(f, selector, (char *)pem, true);
	}
	assert_int_equal(rc, SG_INVALID);
	assert_int_equal(count, KEY_PLAN_MAX_KEYS + 1);
	assert_non_null(strstr(f->err.text, "7 days"));
	seal_wipe_free(&pem, len);
	dkim_key_unref(&key);
}

static void
test_identity_limit(void **state)
{
	struct admin_fixture *f = *state;
	struct store_account account;
	struct store_identity row = {.created_sec = TEST_NOW};

	assert_code(f, SG_OK, account_get(f->store, "shop", &account, &f->err));
	row.account_id = account.facts.id;
	row.facts.type = RULES_IDENTITY_DOMAIN;
	assert_code(f, SG_OK, store_begin(f->store, &f->err));
	for (int i = 0; i < 10000; i++) {
		(void)snprintf(
		    row.facts.name, sizeof(row.facts.name), "d%d.example", i);
		assert_code(
		    f, SG_OK, store_identity_create(f->store, &row, &f->err));
	}
	assert_code(f, SG_OK, store_commit(f->store, &f->err));
	assert_code(f, SG_INVALID,
	    identity_create(f->store, f->seal, f->conf, "shop", "one.example",
		IDENTITY_KEYS_NONE, false, TEST_NOW, NULL, &f->err));
	assert_non_null(strstr(f->err.text, "10000"));
	assert_code(f, SG_OK,
	    identity_delete(f->store, "shop", "d77.example", &f->err));
	(void)create(f, "shop", "one.example", IDENTITY_KEYS_NONE, false);
}

/* ---- the operator's key -------------------------------------------------------- */

static void
test_operator_key(void **state)
{
	struct admin_fixture *f = *state;
	struct dkim_record record;
	struct dkim_key *key = NULL;
	char path[128], *public_base64;

	assert_code(f, SG_OK, operator_key_load(f->conf, &key, &f->err));
	assert_null(key);
	assert_code(f, SG_INVALID, operator_key_create(f->conf, &f->err));
	admin_fixture_set(&f->conf->dkim_operator_domain, "mail.test");
	(void)snprintf(path, sizeof(path), "%s/operator.key", f->dir);
	admin_fixture_set(&f->conf->dkim_operator_key_file, path);
	assert_code(f, SG_MISSING, operator_key_load(f->conf, &key, &f->err));
	assert_code(f, SG_OK, operator_key_create(f->conf, &f->err));
	assert_code(f, SG_EXISTS, operator_key_create(f->conf, &f->err));
	assert_code(f, SG_OK, operator_key_load(f->conf, &key, &f->err));
	assert_int_equal(dkim_key_bits(key), 2048);
	assert_code(f, SG_OK,
	    operator_key_record(
		f->conf, key, &record, &public_base64, &f->err));
	assert_string_equal(record.selector, "sendward");
	assert_string_equal(record.domain, "mail.test");
	assert_string_equal(record.algorithm, "rsa");
	assert_ptr_equal(record.public_base64, public_base64);
	free(public_base64);
	dkim_key_unref(&key);
	assert_int_equal(chmod(path, 0640), 0);
	assert_code(f, SG_INVALID, operator_key_load(f->conf, &key, &f->err));
	assert_non_null(strstr(f->err.text, "chmod 0400"));
	assert_int_equal(chmod(path, 0600), 0);
	assert_int_equal(truncate(path, 100), 0);
	assert_code(f, SG_INVALID, operator_key_load(f->conf, &key, &f->err));
	assert_null(key);
}

#define WITH_STORE(test)                                                       \
	cmocka_unit_test_setup_teardown(                                       \
	    test, admin_fixture_setup, admin_fixture_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    WITH_STORE(test_easy),
	    WITH_STORE(test_long_names),
	    WITH_STORE(test_tokens_differ),
	    WITH_STORE(test_looks_begin),
	    WITH_STORE(test_address),
	    WITH_STORE(test_address_again),
	    WITH_STORE(test_word_chooses),
	    WITH_STORE(test_restart),
	    WITH_STORE(test_restart_mail_from),
	    WITH_STORE(test_restart_completes),
	    WITH_STORE(test_not_for_bounces),
	    WITH_STORE(test_mail_from_names),
	    WITH_STORE(test_mail_from_states),
	    WITH_STORE(test_own_key),
	    WITH_STORE(test_key_limit),
	    WITH_STORE(test_identity_limit),
	    WITH_STORE(test_operator_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
