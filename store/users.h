/* People who sign in, where they are signed in, tries that failed. Part of store.h:
 * its rules hold here. */
#ifndef SENDWARD_STORE_USERS_H
#define SENDWARD_STORE_USERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/err.h"

struct store;

/* Numbers are in stores: never reorder. */
enum store_role { STORE_ROLE_OPERATOR, STORE_ROLE_ACCOUNT };

#define STORE_USER_NAME_MAX 64
#define STORE_USER_HASH_MAX 160
#define STORE_USER_SEALED_MAX 96
struct store_user {
	int64_t id;
	char name[STORE_USER_NAME_MAX + 1];
	enum store_role role;
	int64_t account_id; /* 0: an operator */
	char account[65];   /* read alone; "" */
	char password_hash[STORE_USER_HASH_MAX + 1];
	bool must_change, enabled;
	/* Seal context "user.totp"; 0 bytes none. Pending: not confirmed. */
	unsigned char totp[STORE_USER_SEALED_MAX];
	size_t totp_len;
	unsigned char pending[STORE_USER_SEALED_MAX];
	size_t pending_len;
	/* Read alone. */
	int64_t totp_step; /* of the last code that was taken */
	int64_t signed_in_sec, locked_until_sec; /* 0 never */
	int64_t created_sec, password_sec;
};
typedef bool store_user_fn(void *ctx, const struct store_user *row);

/* id is filled. SG_EXISTS; SG_MISSING: no such account. */
enum sg_err store_user_create(
    struct store *store, struct store_user *row, struct err *err_r);
/* SG_MISSING */
enum sg_err store_user_get(struct store *store, const char *name,
    struct store_user *row_r, struct err *err_r);
enum sg_err store_user_get_by_id(struct store *store, int64_t id,
    struct store_user *row_r, struct err *err_r);
/* By name, those behind `after` ("" all), of the account (0: all). */
enum sg_err store_user_list(struct store *store, int64_t account_id,
    const char *after, int64_t most, store_user_fn *fn, void *ctx,
    struct err *err_r);
/* Enabled operators beside this one. */
enum sg_err store_user_other_operators(
    struct store *store, int64_t id, int64_t *count_r, struct err *err_r);
/* Each SG_MISSING: no such user. */
enum sg_err store_user_set_password(struct store *store, int64_t id,
    const char *hash, bool must_change, int64_t now_sec, struct err *err_r);
enum sg_err store_user_set_enabled(
    struct store *store, int64_t id, bool enabled, struct err *err_r);
/* Writes row's totp and pending. */
enum sg_err store_user_set_totp(
    struct store *store, const struct store_user *row, struct err *err_r);
enum sg_err store_user_signed_in(
    struct store *store, int64_t id, int64_t now_sec, struct err *err_r);
enum sg_err store_user_delete(
    struct store *store, int64_t id, struct err *err_r);
/* The same password under new parameters; nothing when it was changed meanwhile. */
enum sg_err store_user_rehash(struct store *store, const struct store_user *row,
    const char *hash, struct err *err_r);
/* Takes a code's step. *is_new_r false: it, or a later one, was taken before. */
enum sg_err store_user_take_step(struct store *store, int64_t id, int64_t step,
    bool *is_new_r, struct err *err_r);

#define STORE_USER_AGENT_MAX 200
struct store_session {
	int64_t id, user_id;
	int64_t created_sec, used_sec, expires_sec;
	char address[64];
	char user_agent[STORE_USER_AGENT_MAX + 1];
	/* Read alone: of the user. */
	char user[STORE_USER_NAME_MAX + 1];
	enum store_role role;
	int64_t account_id;
	bool must_change;
};
typedef bool store_session_fn(void *ctx, const struct store_session *row);

/* hash: of the token, 64 letters. id is filled. */
enum sg_err store_session_create(struct store *store, const char *hash,
    struct store_session *row, struct err *err_r);
/* Of enabled users; ended ones, too. SG_MISSING */
enum sg_err store_session_get(struct store *store, const char *hash,
    struct store_session *row_r, struct err *err_r);
/* The newest first, that neither are expired at now_sec nor were last used at
 * idle_sec or before. */
enum sg_err store_session_list(struct store *store, int64_t user_id,
    int64_t now_sec, int64_t idle_sec, int64_t most, store_session_fn *fn,
    void *ctx, struct err *err_r);
/* Notes the use, unless one was noted after before_sec. */
enum sg_err store_session_use(struct store *store, int64_t id, int64_t now_sec,
    int64_t before_sec, struct err *err_r);
enum sg_err store_session_end(
    struct store *store, int64_t id, struct err *err_r);
/* All of a user but one (0: all). */
enum sg_err store_session_end_of(struct store *store, int64_t user_id,
    int64_t except, int64_t *gone_r, struct err *err_r);
/* All of a user but the newest `most`. */
enum sg_err store_session_end_old(struct store *store, int64_t user_id,
    int64_t most, int64_t *gone_r, struct err *err_r);
enum sg_err store_session_end_all(
    struct store *store, int64_t *gone_r, struct err *err_r);

/* Tries that failed: of a name and a network; either may be "" (011-user.sql). */
struct store_failure {
	const char *user, *network;
	int64_t failures, locks;
	int64_t since_sec, last_sec, locked_until_sec;
};
/* user and network are given; the rest is 0 when there is none. */
enum sg_err store_failure_get(
    struct store *store, struct store_failure *row, struct err *err_r);
enum sg_err store_failure_put(
    struct store *store, const struct store_failure *row, struct err *err_r);
enum sg_err store_failure_delete(
    struct store *store, const struct store_failure *row, struct err *err_r);
/* All of a name. */
enum sg_err store_failure_forgive(
    struct store *store, const char *user, struct err *err_r);

/* Sessions that are expired, failures that are from before before_sec and lock
 * nobody then: at most `most` of each; *gone_r how many. */
enum sg_err store_user_purge(struct store *store, int64_t now_sec,
    int64_t before_sec, int most, int64_t *gone_r, struct err *err_r);

#endif
