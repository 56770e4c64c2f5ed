/* sendward's own operations: signing in, and what people change of themselves. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <openssl/crypto.h>

#include "api/call.h"
#include "api/exchange.h"
#include "api/operation.h"
#include "api/qr.h"
#include "api/session.h"
#include "api/shapes.h"
#include "base/clock.h"
#include "conf/conf.h"
#include "ops/sign_in.h"
#include "ops/user.h"

static struct sign_in_env
env_of(const struct api_call *call)
{
	return (struct sign_in_env){.store = call->store,
	    .conf = call->conf,
	    .seal = call->seal,
	    .address = call->client,
	    .now_sec = call->now_sec};
}

/* As ops/ takes it. */
static struct store_session
session_of(const struct api_call *call)
{
	struct store_session row = {
	    .id = call->session->id, .user_id = call->session->user_id};

	(void)snprintf(row.user, sizeof(row.user), "%s", call->session->user);
	return row;
}

static const char *
field(const struct api_call *call, const char *name)
{
	return call->request == NULL ? ""
				     : api_request_field(call->request, name);
}

/* A form of another site cannot say so without asking first (Fetch, CORS-preflight);
 * tests of handlers have no request. */
static bool
is_json(const struct api_call *call)
{
	const char *type = field(call, "content-type");

	return call->request == NULL ||
	       (strncasecmp(type, "application/json", 16) == 0 &&
		   (type[16] == '\0' || type[16] == ';' || type[16] == ' '));
}

static void
fail_locked(struct api_call *call, int64_t until_sec)
{
	char until[CLOCK_ISO_MAX];

	api_fail(call, "TooManyRequestsException",
	    "Too many tries have failed. The next is taken after %s; until "
	    "then the right password is not taken either.",
	    clock_iso(until_sec, until));
}

/* ---- the session -------------------------------------------------------------------- */

static void
put_session(struct api_call *call, const struct store_user *user,
    const char *csrf, int64_t expires_sec)
{
	json_t *out = call->out;

	api_put_flag(out, "SignedIn", true);
	api_put_text(out, "UserName", user->name);
	api_put_text(out, "Role", user_role_name(user->role));
	if (user->account_id != 0)
		api_put_text(out, "AccountName", user->account);
	api_put_text(out, "Csrf", csrf);
	api_put_flag(out, "SecondFactor", user->totp_len > 0);
	api_put_flag(out, "MustChangePassword", user->must_change);
	api_put_time(out, "ExpiresTimestamp", expires_sec);
	api_put_text(out, "Mode",
	    call->conf->mode == CONF_MODE_MONITOR ? "monitor" : "enforce");
	api_put_text(out, "Region", call->conf->region);
	api_put_text(out, "Version", PACKAGE_VERSION);
}

/* False: the call has failed. */
static bool
find_user(struct api_call *call, int64_t id, struct store_user *user_r)
{
	struct err err = {0};

	return api_check(call,
	    store_user_get_by_id(call->store, id, user_r, &err), &err,
	    &(const struct api_codes){NULL, NULL, NULL});
}

static void
get_session(struct api_call *call)
{
	const struct api_session *session = call->session;
	struct store_user user;

	if (session == NULL || session->id == 0)
		api_put_flag(call->out, "SignedIn", false);
	else if (find_user(call, session->user_id, &user))
		put_session(call, &user, session->csrf, session->expires_sec);
}

static void
welcome(struct api_call *call, const struct sign_in_result *result)
{
	struct store_user user;
	char csrf[65];

	if (!find_user(call, result->session.user_id, &user))
		return;
	if (!api_session_csrf(result->token, csrf)) {
		api_fail(call, "ServiceUnavailable", "Please try again.");
		return;
	}
	api_session_cookie(call->conf, result->token, call->cookie);
	put_session(call, &user, csrf, result->session.expires_sec);
}

static void
answer_sign_in(struct api_call *call, const struct sign_in_result *result)
{
	switch (result->outcome) {
	case SIGN_IN_DONE:
		welcome(call, result);
		break;
	case SIGN_IN_WRONG:
		api_fail(call, "SignInFailedException",
		    "The name or the password is not right.");
		break;
	case SIGN_IN_CODE_NEEDED:
		api_fail(call, "SecondFactorRequiredException",
		    "Please give the code that your second factor shows.");
		break;
	case SIGN_IN_CODE_WRONG:
		api_fail(call, "SecondFactorRequiredException",
		    "The code is not right, or was used before. Please give "
		    "the next one that your second factor shows.");
		break;
	case SIGN_IN_LOCKED:
		fail_locked(call, result->until_sec);
		break;
	}
}

static void
sign_in_call(struct api_call *call)
{
	struct sign_in_env env = env_of(call);
	struct sign_in_result result;
	struct err err = {0};

	if (!is_json(call)) {
		api_fail(call, "BadRequestException",
		    "Content-Type must be application/json");
		return;
	}
	if (api_check(call,
		sign_in(&env, api_text(call->in, "UserName"),
		    api_text(call->in, "Password"), api_text(call->in, "Code"),
		    field(call, "user-agent"),
		    call->session == NULL ? 0 : call->session->id, &result,
		    &err),
		&err, &(const struct api_codes){NULL, NULL, NULL}))
		answer_sign_in(call, &result);
	OPENSSL_cleanse(&result, sizeof(result));
}

static void
end_session(struct api_call *call, bool is_everywhere)
{
	struct sign_in_env env = env_of(call);
	struct store_session session = session_of(call);
	struct err err = {0};
	enum sg_err rc = sign_in_end(&env, &session, is_everywhere, &err);

	/* It ended meanwhile. */
	if (rc == SG_MISSING)
		rc = SG_OK;
	if (api_check(call, rc, &err, &api_v2_codes))
		api_session_cookie(call->conf, "", call->cookie);
}

static void
sign_out(struct api_call *call)
{
	end_session(call, false);
}

static void
sign_out_everywhere(struct api_call *call)
{
	end_session(call, true);
}

struct session_list {
	struct api_call *call;
	json_t *list;
};

static bool
put_listed(void *ctx, const struct store_session *row)
{
	struct session_list *listing = ctx;
	json_t *entry = api_add_object(listing->list);
	char id[24];

	(void)snprintf(id, sizeof(id), "%lld", (long long)row->id);
	api_put_text(entry, "SessionId", id);
	api_put_text(entry, "Address", row->address);
	api_put_text(entry, "UserAgent", row->user_agent);
	api_put_time(entry, "CreatedTimestamp", row->created_sec);
	api_put_time(entry, "LastUsedTimestamp", row->used_sec);
	api_put_flag(entry, "IsCurrent", row->id == listing->call->session->id);
	return true;
}

static void
list_sessions(struct api_call *call)
{
	struct session_list listing = {
	    call, api_put_list(call->out, "Sessions")};
	struct err err = {0};

	(void)api_check(call,
	    user_session_list(call->store, call->conf, call->session->user_id,
		call->now_sec, put_listed, &listing, &err),
	    &err, &api_v2_codes);
}

/* ---- password and second factor -------------------------------------------------------- */

/* What ops/ said: of the errors, of the proof. False: the call has failed. */
static bool
check_proof(struct api_call *call, enum sg_err rc, const struct err *err,
    const struct sign_in_proof *proof, const struct api_codes *codes)
{
	if (!api_check(call, rc, err, codes))
		return false;
	switch (proof->outcome) {
	case SIGN_IN_DONE:
		return true;
	case SIGN_IN_LOCKED:
		fail_locked(call, proof->until_sec);
		break;
	case SIGN_IN_CODE_NEEDED:
	case SIGN_IN_CODE_WRONG:
		api_fail(call, "BadRequestException",
		    "Code: it is not right, or was used before. Please give "
		    "the next one.");
		break;
	case SIGN_IN_WRONG:
		api_fail(call, "BadRequestException",
		    "Password: it is not your present password.");
		break;
	}
	return false;
}

static void
change_password(struct api_call *call)
{
	const struct api_codes codes = {"BadRequestException", NULL, NULL};
	struct sign_in_env env = env_of(call);
	struct store_session session = session_of(call);
	struct sign_in_proof proof = {
	    .password = api_text(call->in, "Password")};
	struct err err = {0};
	enum sg_err rc = sign_in_change_password(
	    &env, &session, &proof, api_text(call->in, "NewPassword"), &err);

	(void)check_proof(call, rc, &err, &proof, &codes);
}

/* The host of api.url: what programs show beside the name. */
static void
read_host(const struct conf *conf, char host_r[64])
{
	const char *host = strstr(conf->api_url, "://");

	host = host == NULL ? "" : host + 3;
	(void)snprintf(host_r, 64, "%.*s", (int)strcspn(host, ":/"), host);
}

static void
put_secret(
    struct api_call *call, const unsigned char secret[SECOND_FACTOR_BYTES])
{
	char text[SECOND_FACTOR_TEXT_MAX], uri[SECOND_FACTOR_URI_MAX];
	char host[64], *svg = NULL;
	struct err err = {0};
	enum sg_err rc = second_factor_text(secret, text, &err);

	read_host(call->conf, host);
	if (rc == SG_OK)
		rc = second_factor_uri(
		    secret, call->session->user, host, uri, &err);
	if (rc == SG_OK)
		rc = qr_svg_new(uri, &svg, &err);
	if (api_check(call, rc, &err, &api_v2_codes)) {
		api_put_text(call->out, "Secret", text);
		api_put_text(call->out, "Uri", uri);
		api_put_text(call->out, "QrSvg", svg);
	}
	free(svg);
	OPENSSL_cleanse(text, sizeof(text));
	OPENSSL_cleanse(uri, sizeof(uri));
}

static void
begin_second_factor(struct api_call *call)
{
	const struct api_codes codes = {NULL, NULL, "ConflictException"};
	unsigned char secret[SECOND_FACTOR_BYTES] = {0};
	struct sign_in_env env = env_of(call);
	struct store_session session = session_of(call);
	struct sign_in_proof proof = {
	    .password = api_text(call->in, "Password")};
	struct err err = {0};
	enum sg_err rc =
	    sign_in_begin_factor(&env, &session, &proof, secret, &err);

	if (check_proof(call, rc, &err, &proof, &codes))
		put_secret(call, secret);
	OPENSSL_cleanse(secret, sizeof(secret));
}

static void
confirm_second_factor(struct api_call *call)
{
	const struct api_codes codes = {NULL, "NotFoundException", NULL};
	struct sign_in_env env = env_of(call);
	struct store_session session = session_of(call);
	struct sign_in_proof proof = {.code = api_text(call->in, "Code")};
	struct err err = {0};
	enum sg_err rc = sign_in_confirm_factor(&env, &session, &proof, &err);

	(void)check_proof(call, rc, &err, &proof, &codes);
}

static void
remove_second_factor(struct api_call *call)
{
	const struct api_codes codes = {NULL, "NotFoundException", NULL};
	struct sign_in_env env = env_of(call);
	struct store_session session = session_of(call);
	struct sign_in_proof proof = {
	    .password = api_text(call->in, "Password"),
	    .code = api_text(call->in, "Code")};
	struct err err = {0};
	enum sg_err rc = sign_in_remove_factor(&env, &session, &proof, &err);

	(void)check_proof(call, rc, &err, &proof, &codes);
}

/* clang-format off */
const struct api_operation api_own_session[] = {
	{API_OWN, "SignIn", "POST", "/sendward/session",
	    api_in_own_sign_in, NULL, API_OP_OPEN | API_OP_SLOW,
	    "SignInFailedException|SecondFactorRequiredException", sign_in_call},
	{API_OWN, "GetSession", "GET", "/sendward/session",
	    NULL, NULL, API_OP_OPEN | API_OP_READS,
	    "", get_session},
	{API_OWN, "SignOut", "DELETE", "/sendward/session",
	    NULL, NULL, API_OP_PERSON,
	    "", sign_out},
	{API_OWN, "ListSessions", "GET", "/sendward/sessions",
	    NULL, NULL, API_OP_PERSON | API_OP_READS,
	    "", list_sessions},
	{API_OWN, "SignOutEverywhere", "DELETE", "/sendward/sessions",
	    NULL, NULL, API_OP_PERSON,
	    "", sign_out_everywhere},
	{API_OWN, "ChangePassword", "PUT", "/sendward/session/password",
	    api_in_own_change_password, NULL, API_OP_PERSON | API_OP_SLOW,
	    "", change_password},
	{API_OWN, "BeginSecondFactor", "POST", "/sendward/session/second-factor",
	    api_in_own_begin_second_factor, NULL, API_OP_PERSON | API_OP_SLOW,
	    "ConflictException", begin_second_factor},
	{API_OWN, "ConfirmSecondFactor", "PUT", "/sendward/session/second-factor",
	    api_in_own_confirm_second_factor, NULL, API_OP_PERSON,
	    "NotFoundException", confirm_second_factor},
	{API_OWN, "RemoveSecondFactor", "POST", "/sendward/session/second-factor/removal",
	    api_in_own_remove_second_factor, NULL, API_OP_PERSON | API_OP_SLOW,
	    "NotFoundException", remove_second_factor},
	{.name = NULL}};
/* clang-format on */
