/* Confirmation of addresses by a link: made, sent once more, opened. 256 random
 * bits, kept as SHA-256; one valid link an identity, 24 hours, single use. */
#ifndef SENDWARD_OPS_LINK_H
#define SENDWARD_OPS_LINK_H

#include <stdbool.h>
#include <stdint.h>
#include "base/err.h"
#include "store/store.h"
#include "store/templates.h"

struct conf;
struct seal;

#define LINK_VALID_SEC 86400
#define LINK_TOKEN_MAX 43  /* base64url of 32 bytes, no padding */
#define LINK_RESEND_SEC 60 /* least time between two letters */
#define LINK_PER_DAY 10 /* to one mailbox, its +labels too, by all accounts */
#define LINK_PER_ACCOUNT_DAY 200 /* by one account, to whatever addresses */

/* A new link for an address that is not verified, and the letter that carries it;
 * earlier links are void, the identity is PENDING. Within the caller's
 * transaction when one is open. SG_INVALID: it is a domain, or verified already,
 * or mail.from is not set; SG_BUSY: too soon, or too often today (the text says
 * when). */
enum sg_err link_send(struct store *store, const struct seal *seal,
    const struct conf *conf, const struct store_identity *identity,
    int64_t now_sec, struct err *err_r);

/* Would link_send be in time? SG_BUSY as there. */
enum sg_err link_may_send(struct store *store, int64_t account_id,
    const char *address, int64_t now_sec, struct err *err_r);

/* A new link for a letter of the caller's own, which leads the browser on; else as
 * link_send, but mail.from need not be set. token_r is secret: for the letter
 * alone. */
struct link_redirection {
	const char *success_url, *failure_url;
};
enum sg_err link_make(struct store *store,
    const struct store_identity *identity,
    const struct link_redirection *redirection, int64_t now_sec,
    char token_r[LINK_TOKEN_MAX + 1], struct err *err_r);
/* That letter could not be handed in: the link is void, and counts for no limit.
 * now_sec: when it was made. */
enum sg_err link_unmake(struct store *store,
    const struct store_identity *identity, int64_t now_sec, struct err *err_r);

enum link_state {
	LINK_VALID,
	/* unknown, used, replaced, expired, malformed: told alike, so that
	 * nobody learns whether an address exists */
	LINK_VOID,
};
struct link_facts {
	char account[RULES_NAME_MAX + 1];
	char address[RULES_ADDRESS_MAX + 1];
	int64_t expires_sec;
	/* Where a link that was confirmed, or is void, leads on to; "": nowhere.
	 * A void one that was of use once leads to success. */
	char next_url[STORE_URL_MAX + 1];
};
/* Looks; changes nothing. token: any bytes of the client's. */
enum sg_err link_look(struct store *store, const char *token, int64_t now_sec,
    enum link_state *state_r, struct link_facts *facts_r, struct err *err_r);
/* Uses the link up: the address is verified (STORE_PROOF_LINK). Of two at once
 * one finds it void. Logs identity.link. */
enum sg_err link_confirm(struct store *store, const char *token,
    int64_t now_sec, enum link_state *state_r, struct link_facts *facts_r,
    struct err *err_r);

/* Addresses whose link expired unopened: FAILED (sendward-jobd). */
enum sg_err link_expire(struct store *store, int most, int64_t now_sec,
    int *done_r, struct err *err_r);

#endif
