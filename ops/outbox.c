/* Dead letters: see outbox.h. Delivers nothing. */
#include "config.h"

#include "ops/outbox.h"

#include <limits.h>
#include <string.h>

#include "ops/account.h"

struct dead {
	struct account_names names;
	int64_t account_id; /* 0: all */
	int most;
	outbox_fn *fn;
	void *ctx;
};

static bool
show_dead(void *ctx, const struct store_notification *row)
{
	struct dead *dead = ctx;
	int64_t account_id = row->topic.account_id;

	if (dead->account_id != 0 && account_id != dead->account_id)
		return true;
	return dead->most-- > 0 &&
	       dead->fn(dead->ctx, account_names_find(&dead->names, account_id),
		   row);
}

enum sg_err
outbox_dead(struct store *store, const char *account, int most, outbox_fn *fn,
    void *ctx, struct err *err_r)
{
	struct dead dead = {.most = most, .fn = fn, .ctx = ctx};
	enum sg_err rc = account_names_load(
	    store, account, &dead.names, &dead.account_id, err_r);

	if (rc == SG_OK)
		rc = store_notification_list(store, 0, true,
		    account == NULL ? most : INT_MAX, show_dead, &dead, err_r);
	account_names_fini(&dead.names);
	return rc;
}

enum sg_err
outbox_replay(struct store *store, const char *uuid, int64_t now_sec,
    int64_t *count_r, struct err *err_r)
{
	const char *colon = strrchr(uuid, ':');
	struct store_subscription row;
	enum sg_err rc = store_begin(store, err_r);

	*count_r = 0;
	if (rc != SG_OK)
		return rc;
	rc = store_subscription_get(
	    store, colon == NULL ? uuid : colon + 1, &row, err_r);
	if (rc == SG_OK)
		rc = store_notification_replay(
		    store, row.id, now_sec, count_r, err_r);
	if (rc == SG_MISSING)
		rc = err_set(err_r, SG_MISSING,
		    "no subscription %.100s; see: sendwardctl subscription "
		    "list",
		    uuid);
	return store_finish(store, rc, err_r);
}
