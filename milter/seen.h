/* A message as the list of observed senders has it: who sends as whom, and whether it
 * would have been refused. Counts nothing: ops/observer.h. */
#ifndef SENDWARD_MILTER_SEEN_H
#define SENDWARD_MILTER_SEEN_H

#include "ops/observer.h"
#include "rules/mailbox.h"

struct message;

/* After message_end. False: it is not to be counted, because the rules are enforced,
 * or it came through the private door, whose senders are known. *seen_r borrows from m
 * and box. */
bool seen_fill(
    const struct message *m, struct mailbox *box, struct observer_seen *seen_r);

#endif
