/* What the files of `config check` share: the list of findings. */
#ifndef SENDWARD_CTL_CHECKS_H
#define SENDWARD_CTL_CHECKS_H

#include <jansson.h>
#include <stdbool.h>
#include "ctl/command.h"

enum checks_state { CHECKS_FINE, CHECKS_WARNING, CHECKS_WRONG };

struct checks {
	struct ctl *ctl;
	json_t *list;
	int warnings, errors;
	bool is_unreachable; /* the store */
	bool failed;         /* no memory */
};

/* One finding; fix "": nothing to do. */
void checks_note(struct checks *checks, enum checks_state state,
    const char *name, const char *fix, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/* Name servers, the zone of Easy DKIM, the operator's key, letters, the
 * private door, the web address, certificates. Looks at files as the caller: before the store is
 * opened. */
void checks_services(struct checks *checks);

/* The journal, the mail log, rules of bounces, the simulator, notifications. As the
 * caller, too. */
void checks_feedback(struct checks *checks);

#endif
