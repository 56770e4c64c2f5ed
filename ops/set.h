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
};
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
enum sg_err set_destination_remove(struct store *store, const char *account,
    const char *name, const char *destination, struct err *err_r);

/* "account", "none", "BOUNCE", …, and back (-2: none of these). */
const char *set_suppressed_name(int reasons);
int set_suppressed_from_name(const char *name);

#endif
