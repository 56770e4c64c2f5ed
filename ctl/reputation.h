/* What a standing is called, for the verbs that show one. */
#ifndef SENDWARD_CTL_REPUTATION_H
#define SENDWARD_CTL_REPUTATION_H

#include "rules/types.h"

/* "healthy", "review", "paused": for JSON, as in the log. */
const char *reputation_standing_name(enum rules_standing standing);
/* "healthy", "under review", "paused" */
const char *reputation_standing_text(enum rules_standing standing);

#endif
