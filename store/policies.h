/* Sending authorization as documents, and tags. Part of store.h: its rules on
 * threads, errors and lists hold here. */
#ifndef SENDWARD_STORE_POLICIES_H
#define SENDWARD_STORE_POLICIES_H

#include <stdbool.h>
#include <stdint.h>
#include "base/err.h"
#include "store/store.h"

/* ---- policies of identities; single grants are in store.h --------------------- */
#define STORE_POLICY_NAME_MAX 64
struct store_policy {
	int64_t id;
	int64_t identity_id;
	char name[STORE_POLICY_NAME_MAX + 1];
	const char *document; /* JSON, as it came */
	int64_t created_sec;
};
typedef bool store_policy_fn(void *ctx, const struct store_policy *row);
/* Adds, or replaces the document of the one that has its name. */
enum sg_err store_policy_put(struct store *store, struct store_policy *row,
    struct err *err_r); /* id is filled */
enum sg_err store_policy_list(struct store *store, int64_t identity_id,
    store_policy_fn *fn, void *ctx, struct err *err_r); /* by name */
/* With what it allows. SG_MISSING. */
enum sg_err store_policy_delete(struct store *store, int64_t identity_id,
    const char *name, struct err *err_r);

/* What the policy allows: store_grant_list tells it beside single grants. Twice is
 * once. */
enum sg_err store_policy_grant_add(struct store *store,
    const struct store_policy *policy, int64_t account_id,
    const char *from_pattern, struct err *err_r);
enum sg_err store_policy_grant_clear(
    struct store *store, int64_t policy_id, struct err *err_r);
/* By all policies of the account's identities. */
enum sg_err store_policy_grant_count(struct store *store, int64_t account_id,
    int64_t *count_r, struct err *err_r);

/* ---- tags ------------------------------------------------------------------------ */
/* resource: "identity/example.com", "configuration-set/x", …. When such a thing is
 * deleted, its tags go with it. */
enum sg_err store_tag_put(struct store *store, int64_t account_id,
    const char *resource, const char *key, const char *value,
    struct err *err_r); /* adds or replaces */
typedef bool store_tag_fn(void *ctx, const char *key, const char *value);
enum sg_err store_tag_list(struct store *store, int64_t account_id,
    const char *resource, store_tag_fn *fn, void *ctx,
    struct err *err_r); /* by key */
enum sg_err store_tag_count(struct store *store, int64_t account_id,
    const char *resource, int64_t *count_r, struct err *err_r);
/* key NULL: all. SG_OK also when there is none. */
enum sg_err store_tag_delete(struct store *store, int64_t account_id,
    const char *resource, const char *key, struct err *err_r);
/* Things that may have tags, beside identities. */
enum store_tag_resource {
	STORE_TAG_RESOURCE_SET,
	STORE_TAG_RESOURCE_TEMPLATE,
	STORE_TAG_RESOURCE_VERIFICATION_TEMPLATE,
	STORE_TAG_RESOURCE_POOL,
	STORE_TAG_RESOURCE_TENANT,
};
/* Does the account have it? uuid: of a tenant; "" any. */
enum sg_err store_tag_resource_has(struct store *store, int64_t account_id,
    enum store_tag_resource kind, const char *name, const char *uuid,
    bool *has_r, struct err *err_r);

#endif
