/* A notification as a message: plain text for people, or its envelope for
 * programs (protocols email and email-json). Sends nothing. */
#ifndef SENDWARD_JOBS_NOTIFY_MAIL_H
#define SENDWARD_JOBS_NOTIFY_MAIL_H

#include <stdint.h>
#include "base/err.h"
#include "jobs/envelope.h"

struct dkim_key;

struct notify_mail_env {
	const struct envelope_env *envelope;
	const char *account;           /* name of the topic's owner */
	struct dkim_key *operator_key; /* signs it; NULL: nobody does */
};

/* Appends the message, with CRLF line ends. What is said to people has a link to
 * confirm or to unsubscribe: a page that asks first, because programs look at links
 * in mail. SG_INVALID, SG_CRYPTO: it can never be one; SG_MISSING: mail.from is no
 * address. */
enum sg_err notify_mail_write(const struct notify_mail_env *env,
    const struct store_notification *row, int64_t now_sec, struct buf *out,
    struct err *err_r);

#endif
