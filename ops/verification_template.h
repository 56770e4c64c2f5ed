/* Letters that confirm addresses in an account's own words: made, changed, within
 * their limits. Sends none. */
#ifndef SENDWARD_OPS_VERIFICATION_TEMPLATE_H
#define SENDWARD_OPS_VERIFICATION_TEMPLATE_H

#include <stdbool.h>
#include <stdint.h>
#include "base/err.h"
#include "store/templates.h"

struct store;

#define VERIFICATION_TEMPLATE_MOST 50 /* of one account, as Amazon SES has it */

enum verification_template_wrong {
	VERIFICATION_TEMPLATE_GOOD,
	VERIFICATION_TEMPLATE_FULL,    /* VERIFICATION_TEMPLATE_MOST */
	VERIFICATION_TEMPLATE_FROM,    /* may not send: not verified */
	VERIFICATION_TEMPLATE_CONTENT, /* empty */
	VERIFICATION_TEMPLATE_OTHER,
};

/* row: account_id, name, from (an address), subject, content, URLs (http or https),
 * created_sec. SG_INVALID: *wrong_r says what; SG_EXISTS. Within the caller's
 * transaction when one is open. */
enum sg_err verification_template_create(struct store *store,
    struct store_wording *row, enum verification_template_wrong *wrong_r,
    struct err *err_r);
/* NULL members stay as they are. SG_INVALID as before; SG_MISSING. */
enum sg_err verification_template_update(struct store *store,
    const struct store_wording *row, enum verification_template_wrong *wrong_r,
    struct err *err_r);

/* May the account send from this address? *ok_r. */
enum sg_err verification_template_may_send(struct store *store,
    int64_t account_id, const char *address, bool *ok_r, struct err *err_r);

#endif
