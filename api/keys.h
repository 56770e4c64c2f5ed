/* Signing keys that were derived before, of one thread: unsealing a secret and deriving
 * its key of the day takes longer than checking a signature with it. Found by the sealed
 * secret itself, which the caller reads from the store each time: a credential that is
 * no more, or has another secret, finds nothing here. Decides nothing. */
#ifndef SENDWARD_API_KEYS_H
#define SENDWARD_API_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include "api/sigv4.h"

#define API_KEYS_MAX 1024 /* a newer one takes an older one's place */

struct api_keys;

struct api_keys *api_keys_new(void); /* NULL: no memory */
void api_keys_free(struct api_keys **keys);

/* The key for sig's date, region and service. */
bool api_keys_find(const struct api_keys *keys, const void *sealed, size_t len,
    const struct sigv4 *sig, unsigned char key_r[SIGV4_KEY_BYTES]);
/* Only of a signature that was right: others would drive out what is of use. Nothing
 * without memory, or for a secret of unusual length. */
void api_keys_add(struct api_keys *keys, const void *sealed, size_t len,
    const struct sigv4 *sig, const unsigned char key[SIGV4_KEY_BYTES]);

#endif
