/* Fields, queries and bytes as they came: see sigv4_parts.h. */
#include "config.h"

#include "api/sigv4_parts.h"

#include <pthread.h>
#include <string.h>
#include <strings.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

bool
sigv4_is_letter_or_digit(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9');
}

bool
sigv4_is_digits(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (text[i] < '0' || text[i] > '9')
			return false;
	return true;
}

int
sigv4_hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

unsigned char
sigv4_next_byte(const char **text, const char *end)
{
	const char *t = *text;

	if (*t == '%' && end - t >= 3 && sigv4_hex_value(t[1]) >= 0 &&
	    sigv4_hex_value(t[2]) >= 0) {
		*text = t + 3;
		return (unsigned char)(sigv4_hex_value(t[1]) << 4 |
				       sigv4_hex_value(t[2]));
	}
	*text = t + 1;
	return (unsigned char)*t;
}

bool
sigv4_decode(const char *text, size_t len, char *text_r, size_t size)
{
	const char *end = text + len;
	size_t used = 0;

	while (text < end && used + 1 < size) {
		unsigned char c = sigv4_next_byte(&text, end);

		if (c < 0x20 || c > 0x7e)
			return false;
		text_r[used++] = (char)c;
	}
	text_r[used] = '\0';
	return text == end;
}

int
sigv4_compare(const char *a, size_t a_len, const char *b, size_t b_len)
{
	size_t len = a_len < b_len ? a_len : b_len;
	int order = memcmp(a, b, len);

	if (order != 0)
		return order;
	return a_len < b_len ? -1 : a_len > b_len;
}

void
sigv4_put_hex(const unsigned char hash[SIGV4_HASH_BYTES], char text_r[65])
{
	static const char digits[] = "0123456789abcdef";

	for (int i = 0; i < SIGV4_HASH_BYTES; i++) {
		*text_r++ = digits[hash[i] >> 4];
		*text_r++ = digits[hash[i] & 15];
	}
	*text_r = '\0';
}

/* Looked up once for all threads: OpenSSL takes longer for it than for the hash of a
 * request. NULL: the crypto library failed. */
static pthread_once_t once = PTHREAD_ONCE_INIT;
static EVP_MD *sha256;
static EVP_MAC_CTX *hmac; /* without a key; to be copied */

static void
fetch(void)
{
	const OSSL_PARAM params[] = {
	    OSSL_PARAM_construct_utf8_string(
		OSSL_MAC_PARAM_DIGEST, (char *)"SHA256", 0),
	    OSSL_PARAM_construct_end()};
	EVP_MAC *algorithm = EVP_MAC_fetch(NULL, "HMAC", NULL);

	sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
	if (algorithm != NULL)
		hmac = EVP_MAC_CTX_new(algorithm);
	EVP_MAC_free(algorithm); /* hmac has a reference */
	if (hmac != NULL && EVP_MAC_CTX_set_params(hmac, params) != 1) {
		EVP_MAC_CTX_free(hmac);
		hmac = NULL;
	}
}

bool
sigv4_hash(const void *data, size_t len, char text_r[65])
{
	unsigned char hash[SIGV4_HASH_BYTES];

	(void)pthread_once(&once, fetch);
	if (sha256 == NULL ||
	    EVP_Digest(data, len, hash, NULL, sha256, NULL) != 1)
		return false;
	sigv4_put_hex(hash, text_r);
	return true;
}

bool
sigv4_hmac(const void *key, size_t key_len, const char *text,
    unsigned char mac_r[SIGV4_HASH_BYTES])
{
	unsigned char out[SIGV4_HASH_BYTES];
	EVP_MAC_CTX *ctx;
	size_t len = 0;
	bool is_done;

	(void)pthread_once(&once, fetch);
	ctx = hmac == NULL ? NULL : EVP_MAC_CTX_dup(hmac);
	is_done = ctx != NULL && EVP_MAC_init(ctx, key, key_len, NULL) == 1 &&
		  EVP_MAC_update(
		      ctx, (const unsigned char *)text, strlen(text)) == 1 &&
		  EVP_MAC_final(ctx, out, &len, sizeof(out)) == 1 &&
		  len == sizeof(out);
	EVP_MAC_CTX_free(ctx);
	if (is_done)
		memcpy(mac_r, out, sizeof(out));
	OPENSSL_cleanse(out, sizeof(out));
	return is_done;
}

bool
sigv4_is_named(const struct api_field *field, const char *name, size_t len)
{
	return strncasecmp(field->name, name, len) == 0 &&
	       field->name[len] == '\0';
}

size_t
sigv4_count_fields(const struct api_request *request, const char *name)
{
	size_t count = 0;

	for (size_t i = 0; i < request->field_count; i++)
		count +=
		    sigv4_is_named(&request->fields[i], name, strlen(name));
	return count;
}

const char *
sigv4_field_value(const struct api_request *request, const char *name)
{
	for (size_t i = 0; i < request->field_count; i++)
		if (sigv4_is_named(&request->fields[i], name, strlen(name)))
			return request->fields[i].value;
	return NULL;
}

bool
sigv4_next_pair(const char **at, struct sigv4_pair *pair_r)
{
	size_t len = strcspn(*at, "&");
	const char *is;

	if (**at == '\0')
		return false;
	is = memchr(*at, '=', len);
	pair_r->name = *at;
	pair_r->name_len = is == NULL ? len : (size_t)(is - *at);
	pair_r->value = is == NULL ? *at + len : is + 1;
	pair_r->value_len = is == NULL ? 0 : len - pair_r->name_len - 1;
	*at += len;
	*at += **at == '&';
	return true;
}

bool
sigv4_is_pair(const struct sigv4_pair *pair, const char *name)
{
	char text[32];

	return sigv4_decode(pair->name, pair->name_len, text, sizeof(text)) &&
	       strcmp(text, name) == 0;
}
