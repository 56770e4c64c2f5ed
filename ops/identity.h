/* Identities of an account: made with tokens and signing keys, verified by the
 * operator's word, set up, looked at, deleted. Asks no DNS: ops/check.h. */
#ifndef SENDWARD_OPS_IDENTITY_H
#define SENDWARD_OPS_IDENTITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/err.h"
#include "store/store.h"

struct conf;
struct seal;
struct tag;

#define IDENTITY_SELECTOR_MAX 63
#define IDENTITY_MOST 10000 /* of one account, as Amazon SES has it */

/* Which keys a new domain gets. */
enum identity_keys {
	IDENTITY_KEYS_NONE,
	IDENTITY_KEYS_RSA1024,
	IDENTITY_KEYS_RSA2048,
	IDENTITY_KEYS_RSA4096,
	IDENTITY_KEYS_ED25519,
	IDENTITY_KEYS_BOTH, /* RSA-2048 and Ed25519 */
};
/* "none", "rsa1024", … and back; -1 when unknown. */
int identity_keys_from_name(const char *name);

/* A domain or an address, in state PENDING, signing on, looks due now. A domain
 * gets a token for the TXT proof, `keys` (selector "sw" and 8 random of a-z0-9,
 * sealed, waiting to be seen in DNS), and, when dkim.zone is set, three tokens of
 * Easy DKIM with a key in the first slot (IDENTITY_KEYS_NONE: neither). easy_only:
 * no TXT keys (SG_INVALID without dkim.zone). An address gets a link by letter when
 * mail.from is set (SG_BUSY as link_send: then there is no identity either): its
 * domain's key signs. SG_INVALID: name (also one that leaves no room for a
 * record's name), or the account has 10,000; SG_MISSING: account; SG_EXISTS. */
enum sg_err identity_create(struct store *store, const struct seal *seal,
    const struct conf *conf, const char *account, const char *name,
    enum identity_keys keys, bool easy_only, int64_t now_sec,
    struct store_identity *row_r, struct err *err_r);

/* The same, and more in the same transaction. */
struct identity_wish {
	const char *name;
	enum identity_keys keys;
	bool
	    easy_only; /* with IDENTITY_KEYS_RSA1024: of 1024 bits, else 2048 */
	/* A key that exists already, as identity_import_key; it waits for DNS.
	 * NULL: none */
	const char *selector, *key_text;
	const char *set; /* the default one of its mail; NULL or "": none */
	const struct tag *tags;
	size_t tag_count;
};
/* SG_INVALID also: selector, key or tag, or a key for an address; SG_MISSING also:
 * the set. */
enum sg_err identity_make(struct store *store, const struct seal *seal,
    const struct conf *conf, const char *account,
    const struct identity_wish *wish, int64_t now_sec,
    struct store_identity *row_r, struct err *err_r);

/* Begins anew: a domain is looked for again for 72 hours (also one that FAILED),
 * an address gets a new link (the errors of link_send). What is verified stays so,
 * and is looked at now; a MAIL FROM domain likewise. A domain that was made before
 * dkim.zone was set gets its names of Easy DKIM. */
enum sg_err identity_restart(struct store *store, const struct seal *seal,
    const struct conf *conf, const char *account, const char *name,
    int64_t now_sec, struct store_identity *row_r, struct err *err_r);

/* domain "": none any more. It must lie below the identity's domain, may be no
 * identity's own name nor the bounce domain. reject: what happens to mail while it
 * is not verified. PENDING, looked at now. SG_INVALID says what is wrong. */
enum sg_err identity_set_mail_from(struct store *store, const struct conf *conf,
    const char *account, const char *name, const char *domain, bool reject,
    int64_t now_sec, struct store_identity *row_r, struct err *err_r);

/* 1 to IDENTITY_SELECTOR_MAX of a-z 0-9 - and inner dots: what an own key may have. */
bool identity_is_selector(const char *selector);

/* Does this name, if it is one, stand for a domain (and so gets keys)? */
bool identity_is_domain(const char *name);

/* SG_MISSING names account and identity, and how to list them. */
enum sg_err identity_get(struct store *store, const char *account,
    const char *name, struct store_identity *row_r, struct err *err_r);

/* The operator's word (STORE_PROOF_WORD): SUCCESS from now on, and its keys sign
 * at once; no look in DNS takes it back. Again is harmless. */
enum sg_err identity_verify(struct store *store, const char *account,
    const char *name, int64_t now_sec, struct store_identity *row_r,
    struct err *err_r);
enum sg_err identity_set_signing(struct store *store, const char *account,
    const char *name, bool on, struct store_identity *row_r, struct err *err_r);

/* With its keys. */
enum sg_err identity_delete(struct store *store, const char *account,
    const char *name, struct err *err_r);

/* account NULL: all. `account` of the callback is the owner's name. */
typedef bool identity_list_fn(
    void *ctx, const char *account, const struct store_identity *row);
enum sg_err identity_list(struct store *store, const char *account,
    identity_list_fn *fn, void *ctx, struct err *err_r);

/* A private key that exists already (text: PEM as dkim_key_from_text), with its
 * selector (KEY_EXTERNAL). Signs instead of the identity's active key of the same
 * algorithm as soon as DNS has it, or now when `now` (the operator's word).
 * An own key that waits and was never seen makes room for it. SG_INVALID: selector
 * or key, or the identity has KEY_PLAN_MAX_KEYS; SG_EXISTS: the selector is in use. */
enum sg_err identity_import_key(struct store *store, const struct seal *seal,
    const char *account, const char *name, const char *selector,
    const char *text, size_t len, bool now, int64_t now_sec, struct err *err_r);

enum sg_err identity_key_list(struct store *store,
    const struct store_identity *row, store_key_fn *fn, void *ctx,
    struct err *err_r);

/* The d= of the identity's signatures: the domain, or an address's domain. Points
 * into row. */
const char *identity_domain(const struct store_identity *row);

#endif
