/* One message handed in by SMTP, by libcurl. Knows nothing of letters and accounts.
 *
 * Thread rule: a struct submit belongs to one thread; submit_init once before. */
#ifndef SENDWARD_POST_SUBMIT_H
#define SENDWARD_POST_SUBMIT_H

#include <stdbool.h>
#include <stddef.h>
#include "base/err.h"

struct submit;

/* How long the server may take. */
#define SUBMIT_CONNECT_SEC 10
#define SUBMIT_TOTAL_SEC 120 /* for a message, from connecting on */

/* Process-wide: libcurl. */
enum sg_err submit_init(struct err *err_r);
void submit_fini(void);

/* Asked while a message is handed in: shall it be broken off? */
typedef bool submit_stop_fn(void *ctx);
/* server: smtp://HOST:PORT or unix:PATH. should_stop (may be NULL): when it says so
 * what is under way is broken off, unless the message is already on its way.
 * Connections are kept for the next message; one that the server has closed
 * meanwhile is made anew. SG_INVALID: server is neither. */
enum sg_err submit_new(const char *server, submit_stop_fn *should_stop,
    void *stop_ctx, struct submit **submit_r, struct err *err_r);
void submit_free(struct submit **submit);

enum submit_result {
	SUBMIT_SENT,
	SUBMIT_LATER,     /* 4xx, or the connection broke */
	SUBMIT_NO_ANSWER, /* nothing came that concerns this message: nobody
	                     listens, time-out, refused in the greeting */
	SUBMIT_REFUSED,   /* 5xx for this message */
	SUBMIT_STOPPED,   /* broken off, by should_stop */
	SUBMIT_UNKNOWN, /* all of it was sent, and no reply came: the server may
	                     have taken it */
};
#define SUBMIT_TEXT_MAX 1024
#define SUBMIT_STATUS_MAX 16
#define SUBMIT_QUEUE_ID_MAX 64

struct submit_mail {
	/* addresses without brackets; from "": the null sender */
	const char *from;
	const char *const *to; /* ends with NULL; all of them or none */
	/* names the sender's account to a server that trusts us, by AUTH= of
	 * MAIL FROM (RFC 4954, 5): a-z 0-9 . _ -; "" none */
	const char *account;
	const void *data; /* with CRLF line ends */
	size_t len;
};
struct submit_reply {
	int code;                       /* of the reply that decided; 0 none */
	char status[SUBMIT_STATUS_MAX]; /* RFC 3463, "" none */
	/* without code and status, lines joined by a blank; or what went wrong */
	char text[SUBMIT_TEXT_MAX];
	char queue_id[SUBMIT_QUEUE_ID_MAX + 1]; /* of SUBMIT_SENT; "" unsaid */
	const char *recipient; /* of mail's, when one was refused; NULL */
};
/* Once: what ends in SUBMIT_UNKNOWN is not tried again. An address with a blank, a
 * control character, a bracket or a byte beyond ASCII is SUBMIT_REFUSED. */
enum submit_result submit_send(struct submit *submit,
    const struct submit_mail *mail, struct submit_reply *reply_r);

/* The same for one recipient and no account. text_r: the server's reply in one
 * line, or what went wrong. SUBMIT_UNKNOWN is told as SUBMIT_LATER. */
enum submit_result submit_message(struct submit *submit, const char *from,
    const char *to, const void *data, size_t len, char text_r[SUBMIT_TEXT_MAX]);

#endif
