/* Tests of duties: taken once, kept, lost, left, taken over. Two processes of two
 * hosts, one after the other. */
#include "config.h"

#include "ops/duty.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "conf/conf.h"
#include "ops/test-admin.h"
#include "store/duties.h"

static struct duties *
duties_of(struct admin_fixture *f, const char *host)
{
	struct duties *duties;

	admin_fixture_set(&f->conf->host, host);
	duties = duties_new(f->conf, f->conf->store);
	assert_non_null(duties);
	return duties;
}

static int
count_held(const struct duties *duties)
{
	int count = 0;

	for (int i = 0; i < DUTIES; i++)
		count += duties_holds(duties, (enum duty)i);
	return count;
}

struct seen {
	int count;
	char host[256];
};

static bool
see(void *ctx, const struct store_duty *row)
{
	struct seen *seen = ctx;

	seen->count++;
	(void)snprintf(seen->host, sizeof(seen->host), "%s", row->host);
	return true;
}

static struct seen
rows(struct admin_fixture *f)
{
	struct seen seen = {0};

	assert_code(f, SG_OK, store_duty_list(f->store, see, &seen, &f->err));
	return seen;
}

/* Another one takes all, whoever has them: as if they had stood still for long. */
static bool
take_one(void *ctx, const struct store_duty *row)
{
	struct store_duty *list = ctx;

	while (list->name[0] != '\0')
		list++;
	*list = *row;
	return true;
}

static void
take_away(struct admin_fixture *f)
{
	struct store_duty list[DUTIES + 1] = {{.mark = 0}}, own = {.mark = 99};
	bool held;

	assert_code(
	    f, SG_OK, store_duty_list(f->store, take_one, list, &f->err));
	for (int i = 0; i < DUTIES; i++) {
		struct store_duty old = list[i];

		memcpy(own.name, list[i].name, sizeof(own.name));
		old.kept--; /* it was counted on meanwhile */
		assert_code(f, SG_OK,
		    store_duty_take(f->store, &own, &old, &held, &f->err));
		assert_false(held);
		assert_code(f, SG_OK,
		    store_duty_take(f->store, &own, &list[i], &held, &f->err));
		assert_true(held);
	}
}

static void
test_one_holds(void **state)
{
	struct admin_fixture *f = *state;
	struct duties *a = duties_of(f, "a"), *b = duties_of(f, "b");

	assert_int_equal(count_held(a), 0);
	assert_int_equal(duties_turn(a), DUTY_EVERY_MSEC);
	assert_int_equal(count_held(a), DUTIES);
	assert_int_equal(duties_turn(b), DUTY_LOOK_MSEC);
	assert_int_equal(count_held(b), 0);
	assert_int_equal(rows(f).count, DUTIES);
	assert_string_equal(rows(f).host, "a");
	assert_int_equal(duties_turn(a), DUTY_EVERY_MSEC);
	assert_int_equal(count_held(a), DUTIES);
	/* a clean end leaves all */
	duties_end(a);
	assert_int_equal(count_held(a), 0);
	assert_int_equal(rows(f).count, 0);
	assert_int_equal(duties_turn(b), DUTY_EVERY_MSEC);
	assert_int_equal(count_held(b), DUTIES);
	assert_int_equal(duties_turn(a), DUTY_LOOK_MSEC);
	duties_end(a); /* has none to leave */
	assert_int_equal(rows(f).count, DUTIES);
	duties_free(&a);
	duties_free(&b);
}

static void
test_taken_away(void **state)
{
	struct admin_fixture *f = *state;
	struct duties *a = duties_of(f, "a");

	(void)duties_turn(a);
	take_away(f);
	/* it hears of it when it asks, or by its own clock */
	assert_int_equal(duties_turn(a), DUTY_LOOK_MSEC);
	assert_int_equal(count_held(a), 0);
	assert_int_equal(duties_turn(a), DUTY_LOOK_MSEC);
	duties_end(a);
	assert_int_equal(rows(f).count, DUTIES);
	duties_free(&a);
}

/* A process of this host that was killed. */
static void
test_killed(void **state)
{
	struct admin_fixture *f = *state;
	struct duties *next;
	char there;
	int fds[2];
	pid_t pid;

	assert_int_equal(pipe(fds), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		struct duties *mine = duties_new(f->conf, f->conf->store);

		if (mine != NULL && duties_turn(mine) == DUTY_EVERY_MSEC)
			(void)!write(fds[1], "x", 1);
		pause();
		_exit(1);
	}
	(void)close(fds[1]);
	assert_int_equal(read(fds[0], &there, 1), 1);
	(void)close(fds[0]);
	/* while it lives it has all */
	next = duties_new(f->conf, f->conf->store);
	assert_non_null(next);
	assert_int_equal(duties_turn(next), DUTY_LOOK_MSEC);
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_int_equal(duties_turn(next), DUTY_EVERY_MSEC);
	assert_int_equal(count_held(next), DUTIES);
	duties_free(&next);
}

/* What it has ends though nobody tells it so. */
static void
test_cut_off(void **state)
{
	struct admin_fixture *f = *state;
	struct duties *a = duties_new(f->conf, "sqlite:/nowhere/at/all.db");

	assert_non_null(a);
	assert_int_equal(duties_turn(a), DUTY_LOOK_MSEC);
	assert_int_equal(count_held(a), 0);
	duties_end(a);
	duties_free(&a);
	assert_true(duties_holds(NULL, DUTY_LETTERS));
	duties_end(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(
		test_one_holds, admin_fixture_setup, admin_fixture_teardown),
	    cmocka_unit_test_setup_teardown(
		test_taken_away, admin_fixture_setup, admin_fixture_teardown),
	    cmocka_unit_test_setup_teardown(
		test_killed, admin_fixture_setup, admin_fixture_teardown),
	    cmocka_unit_test_setup_teardown(
		test_cut_off, admin_fixture_setup, admin_fixture_teardown),
	};

	return cmocka_run_group_tests_name("duty", tests, NULL, NULL);
}
