/* Signing keys: made, read, written, shared by count. Does not sign; does not
 * know where keys are kept. */
#ifndef SENDWARD_DKIM_KEY_H
#define SENDWARD_DKIM_KEY_H

#include <stddef.h>
#include "base/err.h"

enum dkim_algorithm {
	DKIM_RSA_SHA256,
	DKIM_ED25519_SHA256
}; /* RFC 6376, 8463 */

struct dkim_key; /* a decoded private key; any thread may use it */

/* bits: 1024..4096 for RSA (a multiple of 8), ignored for Ed25519. */
enum sg_err dkim_key_generate(enum dkim_algorithm algorithm, int bits,
    struct dkim_key **key_r, struct err *err_r);
/* PEM, PKCS#1 or PKCS#8, without passphrase; or the base64 of such DER without
 * PEM lines. SG_INVALID says what is wrong (encrypted, EC, 512 bits, ...). */
enum sg_err dkim_key_from_text(
    const char *text, size_t len, struct dkim_key **key_r, struct err *err_r);
/* PKCS#8 PEM, NUL-terminated, malloc'ed; clear with seal_wipe_free. */
enum sg_err dkim_key_to_pem(const struct dkim_key *key, unsigned char **pem_r,
    size_t *len_r, struct err *err_r);
/* What stands in DNS after p=: base64 of SubjectPublicKeyInfo (RSA) or of the 32
 * raw bytes (Ed25519, RFC 8463 §4.2). malloc'ed. NULL: no memory. */
char *dkim_key_public_dup(const struct dkim_key *key);

enum dkim_algorithm dkim_key_algorithm(const struct dkim_key *key);
int dkim_key_bits(const struct dkim_key *key);
const char *dkim_algorithm_name(enum dkim_algorithm algorithm); /* "rsa" */

struct dkim_key *dkim_key_ref(struct dkim_key *key);
void dkim_key_unref(struct dkim_key **key);

#endif
