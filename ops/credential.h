/* Credentials: access key id and secret, and the SMTP password that Amazon SES's
 * algorithm makes of the secret. Secrets are sealed, the SMTP password is kept as
 * a hash that Dovecot checks. Does not check logins. */
#ifndef SENDWARD_OPS_CREDENTIAL_H
#define SENDWARD_OPS_CREDENTIAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/err.h"
#include "store/store.h"

struct seal;

#define CREDENTIAL_ID_MAX 128
#define CREDENTIAL_SECRET_MAX 128
#define CREDENTIAL_SMTP_PASSWORD_MAX 44 /* base64 of 33 bytes */
#define CREDENTIAL_SALT_BYTES 16

/* What is shown once. smtp_username is access_key_id. Clear it with
 * credential_pair_wipe. */
struct credential_pair {
	char access_key_id[CREDENTIAL_ID_MAX + 1];
	char secret[CREDENTIAL_SECRET_MAX + 1];
	char smtp_password[CREDENTIAL_SMTP_PASSWORD_MAX + 1];
};
void credential_pair_wipe(struct credential_pair *pair);

/* SES's derivation, version 4 (SES developer guide, "Obtaining Amazon SES SMTP
 * credentials"): HMAC-SHA256 chained over 11111111, region, ses, aws4_request and
 * SendRawEmail, starting from "AWS4" + secret; base64 of 0x04 and the result.
 * SG_CRYPTO: no memory in the crypto library. */
enum sg_err credential_smtp_password(const char *secret, const char *region,
    char password_r[CREDENTIAL_SMTP_PASSWORD_MAX + 1], struct err *err_r);

/* Dovecot's {SSHA256}: base64 of SHA-256(password, salt) and the salt. The
 * password carries 256 bits, so that one round is enough. hash_r: 256 bytes. */
enum sg_err credential_smtp_hash(const char *password,
    const unsigned char salt[CREDENTIAL_SALT_BYTES], char *hash_r,
    size_t hash_size, struct err *err_r);

/* A new pair for `region`: "SWKA" and 16 of A-Z2-7 (80 random bits); 40 of the
 * base64 alphabet (240 random bits); its SMTP password. */
enum sg_err credential_pair_generate(
    const char *region, struct credential_pair *pair_r, struct err *err_r);

/* A pair that exists already, such as one of Amazon's. SG_INVALID: the id is not
 * 16 to 128 letters and digits, or the secret not 16 to 128 of A-Za-z0-9+/=-_. */
enum sg_err credential_pair_given(const char *access_key_id, const char *secret,
    const char *region, struct credential_pair *pair_r, struct err *err_r);

/* "all", "send", "read". By name: false when there is no such. */
const char *credential_permission_name(enum store_permission permission);
bool credential_permission_read(
    const char *name, enum store_permission *permission_r);

/* Keeps the pair for the account, enabled. SG_MISSING: no such account;
 * SG_EXISTS: the id is a login or credential already, of whatever account. */
enum sg_err credential_keep(struct store *store, const struct seal *seal,
    const char *account, const struct credential_pair *pair,
    enum store_permission permission, int64_t now_sec, struct err *err_r);

/* The account must own it: SG_MISSING names both else. A disabled credential
 * stays, and may not log in; one that may only read may not log in by SMTP. */
enum sg_err credential_set_permission(struct store *store, const char *account,
    const char *access_key_id, enum store_permission permission,
    struct err *err_r);
enum sg_err credential_set_enabled(struct store *store, const char *account,
    const char *access_key_id, bool enabled, struct err *err_r);
enum sg_err credential_delete(struct store *store, const char *account,
    const char *access_key_id, struct err *err_r);

/* account NULL: all. `account` of the callback is the owner's name. */
typedef bool credential_list_fn(
    void *ctx, const char *account, const struct store_credential *row);
enum sg_err credential_list(struct store *store, const char *account,
    credential_list_fn *fn, void *ctx, struct err *err_r);

#endif
