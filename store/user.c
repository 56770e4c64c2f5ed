/* Rows of console_user, console_session and sign_in_failure. Checks no password. */
#include "config.h"

#include "store/users.h"

#include <string.h>

#include "store/query.h"

/* The schema holds these numbers. */
_Static_assert(
    STORE_ROLE_OPERATOR == 0 && STORE_ROLE_ACCOUNT == 1, "console_user.role");

/* ---- users ---------------------------------------------------------------------- */

static void
copy_blob(struct query *q, int column, unsigned char *data_r, size_t *len_r)
{
	const void *data = query_blob(q, column, len_r);

	if (*len_r > STORE_USER_SEALED_MAX) {
		*len_r = 0;
		q->failed =
		    err_set(q->err_r, SG_IO, "a second factor is too long");
	}
	if (*len_r > 0)
		memcpy(data_r, data, *len_r);
}

static bool
user_read(struct query *q, struct store_user *row_r)
{
	memset(row_r, 0, sizeof(*row_r));
	row_r->id = query_int(q, 0);
	query_copy(q, 1, row_r->name, sizeof(row_r->name));
	row_r->role = (enum store_role)query_int(q, 2);
	row_r->account_id = query_int(q, 3);
	query_copy(q, 4, row_r->account, sizeof(row_r->account));
	query_copy(q, 5, row_r->password_hash, sizeof(row_r->password_hash));
	row_r->must_change = query_int(q, 6) != 0;
	row_r->enabled = query_int(q, 7) != 0;
	copy_blob(q, 8, row_r->totp, &row_r->totp_len);
	copy_blob(q, 9, row_r->pending, &row_r->pending_len);
	row_r->totp_step = query_int(q, 10);
	row_r->created_sec = query_int(q, 11);
	row_r->password_sec = query_int(q, 12);
	row_r->signed_in_sec = query_int(q, 13);
	row_r->locked_until_sec = query_int(q, 14);
	return q->failed == SG_OK;
}

static void
bind_totp(struct query *q, const struct store_user *row)
{
	query_bind_blob(q, "$totp_sealed", row->totp, row->totp_len);
	query_bind_blob(q, "$totp_pending", row->pending, row->pending_len);
}

enum sg_err
store_user_create(
    struct store *store, struct store_user *row, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_USER_CREATE, err_r);
	query_bind_text(&q, "$name", row->name);
	query_bind_int(&q, "$role", row->role);
	query_bind_int(&q, "$account_id", row->account_id);
	query_bind_text(&q, "$password_hash", row->password_hash);
	query_bind_int(&q, "$must_change", row->must_change);
	query_bind_int(&q, "$enabled", row->enabled);
	bind_totp(&q, row);
	query_bind_int(&q, "$created_sec", row->created_sec);
	query_bind_int(&q, "$password_sec", row->password_sec);
	if (query_next(&q))
		row->id = query_int(&q, 0);
	return query_run(&q, NULL);
}

/* Closes q. */
static enum sg_err
user_one(struct query *q, struct store_user *row_r, struct err *err_r)
{
	bool found = query_next(q);
	enum sg_err code;

	if (found)
		(void)user_read(q, row_r);
	code = query_close(q);
	if (code == SG_OK && !found)
		code = err_set(err_r, SG_MISSING, "there is no such user");
	return code;
}

enum sg_err
store_user_get(struct store *store, const char *name, struct store_user *row_r,
    struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_USER_GET, err_r);
	query_bind_text(&q, "$name", name);
	return user_one(&q, row_r, err_r);
}

enum sg_err
store_user_get_by_id(struct store *store, int64_t id, struct store_user *row_r,
    struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_USER_GET_BY_ID, err_r);
	query_bind_int(&q, "$id", id);
	return user_one(&q, row_r, err_r);
}

enum sg_err
store_user_list(struct store *store, int64_t account_id, const char *after,
    int64_t most, store_user_fn *fn, void *ctx, struct err *err_r)
{
	struct store_user row;
	struct query q;

	query_open(&q, store,
	    account_id == 0 ? QUERY_USER_LIST : QUERY_USER_LIST_OF, err_r);
	if (account_id != 0)
		query_bind_int(&q, "$account_id", account_id);
	query_bind_text(&q, "$after", after);
	query_bind_int(&q, "$most", most);
	while (query_next(&q))
		if (!user_read(&q, &row) || !fn(ctx, &row))
			break;
	return query_close(&q);
}

enum sg_err
store_user_other_operators(
    struct store *store, int64_t id, int64_t *count_r, struct err *err_r)
{
	struct query q;

	*count_r = 0;
	query_open(&q, store, QUERY_USER_OTHERS, err_r);
	query_bind_int(&q, "$id", id);
	if (query_next(&q))
		*count_r = query_int(&q, 0);
	return query_close(&q);
}

enum sg_err
store_user_set_password(struct store *store, int64_t id, const char *hash,
    bool must_change, int64_t now_sec, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_USER_PASSWORD, err_r);
	query_bind_int(&q, "$id", id);
	query_bind_text(&q, "$password_hash", hash);
	query_bind_int(&q, "$must_change", must_change);
	query_bind_int(&q, "$password_sec", now_sec);
	return query_run_one(&q, "such user");
}

enum sg_err
store_user_set_enabled(
    struct store *store, int64_t id, bool enabled, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_USER_ENABLE, err_r);
	query_bind_int(&q, "$id", id);
	query_bind_int(&q, "$enabled", enabled);
	return query_run_one(&q, "such user");
}

enum sg_err
store_user_set_totp(
    struct store *store, const struct store_user *row, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_USER_TOTP, err_r);
	query_bind_int(&q, "$id", row->id);
	bind_totp(&q, row);
	return query_run_one(&q, "such user");
}

enum sg_err
store_user_signed_in(
    struct store *store, int64_t id, int64_t now_sec, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_USER_SIGNED_IN, err_r);
	query_bind_int(&q, "$id", id);
	query_bind_int(&q, "$now", now_sec);
	return query_run_one(&q, "such user");
}

enum sg_err
store_user_delete(struct store *store, int64_t id, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_USER_DELETE, err_r);
	query_bind_int(&q, "$id", id);
	return query_run_one(&q, "such user");
}

enum sg_err
store_user_rehash(struct store *store, const struct store_user *row,
    const char *hash, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_USER_REHASH, err_r);
	query_bind_int(&q, "$id", row->id);
	query_bind_text(&q, "$old", row->password_hash);
	query_bind_text(&q, "$new", hash);
	return query_run(&q, NULL);
}

enum sg_err
store_user_take_step(struct store *store, int64_t id, int64_t step,
    bool *is_new_r, struct err *err_r)
{
	struct query q;
	int64_t changed = 0;
	enum sg_err code;

	query_open(&q, store, QUERY_USER_STEP, err_r);
	query_bind_int(&q, "$id", id);
	query_bind_int(&q, "$step", step);
	code = query_run(&q, &changed);
	*is_new_r = code == SG_OK && changed > 0;
	return code;
}

/* ---- sessions ------------------------------------------------------------------- */

static bool
session_read(struct query *q, struct store_session *row_r)
{
	memset(row_r, 0, sizeof(*row_r));
	row_r->id = query_int(q, 0);
	row_r->user_id = query_int(q, 1);
	row_r->created_sec = query_int(q, 2);
	row_r->used_sec = query_int(q, 3);
	row_r->expires_sec = query_int(q, 4);
	query_copy(q, 5, row_r->address, sizeof(row_r->address));
	query_copy(q, 6, row_r->user_agent, sizeof(row_r->user_agent));
	query_copy(q, 7, row_r->user, sizeof(row_r->user));
	row_r->role = (enum store_role)query_int(q, 8);
	row_r->account_id = query_int(q, 9);
	row_r->must_change = query_int(q, 10) != 0;
	return q->failed == SG_OK;
}

enum sg_err
store_session_create(struct store *store, const char *hash,
    struct store_session *row, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_SESSION_CREATE, err_r);
	query_bind_text(&q, "$token_hash", hash);
	query_bind_int(&q, "$user_id", row->user_id);
	query_bind_int(&q, "$created_sec", row->created_sec);
	query_bind_int(&q, "$expires_sec", row->expires_sec);
	query_bind_text(&q, "$address", row->address);
	query_bind_text(&q, "$user_agent", row->user_agent);
	if (query_next(&q))
		row->id = query_int(&q, 0);
	return query_run(&q, NULL);
}

enum sg_err
store_session_get(struct store *store, const char *hash,
    struct store_session *row_r, struct err *err_r)
{
	struct query q;
	enum sg_err code;
	bool found;

	query_open(&q, store, QUERY_SESSION_GET, err_r);
	query_bind_text(&q, "$token_hash", hash);
	found = query_next(&q);
	if (found)
		(void)session_read(&q, row_r);
	code = query_close(&q);
	if (code == SG_OK && !found)
		code = err_set(err_r, SG_MISSING, "there is no such session");
	return code;
}

enum sg_err
store_session_list(struct store *store, int64_t user_id, int64_t now_sec,
    int64_t idle_sec, int64_t most, store_session_fn *fn, void *ctx,
    struct err *err_r)
{
	struct store_session row;
	struct query q;

	query_open(&q, store, QUERY_SESSION_LIST, err_r);
	query_bind_int(&q, "$user_id", user_id);
	query_bind_int(&q, "$now", now_sec);
	query_bind_int(&q, "$used_since", idle_sec);
	query_bind_int(&q, "$most", most);
	while (query_next(&q))
		if (!session_read(&q, &row) || !fn(ctx, &row))
			break;
	return query_close(&q);
}

enum sg_err
store_session_use(struct store *store, int64_t id, int64_t now_sec,
    int64_t before_sec, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_SESSION_USE, err_r);
	query_bind_int(&q, "$id", id);
	query_bind_int(&q, "$now", now_sec);
	query_bind_int(&q, "$before", before_sec);
	return query_run(&q, NULL);
}

enum sg_err
store_session_end(struct store *store, int64_t id, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_SESSION_DELETE, err_r);
	query_bind_int(&q, "$id", id);
	return query_run_one(&q, "such session");
}

enum sg_err
store_session_end_of(struct store *store, int64_t user_id, int64_t except,
    int64_t *gone_r, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_SESSION_DELETE_OF, err_r);
	query_bind_int(&q, "$user_id", user_id);
	query_bind_int(&q, "$except", except);
	return query_run(&q, gone_r);
}

enum sg_err
store_session_end_old(struct store *store, int64_t user_id, int64_t most,
    int64_t *gone_r, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_SESSION_DELETE_OLD, err_r);
	query_bind_int(&q, "$user_id", user_id);
	query_bind_int(&q, "$most", most);
	return query_run(&q, gone_r);
}

enum sg_err
store_session_end_all(struct store *store, int64_t *gone_r, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_SESSION_DELETE_ALL, err_r);
	return query_run(&q, gone_r);
}

/* ---- failures ------------------------------------------------------------------- */

static void
bind_failure(struct query *q, const struct store_failure *row)
{
	query_bind_text(q, "$user_name", row->user);
	query_bind_text(q, "$network", row->network);
}

enum sg_err
store_failure_get(
    struct store *store, struct store_failure *row, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_FAILURE_GET, err_r);
	bind_failure(&q, row);
	row->failures = row->locks = 0;
	row->since_sec = row->last_sec = row->locked_until_sec = 0;
	if (query_next(&q)) {
		row->failures = query_int(&q, 0);
		row->locks = query_int(&q, 1);
		row->since_sec = query_int(&q, 2);
		row->last_sec = query_int(&q, 3);
		row->locked_until_sec = query_int(&q, 4);
	}
	return query_close(&q);
}

enum sg_err
store_failure_put(
    struct store *store, const struct store_failure *row, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_FAILURE_PUT, err_r);
	bind_failure(&q, row);
	query_bind_int(&q, "$failures", row->failures);
	query_bind_int(&q, "$locks", row->locks);
	query_bind_int(&q, "$since_sec", row->since_sec);
	query_bind_int(&q, "$last_sec", row->last_sec);
	query_bind_int(&q, "$locked_until_sec", row->locked_until_sec);
	return query_run(&q, NULL);
}

enum sg_err
store_failure_delete(
    struct store *store, const struct store_failure *row, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_FAILURE_DELETE, err_r);
	bind_failure(&q, row);
	return query_run(&q, NULL);
}

enum sg_err
store_failure_forgive(struct store *store, const char *user, struct err *err_r)
{
	struct query q;

	query_open(&q, store, QUERY_FAILURE_FORGIVE, err_r);
	query_bind_text(&q, "$user_name", user);
	return query_run(&q, NULL);
}

enum sg_err
store_user_purge(struct store *store, int64_t now_sec, int64_t before_sec,
    int most, int64_t *gone_r, struct err *err_r)
{
	struct query q;
	int64_t failures = 0;
	enum sg_err code;

	*gone_r = 0;
	query_open(&q, store, QUERY_SESSION_PURGE, err_r);
	query_bind_int(&q, "$now", now_sec);
	query_bind_int(&q, "$most", most);
	code = query_run(&q, gone_r);
	if (code != SG_OK)
		return code;
	query_open(&q, store, QUERY_FAILURE_PURGE, err_r);
	query_bind_int(&q, "$before", before_sec);
	query_bind_int(&q, "$most", most);
	code = query_run(&q, &failures);
	*gone_r += failures;
	return code;
}
