/* Letters to two: see tell.h. Words are not made here. */
#include "config.h"

#include "ops/tell.h"

#include <strings.h>

#include "conf/conf.h"

enum sg_err
tell_both(struct store *store, const struct conf *conf,
    enum store_letter_kind kind, const struct store_account *account,
    const struct letter_fact *facts, int64_t now_sec, struct err *err_r)
{
	enum sg_err rc = letter_put(store, conf, kind, account->facts.id, NULL,
	    facts, NULL, 0, now_sec, err_r);

	if (rc != SG_OK || account->contact[0] == '\0' ||
	    strcasecmp(account->contact, conf->mail_operator) == 0)
		return rc;
	return letter_put_to(store, conf, kind, account->facts.id,
	    conf->mail_operator, facts, 0, now_sec, err_r);
}
