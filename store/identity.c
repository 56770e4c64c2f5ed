/* Rows of identity, with the ids of their active keys. */
#include "config.h"

#include "store/query.h"
#include "store/store.h"

/* The schema holds these numbers. */
_Static_assert(
    RULES_IDENTITY_EMAIL == 0 && RULES_IDENTITY_DOMAIN == 1, "identity.type");
_Static_assert(RULES_IDENTITY_NOT_STARTED == 0 && RULES_IDENTITY_PENDING == 1 &&
		   RULES_IDENTITY_SUCCESS == 2 && RULES_IDENTITY_FAILED == 3 &&
		   RULES_IDENTITY_TEMPORARY_FAILURE == 4,
    "identity.status");

static bool
identity_read(struct query *q, struct store_identity *row_r)
{
	int64_t rsa = query_int(q, 8);
	int64_t ed25519 = query_int(q, 9);

	*row_r = (struct store_identity){0};
	row_r->facts.id = query_int(q, 0);
	row_r->account_id = query_int(q, 1);
	query_copy(q, 2, row_r->facts.name, sizeof(row_r->facts.name));
	row_r->facts.type = (enum rules_identity_type)query_int(q, 3);
	row_r->facts.status = (enum rules_identity_status)query_int(q, 4);
	row_r->facts.signing_enabled = query_int(q, 5) != 0;
	row_r->created_sec = query_int(q, 6);
	row_r->verified_sec = query_int(q, 7);
	row_r->facts.key_id[0] = rsa != 0 ? rsa : ed25519;
	row_r->facts.key_id[1] = rsa != 0 ? ed25519 : 0;
	return q->failed == SG_OK;
}

enum sg_err
store_identity_create(
    struct store *store, struct store_identity *row, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_IDENTITY_CREATE, err_r);
	query_bind_int(&q, "$account_id", row->account_id);
	query_bind_text(&q, "$name", row->facts.name);
	query_bind_int(&q, "$type", row->facts.type);
	query_bind_int(&q, "$status", row->facts.status);
	query_bind_int(&q, "$signing_enabled", row->facts.signing_enabled);
	query_bind_int(&q, "$created_sec", row->created_sec);
	query_bind_int(&q, "$verified_sec", row->verified_sec);
	if (query_next(&q))
		row->facts.id = query_int(&q, 0);
	return query_run(&q, NULL);
}

static enum sg_err
identity_get(struct query *q, struct store_identity *row_r, bool *found_r)
{
	*found_r = query_next(q);
	if (*found_r)
		identity_read(q, row_r);
	return query_close(q);
}

enum sg_err
store_identity_get(struct store *store, int64_t account_id, const char *name,
    struct store_identity *row_r, struct err *err_r)
{
	struct query q;
	enum sg_err code;
	bool found;

	query_open(&q, store, QUERY_IDENTITY_GET, err_r);
	query_bind_int(&q, "$account_id", account_id);
	query_bind_text(&q, "$name", name);
	code = identity_get(&q, row_r, &found);
	if (code == SG_OK && !found)
		code = err_set(err_r, SG_MISSING, "no identity %s", name);
	return code;
}

enum sg_err
store_identity_get_by_id(struct store *store, int64_t id,
    struct store_identity *row_r, struct err *err_r)
{
	struct query q;
	enum sg_err code;
	bool found;

	query_open(&q, store, QUERY_IDENTITY_GET_BY_ID, err_r);
	query_bind_int(&q, "$id", id);
	code = identity_get(&q, row_r, &found);
	if (code == SG_OK && !found)
		code = err_set(err_r, SG_MISSING, "no identity with id %lld",
		    (long long)id);
	return code;
}

enum sg_err
store_identity_update(
    struct store *store, const struct store_identity *row, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_IDENTITY_UPDATE, err_r);
	query_bind_int(&q, "$id", row->facts.id);
	query_bind_int(&q, "$account_id", row->account_id);
	query_bind_int(&q, "$status", row->facts.status);
	query_bind_int(&q, "$signing_enabled", row->facts.signing_enabled);
	query_bind_int(&q, "$verified_sec", row->verified_sec);
	return query_run_one(&q, "such identity of the account");
}

enum sg_err
store_identity_delete(
    struct store *store, int64_t account_id, int64_t id, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_IDENTITY_DELETE, err_r);
	query_bind_int(&q, "$id", id);
	query_bind_int(&q, "$account_id", account_id);
	return query_run_one(&q, "such identity of the account");
}

enum sg_err
store_identity_list(struct store *store, int64_t account_id,
    store_identity_fn *fn, void *ctx, struct err *err_r)
{
	struct store_identity row;
	struct query q;

	if (account_id == 0) {
		query_open(&q, store, QUERY_IDENTITY_LIST_ALL, err_r);
	} else {
		query_open(&q, store, QUERY_IDENTITY_LIST, err_r);
		query_bind_int(&q, "$account_id", account_id);
	}
	while (query_next(&q))
		if (!identity_read(&q, &row) || !fn(ctx, &row))
			break;
	return query_close(&q);
}
