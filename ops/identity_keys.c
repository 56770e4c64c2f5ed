/* Signing keys on their way into the store: see identity_keys.h. Decides nothing
 * about which key signs. */
#include "config.h"

#include "ops/identity_keys.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include "base/seal.h"

#define KEY_CONTEXT "dkim.key"
#define TXT_TOKEN_BYTES 32

void
identity_new_key_fini(struct identity_new_key *key)
{
	free(key->public_base64);
	free(key->sealed);
	*key = (struct identity_new_key){0};
}

enum sg_err
identity_new_key_take(struct identity_new_key *key_r, const struct seal *seal,
    const struct dkim_key *key, const char *selector, int64_t now_sec,
    struct err *err_r)
{
	unsigned char *pem = NULL;
	size_t pem_len = 0;
	enum sg_err rc = dkim_key_to_pem(key, &pem, &pem_len, err_r);

	if (rc != SG_OK)
		return rc;
	rc = seal_wrap(seal, KEY_CONTEXT, pem, pem_len, &key_r->sealed,
	    &key_r->row.sealed_len, err_r);
	seal_wipe_free(&pem, pem_len);
	if (rc != SG_OK)
		return rc;
	key_r->public_base64 = dkim_key_public_dup(key);
	if (key_r->public_base64 == NULL)
		return err_set(err_r, SG_NOMEM, "no memory for a DKIM key");
	key_r->row.sealed = key_r->sealed;
	key_r->row.public_base64 = key_r->public_base64;
	key_r->row.bits = dkim_key_bits(key);
	key_r->row.created_sec = now_sec;
	(void)snprintf(key_r->row.selector, sizeof(key_r->row.selector), "%s",
	    selector); /* checked before to fit */
	(void)snprintf(key_r->row.algorithm, sizeof(key_r->row.algorithm), "%s",
	    dkim_algorithm_name(dkim_key_algorithm(key))); /* fits */
	return SG_OK;
}

/* len random letters of `letters`, which has `count`; bytes that would favour some
 * of them are thrown away. Not terminated. */
static enum sg_err
random_letters(const char *letters, unsigned count, char *text_r, size_t len,
    struct err *err_r)
{
	unsigned least_bad = 256 - 256 % count;

	while (len > 0) {
		unsigned char byte;

		if (RAND_bytes(&byte, 1) != 1)
			return err_set(
			    err_r, SG_CRYPTO, "no random bytes to be had");
		if (byte < least_bad) {
			*text_r++ = letters[byte % count];
			len--;
		}
	}
	return SG_OK;
}

enum sg_err
identity_new_key_make(struct identity_new_key *key_r, const struct seal *seal,
    enum dkim_algorithm algorithm, int bits, int64_t now_sec, struct err *err_r)
{
	char selector[] = "sw--------";
	struct dkim_key *key = NULL;
	enum sg_err rc = random_letters(
	    "abcdefghijklmnopqrstuvwxyz0123456789", 36, selector + 2, 8, err_r);

	if (rc == SG_OK)
		rc = dkim_key_generate(algorithm, bits, &key, err_r);
	if (rc == SG_OK)
		rc = identity_new_key_take(
		    key_r, seal, key, selector, now_sec, err_r);
	dkim_key_unref(&key);
	return rc;
}

void
identity_new_key_set_easy(struct identity_new_key *key,
    const struct store_identity *identity, int slot)
{
	key->row.origin = KEY_EASY;
	key->row.slot = slot;
	(void)snprintf(key->row.selector, sizeof(key->row.selector), "%s",
	    identity->easy_tokens[slot]); /* 32 bytes */
}

enum sg_err
identity_easy_tokens(struct store_identity *identity, struct err *err_r)
{
	enum sg_err rc = SG_OK;

	for (size_t i = 0; i < KEY_PLAN_EASY_SLOTS && rc == SG_OK; i++) {
		rc = random_letters("abcdefghijklmnopqrstuvwxyz234567", 32,
		    identity->easy_tokens[i], IDENTITY_EASY_TOKEN_LEN, err_r);
		identity->easy_tokens[i][IDENTITY_EASY_TOKEN_LEN] = '\0';
	}
	return rc;
}

enum sg_err
identity_txt_token(char token_r[STORE_TOKEN_MAX + 1], struct err *err_r)
{
	unsigned char bytes[TXT_TOKEN_BYTES];

	if (RAND_bytes(bytes, sizeof(bytes)) != 1)
		return err_set(err_r, SG_CRYPTO, "no random bytes to be had");
	(void)EVP_EncodeBlock(
	    (unsigned char *)token_r, bytes, sizeof(bytes)); /* 44 and a NUL */
	return SG_OK;
}

/* ---- the keys that are there --------------------------------------------- */

static bool
take_key(void *ctx, const struct store_key *row)
{
	struct identity_key_set *set = ctx;
	struct store_key *key = &set->list[set->count++];

	*key = *row;
	key->public_base64 = NULL;
	key->sealed = NULL;
	key->sealed_len = 0;
	return set->count < KEY_PLAN_MAX_KEYS;
}

enum sg_err
identity_key_set_load(struct store *store, int64_t identity_id,
    struct identity_key_set *set_r, struct err *err_r)
{
	set_r->count = 0;
	return store_key_list(store, identity_id, take_key, set_r, err_r);
}

bool
identity_key_waits(const struct store_key *key)
{
	return !key->active && key->retired_sec == 0;
}

enum sg_err
identity_key_room(const struct identity_key_set *set, size_t more,
    const char *name, struct err *err_r)
{
	if (set->count + more <= KEY_PLAN_MAX_KEYS)
		return SG_OK;
	return err_set(err_r, SG_INVALID,
	    "%s has %zu signing keys, and no identity has more than %d; old "
	    "ones go %d days after they stopped signing",
	    name, set->count, KEY_PLAN_MAX_KEYS, KEY_PLAN_KEEP_SEC / 86400);
}

/* ---- looks in DNS -------------------------------------------------------- */

/* A row that is not there is none yet: *v_r begins now. */
static enum sg_err
look_get(struct store *store, int64_t identity_id,
    enum verification_subject subject, int64_t now_sec,
    struct verification *v_r, struct err *err_r)
{
	enum sg_err rc;

	*v_r = (struct verification){.started_sec = now_sec};
	rc = store_verification_get(store, identity_id, subject, v_r, err_r);
	return rc == SG_MISSING ? SG_OK : rc;
}

enum sg_err
identity_look_now(struct store *store, int64_t identity_id,
    enum verification_subject subject, int64_t now_sec, struct err *err_r)
{
	struct verification v;
	enum sg_err rc =
	    look_get(store, identity_id, subject, now_sec, &v, err_r);

	if (rc != SG_OK)
		return rc;
	v.next_sec = now_sec;
	return store_verification_put(store, identity_id, subject, &v, err_r);
}

enum sg_err
identity_look_start(struct store *store, int64_t identity_id,
    enum verification_subject subject, enum rules_identity_status *status,
    int64_t now_sec, struct err *err_r)
{
	struct verification v;
	enum sg_err rc =
	    look_get(store, identity_id, subject, now_sec, &v, err_r);

	if (rc != SG_OK)
		return rc;
	verification_start(&v, now_sec);
	*status = v.status;
	return store_verification_put(store, identity_id, subject, &v, err_r);
}
