/* Who may send as whose identity, as JSON and for people. */
#ifndef SENDWARD_CTL_GRANT_H
#define SENDWARD_CTL_GRANT_H

#include <jansson.h>
#include <stdint.h>
#include "ctl/command.h"

/* [{identity, owner, account, from, created}] that `account` gave or got (NULL:
 * all), of one identity (0: of any). Returns CTL_DONE and a reference, or, having
 * said why, the exit status. */
int grant_load(const struct ctl *ctl, const char *account, int64_t identity_id,
    json_t **list_r);
/* Takes the reference. */
int grant_print(const struct ctl *ctl, json_t *list);

#endif
