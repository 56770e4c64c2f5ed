/* What the mail path must know, in memory: accounts, SASL names, identities,
 * configuration sets, who may be suppressed; kept fresh from the store's changes.
 * Private keys are not in it (dkim/keyring.h loads them when first used). Does not
 * decide.
 *
 * What can be many, identities and suppressions, is loaded a bit at each refresh; until
 * it is whole a look-up asks the store. Of suppressions the memory says "surely none"
 * or "perhaps" (4 to 6 bytes each); then the store is asked, too.
 *
 * Thread rule: snapshot_refresh is called by one thread (or one at a time) with
 * a store handle of its own; all look-ups may be called from any thread at any
 * time, copy what they find, and hold no lock on return. */
#ifndef SENDWARD_OPS_SNAPSHOT_H
#define SENDWARD_OPS_SNAPSHOT_H

#include <stdbool.h>
#include "base/err.h"
#include "rules/types.h"

struct store;
struct snapshot;

enum snapshot_parts {
	SNAPSHOT_ACCOUNTS = 1, /* accounts and SASL names: always */
	SNAPSHOT_IDENTITIES = 2,
	SNAPSHOT_SUPPRESSIONS = 4,
	SNAPSHOT_SETS = 8, /* configuration sets, tenants, who has brakes */
};

enum sg_err snapshot_new(
    int parts, struct snapshot **snapshot_r, struct err *err_r);
void snapshot_free(struct snapshot **snapshot);

/* Where look-ups ask for what is not in memory; url is copied. Before other threads
 * use the snapshot. Without it what would be asked is unknown. */
enum sg_err snapshot_set_store(
    struct snapshot *snapshot, const char *url, struct err *err_r);

/* Loads everything the first time (of identities and suppressions the first 20,000
 * together), changes and more of these afterwards. So does one that finds too many
 * changes, or that the list of changes does not go back so far. now_mono_msec
 * (clock_mono_msec) is noted when all changes were followed. The store is asked when it
 * told of changes, and once a second: one that is cut off tells of none. */
enum sg_err snapshot_refresh(struct snapshot *snapshot, struct store *store,
    int64_t now_mono_msec, struct err *err_r);

/* The next refresh reads the list of changes though the store told of none: a
 * PostgreSQL tells of them a moment after they were committed. For the thread that
 * refreshes. */
void snapshot_doubt(struct snapshot *snapshot);

/* Is there more to be loaded? For the thread that refreshes. */
bool snapshot_is_loading(const struct snapshot *snapshot);

/* How often to call snapshot_refresh, and the age after which a snapshot must not
 * be used any more (answer 451). */
#define SNAPSHOT_REFRESH_MSEC 100
#define SNAPSHOT_STALE_MSEC 5000
bool snapshot_is_fresh(const struct snapshot *snapshot, int64_t now_mono_msec);

/* SASL login or enabled credential that may send (*is_credential_r; NULL is fine). False: belongs
 * to no account. */
bool snapshot_account_of_login(const struct snapshot *snapshot,
    const char *login, struct rules_account *account_r, bool *is_credential_r);
bool snapshot_account_by_name(const struct snapshot *snapshot, const char *name,
    struct rules_account *account_r);

/* UNKNOWN: it is not in memory, and the store could not be asked. The message must
 * wait (answer 451). */
enum snapshot_answer { SNAPSHOT_NO, SNAPSHOT_YES, SNAPSHOT_UNKNOWN };
enum snapshot_answer snapshot_identity(const struct snapshot *snapshot,
    int64_t account_id, const char *name, struct rules_identity *identity_r);
/* What other accounts let this one send as: calls back with each identity `name`
 * that was granted to account_id, its owner and the pattern of From addresses,
 * until fn returns false. The arguments are copies; no lock is held. False: one of
 * them is unknown. */
typedef bool snapshot_grant_fn(void *ctx, const struct rules_account *owner,
    const struct rules_identity *identity, const char *from_pattern);
bool snapshot_granted(const struct snapshot *snapshot, int64_t account_id,
    const char *name, snapshot_grant_fn *fn, void *ctx);

/* address in any case; compared in lower case */
enum snapshot_answer snapshot_suppression(const struct snapshot *snapshot,
    int64_t account_id, const char *address,
    struct rules_suppression *suppression_r);

/* Configuration sets, by exact name. */
bool snapshot_set(const struct snapshot *snapshot, int64_t account_id,
    const char *name, struct rules_set *set_r);
bool snapshot_set_by_id(
    const struct snapshot *snapshot, int64_t id, struct rules_set *set_r);
/* Tenants of an account, by exact name. */
bool snapshot_tenant(const struct snapshot *snapshot, int64_t account_id,
    const char *name, struct rules_tenant *tenant_r);
/* Is "identity/NAME" or "configuration-set/NAME" the tenant's? */
bool snapshot_tenant_has(
    const struct snapshot *snapshot, int64_t tenant_id, const char *resource);
/* Is there a brake (ops/brake.h) of the account, or of every account? What they
 * say is in the store alone. */
bool snapshot_has_brakes(const struct snapshot *snapshot, int64_t account_id);

/* Counts a caller may show: accounts, names, identities, suppressions (with some that
 * were), sets, bytes. */
struct snapshot_size {
	size_t accounts, logins, identities, suppressions, sets, bytes;
};
void snapshot_size(
    const struct snapshot *snapshot, struct snapshot_size *size_r);

#endif
