/* What brake.c and brake_setup.c share. Inside ops. */
#ifndef SENDWARD_OPS_BRAKE_PARTS_H
#define SENDWARD_OPS_BRAKE_PARTS_H

#include <stdbool.h>
#include <stdint.h>
#include "base/err.h"
#include "rules/types.h"
#include "store/brakes.h"

/* Of an address, whole in lower case; the same in every process and at any time.
 * False: it could not be made. */
bool brake_hash(const char *address, int64_t *hash_r);

/* "500 new recipients in 1 hour" */
void brake_limit_text(const struct store_brake *brake, char text_r[256]);

/* A subject as it is kept: identities and domains in lower case as the gate knows
 * them. "" is SG_INVALID. */
enum sg_err brake_take_subject(enum rules_brake_scope scope,
    const char *subject, char subject_r[RULES_ADDRESS_MAX + 1],
    struct err *err_r);

#endif
