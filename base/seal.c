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

#include "base/folder.h"

#define SEAL_VERSION 1
#define NONCE_BYTES 12
#define TAG_BYTES 16
#define MAX_DATA_BYTES (1024 * 1024)
#define HEX_DIGITS (2 * SEAL_KEY_BYTES)
#define NEXT_MARK '+'
#define FORMER_MARK '-'
#define FILE_MAX (SEAL_KEYS_MAX * (HEX_DIGITS + 2))

struct key {
	unsigned char master[SEAL_KEY_BYTES];
	unsigned char wrap_key[SEAL_KEY_BYTES]; /* derived, for blobs only */
	bool is_next;                           /* of the others: not former */
};

struct seal {
	struct key keys[SEAL_KEYS_MAX]; /* the first seals */
	size_t count;
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
wrong_size(const char *path, size_t len, struct err *err_r)
{
	return err_set(err_r, SG_INVALID,
	    "master key %s has %zu bytes; it must be %d raw bytes or "
	    "%d hex digits: put back the right file",
	    path, len, SEAL_KEY_BYTES, HEX_DIGITS);
}

/* HEX_DIGITS of them; at: where they begin in the file. */
static enum sg_err
parse_hex(const char *path, const unsigned char *text, size_t at,
    struct key *key_r, struct err *err_r)
{
	for (size_t i = 0; i < SEAL_KEY_BYTES; i++) {
		int high = hex_digit(text[at + 2 * i]);
		int low = hex_digit(text[at + 2 * i + 1]);

		if (high < 0 || low < 0)
			return err_set(err_r, SG_INVALID,
			    "master key %s: byte %zu is no hex digit: put "
			    "back the right file",
			    path, at + (high < 0 ? 2 * i + 1 : 2 * i + 2));
		key_r->master[i] = (unsigned char)(high << 4 | low);
	}
	return SG_OK;
}

/* One key of raw bytes; or lines of hex digits, from the second on with a mark. */
static enum sg_err
parse_keys(const char *path, const unsigned char *text, size_t len,
    struct seal *seal, struct err *err_r)
{
	size_t at = 0;

	if (len == SEAL_KEY_BYTES) {
		memcpy(seal->keys[0].master, text, SEAL_KEY_BYTES);
		seal->count = 1;
		return SG_OK;
	}
	do {
		struct key *key = &seal->keys[seal->count];
		size_t mark = seal->count > 0 ? 1 : 0;
		enum sg_err rc;

		if (seal->count == SEAL_KEYS_MAX ||
		    len - at < mark + HEX_DIGITS)
			return wrong_size(path, len, err_r);
		if (mark > 0 && text[at] != NEXT_MARK &&
		    text[at] != FORMER_MARK)
			return err_set(err_r, SG_INVALID,
			    "master key %s: line %zu begins with neither %c "
			    "nor %c: put back the right file",
			    path, seal->count + 1, NEXT_MARK, FORMER_MARK);
		key->is_next = mark > 0 && text[at] == NEXT_MARK;
		rc = parse_hex(path, text, at + mark, key, err_r);
		if (rc != SG_OK)
			return rc;
		seal->count++;
		at += mark + HEX_DIGITS;
		if (at < len && text[at++] != '\n')
			return wrong_size(path, len, err_r);
	} while (at < len);
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
	if (st.st_size > FILE_MAX)
		return wrong_size(path, (size_t)st.st_size, err_r);
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
read_keys(const char *path, struct seal *seal, struct err *err_r)
{
	unsigned char text[FILE_MAX + 1];
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
		rc = parse_keys(path, text, len, seal, err_r);
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
	rc = read_keys(path, seal, err_r);
	for (size_t i = 0; rc == SG_OK && i < seal->count; i++)
		rc = derive(seal->keys[i].master, "seal", "1",
		    seal->keys[i].wrap_key, err_r);
	if (rc != SG_OK)
		seal_free(&seal);
	*seal_r = seal;
	return rc;
}

size_t
seal_count(const struct seal *seal)
{
	return seal->count;
}

bool
seal_has_next(const struct seal *seal)
{
	for (size_t i = 1; i < seal->count; i++)
		if (seal->keys[i].is_next)
			return true;
	return false;
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
encrypt(const struct key *key, const char *context, const void *data,
    size_t len, unsigned char *blob)
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	unsigned char *text = blob + 1 + NONCE_BYTES;
	unsigned char none[TAG_BYTES];
	int n;
	bool is_done = ctx != NULL &&
		       EVP_EncryptInit_ex2(ctx, EVP_aes_256_gcm(),
			   key->wrap_key, blob + 1, NULL) == 1 &&
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
	    !encrypt(&seal->keys[0], context, data, len, blob)) {
		free(blob);
		return err_set(
		    err_r, SG_CRYPTO, "%s: OpenSSL cannot seal it", context);
	}
	*blob_r = blob;
	*blob_len_r = len + SEAL_OVERHEAD_BYTES;
	return SG_OK;
}

static bool
decrypt(const struct key *key, const char *context, const unsigned char *blob,
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
		  EVP_DecryptInit_ex2(ctx, EVP_aes_256_gcm(), key->wrap_key,
		      blob + 1, NULL) == 1 &&
		  run_cipher(ctx, context, text, len, data_r) &&
		  EVP_CIPHER_CTX_ctrl(
		      ctx, EVP_CTRL_GCM_SET_TAG, TAG_BYTES, tag) == 1 &&
		  EVP_CipherFinal_ex(ctx, none, &n) == 1;
	EVP_CIPHER_CTX_free(ctx);
	return is_done;
}

/* *which_r: the key that opened it. */
static enum sg_err
unwrap(const struct seal *seal, const char *context, const void *blob,
    size_t blob_len, unsigned char **data_r, size_t *len_r, size_t *which_r,
    struct err *err_r)
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
	for (*which_r = 0; *which_r < seal->count; (*which_r)++)
		if (decrypt(&seal->keys[*which_r], context, bytes, len, data))
			break;
	if (*which_r == seal->count) {
		seal_wipe_free(&data, len);
		return err_set(err_r, SG_CRYPTO,
		    "%s: cannot be opened: another master key sealed it, or "
		    "it is damaged",
		    context);
	}
	data[len] = '\0';
	*data_r = data;
	*len_r = len;
	return SG_OK;
}

enum sg_err
seal_unwrap(const struct seal *seal, const char *context, const void *blob,
    size_t blob_len, unsigned char **data_r, size_t *len_r, struct err *err_r)
{
	size_t which;

	return unwrap(
	    seal, context, blob, blob_len, data_r, len_r, &which, err_r);
}

enum sg_err
seal_renew(const struct seal *seal, const char *context, const void *blob,
    size_t blob_len, unsigned char **blob_r, size_t *blob_len_r,
    struct err *err_r)
{
	unsigned char *data;
	size_t len, which;
	enum sg_err rc =
	    unwrap(seal, context, blob, blob_len, &data, &len, &which, err_r);

	*blob_r = NULL;
	*blob_len_r = 0;
	if (rc == SG_OK && which > 0)
		rc = seal_wrap(
		    seal, context, data, len, blob_r, blob_len_r, err_r);
	seal_wipe_free(&data, len);
	return rc;
}

enum sg_err
seal_derive(const struct seal *seal, size_t which, const char *label,
    unsigned char key_r[SEAL_KEY_BYTES], struct err *err_r)
{
	return derive(seal->keys[which].master, "derive", label, key_r, err_r);
}

/* ---- another key ------------------------------------------------------------ */

static size_t
write_keys(const struct seal *seal, char text_r[FILE_MAX + 1])
{
	static const char digits[] = "0123456789abcdef";
	size_t len = 0;

	for (size_t i = 0; i < seal->count; i++) {
		if (i > 0)
			text_r[len++] =
			    seal->keys[i].is_next ? NEXT_MARK : FORMER_MARK;
		for (size_t j = 0; j < SEAL_KEY_BYTES; j++) {
			text_r[len++] = digits[seal->keys[i].master[j] >> 4];
			text_r[len++] = digits[seal->keys[i].master[j] & 15];
		}
		text_r[len++] = '\n';
	}
	return len;
}

/* Of that file. */
static enum sg_err
sync_folder(const char *path, struct err *err_r)
{
	const char *slash = strrchr(path, '/');
	char folder[4096] = ".";

	if (slash != NULL)
		(void)snprintf(folder, sizeof(folder), "%.*s",
		    slash == path ? 1 : (int)(slash - path), path);
	return folder_sync(folder, err_r);
}

/* What is there stays until the new file is whole and on the disk. */
static enum sg_err
replace_file(const char *path, const struct seal *seal, struct err *err_r)
{
	char text[FILE_MAX + 1], temporary[4096];
	size_t len = write_keys(seal, text);
	enum sg_err rc;

	if (snprintf(temporary, sizeof(temporary), "%s.new", path) >=
	    (int)sizeof(temporary))
		return err_set(err_r, SG_INVALID, "%s: too long", path);
	(void)unlink(temporary); /* of one who was interrupted */
	rc = seal_write_file("master key", temporary, text, len, path, err_r);
	OPENSSL_cleanse(text, sizeof(text));
	if (rc == SG_OK && rename(temporary, path) != 0)
		rc = err_set(err_r, SG_IO, "replace master key %s: %s", path,
		    strerror(errno));
	if (rc == SG_OK)
		rc = sync_folder(path, err_r);
	return rc;
}

enum sg_err
seal_file_add(const char *path, struct err *err_r)
{
	struct seal *seal;
	enum sg_err rc = seal_open(path, &seal, err_r);

	if (rc != SG_OK)
		return rc;
	if (seal_has_next(seal))
		rc = err_set(err_r, SG_EXISTS,
		    "a new key is in %s already, and not in use yet", path);
	else if (seal->count == SEAL_KEYS_MAX)
		rc = err_set(err_r, SG_EXISTS, "%s has %d keys already", path,
		    SEAL_KEYS_MAX);
	else if (RAND_priv_bytes(
		     seal->keys[seal->count].master, SEAL_KEY_BYTES) != 1)
		rc = err_set(err_r, SG_CRYPTO, "OpenSSL has no random bytes");
	if (rc == SG_OK) {
		seal->keys[seal->count++].is_next = true;
		rc = replace_file(path, seal, err_r);
	}
	seal_free(&seal);
	return rc;
}

enum sg_err
seal_file_turn(const char *path, struct err *err_r)
{
	struct seal *seal;
	enum sg_err rc = seal_open(path, &seal, err_r);

	if (rc != SG_OK)
		return rc;
	rc = SG_MISSING;
	for (size_t i = 1; i < seal->count && rc == SG_MISSING; i++) {
		struct key next = seal->keys[i];

		if (!next.is_next)
			continue;
		next.is_next = false;
		memmove(&seal->keys[1], &seal->keys[0], i * sizeof(next));
		seal->keys[0] = next;
		OPENSSL_cleanse(&next, sizeof(next));
		rc = replace_file(path, seal, err_r);
	}
	if (rc == SG_MISSING)
		(void)err_set(err_r, rc, "no new key is in %s", path);
	seal_free(&seal);
	return rc;
}

enum sg_err
seal_file_drop(const char *path, struct err *err_r)
{
	struct seal *seal;
	size_t kept = 1;
	enum sg_err rc = seal_open(path, &seal, err_r);

	if (rc != SG_OK)
		return rc;
	for (size_t i = 1; i < seal->count; i++)
		if (seal->keys[i].is_next)
			seal->keys[kept++] = seal->keys[i];
	if (kept < seal->count) {
		seal->count = kept;
		rc = replace_file(path, seal, err_r);
	}
	seal_free(&seal);
	return rc;
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
