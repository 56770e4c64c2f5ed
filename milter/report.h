/* The log lines of the gate: one for each decision. Decides nothing. */
#ifndef SENDWARD_MILTER_REPORT_H
#define SENDWARD_MILTER_REPORT_H

struct mailbox;
struct message;
struct message_mail;
struct rules_verdict;

/* From's address; what cannot be read as it came; NULL: there is none. Borrowed from
 * m and box. */
const char *report_from(const struct message *m, struct mailbox *box);

void report_accepted(const struct message *m);
/* message.reject or message.defer, in monitor mode message.observe. recipient is
 * NULL when the whole message is meant. */
void report_refused(const struct message *m, const char *stage,
    const char *recipient, const struct rules_verdict *v);
void report_dropped(const struct message *m, const char *recipient,
    const struct rules_verdict *v);

#endif
