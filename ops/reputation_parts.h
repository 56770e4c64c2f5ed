/* What reputation.c and reputation_history.c share. Inside ops. */
#ifndef SENDWARD_OPS_REPUTATION_PARTS_H
#define SENDWARD_OPS_REPUTATION_PARTS_H

#include <stdbool.h>
#include <stdint.h>
#include "base/err.h"
#include "ops/reputation.h"

/* set_id 0: the account itself; below: a tenant (STORE_TALLY_TENANT). */
typedef enum sg_err reputation_who_fn(void *ctx, int64_t account_id,
    int64_t set_id, bool *goes_on_r, struct err *err_r);
/* Each account (NULL: all), its sets that are counted by themselves, its tenants. fn
 * may ask the store. */
enum sg_err reputation_everyone(struct store *store, const char *account,
    reputation_who_fn *fn, void *ctx, struct err *err_r);

#endif
