/* Secrets at rest: see seal.h. AES-256-GCM (NIST SP 800-38D), HKDF (RFC 5869).
 * Does not know what it seals. A blob is
 *     version 1 byte | nonce 12 | ciphertext | tag 16
 * and its additional data is the version byte and the context. */
#include "config.h"

#include "base/seal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/rand.h>

#define SEAL_VERSION 1
#define NONCE_BYTES 12
#define TAG_BYTES 16
#define MAX_DATA_BYTES (1024 * 1024)
#define HEX_DIGITS (2 * SEAL_KEY_BYTES)

struct seal {
	unsigned char master[SEAL_KEY_BYTES];
	unsigned char wrap_key[SEAL_KEY_BYTES]; /* derived, for blobs only */
};

/* HKDF-SHA256 without salt; info is "sendward PURPOSE LABEL". */
static enum sg_err
derive(const unsigned char *master, const char *purpose, const char *label,
    unsigned char key_r[SEAL_KEY_BYTES], struct err *err_r)
{
	char info[256];
	int len =
	    snprintf(info, sizeof(info), "sendward %s %s", purpose, label);
	EVP_KDF *kdf = NULL;
	EVP_KDF_CTX *ctx = NULL;
	OSSL_PARAM params[4];
	bool is_done = false;

	if (len < 0 || (size_t)len >= sizeof(info))
		return err_set(err_r, SG_INVALID, "key label is too long");
	params[0] = OSSL_PARAM_construct_utf8_string(
	    OSSL_KDF_PARAM_DIGEST, (char[]){"SHA256"}, 0);
	params[1] = OSSL_PARAM_construct_octet_string(
	    OSSL_KDF_PARAM_KEY, (void *)master, SEAL_KEY_BYTES);
	params[2] = OSSL_PARAM_construct_octet_string(
	    OSSL_KDF_PARAM_INFO, info, (size_t)len);
	params[3] = OSSL_PARAM_construct_end();
	kdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
	ctx = kdf == NULL ? NULL : EVP_KDF_CTX_new(kdf);
	if (ctx != NULL)
		is_done =
		    EVP_KDF_derive(ctx, key_r, SEAL_KEY_BYTES, params) > 0;
	EVP_KDF_CTX_free(ctx);
	EVP_KDF_free(kdf);
	if (!is_done)
		return err_set(err_r, SG_CRYPTO, "OpenSSL cannot derive a key");
	return SG_OK;
}

static int
hex_digit(unsigned char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

static enum sg_err
parse_key(const char *path, const unsigned char *text, size_t len,
    unsigned char key_r[SEAL_KEY_BYTES], struct err *err_r)
{
	if (len == SEAL_KEY_BYTES) {
		memcpy(key_r, text, SEAL_KEY_BYTES);
		return SG_OK;
	}
	if (len == HEX_DIGITS + 1 && text[HEX_DIGITS] == '\n')
		len--;
	if (len != HEX_DIGITS)
		return err_set(err_r, SG_INVALID,
		    "master key %s has %zu bytes; it must be %d raw bytes or "
		    "%d hex digits: put back the right file",
		    path, len, SEAL_KEY_BYTES, HEX_DIGITS);
	for (size_t i = 0; i < SEAL_KEY_BYTES; i++) {
		int high = hex_digit(text[2 * i]);
		int low = hex_digit(text[2 * i + 1]);

		if (high < 0 || low < 0)
			return err_set(err_r, SG_INVALID,
			    "master key %s: byte %zu is no hex digit: put "
			    "back the right file",
			    path, high < 0 ? 2 * i + 1 : 2 * i + 2);
		key_r[i] = (unsigned char)(high << 4 | low);
	}
	return SG_OK;
}

static enum sg_err
check_file(const char *path, int fd, struct err *err_r)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return err_set(
		    err_r, SG_IO, "master key %s: %s", path, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return err_set(err_r, SG_INVALID,
		    "master key %s is no regular file", path);
	if ((st.st_mode & 077) != 0)
		return err_set(err_r, SG_INVALID,
		    "master key %s has mode %04o, so that others can use it; "
		    "mend it with: chmod 0400 %s",
		    path, (unsigned)(st.st_mode & 07777), path);
	if (st.st_size > HEX_DIGITS + 1)
		return err_set(err_r, SG_INVALID,
		    "master key %s has %lld bytes; it must be %d raw bytes or "
		    "%d hex digits: put back the right file",
		    path, (long long)st.st_size, SEAL_KEY_BYTES, HEX_DIGITS);
	return SG_OK;
}

static enum sg_err
read_file(const char *path, int fd, unsigned char *text_r, size_t size,
    size_t *len_r, struct err *err_r)
{
	*len_r = 0;
	while (*len_r < size) {
		ssize_t n = read(fd, text_r + *len_r, size - *len_r);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_set(err_r, SG_IO, "master key %s: %s", path,
			    strerror(errno));
		if (n == 0)
			break;
		*len_r += (size_t)n;
	}
	return SG_OK;
}

static enum sg_err
read_key(
    const char *path, unsigned char key_r[SEAL_KEY_BYTES], struct err *err_r)
{
	unsigned char text[HEX_DIGITS + 2];
	size_t len;
	enum sg_err rc;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

	if (fd < 0 && errno == ENOENT)
		return err_set(err_r, SG_MISSING,
		    "master key %s is missing; put back the file of this "
		    "store, or for a new store create it with: sendwardctl "
		    "db migrate",
		    path);
	if (fd < 0)
		return err_set(
		    err_r, SG_IO, "master key %s: %s", path, strerror(errno));
	rc = check_file(path, fd, err_r);
	if (rc == SG_OK)
		rc = read_file(path, fd, text, sizeof(text), &len, err_r);
	if (rc == SG_OK)
		rc = parse_key(path, text, len, key_r, err_r);
	(void)close(fd);
	OPENSSL_cleanse(text, sizeof(text));
	return rc;
}

enum sg_err
seal_open(const char *path, struct seal **seal_r, struct err *err_r)
{
	struct seal *seal = calloc(1, sizeof(*seal));
	enum sg_err rc;

	*seal_r = NULL;
	if (seal == NULL)
		return err_set(err_r, SG_NOMEM, "out of memory");
	rc = read_key(path, seal->master, err_r);
	if (rc == SG_OK)
		rc = derive(seal->master, "seal", "1", seal->wrap_key, err_r);
	if (rc != SG_OK)
		seal_free(&seal);
	*seal_r = seal;
	return rc;
}

static bool
write_all(int fd, const unsigned char *data, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, data, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		data += n;
		len -= (size_t)n;
	}
	return fsync(fd) == 0;
}

/* Root gives it to whom the other file belongs, where there is one. */
static bool
give_as(const char *like, int fd)
{
	struct stat st;

	if (like == NULL || geteuid() != 0 || stat(like, &st) != 0)
		return true;
	return fchown(fd, st.st_uid, st.st_gid) == 0;
}

enum sg_err
seal_write_file(const char *what, const char *path, const void *data,
    size_t len, const char *like, struct err *err_r)
{
	enum sg_err rc = SG_OK;
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0400);

	if (fd < 0 && errno == EEXIST)
		return err_set(err_r, SG_EXISTS,
		    "%s %s is there already; it is never overwritten", what,
		    path);
	if (fd < 0)
		return err_set(err_r, SG_IO, "create %s %s: %s", what, path,
		    strerror(errno));
	if (!write_all(fd, data, len) || !give_as(like, fd))
		rc = err_set(err_r, SG_IO, "write %s %s: %s", what, path,
		    strerror(errno));
	if (close(fd) != 0 && rc == SG_OK)
		rc = err_set(err_r, SG_IO, "write %s %s: %s", what, path,
		    strerror(errno));
	if (rc != SG_OK)
		(void)unlink(path); /* half a key is of no use */
	return rc;
}

enum sg_err
seal_create_file(const char *path, struct err *err_r)
{
	unsigned char key[SEAL_KEY_BYTES];
	enum sg_err rc;

	if (RAND_priv_bytes(key, sizeof(key)) != 1)
		return err_set(err_r, SG_CRYPTO, "OpenSSL has no random bytes");
	rc = seal_write_file("master key", path, key, sizeof(key), NULL, err_r);
	OPENSSL_cleanse(key, sizeof(key));
	return rc;
}

void
seal_free(struct seal **seal)
{
	if (*seal == NULL)
		return;
	OPENSSL_cleanse(*seal, sizeof(**seal));
	free(*seal);
	*seal = NULL;
}

/* Binds version and context; text is what goes through the cipher. */
static bool
run_cipher(EVP_CIPHER_CTX *ctx, const char *context, const unsigned char *in,
    size_t len, unsigned char *out_r)
{
	const unsigned char version = SEAL_VERSION;
	int n;

	return EVP_CipherUpdate(ctx, NULL, &n, &version, 1) == 1 &&
	       EVP_CipherUpdate(ctx, NULL, &n, (const unsigned char *)context,
		   (int)strlen(context)) == 1 &&
	       (len == 0 ||
		   EVP_CipherUpdate(ctx, out_r, &n, in, (int)len) == 1);
}

/* blob is laid out and has its nonce; fills ciphertext and tag. */
static bool
encrypt(const struct seal *seal, const char *context, const void *data,
    size_t len, unsigned char *blob)
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	unsigned char *text = blob + 1 + NONCE_BYTES;
	unsigned char none[TAG_BYTES];
	int n;
	bool is_done = ctx != NULL &&
		       EVP_EncryptInit_ex2(ctx, EVP_aes_256_gcm(),
			   seal->wrap_key, blob + 1, NULL) == 1 &&
		       run_cipher(ctx, context, data, len, text) &&
		       EVP_CipherFinal_ex(ctx, none, &n) == 1 &&
		       EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_GET_TAG, TAG_BYTES,
			   text + len) == 1;

	EVP_CIPHER_CTX_free(ctx);
	return is_done;
}

enum sg_err
seal_wrap(const struct seal *seal, const char *context, const void *data,
    size_t len, unsigned char **blob_r, size_t *blob_len_r, struct err *err_r)
{
	unsigned char *blob;

	*blob_r = NULL;
	*blob_len_r = 0;
	if (len > MAX_DATA_BYTES)
		return err_set(err_r, SG_INVALID,
		    "%s: %zu bytes are too many to seal", context, len);
	blob = malloc(len + SEAL_OVERHEAD_BYTES);
	if (blob == NULL)
		return err_set(err_r, SG_NOMEM, "out of memory");
	blob[0] = SEAL_VERSION;
	if (RAND_bytes(blob + 1, NONCE_BYTES) != 1 ||
	    !encrypt(seal, context, data, len, blob)) {
		free(blob);
		return err_set(
		    err_r, SG_CRYPTO, "%s: OpenSSL cannot seal it", context);
	}
	*blob_r = blob;
	*blob_len_r = len + SEAL_OVERHEAD_BYTES;
	return SG_OK;
}

static bool
decrypt(const struct seal *seal, const char *context, const unsigned char *blob,
    size_t len, unsigned char *data_r)
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	const unsigned char *text = blob + 1 + NONCE_BYTES;
	unsigned char tag[TAG_BYTES];
	unsigned char none[TAG_BYTES];
	int n;
	bool is_done;

	memcpy(tag, text + len, TAG_BYTES);
	is_done = ctx != NULL &&
		  EVP_DecryptInit_ex2(ctx, EVP_aes_256_gcm(), seal->wrap_key,
		      blob + 1, NULL) == 1 &&
		  run_cipher(ctx, context, text, len, data_r) &&
		  EVP_CIPHER_CTX_ctrl(
		      ctx, EVP_CTRL_GCM_SET_TAG, TAG_BYTES, tag) == 1 &&
		  EVP_CipherFinal_ex(ctx, none, &n) == 1;
	EVP_CIPHER_CTX_free(ctx);
	return is_done;
}

enum sg_err
seal_unwrap(const struct seal *seal, const char *context, const void *blob,
    size_t blob_len, unsigned char **data_r, size_t *len_r, struct err *err_r)
{
	const unsigned char *bytes = blob;
	unsigned char *data;
	size_t len;

	*data_r = NULL;
	*len_r = 0;
	if (blob_len < SEAL_OVERHEAD_BYTES ||
	    blob_len > MAX_DATA_BYTES + SEAL_OVERHEAD_BYTES)
		return err_set(err_r, SG_CRYPTO,
		    "%s: %zu bytes are no sealed secret", context, blob_len);
	if (bytes[0] != SEAL_VERSION)
		return err_set(err_r, SG_CRYPTO,
		    "%s: seal version %u is not known", context, bytes[0]);
	len = blob_len - SEAL_OVERHEAD_BYTES;
	data = calloc(1, len + 1);
	if (data == NULL)
		return err_set(err_r, SG_NOMEM, "out of memory");
	if (!decrypt(seal, context, bytes, len, data)) {
		seal_wipe_free(&data, len);
		return err_set(err_r, SG_CRYPTO,
		    "%s: cannot be opened: another master key sealed it, or "
		    "it is damaged",
		    context);
	}
	*data_r = data;
	*len_r = len;
	return SG_OK;
}

enum sg_err
seal_derive(const struct seal *seal, const char *label,
    unsigned char key_r[SEAL_KEY_BYTES], struct err *err_r)
{
	return derive(seal->master, "derive", label, key_r, err_r);
}

void
seal_wipe_free(unsigned char **data, size_t len)
{
	if (*data == NULL)
		return;
	OPENSSL_cleanse(*data, len);
	free(*data);
	*data = NULL;
}
