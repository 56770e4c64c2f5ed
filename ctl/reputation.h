/* What standings and pauses are called, for the verbs that show them. */
#ifndef SENDWARD_CTL_REPUTATION_H
#define SENDWARD_CTL_REPUTATION_H

#include <jansson.h>
#include <stdbool.h>
#include "ops/account.h"
#include "rules/types.h"

/* "healthy", "review", "paused": for JSON, as in the log. */
const char *reputation_standing_name(enum rules_standing standing);
/* "healthy", "under review", "paused" */
const char *reputation_standing_text(enum rules_standing standing);
/* "operator", "reputation", "account"; null: it is not paused. */
json_t *reputation_paused_by(bool is_paused, enum store_paused_by by);

#endif
