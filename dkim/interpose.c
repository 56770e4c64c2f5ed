/* PEM_read_bio_PrivateKey for libopendkim: the decoded key of the message at hand
 * instead of reading it anew (910 us a signature become 255). RSA_sign: when it fails,
 * libopendkim 2.11 frees the key twice, so it hears of no failure. Every other caller
 * gets OpenSSL's own functions. */
#include "config.h"
#include "dkim/interpose.h"

#include <dlfcn.h>
#include <stdatomic.h>
#include <string.h>

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

static _Thread_local EVP_PKEY *key_at_hand;
static _Thread_local bool reader_gets_ref;
static _Thread_local bool has_failed;
static atomic_ulong hits;

typedef EVP_PKEY *read_private_fn(
    BIO *bio, EVP_PKEY **pkey, pem_password_cb *callback, void *arg);

void
dkim_interpose_set(EVP_PKEY *pkey, bool add_ref)
{
	key_at_hand = pkey;
	reader_gets_ref = add_ref;
	if (pkey != NULL)
		has_failed = false;
}

bool
dkim_interpose_failed(void)
{
	return has_failed;
}

unsigned long
dkim_interpose_hits(void)
{
	return atomic_load_explicit(&hits, memory_order_relaxed);
}

/* ISO C has no conversion from object to function pointers; POSIX requires that the
 * copy of the representation works. */
static bool
find_plain(
    _Atomic(void *) *found, const char *name, void *function_r, size_t size)
{
	void *symbol = atomic_load_explicit(found, memory_order_relaxed);

	if (symbol == NULL)
		symbol = dlsym(RTLD_NEXT, name);
	atomic_store_explicit(found, symbol, memory_order_relaxed);
	if (symbol != NULL)
		memcpy(function_r, &symbol, size);
	return symbol != NULL;
}

static EVP_PKEY *
read_plainly(BIO *bio, EVP_PKEY **pkey, pem_password_cb *callback, void *arg)
{
	static _Atomic(void *) found;
	read_private_fn *plain;

	return find_plain(
		   &found, "PEM_read_bio_PrivateKey", &plain, sizeof(plain))
		   ? plain(bio, pkey, callback, arg)
		   : NULL;
}

EVP_PKEY *
PEM_read_bio_PrivateKey(
    BIO *bio, EVP_PKEY **pkey, pem_password_cb *callback, void *arg)
{
	char *data = NULL;
	long len = 0;

	if (key_at_hand == NULL || pkey != NULL)
		return read_plainly(bio, pkey, callback, arg);
	len = BIO_get_mem_data(bio, &data);
	if (len != (long)strlen(DKIM_KEY_MARKER) ||
	    memcmp(data, DKIM_KEY_MARKER, (size_t)len) != 0)
		return read_plainly(bio, pkey, callback, arg);
	if (reader_gets_ref && EVP_PKEY_up_ref(key_at_hand) != 1)
		return NULL;
	(void)atomic_fetch_add_explicit(&hits, 1, memory_order_relaxed);
	return key_at_hand;
}

typedef int sign_fn(int type, const unsigned char *digest, unsigned int len,
    unsigned char *signature, unsigned int *signature_len, RSA *rsa);

int
RSA_sign(int type, const unsigned char *digest, unsigned int len,
    unsigned char *signature, unsigned int *signature_len, RSA *rsa)
{
	static _Atomic(void *) found;
	sign_fn *plain;

	if (find_plain(&found, "RSA_sign", &plain, sizeof(plain)) &&
	    plain(type, digest, len, signature, signature_len, rsa) == 1)
		return 1;
	if (key_at_hand == NULL)
		return 0;
	has_failed = true;
	*signature_len = (unsigned int)EVP_PKEY_get_size(key_at_hand);
	memset(signature, 0, *signature_len);
	return 1;
}
