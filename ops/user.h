/* People who sign in to the console: made, changed, deleted by operators. Signing in
 * is sign_in.h. */
#ifndef SENDWARD_OPS_USER_H
#define SENDWARD_OPS_USER_H

#include <stdbool.h>
#include <stdint.h>
#include "base/err.h"
#include "ops/password.h"
#include "store/users.h"

struct store;

/* NULL when `name` may be a user's ([a-z0-9._@-]{1,64}), else what is wrong. */
const char *user_check_name(const char *name);
const char *user_role_name(enum store_role role); /* OPERATOR, ACCOUNT */

/* account "": an operator. password NULL: a random one, which password_r has then and
 * which must be changed at the first sign-in; else password_r is "". SG_INVALID;
 * SG_EXISTS; SG_MISSING: the account. row_r may be NULL. */
enum sg_err user_create(struct store *store, const char *name,
    const char *account, const char *password, int64_t now_sec,
    struct store_user *row_r, char password_r[PASSWORD_RANDOM_LEN + 1],
    struct err *err_r);
enum sg_err user_get(struct store *store, const char *name,
    struct store_user *row_r, struct err *err_r);

struct user_change {
	bool has_enabled, enabled;
	bool reset_password;  /* to a random one that must be changed */
	const char *password; /* or to this one; NULL: no */
	bool remove_second_factor;
	bool unlock; /* failures of that name are forgotten */
};
/* by: the user who does it (SG_INVALID: he may not disable himself, nor the last
 * operator that is enabled), 0: the command line, which may. Sessions of the user
 * end unless it only unlocks. */
enum sg_err user_change(struct store *store, const char *name,
    const struct user_change *change, int64_t by, int64_t now_sec,
    struct store_user *row_r, char password_r[PASSWORD_RANDOM_LEN + 1],
    struct err *err_r);
/* by: as user_change. */
enum sg_err user_delete(
    struct store *store, const char *name, int64_t by, struct err *err_r);

#endif
