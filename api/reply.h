/* What the mail server's answer to a message means to the API's client: the code of
 * each protocol, a bulk entry's status, a text. Pure. The replies of the gate itself
 * are rules/verdict.c's; the test makes them there. */
#ifndef SENDWARD_API_REPLY_H
#define SENDWARD_API_REPLY_H

#include <stdbool.h>
#include "api/operation.h"
#include "post/submit.h"

#define REPLY_TEXT_MAX 1024

struct api_reply {
	const char *codes[API_SNS];  /* by protocol: "MessageRejected" */
	const char *status[API_SNS]; /* of a bulk entry: MESSAGE_REJECTED,
	                                MessageRejected */
	char text[REPLY_TEXT_MAX];
	bool is_ours; /* not the client's fault: text is for the log alone */
};

/* result: not SUBMIT_SENT. */
void api_reply_read(enum submit_result result, const struct submit_reply *reply,
    struct api_reply *reply_r);

/* The statuses of bulk entries that have no reply: code is one of v2's or v1's that
 * api_reply_read or the handlers use. */
const char *api_reply_status(enum api_protocol protocol, const char *code);
/* Of an entry that was sent. */
const char *api_reply_success(enum api_protocol protocol);

#endif
