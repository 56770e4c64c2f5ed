/* Who sends as whom while nothing is refused, and taking them over: logins to an
 * account, and the domains that they send from as its identities. */
#ifndef SENDWARD_OPS_OBSERVED_H
#define SENDWARD_OPS_OBSERVED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/err.h"
#include "store/observed.h"

struct conf;
struct seal;

#define OBSERVED_KEEP_SEC (INT64_C(90) * 86400) /* since seen last */

/* In the place of a domain: From has none that is a domain name; there were too many
 * others. */
#define OBSERVED_MALFORMED "(malformed)"
#define OBSERVED_OTHER "(other)"

/* Puts into domain_r (RULES_DOMAIN_MAX + 1 bytes) the domain of an address, in lower
 * case; OBSERVED_MALFORMED when it is no domain name. */
void observed_domain(const char *address, char domain_r[RULES_DOMAIN_MAX + 1]);

struct observed_sender {
	const char *login;  /* "": none, the domain alone */
	const char *domain; /* NULL: all that were observed of the login */
};
struct observed_wish {
	const char *account;
	bool can_create;  /* the account, when there is none */
	bool is_verified; /* the identities, by the operator's word */
	const struct observed_sender *senders;
	size_t count;
};
/* What was done; a name is told as soon as it is, in the order of the wish. Either
 * may be NULL. */
typedef void observed_told_fn(void *ctx, const char *name);
struct observed_teller {
	observed_told_fn *login, *identity;
	void *ctx;
};

/* What the account has already is left as it is (an identity is verified when it was
 * not), and not told. Domains that are none (OBSERVED_MALFORMED, OBSERVED_OTHER) are
 * passed over. Not within a transaction: names are checked first, and after an error
 * that came later what was done stays; the same wish again goes on. SG_INVALID: a
 * name; SG_MISSING: the account; SG_EXISTS: a login belongs to another account. */
enum sg_err observed_adopt(struct store *store, const struct seal *seal,
    const struct conf *conf, const struct observed_wish *wish, int64_t now_sec,
    const struct observed_teller *teller, struct err *err_r);

#endif
