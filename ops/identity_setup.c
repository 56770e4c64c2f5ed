/* What is changed about an identity later: the operator's word, a new start, its
 * MAIL FROM domain. See identity.h; own keys are in identity_import.c. */
#include "config.h"

#include "ops/identity.h"

#include <string.h>

#include "conf/conf.h"
#include "dkim/key.h"
#include "ops/identity_keys.h"
#include "ops/link.h"
#include "rules/identity.h"

/* A return path is at most 64 bytes, @ and the domain (RFC 5321 §4.5.3.1.3). */
#define MAIL_FROM_MAX 180

static bool
may_send(enum rules_identity_status status)
{
	return status == RULES_IDENTITY_SUCCESS ||
	       status == RULES_IDENTITY_TEMPORARY_FAILURE;
}

/* ---- the operator's word -------------------------------------------------- */

static bool
is_newer(const struct store_key *key, const struct store_key *other)
{
	return other == NULL || key->created_sec > other->created_sec ||
	       (key->created_sec == other->created_sec && key->id > other->id);
}

/* The newest waiting key of one algorithm and origin; NULL: none. */
static const struct store_key *
newest_waiting(const struct identity_key_set *set, const char *algorithm,
    enum key_origin origin)
{
	const struct store_key *best = NULL;

	for (size_t i = 0; i < set->count; i++) {
		const struct store_key *key = &set->list[i];

		if (key->origin == origin && identity_key_waits(key) &&
		    strcmp(key->algorithm, algorithm) == 0 &&
		    is_newer(key, best))
			best = key;
	}
	return best;
}

static bool
has_origin(const struct identity_key_set *set, enum key_origin origin)
{
	for (size_t i = 0; i < set->count; i++)
		if (set->list[i].origin == origin)
			return true;
	return false;
}

static bool
has_active(const struct identity_key_set *set, const char *algorithm)
{
	for (size_t i = 0; i < set->count; i++)
		if (set->list[i].active &&
		    strcmp(set->list[i].algorithm, algorithm) == 0)
			return true;
	return false;
}

/* Which key of the algorithm begins to sign by the operator's word; NULL: none,
 * or one signs already. */
static const struct store_key *
choose_key(const struct identity_key_set *set, const char *algorithm)
{
	const struct store_key *key = NULL;

	if (has_active(set, algorithm))
		return NULL;
	key = newest_waiting(set, algorithm, KEY_EXTERNAL);
	if (key == NULL)
		key = newest_waiting(set, algorithm, KEY_TXT);
	if (key == NULL && !has_origin(set, KEY_TXT) &&
	    !has_origin(set, KEY_EXTERNAL))
		key = newest_waiting(set, algorithm, KEY_EASY);
	return key;
}

/* Its keys sign from now on; *any_r: it has some that do. */
static enum sg_err
start_keys(struct store *store, const struct store_identity *row,
    int64_t now_sec, bool *any_r, struct err *err_r)
{
	static const char *const algorithms[] = {"rsa", "ed25519"};
	struct identity_key_set set;
	enum sg_err rc =
	    identity_key_set_load(store, row->facts.id, &set, err_r);

	*any_r = false;
	for (size_t i = 0; i < 2 && rc == SG_OK; i++) {
		const struct store_key *key = choose_key(&set, algorithms[i]);

		if (key != NULL)
			rc = store_key_set_active(
			    store, key->id, true, now_sec, err_r);
		*any_r |= key != NULL || has_active(&set, algorithms[i]);
	}
	return rc;
}

static enum sg_err
verify_domain(struct store *store, struct store_identity *row, int64_t now_sec,
    struct err *err_r)
{
	bool has_keys;
	enum sg_err rc = start_keys(store, row, now_sec, &has_keys, err_r);

	if (rc == SG_OK)
		rc = identity_look_now(store, row->facts.id,
		    VERIFICATION_IDENTITY, now_sec, err_r);
	if (rc == SG_OK && has_keys) {
		row->facts.dkim_status = RULES_IDENTITY_SUCCESS;
		rc = identity_look_now(
		    store, row->facts.id, VERIFICATION_DKIM, now_sec, err_r);
	}
	return rc;
}

/* The link is void, and so is a letter that has not left. */
static enum sg_err
verify_address(
    struct store *store, const struct store_identity *row, struct err *err_r)
{
	enum sg_err rc = store_link_delete(store, row->facts.id, err_r);

	if (rc == SG_OK)
		rc = store_letter_delete_kind(
		    store, row->facts.id, STORE_LETTER_CONFIRM, err_r);
	return rc;
}

static enum sg_err
verify(void *ctx, struct store *store, struct store_identity *row,
    struct err *err_r)
{
	const int64_t *now_sec = ctx;
	enum sg_err rc;

	if (!may_send(row->facts.status))
		row->verified_sec = *now_sec;
	row->facts.status = RULES_IDENTITY_SUCCESS;
	row->proofs |= STORE_PROOF_WORD;
	rc = row->facts.type == RULES_IDENTITY_DOMAIN
		 ? verify_domain(store, row, *now_sec, err_r)
		 : verify_address(store, row, err_r);
	return rc == SG_OK ? store_identity_update(store, row, err_r) : rc;
}

enum sg_err
identity_verify(struct store *store, const char *account, const char *name,
    int64_t now_sec, struct store_identity *row_r, struct err *err_r)
{
	return identity_change(
	    store, account, name, verify, &now_sec, row_r, err_r);
}

/* ---- a new start ---------------------------------------------------------- */

struct restart {
	const struct seal *seal;
	const struct conf *conf;
	int64_t now_sec;
	struct identity_new_key key; /* of Easy DKIM; selector "": none made */
};

/* Easy DKIM for one that was made before there was a zone. */
static enum sg_err
restart_easy(struct restart *r, struct store *store, struct store_identity *row,
    struct err *err_r)
{
	struct identity_key_set set;
	enum sg_err rc;

	if (r->key.sealed == NULL || row->easy_tokens[0][0] != '\0')
		return SG_OK;
	rc = identity_key_set_load(store, row->facts.id, &set, err_r);
	if (rc == SG_OK)
		rc = identity_key_room(&set, 1, row->facts.name, err_r);
	if (rc == SG_OK)
		rc = identity_easy_tokens(row, err_r);
	if (rc != SG_OK)
		return rc;
	identity_new_key_set_easy(&r->key, row, 0);
	r->key.row.identity_id = row->facts.id;
	return store_key_add(store, &r->key.row, err_r);
}

static enum sg_err
restart_look(const struct restart *r, struct store *store,
    const struct store_identity *row, enum verification_subject subject,
    enum rules_identity_status *status, struct err *err_r)
{
	if (may_send(*status))
		return identity_look_now(
		    store, row->facts.id, subject, r->now_sec, err_r);
	return identity_look_start(
	    store, row->facts.id, subject, status, r->now_sec, err_r);
}

static enum sg_err
restart_domain(struct restart *r, struct store *store,
    struct store_identity *row, struct err *err_r)
{
	struct identity_key_set set;
	enum sg_err rc = SG_OK;

	if (row->txt_token[0] == '\0')
		rc = identity_txt_token(row->txt_token, err_r);
	if (rc == SG_OK)
		rc = restart_easy(r, store, row, err_r);
	if (rc == SG_OK)
		rc = restart_look(r, store, row, VERIFICATION_IDENTITY,
		    &row->facts.status, err_r);
	if (rc == SG_OK)
		rc = identity_key_set_load(store, row->facts.id, &set, err_r);
	if (rc == SG_OK && set.count > 0)
		rc = restart_look(r, store, row, VERIFICATION_DKIM,
		    &row->facts.dkim_status, err_r);
	return rc;
}

static enum sg_err
restart(void *ctx, struct store *store, struct store_identity *row,
    struct err *err_r)
{
	struct restart *r = ctx;
	enum sg_err rc = SG_OK;

	if (row->facts.type == RULES_IDENTITY_DOMAIN)
		rc = restart_domain(r, store, row, err_r);
	if (rc == SG_OK && row->facts.mail_from[0] != '\0')
		rc = restart_look(r, store, row, VERIFICATION_MAIL_FROM,
		    &row->mail_from_status, err_r);
	if (rc == SG_OK)
		rc = store_identity_update(store, row, err_r);
	/* A verified address has nothing to begin anew but its MAIL FROM. */
	if (rc == SG_OK && row->facts.type == RULES_IDENTITY_EMAIL &&
	    (!may_send(row->facts.status) || row->facts.mail_from[0] == '\0'))
		rc = link_send(store, r->seal, r->conf, row, r->now_sec, err_r);
	return rc;
}

/* Is it a domain with keys of ours, but without Easy DKIM where there is some? */
static enum sg_err
lacks_easy(struct store *store, const struct conf *conf,
    const struct store_identity *row, bool *lacks_r, struct err *err_r)
{
	struct identity_key_set set;
	enum sg_err rc;

	*lacks_r = false;
	if (row->facts.type != RULES_IDENTITY_DOMAIN ||
	    conf->dkim_zone[0] == '\0' || row->easy_tokens[0][0] != '\0' ||
	    strlen(row->facts.name) > IDENTITY_EASY_DOMAIN_MAX)
		return SG_OK;
	rc = identity_key_set_load(store, row->facts.id, &set, err_r);
	*lacks_r = has_origin(&set, KEY_TXT);
	return rc;
}

enum sg_err
identity_restart(struct store *store, const struct seal *seal,
    const struct conf *conf, const char *account, const char *name,
    int64_t now_sec, struct store_identity *row_r, struct err *err_r)
{
	struct restart r = {.seal = seal, .conf = conf, .now_sec = now_sec};
	struct store_identity row;
	bool lacks = false;
	enum sg_err rc = identity_get(store, account, name, &row, err_r);

	if (rc == SG_OK)
		rc = lacks_easy(store, conf, &row, &lacks, err_r);
	if (rc == SG_OK && lacks)
		rc = identity_new_key_make(&r.key, seal, DKIM_RSA_SHA256,
		    IDENTITY_EASY_KEY_BITS, now_sec, err_r);
	if (rc == SG_OK)
		rc = identity_change(
		    store, account, name, restart, &r, row_r, err_r);
	identity_new_key_fini(&r.key);
	return rc;
}

/* ---- MAIL FROM domain ------------------------------------------------------ */

struct mail_from {
	const struct conf *conf;
	const char *domain; /* as given; "" none any more */
	bool reject;
	int64_t now_sec;
};

static enum sg_err
check_mail_from(const struct mail_from *m, struct store *store,
    const struct store_identity *row, char clean_r[RULES_ADDRESS_MAX + 1],
    struct err *err_r)
{
	const char *bounce = m->conf->bounce_domain;
	const char *parent = identity_domain(row);
	enum rules_identity_type type;
	struct store_identity other;
	const char *wrong = identity_check_name(m->domain, clean_r, &type);
	enum sg_err rc;

	if (wrong == NULL && type == RULES_IDENTITY_EMAIL)
		wrong = "it is an address";
	if (wrong != NULL)
		return err_set(err_r, SG_INVALID,
		    "%.100s cannot be a MAIL FROM domain: %s", m->domain,
		    wrong);
	if (!identity_is_below(clean_r, parent) ||
	    strlen(clean_r) > MAIL_FROM_MAX)
		return err_set(err_r, SG_INVALID,
		    "%.100s cannot be the MAIL FROM domain of %s: it must be a "
		    "subdomain of %s, of at most %d bytes, such as bounce.%s",
		    clean_r, row->facts.name, parent, MAIL_FROM_MAX, parent);
	if (strcmp(clean_r, bounce) == 0 ||
	    identity_is_below(clean_r, bounce) ||
	    identity_is_below(bounce, clean_r))
		return err_set(err_r, SG_INVALID,
		    "%s cannot be a MAIL FROM domain: the server's own bounce "
		    "domain is %s",
		    clean_r, bounce);
	rc = store_identity_get(store, row->account_id, clean_r, &other, err_r);
	if (rc == SG_OK)
		return err_set(err_r, SG_INVALID,
		    "%s cannot be a MAIL FROM domain: it is an identity, and "
		    "a MAIL FROM domain is used for nothing else",
		    clean_r);
	return rc == SG_MISSING ? SG_OK : rc;
}

static enum sg_err
clear_mail_from(
    struct store *store, struct store_identity *row, struct err *err_r)
{
	row->facts.mail_from[0] = '\0';
	row->mail_from_status = RULES_IDENTITY_NOT_STARTED;
	row->mail_from_reject = false;
	return store_verification_delete(
	    store, row->facts.id, VERIFICATION_MAIL_FROM, err_r);
}

/* The same domain once more begins anew only when it had failed. */
static enum sg_err
start_mail_from(const struct mail_from *m, struct store *store,
    struct store_identity *row, const char *clean, struct err *err_r)
{
	bool is_same = strcmp(row->facts.mail_from, clean) == 0;
	enum sg_err rc = SG_OK;

	row->mail_from_reject = m->reject;
	if (is_same && may_send(row->mail_from_status))
		return identity_look_now(store, row->facts.id,
		    VERIFICATION_MAIL_FROM, m->now_sec, err_r);
	memcpy(row->facts.mail_from, clean, strlen(clean) + 1); /* it fits */
	if (!is_same)
		rc = store_verification_delete(
		    store, row->facts.id, VERIFICATION_MAIL_FROM, err_r);
	if (rc == SG_OK)
		rc = identity_look_start(store, row->facts.id,
		    VERIFICATION_MAIL_FROM, &row->mail_from_status, m->now_sec,
		    err_r);
	return rc;
}

static enum sg_err
set_mail_from(void *ctx, struct store *store, struct store_identity *row,
    struct err *err_r)
{
	const struct mail_from *m = ctx;
	char clean[RULES_ADDRESS_MAX + 1];
	enum sg_err rc;

	if (m->domain[0] == '\0') {
		rc = clear_mail_from(store, row, err_r);
	} else {
		rc = check_mail_from(m, store, row, clean, err_r);
		if (rc == SG_OK)
			rc = start_mail_from(m, store, row, clean, err_r);
	}
	return rc == SG_OK ? store_identity_update(store, row, err_r) : rc;
}

enum sg_err
identity_set_mail_from(struct store *store, const struct conf *conf,
    const char *account, const char *name, const char *domain, bool reject,
    int64_t now_sec, struct store_identity *row_r, struct err *err_r)
{
	struct mail_from m = {.conf = conf,
	    .domain = domain,
	    .reject = reject,
	    .now_sec = now_sec};

	return identity_change(
	    store, account, name, set_mail_from, &m, row_r, err_r);
}
