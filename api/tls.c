/* PEM files: see tls.h. Speaks no TLS. */
#include "config.h"

#include "api/tls.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "base/seal.h"
#include "conf/conf.h"

#define FILE_MAX (256 * 1024)

static enum sg_err
read_file(const char *option, const char *path, unsigned char **text_r,
    size_t *len_r, struct err *err_r)
{
	FILE *file = fopen(path, "re");
	unsigned char *text = NULL;
	enum sg_err rc = SG_OK;

	if (file == NULL)
		return err_set(
		    err_r, SG_IO, "%s %s: %s", option, path, strerror(errno));
	text = calloc(1, FILE_MAX + 1);
	if (text == NULL) {
		rc = err_set(err_r, SG_NOMEM, "no memory for %s", option);
		goto out;
	}
	*len_r = fread(text, 1, FILE_MAX + 1, file);
	if (ferror(file))
		rc = err_set(
		    err_r, SG_IO, "%s %s: %s", option, path, strerror(errno));
	else if (*len_r > FILE_MAX || memchr(text, '\0', *len_r) != NULL)
		rc = err_set(
		    err_r, SG_INVALID, "%s %s: is no PEM file", option, path);
	if (rc == SG_OK) {
		*text_r = text;
		text = NULL;
	}
out:
	seal_wipe_free(&text, FILE_MAX);
	(void)fclose(file);
	return rc;
}

/* A key with a password cannot be asked for it. */
static int
no_password(char *text, int size, int writing, void *ctx)
{
	(void)text;
	(void)size;
	(void)writing;
	(void)ctx;
	return -1;
}

static enum sg_err
check_pair(
    const struct conf *conf, const struct api_tls *tls, struct err *err_r)
{
	BIO *cert_bio =
	    BIO_new_mem_buf(tls->certificate, (int)tls->certificate_len);
	BIO *key_bio = BIO_new_mem_buf(tls->key, (int)tls->key_len);
	X509 *cert = NULL;
	EVP_PKEY *key = NULL;
	enum sg_err rc = SG_OK;

	if (cert_bio != NULL)
		cert = PEM_read_bio_X509(cert_bio, NULL, no_password, NULL);
	if (key_bio != NULL)
		key = PEM_read_bio_PrivateKey(key_bio, NULL, no_password, NULL);
	if (cert == NULL)
		rc = err_set(err_r, SG_INVALID,
		    "api.tls_certificate_file %s: holds no certificate (PEM)",
		    conf->api_tls_certificate_file);
	else if (key == NULL)
		rc = err_set(err_r, SG_INVALID,
		    "api.tls_key_file %s: holds no private key (PEM, without "
		    "a password)",
		    conf->api_tls_key_file);
	else if (X509_check_private_key(cert, key) != 1)
		rc = err_set(err_r, SG_INVALID,
		    "api.tls_key_file %s: is not the key of the first "
		    "certificate in %s",
		    conf->api_tls_key_file, conf->api_tls_certificate_file);
	X509_free(cert);
	EVP_PKEY_free(key);
	BIO_free(cert_bio);
	BIO_free(key_bio);
	return rc;
}

enum sg_err
api_tls_load(const struct conf *conf, struct api_tls *tls_r, struct err *err_r)
{
	const char *cert = conf->api_tls_certificate_file;
	const char *key = conf->api_tls_key_file;
	struct api_tls tls = {.is_on = true};
	enum sg_err rc;

	*tls_r = (struct api_tls){0};
	/* The loader lets both or none be set. */
	if (cert[0] == '\0')
		return SG_OK;
	rc = read_file("api.tls_certificate_file", cert, &tls.certificate,
	    &tls.certificate_len, err_r);
	if (rc == SG_OK)
		rc = read_file(
		    "api.tls_key_file", key, &tls.key, &tls.key_len, err_r);
	if (rc == SG_OK)
		rc = check_pair(conf, &tls, err_r);
	if (rc != SG_OK)
		api_tls_fini(&tls);
	*tls_r = tls;
	return rc;
}

void
api_tls_fini(struct api_tls *tls)
{
	seal_wipe_free(&tls->certificate, tls->certificate_len);
	seal_wipe_free(&tls->key, tls->key_len);
	*tls = (struct api_tls){0};
}
