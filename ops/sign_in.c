/* Signing in: see sign_in.h. */
#include "config.h"

#include "ops/sign_in.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/seal.h"
#include "conf/conf.h"
#include "ops/lockout.h"
#include "ops/password.h"
#include "ops/user.h"
#include "store/store.h"

#define CONTEXT "user.totp"

/* One look at who it is. */
struct look {
	char name[STORE_USER_NAME_MAX + 1]; /* "?": what cannot be one */
	char network[LOCKOUT_NETWORK_MAX];
	struct store_user user;
	bool is_known;
	enum sign_in_outcome outcome;
	int64_t until_sec;
};

/* Names are small letters; people's keyboards are not. */
static void
take_name(const char *given, char name_r[STORE_USER_NAME_MAX + 1])
{
	size_t len = strnlen(given, STORE_USER_NAME_MAX + 1);

	for (size_t i = 0; len <= STORE_USER_NAME_MAX && i <= len; i++)
		name_r[i] = given[i] >= 'A' && given[i] <= 'Z'
				? (char)(given[i] - 'A' + 'a')
				: given[i];
	if (len > STORE_USER_NAME_MAX || user_check_name(name_r) != NULL)
		memcpy(name_r, "?", 2);
}

static void
log_failure(
    const struct sign_in_env *env, const struct look *look, const char *why)
{
	char until[CLOCK_ISO_MAX];
	int64_t until_sec = 0;

	log_event(LOG_CONSOLE_SIGN_IN_FAILED_EVENT, NULL, "user", look->name,
	    "client", env->address, "why", why, NULL);
	if (lockout_is_locked(env->store, look->name, look->network,
		env->now_sec, &until_sec, NULL) == SG_OK &&
	    until_sec != 0)
		log_event(LOG_CONSOLE_LOCKED_EVENT, NULL, "user", look->name,
		    "client", env->address, "until",
		    clock_iso(until_sec, until), NULL);
}

/* ---- the steps of a look --------------------------------------------------------- */

/* False: it is locked, or failed. */
static bool
open_look(const struct sign_in_env *env, struct look *look, enum sg_err *rc,
    struct err *err_r)
{
	lockout_network(env->address, look->network);
	*rc = lockout_begin(env->store, look->name, look->network, env->now_sec,
	    &look->until_sec, err_r);
	if (*rc == SG_OK && look->until_sec != 0) {
		look->outcome = SIGN_IN_LOCKED;
		log_event(LOG_CONSOLE_SIGN_IN_FAILED_EVENT, NULL, "user",
		    look->name, "client", env->address, "why", "locked", NULL);
	}
	return *rc == SG_OK && look->until_sec == 0;
}

static enum sg_err
look_at_password(const struct sign_in_env *env, const char *password,
    struct look *look, struct err *err_r)
{
	char hash[PASSWORD_HASH_MAX + 1];
	bool is_right, is_old;
	enum sg_err rc =
	    store_user_get(env->store, look->name, &look->user, err_r);

	if (rc != SG_OK && rc != SG_MISSING)
		return rc;
	look->is_known = rc == SG_OK;
	rc = password_verify(look->is_known ? look->user.password_hash : NULL,
	    password, &is_right, &is_old, err_r);
	if (rc != SG_OK)
		return rc;
	if (!is_right || !look->user.enabled) {
		look->outcome = SIGN_IN_WRONG;
		log_failure(env, look, is_right ? "disabled" : "password");
	} else if (is_old && password_hash(password, hash, NULL) == SG_OK) {
		(void)store_user_rehash(env->store, &look->user, hash, NULL);
	}
	return SG_OK;
}

/* *is_right_r: and it was not taken before. */
static enum sg_err
look_at_code(const struct sign_in_env *env, int64_t user_id,
    const unsigned char *sealed, size_t sealed_len, const char *code,
    bool *is_right_r, struct err *err_r)
{
	unsigned char *secret = NULL;
	size_t len = 0;
	int64_t step = 0;
	enum sg_err rc;

	*is_right_r = false;
	if (env->seal == NULL)
		return err_set(err_r, SG_IO, "the master key was not read");
	rc = seal_unwrap(
	    env->seal, CONTEXT, sealed, sealed_len, &secret, &len, err_r);
	if (rc == SG_OK && len == SECOND_FACTOR_BYTES &&
	    second_factor_matches(secret, code, env->now_sec, &step))
		rc = store_user_take_step(
		    env->store, user_id, step, is_right_r, err_r);
	seal_wipe_free(&secret, len);
	return rc;
}

/* The second factor, when there is one. */
static enum sg_err
look_at_factor(const struct sign_in_env *env, const char *code,
    struct look *look, struct err *err_r)
{
	bool is_right;
	enum sg_err rc;

	if (look->user.totp_len == 0)
		return SG_OK;
	if (code[0] == '\0') {
		look->outcome = SIGN_IN_CODE_NEEDED;
		return SG_OK;
	}
	rc = look_at_code(env, look->user.id, look->user.totp,
	    look->user.totp_len, code, &is_right, err_r);
	if (rc == SG_OK && !is_right) {
		look->outcome = SIGN_IN_CODE_WRONG;
		log_failure(env, look, "code");
	}
	return rc;
}

/* What was no failure is not counted as one. */
static enum sg_err
close_look(const struct sign_in_env *env, const struct look *look,
    enum sg_err rc, struct err *err_r)
{
	if (rc != SG_OK)
		(void)lockout_end(
		    env->store, look->name, look->network, false, NULL);
	else if (look->outcome == SIGN_IN_CODE_NEEDED ||
		 look->outcome == SIGN_IN_DONE)
		rc = lockout_end(env->store, look->name, look->network,
		    look->outcome == SIGN_IN_DONE, err_r);
	return rc;
}

/* Hashing takes a while: what an operator, or the user himself, changed meanwhile has
 * ended all sessions, and this one would be none of them. Within a transaction. */
static enum sg_err
look_again(const struct sign_in_env *env, struct look *look, struct err *err_r)
{
	struct store_user now;
	enum sg_err rc =
	    store_user_get_by_id(env->store, look->user.id, &now, err_r);

	if (rc == SG_MISSING ||
	    (rc == SG_OK &&
		(!now.enabled || now.password_sec != look->user.password_sec ||
		    (now.totp_len > 0 && look->user.totp_len == 0)))) {
		look->outcome = SIGN_IN_WRONG;
		rc = SG_OK;
	}
	sodium_memzero(&now, sizeof(now));
	return rc;
}

/* ---- sign in --------------------------------------------------------------------- */

/* Within a transaction. */
static enum sg_err
make_session(const struct sign_in_env *env, const struct look *look,
    const char *user_agent, int64_t old_session,
    struct sign_in_result *result_r, struct err *err_r)
{
	struct store_session *row = &result_r->session;
	enum sg_err rc = SG_OK;

	if (old_session != 0) {
		rc = store_session_end(env->store, old_session, err_r);
		rc = rc == SG_MISSING ? SG_OK : rc;
	}
	if (rc != SG_OK)
		return rc;
	*row = (struct store_session){.user_id = look->user.id,
	    .created_sec = env->now_sec,
	    .used_sec = env->now_sec,
	    .expires_sec =
		env->now_sec + (int64_t)env->conf->console_session_hours * 3600,
	    .role = look->user.role,
	    .account_id = look->user.account_id,
	    .must_change = look->user.must_change};
	(void)snprintf(row->user, sizeof(row->user), "%s", look->user.name);
	(void)snprintf(
	    row->address, sizeof(row->address), "%.63s", env->address);
	(void)snprintf(row->user_agent, sizeof(row->user_agent), "%.*s",
	    STORE_USER_AGENT_MAX, user_agent);
	rc = user_session_new(env->store, row, result_r->token, err_r);
	if (rc == SG_OK)
		rc = store_session_end_old(
		    env->store, look->user.id, USER_SESSIONS_MOST, NULL, err_r);
	if (rc == SG_OK)
		rc = store_user_signed_in(
		    env->store, look->user.id, env->now_sec, err_r);
	return rc;
}

static enum sg_err
let_in(const struct sign_in_env *env, struct look *look, const char *user_agent,
    int64_t old_session, struct sign_in_result *result_r, struct err *err_r)
{
	bool own;
	enum sg_err rc = store_scope_begin(env->store, &own, err_r);

	if (rc == SG_OK)
		rc = look_again(env, look, err_r);
	if (rc == SG_OK && look->outcome == SIGN_IN_DONE)
		rc = make_session(
		    env, look, user_agent, old_session, result_r, err_r);
	rc = store_scope_end(env->store, own, rc, err_r);
	if (rc == SG_OK && look->outcome != SIGN_IN_DONE)
		log_failure(env, look, "changed meanwhile");
	else if (rc == SG_OK)
		log_event(LOG_CONSOLE_SIGN_IN_EVENT, NULL, "user", look->name,
		    "client", env->address, NULL);
	return rc;
}

enum sg_err
sign_in(const struct sign_in_env *env, const char *user, const char *password,
    const char *code, const char *user_agent, int64_t old_session,
    struct sign_in_result *result_r, struct err *err_r)
{
	struct look look = {.outcome = SIGN_IN_DONE};
	enum sg_err rc;

	memset(result_r, 0, sizeof(*result_r));
	take_name(user, look.name);
	if (open_look(env, &look, &rc, err_r)) {
		rc = look_at_password(env, password, &look, err_r);
		if (rc == SG_OK && look.outcome == SIGN_IN_DONE)
			rc = look_at_factor(env, code, &look, err_r);
		rc = close_look(env, &look, rc, err_r);
		if (rc == SG_OK && look.outcome == SIGN_IN_DONE)
			rc = let_in(env, &look, user_agent, old_session,
			    result_r, err_r);
	}
	result_r->outcome = look.outcome;
	result_r->until_sec = look.until_sec;
	sodium_memzero(&look, sizeof(look));
	return rc;
}

/* ---- who is signed in -------------------------------------------------------------- */

/* Looks at the password, and at the code when the proof has one. */
static enum sg_err
prove(const struct sign_in_env *env, const struct store_session *session,
    struct sign_in_proof *proof, struct store_user *user_r, struct err *err_r)
{
	struct look look = {.outcome = SIGN_IN_DONE};
	enum sg_err rc;

	take_name(session->user, look.name);
	if (open_look(env, &look, &rc, err_r)) {
		rc = look_at_password(env, proof->password, &look, err_r);
		if (rc == SG_OK && look.outcome == SIGN_IN_DONE &&
		    look.user.id != session->user_id)
			rc = err_set(err_r, SG_IO, "the user was replaced");
		if (rc == SG_OK && look.outcome == SIGN_IN_DONE &&
		    proof->code != NULL)
			rc = look_at_factor(env, proof->code, &look, err_r);
		rc = close_look(env, &look, rc, err_r);
	}
	proof->outcome = look.outcome;
	proof->until_sec = look.until_sec;
	*user_r = look.user;
	sodium_memzero(&look, sizeof(look));
	return rc;
}

enum sg_err
sign_in_change_password(const struct sign_in_env *env,
    const struct store_session *session, struct sign_in_proof *proof,
    const char *new_password, struct err *err_r)
{
	char hash[PASSWORD_HASH_MAX + 1];
	struct store_user user;
	bool own;
	enum sg_err rc = password_check(new_password, session->user, err_r);

	if (rc == SG_OK && strcmp(new_password, proof->password) == 0)
		rc = err_set(
		    err_r, SG_INVALID, "the new password is the present one");
	if (rc == SG_OK)
		rc = prove(env, session, proof, &user, err_r);
	if (rc != SG_OK || proof->outcome != SIGN_IN_DONE)
		return rc;
	rc = password_hash(new_password, hash, err_r);
	if (rc == SG_OK) {
		rc = store_scope_begin(env->store, &own, err_r);
		if (rc == SG_OK)
			rc = store_user_set_password(env->store, user.id, hash,
			    false, env->now_sec, err_r);
		if (rc == SG_OK)
			rc = store_session_end_of(
			    env->store, user.id, session->id, NULL, err_r);
		rc = store_scope_end(env->store, own, rc, err_r);
	}
	if (rc == SG_OK)
		log_event(LOG_CONSOLE_PASSWORD_CHANGED_EVENT, NULL, "user",
		    user.name, "client", env->address, NULL);
	return rc;
}

enum sg_err
sign_in_begin_factor(const struct sign_in_env *env,
    const struct store_session *session, struct sign_in_proof *proof,
    unsigned char secret_r[SECOND_FACTOR_BYTES], struct err *err_r)
{
	unsigned char *sealed = NULL;
	struct store_user user;
	size_t len = 0;
	enum sg_err rc;

	if (env->seal == NULL)
		return err_set(err_r, SG_IO, "the master key was not read");
	rc = prove(env, session, proof, &user, err_r);
	if (rc != SG_OK || proof->outcome != SIGN_IN_DONE)
		return rc;
	if (user.totp_len > 0)
		return err_set(err_r, SG_EXISTS,
		    "there is a second factor; remove it first");
	rc = second_factor_new(secret_r, err_r);
	if (rc == SG_OK)
		rc = seal_wrap(env->seal, CONTEXT, secret_r,
		    SECOND_FACTOR_BYTES, &sealed, &len, err_r);
	if (rc == SG_OK && len > sizeof(user.pending))
		rc = err_set(err_r, SG_BUG, "the seal is too long");
	if (rc == SG_OK) {
		memcpy(user.pending, sealed, len);
		user.pending_len = len;
		rc = store_user_set_totp(env->store, &user, err_r);
	}
	free(sealed);
	return rc;
}

static void
log_factor(
    const struct sign_in_env *env, const struct store_user *user, bool is_on)
{
	log_event(LOG_CONSOLE_SECOND_FACTOR_EVENT, NULL, "user", user->name,
	    "state", is_on ? "on" : "off", "client", env->address, NULL);
}

/* Codes are guessed here as well as at the door. */
static enum sg_err
confirm_code(const struct sign_in_env *env, struct look *look,
    struct sign_in_proof *proof, struct err *err_r)
{
	bool is_right = false;
	enum sg_err rc;

	if (!open_look(env, look, &rc, err_r))
		return rc;
	rc = look_at_code(env, look->user.id, look->user.pending,
	    look->user.pending_len, proof->code, &is_right, err_r);
	if (rc == SG_OK && !is_right) {
		look->outcome = SIGN_IN_CODE_WRONG;
		log_failure(env, look, "code");
	}
	return close_look(env, look, rc, err_r);
}

enum sg_err
sign_in_confirm_factor(const struct sign_in_env *env,
    const struct store_session *session, struct sign_in_proof *proof,
    struct err *err_r)
{
	struct look look = {.outcome = SIGN_IN_DONE};
	struct store_user *user = &look.user;
	enum sg_err rc =
	    store_user_get_by_id(env->store, session->user_id, user, err_r);

	if (rc == SG_OK && user->pending_len == 0)
		return err_set(err_r, SG_MISSING,
		    "no second factor was begun, or it is in force already");
	if (rc != SG_OK)
		return rc;
	take_name(user->name, look.name);
	rc = confirm_code(env, &look, proof, err_r);
	proof->outcome = look.outcome;
	proof->until_sec = look.until_sec;
	if (rc != SG_OK || look.outcome != SIGN_IN_DONE)
		return rc;
	memcpy(user->totp, user->pending, user->pending_len);
	user->totp_len = user->pending_len;
	user->pending_len = 0;
	rc = store_user_set_totp(env->store, user, err_r);
	if (rc == SG_OK)
		log_factor(env, user, true);
	return rc;
}

enum sg_err
sign_in_remove_factor(const struct sign_in_env *env,
    const struct store_session *session, struct sign_in_proof *proof,
    struct err *err_r)
{
	struct store_user user;
	enum sg_err rc = prove(env, session, proof, &user, err_r);

	if (rc != SG_OK || proof->outcome != SIGN_IN_DONE)
		return rc;
	if (user.totp_len == 0)
		return err_set(err_r, SG_MISSING, "there is no second factor");
	user.totp_len = user.pending_len = 0;
	rc = store_user_set_totp(env->store, &user, err_r);
	if (rc == SG_OK)
		log_factor(env, &user, false);
	return rc;
}

enum sg_err
sign_in_end(const struct sign_in_env *env, const struct store_session *session,
    bool is_everywhere, struct err *err_r)
{
	enum sg_err rc =
	    is_everywhere ? store_session_end_of(
				env->store, session->user_id, 0, NULL, err_r)
			  : store_session_end(env->store, session->id, err_r);

	if (rc == SG_OK)
		log_event(LOG_CONSOLE_SIGN_OUT_EVENT, NULL, "user",
		    session->user, "everywhere", is_everywhere ? "yes" : "no",
		    "client", env->address, NULL);
	return rc;
}
