/* Accounts and sets with tallies: see test-reputation.h. */
#include "config.h"
#include "ops/test-reputation.h"

#include "ops/account.h"
#include "ops/set.h"

struct store_account
fixture_shop(struct admin_fixture *f)
{
	struct store_account row;

	assert_code(f, SG_OK, account_get(f->store, "shop", &row, &f->err));
	return row;
}

void
fixture_policy(struct admin_fixture *f, const char *policy)
{
	struct account_change change = {.policy = policy};

	assert_code(f, SG_OK,
	    account_change(f->store, f->conf, "shop", &change, NULL, &f->err));
}

void
fixture_tally(struct admin_fixture *f, int64_t set_id, int64_t at_sec,
    int64_t eligible, int64_t bounces, int64_t complaints)
{
	struct store_tally row = {.account_id = fixture_shop(f).facts.id,
	    .set_id = set_id,
	    .bucket_sec = reputation_bucket(
		at_sec, BUCKET, fixture_shop(f).fresh_start_sec),
	    .sent = eligible,
	    .eligible = eligible,
	    .bounces = bounces,
	    .complaints = complaints};

	assert_code(f, SG_OK, store_tally_add(f->store, &row, &f->err));
}

void
fixture_update(struct admin_fixture *f, int64_t set_id, int64_t now_sec)
{
	assert_code(f, SG_OK, store_begin(f->store, &f->err));
	assert_code(f, SG_OK,
	    store_finish(f->store,
		reputation_update(f->store, f->conf, fixture_shop(f).facts.id,
		    set_id, now_sec, &f->err),
		&f->err));
}

void
fixture_update_all(struct admin_fixture *f, int64_t now_sec)
{
	assert_code(f, SG_OK,
	    reputation_update_all(f->store, f->conf, now_sec, &f->err));
}

int64_t
fixture_set(struct admin_fixture *f, const char *name)
{
	struct store_set row;

	assert_code(f, SG_OK,
	    set_create(f->store, "shop", name, TEST_NOW, &row, &f->err));
	return row.facts.id;
}
