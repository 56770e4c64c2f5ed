/* Rows of the store into a snapshot's tables. Does not know which rows changed
 * (snapshot_follow.c does). */
#include "config.h"

#include "ops/snapshot.h"

#include "ops/snapshot_parts.h"
#include "store/brakes.h"
#include "store/store.h"
#include "store/tenants.h"
#include "store/topics.h"

void
snapshot_write_begin(struct loader *l)
{
	if (!l->is_hidden)
		(void)pthread_rwlock_wrlock(&l->snapshot->lock);
}

void
snapshot_write_end(struct loader *l)
{
	if (!l->is_hidden)
		(void)pthread_rwlock_unlock(&l->snapshot->lock);
}

/* Notes how a row went; true: go on. */
bool
snapshot_noted(struct loader *l, bool done)
{
	if (!done && l->failed == SG_OK)
		l->failed =
		    err_set(l->err_r, SG_NOMEM, "no memory for the snapshot");
	return l->failed == SG_OK;
}

/* ---- rows into tables ---- */

bool
snapshot_put_account(void *ctx, const struct store_account *row)
{
	struct loader *l = ctx;
	bool done;

	snapshot_write_begin(l);
	done = content_put_account(l->content, &row->facts);
	snapshot_write_end(l);
	return snapshot_noted(l, done);
}

bool
snapshot_put_login(void *ctx, const struct store_login *row)
{
	struct loader *l = ctx;
	bool done;

	snapshot_write_begin(l);
	done = content_put_login(l->content, row->name, false, row->account_id);
	snapshot_write_end(l);
	return snapshot_noted(l, done);
}

/* Only enabled ones that may send are names. */
bool
snapshot_put_credential(void *ctx, const struct store_credential *row)
{
	struct loader *l = ctx;
	bool done = true;

	snapshot_write_begin(l);
	if (row->enabled && row->permission != STORE_MAY_READ)
		done = content_put_login(
		    l->content, row->access_key_id, true, row->account_id);
	else
		content_drop_login(l->content, row->access_key_id, true);
	snapshot_write_end(l);
	return snapshot_noted(l, done);
}

bool
snapshot_put_identity(void *ctx, const struct store_identity *row)
{
	struct loader *l = ctx;
	bool done;

	snapshot_write_begin(l);
	done = content_put_identity(l->content, row->account_id, &row->facts);
	snapshot_write_end(l);
	return snapshot_noted(l, done);
}

bool
snapshot_put_set(void *ctx, const struct store_set *row)
{
	struct loader *l = ctx;
	bool done;

	snapshot_write_begin(l);
	done = sets_put(&l->content->sets, &row->facts);
	snapshot_write_end(l);
	return snapshot_noted(l, done);
}

bool
snapshot_put_tenant(void *ctx, const struct store_tenant *row)
{
	struct loader *l = ctx;
	bool done;

	snapshot_write_begin(l);
	done = tenants_put(&l->content->tenants, &row->facts);
	snapshot_write_end(l);
	return snapshot_noted(l, done);
}

static bool
put_resource(void *ctx, const struct store_resource *row)
{
	struct loader *l = ctx;
	bool done;

	snapshot_write_begin(l);
	done = tenants_put_resource(
	    &l->content->tenants, row->tenant_id, row->resource);
	snapshot_write_end(l);
	return snapshot_noted(l, done);
}

struct brake_rows {
	struct loader *loader;
	struct brake_table table;
};

static bool
take_brake(void *ctx, const struct store_brake *row)
{
	struct brake_rows *rows = ctx;

	return snapshot_noted(
	    rows->loader, sets_brakes_add(&rows->table, row->account_id));
}

/* Who has brakes: few rows, so all of them. */
enum sg_err
snapshot_put_brakes(struct loader *l)
{
	struct brake_rows rows = {
	    .loader = l, .table = {.key = l->content->brakes.key}};
	struct brake_table old;
	enum sg_err code =
	    store_brake_list(l->store, 0, take_brake, &rows, l->err_r);

	if (code == SG_OK && l->failed == SG_OK) {
		snapshot_write_begin(l);
		old = l->content->brakes;
		l->content->brakes = rows.table;
		rows.table = old;
		snapshot_write_end(l);
	}
	sets_brakes_fini(&rows.table);
	return code;
}

/* Grants of one account, or of all, come as a list: what is replaced must not be
 * missing in between. */
struct grant_rows {
	struct loader *loader;
	struct grant_entry *list;
};

static bool
take_grant(void *ctx, const struct store_grant *row)
{
	struct grant_rows *rows = ctx;
	const struct grant grant = {.account_id = row->account_id,
	    .owner_id = row->owner_id,
	    .identity_id = row->identity_id,
	    .identity = row->identity,
	    .from_pattern = row->from_pattern};

	return snapshot_noted(
	    rows->loader, grant_list_add(&rows->list, &grant));
}

/* account_id 0: all, into an empty table. */
enum sg_err
snapshot_put_grants(struct loader *l, int64_t account_id)
{
	struct grant_rows rows = {.loader = l};
	enum sg_err code = store_grant_list(
	    l->store, 0, account_id, take_grant, &rows, l->err_r);
	bool done;

	if (code != SG_OK || l->failed != SG_OK) {
		grant_list_free(&rows.list);
		return code;
	}
	snapshot_write_begin(l);
	grants_drop(&l->content->grants, account_id);
	done = grants_put(&l->content->grants, &rows.list);
	snapshot_write_end(l);
	(void)snapshot_noted(l, done); /* l->failed tells */
	return SG_OK;
}

enum sg_err
snapshot_load(struct loader *l)
{
	int parts = l->snapshot->parts;
	enum sg_err code;

	code = store_account_list(l->store, snapshot_put_account, l, l->err_r);
	if (code == SG_OK)
		code = store_login_list(
		    l->store, 0, snapshot_put_login, l, l->err_r);
	if (code == SG_OK)
		code = store_credential_list(
		    l->store, 0, snapshot_put_credential, l, l->err_r);
	if (code == SG_OK && (parts & SNAPSHOT_IDENTITIES))
		code = snapshot_put_grants(l, 0);
	if (code == SG_OK && (parts & SNAPSHOT_SETS))
		code =
		    store_set_list(l->store, 0, snapshot_put_set, l, l->err_r);
	if (code == SG_OK && (parts & SNAPSHOT_SETS))
		code = snapshot_put_brakes(l);
	if (code == SG_OK && (parts & SNAPSHOT_SETS))
		code = store_tenant_list(
		    l->store, snapshot_put_tenant, l, l->err_r);
	if (code == SG_OK && (parts & SNAPSHOT_SETS))
		code = store_resource_list(
		    l->store, 0, "", "", 0, put_resource, l, l->err_r);
	return code != SG_OK ? code : l->failed;
}
