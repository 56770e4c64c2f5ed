/* LMTP (RFC 2033) as it is on the wire: bytes in, commands and messages out. No
 * I/O, no replies, no memory of what was said before. */
#ifndef SENDWARD_FEEDBACK_LMTP_H
#define SENDWARD_FEEDBACK_LMTP_H

#include <stdbool.h>
#include <stddef.h>
#include "rules/types.h"

struct buf;

/* A longer line is read to its end and is no command. */
#define LMTP_LINE_MAX 4096

enum lmtp_verb {
	LMTP_LHLO,
	LMTP_MAIL,
	LMTP_RCPT,
	LMTP_DATA,
	LMTP_RSET,
	LMTP_NOOP,
	LMTP_VRFY,
	LMTP_QUIT,
	LMTP_UNKNOWN, /* another word */
	LMTP_RUBBISH, /* too long, or with a NUL */
};

struct lmtp_command {
	enum lmtp_verb verb;
	/* Of MAIL and RCPT: false, no path could be read. */
	bool has_path;
	/* Without brackets, as it came; "" the null path, or one that is longer
	 * than an address may be or has control characters in it. */
	char path[RULES_ADDRESS_MAX + 1];
};

enum lmtp_result {
	LMTP_MORE,    /* all that was used is used; more bytes are needed */
	LMTP_COMMAND, /* one was read */
	LMTP_END,     /* the message is whole */
};

struct lmtp_parser {
	int state;
	bool is_data, is_skipping;
};
void lmtp_parser_init(struct lmtp_parser *parser);

/* After 354: what comes is a message. Until LMTP_END everything goes into body. */
void lmtp_expect_data(struct lmtp_parser *parser);

/* Takes *used_r bytes of data. A command is taken as a whole line, so the caller
 * keeps what was not used, up to LMTP_LINE_MAX bytes, and brings it again with
 * more behind it. Lines of commands end with LF or CRLF; a message with CRLF "."
 * CRLF and nothing else, and dots are unstuffed after CRLF alone: nobody can hide
 * an end in what another program takes for content. body is filled up to its
 * maximum, what is beyond is left out; body->failed: no memory. */
enum lmtp_result lmtp_parse(struct lmtp_parser *parser, const char *data,
    size_t len, size_t *used_r, struct lmtp_command *command_r,
    struct buf *body);

#endif
