/* Whose report it is: the token of the return path, in the address it came to or in
 * what it returns. Asks no store. */
#include "config.h"

#include <string.h>

#include "conf/conf.h"
#include "ops/feedback_parts.h"
#include "ops/return_mac.h"
#include "rules/ascii.h"

#define DAY_SEC 86400

/* The local part of an address. */
static enum return_path_error
decode(const struct feedback_env *env, const char *address,
    struct return_path *path_r)
{
	const char *at = strrchr(address, '@');
	size_t len = at != NULL ? (size_t)(at - address) : strlen(address);

	return return_mac_decode(env->mac, address, len, path_r);
}

static int64_t
days_believed(const struct conf *conf)
{
	return conf->retention_days > FEEDBACK_TOKEN_DAYS ? conf->retention_days
							  : FEEDBACK_TOKEN_DAYS;
}

static enum sg_err
judge(const struct feedback_env *env, enum return_path_error found,
    int64_t now_sec, struct feedback_token *token_r, struct err *err_r)
{
	token_r->state = STORE_REPORT_UNMATCHED;
	switch (found) {
	case RETURN_PATH_OK:
		token_r->state = STORE_REPORT_MATCHED;
		if (token_r->path.day + days_believed(env->conf) <
		    now_sec / DAY_SEC) {
			token_r->state = STORE_REPORT_LATE;
			token_r->why = "the message is too long ago";
		}
		break;
	case RETURN_PATH_FOREIGN:
		token_r->why = "it names no message of ours";
		break;
	case RETURN_PATH_DAMAGED:
		token_r->why = "its token is damaged";
		break;
	case RETURN_PATH_FORGED:
		token_r->state = STORE_REPORT_FORGED;
		token_r->why = "its token is none that we made";
		break;
	case RETURN_PATH_MAC_FAILED:
		return err_set(
		    err_r, SG_CRYPTO, "a return path could not be checked");
	}
	return SG_OK;
}

enum sg_err
feedback_token_find(const struct feedback_env *env, const char *recipient,
    const struct report *report, int64_t now_sec,
    struct feedback_token *token_r, struct err *err_r)
{
	enum return_path_error found;

	*token_r = (struct feedback_token){.why = ""};
	found = decode(env, recipient, &token_r->path);
	/* What was sent to a forged address is not believed for what is in it. */
	for (size_t i = 0;
	     i < report->token_count &&
	     (found == RETURN_PATH_FOREIGN || found == RETURN_PATH_DAMAGED);
	     i++) {
		enum return_path_error next =
		    decode(env, report->tokens[i], &token_r->path);

		if (next != RETURN_PATH_FOREIGN)
			found = next;
	}
	return judge(env, found, now_sec, token_r, err_r);
}
