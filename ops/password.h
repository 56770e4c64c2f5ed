/* Passwords of people: what may be one, and what is kept of it (argon2id, RFC 9106).
 * Knows no users. Each hash takes 64 MiB, so that only a few are made at once
 * (base/turns.h): SG_BUSY. */
#ifndef SENDWARD_OPS_PASSWORD_H
#define SENDWARD_OPS_PASSWORD_H

#include <stdbool.h>
#include "base/err.h"

#define PASSWORD_LEAST 12 /* characters */
#define PASSWORD_MOST 256 /* bytes */
#define PASSWORD_HASH_MAX 160
#define PASSWORD_RANDOM_LEN 20

/* SG_INVALID: too short, too long, no UTF-8, or the user's name. */
enum sg_err password_check(
    const char *password, const char *user, struct err *err_r);

/* What is kept, with parameters and salt. */
enum sg_err password_hash(const char *password,
    char hash_r[PASSWORD_HASH_MAX + 1], struct err *err_r);

/* hash NULL: the same work, and it is wrong. *is_old_r: right, and its parameters are
 * not those of today. */
enum sg_err password_verify(const char *hash, const char *password,
    bool *is_right_r, bool *is_old_r, struct err *err_r);

/* Letters and digits that people do not mistake for each other: 117 bits. */
enum sg_err password_random(
    char password_r[PASSWORD_RANDOM_LEN + 1], struct err *err_r);

#endif
