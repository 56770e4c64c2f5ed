/* The log lines of the gate: see report.h. */
#include "config.h"

#include "milter/report.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "milter/content.h"
#include "milter/message.h"
#include "milter/operator.h"
#include "rules/mailbox.h"

#define NUMBER_MAX 24

static const char *
number(int64_t value, char text[NUMBER_MAX])
{
	(void)snprintf(text, NUMBER_MAX, "%" PRId64, value);
	return text;
}

/* NULL leaves a pair out. */
static const char *
or_nothing(const char *text)
{
	return text != NULL && text[0] != '\0' ? text : NULL;
}

const char *
report_from(const struct message *m, struct mailbox *box)
{
	const char *raw = content_from(m);
	size_t count;

	if (m->content.cover.from[0] != '\0')
		return m->content.cover.from;
	if (raw[0] != '\0' &&
	    mailbox_parse_list(raw, strlen(raw), box, 1, &count) == MAILBOX_OK)
		return box->address;
	return or_nothing(raw);
}

static const char *
sender_of(const struct message *m)
{
	return m->sender[0] != '\0' ? m->sender : "<>";
}

void
report_accepted(const struct message *m)
{
	const struct message_content *c = &m->content;
	char recipients[NUMBER_MAX], dropped[NUMBER_MAX], size[NUMBER_MAX];
	struct mailbox box;

	log_event(LOG_MESSAGE_ACCEPT_EVENT, m->queue_id, "account",
	    m->account.name, "login", or_nothing(m->login), "sender",
	    sender_of(m), "from", report_from(m, &box), "identity",
	    c->cover.identity.settings.name, "owner",
	    or_nothing(c->cover.owner), "dkim", c->dkim, "operator",
	    m->env->operator != NULL ? m->env->operator->domain : NULL, "recipients",
	    number(m->rcpt_taken, recipients), "dropped",
	    m->rcpt_dropped > 0 ? number(m->rcpt_dropped, dropped) : NULL,
	    "size", number(c->size, size), "set", or_nothing(c->set.name),
	    "tenant", or_nothing(c->tenant.name), NULL);
}

static enum log_event_id
event_of(const struct message *m, const struct rules_verdict *v)
{
	if (m->is_monitor)
		return LOG_MESSAGE_OBSERVE_EVENT;
	return v->action == RULES_DEFER ? LOG_MESSAGE_DEFER_EVENT
					: LOG_MESSAGE_REJECT_EVENT;
}

void
report_refused(const struct message *m, const char *stage,
    const char *recipient, const struct rules_verdict *v)
{
	struct mailbox box;
	char reply[RULES_REPLY_MAX + 32];

	(void)snprintf(
	    reply, sizeof(reply), "%d %s %s", v->code, v->status, v->text);
	log_event(event_of(m, v), m->queue_id, "stage", stage, "reason",
	    rules_reason_token(v->reason), "account",
	    or_nothing(m->account.name), "login", or_nothing(m->login),
	    "sender", sender_of(m), "from", report_from(m, &box), "recipient",
	    recipient, "reply", reply, NULL);
}

void
report_dropped(const struct message *m, const char *recipient,
    const struct rules_verdict *v)
{
	log_event(LOG_MESSAGE_DROP_EVENT, m->queue_id, "account",
	    m->account.name, "recipient", recipient, "reason",
	    rules_reason_token(v->reason), NULL);
}
