/* Signing keys on their way into the store, and random names: what the files
 * behind ops/identity.h and ops/rotation.h share. */
#ifndef SENDWARD_OPS_IDENTITY_KEYS_H
#define SENDWARD_OPS_IDENTITY_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/err.h"
#include "dkim/key.h"
#include "ops/identity.h"
#include "store/store.h"

struct seal;

#define IDENTITY_EASY_TOKEN_LEN 32
#define IDENTITY_EASY_KEY_BITS 2048
/* A name in DNS has 253 bytes at most: that much remains for a domain below
 * "swXXXXXXXX._domainkey.", and below a token of Easy DKIM. */
#define IDENTITY_DOMAIN_MAX (253 - 22)
#define IDENTITY_EASY_DOMAIN_MAX (253 - IDENTITY_EASY_TOKEN_LEN - 12)

/* A row with what it points to: public key and sealed private key. Start with
 * {0}; waits (not active), origin KEY_TXT, slot and identity_id 0. */
struct identity_new_key {
	struct store_key row;
	char *public_base64;
	unsigned char *sealed;
};
void identity_new_key_fini(struct identity_new_key *key);

/* Makes a key; selector: "sw" and 8 random of a-z0-9. Takes long for RSA: call it
 * outside transactions. */
enum sg_err identity_new_key_make(struct identity_new_key *key_r,
    const struct seal *seal, enum dkim_algorithm algorithm, int bits,
    int64_t now_sec, struct err *err_r);
/* Takes a key that is there. selector: at most IDENTITY_SELECTOR_MAX bytes. */
enum sg_err identity_new_key_take(struct identity_new_key *key_r,
    const struct seal *seal, const struct dkim_key *key, const char *selector,
    int64_t now_sec, struct err *err_r);

/* One that the identity brings (KEY_EXTERNAL); text: as dkim_key_from_text.
 * SG_INVALID: selector or key. */
enum sg_err identity_own_key_take(struct identity_new_key *key_r,
    const struct seal *seal, const char *selector, const char *text, size_t len,
    int64_t now_sec, struct err *err_r);

/* Makes it one of Easy DKIM: the name is the token of that slot. */
void identity_new_key_set_easy(struct identity_new_key *key,
    const struct store_identity *identity, int slot);

/* Three tokens of Easy DKIM, 32 random of a-z2-7 each. */
enum sg_err identity_easy_tokens(
    struct store_identity *identity, struct err *err_r);
/* 32 random bytes in base64, as Amazon SES has them in _amazonses records. */
enum sg_err identity_txt_token(
    char token_r[STORE_TOKEN_MAX + 1], struct err *err_r);

/* The identity's keys, at most KEY_PLAN_MAX_KEYS; without what they point to. */
struct identity_key_set {
	struct store_key list[KEY_PLAN_MAX_KEYS];
	size_t count;
};
enum sg_err identity_key_set_load(struct store *store, int64_t identity_id,
    struct identity_key_set *set_r, struct err *err_r);
/* Not active and not retired: it will sign when DNS has it. */
bool identity_key_waits(const struct store_key *key);
/* SG_INVALID when the identity has no room for `more` keys. */
enum sg_err identity_key_room(const struct identity_key_set *set, size_t more,
    const char *name, struct err *err_r);

/* A look in DNS is due now; the subject's status stays. */
enum sg_err identity_look_now(struct store *store, int64_t identity_id,
    enum verification_subject subject, int64_t now_sec, struct err *err_r);
/* The subject is looked for from now on (again): its row is written, and *status
 * is PENDING. */
enum sg_err identity_look_start(struct store *store, int64_t identity_id,
    enum verification_subject subject, enum rules_identity_status *status,
    int64_t now_sec, struct err *err_r);

/* One transaction: the identity is read, and work does what it likes with it. It
 * is read again into row_r (may be NULL) at the end. */
typedef enum sg_err identity_work_fn(void *ctx, struct store *store,
    struct store_identity *row, struct err *err_r);
enum sg_err identity_change(struct store *store, const char *account,
    const char *name, identity_work_fn *work, void *ctx,
    struct store_identity *row_r, struct err *err_r);

#endif
