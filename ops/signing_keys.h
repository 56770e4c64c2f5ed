/* Decoded signing keys for the mail path: from the keyring, else read from the
 * store and unsealed. Does not choose keys and does not sign. */
#ifndef SENDWARD_OPS_SIGNING_KEYS_H
#define SENDWARD_OPS_SIGNING_KEYS_H

#include <stdint.h>
#include "base/err.h"
#include "dkim/keyring.h"

struct seal;
struct signing_keys;

/* url is copied, seal is borrowed. Store handles are opened as needed. */
enum sg_err signing_keys_new(const char *url, const struct seal *seal,
    struct signing_keys **keys_r, struct err *err_r);
void signing_keys_free(struct signing_keys **keys);

/* Key id, ready to sign; ctx is the struct signing_keys. Any thread. SG_CRYPTO,
 * SG_INVALID: it cannot be unsealed or read; SG_MISSING, SG_BUSY, SG_IO as the
 * store says. The caller owns a reference to entry_r->key. */
enum sg_err signing_keys_get(void *ctx, int64_t key_id,
    struct dkim_keyring_entry *entry_r, struct err *err_r);

#endif
