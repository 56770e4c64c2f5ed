/* Passwords: see password.h. */
#include "config.h"

#include "ops/password.h"

#include <string.h>
#include <strings.h>

#include <sodium.h>

#include "base/turns.h"
#include "ops/password_cost.h"

#define WAIT_MSEC 10000

_Static_assert(crypto_pwhash_STRBYTES <= PASSWORD_HASH_MAX, "hash");

static enum sg_err
take_turn(struct err *err_r)
{
	if (sodium_init() < 0)
		return err_set(err_r, SG_CRYPTO, "libsodium cannot be used");
	if (!turns_take(WAIT_MSEC))
		return err_set(err_r, SG_BUSY,
		    "too many passwords are being checked at present");
	return SG_OK;
}

/* Characters of UTF-8; 0: it is none. */
static size_t
count_characters(const char *text)
{
	size_t count = 0;

	while (*text != '\0') {
		unsigned char c = (unsigned char)*text++;
		int more = c < 0x80                ? 0
			   : c >= 0xc2 && c < 0xe0 ? 1
			   : c >= 0xe0 && c < 0xf0 ? 2
			   : c >= 0xf0 && c < 0xf5 ? 3
						   : -1;

		if (more < 0)
			return 0;
		for (; more > 0; more--)
			if (((unsigned char)*text++ & 0xc0) != 0x80)
				return 0;
		count++;
	}
	return count;
}

enum sg_err
password_check(const char *password, const char *user, struct err *err_r)
{
	size_t len = strnlen(password, PASSWORD_MOST + 1);
	size_t count;

	if (len > PASSWORD_MOST)
		return err_set(err_r, SG_INVALID,
		    "the new password is longer than %d bytes", PASSWORD_MOST);
	count = count_characters(password);
	if (len > 0 && count == 0)
		return err_set(
		    err_r, SG_INVALID, "the new password is not UTF-8");
	if (count < PASSWORD_LEAST)
		return err_set(err_r, SG_INVALID,
		    "the new password has fewer than %d characters",
		    PASSWORD_LEAST);
	if (strcasecmp(password, user) == 0)
		return err_set(err_r, SG_INVALID,
		    "the new password is the name of the user");
	return SG_OK;
}

enum sg_err
password_hash(
    const char *password, char hash_r[PASSWORD_HASH_MAX + 1], struct err *err_r)
{
	enum sg_err rc = take_turn(err_r);

	hash_r[0] = '\0';
	if (rc != SG_OK)
		return rc;
	if (crypto_pwhash_str(hash_r, password, strlen(password),
		password_cost.operations, password_cost.memory_bytes) != 0)
		rc =
		    err_set(err_r, SG_NOMEM, "no memory for hashing passwords");
	turns_give();
	return rc;
}

enum sg_err
password_verify(const char *hash, const char *password, bool *is_right_r,
    bool *is_old_r, struct err *err_r)
{
	enum sg_err rc = take_turn(err_r);
	bool is_right;

	*is_right_r = *is_old_r = false;
	if (rc != SG_OK)
		return rc;
	is_right = crypto_pwhash_str_verify(
		       hash != NULL ? hash : password_cost.nobodys, password,
		       strlen(password)) == 0;
	turns_give();
	*is_right_r = is_right && hash != NULL;
	*is_old_r = *is_right_r && crypto_pwhash_str_needs_rehash(hash,
				       password_cost.operations,
				       password_cost.memory_bytes) != 0;
	return SG_OK;
}

enum sg_err
password_random(char password_r[PASSWORD_RANDOM_LEN + 1], struct err *err_r)
{
	static const char letters[] =
	    "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789";

	password_r[0] = '\0';
	if (sodium_init() < 0)
		return err_set(err_r, SG_CRYPTO, "libsodium cannot be used");
	for (int i = 0; i < PASSWORD_RANDOM_LEN; i++)
		password_r[i] =
		    letters[randombytes_uniform(sizeof(letters) - 1)];
	password_r[PASSWORD_RANDOM_LEN] = '\0';
	return SG_OK;
}
