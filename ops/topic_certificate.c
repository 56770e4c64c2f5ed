/* The key that notifications are signed with: see topic.h. Signs nothing. */
#include "config.h"

#include "ops/topic.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "base/seal.h"

#define RSA_BITS 2048
#define DAY_SEC 86400
#define VALID_DAYS 3650
/* Who kept a notification shall find its certificate valid for a while. */
#define RENEW_DAYS (VALID_DAYS - 365)
#define NAME "Sendward Notification Service"

/* What a new certificate is made of. */
struct made {
	EVP_PKEY *key;
	X509 *cert;
	BIO *cert_pem, *key_pem; /* the second in memory that is wiped */
	unsigned char *sealed;
};

static void
made_fini(struct made *made)
{
	EVP_PKEY_free(made->key);
	X509_free(made->cert);
	BIO_free(made->cert_pem);
	BIO_free(made->key_pem);
	free(made->sealed);
}

static bool
set_serial(X509 *cert)
{
	unsigned char bytes[16];
	BIGNUM *number;
	bool ok;

	if (RAND_bytes(bytes, sizeof(bytes)) != 1)
		return false;
	bytes[0] &= 0x7f;
	number = BN_bin2bn(bytes, sizeof(bytes), NULL);
	ok = number != NULL &&
	     BN_to_ASN1_INTEGER(number, X509_get_serialNumber(cert)) != NULL;
	BN_free(number);
	return ok;
}

/* Valid from a day before, for receivers whose clock is behind. */
static bool
fill(X509 *cert, EVP_PKEY *key, int64_t now_sec)
{
	X509_NAME *name = X509_get_subject_name(cert);

	return X509_set_version(cert, X509_VERSION_3) == 1 &&
	       set_serial(cert) &&
	       ASN1_TIME_set(X509_getm_notBefore(cert),
		   (time_t)(now_sec - DAY_SEC)) != NULL &&
	       ASN1_TIME_set(X509_getm_notAfter(cert),
		   (time_t)(now_sec + (int64_t)VALID_DAYS * DAY_SEC)) != NULL &&
	       X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
		   (const unsigned char *)NAME, -1, -1, 0) == 1 &&
	       X509_set_issuer_name(cert, name) == 1 &&
	       X509_set_pubkey(cert, key) == 1 &&
	       X509_sign(cert, key, EVP_sha256()) != 0;
}

static enum sg_err
make(struct made *made, int64_t now_sec, struct err *err_r)
{
	made->key = EVP_RSA_gen(RSA_BITS);
	made->cert = X509_new();
	made->cert_pem = BIO_new(BIO_s_mem());
	made->key_pem = BIO_new(BIO_s_secmem());
	if (made->key == NULL || made->cert == NULL || made->cert_pem == NULL ||
	    made->key_pem == NULL || !fill(made->cert, made->key, now_sec) ||
	    PEM_write_bio_X509(made->cert_pem, made->cert) != 1 ||
	    BIO_write(made->cert_pem, "", 1) != 1 || /* its final NUL */
	    PEM_write_bio_PKCS8PrivateKey(
		made->key_pem, made->key, NULL, NULL, 0, NULL, NULL) != 1)
		return err_set(err_r, SG_CRYPTO,
		    "no key and certificate can be made to sign notifications "
		    "with");
	return SG_OK;
}

static enum sg_err
set_name(struct store_certificate *row, X509 *cert, struct err *err_r)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned len = 0;

	if (X509_digest(cert, EVP_sha256(), digest, &len) != 1 ||
	    2 * (size_t)len >= sizeof(row->name))
		return err_set(err_r, SG_CRYPTO, "SHA-256 cannot be computed");
	for (size_t i = 0; i < len; i++)
		(void)snprintf(row->name + 2 * i, 3, "%02x", digest[i]);
	return SG_OK;
}

/* Everything but the store's part: it takes a while, and others wait for the store.
 * row_r borrows from made. */
static enum sg_err
prepare(const struct seal *seal, int64_t now_sec, struct made *made,
    struct store_certificate *row_r, struct err *err_r)
{
	char *data = NULL;
	long len;
	enum sg_err rc = make(made, now_sec, err_r);

	*row_r = (struct store_certificate){.created_sec = now_sec};
	if (rc == SG_OK)
		rc = set_name(row_r, made->cert, err_r);
	if (rc != SG_OK)
		return rc;
	len = BIO_get_mem_data(made->key_pem, &data);
	rc = seal_wrap(seal, TOPIC_SEAL_KEY, data, (size_t)len, &made->sealed,
	    &row_r->sealed_len, err_r);
	row_r->sealed = made->sealed;
	(void)BIO_get_mem_data(made->cert_pem, &data);
	row_r->certificate = data;
	return rc;
}

static bool
note_created(void *ctx, const struct store_certificate *row)
{
	int64_t *created_sec = ctx;

	*created_sec = row->created_sec;
	return false;
}

/* Is there one that may go on signing? */
static enum sg_err
is_there(
    struct store *store, int64_t now_sec, bool *is_there_r, struct err *err_r)
{
	int64_t created_sec = 0;
	enum sg_err rc = store_certificate_get(
	    store, NULL, note_created, &created_sec, err_r);

	*is_there_r = rc == SG_OK &&
		      now_sec - created_sec < (int64_t)RENEW_DAYS * DAY_SEC;
	return rc == SG_MISSING ? SG_OK : rc;
}

/* Another may have been faster. */
static enum sg_err
add(struct store *store, struct store_certificate *row, int64_t now_sec,
    struct err *err_r)
{
	bool found, own;
	enum sg_err rc = store_scope_begin(store, &own, err_r);

	if (rc != SG_OK)
		return rc;
	rc = is_there(store, now_sec, &found, err_r);
	if (rc == SG_OK && !found)
		rc = store_certificate_add(store, row, err_r);
	return store_scope_end(store, own, rc, err_r);
}

enum sg_err
topic_certificate(struct store *store, const struct seal *seal, int64_t now_sec,
    store_certificate_fn *fn, void *ctx, struct err *err_r)
{
	struct store_certificate row;
	struct made made = {0};
	bool found;
	enum sg_err rc = is_there(store, now_sec, &found, err_r);

	if (rc == SG_OK && !found) {
		rc = prepare(seal, now_sec, &made, &row, err_r);
		if (rc == SG_OK)
			rc = add(store, &row, now_sec, err_r);
		made_fini(&made);
	}
	return rc == SG_OK ? store_certificate_get(store, NULL, fn, ctx, err_r)
			   : rc;
}
