/* What the files behind ops/rotation.h share: which keys get a successor, and how
 * it is made. */
#ifndef SENDWARD_OPS_ROTATION_PARTS_H
#define SENDWARD_OPS_ROTATION_PARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/err.h"
#include "ops/identity_keys.h"
#include "ops/rotation.h"
#include "store/store.h"

#define ROTATION_MOST 2 /* one key an algorithm */

/* A turn of one identity: the keys that get a successor, and their successors. */
struct rotation_turn {
	struct store_key old[ROTATION_MOST];
	struct identity_new_key made[ROTATION_MOST];
	size_t count;
	int easy_slot;      /* of the one of Easy DKIM; else -1 */
	int64_t give_up_id; /* the key that must leave that slot; 0 none */
};

/* Which of the identity's keys that began to sign at before_sec or earlier get a
 * successor now. SG_EXISTS, SG_BUSY and SG_INVALID as rotation_start says. Pure
 * but for err_r. */
enum sg_err rotation_plan(const struct conf *conf,
    const struct store_identity *identity, const struct identity_key_set *set,
    int64_t before_sec, bool give_up_old, struct rotation_turn *turn_r,
    struct err *err_r);
/* Makes the successors. Takes long: outside transactions. */
enum sg_err rotation_make(struct rotation_turn *turn, const struct seal *seal,
    int64_t now_sec, struct err *err_r);
/* Writes them; a look is due now. Within a transaction, after a rotation_plan in
 * it that came to the same (rotation_is_same). */
enum sg_err rotation_write(struct store *store, struct store_identity *identity,
    struct rotation_turn *turn, int64_t now_sec, struct err *err_r);
bool rotation_is_same(
    const struct rotation_turn *turn, const struct rotation_turn *other);
void rotation_turn_fini(struct rotation_turn *turn);

/* Deletes retired keys that were kept long enough from the store and the set. */
enum sg_err rotation_drop_old(struct store *store, struct identity_key_set *set,
    int64_t now_sec, struct identity_key_set *gone_r, struct err *err_r);

/* what: "is made", "is removed". After the commit. */
void rotation_log(const char *account, const char *identity,
    const struct store_key *key, const char *what);

#endif
