/* Postfix's policy delegation protocol (SMTPD_POLICY_README): bytes in, one
 * request out; a verdict in, an answer out. Reads and writes nothing itself,
 * keeps no memory but the caller's structs. */
#ifndef SENDWARD_POLICY_CODEC_H
#define SENDWARD_POLICY_CODEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/err.h"
#include "rules/types.h"

struct buf;

#define POLICY_LINE_MAX 4096      /* bytes of one attribute, without newline */
#define POLICY_REQUEST_MAX 16384  /* bytes of one request */
#define POLICY_ATTRIBUTES_MAX 128 /* Postfix 3.7 sends 29 */

/* The protocol states of Postfix. BDAT counts as DATA. */
enum policy_stage {
	POLICY_STAGE_CONNECT,
	POLICY_STAGE_EHLO,
	POLICY_STAGE_HELO,
	POLICY_STAGE_MAIL,
	POLICY_STAGE_RCPT,
	POLICY_STAGE_DATA,
	POLICY_STAGE_END_OF_MESSAGE,
	POLICY_STAGE_VRFY,
	POLICY_STAGE_ETRN,
	POLICY_STAGE_OTHER, /* missing, or none of these */
	POLICY_STAGE_COUNT,
};

/* What is used of a request; NUL-terminated, "" when it was not sent. */
struct policy_request {
	enum policy_stage stage;
	int64_t recipient_count; /* 0 when missing or no number */
	const char *too_long;    /* an attribute below whose value was cut, or
	                            NULL; such a request must not be counted */
	char instance[100];
	char queue_id[RULES_QUEUE_ID_MAX + 1];
	char recipient[1024];
	char client_address[64];
	char client_port[8];
	char sasl_username[256];
	char sasl_sender[512];
	char policy_context[128];
};

/* A request while it arrives. Plain values; policy_parser_init before the first
 * byte; ready for the next request after each POLICY_PARSE_DONE. */
struct policy_parser {
	size_t bytes;
	int attributes;
	bool has_type; /* request=smtpd_access_policy was seen */
	bool done;
	struct policy_request request;
};

enum policy_parse {
	POLICY_PARSE_MORE, /* what is left is no whole line */
	POLICY_PARSE_DONE, /* parser->request is whole */
	POLICY_PARSE_BAD, /* no request; *err_r says what; close the connection */
};

void policy_parser_init(struct policy_parser *parser);

/* Takes whole lines from data until a request is whole. *used_r bytes were
 * taken; give the rest again, with what came in meanwhile. The same attribute
 * twice: the last one counts. Unknown attributes are skipped. Reentrant. */
enum policy_parse policy_parse(struct policy_parser *parser, const char *data,
    size_t len, size_t *used_r, struct err *err_r);

/* Has a request begun that is not whole? (left: bytes not yet taken) */
bool policy_parser_is_started(const struct policy_parser *parser, size_t left);

/* "RCPT"; "OTHER" for POLICY_STAGE_OTHER. */
const char *policy_stage_name(enum policy_stage stage);

/* Appends "action=…\n\n": DUNNO for RULES_ACCEPT and RULES_DROP, else code,
 * enhanced status and text on one line, printable ASCII. False: out is full. */
bool policy_reply(struct buf *out, const struct rules_verdict *verdict);

#endif
