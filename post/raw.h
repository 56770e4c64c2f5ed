/* A message that the client built himself (SendRawEmail), made ready to go: its
 * recipients read, Bcc taken out, fields added that SES adds. The rest stays as it
 * came, byte by byte, but for line ends, which become CRLF. Reads no body. */
#ifndef SENDWARD_POST_RAW_H
#define SENDWARD_POST_RAW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/err.h"

struct buf;

struct raw_wish {
	const char *from; /* a mailbox: a From when it has none; "" none */
	/* fields' values, instead of its own; "" none: its own stay */
	const char *set, *tags, *tenant;
	const char *message_id_domain; /* a Message-ID when it has none */
	int64_t now_sec;               /* a Date when it has none */
	bool wants_recipients; /* else To, Cc and Bcc are not looked into */
};
/* What was found in the header. */
struct raw_found {
	char from[321]; /* address of From, the first; "" none, or several */
	char set[65];   /* X-SES-CONFIGURATION-SET; "" none */
};
/* Calls back with each address of To, Cc and Bcc; false ends it. */
typedef bool raw_recipient_fn(void *ctx, const char *address);
/* SG_INVALID: it is none (no header, a field that is none, a bare CR, a line of more
 * than 998 bytes, a NUL byte, a recipient that cannot be read), says which. Appends
 * the message to out; SG_NOMEM: it does not fit. */
enum sg_err raw_prepare(const void *data, size_t len,
    const struct raw_wish *wish, raw_recipient_fn *fn, void *ctx,
    struct raw_found *found_r, struct buf *out, struct err *err_r);

#endif
