/* One call of an operation, as its handler sees it: who calls, the input as a JSON
 * object (already checked by the operation's shape, whatever the protocol), and the
 * output, an object too, or the error. Knows no HTTP, no XML.
 *
 * A handler decides nothing about mail: it calls ops/. What it says about is always
 * call->account's: every query carries it. */
#ifndef SENDWARD_API_CALL_H
#define SENDWARD_API_CALL_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include "api/operation.h"
#include "base/err.h"
#include "store/store.h"

struct api_request;
struct api_service;
struct api_session;
struct conf;
struct seal;

struct api_fault {
	char code[64]; /* "NotFoundException"; "" none */
	char message[1024];
	char why[256]; /* for the log alone, with 5xx */
};

struct api_call {
	struct api_service *service;
	const struct conf *conf;
	const struct seal *seal; /* NULL: the master key could not be read */
	struct store *store;     /* the thread's own */
	const struct api_operation *operation;
	struct store_account owner; /* the caller's account */
	const char *account;        /* its name, owner.facts.name */
	const char *access_key_id;
	const char *region; /* that the client signed for */
	const char *client; /* address */
	/* Who is signed in; NULL: a credential signed the call. */
	const struct api_session *session;
	const struct api_request *request; /* for own_session.c alone */
	const char *request_id;            /* what answer and log name it by */
	/* A name for this try and its repetitions, "" none: the header
	 * x-sendward-idempotency-key, else amz-sdk-invocation-id. body_hash:
	 * SHA-256 of the body in hexadecimal. */
	const char *once_key, *body_hash;
	int64_t now_sec, now_msec;
	const json_t *in; /* an object */
	json_t *out;      /* an object; empty before */
	char cookie[320]; /* for the caller's browser: Set-Cookie; "" none */
	struct api_fault fault;
};

/* Ends the call with an error. code: one of the operation's row, or one that every
 * operation has (fault.h). The first one counts. The text names the member or the
 * thing, holds no internals, and may hold the client's own words (UTF-8). */
void api_fail(struct api_call *call, const char *code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* What an operation in ops/ or store/ said, as an error: SG_OK does nothing and
 * gives true. SG_INVALID: `invalid`; SG_MISSING: `missing`; SG_EXISTS: `exists`, each
 * a code, with err's text; NULL for one that cannot be. All else is
 * ServiceUnavailable (SG_BUSY, SG_IO, SG_NOMEM) or InternalFailure, without err's
 * text, which goes to the log. */
struct api_codes {
	const char *invalid, *missing, *exists;
};
extern const struct api_codes
    api_v2_codes; /* BadRequestException, NotFoundException,
                     AlreadyExistsException */
bool api_check(struct api_call *call, enum sg_err rc, const struct err *err,
    const struct api_codes *codes);

bool api_failed(const struct api_call *call);

/* ---- input ------------------------------------------------------------------- */
/* Of any object of the input: "" when it is missing or null. */
const char *api_text(const json_t *object, const char *name);
bool api_has(const json_t *object, const char *name);  /* there, and not null */
bool api_flag(const json_t *object, const char *name); /* missing: false */
int64_t api_integer(const json_t *object, const char *name, int64_t fallback);
/* Of objects and arrays; NULL when missing: jansson's functions take it as empty. */
const json_t *api_object(const json_t *object, const char *name);

/* ---- output ------------------------------------------------------------------ */
/* Each puts a member; without memory, or when object is NULL, it is missing. Of a
 * text what is not UTF-8 is written as U+FFFD. */
void api_put_text(json_t *object, const char *name, const char *text);
void api_put_flag(json_t *object, const char *name, bool value);
void api_put_integer(json_t *object, const char *name, int64_t value);
void api_put_number(json_t *object, const char *name, double value);
void api_put_time(json_t *object, const char *name, int64_t sec);
/* New, empty; owned by object. NULL without memory, which all of these take. */
json_t *api_put_object(json_t *object, const char *name);
json_t *api_put_list(json_t *object, const char *name);
json_t *api_add_object(json_t *list);
void api_add_text(json_t *list, const char *text);

/* ---- pages --------------------------------------------------------------------- */
/* Lists that are too long for one answer: NextToken holds, opaque, the key of the
 * last entry that was told; entries are told in the order of their keys. */
#define API_PAGE_KEY_MAX 512
struct api_page {
	char after[API_PAGE_KEY_MAX + 1]; /* "" from the beginning */
	int64_t most;                     /* entries on this page */
	int64_t count;                    /* told so far */
};
/* Reads NextToken and the size (member `size`: "PageSize", "MaxItems", …; missing or
 * 0: most). A token that is not one of this operation and account's is
 * InvalidNextTokenException where the row has it, else BadRequestException
 * (InvalidParameterValue for v1): false. */
bool api_page_open(struct api_call *call, const char *size, int64_t most,
    struct api_page *page_r);
/* For list functions that call back in the order of keys: true when this entry is to
 * be told now. False for those before the page; and *is_full_r for the first behind
 * it: NextToken is set, end the list. */
bool api_page_takes(struct api_call *call, struct api_page *page,
    const char *key, bool *is_full_r);
/* Sets NextToken by hand: the key of the last entry told. */
void api_page_more(struct api_call *call, const char *last_key);

/* ---- names ---------------------------------------------------------------------- */
/* "arn:aws:ses:REGION:NUMBER:KIND/NAME" of the caller's own: kind is "identity",
 * "configuration-set", "template", "dedicated-ip-pool", "tenant", …. */
#define API_ARN_MAX 640
void api_arn(const struct api_call *call, const char *kind, const char *name,
    char arn_r[API_ARN_MAX]);
/* The other way: NULL when it is none of service ses and the caller's account, else
 * the name behind KIND/ (points into arn); kind_r: 64 bytes. */
const char *api_arn_name(
    const struct api_call *call, const char *arn, char kind_r[64]);

#endif
