/* Look-ups in a snapshot, under its lock: see snapshot.h. Loads nothing. */
#include "config.h"

#include "ops/snapshot.h"

#include <stdio.h>

#include "ops/snapshot_parts.h"

/* Patterns that one account has for one identity and that are looked at. */
#define GRANTS_MAX 1000

/* The lock is no part of what a const snapshot promises. */
static pthread_rwlock_t *
lock_of(const struct snapshot *snapshot)
{
	return (pthread_rwlock_t *)&snapshot->lock;
}

static void
read_begin(const struct snapshot *snapshot)
{
	(void)pthread_rwlock_rdlock(lock_of(snapshot));
}

static void
read_end(const struct snapshot *snapshot)
{
	(void)pthread_rwlock_unlock(lock_of(snapshot));
}

bool
snapshot_is_fresh(const struct snapshot *snapshot, int64_t now_mono_msec)
{
	bool fresh;

	read_begin(snapshot);
	fresh = snapshot->content != NULL &&
		now_mono_msec - snapshot->refreshed_msec <= SNAPSHOT_STALE_MSEC;
	read_end(snapshot);
	return fresh;
}

bool
snapshot_account_of_login(const struct snapshot *snapshot, const char *login,
    struct rules_account *account_r, bool *is_credential_r)
{
	int64_t id;
	bool found, is_credential;

	read_begin(snapshot);
	found =
	    snapshot->content != NULL &&
	    content_find_login(snapshot->content, login, &id, &is_credential) &&
	    content_find_account(snapshot->content, id, account_r);
	read_end(snapshot);
	if (found && is_credential_r != NULL)
		*is_credential_r = is_credential;
	return found;
}

bool
snapshot_account_by_name(const struct snapshot *snapshot, const char *name,
    struct rules_account *account_r)
{
	bool found;

	read_begin(snapshot);
	found = snapshot->content != NULL &&
		content_find_account_name(snapshot->content, name, account_r);
	read_end(snapshot);
	return found;
}

bool
snapshot_identity(const struct snapshot *snapshot, int64_t account_id,
    const char *name, struct rules_identity *identity_r)
{
	bool found;

	read_begin(snapshot);
	found = snapshot->content != NULL &&
		content_find_identity(
		    snapshot->content, account_id, name, identity_r);
	read_end(snapshot);
	return found;
}

/* A copy of the nth grant with what it says now; an identity that is gone grants
 * nothing, nor does one of the same name that came after it. */
struct granted {
	struct rules_account owner;
	struct rules_identity identity;
	char from_pattern[RULES_ADDRESS_MAX + 1];
	bool is_valid;
};

static bool
find_granted(const struct snapshot_content *content, int64_t account_id,
    const char *name, size_t nth, struct granted *granted_r)
{
	struct grant grant;

	if (!grants_find(&content->grants, account_id, name, nth, &grant))
		return false;
	(void)snprintf(granted_r->from_pattern, sizeof(granted_r->from_pattern),
	    "%s", grant.from_pattern); /* fits */
	granted_r->is_valid =
	    content_find_account(content, grant.owner_id, &granted_r->owner) &&
	    content_find_identity(
		content, grant.owner_id, name, &granted_r->identity) &&
	    granted_r->identity.id == grant.identity_id;
	return true;
}

void
snapshot_granted(const struct snapshot *snapshot, int64_t account_id,
    const char *name, snapshot_grant_fn *fn, void *ctx)
{
	struct granted granted;
	bool found = true;

	for (size_t nth = 0; found && nth < GRANTS_MAX; nth++) {
		read_begin(snapshot);
		found = snapshot->content != NULL &&
			find_granted(
			    snapshot->content, account_id, name, nth, &granted);
		read_end(snapshot);
		if (found && granted.is_valid &&
		    !fn(ctx, &granted.owner, &granted.identity,
			granted.from_pattern))
			return;
	}
}

bool
snapshot_suppression(const struct snapshot *snapshot, int64_t account_id,
    const char *address, struct rules_suppression *suppression_r)
{
	bool found;

	read_begin(snapshot);
	found = snapshot->content != NULL &&
		content_find_suppression(
		    snapshot->content, account_id, address, suppression_r);
	read_end(snapshot);
	return found;
}

bool
snapshot_set(const struct snapshot *snapshot, int64_t account_id,
    const char *name, struct rules_set *set_r)
{
	bool found;

	read_begin(snapshot);
	found =
	    snapshot->content != NULL &&
	    sets_find_name(&snapshot->content->sets, account_id, name, set_r);
	read_end(snapshot);
	return found;
}

bool
snapshot_set_by_id(
    const struct snapshot *snapshot, int64_t id, struct rules_set *set_r)
{
	bool found;

	read_begin(snapshot);
	found = snapshot->content != NULL &&
		sets_find(&snapshot->content->sets, id, set_r);
	read_end(snapshot);
	return found;
}

bool
snapshot_tenant(const struct snapshot *snapshot, int64_t account_id,
    const char *name, struct rules_tenant *tenant_r)
{
	bool found;

	read_begin(snapshot);
	found = snapshot->content != NULL &&
		tenants_find_name(
		    &snapshot->content->tenants, account_id, name, tenant_r);
	read_end(snapshot);
	return found;
}

bool
snapshot_tenant_has(
    const struct snapshot *snapshot, int64_t tenant_id, const char *resource)
{
	bool has;

	read_begin(snapshot);
	has = snapshot->content != NULL &&
	      tenants_have_resource(
		  &snapshot->content->tenants, tenant_id, resource);
	read_end(snapshot);
	return has;
}

bool
snapshot_has_brakes(const struct snapshot *snapshot, int64_t account_id)
{
	bool has;

	read_begin(snapshot);
	has = snapshot->content != NULL &&
	      sets_brakes_has(&snapshot->content->brakes, account_id);
	read_end(snapshot);
	return has;
}

void
snapshot_size(const struct snapshot *snapshot, struct snapshot_size *size_r)
{
	const struct snapshot_content *content;

	*size_r = (struct snapshot_size){0};
	read_begin(snapshot);
	content = snapshot->content;
	if (content != NULL) {
		size_r->accounts = content->accounts.used;
		size_r->logins = content->logins.used;
		size_r->identities = content->identities.used;
		size_r->suppressions = content->suppressions.used;
		size_r->sets = content->sets.by_id.used;
		size_r->bytes = content_bytes(content);
	}
	read_end(snapshot);
}
