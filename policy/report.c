/* Log lines of the policy server. */
#include "config.h"
#include "policy/report.h"

#include <stdio.h>

#include "base/log.h"
#include "policy/codec.h"
#include "rules/types.h"

/* NULL leaves a pair out of the line. */
static const char *
or_null(const char *text)
{
	return text[0] == '\0' ? NULL : text;
}

void
policy_report_refusal(const struct policy_request *request,
    const struct rules_account *account, const struct rules_verdict *verdict,
    bool is_monitor)
{
	char reply[RULES_REPLY_MAX + 32];

	(void)snprintf(reply, sizeof(reply), "%d %s %s", verdict->code,
	    verdict->status, verdict->text);
	log_event(
	    is_monitor ? LOG_MESSAGE_OBSERVE_EVENT : LOG_POLICY_REFUSE_EVENT,
	    request->queue_id, "account", or_null(account->name), "reason",
	    rules_reason_token(verdict->reason), "stage",
	    policy_stage_name(request->stage), "reply", reply, "recipient",
	    or_null(request->recipient), "login",
	    or_null(request->sasl_username), "client",
	    or_null(request->client_address), "instance",
	    or_null(request->instance), NULL);
}

void
policy_report_stage(const struct policy_request *request)
{
	log_event(LOG_POLICY_STAGE_EVENT, NULL, "stage",
	    policy_stage_name(request->stage), "mend",
	    "check_policy_service belongs into smtpd_data_restrictions "
	    "(or recipient, or end_of_data), nowhere else",
	    NULL);
}
