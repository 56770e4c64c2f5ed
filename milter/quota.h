/* What sendward-policyd does for Postfix, in the milter (milter.quota): recipients
 * are counted one by one at RCPT, by the same book and leases (ops/reserve.h,
 * ops/lease.h), and given back when their message does not leave. An answer may be
 * held back in its session's thread. Knows neither sessions nor libmilter. */
#ifndef SENDWARD_MILTER_QUOTA_H
#define SENDWARD_MILTER_QUOTA_H

#include <stdbool.h>
#include "base/err.h"

struct conf;
struct message;
struct quota;
struct rules_verdict;

/* As the user that the program runs as, after its last fork; starts a thread. conf is
 * borrowed for the call. SG_BUSY: another milter with this journal counts. */
enum sg_err quota_open(
    const struct conf *conf, struct quota **quota_r, struct err *err_r);
/* What is unspent goes back; from now on nothing can be counted. There is no
 * counterpart of quota_open: sessions may go on calling, so it stays. NULL is
 * fine. */
void quota_stop(struct quota *quota);

/* Each of these belongs to one message at a time, any thread, and does nothing, true,
 * when m->env->quota is NULL. */

/* A recipient of an account's message that is not refused for anything else (in mode
 * monitor: any). False: *v is what the client hears. Mode monitor: counted beyond the
 * limits, too, and what would have been is logged alone. */
bool quota_recipient(
    struct message *m, const char *address, struct rules_verdict *v);
/* The message is about to leave with all of its recipients. False: as above, and
 * nothing of it is counted any more. */
bool quota_message(struct message *m, struct rules_verdict *v);
/* The message is over. Unless it has left, what was counted for it is given back. */
void quota_settle(struct message *m, bool has_left);

#endif
