/* Inside dkim/ only: how a decoded key reaches libopendkim. */
#ifndef SENDWARD_DKIM_INTERPOSE_H
#define SENDWARD_DKIM_INTERPOSE_H

#include <stdbool.h>
#include "dkim/key.h"

struct evp_pkey_st; /* EVP_PKEY */

/* What is given to libopendkim in place of a PEM text. It begins as PEM does, so
 * that the library asks PEM_read_bio_PrivateKey, and holds no key. */
#define DKIM_KEY_MARKER "-----sendward: the key of the message at hand-----"

/* The key that this thread's next PEM_read_bio_PrivateKey of the marker gets;
 * NULL: none. Borrowed until it is set anew. add_ref: the reader gets a reference
 * of its own, which it will free. */
void dkim_interpose_set(struct evp_pkey_st *pkey, bool add_ref);

/* Whether the signature of the key that was set last failed on this thread. Of an RSA
 * key libopendkim does not know, and took zeroes for one. */
bool dkim_interpose_failed(void);

/* How often a key was handed out. */
unsigned long dkim_interpose_hits(void);

/* The decoded key, borrowed. */
struct evp_pkey_st *dkim_key_evp(const struct dkim_key *key);

#endif
