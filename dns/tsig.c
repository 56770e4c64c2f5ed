/* TSIG keys: see tsig.h. Signs nothing. */
#include "config.h"

#include "dns/tsig.h"

#include <errno.h>
#include <fcntl.h>
#include <ldns/ldns.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "dns/rdata.h"

/* libldns 1.8 misspells hmac-sha384. */
static const char *const algorithms[] = {"hmac-sha256.", "hmac-sha512."};

static bool
read_algorithm(const char *text, size_t len, struct tsig_key *key_r)
{
	for (size_t i = 0; i < sizeof(algorithms) / sizeof(algorithms[0]); i++)
		if (strlen(algorithms[i]) == len + 1 &&
		    strncasecmp(algorithms[i], text, len) == 0) {
			(void)snprintf(key_r->algorithm,
			    sizeof(key_r->algorithm), "%s", algorithms[i]);
			return true;
		}
	return false;
}

static bool
read_key_name(const char *text, size_t len, struct tsig_key *key_r)
{
	char name[DNS_NAME_MAX + 1];

	if (len >= sizeof(name))
		return false;
	memcpy(name, text, len);
	name[len] = '\0';
	return dns_name_read(name, key_r->name);
}

static bool
is_base64(const char *text)
{
	ldns_rdf *bytes = ldns_rdf_new_frm_str(LDNS_RDF_TYPE_B64, text);
	size_t len = bytes == NULL ? 0 : ldns_rdf_size(bytes);

	if (len > 0)
		explicit_bzero(ldns_rdf_data(bytes), len);
	ldns_rdf_deep_free(bytes);
	return len > 0;
}

static bool
read_secret(const char *text, struct tsig_key *key_r)
{
	size_t len = strcspn(text, "\r\n");

	if (len == 0 || len >= sizeof(key_r->secret) ||
	    text[len + strspn(text + len, "\r\n")] != '\0')
		return false;
	memcpy(key_r->secret, text, len);
	key_r->secret[len] = '\0';
	return is_base64(key_r->secret);
}

enum sg_err
tsig_key_parse(const char *line, struct tsig_key *key_r, struct err *err_r)
{
	size_t algorithm_len = strcspn(line, ":");
	const char *name = line + algorithm_len;
	size_t name_len;
	const char *fault = NULL;

	memset(key_r, 0, sizeof(*key_r));
	name += *name == ':' ? 1 : 0;
	name_len = strcspn(name, ":");
	if (name[name_len] != ':')
		fault = "holds no line ALGORITHM:NAME:BASE64";
	else if (!read_algorithm(line, algorithm_len, key_r))
		fault =
		    "has an algorithm that is neither hmac-sha256 nor hmac-sha512";
	else if (!read_key_name(name, name_len, key_r))
		fault = "has a key name that is no domain name";
	else if (!read_secret(name + name_len + 1, key_r))
		fault = "has a secret that is not one line of base64";
	if (fault == NULL)
		return SG_OK;
	tsig_key_wipe(key_r);
	return err_set(err_r, SG_INVALID, "%s", fault);
}

static enum sg_err
read_line(
    const char *path, int fd, char line_r[TSIG_LINE_MAX], struct err *err_r)
{
	struct stat st;
	ssize_t n;

	if (fstat(fd, &st) != 0)
		return err_set(err_r, SG_IO, "%s", strerror(errno));
	if (!S_ISREG(st.st_mode) || st.st_size >= TSIG_LINE_MAX)
		return err_set(
		    err_r, SG_INVALID, "is no file with one TSIG key");
	if ((st.st_mode & 077) != 0)
		return err_set(err_r, SG_INVALID,
		    "has mode %04o, so that others can use the key; mend it "
		    "with: chmod 0400 %s",
		    (unsigned)(st.st_mode & 07777), path);
	do
		n = read(fd, line_r, TSIG_LINE_MAX - 1);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return err_set(err_r, SG_IO, "%s", strerror(errno));
	line_r[n] = '\0';
	return SG_OK;
}

enum sg_err
tsig_key_read(const char *path, struct tsig_key *key_r, struct err *err_r)
{
	char line[TSIG_LINE_MAX];
	enum sg_err code;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

	if (fd < 0) {
		code = err_set(err_r, SG_IO, "%s", strerror(errno));
	} else {
		code = read_line(path, fd, line, err_r);
		(void)close(fd); /* only read */
	}
	if (code == SG_OK) {
		code = tsig_key_parse(line, key_r, err_r);
		explicit_bzero(line, sizeof(line));
	}
	if (code != SG_OK)
		return err_prefix(err_r, code, "TSIG key %s", path);
	return SG_OK;
}

void
tsig_key_wipe(struct tsig_key *key)
{
	explicit_bzero(key, sizeof(*key));
}
