/* Identities and their keys: see identity.h. Asks no DNS. */
#include "config.h"

#include "ops/identity.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <openssl/rand.h>

#include "base/seal.h"
#include "dkim/key.h"
#include "ops/account.h"
#include "rules/identity.h"

#define KEY_CONTEXT "dkim.key"

static const struct {
	const char *name;
	int rsa_bits; /* 0: none */
	bool ed25519;
} key_kinds[] = {
    [IDENTITY_KEYS_NONE] = {"none", 0, false},
    [IDENTITY_KEYS_RSA1024] = {"rsa1024", 1024, false},
    [IDENTITY_KEYS_RSA2048] = {"rsa2048", 2048, false},
    [IDENTITY_KEYS_RSA4096] = {"rsa4096", 4096, false},
    [IDENTITY_KEYS_ED25519] = {"ed25519", 0, true},
    [IDENTITY_KEYS_BOTH] = {"both", 2048, true},
};

int
identity_keys_from_name(const char *name)
{
	for (size_t i = 0; i < sizeof(key_kinds) / sizeof(*key_kinds); i++)
		if (strcmp(name, key_kinds[i].name) == 0)
			return (int)i;
	return -1;
}

bool
identity_is_domain(const char *name)
{
	return strchr(name, '@') == NULL;
}

/* A key on its way into the store. */
struct new_key {
	struct store_key row;
	char *public_base64;
	unsigned char *sealed;
};

static void
new_key_fini(struct new_key *key)
{
	free(key->public_base64);
	free(key->sealed);
}

static enum sg_err
new_key_fill(struct new_key *key_r, const struct seal *seal,
    const struct dkim_key *key, const char *selector, int64_t now_sec,
    struct err *err_r)
{
	unsigned char *pem = NULL;
	size_t pem_len = 0;
	enum sg_err rc = dkim_key_to_pem(key, &pem, &pem_len, err_r);

	if (rc != SG_OK)
		return rc;
	rc = seal_wrap(seal, KEY_CONTEXT, pem, pem_len, &key_r->sealed,
	    &key_r->row.sealed_len, err_r);
	seal_wipe_free(&pem, pem_len);
	if (rc != SG_OK)
		return rc;
	key_r->public_base64 = dkim_key_public_dup(key);
	if (key_r->public_base64 == NULL)
		return err_set(err_r, SG_NOMEM, "no memory for a DKIM key");
	key_r->row.sealed = key_r->sealed;
	key_r->row.public_base64 = key_r->public_base64;
	key_r->row.bits = dkim_key_bits(key);
	key_r->row.active = true;
	key_r->row.created_sec = now_sec;
	(void)snprintf(key_r->row.selector, sizeof(key_r->row.selector), "%s",
	    selector); /* checked before to fit */
	(void)snprintf(key_r->row.algorithm, sizeof(key_r->row.algorithm), "%s",
	    dkim_algorithm_name(dkim_key_algorithm(key))); /* fits */
	return SG_OK;
}

/* "sw" and 8 of a-z0-9; bytes that would favour some letters are thrown away. */
static enum sg_err
random_selector(char selector_r[IDENTITY_SELECTOR_MAX + 1], struct err *err_r)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789";
	size_t len = 0;

	selector_r[len++] = 's';
	selector_r[len++] = 'w';
	while (len < 10) {
		unsigned char byte;

		if (RAND_bytes(&byte, 1) != 1)
			return err_set(
			    err_r, SG_CRYPTO, "no random bytes to be had");
		if (byte < 252)
			selector_r[len++] = letters[byte % 36];
	}
	selector_r[len] = '\0';
	return SG_OK;
}

static enum sg_err
generate_key(struct new_key *key_r, const struct seal *seal,
    enum dkim_algorithm algorithm, int bits, int64_t now_sec, struct err *err_r)
{
	char selector[IDENTITY_SELECTOR_MAX + 1];
	struct dkim_key *key = NULL;
	enum sg_err rc = random_selector(selector, err_r);

	if (rc == SG_OK)
		rc = dkim_key_generate(algorithm, bits, &key, err_r);
	if (rc == SG_OK)
		rc = new_key_fill(key_r, seal, key, selector, now_sec, err_r);
	dkim_key_unref(&key);
	return rc;
}

static enum sg_err
generate_keys(struct new_key keys_r[2], size_t *count_r,
    const struct seal *seal, enum identity_keys kind, int64_t now_sec,
    struct err *err_r)
{
	enum sg_err rc = SG_OK;

	if (key_kinds[kind].rsa_bits != 0)
		rc = generate_key(&keys_r[(*count_r)++], seal, DKIM_RSA_SHA256,
		    key_kinds[kind].rsa_bits, now_sec, err_r);
	if (rc == SG_OK && key_kinds[kind].ed25519)
		rc = generate_key(&keys_r[(*count_r)++], seal,
		    DKIM_ED25519_SHA256, 0, now_sec, err_r);
	return rc;
}

static enum sg_err
store_with_keys(struct store *store, const char *account,
    struct store_identity *row, struct new_key *keys, size_t key_count,
    struct err *err_r)
{
	enum sg_err rc = store_begin(store, err_r);

	if (rc != SG_OK)
		return rc;
	rc = store_identity_create(store, row, err_r);
	if (rc == SG_EXISTS)
		rc = err_set(err_r, SG_EXISTS,
		    "account %s has the identity %s already; see: sendwardctl "
		    "identity show %s %s",
		    account, row->facts.name, account, row->facts.name);
	for (size_t i = 0; i < key_count && rc == SG_OK; i++) {
		keys[i].row.identity_id = row->facts.id;
		rc = store_key_add(store, &keys[i].row, err_r);
		row->facts.key_id[i] = keys[i].row.id;
	}
	if (rc == SG_OK)
		return store_commit(store, err_r);
	store_rollback(store);
	return rc;
}

enum sg_err
identity_create(struct store *store, const struct seal *seal,
    const char *account, const char *name, enum identity_keys keys,
    int64_t now_sec, struct store_identity *row_r, struct err *err_r)
{
	struct store_identity row = {.created_sec = now_sec};
	struct new_key made[2] = {0};
	struct store_account owner;
	size_t made_count = 0;
	const char *wrong =
	    identity_check_name(name, row.facts.name, &row.facts.type);
	enum sg_err rc;

	if (wrong != NULL)
		return err_set(err_r, SG_INVALID,
		    "%.100s is no domain or e-mail address: %s", name, wrong);
	rc = account_get(store, account, &owner, err_r);
	if (rc != SG_OK)
		return rc;
	row.account_id = owner.facts.id;
	row.facts.status = RULES_IDENTITY_PENDING;
	row.facts.signing_enabled = true;
	if (row.facts.type == RULES_IDENTITY_DOMAIN)
		rc = generate_keys(
		    made, &made_count, seal, keys, now_sec, err_r);
	if (rc == SG_OK)
		rc = store_with_keys(
		    store, account, &row, made, made_count, err_r);
	for (size_t i = 0; i < made_count; i++)
		new_key_fini(&made[i]);
	if (rc == SG_OK && row_r != NULL)
		*row_r = row;
	return rc;
}

enum sg_err
identity_get(struct store *store, const char *account, const char *name,
    struct store_identity *row_r, struct err *err_r)
{
	char clean[RULES_ADDRESS_MAX + 1];
	enum rules_identity_type type;
	struct store_account owner;
	enum sg_err rc = account_get(store, account, &owner, err_r);

	if (rc != SG_OK)
		return rc;
	if (identity_check_name(name, clean, &type) == NULL)
		rc = store_identity_get(
		    store, owner.facts.id, clean, row_r, err_r);
	else
		rc = SG_MISSING;
	if (rc == SG_MISSING)
		return err_set(err_r, SG_MISSING,
		    "account %s has no identity %.100s; see: sendwardctl "
		    "identity list %s",
		    account, name, account);
	return rc;
}

/* Reads the identity, lets `edit` change it, writes it: one transaction. */
typedef void edit_fn(struct store_identity *row, int64_t value);

static enum sg_err
edit_identity(struct store *store, const char *account, const char *name,
    edit_fn *edit, int64_t value, struct store_identity *row_r,
    struct err *err_r)
{
	struct store_identity row;
	enum sg_err rc = store_begin(store, err_r);

	if (rc != SG_OK)
		return rc;
	rc = identity_get(store, account, name, &row, err_r);
	if (rc == SG_OK) {
		edit(&row, value);
		rc = store_identity_update(store, &row, err_r);
	}
	rc = store_finish(store, rc, err_r);
	if (rc == SG_OK && row_r != NULL)
		*row_r = row;
	return rc;
}

static void
edit_verified(struct store_identity *row, int64_t now_sec)
{
	if (row->facts.status != RULES_IDENTITY_SUCCESS)
		row->verified_sec = now_sec;
	row->facts.status = RULES_IDENTITY_SUCCESS;
}

enum sg_err
identity_verify(struct store *store, const char *account, const char *name,
    int64_t now_sec, struct store_identity *row_r, struct err *err_r)
{
	return edit_identity(
	    store, account, name, edit_verified, now_sec, row_r, err_r);
}

static void
edit_signing(struct store_identity *row, int64_t on)
{
	row->facts.signing_enabled = on != 0;
}

enum sg_err
identity_set_signing(struct store *store, const char *account, const char *name,
    bool on, struct store_identity *row_r, struct err *err_r)
{
	return edit_identity(
	    store, account, name, edit_signing, on, row_r, err_r);
}

enum sg_err
identity_delete(struct store *store, const char *account, const char *name,
    struct err *err_r)
{
	struct store_identity row;
	enum sg_err rc = identity_get(store, account, name, &row, err_r);

	if (rc != SG_OK)
		return rc;
	return store_identity_delete(
	    store, row.account_id, row.facts.id, err_r);
}

struct list {
	struct account_names names;
	identity_list_fn *fn;
	void *ctx;
};

static bool
list_row(void *ctx, const struct store_identity *row)
{
	struct list *list = ctx;

	return list->fn(
	    list->ctx, account_names_find(&list->names, row->account_id), row);
}

enum sg_err
identity_list(struct store *store, const char *account, identity_list_fn *fn,
    void *ctx, struct err *err_r)
{
	struct list list = {.fn = fn, .ctx = ctx};
	int64_t account_id;
	enum sg_err rc =
	    account_names_load(store, account, &list.names, &account_id, err_r);

	if (rc == SG_OK)
		rc = store_identity_list(
		    store, account_id, list_row, &list, err_r);
	account_names_fini(&list.names);
	return rc;
}

const char *
identity_domain(const struct store_identity *row)
{
	const char *at = strrchr(row->facts.name, '@');

	return at == NULL ? row->facts.name : at + 1;
}

enum sg_err
identity_key_list(struct store *store, const struct store_identity *row,
    store_key_fn *fn, void *ctx, struct err *err_r)
{
	return store_key_list(store, row->facts.id, fn, ctx, err_r);
}

/* ---- import ------------------------------------------------------------- */

/* RFC 6376 §3.1: labels of letters, digits and hyphens; we ask for lower case,
 * so that nobody publishes another spelling. */
static bool
is_selector(const char *selector)
{
	size_t len = strnlen(selector, IDENTITY_SELECTOR_MAX + 1);
	char before = '.';

	if (len == 0 || len > IDENTITY_SELECTOR_MAX)
		return false;
	for (size_t i = 0; i < len; i++) {
		char c = selector[i];
		bool is_alnum =
		    (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');

		if (!is_alnum && c != '-' && c != '.')
			return false;
		if (!is_alnum && (before == '.' || (c == '.' && before == '-')))
			return false;
		before = c;
	}
	return before != '-' && before != '.';
}

/* The identity's active keys of one algorithm, and whether a selector is used. */
struct key_search {
	const char *algorithm, *selector;
	int64_t active[8];
	size_t active_count;
	bool is_selector_used;
};

static bool
search_key(void *ctx, const struct store_key *row)
{
	struct key_search *search = ctx;

	if (strcmp(row->selector, search->selector) == 0)
		search->is_selector_used = true;
	if (row->active && strcmp(row->algorithm, search->algorithm) == 0 &&
	    search->active_count < 8)
		search->active[search->active_count++] = row->id;
	return true;
}

static enum sg_err
replace_key(struct store *store, struct store_key *row, struct err *err_r)
{
	struct key_search search = {
	    .algorithm = row->algorithm, .selector = row->selector};
	enum sg_err rc =
	    store_key_list(store, row->identity_id, search_key, &search, err_r);

	if (rc != SG_OK)
		return rc;
	if (search.is_selector_used)
		return err_set(err_r, SG_EXISTS,
		    "the identity has a key with selector %s already; give "
		    "the new key another one",
		    row->selector);
	for (size_t i = 0; i < search.active_count && rc == SG_OK; i++)
		rc =
		    store_key_set_active(store, search.active[i], false, err_r);
	if (rc == SG_OK)
		rc = store_key_add(store, row, err_r);
	return rc;
}

static enum sg_err
store_imported(struct store *store, const char *account, const char *name,
    struct store_key *row, struct err *err_r)
{
	struct store_identity identity;
	enum sg_err rc = store_begin(store, err_r);

	if (rc != SG_OK)
		return rc;
	rc = identity_get(store, account, name, &identity, err_r);
	if (rc == SG_OK) {
		row->identity_id = identity.facts.id;
		rc = replace_key(store, row, err_r);
	}
	if (rc == SG_OK)
		return store_commit(store, err_r);
	store_rollback(store);
	return rc;
}

enum sg_err
identity_import_key(struct store *store, const struct seal *seal,
    const char *account, const char *name, const char *selector,
    const char *text, size_t len, int64_t now_sec, struct err *err_r)
{
	struct new_key new = {0};
	struct dkim_key *key = NULL;
	enum sg_err rc;

	if (!is_selector(selector))
		return err_set(err_r, SG_INVALID,
		    "--selector must be 1 to %d of a-z 0-9 - and inner dots",
		    IDENTITY_SELECTOR_MAX);
	rc = dkim_key_from_text(text, len, &key, err_r);
	if (rc == SG_OK)
		rc = new_key_fill(&new, seal, key, selector, now_sec, err_r);
	if (rc == SG_OK)
		rc = store_imported(store, account, name, &new.row, err_r);
	new_key_fini(&new);
	dkim_key_unref(&key);
	return rc;
}
