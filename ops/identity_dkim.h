/* How a domain is signed, as Amazon SES tells it: Easy DKIM, keys made here that the
 * customer publishes, or keys that he brings; and the way from one to the other.
 * Which key signs is decided by what DNS has: ops/check.h. */
#ifndef SENDWARD_OPS_IDENTITY_DKIM_H
#define SENDWARD_OPS_IDENTITY_DKIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/err.h"
#include "ops/records.h"
#include "store/store.h"

struct conf;
struct seal;

struct identity_dkim {
	enum key_origin origin; /* of what signs, or will when DNS has it */
	/* Easy DKIM: its three; TXT: selectors; EXTERNAL: the newest one's */
	const char *tokens[KEY_PLAN_MAX_KEYS]; /* point into the file */
	size_t token_count;
	/* PENDING also while a key that was brought waits beside others */
	enum rules_identity_status status;
	int current_bits; /* RSA; 0 no key */
	int next_bits;    /* of one that waits; else current_bits */
	int64_t made_sec; /* the last key that was made here; 0 none */
};
void identity_dkim_read(
    const struct identity_file *file, struct identity_dkim *dkim_r);

/* Keys made here sign (again): Easy DKIM's where dkim.zone is set, else TXT. Keys
 * that were brought retire at once: mail is unsigned until DNS has the new one.
 * bits: of a new key; 0: stays, 2048 for a first one. A key of another length is made
 * at most once in 24 hours, save for a first change to 1024. SG_INVALID: an address,
 * too soon, no room; SG_MISSING. */
enum sg_err identity_dkim_generate(struct store *store, const struct seal *seal,
    const struct conf *conf, const char *account, const char *name, int bits,
    int64_t now_sec, struct err *err_r);

/* Is this very key (text: as dkim_key_from_text) the identity's own already, with
 * that selector, and not retired? A key that cannot be read is none. */
enum sg_err identity_dkim_has(struct store *store,
    const struct store_identity *row, const char *selector, const char *text,
    bool *has_r, struct err *err_r);

#endif
