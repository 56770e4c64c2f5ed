/* People sign in, and show again who they are before they change what guards them.
 * Tries that fail are counted (lockout.h). Makes sessions; cookies are api/'s. */
#ifndef SENDWARD_OPS_SIGN_IN_H
#define SENDWARD_OPS_SIGN_IN_H

#include <stdbool.h>
#include <stdint.h>
#include "base/err.h"
#include "ops/second_factor.h"
#include "ops/user_session.h"
#include "store/users.h"

struct conf;
struct seal;
struct store;

struct sign_in_env {
	struct store *store;
	const struct conf *conf;
	const struct seal *seal; /* NULL: users with a second factor cannot */
	const char *address;     /* of the client */
	int64_t now_sec;
};

enum sign_in_outcome {
	SIGN_IN_DONE,
	SIGN_IN_WRONG,       /* name or password, or the user is disabled */
	SIGN_IN_CODE_NEEDED, /* all is right, and there is a second factor */
	SIGN_IN_CODE_WRONG,  /* or it was taken before */
	SIGN_IN_LOCKED,      /* nothing was looked at */
};

struct sign_in_result {
	enum sign_in_outcome outcome;
	int64_t until_sec; /* LOCKED */
	char token[USER_SESSION_TOKEN_LEN + 1];
	struct store_session session;
};
/* code "": none. old_session: of the same browser, ends; 0 none. SG_BUSY: too many
 * at once; nothing is counted. The caller wipes result_r. */
enum sg_err sign_in(const struct sign_in_env *env, const char *user,
    const char *password, const char *code, const char *user_agent,
    int64_t old_session, struct sign_in_result *result_r, struct err *err_r);

/* What a person does to what guards him. Each first looks at his present password
 * (second_factor_confirm: at the code alone), and counts failures as sign_in does:
 * *outcome_r; else nothing changes. */

/* NULL code: the password is enough. until_r: as in the result. */
struct sign_in_proof {
	const char *password, *code;
	enum sign_in_outcome outcome;
	int64_t until_sec;
};

/* Ends all his other sessions. SG_INVALID: what the new password lacks. */
enum sg_err sign_in_change_password(const struct sign_in_env *env,
    const struct store_session *session, struct sign_in_proof *proof,
    const char *new_password, struct err *err_r);
/* A new secret that is not in force yet. SG_EXISTS: there is one in force. */
enum sg_err sign_in_begin_factor(const struct sign_in_env *env,
    const struct store_session *session, struct sign_in_proof *proof,
    unsigned char secret_r[SECOND_FACTOR_BYTES], struct err *err_r);
/* In force from now on. SG_MISSING: none was begun. */
enum sg_err sign_in_confirm_factor(const struct sign_in_env *env,
    const struct store_session *session, struct sign_in_proof *proof,
    struct err *err_r);
/* Needs password and code. SG_MISSING: there is none. */
enum sg_err sign_in_remove_factor(const struct sign_in_env *env,
    const struct store_session *session, struct sign_in_proof *proof,
    struct err *err_r);

/* Ends sessions of this user: that one, or all of them. */
enum sg_err sign_in_end(const struct sign_in_env *env,
    const struct store_session *session, bool is_everywhere, struct err *err_r);

#endif
