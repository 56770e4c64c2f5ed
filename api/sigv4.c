/* Signature Version 4: see sigv4.h. Compares in constant time; keeps no secret. */
#include "config.h"

#include "api/sigv4.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <openssl/crypto.h>

#include "api/sigv4_parts.h"
#include "base/buf.h"

#define ALGORITHM "AWS4-HMAC-SHA256"
#define TERMINATOR "aws4_request"
#define SECRET_MAX 256

/* ---- texts ------------------------------------------------------------------ */

/* RFC 3986's unreserved characters. */
static bool
is_unreserved(unsigned char c)
{
	return sigv4_is_letter_or_digit(c) || c == '-' || c == '_' ||
	       c == '.' || c == '~';
}

/* By RFC 3986; returns how many: 1 or 3. */
static size_t
encode(unsigned char c, char out_r[3])
{
	static const char digits[] = "0123456789ABCDEF";

	if (is_unreserved(c)) {
		out_r[0] = (char)c;
		return 1;
	}
	out_r[0] = '%';
	out_r[1] = digits[c >> 4];
	out_r[2] = digits[c & 15];
	return 3;
}

/* ---- header fields ---------------------------------------------------------- */

/* Without blanks at the ends, runs of them as one. */
static void
put_value(struct buf *text, const char *value)
{
	bool is_first = true;

	while (*value != '\0') {
		size_t len;

		value += strspn(value, " \t");
		len = strcspn(value, " \t");
		if (len > 0 && !is_first)
			(void)buf_putc(text, ' ');
		(void)buf_append(text, value, len);
		is_first = is_first && len == 0;
		value += len;
	}
}

/* "name:value\n"; several of one name are joined with commas. */
static void
put_header(struct buf *text, const struct api_request *request,
    const char *name, size_t len)
{
	bool is_first = true;

	(void)buf_append(text, name, len);
	(void)buf_putc(text, ':');
	for (size_t i = 0; i < request->field_count; i++) {
		if (!sigv4_is_named(&request->fields[i], name, len))
			continue;
		if (!is_first)
			(void)buf_putc(text, ',');
		is_first = false;
		put_value(text, request->fields[i].value);
	}
	(void)buf_putc(text, '\n');
}

static void
put_headers(struct buf *text, const struct api_request *request,
    const char *signed_headers)
{
	for (const char *at = signed_headers; *at != '\0';) {
		size_t len = strcspn(at, ";");

		put_header(text, request, at, len);
		at += len;
		at += *at == ';';
	}
}

/* ---- path ------------------------------------------------------------------- */

/* The last "/…" behind start; nothing when there is none. */
static void
drop_segment(struct buf *text, size_t start)
{
	if (text->len == start)
		return;
	while (text->data[--text->len] != '/')
		;
	text->data[text->len] = '\0';
}

static void
put_segment(struct buf *text, const char *segment, size_t len)
{
	char out[3];

	(void)buf_putc(text, '/');
	for (size_t i = 0; i < len; i++)
		(void)buf_append(
		    text, out, encode((unsigned char)segment[i], out));
}

/* Each segment encoded once more; "." and empty ones are left out, ".." takes the
 * one before with it. */
static void
put_path(struct buf *text, const char *path)
{
	size_t start = text->len;
	const char *at = path;

	while (*at != '\0' && !text->failed) {
		size_t len;

		at += strspn(at, "/");
		len = strcspn(at, "/");
		if (len == 2 && memcmp(at, "..", 2) == 0)
			drop_segment(text, start);
		else if (len > 0 && !(len == 1 && *at == '.'))
			put_segment(text, at, len);
		at += len;
	}
	if (text->len == start || (at > path && at[-1] == '/'))
		(void)buf_putc(text, '/');
}

/* ---- query ------------------------------------------------------------------ */

static int
compare_pairs(const void *left, const void *right)
{
	const struct sigv4_pair *a = left, *b = right;
	int order = sigv4_compare(a->name, a->name_len, b->name, b->name_len);

	return order != 0 ? order
			  : sigv4_compare(
				a->value, a->value_len, b->value, b->value_len);
}

/* Encoded anew, into *store; moves *store behind it. */
static void
encode_text(char **store, const char **text, size_t *len)
{
	const char *at = *text, *end = *text + *len;

	*text = *store;
	while (at < end)
		*store += encode(sigv4_next_byte(&at, end), *store);
	*len = (size_t)(*store - *text);
}

/* store: room for three times the query; NULL: as it was sent. */
static size_t
read_pairs(const char *query, bool is_query_form, char *store,
    struct sigv4_pair pairs_r[SIGV4_PAIRS_MAX])
{
	const char *at = query;
	size_t count = 0;

	while (
	    count < SIGV4_PAIRS_MAX && sigv4_next_pair(&at, &pairs_r[count])) {
		struct sigv4_pair *pair = &pairs_r[count];

		if (is_query_form && sigv4_is_pair(pair, "X-Amz-Signature"))
			continue;
		if (store != NULL) {
			encode_text(&store, &pair->name, &pair->name_len);
			encode_text(&store, &pair->value, &pair->value_len);
		}
		count++;
	}
	return count;
}

static bool
put_query(
    struct buf *text, const char *query, bool is_query_form, bool is_as_sent)
{
	char *store = NULL;
	struct sigv4_pair *pairs;
	size_t count;

	if (*query == '\0')
		return true;
	pairs = malloc(SIGV4_PAIRS_MAX * sizeof(*pairs));
	if (!is_as_sent)
		store = malloc(3 * strlen(query));
	if (pairs == NULL || (store == NULL && !is_as_sent)) {
		free(pairs);
		free(store);
		return false;
	}
	count = read_pairs(query, is_query_form, store, pairs);
	qsort(pairs, count, sizeof(*pairs), compare_pairs);
	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			(void)buf_putc(text, '&');
		(void)buf_append(text, pairs[i].name, pairs[i].name_len);
		(void)buf_putc(text, '=');
		(void)buf_append(text, pairs[i].value, pairs[i].value_len);
	}
	free(pairs);
	free(store);
	return true;
}

/* ---- signature -------------------------------------------------------------- */

bool
sigv4_canonical(const struct api_request *request, const struct sigv4 *sig,
    enum sigv4_form form, struct buf *text_r)
{
	(void)buf_printf(text_r, "%s\n", request->verb);
	if ((form & SIGV4_FORM_PATH_AS_SENT) != 0)
		(void)buf_puts(text_r, request->path);
	else
		put_path(text_r, request->path);
	(void)buf_putc(text_r, '\n');
	if (!put_query(text_r, request->query, sig->is_query,
		(form & SIGV4_FORM_QUERY_AS_SENT) != 0))
		return false;
	(void)buf_putc(text_r, '\n');
	put_headers(text_r, request, sig->signed_headers);
	(void)buf_printf(
	    text_r, "\n%s\n%s", sig->signed_headers, sig->body_hash);
	return !text_r->failed;
}

bool
sigv4_key(const struct sigv4 *sig, const char *secret,
    unsigned char key_r[SIGV4_KEY_BYTES])
{
	char start[4 + SECRET_MAX + 1];
	int len = snprintf(start, sizeof(start), "AWS4%s", secret);
	bool is_done =
	    len > 0 && (size_t)len < sizeof(start) &&
	    sigv4_hmac(start, (size_t)len, sig->date, key_r) &&
	    sigv4_hmac(key_r, SIGV4_HASH_BYTES, sig->region, key_r) &&
	    sigv4_hmac(key_r, SIGV4_HASH_BYTES, sig->service, key_r) &&
	    sigv4_hmac(key_r, SIGV4_HASH_BYTES, TERMINATOR, key_r);

	OPENSSL_cleanse(start, sizeof(start));
	return is_done;
}

/* text: emptied, used for the canonical request. */
static bool
sign(const struct api_request *request, const struct sigv4 *sig,
    enum sigv4_form form, const unsigned char key[SIGV4_HASH_BYTES],
    struct buf *text, char signature_r[65])
{
	unsigned char mac[SIGV4_HASH_BYTES];
	char to_sign[256], hash[65];

	buf_clear(text);
	if (!sigv4_canonical(request, sig, form, text) ||
	    !sigv4_hash(text->data, text->len, hash))
		return false;
	(void)snprintf(to_sign, sizeof(to_sign),
	    ALGORITHM "\n%s\n%s/%s/%s/" TERMINATOR "\n%s", sig->time, sig->date,
	    sig->region, sig->service, hash);
	if (!sigv4_hmac(key, SIGV4_HASH_BYTES, to_sign, mac))
		return false;
	sigv4_put_hex(mac, signature_r);
	return true;
}

bool
sigv4_sign(const struct api_request *request, const struct sigv4 *sig,
    enum sigv4_form form, const char *secret, char signature_r[65])
{
	unsigned char key[SIGV4_HASH_BYTES];
	struct buf text;
	bool is_done;

	buf_init(&text, SIGV4_CANONICAL_MAX);
	is_done = sigv4_key(sig, secret, key) &&
		  sign(request, sig, form, key, &text, signature_r);
	OPENSSL_cleanse(key, sizeof(key));
	buf_fini(&text);
	return is_done;
}

bool
sigv4_matches_key(const struct api_request *request, const struct sigv4 *sig,
    const unsigned char key[SIGV4_KEY_BYTES])
{
	char signature[65];
	struct buf text;
	bool is_same = false;
	int forms =
	    *request->query == '\0' ? SIGV4_FORM_QUERY_AS_SENT : SIGV4_FORMS;

	if (strlen(sig->signature) != 64)
		return false;
	buf_init(&text, SIGV4_CANONICAL_MAX);
	for (int form = 0; form < forms && !is_same; form++)
		is_same = sign(request, sig, form, key, &text, signature) &&
			  CRYPTO_memcmp(signature, sig->signature, 64) == 0;
	buf_fini(&text);
	return is_same;
}

bool
sigv4_matches(const struct api_request *request, const struct sigv4 *sig,
    const char *secret)
{
	unsigned char key[SIGV4_KEY_BYTES];
	bool is_same =
	    sigv4_key(sig, secret, key) && sigv4_matches_key(request, sig, key);

	OPENSSL_cleanse(key, sizeof(key));
	return is_same;
}
