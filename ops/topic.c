/* Topics and subscriptions: see topic.h. Delivers nothing. */
#include "config.h"

#include "ops/topic.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include "base/clock.h"
#include "base/seal.h"
#include "conf/conf.h"
#include "ops/account.h"
#include "ops/endpoint.h"
#include "ops/publish.h"
#include "rules/ascii.h"

#define NAME_LEN_MAX 256
#define DAY_SEC 86400
#define TOKEN_BYTES 32
#define TOKEN_MAX (2 * TOKEN_BYTES)
/* Confirmations of one subscription that wait: more than there can be. */
#define WAITING_MOST 100

/* ---- topics ----------------------------------------------------------------- */

static enum sg_err
check_name(const char *name, struct err *err_r)
{
	if (!ascii_is_resource_name(name, NAME_LEN_MAX))
		return err_set(err_r, SG_INVALID,
		    "a topic's name is made of 1 to %d of A-Z a-z 0-9 _ -",
		    NAME_LEN_MAX);
	return SG_OK;
}

static enum sg_err
missing_topic(const char *account, const char *name, struct err *err_r)
{
	return err_set(err_r, SG_MISSING,
	    "account %s has no topic %.100s; see: sendwardctl topic list %s",
	    account, name, account);
}

enum sg_err
topic_get(struct store *store, const char *account, const char *name,
    struct store_topic *row_r, struct err *err_r)
{
	struct store_account owner;
	enum sg_err rc = account_get(store, account, &owner, err_r);

	if (rc == SG_OK)
		rc = check_name(name, err_r);
	if (rc != SG_OK)
		return rc;
	rc = store_topic_get(store, owner.facts.id, name, row_r, err_r);
	return rc == SG_MISSING ? missing_topic(account, name, err_r) : rc;
}

enum sg_err
topic_create(struct store *store, const char *account, const char *name,
    int64_t now_sec, struct store_topic *row_r, bool *is_new_r,
    struct err *err_r)
{
	struct store_topic row = {
	    .signature_version = 1, .created_sec = now_sec};
	struct store_account owner;
	enum sg_err rc = account_get(store, account, &owner, err_r);

	*is_new_r = false;
	if (rc == SG_OK)
		rc = check_name(name, err_r);
	if (rc != SG_OK)
		return rc;
	row.account_id = owner.facts.id;
	(void)snprintf(row.name, sizeof(row.name), "%s", name);
	rc = store_topic_create(store, &row, err_r);
	if (rc == SG_EXISTS)
		return store_topic_get(
		    store, owner.facts.id, name, row_r, err_r);
	*is_new_r = rc == SG_OK;
	*row_r = row;
	return rc;
}

static enum sg_err
check_change(int signature_version, const char *display_name, struct err *err_r)
{
	if (signature_version < 0 || signature_version > 2)
		return err_set(err_r, SG_INVALID,
		    "a signature version is 1 (SHA1) or 2 (SHA256)");
	if (display_name == NULL)
		return SG_OK;
	if (strlen(display_name) > 100)
		return err_set(err_r, SG_INVALID,
		    "a display name has at most 100 characters");
	for (const char *c = display_name; *c != '\0'; c++)
		if (*c < ' ' || *c > '~')
			return err_set(err_r, SG_INVALID,
			    "a display name is one line of printable ASCII");
	return SG_OK;
}

enum sg_err
topic_change(struct store *store, const char *account, const char *name,
    int signature_version, const char *display_name, struct store_topic *row_r,
    struct err *err_r)
{
	bool own;
	enum sg_err rc = check_change(signature_version, display_name, err_r);

	if (rc == SG_OK)
		rc = store_scope_begin(store, &own, err_r);
	if (rc != SG_OK)
		return rc;
	rc = topic_get(store, account, name, row_r, err_r);
	if (rc == SG_OK) {
		if (signature_version != 0)
			row_r->signature_version = signature_version;
		if (display_name != NULL)
			(void)snprintf(row_r->display_name,
			    sizeof(row_r->display_name), "%s", display_name);
		rc = store_topic_update(store, row_r, err_r);
	}
	return store_scope_end(store, own, rc, err_r);
}

enum sg_err
topic_delete(struct store *store, const char *account, const char *name,
    struct err *err_r)
{
	struct store_topic row;
	enum sg_err rc = topic_get(store, account, name, &row, err_r);

	return rc == SG_OK ? store_topic_delete(store, row.id, err_r) : rc;
}

void
topic_arn(const struct conf *conf, const struct store_topic *topic,
    char arn_r[TOPIC_ARN_MAX])
{
	(void)snprintf(arn_r, TOPIC_ARN_MAX, "arn:aws:sns:%s:%012" PRId64 ":%s",
	    conf->region, topic->account_id, topic->name);
}

void
topic_subscription_arn(const struct conf *conf, const struct store_topic *topic,
    const char *uuid, char arn_r[TOPIC_ARN_MAX])
{
	(void)snprintf(arn_r, TOPIC_ARN_MAX,
	    "arn:aws:sns:%s:%012" PRId64 ":%s:%.36s", conf->region,
	    topic->account_id, topic->name, uuid);
}

const char *
topic_arn_name(int64_t account_id, const char *arn)
{
	static const char scheme[] = "arn:aws:sns:";
	char number[24];
	int len =
	    snprintf(number, sizeof(number), ":%012" PRId64 ":", account_id);

	if (strncmp(arn, scheme, sizeof(scheme) - 1) != 0)
		return NULL;
	arn += sizeof(scheme) - 1;
	arn += strcspn(arn, ":");
	if (strncmp(arn, number, (size_t)len) != 0 || arn[len] == '\0')
		return NULL;
	return arn + len;
}

/* ---- tokens ----------------------------------------------------------------- */

static enum sg_err
new_token(char token_r[TOKEN_MAX + 1], struct err *err_r)
{
	static const char digits[] = "0123456789abcdef";
	unsigned char bytes[TOKEN_BYTES];

	if (RAND_bytes(bytes, sizeof(bytes)) != 1)
		return err_set(err_r, SG_CRYPTO, "no random bytes to be had");
	for (size_t i = 0; i < TOKEN_BYTES; i++) {
		token_r[2 * i] = digits[bytes[i] >> 4];
		token_r[2 * i + 1] = digits[bytes[i] & 15];
	}
	token_r[TOKEN_MAX] = '\0';
	OPENSSL_cleanse(bytes, sizeof(bytes));
	return SG_OK;
}

static bool
is_token(const char *token)
{
	return strnlen(token, TOKEN_MAX + 1) == TOKEN_MAX &&
	       strspn(token, "0123456789abcdef") == TOKEN_MAX;
}

static enum sg_err
hash_token(const char *token, unsigned char hash_r[32], struct err *err_r)
{
	unsigned len = 0;

	if (EVP_Digest(token, TOKEN_MAX, hash_r, &len, EVP_sha256(), NULL) !=
		1 ||
	    len != 32)
		return err_set(err_r, SG_CRYPTO, "SHA-256 cannot be computed");
	return SG_OK;
}

/* ---- what the endpoint is told ------------------------------------------------ */

static bool
is_http(const struct store_subscription *row)
{
	return strncmp(row->protocol, "http", 4) == 0;
}

static bool
is_mail(const struct store_subscription *row)
{
	return strncmp(row->protocol, "email", 5) == 0;
}

static void
write_text(const struct conf *conf, const struct store_topic *topic,
    const struct store_subscription *row, enum store_publication_type type,
    char *text_r, size_t size)
{
	char arn[TOPIC_ARN_MAX];

	if (type == STORE_PUBLICATION_CONFIRMATION) {
		topic_arn(conf, topic, arn);
		(void)snprintf(text_r, size,
		    "You have chosen to subscribe to the topic %s.\nTo confirm "
		    "the subscription, visit the SubscribeURL included in this "
		    "message.",
		    arn);
		return;
	}
	topic_subscription_arn(conf, topic, row->uuid, arn);
	(void)snprintf(text_r, size,
	    "You have chosen to deactivate subscription %s.\nTo cancel this "
	    "operation and restore the subscription, visit the SubscribeURL "
	    "included in this message.",
	    arn);
}

/* A new token of the row (not yet written), and the publication that carries it. */
static enum sg_err
tell(struct store *store, const struct conf *conf, const struct seal *seal,
    const struct store_topic *topic, struct store_subscription *row,
    enum store_publication_type type, int64_t now_msec, struct err *err_r)
{
	char token[TOKEN_MAX + 1] = "", text[2 * TOPIC_ARN_MAX];
	unsigned char *sealed = NULL;
	struct store_publication p = {
	    .topic_id = topic->id,
	    .type = type,
	    .subject = "",
	    .body = text,
	    .created_msec = now_msec,
	};
	enum sg_err rc = new_token(token, err_r);

	write_text(conf, topic, row, type, text, sizeof(text));
	if (rc == SG_OK)
		rc = hash_token(token, row->token_hash, err_r);
	if (rc == SG_OK)
		rc = seal_wrap(seal, TOPIC_SEAL_TOKEN, token, TOKEN_MAX,
		    &sealed, &p.sealed_len, err_r);
	OPENSSL_cleanse(token, sizeof(token));
	p.sealed = sealed;
	row->token_expires_sec = now_msec / 1000 + TOPIC_TOKEN_DAYS * DAY_SEC;
	if (rc == SG_OK)
		rc = publish_uuid(p.uuid, err_r);
	if (rc == SG_OK)
		rc = store_subscription_update(store, row, err_r);
	if (rc == SG_OK)
		rc = store_publication_add(
		    store, &p, row->id, now_msec / 1000, err_r);
	free(sealed);
	return rc;
}

struct waiting {
	int64_t ids[WAITING_MOST];
	size_t count;
};

static bool
note_confirmation(void *ctx, const struct store_notification *row)
{
	struct waiting *waiting = ctx;

	if (row->publication.type != STORE_PUBLICATION_NOTIFICATION)
		waiting->ids[waiting->count++] = row->id;
	return waiting->count < WAITING_MOST;
}

/* Tokens that waited to be told, or could not be, are void now. */
static enum sg_err
drop_confirmations(struct store *store, const struct store_subscription *row,
    struct err *err_r)
{
	struct waiting waiting = {.count = 0};
	enum sg_err rc = SG_OK;

	for (int is_dead = 0; is_dead < 2 && rc == SG_OK; is_dead++)
		if (waiting.count < WAITING_MOST)
			rc = store_notification_list(store, row->id,
			    is_dead != 0, WAITING_MOST, note_confirmation,
			    &waiting, err_r);
	for (size_t i = 0; i < waiting.count && rc == SG_OK; i++)
		rc = store_notification_delete(store, waiting.ids[i], err_r);
	return rc;
}

/* ---- subscribing -------------------------------------------------------------- */

struct pending {
	const char *endpoint;
	int64_t since_sec;
	int count;
};

static bool
count_pending(void *ctx, const struct store_subscription *row)
{
	struct pending *pending = ctx;

	pending->count += is_mail(row) && !row->confirmed &&
			  row->created_sec > pending->since_sec &&
			  strcasecmp(row->endpoint, pending->endpoint) == 0;
	return true;
}

/* Nobody shall be pestered through us. row->id 0: a new one. */
static enum sg_err
check_pace(struct store *store, const struct store_subscription *row,
    int64_t now_sec, struct err *err_r)
{
	int64_t told_sec = row->token_expires_sec - TOPIC_TOKEN_DAYS * DAY_SEC;
	struct pending pending = {
	    .endpoint = row->endpoint, .since_sec = now_sec - DAY_SEC};
	char when[CLOCK_ISO_MAX];
	enum sg_err rc;

	if (!is_mail(row))
		return SG_OK;
	if (row->id != 0) {
		if (told_sec > now_sec ||
		    now_sec - told_sec >= TOPIC_RESEND_SEC)
			return SG_OK;
		return err_set(err_r, SG_BUSY,
		    "a letter to %s was sent a moment ago; the next may be "
		    "sent at %s",
		    row->endpoint,
		    clock_iso(told_sec + TOPIC_RESEND_SEC, when));
	}
	rc = store_subscription_list(store, 0, count_pending, &pending, err_r);
	if (rc == SG_OK && pending.count >= TOPIC_UNCONFIRMED_MOST)
		return err_set(err_r, SG_BUSY,
		    "%s has %d subscriptions of the last 24 hours to confirm, "
		    "and no more may be made",
		    row->endpoint, pending.count);
	return rc;
}

/* Within a transaction. */
static enum sg_err
ask(struct store *store, const struct conf *conf, const struct seal *seal,
    const struct store_topic *topic, struct store_subscription *row,
    int64_t now_msec, struct err *err_r)
{
	enum sg_err rc = drop_confirmations(store, row, err_r);

	return rc == SG_OK
		   ? tell(store, conf, seal, topic, row,
			 STORE_PUBLICATION_CONFIRMATION, now_msec, err_r)
		   : rc;
}

static enum sg_err
confirm_row(
    struct store *store, struct store_subscription *row, struct err *err_r)
{
	row->confirmed = true;
	return store_subscription_update(store, row, err_r);
}

static enum sg_err
add_new(struct store *store, struct store_subscription *row, struct err *err_r)
{
	enum sg_err rc = publish_uuid(row->uuid, err_r);

	return rc == SG_OK ? store_subscription_add(store, row, err_r) : rc;
}

/* Within a transaction. row: what is wanted; afterwards what is there. */
static enum sg_err
subscribe_within(struct store *store, const struct conf *conf,
    const struct seal *seal, const struct store_topic *topic, bool by_word,
    int64_t now_msec, struct store_subscription *row, struct err *err_r)
{
	struct store_subscription wanted = *row;
	enum sg_err rc = store_subscription_get_by_endpoint(
	    store, topic->id, wanted.protocol, wanted.endpoint, row, err_r);

	if (rc == SG_MISSING)
		*row = wanted;
	else if (rc != SG_OK || row->confirmed)
		return rc;
	if (!by_word) {
		rc = check_pace(store, row, now_msec / 1000, err_r);
		if (rc != SG_OK)
			return rc;
	}
	row->confirmed = false;
	row->raw = wanted.raw;
	rc = row->id == 0 ? add_new(store, row, err_r) : SG_OK;
	if (rc != SG_OK)
		return rc;
	if (by_word) {
		rc = drop_confirmations(store, row, err_r);
		return rc == SG_OK ? confirm_row(store, row, err_r) : rc;
	}
	return ask(store, conf, seal, topic, row, now_msec, err_r);
}

static enum sg_err
check_wanted(const struct conf *conf, const struct topic_subscribe *wanted,
    struct store_subscription *row, struct err *err_r)
{
	enum sg_err rc = endpoint_check(
	    conf, wanted->protocol, wanted->endpoint, row->endpoint, err_r);

	if (rc != SG_OK)
		return rc;
	(void)snprintf(
	    row->protocol, sizeof(row->protocol), "%s", wanted->protocol);
	if (strcmp(row->protocol, "command") == 0 && !wanted->is_operator)
		return err_set(err_r, SG_INVALID,
		    "only the operator can subscribe a command");
	if (wanted->raw && is_mail(row))
		return err_set(err_r, SG_INVALID,
		    "raw delivery is not for subscriptions by mail");
	return SG_OK;
}

enum sg_err
topic_subscribe(struct store *store, const struct conf *conf,
    const struct seal *seal, const char *account, const char *topic,
    const struct topic_subscribe *wanted, int64_t now_msec,
    struct store_subscription *row_r, struct err *err_r)
{
	struct store_topic of;
	bool own, by_word;
	enum sg_err rc;

	*row_r = (struct store_subscription){
	    .raw = wanted->raw, .created_sec = now_msec / 1000};
	rc = check_wanted(conf, wanted, row_r, err_r);
	if (rc == SG_OK)
		rc = store_scope_begin(store, &own, err_r);
	if (rc != SG_OK)
		return rc;
	by_word =
	    wanted->is_operator &&
	    (wanted->is_confirmed || strcmp(row_r->protocol, "command") == 0);
	rc = topic_get(store, account, topic, &of, err_r);
	row_r->topic_id = rc == SG_OK ? of.id : 0;
	if (rc == SG_OK)
		rc = subscribe_within(
		    store, conf, seal, &of, by_word, now_msec, row_r, err_r);
	return store_scope_end(store, own, rc, err_r);
}

/* ---- confirming --------------------------------------------------------------- */

static enum sg_err
find(struct store *store, const char *token, int64_t now_sec,
    struct store_subscription *row_r, struct err *err_r)
{
	unsigned char hash[32];
	enum sg_err rc = SG_MISSING;

	if (is_token(token))
		rc = hash_token(token, hash, err_r);
	if (rc == SG_OK)
		rc = store_subscription_get_by_token(store, hash, row_r, err_r);
	if (rc == SG_OK && now_sec >= row_r->token_expires_sec)
		rc = SG_MISSING;
	return rc == SG_MISSING
		   ? err_set(err_r, SG_MISSING,
			 "the token is void: it works for %d days, and until a "
			 "newer one is sent",
			 TOPIC_TOKEN_DAYS)
		   : rc;
}

enum sg_err
topic_look(struct store *store, const char *token, int64_t now_sec,
    struct store_subscription *row_r, struct store_topic *topic_r,
    struct err *err_r)
{
	enum sg_err rc = find(store, token, now_sec, row_r, err_r);

	return rc == SG_OK ? store_topic_get_by_id(
				 store, row_r->topic_id, topic_r, err_r)
			   : rc;
}

enum sg_err
topic_confirm(struct store *store, const char *token, int64_t now_sec,
    struct store_subscription *row_r, struct err *err_r)
{
	bool own;
	/* Guessers do not get to lock the store. */
	enum sg_err rc = find(store, token, now_sec, row_r, err_r);

	if (rc != SG_OK || row_r->confirmed)
		return rc;
	rc = store_scope_begin(store, &own, err_r);
	if (rc != SG_OK)
		return rc;
	rc = find(store, token, now_sec, row_r, err_r);
	if (rc == SG_OK)
		rc = confirm_row(store, row_r, err_r);
	if (rc == SG_OK)
		rc = drop_confirmations(store, row_r, err_r);
	return store_scope_end(store, own, rc, err_r);
}

/* ---- ending ------------------------------------------------------------------- */

static enum sg_err
unsubscribe_within(struct store *store, const struct conf *conf,
    const struct seal *seal, const char *uuid, int64_t now_msec,
    struct err *err_r)
{
	struct store_subscription row;
	struct store_topic topic;
	enum sg_err rc = store_subscription_get(store, uuid, &row, err_r);

	if (rc == SG_MISSING)
		return err_set(
		    err_r, SG_MISSING, "there is no subscription %.36s", uuid);
	if (rc == SG_OK && (!row.confirmed || !is_http(&row)))
		return store_subscription_delete(store, row.id, err_r);
	if (rc == SG_OK)
		rc = store_topic_get_by_id(store, row.topic_id, &topic, err_r);
	if (rc != SG_OK)
		return rc;
	row.confirmed = false;
	return tell(store, conf, seal, &topic, &row,
	    STORE_PUBLICATION_UNSUBSCRIBED, now_msec, err_r);
}

enum sg_err
topic_unsubscribe(struct store *store, const struct conf *conf,
    const struct seal *seal, const char *uuid, int64_t now_msec,
    struct err *err_r)
{
	bool own;
	enum sg_err rc = store_scope_begin(store, &own, err_r);

	if (rc != SG_OK)
		return rc;
	rc = unsubscribe_within(store, conf, seal, uuid, now_msec, err_r);
	return store_scope_end(store, own, rc, err_r);
}

struct expired {
	int64_t now_sec;
	int64_t ids[WAITING_MOST];
	int count, most;
};

static bool
note_expired(void *ctx, const struct store_subscription *row)
{
	struct expired *expired = ctx;

	if (!row->confirmed && row->token_expires_sec <= expired->now_sec)
		expired->ids[expired->count++] = row->id;
	return expired->count < expired->most;
}

static enum sg_err
delete_expired(struct store *store, const struct expired *expired, int64_t id,
    int64_t *gone_r, struct err *err_r)
{
	struct store_subscription row;
	enum sg_err rc = store_subscription_get_by_id(store, id, &row, err_r);

	if (rc == SG_MISSING)
		return SG_OK;
	/* it may have been confirmed since it was listed */
	if (rc != SG_OK || row.confirmed ||
	    row.token_expires_sec > expired->now_sec)
		return rc;
	rc = store_subscription_delete(store, id, err_r);
	*gone_r += rc == SG_OK;
	return rc;
}

enum sg_err
topic_expire(struct store *store, int64_t now_sec, int most, int64_t *gone_r,
    struct err *err_r)
{
	struct expired expired = {.now_sec = now_sec,
	    .most = most < WAITING_MOST ? most : WAITING_MOST};
	bool own;
	enum sg_err rc =
	    store_subscription_list(store, 0, note_expired, &expired, err_r);

	*gone_r = 0;
	if (rc != SG_OK || expired.count == 0)
		return rc;
	rc = store_scope_begin(store, &own, err_r);
	if (rc != SG_OK)
		return rc;
	for (int i = 0; i < expired.count && rc == SG_OK; i++)
		rc = delete_expired(
		    store, &expired, expired.ids[i], gone_r, err_r);
	return store_scope_end(store, own, rc, err_r);
}
