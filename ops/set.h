/* Configuration sets and their event destinations: made, changed, deleted. Does not
 * publish. */
#ifndef SENDWARD_OPS_SET_H
#define SENDWARD_OPS_SET_H

#include <stdbool.h>
#include <stdint.h>
#include "base/err.h"
#include "store/topics.h"

/* Names: 1 to 64 of A-Z a-z 0-9 _ - (SES). */
enum sg_err set_create(struct store *store, const char *account,
    const char *name, int64_t now_sec, struct store_set *row_r,
    struct err *err_r); /* SG_INVALID, SG_EXISTS */
enum sg_err set_get(struct store *store, const char *account, const char *name,
    struct store_set *row_r, struct err *err_r);
struct set_change {
	const char *suppressed; /* NULL stays; "account", "none", "BOUNCE",
	                           "COMPLAINT", "BOUNCE,COMPLAINT" */
	bool has_reputation, reputation;
	/* by the account itself: mail off (STORE_PAUSED_BY_ACCOUNT) or on again.
	 * Off while somebody else has paused it changes nothing; on then is
	 * SG_INVALID, and says who did and why */
	bool has_enabled, enabled;
	const char *pool; /* NULL stays; "" none; see pool_check */
};
/* Makes one that is as change says from the begin. Within the caller's
 * transaction when one is open. SG_MISSING: no such pool; *is_full_r: the account has
 * SET_MOST (SG_INVALID). */
#define SET_MOST 10000
enum sg_err set_create_as(struct store *store, const char *account,
    const char *name, const struct set_change *change, int64_t now_sec,
    bool *is_full_r, struct err *err_r);
enum sg_err set_change(struct store *store, const char *account,
    const char *name, const struct set_change *change, struct store_set *row_r,
    struct err *err_r);
enum sg_err set_pause(struct store *store, const char *account,
    const char *name, const char *reason, struct err *err_r);
/* is_fresh: reputation counts anew from now on. */
enum sg_err set_resume(struct store *store, const char *account,
    const char *name, bool is_fresh, int64_t now_sec, struct err *err_r);
enum sg_err set_delete(struct store *store, const char *account,
    const char *name, struct err *err_r);

/* Destination `destination` of the set tells `topic` (a topic of the account) of
 * the kinds (sum of 1 << kind); replaces one of that name. At most 10 a set. */
enum sg_err set_destination_put(struct store *store, const char *account,
    const char *name, const char *destination, int kinds, bool enabled,
    const char *topic, struct err *err_r);
/* Kinds of events that destinations may ask for and that never come. */
#define SET_KIND_OPEN (1 << 16)
#define SET_KIND_CLICK (1 << 17)
#define SET_KIND_SUBSCRIPTION (1 << 18)
/* The same for one that must be there, or must not, and that says to the topic, when
 * that is new for it, that it may publish there. SG_EXISTS, SG_MISSING; *is_full_r:
 * the set has SET_DESTINATIONS_MOST (SG_INVALID). */
#define SET_DESTINATIONS_MOST 10
enum set_presence { SET_EITHER, SET_NEW, SET_OLD };
struct set_destination {
	const char *name, *topic;
	int kinds;
	bool enabled;
	enum set_presence presence; /* must not be there, or must */
};
enum sg_err set_destination_write(struct store *store, const char *account,
    const char *name, const struct set_destination *destination,
    int64_t now_msec, bool *is_full_r, struct err *err_r);
enum sg_err set_destination_remove(struct store *store, const char *account,
    const char *name, const char *destination, struct err *err_r);

/* "account", "none", "BOUNCE", …, and back (-2: none of these). */
const char *set_suppressed_name(int reasons);
int set_suppressed_from_name(const char *name);

#endif
