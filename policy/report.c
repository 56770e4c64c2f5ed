/* Log lines of the policy server. */
#include "config.h"
#include "policy/report.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/log.h"
#include "policy/codec.h"
#include "rules/types.h"

#define NUMBER_MAX 24

/* NULL leaves a pair out of the line. */
static const char *
or_null(const char *text)
{
	return text[0] == '\0' ? NULL : text;
}

static const char *
number(char text[NUMBER_MAX], int64_t value)
{
	(void)snprintf(text, NUMBER_MAX, "%" PRId64, value);
	return text;
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
policy_report_count(const struct policy_request *request,
    const struct rules_account *account, int64_t counted, int64_t used,
    int64_t wait_usec)
{
	char count[NUMBER_MAX], sum[NUMBER_MAX], wait[NUMBER_MAX];
	const char *stage = policy_stage_name(request->stage);

	if (counted > 0)
		log_event(LOG_POLICY_GRANT_EVENT, request->queue_id, "account",
		    account->name, "stage", stage, "recipients",
		    number(count, counted), "used", number(sum, used),
		    "instance", request->instance, NULL);
	else if (counted < 0)
		log_event(LOG_POLICY_RELEASE_EVENT, request->queue_id,
		    "account", account->name, "stage", stage, "recipients",
		    number(count, -counted), "instance", request->instance,
		    NULL);
	if (wait_usec > 0)
		log_event(LOG_POLICY_PACE_EVENT, request->queue_id, "account",
		    account->name, "wait_usec", number(wait, wait_usec),
		    "instance", request->instance, NULL);
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
