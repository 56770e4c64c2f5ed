/* Codes: see second_factor.h. */
#include "config.h"

#include "ops/second_factor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <liboath/oath.h>
#include <sodium.h>

#define STEP_SEC 30
#define DIGITS 6
#define WINDOW 1

enum sg_err
second_factor_new(
    unsigned char secret_r[SECOND_FACTOR_BYTES], struct err *err_r)
{
	if (sodium_init() < 0)
		return err_set(err_r, SG_CRYPTO, "libsodium cannot be used");
	randombytes_buf(secret_r, SECOND_FACTOR_BYTES);
	return SG_OK;
}

enum sg_err
second_factor_text(const unsigned char secret[SECOND_FACTOR_BYTES],
    char text_r[SECOND_FACTOR_TEXT_MAX], struct err *err_r)
{
	char *text = NULL;
	size_t len = 0;

	text_r[0] = '\0';
	if (oath_base32_encode((const char *)secret, SECOND_FACTOR_BYTES, &text,
		&len) != OATH_OK)
		return err_set(err_r, SG_NOMEM, "no memory for base32");
	(void)snprintf(text_r, SECOND_FACTOR_TEXT_MAX, "%.*s", (int)len, text);
	sodium_memzero(text, len);
	free(text);
	return SG_OK;
}

/* Letters, digits and what needs no escape in a path; '@' may stand in it, too. */
static bool
is_plain(const char *text)
{
	return text[strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOP"
				 "QRSTUVWXYZ0123456789._-@")] == '\0';
}

enum sg_err
second_factor_uri(const unsigned char secret[SECOND_FACTOR_BYTES],
    const char *user, const char *host, char uri_r[SECOND_FACTOR_URI_MAX],
    struct err *err_r)
{
	char text[SECOND_FACTOR_TEXT_MAX];
	enum sg_err rc = second_factor_text(secret, text, err_r);
	const char *issuer =
	    host[0] != '\0' && strlen(host) < 64 && is_plain(host) ? host
								   : "sendward";

	if (rc == SG_OK)
		(void)snprintf(uri_r, SECOND_FACTOR_URI_MAX,
		    "otpauth://totp/%s:%s?secret=%s&issuer=%s", issuer, user,
		    text, issuer);
	sodium_memzero(text, sizeof(text));
	return rc;
}

bool
second_factor_matches(const unsigned char secret[SECOND_FACTOR_BYTES],
    const char *code, int64_t now_sec, int64_t *step_r)
{
	char digits[DIGITS + 1] = "";
	uint64_t counter = 0;
	size_t len = 0;
	int rc;

	for (; *code != '\0'; code++) {
		if (*code == ' ')
			continue;
		if (*code < '0' || *code > '9' || len == DIGITS)
			return false;
		digits[len++] = *code;
	}
	if (len != DIGITS)
		return false;
	rc = oath_totp_validate3((const char *)secret, SECOND_FACTOR_BYTES,
	    (time_t)now_sec, STEP_SEC, 0, WINDOW, NULL, &counter, digits);
	sodium_memzero(digits, sizeof(digits));
	*step_r = (int64_t)counter;
	return rc >= 0;
}
