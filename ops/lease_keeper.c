/* The keeper: the thread that has the store, and when it does what. Its
 * transactions are in lease_turn.c. */
#include "config.h"

#include "ops/lease_parts.h"

#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "store/leases.h"
#include "store/store.h"

#define BUSY_MSEC 500
#define NAP_MSEC 5
/* What is taken ahead of need is gathered for so long, for one transaction. */
#define GATHER_USEC (LEASE_USEC / 50)
#define REOPEN_FIRST_USEC (LEASE_USEC / 10)
#define REOPEN_MOST_USEC (2 * LEASE_USEC)
#define PURGE_USEC (60 * LEASE_USEC)
#define CLOSE_USEC (2 * LEASE_USEC)
/* What ends within this is given back, lest it end unspent. */
#define EARLY_USEC LEASE_USEC

void
lease_tell(struct leases *l)
{
	const uint64_t one = 1;

	(void)pthread_mutex_lock(&l->lock);
	(void)atomic_fetch_add(&l->epoch, 1);
	(void)pthread_cond_broadcast(&l->told);
	(void)pthread_mutex_unlock(&l->lock);
	(void)!write(l->fd, &one, sizeof(one)); /* full: readable already */
}

/* ---- looking over all accounts ----------------------------------------------------- */

static bool
can_go(const struct leases *l, const struct lease_account *a, int64_t now_usec)
{
	return a->parts == NULL && !a->is_queued && !a->is_dirty &&
	       !a->is_waiting && now_usec - a->seen_usec > l->times.idle_usec;
}

/* True: something is to be ended. */
static bool
close_old(const struct leases *l, struct lease_account *a, int64_t now_usec)
{
	bool is_idle = now_usec - a->seen_usec > l->times.idle_usec;
	bool is_any = false;

	for (struct lease_part *p = a->parts; p != NULL; p = p->next) {
		if (is_idle || p->until_usec - now_usec < EARLY_USEC)
			p->is_closed = true;
		is_any = is_any || p->is_closed;
	}
	return is_any;
}

static void
sweep_root(struct leases *l, struct lease_account **root, int64_t now_usec)
{
	struct lease_account *a;

	while ((a = *root) != NULL) {
		struct lease_shard *shard = lease_shard_of(l, a->id);

		if (can_go(l, a, now_usec)) {
			*root = a->next;
			free(a);
			continue;
		}
		if (close_old(l, a, now_usec))
			lease_enqueue(l, shard, a);
		root = &a->next;
	}
}

#define ROOTS_OF_SHARD (LEASE_ROOTS / LEASE_SHARDS)

static void
sweep(struct leases *l, int64_t now_usec)
{
	for (size_t i = 0; i < LEASE_ROOTS; i++) {
		struct lease_shard *shard = &l->shards[i / ROOTS_OF_SHARD];

		if (i % ROOTS_OF_SHARD == 0)
			(void)pthread_mutex_lock(&shard->lock);
		sweep_root(l, &l->roots[i], now_usec);
		if (i % ROOTS_OF_SHARD == ROOTS_OF_SHARD - 1)
			(void)pthread_mutex_unlock(&shard->lock);
	}
}

void
lease_close_all(struct leases *l)
{
	for (size_t i = 0; i < LEASE_ROOTS; i++) {
		struct lease_shard *shard = &l->shards[i / ROOTS_OF_SHARD];
		struct lease_account *a;

		(void)pthread_mutex_lock(&shard->lock);
		for (a = l->roots[i]; a != NULL; a = a->next) {
			for (int run = 0; run < LEASE_RUNS; run++)
				a->runs[run].count = 0;
			if (lease_close_parts(a))
				lease_enqueue(l, shard, a);
		}
		(void)pthread_mutex_unlock(&shard->lock);
	}
}

/* ---- what others need ---------------------------------------------------------------- */

static bool
give_up(void *ctx, int64_t account_id)
{
	struct leases *l = ctx;
	struct lease_shard *shard = lease_shard_of(l, account_id);
	struct lease_account *a;

	(void)pthread_mutex_lock(&shard->lock);
	a = *lease_root_of(l, account_id);
	while (a != NULL && a->id != account_id)
		a = a->next;
	if (a != NULL) {
		a->frugal_usec = clock_boot_usec() + 3 * LEASE_USEC;
		(void)lease_close_parts(a);
		lease_enqueue(l, shard, a);
	}
	(void)pthread_mutex_unlock(&shard->lock);
	return true;
}

/* Those for whom others were asked, once more. */
static void
ask_again(struct leases *l)
{
	struct lease_account *a;

	while ((a = l->waiting) != NULL) {
		struct lease_shard *shard = lease_shard_of(l, a->id);

		(void)pthread_mutex_lock(&shard->lock);
		l->waiting = a->waiting_next;
		a->is_waiting = false;
		lease_enqueue(l, shard, a);
		(void)pthread_mutex_unlock(&shard->lock);
	}
}

/* ---- the store ----------------------------------------------------------------------- */

static void
say_failed(struct leases *l, const struct err *err)
{
	if (!l->is_said)
		log_event(LOG_STORE_FAILED_EVENT, NULL, "what",
		    "leases cannot be taken", "error", err->text, "code",
		    err_name(err->code), NULL);
	l->is_said = true;
}

static void
came_back(struct leases *l)
{
	l->reopen_wait_usec = REOPEN_FIRST_USEC;
	l->busy_since_usec = 0;
	atomic_store(&l->is_down, false);
	if (l->is_said)
		log_event(LOG_STORE_BACK_EVENT, NULL, NULL);
	l->is_said = false;
}

/* Who meets a lock waits for its end, as far as he has the patience; a handle that
 * failed may never recover. */
static void
failed(struct leases *l, enum sg_err code, const struct err *err)
{
	int64_t now = clock_boot_usec();

	if (code == SG_BUSY) {
		if (l->busy_since_usec == 0)
			l->busy_since_usec = now;
		else if (now - l->busy_since_usec > l->times.hang_usec)
			say_failed(l, err);
		return;
	}
	store_close(&l->store);
	l->is_unsure = true;
	l->reopen_usec = now + l->reopen_wait_usec;
	if (l->reopen_wait_usec < REOPEN_MOST_USEC)
		l->reopen_wait_usec *= 2;
	say_failed(l, err);
	atomic_store(&l->is_down, true);
	lease_tell(l);
}

static enum sg_err
open_again(struct leases *l, struct err *err_r)
{
	enum sg_err code = SG_OK;

	if (l->store == NULL)
		code = store_open(
		    l->url, STORE_OPEN_COUNT, BUSY_MSEC, &l->store, err_r);
	if (code == SG_OK && l->is_unsure)
		code = lease_holder_compare(l, err_r);
	return code;
}

static bool
is_due(int64_t *at_usec, int64_t every_usec, int64_t now_usec)
{
	if (now_usec < *at_usec)
		return false;
	*at_usec = now_usec + every_usec;
	return true;
}

static enum sg_err
renew(struct leases *l, int64_t now_usec, struct err *err_r)
{
	bool is_purge = is_due(&l->purge_usec, PURGE_USEC, now_usec);
	int64_t now;
	enum sg_err code = store_clock(l->store, &now, err_r);

	if (code == SG_OK)
		code = lease_holder_renew(l, now, err_r);
	if (code == SG_OK && is_purge)
		code = lease_holder_purge(l, now, err_r);
	return code;
}

/* What is due, besides what is queued. */
static enum sg_err
do_due(struct leases *l, int64_t now_usec, struct err *err_r)
{
	enum sg_err code = lease_give_back_rest(l, err_r);

	if (code == SG_OK &&
	    is_due(&l->renew_usec, l->times.renew_usec, now_usec))
		code = renew(l, now_usec, err_r);
	if (code == SG_OK &&
	    is_due(&l->report_usec, l->times.report_usec, now_usec)) {
		code = lease_report(l, err_r);
		if (code == SG_OK)
			code = store_lease_recalled(
			    l->store, l->holder_id, give_up, l, err_r);
	}
	return code;
}

/* *more_r: at once again. */
static enum sg_err
work(struct leases *l, bool *more_r, struct err *err_r)
{
	int64_t now = clock_boot_usec();
	enum sg_err code;

	*more_r = false;
	atomic_store(&l->busy_usec, now);
	code = open_again(l, err_r);
	if (code == SG_OK)
		code = lease_turn(l, more_r, err_r);
	if (code == SG_OK)
		code = do_due(l, now, err_r);
	atomic_store(&l->busy_usec, 0);
	if (code == SG_OK)
		came_back(l);
	else
		failed(l, code, err_r);
	return code;
}

/* ---- the thread ------------------------------------------------------------------------ */

static bool
is_woken(const struct leases *l, bool by_haste_alone)
{
	return atomic_load(&l->has_haste) ||
	       (!by_haste_alone && atomic_load(&l->has_work));
}

static void
sleep_until(struct leases *l, int64_t until_usec, bool by_haste_alone)
{
	int64_t wait = until_usec - clock_boot_usec();
	struct timespec until;
	int rc = 0;

	if (wait <= 0)
		return;
	(void)clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += wait / LEASE_USEC;
	until.tv_nsec += wait % LEASE_USEC * 1000;
	until.tv_sec += until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	(void)pthread_mutex_lock(&l->lock);
	while (!is_woken(l, by_haste_alone) && rc == 0)
		rc = pthread_cond_timedwait(&l->wake, &l->lock, &until);
	(void)pthread_mutex_unlock(&l->lock);
}

static void
nap(int64_t msec)
{
	const struct timespec t = {
	    .tv_sec = msec / 1000, .tv_nsec = msec % 1000 * 1000000};

	(void)nanosleep(&t, NULL);
}

static int64_t
next_usec(const struct leases *l)
{
	int64_t next = l->report_usec;
	int64_t again = clock_boot_usec() + l->times.again_usec;

	return l->waiting != NULL && again < next ? again : next;
}

/* One round. */
static void
go_on(struct leases *l, bool *more)
{
	int64_t now = clock_boot_usec();
	struct err err;
	enum sg_err code;

	if (l->store == NULL && now < l->reopen_usec) {
		/* Who asks meanwhile has his answer already. */
		nap(NAP_MSEC);
		*more = true;
		return;
	}
	if (!*more) {
		sleep_until(l, next_usec(l), false);
		if (atomic_load(&l->has_work))
			sleep_until(l, clock_boot_usec() + GATHER_USEC, true);
	}
	atomic_store(&l->has_haste, false);
	atomic_store(&l->has_work, false);
	if (is_due(&l->sweep_usec, l->times.sweep_usec, clock_boot_usec()))
		sweep(l, clock_boot_usec());
	ask_again(l);
	code = work(l, more, &err);
	if (code == SG_BUSY)
		nap(NAP_MSEC);
	*more = *more || code == SG_BUSY;
}

/* All goes back, for as long as the close may take. */
static void
end(struct leases *l)
{
	int64_t until = clock_boot_usec() + CLOSE_USEC;
	bool more = false;
	struct err err;

	do {
		if (!more)
			lease_close_all(l);
		if (work(l, &more, &err) != SG_OK) {
			nap(NAP_MSEC);
			more = false;
		}
	} while (l->parts > 0 && clock_boot_usec() < until);
	if (l->parts == 0 && l->store != NULL &&
	    lease_give_back_rest(l, &err) == SG_OK)
		(void)lease_holder_end(l, &err); /* else it is purged */
	store_close(&l->store);
}

void *
lease_keeper_main(void *leases)
{
	struct leases *l = leases;
	bool more = false;

	while (!atomic_load(&l->is_ending))
		go_on(l, &more);
	end(l);
	(void)pthread_mutex_lock(&l->lock);
	l->is_over = true;
	(void)pthread_cond_broadcast(&l->told);
	(void)pthread_mutex_unlock(&l->lock);
	return NULL;
}
