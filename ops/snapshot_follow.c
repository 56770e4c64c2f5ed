/* What changed goes into a snapshot: the row is read again; if it is gone, so is the
 * entry. Loads nothing else. */
#include "config.h"

#include "ops/snapshot.h"

#include "ops/snapshot_parts.h"
#include "store/store.h"
#include "store/tenants.h"
#include "store/topics.h"

static enum sg_err
follow_account(struct loader *l, const struct store_change *change)
{
	struct store_account row;
	enum sg_err code =
	    store_account_get_by_id(l->store, change->id, &row, l->err_r);

	if (code == SG_OK)
		(void)snapshot_put_account(l, &row); /* l->failed tells */
	if (code != SG_MISSING)
		return code;
	snapshot_write_begin(l);
	content_drop_account(l->content, change->id);
	snapshot_write_end(l);
	return SG_OK;
}

static enum sg_err
follow_login(struct loader *l, const struct store_change *change)
{
	struct store_login row;
	enum sg_err code =
	    store_login_get(l->store, change->name, &row, l->err_r);

	if (code == SG_OK)
		(void)snapshot_put_login(l, &row); /* l->failed tells */
	if (code != SG_MISSING)
		return code;
	snapshot_write_begin(l);
	content_drop_login(l->content, change->name, false);
	snapshot_write_end(l);
	return SG_OK;
}

static enum sg_err
follow_credential(struct loader *l, const struct store_change *change)
{
	enum sg_err code = store_credential_get(
	    l->store, change->name, snapshot_put_credential, l, l->err_r);

	if (code != SG_MISSING)
		return code;
	snapshot_write_begin(l);
	content_drop_login(l->content, change->name, true);
	snapshot_write_end(l);
	return SG_OK;
}

static enum sg_err
follow_identity(struct loader *l, const struct store_change *change)
{
	struct loader to = snapshot_late_identities(l);
	struct store_identity row;
	enum sg_err code =
	    store_identity_get_by_id(l->store, change->id, &row, l->err_r);

	if (code == SG_OK && !snapshot_put_identity(&to, &row))
		l->failed = to.failed;
	if (code != SG_MISSING)
		return code;
	snapshot_write_begin(&to);
	content_drop_identity(
	    to.content, change->owner_id, change->name, change->id);
	snapshot_write_end(&to);
	return SG_OK;
}

/* The identity holds the ids of its active keys. If it is gone, its own change
 * says so. */
static enum sg_err
follow_key(struct loader *l, const struct store_change *change)
{
	struct loader to = snapshot_late_identities(l);
	struct store_identity row;
	enum sg_err code = store_identity_get_by_id(
	    l->store, change->owner_id, &row, l->err_r);

	if (code == SG_OK && !snapshot_put_identity(&to, &row))
		l->failed = to.failed;
	return code == SG_MISSING ? SG_OK : code;
}

/* Whether it was added or removed: the store says, when somebody asks. So a long
 * list that is imported costs little here. */
static enum sg_err
follow_suppression(struct loader *l, const struct store_change *change)
{
	(void)snapshot_noted(
	    l, snapshot_late_suppress(l, change->owner_id, change->name));
	return SG_OK; /* l->failed tells */
}

static enum sg_err
follow_grant(struct loader *l, const struct store_change *change)
{
	return snapshot_put_grants(l, change->owner_id);
}

static enum sg_err
follow_set(struct loader *l, const struct store_change *change)
{
	struct store_set row;
	enum sg_err code =
	    store_set_get_by_id(l->store, change->id, &row, l->err_r);

	if (code == SG_OK)
		(void)snapshot_put_set(l, &row); /* l->failed tells */
	if (code != SG_MISSING)
		return code;
	snapshot_write_begin(l);
	named_drop(&l->content->sets, change->id);
	snapshot_write_end(l);
	return SG_OK;
}

static enum sg_err
follow_tenant(struct loader *l, const struct store_change *change)
{
	struct store_tenant row;
	enum sg_err code =
	    store_tenant_get_by_id(l->store, change->id, &row, l->err_r);

	if (code == SG_OK)
		(void)snapshot_put_tenant(l, &row); /* l->failed tells */
	if (code != SG_MISSING)
		return code;
	snapshot_write_begin(l);
	named_drop(&l->content->tenants.named, change->id);
	snapshot_write_end(l);
	return SG_OK;
}

static enum sg_err
follow_resource(struct loader *l, const struct store_change *change)
{
	struct tenant_table *table = &l->content->tenants;
	bool has, done = true;
	enum sg_err code = store_resource_has(
	    l->store, change->id, change->name, &has, l->err_r);

	if (code != SG_OK)
		return code;
	snapshot_write_begin(l);
	if (has)
		done = tenants_put_resource(table, change->id, change->name);
	else
		tenants_drop_resource(table, change->id, change->name);
	snapshot_write_end(l);
	(void)snapshot_noted(l, done); /* l->failed tells */
	return SG_OK;
}

static enum sg_err
follow_brake(struct loader *l, const struct store_change *change)
{
	(void)change;
	return snapshot_put_brakes(l);
}

/* clang-format off */
static const struct {
	int part;
	enum sg_err (*follow)(struct loader *, const struct store_change *);
} followers[] = {
	[STORE_CHANGE_ACCOUNT]     = {SNAPSHOT_ACCOUNTS,     follow_account},
	[STORE_CHANGE_LOGIN]       = {SNAPSHOT_ACCOUNTS,     follow_login},
	[STORE_CHANGE_CREDENTIAL]  = {SNAPSHOT_ACCOUNTS,     follow_credential},
	[STORE_CHANGE_IDENTITY]    = {SNAPSHOT_IDENTITIES,   follow_identity},
	[STORE_CHANGE_KEY]         = {SNAPSHOT_IDENTITIES,   follow_key},
	[STORE_CHANGE_SUPPRESSION] = {SNAPSHOT_SUPPRESSIONS, follow_suppression},
	[STORE_CHANGE_GRANT]       = {SNAPSHOT_IDENTITIES,   follow_grant},
	[STORE_CHANGE_SET]         = {SNAPSHOT_SETS,         follow_set},
	[STORE_CHANGE_BRAKE]       = {SNAPSHOT_SETS,         follow_brake},
	[STORE_CHANGE_TENANT]      = {SNAPSHOT_SETS,         follow_tenant},
	[STORE_CHANGE_RESOURCE]    = {SNAPSHOT_SETS,         follow_resource},
};
/* clang-format on */

/* More rows than this are not read one by one: with a server far away that could
 * take until the snapshot is stale. */
#define FOLLOW_MOST 5000

struct following {
	struct loader loader;
	int reads;
};

static bool
follow(void *ctx, const struct store_change *change)
{
	struct following *f = ctx;
	struct loader *l = &f->loader;
	enum sg_err code;

	if ((size_t)change->kind >= sizeof(followers) / sizeof(followers[0]))
		return true; /* a kind that only newer programs know */
	if (!(followers[change->kind].part &
		(l->snapshot->parts | SNAPSHOT_ACCOUNTS)))
		return true;
	if (change->kind != STORE_CHANGE_SUPPRESSION &&
	    f->reads++ >= FOLLOW_MOST)
		return false;
	code = followers[change->kind].follow(l, change);
	if (code != SG_OK && l->failed == SG_OK)
		l->failed = code;
	return l->failed == SG_OK;
}

enum sg_err
snapshot_follow(
    struct snapshot *s, struct store *store, bool *gap_r, struct err *err_r)
{
	struct store_position position = s->position;
	struct following f = {.loader = {.snapshot = s,
				  .content = s->content,
				  .store = store,
				  .err_r = err_r}};
	enum sg_err code =
	    store_changes(store, &position, follow, &f, gap_r, err_r);

	if (code == SG_OK)
		code = f.loader.failed;
	*gap_r = *gap_r || f.reads > FOLLOW_MOST;
	if (code == SG_OK && !*gap_r)
		s->position = position;
	return code;
}
