/* Mail of the API on its way into the mail server: each call once, whatever its client
 * repeats; each message with a name that finds it again; the server's reply as the
 * API's error. Builds no message.
 *
 * Each thread keeps a connection to the mail server and a handle of the store, until
 * it ends. */
#ifndef SENDWARD_API_SENDER_H
#define SENDWARD_API_SENDER_H

#include <stdbool.h>
#include "api/call.h"
#include "api/reply.h"
#include "post/submit.h"

struct api_try; /* of a call */
struct buf;

/* How long a repeated call waits for the first to be answered, and one whose message
 * got no reply for the message to be noted. */
#define API_SENDER_WAIT_MSEC 20000
#define API_SENDER_LOOK_MSEC 5000

/* Runs fn, which sends or calls api_fail, unless the same call was answered already:
 * then its answer becomes this one's. What failed before anything was sent may be
 * repeated. IdempotentParameterMismatch: the call's name was used with another
 * body. */
typedef void api_try_fn(struct api_call *call, struct api_try *try);
void api_sender_run(struct api_call *call, api_try_fn *fn);

/* Begins message `index` of the call: a field that the milter takes off again. */
void api_sender_begin(const struct api_call *call, struct api_try *try,
    int index, struct buf *out);
/* The name of message `index`, for one that is not handed in. */
#define API_MESSAGE_ID_MAX 64
void api_sender_name(
    const struct api_try *try, int index, char name_r[API_MESSAGE_ID_MAX + 1]);

struct api_sent {
	bool is_sent;
	char message_id[API_MESSAGE_ID_MAX + 1]; /* the queue id */
	struct api_reply reply;                  /* when it was not */
};
/* Hands it in. from: the envelope's sender; to: ends with NULL. */
void api_sender_send(struct api_call *call, struct api_try *try, int index,
    const char *from, const char *const *to, const struct buf *message,
    struct api_sent *sent_r);
/* Fails the call with what became of its one message. */
void api_sender_fail(struct api_call *call, const struct api_sent *sent);

#endif
