/* Signature Version 4: what a request says of its signature, and whether a secret
 * makes the same one. The request is taken as it came on the wire, its time as its
 * now_sec. Knows no store, no clock, no protocol. */
#ifndef SENDWARD_API_SIGV4_H
#define SENDWARD_API_SIGV4_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "api/exchange.h"

struct buf;

#define SIGV4_KEY_ID_MAX 128
#define SIGV4_REGION_MAX 63
#define SIGV4_SERVICE_MAX 15
#define SIGV4_SIGNED_HEADERS_MAX 1024
#define SIGV4_CREDENTIAL_MAX 256
#define SIGV4_FIELDS_MAX 128            /* header fields of a request */
#define SIGV4_PAIRS_MAX 1024            /* of a query */
#define SIGV4_CANONICAL_MAX (96 * 1024) /* bytes of a canonical request */
#define SIGV4_KEY_BYTES 32
#define SIGV4_SKEW_SEC 900
#define SIGV4_EXPIRES_MAX_SEC 604800

enum sigv4_finding {
	SIGV4_READ,       /* complete; whether it is right is yet to be seen */
	SIGV4_ABSENT,     /* no signature, or one of another scheme */
	SIGV4_INCOMPLETE, /* not readable, or leaves out what must be signed */
	SIGV4_UNKNOWN,    /* a temporary key's: there are none here */
	SIGV4_WRONG,      /* of another time, service or body */
	SIGV4_FAILED,     /* the crypto library, or memory */
};

struct sigv4 {
	bool is_query; /* in the query string, not in Authorization */
	char access_key_id[SIGV4_KEY_ID_MAX + 1]; /* letters and digits */
	char date[9];                             /* yyyymmdd, of the scope */
	char region[SIGV4_REGION_MAX + 1];
	char service[SIGV4_SERVICE_MAX + 1];
	char time[17];       /* yyyymmddThhmmssZ */
	int64_t expires_sec; /* query form */
	char signed_headers[SIGV4_SIGNED_HEADERS_MAX + 1]; /* "a;b", sorted */
	char signature[65];
	char body_hash[65]; /* SHA-256 of the body, hexadecimal */
	char why[256];      /* for the client, unless SIGV4_READ */
};

/* Reads header form or query form and checks all that needs neither secret nor body:
 * form, time (15 minutes both ways, or the query form's X-Amz-Expires), scope for
 * `service`, coverage (host, the time's header, each x-amz-*). */
enum sigv4_finding sigv4_read(const struct api_request *request,
    const char *service, struct sigv4 *sig_r);

/* Fills sig->body_hash; it must be what x-amz-content-sha256 says, if anything.
 * Apart from sigv4_read, because a long body takes its time. */
enum sigv4_finding sigv4_read_body(
    const struct api_request *request, struct sigv4 *sig);

/* Clients do not agree on how path and query are made canonical. By default as SDKs
 * do: the path as it came without dot segments and doubled slashes, encoded once
 * more; names and values of the query decoded and encoded by RFC 3986. */
enum sigv4_form {
	SIGV4_FORM_SDK = 0,
	SIGV4_FORM_PATH_AS_SENT = 1, /* curl */
	SIGV4_FORM_QUERY_AS_SENT = 2,
	SIGV4_FORMS = 4, /* both bits */
};

/* The canonical request, appended. sig: as read, or by hand with signed_headers,
 * body_hash and is_query. False: past the limits, or no memory. */
bool sigv4_canonical(const struct api_request *request, const struct sigv4 *sig,
    enum sigv4_form form, struct buf *text_r);

/* Calculates the signature of one form: 64 hexadecimal digits. */
bool sigv4_sign(const struct api_request *request, const struct sigv4 *sig,
    enum sigv4_form form, const char *secret, char signature_r[65]);

/* Is sig->signature that of the secret, in any of the forms? Takes the same time for
 * every wrong secret. */
bool sigv4_matches(const struct api_request *request, const struct sigv4 *sig,
    const char *secret);

/* The signing key of the secret for sig's date, region and service; secret itself. */
bool sigv4_key(const struct sigv4 *sig, const char *secret,
    unsigned char key_r[SIGV4_KEY_BYTES]);
/* As sigv4_matches, with the key that sigv4_key makes of the secret. */
bool sigv4_matches_key(const struct api_request *request,
    const struct sigv4 *sig, const unsigned char key[SIGV4_KEY_BYTES]);

#endif
