/* The operations of SES v2 (REST and JSON), SES v1 and SNS (Query and XML), and those
 * of sendward itself (REST and JSON, as SES v2), which people at the console may
 * call: one row each, standing beside its handler; the manual's lists are made from
 * these rows. Reads no request. */
#ifndef SENDWARD_API_OPERATION_H
#define SENDWARD_API_OPERATION_H

#include <stdbool.h>
#include <stddef.h>
#include "api/shape.h"

struct api_call;

enum api_protocol { API_V2, API_V1, API_SNS, API_OWN, API_PROTOCOLS };
/* REST and JSON, else Query and XML. */
static inline bool
api_protocol_is_json(int protocol)
{
	return protocol == API_V2 || protocol == API_OWN;
}

enum api_operation_flags {
	API_OP_READS = 1, /* changes nothing: a credential that may only read
	                     may call it */
	API_OP_SENDS = 2, /* hands in mail: a credential that may only send may
	                     call it; no limit of calls a second */
	API_OP_SLOW = 4,  /* may take long: runs in a thread of the pool */
	API_OP_NO_RESULT = 8, /* its XML has no Result element */
	/* API_OWN alone, whose callers are people with a session (session.h).
	 * Without one of these: who belongs to the account, or an operator who
	 * looks at it (API_OP_READS alone). */
	API_OP_OPERATOR = 16, /* operators only; there is no call->account */
	API_OP_PERSON = 32,   /* any role, of the caller's own affairs */
	API_OP_OPEN = 64,     /* also without a session */
};

/* Fills call->out, or calls api_fail. */
typedef void api_operation_fn(struct api_call *call);

struct api_operation {
	enum api_protocol protocol;
	const char *name;          /* "SendEmail"; NULL ends a table */
	const char *method, *path; /* V2, OWN: "GET", "/v2/email/account"; parts
	                              in braces are members; else NULL */
	const struct api_member *in;  /* NULL: takes nothing */
	const struct api_member *out; /* of XML; NULL: nothing */
	int flags;                    /* of enum api_operation_flags */
	const char *errors; /* "A|B": what the handler itself may answer, beside
	                       the errors that every operation has */
	api_operation_fn *handler;
};

/* One table for each file of handlers. */
extern const struct api_operation api_v2_send[], api_v2_identity[],
    api_v2_account[], api_v2_suppression[], api_v2_set[], api_v2_template[],
    api_v2_pool[], api_v2_reputation[], api_v2_tenant[], api_v2_metric[],
    api_v2_tag[], api_v1_send[], api_v1_identity[], api_v1_account[],
    api_v1_set[], api_v1_template[], api_sns_topic[], api_own_overview[],
    api_own_account[], api_own_request[], api_own_session[], api_own_export[],
    api_own_suppression[], api_own_user[], api_own_identity[],
    api_own_credential[], api_own_health[], api_own_observed[], api_own_pool[],
    api_own_message[], api_own_report[], api_own_delivery[], api_own_template[];

/* All tables; ends with NULL. */
extern const struct api_operation *const api_operations[];

/* NULL: there is none of that name. */
const struct api_operation *api_operation_find(
    enum api_protocol protocol, const char *name);

#endif
