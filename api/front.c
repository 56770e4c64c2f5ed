/* A call of the API from its request to its answer: see front.h. Knows neither what
 * operations do nor how inputs and answers are written. */
#include "config.h"

#include "api/front.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "api/call.h"
#include "api/caller.h"
#include "api/codec.h"
#include "api/fault.h"
#include "api/metrics.h"
#include "api/operation.h"
#include "api/service.h"
#include "api/session.h"
#include "api/sigv4.h"
#include "base/clock.h"
#include "base/log.h"
#include "ops/publish.h"

/* Bodies beyond this are read and checked in a thread of the pool, whatever the
 * operation: the others of an HTTP thread shall not wait for them. */
#define QUICK_BODY_MAX (256 * 1024)
#define ROUTE "api"

/* What is known of a call while it goes its way. */
struct walk {
	struct api_service *service;
	const struct api_request *request;
	struct api_response *response;
	enum api_protocol protocol;
	const struct api_operation *operation; /* NULL: not found yet */
	struct store *store;
	struct api_caller caller;
	bool is_known; /* the caller */
	json_t *in, *out;
	struct api_fault fault;
}; /* zeroed at first */

bool
api_front_takes(const struct api_request *request)
{
	enum api_protocol protocol;

	return api_codec_takes(request, &protocol);
}

int
api_front_form(const struct api_request *request)
{
	enum api_protocol protocol;

	return api_codec_takes(request, &protocol) ? (int)protocol : -1;
}

bool
api_front_is_slow(const struct api_request *request)
{
	const struct api_operation *operation;
	enum api_protocol protocol;
	struct api_fault fault;

	if (!api_codec_takes(request, &protocol))
		return false;
	if (request->body_len > QUICK_BODY_MAX)
		return true;
	operation = api_codec_find(request, protocol, &fault);
	return operation != NULL && (operation->flags & API_OP_SLOW) != 0;
}

/* ---- the steps ------------------------------------------------------------------ */

static void
fail(struct walk *walk, const char *code, const char *text)
{
	(void)snprintf(walk->fault.code, sizeof(walk->fault.code), "%s", code);
	(void)snprintf(
	    walk->fault.message, sizeof(walk->fault.message), "%s", text);
}

static bool
open_store(struct walk *walk)
{
	struct err err = {0};

	if (api_service_store(walk->service, &walk->store, &err) == SG_OK)
		return true;
	fail(walk, "ServiceUnavailable",
	    "The service cannot be reached at present. Please try again.");
	(void)snprintf(
	    walk->fault.why, sizeof(walk->fault.why), "%.255s", err.text);
	return false;
}

/* What only reads, and is soon done, reads all in one. */
static void
hold_store(struct walk *walk)
{
	int flags = walk->operation->flags;

	if ((flags & API_OP_READS) != 0 && (flags & API_OP_SLOW) == 0)
		(void)store_read_begin(walk->store, NULL); /* else each apart */
}

static bool
find_caller(struct walk *walk)
{
	if (!open_store(walk))
		return false;
	hold_store(walk);
	if (api_session_takes(walk->request, walk->protocol))
		walk->is_known =
		    api_session_find(walk->service, walk->store, walk->request,
			walk->operation, &walk->caller, &walk->fault);
	else
		walk->is_known = api_caller_find(walk->service, walk->store,
		    walk->request, walk->protocol, &walk->caller, &walk->fault);
	if (!walk->is_known || walk->caller.is_person)
		return walk->is_known;
	return api_caller_may(
	    walk->service, &walk->caller, walk->operation, &walk->fault);
}

static void
run(struct walk *walk)
{
	const struct api_request *request = walk->request;
	const char *once =
	    api_request_field(request, "x-sendward-idempotency-key");
	struct api_call call = {.service = walk->service,
	    .conf = api_service_conf(walk->service),
	    .seal = api_service_seal(walk->service),
	    .store = walk->store,
	    .operation = walk->operation,
	    .owner = walk->caller.account,
	    .account = walk->caller.account.facts.name,
	    .access_key_id = walk->caller.access_key_id,
	    .region = walk->caller.region,
	    .client = request->client,
	    .session = walk->caller.is_person ? &walk->caller.session : NULL,
	    .request = request,
	    .request_id = walk->response->request_id,
	    .once_key = once,
	    .body_hash = walk->caller.body_hash,
	    .now_sec = request->now_sec,
	    .now_msec = clock_now_usec() / 1000,
	    .in = walk->in,
	    .out = walk->out};

	if (once[0] == '\0')
		call.once_key =
		    api_request_field(request, "amz-sdk-invocation-id");
	walk->operation->handler(&call);
	if (api_failed(&call) &&
	    !api_fault_may(walk->operation, call.fault.code))
		log_bug("an operation's error is not one of its row");
	walk->fault = call.fault;
	memcpy(walk->response->cookie, call.cookie, sizeof(call.cookie));
}

/* Up to the first fault. */
static void
go(struct walk *walk)
{
	walk->operation =
	    api_codec_find(walk->request, walk->protocol, &walk->fault);
	if (walk->operation == NULL || !find_caller(walk))
		return;
	walk->in = api_codec_read(walk->operation, walk->request, &walk->fault);
	if (walk->in == NULL)
		return;
	walk->out = json_object();
	if (walk->out == NULL)
		fail(walk, "ServiceUnavailable", "There is no memory.");
	else
		run(walk);
}

/* ---- the answer ----------------------------------------------------------------- */

static void
write_answer(struct walk *walk)
{
	struct api_response *response = walk->response;
	const char *code = walk->fault.code;

	api_codec_answer(walk->protocol, walk->operation, walk->out,
	    code[0] == '\0' ? NULL : &walk->fault, response);
	if (response->body.failed && code[0] == '\0') {
		/* What was done is done; it cannot be told. */
		fail(walk, "InternalFailure", "The answer is too long.");
		buf_clear(&response->body);
		api_codec_answer(walk->protocol, walk->operation, NULL,
		    &walk->fault, response);
	}
	(void)snprintf(response->error, sizeof(response->error), "%s", code);
	(void)snprintf(
	    response->why, sizeof(response->why), "%s", walk->fault.why);
	if (response->status == 503 && response->retry_after_sec == 0)
		response->retry_after_sec = 5;
	response->route = ROUTE;
}

/* A NULL value leaves its pair out. */
static void
log_call(const struct walk *walk)
{
	const struct api_request *request = walk->request;
	const struct api_response *response = walk->response;
	char status[16];

	(void)snprintf(status, sizeof(status), "%d", response->status);
	log_event(LOG_API_CALL_EVENT, NULL, "operation",
	    walk->operation == NULL ? NULL : walk->operation->name, "account",
	    walk->is_known && walk->caller.account.facts.name[0] != '\0'
		? walk->caller.account.facts.name
		: NULL,
	    "key", walk->is_known ? walk->caller.access_key_id : NULL, "status",
	    status, "error",
	    response->error[0] == '\0' ? NULL : response->error, "client",
	    request->client, "request", response->request_id, NULL);
}

void
api_front_answer(struct api_service *service, const struct api_request *request,
    struct api_response *response_r)
{
	struct walk walk = {
	    .service = service, .request = request, .response = response_r};

	(void)api_codec_takes(request, &walk.protocol);
	if (api_service_request_id(service, response_r->request_id)) {
		go(&walk);
		if (walk.store != NULL)
			store_read_end(walk.store);
	} else {
		fail(&walk, "ServiceUnavailable", "Please try again.");
		(void)snprintf(walk.fault.why, sizeof(walk.fault.why),
		    "no random bytes for a request id");
	}
	write_answer(&walk);
	api_metrics_call(
	    api_service_metrics(service), walk.operation, response_r->status);
	log_call(&walk);
	json_decref(walk.in);
	json_decref(walk.out);
}

static bool
note_enabled(void *ctx, const struct store_credential *row)
{
	*(bool *)ctx = row->enabled;
	return false;
}

/* Could an enabled credential have signed it? POST / tells its service by its body
 * alone. */
static bool
is_signed(struct walk *walk, struct sigv4 *sig_r)
{
	return sigv4_read(walk->request, "ses", sig_r) == SIGV4_READ ||
	       (!api_protocol_is_json(walk->protocol) &&
		   sigv4_read(walk->request, "sns", sig_r) == SIGV4_READ);
}

static void
refuse_stranger(struct walk *walk)
{
	struct sigv4 sig;

	if (is_signed(walk, &sig))
		fail(walk,
		    api_protocol_is_json(walk->protocol)
			? "UnrecognizedClientException"
			: "InvalidClientTokenId",
		    "The security token included in the request is invalid");
	else
		(void)api_caller_find(walk->service, walk->store, walk->request,
		    walk->protocol, &walk->caller, &walk->fault);
}

bool
api_front_admits(struct api_service *service, const struct api_request *request,
    struct api_response *response_r)
{
	struct walk walk = {
	    .service = service, .request = request, .response = response_r};
	struct sigv4 sig;
	struct err err;
	bool is_enabled = false;

	(void)api_codec_takes(request, &walk.protocol);
	(void)api_service_request_id(service, response_r->request_id);
	if (open_store(&walk)) {
		if (api_session_takes(request, walk.protocol)) {
			if (api_session_admits(
				service, walk.store, request, &walk.fault))
				return true;
		} else if (is_signed(&walk, &sig) &&
			   store_credential_get(walk.store, sig.access_key_id,
			       note_enabled, &is_enabled, &err) == SG_OK &&
			   is_enabled) {
			return true;
		} else {
			refuse_stranger(&walk);
		}
	}
	write_answer(&walk);
	log_call(&walk);
	return false;
}

/* ---- refusals ------------------------------------------------------------------- */

static const struct refusal {
	int status;
	const char *code; /* NULL: the protocol's word for an invalid request */
	const char *text;
} refusals[] = {
    {408, "RequestTimeoutException", "The request did not arrive in time."},
    {411, NULL,
	"The request has a body without Content-Length: chunks are not taken."},
    {413, "RequestEntityTooLargeException",
	"The request is larger than this server takes."},
    {414, NULL, "The path and query of the request are too long."},
    {431, NULL, "The header of the request is too large."},
    {503, "ServiceUnavailable",
	"The server is busy at present. Please try again."},
    {400, NULL, "The header of the request is ambiguous or malformed."},
};

static void
answer_refusal(struct walk *walk, int status)
{
	const struct refusal *last =
	    &refusals[sizeof(refusals) / sizeof(refusals[0]) - 1];
	const struct refusal *row = refusals;
	struct err err;

	while (row < last && row->status != status)
		row++;

	/* Without random bytes it has no name. */
	(void)publish_uuid(walk->response->request_id, &err);
	fail(walk,
	    row->code == NULL ? api_fault_invalid((int)walk->protocol)
			      : row->code,
	    row->text);
	write_answer(walk);
	walk->response->status = status;
}

void
api_front_refuse(const struct api_request *request, int status,
    struct api_response *response_r)
{
	struct walk walk = {.request = request, .response = response_r};

	(void)api_codec_takes(request, &walk.protocol);
	answer_refusal(&walk, status);
	log_call(&walk);
}

void
api_front_late(int form, struct api_response *response_r)
{
	struct walk walk = {
	    .response = response_r, .protocol = (enum api_protocol)form};

	answer_refusal(&walk, 408);
}
