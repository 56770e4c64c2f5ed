/* Which identity covers an address, and whose settings apply (SES's rules of
 * inheritance, reference: SES developer guide, "Verified identities"). */
#ifndef SENDWARD_RULES_IDENTITY_H
#define SENDWARD_RULES_IDENTITY_H

#include "rules/types.h"

/* Looks an identity of the account up by exact name; fills *identity_r.
 * False: the account has none of that name. */
typedef bool identity_find_fn(
    void *ctx, const char *name, struct rules_identity *identity_r);

/* Status SUCCESS or TEMPORARY_FAILURE. */
bool identity_may_send(const struct rules_identity *identity);

struct identity_cover {
	bool is_verified;               /* may send */
	struct rules_identity settings; /* most specific verified identity */
	struct rules_identity signer; /* whose keys sign: settings, or the next
	                                  domain's when it has no key of its own */
	bool is_signed;               /* signer has keys, and signing on */
	bool is_waiting;  /* nobody signs while its keys are not in DNS: the
	                                  message leaves unsigned */
	bool signing_off; /* the signing identity has signing off; when
	                                  no identity has a key: settings has */
};

/* address: local@domain, domain in lower case. Order: exact address, the address
 * without its +label, the domain, then each parent with at least two labels.
 * The local part is compared as written, domains in lower case. An identity
 * counts when its status is SUCCESS or TEMPORARY_FAILURE. Keys of one whose
 * dkim_status is PENDING or FAILED do not sign, the next domain's do. Returns
 * is_verified. */
bool identity_resolve(const char *address, identity_find_fn *find, void *ctx,
    struct identity_cover *cover_r);

/* Should a domain be signed that has no key? An address of somebody else's domain
 * has none; a domain that is to be signed must have one, unless it waits for DNS. */
bool identity_lacks_key(const struct identity_cover *cover);

/* Is `name` a usable identity name? Normalises into name_r (domain in lower
 * case, no final dot) and tells the type. NULL when fine, else what is wrong. */
const char *identity_check_name(const char *name,
    char name_r[RULES_ADDRESS_MAX + 1], enum rules_identity_type *type_r);

/* Is `name` a subdomain, at any depth, of `parent`? Both in lower case. */
bool identity_is_below(const char *name, const char *parent);

/* "SUCCESS" etc. (SES v2) and back; -1 when unknown. */
const char *identity_status_name(enum rules_identity_status status);
int identity_status_from_name(const char *name);

#endif
