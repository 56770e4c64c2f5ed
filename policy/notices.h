/* Notices for the store (config check shows them) that a thread writes, so that
 * nobody waits for it. */
#ifndef SENDWARD_POLICY_NOTICES_H
#define SENDWARD_POLICY_NOTICES_H

#include "base/err.h"
#include "policy/codec.h"

struct policy_notices;

/* url is copied. The thread begins with the first notice. */
enum sg_err policy_notices_new(
    const char *url, struct policy_notices **notices_r, struct err *err_r);
/* Ends the thread; what it could not write is lost. */
void policy_notices_free(struct policy_notices **notices);

/* Notice "policy.stage STAGE", once per process and stage. One thread calls. */
void policy_notices_stage(
    struct policy_notices *notices, enum policy_stage stage);

#endif
