/* Where people are signed in: sessions by their tokens. What makes one is sign_in.h;
 * cookies are api/'s. */
#ifndef SENDWARD_OPS_USER_SESSION_H
#define SENDWARD_OPS_USER_SESSION_H

#include <stdint.h>
#include "base/err.h"
#include "store/users.h"

struct conf;
struct store;

#define USER_SESSION_TOKEN_LEN 43 /* base64url of 32 random bytes */

/* Signing in once more ends the oldest. */
#define USER_SESSIONS_MOST 100

/* A new one in the store. row: the user, when, whence; id is filled. */
enum sg_err user_session_new(struct store *store, struct store_session *row,
    char token_r[USER_SESSION_TOKEN_LEN + 1], struct err *err_r);

/* SG_MISSING: there is none of that token, it is expired (console.session_hours) or
 * was not used for too long (console.idle_minutes), or its user is disabled. Notes
 * the use, at most once a minute. */
enum sg_err user_session_find(struct store *store, const struct conf *conf,
    const char *token, int64_t now_sec, struct store_session *row_r,
    struct err *err_r);

/* The newest of a user's that are alive, at most USER_SESSIONS_MOST. */
enum sg_err user_session_list(struct store *store, const struct conf *conf,
    int64_t user_id, int64_t now_sec, store_session_fn *fn, void *ctx,
    struct err *err_r);

#endif
