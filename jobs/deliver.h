/* Letters that are due are composed, signed and handed in by SMTP (libcurl) to the
 * option mail.server. Decides nothing about what is written to whom.
 *
 * Thread rule: one thread. No lock and no transaction is held while the network is
 * waited for. */
#ifndef SENDWARD_JOBS_DELIVER_H
#define SENDWARD_JOBS_DELIVER_H

#include <stdint.h>
#include "base/err.h"

struct conf;
struct dkim_key;
struct duties;
struct seal;
struct store;
struct worker;

/* Between two tries: from the first to the last, doubling. */
#define DELIVER_RETRY_FIRST_SEC 60
#define DELIVER_RETRY_MOST_SEC 3600
/* From when it was written until it is given up. */
#define DELIVER_CONFIRM_SEC 86400 /* its link is void then */
#define DELIVER_OTHER_SEC (3 * 86400)

/* Once for the process, in main, before any thread: curl_global_init, GMime,
 * dkim_sign_init; and at the very end. */
enum sg_err deliver_init(struct err *err_r);
void deliver_fini(void);

/* All borrowed for the call. */
struct deliver_env {
	const struct conf *conf;
	const struct seal *seal;
	struct store *store;
	/* signs for dkim.operator_domain; NULL: letters are not signed */
	struct dkim_key *operator_key;
	struct worker *worker; /* ends the round when it is to stop; or NULL */
	/* without the duty none is handed in; NULL: it is ours */
	const struct duties *duties;
};

/* One round: at most `most` letters that are due at now_sec; *done_r of them were
 * handed in or given up. Each is written down as tried before it is handed in, so
 * that a process that is killed comes back to it after the pause. Handed in: the
 * row goes (with the sealed token), letter.sent. Answered 4xx, or not at all:
 * letter.retry, later again; when nobody answers at all the round ends. Answered
 * 5xx, or too old: letter.lost, the row goes.
 * Only failures of the store are errors (SG_IO, SG_BUSY, …). */
enum sg_err deliver_due(const struct deliver_env *env, int most,
    int64_t now_sec, int *done_r, struct err *err_r);

#endif
