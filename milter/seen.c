/* A message as an observed sender: see seen.h. */
#include "config.h"

#include "milter/seen.h"

#include "milter/message.h"
#include "milter/report.h"
#include "rules/verdict.h"

bool
seen_fill(
    const struct message *m, struct mailbox *box, struct observer_seen *seen_r)
{
	const char *from = report_from(m, box);

	if (!m->is_monitor || m->is_private)
		return false;
	*seen_r = (struct observer_seen){.login = m->login,
	    .source_ip = m->source_ip,
	    .from = from != NULL ? from : "",
	    .account_id = m->account.id};
	if (m->refusal.is_held)
		seen_r->reason = rules_reason_token(m->refusal.verdict.reason);
	else if (m->refused_recipient != RULES_REASON_NONE)
		seen_r->reason = rules_reason_token(m->refused_recipient);
	return true;
}
