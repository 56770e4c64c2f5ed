/* The parts of a report that say something, as GMime finds them. Does not judge
 * what they say. */
#ifndef SENDWARD_REPORT_PARTS_H
#define SENDWARD_REPORT_PARTS_H

#include <stdbool.h>
#include <stddef.h>
#include "base/buf.h"
#include "base/err.h"

/* GMime's; its headers are for who uses it. */
typedef struct _GMimeMessage GMimeMessage;

struct parts {
	GMimeMessage *message; /* NULL: not even a header */
	struct buf text;       /* text/plain and others, UTF-8, LF */
	struct buf html;       /* text/html as text */
	struct buf status; /* delivery-status, several apart by a blank line */
	struct buf feedback;    /* feedback-report */
	struct buf disposition; /* disposition-notification */
	GMimeMessage *returned; /* its header at least; NULL none */
	bool is_disposition;    /* an MDN (RFC 8098) */
	bool is_feedback;       /* says that it is a feedback report */
	bool is_report;         /* multipart/report of any type */
	size_t count;           /* parts looked at */
};

/* Takes a message apart, within the caps of limits.h. SG_NOMEM alone is an
 * error. parts_fini in any case. */
enum sg_err parts_read(
    const void *data, size_t len, struct parts *parts_r, struct err *err_r);
void parts_fini(struct parts *parts);

/* When the returned message is a delivery report itself: takes that apart
 * instead. The message before is the caller's then. False: it is none. */
bool parts_unwrap(struct parts *parts);

/* Reads header fields (and a body that nobody asks for) as a message; NULL. */
GMimeMessage *parts_message(const char *data, size_t len);

/* The value of a header field, unfolded and decoded; NULL without. It lives as
 * long as the message. */
const char *parts_header(GMimeMessage *message, const char *name);

#endif
