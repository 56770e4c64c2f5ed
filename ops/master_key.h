/* Another master key in the place of the one that is, step by step, while mail flows:
 * add it (all programs are restarted, so that they can open what it seals), turn to it
 * (what is sealed is sealed anew; restarted again), drop the former one. */
#ifndef SENDWARD_OPS_MASTER_KEY_H
#define SENDWARD_OPS_MASTER_KEY_H

#include <stddef.h>
#include <stdint.h>
#include "base/err.h"

struct seal;
struct store;

struct master_key_count {
	int64_t sealed; /* secrets in the store */
	int64_t
	    renewed; /* of them now under the first key, and before another */
};

/* Opens every secret: SG_CRYPTO when one cannot be, and nothing is changed. Those that
 * are not under the first key of seal's file are, afterwards; all in one transaction.
 * */
enum sg_err master_key_reseal(struct store *store, const struct seal *seal,
    struct master_key_count *count_r, struct err *err_r);
/* Changes nothing: renewed is what reseal would do. */
enum sg_err master_key_count(struct store *store, const struct seal *seal,
    struct master_key_count *count_r, struct err *err_r);

#endif
