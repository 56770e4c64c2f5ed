/* For tests: a snapshot from tables, in place of ops/snapshot.c. Compares names as
 * they are; every account owns every identity and suppression whose account_id it
 * is. */
#ifndef SENDWARD_OPS_FAKE_SNAPSHOT_H
#define SENDWARD_OPS_FAKE_SNAPSHOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "rules/types.h"

struct fake_login {
	const char *name;
	const char *account;
};

struct fake_identity {
	int64_t account_id;
	struct rules_identity facts;
};

struct fake_grant {
	int64_t account_id; /* may send as */
	int64_t owner_id;   /* this one's */
	const char *identity;
	const char *from_pattern;
};

struct fake_suppression {
	int64_t account_id;
	const char *address;
	struct rules_suppression facts;
};

struct fake_resource {
	int64_t tenant_id;
	const char *resource;
};

/* What tests hand over as struct snapshot *. Tables end where the count says. */
struct snapshot {
	const struct rules_account *accounts;
	size_t account_count;
	const struct fake_login *logins;
	size_t login_count;
	const char
	    *credential; /* the login that is an access key id, or NULL */
	const struct fake_identity *identities;
	size_t identity_count;
	const struct fake_suppression *suppressions;
	size_t suppression_count;
	const struct fake_grant *grants;
	size_t grant_count;
	const struct rules_set *sets;
	size_t set_count;
	const struct rules_tenant *tenants;
	size_t tenant_count;
	const struct fake_resource *resources;
	size_t resource_count;
	bool has_brakes; /* every account */
	bool is_fresh;
	bool is_unknown;      /* every identity */
	bool is_list_unknown; /* every address that is not suppressed */
};

#endif
