/* Counting: policyd's decisions. One reservation per message, made or enlarged at
 * RCPT, DATA or END-OF-MESSAGE, given back when the message is refused later.
 * Does not read sockets; the caller opens and commits the transaction, so that
 * many requests share one commit. */
#ifndef SENDWARD_OPS_RESERVE_H
#define SENDWARD_OPS_RESERVE_H

#include "base/err.h"
#include "ops/admit.h"

struct store;

enum reserve_stage { RESERVE_RCPT, RESERVE_DATA, RESERVE_END_OF_MESSAGE };

struct reserve_request {
	enum reserve_stage stage;
	const char *instance;  /* not "": what is asked for the same message
	                              has the same; at most RESERVE_INSTANCE_MAX */
	const char *queue_id;  /* "" unknown */
	const char *session;   /* "address:port" or "" */
	const char *recipient; /* at RCPT, byte for byte as it will be repeated;
	                              later "" unless there is exactly one */
	int64_t recipient_count; /* at DATA and END-OF-MESSAGE; 0 unknown */
	int64_t now_usec;
};

struct reserve_answer {
	struct rules_verdict verdict; /* ACCEPT, or what the client hears */
	int64_t wait_usec;            /* hold an ACCEPT back for this long */
	int64_t counted; /* recipients taken now; negative: given back */
	int64_t used;    /* in the window, after it; 0 when nothing was
	                                 taken now */
};

#define RESERVE_INSTANCE_MAX 99

/* How long a reservation is remembered. It only keeps a message from being
 * counted twice, and lets it be given back, while its SMTP transaction lasts;
 * whoever is slower is counted again (never less). What was counted stays. */
#define RESERVE_KEEP_SEC 3600

/* Inside store_begin/commit. Asked again for what is already counted (a repeated
 * RCPT, DATA after RCPT, the same request after a broken connection) it counts
 * nothing. Fewer recipients at DATA than counted: the difference is given back.
 * DATA and END-OF-MESSAGE without a number of recipients count what RCPT counted,
 * or the one recipient that is named; with neither they are refused. A refusal at
 * DATA or END-OF-MESSAGE gives all of the message's recipients back. In mode
 * monitor everything is counted, beyond the limits too; the verdict says what
 * would have been. An error leaves the answer "store unreachable"; the caller
 * rolls back. Does not look at account->paused. */
enum sg_err reserve_decide(const struct admit *admit, struct store *store,
    const struct rules_account *account, const struct reserve_request *request,
    struct reserve_answer *answer_r, struct err *err_r);

/* The message was refused or given up: gives all of its recipients back, once.
 * A transaction of its own. SG_OK also when nothing is reserved. To be called
 * only for a message that has come to RCPT: before, the newest reservation of
 * the session is still that of the message before it. */
enum sg_err reserve_release(struct store *store, const char *queue_id,
    const char *session, int64_t *recipients_r, struct err *err_r);

#endif
