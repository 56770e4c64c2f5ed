/* Confirmation of addresses by a link: see link.h. Sends nothing, shows nothing. */
#include "config.h"

#include "ops/link.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/seal.h"
#include "conf/conf.h"
#include "ops/letter.h"
#include "rules/identity.h"

#define SEAL_CONTEXT "link"
#define TOKEN_BYTES 32
#define DAY_SEC 86400

/* ---- tokens ------------------------------------------------------------- */

/* RFC 4648 §5 without padding: 43 characters for 32 bytes. */
static enum sg_err
new_token(char token_r[LINK_TOKEN_MAX + 1], struct err *err_r)
{
	unsigned char bytes[TOKEN_BYTES];
	unsigned char text[LINK_TOKEN_MAX + 2]; /* with the "=" and a NUL */

	if (RAND_bytes(bytes, sizeof(bytes)) != 1)
		return err_set(err_r, SG_CRYPTO, "no random bytes to be had");
	(void)EVP_EncodeBlock(text, bytes, sizeof(bytes));
	for (size_t i = 0; i < LINK_TOKEN_MAX; i++) {
		if (text[i] == '+')
			text[i] = '-';
		else if (text[i] == '/')
			text[i] = '_';
	}
	memcpy(token_r, text, LINK_TOKEN_MAX);
	token_r[LINK_TOKEN_MAX] = '\0';
	OPENSSL_cleanse(bytes, sizeof(bytes));
	OPENSSL_cleanse(text, sizeof(text));
	return SG_OK;
}

static bool
is_token(const char *token)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "abcdefghijklmnopqrstuvwxyz0123456789-_";

	return strnlen(token, LINK_TOKEN_MAX + 1) == LINK_TOKEN_MAX &&
	       strspn(token, letters) == LINK_TOKEN_MAX;
}

static enum sg_err
hash_token(const char *token, unsigned char hash_r[STORE_LINK_HASH_BYTES],
    struct err *err_r)
{
	unsigned len = 0;

	if (EVP_Digest(
		token, LINK_TOKEN_MAX, hash_r, &len, EVP_sha256(), NULL) != 1 ||
	    len != STORE_LINK_HASH_BYTES)
		return err_set(err_r, SG_CRYPTO, "SHA-256 cannot be computed");
	return SG_OK;
}

/* ---- sending ------------------------------------------------------------ */

/* conf NULL: the letter is somebody else's. */
static enum sg_err
check_sendable(const struct conf *conf, const struct store_identity *row,
    struct err *err_r)
{
	if (row->facts.type != RULES_IDENTITY_EMAIL)
		return err_set(err_r, SG_INVALID,
		    "%s is a domain: it is proved by DNS records, not by a "
		    "link",
		    row->facts.name);
	if (row->facts.status == RULES_IDENTITY_SUCCESS ||
	    row->facts.status == RULES_IDENTITY_TEMPORARY_FAILURE)
		return err_set(err_r, SG_INVALID, "%s is verified already",
		    row->facts.name);
	if (conf != NULL && conf->mail_from[0] == '\0')
		return err_set(err_r, SG_INVALID,
		    "no letter can be sent to %s: the option mail.from is not "
		    "set",
		    row->facts.name);
	return SG_OK;
}

/* Whose mailbox it is: most hosts take user+anything@ as user@. */
static void
mailbox_of(const char *address, char mailbox_r[RULES_ADDRESS_MAX + 1])
{
	const char *at = strrchr(address, '@');
	size_t len = strcspn(address, "+");

	if (address[0] == '"' || len == 0 || at == NULL || address + len > at)
		len = (size_t)(at == NULL ? 0 : at - address);
	(void)snprintf(mailbox_r, RULES_ADDRESS_MAX + 1, "%.*s%s", (int)len,
	    address, at == NULL ? address : at); /* fits */
}

/* Letters by all accounts count, and those to all labels of a mailbox: nobody
 * shall be pestered through us. */
static enum sg_err
check_pace(struct store *store, const char *address, int64_t now_sec,
    struct err *err_r)
{
	char mailbox[RULES_ADDRESS_MAX + 1], when[CLOCK_ISO_MAX];
	int64_t count, last_sec;
	enum sg_err rc;

	mailbox_of(address, mailbox);
	rc = store_link_sent(
	    store, mailbox, now_sec - DAY_SEC + 1, &count, &last_sec, err_r);
	if (rc != SG_OK)
		return rc;
	/* A letter of the future (the clock went back) is no hindrance. */
	if (count > 0 && last_sec <= now_sec &&
	    now_sec - last_sec < LINK_RESEND_SEC)
		return err_set(err_r, SG_BUSY,
		    "a letter to %s was sent %" PRId64 " seconds ago; the next "
		    "may be sent at %s",
		    address, now_sec - last_sec,
		    clock_iso(last_sec + LINK_RESEND_SEC, when));
	if (count >= LINK_PER_DAY)
		return err_set(err_r, SG_BUSY,
		    "%d letters went to %s in the last 24 hours, and no more "
		    "may; there is room again at %s at the latest",
		    LINK_PER_DAY, address, clock_iso(last_sec + DAY_SEC, when));
	return SG_OK;
}

/* Nor shall one account pester many, each a little. */
static enum sg_err
check_account_pace(
    struct store *store, int64_t account_id, int64_t now_sec, struct err *err_r)
{
	int64_t count;
	enum sg_err rc = store_link_sent_by(
	    store, account_id, now_sec - DAY_SEC + 1, &count, err_r);

	if (rc == SG_OK && count >= LINK_PER_ACCOUNT_DAY)
		return err_set(err_r, SG_BUSY,
		    "the account had %d letters of confirmation sent in the "
		    "last 24 hours, and no more may; domains are proved "
		    "without letters",
		    LINK_PER_ACCOUNT_DAY);
	return rc;
}

enum sg_err
link_may_send(struct store *store, int64_t account_id, const char *address,
    int64_t now_sec, struct err *err_r)
{
	enum sg_err rc = check_pace(store, address, now_sec, err_r);

	return rc == SG_OK
		   ? check_account_pace(store, account_id, now_sec, err_r)
		   : rc;
}

static enum sg_err
put_link(struct store *store, const char *token,
    const struct store_identity *row, int64_t now_sec, struct err *err_r)
{
	struct store_link link = {.identity_id = row->facts.id,
	    .created_sec = now_sec,
	    .expires_sec = now_sec + LINK_VALID_SEC};
	char mailbox[RULES_ADDRESS_MAX + 1];
	enum sg_err rc = hash_token(token, link.hash, err_r);

	if (rc != SG_OK)
		return rc;
	mailbox_of(row->facts.name, mailbox);
	return store_link_put(store, &link, row->account_id, mailbox, err_r);
}

static enum sg_err
put_letter(struct store *store, const struct seal *seal,
    const struct conf *conf, const char *token,
    const struct store_identity *row, int64_t now_sec, struct err *err_r)
{
	char expires[CLOCK_ISO_MAX];
	const struct letter_fact facts[] = {
	    {"expires", clock_iso(now_sec + LINK_VALID_SEC, expires)},
	    {NULL, NULL},
	};
	unsigned char *sealed = NULL;
	size_t sealed_len = 0;
	enum sg_err rc = seal_wrap(seal, SEAL_CONTEXT, token, LINK_TOKEN_MAX,
	    &sealed, &sealed_len, err_r);

	if (rc == SG_OK)
		rc = letter_put(store, conf, STORE_LETTER_CONFIRM,
		    row->account_id, row, facts, sealed, sealed_len, now_sec,
		    err_r);
	free(sealed);
	return rc;
}

/* Within a transaction: a link, as long as it may be sent. */
static enum sg_err
make_within(struct store *store, const struct conf *conf, int64_t identity_id,
    int64_t now_sec, struct store_identity *row_r,
    char token_r[LINK_TOKEN_MAX + 1], struct err *err_r)
{
	enum sg_err rc =
	    store_identity_get_by_id(store, identity_id, row_r, err_r);

	if (rc == SG_OK)
		rc = check_sendable(conf, row_r, err_r);
	if (rc == SG_OK)
		rc = check_pace(store, row_r->facts.name, now_sec, err_r);
	if (rc == SG_OK)
		rc = check_account_pace(
		    store, row_r->account_id, now_sec, err_r);
	if (rc == SG_OK)
		rc = new_token(token_r, err_r);
	if (rc == SG_OK)
		rc = put_link(store, token_r, row_r, now_sec, err_r);
	return rc;
}

static enum sg_err
set_pending(struct store *store, struct store_identity *row, struct err *err_r)
{
	if (row->facts.status == RULES_IDENTITY_PENDING)
		return SG_OK;
	row->facts.status = RULES_IDENTITY_PENDING;
	return store_identity_update(store, row, err_r);
}

/* Within a transaction. */
static enum sg_err
send_within(struct store *store, const struct seal *seal,
    const struct conf *conf, int64_t identity_id, int64_t now_sec,
    struct err *err_r)
{
	char token[LINK_TOKEN_MAX + 1] = "";
	struct store_identity row;
	enum sg_err rc =
	    make_within(store, conf, identity_id, now_sec, &row, token, err_r);

	if (rc == SG_OK)
		rc = store_redirection_delete(store, identity_id, err_r);
	if (rc == SG_OK)
		rc = put_letter(store, seal, conf, token, &row, now_sec, err_r);
	OPENSSL_cleanse(token, sizeof(token));
	return rc == SG_OK ? set_pending(store, &row, err_r) : rc;
}

enum sg_err
link_send(struct store *store, const struct seal *seal, const struct conf *conf,
    const struct store_identity *identity, int64_t now_sec, struct err *err_r)
{
	bool own;
	enum sg_err rc = store_scope_begin(store, &own, err_r);

	if (rc == SG_OK)
		rc = send_within(
		    store, seal, conf, identity->facts.id, now_sec, err_r);
	return store_scope_end(store, own, rc, err_r);
}

/* ---- for letters of others -------------------------------------------------- */

static enum sg_err
put_redirection(struct store *store, int64_t identity_id, const char *token,
    const struct link_redirection *redirection, struct err *err_r)
{
	struct store_redirection row = {.identity_id = identity_id};
	enum sg_err rc = hash_token(token, row.hash, err_r);

	if (strlen(redirection->success_url) > STORE_URL_MAX ||
	    strlen(redirection->failure_url) > STORE_URL_MAX)
		return err_set(err_r, SG_INVALID, "a URL is too long");
	(void)snprintf(row.success_url, sizeof(row.success_url), "%s",
	    redirection->success_url);
	(void)snprintf(row.failure_url, sizeof(row.failure_url), "%s",
	    redirection->failure_url);
	return rc == SG_OK ? store_redirection_put(store, &row, err_r) : rc;
}

enum sg_err
link_make(struct store *store, const struct store_identity *identity,
    const struct link_redirection *redirection, int64_t now_sec,
    char token_r[LINK_TOKEN_MAX + 1], struct err *err_r)
{
	struct store_identity row;
	bool own;
	enum sg_err rc = store_scope_begin(store, &own, err_r);

	if (rc != SG_OK)
		return rc;
	rc = make_within(
	    store, NULL, identity->facts.id, now_sec, &row, token_r, err_r);
	if (rc == SG_OK)
		rc = put_redirection(
		    store, row.facts.id, token_r, redirection, err_r);
	/* its link is void */
	if (rc == SG_OK)
		rc = store_letter_delete_kind(
		    store, row.facts.id, STORE_LETTER_CONFIRM, err_r);
	if (rc == SG_OK)
		rc = set_pending(store, &row, err_r);
	return store_scope_end(store, own, rc, err_r);
}

enum sg_err
link_unmake(struct store *store, const struct store_identity *identity,
    int64_t now_sec, struct err *err_r)
{
	char mailbox[RULES_ADDRESS_MAX + 1];
	bool own;
	enum sg_err rc = store_scope_begin(store, &own, err_r);

	if (rc != SG_OK)
		return rc;
	mailbox_of(identity->facts.name, mailbox);
	rc = store_link_delete(store, identity->facts.id, err_r);
	if (rc == SG_OK)
		rc = store_redirection_delete(store, identity->facts.id, err_r);
	if (rc == SG_OK)
		rc = store_link_sent_undo(
		    store, identity->account_id, mailbox, now_sec, err_r);
	return store_scope_end(store, own, rc, err_r);
}

/* ---- opening ------------------------------------------------------------ */

/* The identity that a token is for. SG_MISSING: void, whatever the reason. */
static enum sg_err
find(struct store *store, const char *token, int64_t now_sec,
    struct store_identity *row_r, struct link_facts *facts_r, struct err *err_r)
{
	struct store_link link;
	struct store_account account;
	enum sg_err rc;

	if (!is_token(token))
		return SG_MISSING;
	rc = hash_token(token, link.hash, err_r);
	if (rc == SG_OK)
		rc = store_link_get(store, link.hash, &link, err_r);
	if (rc != SG_OK)
		return rc;
	if (now_sec >= link.expires_sec)
		return SG_MISSING;
	rc = store_identity_get_by_id(store, link.identity_id, row_r, err_r);
	if (rc == SG_OK)
		rc = store_account_get_by_id(
		    store, row_r->account_id, &account, err_r);
	if (rc != SG_OK)
		return rc;
	(void)snprintf(facts_r->account, sizeof(facts_r->account), "%s",
	    account.facts.name); /* fits */
	(void)snprintf(facts_r->address, sizeof(facts_r->address), "%s",
	    row_r->facts.name); /* fits */
	facts_r->expires_sec = link.expires_sec;
	facts_r->next_url[0] = '\0';
	return SG_OK;
}

/* Fills next_url: a link that was confirmed, or was of use once, leads to success. */
static enum sg_err
find_next(struct store *store, const char *token, struct link_facts *facts_r,
    struct err *err_r)
{
	unsigned char hash[STORE_LINK_HASH_BYTES];
	struct store_redirection row;
	struct store_identity identity;
	enum sg_err rc;

	if (!is_token(token))
		return SG_OK;
	rc = hash_token(token, hash, err_r);
	if (rc == SG_OK)
		rc = store_redirection_get(store, hash, &row, err_r);
	if (rc != SG_OK || row.identity_id == 0)
		return rc;
	rc = store_identity_get_by_id(store, row.identity_id, &identity, err_r);
	if (rc != SG_OK)
		return rc;
	(void)snprintf(facts_r->next_url, sizeof(facts_r->next_url), "%s",
	    identity.facts.status == RULES_IDENTITY_SUCCESS
		? row.success_url
		: row.failure_url); /* fits */
	return SG_OK;
}

/* A token that leads nowhere is an answer, not an error. */
static enum sg_err
to_state(enum sg_err rc, enum link_state *state_r, struct link_facts *facts_r)
{
	*state_r = rc == SG_OK ? LINK_VALID : LINK_VOID;
	if (rc != SG_OK)
		*facts_r = (struct link_facts){0};
	return rc == SG_MISSING ? SG_OK : rc;
}

enum sg_err
link_look(struct store *store, const char *token, int64_t now_sec,
    enum link_state *state_r, struct link_facts *facts_r, struct err *err_r)
{
	struct store_identity row;
	enum sg_err rc =
	    to_state(find(store, token, now_sec, &row, facts_r, err_r), state_r,
		facts_r);

	if (rc == SG_OK && *state_r == LINK_VOID)
		rc = find_next(store, token, facts_r, err_r);
	return rc;
}

/* Within a transaction. */
static enum sg_err
confirm_within(struct store *store, const char *token, int64_t now_sec,
    struct link_facts *facts_r, struct err *err_r)
{
	struct store_identity row;
	enum sg_err rc = find(store, token, now_sec, &row, facts_r, err_r);

	if (rc != SG_OK)
		return rc;
	if (row.facts.status != RULES_IDENTITY_SUCCESS)
		row.verified_sec = now_sec;
	row.facts.status = RULES_IDENTITY_SUCCESS;
	row.proofs |= STORE_PROOF_LINK;
	rc = store_identity_update(store, &row, err_r);
	if (rc == SG_OK)
		rc = store_link_delete(store, row.facts.id, err_r);
	/* One that was tried in vain may have arrived all the same. */
	if (rc == SG_OK)
		rc = store_letter_delete_kind(
		    store, row.facts.id, STORE_LETTER_CONFIRM, err_r);
	return rc;
}

enum sg_err
link_confirm(struct store *store, const char *token, int64_t now_sec,
    enum link_state *state_r, struct link_facts *facts_r, struct err *err_r)
{
	/* Guessers do not get to lock the store. */
	enum sg_err rc =
	    link_look(store, token, now_sec, state_r, facts_r, err_r);

	if (rc != SG_OK || *state_r == LINK_VOID)
		return rc;
	rc = store_begin(store, err_r);
	if (rc == SG_OK) {
		rc = confirm_within(store, token, now_sec, facts_r, err_r);
		rc = store_finish(store, rc, err_r);
	}
	if (rc == SG_OK)
		log_event(LOG_IDENTITY_LINK_EVENT, NULL, "account",
		    facts_r->account, "identity", facts_r->address, NULL);
	rc = to_state(rc, state_r, facts_r);
	return rc == SG_OK ? find_next(store, token, facts_r, err_r) : rc;
}

/* ---- the end of links --------------------------------------------------- */

static bool
note_id(void *ctx, int64_t identity_id, int64_t due_sec)
{
	int64_t *id = ctx;

	(void)due_sec;
	*id = identity_id;
	return false;
}

/* The oldest link that expired; *id_r 0: none. */
static enum sg_err
next_expired(
    struct store *store, int64_t now_sec, int64_t *id_r, struct err *err_r)
{
	*id_r = 0;
	return store_link_expired(store, now_sec, 1, note_id, id_r, err_r);
}

/* Within a transaction, so that a link that was sent anew is not taken for the
 * old one. row_r->facts.id 0: there is none any more. */
static enum sg_err
expire_within(struct store *store, int64_t now_sec,
    struct store_identity *row_r, struct err *err_r)
{
	int64_t id;
	enum sg_err rc = next_expired(store, now_sec, &id, err_r);

	*row_r = (struct store_identity){0};
	if (rc != SG_OK || id == 0)
		return rc;
	rc = store_identity_get_by_id(store, id, row_r, err_r);
	if (rc != SG_OK)
		return rc;
	row_r->facts.status = RULES_IDENTITY_FAILED;
	rc = store_identity_update(store, row_r, err_r);
	if (rc == SG_OK)
		rc = store_link_delete(store, id, err_r);
	if (rc == SG_OK)
		rc = store_letter_delete_kind(
		    store, id, STORE_LETTER_CONFIRM, err_r);
	return rc;
}

static void
log_expired(struct store *store, const struct store_identity *row)
{
	struct store_account account = {0};

	/* without its name the line is still worth writing */
	(void)store_account_get_by_id(store, row->account_id, &account, NULL);
	log_event(LOG_IDENTITY_STATE_EVENT, NULL, "account", account.facts.name,
	    "identity", row->facts.name, "subject", "identity", "from",
	    identity_status_name(RULES_IDENTITY_PENDING), "to",
	    identity_status_name(row->facts.status), "why",
	    "its link was not opened in time", NULL);
}

static enum sg_err
expire_one(
    struct store *store, int64_t now_sec, bool *found_r, struct err *err_r)
{
	struct store_identity row = {0};
	int64_t id;
	enum sg_err rc = next_expired(store, now_sec, &id, err_r);

	*found_r = false;
	if (rc != SG_OK || id == 0)
		return rc;
	rc = store_begin(store, err_r);
	if (rc == SG_OK) {
		rc = expire_within(store, now_sec, &row, err_r);
		rc = store_finish(store, rc, err_r);
	}
	*found_r = rc == SG_OK && row.facts.id != 0;
	if (*found_r)
		log_expired(store, &row);
	return rc;
}

enum sg_err
link_expire(struct store *store, int most, int64_t now_sec, int *done_r,
    struct err *err_r)
{
	bool found = true;
	enum sg_err rc = SG_OK;

	*done_r = 0;
	while (rc == SG_OK && found && *done_r < most) {
		rc = expire_one(store, now_sec, &found, err_r);
		*done_r += found;
	}
	return rc;
}
