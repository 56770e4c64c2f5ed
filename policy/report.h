/* What the policy server logs of a decision. Decides nothing. */
#ifndef SENDWARD_POLICY_REPORT_H
#define SENDWARD_POLICY_REPORT_H

#include <stdbool.h>

struct policy_request;
struct rules_account;
struct rules_verdict;

/* A verdict that is not ACCEPT: policy.refuse, or message.observe in monitor. */
void policy_report_refusal(const struct policy_request *request,
    const struct rules_account *account, const struct rules_verdict *verdict,
    bool is_monitor);

/* policy.stage: the service is asked where it cannot count. */
void policy_report_stage(const struct policy_request *request);

#endif
