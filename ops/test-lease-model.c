/* Many holders at once, killed and moved in time at random: never is more spent
 * than the quota, and at the end all that is unspent has come back.
 * SENDWARD_TEST_ROUNDS: how many rounds; the default is few. */
#include "config.h"

#include "ops/test-lease.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"

#define HOLDERS 3
#define THREADS 2
#define ROUND_MSEC 500
#define CLOCK_SEC (10 * 3600)

/* Shared with the processes: counted before anything else can see it. */
struct tally {
	_Atomic int64_t spent; /* less what was given back */
	_Atomic int64_t full;
};

struct spender {
	struct house *h;
	struct leases *l;
	struct tally *tally;
	unsigned seed;
	_Atomic bool *is_over;
	pthread_t thread;
};

/* What is spent counts before: a process may be killed in between, and then less
 * was spent than counted here. The rounds with kills allow for that. */
static void *
spender_main(void *ctx)
{
	struct spender *s = ctx;
	struct lease_spent spent;

	while (!atomic_load(s->is_over)) {
		struct lease_order order =
		    house_order(s->h, 1 + rand_r(&s->seed) % 5);

		switch (lease_spend(s->l, &order, &spent)) {
		case LEASE_SPENT:
			(void)atomic_fetch_add(
			    &s->tally->spent, order.recipients);
			break;
		case LEASE_QUOTA_FULL:
			(void)atomic_fetch_add(&s->tally->full, 1);
			house_sleep(1);
			continue;
		default:
			leases_wait(s->l, 20);
			continue;
		}
		if (rand_r(&s->seed) % 10 == 0) {
			/* less is counted first */
			(void)atomic_fetch_sub(&s->tally->spent, 1);
			lease_give_back(s->l, &spent, 1);
		}
		if (rand_r(&s->seed) % 20 == 0)
			house_sleep(rand_r(&s->seed) % 5);
	}
	return NULL;
}

/* A process: one holder, some threads, until it is told, or killed. */
static void
holder_main(struct house *h, const char *name, struct tally *tally,
    unsigned seed, int msec)
{
	struct spender spenders[THREADS];
	_Atomic bool is_over = false;
	struct leases *l;
	struct err err;

	if (lease_open_with(h->conf, name, &h->times, &l, &err) != SG_OK)
		_exit(1);
	for (int i = 0; i < THREADS; i++) {
		spenders[i] = (struct spender){.h = h,
		    .l = l,
		    .tally = tally,
		    .seed = seed + (unsigned)i,
		    .is_over = &is_over};
		if (pthread_create(&spenders[i].thread, NULL, spender_main,
			&spenders[i]) != 0)
			_exit(1);
	}
	house_sleep(msec);
	atomic_store(&is_over, true);
	for (int i = 0; i < THREADS; i++)
		(void)pthread_join(spenders[i].thread, NULL);
	leases_close(&l);
	_exit(0);
}

static const char *const names[HOLDERS] = {"one", "two", "three"};

/* What goes wrong in a round. */
struct trouble {
	bool kills;
	const char
	    *clock;  /* file by which the clock steps; NULL: it does not */
	bool is_one; /* the first one's alone */
};

static pid_t
start(struct house *h, int i, struct tally *tally,
    const struct trouble *trouble, unsigned seed)
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid != 0)
		return pid;
	if (trouble->is_one && i > 0)
		(void)unsetenv("SENDWARD_TEST_CLOCK");
	holder_main(h, names[i], tally, seed, ROUND_MSEC);
	return 0;
}

static void
move_clock(const char *path, int64_t sec)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	(void)fprintf(file, "%lld", (long long)sec);
	assert_int_equal(fclose(file), 0);
}

/* One round: three processes; some are killed, the clock steps. */
static void
play(struct house *h, struct tally *tally, unsigned *seed,
    const struct trouble *trouble)
{
	pid_t pids[HOLDERS];
	int status;

	for (int i = 0; i < HOLDERS; i++)
		pids[i] = start(h, i, tally, trouble, (*seed += 17));
	house_sleep(rand_r(seed) % ROUND_MSEC);
	if (trouble->clock != NULL) /* far, but within the window */
		move_clock(
		    trouble->clock, rand_r(seed) % (2 * CLOCK_SEC) - CLOCK_SEC);
	if (trouble->kills)
		(void)kill(pids[rand_r(seed) % HOLDERS], SIGKILL);
	for (int i = 0; i < HOLDERS; i++) {
		assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
		assert_true(WIFSIGNALED(status) || WEXITSTATUS(status) == 0);
	}
	assert_true(atomic_load(&tally->spent) <= h->daily_quota);
	assert_true(house_debited(h) <= h->daily_quota);
	/* the killed one comes back, and gives back */
	for (int i = 0; i < HOLDERS; i++) {
		struct leases *l = house_open(h, names[i]);

		leases_close(&l);
	}
	assert_int_equal(house_sql(h, "SELECT COUNT(*) FROM lease"), 0);
	assert_int_equal(house_sql(h, "SELECT COUNT(*) FROM holder"), 0);
}

static int
rounds(void)
{
	const char *text = getenv("SENDWARD_TEST_ROUNDS");

	return text != NULL ? (int)strtol(text, NULL, 10) : 2;
}

static struct tally *
new_tally(void)
{
	struct tally *tally = mmap(NULL, sizeof(*tally), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	assert_true(tally != MAP_FAILED);
	return tally;
}

static void
play_all(struct house *h, const struct trouble *trouble, int64_t off)
{
	struct tally *tally = new_tally();
	unsigned seed = (unsigned)getpid();
	int64_t lost = 0, full = 0;

	for (int i = 0; i < rounds(); i++) {
		int64_t spent;

		/* near the end of the quota, so that it matters */
		h->daily_quota = house_debited(h) + 200 + rand_r(&seed) % 20000;
		play(h, tally, &seed, trouble);
		spent = atomic_load(&tally->spent);
		lost += house_debited(h) - spent > 0 ? house_debited(h) - spent
						     : spent - house_debited(h);
		/* A kill between spending and counting. */
		if (lost > off * (i + 1))
			fail_msg("round %d: %lld debited, %lld spent", i,
			    (long long)house_debited(h), (long long)spent);
		full += atomic_load(&tally->full);
	}
	print_message("%d rounds, %lld spent, full %lld times\n", rounds(),
	    (long long)atomic_load(&tally->spent), (long long)full);
	(void)munmap(tally, sizeof(*tally));
}

static void
test_exact(void **state)
{
	play_all(*state, &(struct trouble){.kills = false}, 0);
}

static void
test_kills(void **state)
{
	play_all(
	    *state, &(struct trouble){.kills = true}, 6 * THREADS * rounds());
}

static void
step_clocks(struct house *h, bool is_one)
{
	struct trouble trouble = {.kills = true, .is_one = is_one};
	char path[300];

	(void)snprintf(path, sizeof(path), "%s/clock", h->dir);
	trouble.clock = path;
	move_clock(path, 0);
	assert_int_equal(setenv("SENDWARD_TEST_CLOCK", path, 1), 0);
	play_all(h, &trouble, 6 * THREADS * rounds());
	assert_int_equal(unsetenv("SENDWARD_TEST_CLOCK"), 0);
	(void)unlink(path);
}

static void
test_clock_steps(void **state)
{
	step_clocks(*state, false);
}

/* By hours, on one of the hosts. */
static void
test_clock_of_one(void **state)
{
	step_clocks(*state, true);
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, house_setup, house_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_exact),
	    TEST(test_kills),
	    TEST(test_clock_steps),
	    TEST(test_clock_of_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
