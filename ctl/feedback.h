/* Reports for people: what the verbs of messages and feedback share. */
#ifndef SENDWARD_CTL_FEEDBACK_H
#define SENDWARD_CTL_FEEDBACK_H

#include <jansson.h>
#include "ctl/command.h"
#include "ctl/out.h"

struct report_rules;
struct store_report;

/* {id, account, messageId, recipient, received, state, why, format} */
json_t *feedback_report_json(
    const char *account, const struct store_report *report);
extern const struct out_column feedback_report_columns[];

/* The rules of every option --rules, in the order given; without it those of the
 * configuration, which is loaded. Freed by report_rules_free. Returns CTL_DONE or,
 * having said why, the exit status. */
int feedback_load_rules(struct ctl *ctl, struct report_rules **rules_r);

#endif
