/* Identities are made, looked at, deleted: see identity.h. What is changed about
 * one later is in identity_setup.c, identity_import.c. */
#include "config.h"

#include "ops/identity.h"

#include <stdio.h>
#include <string.h>

#include "conf/conf.h"
#include "ops/account.h"
#include "ops/identity_keys.h"
#include "ops/link.h"
#include "ops/set.h"
#include "ops/tag.h"
#include "rules/identity.h"

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

/* ---- making one ----------------------------------------------------------- */

/* RSA, Ed25519, Easy DKIM's first, one that was brought. */
#define CREATE_MAX_KEYS 4

struct creation {
	struct store *store;
	const struct seal *seal;
	const struct conf *conf;
	const char *account;
	const struct identity_wish *wish;
	int64_t now_sec;
	struct store_identity row;
	struct identity_new_key keys[CREATE_MAX_KEYS];
	size_t key_count;
};

static enum sg_err
make_key(struct creation *c, enum dkim_algorithm algorithm, int bits,
    struct err *err_r)
{
	return identity_new_key_make(&c->keys[c->key_count++], c->seal,
	    algorithm, bits, c->now_sec, err_r);
}

static enum sg_err
make_easy(struct creation *c, struct err *err_r)
{
	struct identity_new_key *key = &c->keys[c->key_count];
	bool is_short =
	    c->wish->easy_only && c->wish->keys == IDENTITY_KEYS_RSA1024;
	enum sg_err rc = identity_easy_tokens(&c->row, err_r);

	if (rc == SG_OK)
		rc = make_key(c, DKIM_RSA_SHA256,
		    is_short ? 1024 : IDENTITY_EASY_KEY_BITS, err_r);
	identity_new_key_set_easy(key, &c->row, 0);
	return rc;
}

/* Is there a name in DNS that could prove it? */
static enum sg_err
check_length(const char *domain, bool easy_only, struct err *err_r)
{
	size_t most =
	    easy_only ? IDENTITY_EASY_DOMAIN_MAX : IDENTITY_DOMAIN_MAX;

	if (strlen(domain) <= most)
		return SG_OK;
	return err_set(err_r, SG_INVALID,
	    "%.60s... is too long: a domain has at most %zu bytes, or the name "
	    "of its record is longer than DNS allows",
	    domain, most);
}

static enum sg_err
take_own_key(struct creation *c, struct err *err_r)
{
	const struct identity_wish *wish = c->wish;

	return identity_own_key_take(&c->keys[c->key_count++], c->seal,
	    wish->selector, wish->key_text, strlen(wish->key_text), c->now_sec,
	    err_r);
}

static enum sg_err
make_domain(struct creation *c, struct err *err_r)
{
	enum identity_keys keys = c->wish->keys;
	bool easy_only = c->wish->easy_only;
	bool is_easy = c->conf->dkim_zone[0] != '\0' &&
		       strlen(c->row.facts.name) <= IDENTITY_EASY_DOMAIN_MAX &&
		       (easy_only || keys != IDENTITY_KEYS_NONE);
	enum sg_err rc = identity_txt_token(c->row.txt_token, err_r);

	if (rc == SG_OK && !easy_only && key_kinds[keys].rsa_bits != 0)
		rc = make_key(
		    c, DKIM_RSA_SHA256, key_kinds[keys].rsa_bits, err_r);
	if (rc == SG_OK && !easy_only && key_kinds[keys].ed25519)
		rc = make_key(c, DKIM_ED25519_SHA256, 0, err_r);
	if (rc == SG_OK && is_easy)
		rc = make_easy(c, err_r);
	if (rc == SG_OK && c->wish->key_text != NULL)
		rc = take_own_key(c, err_r);
	return rc;
}

static enum sg_err
check_room(struct creation *c, struct err *err_r)
{
	int64_t count;
	enum sg_err rc =
	    store_identity_count(c->store, c->row.account_id, &count, err_r);

	if (rc == SG_OK && count >= IDENTITY_MOST)
		rc = err_set(err_r, SG_INVALID,
		    "account %s has %d identities, and none may have more; "
		    "delete some, or verify a domain instead of its addresses",
		    c->account, IDENTITY_MOST);
	return rc;
}

static enum sg_err
add_keys(struct creation *c, struct err *err_r)
{
	enum sg_err rc = SG_OK;

	for (size_t i = 0; i < c->key_count && rc == SG_OK; i++) {
		c->keys[i].row.identity_id = c->row.facts.id;
		rc = store_key_add(c->store, &c->keys[i].row, err_r);
	}
	return rc;
}

/* What proves it: looks in DNS, or a letter with a link. */
static enum sg_err
add_proof(struct creation *c, struct err *err_r)
{
	struct store_identity *row = &c->row;
	enum sg_err rc;

	if (row->facts.type == RULES_IDENTITY_EMAIL)
		return c->conf->mail_from[0] == '\0'
			   ? SG_OK
			   : link_send(c->store, c->seal, c->conf, row,
				 c->now_sec, err_r);
	rc = identity_look_start(c->store, row->facts.id, VERIFICATION_IDENTITY,
	    &row->facts.status, c->now_sec, err_r);
	if (rc == SG_OK && c->key_count > 0)
		rc = identity_look_start(c->store, row->facts.id,
		    VERIFICATION_DKIM, &row->facts.dkim_status, c->now_sec,
		    err_r);
	return rc;
}

static enum sg_err
find_set(struct creation *c, struct err *err_r)
{
	const char *name = c->wish->set;
	struct store_set set;
	enum sg_err rc;

	if (name == NULL || name[0] == '\0')
		return SG_OK;
	rc = set_get(c->store, c->account, name, &set, err_r);
	if (rc == SG_OK)
		c->row.facts.default_set_id = set.facts.id;
	return rc;
}

static enum sg_err
add_tags(struct creation *c, struct err *err_r)
{
	char resource[RULES_ADDRESS_MAX + sizeof("identity/")];

	(void)snprintf(resource, sizeof(resource), "identity/%s",
	    c->row.facts.name); /* fits */
	return tag_put(c->store, c->row.account_id, resource, c->wish->tags,
	    c->wish->tag_count, err_r);
}

static enum sg_err
add_all(struct creation *c, struct err *err_r)
{
	const char *name = c->row.facts.name;
	enum sg_err rc = store_begin(c->store, err_r);

	if (rc != SG_OK)
		return rc;
	rc = check_room(c, err_r);
	if (rc == SG_OK)
		rc = find_set(c, err_r);
	if (rc == SG_OK)
		rc = store_identity_create(c->store, &c->row, err_r);
	if (rc == SG_EXISTS)
		rc = err_set(err_r, SG_EXISTS,
		    "account %s has the identity %s already; see: sendwardctl "
		    "identity show %s %s",
		    c->account, name, c->account, name);
	if (rc == SG_OK)
		rc = add_keys(c, err_r);
	if (rc == SG_OK)
		rc = add_proof(c, err_r);
	if (rc == SG_OK)
		rc = add_tags(c, err_r);
	return store_finish(c->store, rc, err_r);
}

/* Bounces and complaints go to addresses there: a link sent to one of them must
 * never verify it for the account whose mail came back. */
static enum sg_err
check_not_for_bounces(
    const struct conf *conf, const char *name, struct err *err_r)
{
	const char *at = strrchr(name, '@');
	const char *domain = at != NULL ? at + 1 : name;

	if (strcmp(domain, conf->bounce_domain) != 0 &&
	    !identity_is_below(domain, conf->bounce_domain))
		return SG_OK;
	return err_set(err_r, SG_INVALID,
	    "%.300s: %s is where this server's bounces go; nobody sends from "
	    "it",
	    name, conf->bounce_domain);
}

/* Can it be what is wished? */
static enum sg_err
check_wish(const struct creation *c, struct err *err_r)
{
	const struct identity_wish *wish = c->wish;
	const struct rules_identity *facts = &c->row.facts;

	if (wish->easy_only && c->conf->dkim_zone[0] == '\0')
		return err_set(err_r, SG_INVALID,
		    "there is no Easy DKIM here: the option dkim.zone is not "
		    "set");
	if (wish->key_text != NULL && facts->type == RULES_IDENTITY_EMAIL)
		return err_set(err_r, SG_INVALID,
		    "%s is an address: only a domain has keys", facts->name);
	return SG_OK;
}

static enum sg_err
create(struct creation *c, struct err *err_r)
{
	const char *name = c->wish->name;
	struct rules_identity *facts = &c->row.facts;
	const char *wrong =
	    identity_check_name(name, facts->name, &facts->type);
	struct store_account owner;
	enum sg_err rc;

	if (wrong != NULL)
		return err_set(err_r, SG_INVALID,
		    "%.100s is no domain or e-mail address: %s", name, wrong);
	rc = check_wish(c, err_r);
	if (rc == SG_OK)
		rc = account_get(c->store, c->account, &owner, err_r);
	if (rc != SG_OK)
		return rc;
	c->row.account_id = owner.facts.id;
	c->row.created_sec = c->now_sec;
	facts->status = RULES_IDENTITY_PENDING;
	facts->signing_enabled = true;
	c->row.forwarding = true;
	rc = check_not_for_bounces(c->conf, facts->name, err_r);
	if (rc == SG_OK && facts->type == RULES_IDENTITY_DOMAIN)
		rc = check_length(facts->name, c->wish->easy_only, err_r);
	if (rc == SG_OK && facts->type == RULES_IDENTITY_DOMAIN)
		rc = make_domain(c, err_r);
	if (rc == SG_OK && c->key_count > 0)
		facts->dkim_status = RULES_IDENTITY_PENDING;
	return rc == SG_OK ? add_all(c, err_r) : rc;
}

enum sg_err
identity_create(struct store *store, const struct seal *seal,
    const struct conf *conf, const char *account, const char *name,
    enum identity_keys keys, bool easy_only, int64_t now_sec,
    struct store_identity *row_r, struct err *err_r)
{
	const struct identity_wish wish = {
	    .name = name, .keys = keys, .easy_only = easy_only};

	return identity_make(
	    store, seal, conf, account, &wish, now_sec, row_r, err_r);
}

enum sg_err
identity_make(struct store *store, const struct seal *seal,
    const struct conf *conf, const char *account,
    const struct identity_wish *wish, int64_t now_sec,
    struct store_identity *row_r, struct err *err_r)
{
	struct creation c = {.store = store,
	    .seal = seal,
	    .conf = conf,
	    .account = account,
	    .wish = wish,
	    .now_sec = now_sec};
	enum sg_err rc = create(&c, err_r);

	for (size_t i = 0; i < c.key_count; i++)
		identity_new_key_fini(&c.keys[i]);
	if (rc == SG_OK && row_r != NULL)
		*row_r = c.row;
	return rc;
}

/* ---- looking and changing ------------------------------------------------- */

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

enum sg_err
identity_change(struct store *store, const char *account, const char *name,
    identity_work_fn *work, void *ctx, struct store_identity *row_r,
    struct err *err_r)
{
	struct store_identity row;
	enum sg_err rc = store_begin(store, err_r);

	if (rc != SG_OK)
		return rc;
	rc = identity_get(store, account, name, &row, err_r);
	if (rc == SG_OK)
		rc = work(ctx, store, &row, err_r);
	if (rc == SG_OK && row_r != NULL)
		rc =
		    store_identity_get_by_id(store, row.facts.id, row_r, err_r);
	return store_finish(store, rc, err_r);
}

static enum sg_err
edit_signing(void *ctx, struct store *store, struct store_identity *row,
    struct err *err_r)
{
	const bool *on = ctx;

	row->facts.signing_enabled = *on;
	return store_identity_update(store, row, err_r);
}

enum sg_err
identity_set_signing(struct store *store, const char *account, const char *name,
    bool on, struct store_identity *row_r, struct err *err_r)
{
	return identity_change(
	    store, account, name, edit_signing, &on, row_r, err_r);
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
