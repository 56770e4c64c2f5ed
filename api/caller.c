/* Who calls: see caller.h. The store is asked each time, so that a credential that
 * was disabled or deleted is out at once. */
#include "config.h"

#include "api/caller.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "api/fault.h"
#include "api/keys.h"
#include "api/service.h"
#include "api/sigv4.h"
#include "api/throttle.h"
#include "base/clock.h"
#include "base/seal.h"
#include "conf/conf.h"

#define SEALED_MAX 512

static bool fail(struct api_fault *fault, const char *code, const char *format,
    ...) __attribute__((format(printf, 3, 4)));

/* False, always. */
static bool
fail(struct api_fault *fault, const char *code, const char *format, ...)
{
	va_list args;

	(void)snprintf(fault->code, sizeof(fault->code), "%s", code);
	va_start(args, format);
	(void)vsnprintf(fault->message, sizeof(fault->message), format, args);
	va_end(args);
	return false;
}

static bool
fail_inside(struct api_fault *fault, const char *why)
{
	(void)snprintf(fault->why, sizeof(fault->why), "%.255s", why);
	return fail(fault, "ServiceUnavailable",
	    "The service is temporarily unavailable; please try again");
}

/* ---- signature -------------------------------------------------------------------- */

static const char *
code_of(enum sigv4_finding finding, enum api_protocol protocol)
{
	bool is_v2 = api_protocol_is_json(protocol);

	switch (finding) {
	case SIGV4_ABSENT:
		return is_v2 ? "MissingAuthenticationTokenException"
			     : "MissingAuthenticationToken";
	case SIGV4_UNKNOWN:
		return is_v2 ? "UnrecognizedClientException"
			     : "InvalidClientTokenId";
	case SIGV4_WRONG:
		return is_v2 ? "InvalidSignatureException"
			     : "SignatureDoesNotMatch";
	default:
		return "IncompleteSignature";
	}
}

/* Is name one of the words of list? An empty list has every name. */
static bool
is_listed(const char *list, const char *name)
{
	size_t len = strlen(name);

	list += strspn(list, " ");
	if (*list == '\0')
		return true;
	while (*list != '\0') {
		size_t word = strcspn(list, " ");

		if (word == len && memcmp(list, name, len) == 0)
			return true;
		list += word;
		list += strspn(list, " ");
	}
	return false;
}

static bool
read_signature(const struct conf *conf, const struct api_request *request,
    enum api_protocol protocol, struct sigv4 *sig_r, struct api_fault *fault)
{
	enum sigv4_finding rc =
	    sigv4_read(request, protocol == API_SNS ? "sns" : "ses", sig_r);

	if (rc == SIGV4_FAILED)
		return fail_inside(fault, sig_r->why);
	if (rc != SIGV4_READ)
		return fail(fault, code_of(rc, protocol), "%s", sig_r->why);
	if (!is_listed(conf->api_regions, sig_r->region))
		return fail(fault, code_of(SIGV4_WRONG, protocol),
		    "Credential should be scoped to a valid region, not '%s'; "
		    "this server's are: %s",
		    sig_r->region, conf->api_regions);
	return true;
}

/* ---- secret ----------------------------------------------------------------------- */

struct found {
	int64_t account_id;
	enum store_permission permission;
	bool enabled;
	unsigned char sealed[SEALED_MAX];
	size_t sealed_len;
};

static bool
note_credential(void *ctx, const struct store_credential *row)
{
	struct found *found = ctx;

	if (row->sealed_len > sizeof(found->sealed))
		return false;
	found->account_id = row->account_id;
	found->permission = row->permission;
	found->enabled = row->enabled;
	memcpy(found->sealed, row->sealed_secret, row->sealed_len);
	found->sealed_len = row->sealed_len;
	return false;
}

static enum sg_err
derive_key(const struct seal *seal, const struct found *found,
    const struct sigv4 *sig, unsigned char key_r[SIGV4_KEY_BYTES],
    struct err *err_r)
{
	unsigned char *secret = NULL;
	size_t len = 0;
	enum sg_err rc = seal_unwrap(seal, "credential.secret", found->sealed,
	    found->sealed_len, &secret, &len, err_r);

	if (rc == SG_OK && !sigv4_key(sig, (const char *)secret, key_r))
		rc = err_set(err_r, SG_CRYPTO, "no signing key");
	seal_wipe_free(&secret, len);
	return rc;
}

static enum sg_err
check_secret(const struct seal *seal, struct api_keys *keys,
    const struct found *found, const struct api_request *request,
    const struct sigv4 *sig, bool *is_right_r, struct err *err_r)
{
	unsigned char key[SIGV4_KEY_BYTES];
	bool is_known = keys != NULL && api_keys_find(keys, found->sealed,
					    found->sealed_len, sig, key);
	enum sg_err rc =
	    is_known ? SG_OK : derive_key(seal, found, sig, key, err_r);

	if (rc == SG_OK)
		*is_right_r = sigv4_matches_key(request, sig, key);
	if (rc == SG_OK && *is_right_r && !is_known && keys != NULL)
		api_keys_add(keys, found->sealed, found->sealed_len, sig, key);
	OPENSSL_cleanse(key, sizeof(key));
	return rc;
}

/* The work that a secret would be, so that the time does not tell that there is
 * none. */
static void
check_nothing(const struct seal *seal, const struct api_request *request,
    const struct sigv4 *sig)
{
	static const char secret[] = "a secret that belongs to no key at all..";
	unsigned char *sealed;
	size_t len;

	if (seal_wrap(seal, "credential.secret", secret, strlen(secret),
		&sealed, &len, NULL) == SG_OK)
		free(sealed);
	(void)sigv4_matches(request, sig, secret);
}

/* Is it the signature of an enabled credential? found_r is its own then. */
static bool
check_signature(struct api_service *service, struct store *store,
    const struct api_request *request, enum api_protocol protocol,
    struct sigv4 *sig, struct found *found_r, struct api_fault *fault)
{
	const struct seal *seal = api_service_seal(service);
	struct err err;
	bool is_right = false;
	enum sigv4_finding finding = sigv4_read_body(request, sig);
	enum sg_err rc;

	if (finding == SIGV4_FAILED)
		return fail_inside(fault, sig->why);
	if (finding != SIGV4_READ)
		return fail(fault, code_of(finding, protocol), "%s", sig->why);
	rc = store_credential_get(
	    store, sig->access_key_id, note_credential, found_r, &err);
	if (rc != SG_OK && rc != SG_MISSING)
		return fail_inside(fault, err.text);
	if (rc == SG_MISSING || !found_r->enabled) {
		check_nothing(seal, request, sig);
		return fail(fault, code_of(SIGV4_UNKNOWN, protocol),
		    "The security token included in the request is invalid");
	}
	if (check_secret(seal, api_service_keys(service), found_r, request, sig,
		&is_right, &err) != SG_OK)
		return fail_inside(fault, err.text);
	if (!is_right)
		return fail(fault, code_of(SIGV4_WRONG, protocol),
		    "The request signature we calculated does not match the "
		    "signature you provided. Check your secret access key and "
		    "signing method");
	return true;
}

/* ---- caller ----------------------------------------------------------------------- */

static bool
take_caller(struct store *store, const struct sigv4 *sig,
    const struct found *found, struct api_caller *caller_r,
    struct api_fault *fault)
{
	struct err err;

	memset(caller_r, 0, sizeof(*caller_r));
	(void)snprintf(caller_r->access_key_id, sizeof(caller_r->access_key_id),
	    "%s", sig->access_key_id);
	(void)snprintf(
	    caller_r->region, sizeof(caller_r->region), "%s", sig->region);
	(void)snprintf(caller_r->body_hash, sizeof(caller_r->body_hash), "%s",
	    sig->body_hash);
	caller_r->permission = found->permission;
	if (store_account_get_by_id(
		store, found->account_id, &caller_r->account, &err) != SG_OK)
		return fail_inside(fault, err.text);
	return true;
}

bool
api_caller_find(struct api_service *service, struct store *store,
    const struct api_request *request, enum api_protocol protocol,
    struct api_caller *caller_r, struct api_fault *fault_r)
{
	struct api_throttle *throttle = api_service_throttle(service);
	struct found found = {0};
	struct sigv4 sig;
	int64_t now_msec;
	bool is_right;

	memset(fault_r, 0, sizeof(*fault_r));
	if (!read_signature(
		api_service_conf(service), request, protocol, &sig, fault_r))
		return false;
	if (api_service_seal(service) == NULL)
		return fail_inside(fault_r, "the master key was not read");
	now_msec = clock_mono_msec();
	if (!api_throttle_may_try(
		throttle, request->client, sig.access_key_id, now_msec))
		return fail(fault_r, api_fault_throttled(protocol),
		    "Too many requests with wrong signatures");
	is_right = check_signature(
	    service, store, request, protocol, &sig, &found, fault_r);
	if (is_right || fault_r->why[0] == '\0')
		api_throttle_tried(throttle, request->client, sig.access_key_id,
		    is_right, now_msec);
	return is_right && take_caller(store, &sig, &found, caller_r, fault_r);
}

/* ---- permission and rate ------------------------------------------------------------ */

static bool
is_permitted(enum store_permission permission, int flags)
{
	switch (permission) {
	case STORE_MAY_ALL:
		return true;
	case STORE_MAY_SEND:
		return (flags & API_OP_SENDS) != 0;
	case STORE_MAY_READ:
		return (flags & API_OP_READS) != 0;
	}
	return false;
}

bool
api_caller_may(struct api_service *service, const struct api_caller *caller,
    const struct api_operation *operation, struct api_fault *fault_r)
{
	static const char *const denied[API_PROTOCOLS] = {
	    [API_V2] = "AccessDeniedException",
	    [API_V1] = "AccessDenied",
	    [API_OWN] = "AccessDeniedException",
	    [API_SNS] = "AuthorizationError"};
	enum api_protocol protocol = operation->protocol;

	memset(fault_r, 0, sizeof(*fault_r));
	if (!is_permitted(caller->permission, operation->flags))
		return fail(fault_r, denied[protocol],
		    "Credential %s is not authorized to perform: %s:%s; its "
		    "permission is %s",
		    caller->access_key_id, protocol == API_SNS ? "sns" : "ses",
		    operation->name,
		    caller->permission == STORE_MAY_SEND ? "send" : "read");
	if ((operation->flags & API_OP_SENDS) != 0 ||
	    api_throttle_call(api_service_throttle(service),
		caller->access_key_id,
		api_service_conf(service)->api_calls_per_second,
		clock_mono_msec()))
		return true;
	return fail(fault_r, api_fault_throttled(protocol),
	    "Credential %s makes too many calls a second",
	    caller->access_key_id);
}
