/* What goes with counting: see counting.h. */
#include "config.h"

#include "ops/counting.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/log.h"
#include "conf/conf.h"
#include "ops/reserve.h"

#define NUMBER_MAX 24

int64_t
counting_patience_msec(const struct conf *conf)
{
	int64_t pacing_msec = conf->pacing_sec * 1000;

	return pacing_msec > COUNTING_BUSY_MSEC ? pacing_msec
						: COUNTING_BUSY_MSEC;
}

void
counting_say_state(bool *is_failing, const struct reserve_answer *answer)
{
	bool is_bad = answer->verdict.reason == RULES_REASON_UNAVAILABLE;

	if ((!is_bad && answer->counted == 0) ||
	    __atomic_load_n(is_failing, __ATOMIC_RELAXED) == is_bad ||
	    __atomic_exchange_n(is_failing, is_bad, __ATOMIC_RELAXED) == is_bad)
		return;
	if (is_bad)
		log_event(LOG_STORE_FAILED_EVENT, NULL, "error",
		    "nothing can be counted at present", NULL);
	else
		log_event(LOG_STORE_BACK_EVENT, NULL, NULL);
}

static const char *
number(char text[NUMBER_MAX], int64_t value)
{
	(void)snprintf(text, NUMBER_MAX, "%" PRId64, value);
	return text;
}

/* NULL leaves a pair out of the line. */
static const char *
or_null(const char *text)
{
	return text[0] == '\0' ? NULL : text;
}

void
counting_log(const char *queue_id, const struct rules_account *account,
    const char *stage, const char *instance,
    const struct reserve_answer *answer)
{
	char count[NUMBER_MAX], sum[NUMBER_MAX], wait[NUMBER_MAX];

	if (answer->counted > 0)
		log_event(LOG_POLICY_GRANT_EVENT, queue_id, "account",
		    account->name, "stage", stage, "recipients",
		    number(count, answer->counted), "used",
		    number(sum, answer->used), "instance", instance, NULL);
	else if (answer->counted < 0)
		log_event(LOG_POLICY_RELEASE_EVENT, queue_id, "account",
		    account->name, "stage", stage, "recipients",
		    number(count, -answer->counted), "instance", instance,
		    NULL);
	if (answer->wait_usec > 0)
		log_event(LOG_POLICY_PACE_EVENT, queue_id, "account",
		    account->name, "wait_usec", number(wait, answer->wait_usec),
		    "instance", instance, NULL);
}

void
counting_log_release(const char *queue_id, const char *account,
    const char *session, int64_t recipients)
{
	char count[NUMBER_MAX];

	log_event(LOG_POLICY_RELEASE_EVENT, queue_id, "account",
	    or_null(account), "recipients", number(count, recipients),
	    "session", or_null(session), NULL);
}
