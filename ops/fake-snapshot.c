/* For tests: see fake-snapshot.h. */
#include "config.h"

#include "ops/fake-snapshot.h"

#include <string.h>
#include <strings.h>

#include "ops/snapshot.h"

bool
snapshot_is_fresh(const struct snapshot *snapshot, int64_t now_mono_msec)
{
	(void)now_mono_msec;
	return snapshot->is_fresh;
}

bool
snapshot_account_by_name(const struct snapshot *snapshot, const char *name,
    struct rules_account *account_r)
{
	for (size_t i = 0; i < snapshot->account_count; i++) {
		if (strcmp(snapshot->accounts[i].name, name) == 0) {
			*account_r = snapshot->accounts[i];
			return true;
		}
	}
	return false;
}

bool
snapshot_account_of_login(const struct snapshot *snapshot, const char *login,
    struct rules_account *account_r, bool *is_credential_r)
{
	for (size_t i = 0; i < snapshot->login_count; i++) {
		const struct fake_login *row = &snapshot->logins[i];

		if (strcmp(row->name, login) != 0)
			continue;
		if (is_credential_r != NULL)
			*is_credential_r =
			    snapshot->credential != NULL &&
			    strcmp(snapshot->credential, login) == 0;
		return snapshot_account_by_name(
		    snapshot, row->account, account_r);
	}
	return false;
}

enum snapshot_answer
snapshot_identity(const struct snapshot *snapshot, int64_t account_id,
    const char *name, struct rules_identity *identity_r)
{
	if (snapshot->is_unknown)
		return SNAPSHOT_UNKNOWN;
	for (size_t i = 0; i < snapshot->identity_count; i++) {
		const struct fake_identity *row = &snapshot->identities[i];

		if (row->account_id == account_id &&
		    strcmp(row->facts.name, name) == 0) {
			*identity_r = row->facts;
			return SNAPSHOT_YES;
		}
	}
	return SNAPSHOT_NO;
}

static const struct rules_account *
account_of(const struct snapshot *snapshot, int64_t id)
{
	for (size_t i = 0; i < snapshot->account_count; i++) {
		if (snapshot->accounts[i].id == id)
			return &snapshot->accounts[i];
	}
	return NULL;
}

bool
snapshot_granted(const struct snapshot *snapshot, int64_t account_id,
    const char *name, snapshot_grant_fn *fn, void *ctx)
{
	for (size_t i = 0; i < snapshot->grant_count; i++) {
		const struct fake_grant *row = &snapshot->grants[i];
		const struct rules_account *owner =
		    account_of(snapshot, row->owner_id);
		struct rules_identity identity;

		if (row->account_id == account_id &&
		    strcmp(row->identity, name) == 0 && owner != NULL &&
		    snapshot_identity(snapshot, row->owner_id, name,
			&identity) == SNAPSHOT_YES &&
		    !fn(ctx, owner, &identity, row->from_pattern))
			break;
	}
	return !snapshot->is_unknown;
}

enum snapshot_answer
snapshot_suppression(const struct snapshot *snapshot, int64_t account_id,
    const char *address, struct rules_suppression *suppression_r)
{
	for (size_t i = 0; i < snapshot->suppression_count; i++) {
		const struct fake_suppression *row = &snapshot->suppressions[i];

		if (row->account_id == account_id &&
		    strcasecmp(row->address, address) == 0) {
			*suppression_r = row->facts;
			return SNAPSHOT_YES;
		}
	}
	return snapshot->is_list_unknown ? SNAPSHOT_UNKNOWN : SNAPSHOT_NO;
}

bool
snapshot_set(const struct snapshot *snapshot, int64_t account_id,
    const char *name, struct rules_set *set_r)
{
	for (size_t i = 0; i < snapshot->set_count; i++) {
		if (snapshot->sets[i].account_id == account_id &&
		    strcmp(snapshot->sets[i].name, name) == 0) {
			*set_r = snapshot->sets[i];
			return true;
		}
	}
	return false;
}

bool
snapshot_set_by_id(
    const struct snapshot *snapshot, int64_t id, struct rules_set *set_r)
{
	for (size_t i = 0; i < snapshot->set_count; i++) {
		if (snapshot->sets[i].id == id) {
			*set_r = snapshot->sets[i];
			return true;
		}
	}
	return false;
}

bool
snapshot_tenant(const struct snapshot *snapshot, int64_t account_id,
    const char *name, struct rules_tenant *tenant_r)
{
	for (size_t i = 0; i < snapshot->tenant_count; i++) {
		if (snapshot->tenants[i].account_id == account_id &&
		    strcmp(snapshot->tenants[i].name, name) == 0) {
			*tenant_r = snapshot->tenants[i];
			return true;
		}
	}
	return false;
}

bool
snapshot_tenant_has(
    const struct snapshot *snapshot, int64_t tenant_id, const char *resource)
{
	for (size_t i = 0; i < snapshot->resource_count; i++) {
		if (snapshot->resources[i].tenant_id == tenant_id &&
		    strcmp(snapshot->resources[i].resource, resource) == 0)
			return true;
	}
	return false;
}

bool
snapshot_has_brakes(const struct snapshot *snapshot, int64_t account_id)
{
	(void)account_id;
	return snapshot->has_brakes;
}
