/* What accounts have spent, told to the store for those who look; what was spent of
 * leases that are over, given back. Takes nothing. */
#include "config.h"

#include "ops/lease_parts.h"

#include <stdlib.h>

#include "store/leases.h"
#include "store/store.h"

#define ROWS_MAX 512 /* of one transaction */
#define PARTS_MAX 8  /* of one account */
#define ROUNDS_MAX 8 /* of one report: waiters wait for the keeper meanwhile */

/* ---- reports ------------------------------------------------------------------------ */

struct report {
	struct store_lease_spent rows[ROWS_MAX];
	size_t count;
};

static void
add_account(struct report *report, struct lease_account *a)
{
	int parts = 0;

	for (struct lease_part *p = a->parts; p != NULL && parts < PARTS_MAX;
	     p = p->next) {
		if (p->is_closed || p->spent == p->reported)
			continue;
		p->reported = p->spent;
		report->rows[report->count++] =
		    (struct store_lease_spent){.account_id = a->id,
			.bucket_sec = p->bucket_sec,
			.spent = p->spent};
		parts++;
	}
}

/* False: the report is full, and some are left. */
static bool
collect_shard(struct lease_shard *shard, struct report *report)
{
	struct lease_account *a;

	(void)pthread_mutex_lock(&shard->lock);
	while ((a = shard->dirty) != NULL &&
	       report->count + PARTS_MAX <= ROWS_MAX) {
		shard->dirty = a->dirty_next;
		a->is_dirty = false;
		add_account(report, a);
	}
	(void)pthread_mutex_unlock(&shard->lock);
	return a == NULL;
}

/* From the shard on at which the last report was full. True: some are left. */
static bool
collect(struct leases *l, struct report *report)
{
	report->count = 0;
	for (size_t i = 0; i < LEASE_SHARDS; i++) {
		if (!collect_shard(&l->shards[l->report_shard], report))
			return true;
		l->report_shard = (l->report_shard + 1) % LEASE_SHARDS;
	}
	return false;
}

static int
compare_rows(const void *a, const void *b)
{
	const struct store_lease_spent *x = a, *y = b;

	return (x->account_id > y->account_id) -
	       (x->account_id < y->account_id);
}

static enum sg_err
tell(struct leases *l, struct report *report, struct err *err_r)
{
	enum sg_err code;

	if (report->count == 0)
		return SG_OK;
	qsort(report->rows, report->count, sizeof(*report->rows), compare_rows);
	code = store_begin_parallel(l->store, err_r);
	if (code != SG_OK)
		return code;
	code = store_lease_report(
	    l->store, l->holder_id, report->rows, report->count, err_r);
	return store_finish(l->store, code, err_r);
}

/* What a failure loses is told with the account's next spending. */
enum sg_err
lease_report(struct leases *l, struct err *err_r)
{
	struct report report; /* large: not cleared each time */
	enum sg_err code = SG_OK;
	bool is_left = true;

	for (int i = 0; is_left && code == SG_OK && i < ROUNDS_MAX; i++) {
		is_left = collect(l, &report);
		code = tell(l, &report, err_r);
	}
	return code;
}

/* ---- giving back what lies in no lease ------------------------------------------------ */

static int
compare_backs(const void *a, const void *b)
{
	const struct lease_back *x = a, *y = b;

	return (x->account_id > y->account_id) -
	       (x->account_id < y->account_id);
}

static void
keep_backs(struct leases *l, const struct lease_back *backs, size_t count)
{
	for (size_t i = 0; i < count; i++)
		lease_back_add(l, &backs[i]);
}

/* A commit that may have been one is not repeated: better too little than twice. */
enum sg_err
lease_give_back_rest(struct leases *l, struct err *err_r)
{
	struct lease_back *backs;
	size_t count, done = 0;
	enum sg_err code = SG_OK;

	(void)pthread_mutex_lock(&l->lock);
	backs = l->backs;
	count = l->back_count;
	l->backs = NULL;
	l->back_count = l->back_size = 0;
	(void)pthread_mutex_unlock(&l->lock);
	if (count > 0)
		qsort(backs, count, sizeof(*backs), compare_backs);
	for (; done < count; done += ROWS_MAX) {
		size_t end = done + ROWS_MAX < count ? done + ROWS_MAX : count;

		code = store_begin_parallel(l->store, err_r);
		for (size_t i = done; i < end && code == SG_OK; i++)
			code = store_quota_give_back(l->store,
			    backs[i].account_id, backs[i].bucket_sec,
			    backs[i].recipients, err_r);
		code = store_finish(l->store, code, err_r);
		if (code != SG_OK)
			break;
	}
	if (code == SG_BUSY)
		keep_backs(l, &backs[done], count - done);
	free(backs);
	return code;
}
