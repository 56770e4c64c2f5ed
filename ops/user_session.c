/* Sessions: see user_session.h. */
#include "config.h"

#include "ops/user_session.h"

#include <string.h>

#include <sodium.h>

#include "conf/conf.h"
#include "store/store.h"

#define TOKEN_BYTES 32
#define NOTE_SEC 60
#define BASE64 sodium_base64_VARIANT_URLSAFE_NO_PADDING

_Static_assert(sodium_base64_ENCODED_LEN(TOKEN_BYTES, BASE64) ==
		   USER_SESSION_TOKEN_LEN + 1,
    "token");

#define HASH_MAX (2 * crypto_hash_sha256_BYTES + 1)

static void
hash_token(const char *token, char hash_r[HASH_MAX])
{
	unsigned char hash[crypto_hash_sha256_BYTES];

	(void)crypto_hash_sha256(
	    hash, (const unsigned char *)token, strlen(token));
	(void)sodium_bin2hex(hash_r, HASH_MAX, hash, sizeof(hash));
}

enum sg_err
user_session_new(struct store *store, struct store_session *row,
    char token_r[USER_SESSION_TOKEN_LEN + 1], struct err *err_r)
{
	unsigned char bytes[TOKEN_BYTES];
	char hash[HASH_MAX];

	if (sodium_init() < 0)
		return err_set(err_r, SG_CRYPTO, "libsodium cannot be used");
	randombytes_buf(bytes, sizeof(bytes));
	(void)sodium_bin2base64(
	    token_r, USER_SESSION_TOKEN_LEN + 1, bytes, sizeof(bytes), BASE64);
	sodium_memzero(bytes, sizeof(bytes));
	hash_token(token_r, hash);
	return store_session_create(store, hash, row, err_r);
}

enum sg_err
user_session_find(struct store *store, const struct conf *conf,
    const char *token, int64_t now_sec, struct store_session *row_r,
    struct err *err_r)
{
	int64_t idle_sec = (int64_t)conf->console_idle_minutes * 60;
	char hash[HASH_MAX];
	enum sg_err rc;

	if (strlen(token) != USER_SESSION_TOKEN_LEN)
		return err_set(err_r, SG_MISSING, "there is no such session");
	hash_token(token, hash);
	rc = store_session_get(store, hash, row_r, err_r);
	if (rc == SG_OK && (row_r->expires_sec <= now_sec ||
			       row_r->used_sec + idle_sec <= now_sec))
		rc = err_set(err_r, SG_MISSING, "the session is over");
	if (rc == SG_OK && row_r->used_sec + NOTE_SEC <= now_sec)
		/* A use that is not noted shortens the session at worst. */
		(void)store_session_use(
		    store, row_r->id, now_sec, now_sec - NOTE_SEC, NULL);
	return rc;
}

enum sg_err
user_session_list(struct store *store, const struct conf *conf, int64_t user_id,
    int64_t now_sec, store_session_fn *fn, void *ctx, struct err *err_r)
{
	return store_session_list(store, user_id, now_sec,
	    now_sec - (int64_t)conf->console_idle_minutes * 60,
	    USER_SESSIONS_MOST, fn, ctx, err_r);
}
