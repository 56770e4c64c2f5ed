/* People: see user.h. */
#include "config.h"

#include "ops/user.h"

#include <stdio.h>
#include <string.h>

#include <sodium.h>

#include "ops/account.h"
#include "store/store.h"

const char *
user_check_name(const char *name)
{
	size_t len = strnlen(name, STORE_USER_NAME_MAX + 1);

	if (len == 0)
		return "the name of a user cannot be empty";
	if (len > STORE_USER_NAME_MAX)
		return "the name of a user has at most 64 characters";
	if (name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789._@-")] !=
	    '\0')
		return "the name of a user has small letters, digits and . _ @ "
		       "- alone";
	return NULL;
}

const char *
user_role_name(enum store_role role)
{
	return role == STORE_ROLE_OPERATOR ? "OPERATOR" : "ACCOUNT";
}

enum sg_err
user_get(struct store *store, const char *name, struct store_user *row_r,
    struct err *err_r)
{
	enum sg_err rc = store_user_get(store, name, row_r, err_r);

	if (rc == SG_MISSING)
		return err_set(
		    err_r, SG_MISSING, "there is no user %.64s", name);
	return rc;
}

/* What is kept of the given password, or of a random one. */
static enum sg_err
make_hash(const char *password, const char *name,
    char random_r[PASSWORD_RANDOM_LEN + 1], char hash_r[PASSWORD_HASH_MAX + 1],
    struct err *err_r)
{
	enum sg_err rc;

	random_r[0] = '\0';
	if (password == NULL) {
		rc = password_random(random_r, err_r);
		password = random_r;
	} else {
		rc = password_check(password, name, err_r);
	}
	return rc == SG_OK ? password_hash(password, hash_r, err_r) : rc;
}

enum sg_err
user_create(struct store *store, const char *name, const char *account,
    const char *password, int64_t now_sec, struct store_user *row_r,
    char password_r[PASSWORD_RANDOM_LEN + 1], struct err *err_r)
{
	const char *why = user_check_name(name);
	struct store_user row = {.role = STORE_ROLE_OPERATOR,
	    .must_change = password == NULL,
	    .enabled = true,
	    .created_sec = now_sec,
	    .password_sec = now_sec};
	struct store_account owner;
	enum sg_err rc = SG_OK;

	password_r[0] = '\0';
	if (why != NULL)
		return err_set(err_r, SG_INVALID, "%s", why);
	(void)snprintf(row.name, sizeof(row.name), "%s", name);
	if (account[0] != '\0') {
		rc = account_get(store, account, &owner, err_r);
		row.role = STORE_ROLE_ACCOUNT;
		row.account_id = owner.facts.id;
		(void)snprintf(row.account, sizeof(row.account), "%s", account);
	}
	if (rc == SG_OK)
		rc = make_hash(
		    password, name, password_r, row.password_hash, err_r);
	if (rc == SG_OK)
		rc = store_user_create(store, &row, err_r);
	if (rc == SG_EXISTS)
		rc = err_set(
		    err_r, SG_EXISTS, "there is a user %s already", name);
	if (rc != SG_OK)
		sodium_memzero(password_r, PASSWORD_RANDOM_LEN + 1);
	else if (row_r != NULL)
		*row_r = row;
	return rc;
}

/* ---- changes -------------------------------------------------------------------- */

/* May `by` take this user's access away? */
static enum sg_err
check_removal(struct store *store, const struct store_user *row, int64_t by,
    const char *verb, struct err *err_r)
{
	int64_t others = 1;
	enum sg_err rc = SG_OK;

	if (by == 0)
		return SG_OK;
	if (row->id == by)
		return err_set(
		    err_r, SG_INVALID, "nobody can %s himself", verb);
	if (row->role == STORE_ROLE_OPERATOR && row->enabled)
		rc = store_user_other_operators(store, row->id, &others, err_r);
	if (rc == SG_OK && others == 0)
		return err_set(err_r, SG_INVALID,
		    "%s is the last operator who can sign in", row->name);
	return rc;
}

/* Within a transaction. hash "": the password stays. */
static enum sg_err
apply(struct store *store, struct store_user *row,
    const struct user_change *change, const char *hash, int64_t by,
    int64_t now_sec, struct err *err_r)
{
	enum sg_err rc = SG_OK;

	if (change->has_enabled && !change->enabled)
		rc = check_removal(store, row, by, "disable", err_r);
	if (rc == SG_OK && change->has_enabled) {
		row->enabled = change->enabled;
		rc = store_user_set_enabled(
		    store, row->id, change->enabled, err_r);
	}
	if (rc == SG_OK && hash[0] != '\0') {
		row->must_change = change->password == NULL;
		rc = store_user_set_password(
		    store, row->id, hash, row->must_change, now_sec, err_r);
	}
	if (rc == SG_OK && change->remove_second_factor) {
		row->totp_len = row->pending_len = 0;
		rc = store_user_set_totp(store, row, err_r);
	}
	if (rc == SG_OK && change->unlock) {
		row->locked_until_sec = 0;
		rc = store_failure_forgive(store, row->name, err_r);
	}
	if (rc == SG_OK && (change->has_enabled || hash[0] != '\0' ||
			       change->remove_second_factor))
		rc = store_session_end_of(store, row->id, 0, NULL, err_r);
	return rc;
}

enum sg_err
user_change(struct store *store, const char *name,
    const struct user_change *change, int64_t by, int64_t now_sec,
    struct store_user *row_r, char password_r[PASSWORD_RANDOM_LEN + 1],
    struct err *err_r)
{
	char hash[PASSWORD_HASH_MAX + 1] = "";
	bool own;
	enum sg_err rc = user_get(store, name, row_r, err_r);

	password_r[0] = '\0';
	if (rc == SG_OK && (change->reset_password || change->password != NULL))
		rc = make_hash(change->password, name, password_r, hash, err_r);
	if (rc == SG_OK) {
		rc = store_scope_begin(store, &own, err_r);
		if (rc == SG_OK)
			rc = user_get(store, name, row_r, err_r);
		if (rc == SG_OK)
			rc = apply(
			    store, row_r, change, hash, by, now_sec, err_r);
		rc = store_scope_end(store, own, rc, err_r);
	}
	if (rc != SG_OK)
		sodium_memzero(password_r, PASSWORD_RANDOM_LEN + 1);
	return rc;
}

enum sg_err
user_delete(
    struct store *store, const char *name, int64_t by, struct err *err_r)
{
	struct store_user row;
	bool own;
	enum sg_err rc = store_scope_begin(store, &own, err_r);

	if (rc == SG_OK)
		rc = user_get(store, name, &row, err_r);
	if (rc == SG_OK)
		rc = check_removal(store, &row, by, "delete", err_r);
	if (rc == SG_OK)
		rc = store_failure_forgive(store, name, err_r);
	if (rc == SG_OK)
		rc = store_user_delete(store, row.id, err_r);
	return store_scope_end(store, own, rc, err_r);
}
