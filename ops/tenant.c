/* Tenants: see tenant.h. */
#include "config.h"

#include "ops/tenant.h"

#include <stdio.h>
#include <string.h>

#include <openssl/rand.h>

#include "ops/account.h"
#include "rules/ascii.h"
#include "rules/reputation.h"

#define NAME_LEN_MAX 64
#define ID_BYTES 12

static const char *const status_names[] = {
    [STORE_TENANT_ENABLED] = "ENABLED",
    [STORE_TENANT_DISABLED] = "DISABLED",
    [STORE_TENANT_REINSTATED] = "REINSTATED",
};

const char *
tenant_status_name(enum store_tenant_status status)
{
	return status_names[status];
}

int
tenant_status_from_name(const char *name)
{
	for (int i = 0; i < 3; i++)
		if (strcmp(status_names[i], name) == 0)
			return i;
	return -1;
}

enum store_tenant_status
tenant_effect(const struct store_tenant *row)
{
	return row->stopped ? STORE_TENANT_DISABLED : row->status;
}

/* ---- made and deleted -------------------------------------------------------- */

/* "tn-" and hexadecimal digits, as SES has it. */
static enum sg_err
make_id(char uuid_r[STORE_TENANT_UUID_MAX + 1], struct err *err_r)
{
	unsigned char bytes[ID_BYTES];

	if (RAND_bytes(bytes, sizeof(bytes)) != 1)
		return err_set(err_r, SG_CRYPTO, "no random numbers");
	(void)snprintf(uuid_r, 4, "tn-");
	for (size_t i = 0; i < sizeof(bytes); i++)
		(void)snprintf(uuid_r + 3 + 2 * i, 3, "%02x", bytes[i]);
	return SG_OK;
}

static enum sg_err
create(struct store *store, struct store_tenant *row, bool *is_full_r,
    struct err *err_r)
{
	int64_t count;
	enum sg_err rc =
	    store_tenant_count(store, row->facts.account_id, &count, err_r);

	*is_full_r = rc == SG_OK && count >= TENANT_MOST;
	if (*is_full_r)
		return err_set(err_r, SG_INVALID,
		    "the account has %d tenants already", TENANT_MOST);
	if (rc == SG_OK)
		rc = store_tenant_create(store, row, err_r);
	if (rc == SG_EXISTS)
		(void)err_set(
		    err_r, rc, "Tenant %s already exists.", row->facts.name);
	return rc;
}

enum sg_err
tenant_create(struct store *store, int64_t account_id, const char *name,
    int64_t now_sec, struct store_tenant *row_r, bool *is_full_r,
    struct err *err_r)
{
	bool own;
	enum sg_err rc;

	*is_full_r = false;
	if (!ascii_is_resource_name(name, NAME_LEN_MAX))
		return err_set(err_r, SG_INVALID,
		    "The name of a tenant has 1 to %d of A-Z a-z 0-9 _ -",
		    NAME_LEN_MAX);
	*row_r = (struct store_tenant){.facts.account_id = account_id,
	    .policy = "standard",
	    .status_by = STORE_PAUSED_BY_ACCOUNT,
	    .status_sec = now_sec,
	    .created_sec = now_sec};
	(void)snprintf(
	    row_r->facts.name, sizeof(row_r->facts.name), "%s", name);
	rc = make_id(row_r->uuid, err_r);
	if (rc == SG_OK)
		rc = store_scope_begin(store, &own, err_r);
	if (rc != SG_OK)
		return rc;
	rc = create(store, row_r, is_full_r, err_r);
	return store_scope_end(store, own, rc, err_r);
}

enum sg_err
tenant_get(struct store *store, int64_t account_id, const char *name,
    struct store_tenant *row_r, struct err *err_r)
{
	enum sg_err rc =
	    store_tenant_get(store, account_id, name, row_r, err_r);

	if (rc == SG_MISSING)
		(void)err_set(err_r, rc, "Tenant %.100s does not exist.", name);
	return rc;
}

enum sg_err
tenant_delete(struct store *store, int64_t account_id, const char *name,
    struct err *err_r)
{
	struct store_tenant row;
	enum sg_err rc = tenant_get(store, account_id, name, &row, err_r);

	if (rc == SG_OK)
		rc = store_tenant_delete(store, row.facts.id, err_r);
	if (rc == SG_MISSING) /* by another, meanwhile */
		(void)err_set(err_r, rc, "Tenant %.100s does not exist.", name);
	return rc;
}

/* ---- whether it may send ------------------------------------------------------ */

struct change {
	enum store_tenant_status status;
	const char *policy, *reason;
	bool is_fresh;
	int64_t now_sec;
};
/* Changes the row; an error ends it. */
typedef enum sg_err change_fn(
    struct store_tenant *row, const struct change *change, struct err *err_r);

static enum sg_err
change(struct store *store, int64_t account_id, const char *name, change_fn *fn,
    const struct change *what, struct err *err_r)
{
	struct store_tenant row;
	bool own;
	enum sg_err rc = store_scope_begin(store, &own, err_r);

	if (rc != SG_OK)
		return rc;
	rc = tenant_get(store, account_id, name, &row, err_r);
	if (rc == SG_OK)
		rc = fn(&row, what, err_r);
	if (rc == SG_OK)
		rc = store_tenant_update(store, &row, err_r);
	return store_scope_end(store, own, rc, err_r);
}

static enum sg_err
change_status(
    struct store_tenant *row, const struct change *what, struct err *err_r)
{
	bool is_by_reputation = row->status == STORE_TENANT_DISABLED &&
				row->status_by == STORE_PAUSED_BY_REPUTATION;

	if (is_by_reputation && what->status == STORE_TENANT_ENABLED)
		return err_set(err_r, SG_EXISTS,
		    "Tenant %s is paused for its reputation (%s); status "
		    "REINSTATED lets it send all the same",
		    row->facts.name, row->status_cause);
	if (is_by_reputation && what->status == STORE_TENANT_DISABLED)
		return SG_OK; /* and stays so until it is reinstated */
	if (row->status == what->status)
		return SG_OK;
	row->status = what->status;
	row->status_by = STORE_PAUSED_BY_ACCOUNT;
	row->status_sec = what->now_sec;
	(void)snprintf(row->status_cause, sizeof(row->status_cause), "%s",
	    what->status == STORE_TENANT_DISABLED ? "disabled by the account"
						  : "");
	return SG_OK;
}

enum sg_err
tenant_set_status(struct store *store, int64_t account_id, const char *name,
    enum store_tenant_status status, int64_t now_sec, struct err *err_r)
{
	const struct change what = {.status = status, .now_sec = now_sec};

	return change(store, account_id, name, change_status, &what, err_r);
}

static enum sg_err
change_policy(
    struct store_tenant *row, const struct change *what, struct err *err_r)
{
	(void)err_r;
	(void)snprintf(row->policy, sizeof(row->policy), "%s", what->policy);
	return SG_OK;
}

enum sg_err
tenant_set_policy(struct store *store, int64_t account_id, const char *name,
    const char *policy, int64_t now_sec, struct err *err_r)
{
	const struct change what = {.policy = policy, .now_sec = now_sec};

	if (strcmp(policy, "none") != 0 && strcmp(policy, "standard") != 0 &&
	    strcmp(policy, "strict") != 0)
		return err_set(err_r, SG_INVALID,
		    "the policy must be none, standard or strict");
	return change(store, account_id, name, change_policy, &what, err_r);
}

static enum sg_err
change_to_stopped(
    struct store_tenant *row, const struct change *what, struct err *err_r)
{
	(void)err_r;
	row->stopped = true;
	row->stopped_sec = what->now_sec;
	(void)snprintf(
	    row->stop_reason, sizeof(row->stop_reason), "%s", what->reason);
	return SG_OK;
}

enum sg_err
tenant_pause(struct store *store, int64_t account_id, const char *name,
    const char *reason, int64_t now_sec, struct err *err_r)
{
	const struct change what = {.reason = reason, .now_sec = now_sec};
	enum sg_err rc = account_check_reason(reason, err_r);

	if (rc != SG_OK)
		return rc;
	return change(store, account_id, name, change_to_stopped, &what, err_r);
}

static void
forget_figures(struct store_tenant *row, int64_t now_sec)
{
	row->fresh_start_sec = row->judged_sec = now_sec;
	row->standing = row->impact = RULES_HEALTHY;
	row->finding = REPUTATION_CAUSE_NONE;
	row->finding_text[0] = '\0';
}

static enum sg_err
change_to_resumed(
    struct store_tenant *row, const struct change *what, struct err *err_r)
{
	(void)err_r;
	if (row->stopped) {
		row->stopped = false;
		row->stop_reason[0] = '\0';
		row->stopped_sec = what->now_sec;
	}
	if (row->status == STORE_TENANT_DISABLED &&
	    row->status_by == STORE_PAUSED_BY_REPUTATION) {
		row->status = STORE_TENANT_ENABLED;
		row->status_sec = what->now_sec;
		(void)snprintf(row->status_cause, sizeof(row->status_cause),
		    "resumed by the operator");
	}
	if (what->is_fresh)
		forget_figures(row, what->now_sec);
	return SG_OK;
}

enum sg_err
tenant_resume(struct store *store, int64_t account_id, const char *name,
    bool is_fresh, int64_t now_sec, struct err *err_r)
{
	const struct change what = {.is_fresh = is_fresh, .now_sec = now_sec};

	return change(store, account_id, name, change_to_resumed, &what, err_r);
}

/* ---- what is a tenant's ---------------------------------------------------------- */

static bool
is_resource(const char *resource)
{
	static const char *const kinds[] = {
	    "identity/", "configuration-set/", "template/"};

	if (strlen(resource) > STORE_RESOURCE_MAX)
		return false;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		size_t len = strlen(kinds[i]);

		if (strncmp(resource, kinds[i], len) == 0 &&
		    resource[len] != '\0')
			return true;
	}
	return false;
}

static enum sg_err
associate(struct store *store, int64_t account_id, const char *name,
    const char *resource, int64_t now_sec, struct err *err_r)
{
	struct store_resource row = {.created_sec = now_sec};
	struct store_tenant tenant;
	bool exists;
	enum sg_err rc = tenant_get(store, account_id, name, &tenant, err_r);

	if (rc == SG_OK)
		rc = store_resource_exists(
		    store, account_id, resource, &exists, err_r);
	if (rc == SG_OK && !exists)
		rc = err_set(err_r, SG_MISSING,
		    "Resource %.400s does not exist.", resource);
	if (rc != SG_OK)
		return rc;
	row.tenant_id = tenant.facts.id;
	(void)snprintf(row.resource, sizeof(row.resource), "%s", resource);
	rc = store_resource_add(store, &row, err_r);
	if (rc == SG_EXISTS)
		(void)err_set(err_r, rc,
		    "Resource %.400s is already associated with tenant %s.",
		    resource, name);
	return rc;
}

enum sg_err
tenant_associate(struct store *store, int64_t account_id, const char *name,
    const char *resource, int64_t now_sec, struct err *err_r)
{
	bool own;
	enum sg_err rc;

	if (!is_resource(resource))
		return err_set(err_r, SG_INVALID,
		    "identities, configuration sets and templates can be a "
		    "tenant's");
	rc = store_scope_begin(store, &own, err_r);
	if (rc != SG_OK)
		return rc;
	rc = associate(store, account_id, name, resource, now_sec, err_r);
	return store_scope_end(store, own, rc, err_r);
}

enum sg_err
tenant_dissociate(struct store *store, int64_t account_id, const char *name,
    const char *resource, struct err *err_r)
{
	struct store_tenant tenant;
	enum sg_err rc = tenant_get(store, account_id, name, &tenant, err_r);

	if (rc != SG_OK)
		return rc;
	rc = store_resource_remove(store, tenant.facts.id, resource, err_r);
	if (rc == SG_MISSING)
		(void)err_set(err_r, rc,
		    "Resource %.400s is not associated with tenant %s.",
		    resource, name);
	return rc;
}

enum sg_err
tenant_has(struct store *store, int64_t account_id, const char *name,
    const char *resource, bool *has_r, struct err *err_r)
{
	struct store_tenant tenant;
	enum sg_err rc = tenant_get(store, account_id, name, &tenant, err_r);

	*has_r = false;
	if (rc == SG_OK)
		rc = store_resource_has(
		    store, tenant.facts.id, resource, has_r, err_r);
	return rc;
}
