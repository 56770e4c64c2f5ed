/* One LMTP conversation (RFC 2033, 2034, 1854): what is answered to commands, whom
 * a message is for. No 5xx but for the mailbox simulator: a report that is refused
 * for good is lost. No I/O; does not know what becomes of messages. */
#ifndef SENDWARD_FEEDBACK_SESSION_H
#define SENDWARD_FEEDBACK_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include "feedback/lmtp.h"
#include "rules/types.h"

struct buf;
struct conf;

/* More are answered 452: the MTA brings them again. */
#define SESSION_RECIPIENTS_MAX 100
/* What is no LMTP, until the connection is closed. */
#define SESSION_ERRORS_MAX 20

/* Is it a return path that this installation made? */
typedef bool session_own_fn(void *ctx, const char *sender);

struct session {
	bool has_mail;
	bool is_crowded; /* the caller's: no memory for another message */
	session_own_fn *is_own;
	void *own_ctx;
	char sender[RULES_ADDRESS_MAX + 1]; /* "" null, or not to be read */
	char *recipients[SESSION_RECIPIENTS_MAX];
	size_t count;
	int errors;
};
void session_init(
    struct session *session, session_own_fn *is_own, void *own_ctx);
void session_fini(struct session *session);
/* After a message or RSET: without sender and recipients. */
void session_reset(struct session *session);

enum session_next {
	SESSION_GO_ON,
	SESSION_TAKE_DATA, /* 354 was written */
	SESSION_CLOSE,     /* after what was written */
};
/* Appends the answer to out. conf: for the addresses of the simulator. */
enum session_next session_command(struct session *session,
    const struct conf *conf, const struct lmtp_command *command,
    struct buf *out);

void session_greet(struct buf *out);
/* "421 4.x.y TEXT": the connection is closed behind it. */
void session_goodbye(const char *status, const char *text, struct buf *out);

#endif
