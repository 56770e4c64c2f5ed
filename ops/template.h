/* Templates of an account: made, changed, deleted, within their limits. Whether their
 * texts can be rendered is the caller's to see: template/template.h. */
#ifndef SENDWARD_OPS_TEMPLATE_H
#define SENDWARD_OPS_TEMPLATE_H

#include <stdbool.h>
#include <stdint.h>
#include "base/err.h"
#include "store/templates.h"

struct store;

/* As Amazon SES has them. */
#define TEMPLATE_MOST 20000
#define TEMPLATE_BYTES_MAX 512000 /* all texts together */

/* row: account_id, name, texts, created_sec. SG_INVALID: name, size, no subject;
 * SG_EXISTS. *is_full_r: SG_INVALID, too, for the account has
 * TEMPLATE_MOST. Within the caller's transaction when one is open. */
enum sg_err template_create(struct store *store, struct store_template *row,
    bool *is_full_r, struct err *err_r);
/* SG_INVALID as before; SG_MISSING. */
enum sg_err template_update(
    struct store *store, const struct store_template *row, struct err *err_r);

#endif
