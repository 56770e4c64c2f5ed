/* How a domain is signed: see identity_dkim.h. Asks no DNS. */
#include "config.h"

#include "ops/identity_dkim.h"

#include <stdlib.h>
#include <string.h>

#include "conf/conf.h"
#include "dkim/key.h"
#include "ops/identity.h"
#include "ops/identity_keys.h"

#define LENGTH_CHANGE_SEC 86400

/* ---- telling ---------------------------------------------------------------- */

static bool
is_rsa(const struct store_key *key)
{
	return strcmp(key->algorithm, "rsa") == 0;
}

/* The newest of the origin that is not retired; NULL. */
static const struct store_key *
newest_of(const struct store_key *keys, size_t count, enum key_origin origin)
{
	const struct store_key *best = NULL;

	for (size_t i = 0; i < count; i++) {
		const struct store_key *key = &keys[i];

		if (key->origin != origin || key->retired_sec != 0 ||
		    (origin != KEY_EXTERNAL && !is_rsa(key)))
			continue;
		if (best == NULL || key->created_sec > best->created_sec ||
		    (key->created_sec == best->created_sec &&
			key->id > best->id))
			best = key;
	}
	return best;
}

static enum key_origin
origin_of(const struct identity_file *file)
{
	if (newest_of(file->keys, file->key_count, KEY_EXTERNAL) != NULL)
		return KEY_EXTERNAL;
	return newest_of(file->keys, file->key_count, KEY_EASY) != NULL
		   ? KEY_EASY
		   : KEY_TXT;
}

static void
add_token(struct identity_dkim *dkim, const char *token)
{
	if (token[0] != '\0' && dkim->token_count < KEY_PLAN_MAX_KEYS)
		dkim->tokens[dkim->token_count++] = token;
}

static void
read_tokens(const struct identity_file *file, const struct store_key *own,
    struct identity_dkim *dkim)
{
	if (own != NULL)
		add_token(dkim, own->selector);
	for (size_t i = 0; dkim->origin == KEY_EASY && i < KEY_PLAN_EASY_SLOTS;
	     i++)
		add_token(dkim, file->row.easy_tokens[i]);
	for (size_t i = 0; dkim->origin == KEY_TXT && i < file->key_count; i++)
		if (file->keys[i].origin == KEY_TXT &&
		    file->keys[i].retired_sec == 0)
			add_token(dkim, file->keys[i].selector);
}

static void
read_lengths(const struct identity_file *file, struct identity_dkim *dkim)
{
	const struct store_key *newest =
	    newest_of(file->keys, file->key_count, dkim->origin);

	if (newest != NULL && is_rsa(newest))
		dkim->next_bits = newest->bits;
	dkim->current_bits = dkim->next_bits;
	for (size_t i = 0; i < file->key_count; i++) {
		const struct store_key *key = &file->keys[i];

		if (key->active && key->origin == dkim->origin && is_rsa(key))
			dkim->current_bits = key->bits;
		if (key->origin != KEY_EXTERNAL &&
		    key->created_sec > dkim->made_sec)
			dkim->made_sec = key->created_sec;
	}
}

void
identity_dkim_read(
    const struct identity_file *file, struct identity_dkim *dkim_r)
{
	const struct store_key *own =
	    newest_of(file->keys, file->key_count, KEY_EXTERNAL);

	*dkim_r = (struct identity_dkim){
	    .origin = origin_of(file), .status = file->row.facts.dkim_status};
	if (own != NULL && !own->active &&
	    dkim_r->status != RULES_IDENTITY_FAILED)
		dkim_r->status = RULES_IDENTITY_PENDING;
	read_tokens(file, own, dkim_r);
	read_lengths(file, dkim_r);
}

/* ---- keys made here --------------------------------------------------------------- */

struct generation {
	const struct seal *seal;
	const struct conf *conf;
	int bits; /* wished; 0 any */
	int64_t now_sec;
	struct identity_new_key key; /* sealed NULL: none was made */
	enum key_origin origin;
};

static enum key_origin
made_origin(const struct conf *conf, const struct store_identity *row)
{
	return conf->dkim_zone[0] != '\0' &&
		       strlen(row->facts.name) <= IDENTITY_EASY_DOMAIN_MAX
		   ? KEY_EASY
		   : KEY_TXT;
}

/* A length is changed at most once a day, but for the first way down. */
static enum sg_err
check_pace(const struct generation *g, const struct identity_key_set *set,
    const char *name, struct err *err_r)
{
	bool has_changed = false, is_fresh = false;
	int bits = 0;

	for (size_t i = 0; i < set->count; i++) {
		const struct store_key *key = &set->list[i];

		if (key->origin != g->origin || !is_rsa(key))
			continue;
		has_changed |= bits != 0 && bits != key->bits;
		bits = key->bits;
		is_fresh |= key->created_sec <= g->now_sec &&
			    g->now_sec - key->created_sec < LENGTH_CHANGE_SEC;
	}
	if (!is_fresh || (!has_changed && g->bits == 1024))
		return SG_OK;
	return err_set(err_r, SG_INVALID,
	    "the key length of %s can be changed once in 24 hours, and a key "
	    "was made less than that ago",
	    name);
}

/* *bits_r: of the key that must be made; 0: there is one that will do. */
static enum sg_err
plan(const struct generation *g, const struct identity_key_set *set,
    const char *name, int *bits_r, struct err *err_r)
{
	const struct store_key *there =
	    newest_of(set->list, set->count, g->origin);

	*bits_r = 0;
	if (there == NULL)
		*bits_r = g->bits != 0 ? g->bits : IDENTITY_EASY_KEY_BITS;
	else if (g->bits != 0 && there->bits != g->bits)
		*bits_r = g->bits;
	return there != NULL && *bits_r != 0 ? check_pace(g, set, name, err_r)
					     : SG_OK;
}

/* What waits and was never used makes room; what was brought and signs retires. */
static enum sg_err
make_room(const struct generation *g, struct store *store,
    struct identity_key_set *set, bool *retired_r, struct err *err_r)
{
	enum sg_err rc = SG_OK;
	size_t kept = 0;

	*retired_r = false;
	for (size_t i = 0; i < set->count && rc == SG_OK; i++) {
		const struct store_key *key = &set->list[i];
		bool is_own = key->origin == KEY_EXTERNAL;
		bool is_replaced = g->key.sealed != NULL && is_rsa(key) &&
				   key->origin == g->origin;

		if ((is_own || is_replaced) && identity_key_waits(key)) {
			rc = store_key_delete(store, key->id, err_r);
			continue;
		}
		if (is_own && key->active) {
			rc = store_key_set_active(
			    store, key->id, false, g->now_sec, err_r);
			*retired_r = true;
		}
		set->list[kept++] = *key;
	}
	set->count = kept;
	return rc;
}

static int
free_slot(const struct identity_key_set *set)
{
	struct key_facts facts[KEY_PLAN_MAX_KEYS];
	int64_t free_at;

	for (size_t i = 0; i < set->count; i++)
		facts[i] = (struct key_facts){.id = set->list[i].id,
		    .origin = set->list[i].origin,
		    .slot = set->list[i].slot,
		    .is_ed25519 = !is_rsa(&set->list[i]),
		    .active = set->list[i].active,
		    .created_sec = set->list[i].created_sec,
		    .published_sec = set->list[i].published_sec,
		    .active_sec = set->list[i].active_sec,
		    .retired_sec = set->list[i].retired_sec,
		    .look = KEY_UNKNOWN};
	return key_plan_free_slot(facts, set->count, false, &free_at);
}

static enum sg_err
add_key(struct generation *g, struct store *store, struct store_identity *row,
    const struct identity_key_set *set, struct err *err_r)
{
	int slot;
	enum sg_err rc = identity_key_room(set, 1, row->facts.name, err_r);

	if (rc == SG_OK && g->origin == KEY_EASY) {
		if (row->easy_tokens[0][0] == '\0')
			rc = identity_easy_tokens(row, err_r);
		slot = free_slot(set);
		if (rc == SG_OK && slot < 0)
			rc = err_set(err_r, SG_INVALID,
			    "the last keys of %s are kept in DNS for mail on "
			    "its way; a new one can be made when they are gone",
			    row->facts.name);
		if (rc == SG_OK)
			identity_new_key_set_easy(&g->key, row, slot);
	}
	g->key.row.identity_id = row->facts.id;
	return rc == SG_OK ? store_key_add(store, &g->key.row, err_r) : rc;
}

static enum sg_err
look(const struct generation *g, struct store *store,
    struct store_identity *row, bool is_anew, struct err *err_r)
{
	enum rules_identity_status *status = &row->facts.dkim_status;

	if (is_anew || *status == RULES_IDENTITY_NOT_STARTED ||
	    *status == RULES_IDENTITY_FAILED)
		return identity_look_start(store, row->facts.id,
		    VERIFICATION_DKIM, status, g->now_sec, err_r);
	return identity_look_now(
	    store, row->facts.id, VERIFICATION_DKIM, g->now_sec, err_r);
}

static enum sg_err
generate(void *ctx, struct store *store, struct store_identity *row,
    struct err *err_r)
{
	struct generation *g = ctx;
	struct identity_key_set set;
	bool retired = false;
	int bits = 0;
	enum sg_err rc =
	    identity_key_set_load(store, row->facts.id, &set, err_r);

	if (rc == SG_OK)
		rc = plan(g, &set, row->facts.name, &bits, err_r);
	if (rc == SG_OK && bits != g->key.row.bits)
		rc = err_set(err_r, SG_BUSY,
		    "the keys of %s were changed meanwhile", row->facts.name);
	if (rc == SG_OK)
		rc = make_room(g, store, &set, &retired, err_r);
	if (rc == SG_OK && bits != 0)
		rc = add_key(g, store, row, &set, err_r);
	if (rc == SG_OK)
		rc = look(g, store, row, retired, err_r);
	return rc == SG_OK ? store_identity_update(store, row, err_r) : rc;
}

enum sg_err
identity_dkim_generate(struct store *store, const struct seal *seal,
    const struct conf *conf, const char *account, const char *name, int bits,
    int64_t now_sec, struct err *err_r)
{
	struct generation g = {
	    .seal = seal, .conf = conf, .bits = bits, .now_sec = now_sec};
	struct identity_key_set set = {.count = 0};
	struct store_identity row;
	int made = 0;
	enum sg_err rc = identity_get(store, account, name, &row, err_r);

	if (rc == SG_OK && row.facts.type == RULES_IDENTITY_EMAIL)
		rc = err_set(err_r, SG_INVALID,
		    "%s is an address: only a domain has keys", row.facts.name);
	if (rc == SG_OK)
		rc = identity_key_set_load(store, row.facts.id, &set, err_r);
	if (rc != SG_OK)
		return rc;
	g.origin = made_origin(conf, &row);
	rc = plan(&g, &set, row.facts.name, &made, err_r);
	/* outside of the transaction: it takes long */
	if (rc == SG_OK && made != 0)
		rc = identity_new_key_make(
		    &g.key, seal, DKIM_RSA_SHA256, made, now_sec, err_r);
	if (rc == SG_OK)
		rc = identity_change(
		    store, account, name, generate, &g, NULL, err_r);
	identity_new_key_fini(&g.key);
	return rc;
}

/* ---- keys that are brought ------------------------------------------------------------ */

struct search {
	const char *selector, *public_base64;
	bool found;
};

static bool
compare(void *ctx, const struct store_key *row)
{
	struct search *search = ctx;

	search->found |= row->origin == KEY_EXTERNAL && row->retired_sec == 0 &&
			 strcmp(row->selector, search->selector) == 0 &&
			 strcmp(row->public_base64, search->public_base64) == 0;
	return true;
}

enum sg_err
identity_dkim_has(struct store *store, const struct store_identity *row,
    const char *selector, const char *text, bool *has_r, struct err *err_r)
{
	struct search search = {.selector = selector};
	struct dkim_key *key = NULL;
	char *public_base64 = NULL;
	enum sg_err rc = SG_OK;

	if (dkim_key_from_text(text, strlen(text), &key, err_r) == SG_OK)
		public_base64 = dkim_key_public_dup(key);
	search.public_base64 = public_base64;
	if (public_base64 != NULL)
		rc = store_key_list(
		    store, row->facts.id, compare, &search, err_r);
	*has_r = search.found;
	free(public_base64);
	dkim_key_unref(&key);
	return rc;
}
