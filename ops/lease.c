/* Spending of leases, from memory: see lease.h. Takes none: lease_keeper.c does. */
#include "config.h"

#include "ops/lease.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "conf/conf.h"
#include "ops/lease_parts.h"

/* How long `lately` is counted; a rate of fewer than so many a second takes
 * nothing ahead. */
#define LATELY_USEC (LEASE_USEC / 8)
#define LATELY_LEAST 3
/* A slot is taken so late that the answer comes in time, which is at most: that is no
 * wait for the rate's sake. */
#define GRACE_USEC LEASE_USEC

/* Answers that were told when this thread heard LEASE_PENDING last, so that
 * leases_wait does not wait for what came in between. */
static _Thread_local uint64_t pending_epoch;

struct lease_shard *
lease_shard_of(struct leases *l, int64_t account_id)
{
	uint64_t hash = (uint64_t)account_id * UINT64_C(0x9e3779b97f4a7c15);

	return &l->shards[hash >> 58];
}

struct lease_account **
lease_root_of(struct leases *l, int64_t account_id)
{
	uint64_t hash = (uint64_t)account_id * UINT64_C(0x9e3779b97f4a7c15);

	return &l->roots[hash >> 48];
}

void
lease_enqueue(
    struct leases *l, struct lease_shard *shard, struct lease_account *a)
{
	(void)l;
	if (a->is_queued)
		return;
	a->is_queued = true;
	a->queued_next = shard->queued;
	shard->queued = a;
}

static void
signal_keeper(struct leases *l)
{
	(void)pthread_mutex_lock(&l->lock);
	(void)pthread_cond_signal(&l->wake);
	(void)pthread_mutex_unlock(&l->lock);
}

void
lease_wake(struct leases *l)
{
	if (atomic_exchange(&l->has_haste, true))
		return;
	signal_keeper(l);
}

void
lease_wake_soon(struct leases *l)
{
	if (atomic_load(&l->has_work) || atomic_exchange(&l->has_work, true))
		return;
	signal_keeper(l);
}

bool
lease_close_parts(struct lease_account *a)
{
	bool had = false;

	for (struct lease_part *p = a->parts; p != NULL; p = p->next) {
		had = had || !p->is_closed;
		p->is_closed = true;
	}
	return had;
}

int64_t
lease_unspent(const struct lease_account *a, int64_t now_usec)
{
	int64_t sum = 0;

	for (const struct lease_part *p = a->parts; p != NULL; p = p->next)
		if (!p->is_closed && p->until_usec > now_usec)
			sum += p->granted - p->spent;
	return sum;
}

/* ---- slots ------------------------------------------------------------------- */

static void
drop_first_run(struct lease_account *a)
{
	memmove(&a->runs[0], &a->runs[1], sizeof(a->runs) - sizeof(*a->runs));
	memset(&a->runs[LEASE_RUNS - 1], 0, sizeof(*a->runs));
}

/* The first `count` slots of the first run are used, or too late. */
static void
advance(struct lease_account *a, int64_t count)
{
	struct lease_run *run = &a->runs[0];

	run->count -= count;
	run->from_usec += count * a->pace.interval_usec;
	run->to_usec += count * a->pace.interval_usec;
	if (run->count <= 0)
		drop_first_run(a);
}

int64_t
lease_slots_held(struct lease_account *a, int64_t now_usec)
{
	struct lease_run *run = &a->runs[0];
	int64_t sum = 0;

	while (run->count > 0 && run->to_usec < now_usec) {
		int64_t late =
		    (now_usec - run->to_usec - 1) / a->pace.interval_usec + 1;

		advance(a, late < run->count ? late : run->count);
	}
	for (int i = 0; i < LEASE_RUNS; i++)
		sum += a->runs[i].count;
	return sum;
}

static void
use_slots(struct lease_account *a, int64_t n)
{
	while (n > 0 && a->runs[0].count > 0) {
		int64_t here = n < a->runs[0].count ? n : a->runs[0].count;

		n -= here;
		advance(a, here);
	}
}

/* ---- spending ---------------------------------------------------------------- */

static struct lease_account *
find(struct leases *l, int64_t account_id)
{
	struct lease_account *a = *lease_root_of(l, account_id);

	while (a != NULL && a->id != account_id)
		a = a->next;
	return a;
}

static struct lease_account *
find_or_make(struct leases *l, const struct lease_order *order)
{
	struct lease_account **root = lease_root_of(l, order->account_id);
	struct lease_account *a = find(l, order->account_id);

	if (a != NULL)
		return a;
	a = calloc(1, sizeof(*a));
	if (a == NULL)
		return NULL;
	a->id = order->account_id;
	a->daily_quota = order->daily_quota;
	a->rate = order->rate;
	a->pace = lease_pace_of(order->rate, 0);
	a->used = -1;
	a->next = *root;
	*root = a;
	return a;
}

/* Other limits than before: what was taken under the old ones goes back, and what
 * the store said of them counts no more. */
static void
take_limits(struct leases *l, struct lease_shard *shard,
    struct lease_account *a, const struct lease_order *order)
{
	if (order->is_unlimited ||
	    (a->daily_quota == order->daily_quota && !(a->rate < order->rate) &&
		!(a->rate > order->rate)))
		return;
	a->daily_quota = order->daily_quota;
	a->rate = order->rate;
	a->pace = lease_pace_of(order->rate, 0);
	a->full_usec = a->fine_usec = a->rate_usec = a->recalled_usec = 0;
	memset(a->runs, 0, sizeof(a->runs));
	if (lease_close_parts(a))
		lease_enqueue(l, shard, a);
}

static void
count(struct lease_account *a, int64_t n, int64_t now_usec)
{
	int64_t past = now_usec - a->counted_usec;

	a->counted += n;
	if (past < LATELY_USEC)
		return;
	/* What was sent in fits and starts is not forgotten at once. */
	a->lately /= past > 8 * LATELY_USEC ? 8 : 2;
	if (a->lately < a->counted * LEASE_USEC / past)
		a->lately = a->counted * LEASE_USEC / past;
	a->counted = 0;
	a->counted_usec = now_usec;
}

/* Oldest first: what ends soonest. */
static struct lease_part *
part_with(
    struct lease_account *a, const struct lease_order *order, int64_t now_usec)
{
	for (struct lease_part *p = a->parts; p != NULL; p = p->next) {
		int64_t has = p->granted - p->spent;

		if (!order->is_unlimited)
			has -= p->over;
		if (!p->is_closed && p->until_usec > now_usec &&
		    has >= order->recipients)
			return p;
	}
	return NULL;
}

/* Is it time to take ahead? */
static bool
is_low(struct lease_account *a, const struct lease_part *p, int64_t now_usec)
{
	if (a->lately < LATELY_LEAST || now_usec < a->frugal_usec)
		return false;
	return (p->next == NULL &&
		   lease_is_low(p->size, p->granted - p->spent)) ||
	       (!a->pace.is_single && now_usec >= a->rate_usec &&
		   lease_slots_held(a, now_usec) < a->lately / 10);
}

static void
spend(struct leases *l, struct lease_shard *shard, struct lease_account *a,
    struct lease_part *p, const struct lease_order *order, int64_t now_usec,
    struct lease_spent *spent_r)
{
	int64_t n = order->recipients;

	spent_r->account_id = a->id;
	spent_r->recipients = n;
	spent_r->bucket_sec = p->bucket_sec;
	if (order->is_unlimited) {
		p->over = p->over > n ? p->over - n : 0;
	} else {
		if (a->runs[0].from_usec > now_usec)
			spent_r->wait_usec = a->runs[0].from_usec - now_usec;
		use_slots(a, n);
	}
	p->spent += n;
	p->record->spent = p->spent;
	spent_r->used = a->used - lease_unspent(a, now_usec);
	count(a, n, now_usec);
	if (!a->is_dirty) {
		a->is_dirty = true;
		a->dirty_next = shard->dirty;
		shard->dirty = a;
	}
	if (!order->is_unlimited && is_low(a, p, now_usec))
		lease_enqueue(l, shard, a);
}

static void
raise(_Atomic int64_t *most, int64_t value)
{
	int64_t seen = atomic_load(most);

	while (
	    seen < value && !atomic_compare_exchange_weak(most, &seen, value))
		continue;
}

/* The keeper is asked. */
static enum lease_answer
want(struct leases *l, struct lease_shard *shard, struct lease_account *a,
    const struct lease_order *order, int64_t now_usec)
{
	uint64_t epoch = atomic_load(&l->epoch);
	int64_t busy = atomic_load(&l->busy_usec);

	if (a->epoch != epoch) {
		a->asked = a->least = a->asked_over = a->pacing_usec = 0;
		a->epoch = epoch;
	}
	if (order->is_unlimited) {
		a->asked_over += order->recipients;
	} else {
		a->asked += order->recipients;
		if (a->least < order->recipients)
			a->least = order->recipients;
	}
	if (a->pacing_usec < order->pacing_usec)
		a->pacing_usec = order->pacing_usec;
	raise(&l->pacing_usec, order->pacing_usec);
	raise(&l->max_recipients, order->max_recipients);
	if (!a->is_waiting)
		lease_enqueue(l, shard, a);
	pending_epoch = epoch;
	if (atomic_load(&l->is_down) ||
	    (busy != 0 && now_usec - busy > l->times.hang_usec))
		return LEASE_UNAVAILABLE;
	return LEASE_PENDING;
}

/* As the store has said. */
static bool
is_rate_full(const struct lease_account *a, const struct lease_order *order,
    int64_t now_usec)
{
	return now_usec < a->rate_usec &&
	       a->slot_usec - now_usec >
		   lease_patience_usec(&a->pace, order->pacing_usec);
}

/* The quota that is here does not do. */
static enum lease_answer
lack_quota(struct leases *l, struct lease_shard *shard, struct lease_account *a,
    const struct lease_order *order, int64_t now_usec)
{
	int64_t n = order->recipients;
	bool is_full =
	    !order->is_unlimited && now_usec < a->full_usec && n >= a->full;

	if (is_full && (a->recalled_usec == 0 ||
			   now_usec - a->recalled_usec >= order->pacing_usec))
		return LEASE_QUOTA_FULL;
	if (!is_full && !order->is_unlimited && now_usec < a->fine_usec &&
	    n <= a->fine && is_rate_full(a, order, now_usec))
		return LEASE_RATE_FULL;
	return want(l, shard, a, order, now_usec);
}

static enum lease_answer
try_account(struct leases *l, struct lease_shard *shard,
    struct lease_account *a, const struct lease_order *order, int64_t now_usec,
    struct lease_spent *spent_r)
{
	struct lease_part *p;

	a->seen_usec = now_usec;
	take_limits(l, shard, a, order);
	if (now_usec < a->gone_usec)
		return LEASE_UNAVAILABLE;
	p = part_with(a, order, now_usec);
	if (p == NULL)
		return lack_quota(l, shard, a, order, now_usec);
	if (!order->is_unlimited) {
		if (lease_slots_held(a, now_usec) >= order->recipients) {
			if (a->runs[0].from_usec - now_usec >
			    order->pacing_usec + GRACE_USEC)
				return LEASE_RATE_FULL;
		} else if (is_rate_full(a, order, now_usec)) {
			return LEASE_RATE_FULL;
		} else {
			return want(l, shard, a, order, now_usec);
		}
	}
	spend(l, shard, a, p, order, now_usec, spent_r);
	return LEASE_SPENT;
}

enum lease_answer
lease_spend(struct leases *leases, const struct lease_order *order,
    struct lease_spent *spent_r)
{
	struct lease_shard *shard = lease_shard_of(leases, order->account_id);
	enum lease_answer answer = LEASE_UNAVAILABLE;
	int64_t now = clock_boot_usec();
	struct lease_account *a;
	bool has_work = false;

	*spent_r = (struct lease_spent){0};
	if (order->recipients < 1 || atomic_load(&leases->is_ending))
		return LEASE_UNAVAILABLE;
	(void)pthread_mutex_lock(&shard->lock);
	a = find_or_make(leases, order);
	if (a != NULL) {
		answer = try_account(leases, shard, a, order, now, spent_r);
		has_work = a->is_queued;
	}
	(void)pthread_mutex_unlock(&shard->lock);
	if (has_work && answer == LEASE_SPENT)
		lease_wake_soon(leases);
	else if (has_work)
		lease_wake(leases);
	return answer;
}

/* ---- giving back --------------------------------------------------------------- */

/* Without memory it counts as spent. */
void
lease_back_add(struct leases *l, const struct lease_back *back)
{
	(void)pthread_mutex_lock(&l->lock);
	if (l->back_count == l->back_size && l->back_size < LEASE_BACKS_MAX) {
		size_t size = l->back_size * 2 + 64;
		struct lease_back *backs =
		    realloc(l->backs, size * sizeof(*backs));

		if (backs != NULL) {
			l->backs = backs;
			l->back_size = size;
		}
	}
	if (l->back_count < l->back_size)
		l->backs[l->back_count++] = *back;
	(void)pthread_mutex_unlock(&l->lock);
}

void
lease_give_back(
    struct leases *leases, const struct lease_spent *spent, int64_t recipients)
{
	struct lease_shard *shard = lease_shard_of(leases, spent->account_id);
	struct lease_back back;
	int64_t here = 0;
	struct lease_account *a;

	if (recipients > spent->recipients)
		recipients = spent->recipients;
	if (recipients < 1)
		return;
	(void)pthread_mutex_lock(&shard->lock);
	a = find(leases, spent->account_id);
	for (struct lease_part *p = a != NULL ? a->parts : NULL; p != NULL;
	     p = p->next) {
		if (p->is_closed || p->bucket_sec != spent->bucket_sec)
			continue;
		here = recipients < p->spent ? recipients : p->spent;
		p->spent -= here;
		p->record->spent = p->spent;
		if (!a->is_dirty && here > 0) {
			a->is_dirty = true;
			a->dirty_next = shard->dirty;
			shard->dirty = a;
		}
		break;
	}
	(void)pthread_mutex_unlock(&shard->lock);
	if (here == recipients)
		return;
	back = (struct lease_back){
	    spent->account_id, spent->bucket_sec, recipients - here};
	lease_back_add(leases, &back);
	lease_wake(leases);
}

/* ---- telling ------------------------------------------------------------------- */

int
leases_fd(const struct leases *leases)
{
	return leases->fd;
}

void
leases_heard(struct leases *leases)
{
	uint64_t sum;

	(void)!read(leases->fd, &sum, sizeof(sum)); /* empty: heard */
}

void
leases_wait(struct leases *leases, int64_t max_msec)
{
	struct timespec until;
	int rc = 0;

	(void)clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += max_msec / 1000;
	until.tv_nsec += max_msec % 1000 * 1000000;
	until.tv_sec += until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	(void)pthread_mutex_lock(&leases->lock);
	while (atomic_load(&leases->epoch) == pending_epoch && rc == 0)
		rc = pthread_cond_timedwait(
		    &leases->told, &leases->lock, &until);
	(void)pthread_mutex_unlock(&leases->lock);
}
