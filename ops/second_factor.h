/* The second factor: codes that change with the time (TOTP, RFC 6238: SHA-1, six
 * digits, 30 seconds). Which was taken last is the store's to say. */
#ifndef SENDWARD_OPS_SECOND_FACTOR_H
#define SENDWARD_OPS_SECOND_FACTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/err.h"

#define SECOND_FACTOR_BYTES 20
#define SECOND_FACTOR_TEXT_MAX 33 /* base32, and NUL */
#define SECOND_FACTOR_URI_MAX 256

/* Random. */
enum sg_err second_factor_new(
    unsigned char secret_r[SECOND_FACTOR_BYTES], struct err *err_r);

/* For people, and for the programs that show codes (otpauth://totp/…, Key Uri Format
 * of Google Authenticator); user: as user_check_name takes it. */
enum sg_err second_factor_text(const unsigned char secret[SECOND_FACTOR_BYTES],
    char text_r[SECOND_FACTOR_TEXT_MAX], struct err *err_r);
enum sg_err second_factor_uri(const unsigned char secret[SECOND_FACTOR_BYTES],
    const char *user, const char *host, char uri_r[SECOND_FACTOR_URI_MAX],
    struct err *err_r);

/* Is it the code of now, of the step before or of the next? *step_r: which step's.
 * Blanks within are left out. */
bool second_factor_matches(const unsigned char secret[SECOND_FACTOR_BYTES],
    const char *code, int64_t now_sec, int64_t *step_r);

#endif
