/* What the policy server logs of a decision. Decides nothing. */
#ifndef SENDWARD_POLICY_REPORT_H
#define SENDWARD_POLICY_REPORT_H

#include <stdbool.h>
#include <stdint.h>

struct policy_request;
struct rules_account;
struct rules_verdict;

/* A verdict that is not ACCEPT: policy.refuse, or message.observe in monitor. */
void policy_report_refusal(const struct policy_request *request,
    const struct rules_account *account, const struct rules_verdict *verdict,
    bool is_monitor);

/* policy.grant (counted > 0), policy.release (counted < 0), policy.pace (wait).
 * Level debug: to be called only when that is logged. */
void policy_report_count(const struct policy_request *request,
    const struct rules_account *account, int64_t counted, int64_t used,
    int64_t wait_usec);

/* policy.stage: the service is asked where it cannot count. */
void policy_report_stage(const struct policy_request *request);

#endif
