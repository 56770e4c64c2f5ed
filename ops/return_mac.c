/* The key behind return-path tokens: see return_mac.h. Does not read tokens. */
#include "config.h"

#include "ops/return_mac.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include "base/seal.h"

#define SHA256_BYTES 32

/* Looking an algorithm up and keying it costs more than the MAC itself: both are
 * done once, a message works on a copy. */
struct return_mac {
	EVP_MAC *algorithm;
	EVP_MAC_CTX *keyed;
	struct return_mac *other; /* of another key; NULL */
};

static bool
set_key(struct return_mac *mac, const unsigned char *key, size_t len)
{
	char digest[] = "SHA256";
	OSSL_PARAM params[] = {
	    OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
	    OSSL_PARAM_construct_end()};

	mac->algorithm = EVP_MAC_fetch(NULL, "HMAC", NULL);
	if (mac->algorithm == NULL)
		return false;
	mac->keyed = EVP_MAC_CTX_new(mac->algorithm);
	return mac->keyed != NULL &&
	       EVP_MAC_init(mac->keyed, key, len, params) == 1;
}

static enum sg_err
new_of(const struct seal *seal, size_t which, struct return_mac **mac_r,
    struct err *err_r)
{
	unsigned char key[SEAL_KEY_BYTES];
	struct return_mac *mac;
	enum sg_err rc = seal_derive(seal, which, "return path", key, err_r);

	*mac_r = NULL;
	if (rc != SG_OK)
		return rc;
	mac = calloc(1, sizeof(*mac));
	if (mac == NULL || !set_key(mac, key, sizeof(key))) {
		return_mac_free(&mac);
		rc = err_set(
		    err_r, SG_CRYPTO, "HMAC-SHA256 for return paths failed");
	}
	OPENSSL_cleanse(key, sizeof(key));
	*mac_r = mac;
	return rc;
}

enum sg_err
return_mac_new(
    const struct seal *seal, struct return_mac **mac_r, struct err *err_r)
{
	struct return_mac **next_r = mac_r;
	enum sg_err rc = SG_OK;

	*mac_r = NULL;
	for (size_t i = 0; rc == SG_OK && i < seal_count(seal); i++) {
		rc = new_of(seal, i, next_r, err_r);
		if (rc == SG_OK)
			next_r = &(*next_r)->other;
	}
	if (rc != SG_OK)
		return_mac_free(mac_r);
	return rc;
}

void
return_mac_free(struct return_mac **mac)
{
	while (*mac != NULL) {
		struct return_mac *other = (*mac)->other;

		EVP_MAC_CTX_free((*mac)->keyed);
		EVP_MAC_free((*mac)->algorithm);
		free(*mac);
		*mac = other;
	}
}

bool
return_mac_compute(void *ctx, const void *data, size_t len,
    unsigned char mac_r[RETURN_PATH_MAC_BYTES])
{
	const struct return_mac *mac = ctx;
	EVP_MAC_CTX *work = EVP_MAC_CTX_dup(mac->keyed);
	unsigned char whole[SHA256_BYTES];
	size_t whole_len = 0;
	bool is_done;

	if (work == NULL)
		return false;
	is_done = EVP_MAC_update(work, data, len) == 1 &&
		  EVP_MAC_final(work, whole, &whole_len, sizeof(whole)) == 1 &&
		  whole_len == sizeof(whole);
	EVP_MAC_CTX_free(work);
	if (is_done)
		memcpy(mac_r, whole, RETURN_PATH_MAC_BYTES);
	return is_done;
}

enum return_path_error
return_mac_decode(struct return_mac *mac, const char *local, size_t len,
    struct return_path *path_r)
{
	enum return_path_error found;

	do {
		found = return_path_decode(
		    local, len, return_mac_compute, mac, path_r);
		mac = mac->other;
	} while (found == RETURN_PATH_FORGED && mac != NULL);
	return found;
}
