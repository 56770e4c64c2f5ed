/* Notifications on their way to their subscribers: webhooks, mail, commands, many
 * at once. Which they are and who hears of what was decided when they were
 * published.
 *
 * Each attempt is written down before it is made, so that a process that is killed
 * makes it again later, with the same MessageId. At most NOTIFY_EACH at once go to
 * one subscription (one at a time of what failed before), so that one that is slow
 * holds up no other, and neither does a mail server hold up webhooks. No transaction is
 * open while anybody is waited for.
 *
 * Thread rule: one thread. */
#ifndef SENDWARD_JOBS_NOTIFY_H
#define SENDWARD_JOBS_NOTIFY_H

#include <stdint.h>
#include "base/err.h"

struct conf;
struct dkim_key;
struct notify;
struct runner;
struct seal;
struct store;
struct worker;

#define NOTIFY_EACH 5
/* How long after it was published a notification is looked for. */
#define NOTIFY_LOOK_MSEC 250
#define NOTIFY_MAILS 10 /* in one round, one after another */
/* At once, beside notify.parallel webhooks. */
#define NOTIFY_COMMANDS 8

/* Mail has a struct notify and a thread of its own: its server is waited for. */
enum notify_what { NOTIFY_WEBHOOKS /* and commands */, NOTIFY_MAIL };
struct notify *notify_new(enum notify_what what); /* NULL: no memory */
/* What is under way is broken off, and due again when its attempt has had its
 * time. */
void notify_free(struct notify **notify);

/* All borrowed for the call. */
struct notify_env {
	struct conf *conf;
	const struct seal *seal;
	struct store *store;
	struct runner *runner; /* of commands; NULL none */
	/* signs mail for dkim.operator_domain; NULL: it is not signed */
	struct dkim_key *operator_key;
	struct worker
	    *worker; /* when it is to stop, mail is broken off; or NULL */
};

/* Moves on what is under way, notes how it ended, begins what is due at now_sec.
 * *wait_msec_r: nothing is to be done before. Delivered: the row goes,
 * notify.sent. Else notify.retry and later again, by jobs/phases.h; or, when it is
 * refused for good or was tried often enough, notify.dead: it is kept as a dead
 * letter. Errors are the store's; what ended meanwhile is noted next time. */
enum sg_err notify_turn(struct notify *notify, const struct notify_env *env,
    int64_t now_sec, int64_t *wait_msec_r, struct err *err_r);

/* At the end: gives what is under way until deadline_msec (clock_mono_msec()); what
 * is not over then is due at once next time. */
enum sg_err notify_end(struct notify *notify, const struct notify_env *env,
    int64_t now_sec, int64_t deadline_msec, struct err *err_r);

#endif
