/* ops/journal_group.c: nobody goes on before the disk has his record, many share a
 * turn, and who may have lost it is told. */
#include "config.h"

#include "ops/journal_group.h"

#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#define THREADS 8
#define EACH 50
#define TURN_USEC 2000

static struct journal_group group;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int file = STDOUT_FILENO; /* nothing is written to it */

/* How many records the disk has: those that were written when a turn began. */
static uint64_t on_disk;
static int failures; /* so many turns fail */

static int
slow_sync(int fd)
{
	uint64_t at_begin;

	(void)fd;
	(void)pthread_mutex_lock(&lock);
	at_begin = group.written;
	(void)pthread_mutex_unlock(&lock);
	(void)usleep(TURN_USEC);
	if (failures > 0) {
		failures--;
		errno = EIO;
		return -1;
	}
	__atomic_store_n(&on_disk, at_begin, __ATOMIC_RELEASE);
	return 0;
}

/* With the lock held, as when a file is closed. */
static int
sync_at_once(int fd)
{
	(void)fd;
	if (failures > 0) {
		failures--;
		errno = EIO;
		return -1;
	}
	on_disk = group.written;
	return 0;
}

static int
begin(void **state)
{
	(void)state;
	on_disk = 0;
	failures = 0;
	journal_group_init(&group, &lock, &file);
	group.sync = slow_sync;
	return 0;
}

static int
end(void **state)
{
	(void)state;
	journal_group_fini(&group);
	return 0;
}

/* A record. With the lock, which it gives up. */
static enum sg_err
wait_for_disk(void)
{
	struct journal_waiter waiter;
	enum sg_err rc = journal_group_begin(&group, &waiter, NULL);

	(void)pthread_mutex_unlock(&lock);
	return rc == SG_OK ? journal_group_end(&waiter, NULL) : rc;
}

struct writer {
	pthread_t thread;
	int failed, too_early;
};

static void *
write_many(void *arg)
{
	struct writer *w = arg;

	for (int i = 0; i < EACH; i++) {
		uint64_t number;
		enum sg_err rc;

		(void)pthread_mutex_lock(&lock);
		number = group.written + 1;
		rc = wait_for_disk();
		if (rc != SG_OK)
			w->failed++;
		else if (__atomic_load_n(&on_disk, __ATOMIC_ACQUIRE) < number)
			w->too_early++;
	}
	return NULL;
}

static void
run(struct writer *writers, size_t count)
{
	for (size_t i = 0; i < count; i++)
		assert_int_equal(pthread_create(&writers[i].thread, NULL,
				     write_many, &writers[i]),
		    0);
	for (size_t i = 0; i < count; i++)
		(void)pthread_join(writers[i].thread, NULL);
}

static void
test_many_share(void **state)
{
	struct writer writers[THREADS] = {{.failed = 0}};

	(void)state;
	run(writers, THREADS);
	for (size_t i = 0; i < THREADS; i++) {
		assert_int_equal(writers[i].failed, 0);
		assert_int_equal(writers[i].too_early, 0);
	}
	assert_int_equal(group.written, THREADS * EACH);
	assert_int_equal(group.settled, THREADS * EACH);
	assert_true(group.turns <= THREADS * EACH / 2);
}

static void
test_one_alone(void **state)
{
	struct writer writer = {.failed = 0};

	(void)state;
	run(&writer, 1);
	assert_int_equal(writer.failed + writer.too_early, 0);
	assert_int_equal(group.turns, EACH);
}

static void
test_failure_is_told(void **state)
{
	struct writer writers[THREADS] = {{.failed = 0}};
	int failed = 0;

	(void)state;
	failures = 1;
	run(writers, 1);
	assert_int_equal(writers[0].failed, 1); /* and none after it */
	failures = 3;
	memset(writers, 0, sizeof(writers));
	run(writers, THREADS);
	for (size_t i = 0; i < THREADS; i++) {
		failed += writers[i].failed;
		assert_int_equal(writers[i].too_early, 0);
	}
	assert_true(failed >= 3);
}

/* What nobody waits for. */
static void
test_settled_at_close(void **state)
{
	(void)state;
	group.sync = sync_at_once;
	(void)pthread_mutex_lock(&lock);
	assert_true(journal_group_settle(&group, file));
	assert_int_equal(group.turns, 0); /* there was nothing */
	journal_group_written(&group);
	assert_true(journal_group_settle(&group, file));
	assert_int_equal(group.turns, 1);
	failures = 1;
	journal_group_written(&group);
	assert_false(journal_group_settle(&group, file));
	assert_int_equal(wait_for_disk(), SG_OK); /* another's */
	assert_int_equal(group.settled, 3);
}

/* A file that is closed within a turn, with somebody waiting behind it. */
static struct closing {
	bool is_closing;
	int turn_rc, close_rc; /* what the two syncs say */
	pthread_t behind;
	enum sg_err behind_rc;
} closing;

static void *
wait_behind(void *arg)
{
	(void)arg;
	(void)pthread_mutex_lock(&lock);
	closing.behind_rc = wait_for_disk();
	return NULL;
}

/* The lock, when there are so many records. */
static void
lock_at(uint64_t written)
{
	(void)pthread_mutex_lock(&lock);
	while (group.written < written) {
		(void)pthread_mutex_unlock(&lock);
		(void)usleep(100);
		(void)pthread_mutex_lock(&lock);
	}
}

static int
close_meanwhile(int fd)
{
	errno = EIO;
	if (closing.is_closing)
		return closing.close_rc;
	closing.is_closing = true;
	assert_int_equal(
	    pthread_create(&closing.behind, NULL, wait_behind, NULL), 0);
	lock_at(2);
	assert_int_equal(
	    journal_group_settle(&group, fd), closing.close_rc == 0);
	(void)pthread_mutex_unlock(&lock);
	(void)pthread_join(closing.behind, NULL); /* the turn goes on */
	errno = EIO;
	return closing.turn_rc;
}

/* The kernel tells one of the two syncs of a failure. */
static void
test_closed_within_a_turn(void **state)
{
	static const struct {
		int turn_rc, close_rc;
		enum sg_err turn, behind;
	} rows[] = {{0, 0, SG_OK, SG_OK}, {-1, 0, SG_IO, SG_OK},
	    {0, -1, SG_IO, SG_IO}, {-1, -1, SG_IO, SG_IO}};

	(void)end(state);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		(void)begin(state);
		group.sync = close_meanwhile;
		closing = (struct closing){
		    .turn_rc = rows[i].turn_rc, .close_rc = rows[i].close_rc};
		(void)pthread_mutex_lock(&lock);
		assert_int_equal(wait_for_disk(), rows[i].turn);
		assert_int_equal(closing.behind_rc, rows[i].behind);
		assert_null(group.waiters);
		(void)end(state);
	}
	(void)begin(state);
}

/* The turn is handed to one whose file is closed before he wakes. */
static int
hand_over(int fd)
{
	(void)fd;
	if (closing.is_closing)
		return 0;
	closing.is_closing = true;
	assert_int_equal(
	    pthread_create(&closing.behind, NULL, wait_behind, NULL), 0);
	lock_at(2);
	(void)pthread_mutex_unlock(&lock);
	return 0;
}

static void
test_closed_at_a_turn_s_end(void **state)
{
	(void)end(state);
	for (int i = 0; i < 50; i++) {
		(void)begin(state);
		group.sync = hand_over;
		closing = (struct closing){.behind_rc = SG_BUG};
		(void)pthread_mutex_lock(&lock);
		assert_int_equal(wait_for_disk(), SG_OK);
		(void)pthread_mutex_lock(&lock);
		assert_true(journal_group_settle(&group, file));
		(void)pthread_mutex_unlock(&lock);
		(void)pthread_join(closing.behind, NULL);
		assert_int_equal(closing.behind_rc, SG_OK);
		assert_int_equal(group.settled, 2);
		assert_true(group.turns >= 2); /* or both at once */
		assert_null(group.waiters);
		(void)end(state);
	}
	(void)begin(state);
}

/* Who has something else to do hears of it later. */
static void
test_meanwhile(void **state)
{
	struct journal_waiter waiters[3];

	(void)state;
	for (int i = 0; i < 3; i++) {
		(void)pthread_mutex_lock(&lock);
		assert_int_equal(
		    journal_group_begin(&group, &waiters[i], NULL), SG_OK);
		(void)pthread_mutex_unlock(&lock);
	}
	while (__atomic_load_n(&on_disk, __ATOMIC_ACQUIRE) < 3)
		(void)usleep(1000);
	for (int i = 2; i >= 0; i--)
		assert_int_equal(journal_group_end(&waiters[i], NULL), SG_OK);
	assert_true(group.turns <= 3);
}

/* A file that cannot be synced at all. */
static void
test_no_handle(void **state)
{
	int none = -1;

	(void)state;
	group.fd = &none;
	(void)pthread_mutex_lock(&lock);
	assert_int_equal(wait_for_disk(), SG_IO);
}

int
main(void)
{
#define GROUP(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {GROUP(test_many_share),
	    GROUP(test_meanwhile), GROUP(test_one_alone),
	    GROUP(test_failure_is_told), GROUP(test_settled_at_close),
	    GROUP(test_closed_within_a_turn),
	    GROUP(test_closed_at_a_turn_s_end), GROUP(test_no_handle)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
