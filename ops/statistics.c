/* What became of an account's mail: see statistics.h. */
#include "config.h"

#include "ops/statistics.h"

#include "store/events.h"

_Static_assert(
    STATISTICS_POINT_SEC == STORE_TALLY_BUCKET_SEC, "one point a bucket");

struct walk {
	struct statistics_point point; /* not told yet; sec 0: none */
	statistics_fn *fn;
	void *ctx;
	bool is_over;
};

static void
tell(struct walk *walk)
{
	const struct statistics_point *p = &walk->point;

	if (p->sec != 0 && !walk->is_over &&
	    p->sent + p->bounces + p->complaints + p->rejected != 0)
		walk->is_over = !walk->fn(walk->ctx, p);
	walk->point.sec = 0;
}

/* A bucket in which reputation began to count anew is two (rules/reputation.h),
 * which follow one another. */
static bool
add_bucket(void *ctx, const struct store_tally *row)
{
	struct walk *walk = ctx;
	struct statistics_point *p = &walk->point;
	int64_t sec = row->bucket_sec - row->bucket_sec % STATISTICS_POINT_SEC;

	if (p->sec != sec) {
		tell(walk);
		*p = (struct statistics_point){.sec = sec};
	}
	p->sent += row->sent;
	p->bounces += row->bounces;
	p->complaints += row->complaints;
	p->rejected += row->rejected;
	return !walk->is_over;
}

enum sg_err
statistics_list(struct store *store, int64_t account_id, int64_t now_sec,
    statistics_fn *fn, void *ctx, struct err *err_r)
{
	struct walk walk = {.fn = fn, .ctx = ctx};
	enum sg_err rc = store_tally_list(store, account_id, 0,
	    now_sec - STATISTICS_DAYS * 86400, add_bucket, &walk, err_r);

	if (rc == SG_OK)
		tell(&walk);
	return rc;
}
