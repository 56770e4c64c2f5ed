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

/* All of `config check`. Opens the store as ctl->store, when it can. */
void checks_all(struct checks *checks);

enum checks_may {
	CHECKS_MAY,
	CHECKS_MAY_NOT,
	CHECKS_MAY_BE /* only root can try */
};
/* May the user ("" whoever asks) use the path so (R_OK, W_OK, X_OK)? Tried by a child
 * that becomes that user, with all his groups. */
enum checks_may checks_user_may(const char *user, const char *path, int mode);

/* Name servers, the zone of Easy DKIM, the operator's key, letters, the
 * private door, the web address, certificates. Looks at files as the caller: before the store is
 * opened. */
void checks_services(struct checks *checks);

/* The journal, the mail log, rules of bounces, the simulator, notifications. As the
 * caller, too. */
void checks_feedback(struct checks *checks);

#endif
