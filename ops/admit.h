/* May this message leave? The one chain of decisions (DESIGN §5), used by the
 * milter as mail arrives and by `sendwardctl explain` for mail that nobody sends.
 * Loads facts from the snapshot, asks rules/, returns verdicts; changes nothing
 * and logs nothing. */
#ifndef SENDWARD_OPS_ADMIT_H
#define SENDWARD_OPS_ADMIT_H

#include <stdbool.h>
#include <stdint.h>
#include "rules/headers.h"
#include "rules/identity.h"
#include "rules/recipients.h"
#include "rules/types.h"

struct conf;
struct snapshot;

/* What is borrowed for a message's life. */
struct admit {
	const struct conf *conf;
	const struct snapshot *snapshot;
};

struct admit_client {
	const char *login;            /* {auth_authen}, "" none */
	const char *auth_author;      /* AUTH= of MAIL FROM, "" none */
	const char *daemon_name;      /* {daemon_name}, "" unknown */
	const unsigned char *address; /* 16 bytes, NULL unknown (unix socket) */
};

enum admit_owner {
	ADMIT_NOBODY /* pass untouched */,
	ADMIT_ACCOUNT,
	ADMIT_REFUSED /* verdict says why */
};

/* Who sends: AUTH= when the session came through the private door (daemon_name or
 * login, as configured), else the login, else the client network. A login that
 * belongs to no account is refused; a forged AUTH= is ignored. */
enum admit_owner admit_owner_of(const struct admit *admit,
    const struct admit_client *client, struct rules_account *account_r,
    struct rules_verdict *v);

/* Did the session come through the private door, with an account named by AUTH=? */
bool admit_is_private(
    const struct admit *admit, const struct admit_client *client);

/* While nobody knows whose mail it is (the snapshot is stale): could it be an
 * account's? Such mail waits; all other passes. */
bool admit_may_have_owner(
    const struct admit *admit, const struct admit_client *client);

/* Who stands behind an address. */
struct admit_cover {
	struct identity_cover identity;
	/* "": the account itself; else the account that granted it, whose
	 * settings and keys are in `identity` */
	char owner[RULES_NAME_MAX + 1];
	/* by admit_headers: the address of From, domain in lower case */
	char from[RULES_ADDRESS_MAX + 1];
};

/* May the account send as this address (local@domain)? An identity of its own
 * comes first; else one that another account granted it, with a pattern that
 * matches the address: both accounts are out of the sandbox, the owner is not
 * paused. Then mail goes out as the owner's own would (identity, keys, MAIL FROM
 * domain); return-path token, quota and bounces stay the sender's. */
bool admit_covers(const struct admit *admit,
    const struct rules_account *account, const char *address,
    struct admit_cover *cover_r);

/* MAIL: pause, size, envelope sender ("" is the null sender: allowed, the header
 * From decides). declared_size 0: not said. sender: a parsed path's address. */
bool admit_sender(const struct admit *admit,
    const struct rules_account *account, const char *sender,
    int64_t declared_size, struct rules_verdict *v);

/* What is known of a recipient, before a configuration set is. */
struct admit_listing {
	enum recipient_flag flag; /* ELIGIBLE, SIMULATOR or OWN */
	bool is_listed;           /* on the account's suppression list */
	struct rules_suppression entry;
};
struct admit_recipient {
	struct admit_listing listing;
	char address[RULES_ADDRESS_MAX + 1]; /* as given, but without what means
						nothing, such as quotes */
};

/* RCPT: number (already accepted ones), sandbox; where `suppressed` says reject,
 * suppression by the account's rule. True: *recipient_r is filled; whether it is
 * left out is told by admit_is_held, when the set is known. */
bool admit_recipient(const struct admit *admit,
    const struct rules_account *account, const char *recipient,
    int64_t accepted_before, struct admit_recipient *recipient_r,
    struct rules_verdict *v);

/* Does the suppression list hold mail with that set (id 0: none) back from a
 * recipient? A bounce or complaint does while its reason is in force: by the set's
 * rule, when it has one, else by the account's. Under a set with an empty rule none
 * does. What was put on the list by hand is held in any case, and the simulator
 * never. */
bool admit_is_held(const struct admit_listing *listing,
    const struct rules_account *account, const struct rules_set *set);

/* End of headers: fields, From, Sender, Return-Path, envelope sender once more
 * (all failing names in one reply), the MAIL FROM domain of From's identity. On
 * success *cover_r tells whose keys sign: the identity that covers From. */
bool admit_headers(const struct admit *admit,
    const struct rules_account *account, const char *sender,
    const struct rules_header *list, size_t count, struct admit_cover *cover_r,
    struct rules_verdict *v);

/* End of headers: the configuration set that the message names, one of the
 * account's; name NULL: the default of the identity that covers From, when it is
 * the account's own, or none (set_r->id 0). False: there is none of that name, or
 * it is paused. */
bool admit_set(const struct admit *admit, const struct rules_account *account,
    const char *name, const struct admit_cover *cover, struct rules_set *set_r,
    struct rules_verdict *v);

/* End of headers, when the set is known: the tenant that the message names, one of
 * the account's; name NULL: none (tenant_r->id 0). False: there is none of that name,
 * it is paused, or the identity of From or the set is not its own. */
bool admit_tenant(const struct admit *admit,
    const struct rules_account *account, const char *name,
    const struct admit_cover *cover, const struct rules_set *set,
    struct rules_tenant *tenant_r, struct rules_verdict *v);

/* Is that login an access key of the account? */
bool admit_is_credential(const struct admit *admit,
    const struct rules_account *account, const char *login);

/* End of message: does the account still exist, and may it send? A client can take
 * as long as it likes from MAIL to here. */
bool admit_end(const struct admit *admit, const struct rules_account *account,
    struct rules_verdict *v);

#endif
