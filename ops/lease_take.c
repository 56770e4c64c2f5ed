/* What a turn ends and takes, for all its accounts at once. Decides how large a
 * lease is by rules/lease.h. */
#include "config.h"

#include "ops/lease_turn.h"

#include <stdlib.h>

#include "base/clock.h"
#include "store/store.h"

#define TRIES_MAX 4 /* sizes of one take */
/* Clocks of hosts may differ so much. A later state is of a clock that was wrong, or
 * of a lower rate; it counts as none. */
#define HORIZON_USEC (2 * LEASE_USEC)
#define CEILING_NONE_USEC (INT64_MAX / 2)

/* ---- taking ------------------------------------------------------------------- */

static bool
is_ending(const struct job *job, const struct lease_part *part)
{
	for (int i = 0; i < job->ended_count; i++)
		if (job->ended[i] == part)
			return true;
	return false;
}

/* The lease of this bucket. *in_way_r: it was closed since the turn began, so its
 * row is no more to be added to, and leaves no place for another. */
static struct lease_part *
present_part(struct turn *turn, struct job *job, bool *in_way_r)
{
	struct lease_account *a = job->account;
	struct lease_shard *shard = lease_shard_of(turn->l, a->id);
	struct lease_part *part;

	(void)pthread_mutex_lock(&shard->lock);
	part = a->parts;
	while (part != NULL &&
	       (part->bucket_sec != turn->bucket_sec || is_ending(job, part)))
		part = part->next;
	job->part_spent = part != NULL ? part->spent : 0;
	*in_way_r = part != NULL && part->is_closed;
	(void)pthread_mutex_unlock(&shard->lock);
	return part;
}

/* The part of this bucket; a new one before anything is taken for it. */
static bool
find_part(struct turn *turn, struct job *job)
{
	struct lease_account *a = job->account;
	struct lease_part *part = present_part(turn, job, &job->is_again);

	job->part = part;
	if (part != NULL)
		return !job->is_again;
	part = calloc(1, sizeof(*part));
	if (part == NULL) {
		job->is_gone = true;
		return false;
	}
	part->bucket_sec = turn->bucket_sec;
	part->serial = ++turn->l->serial;
	part->record =
	    lease_map_add(turn->l->map, part->serial, a->id, part->bucket_sec);
	if (part->record == NULL) {
		free(part);
		job->is_gone = true;
		return false;
	}
	job->part = part;
	job->is_new = true;
	return true;
}

static struct store_take
take_of(const struct turn *turn, const struct job *job, int64_t n,
    int64_t slots, int64_t ceiling_usec)
{
	int64_t late = job->pace.is_single ? 0 : job->pace.late_usec;
	int64_t need = turn->l->need_usec;
	int64_t pacing = atomic_load(&turn->l->pacing_usec);

	return (struct store_take){.account_id = job->account_id,
	    .recipients = n,
	    .daily_quota = job->daily_quota,
	    .now_sec = turn->now_usec / LEASE_USEC,
	    .bucket_sec = turn->bucket_sec,
	    /* so late that the answer comes in time */
	    .now_usec = turn->now_usec + (need > late ? need - late : 0),
	    .rate_cost_usec = lease_cost_usec(&job->pace, slots),
	    .rate_ceiling_usec = ceiling_usec,
	    .rate_horizon_usec =
		lease_ceiling_usec(
		    &job->pace, turn->now_usec, pacing + HORIZON_USEC, 1) +
		lease_cost_usec(&job->pace, job->max_recipients)};
}

static int64_t
free_of(const struct job *job, int64_t used)
{
	if (job->daily_quota < 0)
		return LEASE_UNLIMITED;
	return used < job->daily_quota ? job->daily_quota - used : 0;
}

/* Holders that use the account, as far as known; all of them, where that is no
 * matter. */
static int64_t
holders_of(const struct turn *turn, const struct job *job, int64_t free)
{
	int64_t all = turn->l->holders > 0 ? turn->l->holders : 1;

	return free == LEASE_UNLIMITED ? all : job->others + 1;
}

/* Another size after a refusal. False: not even the least. */
static bool
shrink(const struct turn *turn, struct job *job)
{
	int64_t fit;

	if (job->answer == STORE_QUOTA_FULL) {
		int64_t free = free_of(job, job->counter.used);
		int64_t less = free < job->quota.least
				   ? 0
				   : lease_quota_size(&job->quota, free,
					 holders_of(turn, job, free));

		if (less <= 0 || less >= job->tried)
			return false;
		job->tried = less;
		return true;
	}
	fit = lease_slots_free(&job->pace, job->counter.rate_state_usec,
	    turn->now_usec, job->pacing_usec);
	if (job->tried_slots <= job->slots.least ||
	    (fit == 0 && job->slots.least > 0))
		return false;
	job->tried_slots = fit < job->tried_slots ? fit : job->tried_slots - 1;
	job->ceiling_usec = lease_ceiling_usec(
	    &job->pace, turn->now_usec, job->pacing_usec, job->tried_slots);
	if (job->tried_slots <= job->slots.least) {
		/* The message's further recipients are debt. */
		job->tried_slots = job->slots.least;
		job->ceiling_usec =
		    job->tried_slots == 0
			? CEILING_NONE_USEC
			: lease_ceiling_usec(
			      &job->pace, turn->now_usec, job->pacing_usec, 1);
	}
	/* What is here does, after all. */
	job->is_asked = job->tried + job->tried_slots > 0;
	return job->is_asked;
}

static void
first_size(const struct turn *turn, struct job *job)
{
	/* What is not known is taken for enough for those who wait. */
	int64_t free =
	    job->used >= 0 ? free_of(job, job->used) : job->quota.asked;
	int64_t slots = lease_slots_size(&job->pace, &job->slots);

	job->tried =
	    lease_quota_size(&job->quota, free, holders_of(turn, job, free));
	job->tried_slots = slots;
	job->ceiling_usec =
	    slots == 0
		? CEILING_NONE_USEC
		: lease_ceiling_usec(&job->pace, turn->now_usec,
		      job->pacing_usec, slots > job->slots.least ? slots : 1);
	job->is_open = job->is_asked = job->tried + slots > 0;
}

static bool
needs_any(const struct job *job)
{
	return job->asked_over > 0 ||
	       lease_quota_size(&job->quota, LEASE_UNLIMITED, 1) > 0 ||
	       lease_slots_size(&job->pace, &job->slots) > 0;
}

/* ---- all accounts --------------------------------------------------------------- */

struct round {
	struct job *jobs[TURN_MAX];
	struct store_lease_take takes[TURN_MAX];
	size_t count;
};

static void
add_to(struct round *round, struct job *job, const struct store_take *take)
{
	round->jobs[round->count] = job;
	round->takes[round->count++] = (struct store_lease_take){.take = *take,
	    .serial = job->part->serial,
	    .spent = job->part_spent};
}

static enum sg_err
ask(const struct turn *turn, struct round *round, struct err *err_r)
{
	const struct leases *l = turn->l;
	struct store_lease_taking taking = {.holder_id = l->holder_id,
	    .now_usec = turn->now_usec,
	    .bucket_sec = turn->bucket_sec,
	    .until_usec = turn->now_usec + l->times.valid_usec,
	    .is_shared = l->holders > 1};

	return store_lease_take(
	    l->store, &taking, round->takes, round->count, err_r);
}

static void
hear(const struct turn *turn, struct job *job, const struct store_lease_take *t)
{
	job->answer = t->taken;
	job->counter = t->counter;
	job->unspent = t->unspent;
	if (t->others >= 0)
		job->others = t->others;
	if (t->is_missing) {
		job->is_gone = true;
		job->is_open = job->is_asked = false;
	} else if (t->taken != STORE_TAKEN) {
		job->is_open = shrink(turn, job);
	} else {
		job->is_open = false;
		job->taken = job->tried;
		job->slots_taken = job->tried_slots;
		job->first_usec = t->counter.rate_state_usec;
		job->used = t->counter.used;
	}
}

/* *more_r: some are to be tried with another size. */
static enum sg_err
take_round(struct turn *turn, bool *more_r, struct err *err_r)
{
	struct round round = {.count = 0};
	enum sg_err code;

	*more_r = false;
	for (size_t i = 0; i < turn->count; i++) {
		struct job *job = turn->jobs[i];
		struct store_take take;

		if (!job->is_open)
			continue;
		take = take_of(
		    turn, job, job->tried, job->tried_slots, job->ceiling_usec);
		add_to(&round, job, &take);
	}
	code = ask(turn, &round, err_r);
	for (size_t i = 0; i < round.count && code == SG_OK; i++) {
		hear(turn, round.jobs[i], &round.takes[i]);
		*more_r = *more_r || round.jobs[i]->is_open;
	}
	return code;
}

/* Beyond the limits, for those who only count. */
static enum sg_err
take_over(struct turn *turn, struct err *err_r)
{
	struct round round = {.count = 0};
	enum sg_err code;

	for (size_t i = 0; i < turn->count; i++) {
		struct job *job = turn->jobs[i];
		struct store_take take;

		if (job->asked_over == 0 || job->is_gone || job->part == NULL ||
		    job->is_again)
			continue;
		take =
		    take_of(turn, job, job->asked_over, 0, CEILING_NONE_USEC);
		take.daily_quota = -1;
		add_to(&round, job, &take);
	}
	code = ask(turn, &round, err_r);
	for (size_t i = 0; i < round.count && code == SG_OK; i++) {
		struct job *job = round.jobs[i];

		job->is_gone = round.takes[i].is_missing;
		if (round.takes[i].taken != STORE_TAKEN)
			continue;
		job->over = job->asked_over;
		job->used = round.takes[i].counter.used;
	}
	return code;
}

static enum sg_err
take_all(struct turn *turn, struct err *err_r)
{
	enum sg_err code = SG_OK;
	bool more = true;

	for (int i = 0; code == SG_OK && more && i <= TRIES_MAX; i++)
		code = take_round(turn, &more, err_r);
	if (code == SG_OK)
		code = take_over(turn, err_r);
	for (size_t i = 0; i < turn->count && code == SG_OK; i++) {
		struct job *job = turn->jobs[i];

		/* Full here: something lies elsewhere. */
		job->is_recalled =
		    job->is_asked && !job->is_low && !job->has_own &&
		    job->answer == STORE_QUOTA_FULL && job->unspent > 0;
	}
	return code;
}

static enum sg_err
end_parts(struct turn *turn, struct err *err_r)
{
	struct store_lease_spent *rows;
	size_t count = 0;
	enum sg_err code;

	for (size_t i = 0; i < turn->count; i++)
		count += (size_t)turn->jobs[i]->ended_count;
	if (count == 0)
		return SG_OK;
	rows = malloc(count * sizeof(*rows));
	if (rows == NULL)
		return err_set(err_r, SG_NOMEM, "no memory");
	count = 0;
	for (size_t i = 0; i < turn->count; i++) {
		struct job *job = turn->jobs[i];

		for (int k = 0; k < job->ended_count; k++)
			rows[count++] = job->ended_rows[k];
		if (job->used >= 0)
			job->used -= job->back;
	}
	code = store_lease_end_many(
	    turn->l->store, turn->l->holder_id, rows, count, err_r);
	free(rows);
	return code;
}

static enum sg_err
begin(struct turn *turn, struct err *err_r)
{
	struct store_lease_account accounts[TURN_MAX];

	for (size_t i = 0; i < turn->count; i++) {
		struct job *job = turn->jobs[i];

		accounts[i] =
		    (struct store_lease_account){.account_id = job->account_id,
			.is_first = job->used < 0,
			.is_stale = job->is_stale};
	}
	return store_lease_begin(turn->l->store, accounts, turn->count,
	    turn->now_usec / LEASE_USEC, err_r);
}

enum sg_err
lease_take(struct turn *turn, struct err *err_r)
{
	enum sg_err code = begin(turn, err_r);

	if (code == SG_OK)
		code = end_parts(turn, err_r);
	if (code != SG_OK)
		return code;
	for (size_t i = 0; i < turn->count; i++) {
		struct job *job = turn->jobs[i];

		if (needs_any(job) && find_part(turn, job))
			first_size(turn, job);
	}
	return take_all(turn, err_r);
}
