/* Signing keys get successors: by schedule, by `dkim rotate`, by import. A new
 * key waits until DNS has it (ops/check.h lets it take over); this file makes
 * keys and removes old ones. Asks no DNS. */
#ifndef SENDWARD_OPS_ROTATION_H
#define SENDWARD_OPS_ROTATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/err.h"
#include "store/store.h"

struct conf;
struct seal;

struct rotation {
	enum key_origin origin;
	int64_t key_id;
	char selector[64];
	bool waits_for_customer; /* he must publish a record */
};
/* A successor for every active key of the identity's present origin (TXT: both
 * algorithms; Easy DKIM: the next slot). Own keys (KEY_EXTERNAL): SG_INVALID says
 * to import one. SG_EXISTS: a successor waits already (which, since when);
 * SG_BUSY: the key before the last one is still kept in DNS until …; give_up_old
 * takes its slot all the same. Looks due now. */
enum sg_err rotation_start(struct store *store, const struct seal *seal,
    const struct conf *conf, const char *account, const char *name,
    bool give_up_old, int64_t now_sec, struct rotation *list_r /* 2 */,
    size_t *count_r, struct err *err_r);

/* What the calendar asks for, across all accounts (sendward-jobd, hourly):
 * successors for keys of dkim.rotate_days, with a letter when the customer must
 * publish (STORE_LETTER_KEY_READY) or bring a key (STORE_LETTER_KEY_OLD, once in
 * 30 days); retired keys that were kept long enough are removed. At most `most`
 * of each a call; *done_r: how many were handled. */
enum sg_err rotation_calendar(struct store *store, const struct seal *seal,
    const struct conf *conf, int most, int64_t now_sec, int *done_r,
    struct err *err_r);

/* A zone file fragment for dkim.zone ($ORIGIN, then one TXT a key), line by line;
 * SG_INVALID: dkim.zone is not set. */
typedef bool rotation_line_fn(void *ctx, const char *line);
enum sg_err rotation_zone(struct store *store, const struct conf *conf,
    rotation_line_fn *fn, void *ctx, struct err *err_r);

#endif
