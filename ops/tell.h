/* Letters that an account and the operator both get. Inside ops. */
#ifndef SENDWARD_OPS_TELL_H
#define SENDWARD_OPS_TELL_H

#include <stdint.h>
#include "base/err.h"
#include "ops/letter.h"
#include "store/store.h"

struct conf;

/* As letter_put, and the same to mail.operator, unless that is whom it went to.
 * Within the caller's transaction. */
enum sg_err tell_both(struct store *store, const struct conf *conf,
    enum store_letter_kind kind, const struct store_account *account,
    const struct letter_fact *facts, int64_t now_sec, struct err *err_r);

#endif
