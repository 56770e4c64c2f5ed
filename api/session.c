/* Sessions of people: see session.h. */
#include "config.h"

#include "api/session.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "api/caller.h"
#include "api/cookie.h"
#include "api/fault.h"
#include "api/query.h"
#include "api/service.h"
#include "api/throttle.h"
#include "base/clock.h"
#include "conf/conf.h"
#include "ops/account.h"
#include "ops/user_session.h"

#define COOKIE "sendward_session"
#define SECURE_COOKIE "__Host-sendward_session"
#define TOKEN_MAX (USER_SESSION_TOKEN_LEN + 1)
/* A page makes several calls at once. */
#define CALLS_TIMES 5

/* ---- fields ---------------------------------------------------------------------- */

static bool
is_secure(const struct conf *conf)
{
	return strncasecmp(conf->api_url, "https://", 8) == 0 ||
	       conf->api_tls_certificate_file[0] != '\0';
}

static const char *
cookie_name(const struct conf *conf)
{
	return is_secure(conf) ? SECURE_COOKIE : COOKIE;
}

/* Two of one name: somebody else has set one, and which is not known. */
static bool
find_token(const struct conf *conf, const struct api_request *request,
    char token_r[TOKEN_MAX])
{
	return api_cookie_find(
		   request, cookie_name(conf), token_r, TOKEN_MAX) == 1 &&
	       token_r[0] != '\0';
}

void
api_session_cookie(const struct conf *conf, const char *token,
    char cookie_r[API_SESSION_COOKIE_MAX])
{
	(void)snprintf(cookie_r, API_SESSION_COOKIE_MAX,
	    "%s=%.64s; Path=/; HttpOnly; SameSite=Strict%s%s",
	    cookie_name(conf), token, is_secure(conf) ? "; Secure" : "",
	    token[0] == '\0' ? "; Max-Age=0" : "");
}

bool
api_session_csrf(const char *token, char csrf_r[65])
{
	static const unsigned char label[] = "csrf";
	unsigned char mac[32];
	unsigned len = sizeof(mac);

	csrf_r[0] = '\0';
	if (HMAC(EVP_sha256(), token, (int)strlen(token), label,
		sizeof(label) - 1, mac, &len) == NULL ||
	    len != sizeof(mac))
		return false;
	for (size_t i = 0; i < sizeof(mac); i++)
		(void)snprintf(csrf_r + 2 * i, 3, "%02x", mac[i]);
	return true;
}

static bool
is_csrf(const struct api_session *session, const char *given)
{
	size_t len = strlen(session->csrf);

	return len == 64 && strlen(given) == len &&
	       CRYPTO_memcmp(given, session->csrf, len) == 0;
}

/* ---- whence ---------------------------------------------------------------------- */

/* Is it the origin of this address ("https://host:port/path")? */
static bool
is_origin_of(const char *url, const char *origin)
{
	const char *host = strstr(url, "://");
	size_t len;

	if (host == NULL)
		return false;
	len = (size_t)(host - url) + 3 + strcspn(host + 3, "/");
	return strlen(origin) == len && strncasecmp(url, origin, len) == 0;
}

static bool
is_own_origin(const struct conf *conf, const struct api_request *request,
    const char *origin)
{
	char own[512];

	if (is_origin_of(conf->api_url, origin))
		return true;
	(void)snprintf(own, sizeof(own), "%s://%.400s",
	    conf->api_tls_certificate_file[0] != '\0' ? "https" : "http",
	    api_request_field(request, "host"));
	return strcasecmp(own, origin) == 0;
}

/* A browser says from whose page a request comes; others say nothing, and have no
 * cookies that another could use. */
static bool
is_from_us(
    const struct conf *conf, const struct api_request *request, bool is_page)
{
	const char *site = api_request_field(request, "sec-fetch-site");
	const char *origin = api_request_field(request, "origin");

	if (site[0] != '\0' && strcmp(site, "same-origin") != 0 &&
	    (!is_page || strcmp(site, "none") != 0))
		return false;
	return origin[0] == '\0' || is_own_origin(conf, request, origin);
}

bool
api_session_takes(const struct api_request *request, enum api_protocol protocol)
{
	char token[TOKEN_MAX], signature[8];

	if (protocol == API_OWN)
		return true;
	if (api_request_field(request, "authorization")[0] != '\0' ||
	    api_query_peek(request->query, strlen(request->query),
		"X-Amz-Signature", signature, sizeof(signature)))
		return false;
	return api_cookie_find(request, COOKIE, token, sizeof(token)) > 0 ||
	       api_cookie_find(request, SECURE_COOKIE, token, sizeof(token)) >
		   0;
}

/* ---- who ------------------------------------------------------------------------- */

static bool
fail_inside(struct api_fault *fault, const char *why)
{
	api_fault_say(fault, "ServiceUnavailable",
	    "The service is temporarily unavailable; please try again");
	(void)snprintf(fault->why, sizeof(fault->why), "%.255s", why);
	return false;
}

/* The session of the request's cookie; zeroed when there is none that lives. False:
 * the store failed. */
static bool
find_session(struct api_service *service, struct store *store,
    const struct api_request *request, struct api_session *session_r,
    int64_t *account_id_r, struct api_fault *fault)
{
	const struct conf *conf = api_service_conf(service);
	struct store_session row;
	char token[TOKEN_MAX];
	struct err err = {0};
	enum sg_err rc;

	memset(session_r, 0, sizeof(*session_r));
	*account_id_r = 0;
	if (!find_token(conf, request, token))
		return true;
	rc =
	    user_session_find(store, conf, token, request->now_sec, &row, &err);
	if (rc == SG_OK && !api_session_csrf(token, session_r->csrf))
		rc = err_set(&err, SG_CRYPTO, "no CSRF token can be made");
	OPENSSL_cleanse(token, sizeof(token));
	if (rc == SG_MISSING)
		return true;
	if (rc != SG_OK)
		return fail_inside(fault, err.text);
	session_r->id = row.id;
	session_r->user_id = row.user_id;
	session_r->role = row.role == STORE_ROLE_OPERATOR ? API_ROLE_OPERATOR
							  : API_ROLE_ACCOUNT;
	session_r->must_change = row.must_change;
	session_r->expires_sec = row.expires_sec;
	(void)snprintf(
	    session_r->user, sizeof(session_r->user), "%s", row.user);
	*account_id_r = row.account_id;
	return true;
}

static const char *
denied(enum api_protocol protocol)
{
	static const char *const codes[API_PROTOCOLS] = {
	    [API_V2] = "AccessDeniedException",
	    [API_V1] = "AccessDenied",
	    [API_OWN] = "AccessDeniedException",
	    [API_SNS] = "AuthorizationError"};

	return codes[protocol];
}

/* A session that lives, and a request of its own page. */
static bool
check_session(struct api_service *service, struct store *store,
    const struct api_request *request, enum api_protocol protocol,
    struct api_session *session_r, int64_t *account_id_r,
    struct api_fault *fault)
{
	if (!find_session(
		service, store, request, session_r, account_id_r, fault))
		return false;
	if (session_r->id == 0)
		api_fault_say(fault, "SessionRequiredException",
		    "You are not signed in, or not any more. Please sign in.");
	else if (!is_csrf(
		     session_r, api_request_field(request, "x-sendward-csrf")))
		api_fault_say(fault, denied(protocol),
		    "The header x-sendward-csrf is missing, or is not this "
		    "session's. Please load the page again.");
	else
		return true;
	return false;
}

static bool
check_origin(struct api_service *service, const struct api_request *request,
    enum api_protocol protocol, struct api_fault *fault)
{
	if (is_from_us(api_service_conf(service), request, false))
		return true;
	api_fault_say(fault, denied(protocol),
	    "The request comes from a page of another site, or the option "
	    "api.url is not the address that the browser uses");
	return false;
}

bool
api_session_admits(struct api_service *service, struct store *store,
    const struct api_request *request, struct api_fault *fault_r)
{
	struct api_session session;
	int64_t account_id;

	return check_origin(service, request, API_OWN, fault_r) &&
	       check_session(service, store, request, API_OWN, &session,
		   &account_id, fault_r);
}

/* ---- what they may --------------------------------------------------------------- */

/* The account that an operator looks at. */
static bool
find_viewed(struct store *store, const struct api_request *request,
    const struct api_operation *operation, struct api_caller *caller,
    struct api_fault *fault)
{
	const char *name = api_request_field(request, "x-sendward-account");
	struct err err = {0};
	enum sg_err rc;

	if (name[0] == '\0') {
		api_fault_say(fault,
		    api_fault_invalid((int)operation->protocol),
		    "%s is of an account: the header x-sendward-account "
		    "must name it",
		    operation->name);
		return false;
	}
	if ((operation->flags & API_OP_READS) == 0) {
		api_fault_say(fault, denied(operation->protocol),
		    "An operator may look at an account, but not change what "
		    "is its own: %s changes it",
		    operation->name);
		return false;
	}
	rc = account_get(store, name, &caller->account, &err);
	if (rc != SG_OK && rc != SG_MISSING)
		return fail_inside(fault, err.text);
	if (rc == SG_MISSING)
		api_fault_say(fault,
		    api_fault_invalid((int)operation->protocol),
		    "x-sendward-account: there is no account %.64s", name);
	caller->session.is_viewing = true;
	return rc == SG_OK;
}

static bool
check_role(struct store *store, const struct api_request *request,
    const struct api_operation *operation, int64_t account_id,
    struct api_caller *caller, struct api_fault *fault)
{
	bool is_operator = caller->session.role == API_ROLE_OPERATOR;
	struct err err = {0};

	if ((operation->flags & (API_OP_OPEN | API_OP_PERSON)) != 0)
		return true;
	if ((operation->flags & API_OP_OPERATOR) != 0) {
		if (!is_operator)
			api_fault_say(fault, denied(operation->protocol),
			    "%s is for operators", operation->name);
		return is_operator;
	}
	if (is_operator)
		return find_viewed(store, request, operation, caller, fault);
	return store_account_get_by_id(
		   store, account_id, &caller->account, &err) == SG_OK ||
	       fail_inside(fault, err.text);
}

/* Until the password is changed nothing else goes. */
static bool
check_change(const struct api_operation *operation,
    const struct api_session *session, struct api_fault *fault)
{
	if (!session->must_change || (operation->flags & API_OP_OPEN) != 0 ||
	    (operation->protocol == API_OWN &&
		(strcmp(operation->name, "SignOut") == 0 ||
		    strcmp(operation->name, "ChangePassword") == 0)))
		return true;
	api_fault_say(fault, denied(operation->protocol),
	    "Please change your password first (ChangePassword)");
	return false;
}

static bool
check_rate(struct api_service *service, const struct api_operation *operation,
    const struct api_caller *caller, struct api_fault *fault)
{
	if (api_throttle_call(api_service_throttle(service),
		caller->access_key_id,
		CALLS_TIMES * api_service_conf(service)->api_calls_per_second,
		clock_mono_msec()))
		return true;
	api_fault_say(fault, api_fault_throttled((int)operation->protocol),
	    "User %s makes too many calls a second", caller->session.user);
	return false;
}

static void
name_caller(struct api_service *service, const struct api_request *request,
    struct api_caller *caller)
{
	unsigned char hash[32] = {0};

	caller->is_person = true;
	caller->permission = STORE_MAY_ALL;
	(void)snprintf(caller->access_key_id, sizeof(caller->access_key_id),
	    "console:%s", caller->session.user);
	(void)snprintf(caller->region, sizeof(caller->region), "%.63s",
	    api_service_conf(service)->region);
	(void)EVP_Digest(
	    request->body, request->body_len, hash, NULL, EVP_sha256(), NULL);
	for (size_t i = 0; i < sizeof(hash); i++)
		(void)snprintf(caller->body_hash + 2 * i, 3, "%02x", hash[i]);
}

bool
api_session_find(struct api_service *service, struct store *store,
    const struct api_request *request, const struct api_operation *operation,
    struct api_caller *caller_r, struct api_fault *fault_r)
{
	struct api_session *session = &caller_r->session;
	enum api_protocol protocol = operation->protocol;
	bool is_open = (operation->flags & API_OP_OPEN) != 0;
	int64_t account_id;

	memset(caller_r, 0, sizeof(*caller_r));
	memset(fault_r, 0, sizeof(*fault_r));
	if (!check_origin(service, request, protocol, fault_r))
		return false;
	if (is_open ? !find_session(service, store, request, session,
			  &account_id, fault_r)
		    : !check_session(service, store, request, protocol, session,
			  &account_id, fault_r))
		return false;
	name_caller(service, request, caller_r);
	if (session->id == 0)
		return true;
	return check_rate(service, operation, caller_r, fault_r) &&
	       check_change(operation, session, fault_r) &&
	       check_role(
		   store, request, operation, account_id, caller_r, fault_r);
}

bool
api_session_page(struct api_service *service, struct store *store,
    const struct api_request *request, const char *csrf, const char *view,
    struct api_session *session_r, int64_t *account_id_r)
{
	struct store_account account;
	struct api_fault fault;

	memset(session_r, 0, sizeof(*session_r));
	*account_id_r = 0;
	if (!is_from_us(api_service_conf(service), request, true) ||
	    !find_session(
		service, store, request, session_r, account_id_r, &fault) ||
	    session_r->id == 0 || session_r->must_change ||
	    (csrf != NULL && !is_csrf(session_r, csrf)))
		return false;
	if (session_r->role == API_ROLE_OPERATOR && view != NULL &&
	    view[0] != '\0') {
		if (account_get(store, view, &account, NULL) != SG_OK)
			return false;
		*account_id_r = account.facts.id;
		session_r->is_viewing = true;
	}
	return true;
}
