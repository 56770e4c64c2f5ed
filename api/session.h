/* People who call: by the session that their browser has since they signed in, in the
 * place of a signature. Knows no operations' inside; signing in itself is
 * own_session.c.
 *
 * A request belongs to a session when it carries its cookie and comes from our own
 * page: what changes or tells anything needs the session's CSRF token in the header
 * x-sendward-csrf, and Origin and Sec-Fetch-Site, where the browser says them, must be
 * this server's own. (RFC 6265 §4.1.2; the cookie is HttpOnly, SameSite=Strict, and
 * Secure with the prefix __Host- when api.url or api.listen is TLS.) */
#ifndef SENDWARD_API_SESSION_H
#define SENDWARD_API_SESSION_H

#include <stdbool.h>
#include <stdint.h>
#include "api/exchange.h"
#include "api/operation.h"

struct api_caller;
struct api_fault;
struct api_service;
struct conf;
struct store;

enum api_role { API_ROLE_OPERATOR, API_ROLE_ACCOUNT };

/* Of a call without a signature. Zeroed: there is no session. */
struct api_session {
	int64_t id, user_id; /* 0: none; operations with API_OP_OPEN see that */
	enum api_role role;
	char user[65];
	char csrf[65];    /* the token that calls must carry */
	bool is_viewing;  /* an operator looks at an account: nothing changes */
	bool must_change; /* the password, before anything else */
	int64_t expires_sec;
};

/* Is it a call of a person rather than of a credential? Every one of /sendward/, and
 * others that have no signature but our cookie. Cheap; no store is asked. */
bool api_session_takes(
    const struct api_request *request, enum api_protocol protocol);

/* Who it is, and whether that role may call the operation; caller_r->account is the
 * session's account, or the one that an operator's header x-sendward-account names
 * (then is_viewing, API_OP_READS alone); none for API_OP_OPERATOR and API_OP_PERSON.
 * caller_r->access_key_id is "console:USER", for log and limits. False: fault_r:
 * SessionRequiredException (401: sign in), AccessDeniedException, or throttled. */
bool api_session_find(struct api_service *service, struct store *store,
    const struct api_request *request, const struct api_operation *operation,
    struct api_caller *caller_r, struct api_fault *fault_r);

/* May a large body come, by the header alone? False: fault_r. */
bool api_session_admits(struct api_service *service, struct store *store,
    const struct api_request *request, struct api_fault *fault_r);

/* For pages (downloads, previews), which a browser fetches by itself: a session by
 * its cookie alone. A form must carry csrf (NULL: a GET that changes nothing).
 * *account_id_r: the session's account, or for operators that of the name `view`
 * (may be NULL); 0 none. False: there is no such session. */
bool api_session_page(struct api_service *service, struct store *store,
    const struct api_request *request, const char *csrf, const char *view,
    struct api_session *session_r, int64_t *account_id_r);

/* The value of Set-Cookie that gives the browser this token; "": takes it away. */
#define API_SESSION_COOKIE_MAX 320
void api_session_cookie(const struct conf *conf, const char *token,
    char cookie_r[API_SESSION_COOKIE_MAX]);
/* The CSRF token of a session's. False: it cannot be made. */
bool api_session_csrf(const char *token, char csrf_r[65]);

#endif
