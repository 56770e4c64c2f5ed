/* A snapshot: loading, following the store's changes. Packs nothing itself
 * (snapshot_content.h does) and looks nothing up (snapshot_look.c). */
#include "config.h"

#include "ops/snapshot.h"

#include <stdlib.h>

#include "ops/snapshot_parts.h"
#include "store/brakes.h"
#include "store/store.h"
#include "store/tenants.h"
#include "store/topics.h"

/* One refresh under way. Rows go into `content`: the one that readers see, or a
 * new one that nobody sees yet (is_hidden). */
struct loader {
	struct snapshot *snapshot;
	struct snapshot_content *content;
	bool is_hidden;
	struct store *store;
	enum sg_err failed;
	struct err *err_r;
};

enum sg_err
snapshot_new(int parts, struct snapshot **snapshot_r, struct err *err_r)
{
	struct snapshot *s = calloc(1, sizeof(*s));
	pthread_rwlockattr_t attr;

	*snapshot_r = s;
	if (s == NULL)
		return err_set(err_r, SG_NOMEM, "no memory for the snapshot");
	s->parts = parts;
	(void)pthread_rwlockattr_init(&attr);
	(void)pthread_rwlockattr_setkind_np(
	    &attr, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
	(void)pthread_rwlock_init(&s->lock, &attr);
	(void)pthread_rwlockattr_destroy(&attr);
	return SG_OK;
}

void
snapshot_free(struct snapshot **snapshot)
{
	struct snapshot *s = *snapshot;

	*snapshot = NULL;
	if (s == NULL)
		return;
	snapshot_content_free(&s->content);
	(void)pthread_rwlock_destroy(&s->lock);
	free(s);
}

static void
write_begin(struct loader *l)
{
	if (!l->is_hidden)
		(void)pthread_rwlock_wrlock(&l->snapshot->lock);
}

static void
write_end(struct loader *l)
{
	if (!l->is_hidden)
		(void)pthread_rwlock_unlock(&l->snapshot->lock);
}

/* Notes how a row went; true: go on. */
static bool
noted(struct loader *l, bool done)
{
	if (!done && l->failed == SG_OK)
		l->failed =
		    err_set(l->err_r, SG_NOMEM, "no memory for the snapshot");
	return l->failed == SG_OK;
}

/* ---- rows into tables ---- */

static bool
put_account(void *ctx, const struct store_account *row)
{
	struct loader *l = ctx;
	bool done;

	write_begin(l);
	done = content_put_account(l->content, &row->facts);
	write_end(l);
	return noted(l, done);
}

static bool
put_login(void *ctx, const struct store_login *row)
{
	struct loader *l = ctx;
	bool done;

	write_begin(l);
	done = content_put_login(l->content, row->name, false, row->account_id);
	write_end(l);
	return noted(l, done);
}

/* Only enabled ones that may send are names. */
static bool
put_credential(void *ctx, const struct store_credential *row)
{
	struct loader *l = ctx;
	bool done = true;

	write_begin(l);
	if (row->enabled && row->permission != STORE_MAY_READ)
		done = content_put_login(
		    l->content, row->access_key_id, true, row->account_id);
	else
		content_drop_login(l->content, row->access_key_id, true);
	write_end(l);
	return noted(l, done);
}

static bool
put_identity(void *ctx, const struct store_identity *row)
{
	struct loader *l = ctx;
	bool done;

	write_begin(l);
	done = content_put_identity(l->content, row->account_id, &row->facts);
	write_end(l);
	return noted(l, done);
}

static bool
put_suppression(void *ctx, const struct store_suppression *row)
{
	struct loader *l = ctx;
	bool done;

	write_begin(l);
	done = content_put_suppression(
	    l->content, row->account_id, row->address, &row->facts);
	write_end(l);
	return noted(l, done);
}

static bool
put_set(void *ctx, const struct store_set *row)
{
	struct loader *l = ctx;
	bool done;

	write_begin(l);
	done = sets_put(&l->content->sets, &row->facts);
	write_end(l);
	return noted(l, done);
}

static bool
put_tenant(void *ctx, const struct store_tenant *row)
{
	struct loader *l = ctx;
	bool done;

	write_begin(l);
	done = tenants_put(&l->content->tenants, &row->facts);
	write_end(l);
	return noted(l, done);
}

static bool
put_resource(void *ctx, const struct store_resource *row)
{
	struct loader *l = ctx;
	bool done;

	write_begin(l);
	done = tenants_put_resource(
	    &l->content->tenants, row->tenant_id, row->resource);
	write_end(l);
	return noted(l, done);
}

struct brake_rows {
	struct loader *loader;
	struct brake_table table;
};

static bool
take_brake(void *ctx, const struct store_brake *row)
{
	struct brake_rows *rows = ctx;

	return noted(
	    rows->loader, sets_brakes_add(&rows->table, row->account_id));
}

/* Who has brakes: few rows, so all of them. */
static enum sg_err
put_brakes(struct loader *l)
{
	struct brake_rows rows = {
	    .loader = l, .table = {.key = l->content->brakes.key}};
	struct brake_table old;
	enum sg_err code =
	    store_brake_list(l->store, 0, take_brake, &rows, l->err_r);

	if (code == SG_OK && l->failed == SG_OK) {
		write_begin(l);
		old = l->content->brakes;
		l->content->brakes = rows.table;
		rows.table = old;
		write_end(l);
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

	return noted(rows->loader, grant_list_add(&rows->list, &grant));
}

/* account_id 0: all, into an empty table. */
static enum sg_err
put_grants(struct loader *l, int64_t account_id)
{
	struct grant_rows rows = {.loader = l};
	enum sg_err code = store_grant_list(
	    l->store, 0, account_id, take_grant, &rows, l->err_r);
	bool done;

	if (code != SG_OK || l->failed != SG_OK) {
		grant_list_free(&rows.list);
		return code;
	}
	write_begin(l);
	grants_drop(&l->content->grants, account_id);
	done = grants_put(&l->content->grants, &rows.list);
	write_end(l);
	(void)noted(l, done); /* l->failed tells */
	return SG_OK;
}

/* ---- everything ---- */

static enum sg_err
load_all(struct loader *l)
{
	int parts = l->snapshot->parts;
	enum sg_err code;

	code = store_account_list(l->store, put_account, l, l->err_r);
	if (code == SG_OK)
		code = store_login_list(l->store, 0, put_login, l, l->err_r);
	if (code == SG_OK)
		code = store_credential_list(
		    l->store, 0, put_credential, l, l->err_r);
	if (code == SG_OK && (parts & SNAPSHOT_IDENTITIES))
		code =
		    store_identity_list(l->store, 0, put_identity, l, l->err_r);
	if (code == SG_OK && (parts & SNAPSHOT_IDENTITIES))
		code = put_grants(l, 0);
	if (code == SG_OK && (parts & SNAPSHOT_SUPPRESSIONS))
		code = store_suppression_list(
		    l->store, 0, put_suppression, l, l->err_r);
	if (code == SG_OK && (parts & SNAPSHOT_SETS))
		code = store_set_list(l->store, 0, put_set, l, l->err_r);
	if (code == SG_OK && (parts & SNAPSHOT_SETS))
		code = put_brakes(l);
	if (code == SG_OK && (parts & SNAPSHOT_SETS))
		code = store_tenant_list(l->store, put_tenant, l, l->err_r);
	if (code == SG_OK && (parts & SNAPSHOT_SETS))
		code = store_resource_list(
		    l->store, 0, "", "", 0, put_resource, l, l->err_r);
	return code != SG_OK ? code : l->failed;
}

/* Builds a new content beside the old one and swaps. The position is taken before
 * the first row is read, so changes made meanwhile are seen again later. */
static enum sg_err
reload(struct snapshot *s, struct store *store, struct err *err_r)
{
	struct store_position position = {0, 0};
	struct loader l = {
	    .snapshot = s, .is_hidden = true, .store = store, .err_r = err_r};
	struct snapshot_content *old;
	enum sg_err code;
	bool gap;

	code = store_changes(store, &position, NULL, NULL, &gap, err_r);
	if (code != SG_OK)
		return code;
	l.content = snapshot_content_new();
	if (l.content == NULL)
		return err_set(err_r, SG_NOMEM, "no memory for the snapshot");
	code = load_all(&l);
	if (code != SG_OK) {
		snapshot_content_free(&l.content);
		return code;
	}
	(void)pthread_rwlock_wrlock(&s->lock);
	old = s->content;
	s->content = l.content;
	(void)pthread_rwlock_unlock(&s->lock);
	snapshot_content_free(&old);
	s->position = position;
	return SG_OK;
}

/* ---- what changed: the row is read again; if it is gone, so is the entry ---- */

static enum sg_err
follow_account(struct loader *l, const struct store_change *change)
{
	struct store_account row;
	enum sg_err code =
	    store_account_get_by_id(l->store, change->id, &row, l->err_r);

	if (code == SG_OK)
		(void)put_account(l, &row); /* l->failed tells */
	if (code != SG_MISSING)
		return code;
	write_begin(l);
	content_drop_account(l->content, change->id);
	write_end(l);
	return SG_OK;
}

static enum sg_err
follow_login(struct loader *l, const struct store_change *change)
{
	struct store_login row;
	enum sg_err code =
	    store_login_get(l->store, change->name, &row, l->err_r);

	if (code == SG_OK)
		(void)put_login(l, &row); /* l->failed tells */
	if (code != SG_MISSING)
		return code;
	write_begin(l);
	content_drop_login(l->content, change->name, false);
	write_end(l);
	return SG_OK;
}

static enum sg_err
follow_credential(struct loader *l, const struct store_change *change)
{
	enum sg_err code = store_credential_get(
	    l->store, change->name, put_credential, l, l->err_r);

	if (code != SG_MISSING)
		return code;
	write_begin(l);
	content_drop_login(l->content, change->name, true);
	write_end(l);
	return SG_OK;
}

static enum sg_err
follow_identity(struct loader *l, const struct store_change *change)
{
	struct store_identity row;
	enum sg_err code =
	    store_identity_get_by_id(l->store, change->id, &row, l->err_r);

	if (code == SG_OK)
		(void)put_identity(l, &row); /* l->failed tells */
	if (code != SG_MISSING)
		return code;
	write_begin(l);
	content_drop_identity(
	    l->content, change->owner_id, change->name, change->id);
	write_end(l);
	return SG_OK;
}

/* The identity holds the ids of its active keys. If it is gone, its own change
 * says so. */
static enum sg_err
follow_key(struct loader *l, const struct store_change *change)
{
	struct store_identity row;
	enum sg_err code = store_identity_get_by_id(
	    l->store, change->owner_id, &row, l->err_r);

	if (code == SG_OK)
		(void)put_identity(l, &row); /* l->failed tells */
	return code == SG_MISSING ? SG_OK : code;
}

static enum sg_err
follow_suppression(struct loader *l, const struct store_change *change)
{
	struct store_suppression row;
	enum sg_err code = store_suppression_get(
	    l->store, change->owner_id, change->name, &row, l->err_r);

	if (code == SG_OK)
		(void)put_suppression(l, &row); /* l->failed tells */
	if (code != SG_MISSING)
		return code;
	write_begin(l);
	content_drop_suppression(l->content, change->owner_id, change->name);
	write_end(l);
	return SG_OK;
}

static enum sg_err
follow_grant(struct loader *l, const struct store_change *change)
{
	return put_grants(l, change->owner_id);
}

static enum sg_err
follow_set(struct loader *l, const struct store_change *change)
{
	struct store_set row;
	enum sg_err code =
	    store_set_get_by_id(l->store, change->id, &row, l->err_r);

	if (code == SG_OK)
		(void)put_set(l, &row); /* l->failed tells */
	if (code != SG_MISSING)
		return code;
	write_begin(l);
	named_drop(&l->content->sets, change->id);
	write_end(l);
	return SG_OK;
}

static enum sg_err
follow_tenant(struct loader *l, const struct store_change *change)
{
	struct store_tenant row;
	enum sg_err code =
	    store_tenant_get_by_id(l->store, change->id, &row, l->err_r);

	if (code == SG_OK)
		(void)put_tenant(l, &row); /* l->failed tells */
	if (code != SG_MISSING)
		return code;
	write_begin(l);
	named_drop(&l->content->tenants.named, change->id);
	write_end(l);
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
	write_begin(l);
	if (has)
		done = tenants_put_resource(table, change->id, change->name);
	else
		tenants_drop_resource(table, change->id, change->name);
	write_end(l);
	(void)noted(l, done); /* l->failed tells */
	return SG_OK;
}

static enum sg_err
follow_brake(struct loader *l, const struct store_change *change)
{
	(void)change;
	return put_brakes(l);
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

static bool
follow(void *ctx, const struct store_change *change)
{
	struct loader *l = ctx;
	enum sg_err code;

	if ((size_t)change->kind >= sizeof(followers) / sizeof(followers[0]))
		return true; /* a kind that only newer programs know */
	if (!(followers[change->kind].part &
		(l->snapshot->parts | SNAPSHOT_ACCOUNTS)))
		return true;
	code = followers[change->kind].follow(l, change);
	if (code != SG_OK && l->failed == SG_OK)
		l->failed = code;
	return l->failed == SG_OK;
}

static enum sg_err
catch_up(
    struct snapshot *s, struct store *store, bool *gap_r, struct err *err_r)
{
	struct store_position position = s->position;
	struct loader l = {.snapshot = s,
	    .content = s->content,
	    .store = store,
	    .err_r = err_r};
	enum sg_err code =
	    store_changes(store, &position, follow, &l, gap_r, err_r);

	if (code == SG_OK)
		code = l.failed;
	if (code == SG_OK && !*gap_r)
		s->position = position;
	return code;
}

static enum sg_err
catch_up_or_reload(struct snapshot *s, struct store *store, struct err *err_r)
{
	bool gap = true;
	enum sg_err code = SG_OK;

	if (s->content != NULL)
		code = catch_up(s, store, &gap, err_r);
	if (code == SG_OK && gap)
		code = reload(s, store, err_r);
	return code;
}

static enum sg_err
refresh(struct snapshot *s, struct store *store, struct err *err_r)
{
	bool changed;
	enum sg_err code = store_maybe_changed(store, &changed, err_r);

	if (code != SG_OK || (!changed && !s->is_behind && s->content != NULL))
		return code;
	/* the store tells of a change only once */
	s->is_behind = true;
	code = catch_up_or_reload(s, store, err_r);
	s->is_behind = code != SG_OK;
	return code;
}

enum sg_err
snapshot_refresh(struct snapshot *snapshot, struct store *store,
    int64_t now_mono_msec, struct err *err_r)
{
	enum sg_err code = refresh(snapshot, store, err_r);

	if (code != SG_OK)
		return code;
	(void)pthread_rwlock_wrlock(&snapshot->lock);
	snapshot->refreshed_msec = now_mono_msec;
	(void)pthread_rwlock_unlock(&snapshot->lock);
	return SG_OK;
}
