/* Decoded keys by store id, least recently used out first, so that a message
 * costs a signature and not a key's decoding. Any thread may call. */
#ifndef SENDWARD_DKIM_KEYRING_H
#define SENDWARD_DKIM_KEYRING_H

#include <stdint.h>
#include "dkim/key.h"

struct dkim_keyring;

/* Selector and decoded key, as a message needs them. */
struct dkim_keyring_entry {
	struct dkim_key *key; /* the caller's reference: dkim_key_unref */
	char selector[64];
};

/* Fetches key id from where it is kept; called without any lock held. */
typedef enum sg_err dkim_keyring_load_fn(void *ctx, int64_t key_id,
    struct dkim_keyring_entry *entry_r, struct err *err_r);

struct dkim_keyring *dkim_keyring_new(size_t max_keys);
void dkim_keyring_free(struct dkim_keyring **ring);
enum sg_err dkim_keyring_get(struct dkim_keyring *ring, int64_t key_id,
    dkim_keyring_load_fn *load, void *ctx, struct dkim_keyring_entry *entry_r,
    struct err *err_r);
/* After a key was changed or deleted. */
void dkim_keyring_forget(struct dkim_keyring *ring, int64_t key_id);

#endif
