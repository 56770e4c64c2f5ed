/* A request and its answer, as handlers see them. Nothing of the HTTP library is
 * here, so that a handler can be tested without it. */
#ifndef SENDWARD_API_EXCHANGE_H
#define SENDWARD_API_EXCHANGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/buf.h"

enum api_method {
	API_GET, /* HEAD, too: the body is left out later */
	API_POST,
	API_PUT,
	API_DELETE,
	API_METHOD_OTHER,
	API_METHODS
};
/* Of its name, which is told in upper case (RFC 9110 §9.1). */
enum api_method api_method_of(const char *verb);

/* What stands in the place of a pattern's `*`: not decoded, not terminated. */
struct api_param {
	const char *text;
	size_t len;
};
#define API_PARAMS_MAX 4

#define API_TARGET_MAX 4096 /* path and query; longer is 414 */

/* A header field as it came; the value without blanks around it. */
struct api_field {
	const char *name, *value;
};

struct api_request {
	enum api_method method;
	const char *verb;  /* the method as the client wrote it */
	const char *path;  /* as it came, %XX and all, without the query */
	const char *query; /* "" none */
	struct api_param params[API_PARAMS_MAX];
	const struct api_field
	    *fields; /* in the order they came, doubles too */
	size_t field_count;
	const char *body; /* terminated; may hold NUL bytes */
	size_t body_len;
	const char *client; /* address */
	bool is_local;      /* from this host, and through no proxy */
	int64_t now_sec;
};
/* The first field of that name, in any case; "" none. */
const char *api_request_field(
    const struct api_request *request, const char *name);

#define API_BODY_MAX (2 * 1024 * 1024)

/* init before a handler, fini after. */
struct api_response {
	int status;        /* 500 until a handler says better */
	const char *route; /* static: its name in log and numbers; "none" */
	const char *content_type; /* static text */
	struct buf body;
	char allow[32];      /* with 405 */
	int retry_after_sec; /* 0: is not said */
	int keep_sec;        /* caches may keep it so long; 0: not at all */
	bool is_last;        /* the connection closes after it */
	char why[256];       /* for the log, with 5xx */
	char request_id[37]; /* of the API's answers; "" none */
	char error[64];      /* of the API's: the code, for headers and log */
	/* Each "" or NULL: is not said. */
	char cookie[320];     /* Set-Cookie */
	char etag[72];        /* with quotation marks */
	char file_name[128];  /* to be saved as: letters, digits, - _ . */
	const char *csp;      /* static: in the place of the pages' own */
	const char *location; /* static: with 302 */
	bool is_framed;       /* our own pages may frame it */
	bool is_gzip;         /* the body is */
	bool is_private;      /* caches may keep it for this browser alone,
	                             and must ask each time (with etag) */
	/* In the place of body: closed when it is sent. -1 none. */
	int file_fd;
	uint64_t file_bytes;
};
void api_response_init(struct api_response *response);
void api_response_fini(struct api_response *response);

/* "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110 §5.6.7), in any locale. */
#define API_DATE_MAX 40
void api_response_date(int64_t sec, char date_r[API_DATE_MAX]);

#endif
