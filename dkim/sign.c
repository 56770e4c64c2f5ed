/* Signs one message as it streams by; the only file that includes libopendkim's
 * header. Does not verify, does not touch the message. */
#include "config.h"
#include "dkim/sign.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include <opendkim/dkim.h>

#include "base/buf.h"
#include "dkim/interpose.h"

#define HEADER_FIELD_MAX (16 * 1024 * 1024)
#define SIGNATURE_NAME_LEN 16 /* "DKIM-Signature: ", where folding begins */

struct pass {
	DKIM *dkim;
	struct dkim_key *key;
	char *value;
};

struct dkim_signer {
	struct pass passes[DKIM_SIGN_MAX_KEYS];
	size_t count;
	struct buf field;
};

/* One library handle serves all threads (measured: 16 threads, no error); it is
 * set up before threads start and only read afterwards. */
static DKIM_LIB *library;

static enum sg_err
lib_option(dkim_opts_t option, void *value, size_t size, struct err *err_r)
{
	if (dkim_options(library, DKIM_OP_SETOPT, option, value, size) ==
	    DKIM_STAT_OK)
		return SG_OK;
	return err_set(err_r, SG_CRYPTO, "libopendkim refuses option %d",
	    (int)option);
}

enum sg_err
dkim_sign_init(struct err *err_r)
{
	static const char *const oversigned[] = {"From", NULL};
	unsigned int flags = DKIM_LIBFLAGS_FIXCRLF;
	enum sg_err code = SG_OK;

	if (library != NULL)
		return SG_OK;
	library = dkim_init(NULL, NULL);
	if (library == NULL)
		return err_set(err_r, SG_CRYPTO, "libopendkim does not start");
	code = lib_option(DKIM_OPTS_FLAGS, &flags, sizeof(flags), err_r);
	if (code == SG_OK)
		code = lib_option(DKIM_OPTS_OVERSIGNHDRS, (void *)oversigned,
		    sizeof(oversigned[0]), err_r);
	if (code != SG_OK)
		dkim_sign_fini();
	return code;
}

void
dkim_sign_fini(void)
{
	if (library != NULL)
		dkim_close(library);
	library = NULL;
}

void
dkim_sign_set_time(uint64_t now_sec)
{
	(void)lib_option(DKIM_OPTS_FIXEDTIME, &now_sec, sizeof(now_sec), NULL);
}

unsigned long
dkim_sign_cache_hits(void)
{
	return dkim_interpose_hits();
}

static enum sg_err
pass_error(const struct pass *pass, DKIM_STAT status, const char *what,
    struct err *err_r)
{
	const char *text = pass->dkim != NULL ? dkim_geterror(pass->dkim) : NULL;
	enum sg_err code = status == DKIM_STAT_NORESOURCE ? SG_NOMEM : SG_CRYPTO;

	if (text == NULL)
		text = dkim_getresultstr(status);
	return err_set(err_r, code, "%s: %s", what, text);
}

static enum sg_err
pass_open(struct pass *pass, const char *message_id, const char *domain,
    const struct dkim_sign_key *key, enum dkim_canon canon, struct err *err_r)
{
	bool is_rsa = dkim_key_algorithm(key->key) == DKIM_RSA_SHA256;
	DKIM_STAT status = DKIM_STAT_OK;

	pass->key = dkim_key_ref(key->key);
	pass->dkim = dkim_sign(library, (const unsigned char *)message_id, NULL,
	    (dkim_sigkey_t)DKIM_KEY_MARKER, (const unsigned char *)key->selector,
	    (const unsigned char *)domain, DKIM_CANON_RELAXED,
	    canon == DKIM_RELAXED_SIMPLE ? DKIM_CANON_SIMPLE : DKIM_CANON_RELAXED,
	    is_rsa ? DKIM_SIGN_RSASHA256 : DKIM_SIGN_ED25519SHA256, -1, &status);
	if (pass->dkim == NULL)
		return pass_error(pass, status, "begin a signature", err_r);
	return SG_OK;
}

enum sg_err
dkim_signer_new(const char *message_id, const char *domain,
    const struct dkim_sign_key *keys, size_t key_count, enum dkim_canon canon,
    struct dkim_signer **signer_r, struct err *err_r)
{
	struct dkim_signer *signer = NULL;
	enum sg_err code = SG_OK;
	size_t i = 0;

	*signer_r = NULL;
	if (library == NULL || key_count == 0 || key_count > DKIM_SIGN_MAX_KEYS)
		return err_set(err_r, SG_BUG, "signer without library or keys");
	signer = calloc(1, sizeof(*signer));
	if (signer == NULL)
		return err_set(err_r, SG_NOMEM, "no memory for a signature");
	buf_init(&signer->field, HEADER_FIELD_MAX);
	for (i = 0; i < key_count && code == SG_OK; i++) {
		signer->count = i + 1;
		code = pass_open(&signer->passes[i], message_id, domain,
		    &keys[i], canon, err_r);
	}
	if (code != SG_OK)
		dkim_signer_free(&signer);
	*signer_r = signer;
	return code;
}

void
dkim_signer_free(struct dkim_signer **signer)
{
	struct dkim_signer *s = *signer;
	size_t i = 0;

	*signer = NULL;
	if (s == NULL)
		return;
	for (i = 0; i < s->count; i++) {
		if (s->passes[i].dkim != NULL)
			(void)dkim_free(s->passes[i].dkim);
		dkim_key_unref(&s->passes[i].key);
		free(s->passes[i].value);
	}
	buf_fini(&s->field);
	free(s);
}

/* "Name: value" with CRLF before each continuation line. */
static bool
field_build(struct buf *field, const char *name, const char *value)
{
	const char *lf = NULL;

	buf_clear(field);
	(void)buf_puts(field, name);
	(void)buf_puts(field, ": ");
	while ((lf = strchr(value, '\n')) != NULL) {
		size_t len = (size_t)(lf - value);

		if (len > 0 && value[len - 1] == '\r')
			len--;
		(void)buf_append(field, value, len);
		(void)buf_puts(field, "\r\n");
		value = lf + 1;
	}
	return buf_puts(field, value) && !field->failed;
}

enum sg_err
dkim_signer_header(struct dkim_signer *signer, const char *name,
    const char *value, struct err *err_r)
{
	DKIM_STAT status = DKIM_STAT_OK;
	size_t i = 0;

	if (!field_build(&signer->field, name, value))
		return err_set(err_r, SG_NOMEM, "header field too large");
	for (i = 0; i < signer->count; i++) {
		status = dkim_header(signer->passes[i].dkim,
		    (u_char *)signer->field.data, signer->field.len);
		if (status != DKIM_STAT_OK)
			return pass_error(&signer->passes[i], status,
			    "read a header field", err_r);
	}
	return SG_OK;
}

enum sg_err
dkim_signer_end_of_headers(struct dkim_signer *signer, struct err *err_r)
{
	DKIM_STAT status = DKIM_STAT_OK;
	size_t i = 0;

	for (i = 0; i < signer->count && status == DKIM_STAT_OK; i++) {
		dkim_interpose_set(dkim_key_evp(signer->passes[i].key));
		status = dkim_eoh(signer->passes[i].dkim);
		dkim_interpose_set(NULL);
		if (status != DKIM_STAT_OK)
			return pass_error(&signer->passes[i], status,
			    "end the header", err_r);
	}
	return SG_OK;
}

enum sg_err
dkim_signer_body(struct dkim_signer *signer, const void *data, size_t len,
    struct err *err_r)
{
	DKIM_STAT status = DKIM_STAT_OK;
	size_t i = 0;

	for (i = 0; i < signer->count && len > 0; i++) {
		status = dkim_body(signer->passes[i].dkim, (u_char *)data, len);
		if (status != DKIM_STAT_OK)
			return pass_error(&signer->passes[i], status,
			    "read the body", err_r);
	}
	return SG_OK;
}

/* A header value of our own with LF alone, as milters hand it over. */
static char *
without_cr_dup(const unsigned char *text, size_t len)
{
	char *out = malloc(len + 1);
	size_t i = 0, n = 0;

	if (out == NULL)
		return NULL;
	for (i = 0; i < len; i++) {
		if (text[i] != '\r')
			out[n++] = (char)text[i];
	}
	out[n] = '\0';
	return out;
}

static enum sg_err
pass_finish(struct pass *pass, struct err *err_r)
{
	unsigned char *header = NULL;
	size_t len = 0;
	DKIM_STAT status = DKIM_STAT_OK;

	dkim_interpose_set(dkim_key_evp(pass->key));
	status = dkim_eom(pass->dkim, NULL);
	dkim_interpose_set(NULL);
	if (status != DKIM_STAT_OK)
		return pass_error(pass, status, "sign", err_r);
	status = dkim_getsighdr_d(pass->dkim, SIGNATURE_NAME_LEN, &header, &len);
	if (status != DKIM_STAT_OK)
		return pass_error(pass, status, "write a signature", err_r);
	pass->value = without_cr_dup(header, len);
	if (pass->value == NULL)
		return err_set(err_r, SG_NOMEM, "no memory for a signature");
	return SG_OK;
}

enum sg_err
dkim_signer_finish(struct dkim_signer *signer,
    const char *values_r[DKIM_SIGN_MAX_KEYS], size_t *count_r,
    struct err *err_r)
{
	enum sg_err code = SG_OK;
	size_t i = 0;

	*count_r = 0;
	for (i = 0; i < signer->count; i++) {
		code = pass_finish(&signer->passes[i], err_r);
		if (code != SG_OK)
			return code;
		values_r[i] = signer->passes[i].value;
	}
	*count_r = signer->count;
	return SG_OK;
}
