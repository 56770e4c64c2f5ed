/* What goes with counting (ops/reserve.h), whoever does it: how long a lease is
 * waited for, and what the log says. Counts nothing itself. */
#ifndef SENDWARD_OPS_COUNTING_H
#define SENDWARD_OPS_COUNTING_H

#include <stdbool.h>
#include <stdint.h>

struct conf;
struct reserve_answer;
struct rules_account;

/* RESERVE_PENDING is waited for so long, or for pacing_sec, whichever is longer;
 * then the answer is 451 4.3.0. */
#define COUNTING_BUSY_MSEC 3000
int64_t counting_patience_msec(const struct conf *conf);

/* Once for each time that counting fails, and when it works again: store.failed,
 * store.back. *is_failing is false at first, and changed here alone. Any thread. */
void counting_say_state(bool *is_failing, const struct reserve_answer *answer);

/* policy.grant, policy.release (fewer recipients than were counted), policy.pace.
 * Level debug: to be called only when that is logged. */
void counting_log(const char *queue_id, const struct rules_account *account,
    const char *stage, const char *instance,
    const struct reserve_answer *answer);

/* policy.release: a message that was refused or given up. Level debug, as above.
 * account or session "": not known. */
void counting_log_release(const char *queue_id, const char *account,
    const char *session, int64_t recipients);

#endif
