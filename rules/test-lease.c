/* Tests of the sizes of leases, and that rates hold however slots are spent. */
#include "config.h"

#include "rules/lease.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#define USEC INT64_C(1000000)

static void
test_sizes(void **state)
{
	static const struct {
		const char *name;
		struct lease_demand demand; /* asked, least, lately, held */
		int64_t free, holders, size;
	} rows[] = {
	    {"nothing known: what is asked", {1, 1, 0, 0}, 1000, 1, 1},
	    {"two seconds of a busy account", {1, 1, 100, 0}, 100000, 1, 200},
	    {"less what is here", {0, 0, 100, 150}, 100000, 1, 50},
	    {"enough is here", {0, 0, 100, 300}, 100000, 1, 0},
	    {"a fourth of what is free", {1, 1, 100, 0}, 400, 1, 100},
	    {"divided by the holders", {1, 1, 100, 0}, 400, 10, 10},
	    {"exactly what is asked", {7, 3, 100, 0}, 20, 4, 7},
	    {"all that wait, as far as there is", {30, 3, 100, 0}, 20, 4, 20},
	    {"one message at least", {30, 25, 100, 0}, 20, 4, 25},
	    {"nothing ahead when nothing is free", {0, 0, 50, 0}, 0, 1, 0},
	    {"unlimited", {1, 1, 5000, 0}, LEASE_UNLIMITED, 3, 10000},
	    {"absurd", {1, 1, INT64_MAX, 0}, INT64_MAX - 1, 1,
		(INT64_MAX - 1) / 4},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (lease_quota_size(&rows[i].demand, rows[i].free,
			rows[i].holders) != rows[i].size)
			fail_msg("%s: %lld", rows[i].name,
			    (long long)lease_quota_size(&rows[i].demand,
				rows[i].free, rows[i].holders));
}

static void
test_low(void **state)
{
	(void)state;
	assert_true(lease_is_low(200, 100));
	assert_false(lease_is_low(200, 101));
	assert_true(lease_is_low(1, 0));
	assert_false(lease_is_low(1, 1));
}

static void
test_paces(void **state)
{
	static const double rates[] = {
	    0.001, 0.5, 1, 1.9, 2, 3, 14, 100, 1e6, 1e9};

	(void)state;
	for (size_t i = 0; i < sizeof(rates) / sizeof(rates[0]); i++) {
		struct rate_limit limit = rate_limit_of(rates[i]);
		struct lease_pace a = lease_pace_of(rates[i], 0);
		struct lease_pace b = lease_pace_of(rates[i], USEC / 2);

		assert_int_equal(a.is_single, rates[i] < 2);
		assert_int_equal(a.interval_usec, limit.interval_usec);
		/* the same for everybody, wherever the store is */
		assert_int_equal(a.early_usec, b.early_usec);
		if (a.is_single) {
			assert_int_equal(b.late_usec, USEC / 2);
			assert_int_equal(lease_cost_usec(&a, 2),
			    2 * a.interval_usec + a.late_usec);
			continue;
		}
		assert_int_equal(a.late_usec, b.late_usec);
		assert_int_equal(
		    a.early_usec + a.late_usec, limit.tolerance_usec);
		assert_true(a.late_usec >= USEC / 10);
		assert_int_equal(lease_cost_usec(&a, 2), 2 * a.interval_usec);
	}
}

static void
test_slots(void **state)
{
	struct lease_pace pace = lease_pace_of(10, 0);
	struct lease_demand busy = {
	    .asked = 3, .least = 2, .lately = 10, .held = 0};
	struct lease_pace slow = lease_pace_of(1, 0);

	(void)state;
	/* burst 10, of which the lateness takes two */
	assert_int_equal(lease_slots_free(&pace, 0, 1000, 0), 8);
	assert_int_equal(lease_slots_free(&pace, 0, 1000, USEC), 18);
	assert_int_equal(lease_slots_free(&pace, 1000 + 720000, 1000, 0), 1);
	assert_int_equal(lease_slots_free(&pace, 1000 + 720001, 1000, 0), 0);
	assert_int_equal(lease_ceiling_usec(&pace, 1000, 0, 1), 721000);
	assert_int_equal(lease_ceiling_usec(&pace, 1000, -5, 2), 621000);
	assert_int_equal(lease_slots_size(&pace, &busy), 3);
	busy.lately = 100;
	assert_int_equal(lease_slots_size(&pace, &busy), 20);
	busy.held = 30;
	assert_int_equal(lease_slots_size(&pace, &busy), 3);
	/* the second of a slow one waits for what the first cost more, no longer */
	assert_int_equal(lease_slots_free(&slow, USEC + 250000, 0, USEC), 1);
	assert_int_equal(lease_slots_free(&slow, USEC + 250001, 0, USEC), 0);
	assert_int_equal(lease_patience_usec(&slow, -5), 250000);
	slow = lease_pace_of(1, 200000);
	assert_int_equal(lease_patience_usec(&slow, 1), 400001);
	slow = lease_pace_of(1, 0);
	assert_int_equal(lease_patience_usec(&pace, 7), 7);
	/* a slow one's are taken for one message */
	assert_int_equal(lease_slots_size(&slow, &busy), 2);
	busy.asked = busy.least = 0;
	assert_int_equal(lease_slots_size(&slow, &busy), 0);
	slow.interval_usec = INT64_MAX / 4;
	assert_int_equal(
	    lease_cost_usec(&slow, 1000), INT64_C(100000000000000000));
}

/* ---- a simulation ---------------------------------------------------------------- */

struct random {
	uint64_t state;
};

static int64_t
draw(struct random *random, int64_t below)
{
	random->state ^= random->state << 13;
	random->state ^= random->state >> 7;
	random->state ^= random->state << 17;
	return (int64_t)(random->state % (uint64_t)below);
}

#define HOLDERS 5
#define PASSED 3000

/* Slots of one take, as a holder has them: by its own clock, which it knows to lie
 * between what was when it asked and what was when it heard. */
struct batch {
	int64_t first_usec; /* by the store's clock */
	int64_t count;
	int64_t early_off, late_off; /* the clock's error, either way */
	int64_t late_usec;
};

static int
compare(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* As the store does: one conditional change of the state. */
static bool
take(const struct lease_pace *pace, int64_t now_usec, int64_t pacing_usec,
    int64_t n, int64_t shift_usec, int64_t *tat, struct batch *batch)
{
	int64_t from = now_usec + shift_usec;

	if (*tat > lease_ceiling_usec(pace, now_usec, pacing_usec, n))
		return false;
	batch->first_usec = *tat > from ? *tat : from;
	batch->count = n;
	batch->late_usec = pace->late_usec;
	*tat = batch->first_usec + lease_cost_usec(pace, n);
	return true;
}

/* One holder's turn at now: spends what it may, takes when it has none; sometimes
 * it dies, or sleeps. */
static void
holder_turn(struct random *random, double rate, struct batch *batch,
    int64_t now_usec, int64_t *tat, int64_t *passed, int *count)
{
	int64_t delay =
	    draw(random, 20) == 0 ? draw(random, USEC) : draw(random, 5000);
	struct lease_pace pace = lease_pace_of(rate, 2 * delay);
	int64_t pacing = draw(random, 3) * USEC;

	if (draw(random, 200) == 0)
		batch->count = 0; /* killed */
	if (batch->count == 0) {
		int64_t n = pace.is_single ? 1 : 1 + draw(random, 8);

		if (!take(&pace, now_usec, pacing, n, draw(random, 2) * delay,
			tat, batch))
			return;
		batch->early_off = draw(random, 1000);
		batch->late_off = delay;
	}
	while (batch->count > 0 && *count < PASSED) {
		int64_t at = now_usec;
		int64_t from =
		    batch->first_usec - pace.early_usec + batch->early_off;
		int64_t to =
		    batch->first_usec + batch->late_usec - batch->late_off;

		if (from > at)
			at = from; /* the answer is held back */
		if (at - now_usec > pacing + USEC)
			return;
		batch->count--;
		batch->first_usec += pace.interval_usec;
		if (at > to)
			continue; /* too late */
		passed[(*count)++] = at;
		if (draw(random, 3) == 0)
			return; /* the rest lies here */
	}
}

static void
simulate(double rate, uint64_t seed)
{
	static int64_t passed[PASSED];
	struct batch batches[HOLDERS] = {{0}};
	struct random random = {seed * UINT64_C(0x9e3779b97f4a7c15) + 1};
	struct rate_limit limit = rate_limit_of(rate);
	int64_t now = INT64_C(1800000000) * USEC, tat = 0;
	int count = 0;

	for (int i = 0; i < 40000 && count < PASSED; i++) {
		holder_turn(&random, rate, &batches[draw(&random, HOLDERS)],
		    now, &tat, passed, &count);
		/* in fits and starts */
		now += draw(&random, draw(&random, 50) == 0
					 ? 3 * limit.interval_usec + 1
					 : limit.interval_usec / 2 + 1);
	}
	assert_true(count > 100);
	qsort(passed, (size_t)count, sizeof(*passed), compare);
	/* n recipients within T: never more than burst and what T brings */
	for (int i = 0; i < count; i++)
		for (int j = i + 1; j < count && j < i + 400; j++) {
			int64_t least = (j - i) * limit.interval_usec -
					limit.tolerance_usec;

			if (passed[j] - passed[i] < least)
				fail_msg("rate %g, seed %llu: %d in %lld us",
				    rate, (unsigned long long)seed, j - i + 1,
				    (long long)(passed[j] - passed[i]));
		}
}

static void
test_no_window_has_more(void **state)
{
	static const double rates[] = {0.2, 1, 1.5, 2, 5, 14, 100, 1000};

	(void)state;
	for (uint64_t seed = 1; seed <= 12; seed++)
		for (size_t i = 0; i < sizeof(rates) / sizeof(rates[0]); i++)
			simulate(rates[i], seed);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_sizes),
	    cmocka_unit_test(test_low),
	    cmocka_unit_test(test_paces),
	    cmocka_unit_test(test_slots),
	    cmocka_unit_test(test_no_window_has_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
