/* Many hosts on one store, in virtual time: how often do leases (ops/lease.h) ask
 * the store, how long do messages wait for it, and does any limit break? Sizes and
 * slots are decided by rules/lease.c itself; the store is a table in memory whose
 * answers take as long as is said. Each account is sent by some of the hosts. One
 * host dies half-way, with what it holds.
 *
 * Simplified: a lease's parts in different buckets are one; a message has one
 * recipient. Prints one JSON object; exit 1 when a limit was passed. */
#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rules/lease.h"

#define SEC INT64_C(1000000)
#define STEP (SEC / 1000)
#define DAY 86400.0
#define PACING (5 * SEC)
#define VALID (50 * SEC)
#define IDLE (5 * SEC)
#define TICK (SEC / 4) /* reports, recalls */
#define TURN_MAX 256
#define WAITS_MOST 2000000

struct account {
	double mean; /* messages a second */
	double rate;
	int64_t quota, used;
	int64_t state_usec;
	int *holders; /* leases */
	int holder_count;
};

struct waiter {
	int64_t since_usec;
	struct waiter *next;
};

struct lease {
	int host, account;
	int64_t held; /* unspent */
	int64_t size, until_usec, seen_usec;
	int64_t slot_usec, slots; /* usable from then on, one an interval */
	int64_t counted_usec, counted, lately;
	int64_t full_usec, slow_usec; /* known to be refused until */
	struct waiter *first, *last;
	int64_t waiting;
	bool is_queued, is_dirty, is_recalled, is_dead;
};

struct host {
	int *queue, *taken;
	int queue_count, queue_size, taken_count;
	int64_t done_usec; /* 0: idle */
	bool is_dead;
};

struct pass {
	int account;
	int64_t at_usec;
};

static struct {
	int hosts, accounts, spread, seconds;
	double day, rtt_msec, take_usec;
} opt = {100, 100000, 3, 300, 1e9, 1, 100};

static struct account *accounts;
static struct host *hosts;
static struct lease *leases;
static int *lease_at; /* account * spread + i */
static struct pass *passes;
static size_t pass_count, pass_size;
static uint32_t *waits; /* usec, of those that asked the store */
static size_t wait_count;
static struct {
	int64_t messages, at_once, waited, quota_full, rate_full, dropped;
	int64_t turns, takes, returns, reports, stranded;
} sum;
static uint64_t seed = 88172645463325252ULL;

static uint64_t
random_bits(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

static double
random_unit(void)
{
	return (double)(random_bits() >> 11) / 9007199254740992.0;
}

static void *
need(size_t count, size_t size)
{
	void *p = calloc(count, size);

	if (p == NULL) {
		(void)fputs("leasesim: no memory\n", stderr);
		exit(2);
	}
	return p;
}

/* ---- who sends ---------------------------------------------------------------- */

/* Zipf: the n-th account sends 1/n of the first one's. One in ten sends twice what
 * its quota allows in the time that is looked at. */
static void
make_accounts(void)
{
	double total = 0;

	accounts = need((size_t)opt.accounts, sizeof(*accounts));
	for (int i = 0; i < opt.accounts; i++)
		total += 1.0 / (i + 1);
	for (int i = 0; i < opt.accounts; i++) {
		struct account *a = &accounts[i];
		double window;

		a->mean = opt.day / DAY / (i + 1) / total;
		a->rate = a->mean * 2 < 1 ? 1 : a->mean * 2;
		window = a->mean * opt.seconds;
		a->quota = (int64_t)(i % 10 == 9 ? window / 2 : window * 4) + 2;
		a->holders = need((size_t)opt.spread, sizeof(int));
	}
}

static void
make_hosts(void)
{
	int n = 0;

	hosts = need((size_t)opt.hosts, sizeof(*hosts));
	for (int i = 0; i < opt.hosts; i++)
		hosts[i].taken = need(TURN_MAX, sizeof(int));
	leases =
	    need((size_t)opt.accounts * (size_t)opt.spread, sizeof(*leases));
	lease_at = need((size_t)opt.accounts * (size_t)opt.spread, sizeof(int));
	for (int i = 0; i < opt.accounts; i++)
		for (int k = 0; k < opt.spread; k++) {
			leases[n].account = i;
			leases[n].host = (i * 7 + k * 31) % opt.hosts;
			accounts[i].holders[accounts[i].holder_count++] = n;
			lease_at[i * opt.spread + k] = n++;
		}
}

/* ---- a host -------------------------------------------------------------------- */

static void
enqueue(struct lease *l)
{
	struct host *h = &hosts[l->host];

	if (l->is_queued)
		return;
	if (h->queue_count == h->queue_size) {
		h->queue_size = h->queue_size * 2 + 1024;
		h->queue = realloc(
		    h->queue, (size_t)h->queue_size * sizeof(*h->queue));
		if (h->queue == NULL)
			exit(2);
	}
	l->is_queued = true;
	h->queue[h->queue_count++] = (int)(l - leases);
}

static struct lease_pace
pace_of(const struct lease *l)
{
	return lease_pace_of(
	    accounts[l->account].rate, (int64_t)(opt.rtt_msec * 2000));
}

static void
drop_late_slots(struct lease *l, const struct lease_pace *pace, int64_t now)
{
	int64_t life = pace->early_usec + pace->late_usec;
	int64_t late;

	if (l->slots == 0 || l->slot_usec + life >= now)
		return;
	late = (now - l->slot_usec - life - 1) / pace->interval_usec + 1;
	if (late > l->slots)
		late = l->slots;
	l->slots -= late;
	l->slot_usec += late * pace->interval_usec;
}

static void
note_pass(int account, int64_t at_usec)
{
	if (pass_count == pass_size) {
		pass_size = pass_size * 2 + 65536;
		passes = realloc(passes, pass_size * sizeof(*passes));
		if (passes == NULL)
			exit(2);
	}
	passes[pass_count++] = (struct pass){account, at_usec};
}

static void
count_lately(struct lease *l, int64_t now)
{
	int64_t past = now - l->counted_usec;

	l->counted++;
	if (past < SEC / 8)
		return;
	l->lately /= past > SEC ? 8 : 2;
	if (l->lately < l->counted * SEC / past)
		l->lately = l->counted * SEC / past;
	l->counted = 0;
	l->counted_usec = now;
}

/* From memory; false: the store must be asked. */
static bool
try_spend(struct lease *l, int64_t now)
{
	struct lease_pace pace = pace_of(l);
	int64_t wait;

	drop_late_slots(l, &pace, now);
	if (l->held < 1 || l->until_usec <= now || l->slots < 1)
		return false;
	wait = l->slot_usec > now ? l->slot_usec - now : 0;
	if (wait > PACING)
		return false;
	l->held--;
	l->slots--;
	l->slot_usec += pace.interval_usec;
	l->is_dirty = true;
	note_pass(l->account, now + wait);
	count_lately(l, now);
	if (l->lately >= 3 &&
	    (lease_is_low(l->size, l->held) ||
		(!pace.is_single && l->slots < l->lately / 10)))
		enqueue(l);
	return true;
}

static void
arrive(struct lease *l, int64_t now)
{
	struct waiter *w;

	sum.messages++;
	l->seen_usec = now;
	if (hosts[l->host].is_dead) {
		sum.dropped++;
	} else if (l->first == NULL && try_spend(l, now)) {
		sum.at_once++;
	} else if (now < l->full_usec) {
		sum.quota_full++;
	} else if (now < l->slow_usec) {
		sum.rate_full++;
	} else {
		w = need(1, sizeof(*w));
		w->since_usec = now;
		if (l->first == NULL)
			l->first = w;
		else
			l->last->next = w;
		l->last = w;
		l->waiting++;
		enqueue(l);
	}
}

static void
drop_first(struct lease *l)
{
	struct waiter *w = l->first;

	l->first = w->next;
	l->waiting--;
	free(w);
}

/* ---- the store ------------------------------------------------------------------ */

static int
holders_of(const struct account *a)
{
	int n = 0;

	for (int i = 0; i < a->holder_count; i++)
		n += leases[a->holders[i]].held > 0;
	return n > 0 ? n : 1;
}

static void
recall(struct lease *own)
{
	struct account *a = &accounts[own->account];

	for (int i = 0; i < a->holder_count; i++) {
		struct lease *l = &leases[a->holders[i]];

		if (l != own && l->held > 0 && !hosts[l->host].is_dead)
			l->is_recalled = true;
	}
}

static int64_t
take_quota(struct lease *l, int64_t waiting)
{
	struct account *a = &accounts[l->account];
	struct lease_demand demand = {.asked = waiting > l->held ? waiting : 0,
	    .least = waiting > l->held ? 1 : 0,
	    .lately = l->lately,
	    .held = l->held};
	int64_t free = a->quota - a->used;
	int64_t n = lease_quota_size(&demand, free, holders_of(a));

	if (n > free)
		n = free;
	a->used += n;
	return n;
}

static bool
take_slots(struct lease *l, const struct lease_pace *pace, int64_t waiting,
    int64_t now)
{
	struct account *a = &accounts[l->account];
	struct lease_demand demand = {
	    .asked = waiting > l->slots ? waiting - l->slots : 0,
	    .least = waiting > l->slots ? 1 : 0,
	    .lately = l->lately,
	    .held = l->slots};
	int64_t n = lease_slots_size(pace, &demand);
	int64_t fit = lease_slots_free(pace, a->state_usec, now, PACING);

	if (n > fit)
		n = fit;
	if (n < 1)
		return demand.least == 0;
	if (a->state_usec < now)
		a->state_usec = now;
	l->slot_usec =
	    l->slots > 0 && l->slot_usec < a->state_usec - pace->early_usec -
					       l->slots * pace->interval_usec
		? l->slot_usec
		: a->state_usec - pace->early_usec -
		      l->slots * pace->interval_usec;
	a->state_usec += lease_cost_usec(pace, n);
	l->slots += n;
	return true;
}

/* One account's part of a transaction. Slots that lie here are given up when more
 * are taken: two runs are one too many for this model, and the fewer the safer. */
static void
work(struct lease *l, int64_t now)
{
	struct lease_pace pace = pace_of(l);
	int64_t got;

	l->is_queued = false;
	if (l->is_recalled || l->until_usec <= now ||
	    (l->waiting == 0 && now - l->seen_usec > IDLE)) {
		if (l->held > 0)
			sum.returns++;
		accounts[l->account].used -= l->held;
		l->held = 0;
		if (l->is_recalled)
			l->lately = 0;
		l->is_recalled = false;
		if (l->waiting == 0)
			return;
	}
	sum.takes++;
	drop_late_slots(l, &pace, now);
	l->slots = 0;
	got = take_quota(l, l->waiting);
	l->held += got;
	l->size = l->held;
	if (got > 0)
		l->until_usec = now + VALID;
	if (l->held < 1 && l->waiting > 0) {
		recall(l);
		l->full_usec = now + SEC / 4;
	}
	if (l->held > 0 && !take_slots(l, &pace, l->waiting, now))
		l->slow_usec = now + pace.interval_usec;
}

static void
serve_waiters(struct lease *l, int64_t now)
{
	while (l->first != NULL && try_spend(l, now)) {
		if (wait_count < WAITS_MOST)
			waits[wait_count++] =
			    (uint32_t)(now - l->first->since_usec);
		sum.waited++;
		drop_first(l);
	}
	while (l->first != NULL &&
	       (now < l->slow_usec || now - l->first->since_usec > PACING)) {
		sum.rate_full += now < l->slow_usec;
		sum.quota_full += now >= l->slow_usec;
		drop_first(l);
	}
	if (l->first != NULL && now >= l->full_usec)
		enqueue(l);
}

static void
turn(struct host *h, int64_t now)
{
	if (h->done_usec > now)
		return;
	for (int i = 0; i < h->taken_count; i++)
		work(&leases[h->taken[i]], now);
	for (int i = 0; i < h->taken_count; i++)
		serve_waiters(&leases[h->taken[i]], now);
	h->taken_count = 0;
	if (h->queue_count == 0)
		return;
	while (h->taken_count < TURN_MAX && h->queue_count > 0)
		h->taken[h->taken_count++] = h->queue[--h->queue_count];
	sum.turns++;
	h->done_usec = now + (int64_t)(opt.rtt_msec * 1000 +
				       opt.take_usec * h->taken_count);
}

static void
tick(struct lease *l, int64_t now)
{
	sum.reports += l->is_dirty;
	l->is_dirty = false;
	if (l->is_recalled || (l->first != NULL && now >= l->full_usec) ||
	    (l->held > 0 &&
		(l->until_usec <= now || now - l->seen_usec > IDLE)))
		enqueue(l);
}

static void
die(int number)
{
	hosts[number].is_dead = true;
	for (int i = 0; i < opt.accounts * opt.spread; i++) {
		struct lease *l = &leases[i];

		if (l->host != number)
			continue;
		sum.stranded += l->held;
		l->is_dead = true;
		while (l->first != NULL)
			drop_first(l);
	}
}

/* ---- the whole ------------------------------------------------------------------ */

static int *alias;
static double *share;

/* Vose's table: an account in constant time, as often as it sends. */
static void
make_table(void)
{
	int n = opt.accounts, small_count = 0, large_count = 0;
	int *small = need((size_t)n, sizeof(int));
	int *large = need((size_t)n, sizeof(int));

	alias = need((size_t)n, sizeof(int));
	share = need((size_t)n, sizeof(double));
	for (int i = 0; i < n; i++) {
		share[i] = accounts[i].mean * n / (opt.day / DAY);
		if (share[i] < 1)
			small[small_count++] = i;
		else
			large[large_count++] = i;
	}
	while (small_count > 0 && large_count > 0) {
		int s = small[--small_count], g = large[large_count - 1];

		alias[s] = g;
		share[g] -= 1 - share[s];
		if (share[g] < 1) {
			large_count--;
			small[small_count++] = g;
		}
	}
	while (large_count > 0)
		share[large[--large_count]] = 1;
	while (small_count > 0)
		share[small[--small_count]] = 1;
	free(small);
	free(large);
}

static int
pick_account(void)
{
	int i = (int)(random_bits() % (uint64_t)opt.accounts);

	return random_unit() < share[i] ? i : alias[i];
}

static void
arrivals(double per_step, int64_t now)
{
	double end = random_unit();

	/* Poisson, by multiplying (Knuth) */
	for (double p = exp(-per_step); end > p; end *= random_unit()) {
		int a = pick_account();
		int k = (int)(random_bits() % (uint64_t)opt.spread);

		arrive(&leases[lease_at[a * opt.spread + k]], now);
	}
}

static void
run(void)
{
	double per_step = opt.day / DAY * STEP / SEC;
	int64_t start = 1000 * SEC, end = start + opt.seconds * SEC;

	for (int64_t now = start; now < end; now += STEP) {
		arrivals(per_step, now);
		if ((now - start) % TICK == 0)
			for (int i = 0; i < opt.accounts * opt.spread; i++)
				if (!leases[i].is_dead)
					tick(&leases[i], now);
		if (now == start + opt.seconds / 2 * SEC)
			die(0);
		for (int i = 0; i < opt.hosts; i++)
			if (!hosts[i].is_dead)
				turn(&hosts[i], now);
	}
}

static int
by_account(const void *a, const void *b)
{
	const struct pass *x = a, *y = b;

	if (x->account != y->account)
		return x->account < y->account ? -1 : 1;
	return (x->at_usec > y->at_usec) - (x->at_usec < y->at_usec);
}

/* Passes of one account beyond its rate and burst: GCRA over what really passed. */
static int64_t
too_fast(const struct pass *p, size_t count, double rate)
{
	struct rate_limit limit = rate_limit_of(rate);
	int64_t tat = 0, bad = 0;

	for (size_t i = 0; i < count; i++) {
		if (tat - limit.tolerance_usec > p[i].at_usec)
			bad++;
		tat = (tat > p[i].at_usec ? tat : p[i].at_usec) +
		      limit.interval_usec;
	}
	return bad;
}

static void
check(int64_t *quota_r, int64_t *rate_r)
{
	size_t next;

	*quota_r = *rate_r = 0;
	qsort(passes, pass_count, sizeof(*passes), by_account);
	for (size_t i = 0; i < pass_count; i = next) {
		const struct account *a = &accounts[passes[i].account];

		next = i;
		while (next < pass_count &&
		       passes[next].account == passes[i].account)
			next++;
		if ((int64_t)(next - i) > a->quota)
			*quota_r += (int64_t)(next - i) - a->quota;
		*rate_r += too_fast(&passes[i], next - i, a->rate);
	}
}

static int
by_number(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static double
wait_msec(double part)
{
	return wait_count == 0
		   ? 0
		   : waits[(size_t)(part * (double)(wait_count - 1))] / 1e3;
}

static bool
options(int argc, char **argv)
{
	for (int i = 1; i + 1 < argc; i += 2) {
		double value = atof(argv[i + 1]);

		switch (argv[i][0] == '-' ? argv[i][1] : 0) {
		case 'h':
			opt.hosts = (int)value;
			break;
		case 'a':
			opt.accounts = (int)value;
			break;
		case 'k':
			opt.spread = (int)value;
			break;
		case 's':
			opt.seconds = (int)value;
			break;
		case 'd':
			opt.day = value;
			break;
		case 'r':
			opt.rtt_msec = value;
			break;
		case 't':
			opt.take_usec = value;
			break;
		default:
			return false;
		}
	}
	return argc % 2 == 1 && opt.hosts > 1 && opt.accounts > 0 &&
	       opt.spread > 0 && opt.spread <= opt.hosts && opt.seconds > 1;
}

int
main(int argc, char **argv)
{
	int64_t over_quota, over_rate;

	if (!options(argc, argv)) {
		(void)fputs("usage: leasesim [-h hosts] [-a accounts] "
			    "[-k hosts of an account]\n  [-d messages a day] "
			    "[-s seconds] [-r round trip, ms] "
			    "[-t store's time for an account, us]\n",
		    stderr);
		return 2;
	}
	make_accounts();
	make_hosts();
	make_table();
	waits = need(WAITS_MOST, sizeof(*waits));
	run();
	check(&over_quota, &over_rate);
	qsort(waits, wait_count, sizeof(*waits), by_number);
	(void)printf("{\"hosts\": %d, \"accounts\": %d, \"messages_per_day\": "
		     "%.0f, \"seconds\": %d, \"messages\": %" PRId64 ", "
		     "\"passed\": %zu, \"from_memory\": %" PRId64 ", "
		     "\"asked\": %" PRId64 ", \"quota_full\": %" PRId64 ", "
		     "\"rate_full\": %" PRId64 ", \"lost_with_host\": %" PRId64
		     ", \"stranded\": %" PRId64 ", ",
	    opt.hosts, opt.accounts, opt.day, opt.seconds, sum.messages,
	    pass_count, sum.at_once, sum.waited, sum.quota_full, sum.rate_full,
	    sum.dropped, sum.stranded);
	(void)printf("\"transactions_per_second\": %.0f, "
		     "\"takes_per_second\": %.0f, \"returns_per_second\": "
		     "%.0f, \"reports_per_second\": %.0f, \"wait_p50_ms\": "
		     "%.1f, \"wait_p99_ms\": %.1f, \"over_quota\": %" PRId64
		     ", \"over_rate\": %" PRId64 "}\n",
	    (double)sum.turns / opt.seconds, (double)sum.takes / opt.seconds,
	    (double)sum.returns / opt.seconds,
	    (double)sum.reports / opt.seconds, wait_msec(0.5), wait_msec(0.99),
	    over_quota, over_rate);
	return over_quota + over_rate > 0;
}
