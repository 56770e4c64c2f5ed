/* Signing keys: made, read, written, shared by count. Does not sign; does not
 * know where keys are kept. */
#include "config.h"
#include "dkim/key.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/bio.h>
#include <openssl/decoder.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "base/seal.h"
#include "dkim/interpose.h"

#define KEY_TEXT_MAX 65536
#define RSA_BITS_MIN 1024
#define RSA_BITS_MAX 4096
#define ED25519_BYTES 32

struct dkim_key {
	EVP_PKEY *pkey;
	enum dkim_algorithm algorithm;
	int bits;
	atomic_int refs;
};

static enum sg_err
crypto_error(struct err *err_r, const char *what)
{
	char text[160];
	unsigned long code = ERR_get_error();

	ERR_error_string_n(code, text, sizeof(text));
	ERR_clear_error();
	return err_set(err_r, SG_CRYPTO, "%s: %s", what, text);
}

/* Takes pkey over, also on failure. */
static enum sg_err
key_wrap(EVP_PKEY *pkey, struct dkim_key **key_r, struct err *err_r)
{
	int type = EVP_PKEY_get_base_id(pkey);
	int bits = EVP_PKEY_get_bits(pkey);
	struct dkim_key *key = NULL;

	if (type != EVP_PKEY_RSA && type != EVP_PKEY_ED25519) {
		EVP_PKEY_free(pkey);
		return err_set(
		    err_r, SG_INVALID, "the key is neither RSA nor Ed25519");
	}
	if (type == EVP_PKEY_RSA &&
	    (bits < RSA_BITS_MIN || bits > RSA_BITS_MAX)) {
		EVP_PKEY_free(pkey);
		return err_set(err_r, SG_INVALID,
		    "the RSA key has %d bits; %d to %d are accepted", bits,
		    RSA_BITS_MIN, RSA_BITS_MAX);
	}
	key = calloc(1, sizeof(*key));
	if (key == NULL) {
		EVP_PKEY_free(pkey);
		return err_set(err_r, SG_NOMEM, "no memory for a key");
	}
	key->pkey = pkey;
	key->bits = bits;
	key->algorithm =
	    type == EVP_PKEY_RSA ? DKIM_RSA_SHA256 : DKIM_ED25519_SHA256;
	atomic_init(&key->refs, 1);
	*key_r = key;
	return SG_OK;
}

enum sg_err
dkim_key_generate(enum dkim_algorithm algorithm, int bits,
    struct dkim_key **key_r, struct err *err_r)
{
	EVP_PKEY *pkey = NULL;

	*key_r = NULL;
	if (algorithm == DKIM_ED25519_SHA256) {
		pkey = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	} else {
		if (bits < RSA_BITS_MIN || bits > RSA_BITS_MAX || bits % 8 != 0)
			return err_set(err_r, SG_INVALID,
			    "an RSA key has %d to %d bits, a multiple of 8, "
			    "not %d",
			    RSA_BITS_MIN, RSA_BITS_MAX, bits);
		pkey = EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)bits);
	}
	if (pkey == NULL)
		return crypto_error(err_r, "generate a key");
	return key_wrap(pkey, key_r, err_r);
}

static int
refuse_passphrase(char *pass, size_t size, size_t *len_r,
    const OSSL_PARAM params[], void *arg)
{
	(void)pass;
	(void)size;
	(void)params;
	*len_r = 0;
	*(bool *)arg = true;
	return 0;
}

/* PEM or DER into a private key; *encrypted_r: it asked for a passphrase. */
static EVP_PKEY *
decode_private(const unsigned char *data, size_t len, bool *encrypted_r)
{
	EVP_PKEY *pkey = NULL;
	OSSL_DECODER_CTX *decoder = OSSL_DECODER_CTX_new_for_pkey(
	    &pkey, NULL, NULL, NULL, OSSL_KEYMGMT_SELECT_KEYPAIR, NULL, NULL);

	*encrypted_r = false;
	if (decoder == NULL)
		return NULL;
	(void)OSSL_DECODER_CTX_set_passphrase_cb(
	    decoder, refuse_passphrase, encrypted_r);
	if (OSSL_DECODER_from_data(decoder, &data, &len) != 1) {
		EVP_PKEY_free(pkey);
		pkey = NULL;
	}
	OSSL_DECODER_CTX_free(decoder);
	return pkey;
}

/* Base64 with any white space; *der_r is malloc'ed. False: not base64. */
static bool
base64_decode(
    const char *text, size_t len, unsigned char **der_r, size_t *der_len_r)
{
	EVP_ENCODE_CTX *ctx = EVP_ENCODE_CTX_new();
	unsigned char *der = malloc(len + 4);
	int n = 0, tail = 0;
	bool ok = false;

	if (ctx == NULL || der == NULL)
		goto out;
	EVP_DecodeInit(ctx);
	if (EVP_DecodeUpdate(
		ctx, der, &n, (const unsigned char *)text, (int)len) < 0)
		goto out;
	if (EVP_DecodeFinal(ctx, der + n, &tail) != 1)
		goto out;
	*der_r = der;
	*der_len_r = (size_t)n + (size_t)tail;
	der = NULL;
	ok = *der_len_r > 0;
	if (!ok)
		seal_wipe_free(der_r, 0);
out:
	EVP_ENCODE_CTX_free(ctx);
	free(der);
	return ok;
}

/* Is it, or does it contain, a public key's PEM? For a better error only. */
static bool
is_public_pem(const char *text, size_t len)
{
	static const char label[] = "PUBLIC KEY-----";

	return memmem(text, len, label, sizeof(label) - 1) != NULL;
}

enum sg_err
dkim_key_from_text(
    const char *text, size_t len, struct dkim_key **key_r, struct err *err_r)
{
	unsigned char *der = NULL;
	size_t der_len = 0;
	bool encrypted = false;
	EVP_PKEY *pkey = NULL;

	*key_r = NULL;
	if (len == 0 || len > KEY_TEXT_MAX)
		return err_set(err_r, SG_INVALID,
		    "a key has 1 to %d bytes, not %zu", KEY_TEXT_MAX, len);
	pkey = decode_private((const unsigned char *)text, len, &encrypted);
	if (pkey == NULL && !encrypted &&
	    base64_decode(text, len, &der, &der_len)) {
		pkey = decode_private(der, der_len, &encrypted);
		seal_wipe_free(&der, der_len);
	}
	ERR_clear_error();
	if (encrypted) {
		EVP_PKEY_free(pkey);
		return err_set(err_r, SG_INVALID,
		    "the key is protected by a passphrase; remove it with: "
		    "openssl pkey -in KEY -out PLAIN");
	}
	if (pkey == NULL)
		return err_set(err_r, SG_INVALID, "%s",
		    is_public_pem(text, len)
			? "this is a public key; the private key is needed"
			: "no private key found: wanted PEM (PKCS#1 or PKCS#8) "
			  "or its base64");
	return key_wrap(pkey, key_r, err_r);
}

enum sg_err
dkim_key_to_pem(const struct dkim_key *key, unsigned char **pem_r,
    size_t *len_r, struct err *err_r)
{
	BIO *bio = BIO_new(BIO_s_secmem());
	char *data = NULL;
	long len = 0;
	enum sg_err code = SG_OK;

	*pem_r = NULL;
	if (bio == NULL || PEM_write_bio_PKCS8PrivateKey(bio, key->pkey, NULL,
			       NULL, 0, NULL, NULL) != 1) {
		code = crypto_error(err_r, "write a key");
		goto out;
	}
	len = BIO_get_mem_data(bio, &data);
	*pem_r = malloc((size_t)len + 1);
	if (*pem_r == NULL) {
		code = err_set(err_r, SG_NOMEM, "no memory for a key");
		goto out;
	}
	memcpy(*pem_r, data, (size_t)len);
	(*pem_r)[len] = '\0';
	*len_r = (size_t)len;
out:
	BIO_free(bio);
	return code;
}

static char *
base64_dup(const unsigned char *data, int len)
{
	char *text = malloc((size_t)len / 3 * 4 + 5);

	if (text != NULL)
		(void)EVP_EncodeBlock((unsigned char *)text, data, len);
	return text;
}

char *
dkim_key_public_dup(const struct dkim_key *key)
{
	unsigned char raw[ED25519_BYTES];
	unsigned char *der = NULL;
	size_t raw_len = sizeof(raw);
	char *text = NULL;
	int len = 0;

	if (key->algorithm == DKIM_ED25519_SHA256) {
		if (EVP_PKEY_get_raw_public_key(key->pkey, raw, &raw_len) != 1)
			return NULL;
		return base64_dup(raw, (int)raw_len);
	}
	len = i2d_PUBKEY(key->pkey, &der);
	if (len > 0)
		text = base64_dup(der, len);
	OPENSSL_free(der);
	return text;
}

enum dkim_algorithm
dkim_key_algorithm(const struct dkim_key *key)
{
	return key->algorithm;
}

int
dkim_key_bits(const struct dkim_key *key)
{
	return key->bits;
}

const char *
dkim_algorithm_name(enum dkim_algorithm algorithm)
{
	return algorithm == DKIM_ED25519_SHA256 ? "ed25519" : "rsa";
}

struct evp_pkey_st *
dkim_key_evp(const struct dkim_key *key)
{
	return key->pkey;
}

struct dkim_key *
dkim_key_ref(struct dkim_key *key)
{
	(void)atomic_fetch_add_explicit(&key->refs, 1, memory_order_relaxed);
	return key;
}

void
dkim_key_unref(struct dkim_key **key)
{
	struct dkim_key *k = *key;

	*key = NULL;
	if (k == NULL)
		return;
	if (atomic_fetch_sub_explicit(&k->refs, 1, memory_order_acq_rel) > 1)
		return;
	EVP_PKEY_free(k->pkey); /* clears the private numbers */
	free(k);
}
