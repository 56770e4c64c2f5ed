/* The tables of a snapshot, packed: an account, its name and one login cost about
 * 160 bytes. Reads no store and takes no lock. Internal to ops/snapshot.c. */
#ifndef SENDWARD_OPS_SNAPSHOT_CONTENT_H
#define SENDWARD_OPS_SNAPSHOT_CONTENT_H

#include "base/hash.h"
#include "ops/snapshot_filter.h"
#include "ops/snapshot_grants.h"
#include "ops/snapshot_named.h"
#include "ops/snapshot_sets.h"
#include "ops/snapshot_tenants.h"
#include "rules/types.h"

struct snapshot_content {
	struct hash_key key;
	struct hash_map accounts; /* by id */
	struct hash_map account_names;
	struct hash_map logins;
	struct hash_map identities; /* by account and name */
	struct grant_table grants;
	struct named_table sets;
	struct brake_table brakes;
	struct tenant_table tenants;
	/* Account and address, of all that are on the list and some that were.
	 * What they say is in the store alone. */
	struct filter suppressed;
	/* Of identities and suppressions (enum snapshot_parts): what is here whole.
	 * Of the other part nothing is. */
	int whole;
	size_t entry_bytes;
};

/* NULL: no memory, or no random numbers. */
struct snapshot_content *snapshot_content_new(void);
void snapshot_content_free(struct snapshot_content **content);

/* put: adds or replaces; false: no memory, nothing has changed. drop: removes what
 * is there, or nothing. find: false when there is none. */
bool content_put_account(
    struct snapshot_content *content, const struct rules_account *account);
void content_drop_account(struct snapshot_content *content, int64_t id);
bool content_find_account(const struct snapshot_content *content, int64_t id,
    struct rules_account *account_r);
bool content_find_account_name(const struct snapshot_content *content,
    const char *name, struct rules_account *account_r);

/* A SASL name: a login or an access key id. drop leaves one of the other kind. */
bool content_put_login(struct snapshot_content *content, const char *name,
    bool is_credential, int64_t account_id);
void content_drop_login(
    struct snapshot_content *content, const char *name, bool is_credential);
bool content_find_login(const struct snapshot_content *content,
    const char *name, int64_t *account_id_r, bool *is_credential_r);

/* drop: only when it has that id. */
bool content_put_identity(struct snapshot_content *content, int64_t account_id,
    const struct rules_identity *identity);
void content_drop_identity(struct snapshot_content *content, int64_t account_id,
    const char *name, int64_t id);
bool content_find_identity(const struct snapshot_content *content,
    int64_t account_id, const char *name, struct rules_identity *identity_r);

/* address: in any case; nothing is put when it is longer than any on a list. Put
 * false: no memory. may_suppress: false when it is surely not on the list. */
bool content_put_suppression(
    struct snapshot_content *content, int64_t account_id, const char *address);
bool content_may_suppress(const struct snapshot_content *content,
    int64_t account_id, const char *address);
/* In lower case, as lists have it. False: it is longer than any on a list. */
bool content_lower_address(
    const char *address, char lower_r[RULES_ADDRESS_MAX + 1]);

/* Moves a part (SNAPSHOT_IDENTITIES, SNAPSHOT_SUPPRESSIONS) of `from`, which has
 * the same key and nothing else in entries, to the place of the part in `to`. */
void content_take(
    struct snapshot_content *to, struct snapshot_content *from, int part);

/* Bytes of the tables and entries, with malloc's own. */
size_t content_bytes(const struct snapshot_content *content);

#endif
