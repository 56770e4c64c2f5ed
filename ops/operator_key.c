/* The operator's own signing key: see operator_key.h. Keeps nothing in the store:
 * the key is the server's, not an account's. */
#include "config.h"

#include "ops/operator_key.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <openssl/crypto.h>

#include "base/seal.h"
#include "conf/conf.h"

#define KEY_BITS 2048
#define FILE_MAX_BYTES 16384 /* an RSA-4096 key in PEM has 3,300 */

static enum sg_err
io_error(const struct conf *conf, struct err *err_r)
{
	return err_set(err_r, SG_IO, "operator key %s: %s",
	    conf->dkim_operator_key_file, strerror(errno));
}

static enum sg_err
check_file(const struct conf *conf, int fd, struct err *err_r)
{
	const char *path = conf->dkim_operator_key_file;
	struct stat st;

	if (fstat(fd, &st) != 0)
		return io_error(conf, err_r);
	if (!S_ISREG(st.st_mode) || st.st_size > FILE_MAX_BYTES)
		return err_set(err_r, SG_INVALID,
		    "operator key %s is no file with a PEM key", path);
	if ((st.st_mode & 077) != 0)
		return err_set(err_r, SG_INVALID,
		    "operator key %s has mode %04o, so that others can use "
		    "it; mend it with: chmod 0400 %s",
		    path, (unsigned)(st.st_mode & 07777), path);
	return SG_OK;
}

static enum sg_err
read_file(const struct conf *conf, int fd, char *text_r, size_t *len_r,
    struct err *err_r)
{
	*len_r = 0;
	while (*len_r < FILE_MAX_BYTES) {
		ssize_t n = read(fd, text_r + *len_r, FILE_MAX_BYTES - *len_r);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return io_error(conf, err_r);
		if (n == 0)
			break;
		*len_r += (size_t)n;
	}
	return SG_OK;
}

enum sg_err
operator_key_load(
    const struct conf *conf, struct dkim_key **key_r, struct err *err_r)
{
	const char *path = conf->dkim_operator_key_file;
	char text[FILE_MAX_BYTES];
	size_t len = 0;
	enum sg_err rc;
	int fd;

	*key_r = NULL;
	if (conf->dkim_operator_domain[0] == '\0')
		return SG_OK;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0 && errno == ENOENT)
		return err_set(err_r, SG_MISSING,
		    "operator key %s is missing; make it with: sendwardctl "
		    "dkim operator",
		    path);
	if (fd < 0 && errno == EACCES)
		return err_set(err_r, SG_IO,
		    "operator key %s: Permission denied; it is read at the "
		    "start, as root, so restart the milter",
		    path);
	if (fd < 0)
		return io_error(conf, err_r);
	rc = check_file(conf, fd, err_r);
	if (rc == SG_OK)
		rc = read_file(conf, fd, text, &len, err_r);
	(void)close(fd); /* only read */
	if (rc == SG_OK) {
		rc = dkim_key_from_text(text, len, key_r, err_r);
		if (rc != SG_OK)
			rc = err_prefix(err_r, rc, "operator key %s", path);
	}
	OPENSSL_cleanse(text, len);
	return rc;
}

/* ---- making it ----------------------------------------------------------- */

enum sg_err
operator_key_create(const struct conf *conf, struct err *err_r)
{
	struct dkim_key *key = NULL;
	unsigned char *pem = NULL;
	size_t len = 0;
	enum sg_err rc;

	if (conf->dkim_operator_domain[0] == '\0')
		return err_set(err_r, SG_INVALID,
		    "dkim.operator_domain is not set; write your own domain "
		    "there first");
	rc = dkim_key_generate(DKIM_RSA_SHA256, KEY_BITS, &key, err_r);
	if (rc == SG_OK)
		rc = dkim_key_to_pem(key, &pem, &len, err_r);
	if (rc == SG_OK)
		/* Whoever can read the master key shall read this one. */
		rc = seal_write_file("operator key",
		    conf->dkim_operator_key_file, pem, len,
		    conf->master_key_file, err_r);
	seal_wipe_free(&pem, len);
	dkim_key_unref(&key);
	return rc;
}

enum sg_err
operator_key_record(const struct conf *conf, const struct dkim_key *key,
    struct dkim_record *record_r, char **public_base64_r, struct err *err_r)
{
	*public_base64_r = dkim_key_public_dup(key);
	if (*public_base64_r == NULL)
		return err_set(err_r, SG_NOMEM, "no memory for a DKIM key");
	*record_r = (struct dkim_record){
	    .selector = conf->dkim_operator_selector,
	    .domain = conf->dkim_operator_domain,
	    .algorithm = dkim_algorithm_name(dkim_key_algorithm(key)),
	    .public_base64 = *public_base64_r,
	};
	return SG_OK;
}
