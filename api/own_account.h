/* What operations on accounts and on their requests share. */
#ifndef SENDWARD_API_OWN_ACCOUNT_H
#define SENDWARD_API_OWN_ACCOUNT_H

#include <stdbool.h>
#include "base/err.h"

struct api_call;

/* Names by enum store_paused_by, enum rules_standing. */
extern const char *const api_own_paused_by[], *const api_own_standings[];

/* Logs what the operator did; reason "": none. */
void api_own_acted(const struct api_call *call, const char *action,
    const char *account, const char *reason);
/* As api_check; but texts of ops that speak to sendwardctl's users are told in words
 * for the page: the member AccountName names the account. */
bool api_own_account_check(
    struct api_call *call, enum sg_err rc, const struct err *err);

#endif
