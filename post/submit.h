/* One message handed in by SMTP, by libcurl. Knows nothing of letters.
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
 * Connections are kept for the next message. SG_INVALID: server is neither. */
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
};
#define SUBMIT_TEXT_MAX 512
/* data: the message with CRLF line ends. from and to: addresses without brackets;
 * from "": the null sender. text_r: the server's last reply in one line, or what went wrong. */
enum submit_result submit_message(struct submit *submit, const char *from,
    const char *to, const void *data, size_t len, char text_r[SUBMIT_TEXT_MAX]);

#endif
