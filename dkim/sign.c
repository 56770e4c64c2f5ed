/* Signs one message as it streams by; the only file that includes libopendkim's
 * header. Does not verify, does not touch the message. */
#include "config.h"
#include "dkim/sign.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <opendkim/dkim.h>

#include "base/buf.h"
#include "dkim/interpose.h"
#include "dkim/passmem.h"

#define HEADER_FIELD_MAX (16 * 1024 * 1024)
#define BODY_PIECE_MAX (128 * 1024 * 1024)
#define SIGNATURE_NAME_LEN 16 /* "DKIM-Signature: ", where folding begins */

struct pass {
	DKIM *dkim;
	struct passmem mem; /* of dkim; the handle points to it */
	struct dkim_key *key;
	char *value;
};

struct dkim_signer {
	struct pass passes[DKIM_SIGN_MAX_KEYS];
	size_t count;
	struct buf field;
	struct buf mended; /* a body piece whose line ends had to be mended */
	char last;         /* last byte of the body so far; NUL: it is empty */
};

/* One library handle serves all threads (measured: 16 threads, no error); it is
 * set up before threads start and only read afterwards. */
static DKIM_LIB *library;

/* libopendkim 2.11 never frees the key of an Ed25519 signature: found out at
 * start, so that a library with that mended is not given a reference too few. */
static bool ed25519_ref_is_freed;

static enum sg_err probe_ed25519_ref(struct err *err_r);

static enum sg_err
lib_option(dkim_opts_t option, void *value, size_t size, struct err *err_r)
{
	if (dkim_options(library, DKIM_OP_SETOPT, option, value, size) ==
	    DKIM_STAT_OK)
		return SG_OK;
	return err_set(
	    err_r, SG_CRYPTO, "libopendkim refuses option %d", (int)option);
}

enum sg_err
dkim_sign_init(struct err *err_r)
{
	static const char *const oversigned[] = {"From", NULL};
	enum sg_err code = SG_OK;

	if (library != NULL)
		return SG_OK;
	library = dkim_init(passmem_alloc, passmem_release);
	if (library == NULL)
		return err_set(err_r, SG_CRYPTO, "libopendkim does not start");
	code = lib_option(DKIM_OPTS_OVERSIGNHDRS, (void *)oversigned,
	    sizeof(oversigned[0]), err_r);
	if (code == SG_OK)
		code = probe_ed25519_ref(err_r);
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
	const char *text =
	    pass->dkim != NULL ? dkim_geterror(pass->dkim) : NULL;
	enum sg_err code =
	    status == DKIM_STAT_NORESOURCE ? SG_NOMEM : SG_CRYPTO;

	if (text == NULL)
		text = dkim_getresultstr(status);
	return err_set(err_r, code, "%s: %s", what, text);
}

static enum sg_err
pass_open(struct pass *pass, const char *message_id,
    const struct dkim_sign_key *key, enum dkim_canon canon, struct err *err_r)
{
	bool is_rsa = dkim_key_algorithm(key->key) == DKIM_RSA_SHA256;
	DKIM_STAT status = DKIM_STAT_OK;

	pass->key = dkim_key_ref(key->key);
	pass->dkim = dkim_sign(library, (const unsigned char *)message_id,
	    &pass->mem, (dkim_sigkey_t)DKIM_KEY_MARKER,
	    (const unsigned char *)key->selector,
	    (const unsigned char *)key->domain, DKIM_CANON_RELAXED,
	    canon == DKIM_RELAXED_SIMPLE ? DKIM_CANON_SIMPLE
					 : DKIM_CANON_RELAXED,
	    is_rsa ? DKIM_SIGN_RSASHA256 : DKIM_SIGN_ED25519SHA256, -1,
	    &status);
	if (pass->dkim == NULL)
		return pass_error(pass, status, "begin a signature", err_r);
	return SG_OK;
}

enum sg_err
dkim_signer_new(const char *message_id, const struct dkim_sign_key *keys,
    size_t key_count, enum dkim_canon canon, struct dkim_signer **signer_r,
    struct err *err_r)
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
	buf_init(&signer->mended, BODY_PIECE_MAX);
	for (i = 0; i < key_count && code == SG_OK; i++) {
		signer->count = i + 1;
		code = pass_open(
		    &signer->passes[i], message_id, &keys[i], canon, err_r);
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
		passmem_fini(&s->passes[i].mem);
		dkim_key_unref(&s->passes[i].key);
		free(s->passes[i].value);
	}
	buf_fini(&s->field);
	buf_fini(&s->mended);
	free(s);
}

/* libopendkim may ask for the key between these two. */
static void
pass_lend_key(const struct pass *pass)
{
	dkim_interpose_set(dkim_key_evp(pass->key),
	    ed25519_ref_is_freed ||
		dkim_key_algorithm(pass->key) == DKIM_RSA_SHA256);
}

static void
pass_keep_key(void)
{
	dkim_interpose_set(NULL, false);
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
		pass_lend_key(&signer->passes[i]);
		status = dkim_eoh(signer->passes[i].dkim);
		pass_keep_key();
		if (status != DKIM_STAT_OK)
			return pass_error(&signer->passes[i], status,
			    "end the header", err_r);
	}
	return SG_OK;
}

static enum sg_err
passes_body(
    struct dkim_signer *signer, const char *data, size_t len, struct err *err_r)
{
	DKIM_STAT status = DKIM_STAT_OK;
	size_t i = 0;

	for (i = 0; i < signer->count; i++) {
		status = dkim_body(signer->passes[i].dkim, (u_char *)data, len);
		if (status != DKIM_STAT_OK)
			return pass_error(
			    &signer->passes[i], status, "read the body", err_r);
	}
	return SG_OK;
}

/* The first LF without a CR before it; NULL when every line ends in CRLF.
 * (libopendkim can mend line ends itself, at three times the cost of hashing.) */
static const char *
find_bare_lf(char before, const char *data, const char *end)
{
	const char *lf = data;

	while ((lf = memchr(lf, '\n', (size_t)(end - lf))) != NULL) {
		if ((lf == data ? before : lf[-1]) != '\r')
			return lf;
		lf++;
	}
	return NULL;
}

static enum sg_err
mend_body(struct dkim_signer *signer, const char *data, const char *end,
    struct err *err_r)
{
	const char *lf = NULL;
	char before = signer->last;

	buf_clear(&signer->mended);
	while ((lf = find_bare_lf(before, data, end)) != NULL) {
		(void)buf_append(&signer->mended, data, (size_t)(lf - data));
		(void)buf_puts(&signer->mended, "\r\n");
		data = lf + 1;
		before = '\n';
	}
	if (data < end)
		(void)buf_append(&signer->mended, data, (size_t)(end - data));
	if (signer->mended.failed)
		return err_set(err_r, SG_NOMEM, "no memory for the body");
	return passes_body(
	    signer, signer->mended.data, signer->mended.len, err_r);
}

enum sg_err
dkim_signer_body(
    struct dkim_signer *signer, const void *data, size_t len, struct err *err_r)
{
	const char *text = data;
	enum sg_err code = SG_OK;

	if (len == 0)
		return SG_OK;
	if (find_bare_lf(signer->last, text, text + len) == NULL)
		code = passes_body(signer, text, len, err_r);
	else
		code = mend_body(signer, text, text + len, err_r);
	/* a NUL in the body counts as any other byte that is no LF */
	signer->last = text[len - 1] != '\0' ? text[len - 1] : ' ';
	return code;
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

	pass_lend_key(pass);
	status = dkim_eom(pass->dkim, NULL);
	pass_keep_key();
	if (status != DKIM_STAT_OK)
		return pass_error(pass, status, "sign", err_r);
	status =
	    dkim_getsighdr_d(pass->dkim, SIGNATURE_NAME_LEN, &header, &len);
	if (status != DKIM_STAT_OK)
		return pass_error(pass, status, "write a signature", err_r);
	if (!pass->mem.is_short && !dkim_interpose_failed())
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
	/* RFC 6376 §3.4.4: a body that is not empty ends in CRLF */
	if (signer->last != '\0' && signer->last != '\n')
		code = passes_body(signer, "\r\n", 2, err_r);
	if (code != SG_OK)
		return code;
	for (i = 0; i < signer->count; i++) {
		code = pass_finish(&signer->passes[i], err_r);
		if (code != SG_OK)
			return code;
		values_r[i] = signer->passes[i].value;
	}
	*count_r = signer->count;
	return SG_OK;
}

/* OpenSSL calls this when a key with the index really dies. */
static void
note_freed(void *parent, void *data, CRYPTO_EX_DATA *ad, int index, long argl,
    void *argp)
{
	(void)parent;
	(void)ad;
	(void)index;
	(void)argl;
	(void)argp;
	if (data != NULL)
		*(bool *)data = true;
}

/* Signs a message of one field with a key that reports its own death. */
static enum sg_err
probe_sign(struct dkim_key *key, struct err *err_r)
{
	struct dkim_sign_key with = {key, "probe", "probe.invalid"};
	const char *values[DKIM_SIGN_MAX_KEYS];
	struct dkim_signer *signer = NULL;
	size_t count = 0;
	enum sg_err code = dkim_signer_new(
	    "probe", &with, 1, DKIM_RELAXED_RELAXED, &signer, err_r);

	if (code == SG_OK)
		code = dkim_signer_header(
		    signer, "From", "probe@probe.invalid", err_r);
	if (code == SG_OK)
		code = dkim_signer_end_of_headers(signer, err_r);
	if (code == SG_OK)
		code = dkim_signer_finish(signer, values, &count, err_r);
	dkim_signer_free(&signer);
	return code;
}

static enum sg_err
probe_ed25519_ref(struct err *err_r)
{
	struct dkim_key *key = NULL;
	EVP_PKEY *pkey = NULL;
	bool freed = false;
	int index = CRYPTO_get_ex_new_index(
	    CRYPTO_EX_INDEX_EVP_PKEY, 0, NULL, NULL, NULL, note_freed);
	enum sg_err code =
	    dkim_key_generate(DKIM_ED25519_SHA256, 0, &key, err_r);

	if (code != SG_OK)
		return code;
	pkey = dkim_key_evp(key);
	if (index < 0 || EVP_PKEY_set_ex_data(pkey, index, &freed) != 1) {
		dkim_key_unref(&key);
		return err_set(err_r, SG_CRYPTO, "cannot watch a key");
	}
	ed25519_ref_is_freed = true;
	code = probe_sign(key, err_r);
	dkim_key_unref(&key);
	ed25519_ref_is_freed = freed;
	if (!freed)
		EVP_PKEY_free(pkey); /* the reference the library forgot */
	(void)CRYPTO_free_ex_index(CRYPTO_EX_INDEX_EVP_PKEY, index);
	return code;
}
