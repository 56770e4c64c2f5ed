/* Credentials: see credential.h. Does not check logins: Dovecot does, from the
 * hash that is kept here. */
#include "config.h"

#include "ops/credential.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include "base/seal.h"
#include "ops/account.h"

#define SHA256_BYTES 32
#define SMTP_PASSWORD_VERSION 0x04
#define ID_PREFIX "SWKA"
#define ID_RANDOM_BYTES 10     /* 16 letters of base32 */
#define SECRET_RANDOM_BYTES 30 /* 40 letters of base64 */
#define SCHEME "{SSHA256}"

void
credential_pair_wipe(struct credential_pair *pair)
{
	OPENSSL_cleanse(pair, sizeof(*pair));
}

/* key_r may be the key itself. */
static bool
hmac_step(const void *key, size_t key_len, const char *text,
    unsigned char key_r[SHA256_BYTES])
{
	unsigned char out[SHA256_BYTES];
	unsigned len = sizeof(out);
	bool is_done =
	    HMAC(EVP_sha256(), key, (int)key_len, (const unsigned char *)text,
		strlen(text), out, &len) != NULL &&
	    len == sizeof(out);

	if (is_done)
		memcpy(key_r, out, sizeof(out));
	OPENSSL_cleanse(out, sizeof(out));
	return is_done;
}

enum sg_err
credential_smtp_password(const char *secret, const char *region,
    char password_r[CREDENTIAL_SMTP_PASSWORD_MAX + 1], struct err *err_r)
{
	char start[4 + CREDENTIAL_SECRET_MAX + 1];
	unsigned char blob[1 + SHA256_BYTES] = {SMTP_PASSWORD_VERSION};
	unsigned char *key = blob + 1;
	int len = snprintf(start, sizeof(start), "AWS4%s", secret);
	bool is_done;

	if (len < 0 || (size_t)len >= sizeof(start)) {
		OPENSSL_cleanse(start, sizeof(start));
		return err_set(err_r, SG_INVALID, "the secret is too long");
	}
	is_done = hmac_step(start, (size_t)len, "11111111", key) &&
		  hmac_step(key, SHA256_BYTES, region, key) &&
		  hmac_step(key, SHA256_BYTES, "ses", key) &&
		  hmac_step(key, SHA256_BYTES, "aws4_request", key) &&
		  hmac_step(key, SHA256_BYTES, "SendRawEmail", key);
	if (is_done)
		EVP_EncodeBlock(
		    (unsigned char *)password_r, blob, sizeof(blob));
	OPENSSL_cleanse(start, sizeof(start));
	OPENSSL_cleanse(blob, sizeof(blob));
	if (!is_done)
		return err_set(
		    err_r, SG_CRYPTO, "the SMTP password cannot be derived");
	return SG_OK;
}

enum sg_err
credential_smtp_hash(const char *password,
    const unsigned char salt[CREDENTIAL_SALT_BYTES], char *hash_r,
    size_t hash_size, struct err *err_r)
{
	unsigned char blob[SHA256_BYTES + CREDENTIAL_SALT_BYTES];
	char text[4 * ((sizeof(blob) + 2) / 3) + 1];
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	bool is_done = md != NULL &&
		       EVP_DigestInit_ex(md, EVP_sha256(), NULL) == 1 &&
		       EVP_DigestUpdate(md, password, strlen(password)) == 1 &&
		       EVP_DigestUpdate(md, salt, CREDENTIAL_SALT_BYTES) == 1 &&
		       EVP_DigestFinal_ex(md, blob, NULL) == 1;

	EVP_MD_CTX_free(md);
	if (!is_done || hash_size < sizeof(SCHEME) + sizeof(text))
		return err_set(
		    err_r, SG_CRYPTO, "the SMTP password cannot be hashed");
	memcpy(blob + SHA256_BYTES, salt, CREDENTIAL_SALT_BYTES);
	EVP_EncodeBlock((unsigned char *)text, blob, sizeof(blob));
	(void)snprintf(hash_r, hash_size, SCHEME "%s", text); /* fits */
	return SG_OK;
}

/* RFC 4648 §6 without padding; len is a multiple of 5. */
static void
base32(const unsigned char *data, size_t len, char *text_r)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

	for (size_t i = 0; i < len; i += 5, data += 5) {
		uint64_t bits = 0;

		for (int j = 0; j < 5; j++)
			bits = bits << 8 | data[j];
		for (int shift = 35; shift >= 0; shift -= 5)
			*text_r++ = letters[bits >> shift & 31];
	}
	*text_r = '\0';
}

enum sg_err
credential_pair_generate(
    const char *region, struct credential_pair *pair_r, struct err *err_r)
{
	unsigned char random[ID_RANDOM_BYTES + SECRET_RANDOM_BYTES];

	memset(pair_r, 0, sizeof(*pair_r));
	if (RAND_bytes(random, sizeof(random)) != 1)
		return err_set(err_r, SG_CRYPTO, "no random bytes to be had");
	memcpy(pair_r->access_key_id, ID_PREFIX, strlen(ID_PREFIX));
	base32(
	    random, ID_RANDOM_BYTES, pair_r->access_key_id + strlen(ID_PREFIX));
	EVP_EncodeBlock((unsigned char *)pair_r->secret,
	    random + ID_RANDOM_BYTES, SECRET_RANDOM_BYTES);
	OPENSSL_cleanse(random, sizeof(random));
	return credential_smtp_password(
	    pair_r->secret, region, pair_r->smtp_password, err_r);
}

static bool
is_made_of(const char *text, size_t least, size_t most, const char *more)
{
	static const char alnum[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "abcdefghijklmnopqrstuvwxyz0123456789";
	size_t len = strnlen(text, most + 1);

	if (len < least || len > most)
		return false;
	for (; *text != '\0'; text++)
		if (strchr(alnum, *text) == NULL && strchr(more, *text) == NULL)
			return false;
	return true;
}

enum sg_err
credential_pair_given(const char *access_key_id, const char *secret,
    const char *region, struct credential_pair *pair_r, struct err *err_r)
{
	memset(pair_r, 0, sizeof(*pair_r));
	if (!is_made_of(access_key_id, 16, CREDENTIAL_ID_MAX, ""))
		return err_set(err_r, SG_INVALID,
		    "the access key id must be 16 to %d letters and digits",
		    CREDENTIAL_ID_MAX);
	if (!is_made_of(secret, 16, CREDENTIAL_SECRET_MAX, "+/=-_"))
		return err_set(err_r, SG_INVALID,
		    "the secret must be 16 to %d characters of A-Z a-z 0-9 + "
		    "/ = - _, alone on the first line",
		    CREDENTIAL_SECRET_MAX);
	memcpy(pair_r->access_key_id, access_key_id, strlen(access_key_id));
	memcpy(pair_r->secret, secret, strlen(secret));
	return credential_smtp_password(
	    pair_r->secret, region, pair_r->smtp_password, err_r);
}

static const char *const permission_names[] = {[STORE_MAY_ALL] = "all",
    [STORE_MAY_SEND] = "send",
    [STORE_MAY_READ] = "read"};
#define PERMISSIONS (sizeof(permission_names) / sizeof(permission_names[0]))

const char *
credential_permission_name(enum store_permission permission)
{
	return (size_t)permission < PERMISSIONS ? permission_names[permission]
						: "none";
}

bool
credential_permission_read(
    const char *name, enum store_permission *permission_r)
{
	for (size_t i = 0; i < PERMISSIONS; i++) {
		if (strcmp(permission_names[i], name) == 0) {
			*permission_r = (enum store_permission)i;
			return true;
		}
	}
	return false;
}

enum sg_err
credential_keep(struct store *store, const struct seal *seal,
    const char *account, const struct credential_pair *pair,
    enum store_permission permission, int64_t now_sec, struct err *err_r)
{
	struct store_credential row = {
	    .enabled = true, .permission = permission, .created_sec = now_sec};
	struct store_account owner;
	unsigned char salt[CREDENTIAL_SALT_BYTES];
	unsigned char *sealed = NULL;
	enum sg_err rc = account_get(store, account, &owner, err_r);

	if (rc != SG_OK)
		return rc;
	if (RAND_bytes(salt, sizeof(salt)) != 1)
		return err_set(err_r, SG_CRYPTO, "no random bytes to be had");
	rc = credential_smtp_hash(pair->smtp_password, salt, row.smtp_hash,
	    sizeof(row.smtp_hash), err_r);
	if (rc == SG_OK)
		rc = seal_wrap(seal, "credential.secret", pair->secret,
		    strlen(pair->secret), &sealed, &row.sealed_len, err_r);
	if (rc != SG_OK)
		return rc;
	row.account_id = owner.facts.id;
	row.sealed_secret = sealed;
	memcpy(row.access_key_id, pair->access_key_id,
	    sizeof(pair->access_key_id));
	rc = store_credential_add(store, &row, err_r);
	if (rc == SG_EXISTS)
		rc = err_set(err_r, SG_EXISTS,
		    "the name %s is a login or credential already; see: "
		    "sendwardctl credential list",
		    pair->access_key_id);
	free(sealed);
	return rc;
}

static enum sg_err
not_there(enum sg_err rc, const char *account, const char *access_key_id,
    struct err *err_r)
{
	if (rc != SG_MISSING)
		return rc;
	return err_set(err_r, SG_MISSING,
	    "account %s has no credential %.128s; see: sendwardctl credential "
	    "list %s",
	    account, access_key_id, account);
}

enum sg_err
credential_set_enabled(struct store *store, const char *account,
    const char *access_key_id, bool enabled, struct err *err_r)
{
	struct store_account owner;
	enum sg_err rc = account_get(store, account, &owner, err_r);

	if (rc != SG_OK)
		return rc;
	rc = store_credential_set_enabled(
	    store, owner.facts.id, access_key_id, enabled, err_r);
	return not_there(rc, account, access_key_id, err_r);
}

enum sg_err
credential_set_permission(struct store *store, const char *account,
    const char *access_key_id, enum store_permission permission,
    struct err *err_r)
{
	struct store_account owner;
	enum sg_err rc = account_get(store, account, &owner, err_r);

	if (rc != SG_OK)
		return rc;
	rc = store_credential_set_permission(
	    store, owner.facts.id, access_key_id, permission, err_r);
	return not_there(rc, account, access_key_id, err_r);
}

enum sg_err
credential_delete(struct store *store, const char *account,
    const char *access_key_id, struct err *err_r)
{
	struct store_account owner;
	enum sg_err rc = account_get(store, account, &owner, err_r);

	if (rc != SG_OK)
		return rc;
	rc = store_credential_delete(
	    store, owner.facts.id, access_key_id, err_r);
	return not_there(rc, account, access_key_id, err_r);
}

struct list {
	struct account_names names;
	credential_list_fn *fn;
	void *ctx;
};

static bool
list_row(void *ctx, const struct store_credential *row)
{
	struct list *list = ctx;

	return list->fn(
	    list->ctx, account_names_find(&list->names, row->account_id), row);
}

enum sg_err
credential_list(struct store *store, const char *account,
    credential_list_fn *fn, void *ctx, struct err *err_r)
{
	struct list list = {.fn = fn, .ctx = ctx};
	int64_t account_id;
	enum sg_err rc =
	    account_names_load(store, account, &list.names, &account_id, err_r);

	if (rc == SG_OK)
		rc = store_credential_list(
		    store, account_id, list_row, &list, err_r);
	account_names_fini(&list.names);
	return rc;
}
