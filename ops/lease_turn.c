/* The keeper's transactions: what is queued is taken, ended and told in one, the
 * accounts in their order. lease_take.c takes. */
#include "config.h"

#include "ops/lease_turn.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "rules/quota.h"
#include "store/leases.h"
#include "store/store.h"

#define CAREFUL_TURNS 512
#define OFFSET_MOST_USEC (2 * LEASE_USEC)
#define NEED_MOST_USEC LEASE_USEC
/* After its waiters' time: those that come now may wait once more. */
#define RECALL_ANEW_USEC (2 * LEASE_USEC)

/* ---- what is queued ------------------------------------------------------------ */

static void
copy_ended(struct job *job, struct lease_account *a)
{
	for (struct lease_part *p = a->parts; p != NULL; p = p->next) {
		struct store_lease_spent *row;

		if (!p->is_closed || job->ended_count == PARTS_MAX)
			continue;
		row = &job->ended_rows[job->ended_count];
		job->ended[job->ended_count++] = p;
		job->back += p->granted - p->spent;
		*row = (struct store_lease_spent){.account_id = a->id,
		    .bucket_sec = p->bucket_sec,
		    .spent = p->spent};
	}
}

/* What of it a single part can serve. */
static int64_t
best_part(const struct lease_account *a, int64_t now_usec)
{
	int64_t best = 0;

	for (const struct lease_part *p = a->parts; p != NULL; p = p->next) {
		int64_t has = p->granted - p->spent - p->over;

		if (!p->is_closed && p->until_usec > now_usec && has > best)
			best = has;
	}
	return best;
}

static void
copy_demand(struct job *job, struct lease_account *a, int64_t now_usec)
{
	int64_t held = best_part(a, now_usec);
	int64_t slots = lease_slots_held(a, now_usec);
	bool is_frugal = now_usec < a->frugal_usec ||
			 now_usec - a->counted_usec > LEASE_USEC;

	job->asked = a->asked;
	job->least = a->least;
	job->asked_over = a->asked_over;
	job->quota =
	    (struct lease_demand){.asked = a->asked > held ? a->asked : 0,
		.least = a->least > held ? a->least : 0,
		.lately = is_frugal ? 0 : a->lately,
		.held = held};
	job->slots = (struct lease_demand){
	    .asked = a->asked > slots ? a->asked - slots : 0,
	    .least = a->least > slots ? a->least - slots : 0,
	    .lately = is_frugal ? 0 : a->lately,
	    .held = slots};
	job->is_low = a->asked == 0 && a->asked_over == 0;
	job->has_own = lease_unspent(a, now_usec) > 0;
	job->daily_quota = a->daily_quota;
	job->rate = a->rate;
	job->pacing_usec = a->pacing_usec;
	job->used = a->used;
	job->others = a->others;
	a->asked = a->least = a->asked_over = 0;
}

static struct job *
job_of(struct leases *l, struct lease_account *a)
{
	struct job *job = calloc(1, sizeof(*job));

	if (job == NULL)
		return NULL;
	job->account = a;
	job->account_id = a->id;
	copy_ended(job, a);
	copy_demand(job, a, clock_boot_usec());
	job->pace = lease_pace_of(job->rate, l->need_usec);
	job->max_recipients = atomic_load(&l->max_recipients);
	if (job->max_recipients < job->least)
		job->max_recipients = job->least;
	return job;
}

static void
collect_shard(struct turn *turn, struct lease_shard *shard, size_t most)
{
	struct lease_account *a;

	(void)pthread_mutex_lock(&shard->lock);
	while (turn->count < most && (a = shard->queued) != NULL) {
		struct job *job = job_of(turn->l, a);

		if (job == NULL)
			break;
		job->is_stale = a->expired_sec != turn->expired_sec;
		shard->queued = a->queued_next;
		a->is_queued = false;
		turn->jobs[turn->count++] = job;
	}
	(void)pthread_mutex_unlock(&shard->lock);
}

static int
compare(const void *a, const void *b)
{
	const struct job *const *x = a, *const *y = b;

	return ((*x)->account_id > (*y)->account_id) -
	       ((*x)->account_id < (*y)->account_id);
}

static bool
collect(struct turn *turn)
{
	struct leases *l = turn->l;
	size_t most = l->careful > 0 ? 1 : TURN_MAX;

	if (l->careful > 0)
		l->careful--;
	for (size_t i = 0; i < LEASE_SHARDS; i++)
		collect_shard(turn,
		    &l->shards[(i + (size_t)l->serial) % LEASE_SHARDS], most);
	qsort(turn->jobs, turn->count, sizeof(*turn->jobs), compare);
	return turn->count == most;
}

static void
ask_again(struct leases *l, struct lease_shard *shard, struct lease_account *a,
    const struct job *job)
{
	a->asked += job->asked;
	a->asked_over += job->asked_over;
	if (a->least < job->least)
		a->least = job->least;
	lease_enqueue(l, shard, a);
}

/* Back into the queue, as if it had not been looked at. */
static void
put_back(struct turn *turn, bool keeps_asking)
{
	for (size_t i = 0; i < turn->count; i++) {
		struct job *job = turn->jobs[i];
		struct lease_account *a = job->account;
		struct lease_shard *shard = lease_shard_of(turn->l, a->id);

		(void)pthread_mutex_lock(&shard->lock);
		if (keeps_asking)
			ask_again(turn->l, shard, a, job);
		else if (job->ended_count > 0)
			lease_enqueue(turn->l, shard, a);
		(void)pthread_mutex_unlock(&shard->lock);
	}
}

static void
free_jobs(struct turn *turn)
{
	for (size_t i = 0; i < turn->count; i++) {
		struct job *job = turn->jobs[i];

		if (job->is_new && job->part != NULL) {
			lease_map_free(turn->l->map, &job->part->record);
			free(job->part);
		}
		free(job);
	}
}

/* ---- the clock ------------------------------------------------------------------ */

static enum sg_err
read_clock(struct turn *turn, struct err *err_r)
{
	enum sg_err code;

	turn->asked_usec = clock_boot_usec();
	code = store_clock(turn->l->store, &turn->now_usec, err_r);
	turn->got_usec = clock_boot_usec();
	turn->bucket_sec = quota_bucket(
	    (turn->now_usec + turn->l->times.valid_usec) / LEASE_USEC);
	turn->expired_sec = quota_expired_bucket(turn->now_usec / LEASE_USEC);
	return code;
}

/* Was it set? Then leases lie in buckets of another time. */
static bool
was_set(const struct turn *turn)
{
	struct leases *l = turn->l;
	int64_t offset = turn->now_usec - turn->asked_usec;
	int64_t moved = offset - l->offset_usec;
	bool had = l->has_offset;

	l->offset_usec = offset;
	l->has_offset = true;
	return had && (moved > OFFSET_MOST_USEC || moved < -OFFSET_MOST_USEC);
}

/* ---- what became of it ----------------------------------------------------------- */

static void
remove_ended(struct leases *l, struct lease_account *a, struct job *job)
{
	for (int i = 0; i < job->ended_count; i++) {
		struct lease_part **at = &a->parts;

		while (*at != job->ended[i])
			at = &(*at)->next;
		*at = job->ended[i]->next;
		lease_map_free(l->map, &job->ended[i]->record);
		free(job->ended[i]);
		l->parts--;
	}
}

static void
add_part(struct lease_account *a, struct lease_part *part)
{
	struct lease_part **at = &a->parts;

	while (*at != NULL && (*at)->bucket_sec <= part->bucket_sec)
		at = &(*at)->next;
	part->next = *at;
	*at = part;
}

static void
add_quota(struct turn *turn, struct lease_account *a, struct job *job)
{
	struct lease_part *part = job->part;
	int64_t until = turn->asked_usec + turn->l->times.valid_usec;

	if (job->taken + job->over == 0)
		return;
	if (job->is_new) {
		add_part(a, part);
		turn->l->parts++;
	}
	job->is_new = false;
	part->granted += job->taken + job->over;
	part->over += job->over;
	if (job->taken + job->over > 0)
		part->reported = job->part_spent; /* the row has it */
	if (job->taken > 0)
		part->size = job->taken;
	if (part->until_usec < until)
		part->until_usec = until;
	/* Limits have changed meanwhile: this was taken under the old ones. */
	if (part->is_closed ||
	    (job->taken > 0 && (a->daily_quota != job->daily_quota))) {
		part->is_closed = true;
		lease_enqueue(turn->l, lease_shard_of(turn->l, a->id), a);
	}
}

/* From the store's clock to this machine's: early enough and late enough, whenever
 * between asked and got it was read. */
static void
add_slots(
    const struct turn *turn, struct lease_account *a, const struct job *job)
{
	struct lease_run run = {.count = job->slots_taken};
	int i = 0;

	if (run.count == 0 || a->rate < job->rate || a->rate > job->rate)
		return;
	run.from_usec = job->first_usec - job->pace.early_usec -
			turn->now_usec + turn->got_usec;
	run.to_usec = job->first_usec + job->pace.late_usec - turn->now_usec +
		      turn->asked_usec;
	if (run.from_usec > run.to_usec)
		return;
	while (i < LEASE_RUNS && a->runs[i].count > 0)
		i++;
	if (i == LEASE_RUNS) { /* the oldest are left */
		memmove(&a->runs[0], &a->runs[1],
		    sizeof(a->runs) - sizeof(*a->runs));
		i--;
	}
	a->runs[i] = run;
}

static void
add_answer(struct turn *turn, struct lease_account *a, const struct job *job,
    int64_t now_usec)
{
	const struct lease_times *times = &turn->l->times;

	if (job->is_gone)
		a->gone_usec = now_usec + LEASE_USEC;
	if (!job->is_asked || job->is_low)
		return;
	if (job->answer == STORE_TAKEN) {
		a->full_usec = a->rate_usec = a->recalled_usec = 0;
		return;
	}
	if (job->answer == STORE_QUOTA_FULL) {
		a->used = job->counter.used;
		a->full = job->quota.least;
		a->full_usec = now_usec + times->full_usec;
		if (!job->is_recalled)
			a->recalled_usec = 0;
		else if (now_usec - a->recalled_usec >
			 2 * job->pacing_usec + RECALL_ANEW_USEC)
			a->recalled_usec = now_usec;
		return;
	}
	a->fine = job->least;
	a->fine_usec = a->rate_usec = now_usec + times->full_usec;
	a->slot_usec = job->counter.rate_state_usec - job->pace.early_usec -
		       turn->now_usec + turn->got_usec;
}

/* The others are asked: again soon, until the waiters' time is over. */
static void
wait_for_others(struct leases *l, struct lease_account *a,
    const struct job *job, int64_t now_usec)
{
	a->frugal_usec = now_usec + 3 * LEASE_USEC;
	if (now_usec - a->recalled_usec >= job->pacing_usec)
		return;
	a->full_usec = now_usec + 10 * LEASE_USEC;
	a->asked += job->asked;
	if (a->least < job->least)
		a->least = job->least;
	if (a->is_waiting)
		return;
	a->is_waiting = true;
	a->waiting_next = l->waiting;
	l->waiting = a;
}

/* What is here lies in parts too small for one message: back with it, and again. */
static void
give_own_first(struct leases *l, struct lease_shard *shard,
    struct lease_account *a, const struct job *job)
{
	if (!job->is_asked || job->answer != STORE_QUOTA_FULL ||
	    !job->has_own || job->is_low)
		return;
	(void)lease_close_parts(a);
	a->full_usec = 0;
	ask_again(l, shard, a, job);
}

/* True: somebody may have waited for this. */
static bool
apply(struct turn *turn, struct job *job)
{
	struct lease_account *a = job->account;
	struct lease_shard *shard = lease_shard_of(turn->l, a->id);
	int64_t now = clock_boot_usec();

	(void)pthread_mutex_lock(&shard->lock);
	remove_ended(turn->l, a, job);
	add_quota(turn, a, job);
	a->used = job->used;
	a->others = job->others;
	a->expired_sec = turn->expired_sec;
	add_slots(turn, a, job);
	add_answer(turn, a, job, now);
	if (job->is_recalled)
		wait_for_others(turn->l, a, job, now);
	give_own_first(turn->l, shard, a, job);
	if (job->is_again)
		ask_again(turn->l, shard, a, job);
	(void)pthread_mutex_unlock(&shard->lock);
	return job->asked > 0 || job->asked_over > 0;
}

/* In a transaction of its own: see store_lease_recall. */
static enum sg_err
recall(struct turn *turn, struct err *err_r)
{
	int64_t ids[TURN_MAX];
	size_t count = 0;

	for (size_t i = 0; i < turn->count; i++)
		if (turn->jobs[i]->is_recalled)
			ids[count++] = turn->jobs[i]->account_id;
	return store_lease_recall(turn->l->store, turn->l->holder_id, ids,
	    count, turn->now_usec, err_r);
}

/* ---- a turn ----------------------------------------------------------------------- */

static enum sg_err
do_jobs(struct turn *turn, struct err *err_r)
{
	struct leases *l = turn->l;
	enum sg_err code = store_begin_parallel(l->store, err_r);

	if (code != SG_OK)
		return code;
	code = lease_take(turn, err_r);
	if (code != SG_OK) {
		store_rollback(l->store);
		return code;
	}
	code = store_commit(l->store, err_r);
	l->is_unsure = l->is_unsure || code != SG_OK;
	return code;
}

/* How long an answer takes: the longer, the more room a slot needs. */
static void
learn(struct leases *l, int64_t took_usec)
{
	int64_t need = 2 * took_usec;

	if (need < l->need_usec)
		need = l->need_usec - (l->need_usec - need) / 8;
	l->need_usec = need < NEED_MOST_USEC ? need : NEED_MOST_USEC;
}

/* All that is the account's own fault must not be the others'. */
static void
after_failure(struct turn *turn, enum sg_err code)
{
	bool is_one = turn->count == 1;

	if (code == SG_IO) {
		put_back(turn, false);
		return;
	}
	if (code != SG_BUSY && is_one && turn->jobs[0]->ended_count == 0) {
		struct lease_account *a = turn->jobs[0]->account;
		struct lease_shard *shard = lease_shard_of(turn->l, a->id);

		(void)pthread_mutex_lock(&shard->lock);
		a->gone_usec = clock_boot_usec() + LEASE_USEC;
		(void)pthread_mutex_unlock(&shard->lock);
		return;
	}
	if (code != SG_BUSY)
		turn->l->careful = CAREFUL_TURNS;
	put_back(turn, true);
}

enum sg_err
lease_turn(struct leases *l, bool *more_r, struct err *err_r)
{
	struct turn turn = {.l = l};
	bool is_heard = false;
	enum sg_err code = read_clock(&turn, err_r);

	*more_r = false;
	if (code != SG_OK)
		return code;
	if (was_set(&turn))
		lease_close_all(l);
	*more_r = collect(&turn);
	if (turn.count == 0)
		return SG_OK;
	code = do_jobs(&turn, err_r);
	if (code == SG_OK) {
		for (size_t i = 0; i < turn.count; i++)
			is_heard = apply(&turn, turn.jobs[i]) || is_heard;
		learn(l, clock_boot_usec() - turn.asked_usec);
		code = recall(&turn, err_r);
	} else {
		after_failure(&turn, code);
		is_heard = code != SG_BUSY;
		if (code != SG_IO && code != SG_BUSY)
			code = SG_OK;
	}
	free_jobs(&turn);
	if (is_heard)
		lease_tell(l);
	return code;
}
